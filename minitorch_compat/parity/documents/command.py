"""`minitorch-compat check`: from options to pages, lines and reports."""
from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import ExitStack

from ..faces import say
from .checking import check_docstrings, check_page
from .fixing import copy_of, fixable, fixed
from .outside import Limits, Sessions
from .page import read
from .report import FORMATS, sentence, told, write
from .verdicts import CheckedPage

MIB = 1 << 20


def check(options: argparse.Namespace) -> bool:
    """Check what is asked for; True where no page is outdated or fails. Raises NoPage, NoEngine and OSError."""
    limits = Limits(seconds=options.timeout, step=min(20.0, options.timeout), memory=options.memory * MIB)
    done: list[CheckedPage] = []
    for checked in pages(options, limits):
        done.append(checked)
        for line in told(checked, options.verbose):
            say(line)
        if options.files:
            say(sentence([checked]))
        if options.fix and checked.page.path and any(fixable(c) for block in checked.blocks for c in block.claims):
            path = copy_of(checked.page.path)
            path.write_text(fixed(checked), encoding="utf-8")
            say(f"wrote {path}")
    if len(done) > 1:
        say(sentence(done))
    if options.report:
        for path in write(done, options.report, options.format or FORMATS):
            say(f"wrote {path}")
    return all(each.good for each in done)


def pages(options: argparse.Namespace, limits: Limits) -> Iterator[CheckedPage]:
    found = [read(path) for path in options.files]  # a file that is none is told before anything runs
    with ExitStack() as stack:
        one = stack.enter_context(Sessions(options.reference, limits))
        other = stack.enter_context(Sessions(options.engine, limits)) if options.engine != "none" else None
        for page in found:
            yield check_page(page, one, other)
        for package in options.docstrings:
            yield from check_docstrings(package, one, other)
