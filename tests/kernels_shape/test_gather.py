"""Gathering and scattering along a dimension, through masks, by position: values, layouts, refusals are torch's."""
import itertools

import numpy as np
import pytest
from arrays_and_tensors import of_array, of_tensor, outcome
from test_view_kernels import LAYOUTS, arrays, tensors

from minitorch_compat._kernels import gather, layout


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch")


INDICES = [
    np.array(0), np.array([0]), np.array([0, 1]), np.array([0, 0]), np.array([1, 0, 1]), np.array([-1]), np.array([9]),
    np.array([], np.int64), np.array([[0, 1, 0]]), np.array([[0], [1]]), np.array([[0, 1], [1, 0]]),
    np.array([[0, 1, 1], [1, 0, 0]]), np.array([[0, -1]]), np.array([[0, 2, 0]]), np.array([[0, 1, 0, 1]]),
    np.zeros((1, 2, 1), np.int64), np.zeros((2, 3, 2), np.int64), np.zeros((0, 2), np.int64),
    np.array([0, 1], np.int32), np.array([[0, 1, 0]], np.int32), np.array([0.0, 1.0], np.float32),
    np.array([[0, 1]], np.uint8),
]
DIMS = (0, 1, -1, 2)
SOME = ("number", "vector", "matrix", "transposed", "cube", "permuted", "nothing", "empty")


def check(torch, name, cases, kernel=None):
    for laid_out, arguments, keywords in cases:
        ours = [arrays()[laid_out], *arguments]
        theirs = [tensors(torch)[laid_out],
                  *(torch.from_numpy(each) if isinstance(each, np.ndarray) else each for each in arguments)]
        expected = outcome(getattr(torch, name), of_tensor, *theirs, **keywords)
        got = outcome(kernel or getattr(gather, name), of_array, *ours, **keywords)
        assert got == expected, (laid_out, arguments, keywords)


@pytest.mark.parametrize("name", ["gather", "index_select"])
def test_reading_along_a_dimension_as_in_torch(torch, name):
    check(torch, name, ((laid_out, (dim, index), {})
                        for laid_out, dim, index in itertools.product(SOME, DIMS, INDICES)))


def test_reading_with_broadcast_indices_as_in_torch(torch):
    indices = [each for each in INDICES if not each.size or each.dtype != np.int64 or 0 <= each.min() <= each.max() < 2]
    check(torch, "take_along_dim", ((laid_out, (index, dim), {}) for laid_out, index, dim in itertools.product(
        ("matrix", "transposed", "cube"), indices, (None, 0, 1, -1))))


def sources(index):
    ramp = np.arange(10, 10 + 64, dtype=np.float32)
    shapes = {index.shape, (), (1,), (2,), (1, 3), (2, 3), (2, 2), (2, 3, 4)}
    return [ramp[:int(np.prod(shape))].reshape(shape) for shape in sorted(shapes)]


@pytest.mark.parametrize("name", ["scatter", "scatter_add", "index_add", "index_copy"])
def test_writing_along_a_dimension_as_in_torch(torch, name):
    # A scatter from a 0-d tensor is another matter: here a 0-d source means a value for all places.
    check(torch, name, ((laid_out, (dim, index, source), {})
                        for laid_out, dim, index in itertools.product(SOME, DIMS, INDICES)
                        for source in sources(index) if name != "scatter" or source.ndim or laid_out == "number"))
    index = INDICES[8] if name.startswith("scatter") else np.array([0])
    check(torch, name, [("matrix", (0, index, np.ones((1, 3))), {})])


def test_scattering_a_value_as_in_torch(torch):
    for laid_out, dim, index in itertools.product(SOME, DIMS, INDICES):
        for reduce in ({}, {"reduce": "add"}, {"reduce": "multiply"}, {"reduce": "foo"}):
            ours, theirs = arrays()[laid_out], tensors(torch)[laid_out]
            expected = outcome(torch.scatter, of_tensor, theirs, dim, torch.from_numpy(index), 5.0, **reduce)
            if laid_out == "number":
                continue  # Covered above: there a 0-d source is a tensor like any other.
            value = np.array(5.0, np.float32)
            assert outcome(gather.scatter, of_array, ours, dim, index, value, **reduce) == expected, (laid_out, index)


@pytest.mark.parametrize("reduce", ["sum", "prod", "mean", "amax", "amin", "foo"])
@pytest.mark.parametrize("include_self", [True, False])
def test_reducing_as_in_torch(torch, reduce, include_self):
    index = np.array([[0, 1, 1], [1, 1, 0]])
    for dtype in ("float32", "float64", "int64", "int32"):
        source = (np.arange(6).reshape(2, 3) - 3).astype(dtype)
        x = np.arange(6).reshape(2, 3).astype(dtype)
        for dim in (0, 1):
            expected = outcome(torch.scatter_reduce, of_tensor, torch.from_numpy(x), dim, torch.from_numpy(index),
                               torch.from_numpy(source), reduce, include_self=include_self)
            got = outcome(gather.scatter_reduce, of_array, x, dim, index, source, reduce, include_self=include_self)
            assert got == expected, (dtype, dim)


def test_adding_multiples_as_in_torch(torch):
    check(torch, "index_add", [("matrix", (0, np.array([0, 0]), np.ones((2, 3), np.float32)), {"alpha": 2.5})])


def test_filling_slices_as_in_torch(torch):
    for laid_out, dim, index in itertools.product(SOME, DIMS, INDICES):
        expected = outcome(torch.index_fill, of_tensor, tensors(torch)[laid_out], dim, torch.from_numpy(index), 5.0)
        got = outcome(gather.index_fill, of_array, arrays()[laid_out], dim, index, np.array(5.0, np.float32))
        assert got == expected, (laid_out, dim, index)


MASKS = [np.array(True), np.array(False), np.array([True, False]), np.array([True, False, True]),
         np.array([[True, False, True], [False, True, True]]), np.array([[True], [False]]), np.zeros(0, bool),
         np.ones((2, 3, 4), bool), np.array([[True, False], [False, True], [True, True]]), np.ones((2, 3), np.float32),
         np.ones((2, 3), np.uint8), np.array([[True, False, True], [False, True, True]]).T.copy().T]


@pytest.mark.parametrize("laid_out", LAYOUTS)
def test_masks_as_in_torch(torch, laid_out):
    five, ramp = np.array(5.0, np.float32), np.arange(30, dtype=np.float32)
    for mask in MASKS:
        check(torch, "masked_select", [(laid_out, (mask,), {})])
        check(torch, "masked_fill", [(laid_out, (mask, five), {}), (laid_out, (mask, ramp[:1]), {})])
        check(torch, "masked_scatter", [(laid_out, (mask, source), {})
                                        for source in (ramp, ramp[:1], ramp.reshape(5, 6).T, ramp.astype(np.int64))])


def test_positions_as_in_torch(torch):
    for laid_out, index in itertools.product(LAYOUTS, [*INDICES, np.array([[5, -6], [0, 1]]).T]):
        check(torch, "take", [(laid_out, (index,), {})])
        for source in (np.arange(10, 10 + index.size, dtype=np.float32), np.ones(7, np.float32), np.ones(index.size)):
            for accumulate in (False, True):
                ours, theirs = arrays()[laid_out], tensors(torch)[laid_out]
                expected = outcome(torch.Tensor.put, of_tensor, theirs, torch.from_numpy(index),
                                   torch.from_numpy(source), accumulate)
                assert outcome(gather.put, of_array, ours, index, source, accumulate) == expected, (laid_out, index)


def test_embedding_as_in_torch(torch):
    for laid_out, index in itertools.product(("matrix", "transposed", "vector", "cube"), INDICES):
        expected = outcome(torch.embedding, of_tensor, tensors(torch)[laid_out], torch.from_numpy(index))
        assert outcome(gather.embedding, of_array, arrays()[laid_out], index) == expected, (laid_out, index)


def test_choosing_as_in_torch(torch):
    names = ("number", "vector", "matrix", "transposed", "cube", "permuted", "column")
    for a, b, c in itertools.product(names, repeat=3):
        ours, theirs = arrays(), tensors(torch)
        expected = outcome(torch.where, of_tensor, theirs[a] > 1, theirs[b], theirs[c])
        condition = layout.elementwise_output(ours[a].shape, np.dtype(bool), ours[a], np.array(1))
        condition[...] = ours[a] > 1
        assert outcome(gather.where, of_array, condition, ours[b], ours[c]) == expected, (a, b, c)
