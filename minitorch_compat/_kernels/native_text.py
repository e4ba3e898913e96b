"""Tensors as text in the few messages that torch writes without Python: other rules than those of ``print``."""

from __future__ import annotations

import math

import numpy as np

from .scalar_types import type_name

LINE = 80
"""Characters of a line."""


def chosen(numbers: np.ndarray) -> tuple[int, float, str]:
    """Width, common factor and format of the numbers of one matrix."""
    finite = np.abs(numbers[np.isfinite(numbers)])
    most, least = (finite.max(), finite.min()) if finite.size else (0.0, 0.0)
    highest, lowest = (math.floor(math.log10(each)) + 1 if each else 1 for each in (most, least))
    if np.array_equal(np.ceil(finite), finite):
        return (highest + 1, 1.0, "g") if highest <= 9 else (11, 1.0, ".4e")
    if highest - lowest > 4:
        return 12 if abs(highest) > 99 or abs(lowest) > 99 else 11, 1.0, ".4e"
    if highest > 5 or highest < 0:
        return 7, 10.0 ** (highest - 1), ".4f"
    return highest + 6 if highest else 7, 1.0, ".4f"


def spelled(value: float, spelling: str) -> str:
    """A number as C++ writes it, which shows the sign of nan as well."""
    return "-nan" if math.isnan(value) and np.signbit(value) else format(value, spelling)


def matrix(rows: np.ndarray, indent: str) -> str:
    """The rows of a matrix, as many columns at a time as a line holds."""
    width, scale, spelling = chosen(rows)
    columns = rows.shape[1]
    count = (LINE - len(indent)) // (width + 1)
    between = "\n" + indent + " " * (scale != 1)
    text = ""
    for first in range(0, columns, count):
        if columns > count:
            text += "\n" * (first > 0) + f"Columns {first + 1} to {min(first + count, columns)}{indent}"
        if scale != 1:
            text += f"{np.format_float_positional(scale, trim='-') if scale > 1 else f'{scale:g}'} *\n{indent}"
        text += between.join(
            " ".join(spelled(value / scale, spelling).rjust(width) for value in row[first : first + count])
            for row in rows
        ) + "\n"
    return text


def native_text(x: np.ndarray) -> str:
    """A tensor of two or more dimensions as torch's messages show it; of complex numbers the real parts."""
    numbers = x.real.astype(np.float64)
    text = ""
    if x.size and x.ndim == 2:
        text = matrix(numbers, "")
    elif x.size:
        # The first dimension runs fastest.
        for place, index in enumerate(np.ndindex(x.shape[-3::-1])):
            counted = ",".join(str(each + 1) for each in index[::-1])
            text += "\n" * (place > 0) + f"({counted},.,.) = \n" + matrix(numbers[index[::-1]], " ")
    return f"{text}[ {type_name(x.dtype)}{{{','.join(map(str, x.shape))}}} ]"
