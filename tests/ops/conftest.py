"""What tests of operations beside torch share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import minitorch_compat as engine


@pytest.fixture(scope="module")
def warnings_each_time() -> Iterator[None]:
    """Both sides give every warning each time, whatever was given before."""
    torch = pytest.importorskip("torch")
    always = torch.is_warn_always_enabled()
    for each in (torch, engine):
        each.set_warn_always(True)
    yield
    for each in (torch, engine):
        each.set_warn_always(always)
