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
    default, own = get_default_dtype(), tensor.dtype
    complex_default = "torch.complex128" if repr(default) == "torch.float64" else "torch.complex64"
    if repr(own) not in (repr(default), complex_default, "torch.int64", "torch.bool"):
        suffixes.append(f"dtype={own!r}")
    suffixes.append("layout=torch.sparse_coo")
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


def part_size(array: Any) -> str:
    """What is said of coordinates or values without an element."""
    return "" if array.size else f", size={tuple(array.shape)}"
