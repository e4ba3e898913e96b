"""Linear algebra over batches of matrices: the operations behind ``torch.linalg``, and their older names.

The formulas are those of matrix calculus: differentials of the defining equations, solved for the gradient.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import reduce
from itertools import pairwise
from typing import Any

import numpy as np

from .._core import dtypes
from .._core.conjugate import held_conjugated
from .._core.errors import Misfit
from .._core.families import bad_arguments
from .._core.forms import FUNCTIONS, write_out
from .._core.operations import op
from .._core.recording import arrays, tensors
from .._core.tensor import Tensor, numbers_of, wrap, wrap_dim
from .._core.warn import warn_once
from .._kernels import layout
from .._kernels import linear_algebra as kernels
from . import entry
from .matmul import mm
from .reductions import axes_of, pair, vector_norm_
from .statistics import crossed

Array = np.ndarray

LINEAR_ALGEBRA: dict[str, Callable[..., Any]] = {}
"""The functions of ``torch.linalg`` by name."""


class LinAlgError(RuntimeError):
    """A matrix that cannot be inverted or factorised."""


LinAlgError.__module__ = "torch._C"
LinAlgError.__name__ = LinAlgError.__qualname__ = "_LinAlgError"


def function(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Enter a function of ``torch.linalg`` with ``out=``, one tensor or one for each result."""

    def decorate(made: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, out: Any = None, **keywords: Any) -> Any:
            r = made(*arguments, **keywords)
            if out is None:
                return r
            inputs = [each for each in (*arguments, *keywords.values()) if isinstance(each, Tensor)]
            if isinstance(r, Tensor):
                return write_out(f"linalg_{name}", out, r, inputs)
            return type(r)(*[write_out(f"linalg_{name}", o, each, inputs) for o, each in zip(out, r, strict=True)])

        call.__doc__ = made.__doc__
        LINEAR_ALGEBRA[name] = entry.guarded(f"linalg_{name}", call, False)
        LINEAR_ALGEBRA[name].__name__ = LINEAR_ALGEBRA[name].__qualname__ = f"linalg_{name}"
        return made

    return decorate


def results(name: str, *fields: str) -> Any:
    """The named tuple that a function of ``torch.linalg`` returns."""
    return pair(f"linalg_{name}", *fields)


# ---- what is asked of arguments


def matrices(x: Tensor, who: str, letter: str = "A") -> None:
    """RuntimeError for less than two dimensions."""
    if x._data.ndim < 2:
        raise RuntimeError(f"{who}: The input tensor {letter} must have at least 2 dimensions.")


def squares(x: Tensor, who: str) -> None:
    """RuntimeError for what is no batch of square matrices."""
    matrices(x, who)
    m, n = x._data.shape[-2:]
    if m != n:
        raise RuntimeError(f"{who}: A must be batches of square matrices, but they are {m} by {n} matrices")


def floating(x: Tensor, who: str, low: bool = False) -> None:
    """RuntimeError for dtypes that are not floating, and for the half types unless those are allowed."""
    if x._data.dtype.kind not in "fcV":
        raise RuntimeError(f"{who}: Expected a floating point or complex tensor as input. Got {x.dtype.scalar_type}")
    if not low and x._data.dtype.itemsize == 2:
        raise RuntimeError(f"{who}: Low precision dtypes not supported. Got {x.dtype.scalar_type}")


def implemented(x: Tensor, routine: str) -> None:
    """NotImplementedError for a dtype that LAPACK does not have."""
    if x._data.dtype.char not in "fdFD":
        raise NotImplementedError(f"\"{routine}\" not implemented for '{x.dtype.scalar_type}'")


def first_failure(info: Tensor) -> tuple[str, int] | None:
    """Which matrix of a batch failed first, in torch's words, and what its routine reported."""
    failed = np.flatnonzero(info._data)
    if not failed.size:
        return None
    place = int(failed[0])
    return f"(Batch element {place}): " if info._data.ndim else "", int(info._data.reshape(-1)[place])


# ---- vocabulary of the formulas


def adjoint(xp: Any, x: Any) -> Any:
    """The conjugate transpose."""
    return xp.conj(xp.transpose(x, -2, -1))


def identity_like(xp: Any, values: Any) -> Any:
    """The identity, for diagonals of the length of ``values``."""
    return xp.diag_embed(xp.zeros_like(values) + 1)


def is_complex(x: Any) -> bool:
    dtype = x.dtype
    return dtype.kind == "c" if isinstance(dtype, np.dtype) else dtype.is_complex


def part(xp: Any, x: Any, dim: int, start: int, stop: int) -> Any:
    return xp.slice(x, x.ndim + dim, start, stop, 1)


def phase_free(xp: Any, turn: Any, who: str, vectors: str) -> None:
    """RuntimeError for a gradient of eigenvectors that depends on their phases, which nothing determines."""
    numbers = turn if xp is arrays else numbers_of(turn)
    if np.any(np.abs(np.diagonal(numbers, 0, -2, -1).imag) > 1e-2):
        raise RuntimeError(
            f"{who}: The {vectors} in the complex case are specified up to multiplication by e^{{i phi}}. The "
            "specified loss function depends on this quantity, so it is ill-defined."
        )


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


def fitting(A: Tensor, B: Tensor, left: bool, who: str) -> None:
    a, b = A._data.shape, B._data.shape
    if a[-2 if left else -1] != b[-2 if left else -1]:
        raise RuntimeError(
            f"{who}: Incompatible shapes of A and B for the equation {'AX = B' if left else 'XA = B'} "
            f"({a[-2]}x{a[-1]} and {b[-2]}x{b[-1]})"
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


# ---- factorisations


def cholesky_x(xp, g, out, upper):
    """``L**-H sym(tril(L**H g)) L**-1``, with half of the diagonal, which torch leaves complex."""
    factor, g = (adjoint(xp, out), adjoint(xp, g)) if upper else (out, g)
    inner = xp.tril(xp.matmul(adjoint(xp, factor), g), 0)
    strict = xp.tril(inner, -1)
    inner = (inner + adjoint(xp, strict)) / 2
    inner = xp.triangular_solution(adjoint(xp, factor), inner, True, True, False)
    return xp.triangular_solution(factor, inner, False, False, False)


@op("cholesky_factor", results=("out", "info"), method=False, module=False, node="LinalgCholeskyExBackward0",
    x=cholesky_x)
def cholesky_factor(x: Array, upper):
    factor, info = kernels.cholesky(kernels.adjoint(x) if upper else x)
    return (kernels.columns(kernels.adjoint(factor)) if upper else factor), info


cholesky_ex_result = results("cholesky_ex", "L", "info")


@function("cholesky_ex")
def cholesky_ex(input: Tensor, *, upper: bool = False, check_errors: bool = False) -> Any:
    """L of ``A = L L.mH``, and whether it was found."""
    squares(input, "linalg.cholesky")
    floating(input, "linalg.cholesky", low=True)
    implemented(input, "cholesky_cpu")
    made = cholesky_ex_result(*cholesky_factor(input, upper))
    if check_errors:
        refuse_indefinite("linalg.cholesky_ex", made.info)
    return made


def refuse_indefinite(who: str, info: Tensor) -> None:
    found = first_failure(info)
    if found is not None:
        raise LinAlgError(
            f"{who}: {found[0]}The factorization could not be completed because the input is not positive-definite "
            f"(the leading minor of order {found[1]} is not positive-definite)."
        )


@function("cholesky")
def cholesky(input: Tensor, *, upper: bool = False) -> Tensor:
    """L of ``A = L L.mH``."""
    made = cholesky_ex(input, upper=upper)
    refuse_indefinite("linalg.cholesky", made.info)
    return made.L


def qr_square(xp: Any, gq: Any, gr: Any, q: Any, r: Any) -> Any:
    """The gradient of a matrix with no more columns than rows."""
    inner: Any = 0
    if gr is not None:
        inner = xp.matmul(gr, adjoint(xp, r))
    if gq is not None:
        inner = inner - xp.matmul(adjoint(xp, q), gq)
    inner = xp.triu(inner, 0)
    diagonal = inner - xp.triu(inner, 1)
    inner = inner + adjoint(xp, inner) - (diagonal + adjoint(xp, diagonal)) / 2
    right = xp.matmul(q, inner)
    if gq is not None:
        right = gq + right
    return xp.triangular_solution(adjoint(xp, r), right, False, False, False)


def qr_x(xp, g, q, r, shape, mode):
    gq, gr = g
    m, n = shape[-2:]
    if mode == "complete" and m > n:
        raise RuntimeError("The QR decomposition is not differentiable when mode='complete' and nrows > ncols")
    if m >= n:
        return qr_square(xp, gq, gr, q, r)
    first, rest = part(xp, r, -1, 0, m), part(xp, r, -1, m, n)
    if gr is None:
        made = qr_square(xp, gq, None, q, first)
        return xp.cat([made, xp.zeros_like(rest)], made.ndim - 1)
    for_first, for_rest = part(xp, gr, -1, 0, m), part(xp, gr, -1, m, n)
    more = xp.matmul(xp.matmul(q, rest), adjoint(xp, for_rest))
    made = qr_square(xp, more if gq is None else gq + more, for_first, q, first)
    return xp.cat([made, xp.matmul(q, for_rest)], made.ndim - 1)


@op("orthogonal_factors", results=("q", "r"), method=False, module=False, node="LinalgQrBackward0", x=qr_x)
def orthogonal_factors(x: Array, mode):
    q, r = kernels.qr(x, mode == "complete")
    return (np.empty(0, x.dtype) if mode == "r" else q), r


qr_result = results("qr", "Q", "R")


@function("qr")
def qr(A: Tensor, mode: str = "reduced") -> Any:
    """Q with orthonormal columns and the upper R of ``A = Q R``."""
    matrices(A, "linalg.qr")
    floating(A, "linalg.qr", low=True)
    if mode not in ("reduced", "complete", "r"):
        raise RuntimeError(
            f"qr received unrecognized mode '{mode}' but expected one of 'reduced' (default), 'r', or 'complete'"
        )
    implemented(A, "geqrf_cpu")
    return qr_result(*orthogonal_factors(A, mode))


geqrf_result = pair("geqrf", "a", "tau")


def geqrf_x(xp, g):
    raise NotImplementedError("the derivative for 'geqrf' is not implemented.")


@op("reflectors_of", results=("a", "tau"), method=False, module=False, node="GeqrfBackward0", x=geqrf_x)
def reflectors_of(x: Array):
    return kernels.geqrf(x)


def geqrf(input: Tensor) -> Any:
    """R and, below its diagonal, the reflectors whose product is Q; how far each reflects."""
    if input._data.ndim < 2:
        raise RuntimeError("torch.geqrf: input must have at least 2 dimensions.")
    implemented(input, "geqrf_cpu")
    return geqrf_result(*reflectors_of(input))


def reflector(xp: Any, v: Any, tau: Any, x: Any) -> Any:
    """``(I - tau v v.mH) x``."""
    return x - xp.matmul(xp.unsqueeze(tau, -1) * v, xp.matmul(adjoint(xp, v), x))


def steps_of_product(xp: Any, g: Any, V: Any, tau: Any) -> tuple[list[Any], list[Any]]:
    """The gradients of each column of ``V``, as far as it counts, and of each element of ``tau``.

    Reflector i stands between those before it, which turn the gradient back, and those after it, applied to the
    first columns of the identity.
    """
    count, columns = tau.shape[-1], V.shape[-1]
    below = xp.tril(V, -1)
    identity = xp.tril(xp.triu(xp.zeros_like(V) + 1, 0), 0)
    vectors = [part(xp, below + identity, -1, each, each + 1) for each in range(count)]
    shares = [part(xp, tau, -1, each, each + 1) for each in range(count)]
    after = [identity]
    for v, share in zip(vectors[:0:-1], shares[:0:-1], strict=True):
        after.append(reflector(xp, v, share, after[-1]))
    of_columns, of_shares = [], []
    for v, share, rest in zip(vectors, shares, reversed(after), strict=True):
        forth = xp.matmul(g, xp.matmul(adjoint(xp, rest), v))
        back = xp.matmul(rest, xp.matmul(adjoint(xp, g), v))
        size = xp.unsqueeze(share, -1)
        of_columns.append(-(xp.conj(size) * forth + size * back))
        of_shares.append(-xp.sum(xp.matmul(adjoint(xp, v), forth), (V.ndim - 1,), False))
        g = reflector(xp, v, xp.conj(share), g)
    if count < columns:
        of_columns.append(xp.zeros_like(part(xp, V, -1, count, columns)))
    return of_columns, of_shares


def product_v(xp, g, V, tau):
    if 0 in V.shape or 0 in tau.shape:
        return None
    made = xp.tril(xp.cat(steps_of_product(xp, g, V, tau)[0], V.ndim - 1), -1)
    return xp.written_often(made, tau.shape[-1] + 1)


def product_tau(xp, g, V, tau):
    if 0 in V.shape or 0 in tau.shape:
        return None
    return xp.written_often(xp.cat(steps_of_product(xp, g, V, tau)[1], tau.ndim - 1), tau.shape[-1])


@op(
    "product_of_reflectors", method=False, module=False, node="LinalgHouseholderProductBackward0",
    V=product_v, tau=product_tau,
)
def product_of_reflectors(V: Array, tau: Array):
    return kernels.householder_product(V, tau)


@function("householder_product")
def householder_product(input: Tensor, tau: Tensor) -> Tensor:
    """The first columns of a product of reflectors, whose vectors stand below the diagonal of ``input`` (…, m, n)."""
    who, x, t = "torch.linalg.householder_product", input._data, tau._data
    if x.ndim < 2:
        raise RuntimeError(f"{who}: input must have at least 2 dimensions.")
    if x.shape[-2] < x.shape[-1]:
        raise RuntimeError(f"{who}: input.shape[-2] must be greater than or equal to input.shape[-1]")
    if not t.ndim:
        raise IndexError("Dimension specified as -1 but tensor has no dimensions")
    if x.shape[-1] < t.shape[-1]:
        raise RuntimeError(f"{who}: input.shape[-1] must be greater than or equal to tau.shape[-1]")
    if x.ndim - t.ndim != 1:
        raise RuntimeError(
            f"{who}: Expected tau to have one dimension less than input, but got tau.ndim equal to {t.ndim} and "
            f"input.ndim is equal to {x.ndim}"
        )
    if t.shape[:-1] != x.shape[:-2]:
        raise RuntimeError(
            f"{who}: Expected batch dimensions of tau to be equal to input.shape[:-2], but got {list(t.shape[:-1])}"
        )
    if t.dtype != x.dtype:
        raise RuntimeError(
            f"{who}: tau dtype {tau.dtype.scalar_type} does not match input dtype {input.dtype.scalar_type}"
        )
    implemented(input, "orgqr_cpu")
    return product_of_reflectors(input, tau)


def orgqr(input: Tensor, input2: Tensor) -> Tensor:
    """``linalg.householder_product`` under its older name."""
    return householder_product(input, input2)


def svd_x(xp, g, u, s, vh, full):
    """The differentials of the singular values on the diagonal, those of the vectors beside it and outside."""
    gu, gs, gvh = g
    k = s.shape[-1]
    if full:
        u, vh = part(xp, u, -1, 0, k), part(xp, vh, -2, 0, k)
        gu = None if gu is None else part(xp, gu, -1, 0, k)
        gvh = None if gvh is None else part(xp, gvh, -2, 0, k)
    if gu is None and gvh is None:
        return xp.matmul(u, xp.unsqueeze(gs, -1) * vh)
    one = identity_like(xp, s)
    squares = s * s
    if is_complex(u):
        phase_free(
            xp,
            (0 if gu is None else xp.matmul(adjoint(xp, u), gu))
            + (0 if gvh is None else xp.matmul(vh, adjoint(xp, gvh))),
            "svd_backward", "singular vectors",
        )
    beside = (1 - one) / (xp.unsqueeze(squares, -2) - xp.unsqueeze(squares, -1) + one)
    inner: Any = 0 if gs is None else xp.diag_embed(gs)
    if gu is not None:
        turn = xp.matmul(adjoint(xp, u), gu)
        turn = turn - adjoint(xp, turn)
        inner = inner + turn * beside * xp.unsqueeze(s, -2)
        if is_complex(u):
            inner = inner + xp.diag_embed(xp.diagonal(turn, 0, -2, -1) / (2 * s))
    if gvh is not None:
        turn = xp.matmul(vh, adjoint(xp, gvh))
        inner = inner + xp.unsqueeze(s, -1) * (turn - adjoint(xp, turn)) * beside
    made = xp.matmul(xp.matmul(u, inner), vh)
    if gu is not None and u.shape[-2] > k:
        outside = gu / xp.unsqueeze(s, -2)
        made = made + xp.matmul(outside - xp.matmul(u, xp.matmul(adjoint(xp, u), outside)), vh)
    if gvh is not None and vh.shape[-1] > k:
        outside = gvh / xp.unsqueeze(s, -1)
        made = made + xp.matmul(u, outside - xp.matmul(xp.matmul(outside, adjoint(xp, vh)), vh))
    return made


@op("singular_factors", results=("u", "s", "vh"), method=False, module=False, node="LinalgSvdBackward0", x=svd_x)
def singular_factors(x: Array, full):
    return kernels.svd(x, full)


svd_result = results("svd", "U", "S", "Vh")


def only_without_driver(driver: Any) -> None:
    if driver is not None:
        raise RuntimeError(
            "torch.linalg.svd: keyword argument `driver=` is only supported on CUDA inputs with cuSOLVER backend."
        )


def decomposed(A: Tensor, full: bool) -> Any:
    matrices(A, "linalg.svd")
    floating(A, "linalg.svd", low=True)
    implemented(A, "linalg_svd_cpu")
    return singular_factors(A, full)


@function("svd")
def svd(A: Tensor, full_matrices: bool = True, *, driver: str | None = None) -> Any:
    """U, the singular values and the adjoint of V of ``A = U diag(S) Vh``."""
    only_without_driver(driver)
    return svd_result(*decomposed(A, full_matrices))


@function("svdvals")
def svdvals(A: Tensor, *, driver: str | None = None) -> Tensor:
    """The singular values, from the largest on."""
    only_without_driver(driver)
    return decomposed(A, False)[1]


def eigh_x(xp, g, values, vectors):
    """Rotations of the eigenvectors over differences of eigenvalues, and the eigenvalues on the diagonal."""
    from_values, from_vectors = g
    if from_vectors is None:
        return xp.matmul(vectors * xp.unsqueeze(from_values, -2), adjoint(xp, vectors))
    inner: Any = 0 if from_values is None else xp.diag_embed(from_values)
    one = identity_like(xp, values)
    apart = xp.unsqueeze(values, -2) - xp.unsqueeze(values, -1) + one
    turn = xp.matmul(adjoint(xp, vectors), from_vectors)
    if is_complex(vectors):
        phase_free(xp, turn, "linalg_eigh_backward", "eigenvectors")
    turn = (turn - adjoint(xp, turn)) / 2
    inner = inner + turn * ((1 - one) / apart)
    return xp.matmul(xp.matmul(vectors, inner), adjoint(xp, vectors))


@op("hermitian_factors", results=("values", "vectors"), method=False, module=False, node="LinalgEighBackward0",
    x=eigh_x)
def hermitian_factors(x: Array, half):
    return kernels.eigh(x, half)


eigh_result = results("eigh", "eigenvalues", "eigenvectors")


@function("eigh")
def eigh(input: Tensor, UPLO: str = "L") -> Any:
    """The eigenvalues in rising order and the eigenvectors of Hermitian matrices, of which one half is read."""
    squares(input, "linalg.eigh")
    if UPLO.upper() not in ("L", "U"):
        raise RuntimeError(f"Expected UPLO argument to be 'L' or 'U', but got {UPLO}")
    implemented(input, "linalg_eigh_cpu")
    return eigh_result(*hermitian_factors(input, UPLO.upper()))


@function("eigvalsh")
def eigvalsh(input: Tensor, UPLO: str = "L") -> Tensor:
    """The eigenvalues of Hermitian matrices in rising order."""
    return eigh(input, UPLO).eigenvalues


def eig_x(xp, g, x, values, vectors):
    """As with Hermitian matrices, but the eigenvectors have an inverse of their own and are of length one."""
    from_values, from_vectors = g
    inner: Any = 0 if from_values is None else xp.diag_embed(from_values)
    back = adjoint(xp, vectors)
    if from_vectors is not None:
        one = identity_like(xp, xp.real_part(values))
        apart = xp.conj(xp.unsqueeze(values, -2) - xp.unsqueeze(values, -1)) + one
        turn = xp.matmul(back, from_vectors)
        phase_free(xp, turn, "linalg_eig_backward", "eigenvectors")
        lengths = xp.real_part(xp.diagonal(turn, 0, -2, -1))
        turn = turn - xp.matmul(back, vectors) * xp.unsqueeze(lengths, -2)
        inner = inner + turn * ((1 - one) / apart)
    made = xp.solved(back, xp.matmul(inner, back), True, False)[0]
    return made if is_complex(x) else xp.real_part(made)


@op("eigen_factors", results=("values", "vectors"), method=False, module=False, node="LinalgEigBackward0", x=eig_x)
def eigen_factors(x: Array):
    return kernels.eig(x)


eig_result = results("eig", "eigenvalues", "eigenvectors")


def eigen(input: Tensor, who: str) -> Any:
    squares(input, who)
    if input._data.dtype.kind not in "fcV":
        raise RuntimeError(f"Unknown Complex ScalarType for {input.dtype.scalar_type}")
    implemented(input, "linalg_eig_out_cpu")
    if not np.isfinite(input._data).all():
        raise RuntimeError(f"{who}: input tensor should not contain infs or NaNs.")
    return eigen_factors(input)


@function("eig")
def eig(input: Tensor) -> Any:
    """The eigenvalues and eigenvectors, complex."""
    return eig_result(*eigen(input, "linalg.eig"))


@function("eigvals")
def eigvals(input: Tensor) -> Tensor:
    """The eigenvalues, complex."""
    return eigen(input, "linalg.eigvals")[0]


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


def pinv_x(xp, g, x, out):
    """The differential of the pseudo-inverse at constant rank (Golub and Pereyra, 1973)."""
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
def pseudo_inverse(x: Array, atol, rtol, hermitian):
    return kernels.pinv(x, atol, rtol, hermitian)


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
    sizes = np.abs(np.linalg.eigvalsh(x)) if hermitian else np.linalg.svd(x, compute_uv=False)
    limit = np.maximum(absolute, relative * sizes.max(-1, initial=0))
    rank = wrap(np.asarray((sizes > limit[..., None]).sum(-1), np.int64))
    rank._bump()
    return rank


# ---- triangular factors


def lu_x(xp, gl, gu, lower, upper, order, shape):
    """The strict lower part of ``L**H gL`` and the upper part of ``gU U**H``, between the inverses."""
    m, n = shape[-2:]
    k = min(m, n)
    square_l, square_u = part(xp, lower, -2, 0, k), part(xp, upper, -1, 0, k)
    below: Any = 0
    above: Any = 0
    if gl is not None:
        below = xp.matmul(adjoint(xp, square_l), part(xp, gl, -2, 0, k))
    if gu is not None:
        above = xp.matmul(part(xp, gu, -1, 0, k), adjoint(xp, square_u))
        if n > k:
            below = below - xp.matmul(part(xp, gu, -1, k, n), adjoint(xp, part(xp, upper, -1, k, n)))
    if gl is not None and m > k:
        above = above - xp.matmul(adjoint(xp, part(xp, lower, -2, k, m)), part(xp, gl, -2, k, m))
    inner = (0 if isinstance(below, int) else xp.tril(below, -1)) + (0 if isinstance(above, int) else xp.triu(above, 0))
    middle = xp.triangular_solution(adjoint(xp, square_u), inner, False, False, False)
    made = xp.triangular_solution(adjoint(xp, square_l), middle, True, True, True)
    if n > k:
        rest = xp.zeros_like(part(xp, upper, -1, k, n)) if gu is None else xp.triangular_solution(
            adjoint(xp, square_l), part(xp, gu, -1, k, n), True, True, True
        )
        made = xp.cat([made, rest], made.ndim - 1)
    if m > k:
        rest = xp.zeros_like(part(xp, lower, -2, k, m)) if gl is None else xp.triangular_solution(
            adjoint(xp, square_u), part(xp, gl, -2, k, m), False, False, False
        )
        made = xp.cat([made, rest], made.ndim - 2)
    return xp.rows_taken(made, np.argsort(order, -1))


@op("rows_taken", method=False, module=False, node="LinalgLuBackward0",
    x=lambda xp, g, order: xp.rows_taken(g, np.argsort(order, -1)))
def rows_taken(x: Array, order):
    """The rows of each matrix in another order."""
    return np.take_along_axis(x, order[..., None], -2)


def lu_parts_x(xp, g, lower, upper, shape, order):
    return lu_x(xp, g[0], g[1], lower, upper, order, shape)


@op("lu_parts", results=("lower", "upper"), method=False, module=False, node="LinalgLuBackward0", x=lu_parts_x)
def lu_parts(x: Array, factors, order):
    k = min(x.shape[-2:])
    lower = np.tril(factors[..., :, :k], -1) + np.eye(x.shape[-2], k, dtype=x.dtype)
    return lower, np.triu(factors[..., :k, :])


def lu_factor_x(xp, g, out, shape, order):
    k = min(shape[-2:])
    lower = xp.tril(part(xp, out, -1, 0, k), -1)
    upper = xp.triu(part(xp, out, -2, 0, k), 0)
    one = np.eye(shape[-2], k, dtype=lower.dtype if xp is arrays else lower.dtype.numpy)
    lower = lower + (one if xp is arrays else wrap(one))
    return lu_x(
        xp, xp.tril(part(xp, g, -1, 0, k), -1), xp.triu(part(xp, g, -2, 0, k), 0), lower, upper, order, shape
    )


@op("lu_together", method=False, module=False, node="LinalgLuFactorExBackward0", x=lu_factor_x)
def lu_together(x: Array, factors, order):
    return factors


def factors_of(A: Tensor, pivot: bool, who: str) -> tuple[Array, Array, Array, Array]:
    if A._data.ndim < 2:
        raise RuntimeError(
            f"{who}: Expected tensor with 2 or more dimensions. Got size: {list(A._data.shape)} instead"
        )
    implemented(A, "lu_cpu")
    if not pivot:
        raise RuntimeError(f"{who.replace('torch.', 'linalg.')}: LU without pivoting is not implemented on the CPU")
    factors, pivots, info = kernels.triangular_factors(A._data)
    return factors, pivots, info, kernels.permutation(pivots, A._data.shape[-2])


lu_result = results("lu", "P", "L", "U")
lu_factor_result = results("lu_factor", "LU", "pivots")
lu_factor_ex_result = results("lu_factor_ex", "LU", "pivots", "info")


@function("lu")
def lu(A: Tensor, *, pivot: bool = True) -> Any:
    """P, the lower L with ones on its diagonal, and the upper U of ``A = P L U``."""
    factors, pivots, _, order = factors_of(A, pivot, "linalg.lu")
    exchange = wrap(kernels.permutation_matrix(pivots, A._data.shape[-2], A._data.dtype))
    return lu_result(exchange, *lu_parts(A, factors, order))


@function("lu_factor_ex")
def lu_factor_ex(A: Tensor, *, pivot: bool = True, check_errors: bool = False) -> Any:
    """L and U in one matrix, the rows exchanged in each step, and whether no zero was met."""
    factors, pivots, info, order = factors_of(A, pivot, "torch.lu_factor")
    made = lu_factor_ex_result(lu_together(A, factors, order), wrap(pivots), wrap(info))
    if check_errors:
        refuse_division(made.info)
    return made


def refuse_division(info: Tensor) -> None:
    found = first_failure(info)
    if found is not None:
        raise RuntimeError(
            f"torch.linalg.lu_factor: {found[0]}U[{found[1]},{found[1]}] is zero and using it on lu_solve would result "
            "in a division by zero. If you still want to perform the factorization, consider calling linalg.lu(A, "
            "pivot) or linalg.lu_factor_ex(A, pivot)"
        )


@function("lu_factor")
def lu_factor(A: Tensor, *, pivot: bool = True) -> Any:
    """L and U in one matrix, and the rows exchanged in each step."""
    made = lu_factor_ex(A, pivot=pivot)
    refuse_division(made.info)
    return lu_factor_result(made.LU, made.pivots)


def lu_solution_b(xp, g, factors, order, adjoined, left):
    return xp.lu_solution(factors, g, order, not adjoined, left)


def lu_solution_factors(xp, g, factors, out, order, adjoined, left):
    """Through the two triangular systems, one after the other."""
    if not left:
        g, out, adjoined = adjoint(xp, g), adjoint(xp, out), not adjoined
    back = adjoint(xp, factors)
    if not adjoined:
        middle = xp.triangular_solution(back, g, False, True, False)
        for_upper = -xp.matmul(middle, adjoint(xp, out))
        rest = xp.triangular_solution(back, middle, True, True, True)
        return xp.tril(-xp.matmul(rest, adjoint(xp, xp.matmul(xp.triu(factors, 0), out))), -1) + xp.triu(for_upper, 0)
    turned = xp.rows_taken(out, order)
    first = xp.triangular_solution(factors, xp.rows_taken(g, order), False, True, True)
    for_lower = -xp.matmul(turned, adjoint(xp, first))
    middle = xp.matmul(adjoint(xp, xp.tril(factors, -1)), turned) + turned
    rest = xp.triangular_solution(factors, first, True, True, False)
    return xp.tril(for_lower, -1) + xp.triu(-xp.matmul(middle, adjoint(xp, rest)), 0)


@op("lu_solution", method=False, module=False, node="LinalgLuSolveBackward0",
    factors=lu_solution_factors, B=lu_solution_b)
def lu_solution(factors: Array, B: Array, order, adjoined, left):
    """X of ``P L U X = B`` or of ``X P L U = B``, or with the adjoint of ``P L U``."""
    return kernels.solve_factorised(factors, B, order, adjoined, left)


@function("lu_solve")
def lu_solve(LU: Tensor, pivots: Tensor, B: Tensor, *, left: bool = True, adjoint: bool = False) -> Tensor:
    """X of ``A X = B``, or of ``X A = B``, or with the adjoint of A, from the factors of A."""
    who = "linalg.lu_solve"
    if LU._data.dtype != B._data.dtype:
        raise RuntimeError(
            f"{who}: Expected LU and B to have the same dtype, but found LU of type {LU.dtype.scalar_type} and B of "
            f"type {B.dtype.scalar_type} instead"
        )
    if pivots._data.dtype != np.int32:
        raise RuntimeError(f"{who}: pivots should be a Tensor of scalar type torch.int32")
    squares(LU, who)
    fitting(LU, B, left, who)
    if LU._data.shape[-1] != pivots._data.shape[-1]:
        raise RuntimeError(f"{who}: Number of pivots per batch should be same as the dimension of the matrix")
    if LU._data.shape[:-2] != pivots._data.shape[:-1]:
        raise RuntimeError(f"{who}: Expected LU.shape[:-1] and pivots.shape to be the same, but got pivots with shape "
                           f"{list(pivots._data.shape)} instead")
    batch = np.broadcast_shapes(LU._data.shape[:-2], B._data.shape[:-2])
    order = np.broadcast_to(
        kernels.permutation(pivots._data, LU._data.shape[-1]), (*batch, LU._data.shape[-1])
    )
    factors, right = [
        each if each._data.shape[:-2] == batch else tensors.expand(each, (*batch, *each._data.shape[-2:]))
        for each in (LU, B)
    ]
    found = lu_solution(factors, right, order, adjoint, left)
    if not left and found._data.dtype.kind == "c":
        # torch solves for the adjoint, and leaves the result conjugated.
        found = held_conjugated(found)
    return found


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
        made = pinv_x(xp, xp.matmul(for_solution, adjoint(xp, B)), A, standard_pinv(xp, A, A_shape))
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
    flat = tensors.reshape(other, (other._data.size,))
    return tensors.reshape(solve(tensors.reshape(input, (size, size)), flat), shape)


# ---- norms and condition


def wanted_dtype(x: Tensor, dtype: Any) -> Tensor:
    return x if dtype is None else tensors.to_dtype(x, dtype)


@function("vector_norm")
def vector_norm(x: Tensor, ord: Any = 2, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """The norm of vectors."""
    floating(x, "linalg.vector_norm", low=True)
    return vector_norm_(wanted_dtype(x, dtype), float(ord), axes_of(dim, x._data.ndim, "linalg_vector_norm"), keepdim)


NORMS = (1, -1, 2, -2, float("inf"), float("-inf"))


@function("matrix_norm")
def matrix_norm(
    input: Tensor, ord: Any = "fro", dim: Any = (-2, -1), keepdim: bool = False, *, dtype: Any = None
) -> Tensor:
    """The norm of matrices: of Frobenius, nuclear, of rows or columns, the largest or smallest singular value."""
    who = "linalg.matrix_norm"
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
        return vector_norm_(input, 2.0, (first, second), keepdim)
    if ord != "nuc" and (isinstance(ord, str) or ord not in NORMS):
        raise RuntimeError(f"{who}: Order {ord if isinstance(ord, str) else f'{ord:g}'} not supported.")
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
    sums = vector_norm_(input, 1.0, (along,), keepdim)
    return FUNCTIONS["amax" if ord > 0 else "amin"](sums, over if keepdim or over < along else over - 1, keepdim)


@function("norm")
def norm(input: Tensor, ord: Any = None, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """The norm of vectors or of matrices, by the number of dimensions."""
    if not (dim is None or isinstance(dim, (int, tuple, list))):
        raise Misfit
    dims = None if dim is None else [dim] if isinstance(dim, int) else list(dim)
    if ord is None:
        floating(input, "linalg.vector_norm", low=True)
        return vector_norm(input, 2, dims, keepdim, dtype=dtype)
    ndim = input._data.ndim
    if dims is not None and len(dims) not in (1, 2):
        raise RuntimeError(
            "linalg.norm: If dim is specified, it must be of length 1 or 2. Got [" + ", ".join(map(str, dims)) + "]"
        )
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
