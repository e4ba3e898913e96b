"""Sparse tensors on both sides: parts, printed text, history, gradients and refusals are the same."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sparse_programs
from sides import assert_same, torch


def lines() -> Iterator[str]:
    for name, text in vars(sparse_programs).items():
        if name.isupper() and name != "NAMES":
            yield from text.strip().split("\n")


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.parametrize("line", list(lines()), ids=lambda line: line[:60])
def test_programs(line: str) -> None:
    for each in line.split(" | "):
        assert_same(each.strip(), sparse_programs.NAMES)
