"""One class per dimension of behaviour."""
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from ..display import plain_text, text_of
from ..observation import (
    Aliasing,
    Array,
    Container,
    Graph,
    Named,
    Printed,
    Refusal,
    Seen,
    State,
    Stream,
    Value,
    Versions,
    Warnings,
)
from ..result import Difference, Numeric
from ..tolerance import Tolerance
from .comparer import Comparer
from .numbers import measure

NUMBERS = (bool, int, float, complex)


def parts(expected: Any, actual: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Pairs of leaves of two plain values, with their paths; where the structures part, the containers themselves."""
    together = type(expected) in (list, tuple) and type(actual) in (list, tuple)
    if together and len(expected) == len(actual):
        if type(expected) is not type(actual):
            yield path, type(expected), type(actual)
        for i, (one, other) in enumerate(zip(expected, actual, strict=True)):
            yield from parts(one, other, f"{path}[{i}]")
    elif type(expected) is type(actual) is dict and list(expected) == list(actual):
        for key in expected:
            yield from parts(expected[key], actual[key], f"{path}[{key!r}]")
    else:
        yield path, expected, actual


def belongs_to(one: Any, other: Any) -> set[str]:
    """The dimensions a pair of leaves is compared in."""
    if isinstance(one, NUMBERS) and isinstance(other, NUMBERS):
        return {"values", "dtype"}
    if isinstance(one, type):  # two kinds of container
        return {"dtype"}
    if isinstance(one, str) and isinstance(other, str):
        return {"printed text"}
    if isinstance(one, Named) and isinstance(other, Named):
        if one.type != other.type:
            return {"dtype"}
        return {"shape and strides"} if one.type == "Size" else {"dtype"} if is_type(one) else {"printed text"}
    return {"values"}


def is_type(named: Named) -> bool:
    """Whether a named value tells of a type: a dtype, or a class."""
    return named.type in ("dtype", "layout", "device") or named.text.startswith("<class ")


def plain_of(seen: Seen) -> Any:
    """A value as it is, and the one element of an array that has no more."""
    if isinstance(seen, Array):
        return seen.values.item() if seen.values.size == 1 else seen.values.tolist()
    return getattr(seen, "value", None)


def kind_of(seen: Seen) -> str:
    return getattr(seen, "type", None) or type(seen).__name__


class Values(Comparer):
    """Every number is the same to the last bit: nan is nan, 0.0 is not -0.0. A case may state a wider rule.

    Numbers of unlike types are compared in the reference's precision; the types themselves are another dimension's.
    """

    dimension = "values"
    role: str | None = None

    def looks_at(self, expected: Seen, actual: Seen) -> bool:
        if expected.role != self.role:
            return False
        if isinstance(expected, Value) and isinstance(actual, Value):
            return any(self.concerns(one, other) for _, one, other in parts(expected.value, actual.value))
        return isinstance(expected, Array | Container | Value) or isinstance(actual, Array | Container | Value)

    def concerns(self, one: Any, other: Any) -> bool:
        return "values" in belongs_to(one, other)

    def differences(self, expected: Seen, actual: Seen, rule: Tolerance) -> Iterator[Difference]:
        if isinstance(expected, Array) and isinstance(actual, Array):
            if expected.values.size == actual.values.size:
                numeric = measure(expected.values, actual.values.reshape(expected.shape), expected.dtype, rule)
                if numeric:
                    yield self.number(expected, actual, numeric)
        elif isinstance(expected, Value) and isinstance(actual, Value):
            yield from self.plain(expected, actual, rule)
        elif isinstance(expected, Container) and isinstance(actual, Container):
            if expected.keys != actual.keys:
                yield self.difference(expected, "other parts", list(expected.keys), list(actual.keys))
        elif {type(expected), type(actual)} == {Array, Value}:
            one, other = plain_of(expected), plain_of(actual)
            if isinstance(one, NUMBERS) and isinstance(other, NUMBERS):
                numeric = measure(*self.scalars(expected, actual), kind_of(expected), rule)
                if numeric:
                    yield self.number(expected, actual, numeric)
            elif isinstance(one, list) and isinstance(other, list | tuple):
                if any(a != b for _, a, b in parts(one, other) if not isinstance(a, type)):
                    yield self.difference(expected, "other numbers", text_of(expected), text_of(actual))
            else:
                yield self.unlike(expected, actual)
        else:
            yield self.unlike(expected, actual)

    def scalars(self, *sides: Seen) -> tuple[np.ndarray, np.ndarray]:
        first, second = (each.values.reshape(()) if isinstance(each, Array) else np.asarray(plain_of(each))
                         for each in sides)
        return first, second

    def plain(self, expected: Value, actual: Value, rule: Tolerance) -> Iterator[Difference]:
        pairs = [(path, one, other) for path, one, other in parts(expected.value, actual.value)
                 if self.concerns(one, other)]
        if pairs and all(isinstance(one, float) and isinstance(other, float) for _, one, other in pairs):
            numeric = measure(np.array([one for _, one, _ in pairs]), np.array([other for _, _, other in pairs]),
                              "float64", rule)
            if numeric:
                yield self.number(expected, actual, numeric, pairs[numeric.index[0]][0])
            return
        for path, one, other in pairs:
            if isinstance(one, NUMBERS) and isinstance(other, NUMBERS):
                numeric = measure(*wide_enough(one, other), "float64", rule)
                if numeric:
                    yield self.number(expected, actual, numeric, path)
            elif one != other or type(one) is not type(other) or isinstance(one, list | tuple | dict):
                yield self.difference(
                    expected, f"{path}: another value".removeprefix(": "), plain_text(one), plain_text(other)
                )

    def number(self, expected: Seen, actual: Seen, numeric: Numeric, path: str | None = None) -> Difference:
        """A difference of numbers, told by its worst element."""
        place = path if path is not None else str(list(numeric.index)) if numeric.index else ""
        many = f"{numeric.differing} of {numeric.total} numbers differ" + (", most" if numeric.differing > 1 else "")
        many = f"{many} at {place}" if place else many
        ulp = f", {numeric.max_ulp} ulp apart" if numeric.max_ulp else ""
        message = f"{many}: {numeric.actual}, where the reference gives {numeric.expected}{ulp}"
        return self.difference(expected, message, text_of(expected), text_of(actual), numeric)

    def unlike(self, expected: Seen, actual: Seen) -> Difference:
        message = f"a {kind_of(actual)}, where the reference gives a {kind_of(expected)}"
        return self.difference(expected, message, text_of(expected), text_of(actual))


def wide_enough(one: Any, other: Any) -> tuple[np.ndarray, np.ndarray]:
    """Two Python numbers as arrays; integers beyond 64 bits stay whole as long as they are not mixed with floats."""
    if all(isinstance(each, bool | int) for each in (one, other)) and max(abs(one), abs(other)) >= 2**63:
        near = (0, 0) if one == other else (0, 1)
        return np.array(near[0]), np.array(near[1])
    return np.asarray(one), np.asarray(other)


class Gradients(Values):
    """What has gathered in `.grad`, or was returned as a gradient, agrees by the same rule as values do.

    That there is a gradient at all belongs here too.
    """

    dimension = "gradients"
    role = "gradients"

    def concerns(self, one: Any, other: Any) -> bool:
        return True


class DType(Comparer):
    """Element types and the types of things agree by name; there is no tolerance.

    A float64 for a float32, a Python number for a tensor without dimensions, a Tensor for a Parameter differ here.
    """

    dimension = "dtype"

    def looks_at(self, expected: Seen, actual: Seen) -> bool:
        if expected.role == "state":
            return False
        if isinstance(expected, Value) and isinstance(actual, Value):
            return any("dtype" in belongs_to(one, other) for _, one, other in parts(expected.value, actual.value))
        return isinstance(expected, Array | Container | Value)

    def differences(self, expected: Seen, actual: Seen, rule: Tolerance) -> Iterator[Difference]:
        if isinstance(expected, Value) and isinstance(actual, Value):
            for path, one, other in parts(expected.value, actual.value):
                if "dtype" in belongs_to(one, other):
                    mine, theirs = type_names(one, other)
                    if mine != theirs:
                        message = f"{path} {theirs}, where the reference gives {mine}".lstrip()
                        yield self.difference(expected, message, mine, theirs)
            return
        comparable = Array, Container
        for each in (expected, actual):
            if not isinstance(each, comparable) and not isinstance(plain_of(each), (*NUMBERS, list, tuple)):
                return  # nothing to have a type; told where values are compared
        if kind_of(expected) != kind_of(actual):
            message = f"a {kind_of(actual)}, where the reference gives a {kind_of(expected)}"
            yield self.difference(expected, message, kind_of(expected), kind_of(actual))
        if isinstance(expected, Array) and isinstance(actual, Array) and expected.dtype != actual.dtype:
            message = f"{actual.dtype}, where the reference gives {expected.dtype}"
            yield self.difference(expected, message, expected.dtype, actual.dtype)


def type_names(one: Any, other: Any) -> tuple[str, str]:
    if isinstance(one, type):
        return one.__name__, other.__name__
    if isinstance(one, Named):
        mine, theirs = (one.text, other.text) if one.type == other.type else (one.type, other.type)
        return mine, theirs
    return type(one).__name__, type(other).__name__


class Shape(Comparer):
    """Shapes and strides agree number by number, and so does whether conjugation is still to be done."""

    dimension = "shape and strides"

    def looks_at(self, expected: Seen, actual: Seen) -> bool:
        if expected.role == "state":
            return False
        if isinstance(expected, Value) and isinstance(actual, Value):
            pairs = parts(expected.value, actual.value)
            return any("shape and strides" in belongs_to(one, other) for _, one, other in pairs)
        return isinstance(expected, Array) and isinstance(actual, Array)

    def differences(self, expected: Seen, actual: Seen, rule: Tolerance) -> Iterator[Difference]:
        if isinstance(expected, Value) and isinstance(actual, Value):
            for path, one, other in parts(expected.value, actual.value):
                if "shape and strides" in belongs_to(one, other) and one.text != other.text:
                    message = f"{path} {other}, where the reference gives {one}".lstrip()
                    yield self.difference(expected, message, one, other)
        elif isinstance(expected, Array) and isinstance(actual, Array):
            for name in ("shape", "strides", "conj"):
                one, other = getattr(expected, name), getattr(actual, name)
                if one != other and not (name == "strides" and expected.tensor != actual.tensor):
                    yield self.difference(
                        expected, f"{name} {other}, where the reference gives {one}", f"{name} {one}", f"{name} {other}"
                    )


class Whole(Comparer):
    """A dimension with one kind of observation, which agrees when it is equal as a whole."""

    kind: type[Seen]

    def looks_at(self, expected: Seen, actual: Seen) -> bool:
        return isinstance(expected, self.kind)

    def differences(self, expected: Seen, actual: Seen, rule: Tolerance) -> Iterator[Difference]:
        if expected != actual:
            yield self.difference(expected, self.message(expected, actual), text_of(expected), text_of(actual))

    def message(self, expected: Any, actual: Any) -> str:
        raise NotImplementedError


class AliasingOf(Whole):
    """The same pairs are one object, begin at one address, and touch common memory."""

    dimension = "aliasing"
    kind = Aliasing

    def message(self, expected: Any, actual: Any) -> str:
        theirs = {pair[:2]: pair[2:] for pair in actual.pairs}
        words = ("one object", "begin at one address", "common memory")
        told = []
        for i, j, *mine in expected.pairs:
            for word, one, other in zip(words, mine, theirs.get((i, j), mine), strict=True):
                if one != other:
                    told.append(f"{i} and {j}: {word} is {other}, where the reference gives {one}")
        return "; ".join(told)


class Mutation(Comparer):
    """Version counters agree: the same writes were counted, on the same tensors."""

    dimension = "mutation and versions"

    def looks_at(self, expected: Seen, actual: Seen) -> bool:
        tensors = isinstance(expected, Array) and isinstance(actual, Array) and expected.tensor and actual.tensor
        return expected.role != "state" and (tensors or isinstance(expected, Versions))

    def differences(self, expected: Seen, actual: Seen, rule: Tolerance) -> Iterator[Difference]:
        one, other = (getattr(each, "versions", None) or getattr(each, "version", None) for each in (expected, actual))
        if one != other:
            yield self.difference(expected, f"version {other}, where the reference gives {one}", one, other)


class GraphOf(Comparer):
    """requires_grad, is_leaf and grad_fn agree, and so does the graph: names, edges in order, and what is shared."""

    dimension = "graph"

    def looks_at(self, expected: Seen, actual: Seen) -> bool:
        tensors = isinstance(expected, Array) and isinstance(actual, Array) and expected.tensor and actual.tensor
        return expected.role != "state" and (tensors or isinstance(expected, Graph))

    def differences(self, expected: Seen, actual: Seen, rule: Tolerance) -> Iterator[Difference]:
        for name in ("requires_grad", "is_leaf", "grad_fn"):
            one, other = getattr(expected, name, None), getattr(actual, name, None)
            if one != other:
                message = f"{name} is {other}, where the reference gives {one}"
                yield self.difference(expected, message, f"{name}={one}", f"{name}={other}")
        if isinstance(expected, Graph) and isinstance(actual, Graph) and expected.nodes != actual.nodes:
            yield self.difference(expected, self.first(expected, actual), text_of(expected), text_of(actual))

    def first(self, expected: Graph, actual: Graph) -> str:
        """The first node that is not the same, in the order of discovery."""
        for one, other in zip(expected.nodes, actual.nodes, strict=False):
            if one.name != other.name:
                return f"node {one.number} is {other.name}, where the reference has {one.name}"
            if one.inputs != other.inputs:
                return f"node {one.number}, {one.name}, has the inputs {other.inputs}, in the reference {one.inputs}"
        return f"{len(actual.nodes)} nodes, where the reference has {len(expected.nodes)}"


class Exceptions(Whole):
    """A block that ends with an exception in one engine ends with the same type and the same text in the other."""

    dimension = "exceptions"
    kind = Refusal

    def message(self, expected: Any, actual: Any) -> str:
        if not isinstance(actual, Refusal) or expected.type != actual.type:
            other = getattr(actual, "type", None)
            return f"{other or 'no error'}, where the reference gives {expected.type or 'no error'}"
        return f"{expected.type} with another text"


class WarningsOf(Whole):
    """The same warnings come in the same order, with the same category and the same text, at the same point."""

    dimension = "warnings"
    kind = Warnings

    def message(self, expected: Any, actual: Any) -> str:
        if len(expected.warnings) != len(actual.warnings):
            return f"{len(actual.warnings)} warnings, where the reference gives {len(expected.warnings)}"
        pairs = zip(expected.warnings, actual.warnings, strict=True)
        return "; ".join(f"[{other.category}] where the reference gives [{one.category}]"
                         if one.category != other.category else f"[{one.category}] with another text"
                         if one.text != other.text else f"[{one.category}] at another point"
                         for one, other in pairs if one != other)


class RandomStream(Whole):
    """The generator stands at the same place: every byte of its state is the same."""

    dimension = "random stream"
    kind = Stream

    def message(self, expected: Any, actual: Any) -> str:
        names = [name for name in ("size", "seed", "left", "next", "normal")
                 if getattr(expected, name) != getattr(actual, name)]
        return f"the states differ in {' and '.join(names)}" if names else "the states differ in their words"


class PrintedText(Comparer):
    """Text agrees to the character."""

    dimension = "printed text"

    def looks_at(self, expected: Seen, actual: Seen) -> bool:
        if isinstance(expected, Printed):
            return expected.name != "stdout" or bool(expected.text) or bool(getattr(actual, "text", ""))
        if expected.role is None and isinstance(expected, Value) and isinstance(actual, Value):
            pairs = parts(expected.value, actual.value)
            return any("printed text" in belongs_to(one, other) for _, one, other in pairs)
        return False

    def differences(self, expected: Seen, actual: Seen, rule: Tolerance) -> Iterator[Difference]:
        if isinstance(expected, Printed):
            pairs = [("", expected.text, getattr(actual, "text", ""))]
        else:
            pairs = [(path, one, other) for path, one, other in parts(plain_of(expected), plain_of(actual))
                     if "printed text" in belongs_to(one, other)]
        for path, *both in pairs:
            one, other = map(str, both)
            if one != other:
                yield self.difference(expected, f"{path} {first_difference(one, other)}".lstrip(), one, other)


def first_difference(one: str, other: str) -> str:
    """Where two texts part, by line and column."""
    same = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    line = one.count("\n", 0, same) + 1
    column = same - (one.rfind("\n", 0, same) + 1) + 1
    return f"other text from line {line}, column {column}"


class StateOf(Comparer):
    """State dicts have the same keys in the same order, and each entry agrees in every other dimension."""

    dimension = "state"

    def looks_at(self, expected: Seen, actual: Seen) -> bool:
        return expected.role == "state"

    def differences(self, expected: Seen, actual: Seen, rule: Tolerance) -> Iterator[Difference]:
        if isinstance(expected, State) and isinstance(actual, State):
            if expected.keys != actual.keys:
                yield self.difference(expected, "other keys, or in another order", list(expected.keys),
                                      list(actual.keys))
            if expected.type != actual.type:
                yield self.difference(expected, f"a {actual.type}, where the reference gives a {expected.type}",
                                      expected.type, actual.type)
            return
        one, other = without_role(expected), without_role(actual)
        for comparer in ENTRIES:
            if comparer.looks_at(one, other):
                for each in comparer.differences(one, other, rule):
                    yield self.difference(expected, each.message, each.reference, each.candidate, each.numeric)


def without_role(seen: Seen) -> Seen:
    return replace(seen, role=None)


ENTRIES: tuple[Comparer, ...] = (Values(), DType(), Shape(), Mutation(), GraphOf(), PrintedText())
"""What an entry of a state dict is compared by."""

COMPARERS: tuple[Comparer, ...] = (
    Values(), Gradients(), DType(), Shape(), AliasingOf(), Mutation(), GraphOf(), Exceptions(), WarningsOf(),
    RandomStream(), PrintedText(), StateOf(),
)
