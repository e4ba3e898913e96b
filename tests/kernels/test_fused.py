"""One rounding, whatever the size: against fractions, which round nothing."""
from fractions import Fraction

import numpy as np
import pytest

from minitorch_compat._kernels import softmax
from minitorch_compat._kernels.fused import BLOCK, fma32, one_minus_square, times_one_minus_square


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


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_blocks_of_the_way_back_through_tanh_are_what_a_piece_of_it_is(dtype: type) -> None:
    y = np.tanh(np.random.default_rng(5).standard_normal(2 * BLOCK + 7)).astype(dtype)
    g = np.random.default_rng(6).standard_normal(y.size).astype(dtype)
    assert np.array_equal(times_one_minus_square(g, y), g * one_minus_square(y))
    for number in (1.0, 0.3):
        everywhere = np.broadcast_to(np.asarray(number, dtype), y.shape)
        assert np.array_equal(times_one_minus_square(everywhere, y), everywhere * one_minus_square(y))
    assert np.array_equal(times_one_minus_square(g[::-1], y), g[::-1] * one_minus_square(y))


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rows_taken_together_are_what_they_are_alone(name: str, dtype: type) -> None:
    x, g = np.random.default_rng(7).standard_normal((2, 300, 500)).astype(dtype)
    forward, backward = getattr(softmax, name), getattr(softmax, name + "_backward")
    assert x.size > softmax.BLOCK > x[:100].size
    whole = forward(x, 1)
    parts = [forward(each, 1) for each in (x[:100], x[100:200], x[200:])]
    few = 60 * np.finfo(dtype).eps
    np.testing.assert_allclose(whole, np.concatenate(parts), few, few)
    back = backward(g, whole, 1)
    parts = [backward(g[each], whole[each], 1) for each in (slice(100), slice(100, 200), slice(200, None))]
    np.testing.assert_allclose(back, np.concatenate(parts), few, few)
