"""Decompositions of batches of matrices: Cholesky, QR, singular values, eigenvalues, LU.

The formulas are differentials of the defining equations, solved for the gradient.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .._core.conjugate import held_conjugated
from .._core.operations import op
from .._core.recording import arrays, tensors
from .._core.tensor import Tensor, wrap
from .._kernels import linear_algebra as kernels
from .matrices import (
    Array,
    LinAlgError,
    adjoint,
    converging,
    first_failure,
    fitting,
    floating,
    function,
    identity_like,
    implemented,
    is_complex,
    matrices,
    part,
    phase_free,
    results,
    squares,
)
from .reductions import pair

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


def steps_of_product(xp: Any, g: Any, V: Any, tau: Any, out: Any) -> tuple[list[Any], list[Any]]:
    """The gradients of each column of ``V``, as far as it counts, and of each element of ``tau``.

    Reflector i stands between those before it and those after it: the product of ``out`` and the gradient, turned back
    by those before on both sides and by itself on the left, is what its change is multiplied with. As torch, this
    takes the result as it is now, and inverts (I - tau v v.mH) by sigma = tau / (tau v.mH v - 1).
    """
    count, columns = tau.shape[-1], V.shape[-1]
    below = xp.tril(V, -1)
    identity = xp.tril(xp.triu(xp.zeros_like(V) + 1, 0), 0)
    turned = xp.matmul(out, adjoint(xp, g))
    of_columns, of_shares = [], []
    for each in range(count):
        v, size = part(xp, below + identity, -1, each, each + 1), xp.unsqueeze(part(xp, tau, -1, each, each + 1), -1)
        dual = adjoint(xp, v)
        sigma = size / (size * xp.matmul(dual, v) - 1)
        turned = turned - xp.matmul(sigma * v, xp.matmul(dual, turned))
        forth = xp.matmul(turned, v)
        of_columns.append(-(xp.conj(size) * xp.matmul(adjoint(xp, turned), v) + size * forth))
        of_shares.append(-xp.sum(xp.conj(xp.matmul(dual, forth)), (V.ndim - 1,), False))
        turned = turned - xp.matmul(size * forth, dual)
    if count < columns:
        of_columns.append(xp.zeros_like(part(xp, V, -1, count, columns)))
    return of_columns, of_shares


def product_v(xp, g, V, tau, out):
    if 0 in V.shape or 0 in tau.shape:
        return None
    made = xp.tril(xp.cat(steps_of_product(xp, g, V, tau, out)[0], V.ndim - 1), -1)
    return xp.written_often(made, tau.shape[-1] + 1)


def product_tau(xp, g, V, tau, out):
    if 0 in V.shape or 0 in tau.shape:
        return None
    return xp.written_often(xp.cat(steps_of_product(xp, g, V, tau, out)[1], tau.ndim - 1), tau.shape[-1])


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
    with converging(A):
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


def eig_x(xp, g, real, values, vectors):
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
    return xp.real_part(made) if real else made


@op("eigen_factors", results=("values", "vectors"), method=False, module=False, node="LinalgEigBackward0", x=eig_x)
def eigen_factors(x: Array, real):
    return kernels.eig(x)


eig_result = results("eig", "eigenvalues", "eigenvectors")


def eigen(input: Tensor, who: str) -> Any:
    squares(input, who)
    if input._data.dtype.kind not in "fcV":
        raise RuntimeError(f"Unknown Complex ScalarType for {input.dtype.scalar_type}")
    implemented(input, "linalg_eig_out_cpu")
    if not np.isfinite(input._data).all():
        raise RuntimeError("torch.linalg.eig: input tensor should not contain infs or NaNs.")
    return eigen_factors(input, not input.is_complex())


@function("eig")
def eig(input: Tensor) -> Any:
    """The eigenvalues and eigenvectors, complex."""
    return eig_result(*eigen(input, "linalg.eig"))


@function("eigvals")
def eigvals(input: Tensor) -> Tensor:
    """The eigenvalues, complex."""
    return eigen(input, "linalg.eigvals")[0]


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


def lu_factor_x(xp, g, LU, pivots, shape):
    k = min(shape[-2:])
    order = order_of((pivots if xp is arrays else pivots._data)[..., :k], shape[-2])
    lower = xp.tril(part(xp, LU, -1, 0, k), -1)
    upper = xp.triu(part(xp, LU, -2, 0, k), 0)
    one = np.eye(shape[-2], k, dtype=lower.dtype if xp is arrays else lower.dtype.numpy)
    lower = lower + (one if xp is arrays else wrap(one))
    return lu_x(
        xp, xp.tril(part(xp, g, -1, 0, k), -1), xp.triu(part(xp, g, -2, 0, k), 0), lower, upper, order, shape
    )


@op("lu_together", results=("LU", "pivots", "info"), method=False, module=False, node="LinalgLuFactorExBackward0",
    x=lu_factor_x)
def lu_together(x: Array, made):
    return made


def order_of(pivots: Array, rows: int) -> Array:
    """The rows in the order in which these exchanges leave them; RuntimeError for what are no exchanges of rows."""
    if pivots.dtype != np.int32:
        raise RuntimeError(
            "torch.lu_unpack: LU_pivots is expected to be a contiguous tensor of torch.int32 dtype.\nNote: this "
            "function is intended to be used with the output produced by torch.linalg.lu_factor"
        )
    if ((pivots < 1) | (pivots > rows)).any():
        raise RuntimeError(
            "pivots passed to lu_unpack must be between 1 and LU.size(-2) inclusive.Did you properly pass the result "
            "of lu_factor?"
        )
    return kernels.permutation(pivots, rows)


def factors_of(A: Tensor, pivot: bool, who: str) -> tuple[Array, Array, Array]:
    if A._data.ndim < 2:
        raise RuntimeError(
            f"{who}: Expected tensor with 2 or more dimensions. Got size: {list(A._data.shape)} instead"
        )
    implemented(A, "lu_cpu")
    if not pivot:
        raise RuntimeError(f"{who.replace('torch.', 'linalg.')}: LU without pivoting is not implemented on the CPU")
    return kernels.triangular_factors(A._data)


lu_result = results("lu", "P", "L", "U")
lu_factor_result = results("lu_factor", "LU", "pivots")
lu_factor_ex_result = results("lu_factor_ex", "LU", "pivots", "info")


@function("lu")
def lu(A: Tensor, *, pivot: bool = True) -> Any:
    """P, the lower L with ones on its diagonal, and the upper U of ``A = P L U``."""
    factors, pivots, _ = factors_of(A, pivot, "linalg.lu")
    exchange = wrap(kernels.permutation_matrix(pivots, A._data.shape[-2], A._data.dtype))
    return lu_result(exchange, *lu_parts(A, factors, kernels.permutation(pivots, A._data.shape[-2])))


@function("lu_factor_ex")
def lu_factor_ex(A: Tensor, *, pivot: bool = True, check_errors: bool = False) -> Any:
    """L and U in one matrix, the rows exchanged in each step, and whether no zero was met."""
    made = lu_factor_ex_result(*lu_together(A, factors_of(A, pivot, "torch.lu_factor")))
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
