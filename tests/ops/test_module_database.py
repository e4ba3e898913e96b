"""Every module of torch's own database beside torch: text, first weights, state, stream, forward, gradients, errors."""

from __future__ import annotations

from typing import Any

import pytest

torch = pytest.importorskip("torch")

from module_database import modules, of_module  # noqa: E402

import minitorch_compat as engine  # noqa: E402

KNOWN = {"nn.LinearCrossEntropyLoss": "what its options ask for, the computation in pieces, is absent"}
"""What differs, and why."""


@pytest.fixture(autouse=True)
def one_thread_that_always_warns():
    """torch's sums depend on the number of threads, and its warnings on those given before."""
    threads, always = torch.get_num_threads(), torch.is_warn_always_enabled()
    torch.set_num_threads(1)
    for each in (torch, engine):
        each.set_warn_always(True)
    yield
    torch.set_num_threads(threads)
    for each in (torch, engine):
        each.set_warn_always(always)


# float64 while training and float32 while evaluating show every module in both; the other half is the script's.
@pytest.mark.parametrize(("dtype", "training"), [("float64", True), ("float32", False)])
@pytest.mark.parametrize("info", modules(), ids=lambda info: info.name)
@pytest.mark.filterwarnings("ignore")
def test_a_module_shows_what_torchs_does(info: Any, dtype: str, training: bool, request: Any) -> None:
    if info.name in KNOWN:
        request.applymarker(pytest.mark.xfail(strict=True, reason=KNOWN[info.name]))
    count, found, missing = of_module(info, getattr(torch, dtype), training)
    assert not missing
    assert not found
    assert count
