"""Casts, copies, fills, complex parts, Python and NumPy protocols, pickles."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import minitorch_compat as torch

DTYPES = (
    "bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32", "float64", "complex64",
    "complex128",
)  # fmt: skip
VALUES = [
    0.0, -0.0, 0.5, 1.5, 2.5, -1.5, 127.7, 128.0, 255.9, 300.0, -129.0, 40000.0, 70000.0, 3e9, -3e9, 65519.0, 65520.0,
]  # fmt: skip


@pytest.mark.parametrize("source", DTYPES)
@pytest.mark.parametrize("target", DTYPES)
@pytest.mark.filterwarnings("ignore:Casting complex values:UserWarning")
def test_every_cast_gives_the_same_bits(source: str, target: str) -> None:
    real = pytest.importorskip("torch")
    expected = real.tensor(VALUES, dtype=real.float64).to(getattr(real, source)).to(getattr(real, target))
    made = torch.tensor(VALUES, dtype=torch.float64).to(getattr(torch, source)).to(getattr(torch, target))
    assert str(made.dtype) == str(expected.dtype)
    assert made.view(torch.uint8).tolist() == expected.contiguous().view(real.uint8).tolist()


@pytest.mark.parametrize("target", ["float16", "bfloat16", "float64", "complex64"])
def test_the_gradient_of_a_cast_comes_back_in_the_dtype_of_the_argument(target: str) -> None:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x.to(getattr(torch, target))
    y.backward(torch.ones_like(y))
    assert x.grad.dtype is torch.float32
    assert x.grad.tolist() == [1, 1]


def test_a_copy_carries_gradients_to_both_sides() -> None:
    x = torch.ones(3, requires_grad=True)
    source = torch.tensor([2.0], dtype=torch.float64, requires_grad=True)
    y = x * 1
    y[:2].copy_(source)
    y.sum().backward()
    assert x.grad.tolist() == [0, 0, 1]
    assert source.grad.tolist() == [2]
    assert source.grad.dtype is torch.float64


@pytest.mark.parametrize("write", [lambda y: y.fill_(2), lambda y: y.zero_(), lambda y: y.uniform_()])
def test_what_is_overwritten_gets_no_gradient(write: object) -> None:
    x = torch.ones(2, requires_grad=True)
    y = x * 3
    write(y)  # type: ignore[operator]
    y.sum().backward()
    assert x.grad.tolist() == [0, 0]


def test_a_tensor_as_the_value_of_a_fill_gets_the_sum() -> None:
    value = torch.tensor(2.0, requires_grad=True)
    y = torch.zeros(2, 3)
    y.fill_(value)
    (y * torch.arange(6.0).reshape(2, 3)).sum().backward()
    assert value.grad.item() == 15


def test_complex_parts_share_memory_and_carry_gradients() -> None:
    z = torch.tensor([1 + 2j, 3 + 4j], requires_grad=True)
    (z.real * torch.tensor([1.0, 2.0]) + z.imag * torch.tensor([3.0, 4.0])).sum().backward()
    assert z.grad.tolist() == [1 + 3j, 2 + 4j]
    w = torch.zeros(2, dtype=torch.complex64)
    w.real = torch.tensor([1.0, 2.0])
    w.imag.fill_(5)
    assert w.tolist() == [1 + 5j, 2 + 5j]
    assert w._version == 2


def test_views_survive_a_pickle_with_their_strides() -> None:
    base = torch.arange(12.0).reshape(3, 4)
    for view in (base.t(), base[:, ::2], base[1:, 1:], torch.ones(3).expand(2, 3), torch.ones(())):
        again = pickle.loads(pickle.dumps(view))
        assert again.tolist() == view.tolist()
        assert (again.stride(), again.storage_offset()) == (view.stride(), view.storage_offset())


def test_a_deep_copy_keeps_what_was_shared() -> None:
    base = torch.arange(4.0)
    first, part, last = copy.deepcopy([base, base[1:], base])
    assert first is last
    first[1] = 9
    assert part.tolist() == [9, 2, 3]
    assert base.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("requires_grad", [True, False])
def test_parameters_survive(requires_grad: bool) -> None:
    parameter = torch.nn.Parameter(torch.ones(2), requires_grad)
    for again in (copy.copy(parameter), copy.deepcopy(parameter), pickle.loads(pickle.dumps(parameter))):
        assert type(again) is torch.nn.Parameter
        assert again.requires_grad is requires_grad
        assert again.tolist() == [1, 1]
    assert copy.copy(parameter).data_ptr() == parameter.data_ptr()


def test_numpy_of_a_tensor_shares_memory() -> None:
    tensor = torch.zeros(2, 3)
    array = tensor.t().numpy()
    array[2, 0] = 4
    assert tensor[0, 2].item() == 4
    assert np.asarray(tensor).ctypes.data == tensor.data_ptr()
