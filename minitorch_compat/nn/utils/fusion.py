"""Normalizations of batches in evaluation, folded into the layers before them."""

from __future__ import annotations

import copy
from typing import Any

from ..._core.forms import FUNCTIONS
from ..parameter import Parameter


def _folded(
    weight: Any, bias: Any, mean: Any, var: Any, eps: float, bn_weight: Any, bn_bias: Any, shape: Any
) -> tuple[Parameter, Parameter]:
    """``weight`` and ``bias`` of a layer that normalizes as well."""
    if bias is None:
        bias = FUNCTIONS["zeros_like"](mean)
    if bn_weight is None:
        bn_weight = FUNCTIONS["ones_like"](mean)
    if bn_bias is None:
        bn_bias = FUNCTIONS["zeros_like"](mean)
    scale = bn_weight * FUNCTIONS["rsqrt"](var + eps)
    made = (weight * scale.reshape(shape)).to(weight.dtype), ((bias - mean) * scale + bn_bias).to(bias.dtype)
    return Parameter(made[0], weight.requires_grad), Parameter(made[1], bias.requires_grad)


def fuse_conv_bn_weights(
    conv_w: Any, conv_b: Any, bn_rm: Any, bn_rv: Any, bn_eps: float, bn_w: Any, bn_b: Any, transpose: bool = False
) -> tuple[Parameter, Parameter]:
    """Weight and bias of a convolution followed by a normalization with these moments."""
    rest = [1] * (conv_w.dim() - 2)
    return _folded(conv_w, conv_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b, [1, -1, *rest] if transpose else [-1, 1, *rest])


def fuse_linear_bn_weights(
    linear_w: Any, linear_b: Any, bn_rm: Any, bn_rv: Any, bn_eps: float, bn_w: Any, bn_b: Any
) -> tuple[Parameter, Parameter]:
    """Weight and bias of a linear layer followed by a normalization with these moments."""
    return _folded(linear_w, linear_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b, [-1, 1])


def fuse_conv_bn_eval(conv: Any, bn: Any, transpose: bool = False) -> Any:
    """A copy of a convolution that does what both modules do, which must be in evaluation."""
    if conv.training or bn.training:
        raise AssertionError("Fusion only for eval!")
    made = copy.deepcopy(conv)
    if bn.running_mean is None or bn.running_var is None:
        raise AssertionError
    made.weight, made.bias = fuse_conv_bn_weights(
        made.weight, made.bias, bn.running_mean, bn.running_var, bn.eps, bn.weight, bn.bias, transpose
    )
    return made


def fuse_linear_bn_eval(linear: Any, bn: Any) -> Any:
    """A copy of a linear layer that does what both modules do, which must be in evaluation."""
    if linear.training or bn.training:
        raise AssertionError("Fusion only for eval!")
    made = copy.deepcopy(linear)
    if made.out_features != bn.num_features and bn.num_features != 1:
        raise AssertionError(
            "To fuse, linear.out_features == bn.num_features or bn.num_features == 1, got linear.out_features="
            f"{made.out_features} and bn.num_features={bn.num_features}"
        )
    if bn.running_mean is None or bn.running_var is None:
        raise AssertionError
    made.weight, made.bias = fuse_linear_bn_weights(
        made.weight, made.bias, bn.running_mean, bn.running_var, bn.eps, bn.weight, bn.bias
    )
    return made
