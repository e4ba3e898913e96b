"""The README's workflow for GitHub's runners: its jobs, and its steps run as a runner would run them."""
import importlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from minitorch_compat.parity.report.github import ANNOTATIONS, LIMIT

yaml: Any = importlib.import_module("yaml")

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
TEXT, = re.findall(r"^```yaml\n(.*?)^```$", README, re.M | re.S)
WORKFLOW = yaml.safe_load(TEXT)

ENGINE = """\
import minitorch_compat


class Engine:
    def __getattr__(self, name):
        return getattr(minitorch_compat, name)
"""

WRONG = """
    def sin(self, x):
        return minitorch_compat.sin(x) * 1.000001
"""


class Runner:
    """Runs the steps of jobs in a folder each, and hands artifacts from one to the next."""

    def __init__(self, folder: Path, **variables: str) -> None:
        self.folder, self.artifacts = folder, dict[str, list[Path]]()
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self.environment = {**os.environ, "PATH": path, **WORKFLOW["env"], **variables}
        self.printed = ""

    def job(self, name: str, files: dict[str, str], **matrix: Any) -> int:
        """The exit code of the first step that fails, or 0."""
        workspace = self.folder / "-".join(map(str, (name, *matrix.values())))
        workspace.mkdir()
        for each, text in files.items():
            (workspace / each).write_text(text)
        self.environment["GITHUB_STEP_SUMMARY"] = str(workspace / "summary")
        failed = 0
        for step in WORKFLOW["jobs"][name]["steps"]:
            condition = step.get("if", "success()")
            if (failed and "always()" not in condition) or not self.files_there(condition, workspace):
                continue
            if "run" in step:
                code = self.run(re.sub(r"\$\{\{ matrix\.(\w+) \}\}", lambda match: str(matrix[match[1]]), step["run"]),
                                workspace)
                failed = failed or code
            else:
                self.use(step["uses"].partition("@")[0], step.get("with", {}), workspace, matrix)
        return failed

    def files_there(self, condition: str, workspace: Path) -> bool:
        named = re.search(r"hashFiles\('([^']+)'\) != ''", condition)
        return named is None or (workspace / named[1]).exists()

    def run(self, command: str, workspace: Path) -> int:
        if command.startswith("pip install"):  # what is tested is installed
            assert f"\n{command} && minitorch-compat run\n" in README
            return 0
        done = subprocess.run(["bash", "-e", "-o", "pipefail", "-c", command], cwd=workspace, env=self.environment,
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        self.printed += done.stdout
        return done.returncode

    def use(self, action: str, given: dict[str, str], workspace: Path, matrix: dict[str, Any]) -> None:
        if action == "actions/upload-artifact":
            name, pattern = (re.sub(r"\$\{\{ matrix\.(\w+) \}\}", lambda match: str(matrix[match[1]]), given[each])
                             for each in ("name", "path"))
            self.artifacts[name] = [workspace / pattern]
            assert (workspace / pattern).exists()
        elif action == "actions/download-artifact":
            for name, paths in self.artifacts.items():
                if Path(name).match(given["pattern"]):
                    (workspace / name).mkdir()
                    for path in paths:
                        (workspace / name / path.name).write_bytes(path.read_bytes())
        else:
            assert action in ("actions/checkout", "actions/setup-python")


def test_the_workflow_is_one() -> None:
    assert TEXT.startswith("# .github/workflows/parity.yml\n")
    assert WORKFLOW[True] == ["push", "pull_request"]  # "on" is a truth value in YAML
    cases, parity = WORKFLOW["jobs"]["cases"], WORKFLOW["jobs"]["parity"]
    assert parity["needs"] == "cases" and parity["if"] == "always()"
    shards = cases["strategy"]["matrix"]["shard"]
    assert shards == list(range(1, len(shards) + 1))
    assert any(f"}}}}/{len(shards)} " in step.get("run", "") for step in cases["steps"])
    for step in (*cases["steps"], *parity["steps"]):
        assert ("run" in step) != ("uses" in step)
        assert "uses" not in step or re.fullmatch(r"actions/[\w-]+@v\d+", step["uses"])


@pytest.mark.parametrize(("wrong", "known", "code"), [
    (False, False, 0), (True, False, 1), (True, True, 0),
], ids=["right", "wrong", "wrong as is known"])
def test_shards_are_run_merged_and_judged(tmp_path: Path, wrong: bool, known: bool, code: int) -> None:
    files = {"engine.py": ENGINE + WRONG * wrong, "known-differences.toml": ""}
    runner = Runner(tmp_path, ENGINE="engine.py:Engine", REFERENCE="recorded:2.13", CASES="documents.sine")
    for shard in WORKFLOW["jobs"]["cases"]["strategy"]["matrix"]["shard"]:
        assert runner.job("cases", files, shard=shard) == 0, runner.printed
    if known:
        files["known-differences.toml"] = entries(runner, tmp_path)
    runner.printed = ""
    assert runner.job("parity", files) == code, runner.printed
    report = json.loads((tmp_path / "parity" / "parity-report" / "report.json").read_text())
    assert report["complete"] and report["selected"] == len(report["results"]) == 8
    differs = [each for each in report["results"] if each["outcome"] == "differs"]
    assert bool(differs) == wrong
    summary = (tmp_path / "parity" / "summary").read_bytes()
    assert b"# Parity report" in summary and len(summary) < LIMIT
    told = re.findall(r"^::error file=.*sine\.py,line=\d+,title=(.*?)%3A differs::", runner.printed, re.M)
    assert told == [] if known else told == [each["id"] for each in differs][:ANNOTATIONS]
    badge = json.loads((tmp_path / "parity" / "parity-report" / "report-badge.json").read_text())
    assert badge["message"] == f"{8 - len(differs)} of 8"


def entries(runner: Runner, folder: Path) -> str:
    """What `known add` writes for every difference of the shards."""
    for shard in (1, 2):
        journal = folder / f"cases-{shard}" / f"shard-{shard}" / "results.jsonl"
        for line in journal.read_text().splitlines():
            result = json.loads(line).get("result", {})
            if result.get("outcome") == "differs":
                added = f"minitorch-compat known add {result['id']} --reason seen --journal {journal}"
                assert runner.run(added, folder) == 0, runner.printed
    return (folder / "known-differences.toml").read_text()


def test_what_was_good_and_is_not_makes_it_red(tmp_path: Path) -> None:
    """The step about the baseline, with and without one."""
    step, = (step for step in WORKFLOW["jobs"]["parity"]["steps"] if "--fail-on" in step.get("run", ""))
    runner = Runner(tmp_path)
    files = {"engine.py": ENGINE, "off.py": ENGINE + WRONG}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    for name, folder in (("engine.py:Engine", "was"), ("off.py:Engine", "parity-report")):
        runner.run(f"minitorch-compat run documents.sine/weights_of_one --engine {name} --reference recorded:2.13 "
                   f"--report {folder} --format json", tmp_path)
    assert not runner.files_there(step["if"], tmp_path)
    (tmp_path / "parity-baseline.json").write_bytes((tmp_path / "parity-report" / "report.json").read_bytes())
    assert runner.files_there(step["if"], tmp_path)
    assert runner.run(step["run"], tmp_path) == 0, runner.printed
    (tmp_path / "parity-baseline.json").write_bytes((tmp_path / "was" / "report.json").read_bytes())
    assert runner.run(step["run"], tmp_path) == 1, runner.printed
