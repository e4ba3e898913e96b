"""Cases spread over the workers of pytest-xdist; each has a `Pair` of engines, and an item for every case.

pytest runs in a process of its own. Results travel in the reports of its workers, as bytes, and are passed on unread. A
worker that goes away costs the case it was at: xdist says which, and begins another. The workers load this module as a
plugin.
"""
import contextlib
import multiprocessing
import os
import pickle
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from .case import Case, catalogue
from .engines import NoEngine
from .isolated import HEARD, MANY_CASES, TRIES, Pair, alone, end_with_parent, ending, line_of
from .result import Engine, Result
from .runner import TIMEOUT, lost
from .stored import Told

WITHOUT = (
    "terminal", "cacheprovider", "doctest", "junitxml", "pastebin", "debugging", "faulthandler", "unraisableexception",
    "threadexception", "logging", "warnings", "skipping", "setuponly", "setupplan", "stepwise",
)
"""Plugins of pytest that have nothing to do here."""


def run_spread(
    cases: Sequence[Case], reference: str, candidate: str, timeout: float = TIMEOUT, package: str = "reference_cases",
    ready: Callable[[Engine, Engine], None] = lambda reference, candidate: None,
    written: Callable[[str], None] | None = None, processes: int = 2,
) -> Iterator[Result]:
    """Like `isolated.run_isolated`, in so many workers of pytest-xdist; results come as they end, without their bulk.

    What a result showed, its differences and its source are in the line that `written` is given.
    """
    waiting = {case.id: case for case in cases}
    told, failures = False, 0
    while waiting:
        before = len(waiting)
        session = Session(list(waiting.values()), (reference, candidate, timeout, package), processes)
        with session:
            for message in session:
                match message:
                    case (Engine() as one, Engine() as other):
                        if not told:
                            ready(one, other)
                        told = True
                        continue
                    case (Result() as result, str(line)):
                        pass
                    case str(name) if name in waiting:
                        result = lost(waiting[name], "crashed", "the worker that ran it went away")
                        line = line_of(result)
                    case _:
                        continue
                if waiting.pop(result.id, None) is not None:
                    if written is not None:
                        written(line)
                    yield result
        # What began once begins again: somebody ended pytest, or a worker that was about to begin.
        failures = failures + 1 if len(waiting) == before else 0
        if waiting and (not told or failures > TRIES):
            raise NoEngine(session.problem)


class Session:
    """pytest in a process of its own; iterated over, it gives what the workers send."""

    def __init__(self, cases: Sequence[Case], about: tuple[str, str, float, str], processes: int) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="parity-")
        self.words = Path(self.folder.name, "words")
        self.words.touch()
        self.problem = ""
        write(cases, Path(self.folder.name))
        context = multiprocessing.get_context("spawn")
        self.connection, there = context.Pipe(duplex=False)
        self.process = context.Process(
            target=control, args=(there, self.folder.name, about, min(processes, len(cases))), daemon=True
        )
        self.process.start()
        there.close()

    def __iter__(self) -> Iterator[Any]:
        try:
            while True:
                message = pickle.loads(self.connection.recv_bytes())
                if isinstance(message, NoEngine):
                    self.problem = str(message)
                    return
                yield message
        except (EOFError, OSError):
            self.process.join()
            heard = self.words.read_bytes()[-HEARD:].decode("utf-8", "replace").strip()
            self.problem = f"pytest-xdist: {ending(self.process)}; its last words: {heard}"

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: Any) -> None:
        with contextlib.suppress(OSError, TypeError):
            os.killpg(self.process.pid or 0, signal.SIGKILL)  # the workers are of its group
        self.process.kill()
        self.process.join()
        self.connection.close()
        self.folder.cleanup()


def write(cases: Sequence[Case], folder: Path) -> None:
    """Write the ids of the cases, and those that travel as they are, for workers to read one by one."""
    texts = [pickle.dumps(case) if case.portable else b"" for case in cases]
    places = list(accumulate(map(len, texts), initial=0))
    (folder / "cases").write_bytes(b"".join(texts))
    (folder / "ids").write_bytes(pickle.dumps(([case.id for case in cases], places)))


def control(connection: "Connection[Any, Any]", folder: str, about: tuple[str, str, float, str], workers: int) -> None:
    """Another process: the controller of the workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interruption is the first process's to handle
    alone(os.path.join(folder, "words"))
    threading.Thread(target=end_with_parent, daemon=True).start()
    os.environ.pop("PYTEST_ADDOPTS", None)
    os.environ.pop("PYTEST_PLUGINS", None)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    code = pytest.main([
        "-p", "xdist.plugin", "-p", __name__, *(part for name in WITHOUT for part in ("-p", f"no:{name}")),
        "-c", os.devnull, "--rootdir", folder, "--noconftest", "--assert=plain", "--capture=no",
        "-n", str(workers), "--dist", "worksteal", "--max-worker-restart", "1000000",
    ], plugins=[Controller(connection, {"folder": folder, "about": about})])
    os._exit(int(code))


class Controller:
    """Tells workers what to run, and passes on what they send."""

    def __init__(self, connection: "Connection[Any, Any]", given: dict[str, Any]) -> None:
        self.connection, self.given = connection, given

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput["parity"] = self.given

    def pytest_runtest_logreport(self, report: Any) -> None:
        sent = getattr(report, "parity", None)
        if sent is None:  # a report of xdist's own: the worker is gone
            sent = [pickle.dumps(report.nodeid.removeprefix("::"))]
        for each in sent:
            self.connection.send_bytes(each)


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        config.pluginmanager.register(Worker(**config.workerinput["parity"]))


class Worker:
    """Runs the cases that xdist gives this process on a pair of engines."""

    def __init__(self, folder: str, about: tuple[str, str, float, str]) -> None:
        self.folder = Path(folder)
        self.package = about[3]
        self.ids, self.places = pickle.loads((self.folder / "ids").read_bytes())
        self.pair = Pair(*about, len(self.ids) >= MANY_CASES)
        self.known: dict[str, Case] = {}
        self.told = False

    def pytest_collection(self, session: pytest.Session) -> bool:
        session.items = [Item.from_parent(session, name=name, place=place) for place, name in enumerate(self.ids)]
        session.testscollected = len(self.ids)
        session.config.hook.pytest_collection_finish(session=session)
        return True

    def case(self, item: "Item") -> Case:
        start, end = self.places[item.place : item.place + 2]
        if start != end:
            with (self.folder / "cases").open("rb") as file:
                file.seek(start)
                case: Case = pickle.loads(file.read(end - start))
                return case
        self.known = self.known or {each.id: each for each in catalogue(self.package)}
        return self.known[item.name]

    def pytest_runtest_protocol(self, item: "Item", nextitem: "Item | None") -> bool:
        """Run one case; the next is with the engines already."""
        for each in (item, nextitem):
            if each is not None and not each.submitted:
                each.submitted = True
                self.pair.submit(self.case(each))
        report: Any = pytest.TestReport(item.nodeid, ("", None, item.name), {}, "passed", None, "call")
        report.parity = []
        try:
            if not self.told:
                report.parity.append(pickle.dumps(self.pair.engines()))
                self.told = True
            result, line = self.pair.next_result()
            report.parity.append(pickle.dumps((Told.of(result), line)))
        except NoEngine as error:
            report.parity.append(pickle.dumps(error))
        item.config.hook.pytest_runtest_logreport(report=report)
        return True

    def pytest_unconfigure(self) -> None:
        self.pair.end()


class Item(pytest.Item):
    """One case, by its place among all."""

    def __init__(self, *, place: int, **more: Any) -> None:
        super().__init__(**more)
        self.place, self.submitted = place, False

    def runtest(self) -> None:
        """What is run stands in `Worker.pytest_runtest_protocol`."""
