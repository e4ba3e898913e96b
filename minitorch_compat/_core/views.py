"""What a tensor and its aliases share, and how a write to one of them changes the history of the others.

A base, its views and its detached aliases share one ``Shared``: the version number, and weak references to the living
views. It is made with the first view or the first write. Whoever writes gives the base its new node and declares the
living views out of date, which then find their history when it is asked for; so an ordinary call asks no question.

A weak reference costs as much as half a view. So ``x[0]`` of a leaf, or of a tensor without history, leaves but a note
that it was made. The first write that changes what such a view says of its history, if any of them can be alive, looks
for them among the referrers of the ``Shared``, and from then on the views of this memory are entered like all others.
"""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterable, Sequence
from contextlib import suppress
from sys import getrefcount
from typing import Any

import numpy as np

from .._kernels.layout import address, as_complex, as_parts, restride, storage, storage_offset, strides
from . import errors, graph
from .graph import LEAF, NOWHERE, Node, Scattered, Written, WrittenTwice, record
from .modes import altered, mode
from .saved_names import saved_names

ndarray = np.ndarray


class Shared:
    """The version number that aliases share, and who looks at the same memory.

    ``unseen`` says that views of a leaf, ``unseen_plain`` that views of a tensor without history, were made and not
    entered; ``watched`` that all new ones are entered; ``written`` how many, from the first on, are older than the last
    write, ``detached`` that a tensor with this memory forgot its history in place.

    What most never change is said here, so that making one sets nothing.
    """

    number = 0
    views: Sequence[weakref.ref[Any]] = ()
    limit = 64
    watched = unseen = unseen_plain = detached = False
    written = 0

    def enter(self, *views: Any) -> None:
        """Remember living views."""
        known: Any = self.views
        if not known:
            self.views = list(map(weakref.ref, views))
            return
        known.extend(map(weakref.ref, views))
        if len(known) > self.limit:
            self.prune()

    def prune(self) -> None:
        """Forget the views that have died."""
        self.written = sum(each() is not None for each in self.views[: self.written])
        self.views = [each for each in self.views if each() is not None]
        self.limit = 2 * len(self.views) + 64


class Untracked:
    """What inference tensors share: no versions, no views that could need a history."""

    __slots__ = ()

    views: tuple[()] = ()
    watched = True
    unseen = unseen_plain = detached = False

    @property
    def number(self) -> int:
        # Asked by whoever notes what is kept for backward.
        raise RuntimeError(
            "Inference tensors cannot be saved for backward. Please do not use Tensors created in inference mode in "
            "computation tracked by autograd. To work around this, you can make a clone to get a normal tensor and use "
            "it in autograd, or use `torch.no_grad()` instead of `torch.inference_mode()`."
        )

    def enter(self, view: Any) -> None:
        """torch follows no views of inference tensors: they are none."""
        view._base = view._created = None


class UntrackedData(Untracked):
    """What the ``.data`` of an inference tensor has of its own: versions, but no history either."""

    __slots__ = ("beside", "number")

    def __init__(self) -> None:
        self.number = 0  # type: ignore[misc]
        self.beside = False

    def enter(self, view: Any) -> None:
        """A view of it has no versions either."""
        super().enter(view)
        view._shared = Untracked()


def shared_of(x: Any) -> Shared:
    """The object that ``x`` shares with its aliases, made when first needed."""
    shared = x._shared
    if shared is None:
        shared = x._shared = Shared()
    return shared


def geometry(array: ndarray, base: ndarray) -> tuple[tuple[int, ...], tuple[int, ...], int]:
    """Size, strides and offset of ``array`` inside ``base``, in elements."""
    return array.shape, strides(array), (address(array) - address(base)) // array.itemsize


def strided(base: ndarray, shape: Sequence[int], steps: Sequence[int], offset: int) -> ndarray:
    """A view of the memory that starts at ``base``, with element strides and offset."""
    size = base.itemsize
    return restride(base, tuple(shape), tuple([each * size for each in steps]), offset * size)


class AsStridedBackward0(Node):
    """The step back from a view, known by its geometry alone, to its base."""

    __slots__ = ()

    def vjp(self, g: Any) -> Sequence[Any]:
        made = scatter_strided(g, *self.values)
        # Where the view shows nothing, torch makes zeros, and no view of them.
        return (made.view(Written if 0 in self.values[2] else Scattered),)

    def vjp_tensors(self, g: Any) -> Sequence[Any]:
        made = scatter_strided_tensor(g, self.values)
        whole = made._data.base if not made._transformed else None
        if type(whole) is ndarray and made._base is None:
            make_view(graph.wrap(whole), made)
            made._shared.number += 1  # the write is part of its history, which stays as it is
        return (made,)


def extent(shape: Sequence[int], steps: Sequence[int]) -> int:
    """How many elements of memory a geometry spans."""
    if 0 in shape:
        return 0
    return 1 + sum((length - 1) * step for length, step in zip(shape, steps, strict=True))


def common_memory(
    dtype: np.dtype[Any], base_shape: tuple[int, ...], base_strides: tuple[int, ...], shape: tuple[int, ...],
    steps: tuple[int, ...], offset: int
) -> tuple[ndarray, int, int]:
    """Zeros that hold a base and a view, of which either may begin first, and where in it they begin."""
    start, offset = max(-offset, 0), max(offset, 0)
    size = max(start + extent(base_shape, base_strides), offset + extent(shape, steps))
    return np.zeros(size, dtype), start, offset


def scatter_strided(
    g: Any, base_shape: tuple[int, ...], base_strides: tuple[int, ...], shape: tuple[int, ...],
    steps: tuple[int, ...], offset: int
) -> ndarray:
    """Zeros of the base's geometry with ``g`` at the view's place; elements that a view shows twice add up."""
    g = np.asarray(g)
    memory, start, offset = common_memory(g.dtype, base_shape, base_strides, shape, steps, offset)
    places = np.arange(memory.size)
    region = strided(places, shape, steps, offset)
    if np.unique(region).size == region.size:
        memory[region] = g  # not added: zeros keep their signs
    else:
        np.add.at(memory, region, g)
    counted = strided(places, base_shape, base_strides, start)
    counts = np.bincount(counted.ravel(), minlength=memory.size)
    if memory.size and counts.max() > 1:
        memory = memory / np.maximum(counts, 1)
        memory = memory.astype(g.dtype)
    return strided(memory, base_shape, base_strides, start)


def gather_strided(
    g: ndarray, base_shape: tuple[int, ...], base_strides: tuple[int, ...], shape: tuple[int, ...],
    steps: tuple[int, ...], offset: int
) -> ndarray:
    """The elements that a strided view of a tensor with the base's geometry shows."""
    memory, start, offset = common_memory(g.dtype, base_shape, base_strides, shape, steps, offset)
    strided(memory, base_shape, base_strides, start)[...] = g
    return strided(memory, shape, steps, offset).copy()


def scatter_strided_tensor(g: Any, place: tuple[Any, ...]) -> Any:
    """``scatter_strided`` on tensors; the shape operations, which stand above, put their own function here."""
    raise AssertionError("the shape operations are not loaded")


def gather_strided_tensor(g: Any, place: tuple[Any, ...]) -> Any:
    """``gather_strided`` on tensors; the shape operations, which stand above, put their own function here."""
    raise AssertionError("the shape operations are not loaded")


def refuse_expanded(shape: Sequence[int], steps: Sequence[int]) -> None:
    """RuntimeError for a geometry in which several elements lie at one place, as far as torch looks."""
    if any(step == 0 and length > 1 for step, length in zip(steps, shape, strict=True)) and 0 not in shape:
        raise RuntimeError(
            "unsupported operation: more than one element of the written-to tensor refers to a single memory location. "
            "Please clone() the tensor before performing the operation."
        )


def refuse_before(region: tuple[tuple[int, ...], tuple[int, ...], int]) -> None:
    """RuntimeError for a region that begins before its base does."""
    if region[2] < 0:
        raise RuntimeError(f"Tensor: invalid storage offset {region[2]}")


class CopySlices(Node):
    """A write through a view, seen from the base: outside the region the gradient passes by, inside through ``fn``.

    The region is known by its geometry, or by the ``path`` of steps that lead to it.
    """

    __slots__ = ("fn", "path", "region")

    fn: Node
    outside = ""
    """What to say of a region that is outside of the memory."""
    path: Path | None
    region: tuple[tuple[int, ...], tuple[int, ...], int]

    def name(self) -> str:
        return "torch::autograd::CopySlices"

    def look_outside(self) -> None:
        """RuntimeError for a region that is not wholly in its base."""
        refuse_before(self.region)
        if self.outside:
            raise RuntimeError(self.outside)

    def vjp(self, g: Any) -> Sequence[Any]:
        if self.kept is None:
            raise errors.graph_freed()
        base = np.array(g, order="K")
        if not base.flags.forc:
            base = np.ascontiguousarray(base)
        if base.strides != self.values[0]:
            base = _laid_out(base, self.values[0])
        self.look_outside()
        region, turn = (strided(base, *self.region), as_it_is) if self.path is None else walked(base, self.path)
        refuse_expanded(base.shape, [each // base.itemsize for each in self.values[0]])
        results = list(self.fn.vjp(turn(region).copy()))
        refuse_expanded(*self.region[:2])
        region[...] = 0 if results[0] is None else turn(np.asarray(results[0]))
        results[0] = base.view(WrittenTwice)
        return results

    def vjp_tensors(self, g: Any) -> Sequence[Any]:
        if self.kept is None:
            raise errors.graph_freed()
        size = g.element_size()
        place = (tuple(g.shape), tuple([each // size for each in self.values[0]]), *self.region)
        refuse_expanded(*place[:2])
        self.look_outside()
        region = gather_strided_tensor(g, place) if self.path is None else gathered(g, *place[:2], self.path)
        results = list(self.fn.vjp_tensors(region))
        refuse_expanded(*self.region[:2])
        inside = region * 0 if results[0] is None else results[0]
        change = inside - region
        results[0] = g + (
            scatter_strided_tensor(change, place) if self.path is None
            else scattered(change, *place[:2], self.path)
        )
        return results

    def free(self) -> None:
        self.kept = None
        self.fn.free()


for _class in (AsStridedBackward0, CopySlices):
    _class.__module__ = "builtins"
for _name, _shown in saved_names(
    "AsStridedBackward0", (), ("base_shape", "base_strides", "size", "stride", "storage_offset")
).items():
    setattr(AsStridedBackward0, _name, _shown)


def _laid_out(array: ndarray, byte_strides: tuple[int, ...]) -> ndarray:
    """A copy of ``array`` whose memory has the given byte strides."""
    size = array.itemsize
    elements = tuple(each // size for each in byte_strides)
    memory = np.empty(extent(array.shape, elements), array.dtype)
    placed = strided(memory, array.shape, elements, 0)
    placed[...] = array
    return placed


# ---- the way from a base to a view, where it is more than strides


Path = tuple[tuple[Any, ...], ...]
"""The steps from a base to a view: ("strided", shape, strides, offset) in the array before it, or the name of a change
of what the memory means: "real", "complex", "conj" or "neg"."""

STEPS = {
    "real": "ViewAsRealBackward0", "complex": "ViewAsComplexBackward0", "conj": "ConjBackward0",
    "neg": "NegViewBackward0",
}
"""The changes of meaning, and the steps back through them."""


def memory_of(x: Any) -> ndarray:
    """The memory that ``x`` looks at, also where its elements are not what lies there."""
    memory = x._memory
    return x._data if memory is None else memory


def extend_path(x: Any, view: Any, step: tuple[Any, ...] | None = None) -> None:
    """Note how ``view`` comes from ``x``: by a change of meaning, or as a part of a view that has one behind it."""
    path: Path | None = x._path
    if path is None:
        base = x._base
        if base is not None and base._transformed:
            return  # what stands for others has no memory to look at
        path = () if base is None else (("strided", *geometry(x._data, base._data)),)
    view._path = (*path, step or ("strided", *geometry(memory_of(view), memory_of(x))))


def as_it_is(array: ndarray) -> ndarray:
    return array


def stepped(array: ndarray, step: tuple[Any, ...]) -> ndarray:
    """The memory after one step of a path."""
    if step[0] == "strided":
        return strided(array, *step[1:])
    if step[0] in ("conj", "neg"):
        return array
    return as_parts(array) if step[0] == "real" else as_complex(array)


def walked(array: ndarray, path: Path) -> tuple[ndarray, Any]:
    """The memory at the end of a path, and how its elements are turned."""
    turns = {"conj": False, "neg": False}
    for step in path:
        array = stepped(array, step)
        if step[0] in turns:
            turns[step[0]] = not turns[step[0]]
    return array, np.conj if turns["conj"] else np.negative if turns["neg"] else as_it_is


def geometries_along(shape: Sequence[int], steps: Sequence[int], path: Path) -> list[tuple[Any, Any]]:
    """Size and strides of a base, and what they are after each step but the last."""
    found: list[tuple[Any, Any]] = [(tuple(shape), tuple(steps))]
    for step in path[:-1]:
        shape, steps = found[-1]
        if step[0] == "strided":
            shape, steps = step[1], step[2]
        elif step[0] == "real":
            shape, steps = (*shape, 2), (*[2 * each for each in steps], 1)
        elif step[0] == "complex":
            shape, steps = shape[:-1], tuple([each // 2 for each in steps[:-1]])
        found.append((shape, steps))
    return found


def gathered(g: Any, shape: Sequence[int], steps: Sequence[int], path: Path) -> Any:
    """The elements at the end of a path, on tensors."""
    from .recording import tensors

    for place, step in zip(geometries_along(shape, steps, path), path, strict=True):
        if step[0] == "strided":
            g = gather_strided_tensor(g, (*place, *step[1:]))
        elif step[0] == "conj":
            g = tensors.conj(g)
        elif step[0] == "neg":
            g = -g
        else:
            g = (tensors.view_as_real if step[0] == "real" else tensors.view_as_complex)(tensors.contiguous(g))
    return g


def scattered(g: Any, shape: Sequence[int], steps: Sequence[int], path: Path) -> Any:
    """Zeros like the base with ``g`` at the end of a path, on tensors."""
    from .recording import tensors

    for place, step in zip(geometries_along(shape, steps, path)[::-1], path[::-1], strict=True):
        if step[0] == "strided":
            g = scatter_strided_tensor(g, (*place, *step[1:]))
        elif step[0] == "conj":
            g = tensors.conj(g)
        elif step[0] == "neg":
            g = -g
        else:
            g = (tensors.view_as_complex if step[0] == "real" else tensors.view_as_real)(tensors.contiguous(g))
    return g


def history_along(base: Any, path: Path) -> Any:
    """The steps of a path taken again from the base's present history."""
    from .recording import DECLARED

    edge, memory = edge_of(base), memory_of(base)
    for place, step in zip(geometries_along(memory.shape, strides(memory), path), path, strict=True):
        if step[0] == "strided":
            edge = record(AsStridedBackward0, (edge,), (), (*place, *step[1:]))
        else:
            edge = record(DECLARED[STEPS[step[0]]], (edge,))
    return edge


def edge_of(x: Any) -> Any:
    """Where the gradient of ``x`` goes: its node, the leaf itself, or None."""
    node = x._node
    return x if node is LEAF else node


def check_write(x: Any, *others: Any) -> None:
    """Before a write of ``x`` that depends on ``others``: refuse to record what torch refuses to record.

    These are writes to leaves that require grad, to their views, and to views of which nobody could tell the history.
    """
    if mode.inference:
        look_beside(x, others)
        return
    if not mode.enabled or not (x.requires_grad or any(getattr(each, "requires_grad", False) for each in others)):
        return
    base = x._base
    if base is not None:
        if x._created is not None:
            raise refused_view(x, x._created)
        if x.requires_grad and is_leaf(known_step(base)):
            raise errors.write_to_view_of_leaf()
    # A view that requires grad since its base was written to, and was not asked for its history, counts as a leaf.
    if x.requires_grad and is_leaf(known_step(x)):
        raise errors.write_to_leaf()
    for each in others:
        getattr(each, "_node", None)  # a view that cannot find its history says so now


def look_beside(x: Any, others: Iterable[Any]) -> None:
    """In inference mode torch counts a write to the data of an inference tensor if a normal tensor takes part."""
    shared = x._shared
    if shared.__class__ is UntrackedData:
        shared.beside = not all(isinstance(getattr(each, "_shared", shared), Untracked) for each in others)


def look_for_histories(values: Iterable[Any], keep: Any = None) -> None:
    """Before an operation refuses its arguments: tensors among them that have lost their history say so first.

    So do inference tensors that ``keep``, which records the operation, would have it keep.
    """
    for each in values:
        if isinstance(each, (list, tuple)):
            look_for_histories(each)
        elif getattr(each, "_base", None) is not None:
            each._node  # noqa: B018
    if keep is not None and mode.enabled and any(
        getattr(each, "_shared", None).__class__ is Untracked for each in values
    ) and any(getattr(each, "requires_grad", False) for each in values):
        with suppress(ValueError):  # NumPy's words for what is refused afterwards
            keep()


def is_leaf(step: Any) -> bool:
    """Whether a tensor of this step counts as a leaf: there is none, or it enters a transform there."""
    return step is None or step.enters


def known_step(x: Any) -> Any:
    """The node, or the output of one, that made ``x``, as far as it was found: a view may have to find it anew."""
    held = x.__dict__
    node = held["_before"] if "_before" in held else held.get("_node")
    return None if node is LEAF or node is NOWHERE else node


def refused_view(x: Any, created: str, indirectly: bool = False) -> RuntimeError:
    """Why a view made in this way may not be written to while recording, nor used after a write to its base."""
    node = known_step(x)
    step = None if node is None else node.face(node)
    what = "its base or another view of its base has been" if indirectly else "is being"
    output = "" if step is None else f"Output {x.output_nr} of {step.operation_name()} is a view"
    if created == "function":
        return RuntimeError(
            f"{output} and {what} modified inplace. This view was created inside a custom Function (or because an "
            "input was returned as-is) and the autograd logic to handle view+inplace would override the custom "
            "backward associated with the custom Function, leading to incorrect gradients. This behavior is forbidden. "
            "You can fix this by cloning the output of the custom Function."
        )
    if created == "several":
        output = output or "A view was created in no_grad mode"
        how = "" if step is not None else " with grad mode enabled"
        return RuntimeError(
            f"{output} and {what} modified inplace{how}. This view is the output of a function that returns "
            "multiple views. Such functions do not allow the output views to be modified inplace. You should replace "
            "the inplace operation by an out-of-place one."
        )
    where, block, off = ("inference", "inference_mode", "in normal mode") if created == "inference" else (
        "no_grad", "no_grad", "with grad mode enabled")
    beginning = f"{output} of a view which was created" if output else "A view was created"
    return RuntimeError(
        f"{beginning} in {where} mode and {what} modified inplace {off}. Given that this use case is ambiguous and "
        "error-prone, it is forbidden. You can clarify your code by moving both the view and the inplace either both "
        f"inside the {block} block (if you don't want the inplace to be tracked) or both outside (if you want the "
        "inplace to be tracked)."
    )


def inherited(before: str | None, now: str) -> str:
    """How a view of a view counts as made, where neither was made by a single recorded operation."""
    return before if before == "inference" else now


def make_view(x: Any, view: Any, step: tuple[Any, ...] | None = None) -> None:
    """Enter ``view``, a tensor over memory of ``x``, into the family of ``x``; ``step`` is a change of its meaning."""
    base = x._base
    shared = x._shared if base is None else base._shared
    if shared is None:
        shared = x._shared = Shared()
    view._base = x if base is None else base
    view._shared = shared
    if altered and not mode.enabled:
        view._created = inherited(x._created, "inference" if mode.inference else "no_grad")
        if view._base._node is not None:
            view._node = NOWHERE
    elif x._created is not None:
        view._created = x._created
    if step is not None or x._path is not None:
        extend_path(x, view, step)
    shared.enter(view)


def rebase(x: Any, node: Node) -> None:
    """Give ``x`` the history ``node`` after a write, and its base what follows from it."""
    base = x._base
    if base is None:
        find_views(x)
        take_history(x, node)
        base = x
    else:
        find_views(base, x)
        # What it keeps is never nothing: torch goes back through such a step once.
        others = node.edges[1:]
        if node.is_fallback:
            # torch's fallback leaves out the first of those that ask for a gradient.
            others = tuple([edge for edge in node.edges if edge is not None])[1:]
        slices = record(CopySlices, (edge_of(base), *others), node.kept or (None,), (base._data.strides,))
        slices.fn = node
        slices.path = x._path
        slices.region = geometry(memory_of(x), base._data)
        if base._apart or storage(memory_of(x)) is not storage(base._data):
            place_apart(slices, x, base)
        if base._retains:
            refuse_handing_over(base, base._node)
        if x.requires_grad:
            take_history(base, slices)
        else:
            base._node = slices
    if base._shared is not None and base._shared.views:
        outdate(base)
    if base is not x:
        make_outdated(x)
        node.through_view = weakref.ref(x._step())


def place_apart(slices: Any, x: Any, base: Any) -> None:
    """The region of a view that has other memory than its base by now: where it would be in the base's."""
    memory = memory_of(x)
    offset = storage_offset(memory) - storage_offset(base._data)
    slices.region = shape, steps, _ = memory.shape, strides(memory), offset
    needed, held = (offset + extent(shape, steps)) * memory.itemsize, extent(base._data.shape, strides(base._data))
    if needed > held * base._data.itemsize and offset >= 0 and 0 not in shape:
        slices.outside = (
            f"setStorage: sizes {list(shape)}, strides {list(steps)}, storage offset {offset}, and itemsize "
            f"{memory.itemsize} requiring a storage size of {needed} are out of bounds for storage of size "
            f"{held * base._data.itemsize}"
        )


def take_turned(x: Any, value: Any) -> None:
    """Give ``x`` the memory of ``value``, and let it mean what it means there, where either shows it turned."""
    found = x.__class__
    if found in (found._current, found._outdated):
        x.__class__ = value._current if found is found._current else value._outdated
    for name in ("_data", "_memory", "_shown"):
        x.__dict__.pop(name, None)
    if value._memory is None:
        x._data = value._data
    else:
        x._memory = value._memory


def leave_strides(x: Any) -> None:
    """Before ``x`` is given fewer dimensions in place: torch does not forget the strides of those that were."""
    x.left_over = (*strides(x._data), *x.__dict__.get("left_over", (1,))[x._data.ndim :])


def keep_promise(x: Any, other: ndarray | None = None) -> None:
    """Before ``x`` is given another size or dtype behind the back of its history: gradients must suit what it was.

    ``other`` is the memory that it is given in place of its own.
    """
    from .recording import promise_of_leaf, promised

    node = known_step(x)
    if "_before" in x.__dict__:
        return
    if other is None:
        leave_strides(x)
    else:
        x.__dict__.pop("left_over", None)
    if node is None:
        if x._node is LEAF:
            promise_of_leaf(x, other)
    elif node.outputs == 1 and not hasattr(node, "promised"):
        kind: Any = type(node)
        node.promised = x._data.shape, x._data.dtype
        node.__class__ = promised(kind)


def references(shared: Shared) -> int:
    """How many hold on to ``shared``, and those whom the call itself adds."""
    return getrefcount(shared)


_held = [Shared()]
ALONE = references(_held[0])
"""What ``references`` counts for one holder."""


def find_views(base: Any, view: Any = None) -> None:
    """Before what views say of their history changes: enter those that were not, and ``view``, which is written to."""
    if base._shared is None or not (base._shared.unseen or base._shared.unseen_plain):
        return
    living = [each for each in [reference() for reference in base._shared.views] if each is not None]
    if view is not None and not any(each is view for each in living):
        base._shared.enter(view)
        living.append(view)
    if references(base._shared) - ALONE > len(living):
        enter_unseen(base._shared, {id(each) for each in living})
    base._shared.unseen = base._shared.unseen_plain = False


def enter_unseen(shared: Shared, known: set[int]) -> None:
    """Enter the living views of this memory that are not ``known``, wherever they are; and all new ones henceforth."""
    frozen = gc.get_freeze_count()
    if frozen:
        # What the user took away from the collector is not among the referrers.
        gc.unfreeze()
    holders: list[Any] = gc.get_referrers(shared)
    found = []
    # The attributes of a tensor are a dictionary once somebody has asked for it.
    for each in [owner for one in holders for owner in (gc.get_referrers(one) if type(one) is dict else (one,))]:
        if id(each) in known or not hasattr(type(each), "_created"):
            continue
        if each._shared is shared and each._base is not None:
            known.add(id(each))
            found.append(weakref.ref(each))
    if frozen:
        gc.freeze()
    if shared.watched:
        # Since the last write all are entered, so these are older.
        shared.views = [*found, *shared.views]
        shared.written += len(found)
    else:
        shared.views = [*shared.views, *found]
        shared.watched = True


def take_history(x: Any, node: Any) -> None:
    """Make ``node`` the history of ``x``: hooks stay with the old one, the wish to retain the gradient comes along."""
    before = x._node
    x._node = node
    if before is not None or x._retains:
        hand_over(x, before, node)


def hand_over(x: Any, before: Any, node: Any, reshaped: bool = False) -> None:
    """What users hung on ``x`` when it had the history ``before``: only the wish to retain its gradient comes along.

    A tensor that was ``reshaped`` in place retains the gradient it had asked for, in the shape that it had; the next
    history finds nothing to take over from this one, and torch says so.
    """
    x._backward_hooks = None
    if x.output_nr:
        x.output_nr = 0
        if not reshaped and before.retained:
            # torch looks for the wish at the new place.
            x._retains = True
            raise RuntimeError(NOTHING_TO_HAND_OVER.format("out != nullptr", 207))
    if x._retains and not reshaped:
        refuse_handing_over(x, before)
    if before is not None and before is not LEAF and before.retained:
        for reference in before.retained.values():
            if reference() is x:
                if reshaped:
                    x._retains = True
                else:
                    before.retained, node.retained = None, {0: reference}


def refuse_handing_over(x: Any, before: Any) -> None:
    """RuntimeError where ``x`` says that it retains its gradient, and its history ``before`` knows nothing of it."""
    if before is None or before is LEAF:
        raise RuntimeError(NOTHING_TO_HAND_OVER.format("old_fn", 205))
    if not any(each() is x for each in (before.retained or {}).values()):
        raise RuntimeError(NOTHING_TO_HAND_OVER.format("out != nullptr", 207))


NOTHING_TO_HAND_TO = (
    'new_fn INTERNAL ASSERT FAILED at "/__w/pytorch/pytorch/torch/csrc/autograd/variable.cpp":198, please report a bug '
    "to PyTorch. "
)
NOTHING_TO_HAND_OVER = (
    '{} INTERNAL ASSERT FAILED at "/__w/pytorch/pytorch/torch/csrc/autograd/variable.cpp":{}, please report a bug to '
    "PyTorch. "
)


def outdate(x: Any) -> None:
    """After a write to ``x``, let the living views of its memory find their history anew when somebody asks for it."""
    if x._shared.unseen:
        find_views(x, None if x._base is None else x)
    elif x._shared.unseen_plain:
        # From here on all are entered: the others are known to be older than this write.
        x._shared.watched = True
    x._shared.written = len(x._shared.views)
    for reference in x._shared.views:
        view = reference()
        if view is not None and "_before" not in view.__dict__ and (
            view._base._node is not None or view._node is not None
        ):
            make_outdated(view)


def derived(view: Any) -> Node | None:
    """The history of a view that follows from its base's present one; a view that cannot be derived refuses.

    None where the base has none, and the way from it is taken again.
    """
    base = view._base
    before = view._before
    if view._created is not None:
        raise refused_view(view, str(view._created), indirectly=True)
    if view._path is not None:
        if base._node is None:
            return None
        node = history_along(base, view._path)
        memory = memory_of(base)
        shape = geometries_along(memory.shape, strides(memory), (*view._path, ()))[-1][0]
        if shape != view._data.shape:
            # One of them was given another size meanwhile, of which the path knows nothing.
            from .recording import promised

            kind: Any = type(node)
            node.promised = shape, view._data.dtype
            node.__class__ = promised(kind)
    else:
        # The base may have been given other memory since: the view is where it would be in it.
        offset = storage_offset(view._data) - storage_offset(base._data)
        place = (base._data.shape, strides(base._data), view._data.shape, strides(view._data), offset)
        node = record(AsStridedBackward0, (edge_of(base),), (), place)
    hand_over(view, before, node)
    return node


def make_outdated(view: Any) -> None:
    """Let a view find its history when asked; the tensor module, which stands above this one, has the function."""
    raise AssertionError("the tensor module is not loaded")
