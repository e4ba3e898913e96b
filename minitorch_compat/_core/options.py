"""What factories have in common: sizes, the keyword options, and calls that fit no signature."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import numpy as np

from .._kernels import layout as memory
from . import dtypes, errors, kinds
from .errors import Misfit, NoMemory
from .graph import LEAF
from .tensor import Tensor, stands_for_others, wrap
from .warn import warn_once

ndarray = np.ndarray

PYTHON_TYPES: dict[Any, dtypes.dtype] = {
    float: dtypes.float64, int: dtypes.int64, bool: dtypes.bool_, complex: dtypes.complex128,
}  # fmt: skip


NUMPY_WORDS = {"axis": "dim", "keepdims": "keepdim", "x": "input", "a": "input", "x1": "input", "x2": "other"}
"""Keywords of NumPy that torch takes for its own."""


def stumbled(
    name: str, function: Callable[..., Any], method: bool, arguments: Sequence[Any], keywords: dict[str, Any]
) -> Any:
    """What becomes of a call that fits no form of an operation.

    NumPy's keywords are translated, a deprecated order of arguments is put right, everything else is refused.
    """
    arguments = tuple([each for each in arguments if each is not NOTHING])
    if stands_for_others((arguments, keywords)):
        from .transforms import interpret

        return interpret(name, function, arguments, keywords)
    if not NUMPY_WORDS.keys().isdisjoint(keywords):
        given = {NUMPY_WORDS.get(word, word): value for word, value in keywords.items()}
        if len(given) == len(keywords):
            return function(*arguments, **given)
    if name.rstrip("_") in ("add", "sub") and len(arguments) == 3 and not keywords.keys() - {"out"}:
        x, alpha, other = arguments
        if isinstance(alpha, (int, float, complex)):
            old, new = ("(Number alpha, Tensor other)", "(Tensor other, *, Number alpha = 1)") if method else (
                "(Tensor input, Number alpha, Tensor other, *, Tensor out = None)",
                "(Tensor input, Tensor other, *, Number alpha = 1, Tensor out = None)",
            )
            warn_once(
                f"This overload of {name} is deprecated:\n\t{name}{old}\nConsider using one of the following "
                f"signatures instead:\n\t{name}{new}",
                stacklevel=4,
            )
            return function(x, other, alpha=alpha, **keywords)
    raise refused(name, tuple(arguments)[method:], keywords, method)


class Nothing:
    """Stands for an argument that was not given."""

    __slots__ = ()


NOTHING: Any = Nothing()


IN_PYTHON = frozenset(
    """
    align_tensors atleast_1d atleast_2d atleast_3d block_diag broadcast_shapes broadcast_tensors cartesian_prod cdist
    chain_matmul dim_order einsum istft lu meshgrid norm pca_lowrank split stft svd_lowrank tensordot unique
    unique_consecutive unravel_index
    """.split()  # noqa: SIM905
)
"""Functions that torch writes in Python, whose arguments meet no parser before others are looked at."""


def checked(name: str, *, method: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let a function raise ``Misfit``, or be called with arguments it does not have: torch's message replaces both."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        writes = method and "out" in (getattr(function, "__kwdefaults__", None) or ())

        def call(*arguments: Any, **keywords: Any) -> Any:
            try:
                if writes and "out" in keywords:  # a function writes to a given result, its method does not
                    raise Misfit
                return function(*arguments, **keywords)
            except Misfit:
                pass
            except TypeError as error:
                traceback = error.__traceback__
                if traceback is None or traceback.tb_next is not None:
                    raise in_words(error, name, method, arguments, keywords) from None
            except (AttributeError, KeyError, ValueError) as error:
                raise in_words(error, name, method, arguments, keywords) from None
            except RuntimeError as error:  # the parser comes first
                if name in IN_PYTHON:
                    raise
                raise in_words(error, name, method, arguments, keywords) from None
            return stumbled(name, function, method, arguments, keywords)

        # What functools.wraps does beyond this would cost hundreds of operations their share of the import.
        call.__name__ = call.__qualname__ = name
        call.__doc__, call.__wrapped__ = function.__doc__, function  # type: ignore[attr-defined]
        return call

    return decorate


def in_words(
    error: Exception, name: str, method: bool, arguments: tuple[Any, ...], keywords: dict[str, Any]
) -> Exception:
    """The refusal of torch's parser, which comes before all else, where a call went on and failed; else the failure."""
    words = not isinstance(error, TypeError) or any(each in str(error) for each in PYTHONS_OWN)
    if not words or isinstance(error, NotImplementedError) or stands_for_others((arguments, keywords)):
        return error
    try:
        said = refused(name, arguments[method:], keywords, method)
    except Exception:  # no signature is known
        return error
    return said if type(said) is TypeError else error


PYTHONS_OWN = (
    "unsupported operand", "bad operand", "object is not", "object cannot be", "not supported between", "has no len",
    "must be real number", "must be an integer", "indices must be", "cannot unpack", "ufunc", "can't multiply",
    "unhashable", "NoneType", "required positional argument", "positional arguments but", "unexpected keyword",
    "argument must be", "Cannot interpret",
)
"""What TypeErrors of Python and NumPy have in their text, and torch's have not."""


def refused(name: str, arguments: tuple[Any, ...], keywords: dict[str, Any], method: bool = False) -> Exception:
    """torch's words for arguments that fit no signature of a function or method."""
    if stands_for_others((arguments, keywords)):
        from .transforms import holds_sparse

        if not holds_sparse((arguments, keywords)):
            return NoMemory("_data")
    from .signatures import invalid_arguments, signatures

    return invalid_arguments(name, signatures(name, method=method), arguments, keywords)


# ---- sizes


def size_of(sizes: Sequence[Any], size: Any = None) -> tuple[int, ...]:
    """A size given as numbers, as one sequence of them, or by keyword; Misfit for anything else."""
    if size is not None:
        if len(sizes) or not isinstance(size, (tuple, list)):
            raise Misfit
        sizes = size
    elif len(sizes) == 1 and isinstance(sizes[0], (tuple, list)):
        sizes = sizes[0]
    elif not sizes:
        raise Misfit
    lengths = tuple(sizes)
    for each in lengths:
        if type(each) is not int:
            return tuple([length_of(each, place) for place, each in enumerate(lengths)])
    return lengths


def length_of(value: Any, place: int) -> int:
    """One length: an integer of Python, of NumPy, or of a 0-d tensor."""
    if isinstance(value, bool):
        if not place:
            raise Misfit
        return int(value)
    if isinstance(value, (int, np.integer)):
        return operator.index(value)
    if isinstance(value, Tensor) and not value._data.ndim and value._data.dtype.kind in "iu":
        return value.item()
    raise Misfit


def is_integer(value: Any) -> bool:
    """Whether torch takes ``value`` for a length, which a bool is not."""
    if isinstance(value, (int, np.integer)):
        return not isinstance(value, bool)
    return isinstance(value, Tensor) and not value._data.ndim and value._data.dtype.kind in "iu"


def check_size(size: tuple[int, ...], itemsize: int) -> None:
    """RuntimeError for negative lengths, and for more memory than there can be."""
    for each in size:
        if each < 0:
            raise RuntimeError(
                f"Trying to create tensor with negative dimension {each}: {errors.size_text(size)}"
            )
    if prod(size) * itemsize >= 1 << 63:
        raise RuntimeError(f"Storage size calculation overflowed with sizes={errors.size_text(size)}")


def allocate(size: tuple[int, ...], dtype: np.dtype[Any]) -> ndarray:
    """Memory for ``size`` elements; RuntimeError where the machine has too little."""
    check_size(size, dtype.itemsize)
    try:
        return np.empty(size, dtype)
    except MemoryError:
        raise RuntimeError(
            "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to "
            f"allocate {prod(size) * dtype.itemsize} bytes. Error code 12 (Cannot allocate memory)"
        ) from None


# ---- options


def dtype_of(dtype: Any) -> dtypes.dtype | None:
    """A dtype given as such, as a Python number type, or None; Misfit for anything else."""
    if dtype is None or type(dtype) is dtypes.dtype:
        return dtype
    try:
        return PYTHON_TYPES[dtype]
    except (KeyError, TypeError):
        raise Misfit from None


def check_options(
    layout: Any = None, device: Any = None, pin_memory: Any = False, requires_grad: Any = False
) -> None:
    """Accept what this engine can do: strided tensors on the CPU."""
    if layout is not None and layout is not kinds.strided:
        if not isinstance(layout, kinds.layout):
            raise Misfit
        raise errors.lacks(f"the layout {layout!r}")
    if device is not None:
        if not isinstance(device, (str, int, kinds.device)) or isinstance(device, bool):
            raise Misfit
        kinds.check_device(device)
    if pin_memory:
        if pin_memory is not True:
            raise Misfit
        raise RuntimeError(
            "pin_memory=True requires a CUDA or other accelerator backend; no pinned memory allocator is available on "
            "this system."
        )
    if requires_grad is not True and requires_grad is not False and requires_grad is not None:
        raise Misfit


def out_of(out: Any) -> Any:
    """``out`` if it is a tensor, or None; Misfit for anything else."""
    if out is not None and not isinstance(out, Tensor):
        raise Misfit
    return out


def leaf(array: ndarray, requires_grad: Any = False) -> Tensor:
    """A new tensor over ``array``, a leaf that requires grad where that is wanted."""
    tensor = wrap(array)
    if requires_grad:
        if array.dtype.kind not in "fcV":
            raise errors.integers_cannot_require_grad()
        tensor._node = LEAF
    return tensor


def formatted(size: tuple[int, ...], dtype: np.dtype[Any], memory_format: Any, like: ndarray | None = None) -> ndarray:
    """Memory for ``size`` elements in the order a memory format asks for; ``like`` is what to preserve."""
    if memory_format is None or memory_format is kinds.preserve_format:
        if like is not None:
            return memory.empty_like(like, dtype)
        if memory_format is None:
            return allocate(size, dtype)
        raise RuntimeError("unsupported memory format Preserve")
    if memory_format is kinds.contiguous_format:
        return allocate(size, dtype)
    if not isinstance(memory_format, kinds.memory_format):
        raise Misfit
    if memory_format is kinds.channels_last:
        if len(size) != 4:
            raise RuntimeError("required rank 4 tensor to use channels_last format")
        return memory.empty_strided(size, memory.ordered_strides(size, (1, 3, 2, 0)), dtype)
    if len(size) != 5:
        raise RuntimeError("required rank 5 tensor to use channels_last_3d format")
    return memory.empty_strided(size, memory.ordered_strides(size, (1, 4, 3, 2, 0)), dtype)


def into_out(name: str, out: Any, result: ndarray, dtype: dtypes.dtype | None, requires_grad: Any) -> Tensor:
    """A factory's result in the tensor given as ``out=``, resized without a word where it has another shape."""
    if dtype is not None and dtype is not out.dtype:
        raise RuntimeError(
            f"dtype {dtype.scalar_type} does not match dtype of out parameter ({out.dtype.scalar_type})"
        )
    if out._node is not None:
        raise errors.out_requires_grad(f"aten::{name}")
    if out._data.shape != result.shape:
        from .storage import resize

        resize(out, result.shape)
    np.copyto(out._data, result, casting="unsafe")
    out._bump()
    return out.requires_grad_() if requires_grad else out
