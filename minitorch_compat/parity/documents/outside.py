"""The other side of `inside`: begins the process with an empty environment, and asks it to run pages."""
from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..engines import NoEngine
from ..result import Engine
from .page import Block, NoPage, Page

PACKAGE = Path(__file__).parents[3]


@dataclass(frozen=True)
class Limits:
    """What a page may take: seconds for all of it and for one step, bytes of memory and of a file, characters."""

    seconds: float = 60.0
    step: float = 20.0
    memory: int = 2 << 30
    file: int = 64 << 20
    output: int = 1_000_000

    def asked(self) -> dict[str, Any]:
        return {"seconds": self.seconds, "step": self.step, "memory": self.memory, "file": self.file,
                "output": self.output}


@dataclass(frozen=True)
class Shown:
    """What one step showed on one engine."""

    events: tuple[tuple[int, str], ...] = ()
    echo: str | None = None
    value: str | None = None
    text: str | None = None
    plain: str | None = None
    shape: str | None = None
    error: tuple[str, str] | None = None
    bases: tuple[str, ...] = ()
    name: str | None = None
    filename: str | None = None
    lacks: str | None = None
    ended: str | None = None
    exit: str | None = None
    drawn: bool = False
    states: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    """Digests of the random generators before and after."""
    warned: tuple[str, ...] = ()
    errors: str = ""

    @property
    def printed(self) -> str:
        return "".join(text for _, text in self.events)


@dataclass
class Ran:
    """A page on one engine: for each block its steps, as far as they came, and how the process ended where not well."""

    blocks: list[list[Shown]]
    end: str = ""
    at: int = field(default=-1)
    """The block the process ended in."""


def environment() -> dict[str, str]:
    """What a page sees: no variable of the user's but where programs are and how text is written."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "LD_LIBRARY_PATH")
            if name in os.environ}
    paths = [str(PACKAGE), *(each for each in os.environ.get("PYTHONPATH", "").split(os.pathsep) if each)]
    return {**kept, "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths)), "PYTHONHASHSEED": "0",
            "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8",
            "MPLBACKEND": "Agg", "COLUMNS": "80"}


MODULE = "minitorch_compat.parity.documents.inside"


class Sessions:
    """An engine in a process of its own, for as many pages as there are; to be used with `with`."""

    def __init__(self, engine: str, limits: Limits | None = None) -> None:
        self.name, self.limits = engine, limits or Limits()
        self.engine = Engine(engine, "")
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Sessions:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def begin(self) -> subprocess.Popen[str]:
        """Start the process where there is none. Raises NoEngine for a name that leads nowhere."""
        if self._process is not None:
            return self._process
        self._folder = tempfile.TemporaryDirectory(prefix="documents-")
        names = {**environment(), "TMPDIR": self._folder.name, "HOME": self._folder.name}
        self._process = subprocess.Popen(
            [sys.executable, "-m", MODULE, self.name], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True, encoding="utf-8", env=names,
        )
        answer = self._answer()
        if answer is None or "no engine" in answer:
            self.close()
            raise NoEngine(answer["no engine"] if answer else f"{self.name} cannot be loaded")
        self.engine = Engine(*answer["engine"])
        return self._process

    def _answer(self) -> dict[str, Any] | None:
        assert self._process is not None and self._process.stdout is not None
        line = self._process.stdout.readline()
        try:
            return json.loads(line) if line else None
        except ValueError:
            return None

    def run(self, page: Page, seed: int = 0, filled: bool = False) -> Ran:
        """The page from its first block to its last, in a fork that begins with `seed`."""
        process = self.begin()
        assert process.stdin is not None
        request = {
            "blocks": [asked(block) for block in page.blocks], "preamble": page.preamble, "seed": seed,
            "filled": filled, "limits": self.limits.asked(),
        }
        ran = Ran([[] for _ in page.blocks])
        try:
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()
        except OSError:
            self.close()
            return Ran(ran.blocks, "the process with the engine went away", 0)
        last = 0
        while True:
            answer = self._answer()
            if answer is None:
                self.close()
                ran.end, ran.at = "the process with the engine went away", last
                return ran
            if "end" in answer:
                ran.end = ran.end or answer["end"]
                ran.at = last if ran.end else -1
                return ran
            if "broken" in answer:
                ran.end = answer["broken"]
            elif "block" in answer:
                last = answer.pop("block")
                ran.blocks[last].append(shown(answer))


def asked(block: Block) -> list[dict[str, Any]]:
    """A block as the other process wants it."""
    if block.skip:
        return []
    return [
        {"source": step.source, "line": step.line, "plain": any(want.form == "comment" for want in step.wants),
         "name": next((want.name for want in step.wants), ""),
         "session": block.session or any(stated_error(want.text) for want in step.wants)}
        for step in block.steps
    ]


def stated_error(text: str) -> bool:
    from .source import ERROR

    lines = text.strip().splitlines()
    return "Traceback (most recent" in text or bool(lines and (ERROR.match(lines[0]) or ERROR.match(lines[-1])))


def shown(answer: dict[str, Any]) -> Shown:
    fields = {name: held for name, held in answer.items() if name in Shown.__dataclass_fields__}
    for name in ("error", "bases", "warned"):
        if name in fields:
            fields[name] = tuple(fields[name])
    fields["states"] = tuple(map(tuple, answer.get("states", ((), ()))))
    fields["events"] = tuple((line, text) for line, text in answer.get("events", ()))
    return Shown(**fields)


def docstrings_of(name: str) -> Iterator[tuple[str, str, str]]:
    """Name, module and text of each docstring of an installed package. Raises NoPage where there is none."""
    done = subprocess.run(
        [sys.executable, "-m", MODULE, "--docstrings", name], stdin=subprocess.DEVNULL, capture_output=True, text=True,
        encoding="utf-8", env=environment(), check=False,
    )
    for line in done.stdout.splitlines():
        found = json.loads(line)
        if isinstance(found, dict):
            raise NoPage(found["no package"])
        yield found[0], found[1], found[2]
