"""A case: one claim about torch, as a function that any engine can run and a document's statement as data."""
import importlib
import inspect
import pkgutil
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

from .statement import RefusalStated
from .tolerance import EXACT, Tolerance

Body = Callable[[Any, Any], None]

VERDICTS = ("outdated", "wrong", "incomplete", "ambiguous")
"""What an author may say about a document; "holds" is never claimed, only computed."""


@dataclass(frozen=True)
class Case:
    """One claim, its body, and what its document states about the outcome."""

    id: str
    body: Body
    claim: str
    document: str | None = None
    lines: str | None = None
    facts: tuple[str, ...] = ()
    states: Mapping[str, Any] = field(default_factory=dict)
    verdict: str | None = None
    why: str | None = None
    note: str | None = None
    tolerance: Mapping[str, Tolerance] = field(default_factory=dict)
    timeout: float | None = None
    chapter_title: str = ""

    portable: ClassVar[bool] = False
    """Whether the case travels to another process as it is; any other is found there by its id."""

    def __call__(self, torch: Any, see: Any) -> None:
        self.body(torch, see)

    def scope(self) -> dict[str, Any]:
        """The names that its code may use, beside its parameters."""
        return dict(self.body.__globals__)  # type: ignore[attr-defined]

    @property
    def chapter(self) -> str:
        return self.id.rpartition("/")[0]

    @property
    def name(self) -> str:
        return self.id.rpartition("/")[2]

    @cached_property
    def source(self) -> str:
        """The function as its file has it, decorator included."""
        return textwrap.dedent(inspect.getsource(self.body)).rstrip() + "\n"

    @property
    def path(self) -> Path:
        return Path(self.body.__code__.co_filename)

    @property
    def line(self) -> int:
        return self.body.__code__.co_firstlineno

    def tolerance_for(self, name: str) -> Tolerance:
        """The rule for the numbers seen under `name`: the one stated for it, the one for the whole case, or equality.

        What is seen inside a container, `loss[3]`, follows the rule stated for `loss`.
        """
        own = self.tolerance.get(name) or self.tolerance.get(name.partition("[")[0])
        return own or self.tolerance.get("") or EXACT


class Chapter:
    """A file of cases about one matter; calling it makes the decorator that adds a case."""

    def __init__(self, name: str, document: str | None, title: str):
        self.name, self.document, self.title = name, document, title
        self.cases: list[Case] = []

    def __call__(
        self,
        *,
        lines: str | None = None,
        fact: str | tuple[str, ...] | list[str] = (),
        states: Mapping[str, Any] | RefusalStated | None = None,
        verdict: str | None = None,
        why: str | None = None,
        note: str | None = None,
        tolerance: Tolerance | Mapping[str, Tolerance] | None = None,
        timeout: float | None = None,
        document: str | None = None,
    ) -> Callable[[Body], Case]:
        """Make a function of `(torch, see)` a case of this chapter; its docstring is the claim.

        `states` is what the document says will be seen, by the names the body gives to `see`. `verdict` is one of
        outdated, wrong, incomplete, ambiguous, and needs its reason in `why`; that a document holds is computed.
        Raises ValueError where these contradict each other, so that a mistake shows when the chapter is imported.
        """

        def add(body: Body) -> Case:
            case_id = f"{self.name}/{body.__name__}"
            claim = inspect.cleandoc(body.__doc__ or "")
            if not claim:
                raise ValueError(f"{case_id}: a case states its claim in its docstring")
            if any(known.id == case_id for known in self.cases):
                raise ValueError(f"{case_id}: two cases of this name")
            if verdict is not None and verdict not in VERDICTS:
                raise ValueError(f"{case_id}: a verdict is one of {', '.join(VERDICTS)}, not {verdict!r}")
            if verdict is not None and not why:
                raise ValueError(f"{case_id}: a verdict of {verdict} needs its reason in why=")
            stated = {"refusal": states} if isinstance(states, RefusalStated) else dict(states or {})
            if verdict in ("outdated", "wrong") and not stated:
                raise ValueError(f"{case_id}: {verdict} says that torch contradicts the document, so state the outcome")
            rules = tolerance if isinstance(tolerance, Mapping) else {} if tolerance is None else {"": tolerance}
            case = Case(
                id=case_id, body=body, claim=claim, document=document or self.document, lines=lines,
                facts=(fact,) if isinstance(fact, str) else tuple(fact),
                states=stated, verdict=verdict, why=why, note=note, tolerance=dict(rules), timeout=timeout,
                chapter_title=self.title,
            )
            self.cases.append(case)
            return case

        return add


def chapter(name: str, document: str | None = None) -> Chapter:
    """Open a chapter; its title is the docstring of the module that calls this."""
    module = sys._getframe(1).f_globals
    return Chapter(name, document, inspect.cleandoc(module.get("__doc__") or name))


def cases_of(module: ModuleType) -> list[Case]:
    """The cases a module defines, in the order of its lines."""
    return [case for each in vars(module).values() if isinstance(each, Chapter) for case in each.cases]


def chapters(package: str = "reference_cases") -> Iterator[tuple[ModuleType, Chapter]]:
    """Every chapter of a package and its subpackages, in the order of their names."""
    root = importlib.import_module(package)
    modules = [root]
    for info in sorted(pkgutil.walk_packages(root.__path__, f"{package}."), key=lambda info: info.name):
        modules.append(importlib.import_module(info.name))
    for module in modules:
        for each in vars(module).values():
            if isinstance(each, Chapter):
                yield module, each


def catalogue(package: str = "reference_cases") -> list[Case]:
    """Every case of a package. Raises ValueError where two cases share an id."""
    found: dict[str, Case] = {}
    for _, each in chapters(package):
        for case in each.cases:
            if case.id in found:
                raise ValueError(f"{case.id}: two cases of this name, in {found[case.id].path} and {case.path}")
            found[case.id] = case
    return list(found.values())
