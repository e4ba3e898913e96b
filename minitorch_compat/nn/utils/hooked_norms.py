"""The norms of weights of old, which a hook computes before each call: direction and length, and spectral."""

from __future__ import annotations

import warnings
from typing import Any

from ..._core.forms import FUNCTIONS
from ..._core.modes import no_grad
from .. import functional as F
from ..modules.module import Module
from ..parameter import Parameter
from .parametrizations import _rows_of


def _hook_of(module: Module, kind: type, name: str) -> Any:
    """The key of a hook of some kind for one weight, or None."""
    for key, hook in module._forward_pre_hooks.items():
        if isinstance(hook, kind) and hook.name == name:  # type: ignore[attr-defined]
            return key
    return None


class WeightNorm:
    """Computes a weight from lengths ``weight_g`` and directions ``weight_v``."""

    def __init__(self, name: str, dim: int | None) -> None:
        self.name = name
        self.dim = -1 if dim is None else dim

    def compute_weight(self, module: Module) -> Any:
        """The weight."""
        g, v = getattr(module, self.name + "_g"), getattr(module, self.name + "_v")
        return FUNCTIONS["_weight_norm"](v, g, self.dim)

    def __call__(self, module: Module, inputs: Any) -> None:
        setattr(module, self.name, self.compute_weight(module))


def weight_norm(module: Module, name: str = "weight", dim: int | None = 0) -> Module:
    """Replace a weight by its lengths and directions, from which a hook computes it."""
    warnings.warn(
        "`torch.nn.utils.weight_norm` is deprecated in favor of `torch.nn.utils.parametrizations.weight_norm`.",
        FutureWarning,
        stacklevel=2,
    )
    if _hook_of(module, WeightNorm, name) is not None:
        raise RuntimeError(f"Cannot register two weight_norm hooks on the same parameter {name}")
    hook = WeightNorm(name, dim)
    weight = getattr(module, name)
    del module._parameters[name]
    lengths = FUNCTIONS["norm_except_dim"](weight, 2, hook.dim)
    module.register_parameter(name + "_g", Parameter(lengths.data))
    module.register_parameter(name + "_v", Parameter(weight.data))
    setattr(module, name, hook.compute_weight(module))
    module.register_forward_pre_hook(hook)
    return module


def remove_weight_norm(module: Module, name: str = "weight") -> Module:
    """Make the weight a parameter again."""
    key = _hook_of(module, WeightNorm, name)
    if key is None:
        raise ValueError(f"weight_norm of '{name}' not found in {module}")
    hook: Any = module._forward_pre_hooks.pop(key)
    weight = hook.compute_weight(module)
    delattr(module, name)
    del module._parameters[name + "_g"], module._parameters[name + "_v"]
    setattr(module, name, Parameter(weight.data))
    return module


class SpectralNorm:
    """Computes a weight over its largest singular value."""

    def __init__(self, name: str, n_power_iterations: int, dim: int, eps: float) -> None:
        if n_power_iterations <= 0:
            raise ValueError(
                f"Expected n_power_iterations to be positive, but got n_power_iterations={n_power_iterations}"
            )
        self.name = name
        self.dim = dim
        self.n_power_iterations = n_power_iterations
        self.eps = eps

    def reshape_weight_to_matrix(self, weight: Any) -> Any:
        """The weight with ``dim`` as its rows."""
        if self.dim != 0:
            weight = weight.permute(self.dim, *(each for each in range(weight.dim()) if each != self.dim))
        return weight.reshape(weight.size(0), -1)

    def compute_weight(self, module: Module, do_power_iteration: bool) -> Any:
        """The weight; the vectors of the module come nearer to the singular ones."""
        weight = getattr(module, self.name + "_orig")
        u, v = getattr(module, self.name + "_u"), getattr(module, self.name + "_v")
        matrix = self.reshape_weight_to_matrix(weight)
        if do_power_iteration:
            with no_grad():
                for _ in range(self.n_power_iterations):
                    v.copy_(F.normalize(FUNCTIONS["mv"](matrix.t(), u), dim=0, eps=self.eps))
                    u.copy_(F.normalize(FUNCTIONS["mv"](matrix, v), dim=0, eps=self.eps))
                u, v = u.clone(), v.clone()
        return weight / FUNCTIONS["dot"](u, FUNCTIONS["mv"](matrix, v))

    def __call__(self, module: Module, inputs: Any) -> None:
        setattr(module, self.name, self.compute_weight(module, module.training))


def spectral_norm(
    module: Module, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim: int | None = None
) -> Module:
    """Replace a weight by one that a hook divides by its largest singular value."""
    rows = _rows_of(module, dim)
    if _hook_of(module, SpectralNorm, name) is not None:
        raise RuntimeError(f"Cannot register two spectral_norm hooks on the same parameter {name}")
    hook = SpectralNorm(name, n_power_iterations, rows, eps)
    weight: Any = module._parameters[name]
    if weight is None:
        raise ValueError(f"`SpectralNorm` cannot be applied as parameter `{name}` is None")
    with no_grad():
        height, width = hook.reshape_weight_to_matrix(weight).size()
        u = F.normalize(weight.new_empty(height).normal_(0, 1), dim=0, eps=eps)
        v = F.normalize(weight.new_empty(width).normal_(0, 1), dim=0, eps=eps)
    delattr(module, name)
    module.register_parameter(name + "_orig", weight)
    setattr(module, name, weight.data)
    module.register_buffer(name + "_u", u)
    module.register_buffer(name + "_v", v)
    module.register_forward_pre_hook(hook)

    def versioned(module: Module, state_dict: Any, prefix: str, local_metadata: dict[str, Any]) -> None:
        local_metadata.setdefault("spectral_norm", {})[name + ".version"] = 1

    module._register_state_dict_hook(versioned)
    module.__dict__.setdefault("_spectral_versions", {})[name] = versioned
    return module


def remove_spectral_norm(module: Module, name: str = "weight") -> Module:
    """Make the weight, as it is now, a parameter again."""
    key = _hook_of(module, SpectralNorm, name)
    if key is None:
        raise ValueError(f"spectral_norm of '{name}' not found in {module}")
    hook: Any = module._forward_pre_hooks.pop(key)
    with no_grad():
        weight = hook.compute_weight(module, False)
    delattr(module, name)
    for ending in ("_u", "_v", "_orig"):
        delattr(module, name + ending)
    module.register_parameter(name, Parameter(weight.detach()))
    versioned = module.__dict__.get("_spectral_versions", {}).pop(name, None)
    for place, each in list(module._state_dict_hooks.items()):
        if each is versioned:
            del module._state_dict_hooks[place]
    return module


for _room, _items in (
    ("weight_norm", (WeightNorm, weight_norm, remove_weight_norm)),
    ("spectral_norm", (SpectralNorm, spectral_norm, remove_spectral_norm)),
):
    for _item in _items:
        _item.__module__ = f"torch.nn.utils.{_room}"  # type: ignore[attr-defined]
