"""Grad mode and inference mode: thread-local switches, as context managers, functions and decorators."""

from __future__ import annotations

import functools
import warnings
from _thread import _local as local  # threading's, without the rest of it
from _thread import allocate_lock, get_ident
from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])
GENERATOR = 0x20
"""The flag of a generator function's code, without the weight of ``inspect``."""


class _Mode(local):
    """What this thread records; ``exchange`` and ``inference_mode`` alone change it."""

    enabled: bool = True
    inference: bool = False
    claimed: bool = False
    """The grad mode that a block of inference mode has set, without effect on what is recorded."""
    layout: bool = True
    """Whether gradients are laid out in memory like their leaves."""
    threads: bool = True
    replay: bool = False


mode = _Mode()
altered: set[int] = set()
"""The threads whose mode is not the usual one.

A thread-local costs 40 ns to read, an empty set a tenth of it: hot paths ask ``not altered or mode.enabled``. What a
thread leaves here when it ends in another mode costs time, and changes nothing.
"""


def exchange(enabled: bool) -> bool:
    """Turn recording on or off in this thread; returns whether it was on. In inference mode nothing is recorded."""
    if mode.inference:
        previous, mode.claimed = mode.claimed, enabled
        return previous
    previous = mode.enabled
    if previous is not enabled:
        mode.enabled = enabled
        (altered.discard if enabled else altered.add)(get_ident())
    return previous


class _DecoratorContextManager:
    """A context manager that is a decorator too, of functions, generators and (with a warning) classes."""

    def __call__(self, orig_func: F) -> F:
        function: Any = orig_func
        if isinstance(orig_func, type):
            warnings.warn(
                "Decorating classes is deprecated and will be disabled in future versions. You should only decorate "
                "functions or methods. To preserve the current behavior of class decoration, you can directly decorate "
                "the `__init__` method and nothing else.",
                FutureWarning,
                stacklevel=2,
            )
            function = lambda *arguments, **keywords: orig_func(*arguments, **keywords)  # noqa: E731
        return context_decorator(self.clone, function)

    def clone(self) -> Any:
        """A fresh switch of the same kind, so that a decorated function may be re-entered."""
        return self.__class__()

    def __reduce_ex__(self, protocol: Any) -> Any:
        from .copying import reduced_by_place

        return reduced_by_place(self, protocol)

    def __enter__(self) -> None:
        raise NotImplementedError

    def __exit__(self, *exception: Any) -> None:
        raise NotImplementedError


def context_decorator(switch: Callable[[], Any], function: Any) -> Any:
    """``function``, run within a new ``switch`` each time it is called."""
    code = getattr(function, "__code__", None)
    if code is not None and code.co_flags & GENERATOR:
        return _switched_generator(switch, function)

    @functools.wraps(function)
    def decorate_context(*arguments: Any, **keywords: Any) -> Any:
        with switch():
            return function(*arguments, **keywords)

    return decorate_context


def _switched_generator(switch: Callable[[], Any], function: Callable[..., Any]) -> Callable[..., Any]:
    """Hold the mode while the generator's own code runs and give it back at each yield."""

    @functools.wraps(function)
    def generator_context(*arguments: Any, **keywords: Any) -> Any:
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

    return generator_context


class _NoParamDecoratorContextManager(_DecoratorContextManager):
    """One that needs no parentheses to decorate."""

    prev: bool = False

    def __new__(cls, orig_func: Any = None) -> Any:
        return super().__new__(cls) if orig_func is None else cls()(orig_func)


class no_grad(_NoParamDecoratorContextManager):
    """Stop recording: results of operations do not require grad.

    ``no_grad()`` is a context manager and a decorator; ``@no_grad`` without parentheses decorates as well.
    """

    def __enter__(self) -> None:
        self.prev = exchange(False)

    def __exit__(self, *exception: Any) -> None:
        exchange(self.prev)


class enable_grad(_NoParamDecoratorContextManager):
    """Record again inside a region where recording was stopped."""

    def __enter__(self) -> None:
        self.prev = exchange(True)

    def __exit__(self, *exception: Any) -> None:
        exchange(self.prev)


class set_grad_enabled(_DecoratorContextManager):
    """Turn recording on or off: at once when called, until the end of the block when used with ``with``."""

    def __init__(self, mode: bool) -> None:
        _check_switch("set_grad_enabled", mode)
        self.prev = exchange(mode)
        self.mode = mode

    def __call__(self, orig_func: F) -> F:
        exchange(self.prev)
        return super().__call__(orig_func)

    def __enter__(self) -> None:
        exchange(self.mode)

    def __exit__(self, *exception: Any) -> None:
        exchange(self.prev)

    def __str__(self) -> str:
        return f"torch.autograd.grad_mode.set_grad_enabled(mode={self.mode})"

    __repr__ = __str__

    def clone(self) -> set_grad_enabled:
        return self.__class__(self.mode)


class inference_mode(_DecoratorContextManager):
    """Stop recording, version counting and view tracking; tensors made inside are inference tensors."""

    def __new__(cls, mode: bool | Callable[..., Any] = True) -> Any:
        return super().__new__(cls) if isinstance(mode, bool) else cls()(mode)

    def __init__(self, mode: bool = True) -> None:
        self.mode = mode

    def __enter__(self) -> None:
        self.previous = mode.enabled, mode.inference, mode.claimed
        self.set(not self.mode, self.mode, False)
        _follow(1)

    def __exit__(self, *exception: Any) -> None:
        self.set(*self.previous)
        _follow(-1)

    def set(self, enabled: bool, inference: bool, claimed: bool) -> None:
        mode.enabled, mode.inference, mode.claimed = enabled, inference, claimed
        (altered.discard if enabled and not inference else altered.add)(get_ident())

    def clone(self) -> inference_mode:
        return self.__class__(self.mode)


for _class in (
    _DecoratorContextManager, _NoParamDecoratorContextManager, no_grad, enable_grad, set_grad_enabled, inference_mode
):
    _class.__module__ = "torch.autograd.grad_mode"


def _check_switch(function: str, enabled: Any, name: str = "enabled") -> None:
    """TypeError for anything but a bool."""
    if type(enabled) is not bool:
        from .signatures import type_name

        raise TypeError(f"{function}(): argument '{name}' (position 1) must be bool, not {type_name(enabled)}")


_inference_lock = allocate_lock()
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


def is_grad_enabled(*arguments: Any) -> bool:
    """Whether this thread records operations, or would if it were not in inference mode."""
    if arguments:
        raise TypeError(f"torch.is_grad_enabled() takes no arguments ({len(arguments)} given)")
    return mode.claimed if mode.inference else mode.enabled


def is_inference_mode_enabled(*arguments: Any) -> bool:
    """Whether this thread is in inference mode."""
    if arguments:
        raise TypeError(f"torch.is_inference_mode_enabled() takes no arguments ({len(arguments)} given)")
    return mode.inference
