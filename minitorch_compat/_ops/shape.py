"""Views: the same memory under another shape, order of dimensions, or in part."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import numpy as np

from .._core import views
from .._core.errors import Misfit
from .._core.families import bad_arguments, view
from .._core.forms import FUNCTIONS, publish, wants_grad
from .._core.graph import LEAF, Fresh, Node, NodeType, Output, output_of, record
from .._core.modes import altered, mode
from .._core.operations import op
from .._core.options import NOTHING
from .._core.recording import arrays, tensors
from .._core.saved_names import DERIVED, derived_names
from .._core.tensor import UNTRACKED, OutdatedView, Tensor, new, view_of, wrap, wrap_dim
from .._core.views import (
    Shared,
    check_write,
    edge_of,
    gather_strided,
    hand_over,
    inherited,
    keep_promise,
    known_step,
    scatter_strided,
    shared_of,
)
from .._core.warn import warn_once
from .._kernels import layout
from .._kernels import shape as kernels

ndarray = np.ndarray
Array = ndarray


def sizes_of(name: str, sizes: tuple[Any, ...]) -> tuple[int, ...]:
    """Sizes given as several ints or as one sequence of them."""
    if len(sizes) == 1 and not isinstance(sizes[0], int):
        given = sizes[0]
        if isinstance(given, Tensor) and not given.dim():
            return (given.__index__(),)
        if not isinstance(given, (tuple, list)):
            raise bad_arguments(name, sizes)
        sizes = tuple(given)
    try:
        return tuple([each if type(each) is int else each.__index__() for each in sizes])
    except (AttributeError, TypeError):
        raise bad_arguments(name, sizes) from None


# ---- the adjoint of taking a part: zeros, and the gradient in its place


def into_zeros(name: str, part: Callable[..., ndarray]) -> None:
    """Declare ``name(g, shape, *values)``: zeros of ``shape`` with ``g`` where the view ``part`` looks."""

    def place(g: Array, shape, values):
        whole = np.zeros(shape, g.dtype)
        part(whole, *values)[...] = g
        return whole

    taken = name.removesuffix("_backward")
    op(name, method=False, module=False, g=lambda xp, g, values: getattr(xp, taken)(g, *values))(place)


into_zeros("select_backward", kernels.select)
into_zeros("slice_backward", kernels.slice_)
into_zeros("diagonal_backward", kernels.diagonal)


# ---- one result

_view = view(
    "view", lambda x, size: kernels.view(x, size), x=lambda xp, g, shape: xp.reshape(g, shape), method=False,
    module=False,
)
_reshape_alias = view(
    "reshape_alias", lambda x, size: kernels.view(x, size), x=lambda xp, g, shape: xp.reshape(g, shape),
    method=False, module=False,
)
transpose = view("transpose", kernels.transpose, x=lambda xp, g, dim0, dim1: xp.transpose(g, dim0, dim1))
t = view("t", kernels.t, x=lambda xp, g: xp.t(g))
_permute = view(
    "permute",
    kernels.permute,
    x=lambda xp, g, dims: xp.permute(g, inverse(dims)),
    method=False,
    module=False,
)
_expand = view(
    "expand",
    kernels.expand,
    x=lambda xp, g, shape: xp.sum_to_size(g, shape),
    method=False,
    module=False,
)
unsqueeze = view("unsqueeze", kernels.unsqueeze, x=lambda xp, g, dim: xp.squeeze_one(g, dim))
select = view(
    "select", kernels.select, x=lambda xp, g, shape, dim, index: xp.select_backward(g, shape, (dim, index))
)
slice_ = view(
    "slice",
    kernels.slice_,
    x=lambda xp, g, shape, dim, start, end, step: xp.slice_backward(g, shape, (dim, start, end, step)),
    method=False,
    module=False,
)
diagonal = view(
    "diagonal",
    kernels.diagonal,
    x=lambda xp, g, shape, offset, dim1, dim2: xp.diagonal_backward(g, shape, (offset, dim1, dim2)),
)
alias = view("alias", lambda x: x.view(), x=lambda xp, g: g, method=False, module=False)


def unsqueezed(xp: Any, g: Any, shape: tuple[int, ...]) -> Any:
    """A gradient with the dimensions of length 1 that were there; handed on where there were none."""
    for dim, length in enumerate(shape):
        if length == 1:
            g = xp.unsqueeze(g, dim)
    return g


def unsqueezed_at(xp: Any, g: Any, shape: tuple[int, ...], dim: int | tuple[int, ...]) -> Any:
    """The same, of some of the dimensions."""
    for each in sorted([one % len(shape) for one in ((dim,) if isinstance(dim, int) else dim) if shape]):
        if shape[each] == 1:
            g = xp.unsqueeze(g, each)
    return g


_squeeze_all = view("squeeze", lambda x: kernels.squeeze(x), x=unsqueezed, method=False, module=False)
_squeeze_one = view("squeeze_one", lambda x, dim: kernels.squeeze(x, dim), x=unsqueezed_at, method=False, module=False,
                    node="SqueezeBackward1")
_squeeze_some = view("squeeze_some", lambda x, dim: kernels.squeeze(x, dim), x=unsqueezed_at, method=False,
                     module=False, node="SqueezeBackward2")
unfold = view(
    "unfold",
    kernels.unfold,
    x=lambda xp, g, shape, dimension, size, step: xp.unfold_backward(g, shape, dimension, size, step),
    module=False,
)


@op(method=False, module=False, g=lambda xp, g, dimension, size, step: xp.unfold(g, dimension, size, step))
def unfold_backward(g: Array, shape, dimension, size, step):
    """Each element gets the sum of the gradients of the windows that show it."""
    whole = np.zeros(shape, g.dtype)
    windows = kernels.unfold(np.arange(whole.size).reshape(shape), dimension, size, step)
    np.add.at(whole.reshape(-1), windows.reshape(-1), g.reshape(-1))
    return whole


def inverse(dims: Sequence[int]) -> tuple[int, ...]:
    """The order of dimensions that undoes ``dims``."""
    count = len(dims)
    undone = [0] * count
    for place, dim in enumerate(dims):
        undone[dim % count] = place
    return tuple(undone)


@op(method=False, module=False, node="UnsafeViewBackward0", x=lambda xp, g, shape: xp.reshape(g, shape))
def unsafe_view(x: Array, size):
    """A fresh result of another operation in another shape: no view, since nobody else holds it."""
    return kernels.view(x, size)


def view_(input: Tensor, *given: Any, size: Any = None, dtype: Any = None) -> Tensor:
    """The same elements in another shape without a copy, or their bytes as another dtype."""
    size = given if dtype is not None or (given and size is None) else named_or_positional(given, size)
    if dtype is not None or (len(size) == 1 and not isinstance(size[0], (int, tuple, list, Tensor))):
        return tensors.view_dtype(input, size[0] if dtype is None else dtype)
    sizes = sizes_of("view", size)
    return _view(input, inferred(input, sizes) if -1 in sizes else sizes)


def inferred(input: Tensor, sizes: tuple[int, ...]) -> tuple[int, ...]:
    """Sizes with their -1 replaced; a view that cannot find its history refuses before they do."""
    try:
        return layout.infer_size(sizes, input._data.size)
    except RuntimeError:
        _ = input._node
        raise


def named_or_positional(given: tuple[Any, ...], named: Any) -> tuple[Any, ...]:
    """Sizes given by position or under their name; Misfit for both, and for none."""
    if (named is None) == (not given):
        raise Misfit
    return given if named is None else (named,)


def reshape(input: Tensor, *given: Any, shape: Any = None) -> Tensor:
    """A view where strides allow it, otherwise a copy."""
    sizes = sizes_of("reshape", given if shape is None and given else named_or_positional(given, shape))
    array = input._data
    sizes = inferred(input, sizes)
    if array.flags.c_contiguous:
        return _view(input, sizes)
    if kernels.try_view(array, sizes) is not None:
        return _reshape_alias(input, sizes)
    return unsafe_view(tensors.clone_contiguous(input), sizes)




def reshaped(g: Array, shape: tuple[int, ...]) -> Array:
    """A gradient in another shape; known to be in new memory where it had to be copied."""
    r = g.reshape(shape)
    owner = r.base
    if owner is None or owner is g or owner is g.base or not isinstance(owner, Array):
        return r
    return r if type(g) is not Array or np.may_share_memory(r, g) else r.view(Fresh)


arrays.reshape = reshaped


def permute(input: Tensor, *given: Any, dims: Any = None) -> Tensor:
    """The dimensions in another order."""
    return _permute(input, sizes_of("permute", named_or_positional(given, dims)))


def expand(input: Tensor, *given: Any, size: Any = None, implicit: bool = False) -> Tensor:
    """Dimensions of length 1 repeated without a copy."""
    return _expand(input, sizes_of("expand", named_or_positional(given, size)))


def squeeze(input: Tensor, dim: Any = NOTHING) -> Tensor:
    """Without the dimensions of length 1, or without those of them named by ``dim``."""
    if dim is NOTHING:
        return _squeeze_all(input)
    if dim is None:
        raise Misfit
    if isinstance(dim, int):
        return _squeeze_one(input, dim)
    return _squeeze_some(input, tuple(dim))


def flatten(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """The dimensions from ``start_dim`` to ``end_dim`` as one."""
    array = input._data
    start, end = wrap_dim(start_dim, array.ndim), wrap_dim(end_dim, array.ndim)
    if not array.ndim:
        return reshape(input, 1)
    if start > end:
        raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
    if start == end:
        return input
    shape = array.shape
    return reshape(input, (*shape[:start], prod(shape[start : end + 1]), *shape[end + 1 :]))


def unflatten(input: Tensor, dim: int, sizes: Sequence[int]) -> Tensor:
    """One dimension as several."""
    if isinstance(sizes, Tensor):
        raise Misfit
    return _view(input, kernels.unflatten(input._data, dim, tuple(sizes)).shape)


def movedim(input: Tensor, source: Any, destination: Any) -> Tensor:
    """Dimensions at other places, the others in their order."""
    one = (source,) if isinstance(source, int) else tuple(source)
    other = (destination,) if isinstance(destination, int) else tuple(destination)
    array = input._data
    if not array.ndim:
        kernels.movedim(array, one, other)
        return alias(input)
    places = kernels.movedim(np.empty(tuple(range(2, 2 + array.ndim)), np.bool_), one, other).shape
    return _permute(input, tuple([each - 2 for each in places]))


def narrow(input: Tensor, dim: int, start: Any, length: int) -> Tensor:
    """``length`` elements of a dimension from ``start`` on."""
    if isinstance(start, Tensor) and (start._data.ndim or start._data.dtype.kind not in "iu"):
        raise RuntimeError("start must be an 0-dim integral Tensor.")
    start = int(start)
    kernels.narrow(input._data, dim, start, length)
    if start < 0:
        start += input._data.shape[wrap_dim(dim, input._data.ndim)]
    return slice_(input, dim, start, start + length, 1)


def mT(input: Tensor) -> Tensor:
    """The last two dimensions exchanged."""
    if not input._data.ndim:
        warn_once("Tensor.mT is deprecated on 0-D tensors. This function is the identity in these cases.", stacklevel=2)
        return input
    kernels.matrix_transpose(input._data)
    return transpose(input, -2, -1)


def adjoint(input: Tensor, name: str = "adjoint()", said: str = "tensor.adjoint()") -> Tensor:
    """The last two dimensions exchanged and complex elements conjugated."""
    ndim = input._data.ndim
    if not ndim:
        warn_once(f"{name} is deprecated on 0-D tensors. Consider using x.conj().", stacklevel=3)
        return input.conj()  # type: ignore[attr-defined]
    if ndim == 1:
        raise RuntimeError(f"{said} is only supported on matrices or batches of matrices. Got 1-D tensor.")
    swapped = transpose(input, -2, -1)
    return swapped.conj() if input.is_complex() else swapped  # type: ignore[attr-defined]


def _h_property(input: Tensor) -> Tensor:
    ndim = input._data.ndim
    if ndim not in (0, 2):
        batches = " For batches of matrices, consider using tensor.mH" if ndim > 2 else ""
        raise RuntimeError(f"tensor.H is only supported on matrices (2-D tensors). Got {ndim}-D tensor.{batches}")
    return adjoint(input, "Tensor.H")


def _t_property(input: Tensor) -> Tensor:
    ndim = input._data.ndim
    if not ndim:
        warn_once("Tensor.T is deprecated on 0-D tensors. This function is the identity in these cases.", stacklevel=2)
    elif ndim != 2:
        warn_once(
            "The use of `x.T` on tensors of dimension other than 2 to reverse their shape is deprecated and it will "
            "throw an error in a future release. Consider `x.mT` to transpose batches of matrices or "
            "`x.permute(*torch.arange(x.ndim - 1, -1, -1))` to reverse the dimensions of a tensor.",
            stacklevel=2,
        )
    return _permute(input, tuple(range(ndim))[::-1])


def as_strided(
    input: Tensor, size: Sequence[int], stride: Sequence[int], storage_offset: int | None = None
) -> Tensor:
    """Any view of the memory that ``input`` lies in."""
    array = views.memory_of(input)
    try:
        made = kernels.as_strided(array, tuple(size), tuple(stride), storage_offset)
    except RuntimeError:
        _ = input._node  # a view that cannot find its history says so first
        raise
    if input._memory is None:
        out = view_of(input, made)
    else:
        out = input.over(made)
        views.make_view(input, out)
    if input._node is not None and (not altered or mode.enabled):
        place = (array.shape, layout.strides(array), *views.geometry(made, array))
        out._node = record(views.AsStridedBackward0, (edge_of(input),), (), place)
    return out


@op(
    method=False,
    module=False,
    g=lambda xp, g, base_shape, base_strides, size, stride, offset: xp.gather_strided(
        g, base_shape, base_strides, size, stride, offset
    ),
)
def scatter_strided_(g: Array, base_shape, base_strides, size, stride, offset):
    """Zeros of a geometry with the gradient of a strided view in its place."""
    return scatter_strided(g, base_shape, base_strides, size, stride, offset)


@op(
    "gather_strided",
    method=False,
    module=False,
    g=lambda xp, g, base_shape, base_strides, size, stride, offset: xp.scatter_strided_(
        g, base_shape, base_strides, size, stride, offset
    ),
)
def gather_strided_(g: Array, base_shape, base_strides, size, stride, offset):
    """The elements that a strided view of a tensor with this geometry shows."""
    return gather_strided(g, base_shape, base_strides, size, stride, offset)


views.scatter_strided_tensor = lambda g, place: tensors.scatter_strided_(g, *place)
views.gather_strided_tensor = lambda g, place: tensors.gather_strided(g, *place)


# ---- several results


def several(
    name: str,
    kernel: Callable[..., tuple[ndarray, ...]],
    formula: Callable[..., Any],
    *,
    apart: bool = False,
) -> Callable[..., tuple[Tensor, ...]]:
    """Declare a view with several results; ``formula(xp, gradients, shape, *values)`` has zeros for absent ones.

    Results that stand ``apart`` share memory with their source and with each other, and nothing else.
    """

    def carry(node: Any, g: Any, xp: Any) -> Sequence[Any]:
        shape, dtype, values = node.values
        if node.outputs == 1:
            g = [g]
        if True in [each is None for each in g]:
            zeros: Any = kernel(np.zeros(shape, dtype), *values)
            if xp is tensors:
                zeros = map(wrap, zeros)
            g = [zero if each is None else each for each, zero in zip(g, zeros, strict=True)]
        return (formula(xp, g, shape, *values),)

    title = "".join(part.capitalize() for part in name.split("_")) + "Backward0"
    body = {
        "__slots__": ("outputs",), "__module__": "builtins", "operation": name,
        **derived_names(DERIVED.get(title.removeprefix("Unsafe"), {}), (), ("shape", "dtype", "arguments")),
        "vjp": lambda node, g: carry(node, g, arrays), "vjp_tensors": lambda node, g: carry(node, g, tensors),
    }
    made: Any = NodeType(title, (Node,), body)

    def call(x: Tensor, *values: Any) -> tuple[Tensor, ...]:
        try:
            parts = kernel(np.array(x._data, order="C") if apart and x._memory is not None else x._data, *values)
        except Exception:
            views.look_for_histories((x,))
            raise
        plain = x._created is None and x._path is None and x._memory is None and type(x) is not OutdatedView
        if plain and not apart and len(parts) > 1 and not altered:
            shared = shared_of(x)
            if shared.__class__ is Shared:
                return recorded(x, shared, parts, values)
        if apart and not mode.inference:
            results = tuple([wrap(each) for each in parts])
        else:
            results = tuple([view_of(x, each) for each in parts])
        if apart and (x.is_inference() or mode.inference):
            for each in results:
                each._shared = UNTRACKED if x.is_inference() else Shared()
        node: Any = None
        if x._node is not None and (not altered or mode.enabled) and results:
            node = record(made, (edge_of(x),), (), (x._data.shape, x._data.dtype, values))
            node.outputs = len(results)
        alone = len(results) == 1
        for number, each in enumerate(results):
            if each._base is not None and (not altered or mode.enabled):
                each._created = inherited(each._created, "several")
            if node is not None:
                each._node = node if alone else output_of(node, number)
                each.output_nr = number
        return results

    def recorded(x: Tensor, shared: Shared, parts: Sequence[ndarray], values: tuple[Any, ...]) -> tuple[Tensor, ...]:
        """What ``call`` makes in the common case, in fewer steps: recurrent networks cut their gates each time."""
        data, base, source = x._data, x._base, x._node
        if base is None:
            base = x
        node: Any = None
        if source is not None:
            node = record(made, (x if source is LEAF else source,), (), (data.shape, data.dtype, values))
            node.outputs = len(parts)
            order, edges = node.order - 0.5, (node,)
        results = []
        for number, part in enumerate(parts):
            each = new(Tensor)
            each._data = part
            if node is None:
                each._node = None
            else:
                each._node = output = new(Output)
                output.parent, output.order, output.edges = node, order, edges
                output.output_nr = each.output_nr = number
            each._base = base
            each._shared = shared
            each._created = "several"
            results.append(each)
        shared.enter(*results)
        return tuple(results)

    setattr(tensors, name, call)
    setattr(arrays, name, kernel)
    return call


_unbind = several("unbind", kernels.unbind, lambda xp, g, shape, dim: xp.stack(g, dim))
_split = several("split", kernels.split, lambda xp, g, shape, size, dim: xp.cat(g, dim))
_split_with_sizes = several(
    "split_with_sizes", kernels.split_with_sizes, lambda xp, g, shape, sizes, dim: xp.cat(g, dim)
)


_unsafe_split = several("unsafe_split", kernels.split, lambda xp, g, shape, size, dim: xp.cat(g, dim), apart=True)
_unsafe_split_with_sizes = several(
    "unsafe_split_with_sizes", kernels.split_with_sizes, lambda xp, g, shape, sizes, dim: xp.cat(g, dim), apart=True
)


def unbind(input: Tensor, dim: int = 0) -> tuple[Tensor, ...]:
    """The slices along a dimension."""
    return _unbind(input, dim)


def split(tensor: Tensor, split_size_or_sections: Any = None, dim: int = 0, *, split_size: Any = None) -> Any:
    """Parts along a dimension, all of one length but the last, or of the lengths given."""
    size = split_size_or_sections if split_size is None else split_size
    if isinstance(size, (list, tuple)):
        return _split_with_sizes(tensor, tuple(size), dim)
    return _split(tensor, size, dim)


def split_with_sizes(input: Tensor, split_sizes: Sequence[int], dim: int = 0) -> tuple[Tensor, ...]:
    """Parts of the lengths given."""
    return _split_with_sizes(input, tuple(split_sizes), dim)


def unsafe_split(tensor: Tensor, split_size: int, dim: int = 0) -> tuple[Tensor, ...]:
    """``split`` into results that are no views: writes to them are not followed."""
    return _unsafe_split(tensor, split_size, dim)


def unsafe_split_with_sizes(input: Tensor, split_sizes: Sequence[int], dim: int = 0) -> tuple[Tensor, ...]:
    """``split_with_sizes`` into results that are no views: writes to them are not followed."""
    return _unsafe_split_with_sizes(input, tuple(split_sizes), dim)


def unsafe_chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """``chunk`` into results that are no views: writes to them are not followed."""
    return chunk(input, chunks, dim, _unsafe_split, _unsafe_split_with_sizes)


def chunk(
    input: Tensor, chunks: int, dim: int = 0, split: Any = _split, with_sizes: Any = _split_with_sizes
) -> tuple[Tensor, ...]:
    """At most ``chunks`` parts of one length along a dimension, the last one shorter."""
    if input._data.ndim and chunks > 0 and (size := input._data.shape[wrap_dim(dim, input._data.ndim)]):
        return split(input, -(-size // chunks), dim)
    parts = kernels.chunk(input._data, chunks, dim)
    lengths = [each.shape[wrap_dim(dim, input._data.ndim)] for each in parts]
    if len(set(lengths[:-1])) <= 1 and lengths and lengths[0]:
        return split(input, lengths[0], dim)
    return with_sizes(input, tuple(lengths), dim)


def tensor_split(input: Tensor, indices_or_sections: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """Parts along a dimension, nearly equal ones or those between the indices."""
    if isinstance(indices_or_sections, Tensor):
        indices_or_sections = indices_or_sections.tolist()
    if isinstance(indices_or_sections, list):
        indices_or_sections = tuple(indices_or_sections)
    lengths = [
        each.shape[wrap_dim(dim, input._data.ndim)]
        for each in kernels.tensor_split(input._data, indices_or_sections, dim)
    ]
    starts = [sum(lengths[:place]) for place in range(len(lengths))]
    if isinstance(indices_or_sections, tuple):
        bounds = (0, *indices_or_sections, None)
        return tuple(slice_(input, dim, bounds[place], bounds[place + 1], 1) for place in range(len(bounds) - 1))
    return tuple(
        slice_(input, dim, start, start + length, 1) for start, length in zip(starts, lengths, strict=True)
    )


# ---- in place: the tensor itself takes another geometry


def written(name: str, kernel: Callable[..., ndarray], formula: Callable[..., Any], node: str) -> Callable[..., Tensor]:
    """Declare what an in-place form of a view does; its step has a name of its own."""
    return view(name + "_here", kernel, x=formula, method=False, module=False, node=node)


def transposed_in_place(x: ndarray) -> ndarray:
    if x.ndim > 2:
        raise RuntimeError(f"t_() expects a tensor with <= 2 dimensions, but self is {x.ndim}D")
    return kernels.t(x)


_squeeze_all_here = written("squeeze_all", lambda x: kernels.squeeze(x), unsqueezed, "SqueezeBackward3")
_squeeze_one_here = written("squeeze_one", lambda x, dim: kernels.squeeze(x, dim), unsqueezed_at, "SqueezeBackward4")
_squeeze_some_here = written("squeeze_some", lambda x, dim: kernels.squeeze(x, dim), unsqueezed_at, "SqueezeBackward5")
_unsqueeze_here = written(
    "unsqueeze", kernels.unsqueeze, lambda xp, g, dim: xp.squeeze_one(g, dim), "UnsqueezeBackward1"
)
_transpose_here = written(
    "transpose", kernels.transpose, lambda xp, g, dim0, dim1: xp.transpose(g, dim0, dim1), "TransposeBackward1"
)
_t_here = written("t", transposed_in_place, lambda xp, g: xp.t(g), "TBackward1")


def reshaped_in_place(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """The in-place form of a view: shape and strides change, the memory does not."""

    def form(input: Tensor, *values: Any, **named: Any) -> Tensor:
        check_write(input)
        made = function(input, *values, **named)
        before, node = known_step(input), made._node if wants_grad(input) else None
        if node is None and input.requires_grad and made._data.shape != input._data.shape:
            keep_promise(input)
        if input._memory is None:
            input._data = made._data
        else:
            input._memory = made._memory
        input._bump()
        if node is not None:
            input._node = node
            hand_over(input, before, node, reshaped=True)
        return input

    return form


def squeeze_here(input: Tensor, dim: Any = NOTHING) -> Tensor:
    if dim is NOTHING:
        return _squeeze_all_here(input)
    if dim is None:
        raise Misfit
    return _squeeze_one_here(input, dim) if isinstance(dim, int) else _squeeze_some_here(input, tuple(dim))


def squeezed_row(input: Tensor) -> Tensor:
    """A fresh matrix of one row as a vector, by torch's own way: in place."""
    made = _squeeze_one_here(input, 0)
    made._base = None
    made._created = None
    made._shared = UNTRACKED if mode.inference else None
    made._bump()
    return made


def in_one_tuple(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """A function of a tensor and numbers that may not come one by one."""

    def form(input: Tensor, *given: Any, **named: Any) -> Tensor:
        if len(given) > 1 or (given and not isinstance(given[0], (tuple, list))):
            raise Misfit
        return function(input, *given, **named)

    return form


_functions: dict[str, Callable[..., Any]] = {
    "view": view_, "reshape": reshape, "permute": permute, "expand": expand, "squeeze": squeeze, "flatten": flatten,
    "unflatten": unflatten, "movedim": movedim, "narrow": narrow, "adjoint": lambda input: adjoint(input),
    "as_strided": as_strided, "unbind": unbind, "split": split, "split_with_sizes": split_with_sizes,
    "chunk": lambda input, chunks, dim=0: chunk(input, chunks, dim), "tensor_split": tensor_split,
    "unsafe_split": unsafe_split, "unsafe_split_with_sizes": unsafe_split_with_sizes, "unsafe_chunk": unsafe_chunk,
}
for _name, _function in _functions.items():
    if _name in ("reshape", "permute"):
        # The functions take the numbers as one tuple only.
        publish(_name, _function, module=False)
        publish(_name, in_one_tuple(_function), method=False)
    else:
        publish(_name, _function, module=_name not in ("view", "expand"))
tensors.reshape = reshape
tensors.expand = _expand
tensors.permute = _permute
tensors.view = _view
Tensor.T = property(_t_property)  # type: ignore[attr-defined]
Tensor.mT = property(mT)  # type: ignore[attr-defined]
Tensor.H = property(_h_property)  # type: ignore[attr-defined]
Tensor.mH = property(lambda input: adjoint(input, "Tensor.mH", "tensor.mH"))  # type: ignore[attr-defined]

for _name, _same in {
    "swapaxes": "transpose", "swapdims": "transpose", "moveaxis": "movedim",
}.items():
    FUNCTIONS[_name] = FUNCTIONS[_same]
    setattr(Tensor, _name, FUNCTIONS[_same])
_in_place: dict[str, Callable[..., Tensor]] = {
    "squeeze": squeeze_here, "unsqueeze": lambda input, dim: _unsqueeze_here(input, dim),
    "transpose": lambda input, dim0, dim1: _transpose_here(input, dim0, dim1), "t": lambda input: _t_here(input),
    "swapaxes": lambda input, axis0, axis1: _transpose_here(input, axis0, axis1),
    "swapdims": lambda input, dim0, dim1: _transpose_here(input, dim0, dim1), "as_strided": as_strided,
}
for _name, _function in _in_place.items():
    publish(_name + "_", reshaped_in_place(_function), module=_name == "as_strided")


def view_as(input: Tensor, other: Tensor) -> Tensor:
    """``input`` in the shape of ``other``, without a copy."""
    return _view(input, other._data.shape)


def reshape_as(input: Tensor, other: Tensor) -> Tensor:
    """``input`` in the shape of ``other``."""
    return reshape(input, other._data.shape)


def expand_as(input: Tensor, other: Tensor) -> Tensor:
    """``input`` expanded to the shape of ``other``."""
    return _expand(input, other._data.shape)


def broadcast_to(input: Tensor, *given: Any, size: Any = None) -> Tensor:
    """``input`` expanded to ``size``."""
    return _expand(input, sizes_of("broadcast_to", named_or_positional(given, size)))


def broadcast_tensors(*tensors: Any) -> tuple[Tensor, ...]:
    """All tensors expanded to the shape they broadcast to."""
    if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)):
        tensors = tuple(tensors[0])
    shape = layout.broadcast_shapes(*[each._data.shape for each in tensors])
    return tuple([each if each._data.shape == shape else _expand(each, shape) for each in tensors])


def ravel(input: Tensor) -> Tensor:
    """All elements in one dimension."""
    return _view(input.contiguous(), (input._data.size,))  # type: ignore[attr-defined]


def meshgrid(*tensors: Any, indexing: str | None = None) -> tuple[Tensor, ...]:
    """Grids of coordinates from vectors."""
    if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)):
        tensors = tuple(tensors[0])
    if indexing is None:
        warn_once(
            "torch.meshgrid: in an upcoming release, it will be required to pass the indexing argument.", stacklevel=3
        )
        indexing = "ij"
    if not isinstance(indexing, str):
        raise TypeError(f"meshgrid(): argument 'indexing' must be str, not {type(indexing).__name__}")
    kernels.meshgrid([each._data for each in tensors], indexing)
    swap = indexing == "xy" and len(tensors) >= 2
    vectors = [tensors[1], tensors[0], *tensors[2:]] if swap else list(tensors)
    shape = tuple(each._data.size for each in vectors)
    grids = [
        _expand(_view(each, (1,) * place + (-1,) + (1,) * (len(shape) - place - 1)), shape)
        for place, each in enumerate(vectors)
    ]
    if swap:
        grids = [grids[1], grids[0], *grids[2:]]
    return tuple(grids)


def split_evenly(name: str, dims: tuple[int, int]) -> Callable[..., tuple[Tensor, ...]]:
    """``hsplit`` and kin: ``tensor_split`` along a dimension of their own."""

    def function(input: Tensor, *given: Any, sections: Any = None, indices: Any = None) -> tuple[Tensor, ...]:
        chosen = named_or_positional(given, indices if sections is None else sections)
        indices_or_sections = chosen[0] if len(chosen) == 1 else chosen
        dim = dims[0] if input._data.ndim == 1 else dims[1]
        kernels.even_split(input._data, indices_or_sections, name)
        return tensor_split(input, indices_or_sections, dim)

    return function


publish("view_as", view_as, module=False)
publish("reshape_as", reshape_as, module=False)
publish("expand_as", expand_as, module=False)
publish("broadcast_to", broadcast_to)
publish("broadcast_tensors", broadcast_tensors, method=False)
publish("ravel", ravel)
publish("detach", lambda input: input.detach(), method=False)
publish("detach_", lambda input: input.detach_(), method=False)
publish("meshgrid", meshgrid, method=False)
for _name, _dims in {"hsplit": (0, 1), "vsplit": (0, 0), "dsplit": (2, 2)}.items():
    publish(_name, split_evenly(_name, _dims))
