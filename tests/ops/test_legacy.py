"""The constructors and types from before ``torch.tensor``."""

from __future__ import annotations

import pytest

import minitorch_compat as torch

LEGACY = {
    "FloatTensor": "float32", "DoubleTensor": "float64", "HalfTensor": "float16", "BFloat16Tensor": "bfloat16",
    "LongTensor": "int64", "IntTensor": "int32", "ShortTensor": "int16", "CharTensor": "int8", "ByteTensor": "uint8",
    "BoolTensor": "bool",
}  # fmt: skip


@pytest.mark.parametrize("name", LEGACY)
def test_each_type_makes_and_knows_its_own(name: str) -> None:
    kind = getattr(torch, name)
    dtype = getattr(torch, LEGACY[name])
    made = kind([1, 0])
    assert made.dtype is kind.dtype is dtype
    assert made.tolist() == [1, 0]
    assert isinstance(made, kind)
    assert [other for other in LEGACY if isinstance(made, getattr(torch, other))] == [name]
    assert made.type() == f"torch.{name}" == torch.typename(made)
    assert torch.ones(2).type(kind).dtype is torch.ones(2).type(f"torch.{name}").dtype is dtype
    assert kind(2, 3).shape == (2, 3)
    assert repr(kind) == f"<class 'torch.{name}'>"


def test_an_alias_shares_memory_and_history() -> None:
    x = torch.ones(2, requires_grad=True)
    (torch.Tensor(x) * 3).sum().backward()
    assert x.grad.tolist() == [3, 3]
    assert torch.Tensor(x).data_ptr() == x.data_ptr()


def test_a_subclass_makes_its_own_kind() -> None:
    class Marked(torch.Tensor):
        pass

    made = Marked([1.0, 2.0])
    assert type(made) is Marked
    assert made.tolist() == [1, 2]
