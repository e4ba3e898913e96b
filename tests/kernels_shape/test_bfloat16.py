"""The kernels take bfloat16, which is not NumPy's own, and round where torch rounds."""
import numpy as np
import pytest

from minitorch_compat._core import dtypes
from minitorch_compat._kernels import gather, index, matmul, rearrange, shape

BFLOAT16 = dtypes.bfloat16.numpy
X = (np.arange(12).reshape(3, 4) - 3.3).astype(BFLOAT16)
Y = (np.arange(20).reshape(4, 5) * 0.7).astype(BFLOAT16)
BIAS = np.full(5, 0.3).astype(BFLOAT16)
ROWS, PLACES, POSITIVE = np.array([0, 2, 0]), np.array([[0, 1, 2, 0]]), np.asarray(X > 0)

CALLS = {
    "mm": (matmul.mm, (X, Y)),
    "mv": (matmul.mv, (X, Y[:, 0])),
    "dot": (matmul.dot, (X[0], X[1])),
    "outer": (matmul.outer, (X[0], X[1])),
    "inner": (matmul.inner, (X, X)),
    "bmm": (matmul.bmm, (X[None], Y[None])),
    "addmm": (matmul.addmm, (BIAS, X, Y)),
    "index_select": (gather.index_select, (X, 0, ROWS)),
    "gather": (gather.gather, (X, 0, PLACES)),
    "scatter_add": (gather.scatter_add, (X, 0, PLACES, X[:1])),
    "index_add": (gather.index_add, (X, 0, ROWS, X)),
    "take": (gather.take, (X, ROWS)),
    "where": (gather.where, (POSITIVE, X, -X)),
    "masked_select": (gather.masked_select, (X, POSITIVE)),
    "nonzero": (index.nonzero, (X,)),
    "flip": (rearrange.flip, (X, (0,))),
    "tril": (rearrange.tril, (X,)),
    "trace": (rearrange.trace, (X,)),
    "unsqueeze": (shape.unsqueeze, (X, 1)),
    "t": (shape.t, (X,)),
}


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch")


def twin(torch, x):
    if not isinstance(x, np.ndarray):
        return x
    if x.dtype == BFLOAT16:
        return torch.from_numpy(x.astype(np.float32)).bfloat16()
    return torch.from_numpy(x)


@pytest.mark.parametrize("name", CALLS)
def test_as_in_torch(torch, name):
    kernel, arguments = CALLS[name]
    expected = getattr(torch, name)(*(twin(torch, each) for each in arguments))
    got = kernel(*arguments)
    assert dtypes.of(got).name == str(expected.dtype)[6:]
    assert got.astype(np.float64).tolist() == expected.double().tolist()


def test_indexing_as_in_torch(torch):
    theirs = twin(torch, X)
    assert index.index(X, (ROWS,)).astype(float).tolist() == theirs[torch.from_numpy(ROWS)].tolist()
    expected = torch.index_put(theirs, (torch.from_numpy(ROWS),), theirs, True)
    assert index.index_put(X, (ROWS,), X, True).astype(float).tolist() == expected.tolist()


def test_a_product_is_rounded_once():
    row = np.array([[1, 2.0**-8, 2.0**-8]]).astype(BFLOAT16)
    assert float(matmul.mm(row, np.ones((3, 1), BFLOAT16)).item()) == 1 + 2.0**-7
