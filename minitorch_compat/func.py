"""Functions that turn functions into their derivatives."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from ._core.modes import enable_grad
from ._core.tensor import Tensor
from .autograd import grad as gradients_of

__all__ = ["grad", "grad_and_value"]


def grad(func: Callable[..., Any], argnums: int | tuple[int, ...] = 0, has_aux: bool = False) -> Callable[..., Any]:
    """The function that gives the gradient of ``func``, which returns a scalar, by the arguments ``argnums`` counts."""
    with_value = grad_and_value(func, argnums, has_aux)

    @wraps(func)
    def gradient(*arguments: Any, **keywords: Any) -> Any:
        found, value = with_value(*arguments, **keywords)
        return (found, value[1]) if has_aux else found

    return gradient


def grad_and_value(
    func: Callable[..., Any], argnums: int | tuple[int, ...] = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """The same, beside the value of ``func``."""
    places = (argnums,) if isinstance(argnums, int) else tuple(argnums)

    @wraps(func)
    def gradient_and_value(*arguments: Any, **keywords: Any) -> Any:
        entered = list(arguments)
        outside = any(isinstance(each, Tensor) and each.requires_grad for each in arguments)
        with enable_grad():
            for place in places:
                given = entered[place]
                entered[place] = given.view_as(given) if given.requires_grad else given.detach().requires_grad_()
            made = func(*entered, **keywords)
            value, rest = made if has_aux else (made, None)
            if not isinstance(value, Tensor):
                raise RuntimeError(
                    "Expected f given to grad_and_value(f)(*args) to return a Tensor, got type "
                    f"{type(value)}"
                )
            if value.dim():
                raise RuntimeError(
                    "Expected f given to grad_and_value(f)(*args) to return a scalar tensor, got tensor with "
                    f"{value.dim()} dims. Maybe you wanted to use the vjp or jacrev APIs instead?"
                )
            wanted = tuple([entered[place] for place in places])
            found = gradients_of(value, wanted, create_graph=outside, materialize_grads=True)
        value = value if outside else value.detach()
        result = found[0] if isinstance(argnums, int) else tuple(found)
        return result, (value, rest) if has_aux else value

    return gradient_and_value
