"""reStructuredText: code directives, literal blocks, bare sessions, test code with its output, gallery pages."""
from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

from .markdown import Piece, joined
from .page import Block
from .source import PROMPT, depth

DIRECTIVE = re.compile(r"^(\s*)\.\. (code-block|code|sourcecode|ipython|testcode|testoutput|doctest|prompt|"
                       r"parsed-literal|highlight)::\s*(.*)$")
COMMENT = re.compile(r"^(\s*)\.\. ")
LITERAL = re.compile(r"^(\s*)(?!\.\. ).*::\s*$")
LANGUAGES = {"testcode": "python", "doctest": "python", "testoutput": "text", "ipython": "python",
             "parsed-literal": "text"}


def blocks(text: str) -> Iterator[Block]:
    """The blocks of a reStructuredText document, or of plain text with sessions in it, in order."""
    return joined(pieces(text.split("\n")))


def body_from(lines: list[str], i: int, indent: int) -> int:
    """The line behind the last one that is indented deeper."""
    while i < len(lines) and (not lines[i].strip() or len(lines[i]) - len(lines[i].lstrip()) > indent):
        i += 1
    return i


def pieces(lines: list[str]) -> Iterator[Piece]:
    i, prose, default = 0, "", ""
    while i < len(lines):
        line = lines[i]
        directive = DIRECTIVE.match(line)
        literal = None if directive else LITERAL.match(line)
        if directive and directive.group(2) == "highlight":
            default = directive.group(3).strip()
            i += 1
        elif directive or literal:
            found = directive or literal
            assert found is not None
            begin = i + 1
            end = body_from(lines, begin, len(found.group(1)))
            language = default
            if directive:
                name = directive.group(2)
                language = LANGUAGES.get(name, directive.group(3).strip() or default)
                while begin < end and re.match(r"\s*:[\w-]+:", lines[begin]):
                    language += " no-run" if re.match(r"\s*:skipif:\s*True", lines[begin]) else ""
                    begin += 1
            elif line.strip() != "::":
                prose = line.strip().rstrip(":")
            while begin < end and not lines[begin].strip():
                begin += 1
            while end > begin and not lines[end - 1].strip():
                end -= 1
            if end > begin:
                body = textwrap.dedent("\n".join(lines[begin:end])).split("\n")
                indent = lines[begin][:len(lines[begin]) - len(lines[begin].lstrip())]
                yield language, body, begin + 1, indent, prose
            i, prose = max(end, i + 1), ""
        elif PROMPT.match(line):
            begin = i
            i = session_end(lines, i)
            indent = line[:len(line) - len(line.lstrip())]
            yield "pycon", [each.removeprefix(indent) for each in lines[begin:i]], begin + 1, indent, prose
            prose = ""
        else:
            if line.strip() and not COMMENT.match(line):
                prose = line.strip()
            i += 1


def session_end(lines: list[str], i: int) -> int:
    """A session goes on over blank lines as long as prompts follow, or brackets are open."""
    end, level = i, 0
    while i < len(lines):
        if lines[i].strip():
            level = 0 if PROMPT.match(lines[i]) else level + depth(lines[i])
            i += 1
            end = i
            continue
        ahead = i
        while ahead < len(lines) and not lines[ahead].strip():
            ahead += 1
        if ahead < len(lines) and (PROMPT.match(lines[ahead]) or level > 0):
            i = ahead
        else:
            return end
    return end
