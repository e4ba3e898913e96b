"""Reading and writing parts of a tensor by index."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._core import conjugate
from .._core.families import refuse_narrow
from .._core.forms import (
    FUNCTIONS,
    commit,
    publish,
    reached_twice,
    refuse_overlap,
    refuse_shared_memory,
    wants_grad,
    warn_of_expanded,
    write_out,
)
from .._core.graph import LEAF, NOWHERE, Node, next_order
from .._core.modes import altered, mode
from .._core.operations import OpNode, op
from .._core.recording import DECLARED, note, tensors
from .._core.scalars import cast, number_of
from .._core.tensor import Tensor, new, wrap
from .._core.views import Shared, check_write, extend_path, inherited, rebase
from .._kernels import index as kernels
from .._kernels.scalar_types import FEW_KERNELS
from . import entry
from .shape import alias, expand, select, slice_, unsqueeze

ndarray = np.ndarray
Array = ndarray
SelectBackward0: Any = select.recorder.make  # type: ignore[attr-defined]
STEPS = {"select": select, "slice": slice_, "unsqueeze": unsqueeze}


@op(
    "index_",
    method=False,
    module=False,
    node="IndexBackward0",
    x=lambda xp, g, x_shape, indices: xp.written(xp.index_put_into(g, x_shape, indices)),
)
def gather_by_index(x: Array, indices):
    """The elements that index arrays name."""
    return kernels.index(x, indices)


@op(method=False, module=False, node="IndexPutImplBackward0", g=lambda xp, g, indices: xp.index_(g, indices))
def index_put_into(g: Array, shape, indices):
    """Zeros of ``shape`` with ``g`` added where the index arrays point."""
    return kernels.index_put_(np.zeros(shape, g.dtype), indices, g, True)


# torch's step begins with the zeros, which lead nowhere.
DECLARED["index_put_into"].next_functions = property(  # type: ignore[assignment,method-assign]
    lambda node: ((None, 0), *Node.next_functions.__get__(node))
)


@op(
    "index_put_values",
    method=False,
    module=False,
    node="IndexPutBackward0",
    x=lambda xp, g, indices, accumulate: g if accumulate else xp.index_clear(g, indices),
    values=lambda xp, g, values_shape, indices: xp.sum_to_size(xp.index_(g, indices), values_shape),
)
def index_put_values(x: Array, values: Array, indices, accumulate):
    """``x`` with values written, or added, where the index arrays point."""
    return kernels.index_put(x, indices, values, accumulate)


@op(method=False, module=False, x=lambda xp, g, indices: xp.index_clear(g, indices))
def index_clear(x: Array, indices):
    """``x`` with zeros where the index arrays point."""
    return kernels.index_put(x, indices, np.zeros((), x.dtype), False)


def getitem(x: Tensor, index: Any) -> Tensor:
    """``x[index]``: a view for ints, slices, None and Ellipsis, a copy for index tensors, masks and lists."""
    if type(index) is int:
        a = x._data
        try:
            r = a[index, ...]
        except IndexError:
            kernels.plan(a.shape, index)
            raise
        if a.size:
            out = new(Tensor)
            out._data = r
            source = x._node
            shared = x._shared
            if shared is None:
                shared = x._shared = Shared()
                # Said although it is the default: Python finds it quicker, and always as quickly.
                x._base = None
            out._shared = shared
            base = x._base
            if base is None:
                out._base = x
                root = source
            else:
                out._base = base
                out._created = x._created
                if x._path is not None:
                    extend_path(x, out)
                root = base._node
            if shared.watched:
                shared.enter(out)
            elif root is None and source is None:
                shared.unseen_plain = True
            elif root is LEAF:
                shared.unseen = True
            else:
                shared.enter(out)
            if altered and not mode.enabled:
                out._created = inherited(out._created, "inference" if mode.inference else "no_grad")
                if root is not None:
                    out._node = NOWHERE
            elif source is not None:
                step = new(SelectBackward0)
                step.order = next_order()
                step.edges = (x if source is LEAF else source,)
                step.kept = ()
                step.noted = step.fit = None
                step.values = (0, index, a.shape)
                out._node = step
            return out
    return get_parts(x, index)


def plan_of(x: Tensor, index: Any) -> Any:
    """The view steps and the indices that ``x[index]`` asks for."""
    try:
        return kernels.plan(x._data.shape, index)
    except (IndexError, RuntimeError) as error:
        # The first number of all is looked at before any view is made.
        first = type(index[0] if type(index) is tuple and index else index) is int
        said = str(error)
        if not said.startswith(("too many indices", "invalid index of a 0-dim")) and not (
            first and said.startswith("index ") and "out of bounds for dimension 0 " in said
        ):
            _ = x._node  # a view that cannot find its history says so first
        raise


def get_parts(x: Tensor, index: Any) -> Tensor:
    """``x[index]`` by one step after the other."""
    steps, indices = plan_of(x, index)
    y = viewed(x, steps)
    if indices:
        return holding(gather_by_index(y, indices), named(index))
    return alias(x) if y is x else y


def named(index: Any) -> list[Tensor | None]:
    """The tensors among what stands between brackets that name elements."""
    items = index if isinstance(index, (tuple, list)) else (index,)
    return [each for each in items if isinstance(each, Tensor) and each._data.ndim]


def holding(out: Tensor, indices: list[Tensor | None]) -> Tensor:
    """``out``, whose step keeps its indices: until it has been passed, and refusing those that were written to."""
    node = out._node
    if node is not None:
        held = indices or [None]
        node.kept = (*held, *node.kept)
        node.counts.insert(0, ("held", len(held)))
        node.noted = None
        note(node)
    return out


def with_held_indices(node: OpNode, values: list[Any]) -> dict[str, Any]:
    """The kept values by name, with the indices as what was put aside for them has them."""
    known = OpNode.regroup(node, values)
    held = [each for each in known.pop("held", ()) if each is not None]
    if held and len(held) == sum(each is not None for each in known.get("indices", ())):
        arrays = iter([each if isinstance(each, ndarray) else each._data for each in held])
        known["indices"] = tuple(None if each is None else next(arrays).astype(each.dtype, copy=False)
                                 for each in known["indices"])  # fmt: skip
    return known


for _name in ("index_", "index_put_values"):
    DECLARED[_name].regroup = with_held_indices  # type: ignore[attr-defined]


def viewed(x: Tensor, steps: list[tuple[Any, ...]]) -> Tensor:
    """``x`` after the view steps of a plan."""
    for name, *values in steps:
        x = STEPS[name](x, *values)
    return x


def setitem(x: Tensor, index: Any, value: Any) -> None:
    """``x[index] = value``: values are cast and broadcast, the write is recorded."""
    if not isinstance(value, (Tensor, int, float, complex, np.number, np.bool_)):
        kind = type(value)
        name = f"{kind.__module__}.{kind.__name__}" if kind.__module__ != "builtins" else kind.__name__
        raise TypeError(f"can't assign a {name} to a {x.type()}")
    if index is False:
        return
    try:
        steps, indices = ([("unsqueeze", 0)], ()) if index is True else plan_of(x, index)
        if len(steps) == 1 and takes_everything(x._data, steps[0]):
            steps = []
        y: Any = viewed(x, steps)
    except IndexError:
        if not isinstance(value, Tensor):
            cast(number_of(value), x.dtype)  # that a number does not fit is told first
        raise
    if isinstance(value, Tensor):
        sizes = value._data.shape
        if not indices and not sizes and y._data.ndim:
            y.fill_(value)
            return
        if sizes and (sizes[0] == 1 if indices else sizes != y._data.shape):
            value = tensors.view(value, kernels.strip_ones(sizes))
    if indices:
        if not isinstance(value, Tensor):
            value = FUNCTIONS["scalar_tensor"](value, dtype=x.dtype)
        write_at(y, indices, value, False, named(index))
    elif isinstance(value, Tensor):
        if value._data.shape != y._data.shape:
            value = expand(value, y._data.shape)
        y.copy_(value)
    else:
        # torch writes a number as a tensor, and the node it records has a place for it.
        if wants_grad(y):
            (y.fill_ if y._data.ndim else y.copy_)(FUNCTIONS["scalar_tensor"](value, dtype=x.dtype))
        else:
            refuse_overlap(y._data)
            y.fill_(value)


def takes_everything(x: ndarray, step: tuple[Any, ...]) -> bool:
    """Whether a view step is a slice from end to end, which torch does not take to write."""
    if step[0] != "slice":
        return False
    _, dim, start, stop, pace = step
    return not start and pace == 1 and (stop is None or stop >= x.shape[dim])


def write_at(
    x: Tensor, indices: Any, values: Tensor, accumulate: bool, named: list[Tensor | None]
) -> Tensor:
    """Write values where index arrays point, in place and recorded."""
    check_write(x, values)
    target = x._data
    warn_of_expanded("index_put_", "tensor[indices] = tensor", target)
    masks = [each for each in indices if each is not None]
    if values._data.size == 1 and not accumulate and len(masks) == 1 and masks[0].dtype.kind == "b":
        # torch takes the way of masked_fill_ here.
        warn_of_expanded("masked_fill_", "tensor[mask] = scalar", target)
        if values._data.dtype != target.dtype:
            if target.dtype.kind in "iuf" and values._data.dtype.kind in "fc":
                # The value goes by way of a number, which may be refused.
                number = wrap(cast(values.item(), x.dtype))
                values = number if target.dtype.kind != "f" else values
            values = (values.real if values.is_complex() and target.dtype.kind != "c" else values).to(x.dtype)
    else:
        refuse_shared_memory(target, values._data)
    if wants_grad(x, values):
        try:
            out = holding(index_put_values(x, values, indices, accumulate), named)
        except IndexError:
            # Up to the index that its dimension has not, torch has written.
            kernels.index_put_(target, indices, values._data, accumulate)
            raise
        if not reached_twice(target):
            return commit(x, out)
        node = out._node
        kernels.index_put_(target, indices, values._data, accumulate)
        x._bump()
        rebase(x, node)
        return x
    kernels.index_put_(x._data, indices, values._data, accumulate)
    x._bump()
    return x


def arrays_of(indices: Any) -> tuple[ndarray | None, ...]:
    return tuple(None if each is None else each._data for each in indices)


def index_put_(input: Tensor, indices: Any, values: Tensor, accumulate: bool = False) -> Tensor:
    """Write, or add, values where index tensors point."""
    return write_at(input, arrays_of(indices), values, accumulate, list(indices))


def index_put(input: Tensor, indices: Any, values: Tensor, accumulate: bool = False) -> Tensor:
    """``input`` with values written, or added, where index tensors point."""
    return holding(index_put_values(input, values, arrays_of(indices), accumulate), list(indices))


for _name, _form in {"__getitem__": getitem, "__setitem__": setitem}.items():
    setattr(Tensor, _name, _form)
publish("index_put", index_put)
publish("index_put_", index_put_)


def nonzero(input: Tensor, *, as_tuple: bool = False, out: Tensor | None = None) -> Any:
    """The positions of the elements that are not zero: one row each, or one tensor for each dimension."""
    if input._data.dtype.char in FEW_KERNELS:
        refuse_narrow("nonzero", input._data.dtype)
    positions = kernels.nonzero(input._data)
    if as_tuple:
        rows = wrap(positions) if input._data.ndim else wrap(np.zeros((len(positions), 1), np.int64))
        return FUNCTIONS["unbind"](rows, 1)
    return wrap(positions) if out is None else write_out("nonzero", out, wrap(positions), ())


def nonzero_static(input: Tensor, *, size: int, fill_value: int = -1, out: Tensor | None = None) -> Tensor:
    """``size`` rows of ``nonzero``, cut off or filled up with ``fill_value``; RuntimeError for a negative size."""
    if size < 0:
        raise RuntimeError("nonzero_static: 'size' must be an non-negative integer")
    positions = kernels.nonzero(input._data)[:size]
    filled = np.full((size, positions.shape[1]), fill_value, np.int64)
    filled[: len(positions)] = positions
    return wrap(filled) if out is None else write_out("nonzero_static", out, wrap(filled), ())


def argwhere(input: Tensor) -> Tensor:
    """The positions of the elements that are not zero, one row each."""
    return nonzero(input)


entry.publish("nonzero", nonzero)
entry.publish("nonzero_static", nonzero_static)
entry.publish("argwhere", argwhere)
conjugate.getitem = get_parts
