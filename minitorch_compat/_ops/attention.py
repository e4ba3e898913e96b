"""Scaled dot product attention: as one node where torch has one, and composed where it has not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from .._core import dtypes
from .._core.errors import Misfit
from .._core.forms import FUNCTIONS
from .._core.operations import op
from .._core.quiet import quietly
from .._core.recording import tensors
from .._core.steps import recorded, step
from .._core.tensor import Tensor, stands_for_others, wrap
from .._kernels import attention as kernels
from .._kernels import softmax as rows
from .._kernels.elementwise import widened
from . import by_number, entry  # noqa: F401

Array = np.ndarray


@op("_safe_softmax", node="SafeSoftmaxBackward0", method=False, module=False,
    x=lambda xp, g, out, dim: xp.softmax_backward(g, out, dim))
def safe_softmax(x: Array, dim):
    """Softmax with zeros in rows that are -inf throughout."""
    made = rows.softmax(x, dim)
    none = np.isneginf(x).all(dim, keepdims=True)
    return np.where(none, made.dtype.type(0), made) if none.any() else made


def attention_back(
    g: Array, inputs: Sequence[Any], saved: Any, needed: Sequence[bool], scale: float
) -> list[Any]:
    wide = [widened(each) for each in inputs]
    found = kernels.backward(widened(g), wide[0], wide[1], wide[2], saved, scale, needed)
    return [
        None if each is None else each.astype(x.dtype, copy=False) for each, x in zip(found, inputs, strict=True)
    ]


OneStep = step(
    "_scaled_dot_product_flash_attention_for_cpu", "ScaledDotProductFlashAttentionForCpuBackward0",
    ("query", "key", "value"), attention_back, None,
)


def check(query: Tensor, key: Tensor, value: Tensor, mask: Any) -> None:
    """Refuse what does not go together."""
    for each in (query, key, value, *(() if mask is None else (mask,))):
        if not isinstance(each, Tensor):
            raise Misfit
    parts: Any = {"query": query, "key": key, "value": value}

    def told(field: str, text: Any) -> str:
        listed = [f"{name}.{field}: {text(each)}" for name, each in parts.items()]
        return f"{listed[0]} {listed[1]} and {listed[2]} instead."

    if not query.dtype == key.dtype == value.dtype:
        raise RuntimeError(
            "Expected query, key, and value to have the same dtype, but got " + told("dtype", lambda x: name_of(x))
        )
    if any(each.dim() < 2 for each in parts.values()):
        raise RuntimeError(
            "Expected query, key, and value to all be  at least 2 dimensional, but got "
            + told("dim", lambda x: x.dim())
        )
    if mask is not None and mask.dtype not in (dtypes.bool, dtypes.float32, query.dtype):
        raise RuntimeError(
            "Expected attn_mask dtype to be bool or float or to match query dtype, but got attn_mask.dtype: "
            f"{name_of(mask)} and  query.dtype: {name_of(query)} instead."
        )


C_NAMES = {
    "float32": "float", "float64": "double", "float16": "c10::Half", "bfloat16": "c10::BFloat16", "int32": "int",
    "int64": "long int", "int16": "short int", "int8": "signed char", "uint8": "unsigned char", "bool": "bool",
}


def name_of(x: Tensor) -> str:
    """The dtype as C++ has it."""
    name = str(x.dtype).removeprefix("torch.")
    return C_NAMES.get(name, name)


def in_one_step(query: Any, key: Any, value: Any, mask: Any, dropout_p: float, gqa: bool) -> bool:
    """Whether torch has one node for these."""
    parts = (query, key, value)
    if dropout_p > 0 or stands_for_others([*parts, mask]) or any(each._data.ndim != 4 for each in parts):
        return False
    q, k, v = (each._data for each in parts)
    if mask is not None and mask.dim() < 2:
        mask.size(-2)  # which says that there is none
    if q.dtype.kind not in "fV" or any(not each.size or each.strides[-1] != each.itemsize for each in (q, k, v)):
        return False
    same_heads = q.shape[1] == k.shape[1] == v.shape[1]
    shared_heads = gqa and k.shape[1] == v.shape[1] and not q.shape[1] % k.shape[1]
    if len({each.shape[0] for each in (q, k, v)}) > 1 or len({each.shape[3] for each in (q, k, v)}) > 1 or not (
        same_heads or shared_heads
    ) or k.shape[2] != v.shape[2]:
        return False
    return mask is None or (mask._data.ndim in (2, 4) and mask._node is None and fits(
        mask._data.shape, (q.shape[0], q.shape[1], q.shape[2], k.shape[2])
    ))


def fits(shape: Sequence[int], wanted: Sequence[int]) -> bool:
    """Whether a mask can be broadcast."""
    return all(each in (1, length) for each, length in zip(shape[::-1], wanted[::-1], strict=False))


def scaled_dot_product_attention(
    query: Any, key: Any, value: Any, attn_mask: Any = None, dropout_p: float = 0.0, is_causal: bool = False, *,
    scale: float | None = None, enable_gqa: bool = False,
) -> Any:
    """``softmax(query @ key.T * scale + mask) @ value`` for (..., L, E), (..., S, E) and (..., S, V).

    A mask of bool says where to look, any other is added; ``is_causal`` looks at no later place. ``scale`` is
    1/sqrt(E) unless given.
    """
    check(query, key, value, attn_mask)
    if dropout_p < 0 and query.dim() == 4:
        raise RuntimeError("scaled_dot_product_attention_flash_attention: Currently do not support dropout > 0")
    if not in_one_step(query, key, value, attn_mask, dropout_p, enable_gqa):
        return composed(query, key, value, attn_mask, dropout_p, is_causal, scale, enable_gqa)
    q, k, v = (widened(each._data) for each in (query, key, value))
    factor = 1 / math.sqrt(q.shape[-1]) if scale is None else scale
    mask = None if attn_mask is None else attn_mask._data
    if mask is not None and mask.dtype.kind != "b":
        mask = mask.astype(q.dtype, copy=False)
    p = quietly(kernels.shares, q, k, mask, bool(is_causal), factor)
    made = np.empty_like(query._data)
    made[...] = quietly(kernels.forward, p, v)
    return recorded(OneStep, wrap(made), (query, key, value), p, (factor,))


def composed(
    query: Any, key: Any, value: Any, mask: Any, dropout_p: float, is_causal: bool, scale: float | None, gqa: bool
) -> Any:
    """The same by the operations of which it consists."""
    if is_causal:
        if mask is not None:
            raise RuntimeError(
                "_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True"
            )
        mask = FUNCTIONS["ones"](
            query.size(-2), key.size(-2), dtype=dtypes.bool, device=query.device
        ).tril()
    if query.dtype.is_floating_point is False and not query.is_complex():
        raise RuntimeError(f"expected scalar type Float but found {query.dtype.scalar_type}")
    if mask is not None and mask.dtype == dtypes.bool:
        mask = FUNCTIONS["zeros_like"](mask, dtype=query.dtype).masked_fill_(~mask, -math.inf)
    if gqa:
        if query.size(-3) % key.size(-3) or query.size(-3) % value.size(-3):
            raise RuntimeError("Number of heads in key and value must divide the number of heads in ")
        key, value = (
            each.repeat_interleave(query.size(-3) // each.size(-3), -3) for each in (key, value)
        )
    factor = math.sqrt(1 / math.sqrt(query.size(-1)) if scale is None else scale)
    scores = FUNCTIONS["matmul"](
        tensors.times(query, factor), tensors.times(key.transpose(-2, -1), factor)
    )
    if query.is_complex():
        raise NotImplementedError(f"\"softmax_lastdim_kernel_impl\" not implemented for '{query.dtype.scalar_type}'")
    if mask is not None:
        scores = scores + mask
    shares = tensors._safe_softmax(scores, scores.dim() - 1)
    if dropout_p > 0:
        shares = FUNCTIONS["dropout"](shares, dropout_p, True)
    return FUNCTIONS["matmul"](shares, value)


attention = entry.guarded("scaled_dot_product_attention", scaled_dot_product_attention, False)
