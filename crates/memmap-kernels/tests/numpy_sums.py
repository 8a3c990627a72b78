"""Writes numpy_sums.txt: results of NumPy over numbers that numpy_sums.rs makes again. Needs NumPy 2.4.6.

Each line: kind, operation, rows, columns, gap (elements left out behind each row), axis (- for all), and the results' bits.
"""

import numpy as np

SIZES = [1, 2, 7, 8, 9, 15, 16, 31, 127, 128, 129, 130, 136, 255, 256, 257, 1000, 1023, 1024, 1025, 4095, 5000, 8192, 8193, 20001]
LARGE = [1 << 20, 1_000_003]


def numbers(count):
    """A linear congruential generator; the upper bits, as floats between -64 and 64 with 20 bits behind the point."""
    state = np.uint64(42)
    out = np.empty(count)
    a, c = 6364136223846793005, 1442695040888963407
    state = 42
    mask = (1 << 64) - 1
    for i in range(count):
        state = (state * a + c) & mask
        out[i] = ((state >> 37) - (1 << 26)) / (1 << 20)
    return out


BASE = numbers(max(LARGE))


def bits(result):
    result = np.atleast_1d(result)
    word = {2: "u2", 4: "u4", 8: "u8", 16: "u8"}[result.dtype.itemsize]
    if result.dtype == np.complex64:
        word = "u4"
    return " ".join(format(int(x), "x") for x in np.ascontiguousarray(result).view(word))


def case(lines, kind, operation, rows, columns, gap, axis):
    dtype = {"F16": "f2", "F32": "f4", "F64": "f8", "C64": "c8", "C128": "c16"}[kind]
    count = rows * (columns + gap)
    if np.dtype(dtype).kind == "c":
        array = (BASE[:count] + 1j * BASE[:count][::-1]).astype(dtype)
    else:
        array = BASE[:count].astype(dtype)
    array = array.reshape(rows, columns + gap)[:, :columns]
    result = getattr(np, operation)(array, axis=axis)
    lines.append(f"{kind} {operation} {rows} {columns} {gap} {'-' if axis is None else axis} {bits(result)}")


lines = [f"# numpy {np.__version__}"]
for kind in ["F16", "F32", "F64", "C64", "C128"]:
    for size in SIZES + (LARGE if kind != "F16" else []):
        case(lines, kind, "sum", 1, size, 0, None)
        if kind != "F16" or size <= 8192:
            case(lines, kind, "mean", 1, size, 0, None)
    for rows, columns in [(3, 7), (5, 130), (2, 1000)]:
        case(lines, kind, "sum", rows, columns, 0, 1)
        case(lines, kind, "sum", rows, columns, 3, 1)
        case(lines, kind, "sum", rows, columns, 3, None)
    if kind != "F16":
        for rows, columns in [(3, 7), (100, 9), (128, 5)]:
            case(lines, kind, "sum", rows, columns, 0, 0)
    if kind in ("F32", "F64"):
        for size in [1, 2, 9, 100, 1000, 2000]:
            case(lines, kind, "var", 1, size, 0, None)
            case(lines, kind, "std", 1, size, 0, None)
        case(lines, kind, "var", 4, 100, 0, 1)
        case(lines, kind, "var", 100, 4, 0, 0)
with open(__file__.replace(".py", ".txt"), "w") as file:
    file.write("\n".join(lines) + "\n")
