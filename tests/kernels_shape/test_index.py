"""Indexing reads and writes what torch reads and writes, by the same steps, with the same layouts and refusals."""
import warnings

import numpy as np
import pytest
from test_view_kernels import LAYOUTS, arrays, tensors

from minitorch_compat._kernels import index, layout


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch")


class Held:
    """A stand-in for a tensor: an array in `_data`."""

    def __init__(self, data, dtype=None):
        self._data = np.array(data, dtype)

    def __index__(self):
        return int(self._data)


ALL = slice(None)


def indices(tensor):
    """Indices of every kind; `tensor(data, dtype)` makes the tensors among them."""
    long, byte, boolean = "int64", "uint8", "bool"
    rows = [[True, False, True, False], [False, True, False, False], [True, True, True, True]]
    return [
        0, 1, -1, 2, -3, 5, True, False, None, ..., (), ALL, slice(1, None), slice(None, -1), slice(None, None, 2),
        slice(-9, 9), slice(2, 1), slice(5, 7), slice(None, None, -1), slice(None, None, 0), slice(0, 2), slice(1.0, 2),
        slice(tensor(1, long), None), slice(None, tensor([1], long)), slice(tensor([1, 2], long), None),
        slice(tensor(1.0, "float32"), None), slice(0, 1, "a"), slice(-(2**70), 2**70), slice(True, None),
        1.5, "a", b"a", {}, {1}, 1j, object, 2**70, np.int64(1), np.float64(1), np.bool_(True),
        (0, 1), (0, -1), (ALL, 0), (ALL, -1), (ALL, 5), (..., 0), (..., -1), (..., 7), (0, ...), (0, ..., 0),
        (ALL, ALL),
        (ALL, slice(1, None)), (slice(1, None), ALL, 0), (None, 0), (0, None), (..., None), (None, ..., None),
        (ALL, None, 0), (slice(0, 2), ...), (slice(0, 100), ALL), (slice(-2, None), ALL), (0, 0, 0), (0, 0, 0, 0),
        (0, ..., ..., 0), (..., 0, ...), (True, 0), (0, True), (True, True), (True, False), (ALL, True), (True, None),
        (0, 1.5), (0, "a"), (0, {}), (slice(None, None, -1), 0), (0, 2**70), (None, None, None, 0), (slice(0, 1), 0),
        [0, 1], [1, 0, 1], [0, -1], [0, 5], [], [True, False], [True, False, True], [0.5, 1.7], [0, True], ["a"],
        [[0, 1], [1, 0]], [[0, 1], [0]], [[]], [[[0, 1]]], [0] * 40, [[0]] * 40, [None, 0], [..., 0], [slice(0, 1)],
        [0, [1]], [[0, 1], 1], [(0, 1), (1, 0)], [[True, False]], range(2), ([0, 1],), ([0, 1], 0), (0, [0, 1]),
        ([0, 1], ALL), (ALL, [0, 1]), (ALL, [0, 5]), (..., [0, 1]), ([0, 1], [0, 1]), ([0, 1], [0, 1, 1]),
        ([0], [0, 1]),
        ([0, 1], ALL, [0, 1]), (ALL, [0, 1], [0, 1]), (0, ALL, [0, 1]), ([0, 1], ALL, 0), ([0, 1], None, 0),
        (None, [0, 1], 0), ([0, 1], None, [0, 1]), ([0], ..., [0]), (0, [0], [0]), ([0], [0], [0]), (True, [0, 1]),
        ([0, 1], True), ([5], [0]), ([0], [5]), ([0], ALL, [5]), (slice(1, None), [0]), ([[0], [1]], [0, 1]),
        ([[0], [1]], ALL, [0, 1]), (ALL, [[0], [1]], [0, 1]), ([], []), (ALL, []), [2**70], ([0, 1], "a"),
        tensor(0, long), tensor(-1, "int32"), tensor(1, "int8"), tensor(9, long), tensor(1, byte),
        tensor(True, boolean),
        tensor(False, boolean), tensor(1.0, "float32"), tensor([0, 1], long), tensor([0, 1], "int32"),
        tensor([0, 1], "int16"), tensor([0.0, 1.0], "float32"), tensor([], long), tensor([], "float32"),
        tensor([[0, 1], [1, 0]], long), tensor([0, 9], long), tensor([1, 0], byte), tensor([1, 0, 1], byte),
        tensor([True, False], boolean), tensor([True, False, True], boolean), tensor(rows, boolean),
        tensor([row[:3] for row in rows[:2]], boolean), tensor([[True], [False]], boolean), (tensor(0, long), 0),
        (tensor(0, long), ALL, tensor(1, long)), (tensor(0, long), [0, 1]), (0, tensor([0, 1], long)),
        (tensor([0, 1], long), tensor(1, long)), (ALL, tensor([True, False, True], boolean)),
        (ALL, tensor([True, False], boolean)), (ALL, tensor(rows, boolean)), (0, tensor(rows, boolean)),
        (tensor([row[:3] for row in rows[:2]], boolean), 1), (tensor([row[:3] for row in rows[:2]], boolean), [1]),
        (None, tensor([True, False], boolean)), (tensor([True, False], boolean), ALL, tensor([0], long)),
        (tensor(True, boolean), 0), (tensor(0, long), tensor(True, boolean)), (ALL, tensor(1, byte)),
        [tensor(0, long), tensor(1, long)], [tensor(0, long), 1], (tensor([[0], [1]], long), tensor([[0, 1]], long)),
        np.array([0, 1]), np.array([[0, 1], [1, 0]]), np.array(1), np.array([True, False]), np.array([0.5]),
        np.array(["a"]), (np.array([0, 1]), 0), (ALL, np.array([0, 1])), (ALL, np.array([True, False, True])),
    ]


def noted(function):
    """The outcome of a call, and the warnings on the way to it."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = function()
        except Exception as error:
            result = type(error).__name__, str(error)
    return result, [(each.category, str(each.message).partition(" (Triggered")[0]) for each in caught]


NODES = {"select": "SelectBackward0", "slice": "SliceBackward0", "unsqueeze": "UnsqueezeBackward0"}


def read(x, key):
    steps, arrays = index.plan(x.shape, key)
    result = index.apply(x, steps)
    nodes = [NODES[name] for name, *_ in steps] or ([] if arrays else ["AliasBackward0"])
    if arrays:
        result = index.index(result, arrays)
        nodes.append("IndexBackward0")
    return nodes, result.shape, layout.strides(result), result.tolist()


def read_by_torch(x, key):
    result = x[key]
    nodes, node = [], result.grad_fn
    while node is not None and not node.name().endswith("AccumulateGrad"):
        nodes.append(node.name())
        node = node.next_functions[0][0] if node.next_functions else None
    return nodes[::-1], tuple(result.shape), result.stride(), result.tolist()


@pytest.mark.parametrize("laid_out", LAYOUTS)
def test_reading_as_in_torch(torch, laid_out):
    theirs, ours = tensors(torch)[laid_out].detach().requires_grad_(), arrays()[laid_out]
    keys = zip(indices(Held), indices(lambda data, dtype: torch.tensor(data, dtype=getattr(torch, dtype))), strict=True)
    for key, their_key in keys:
        expected = noted(lambda k=their_key: read_by_torch(theirs, k))
        assert noted(lambda k=key: read(ours, k)) == expected, their_key


VALUES = {"scalar": (), "one": (1,), "two": (2,), "three": (3,), "four": (4,), "rows": (2, 3), "deep": (1, 1, 2, 1)}


@pytest.mark.parametrize("accumulate", [False, True])
@pytest.mark.parametrize("laid_out", ["vector", "matrix", "transposed", "cube", "permuted", "empty", "gaps"])
def test_writing_as_in_torch(torch, laid_out, accumulate):
    keys = [([0, 1],), ([0, 0, 1],), (None, [0, 1]), ([0, 1], [1, 0]), ([0], None, [1, 0]), ([[0], [1]], [0, 1]),
            ([True, False],), ([[True, False, True], [True, True, True]],), ([0, 9],), ([0, 1], [0, 1, 1]), ([],),
            ([0], [0], [0], [0]), ([-1, 0],), (None, [True, False, True]), ([0.5],)]
    for key in keys:
        ours_key = [None if each is None else np.array(each, np.int64 if each == [] else None) for each in key]
        if key == ([0.5],):
            ours_key[0] = ours_key[0].astype(np.float32)
        their_key = [None if each is None else torch.from_numpy(each) for each in ours_key]
        for shape in VALUES.values():
            for dtype in ("float32", "float64", "int64"):
                values = np.arange(10, 10 + int(np.prod(shape))).reshape(shape).astype(dtype)
                x, y = arrays()[laid_out], tensors(torch)[laid_out]

                def ours(x=x, k=ours_key, v=values):
                    result = index.index_put(x, k, v, accumulate)
                    return result.shape, layout.strides(result), result.tolist()

                def theirs(y=y, k=their_key, v=values):
                    # The entry below the Python signature, which lets no None pass.
                    result = torch.ops.aten.index_put(y, k, torch.from_numpy(v), accumulate)
                    return tuple(result.shape), result.stride(), result.tolist()

                assert noted(ours) == noted(theirs), (key, shape, dtype)


def test_positions_as_in_torch(torch):
    for laid_out in LAYOUTS:
        ours, theirs = index.nonzero(arrays()[laid_out]), torch.nonzero(tensors(torch)[laid_out])
        assert ours.tolist() == theirs.tolist() and ours.dtype == np.int64
        assert not ours.size or layout.strides(ours) == theirs.stride()


def test_an_int_beside_an_array_does_not_move_dimensions():
    x = np.arange(24).reshape(2, 3, 4)
    steps, arrays = index.plan(x.shape, (0, slice(None), [0, 1]))
    assert steps == [("select", 0, 0)]
    assert index.index(index.apply(x, steps), arrays).shape == (3, 2)
    assert x[0, :, [0, 1]].shape == (2, 3)  # NumPy moves them.


def test_refusals():
    for key, kind, text in [
        (5, IndexError, "index 5 is out of bounds for dimension 0 with size 3"),
        ((0, 0), IndexError, "too many indices for tensor of dimension 1"),
        (slice(None, None, -1), ValueError, "step must be greater than zero"),
        (1.5, IndexError, "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid "
                          "indices (got float)"),
    ]:
        with pytest.raises(kind) as caught:
            index.plan((3,), key)
        assert str(caught.value) == text
    for given, text in [
        ((np.array([True, False]),), "The shape of the mask [2] at index 0 does not match the shape of the indexed "
                                     "tensor [3] at index 0"),
        ((np.array([0.5]),), "tensors used as indices must be long, int, byte or bool tensors"),
        ((np.array([0, 3]),), "index 3 is out of bounds for dimension 0 with size 3"),
    ]:
        with pytest.raises(IndexError) as caught:
            index.index(np.arange(3), given)
        assert str(caught.value) == text


def test_leading_ones_of_an_assigned_value():
    assert index.strip_ones((1, 1, 2, 1)) == (2, 1) and index.strip_ones((1, 1)) == ()
