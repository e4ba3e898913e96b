"""A case made smaller while it still shows the same: statements, arguments, sizes and numbers are taken away in turn.

This is delta debugging over the syntax tree, of the case and of what it needs of the file around it. An edit is kept
where the smaller code has the same outcome for the same cause, so what is left is small, and nothing in it can be made
simpler alone. What is tried runs on each engine in a process of its own, for it may crash, or be meant to.
"""
import ast
import base64
import contextlib
import copy
import importlib
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from .case import Case, cases_of
from .causes import signatures
from .engines import NoEngine
from .isolated import Pair
from .result import Result
from .standalone import support, undecorated

TRIES = 600
"""Smaller versions of one case that are run at most."""

SECONDS = 20.0
"""How long one case may take to be shrunk; what it has come to by then is good as well."""

CRASHING = 60.0
"""The same for a case that crashes, after which a process is begun anew."""

SHRINKABLE = ("differs", "engine lacks it", "crashed")
"""Outcomes that depend on the case alone, and not on how busy the machine is."""

Edit = Callable[[], None]
"""Changes a tree in one place."""


@dataclass(frozen=True, kw_only=True)
class Smaller(Case):
    """A case with less code, and no statement of a document."""

    whole: Case
    text: str

    def __call__(self, torch: Any, see: Any) -> None:
        scope = self.whole.scope()
        if not self.whole.portable:  # what is left of them stands in the text
            for name in set().union(*map(bound_by, around(self.path))):
                scope.pop(name, None)
        exec(compile(self.text, "<shrunk>", "exec"), scope)
        scope[ast.parse(self.text).body[-1].name](torch, see)  # type: ignore[attr-defined]

    @property
    def source(self) -> str:  # type: ignore[override]
        return self.text

    @property
    def path(self) -> Path:
        return self.whole.path

    portable: ClassVar[bool] = True

    def __reduce__(self) -> Any:
        if self.whole.portable:
            return smaller, (self.whole, self.text)
        return smaller_of, (self.whole.body.__module__, self.id, self.text)


def smaller(case: Case, text: str) -> Smaller:
    """The case with this code in the place of its own."""
    return Smaller(id=case.id, body=case.body, claim=case.claim, tolerance=case.tolerance, timeout=case.timeout,
                   chapter_title=case.chapter_title, whole=case, text=text)


def smaller_of(module: str, name: str, text: str) -> Smaller:
    """The same in another process, which finds the case where it stands."""
    return smaller(next(each for each in cases_of(importlib.import_module(module)) if each.id == name), text)


def code_of(case: Case) -> str:
    """The function of a case, as `shrunk` takes it: after what it needs of what stands around it."""
    if case.portable:
        return case.source
    own = ast.parse(undecorated(case)).body
    needed = names_in(own)
    kept: list[ast.stmt] = []
    for node in reversed(around(case.path)):
        if bound_by(node) & needed:
            kept.insert(0, node)
            needed |= names_in([node])
    return ast.unparse(ast.Module([*kept, *own], []))


@cache
def around(path: Path) -> tuple[ast.stmt, ...]:
    """What a file has at its top level besides its cases."""
    return tuple(ast.parse(support(path.read_text(encoding="utf-8"))).body)


def names_in(nodes: Iterable[ast.AST]) -> set[str]:
    return {each.id for node in nodes for each in ast.walk(node) if isinstance(each, ast.Name)}


def bound_by(node: ast.stmt) -> set[str]:
    """The names that a statement of a file gives a meaning."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(each.asname or each.name).partition(".")[0] for each in node.names}
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}


def shrink(
    case: Case, outcome: str, cause: str, run: Callable[[Case], Result], seconds: float = SECONDS
) -> str | None:
    """The smallest code that was found to have this outcome for this cause (a signature); None where all is needed."""
    if case.body.__closure__:
        return None  # its names are to be found nowhere else

    def same(text: str) -> bool:
        found = run(smaller(case, text))
        return found.outcome == outcome and cause in signatures(found)

    whole = ast.unparse(ast.parse(code_of(case)))
    text = shrunk(whole, same, seconds)
    return f"{text}\n" if text != whole else None


def shrunk(text: str, same: Callable[[str], bool], seconds: float = SECONDS) -> str:
    """The text of a function with as much taken away as `same` allows."""
    ends, tried = time.monotonic() + seconds, {text}
    before = ""
    while text != before:
        before = text
        for edits in (statements, blocks, meanings, wholes, calls, sizes, elements, numbers):
            text = swept(text, edits, same, tried, ends)
    return text


def swept(
    text: str, edits: Callable[[ast.AST], Iterator[Edit]], same: Callable[[str], bool], tried: set[str], ends: float
) -> str:
    """The text after each edit of one kind was tried in turn; after one that holds, the sweep goes on from there."""
    place = 0
    while len(tried) < TRIES and time.monotonic() < ends:
        tree = ast.parse(text)
        edit = next((each for number, each in enumerate(edits(tree)) if number == place), None)
        if edit is None:
            break
        edit()
        with contextlib.suppress(SyntaxError, ValueError, RecursionError):
            less = ast.unparse(ast.fix_missing_locations(tree))
            ast.parse(less)
            if simpler(less, text) and less not in tried:
                tried.add(less)
                if same(less):
                    text = less
                    continue
        place += 1
    return text


def simpler(less: str, text: str) -> bool:
    """Shorter, or as long with smaller figures, so that no two edits undo each other for ever."""
    return (len(less), less) < (len(text), text)


# ---- edits, from the coarse to the fine. Each is yielded for the tree as it is, and changes it when it is called. ----


def lists_of_statements(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            held = getattr(node, name, None)
            if isinstance(held, list):
                yield held


def statements(tree: ast.AST) -> Iterator[Edit]:
    """Statements go in runs, long ones first."""
    for held in lists_of_statements(tree):
        most = len(held) - (held is getattr(tree, "body", None))  # the case itself comes last, and stays
        length = most
        while length:
            for start in range(most - length, -1, -1):
                yield lambda held=held, start=start, length=length: replace(held, start, length, [])  # type: ignore[misc]
            length //= 2


def blocks(tree: ast.AST) -> Iterator[Edit]:
    """A block gives way to what is in it, a loop to one turn, an assignment to its value."""
    for held in lists_of_statements(tree):
        for place, node in enumerate(held):
            if held is getattr(tree, "body", None):
                break
            if isinstance(node, ast.Assign):
                value = ast.Expr(node.value)
                yield lambda held=held, place=place, value=value: replace(held, place, 1, [value])  # type: ignore[misc]
            inner = getattr(node, "body", None)
            if isinstance(inner, list) and not isinstance(node, ast.FunctionDef | ast.ClassDef):
                yield lambda held=held, place=place, inner=inner: replace(held, place, 1, inner)  # type: ignore[misc]


def meanings(tree: ast.AST) -> Iterator[Edit]:
    """A name gives way to what it stands for: a value, or what a function of one expression returns."""
    for held in lists_of_statements(tree):
        for place, node in enumerate(held):
            if node is getattr(tree, "body", held)[-1]:
                continue  # the case itself
            if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                spelled = Spelled(node.targets[0].id, None, node.value)
            elif isinstance(node, ast.FunctionDef):
                given = getattr(node.body[-1], "value", None) if isinstance(node.body[-1], ast.Return) else None
                spelled = Spelled(node.name, [each.arg for each in node.args.args], given or ast.Constant(None))
            else:
                continue
            yield lambda held=held, place=place, spelled=spelled: spell_out(tree, held, place, spelled)  # type: ignore[misc]


def spell_out(tree: ast.AST, held: list[Any], place: int, spelled: "Spelled") -> None:
    replace(held, place, 1, [])
    spelled.visit(tree)


class Spelled(ast.NodeTransformer):
    """Puts a value, or the value of a call with these parameters, where a name stands."""

    def __init__(self, name: str, parameters: list[str] | None, value: ast.expr) -> None:
        self.name, self.parameters, self.value = name, parameters, value

    def visit_Name(self, node: ast.Name) -> ast.expr:
        spelled = self.parameters is None and node.id == self.name and isinstance(node.ctx, ast.Load)
        return copy.deepcopy(self.value) if spelled else node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if self.parameters is None or getattr(node.func, "id", None) != self.name:
            return node
        if node.keywords or len(node.args) != len(self.parameters):
            return node
        value: ast.AST = copy.deepcopy(self.value)
        for name, given in zip(self.parameters, node.args, strict=True):
            value = Spelled(name, None, given).visit(value)
        return value


def replace(held: list[Any], start: int, length: int, by: list[Any]) -> None:
    held[start:start + length] = by
    if not held:
        held.append(ast.Pass())


def slots(tree: ast.AST) -> Iterator[tuple[ast.expr, Callable[[ast.expr], None]]]:
    """Every expression, with what puts another in its place."""
    for node in ast.walk(tree):
        for name, value in ast.iter_fields(node):
            if isinstance(value, ast.expr):
                yield value, lambda new, node=node, name=name: setattr(node, name, new)  # type: ignore[misc]
            elif isinstance(value, list):
                for place, each in enumerate(value):
                    if isinstance(each, ast.expr):
                        yield each, lambda new, value=value, place=place: value.__setitem__(place, new)  # type: ignore[misc]


def wholes(tree: ast.AST) -> Iterator[Edit]:
    """A tensor of many numbers becomes one of ones, or of few."""
    for node, put in slots(tree):
        for text in simpler_tensors(node):
            yield lambda put=put, text=text: put(expression(text))  # type: ignore[misc]


def simpler_tensors(node: ast.expr) -> Iterator[str]:
    if not isinstance(node, ast.Call):
        return
    name = ast.unparse(node.func)
    if name == "torch.tensor" and node.args and isinstance(node.args[0], ast.List):
        with contextlib.suppress(ValueError):
            shape, dtype = np.shape(ast.literal_eval(node.args[0])), "".join(
                f", dtype={ast.unparse(each.value)}" for each in node.keywords if each.arg == "dtype")
            yield f"torch.ones({shape}{dtype})"
    elif name == "unpacked" and len(node.args) == 4:
        kind, shape, packed = (ast.literal_eval(each) for each in node.args[1:4])
        yield f"torch.ones({shape}, dtype=torch.{kind})"
        values = np.frombuffer(zlib.decompress(base64.b64decode(packed)), kind).reshape(shape)
        few = values[tuple(slice(0, 2) for _ in shape)]
        yield f"torch.tensor({few.tolist()}, dtype=torch.{kind})"
        if values.size <= 200:
            yield f"torch.tensor({values.tolist()}, dtype=torch.{kind})"
    elif name == "drawn" and len(node.args) == 6:
        yield f"torch.ones({ast.unparse(node.args[4])}, dtype=torch.{ast.literal_eval(node.args[3])})"


def expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def calls(tree: ast.AST) -> Iterator[Edit]:
    """Arguments go, the last first; a call gives way to what it is made on, or to an argument, a loop to its list."""
    for node, put in slots(tree):
        if isinstance(node, ast.ListComp | ast.GeneratorExp):
            yield lambda put=put, over=node.generators[0].iter: put(over)  # type: ignore[misc]
        if isinstance(node, ast.BinOp):
            for side in (node.left, node.right):
                yield lambda put=put, side=side: put(side)  # type: ignore[misc]
        if not isinstance(node, ast.Call):
            continue
        for place in range(len(node.keywords) - 1, -1, -1):
            yield lambda node=node, place=place: node.keywords.__delitem__(place)  # type: ignore[misc]
        for place in range(len(node.args) - 1, -1, -1):
            yield lambda node=node, place=place: node.args.__delitem__(place)  # type: ignore[misc]
        inner = [node.func.value] if isinstance(node.func, ast.Attribute) else []
        for each in (*inner, *node.args):
            if not isinstance(each, ast.Constant) and getattr(each, "id", "") not in ("torch", "see"):
                yield lambda put=put, each=each: put(each)  # type: ignore[misc]


def sizes(tree: ast.AST) -> Iterator[Edit]:
    """One size becomes another wherever it stands: in shapes, and in the lengths of lists of numbers."""
    found = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and type(node.value) is int}
    found |= {len(node.elts) for node in ast.walk(tree) if isinstance(node, ast.List) and len(node.elts) < 1000}
    for size in sorted(found, reverse=True):
        for less in dict.fromkeys((1, 2, size // 2, size - 1)):
            if 0 < less < size:
                yield lambda size=size, less=less: resize(tree, size, less)  # type: ignore[misc]


def resize(tree: ast.AST, size: int, less: int) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.List) and len(node.elts) == size and all(map(is_data, node.elts)):
            del node.elts[less:]
        elif isinstance(node, ast.Constant) and type(node.value) is int and node.value == size:
            node.value = less


def is_data(node: ast.expr) -> bool:
    return isinstance(node, ast.List | ast.Constant | ast.UnaryOp | ast.Call)


def elements(tree: ast.AST) -> Iterator[Edit]:
    """A list loses a half, or one element; so does a tuple. A list of one list becomes that."""
    for node, put in slots(tree):
        if isinstance(node, ast.List) and len(node.elts) == 1 and isinstance(node.elts[0], ast.List):
            yield lambda put=put, node=node: put(node.elts[0])  # type: ignore[misc]
        if isinstance(node, ast.List | ast.Tuple) and 0 < len(node.elts) <= 40:
            length = max(1, len(node.elts) // 2)
            while length:
                for start in range(len(node.elts) - length, -1, -length):
                    yield lambda node=node, start=start, length=length: (  # type: ignore[misc]
                        node.elts.__delitem__(slice(start, start + length)))
                length //= 2


def numbers(tree: ast.AST) -> Iterator[Edit]:
    """A number becomes 0, 1, or one of fewer digits."""
    for node, put in slots(tree):
        if isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant):
            yield lambda put=put, node=node: put(node.operand)  # type: ignore[misc]
        if not isinstance(node, ast.Constant) or type(node.value) not in (int, float, complex):
            continue
        kind: Any = type(node.value)
        for value in rounded(kind, node.value):
            if value != node.value:
                yield lambda put=put, value=value: put(ast.Constant(value))  # type: ignore[misc]


def rounded(kind: Any, value: Any) -> Iterable[Any]:
    yield from (kind(0), kind(1))
    if kind is float:
        yield from (float(f"{value:.1g}"), float(f"{value:.3g}"))
    elif kind is int:
        yield value // 2


# ---- each engine in a process of its own: a smaller case may do what the whole one did not --------------------------


class Shrinker:
    """Two engines that go through smaller and smaller versions of cases."""

    def __init__(self, reference: str, candidate: str, package: str) -> None:
        self.about = reference, candidate, SECONDS / 4, package
        self.pair: Pair | None = None

    def shrink(self, case: Case, result: Result) -> str | None:
        """The smaller code of a case that shows its first cause, or None where there is none."""
        cause = next(iter(signatures(result)), None)
        if cause is None or result.outcome not in SHRINKABLE:
            return None
        with contextlib.suppress(NoEngine):
            return shrink(case, result.outcome, cause, self.run, CRASHING if result.outcome == "crashed" else SECONDS)
        return None

    def run(self, case: Case) -> Result:
        self.pair = self.pair or Pair(*self.about)
        self.pair.submit(case)
        return self.pair.next_result()[0]

    def end(self) -> None:
        """Let the processes go, whatever they do."""
        if self.pair is not None:
            self.pair.end()
            self.pair = None

    def __enter__(self) -> "Shrinker":
        return self

    def __exit__(self, *_: Any) -> None:
        self.end()
