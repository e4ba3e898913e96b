"""Memory that changes hands: tensors that grow, shrink, or take over the memory of others."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from .._core.forms import publish
from .._core.modes import mode
from .._core.options import Misfit, checked, length_of, size_of
from .._core.storage import SET_SIGNATURES, TypedStorage, UntypedStorage
from .._core.tensor import Tensor
from .._core.views import check_write
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
    count = prod(shape)
    steps = tuple([each * self._data.itemsize for each in layout.contiguous_strides(shape)])
    if count:
        old = layout.memory(self._data)
        offset = layout.storage_offset(self._data)
        if offset + count > old.size:
            grown = np.empty(offset + count, old.dtype)
            grown[: old.size] = old
            old = grown
        self._data = np.ndarray(shape, old.dtype, old, offset * old.itemsize, steps)
    else:
        self._data = layout.restride(self._data, shape, steps)
    self._bump()
    return self


@checked("resize_as_", method=True)
def resize_as_(self: Tensor, the_template: Tensor, *, memory_format: Any = None) -> Tensor:
    """``resize_`` to another tensor's size."""
    if not isinstance(the_template, Tensor):
        raise Misfit
    return resize_(self, the_template._data.shape)


def set_(self: Tensor, *arguments: Any, **keywords: Any) -> Tensor:
    """Take over the memory of a tensor or storage, whole or seen with another offset, size and stride, or none at all.

    RuntimeError for a tensor of another dtype.
    """
    try:
        array = _seen(self._data.dtype, *arguments, **keywords)
    except TypeError:
        from .._core.signatures import invalid_arguments

        raise invalid_arguments("set_", SET_SIGNATURES, arguments, keywords) from None
    if mode.enabled and self._node is not None:
        check_write(self)
    self._data = array
    self._bump()
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
            return source._data
        flat = layout.memory(source._data)
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
