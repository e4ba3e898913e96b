"""Under which names torch shows what a step saved, where they are not the names that the formulas use."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import prod
from typing import Any

from .graph import Derived, RawSaved, Saved, SavedNumber

USUAL = {"x": "self", "y": "other", "out": "result", "shape": "self_sym_sizes"}

RENAMED: dict[str, dict[str, str]] = {
    "AddmmBackward0": {"a": "mat1", "b": "mat2"},
    "AvgPool2DBackward0": {"window": "kernel_size", "counts": "", "include": "count_include_pad",
                           "override": "divisor_override"},
    "AvgPool3DBackward0": {"window": "kernel_size", "counts": "", "include": "count_include_pad",
                           "override": "divisor_override"},
    "AminmaxBackward0": {"low": "min", "high": "max", "shape": ""},
    "BaddbmmBackward0": {"a": "batch1", "b": "batch2"},
    "BmmBackward0": {"y": "mat2"},
    "CeluBackward0": {"scale": "", "input_scale": ""},
    "CeluBackward1": {"scale": "", "input_scale": ""},
    "ClampMaxBackward0": {"bound": "max"},
    "ClampMaxBackward1": {"bound": "max"},
    "ClampMinBackward0": {"bound": "min"},
    "ClampMinBackward1": {"bound": "min"},
    "Col2ImBackward0": {"window": "kernel_size"},
    "ConvolutionBackward0": {"x": "input"},
    "DivBackward1": {"number": "other"},
    "EmbeddingDenseBackwardBackward0": {"scale_grad_by_freq": ""},
    "DotBackward0": {"y": "tensor"},
    "ErfinvBackward0": {"out": ""},
    "IndexReduceBackward0": {"src": "source"},
    "LinalgCholeskyExBackward0": {"out": "L"},
    "LinalgEigBackward0": {"x": "", "values": "eigenvalues", "vectors": "eigenvectors"},
    "LinalgEighBackward0": {"values": "eigenvalues", "vectors": "eigenvectors"},
    "LinalgLstsqBackward0": {"A": "self", "B": "b"},
    "LinalgLuBackward0": {"lower": "L", "upper": "U", "shape": "", "order": ""},
    "LinalgLuFactorExBackward0": {"out": "LU", "shape": "", "order": ""},
    "LinalgQrBackward0": {"q": "Q", "r": "R", "shape": ""},
    "LinalgSolveTriangularBackward0": {"A": "self", "unit": "unitriangular"},
    "LinalgSvdBackward0": {"u": "U", "s": "S", "vh": "Vh", "full": "full_matrices"},
    "LinalgVectorNormBackward0": {"p": "ord", "shape": ""},
    "Logaddexp2Backward0": {"out": ""},
    "LogaddexpBackward0": {"out": ""},
    "LogsumexpBackward0": {"shape": ""},
    "MeanBackward0": {"dim": ""},
    "MmBackward0": {"y": "mat2"},
    "MulBackward1": {"number": "other"},
    "MvBackward0": {"y": "vec"},
    "NansumBackward0": {"shape": ""},
    "NormBackward0": {"dim": "", "keepdim": "", "shape": ""},
    "NormBackward1": {"shape": ""},
    "PixelShuffleBackward0": {"factor": "upscale_factor"},
    "PixelUnshuffleBackward0": {"factor": "downscale_factor"},
    "PowBackward1": {"y": "exponent"},
    "PowBackward2": {"base": "self"},
    "ProdBackward0": {"shape": "", "dim": ""},
    "ProdBackward1": {"shape": ""},
    "DiagonalScatterBackward0": {"values": ""},
    "SelectScatterBackward0": {"values": ""},
    "SliceScatterBackward0": {"values": ""},
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


def unsigned(dim: Any) -> Any:
    """A dimension, or several, as torch shows them: counted from the back they are large."""
    if isinstance(dim, (tuple, list)):
        return tuple(map(unsigned, dim))
    return dim + (1 << 64) if dim < 0 else dim


DERIVED: dict[str, dict[str, Any]] = {
    "AsStridedBackward0": {
        "size": lambda values: values[2], "stride": lambda values: values[3],
        "storage_offset": lambda values: values[4],
    },
    "DiagonalScatterBackward0": {
        "offset": lambda values: values[-1][0], "dim1": lambda values: unsigned(values[-1][1]),
        "dim2": lambda values: unsigned(values[-1][2]),
    },
    "MeanBackward0": {"self_sym_numel": lambda values: prod(values[0])},
    "SelectScatterBackward0": {
        "dim": lambda values: unsigned(values[-1][0]), "index": lambda values: unsigned(values[-1][1]),
    },
    "SliceScatterBackward0": {
        "dim": lambda values: unsigned(values[-1][0]), "start": lambda values: values[-1][1],
        "end": lambda values: values[-1][2], "step": lambda values: values[-1][3],
    },
    "SplitBackward0": {
        "self_sym_sizes": lambda values: values[0], "split_size": lambda values: values[3][0],
        "dim": lambda values: unsigned(values[3][1]),
    },
    "SplitWithSizesBackward0": {
        "self_sym_sizes": lambda values: values[0], "split_sizes": lambda values: tuple(values[3][0]),
        "dim": lambda values: unsigned(values[3][1]),
    },
    "UnbindBackward0": {"dim": lambda values: unsigned(values[3][0])},
}
"""What torch shows of a step and the formulas know in another form."""


def derived_names(title: str) -> dict[str, Any]:
    """The attributes of that kind."""
    return {f"_saved_{name}": Derived(find) for name, find in DERIVED.get(title, {}).items()}


def saved_names(title: str, kept: Sequence[str], values: Sequence[str]) -> dict[str, Any]:
    """The attributes under which torch shows what a step of the kind ``title`` saved, tensors and plain values."""
    own = title if title in RENAMED or title in SIZED else ""
    made = _saved_names(own, tuple(kept), tuple(values))
    if title in ("AddBackward0", "SubBackward0") and "alpha" not in values:
        made = {**made, "_saved_alpha": SavedNumber(1)}
    if title in DERIVED:
        made = {**made, **derived_names(title)}
    return made


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
