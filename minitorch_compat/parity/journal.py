"""Results written down one by one, so that a run that dies leaves all it had.

A journal is JSON lines: `{"run": …}`, the run without results; a `{"result": …}` for each case as it ends; a
`{"shrunk": …}` for each case that was made smaller, with its id and what is left of its code; and `{"end": …}` with the
duration and why the run stopped, if it did. Without the last line, the run was killed.
"""
import json
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from .plain import decode, encode
from .result import SCHEMA, Result, Run
from .stored import Lines, Stored


class Journal:
    """Writes a run as it goes; every line is on its way to the disk before the next case begins.

    A file that is there already stays as it is until the run begins: an engine that cannot be imported costs nothing.
    """

    def __init__(self, path: Path, resumed: Run | None = None):
        """A new journal, or one that goes on after the results of `resumed`."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path, self.begun, self._place = path, False, 0
        self._file: BinaryIO | None = None
        if resumed is None:
            path.open("ab").close()  # whether it can be written shows now
            return
        # Written beside the old one and put in its place at once: whenever this is cut short, one of them is whole.
        beside = path.with_name(path.name + ".part")
        self._open(beside)
        self.begin(resumed)
        for number, result in enumerate(resumed.results):
            self.add_line(f'{{"result": {result.as_json()}}}')
            resumed.results[number] = self.stored(result)
        beside.replace(path)

    def _open(self, path: Path) -> None:
        self._file = path.open("wb")
        self._lines = Lines(path)

    def begin(self, run: Run) -> None:
        if self._file is None:
            self._open(self.path)
        self._write({"run": encode(replace(run, results=[]))})
        self.begun = True

    def add(self, result: Result) -> None:
        self._write({"result": encode(result)})

    def add_line(self, line: str) -> None:
        """A result that is written out already."""
        assert self._file is not None, "a journal begins with its run"
        self._place = self._file.tell()
        # A lone surrogate has no UTF-8, and its backslash form is JSON's own way to write it.
        self._file.write((line + "\n").encode("utf-8", "backslashreplace"))
        self._file.flush()

    def stored(self, result: Result) -> Stored:
        """The result that was written last, without what its line has."""
        return self._lines.stored(result, self._place)

    def shrunk(self, name: str, code: str) -> None:
        self._write({"shrunk": {"id": name, "code": code}})

    def end(self, run: Run) -> None:
        self._write({"end": {"duration": run.duration, "stopped": run.stopped}})

    def _write(self, line: dict[str, Any]) -> None:
        self.add_line(json.dumps(line, allow_nan=False, ensure_ascii=False))

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._file is not None:
            self._file.close()


def read(path: Path) -> Run:
    """The run a journal tells of, as far as it got. Raises ValueError for what is no journal, OSError as files do.

    A last line that was cut in the middle is left out; one in the middle of the file is an error. The bulk of each
    result stays in the file.
    """
    run: Run | None = None
    ended = False
    lines = Lines(path)
    cut: ValueError | None = None
    shrunk: dict[str, str] = {}
    place = 0
    with path.open("rb") as file:
        for number, raw in enumerate(file, 1):
            if cut is not None:
                raise cut
            begins, place = place, place + len(raw)
            try:
                entry = json.loads(raw.decode("utf-8"))
            except ValueError as error:  # no UTF-8, or no JSON
                cut = ValueError(f"{path}, line {number}: no JSON: {error}")
                continue
            if not isinstance(entry, dict) or (run is None) != ("run" in entry):
                raise ValueError(f"{path}, line {number}: not a journal of a parity run")
            if "run" in entry:
                if entry["run"].get("schema") != SCHEMA:
                    schema = entry["run"].get("schema")
                    raise ValueError(f"{path}: schema {schema!r}, where this version reads {SCHEMA}")
                run = decode(Run, entry["run"])
            elif "result" in entry:
                assert run is not None
                run.results.append(lines.result(entry["result"], begins))
            elif "shrunk" in entry:
                shrunk[entry["shrunk"]["id"]] = entry["shrunk"]["code"]
            elif "end" in entry:
                assert run is not None
                run.duration, run.stopped = entry["end"]["duration"], entry["end"]["stopped"]
                ended = True
    if run is None:
        raise cut or ValueError(f"{path}: empty")
    for number, result in enumerate(run.results):
        if result.id in shrunk:
            run.results[number] = result.but(shrunk=shrunk[result.id])
    if not ended:
        run.stopped = "killed before its end"
    return run
