"""Attention: a softmax of products, times values, there and back (Vaswani and others, 2017)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

Array = np.ndarray


def repeated(x: Array, heads: int) -> Array:
    """Keys or values once for each head of the queries."""
    return x if x.shape[1] == heads else np.repeat(x, heads // x.shape[1], 1)


def shares(q: Array, k: Array, mask: Array | None, causal: bool, scale: float) -> Array:
    """What each query takes of each value: rows that add up to one, or are zero where all is masked."""
    scores = q @ repeated(k, q.shape[1]).swapaxes(-1, -2)
    scores *= scores.dtype.type(scale)
    if causal:
        scores[..., np.arange(q.shape[2])[:, None] < np.arange(k.shape[2])] = -np.inf
    if mask is not None:
        if mask.dtype.kind == "b":
            np.copyto(scores, -np.inf, where=~mask)
        else:
            scores += mask
    highest = scores.max(-1, keepdims=True)
    scores -= np.where(np.isneginf(highest), 0, highest)
    np.exp(scores, scores)
    total = scores.sum(-1, keepdims=True)
    scores /= np.where(total == 0, 1, total)
    return scores


def forward(p: Array, v: Array) -> Array:
    """The values in the shares ``p``."""
    return p @ repeated(v, p.shape[1])


def backward(
    g: Array, q: Array, k: Array, v: Array, p: Array, scale: float, needed: Sequence[bool]
) -> list[Array | None]:
    """Gradients of queries, keys and values, from the shares ``p``."""
    heads = q.shape[1]
    for_shares = g @ repeated(v, heads).swapaxes(-1, -2)
    for_shares -= (for_shares * p).sum(-1, keepdims=True)
    for_shares *= p
    for_shares *= for_shares.dtype.type(scale)

    def collected(x: Array, like: Array) -> Array:
        """The gradients of one key or value from all heads that share it."""
        groups = like.shape[1]
        return x if groups == heads else x.reshape(len(x), groups, heads // groups, *x.shape[2:]).sum(2)

    return [
        for_shares @ repeated(k, heads) if needed[0] else None,
        collected(for_shares.swapaxes(-1, -2) @ q, k) if needed[1] else None,
        collected(p.swapaxes(-1, -2) @ g, v) if needed[2] else None,
    ]
