"""Windows for signals; without the last number of a window one longer they are periodic.

Steps and constants are rounded to the window's dtype, as the tensor operations they are would round them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from .._core import dtypes
from .._core.errors import Misfit
from .._core.forms import FUNCTIONS
from .._core.modes import no_grad
from .._core.options import check_options, dtype_of, leaf
from .._core.tensor import Tensor
from .entry import publish

Shape = Callable[..., Tensor]


def window(shape: Shape) -> Shape:
    """Publish ``shape(places, last, *parameters)``, ``places`` the numbers 0 … ``last`` in the window's dtype.

    The function takes the length, whether the window is periodic, the parameters and the options of a factory.
    RuntimeError for a negative length and for a dtype that has no fractions.
    """
    name = shape.__name__

    def function(
        window_length: int, periodic: bool = True, *parameters: Any, dtype: Any = None, layout: Any = None,
        device: Any = None, pin_memory: Any = False, requires_grad: Any = False, **named: Any,
    ) -> Tensor:
        if isinstance(window_length, (float, bool)) or not isinstance(periodic, bool):
            raise Misfit
        wanted = dtype_of(dtype) or dtypes.get_default_dtype()
        kind = "Sparse" if str(layout) == "torch.sparse_coo" else "Strided (default)"
        if kind == "Sparse" or not (wanted.is_floating_point or wanted.is_complex):
            refused = "is not implemented for sparse types" if kind == "Sparse" else "expects floating point dtypes"
            raise RuntimeError(
                f"{name} {refused}, got: TensorOptions(dtype={wanted.c_name}, device=cpu, layout={kind}, "
                "requires_grad=false (default), pinned_memory=false, memory_format=(nullopt))"
            )
        check_options(layout, device, pin_memory, requires_grad)
        if window_length < 0:
            raise RuntimeError(f"{name} requires non-negative window_length, got window_length={window_length}")
        last = window_length - (not periodic)
        with no_grad():
            if window_length < 2:
                made = FUNCTIONS["ones"](window_length, dtype=wanted)
            else:
                made = shape(FUNCTIONS["arange"](last + 1, dtype=wanted), last, *parameters, **named)
            return leaf(made._data[:window_length].copy(), requires_grad)

    function.__doc__ = shape.__doc__
    publish(name, function, method=False)
    return shape


def constant(value: float, like: Tensor) -> Tensor:
    """A number rounded to the dtype of ``like``."""
    return FUNCTIONS["tensor"](value, dtype=like.dtype)


@window
def hamming_window(places: Any, last: int, alpha: float = 0.54, beta: float = 0.46) -> Tensor:
    """``alpha - beta cos(2πn / last)``."""
    angles = places * constant(2 * math.pi / last, places)
    return angles.cos() * constant(-beta, places) + constant(alpha, places)


@window
def hann_window(places: Any, last: int) -> Tensor:
    """``(1 - cos(2πn / last)) / 2``."""
    return hamming_window(places, last, 0.5, 0.5)


@window
def blackman_window(places: Any, last: int) -> Tensor:
    """``0.42 - 0.5 cos(2πn / last) + 0.08 cos(4πn / last)``."""
    angles = places * constant(math.pi / last, places)
    wide = (angles * 4).cos() * constant(0.08, places)
    return wide - (angles * 2).cos() * 0.5 + constant(0.42, places)


@window
def bartlett_window(places: Any, last: int) -> Tensor:
    """``1 - |2n / last - 1|``."""
    rising = places * constant(2 / last, places)
    falling = 2 - rising
    return FUNCTIONS["cat"]([rising[: last // 2 + 1], falling[last // 2 + 1 :]])


@window
def kaiser_window(places: Any, last: int, beta: float = 12.0) -> Tensor:
    """``I₀(β √(1 - (2n / last - 1)²)) / I₀(β)``, in single precision for half types."""
    own = places.dtype
    if own.itemsize == 2:
        places = places.float()
    from_middle = (places - last / 2) / (last / 2)
    bessel = FUNCTIONS["i0"]
    return (bessel(beta * (1 - from_middle**2).sqrt()) / bessel(constant(beta, places))).to(own)
