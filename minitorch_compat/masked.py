"""Reductions and normalizations that leave out what a mask says: ``torch.masked``.

An element whose mask is false takes no part: in its place stands what changes nothing, 0 in a sum, 1 in a product and
minus infinity in a maximum. ``dim=None`` stands for all dimensions; a mask broadcasts to its tensor.
"""

from collections.abc import Callable
from typing import Any

from ._core import dtypes as _dtypes
from ._core.absent import absent as _absent
from ._core.forms import FUNCTIONS as _F
from ._core.tensor import Tensor as _Tensor

__all__ = [
    "amax", "amin", "argmax", "argmin", "cumprod", "cumsum", "log_softmax", "logaddexp", "logsumexp", "mean", "median",
    "norm", "normalize", "prod", "softmax", "softmin", "std", "sum", "var",
]

_INFINITY = float("inf")


def _identity(name: str, dtype: Any, ord: float = 2.0) -> Any:
    """What changes nothing in an operation on numbers of ``dtype``; torch's refusal where it knows of nothing."""
    if name in ("sum", "cumsum", "mean", "var"):
        return 0
    if name in ("prod", "cumprod"):
        return 1
    if name == "median":
        return float("nan")
    if name == "norm":
        if ord == -_INFINITY and not dtype.is_floating_point:
            raise AssertionError(f"input must be floating point, got {dtype}")
        return _INFINITY if ord == -_INFINITY else 0
    name = {"softmax": "amax", "log_softmax": "amax", "softmin": "amin"}.get(name, name)
    low = name not in ("amin", "argmin")
    if dtype.is_floating_point or (name == "logsumexp" and dtype.is_complex):
        return -_INFINITY if low else _INFINITY
    if dtype is _dtypes.bool:
        raise NotImplementedError(f"identity of {name} on {dtype} input")
    if dtype.is_complex:
        raise TypeError("torch.iinfo() requires an integer input type. Use torch.finfo to handle 'torch.iinfo'")
    import numpy as np

    limits = np.iinfo(dtype.numpy)
    return limits.min if low else limits.max


def _dims(dim: Any, ndim: int) -> tuple[int, ...]:
    """The dimensions to reduce, counted from the front; RuntimeError for one that stands there twice."""
    if dim == () or dim is None:
        return tuple(range(ndim))
    given = (dim,) if isinstance(dim, int) else tuple(dim)
    places: list[int] = []
    for each in given:
        size = ndim or 1
        if not -size <= each < size:
            raise IndexError(
                f"Dimension out of range (expected to be in range of [{-size}, {size - 1}], but got {each})"
            )
        if each % size in places:
            raise RuntimeError(f"dim={each % size} appears multiple times in the list of dims")
        places.append(each % size)
    return tuple(places)


def _filled(name: str, input: Any, mask: Any, ord: float = 2.0) -> Any:
    """``input`` with what changes nothing where the mask is false."""
    if mask is None:
        return input
    if mask.ndim > input.ndim:
        raise IndexError("_input_mask expected broadcastable mask (got mask dimensionality higher than of the input)")
    if mask.shape != input.shape:
        mask = _F["broadcast_to"](mask.clone(), input.shape).to(dtype=_dtypes.bool)
    value = _F["tensor"](_identity(name, input.dtype, ord), dtype=input.dtype)
    return _F["where"](mask.to(dtype=_dtypes.bool), input, value)


def _wanted(input: _Tensor, dtype: Any) -> Any:
    return input.dtype if dtype is None else dtype


def _summed(name: str) -> Callable[..., Any]:
    def function(
        input: Any, dim: Any = None, *, keepdim: bool = False, dtype: Any = None, mask: Any = None
    ) -> Any:
        if dtype is None:
            dtype = input.dtype
            if not (dtype.is_floating_point or dtype.is_complex):
                dtype = _dtypes.int64
        filled = _filled(name, input, mask)
        places = _dims(dim, input.ndim)
        if name == "sum":
            return _F["sum"](filled, places or (0,), bool(keepdim), dtype=dtype)
        made = filled
        for place in sorted(places, reverse=True):
            made = _F["prod"](made, place, bool(keepdim))
        return made.to(dtype)

    return _named(function, name)


def _named(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    function.__name__ = function.__qualname__ = name
    return function


sum, prod = _summed("sum"), _summed("prod")


def _running(name: str) -> Callable[..., Any]:
    def function(input: Any, dim: int, *, dtype: Any = None, mask: Any = None) -> Any:
        dtype = input.dtype if dtype is None else dtype
        place = _dims(dim, input.ndim)[:1] or (0,)
        return _F[name](_filled(name, input, mask), place[0], dtype=dtype).to(dtype=dtype)

    return _named(function, name)


cumsum, cumprod = _running("cumsum"), _running("cumprod")


def _extreme(name: str) -> Callable[..., Any]:
    def function(
        input: Any, dim: Any = None, *, keepdim: bool = False, dtype: Any = None, mask: Any = None
    ) -> Any:
        wanted = _wanted(input, dtype)
        return _F[name](_filled(name, input, mask), _dims(dim, input.ndim), bool(keepdim)).to(dtype=wanted)

    return _named(function, name)


amax, amin = _extreme("amax"), _extreme("amin")


def _place_of_extreme(name: str) -> Callable[..., Any]:
    def function(
        input: Any, dim: int | None = None, *, keepdim: bool = False, dtype: Any = None, mask: Any = None
    ) -> Any:
        filled = _filled(name, input.to(_wanted(input, dtype)), mask)
        return _F[name](filled, dim, bool(keepdim)).to(dtype=_wanted(input, dtype))

    return _named(function, name)


argmax, argmin = _place_of_extreme("argmax"), _place_of_extreme("argmin")


def _counted(input: Any, dim: Any, mask: Any) -> Any:
    """How many elements take part, with the dimensions kept."""
    places = _dims(dim, input.ndim)
    ones = _F["ones"](input.shape, dtype=_dtypes.int64)
    return sum(ones, places, keepdim=True, mask=mask)


def mean(input: Any, dim: Any = None, *, keepdim: bool = False, dtype: Any = None, mask: Any = None) -> Any:
    """The mean of the elements that take part; nan where there are none."""
    wanted = _wanted(input, dtype)
    if not (wanted.is_floating_point or wanted.is_complex):
        raise ValueError(
            f"mean(): Could not infer output dtype. {'Input' if dtype is None else 'Optional'} dtype must be either a "
            f"floating point or complex dtype. Got: {wanted}"
        )
    places = _dims(dim, input.ndim)
    count = sum(_F["ones"](input.shape, dtype=_dtypes.int64), places, keepdim=keepdim, mask=mask)
    return sum(input, places, keepdim=keepdim, dtype=wanted, mask=mask) / count


def median(input: Any, dim: int = -1, *, keepdim: bool = False, dtype: Any = None, mask: Any = None) -> Any:
    """The lower median of the elements that take part along ``dim``."""
    wanted = _wanted(input, dtype)
    place = (_dims(dim, input.ndim) or (0,))[0]
    if input.is_floating_point():
        return _F["nanmedian"](_filled("median", input, mask), place, keepdim).values
    made = _F["nanmedian"](_filled("median", input.to(dtype=_dtypes.float32), mask), place, keepdim).values
    if made.isnan().any():
        raise ValueError("masked median expects no fully masked out rows if dtype is not floating point")
    return made.to(dtype=wanted)


def logsumexp(input: Any, dim: Any = None, *, keepdim: bool = False, dtype: Any = None, mask: Any = None) -> Any:
    """The logarithm of a sum of exponentials."""
    wanted = _wanted(input, dtype)
    filled = _filled("logsumexp", input.to(wanted), mask)
    return _F["logsumexp"](filled, _dims(dim, input.ndim), keepdim).to(dtype=wanted)


def logaddexp(
    input: Any, other: Any, *, dtype: Any = None, input_mask: Any = None, other_mask: Any = None
) -> Any:
    """The logarithm of the sum of two exponentials."""
    wanted = _wanted(input, dtype)
    left, right = _filled("logaddexp", input, input_mask), _filled("logaddexp", other, other_mask)
    return _F["logaddexp"](left, right).to(dtype=wanted)


def norm(
    input: Any, ord: float = 2.0, dim: Any = None, *, keepdim: bool = False, dtype: Any = None, mask: Any = None
) -> Any:
    """The p-norm of the elements that take part."""
    from ._ops.linear_algebra import LINEAR_ALGEBRA

    wanted = _wanted(input, dtype)
    filled = _filled("norm", input, mask, ord)
    return LINEAR_ALGEBRA["vector_norm"](filled, ord, _dims(dim, input.ndim), bool(keepdim), dtype=wanted)


def _spread(
    input: Any, dim: Any, unbiased: bool | None, correction: Any, keepdim: bool, dtype: Any, mask: Any, root: bool
) -> Any:
    if unbiased is not None and correction is not None:
        raise AssertionError("Only one of unbiased and correction may be given")
    if unbiased is not None:
        correction = 1.0 if unbiased else 0.0
    elif correction is None:
        correction = 1.0
    wanted = _wanted(input, dtype)
    if not (wanted.is_floating_point or wanted.is_complex):
        wanted = _dtypes.float32
    places = _dims(dim, input.ndim)
    if mask is None:
        count = _F["ones"](input.shape, dtype=_dtypes.int64)
        count = sum(count, places, keepdim=True)
    else:
        count = _counted(input, dim, mask)
    total = sum(input, places, keepdim=True, dtype=wanted, mask=mask)
    centered = _F["sub"](input, _F["divide"](total, count))
    squares = sum(centered * centered.conj(), places, keepdim=keepdim, dtype=wanted, mask=mask)
    if not keepdim:
        count = count.reshape(squares.shape)
    if correction != 0:
        real = wanted if wanted.is_floating_point else (_dtypes.float64 if wanted is _dtypes.complex128 else
                                                        _dtypes.float32)
        count = count.to(dtype=real)
        count = _F["sub"](count, correction)
        count = _F["maximum"](count, count.new_zeros([]))
    made = _F["divide"](squares, count).to(dtype=wanted)
    return _F["sqrt"](made) if root else made


def var(
    input: Any, dim: Any = None, unbiased: bool | None = None, *, correction: Any = None, keepdim: bool = False,
    dtype: Any = None, mask: Any = None
) -> Any:
    """The variance of the elements that take part."""
    return _spread(input, dim, unbiased, correction, keepdim, dtype, mask, False)


def std(
    input: Any, dim: Any = None, unbiased: bool | None = None, *, correction: Any = None, keepdim: bool = False,
    dtype: Any = None, mask: Any = None
) -> Any:
    """The standard deviation of the elements that take part."""
    return _spread(input, dim, unbiased, correction, keepdim, dtype, mask, True)


def _normalized(name: str) -> Callable[..., Any]:
    def function(input: Any, dim: int, *, dtype: Any = None, mask: Any = None) -> Any:
        from .nn import functional

        wanted = _wanted(input, dtype)
        place = (_dims(dim, input.ndim) or (0,))[0]
        return getattr(functional, name)(_filled(name, input, mask), place, dtype=wanted)

    return _named(function, name)


softmax, log_softmax, softmin = _normalized("softmax"), _normalized("log_softmax"), _normalized("softmin")


def normalize(
    input: Any, ord: float, dim: int, *, eps: float = 1e-12, dtype: Any = None, mask: Any = None
) -> Any:
    """Vectors along ``dim`` divided by their norm, or by ``eps`` if that is larger."""
    wanted = _wanted(input, dtype)
    place = (_dims(dim, input.ndim) or (0,))[0]
    size = norm(input, ord, place, keepdim=True, dtype=dtype, mask=mask)
    floor = _F["maximum"](size, size.new_full([], eps))
    return _F["divide"](_filled("sum", input, mask), floor).to(dtype=wanted)


def __getattr__(name: str) -> object:
    if name in ("MaskedTensor", "as_masked_tensor", "is_masked_tensor", "masked_tensor", "maskedtensor"):
        raise _absent(f"torch.masked.{name}")
    raise AttributeError(f"module 'torch.masked' has no attribute '{name}'")
