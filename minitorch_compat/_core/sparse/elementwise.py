"""Operations of one sparse tensor that leave zeros zeros: done on its values, each place once."""

from __future__ import annotations

from collections.abc import Callable
from math import pi
from typing import Any

from ..recording import DECLARED, backward_name, parameters, tensors
from ..tensor import Tensor
from .gradients import OUT, recorded
from .refusals import not_run
from .rules import COALESCED, RULES, WRITTEN, carry_out, coalesced, rule
from .tensor import Sparse, sparse_of

COALESCING = """
    abs asin asinh atan atanh ceil deg2rad erf erfinv expm1 floor frac isinf isnan isneginf isposinf log1p rad2deg relu
    round sgn sign signbit sin sinh sqrt tan tanh trunc nan_to_num
"""
"""Their results are coalesced."""
ENTRY_BY_ENTRY = "conj_physical conj"


def elementwise(name: str, once: bool) -> Callable[..., Any]:
    """The rule of an operation on values; ``once`` where each place has to have its whole value first."""
    function = getattr(Tensor, name)

    def call(input: Sparse, *arguments: Any, **keywords: Any) -> Sparse:
        if keywords.get("decimals"):
            raise not_run("round.decimals")
        x = coalesced(input) if once else input
        made = sparse_of(x._places, function(x._held, *arguments, **keywords), x._size, x._whole)
        return with_step(name, made, input)

    return call


WITHOUT = {
    "nan_to_num": "ne.Scalar", "tanh": "tanh_backward", "sgn": "_efficientzerotensor", "erfinv": "erfinv",
}  # fmt: skip
"""The operations whose way back takes something that sparse tensors do not have."""


WAYS = {
    "deg2rad": lambda g, x: g * (pi / 180), "rad2deg": lambda g, x: g * (180 / pi),
    "log1p": lambda g, x: by_values(g, x, lambda v: 1 + v), "relu": lambda g, x: threshold(g, x),
}  # fmt: skip
"""Ways back that torch has for sparse tensors beside the ordinary ones."""


def by_values(g: Any, x: Sparse, size: Callable[[Any], Any]) -> Any:
    """A gradient divided by a function of what is held."""
    x = coalesced(x)
    return sparse_of(x._places.copy(), carry_out("sparse_mask", (g, x), {})._held / size(x._held), x._size, True)


def threshold(g: Any, x: Sparse) -> Any:
    """A gradient where what is held is positive."""
    x = coalesced(x)
    held = carry_out("sparse_mask", (g, x), {})._held
    return sparse_of(x._places.copy(), held * (x._held > 0).to(held.dtype), x._size, True)


def refuse(name: str) -> Any:
    raise not_run(name)


def with_step(name: str, made: Sparse, x: Sparse) -> Sparse:
    """Record an elementwise operation by the formula that it has on dense tensors."""
    title = backward_name(name)
    make: Any = DECLARED.get(title)
    if name in WAYS:
        return recorded(title, made, (x,), (WAYS[name],), (x,))
    if name in WITHOUT:
        return recorded(title, made, (x,), (lambda g: refuse(WITHOUT[name]),))
    formula = make and make.formulas.get("x")
    if formula is None:
        return made
    names = parameters(formula)[2:]
    if any(each not in ("x", "out") for each in names):
        return made
    kept = [x if each == "x" else OUT for each in names]
    return recorded(make.__name__, made, (x,), (lambda g, *kept: formula(tensors, g, *kept),), kept)


for _name in COALESCING.split():
    RULES[_name] = elementwise(_name, True)
for _name in ENTRY_BY_ENTRY.split():
    RULES[_name] = elementwise(_name, False)
WRITTEN.update(COALESCING.split(), ENTRY_BY_ENTRY.split())
COALESCED.update(COALESCING.split())


@rule("neg", written=True)
def neg(input: Sparse) -> Sparse:
    return with_step("neg", sparse_of(input._places, -input._held, input._size, input._whole), input)


@rule("real")
def real(input: Sparse) -> Sparse:
    if not input.is_complex():
        return input
    return sparse_of(input._places, input._held.real, input._size, input._whole)


@rule("imag")
def imag(input: Sparse) -> Sparse:
    if not input.is_complex():
        raise RuntimeError("imag is not implemented for tensors with non-complex dtypes.")
    return sparse_of(input._places, input._held.imag, input._size, input._whole)
