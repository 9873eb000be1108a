"""
Writes test/fixtures/npy/: files of NumPy in every type, byte order, order of axes and version that readNpy and readNpz read,
and expected.json with the dtype, the shape and the numbers of each. `python3 test/tools/numpy-fixtures.py`, with numpy.

Shapes and numbers are texts: row-major, each number with as many digits as a float64 needs.
"""
import json
from pathlib import Path

import numpy
from numpy.lib import format as npy

FOLDER = Path(__file__).parent.parent / "fixtures" / "npy"
FOLDER.mkdir(exist_ok=True)

FLOATS = {
    "f2": [0.0, -0.0, 1.5, -2.0, 65504.0, 2.0**-14, 2.0**-24, 1023 * 2.0**-24, numpy.inf, -numpy.inf, numpy.nan, 0.333251953125],
    "f4": [0.0, -0.0, 1.5, -2.0, 3.4028234663852886e38, 2.0**-126, 2.0**-149, 0.1, numpy.inf, -numpy.inf, numpy.nan, 1 / 3],
    "f8": [0.0, -0.0, 1.5, -2.0, 1.7976931348623157e308, 2.0**-1022, 5e-324, 0.1, numpy.inf, -numpy.inf, numpy.nan, 1 / 3],
}
WHOLE = {bits: [0, 1, 2, 3, 100, 2 ** (bits - 1) - 1] for bits in (8, 16, 32)} | {64: [0, 1, 2, 3, 100, 2**53]}

expected = {}


def described(array):
    """What a reader has to make of an array."""
    narrow = array.dtype.kind in "fiub" and (array.dtype.itemsize < 4 or array.dtype.str[1:] == "f4")
    return {
        "dtype": "float32" if narrow else "float64",
        "shape": " ".join(str(axis) for axis in array.shape),
        "values": " ".join(repr(float(value)) for value in array.flatten(order="C")),
    }


def save(name, array, version=None):
    with open(FOLDER / f"{name}.npy", "wb") as file:
        npy.write_array(file, array, version=version)
    expected[f"{name}.npy"] = described(array)


for order, word in (("<", "little"), (">", "big")):
    for kind, values in FLOATS.items():
        save(f"{kind}-{word}", numpy.array(values, dtype=order + kind))
    for bits, values in WHOLE.items():
        if bits == 8:
            continue
        top = 2**53 if bits == 64 else 2**bits - 1
        save(f"u{bits // 8}-{word}", numpy.array([*values, top], dtype=f"{order}u{bits // 8}"))
        save(f"i{bits // 8}-{word}", numpy.array([*values, -1, -(2 ** min(bits - 1, 53))], dtype=f"{order}i{bits // 8}"))
save("u1", numpy.array([*WHOLE[8], 255], dtype="u1"))
save("i1", numpy.array([*WHOLE[8], -1, -128], dtype="i1"))
save("bool", numpy.array([[True, False], [False, True]]))

COUNT = numpy.arange(24, dtype="<f4").reshape(2, 3, 4)
save("c-order", COUNT)
save("fortran-order", numpy.asfortranarray(COUNT))
save("fortran-order-big", numpy.asfortranarray(COUNT.astype(">i2")))
save("fortran-matrix", numpy.asfortranarray(COUNT[0].astype("<f8")))
save("scalar", numpy.array(2.5))
save("empty", numpy.zeros((0,), dtype="<f4"))
save("empty-inside", numpy.asfortranarray(numpy.zeros((2, 0, 3))))
save("many-axes", numpy.asfortranarray(numpy.arange(64, dtype="u1").reshape((2,) * 6)))
for major in (1, 2, 3):
    save(f"version-{major}", numpy.asfortranarray(COUNT), version=(major, 0))

ARRAYS = {"weight": COUNT[0], "bias": numpy.array([1, -1], dtype="<f8"), "größe": numpy.array(3, dtype="i1")}
for name, write in (("arrays", numpy.savez), ("packed", numpy.savez_compressed)):
    write(FOLDER / f"{name}.npz", zeros=numpy.zeros((40, 50), dtype="<f4"), **ARRAYS)
    expected[f"{name}.npz"] = {key: described(array) for key, array in ARRAYS.items()}

(FOLDER / "expected.json").write_text(json.dumps(expected, indent=2, ensure_ascii=False) + "\n")
print(json.dumps(expected, ensure_ascii=False))
