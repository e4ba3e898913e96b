"""A run leaves all it had, wherever it was killed."""
import json
import pickle

import pytest
from toy import Engine, show_all

from minitorch_compat.parity import chapter
from minitorch_compat.parity.causes import signatures
from minitorch_compat.parity.cli import main
from minitorch_compat.parity.journal import Journal, read
from minitorch_compat.parity.result import Engine as Named
from minitorch_compat.parity.runner import begin, run_case
from minitorch_compat.parity.stored import Told


@pytest.fixture
def whole(tmp_path):
    """A finished journal of five cases, and its run."""
    case = chapter("toy")
    for number in range(5):
        def body(torch, see):
            """A claim."""
            show_all(torch, see)

        body.__name__ = f"case_{number}"
        case()(body)
    run = begin(case.cases, Named("a", "1"), Named("b", "1"))
    path = tmp_path / "results.jsonl"
    with Journal(path) as journal:
        journal.begin(run)
        for each in case.cases:
            result = run_case(each, Engine(), Engine("values"))
            run.results.append(result)
            journal.add(result)
        run.duration = 1.5
        journal.end(run)
    return path, run


def test_a_finished_journal_is_its_run(whole):
    path, run = whole
    assert repr(read(path)) == repr(run) and read(path).complete


def test_every_result_is_in_the_file_before_the_next_case(tmp_path, whole):
    _, run = whole
    with Journal(tmp_path / "other.jsonl") as journal:
        journal.begin(run)
        for number, result in enumerate(run.results, 1):
            journal.add(result)
            assert len(read(journal.path).results) == number


@pytest.mark.parametrize("share", [0.35, 0.5, 0.75, 0.99])
def test_a_journal_cut_anywhere_gives_what_it_has(whole, share, tmp_path, capsys):
    path, run = whole
    text = path.read_bytes()
    path.write_bytes(text[: int(len(text) * share)])
    cut = read(path)
    assert 0 < len(cut.results) <= 5 and cut.stopped == "killed before its end" and not cut.complete
    assert repr(cut.results) == repr(run.results[: len(cut.results)])
    assert main(["report", str(path), "--report", str(tmp_path / "out")]) == 3
    assert sorted(each.name for each in (tmp_path / "out").iterdir()) == [
        "report.html", "report.json", "report.md", "report.xml"]
    assert "killed before its end" in (tmp_path / "out" / "report.md").read_text()


@pytest.mark.parametrize("text", [
    "", "no json\n", "[]\n", '{"result": {}}\n', '{"run": {"schema": 99}}\n', '{"run": {"schema": 1}}\n', "{}\n{}\n",
    "\x00\xff",
])
def test_what_is_no_journal_is_said_in_a_line(tmp_path, text, capsys):
    path = tmp_path / "file.jsonl"
    path.write_text(text, encoding="latin-1")
    assert main(["report", str(path), "--report", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_damage_in_the_middle_is_an_error_and_not_half_a_report(whole, capsys, tmp_path):
    path, _ = whole
    lines = path.read_text().splitlines()
    lines[2] = lines[2][:50]
    path.write_text("\n".join(lines))
    assert main(["report", str(path), "--report", str(tmp_path)]) == 2
    assert "line 3" in capsys.readouterr().err


def test_each_line_is_json_of_its_own(whole):
    path, _ = whole
    keys = [next(iter(json.loads(line))) for line in path.read_text().splitlines()]
    assert keys == ["run", *["result"] * 5, "end"]


def test_a_result_without_its_bulk_and_its_line_are_the_whole_result(whole, tmp_path):
    path, run = whole
    with Journal(tmp_path / "other.jsonl") as journal:
        journal.begin(run)
        for result, line in zip(run.results, path.read_text().splitlines()[1:], strict=False):
            journal.add_line(line)
            told = pickle.loads(pickle.dumps(Told.of(result)))
            assert len(pickle.dumps(told)) < len(pickle.dumps(result)) / 2
            stored = journal.stored(told)
            assert (repr(stored), stored.signatures) == (repr(result), signatures(result))
            assert stored.dtypes == result.dtypes == ("float32",)
    assert [each.dtypes for each in read(path).results] == [each.dtypes for each in run.results]
