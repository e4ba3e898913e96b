"""What can be asked of tensors and dtypes as functions of the torch namespace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .._core import dtypes, kinds
from .._core.conjugate import ConjugateView
from .._core.forms import publish
from .._core.options import Misfit, checked
from .._core.recording import tensors
from .._core.scalars import is_number, number_of
from .._core.tensor import Tensor


def asked(name: str, question: Callable[[Tensor], Any], method: bool = False) -> None:
    """Publish a question about one tensor as a function, and as a method where ``Tensor`` has none yet."""

    def function(input: Tensor) -> Any:
        if not isinstance(input, Tensor):
            raise Misfit
        return question(input)

    publish(name, checked(name)(function), method=False)
    if method:
        setattr(Tensor, name, checked(name, method=True)(lambda self: question(self)))


asked("numel", Tensor.numel)
asked("is_floating_point", Tensor.is_floating_point)
asked("is_complex", Tensor.is_complex)
asked("is_signed", Tensor.is_signed)
asked("is_nonzero", bool, method=True)
asked("is_conj", lambda x: isinstance(x, ConjugateView), method=True)
asked("is_neg", lambda x: False, method=True)
asked("is_inference", Tensor.is_inference, method=True)
asked("resolve_conj", lambda x: tensors.clone(x) if isinstance(x, ConjugateView) else x, method=True)
asked("resolve_neg", lambda x: x, method=True)


@checked("result_type")
def result_type(tensor: Any = None, other: Any = None, **keywords: Any) -> dtypes.dtype:
    """The dtype of an arithmetic result of two tensors or numbers."""
    if keywords:
        tensor = keywords.pop("scalar", keywords.pop("scalar1", tensor))
        other = keywords.pop("scalar2", keywords.pop("tensor", other))
    operands = []
    for each in (tensor, other):
        if isinstance(each, Tensor):
            operands.append(each._data)
        elif is_number(each):
            operands.append(number_of(each))
        else:
            raise Misfit
    if keywords:
        raise Misfit
    return dtypes.result_type(*operands)


publish("result_type", result_type, method=False)


@checked("is_same_size")
def is_same_size(input: Tensor, other: Tensor) -> bool:
    """Whether two tensors have one shape."""
    if not isinstance(input, Tensor) or not isinstance(other, Tensor):
        raise Misfit
    return input._data.shape == other._data.shape


publish("is_same_size", is_same_size)


def broadcast_shapes(*shapes: Any) -> kinds.Size:
    """The shape to which tensors of these shapes, or lengths, broadcast."""
    result: list[int] = []
    for place, each in enumerate(shapes):
        shape = kinds.Size((each,) if isinstance(each, int) else each)
        result = [1] * (len(shape) - len(result)) + result
        for dim in range(-1, -len(shape) - 1, -1):
            if shape[dim] not in (1, result[dim]):
                if result[dim] != 1:
                    shown = each if isinstance(each, kinds.Size) else tuple(shape)
                    raise RuntimeError(
                        f"Attempting to broadcast a dimension of length {shape[dim]} at {dim}! Mismatching argument at "
                        f"index {place} had {shown}; but expected shape should be broadcastable to {result}"
                    )
                if shape[dim] < 0:
                    raise ValueError("Attempting to broadcast a dimension with negative length!")
                result[dim] = shape[dim]
    return kinds.Size(result)


publish("broadcast_shapes", broadcast_shapes, method=False)


def get_default_device() -> kinds.device:
    """The CPU."""
    return kinds.CPU


def set_default_device(device: Any) -> None:
    """Accept the CPU, or None for it; AssertionError for CUDA, NotImplementedError names any other device."""
    kinds.check_device(device)


for _function in (get_default_device, set_default_device):
    publish(_function.__name__, _function, method=False)
