"""Runs a program as Python would, with the engine in torch's place.

This is `minitorch-compat exec`, and `python -m minitorch_compat`, which needs nothing but NumPy.
What the program needs and the engine does not have is named with file and line.
"""

from __future__ import annotations

import ast
import os
import runpy
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import CodeType, ModuleType, TracebackType
from typing import Any

from .stand_in import MissingModule, StandIn, install

USAGE = """\
usage: minitorch-compat exec FILE [ARGUMENTS...]
       minitorch-compat exec -m MODULE [ARGUMENTS...]
       minitorch-compat exec -c TEXT [ARGUMENTS...]

Run a program with the engine in torch's place; torch itself is not touched."""

FOR_CHILDREN = str(Path(__file__).with_name("_children"))
"""A folder with a `torch` that installs the engine, for the processes a program starts."""


def path_for_children() -> str:
    """PYTHONPATH for processes that shall have the engine as torch."""
    inherited = os.environ.get("PYTHONPATH")
    return FOR_CHILDREN + (os.pathsep + inherited if inherited else "")


class NoProgram(Exception):
    """There is nothing to run: the text is for the user."""


class Program:
    """What a command line names: a file (`path`), a module (`-m`), or text (`-c`), and its arguments."""

    def __init__(self, arguments: Sequence[str]) -> None:
        """Raises NoProgram where no program is named."""
        self.module: str | None = None
        self.text: str | None = None
        self.path: Path | None = None
        if not arguments:
            raise NoProgram(USAGE)
        first, rest = arguments[0], list(arguments[1:])
        if first in ("-m", "-c"):
            if not rest:
                raise NoProgram(f"{first} needs {'a module' if first == '-m' else 'a program'} after it\n{USAGE}")
            named = rest.pop(0)
            self.module, self.text = (named, None) if first == "-m" else (None, named)
            self.arguments = [first, *rest]
        elif first.startswith("-"):
            raise NoProgram(f"there is no option {first}\n{USAGE}")
        else:
            self.path = Path(first)
            if self.path.is_dir():
                self.path /= "__main__.py"
            if not self.path.is_file():
                raise NoProgram(f"{first}: there is no such file")
            self.arguments = [first, *rest]

    @property
    def name(self) -> str:
        return self.module or ("-c" if self.path is None else str(self.path))

    def run(self) -> None:
        """Run it as `__main__`. Whatever it raises is raised."""
        sys.argv = list(self.arguments)
        if self.module is not None:
            sys.path.insert(0, os.getcwd())
            runpy.run_module(self.module, run_name="__main__", alter_sys=True)
            return
        main = ModuleType("__main__")
        main.__dict__.update(__builtins__=__builtins__, __annotations__={}, __cached__=None)
        if self.path is None:
            sys.path.insert(0, "")
        else:
            sys.path.insert(0, str(self.path.resolve().parent))
            main.__file__ = os.path.abspath(self.path)
        sys.modules["__main__"] = main
        exec(self.code(), main.__dict__)

    def code(self) -> CodeType:
        if self.path is None:
            return compile(self.text or "", "<string>", "exec")
        return compile(self.path.read_bytes(), os.path.abspath(self.path), "exec")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a program on the engine; returns its exit code, 2 where there is no program."""
    try:
        program = Program(sys.argv[1:] if arguments is None else arguments)
    except NoProgram as error:
        print(error, file=sys.stderr)
        return 2
    finder = install()
    os.environ["PYTHONPATH"] = path_for_children()
    sys.path.insert(0, FOR_CHILDREN)  # a spawned process gets this list and not the variable
    try:
        program.run()
    except SystemExit as left:
        return code_of(left)
    except BaseException as error:
        trace = own_frames(error.__traceback__)
        sys.stdout.flush()
        sys.excepthook(type(error), error.with_traceback(trace), trace)
        for line in told(error, trace, program, finder):
            print(line, file=sys.stderr)
        return 130 if isinstance(error, KeyboardInterrupt) else 1
    return 0


def code_of(left: SystemExit) -> int:
    """The exit code Python would end with; text goes to standard error as Python puts it there."""
    if left.code is None:
        return 0
    if isinstance(left.code, int):
        return left.code & 0xFF
    print(left.code, file=sys.stderr)
    return 1


def own_frames(trace: TracebackType | None) -> TracebackType | None:
    """The traceback from the program's first frame on."""
    ours = (__file__, runpy.__file__, "<frozen runpy>")
    while trace is not None and trace.tb_frame.f_code.co_filename in ours:
        trace = trace.tb_next
    return trace


# ---- what is missing ------------------------------------------------------------------------------------------------


def told(error: BaseException, trace: TracebackType | None, program: Program, finder: StandIn) -> Iterator[str]:
    """Where an exception tells of something the engine lacks: what it was, and what else the program's files name."""
    missing = reason(error)
    if missing is None:
        return
    place = ""
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if not file.startswith(("<frozen", str(Path(__file__).parent))):
            place = f"{file}, line {trace.tb_lineno}: "
        trace = trace.tb_next
    yield f"minitorch-compat: {place}{missing}"
    rest = list(lacking(files_of(program), finder))
    if rest:
        yield "minitorch-compat: what the program names and the engine does not have:"
        yield from (f"  {line}" for line in rest)


def reason(error: BaseException | None) -> str | None:
    """What is missing, where an exception or one behind it says that."""
    from ._core.absent import Absent

    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, Absent | MissingModule):
            return str(error)
        if isinstance(error, ImportError) and (error.name or "").partition(".")[0] in ("torch", "minitorch_compat"):
            return str(error)
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return None


def files_of(program: Program) -> list[Path]:
    """The program's own files: its main file and what it imported from the same folder."""
    if program.path is None:
        return []
    folder = program.path.resolve().parent
    found = [Path(os.path.abspath(program.path))]
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if file and file.endswith(".py") and Path(file).resolve().parent == folder:
            found.append(Path(file))
    return list(dict.fromkeys(found))


def lacking(files: Sequence[Path], finder: StandIn) -> Iterator[str]:
    """A line `file, line N: torch.name` for each name of torch's in these files that the engine says it lacks."""
    for file in files:
        try:
            tree = ast.parse(file.read_bytes())
        except (OSError, SyntaxError, ValueError):
            continue
        absent: dict[str, int] = {}
        for line, name in sorted(set(names_in(tree))):
            if not has(finder, name):
                absent.setdefault(name, line)
        for name, line in absent.items():
            if not any(other.startswith(f"{name}.") for other in absent):
                yield f"{file}, line {line}: {name}"


def names_in(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every dotted name of torch's that a program writes, with its line; names it imported under others resolved."""
    known: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for each in node.names:
                if each.name.partition(".")[0] == "torch":
                    known[each.asname or "torch"] = each.name if each.asname else "torch"
                    yield node.lineno, each.name
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "torch" and not node.level:
            for each in node.names:
                if each.name != "*":
                    known[each.asname or each.name] = f"{node.module}.{each.name}"
                    yield node.lineno, f"{node.module}.{each.name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and (name := dotted(node, known)):
            yield node.lineno, name


def dotted(node: ast.expr, known: dict[str, str]) -> str | None:
    if isinstance(node, ast.Attribute):
        owner = dotted(node.value, known)
        return None if owner is None else f"{owner}.{node.attr}"
    return known.get(node.id) if isinstance(node, ast.Name) else None


def has(finder: StandIn, name: str) -> bool:
    """Whether the engine has a dotted name; attributes of what is no module or class are taken on trust."""
    room: Any = finder.engine
    for part in name.split(".")[1:]:
        if not isinstance(room, ModuleType | type) and room is not finder.engine:
            return True
        inside = getattr(room, part, None)
        if inside is None and isinstance(room, ModuleType) and not hasattr(room, part):
            return finder.found(name) is not None
        room = inside
    return True


