"""Sums, products, quotients and powers with sparse tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..._kernels import coo
from ..._kernels.layout import broadcast_shapes
from .. import dtypes, errors
from ..errors import Misfit
from ..forms import FUNCTIONS
from ..quiet import quietly
from ..recording import tensors
from ..scalars import is_number
from ..tensor import Tensor, wrap
from .gradients import recorded
from .refusals import not_run
from .rules import carry_out, coalesced, found_at, rule, summed
from .tensor import Sparse, sparse_of

ndarray = np.ndarray
NOT_DENSE = "add(sparse, dense) is not supported. Use add(dense, sparse) instead."


def scaled(g: Any, factor: Any) -> Any:
    return g if factor == 1 else g * factor


def refuse_alpha(dtype: dtypes.dtype, alpha: Any) -> None:
    """RuntimeError for a factor that the dtype does not hold."""
    if isinstance(alpha, bool) and dtype is not dtypes.bool_:
        raise RuntimeError("Boolean alpha only supported for Boolean results.")
    if isinstance(alpha, (float, complex)) and not (dtype.is_floating_point or dtype.is_complex):
        raise RuntimeError("For integral input tensors, argument alpha must not be a floating point number.")
    if isinstance(alpha, complex) and not dtype.is_complex:
        raise RuntimeError("For non-complex input tensors, argument alpha must not be a complex number.")


def result_dtype(*operands: Any) -> dtypes.dtype:
    """The dtype of a result: tensors count with their dimensions, numbers as numbers."""
    probes = []
    for each in operands:
        if isinstance(each, Tensor):
            probes.append(np.empty((0,) if each.dim() else (), each.dtype.numpy))
        else:
            probes.append(each)
    return dtypes.result_type(*probes)


def cast(array: ndarray, dtype: dtypes.dtype) -> ndarray:
    return array if array.dtype == dtype.numpy else quietly(array.astype, dtype.numpy)


@rule("add", written=True)
def add(input: Any, other: Any, *, alpha: Any = 1, sign: int = 1) -> Any:
    if not isinstance(input, Tensor):
        input, other = other, input
    if not isinstance(other, Tensor) and not is_number(other):
        raise Misfit
    if not isinstance(other, Tensor) or (isinstance(input, Sparse) and not isinstance(other, Sparse)):
        raise RuntimeError(NOT_DENSE)
    dtype = result_dtype(input, other)
    refuse_alpha(dtype, alpha)
    factor = alpha if sign == 1 else -alpha
    summed: Any = sparse_sum if isinstance(input, Sparse) else dense_sum
    made = summed(input, other, factor, dtype)
    own, others = input.dtype, other.dtype
    return recorded(
        "AddBackward0" if sign == 1 else "SubBackward0", made, (input, other),
        (lambda g: fitting(g, own), lambda g: fitting(scaled(g, factor), others)),
    )


def fitting(g: Any, dtype: dtypes.dtype) -> Any:
    """A gradient in the dtype of its argument."""
    if g.dtype is dtype:
        return g
    if g.is_complex() and not dtype.is_complex:
        g = g.real
    return g if g.dtype is dtype else g.to(dtype)


@rule("add_scaled")
def add_scaled(input: Any, other: Any, alpha: Any) -> Any:
    return add(input, other, alpha=alpha)


@rule("sub_scaled")
def sub_scaled(input: Any, other: Any, alpha: Any) -> Any:
    return sub(input, other, alpha=alpha)


@rule("sub", written=True)
def sub(input: Any, other: Any, *, alpha: Any = 1) -> Any:
    if not isinstance(input, Tensor) or not isinstance(other, Tensor):
        raise RuntimeError(NOT_DENSE)
    if input.dtype is dtypes.bool_ is other.dtype:
        raise RuntimeError(
            "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` "
            "operator instead."
        )
    if dtypes.bool_ in (input.dtype, other.dtype):
        raise errors.subtracts_bools()
    return add(input, other, alpha=alpha, sign=-1)


@rule("rsub")
def rsub(input: Any, other: Any, *, alpha: Any = 1) -> Any:
    if not isinstance(other, Tensor):
        raise RuntimeError(NOT_DENSE)
    return sub(other, input, alpha=alpha)


def sparse_sum(x: Sparse, y: Sparse, factor: Any, dtype: dtypes.dtype) -> Sparse:
    """The sum of two sparse tensors: merged where both are coalesced, else one after the other."""
    if x._size != y._size:
        raise RuntimeError(
            f"add: expected sizes of 'self' and 'other' to match, but {errors.size_text(x._size)} != "
            f"{errors.size_text(y._size)}"
        )
    a, b = cast(x._held._data, dtype), cast(y._held._data, dtype)
    if not y._nnz():
        return sparse_of(x._places.copy(), wrap(a.copy()), x._size, x._whole)
    number = np.asarray(factor).astype(dtype.numpy)[()]
    if not x._nnz():
        product = np.asarray(quietly(np.multiply, b, number), b.dtype)
        return sparse_of(y._places.copy(), wrap(product), y._size, y._whole)
    if len(x._places) != len(y._places):
        raise RuntimeError(
            "add: expected 'self' and 'other' to have same density, but 'self' has "
            f"{len(x._places)} sparse dimensions while 'other' has {len(y._places)} sparse dimensions"
        )
    in_a_row = a.flags.c_contiguous and b.flags.c_contiguous
    if in_a_row and dtype in (dtypes.bool_, dtypes.float16):
        raise NotImplementedError(f"\"cadd_sparse\" not implemented for '{dtype.scalar_type}'")
    if in_a_row and not (x._whole and y._whole):
        return walked(x, y, a, b, number)
    if not in_a_row:
        scaled_values = b if factor == 1 else np.asarray(quietly(np.multiply, b, number), b.dtype)
        return sparse_of(
            np.concatenate((x._places, y._places), 1), wrap(np.concatenate((a, scaled_values))), x._size, False
        )
    sizes = x._size[: len(x._places)]
    own, others = coo.flattened(x._places, sizes), coo.flattened(y._places, sizes)
    both = np.union1d(own, others)
    total = np.zeros((both.size, *a.shape[1:]), a.dtype)
    total[np.searchsorted(both, own)] = a
    where = np.searchsorted(both, others)
    total[where] = quietly(coo.fused, b, number, total[where])
    places = coo.in_room(coo.spread(both, sizes), own.size + others.size)
    return sparse_of(places, wrap(total.astype(a.dtype, copy=False)), x._size, True)


def walked(x: Sparse, y: Sparse, a: ndarray, b: ndarray, factor: Any) -> Sparse:
    """The sum as torch finds it where not both are in order: it walks along both, and adds what meets side by side."""
    sizes = x._size[: len(x._places)]
    own, others = coo.flattened(x._places, sizes), coo.flattened(y._places, sizes)
    if own.size == others.size and (own == others).all():
        pairs = np.stack((np.arange(own.size), np.arange(own.size)))
    else:
        left, right = [], []
        i, j, firsts, seconds = 0, 0, own.tolist(), others.tolist()
        while i < len(firsts) or j < len(seconds):
            take = i < len(firsts) and (j == len(seconds) or firsts[i] <= seconds[j])
            also = j < len(seconds) and (i == len(firsts) or seconds[j] <= firsts[i])
            left.append(i if take else -1)
            right.append(j if also else -1)
            i, j = i + take, j + also
        pairs = np.array((left, right))
    held = np.zeros((pairs.shape[1], *a.shape[1:]), a.dtype)
    first, second = pairs[0] >= 0, pairs[1] >= 0
    held[first] = a[pairs[0][first]]
    held[second] = quietly(coo.fused, b[pairs[1][second]], factor, held[second])
    flat = np.where(first, own[pairs[0]], others[pairs[1]])
    return sparse_of(coo.in_room(coo.spread(flat, sizes), own.size + others.size), wrap(held), x._size, False)


def dense_sum(x: Tensor, y: Sparse, factor: Any, dtype: dtypes.dtype) -> Tensor:
    """The sum of a dense tensor and a sparse one."""
    shape = tuple(x.shape)
    if shape != y._size:
        try:
            shape = np.broadcast_shapes(shape, y._size)
        except ValueError:
            shape = ()
        if shape != y._size and y._size != ():
            raise RuntimeError(
                "add: expected 'self' and 'other' to have same size, but self has size "
                f"{errors.size_text(x.shape)} while other has size {errors.size_text(y._size)} (FYI: dense-sparse "
                "addition does not currently support broadcasting)"
            )
        raise RuntimeError(
            f"add: expected 'self' and 'other' to have same size, but self has size {errors.size_text(x.shape)} while "
            f"other has size {errors.size_text(y._size)} (FYI: dense-sparse addition does not currently support "
            "broadcasting)"
        )
    total = np.array(cast(x._data, dtype), order="C")
    # As torch's loops are compiled: those over single numbers, each place once, do not fuse.
    once = not y._whole or y.dense_dim() > 0
    quietly(coo.add_scaled, total, y._places, cast(y._held._data, dtype), np.asarray(factor).astype(dtype.numpy), once)
    return wrap(total)


@rule("mul", "times", written=True)
def mul(input: Any, other: Any) -> Any:
    if not isinstance(input, Tensor):
        input, other = other, input
    if isinstance(other, Tensor):
        made = product(input, other)
    elif is_number(other):
        made = sparse_of(input._places.copy(), input._held * other, input._size, input._whole)
    else:
        raise Misfit
    own = input.dtype
    if not isinstance(other, Tensor):
        return recorded("MulBackward0", made, (input,), (lambda g: fitting(g * conjugated(other), own),))
    others = other.dtype
    return recorded(
        "MulBackward0", made, (input, other),
        (lambda g, x, y: fitting(g * conjugated(y), own), lambda g, x, y: fitting(g * conjugated(x), others)),
        (input if other.requires_grad else None, other if input.requires_grad else None),
    )


def conjugated(value: Any) -> Any:
    if isinstance(value, Tensor):
        return value.conj() if value.is_complex() else value
    return value.conjugate() if isinstance(value, complex) else value


def product(x: Tensor, y: Tensor) -> Sparse:
    """The product of two tensors of which one is sparse at least."""
    if isinstance(x, Sparse) and isinstance(y, Sparse):
        return sparse_product(x, y)
    sparse, dense = (x, y) if isinstance(x, Sparse) else (y, x)
    assert isinstance(sparse, Sparse)
    dense = dense.detach()
    if not dense.dim():
        return sparse_of(sparse._places.copy(), sparse._held * dense, sparse._size, sparse._whole)
    shape = broadcast_shapes(tuple(dense.shape), sparse._size)
    sparse = broadcast(sparse, shape)
    count = len(sparse._places)
    whole = np.broadcast_to(dense._data, shape)
    picked = whole[tuple(sparse._places)] if count else whole[None].repeat(sparse._nnz(), 0)
    return sparse_of(sparse._places, sparse._held * wrap(picked), shape, sparse._whole)


def broadcast(x: Sparse, shape: tuple[int, ...]) -> Sparse:
    """A sparse tensor with its entries repeated along new dimensions and along those of length one."""
    if shape == x._size:
        return x
    more = len(shape) - len(x._size)
    count = len(x._places) + more
    lengths = [
        shape[place] if place < more or x._size[place - more] != shape[place] else 1 for place in range(count)
    ]
    steps = np.indices(lengths).reshape(count, -1)
    own = np.concatenate((np.zeros((more, x._nnz()), np.int64), x._places))
    places = (steps[:, :, None] + own[:, None, :]).reshape(count, -1)
    held = x._held._data
    inner = np.broadcast_to(held, (held.shape[0], *shape[count:]))
    repeated = np.broadcast_to(inner, (steps.shape[1], *inner.shape)).reshape(-1, *inner.shape[1:])
    return sparse_of(places, wrap(np.ascontiguousarray(repeated)), shape, x._whole and lengths[more:].count(1) == len(
        lengths) - more)


def sparse_product(x: Sparse, y: Sparse) -> Sparse:
    """The product at the places of one of them: of that which is not coalesced, or has fewer entries."""
    if (len(x._places), x._size[: len(x._places)], len(x._size)) != (
        len(y._places), y._size[: len(y._places)], len(y._size)
    ):
        raise RuntimeError(
            "sparse_binary_op_intersection_cpu(): expects sparse inputs with equal dimensionality, number of sparse "
            "dimensions, and shape of sparse dimensions"
        )
    if x._size != y._size:
        raise RuntimeError(
            f"mul: expected 'self' and 'other' to have same sizes, but {list(x._size)} != {list(y._size)}"
        )
    if (x._whole and y._whole) or not x._nnz() or not y._nnz():
        return intersection(x, y)
    searched = x._whole if x._whole is not y._whole else x._nnz() >= y._nnz()
    source, other = (y, x) if searched else (x, y)
    dtype = result_dtype(x, y)
    other = summed(other, wide=True)
    one, two = source._held, wrap(found_at(other, source._places))
    held = one * two if source is x else two * one
    sizes = x._size[: len(x._places)]
    missed = ~np.isin(coo.flattened(source._places, sizes), coo.flattened(other._places, sizes))
    held._data[missed] = 0
    held = wrap(cast(held._data, dtype))
    return sparse_of(source._places.copy(), held, x._size, source._whole or None)


def intersection(x: Sparse, y: Sparse) -> Sparse:
    """The product at the places that both have, of two coalesced tensors, or of one that is empty."""
    if x.dtype is dtypes.bool_ is y.dtype and x._nnz() and y._nnz():
        raise NotImplementedError("\"mul_out_sparse\" not implemented for 'Bool'")
    sizes = x._size[: len(x._places)]
    own, others = coo.flattened(x._places, sizes), coo.flattened(y._places, sizes)
    both, left, right = np.intersect1d(own, others, return_indices=True)
    held = wrap(x._held._data[left]) * wrap(y._held._data[right])
    return sparse_of(coo.spread(both, sizes), held, x._size, True)


@rule("div", written=True)
def div(input: Any, other: Any, *, rounding_mode: str | None = None) -> Any:
    if not isinstance(input, Sparse):
        if isinstance(other, Sparse) and isinstance(input, Tensor):
            raise dividing(other)
        raise not_run("reciprocal")
    if isinstance(other, Tensor) and (isinstance(other, Sparse) or other.dim()):
        raise dividing(other)
    x = input if rounding_mode is None else coalesced(input)
    divisor = other.detach() if isinstance(other, Tensor) else other
    made = sparse_of(x._places.copy(), x._held.div(divisor, rounding_mode=rounding_mode), x._size, x._whole)
    own = input.dtype
    name = "DivBackward0" if rounding_mode is None else "DivBackward2"
    if not isinstance(other, Tensor):
        return recorded(name, made, (input,), (lambda g: fitting(g / conjugated(other), own),))
    others = other.dtype
    return recorded(
        name, made, (input, other),
        (
            lambda g, x, y: fitting(g / conjugated(y), own),
            lambda g, x, y: fitting(tensors.sum(-g * ((x / y) / y).conj()), others),
        ),
        (input if other.requires_grad else None, other),
    )


def dividing(other: Any) -> RuntimeError:
    return RuntimeError(
        "Sparse division requires a scalar or zero-dim dense tensor divisor (got shape "
        f"{errors.size_text(other.shape)} for divisor)"
    )


@rule("__rfloordiv__")
def rfloor_divide(input: Any, other: Any) -> Any:
    return floor_divide(other, input)


@rule("floor_divide", written=True)
def floor_divide(input: Any, other: Any) -> Any:
    if isinstance(other, Tensor) and (isinstance(other, Sparse) or other.dim()):
        raise RuntimeError(
            "Sparse floor division requires a scalar or zero-dim dense tensor divisor (got shape "
            f"{errors.size_text(other.shape)} for divisor)"
        )
    x = coalesced(input)
    made = sparse_of(x._places, x._held.floor_divide(other), x._size, True)

    def refuse(g: Any) -> Any:
        raise RuntimeError("derivative for aten::floor_divide is not implemented")

    return recorded("NotImplemented", made, (input,), (refuse,))


@rule("pow")
def power(input: Any, exponent: Any) -> Any:
    if not isinstance(input, Sparse):
        raise not_run("pow.Scalar")
    if isinstance(exponent, Tensor):
        raise not_run("pow.Tensor_Tensor")
    if exponent == 0:
        raise RuntimeError(
            "pow: cannot raise to zeroth power on sparse tensor; it would make the result tensor dense"
        )
    x = coalesced(input)
    held = x._held.pow(exponent)
    if x.dtype is dtypes.bool_:
        raise dtypes.cannot_cast(held.dtype, x.dtype)
    made = sparse_of(x._places.copy(), held, x._size, True)
    return recorded(
        "PowBackward0", made, (input,),
        (lambda g, x: g * (exponent * carry_out("pow", (x, exponent - 1), {})).conj(),), (input,),
    )


@rule("ldexp", written=True)
def ldexp(input: Any, other: Any) -> Any:
    if not isinstance(input, Sparse):
        raise not_run("pow.Scalar")
    return mul(input, FUNCTIONS["pow"](2.0, other))


@rule("square")
def square(input: Sparse) -> Sparse:
    return power(input, 2)


@rule("float_power")
def float_power(input: Sparse, exponent: Any) -> Sparse:
    return power(input.double() if not input.is_complex() else input.to(dtypes.complex128), exponent)

