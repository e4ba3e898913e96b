"""`compare`: a whole program on torch and on an engine, each in its own process, and where the two part.

A program is a case like any other: what it prints, warns of, raises and leaves in its global names is its observation,
and the comparers of the catalogue compare it.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from ..script import Program, path_for_children
from .case import Case
from .engines import NoEngine
from .observation import Observation
from .plain import decode
from .result import Engine, Result
from .runner import judge
from .see import normalised
from .tolerance import EXACT, Tolerance

NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|\binf\b|\bnan\b)")

WIDE = 100
"""Characters of one side that a line of the comparison shows."""


@dataclass(frozen=True)
class Side:
    """What a program showed on one engine, or how its process went away (`ended`: an outcome and why)."""

    engine: Engine
    observation: Observation
    errors: str
    duration: float
    ended: tuple[str, str] | None = None
    needs: tuple[str, ...] = ()
    """What the program names and the engine lacks, with file and line."""


@dataclass(frozen=True)
class Script(Case):
    """A program as a case; its source is the file's."""

    text: str = ""

    @property
    def source(self) -> str:  # type: ignore[override]
        return self.text


def script_case(arguments: Sequence[str], tolerance: Tolerance = EXACT) -> Script:
    """The case that a command line is. Raises NoProgram where it names no program."""
    program = Program(arguments)
    text = program.path.read_text(encoding="utf-8", errors="replace") if program.path else program.text or ""
    return Script(
        id=f"scripts/{program.name}", body=lambda torch, see: None, claim=f"`{' '.join(arguments)}` runs as on torch.",
        tolerance={"": tolerance}, chapter_title="Programs", text=text,
    )


def run_side(arguments: Sequence[str], engine: str, timeout: float) -> Side:
    """The program on one engine, in a process of its own. Raises NoEngine for a name that leads nowhere."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        output = os.path.join(folder, "side.json")
        command = [sys.executable, "-m", "minitorch_compat.parity.script_side", engine, output, *arguments]
        environment = {**os.environ, "PYTHONHASHSEED": "0"}
        if engine == "minitorch_compat":
            environment["PYTHONPATH"] = path_for_children()
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment,
        )
        ended = None
        try:
            out, errors = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            out, errors = process.communicate()
            ended = "timed out", f"not done after {timeout:g} s, on {engine}"
        except BaseException:
            process.kill()
            raise
        duration = time.perf_counter() - began
        told = errors.decode("utf-8", "replace")
        printed = normalised(out.decode("utf-8", "replace"))
        if os.path.exists(output) and ended is None:
            with open(output, encoding="utf-8") as file:
                data = json.load(file)
            shown = replace(decode(Observation, data["observation"]), stdout=printed)
            return Side(Engine(*data["engine"]), shown, told, duration, needs=tuple(data["needs"]))
        if process.returncode == 2 and not ended:
            raise NoEngine(told.strip() or f"{engine} cannot be loaded")
        last = told.strip().splitlines()[-1:] or ["nothing was said"]
        code = process.returncode
        ended = ended or ("crashed", f"on {engine}: " + (f"signal {-code}" if code < 0 else f"exit code {code}")
                          + f"; {last[0]}")
        return Side(Engine(engine, ""), Observation(stdout=printed), told, duration, ended)


def judged(case: Script, reference: Side, candidate: Side) -> Result:
    """The two sides as a result."""
    return judge(
        case, reference.observation, candidate.observation, reference.duration + candidate.duration,
        reference.ended or candidate.ended,
    )


def unsteady(case: Script, once: Side, again: Side) -> set[tuple[str, str]]:
    """What one engine shows differently from one run to the next, such as times: (dimension, name) pairs."""
    return {(each.dimension, each.name) for each in judged(case, once, again).differences}


def without(result: Result, names: set[tuple[str, str]], once: Side, again: Side) -> Result:
    """The result without the differences that the reference has with itself."""
    own = differing_lines(once.observation.stdout, again.observation.stdout)
    kept = []
    for each in result.differences:
        steady = (each.dimension, each.name) not in names
        if steady or (each.name == "stdout" and not differing_lines(each.reference, each.candidate) <= own):
            kept.append(each)
    dimensions = {
        name: "agrees" if found == "differs" and all(name != each.dimension for each in kept) else found
        for name, found in result.dimensions.items()
    }
    outcome = "agrees" if result.outcome == "differs" and not kept else result.outcome
    return replace(result, differences=tuple(kept), dimensions=dimensions, outcome=outcome,
                   message="" if outcome == "agrees" else result.message)


def differing_lines(one: str, other: str) -> set[int]:
    pairs = zip_longest(one.splitlines(), other.splitlines())
    return {number for number, (mine, theirs) in enumerate(pairs) if mine != theirs}


def parting(expected: str, actual: str) -> str:
    """Where two printed texts part: the first line that differs, and how far the numbers lie apart in all of them."""
    ours, theirs = expected.splitlines(), actual.splitlines()
    differing = sorted(differing_lines(expected, actual))
    if not differing:
        return "the texts end differently"
    first = differing[0]
    lines = [f"parts at line {first + 1}; {len(differing)} of {max(len(ours), len(theirs))} lines differ"]
    worst = apart(ours, theirs, differing)
    if worst is not None:
        lines[0] += f", in numbers alone, at most {worst:.2g} apart (relative)"
    for text in (ours, theirs):
        lines.append(text[first] if first < len(text) else "(the text has ended)")
    return "\n".join(lines)


def apart(ours: Sequence[str], theirs: Sequence[str], differing: Sequence[int]) -> float | None:
    """The largest relative distance of the numbers in differing lines; None where more than numbers differs."""
    worst = 0.0
    for number in differing:
        if number >= min(len(ours), len(theirs)):
            return None
        one, other = ours[number], theirs[number]
        if NUMBER.sub("#", one) != NUMBER.sub("#", other):
            return None
        for mine, its in zip(NUMBER.findall(one), NUMBER.findall(other), strict=True):
            a, b = float(mine), float(its)
            if a != b:
                worst = max(worst, abs(a - b) / abs(a) if a else float("inf"))
    return worst


def told(case: Script, result: Result, reference: Side, candidate: Side) -> str:
    """The comparison for a reader, dimension by dimension."""
    names = [f"{side.engine.name} {side.engine.version}".rstrip() for side in (reference, candidate)]
    lines = [f"{case.name}: {result.outcome}" + (f": {result.message}" if result.outcome not in ("agrees", "differs")
                                                 else ""),
             f"  {names[0]} took {reference.duration:.1f} s, {names[1]} {candidate.duration:.1f} s"]
    if result.outcome in ("engine lacks it", "reference lacks it"):
        lacking = candidate if result.outcome == "engine lacks it" else reference
        lines += [f"  lacking: {need}" for need in lacking.needs]
    width = max(map(len, result.dimensions)) + 2
    for dimension, found in result.dimensions.items():
        if found == "not observed":
            continue
        own = [each for each in result.differences if each.dimension == dimension]
        count = f"{len(own)} differs" if len(own) == 1 else f"{len(own)} differ"
        lines.append(f"  {dimension:{width}}" + (count if own else "the same"))
        for each in own:
            if each.name == "stdout":
                what, one, other = parting(each.reference, each.candidate).split("\n")
                lines += [f"    printed text {what}"]
            else:
                lines.append(f"    {each.name}: {each.message}")
                one, other = first_line(each.reference), first_line(each.candidate)
            longest = max(len(names[0]), len(names[1]))
            lines += [f"      {names[0]:{longest}}  {one}", f"      {names[1]:{longest}}  {other}"]
    return "\n".join(lines)


def first_line(text: str) -> str:
    head, newline, _ = text.partition("\n")
    return head[:WIDE] + (" …" if newline or len(head) > WIDE else "")


def compare(
    arguments: Sequence[str], reference: str, candidate: str, timeout: float, tolerance: Tolerance
) -> tuple[Script, Result, Side, Side]:
    """Run a program on both sides and judge it; where they differ, on the reference again, to know what is unsteady."""
    case = script_case(arguments, tolerance)
    one, other = run_side(arguments, reference, timeout), run_side(arguments, candidate, timeout)
    result = judged(case, one, other)
    if result.outcome == "differs":
        again = run_side(arguments, reference, timeout)
        if again.ended is None and (names := unsteady(case, one, again)):
            result = without(result, names, one, again)
    return case, result, one, other

