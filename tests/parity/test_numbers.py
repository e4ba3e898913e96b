"""How far numbers lie apart, and what a rule makes of it."""
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from minitorch_compat.parity import Bound, Exact, Ulps
from minitorch_compat.parity.compare.numbers import measure, places


def next_up(value, steps, dtype):
    for _ in range(steps):
        value = np.nextafter(dtype(value), dtype(np.inf))
    return value


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("steps", [1, 2, 7])
@pytest.mark.parametrize("start", [1.0, -3.5, 0.0, -1e-7])
def test_ulps_count_steps_of_the_dtype(dtype, steps, start):
    one = np.array([5.0, start], dtype)
    other = np.array([5.0, next_up(dtype(start), steps, dtype)], dtype)
    found = measure(one, other, np.dtype(dtype).name, Exact())
    assert (found.max_ulp, found.index, found.differing, found.total) == (steps, (1,), 1, 2)
    assert measure(one, other, np.dtype(dtype).name, Ulps(steps, "a reason")) is None
    assert measure(one, other, np.dtype(dtype).name, Ulps(steps - 1, "a reason")).rule == (
        f"within {steps - 1} ulp (a reason)")


def test_a_bfloat16_counts_in_its_own_steps():
    one = np.array([1.0], np.float32)
    other = np.array([1.0 + 2**-7], np.float32)  # the next bfloat16, 2**16 steps of float32 away
    assert measure(one, other, "torch.bfloat16", Exact()).max_ulp == 1
    assert measure(one, other, "torch.float32", Exact()).max_ulp == 2**16


def test_the_smallest_float_on_either_side_of_zero():
    least = np.float32(1e-45)
    assert places(np.array([-least, -0.0, 0.0, least], np.float32), "float32").tolist() == [-1, 0, 0, 1]


def test_signed_zeros_differ_by_default_and_are_one_place_in_ulps():
    one, other = np.array([0.0]), np.array([-0.0])
    found = measure(one, other, "float64", Exact())
    assert (found.max_ulp, found.max_abs, found.passes_at) == (0, 0.0, "0 ulp (only the signs of zeros differ)")
    assert measure(one, other, "float64", Ulps(0, "why")) is None


@pytest.mark.parametrize(("one", "other"), [
    (np.nan, 1.0), (1.0, np.nan), (np.inf, 1.0), (1.0, np.inf), (np.inf, -np.inf), (np.nan, np.inf),
])
def test_nan_and_infinity_are_near_nothing_else(one, other):
    for rule in (Exact(), Ulps(10**9, "why"), Bound("why", absolute=1e30, relative=1e30)):
        found = measure(np.array([1.0, one]), np.array([1.5, other]), "float64", rule)
        assert found is not None and found.passes_at is None and found.max_abs is None
        assert found.index == (1,)  # rather than the difference in front of it
        assert found.ulps["nan or inf"] == 1
    assert measure(np.array([one]), np.array([one]), "float64", Exact()) is None


def test_integers_are_measured_without_overflow():
    found = measure(np.array([2**63 - 1, 5]), np.array([-(2**63), 5]), "int64", Exact())
    assert found.max_abs == 2.0**64 and found.max_ulp is None and found.index == (0,)
    assert (found.expected, found.actual) == ("9223372036854775807", "-9223372036854775808")


def test_neighbours_of_large_unlike_sign():
    found = measure(np.array([1e308]), np.array([-1e308]), "float64", Exact())
    assert found.max_ulp == 2**62  # so far apart that it is cut off there


def test_complex_numbers_are_measured_part_by_part():
    one = np.array([[1 + 1j, 2 + 2j]], np.complex64)
    other = one.copy()
    other[0, 1] = 2 + 1j * np.nextafter(np.float32(2), np.float32(3))
    found = measure(one, other, "complex64", Exact())
    assert (found.max_ulp, found.index) == (1, (0, 1))


def test_numbers_of_unlike_types_are_compared_in_the_reference_precision():
    assert measure(np.array([0.1], np.float32), np.array([0.1]), "float32", Exact()) is None
    assert measure(np.array([0.1]), np.array([0.1], np.float32), "float64", Exact()).max_abs > 0
    assert measure(np.array([1]), np.array([1.0]), "int64", Exact()) is None
    assert measure(np.array([1]), np.array([1.5]), "int64", Exact()).max_abs == 0.5
    assert measure(np.array([True]), np.array([1]), "bool", Exact()) is None


def test_the_bound_may_be_one_for_each_element():
    one, other = np.array([1.0, 1.0]), np.array([1.1, 1.1])
    assert measure(one, other, "float64", Bound("why", absolute=np.array([0.2, 0.2]))) is None
    assert measure(one, other, "float64", Bound("why", absolute=np.array([0.2, 0.01]))) is not None


def test_the_histogram_counts_every_element():
    one = np.ones(6, np.float32)
    other = one.copy()
    for place, steps in enumerate((0, 1, 2, 3, 4, 9)):
        other[place] = next_up(np.float32(1), steps, np.float32)
    assert measure(one, other, "float32", Exact()).ulps == {"0": 1, "1": 1, "2": 1, "3-4": 2, "9-16": 1}


FLOATS = arrays(np.float32, 5, elements=st.floats(-1e6, 1e6, width=32))


@settings(max_examples=200, deadline=None)
@given(FLOATS, FLOATS)
def test_the_smallest_tolerance_that_passes_is_the_smallest(one, other):
    found = measure(one, other, "float32", Exact())
    if found is None:
        return assert_same(one, other)
    assert measure(one, other, "float32", Ulps(found.max_ulp, "why")) is None
    assert measure(one, other, "float32", Bound("why", absolute=found.max_abs)) is None
    if found.max_ulp:
        assert measure(one, other, "float32", Ulps(found.max_ulp - 1, "why")) is not None
        assert measure(one, other, "float32", Bound("why", absolute=np.nextafter(found.max_abs, 0))) is not None
    assert sum(found.ulps.values()) == found.total == 5
    if np.isfinite(found.max_rel):
        assert measure(one, other, "float32", Bound("why", relative=found.max_rel)) is None


def assert_same(one, other):
    assert one.tobytes() == other.tobytes()


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (1, 1, 2)])
def test_the_worst_index_leads_to_the_worst_element(shape):
    one = np.zeros(shape, np.float32)
    other = one.copy()
    last = tuple(n - 1 for n in shape)
    other[last] = 5
    found = measure(one, other, "float32", Exact())
    assert found.index == last and other[found.index] == 5
    assert (found.expected, found.actual, found.max_rel) == ("0.0", "5.0", np.inf)
