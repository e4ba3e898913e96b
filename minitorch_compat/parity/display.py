"""Observations as text for a reader. The numbers are written here, never by an engine that may print them wrongly."""
from collections.abc import Iterator
from typing import Any

import numpy as np

from .observation import (
    Aliasing,
    Array,
    Container,
    Graph,
    Named,
    Observation,
    Printed,
    Refusal,
    Seen,
    State,
    Stream,
    Value,
    Versions,
    Warnings,
)

MANY = 200
"""Elements beyond which an array is shortened for display; comparing always uses all of them."""


def array_text(values: np.ndarray) -> str:
    """The elements with as many digits as tell them from their neighbours in their own dtype."""
    text = np.array2string(values, separator=", ", threshold=MANY, edgeitems=4, max_line_width=110, floatmode="unique")
    return text


def plain_text(value: Any) -> str:
    """A Python value as it would be typed; long text keeps its line ends."""
    if isinstance(value, list | tuple) and len(value) > MANY:
        inside = ", ".join(map(plain_text, value[:4])) + ", …, " + ", ".join(map(plain_text, value[-4:]))
        return f"[{inside}]" if isinstance(value, list) else f"({inside})"
    return str(value) if isinstance(value, Named) else repr(value)


def text_of(seen: Seen | None) -> str:
    """One thing seen, in full."""
    match seen:
        case None:
            return "(not seen)"
        case Array():
            facts = [seen.type, seen.dtype, f"shape {seen.shape}", f"strides {seen.strides}"]
            if seen.tensor:
                facts += [
                    f"requires_grad={seen.requires_grad}", f"is_leaf={seen.is_leaf}", f"grad_fn={seen.grad_fn}",
                    f"version {seen.version}",
                ]
            return f"{array_text(seen.values)}\n{' · '.join(facts)}"
        case Value(value=str()):
            return seen.value
        case Value():
            return f"{plain_text(seen.value)} ({seen.type})"
        case Container() | State():
            return f"{seen.type} with {', '.join(map(repr, seen.keys)) or 'nothing in it'}"
        case Refusal():
            return seen.text if seen.type is None else f"{seen.type}: {seen.text}"
        case Warnings():
            return "\n".join(map(str, seen.warnings)) or "no warning"
        case Printed():
            return seen.text
        case Graph():
            return "\n".join(graph_lines(seen))
        case Aliasing():
            return "\n".join(pair_text(pair) for pair in seen.pairs)
        case Versions():
            return "versions " + ", ".join(map(str, seen.versions))
        case Stream():
            place = f"seed {seen.seed}, left {seen.left}, next {seen.next}, cached normal {seen.normal}"
            return f"{seen.size} bytes of state, sha256 {seen.digest[:16]}…" + (f"\n{place}" if seen.seed is not None
                                                                                else "")
    return str(seen)


def graph_lines(graph: Graph) -> Iterator[str]:
    """The graph as an indented tree; a node met again is named by its number alone."""
    if graph.requires_grad is not None:
        yield f"requires_grad={graph.requires_grad} is_leaf={graph.is_leaf}"
    if not graph.nodes:
        yield "no node"
        return
    pending: list[tuple[int | None, int, int]] = [(0, 0, 0)]
    shown: set[int] = set()
    while pending:
        number, output, depth = pending.pop()
        indent = "  " * depth
        if number is None:
            yield f"{indent}None"
            continue
        tail = f" (output {output})" if output else ""
        if number in shown:
            yield f"{indent}#{number} again{tail}"
            continue
        shown.add(number)
        node = graph.nodes[number]
        yield f"{indent}#{number} {node.name}{tail}"
        pending.extend((child, index, depth + 1) for child, index in reversed(node.inputs))


def pair_text(pair: tuple[int, int, bool, bool, bool]) -> str:
    """One pair of an aliasing observation."""
    i, j, same, start, overlap = pair
    how = "one object" if same else "one address" if start and overlap else "common memory" if overlap else "apart"
    if start and not overlap and not same:
        how = "one address, no memory"
    return f"{i} and {j}: {how}"


def observation_text(observation: Observation) -> str:
    """All that one engine showed, each thing under its name."""
    parts = [f"{seen.name}:\n{indented(text_of(seen))}" for seen in observation.seen]
    if observation.warnings:
        parts.append("warnings:\n" + indented("\n".join(map(str, observation.warnings))))
    if observation.stdout:
        parts.append("stdout:\n" + indented(observation.stdout.rstrip("\n")))
    if observation.raised is not None:
        parts.append("raised:\n" + indented(observation.raised.traceback.rstrip("\n")))
    return "\n".join(parts)


def indented(text: str) -> str:
    return "\n".join("  " + line for line in text.split("\n"))
