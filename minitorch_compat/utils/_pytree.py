"""Nested containers and their leaves, under the names torch has for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .._core.pytree import TreeSpec as TreeSpec
from .._core.pytree import tree_flatten as tree_flatten
from .._core.pytree import tree_map as tree_map
from .._core.pytree import tree_unflatten as tree_unflatten

PyTree = Any


def tree_leaves(tree: PyTree) -> list[Any]:
    """The leaves from left to right."""
    return tree_flatten(tree)[0]


def tree_structure(tree: PyTree) -> TreeSpec:
    """What is around the leaves."""
    return tree_flatten(tree)[1]


def tree_map_only(kind: type | tuple[type, ...], function: Callable[[Any], Any], tree: PyTree) -> PyTree:
    """``tree_map`` for the leaves of one kind; the others stay."""
    return tree_map(lambda leaf: function(leaf) if isinstance(leaf, kind) else leaf, tree)


def tree_all(accepts: Callable[[Any], bool], tree: PyTree) -> bool:
    """Whether every leaf is accepted."""
    return all(map(accepts, tree_leaves(tree)))


def tree_any(accepts: Callable[[Any], bool], tree: PyTree) -> bool:
    """Whether a leaf is accepted."""
    return any(map(accepts, tree_leaves(tree)))
