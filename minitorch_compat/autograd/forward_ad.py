"""Forward mode: dual tensors, which carry a tangent through whatever is computed with them."""

from __future__ import annotations

from typing import Any, NamedTuple

from .._core.duals import close, forward, give, stripped, tangent_of
from .._core.graph import Node, record
from .._core.modes import _DecoratorContextManager
from .._core.tensor import Tensor, view_of
from .._core.transforms import level_closed, level_opened
from .._core.views import edge_of

__all__ = ["UnpackedDualTensor", "dual_level", "enter_dual_level", "exit_dual_level", "make_dual", "unpack_dual"]

_current_level = -1


class UnpackedDualTensor(NamedTuple):
    """What ``unpack_dual`` returns: the tensor itself and its tangent, None where it has none."""

    primal: Tensor
    tangent: Tensor | None


class Identity(Node):
    """The step from a dual tensor to the same tensor without its tangent."""

    __slots__ = ()

    def vjp(self, g: Any) -> Any:
        return (g,)

    vjp_tensors = vjp


Identity.__module__ = "builtins"


def enter_dual_level() -> int:
    """Open a level for dual tensors and return its number; RuntimeError where one is open already."""
    global _current_level
    if _current_level + 1:
        raise RuntimeError("Nested forward mode AD is not supported at the moment")
    _current_level += 1
    forward.members[_current_level] = []
    level_opened(transform=False)
    return _current_level


def exit_dual_level(*, level: int | None = None) -> None:
    """Close the level; the tangents made in it are gone."""
    global _current_level
    if level is None:
        level = _current_level
    if level < 0:
        raise RuntimeError("Dual level must be a positive number.")
    if level != _current_level:
        raise RuntimeError(
            "Trying to exit a forward AD level that was not the last one that was created. This is not supported."
        )
    close(level)
    level_closed(transform=False)
    _current_level = level - 1


def refuse_no_level(level: int) -> None:
    """RuntimeError where there is no level to make a dual tensor in."""
    if level < 0:
        raise RuntimeError(
            "Trying to create a dual Tensor for forward AD but no level exists, make sure to enter_dual_level() first."
        )


def make_dual(tensor: Tensor, tangent: Tensor, *, level: int | None = None) -> Tensor:
    """A view of ``tensor`` that carries ``tangent``, of the same size, through what is computed with it."""
    level = _current_level if level is None else level
    refuse_no_level(level)
    for word, each in (("primal", tensor), ("tangent", tangent)):
        if not (each.is_floating_point() or each.is_complex()):
            raise ValueError(f"Expected {word} to be floating point or complex, but got: {each.dtype}")
    if level > 0 or not _current_level + 1:
        raise RuntimeError("Invalid level given to _make_dual")
    if tangent_of(tensor, level) is not None:
        raise RuntimeError(
            "Making a dual Tensor based on a Tensor that already has a forward gradient at the same level "
            f"{level} is not supported."
        )
    dual = tensor.view_as(tensor)
    set_forward_gradient(dual, tangent, level)
    return dual


def set_forward_gradient(x: Tensor, tangent: Tensor, level: int) -> None:
    """Let ``x`` carry ``tangent``; RuntimeError where that has a tangent of its own or another size."""
    if tangent_of(tangent, level) is not None:
        raise RuntimeError(
            f"Setting a forward grad that itself has a forward gradient at the same level{level} is not supported."
        )
    if tangent.shape != x.shape:
        raise RuntimeError(
            "Trying to set a forward gradient that has a different size than that of the original Tensor, this is not "
            f"supported. Tensor is of size {list(x.shape)} while the given forward gradient is of size "
            f"{list(tangent.shape)}."
        )
    give(x, level, tangent)


def unpack_dual(tensor: Tensor, *, level: int | None = None) -> UnpackedDualTensor:
    """The tensor without its tangent, as a view, and the tangent; the tensor as it is where it has none."""
    level = _current_level if level is None else level
    if level < 0:
        return UnpackedDualTensor(tensor, None)
    if not isinstance(tensor, Tensor):
        raise TypeError(
            f"_unpack_dual(): argument 'dual' (position 1) must be Tensor, not {type(tensor).__name__}"
        )
    if level:
        raise RuntimeError("Invalid level given to _fw_primal")
    tangent = tangent_of(tensor, level)
    if tangent is None:
        return UnpackedDualTensor(tensor, None)
    return UnpackedDualTensor(stripped(lambda: _alone(tensor), [tensor]), tangent)


def _alone(x: Tensor) -> Tensor:
    """A view of ``x`` over all of it."""
    view = view_of(x, x._data.view())
    if x._node is not None:
        view._node = record(Identity, (edge_of(x),))
    return view


class dual_level:
    """A block in which tensors can be dual; ``with dual_level() as level``."""

    def __call__(self, function: Any) -> Any:
        return _DecoratorContextManager.__call__(self, function)  # type: ignore[arg-type]

    def clone(self) -> dual_level:
        """A fresh block of the same kind."""
        return self.__class__()

    def __enter__(self) -> int:
        return enter_dual_level()

    def __exit__(self, *exception: Any) -> None:
        exit_dual_level()


class _set_fwd_grad_enabled(_DecoratorContextManager):
    """Turn forward mode on or off: at once, until the end of the block."""

    def __init__(self, mode: bool) -> None:
        self.mode = mode
        self.previous = forward.enabled
        forward.enabled = mode

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exception: Any) -> None:
        forward.enabled = self.previous

    def clone(self) -> _set_fwd_grad_enabled:
        return self.__class__(self.mode)


def _is_fwd_grad_enabled() -> bool:
    """Whether this thread carries tangents on."""
    return forward.enabled
