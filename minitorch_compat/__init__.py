"""An engine that behaves like PyTorch on the CPU: ``import minitorch_compat as torch``."""
# ruff: noqa: E402, F401

import gc as _gc
from importlib import import_module as _import_module
from math import e, inf, nan, pi
from types import ModuleType as _Module

# The tables are thousands of objects that stay: looking for garbage among them takes a fifth of the import.
_collects = _gc.isenabled()
_gc.disable()
try:
    from . import _ops, random
finally:
    if _collects:
        if not _gc.get_freeze_count():
            # Frozen and thawed they count as old, as after two collections that find nothing.
            _gc.freeze()
            _gc.unfreeze()
        _gc.enable()
from ._core.absent import mark_absent as _mark_absent
from ._core.absent import room as _room
from ._core.dtypes import ALIASES as _ALIASES
from ._core.dtypes import ALL as _ALL
from ._core.dtypes import can_cast, dtype, finfo, get_default_dtype, iinfo, promote_types, set_default_dtype
from ._core.forms import FUNCTIONS as _FUNCTIONS
from ._core.generator import Generator, default_generator
from ._core.kinds import (
    Size,
    channels_last,
    channels_last_3d,
    contiguous_format,
    device,
    layout,
    memory_format,
    preserve_format,
    sparse_bsc,
    sparse_bsr,
    sparse_coo,
    sparse_csc,
    sparse_csr,
    strided,
)
from ._core.legacy import TYPES as _TYPES
from ._core.legacy import is_storage, is_tensor, set_default_tensor_type, typename
from ._core.modes import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    is_inference_mode_enabled,
    no_grad,
    set_grad_enabled,
)
from ._core.storage import TypedStorage, UntypedStorage
from ._core.tensor import Tensor
from ._core.warn import is_warn_always_enabled, set_warn_always
from .random import get_rng_state, initial_seed, manual_seed, seed, set_rng_state, thread_safe_generator
from .version import __version__

globals().update({each.name: each for each in _ALL})
globals().update(_ALIASES)
globals().update(_TYPES)
globals().update(_FUNCTIONS)

legacy_contiguous_format = contiguous_format
newaxis = None

__all__ = [name for name, value in globals().items() if name[0] != "_" and type(value) is not _Module]

_mark_absent(Tensor)
_LAZY = frozenset((
    "_C", "_tensor", "_tensor_str", "_utils", "_weights_only_unpickler", "accelerator", "amp", "autograd", "backends",
    "compiler", "cpu", "cuda", "distributions", "fft", "func", "jit", "linalg", "masked", "mps", "mtia", "nn", "ops",
    "optim", "overrides", "return_types", "serialization", "signal", "sparse", "special", "storage", "testing", "types",
    "utils", "xpu",
))  # fmt: skip
_LATER = {
    name: place for place, names in {
        "_core.printing": "set_printoptions",
        "_core.sparse.compressed": """sparse_bsc_tensor sparse_bsr_tensor sparse_compressed_tensor sparse_csc_tensor
            sparse_csr_tensor""",
        "_core.sparse.creation": "sparse_coo_tensor",
        "amp": "GradScaler autocast",
        "autocasting": """autocast_decrement_nesting autocast_increment_nesting clear_autocast_cache
            get_autocast_cpu_dtype get_autocast_dtype get_autocast_gpu_dtype get_autocast_ipu_dtype
            is_autocast_cache_enabled is_autocast_cpu_enabled is_autocast_enabled is_autocast_ipu_enabled
            is_autocast_xla_enabled set_autocast_cache_enabled set_autocast_cpu_dtype set_autocast_cpu_enabled
            set_autocast_dtype set_autocast_enabled""",
        "autograd.anomaly_mode": "is_anomaly_check_nan_enabled is_anomaly_enabled set_anomaly_enabled",
        "cuda": "OutOfMemoryError",
        "func": "vmap",
        "serialization": "load save",
        "settings": """are_deterministic_algorithms_enabled compile compiled_with_cxx11_abi
            get_deterministic_debug_mode get_float32_matmul_precision get_num_interop_threads get_num_threads
            has_lapack has_mkl has_openmp has_spectral is_deterministic_algorithms_warn_only_enabled
            set_deterministic_debug_mode set_float32_matmul_precision set_flush_denormal set_num_interop_threads
            set_num_threads use_deterministic_algorithms""",
        "stand_in": "as_torch",
    }.items() for name in names.split()
}  # fmt: skip
"""Where the names are that are imported when they are first asked for."""
_find = _room("torch", __name__, _LAZY)


def __getattr__(name: str) -> object:
    if name in _LATER:
        return getattr(_import_module(f"{__name__}.{_LATER[name]}"), name)
    if name.endswith("Storage"):
        from .storage import LEGACY

        if name in LEGACY:
            return LEGACY[name]
    return _find(name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY, *_LATER})
