"""Connectionist temporal classification (Graves and others, 2006): the sum over alignments, in logarithms."""

from __future__ import annotations

import numpy as np

INF = float("inf")


def exp(x: np.ndarray) -> np.ndarray:
    """Rounded once: single precision by way of double, as the C library has it and NumPy's own vectors do not."""
    return np.exp(x, dtype=np.float64).astype(x.dtype, copy=False)


def log(x: np.ndarray) -> np.ndarray:
    """Rounded once, as ``exp``."""
    return np.log(x, dtype=np.float64).astype(x.dtype, copy=False)


def added(*parts: np.ndarray) -> np.ndarray:
    """The logarithm of a sum of exponentials, -inf where all parts are."""
    largest = parts[0]
    for part in parts[1:]:
        largest = np.maximum(largest, part)
    base = np.where(largest == -INF, largest.dtype.type(0), largest)
    total = exp(parts[0] - base)
    for part in parts[1:]:
        total = total + exp(part - base)
    return log(total) + base


def extended(labels: np.ndarray, blank: int) -> tuple[np.ndarray, np.ndarray]:
    """Labels (N, L) with a blank before and after each, and where a path may leap over a blank."""
    batch, count = labels.shape
    path = np.full((batch, 2 * count + 1), blank, np.int64)
    path[:, 1::2] = labels
    leap = np.zeros(path.shape, bool)
    leap[:, 3::2] = labels[:, 1:] != labels[:, :-1]
    return path, leap


def forward(
    log_probs: np.ndarray, labels: np.ndarray, input_lengths: np.ndarray, target_lengths: np.ndarray, blank: int
) -> tuple[np.ndarray, np.ndarray]:
    """The loss of each sequence, and the sums over the beginnings of all paths, (N, T, 2 L + 1)."""
    steps, batch, _ = log_probs.shape
    path, leap = extended(labels, blank)
    emitted = np.take_along_axis(log_probs.transpose(1, 0, 2), np.repeat(path[:, None], steps, 1), 2)
    alpha = np.full((batch, steps, path.shape[1]), -INF, log_probs.dtype)
    if steps:
        alpha[:, 0, 0] = emitted[:, 0, 0]
        if path.shape[1] > 1:
            alpha[:, 0, 1] = np.where(target_lengths > 0, emitted[:, 0, 1], -INF)
    for t in range(1, steps):
        before = alpha[:, t - 1]
        one = np.full_like(before, -INF)
        one[:, 1:] = before[:, :-1]
        two = np.full_like(before, -INF)
        two[:, 2:] = np.where(leap[:, 2:], before[:, :-2], -INF)
        alpha[:, t] = added(before, one, two) + emitted[:, t]
    beyond = np.arange(path.shape[1]) > 2 * target_lengths[:, None]
    alpha[np.repeat(beyond[:, None], steps, 1)] = -INF
    rows = np.arange(batch)
    last = np.maximum(input_lengths - 1, 0)
    final = alpha[rows, last, 2 * target_lengths]
    label = np.where(
        target_lengths > 0, alpha[rows, last, np.maximum(2 * target_lengths - 1, 0)], log_probs.dtype.type(-INF)
    )
    losses = np.where(target_lengths > 0, -added(final, label), -final)
    losses = np.where(
        input_lengths == 0, np.where(target_lengths == 0, log_probs.dtype.type(0), log_probs.dtype.type(INF)), losses
    )
    return losses.astype(log_probs.dtype, copy=False), alpha


def backward(
    g: np.ndarray, log_probs: np.ndarray, labels: np.ndarray, input_lengths: np.ndarray, target_lengths: np.ndarray,
    losses: np.ndarray, alpha: np.ndarray, blank: int, zero_infinity: bool,
) -> np.ndarray:
    """The gradient of ``log_probs``, which are taken to come from a log_softmax."""
    steps, batch, classes = log_probs.shape
    path, leap = extended(labels, blank)
    width = path.shape[1]
    emitted = np.take_along_axis(log_probs.transpose(1, 0, 2), np.repeat(path[:, None], steps, 1), 2)
    beta = np.full_like(alpha, -INF)
    rows = np.arange(batch)
    leaps_out = np.zeros_like(leap)
    leaps_out[:, :-2] = leap[:, 2:]
    inside = np.arange(width) <= 2 * target_lengths[:, None]
    for t in range(steps - 1, -1, -1):
        at_end = input_lengths - 1 == t
        if t + 1 < steps:
            after = beta[:, t + 1]
            one = np.full_like(after, -INF)
            one[:, :-1] = after[:, 1:]
            two = np.full_like(after, -INF)
            two[:, :-2] = np.where(leaps_out[:, :-2], after[:, 2:], -INF)
            beta[:, t] = np.where(inside, added(after, one, two) + emitted[:, t], -INF)
        beta[at_end, t] = -INF
        here = rows[at_end]
        beta[here, t, 2 * target_lengths[here]] = emitted[here, t, 2 * target_lengths[here]]
        some = here[target_lengths[here] > 0]
        beta[some, t, 2 * target_lengths[some] - 1] = emitted[some, t, 2 * target_lengths[some] - 1]
    through = np.where(inside[:, None], alpha + beta, -INF)
    collected = np.full((batch, steps, classes), -INF, log_probs.dtype)
    for place in range(width - 1, -1, -1):  # from the end, as torch adds them
        index = path[:, place]
        collected[rows, :, index] = added(collected[rows, :, index], through[:, :, place])
    each = log_probs.transpose(1, 0, 2)
    gradient = (exp(each) - exp(collected + losses[:, None, None] - each)) * g[:, None, None]
    gradient[np.arange(steps) >= input_lengths[:, None]] = 0
    if zero_infinity:
        gradient[losses == INF] = 0
    return np.ascontiguousarray(gradient.transpose(1, 0, 2)).astype(log_probs.dtype, copy=False)
