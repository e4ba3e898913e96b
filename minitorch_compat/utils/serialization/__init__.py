"""How ``save`` and ``load`` do what their arguments do not say."""

from . import config

__all__ = ["config"]
