"""Under which names torch shows what a step saved, where they are not the names that the formulas use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from math import prod
from sys import maxsize
from typing import Any

from .._kernels.layout import wrap_dim
from .graph import Derived, RawSaved, Saved, SavedNumber

USUAL = {"x": "self", "y": "other", "out": "result", "shape": "self_sym_sizes", "x_shape": "", "given": "dim"}

UPSAMPLED = {
    **{f"{mode}{space}D": space for mode in ("Nearest", "NearestExact") for space in (1, 2, 3)},
    "Linear1D": 1, "Bilinear2D": 2, "Trilinear3D": 3, "Bicubic2D": 2, "Bilinear2DAa": 2, "Bicubic2DAa": 2,
    "Lanczos2DAa": 2,
}
"""The kinds of interpolation, and of how many dimensions they are."""

RENAMED: dict[str, dict[str, str]] = {
    "AddmmBackward0": {"a": "mat1", "b": "mat2"},
    "AvgPool2DBackward0": {"window": "kernel_size", "counts": "ceil_mode", "include": "count_include_pad",
                           "override": "divisor_override"},
    "AvgPool3DBackward0": {"window": "kernel_size", "counts": "ceil_mode", "include": "count_include_pad",
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
    "ConvTbcBackward0": {"input": "self"},
    "ConvolutionBackward0": {"x": "input"},
    "DivBackward1": {"number": "other"},
    "ConstantPadNdBackward0": {"sides": "pad"},
    "FftC2CBackward0": {"norm": "normalization"},
    "FftC2RBackward0": {"norm": "normalization"},
    "FftR2CBackward0": {"norm": "normalization"},
    "FractionalMaxPool2DBackward0": {"window": "kernel_size", "counts": "output_size", "indices": "result1"},
    "FractionalMaxPool3DBackward0": {"window": "kernel_size", "counts": "output_size", "indices": "result1"},
    "AdaptiveMaxPool2DBackward0": {"indices": "result1"},
    "AdaptiveMaxPool3DBackward0": {"indices": "result1"},
    "Im2ColBackward0": {"window": "kernel_size"},
    "MaxPool2DWithIndicesBackward0": {"window": "kernel_size", "counts": "ceil_mode", "found": ""},
    "MaxPool3DWithIndicesBackward0": {"window": "kernel_size", "counts": "ceil_mode", "found": ""},
    "MaxUnpool3DBackward0": {"space": ""},
    "OrmqrBackward0": {"A": "self", "C": "input3", "tau": "input2"},
    "LinalgHouseholderProductBackward0": {"V": "input"},
    "LinalgDetBackward0": {"x": "A"},
    "LinalgSlogdetBackward0": {"x": "A"},
    "LinalgSolveExBackward0": {"vector": ""},
    "LinalgLuSolveBackward0": {"factors": "LU", "adjoined": "adjoint", "order": ""},
    "LuUnpackBackward0": {"shape": "", "unpack": ""},
    "CholeskySolveBackward0": {"b": "self", "factor": "input2"},
    "TriangularSolveBackward0": {"b": "self"},
    "NativeDropoutBackwardBackward0": {"g": "grad_output"},
    "EmbeddingDenseBackwardBackward0": {"scale_grad_by_freq": ""},
    "DotBackward0": {"y": "tensor"},
    "IndexReduceBackward0": {"src": "source"},
    "LinalgCholeskyExBackward0": {"out": "L"},
    "LinalgEigBackward0": {"real": "", "values": "eigenvalues", "vectors": "eigenvectors"},
    "LinalgEighBackward0": {"values": "eigenvalues", "vectors": "eigenvectors"},
    "LinalgLstsqBackward0": {"A": "self", "B": "b"},
    "LinalgPinvBackward0": {"block": ""},
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
    "NormalBackward1": {"x_shape": "mean_sym_sizes"},
    "NormalBackward2": {"x_shape": "std_sym_sizes"},
    "MmBackward0": {"y": "mat2", "sizes": ""},
    "MseLossBackward0": {"difference": "", "count": ""},
    "MulBackward1": {"number": "other"},
    "MvBackward0": {"y": "vec"},
    "NansumBackward0": {"shape": ""},
    "NativeBatchNormBackward0": {"bias": ""},
    "NativeGroupNormBackward0": {"bias": ""},
    "NllLossBackward0": {"input": "self", "total": "total_weight"},
    "NormBackward0": {"dim": "", "keepdim": "", "shape": ""},
    "NormBackward1": {"shape": ""},
    "PixelShuffleBackward0": {"factor": "upscale_factor"},
    "PixelUnshuffleBackward0": {"factor": "downscale_factor"},
    "PowBackward1": {"y": "exponent"},
    "PowBackward2": {"base": "self"},
    **{
        f"{kind}Pad{space}DBackward0": {"sides": "padding"}
        for kind in ("Reflection", "Replication") for space in (1, 2, 3)
    },
    **{
        f"Upsample{mode}Backward0": {"plans": ""} for mode in UPSAMPLED
    },
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
    "VarMeanBackward0": {"shape": ""},
}
"""For each kind of step: the name that a formula uses, and torch's, empty where torch shows nothing of the sort."""

for _title in (
    "Index", "IndexSelect", "Kthvalue", "Max", "Min", "Mode", "Sort", "Topk"
):
    RENAMED.setdefault(_title + "Backward0", {})["x_shape"] = "self_sym_sizes"
for _title in ("Median", "Nanmedian", "Sort"):
    RENAMED.setdefault(_title + "Backward1", {})["x_shape"] = "self_sym_sizes"

UNSIGNED = frozenset(
    """
    axis decimals diagonal dim dim0 dim1 dim2 dimension dims end ignore_index index offset pad padding padding_idx
    shifts start
    """.split()  # noqa: SIM905
)
"""What torch shows as unsigned, whatever sign it was given with."""


class AsGiven(int):
    """A number that was worked out, and the argument that it was worked out from, which torch shows."""

    given: Any


class TupleAsGiven(tuple[Any, ...]):
    """The same of several."""

    given: Any


def as_given(number: int, given: Any) -> int:
    """``number``, to be shown as ``given``."""
    if number is given:
        return number
    made = AsGiven(number)
    made.given = given
    return made


def from_front(dim: int, ndim: int) -> int:
    """A dimension counted from the front, to be shown as it was given."""
    return as_given(wrap_dim(dim, ndim), dim)


def told_as(values: tuple[Any, ...], given: Any) -> tuple[Any, ...]:
    """Values that were worked out, to be shown as what they were worked out from."""
    made = TupleAsGiven(values)
    made.given = given
    return made


def axes_as_given(axes: tuple[int, ...] | None, given: Any) -> tuple[int, ...] | None:
    """Several numbers, to be shown as they were given."""
    if axes is None or axes == given:
        return axes
    return told_as(axes, (given,) if isinstance(given, int) else tuple(given))


def unsigned(dim: Any) -> Any:
    """A number, or several, as torch shows those of its arguments that are no scalars: below zero they are large."""
    dim = getattr(dim, "given", dim)
    if isinstance(dim, (tuple, list)):
        return tuple(map(unsigned, dim))
    return dim + (1 << 64) if dim is not None and dim < 0 else dim


def given(number: Any) -> Any:
    """A number as it was given."""
    return getattr(number, "given", number)


def number_of(reduction: Any) -> Any:
    """The number by which torch knows a reduction."""
    return ("none", "mean", "sum").index(reduction) if isinstance(reduction, str) else reduction


def named(dim: Any) -> Any:
    """The dimensions that a reduction was given, one or several."""
    return () if dim is None else unsigned((dim,) if isinstance(dim, int) else dim)


def interpolated(space: int, aligned: bool) -> dict[str, Callable[..., Any]]:
    """What an interpolation shows: the arguments that its plans were made of."""
    shown: dict[str, Callable[..., Any]] = {
        "self_sym_sizes": lambda x_shape: x_shape, "output_size": lambda plans: plans.given[0],
    }
    for place, name in enumerate(("scales",) if space == 1 else [f"scales_{each}" for each in "dhw"[-space:]]):
        shown[name] = lambda plans, place=place: plans.given[2][place]
    if aligned:
        shown["align_corners"] = lambda plans: plans.given[1]
    return shown


def steps_of(strides: Sequence[int], array: Any) -> tuple[int, ...]:
    """Strides in elements like those of ``array``."""
    return tuple([each // array.itemsize for each in strides])


def factor(kept: Sequence[Any], shapes: Sequence[Sequence[int]], place: int, what: str) -> tuple[int, ...]:
    """The size of one of two factors, or its strides where its gradient is wanted: the other one is kept then."""
    if what == "sizes":
        return tuple(shapes[place])
    if kept[1 - place] is None:
        return ()
    # What is not kept lies in order, as far as anybody remembers.
    return (shapes[place][1], 1) if kept[place] is None else steps_of(kept[place]._data.strides, kept[place]._data)


DERIVED: dict[str, dict[str, Callable[..., Any]]] = {
    "MmBackward0": {
        "self_sym_sizes": lambda x, sizes: x._data.shape if sizes is None else sizes[0],
        "self_sym_strides": lambda y, x_strides: () if y is None else steps_of(x_strides, y._data),
        "mat2_sym_sizes": lambda y, sizes: y._data.shape if sizes is None else sizes[1],
        "mat2_sym_strides": lambda x, y_strides: () if x is None else steps_of(y_strides, x._data),
    },
    "AddmmBackward0": {
        f"mat{place}_sym_{what}": (lambda a, b, a_shape, b_shape, place=place, what=what: factor(
            (a, b), (a_shape, b_shape), place - 1, what
        )) for place in (1, 2) for what in ("sizes", "strides")
    },
    **{
        f"Upsample{mode}Backward0": interpolated(space, not mode.startswith("Nearest"))
        for mode, space in UPSAMPLED.items()
    },
    "AddbmmBackward0": {
        "batch1_sym_argsize_0": lambda batch1_shape: batch1_shape[0],
        "batch1_sym_argsize_1": lambda batch1_shape: batch1_shape[1],
        "batch2_sym_argsize_2": lambda batch2_shape: batch2_shape[2],
    },
    "ConvolutionBackward0": {
        "bias_sym_sizes_opt": lambda bias_shape: (0,) if bias_shape is None else bias_shape,
    },
    "EmbeddingBackward0": {"weight_sym_argsize_0": lambda x_shape: x_shape[0]},
    "Im2ColBackward0": {
        "self_sym_argsize_minus_1": lambda x_shape: x_shape[-1],
        "self_sym_argsize_minus_2": lambda x_shape: x_shape[-2],
    },
    "IndexAddBackward0": {"source_dim": lambda source_shape: len(source_shape)},
    "IndexCopyBackward0": {"source_dim": lambda source_shape: len(source_shape)},
    "LinalgSvdBackward0": {"S_sym_argsize_minus_1": lambda s: s._data.shape[-1]},
    "LuUnpackBackward0": {
        "LU_data_sym_argsize_minus_1": lambda shape: shape[-1], "LU_data_sym_argsize_minus_2": lambda shape: shape[-2],
    },
    "MaskedScatterBackward0": {"source_sym_sizes": lambda source_shape: source_shape},
    "NormalBackward3": {"mean_sym_sizes": lambda x_shape: x_shape, "std_sym_sizes": lambda y_shape: y_shape},
    "AmaxBackward0": {"dim": lambda given: named(given)},
    "AminBackward0": {"dim": lambda given: named(given)},
    "AminmaxBackward0": {"dim": lambda dim: None if dim is None else unsigned(unsigned(dim)[0])},
    "DiagonalBackward0_copy": {"dim1": lambda: 0, "dim2": lambda: 1},
    "DiagonalScatterBackward0": {
        "offset": lambda values: unsigned(values[0]), "dim1": lambda values: unsigned(values[1]),
        "dim2": lambda values: unsigned(values[2]),
    },
    "MeanBackward0": {"self_sym_numel": lambda shape: prod(shape)},
    "MeanBackward1": {"dim": lambda given: named(given), "self_sym_numel": lambda shape: prod(shape)},
    "NansumBackward0": {"dim": lambda given: named(given)},
    "SelectScatterBackward0": {
        "dim": lambda values: unsigned(values[0]), "index": lambda values: unsigned(values[1]),
    },
    "SliceBackward0": {
        "start": lambda start: 0 if start is None else unsigned(start),
        "end": lambda end: maxsize if end is None else unsigned(end),
    },
    "SliceScatterBackward0": {
        "dim": lambda values: unsigned(values[0]), "start": lambda values: values[1],
        "end": lambda values: values[2], "step": lambda values: values[3],
    },
    "SplitBackward0": {
        "self_sym_sizes": lambda shape: shape, "split_size": lambda arguments: arguments[0],
        "dim": lambda arguments: unsigned(arguments[1]),
    },
    "SplitWithSizesBackward0": {
        "self_sym_sizes": lambda shape: shape, "split_sizes": lambda arguments: tuple(arguments[0]),
        "dim": lambda arguments: unsigned(arguments[1]),
    },
    "SumBackward1": {"dim": lambda given: named(given)},
    "UnbindBackward0": {"dim": lambda arguments: unsigned(arguments[0])},
}
"""What torch shows of a step and the formulas know in another form, as functions of what they name."""


def derived_names(
    shown: dict[str, Callable[..., Any]], kept: Sequence[str], values: Sequence[str]
) -> dict[str, Any]:
    """The attributes of that kind, of a step that keeps tensors and plain values by those names."""
    made = {}
    for name, find in shown.items():
        asked = find.__code__.co_varnames[: find.__code__.co_argcount - len(find.__defaults__ or ())]
        if not {*asked} <= {*kept, *values}:  # a step that goes by the same name, and keeps other things
            continue
        places = [(True, kept.index(each)) if each in kept else (False, values.index(each)) for each in asked]
        made[f"_saved_{name}"] = Derived(find, places)
    return made


def saved_names(title: str, kept: Sequence[str], values: Sequence[str]) -> dict[str, Any]:
    """The attributes under which torch shows what a step of the kind ``title`` saved, tensors and plain values."""
    made = _saved_names(title if title in RENAMED else "", tuple(kept), tuple(values))
    if title in ("AddBackward0", "SubBackward0") and "alpha" not in values:
        made = {**made, "_saved_alpha": SavedNumber(1)}
    if title in DERIVED:
        made = {**made, **derived_names(DERIVED[title], tuple(kept), tuple(values))}
    return made


@cache  # most steps keep the same few names
def _saved_names(title: str, kept: tuple[str, ...], values: tuple[str, ...]) -> dict[str, Any]:
    renamed = RENAMED.get(title, {})
    made: dict[str, Any] = {}

    def shown(name: str) -> str:
        if name in renamed:
            return renamed[name]
        if name in USUAL:
            return USUAL[name]
        return "" if name.endswith(("_shape", "_shapes", "_strides")) else name

    for place, each in enumerate(values):
        if told := shown(each):
            made[f"_saved_{told}"] = Saved(False, place, THROUGH.get(told))
    for place, each in enumerate(kept):
        if told := shown(each):
            made[f"_saved_{told}"] = Saved(True, place)
            made[f"_raw_saved_{told}"] = RawSaved(place)
    return made


THROUGH: dict[str, Any] = {
    **dict.fromkeys(UNSIGNED, unsigned), **dict.fromkeys(("ceil_mode", "correction", "output_size", "stride"), given),
    "reduction": number_of,
}
"""How plain values are shown that are not shown as they are."""
