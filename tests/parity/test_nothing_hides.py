"""Whatever differs between two plain values or arrays is told in some dimension, and nothing else is."""
import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from test_compare import compared
from toy import Tensor

LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from([0.0, -0.0, 1.0, 1.5, math.nan, math.inf]),
    st.sampled_from([1j, 1 + 0j]), st.sampled_from(["", "a", "b"]), st.sampled_from([b"", b"a"]),
)
VALUES = st.recursive(LEAVES, lambda inner: st.one_of(
    st.lists(inner, max_size=3), st.lists(inner, max_size=3).map(tuple),
    st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
), max_leaves=5)


def strict(value):
    """A text that is the same exactly for values that are the same to the last bit and type."""
    if isinstance(value, list | tuple):
        return f"{type(value).__name__}{[strict(each) for each in value]}"
    if isinstance(value, dict):
        return str([(key, strict(each)) for key, each in value.items()])
    return f"{type(value).__name__} {value!r}"


@settings(max_examples=300, deadline=None)
@given(VALUES, VALUES)
def test_plain_values(one, other):
    assert bool(compared(one, other)) == (strict(one) != strict(other))


@settings(max_examples=100, deadline=None)
@given(VALUES)
def test_a_value_agrees_with_itself(value):
    assert compared(value, value) == set()


DTYPES = st.sampled_from(["float32", "float64", "int64", "bool", "complex64"])
SHAPES = st.sampled_from([(), (1,), (2,), (0,), (1, 2)])
ARRAYS = st.tuples(DTYPES, SHAPES).flatmap(lambda both: arrays(*both))


@settings(max_examples=200, deadline=None)
@given(ARRAYS, ARRAYS)
def test_arrays(one, other):
    def bits(array):
        parts = np.stack([array.real, array.imag]) if array.dtype.kind == "c" else array
        return array.dtype, array.shape, array.strides, [strict(float(each)) for each in parts.ravel()]

    assert bool(compared(Tensor(one), Tensor(other))) == (bits(one) != bits(other))
