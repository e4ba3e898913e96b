"""Products of vectors and matrices under torch's names, with its checks and words; results are always contiguous.

Products come from NumPy's BLAS, which orders its sums otherwise than torch's: results agree to rounding, and exactly
where there is one product per sum. A row times a column, which is what the gradient of a regression with one feature
is made of, is exact too: torch adds its products in order, each rounded by itself, and so does `_in_order`. Half
precision is multiplied in float32 and rounded once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import numpy as np

from minitorch_compat._kernels import fused, layout, scalar_types, shape
from minitorch_compat._kernels.layout import dim_of, wrap_dim

ndarray = np.ndarray

# Characters of the element types that BLAS multiplies, and of the integers that torch multiplies.
_BLAS = "fdFD"
_MULTIPLIED = "BbhilqeE" + _BLAS


def _refuse_type(kernel: str, x: ndarray) -> None:
    if x.dtype.char not in _MULTIPLIED:
        raise NotImplementedError(f'"{kernel}" not implemented for \'{scalar_types.name(x.dtype)}\'')


def _product(a: ndarray, b: ndarray) -> ndarray:
    """`a.dot(b)` as an array, half precision by way of float32."""
    if a.dtype.char in "eE":
        if a.ndim == 2 == b.ndim and a.shape[1] == 1:
            # BLAS takes zero times infinity for zero where only one product is to be formed.
            return np.asarray(a * b + a.dtype.type(0))
        # Sums of halves start from zero: none is minus zero.
        return np.asarray(a.astype(np.float32).dot(b.astype(np.float32)) + np.float32(0)).astype(a.dtype)
    return np.asarray(a.dot(b))


def _in_order(a: ndarray, b: ndarray) -> ndarray:
    """The sums of products along the last dimension, which stays, from the first on and without a fused step."""
    products = a * b
    if products.shape[-1] < 8:
        # So few elements NumPy adds in order by itself.
        return np.add.reduce(products, -1, keepdims=True, initial=0.0)
    return np.add.accumulate(products, -1)[..., -1:] + products.dtype.type(0)


# ---- two arguments


def mm(mat1: ndarray, mat2: ndarray) -> ndarray:
    """The product of two matrices of one dtype."""
    dtype = mat1.dtype
    if dtype is mat2.dtype and dtype.char in _BLAS and mat1.ndim == 2 == mat2.ndim and (
        mat1.shape[0] != 1 or mat2.shape[1] != 1
    ) and mat1.size != 1 != mat2.size:
        try:
            return mat1.dot(mat2) if mat1.shape[1] != 1 else _column_by_row(mat1, mat2)
        except ValueError:
            raise cannot_be_multiplied(mat1.shape, mat2.shape) from None
    if mat1.ndim != 2:
        raise RuntimeError("self must be a matrix")
    if mat2.ndim != 2:
        raise RuntimeError("mat2 must be a matrix")
    if mat1.shape[1] != mat2.shape[0]:
        raise cannot_be_multiplied(mat1.shape, mat2.shape)
    if mat1.dtype is not mat2.dtype and mat1.dtype != mat2.dtype:
        raise RuntimeError("expected m1 and m2 to have the same dtype, but got: "
                           f"{scalar_types.cpp_name(mat1.dtype)} != {scalar_types.cpp_name(mat2.dtype)}")
    return _mm(mat1, mat2)


def _mm(mat1: ndarray, mat2: ndarray) -> ndarray:
    if mat1.dtype.char in _BLAS:
        if mat1.shape[0] == 1 == mat2.shape[1] and mat1.dtype.char in "fd":
            return _in_order(mat1, mat2.T)
        if mat1.size == 1 or mat2.size == 1:
            # NumPy skips the products with a single zero, of which infinity makes nan.
            return mat1 * mat2 + mat1.dtype.type(0)
        return mat1.dot(mat2)
    if mat1.dtype.char in scalar_types.NARROW and mat1.dtype.char != "W":
        from . import narrow

        return narrow.product(mat1, mat2)
    if mat1.size and mat2.size:
        _refuse_type("addmm_impl_cpu_", mat1)
    return _product(mat1, mat2)


def _column_by_row(mat1: ndarray, mat2: ndarray) -> ndarray:
    """The product of matrices with one product for each element, whose zeros keep their signs beside no vector."""
    if mat2.shape[0] == 1 and mat1.dtype.kind == "f" and mat1.shape[0] != 1 != mat2.shape[1]:
        return mat1 * mat2
    return mat1.dot(mat2) + mat1.dtype.type(0)


def cannot_be_multiplied(first: Sequence[int], second: Sequence[int]) -> RuntimeError:
    return RuntimeError("mat1 and mat2 shapes cannot be multiplied "
                        f"({first[0]}x{first[1]} and {second[0]}x{second[1]})")


def bmm(batch1: ndarray, batch2: ndarray) -> ndarray:
    """The products of two batches of matrices."""
    _check_batches(batch1, batch2)
    return _bmm(batch1, batch2)


def _bmm(batch1: ndarray, batch2: ndarray, kernel: str = "bmm") -> ndarray:
    if batch1.size and batch2.size:
        _refuse_type(kernel, batch1)
    if batch1.dtype != batch2.dtype:
        if batch1.size and batch2.size:
            raise RuntimeError(f"expected scalar type {scalar_types.name(batch1.dtype)} "
                               f"but found {scalar_types.name(batch2.dtype)}")
        # Where nothing is multiplied torch does not look.
        batch1 = batch1.astype(batch2.dtype)
    dtype = batch2.dtype
    if batch1.shape[1] == 1 == batch2.shape[2] and dtype.char in "fd":
        return np.ascontiguousarray(_in_order(batch1, batch2.swapaxes(1, 2)))
    if dtype.char in "eE":
        batch1, batch2 = batch1.astype(np.float32), batch2.astype(np.float32)
    if batch1.dtype.char in "fd" and prod(batch1.shape[1:]) * batch2.shape[2] < SMALL:
        return _one_after_another(batch1, batch2).astype(dtype, copy=False)
    return np.ascontiguousarray(np.matmul(batch1, batch2)).astype(dtype, copy=False)


SMALL = 400
"""Multiplications for each matrix under which torch adds the products of a batch one after another."""


def _one_after_another(batch1: ndarray, batch2: ndarray) -> ndarray:
    # The products stand with the summed dimension outermost, where NumPy adds them in their order.
    products = np.multiply(batch1.transpose(2, 0, 1)[..., None], batch2.transpose(1, 0, 2)[:, :, None], order="C")
    return np.add.reduce(products, axis=0, initial=products.dtype.type(0))


def _check_batches(batch1: ndarray, batch2: ndarray) -> None:
    for name, batch in (("batch1", batch1), ("batch2", batch2)):
        if batch.ndim != 3:
            raise RuntimeError(f"{name} must be a 3D tensor")
    expected = [batch1.shape[0], batch1.shape[2]]
    if list(batch2.shape[:2]) != expected:
        raise RuntimeError(f"Expected size for first two dimensions of batch2 tensor to be: {expected} "
                           f"but got: {list(batch2.shape[:2])}.")


def mv(mat: ndarray, vec: ndarray) -> ndarray:
    """The product of a matrix and a vector."""
    _check_mv(1, mat.shape[dim_of(0, mat.ndim)], vec.dtype, mat, vec)
    return _mv(mat, vec)


def _mv(mat: ndarray, vec: ndarray) -> ndarray:
    if mat.size:
        _refuse_type("addmv_impl_cpu", mat)
    return _product(mat, vec) + mat.dtype.type(0) if vec.size == 1 else _product(mat, vec)


def _check_mv(ndim: int, size: int, dtype: np.dtype[Any], mat: ndarray, vec: ndarray) -> None:
    if ndim > 1 or mat.ndim != 2 or vec.ndim != 1:
        raise RuntimeError(f"vector + matrix @ vector expected, got {ndim}, {mat.ndim}, {vec.ndim}")
    if mat.shape[1] != vec.size or (ndim and size not in (1, mat.shape[0])):
        raise RuntimeError(f"size mismatch, got input ({size}), mat ({mat.shape[0]}x{mat.shape[1]}), "
                           f"vec ({vec.size})")
    if not dtype == mat.dtype == vec.dtype:
        names = [scalar_types.name(each) for each in (dtype, mat.dtype, vec.dtype)]
        raise RuntimeError(f"addmv input tensors must have the same dtype, but got {names[0]}, {names[1]}, "
                           f"and {names[2]}")


def dot(x: ndarray, tensor: ndarray) -> ndarray:
    """The sum of the products of two vectors' elements."""
    _check_dot(x, tensor)
    _refuse_type("dot", x)
    return _dot(x, tensor)


def vdot(x: ndarray, other: ndarray) -> ndarray:
    """Like `dot`, with the first vector conjugated."""
    _check_dot(x, other)
    _refuse_type("dot", x)
    return np.asarray(np.vdot(x, other)) if x.dtype.kind == "c" else _dot(x, other)


def _places_left(lanes: int, left: int) -> ndarray:
    """Where products left over stand in rows of their own, in single precision eight, then a vector, then one in each.

    The last of the places is how many the rows have.
    """
    eights = (8,) * (lanes == 4 and left >= 8)
    rest = left - sum(eights)
    rows = (*eights, *(lanes,) * (rest // lanes), *(1,) * (rest % lanes))
    places = [row * 4 * lanes + each for row, length in enumerate(rows) for each in range(length)]
    return np.array([*places, len(rows) * 4 * lanes])


LEFT = {lanes: [_places_left(lanes, left) for left in range(4 * lanes)] for lanes in (2, 4)}


def _dot(x: ndarray, y: ndarray) -> ndarray:
    """The sum of products as torch's library adds it: in four sums of 16 bytes each, from zero.

    What is left after rounds of all four goes to the first sum, in single precision to the first two while it lasts.
    """
    if x.dtype.char not in "fd" or not x.flags.contiguous or not y.flags.contiguous:
        return _product(x, y) + x.dtype.type(0) if x.size == 1 else _product(x, y)
    size, lanes = x.size, 16 // x.itemsize
    left = size % (4 * lanes)
    table = x * y
    if left:
        # Beside zeros, which change nothing.
        products, place, places = table, size - left, LEFT[lanes][left] + (size - left)
        table = np.zeros(places[-1], x.dtype)
        table[:place] = products[:place]
        table[places[:-1]] = products[place:]
    table = table.reshape(-1, 4 * lanes)
    total = np.add.reduce(np.add.reduce(table, 0, initial=0).reshape(4, lanes), 0)
    return np.asarray(total[0] + total[1] if lanes == 2 else (total[0] + total[2]) + (total[1] + total[3]))


def _check_dot(x: ndarray, y: ndarray) -> None:
    if x.ndim != 1 or y.ndim != 1:
        raise RuntimeError(f"1D tensors expected, but got {x.ndim}D and {y.ndim}D tensors")
    if x.dtype != y.dtype:
        raise RuntimeError("dot : expected both vectors to have same dtype, but found "
                           f"{scalar_types.name(x.dtype)} and {scalar_types.name(y.dtype)}")
    if x.size != y.size:
        raise RuntimeError(f"inconsistent tensor size, expected tensor [{x.size}] and src [{y.size}] to have the same "
                           f"number of elements, but got {x.size} and {y.size} elements respectively")


def outer(x: ndarray, vec2: ndarray) -> ndarray:
    """All products of an element of one vector and one of the other, both of one dtype."""
    for name, each in (("self", x), ("vec2", vec2)):
        if each.ndim != 1:
            raise RuntimeError(f"outer: Expected 1-D argument {name}, but got {each.ndim}-D")
    return np.multiply.outer(x, vec2)


def inner(x: ndarray, other: ndarray) -> ndarray:
    """The sums of products along the last dimension of both; a plain product where one is a number."""
    if x.dtype != other.dtype:
        raise RuntimeError("both inputs should have same dtype")
    if not x.ndim or not other.ndim:
        return np.asarray(x * other)
    if x.shape[-1] != other.shape[-1]:
        raise RuntimeError("inner() the last dimension must match on both input tensors but got shapes "
                           f"{list(x.shape)} and {list(other.shape)}")
    return tensordot(x, other, ([-1], [-1]))


# ---- matmul


def folds(a: ndarray, b: ndarray, requires_grad: bool = False) -> bool:
    """Whether `matmul` sees the larger argument as one matrix instead of expanding the smaller one to a batch.

    `requires_grad` speaks of the smaller argument: its gradient then needs no sum over a batch, so folding is worth a
    copy. Otherwise the larger must be foldable as a view, and must be the first one unless the other is a vector.
    """
    larger, smaller = (a, b) if a.ndim >= b.ndim else (b, a)
    if larger.ndim < 3 or smaller.ndim > 2:
        return False
    if requires_grad:
        return True
    if a.ndim == 2:
        return False
    if not larger.size:
        return True
    sizes, steps = larger.shape, layout.strides(larger)
    if larger is b:
        sizes, steps = (*sizes[:-2], sizes[-1], sizes[-2]), (*steps[:-2], steps[-1], steps[-2])
    return all(steps[dim] == steps[dim + 1] * sizes[dim + 1] for dim in range(larger.ndim - 2))


def matmul(x: ndarray, other: ndarray) -> ndarray:
    """The matrix product, with vectors as rows or columns and leading dimensions broadcast."""
    if x.ndim == 2 and other.ndim == 2:
        return mm(x, other)
    if not x.ndim or not other.ndim:
        raise RuntimeError("both arguments to matmul need to be at least 1D, "
                           f"but they are {x.ndim}D and {other.ndim}D")
    if x.ndim == 1 and other.ndim == 1:
        return dot(x, other)
    if x.ndim == 2 and other.ndim == 1:
        return mv(x, other)
    if x.ndim == 1 and other.ndim == 2:
        return mm(x[None], other)[0]
    if folds(x, other):
        return _folded(x, other)
    return _batched(x, other)


def _folded(x: ndarray, other: ndarray) -> ndarray:
    if x.ndim < other.ndim:
        # Only a vector comes here: it multiplies the columns of every matrix.
        return _folded(other.swapaxes(-2, -1), x)
    rows = x.reshape(prod(x.shape[:-1]), x.shape[-1])
    if other.ndim == 1:
        return mv(rows, other).reshape(x.shape[:-1])
    return mm(rows, other).reshape(*x.shape[:-1], other.shape[1])


def _batched(x: ndarray, other: ndarray) -> ndarray:
    a, b = (x[None] if x.ndim == 1 else x), (other[:, None] if other.ndim == 1 else other)
    batch = layout.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    count = prod(batch)
    a = shape.expand(a, (*batch, *a.shape[-2:])).reshape(count, *a.shape[-2:])
    b = shape.expand(b, (*batch, *b.shape[-2:])).reshape(count, *b.shape[-2:])
    rows = () if x.ndim == 1 else (a.shape[1],)
    columns = () if other.ndim == 1 else (b.shape[2],)
    return bmm(a, b).reshape(*batch, *rows, *columns)


# ---- added to something


def _added(
    x: ndarray, target: Sequence[int], product: ndarray, beta: Any, alpha: Any, once: bool = False
) -> ndarray:
    """`beta * x + alpha * product`, where `x` expands to `target` and is not looked at if beta is 0.

    In half precision this is rounded ``once`` where torch fuses it with the product.
    """
    x = shape.expand(x, target)
    half = product.dtype.char in "eE"
    if alpha != 1:
        product = product * product.dtype.type(alpha)
    if beta == 0:
        return product
    if once and x.dtype.char in "eE":
        return fused.fma32(np.float32(beta), x.astype(np.float32, order="C"), product)
    if half:
        x, dtype, product = x.astype(np.float32), product.dtype, product.astype(np.float32)
        return (product + x * np.float32(beta)).astype(dtype)
    return product + (x if beta == 1 else x.astype(product.dtype, copy=False) * product.dtype.type(beta))


def addmm(x: ndarray, mat1: ndarray, mat2: ndarray, *, beta: Any = 1, alpha: Any = 1) -> ndarray:
    """`beta * x + alpha * (mat1 @ mat2)`."""
    for name, each in (("self", x), ("mat1", mat1)):
        if each.dtype is not mat2.dtype and each.dtype != mat2.dtype:
            raise RuntimeError(f"{name} and mat2 must have the same dtype, but got {scalar_types.name(each.dtype)} "
                               f"and {scalar_types.name(mat2.dtype)}")
    for name, each in (("mat1", mat1), ("mat2", mat2)):
        if each.ndim != 2:
            raise RuntimeError(f"{name} must be a matrix, got {each.ndim}-D tensor")
    if mat1.shape[1] != mat2.shape[0]:
        raise cannot_be_multiplied(mat1.shape, mat2.shape)
    target = (mat1.shape[0], mat2.shape[1])
    if x.shape == target[1:] and beta == 1 == alpha and x.dtype.char in _BLAS:
        product = _mm(mat1, mat2)
        product += x
        return product
    x = shape.expand(x, target)
    return _added(x, target, _in_full(_mm, mat1, mat2), beta, alpha, True).astype(x.dtype, copy=False)


def _in_full(product: Callable[[ndarray, ndarray], ndarray], a: ndarray, b: ndarray) -> ndarray:
    """A product that something will be added to: half precision stays in float32 until then."""
    if a.dtype.char in "eE" and a.dtype == b.dtype:
        a, b = a.astype(np.float32), b.astype(np.float32)
    return product(a, b)


def addmv(x: ndarray, mat: ndarray, vec: ndarray, *, beta: Any = 1, alpha: Any = 1) -> ndarray:
    """`beta * x + alpha * (mat @ vec)`."""
    _check_mv(x.ndim, x.shape[0] if x.ndim == 1 else mat.shape[0] if mat.ndim else 0, x.dtype, mat, vec)
    product = _in_full(_mv, mat, vec)
    if mat.dtype.char in "eE" and mat.dtype == vec.dtype == x.dtype and beta != 0:
        return _added_in_steps(shape.expand(x, mat.shape[:1]), mat, product, beta, alpha)
    return _added(x, mat.shape[:1], product, beta, alpha).astype(x.dtype, copy=False)


def _added_in_steps(x: ndarray, mat: ndarray, product: ndarray, beta: Any, alpha: Any) -> ndarray:
    """`beta * x + alpha * product` in half precision, rounded where torch's loops for matrix and vector round."""
    half = x.dtype
    beta, alpha = (np.asarray(each).astype(half).astype(np.float32) for each in (beta, alpha))
    scaled = beta * x.astype(np.float32, order="C")
    if half.char == "E" or alpha != 1 or by_columns(mat):
        scaled = scaled.astype(half).astype(np.float32)
    if not by_columns(mat):
        return fused.fma32(alpha, product, scaled).astype(half)
    if alpha:
        scaled = scaled + (alpha * product).astype(half).astype(np.float32)
    else:
        scaled = scaled + np.float32(0)
    return scaled.astype(half)


def by_columns(mat: ndarray) -> bool:
    """Whether the elements of each column stand side by side."""
    return mat.strides[0] == mat.itemsize and mat.strides[1] >= max(1, mat.shape[0]) * mat.itemsize


def addr(x: ndarray, vec1: ndarray, vec2: ndarray, *, beta: Any = 1, alpha: Any = 1) -> ndarray:
    """`beta * x + alpha * outer(vec1, vec2)`, all of one dtype."""
    for name, each in (("vec1", vec1), ("vec2", vec2)):
        if each.ndim != 1:
            raise RuntimeError(f"addr: Expected 1-D argument {name}, but got {each.ndim}-D")
    target = (vec1.size, vec2.size)
    x = shape.expand(x, target)
    product = np.multiply.outer(vec1, vec2)
    if product.dtype.kind == "b":
        return (x & bool(beta)) | (product & bool(alpha))
    return _added(x, target, product, beta, alpha)


def baddbmm(x: ndarray, batch1: ndarray, batch2: ndarray, *, beta: Any = 1, alpha: Any = 1) -> ndarray:
    """`beta * x + alpha * bmm(batch1, batch2)`."""
    target = (*sizes_of(batch1, 0, 1), *sizes_of(batch2, 2))
    x = shape.expand(x, target)
    if x.dtype != batch1.dtype:
        names = [scalar_types.cpp_name(each.dtype) for each in (x, batch1, batch2)]
        raise RuntimeError(f"Input dtypes must be the same, got: input {names[0]}, batch1: {names[1]}, "
                           f"batch2: {names[2]}")
    _check_batches(batch1, batch2)
    product = _in_full(lambda a, b: _bmm(a, b, "baddbmm"), batch1, batch2)
    return _added(x, target, product, beta, alpha).astype(x.dtype, copy=False)


def addbmm(x: ndarray, batch1: ndarray, batch2: ndarray, *, beta: Any = 1, alpha: Any = 1) -> ndarray:
    """`beta * x + alpha * bmm(batch1, batch2).sum(0)`."""
    target = (*sizes_of(batch1, 1), *sizes_of(batch2, 2))
    x = shape.expand(x, target)
    for name, batch in (("batch1", batch1), ("batch2", batch2)):
        if batch.ndim != 3:
            raise RuntimeError(f"{name} must be a 3D tensor")
    if batch1.shape[0] != batch2.shape[0]:
        raise RuntimeError("batch1 and batch2 must have same number of batches, "
                           f"got {batch1.shape[0]} and {batch2.shape[0]}")
    if batch1.shape[2] != batch2.shape[1]:
        raise RuntimeError(f"Incompatible matrix sizes for bmm ({batch1.shape[1]}x{batch1.shape[2]} and "
                           f"{batch2.shape[1]}x{batch2.shape[2]})")
    for first, second in zip(batch1, batch2, strict=True):
        x = addmm(x, first, second, beta=beta, alpha=alpha)
        beta = 1
    return x


def sizes_of(batch: ndarray, *dims: int) -> list[int]:
    """The sizes of some dimensions; IndexError where there is none."""
    return [batch.shape[wrap_dim(dim, batch.ndim)] for dim in dims]


def linear(x: ndarray, weight: ndarray, bias: ndarray | None = None) -> ndarray:
    """`x @ weight.t() + bias` for `x` of shape (..., in), `weight` of (out, in) or (in), `bias` of (out)."""
    if not x.ndim or not weight.ndim:
        raise RuntimeError("both arguments to linear need to be at least 1D, "
                           f"but they are {x.ndim}D and {weight.ndim}D")
    transposed = shape.t(weight)
    if bias is None:
        return matmul(x, transposed)
    if x.ndim == 2:
        return addmm(bias, x, transposed)
    if linear_folds(x, bias):
        rows = x.reshape(prod(x.shape[:-1]), x.shape[-1])
        return addmm(bias, rows, transposed).reshape(*x.shape[:-1], weight.shape[0])
    product = matmul(x, transposed)
    target = layout.broadcast_shapes(product.shape, bias.shape)
    if target != product.shape:
        raise layout.cannot_hold(product.shape, target)
    return np.add(product, bias, out=product)


def linear_folds(x: ndarray, bias: ndarray) -> bool:
    """Whether `linear` sees an input that is no matrix as one and calls `addmm`; otherwise it adds to a `matmul`."""
    return x.flags.c_contiguous and (bias.ndim == 1 or (bias.ndim == 2 and bias.shape[1] == 1))


def bilinear(input1: ndarray, input2: ndarray, weight: ndarray, bias: ndarray | None = None) -> ndarray:
    """`input1 @ weight[k] @ input2` for every k, for inputs of (..., in1) and (..., in2), `weight` (out, in1, in2)."""
    if input1.ndim != input2.ndim:
        raise RuntimeError(f"bilinear(): input dimensions do not match: got {input1.ndim} and {input2.ndim}")
    for dim, (a, b) in enumerate(zip(input1.shape[:-1], input2.shape[:-1], strict=True)):
        if a != b:
            raise RuntimeError(f"bilinear(): input batch dimensions do not match at dim {dim}: got {a} and {b}")
    for place, each in ((1, input1), (2, input2)):
        size = weight.shape[wrap_dim(place, weight.ndim)]
        if each.shape[-1] != size:
            raise RuntimeError(f"bilinear(): input{place} size does not match weight size: "
                               f"got {each.shape[-1]} but expected {size}")
    if bias is not None and bias.shape[0] != weight.shape[0]:
        raise RuntimeError("bilinear(): bias size does not match weight size: "
                           f"got {bias.shape[0]} but expected {weight.shape[0]}")
    first, second = (each.reshape(prod(each.shape[:-1]), each.shape[-1]) for each in (input1, input2))
    # (out, rows, in2), then each row with its own second input.
    products = np.matmul(first, weight)
    out = np.ascontiguousarray((products * second).sum(-1, dtype=weight.dtype).T)
    out = out.reshape(*input1.shape[:-1], weight.shape[0])
    return out if bias is None else out + bias


def tensordot(x: ndarray, other: ndarray, dims: int | tuple[Sequence[int], Sequence[int]] = 2) -> ndarray:
    """The sum of products over pairs of dimensions, or over so many last ones of `x` and first ones of `other`."""
    if isinstance(dims, int):
        if dims < 0:
            raise RuntimeError(f"tensordot expects dims >= 0, but got dims={dims}")
        if dims > min(x.ndim, other.ndim):
            raise RuntimeError(f"tensordot expects dims < ndim_a or ndim_b, but got dims={dims}")
        dims = (list(range(-dims, 0)), list(range(dims)))
    given_a, given_b = dims
    if len(given_a) != len(given_b):
        raise RuntimeError("both dimension lists should have same length")
    if x.dtype != other.dtype:
        raise RuntimeError("both inputs should have same dtype")
    dims_a, dims_b = [wrap_dim(dim, x.ndim) for dim in given_a], [wrap_dim(dim, other.ndim) for dim in given_b]
    for place, (a, b) in enumerate(zip(dims_a, dims_b, strict=True)):
        # A dimension of size 1 stands for as many equal elements as its partner has.
        if other.shape[b] == 1:
            x = x.sum(a, keepdims=True, dtype=x.dtype)
        elif x.shape[a] == 1:
            other = other.sum(b, keepdims=True, dtype=other.dtype)
        elif x.shape[a] != other.shape[b]:
            raise RuntimeError(f"contracted dimensions need to match, but first has size {x.shape[a]} in dim "
                               f"{given_a[place]} and second has size {other.shape[b]} in dim {given_b[place]}")
    free_a = [dim for dim in range(x.ndim) if dim not in dims_a]
    free_b = [dim for dim in range(other.ndim) if dim not in dims_b]
    if prod(x.shape[dim] for dim in free_a) == 1 == prod(other.shape[dim] for dim in free_b):
        _refuse_type("dot", x)
    count = prod(x.shape[dim] for dim in dims_a)
    sizes = [*(x.shape[dim] for dim in free_a), *(other.shape[dim] for dim in free_b)]
    left = x.transpose(free_a + dims_a).reshape(prod(sizes[:len(free_a)]), count)
    right = other.transpose(dims_b + free_b).reshape(count, prod(sizes[len(free_a):]))
    return mm(left, right).reshape(sizes)


def kron(x: ndarray, other: ndarray) -> ndarray:
    """The Kronecker product: `other` times each element of `x`, side by side; both of one dtype."""
    return np.kron(x, other)
