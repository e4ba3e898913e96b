"""Torch and the engine in processes of their own, shared by all tests of documents in this process."""
from collections.abc import Iterator

import pytest

from minitorch_compat.parity.documents.outside import Limits, Sessions


@pytest.fixture(scope="session")
def torch_sessions() -> Iterator[Sessions]:
    pytest.importorskip("torch", reason="documents are held against torch")
    with Sessions("torch", Limits(seconds=30, step=5, output=100_000)) as sessions:
        yield sessions


@pytest.fixture(scope="session")
def engine_sessions() -> Iterator[Sessions]:
    with Sessions("minitorch_compat", Limits(seconds=30, step=5, output=100_000)) as sessions:
        yield sessions
