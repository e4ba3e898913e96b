"""Ranges with torch's roundings: known values, and torch itself."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from minitorch_compat._kernels import ranges
from minitorch_compat._kernels.scalar_types import bfloat16

REAL = {"float16": np.dtype("f2"), "bfloat16": None, "float32": np.dtype("f4"), "float64": np.dtype("f8")}
BOUNDS = [(0, 10.05, 0.1), (-3.3, 40, 0.3), (0.1, -20.77, -0.7), (1, 60, 1.0), (0, 0, 1), (0.5, 0.6, 3.0)]


def numpy_dtype(name: str) -> np.dtype:
    return bfloat16() if name == "bfloat16" else np.dtype(name)


def test_known_values():
    thirds = ["0x0p+0", "0x1.555556p-3", "0x1.555556p-2", "0x1p-1", "0x1.555554p-1", "0x1.aaaaaap-1", "0x1p+0"]
    got = ranges.linspace(0, 1, 7, np.dtype("f4")).tolist()
    assert got == [float.fromhex(each) for each in thirds]
    tenths = ["0x1.333334p-2", "0x1.666666p-1", "0x1.8p+0", "0x1.b33334p+0", "0x1.e66666p+0"]
    got = ranges.arange(0, 2, 0.1, np.dtype("f4"))[[3, 7, 15, 17, 19]].tolist()
    assert got == [float.fromhex(each) for each in tenths]
    assert ranges.linspace(0, 10, 5, np.dtype("i8")).tolist() == [0, 2, 5, 7, 10]
    assert ranges.arange(2**62, 2**62 + 2, 1, np.dtype("i8")).tolist() == [2**62, 2**62 + 1]
    assert ranges.logspace(0, 2, 3, 10.0, np.dtype("f4")).tolist() == [1, 10, 100]
    assert ranges.linspace(3, 9, 1, np.dtype("f4")).tolist() == [3]


@pytest.mark.parametrize("dtype", REAL)
@pytest.mark.parametrize("bounds", BOUNDS)
def test_arange_and_range_are_bitwise(torch, compare, dtype, bounds):
    kind = getattr(torch, dtype)
    compare.agree(ranges.arange(*bounds, numpy_dtype(dtype)), torch.arange(*bounds, dtype=kind))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = torch.range(*bounds, dtype=kind)
    compare.agree(ranges.range(*bounds, numpy_dtype(dtype)), expected)


@pytest.mark.parametrize("dtype", ["uint8", "int32", "int64"])
@pytest.mark.parametrize("bounds", [(0, 300, 1), (5, 200, 7), (3, 3, 2)])
def test_integers(torch, compare, dtype, bounds):
    compare.agree(ranges.arange(*bounds, np.dtype(dtype)), torch.arange(*bounds, dtype=getattr(torch, dtype)))
    start, end, _ = bounds
    for count in (0, 1, 2, 17):
        compare.agree(
            ranges.linspace(start, end % 200, count, np.dtype(dtype)),
            torch.linspace(start, end % 200, count, dtype=getattr(torch, dtype)),
        )


@pytest.mark.parametrize("dtype", REAL)
@pytest.mark.parametrize("count", [0, 1, 2, 7, 100, 1003])
def test_linspace_is_bitwise(torch, compare, dtype, count):
    for start, end in ((0, 1), (-3.3, 7.1), (5, -2.2), (1, 1)):
        expected = torch.linspace(start, end, count, dtype=getattr(torch, dtype))
        compare.agree(ranges.linspace(start, end, count, numpy_dtype(dtype)), expected)


@pytest.mark.parametrize(("dtype", "within"), [("float16", 12), ("bfloat16", 12), ("float32", 4), ("float64", 0)])
def test_logspace(torch, compare, dtype, within):
    for start, end in ((0, 1), (-1.3, 2.1)):
        expected = torch.logspace(start, end, 50, 2.5, dtype=getattr(torch, dtype))
        compare.agree(ranges.logspace(start, end, 50, 2.5, numpy_dtype(dtype)), expected, within)


@pytest.mark.parametrize(
    ("bounds", "text"),
    [
        ((0, 5, 0), "step must be nonzero"),
        ((0, 5, -1), "upper bound and lower bound inconsistent with step sign"),
        ((5, 0, 1), "upper bound and lower bound inconsistent with step sign"),
        ((0, float("inf"), 1), "unsupported range: 0 -> inf"),
        ((0, float("nan"), 1), "unsupported range: 0 -> nan"),
        ((0, 1e20, 1), "invalid size, possible overflow?"),
    ],
)
def test_refusals(bounds, text):
    with pytest.raises(RuntimeError) as refusal:
        ranges.arange(*bounds, np.dtype("f4"))
    assert str(refusal.value) == text


def test_other_refusals():
    with pytest.raises(RuntimeError, match=r"^number of steps must be non-negative$"):
        ranges.linspace(0, 1, -1, np.dtype("f4"))
    with pytest.raises(NotImplementedError, match=r"^\"arange_cpu\" not implemented for 'Bool'$"):
        ranges.arange(0, 3, 1, np.dtype("?"))
    with pytest.raises(NotImplementedError, match=r"^\"linspace_cpu\" not implemented for 'Bool'$"):
        ranges.linspace(0, 3, 2, np.dtype("?"))
