"""Windows by the number of their points, symmetric unless that is said otherwise.

Each is a formula over points that lie evenly from one end to the other; a window that is not symmetric is the
beginning of one that has a point more.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from .._core.absent import room as _room
from .._core.dtypes import float32, float64, get_default_dtype
from .._core.forms import FUNCTIONS
from .._core.kinds import strided
from .._core.tensor import Tensor
from ..special import i0

__all__ = [
    "bartlett", "blackman", "cosine", "exponential", "gaussian", "general_cosine", "general_hamming", "hamming", "hann",
    "kaiser", "nuttall",
]


def drawn(
    name: str, M: int, shape: Callable[[Any], Tensor], first: float, step: float, dtype: Any, layout: Any,
    device: Any, requires_grad: bool,
) -> Tensor:
    """``shape`` of ``M`` points from ``first`` on, ``step`` apart.

    ValueError for a negative length, a layout that is not strided, and a dtype of another precision.
    """
    dtype = get_default_dtype() if dtype is None else dtype
    if M < 0:
        raise ValueError(f"{name} requires non-negative window length, got M={M}")
    if layout is not strided:
        raise ValueError(f"{name} is implemented for strided tensors only, got: {layout}")
    if dtype not in (float32, float64):
        raise ValueError(f"{name} expects float32 or float64 dtypes, got: {dtype}")
    options: dict[str, Any] = {"dtype": dtype, "layout": layout, "device": device, "requires_grad": requires_grad}
    if M == 0:
        return FUNCTIONS["zeros"]((0,), **options)
    if M == 1 and name in ("kaiser", "general_cosine"):
        return FUNCTIONS["ones"]((1,), **options)
    return shape(FUNCTIONS["linspace"](first, first + (M - 1) * step, M, **options))


def gaps(M: int, sym: bool) -> int:
    """How many steps lie between the ends."""
    return 1 if M < 2 else M - 1 if sym else M


def middle(M: int, sym: bool) -> float:
    """The middle, counted in steps from the first point."""
    return (M if M > 1 and not sym else M - 1) / 2


def bartlett(
    M: int, *, sym: bool = True, dtype: Any = None, layout: Any = strided, device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """A triangle that ends at zero."""
    return drawn("bartlett", M, lambda k: 1 - k.abs(), -1 if M > 1 else 0, 2 / gaps(M, sym), dtype, layout, device,
                 requires_grad)  # fmt: skip


def cosine(
    M: int, *, sym: bool = True, dtype: Any = None, layout: Any = strided, device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Half a period of a sine, between its zeros."""
    step = math.pi / (M + 1 if not sym and M > 1 else max(M, 1))
    return drawn("cosine", M, lambda k: k.sin(), step / 2, step, dtype, layout, device, requires_grad)


def exponential(
    M: int, *, center: float | None = None, tau: float = 1.0, sym: bool = True, dtype: Any = None,
    layout: Any = strided, device: Any = None, requires_grad: bool = False,
) -> Tensor:
    """``exp(-|n - center| / tau)``. ValueError for a tau that is not positive, and a symmetric window's own center."""
    if tau <= 0:
        raise ValueError(f"Tau must be positive, got: {tau} instead.")
    if sym and center is not None:
        raise ValueError("Center must be None for symmetric windows")
    first = -(middle(M, sym) if center is None else center)
    return drawn("exponential", M, lambda k: (-k.abs()).exp(), first / tau, 1 / tau, dtype, layout, device,
                 requires_grad)  # fmt: skip


def gaussian(
    M: int, *, std: float = 1.0, sym: bool = True, dtype: Any = None, layout: Any = strided, device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """``exp(-(n - middle)² / 2 std²)``. ValueError for a deviation that is not positive."""
    if std <= 0:
        raise ValueError(f"Standard deviation must be positive, got: {std} instead.")
    step = 1 / (std * math.sqrt(2))
    return drawn("gaussian", M, lambda k: (-(k**2)).exp(), -middle(M, sym) * step, step, dtype, layout, device,
                 requires_grad)  # fmt: skip


def kaiser(
    M: int, *, beta: float = 12.0, sym: bool = True, dtype: Any = None, layout: Any = strided, device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """``I₀(√(β² - k²)) / I₀(β)`` for k from -β to β. ValueError for a negative beta."""
    if beta < 0:
        raise ValueError(f"beta must be non-negative, got: {beta} instead.")

    def shape(k: Any) -> Tensor:
        height = FUNCTIONS["tensor"](beta, dtype=k.dtype)
        bessel: Any = i0
        return bessel((height * height - k**2).sqrt()) / bessel(height)

    return drawn("kaiser", M, shape, -beta, 2 * beta / gaps(M, sym), dtype, layout, device, requires_grad)


def general_cosine(
    M: int, *, a: Iterable[float], sym: bool = True, dtype: Any = None, layout: Any = strided, device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """``Σ (-1)ⁱ aᵢ cos(2πin / last)``. TypeError for coefficients that are no list, ValueError without any."""
    if not isinstance(a, Iterable):
        raise TypeError("Coefficients must be a list/tuple")
    weights = list(a)
    if not weights:
        raise ValueError("Coefficients cannot be empty")

    def shape(k: Any) -> Tensor:
        signed = FUNCTIONS["tensor"]([(-1) ** i * weight for i, weight in enumerate(weights)], dtype=k.dtype)
        waves = (FUNCTIONS["arange"](len(weights), dtype=k.dtype).unsqueeze(-1) * k).cos()
        return (signed.unsqueeze(-1) * waves).sum(0)

    return drawn("general_cosine", M, shape, 0, 2 * math.pi / gaps(M, sym), dtype, layout, device, requires_grad)


def general_hamming(M: int, *, alpha: float = 0.54, sym: bool = True, **options: Any) -> Tensor:
    """``alpha - (1 - alpha) cos(2πn / last)``; the options are those of a factory."""
    return general_cosine(M, a=[alpha, 1.0 - alpha], sym=sym, **options)


def hamming(M: int, *, sym: bool = True, **options: Any) -> Tensor:
    """``general_hamming`` with 0.54."""
    return general_hamming(M, sym=sym, **options)


def hann(M: int, *, sym: bool = True, **options: Any) -> Tensor:
    """``general_hamming`` with one half."""
    return general_hamming(M, alpha=0.5, sym=sym, **options)


def blackman(
    M: int, *, sym: bool = True, dtype: Any = None, layout: Any = strided, device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """``0.42 - 0.5 cos(2πn / last) + 0.08 cos(4πn / last)``."""
    drawn("blackman", min(M, 0), lambda k: k, 0, 0, dtype, layout, device, False)
    return general_cosine(M, a=[0.42, 0.5, 0.08], sym=sym, dtype=dtype, layout=layout, device=device,
                          requires_grad=requires_grad)  # fmt: skip


def nuttall(M: int, *, sym: bool = True, **options: Any) -> Tensor:
    """Four cosines with the coefficients of Nuttall (1981) for the lowest sidelobes."""
    return general_cosine(M, a=[0.3635819, 0.4891775, 0.1365995, 0.0106411], sym=sym, **options)


__getattr__ = _room("torch.signal.windows", __name__)
