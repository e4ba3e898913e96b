"""Functions of one example as functions of many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .._core.batching import Batched, Level, lifted, wrap_level
from .._core.forms import FUNCTIONS
from .._core.pytree import TreeSpec, broadcast_to_spec, tree_flatten, tree_map, tree_unflatten
from .._core.tensor import Tensor
from .levels import name_of, opened, wraps_any

RANDOMNESS = ("error", "different", "same")


def check_randomness(randomness: Any) -> None:
    """RuntimeError for a word that does not say how random numbers come."""
    if randomness not in RANDOMNESS:
        raise RuntimeError(
            f"Only allowed values for randomness are 'error', 'different', or 'same'. Got {randomness}"
        )


def vmap(
    func: Callable[..., Any], in_dims: Any = 0, out_dims: Any = 0, randomness: str = "error", *,
    chunk_size: int | None = None,
) -> Callable[..., Any]:
    """The function of one example as a function of many, which lie along ``in_dims`` and come along ``out_dims``."""
    check_randomness(randomness)
    if not (chunk_size is None or chunk_size > 0):
        raise ValueError(f"vmap: chunk_size should be None or greater than 0. (got {chunk_size})")

    @wraps_any(func)
    def wrapped(*arguments: Any, **keywords: Any) -> Any:
        size, dims, flat, spec = batch_inputs(in_dims, arguments, func)
        if chunk_size is not None and size:
            return in_chunks(func, size, dims, flat, spec, out_dims, randomness, chunk_size, keywords)
        return mapped(func, size, dims, flat, spec, out_dims, randomness, keywords)

    wrapped.__qualname__ = "vmap.<locals>.wrapped" if not hasattr(func, "__name__") else wrapped.__qualname__
    return wrapped


def batch_inputs(in_dims: Any, arguments: tuple[Any, ...], func: Any) -> tuple[int, list[Any], list[Any], TreeSpec]:
    """How many examples there are, the dimension of each flat argument, these, and their structure."""
    name = name_of(func)
    start = f"vmap({name}, in_dims={in_dims}, ...)(<inputs>): "
    if not isinstance(in_dims, (int, tuple)):
        raise ValueError(
            f"{start}expected `in_dims` to be int or a (potentially nested) tuple matching the structure of inputs, "
            f"got: {type(in_dims)}."
        )
    if not arguments:
        raise ValueError(
            f"vmap({name})(<inputs>): got no inputs. Maybe you forgot to add inputs, or you are trying to vmap over a "
            "function with no inputs. The latter is unsupported."
        )
    flat, spec = tree_flatten(arguments)
    dims = broadcast_to_spec(in_dims, spec, lambda each: not isinstance(each, (tuple, list, dict)))
    if dims is None:
        other = tree_flatten(in_dims)[1]
        raise ValueError(
            f"{start}in_dims is not compatible with the structure of `inputs`. in_dims has structure {other} but "
            f"inputs has structure {spec}."
        )
    for place, (each, dim) in enumerate(zip(flat, dims, strict=True)):
        if not isinstance(dim, int) and dim is not None:
            raise ValueError(
                f"{start}Got in_dim={dim} for an input but in_dim must be either an integer dimension or None."
            )
        if isinstance(dim, int) and not isinstance(each, Tensor):
            raise ValueError(
                f"{start}Got in_dim={dim} for an input but the input is of type {type(each)}. We cannot vmap over "
                "non-Tensor arguments, please use None as the respective in_dim"
            )
        if dim is not None and not -each.dim() <= dim < each.dim():
            raise ValueError(
                f"{start}Got in_dim={dim} for some input, but that input is a Tensor of dimensionality {each.dim()} so "
                f"expected in_dim to satisfy -{each.dim()} <= in_dim < {each.dim()}."
            )
        if dim is not None and dim < 0:
            dims[place] = dim % each.dim()
    sizes = [each.shape[dim] for each, dim in zip(flat, dims, strict=True) if dim is not None]
    if not sizes:
        raise ValueError("vmap: Expected at least one Tensor to vmap over")
    if len(set(sizes)) > 1:
        raise ValueError(
            "vmap: Expected all tensors to have the same size in the mapped dimension, got sizes "
            f"{sizes} for the mapped dimension"
        )
    return sizes[0], dims, flat, spec


def mapped(
    func: Callable[..., Any], size: int, dims: list[Any], flat: list[Any], spec: TreeSpec, out_dims: Any,
    randomness: str, keywords: dict[str, Any], inner: bool = False,
) -> Any:
    """``func`` once, on batched tensors."""
    with opened("vmap", size, randomness, inner) as level:
        given = [
            each if dim is None else wrap_level(each, dim, level.number) for each, dim in zip(flat, dims, strict=True)
        ]
        made = func(*tree_unflatten(given, spec), **keywords)
        return unwrapped(made, out_dims, level, func)


def unwrapped(made: Any, out_dims: Any, level: Level, func: Any) -> Any:
    """The results of all examples, each along its own dimension."""
    name = name_of(func)
    outputs, spec = tree_flatten(made)
    if isinstance(made, Tensor):
        if isinstance(out_dims, (int, type(None))):
            dims: Any = [out_dims]
        elif isinstance(out_dims, tuple) and len(out_dims) == 1:
            dims = list(out_dims)
        else:
            dims = None
    else:
        dims = broadcast_to_spec(out_dims, spec, lambda each: not isinstance(each, (tuple, list, dict)))
    if not all(isinstance(each, (int, type(None))) for each in tree_flatten(out_dims)[0]):
        raise ValueError(
            f"vmap({name}, ..., out_dims={out_dims}): `out_dims` must be an int, None or a python collection of ints "
            "representing where in the outputs the vmapped dimension should appear."
        )
    if dims is None:
        raise ValueError(
            f"vmap({name}, ..., out_dims={out_dims})(<inputs>): out_dims is not compatible with the structure of "
            f"`outputs`. out_dims has structure {tree_flatten(out_dims)[1]} but outputs has structure {spec}."
        )
    results = []
    for each, dim in zip(outputs, dims, strict=True):
        if not isinstance(each, Tensor):
            if dim is None:
                results.append(each)
                continue
            raise ValueError(
                f"vmap({name}, ...): `{name}` must only return Tensors, got type {type(each)}. Did you mean to set "
                "out_dims= to None for output?"
            )
        whole = lifted(each, level.number)
        if dim is None:
            if whole is not None:
                raise ValueError(
                    f"vmap({name}, ...): `{name}` can not return a BatchedTensor when out_dim is None"
                )
            results.append(each)
            continue
        if isinstance(each, Batched) and each._level == level.number:
            places = each._value.dim()
            if not -places <= dim < places:
                raise IndexError(
                    f"Dimension out of range (expected to be in range of [{-places}, {places - 1}], but got {dim})"
                )
            results.append(each._value if dim % places == each._dim else each._value.movedim(each._dim, dim))
            continue
        if whole is None:
            sizes = list(each.shape)
            sizes.insert(dim, level.size)
            results.append(each.expand(sizes))
            continue
        results.append(whole if not dim else whole.movedim(0, dim))
    return tree_unflatten(results, spec)


def in_chunks(
    func: Callable[..., Any], size: int, dims: list[Any], flat: list[Any], spec: TreeSpec, out_dims: Any,
    randomness: str, chunk_size: int, keywords: dict[str, Any],
) -> Any:
    """The examples some at a time, the results joined."""
    state = FUNCTIONS["get_rng_state"]() if "get_rng_state" in FUNCTIONS else None
    results = []
    for start in range(0, size, chunk_size):
        count = min(chunk_size, size - start)
        part = [
            each if dim is None else each.narrow(dim, start, count) for each, dim in zip(flat, dims, strict=True)
        ]
        if state is not None and randomness == "same":
            FUNCTIONS["set_rng_state"](state)
        results.append(mapped(func, count, dims, part, spec, out_dims, randomness, keywords))
    flattened = [tree_flatten(each) for each in results]
    out_spec = flattened[0][1]
    places = broadcast_to_spec(out_dims, out_spec, lambda each: not isinstance(each, (tuple, list, dict)))
    assert places is not None
    joined = [
        parts[0] if dim is None else FUNCTIONS["cat"](list(parts), dim)
        for parts, dim in zip(zip(*[each for each, _ in flattened], strict=True), places, strict=True)
    ]
    return tree_unflatten(joined, out_spec)


def vmapped(
    func: Callable[..., Any], given: tuple[Any, ...], randomness: str = "error", inner: bool = False,
    chunk_size: int | None = None,
) -> Any:
    """``vmap`` over the first dimensions, of the library's own functions; ``inner``: only tangents are batched."""
    size = given[0].shape[0] if given else 0
    flat, spec = tree_flatten(given)
    if not size:
        # No rows: one of zeros tells the shapes.
        flat = [FUNCTIONS["zeros"](1, *tuple(each.shape)[1:], dtype=each.dtype) for each in flat]
        made = mapped(func, 1, [0] * len(flat), flat, spec, 0, randomness, {}, inner)
        return tree_map(lambda each: each.narrow(0, 0, 0), made)
    if chunk_size is not None:
        return in_chunks(func, size, [0] * len(flat), flat, spec, 0, randomness, chunk_size, {})
    return mapped(func, size, [0] * len(flat), flat, spec, 0, randomness, {}, inner)
