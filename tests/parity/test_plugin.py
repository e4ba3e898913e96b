"""Cases as items of pytest, in a pytest of their own."""
import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest


def run(*arguments, engine="right", plain=False):
    """Run pytest on the toy catalogue in the current folder; its exit code and its words."""
    own = () if plain else (
        "toy_catalogue/reference_cases", f"--parity-engine=engines.py:{engine}", "--parity-reference=engines.py:right")
    # Other plugins take longer to import than these tests do; `plain` runs find ours by its entry point.
    only = () if plain else ("-p", "xdist.plugin", "-p", "minitorch_compat_pytest")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *only, *own, *arguments]
    env = {**os.environ, **({} if plain else {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"})}
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, env=env)
    return ran.returncode, ran.stdout + ran.stderr


def outcomes(path="out.json"):
    with open(path) as file:
        return {result["name"]: result["outcome"] for result in json.load(file)["results"]}


@pytest.mark.parametrize("processes", [(), ("-n", "2")])
def test_each_case_is_an_item_and_a_difference_fails_it(toys, processes):
    assert run(*processes)[0] == 0
    code, out = run("--parity-report=json:out.json", *processes, engine="wrong")
    assert code == 1 and "1 failed, 2 passed" in out
    assert "values · y: 1 of 4 numbers differ at [1, 0]: 6.0000005" in out and "max ulp 1" in out
    assert "Traceback" not in out and "run_case" not in out
    assert list(outcomes().items()) == [("everything", "differs"), ("acting", "agrees"), ("last", "agrees")]


def test_all_formats_are_written_where_asked(toys):
    reports = [f"--parity-report={each}" for each in ("html:a/one.html", "md:two.md", "json:out.json", "junit:x.xml")]
    code, out = run(*reports)
    assert code == 0 and all(f"wrote {path}" in out for path in ("a/one.html", "two.md", "out.json", "x.xml"))
    assert "<html" in (toys / "a" / "one.html").read_text() and "3 of 3 cases agree" in out
    assert len(list(ElementTree.parse(toys / "x.xml").iter("testcase"))) == 3


@pytest.mark.parametrize(("expression", "ran"), [
    ("not acting and toys.all", ["everything", "last"]), ("a.txt", ["everything", "acting", "last"]),
])
def test_k_selects_by_id_and_document(toys, expression, ran):
    assert run("-k", expression, "--parity-report=json:out.json")[0] == 0
    assert list(outcomes()) == ran


def test_one_file_and_one_item(toys):
    place = "toy_catalogue/reference_cases/toys.py"
    both = ["--parity-engine=engines.py:right", "--parity-reference=engines.py:right"]
    assert "3 passed" in run(place, *both, plain=True)[1]
    assert "1 passed" in run(f"{place}::toys.all/last", *both, plain=True)[1]


def test_it_works_by_package_from_any_folder(toys, tmp_path_factory, monkeypatch):
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    both = [f"--parity-engine={toys / 'engines.py'}:right", f"--parity-reference={toys / 'engines.py'}:right"]
    code, out = run("--pyargs", "toy_catalogue.reference_cases", *both, plain=True)
    assert code == 0 and "3 passed" in out


@pytest.mark.parametrize("option", ["--parity-report=pdf:x", "--parity-report=html", "--parity-report=html:"])
def test_an_option_that_makes_no_sense_is_a_usage_error(toys, option):
    code, out = run(option)
    assert code == 4 and "say FORMAT:PATH" in out and "Traceback" not in out


@pytest.mark.parametrize("processes", [(), ("-n", "1")])
def test_an_engine_that_there_is_not_is_an_error_in_words(toys, processes):
    code, out = run(*processes, engine="none")
    assert code != 0 and "engines.py has no none" in out and "Traceback" not in out


def test_a_worker_that_dies_costs_one_case(toys):
    code, _ = run("-n", "1", "--parity-report=json:out.json", engine="dying")
    assert code == 1 and outcomes() == {"everything": "agrees", "acting": "crashed", "last": "agrees"}


def test_a_case_that_hangs_is_timed_out(toys):
    assert run("--parity-timeout=0.3", "--parity-report=json:out.json", engine="slow")[0] == 1
    assert outcomes()["acting"] == "timed out"


def test_a_verdict_that_does_not_hold_fails_its_item(toys):
    cases = toys / "toy_catalogue" / "reference_cases" / "toys.py"
    cases.write_text(cases.read_text().replace("[[2, 2], [2, 2]]", "[[2, 2], [2, 3]]"))
    code, out = run()
    assert code == 1 and "NOT SO: the document is said to hold, but the reference contradicts it in x.grad" in out


def test_ordinary_tests_run_beside_cases(toys):
    (toys / "test_ordinary.py").write_text("def test_one(): pass\n")
    for processes in ((), ("-n", "1")):
        code, out = run("test_ordinary.py", *processes, "--parity-report=json:out.json")
        assert code == 0 and "4 passed" in out and len(outcomes()) == 3


def test_an_unrelated_run_imports_nothing_of_ours(toys):
    (toys / "test_unrelated.py").write_text(
        "import sys\n\n\ndef test_one():\n"
        "    ours = [name for name in sys.modules if name.startswith(('minitorch_compat', 'numpy', 'torch'))]\n"
        "    assert ours == ['minitorch_compat_pytest']\n")
    code, out = run("test_unrelated.py", plain=True)
    assert code == 0, out


def test_the_catalogue_runs_on_torch_itself_from_any_folder(toys):
    pytest.importorskip("torch")
    code, out = run("--pyargs", "reference_cases", "--parity-engine=torch", "-k", "one_element", plain=True)
    assert code == 0, out
