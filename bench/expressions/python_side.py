"""The sides of Python: expressions asked for on standard input, one JSON object a line; answers seconds and a digest."""

import json
import sys
import time

import numpy as np

versions = {"numpy": np.__version__}
try:
    import numexpr as ne

    versions["numexpr"] = ne.__version__
except ImportError:
    pass
try:
    import bottleneck as bn

    versions["bottleneck"] = bn.__version__
except ImportError:
    pass
try:
    import blosc2

    versions["blosc2"] = blosc2.__version__
except ImportError:
    pass

NAMES = {
    name: getattr(np, name) for name in "where sin sqrt exp hypot arctan2 clip abs maximum minimum nan".split()
}
arrays = {}


def operands(ask):
    """The same numbers as in `measure.mjs`."""
    dtype, length = ask["dtype"], ask["length"]
    if arrays.get("of") != (dtype, length):
        arrays.clear()
        arrays["of"] = (dtype, length)
    for name in ask["names"]:
        if name not in arrays:
            numbers = np.arange(length, dtype=np.uint32) * np.uint32(2654435761) + np.uint32(ord(name) * 977 * 65536 % 2**32)
            arrays[name] = ((numbers >> np.uint32(8)) / np.float64(2**24)).astype(dtype)
    return {name: arrays[name] for name in ask["names"]}


def digest(result):
    if isinstance(result, np.ndarray) and result.ndim > 0:
        return [float(x) for x in result[np.arange(64) * (result.size - 1) // 63]]
    return [float(result)]


def target(work):
    """An array for the results, touched before."""
    result = work()
    return np.array(result)


def numpy_work(ask, values):
    code = compile(ask["text"], "expression", "eval")
    names = {**NAMES, **values}
    if "reduce" in ask:
        reduce = getattr(np, ask["reduce"])
        return lambda: reduce(eval(code, names))
    if not ask.get("into"):
        return lambda: eval(code, names)
    out = target(lambda: eval(code, names))

    def work():
        out[...] = eval(code, names)
        return out

    return work


def numexpr_work(ask, values):
    # The reductions of numexpr are not threaded, and it has no nan in the text.
    text, given = ask["text"], {**values, "nan": np.nan}
    names = {name: given[name] for name in ne.NumExpr(text).input_names}
    reduce = {"sum": np.sum, "max": np.max, "nansum": np.nansum}.get(ask.get("reduce"))
    work = lambda: ne.evaluate(text, local_dict=names)
    if ask.get("into"):
        out = target(work)
        return lambda: ne.evaluate(text, local_dict=names, out=out)
    return (lambda: reduce(work())) if reduce else work


def bottleneck_work(ask, values):
    reduce = {"nansum": bn.nansum, "sum": bn.nansum, "max": bn.nanmax}[ask["reduce"]]
    elements = numpy_work({key: ask[key] for key in ask if key != "reduce"}, values)
    return lambda: reduce(elements())


def blosc2_work(ask, values):
    lazy = blosc2.lazyexpr(ask["text"], operands=values)
    if ask.get("into"):
        out = target(lambda: lazy[:])

        def work():
            out[...] = lazy[:]
            return out

        return work
    if "reduce" not in ask:
        return lambda: lazy[:]
    reduced = getattr(lazy, ask["reduce"])
    return lambda: reduced()


WORK = {"numpy": numpy_work, "numexpr": numexpr_work, "bottleneck": bottleneck_work, "blosc2": blosc2_work}


def answer(ask):
    work = WORK[ask["side"]](ask, operands(ask))
    result = work()
    work()
    start = time.perf_counter()
    for _ in range(ask["times"]):
        work()
    seconds = (time.perf_counter() - start) / ask["times"]
    return {"seconds": seconds, "digest": digest(result)}


print(json.dumps({"version": versions["numpy"], "versions": versions}), flush=True)
for line in sys.stdin:
    try:
        print(json.dumps(answer(json.loads(line))), flush=True)
    except Exception as error:
        print(json.dumps({"error": f"{type(error).__name__}: {error}".splitlines()[0]}), flush=True)
