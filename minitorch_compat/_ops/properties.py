"""What can be asked of tensors and dtypes as functions of the torch namespace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .._core import dtypes
from .._core.forms import publish
from .._core.options import Misfit, checked
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
asked("is_conj", lambda x: False, method=True)
asked("is_neg", lambda x: False, method=True)
asked("is_inference", lambda x: False, method=True)
asked("resolve_conj", lambda x: x, method=True)
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
