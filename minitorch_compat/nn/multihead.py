"""Attention of several heads, with its projections and masks."""

from __future__ import annotations

import math
import warnings
from typing import Any

from .._core import dtypes
from .._core.forms import FUNCTIONS
from .._ops.attention import attention as scaled_dot_product_attention
from .._ops.linear import linear

__all__ = ["multi_head_attention_forward", "scaled_dot_product_attention"]


def _check_shapes(query: Any, key: Any, value: Any, key_padding_mask: Any, attn_mask: Any, num_heads: int) -> bool:
    """Whether there is a batch; AssertionError unless all have the same idea of that."""
    if query.dim() not in (2, 3):
        raise AssertionError(
            f"query should be unbatched 2D or batched 3D tensor but received {query.dim()}-D query tensor"
        )
    batched = query.dim() == 3
    kind, count, masks = ("batched", 3, (2, 3)) if batched else ("unbatched", 2, (2, 3))
    if key.dim() != count or value.dim() != count:
        raise AssertionError(
            f"For {kind} ({count}-D) `query`, expected `key` and `value` to be {count}-D but found {key.dim()}-D and "
            f"{value.dim()}-D tensors respectively"
        )
    if key_padding_mask is not None and key_padding_mask.dim() != count - 1:
        raise AssertionError(
            f"For {kind} ({count}-D) `query`, expected `key_padding_mask` to be `None` or {count - 1}-D but found "
            f"{key_padding_mask.dim()}-D tensor instead"
        )
    if attn_mask is not None:
        if attn_mask.dim() not in masks:
            raise AssertionError(
                f"For {kind} ({count}-D) `query`, expected `attn_mask` to be `None`, 2-D or 3-D but found "
                f"{attn_mask.dim()}-D tensor instead"
            )
        if not batched and attn_mask.dim() == 3:
            wanted = (num_heads, query.shape[0], key.shape[0])
            if attn_mask.shape != wanted:
                raise AssertionError(f"Expected `attn_mask` shape to be {wanted} but got {attn_mask.shape}")
    return batched


def _none_or_dtype(mask: Any) -> Any:
    return None if mask is None else mask.dtype


def _canonical_mask(
    mask: Any, mask_name: str, other_type: Any, other_name: str, target_type: Any, check_other: bool = True
) -> Any:
    """A mask that is added: what a mask of bool forbids becomes -inf."""
    if mask is None:
        return None
    if mask.dtype != dtypes.bool and not mask.is_floating_point():
        raise AssertionError(f"only bool and floating types of {mask_name} are supported")
    if check_other and other_type is not None and mask.dtype != other_type:
        warnings.warn(
            f"Support for mismatched {mask_name} and {other_name} is deprecated. Use same type for both instead.",
            stacklevel=3,
        )
    if mask.is_floating_point():
        return mask
    return FUNCTIONS["zeros_like"](mask, dtype=target_type).masked_fill_(mask, -math.inf)


def _projected(query: Any, key: Any, value: Any, weight: Any, bias: Any) -> tuple[Any, Any, Any]:
    """Queries, keys and values from one weight; what is the same tensor is multiplied only once."""
    width = query.size(-1)

    def parted(x: Any, weight: Any, bias: Any, count: int) -> Any:
        made: Any = linear(x, weight, bias)
        return made.unflatten(-1, (count, width)).unsqueeze(0).transpose(0, -2).squeeze(-2).contiguous()

    if key is value:
        if query is key:
            made = parted(query, weight, bias, 3)
            return made[0], made[1], made[2]
        own, others = weight.split([width, 2 * width])
        own_bias, other_bias = (None, None) if bias is None else bias.split([width, 2 * width])
        first = linear(query, own, own_bias)
        made = parted(key, others, other_bias, 2)
        return first, made[0], made[1]
    weights = weight.chunk(3)
    biases = (None,) * 3 if bias is None else bias.chunk(3)
    q, k, v = (linear(*each) for each in zip((query, key, value), weights, biases, strict=True))
    return q, k, v


def _separately(query: Any, key: Any, value: Any, weights: Any, biases: Any) -> tuple[Any, Any, Any]:
    """Queries, keys and values from a weight each."""
    width = query.size(-1)
    for name, x, weight in zip(("query", "key", "value"), (query, key, value), weights, strict=True):
        if weight.shape != (width, x.size(-1)):
            raise AssertionError(
                f"expecting {name} weights shape of {(width, x.size(-1))}, but got {weight.shape}"
            )
    q, k, v = (linear(*each) for each in zip((query, key, value), weights, biases, strict=True))
    return q, k, v


def _expect(what: str, wanted: Any, found: Any) -> None:
    if wanted != found:
        raise AssertionError(f"expecting {what} of {wanted}, but got {found}")


def multi_head_attention_forward(
    query: Any, key: Any, value: Any, embed_dim_to_check: int, num_heads: int, in_proj_weight: Any, in_proj_bias: Any,
    bias_k: Any, bias_v: Any, add_zero_attn: bool, dropout_p: float, out_proj_weight: Any, out_proj_bias: Any,
    training: bool = True, key_padding_mask: Any = None, need_weights: bool = True, attn_mask: Any = None,
    use_separate_proj_weight: bool = False, q_proj_weight: Any = None, k_proj_weight: Any = None,
    v_proj_weight: Any = None, static_k: Any = None, static_v: Any = None, average_attn_weights: bool = True,
    is_causal: bool = False,
) -> tuple[Any, Any]:
    """Attention of several heads for (L, N, E), or (L, E), and its weights where they are needed."""
    batched = _check_shapes(query, key, value, key_padding_mask, attn_mask, num_heads)
    if not batched:
        query, key, value = query.unsqueeze(1), key.unsqueeze(1), value.unsqueeze(1)
        if key_padding_mask is not None:
            key_padding_mask = key_padding_mask.unsqueeze(0)
    length, batch, width = query.shape
    source = key.shape[0]
    key_padding_mask = _canonical_mask(
        key_padding_mask, "key_padding_mask", _none_or_dtype(attn_mask), "attn_mask", query.dtype
    )
    if is_causal and attn_mask is None:
        raise RuntimeError(
            "Need attn_mask if specifying the is_causal hint. You may use the Transformer module method "
            "`generate_square_subsequent_mask` to create this mask."
        )
    if is_causal and key_padding_mask is None and not need_weights:
        attn_mask = None
    else:
        attn_mask = _canonical_mask(attn_mask, "attn_mask", None, "", query.dtype, False)
        if key_padding_mask is not None:
            is_causal = False
    if width != embed_dim_to_check:
        raise AssertionError(f"was expecting embedding dimension of {embed_dim_to_check}, but got {width}")
    head = width // num_heads
    if head * num_heads != width:
        raise AssertionError(f"embed_dim {width} not divisible by num_heads {num_heads}")
    if use_separate_proj_weight:
        if key.shape[:2] != value.shape[:2]:
            raise AssertionError(
                f"key's sequence and batch dims {key.shape[:2]} do not match value's {value.shape[:2]}"
            )
        for name, weight in (("q", q_proj_weight), ("k", k_proj_weight), ("v", v_proj_weight)):
            if weight is None:
                raise AssertionError(f"use_separate_proj_weight is True but {name}_proj_weight is None")
        biases = (None,) * 3 if in_proj_bias is None else in_proj_bias.chunk(3)
        q, k, v = _separately(query, key, value, (q_proj_weight, k_proj_weight, v_proj_weight), biases)
    else:
        if key.shape != value.shape:
            raise AssertionError(f"key shape {key.shape} does not match value shape {value.shape}")
        if in_proj_weight is None:
            raise AssertionError("use_separate_proj_weight is False but in_proj_weight is None")
        q, k, v = _projected(query, key, value, in_proj_weight, in_proj_bias)
    if attn_mask is not None:
        if attn_mask.dim() == 2:
            if attn_mask.shape != (length, source):
                raise RuntimeError(
                    f"The shape of the 2D attn_mask is {attn_mask.shape}, but should be {(length, source)}."
                )
            attn_mask = attn_mask.unsqueeze(0)
        elif attn_mask.shape != (batch * num_heads, length, source):
            raise RuntimeError(
                f"The shape of the 3D attn_mask is {attn_mask.shape}, but should be "
                f"{(batch * num_heads, length, source)}."
            )

    def padded(mask: Any) -> Any:
        return None if mask is None else FUNCTIONS["constant_pad_nd"](mask, (0, 1), 0.0)

    if bias_k is not None and bias_v is not None:
        if static_k is not None:
            raise AssertionError("bias cannot be added to static key.")
        if static_v is not None:
            raise AssertionError("bias cannot be added to static value.")
        k = FUNCTIONS["cat"]([k, bias_k.repeat(1, batch, 1)])
        v = FUNCTIONS["cat"]([v, bias_v.repeat(1, batch, 1)])
        attn_mask, key_padding_mask = padded(attn_mask), padded(key_padding_mask)
    q = q.view(length, batch * num_heads, head).transpose(0, 1)

    def by_heads(x: Any, static: Any, name: str) -> Any:
        if static is None:
            return x.view(x.shape[0], batch * num_heads, head).transpose(0, 1)
        _expect(f"{name}.size(0)", batch * num_heads, static.size(0))
        _expect(f"{name}.size(2)", head, static.size(2))
        return static

    k, v = by_heads(k, static_k, "static_k"), by_heads(v, static_v, "static_v")
    if add_zero_attn:
        shape = (batch * num_heads, 1, head)
        k = FUNCTIONS["cat"]([k, FUNCTIONS["zeros"](shape, dtype=k.dtype, device=k.device)], 1)
        v = FUNCTIONS["cat"]([v, FUNCTIONS["zeros"](shape, dtype=v.dtype, device=v.device)], 1)
        attn_mask, key_padding_mask = padded(attn_mask), padded(key_padding_mask)
    source = k.size(1)
    if key_padding_mask is not None:
        if key_padding_mask.shape[0] != batch:
            raise AssertionError(
                f"Expected key_padded_mask.shape[0] to be {batch}, but got {key_padding_mask.shape[0]}"
            )
        if key_padding_mask.shape[1] != source:
            raise AssertionError(
                f"Expected key_padded_mask.shape[1] to be {source}, but got {key_padding_mask.shape[1]}"
            )
        whole = key_padding_mask.view(batch, 1, 1, source).expand(-1, num_heads, -1, -1)
        whole = whole.reshape(batch * num_heads, 1, source)
        attn_mask = whole if attn_mask is None else attn_mask + whole
    if not training:
        dropout_p = 0.0
    if need_weights:
        scaled = q * math.sqrt(1.0 / float(head))
        turned = k.transpose(-2, -1)
        shares = FUNCTIONS["bmm"](scaled, turned) if attn_mask is None else (
            FUNCTIONS["baddbmm"](attn_mask, scaled, turned)
        )
        shares = FUNCTIONS["softmax"](shares, -1)
        if dropout_p > 0.0:
            shares = FUNCTIONS["dropout"](shares, dropout_p, True)
        out = FUNCTIONS["bmm"](shares, v).transpose(0, 1).reshape(length * batch, width)
        out = linear(out, out_proj_weight, out_proj_bias).view(length, batch, -1)  # type: ignore[attr-defined]
        shares = shares.view(batch, num_heads, length, source)
        if average_attn_weights:
            shares = shares.mean(1)
        return (out, shares) if batched else (out.squeeze(1), shares.squeeze(0))
    if attn_mask is not None:
        if attn_mask.size(0) == 1 and attn_mask.dim() == 3:
            attn_mask = attn_mask.unsqueeze(0)
        else:
            attn_mask = attn_mask.view(batch, num_heads, -1, source)
    q, k, v = (each.view(batch, num_heads, each.size(1), head) for each in (q, k, v))
    out = scaled_dot_product_attention(q, k, v, attn_mask, dropout_p, is_causal)
    out = out.permute(2, 0, 1, 3).reshape(batch * length, width)
    out = linear(out, out_proj_weight, out_proj_bias).view(length, batch, -1)  # type: ignore[attr-defined]
    return (out if batched else out.squeeze(1)), None
