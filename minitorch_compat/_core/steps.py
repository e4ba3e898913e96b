"""``Step``: one node for what users call one step, with a kernel of its own for the way back.

A declaration (``op``) has one formula for each argument. Where the gradients of several arguments share their work, as
those of a normalization do, one kernel makes them all. Derivatives of higher order are rarer: they go through the same
operation composed of simpler ones, which says its derivatives by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import errors
from .graph import LEAF, Node, NodeType, Output, Pass, RawSaved, in_new_memory, record
from .modes import enable_grad, mode
from .quiet import quietly
from .recording import DECLARED, check_versions, note, revived, tensors
from .saved_names import derived_names, saved_names
from .tensor import Tensor, stands_for_others, wrap
from .views import edge_of

ndarray = np.ndarray


def interpret(*arguments: Any) -> Any:
    """By the rules of tensors that stand for others."""
    from .transforms import interpret

    return interpret(*arguments)


Backward = Callable[..., Sequence[Any]]


def step(
    name: str, node: str, arguments: Sequence[str], backward: Backward, composition: Callable[..., Tensor] | None,
    shown: dict[str, Callable[..., Any]] | None = None, results: Sequence[str] = (),
) -> type[Node]:
    """The class of the nodes of an operation whose gradients one kernel makes.

    ``backward(g, inputs, saved, needed, *options)`` gives an array, or None, for each argument; ``composition(*inputs,
    *options)`` is the operation in terms of others, or None where torch has no second derivative either. ``shown`` are
    functions of arguments, ``saved`` and ``options`` that give what torch shows beside the arguments and ``results``.
    """

    count = len(arguments)

    def inputs_of(self: Any) -> Sequence[Any]:
        if self.kept is None:
            raise errors.graph_freed()
        check_versions(self)
        return self.kept[:count]

    def arrays_of(self: Any, g: ndarray, inputs: Sequence[Any]) -> Sequence[Any]:
        saved, options = self.values
        needed = tuple([edge is not None for edge in self.edges])
        found = [None if each is None else each._data for each in inputs]
        for each in self.kept[count:]:  # hooks on saved tensors see that it is used
            _ = each._data
        return quietly(backward, g, found, saved, needed, *options)

    def vjp(self: Any, g: ndarray) -> Sequence[Any]:
        return in_new_memory(arrays_of(self, g, inputs_of(self)))

    def vjp_tensors(self: Any, g: Tensor) -> Sequence[Any]:
        inputs = [None if each is None else revived(self, each) for each in inputs_of(self)]
        if stands_for_others([g, *inputs]):
            return interpret(name, lambda g, *inputs: back(self, g, inputs), (g, *inputs), {})
        return back(self, g, inputs)

    def back(self: Any, g: Tensor, inputs: Sequence[Any]) -> Sequence[Any]:
        results = [None if each is None else wrap(each) for each in arrays_of(self, g._data, inputs)]
        asked = tuple([place for place, each in enumerate(results) if each is not None])
        sources = (g, *inputs)
        if not mode.enabled or all(each is None or each._node is None for each in sources):
            return results
        again = record(
            Again, tuple([None if each is None else edge_of(each) for each in sources]), sources,
            (composition, asked, self.values[1], self.name(), name),
        )
        again.outputs = len(asked)
        note(again)
        for number, place in enumerate(asked):
            made: Any = results[place]
            made._node = again if len(asked) == 1 else Output(again, number)
            made.output_nr = number
        return results

    body = {
        "__slots__": (), "__module__": "builtins", "operation": name, "vjp": vjp, "vjp_tensors": vjp_tensors,
        **saved_names(node, (*arguments, *results), ()), **derived_names(shown or {}, arguments, ("saved", "options")),
    }
    made: Any = NodeType(node, (Node,), body)
    told = {each.place for each in body.values() if isinstance(each, RawSaved)}
    made.unsaved = frozenset(range(count)) - told
    made.inputs_kept = count
    DECLARED[name] = made
    return made


def loose(x: Tensor) -> Tensor:
    """The memory of what torch does not save: nobody minds that it is written to."""
    made = wrap(x._data)
    made._shared = None
    made.is_number = True  # type: ignore[attr-defined]
    return made


def recorded(
    make: Any, out: Tensor, inputs: Sequence[Any], saved: Any, options: tuple[Any, ...],
    results: Sequence[Any] = (),
) -> Tensor:
    """``out`` with its history, where recording is on and one of the inputs requires grad.

    To other ``results`` that the step keeps nobody may write before the way back.
    """
    if mode.enabled and any(each is not None and each._node is not None for each in inputs):
        kept = [
            loose(each) if place in make.unsaved and each is not None else each for place, each in enumerate(inputs)
        ]
        out._node = made = record(
            make, tuple([None if each is None else edge_of(each) for each in inputs]), (*kept, *results),
            (saved, options),
        )
        note(made)
    return out


class Again(Node):
    """Back from the gradients that a step's kernel made: through the step's composition, differentiated twice."""

    __slots__ = ("outputs",)
    __module__ = "builtins"
    operation = "again"

    def name(self) -> str:
        return str(self.values[3]).replace("Backward0", "BackwardBackward0")

    def sources(self) -> list[Any]:
        if self.kept is None:
            raise errors.graph_freed()
        check_versions(self)
        return [None if each is None else revived(self, each) for each in self.kept]

    def through(self, sources: list[Any], given: Any, create: bool) -> list[Any]:
        """The gradients of the sources, by way of the composition: tensors, or arrays where nothing is recorded."""
        composition, asked, options, _, name = self.values
        if composition is None:
            raise RuntimeError(f"derivative for aten::{name}_backward is not implemented")
        wanted = [place for place, edge in enumerate(self.edges) if edge is not None]
        with enable_grad():
            out = composition(*sources[1:], *options)
            made = gradients_of([out], [sources[place + 1] for place in asked], [sources[0]], True)
        pairs = [
            (each, g) for each, g in zip(made, given if self.outputs > 1 else [given], strict=True)
            if each is not None and g is not None and each._node is not None
        ]
        results: list[Any] = [None] * len(self.edges)
        if pairs:
            found = gradients_of(
                [each for each, _ in pairs], [sources[place] for place in wanted], [g for _, g in pairs], create
            )
            for place, each in zip(wanted, found, strict=True):
                results[place] = each
        return results

    def vjp(self, g: Any) -> Sequence[Any]:
        return self.through([None if each is None else leaf(each) for each in self.sources()], g, False)

    def vjp_tensors(self, g: Any) -> Sequence[Any]:
        sources = self.sources()
        if stands_for_others([g, sources]):
            return interpret(self.operation, self.back, (g, *sources), {})
        return self.back(g, *sources)

    def back(self, g: Any, *sources: Any) -> Sequence[Any]:
        """The way back on tensors, from some sources."""
        with enable_grad():
            entered = [
                None if each is None else leaf(each) if each._node is None else tensors.alias(each)
                for each in sources
            ]
        return self.through(entered, g, True)


def gradients_of(outs: Sequence[Any], inputs: Sequence[Any], given: Sequence[Any], create: bool) -> list[Any]:
    """The gradients of inputs from those of ``outs``; None where nothing leads to an input."""
    edges = [edge_of(each) for each in inputs]
    traversal = Pass(create, True, edges)
    traversal.run([edge_of(each) for each in outs], given)
    return [traversal.captured[edge] for edge in edges]


Again.__name__ = Again.__qualname__ = "StepBackwardBackward0"


def leaf(x: Tensor) -> Tensor:
    """A leaf over the same memory that requires grad."""
    made = wrap(x._data)
    if x._data.dtype.kind in "fcV":
        made._node = LEAF
    return made
