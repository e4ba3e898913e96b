"""Under which names torch shows what a step saved, where they are not the names that the formulas use."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from .graph import RawSaved, Saved

USUAL = {"x": "self", "y": "other", "out": "result", "shape": "self_sym_sizes"}

RENAMED: dict[str, dict[str, str]] = {
    "AddmmBackward0": {"a": "mat1", "b": "mat2"},
    "AminmaxBackward0": {"low": "min", "high": "max", "shape": ""},
    "BaddbmmBackward0": {"a": "batch1", "b": "batch2"},
    "BmmBackward0": {"y": "mat2"},
    "CeluBackward0": {"scale": "", "input_scale": ""},
    "CeluBackward1": {"scale": "", "input_scale": ""},
    "ClampMaxBackward0": {"bound": "max"},
    "ClampMaxBackward1": {"bound": "max"},
    "ClampMinBackward0": {"bound": "min"},
    "ClampMinBackward1": {"bound": "min"},
    "DivBackward1": {"number": "other"},
    "DotBackward0": {"y": "tensor"},
    "ErfinvBackward0": {"out": ""},
    "IndexReduceBackward0": {"src": "source"},
    "LinalgVectorNormBackward0": {"p": "ord", "shape": ""},
    "Logaddexp2Backward0": {"out": ""},
    "LogaddexpBackward0": {"out": ""},
    "LogsumexpBackward0": {"shape": ""},
    "MeanBackward0": {"dim": ""},
    "MmBackward0": {"y": "mat2"},
    "MulBackward1": {"number": "other"},
    "MvBackward0": {"y": "vec"},
    "NansumBackward0": {"shape": ""},
    "PowBackward1": {"y": "exponent"},
    "PowBackward2": {"base": "self"},
    "ProdBackward0": {"shape": "", "dim": ""},
    "ProdBackward1": {"shape": ""},
    "StdBackward0": {"shape": ""},
    "StdMeanBackward0": {"spread": "result0", "shape": ""},
    "ToCopyBackward0": {"source": ""},
    "UnsqueezeBackward0": {"shape": ""},
    "UnsqueezeBackward1": {"shape": ""},
    "VarBackward0": {"shape": ""},
    "VarMeanBackward0": {"spread": "", "shape": ""},
}
"""For each kind of step: the name that a formula uses, and torch's, empty where torch shows nothing of the sort."""

SIZED = frozenset((
    "IndexBackward0", "IndexSelectBackward0", "KthvalueBackward0", "MaxBackward0", "MedianBackward1", "MinBackward0",
    "ModeBackward0", "NanmedianBackward1", "SortBackward0", "TopkBackward0",
))
"""The steps that show the size of their input, which their formulas call ``x_shape``."""


def saved_names(title: str, kept: Sequence[str], values: Sequence[str]) -> dict[str, Any]:
    """The attributes under which torch shows what a step of the kind ``title`` saved, tensors and plain values."""
    own = title if title in RENAMED or title in SIZED else ""
    return _saved_names(own, tuple(kept), tuple(values))


@cache  # most steps keep the same few names
def _saved_names(title: str, kept: tuple[str, ...], values: tuple[str, ...]) -> dict[str, Any]:
    renamed = RENAMED.get(title, {})
    made: dict[str, Any] = {}

    def shown(name: str) -> str:
        if name in renamed:
            return renamed[name]
        if name == "x_shape" and title in SIZED:
            return "self_sym_sizes"
        if name.endswith(("_shape", "_shapes", "_strides")):
            return ""
        return USUAL.get(name, name)

    for place, each in enumerate(values):
        if told := shown(each):
            made[f"_saved_{told}"] = Saved(False, place)
    for place, each in enumerate(kept):
        if told := shown(each):
            made[f"_saved_{told}"] = Saved(True, place)
            made[f"_raw_saved_{told}"] = RawSaved(place)
    return made
