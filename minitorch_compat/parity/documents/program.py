"""Python files: cells marked by percent signs, the sections of a Sphinx gallery, or one program."""
from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from .page import Block
from .source import program, tree_of

PERCENT = re.compile(r"^# ?%%(.*)$")
RULE = re.compile(r"^#{20,}\s*$")


def blocks(text: str) -> Iterator[Block]:
    """The cells of a Python file. Without any mark, the whole is one program."""
    lines = text.split("\n")
    marks = [i for i, line in enumerate(lines) if PERCENT.match(line) or RULE.match(line)]
    marked = bool(marks)
    begins = [0, *(mark + 1 for mark in marks)]
    ends = [*marks, len(lines)]
    for begin, end in zip(begins, ends, strict=True):
        kind = PERCENT.match(lines[begin - 1]) if begin else None
        if kind and re.search(r"\[(?:markdown|md|raw)\]", kind.group(1)):
            continue
        while begin < end and not lines[begin].strip():
            begin += 1
        source = uncommented("\n".join(lines[begin:end]))
        if source.strip():
            block = program(source, begin + 1, shows_last=marked)
            if not all(is_prose(step.source) for step in block.steps):
                yield block


def is_prose(source: str) -> bool:
    """Whether a statement is text alone, as the heading of a gallery page is."""
    tree = tree_of(source)
    return tree is not None and len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr) and (
        isinstance(tree.body[0].value, ast.Constant) and isinstance(tree.body[0].value.value, str)
    )


def uncommented(source: str) -> str:
    """The magics of a percent file stand in comments, `# %matplotlib inline`; they stay there."""
    return source.rstrip("\n")
