"""The five documents, from the facts of the catalogue: their code in fences, what they state below, the same verdicts.

A page is made here for each chapter, at run time: the body of a case is a block of code, and what the document states
is the block of output after it. `see` collects what a case looks at, and tells of what is stated, in its order.
"""
import ast
import inspect
import textwrap
from typing import Any

import pytest

from minitorch_compat.parity import catalogue
from minitorch_compat.parity.case import Case
from minitorch_compat.parity.documents import Page, check_page
from minitorch_compat.parity.documents.markdown import blocks
from minitorch_compat.parity.documents.outside import Sessions
from minitorch_compat.parity.statement import DigitsStated, RefusalStated

BEGIN = '''
import contextlib, importlib, numbers, warnings
import torch


def begin_again():
    """The names of the chapter, whatever a block before made of them."""
    chapter = vars(importlib.import_module("CHAPTER"))
    globals().update({k: v for k, v in chapter.items() if not k.startswith("__")}, torch=torch)
    return See()


def _plain(value):
    """Numbers as floats, whatever holds them."""
    if isinstance(value, torch.Tensor):
        value = value.detach()
    if hasattr(value, "tolist") and not isinstance(value, type):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return float(value) if isinstance(value, numbers.Real) and not isinstance(value, bool) else value


class See:
    def __init__(self):
        self.seen = {}

    def __call__(self, name, value):
        self.seen[name] = _plain(value)

    @contextlib.contextmanager
    def refusal(self, name="refusal"):
        self.seen[name] = "no error"
        try:
            yield
        except Exception as error:
            self.seen[name] = f"{type(error).__name__}: {error}"

    def __getattr__(self, name):
        return lambda *given, **named: contextlib.nullcontext()

    def tell(self, *names):
        for name in names:
            print(f"{name}: {self.seen[name]}")
'''

ALIKE = {
    "holds": ("matches", "matches to the digits shown"), "outdated": ("outdated", "fails"),
    "wrong": ("outdated", "fails"),
}


def stated_line(stated: Any) -> str | None:
    """What a page would show for a statement; None for words and patterns, which no page prints."""
    if isinstance(stated, RefusalStated):
        if stated.type is None:
            return "no error"
        return f"{stated.type.rpartition('.')[2]}: {stated.text if stated.text is not None else '...'}"
    if isinstance(stated, DigitsStated):
        return str(rounded(stated.value, stated.places))
    return str(plain(stated)) if isinstance(stated, str | int | float | bool | list | tuple) or stated is None else None


def rounded(value: Any, places: int) -> Any:
    return [rounded(each, places) for each in value] if isinstance(value, list) else round(float(value), places)


def plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def body_of(case: Case) -> str:
    """The code of a case at the margin."""
    source = textwrap.dedent(inspect.getsource(case.body))
    function = ast.parse(source).body[0]
    assert isinstance(function, ast.FunctionDef)
    first = function.body[1] if len(function.body) > 1 else function.body[0]
    return textwrap.dedent("\n".join(source.split("\n")[first.lineno - 1:]))


def fences(case: Case) -> str | None:
    """The case as a page has it; None where it states nothing a page could print."""
    lines = {name: stated_line(stated) for name, stated in case.states.items()}
    if not lines or None in lines.values() or case.tolerance or not case.document:
        return None
    if "see.gradient" in case.source or any(
        name not in ("stdout", "refusal") and f'("{name}"' not in case.source for name in lines
    ):
        return None  # named in a loop, or seen by another of see's words
    if "stdout" in lines:
        told, shown = "", case.states["stdout"].rstrip("\n") if len(lines) == 1 else ""
        if not shown:
            return None
    else:
        if "print(" in case.source:
            return None
        told = f"see.tell({', '.join(map(repr, lines))})\n"
        shown = "\n".join(f"{name}: {line}" for name, line in lines.items())
    return f"```python\nsee = begin_again()\n{body_of(case)}\n{told}```\n\n```\n{shown}\n```\n"


CASES = [(case, text) for case in catalogue()
         if case.chapter.startswith("documents.") and (text := fences(case))]
CHAPTERS = sorted({case.chapter for case, _ in CASES})


def test_most_facts_can_be_put_into_fences() -> None:
    assert len(CASES) > 90
    assert len({case.document for case, _ in CASES}) == 5


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_verdicts_are_those_of_the_catalogue(chapter: str, torch_sessions: Sessions) -> None:
    chosen = [(case, text) for case, text in CASES if case.chapter == chapter]
    begin = BEGIN.replace("CHAPTER", chosen[0][0].body.__module__)
    text = f"```python\n{begin}\n```\n\n" + "\n".join(text for _, text in chosen)
    checked = check_page(Page(chapter, tuple(blocks(text)), text=text), torch_sessions)
    assert len(checked.blocks) == len(chosen) + 1
    wrong = []
    for (case, _), block in zip(chosen, checked.blocks[1:], strict=True):
        allowed = ALIKE.get(case.verdict or "holds", ())
        if allowed and block.verdict not in allowed:
            wrong.append(f"{case.name}: {case.verdict or 'holds'} in the catalogue, {block.verdict} here: {block.why}\n"
                         f"{[(claim.want.text, claim.today) for claim in block.claims]}\n{block.today}")
    assert not wrong, "\n\n".join(wrong)
