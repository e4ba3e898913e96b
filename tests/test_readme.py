"""The README's examples do what it says: sessions, commands with their output, and code quoted from the source.

A `pycon` block is a doctest and goes on where the one before it stopped. A `console` block is run in an empty folder;
`...` in its output stands for anything. A `python` block names its file in the first line: code of this repository must
stand in that file to the letter, any other is written to the folder for the commands that follow. `sh` blocks are
commands for a clone; the two that install are typed by `.ci/run`.
"""
import doctest
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.M | re.S)


def blocks(*kinds: str) -> list[str]:
    return [text for kind, text in BLOCKS if kind in kinds]


def test_every_block_is_of_a_kind_that_is_tested() -> None:
    assert {kind for kind, _ in BLOCKS} == {"sh", "pycon", "console", "python", "yaml"}


def test_sessions() -> None:
    pytest.importorskip("torch", reason="the session about `run` holds the engine against torch")
    session = doctest.DocTestParser().get_doctest("\n".join(blocks("pycon")), {}, "README.md", "README.md", 0)
    told: list[str] = []
    failed, tried = doctest.DocTestRunner(verbose=False).run(session, out=told.append)
    assert tried > 20
    assert not failed, "".join(told)


def commands() -> Iterator[tuple[str, str]]:
    """Each command with the output the README shows; a file to be written comes as the command that writes it."""
    for kind, text in BLOCKS:
        if kind == "python" and not (ROOT / named(text)).exists():
            yield f"cat > {named(text)} <<'END'\n{text}END", ""
        if kind == "console":
            for each in re.split(r"^\$ ", text, flags=re.M)[1:]:
                command, _, output = each.partition("\n")
                yield command, output


def named(text: str) -> str:
    """The file that a block of code names in its first line."""
    return text.partition("\n")[0].removeprefix("# ")


def test_commands(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="the commands hold the engine against torch")
    environment = {
        **os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "COLUMNS": "200",
    }
    for name in [name for name in environment if name.startswith(("PYTEST_", "COV_"))]:
        del environment[name]
    code, wrong = 0, []
    for command, expected in commands():
        program = f"(exit {code})\n{command}\n"
        done = subprocess.run(
            ["bash", "-c", program], cwd=tmp_path, env=environment, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )
        code = done.returncode
        # A line of dots stands for lines, one at least; dots within a line for anything.
        pattern = re.escape(expected).replace(re.escape("...\n"), r"[^\n]*\n(?:.*\n)?").replace(re.escape("..."), ".*")
        if re.fullmatch(pattern, done.stdout, re.S) is None:
            wrong.append(f"$ {command}\n{done.stdout}\n--- where the README has\n{expected}")
    assert not wrong, "\n\n".join(wrong)
    assert (tmp_path / "sine.html").exists() and (tmp_path / "second" / "report.html").exists()


@pytest.mark.parametrize("text", [text for text in blocks("python") if (ROOT / named(text)).exists()], ids=named)
def test_quoted_code_stands_in_its_file(text: str) -> None:
    assert text.partition("\n")[2] in (ROOT / named(text)).read_text(encoding="utf-8")


def test_the_two_commands_are_what_ci_types() -> None:
    installing = [line for text in blocks("sh") for line in text.splitlines() if line.startswith("pip install")]
    typed = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert len(installing) == 2
    assert all(f"\n    {line}\n" in typed for line in installing)


def test_links_lead_somewhere() -> None:
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if "://" not in link]
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_exit_codes_are_those_of_the_command_line() -> None:
    from minitorch_compat.parity import cli
    from minitorch_compat.parity.known import PROBLEMS

    table = README.partition("| exit code | meaning |")[2].partition("\n\n")[0]
    codes = {int(code) for code in re.findall(r"^\| (\d+) \|", table, re.M)}
    assert codes == {cli.AGREEMENT, cli.DIFFERENCES, cli.MISUSE, cli.STOPPED, cli.NOTHING, *PROBLEMS.values()}


def test_outcomes_and_verdicts_are_all_explained() -> None:
    from minitorch_compat.parity.result import DIMENSIONS, DOCUMENT_VERDICTS, OUTCOMES

    chapter = README.partition("## How to read a report")[2].partition("\n## ")[0]
    cells = {name for cell in re.findall(r"^\| ([^|]+) \|", chapter, re.M) for name in cell.split(", ")}
    assert {*OUTCOMES, *DOCUMENT_VERDICTS} <= cells
    prose = " ".join(chapter.split())
    assert [each for each in DIMENSIONS if each not in prose] == []
