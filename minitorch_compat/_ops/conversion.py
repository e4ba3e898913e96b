"""Other dtypes and other memory: casts, copies, fills, complex numbers and their parts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .._core import dtypes, kinds
from .._core.absent import absent
from .._core.conjugate import ConjugateView, NegativeView, turned
from .._core.families import bad_arguments, unary, view
from .._core.forms import begin_write, publish, refuse_overlap, refuse_partial_overlap, wants_grad
from .._core.modes import altered, mode
from .._core.options import Misfit, checked, dtype_of, formatted
from .._core.quiet import quietly
from .._core.recording import Recorder, arrays, fit_of, tensors
from .._core.scalars import cast, is_number, number_of
from .._core.tensor import Tensor, wrap
from .._core.views import (
    Untracked,
    check_write,
    extend_path,
    memory_of,
    rebase,
    shared_of,
)
from .._core.warn import warn_once
from .._kernels import layout as memory
from .._kernels.scalar_types import NARROW

ndarray = np.ndarray
Array = ndarray

# ---- casts

DISCARDS_IMAGINARY = "Casting complex values to real discards the imaginary part"


def narrow() -> Any:
    """The kernels of floats of eight bits, which few programs have."""
    from .._kernels import narrow

    return narrow


def write(target: ndarray, source: ndarray) -> None:
    """Copy elements, cast as C does; a complex source gives its real part, with one warning in a process."""
    if source.dtype.kind == "c" and target.dtype.kind not in "cb":
        if source.size and target.size:
            warn_once(DISCARDS_IMAGINARY, stacklevel=4)
        source = source.real
    if source.dtype.char in NARROW and source.dtype != target.dtype:
        source = narrow().widened(source, target.dtype)
    if target.dtype.char in NARROW and source.dtype != target.dtype:
        source = quietly(narrow().round_to, source, target.dtype)
    elif target.dtype.kind in "iu" and source.dtype.kind in "fV" and target.dtype.itemsize < 4:
        # Floats reach the narrow integers by way of int32, out of range its smallest number.
        source = quietly(source.astype, np.int32)
    elif target.dtype.itemsize == 2 and target.dtype.kind in "fV" and source.dtype.kind in "iuf":
        # Everything reaches the halves by way of float32.
        source = quietly(source.astype, np.float32)
    quietly(np.copyto, target, source, "unsafe")


def cast_array(x: ndarray, dtype: dtypes.dtype, memory_format: Any = None) -> ndarray:
    """The elements as ``dtype``, in new memory of the order asked for, or of the same order."""
    made = formatted(x.shape, dtype.numpy, memory_format, x)
    write(made, x)
    return made


def cast_back(xp: Any, g: Any, source: dtypes.dtype) -> Any:
    """A gradient as the dtype the argument had; of a complex one the real part where the argument was real."""
    if not source.is_complex and (g.dtype.kind == "c" if xp is arrays else g.is_complex()):
        g = xp.real(g)
    return xp.to_dtype(g, source)


_to_copy = Recorder("to_dtype", ("x",), {"x": cast_back}, ("source",), node="ToCopyBackward0")
_to_copy.make.looks = True


def to_dtype(x: Tensor, dtype: dtypes.dtype, copy: bool = False, memory_format: Any = None) -> Tensor:
    """The elements as ``dtype`` in the memory format asked for: the tensor itself where nothing changes."""
    if not copy and x.dtype is dtype and (
        memory_format is None or memory_format is kinds.preserve_format or x.is_contiguous(memory_format)
    ):
        return x
    out = wrap(cast_array(x._data, dtype, memory_format))
    if x._node is not None and mode.enabled and out._data.dtype.kind in "fcV":
        out._node = _to_copy.node((x,), (x.dtype,))
    return out


arrays.to_dtype = lambda x, dtype: x if x.dtype == dtype.numpy else cast_array(x, dtype)
tensors.to_dtype = to_dtype


@checked("to", method=True)
def to(self: Tensor, *arguments: Any, **keywords: Any) -> Tensor:
    """The tensor with another dtype, device, or both (or another tensor's); itself where it has them already.

    ``copy`` makes a new tensor in any case. AssertionError for a device that is not the CPU.
    """
    given = list(arguments)
    wanted: Any = None
    names: tuple[str, ...] = ("device", "dtype", "non_blocking", "copy")
    if given and isinstance(given[0], Tensor):
        names = ("tensor", "non_blocking", "copy")
    elif given and isinstance(given[0], (dtypes.dtype, type)):
        names = ("dtype", "non_blocking", "copy")
    if len(given) > len(names):
        raise Misfit
    named = dict(zip(names, given, strict=False))
    if named.keys() & keywords.keys() or keywords.keys() - {*names, "dtype", "device", "tensor", "memory_format"}:
        raise Misfit
    named |= keywords
    other = named.get("tensor")
    if other is not None:
        if not isinstance(other, Tensor) or named.keys() & {"dtype", "device"}:
            raise Misfit
        wanted = other.dtype
    else:
        wanted = named.get("dtype")
        wanted = dtype_of(wanted)
        device = named.get("device")
        if device is not None:
            if not isinstance(device, (str, int, kinds.device)) or isinstance(device, bool):
                raise Misfit
            kinds.check_device(device)
    copy = named.get("copy", False)
    if not isinstance(copy, bool) or not isinstance(named.get("non_blocking", False), bool):
        raise Misfit
    return to_dtype(self, wanted or self.dtype, copy, named.get("memory_format"))


def casting(name: str, dtype: dtypes.dtype) -> None:
    """Declare ``Tensor.<name>()``, the cast to ``dtype``."""

    def method(self: Tensor, *, memory_format: Any = None) -> Tensor:
        return to_dtype(self, dtype, False, memory_format)

    setattr(Tensor, name, checked(name, method=True)(method))


for _name, _dtype in dtypes.ALIASES.items():
    casting(_name, _dtype)
for _name, _dtype in (("bfloat16", dtypes.bfloat16), ("char", dtypes.int8), ("byte", dtypes.uint8)):
    casting(_name, _dtype)


@checked("type_as", method=True)
def type_as(self: Tensor, other: Tensor) -> Tensor:
    """The tensor cast to the dtype of ``other``."""
    if not isinstance(other, Tensor):
        raise Misfit
    return to_dtype(self, other.dtype)


def cpu(self: Tensor, memory_format: Any = None) -> Tensor:
    """The tensor itself: it lives on the CPU."""
    return to_dtype(self, self.dtype, False, memory_format)


def cuda(self: Tensor, *arguments: Any, **keywords: Any) -> Tensor:
    """AssertionError: there is no such device."""
    kinds.check_device("cuda")
    raise AssertionError("unreachable")


# ---- copies

_clone = Recorder("clone", ("x",), {"x": lambda xp, g: g})


def clone_of(x: Tensor, memory_format: Any = None) -> Tensor:
    """A copy with the history of ``x`` behind it."""
    array = memory.clone(x._data) if memory_format is None else _rearranged(x._data, memory_format)
    out = wrap(array)
    if x._node is not None and (not altered or mode.enabled):
        out._node = _clone.node((x,))
    if isinstance(x._shared, Untracked) and not mode.inference:
        # Of an inference tensor torch makes the copy by writing to a new tensor.
        out._bump()
    return out


def _rearranged(x: ndarray, memory_format: Any) -> ndarray:
    made = formatted(x.shape, x.dtype, memory_format, x)
    made[...] = x
    return made


@checked("clone")
def clone(input: Tensor, *, memory_format: Any = None) -> Tensor:
    """A copy in new memory, differentiable; it keeps the order of dimensions unless a memory format says otherwise."""
    if not isinstance(input, Tensor):
        raise Misfit
    return clone_of(input, memory_format)


@checked("contiguous", method=True)
def contiguous(self: Tensor, memory_format: Any = kinds.contiguous_format) -> Tensor:
    """The tensor itself where its elements lie in order already, else a copy where they do."""
    if not isinstance(memory_format, kinds.memory_format):
        raise Misfit
    if memory_format is kinds.preserve_format or self.is_contiguous(memory_format):
        return self
    return clone_of(self, memory_format)


arrays.clone = arrays.clone_contiguous = lambda x: x.copy()
arrays.contiguous = np.ascontiguousarray
arrays.zeros_like = np.zeros_like
tensors.clone = clone_of
tensors.clone_contiguous = lambda x: clone_of(x, kinds.contiguous_format)
tensors.contiguous = lambda x: x if x._data.flags.c_contiguous else clone_of(x, kinds.contiguous_format)
tensors.zeros_like = lambda x: wrap(np.zeros_like(x._data))

_copy = Recorder(
    "copy", ("x", "y"), {"x": lambda xp, g: xp.zeros_like(g), "y": lambda xp, g: g}, node="CopyBackwards"
)


# Nodes written by hand in torch carry their namespace in name(), and only there.
_copy.make.name = lambda self: "torch::autograd::CopyBackwards"  # type: ignore[method-assign]


def same_elements(a: ndarray, b: ndarray) -> bool:
    """Whether two arrays are the same view of the same memory."""
    alike = a.shape == b.shape and a.strides == b.strides and a.dtype == b.dtype
    return alike and memory.address(a) == memory.address(b)


@checked("copy_", method=True)
def copy_(self: Tensor, other: Any, non_blocking: bool = False) -> Tensor:
    """Write the elements of ``other``, broadcast and cast, into this tensor; differentiable in both."""
    if not isinstance(other, Tensor):
        if not is_number(other):
            raise Misfit
        other = wrap(cast(number_of(other), self.dtype))
    target, source = self._data, other._data
    differentiable = target.dtype.kind in "fcV"
    if differentiable or mode.inference:
        check_write(self, other)
    if not same_elements(target, source):
        begin_write(self, (other,), differentiable)
    if self._memory is not None or other._memory is not None:  # torch takes the elements of turned views one by one
        refuse_partial_overlap(memory_of(self), memory_of(other))
    recording = differentiable and wants_grad(self, other)
    if source.shape != target.shape:
        source = np.broadcast_to(source, target.shape)
    if recording:
        node = _copy.node((self, other))
        node.fit = fit_of((self, other), target)
    if target.dtype == source.dtype:
        np.copyto(target, source)
    else:
        write(target, source)
    self._bump()
    if recording:
        rebase(self, node)
    return self


# ---- fills


def _fill_kernel(x: ndarray, value: Any) -> ndarray:
    made = memory.empty_like(x)
    made[...] = value
    return made


_fill_number = Recorder("fill", ("x",), {"x": lambda xp, g: xp.zeros_like(g)})
_fill_tensor = Recorder(
    "fill.Tensor", ("x", "value"), {"x": lambda xp, g: xp.zeros_like(g), "value": lambda xp, g: xp.sum(g)},
    node="FillBackward1",
)  # fmt: skip
_fill_number_ = Recorder("fill_", ("x",), {"x": lambda xp, g: xp.zeros_like(g)}, node="FillBackward2")
_fill_tensor_ = Recorder(
    "fill_.Tensor", ("x", "value"), {"x": lambda xp, g: xp.zeros_like(g), "value": lambda xp, g: xp.sum(g)},
    node="FillBackward3",
)  # fmt: skip
_zero = Recorder("zero_", ("x",), {"x": lambda xp, g: xp.zeros_like(g)}, node="ZeroBackward0")


def _overwrite(x: Tensor, inputs: tuple[Tensor, ...], value: Any, recorder: Recorder) -> Tensor:
    """Write one value into all of ``x``, and record that what was there before has no part in the result."""
    recording = wants_grad(*inputs) and x._data.dtype.kind in "fcV"
    if recording:
        node = recorder.node(inputs)
        node.fit = fit_of((x,), x._data) if len(inputs) == 1 else _fit_value(x, inputs[1])
    x._data[...] = value
    x._bump()
    if recording:
        rebase(x, node)
    return x


def _fit_value(x: Tensor, value: Tensor) -> Any:
    same = value._data.dtype == x._data.dtype
    return None if same else (None, (value._data.shape, value._data.dtype))


def _value_array(x: Tensor, value: Any) -> ndarray:
    """What ``fill`` writes: a number that fits, or a 0-d tensor cast."""
    if not isinstance(value, Tensor):
        if not is_number(value):
            raise Misfit
        return cast(number_of(value), x.dtype)
    if value._data.ndim:
        raise RuntimeError(
            f"fill_ only supports 0-dimension value tensor but got tensor with {value._data.ndim} dimensions."
        )
    if not x._data.size:  # nothing is cast, and nothing warns of it
        return np.zeros((), x._data.dtype)
    return value._data if value._data.dtype == x._data.dtype else cast_array(value._data, x.dtype)


@checked("fill_", method=True)
def fill_(self: Tensor, value: Any) -> Tensor:
    """Write one value, a number or a 0-d tensor, into all of the tensor."""
    check_write(self, value)
    array = _value_array(self, value)
    if isinstance(value, Tensor):
        refuse_overlap(self._data)
        return _overwrite(self, (self, value), array, _fill_tensor_)
    return _overwrite(self, (self,), array, _fill_number_)


@checked("fill")
def fill(input: Tensor, value: Any) -> Tensor:
    """A tensor like ``input`` with one value everywhere."""
    if not isinstance(input, Tensor):
        raise Misfit
    out = wrap(_fill_kernel(input._data, _value_array(input, value)))
    inputs = (input, value) if isinstance(value, Tensor) else (input,)
    if mode.enabled and any(each._node is not None for each in inputs) and out._data.dtype.kind in "fcV":
        out._node = node = (_fill_tensor if len(inputs) == 2 else _fill_number).node(inputs)
        if len(inputs) == 2:
            node.fit = _fit_value(input, value)
    return out


@checked("zero_", method=True)
def zero_(self: Tensor) -> Tensor:
    """Write 0 into all of the tensor."""
    check_write(self)
    return _overwrite(self, (self,), cast(0, self.dtype) if self._data.dtype.char in NARROW else 0, _zero)


# ---- complex numbers and their parts

conj = unary(
    "conj", lambda x: np.conj(x) if x.dtype.kind == "c" else x, x=lambda xp, g: xp.conj(g), inplace=False, module=False,
    method=False,
)  # fmt: skip


def _unless_real(function: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    def conjugate(input: Tensor) -> Tensor:
        if not isinstance(input, Tensor):
            raise bad_arguments("conj", (input,))
        return function(input) if input._data.dtype.kind == "c" else input

    return conjugate


def _conjugated(x: Tensor) -> Tensor:
    """The conjugate as a view of the same memory."""
    recorded = mode.enabled and x._node is not None
    return turned(x, ConjugateView, "conj", conj(x)._node if recorded else None)


_negative = unary("neg_view", np.negative, x=lambda xp, g: -g, inplace=False, module=False, method=False)


def _negated(x: Tensor) -> Tensor:
    """The negative as a view of the same memory."""
    recorded = mode.enabled and x._node is not None
    return turned(x, NegativeView, "neg", _negative(x)._node if recorded else None)


def whole_again(xp: Any, g: Any) -> Any:
    """Pairs as complex numbers again; RuntimeError for expanded ones that hold nothing, which torch does not copy."""
    shown = getattr(g, "_data", g)
    if not shown.size and memory.strides(shown)[-1] != 1:
        raise RuntimeError("Tensor must have a last dimension with stride 1")
    return xp.view_as_complex(xp.contiguous(g))


_view_as_real = view(
    "view_as_real", memory.as_parts, x=whole_again, method=False, module=False
)
_view_as_complex = view(
    "view_as_complex", memory.as_complex, x=lambda xp, g: xp.view_as_real(g), method=False, module=False
)


def view_as_real(input: Tensor) -> Tensor:
    """A complex tensor's real and imaginary parts as a last dimension of two, on the same memory."""
    if not isinstance(input, Tensor):
        raise bad_arguments("view_as_real", (input,))
    if input._data.dtype.kind != "c":
        _ = input._node  # a view that cannot find its history says so first
        raise RuntimeError("view_as_real is only supported for complex tensors")
    if isinstance(input, ConjugateView):
        raise RuntimeError(
            "view_as_real doesn't work on unresolved conjugated tensors.  To resolve the conjugate tensor so you can "
            "view it as real, use self.resolve_conj(); however, be warned that the resulting tensor will NOT alias the "
            "original."
        )
    out = _view_as_real(input)
    extend_path(input, out, ("real",))
    return out


def no_pairs(x: Tensor) -> RuntimeError | None:
    """Why a tensor cannot be seen as complex numbers, if it cannot."""
    array = x._data
    if array.dtype.char not in "fd":
        return RuntimeError(
            "view_as_complex is only supported for half, float and double tensors, but got a tensor of scalar type: "
            f"{x.dtype.scalar_type}"
        )
    if not array.ndim:
        return RuntimeError("Input tensor must have one or more dimensions")
    if array.shape[-1] != 2:
        return RuntimeError("Tensor must have a last dimension of size 2")
    *steps, last = memory.strides(array)
    if last != 1:
        return RuntimeError("Tensor must have a last dimension with stride 1")
    if any(step % 2 and length != 1 for step, length in zip(steps, array.shape, strict=False)):
        return RuntimeError("Tensor must have a stride divisible by 2 for all but last dimension")
    if memory.storage_offset(array) % 2:
        return RuntimeError("Tensor must have a storage_offset divisible by 2")
    return None


def view_as_complex(input: Tensor) -> Tensor:
    """A last dimension of two, real and imaginary parts, as complex numbers on the same memory."""
    if not isinstance(input, Tensor):
        raise bad_arguments("view_as_complex", (input,))
    half = input._data.dtype.char == "e"
    problem = no_pairs(input.float() if half else input)
    if problem is not None:
        _ = input._node  # a view that cannot find its history says so first
        raise problem
    if half:
        raise absent("torch.complex32")
    out = _view_as_complex(input)
    extend_path(input, out, ("complex",))
    return out


def real(input: Tensor) -> Tensor:
    """The real part, on the same memory; a real tensor itself."""
    if not isinstance(input, Tensor):
        raise bad_arguments("real", (input,))
    if input._data.dtype.kind != "c":
        return input
    return tensors.select(view_as_real(_conjugated(input) if isinstance(input, ConjugateView) else input), -1, 0)


def imag(input: Tensor) -> Tensor:
    """The imaginary part, on the same memory; RuntimeError for a real tensor."""
    if not isinstance(input, Tensor):
        raise bad_arguments("imag", (input,))
    if input._data.dtype.kind != "c":
        raise RuntimeError("imag is not implemented for tensors with non-complex dtypes.")
    if isinstance(input, ConjugateView):
        return tensors.select(_negated(view_as_real(_conjugated(input))), -1, 1)
    return tensors.select(view_as_real(input), -1, 1)


arrays.real, arrays.imag = (lambda x: x.real), (lambda x: x.imag)
tensors.real, tensors.imag = real, imag


# ---- the same memory as another dtype


def view_dtype(x: Tensor, dtype: dtypes.dtype) -> Tensor:
    """The same bytes as elements of another dtype; RuntimeError where sizes or strides do not allow it."""
    if not isinstance(dtype, dtypes.dtype):
        raise Misfit
    array, own = x._data, x.dtype
    if x._memory is not None:
        kind = "conjugate view tensors" if isinstance(x, ConjugateView) else "tensors with negative bit set"
        raise RuntimeError(f"torch.Tensor.view is not supported for {kind} when converting to a different dtype.")
    if dtype is own:
        return x.detach()
    if dtype.itemsize == own.itemsize:
        return _same_bytes(x, dtype)
    change = f"to view {own.scalar_type} as {dtype.scalar_type} (different element sizes)"
    if not array.ndim:
        raise RuntimeError(f"self.dim() cannot be 0 {change}")
    steps = memory.strides(array)
    if steps[-1] != 1:
        raise RuntimeError(f"self.stride(-1) must be 1 {change}, but got {steps[-1]}")
    if dtype.itemsize > own.itemsize:
        ratio = dtype.itemsize // own.itemsize
        if array.shape[-1] % ratio:
            raise RuntimeError(f"self.size(-1) must be divisible by {ratio} {change}, but got {array.shape[-1]}")
        if memory.storage_offset(array) % ratio:
            raise RuntimeError(
                f"self.storage_offset() must be divisible by {ratio} {change}, but got {memory.storage_offset(array)}"
            )
        for dim, step in enumerate(steps[:-1]):
            if step % ratio:
                raise RuntimeError(f"self.stride({dim}) must be divisible by {ratio} {change}, but got {step}")
    return _same_bytes(x, dtype)


def _same_bytes(x: Tensor, dtype: dtypes.dtype) -> Tensor:
    # No gradient passes, so torch counts it as an alias with the same versions and not as a view.
    out = wrap(x._data.view(dtype.numpy))
    out._shared = shared_of(x)
    return out


tensors.view_dtype = view_dtype

# ---- names

for _function in (clone, fill):
    publish(_function.__name__, _function, method=_function is clone)
for _function in (fill_, zero_):
    publish(_function.__name__, _function)
for _function in (to, type_as, cpu, cuda, contiguous, copy_):
    publish(_function.__name__, _function, module=False)
for _name, _function in (("conj", _unless_real(_conjugated)),):
    publish(_name, _function)
for _function in (view_as_real, view_as_complex, real, imag):
    publish(_function.__name__, _function, method=False)
Tensor.real = property(real, lambda self, value: real(self).copy_(value))  # type: ignore[attr-defined]
Tensor.imag = property(imag, lambda self, value: imag(self).copy_(value))  # type: ignore[attr-defined]
