"""Which names an engine has, lacks, or has otherwise."""
import types

import pytest

from minitorch_compat.parity.cli import main
from minitorch_compat.parity.coverage import counts, coverage, page


def room(**names):
    made = types.SimpleNamespace(**names)
    for each in names.values():
        each.__module__ = "torch"
    return made


def test_a_name_is_there_or_lacking_or_takes_other_keywords():
    def built_in(*given, **more):
        """built_in(input, dim=None, *, out=None) -> Tensor"""

    def plain(x, y=1): ...

    def narrow(input, dim=None): ...

    reference = room(built_in=built_in, plain=plain, gone=lambda x: x, _hidden=plain)
    candidate = room(built_in=narrow, plain=lambda x, y=2, z=3: x)
    names = coverage(reference, candidate)
    assert [(each.path, each.state, each.told) for each in names] == [
        ("torch.built_in", "signature", "lacks out"), ("torch.gone", "lacks", ""), ("torch.plain", "has", "")]
    assert counts(names) == {"torch": {"has": 1, "signature": 1, "lacks": 1}}
    assert "2 of 3 public names, 1 of them" in page(names, "theirs", "torch")


def test_torch_has_all_of_torch_and_the_engine_names_what_it_lacks(tmp_path, capsys):
    torch = pytest.importorskip("torch")
    assert {each.state for each in coverage(torch, torch)} == {"has"}
    assert main(["coverage", "--report", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "lacks torch.Event" in out and "lacks torch.sin\n" not in out
    assert "## Lacking" in (tmp_path / "coverage.md").read_text()
