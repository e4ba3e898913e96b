"""The graph of recorded operations, and the pass that carries gradients back through it.

A ``Node`` is one recorded step, an entry of ``edges`` is where a gradient goes next: the node that made an input, the
leaf tensor itself, or None. Sequence numbers only grow, so a step always has a larger number than the steps it
depends on: taking nodes from a heap, largest number first, visits each once and after all who feed it, without
recursion and without a pass to count.
"""

from __future__ import annotations

import re
import weakref
from _heapq import heappop, heappush  # heapq's, without its Python twins
from _thread import RLock
from _thread import _local as local  # threading's, without the rest of it
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from itertools import count
from sys import getrefcount
from typing import Any, ClassVar

import numpy as np

from .._kernels.layout import broadcast_shapes, strides
from . import errors, kinds
from .modes import exchange, mode
from .quiet import quietly
from .warn import warn_once

ndarray = np.ndarray
add = np.add
new = object.__new__
orders = count(-1, -1)
next_order: Callable[[], int] = orders.__next__
"""Gives the next node its place: minus its sequence number, as a heap wants the smallest first."""


class _Leaf:
    """The ``_node`` of a leaf that requires grad: it has no history of its own."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<leaf>"

    def __reduce__(self) -> str:
        return "LEAF"


LEAF: Any = _Leaf()


class Written(ndarray):
    """A gradient that torch forms by writing into new memory; its tensor has counted so many writes.

    A view of it counts them too; what is computed from it is an array as any other.
    """

    writes = 1

    def __array_ufunc__(self, ufunc: Any, method: str, *operands: Any, out: Any = None, **keywords: Any) -> Any:
        if out is not None:
            keywords["out"] = tuple([each.view(ndarray) if isinstance(each, Written) else each for each in out])
        plain = [each.view(ndarray) if isinstance(each, Written) else each for each in operands]
        return getattr(ufunc, method)(*plain, **keywords)


class Fresh(Written):
    """A gradient that torch holds in new memory of its own, where a kernel made it as a part or in another shape."""

    writes = 0


def in_new_memory(gradients: Sequence[Any]) -> list[Any]:
    """Gradients that torch makes each in memory of its own."""
    return [each.view(Fresh) if type(each) is ndarray and each.base is not None else each for each in gradients]


class WrittenTwice(Written):
    """The same, where torch writes the zeros as well."""

    writes = 2


class Scattered(Written):
    """The same, where torch gives a view of the memory it wrote to: the view's base holds on to it."""


class Nothing(ndarray):
    """Zeros that torch does not store: a product with them is nothing, also where the other factor is nan."""

    def __array_ufunc__(self, ufunc: Any, method: str, *operands: Any, out: Any = None, **keywords: Any) -> Any:
        factors = [each.view(ndarray) if isinstance(each, Nothing) else each for each in operands]
        if out is not None:
            keywords["out"] = tuple([each.view(ndarray) if isinstance(each, Nothing) else each for each in out])
        made = getattr(ufunc, method)(*factors, **keywords)
        product = ufunc is np.multiply or (ufunc is np.divide and isinstance(operands[0], Nothing))
        return np.zeros_like(made).view(Nothing) if product and method == "__call__" and out is None else made


class Carried:
    """A gradient that is no array, such as a sparse one: it says itself how it is added, handed on and kept."""

    __slots__ = ("tensor",)

    def __init__(self, tensor: Any) -> None:
        self.tensor = tensor

    def at(self, node: Node) -> Carried:
        """The same, where ``node`` is about to carry it back."""
        raise NotImplementedError

    def keep(self, leaf: Any) -> None:
        """Add it to ``leaf.grad``."""
        raise NotImplementedError


OWN: Any = object()
"""The ``grad_dtype`` of a leaf that was not given one: its own dtype."""


class Watched:
    """Whether anything in this process can see the order in which backward works (hooks, user functions)."""

    order = False
    watchers: ClassVar[dict[int, weakref.ref[Any]]] = {}
    """What is alive and sees it: hooks, tensors that retain their gradient, steps of user functions."""
    examine: Any = None
    """How to run a step of backward where anomalies are looked for."""
    levels = 0
    transforms = 0
    """How many levels of forward mode and of ``torch.func`` are open (those alone count as ``transforms``): backward
    then carries tensors, not arrays."""

    @classmethod
    def watch(cls, watcher: Any) -> None:
        """The order can be seen as long as ``watcher`` is alive."""
        reference = weakref.ref(watcher, cls.unwatch)
        cls.watchers[id(reference)] = reference
        cls.order = True

    @classmethod
    def unwatch(cls, reference: weakref.ref[Any]) -> None:
        """A watcher has died; once all have, backward is as quick as it was."""
        del cls.watchers[id(reference)]
        cls.look_again()

    @classmethod
    def look_again(cls) -> None:
        """Whether it can be seen, after something began or ended that looks at it for a while."""
        cls.order = bool(cls.watchers) or cls.levels > 0 or cls.examine is not None


class RemovableHandle:
    """Takes a hook away again: ``remove()``, or the end of a ``with`` block."""

    next_id: int = 0

    def __init__(self, hooks_dict: Any, *, extra_dict: Any = None) -> None:
        self.hooks_dict_ref: Any = weakref.ref(hooks_dict)
        self.id = RemovableHandle.next_id
        RemovableHandle.next_id += 1
        others = () if extra_dict is None else extra_dict if isinstance(extra_dict, list) else (extra_dict,)
        self.extra_dict_ref: tuple[Any, ...] = tuple(map(weakref.ref, others))

    def remove(self) -> None:
        for reference in (self.hooks_dict_ref, *self.extra_dict_ref):
            hooks = reference()
            if hooks is not None:
                hooks.pop(self.id, None)

    def __getstate__(self) -> tuple[Any, ...]:
        return self.hooks_dict_ref(), self.id, tuple(reference() for reference in self.extra_dict_ref)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.hooks_dict_ref = weakref.ref(OrderedDict() if state[0] is None else state[0])
        self.id = state[1]
        RemovableHandle.next_id = max(RemovableHandle.next_id, self.id + 1)
        self.extra_dict_ref = tuple(weakref.ref(OrderedDict() if each is None else each) for each in state[2])

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *exception: Any) -> None:
        self.remove()


def add_hook(hooks: OrderedDict[int, Any], hook: Callable[..., Any]) -> RemovableHandle:
    """Enter ``hook`` last into ``hooks`` and note that the order of backward can be seen as long as they live."""
    Watched.watch(hooks)
    handle = RemovableHandle(hooks)
    hooks[handle.id] = hook
    return handle


class Saved:
    """What a step saved, under the name that torch gives it: ``_saved_self``, ``_saved_dim``.

    An attribute of the class, since a ``__getattr__`` would slow down every attribute of every node. A plain value is
    shown ``through`` a function.
    """

    __slots__ = ("is_tensor", "place", "through")

    def __init__(self, is_tensor: bool, place: int, through: Callable[[Any], Any] | None = None) -> None:
        self.is_tensor = is_tensor
        self.place = place
        self.through = through

    def __get__(self, node: Any, owner: Any = None) -> Any:
        if node is None:
            return self
        if not self.is_tensor:
            value = show(node.values[self.place])
            return value if self.through is None else self.through(value)
        if node.kept is None:
            raise errors.graph_freed()
        return revive(node, self.place)


class SavedNumber(Saved):
    """A number that is the same in all steps of a kind."""

    __slots__ = ("number",)

    def __init__(self, number: int) -> None:
        super().__init__(False, 0)
        self.number = number

    def __get__(self, node: Any, owner: Any = None) -> Any:
        return self if node is None else self.number


class Derived(Saved):
    """What follows from that which a step saved, at ``places`` among its tensors (True) and its plain values.

    Without places it follows from the step.
    """

    __slots__ = ("find", "places")

    def __init__(self, find: Callable[..., Any], places: Sequence[tuple[bool, int]] | None = None) -> None:
        super().__init__(False, 0)
        self.find = find
        self.places = places

    def __get__(self, node: Any, owner: Any = None) -> Any:
        if node is None:
            return self
        if self.places is None:
            return self.find(node)
        if node.kept is None and any(tensor for tensor, _ in self.places):
            raise errors.graph_freed()
        made = self.find(*[(node.kept if tensor else node.values)[place] for tensor, place in self.places])
        return wrap(made) if type(made) is np.ndarray else made


class SavedTensor:
    """A place at which a step saved a tensor, that a pair of hooks can be given to."""

    def __init__(self, node: Any, place: int) -> None:
        self.node, self.place = node, place

    @property
    def data(self) -> Any:
        """The saved tensor."""
        if self.node.kept is None:
            raise errors.graph_freed()
        return revive(self.node, self.place)

    @property
    def unpack_hook(self) -> Any:
        """The second hook of the pair, None without one."""
        return getattr((self.node.kept or ())[self.place], "unpack", None)

    def register_hooks(self, *hooks: Any) -> None:
        """Pack what is saved by the first hook and unpack it by the second.

        RuntimeError once it was freed, where there is a pair already, and where hooks are disabled.
        """
        from .saving import register

        register(self, hooks)


SavedTensor.__module__ = "torch._C._autograd"


class InputMetadata:
    """Size and dtype that a gradient will have."""

    device = property(lambda self: kinds.CPU)
    is_nested_tensor = is_cpp_nested_tensor = False

    def __init__(self, tensor: Any) -> None:
        self.shape = list(tensor.shape)
        self.dtype = tensor.dtype


InputMetadata.__module__, InputMetadata.__qualname__ = "torch._C._autograd", "_InputMetadata"


class RawSaved:
    """The same before it is unpacked: an object that takes hooks."""

    __slots__ = ("place",)

    def __init__(self, place: int) -> None:
        self.place = place

    def __get__(self, node: Any, owner: Any = None) -> Any:
        return self if node is None else SavedTensor(node, self.place)


class NodeType(type):
    """Makes ``isinstance(grad_fn, torch.autograd.graph.Node)`` hold and prints a node's class as torch does."""

    def __repr__(cls) -> str:
        return f"<class '{'' if cls.__module__ == 'builtins' else cls.__module__ + '.'}{cls.__name__}'>"

    def __call__(cls, *arguments: Any, **keywords: Any) -> Any:
        if cls.__init__ is object.__init__:  # type: ignore[misc]
            raise TypeError(
                f"cannot create '{cls.__name__}' instances" if cls is not Node else
                "Can't instantiate abstract class Node with abstract methods _input_metadata, _register_hook_dict, "
                "_sequence_nr, metadata, name, next_functions, register_hook, register_prehook"
            )
        return super().__call__(*arguments, **keywords)


class Node(metaclass=NodeType):
    """One recorded step of the computation, what torch calls ``grad_fn``.

    ``edges`` says where the gradients of the inputs go, ``kept`` holds the tensors that the formulas name (None once
    freed), ``noted`` their versions at that time (None: all 0), ``values`` the plain arguments they name.
    """

    __slots__ = ("__dict__", "__weakref__", "edges", "fit", "kept", "noted", "order", "values")

    order: float
    edges: tuple[Any, ...]
    kept: tuple[Any, ...] | None
    noted: tuple[int, ...] | None
    values: tuple[Any, ...]
    fit: tuple[Any, ...] | None
    operation = ""
    elementwise = False
    """Whether each element of the result depends on one element of each argument: forward mode asks it."""
    looks = False
    """Whether the way back of a gradient is a view of it, which shares its count of writes."""
    outputs = 1
    output_nr = 0
    takes_none = False
    enters = False
    """Whether an argument of a transform begins here, which counts as a leaf."""
    through_view: Any = None
    """For the step inside a write through a view: where the view's own history is, as long as it is there."""
    inputs_kept: int | None = None
    """How many of those that are kept are arguments; results follow them."""
    keeps_first = False
    """Whether what is kept begins with the operation's first argument."""
    prehooks: OrderedDict[int, Any] | None = None
    posthooks: OrderedDict[int, Any] | None = None
    tensor_hooks: dict[int, OrderedDict[int, Any]] | None = None
    retained: dict[int, Any] | None = None
    _metadata: dict[str, Any] | None = None

    def vjp(self, g: Any) -> Sequence[Any]:
        """Carry the gradient array ``g`` of the result back: one array, or None, for each edge."""
        raise NotImplementedError

    def vjp_tensors(self, g: Any) -> Sequence[Any]:
        """The same on tensors, so that the backward pass is recorded itself."""
        raise NotImplementedError

    def free(self) -> None:
        """Forget the kept tensors; a node that keeps none can be passed again."""
        if self.kept:
            self.kept = None

    @classmethod
    def packing_order(cls, count: int) -> Sequence[int]:
        """In which order hooks on saved tensors see what is kept: by torch's names, results at the end."""
        names = {value.place: name for name, value in cls.__dict__.items() if type(value) is Saved and value.is_tensor}
        if len(names) < count:
            return range(count)
        inputs = cls.inputs_kept
        return sorted(range(count), key=lambda place: (inputs is not None and place >= inputs, names[place]))

    def name(self) -> str:
        """The name of the step, for example ``MulBackward0``."""
        name = type(self).__name__
        return "torch::autograd::NotImplemented" if name == "NotImplemented" else name

    @property
    def is_fallback(self) -> bool:
        """Whether this is torch's step for whatever has no derivative."""
        return "NotImplemented" in (self.operation, type(self).__name__) and self.operation != ""

    def operation_name(self) -> str:
        """The operation's own name, as messages about its results have it: ``Mul``."""
        return re.sub("Backward0?(?=[0-9]*$)", "", self.name())

    @property
    def next_functions(self) -> tuple[tuple[Any, int], ...]:
        """For each input the node that made it (a leaf's accumulator, or None) and which of its outputs it was."""
        edges: Sequence[Any] = self.edges
        if self.is_fallback:  # which knows of those alone that ask for a gradient
            edges = [edge for edge in edges if edge is not None]
        return tuple((self.face(edge), edge.output_nr if isinstance(edge, Output) else 0) for edge in edges)

    def face(self, edge: Any) -> Any:
        """The object that stands for ``edge`` before users; this node keeps a leaf's accumulator alive."""
        if edge is not None and edge.order == 1.0:
            edge = edge.edges[0]
        if edge is None or isinstance(edge, Node):
            return edge.parent if isinstance(edge, Output) else None if edge is NOWHERE else edge
        accumulator = accumulator_of(edge)
        self.__dict__.setdefault("accumulators", []).append(accumulator)
        return accumulator

    @property
    def metadata(self) -> dict[str, Any]:
        if self._metadata is None:
            self._metadata = {}
        return self._metadata

    def _sequence_nr(self) -> int:
        return int(-self.order) - 1

    def _set_sequence_nr(self, number: int) -> None:
        """Give the step another place in the order of backward."""
        self.order = -float(number) - 1

    def _register_hook_dict(self, hooks: OrderedDict[int, Any]) -> None:
        """Call the hooks in ``hooks``, as long as they are there, for the gradients of this step's first result."""
        Watched.watch(self)
        self.tensor_hooks = {**(self.tensor_hooks or {}), 0: hooks}

    @property
    def requires_grad(self) -> bool:
        return True

    @property
    def _input_metadata(self) -> tuple[Any, ...]:
        """Size and dtype of each result, whose gradients are this step's inputs, as far as they were looked at."""
        known: dict[int, Any] = self.__dict__.get("known_results", {})
        return tuple([known.get(number) for number in range(self.outputs)])

    def metadata_of(self, number: int) -> tuple[tuple[int, ...], np.dtype[Any]]:
        """Size and dtype of the result with this number."""
        made = self._input_metadata[number]
        if made is None:
            raise errors.lacks("gradients made up for an edge that was not asked of a tensor")
        return tuple(made.shape), made.dtype.numpy

    def know(self, result: Any) -> None:
        """Take down size and dtype of a result that somebody looks at."""
        known = self.__dict__.setdefault("known_results", {})
        if result.output_nr not in known:
            known[result.output_nr] = InputMetadata(result)

    def register_hook(self, *arguments: Any) -> RemovableHandle:
        """Call ``hook(grad_inputs, grad_outputs)`` after this node ran; what it returns replaces grad_inputs."""
        (hook,) = only(self, "register_hook", arguments)
        if self.posthooks is None:
            self.posthooks = OrderedDict()
        return add_hook(self.posthooks, hook)

    def register_prehook(self, *arguments: Any) -> RemovableHandle:
        """Call ``hook(grad_outputs)`` before this node runs; what it returns replaces grad_outputs."""
        (hook,) = only(self, "register_prehook", arguments)
        if self.prehooks is None:
            self.prehooks = OrderedDict()
        return add_hook(self.prehooks, hook)

    def __call__(self, *gradients: Any) -> Any:
        if len(gradients) != self.outputs:
            raise TypeError(f"expected {self.outputs} arguments, got {len(gradients)} instead")
        for place, each in enumerate(gradients):
            if each is not None and not hasattr(each, "_data"):
                raise TypeError(f"argument {place} is not a Variable")
        if all(each is None for each in gradients) and not self.takes_none:
            return (None,) * len(self.edges) if len(self.edges) != 1 else None
        results = tuple(self.vjp_tensors(gradients[0] if self.outputs == 1 else list(gradients)))
        return results[0] if len(results) == 1 else results

    def __lt__(self, other: Node) -> bool:
        """Only the outputs of one step have the same place in the order, and theirs is all one."""
        return False

    def __neg__(self) -> Any:
        raise TypeError(f"bad operand type for unary -: '{type(self).__name__}'")

    def __repr__(self) -> str:
        return f"<{repr(type(self))[8:-2]} object at {id(self):#x}>"

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TypeError(f"cannot pickle '{type(self).__name__}' object")

    def __dir__(self) -> list[str]:
        kind = type(self)
        return sorted([*SHOWN, *{name for each in kind.__mro__ for name, value in each.__dict__.items()
                                 if isinstance(value, (Saved, RawSaved))}])


SHOWN = [
    *(name for name in dir(object) if name not in ("__doc__",)), "__call__", "__doc__", "_input_metadata",
    "_register_hook_dict", "_sequence_nr", "_set_sequence_nr", "metadata", "name", "next_functions", "register_hook",
    "register_prehook", "requires_grad",
]
"""What every step shows of itself, beside what it saved."""


def only(node: Node, method: str, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """The one argument of a method written in C, which has no name."""
    if len(arguments) != 1:
        raise TypeError(f"{type(node).__name__}.{method}() takes exactly one argument ({len(arguments)} given)")
    return arguments


def record(make: type[Node], edges: tuple[Any, ...], kept: tuple[Any, ...] = (), values: tuple[Any, ...] = ()) -> Any:
    """A node of class ``make`` at the end of the graph; hot paths set the slots themselves."""
    node = new(make)
    node.order = next_order()
    node.edges = edges
    node.kept = kept
    node.noted = None
    node.values = values
    node.fit = None
    return node


class Output(Node):
    """One result of a step that has several: hands its gradient to ``parent`` at its own place."""

    __slots__ = ("output_nr", "parent")
    kept: Any = ()
    values = ()
    noted = fit = None

    def __init__(self, parent: Node, number: int) -> None:
        self.parent = parent
        self.output_nr = number  # type: ignore[misc]
        # After every consumer of the output, before the step itself.
        self.order = parent.order - 0.5
        self.edges = (parent,)

    def queue(self) -> None:
        """Come after the siblings that were given hooks before: torch calls hooks in the order of registration."""
        place = self.parent.__dict__["hooked"] = self.parent.__dict__.get("hooked", 0) + 1
        self.order = self.parent.order - 0.5 + place * 2.0**-20
        self.parent.__dict__.setdefault("hooked_outputs", []).append(weakref.ref(self))


def output_of(parent: Node, number: int) -> Output:
    """``Output(parent, number)`` without the way through the class of classes."""
    output = new(Output)
    Output.__init__(output, parent, number)
    return output


class Slot:
    """One result of a step that has several, where only its number is known."""

    __slots__ = ("node", "output_nr")

    def __init__(self, node: Node, output_nr: int) -> None:
        self.node, self.output_nr = node, output_nr

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Slot) and (self.node, self.output_nr) == (other.node, other.output_nr)

    def __hash__(self) -> int:
        return hash((self.node, self.output_nr))


class Nowhere(Node):
    """The history of a view made while nothing was recorded: it requires grad as its base does, and leads nowhere."""

    __slots__ = ()

    def __init__(self) -> None:
        self.order = 0.0
        self.edges = self.kept = self.values = ()
        self.noted = self.fit = None

    def vjp(self, g: Any) -> Sequence[Any]:
        return ()

    vjp_tensors = vjp


NOWHERE = Nowhere()


class AccumulateGrad(Node):
    """Where a gradient ends: adds what arrives to the leaf's ``grad``."""

    __slots__ = ("variable",)

    def __init__(self, variable: Any) -> None:
        self.variable = variable
        self.order = float("-inf")
        self.edges = self.kept = self.values = ()
        self.noted = self.fit = None

    def name(self) -> str:
        return "torch::autograd::AccumulateGrad"

    @property
    def next_functions(self) -> tuple[tuple[Any, int], ...]:
        return ()

    def _sequence_nr(self) -> int:
        return 2**64 - 1

    def __dir__(self) -> list[str]:
        return sorted([*SHOWN, "variable"])

    @property
    def _input_metadata(self) -> tuple[Any, ...]:
        return (InputMetadata(self.variable),)

    def __call__(self, *gradients: Any) -> Any:
        for g in gradients:
            accumulate(self.variable, g if mode.enabled else g._data, mode.enabled, 0)
        return ()


Node.__module__ = "torch.autograd.graph"
AccumulateGrad.__module__ = "builtins"
RemovableHandle.__module__ = "torch.utils.hooks"


def accumulator_of(leaf: Any) -> AccumulateGrad:
    """The leaf's one accumulator: made when first asked for, alive as long as somebody holds it."""
    reference = leaf._accumulator
    accumulator = None if reference is None else reference()
    if accumulator is None:
        accumulator = AccumulateGrad(leaf)
        leaf._accumulator = weakref.ref(accumulator)
    return accumulator


def wrap(array: ndarray) -> Any:
    """A tensor over an array; the tensor module, which stands above this one, puts its own function here."""
    raise AssertionError("the tensor module is not loaded")


def show(value: Any) -> Any:
    """A plain value as a user sees it, arrays as tensors; the recording module puts its own function here."""
    raise AssertionError("the recording module is not loaded")


def revive(node: Node, place: int) -> Any:
    """What a node kept at a place, checked and with its history; the recording module puts its own function here."""
    raise AssertionError("the recording module is not loaded")


def step_of(tensor: Any) -> Node | None:
    """The node that made ``tensor``, with a result of several taken to the step they share."""
    node = tensor._node
    if node is None or node is LEAF or node is NOWHERE:
        return None
    return node.parent if isinstance(node, Output) else node


def arrived(leaves: Sequence[Any], waiting: Sequence[Any]) -> list[Any]:
    """The leaves to which nothing more leads from the steps that wait: torch has added to these when a step fails."""
    beyond: set[int] = set()
    stack = list(waiting)
    while stack:
        each = stack.pop()
        if each is not None and id(each) not in beyond:
            beyond.add(id(each))
            stack += each.edges if isinstance(each, Node) else ()
    return [each for each in leaves if id(each) not in beyond]


def propagate(node: Node, g: Any, keep: bool) -> None:
    """The common pass: from one node to the leaves, on arrays, with nobody watching.

    What ``Pass`` does in general, without its questions: a small graph spends most of its time in this loop.
    """
    # By node, and for leaves by their number: a tensor's hash is a Python function, as torch's is its number.
    gradients: dict[Any, Any] = {}
    bumps: dict[Any, int] = {}
    heap: list[tuple[float, Any]] = []
    leaves: list[Any] = []
    # A node that waits alone needs no heap to be found, and no dictionary: chains never use one.
    alone: Any = None
    waiting: Any = None
    try:
        while True:
            if node.__class__ is Output:
                deliver(node, g, gradients, heap)
            else:
                results: Any = node.vjp(g)
                if not keep and node.kept:
                    node.free()
                if bumps and node in bumps:
                    hand_on(node, g, results, bumps, gradients, alone, id)
                g = None
                for edge, result in zip(node.edges, results):  # noqa: B905
                    if result is None or edge is None:
                        continue
                    if edge is alone:
                        if edge is NOWHERE:
                            continue
                        if type(waiting) is ndarray and waiting.base is None:
                            # As in ``collect``. Two: the name here, the argument of getrefcount.
                            references = getrefcount(waiting)
                            if references > 2:
                                for other in results:
                                    if other is waiting:
                                        references -= 1
                            if references == 2 and (type(result) is ndarray or not isinstance(result, Carried)):
                                add(waiting, result, waiting)
                                bumps[edge] = bumps.get(edge, 0) + 1
                            else:
                                waiting = waiting + result
                                bumps.pop(edge, None)
                            continue
                        gradients[edge], waiting = waiting, None
                        collect(gradients, edge, result, results, bumps)
                        waiting = gradients.pop(edge)
                        continue
                    order = edge.order
                    key = edge if order is not None else id(edge)
                    if key in gradients:
                        collect(gradients, key, result, results, bumps)
                    elif order is None:
                        gradients[key] = result
                        leaves.append(edge)
                    elif alone is None and not heap:
                        alone, waiting = edge, result
                    else:
                        if edge.__class__ is Output:
                            deliver(edge, result, gradients, heap)
                        else:
                            gradients[key] = result
                            heappush(heap, (order, edge))
                        if alone is not None:
                            if alone.__class__ is Output:
                                deliver(alone, waiting, gradients, heap)
                            else:
                                gradients[alone] = waiting
                                heappush(heap, (alone.order, alone))
                            alone = waiting = None
                results = result = None
            if alone is not None:
                node, g = alone, waiting
                alone = waiting = None
            elif heap:
                node = heappop(heap)[1]
                g = gradients.pop(node)
            else:
                break
            if type(g) is not ndarray and node.outputs == 1:
                g = handed_on(g, node, bumps)
    except Exception:
        for leaf in arrived(leaves, [node, alone, *[each for _, each in heap]]):
            accumulate(leaf, gradients.pop(id(leaf)), False, bumps.get(id(leaf), 0))
        raise
    with accumulating:
        for leaf in leaves:
            g = gradients.pop(id(leaf))
            if type(g) is ndarray and getrefcount(g) == 2 and (owner := g.base) is not None:
                # As in ``whole_of``.
                if type(owner) is ndarray and owner.base is None and owner.dtype is g.dtype and (
                    owner.strides == g.strides and owner.shape == g.shape and getrefcount(owner) == 3
                ):
                    g = owner
                owner = None
            # A first gradient in memory that is nobody else's, laid out like the leaf, is taken as it is.
            if (
                leaf._grad is None and leaf._base is None and leaf._node is LEAF and type(g) is ndarray
                and g.base is None and g.strides == leaf._data.strides and getrefcount(g) == 2
                and leaf._grad_dtype is OWN
            ):
                leaf._grad = tensor = wrap(g)
                if bumps and (writes := bumps.get(id(leaf))):
                    tensor._bump(writes)
            else:
                accumulate(leaf, g, False, bumps.get(id(leaf), 0) if bumps else 0)


def handed_on(g: Any, node: Node, bumps: dict[Any, int]) -> Any:
    """A gradient as an array; what is known of its memory stays known where the node only looks at it."""
    if type(g) is Nothing:
        return g
    if not isinstance(g, Written):
        return g.at(node) if isinstance(g, Carried) else np.asarray(g)
    if node.looks:
        return g if g.writes else np.asarray(g)
    if g.writes:
        bumps[node] = bumps.get(node, 0) + g.writes
    return np.asarray(whole_of(g))


def whole_of(g: ndarray) -> ndarray:
    """The array that owns its memory, where ``g`` is nothing but another view of it."""
    owner = g.base
    # Three: what the view holds, the local name, the argument of getrefcount.
    if type(owner) is ndarray and owner.base is None and owner.shape == g.shape and owner.strides == g.strides and (
        owner.dtype == g.dtype and getrefcount(owner) == 3
    ):
        return owner
    return g


def is_alone(g: ndarray) -> bool:
    """Whether nobody else holds on to the memory that ``g`` is a part of."""
    owner = g.base
    whole = type(owner) is ndarray and (owner.shape, owner.strides) == (g.shape, g.strides)
    if type(g) is Scattered or (type(g) is not Fresh and not whole):
        # A view in torch, too.
        return False
    # Three: what the view holds, the local name, the argument of getrefcount.
    while type(owner) is ndarray and getrefcount(owner) == 3:
        if owner.base is None:
            return True
        owner = owner.base
    return False


def deliver(node: Any, g: Any, gradients: dict[Any, Any], heap: list[tuple[float, Any]]) -> None:
    """Put the gradient of one result in its place among those of its step."""
    parent = node.edges[0]
    slots = gradients.get(parent)
    if slots is None:
        slots = gradients[parent] = [None] * parent.outputs
        heappush(heap, (parent.order, parent))
    number = node.output_nr
    if slots[number] is None:
        slots[number] = g
    elif g is not None:
        collect(slots, number, g, (), {})


def hand_on(
    node: Any, g: Any, results: Sequence[Any], bumps: dict[Any, int], gradients: dict[Any, Any], alone: Any = None,
    key_of_leaf: Callable[[Any], Any] | None = None
) -> None:
    """A gradient that is handed on as it came, or a view of it, keeps the writes it has seen, if it comes first."""
    for edge, result in zip(node.edges, results, strict=True):
        if edge is not None and (result is g or (node.looks and looks_at(result, g))):
            key = key_of_leaf(edge) if key_of_leaf and edge.order is None else edge
            if key not in gradients and edge is not alone:
                bumps[key] = bumps[node]


def looks_at(x: Any, whole: Any) -> bool:
    """Whether an array is a view of another, or of the same memory."""
    owner = getattr(x, "base", None)
    return owner is not None and (owner is whole or owner is getattr(whole, "base", None))


def collect(gradients: Any, edge: Any, result: Any, siblings: Sequence[Any], bumps: dict[Any, int]) -> None:
    """Add an array to what waits under a key: in place where nobody else can see the buffer, as torch does."""
    if edge is NOWHERE:
        return
    waiting = gradients[edge]
    # A NumPy scalar, what a formula made of no dimension, is a buffer too.
    scalar = type(waiting) is not ndarray and isinstance(waiting, np.generic)
    if scalar or (type(waiting) is ndarray and waiting.base is None) or (
        isinstance(waiting, Written) and is_alone(waiting)
    ):
        references = getrefcount(waiting)
        if references > 3:
            for other in siblings:
                if other is waiting:
                    references -= 1
        # Three: the dictionary, the local name, the argument of getrefcount.
        if references == 3 and (type(result) is ndarray or not isinstance(result, Carried)):
            if scalar:
                gradients[edge] = waiting + result
            else:
                np.add(waiting, result, waiting)
            bumps[edge] = bumps.get(edge, 0) + 1
            return
    gradients[edge] = waiting + result
    bumps.pop(edge, None)


DEEPEST = 60
"""How many passes may be inside each other in one thread; the next one gets a thread of its own, as in torch."""


class _Running(local):
    """The passes this thread is in, the innermost last."""

    def __init__(self) -> None:
        self.stack: list[Pass] = []


_running = _Running()
next_serial: Callable[[], int] = count().__next__


class Pass:
    """One backward pass: gradients on their way, the heap of nodes that wait, and what becomes of the results.

    ``create`` carries tensors and records, otherwise plain arrays travel. ``inputs`` limits the pass to what leads to
    these edges: ``captured`` then holds their gradients, unless they are on their way ``into_grad`` of the leaves.
    """

    def __init__(
        self, create: bool, keep: bool, inputs: Sequence[Any] | None = None, into_grad: bool = False
    ) -> None:
        self.create = create
        self.recording = create
        self.keep = keep
        self.inputs = inputs
        self.into_grad = into_grad
        self.captured: dict[Any, Any] = {}
        self.gradients: dict[Any, Any] = {}
        self.bumps: dict[Any, int] = {}
        self.heap: list[tuple[float, Node]] = []
        self.leaves: list[Any] = []
        self.awaited: dict[Any, int] | None = None
        self.ready: list[Any] = []
        self.needed: set[Any] | None = None
        self.slots: dict[Node, list[Slot]] = {}
        self.roots: Sequence[Any] = ()
        self.entering: Sequence[Any] = ()
        self.running_step: Node | None = None
        self.serial_number = next_serial()

    @staticmethod
    def running() -> Pass:
        """The pass this thread is in."""
        return _running.stack[-1]

    @staticmethod
    def inside() -> bool:
        """Whether this thread is in a pass."""
        return bool(_running.stack)

    @staticmethod
    def serial() -> int:
        """The number of the pass this thread is in."""
        return _running.stack[-1].serial_number

    def reaches(self, edge: Any) -> bool:
        """Whether the gradient that goes to ``edge``, a step or a leaf, comes about in this pass."""
        if self.inputs is not None and not isinstance(edge, Node):
            if not self.into_grad:
                raise RuntimeError(
                    "A leaf node was passed to _will_engine_execute_node but we are currently running autograd.grad(). "
                    "This is currently not supported."
                )
            return edge in self.captured
        return self.awaited is not None and edge in self.awaited

    def run(self, edges: Sequence[Any], gradients: Sequence[Any]) -> None:
        """Send ``gradients`` into ``edges`` and on, until nothing is left."""
        if len(_running.stack) >= DEEPEST:
            in_a_thread(self.run, edges, gradients)
            return
        if self.inputs is not None:
            wanted = set(self.inputs)
            for each in wanted:
                if each.__class__ is Slot:
                    self.slots.setdefault(each.node, []).append(each)
            self.captured = dict.fromkeys([*wanted, *self.slots])
            wanted.update(self.slots)
            outputs = [each for each in wanted if each.__class__ is Output]
            # A wanted result asks for its step, to which the other results lead as well.
            self.needed = reaching(edges, wanted.union([each.parent for each in outputs]))
            self.needed.difference_update([each for each in outputs if each.parent not in self.needed])
            self.roots = edges
            if self.into_grad:
                self.needed.update(each for each in wanted if isinstance(each, Node))
        if Watched.order:
            self.awaited = arrivals(edges, self.needed)
        previous = exchange(self.recording)
        _running.stack.append(self)
        try:
            self.entering = edges
            for edge, gradient in zip(edges, gradients, strict=True):
                self.arrive(edge, gradient, ())
            self.entering = ()
            self.settle_ready()
            self.drain()
            for leaf in self.leaves:
                if leaf in self.gradients:
                    self.settle(leaf)
        except Exception:
            if self.awaited is None and self.running_step is not None:
                for leaf in arrived(self.leaves, [self.running_step, *[each for _, each in self.heap]]):
                    self.settle(leaf)
            raise
        finally:
            exchange(previous)
            _running.stack.pop()

    def waits(self, node: Node) -> bool:
        """Whether something that has not run yet leads to a step."""
        others = [each for each in (*self.entering, *[each for _, each in self.heap]) if each is not node]
        return bool(others) and bool(reaching(others, {node}))

    def drain(self) -> None:
        """Run the waiting nodes, the latest recorded first."""
        heap, gradients, create, keep = self.heap, self.gradients, self.create, self.keep
        arrive, needed, awaited, captured = self.arrive, self.needed, self.awaited, self.captured
        inputs, bumps = self.inputs, self.bumps
        while heap:
            self.running_step = node = heappop(heap)[1]
            g = gradients.pop(node)
            if node.outputs == 1 and not create and type(g) is not ndarray and g is not None:
                g = handed_on(g, node, bumps)
            if inputs is not None:
                assert needed is not None
                leads_on = node in needed
                if leads_on:
                    if node in captured:
                        # As in torch, hooks see a captured gradient first only where the pass ends.
                        captured[node] = g
                elif node not in captured:
                    if awaited is not None and node in self.roots:
                        # Where the pass begins, hooks see the gradient that goes no further.
                        self.before(node, g, False)
                    elif awaited is not None and type(g) is list and "hooked_outputs" in node.__dict__:
                        self.tell_outputs(node, g)
                    continue
            if awaited is not None:
                if type(g) is list and "hooked_outputs" in node.__dict__:
                    self.tell_outputs(node, g)
                g = self.before(node, g, inputs is None or leads_on)
            if inputs is not None:
                for slot in self.slots.get(node, ()):
                    captured[slot] = g[slot.output_nr]
                if not leads_on:
                    if not self.slots.get(node):
                        captured[node] = g
                    continue
            if node.__class__ is Output:
                deliver(node, g, gradients, heap)
                continue
            if awaited is not None and not node.takes_none and undefined(g):
                results: Sequence[Any] = (None,) * len(node.edges)
            elif Watched.examine is not None:
                results = Watched.examine(node, g, create)
            else:
                results = node.vjp_tensors(g) if create else quietly(node.vjp, g)
            if awaited is not None and node.posthooks:
                results = self.after(node, results, g)
            if not keep and (node.kept or node.takes_none):
                node.free()
            if bumps and node in bumps:
                hand_on(node, g, results, bumps, gradients)
            del g
            for edge, result in zip(node.edges, results, strict=True):
                if result is None or edge is None:
                    if awaited is not None and edge is not None:
                        self.arrive_undefined(edge)
                    continue
                if edge in gradients:
                    arrive(edge, result, results)
                else:
                    gradients[edge] = result
                    order = edge.order
                    if order is not None:
                        heappush(heap, (order, edge))
                    else:
                        self.leaves.append(edge)
                    if awaited is not None:
                        self.miss(edge)
            if self.ready:
                del results, result
                self.settle_ready()
        self.running_step = None

    def settle_ready(self) -> None:
        """Settle the leaves that wait for no more: an accumulator runs before any other node."""
        ready, self.ready = self.ready, []
        for leaf in ready:
            self.settle(leaf)

    def arrive(self, edge: Any, gradient: Any, siblings: Sequence[Any]) -> None:
        """Add ``gradient`` to what waits at ``edge``: in place where nobody else can see the buffer."""
        gradients = self.gradients
        if edge not in gradients:
            gradients[edge] = gradient
            if edge.order is None:
                self.leaves.append(edge)
            else:
                heappush(self.heap, (edge.order, edge))
        elif gradients[edge] is None:
            gradients[edge] = gradient
        elif self.create:
            if edge is not NOWHERE:
                gradients[edge] = gradients[edge] + gradient
        else:
            quietly(collect, gradients, edge, gradient, siblings, self.bumps)
        if self.awaited is not None:
            self.miss(edge)

    def arrive_undefined(self, edge: Any) -> None:
        """A step that receives no gradient at all runs none the less: its hooks are called, and functions of users."""
        if edge not in self.gradients:
            self.gradients[edge] = None
            if edge.order is None:
                self.leaves.append(edge)
            else:
                heappush(self.heap, (edge.order, edge))
        self.miss(edge)

    def miss(self, edge: Any) -> None:
        """One arrival fewer to wait for; a leaf that waits for none is settled next: accumulators run first."""
        awaited = self.awaited
        assert awaited is not None
        remaining = awaited[edge] = awaited.get(edge, 0) - 1
        if remaining == 0 and edge.order is None and edge in self.gradients:
            self.ready.append(edge)

    def settle(self, leaf: Any) -> None:
        """Hand a leaf its whole gradient: capture it, or add it to ``grad``."""
        gradient = self.gradients.pop(leaf)
        captured = self.inputs is None or leaf in self.captured
        if not captured and not any(each is leaf for each in self.roots):
            return
        bumps = self.bumps.get(leaf, 0)
        hooks = leaf._backward_hooks
        if hooks:
            gradient = self.call_tensor_hooks(hooks, gradient)
        if not captured:
            return
        if self.inputs is not None and not self.into_grad:
            self.captured[leaf] = gradient
            return
        accumulator = leaf._accumulator and leaf._accumulator()
        if accumulator is not None and accumulator.prehooks:
            (gradient,) = self.call_prehooks(accumulator, (gradient,))
        if gradient is not None:
            if self.create is not self.recording:
                # Tensors travelled that may stand for others; what a leaf keeps is plain.
                gradient = gradient.detach()._data
            with np.errstate(all="ignore"):
                accumulate(leaf, gradient, self.recording, bumps)
        for hook in tuple((leaf._post_accumulate_grad_hooks or {}).values()):
            returned = hook(leaf)
            if returned is not None:
                if not hasattr(returned, "_data"):
                    raise TypeError(f"expected Variable, but hook returned '{type(returned).__name__}'")
                raise RuntimeError("Tensor post accumulate grad hooks should return None.")
        if accumulator is not None and accumulator.posthooks:
            self.call_posthooks(accumulator, (), (gradient,))

    def before(self, node: Node, g: Any, runs: bool = True) -> Any:
        """What users hung in front of ``node``: hooks of its results, their retained gradients, node prehooks."""
        if "promised" in node.__dict__ and g is not None:
            refuse_unpromised(node, g)  # before anybody sees it
        if node.tensor_hooks or node.retained:
            hooks = (node.tensor_hooks or {}).get(0)
            if hooks:
                arrived_as, g = g, self.call_tensor_hooks(hooks, g)
                if g is not arrived_as:
                    self.bumps.pop(node, None)  # the writes were to what the hook took the place of
            tensor = (node.retained or {}).get(0)
            tensor = tensor and tensor()
            if tensor is not None:
                retain(tensor, g, self.create)
        if node.prehooks and runs:
            several = node.outputs > 1
            replaced = self.call_prehooks(node, tuple(g) if several else (g,))
            g = list(replaced) if several else replaced[0]
        return g

    def tell_outputs(self, node: Node, gradients: Sequence[Any]) -> None:
        """Call the hooks of results that no gradient has come to: with None."""
        for reference in node.__dict__["hooked_outputs"]:
            output = reference()
            if output is not None and gradients[output.output_nr] is None and self.captured.get(output) is None:
                self.before(output, None, False)

    def after(self, node: Node, results: Sequence[Any], g: Any) -> Sequence[Any]:
        return self.call_posthooks(node, tuple(results), tuple(g) if node.outputs > 1 else (g,))

    def up(self, gradient: Any) -> Any:
        """A gradient as users see it: a tensor."""
        return gradient if gradient is None or self.create else shown(gradient)

    def down(self, tensor: Any) -> Any:
        """A gradient as this pass carries it."""
        return tensor if tensor is None or self.create else carried(tensor)

    def call_tensor_hooks(self, hooks: OrderedDict[int, Any], gradient: Any) -> Any:
        for hook in tuple(hooks.values()):
            replaced = hook(self.up(gradient))
            if replaced is not None:
                check_hooked(hook, self.up(gradient), replaced)
                gradient = self.down(replaced)
        return gradient

    def call_prehooks(self, node: Node, gradients: tuple[Any, ...]) -> tuple[Any, ...]:
        for hook in tuple((node.prehooks or {}).values()):
            seen = tuple(map(self.up, gradients))
            replaced = hook(seen)
            if replaced is not None:
                check_replaced(hook, seen, replaced)
                gradients = tuple(map(self.down, replaced))
        return gradients

    def call_posthooks(self, node: Node, results: tuple[Any, ...], gradients: tuple[Any, ...]) -> tuple[Any, ...]:
        # Of a sequence all gradients are computed where one is asked for.
        together = {place for start, stop, many in getattr(node, "spans", ()) if many for place in range(start, stop)}
        results = tuple([
            None if edge is NOWHERE or (edge is None and place not in together) else each
            for place, (edge, each) in enumerate(zip(node.edges, results, strict=False))
        ])
        for hook in tuple((node.posthooks or {}).values()):
            seen = tuple(map(self.up, results))
            replaced = hook(seen, tuple(map(self.up, gradients)))
            if replaced is not None:
                check_replaced(hook, seen, replaced)
                results = tuple(map(self.down, replaced))
        return results


def shown(gradient: Any) -> Any:
    """A gradient that travelled as an array, or as something in its place, as a tensor."""
    return gradient.tensor if isinstance(gradient, Carried) else wrap(np.asarray(gradient))


def carried(tensor: Any) -> Any:
    """A tensor as a pass on arrays carries it."""
    return tensor._data if tensor.layout is kinds.strided else tensor.carried()


def undefined(g: Any) -> bool:
    """Whether no gradient arrived at a step, at none of its results."""
    return g is None or (type(g) is list and all(each is None for each in g))


def in_a_thread(function: Callable[..., Any], *arguments: Any) -> None:
    """Run ``function`` in a thread of its own, and raise here what it raises there."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            function(*arguments)
        except BaseException as error:
            raised.append(error)

    from threading import Thread

    thread = Thread(target=run)
    thread.start()
    thread.join()
    if raised:
        raise raised[0]


def check_replaced(hook: Any, values: tuple[Any, ...], replaced: Any) -> None:
    """Refuse what a hook of a node may not put in place of its gradients."""
    if not isinstance(replaced, tuple):
        raise TypeError(f"expected tuple, but hook returned '{type(replaced).__name__}'")
    if len(replaced) != len(values):
        raise RuntimeError(
            f"hook '{getattr(hook, '__name__', '<unknown>')}' has returned an incorrect number of values "
            f"(got {len(replaced)}, but expected {len(values)})"
        )
    for value, each in zip(values, replaced, strict=True):
        if each is None and value is not None:
            continue
        check_hooked(hook, value, each)


def check_hooked(hook: Any, value: Any, replaced: Any) -> None:
    """Refuse what a hook may not put in place of a gradient: no tensor, or one of another type or size."""
    name = getattr(hook, "__name__", "<unknown>")
    if value is None:
        if replaced is not None:
            raise RuntimeError("can't replace a None gradient with a non-None value")
        return
    if not hasattr(replaced, "_transformed"):
        raise TypeError(f"expected Variable, but hook returned '{type(replaced).__name__}'")
    if replaced.dtype is not value.dtype or replaced.is_sparse is not value.is_sparse:
        raise RuntimeError(f"hook '{name}' has changed the type of value (was {value.type()} got {replaced.type()})")
    if replaced.shape != value.shape:
        raise RuntimeError(f"hook '{name}' has changed the size of value")


def refuse_unpromised(node: Any, gradient: Any) -> None:
    """RuntimeError for a gradient that does not suit the result as it was; recordings put their own function here."""
    raise AssertionError("recordings are not loaded")


def promised_to_leaf(leaf: Any, gradient: Any) -> Any:
    """What a leaf of another size than before is given; the recording module puts its own function here."""
    raise AssertionError("the recording module is not loaded")


accumulating = RLock()
"""Held while a gradient is added up: threads may share leaves. A lock for each leaf would cost more than it frees."""


def accumulate(leaf: Any, gradient: Any, create: bool, bumps: int) -> None:
    """Add ``gradient`` to ``leaf.grad``: in place when not recording; a buffer nobody else holds is taken as is."""
    with accumulating:
        if leaf._base is not None:
            leaf._step()  # a view that lost its history says so, recorded or not
        if leaf._node is not LEAF and leaf._node is not NOWHERE:
            if leaf._node is not None:
                raise errors.leaf_moved_inside()
            return
        if type(gradient) is not ndarray and isinstance(gradient, Carried):
            gradient.keep(leaf)
            return
        existing = leaf._grad
        if type(gradient) is ndarray and gradient.base is not None and getrefcount(gradient) <= 3:
            gradient = whole_of(gradient)
        if (
            existing is None and not create and type(gradient) is ndarray and leaf._grad_dtype is OWN
            and (gradient.base is None or 0 not in gradient.strides) and gradient.strides == leaf._data.strides
            and getrefcount(gradient) <= 3
        ):
            # Three: the caller's name, the name here, the argument of getrefcount.
            leaf._grad = tensor = wrap(gradient)
            if bumps:
                tensor._bump(bumps)
            return
        if create:
            if gradient.is_sparse or leaf.is_sparse or (existing is not None and existing.is_sparse):
                leaf._grad = gradient.clone() if existing is None else (
                    existing + gradient if gradient.is_sparse else gradient + existing
                )
            elif existing is None and not dense(leaf._data):
                leaf._grad = gradient.clone(memory_format=kinds.contiguous_format)
            elif existing is None:
                leaf._grad = wrap(laid_out_like(leaf._data, leaf._data.dtype)).copy_(gradient)
            else:
                leaf._grad = existing + gradient
                check_layout(leaf._grad._data, leaf._data, whole=True)
            return
        array = leaf._data
        if hasattr(leaf, "promised"):
            gradient = promised_to_leaf(leaf, gradient)
        elif leaf._grad_dtype is not OWN:
            wanted = gradient.dtype if leaf._grad_dtype is None else leaf._grad_dtype.numpy
            gradient, array = np.asarray(gradient, wanted), np.empty_like(array, wanted)
        alone = True
        if type(gradient) is not ndarray:
            bumps += getattr(gradient, "writes", 0)
            alone = getrefcount(gradient) <= 3
            gradient = whole_of(np.asarray(gradient)) if alone else np.asarray(gradient)
        if existing is not None:
            if existing._transformed and existing.is_sparse:
                leaf._grad = wrap(gradient) + existing
                return
            held = existing._data
            if (held.strides != array.strides or 0 in held.strides) and held.shape == array.shape:
                check_layout(held, array)
            if gradient.shape != held.shape:
                refuse_misfit(held.shape, gradient.shape)
            np.add(held, gradient, held)
            existing._bump()
            return
        same = gradient.strides == array.strides and 0 not in gradient.strides and array.size
        fits = same or obeys(gradient, array, leaf) or not mode.layout
        if fits and alone and getrefcount(gradient) <= 3:
            leaf._grad = tensor = wrap(gradient)
            if bumps:
                tensor._bump(bumps)
            return
        if not dense(array):
            leaf._grad = wrap(np.array(gradient, order="C"))
            return
        copy = laid_out_like(array, gradient.dtype)
        if gradient.shape != copy.shape:
            refuse_misfit(copy.shape, gradient.shape)
        np.copyto(copy, gradient)
        leaf._grad = tensor = wrap(copy)
        # torch makes the copy by writing to a new tensor.
        tensor._bump()


def laid_out_like(array: ndarray, dtype: Any) -> ndarray:
    """New memory for the gradient of a leaf: with its strides if it is dense, else in a row."""
    if not dense(array):
        return np.empty(array.shape, dtype)
    copy = np.empty_like(array, dtype=dtype, subok=False)
    if copy.strides != array.strides and copy.itemsize == array.itemsize:
        copy = np.ndarray(array.shape, copy.dtype, copy.base if copy.base is not None else copy, 0, array.strides)
    return copy


def refuse_misfit(shape: tuple[int, ...], given: tuple[int, ...]) -> None:
    """RuntimeError for a gradient that does not fit memory of another size to which it is written."""
    result = broadcast_shapes(shape, given)
    if result != shape:
        raise errors.write_result_shape(shape, result)


def obeys(gradient: ndarray, array: ndarray, leaf: Any = None) -> bool:
    """Whether a gradient lies in memory as torch wants it: as the leaf does if that is dense, else in a row.

    A stride of 0 is wrong even for one element: torch takes it for that of an expanded tensor. Where the gradient has
    more dimensions than the ``leaf`` by now, torch sees the strides that were there before.
    """
    if not dense(array):
        return bool(gradient.flags.c_contiguous)
    whole = array.size and gradient.shape == array.shape
    steps, others = (gradient.strides, array.strides) if whole else (strides(gradient), strides(array))
    if len(steps) > len(others):
        before = leaf.__dict__.get("left_over", (1,))
        others = (*others, *before[len(others) :], *[0] * len(steps))
    return all(
        step == other if length != 1 else step
        for step, other, length in zip(steps, others, gradient.shape, strict=False)
    )


def check_layout(held: ndarray, array: ndarray, whole: bool = False) -> None:
    """RuntimeError for a gradient whose elements share memory (unless it is known to be ``whole``); a warning, once,
    for one that lies otherwise.
    """
    if not whole and held.size and any(
        step == 0 and length > 1 for step, length in zip(held.strides, held.shape, strict=True)
    ):
        raise RuntimeError(
            "unsupported operation: more than one element of the written-to tensor refers to a single memory location. "
            "Please clone() the tensor before performing the operation."
        )
    if mode.layout and not obeys(held, array):
        size = array.itemsize
        warn_once(
            "grad and param do not obey the gradient layout contract. This is not an error, but may impair "
            f"performance.\ngrad.sizes() = {list(held.shape)}, strides() = {[each // size for each in held.strides]}\n"
            f"param.sizes() = {list(array.shape)}, strides() = {[each // size for each in array.strides]}",
            about="gradient layout",
        )


def dense(array: ndarray) -> bool:
    """Whether the elements fill their memory without gaps or overlaps, in whatever order of the dimensions."""
    if array.flags.forc:
        return True
    span = array.itemsize
    steps = sorted(pair for pair in zip(array.strides, array.shape, strict=True) if pair[1] > 1)
    for step, length in steps:
        if step != span:
            return False
        span *= length
    return True


def retain(tensor: Any, gradient: Any, create: bool) -> None:
    """Keep the gradient that passes a non-leaf tensor which asked for it."""
    if gradient is None:
        return
    if tensor._grad is None:
        tensor._grad = gradient.clone() if create else (
            shown(gradient).clone() if isinstance(gradient, Carried) else wrap(np.array(gradient, order="C"))
        )
    else:
        tensor._grad = tensor._grad + (gradient if create else shown(gradient))


def reaching(edges: Iterable[Any], wanted: set[Any]) -> set[Any]:
    """The nodes from which a wanted node or leaf can be reached; wanted ones only if they lead to another."""
    found: set[Any] = set()
    visited: set[Any] = set()
    for root in edges:
        stack: list[tuple[Any, bool]] = [(root, False)]
        while stack:
            node, done = stack.pop()
            if not isinstance(node, Node):
                continue
            if done:
                if any(edge in wanted or edge in found for edge in node.edges if edge is not None):
                    found.add(node)
                continue
            if node in visited:
                continue
            visited.add(node)
            stack.append((node, True))
            stack.extend((edge, False) for edge in node.edges if edge is not None)
    return found


def arrivals(edges: Iterable[Any], needed: set[Any] | None) -> dict[Any, int]:
    """How many gradients will arrive at each node and leaf that the pass can come to."""
    expected: dict[Any, int] = {}
    stack: list[Any] = []
    for root in edges:
        if root not in expected:
            stack.append(root)
        expected[root] = expected.get(root, 0) + 1
    while stack:
        node = stack.pop()
        if not isinstance(node, Node) or (needed is not None and node not in needed):
            continue
        for edge in node.edges:
            if edge is None:
                continue
            if edge not in expected:
                stack.append(edge)
            expected[edge] = expected.get(edge, 0) + 1
    return expected
