"""What a tensor and its aliases share, and how a write to one of them changes the history of the others.

A base, its views and its detached aliases share one ``Shared``: the version number, and weak references to the living
views. It is made with the first view or the first write. Whoever writes gives the base its new node and refreshes the
nodes of the living views, so that an ordinary call asks no question about views.

A weak reference costs as much as half a view. So ``x[0]`` of a leaf, or of a tensor without history, leaves but a note
that it was made. The first write that changes what such a view says of its history, if any of them can be alive, looks
for them among the referrers of the ``Shared``, and from then on the views of this memory are entered like all others.
"""

from __future__ import annotations

import gc
import weakref
from collections.abc import Sequence
from sys import getrefcount
from typing import Any

import numpy as np

from .._kernels.layout import address, restride, strides
from . import errors
from .graph import LEAF, NOWHERE, Node, record, step_of
from .modes import altered, mode

ndarray = np.ndarray


class Shared:
    """The version number that aliases share, and who looks at the same memory.

    ``unseen`` says that views of a leaf, ``unseen_plain`` that views of a tensor without history, were made and not
    entered; ``watched`` that all new ones are entered.
    """

    __slots__ = ("limit", "number", "unseen", "unseen_plain", "views", "watched")

    def __init__(self) -> None:
        self.number = 0
        self.views: list[weakref.ref[Any]] = []
        self.limit = 64
        self.watched = self.unseen = self.unseen_plain = False

    def enter(self, view: Any) -> None:
        """Remember a living view."""
        self.views.append(weakref.ref(view))
        if len(self.views) > self.limit:
            self.prune()

    def prune(self) -> None:
        """Forget the views that have died."""
        self.views = [each for each in self.views if each() is not None]
        self.limit = 2 * len(self.views) + 64


class Untracked:
    """What inference tensors share: no versions, no views that could need a history."""

    views: tuple[()] = ()
    watched = True
    unseen = unseen_plain = False

    @property
    def number(self) -> int:
        # Asked by whoever notes what is kept for backward.
        raise RuntimeError(
            "Inference tensors cannot be saved for backward. Please do not use Tensors created in inference mode in "
            "computation tracked by autograd. To work around this, you can make a clone to get a normal tensor and use "
            "it in autograd, or use `torch.no_grad()` instead of `torch.inference_mode()`."
        )

    def enter(self, view: Any) -> None:
        """Views of inference tensors are not followed."""


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
        return (scatter_strided(g, *self.values),)

    def vjp_tensors(self, g: Any) -> Sequence[Any]:
        return (scatter_strided_tensor(g, self.values),)


def extent(shape: Sequence[int], steps: Sequence[int]) -> int:
    """How many elements of memory a geometry spans."""
    if 0 in shape:
        return 0
    return 1 + sum((length - 1) * step for length, step in zip(shape, steps, strict=True))


def scatter_strided(
    g: Any, base_shape: tuple[int, ...], base_strides: tuple[int, ...], shape: tuple[int, ...],
    steps: tuple[int, ...], offset: int
) -> ndarray:
    """Zeros of the base's geometry with ``g`` at the view's place; elements that a view shows twice add up."""
    g = np.asarray(g)
    memory = np.zeros(max(extent(base_shape, base_strides), offset + extent(shape, steps)), g.dtype)
    places = np.arange(memory.size)
    region = strided(places, shape, steps, offset)
    np.add.at(memory, region, g)
    counted = strided(places, base_shape, base_strides, 0)
    if extent(base_shape, base_strides) > np.prod(base_shape):
        counts = np.bincount(counted.ravel(), minlength=memory.size)
        memory = memory / np.maximum(counts, 1)
        memory = memory.astype(g.dtype)
    return memory[counted].reshape(base_shape)


def gather_strided(
    g: ndarray, base_shape: tuple[int, ...], base_strides: tuple[int, ...], shape: tuple[int, ...],
    steps: tuple[int, ...], offset: int
) -> ndarray:
    """The elements that a strided view of a tensor with the base's geometry shows."""
    memory = np.zeros(max(extent(base_shape, base_strides), offset + extent(shape, steps)), g.dtype)
    strided(memory, base_shape, base_strides, 0)[...] = g
    return strided(memory, shape, steps, offset).copy()


def scatter_strided_tensor(g: Any, place: tuple[Any, ...]) -> Any:
    """``scatter_strided`` on tensors; the shape operations, which stand above, put their own function here."""
    raise AssertionError("the shape operations are not loaded")


def gather_strided_tensor(g: Any, place: tuple[Any, ...]) -> Any:
    """``gather_strided`` on tensors; the shape operations, which stand above, put their own function here."""
    raise AssertionError("the shape operations are not loaded")


class CopySlices(Node):
    """A write through a view, seen from the base: outside the region the gradient passes by, inside through ``fn``."""

    __slots__ = ("fn", "region")

    fn: Node
    region: tuple[tuple[int, ...], tuple[int, ...], int]

    def name(self) -> str:
        return "torch::autograd::CopySlices"

    def vjp(self, g: Any) -> Sequence[Any]:
        base = np.array(g, order="K")
        if not base.flags.forc:
            base = np.ascontiguousarray(base)
        if base.strides != self.values[0]:
            base = _laid_out(base, self.values[0])
        region = strided(base, *self.region)
        results = list(self.fn.vjp(region.copy()))
        region[...] = 0 if results[0] is None else results[0]
        results[0] = base
        return results

    def vjp_tensors(self, g: Any) -> Sequence[Any]:
        size = g.element_size()
        place = (tuple(g.shape), tuple([each // size for each in self.values[0]]), *self.region)
        region = gather_strided_tensor(g, place)
        results = list(self.fn.vjp_tensors(region))
        inside = region * 0 if results[0] is None else results[0]
        results[0] = g + scatter_strided_tensor(inside - region, place)
        return results

    def free(self) -> None:
        self.fn.free()


for _class in (AsStridedBackward0, CopySlices):
    _class.__module__ = "builtins"


def _laid_out(array: ndarray, byte_strides: tuple[int, ...]) -> ndarray:
    """A copy of ``array`` whose memory has the given byte strides."""
    size = array.itemsize
    elements = tuple(each // size for each in byte_strides)
    memory = np.empty(extent(array.shape, elements), array.dtype)
    placed = strided(memory, array.shape, elements, 0)
    placed[...] = array
    return placed


def edge_of(x: Any) -> Any:
    """Where the gradient of ``x`` goes: its node, the leaf itself, or None."""
    node = x._node
    return x if node is LEAF else node


def refuse_created(x: Any) -> None:
    """Refuse to write to a view of which nobody could tell the history, before anything asks for it."""
    if x._created is not None and mode.enabled and x.requires_grad:
        held = x.__dict__
        raise refused_view(x, x._created, held.get("_node", held.get("_before")))


def check_write(x: Any) -> None:
    """Refuse to record a write where torch refuses: leaves that require grad, and views that cannot be rebased."""
    base = x._base
    if base is not None:
        created = x._created
        if created is not None:
            held = x.__dict__
            raise refused_view(x, created, held.get("_node", held.get("_before")))
        if x._node is not None and (base._node is None or base._node is LEAF):
            raise errors.write_to_view_of_leaf()
    if x._node is LEAF:
        raise errors.write_to_leaf()


def refused_view(x: Any, created: str, node: Any, indirectly: bool = False) -> RuntimeError:
    """Why a view made in this way may not be written to while recording, nor used after a write to its base."""
    step = None if node is None or node is LEAF or node is NOWHERE else node.face(node)
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


def make_view(x: Any, view: Any) -> None:
    """Enter ``view``, a tensor over memory of ``x``, into the family of ``x``."""
    shared = x._shared
    if shared is None:
        shared = x._shared = Shared()
    base = x._base
    view._base = x if base is None else base
    view._shared = shared
    if altered and not mode.enabled:
        view._created = "inference" if mode.inference else "no_grad"
        if view._base._node is not None:
            view._node = NOWHERE
    elif x._created is not None:
        view._created = x._created
    shared.enter(view)


def rebase(x: Any, node: Node) -> None:
    """Give ``x`` the history ``node`` after a write, and its base and its base's views what follows from it."""
    base = x._base
    before = x._node
    retained = before is not None and before is not LEAF and x.retains_grad
    if before is not None:
        x._backward_hooks = None
    if base is None:
        find_views(x)
        x._node = node
        x.__dict__.pop("_grad", None)
        base = x
    else:
        find_views(base, x)
        slices = record(CopySlices, (edge_of(base), *node.edges[1:]), node.kept or (), (base._data.strides,))
        slices.fn = node
        slices.region = geometry(x._data, base._data)
        base._node = slices
    if base._shared is not None and base._shared.views:
        refresh_views(base)
    if retained:
        before.retained, x._node.retained = None, before.retained


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
    # The attributes of a tensor are a dictionary once somebody has asked for it.
    for each in [owner for one in holders for owner in (gc.get_referrers(one) if type(one) is dict else (one,))]:
        if id(each) in known or not hasattr(type(each), "_created"):
            continue
        if each._shared is shared and each._base is not None:
            known.add(id(each))
            shared.enter(each)
    if frozen:
        gc.freeze()
    shared.watched = True


def refresh_views(x: Any) -> None:
    """After a write to ``x``, derive the histories of the living views of the memory from those of their bases."""
    if x._shared.unseen:
        find_views(x, None if x._base is None else x)
    for reference in x._shared.views:
        view = reference()
        if view is not None and (view._base._node is not None or step_of(view) is not None):
            refresh(view, view._base)


def refresh(view: Any, base: Any) -> None:
    """Derive the view's node from the base's present one; a view that cannot be derived refuses its use from now on."""
    if view._created is not None:
        make_stale(view)
        return
    place = (base._data.shape, strides(base._data), *geometry(view._data, base._data))
    view._node = record(AsStridedBackward0, (edge_of(base),), (), place)
    view._backward_hooks = None


def make_stale(view: Any) -> None:
    """Let a view refuse its use; the tensor module, which stands above this one, puts its own function here."""
    raise AssertionError("the tensor module is not loaded")
