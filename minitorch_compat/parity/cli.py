"""`minitorch-compat`: run, matrix, list, show, explain, report, merge, diff, known, coverage, exec, compare, check,
fuzz.

Exit codes: 0 agreement, 1 differences (or a case that is broken, or a verdict that does not hold), 2 misuse, 3 stopped
before the end, 5 nothing selected; 6 to 9 for what is wrong with the file of known differences.
"""
import argparse
import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .case import Case, catalogue
from .engines import NoEngine
from .faces import face, say
from .report import FORMATS, MORE, write
from .result import Engine, Result, Run
from .selection import BadExpression, NothingSelected, by_expression, by_ids

if TYPE_CHECKING:
    from .journal import Journal
    from .known import Known, Problem
    from .opinfo import Drawn

SUITES = {"documents": "reference_cases", "opinfo": "minitorch_compat.parity.opinfo"}
"""Catalogues by the names they have on the command line."""

AGREEMENT, DIFFERENCES, MISUSE, STOPPED, NOTHING = 0, 1, 2, 3, 5

CODES = """\
exit codes:
  0  agreement in every case, and every verdict on a document is what was computed
  1  differences, something lacking, a broken case, or a verdict that does not hold
  2  misuse: an option, an engine or a file that there is not
  3  stopped before the end (by the user or from outside); reports tell of what had run
  5  nothing selected; the message names the filter that left nothing
  6  a known difference has become a different failure
  7  a known difference agrees now: take its entry out (known prune)
  8  a known difference means no case
  9  a known difference has expired
"""


class Misuse(Exception):
    """A mistake of the user's, told in one line."""


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given[:1] == ["exec"] and given[1:] not in (["-h"], ["--help"]):
        from ..script import main as run_program

        return run_program(given[1:])  # what follows is the program's, options included
    options = parser().parse_args(given)
    if {"", os.getcwd()}.isdisjoint(sys.path):  # engines and catalogues may be where the user is, as with python -m
        sys.path.append(os.getcwd())
    if hasattr(options, "suite"):
        options.catalogue = options.catalogue or SUITES[options.suite]
    try:
        return options.command(options)
    except NothingSelected as error:
        return failed(str(error), NOTHING)
    except (Misuse, NoEngine, BadExpression) as error:
        return failed(str(error), MISUSE)
    except OSError as error:
        return failed(f"{error.filename or ''}: {error.strerror or error}".lstrip(": "), MISUSE)
    except KeyboardInterrupt:
        return failed("stopped", STOPPED)


def failed(message: str, code: int) -> int:
    with contextlib.suppress(OSError):
        print(f"minitorch-compat: {message}", file=sys.stderr)
    return code


def parser() -> argparse.ArgumentParser:
    """All options."""
    top = argparse.ArgumentParser(
        prog="minitorch-compat", description="Hold an engine against torch, case by case.", epilog=CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def command(name: str, does: Any, help: str) -> argparse.ArgumentParser:
        made = commands.add_parser(
            name, help=help, description=help, epilog=CODES, formatter_class=argparse.RawDescriptionHelpFormatter
        )
        made.set_defaults(command=does)
        return made

    def chooses(made: argparse.ArgumentParser) -> None:
        made.add_argument("ids", nargs="*", metavar="IDS",
                          help="a case, a chapter, a fact, or a pattern such as 'documents.*'; all cases without")
        made.add_argument("-k", metavar="EXPR", help="only cases an expression such as 'grad and not 003' fits")
        suites(made)

    def suites(made: argparse.ArgumentParser, help: str = "where the cases are, if in no suite") -> None:
        made.add_argument("--suite", choices=tuple(SUITES), default="documents",
                          help="documents: the catalogue of claims (default); opinfo: torch's own database of "
                          "operators, modules and optimisers")
        made.add_argument("--dtype", metavar="DTYPE", action="append",
                          help="only this element type of the opinfo suite, repeatable (default: float64 and float32)")
        made.add_argument("--catalogue", metavar="PACKAGE", help=help)

    def compares(made: argparse.ArgumentParser, timeout: float = 60.0, of: str = "for one case") -> None:
        made.add_argument("--engine", metavar="M", default="minitorch_compat",
                          help="the engine to test: a module, module:attribute, or file.py:factory")
        made.add_argument("--reference", metavar="M", default="torch", help="what it is held against (default: torch)")
        made.add_argument("--timeout", type=seconds, default=timeout, metavar="SECONDS",
                          help=f"{of} (default: {timeout:g})")

    def reports(made: argparse.ArgumentParser) -> None:
        made.add_argument("--report", metavar="DIR", type=Path, default=Path("parity-report"),
                          help="where to write the reports (default: parity-report)")
        made.add_argument("--format", metavar="FORMAT", action="append", choices=FORMATS + MORE,
                          help=f"only this format, repeatable: {', '.join(FORMATS + MORE)}")
        made.add_argument("--timeless", action="store_true",
                          help="leave times out, so that equal results make equal files")

    made = command("run", run_command, "Run cases on torch and an engine, and write reports.")
    chooses(made)
    compares(made)
    reports(made)
    made.add_argument("-n", metavar="N", help="run in N processes (a number, or auto: one for each processor)")
    made.add_argument("--known", metavar="FILE.toml", type=Path, help="differences that are known (see `known --help`)")
    made.add_argument("--shard", metavar="I/N", type=shard, help="every Nth case, beginning with the Ith; see `merge`")
    made.add_argument("--resume", action="store_true", help="go on where the journal in the report's folder ends")
    made.add_argument("--shrink", action="store_const", const=10, default=0,
                      help="make a case of each of the ten causes that would turn most cases smaller while it ends "
                      "the same way, and write its script to DIR/shrunk")
    made.add_argument("--shrink-all", dest="shrink", action="store_const", const=sys.maxsize,
                      help="the same for every cause there is")
    made.add_argument("--history", metavar="DIR", type=Path, help="add a point to a history, and show its trend")
    made = command("matrix", matrix_command, "Run several engines over the same cases, and put them in one report.")
    chooses(made)
    made.add_argument("--engine", metavar="M", action="append",
                      help="an engine, repeatable (default: minitorch_compat); see `run`")
    made.add_argument("--reference", metavar="M", default="torch", help="what they are held against (default: torch)")
    made.add_argument("--timeout", type=seconds, default=60.0, metavar="SECONDS", help="for one case (default: 60)")
    made.add_argument("--report", metavar="DIR", type=Path, default=Path("parity-report"),
                      help="where to write matrix.html, .md, .json, and a journal of each engine "
                      "(default: parity-report)")
    made.add_argument("--format", metavar="FORMAT", action="append", choices=("html", "md", "json"),
                      help="only this format, repeatable: html, md, json")
    made.add_argument("--timeless", action="store_true", help="keep no journals, which tell times")
    made.add_argument("-n", metavar="N", help="run in N processes (a number, or auto: one for each processor)")
    made.add_argument("--from", metavar="FILE.jsonl", type=Path, action="append", dest="journals", default=[],
                      help="run nothing, and put these journals side by side, finished or not; repeatable")
    made = command("merge", merge_command, "Make one run of the journals of several, such as shards.")
    made.add_argument("journals", metavar="FILE.jsonl", type=Path, nargs="+")
    suites(made, "whose order the cases have")
    made.add_argument("--known", metavar="FILE.toml", type=Path, help="differences that are known")
    reports(made)
    made = command("diff", diff_command, "Tell what changed from one run to another.")
    made.add_argument("old", metavar="OLD", type=Path, help="a journal (results.jsonl) or a report.json")
    made.add_argument("new", metavar="NEW", type=Path)
    made.add_argument("--fail-on", metavar="KIND", action="append", default=[], type=kind,
                      help="exit with 1 where there is a case of this kind, repeatable: regressed, fixed, "
                      "still-differing, worse, new, gone")
    made.add_argument("--all", action="store_true", help="list every case, however many")
    made = command("known", known_command, "Write and tidy the file of known differences, from the journal of a run.")
    made.add_argument("action", choices=("add", "prune"), help="add entries for a case, or take out what no longer is")
    made.add_argument("id", nargs="?", metavar="ID", help="the case to add")
    made.add_argument("--known", metavar="FILE.toml", type=Path, default=Path("known-differences.toml"),
                      help="the file (default: known-differences.toml)")
    made.add_argument("--journal", metavar="FILE.jsonl", type=Path, default=Path("parity-report/results.jsonl"),
                      help="the run to read (default: parity-report/results.jsonl)")
    made.add_argument("--reason", metavar="TEXT", help="why the difference is accepted; needed to add")
    made.add_argument("--expires", metavar="WHEN", help="a date (2027-06-30) or a version (\"torch 2.14\")")
    suites(made)
    made = command("record", record_command, "Write down what torch shows of every case, to compare with later.")
    chooses(made)
    made.add_argument("--engine", metavar="M", default="torch", help="whom to record (default: torch)")
    made.add_argument("--output", metavar="FILE", type=Path,
                      help="the recording (default: torch-VERSION.json.gz); what it has of other cases is kept")
    made = command("drift", drift_command, "Tell what changed between recorded versions of torch.")
    made.add_argument("versions", metavar="VERSION", nargs="*",
                      help="two or more recordings, such as 2.8 2.13 or files; all that are shipped without")
    made.add_argument("--engine", metavar="M", default="minitorch_compat", help="the engine to hold beside them")
    suites(made)
    made.add_argument("--report", metavar="DIR", type=Path, help="write the page there as drift.md and drift.html")
    made = command("list", list_command, "List cases, one a line.")
    chooses(made)
    made = command("show", show_command, "Show a case: its claim, its source, its document.")
    made.add_argument("id", metavar="ID")
    suites(made)
    made = command("explain", explain_command, "Run one case and show both sides in full, and a script without us.")
    made.add_argument("id", metavar="ID")
    suites(made)
    made.add_argument("--script", metavar="FILE", type=Path, help="write the stand-alone script to a file as well")
    made.add_argument("--shrink", action="store_true", help="make the case smaller while it ends the same way")
    compares(made)
    made = command("report", report_command, "Write the reports of a run from its journal, finished or not.")
    made.add_argument("journal", metavar="FILE.jsonl", type=Path)
    reports(made)
    made = command("coverage", coverage_command, "List torch's public names an engine has, lacks, or has otherwise.")
    made.add_argument("--engine", metavar="M", default="minitorch_compat", help="the engine")
    made.add_argument("--reference", metavar="M", default="torch", help="whose names are asked for (default: torch)")
    made.add_argument("--report", metavar="DIR", type=Path, help="write the page there as coverage.md")
    made = command("exec", exec_command, "Run a program with the engine in torch's place.")
    made.add_argument("program", nargs=argparse.REMAINDER, metavar="FILE | -m MODULE | -c TEXT [ARGUMENTS]")
    made = command("compare", compare_command, "Run a program on torch and on an engine, and tell where they part.")
    compares(made, timeout=600.0, of="on each engine")
    made.add_argument("--relative", type=tolerated, metavar="X",
                      help="how far numbers may lie apart, relative to the largest beside them (default: not at all)")
    made.add_argument("--report", metavar="DIR", type=Path, help="write reports of both sides there")
    made.add_argument("--format", metavar="FORMAT", action="append", choices=FORMATS + MORE,
                      help=f"only this format, repeatable: {', '.join(FORMATS + MORE)}")
    made.add_argument("-m", metavar="MODULE", dest="module", help="run a module")
    made.add_argument("-c", metavar="TEXT", dest="text", help="run a program given as text")
    made.add_argument("program", nargs=argparse.REMAINDER, metavar="FILE [ARGUMENTS]")
    made = command("check", check_command, "Hold documents against torch and an engine: is what they print still so?")
    check_options(made)
    made = command("fuzz", fuzz_command, "Run random programs on torch and an engine, and shrink what differs.")
    made.add_argument("--seconds", type=seconds, default=60.0, metavar="S", help="how long to search (default: 60)")
    made.add_argument("--seed", type=seed, default=(0, None), metavar="N[:ROUND:PROGRAM]",
                      help="which programs (default: 0); a finding's own seed makes that finding again")
    made.add_argument("--engine", metavar="M", default="minitorch_compat", help="the engine to test, as for run")
    made.add_argument("--reference", metavar="M", default="torch", help="what it is held against (default: torch)")
    made.add_argument("-n", metavar="N", help="search in N processes (a number, or auto)")
    made.add_argument("--known", metavar="FILE.toml", type=Path,
                      help="differences that are known (default: for minitorch_compat, those that come with it)")
    made.add_argument("--file", metavar="DIR", type=Path, nargs="?", const=Path("reference_cases/found"),
                      help="file findings as cases, in a new file there (default: reference_cases/found)")
    reports(made)
    return top


def check_options(made: argparse.ArgumentParser) -> None:
    made.add_argument("files", nargs="*", metavar="FILE", type=Path,
                      help="documents: Markdown, reStructuredText, Python (percent or gallery form), notebooks")
    made.add_argument("--docstrings", metavar="PACKAGE", action="append", default=[],
                      help="the docstrings of an installed package, such as torch.nn; repeatable")
    made.add_argument("--engine", metavar="M", default="minitorch_compat",
                      help="the engine shown beside torch, or none (default: minitorch_compat)")
    made.add_argument("--reference", metavar="M", default="torch", help="what judges the document (default: torch)")
    made.add_argument("--timeout", metavar="SECONDS", type=seconds, default=60.0, help="for one page (default: 60)")
    made.add_argument("--memory", metavar="MIB", type=int, default=2048, help="for one page (default: 2048)")
    made.add_argument("--fix", action="store_true", help="write NAME.fixed.* beside each page, with today's output")
    made.add_argument("--report", metavar="DIR", type=Path, help="write documents.md, .html and .json there")
    made.add_argument("--format", metavar="FORMAT", action="append", choices=("md", "html", "json"),
                      help="only this format, repeatable: md, html, json")
    made.add_argument("-v", "--verbose", action="store_true", help="a line for every block, not only those that differ")


def shard(text: str) -> tuple[int, int]:
    part, slash, parts = text.partition("/")
    if not (slash and part.isdecimal() and parts.isdecimal() and 1 <= int(part) <= int(parts)):
        raise argparse.ArgumentTypeError(f"{text!r} is no shard: 2/4 is the second of four")
    return int(part), int(parts)


def kind(text: str) -> str:
    from .changes import KINDS

    if text.replace("-", " ") not in KINDS:
        raise argparse.ArgumentTypeError(f"there is no kind {text!r}; there are {', '.join(KINDS)}")
    return text.replace("-", " ")


def seed(text: str) -> tuple[int, tuple[int, int] | None]:
    parts = text.split(":")
    if len(parts) not in (1, 3) or not all(part.isdecimal() for part in parts):
        raise argparse.ArgumentTypeError(f"{text!r} is no seed: 7, or 7:12:3 for program 3 of round 12")
    whole, *rest = map(int, parts)
    return whole, (rest[0], rest[1]) if rest else None


def tolerated(text: str) -> float:
    value = float(text)
    if not 0 <= value < 1:
        raise argparse.ArgumentTypeError(f"{text} is no relative distance: 0 to 1")
    return value


def seconds(text: str) -> float:
    value = float(text)
    if not 0 < value < 1e6:
        raise argparse.ArgumentTypeError(f"{text} is no time to wait")
    return value


def cases_in(options: argparse.Namespace, ids: Sequence[str] = ()) -> list[Case]:
    """The catalogue, of the database at least what ids may mean.

    Raises Misuse where there is none or a chapter cannot be imported.
    """
    package = options.catalogue
    if package == SUITES["opinfo"]:
        return database(tuple(options.dtype or ()), tuple(ids)).cases
    if options.dtype:
        raise Misuse("--dtype chooses among samples of --suite opinfo")
    try:
        return catalogue(package)
    except ModuleNotFoundError as error:
        raise Misuse(f"no catalogue {package!r}: there is no module {error.name}") from None
    except Exception as error:
        raise Misuse(f"catalogue {package!r} cannot be read: {type(error).__name__}: {error}") from error


@cache
def database(dtypes: tuple[str, ...], ids: tuple[str, ...] = ()) -> "Drawn":
    """torch's database in these element types, drawn once. Raises Misuse for a type torch does not have."""
    from .engines import load
    from .opinfo import DTYPES, drawn

    torch = load("torch")
    for name in dtypes or DTYPES:
        if not isinstance(getattr(torch, name, None), torch.dtype):
            raise Misuse(f"torch has no element type {name!r}")
    return drawn(dtypes or DTYPES, ids)


def unwritten_lines(options: argparse.Namespace, cases: Sequence[Case]) -> list[str]:
    """Samples of the database that no case holds, with the reason, so that none is lost from sight."""
    if options.catalogue != SUITES["opinfo"]:
        return []
    lost = database(tuple(options.dtype or ()), tuple(options.ids)).unwritten
    head = f"{sum(lost.values())} samples of the database are in no case" + (":" if lost else "")
    return [head, *(f"  {count} × {reason}" for reason, count in sorted(lost.items()))]


def chosen(options: argparse.Namespace) -> list[Case]:
    """The cases the user means. Raises NothingSelected with the filter that left none."""
    cases = meant(options, options.ids) if options.ids else cases_in(options)
    if not cases:
        raise NothingSelected(f"catalogue {options.catalogue!r} has no case")
    return by_expression(cases, options.k) if options.k is not None else cases


def meant(options: argparse.Namespace, ids: Sequence[str]) -> list[Case]:
    """The cases that ids mean."""
    with contextlib.suppress(NothingSelected):
        return by_ids(cases_in(options, ids), ids)
    return by_ids(cases_in(options), ids)  # whose refusal has all names to suggest


def the_case(options: argparse.Namespace) -> Case:
    """The one case an id means."""
    found = meant(options, [options.id])
    if len(found) > 1:
        raise Misuse(f"{options.id!r} means {len(found)} cases: {', '.join(case.id for case in found[:4])}, …")
    return found[0]


def run_command(options: argparse.Namespace) -> int:
    from .journal import Journal
    from .runner import begin

    cases = chosen(options)
    if options.shard is not None:
        part, parts = options.shard
        cases = cases[part - 1 :: parts]
        if not cases:
            raise NothingSelected(f"shard {part}/{parts} has no case")
    entries = known_entries(options.known)
    check_processes(options)
    check_names(options)
    run = begin(cases, Engine(options.reference, ""), Engine(options.engine, ""))
    before = resumed(options, cases) if options.resume else None
    if before is not None:
        run.results = before.results
    done = {result.id for result in run.results}
    waiting = [case for case in cases if case.id not in done]
    began = time.perf_counter()

    def ready(reference: Engine, candidate: Engine) -> None:
        nonlocal began
        if not journal.begun:
            run.reference, run.candidate = reference, candidate
            began = time.perf_counter()
            journal.begin(run)

    shown = face(waiting)
    with Journal(options.report / "results.jsonl", before) as journal, shown:
        if before is not None:
            run.reference, run.candidate, run.results = before.reference, before.candidate, before.results
        try:
            for result in results(waiting, options, ready, journal.add_line) if waiting else ():
                run.results.append(journal.stored(result))
                shown.add(result)
        except KeyboardInterrupt:
            run.stopped = "stopped by the user"
        run.duration = time.perf_counter() - began
        if run.stopped is None and len(run.results) < run.selected:
            run.stopped = "stopped before its end"
        order = {case.id: place for place, case in enumerate(cases)}
        run.results.sort(key=lambda result: order[result.id])
        ready(run.reference, run.candidate)
        if options.shrink and run.stopped is None:
            shrink_some(run, {case.id: case for case in cases}, options, journal)
        journal.end(run)
    problems = forgive(run, entries, options)
    if options.history is not None:
        from .history import remember

        remember(run, options.history)
    paths = write(timeless(run) if options.timeless else run, options.report, options.format or FORMATS)
    if options.timeless:
        (options.report / "results.jsonl").unlink()
    else:
        paths.append(options.report / "results.jsonl")
    shown.summary(run, paths)
    for line in unwritten_lines(options, cases):
        say(line)
    if "github" in (options.format or ()):
        tell_github(run, cases)
    return code_of(run, problems)


def shrink_some(run: Run, cases: dict[str, Case], options: argparse.Namespace, journal: "Journal") -> None:
    """Shrink the first case of each of the causes that would turn most, and write its script."""
    from .causes import causes
    from .shrink import Shrinker
    from .standalone import script

    places = {result.id: number for number, result in enumerate(run.results)}
    ids = dict.fromkeys(cause.cases[0] for cause in causes(run.results)[:options.shrink])
    with Shrinker(options.reference, options.engine, options.catalogue) as shrinker:
        for name in ids:
            result = run.results[places[name]]
            if (text := shrinker.shrink(cases[name], result)) is None:
                continue
            run.results[places[name]] = result.but(shrunk=text)
            journal.shrunk(name, text)
            path = options.report / "shrunk" / f"{name.replace('/', '-')}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            crashes = result.outcome == "crashed"
            alone = script(cases[name], options.reference, options.engine, [], text, crashes)
            path.write_text(alone, encoding="utf-8", errors="backslashreplace")
            say(f"shrunk: {name}: {path}")


def tell_github(run: Run, cases: Sequence[Case]) -> None:
    """Annotations on standard output, and the job summary where the runner wants it."""
    from .report import render
    from .report.github import annotations

    for line in annotations(run, {case.id: (os.path.relpath(case.path), case.line) for case in cases}):
        say(line)
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        with open(summary, "a", encoding="utf-8") as file:
            file.write(render(run, "github"))


def code_of(run: Run, problems: Sequence["Problem"] = ()) -> int:
    """The exit code of a run; what is wrong with known differences is told here, and counts where all else is well."""
    from .known import PROBLEMS

    for problem in problems:
        say(str(problem))
    if run.stopped is not None:
        return STOPPED
    if not run.good and any(not result.good and result.id not in at_fault(problems) for result in run.results):
        return DIFFERENCES
    return min((PROBLEMS[problem.kind] for problem in problems), default=AGREEMENT if run.good else DIFFERENCES)


def at_fault(problems: Sequence["Problem"]) -> set[str]:
    """The cases that entries with something wrong name in full: their code tells of them."""
    return {problem.entry.id for problem in problems}


def known_entries(path: Path | None) -> "list[Known]":
    """The entries of a file of known differences. Raises Misuse where it cannot be read."""
    from .known import BadKnown, read

    try:
        return [] if path is None else read(path)[1]
    except BadKnown as error:
        raise Misuse(str(error)) from None


def forgive(run: Run, entries: "list[Known]", options: argparse.Namespace) -> "list[Problem]":
    from .known import forgive

    return forgive(run, entries, [case.id for case in cases_in(options)]) if entries else []


def resumed(options: argparse.Namespace, cases: Sequence[Case]) -> Run | None:
    """What the journal of an earlier run has of these cases. Raises Misuse where it is a run of other engines."""
    path = options.report / "results.jsonl"
    if not path.exists():
        return None
    run = run_from(path)
    names = run.reference.name, run.candidate.name
    if names != (options.reference, options.engine):
        raise Misuse(f"{path} is a run of {names[1]} against {names[0]}; resume that one, or choose another --report")
    wanted = {case.id for case in cases}
    run.results = [result for result in run.results if result.id in wanted]
    run.selected, run.stopped = len(cases), None
    return run


def run_from(path: Path) -> Run:
    """A run from its journal or its JSON report. Raises Misuse for anything else."""
    import json

    from .journal import read

    try:
        if path.suffix == ".json":
            return Run.from_json(json.loads(path.read_text(encoding="utf-8")))
        return read(path)
    except (ValueError, UnicodeDecodeError) as error:
        raise Misuse(str(error) if str(path) in str(error) else f"{path}: {error}") from None


def merge_command(options: argparse.Namespace) -> int:
    from dataclasses import replace

    runs = [run_from(path) for path in options.journals]
    first = runs[0]
    for path, run in zip(options.journals, runs, strict=True):
        if (run.reference, run.candidate) != (first.reference, first.candidate):
            raise Misuse(f"{path} compares other engines than {options.journals[0]}")
    merged = replace(first, results=[], chapters={}, selected=sum(run.selected for run in runs))
    seen: dict[str, tuple[Result, Path]] = {}
    for path, run in zip(options.journals, runs, strict=True):
        merged.chapters.update(run.chapters)
        merged.stopped = merged.stopped or run.stopped
        before = len(seen)
        for result in run.results:
            other, where = seen.setdefault(result.id, (result, path))
            if other is result:
                merged.results.append(result)
                continue
            merged.selected -= 1  # such as an input that is refused in every element type
            if (other.outcome, other.message) != (result.outcome, result.message):
                raise Misuse(f"{result.id} is in {where} and, with another end, in {path}")
        if run.results and len(seen) == before:
            name = run.results[0].id
            raise Misuse(f"{name} is in {seen[name][1]} and in {path}, which has no case that others do not have")
    durations = [run.duration for run in runs if run.duration is not None]
    merged.duration = max(durations, default=None)
    order = {case.id: place for place, case in enumerate(cases_in(options))}
    merged.results.sort(key=lambda result: order.get(result.id, len(order)))
    merged.chapters = {result.chapter: merged.chapters[result.chapter] for result in merged.results}
    problems = forgive(merged, known_entries(options.known), options)
    paths = write(timeless(merged) if options.timeless else merged, options.report, options.format or FORMATS)
    from .faces import summary_text

    say(summary_text(merged, paths))
    if "github" in (options.format or ()):
        tell_github(merged, cases_in(options))
    return code_of(merged, problems)


def matrix_command(options: argparse.Namespace) -> int:
    from .matrix.command import finished, run_matrix

    if options.journals:
        found = finished(options, [timeless(run_from(path)) for path in options.journals])
        return AGREEMENT if found.good else DIFFERENCES if found.complete else STOPPED
    check_processes(options)
    for name in options.engine or ():
        check_names(argparse.Namespace(engine=name, reference=options.reference))
    found = run_matrix(options, chosen(options))
    return AGREEMENT if found.good else DIFFERENCES if found.complete else STOPPED


def diff_command(options: argparse.Namespace) -> int:
    from .changes import changes, told

    found = changes(run_from(options.old), run_from(options.new))
    say(told(found, sys.maxsize if options.all else 50))
    return DIFFERENCES if found.failing(options.fail_on) else AGREEMENT


def known_command(options: argparse.Namespace) -> int:
    from .known import BadKnown, pruned, written
    from .known import forgive as judged

    run = run_from(options.journal)
    if options.action == "add":
        result = next((each for each in run.results if options.id in (each.id, each.name)), None)
        if options.id is None or not options.reason:
            raise Misuse("say which case, and why: known add ID --reason TEXT")
        if result is None:
            raise Misuse(f"{options.journal} has no case {options.id!r}")
        if result.outcome == "agrees":
            raise Misuse(f"{result.id} agrees; there is nothing to know")
        before = options.known.read_text(encoding="utf-8").rstrip("\n") + "\n\n" if options.known.exists() else ""
        text = written(result, options.reason, options.expires)
        try:
            from .known import parse

            parse(text, "--expires")
        except BadKnown as error:
            raise Misuse(str(error)) from None
        options.known.write_text(before + text, encoding="utf-8")
        say(f"{options.known} knows {result.id} now")
        return AGREEMENT
    entries = known_entries(options.known)
    problems = judged(run, entries, [case.id for case in cases_in(options)])
    text = pruned(options.known, problems)
    gone = [problem for problem in problems if problem.kind != "a different failure"]
    options.known.write_text(text, encoding="utf-8")
    for problem in gone:
        say(f"taken out: {problem}")
    say(f"{len(entries) - len(gone)} of {len(entries)} entries stay in {options.known}")
    return AGREEMENT


def check_processes(options: argparse.Namespace) -> None:
    if options.n is not None and options.n != "auto" and not (options.n.isdecimal() and int(options.n) > 0):
        raise Misuse(f"-n takes a number of processes or auto, not {options.n!r}")


def check_names(options: argparse.Namespace) -> None:
    """Tell early, without importing it, that a package of an extra is not there; other names are tried when needed."""
    import importlib.util

    from .engines import EXTRAS, get

    for name in (options.engine.partition(":")[0], options.reference.partition(":")[0]):
        if name in EXTRAS and importlib.util.find_spec(name) is None:
            raise NoEngine(get(name))
    needs("rich", "jinja2")


def needs(*packages: str) -> None:
    """Tell in a line how to get a package that is not there. Raises Misuse."""
    import importlib.util

    for needed in packages:
        if importlib.util.find_spec(needed) is None:
            raise Misuse(f"{needed} is not installed; get it with: pip install -c constraints.txt "
                         "\"minitorch-compat[parity]\" (from a clone: -e \".[parity]\")")


def results(
    cases: Sequence[Case], options: argparse.Namespace, ready: Callable[[Engine, Engine], None],
    written: Callable[[str], None],
) -> Iterator[Result]:
    """The results as they come: from one process for each engine, or from workers of pytest-xdist with such a pair."""
    about = (cases, options.reference, options.engine, options.timeout, options.catalogue, ready, written)
    if options.n is None:
        from .isolated import run_isolated

        return run_isolated(*about)
    needs("pytest", "xdist")
    from .spread import run_spread

    return run_spread(*about, (os.cpu_count() or 1) if options.n == "auto" else int(options.n))


def timeless(run: Run) -> Run:
    """The run without what changes from one time to the next."""
    from dataclasses import replace

    results = [result.but(duration=0.0) for result in run.results]
    return replace(run, results=results, started=None, duration=None)


def record_command(options: argparse.Namespace) -> int:
    from .engines import load, settle
    from .recorded import read, record

    cases = chosen(options)
    engine = load(options.engine)
    settle(engine)
    version = str(getattr(engine, "__version__", "unknown")).partition("+")[0]
    path = options.output or Path(f"{options.engine}-{version}.json.gz".replace(":", "-").replace("/", "-"))
    before = read(path) if path.exists() else None
    data = record(cases, cases_in(options), options.engine, engine, before)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".part")
    beside.write_bytes(data)
    beside.replace(path)
    say(f"{path}: {len(cases)} cases of {options.engine} {version}, {len(data)} bytes")
    return AGREEMENT


def drift_command(options: argparse.Namespace) -> int:
    from .drift import drift, html, markdown, told
    from .recorded import find, shipped

    names = options.versions or list(shipped())
    if len(names) < 2:
        raise Misuse(f"two recordings are needed, not {len(names)}; `record` makes one of the torch that is installed")
    found = drift(cases_in(options), [find(name) for name in names], options.engine)
    say(told(found))
    if options.report:
        options.report.mkdir(parents=True, exist_ok=True)
        for name, text in (("drift.md", markdown(found)), ("drift.html", html(found))):
            (options.report / name).write_text(text, encoding="utf-8")
            say(f"wrote {options.report / name}")
    return AGREEMENT


def list_command(options: argparse.Namespace) -> int:
    say("\n".join(f"{case.id}  {first_line(case.claim)}" for case in chosen(options)))
    return AGREEMENT


def first_line(text: str) -> str:
    return text.partition("\n")[0]


def show_command(options: argparse.Namespace) -> int:
    say(described_case(the_case(options)).rstrip("\n"))
    return AGREEMENT


def described_case(case: Case) -> str:
    """A case for a reader: what it claims, where that stands, what the document states, and the code."""
    from .verdict import stated_text

    lines = [case.id, "", case.claim, ""]
    if case.document:
        lines.append(f"document  {case.document}" + (f", lines {case.lines}" if case.lines else ""))
    if case.facts:
        lines.append(f"facts     {', '.join(case.facts)}")
    for name, stated in case.states.items():
        lines.append(f"states    {name}: " + stated_text(stated).replace("\n", "\n            "))
    if case.verdict:
        lines.append(f"verdict   {case.verdict}: {case.why}")
    if case.note:
        lines.append(f"note      {case.note}")
    return "\n".join([*lines, f"file      {case.path.name}, line {case.line}", "", case.source])


def explain_command(options: argparse.Namespace) -> int:
    from .explanation import explained
    from .isolated import run_isolated
    from .standalone import script

    case = the_case(options)
    check_names(options)
    result = next(run_isolated([case], options.reference, options.engine, options.timeout, options.catalogue))
    names = list(dict.fromkeys(difference.name for difference in result.differences))
    crashes = result.outcome == "crashed"
    text = script(case, options.reference, options.engine, names, crashes=crashes)
    if options.shrink:
        from .shrink import Shrinker

        with Shrinker(options.reference, options.engine, options.catalogue) as shrinker:
            less = shrinker.shrink(case, result)
        if less is None:
            nothing = result.outcome in ("agrees", "timed out")
            say("There is nothing to shrink." if nothing else "There is nothing that could be taken away.")
        else:
            result = result.but(shrunk=less)
            text = script(case, options.reference, options.engine, [], less, crashes)
    say(explained(case, result, options.reference, options.engine, text).rstrip("\n"))
    if options.script:
        options.script.write_text(text, encoding="utf-8")
        say(f"\nThe script is in {options.script}.")
    return AGREEMENT if result.good else DIFFERENCES


def report_command(options: argparse.Namespace) -> int:
    run = run_from(options.journal)
    for path in write(timeless(run) if options.timeless else run, options.report, options.format or FORMATS):
        say(str(path))
    return code_of(run)


def coverage_command(options: argparse.Namespace) -> int:
    import warnings

    from .coverage import coverage, page, text
    from .engines import load
    from .recorded import PREFIX

    for name in (options.reference, options.engine):
        if name.startswith(PREFIX):
            raise Misuse(f"{name} holds what cases show, and no names; coverage needs the package itself")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns of names that are on their way out when they are only looked at
        names = coverage(load(options.reference), load(options.engine))
    say(text(names, options.engine, options.reference))
    if options.report:
        options.report.mkdir(parents=True, exist_ok=True)
        path = options.report / "coverage.md"
        path.write_text(page(names, options.engine, options.reference), encoding="utf-8")
        say(f"wrote {path}")
    return AGREEMENT


def exec_command(options: argparse.Namespace) -> int:
    from ..script import main as run_program

    return run_program(options.program)


def compare_command(options: argparse.Namespace) -> int:
    from ..script import NoProgram
    from .runner import begin
    from .scripts import compare, told
    from .tolerance import EXACT, Scaled

    check_names(options)
    rule = Scaled(options.relative, "asked for with --relative") if options.relative else EXACT
    named = [flag for flag in (("-m", options.module), ("-c", options.text)) if flag[1] is not None]
    program = [*(named[0] if named else ()), *options.program]
    if len(named) > 1 or not program:
        raise Misuse("one program is needed: a FILE, -m MODULE or -c TEXT")
    try:
        case, result, one, other = compare(program, options.reference, options.engine, options.timeout, rule)
    except NoProgram as error:
        raise Misuse(str(error)) from None
    say(told(case, result, one, other))
    if options.report:
        run = begin([case], one.engine, other.engine)
        run.results.append(result)
        for path in write(run, options.report, options.format or FORMATS):
            say(f"wrote {path}")
    return AGREEMENT if result.outcome == "agrees" else DIFFERENCES


def check_command(options: argparse.Namespace) -> int:
    from .documents import NoPage
    from .documents.command import check

    if not (options.files or options.docstrings):
        raise Misuse("nothing to check: name a FILE, or --docstrings PACKAGE")
    check_names(options)
    try:
        return AGREEMENT if check(options) else DIFFERENCES
    except NoPage as error:
        raise Misuse(str(error)) from None


def fuzz_command(options: argparse.Namespace) -> int:
    import importlib.util

    if importlib.util.find_spec("hypothesis") is None:
        raise Misuse("hypothesis is not installed; get it with: pip install -c constraints.txt "
                     "\"minitorch-compat[parity]\" (from a clone: -e \".[parity]\")")
    check_names(options)
    if options.n is not None and options.n != "auto" and not (options.n.isdecimal() and int(options.n) > 0):
        raise Misuse(f"-n takes a number of processes or auto, not {options.n!r}")
    from .fuzz.command import KNOWN, fuzz, processes_of, summary

    path = options.known or (KNOWN if options.engine == "minitorch_compat" and KNOWN.exists() else None)
    entries = known_entries(path)
    number, only = options.seed
    run, found = fuzz(options.reference, options.engine, number, options.seconds, processes_of(options.n),
                      options.report, entries, only, options.file)
    paths = write(timeless(run) if options.timeless else run, options.report, options.format or FORMATS)
    say("\n" + summary(run, found, entries))
    for each in [*paths, options.report / "results.jsonl", options.report / "fuzz.json"]:
        say(f"wrote {each}")
    return STOPPED if run.stopped else DIFFERENCES if run.results else AGREEMENT


if __name__ == "__main__":
    sys.exit(main())
