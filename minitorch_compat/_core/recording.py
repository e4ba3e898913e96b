"""What a recorded step keeps, and how its formulas find it on the way back.

A formula is written once and lives twice: its ``xp`` is ``arrays`` when an ordinary backward runs on ndarrays, and
``tensors`` when the backward is recorded itself. Both have torch's names, filled by the declarations. A formula's
parameters are what the graph keeps: ``x`` or ``y`` an input, ``out`` the result, any other name a plain value of the
call. The signature is read once, when an operation is declared, and a name that nothing provides is refused.
"""

from __future__ import annotations

import gc
import linecache
import weakref
from collections.abc import Callable, Sequence
from functools import cache
from itertools import count, repeat
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np

from .._kernels.scalar_types import type_name
from . import dtypes, errors, graph
from .graph import LEAF, NOWHERE, Node, NodeType, Output, record
from .quiet import quietly
from .saved_names import saved_names
from .tensor import Tensor, wrap
from .views import Shared, edge_of, known_step, shared_of

ndarray = np.ndarray
asarray = np.asarray
new = object.__new__

arrays: Any = SimpleNamespace()
"""The kernels under torch's names: the ``xp`` of a backward pass on arrays."""
tensors: Any = SimpleNamespace()
"""The operations under torch's names: the ``xp`` of a backward pass that is recorded."""

arrays.written = lambda g: asarray(g).view(graph.Written)
arrays.written_twice = lambda g: asarray(g).view(graph.WrittenTwice)


def counted(g: Any, writes: int) -> Any:
    """A gradient that is recorded and that torch forms by so many writes."""
    if not g._transformed and not (isinstance(g._node, Node) and g._node.kept):
        g._bump(writes)
    return g


tensors.written = lambda g: counted(g, 1)
tensors.written_twice = lambda g: counted(g, 2)


def written_often(g: Any, writes: int) -> Any:
    """A gradient of arrays that torch forms by so many writes."""
    made: Any = asarray(g).view(graph.Written)
    made.writes = writes
    return made


arrays.written_often = written_often
tensors.written_often = counted

DECLARED: dict[str, type[Node]] = {}
"""Every declaration with a derivative, by name; tests walk it."""

Formula = Callable[..., Any]


class Kept:
    """A result that its own node keeps: its memory and version, without the tensor, which would be a cycle."""

    __slots__ = ("_data", "_shared", "output_nr")

    def __init__(self, data: ndarray, shared: Shared, output_nr: int = 0) -> None:
        self._data = data
        self._shared = shared
        self.output_nr = output_nr


class Cast:
    """An argument that an operation computed with in another dtype: torch saves it as it was given."""

    __slots__ = ("dtype", "tensor")

    def __init__(self, tensor: Tensor, dtype: np.dtype[Any]) -> None:
        self.tensor = tensor
        self.dtype = dtype

    @property
    def _data(self) -> ndarray:
        return quietly(self.tensor._data.astype, self.dtype)

    @property
    def _shared(self) -> Any:
        return self.tensor._shared

    def revived(self, node: Any) -> Any:
        """The argument, cast, with its history."""
        return tensors.to_dtype(self.tensor, dtypes.BY_NUMPY[self.dtype])


def keep_as_given(node: Node, dtype: np.dtype[Any], uncast: tuple[Any, ...] = (), real: bool = False) -> None:
    """Let the formulas of ``node`` see the arguments that it keeps in the dtype in which it computed.

    Those among ``uncast`` that the dtype holds, and integers, they see as they were given, and what is ``real`` beside
    complex numbers as real numbers: their conjugates have no imaginary part, not one of -0.
    """
    part = dtype.type(0).real.dtype if real and dtype.kind == "c" else dtype
    kept = () if node.kept is None else node.kept
    changed: list[Any] = []
    for each in kept:
        if hasattr(each, "packed"):
            each.dtype = dtype
        given = any(each is one for one in uncast) and (
            each._data.dtype.kind in "iu" or np.can_cast(each._data.dtype, dtype)
        )
        fits = given or not isinstance(each, Tensor) or each._data.dtype == dtype
        changed.append(each if fits else Cast(each, dtype if each._data.dtype.kind == "c" else part))
    node.kept = Unfreed(changed) if type(kept) is Unfreed else tuple(changed)


def parameters(function: Any) -> tuple[str, ...]:
    """The names of a function's positional parameters, or those that it says it has."""
    code = function.__code__
    return function.__dict__.get("names") or code.co_varnames[: code.co_argcount]


# ---- what a node keeps, and how a formula finds it


def array_values(node: Node) -> list[Any]:
    """What ``node`` kept, as arrays, after checking that nobody wrote to it; then its plain values."""
    if node.kept is None:
        raise errors.graph_freed()
    check_versions(node)
    return [*[None if each is None else each._data for each in node.kept], *node.values]


def tensor_values(node: Node) -> list[Any]:
    """The same as tensors."""
    if node.kept is None:
        raise errors.graph_freed()
    check_versions(node)
    return [*[revived(node, each) for each in node.kept], *node.values]


def modified(node: Node, kept: Any, version: int, expected: int) -> RuntimeError:
    """The error for a kept tensor that was written to since."""
    kept = original(kept)
    name, shape = (kept.type(), kept.shape) if getattr(kept, "is_sparse", False) else (
        type_name(kept._data.dtype), kept._data.shape
    )
    origin = ""
    source = None if type(kept) is Kept or not hasattr(kept, "_step") else kept._step() and kept._node
    if type(kept) is Kept and kept._data.dtype.kind in "fcV":  # an output that has no gradient is not told
        view = node.through_view and node.through_view()
        origin = f", which is output {kept.output_nr} of {(view or node).operation_name()},"
    elif source is not None and source is not LEAF:
        origin = f", which is output {kept.output_nr} of {source.face(source).operation_name()},"
    examined = graph.Watched.examine is not None
    return errors.modified_in_place(name, shape, origin, version, expected, examined)


def note(node: Node) -> None:
    """Write down the versions of the kept tensors where one is not 0."""
    edges = node.edges
    if edges[0] is NOWHERE or edges[-1] is NOWHERE or (len(edges) > 2 and any(each is NOWHERE for each in edges)):
        let_go(node)
    kept = node.kept or ()
    for each in kept:
        if each is not None and each._shared is not None and each._shared.number:
            node.noted = tuple([0 if each is None or each._shared is None else each._shared.number for each in kept])
            return


class Unfreed(tuple[Any, ...]):
    """What a node keeps that torch would not save: nothing to free."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False


def let_go(node: Any) -> None:
    """Forget what ``node`` keeps only for the sake of a view that leads nowhere, as torch does not save it."""
    formulas = getattr(node, "formulas", None)
    if formulas is None or not node.kept or sum(each is not None for each in formulas.values()) < 2:
        return
    kept = list(node.kept)
    for place, name in enumerate(node.names[: len(kept)]):
        asking = [a for a, formula in formulas.items() if formula and name in parameters(formula)[2:]]
        if len(asking) == 1 and node.edges[node.arguments.index(asking[0])] is NOWHERE:
            kept[place] = None
    node.edges = tuple([None if each is NOWHERE else each for each in node.edges])
    node.kept = tuple(kept) if any(each is not None for each in kept) else Unfreed(kept)


def keep_result(out: Tensor) -> Kept:
    """``out`` as its own node keeps it."""
    kept = new(Kept)
    kept._data, kept._shared, kept.output_nr = out._data, shared_of(out), 0
    return kept


# ---- gradients of broadcast and promoted arguments


def fitted(xp: Any, g: Any, shape: Any, dtype: np.dtype[Any]) -> Any:
    """``g`` summed over what broadcasting added, and cast to the argument's dtype.

    In place of the shape stands a function where torch has no such gradient: it makes the exception.
    """
    if xp is arrays:
        if not isinstance(g, ndarray):
            if isinstance(g, graph.Carried):
                return g
            g = asarray(g)
        if g.shape != shape:
            if callable(shape):
                raise shape()
            g = arrays.sum_to_size(g, shape)
        if g.dtype is not dtype and g.dtype != dtype:
            if g.dtype.kind == "c" and dtype.kind != "c":
                g = g.real
            if g.dtype != dtype:
                g = g.astype(dtype)
        return g
    if g.shape != shape:
        if callable(shape):
            raise shape()
        g = tensors.sum_to_size(g, shape)
    if g.dtype.numpy != dtype:
        g = tensors.to_dtype(g.real if g.is_complex() and dtype.kind != "c" else g, dtypes.BY_NUMPY[dtype])
    return g


# ---- node classes


_order: Any = Node.__dict__["order"]
_at_once = count(-(1 << 60))


def at_once(node: Any) -> Any:
    """A place before all steps but those that asked for one earlier; a step that still waits keeps its own."""
    place = _order.__get__(node)
    if place > -(1 << 59) and not (graph.Pass.inside() and graph.Pass.running().waits(node)):
        place = next(_at_once)
        _order.__set__(node, place)
    return place


AT_ONCE = property(at_once, _order.__set__)
"""The order of steps that torch cannot take back: before all others that are ready, and as they became it."""


class Written(Node):
    """A step whose ways back are written out as source when they are first needed.

    They ask no question then whose answer the declaration has given.
    """

    __slots__ = ()

    def vjp(self, g: Any) -> Sequence[Any]:
        made: Any = type(self)
        made.vjp = written(made, arrays)
        return made.vjp(self, g)

    def vjp_tensors(self, g: Any) -> Sequence[Any]:
        made: Any = type(self)
        made.vjp_tensors = written(made, tensors)
        return made.vjp_tensors(self, g)


def node_class(
    name: str, arguments: Sequence[str], formulas: dict[str, Formula | None], kept: Sequence[str], values: Sequence[str]
) -> type[Node]:
    """The class of the nodes that an operation records.

    ``kept`` are the tensors and ``values`` the plain values that its formulas name.
    """
    body = {
        "__slots__": (), "__module__": "builtins", "operation": name, **saved_names(name, kept, values),
        "formulas": formulas, "arguments": arguments, "names": (*kept, *values), "tensor_count": len(kept),
    }
    if name == "NotImplemented":
        body["order"] = AT_ONCE
    made: Any = NodeType(name, (Written,), body)
    DECLARED[name] = made
    return made


def written(make: Any, xp: Any) -> Callable[[Any, Any], Sequence[Any]]:
    """Source and function of one way back: for ``mul`` on arrays

    def vjp(node, g):
        kept = node.kept
        if kept is None: raise graph_freed()
        x, y = kept
        if (node.noted is not None or ...): check_versions(node)
        edge_0, edge_1, = node.edges
        result_0 = None if edge_0 is None else formula_0(xp, g, y._data)
        result_1 = None if edge_1 is None else formula_1(xp, g, x._data)
        return (result_0, result_1) if node.fit is None else fit_all(xp, node, (result_0, result_1))
    """
    arguments, formulas = make.arguments, make.formulas
    kept, values = make.names[: make.tensor_count], make.names[make.tensor_count :]
    plain = xp is arrays
    lines = ["def vjp(node, g):"]
    if kept:
        lines.append("    kept = node.kept")
        lines.append("    if kept is None: raise graph_freed()")
        lines.append("    " + "".join(f"kept_{each}, " for each in kept) + "= kept")
        written = " or ".join(
            f"(kept_{each} is not None and (shared := kept_{each}._shared) is not None and "
            "(shared.number or shared.detached))" for each in kept
        )
        lines.append(f"    if node.noted is not None or {written}: check_versions(node)")
    if values:
        lines.append("    " + "".join(f"value_{each}, " for each in values) + "= node.values")
    lines.append("    " + "".join(f"edge_{place}, " for place in range(len(arguments))) + "= node.edges")
    asked = [each for formula in formulas.values() if formula is not None for each in parameters(formula)[2:]]
    # What several formulas name is looked at once: hooks on saved tensors see how often.
    often = {each for each in kept if asked.count(each) > 1}
    for each in sorted(often):
        seen = f"kept_{each}._data" if plain else f"revived(node, kept_{each})"
        lines.append(f"    seen_{each} = None if kept_{each} is None else {seen}")
    space: dict[str, Any] = {
        "graph_freed": errors.graph_freed, "check_versions": check_versions, "revived": revived, "fit_all": fit_all,
        "xp": xp,
    }
    for place, argument in enumerate(arguments):
        formula = formulas.get(argument)
        if formula is None:
            lines.append(f"    result_{place} = None")
            continue
        if hands_on(formula):
            lines.append(f"    result_{place} = None if edge_{place} is None else g")
            continue
        space[f"formula_{place}"] = formula
        named = "".join(
            f", value_{each}" if each in values
            else f", seen_{each}" if each in often
            else f", kept_{each}._data" if plain
            else f", revived(node, kept_{each})"
            for each in parameters(formula)[2:]
        )
        lines.append(f"    result_{place} = None if edge_{place} is None else formula_{place}(xp, g{named})")
    results = "(" + "".join(f"result_{place}, " for place in range(len(arguments))) + ")"
    lines.append(f"    return {results} if node.fit is None else fit_all(xp, node, {results})")
    source = "\n".join(lines) + "\n"
    title = f"<{make.__name__} on {'arrays' if plain else 'tensors'}>"
    linecache.cache[title] = (len(source), None, source.splitlines(True), title)
    exec(compile(source, title, "exec"), space)
    return space["vjp"]


@cache
def promised(kind: Any) -> Any:
    """The class of steps of this kind whose result was given another size or dtype behind their back."""

    def vjp(node: Any, g: Any) -> Any:
        return plain(node, as_promised(arrays, node, g))

    def vjp_tensors(node: Any, g: Any) -> Any:
        return recorded(node, as_promised(tensors, node, g))

    plain, recorded = kind.vjp, kind.vjp_tensors
    if issubclass(kind, Written):
        plain, recorded = written(kind, arrays), written(kind, tensors)
    made: Any = NodeType(
        kind.__name__, (kind,),
        {"__slots__": (), "__module__": kind.__module__, "vjp": vjp, "vjp_tensors": vjp_tensors},
    )
    return made


@cache
def told_in_place(kind: Any) -> Any:
    """The class of steps that nothing passes, where the result was written over the argument: their name says so."""
    plain, recorded = kind.vjp, kind.vjp_tensors
    if issubclass(kind, Written):
        plain, recorded = written(kind, arrays), written(kind, tensors)

    def refusing(way: Any) -> Any:
        def refuse(node: Any, g: Any) -> Any:
            try:
                return way(node, g)
            except RuntimeError as error:
                raise RuntimeError(str(error).replace(" is not implemented", "_ is not implemented")) from None

        return refuse

    body = {"__slots__": (), "__module__": kind.__module__, "vjp": refusing(plain), "vjp_tensors": refusing(recorded)}
    made: Any = NodeType(kind.__name__, (kind,), body)
    return made


def as_promised(xp: Any, node: Any, g: Any) -> Any:
    """A gradient that suits the result as it was."""
    refuse_unpromised(node, g)
    return fitted(xp, g, *node.promised[:2])


def refuse_unpromised(node: Any, gradient: Any) -> None:
    """RuntimeError, in the name of the latest step that may have sent it, for what does not suit the result."""
    shape = node.promised[0]
    if gradient.shape != shape:
        given = tuple(gradient.shape)
        if len(given) < len(shape) or any(
            one not in (1, other) for one, other in zip(shape[::-1], given[::-1], strict=False)
        ):
            _, place, sender = min(senders(node), key=lambda found: found[:2])
            raise RuntimeError(
                f"Function {sender.name()} returned an invalid gradient at index {place} - got "
                f"{errors.size_text(given)} but expected shape compatible with {errors.size_text(shape)}"
            )


def senders(end: Any) -> list[tuple[float, int, Node]]:
    """The living steps whose gradients go to ``end``, a step or a leaf: their orders, and which gradients."""
    return [
        (each.order, place, each) for edges in gc.get_referrers(end) if type(edges) is tuple
        for each in gc.get_referrers(edges) if isinstance(each, Node) and each.edges is edges
        for place, edge in enumerate(edges) if edge is end
    ]


class Leading:
    """The steps that lead to leaves, by the numbers of these: found among all objects, anew when one was recorded.

    A module has many parameters, and looking for the steps of each would take as long for every one of them.
    """

    known_at = ""
    known: ClassVar[dict[int, list[weakref.ref[Node]]]] = {}

    @classmethod
    def to(cls, leaf: Any) -> list[Node]:
        """The living steps whose gradients go to ``leaf``."""
        now = repr(graph.orders)
        if cls.known_at != now:
            cls.known, cls.known_at = {}, now
            for step in [each for each in gc.get_objects() if type(type(each)) is NodeType]:
                for edge in getattr(step, "edges", ()):
                    if edge is not None and edge.order is None:
                        cls.known.setdefault(id(edge), []).append(weakref.ref(step))
        living = [reference() for reference in cls.known.get(id(leaf), ())]
        return [each for each in living if each is not None and any(edge is leaf for edge in each.edges)]


class Former(Node):
    """Where gradients go that were promised to a leaf before it was given memory of another dtype: on to the leaf."""

    __slots__ = ()

    def vjp(self, g: Any) -> Sequence[Any]:
        return (as_promised(arrays, self, g),)

    def vjp_tensors(self, g: Any) -> Sequence[Any]:
        return (as_promised(tensors, self, g),)


def promise_of_leaf(leaf: Any, other: Any) -> None:
    """Before a leaf is given another size: gradients must suit it as it is, as long as a step leads to it.

    With ``other`` memory of another dtype it begins anew, and the promise is to the steps that lead to it now.
    """
    living = Leading.to(leaf)
    if not living:
        return
    shape, dtype = getattr(leaf, "promised", (leaf._data.shape, leaf._data.dtype))
    if other is not None and other.dtype != leaf._data.dtype:
        former = record(Former, (leaf,))
        former.order, former.promised = 1.0, (shape, dtype)
        for each in living:
            each.edges = tuple([former if edge is leaf else edge for edge in each.edges])
        Leading.known[id(leaf)], Leading.known_at = [weakref.ref(former)], repr(graph.orders)
        break_promise(leaf)
    else:
        leaf.promised = shape, dtype
        # Such a leaf is not taken for an ordinary one when its gradient comes.
        leaf._grad_dtype = leaf.dtype
        promise_while(leaf, living)


def promise_while(leaf: Any, living: Sequence[Node]) -> None:
    """Keep what was promised to ``leaf`` until these steps, and those that were made meanwhile, are gone."""
    owner = weakref.ref(leaf)

    def look(_: Any) -> None:
        leaf = owner()
        if leaf is not None and hasattr(leaf, "promised") and all(each() is None for each in leaf.promised_by):
            others = Leading.to(leaf)
            promise_while(leaf, others) if others else break_promise(leaf)

    leaf.promised_by = [weakref.ref(each, look) for each in living]


def break_promise(leaf: Any) -> None:
    """Take a leaf of another size for an ordinary one again."""
    if leaf.__dict__.pop("promised", None):
        leaf._grad_dtype = graph.OWN


graph.refuse_unpromised = refuse_unpromised
graph.promised_to_leaf = lambda leaf, gradient: as_promised(arrays, leaf, gradient)


def hands_on(formula: Formula) -> bool:
    """Whether a formula returns the gradient as it came."""
    if len(parameters(formula)) != 2:
        return False
    probe = object()
    try:
        return formula(None, probe) is probe
    except Exception:  # whatever a formula does to an object that is no gradient, it does not hand it on
        return False


UNWRITTEN = repeat(0)
"""The versions of what nobody wrote to."""


def check_versions(node: Node, used: bool = True) -> None:
    """RuntimeError where something the node kept was written to since, or is used and forgot its history."""
    for each, expected in zip(node.kept or (), node.noted or UNWRITTEN):  # noqa: B905
        if each is not None:
            shared = each._shared
            if shared is not None and (shared.number != expected or (shared.detached and used)):
                refuse_changed(node, used)
                return


def refuse_changed(node: Node, used: bool) -> None:
    """RuntimeError for the first of the changed things, in the order of torch's names, that a node kept."""
    kept: Any = node.kept
    for place in node.packing_order(len(kept)):
        each = kept[place]
        if each is None or each._shared is None:
            continue
        if used and type(each) is not Kept and detached_since(each, node):
            raise errors.saved_and_detached()
        expected = 0 if node.noted is None else node.noted[place]
        if each._shared.number != expected:
            raise modified(node, each, each._shared.number, expected)


def original(kept: Any) -> Any:
    """The tensor that was given where a cast of it is kept."""
    return kept.tensor if type(kept) is Cast else kept


def detached_since(kept: Any, node: Node) -> bool:
    """Whether a kept tensor had a history when ``node`` kept it, and forgot it in place."""
    kept = original(kept)
    return kept._detached is not None and node.order > kept._detached and known_step(kept) is None


def revived(node: Any, each: Any) -> Any:
    """A kept tensor as it was; a kept result with the node as its history again."""
    if type(each) is not Kept:
        return each.revived(node) if hasattr(each, "revived") else each
    tensor = wrap(each._data)
    if each._data.dtype.kind in "fcV":
        tensor._node = node if node.outputs == 1 else Output(node, each.output_nr)
    return tensor


def saved_tensor(node: Node, place: int) -> Any:
    """What the node kept at one place, as a tensor; RuntimeError where it was written to since."""
    check_versions(node, used=False)
    each = original((node.kept or ())[place])
    if hasattr(each, "packed"):
        return each.unpacked(node)
    return None if each is None else revived(node, each)


def shown(value: Any) -> Any:
    """A plain value that a node kept, with tensors for the arrays in a sequence."""
    if type(value) is ndarray:
        return wrap(value)
    if type(value) is tuple and any(isinstance(each, ndarray) for each in value):
        return tuple([wrap(each) if isinstance(each, ndarray) else each for each in value])
    return value


graph.revive = saved_tensor
graph.show = shown


def fit_all(xp: Any, node: Any, results: Sequence[Any]) -> Sequence[Any]:
    """Fit each gradient to the argument that ``node.fit`` describes at its place."""
    return [
        result if result is None or fit is None else fitted(xp, result, *fit)
        for result, fit in zip(results, node.fit, strict=True)
    ]


def backward_name(name: str, overload: int = 0) -> str:
    """``grad_fn`` names follow the operation's: ``mul`` MulBackward0, ``log_softmax`` LogSoftmaxBackward0, ``log1p``
    Log1PBackward0."""
    return name.title().replace("_", "") + f"Backward{overload}"


class Recorder:
    """How the calls of one operation are recorded: which inputs and results its node keeps, and for whom."""

    __slots__ = ("arguments", "keeps_out", "kept", "make", "values")

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        formulas: dict[str, Formula | None],
        value_names: Sequence[str] = (),
        *,
        node: str | None = None,
        shown: Sequence[str] = (),
    ) -> None:
        """``shown`` are plain values that no formula names, and torch shows: they are the last ones of a node."""
        for argument in formulas:
            if argument not in arguments:
                raise TypeError(f"{name}: a formula for {argument!r}, which is not one of {tuple(arguments)}")
        asked = {argument: parameters(formula)[2:] for argument, formula in formulas.items() if formula}
        named = {each for names in asked.values() for each in names}
        self.arguments = tuple(arguments)
        self.kept = tuple(
            (place, frozenset(arguments.index(argument) for argument, names in asked.items() if each in names))
            for place, each in enumerate(arguments)
            if each in named
        )
        self.keeps_out = "out" in named
        self.values = (*(each for each in value_names if each in named), *shown)
        kept_names = [arguments[place] for place, _ in self.kept] + ["out"] * self.keeps_out
        if unknown := named.difference(kept_names, value_names):
            raise TypeError(f"{name}: a formula names {min(unknown)!r}, known are {(*arguments, 'out', *value_names)}")
        self.make = node_class(node or backward_name(name), arguments, formulas, kept_names, self.values)
        self.make.inputs_kept = len(self.kept)
        self.make.keeps_first = bool(self.kept) and not self.kept[0][0]

    def node(self, inputs: Sequence[Tensor | None], values: tuple[Any, ...] = ()) -> Node:
        """A node for ``inputs`` (None: not a tensor); its result, where a formula names it, is kept afterwards."""
        edges = tuple([None if x is None else edge_of(x) for x in inputs])
        if not self.kept:
            return record(self.make, edges, (), values)
        kept = tuple(
            [inputs[place] if any(edges[asks] is not None for asks in askers) else None for place, askers in self.kept]
        )
        node = record(self.make, edges, kept, values)
        note(node)
        return node

    def keep_out(self, node: Node, out: Tensor) -> None:
        """Let ``node`` keep the result it made."""
        if self.keeps_out:
            if node.noted is not None:
                node.noted = (*node.noted, 0)
            node.kept = (*(() if node.kept is None else node.kept), keep_result(out))


CROSSED = ((0, frozenset((1,))), (1, frozenset((0,))))
"""Each of two arguments is kept for the other's gradient, as in a product."""


def pair_keeper(recorder: Recorder) -> Callable[..., tuple[Any, ...]] | None:
    """What a node of two arguments keeps, as one function: nothing, each for the other's sake, or as the masks say."""
    if not recorder.kept:
        return None
    if recorder.kept == CROSSED:
        return lambda x, y, left, right: (x if right is not None else None, y if left is not None else None)
    masks = recorder.kept

    def keep(x: Any, y: Any, left: Any, right: Any) -> tuple[Any, ...]:
        asking = {place for place, source in enumerate((left, right)) if source is not None}
        return tuple([(x, y)[place] if asking & askers else None for place, askers in masks])

    return keep


def fit_of(inputs: Sequence[Tensor | None], result: ndarray) -> tuple[Any, ...] | None:
    """What to fit the gradients to: for each input its shape and dtype, or None where the result has the same.

    Formulas leave bfloat16 as soon as they meet a Python number, so its gradients are always fitted.
    """
    kept = result.dtype.kind != "V"
    fits = tuple(
        None
        if x is None or (kept and x._data.shape == result.shape and x._data.dtype == result.dtype)
        else (x._data.shape, x._data.dtype)
        for x in inputs
    )
    return None if not any(fits) else fits
