"""One rounding, whatever the size: against fractions, which round nothing."""
from fractions import Fraction

import numpy as np
import pytest

from minitorch_compat._kernels.fused import BLOCK, fma32, one_minus_square


def nearest(value: Fraction, dtype: np.dtype) -> float:
    """``value`` rounded once to ``dtype``."""
    guess = dtype.type(float(value))
    near = [np.nextafter(guess, dtype.type(-np.inf)), guess, np.nextafter(guess, dtype.type(np.inf))]
    return min(near, key=lambda each: abs(Fraction(float(each)) - value))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("count", [50, BLOCK + 50])
def test_one_minus_square_is_rounded_once(dtype: type, count: int) -> None:
    y = np.tanh(np.random.default_rng(0).normal(size=count)).astype(dtype)
    found = one_minus_square(y)
    assert found.dtype == dtype
    for place in (*range(25), *range(count - 25, count)):
        assert found[place] == nearest(1 - Fraction(float(y[place])) ** 2, np.dtype(dtype))


def test_blocks_change_nothing() -> None:
    a, b, c = np.random.default_rng(0).normal(size=(3, BLOCK + 7)).astype(np.float32)
    whole = fma32(a, b, c)
    parts = np.concatenate([fma32(a[:100], b[:100], c[:100]), fma32(a[100:], b[100:], c[100:])])
    assert whole.tobytes() == parts.tobytes()
    for shape in [(), (1,), (3, 5), (BLOCK + 7,)]:
        assert one_minus_square(np.zeros(shape, np.float32)).shape == shape
