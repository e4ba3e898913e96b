"""What `torch.masked` makes of a mask, beside torch."""

from __future__ import annotations

import numpy as np
import pytest

import minitorch_compat as engine

torch = pytest.importorskip("torch")

REDUCTIONS = ["sum", "prod", "amax", "amin", "mean", "var", "std", "norm", "logsumexp"]
ALONG = ["cumsum", "cumprod", "argmax", "argmin", "median", "softmax", "log_softmax", "softmin"]


def outcome(side, name, *arguments, masked):
    x = side.tensor([[3.0, -1.0, 2.0], [0.5, 4.0, -2.5]], dtype=side.float64, requires_grad=True)
    mask = side.tensor([[True, False, True], [False, True, True]]) if masked else None
    made = getattr(side.masked, name)(x, *arguments, mask=mask)
    gradient = side.autograd.grad(made.sum(), x)[0].tolist() if made.requires_grad and made.grad_fn else None
    return made.tolist(), str(made.dtype).rpartition(".")[2], type(made.grad_fn).__name__, gradient


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("dim", [None, 0, (0, 1)])
@pytest.mark.parametrize("name", REDUCTIONS)
def test_a_reduction_leaves_out_what_the_mask_says(name, dim, masked):
    arguments = (2.0, dim) if name == "norm" else (dim,)
    expected, dtype, node, gradient = outcome(torch, name, *arguments, masked=masked)
    found = outcome(engine, name, *arguments, masked=masked)
    assert (found[1], found[2]) == (dtype, node)
    np.testing.assert_allclose(found[0], expected, rtol=1e-14)
    np.testing.assert_allclose(found[3], gradient, rtol=1e-12)


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("name", ALONG)
def test_what_goes_along_a_dimension_leaves_out_what_the_mask_says(name, masked):
    expected, dtype, node, gradient = outcome(torch, name, 1, masked=masked)
    found = outcome(engine, name, 1, masked=masked)
    assert (found[1], found[2]) == (dtype, node)
    np.testing.assert_allclose(found[0], expected, rtol=1e-12)
    assert (found[3] is None) == (gradient is None)
    if gradient is not None:
        np.testing.assert_allclose(found[3], gradient, rtol=1e-12, atol=1e-14)


def test_a_mask_of_more_dimensions_is_refused():
    for side in (torch, engine):
        with pytest.raises(IndexError, match="expected broadcastable mask"):
            side.masked.sum(side.ones(2), 0, mask=side.ones(2, 2, dtype=side.bool))


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int32", "float16", "complex64"])
@pytest.mark.parametrize("masked", [None, True, False])
@pytest.mark.parametrize("call", [
    "logsumexp", "amax", "argmin", "softmax", "softmin", "median", "mean", "norm", "logaddexp", "median to int",
])
@pytest.mark.filterwarnings("ignore:Casting complex values to real")
def test_what_changes_nothing_is_torchs_for_every_dtype_or_refused(call, masked, dtype):
    found = []
    for side in (torch, engine):
        x = side.tensor([[1, 0], [1, 1]], dtype=getattr(side, dtype))
        mask = None if masked is None else side.tensor([masked, True])
        name, _, more = call.partition(" ")
        operation = getattr(side.masked, name)
        try:
            if name == "logaddexp":
                made = operation(x, x, input_mask=mask)
            elif name == "norm":
                made = operation(x, -float("inf"), 1, mask=mask)
            else:
                made = operation(x, 1, mask=mask, **({"dtype": side.int32} if more else {}))
            found.append((str(made), str(made.dtype)))
        except Exception as error:
            found.append((type(error), str(error).replace("minitorch_compat", "torch")))
    assert found[1] == found[0]
