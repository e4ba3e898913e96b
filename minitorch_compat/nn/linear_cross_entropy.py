"""A linear map and the cross entropy of what it gives, in one call."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from .._core import dtypes
from .._core.absent import absent
from .._ops.likelihood import check_reduction, cross_entropy_loss
from .._ops.linear import linear

__all__ = ["LinearCrossEntropyOptions", "linear_cross_entropy"]

POLICIES = ("accurate", "balanced", "compact", "auto")
SUMS = (None, dtypes.float16, dtypes.bfloat16, dtypes.float32, dtypes.float64)


@dataclass
class LinearCrossEntropyOptions:
    """How ``linear_cross_entropy`` would go through a batch in pieces; ValueError for what no option can be.

    The engine describes and checks these options; the computation in pieces it does not have.
    """

    allow_retain_graph: bool = False
    batch_chunk_size: int | None = None
    chunking_method: str | None = "auto"
    acc_policy: str = "auto"
    acc_dtype: Any = None

    def __post_init__(self) -> None:
        size, method = self.batch_chunk_size, self.chunking_method
        if self.acc_policy not in POLICIES:
            raise ValueError(f"invalid acc_policy: {self.acc_policy!r}")
        if size is not None and (not isinstance(size, int) or size <= 0):
            raise ValueError(f"batch_chunk_size must be positive int or None, got {size}")
        if method not in (None, "auto") and not str(method).startswith("aspect_ratio:"):
            raise ValueError(f"invalid chunking_method: {method!r}")
        if self.acc_dtype not in SUMS:
            names = ", ".join(str(each) for each in SUMS)
            raise ValueError(
                f"acc_dtype must be one of {{{names}}}, got {self.acc_dtype}. "
                "Pass acc_dtype=None to let the op pick automatically."
            )


def linear_cross_entropy(
    input: Any, linear_weight: Any, target: Any, *, linear_bias: Any = None, weight: Any = None,
    reduction: str = "mean", ignore_index: int | None = None, label_smoothing: float = 0.0, options: Any = None,
) -> Any:
    """The cross entropy of logits ``input @ linear_weight.T + linear_bias``, for inputs (N, in_features).

    A weight (C, d_1, …, d_K, in_features) gives logits (N, C, d_1, …, d_K). Errors: RuntimeError for shapes that do
    not fit and for an index to ignore among probabilities.
    """
    if options is not None:
        raise absent("torch.nn.functional.linear_cross_entropy with options")
    if input.dim() not in (1, 2):
        raise RuntimeError(f"expected input with dimensionality 1 or 2, got {input.dim()}")
    if linear_weight.dim() < 2:
        raise RuntimeError(f"expected linear_weight with dimensionality at least 2, got {linear_weight.dim()}")
    *classes, width = linear_weight.shape
    if input.shape[-1] != width:
        raise RuntimeError(
            "expected equal input and linear_weight last dimensions (in_features), got "
            f"{input.shape[-1]} and {width}, respectively"
        )
    if len(classes) > 1 and input.dim() == 1:
        raise RuntimeError(
            f"K-dimensional loss defined by linear_weight shape {tuple(linear_weight.shape)} requires batched input, "
            f"(N, {width}), got unbatched input with shape {tuple(input.shape)}"
        )
    if linear_bias is not None and tuple(linear_bias.shape) != tuple(classes):
        raise RuntimeError(f"expected linear_bias shape {tuple(classes)}, got {tuple(linear_bias.shape)}")
    if ignore_index is not None and target.is_floating_point():
        raise RuntimeError("ignore_index cannot be specified when target contains probabilities")
    check_reduction(reduction)
    if len(classes) > 1:
        linear_weight = linear_weight.reshape(math.prod(classes), width)
        linear_bias = None if linear_bias is None else linear_bias.reshape(-1)
    logits: Any = linear(input, linear_weight, linear_bias)
    logits = logits.reshape(*input.shape[:-1], *classes)
    ignored = -100 if ignore_index is None else ignore_index
    return cross_entropy_loss(logits, target, weight, reduction, ignored, label_smoothing)


LinearCrossEntropyOptions.__module__ = "torch.nn.modules.linear_cross_entropy_options"
