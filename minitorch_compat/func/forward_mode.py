"""Forward mode: products of Jacobians with vectors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .._core.batching import Batched, lifted, wrap_level
from .._core.duals import forward, give, take, tangent_of
from .._core.forms import FUNCTIONS
from .._core.pytree import tree_flatten, tree_map, tree_unflatten
from .._core.tensor import Tensor
from .levels import opened
from .reverse import check_aux, split_aux, tensors_only


def entered_forward(x: Tensor, tangent: Tensor, level: int) -> Tensor:
    """``x`` with a tangent: at the heart, with the hidden dimensions of ``x`` shown in the tangent."""
    if isinstance(x, Batched):
        size = x._value.shape[x._dim]
        shown = lifted(tangent, x._level)
        shown = tangent.expand(size, *tangent.shape) if shown is None else shown
        if x._dim:
            shown = shown.movedim(0, x._dim)
        return wrap_level(entered_forward(x._value, shown, level), x._dim, x._level)
    if tangent.shape != x.shape:
        raise RuntimeError(
            "Trying to set a forward gradient that has a different size than that of the original Tensor, this is not "
            f"supported. Tensor is of size {list(x.shape)} while the given forward gradient is of size "
            f"{list(tangent.shape)}."
        )
    return give(x.view_as(x), level, tangent)


def unpacked_forward(x: Tensor, level: int) -> tuple[Tensor, Tensor | None]:
    """A result without its tangent of a level, and that tangent, batched as the result is."""
    if isinstance(x, Batched):
        primal, tangent = unpacked_forward(x._value, level)
        return wrap_level(primal, x._dim, x._level), None if tangent is None else wrap_level(tangent, x._dim, x._level)
    tangent = tangent_of(x, level)
    if tangent is None:
        return x, None
    alias = x.view_as(x)
    take(alias, level)
    return alias, tangent


def jvp(
    func: Callable[..., Any], primals: Any, tangents: Any, *, strict: bool = False, has_aux: bool = False
) -> Any:
    """The value of ``func`` and its Jacobian times ``tangents``, in forward mode."""
    return jvp_of(func, primals, tangents, strict, has_aux)


def jvp_of(
    func: Callable[..., Any], primals: Any, directions: Any, strict: bool = False, has_aux: bool = False,
    places: tuple[int, ...] | None = None,
) -> Any:
    """``jvp`` by some of the arguments."""
    if not isinstance(primals, tuple):
        raise RuntimeError(
            "jvp(f, primals, tangents): Expected primals to be a tuple. E.g. it should be valid to call f(*primals)."
        )
    varied = primals if places is None else tuple(primals[place] for place in places)
    flat, spec = tree_flatten(varied)
    flat_directions, other = tree_flatten(directions)
    if spec != other:
        raise RuntimeError(
            "jvp(f, primals, tangents): Expected primals and tangents to have the same python structure. For example, "
            f"if primals is a tuple of 3 tensors, tangents also must be. Got primals with structure {spec} and "
            f"tangents with structure {other}"
        )
    for word, values in (("primals", flat), ("tangents", flat_directions)):
        if not values:
            raise RuntimeError(f"jvp(f, primals, tangents): Expected {word} to contain at least one Tensor.")
        for each in values:
            if not isinstance(each, Tensor):
                raise RuntimeError(
                    f"jvp(f, primals, tangents): Expected {word} to only contain Tensors, got {type(each)}"
                )
    previous, forward.enabled = forward.enabled, True
    try:
        with opened("jvp", func=func) as level:
            for word, values in (("primal", flat), ("tangent", flat_directions)):
                for each in values:
                    if not (each.is_floating_point() or each.is_complex()):
                        raise ValueError(f"Expected {word} to be floating point or complex, but got: {each.dtype}")
            duals = [entered_forward(x, t, level.number) for x, t in zip(flat, flat_directions, strict=True)]
            arguments = tree_unflatten(duals, spec)
            if places is not None:
                changed = list(primals)
                for place, each in zip(places, arguments, strict=True):
                    changed[place] = each
                arguments = tuple(changed)
            made = func(*arguments)
            aux = None
            if has_aux:
                made, aux = split_aux(made, "jvp(f, primals, tangents)")
                check_aux(aux)
                aux = tree_map(
                    lambda each: unpacked_forward(each, level.number)[0] if isinstance(each, Tensor) else each, aux
                )
            outputs, out_spec = tree_flatten(made)
            if outputs == [None]:
                raise RuntimeError(
                    "jvp(f, primals, tangents): Expected f to be a function that has non-empty output (got output = "
                    f"{outputs})"
                )
            tensors_only(outputs, "jvp(f, primals, tangents)", "f(*primals)")
            values, slopes = [], []
            for each in outputs:
                primal, tangent = unpacked_forward(each, level.number)
                if tangent is None:
                    if strict:
                        raise RuntimeError(
                            "jvp(f, primals, tangents, strict=True): The output of f is independent of the inputs. "
                            "This is not allowed with strict=True."
                        )
                    tangent = FUNCTIONS["zeros_like"](primal)
                values.append(primal)
                slopes.append(tangent)
    finally:
        forward.enabled = previous
    results = tree_unflatten(values, out_spec), tree_unflatten(slopes, out_spec)
    return (*results, aux) if has_aux else results
