"""Modes belong to threads, and the hot path's short cut past them is never wrong."""

import re
import threading
from pathlib import Path

import pytest

import minitorch_compat as torch
from minitorch_compat._core import modes


def recording() -> bool:
    return (torch.ones(2, requires_grad=True) * 2).requires_grad


def test_a_mode_of_one_thread_is_not_anothers() -> None:
    seen: dict[str, bool] = {}
    inside, outside = threading.Event(), threading.Event()

    def other() -> None:
        with torch.no_grad():
            inside.set()
            outside.wait(10)
            seen["other"] = recording()

    thread = threading.Thread(target=other)
    thread.start()
    inside.wait(10)
    seen["this, meanwhile"] = recording()
    with torch.no_grad():
        seen["this, in no_grad"] = recording()
    seen["this, after"] = recording()
    outside.set()
    thread.join()
    assert seen == {"other": False, "this, meanwhile": True, "this, in no_grad": False, "this, after": True}


def test_nested_modes_leave_no_trace() -> None:
    assert threading.get_ident() not in modes.altered
    with torch.inference_mode():
        with torch.enable_grad():
            assert threading.get_ident() in modes.altered
        with torch.no_grad(), torch.enable_grad():
            pass
        assert torch.is_inference_mode_enabled()
    with pytest.raises(ZeroDivisionError), torch.no_grad():
        _ = 1 / 0
    with torch.inference_mode(False):
        assert recording()
    torch.set_grad_enabled(False)
    assert not recording()
    torch.set_grad_enabled(True)
    assert recording()
    assert threading.get_ident() not in modes.altered


def test_a_thread_that_ends_in_another_mode_harms_nobody() -> None:
    thread = threading.Thread(target=torch.set_grad_enabled, args=(False,))
    thread.start()
    thread.join()
    assert recording()
    later: list[bool] = []
    thread = threading.Thread(target=lambda: later.append(recording()))
    thread.start()
    thread.join()
    assert later == [True]
    modes.altered.clear()


def test_modes_are_changed_in_one_place() -> None:
    for path in Path(modes.__file__).parents[1].rglob("*.py"):
        if path != Path(modes.__file__):
            assert not re.search(r"\bmode\.(enabled|inference)(,[^=\n]*)? = ", path.read_text("utf-8")), path
