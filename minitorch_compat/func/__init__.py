"""Functions that turn functions into their derivatives, and into functions of many examples."""

from __future__ import annotations

from .._core.absent import room as _room
from .examples import vmap
from .forward_mode import jvp
from .functionalization import functionalize
from .jacobians import hessian, jacfwd, jacrev, linearize
from .of_modules import functional_call, stack_module_state
from .reverse import grad, grad_and_value, vjp

__all__ = [
    "functional_call", "functionalize", "grad", "grad_and_value", "hessian", "jacfwd", "jacrev", "jvp", "linearize",
    "stack_module_state", "vjp", "vmap",
]

__getattr__ = _room("torch.func", __name__)


def __dir__() -> list[str]:
    return sorted(__all__)
