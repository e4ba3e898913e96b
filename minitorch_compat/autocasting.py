"""How operations choose their precision inside ``torch.autocast``.

The first block that is enabled puts a caster around each operation that cares, wherever its function is known by name;
before that, no call pays anything. Which operations those are was found by asking torch for each of them.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from pkgutil import iter_modules
from types import FunctionType, ModuleType
from typing import Any

from ._core import dtypes, kinds
from ._core.forms import FUNCTIONS
from ._core.modes import is_grad_enabled
from ._core.tensor import Tensor
from ._core.transforms import replaced

LOWER = frozenset(
    """
    addbmm addmm baddbmm bmm chain_matmul conv1d conv2d conv3d conv_tbc conv_transpose1d conv_transpose2d
    conv_transpose3d convolution corrcoef cov einsum inner linear lstm matmul mm multi_dot prelu rnn_relu rnn_relu_cell
    rnn_tanh rnn_tanh_cell scaled_dot_product_attention tensordot vecdot __matmul__ __rmatmul__
    """.split()  # noqa: SIM905
)
"""Cast to the block's dtype."""
SINGLE = frozenset(
    """
    adaptive_avg_pool3d adaptive_max_pool3d adaptive_max_pool3d_with_indices avg_pool3d binary_cross_entropy
    binary_cross_entropy_with_logits cdist cholesky cholesky_ex cholesky_inverse cholesky_solve cond
    cosine_embedding_loss cross_entropy ctc_loss eig eigh eigvals eigvalsh fft fft2 fftn fractional_max_pool2d
    fractional_max_pool2d_with_indices fractional_max_pool3d fractional_max_pool3d_with_indices geqrf grid_sample
    grid_sampler grid_sampler_2d grid_sampler_3d hfft hinge_embedding_loss householder_product huber_loss ifft ifft2
    ifftn ihfft inv inv_ex inverse irfft irfft2 irfftn kl_div l1_loss lstsq lu_solve margin_ranking_loss matrix_rank
    max_pool3d max_unpool1d max_unpool2d max_unpool3d mse_loss multi_margin_loss multilabel_margin_loss nanquantile
    nll_loss orgqr ormqr pinverse poisson_nll_loss polar prod qr quantile rfft rfft2 rfftn smooth_l1_loss
    soft_margin_loss solve stft svd svdvals tensorinv tensorsolve trace triangular_solve triplet_margin_loss
    view_as_complex
    """.split()  # noqa: SIM905
)
"""Cast to single precision."""
WIDEST = frozenset(("cat", "concat", "concatenate", "index_copy", "stack"))
"""Cast to the widest dtype among the arguments."""
INSIDE = frozenset(("pseudo_inverse", "trilinear"))
"""Told of the block: they cast in the middle of a kernel."""
ROOMS = ("nn.functional", "linalg", "fft")


class State:
    """Whether to cast, to what, and what was cast already."""

    def __init__(self) -> None:
        self.enabled: dict[str, bool] = {}
        self.lower: dict[str, Any] = {"cpu": dtypes.bfloat16}
        self.keep = True
        self.depth = 0
        self.kept: dict[int, tuple[Tensor, Tensor]] = {}
        self.active = False
        self.installed = False

    def enable(self, device: str, enabled: bool) -> None:
        self.enabled[device] = enabled
        self.active = self.enabled.get("cpu", False)
        if self.active and not self.installed:
            self.installed = True
            install()


state = State()


def cast(x: Tensor, dtype: Any) -> Tensor:
    """``x`` in ``dtype``, if it is a floating tensor of another that is not double; leaves with gradients only once."""
    if not x.is_floating_point() or x.dtype in (dtypes.float64, dtype):
        return x
    weight = x.dtype is dtypes.float32 and x.requires_grad and x.is_leaf
    if not (weight and state.keep and is_grad_enabled()):
        return x.to(dtype)  # type: ignore[attr-defined, no-any-return]
    known = state.kept.get(id(x))
    if known is None or known[0] is not x or known[1].dtype is not dtype:
        known = state.kept[id(x)] = x, x.to(dtype)  # type: ignore[attr-defined]
    return known[1]


def widest(arguments: Any, keywords: Any) -> Any:
    """The widest floating dtype among the tensors."""
    found: list[Any] = [dtypes.bfloat16 if state.lower["cpu"] is dtypes.bfloat16 else dtypes.float16]

    def look(x: Tensor) -> Tensor:
        if x.is_floating_point() and x.dtype is not found[0]:
            found[0] = dtypes.promote_types(found[0], x.dtype)
        return x

    replaced((arguments, keywords), look)
    return found[0]


def casting(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """``function`` with a caster around it."""

    @wraps(function)
    def cast_first(*arguments: Any, **keywords: Any) -> Any:
        if not state.active or keywords.get("out") is not None:
            return function(*arguments, **keywords)
        if name in INSIDE:
            first = arguments[0]
            casts = first.is_floating_point() and first.dtype is not dtypes.float64
            return function(*arguments, state if casts else None)
        if name in LOWER:
            dtype = state.lower["cpu"]
        else:
            dtype = dtypes.float32 if name in SINGLE else widest(arguments, keywords)
        arguments, keywords = replaced((arguments, keywords), lambda x: cast(x, dtype))
        state.active = False
        try:
            return function(*arguments, **keywords)
        finally:
            state.active = state.enabled.get("cpu", False)

    return cast_first


def inside(function: Any) -> Any:
    """The function itself, or what stands behind the question to subclasses that `overrides` put in its place."""
    return function.__wrapped__ if function.__code__.co_name == "ask_first" else function


def install() -> None:
    """Put casters in the place of the functions that care, in every module that knows them by name."""
    names = LOWER | SINGLE | WIDEST | INSIDE
    package = __name__.partition(".")[0]
    casters: dict[int, tuple[Any, Any]] = {}

    def replace_in(room: dict[str, Any], write: Callable[[str, Any], None]) -> None:
        for name in names & room.keys():
            function = room[name]
            if isinstance(function, FunctionType):
                inner = inside(function)
                made = casters.setdefault(id(inner), (inner, casting(name, inner)))[1]
                if inner is function:
                    write(name, made)
                else:
                    function.__wrapped__ = made  # type: ignore[attr-defined]

    operations = import_module(f"{package}._ops")
    for each in iter_modules(operations.__path__):  # those that wait for their first call would take their name back
        import_module(f"{package}._ops.{each.name}")
    for title in ROOMS:
        module = import_module(f"{package}.{title}")
        replace_in(vars(module), vars(module).__setitem__)
    for place in ("bilinear", "linear_algebra"):
        kernels = vars(import_module(f"{package}._ops.{place}"))
        replace_in(kernels, kernels.__setitem__)
    recurrent = vars(import_module(f"{package}._ops.recurrent"))  # whose cells' steps are cast one by one
    replace_in({"linear": recurrent["linear"]}, recurrent.__setitem__)
    replace_in(FUNCTIONS, FUNCTIONS.__setitem__)
    factorisations = import_module(f"{package}._ops.lowrank").LINEAR_ALGEBRA
    replace_in(factorisations, factorisations.__setitem__)
    replace_in(dict(vars(Tensor)), lambda name, made: setattr(Tensor, name, made))
    for module in list(sys.modules.values()):
        if isinstance(module, ModuleType) and module.__name__ != __name__:
            room = vars(module)
            for name, value in list(room.items()):
                if type(value) is FunctionType and id(inside(value)) in casters:
                    made = casters[id(inside(value))][1]
                    if inside(value) is value:
                        room[name] = made
                    else:
                        value.__wrapped__ = made  # type: ignore[attr-defined]


# ---- what torch shows of it


def _device(device_type: Any) -> str:
    return device_type if device_type in ("xla", "ipu") else kinds.device(device_type).type


def is_autocast_enabled(device_type: str = "cuda") -> bool:
    """Whether operations on this kind of device choose their precision now."""
    return state.enabled.get(_device(device_type), False)


def set_autocast_enabled(device_type: Any, enabled: bool | None = None) -> None:
    """Switch casting on or off; with one argument, for "cuda"."""
    if enabled is None:
        device_type, enabled = "cuda", device_type
    state.enable(_device(device_type), bool(enabled))


def get_autocast_dtype(device_type: str) -> Any:
    """The dtype that operations are cast to: bfloat16 on the CPU, unless one says otherwise."""
    device = _device(device_type)
    if device in ("meta", "vulkan"):
        raise RuntimeError("unsupported scalarType")
    return state.lower.get(device, dtypes.float16)


def set_autocast_dtype(device_type: str, dtype: Any) -> None:
    """Set the dtype that operations are cast to."""
    if not isinstance(dtype, dtypes.dtype):
        raise TypeError(
            f"set_autocast_dtype(): argument 'dtype' (position 2) must be torch.dtype, not {type(dtype).__name__}"
        )
    state.lower[_device(device_type)] = dtype


def is_autocast_cache_enabled() -> bool:
    """Whether weights are cast once for a block."""
    return state.keep


def set_autocast_cache_enabled(enabled: bool) -> None:
    """Let weights be cast once for a block, or each time."""
    state.keep = bool(enabled)


def clear_autocast_cache() -> None:
    """Forget what was cast."""
    state.kept.clear()


def autocast_increment_nesting() -> int:
    """Enter a block; how many are open."""
    state.depth += 1
    return state.depth


def autocast_decrement_nesting() -> int:
    """Leave a block; how many are open."""
    state.depth -= 1
    return state.depth


def _older(kind: str, what: str, call: Callable[..., Any], line: int) -> Callable[..., Any]:
    """A function of old for one kind of device, which says what to use instead."""
    name = {"enabled": f"is_autocast_{kind}_enabled", "dtype": f"get_autocast_{kind}_dtype"}.get(what, what)
    device = {"gpu": "cuda"}.get(kind, kind)
    given = {"enabled": "", "dtype": ""}.get(what, what.rpartition("_")[2])
    new = name.replace(f"_{kind}", "")
    instead = f"torch.{new}('{device}'{', ' + given if given else ''})"

    def older(*arguments: Any) -> Any:
        warnings.warn(
            f"torch.{name}({given}) is deprecated. Please use {instead} instead. (Triggered internally at "
            f"/__w/pytorch/pytorch/torch/csrc/autograd/init.cpp:{line}.)",
            DeprecationWarning,
            stacklevel=2,
        )
        return call(device, *arguments)

    older.__name__ = older.__qualname__ = name
    return older


is_autocast_cpu_enabled = _older("cpu", "enabled", is_autocast_enabled, 883)
is_autocast_xla_enabled = _older("xla", "enabled", is_autocast_enabled, 935)
is_autocast_ipu_enabled = _older("ipu", "enabled", is_autocast_enabled, 909)
get_autocast_cpu_dtype = _older("cpu", "dtype", get_autocast_dtype, 1016)
get_autocast_gpu_dtype = _older("gpu", "dtype", get_autocast_dtype, 1007)
get_autocast_ipu_dtype = _older("ipu", "dtype", get_autocast_dtype, 1025)
set_autocast_cpu_enabled = _older("cpu", "set_autocast_cpu_enabled", set_autocast_enabled, 874)
set_autocast_cpu_dtype = _older("cpu", "set_autocast_cpu_dtype", set_autocast_dtype, 967)
