"""Memory handed from one library to another."""

from __future__ import annotations

from .. import from_dlpack, to_dlpack

__all__ = ["from_dlpack", "to_dlpack"]
