"""Results written down one by one, so that a run that dies leaves all it had.

A journal is JSON lines: `{"run": …}`, the run without results; a `{"result": …}` for each case as it ends; and
`{"end": …}` with the duration and why the run stopped, if it did. Without the last line, the run was killed.
"""
import json
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from .plain import decode, encode
from .result import SCHEMA, Result, Run


class Journal:
    """Writes a run as it goes; every line is on its way to the disk before the next case begins."""

    def __init__(self, path: Path, resumed: Run | None = None):
        """A new journal, or one that goes on after the results of `resumed`."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path, self.begun = path, False
        if resumed is None:
            self._file: TextIO = path.open("w", encoding="utf-8")
            return
        # Written beside the old one and put in its place at once: whenever this is cut short, one of them is whole.
        beside = path.with_name(path.name + ".part")
        self._file = beside.open("w", encoding="utf-8")
        self.begin(resumed)
        for result in resumed.results:
            self.add(result)
        beside.replace(path)

    def begin(self, run: Run) -> None:
        self._write({"run": {**encode(run), "results": []}})
        self.begun = True

    def add(self, result: Result) -> None:
        self._write({"result": encode(result)})

    def add_line(self, line: str) -> None:
        """A result that is written out already."""
        self._file.write(line + "\n")
        self._file.flush()

    def end(self, run: Run) -> None:
        self._write({"end": {"duration": run.duration, "stopped": run.stopped}})

    def _write(self, line: dict[str, Any]) -> None:
        self._file.write(json.dumps(line, allow_nan=False, ensure_ascii=False) + "\n")
        self._file.flush()

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()


def read(path: Path) -> Run:
    """The run a journal tells of, as far as it got. Raises ValueError for what is no journal, OSError as files do.

    A last line that was cut in the middle is left out; one in the middle of the file is an error.
    """
    run: Run | None = None
    ended = False
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        try:
            entry = json.loads(line)
        except json.JSONDecodeError as error:
            if number == len(lines) and run is not None:
                break
            raise ValueError(f"{path}, line {number}: no JSON: {error}") from None
        if not isinstance(entry, dict) or (run is None) != ("run" in entry):
            raise ValueError(f"{path}, line {number}: not a journal of a parity run")
        if "run" in entry:
            if entry["run"].get("schema") != SCHEMA:
                raise ValueError(f"{path}: schema {entry['run'].get('schema')!r}, where this version reads {SCHEMA}")
            run = decode(Run, entry["run"])
        elif "result" in entry:
            assert run is not None
            run.results.append(decode(Result, entry["result"]))
        elif "end" in entry:
            assert run is not None
            run.duration, run.stopped = entry["end"]["duration"], entry["end"]["stopped"]
            ended = True
    if run is None:
        raise ValueError(f"{path}: empty")
    if not ended:
        run.stopped = "killed before its end"
    return run
