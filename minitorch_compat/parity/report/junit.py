"""JUnit XML, as CI systems read it: one suite for each chapter, one testcase for each case.

A difference, something the engine lacks, and a verdict on a document that the run contradicts are failures. What says
nothing about the engine (the reference lacks it, the case is broken, crashed, timed out) is an error, as is every
selected case that has no result. Nothing is skipped.
"""
from collections.abc import Iterator
from xml.etree import ElementTree

from ..result import Difference, Result, Run
from .model import by_chapter, missing, printable, title

FAILURES = ("differs", "engine lacks it")


def parts(run: Run) -> Iterator[str]:
    """The run as JUnit XML, suite by suite."""
    root = ElementTree.Element("testsuites", name=printable(title(run)))
    if run.duration is not None:
        root.set("time", f"{run.duration:.3f}")
    unfinished = bool(missing(run) or run.stopped)
    kinds = [kind(result) for result in run.results] + ["error"] * unfinished
    for key, number in (("tests", len(kinds)), ("failures", kinds.count("failure")), ("errors", kinds.count("error"))):
        root.set(key, str(number))
    root.text = "\n"
    begin, end = ElementTree.tostring(root, encoding="unicode").split("\n")
    yield f'<?xml version="1.0" encoding="utf-8"?>\n{begin}\n'
    for name, results in by_chapter(run).items():
        suite = ElementTree.Element("testsuite", name=printable(name))
        for result in results:
            suite.append(testcase(result, timed=run.duration is not None))
        count(suite)
        if run.started is not None:
            suite.set("timestamp", run.started)
        yield written(suite)
    if unfinished:
        yield written(suite_of_the_unfinished(run))
    yield f"{end}\n"


def written(suite: ElementTree.Element) -> str:
    ElementTree.indent(suite, level=1)
    return f"  {ElementTree.tostring(suite, encoding='unicode').rstrip()}\n"


def kind(result: Result) -> str | None:
    """Whether a case is a failure or an error; None where it is good."""
    if result.outcome != "agrees":
        return "failure" if result.outcome in FAILURES else "error"
    return None if result.verdict.sound else "failure"


def testcase(result: Result, timed: bool) -> ElementTree.Element:
    """One case; its failure carries every difference in full."""
    element = ElementTree.Element("testcase", classname=printable(result.chapter), name=printable(result.name))
    if timed:
        element.set("time", f"{result.duration:.3f}")
    tag = kind(result)
    if tag is not None and result.outcome != "agrees":
        message = result.message or result.outcome
        add(element, tag, result.outcome, message, "\n\n".join(map(in_full, result.differences)))
    elif tag is not None:
        add(element, tag, "verdict on the document", result.verdict.message, "")
    return element


def in_full(difference: Difference) -> str:
    return (
        f"{difference.dimension}, {difference.name}: {difference.message}\n"
        f"reference: {difference.reference}\nengine: {difference.candidate}"
    )


def add(element: ElementTree.Element, tag: str, what: str, message: str, body: str) -> None:
    child = ElementTree.SubElement(element, tag, type=what, message=printable(message))
    child.text = printable(body)


def count(suite: ElementTree.Element) -> None:
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(len(suite.findall("*/failure"))))
    suite.set("errors", str(len(suite.findall("*/error"))))
    suite.set("skipped", "0")


def suite_of_the_unfinished(run: Run) -> ElementTree.Element:
    """A suite of one error, so that a run stopped half-way is never taken for a good one."""
    suite = ElementTree.Element("testsuite", name="unfinished")
    element = ElementTree.SubElement(suite, "testcase", classname="run", name="every selected case has a result")
    message = f"{missing(run)} of {run.selected} selected cases have no result"
    add(element, "error", "unfinished", message, run.stopped or "")
    count(suite)
    return suite
