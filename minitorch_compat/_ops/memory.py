"""Memory that changes hands: tensors that grow, shrink, or take over the memory of others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .._core.forms import publish, wants_grad
from .._core.graph import Node, Watched, record
from .._core.modes import mode
from .._core.options import Misfit, checked, length_of, size_of
from .._core.recording import AT_ONCE
from .._core.storage import SET_SIGNATURES, TypedStorage, UntypedStorage, hold, resize
from .._core.tensor import Tensor
from .._core.views import check_write, edge_of, keep_promise, known_step, leave_strides, memory_of, rebase
from .._kernels import layout
from .random import expanded

ndarray = np.ndarray


@checked("resize_", method=True)
def resize_(self: Tensor, *sizes: Any, size: Any = None, memory_format: Any = None) -> Tensor:
    """Give the tensor another size, in order, on the same memory; on more memory where that is too small."""
    shape = size_of(sizes, size)
    if self.requires_grad and not mode.inference:
        raise RuntimeError("cannot resize variables that require grad")
    if any(each < 0 for each in shape):
        raise RuntimeError("numel: integer multiplication overflow")
    if shape == self._data.shape:
        return self
    resize(self, shape)
    self._bump()
    return self


@checked("resize_as_", method=True)
def resize_as_(self: Tensor, the_template: Tensor, *, memory_format: Any = None) -> Tensor:
    """``resize_`` to another tensor's size."""
    if not isinstance(the_template, Tensor):
        raise Misfit
    return resize_(self, the_template._data.shape)


class SetBackward(Node):
    """The step of other memory, which nothing passes, no gradient either."""

    __slots__ = ()
    order = AT_ONCE
    takes_none = True

    def vjp(self, g: Any) -> Any:
        raise RuntimeError("derivative for set_ is not implemented")

    vjp_tensors = vjp


SetBackward.__module__, SetBackward.__name__ = "builtins", "NotImplemented"


def set_(self: Tensor, *arguments: Any, **keywords: Any) -> Tensor:
    """Take over the memory of a tensor or storage, whole or seen with another offset, size and stride, or none at all.

    RuntimeError for a tensor of another dtype.
    """
    try:
        array = _seen(self._data.dtype, *arguments, **keywords)
    except TypeError:
        from .._core.signatures import invalid_arguments

        raise invalid_arguments("set_", SET_SIGNATURES, arguments, keywords) from None
    if not arguments and not keywords and self._data.shape == (0,):
        array = layout.restride(array, (0,), tuple([each * array.itemsize for each in layout.strides(self._data)]))
    sources = [each for each in (*arguments, *keywords.values()) if isinstance(each, Tensor)]
    recorded = wants_grad(self, *sources) and array.dtype.kind in "fcV"
    check_write(self, *sources)
    edges = (edge_of(self), *map(edge_of, sources))
    self._apart = self._shared is not None
    if self.requires_grad and not recorded and self._data.shape != array.shape:
        (keep_promise if mode.inference or known_step(self) is not None else leave_strides)(self)
    hold(self, array)
    self._bump()
    if recorded:
        node = record(SetBackward, edges)
        Watched.watch(node)
        rebase(self, node)
    return self


def _seen(
    dtype: np.dtype[Any], source: Any = None, storage_offset: Any = None, size: Any = None, stride: Any = None
) -> ndarray:
    if source is None:
        return np.empty(0, dtype)
    if isinstance(source, Tensor):
        if source._data.dtype != dtype:
            own = source.dtype.c_name
            from .._core.dtypes import BY_NUMPY

            raise RuntimeError(f"Could not set tensor of type {own} to a tensor of type {BY_NUMPY[dtype].c_name}")
        if storage_offset is None:
            return memory_of(source)
        flat = layout.memory(memory_of(source))
    elif isinstance(source, UntypedStorage):
        flat = source._bytes.view(dtype)
    elif isinstance(source, TypedStorage):
        flat = source._elements
    else:
        raise Misfit
    if storage_offset is None:
        return flat
    shape = size_of((), size)
    steps = layout.contiguous_strides(shape) if stride is None else size_of((), stride)
    item = dtype.itemsize
    return np.ndarray(shape, dtype, flat, length_of(storage_offset, 0) * item, tuple([each * item for each in steps]))


def _plain(name: str, x: Tensor) -> ndarray:
    if x._node is not None:
        raise RuntimeError(f"Can't call {name}() on Variable that requires grad. Use var.detach().{name}() instead.")
    return x._data


def apply_(self: Tensor, callable: Callable[[Any], Any], /) -> Tensor:
    """Replace each element by what ``callable`` gives for it as a Python number."""
    array = _plain("apply_", self)
    array[...] = np.array([callable(each) for each in array.reshape(-1).tolist()]).reshape(array.shape)
    return self


def map_(self: Tensor, tensor: Tensor, callable: Callable[[Any, Any], Any], /) -> Tensor:
    """Replace each element by what ``callable`` gives for it and the element of ``tensor`` beside it."""
    array = _plain("map_", self)
    pairs = zip(array.reshape(-1).tolist(), expanded(tensor._data, array.shape).reshape(-1).tolist(), strict=True)
    array[...] = np.array([callable(*pair) for pair in pairs]).reshape(array.shape)
    return self


def map2_(self: Tensor, x: Tensor, y: Tensor, callable: Callable[[Any, Any, Any], Any], /) -> Tensor:
    """Replace each element by what ``callable`` gives for it and the elements of ``x`` and ``y`` beside it."""
    array = _plain("map2_", self)
    rows = [expanded(each._data, array.shape).reshape(-1).tolist() for each in (x, y)]
    triples = zip(array.reshape(-1).tolist(), *rows, strict=True)
    array[...] = np.array([callable(*triple) for triple in triples]).reshape(array.shape)
    return self


def is_set_to(self: Tensor, tensor: Tensor) -> bool:
    """Whether both are the same view of the same memory."""
    a, b = self._data, tensor._data
    return layout.address(a) == layout.address(b) and (a.shape, a.strides, a.dtype) == (b.shape, b.strides, b.dtype)


def is_pinned(self: Tensor) -> bool:
    """False: without an accelerator there is no pinned memory."""
    return False


def pin_memory(self: Tensor) -> Tensor:
    """RuntimeError: there is no accelerator."""
    raise RuntimeError("Cannot access accelerator device when none is available.")


publish("resize_as_", resize_as_)
for _function in (resize_, set_, apply_, map_, map2_, is_set_to, is_pinned, pin_memory):
    publish(_function.__name__, _function, module=False)
