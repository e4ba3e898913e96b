"""Factorisations under their older names, what is solved with them, and those of indefinite symmetric matrices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .._core.errors import Misfit
from .._core.forms import FUNCTIONS, write_out
from .._core.operations import op
from .._core.options import refused
from .._core.recording import arrays
from .._core.tensor import Tensor, wrap
from .._core.warn import warn_once
from .._kernels import layout
from .._kernels import linear_algebra as kernels
from . import decompositions, entry
from .arithmetic import underivable
from .decompositions import cholesky_x, refuse_indefinite
from .linear_algebra import halves
from .matrices import adjoint, first_failure, floating, function, implemented, matrices, part, results, squares
from .reductions import pair

Array = np.ndarray


def ended(name: str, out: Any, result: Any, *inputs: Any) -> Any:
    """``result``, or ``out`` holding it, one tensor or one for each."""
    if out is None:
        return result
    if isinstance(result, Tensor):
        return write_out(name, out, result, inputs)
    return type(result)(*[write_out(name, each, made, inputs) for each, made in zip(out, result, strict=True)])


def of_squares(A: Tensor) -> None:
    """RuntimeError for what is no batch of square matrices."""
    m, n = A._data.shape[-2:]
    if m != n:
        raise RuntimeError(f"A must be batches of square matrices, but they are {m} by {n} matrices")


def broadcast(*given: Any) -> list[Any]:
    """Matrices with the leading dimensions they have in common."""
    batch = layout.broadcast_shapes(*[each._data.shape[:-2] for each in given])
    return [FUNCTIONS["broadcast_to"](each, (*batch, *each._data.shape[-2:])) for each in given]


# ---- of positive definite matrices


@op("old_cholesky", results=("out", "info"), method=False, module=False, node="CholeskyBackward0", x=cholesky_x)
def cholesky_of(x: Array, upper):
    factor, info = kernels.cholesky(kernels.adjoint(x) if upper else x)
    if not factor.size:
        return np.empty(factor.shape, factor.dtype), info
    return (kernels.columns(kernels.adjoint(factor)) if upper else factor), info


def cholesky(input: Tensor, upper: bool = False, *, out: Tensor | None = None) -> Tensor:
    """L of ``A = L L.mH``, or its adjoint."""
    if not isinstance(input, Tensor):
        raise Misfit
    warn_once(
        "torch.cholesky is deprecated in favor of torch.linalg.cholesky and will be removed in a future PyTorch "
        "release."
        "\nL = torch.cholesky(A)\nshould be replaced with\nL = torch.linalg.cholesky(A)\nand\nU = torch.cholesky(A, "
        "upper=True)\nshould be replaced with\nU = torch.linalg.cholesky(A).mH\nThis transform will produce equivalent "
        "results for all valid (symmetric positive definite) inputs.", stacklevel=3,
    )
    squares(input, "cholesky")
    implemented(input, "cholesky_cpu")
    made, info = cholesky_of(input, upper)
    refuse_indefinite("cholesky", info)
    return ended("cholesky", out, made, input)


def cholesky_inverse_x(xp, g, x, out, upper):
    """The differential of an inverse, by the factor of what is inverted."""
    both = g + adjoint(xp, g)
    both = xp.matmul(xp.matmul(out, both), out)
    return -xp.matmul(x, both) if upper else -xp.matmul(both, x)


@op("cholesky_inverse_", method=False, module=False, node="CholeskyInverseBackward0", x=cholesky_inverse_x)
def inverse_by_factor(x: Array, upper):
    """The inverse of ``L L.mH``, or of ``U.mH U``."""
    factor = kernels.adjoint(np.triu(x)) if upper else np.tril(x)
    one = np.broadcast_to(np.eye(x.shape[-1], dtype=x.dtype), x.shape)
    half = kernels.solve_triangular(factor, one, False, True, False)
    return kernels.columns(kernels.adjoint(half) @ half)


def cholesky_inverse(input: Tensor, upper: bool = False, *, out: Tensor | None = None) -> Tensor:
    """The inverse of a positive definite matrix from its factor."""
    squares(input, "cholesky_inverse")
    implemented(input, "cholesky_inverse_out_cpu")
    return ended("cholesky_inverse", out, inverse_by_factor(input, upper), input)


def factor_solution_b(xp, g, factor, upper):
    return xp.cholesky_solve_(g, factor, upper)


def factor_solution_l(xp, g, b, factor, out, upper):
    """Through the solution, twice: the factor stands there with its adjoint."""
    both = xp.matmul(xp.cholesky_solve_(g, factor, upper), adjoint(xp, out))
    both = both + adjoint(xp, both)
    return -xp.matmul(factor, both) if upper else -xp.matmul(both, factor)


@op("cholesky_solve_", method=False, module=False, node="CholeskySolveBackward0",
    b=factor_solution_b, factor=factor_solution_l)
def solution_by_factor(b: Array, factor: Array, upper):
    """X of ``L L.mH X = B``, or of ``U.mH U X = B``."""
    lower = kernels.adjoint(factor) if upper else factor
    half = kernels.solve_triangular(lower, b, False, True, False)
    return kernels.solve_triangular(kernels.adjoint(lower), half, True, True, False)


def cholesky_solve(B: Tensor, L: Tensor, upper: bool = False, *, out: Tensor | None = None) -> Tensor:
    """X of ``A X = B`` from the factor of a positive definite A."""
    for name, each in (("b", B), ("u", L)):
        if each._data.ndim < 2:
            raise RuntimeError(
                f"{name} should have at least 2 dimensions, but has {each._data.ndim} dimensions instead"
            )
    if B._data.dtype != L._data.dtype:
        raise RuntimeError(
            f"Expected b and A to have the same dtype, but found b of type {B.dtype.scalar_type} and A of type "
            f"{L.dtype.scalar_type} instead."
        )
    of_squares(L)
    same_rows("cholesky_solve", L, B)
    implemented(L, "cholesky_solve_cpu")
    right, factor = broadcast(B, L)
    return ended("cholesky_solve", out, solution_by_factor(right, factor, upper), B, L)


def same_rows(who: str, A: Tensor, b: Tensor) -> None:
    (m, n), (rows, columns) = A._data.shape[-2:], b._data.shape[-2:]
    if m != rows:
        raise RuntimeError(
            f"Incompatible matrix sizes for {who}: each A matrix is {m} by {n} but each b matrix is {rows} by {columns}"
        )


# ---- triangular factors


_lu_with_info = pair("_lu_with_info", "LU", "pivots", "info")


def lu(A: Tensor, pivot: bool = True, get_infos: bool = False, out: Any = None) -> Any:
    """L and U in one matrix, the rows exchanged in each step, and whether no zero was met."""
    if not isinstance(A, Tensor) or not isinstance(pivot, bool):
        raise refused("_lu_with_info", (A,), {"pivot": pivot})
    warn_once(
        "torch.lu is deprecated in favor of torch.linalg.lu_factor / torch.linalg.lu_factor_ex and will be "
        "removed in a "
        "future PyTorch release.\nLU, pivots = torch.lu(A, compute_pivots)\nshould be replaced with\nLU, pivots = "
        "torch.linalg.lu_factor(A, compute_pivots)\nand\nLU, pivots, info = torch.lu(A, compute_pivots, get_infos=True)"
        "\nshould be replaced with\nLU, pivots, info = torch.linalg.lu_factor_ex(A, compute_pivots)", stacklevel=3,
    )
    made = _lu_with_info(*decompositions.lu_factor_ex(A, pivot=pivot))
    if out is not None:
        for place, each in zip(out, made[: 3 if get_infos else 2], strict=True):
            place.resize_as_(each).copy_(each)
        return out
    return made if get_infos else (made.LU, made.pivots)


lu_unpack_result = pair("lu_unpack", "P", "L", "U")


def unpacked_x(xp, g, shape, unpack):
    """What came back to the lower and to the upper factor, put into one matrix."""
    lower, upper = g
    m, n = shape[-2:]
    k = min(m, n)
    made: Any = None
    if not unpack:
        return None
    if lower is not None:
        lower = xp.tril(lower, -1)
        if n > k:
            lower = xp.cat([lower, xp.zeros_of(lower, (*shape[:-2], m, n - k))], len(shape) - 1)
        made = lower
    if upper is not None:
        upper = xp.triu(upper, 0)
        if m > k:
            upper = xp.cat([upper, xp.zeros_of(upper, (*shape[:-2], m - k, n))], len(shape) - 2)
        made = upper if made is None else made + upper
    return made


@op("lu_unpack_", results=("lower", "upper"), method=False, module=False, node="LuUnpackBackward0", x=unpacked_x)
def taken_apart(x: Array, unpack):
    if not unpack:
        return np.empty(0, x.dtype), np.empty(0, x.dtype)
    m, n = x.shape[-2:]
    k = min(m, n)
    lower = np.tril(x[..., :k], -1) + np.eye(m, k, dtype=x.dtype)
    return layout.in_order(lower), layout.in_order(np.triu(x[..., :k, :]))


def lu_unpack(
    LU_data: Tensor, LU_pivots: Tensor, unpack_data: bool = True, unpack_pivots: bool = True, *, out: Any = None
) -> Any:
    """P, L and U from what ``lu_factor`` gives."""
    x, pivots = LU_data._data, LU_pivots._data
    if x.ndim < 2:
        raise RuntimeError(
            f"torch.lu_unpack: Expected tensor with 2 or more dimensions. Got size: {list(x.shape)} instead"
        )
    lower, upper = taken_apart(LU_data, unpack_data)
    exchange = np.empty(0, x.dtype)
    if unpack_pivots:
        decompositions.order_of(pivots, x.shape[-2])
        exchange = kernels.permutation_matrix(pivots[..., : min(x.shape[-2:])], x.shape[-2], x.dtype)
    return ended("lu_unpack", out, lu_unpack_result(wrap(layout.in_order(exchange)), lower, upper), LU_data)


def lu_solve(b: Tensor, LU_data: Tensor, LU_pivots: Tensor, *, out: Tensor | None = None) -> Tensor:
    """X of ``A X = B`` from the triangular factors of A."""
    warn_once(
        "torch.lu_solve is deprecated in favor of torch.linalg.lu_solveand will be removed in a future PyTorch "
        "release.\n"
        "Note that torch.linalg.lu_solve has its arguments reversed.\nX = torch.lu_solve(B, LU, pivots)\nshould be "
        "replaced with\nX = torch.linalg.lu_solve(LU, pivots, B)", stacklevel=3,
    )
    matrices(b, "linalg.lu_solve", "B")
    return ended("lu_solve", out, decompositions.lu_solve(LU_data, LU_pivots, b), b, LU_data)


# ---- triangular systems


OLD_SYSTEM = (
    "torch.triangular_solve is deprecated in favor of torch.linalg.solve_triangularand will be removed in a future "
    "PyTorch release.\ntorch.linalg.solve_triangular has its arguments reversed and does not return a copy of "
    "one of the "
    "inputs.\nX = torch.triangular_solve(B, A).solution\nshould be replaced with\nX = "
    "torch.linalg.solve_triangular(A, B)."
)


def solved_again(xp: Any, A: Any, b: Any, upper: bool, turned: bool, unit: bool) -> Any:
    """The older solution, which torch's derivative takes once more, and so warns once more."""
    if xp is arrays:
        warn_once(OLD_SYSTEM, stacklevel=2)
    return xp.triangular_solve_(b, A, upper, turned, unit)[0]


def old_system_b(xp, g, b, A, upper, transpose, unitriangular):
    return None if g[0] is None else solved_again(xp, xp.conj(A), g[0], upper, not transpose, unitriangular)


def old_system_a(xp, g, b, A, solution, upper, transpose, unitriangular):
    """The solution's part through the system, and the copy's own."""
    made: Any = None
    if g[0] is not None:
        back = xp.triangular_solve_(g[0], xp.conj(A), upper, not transpose, unitriangular)[0]
        if transpose:
            made = -xp.matmul(xp.conj(solution), xp.transpose(back, -2, -1))
        else:
            made = -xp.matmul(back, adjoint(xp, solution))
        made = halves(xp, made, upper, unitriangular)
    if g[1] is not None:
        made = g[1] if made is None else made + g[1]
    return made


@op("triangular_solve_", results=("solution", "copy"), method=False, module=False, node="TriangularSolveBackward0",
    b=old_system_b, A=old_system_a)
def old_system(b: Array, A: Array, upper, transpose, unitriangular):
    left = A.swapaxes(-1, -2) if transpose else A
    found = kernels.solve_triangular(left, b, upper != transpose, True, unitriangular)
    return found, kernels.columns(np.array(A))


triangular_solve_result = pair("triangular_solve", "solution", "cloned_coefficient")


def triangular_solve(
    b: Tensor, A: Tensor, upper: bool = True, transpose: bool = False, unitriangular: bool = False, *, out: Any = None
) -> Any:
    """X of ``A X = B`` for a triangular A, and a copy of A."""
    for name, each in (("b", b), ("A", A)):
        if each._data.ndim < 2:
            raise RuntimeError(
                f"torch.triangular_solve: Expected {name} to have at least 2 dimensions, but it has {each._data.ndim} "
                "dimensions instead"
            )
    of_squares(A)
    same_rows("triangular_solve", A, b)
    warn_once(OLD_SYSTEM, stacklevel=3)
    right, left = broadcast(b, A)
    made = triangular_solve_result(*old_system(right, left, upper, transpose, unitriangular))
    return ended("triangular_solve", out, made, b, A)


# ---- products with reflectors


def reflector(xp: Any, V: Any, tau: Any, place: int) -> tuple[Any, Any]:
    """The vector of one reflector, as a column, and how far it reflects."""
    return part(xp, V, -1, place, place + 1), xp.unsqueeze(part(xp, tau, -1, place, place + 1), -1)


def steps_of(xp: Any, A: Any, tau: Any, C: Any, turned: bool) -> tuple[list[int], Any, Any, list[Any]]:
    """The reflectors in the order in which they are applied, their vectors, factors, and C before each of them."""
    count = tau.shape[-1]
    one = np.eye(A.shape[-2], A.shape[-1], dtype=A.dtype if xp is arrays else A.dtype.numpy)
    V = xp.tril(A, -1) + (one if xp is arrays else wrap(one))
    order = list(range(count)) if turned else list(range(count))[::-1]
    factors = xp.conj(tau) if turned else tau
    states = [C]
    for place in order:
        v, t = reflector(xp, V, factors, place)
        states.append(states[-1] - xp.matmul(v, xp.matmul(adjoint(xp, v), states[-1])) * t)
    return order, V, factors, states


def reflected_back(xp: Any, g: Any, A: Any, tau: Any, C: Any, turned: bool) -> tuple[Any, Any, Any]:
    """The gradients of the reflectors, of their factors and of C."""
    order, V, factors, states = steps_of(xp, A, tau, C, turned)
    columns, slopes = {}, {}
    for place, before in zip(order[::-1], states[-2::-1], strict=True):
        v, t = reflector(xp, V, factors, place)
        w, back = xp.matmul(adjoint(xp, v), before), xp.matmul(adjoint(xp, v), g)
        slopes[place] = -xp.sum(xp.conj(xp.matmul(v, w)) * g, (g.ndim - 2, g.ndim - 1))
        columns[place] = -xp.matmul(g, adjoint(xp, w)) * xp.conj(t) - xp.matmul(before, adjoint(xp, back * xp.conj(t)))
        g = g - xp.matmul(v, back) * xp.conj(t)
    count = len(order)
    if not count:
        return xp.zeros_like(A), xp.zeros_like(tau), g
    wide = xp.cat([columns[place] for place in range(count)], A.ndim - 1)
    if A.shape[-1] > count:
        wide = xp.cat([wide, xp.zeros_like(part(xp, A, -1, count, A.shape[-1]))], A.ndim - 1)
    far = xp.cat([xp.unsqueeze(slopes[place], -1) for place in range(count)], tau.ndim - 1)
    return xp.tril(wide, -1), xp.conj(far) if turned else far, g


def ormqr_part(place: int) -> Callable[..., Any]:
    def formula(xp, g, A, tau, C, left, transpose):
        if place < 2 and (0 in A.shape or 0 in tau.shape or 0 in C.shape):
            return None
        if left:
            made = reflected_back(xp, g, A, tau, C, transpose)[place]
        else:
            made = reflected_back(xp, adjoint(xp, g), A, tau, adjoint(xp, C), not transpose)[place]
            made = adjoint(xp, made) if place == 2 else made
        if xp is not arrays:
            return made
        if place == 2:
            return kernels.columns(made)
        # torch writes the gradient of one reflector after the other.
        return xp.written_often(layout.laid_out(made, A) if place == 0 else made, tau.shape[-1] + 1 - place)

    return formula


@op("ormqr_", method=False, module=False, node="OrmqrBackward0",
    A=ormqr_part(0), tau=ormqr_part(1), C=ormqr_part(2))
def multiplied(A: Array, tau: Array, C: Array, left, transpose):
    """``Q C``, ``Q.mH C``, ``C Q`` or ``C Q.mH``."""
    if left:
        return kernels.columns(steps_of(arrays, A, tau, C, transpose)[3][-1])
    return kernels.columns(kernels.adjoint(steps_of(arrays, A, tau, kernels.adjoint(C), not transpose)[3][-1]))


def ormqr(
    input: Tensor, tau: Tensor, other: Tensor, left: bool = True, transpose: bool = False, *, out: Tensor | None = None
) -> Tensor:
    """The product of a matrix and the orthogonal one whose reflectors ``geqrf`` gives."""
    who = "torch.ormqr"
    a, t, c = input._data, tau._data, other._data
    if a.ndim < 2:
        raise RuntimeError(f"{who}: input must have at least 2 dimensions.")
    if c.ndim < 2:
        raise RuntimeError(f"{who}: other must have at least 2 dimensions.")
    side = -2 if left else -1
    if not t.ndim or t.shape[-1] != min(c.shape[side], a.shape[-1]):
        raise RuntimeError(f"{who}: tau.shape[-1] must be equal to min(other.shape[{side}], input.shape[-1])")
    if c.shape[side] != a.shape[-2]:
        raise RuntimeError(f"{who}: other.shape[{side}] must be equal to input.shape[-2]")
    if a.ndim - t.ndim != 1:
        raise RuntimeError(
            f"{who}: Expected tau to have one dimension less than input, but got tau.ndim equal to {t.ndim} and "
            f"input.ndim is equal to {a.ndim}"
        )
    if a.ndim != c.ndim:
        raise RuntimeError(
            f"{who}: Expected other to have the same number of dimensions as input, but got other.ndim equal to "
            f"{c.ndim}"
            f" and input.ndim is equal to {a.ndim}"
        )
    if t.shape[:-1] != a.shape[:-2]:
        raise RuntimeError(
            f"{who}: Expected batch dimensions of tau to be equal to input.shape[:-2], but got {list(t.shape[:-1])}"
        )
    if c.shape[:-2] != a.shape[:-2]:
        raise RuntimeError(
            f"{who}: Expected batch dimensions of other to be equal to input.shape[:-2], but got {list(c.shape[:-2])}"
        )
    for name, each in (("tau", tau), ("other", other)):
        if each._data.dtype != a.dtype:
            raise RuntimeError(
                f"{who}: Expected input and {name} to have the same dtype, but input has "
                f"dtype{input.dtype.scalar_type} "
                f"and {name} has dtype {each.dtype.scalar_type}"
            )
    implemented(input, "ormqr_cpu")
    return ended("ormqr", out, multiplied(input, tau, other, left, transpose), input, tau, other)


# ---- of symmetric matrices


@op("ldl_", results=("LD", "pivots", "info"), method=False, module=False, node="NotImplemented",
    x=underivable("aten::linalg_ldl_factor_ex"))
def symmetric_factors(x: Array, hermitian):
    return kernels.symmetric_factors(x, hermitian)


ldl_factor_ex_result = results("ldl_factor_ex", "LD", "pivots", "info")
ldl_factor_result = results("ldl_factor", "LD", "pivots")


@function("ldl_factor_ex")
def ldl_factor_ex(input: Tensor, *, hermitian: bool = False, check_errors: bool = False) -> Any:
    """L, and D of blocks of one or two, of ``A = L D L.mT`` or ``A = L D L.mH``, in one matrix, and the rows "
    "exchanged."""
    squares(input, "torch.linalg.ldl_factor_ex")
    floating(input, "torch.linalg.ldl_factor_ex", low=True)
    implemented(input, "ldl_factor_cpu")
    made = ldl_factor_ex_result(*symmetric_factors(input, hermitian))
    if check_errors:
        refuse_factors("torch.linalg.ldl_factor_ex", made.info)
    return made


def refuse_factors(who: str, info: Tensor) -> None:
    found = first_failure(info)
    if found is not None:
        raise RuntimeError(
            'false INTERNAL ASSERT FAILED at "/__w/pytorch/pytorch/aten/src/ATen/native/BatchLinearAlgebra.cpp":1642, '
            f"please report a bug to PyTorch. {who}: {found[0]}Unknown error code: {found[1]}."
        )


@function("ldl_factor")
def ldl_factor(input: Tensor, *, hermitian: bool = False) -> Any:
    """L and D of a symmetric or Hermitian matrix, and the rows exchanged."""
    made = ldl_factor_ex(input, hermitian=hermitian)
    refuse_factors("torch.linalg.ldl_factor", made.info)
    return ldl_factor_result(made.LD, made.pivots)


@op("ldl_solution", method=False, module=False, node="NotImplemented",
    LD=underivable("aten::linalg_ldl_solve"), B=underivable("aten::linalg_ldl_solve"))
def symmetric_solution(LD: Array, pivots: Array, B: Array, hermitian):
    return kernels.symmetric_solution(LD, pivots, B, hermitian)


@function("ldl_solve")
def ldl_solve(LD: Tensor, pivots: Tensor, B: Tensor, *, hermitian: bool = False) -> Tensor:
    """X of ``A X = B`` from the factors of a symmetric or Hermitian A."""
    who = "torch.linalg.ldl_solve"
    squares(LD, who)
    if B._data.ndim < 2:
        layout.wrap_dim(-2, B._data.ndim)
    matrices(B, who, "B")
    if LD._data.shape[-2] != B._data.shape[-2]:
        raise RuntimeError(
            f"{who}: Incompatible shapes of A and B for the equation AX = B ({LD._data.shape[-2]}x{LD._data.shape[-1]} "
            f"and {B._data.shape[-2]}x{B._data.shape[-1]})"
        )
    if LD._data.shape[:-1] != pivots._data.shape:
        raise RuntimeError(
            f"{who}: Expected LD.shape[:-1] and pivots.shape to be the same, but got pivots with shape "
            f"{list(pivots._data.shape)} instead"
        )
    if LD._data.dtype != B._data.dtype:
        raise RuntimeError(
            f"{who}: Expected LD and B to have the same dtype, but found LD of type {LD.dtype.scalar_type} and B "
            f"of type "
            f"{B.dtype.scalar_type} instead"
        )
    implemented(B, "ldl_solve_cpu")
    return symmetric_solution(LD, pivots, B, hermitian)


# ---- what torch has taken out

REMOVED = {
    "symeig": (
        " The default behavior has changed from using the upper triangular portion of the matrix by default to "
        "using the "
        "lower triangular portion.\n\nL, _ = torch.symeig(A, upper=upper) should be replaced with:\nL = "
        "torch.linalg.eigvalsh(A, UPLO='U' if upper else 'L')\n\nand\n\nL, V = torch.symeig(A, "
        "eigenvectors=True) should "
        "be replaced with:\nL, V = torch.linalg.eigh(A, UPLO='U' if upper else 'L')"
    ),
    "eig": (
        " `torch.linalg.eig` returns complex tensors of dtype `cfloat` or `cdouble` rather than real tensors mimicking "
        "complex tensors.\n\nL, _ = torch.eig(A) should be replaced with:\nL_complex = "
        "torch.linalg.eigvals(A)\n\nand\n\n"
        "L, V = torch.eig(A, eigenvectors=True) should be replaced with:\nL_complex, V_complex = torch.linalg.eig(A)"
    ),
    "lstsq": (
        " `torch.lstsq` is deprecated in favor of `torch.linalg.lstsq`.\n`torch.linalg.lstsq` has reversed "
        "arguments and "
        "does not return the QR decomposition in the returned tuple (although it returns other information about the "
        "problem).\n\nTo get the QR decomposition consider using `torch.linalg.qr`.\n\nThe returned solution in "
        "`torch.lstsq` stored the residuals of the solution in the last m - n columns of the returned value "
        "whenever m > "
        "n. In torch.linalg.lstsq, the residuals are in the field 'residuals' of the returned named tuple.\n\nThe "
        "unpacking of the solution, as in\nX, _ = torch.lstsq(B, A).solution[:A.size(1)]\nshould be replaced "
        "with:\nX = "
        "torch.linalg.lstsq(A, B).solution"
    ),
    "matrix_rank": (
        "\nPlease use the `torch.linalg.matrix_rank` function instead. The parameter 'symmetric' was renamed in "
        "`torch.linalg.matrix_rank()` to 'hermitian'."
    ),
    "solve": (
        " `torch.solve` is deprecated in favor of `torch.linalg.solve`. `torch.linalg.solve` has its arguments "
        "reversed "
        "and does not return the LU factorization.\n\nTo get the LU factorization see `torch.lu`, which can be "
        "used with "
        "`torch.lu_solve` or `torch.lu_unpack`.\nX = torch.solve(B, A).solution should be replaced with:\nX = "
        "torch.linalg.solve(A, B)"
    ),
}


def removed(name: str) -> Callable[..., Any]:
    """A function that says by what it was replaced."""

    def function(input: Tensor, *arguments: Any, **keywords: Any) -> Any:
        if not isinstance(input, Tensor):
            raise Misfit
        raise RuntimeError("This function was deprecated since version 1.9 and is now removed." + REMOVED[name])

    return function


for _name in REMOVED:
    entry.publish(_name, removed(_name), method=_name != "matrix_rank")
OLDER: dict[str, Callable[..., Any]] = {
    "cholesky": cholesky, "cholesky_inverse": cholesky_inverse, "cholesky_solve": cholesky_solve, "lu": lu,
    "lu_solve": lu_solve, "ormqr": ormqr, "triangular_solve": triangular_solve,
}
for _name, _older in OLDER.items():
    entry.publish(_name, _older)
entry.publish("lu_unpack", lu_unpack, method=False)
