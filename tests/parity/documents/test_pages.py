"""Pages of our own with planted errors: every one is found, and none is invented."""
from pathlib import Path

import pytest
from pages.styles import PAGES, STYLES, page

from minitorch_compat.parity.documents import check_page, read
from minitorch_compat.parity.documents.fixing import fixed
from minitorch_compat.parity.documents.outside import Sessions


@pytest.mark.parametrize("number", range(PAGES), ids=[f"{i}-{list(STYLES)[i % len(STYLES)]}" for i in range(PAGES)])
def test_every_planted_error_is_found_and_none_invented(
    number: int, tmp_path: Path, torch_sessions: Sessions
) -> None:
    ending, text, facts = page(number)
    path = tmp_path / f"page{ending}"
    path.write_text(text, encoding="utf-8")
    checked = check_page(read(path), torch_sessions)
    blocks = checked.blocks[1:]
    assert len(blocks) == len(facts), text
    wrong = [
        (fact.name, planted, block.verdict, block.why) for (fact, planted), block in zip(facts, blocks, strict=True)
        if block.verdict not in (fact.found if planted else fact.right)
    ]
    assert not wrong, f"{wrong}\n{text}"
    if number % 3:
        return  # a third of the copies is enough, in all styles
    copy = tmp_path / f"fixed{ending}"
    copy.write_text(fixed(checked), encoding="utf-8")
    again = check_page(read(copy), torch_sessions)
    left = [block.why for block in again.blocks if block.verdict == "outdated" and not any(
        claim.form_only for claim in block.claims)]
    assert not left, copy.read_text(encoding="utf-8")
