"""Networks: modules, their parameters, and the functions they call."""

from .._core.absent import room as _room
from . import functional, init, modules, parameter, utils
from .modules import *  # noqa: F403
from .parameter import Buffer, Parameter

__all__ = ["Buffer", "Parameter", "functional", "init", "modules", "parameter", "utils", *modules.__all__]

__getattr__ = _room("torch.nn", __name__)
