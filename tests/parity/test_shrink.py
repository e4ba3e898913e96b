"""Cases are made smaller while they end the same way: on toy engines, on samples of torch's database, in documents."""
import ast
import json
import subprocess
import sys
import textwrap
import time
from types import SimpleNamespace

import numpy as np
import pytest
from toy import Engine

from minitorch_compat.parity import chapter
from minitorch_compat.parity.causes import signatures
from minitorch_compat.parity.cli import main
from minitorch_compat.parity.journal import read
from minitorch_compat.parity.runner import run_case
from minitorch_compat.parity.shrink import Shrinker, code_of, resize, shrink, shrunk, simpler, smaller

PROGRAM = '''\
def case(torch, see):
    """A claim."""
    scale = 2.5
    for step in range(7):
        with see.refusal('call'):
            x = torch.boom([[1.5, -2.0, 3.0], [4.0, 5.0, 6.0]], (3, 2), dtype=torch.float64, keep=True)
    y = torch.other(x, scale) + torch.boom(x)
    see('y', y.clone().detach())
'''


def test_what_is_not_needed_goes():
    def boom_of_two_rows(text):
        calls = [each for each in ast.walk(ast.parse(text)) if isinstance(each, ast.Call)
                 and ast.unparse(each.func) == "torch.boom" and each.args]
        return any(isinstance(each.args[0], ast.List) and len(each.args[0].elts) == 2 for each in calls)

    assert shrunk(PROGRAM, boom_of_two_rows) == "def case(torch, see):\n    torch.boom([[], []])"


@pytest.mark.parametrize(("needs", "left"), [
    ("torch.boom", "torch.boom"), ("2.5", "2.5"), ("'y'", "'y'"), ("keep=True", "keep=True"), ("range", "range"),
])
def test_what_is_left_still_holds_and_nothing_in_it_can_go(needs, left):
    text = shrunk(PROGRAM, lambda text: needs in text)
    assert left in text and len(text) < 70
    assert shrunk(text, lambda text: needs in text) == text


def test_nothing_is_tried_that_is_not_smaller_and_nothing_twice():
    seen = []

    def never(text):
        seen.append(text)
        return False

    whole = ast.unparse(ast.parse(PROGRAM))
    assert shrunk(whole, never) == whole
    assert len(seen) > 50 and len(set(seen)) == len(seen)
    assert all(simpler(each, whole) for each in seen)


def test_a_slow_case_is_left_as_it_has_become():
    began = time.monotonic()

    def slow(text):
        time.sleep(0.05)
        return True

    assert len(shrunk(PROGRAM, slow, seconds=0.2)) < len(PROGRAM)
    assert time.monotonic() - began < 2


AROUND = '''\
import numpy as np
DRAWN = [1.5, 2.5, 3.5]
OTHER = DRAWN + [1]
def row(torch, numbers):
    unused = len(numbers)
    return torch.boom(numbers, np.float64)
def case(torch, see):
    x = row(torch, DRAWN)
    see('x', x)
    see('other', OTHER)
'''


def test_what_stands_around_a_case_moves_into_it_and_goes():
    def of_three_numbers(text):
        ran, seen = {}, []
        try:
            exec(text, ran)
            ran["case"](SimpleNamespace(boom=lambda numbers, kind=None: len(numbers)), lambda *told: seen.append(told))
        except Exception:
            return False
        return ("x", 3) in seen

    assert shrunk(AROUND, of_three_numbers) == "def case(torch, see):\n    see('x', torch.boom([0.0, 0.0, 0.0]))"


def test_a_case_is_taken_with_what_it_needs_of_its_file():
    case, = cases()
    parts = [node.name if isinstance(node, ast.FunctionDef) else ast.unparse(node)
             for node in ast.parse(code_of(case)).body]
    assert parts == ["SCALE = 2", "doubled", "much"]


def test_sizes_change_together():
    tree = ast.parse("f([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], (2, 3), [x, y, 3])")
    resize(tree, 3, 1)
    assert ast.unparse(tree) == "f([[1.0], [4.0]], (2, 1), [x, y, 1])"


def on(reference, candidate):
    """What runs a case on two engines, in this process."""
    return lambda case: run_case(case, reference, candidate)


SCALE = 2


def doubled(torch):
    return torch.double(torch.leaf())


def cases():
    case = chapter("toy.shrinking")

    @case(states={"before": 1})
    def much(torch, see):
        """It shows more than it needs."""
        see("before", 1)
        state = torch.state_dict()
        for _ in range(SCALE):
            y = doubled(torch)
        see("y", y)
        see.state("state", state)
        print(torch.text(y))

    return case.cases


@pytest.mark.parametrize(("flaw", "left"), [
    ("values", "see('y', torch.double(torch.leaf()))"),
    ("dtype", "see('y', torch.double(torch.leaf()))"),
    ("printed text", "print(torch.text(None))"),
    ("state", "see.state('state', torch.state_dict())"),
])
def test_the_dimension_and_the_cause_stay(flaw, left):
    case, = cases()
    result = run_case(case, Engine(), Engine(flaw))
    cause = next(iter(signatures(result)))
    text = shrink(case, result.outcome, cause, on(Engine(), Engine(flaw)))
    assert [line.strip() for line in text.splitlines()] == ["def much(torch, see):", left]
    found = run_case(smaller(case, text), Engine(), Engine(flaw))
    assert found.outcome == "differs" and cause in signatures(found)
    assert {each for each, what in found.dimensions.items() if what == "differs"} == {flaw}


def test_what_agrees_or_lives_in_another_function_is_left_alone():
    case, = cases()
    with Shrinker("toy:right", "toy:right", "none") as shrinker:
        assert shrinker.shrink(case, run_case(case, Engine(), Engine())) is None
        late = run_case(case, Engine(), Engine()).but(outcome="timed out", message="not done after 60 s")
        assert shrinker.shrink(case, late) is None
        assert shrinker.pair is None
    outer = 1

    def inner(torch, see):
        see("outer", outer)

    closed = chapter("toy.closed")(states={})
    inner.__doc__ = "A claim."
    case = closed(inner)
    assert shrink(case, "differs", "values · x", on(Engine(), Engine())) is None


def test_samples_of_the_database_become_a_line():
    torch = pytest.importorskip("torch")
    from minitorch_compat.parity.opinfo import Drawn, support

    class Off:
        def __getattr__(self, name):
            return getattr(torch, name)

        def softmax(self, *given, **more):
            return torch.softmax(*given, **more) * 1.5

        def matmul(self, x, y):
            return torch.matmul(x, y) if x.shape[-1] < 3 else torch.matmul(x, y) + 1

    made = Drawn(("float64",))
    for each in support.database().op_db:
        if each.name in ("softmax", "matmul"):
            made.operator(each)
    shapes = set()
    for case in made.cases:
        result = run_case(case, torch, Off())
        if result.outcome != "differs" or case.chapter in shapes:
            continue
        shapes.add(case.chapter)
        text = shrink(case, result.outcome, next(iter(signatures(result))), on(torch, Off()))
        assert text is not None and len(text) < 220, text
        if "matmul" in case.chapter:
            assert np.prod(eval(text.partition("torch.ones(")[2].partition(", dtype")[0])) == 3
    assert shapes >= {"opinfo.softmax", "opinfo.matmul"}


DYING = '''
import os
from toy import Engine


def engine():
    made, calls = Engine(), []

    def act():
        calls.append(1)
        if len(calls) > 1:
            os.kill(os.getpid(), 9)
        raise RuntimeError("odd")

    made.act = act
    return made
'''


@pytest.fixture
def arguments(toys):
    (toys / "dying.py").write_text(DYING)
    return ["--catalogue", "toy_catalogue", "--reference", "engines.py:right", "--shrink"]


def test_from_the_command_line_to_the_report(arguments, toys, capsys):
    arguments += ["toys.all/everything", "--engine", "engines.py:wrong"]
    assert main(["run", *arguments, "--report", "out"]) == 1
    result, = read(toys / "out" / "results.jsonl").results
    code = "from toy import show_all\n\ndef everything(torch, see):\n    show_all(torch, see)\n"
    assert result.shrunk == code
    script, = (toys / "out").glob("shrunk/*.py")
    ran = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=100, cwd=toys)
    assert ran.returncode == 1 and "y: DIFFERS" in ran.stdout, ran.stderr
    report = json.loads((toys / "out" / "report.json").read_text())
    assert report["results"][0]["shrunk"] == result.shrunk
    assert "Less code that ends the same way" in (toys / "out" / "report.md").read_text()
    assert json.dumps(result.shrunk)[1:-1] in (toys / "out" / "report.html").read_text()
    capsys.readouterr()
    assert main(["explain", *arguments]) == 1
    shown = textwrap.indent(code, "  ", lambda line: True).rstrip()
    assert f"SHRUNK, IT ENDS THE SAME WAY\n{shown}" in capsys.readouterr().out


def test_an_engine_that_dies_on_the_way_costs_what_it_dies_in(arguments, toys, capsys):
    assert main(["run", "toys.all/acting", *arguments, "--engine", "dying.py:engine", "--report", "out"]) == 1
    result, = read(toys / "out" / "results.jsonl").results
    assert result.outcome == "differs" and "    torch.act()\n" in result.shrunk


CRASHING = '''

DRAWN = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]


def drawn(torch):
    return [[each + 0.5 for each in row] for row in DRAWN]


@case(fact="4")
def crashing(torch, see):
    """It ends the process of an engine that minds more than one row."""
    see("before", 1)
    for step in range(3):
        torch.minding(drawn(torch), step, more=True)
'''

MINDING = '''
import os
import signal
from toy import Engine


def engine(minds=True):
    made = Engine()

    def minding(rows, *given, **named):
        if minds and len(rows) > 1:
            os.kill(os.getpid(), signal.SIGSEGV)

    made.minding = minding
    return made


def sound():
    return engine(minds=False)
'''


def test_a_crash_stays_a_crash_while_the_case_gets_smaller(toys, capsys):
    cases = toys / "toy_catalogue" / "reference_cases" / "toys.py"
    cases.write_text(cases.read_text() + CRASHING)
    (toys / "minding.py").write_text(MINDING)
    assert main(["run", "toys.all/crashing", "--catalogue", "toy_catalogue", "--reference", "minding.py:sound",
                 "--engine", "minding.py:engine", "--report", "out", "--shrink"]) == 1
    result, = read(toys / "out" / "results.jsonl").results
    assert result.outcome == "crashed" and "SIGSEGV" in result.message
    assert result.shrunk == "def crashing(torch, see):\n    torch.minding([[], []])\n"
    script, = (toys / "out").glob("shrunk/*.py")
    ran = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=100, cwd=toys)
    assert ran.returncode == 1 and "minding.py:engine: ended with -11" in ran.stdout, ran
    script.write_text(script.read_text().replace("minding.py:engine", "minding.py:sound"))
    assert subprocess.run([sys.executable, script], capture_output=True, timeout=100, cwd=toys).returncode == 0
