"""The Python side of bench/search.mjs: searches of the same file by NumPy, and by faiss where it is installed. Prints JSON."""

import json
import sys
import time

import numpy as np

path, rows, columns, k, runs = sys.argv[1], *map(int, sys.argv[2:6])
matrix = np.memmap(path, dtype="float32", mode="r", shape=(rows, columns))
queries = np.array(matrix[:64])


def best(work):
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return sorted(times)[len(times) // 2]


def search(some):
    products = matrix @ some.T
    nearest = np.argpartition(-products, k, axis=0)[:k]
    order = np.take_along_axis(-products, nearest, 0).argsort(axis=0)
    return np.take_along_axis(nearest, order, 0).T


found = {"NumPy": {"version": np.__version__, "one": best(lambda: search(queries[:1])), "many": best(lambda: search(queries)),
                   "rows": search(queries[:1])[0].tolist()}}
try:
    import faiss

    index = faiss.IndexFlatIP(columns)
    start = time.perf_counter()
    index.add(matrix)
    build = time.perf_counter() - start
    found["faiss IndexFlatIP"] = {"version": faiss.__version__, "build": build, "one": best(lambda: index.search(queries[:1], k)),
                                  "many": best(lambda: index.search(queries, k)), "rows": index.search(queries[:1], k)[1][0].tolist()}
except ImportError:
    pass
print(json.dumps(found))
