"""The side of NumPy in `npm run bench -- --sizes`: code asked for on standard input, one JSON object a line; answers seconds and a digest."""

import json
import operator  # noqa: F401  for the code that is asked for
import sys
import time

import numpy as np


def digest(result):
    if isinstance(result, np.ndarray) and result.ndim > 0:
        at = np.arange(64) * (result.size - 1) // 63
        return [float(x) for x in np.asarray(result)[np.unravel_index(at, result.shape)]]
    return [float(result)] if isinstance(result, (int, float, np.number, np.bool_)) else None


def compiled(code, names):
    exec(f"def work(): return {code}", names)
    return names["work"]


def seconds(work, times):
    start = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - start) / times


work = None
print(json.dumps({"version": np.__version__}), flush=True)
for line in sys.stdin:
    ask = json.loads(line)
    if "code" in ask:
        # The arrays of the row before go first.
        work = None
        names = {"np": np, "operator": operator, "sum": sum}
        if "path" in ask:
            shape, order = tuple(ask["shape"]), ask["order"]
            a = np.memmap(ask["path"], dtype=ask["dtype"], shape=shape, order=order, mode="r+")
            names["a"] = np.array(a, order=order) if ask["inMemory"] else a
            del a
        else:
            thousand = np.full(1024, 1.25, "f4")
            names.update(four=np.zeros(4, "f4"), thousand=thousand, rows=thousand.reshape(32, 32), some=[0, 5, 9, 31])
        names["b"] = eval(ask["prepare"], names) if "prepare" in ask else None
        work = compiled(ask["code"], names)
        print(json.dumps({"digest": digest(work())}), flush=True)
    elif "times" in ask:
        print(json.dumps({"seconds": seconds(work, ask["times"])}), flush=True)
    else:
        work = names = None
        print("{}", flush=True)
