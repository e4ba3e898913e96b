"""`compare`: programs on two engines, and where they part. The differences are planted by programs that know where
they run; but for one training run, both sides are this engine, which imports sooner than torch."""
import json
import re

import pytest

from minitorch_compat.parity.cli import main
from minitorch_compat.parity.scripts import parting

TOY = """
import minitorch_compat

class Toy:
    __version__ = "toy"

    def __getattr__(self, name):
        return getattr(minitorch_compat, name)

engine = Toy
"""


@pytest.fixture
def toy(tmp_path, monkeypatch):
    (tmp_path / "toy.py").write_text(TOY)
    monkeypatch.chdir(tmp_path)


def compare(capsys, program, *options):
    """The exit code and what is told of a program that knows in `_ours` whether it runs on the second side."""
    program = f"import torch\n_ours = torch.__version__ == 'toy'\n{program}\n"
    code = main(["compare", "--reference", "minitorch_compat", "--engine", "toy.py:engine", *options, "-c", program])
    return code, capsys.readouterr().out


def test_a_training_run_agrees_with_torch(capsys):
    pytest.importorskip("torch", reason="the program is held against torch")
    program = """
import torch
torch.manual_seed(1)
x, y = torch.randn(4, 1), torch.randn(4, 1)
model = torch.nn.Linear(1, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
losses = []
for epoch in range(5):
    optimizer.zero_grad()
    loss = torch.nn.functional.mse_loss(model(x), y)
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
print(loss, model)
"""
    code, told = main(["compare", "-c", program]), capsys.readouterr().out
    assert code == 0, told
    assert "-c: agrees" in told and "random stream" in told and "state" in told and "differ" not in told


@pytest.mark.parametrize(("program", "dimension", "words"), [
    ("print('a'); print(1.5 if _ours else 1.25)", "printed text",
     "parts at line 2; 1 of 2 lines differ, in numbers alone, at most 0.2 apart (relative)"),
    ("print('b' if _ours else 'a')", "printed text", "parts at line 1; 1 of 1 lines differ"),
    ("x = torch.ones(2) + _ours", "values", "x: 2 of 2 numbers differ"),
    ("if _ours: raise ValueError('no')", "exceptions", "the end of the program"),
    ("if _ours: __import__('warnings').warn('careful')", "warnings", "careful"),
    ("torch.rand(1)\nif _ours: torch.rand(1)", "random stream", "at the end"),
    ("x = torch.ones(1, requires_grad=True)\n(x * (2 + _ours)).backward()", "gradients", "x.grad"),
])
@pytest.mark.usefixtures("toy")
def test_each_way_to_part(capsys, program, dimension, words):
    code, told = compare(capsys, program)
    assert code == 1
    assert re.findall(r"^  (\w.*?) +\d+ differs?$", told, re.M) == [dimension] and words in told


@pytest.mark.usefixtures("toy")
def test_what_changes_from_run_to_run_is_not_the_engines(capsys):
    code, told = compare(capsys, "import time\nnow = time.time()\nprint('at', now)\nprint('done')")
    assert code == 0, told
    code, told = compare(capsys, "import time\nprint('at', time.time())\nprint('b' if _ours else 'a')")
    assert code == 1 and "parts at line" in told


@pytest.mark.usefixtures("toy")
def test_a_tolerance_can_be_asked_for(capsys):
    program = "x = torch.ones(2) * (1.00001 if _ours else 1)"
    assert compare(capsys, program, "--relative", "1e-4")[0] == 0
    assert compare(capsys, program, "--relative", "1e-6")[0] == 1


@pytest.mark.parametrize(("program", "words"), [
    ("if _ours: __import__('os')._exit(3)", "crashed: on toy.py:engine: exit code 3"),
    ("if _ours: __import__('os').abort()", "crashed: on toy.py:engine: signal 6"),
    ("if _ours: raise NotImplementedError('no jit')", "the end of the program"),
])
@pytest.mark.usefixtures("toy")
def test_other_ends(capsys, program, words):
    code, told = compare(capsys, program)
    assert code == 1 and words in told


@pytest.mark.usefixtures("toy")
def test_a_program_that_does_not_end(capsys):
    code, told = compare(capsys, "while _ours: pass", "--timeout", "3")
    assert code == 1 and "timed out: not done after 3 s, on toy.py:engine" in told


def test_lacking_names_come_with_file_and_line(capsys, tmp_path):
    program = "import torch\n\nif 'minitorch' in torch.__version__:\n    torch.jit.script(1)\n"
    (tmp_path / "program.py").write_text(program)
    assert main(["compare", str(tmp_path / "program.py")]) == 1
    told = capsys.readouterr().out
    assert f"engine lacks it: {tmp_path}/program.py, line 4: minitorch_compat does not have torch.jit" in told
    assert f"lacking: {tmp_path}/program.py, line 4: torch.jit.script" in told


@pytest.mark.usefixtures("toy")
def test_it_is_reported(capsys, tmp_path):
    code, told = compare(capsys, "losses = [1.0, 0.5 + _ours]", "--report", "out", "--format", "json")
    assert code == 1 and "wrote out/report.json" in told
    result, = json.loads((tmp_path / "out" / "report.json").read_text())["results"]
    assert result["outcome"] == "differs" and result["differences"][0]["name"] == "losses"


@pytest.mark.parametrize("arguments", [[], ["nix.py"], ["--engine", "nix", "-c", "0"], ["-c", "0", "-m", "x"]])
def test_misuse(capsys, arguments):
    assert main(["compare", "--reference", "minitorch_compat", *arguments]) == 2
    assert capsys.readouterr().err.startswith("minitorch-compat: ")


def test_parting():
    assert parting("a 1.0\nb\n", "a 1.5\nb\n").splitlines() == [
        "parts at line 1; 1 of 2 lines differ, in numbers alone, at most 0.5 apart (relative)", "a 1.0", "a 1.5"
    ]
    told = parting("a\nb\n", "a\n").splitlines()
    assert told == ["parts at line 2; 1 of 2 lines differ", "b", "(the text has ended)"]
