"""A form of two vectors for each output, and the distances of all pairs of rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._core import errors
from .._core.modes import mode
from .._core.operations import op
from .._core.tensor import Tensor
from .._kernels import reduce
from .._kernels.elementwise import widened
from . import entry

Array = np.ndarray


def for_first(xp: Any, g: Any, weight: Any, y: Any) -> Any:
    """The sum over outputs and second features."""
    outputs, inner, other = weight.shape
    rows = g.shape[0]
    products = xp.mm(xp.reshape(weight, (outputs * inner, other)), xp.transpose(y, 0, 1))
    scaled = xp.reshape(products, (outputs, inner, rows)) * xp.reshape(xp.transpose(g, 0, 1), (outputs, 1, rows))
    return xp.clone_contiguous(xp.transpose(xp.sum(scaled, (0,), False), 0, 1))


def for_second(xp: Any, g: Any, weight: Any, x: Any) -> Any:
    """The sum over outputs and first features."""
    return for_first(xp, g, xp.transpose(weight, 1, 2), x)


def for_weight(xp: Any, g: Any, x: Any, y: Any) -> Any:
    """The sum over samples."""
    rows, outputs = g.shape
    scaled = xp.reshape(g, (rows, outputs, 1)) * xp.reshape(x, (rows, 1, x.shape[1]))
    flat = xp.reshape(scaled, (rows, outputs * x.shape[1]))
    return xp.reshape(xp.mm(xp.transpose(flat, 0, 1), y), (outputs, x.shape[1], y.shape[1]))


@op("_trilinear", method=False, module=False, x=for_first, weight=for_weight, y=for_second, node="TrilinearBackward0")
def trilinear(x: Array, weight: Array, y: Array, block=None):
    """x W y for each sample and output, both products in the dtype of a block of ``autocast``."""
    outputs, inner, other = weight.shape
    dtype = x.dtype
    if block is not None:
        x, weight, y = (each.astype(block.lower["cpu"].numpy) for each in (x, weight, y))
    halves = widened(x) @ widened(weight).transpose(1, 0, 2).reshape(inner, outputs * other)
    halves = widened(halves.astype(x.dtype, copy=False)).reshape(len(x), outputs, other)
    return np.asarray((halves * widened(y)[:, None]).sum(2)).astype(x.dtype, copy=False).astype(dtype, copy=False)


def bilinear(input1: Any, input2: Any, weight: Any, bias: Any = None) -> Any:
    """``input1 @ weight[k] @ input2 + bias[k]`` for each k; inputs (..., in1), (..., in2), weight (out, in1, in2)."""
    given = {"input1": input1, "input2": input2, "weight": weight, "bias": bias}
    if any(each is not None and each.dtype is not input1.dtype for each in given.values()):
        told = [f"{name}: {each.dtype.c_name}" for name, each in given.items() if each is not None]
        raise RuntimeError(f"All tensors must have the same dtype, got {', '.join(told)}")
    first, second, form = input1._data.shape, input2._data.shape, weight._data.shape
    if len(first) != len(second):
        raise RuntimeError(
            f"bilinear(): input dimensions do not match: got {len(first)} and {len(second)}"
        )
    for place in range(len(first) - 1):
        if first[place] != second[place]:
            raise RuntimeError(
                f"bilinear(): input batch dimensions do not match at dim {place}: got {first[place]} and "
                f"{second[place]}"
            )
    for number, shape in ((1, first), (2, second)):
        if shape[-1] != form[number]:
            raise RuntimeError(
                f"bilinear(): input{number} size does not match weight size: got {shape[-1]} but expected "
                f"{form[number]}"
            )
    if bias is not None and bias._data.shape[0] != form[0]:
        raise RuntimeError(
            f"bilinear(): bias size does not match weight size: got {bias._data.shape[0]} but expected {form[0]}"
        )
    if mode.enabled and input1.is_complex() and any(each._node is not None for each in (input1, input2, weight)):
        raise errors.real_only("_trilinear")
    rows = trilinear(input1.reshape(-1, first[-1]), weight, input2.reshape(-1, second[-1]))
    result = rows.reshape(*first[:-1], form[0])
    return result if bias is None else result + bias


def no_second(xp: Any, g: Any) -> Any:
    """torch has none either."""
    raise NotImplementedError("the derivative for '_pdist_backward' is not implemented.")


@op("_pdist_backward", method=False, module=False, node="NotImplemented",
    g=no_second, x=no_second, out=no_second)
def pdist_backward(g: Array, x: Array, out: Array, p):
    """Each distance pulls its two rows along the slope of its norm."""
    one, other = np.triu_indices(len(x), 1)
    difference = x[one] - x[other]
    size, distance = np.abs(difference), out[:, None]
    if p == 0:
        pull = np.zeros_like(difference)
    elif p == 1:
        pull = np.sign(difference)
    elif p == np.inf:
        pull = np.where(size == distance, np.sign(difference), 0)
    else:
        pull = np.where(distance == 0, 0, np.sign(difference) * size ** (p - 1) / distance ** (p - 1))
    pull = (pull * g[:, None]).astype(x.dtype, copy=False)
    result = np.zeros_like(x)
    np.add.at(result, one, pull)
    np.subtract.at(result, other, pull)
    return result


@op("pdist_", method=False, module=False, node="PdistBackward0",
    x=lambda xp, g, x, out, p: xp._pdist_backward(g, x, out, p))
def pdist_kernel(x: Array, p):
    one, other = np.triu_indices(len(x), 1)
    return reduce.norm(x[one] - x[other], p, (1,), False)


def pdist(input: Tensor, p: float = 2) -> Tensor:
    """The p-norms of the differences of each row and each later one."""
    if input._data.ndim != 2:
        raise RuntimeError(f"pdist only supports 2D tensors, got: {input._data.ndim}D")
    if input._data.dtype.kind != "f":
        raise RuntimeError("pdist only supports floating-point dtypes")
    if p < 0:
        raise RuntimeError("pdist only supports non-negative p values")
    return pdist_kernel(input.contiguous(), float(p))  # type: ignore[attr-defined]


entry.publish("bilinear", bilinear, method=False)
entry.publish("pdist", pdist, method=False)
