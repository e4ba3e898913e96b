"""The toy engines are imported by name from every test here; `toys` makes a catalogue of them."""
import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

CASES = '''"""A chapter of toys."""
from toy import show_all

from minitorch_compat.parity import chapter

case = chapter("toys.all", document="a.txt")


@case(lines="1-2", fact="1", states={"x.grad": [[2, 2], [2, 2]]})
def everything(torch, see):
    """All of it."""
    show_all(torch, see)


@case(fact="2")
def acting(torch, see):
    """An act."""
    see("before", 1)
    torch.act()


@case(fact="3")
def last(torch, see):
    """The last."""
    see("last", 1)
'''

ENGINES = '''
import os, signal, sys, time
from toy import Engine


def engine(flaw=None, act=lambda: None):
    made = Engine(flaw)
    made.act = act
    return made


def right():
    return engine()


def wrong():
    return engine("values")


def lacking():
    return Engine()


def dying():
    return engine(act=lambda: os.kill(os.getpid(), signal.SIGSEGV))


def leaving():
    return engine(act=lambda: os._exit(7))


def slow():
    return engine(act=lambda: time.sleep(60))


def deaf():
    def act():
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
        time.sleep(60)
    return engine(act=act)


def failing():
    raise RuntimeError("it does not start")
'''


@pytest.fixture
def toys(tmp_path, monkeypatch):
    """A folder, made the current one, with a catalogue `toy_catalogue` and engines in `engines.py`."""
    return toys_in(tmp_path, monkeypatch)


@pytest.fixture(scope="module")
def toys_for_all(tmp_path_factory):
    """Such a folder for all tests of a module; it is the current one only while this is set up."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield toys_in(tmp_path_factory.mktemp("toys"), monkeypatch), monkeypatch


def toys_in(tmp_path, monkeypatch):
    package = tmp_path / "toy_catalogue" / "reference_cases"
    package.mkdir(parents=True)
    (package.parent / "__init__.py").write_text("")
    (package / "__init__.py").write_text("")
    (package / "toys.py").write_text(CASES)
    (tmp_path / "engines.py").write_text(ENGINES)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    here = str(Path(__file__).parent)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(tmp_path), here, os.environ.get("PYTHONPATH")])))
    for name in [each for each in sys.modules if each.startswith("toy_catalogue")]:
        monkeypatch.delitem(sys.modules, name)
    return tmp_path
