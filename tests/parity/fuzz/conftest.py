"""Both sides as a case finds them, with warnings each time."""
from collections.abc import Iterator

import pytest
import torch


@pytest.fixture(autouse=True)
def settled() -> Iterator[None]:
    always = torch.is_warn_always_enabled()
    torch.set_warn_always(True)
    yield
    torch.set_warn_always(always)
