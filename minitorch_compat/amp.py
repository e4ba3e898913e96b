"""Mixed precision: on the CPU alone, where casting by itself is not there yet, and off for GPUs that there are not."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import wraps
from typing import Any

from ._core import dtypes, kinds
from ._core.absent import absent
from ._core.absent import room as _room

__all__ = ["GradScaler", "autocast", "is_autocast_available"]


def is_autocast_available(device_type: str) -> bool:
    """Whether torch knows how to cast for this kind of device."""
    return kinds.device(device_type).type in ("cpu", "cuda", "xpu", "mps", "hpu", "mtia", "xla", "ipu", "maia")


class autocast:
    """A block, or a decorated function, in which operations choose their precision.

    For "cuda" it warns and does nothing, as torch does without a GPU. On the CPU only ``enabled=False`` is there:
    entering it enabled is refused by name. ValueError for a device type that is no text.
    """

    def __init__(
        self, device_type: str, dtype: Any = None, enabled: bool = True, cache_enabled: bool | None = None
    ) -> None:
        if not isinstance(device_type, str):
            raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")
        self.device = kinds.device(device_type).type
        self.fast_dtype = dtype or (dtypes.bfloat16 if self.device == "cpu" else dtypes.float16)
        if enabled and self.device == "cuda":
            warnings.warn("CUDA is not available or torch_xla is imported. Disabling autocast.", stacklevel=2)
            enabled = False
        if enabled and self.device == "cpu" and self.fast_dtype not in (dtypes.bfloat16, dtypes.float16):
            warnings.warn(
                "In CPU autocast, but the target dtype is not supported. Disabling autocast.\nCPU Autocast only "
                "supports dtypes of torch.bfloat16, torch.float16 currently.", stacklevel=2,
            )  # fmt: skip
            enabled = False
        self._enabled = enabled

    def __enter__(self) -> autocast:
        if self._enabled:
            raise absent(f"torch.autocast('{self.device}') that is enabled")
        return self

    def __exit__(self, *exception: Any) -> None:
        pass

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def inside(*arguments: Any, **keywords: Any) -> Any:
            with self:
                return function(*arguments, **keywords)

        return inside


class GradScaler:
    """Scales losses, so that gradients in half precision do not vanish.

    For "cuda" it warns and is off, as in torch without a GPU: losses pass as they are and optimisers step. On the CPU
    an enabled one is not there yet and refused by name.
    """

    def __init__(
        self, device: str = "cuda", init_scale: float = 2.0**16, growth_factor: float = 2.0,
        backoff_factor: float = 0.5, growth_interval: int = 2000, enabled: bool = True
    ) -> None:
        self._device = device
        self._enabled = enabled
        if enabled and device == "cuda":
            warnings.warn(
                "torch.cuda.amp.GradScaler is enabled, but CUDA is not available.  Disabling.", stacklevel=2
            )
            self._enabled = False
        if self._enabled:
            raise absent(f"torch.amp.GradScaler('{device}') that is enabled")

    def scale(self, outputs: Any) -> Any:
        """The outputs as they are."""
        return outputs

    def unscale_(self, optimizer: Any) -> None:
        """Leave the gradients as they are."""

    def step(self, optimizer: Any, *arguments: Any, **keywords: Any) -> Any:
        """``optimizer.step`` with these arguments."""
        return optimizer.step(*arguments, **keywords)

    def update(self, new_scale: Any = None) -> None:
        """Leave the scale as it is."""

    def get_scale(self) -> float:
        """The scale: 1."""
        return 1.0

    def is_enabled(self) -> bool:
        """Whether it scales."""
        return self._enabled

    def state_dict(self) -> dict[str, Any]:
        """The state: empty."""
        return {}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take a state over: none is needed."""


__getattr__ = _room("torch.amp", __name__)
