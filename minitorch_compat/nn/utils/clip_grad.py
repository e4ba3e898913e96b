"""Gradients cut back to a norm or to a range."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any

from ..._core.forms import FUNCTIONS
from ..._core.modes import no_grad
from ..._core.tensor import Tensor


def _tensors(parameters: Any) -> list[Any]:
    return [parameters] if isinstance(parameters, Tensor) else list(parameters)


@no_grad
def get_total_norm(
    tensors: Iterable[Any], norm_type: float = 2.0, error_if_nonfinite: bool = False, foreach: bool | None = None
) -> Any:
    """The norm of all elements of all tensors together."""
    tensors = _tensors(tensors)
    if not tensors:
        return FUNCTIONS["tensor"](0.0)
    norm_type = float(norm_type)
    for each in tensors:
        if each.is_sparse:
            from ..._core.sparse.refusals import not_run

            raise not_run("linalg_vector_norm")
    norms = [each.norm(norm_type) for each in tensors]
    total = FUNCTIONS["stack"](norms).norm(norm_type)
    if error_if_nonfinite and not total.isfinite().all():
        raise RuntimeError(
            f"The total norm of order {norm_type} for gradients from `parameters` is non-finite, so it cannot be "
            "clipped. To disable this error and scale the gradients by the non-finite norm anyway, set "
            "`error_if_nonfinite=False`"
        )
    return total


@no_grad
def clip_grads_with_norm_(
    parameters: Any, max_norm: float, total_norm: Any, foreach: bool | None = None
) -> None:
    """Scale all gradients, whose common norm is ``total_norm``, so that it is at most ``max_norm``."""
    factor = (float(max_norm) / (total_norm + 1e-6)).clamp(max=1.0)
    for each in _tensors(parameters):
        if each.grad is not None:
            each.grad.mul_(factor)


@no_grad
def clip_grad_norm_(
    parameters: Any, max_norm: float, norm_type: float = 2.0, error_if_nonfinite: bool = False,
    foreach: bool | None = None
) -> Any:
    """Scale all gradients so that their common norm is at most ``max_norm``; return the norm they had."""
    if not isinstance(parameters, Tensor):
        once = not hasattr(parameters, "__len__")
        parameters = list(parameters)
        if once and not parameters:
            warnings.warn(
                "`parameters` is an empty generator, no gradient clipping will occur.", stacklevel=3
            )
    parameters = _tensors(parameters)
    gradients = [each.grad for each in parameters if each.grad is not None]
    total = get_total_norm(gradients, norm_type, error_if_nonfinite, foreach)
    clip_grads_with_norm_(parameters, max_norm, total, foreach)
    return total


def clip_grad_norm(
    parameters: Any, max_norm: float, norm_type: float = 2.0, error_if_nonfinite: bool = False,
    foreach: bool | None = None
) -> Any:
    """``clip_grad_norm_`` under its older name, which warns."""
    warnings.warn(
        "`torch.nn.utils.clip_grad_norm` is now deprecated in favor of `torch.nn.utils.clip_grad_norm_`.",
        FutureWarning,
        stacklevel=2,
    )
    return clip_grad_norm_(parameters, max_norm, norm_type, error_if_nonfinite, foreach)


@no_grad
def clip_grad_value_(parameters: Any, clip_value: float, foreach: bool | None = None) -> None:
    """Cut all gradients to ±``clip_value``."""
    limit = float(clip_value)
    for parameter in _tensors(parameters):
        if parameter.grad is None:
            continue
        if foreach is False:
            parameter.grad.clamp_(min=-limit, max=limit)
        else:  # many at once, torch writes twice
            parameter.grad.clamp_min_(-limit).clamp_max_(limit)
