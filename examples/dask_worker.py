"""Works on the parts of a large map that Node handed out, with a local Dask cluster. Called by dask.mjs."""

import json
import sys

import numpy as np
from dask.distributed import Client, LocalCluster


def attach(d):
    raw = np.memmap(d["path"], d["dtype"], d["mode"], d["fileOffset"], tuple(d["shape"]))
    return raw


def normalise(source, target):
    """Runs in a worker process: maps its part of both files, and stores what it computed."""
    rows = attach(source)
    result = attach(target)
    result[:] = (rows - rows.mean(axis=1, keepdims=True)) / rows.std(axis=1, keepdims=True)
    result.flush()
    return len(rows)


if __name__ == "__main__":
    parts = json.load(sys.stdin)
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        futures = [client.submit(normalise, part["source"], part["target"]) for part in parts]
        print(json.dumps({"rows": sum(client.gather(futures)), "workers": len(client.scheduler_info()["workers"])}))
