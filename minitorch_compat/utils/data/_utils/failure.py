"""An error that goes from a worker to the process that asked."""

from __future__ import annotations

import sys
import traceback
from typing import NoReturn


class KeyErrorMessage(str):
    """A text that a KeyError shows as it is, where it would show the quoted form."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


class ExceptionWrapper:
    """Type and traceback of the error that is being handled, without what it holds on to."""

    def __init__(self, where: str = "in background") -> None:
        kind, error, trace = sys.exc_info()
        if kind is None:
            raise RuntimeError("there is no error to wrap")
        self.exc_type = kind
        self.exc_msg = "".join(traceback.format_exception(kind, error, trace))
        self.where = where

    def reraise(self) -> NoReturn:
        """Raise an error of the same type that tells the whole story; RuntimeError for types that take no text."""
        text = f"Caught {self.exc_type.__name__} {self.where}.\nOriginal {self.exc_msg}"
        if self.exc_type is KeyError:
            text = KeyErrorMessage(text)
        elif getattr(self.exc_type, "message", None):
            raise self.exc_type(message=text)  # type: ignore[call-arg]
        try:
            error = self.exc_type(text)
        except Exception:
            raise RuntimeError(text) from None
        raise error
