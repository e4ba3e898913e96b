"""What views show, as memory of its own, and a tensor with another in the place of such a part."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .._core.forms import FUNCTIONS, refuse_overlap, wants_grad
from .._core.graph import NOWHERE, Node, NodeType, in_new_memory
from .._core.operations import op
from .._core.recording import Recorder, arrays, tensors
from .._core.tensor import Tensor, wrap
from .._kernels import layout as memory
from .._kernels import shape as kernels
from . import shape
from .conversion import view_as_complex, view_as_real, write
from .entry import publish
from .gathering import finished
from .random import no_derivative

Array = np.ndarray

# ---- copies of views

COPYING: dict[tuple[type[Node], str], Any] = {}
"""The classes of the steps of copies, by the class of the view's step and the name of their own."""


def apart(shown: Tensor, node: str = "{}_copy") -> Tensor:
    """The elements of a view in memory of their own; the view's step becomes the copy's, under the name ``node``."""
    out = wrap(shown._data.copy("C"))
    step = shown._node
    if step is not None and step is not NOWHERE:  # which all views share that lead nowhere
        own = getattr(step, "parent", step)
        kind = type(own)
        if kind not in COPYING.values():
            name = node.format(kind.__name__)
            if (kind, name) not in COPYING:
                COPYING[kind, name] = NodeType(name, (kind,), {"__slots__": (), "__module__": "builtins"})
            own.__class__ = COPYING[kind, name]
        out._node, out.output_nr = step, shown.output_nr
    return out


def copying(view: Callable[..., Any], name: str, node: str = "{}_copy", method: bool = False) -> None:
    """Publish ``name``: what ``view`` gives, in memory of its own."""

    recorder = Recorder(name, ("x",), {"x": no_derivative(name)}, node="NotImplemented")

    def copied(input: Tensor, *values: Any, out: Any = None, **named: Any) -> Any:
        shown = view(input, *values, **named)
        if isinstance(shown, Tensor):
            if out is not None and not method and out.dtype is not shown.dtype:
                raise RuntimeError(
                    f"Expected out tensor to have dtype {shown.dtype.c_name}, but got {out.dtype.c_name} instead"
                )
            if out is None or method:
                return finished(name, out, apart(shown, node), input)
            finished(name, out, wrap(shown._data))
            if wants_grad(input):
                out._node = recorder.node((input,))
            return out
        if out is None:
            return tuple([apart(each, node) for each in shown])
        for target, each in zip(out, shown, strict=True):
            if view is parts_of:
                target.copy_(each)  # the one that does not make room
            else:
                finished(name, target, wrap(each._data))
        return None

    copied.__doc__ = f"{view.__doc__} The result has memory of its own."
    publish(name, copied, method=method)


def sized(input: Tensor, size: Any) -> Tensor:
    """The same elements in another shape, or as another dtype."""
    if not isinstance(size, (tuple, list)) or input._data.flags.c_contiguous:
        return shape.view_(input, size)
    source = shape.alias(input)
    source._data = np.ascontiguousarray(source._data)
    shown = shape.view_(source, size)
    if shown._node is not None and shown._node is not NOWHERE:
        shown._node.edges = source._node.edges  # the copy has no step of its own
    return shown


def parts_of(input: Tensor, split_size: int, dim: int = 0) -> tuple[Tensor, ...]:
    """Parts of one length along a dimension."""
    return shape.split(input, split_size, dim)


def sliced(input: Tensor, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1) -> Tensor:
    """Every ``step``-th element of a dimension from ``start`` to ``end``."""
    return shape.slice_(input, dim, start, end, step)


def diagonal_of(input: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """The elements whose places along two dimensions differ by ``offset``."""
    return FUNCTIONS["diagonal"](input, offset, dim1, dim2)


_views: dict[str, Callable[..., Any]] = {
    "alias": shape.alias, "as_strided": shape.as_strided, "diagonal": diagonal_of, "expand": shape.expand,
    "permute": shape.permute, "select": shape.select, "slice": sliced, "split": parts_of,
    "split_with_sizes": shape.split_with_sizes, "squeeze": shape.squeeze, "t": shape.t, "transpose": shape.transpose,
    "unbind": shape.unbind, "unfold": shape.unfold, "unsqueeze": shape.unsqueeze, "view": sized,
    "view_as_complex": view_as_complex, "view_as_real": view_as_real,
}
for _name, _view in _views.items():
    copying(_view, f"{_name}_copy")


def narrow(input: Tensor, dim: int, start: int, length: int) -> Tensor:
    """``length`` elements of a dimension from ``start`` on."""
    sizes = input._data.shape
    if length < 0 and -len(sizes) <= dim < len(sizes):
        size = sizes[dim]
        kernels.narrow(input._data, dim, start, 0)
        start += size if start < 0 else 0
        raise RuntimeError(f"start ({start}) + length ({length}) exceeds dimension size ({size}).")
    return shape.narrow(input, dim, start, length)


copying(narrow, "narrow_copy", "NarrowCopyBackward0", method=True)


# ---- a tensor with another in the place of a part


def with_its_memory(x: Array) -> Array:
    """A copy at the same place of a copy of the memory that ``x`` lies in; plain where elements share their place."""
    if x.size and 0 in [step for size, step in zip(x.shape, x.strides, strict=True) if size > 1]:
        return x.copy("C")
    steps, offset = memory.strides(x), memory.storage_offset(x)
    reach = offset + 1 + sum((size - 1) * step for size, step in zip(x.shape, steps, strict=True)) if x.size else offset
    return kernels.as_strided(kernels.as_strided(x, (reach,), (1,), 0).copy(), x.shape, steps, offset)


def in_place_of(
    name: str, part: Callable[..., Array], taken: Callable[..., Any], rest: Callable[..., Any] | None = None
) -> Callable[..., Tensor]:
    """Declare ``name(x, src, values)``: a copy of ``x`` with ``src`` where the view ``part`` looks.

    ``taken(xp, g, values)`` is that view of a gradient, of arrays or of tensors, and what ``rest`` gives, otherwise
    the gradient around it, is handed to ``x``.
    """

    def kernel(x: Array, src: Array, values):
        whole = with_its_memory(x)
        place = part(whole, *values)
        if place.shape != src.shape:
            raise RuntimeError(
                "expected src to have a size equal to the slice of self. "
                f"src size = {list(src.shape)}, slice size = {list(place.shape)}"
            )
        refuse_overlap(place)
        write(place, src)
        return whole

    def around(xp: Any, g: Any, values: Any) -> Any:
        made = getattr(xp, name)(g, xp.zeros_like(taken(xp, g, values)), values)
        return in_new_memory([made])[0] if xp is arrays else made

    return op(name, method=False, module=False, x=rest or around, src=taken)(kernel)


def strided(xp: Any, g: Any, values: Any) -> Any:
    """The elements of a gradient, as memory without gaps, that the view with these strides shows."""
    return xp.as_strided(xp.contiguous(g), *values)


def strided_alone(xp: Any, g: Any, values: Any) -> Any:
    """Zeros but where the view looks: what torch 2.13 hands on, though the elements around it are those that stay."""
    return xp.as_strided_scatter(xp.zeros_like(g), strided(xp, g, values), values)


arrays.as_strided = kernels.as_strided
tensors.as_strided = shape.as_strided

_select_scatter = in_place_of("select_scatter", kernels.select, lambda xp, g, values: xp.select(g, *values))
_slice_scatter = in_place_of("slice_scatter", kernels.slice_, lambda xp, g, values: xp.slice(g, *values))
_diagonal_scatter = in_place_of("diagonal_scatter", kernels.diagonal, lambda xp, g, values: xp.diagonal(g, *values))
_as_strided_scatter = in_place_of("as_strided_scatter", kernels.as_strided, strided, strided_alone)


def select_scatter(input: Tensor, src: Tensor, dim: int, index: int) -> Tensor:
    """A copy with ``src`` at one place of a dimension."""
    return _select_scatter(input, src, (dim, index))


def slice_scatter(
    input: Tensor, src: Tensor, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1,
    *, out: Tensor | None = None,
) -> Tensor:
    """A copy with ``src`` at every ``step``-th place of a dimension from ``start`` to ``end``."""
    return finished("slice_scatter", out, _slice_scatter(input, src, (dim, start, end, step)), input, src)


def diagonal_scatter(input: Tensor, src: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """A copy with ``src`` on a diagonal."""
    return _diagonal_scatter(input, src, (offset, dim1, dim2))


def as_strided_scatter(
    input: Tensor, src: Tensor, size: Sequence[int], stride: Sequence[int], storage_offset: int | None = None
) -> Tensor:
    """A copy with ``src`` where the view with these strides looks; for a gradient, ``input`` must be contiguous."""
    if input.requires_grad and not input.is_contiguous():
        raise RuntimeError("as_strided_scatter is currently only supported for contiguous inputs")
    return _as_strided_scatter(input, src, (tuple(size), tuple(stride), storage_offset))


for _function in (select_scatter, slice_scatter, diagonal_scatter, as_strided_scatter):
    publish(_function.__name__, _function)
