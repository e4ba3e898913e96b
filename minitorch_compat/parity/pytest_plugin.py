"""Each case as a pytest item. `minitorch_compat_pytest` registers this when an option or a file asks for it."""
import importlib
import importlib.util
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from .case import Case, cases_of
from .engines import NoEngine, described, load, settle
from .explanation import difference_text, verdict_text
from .faces import summary_text
from .journal import Journal
from .plain import decode, encode
from .report import FORMATS, write_file
from .result import Engine, Result, Run
from .runner import begin, lost, run_case

NAMES = "minitorch_compat", "torch"
"""The engine and the reference where no option names them."""


class Disagreement(Exception):
    """Ends an item whose result is not good."""

    def __init__(self, result: Result):
        super().__init__(result)
        self.result = result


class Parity:
    """Collects files of cases, gathers results (from xdist's workers too), and writes what the options ask for."""

    def __init__(self, config: pytest.Config):
        option = config.option
        self.config = config
        self.names = option.parity_engine or NAMES[0], option.parity_reference or NAMES[1]
        self.reports = [report_option(each) for each in option.parity_report]
        self.is_worker = hasattr(config, "workerinput")
        self.run = Run(Engine(self.names[1], ""), Engine(self.names[0], ""), 0)
        self.order: list[str] = []
        self.places: dict[str, str] = {}
        self.written: list[Path] = []
        self.journal = None
        if option.parity_journal and not self.is_worker:
            self.journal = Journal(Path(option.parity_journal))
        self.began = time.perf_counter()
        self._engines: tuple[Any, Any] | None = None

    def engines(self) -> tuple[Any, Any]:
        """Reference and candidate, imported when the first item asks. Raises NoEngine."""
        if self._engines is None:
            candidate, reference = self.names
            self._engines = load(reference), load(candidate)
            for each in self._engines:
                settle(each)
        return self._engines

    def collect(self, path: Path, parent: pytest.Collector) -> "CaseFile | None":
        if "minitorch_compat.parity" not in path.read_text(encoding="utf-8"):
            return None  # told without importing it
        return CaseFile.from_parent(parent, path=path, parity=self)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        if not self.is_worker and session.items:
            self.begin([item.nodeid for item in session.items if isinstance(item, CaseItem)])

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: list[str]) -> None:
        if not self.order:
            self.begin([each for each in ids if "reference_cases" in each.partition("::")[0]])

    def begin(self, nodeids: list[str]) -> None:
        self.order = list(map(case_id, nodeids))
        self.run = begin([], self.run.reference, self.run.candidate)
        self.run.selected = len(nodeids)
        self.began = time.perf_counter()

    def pytest_runtest_logstart(self, nodeid: str, location: tuple[str, int | None, str]) -> None:
        self.places[nodeid] = location[0]

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: Any) -> Iterator[None]:
        outcome: Any = yield
        if call.when == "call" and isinstance(item, CaseItem) and item.result is not None:
            report = outcome.get_result()
            # As text, for a report travels from xdist's workers as plain data.
            engines = [described(name, engine) for name, engine in zip(self.names[::-1], self.engines(), strict=True)]
            report.parity = json.dumps({
                "engines": encode(engines), "title": item.case.chapter_title, "result": encode(item.result),
            })

    def pytest_runtest_logreport(self, report: Any) -> None:
        if self.is_worker:
            return
        if hasattr(report, "parity"):
            told = json.loads(report.parity)
            if not self.run.results:
                self.run.reference, self.run.candidate = decode(tuple[Engine, Engine], told["engines"])
            self.add(decode(Result, told["result"]), told["title"])
        elif report.failed and case_id(report.nodeid) in self.order and report.nodeid in self.places:
            # An item without a result: its worker went away under it, and this process has not collected it.
            path = (self.config.rootpath / self.places[report.nodeid]).resolve()
            case = next(case for case in cases_of(imported(path)) if case.id == case_id(report.nodeid))
            self.add(lost(case, "crashed", str(report.longrepr).strip().partition("\n")[0]), case.chapter_title)

    def add(self, result: Result, title: str) -> None:
        self.run.results.append(result)
        self.run.chapters.setdefault(result.chapter, title)
        if self.journal is not None:
            if not self.journal.begun:
                self.journal.begin(self.run)
            self.journal.add(result)

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if self.is_worker:
            return
        run, place = self.run, {each: number for number, each in enumerate(self.order)}
        run.results.sort(key=lambda result: place[result.id])
        run.duration = time.perf_counter() - self.began
        if len(run.results) < run.selected:
            run.stopped = "stopped before its end"
        if self.journal is not None:
            with self.journal as journal:
                if not journal.begun:
                    journal.begin(run)
                journal.end(run)
        if run.selected:
            self.written = [write_file(run, path, format) for format, path in self.reports]

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if not self.is_worker and self.run.results and (self.reports or self.config.option.verbose > 0):
            terminalreporter.section("parity")
            terminalreporter.write_line(summary_text(self.run, self.written))


class CaseFile(pytest.File):
    """A file of cases."""

    def __init__(self, *, parity: Parity, **more: Any):
        super().__init__(**more)
        self.parity = parity

    def collect(self) -> Iterator["CaseItem"]:
        try:
            self.parity.engines()
        except NoEngine as error:
            raise self.CollectError(str(error)) from None
        for case in cases_of(imported(self.path)):
            yield CaseItem.from_parent(self, name=case.id, case=case, parity=self.parity)


class CaseItem(pytest.Item):
    """One case; it fails where its result is not good."""

    def __init__(self, *, case: Case, parity: Parity, **more: Any):
        super().__init__(**more)
        self.case, self.parity = case, parity
        self.result: Result | None = None
        self.extra_keyword_matches.update(each for each in (*case.facts, case.document, case.verdict) if each)

    def runtest(self) -> None:
        reference, candidate = self.parity.engines()
        self.result = run_case(self.case, reference, candidate, self.config.option.parity_timeout)
        if not self.result.good:
            raise Disagreement(self.result)

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        if not isinstance(excinfo.value, Disagreement):
            return super().repr_failure(excinfo)
        result = excinfo.value.result
        lines = [f"{result.outcome}: {result.message}".rstrip(": "), result.claim]
        lines += map(difference_text, result.differences)
        if not result.verdict.sound:
            lines.append(verdict_text(result, *self.parity.names[::-1]))
        return "\n".join(lines)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.case.line - 1, self.case.id


def imported(path: Path) -> ModuleType:
    """The module of a file, under the name its package gives it."""
    names, place = [path.stem], path.parent
    while (place / "__init__.py").exists():
        names.insert(0, place.name)
        place = place.parent
    if str(place) not in sys.path:
        sys.path.insert(0, str(place))
    module = importlib.import_module(".".join(names))
    if module.__file__ is not None and Path(module.__file__).resolve() != path.resolve():
        raise pytest.Collector.CollectError(f"{'.'.join(names)} is {module.__file__}, not {path}")
    return module


def case_id(nodeid: str) -> str:
    return nodeid.rpartition("::")[2]


def report_option(text: str) -> tuple[str, Path]:
    """`html:PATH` as format and path. Raises UsageError."""
    format, colon, path = text.partition(":")
    if format not in FORMATS or not colon or not path:
        raise pytest.UsageError(f"--parity-report={text}: say FORMAT:PATH with a format of {', '.join(FORMATS)}")
    return format, Path(path)
