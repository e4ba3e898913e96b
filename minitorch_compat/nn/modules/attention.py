"""Attention of several heads as a module."""

from __future__ import annotations

from typing import Any

from ..._core.forms import FUNCTIONS
from ..._core.modes import mode
from .. import init, multihead
from ..parameter import Parameter
from .linear import NonDynamicallyQuantizableLinear
from .module import Module


class MultiheadAttention(Module):
    """Attention of several heads (Vaswani and others, 2017), for (L, N, E), (N, L, E) with ``batch_first``, or (L, E).

    Returns the output and, where they are needed, the weights (N, L, S), averaged over the heads.
    """

    __constants__ = ("batch_first",)
    bias_k: Any
    bias_v: Any

    def __init__(
        self, embed_dim: int, num_heads: int, dropout: float = 0.0, bias: bool = True, add_bias_kv: bool = False,
        add_zero_attn: bool = False, kdim: int | None = None, vdim: int | None = None, batch_first: bool = False,
        device: Any = None, dtype: Any = None,
    ) -> None:
        if embed_dim <= 0 or num_heads <= 0:
            raise ValueError(
                f"embed_dim and num_heads must be greater than 0, got embed_dim={embed_dim} and num_heads={num_heads} "
                "instead"
            )
        super().__init__()
        self.embed_dim = embed_dim
        self.kdim = kdim if kdim is not None else embed_dim
        self.vdim = vdim if vdim is not None else embed_dim
        self._qkv_same_embed_dim = self.kdim == embed_dim and self.vdim == embed_dim
        self.num_heads = num_heads
        self.dropout = dropout
        self.batch_first = batch_first
        self.head_dim = embed_dim // num_heads
        if self.head_dim * num_heads != embed_dim:
            raise AssertionError("embed_dim must be divisible by num_heads")

        def empty(*shape: int) -> Parameter:
            return Parameter(FUNCTIONS["empty"](shape, device=device, dtype=dtype))

        separate = ("q_proj_weight", "k_proj_weight", "v_proj_weight")
        if self._qkv_same_embed_dim:
            self.in_proj_weight = empty(3 * embed_dim, embed_dim)
            for name in separate:
                self.register_parameter(name, None)
        else:
            for name, width in zip(separate, (embed_dim, self.kdim, self.vdim), strict=True):
                setattr(self, name, empty(embed_dim, width))
            self.register_parameter("in_proj_weight", None)
        if bias:
            self.in_proj_bias = empty(3 * embed_dim)
        else:
            self.register_parameter("in_proj_bias", None)
        self.out_proj = NonDynamicallyQuantizableLinear(embed_dim, embed_dim, bias=bias, device=device, dtype=dtype)
        if add_bias_kv:
            self.bias_k = empty(1, 1, embed_dim)
            self.bias_v = empty(1, 1, embed_dim)
        else:
            self.bias_k = self.bias_v = None
        self.add_zero_attn = add_zero_attn
        self._reset_parameters()

    def _reset_parameters(self) -> None:
        if self._qkv_same_embed_dim:
            init.xavier_uniform_(self.in_proj_weight)
        else:
            for name in ("q_proj_weight", "k_proj_weight", "v_proj_weight"):
                init.xavier_uniform_(getattr(self, name))
        if self.in_proj_bias is not None:
            init.constant_(self.in_proj_bias, 0.0)
            init.constant_(self.out_proj.bias, 0.0)
        for each in (self.bias_k, self.bias_v):
            if each is not None:
                init.xavier_normal_(each)

    def __setstate__(self, state: dict[str, Any]) -> None:
        state.setdefault("_qkv_same_embed_dim", True)
        super().__setstate__(state)

    def _at_once(self, query: Any, key: Any, value: Any) -> bool:
        """Whether torch takes its quick way, which asks for no mask where there is only a hint of one."""
        return (
            query.dim() == 3 and query is key and key is value and self.batch_first and self._qkv_same_embed_dim
            and self.in_proj_bias is not None and self.bias_k is None and not self.add_zero_attn
            and not self.training and self.num_heads % 2 == 0
            and not (mode.enabled and any(each.requires_grad for each in (query, *self.parameters())))
        )

    def forward(
        self, query: Any, key: Any, value: Any, key_padding_mask: Any = None, need_weights: bool = True,
        attn_mask: Any = None, average_attn_weights: bool = True, is_causal: bool = False,
    ) -> tuple[Any, Any]:
        """Attention of ``query`` to ``key``, and what it takes of ``value``."""
        key_padding_mask = multihead._canonical_mask(
            key_padding_mask, "key_padding_mask", multihead._none_or_dtype(attn_mask), "attn_mask", query.dtype
        )
        attn_mask = multihead._canonical_mask(attn_mask, "attn_mask", None, "", query.dtype, False)
        at_once = self._at_once(query, key, value)
        if attn_mask is None and at_once:
            is_causal = False
        turned = self.batch_first and query.dim() == 3
        if turned:
            if key is value:
                if query is key:
                    query = key = value = query.transpose(1, 0)
                else:
                    query, key = query.transpose(1, 0), key.transpose(1, 0)
                    value = key
            else:
                query, key, value = (each.transpose(1, 0) for each in (query, key, value))
        separate = () if self._qkv_same_embed_dim else ("q_proj_weight", "k_proj_weight", "v_proj_weight")
        out, shares = multihead.multi_head_attention_forward(
            query, key, value, self.embed_dim, self.num_heads, self.in_proj_weight, self.in_proj_bias, self.bias_k,
            self.bias_v, self.add_zero_attn, self.dropout, self.out_proj.weight, self.out_proj.bias,
            training=self.training, key_padding_mask=key_padding_mask, need_weights=need_weights, attn_mask=attn_mask,
            use_separate_proj_weight=not self._qkv_same_embed_dim, average_attn_weights=average_attn_weights,
            is_causal=is_causal, **{name: getattr(self, name) for name in separate},
        )
        if turned:
            out = out.transpose(1, 0)
        return (out.contiguous() if at_once else out), shares


__all__ = ["MultiheadAttention"]

MultiheadAttention.__module__ = "torch.nn.modules.activation"
