"""Code as people write it: sessions with prompts, statements with their output in comments, magics."""
from __future__ import annotations

import ast
import io
import re
import tokenize
from codeop import compile_command
from collections.abc import Iterator, Sequence
from warnings import catch_warnings, simplefilter

from .page import Block, Step, Want

PROMPT = re.compile(r"^(\s*)(?:>>>|In \[\d+\]:)( |$|(?=\S))")
MORE = re.compile(r"^\s*(?:\.\.\.|   \.\.\.:)( |$)")
GOES_ON = re.compile(r"(?:else|elif|except|finally)\b|[)\]}]")
OPTION = re.compile(r"#\s*doctest:\s*([+\-\w, ]+)")
OUT = re.compile(r"^Out\[\d+\]:\s?")


def parses(source: str) -> bool:
    return tree_of(source) is not None


def tree_of(source: str) -> ast.Module | None:
    try:
        with catch_warnings():
            simplefilter("ignore")
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def unfinished(source: str) -> bool:
    """Whether more has to come, such as a closing bracket or the body of a function."""
    try:
        with catch_warnings():
            simplefilter("ignore")
            return compile_command(source, symbol="exec") is None
    except (SyntaxError, ValueError, OverflowError, RecursionError):
        return False


def depth(text: str) -> int:
    """How many brackets are left open."""
    return sum(text.count(each) for each in "([{") - sum(text.count(each) for each in ")]}")


# ---- sessions -------------------------------------------------------------------------------------------------------


def has_prompt(lines: Sequence[str]) -> bool:
    return any(PROMPT.match(line) for line in lines)


def session(lines: Sequence[str], line: int) -> Block:
    """A block of `>>>`; a continuation may have either prompt. `line` is where its first line stands in the file."""
    steps: list[Step] = []
    options: set[str] = set()
    i = 0
    while i < len(lines):
        found = PROMPT.match(lines[i])
        if not found:
            i += 1
            continue
        indent, begin = found.group(1), i
        code = [lines[i][found.end():]]
        i += 1
        while i < len(lines):
            more, again = MORE.match(lines[i]), PROMPT.match(lines[i])
            if more and not again:
                code.append(lines[i][more.end():])
            elif again and belongs(code, lines[i][again.end():].rstrip() or behind_blanks(lines, i)):
                code.append(lines[i][again.end():])
            elif not again and lines[i].strip() and depth(bare("\n".join(code))) > 0 and unfinished("\n".join(code)):
                code.append(lines[i].removeprefix(indent))  # a continuation without any prompt
            else:
                break
            i += 1
        source = "\n".join(code)
        for each in OPTION.findall(source):
            options |= set(each.replace(",", " ").split())
        start = i
        shown: list[str] = []
        while i < len(lines) and not PROMPT.match(lines[i]):
            if not lines[i].strip() and depth("\n".join(shown)) <= 0:
                break
            shown.append(lines[i])
            i += 1
        while shown and not shown[-1].strip():
            shown.pop()
        wants: tuple[Want, ...] = ()
        if shown:
            text = OUT.sub("", "\n".join(each.removeprefix(indent).rstrip() for each in shown))
            wants = (Want(text, "console", line + start, line + start + len(shown) - 1, indent, indent),)
        own = commented(source, line + begin, f"{indent}... ") if not wants else []
        if own and len(own) == 1:
            wants = own[0].wants
        steps.append(Step(source, line + begin, wants))
    skip = "the page says that it is not to be run (doctest: +SKIP)" if "+SKIP" in options else ""
    if skip and any("+SKIP" not in step.source for step in steps):
        steps = [step for step in steps if "+SKIP" not in step.source]
        skip = ""
    return Block(tuple(steps), line, skip=skip, session=True)


def bare(source: str) -> str:
    """Code without its comments and strings, roughly, for counting brackets."""
    return re.sub(r"#[^\n]*|\"[^\"\n]*\"|'[^'\n]*'", "", source)


def behind_blanks(lines: Sequence[str], i: int) -> str:
    """What stands behind the prompts after an empty one, where it is indented: a class goes on over empty lines."""
    for each in lines[i + 1:]:
        prompt = PROMPT.match(each)
        text = each[prompt.end():] if prompt else ""
        if not prompt or text.strip():
            return text if text[:1].isspace() else ""
    return ""


def belongs(code: Sequence[str], line: str) -> bool:
    """Whether a line behind a new prompt goes on with the code before it."""
    text = "\n".join(code)
    if line[:1].isspace() and line.strip():
        return not parses(text) or line.lstrip().startswith("#") or text.rstrip().endswith(":") or any(
            isinstance(each, COMPOUND) for each in (tree_of(text) or ast.Module([], [])).body[-1:]
        )
    if GOES_ON.match(line) and not parses(line):
        return True
    return not parses(text) and unfinished(text)


COMPOUND = (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.If, ast.With, ast.Try, ast.AsyncFunctionDef)


# ---- programs -------------------------------------------------------------------------------------------------------

MAGIC = re.compile(r"^\s*(?:[%!]|\$ )|^\s*\?\w|^\s*[\w.]+\?{1,2}\s*$")
ASSIGNED_MAGIC = re.compile(r"^\s*[\w, ]+=\s*[!%]\w", re.M)
CELL = re.compile(r"^\s*%%(\w+)")
KEEPS = ("time", "timeit", "capture", "prun", "python", "python3")
CELLS = {"writefile": "writes a file", "file": "writes a file"}


def without_magics(source: str) -> tuple[str, str]:
    """The code with each line that is not Python's made a comment, and why it cannot run at all, where that is so."""
    cell = CELL.match(source.lstrip("\n"))
    if cell and cell.group(1) not in KEEPS:
        what = CELLS.get(cell.group(1), f"is not Python (%%{cell.group(1)})")
        return source, f"the cell {what}"
    if parses(source):
        return source, ""
    changed = "\n".join(re.sub(r"^(\s*)(.*)", r"\1pass  # \2", line) if MAGIC.match(line) else line
                        for line in source.split("\n"))
    if ASSIGNED_MAGIC.search(source):
        return source, "it takes a value from the shell or from IPython"
    return changed, ""


def program(
    source: str, line: int, want: Want | None = None, *, shows_last: bool = False, cell: int = 0, offset: str = "",
) -> Block:
    """A block of code, one step for each statement at its margin."""
    source, skip = without_magics(source)
    if tree_of(source) is None:
        return Block((Step(source, line),), line, want, skip, shows_last, cell)
    return Block(tuple(commented(source, line, offset)), line, want, skip, shows_last, cell)


def commented(source: str, line: int, offset: str = "") -> list[Step]:
    """The statements with what their comments say they give. `offset` stands before each line in the file."""
    tree = tree_of(source)
    if tree is None:
        return []
    lines, comments = source.split("\n"), dict(comments_of(source))
    steps = []
    for node in tree.body:
        first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))])
        last = node.end_lineno or node.lineno
        text = "\n".join(lines[first - 1:last])
        if first != last or text.count(";"):
            segment = ast.get_source_segment(source, node)
            on_one_line = any(other is not node and other.lineno == last for other in tree.body)
            text = segment if on_one_line and segment else text
        wants: list[Want] = []
        if isinstance(node, COMPOUND):
            for inner in ast.walk(node):
                if isinstance(inner, ast.Expr) and prints(inner) and (
                    want := stated(inner, lines, comments, line, offset, nested=True)
                ):
                    wants.append(want)
        elif want := stated(node, lines, comments, line, offset):
            wants.append(want)
        steps.append(Step(text, line + first - 1, tuple(wants)))
    return steps


def comments_of(source: str) -> Iterator[tuple[int, tuple[int, str]]]:
    """Line, and column and text of the comment in it."""
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], (token.start[1], token.string)
    except (tokenize.TokenError, SyntaxError):
        return


def prints(node: ast.stmt) -> bool:
    """Whether a statement shows something by itself: a call of print, or an expression."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and (
        isinstance(node.value.func, ast.Name) and node.value.func.id == "print"
    )


def stated(
    node: ast.stmt, lines: Sequence[str], comments: dict[int, tuple[int, str]], line: int, offset: str,
    nested: bool = False,
) -> Want | None:
    """What the comment behind a statement, or the comment lines right below, say it gives."""
    last = node.end_lineno or node.lineno
    column, text = comments.get(last, (0, ""))
    if text and not lines[last - 1][:column].strip():
        text = ""
    below = last + 1
    first = last if text else below
    under = []
    while below in comments and not lines[below - 1][:comments[below][0]].strip():
        under.append(comments[below][1])
        below += 1
    claim = claimed(text, under, node)
    from_below = False
    if claim is None and under and not text:
        claim, from_below = claimed(under[0], under[1:], node), True
    if claim is None:
        return None
    said, used, lead = claim
    first = last if not from_below else last + 1
    head = offset if from_below else ""
    row = lines[first - 1]
    at = comments[first][0]
    prefix = head + row[:at] + lead
    rest = f"{offset}{' ' * at if from_below else indent_of(row)}#{' ' * max(1, len(lead) - 1)}"
    return Want(
        said, "comment", line + first - 1, line + first - 1 + used, prefix, rest, assigned(node),
        (line + node.lineno - 1, line + last - 1) if nested else (0, 0),
    )


def indent_of(row: str) -> str:
    return row[:len(row) - len(row.lstrip())]


def assigned(node: ast.stmt) -> str:
    """The one name a statement binds, if it is an assignment."""
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    if isinstance(node, ast.AugAssign | ast.AnnAssign) and isinstance(node.target, ast.Name):
        return node.target.id
    return ""


ARROW = re.compile(r"#\s*(?:=+>|-+>|→|⇒|(?:[Oo]ut(?:puts?)?(?:\[\d*\])?|OUT(?:PUT)?|[Rr]esult|输出|结果)\s*[:：])\s*")
WORD = re.compile(
    r"#\s*(?:[Pp]rints?|[Oo]utputs?|[Rr]eturns?|[Gg]ives?|[Rr]aises?|[Tt]hrows?|[Ee]rror|输出)\s*[:：]?\s*"
)
HEAD = re.compile(
    r"#\s*(?:(?:[Oo]ut(?:put)?|OUT(?:PUT)?|[Pp]rints|[Rr]esult|输出|结果)(?:\[\d*\])?\s*[:：]?|=+>|-+>|→)\s*$"
)
BEGINS = re.compile(
    r"(?:tensor|array|Parameter containing:|OrderedDict|torch\.Size)\s*[(\n]|torch\.(?:u?int\d+|b?float\d*|bool|double|"
    r"half|long|complex\d+|strided)\s*$|\w*\[?torch\.\w+Tensor of size|Variable containing:|<[\w.]+(?: [^>]*)?>\s*$"
)
WORDS = re.compile(r"(True|False|None|nan|inf)\s*(?:$|[,;.(—–-](?:\s|\D).*$)")
NUMBER_ALONE = re.compile(r"([-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+))\s*(?:$|;.*$|\s\(.*$)")
ERROR = re.compile(r"((?:[\w.]+\.)?[A-Z]\w*(?:Error|Exception|StopIteration|Warning))\b(?::\s*(.*))?$")


def claimed(text: str, under: Sequence[str], node: ast.stmt) -> tuple[str, int, str] | None:
    """What a comment claims, the comment lines it goes on for, and what stands before the claim; None for prose."""
    if not text or OPTION.match(text):
        return None
    shows = isinstance(node, ast.Expr)
    head = HEAD.match(text)
    if head and under and shows:
        taken = [stripped(each) for each in under]
        count = extent(taken)
        if count:
            said = "\n".join(taken[:count])
            return said, count, text + "\n"
    found, explicit = ARROW.match(text), True
    if not found:
        found, explicit = WORD.match(text), False
        if not found:
            found = re.match(r"#+\s*", text)
            assert found is not None
            lead = text[:found.end()]
            return whole(text[found.end():], under, lead, shows, False)
    lead, said = text[:found.end()], text[found.end():]
    if said and (claim := whole(said, under, lead, True, True)):
        return claim
    return (said, 0, lead) if said and explicit and prints(node) else None


def stripped(comment: str) -> str:
    return comment[2:] if comment.startswith("# ") else comment[1:]


def extent(taken: Sequence[str]) -> int:
    """How many comment lines under a heading such as `# Output:` are output."""
    count = 0
    while count < len(taken) and taken[count].strip():
        count += 1
    return count


def whole(said: str, under: Sequence[str], lead: str, shows: bool, told: bool) -> tuple[str, int, str] | None:
    """The claim that begins with `said`, over as many lines as its brackets need."""
    said = said.rstrip()
    if BEGINS.match(said + ("\n" if said.endswith(":") else "")):
        used, lines = 0, [said]
        while depth("\n".join(lines)) > 0 and used < len(under):
            lines.append(stripped(under[used]))
            used += 1
        if said.endswith(":"):
            while used < len(under) and under[used].strip("# "):
                lines.append(stripped(under[used]))
                used += 1
        text = "\n".join(lines)
        if depth(text) > 0:
            return None
        return balanced(text), used, lead
    if error := ERROR.match(said):
        return (said, 0, lead) if error.group(2) is not None or told or said == error.group(1) else None
    if not shows:
        return None
    if found := WORDS.match(said):
        return found.group(1), 0, lead
    if (found := NUMBER_ALONE.match(said)):
        return found.group(1), 0, lead
    if said[:1] in "[({'\"" and depth(said) == 0:
        text = balanced(said) if said[0] in "[({" else said
        try:
            ast.literal_eval(text)
        except (SyntaxError, ValueError, TypeError, MemoryError, RecursionError):
            return None
        return text, 0, lead
    return None


def balanced(text: str) -> str:
    """Text up to where its brackets are closed; what follows is prose."""
    level = 0
    for i, character in enumerate(text):
        level += (character in "([{") - (character in ")]}")
        if level == 0 and character in ")]}":
            return text[:i + 1]
    return text
