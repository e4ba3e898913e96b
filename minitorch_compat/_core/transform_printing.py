"""The printed text of tensors that stand for others."""

from __future__ import annotations

from typing import Any

from .batching import Batched, levels
from .duals import Dual, forward, stripped
from .graph import Node
from .modes import mode
from .printing import tensor_repr
from .tensor import Tensor


def transformed_text(x: Any, contents: str | None = None) -> str:
    """The value at the heart, and around it one layer for each transform, the innermost transform outermost."""
    layers: list[tuple[int, str, str]] = []
    while isinstance(x, Batched):
        layers.append((x._level, "BatchedTensor", f"lvl={x._level}, bdim={x._dim}"))
        x = x._value
    tangents = dict(x._tangents) if isinstance(x, Dual) else {}
    outer = tangents.pop(0, None)
    layers.extend((level, "GradTrackingTensor", f"lvl={level}") for level in tangents)
    tracked = tracked_at(x)
    layers.extend((level, "GradTrackingTensor", f"lvl={level}") for level in tracked if level not in tangents)
    if tracked:
        x = stripped(x.detach, [x])
    if mode.inference or not forward.enabled:
        outer = None
    text = stripped(lambda: tensor_repr(x, contents, outer), [x])
    for _, kind, what in sorted(layers):
        text = wrapped_text(kind, what, text)
    return text


def tracked_at(x: Tensor) -> list[int]:
    """The levels of ``grad`` and ``vjp`` whose arguments ``x`` was made from."""
    node = x._node
    if node is None or not any(each.entered for each in levels.stack):
        return []
    wanted = {id(entry): level.number for level in levels.stack for entry in level.entered}
    found, visited, stack = set(), set(), [x if not isinstance(node, Node) else node]
    while stack:
        each = stack.pop()
        if each is None or id(each) in visited:
            continue
        visited.add(id(each))
        if id(each) in wanted:
            found.add(wanted[id(each)])
        stack.extend(getattr(each, "edges", ()))
    return sorted(found)


def wrapped_text(kind: str, what: str, value: str) -> str:
    """A value inside what stands for it, four columns to the right."""
    inner = "\n".join(f"    {line}" if line else "" for line in value.split("\n"))
    return f"{kind}({what}, value=\n{inner}\n)"
