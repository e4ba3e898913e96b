"""Optimisers, one to a file."""

from .._core.absent import room as _room
from .optimizer import Optimizer
from .sgd import SGD

__all__ = ["SGD", "Optimizer"]


__getattr__ = _room("torch.optim", __name__)
