"""Grad mode and inference mode: thread-local switches, as context managers, functions and decorators."""

from __future__ import annotations

import functools
import threading
import warnings
from collections.abc import Callable
from threading import get_ident
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])
GENERATOR = 0x20
"""The flag of a generator function's code, without the weight of ``inspect``."""


class _Mode(threading.local):
    """What this thread records; ``exchange`` and ``inference_mode`` alone change it."""

    enabled: bool = True
    inference: bool = False


mode = _Mode()
altered: set[int] = set()
"""The threads whose mode is not the usual one.

A thread-local costs 40 ns to read, an empty set a tenth of it: hot paths ask ``not altered or mode.enabled``. What a
thread leaves here when it ends in another mode costs time, and changes nothing.
"""


def exchange(enabled: bool) -> bool:
    """Turn recording on or off in this thread; returns whether it was on."""
    previous, mode.enabled = mode.enabled, enabled
    (altered.discard if enabled and not mode.inference else altered.add)(get_ident())
    return previous


class _Switch:
    """A context manager that is a decorator too, of functions, generators and (with a warning) classes."""

    def __call__(self, function: F) -> F:
        if isinstance(function, type):
            warnings.warn(
                "Decorating classes is deprecated and will be disabled in future versions. You should only decorate "
                "functions or methods. To preserve the current behavior of class decoration, you can directly decorate "
                "the `__init__` method and nothing else.",
                FutureWarning,
                stacklevel=2,
            )
            made: Any = function
            return lambda *arguments, **keywords: self(made.__init__)  # type: ignore[return-value]
        code = getattr(function, "__code__", None)
        if code is not None and code.co_flags & GENERATOR:
            return _switched_generator(self.clone, function)  # type: ignore[return-value]

        @functools.wraps(function)
        def switched(*arguments: Any, **keywords: Any) -> Any:
            with self.clone():
                return function(*arguments, **keywords)

        return switched  # type: ignore[return-value]

    def clone(self) -> Any:
        """A fresh switch of the same kind, so that a decorated function may be re-entered."""
        return self.__class__()

    def __enter__(self) -> None:
        raise NotImplementedError

    def __exit__(self, *exception: Any) -> None:
        raise NotImplementedError


def _switched_generator(switch: Callable[[], Any], function: Callable[..., Any]) -> Callable[..., Any]:
    """Hold the mode while the generator's own code runs and give it back at each yield."""

    @functools.wraps(function)
    def generator(*arguments: Any, **keywords: Any) -> Any:
        source = function(*arguments, **keywords)
        try:
            with switch():
                response = source.send(None)
            while True:
                try:
                    request = yield response
                except GeneratorExit:
                    with switch():
                        source.close()
                    raise
                except BaseException as error:
                    with switch():
                        response = source.throw(error)
                else:
                    with switch():
                        response = source.send(request)
        except StopIteration as stop:
            return stop.value

    return generator


class no_grad(_Switch):
    """Stop recording: results of operations do not require grad.

    ``no_grad()`` is a context manager and a decorator; ``@no_grad`` without parentheses decorates as well.
    """

    def __new__(cls, function: Callable[..., Any] | None = None) -> Any:
        return super().__new__(cls) if function is None else cls()(function)

    def __enter__(self) -> None:
        self.previous = exchange(False)

    def __exit__(self, *exception: Any) -> None:
        exchange(self.previous)


class enable_grad(_Switch):
    """Record again inside a region where recording was stopped."""

    def __new__(cls, function: Callable[..., Any] | None = None) -> Any:
        return super().__new__(cls) if function is None else cls()(function)

    def __enter__(self) -> None:
        self.previous = exchange(True)

    def __exit__(self, *exception: Any) -> None:
        exchange(self.previous)


class set_grad_enabled(_Switch):
    """Turn recording on or off: at once when called, until the end of the block when used with ``with``."""

    def __init__(self, mode: bool) -> None:
        if not isinstance(mode, bool):
            raise TypeError(
                f"_set_grad_enabled(): argument 'enabled' (position 1) must be bool, not {type(mode).__name__}"
            )
        self.mode = mode
        self.previous = exchange(mode)

    def __call__(self, function: F) -> F:
        exchange(self.previous)
        return super().__call__(function)

    def __enter__(self) -> None:
        exchange(self.mode)

    def __exit__(self, *exception: Any) -> None:
        exchange(self.previous)

    def __str__(self) -> str:
        return f"torch.autograd.grad_mode.set_grad_enabled(mode={self.mode})"

    __repr__ = __str__

    def clone(self) -> set_grad_enabled:
        return self.__class__(self.mode)


class inference_mode(_Switch):
    """Stop recording, version counting and view tracking; tensors made inside are inference tensors."""

    def __new__(cls, mode: bool | Callable[..., Any] = True) -> Any:
        return super().__new__(cls) if isinstance(mode, bool) else cls()(mode)

    def __init__(self, mode: bool = True) -> None:
        self.mode = mode

    def __enter__(self) -> None:
        self.previous = mode.enabled, mode.inference
        mode.inference = self.mode
        exchange(not self.mode)
        _follow(1)

    def __exit__(self, *exception: Any) -> None:
        enabled, mode.inference = self.previous
        exchange(enabled)
        _follow(-1)

    def clone(self) -> inference_mode:
        return self.__class__(self.mode)


_inference_lock = threading.Lock()
_inference_blocks = 0


def _follow(step: int) -> None:
    """Count the blocks in inference mode, so that new tensors are marked only while there is one."""
    global _inference_blocks
    with _inference_lock:
        _inference_blocks += step
        mark_new_tensors(_inference_blocks > 0)


def mark_new_tensors(wanted: bool) -> None:
    """Mark tensors made in inference mode; the tensor module, which stands above, puts its own function here."""
    raise AssertionError("the tensor module is not loaded")


def is_grad_enabled() -> bool:
    """Whether this thread records operations."""
    return mode.enabled


def is_inference_mode_enabled() -> bool:
    """Whether this thread is in inference mode."""
    return mode.inference
