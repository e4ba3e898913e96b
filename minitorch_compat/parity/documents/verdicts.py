"""A verdict for each block: what the page says, what torch shows today, and what the engine shows beside it."""
from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ..result import Engine
from .explanations import explain, explain_text, remarks
from .outside import Ran, Shown, stated_error
from .page import Block, Page, Step, Want
from .source import ERROR, tree_of
from .texts import alike_in_form, cleaned, likeness

MATCHES, DIGITS, OUTDATED, FAILS, UNCHECKED = (
    "matches", "matches to the digits shown", "outdated", "fails", "not checkable"
)
VERDICTS = (MATCHES, DIGITS, OUTDATED, FAILS, UNCHECKED)


@dataclass(frozen=True)
class Claim:
    """What the page says in one place, held against today."""

    want: Want
    verdict: str
    today: str = ""
    why: str = ""
    form_only: bool = False


@dataclass(frozen=True)
class Checked:
    """One block with its verdict. `engine` says how the engine did beside torch, "" where none was asked."""

    block: Block
    verdict: str
    why: str
    claims: tuple[Claim, ...]
    today: str
    beside: str
    engine: str
    remarks: tuple[str, ...] = ()


@dataclass
class CheckedPage:
    """A page with the verdicts of its blocks."""

    page: Page
    reference: Engine
    candidate: Engine | None
    blocks: list[Checked] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        return {name: sum(each.verdict == name for each in self.blocks) for name in VERDICTS}

    @property
    def good(self) -> bool:
        """Whether nothing on the page is known to be otherwise today."""
        return all(each.verdict not in (OUTDATED, FAILS) for each in self.blocks)


def judge(
    page: Page, ran: Ran, others: Callable[[], Sequence[Ran]], reference: Engine,
    candidate: Engine | None = None, beside: Ran | None = None,
) -> CheckedPage:
    """Hold a page against a run of it. `others` gives runs with other seeds, and is asked only where texts differ."""
    judging = Judging(page, ran, others, beside)
    return CheckedPage(page, reference, candidate, [judging.block(number) for number in range(len(page.blocks))])


@dataclass(frozen=True)
class Trouble:
    """Why a step did not do well: a verdict and a sentence."""

    verdict: str
    why: str


COMMON = {
    "torch": "import torch", "np": "import numpy as np", "nn": "from torch import nn", "plt":
    "import matplotlib.pyplot as plt", "F": "import torch.nn.functional as F", "optim": "from torch import optim",
    "Variable": "from torch.autograd import Variable", "os": "import os", "math": "import math", "time": "import time",
    "random": "import random", "Dataset": "from torch.utils.data import Dataset", "DataLoader":
    "from torch.utils.data import DataLoader", "pd": "import pandas as pd", "sys": "import sys", "copy": "import copy",
    "Function": "from torch.autograd import Function", "autograd": "from torch import autograd",
}
GPU = re.compile(r"CUDA|NVIDIA|\bGPU|\bMPS\b|\bHIP\b|\bXPU\b|Torch not compiled with|Cannot access accelerator|"
                 r"accelerator|torch\.device with a specified index", re.I)
SEVERAL = re.compile(
    r"process group|MASTER_ADDR|environment variable (?:RANK|WORLD_SIZE)|\bRPC|rendezvous|mpi backend|"
    r"distributed autograd", re.I
)
COMPILER = re.compile(r"C\+\+ compiler|InvalidCxx|[Tt]riton|Ninja is required|torch\._inductor|backend_compile|dlopen|"
                      r"CppCompile|fork a new process|Resource temporarily|can't start new thread")
ELLIPSIS = re.compile(r"\bellipsis\b|<class 'ellipsis'>")
BUILTIN = re.compile(r"\b(?:input|iter|map|filter|range|sum|min|max|id|vars|hash|all|any|object|type)\b(?!\s*\()")
"""Names of Python's that pages use for values of their own."""
SAYS_ERROR = re.compile(r"#.*(?:error|\bfails?\b|raises?|throws?|exception|illegal|wrong|not allowed|won't work|"
                        r"doesn't work|does not work|报错|出错|错误)", re.I)


class Judging:
    """One page under judgement; remembers which names blocks that did not run were to make."""

    def __init__(self, page: Page, ran: Ran, others: Callable[[], Sequence[Ran]], beside: Ran | None) -> None:
        self.page, self.ran, self.beside = page, ran, beside
        self.ask_others = others
        self.lost: dict[str, int] = {}
        self.lines = page.text.split("\n")
        self.lacking = ""
        self.made = {name for block in page.blocks for step in block.steps for name in bound_by(step)}

    @cached_property
    def others(self) -> Sequence[Ran]:
        return self.ask_others()

    def block(self, number: int) -> Checked:
        block, steps = self.page.blocks[number], self.ran.blocks[number]
        if block.skip:
            self.lose(block.steps)
            return self.checked(number, UNCHECKED, block.skip, ())
        if not steps:
            self.lose(block.steps)
            return self.checked(number, UNCHECKED, self.ran.end or "there is nothing to run", tuple(
                Claim(want, UNCHECKED, why=self.ran.end) for want in block.wants))
        claims: list[Claim] = []
        troubles: list[Trouble] = []
        for place, step in enumerate(block.steps):
            if place >= len(steps):
                self.lose((step,))
                why = "the code before it did not run" if place else self.ran.end
                if self.ran.at == number and self.ran.end and not troubles:
                    troubles.append(Trouble(UNCHECKED, self.ran.end))
                claims += [Claim(want, UNCHECKED, why=why) for want in step.wants]
                continue
            shown = steps[place]
            states_error = any(stated_error(want.text) for want in step.wants) or (
                block.want is not None and stated_error(block.want.text))
            if (shown.error or shown.ended or shown.exit is not None) and not states_error:
                if shown.error and self.announced(step):
                    troubles.append(Trouble(MATCHES, f"raises {said(shown)}, as its comment announces"))
                elif shown.exit is None or shown.exit not in ("None", "0"):
                    troubles.append(self.trouble(step, shown))
                self.lose((step,))
                claims += [Claim(want, UNCHECKED, why="the code did not run to its end") for want in step.wants]
                continue
            if shown.error:
                self.lose((step,))
            claims += [self.claim(number, place, want) for want in step.wants]
        if block.want is not None:
            bad = next((each for each in troubles if each.verdict != MATCHES), None)
            claims.append(Claim(block.want, UNCHECKED, why="the code did not run to its end") if bad
                          else self.claim(number, None, block.want))
        return self.summed(number, claims, troubles)

    def summed(self, number: int, claims: list[Claim], troubles: list[Trouble]) -> Checked:
        """One verdict from all that was found in a block: the gravest."""
        for verdict in (FAILS,):
            if bad := next((each for each in troubles if each.verdict == verdict), None):
                return self.checked(number, verdict, bad.why, tuple(claims))
        if old := [each for each in claims if each.verdict == OUTDATED]:
            return self.checked(number, OUTDATED, old[0].why, tuple(claims))
        if bad := next((each for each in troubles if each.verdict == UNCHECKED), None):
            return self.checked(number, UNCHECKED, bad.why, tuple(claims))
        sure = [each for each in claims if each.verdict in (MATCHES, DIGITS)]
        if claims and not sure:
            return self.checked(number, UNCHECKED, claims[0].why, tuple(claims))
        why = next((each.why for each in troubles), "") or next((each.why for each in claims if each.why), "")
        if not claims and not why:
            why = "it runs, and states no output"
        verdict = DIGITS if any(each.verdict == DIGITS for each in claims) else MATCHES
        return self.checked(number, verdict, why, tuple(claims))

    def checked(self, number: int, verdict: str, why: str, claims: tuple[Claim, ...]) -> Checked:
        block, steps = self.page.blocks[number], self.ran.blocks[number]
        told = [text for each in steps for text in each.warned]
        here = self.beside.blocks[number] if self.beside is not None else []
        return Checked(
            block, verdict, why, claims, transcript(steps), transcript(here),
            self.engine(number) if self.beside is not None else "", tuple(remarks(block.source, told)),
        )

    # ---- claims ----

    def claim(self, number: int, place: int | None, want: Want) -> Claim:
        mine = self.candidates(self.ran, number, place, want)
        if mine is None:
            return Claim(want, UNCHECKED, why="it is a picture, drawn to nothing here")
        if not mine:
            return Claim(want, UNCHECKED, why="this line was never reached")
        if stated_error(want.text):
            return self.refusal(number, place, want)
        spaces = want.form != "comment"
        found = best(want.text, mine, spaces)
        if found == "same":
            return Claim(want, MATCHES, mine[0])
        if found == "digits":
            return Claim(want, DIGITS, mine[0])
        if re.search(r"^\S*Warning:|Warning: ", want.text, re.M):
            left = re.sub(r"^.*Warning:.*\n?(?:^  .*\n?)?", "", want.text, flags=re.M)
            if best(left, mine, spaces) in ("same", "digits"):
                return Claim(want, MATCHES, mine[0], "all but its warning")
        drawn = re.compile(r"matplotlib|<Figure|Text\(0\.|Axes").search(want.text)
        if drawn:
            return Claim(want, UNCHECKED, why="it is a picture, drawn to nothing here")
        texts = [self.candidates(ran, number, place, want) or [""] for ran in self.others]
        if any(best(want.text, each, spaces) in ("same", "digits") for each in texts):
            return Claim(want, MATCHES, mine[0], "as chance would have it: it is drawn without a seed")
        if any(cleaned(each[0]) != cleaned(mine[0]) for each in texts) or self.by_chance(number, place):
            if any(alike_in_form(want.text, got) for each in (mine, *texts) for got in each):
                return Claim(want, MATCHES, mine[0], "random numbers without a seed (or times): of the same shape and "
                             "form", form_only=True)
            return Claim(want, OUTDATED, mine[0], "it is random, and of another shape or form today", form_only=True)
        if word := re.fullmatch(r"<built-in function (\w+)>", mine[0].strip()):
            return Claim(want, UNCHECKED, why=f"it needs `{word.group(1)}`, which the page does not make")
        how = {"spaces": "only white space differs", "numbers": "the numbers are others today"}.get(found, "")
        today = mine[0]
        why = explain_text(want.text, today) or how or f"torch shows {brief(today) or 'nothing'} today"
        return Claim(want, OUTDATED, today, why)

    def by_chance(self, number: int, place: int | None) -> bool:
        """Whether random numbers were drawn there that no seed on the page determines."""
        mine = self.ran.blocks[number]
        for other in self.others:
            pairs = list(zip(mine, other.blocks[number], strict=False))
            chosen = pairs if place is None else pairs[place:place + 1]
            if any(drew_unseeded(one, two) for one, two in chosen):
                return True
        return False

    def candidates(self, ran: Ran, number: int, place: int | None, want: Want) -> list[str] | None:
        """Texts the page may mean, the likeliest first; none where nothing came, None for a picture."""
        steps = ran.blocks[number]
        if want.lines != (0, 0):
            first, last = want.lines
            text = "".join(text for block in ran.blocks for step in block for line, text in step.events
                           if first <= line <= last)
            if not text:
                return []
            count = want.text.count("\n") + 1
            return [text, "\n".join(text.split("\n")[:count])]
        if place is not None:
            if place >= len(steps):
                return []
            return of_step(steps[place], want)
        if any(step.drawn for step in steps) and not any(step.printed for step in steps):
            return None
        echoes = [step.echo for step in steps]
        prints = "".join(step.printed for step in steps)
        last_echo = steps[-1].echo if steps else None
        everything = "".join(step.printed + (f"{step.echo}\n" if step.echo is not None else "") for step in steps)
        found = [prints + (last_echo or ""), everything, prints]
        if not any(echoes):
            found = [prints]
        if last_echo is not None and not prints:
            found.append(unquoted(last_echo))
        return found

    def refusal(self, number: int, place: int | None, want: Want) -> Claim:
        """A stated error against the one there is. An ending that a page leaves out is not held against it."""
        steps = self.ran.blocks[number]
        shown = steps[place] if place is not None else next((each for each in steps if each.error), steps[-1])
        lines = want.text.strip().splitlines()
        stated = next((found for line in reversed(lines) if (found := ERROR.match(line.strip()))), None)
        if shown.error is None:
            today = (of_step(shown, want) or [""])[0]
            return Claim(want, OUTDATED, today, "the page shows an error, and torch raises none today")
        kind, text = shown.error
        today = f"{kind}: {text}" if text else kind
        if want.form != "comment" and "Traceback" in want.text:
            today = f"Traceback (most recent call last):\n{today}"
        if stated is None:
            return Claim(want, MATCHES, today, f"an error, {brief(said(shown))}")
        tail = "\n".join(lines[next(i for i, line in enumerate(lines) if line.strip().startswith(stated.group(1))):])
        name = stated.group(1).rpartition(".")[2]
        if name != kind.rpartition(".")[2] and name not in shown.bases:
            return Claim(want, OUTDATED, today, f"torch raises {kind} today: {brief(text)}")
        told = tail.strip().partition(":")[2].strip()
        if not told or likeness(told, text, spaces=False) in ("same", "digits") or fits_start(told, text):
            return Claim(want, MATCHES, today)
        return Claim(want, OUTDATED, today, explain("", said(shown)) or f"the error says today: {brief(text)}")

    # ---- what went wrong ----

    def announced(self, step: Step) -> bool:
        """Whether a comment at the code, or in the line above it, says that it will not work."""
        first, last = max(0, step.line - 2), step.line + step.source.count("\n")
        return any(SAYS_ERROR.search(line) for line in (self.lines[first:last] if self.page.text else [step.source]))

    def trouble(self, step: Step, shown: Shown) -> Trouble:
        """Why a step stopped that nobody said would: the page's fault, or something that is not there."""
        if shown.ended:
            return Trouble(UNCHECKED, shown.ended)
        if shown.exit is not None:
            return Trouble(UNCHECKED, f"it ends the program (exit code {shown.exit})")
        assert shown.error is not None
        kind, text = shown.error
        met, bases = said(shown), shown.bases
        if kind == "NameError":
            name = shown.name or (re.findall(r"name '(\w+)'", text) or [""])[0]
            if name in self.lost:
                return Trouble(UNCHECKED, f"it needs `{name}`, which line {self.lost[name]} was to make and did not")
            if name in COMMON:
                return Trouble(FAILS, f"`{name}` is used, and the page nowhere says {COMMON[name]}")
            after = " before it is used" if name in self.made else ""
            return Trouble(UNCHECKED, f"it needs `{name}`, which the page does not make{after}")
        if "ImportError" in bases:
            name = (shown.name or "").partition(".")[0]
            if (name and name != "torch") or (not name and "torch" not in text):
                what = f"package {name}, which is not installed" if name else f"package in: {brief(text)}"
                return Trouble(UNCHECKED, f"it needs the {what}")
            if "ModuleNotFoundError" not in bases and re.search(r"install|requires", text):
                return Trouble(UNCHECKED, brief(text))
        if "FileNotFoundError" in bases or "NotADirectoryError" in bases:
            return Trouble(UNCHECKED, f"it needs the file {shown.filename or brief(text)}, which is not there")
        if re.search("there is no network|no internet connection", text) or any(
            each in bases for each in ("URLError", "ConnectionError", "gaierror")
        ):
            return Trouble(UNCHECKED, "it needs the network, which a page under test does not have")
        if "PermissionError" in bases and "a page" in text:
            return Trouble(UNCHECKED, f"{text} ({shown.filename or 'not there'})")
        if ELLIPSIS.search(text):
            return Trouble(UNCHECKED, "it leaves code out: `...` stands for what the reader is to fill in")
        if "builtin_function_or_method" in text and (word := BUILTIN.search(step.source)):
            return Trouble(UNCHECKED, f"it needs `{word.group()}`, which the page does not make")
        if "MemoryError" in bases or "can't allocate memory" in text:
            return Trouble(UNCHECKED, "it needs more memory than a page may take")
        if re.search(r"[Cc](?:an't|ould not) get source", text):
            return Trouble(UNCHECKED, "it needs its functions to stand in a file, from which their source is read")
        if "KeyError" in bases and "environ" in step.source:
            return Trouble(UNCHECKED, f"it needs the environment variable {text}, which a page does not see")
        if "EOFError" in bases:
            return Trouble(UNCHECKED, "it asks its user for input")
        if not re.search(r"\bparse\b", text) and GPU.search(text) and not explain(step.source, met):
            return Trouble(UNCHECKED, f"it needs a device that is not here: {brief(text)}")
        if SEVERAL.search(text):
            return Trouble(UNCHECKED, f"it needs several processes: {brief(text)}")
        if COMPILER.search(text) or COMPILER.search(kind):
            return Trouble(UNCHECKED, f"it needs a compiler or more processes: {brief(text)}")
        if re.search(r"(?:is not installed|[Pp]lease install|pip install|requires? .* to be installed)", text):
            return Trouble(UNCHECKED, brief(text))
        if "SyntaxError" in bases:
            why = explain(step.source, met) or f"this is not Python: {text}"
            return Trouble(FAILS, why)
        why = explain(step.source, met)
        return Trouble(FAILS, f"{why} ({brief(met)})" if why else brief(met))

    def lose(self, steps: Sequence[Step]) -> None:
        for step in steps:
            for name in bound_by(step):
                self.lost.setdefault(name, step.line)

    # ---- the engine ----

    def engine(self, number: int) -> str:
        """How the engine did where torch did what it did: "same", "lacks …", "differs: …"."""
        assert self.beside is not None
        mine, theirs = self.ran.blocks[number], self.beside.blocks[number]
        if self.page.blocks[number].skip or not mine:
            return "not run"
        for place, one in enumerate(mine):
            if place >= len(theirs):
                return f"differs: {self.beside.end or 'it stopped before'}"
            other = theirs[place]
            if other.lacks:
                self.lacking = self.lacking or other.lacks
                return f"lacks it: {other.lacks}"
            if shown_text(one) == shown_text(other) or (one.ended and other.ended):
                continue
            if self.lacking and other.error:
                return f"lacks it: follows from what it lacks ({self.lacking})"
            again = [each.blocks[number][place] for each in self.others if place < len(each.blocks[number])]
            if any(shown_text(each) != shown_text(one) for each in again) and alike_in_form(
                shown_text(one), shown_text(other)
            ):
                continue
            return f"differs: {brief(shown_text(other))}, where torch has {brief(shown_text(one))}"
        return "same"


def drew_unseeded(one: Shown, two: Shown) -> bool:
    """Whether a step drew numbers from a generator that stands elsewhere in another run, before and after."""
    return any(
        begun != other_begun and ended != begun and ended != other_ended
        for begun, ended, other_begun, other_ended in zip(*one.states, *two.states, strict=True)
    )


def of_step(shown: Shown, want: Want) -> list[str] | None:
    """What one step may be said to show."""
    printed, echo = shown.printed, shown.echo
    if shown.drawn and not printed:
        return None
    if want.form == "console":
        text = printed + (echo or "")
        return [text, *([unquoted(echo)] if echo is not None and not printed else [])]
    found = []
    if printed:
        found.append(printed)
    if echo is not None:
        found.append(printed + echo)
    for each in (shown.value, shown.text, shown.plain, shown.shape):
        if each is not None:
            found.append(each)
    return [each for each in found if each] or ["(nothing)"]


def best(want: str, got: Sequence[str], spaces: bool) -> str:
    """The best likeness of a page's text to any of several."""
    order = ("same", "digits", "spaces", "numbers", "other")
    return min((likeness(want, each, spaces) for each in got), key=order.index, default="other")


def fits_start(told: str, text: str) -> bool:
    """Whether a page tells the first line of a message that goes on."""
    told = told.rstrip(".… ")
    return len(told) > 20 and cleaned(text).startswith(cleaned(told))


def unquoted(text: str) -> str:
    return text[1:-1] if text[:1] == text[-1:] and text[:1] in "'\"" else text


def said(shown: Shown) -> str:
    assert shown.error is not None
    kind, text = shown.error
    return f"{kind}: {text}" if text else kind


def brief(text: str, width: int = 160) -> str:
    text = " ".join(text.split())
    return text if len(text) <= width else f"{text[:width]} …"


def shown_text(shown: Shown) -> str:
    """All that a step showed, for comparing one engine with another."""
    text = shown.printed + (shown.echo or "") + (f"\n{said(shown)}" if shown.error else "") + (shown.ended or "")
    return cleaned(text)


def transcript(steps: Sequence[Shown]) -> str:
    """What a block showed, as a session would."""
    return "".join(
        step.printed + (f"{step.echo}\n" if step.echo is not None else "") + (f"{said(step)}\n" if step.error else "")
        + (f"({step.ended})\n" if step.ended else "") for step in steps
    )


def bound_by(step: Step) -> Iterator[str]:
    """The names that code binds where it runs."""
    tree = tree_of(step.source)
    if tree is None:
        yield from re.findall(r"^\s*(\w+)\s*=[^=]", step.source, re.M)
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from ((each.asname or each.name).partition(".")[0] for each in node.names)
