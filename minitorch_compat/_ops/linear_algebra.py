"""Inverses, solutions, functions, norms and products of batches of matrices, and their older names.

The formulas are those of matrix calculus: differentials of the defining equations, solved for the gradient.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import reduce
from itertools import pairwise
from operator import index
from typing import Any

import numpy as np

from .._core import dtypes
from .._core.errors import Misfit
from .._core.families import bad_arguments
from .._core.forms import FUNCTIONS
from .._core.operations import op
from .._core.recording import arrays, tensors
from .._core.saved_names import axes_as_given
from .._core.scalars import is_number, number_of
from .._core.tensor import Tensor, wrap, wrap_dim
from .._core.warn import warn_once
from .._kernels import layout
from .._kernels import linear_algebra as kernels
from . import entry
from .decompositions import decomposed, geqrf, orgqr, qr, svdvals
from .matmul import mm
from .matrices import (
    LINEAR_ALGEBRA,
    Array,
    LinAlgError,
    adjoint,
    converging,
    first_failure,
    fitting,
    floating,
    function,
    implemented,
    is_complex,
    matrices,
    part,
    results,
    squares,
)
from .reductions import axes_of, pair, vector_norm_
from .statistics import crossed

# ---- inverse, solutions, determinants


@op(
    "inverse_of", results=("inverse", "info"), method=False, module=False, node="LinalgInvExBackward0",
    x=lambda xp, g, inverse: -xp.matmul(xp.matmul(adjoint(xp, inverse), g), adjoint(xp, inverse)),
)
def inverse_of(x: Array):
    return kernels.inverse(x)


inv_ex_result = results("inv_ex", "inverse", "info")


@function("inv_ex")
def inv_ex(A: Tensor, *, check_errors: bool = False) -> Any:
    """The inverse of each matrix, and whether it was found."""
    squares(A, "linalg.inv")
    floating(A, "linalg.inv")
    made = inv_ex_result(*inverse_of(A))
    if check_errors:
        refuse_singular("linalg.inv_ex", made.info)
    return made


def refuse_singular(who: str, info: Tensor) -> None:
    found = first_failure(info)
    if found is not None:
        raise LinAlgError(
            f"{who}: {found[0]}The diagonal element {found[1]} is zero, the inversion could not be completed because "
            "the input matrix is singular."
        )


@function("inv")
def inv(A: Tensor) -> Tensor:
    """The inverse of each matrix."""
    made = inv_ex(A)
    refuse_singular("linalg.inv", made.info)
    return made.inverse


def solved_b(xp, g, A, B_shape, left, vector):
    if vector:
        g = xp.solved(adjoint(xp, A), xp.unsqueeze(g, -1), left, False)[0]
        return xp.sum_to_size(xp.select(g, g.ndim - 1, 0), B_shape)
    return xp.sum_to_size(xp.solved(adjoint(xp, A), g, left, False)[0], B_shape)


def solved_a(xp, g, A, A_shape, out, left, vector):
    if vector:
        g, out = xp.unsqueeze(g, -1), xp.unsqueeze(out, -1)
    g = xp.solved(adjoint(xp, A), g, left, False)[0]
    return xp.sum_to_size(-xp.matmul(g, adjoint(xp, out)) if left else -xp.matmul(adjoint(xp, out), g), A_shape)


@op(
    "solved", results=("out", "info"), method=False, module=False, node="LinalgSolveExBackward0",
    A=solved_a, B=solved_b,
)
def solved(A: Array, B: Array, left, vector):
    """X of ``A X = B``, or of ``X A = B``."""
    if vector:
        x, info = kernels.solve(A, B[..., None])
        return (kernels.columns(x[..., 0]) if B.ndim > 1 else x[..., 0]), info
    if left:
        return kernels.solve(A, B)
    x, info = kernels.solve(A.swapaxes(-1, -2), B.swapaxes(-1, -2))
    return x.swapaxes(-1, -2), info


def same_dtype(A: Tensor, B: Tensor, who: str) -> None:
    if A._data.dtype != B._data.dtype:
        raise RuntimeError(
            f"{who}: Expected A and B to have the same dtype, but found A of type {A.dtype.scalar_type} and B of type "
            f"{B.dtype.scalar_type} instead"
        )


solve_ex_result = results("solve_ex", "result", "info")


@function("solve_ex")
def solve_ex(A: Tensor, B: Tensor, *, left: bool = True, check_errors: bool = False) -> Any:
    """X of ``A X = B``, or of ``X A = B``, and whether it was found."""
    a, b = A._data.shape, B._data.shape
    floating(A, "linalg.solve")
    same_dtype(A, B, "linalg.solve")
    squares(A, "linalg.solve")
    vector = len(b) == 1 or (len(a) - 1 == len(b) and a[:-1] == b)
    if vector and not left:
        raise RuntimeError("linalg.solve: Vector broadcasting of the left hand side is not supported for left=False. "
                           "In this case linalg.solve is equivalent to B / A.squeeze(-1)")
    if not vector:
        matrices(B, "linalg.solve", "B")
        fitting(A, B, left, "linalg.solve")
    elif a[-1] != b[-1]:
        raise RuntimeError(
            f"linalg.solve: Incompatible shapes of A and B for the equation AX = B ({a[-2]}x{a[-1]} and {b[-1]}x1)"
        )
    made = solve_ex_result(*solved(A, B, left, vector))
    if check_errors:
        refuse_unsolvable(made.info)
    return made


def refuse_unsolvable(info: Tensor) -> None:
    found = first_failure(info)
    if found is not None:
        raise LinAlgError(f"torch.linalg.solve: {found[0]}The solver failed because the input matrix is singular.")


@function("solve")
def solve(A: Tensor, B: Tensor, *, left: bool = True) -> Tensor:
    """X of ``A X = B``, or of ``X A = B``."""
    made = solve_ex(A, B, left=left)
    refuse_unsolvable(made.info)
    return made.result


def halves(xp: Any, x: Any, upper: bool, unit: bool) -> Any:
    """The half of each matrix that a triangular system looks at."""
    return xp.triu(x, int(unit)) if upper else xp.tril(x, -int(unit))


def triangular_b(xp, g, A, B_shape, upper, left, unit):
    return xp.sum_to_size(xp.triangular_solution(adjoint(xp, A), g, not upper, left, unit), B_shape)


def triangular_a(xp, g, A, A_shape, out, upper, left, unit):
    g = xp.triangular_solution(adjoint(xp, A), g, not upper, left, unit)
    product = -xp.matmul(g, adjoint(xp, out)) if left else -xp.matmul(adjoint(xp, out), g)
    return halves(xp, xp.sum_to_size(product, A_shape), upper, unit)


@op(
    "triangular_solution", method=False, module=False, node="LinalgSolveTriangularBackward0",
    A=triangular_a, B=triangular_b,
)
def triangular_solution(A: Array, B: Array, upper, left, unit):
    return kernels.solve_triangular(A, B, upper, left, unit)


@function("solve_triangular")
def solve_triangular(
    input: Tensor, B: Tensor, *, upper: bool, left: bool = True, unitriangular: bool = False
) -> Tensor:
    """X of ``A X = B``, or of ``X A = B``, for a triangular A."""
    who = "linalg.solve_triangular"
    same_dtype(input, B, who)
    matrices(input, who)
    matrices(B, who, "B")
    squares(input, who)
    fitting(input, B, left, who)
    implemented(input, "triangular_solve_cpu")
    return triangular_solution(input, B, upper, left, unitriangular)


def determinant_x(xp, g, x, out):
    """The determinant times the adjoint of the inverse: the cofactors, which singular matrices have as well."""
    g = xp.unsqueeze(xp.unsqueeze(g, -1), -1)
    if xp is arrays:
        if not x.size:
            return np.empty_like(x)
        if not out.all():
            return kernels.columns(g * kernels.cofactors(x))
    whole = xp.unsqueeze(xp.unsqueeze(xp.conj(out), -1), -1)
    return xp.by_columns(g * whole * adjoint(xp, xp.inverse_of(x)[0]))


arrays.by_columns = kernels.columns
tensors.by_columns = lambda x: x
arrays.as_adjoint = lambda x: layout.laid_out(x, kernels.columns(x))
tensors.as_adjoint = lambda x: x


@op("determinant", method=False, module=False, node="LinalgDetBackward0", x=determinant_x)
def determinant(x: Array):
    return kernels.determinant(x)


@function("det")
def det(A: Tensor) -> Tensor:
    """The determinant of each matrix."""
    squares(A, "linalg.det")
    floating(A, "linalg.det", low=True)
    implemented(A, "lu_cpu")
    return determinant(A)


def logarithm_x(xp, g, x, sign):
    """The gradient of the logarithm goes to the adjoint of the inverse, that of the sign turns it by a right angle."""
    from_sign, from_log = g
    weight = from_log
    if from_sign is not None and is_complex(x):
        turn = xp.imag(xp.conj(from_sign) * sign) * -1j
        weight = turn if weight is None else weight + turn
    if weight is None:
        return None
    return xp.by_columns(xp.unsqueeze(xp.unsqueeze(weight, -1), -1) * adjoint(xp, xp.inverse_of(x)[0]))


@op("sign_and_logarithm", results=("sign", "logabsdet"), method=False, module=False, node="LinalgSlogdetBackward0",
    x=logarithm_x)
def sign_and_logarithm(x: Array):
    sign, logarithm = np.linalg.slogdet(x)
    return np.asarray(sign), np.asarray(logarithm)


slogdet_result = results("slogdet", "sign", "logabsdet")


@function("slogdet")
def slogdet(A: Tensor) -> Any:
    """The sign of the determinant, and the logarithm of its absolute value."""
    squares(A, "linalg.slogdet")
    floating(A, "linalg.slogdet")
    return slogdet_result(*sign_and_logarithm(A))


def logdet(input: Tensor) -> Tensor:
    """The logarithm of the determinant, nan where this is negative."""
    squares(input, "logdet")
    floating(input, "logdet")
    sign, logarithm = sign_and_logarithm(input)
    if is_complex(input):
        return logarithm + FUNCTIONS["log"](sign)
    return FUNCTIONS["where"](sign == -1.0, float("nan"), logarithm)


# ---- functions of matrices


def exponential_x(xp, g, x):
    """The corner of the exponential of a matrix twice as large (Mathias, 1996).

    It is linear in ``g``: one so large that the matrix would drown in it is brought near one by a power of two.
    """
    size = 1.0
    if xp is arrays and g.size and 1 << 20 < (largest := float(np.abs(g).max())) < math.inf:
        size = 2.0 ** math.frexp(largest)[1]
        g = g / g.real.dtype.type(size)
    back, n = adjoint(xp, x), x.shape[-1]
    above = xp.cat([back, g], x.ndim - 1)
    below = xp.cat([xp.zeros_like(back), back], x.ndim - 1)
    corner = part(xp, part(xp, xp.exponential(xp.cat([above, below], x.ndim - 2)), -2, 0, n), -1, n, 2 * n)
    return corner if size == 1 else corner * g.real.dtype.type(size)


@op("exponential", method=False, module=False, node="LinalgMatrixExpBackward0", x=exponential_x)
def exponential(x: Array):
    return kernels.exponential(x)


@function("matrix_exp")
def matrix_exp(input: Tensor) -> Tensor:
    """The exponential of each matrix."""
    squares(input, "linalg.matrix_exp")
    floating(input, "linalg.matrix_exp", low=True)
    return exponential(input)


@function("matrix_power")
def matrix_power(input: Tensor, n: int) -> Tensor:
    """Each matrix multiplied by itself; a negative power is one of the inverse."""
    if isinstance(n, bool):
        raise Misfit
    n = index(n)
    squares(input, "linalg.matrix_power")
    if n == 0:
        made = tensors.clone(input)
        one = wrap(np.broadcast_to(np.eye(input._data.shape[-1], dtype=input._data.dtype), input._data.shape))
        return made.copy_(one)
    if n < 0:
        floating(input, "linalg.matrix_power", low=True)
        input, n = inv(input), -n
        if n == 1:
            return input
    if n == 1:
        return tensors.clone(input)
    if n <= 3:
        return reduce(tensors.matmul, [input] * n)
    square, made = input, None
    while n:
        if n % 2:
            made = square if made is None else tensors.matmul(made, square)
        n //= 2
        if n:
            square = tensors.matmul(square, square)
    return made


def pinv_x(xp, g, x, out, block):
    """The differential of the pseudo-inverse at constant rank (Golub and Pereyra, 1973)."""
    if block is not None:  # the products are cast where they are taken
        if not block.active:
            lower = block.lower["cpu"]
            raise RuntimeError(
                f"expected m1 and m2 to have the same dtype, but got: {lower.c_name} != float" if len(x.shape) == 2
                else f"expected scalar type {lower.scalar_type} but found Float"
            )
        x = xp.to_dtype(x, block.lower["cpu"])
    back, against = adjoint(xp, out), adjoint(xp, g)
    if x.shape[-2] <= x.shape[-1]:
        inner = xp.matmul(against, out)
        more = xp.matmul(inner, back)
        made = -adjoint(xp, xp.matmul(out, inner)) + more - xp.matmul(xp.matmul(x, out), more)
        made = made + xp.matmul(xp.matmul(back, out), against - xp.matmul(inner, x))
        return xp.as_adjoint(made)
    inner = xp.matmul(out, against)
    more = xp.matmul(back, inner)
    rest = xp.matmul(xp.matmul(against - xp.matmul(x, inner), out), back)
    return xp.as_adjoint(-adjoint(xp, xp.matmul(inner, out)) + rest + more - xp.matmul(xp.matmul(more, out), x))


@op("pseudo_inverse", method=False, module=False, node="LinalgPinvBackward0", x=pinv_x)
def pseudo_inverse(x: Array, atol, rtol, hermitian, block=None):
    """``block`` is that of ``autocast`` around a pseudo-inverse in single precision, whose last product it casts."""
    return kernels.pinv(x, atol, rtol, hermitian, None if block is None else block.lower["cpu"].numpy)


def tolerances(x: Tensor, atol: Any, rtol: Any) -> tuple[Array, Array]:
    """The absolute and the relative tolerance of ranks: unless given, the latter is the size times an ulp."""
    real = x._data.real.dtype
    standard = max(x._data.shape[-2:], default=0) * np.finfo(real).eps
    if rtol is None:
        zero = atol is None or (not isinstance(atol, Tensor) and not atol > 0)
        rtol = standard if zero else np.where(np.asarray(plain(atol)) > 0, 0.0, standard)
    return np.asarray(plain(atol or 0.0 if not isinstance(atol, Tensor) else atol), real), np.asarray(plain(rtol), real)


def plain(value: Any) -> Any:
    return value._data if isinstance(value, Tensor) else value


@function("pinv")
def pinv(input: Tensor, rcond: Any = None, hermitian: bool = False, *, atol: Any = None, rtol: Any = None) -> Tensor:
    """The pseudo-inverse; singular values up to ``max(atol, rtol * largest)`` count as zero."""
    if input._data.ndim < 2 or input._data.dtype.char not in "fdFD":
        shape = ", ".join(map(str, input._data.shape))
        raise RuntimeError(
            f"linalg.pinv({input.dtype.scalar_type}{{[{shape}]}}): expected a tensor with 2 or more dimensions of "
            "float, double, cfloat or cdouble types"
        )
    if hermitian:
        squares(input, "linalg.pinv")
    with converging(input):
        return pseudo_inverse(input, *tolerances(input, atol, rcond if rtol is None else rtol), hermitian)


@function("matrix_rank")
def matrix_rank(
    input: Tensor, tol: Any = None, hermitian: bool = False, *, atol: Any = None, rtol: Any = None
) -> Tensor:
    """How many singular values are more than ``max(atol, rtol * largest)``."""
    matrices(input, "torch.linalg.matrix_rank", "input")
    if input._data.dtype.char not in "fdFD":
        raise RuntimeError("This function doesn't handle types other than float and double")
    if tol is not None:
        atol, rtol = tol, 0.0
    absolute, relative = tolerances(input, atol, rtol)
    x = input._data
    with converging(input):
        sizes = np.abs(np.linalg.eigvalsh(x)) if hermitian else np.linalg.svd(x, compute_uv=False)
    limit = np.maximum(absolute, relative * sizes.max(-1, initial=0))
    rank = wrap(np.asarray((sizes > limit[..., None]).sum(-1), np.int64))
    rank._bump()
    return rank


# ---- least squares


def standard_pinv(xp: Any, x: Any, shape: Sequence[int]) -> Any:
    dtype = x.dtype if isinstance(x.dtype, np.dtype) else x.dtype.numpy
    limit = np.asarray(max(shape[-2:], default=0) * np.finfo(dtype).eps)
    return xp.pseudo_inverse(x, np.asarray(0.0, limit.dtype), limit, False)


def least_squares_a(xp, g, A, A_shape, B, solution):
    """Through the solution as ``pinv(A) B``, and through what is left over, which is smallest there."""
    for_solution, for_residuals = g
    made: Any = None
    if for_solution is not None:
        made = pinv_x(xp, xp.matmul(for_solution, adjoint(xp, B)), A, standard_pinv(xp, A, A_shape), None)
    if for_residuals is not None and for_residuals.shape[-1:] == B.shape[-1:]:
        more = xp.matmul((xp.matmul(A, solution) - B) * xp.unsqueeze(for_residuals, -2) * 2, adjoint(xp, solution))
        made = more if made is None else made + more
    return None if made is None else xp.as_adjoint(made)


def least_squares_b(xp, g, A, A_shape, B, solution):
    for_solution, for_residuals = g
    made: Any = None
    if for_solution is not None:
        made = xp.matmul(adjoint(xp, standard_pinv(xp, A, A_shape)), for_solution)
    if for_residuals is not None and for_residuals.shape[-1:] == B.shape[-1:]:
        more = (B - xp.matmul(A, solution)) * xp.unsqueeze(for_residuals, -2) * 2
        made = more if made is None else made + more
    return made


@op("least_squares", results=("solution", "residuals"), method=False, module=False, node="LinalgLstsqBackward0",
    A=least_squares_a, B=least_squares_b)
def least_squares(A: Array, B: Array, found, wanted):
    solution, rank, _ = found
    m, n = A.shape[-2:]
    if wanted and m > n and (rank == n).all():
        left = A @ solution - B
        return solution, np.asarray((np.conj(left) * left).real.sum(-2), A.real.dtype)
    return solution, np.empty(0, A.real.dtype)


lstsq_result = results("lstsq", "solution", "residuals", "rank", "singular_values")


@function("lstsq")
def lstsq(input: Tensor, b: Tensor, rcond: float | None = None, *, driver: str | None = None) -> Any:
    """X for which ``A X - B`` is smallest, how small, the rank of A, and for two drivers its singular values."""
    who = "torch.linalg.lstsq"
    x, y = input._data, b._data
    if x.ndim < 2:
        raise RuntimeError(f"{who}: input must have at least 2 dimensions.")
    if not y.ndim:
        raise RuntimeError(f"{who}: other must have at least 1 dimension.")
    if x.dtype != y.dtype:
        raise RuntimeError(
            f"{who}: Expected input and other to have the same dtype, but got input's dtype {input.dtype.scalar_type} "
            f"and other's dtype {b.dtype.scalar_type}"
        )
    if driver not in (None, "gels", "gelsy", "gelsd", "gelss"):
        raise RuntimeError(f"{who}: parameter `driver` should be one of (gels, gelsy, gelsd, gelss)")
    implemented(input, "linalg_lstsq_cpu")
    vector = x.ndim - 1 == y.ndim and x.shape[:-1] == y.shape
    if x.shape[-2] != y.shape[-1 if vector or y.ndim == 1 else -2]:
        which = -1 if vector or y.ndim == 1 else -2
        raise RuntimeError(f"{who}: input.size(-2) should match other.size({which})")
    right = tensors.unsqueeze(b, -1) if vector else b
    batch = np.broadcast_shapes(x.shape[:-2], right._data.shape[:-2])
    left = tensors.expand(input, (*batch, *x.shape[-2:]))
    right = tensors.expand(right, (*batch, *right._data.shape[-2:]))
    limit = np.finfo(x.dtype).eps * max(x.shape[-2:], default=0) if rcond is None else rcond
    found = kernels.least_squares(left._data, right._data, limit)
    solution, residuals = least_squares(left, right, found, driver not in (None, "gelsy"))
    values = found[2] if driver in ("gelsd", "gelss") else np.empty(0, x.real.dtype)
    rank = np.empty(0, np.int64) if driver == "gels" else found[1]
    return lstsq_result(
        tensors.squeeze(solution, -1) if vector else solution, residuals, wrap(rank), wrap(values)
    )


@function("tensorinv")
def tensorinv(input: Tensor, ind: int = 2) -> Tensor:
    """The inverse of a tensor taken for a matrix, whose first ``ind`` dimensions are the rows."""
    if ind <= 0:
        raise RuntimeError(f"Expected a strictly positive integer for 'ind', but got {ind}")
    shape = input._data.shape
    rows, columns = int(np.prod(shape[:ind])), int(np.prod(shape[ind:]))
    if rows != columns:
        raise RuntimeError(
            "Expected self to satisfy the requirement prod(self.shape[ind:]) == prod(self.shape[:ind]), but got "
            f"{columns} != {rows}"
        )
    return tensors.reshape(inv(tensors.reshape(input, (rows, columns))), (*shape[ind:], *shape[:ind]))


@function("tensorsolve")
def tensorsolve(input: Tensor, other: Tensor, dims: Sequence[int] | None = None) -> Tensor:
    """X for which the sum of products of ``input`` and X over the last dimensions is ``other``."""
    ndim = input._data.ndim
    if dims is not None:
        last = [wrap_dim(each, ndim) for each in dims]
        input = tensors.permute(input, tuple([each for each in range(ndim) if each not in last] + last))
    shape = input._data.shape[other._data.ndim:]
    size = int(np.prod(shape))
    if size != other._data.size:
        raise RuntimeError(
            "Expected self to satisfy the requirement prod(self.shape[other.ndim:]) == prod(self.shape[:other.ndim]), "
            f"but got {size} != {int(np.prod(input._data.shape[:other._data.ndim]))}"
        )
    square = tensors.reshape(input, (size, size))
    return tensors.reshape(solve(square, tensors.reshape(other, (other._data.size,))), shape)


# ---- norms and condition


def wanted_dtype(x: Tensor, dtype: Any) -> Tensor:
    return x if dtype is None else tensors.to_dtype(x, dtype)


def refuse_extremes_of_nothing(x: Tensor, ord: float, dim: Any) -> None:
    """RuntimeError where a norm is a largest or smallest element, or a negative power, and there is no element."""
    who = f"linalg.vector_norm cannot compute the {ord:g} norm on"
    if dim is None or dim == ():
        raise RuntimeError(f"{who} an empty tensor because the operation does not have an identity")
    for each in (dim,) if isinstance(dim, int) else dim:
        if not x._data.shape[wrap_dim(each, x._data.ndim)]:
            raise RuntimeError(
                f"{who} the dimension {each}because this dimension is empty and the operation does not have an identity"
            )


@function("vector_norm")
def vector_norm(x: Tensor, ord: Any = 2, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """The norm of vectors."""
    if not is_number(ord):
        raise Misfit
    floating(x, "linalg.vector_norm", low=True)
    ord = number_of(ord)
    if isinstance(ord, complex):
        raise RuntimeError("linalg.vector_norm: Expected a non-complex scalar as the order of norm.")
    if not x._data.size and (ord < 0 or ord == math.inf):
        refuse_extremes_of_nothing(x, ord, dim)
    axes = axes_as_given(axes_of(dim, x._data.ndim, "linalg_vector_norm"), dim)
    return vector_norm_(wanted_dtype(x, dtype), ord, axes, keepdim)


NORMS = (1, -1, 2, -2, float("inf"), float("-inf"))


@function("matrix_norm")
def matrix_norm(
    input: Tensor, ord: Any = "fro", dim: Any = (-2, -1), keepdim: bool = False, *, dtype: Any = None
) -> Tensor:
    """The norm of matrices: of Frobenius, nuclear, of rows or columns, the largest or smallest singular value."""
    who = "linalg.matrix_norm"
    if ord not in ("fro", "nuc", *NORMS):
        raise RuntimeError(f"{who}: Order {ord if isinstance(ord, str) else f'{ord:g}'} not supported.")
    matrices(input, who)
    floating(input, who, low=True)
    dims = [dim] if isinstance(dim, int) else list(dim)
    if len(dims) != 2:
        raise RuntimeError(f"{who}: dim must be a 2-tuple. Got {' '.join(map(str, dims))}")
    input = wanted_dtype(input, dtype)
    ndim = input._data.ndim
    first, second = [wrap_dim(each, ndim) for each in dims]
    if first == second:
        raise RuntimeError(f"{who}: dims must be different. Got ({dims[0]}, {dims[1]})")
    if ord == "fro":
        return vector_norm_(input, 2, (first, second), keepdim)
    sizes = input._data.shape
    compared = {1: sizes[second], 2: min(sizes[first], sizes[second]), math.inf: sizes[first]}
    if not compared.get(ord, 1):
        # The largest of no sizes is nothing, and has no history.
        left = [1 if each in (first, second) else length for each, length in enumerate(sizes)
                if keepdim or each not in (first, second)]
        nothing: Tensor = FUNCTIONS["zeros"](left, dtype=dtypes.to_real(input.dtype))
        return nothing
    if ord == "nuc" or abs(ord) == 2:
        rest = [each for each in range(ndim) if each not in (first, second)]
        values = svdvals(tensors.permute(input, (*rest, first, second)))
        if ord == "nuc":
            made = tensors.sum(values, (ndim - 2,), keepdim)
        else:
            made = FUNCTIONS["amax" if ord > 0 else "amin"](values, -1, keepdim)
        if not keepdim:
            return made
        order = [*rest, first, second]
        return tensors.permute(tensors.unsqueeze(made, -1), tuple([order.index(each) for each in range(ndim)]))
    along, over = (first, second) if abs(ord) == 1 else (second, first)
    sums = vector_norm_(input, 1, (along,), keepdim)
    return FUNCTIONS["amax" if ord > 0 else "amin"](sums, over if keepdim or over < along else over - 1, keepdim)


@function("norm")
def norm(input: Tensor, ord: Any = None, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """The norm of vectors or of matrices, by the number of dimensions."""
    if not (dim is None or isinstance(dim, (int, tuple, list))):
        raise Misfit
    dims = None if dim is None else [dim] if isinstance(dim, int) else list(dim)
    if dims is not None and len(dims) not in (1, 2):
        raise RuntimeError(
            "linalg.norm: If dim is specified, it must be of length 1 or 2. Got [" + ", ".join(map(str, dims)) + "]"
        )
    if ord is None:
        floating(input, "linalg.vector_norm", low=True)
        return vector_norm(input, 2, dims, keepdim, dtype=dtype)
    ndim = input._data.ndim
    if dims is None and ndim not in (1, 2):
        if isinstance(ord, str):
            return matrix_norm(input, ord, (-2, -1), keepdim, dtype=dtype)
        raise RuntimeError(
            f"linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {ndim}D."
        )
    if isinstance(ord, str) or (len(dims) if dims is not None else ndim) == 2:
        return matrix_norm(input, ord, (-2, -1) if dims is None else dims, keepdim, dtype=dtype)
    return vector_norm(input, ord, dims, keepdim, dtype=dtype)


@function("cond")
def cond(input: Tensor, p: Any = None) -> Tensor:
    """The norm of a matrix times that of its inverse; of singular matrices it is infinite."""
    matrices_of_condition(input)
    if p is None or p in (2, -2):
        values = svdvals(input)
        first, last = values.narrow(-1, 0, 1), values.narrow(-1, values._data.shape[-1] - 1, 1)
        return (first / last if p != -2 else last / first).squeeze(-1)
    if p not in ("fro", "nuc") and p not in NORMS:
        raise RuntimeError(f"linalg.cond got an invalid norm type: {p if isinstance(p, str) else f'{p:g}'}")
    squares(input, "linalg.cond")
    inverse = inv_ex(input)
    if p == "nuc":
        return matrix_norm(input, p) * matrix_norm(inverse.inverse, p)
    made = matrix_norm(input, p) * matrix_norm(inverse.inverse, p)
    return FUNCTIONS["nan_to_num"](made, float("inf"))


def matrices_of_condition(x: Tensor) -> None:
    if x._data.ndim < 2:
        raise RuntimeError("linalg.cond: The input tensor must have at least 2 dimensions.")


# ---- vectors


@function("cross")
def cross(input: Tensor, other: Tensor, *, dim: int = -1) -> Tensor:
    """The vector product along a dimension of length 3."""
    x, y = input._data.shape, other._data.shape
    wrap_dim(dim, len(x))
    if len(x) != len(y):
        raise RuntimeError("linalg.cross: inputs must have the same number of dimensions.")
    if x[dim] != 3 or y[dim] != 3:
        raise RuntimeError(f"linalg.cross: inputs dimension {dim} must have length 3. Got {x[dim]} and {y[dim]}")
    return crossed(input, other, dim if dim < 0 else dim - len(x))


@function("vecdot")
def vecdot(x: Tensor, y: Tensor, *, dim: int = -1) -> Tensor:
    """Sums of products along a dimension, the first factor conjugated."""
    floating(x, "linalg.vecdot", low=True)
    if x._data.dtype != y._data.dtype:
        raise RuntimeError(
            f"linalg.vecdot: Expected x and y to have the same dtype, but found x of type {x.dtype.scalar_type} and y "
            f"of type {y.dtype.scalar_type} instead"
        )
    if x._data.ndim == y._data.ndim == 1:
        return FUNCTIONS["vdot"](x, y)
    return tensors.sum(tensors.mul(FUNCTIONS["conj"](x), y), (dim,))


@function("vander")
def vander(x: Tensor, *, N: int | None = None) -> Tensor:
    """The powers of each number, from 0 to ``N - 1``, side by side."""
    count = (x._data.shape[-1] if x._data.ndim else 1) if N is None else N
    if count <= 1:
        raise RuntimeError("N must be greater than 1.")
    if x._data.dtype.kind not in "fcV":
        x = tensors.to_dtype(x, dtypes.int64)
    if not x._data.ndim:
        x = tensors.unsqueeze(x, 0)
    column = tensors.unsqueeze(x, -1)
    powers = FUNCTIONS["cumprod"](tensors.expand(column, (*x._data.shape, count - 1)), -1)
    return tensors.cat([FUNCTIONS["ones_like"](column), powers], -1)


@function("multi_dot")
def multi_dot(given: Sequence[Tensor]) -> Tensor:
    """The product of several matrices, in the order that needs the fewest multiplications; vectors at the ends."""
    if len(given) < 2:
        raise RuntimeError(f"multi_dot(): expected at least 2 tensors but got {len(given)}")
    factors = list(given)
    row, column = factors[0]._data.ndim == 1, factors[-1]._data.ndim == 1
    for place, each in enumerate(factors):
        ends = place in (0, len(factors) - 1)
        if each._data.ndim != 2 and not (ends and each._data.ndim == 1):
            words = "1D or 2D" if ends else "2D"
            where = "the first tensor" if not place else "the last tensor" if ends else f"tensor {place}"
            raise RuntimeError(f"multi_dot(): {where} must be {words} but got {each._data.ndim}D")
    if row:
        factors[0] = tensors.unsqueeze(factors[0], 0)
    if column:
        factors[-1] = tensors.unsqueeze(factors[-1], -1)
    for place, (x, y) in enumerate(pairwise(factors)):
        if x._data.shape[1] != y._data.shape[0]:
            raise RuntimeError(
                f"multi_dot(): tensors {place} and {place + 1} with shapes {list(x._data.shape)} and "
                f"{list(y._data.shape)} cannot be multiplied"
            )
    shape = (() if row else factors[0]._data.shape[:1]) + (() if column else factors[-1]._data.shape[1:])
    return tensors.view(chained(factors), shape)


def chained(factors: Sequence[Tensor]) -> Tensor:
    """The cheapest order, by the usual table of costs."""
    sizes = [each._data.shape[0] for each in factors] + [factors[-1]._data.shape[1]]
    cost: dict[tuple[int, int], tuple[int, int]] = {(each, each): (0, each) for each in range(len(factors))}
    for length in range(1, len(factors)):
        for first in range(len(factors) - length):
            last = first + length
            cost[first, last] = min(
                (cost[first, cut][0] + cost[cut + 1, last][0] + sizes[first] * sizes[cut + 1] * sizes[last + 1], cut)
                for cut in range(first, last)
            )

    return product_of(factors, cost, 0, len(factors) - 1)


def product_of(
    factors: Sequence[Tensor], cost: dict[tuple[int, int], tuple[int, int]], first: int, last: int
) -> Tensor:
    """The product of the factors from ``first`` to ``last``, cut where it is cheapest."""
    if first == last:
        return factors[first]
    cut = cost[first, last][1]
    return mm(product_of(factors, cost, first, cut), product_of(factors, cost, cut + 1, last))


@function("diagonal")
def diagonal(A: Tensor, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """The diagonal of each matrix, as a view."""
    return FUNCTIONS["diagonal"](A, offset, dim1, dim2)


LINEAR_ALGEBRA["matmul"] = FUNCTIONS["matmul"]

# ---- the older names


def svd_with_v(input: Tensor, some: bool = True, compute_uv: bool = True) -> Any:
    """U, the singular values and V itself."""
    u, s, vh = decomposed(input, not some)
    return old_svd_result(u, s, tensors.conj(tensors.transpose(vh, -2, -1)))


old_svd_result = pair("svd", "U", "S", "V")
old_qr_result = pair("qr", "Q", "R")
old_slogdet_result = pair("slogdet", "sign", "logabsdet")


def old_qr(input: Tensor, some: bool = True) -> Any:
    """``linalg.qr`` with its mode as a bool."""
    if not isinstance(input, Tensor) or not isinstance(some, bool):
        raise Misfit
    warn_once(
        "torch.qr is deprecated in favor of torch.linalg.qr and will be removed in a future PyTorch release.\n"
        "The boolean parameter 'some' has been replaced with a string parameter 'mode'.\nQ, R = torch.qr(A, some)\n"
        "should be replaced with\nQ, R = torch.linalg.qr(A, 'reduced' if some else 'complete')",
        stacklevel=4,
    )
    return old_qr_result(*qr(input, "reduced" if some else "complete"))


def pinverse(input: Tensor, rcond: float = 1e-15) -> Tensor:
    """The pseudo-inverse."""
    return pinv(input, rcond)


def whole_power(input: Tensor, n: int) -> Tensor:
    """Each matrix multiplied by itself."""
    if isinstance(n, bool) or not isinstance(n, int):
        raise bad_arguments("matrix_power", (input, n))
    return matrix_power(input, n)


def old_slogdet(input: Tensor) -> Any:
    """The sign of the determinant, and the logarithm of its absolute value."""
    return old_slogdet_result(*slogdet(input))


OLDER: dict[str, Callable[..., Any]] = {
    "det": det, "logdet": logdet, "inverse": inv, "slogdet": old_slogdet, "matrix_exp": matrix_exp,
    "matrix_power": whole_power, "pinverse": pinverse, "svd": svd_with_v, "qr": old_qr, "geqrf": geqrf,
    "orgqr": orgqr,
}
for _name, _older in OLDER.items():
    entry.publish(_name, _older)
