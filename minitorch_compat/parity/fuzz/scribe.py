"""A torch that writes down, as source, what is done with it, while torch itself does it."""
from __future__ import annotations

import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ..opinfo.literal import number

ASKED = frozenset(
    """
    is_complex is_floating_point is_inference is_signed is_conj is_neg is_contiguous numel nelement stride size dim
    ndimension storage_offset element_size untyped_storage data_ptr tolist item _is_view type
    """.split()  # noqa: SIM905
)
"""Methods of a tensor that change nothing: who builds a program asks them, and the program does not."""

MODES = frozenset({"no_grad", "enable_grad", "inference_mode"})

OPERATORS = {
    "add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%", "pow": "**", "matmul": "@",
    "and": "&", "or": "|", "xor": "^", "lshift": "<<", "rshift": ">>", "lt": "<", "le": "<=", "gt": ">", "ge": ">=",
    "eq": "==", "ne": "!=",
}

MOST_RESULTS = 4
"""Results of one call that get names."""


@dataclass(frozen=True)
class Statement:
    """One line of a program: its text, the variables it makes, the operation it calls, and whether torch refuses it.

    `kind` is "call" for a call with arguments of torch's database, and "changed" where one of them was changed.
    """

    text: str
    makes: tuple[str, ...]
    operation: str
    refused: bool = False
    kind: str = ""


class Raw(str):
    """Source that stands for a value no literal writes, such as a function."""


class Spoken:
    """A tensor of torch under the name it has in the program."""

    def __init__(self, scribe: Scribe, name: str, held: Any) -> None:
        vars(self).update(scribe=scribe, name=name, held=held)

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.held, name)
        if isinstance(value, self.scribe.engine.Tensor):
            return self.scribe.evaluate(f"{self.name}.{name}", name)
        if name == "contiguous" and self.held.is_contiguous():
            return lambda: self
        if callable(value) and name not in ASKED:
            return lambda *given, **more: self.scribe.call(f"{self.name}.{name}", name, given, more)
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        self.scribe.execute(f"{self.name}.{name} = {self.scribe.text(value)}", f"set {name}")

    def __getitem__(self, index: Any) -> Any:
        return self.scribe.evaluate(f"{self.name}[{self.scribe.index(index)}]", "index")

    def __setitem__(self, index: Any, value: Any) -> None:
        self.scribe.execute(f"{self.name}[{self.scribe.index(index)}] = {self.scribe.text(value)}", "set item")

    def __iter__(self) -> Iterator[Any]:
        return iter(self.scribe.evaluate(f"tuple({self.name})", "iter"))

    def __neg__(self) -> Any:
        return self.scribe.evaluate(f"-{self.name}", "neg")

    def __invert__(self) -> Any:
        return self.scribe.evaluate(f"~{self.name}", "bitwise_not")

    __hash__ = object.__hash__


def operator(name: str, sign: str) -> tuple[Callable[..., Any], Callable[..., Any]]:
    def forward(self: Spoken, other: Any) -> Any:
        return self.scribe.evaluate(f"{self.name} {sign} {self.scribe.text(other)}", name)

    def backward(self: Spoken, other: Any) -> Any:
        return self.scribe.evaluate(f"{self.scribe.text(other)} {sign} {self.name}", name)

    return forward, backward


for _name, _sign in OPERATORS.items():
    _forward, _backward = operator(_name, _sign)
    setattr(Spoken, f"__{_name}__", _forward)
    if _name not in ("lt", "le", "gt", "ge", "eq", "ne"):
        setattr(Spoken, f"__r{_name}__", _backward)


class Room:
    """A namespace of torch: what is called in it becomes a statement."""

    def __init__(self, scribe: Scribe, held: Any, path: str) -> None:
        self._scribe, self._held, self._path = scribe, held, path

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._held, name)
        path = f"{self._path}.{name}"
        if name == "Tensor":
            return Spoken
        if isinstance(value, types.ModuleType):
            return Room(self._scribe, value, path)
        if name in MODES:
            return lambda: Mode(self._scribe, value(), f"{path}()")
        if not callable(value) or name.startswith("is_") or isinstance(value, self._scribe.engine.dtype):
            return value
        return lambda *given, **more: self._scribe.call(path, name, given, more)


class Mode:
    """A mode of gradients: statements inside stand after its `with`."""

    def __init__(self, scribe: Scribe, held: Any, text: str) -> None:
        self.scribe, self.held, self.text = scribe, held, text

    def __enter__(self) -> None:
        self.before = self.scribe.prefix
        self.scribe.prefix = f"with {self.text}: "
        self.held.__enter__()

    def __exit__(self, *told: Any) -> None:
        self.scribe.prefix = self.before
        self.held.__exit__(*told)


class Scribe:
    """Keeps the statements of one program and the variables they have made.

    `heard` is told each line before torch runs it, so that a line which ends the process is known.
    """

    def __init__(self, engine: Any, heard: Callable[[str], None] = lambda line: None) -> None:
        self.engine = engine
        self.torch = Room(self, engine, "torch")
        self.scope: dict[str, Any] = {"torch": engine}
        self.statements: list[Statement] = []
        self.prefix = ""
        self.kind = ""
        self.heard = heard
        self.count = 0
        self.named: dict[int, Spoken] = {}

    def text(self, value: Any) -> str:
        """A value as source; raises TypeError for what has none."""
        if isinstance(value, Raw):
            return str(value)
        if isinstance(value, Spoken):
            return value.name
        if value is None or value is Ellipsis or type(value) in (bool, int, str):
            return "..." if value is Ellipsis else repr(value)
        if type(value) in (float, complex):
            return number(value)
        if isinstance(value, self.engine.dtype | self.engine.memory_format):
            return str(value)
        if isinstance(value, slice):
            return f"slice({', '.join(map(self.text, (value.start, value.stop, value.step)))})"
        if isinstance(value, list):
            return f"[{', '.join(map(self.text, value))}]"
        if isinstance(value, tuple):
            return f"({', '.join(map(self.text, value))}{',' * (len(value) == 1)})"
        raise TypeError(f"a {type(value).__name__} in a program")

    def index(self, value: Any) -> str:
        """What stands between the brackets of an index."""
        if isinstance(value, tuple) and value:
            return ", ".join(map(self.index, value)) + "," * (len(value) == 1)
        if isinstance(value, slice):
            parts = ["" if each is None else self.text(each) for each in (value.start, value.stop, value.step)]
            return ":".join(parts if parts[2] else parts[:2])
        return self.text(value)

    def call(self, path: str, operation: str, given: tuple[Any, ...], more: dict[str, Any]) -> Any:
        arguments = [*map(self.text, given), *(f"{key}={self.text(value)}" for key, value in more.items())]
        return self.evaluate(f"{path}({', '.join(arguments)})", operation)

    def evaluate(self, expression: str, operation: str) -> Any:
        """The value of an expression, under a name of its own where it is a tensor, or names where it is several."""
        text = self.prefix + expression
        self.heard(text if operation.endswith("_") else f"{self.prefix}v{self.count} = {expression}")
        written = self.whole_numbers(expression) if operation.endswith("_") else None
        try:
            value = eval(expression, self.scope)
        except Exception as error:
            if written is not None and str(error) == "ZeroDivisionError":
                x, before = written
                x.data.copy_(before)
                raise
            self.statements.append(Statement(text, (), operation, True, self.kind))
            raise
        tensor = self.engine.Tensor
        if isinstance(value, tensor):
            if id(value) in self.named and operation.endswith("_"):
                self.statements.append(Statement(text, (), operation, False, self.kind))
                return self.named[id(value)]
            made = self.name(value)
            line = f"{self.prefix}{made.name} = {expression}"
            self.statements.append(Statement(line, (made.name,), operation, False, self.kind))
            return made
        if isinstance(value, tuple | list) and value and all(isinstance(each, tensor) for each in value):
            results = [self.name(each) for each in value[:MOST_RESULTS]]
            names = tuple(each.name for each in results)
            told = ", ".join(names) + ("," if len(value) == 1 else "") + (", *_" if len(value) > MOST_RESULTS else "")
            self.statements.append(Statement(f"{self.prefix}{told} = {expression}", names, operation, False, self.kind))
            return results
        if isinstance(value, tuple | list) and any(isinstance(each, tensor) for each in value):
            return self.some_of(expression, operation, value)
        self.statements.append(Statement(text, (), operation, False, self.kind))
        return value

    def whole_numbers(self, expression: str) -> tuple[Any, Any] | None:
        """The whole numbers that an operation in place writes to, and a copy of them.

        torch stops dividing at the first zero: what is written by then hangs on its loops, and counts as no write. The
        way back of a pooling whose indices were written to so ends its process. As if it had not been.
        """
        x = self.scope.get(expression.partition(".")[0])
        if not isinstance(x, self.engine.Tensor) or x.is_floating_point() or x.is_complex():
            return None
        return x, x.detach().clone()

    def some_of(self, expression: str, operation: str, value: Any) -> list[Any]:
        """Several results of which some are no tensors: those get names that nobody asks for."""
        results = [self.name(each) if isinstance(each, self.engine.Tensor) else None for each in value]
        names = tuple(each.name for each in results if each is not None)
        told = ", ".join("_" if each is None else each.name for each in results)
        self.statements.append(Statement(f"{self.prefix}{told} = {expression}", names, operation, False, self.kind))
        return results

    def execute(self, line: str, operation: str) -> None:
        """Run a statement that has no value."""
        text = self.prefix + line
        self.heard(text)
        try:
            exec(line, self.scope)
        except Exception:
            self.statements.append(Statement(text, (), operation, True, self.kind))
            raise
        self.statements.append(Statement(text, (), operation, False, self.kind))

    def name(self, value: Any) -> Spoken:
        made = Spoken(self, f"v{self.count}", value)
        self.count += 1
        self.scope[made.name] = value
        self.named[id(value)] = made
        return made

    def forget(self, spoken: Spoken) -> None:
        """Let go of a variable."""
        self.execute(f"del {spoken.name}", "del")
        self.named.pop(id(spoken.held), None)
        vars(spoken)["held"] = None
