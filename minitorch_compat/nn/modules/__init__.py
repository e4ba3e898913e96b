"""Layers, by family."""

from . import activation, container, dropout, linear, loss
from .activation import *  # noqa: F403
from .container import *  # noqa: F403
from .dropout import *  # noqa: F403
from .linear import *  # noqa: F403
from .loss import *  # noqa: F403
from .module import Module

__all__ = ["Module", *activation.__all__, *container.__all__, *dropout.__all__, *linear.__all__, *loss.__all__]
