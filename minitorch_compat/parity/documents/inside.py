"""The process in which pages run: one engine, and for each page a fork of its own with limits and a scratch folder.

`python -m minitorch_compat.parity.documents.inside ENGINE` reads a request a line and answers with lines of JSON.
"""
from __future__ import annotations

import ast
import builtins
import gc
import hashlib
import importlib
import json
import linecache
import os
import pkgutil
import random
import re
import resource
import shutil
import signal
import sys
import tempfile
import time
import types
import warnings
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import numpy as np

from ...script import reason
from ...stand_in import install
from ..engines import NoEngine, complete, described, load, settle
from .nothing import Nothing, draw_nothing

PAGE = "<page>"
PLAIN = 10_000
"""Characters of a value that are told apart as plain data."""


class Ended(BaseException):
    """A limit was reached."""


def main(arguments: list[str]) -> int:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    silence()
    try:
        engine = load(arguments[0])
    except NoEngine as error:
        print(json.dumps({"no engine": str(error)}), file=answers)
        return 2
    if arguments[0] != "torch":
        install(engine)
    settle(engine)
    draw_nothing()
    for name in getattr(engine, "__all__", ()):  # what is loaded here need not be in every fork
        with suppress(Exception):
            getattr(engine, name)
    state_of(engine)
    gc.freeze()
    about = described(arguments[0], engine)
    print(json.dumps({"engine": [about.name, about.version]}), file=answers)
    for line in sys.stdin:
        if "optim" in line:
            complete(engine)  # for all pages that come, as above; those without an optimiser rarely need it
        serve(json.loads(line), engine, answers)
    return 0


def silence() -> None:
    """Nothing but answers leaves this process, and no page asks anything of a user."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def serve(request: dict[str, Any], engine: Any, answers: Any) -> None:
    """Run one page in a fork; what it leaves behind is removed, and what it started is ended with it."""
    folder = tempfile.mkdtemp(prefix="page-")
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.setsid()
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # the requests are not the page's to read
            sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115 (for the life of the process)
            confine(folder, request["limits"])
            run_page(request, engine, answers)
            code = 0
        except BaseException as error:
            tell(answers, {"broken": f"{type(error).__name__}: {error}"})
        finally:
            os._exit(code)
    status = ended(child, request["limits"]["seconds"] + 5)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)
    tell(answers, {"end": status})


def tell(answers: Any, what: dict[str, Any]) -> None:
    answers.write(json.dumps(what) + "\n")
    answers.flush()


def ended(child: int, seconds: float) -> str:
    """Wait for a process, no longer than `seconds`; how it ended, "" where it did well."""
    until = time.monotonic() + seconds
    pause = 0.001
    while True:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            break
        if time.monotonic() > until:
            with suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return f"it did not end within {seconds - 5:g} s"
        time.sleep(pause)
        pause = min(pause * 2, 0.01)
    if os.WIFSIGNALED(status):
        return f"the process died of {signal.Signals(os.WTERMSIG(status)).name}"
    return "" if os.WEXITSTATUS(status) == 0 else f"the process ended with code {os.WEXITSTATUS(status)}"


# ---- confinement ----------------------------------------------------------------------------------------------------

WRITES = {"os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate", "os.chmod",
          "os.chown", "shutil.rmtree", "shutil.move", "shutil.copyfile", "shutil.copytree"}
NETWORK = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.bind", "socket.sendto"}
ENVIRON = re.compile(r"^/proc/[^/]+/(?:environ|mem|fd)")


def confine(folder: str, limits: dict[str, Any]) -> None:
    """Work in `folder` under limits. Stops mistakes and the clumsy; it is no wall against someone who means harm."""
    os.chdir(folder)
    os.environ.update(HOME=folder, TMPDIR=folder, TEMP=folder, TMP=folder)
    tempfile.tempdir = folder
    root = os.path.realpath(folder)
    size = limits["memory"]
    with suppress(OSError, ValueError), open("/proc/self/statm", encoding="ascii") as file:
        size += int(file.read().split()[0]) * resource.getpagesize()
    for what, most in (
        (resource.RLIMIT_AS, size), (resource.RLIMIT_CPU, int(limits["seconds"]) + 2),
        (resource.RLIMIT_FSIZE, limits["file"]), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_NOFILE, 256),
    ):
        with suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))

    def inside(path: Any) -> bool:
        if isinstance(path, int):
            return True
        with suppress(Exception):
            real = os.path.realpath(os.fsdecode(path))
            return real == root or real.startswith(root + os.sep) or real == os.devnull
        return False

    def watch(event: str, given: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = given
            if path is None or isinstance(path, int):
                return
            if flags and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC) and not inside(path):
                raise PermissionError(13, "a page writes in its scratch folder only", path)
            if ENVIRON.match(os.path.realpath(os.fsdecode(path))):
                raise PermissionError(13, "a page does not read what belongs to other processes", path)
        elif event in WRITES:
            if not all(inside(path) for path in given[:2] if isinstance(path, str | bytes | os.PathLike)):
                raise PermissionError(13, "a page writes in its scratch folder only", str(given[0]))
        elif event in NETWORK:
            raise OSError(101, "there is no network while a document is checked")
        elif event in ("os.kill", "os.killpg"):
            raise PermissionError(1, "a page ends no processes")

    sys.addaudithook(watch)


# ---- running --------------------------------------------------------------------------------------------------------


class Printed:
    """Standard output (or error) of a page: text with the line of the page that wrote it, up to a limit."""

    encoding, errors, closed = "utf-8", "strict", False

    def __init__(self, limit: int) -> None:
        self.left = limit
        self.events: list[tuple[int, str]] = []

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self.left -= len(text)
        if self.left < 0:
            raise Ended("it prints more than is read")
        frame: Any = sys._getframe(1)
        while frame is not None and frame.f_code.co_filename != PAGE:
            frame = frame.f_back
        self.events.append((frame.f_lineno if frame else 0, text))
        return len(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return False

    def fileno(self) -> int:
        return 1

    def take(self) -> list[tuple[int, str]]:
        taken, self.events = self.events, []
        return taken


def state_of(engine: Any) -> list[str]:
    """Digests of the states of torch's, NumPy's and Python's random generators."""
    of_engine = b""
    with suppress(Exception):
        of_engine = engine.get_rng_state().numpy().tobytes()
    state: Any = np.random.get_state()
    states = of_engine, np.asarray(state[1]).tobytes() + str(state[2:]).encode(), str(hash(random.getstate())).encode()
    return [hashlib.md5(each, usedforsecurity=False).hexdigest()[:12] for each in states]


def run_page(request: dict[str, Any], engine: Any, answers: Any) -> None:
    """All blocks of a page in one session, an answer for each step."""
    limits = request["limits"]
    main = types.ModuleType("__main__")
    main.__dict__["__builtins__"] = builtins
    sys.modules["__main__"] = main
    sys.argv = ["page"]
    sys.path.insert(0, os.getcwd())
    names = main.__dict__
    random.seed(request["seed"])
    np.random.seed(request["seed"])
    with suppress(AttributeError, NotImplementedError):
        engine.manual_seed(request["seed"])
    if request["filled"]:
        with suppress(Exception):  # memory that nobody wrote to is then not what it was in the first run
            engine._C._set_deterministic_algorithms(True, warn_only=True)  # the public door loads a compiler
    out, errors = Printed(limits["output"]), Printed(limits["output"])
    sys.stdout, sys.stderr = out, errors  # type: ignore[assignment]
    signal.signal(signal.SIGALRM, too_long)
    for source in request["preamble"]:
        with suppress(Exception):
            exec(compile(source, "<preamble>", "exec"), names)
    out.take()
    for number, steps in enumerate(request["blocks"]):
        for place, step in enumerate(steps):
            linecache.cache[PAGE] = (0, None, [], PAGE)
            warned: list[str] = []
            began = state_of(engine)
            signal.setitimer(signal.ITIMER_REAL, limits["step"])
            try:
                answer = one_step(step, names, engine, warned)
            except Ended as error:
                answer = {"ended": str(error)}
            except MemoryError as error:
                answer = {"ended": f"it needs more memory than it may have ({error})" if str(error) else
                          "it needs more memory than it may have"}
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
            answer.update(
                block=number, step=place, states=[began, state_of(engine)], warned=warned,
                events=out.take(), errors="".join(text for _, text in errors.take())[-2000:],
            )
            tell(answers, answer)
            if ("error" in answer or "ended" in answer) and not step["session"]:
                break
            out.left = limits["output"]


def too_long(*_: Any) -> None:
    raise Ended("it did not end in the time a step has")


def one_step(step: dict[str, Any], names: dict[str, Any], engine: Any, warned: list[str]) -> dict[str, Any]:
    """Run a statement, or what stands under one prompt, and say what it gave."""
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = lambda message, category, *rest: warned.append(f"{category.__name__}: {message}")
        try:
            try:
                tree = ast.parse(step["source"], PAGE)
            except ValueError as error:
                raise SyntaxError(str(error)) from None
            ast.increment_lineno(tree, step["line"] - 1)
            value, last, bound = None, None, ""
            for node in tree.body:
                value, bound = None, ""
                if isinstance(node, ast.Expr):
                    value = eval(compile(ast.Expression(node.value), PAGE, "eval"), names)
                    if value is not None:
                        names["_"] = last = value
                else:
                    exec(compile(ast.Module([node], []), PAGE, "exec"), names)
                    last = None
                    bound = step["name"]
            return told(value, last, names.get(bound) if bound else None, bool(bound), step["plain"])
        except Ended:
            raise
        except MemoryError:
            raise
        except SystemExit as error:
            return {"exit": str(error.code)}
        except BaseException as error:
            return refused(error)


def told(value: Any, last: Any, bound: Any, has_bound: bool, plain: bool) -> dict[str, Any]:
    """The value of the last expression, or of the name a statement bound where the page speaks of it."""
    answer: dict[str, Any] = {}
    shown = bound if has_bound else value
    if isinstance(shown, Nothing) or (isinstance(shown, list | tuple) and any(isinstance(x, Nothing) for x in shown)):
        return {"drawn": True}
    if value is not None:
        answer["echo"] = repr(value)
    if has_bound:
        answer["value"] = repr(bound)
    if plain and (has_bound or value is not None):
        answer["text"] = str(shown)
        answer["plain"] = plain_of(shown)
        shape = getattr(shown, "shape", None)
        if shape is not None:
            with suppress(Exception):
                answer["shape"] = repr(tuple(shape))
    return answer


def plain_of(value: Any) -> str | None:
    """A value as plain Python data in text: tensors and arrays as lists, sizes as tuples."""
    with suppress(Exception):
        if getattr(value, "requires_grad", False):
            value = value.detach()
        text = repr(value.tolist() if hasattr(value, "tolist") else tuple(value) if isinstance(value, tuple) else value)
        return text if len(text) < PLAIN else None
    return None


def refused(error: BaseException) -> dict[str, Any]:
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == PAGE:
            line = trace.tb_lineno
        trace = trace.tb_next
    kind = type(error)
    own = kind.__module__ in ("builtins", "__main__")
    text = error.msg or str(error) if isinstance(error, SyntaxError) else str(error)
    answer: dict[str, Any] = {
        "error": [kind.__qualname__ if own else f"{kind.__module__}.{kind.__qualname__}", text], "line": line,
    }
    for field in ("name", "filename"):
        if isinstance(held := getattr(error, field, None), str):
            answer[field] = held
    answer["bases"] = [each.__name__ for each in kind.__mro__]
    if missing := reason(error):
        answer["lacks"] = missing
    return answer


# ---- docstrings -----------------------------------------------------------------------------------------------------


def docstrings(name: str) -> Iterator[tuple[str, str, str]]:
    """Dotted name, module and text of each docstring under a package that has a prompt in it, none twice."""
    room = importlib.import_module(name) if importable(name) else None
    if room is None:
        owner, _, last = name.rpartition(".")
        yield from inside_of(name, getattr(importlib.import_module(owner), last), owner, set())
        return
    seen: set[int] = set()
    load_under(room)
    rooms = [(key, each) for key, each in sorted(sys.modules.items())
             if (key == name or key.startswith(f"{name}.")) and isinstance(each, types.ModuleType)]
    for key, each in rooms:
        yield from inside_of(key, each, key, seen)


def load_under(room: Any) -> None:
    """Import the public modules of a package, as far as they can be."""
    for found in pkgutil.iter_modules(vars(room).get("__path__", []), f"{room.__name__}."):
        last = found.name.rpartition(".")[2]
        if not last.startswith("_") and last not in ("testing", "test", "tests"):
            with suppress(Exception, SystemExit), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                load_under(importlib.import_module(found.name))


def importable(name: str) -> bool:
    with suppress(ImportError):
        importlib.import_module(name)
        return True
    return False


def inside_of(name: str, held: Any, module: str, seen: set[int]) -> Iterator[tuple[str, str, str]]:
    try:
        text = held.__doc__
    except Exception:  # such as that of a class whose attributes answer anything
        return
    if isinstance(text, str) and ">>>" in text and hash(text) not in seen:
        seen.add(hash(text))
        yield name, module, text
    if isinstance(held, types.ModuleType | type):
        for key, each in sorted(vars(held).items(), key=lambda pair: str(pair[0])):
            with suppress(Exception):  # attributes of modules may answer anything
                yield from under(name, key, each, held, module, seen)


def under(name: str, key: str, each: Any, held: Any, module: str, seen: set[int]) -> Iterator[tuple[str, str, str]]:
    """What stands under one name of a module or a class, where it is at home there."""
    if isinstance(each, staticmethod | classmethod):
        each = each.__func__
    if isinstance(each, types.ModuleType):
        return
    owner = getattr(each, "__module__", None)
    if isinstance(owner, str) and owner.partition(".")[0] not in (module.partition(".")[0], "builtins"):
        return
    if isinstance(each, type) and (each is held or (isinstance(held, type)
                                   and not getattr(each, "__qualname__", "").startswith(held.__qualname__))):
        return
    if callable(each) or isinstance(each, property) or hasattr(each, "__objclass__"):
        yield from inside_of(f"{name}.{key}", each, module, seen)


def list_docstrings(name: str) -> int:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    silence()
    try:
        for found in docstrings(name):
            print(json.dumps(found), file=answers)
    except (ImportError, AttributeError, ValueError) as error:
        why = "there is no such package" if isinstance(error, ValueError) else error  # no part of the name is a module
        print(json.dumps({"no package": f"{name}: {why}"}), file=answers)
        return 2
    return 0


if __name__ == "__main__":
    # Under its own name, so that what pages raise is caught by the classes of one module only.
    from minitorch_compat.parity.documents import inside

    code = inside.list_docstrings(sys.argv[2]) if sys.argv[1] == "--docstrings" else inside.main(sys.argv[1:])
    sys.stdout = None  # type: ignore[assignment]
    os._exit(code)
