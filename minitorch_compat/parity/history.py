"""A folder of earlier runs, one small file for each, and the trend they make."""
import json
import re
from pathlib import Path

from .plain import decode, encode
from .result import Past, Run


def past(run: Run) -> Past:
    """A run as a point."""
    good = sum(result.good for result in run.results)
    return Past(run.started or "", run.candidate, run.reference, len(run.results), good)


def remember(run: Run, folder: Path) -> None:
    """Add a run to a history, and give it the trend: runs of the same two engines by name, the oldest first."""
    folder.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"\W+", "-", f"{run.started}-{run.candidate.name}").strip("-")
    (folder / f"{name}.json").write_text(json.dumps(encode(past(run))) + "\n", encoding="utf-8")
    run.history = trend(run, folder)


def trend(run: Run, folder: Path) -> list[Past]:
    found = []
    for path in sorted(folder.glob("*.json")):
        try:
            point = decode(Past, json.loads(path.read_text(encoding="utf-8")))
        except ValueError:
            continue  # another file of somebody's; a history is no place to fail a run
        if (point.candidate.name, point.reference.name) == (run.candidate.name, run.reference.name):
            found.append(point)
    return sorted(found, key=lambda point: point.started)
