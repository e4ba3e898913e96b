"""Factorisations and solutions of batches of matrices, by the LAPACK that NumPy and SciPy bring.

Signs of singular vectors, phases of eigenvectors and bases of repeated values are not unique: they are what LAPACK
finds.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import layout

ndarray = np.ndarray


def columns(x: ndarray) -> ndarray:
    """`x` with its matrices stored column after column, as LAPACK leaves them."""
    if not x.size:
        *batch, m, n = x.shape
        steps = layout.contiguous_strides((*batch, n, m))
        return layout.noted_strides(layout.empty_strided(x.shape, (*steps[:-2], steps[-1], steps[-2]), x.dtype))
    return layout.in_order(x.swapaxes(-1, -2)).swapaxes(-1, -2)


def adjoint(x: ndarray) -> ndarray:
    """The conjugate transpose of each matrix."""
    return np.conj(x.swapaxes(-1, -2))


def triangular_factors(x: ndarray) -> tuple[ndarray, ndarray, ndarray]:
    """LU factors in one matrix, the rows exchanged in each step, counted from 1, and the first zero on the diagonal."""
    from scipy.linalg import get_lapack_funcs

    (getrf,) = get_lapack_funcs(("getrf",), (x,))
    batch, (m, n) = x.shape[:-2], x.shape[-2:]
    factors = np.array(x)
    pivots = np.zeros((*batch, min(m, n)), np.int32)
    info = np.zeros(batch, np.int32)
    if factors.size:
        for index in np.ndindex(*batch):
            factors[index], rows, info[index] = getrf(x[index])
            pivots[index] = rows + 1
    return columns(factors), pivots, info


def permutation(pivots: ndarray, count: int) -> ndarray:
    """Where each of `count` rows ends up after the exchanges."""
    order = np.empty((*pivots.shape[:-1], count), np.int64)
    for index in np.ndindex(*pivots.shape[:-1]):
        rows = np.arange(count)
        for step, other in enumerate(pivots[index] - 1):
            rows[[step, other]] = rows[[other, step]]
        order[index] = rows
    return order


def permutation_matrix(pivots: ndarray, count: int, dtype: Any) -> ndarray:
    """The matrix P of ``A = P L U``."""
    return np.eye(count, dtype=dtype)[permutation(pivots, count)].swapaxes(-1, -2).copy()


def determinant(x: ndarray) -> ndarray:
    """The determinant of each matrix."""
    return np.asarray(np.linalg.det(x), x.dtype)


def cofactors(x: ndarray) -> ndarray:
    """The conjugated gradient of the determinant, also of singular matrices, by singular values."""
    u, s, vh = np.linalg.svd(x)
    count = s.shape[-1]
    others = np.stack([np.prod(np.delete(s, place, -1), -1) for place in range(count)], -1) if count else s
    phase = np.linalg.det(u) * np.linalg.det(vh)
    return np.asarray(np.conj(phase)[..., None, None] * ((u * others[..., None, :]) @ vh), x.dtype)


def inverse(x: ndarray) -> tuple[ndarray, ndarray]:
    """The inverse of each matrix, and 0 or the number of the first zero on the diagonal of U."""
    info = np.zeros(x.shape[:-2], np.int32)
    try:
        return columns(np.linalg.inv(x)), info
    except np.linalg.LinAlgError:
        info = triangular_factors(x)[2]
    result = np.full_like(x, np.nan)
    result[info == 0] = np.linalg.inv(x[info == 0])
    return columns(result), info


def solve(a: ndarray, b: ndarray) -> tuple[ndarray, ndarray]:
    """X of ``A X = B``, and 0 or the number of the first zero on the diagonal of U."""
    batch = layout.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    info = np.zeros(a.shape[:-2], np.int32)
    try:
        return columns(np.linalg.solve(a, b)), info
    except np.linalg.LinAlgError:
        info = triangular_factors(a)[2]
    fine = np.broadcast_to(info == 0, batch)
    left = np.broadcast_to(a, (*batch, *a.shape[-2:]))
    right = np.broadcast_to(b, (*batch, *b.shape[-2:]))
    result = np.full(right.shape, np.nan, right.dtype)
    result[fine] = np.linalg.solve(left[fine], right[fine])
    return columns(result), info


def solve_triangular(a: ndarray, b: ndarray, upper: bool, left: bool, unit: bool) -> ndarray:
    """X of ``A X = B``, or of ``X A = B``, where A is one half of what is given."""
    from scipy.linalg import get_blas_funcs

    batch = layout.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    left_side = np.broadcast_to(a, (*batch, *a.shape[-2:]))
    right_side = np.broadcast_to(b, (*batch, *b.shape[-2:]))
    result = np.array(right_side)
    if result.size:
        (trsm,) = get_blas_funcs(("trsm",), (a, b))
        for index in np.ndindex(*batch):
            result[index] = trsm(1, left_side[index], right_side[index], int(not left), int(not upper), 0, int(unit))
    return columns(result)


def cholesky(x: ndarray) -> tuple[ndarray, ndarray]:
    """L of ``A = L L.mH`` from the lower half, and 0 or the order of the first minor that is not positive."""
    info = np.zeros(x.shape[:-2], np.int32)
    try:
        return columns(np.linalg.cholesky(x)), info
    except np.linalg.LinAlgError:
        pass
    from scipy.linalg import get_lapack_funcs

    (potrf,) = get_lapack_funcs(("potrf",), (x,))
    result = np.zeros_like(x)
    for index in np.ndindex(*x.shape[:-2]):
        factor, info[index] = potrf(x[index], lower=1, clean=1)
        result[index] = np.tril(factor)
    return columns(result), info


def qr(x: ndarray, complete: bool) -> tuple[ndarray, ndarray]:
    """Q with orthonormal columns, and the upper R."""
    q, r = np.linalg.qr(x, "complete" if complete else "reduced")
    return columns(q), columns(r)


def geqrf(x: ndarray) -> tuple[ndarray, ndarray]:
    """R and below it the reflectors whose product is Q, and how far each reflects."""
    from scipy.linalg import get_lapack_funcs

    (routine,) = get_lapack_funcs(("geqrf",), (x,))
    result, tau = np.empty_like(x), np.zeros((*x.shape[:-2], min(x.shape[-2:])), x.dtype)
    if x.size:
        for index in np.ndindex(*x.shape[:-2]):
            result[index], tau[index] = routine(x[index])[:2]
    return columns(result), tau


def householder_product(x: ndarray, tau: ndarray) -> ndarray:
    """The first columns of a product of reflectors ``I - tau v v.mH``, given as the columns of a lower triangle."""
    from scipy.linalg import get_lapack_funcs

    name = "ungqr" if x.dtype.kind == "c" else "orgqr"
    (routine,) = get_lapack_funcs((name,), (x,))
    result = np.zeros_like(x)
    result[..., range(x.shape[-1]), range(x.shape[-1])] = 1
    if x.size and tau.size:
        for index in np.ndindex(*x.shape[:-2]):
            result[index] = routine(x[index], tau[index])[0]
    return columns(result)


def svd(x: ndarray, full: bool) -> tuple[ndarray, ndarray, ndarray]:
    """U, the singular values from the largest on, and the adjoint of V."""
    u, s, vh = np.linalg.svd(x, full_matrices=full)
    return columns(u), s, columns(vh)


def eigh(x: ndarray, half: Any) -> tuple[ndarray, ndarray]:
    """The eigenvalues of Hermitian matrices in rising order, and the eigenvectors."""
    values, vectors = np.linalg.eigh(x, half)
    return values, columns(vectors)


def eig(x: ndarray) -> tuple[ndarray, ndarray]:
    """The eigenvalues and eigenvectors of any matrices, complex."""
    values, vectors = np.linalg.eig(x)
    dtype = np.result_type(x.dtype, np.complex64)
    return values.astype(dtype), columns(vectors.astype(dtype))


def pinv(x: ndarray, atol: ndarray, rtol: ndarray, hermitian: bool, dtype: np.dtype[Any] | None = None) -> ndarray:
    """The pseudo-inverse, which takes singular values up to the larger tolerance for zero.

    Its last product may be one of matrices rounded to another ``dtype``.
    """
    dtype = x.dtype if dtype is None else dtype

    def product(a: ndarray, b: ndarray) -> ndarray:
        return np.asarray(a.astype(dtype).astype(x.dtype) @ b.astype(dtype).astype(x.dtype)).astype(dtype)

    if hermitian:
        values, vectors = np.linalg.eigh(x)
        sizes = np.abs(values)
        keep = sizes > np.maximum(atol, rtol * sizes.max(-1, initial=0))[..., None]
        inverted = np.where(keep, 1 / np.where(keep, values, 1), 0)
        return product(vectors * inverted[..., None, :], adjoint(vectors))
    u, s, vh = np.linalg.svd(x, full_matrices=False)
    keep = s > np.maximum(atol, rtol * s.max(-1, initial=0))[..., None]
    inverted = np.where(keep, 1 / np.where(keep, s, 1), 0)
    return product(adjoint(vh) * inverted[..., None, :], adjoint(u))


def exponential(x: ndarray) -> ndarray:
    """The exponential of each matrix, through double precision."""
    from scipy.linalg import expm

    if not x.size:
        return layout.restride(np.zeros(1, x.dtype), x.shape, (0,) * x.ndim)
    wide = x.astype(np.complex128 if x.dtype.kind == "c" else np.float64)
    return np.asarray(expm(wide)).astype(x.dtype)


def least_squares(a: ndarray, b: ndarray, limit: float) -> tuple[ndarray, ndarray, ndarray]:
    """X for which ``A X - B`` is smallest, the ranks, and the singular values; those below `limit` times the largest
    count as zero."""
    batch, (m, n) = a.shape[:-2], a.shape[-2:]
    # What is solved stands in a copy of B that is long enough for both.
    solution = columns(np.zeros((*batch, max(m, n), b.shape[-1]), a.dtype))[..., :n, :]
    rank = np.zeros(batch, np.int64)
    values = np.zeros((*batch, min(m, n)), a.real.dtype)
    if a.size:
        for index in np.ndindex(*batch):
            solution[index], _, rank[index], values[index] = np.linalg.lstsq(a[index], b[index], limit)
    return layout.noted_strides(solution), rank, values


def solve_factorised(factors: ndarray, b: ndarray, order: ndarray, adjoined: bool, left: bool) -> ndarray:
    """X of ``P L U X = B`` or of ``X P L U = B``, or with the adjoint of ``P L U``; the rows of L U are in `order`."""
    if not left:
        return adjoint(solve_factorised(factors, adjoint(b), order, not adjoined, True))
    if adjoined:
        back = adjoint(factors)
        middle = solve_triangular(back, b, False, True, False)
        found = solve_triangular(back, middle, True, True, True)
        return columns(np.take_along_axis(found, np.argsort(order, -1)[..., None], -2))
    middle = solve_triangular(factors, np.take_along_axis(b, order[..., None], -2), False, True, True)
    return solve_triangular(factors, middle, True, True, False)


def symmetric_factors(x: ndarray, hermitian: bool) -> tuple[ndarray, ndarray, ndarray]:
    """L and D of ``A = L D L.mT``, or ``L D L.mH``, in the lower half, the rows exchanged, and the first zero of D."""
    from scipy.linalg import lapack

    routine = getattr(lapack, {"f": "s", "d": "d", "F": "c", "D": "z"}[x.dtype.char]
                      + ("hetrf" if hermitian and x.dtype.kind == "c" else "sytrf"))
    factors, pivots = np.zeros_like(x), np.zeros(x.shape[:-1], np.int32)
    info = np.zeros(x.shape[:-2], np.int32)
    if x.size:
        for index in np.ndindex(*x.shape[:-2]):
            made, pivots[index], info[index] = routine(x[index], lower=1)
            factors[index] = np.tril(made)
    return columns(factors), pivots, info


def symmetric_solution(factors: ndarray, pivots: ndarray, b: ndarray, hermitian: bool) -> ndarray:
    """X of ``A X = B`` from what `symmetric_factors` gives."""
    from scipy.linalg import lapack

    routine = getattr(lapack, {"f": "s", "d": "d", "F": "c", "D": "z"}[b.dtype.char]
                      + ("hetrs" if hermitian and b.dtype.kind == "c" else "sytrs"))
    batch = layout.broadcast_shapes(factors.shape[:-2], b.shape[:-2])
    left = np.broadcast_to(factors, (*batch, *factors.shape[-2:]))
    rows = np.broadcast_to(pivots, (*batch, pivots.shape[-1]))
    result = np.array(np.broadcast_to(b, (*batch, *b.shape[-2:])))
    if result.size:
        for index in np.ndindex(*batch):
            result[index] = routine(left[index], rows[index], result[index], lower=1)[0]
    return columns(result)
