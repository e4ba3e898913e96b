"""Reductions of neighbours: each segment of a dimension becomes one element."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._core.operations import op
from .._core.tensor import Tensor
from .entry import publish
from .random import no_derivative

Array = np.ndarray
STARTS = {"sum": 0.0, "mean": 0.0, "prod": 1.0, "max": -np.inf, "min": np.inf}
STEPS: dict[str, Any] = {"sum": np.add, "mean": np.add, "prod": np.multiply, "max": np.maximum, "min": np.minimum}


_REFUSED = no_derivative("_segment_reduce_backward")


@op("segment_backward", method=False, module=False, node="NotImplemented", w=_REFUSED, data=_REFUSED, y=_REFUSED)
def shares(w: Array, data: Array, y: Array, lengths, reduce, initial):
    """Each element's part of its segment's gradient: all of it, a mean's share, a product's rest, or if it is chosen.

    Equal extremes share the gradient evenly.
    """
    made = np.zeros_like(data)
    outer = lengths.ndim - 1
    for place in np.ndindex(lengths.shape[:outer]):
        begin = 0
        for number, length in enumerate(lengths[place]):
            if length:
                part = (*place, slice(begin, begin + length))
                x, extreme, slope = data[part], y[(*place, number)], w[(*place, number)]
                if reduce == "sum":
                    made[part] = slope
                elif reduce == "mean":
                    made[part] = slope / length
                elif reduce == "prod":
                    rest = np.array([np.prod(np.delete(x, each, 0), 0) for each in range(length)])
                    made[part] = slope * rest * (1.0 if initial is None else initial)
                else:
                    chosen = (x == extreme) | np.isnan(x)
                    made[part] = np.where(chosen, slope / np.maximum(chosen.sum(0), 1), 0)
            begin += length
    return made


@op(
    "segment_reduced", method=False, module=False, node="SegmentReduceBackward0",
    data=lambda xp, g, data, out, lengths, reduce, initial: xp.segment_backward(g, data, out, lengths, reduce, initial),
)
def reduced(data: Array, lengths, reduce, initial):
    """One element for each segment; one without elements is the initial value, or a mean's nan."""
    outer = lengths.ndim - 1
    made = np.empty((*lengths.shape, *data.shape[outer + 1 :]), data.dtype)
    start = data.dtype.type(STARTS[reduce] if initial is None else initial)
    for place in np.ndindex(lengths.shape[:outer]):
        begin = 0
        for number, length in enumerate(lengths[place]):
            part = data[(*place, slice(begin, begin + length))]
            value = STEPS[reduce].reduce(part, axis=0, initial=start)
            if reduce == "mean":
                value = value / length if length else (np.nan if initial is None else value)
            made[(*place, number)] = value
            begin += length
    return made


def segment_reduce(
    data: Tensor, reduce: str, *, lengths: Tensor | None = None, indices: Tensor | None = None,
    offsets: Tensor | None = None, axis: int = 0, unsafe: bool = False, initial: Any = None,
) -> Tensor:
    """The sum, mean, product or extreme of the segments whose lengths, or places of beginning, are given.

    RuntimeError without either, and for lengths that do not cover the dimension.
    """
    name = {"amax": "max", "amin": "min"}.get(reduce, reduce)
    if name not in STARTS:
        raise RuntimeError(f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}")
    if lengths is None and offsets is None:
        raise RuntimeError("segment_reduce(): Either lengths or offsets must be defined.")
    sizes = np.diff(offsets._data, axis=-1) if lengths is None else lengths._data  # type: ignore[union-attr]
    if lengths is not None and not unsafe:
        if (sizes < 0).any():
            raise RuntimeError("lengths contains negative value!")
        if (sizes.sum(-1) != data._data.shape[sizes.ndim - 1]).any():
            raise RuntimeError(
                "segment_reduce(): Expected all rows of lengths along axis to sum to data.size(lengths.dim()-1) when "
                "!unsafe."
            )
    source = data if data._data.flags.c_contiguous else data.contiguous()  # type: ignore[attr-defined]
    return reduced(source, sizes, name, initial)


publish("segment_reduce", segment_reduce, method=False)
publish("_segment_reduce", segment_reduce, method=False)
