"""A linear map and the cross entropy of what it gives, in one call."""

from __future__ import annotations

import math
import warnings
from typing import Any

from .._core import dtypes
from .._ops.likelihood import check_reduction, cross_entropy_loss
from .._ops.linear import linear

__all__ = ["linear_cross_entropy"]

def linear_cross_entropy(
    input: Any, linear_weight: Any, target: Any, *, linear_bias: Any = None, weight: Any = None,
    reduction: str = "mean", ignore_index: int | None = None, label_smoothing: float = 0.0, options: Any = None,
) -> Any:
    """The cross entropy of logits ``input @ linear_weight.T + linear_bias``, for inputs (N, in_features).

    A weight (C, d_1, …, d_K, in_features) gives logits (N, C, d_1, …, d_K). Errors: RuntimeError for shapes that do
    not fit and for an index to ignore among probabilities.
    """
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
    ignored = -100 if ignore_index is None else ignore_index
    if options is not None:
        fits = reduction in ("mean", "sum", "none") and label_smoothing == 0 and len(classes) == 1
        if fits and target.dtype == dtypes.int64:
            from .linear_cross_entropy_in_pieces import in_pieces

            batch = 1 if input.dim() == 1 else len(input)
            adjusted = options._adjust(batch, width, classes[0], input.dtype, input.device)
            return in_pieces(input, linear_weight, target, linear_bias, weight, reduction, ignored, adjusted)
        shape = None if linear_bias is None else tuple(linear_bias.shape)
        warnings.warn(
            "linear_cross_entropy: ``options`` ignored; chunked path needs reduction in {'mean','sum','none'}, "
            f"label_smoothing == 0, target.dtype == int64, out_features == (). Got {reduction=}, {label_smoothing=}, "
            f"target.dtype={target.dtype}, out_features={tuple(classes[1:])}, tracing=False, "
            f"linear_bias.shape={shape}.",
            stacklevel=2,
        )
    check_reduction(reduction)
    if len(classes) > 1:
        linear_weight = linear_weight.reshape(math.prod(classes), width)
        linear_bias = None if linear_bias is None else linear_bias.reshape(-1)
    logits: Any = linear(input, linear_weight, linear_bias)
    logits = logits.reshape(*input.shape[:-1], *classes)
    return cross_entropy_loss(logits, target, weight, reduction, ignored, label_smoothing)
