"""The command: each engine in turn, a journal for each, and the report of as much as there is."""
import argparse
import re
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from ..case import Case
from ..engines import NoEngine
from ..faces import say
from ..journal import Journal
from ..recorded import PREFIX, recorded_of
from ..result import Engine, Run
from ..runner import begin
from .model import Matrix, matrix
from .render import text, write


def run_matrix(options: argparse.Namespace, cases: Sequence[Case]) -> Matrix:
    """Run every engine over the cases and write the reports; what one engine does costs no other.

    The reference runs beside the first engine, and the others are held against what it showed there. Raises NoEngine,
    after writing what there is, for a name that leads to no engine.
    """
    from ..cli import Misuse, timeless

    names = list(dict.fromkeys(options.engine or ["minitorch_compat"]))
    slugs = [re.sub(r"[^\w.-]+", "-", name) for name in names]
    if len(set(slugs)) < len(slugs):
        raise Misuse(f"two of these names would share a journal: {', '.join(names)}")
    runs: list[Run] = []
    trouble: NoEngine | None = None
    with tempfile.TemporaryDirectory(prefix="parity-") as folder:
        recording = Path(folder) / "reference.json.gz"
        for name, slug in zip(names, slugs, strict=True):
            try:
                journal = options.report / f"{slug}.jsonl"
                run = run_one(options, cases, name, journal, runs[0] if runs else None, recording)
            except NoEngine as error:
                trouble = error
                break
            runs.append(run)
            say(f"{run.candidate.name} {run.candidate.version}: {run.outcomes()['agrees']} of {run.selected} agree"
                + (f"; {run.stopped} after {len(run.results)}" if run.stopped else f", in {run.duration or 0:.1f} s"))
            if run.stopped:
                break
            if len(runs) == 1 and len(names) > 1 and not options.reference.startswith(PREFIX):
                recording.write_bytes(recorded_of(run, cases))
    if not runs and trouble is not None:
        raise trouble
    missing = [begin(cases, runs[0].reference, Engine(name, "")) for name in names[len(runs):]]
    for run in missing:
        run.stopped = "not begun"
    found = finished(options, [*map(timeless, runs), *missing])
    if options.timeless:
        for slug in slugs[:len(runs)]:
            (options.report / f"{slug}.jsonl").unlink()
    if trouble is not None:
        raise trouble
    return found


def finished(options: argparse.Namespace, runs: Sequence[Run]) -> Matrix:
    """Put runs side by side, show the table, and write the reports."""
    found = matrix(runs)
    say(text(found))
    for path in write(found, options.report, options.format):
        say(f"wrote {path}")
    return found


def run_one(
    options: argparse.Namespace, cases: Sequence[Case], name: str, path: Path, first: Run | None, recording: Path
) -> Run:
    """One engine over all cases, its results in a journal as they come."""
    from ..cli import results

    run = begin(cases, Engine(options.reference, "") if first is None else first.reference, Engine(name, ""))
    parts = [(options.reference, list(cases))]
    if recording.exists():
        from ..recorded import read

        known = read(recording).cases
        parts = [(f"{PREFIX}{recording}", [case for case in cases if case.id in known]),
                 (options.reference, [case for case in cases if case.id not in known])]
    with Journal(path) as journal:
        def ready(reference: Engine, candidate: Engine) -> None:
            run.reference, run.candidate = (reference if first is None else first.reference), candidate
            if not journal.begun:
                journal.begin(run)

        began = time.perf_counter()
        try:
            for reference, part in parts:
                asked = argparse.Namespace(**{**vars(options), "engine": name, "reference": reference})
                for result in results(part, asked, ready, journal.add_line) if part else ():
                    run.results.append(journal.stored(result))
        except KeyboardInterrupt:
            run.stopped = "stopped by the user"
        run.duration = time.perf_counter() - began
        if not journal.begun:
            journal.begin(run)
        order = {case.id: place for place, case in enumerate(cases)}
        run.results.sort(key=lambda result: order[result.id])
        journal.end(run)
    return run
