"""Whole Jacobians and Hessians, and functions made linear."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .._core.forms import FUNCTIONS
from .._core.pytree import tree_flatten, tree_map, tree_unflatten
from .._core.tensor import Tensor
from .examples import check_randomness, vmapped
from .forward_mode import jvp_of
from .levels import wraps_any
from .reverse import chosen, vjp_of


def numels(values: Sequence[Any]) -> list[int]:
    return [each.numel() for each in values]


def basis_of(values: Sequence[Tensor]) -> list[Tensor]:
    """For each tensor the unit vectors of all tensors together, as far as they lie in it: one row each."""
    total = sum(numels(values))
    made = []
    start = 0
    for each in values:
        count = each.numel()
        rows = FUNCTIONS["zeros"](total, count, dtype=each.dtype)
        rows._data[start : start + count] = FUNCTIONS["eye"](count, dtype=each.dtype)._data
        made.append(rows.view(total, *each.shape))
        start += count
    return made


def jacrev(
    func: Callable[..., Any], argnums: int | tuple[int, ...] = 0, *, has_aux: bool = False,
    chunk_size: int | None = None, _preallocate_and_copy: bool = False,
) -> Callable[..., Any]:
    """The function that gives the Jacobian of ``func``, row by row backward."""
    if not (chunk_size is None or chunk_size > 0):
        raise ValueError("jacrev: `chunk_size` should be greater than 0.")

    def jacobian(*arguments: Any) -> Any:
        places = chosen(argnums, arguments)
        made = vjp_of(func, arguments, places, has_aux, always_tuple=True)
        value, back = made[0], made[1]
        outputs, out_spec = tree_flatten(value)
        for each in outputs:
            if not (each.is_floating_point() or each.is_complex()):
                raise RuntimeError(
                    "vjp(f, ...): All outputs of f must be floating-point or complex Tensors, got Tensor with dtype "
                    f"{each.dtype}"
                )
        rows = basis_of(outputs)
        columns_of = vmapped(
            lambda *row: back(tree_unflatten(list(row), out_spec)), tuple(rows), chunk_size=chunk_size
        )
        flat_inputs, in_spec = tree_flatten(tuple(arguments[place] for place in places))
        columns = tree_flatten(columns_of)[0]
        per_output: list[list[Any]] = [[] for _ in outputs]
        for column, x in zip(columns, flat_inputs, strict=True):
            parts = column.split(numels(outputs), 0)
            for own, part, out in zip(per_output, parts, outputs, strict=True):
                own.append(part.view((*out.shape, *x.shape)))
        results = []
        for own in per_output:
            structured = tree_unflatten(own, in_spec)
            results.append(structured[0] if isinstance(argnums, int) else structured)
        result = tree_unflatten(results, out_spec)
        return (result, made[2]) if has_aux else result

    return wraps_any(func)(jacobian)


def jacfwd(
    func: Callable[..., Any], argnums: int | tuple[int, ...] = 0, has_aux: bool = False, *, randomness: str = "error"
) -> Callable[..., Any]:
    """The function that gives the Jacobian of ``func``, column by column forward."""

    def jacobian(*arguments: Any) -> Any:
        places = chosen(argnums, arguments)
        varied = tuple(arguments[place] for place in places)
        inputs, in_spec = tree_flatten(varied)
        directions = basis_of(inputs)
        found: dict[str, Any] = {}

        def column(*direction: Any) -> Any:
            made = jvp_of(func, arguments, tree_unflatten(list(direction), in_spec), False, has_aux, places)
            found["spec"] = tree_flatten(made[1])[1]
            return (made[1], made[2]) if has_aux else made[1]

        check_randomness(randomness)
        mapped_slopes = vmapped(column, tuple(directions), randomness=randomness, inner=True)
        aux = None
        if has_aux:
            mapped_slopes, aux = mapped_slopes
            aux = tree_map(lambda each: each[0] if isinstance(each, Tensor) else each, aux)
        rows = tree_flatten(mapped_slopes)[0]
        results = []
        for row in rows:
            shape = tuple(row.shape)[1:]
            parts = row.split(numels(inputs), 0)
            own = [
                part.movedim(0, -1).reshape((*shape, *x.shape)) for part, x in zip(parts, inputs, strict=True)
            ]
            structured = tree_unflatten(own, in_spec)
            results.append(structured[0] if isinstance(argnums, int) else structured)
        result = tree_unflatten(results, found["spec"])
        return (result, aux) if has_aux else result

    return wraps_any(func)(jacobian)


def hessian(func: Callable[..., Any], argnums: int | tuple[int, ...] = 0) -> Callable[..., Any]:
    """The function that gives the Hessian of ``func``: forward over reverse."""
    return jacfwd(jacrev(func, argnums), argnums)


def linearize(func: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[..., Any]]:
    """The value of ``func`` and the linear function that its Jacobian at ``primals`` is."""
    value = func(*primals)
    flat, spec = tree_flatten(primals)

    def jvp_fn(*directions: Any) -> Any:
        given, other = tree_flatten(directions)
        if other != spec:
            raise RuntimeError(f"Expected the tangents {other} to have the same argspec as the primals {spec}")
        for place, (x, t) in enumerate(zip(flat, given, strict=True)):
            for word in ("shape", "dtype"):
                if getattr(x, word) != getattr(t, word):
                    raise RuntimeError(
                        f"tangent:{place} with {word} {getattr(t, word)} in flattened pytree doesn't match the {word} "
                        f"{getattr(x, word)} of the corresponding primal."
                    )
        return jvp_of(func, primals, directions)[1]

    jvp_fn.__qualname__ = "linearize.<locals>.jvp_fn"
    return value, jvp_fn
