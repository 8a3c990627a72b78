"""Writes exact_values.txt: complex functions by mpmath, rounded. `python exact_values.py > exact_values.txt`

Each line: function, dtype, the bits of the argument and those of the result in hexadecimal. The points are in all
quadrants, on both sides of branch cuts, and where formulas cancel, underflow or overflow.
"""

import struct

import mpmath as mp

mp.mp.prec = 1600

FUNCTIONS = {
    "sqrt": mp.sqrt, "exp": mp.exp, "exp2": lambda z: mp.power(2, z), "expm1": lambda z: mp.exp(z) - 1,
    "log": mp.log, "log2": lambda z: mp.log(z) / mp.log(2), "log10": lambda z: mp.log(z) / mp.log(10),
    "log1p": lambda z: mp.log(1 + z), "sin": mp.sin, "cos": mp.cos, "tan": mp.tan,
    "arcsin": mp.asin, "arccos": mp.acos, "arctan": mp.atan, "sinh": mp.sinh, "cosh": mp.cosh, "tanh": mp.tanh,
    "arcsinh": mp.asinh, "arccosh": mp.acosh, "arctanh": mp.atanh,
}

POINTS = [
    (0.5, 0.25), (-0.5, 0.25), (0.5, -0.25), (-0.5, -0.25), (3.0, 4.0), (-20.0, 1.5), (1.5, -40.0),
    (0.6, 0.8), (-0.28, 0.96), (1 + 2**-40, 2**-30), (-1 + 2**-40, 2**-30), (2**-35, -1 - 2**-45),
    (720.0, 5e-324), (-720.0, -5e-324), (1.0, 5e-324), (1.5, 1e-200), (0.25, -1e-200), (1e-200, 2.0), (1e-20, 1e-25), (3.0, -2.0), (-1e-8, 1e-5),
]


def bits(x):
    return format(struct.unpack(">Q", struct.pack(">d", float(x)))[0], "x")


for name, function in FUNCTIONS.items():
    for re, im in POINTS:
        # exp2 multiplies by ln 2 first, and expm1 overflows where e^x does, as those of NumPy.
        if name in ("exp2", "expm1") and abs(re) > 700:
            continue
        result = function(mp.mpc(re, im))
        print(name, "complex128", bits(re), bits(im), bits(result.real), bits(result.imag))
