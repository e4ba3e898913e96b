"""What a loader is made of."""

from . import collate

__all__ = ["collate"]
