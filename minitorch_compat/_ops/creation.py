"""Making tensors: from data, from a size and a value, from a range of numbers."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from .._core import dtypes, kinds
from .._core.absent import absent
from .._core.foreign import adopt, from_buffer
from .._core.forms import FUNCTIONS, publish
from .._core.graph import LEAF
from .._core.nested import array_from
from .._core.operations import op
from .._core.options import (
    Misfit,
    allocate,
    check_options,
    check_size,
    checked,
    dtype_of,
    formatted,
    into_out,
    leaf,
    length_of,
    out_of,
    size_of,
)
from .._core.quiet import quietly
from .._core.recording import arrays, tensors
from .._core.scalars import cast, is_number, number_of, rounded
from .._core.tensor import Tensor, new, wrap
from .._core.warn import warn_once
from .._kernels import layout as memory
from .._kernels.scalar_types import NARROW

ndarray = np.ndarray
Array = ndarray

# ---- from data

COPY_WARNING = (
    "To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
    "sourceTensor.detach().clone().requires_grad_(True), rather than {}(sourceTensor)."
)


def from_data(data: Any, dtype: dtypes.dtype | None, *, copy: bool = True) -> ndarray:
    """Tensors, arrays and nested sequences as an array; a new one unless ``copy`` is off and nothing must change."""
    if isinstance(data, Tensor):
        array = data._data
    elif isinstance(data, ndarray):
        array = adopt(data, warn=not copy)
    else:
        return array_from(data, dtype)
    wanted = array.dtype if dtype is None else dtype.numpy
    if not copy and wanted == array.dtype:
        return array
    made = memory.empty_like(array, wanted)
    quietly(np.copyto, made, array, "unsafe")
    return made


@checked("tensor")
def tensor(
    data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False, pin_memory: Any = False
) -> Tensor:
    """A new leaf with the elements of ``data``: a number, nested sequences, an array or a tensor."""
    if dtype is not None:
        dtype = dtype_of(dtype)
    if device is not None or pin_memory or requires_grad is not False:
        check_options(None, device, pin_memory, requires_grad)
        if requires_grad is None:
            raise Misfit
    if isinstance(data, Tensor):
        warnings.warn(COPY_WARNING.format("torch.tensor"), UserWarning, stacklevel=3)
    return leaf(from_data(data, dtype), requires_grad)


@checked("as_tensor")
def as_tensor(data: Any, dtype: Any = None, device: Any = None) -> Tensor:
    """``data`` as a tensor: itself, or on the same memory, where neither dtype nor device must change."""
    check_options(None, device)
    dtype = dtype_of(dtype)
    if isinstance(data, Tensor):
        return data if dtype is None or dtype is data.dtype else tensors.to_dtype(data, dtype)
    return wrap(from_data(data, dtype, copy=False))


@checked("asarray")
def asarray(
    obj: Any, *, dtype: Any = None, device: Any = None, copy: bool | None = None, requires_grad: bool | None = None
) -> Tensor:
    """``obj`` as a tensor, on the same memory where possible; ValueError where ``copy=False`` cannot be kept.

    Like torch it reads bytes, bytearrays and memoryviews as elements of ``dtype``.
    """
    check_options(None, device, False, requires_grad)
    dtype = dtype_of(dtype)
    if isinstance(obj, Tensor):
        if requires_grad is None and obj._node is not None:
            warn_once(ASARRAY_WARNING, stacklevel=3)
        return _same_tensor(obj, dtype, copy, requires_grad)
    if isinstance(obj, np.generic) and copy is False:
        raise RuntimeError(
            "can't alias NumPy scalars. Either remove copy=False or transform it in a ndarray. "
        )
    if isinstance(obj, (ndarray, np.generic)):
        array = adopt(np.asarray(obj))
    elif isinstance(obj, (bytes, bytearray, memoryview)):
        array = from_buffer(obj, dtype or dtypes.get_default_dtype())
    else:
        if copy is False:
            raise ValueError("can't alias arbitrary sequence into a tensor.")
        return leaf(array_from(obj, dtype), requires_grad)
    _check_alias(array, dtype, copy)
    wanted = array.dtype if dtype is None else dtype.numpy
    return leaf(from_data(wrap(array), dtype) if copy or wanted != array.dtype else array, requires_grad)


def _check_alias(array: ndarray, dtype: dtypes.dtype | None, copy: bool | None) -> None:
    own = dtypes.of(array)
    if copy is False and dtype is not None and dtype is not own:
        raise ValueError(
            f"can't alias tensor with dtype '{own.scalar_type}' into dtype '{dtype.scalar_type}'."
        )


def _same_tensor(x: Tensor, dtype: dtypes.dtype | None, copy: bool | None, requires_grad: bool | None) -> Tensor:
    _check_alias(x._data, dtype, copy)
    result = x
    if dtype is not None and dtype is not x.dtype:
        result = tensors.to_dtype(x, dtype)
    elif copy:
        result = tensors.clone(x)
    if requires_grad is False and result._node is not None:
        result = result.detach()
    elif requires_grad:
        result.requires_grad_()
    return result


ASARRAY_WARNING = (
    "torch.asarray: unspecified requires_grad now defaults to obj.requires_grad instead of False. Pass "
    "requires_grad=False explicitly to get the old behavior and silence this warning."
)


def from_numpy(*arguments: Any, **keywords: Any) -> Tensor:
    """The memory of a NumPy array as a tensor; TypeError for element types torch has no match for."""
    if keywords:
        raise TypeError("torch._VariableFunctionsClass.from_numpy() takes no keyword arguments")
    if len(arguments) != 1:
        raise TypeError(
            f"torch._VariableFunctionsClass.from_numpy() takes exactly one argument ({len(arguments)} given)"
        )
    (array,) = arguments
    if not isinstance(array, ndarray):
        from .._core.signatures import type_name

        raise TypeError(f"expected np.ndarray (got {type_name(array)})")
    return wrap(adopt(array))


@checked("frombuffer")
def frombuffer(buffer: Any, *, dtype: Any, count: int = -1, offset: int = 0, requires_grad: bool = False) -> Tensor:
    """The memory of an object with a buffer as a vector of ``dtype``; ValueError for counts and offsets outside it."""
    check_options(None, None, False, requires_grad)
    wanted = dtype_of(dtype)
    if wanted is None:
        raise Misfit
    return leaf(from_buffer(buffer, wanted, count, offset), requires_grad)


class Capsule:
    """Something that hands out a capsule of the CPU's memory which it was given."""

    def __init__(self, capsule: Any) -> None:
        self.capsule = capsule

    def __dlpack__(self, **options: Any) -> Any:
        return self.capsule

    def __dlpack_device__(self) -> tuple[int, int]:
        return 1, 0


def from_dlpack(ext_tensor: Any, *, device: Any = None, copy: bool | None = None) -> Tensor:
    """The memory of whatever speaks DLPack on the CPU, or of a capsule; a copy of it where that is asked for."""
    check_options(None, device, False, False)
    source = ext_tensor if hasattr(ext_tensor, "__dlpack__") else Capsule(ext_tensor)
    array = np.from_dlpack(source)
    return wrap(array.copy("K") if copy else adopt(array, warn=False))


def to_dlpack(tensor: Tensor) -> Any:
    """A capsule of the tensor's memory."""
    return tensor.__dlpack__()


def _dlpack(
    self: Tensor, *, stream: Any = None, max_version: Any = None, dl_device: Any = None, copy: Any = None
) -> Any:
    """A capsule of this memory for other libraries; BufferError for a tensor that requires grad."""
    if self._node is not None:
        raise BufferError("Can't export tensors that require gradient, use tensor.detach()")
    return self.numpy().__dlpack__(max_version=max_version, dl_device=dl_device, copy=copy)


Tensor.__dlpack__ = _dlpack  # type: ignore[attr-defined]
Tensor.__dlpack_device__ = lambda self: self._data.__dlpack_device__()  # type: ignore[attr-defined]


# ---- from a size and a value


def filled(array: ndarray, value: Any) -> ndarray:
    """``array`` with every element set."""
    array[...] = rounded(np.array(value), array.dtype) if array.dtype.char in NARROW else value
    return array


OPTIONS = frozenset(("dtype", "layout", "device", "requires_grad"))


def _sized(name: str, value: int | None) -> Any:
    """``empty``, ``zeros`` or ``ones``: a size in any spelling, the options, and one value."""

    def function(
        *sizes: Any, size: Any = None, out: Tensor | None = None, dtype: Any = None, layout: Any = None,
        device: Any = None, pin_memory: Any = False, requires_grad: Any = False, **keywords: Any
    ) -> Tensor:
        memory_format = keywords.pop("memory_format", None) if value is None else None
        if keywords:
            raise Misfit
        shape = size_of(sizes, size)
        out_of(out)
        if dtype is not None:
            dtype = dtype_of(dtype)
        if layout is not None or device is not None or pin_memory or requires_grad is not False:
            if layout is kinds.sparse_coo:
                check_options(None, device, pin_memory, requires_grad)
                return _sparsely(name, shape, dtype, requires_grad)
            check_options(layout, device, pin_memory, requires_grad)
        if value == 0 and any(each < 0 for each in shape):
            raise RuntimeError("zeros: Dimension size must be non-negative.")
        wanted = (dtype or (dtypes.get_default_dtype() if out is None else out.dtype)).numpy
        array = allocate(shape, wanted) if memory_format is None else formatted(shape, wanted, memory_format)
        if value is not None:
            filled(array, value)
        return leaf(array, requires_grad) if out is None else into_out(name, out, array, dtype, requires_grad)

    general: Any = checked(name)(function)

    def call(*sizes: Any, **keywords: Any) -> Tensor:
        # What nearly all calls are: plain lengths, and no option that needs a thought.
        for option, wish in keywords.items():
            if wish is not None and (option != "requires_grad" or (wish is not True and wish is not False)):
                return general(*sizes, **keywords)
        lengths = sizes[0] if len(sizes) == 1 and type(sizes[0]) is tuple else sizes
        for each in lengths:
            if type(each) is not int:
                return general(*sizes, **keywords)
        if not sizes or (keywords and not OPTIONS.issuperset(keywords)):
            return general(*sizes, **keywords)
        try:
            array = np.empty(lengths, dtypes.get_default_dtype().numpy)
        except (ValueError, MemoryError):  # lengths below zero, or more than there is
            return general(*sizes, **keywords)
        made = new(Tensor)
        made._data = array
        if value is not None:
            array.fill(value)
        made._node = LEAF if keywords.get("requires_grad") else None
        return made

    call.__name__ = call.__qualname__ = name
    call.__doc__, call.__wrapped__ = function.__doc__, function  # type: ignore[attr-defined]
    return call


def _sparsely(name: str, shape: tuple[int, ...], dtype: Any, requires_grad: Any) -> Tensor:
    """``empty`` or ``zeros`` as a sparse tensor; RuntimeError for ``ones``."""
    if name == "ones":
        raise RuntimeError("full(...) is not implemented for sparse layout")
    from .._core.sparse.creation import sparse_coo_tensor

    return sparse_coo_tensor(shape, dtype=dtype, requires_grad=requires_grad, check_invariants=False)


def _like(name: str, value: int | None) -> Any:
    """``empty_like``, ``zeros_like`` or ``ones_like``."""

    def function(
        input: Tensor, *, dtype: Any = None, layout: Any = None, device: Any = None, pin_memory: Any = False,
        requires_grad: Any = False, memory_format: Any = None
    ) -> Tensor:
        if not isinstance(input, Tensor):
            raise Misfit
        return _alike(input, value, dtype, layout, device, pin_memory, requires_grad, memory_format)

    return checked(name)(function)


def _alike(
    x: Tensor, value: Any, dtype: Any, layout: Any, device: Any, pin_memory: Any, requires_grad: Any, memory_format: Any
) -> Tensor:
    if layout is kinds.sparse_coo and value == 0:
        return _sparsely("zeros", x._data.shape, dtype or x.dtype, requires_grad)
    check_options(layout, device, pin_memory, requires_grad)
    wanted = x._data.dtype if dtype is None else dtype_of(dtype).numpy  # type: ignore[union-attr]
    array = formatted(x._data.shape, wanted, memory_format, x._data)
    return leaf(array if value is None else filled(array, value), requires_grad)


def _new(name: str, value: int | None) -> Any:
    """``Tensor.new_empty``, ``new_zeros`` or ``new_ones``."""

    def method(
        self: Tensor, *sizes: Any, size: Any = None, dtype: Any = None, layout: Any = None, device: Any = None,
        pin_memory: Any = False, requires_grad: Any = False
    ) -> Tensor:
        shape = size_of(sizes, size)
        check_options(layout, device, pin_memory, requires_grad)
        array = allocate(shape, (dtype_of(dtype) or self.dtype).numpy)
        return leaf(array if value is None else filled(array, value), requires_grad)

    return checked(name, method=True)(method)


for _name, _value in (("empty", None), ("zeros", 0), ("ones", 1)):
    publish(_name, _sized(_name, _value), method=False)
    publish(f"{_name}_like", _like(f"{_name}_like", _value), method=False)
    setattr(Tensor, f"new_{_name}", _new(f"new_{_name}", _value))


@checked("full")
def full(
    size: Any, fill_value: Any, *, out: Tensor | None = None, dtype: Any = None, layout: Any = None, device: Any = None,
    pin_memory: Any = False, requires_grad: Any = False
) -> Tensor:
    """A tensor of one value; without a dtype it has the value's own. RuntimeError for a value out of range."""
    if not isinstance(size, (tuple, list)) or not is_number(fill_value):
        raise Misfit
    if layout is kinds.sparse_coo:
        raise RuntimeError("full(...) is not implemented for sparse layout")
    check_options(layout, device, pin_memory, requires_grad)
    out_of(out)
    dtype = dtype_of(dtype)
    value = number_of(fill_value)
    wanted = dtype or (dtypes.of_scalar(value) if out is None else out.dtype)
    array = filled(allocate(size_of((), size), wanted.numpy), cast(value, wanted))
    return leaf(array, requires_grad) if out is None else into_out("full", out, array, dtype, requires_grad)


@checked("full_like")
def full_like(
    input: Tensor, fill_value: Any, *, dtype: Any = None, layout: Any = None, device: Any = None,
    pin_memory: Any = False, requires_grad: Any = False, memory_format: Any = None
) -> Tensor:
    """A tensor of one value with another's size, dtype and memory format."""
    if not isinstance(input, Tensor) or not is_number(fill_value):
        raise Misfit
    value = cast(number_of(fill_value), dtype_of(dtype) or input.dtype)
    return _alike(input, value, dtype, layout, device, pin_memory, requires_grad, memory_format)


@checked("new_full", method=True)
def new_full(
    self: Tensor, size: Any, fill_value: Any, *, dtype: Any = None, layout: Any = None, device: Any = None,
    pin_memory: Any = False, requires_grad: Any = False
) -> Tensor:
    """``full`` with this tensor's dtype."""
    if not isinstance(size, (tuple, list)) or not is_number(fill_value):
        raise Misfit
    check_options(layout, device, pin_memory, requires_grad)
    wanted = dtype_of(dtype) or self.dtype
    return leaf(filled(allocate(size_of((), size), wanted.numpy), cast(number_of(fill_value), wanted)), requires_grad)


def new_tensor(
    self: Tensor, data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False,
    pin_memory: Any = False
) -> Tensor:
    """``tensor`` with this tensor's dtype."""
    check_options(None, device, pin_memory, requires_grad)
    if isinstance(data, Tensor):
        warnings.warn(COPY_WARNING.format("tensor.new_tensor"), UserWarning, stacklevel=3)
    return leaf(from_data(data, dtype_of(dtype) or self.dtype), requires_grad)


def _strided(size: Any, stride: Any, dtype: np.dtype[Any]) -> ndarray:
    shape, steps = size_of((size,)), size_of((stride,))
    if len(shape) != len(steps):
        raise RuntimeError(
            f"dimensionality of sizes ({len(shape)}) must match dimensionality of strides ({len(steps)})"
        )
    check_size(shape, 0)
    if min(steps, default=0) < 0:
        raise RuntimeError(
            f"Storage size calculation overflowed with sizes={list(shape)} and strides={list(steps)}"
        )
    return memory.empty_strided(shape, steps, dtype)


@checked("empty_strided")
def empty_strided(
    size: Any, stride: Any, *, dtype: Any = None, layout: Any = None, device: Any = None, pin_memory: Any = False,
    requires_grad: Any = False
) -> Tensor:
    """A tensor with these strides and nothing written into it."""
    check_options(layout, device, pin_memory, requires_grad)
    return leaf(_strided(size, stride, (dtype_of(dtype) or dtypes.get_default_dtype()).numpy), requires_grad)


@checked("new_empty_strided", method=True)
def new_empty_strided(
    self: Tensor, size: Any, stride: Any, *, dtype: Any = None, layout: Any = None, device: Any = None,
    pin_memory: Any = False, requires_grad: Any = False
) -> Tensor:
    """``empty_strided`` with this tensor's dtype."""
    check_options(layout, device, pin_memory, requires_grad)
    return leaf(_strided(size, stride, (dtype_of(dtype) or self.dtype).numpy), requires_grad)


@checked("scalar_tensor")
def scalar_tensor(
    s: Any, *, dtype: Any = None, layout: Any = None, device: Any = None, pin_memory: Any = False,
    requires_grad: Any = False
) -> Tensor:
    """A number as a 0-d tensor, of the default dtype unless another is named."""
    if not is_number(s):
        raise Misfit
    check_options(layout, device, pin_memory, requires_grad)
    return leaf(cast(number_of(s), dtype_of(dtype) or dtypes.get_default_dtype()), requires_grad)


for _function in (
    tensor, as_tensor, asarray, from_numpy, from_dlpack, to_dlpack, frombuffer, full, full_like, empty_strided,
    scalar_tensor,
):  # fmt: skip
    publish(_function.__name__, _function, method=False)
for _function in (new_full, new_tensor, new_empty_strided):
    setattr(Tensor, _function.__name__, _function)

arrays.zeros_like = np.zeros_like
arrays.ones_like = np.ones_like

# ---- matrices


@checked("eye")
def eye(
    n: int, m: int | None = None, *, out: Tensor | None = None, dtype: Any = None, layout: Any = None,
    device: Any = None, pin_memory: Any = False, requires_grad: Any = False
) -> Tensor:
    """The n x n (or n x m) matrix with ones on the diagonal."""
    out_of(out)
    rows = length_of(n, 0)
    columns = rows if m is None else length_of(m, 0)
    check_options(layout, device, pin_memory, requires_grad)
    dtype = dtype_of(dtype)
    for name, each in (("n", rows), ("m", columns)):
        if each < 0:
            raise RuntimeError(f"{name} must be greater or equal to 0, got {each}")
    wanted = dtype or (out.dtype if out is not None else dtypes.get_default_dtype())
    narrow = wanted.numpy.char in NARROW
    array = rounded(np.eye(rows, columns), wanted.numpy) if narrow else np.eye(rows, columns, dtype=wanted.numpy)
    return leaf(array, requires_grad) if out is None else into_out("eye", out, array, dtype, requires_grad)


def _triangle(name: str, indices: Any) -> Any:
    """``tril_indices`` or ``triu_indices``: the places of a triangle of a matrix, row by row."""

    def function(
        row: int, col: int, offset: int = 0, *, dtype: Any = None, layout: Any = None, device: Any = None,
        pin_memory: Any = False, requires_grad: Any = False
    ) -> Tensor:
        rows, columns, diagonal = (length_of(each, 0) for each in (row, col, offset))
        check_options(layout, device, pin_memory, requires_grad)
        wanted = dtype_of(dtype) or dtypes.int64
        for each, count in (("row", rows), ("col", columns)):
            if count < 0:
                raise RuntimeError(f"{each} must be non-negative, got{count}")
        if wanted not in (dtypes.int64, dtypes.int32):
            raise dtypes.not_implemented_for(name, wanted)
        return leaf(np.array(indices(rows, diagonal, columns), wanted.numpy), requires_grad)

    return checked(name)(function)


@checked("empty_permuted")
def empty_permuted(
    size: Any, physical_layout: Any, *, dtype: Any = None, layout: Any = None, device: Any = None,
    pin_memory: Any = False, requires_grad: Any = False
) -> Tensor:
    """A tensor whose dimensions lie in memory in the order given, the slowest first."""
    shape, order = size_of((), size), size_of((), physical_layout)
    check_options(layout, device, pin_memory, requires_grad)
    if len(shape) != len(order):
        raise RuntimeError(
            "Number of dimensions in size does not match the length of the physical_layout; i.e. len(size) = "
            f"{len(shape)} is not equal to len(physical_layout) = {len(order)}"
        )
    for place, dim in enumerate(order):
        if not 0 <= dim < len(shape):
            raise RuntimeError(
                f"Dimension out of range (expected to be between 0 and {len(shape) - 1}, but got {dim} at index "
                f"{place}).  NB: negative dims not currently supported; file an issue if you want it."
            )
        if dim in order[:place]:
            raise RuntimeError("Duplicate dim not allowed")
    check_size(shape, 1)
    steps = memory.ordered_strides([each or 1 for each in shape], order[::-1])
    wanted = (dtype_of(dtype) or dtypes.get_default_dtype()).numpy
    return leaf(memory.empty_strided(shape, steps, wanted), requires_grad)


for _function in (eye, empty_permuted, _triangle("tril_indices", np.tril_indices),
                  _triangle("triu_indices", np.triu_indices)):  # fmt: skip
    publish(_function.__name__, _function, method=False)

# ---- complex numbers from their parts


def _check_parts(first: ndarray, second: ndarray) -> dtypes.dtype:
    """The complex dtype of two parts; RuntimeError where they are not of one float dtype, or do not broadcast."""
    a, b = dtypes.of(first), dtypes.of(second)
    floats = (dtypes.float16, dtypes.float32, dtypes.float64)
    if a not in floats or b not in floats:
        raise RuntimeError(
            f"Expected both inputs to be Half, Float or Double tensors but got {a.scalar_type} and {b.scalar_type}"
        )
    if a is not b:
        raise RuntimeError(
            f"Expected object of scalar type {a.scalar_type} but got scalar type {b.scalar_type} for second argument"
        )
    return a.to_complex()


@op(method=False, real=lambda xp, g, real, imag: xp.real(g), imag=lambda xp, g, real, imag: xp.imag(g))
def complex(real: Array, imag: Array):  # type: ignore[no-untyped-def]
    """Complex numbers from real and imaginary parts of one float dtype."""
    dtype = _check_parts(real, imag)
    made = memory.elementwise_output(memory.broadcast_shapes(real.shape, imag.shape), dtype.numpy, real, imag)
    made.real, made.imag = real, imag
    return made


def _polar_abs(xp: Any, g: Any, out: Any) -> Any:
    return xp.real(xp.conj(g) * xp.sgn(out))


def _polar_angle(xp: Any, g: Any, out: Any) -> Any:
    return xp.real(xp.conj(g) * (out * 1j))


@op(method=False, abs=_polar_abs, angle=_polar_angle)
def polar(abs: Array, angle: Array):  # type: ignore[no-untyped-def]
    """Complex numbers from lengths and angles of one float dtype."""
    dtype = _check_parts(abs, angle)
    made = memory.elementwise_output(memory.broadcast_shapes(abs.shape, angle.shape), dtype.numpy, abs, angle)
    made.real, made.imag = abs * np.cos(angle), abs * np.sin(angle)
    return made


_complex = FUNCTIONS["complex"]


@checked("complex")
def _complex_into(real: Tensor, imag: Tensor, *, out: Tensor | None = None) -> Tensor:
    if isinstance(out, Tensor) and isinstance(real, Tensor) and out.dtype is not real.dtype.to_complex():
        raise RuntimeError(
            f"Expected object of scalar type {real.dtype.to_complex().scalar_type} but got scalar type "
            f"{out.dtype.scalar_type} for argument 'out'"
        )
    if isinstance(real, Tensor) and real.dtype is dtypes.float16:
        raise absent("torch.complex32")
    return _complex(real, imag) if out is None else _complex(real, imag, out=out)


publish("complex", _complex_into, method=False)
