"""Discrete Fourier transforms: ``torch.fft``."""

from ._ops.fourier import FOURIER as _FOURIER

globals().update(_FOURIER)

__all__ = sorted(_FOURIER)
