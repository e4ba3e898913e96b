"""Whether committed reports are what the code produces: `check_reports.py REPORTS FRESH.json`.

A fresh run must have the cases, outcomes, dimensions and verdicts of each committed one; numbers may move in their last
bits from one processor to another, so these are not asked for. And each committed file must be what its JSON renders.
"""
import json
import sys
from pathlib import Path

from minitorch_compat.parity.report import FORMATS, SUFFIXES, render
from minitorch_compat.parity.result import Result, Run

AGAIN = "write it anew: minitorch-compat run --timeless --report"


def verdicts(result: Result) -> dict[str, object]:
    """What of a result must not change."""
    return {
        "outcome": result.outcome, **result.dimensions, "verdict": result.verdict.verdict,
        "claimed": result.verdict.claimed, "sound": result.verdict.sound,
    }


def changes(committed: Run, fresh: Run) -> list[str]:
    """In what the runs' verdicts differ, a line each."""
    before = {result.id: verdicts(result) for result in committed.results}
    after = {result.id: verdicts(result) for result in fresh.results}
    lines = [f"{id}: in the report, but the run has no such case" for id in before if id not in after]
    lines += [f"{id}: not in the report" for id in after if id not in before]
    for id in before.keys() & after.keys():
        lines += [
            f"{id}: {key} was {before[id][key]!r}, is {after[id].get(key)!r}"
            for key in before[id] if before[id][key] != after[id].get(key)
        ]
    if not committed.complete:
        lines.append(f"the committed run stopped half-way: {committed.stopped}")
    if committed.started is not None or committed.duration is not None:
        lines.append("the committed run tells times; it should be --timeless")
    return sorted(lines)


def stale(run: Run, place: Path) -> list[str]:
    """The files beside a report.json that are not what it renders."""
    lines = []
    for format in FORMATS:
        path = place.with_suffix(SUFFIXES[format])
        if not path.exists():
            lines.append(f"{path} is missing")
        elif path.read_text(encoding="utf-8") != render(run, format):
            lines.append(f"{path} is not what {place.name} renders")
    return lines


def main(reports: str, fresh: str) -> int:
    latest = Run.from_json(json.loads(Path(fresh).read_text(encoding="utf-8")))
    places = sorted(Path(reports).rglob("report.json"))
    if not places:
        print(f"there is no report.json under {reports}")
        return 1
    bad = False
    for place in places:
        run = Run.from_json(json.loads(place.read_text(encoding="utf-8")))
        wrong = changes(run, latest) + stale(run, place)
        print(f"{place}: {len(run.results)} cases, {f'{len(wrong)} changes' if wrong else 'as the code produces them'}")
        for line in wrong[:40]:
            print(f"  {line}")
        if wrong:
            print(f"  {AGAIN} {place.parent}")
            bad = True
    return int(bad)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
