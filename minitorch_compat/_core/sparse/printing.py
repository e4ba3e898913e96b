"""The printed text of sparse tensors."""

from __future__ import annotations

from typing import Any

from ..dtypes import get_default_dtype
from ..printing import body, with_suffixes


def sparse_repr(tensor: Any) -> str:
    """The repr of a sparse tensor: coordinates, values, size and what is said of dense tensors, too."""
    kind = type(tensor)
    prefix = "tensor(" if kind.__module__ in ("torch", "torch.nn.parameter") else f"{kind.__name__}("
    indent = len(prefix)
    places, values = tensor._places, tensor._held._data
    suffixes = [f"size={tuple(tensor._size)}", f"nnz={places.shape[1]}"]
    suffixes += [*dtype_told(tensor), "layout=torch.sparse_coo"]
    step = tensor.grad_fn
    if step is not None:
        suffixes.append(f"grad_fn=<{type(step).__name__}>")
    elif tensor.requires_grad:
        suffixes.append("requires_grad=True")
    lead = "indices=tensor("
    text = lead + body(places, indent + len(lead)) + part_size(places) + "),\n" + " " * indent
    lead = "values=tensor("
    text += lead + body(values, indent + len(lead)) + part_size(values) + "),\n" + " " * indent + suffixes[0]
    return with_suffixes(prefix + text, suffixes[1:], indent, indent + len(suffixes[0]))


def dtype_told(tensor: Any) -> list[str]:
    """The dtype, where it is not one that goes without saying."""
    default, own = get_default_dtype(), tensor.dtype
    complex_default = "torch.complex128" if repr(default) == "torch.float64" else "torch.complex64"
    return [] if repr(own) in (repr(default), complex_default, "torch.int64", "torch.bool") else [f"dtype={own!r}"]


def part_size(array: Any) -> str:
    """What is said of coordinates or values without an element."""
    return "" if array.size else f", size={tuple(array.shape)}"


def compressed_repr(tensor: Any) -> str:
    """The repr of a compressed sparse tensor: both indices, values, size and what is said of dense tensors, too."""
    from .compressed import names

    kind = tensor._kind
    prefix = "tensor("
    indent = len(prefix)
    text = ""
    for name, part in zip((*names(kind), "values"), (tensor._starts, tensor._others, tensor._held), strict=True):
        lead = f"{name}=tensor("
        text += lead + body(part._data, indent + len(lead)) + part_size(part._data) + ")"
        text += "" if name == "values" else ",\n" + " " * indent
    suffixes = [f"size={tuple(tensor._size)}", f"nnz={tensor._nnz()}", *dtype_told(tensor), f"layout={kind!r}"]
    step = tensor.grad_fn
    if step is not None:
        suffixes.append(f"grad_fn=<{type(step).__name__}>")
    elif tensor.requires_grad:
        suffixes.append("requires_grad=True")
    return with_suffixes(prefix + text, suffixes, indent)
