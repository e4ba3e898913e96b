"""The printed text of tensors and of the small things around them, to torch's character.

All but `tensor_repr` is written against arrays and plain words; the caller says what the array alone cannot.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

PROFILES: dict[str, dict[str, float]] = {
    "default": {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80},
    "short": {"precision": 2, "threshold": 1000, "edgeitems": 2, "linewidth": 80},
    "full": {"precision": 4, "threshold": math.inf, "edgeitems": 3, "linewidth": 80},
}


class PrinterOptions:
    """How tensors are printed now; the attributes are the arguments of `set_printoptions`."""

    precision: int
    threshold: float
    edgeitems: int
    linewidth: int
    sci_mode: bool | None

    def __init__(self) -> None:
        vars(self).update(PROFILES["default"], sci_mode=None)

    def __repr__(self) -> str:
        return f"__PrinterOptions({', '.join(f'{name}={value!r}' for name, value in vars(self).items())})"


PRINT_OPTS = PrinterOptions()


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Change how tensors are printed; None leaves a setting alone.

    As in torch, `sci_mode` is the exception, set anew (to None unless given) by every call, and a profile nobody knows
    is passed over in silence; nothing is checked before something is printed.
    """
    options = vars(PRINT_OPTS)
    if profile is not None:
        options.update(PROFILES.get(profile, {}))
    given = {"precision": precision, "threshold": threshold, "edgeitems": edgeitems, "linewidth": linewidth}
    options.update({name: value for name, value in given.items() if value is not None})
    PRINT_OPTS.sci_mode = sci_mode


def get_printoptions() -> dict[str, Any]:
    """The present options, as keyword arguments of `set_printoptions`."""
    return dict(vars(PRINT_OPTS))


@contextmanager
def printoptions(**options: Any) -> Iterator[None]:
    """Print with other options, the arguments of `set_printoptions`, inside the `with` block."""
    before = get_printoptions()
    set_printoptions(**options)
    try:
        yield
    finally:
        set_printoptions(**before)


def tensor_repr(tensor: Any, contents: str | None = None, tangent: Any = None) -> str:
    """The repr of a tensor or of any subclass; `contents` replaces the printed numbers, `tangent` stands last."""
    from . import dtypes
    from .graph import Watched

    if Watched.transforms and tensor._node is not None:
        from .transform_printing import tracked_at, transformed_text

        if tracked_at(tensor):
            return transformed_text(tensor, contents)
    kind = type(tensor)
    # torch names a subclass in the place of `tensor`, and says of a subclass of Parameter what it is.
    plain = kind.__module__ in ("torch", "torch.nn.parameter")
    try:
        node = tensor.grad_fn
        name = None if node is None else type(node).__name__
    except RuntimeError:  # a view that was written to in a way its history cannot follow
        name = "Invalid"
    text = tensor_text(
        tensor._data,
        repr(tensor.dtype),
        default_dtype_name=repr(dtypes.get_default_dtype()),
        grad_fn_name=name,
        requires_grad=tensor.requires_grad,
        prefix="tensor(" if plain else f"{kind.__name__}(",
        contents=contents,
        tangent="" if tangent is None else f"tangent={tangent}",
    )
    of_parameter = any(base.__module__ == "torch.nn.parameter" for base in kind.__mro__)
    return f"Parameter({text})" if not plain and (of_parameter or getattr(tensor, "_is_param", False)) else text


def tensor_text(
    array: np.ndarray,
    dtype_name: str,
    *,
    default_dtype_name: str = "torch.float32",
    grad_fn_name: str | None = None,
    requires_grad: bool = False,
    prefix: str = "tensor(",
    contents: str | None = None,
    tangent: str = "",
) -> str:
    """The repr of a tensor of any shape and dtype.

    `dtype_name` and `default_dtype_name` are as printed (`torch.float32`); `grad_fn_name` is the class name of the node
    that made the tensor, `requires_grad` is said only of a tensor without one; `prefix` names a subclass (`Mask(`);
    `contents` replaces the printed numbers.
    """
    suffixes = []
    if array.size == 0:
        if array.ndim != 1:
            suffixes.append(f"size={array.shape}")
        if dtype_name != default_dtype_name:
            suffixes.append(f"dtype={dtype_name}")
    else:
        if not PRINT_OPTS.edgeitems:
            suffixes.append(f"size={array.shape}")
        default_complex = "torch.complex128" if default_dtype_name == "torch.float64" else "torch.complex64"
        if dtype_name not in (default_dtype_name, default_complex, "torch.int64", "torch.bool"):
            suffixes.append(f"dtype={dtype_name}")
    if grad_fn_name is not None:
        suffixes.append(f"grad_fn=<{grad_fn_name}>")
    elif requires_grad:
        suffixes.append("requires_grad=True")
    if tangent:
        suffixes.append(tangent)
    if contents is None:
        contents = body(array, len(prefix))
    return with_suffixes(prefix + contents, suffixes, len(prefix))


def with_suffixes(text: str, suffixes: list[str], indent: int, length: int | None = None) -> str:
    """Append `, suffix` for each suffix, on a line of its own where it no longer fits, and close the bracket.

    `length` is that of the last line, where torch counts it otherwise.
    """
    if length is None:
        # The two characters too many, for the comma and space before the first suffix, are torch's count.
        length = len(text) - text.rfind("\n") + 1
    for suffix in suffixes:
        if length + len(suffix) + 2 > PRINT_OPTS.linewidth:
            text += ",\n" + " " * indent + suffix
            length = indent + len(suffix)
        else:
            text += ", " + suffix
            length += len(suffix) + 2
    return text + ")"


def body(array: np.ndarray, indent: int) -> str:
    """The numbers in their brackets, with `indent` characters already on the first line."""
    if array.size == 0:
        return "[]"
    signless = array.dtype.char == "W"
    if array.dtype.kind == "V":  # the floats NumPy does not have itself
        array = array.astype(np.float32)
    shape = array.shape
    edge = PRINT_OPTS.edgeitems
    summarised = array.size > PRINT_OPTS.threshold
    if summarised and shape:
        if not edge:
            return "[...]"
        array = corners(array, edge)
    if array.dtype.kind == "c":
        texts, width = complex_texts(array)
    else:
        texts, width = number_texts(array, signless)
    if not shape:
        return texts[0]
    room = PRINT_OPTS.linewidth - indent - len(shape) + 1
    per_line = max(1, math.floor(room / (width + 2)))
    for axis in reversed(range(len(shape))):
        innermost = axis == len(shape) - 1
        count = array.shape[axis]
        margin = " " * (indent + axis + 1)
        split = len(range(shape[axis])[:edge]) if summarised and shape[axis] > 2 * edge else None
        groups = []
        for start in range(0, len(texts), count):
            group = texts[start : start + count]
            if split is not None:
                group.insert(split, " ..." if innermost else "...")
            if innermost:
                group = [", ".join(group[i : i + per_line]) for i in range(0, len(group), per_line)]
            breaks = 1 if innermost else len(shape) - 1 - axis
            groups.append("[" + ("," + "\n" * breaks + margin).join(group) + "]")
        texts = groups
    return texts[0]


def corners(array: np.ndarray, edge: int) -> np.ndarray:
    """The first and last `edge` items along every axis that has more than both."""
    if edge < 0 and array.ndim > 1:
        raise RuntimeError("stack expects a non-empty TensorList")
    for axis, length in enumerate(array.shape):
        if length > 2 * edge:
            kept = np.arange(length)
            array = array.take(np.concatenate((kept[:edge], kept[-edge:])), axis)
    return array


def complex_texts(array: np.ndarray) -> tuple[list[str], int]:
    """The elements in row-major order as `real+imagj`, and the widest length, the real part padded by itself."""
    reals, real_width = number_texts(array.real)
    imaginaries, imaginary_width = number_texts(array.imag)
    texts = []
    for real, padded in zip(reals, imaginaries, strict=True):
        imaginary = padded.lstrip()
        texts.append(f"{real}{imaginary}j" if imaginary[0] == "-" else f"{real}+{imaginary}j")
    return texts, real_width + imaginary_width + 1


def number_texts(array: np.ndarray, signless: bool = False) -> tuple[list[str], int]:
    """The elements in row-major order, padded to one width, and that width."""
    values = array.ravel().tolist()
    if array.dtype.kind != "f":
        texts = [str(value) for value in values]
        width = max(map(len, texts))
        return [text.rjust(width) for text in texts], width
    spec, dot, width = float_format(values, signless)
    texts = [format(value, spec) for value in values]
    if dot:
        texts = [text + "." if math.isfinite(value) else text for text, value in zip(texts, values, strict=True)]
    return [text.rjust(width) for text in texts], width


def float_format(values: list[float], signless: bool = False) -> tuple[str, bool, int]:
    """The format specification for all the values, whether a bare dot follows, and the width of a column.

    Only finite values other than zero decide; an infinity may therefore stick out of its column. Of ``signless`` ones
    torch takes the smallest for zero, and nan for finite.
    """
    if signless:
        deciding = [value for value in values if value != 2.0**-127]
    else:
        deciding = [value for value in values if value and value - value == 0]
    if not deciding:
        return ".0f", True, 1
    scientific: Any = PRINT_OPTS.sci_mode
    if signless and any(map(math.isnan, deciding)):
        scientific = bool(scientific)
    elif scientific is None:
        largest, smallest = max(map(abs, deciding)), min(map(abs, deciding))
        scientific = largest / smallest > 1000.0 or largest > 1.0e8 or smallest < 1.0e-4
    dot = False
    if scientific:
        spec = f".{PRINT_OPTS.precision}e"
    elif all(value.is_integer() for value in deciding):
        spec, dot = ".0f", True
    else:
        spec = f".{PRINT_OPTS.precision}f"
    return spec, dot, max(len(format(value, spec)) for value in deciding) + dot
