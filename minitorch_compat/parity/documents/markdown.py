"""Markdown: fenced and indented code, Jekyll's highlight tags, MyST's directives and Quarto's cells."""
from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import replace

from .page import Block, Want
from .source import BEGINS, ERROR, NUMBER_ALONE, WORDS, has_prompt, parses, program, session

FENCE = re.compile(r"^(\s*(?:>\s?)?)(`{3,}|~{3,})\s*(.*)$")
LIQUID = re.compile(r"^\s*\{%\s*highlight\s+(\w+).*%\}\s*$")
LIQUID_END = re.compile(r"^\s*\{%\s*endhighlight\s*%\}\s*$")
PYTHON = {"python", "py", "python3", "python2", "ipython", "ipython3", "pycon", "py3", "pytorch", "doctest", "testcode"}
OUTPUT = {"text", "output", "out", "console", "plaintext", "plain", "txt", "none", "stdout", "result", "shell-session",
          "testoutput", "python-traceback", "pytb", "log", "ansi"}
SKIPS = re.compile(r"no[-_]?run|\bskip\b|eval\s*[=:]\s*false|not[-_]?run|pseudo", re.I)
SAYS_OUTPUT = re.compile(r"(?:output|prints?|printed|result\w*|gives?|shows?|输出|结果|得到)[^.]*[:：]?\s*$", re.I)
SHELL = re.compile(r"^\s*(?:\$ |pip |conda )", re.M)
CODE_LIKE = re.compile(r"^\s*(?:import |from \w[\w.]* import |def |class |for .*:|with .*:|print\(|\w[\w., ]*\s*=[^=]|"
                       r"\w[\w.]*\()", re.M)


def blocks(text: str) -> Iterator[Block]:
    """The blocks of a Markdown document, in order."""
    return joined(pieces(text.split("\n")))


Piece = tuple[str, list[str], int, str, str]
"""Language, lines, the first one's number, what stands before each, and the line of prose before."""


def pieces(lines: list[str]) -> Iterator[Piece]:
    i, prose = 0, ""
    while i < len(lines):
        line = lines[i]
        fence, liquid = FENCE.match(line), LIQUID.match(line)
        if fence or liquid:
            indent = fence.group(1) if fence else ""
            language = fence.group(3).strip() if fence else liquid.group(1) if liquid else ""
            begin, i = i + 1, i + 1
            while i < len(lines) and not (
                LIQUID_END.match(lines[i]) if liquid else closes(lines[i].removeprefix(indent), fence.group(2))  # type: ignore[union-attr]
            ):
                i += 1
            body = [bodied(each, indent) for each in lines[begin:i]]
            skipped = 0
            while skipped < len(body) and re.match(r"\s*:[\w-]+:|\s*#\|", body[skipped]):
                skipped += 1  # options of a directive or a cell
            if any(re.match(r"\s*#\|.*eval\s*:\s*false", each) for each in body[:skipped]):
                language += " no-run"
            yield language, body[skipped:], begin + skipped + 1, indent, prose
            prose, i = "", i + 1
            continue
        indented = line.startswith(("    ", "\t")) and (i == 0 or not lines[i - 1].strip()) and line.strip()
        if indented and not re.match(r"\s*(?:[-*+]|\d+\.)\s", line):
            begin = i
            while i < len(lines) and (lines[i].startswith(("    ", "\t")) or not lines[i].strip()):
                i += 1
            end = i
            while not lines[end - 1].strip():
                end -= 1
            body = textwrap.dedent("\n".join(lines[begin:end])).split("\n")
            yield "(indented)", body, begin + 1, line[:len(line) - len(line.lstrip())], prose
            prose = ""
            continue
        if line.strip():
            prose = line.strip()
        i += 1


def bodied(line: str, indent: str) -> str:
    """A line of a fence without the indentation of the fence."""
    return line[len(indent):] if line.startswith(indent) else line.lstrip() if not line.strip() else line


def closes(line: str, fence: str) -> bool:
    line = line.strip()
    return line.startswith(fence) and not line.strip(fence[0])


def language_of(info: str) -> str:
    """The first word of a fence's info string, whatever braces and dots are around it."""
    info = re.sub(r"\{(?:code-block|code-cell|code|sourcecode|testcode|eval-rst)\}", "", info.strip()) or info
    found = re.search(r"[A-Za-z][\w+-]*", info)
    return found.group().lower() if found else ""


def looks_like_output(lines: list[str]) -> bool:
    text = "\n".join(lines).strip()
    first = text.split("\n")[0]
    return not parses(text) or bool(
        BEGINS.match(first) or BEGINS.match(first + "\n") or WORDS.match(first) or NUMBER_ALONE.match(first)
        or ERROR.match(first) or first[:1] in "[(<{" or first.startswith("Traceback")
    )


def joined(found: Iterator[Piece]) -> Iterator[Block]:
    """Code as blocks, each with the output that follows it."""
    last: Block | None = None
    for info, lines, line, indent, prose in found:
        language = language_of(info) if info != "(indented)" else ""
        text = "\n".join(lines)
        if not text.strip():
            continue
        takes = last is not None and last.want is None and not (
            last.steps and last.steps[-1].wants and last.steps[-1].wants[0].form == "console")
        if language in PYTHON or (language in OUTPUT | {""} and has_prompt(lines)):
            kind = "code"
        elif language in OUTPUT:
            kind = "output"
        elif language:
            kind = "other"
        elif takes and (looks_like_output(lines) or SAYS_OUTPUT.search(prose) or not CODE_LIKE.search(text)):
            kind = "output"
        elif not looks_like_output(lines) and CODE_LIKE.search(text) and not SHELL.search(text):
            kind = "code"
        else:
            kind = "other"
        if kind == "code":
            if last is not None:
                yield last
            if has_prompt(lines):
                last = session(lines, line)
                last = replace(last, steps=tuple(
                    replace(step, wants=tuple(replace(want, prefix=indent + want.prefix, rest=indent + want.rest)
                                              for want in step.wants)) for step in last.steps))
            else:
                last = program(text, line, offset=indent)
            if SKIPS.search(info):
                last = replace(last, skip="the page says that it is not to be run")
        elif kind == "output" and takes and last is not None:
            end = len(lines)
            while not lines[end - 1].strip():
                end -= 1
            want = Want("\n".join(lines[:end]), "block", line, line + end - 1, indent, indent)
            yield replace(last, want=want)
            last = None
        elif last is not None:
            yield last
            last = None
    if last is not None:
        yield last
