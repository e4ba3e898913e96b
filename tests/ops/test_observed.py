"""The tables of what torch was seen to do hold for torch itself, so that nobody has to believe them."""

from __future__ import annotations

import pytest
from observations import Block, cases, outcome_of

TABLES = (
    "creation", "nested_data", "memory_of_others", "ranges", "conversion", "numpy_protocol", "copying", "legacy",
    "memory", "random",
)  # fmt: skip


@pytest.mark.parametrize("block", cases(*TABLES))
def test_torch_does_what_the_table_says(block: Block) -> None:
    torch = pytest.importorskip("torch")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        assert outcome_of(torch, block.code) == block.outcome
    finally:
        torch.set_num_threads(threads)
