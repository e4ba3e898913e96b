"""Warnings that torch gives once in a process, and the switch that makes it repeat them."""

from __future__ import annotations

import warnings

_given: set[str] = set()
_always = False


def warn_once(text: str, stacklevel: int = 2, about: str = "") -> None:
    """Give a UserWarning the first time only, or each time after ``set_warn_always(True)``.

    What it is ``about`` is said where its text differs from time to time.
    """
    about = about or text
    if _always or about not in _given:
        _given.add(about)
        warnings.warn(text, UserWarning, stacklevel=stacklevel + 1)


def set_warn_always(b: bool, /) -> None:
    """Choose whether warnings that are normally given once are given every time."""
    if not isinstance(b, bool):
        raise TypeError(f"setWarnOnlyOnce expects a bool, but got {type(b).__name__}")
    global _always
    _always = b


def is_warn_always_enabled() -> bool:
    """Whether every warning is given every time."""
    return _always
