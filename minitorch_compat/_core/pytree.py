"""Nested containers taken apart into leaves, and put together again: tuples, lists, dictionaries, named tuples."""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterator
from typing import Any


class TreeSpec:
    """The structure around some leaves; printed as torch prints it."""

    __slots__ = ("children", "context", "kind")

    def __init__(self, kind: Any, context: Any, children: list[TreeSpec]) -> None:
        self.kind, self.context, self.children = kind, context, children

    @property
    def num_leaves(self) -> int:
        """How many leaves the structure has."""
        return 1 if self.kind is None else sum(each.num_leaves for each in self.children)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, TreeSpec) and self.kind is other.kind and self.context == other.context
            and self.children == other.children
        )

    __hash__ = object.__hash__

    def __repr__(self, indent: int = 0) -> str:
        if self.kind is None:
            return "*"
        name = "tuple" if self.kind is tuple else self.kind.__name__
        inner = ""
        if self.children:
            inner = self.children[0].__repr__(indent + 2)
            inner += "," if len(self.children) > 1 else ""
            inner += ",".join("\n" + " " * (indent + 2) + each.__repr__(indent + 2) for each in self.children[1:])
        return f"TreeSpec({name}, {self.context}, [{inner}])"

    def text(self) -> str:
        """The structure as Python would write it, leaves as stars."""
        if self.kind is None:
            return "*"
        parts = [each.text() for each in self.children]
        if self.kind is tuple:
            return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"
        if self.kind is list:
            return f"[{', '.join(parts)}]"
        if self.kind is dict:
            return "{" + ", ".join(f"{key!r}: {part}" for key, part in zip(self.context, parts, strict=True)) + "}"
        return f"{self.kind.__name__}({', '.join(parts)})"


LEAF_SPEC = TreeSpec(None, None, [])


def is_named(value: Any) -> bool:
    """Whether a tuple has names for its places."""
    return isinstance(value, tuple) and type(value) is not tuple and hasattr(value, "_fields")


def parts_of(value: Any) -> tuple[Any, Any, list[Any]] | None:
    """The kind of a container, what is to be known of it, and what it holds; None for a leaf."""
    kind = type(value)
    if kind is tuple:
        return tuple, None, list(value)
    if kind is list:
        return list, None, list(value)
    if kind in (dict, OrderedDict):
        return kind, list(value), list(value.values())
    if kind is defaultdict:
        return kind, [value.default_factory, list(value)], list(value.values())
    if kind is deque:
        return kind, value.maxlen, list(value)
    if is_named(value):
        return kind, kind, list(value)
    return None


def tree_flatten(value: Any) -> tuple[list[Any], TreeSpec]:
    """The leaves, and the structure around them."""
    found = parts_of(value)
    if found is None:
        return [value], LEAF_SPEC
    kind, context, parts = found
    leaves: list[Any] = []
    children = []
    for each in parts:
        inner, spec = tree_flatten(each)
        leaves.extend(inner)
        children.append(spec)
    return leaves, TreeSpec(kind, context, children)


def tree_unflatten(leaves: Any, spec: TreeSpec) -> Any:
    """The structure around other leaves."""
    return _built(iter(leaves), spec)


def _built(leaves: Iterator[Any], spec: TreeSpec) -> Any:
    if spec.kind is None:
        return next(leaves)
    parts = [_built(leaves, each) for each in spec.children]
    if spec.kind in (dict, OrderedDict):
        return spec.kind(zip(spec.context, parts, strict=True))
    if spec.kind is defaultdict:
        return defaultdict(spec.context[0], zip(spec.context[1], parts, strict=True))
    if spec.kind is deque:
        return deque(parts, maxlen=spec.context)
    if spec.kind in (tuple, list):
        return spec.kind(parts)
    return spec.kind(*parts) if hasattr(spec.kind, "_make") else spec.kind(parts)


def tree_map(function: Callable[[Any], Any], value: Any) -> Any:
    """The structure with ``function`` of each leaf."""
    leaves, spec = tree_flatten(value)
    return tree_unflatten([function(each) for each in leaves], spec)


def broadcast_to_spec(value: Any, spec: TreeSpec, leaf: Callable[[Any], bool]) -> list[Any] | None:
    """A leaf of ``value`` for each leaf of the structure; None where the two do not go together."""
    if leaf(value) or parts_of(value) is None:
        return [value] * spec.num_leaves
    found = parts_of(value)
    assert found is not None
    kind, context, parts = found
    if spec.kind is not kind or context != spec.context or len(parts) != len(spec.children):
        return None
    leaves: list[Any] = []
    for each, child in zip(parts, spec.children, strict=True):
        inner = broadcast_to_spec(each, child, leaf)
        if inner is None:
            return None
        leaves.extend(inner)
    return leaves
