"""Sparse gradients: how they travel, how they meet dense ones, and the steps of sparse operations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from sys import getrefcount
from typing import Any

import numpy as np

from .. import errors, graph
from ..graph import Carried, Node, NodeType, record
from ..modes import mode, no_grad
from ..recording import check_versions, keep_result, note, revived
from ..tensor import Tensor
from ..views import edge_of
from .tensor import Sparse, sparse_of

ndarray = np.ndarray


class Few(Carried):
    """A gradient in a pass on arrays that is sparse, or on its way to a sparse leaf."""

    __slots__ = ()
    tensor: Any

    dtype = property(lambda self: self.tensor.dtype.numpy)
    shape = property(lambda self: tuple(self.tensor.shape))
    base = None

    def at(self, node: Any) -> Carried:
        """A step that knows arrays alone goes back on tensors, this time."""
        if not isinstance(node, Step):
            node.vjp = lambda g: on_tensors(node, g)
        return self

    def keep(self, leaf: Any) -> None:
        gradient, existing = self.tensor, leaf._grad
        with no_grad():
            if isinstance(gradient, Sparse) and not gradient.is_sparse:
                leaf._grad = gradient if existing is None else gradient + existing
            elif existing is not None:
                if gradient.is_sparse or not existing.is_sparse:
                    existing.add_(gradient)
                else:
                    leaf._grad = gradient + existing
            elif not gradient.is_sparse:
                leaf._grad = gradient.contiguous() if 0 not in gradient.stride() else gradient.clone()
            elif (
                gradient._held.is_contiguous() and gradient._places.flags.c_contiguous and getrefcount(self) <= ALONE
                and getrefcount(gradient) <= 3 and getrefcount(gradient._places) <= 2
            ):
                leaf._grad = sparse_of(gradient._places, gradient._held, gradient._size)
            else:
                leaf._grad = gradient.clone()

    def __array_ufunc__(self, ufunc: Any, method: str, *operands: Any, out: Any = None, **keywords: Any) -> Any:
        if ufunc is not np.add or method != "__call__" or out is not None:
            return NotImplemented
        one, other = map(graph.shown, operands)
        with no_grad():
            # What is sparse and waits comes last.
            total = other + one if one.is_sparse else one + other
        # What is dense, and travels so for the sake of a sparse leaf, goes on in this way.
        return graph.carried(total) if isinstance(total, Sparse) or self.tensor.is_sparse else Few(total)

    def __add__(self, other: Any) -> Any:
        return self.__array_ufunc__(np.add, "__call__", self, other)

    __radd__ = __add__


ALONE = 4
"""The references to a gradient that nobody else waits for: those of the pass, of ``accumulate`` and of ``keep``."""


def on_tensors(node: Any, g: Any) -> Sequence[Any]:
    """A step back on tensors in a pass on arrays."""
    node.__dict__.pop("vjp", None)
    with no_grad():
        return [None if each is None else graph.carried(each) for each in node.vjp_tensors(graph.shown(g))]


class Step(Node):
    """A recorded step of a sparse operation: ``ways`` are its formulas, of the gradient and of what is kept."""

    __slots__ = ("ways",)

    ways: Sequence[Callable[..., Any] | None]

    def vjp(self, g: Any) -> Sequence[Any]:
        given = [None if each is None else graph.shown(each) for each in g] if type(g) is list else graph.shown(g)
        with no_grad():
            return [
                None if each is None
                else Few(each) if isinstance(each, Sparse) or isinstance(edge, Sparse)
                else each._data
                for edge, each in zip(self.edges, self.vjp_tensors(given), strict=True)
            ]

    def vjp_tensors(self, g: Any) -> Sequence[Any]:
        if self.kept is None:
            raise errors.graph_freed()
        check_versions(self)
        kept = [each if each is None else revived(self, each) for each in self.kept]
        return [
            None if edge is None or way is None else way(g, *kept)
            for edge, way in zip(self.edges, self.ways, strict=True)
        ]


class KeptSparse:
    """A sparse result that its own node keeps: its parts, without the tensor."""

    __slots__ = ("_shared", "parts")

    def __init__(self, out: Sparse) -> None:
        self.parts = out._places, out._held, out._size, out._whole
        self._shared = None

    def revived(self, node: Any) -> Tensor:
        """The result with its history."""
        made = sparse_of(*self.parts)
        made._node = node
        return made


OUT: Any = object()
"""Stands among what is kept for the result itself."""

_classes: dict[str, Any] = {}


def step_class(name: str) -> Any:
    """The class of the steps of a sparse operation."""
    if name not in _classes:
        _classes[name] = NodeType(name, (Step,), {"__slots__": (), "__module__": "builtins"})
    return _classes[name]


def recorded(
    name: str, out: Any, sources: Sequence[Any], ways: Sequence[Callable[..., Any] | None], kept: Sequence[Any] = ()
) -> Any:
    """Give ``out`` the history of an operation on ``sources``, if any of them wants a gradient.

    ``ways`` has a formula for each source; it is called with the gradient and with what is ``kept``.
    """
    if not mode.enabled:
        return out
    edges = tuple([edge_of(each) if isinstance(each, Tensor) else None for each in sources])
    first = out[0] if isinstance(out, tuple) else out
    if all(edge is None for edge in edges) or not (first.is_floating_point() or first.is_complex()):
        return out
    node = record(step_class(name), edges)
    node.ways = ways
    node.kept = tuple(
        [(KeptSparse(out) if out.is_sparse else keep_result(out)) if each is OUT else each for each in kept]
    )
    note(node)
    if isinstance(out, tuple) and len(out) == 1:
        out[0]._node = node
    elif isinstance(out, tuple):
        node.outputs = len(out)
        for number, each in enumerate(out):
            each._node = graph.Output(node, number)
            each.output_nr = number
    else:
        out._node = node
    return out


def dense_of(x: Any) -> Any:
    """A gradient with all its elements."""
    return x.to_dense() if x.is_sparse else x
