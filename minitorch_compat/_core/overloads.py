"""Under which names torch knows writes: the operation, and which of its overloads."""

from __future__ import annotations

from typing import Any

from .tensor import Tensor

OVERLOADS = {
    **dict.fromkeys(("add_", "div_", "mul_", "sub_", "subtract_"), "Tensor"),
    **dict.fromkeys(
        ("eq_", "fill_", "float_power_", "floor_divide_", "fmod_", "ge_", "gt_", "le_", "lerp_", "lt_", "masked_fill_",
         "ne_", "pow_", "remainder_", "xlogy_"), "Scalar"
    ),
    "bernoulli_": "float", "index_fill_": "int_Scalar", "scatter_": "value",
}
"""The overload of a write that is given a number."""


def write_name(name: str, arguments: Any) -> str:
    """The name under which torch knows a write."""
    if name == "__setitem__":
        places = arguments[0] if isinstance(arguments[0], tuple) else (arguments[0],)
        return "index_put_" if any(isinstance(each, (Tensor, list)) for each in places) else "copy_"
    if name.startswith("__i"):
        name = {"__itruediv__": "div_", "__ifloordiv__": "floor_divide_", "__imod__": "remainder_"}.get(
            name, name[3:-2] + "_"
        )
    found = OVERLOADS.get(name, "")
    decides = arguments[-1:] if name in ("lerp_", "masked_fill_", "index_fill_", "scatter_") else arguments
    if any(isinstance(each, Tensor) for each in decides):
        found = "src" if name == "scatter_" else "Tensor" if name == "clamp_" else found.replace("Scalar", "Tensor")
    return f"{name}.{found}" if found else name
