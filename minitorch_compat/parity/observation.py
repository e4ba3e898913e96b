"""What was seen, as plain data: nothing here refers to an engine, so nothing of an engine outlives its case."""
import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np


@dataclass(frozen=True)
class Named:
    """A value known by its type and its text: a dtype, a class, a torch.Size (whose `value` is kept as well)."""

    type: str
    text: str
    value: Any = None

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One thing seen under a name. `role` moves it to a dimension its kind does not tell: gradients or state."""

    kind: ClassVar[str] = ""
    name: str
    role: str | None = None


@dataclass(frozen=True, kw_only=True)
class Array(Seen):
    """A tensor, an ndarray or a NumPy scalar. What belongs to tensors alone is None for the others.

    `values` is a C-ordered copy. A bfloat16 is kept in float32, which holds every bfloat16; `dtype` has its real name.
    `strides` counts elements for tensors and bytes for ndarrays, as each of them reports it.
    """

    kind: ClassVar[str] = "array"
    type: str
    dtype: str
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    values: np.ndarray
    requires_grad: bool | None = None
    is_leaf: bool | None = None
    grad_fn: str | None = None
    version: int | None = None
    conj: bool = False

    @property
    def tensor(self) -> bool:
        return self.requires_grad is not None or self.dtype.startswith("torch.")


@dataclass(frozen=True, kw_only=True)
class Value(Seen):
    """A Python value: None, bool, int, float, complex, str, bytes, Named, and lists, tuples, dicts of these."""

    kind: ClassVar[str] = "value"
    type: str
    value: Any


@dataclass(frozen=True, kw_only=True)
class Container(Seen):
    """A list, tuple or dict that holds tensors; its parts are seen under `name[key]` right after it."""

    kind: ClassVar[str] = "container"
    type: str
    keys: tuple[Any, ...]


@dataclass(frozen=True, kw_only=True)
class Refusal(Seen):
    """How a block ended: the exception's type and full text, or None and "no error"."""

    kind: ClassVar[str] = "refusal"
    type: str | None
    text: str


@dataclass(frozen=True)
class Warned:
    """One warning: its category's name, its text, and how many things had been seen before it."""

    category: str
    text: str
    after: int = 0

    def __str__(self) -> str:
        return f"[{self.category}] {self.text}"


@dataclass(frozen=True, kw_only=True)
class Warnings(Seen):
    """The warnings of a block, in order."""

    kind: ClassVar[str] = "warnings"
    warnings: tuple[Warned, ...]


@dataclass(frozen=True, kw_only=True)
class Printed(Seen):
    """What a block wrote to standard output."""

    kind: ClassVar[str] = "printed"
    text: str


@dataclass(frozen=True)
class GraphNode:
    """A node by its number in order of discovery; `inputs` are (number or None, output index) pairs."""

    number: int
    name: str
    inputs: tuple[tuple[int | None, int], ...]


@dataclass(frozen=True, kw_only=True)
class Graph(Seen):
    """The graph behind a tensor, depth first; a node reached twice keeps its number, so sharing shows."""

    kind: ClassVar[str] = "graph"
    requires_grad: bool | None
    is_leaf: bool | None
    nodes: tuple[GraphNode, ...]


@dataclass(frozen=True, kw_only=True)
class Aliasing(Seen):
    """For each pair of things: whether they are one object, begin at one address, and touch common memory."""

    kind: ClassVar[str] = "aliasing"
    pairs: tuple[tuple[int, int, bool, bool, bool], ...]


@dataclass(frozen=True, kw_only=True)
class Versions(Seen):
    """Version counters, in the order asked for."""

    kind: ClassVar[str] = "versions"
    versions: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Stream(Seen):
    """Where a random generator stands. `digest` covers every byte of its state; the rest says it in words."""

    kind: ClassVar[str] = "stream"
    digest: str
    size: int
    seed: int | None = None
    left: int | None = None
    next: int | None = None
    normal: float | None = None


@dataclass(frozen=True, kw_only=True)
class State(Seen):
    """A state dict: its keys in order. Its entries are seen under `name[key]` right after it, with the role "state"."""

    kind: ClassVar[str] = "state"
    type: str
    keys: tuple[Any, ...]


@dataclass(frozen=True)
class Raised:
    """An exception that left the case. `missing` names what the engine does not have, where that is the reason."""

    type: str
    text: str
    traceback: str
    missing: str | None = None


@dataclass(frozen=True)
class Observation:
    """All that one engine showed in one case, in order."""

    seen: tuple[Seen, ...] = ()
    warnings: tuple[Warned, ...] = ()
    stdout: str = ""
    stream: Stream | None = None
    raised: Raised | None = None
    missing: tuple[tuple[str, str], ...] = field(default=())
    """Refusals that only tell of something missing: the name they were seen under, and what is missing."""

    rules: ClassVar[Mapping[str, Any]] = {}
    """How dimensions are compared where the engine's adapter has a say; it travels with the data, and is none of it."""

    def under(self, rules: Mapping[str, Any]) -> "Observation":
        """The same, to be compared by these rules."""
        made = copy.copy(self)
        vars(made)["rules"] = rules
        return made

    def __getitem__(self, name: str) -> Seen:
        for seen in self.seen:
            if seen.name == name:
                return seen
        raise KeyError(name)

    def get(self, name: str) -> Seen | None:
        return next((seen for seen in self.seen if seen.name == name), None)


KINDS: dict[str, type[Seen]] = {
    kind.kind: kind
    for kind in (Array, Value, Container, Refusal, Warnings, Printed, Graph, Aliasing, Versions, Stream, State)
}
