"""Layers, by family."""

from .activation import ReLU, Sigmoid, Tanh
from .container import ModuleDict, ModuleList, Sequential
from .dropout import Dropout
from .linear import Identity, Linear
from .loss import CrossEntropyLoss, L1Loss, MSELoss, NLLLoss
from .module import Module

__all__ = [
    "CrossEntropyLoss", "Dropout", "Identity", "L1Loss", "Linear", "MSELoss", "Module", "ModuleDict", "ModuleList",
    "NLLLoss", "ReLU", "Sequential", "Sigmoid", "Tanh",
]
