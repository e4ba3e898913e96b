"""Switches of the whole program: threads, deterministic algorithms, precision; they are kept, and change no number."""

from __future__ import annotations

import os
import warnings
from typing import Any

__all__ = [
    "are_deterministic_algorithms_enabled", "compile", "compiled_with_cxx11_abi", "get_deterministic_debug_mode",
    "get_float32_matmul_precision", "get_num_interop_threads", "get_num_threads",
    "is_deterministic_algorithms_warn_only_enabled", "set_deterministic_debug_mode", "set_float32_matmul_precision",
    "set_flush_denormal", "set_num_interop_threads", "set_num_threads", "use_deterministic_algorithms",
]  # fmt: skip

has_lapack = has_mkl = has_openmp = has_spectral = True


class _Settings:
    threads: int = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    interop_threads: int = threads
    interop_chosen = False
    deterministic = False
    warn_only = False
    precision = "highest"


def _count(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise RuntimeError(f"{name} expects an int, but got {type(value).__name__}")
    if value <= 0:
        raise RuntimeError(f"{name} expects a positive integer")
    return value


def get_num_threads() -> int:
    """The number of threads that was asked for; the engine computes in one."""
    return _Settings.threads


def set_num_threads(*arguments: Any) -> None:
    """Ask for a number of threads; RuntimeError unless it is positive."""
    if len(arguments) != 1:
        raise TypeError(f"torch.set_num_threads() takes exactly one argument ({len(arguments)} given)")
    _Settings.threads = _count("set_num_threads", arguments[0])


def get_num_interop_threads() -> int:
    """The number of threads asked for between operations."""
    return _Settings.interop_threads


def set_num_interop_threads(*arguments: Any) -> None:
    """Ask for a number of threads between operations, once; RuntimeError for the second time."""
    if len(arguments) != 1:
        raise TypeError(f"torch.set_num_interop_threads() takes exactly one argument ({len(arguments)} given)")
    count = _count("set_num_interop_threads", arguments[0])
    if _Settings.interop_chosen:
        raise RuntimeError(
            "Error: cannot set number of interop threads after parallel work has started or set_num_interop_threads "
            "called"
        )
    _Settings.interop_threads, _Settings.interop_chosen = count, True


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Ask for algorithms that give the same numbers each time: all here do."""
    for name, value, place in (("mode", mode, 1), ("warn_only", warn_only, 2)):
        if not isinstance(value, bool):
            raise TypeError(
                f"_set_deterministic_algorithms(): argument '{name}' (position {place}) must be bool, not "
                f"{type(value).__name__}"
            )
    _Settings.deterministic, _Settings.warn_only = mode, warn_only


def are_deterministic_algorithms_enabled() -> bool:
    """Whether deterministic algorithms were asked for."""
    return _Settings.deterministic


def is_deterministic_algorithms_warn_only_enabled() -> bool:
    """Whether others should only be warned of."""
    return _Settings.warn_only


def set_deterministic_debug_mode(debug_mode: int | str) -> None:
    """The same switches by a number or a name; RuntimeError for others."""
    if not isinstance(debug_mode, (int, str)):
        raise TypeError(f"debug_mode must be str or int, but got {type(debug_mode)}")
    names = ("default", "warn", "error")
    if isinstance(debug_mode, str):
        if debug_mode not in names:
            raise RuntimeError(
                f"invalid value of debug_mode, expected one of `default`, `warn`, `error`, but got {debug_mode}"
            )
        debug_mode = names.index(debug_mode)
    if debug_mode not in (0, 1, 2):
        raise RuntimeError(f"invalid value of debug_mode, expected 0, 1, or 2, but got {debug_mode}")
    _Settings.deterministic, _Settings.warn_only = debug_mode > 0, debug_mode == 1


def get_deterministic_debug_mode() -> int:
    """0 without, 1 where others are warned of, 2 where they are refused."""
    return (1 if _Settings.warn_only else 2) if _Settings.deterministic else 0


def get_float32_matmul_precision() -> str:
    """How exact products of float32 matrices shall be; here they always are."""
    return _Settings.precision


def set_float32_matmul_precision(precision: str) -> None:
    """Ask for "highest", "high" or "medium"; a warning for other names."""
    if not isinstance(precision, str):
        raise RuntimeError(f"set_float32_matmul_precision expects a str, but got {type(precision).__name__}")
    if precision not in ("highest", "high", "medium"):
        warnings.warn(
            f"{precision} is not one of 'highest', 'high', or 'medium'; the current"
            "setFloat32MatmulPrecision call has no effect.", stacklevel=2,
        )  # fmt: skip
        return
    _Settings.precision = precision


def set_flush_denormal(mode: bool) -> bool:
    """Ask for denormal numbers to be taken for zero: only "no" can be granted."""
    if not isinstance(mode, bool):
        raise RuntimeError(f"flush_denormal expects a bool, but got {type(mode).__name__}")
    return not mode


def compiled_with_cxx11_abi() -> bool:
    """A question about torch's compiler, answered as torch does."""
    return True


MODES = ("default", "lite", "reduce-overhead", "max-autotune-no-cudagraphs", "max-autotune")


def compile(
    model: Any = None, *, fullgraph: bool = False, dynamic: bool | None = None, backend: Any = None,
    mode: str | None = None, options: Any = None, name: str | None = None, disable: bool = False,
    recompile_limit: int | None = None, isolate_recompiles: bool = False, shapes_spec: Any = None
) -> Any:
    """``model`` as it is, a module with another around it: nothing is compiled, and the values are torch's.

    Without a model, a decorator. AssertionError for what cannot be called; RuntimeError for modes that there are not.
    """
    if model is None:
        def decorator(function: Any) -> Any:
            if function is None:
                raise RuntimeError("Model can't be None")
            return compile(
                function, fullgraph=fullgraph, dynamic=dynamic, backend=backend, mode=mode, options=options, name=name,
                disable=disable,
            )  # fmt: skip

        return decorator
    if mode is not None and options is not None:
        raise RuntimeError(
            "Either mode or options can be specified, but both can't be specified at the same time."
        )
    if mode is not None and backend in (None, "inductor") and mode not in MODES:
        raise RuntimeError(f"Unrecognized mode={mode}, should be one of: {', '.join(MODES)}")
    if not isinstance(dynamic, (bool, type(None))):
        raise AssertionError(f"Expected enable to be a bool, got {type(dynamic)}")
    if not callable(model):
        raise AssertionError(f"A callable function is expected, but {type(model)} is provided.")
    if hasattr(type(model), "register_forward_hook"):
        from .nn.compiled import OptimizedModule

        return OptimizedModule(model)
    return model
