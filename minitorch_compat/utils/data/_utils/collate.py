"""Batches out of lists of samples."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping, MutableMapping, MutableSequence, Sequence
from typing import Any

import numpy as np

from ...._core import dtypes
from ...._core.forms import FUNCTIONS
from ...._core.tensor import Tensor
from ...._ops.creation import as_tensor, tensor

np_str_obj_array_pattern = re.compile(r"[SaUO]")
default_collate_err_msg_format = (
    "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found {}"
)


def default_convert(data: Any) -> Any:
    """Arrays become tensors, inside containers as well; the rest stays."""
    kind = type(data)
    if isinstance(data, Tensor):
        return data
    if kind.__module__ == "numpy" and kind.__name__ not in ("str_", "string_"):
        if kind.__name__ == "ndarray" and np_str_obj_array_pattern.search(data.dtype.str) is not None:
            return data
        return as_tensor(data)
    if isinstance(data, Mapping):
        return _like_mapping(data, {key: default_convert(each) for key, each in data.items()})
    if isinstance(data, tuple) and hasattr(data, "_fields"):
        return kind(*(default_convert(each) for each in data))
    if isinstance(data, tuple):
        return [default_convert(each) for each in data]
    if isinstance(data, Sequence) and not isinstance(data, (str, bytes)):
        return _like_sequence(data, [default_convert(each) for each in data])
    return data


def _like_mapping(example: Mapping[Any, Any], made: dict[Any, Any]) -> Any:
    """``made`` in a mapping of the kind of ``example``, or as it is where that cannot be made."""
    try:
        if isinstance(example, MutableMapping):
            twin = copy.copy(example)
            twin.update(made)
            return twin
        return type(example)(made)  # type: ignore[call-arg]
    except TypeError:
        return made


def _like_sequence(example: Sequence[Any], made: list[Any]) -> Any:
    """``made`` in a sequence of the kind of ``example``, or as it is where that cannot be made."""
    try:
        if isinstance(example, MutableSequence):
            twin = copy.copy(example)
            for place, each in enumerate(made):
                twin[place] = each
            return twin
        return type(example)(made)  # type: ignore[call-arg]
    except TypeError:
        return made


def collate(batch: Any, *, collate_fn_map: dict[Any, Callable[..., Any]] | None = None) -> Any:
    """One batch of samples of one kind, container by container.

    ``collate_fn_map`` says what becomes of a list of a type's elements. RuntimeError for sequences of unequal lengths,
    TypeError for elements of which nothing can be made.
    """
    element = batch[0]
    kind = type(element)
    if collate_fn_map is not None:
        if kind in collate_fn_map:
            return collate_fn_map[kind](batch, collate_fn_map=collate_fn_map)
        for each in collate_fn_map:
            if isinstance(element, each):
                return collate_fn_map[each](batch, collate_fn_map=collate_fn_map)
    if isinstance(element, Mapping):
        return _like_mapping(
            element, {key: collate([each[key] for each in batch], collate_fn_map=collate_fn_map) for key in element}
        )
    if isinstance(element, tuple) and hasattr(element, "_fields"):
        return kind(*(collate(column, collate_fn_map=collate_fn_map) for column in zip(*batch, strict=False)))
    if isinstance(element, Sequence):
        if not all(len(each) == len(element) for each in batch):
            raise RuntimeError("each element in list of batch should be of equal size")
        columns = [collate(column, collate_fn_map=collate_fn_map) for column in zip(*batch, strict=False)]
        return columns if isinstance(element, tuple) else _like_sequence(element, columns)
    raise TypeError(default_collate_err_msg_format.format(kind))


def collate_tensor_fn(batch: Any, *, collate_fn_map: Any = None) -> Any:
    """Tensors, stacked."""
    return FUNCTIONS["stack"](batch, 0)


def collate_numpy_array_fn(batch: Any, *, collate_fn_map: Any = None) -> Any:
    """Arrays, as tensors; TypeError for those of strings or objects."""
    dtype = batch[0].dtype
    if np_str_obj_array_pattern.search(dtype.str) is not None:
        raise TypeError(default_collate_err_msg_format.format(dtype))
    return collate([as_tensor(each) for each in batch], collate_fn_map=collate_fn_map)


def collate_numpy_scalar_fn(batch: Any, *, collate_fn_map: Any = None) -> Any:
    """NumPy's numbers, in one tensor."""
    return as_tensor(batch)


def collate_float_fn(batch: Any, *, collate_fn_map: Any = None) -> Any:
    """Python's floats, in a tensor of float64."""
    return tensor(batch, dtype=dtypes.float64)


def collate_int_fn(batch: Any, *, collate_fn_map: Any = None) -> Any:
    """Integers (or truth values), in a tensor."""
    return tensor(batch)


def collate_str_fn(batch: Any, *, collate_fn_map: Any = None) -> Any:
    """Strings, as they are."""
    return batch


default_collate_fn_map: dict[Any, Callable[..., Any]] = {
    Tensor: collate_tensor_fn,
    np.ndarray: collate_numpy_array_fn,
    (np.bool_, np.number, np.object_): collate_numpy_scalar_fn,
    float: collate_float_fn,
    int: collate_int_fn,
    str: collate_str_fn,
    bytes: collate_str_fn,
}


def default_collate(batch: Any) -> Any:
    """A batch out of samples: tensors and numbers stacked, containers element by element, strings in lists."""
    return collate(batch, collate_fn_map=default_collate_fn_map)
