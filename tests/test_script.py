"""Programs written for torch, run on the engine as Python would run them."""
import subprocess
import sys
from pathlib import Path

import pytest

TRAIN = """\
import sys

import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(2, 1)
if __name__ == "__main__":
    print(sys.argv[1:], torch.rand(2))
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.py").write_text(TRAIN)
    return tmp_path


def run(*arguments: str, module: str = "minitorch_compat") -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", module, *arguments], capture_output=True, text=True, timeout=60)


def by_python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("arguments", [("train.py", "--lr", "1"), ("-m", "train", "-c", "x"), ("-c", TRAIN, "-m")])
@pytest.mark.parametrize("face", [("minitorch_compat",), ("minitorch_compat.parity.cli", "exec")])
def test_a_file_a_module_and_text(folder: Path, arguments: tuple[str, ...], face: tuple[str, ...]) -> None:
    done = run(*face[1:], *arguments, module=face[0])
    rest = list(arguments[1:] if arguments[0] == "train.py" else arguments[2:])
    assert (done.stdout, done.stderr, done.returncode) == (f"{rest} tensor([0.1320, 0.3074])\n", "", 0)


@pytest.mark.parametrize("program", [
    "import sys\nprint(__name__, __file__, sys.argv, sys.path[0])",
    "def f():\n    raise ValueError('wrong')\n\nf()",
    "import sys\nsys.exit('told')", "import sys\nsys.exit(7)", "raise SystemExit", "def f(:\n", "assert False",
    "import sys\nsys.excepthook = lambda *told: print(told[0], file=sys.stderr)\n1 / 0",
    "import pickle\nclass A: pass\nprint(type(pickle.loads(pickle.dumps(A()))))",
    "import other\nprint(other.__file__, dir())",
])
def test_it_ends_as_under_python(folder: Path, program: str) -> None:
    (folder / "program.py").write_text(program + "\n")
    (folder / "other.py").write_text("")
    ours, pythons = run("program.py", "a"), by_python("program.py", "a")
    assert (ours.stdout, ours.stderr, ours.returncode) == (pythons.stdout, pythons.stderr, pythons.returncode)


def test_processes_it_starts_have_the_engine_too(folder: Path) -> None:
    (folder / "work.py").write_text("import torch\ndef name(_):\n    return torch.nn.__file__\n")
    (folder / "program.py").write_text(
        "import subprocess, sys, multiprocessing, work\n"
        "if __name__ == '__main__':\n"
        "    with multiprocessing.get_context('spawn').Pool(1) as pool:\n"
        "        print(*pool.map(work.name, [0]), flush=True)\n"
        "    subprocess.run([sys.executable, '-c', 'import torch.nn as nn; print(nn.__file__)'], check=True)\n"
    )
    done = run("program.py")
    first, second = done.stdout.splitlines()
    assert first == second and "minitorch_compat" in first, done.stderr


def test_what_is_lacking_is_named_with_file_and_line(folder: Path) -> None:
    (folder / "parts.py").write_text("import torch\n\n\ndef script(model):\n    return torch.jit.script(model)\n")
    (folder / "program.py").write_text(
        "import torch as t\nfrom parts import script\n\nmodel = t.nn.Linear(1, 1)\n"
        "script(model)\nt.hub.load('x', 'y')\n"
    )
    done = run("program.py")
    told = done.stderr.splitlines()[-4:]
    assert done.returncode == 1
    assert told == [
        f"minitorch-compat: {folder}/parts.py, line 5: minitorch_compat does not have torch.jit.script yet",
        "minitorch-compat: what the program names and the engine does not have:",
        f"  {folder}/program.py, line 6: torch.hub.load",
        f"  {folder}/parts.py, line 5: torch.jit.script",
    ]


def test_an_error_of_the_programs_own_names_nothing(folder: Path) -> None:
    done = run("-c", "import torch\ntorch.ones(2) @ torch.ones(3)")
    assert done.stderr.splitlines()[-1] == (
        "RuntimeError: inconsistent tensor size, expected tensor [2] and src [3] to have the same number of elements, "
        "but got 2 and 3 elements respectively"
    )


@pytest.mark.parametrize(("arguments", "words"), [
    ((), "usage"), (("nix.py",), "nix.py: there is no such file"), (("-m",), "-m needs a module"),
    (("-x",), "no option -x"),
])
def test_misuse(folder: Path, arguments: tuple[str, ...], words: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2 and words in done.stderr and "Traceback" not in done.stderr
