"""`minitorch-compat check` and `pytest --parity-docs`: lines, codes, reports, copies."""
import json
import subprocess
import sys
from pathlib import Path

import pytest

from minitorch_compat.parity import cli

PAGE = """\
# A page

```python
import torch
x = torch.tensor([1.0, 2.0])
print(x.sum())
```

```
tensor(3.)
```

```python
print(x * 2)  # tensor([2., 5.])
loss = x.sum()
loss.data[0]
```

```python
print(open("<data>.csv").read())
```
"""


def test_lines_codes_reports_and_the_copy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("torch", reason="the page is held against torch")
    path = tmp_path / "page.md"
    path.write_text(PAGE)
    assert cli.main(["check", str(path), "--fix", "--report", str(tmp_path / "report")]) == cli.DIFFERENCES
    out = capsys.readouterr().out
    assert f"{path}:14: fails: A loss is a tensor of no dimension since 0.4" in out
    assert "  - tensor([2., 5.])\n  + tensor([2., 4.])" in out
    assert "3 blocks: 1 matches, 1 fails, 1 not checkable" in out
    assert "print(x * 2)  # tensor([2., 4.])" in (tmp_path / "page.fixed.md").read_text()
    data = json.loads((tmp_path / "report" / "documents.json").read_text())
    (page,) = data["pages"]
    assert [block["verdict"] for block in page["blocks"]] == ["matches", "fails", "not checkable"]
    assert [block["engine"] for block in page["blocks"]] == ["same"] * 3
    html = (tmp_path / "report" / "documents.html").read_text()
    assert "&lt;data&gt;.csv" in html and "<data>" not in html
    assert "+tensor([2., 4.])" in (tmp_path / "report" / "documents.md").read_text()


def test_misuse_is_told_in_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.pdf").write_text("")
    for arguments, words in (([], "nothing to check"), ([str(tmp_path / "a.pdf")], "documents end in"),
                             ([str(tmp_path / "none.md")], "No such file"), (["--docstrings", "no_such"], "no_such"),
                             (["--docstrings", "json.no_such"], "has no attribute 'no_such'")):
        assert cli.main(["check", *arguments]) == cli.MISUSE
        assert words in capsys.readouterr().err


def test_pytest_collects_documents(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="the page is held against torch")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "page.md").write_text(PAGE)
    (tmp_path / "test_other.py").write_text("def test_other():\n    assert False\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rfs", "-p", "no:cacheprovider", "--parity-docs", "docs/*.md"],
        cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "1 failed, 1 passed, 1 skipped" in done.stdout, done.stdout + done.stderr
    assert "docs/page.md::line 14" in done.stdout and "+ tensor([2., 4.])" in done.stdout
    assert "it needs the file <data>.csv" in done.stdout
