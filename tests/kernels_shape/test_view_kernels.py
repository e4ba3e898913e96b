"""Views have torch's shapes, strides and starts, share memory, and refuse in torch's words."""
import warnings

import numpy as np
import pytest

from minitorch_compat._kernels import layout, shape


def arrays():
    """Arrays of many layouts; torch's twins in `tensors` are made the same way."""
    m, c = np.arange(6.0, dtype=np.float32).reshape(2, 3), np.arange(24.0, dtype=np.float32).reshape(2, 3, 4)
    return {
        "number": np.array(5.0, np.float32), "vector": np.arange(3.0, dtype=np.float32), "matrix": m,
        "transposed": m.T, "cube": c, "permuted": c.transpose(2, 0, 1), "gaps": c[:, :, ::2],
        "rows of permuted": c.transpose(2, 0, 1)[::2], "column": m.T[:, :1], "one": np.ones((1, 3, 1), np.float32),
        "lines": np.ones((2, 1, 3), np.float32), "nothing": np.empty(0, np.float32),
        "empty": np.empty((2, 0, 3), np.float32), "tail": np.arange(10.0, dtype=np.float32)[3:],
        "repeated": layout.restride(np.arange(3.0, dtype=np.float32), (4, 3), (0, 4)),
        "odd": layout.restride(np.arange(6.0, dtype=np.float32), (2, 1, 2), (8, 28, 4)),
    }


def tensors(torch):
    m, c = torch.arange(6.0).reshape(2, 3), torch.arange(24.0).reshape(2, 3, 4)
    return {
        "number": torch.tensor(5.0), "vector": torch.arange(3.0), "matrix": m, "transposed": m.T, "cube": c,
        "permuted": c.permute(2, 0, 1), "gaps": c[:, :, ::2], "rows of permuted": c.permute(2, 0, 1)[::2],
        "column": m.T[:, :1], "one": torch.ones(1, 3, 1), "lines": torch.ones(2, 1, 3), "nothing": torch.empty(0),
        "empty": torch.empty(2, 0, 3), "tail": torch.arange(10.0)[3:], "repeated": torch.arange(3.0).expand(4, 3),
        "odd": torch.arange(6.0).as_strided((2, 1, 2), (2, 7, 1)),
    }


LAYOUTS = tuple(arrays())

CALLS = {
    "view": [((6,),), ((-1,),), ((3, 2),), ((3, 1, 2),), ((2, 1, 3, 1),), ((1, 3, 2),), ((3, -1),), ((-1, -1),),
             ((-2, 3),), ((0, -1),), ((-1, 0),), ((2, 12),), ((4, 6),), ((8, 3),), ((2, 2, 6),), ((1, 1),), ((),),
             ((4, 2, 3),), ((2, 3, 2, 2),), ((2, 3, 2),), ((0, 5),), ((2, 0, 3),), ((2, 1, 2, 1),), ((3, 1),),
             ((7, 1),)],
    "reshape": [((6,),), ((-1,),), ((3, 2),), ((3, 1, 2),), ((24,),), ((4, 6),), ((1,),), ((12,),), ((5, -1),)],
    "flatten": [(), (0,), (1,), (0, 1), (1, 2), (2, 1), (0, 3), (-2,), (-2, -1)],
    "unflatten": [(0, (1, -1)), (0, (2, 1)), (-1, (3, 1)), (1, (2, -1)), (2, (2, 2)), (0, ()), (5, (1,)), (0, (3, 2))],
    "squeeze": [(), (0,), (1,), (-1,), (3,), (-4,), ((0, 2),), ((0, 0),), ((),), ((0, -1),)],
    "unsqueeze": [(0,), (1,), (2,), (3,), (-1,), (-2,), (-4,), (4,), (-5,)],
    "transpose": [(0, 1), (0, 0), (0, 2), (-1, 0), (-3, 1), (1, 2)],
    "t": [()],
    "permute": [((0,),), ((1, 0),), ((0, 0),), ((2, 0, 1),), ((-1, 1, 0),), ((),), ((0, 3, 1),)],
    "movedim": [((0,), (1,)), ((0, 1), (1, 2)), ((0, 1), (2,)), ((0, 0), (1, 2)), ((0, 1), (2, 2)), ((0,), (5,)),
                ((-1,), (0,)), ((0,), (0,)), ((2, 0), (0, 1))],
    "select": [(0, 0), (0, 1), (0, -1), (1, 1), (-1, -2), (0, 3), (0, -4), (2, 1), (3, 0)],
    "narrow": [(0, 0, 1), (0, 1, 1), (0, 1, 2), (0, 3, 0), (0, 4, 0), (0, -1, 1), (0, -2, 2), (0, -5, 1), (1, 0, 2),
               (0, 0, -1), (1, 0, -1), (2, 1, 2), (1, 1, 0)],
    "split": [(1,), (2,), (0,), (-1,), (2, 1), (1, -1), ((1, 1),), ((1, 2),), ((2, 1, 1), -1), ((4, -1),), ((1, 1), 2)],
    "chunk": [(1,), (2,), (0,), (5,), (2, 1), (3, -1), (2, 3)],
    "tensor_split": [(2,), (3,), (0,), ((1, 5),), ((1, 2), 1), ((-1,),), (2, -1), ((2, 1),)],
    "unbind": [(), (0,), (1,), (-1,), (2,)],
    "diagonal": [(), (1,), (-1,), (5,), (-5,), (0, 0, 0), (0, 1, 2), (1, -1, 0), (0, 0, 3), (0, 1, 0)],
    "as_strided": [((2, 2), (1, 1)), ((2, 2), (1, 1), 1), ((3, 3), (3, 1)), ((2, 2), (1,)), ((2, -2), (1, 1)),
                   ((2, 2), (-1, 1)), ((2, 2), (1, 1), -1), ((2, 2), (1, 1), 3), ((2,), (1,), 1), ((0, 3), (1, 1), 9)],
    "unfold": [(0, 1, 1), (0, 2, 1), (0, 2, 2), (0, 3, 1), (0, 9, 1), (0, 2, 0), (1, 2, 1), (0, -1, 1), (0, 0, 1),
               (-1, 2, 1), (3, 1, 1)],
    "expand": [((3, 3),), ((3,),), ((-1, 2, 3),), ((5, 2, 3),), ((5, -1, -1),), ((2, -2),), ((1, 1, 3),), ((4, 3),),
               ((1,),), ((),), ((1, 3),), ((2, 5, 3),), ((2, 0, 3),), ((4, 2, 0, 3),), ((1, 3, 7),), ((-1,),)],
}


def outcome(function, describe, *arguments):
    try:
        result = function(*arguments)
    except Exception as error:
        return type(error).__name__, str(error).partition("\nException raised")[0]
    return [describe(each) for each in result] if isinstance(result, tuple) else describe(result)


def of_array(x, source):
    shared = layout.storage(x) is layout.storage(source) if x.size else None
    start = (layout.address(x) - layout.address(source)) // x.itemsize if shared else None
    return x.shape, layout.strides(x), x.tolist(), shared, start


def of_tensor(x, source):
    shared = x.untyped_storage().data_ptr() == source.untyped_storage().data_ptr() if x.numel() else None
    start = x.storage_offset() - source.storage_offset() if shared else None
    return tuple(x.shape), x.stride(), x.tolist(), shared, start


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch")


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("laid_out", LAYOUTS)
def test_as_in_torch(torch, name, laid_out):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs, ours = tensors(torch)[laid_out], arrays()[laid_out]
        for arguments in CALLS[name]:
            if name == "expand" and laid_out == "number" and 0 in arguments[0]:
                continue  # All strides 0 and no element: NumPy cannot tell that from a fresh empty array.
            expected = outcome(getattr(torch.Tensor, name), lambda x: of_tensor(x, theirs), theirs, *arguments)
            got = outcome(getattr(shape, name), lambda x: of_array(x, ours), ours, *arguments)
            assert got == expected, (name, laid_out, arguments)
