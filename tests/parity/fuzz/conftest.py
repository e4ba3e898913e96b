"""Both sides as a case finds them: one thread, warnings always."""
from collections.abc import Iterator

import pytest
import torch


@pytest.fixture(autouse=True)
def settled() -> Iterator[None]:
    threads, always = torch.get_num_threads(), torch.is_warn_always_enabled()
    torch.set_num_threads(1)
    torch.set_warn_always(True)
    yield
    torch.set_num_threads(threads)
    torch.set_warn_always(always)
