"""What a page may not do: see the user's environment, stay, write elsewhere, or take more than its share."""
import os
from pathlib import Path

import pytest

from minitorch_compat.parity.documents import Page, check_page
from minitorch_compat.parity.documents.markdown import blocks
from minitorch_compat.parity.documents.outside import Limits, Sessions
from minitorch_compat.parity.documents.verdicts import Checked


def checked(sessions: Sessions, *codes: str) -> list[Checked]:
    """Each code a block of one page, on the engine, which begins faster than torch."""
    text = "\n".join(f"```python\n{code}\n```\n" for code in codes)
    return check_page(Page("page", tuple(blocks(text)), text=text), sessions).blocks


def test_no_secret_of_the_environment_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_TOKEN", "s3cret")
    with Sessions("minitorch_compat") as sessions:
        one, two = checked(
            sessions, "import os\nprint('s3cret' in str(dict(os.environ)))",
            "print(open(f'/proc/{os.getppid()}/environ').read())",
        )
    assert one.today == "False\n"
    assert "PermissionError" in two.today and two.verdict == "not checkable"


def test_what_it_writes_is_gone_and_what_is_elsewhere_stays(engine_sessions: Sessions, tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text("mine")
    one, two, three, four = checked(
        engine_sessions,
        "import os\nn = open('note.txt', 'w').write('hello')\nprint(open('note.txt').read(), os.getcwd())",
        f"open({str(kept)!r}, 'w')", f"os.remove({str(kept)!r})", "print(os.path.exists('note.txt'))",
    )
    folder = one.today.split()[1]
    assert one.today.startswith("hello") and not os.path.exists(folder)
    assert {two.verdict, three.verdict} == {"not checkable"} and "scratch" in two.why + three.why
    assert kept.read_text() == "mine"
    assert four.today == "True\n"
    assert checked(engine_sessions, "import os\nprint(os.path.exists('note.txt'))")[0].today == "False\n"


def test_time_memory_output_and_death_are_told() -> None:
    with Sessions("minitorch_compat", Limits(seconds=20, step=1, memory=200 << 20, output=1000)) as sessions:
        late, much, long, asks, net, left, alive, dead, after = checked(
            sessions, "while True:\n    pass", "x = bytearray(1 << 30)", "print('a' * 2000)", "input()",
            "import socket\nsocket.create_connection(('192.0.2.1', 80))", "import sys\nsys.exit(3)", "print(1)",
            "import os\nos._exit(7)", "print(2)",
        )
        assert "did not end" in late.why
        assert "memory" in much.why
        assert "prints more" in long.why
        assert "asks its user" in asks.why
        assert "network" in net.why
        assert "exit code 3" in left.why
        assert alive.verdict == "matches" and alive.today == "1\n"
        assert "code 7" in dead.why and "code 7" in after.why
        assert {each.verdict for each in (late, much, long, asks, net, left, dead, after)} == {"not checkable"}
        assert checked(sessions, "print('next')")[0].today == "next\n"


def test_pages_do_not_see_one_another(engine_sessions: Sessions) -> None:
    checked(engine_sessions, "import torch\ntorch.set_default_dtype(torch.float64)\nkept = 1")
    one, two = checked(engine_sessions, "import torch\nprint(torch.ones(1).dtype)", "print('kept' in globals())")
    assert (one.today, two.today) == ("torch.float32\n", "False\n")
