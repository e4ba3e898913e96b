"""A document from file to verdicts, and docstrings of an installed package."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from .outside import Limits, Ran, Sessions, docstrings_of
from .page import Page, read
from .restructured import blocks
from .verdicts import CheckedPage, judge

SEEDS = (0, 1)
"""Where the runs of a page begin that tell what is random in it."""


def check_page(page: Page, reference: Sessions, candidate: Sessions | None = None) -> CheckedPage:
    """The verdicts on a page. Raises NoEngine for an engine that is not there."""
    ran = reference.run(page, SEEDS[0])
    beside = candidate.run(page, SEEDS[0]) if candidate is not None else None

    def others() -> Sequence[Ran]:
        return [reference.run(page, SEEDS[1], filled=True)]

    return judge(page, ran, others, reference.engine, candidate.engine if candidate else None, beside)


def check_file(
    path: Path, reference: str = "torch", candidate: str | None = "minitorch_compat", limits: Limits | None = None
) -> CheckedPage:
    """The verdicts on the document in a file. Raises NoPage, NoEngine and OSError."""
    page = read(path)
    with Sessions(reference, limits) as one:
        if candidate is None:
            return check_page(page, one)
        with Sessions(candidate, limits) as other:
            return check_page(page, one, other)


def docstring_pages(package: str) -> Iterator[Page]:
    """A page for each docstring of an installed package that has a prompt in it. Raises NoPage."""
    for name, module, text in docstrings_of(package):
        first = module.partition(".")[0]
        preamble = ["import math", "import numpy as np", f"import {first}", "from torch import nn",
                    "import torch.nn.functional as F"]
        if module != first:
            preamble.append(f"import builtins, {module} as _m; globals().update({{k: v for k, v in vars(_m).items() if "
                            "not k.startswith('__') and k not in globals() and not hasattr(builtins, k)})")
        yield Page(name, tuple(blocks(text)), preamble=tuple(preamble), text=text)


def check_docstrings(
    package: str, reference: Sessions, candidate: Sessions | None = None
) -> Iterator[CheckedPage]:
    """The verdicts on the docstrings of an installed package. Raises NoPage and NoEngine."""
    for page in docstring_pages(package):
        yield check_page(page, reference, candidate)
