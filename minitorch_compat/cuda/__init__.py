"""What scripts ask of GPUs: there is none, and what needs one is refused in the words of a torch built without."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, NoReturn

from .._core import kinds
from .._core.absent import room as _room
from . import amp

__all__ = [
    "OutOfMemoryError", "amp", "current_device", "current_stream", "default_generators", "default_stream", "device",
    "device_count", "empty_cache", "get_arch_list", "get_device_capability", "get_device_name",
    "get_device_properties", "get_rng_state", "get_rng_state_all", "has_half", "init", "initial_seed", "ipc_collect",
    "is_available", "is_bf16_supported", "is_initialized", "manual_seed", "manual_seed_all", "max_memory_allocated",
    "max_memory_reserved", "mem_get_info", "memory_allocated", "memory_reserved", "memory_stats",
    "reset_peak_memory_stats", "seed", "seed_all", "set_device", "set_rng_state", "synchronize",
]  # fmt: skip

default_generators: tuple[()] = ()
has_half = True


class OutOfMemoryError(RuntimeError):
    """What torch raises when a device has no memory left."""


OutOfMemoryError.__module__ = "torch"


def is_available() -> bool:
    """Whether there is a GPU: False."""
    return False


def device_count() -> int:
    """The number of GPUs: 0."""
    return 0


def is_initialized() -> bool:
    """Whether a GPU was used: False."""
    return False


def is_bf16_supported(including_emulation: bool = True) -> bool:
    """Whether a GPU computes in bfloat16: False."""
    return False


def is_tf32_supported() -> bool:
    """Whether a GPU computes in TF32: False."""
    return False


def init() -> NoReturn:
    """Wake the GPUs: AssertionError."""
    raise AssertionError("Torch not compiled with CUDA enabled")


def _refused(name: str, purpose: str) -> Any:
    def function(*arguments: Any, **keywords: Any) -> NoReturn:
        init()

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"{purpose}: AssertionError, there is none."
    return function


current_device = _refused("current_device", "The number of the GPU in use")
get_device_name = _refused("get_device_name", "What a GPU is called")
get_device_capability = _refused("get_device_capability", "What a GPU can do")
get_device_properties = _refused("get_device_properties", "All about a GPU")
synchronize = _refused("synchronize", "Wait for a GPU")
current_stream = _refused("current_stream", "The queue in use")
default_stream = _refused("default_stream", "The queue used by default")
initial_seed = _refused("initial_seed", "The seed of a GPU's generator")
get_rng_state = _refused("get_rng_state", "The state of a GPU's generator")
ipc_collect = _refused("ipc_collect", "Free what other processes shared")
mem_get_info = _refused("mem_get_info", "Free and total memory of a GPU")


def set_device(device: Any) -> None:
    """Choose a GPU; ValueError for devices of other kinds, AttributeError for numbers of GPUs that there are not."""
    if isinstance(device, int):
        index = device
    else:
        wanted = kinds.device(device)
        if wanted.type != "cuda":
            raise ValueError(f"Expected a cuda device, but got: {device}")
        index = -1 if wanted.index is None else wanted.index
    if index >= 0:
        raise AttributeError("module 'torch._C' has no attribute '_cuda_setDevice'")


class device:
    """A block in which a GPU is chosen; entering it is refused unless the number is negative or None."""

    def __init__(self, device: Any) -> None:
        self.idx = -1 if device is None else device if isinstance(device, int) else kinds.device(device).index or 0

    def __enter__(self) -> None:
        if self.idx >= 0:
            raise RuntimeError("PyTorch was compiled without CUDA support")

    def __exit__(self, type: Any, value: Any, traceback: Any) -> None:
        pass


def manual_seed(seed: int) -> None:
    """Restart the generator of a GPU, if there ever is one."""
    int(seed)


def manual_seed_all(seed: int) -> None:
    """Restart the generators of all GPUs, if there ever are any."""
    int(seed)


def seed() -> None:
    """Restart the generator of a GPU from the operating system's randomness, if there ever is one."""


def seed_all() -> None:
    """Restart the generators of all GPUs from the operating system's randomness, if there ever are any."""


def get_rng_state_all() -> list[Any]:
    """The states of the generators of all GPUs: none."""
    return []


def set_rng_state(new_state: Any, device: Any = "cuda") -> None:
    """Continue the generator of a GPU, if there ever is one."""


def set_rng_state_all(new_states: Any) -> None:
    """Continue the generators of all GPUs, if there ever are any."""


def empty_cache() -> None:
    """Give unused memory of GPUs back: there is none."""


def memory_allocated(device: Any = None) -> int:
    """Bytes in use on a GPU: 0."""
    return 0


def max_memory_allocated(device: Any = None) -> int:
    """The most bytes that were in use on a GPU: 0."""
    return 0


def memory_reserved(device: Any = None) -> int:
    """Bytes held on a GPU: 0."""
    return 0


def max_memory_reserved(device: Any = None) -> int:
    """The most bytes that were held on a GPU: 0."""
    return 0


def memory_stats(device: Any = None) -> OrderedDict[str, Any]:
    """Statistics of a GPU's memory: empty."""
    return OrderedDict()


def reset_peak_memory_stats(device: Any = None) -> NoReturn:
    """Forget peaks of memory: AttributeError, as torch without CUDA."""
    raise AttributeError("module 'torch._C' has no attribute '_cuda_resetPeakMemoryStats'")


def get_arch_list() -> list[str]:
    """The architectures this was built for: none."""
    return []


def get_gencode_flags() -> str:
    """How kernels were built: not at all."""
    return ""


__getattr__ = _room("torch.cuda", __name__)
