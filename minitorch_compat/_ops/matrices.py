"""What the operations on batches of matrices share: how they are entered, what they ask of arguments, their words."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .._core.forms import write_out
from .._core.recording import arrays
from .._core.tensor import Tensor, numbers_of
from . import entry
from .reductions import pair

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


def fitting(A: Tensor, B: Tensor, left: bool, who: str) -> None:
    a, b = A._data.shape, B._data.shape
    if a[-2 if left else -1] != b[-2 if left else -1]:
        raise RuntimeError(
            f"{who}: Incompatible shapes of A and B for the equation {'AX = B' if left else 'XA = B'} "
            f"({a[-2]}x{a[-1]} and {b[-2]}x{b[-1]})"
        )


@contextlib.contextmanager
def converging(x: Tensor) -> Iterator[None]:
    """LinAlgError in torch's words, naming the first matrix of a batch, where singular values are not to be had."""
    try:
        yield
    except np.linalg.LinAlgError:
        places = np.flatnonzero(~np.isfinite(x._data).all((-2, -1)))
        which = f"(Batch element {places[0]}): " if x._data.ndim > 2 and places.size else ""
        raise LinAlgError(
            f"linalg.svd: {which}The algorithm failed to converge because the input matrix contained non-finite values."
        ) from None


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
