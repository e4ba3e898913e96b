"""Joining, repeating and moving elements: values, strides and refusals are torch's."""
import warnings

import numpy as np
import pytest
from arrays_and_tensors import of_array, of_tensor, outcome
from test_view_kernels import LAYOUTS, arrays, tensors

from minitorch_compat._kernels import layout, rearrange


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch")


CALLS = {
    "repeat": [((2,),), ((2, 2),), ((-1,),), ((0,),), ((1, 2, 3),), ((2, -1, 1),), ((),), ((2, 1, 1, 2),)],
    "tile": [((2,),), ((2, 1),), ((1, 2, 1),), ((-1,),), ((),)],
    "flip": [((0,),), ((1,),), ((0, 1),), ((0, 0),), ((),), ((-1,),), ((0, 5),), ((0, 2),)],
    "fliplr": [()],
    "flipud": [()],
    "rot90": [(), (1,), (2,), (3,), (4,), (-1,), (0,), (1, (1, 0)), (1, (0, 2)), (2, (0, 2)), (1, (0, 0)), (1, (0,)),
              (1, (0, -1)), (1, (0, -2))],
    "roll": [((1,),), ((1,), (0,)), ((-2,), (1,)), ((1, 1), (0, 1)), ((1, 1), (0,)), ((1, 1),), ((1,), (0, 1)),
             ((1,), (5,)), ((7,), (-1,)), ((1, 2), (1, 1)), ((),)],
    "tril": [(), (1,), (-1,), (9,)],
    "triu": [(), (1,), (-1,), (-9,)],
    "diag": [(), (1,), (-1,), (7,)],
    "diag_embed": [(), (1,), (-1,), (0, 0, 1), (1, 0, 2), (0, 0, 0), (0, 1, 0), (0, 0, 7)],
    "trace": [()],
    "clone": [()],
    "contiguous": [()],
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("laid_out", LAYOUTS)
def test_as_in_torch(torch, name, laid_out):
    theirs, ours = tensors(torch)[laid_out], arrays()[laid_out]
    kernel = layout.clone if name == "clone" else getattr(rearrange, name)
    for arguments in CALLS[name]:
        expected = outcome(getattr(torch.Tensor, name), of_tensor, theirs, *arguments)
        assert outcome(kernel, of_array, ours, *arguments) == expected, (name, laid_out, arguments)


JOINED = [("vector", "vector"), ("matrix", "matrix"), ("matrix", "vector"), ("matrix", "nothing"),
          ("nothing", "matrix"), ("nothing", "nothing"), ("number", "number"), ("vector", "number"),
          ("transposed", "transposed"), ("matrix", "transposed"), ("cube", "permuted"), ("permuted", "permuted"),
          ("matrix", "column"), ("transposed", "column"), ("empty", "empty"), ("empty", "lines"), ("cube", "matrix"),
          ("repeated", "transposed"), ("nothing", "number")]


@pytest.mark.parametrize("name", ["cat", "stack"])
@pytest.mark.parametrize("names", JOINED)
def test_joining_as_in_torch(torch, name, names):
    theirs, ours = tensors(torch), arrays()
    for dim in (0, 1, -1, 2, 3, -4):
        expected = outcome(getattr(torch, name), of_tensor, [theirs[each] for each in names], dim)
        assert outcome(getattr(rearrange, name), of_array, [ours[each] for each in names], dim) == expected, dim


def test_joining_nothing():
    with pytest.raises(ValueError, match=r"^torch\.cat\(\): expected a non-empty list of Tensors$"):
        rearrange.cat([])
    with pytest.raises(RuntimeError, match=r"^stack expects a non-empty TensorList$"):
        rearrange.stack([])


def test_interleaving_as_in_torch(torch):
    theirs, ours = tensors(torch), arrays()
    for name in ("vector", "matrix", "permuted", "nothing"):
        for repeats in (2, 0, -1, [1, 2], [1, 2, 3], [1, -2, 3], [2], [[1, 2]], [1.0, 2.0, 3.0], [1] * 6):
            for dim in (None, 0, 1, 4):
                given = [repeats, repeats]
                if isinstance(repeats, list):
                    array = np.array(repeats, np.float32 if isinstance(repeats[0], float) else np.int64)
                    given = [torch.from_numpy(array), array]
                expected = outcome(torch.repeat_interleave, of_tensor, theirs[name], given[0], dim)
                got = outcome(rearrange.repeat_interleave, of_array, ours[name], given[1], dim)
                assert got == expected, (name, repeats, dim)


def test_indices_and_choices_as_in_torch(torch):
    for name in ("tril_indices", "triu_indices"):
        for arguments in ((3, 3), (2, 4, 1), (4, 2, -1), (0, 3), (-3, 3), (3, -4)):
            expected = outcome(getattr(torch, name), of_tensor, *arguments)
            assert outcome(getattr(rearrange, name), of_array, *arguments) == expected
    theirs, ours = tensors(torch), arrays()
    for name in ("vector", "matrix", "nothing"):
        for arguments in ((), (3,), (2, True), (0,), (-1,), (4,)):
            expected = outcome(torch.combinations, of_tensor, theirs[name], *arguments)
            assert outcome(rearrange.combinations, of_array, ours[name], *arguments) == expected
    for names in (("vector", "vector"), ("vector",), ("vector", "tail", "vector"), ("matrix", "vector")):
        expected = outcome(torch.cartesian_prod, of_tensor, *(theirs[each] for each in names))
        assert outcome(rearrange.cartesian_prod, of_array, [ours[each] for each in names]) == expected
    for names in (("matrix", "vector", "number"), ("matrix", "cube")):
        expected = outcome(torch.block_diag, of_tensor, *(theirs[each] for each in names))
        assert outcome(rearrange.block_diag, of_array, [ours[each] for each in names]) == expected


def test_elementwise_layout_as_in_torch(torch):
    theirs, ours = tensors(torch), arrays()
    for a in LAYOUTS:
        assert layout.preserved_strides(ours[a]) == torch.empty_like(theirs[a]).stride(), a
        assert layout.elementwise_strides(ours[a].shape, ours[a]) == theirs[a].neg().stride(), a
        for b in LAYOUTS:
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    expected = theirs[a] + theirs[b]
            except RuntimeError as error:
                with pytest.raises(RuntimeError) as caught:
                    layout.broadcast_shapes(ours[a].shape, ours[b].shape)
                assert str(caught.value) == str(error)
                continue
            shape = layout.broadcast_shapes(ours[a].shape, ours[b].shape)
            assert shape == tuple(expected.shape)
            assert layout.elementwise_strides(shape, ours[a], ours[b]) == expected.stride(), (a, b)


def test_order_of_operands_decides_the_layout():
    x, y = np.ones((3, 2)), np.ones((2, 3)).T
    assert layout.elementwise_strides((3, 2), x, y) == (2, 1)
    assert layout.elementwise_strides((3, 2), y, x) == (1, 3)
    assert layout.strides(layout.elementwise_output((3, 2), x.dtype, y, x)) == (1, 3)
