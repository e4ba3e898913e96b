"""The same program on torch and on the engine: what it shows, tensors of both kinds, or how it is refused."""

from __future__ import annotations

import copy
import io
import pickle
import warnings
from types import ModuleType
from typing import Any

import pytest

import minitorch_compat as engine

torch = pytest.importorskip("torch")
EXPLAINED = " This could be because the operator doesn't exist for this backend"
"""Where torch begins to list its backends, and the files of its build that have the kernel."""


def told(value: Any) -> Any:
    """What a value shows: of a sparse tensor its parts, of a dense one its numbers, of all their history."""
    if type(value).__module__.startswith("torch") or hasattr(value, "grad_fn"):
        if not hasattr(value, "grad_fn"):
            return repr(value)
        step = value.grad_fn
        names = str(value.dtype), tuple(value.shape), step and step.name(), value.requires_grad, value.is_leaf
        if value.is_sparse:
            places, held = value._indices(), value._values()
            return (
                "sparse", *names, value.is_coalesced(), places.tolist(), repr(held.tolist()),
                tuple(held.stride()), repr(value),
            )
        return "dense", *names, value.tolist(), tuple(value.stride())
    if isinstance(value, (tuple, list)):
        return [told(each) for each in value]
    return value if isinstance(value, (bool, int, float, str, type(None))) else repr(value)


def program(torch: ModuleType, text: str, names: str) -> Any:
    """What the last line of a program gives; a refusal with its words, as far as torch names no file of its build."""
    space = {"told": told, "torch": torch, "F": torch.nn.functional, "copy": copy, "pickle": pickle, "io": io}
    torch.default_generator.manual_seed(0)
    torch.set_printoptions(profile="default")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(names, space)
        *lines, last = text.strip().split("; ")
        try:
            for line in lines:
                exec(line, space)
            return told(eval(last, space))
        except Exception as error:
            if str(error).startswith("Could not run 'aten::"):
                return type(error).__name__, str(error).partition(EXPLAINED)[0]
            return type(error).__name__, str(error)


def assert_same(text: str, names: str) -> None:
    """Assert that a program shows the same on both sides."""
    assert program(engine, text, names) == program(torch, text, names)
