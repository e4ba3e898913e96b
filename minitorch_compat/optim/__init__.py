"""Optimisers, one to a file."""

from .._core.absent import room as _room
from .adam import Adam
from .adamw import AdamW
from .optimizer import Optimizer
from .sgd import SGD

__all__ = ["SGD", "Adam", "AdamW", "Optimizer"]


__getattr__ = _room("torch.optim", __name__)
