"""Layers, by family."""

from .container import ModuleDict, ModuleList, Sequential
from .dropout import Dropout
from .linear import Identity, Linear
from .loss import L1Loss, MSELoss
from .module import Module

__all__ = ["Dropout", "Identity", "L1Loss", "Linear", "MSELoss", "Module", "ModuleDict", "ModuleList", "Sequential"]
