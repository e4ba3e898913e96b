"""Processes that search: a program that ends its process costs itself, and the next round begins in another."""
from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from ..engines import NoEngine, described, load, settle
from ..isolated import alone, end_with_parent, ending
from ..result import Engine
from .findings import Finding
from .search import ROUND, Familiar, Figures, round_of

SILENT = 120.0
"""Seconds without a line of a program written down after which a process is ended."""


@dataclass
class Round:
    """What came of a round; `lines` are the last program of a process that died, `ended` how it died."""

    number: int
    findings: list[Finding] = field(default_factory=list)
    figures: Figures = field(default_factory=Figures)
    lines: list[str] = field(default_factory=list)
    ended: str = ""
    running: bool = False
    """Whether the program was written down when its process died, and both engines ran it."""


class Searcher:
    """One process and the round it is at."""

    def __init__(self, reference: str, candidate: str) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, there = context.Pipe()
        self.paths = [Path(each) for each in (made_file("words"), made_file("lines"))]
        self.number: int | None = None
        self.engines: tuple[Engine, Engine] | None = None
        self.heard = time.monotonic()
        self.process = context.Process(
            target=serve, args=(there, *map(str, self.paths), reference, candidate), daemon=True
        )
        self.process.start()
        there.close()

    def begin(self, seed: int, number: int, found: Familiar, ends: float, only: int | None, programs: int) -> None:
        self.number, self.heard = number, time.monotonic()
        with contextlib.suppress(BrokenPipeError, ConnectionError):
            self.connection.send((seed, number, found, ends, only, programs))

    def silent(self) -> float:
        """Seconds since the process began its round or wrote down a line of a program."""
        written = time.time() - self.paths[1].stat().st_mtime
        return min(time.monotonic() - self.heard, written)

    def died(self) -> Round:
        """What the process was at when it went away."""
        self.process.join(1)
        lines = self.paths[1].read_text(encoding="utf-8", errors="replace").splitlines()
        return Round(self.number or 0, lines=[each for each in lines if each], ended=ending(self.process),
                     running="" in lines)

    def end(self) -> None:
        with contextlib.suppress(OSError, TypeError):
            os.killpg(self.process.pid or 0, signal.SIGKILL)
        self.process.kill()
        self.process.join()
        self.connection.close()
        for path in self.paths:
            path.unlink(missing_ok=True)


def made_file(kind: str) -> str:
    handle, path = tempfile.mkstemp(prefix=f"fuzz-{kind}-")
    os.close(handle)
    return path


def search(
    reference: str, candidate: str, seed: int, seconds: float, processes: int, ready: Any, known: Familiar,
    only: tuple[int, int] | None = None, programs: int | None = None,
) -> Iterator[Round]:
    """Rounds as they end, until the time is over. `ready` is told the engines. Raises NoEngine."""
    count = programs or ROUND
    ends, found = float("inf"), Familiar(set(known.ids), known.entries)
    number = 0
    searchers = [Searcher(reference, candidate) for _ in range(processes)]
    told = False
    try:
        while searchers:
            heard = wait([each.connection for each in searchers], 1.0)
            for each in list(searchers):
                over = None
                if each.connection in heard:
                    try:
                        answer = each.connection.recv()
                    except (EOFError, OSError):
                        over = each.died()
                    else:
                        if isinstance(answer, NoEngine):
                            raise answer
                        if each.engines is None:
                            each.engines = answer
                            if not told:
                                told, ends = True, time.monotonic() + seconds
                                ready(*answer)
                        else:
                            found.ids.update(finding.id for finding in answer.findings)
                            yield answer
                elif each.number is not None and each.silent() > SILENT:
                    each.process.kill()
                    over = each.died()
                    over.ended = f"no word for {SILENT:g} s"
                else:
                    continue
                if over is not None:
                    if each.engines is None:
                        raise NoEngine(f"the engines cannot be imported: {over.ended}")
                    each.end()
                    searchers.remove(each)
                    yield over
                    if only is None and time.monotonic() < ends:
                        searchers.append(Searcher(reference, candidate))
                elif time.monotonic() >= ends or (only is not None and number):
                    each.end()
                    searchers.remove(each)
                else:
                    place = only[0] if only is not None else number
                    number += 1
                    each.begin(seed, place, found, ends, None if only is None else only[1], count)
    finally:
        for each in searchers:
            each.end()


def serve(connection: Connection[Any, Any], words: str, lines: str, reference: str, candidate: str) -> None:
    """Another process: import the engines, and search one round after the other."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interruption is the first process's to handle
    alone(words)
    threading.Thread(target=end_with_parent, daemon=True).start()
    try:
        torch, engine = load(reference), load(candidate)
    except Exception as error:
        connection.send(error if isinstance(error, NoEngine) else NoEngine(f"{type(error).__name__}: {error}"))
        return
    for each in (torch, engine):
        settle(each)
    file = os.open(lines, os.O_RDWR)
    running = True

    def heard(line: str) -> None:
        """Keep a line of the program for whoever finds this process dead; an empty one says that it is whole."""
        nonlocal running
        if running:
            os.ftruncate(file, 0)
            os.lseek(file, 0, os.SEEK_SET)
        running = not line
        os.write(file, (line + "\n").encode())

    def alive() -> None:
        """A finding that is made short writes no lines for long."""
        os.utime(file)

    from .samples import operators

    operators()
    connection.send((described(reference, torch), described(candidate, engine)))
    while True:
        try:
            seed, number, found, ends, only, programs = connection.recv()
        except EOFError:
            return
        findings, figures = round_of(seed, number, torch, engine, found, only, heard, ends, programs, alive=alive)
        os.truncate(words, 0)
        connection.send(Round(number, findings, figures))
