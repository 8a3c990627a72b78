"""Writes numpy_values.txt: functions of special values as NumPy 2.4.6 has them. `python numpy_values.py > numpy_values.txt`

Each line: function, dtype, the bits of the arguments and those of the result in hexadecimal.
"""

import itertools
import warnings

import numpy as np

warnings.simplefilter("ignore")
np.seterr(all="ignore")

UNARY = """sqrt exp exp2 expm1 log log2 log10 log1p sin cos tan arcsin arccos arctan sinh cosh tanh
arcsinh arccosh arctanh""".split()
REAL = "cbrt rint floor ceil trunc".split()
BINARY = "power arctan2 hypot".split()

magnitudes = [0.0, 5e-324, 1e-310, 0.5, 1, 2.5, 80, 700, 1e22, 1e300, np.inf]
reals = np.array([s * x for x in magnitudes for s in (1, -1)] + [np.nan])
few = np.array([s * x for x in (0.0, 0.5, 1, 3, 1e200, np.inf) for s in (1, -1)] + [np.nan])
parts = [0, -0.0, 1, -1.5, 800, np.inf, -np.inf, np.nan]
complexes = np.array([complex(re, im) for re, im in itertools.product(parts, parts)])


def bits(x):
    word = {8: "u8", 4: "u4"}[x.real.dtype.itemsize]
    return " ".join(f"{int(part):x}" for part in np.atleast_1d(x).view(word))


def write(name, *arguments):
    results = getattr(np, name)(*arguments)
    for *given, result in zip(*arguments, results):
        print(name, result.dtype.name, *map(bits, given), bits(result))


for dtype in ("f4", "f8"):
    for name in UNARY + REAL:
        write(name, reals.astype(dtype))
    for name in BINARY:
        a, b = (few.astype(dtype)[i.ravel()] for i in np.indices((len(few), len(few))))
        write(name, a, b)
for name in UNARY:
    write(name, complexes)
a, b = (complexes[::3][i.ravel()] for i in np.indices((22, 22)))
write("power", a, b)
