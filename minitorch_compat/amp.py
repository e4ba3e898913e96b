"""Mixed precision: blocks in which operations choose their precision, and scales for losses."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

import numpy as np

from ._core import dtypes, kinds
from ._core.absent import room as _room
from ._core.forms import FUNCTIONS
from ._core.modes import no_grad
from ._core.tensor import Tensor

__all__ = ["GradScaler", "autocast", "custom_bwd", "custom_fwd", "is_autocast_available"]


def is_autocast_available(device_type: str) -> bool:
    """Whether torch knows how to cast for this kind of device."""
    return kinds.device(device_type).type in ("cpu", "cuda", "xpu", "mps", "hpu", "mtia", "xla", "ipu", "maia")


def checked_device(device_type: Any) -> str:
    """The kind of device; ValueError for what is no text."""
    if not isinstance(device_type, str):
        raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")
    return kinds.device(device_type).type


class autocast:
    """A block, or a decorated function, in which operations choose their precision.

    Products, convolutions and attention take bfloat16, or float16, and losses single precision. For "cuda" it warns and
    does nothing, as torch does without a GPU. ValueError for a device type that is no text.
    """

    def __init__(
        self, device_type: str, dtype: Any = None, enabled: bool = True, cache_enabled: bool | None = None
    ) -> None:
        from . import autocasting

        self._casting = autocasting
        self.device = checked_device(device_type)
        self.fast_dtype = autocasting.get_autocast_dtype(self.device) if dtype is None else dtype
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
        self._cache_enabled = autocasting.is_autocast_cache_enabled() if cache_enabled is None else cache_enabled

    def __enter__(self) -> autocast:
        casting = self._casting
        self.before = (
            casting.is_autocast_enabled(self.device), casting.get_autocast_dtype(self.device),
            casting.is_autocast_cache_enabled(),
        )  # fmt: skip
        casting.set_autocast_enabled(self.device, self._enabled)
        casting.set_autocast_dtype(self.device, self.fast_dtype)
        casting.autocast_increment_nesting()
        casting.set_autocast_cache_enabled(self._cache_enabled)
        return self

    def __exit__(self, *exception: Any) -> None:
        casting, (enabled, dtype, keep) = self._casting, self.before
        if casting.autocast_decrement_nesting() == 0:
            casting.clear_autocast_cache()
        casting.set_autocast_enabled(self.device, enabled)
        casting.set_autocast_dtype(self.device, dtype)
        casting.set_autocast_cache_enabled(keep)

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def inside(*arguments: Any, **keywords: Any) -> Any:
            with self:
                return function(*arguments, **keywords)

        return inside


def _cast(value: Any, dtype: Any) -> Any:
    """Floating tensors in ``dtype``, but for those in double precision, also in lists and dicts."""
    if isinstance(value, Tensor):
        lowered = value.is_floating_point() and value.dtype is not dtypes.float64
        return value.to(dtype) if lowered else value  # type: ignore[attr-defined]
    if isinstance(value, dict):
        return {_cast(key, dtype): _cast(each, dtype) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_cast(each, dtype) for each in value)
    return value


def custom_fwd(fwd: Any = None, *, device_type: str, cast_inputs: Any = None) -> Any:
    """Decorate ``forward`` of an autograd function: it notes whether casting is on, or runs without on cast inputs."""
    device = checked_device(device_type)
    if fwd is None:
        return partial(custom_fwd, device_type=device_type, cast_inputs=cast_inputs)

    @wraps(fwd)
    def forward(*arguments: Any, **keywords: Any) -> Any:
        from . import autocasting

        context = arguments[0]
        context._dtype = autocasting.get_autocast_dtype(device)
        enabled = autocasting.is_autocast_enabled(device)
        if cast_inputs is None:
            context._fwd_used_autocast = enabled
            return fwd(*arguments, **keywords)
        context._fwd_used_autocast = False
        if not enabled:
            return fwd(*arguments, **keywords)
        with autocast(device, enabled=False):
            return fwd(*_cast(arguments, cast_inputs), **_cast(keywords, cast_inputs))

    return forward


def custom_bwd(bwd: Any = None, *, device_type: str) -> Any:
    """Decorate ``backward`` of an autograd function: it casts as its ``forward`` did."""
    device = checked_device(device_type)
    if bwd is None:
        return partial(custom_bwd, device_type=device_type)

    @wraps(bwd)
    def backward(*arguments: Any, **keywords: Any) -> Any:
        context = arguments[0]
        with autocast(device, enabled=context._fwd_used_autocast, dtype=context._dtype):
            return bwd(*arguments, **keywords)

    return backward


class GradScaler:
    """Scales losses, so that gradients in half precision do not vanish, and steps only where they are finite.

    The scale shrinks after a step that was left out, and grows after ``growth_interval`` steps that were taken. For
    "cuda" it warns and is off, as in torch without a GPU: losses pass as they are and optimisers step.
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
        if not self._enabled:
            return
        if growth_factor <= 1.0:
            raise AssertionError("The growth factor must be > 1.0.")
        if backoff_factor >= 1.0:
            raise AssertionError("The backoff factor must be < 1.0.")
        self._init_scale = init_scale
        self._scale: Any = None
        self._growth_factor, self._backoff_factor = growth_factor, backoff_factor
        self._growth_interval, self._growth_tracker = growth_interval, 0
        self._began()

    def _began(self) -> None:
        """Forget what the optimisers have gone through since the last update."""
        self._unscaled: dict[int, bool] = {}
        self._stepped: set[int] = set()

    def _ready(self, what: str) -> None:
        if self._scale is None:
            raise AssertionError(
                f"Attempted {what} but _scale is None.  This may indicate your script did not use scaler.scale(loss or "
                "outputs) earlier in the iteration."
            )

    def scale(self, outputs: Any) -> Any:
        """The outputs, a tensor or an iterable of tensors, times the scale."""
        if not self._enabled:
            return outputs
        if isinstance(outputs, Tensor):
            if self._scale is None:
                self._scale = FUNCTIONS["full"]((), self._init_scale, dtype=dtypes.float32)
            return outputs * self._scale  # type: ignore[operator]
        try:
            parts = map(self.scale, outputs)
        except TypeError:
            raise ValueError("outputs must be a Tensor or an iterable of Tensors") from None
        return type(outputs)(parts) if isinstance(outputs, (list, tuple)) else parts

    def unscale_(self, optimizer: Any) -> None:
        """Divide the optimiser's gradients by the scale; errors the second time and after its step."""
        if not self._enabled:
            return
        self._ready("unscale_")
        if id(optimizer) in self._unscaled:
            raise RuntimeError(
                "unscale_() is being called after step()." if id(optimizer) in self._stepped else
                "unscale_() has already been called on this optimizer since the last update()."
            )
        inverse = self._scale.double().reciprocal().float()
        found: dict[int, bool] = {}
        with no_grad():
            for group in optimizer.param_groups:
                for parameter in group["params"]:
                    g = parameter.grad
                    if g is not None:
                        if g.dtype is dtypes.float16:
                            raise ValueError("Attempting to unscale FP16 gradients.")
                        found[id(parameter)] = bool(np.isfinite(g.detach().double().numpy()).all())
                        g.mul_(inverse)
        if found:
            self._unscaled[id(optimizer)] = all(found.values())

    def step(self, optimizer: Any, *arguments: Any, **keywords: Any) -> Any:
        """``optimizer.step`` with these arguments, left out where a gradient is not finite."""
        if not self._enabled:
            return optimizer.step(*arguments, **keywords)
        if "closure" in keywords:
            raise RuntimeError("Closure use is not currently supported if GradScaler is enabled.")
        self._ready("step")
        if id(optimizer) in self._stepped:
            raise RuntimeError("step() has already been called since the last update().")
        if id(optimizer) not in self._unscaled:
            self.unscale_(optimizer)
        if id(optimizer) not in self._unscaled:
            raise AssertionError("No inf checks were recorded for this optimizer.")
        self._stepped.add(id(optimizer))
        return optimizer.step(*arguments, **keywords) if self._unscaled[id(optimizer)] else None

    def update(self, new_scale: Any = None) -> None:
        """Let the scale shrink or grow by what the steps have found, or set it."""
        if not self._enabled:
            return
        self._ready("update")
        if isinstance(new_scale, float):
            self._scale.fill_(new_scale)
        elif new_scale is not None:
            if new_scale.device.type != self._device or new_scale.numel() != 1 or new_scale.requires_grad:
                raise AssertionError(
                    "new_scale should be a float or a 1-element torch.cuda.FloatTensor or torch.FloatTensor with "
                    "requires_grad=False."
                )
            self._scale.copy_(new_scale)
        else:
            if not self._unscaled:
                raise AssertionError("No inf checks were recorded prior to update.")
            if not all(self._unscaled.values()):
                self._scale.mul_(self._backoff_factor)
                self._growth_tracker = 0
            else:
                self._growth_tracker += 1
                if self._growth_tracker == self._growth_interval:
                    grown = self._scale * self._growth_factor
                    if bool(grown.isfinite()):
                        self._scale.copy_(grown)
                    self._growth_tracker = 0
        self._began()

    def get_scale(self) -> float:
        """The scale; 1 where it is off."""
        if not self._enabled:
            return 1.0
        return self._init_scale if self._scale is None else float(self._scale.item())

    def get_growth_factor(self) -> float:
        """By how much the scale grows."""
        return self._growth_factor

    def set_growth_factor(self, new_factor: float) -> None:
        """Set by how much the scale grows."""
        self._growth_factor = new_factor

    def get_backoff_factor(self) -> float:
        """By how much the scale shrinks."""
        return self._backoff_factor

    def set_backoff_factor(self, new_factor: float) -> None:
        """Set by how much the scale shrinks."""
        self._backoff_factor = new_factor

    def get_growth_interval(self) -> int:
        """After how many steps the scale grows."""
        return self._growth_interval

    def set_growth_interval(self, new_interval: int) -> None:
        """Set after how many steps the scale grows."""
        self._growth_interval = new_interval

    def _get_growth_tracker(self) -> int:
        return self._growth_tracker if self._enabled else 0

    def is_enabled(self) -> bool:
        """Whether it scales."""
        return self._enabled

    def state_dict(self) -> dict[str, Any]:
        """The scale and how it changes; empty where it is off."""
        if not self._enabled:
            return {}
        return {
            "scale": self.get_scale(), "growth_factor": self._growth_factor, "backoff_factor": self._backoff_factor,
            "growth_interval": self._growth_interval, "_growth_tracker": self._growth_tracker,
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take a state over; RuntimeError for an empty one."""
        if not self._enabled:
            return
        if not state_dict:
            raise RuntimeError(
                "The source state dict is empty, possibly because it was saved from a disabled instance of GradScaler."
            )
        self._init_scale = state_dict["scale"]
        if self._scale is not None:
            self._scale.fill_(state_dict["scale"])
        self._growth_factor, self._backoff_factor = state_dict["growth_factor"], state_dict["backoff_factor"]
        self._growth_interval, self._growth_tracker = state_dict["growth_interval"], state_dict["_growth_tracker"]


def of_device(kind: str, fast_dtype: Any) -> tuple[type[autocast], type[GradScaler]]:
    """The old classes of ``torch.cpu.amp`` or ``torch.cuda.amp``, which are those above for one kind of device."""

    def old(name: str) -> str:
        now = f"`torch.amp.{name}('{kind}', args...)`"
        return f"`torch.{kind}.amp.{name}(args...)` is deprecated. Please use {now} instead."

    class Autocast(autocast):
        __doc__ = f"""``torch.amp.autocast("{kind}", ...)``."""

        def __init__(self, enabled: bool = True, dtype: Any = fast_dtype, cache_enabled: bool = True) -> None:
            warnings.warn(old("autocast"), FutureWarning, stacklevel=2)
            super().__init__(kind, dtype, enabled, cache_enabled)

    class Scaler(GradScaler):
        __doc__ = f"""``torch.amp.GradScaler("{kind}", ...)``."""

        def __init__(
            self, init_scale: float = 2.0**16, growth_factor: float = 2.0, backoff_factor: float = 0.5,
            growth_interval: int = 2000, enabled: bool = True
        ) -> None:
            warnings.warn(old("GradScaler"), FutureWarning, stacklevel=2)
            super().__init__(kind, init_scale, growth_factor, backoff_factor, growth_interval, enabled)

    for made, name, place in (Autocast, "autocast", "autocast_mode"), (Scaler, "GradScaler", "grad_scaler"):
        made.__name__ = made.__qualname__ = name
        made.__module__ = f"torch.{kind}.amp.{place}"
    return Autocast, Scaler


__getattr__ = _room("torch.amp", __name__)

autocast.__module__ = "torch.amp.autocast_mode"
GradScaler.__module__ = "torch.amp.grad_scaler"
