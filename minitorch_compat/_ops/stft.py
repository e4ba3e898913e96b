"""Fourier transforms of a signal's short pieces, and the signal that such transforms came from."""

from __future__ import annotations

from typing import Any

from .._core import dtypes
from .._core.errors import Misfit
from .._core.forms import FUNCTIONS
from .._core.recording import tensors
from .._core.tensor import Tensor
from .._core.warn import warn_once
from .entry import publish
from .fourier import c2c, c2r, r2c
from .padding import pad

NO_WINDOW = (
    "To suppress this warning and use a rectangular window, explicitly set `window=torch.ones(n_fft, device=<device>)`."
)


def call_of(name: str, x: Any, kind: str, window: Any, **values: Any) -> str:
    """The call as errors tell it."""

    def said(value: Any) -> Any:
        return int(value) if isinstance(value, bool) else value

    values["window"] = None if window is None else f"{window.dtype.tensor_type}{{{list(window.shape)}}}"
    order = ("n_fft", "hop_length", "win_length", "window", "center", "normalized", "onesided", "length",
             "return_complex", "align_to_window")  # fmt: skip
    written = ", ".join(f"{each}={said(values[each])}" for each in order if each in values)
    return f"{name}({kind}{list(x.shape)}, {written})"


def centred(window: Tensor | None, win_length: int, n_fft: int, like: Tensor) -> Tensor | None:
    """The window with zeros on both sides, so that it is as long as a transform."""
    if win_length == n_fft:
        return window
    whole = FUNCTIONS["zeros"](n_fft, dtype=like.dtype.to_real() if window is None else window.dtype)
    left = (n_fft - win_length) // 2
    whole[left : left + win_length] = 1 if window is None else window
    return whole


def stft(
    input: Any, n_fft: int, hop_length: int | None = None, win_length: int | None = None, window: Any = None,
    center: bool = True, pad_mode: str = "reflect", normalized: bool = False, onesided: bool | None = None,
    return_complex: bool | None = None, align_to_window: bool | None = None,
) -> Tensor:
    """The spectra of pieces of ``input`` (of one or two dimensions), ``hop_length`` apart, times ``window``.

    The result has the frequencies before the pieces. UserWarning without a window, RuntimeError for sizes that do not
    fit and, for real tensors, without ``return_complex``.
    """
    if align_to_window is not None and center:
        raise RuntimeError("stft align_to_window should only be set when center = false")
    if center:
        signal, half = tuple(input.shape), n_fft // 2
        long = input.view((1,) * (3 - len(signal)) + signal) if len(signal) < 3 else input
        long = pad(long, (half, half), pad_mode)
        input = long.view(long.shape[-len(signal) :]) if len(signal) < 3 else long
    if window is None:
        warn_once(
            "A window was not provided. A rectangular window will be applied,which is known to cause spectral leakage. "
            f"Other windows such as torch.hann_window or torch.hamming_window are recommended to reduce spectral "
            f"leakage.{NO_WINDOW}",
            stacklevel=3,
        )
    win_length = n_fft if win_length is None else win_length
    hop_length = n_fft // 4 if hop_length is None else hop_length
    if return_complex is None:
        if not (input.is_complex() or (window is not None and window.is_complex())):
            raise RuntimeError(
                "stft requires the return_complex parameter be given for real inputs, and will further require that "
                "return_complex=True in a future PyTorch release."
            )
        return_complex = True
    elif not return_complex:
        warn_once(
            "stft with return_complex=False is deprecated. In a future pytorch release, stft will return complex "
            "tensors for all inputs, and return_complex=False will raise an error.\nNote: you can still call "
            "torch.view_as_real on the complex output to recover the old return format.",
            stacklevel=3,
        )

    def refused(why: str) -> RuntimeError:
        call = call_of("stft", input, input.dtype.tensor_type, window, n_fft=n_fft, hop_length=hop_length,
                       win_length=win_length, normalized=normalized, onesided=onesided, return_complex=return_complex,
                       align_to_window=align_to_window)  # fmt: skip
        return RuntimeError(f"{call} : {why}")

    if not (input.is_floating_point() or input.is_complex()):
        raise refused("expected a tensor of floating point or complex values")
    if input.dim() not in (1, 2):
        raise refused("expected a 1D or 2D tensor")
    alone = input.dim() == 1
    if alone:
        input = input.unsqueeze(0)
    length = input.shape[1]
    if not 0 < n_fft <= length:
        input = input[0] if alone else input
        raise refused(f"expected 0 < n_fft < {length}, but got n_fft={n_fft}")
    problem = (
        f"expected hop_length > 0, but got hop_length={hop_length}" if hop_length <= 0 else
        f"expected 0 < win_length <= n_fft, but got win_length={win_length}" if not 0 < win_length <= n_fft else
        f"expected a 1D window tensor of size equal to win_length={win_length}, but got window with size "
        f"{list(window.shape)}" if window is not None and tuple(window.shape) != (win_length,) else ""
    )  # fmt: skip
    if problem:
        input = input[0] if alone else input
        raise refused(problem)
    size = n_fft
    if align_to_window:
        size = win_length
        pieces = 1 + (length - win_length) // hop_length
    else:
        window = centred(window, win_length, n_fft, input)
        pieces = 1 + (length - n_fft) // hop_length
    apart = input.stride()
    taken = input.as_strided((input.shape[0], pieces, size), (apart[0], hop_length * apart[1], apart[1]))
    if window is not None:
        taken = taken * window
    is_complex = taken.is_complex()
    half_of_it = not is_complex if onesided is None else onesided
    if is_complex and half_of_it:
        raise RuntimeError("Cannot have onesided output if window or input is complex")
    if size != n_fft:
        taken = pad(taken, ((n_fft - size) // 2, n_fft - size - (n_fft - size) // 2))
    norm = 1 if normalized else 0
    if is_complex:
        spectra = c2c(taken, [2], norm, True)
    else:
        spectra = r2c(taken, [2], norm, half_of_it)
    spectra = spectra.transpose_(1, 2)
    if alone:
        spectra = spectra.squeeze_(0)
    return spectra if return_complex else FUNCTIONS["view_as_real"](spectra)


def istft(
    input: Any, n_fft: int, hop_length: int | None = None, win_length: int | None = None, window: Any = None,
    center: bool = True, normalized: bool = False, onesided: bool | None = None, length: int | None = None,
    return_complex: bool = False,
) -> Tensor:
    """The signal whose ``stft`` is nearest to ``input``, by least squares (Griffin and Lim, 1984).

    RuntimeError for sizes that do not fit, and where the windows leave an element uncovered.
    """
    counts, flags = (n_fft, hop_length, win_length, length), (center, normalized, onesided, return_complex)
    if not isinstance(input, Tensor) or not (window is None or isinstance(window, Tensor)) or any(
        each is not None and (isinstance(each, bool) or not isinstance(each, int)) for each in counts
    ) or n_fft is None or not all(each is None or isinstance(each, bool) for each in flags):
        raise Misfit
    if window is None:
        warn_once(
            "A window was not provided. A rectangular window will be applied.Please provide the same window used by "
            f"stft to make the inversion lossless.{NO_WINDOW}",
            stacklevel=3,
        )
    hop_length = n_fft // 4 if hop_length is None else hop_length
    win_length = n_fft if win_length is None else win_length

    def refused(why: str, between: str = " : ") -> RuntimeError:
        call = call_of("istft", given, f"CPU{given.dtype.scalar_type}Type", window, n_fft=n_fft, hop_length=hop_length,
                       win_length=win_length, center=center, normalized=normalized, onesided=onesided, length=length,
                       return_complex=return_complex)  # fmt: skip
        return RuntimeError(f"{call}{between}{why}")

    given, wanted_window = input, window
    if not input.is_complex():
        raise RuntimeError(
            "istft requires a complex-valued input tensor matching the output from stft with return_complex=True."
        )
    parts = FUNCTIONS["view_as_real"](input)
    frequencies, pieces = parts.size(-3), parts.size(-2)
    expected = n_fft + hop_length * (pieces - 1)
    if not input.numel():
        raise refused("input tensor cannot be empty.")
    if parts.dim() not in (3, 4):
        raise refused(f"expected a tensor with 3 or 4 dimensions, but got {parts.dim()}")
    half_of_it = frequencies != n_fft if onesided is None else onesided
    rule, matches = ("n_fft / 2 + 1", n_fft // 2 + 1) if half_of_it else ("n_fft", n_fft)
    if frequencies != matches:
        raise refused(
            "expected the frequency dimension (3rd to the last) of the input tensor to match "
            f"{rule} when onesided={half_of_it}, but got {frequencies}"
        )
    if not 0 < hop_length <= win_length:
        raise refused("expected 0 < hop_length <= win_length")
    if not 0 < win_length <= n_fft:
        raise refused("expected 0 < win_length <= n_fft")
    if window is not None and tuple(window.shape) != (win_length,):
        raise refused("Invalid window shape. window has to be 1D and length of `win_length`")
    if window is None:
        wanted_window = FUNCTIONS["ones"](win_length, dtype=dtypes.float32 if input.dtype.itemsize == 8 else
                                          dtypes.float64)  # fmt: skip
    elif window.is_complex() and not return_complex:
        raise RuntimeError("Complex windows are incompatible with return_complex=False")
    padded: Any = centred(wanted_window, win_length, n_fft, input)
    alone = parts.dim() == 3
    if alone:
        parts = parts.unsqueeze(0)
    spectra = FUNCTIONS["view_as_complex"](parts.transpose(1, 2))
    norm = 1 if normalized else 2
    if return_complex:
        if half_of_it:
            raise RuntimeError("Cannot have onesided output if window or input is complex")
        made = c2c(spectra, [2], norm, False)
    else:
        if not half_of_it:
            spectra = tensors.slice(spectra, 2, 0, n_fft // 2 + 1, 1)
        made = c2r(spectra, [2], norm, n_fft)
    made = made * padded.view(1, 1, n_fft)
    squares = padded.pow(2).expand((1, pieces, n_fft))
    signal = tensors.unfold_backward(made, (made.shape[0], expected), 1, n_fft, hop_length)
    envelope = tensors.unfold_backward(squares, (1, expected), 1, n_fft, hop_length)
    start = n_fft // 2 if center else 0
    end = start + length if length is not None else expected - n_fft // 2 if center else expected
    signal = tensors.slice(signal, 1, start, end, 1)
    envelope = tensors.slice(envelope, 1, start, end, 1)
    smallest = envelope.abs().min()
    if not smallest.item() > 1e-11:
        raise refused("window overlap add min: 1\n[ CPUBoolType{} ]", " ")
    signal = signal / envelope
    if alone:
        signal = signal.squeeze(0)
    if end > expected:
        warn_once(
            "The length of signal is shorter than the length parameter. Result is being padded with zeros in the "
            "tail. Please check your center and hop_length settings.",
            stacklevel=3,
        )
        signal = pad(signal, (0, end - expected))
    return signal


publish("stft", stft)
publish("istft", istft)
