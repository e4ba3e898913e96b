"""Networks: modules, their parameters, and the functions they call."""

from .._core.absent import room as _room
from . import functional, init, modules, parameter, utils
from .modules import *  # noqa: F403
from .parameter import Buffer, Parameter, UninitializedBuffer, UninitializedParameter

__all__ = [
    "Buffer", "Parameter", "UninitializedBuffer", "UninitializedParameter", "functional", "init", "modules",
    "parameter", "utils", *modules.__all__,
]

_find = _room("torch.nn", __name__, frozenset(("attention", "common_types", "parallel")))


def __getattr__(name: str) -> object:
    if name == "DataParallel":
        from .parallel import DataParallel

        return DataParallel
    return _find(name)
