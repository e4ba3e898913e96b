"""Discrete Fourier transforms, the operations behind ``torch.fft``.

All are made of three: complex to complex, real to complex, and half a spectrum to real numbers, each linear.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .._core import dtypes
from .._core.forms import FUNCTIONS, write_out
from .._core.operations import op
from .._core.options import refused
from .._core.recording import tensors
from .._core.tensor import Tensor, wrap_dim
from .._kernels import fourier as kernels

Array = np.ndarray

FOURIER: dict[str, Callable[..., Tensor]] = {}
"""The functions of ``torch.fft`` by name."""

# ---- three transforms, whose ways back are transforms


@op(
    "fft_c2c", method=False, module=False, node="FftC2CBackward0",
    x=lambda xp, g, dim, norm, forward: xp.fft_c2c(g, dim, norm, not forward),
)
def c2c(x: Array, dim, norm, forward):
    """Complex to complex."""
    return kernels.c2c(x, dim, norm, forward)


def r2c_x(xp, g, x, x_shape, dim, norm, onesided):
    """The real part of the transform back, of a half that is filled up with zeros."""
    last = dim[-1]
    if onesided:
        g = xp.fft_padded(g, last, x_shape[last] - g.shape[last])
    return xp.real_part(xp.fft_c2c(g, dim, norm, False))


@op("fft_r2c", method=False, module=False, node="FftR2CBackward0", x=r2c_x)
def r2c(x: Array, dim, norm, onesided):
    """Real to complex."""
    return kernels.r2c(x, dim, norm, onesided)


def c2r_x(xp, g, dim, norm):
    """Half a spectrum, in which what stands for two numbers counts twice."""
    last = dim[-1]
    half = xp.fft_r2c(g, dim, norm, True)
    count = g.shape[last] - half.shape[last]
    return xp.written(xp.fft_doubled(half, last, count)) if count > 0 else half


@op("fft_c2r", method=False, module=False, node="FftC2RBackward0", x=c2r_x)
def c2r(x: Array, dim, norm, last):
    """Half a spectrum to real numbers."""
    return kernels.c2r(x, dim, norm, last)


@op(
    "fft_padded", method=False, module=False, node="ConstantPadNdBackward0",
    x=lambda xp, g, x_shape, dim: xp.fft_cut(g, dim, x_shape[dim]),
)
def padded(x: Array, dim, count):
    """Zeros at the end of a dimension."""
    return np.pad(x, [(0, count if each == dim else 0) for each in range(x.ndim)])


@op(
    "fft_cut", method=False, module=False, node="ConstantPadNdBackward0",
    x=lambda xp, g, x_shape, dim, length: xp.fft_padded(g, dim, x_shape[dim] - length),
)
def cut(x: Array, dim, length):
    """A copy of the first ``length`` places of a dimension."""
    return x[tuple([slice(length) if each == dim else slice(None) for each in range(x.ndim)])].copy(order="K")


@op(
    "fft_doubled", method=False, module=False, node="CopySlices",
    x=lambda xp, g, dim, count: xp.fft_doubled(g, dim, count),
)
def doubled(x: Array, dim, count):
    """``x``, twice for the ``count`` places after the first of a dimension."""
    factors = np.ones(x.shape[dim], x.real.dtype)
    factors[1 : 1 + count] = 2
    return x * factors.reshape([-1 if each == dim else 1 for each in range(x.ndim)])


# ---- arguments


def mode_of(norm: str | None, forward: bool) -> int:
    """The mode of normalisation a word asks for; RuntimeError for any other word."""
    words = (None, "backward", "ortho", "forward")
    if norm not in words:
        raise RuntimeError(f'Invalid normalization mode: "{norm}"')
    if norm == "ortho":
        return 1
    return 2 if (norm == "forward") == forward else 0


def floating(x: Tensor, as_complex: bool = False) -> Tensor:
    """``x`` in a dtype that is transformed; RuntimeError for halves, which are not."""
    dtype = x.dtype
    if dtype.is_floating_point and dtype.itemsize == 2:
        raise RuntimeError(f"Unsupported dtype {dtype.scalar_type}")
    if dtype.category < dtypes.FLOAT:
        x = tensors.to_dtype(x, dtypes.get_default_dtype())
    if as_complex and not x.dtype.is_complex:
        x = tensors.to_dtype(x, dtypes.complex64 if x.dtype is dtypes.float32 else dtypes.complex128)
    return x


def resized(x: Tensor, dims: Sequence[int], sizes: Sequence[int]) -> Tensor:
    """``x`` cut off, or filled up with zeros at the end, to a size for each dimension; -1 keeps it."""
    for dim, size in zip(dims, sizes, strict=True):
        own = x._data.shape[dim]
        if size in (-1, own):
            continue
        x = tensors.slice(x, dim, 0, size, 1) if size < own else padded(x, dim, size - own)
    return x


def check_points(count: int) -> None:
    if count < 1:
        raise RuntimeError(f"Invalid number of data points ({count}) specified")


def axis_of(x: Tensor, dim: int) -> int:
    """A dimension from the front; IndexError for a tensor without any."""
    if not x._data.ndim:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    return wrap_dim(dim, x._data.ndim)


def canonical(x: Tensor, s: Sequence[int] | None, dim: Sequence[int] | None) -> tuple[list[int], list[int]]:
    """Dimensions and sizes of a transform over several; RuntimeError where they do not go together."""
    ndim = x._data.ndim
    if dim is not None:
        dims = [axis_of(x, each) for each in ([dim] if isinstance(dim, int) else dim)]
        if len(set(dims)) != len(dims):
            raise RuntimeError("FFT dims must be unique")
    if isinstance(s, int):
        s = [s]
    if s is not None:
        if dim is None:
            if len(s) > ndim:
                raise RuntimeError(f"Got shape with {len(s)} values but input tensor only has {ndim} dimensions.")
            dims = list(range(ndim - len(s), ndim))
        elif len(s) != len(dims):
            raise RuntimeError("When given, dim and shape arguments must have the same length")
        sizes = [x._data.shape[each] if size == -1 else size for each, size in zip(dims, s, strict=True)]
    else:
        if dim is None:
            dims = list(range(ndim))
        sizes = [x._data.shape[each] for each in dims]
    for size in sizes:
        check_points(size)
    return dims, sizes


# ---- over one dimension


def over_one(name: str, function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """Enter a transform over one dimension."""

    def call(
        input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None, *, out: Tensor | None = None
    ) -> Tensor:
        fits = isinstance(input, Tensor) and (n is None or isinstance(n, int)) and isinstance(dim, int)
        if not fits or isinstance(n, bool) or not isinstance(norm, (str, type(None))):
            words = {"n": n, "dim": dim if dim != -1 else None, "norm": norm}
            positional: list[Any] = [input]
            for word in ("n", "dim", "norm"):
                if words[word] is None:
                    break
                positional.append(words.pop(word))
            raise refused(f"fft_{name}", tuple(positional), {k: v for k, v in words.items() if v is not None})
        result = function(input, n, dim, norm)
        return result if out is None else write_out(f"fft_{name}", out, result, (input,))

    call.__name__ = call.__qualname__ = f"fft_{name}"
    FOURIER[name] = call
    return call


def whole(forward: bool) -> Callable[..., Tensor]:
    """``fft`` or ``ifft``: of real numbers by way of half as much work."""

    def function(x: Tensor, n: int | None, dim: int, norm: str | None) -> Tensor:
        x = floating(x)
        axis = axis_of(x, dim)
        count = x._data.shape[axis] if n is None else n
        check_points(count)
        x = resized(x, (axis,), (count,))
        mode = mode_of(norm, forward)
        if x.dtype.is_complex:
            return c2c(x, (axis,), mode, forward)
        made = r2c(x, (axis,), mode, False)
        return made if forward else made.conj()  # type: ignore[attr-defined]

    return function


def halved(name: str, forward: bool) -> Callable[..., Tensor]:
    """``rfft`` or ``ihfft``: real numbers to half a spectrum."""

    def function(x: Tensor, n: int | None, dim: int, norm: str | None) -> Tensor:
        if x.is_complex():
            raise RuntimeError(f"{name} expects a real input tensor, but got {x.dtype.scalar_type}")
        x = floating(x)
        axis = axis_of(x, dim)
        count = x._data.shape[axis] if n is None else n
        check_points(count)
        made = r2c(resized(x, (axis,), (count,)), (axis,), mode_of(norm, forward), True)
        return made if forward else made.conj()  # type: ignore[attr-defined]

    return function


def real_again(forward: bool) -> Callable[..., Tensor]:
    """``hfft`` or ``irfft``: half a spectrum to real numbers."""

    def function(x: Tensor, n: int | None, dim: int, norm: str | None) -> Tensor:
        x = floating(x, True)
        axis = axis_of(x, dim)
        count = 2 * (x._data.shape[axis] - 1) if n is None else n
        check_points(count)
        x = resized(x, (axis,), (count // 2 + 1,))
        return c2r(x.conj() if forward else x, (axis,), mode_of(norm, forward), count)  # type: ignore[attr-defined]

    return function


fft, ifft = over_one("fft", whole(True)), over_one("ifft", whole(False))
rfft, ihfft = over_one("rfft", halved("rfft", True)), over_one("ihfft", halved("ihfft", False))
hfft, irfft = over_one("hfft", real_again(True)), over_one("irfft", real_again(False))

# ---- over several dimensions


def whole_numbers(*given: Any) -> bool:
    """Whether each is a whole number, several of them, or not given."""
    return all(
        each is None or all(isinstance(one, (int, np.integer)) and not isinstance(one, bool) for one in (
            each if isinstance(each, (tuple, list)) else (each,)
        )) for each in given
    )


def over_several(name: str, function: Callable[..., Tensor]) -> None:
    """Enter a transform over several dimensions, and the one over two."""

    def call(
        input: Tensor, s: Any = None, dim: Any = None, norm: str | None = None, *, out: Tensor | None = None
    ) -> Tensor:
        if not isinstance(input, Tensor) or not whole_numbers(s, dim) or not isinstance(norm, (str, type(None))):
            raise refused(f"fft_{name}n", (input, s, dim, norm), {})
        result = function(input, s, dim, norm)
        return result if out is None else write_out(f"fft_{name}n", out, result, (input,))

    def of_two(
        input: Tensor, s: Any = None, dim: Any = (-2, -1), norm: str | None = None, *, out: Tensor | None = None
    ) -> Tensor:
        if not isinstance(input, Tensor) or not whole_numbers(s, dim) or not isinstance(norm, (str, type(None))):
            raise refused(f"fft_{name}2", (input, s, dim, norm), {})
        return call(input, s, dim, norm, out=out)

    call.__name__ = call.__qualname__ = f"fft_{name}n"
    of_two.__name__ = of_two.__qualname__ = f"fft_{name}2"
    FOURIER[name + "n"], FOURIER[name + "2"] = call, of_two


def whole_of_several(forward: bool) -> Callable[..., Tensor]:
    """``fftn`` or ``ifftn``."""

    def function(x: Tensor, s: Any, dim: Any, norm: str | None) -> Tensor:
        dims, sizes = canonical(x, s, dim)
        x = resized(floating(x, True), dims, sizes)
        mode = mode_of(norm, forward)
        return c2c(x, tuple(dims), mode, forward) if dims else tensors.clone(x)

    return function


def rfftn(x: Tensor, s: Any, dim: Any, norm: str | None) -> Tensor:
    """Real numbers to a spectrum of which the last dimension is halved."""
    if x.is_complex():
        raise RuntimeError(f"rfftn expects a real-valued input tensor, but got {x.dtype.scalar_type}")
    dims, sizes = canonical(x, s, dim)
    if not dims:
        raise RuntimeError("rfftn must transform at least one axis")
    return r2c(resized(floating(x), dims, sizes), tuple(dims), mode_of(norm, True), True)


def half_to_real(name: str, x: Tensor, s: Any, dim: Any) -> tuple[Tensor, list[int], int]:
    """The spectrum in the size that is asked for, its dimensions, and how many numbers the last one stands for."""
    dims, sizes = canonical(x, s, dim)
    if not dims:
        raise RuntimeError(f"{name} must transform at least one axis")
    given = None if s is None else (s if isinstance(s, int) else s[-1])
    last = 2 * (x._data.shape[dims[-1]] - 1) if given in (None, -1) else sizes[-1]
    check_points(last)
    return resized(floating(x, True), dims, [*sizes[:-1], last // 2 + 1]), dims, last


def irfftn(x: Tensor, s: Any, dim: Any, norm: str | None) -> Tensor:
    """A spectrum of which the last dimension is halved to real numbers."""
    x, dims, last = half_to_real("irfftn", x, s, dim)
    return c2r(x, tuple(dims), mode_of(norm, False), last)


def hfftn(x: Tensor, s: Any, dim: Any, norm: str | None) -> Tensor:
    """The transform of a signal of which one half is given, the other its conjugate."""
    x, dims, last = half_to_real("hfftn", x, s, dim)
    mode = mode_of(norm, True)
    if len(dims) > 1:
        x = c2c(x, tuple(dims[:-1]), mode, True)
    return c2r(x.conj(), (dims[-1],), mode, last)  # type: ignore[attr-defined]


def ihfftn(x: Tensor, s: Any, dim: Any, norm: str | None) -> Tensor:
    """Half of the inverse transform of real numbers."""
    if x.is_complex():
        raise RuntimeError(f"Only supports floating-point dtypes, but found: {x.dtype.scalar_type}")
    dims, sizes = canonical(x, s, dim)
    if not dims:
        raise RuntimeError("ihfftn must transform at least one axis")
    mode = mode_of(norm, False)
    made = r2c(resized(floating(x), dims, sizes), (dims[-1],), mode, True).conj()  # type: ignore[attr-defined]
    return c2c(made, tuple(dims[:-1]), mode, False) if len(dims) > 1 else made


for _name, _function in {
    "fft": whole_of_several(True), "ifft": whole_of_several(False), "rfft": rfftn, "irfft": irfftn, "hfft": hfftn,
    "ihfft": ihfftn,
}.items():
    over_several(_name, _function)

# ---- frequencies and their order


def frequencies(name: str, half: bool) -> None:
    """Declare ``fftfreq`` or ``rfftfreq``: the frequencies of a transform, in units of one over the spacing ``d``."""

    def call(
        n: int, d: float = 1.0, *, out: Tensor | None = None, dtype: Any = None, requires_grad: bool = False,
        **options: Any,
    ) -> Tensor:
        arange = FUNCTIONS["arange"]
        if half:
            made = arange(n // 2 + 1, dtype=dtype or dtypes.get_default_dtype(), **options)
        else:
            made = arange(n, dtype=dtype or dtypes.get_default_dtype(), **options)
            middle = (n + 1) // 2
            if n:
                made[middle:] = arange(-(n // 2), 0)
        result = made.mul(1.0 / (n * d)) if n else made
        if out is not None:
            return write_out(f"fft_{name}", out, result, ())
        return result.requires_grad_() if requires_grad else result

    call.__name__ = call.__qualname__ = f"fft_{name}"
    FOURIER[name] = call


frequencies("fftfreq", False)
frequencies("rfftfreq", True)


def shifted(name: str, share: Callable[[int], int]) -> None:
    """Declare ``fftshift`` or ``ifftshift``."""

    def call(input: Tensor, dim: Any = None) -> Tensor:
        if not isinstance(input, Tensor):
            raise refused(f"fft_{name}", (input,), {})
        ndim = input._data.ndim
        dims = [dim] if isinstance(dim, int) else list(range(ndim)) if dim is None else list(dim)
        lengths = [share(input._data.shape[wrap_dim(each, ndim)]) for each in dims]
        return input.roll(lengths, dims)  # type: ignore[attr-defined]

    call.__name__ = call.__qualname__ = f"fft_{name}"
    FOURIER[name] = call


shifted("fftshift", lambda length: length // 2)
shifted("ifftshift", lambda length: (length + 1) // 2)
