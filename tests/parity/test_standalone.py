"""The script that shows a difference without the harness."""
import io
import subprocess
import sys
from contextlib import redirect_stdout

import pytest

from minitorch_compat.parity.case import catalogue
from minitorch_compat.parity.cli import main
from minitorch_compat.parity.standalone import script


def explained(toys, engine, case):
    """The script `explain` writes, and how it ends."""
    main(["explain", "--catalogue", "toy_catalogue", "--reference", "engines.py:right", "--engine",
          f"engines.py:{engine}", case, "--script", "alone.py"])
    text = (toys / "alone.py").read_text()
    return text, subprocess.run([sys.executable, "alone.py"], capture_output=True, text=True, timeout=60)


def test_it_prints_the_difference_and_exits_1_while_it_lasts(toys):
    text, ran = explained(toys, "wrong", "everything")
    assert ran.returncode == 1 and ran.stderr == ""
    assert "y: DIFFERS" in ran.stdout and "6.000000476837158" in ran.stdout
    assert "minitorch_compat.parity" not in text and "chapter(" not in text
    (toys / "alone.py").write_text(text.replace("engines.py:wrong", "engines.py:right"))
    repaired = subprocess.run([sys.executable, "alone.py"], capture_output=True, text=True, timeout=60)
    assert repaired.returncode == 0 and "y: the same" in repaired.stdout


def test_it_shows_what_is_lacking(toys):
    _, ran = explained(toys, "lacking", "acting")
    assert ran.returncode == 1 and "AttributeError: 'Engine' object has no attribute 'act'" in ran.stdout


def test_where_the_engines_agree_it_exits_0(toys):
    _, ran = explained(toys, "right", "everything")
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_script_of_every_case_runs_on_torch_and_finds_no_difference():
    pytest.importorskip("torch")
    failed = {}
    for case in catalogue():
        text = script(case, "torch", "torch", []).replace("range(200)", "range(3)")  # of long training the beginning
        with redirect_stdout(io.StringIO()) as out, pytest.raises(SystemExit) as left:
            exec(compile(text, case.id, "exec"), {"__name__": "__main__"})
        if left.value.code:
            failed[case.id] = out.getvalue()
    assert not failed
