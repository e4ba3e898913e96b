"""The first singular values of large matrices, by products with random ones (Halko, Martinsson and Tropp, 2009)."""

from __future__ import annotations

from typing import Any

from .._core.forms import FUNCTIONS
from .._core.tensor import Tensor
from .entry import publish
from .linear_algebra import LINEAR_ALGEBRA

qr = LINEAR_ALGEBRA["qr"]


def basis(A: Any, q: int, niter: int, M: Any) -> Any:
    """An orthonormal basis of ``q`` columns near the range of ``A - M`` (algorithm 4.4 of the paper)."""

    def times(x: Any) -> Any:
        return A @ x if M is None else A @ x - M @ x

    def back(x: Any) -> Any:
        return A.mH @ x if M is None else A.mH @ x - M.mH @ x

    dtype = A.dtype if A.is_floating_point() or A.is_complex() else FUNCTIONS["get_default_dtype"]()
    found = qr(times(FUNCTIONS["randn"](A.shape[-1], q, dtype=dtype)))[0]
    for _ in range(niter):
        found = qr(times(qr(back(found))[0]))[0]
    return found


def svd_lowrank(A: Any, q: int | None = 6, niter: int | None = 2, M: Any = None) -> tuple[Tensor, Tensor, Tensor]:
    """``U``, ``S`` and ``V`` of about ``q`` singular values of ``A - M`` (algorithm 5.1 of the paper)."""
    q = 6 if q is None else q
    m, n = A.shape[-2:]
    if M is not None:
        M = M.broadcast_to(A.shape)
    turned = m < n
    if turned:
        A, M = A.mH, None if M is None else M.mH
    found = basis(A, q, 2 if niter is None else niter, M)
    small = found.mH @ A if M is None else found.mH @ A - found.mH @ M
    u, s, vh = LINEAR_ALGEBRA["svd"](small, full_matrices=False)
    u, v = found @ u, vh.mH
    return (v, s, u) if turned else (u, s, v)


def pca_lowrank(A: Any, q: int | None = None, center: bool = True, niter: int = 2) -> tuple[Tensor, Tensor, Tensor]:
    """``svd_lowrank`` of the rows, less their mean where ``center`` asks for it.

    ValueError for more values, or steps, than there can be.
    """
    m, n = A.shape[-2:]
    if q is None:
        q = min(6, m, n)
    elif not 0 <= q <= min(m, n):
        raise ValueError(f"q(={q}) must be non-negative integer and not greater than min(m, n)={min(m, n)}")
    if niter < 0:
        raise ValueError(f"niter(={niter}) must be non-negative integer")
    return svd_lowrank(A - A.mean(dim=(-2,), keepdim=True) if center else A, q, niter)


publish("svd_lowrank", svd_lowrank, method=False)
publish("pca_lowrank", pca_lowrank, method=False)
