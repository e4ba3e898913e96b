"""Jacobians, Hessians, and products with them, of functions of tensors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .._core.forms import FUNCTIONS
from .._core.modes import enable_grad, mode, set_grad_enabled
from .._core.tensor import Tensor

__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]

Tensors = tuple[Any, ...]


def as_tuple(given: Any, what: str | None = None, asked_by: str | None = None) -> tuple[bool, Tensors]:
    """Whether several were given, and what was given as a tuple; TypeError for anything but tensors."""
    several = isinstance(given, tuple)
    entries = given if several else (given,)
    for place, each in enumerate(entries):
        if not isinstance(each, Tensor):
            if several:
                raise TypeError(
                    f"The {what} given to {asked_by} must be either a Tensor or a tuple of Tensors but the value at "
                    f"index {place} has type {type(each)}."
                )
            raise TypeError(
                f"The {what} given to {asked_by} must be either a Tensor or a tuple of Tensors but the "
                f"given {what} has "
                f"type {type(each)}."
            )
    return several, entries


def prepared(inputs: Tensors, create_graph: bool, need_graph: bool) -> Tensors:
    """The inputs as the function is to see them: views of the given where a graph must lead there, else new leaves."""
    made = []
    for each in inputs:
        if create_graph:
            alias = each.view_as(each)
            made.append(alias if alias.requires_grad else alias.requires_grad_(need_graph))
        else:
            made.append(each.detach().requires_grad_(need_graph))
    return tuple(made)


def finished(results: Any, create_graph: bool) -> Any:
    """The results, without their graph unless that was wanted."""
    if isinstance(results, Tensor):
        return results if create_graph else results.detach()
    return tuple([finished(each, create_graph) for each in results])


def unpacked(results: Any, wanted: bool | tuple[bool, bool]) -> Any:
    """The one entry of a tuple, or of the tuple of tuples, where a single tensor was given."""
    if isinstance(wanted, tuple):
        outer, inner = wanted
        rows = results if inner else tuple([each[0] for each in results])
        return rows if outer else rows[0]
    return results if wanted else results[0]


def check_vector(v: Tensors, like: Tensors, several: bool) -> None:
    """RuntimeError where the vector has not the form of what it is multiplied with."""
    if len(v) != len(like):
        if several:
            raise RuntimeError(f"v is a tuple of invalid length: should be {len(like)} but got {len(v)}.")
        raise RuntimeError("The given v should contain a single Tensor.")
    for place, (one, other) in enumerate(zip(v, like, strict=True)):
        if one.size() != other.size():
            entry = f"Entry {place} in " if several else ""
            raise RuntimeError(f"{entry}v has invalid size: should be {other.size()} but got {one.size()}.")


def check_dependence(tensors: Sequence[Any], kind: str, strict: bool) -> None:
    """In strict mode, RuntimeError where something does not depend on the inputs."""
    if not strict:
        return
    for place, each in enumerate(tensors):
        if each is None:
            raise RuntimeError(
                f"The output of the user-provided function is independent of input {place}. This is not allowed in "
                "strict mode."
            )
        if each.requires_grad:
            continue
        if kind == "hessian":
            raise RuntimeError(
                f"The hessian of the user-provided function with respect to input {place} is independent of the input. "
                "This is not allowed in strict mode. You should ensure that your function is thrice differentiable and "
                "that the hessian depends on the inputs."
            )
        if kind == "jacobian":
            raise RuntimeError(
                "While computing the hessian, found that the jacobian of the user-provided function with respect to "
                f"input {place} is independent of the input. This is not allowed in strict mode. You "
                "should ensure that "
                "your function is twice differentiable and that the jacobian depends on the inputs (this would be "
                "violated by a linear function for example)."
            )
        if kind == "grad_inputs":
            raise RuntimeError(
                f"The gradient with respect to input {place} is independent of the inputs of the "
                "user-provided function. "
                "This is not allowed in strict mode."
            )
        raise RuntimeError(
            f"Output {place} of the user-provided function does not require gradients. The outputs must be computed in "
            "a differentiable manner from the input when running in strict mode."
        )


def gradients(
    outputs: Tensors, inputs: Tensors, weights: Tensors | None = None, create_graph: bool = False,
    retain_graph: bool | None = None,
) -> Tensors:
    """``autograd.grad`` for those outputs that require grad; None for every input where there is none."""
    from . import grad

    weights = (None,) * len(outputs) if weights is None else weights
    pairs = [
        (out, weight) for out, weight in zip(outputs, weights, strict=True) if out is not None and out.requires_grad
    ]
    if not pairs:
        return (None,) * len(inputs)
    return grad(
        tuple([out for out, _ in pairs]), inputs, tuple([weight for _, weight in pairs]), allow_unused=True,
        create_graph=create_graph, retain_graph=retain_graph,
    )


MISSING = {
    "back": "The output of the user-provided function is independent of input {}. This is not allowed in strict mode.",
    "back_trick": (
        "The gradient with respect to the input is independent of entry {} in the grad_outputs when using the double "
        "backward trick to compute forward mode gradients. This is not allowed in strict mode."
    ),
    "double_back": "The jacobian of the user-provided function is independent of input {}. This is not "
    "allowed in strict mode.",
    "double_back_trick": (
        "The hessian of the user-provided function is independent of entry {} in the grad_jacobian. This "
        "is not allowed "
        "in strict mode as it prevents from using the double backward trick to replace forward mode AD."
    ),
}
"""What strict mode says of a gradient that is not there, by the stage of the computation."""


def with_zeros(found: Sequence[Any], like: Tensors, strict: bool, create_graph: bool, stage: str) -> Tensors:
    """The gradients with zeros in place of those that are not there; RuntimeError instead in strict mode."""
    made = []
    for place, each in enumerate(found):
        if each is None:
            if strict:
                raise RuntimeError(MISSING[stage].format(place))
            each = FUNCTIONS["zeros_like"](like[place])
        elif strict and create_graph and not each.requires_grad:
            which = "hessian" if "double" in stage else "jacobian"
            raise RuntimeError(
                f"The {which} of the user-provided function is independent of input {place}. This is not allowed in "
                "strict mode when create_graph=True."
            )
        made.append(each)
    return tuple(made)


def vjp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """The function's value, and ``v`` times its Jacobian; without ``v`` for a single element."""
    with enable_grad():
        several, entries = as_tuple(inputs, "inputs", "vjp")
        entries = prepared(entries, create_graph, need_graph=True)
        several_out, outputs = as_tuple(func(*entries), "outputs of the user-provided function", "vjp")
        check_dependence(outputs, "outputs", strict)
        weights = None
        if v is not None:
            weights = prepared(as_tuple(v, "v", "vjp")[1], create_graph, need_graph=False)
            check_vector(weights, outputs, several_out)
        elif len(outputs) != 1 or outputs[0].nelement() != 1:
            raise RuntimeError(
                "The vector v can only be None if the user-provided function returns a single Tensor with a single "
                "element."
            )
    with set_grad_enabled(True if create_graph else mode.enabled):
        found = gradients(outputs, entries, weights, create_graph)
        product = with_zeros(found, entries, strict, create_graph, "back")
    return unpacked(finished(outputs, create_graph), several_out), unpacked(finished(product, create_graph), several)


def jvp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """The function's value, and its Jacobian times ``v``, by differentiating backward itself."""
    with enable_grad():
        several, entries = as_tuple(inputs, "inputs", "jvp")
        entries = prepared(entries, create_graph, need_graph=True)
        direction = None
        if v is not None:
            direction = prepared(as_tuple(v, "v", "jvp")[1], create_graph, need_graph=False)
            check_vector(direction, entries, several)
        elif len(entries) != 1 or entries[0].nelement() != 1:
            raise RuntimeError(
                "The vector v can only be None if the input to the user-provided function is a single Tensor with a "
                "single element."
            )
        several_out, outputs = as_tuple(func(*entries), "outputs of the user-provided function", "jvp")
        check_dependence(outputs, "outputs", strict)
        weights = tuple([FUNCTIONS["zeros_like"](each, requires_grad=True) for each in outputs])
        carried = gradients(outputs, entries, weights, create_graph=True)
        check_dependence(carried, "grad_inputs", strict)
    with set_grad_enabled(True if create_graph else mode.enabled):
        found = gradients(carried, weights, direction, create_graph)
        product = with_zeros(found, outputs, strict, create_graph, "back_trick")
    made = finished(outputs, create_graph), finished(product, create_graph)
    return unpacked(made[0], several_out), unpacked(made[1], several_out)


def jacobian(
    func: Callable[..., Any], inputs: Any, create_graph: bool = False, strict: bool = False, vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Any:
    """The Jacobian: for each output and each input a tensor of the shapes of both, one after the other."""
    if strategy not in ("forward-mode", "reverse-mode"):
        raise AssertionError(
            'Expected strategy to be either "forward-mode" or "reverse-mode". Hint: If your function has more outputs '
            'than inputs, "forward-mode" tends to be more performant. Otherwise, prefer to use "reverse-mode".'
        )
    if strategy == "forward-mode":
        if create_graph:
            raise NotImplementedError(
                "torch.autograd.functional.jacobian: `create_graph=True` and `strategy=\"forward-mode\"` are not "
                "supported together (yet). Please either set `create_graph=False` or `strategy=\"reverse-mode\"`."
            )
        return forward_jacobian(func, inputs, strict, vectorize)
    with enable_grad():
        several, entries = as_tuple(inputs, "inputs", "jacobian")
        entries = prepared(entries, create_graph, need_graph=True)
        several_out, outputs = as_tuple(func(*entries), "outputs of the user-provided function", "jacobian")
        check_dependence(outputs, "outputs", strict)
        if vectorize:
            if strict:
                raise RuntimeError(
                    "torch.autograd.functional.jacobian: `strict=True` and `vectorized=True` are not supported "
                    "together. Please either set `strict=False` or `vectorize=False`."
                )
            blocks = batched_rows(outputs, entries, create_graph)
            return unpacked(finished(blocks, create_graph), (several_out, several))
        rows = []
        for number, out in enumerate(outputs):
            found: list[list[Any]] = [[] for _ in entries]
            for element in range(out.nelement()):
                carried = gradients((out.reshape(-1)[element],), entries, None, create_graph, retain_graph=True)
                for place, (each, entry) in enumerate(zip(carried, entries, strict=True)):
                    if each is None:
                        if strict:
                            raise RuntimeError(
                                f"Output {number} of the user-provided function is independent of input "
                                f"{place}. This is "
                                "not allowed in strict mode."
                            )
                        each = FUNCTIONS["zeros_like"](entry)
                    elif strict and create_graph and not each.requires_grad:
                        raise RuntimeError(
                            "The jacobian of the user-provided function is independent of input "
                            f"{number}. This is not allowed in strict mode when create_graph=True."
                        )
                    found[place].append(each)
            rows.append(tuple([
                FUNCTIONS["stack"](each, 0).view(tuple(out.size()) + tuple(entry.size()))
                for each, entry in zip(found, entries, strict=True)
            ]))
    return unpacked(finished(tuple(rows), create_graph), (several_out, several))


def batched_rows(outputs: Tensors, entries: Tensors, create_graph: bool) -> Tensors:
    """The Jacobian of each output by each entry, all rows in one pass."""
    from ..func.jacobians import basis_of, numels
    from . import grad

    flat = [out.reshape(-1) for out in outputs]
    pairs = [(out, rows) for out, rows in zip(flat, basis_of(flat), strict=True) if out.requires_grad]
    columns: Sequence[Any] = [None] * len(entries)
    if pairs:
        columns = grad(
            [out for out, _ in pairs], entries, [rows for _, rows in pairs], True, create_graph, allow_unused=True,
            is_grads_batched=True,
        )
    counts = numels(outputs)
    parts = [
        FUNCTIONS["zeros"](sum(counts), *entry.shape, dtype=entry.dtype).split(counts, 0) if column is None
        else column.split(counts, 0)
        for column, entry in zip(columns, entries, strict=True)
    ]
    return tuple([
        tuple([
            part[place].view(tuple(out.shape) + tuple(entry.shape)) for part, entry in zip(parts, entries, strict=True)
        ])
        for place, out in enumerate(outputs)
    ])


def forward_jacobian(func: Callable[..., Any], inputs: Any, strict: bool, vectorize: bool) -> Any:
    """The Jacobian in forward mode, all columns at once."""
    from ..func.examples import vmapped
    from ..func.jacobians import basis_of, numels
    from .forward_ad import dual_level, make_dual, unpack_dual

    if strict:
        raise RuntimeError(
            "torch.autograd.functional.jacobian: `strict=True` and `strategy=\"forward-mode\"` are not supported "
            "together (yet). Please either set `strict=False` or `strategy=\"reverse-mode\"`."
        )
    several, entries = as_tuple(inputs, "inputs", "jacobian")
    if not vectorize:
        raise NotImplementedError(
            "Computing Jacobian using forward-AD or forward-over-reverse Hessian isonly implemented for "
            "`vectorize=True`."
        )
    found: dict[str, bool] = {}

    def column(*directions: Any) -> Any:
        with dual_level():
            duals = [make_dual(x, t.view_as(x)) for x, t in zip(entries, directions, strict=True)]
            found["several"], outputs = as_tuple(func(*duals), "outputs")
            made = []
            for out in outputs:
                primal, tangent = unpack_dual(out)
                made.append(FUNCTIONS["zeros_like"](primal) if tangent is None else tangent)
            return tuple(made)

    rows = []
    for slopes in vmapped(column, tuple(basis_of(entries)), inner=True):
        shape = tuple(slopes.shape)[1:]
        rows.append([
            part.permute(*range(1, part.dim()), 0).reshape(*shape, *x.shape)
            for part, x in zip(slopes.split(numels(entries), 0), entries, strict=True)
        ])
    return unpacked(rows, (found["several"], several))


def single(out: Any, asked_by: str) -> Any:
    """The one element that a function must return whose second derivatives are asked for."""
    several, _ = as_tuple(out, "outputs of the user-provided function", asked_by)
    if several or not isinstance(out, Tensor):
        raise RuntimeError(f"The function given to {asked_by} should return a single Tensor")
    if out.nelement() != 1:
        raise RuntimeError(f"The Tensor returned by the function given to {asked_by} should contain a single element")
    return out.squeeze()  # type: ignore[attr-defined]


def hessian(
    func: Callable[..., Any], inputs: Any, create_graph: bool = False, strict: bool = False, vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Any:
    """The Hessian of a function of one element: for each pair of inputs a tensor of the shapes of both."""
    several, entries = as_tuple(inputs, "inputs", "hessian")

    if outer_jacobian_strategy not in ("forward-mode", "reverse-mode"):
        raise AssertionError('Expected strategy to be either "forward-mode" or "reverse-mode".')

    def checked(*places: Any) -> Any:
        out = single(func(*places), "hessian")
        check_dependence((out,), "outputs", strict)
        return out

    def slopes(*places: Any) -> Any:
        if outer_jacobian_strategy == "forward-mode":
            places = tuple([each.requires_grad_(True) for each in places])
        found = jacobian(checked, places, create_graph=True)
        check_dependence(found, "jacobian", strict)
        return found

    found = jacobian(slopes, entries, create_graph, strict, vectorize, outer_jacobian_strategy)
    return unpacked(found, (several, several))


def second_order(func: Callable[..., Any], inputs: Any, v: Any, strict: bool, asked_by: str, create_graph: bool) -> Any:
    """What both products with a Hessian need: inputs, vector, value, and slopes with their graph."""
    several, entries = as_tuple(inputs, "inputs", asked_by)
    entries = prepared(entries, create_graph, need_graph=True)
    weights = None
    if v is not None:
        weights = prepared(as_tuple(v, "v", asked_by)[1], create_graph, need_graph=False)
        check_vector(weights, entries, several)
    elif len(entries) != 1 or entries[0].nelement() != 1:
        raise RuntimeError(
            "The vector v can only be None if the input to the user-provided function is a single Tensor with a single "
            "element."
        )
    several_out, outputs = as_tuple(func(*entries), "outputs of the user-provided function", asked_by)
    check_dependence(outputs, "outputs", strict)
    if several_out or not isinstance(outputs[0], Tensor):
        raise RuntimeError(f"The function given to {asked_by} should return a single Tensor")
    if outputs[0].nelement() != 1:
        raise RuntimeError(f"The Tensor returned by the function given to {asked_by} should contain a single element")
    slopes = gradients(outputs, entries, None, create_graph=True)
    check_dependence(slopes, "jacobian", strict)
    return several, entries, weights, outputs, slopes


def vhp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """The function's value, and ``v`` times its Hessian."""
    with enable_grad():
        several, entries, weights, outputs, slopes = second_order(func, inputs, v, strict, "vhp", create_graph)
    with set_grad_enabled(True if create_graph else mode.enabled):
        found = gradients(slopes, entries, weights, create_graph)
        product = with_zeros(found, entries, strict, create_graph, "double_back")
    return finished(outputs, create_graph)[0], unpacked(finished(product, create_graph), several)


def hvp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """The function's value, and its Hessian times ``v``, by differentiating backward twice."""
    with enable_grad():
        several, entries, direction, outputs, slopes = second_order(func, inputs, v, strict, "hvp", create_graph)
        weights = tuple([FUNCTIONS["zeros_like"](each, requires_grad=True) for each in entries])
        carried = gradients(slopes, entries, weights, create_graph=True)
        check_dependence(carried, "hessian", strict)
    with set_grad_enabled(True if create_graph else mode.enabled):
        found = gradients(carried, weights, direction, create_graph)
        product = with_zeros(found, entries, strict, create_graph, "double_back_trick")
    return finished(outputs, create_graph)[0], unpacked(finished(product, create_graph), several)
