"""The loss of connectionist temporal classification."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._core import dtypes
from .._core.errors import Misfit
from .._core.forms import FUNCTIONS
from .._core.operations import op
from .._core.tensor import Tensor, wrap
from .._kernels import ctc as kernels
from . import entry
from .random import no_derivative

Array = np.ndarray
CHECKED = "(while checking arguments for ctc_loss_allocate_outputs)"


@op("_ctc_loss_backward", method=False, module=False, node="CtcLossBackwardBackward0",
    g=no_derivative("_ctc_loss_backward"), x=no_derivative("_ctc_loss_backward"))
def ctc_backward(
    g: Array, x: Array, labels: Array, out: Array, alpha: Array, input_lengths, target_lengths, blank, zero_infinity
):
    """The gradient of the logarithms of probabilities."""
    return kernels.backward(g, x, labels, input_lengths, target_lengths, out, alpha, blank, zero_infinity)


@op("_ctc_loss", method=False, module=False, node="CtcLossBackward0", results=("out", "alpha"),
    x=lambda xp, g, x, labels, out, alpha, input_lengths, target_lengths, blank, zero_infinity:
        xp._ctc_loss_backward(
            g[0] if isinstance(g, list) else g, x, labels, out, alpha, input_lengths, target_lengths, blank,
            zero_infinity,
        ))
def ctc(x: Array, labels: Array, input_lengths, target_lengths, blank, zero_infinity):
    return kernels.forward(x, labels, input_lengths, target_lengths, blank)


def lengths_of(lengths: Any, name: str) -> Array:
    """Lengths as a vector of integers."""
    if isinstance(lengths, Tensor):
        if lengths._data.dtype.kind not in "iu":
            raise RuntimeError(f"{name} must be integral")
        return lengths._data.astype(np.int64).reshape(-1)
    if not isinstance(lengths, (tuple, list)):
        raise Misfit
    return np.array(lengths, np.int64).reshape(-1)


def ctc_loss(
    log_probs: Any, targets: Any, input_lengths: Any, target_lengths: Any, blank: int = 0, reduction: int = 1,
    zero_infinity: bool = False,
) -> Any:
    """Minus the logarithm of the probability of the labels, over all their alignments with (T, N, C) ``log_probs``."""
    if not isinstance(log_probs, Tensor) or not isinstance(targets, Tensor):
        raise Misfit
    inputs, counts = lengths_of(input_lengths, "input_lengths"), lengths_of(target_lengths, "target_lengths")
    batched = log_probs._data.ndim == 3
    x: Any = log_probs if batched else log_probs.unsqueeze(1)  # type: ignore[attr-defined]
    array, labels = x._data, targets._data
    if array.ndim == 3 and not array.size:
        raise RuntimeError("log_probs tensor must not be empty")
    if array.ndim != 3:
        raise RuntimeError(
            f"Expected 3-dimensional tensor, but got {array.ndim}-dimensional tensor for argument #1 'log_probs' "
            + CHECKED
        )
    if array.dtype.kind != "f" or array.dtype.char == "e":
        raise NotImplementedError(f"\"ctc_loss_cpu\" not implemented for '{dtypes.of(array).scalar_type}'")
    steps, batch, classes = array.shape
    if not 0 <= blank < classes:
        raise RuntimeError("blank must be in label range")
    for name, each in (("input_lengths", inputs), ("target_lengths", counts)):
        if each.size != batch:
            raise RuntimeError(f"{name} must be of size batch_size")
    for name, each in (("input_lengths", inputs), ("target_lengths", counts)):
        if (each < 0).any():
            raise RuntimeError(f"Expected {name} to have value at least 0, but got value {each[each < 0][0]} {CHECKED}")
    longest = int(counts.max()) if counts.size else 0
    if (labels.ndim == 1 and batched) or (labels.ndim == 1 and batch != 1):
        if labels.size != counts.sum():
            raise RuntimeError(
                f"Expected tensor to have size {counts.sum()} at dimension 0, but got size {labels.size} for argument "
                f"#2 'targets' {CHECKED}"
            )
        table = np.full((batch, longest), blank, np.int64)
        table[np.arange(longest) < counts[:, None]] = labels
    else:
        table = labels.reshape(batch, -1).astype(np.int64)
        if table.shape[1] < longest:
            raise RuntimeError(
                f"Expected tensor to have size at least {longest} at dimension 1, but got size {table.shape[1]} for "
                f"argument #2 'targets' {CHECKED}"
            )
        table = np.where(np.arange(longest) < counts[:, None], table[:, :longest], blank)
    if (inputs > steps).any():
        raise RuntimeError(
            f"Expected input_lengths to have value at most {steps}, but got value {inputs[inputs > steps][0]} {CHECKED}"
        )
    losses, _ = ctc(x, wrap(table), inputs, counts, int(blank), bool(zero_infinity))
    if zero_infinity:
        losses = FUNCTIONS["where"](losses == float("inf"), FUNCTIONS["scalar_tensor"](0.0, dtype=losses.dtype), losses)
    if reduction == 1:
        shape = FUNCTIONS["tensor"](np.maximum(counts, 1).tolist(), dtype=losses.dtype)
        return (losses / shape).mean()
    if reduction == 2:
        return losses.sum()
    return losses if batched else losses.squeeze(0)


entry.publish("ctc_loss", ctc_loss, method=False)
