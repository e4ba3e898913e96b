"""Special functions: of the error, of gamma, of Bessel and of the normal distribution."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .._core import dtypes
from .._core.families import binary, unary
from .._core.forms import FUNCTIONS, in_place, write_out
from .._core.operations import op
from .._core.tensor import Tensor
from .._kernels import activation, special
from . import entry
from .by_number import plus, times
from .reductions import pair
from .sorting import whole_number
from .transcendental import beside_numbers, not_complex, times_logarithm

Array = np.ndarray
to_float = dtypes.to_float


HALVES_TOO = "FD"
WIDE_ALONE = "FDeE"


def real(name: str, kernel: Any, without: str = HALVES_TOO) -> Any:
    """A kernel that torch has, as ``name``, for no complex numbers, and for some functions not for halves."""

    def checked(x: Array, *more: Any) -> Array:
        if x.dtype.char in without:
            raise NotImplementedError(f"\"{name}\" not implemented for '{dtypes.of(x).scalar_type}'")
        return kernel(x, *more)

    return checked


HALF_ROOT_PI = math.sqrt(math.pi) / 2


def erf_x(xp, g, x):
    """The density of the normal distribution, scaled."""
    return g * (xp.exp(-(x * x)) / HALF_ROOT_PI)


def sloped(name: str, kernel: Any, formula: Any, called: str = "", node: str | None = None) -> Any:
    """Declare a function of one real argument with its method and its in-place form."""
    made = unary(name, real(called or f"{name}_vml_cpu", kernel), to_float, x=formula, node=node)
    entry.guard(name)
    return made


sloped("erf", special.erf, erf_x)
sloped("erfc", special.erfc, lambda xp, g, x: -erf_x(xp, g, x))
sloped("erfinv", special.erfinv, lambda xp, g, x: g * (xp.exp(xp.erfinv(x) ** 2) * HALF_ROOT_PI))
sloped("lgamma", special.lgamma, lambda xp, g, x: g * xp.digamma(x))
sloped("digamma", special.digamma, lambda xp, g, x: g * xp.polygamma_(x, 1), "digamma")
sloped("i0", special.i0, lambda xp, g, x: g * xp.special_i1(x))


def inner(name: str, kernel: Any, formula: Any, without: str = HALVES_TOO) -> Any:
    """Declare a function that torch keeps in its special room alone."""
    own = name.removeprefix("special_")
    title = own[:1].upper() + own[1:].replace("e", "E") if own in ("i0e", "i1e") else own.replace("_", " ").title()
    node = f"Special{title.replace(' ', '')}Backward0"
    made = unary(name, real(f"{own}_cpu", kernel, without), to_float, x=formula, node=node, inplace=False, method=False)
    keep_apart(own)
    return made


SPECIAL: dict[str, Any] = {}
"""The functions that ``torch.special`` has and ``torch`` has not."""


def keep_apart(name: str) -> None:
    """Take a function out of the torch namespace into the special room."""
    SPECIAL[name] = entry.guarded(name, FUNCTIONS.pop(f"special_{name}"), False)


def quotient(xp, above, below, at_zero):
    """``above / below``, and a limit where ``below`` is zero."""
    zero = below == 0
    return xp.where(zero, at_zero, above / xp.where(zero, 1.0, below))


inner("special_i1", special.i1, lambda xp, g, x, out: g * (
    xp.where(x == 0, 0.5, xp.i0(x) - quotient(xp, out, x, 0.0))
))
inner("special_i0e", special.i0e, lambda xp, g, x, out: g * (xp.special_i1e(x) - xp.sgn(x) * out))
inner("special_i1e", special.i1e, lambda xp, g, x, out: g * (
    xp.where(x == 0, 0.5, xp.special_i0e(x) - out * (xp.sgn(x) + quotient(xp, out * 0 + 1, x, 0.0)))
))
inner("special_erfcx", special.erfcx, lambda xp, g, x, out: g * (x * out * 2.0 - 1 / HALF_ROOT_PI), WIDE_ALONE)


def ndtr(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The normal distribution function: ``(1 + erf(x / sqrt(2))) / 2``, which loses its digits far below zero."""
    if input._data.dtype.kind not in "fcV":
        input = input.to(dtypes.get_default_dtype())
    result = times(plus(FUNCTIONS["erf"](times(input, math.sqrt(0.5))), 1.0), 0.5)
    return result if out is None else write_out("special_ndtr", out, result, (input,))


def whole(input: Tensor, *, decimals: int = 0, out: Tensor | None = None) -> Tensor:
    """``torch.round`` to ``decimals``, which takes no integers here, even for none."""
    decimals = whole_number(decimals)
    if input._data.dtype.kind in "iu" and decimals == 0:
        raise NotImplementedError(f"\"round_vml_cpu\" not implemented for '{input.dtype.scalar_type}'")
    return FUNCTIONS["round"](input, decimals=decimals, out=out)


SPECIAL["round"] = entry.guarded("special_round", whole, False)
SPECIAL["ndtr"] = entry.guarded("special_ndtr", ndtr, False)
inner("special_ndtri", special.ndtri, lambda xp, g, out: g * (xp.exp(out * out * 0.5) * math.sqrt(2 * math.pi)),
      WIDE_ALONE)
inner("special_log_ndtr", special.log_ndtr, lambda xp, g, x, out: g * (
    xp.reciprocal(xp.special_erfcx(x * -math.sqrt(0.5))) * math.sqrt(2 / math.pi)
), WIDE_ALONE)
inner("special_entr", special.entr, lambda xp, g, x: g * -(xp.log(x) + 1))
for _name in ("bessel_j0", "bessel_j1", "bessel_y0", "bessel_y1"):
    unary(f"special_{_name}", real(f"{_name}_cpu", getattr(special, _name), WIDE_ALONE), to_float, inplace=False,
          method=False)
    keep_apart(_name)


# ---- with a parameter


@op("polygamma_", method=False, module=False, node="PolygammaBackward0",
    x=lambda xp, g, x, n: g * xp.polygamma_(x, n + 1))
def polygamma_of(x: Array, n):
    """The ``n``-th derivative of digamma."""
    wanted = dtypes.to_float(dtypes.of(x)).numpy
    return special.polygamma(n, x.astype(wanted, copy=False))


def polygamma(n: int, input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The ``n``-th derivative of digamma."""
    result = polygamma_of(input, whole_number(n))
    return result if out is None else write_out("polygamma", out, result, (input,))


def polygamma_method(input: Tensor, n: int) -> Tensor:
    """The ``n``-th derivative of digamma."""
    return polygamma(n, input)


def multivariate(xp, g, x, p):
    """The sum of digamma at the ``p`` arguments."""
    total = None
    for place in range(p):
        part = xp.digamma(x - place / 2)
        total = part if total is None else total + part
    return g * xp.contiguous(total)


@op("mvlgamma_", method=False, module=False, node="MvlgammaBackward0", x=multivariate)
def mvlgamma_of(x: Array, p):
    """The logarithm of the multivariate gamma function."""
    wanted = dtypes.to_float(dtypes.of(x)).numpy
    return np.ascontiguousarray(special.multigammaln(x.astype(wanted, copy=False), p)).reshape(x.shape)


def mvlgamma(input: Tensor, p: int, *, out: Tensor | None = None) -> Tensor:
    """The logarithm of the multivariate gamma function of dimension ``p``."""
    result = mvlgamma_of(input, whole_number(p))
    return result if out is None else write_out("mvlgamma", out, result, (input,))


def logit_x(xp, g, x, eps):
    """``1 / (x * (1 - x))``; without a bound nan outside [0, 1], with one zero beyond it."""
    slope = g / (x * (1.0 - x))
    if eps is None or eps < 0:
        return xp.where(xp.logical_and(x >= 0, x <= 1), slope, math.nan)
    return xp.where(xp.logical_or(x < eps, x > 1.0 - eps), 0.0, slope)


@op("logit_", method=False, module=False, node="LogitBackward0", x=logit_x)
def logit_of(x: Array, eps):
    """The logarithm of the odds."""
    if x.dtype.kind == "c":
        raise NotImplementedError(f"\"logit_cpu\" not implemented for '{dtypes.of(x).scalar_type}'")
    return activation.logit(x.astype(dtypes.to_float(dtypes.of(x)).numpy, copy=False), eps)


def logit(input: Tensor, eps: float | None = None, *, out: Tensor | None = None) -> Tensor:
    """The logarithm of the odds, of ``input`` within [eps, 1 - eps] if ``eps`` is given."""
    result = logit_of(input, None if eps is None else float(eps))
    return result if out is None else write_out("logit", out, result, (input,))


entry.publish("polygamma", polygamma, method=False)
entry.publish("polygamma", polygamma_method, module=False)
entry.publish("polygamma_", in_place(polygamma_method), module=False)
entry.publish("mvlgamma", mvlgamma)



def begin_mvlgamma(x: Tensor, *_: Any, **__: Any) -> None:
    """Refuse what is no float, in words that torch has for this operation alone."""
    if x._data.dtype.kind == "b":
        raise RuntimeError("The input tensor may not be a boolean tensor.")
    if x._data.dtype.kind in "iu":
        raise RuntimeError(
            f"mvlgamma: result type {x.dtype.scalar_type} can't be cast to the desired output type "
            f"{dtypes.get_default_dtype().scalar_type}"
        )


entry.publish("mvlgamma_", in_place(mvlgamma, first=begin_mvlgamma), module=False)
entry.publish("logit", logit, inplace=in_place(logit))


# ---- of two tensors


def first_has_none(name: str) -> Any:
    """The formula of an argument for which torch has no derivative."""

    def formula(xp: Any, g: Any, x: Any) -> Any:
        raise NotImplementedError(f"the derivative for '{name}' is not implemented.")

    return formula


def gamma_slope(xp, g, x, y):
    """The density of the gamma distribution of shape ``x`` at ``y``."""
    return g * xp.exp(xp.log(y) * (x - 1) - y - xp.lgamma(x))


def floating(name: str, kernel: Any) -> Any:
    """A kernel of two for floating dtypes alone."""

    def checked(x: Array, y: Array) -> Array:
        if x.dtype.kind not in "fV":
            raise NotImplementedError(f"\"{name}\" not implemented for '{dtypes.of(x).scalar_type}'")
        return kernel(x, y)

    return checked


binary("igamma", floating("igamma_cpu", special.gammainc), scalars=False, x=first_has_none("igamma: input"),
       y=gamma_slope)
binary("igammac", floating("igammac_cpu", special.gammaincc), scalars=False, x=first_has_none("igammac: input"),
       y=lambda xp, g, x, y: -gamma_slope(xp, g, x, y))
entry.guard("igamma", "igammac", tensors=2)
_x, _beside = times_logarithm("special_xlog1py", -1)
beside_numbers("special_xlog1py", "SpecialXlog1Py", not_complex("xlog1py_cpu", special.xlog1py), _x,
               lambda xp, g, x, y: g * x / xp.plus(y, 1), _beside)
beside_numbers(
    "special_zeta", "SpecialZeta", not_complex("zeta_cpu", special.zeta, "cVe"), x=first_has_none("zeta"),
    y=lambda xp, g, x, y: g * -x * xp.special_zeta(x + 1.0, y),
)
keep_apart("xlog1py")
keep_apart("zeta")


# ---- fractions and powers of two

FREXP = pair("frexp", "mantissa", "exponent")


def mantissa_x(xp, g, exponent):
    """The gradient of the mantissa, scaled down by the power of two."""
    return g * xp.power_of_two(exponent, g)


@op("power_of_two", method=False, module=False)
def power_of_two(exponent: Array, like: Array):
    return np.exp2(-exponent.astype(np.float64)).astype(like.dtype)


@op("frexp_", method=False, module=False, node="FrexpBackward0", results=("mantissa", "exponent"), x=mantissa_x)
def taken_apart(x: Array):
    """Mantissas in [0.5, 1) and exponents."""
    if x.dtype.kind not in "fV":
        raise RuntimeError("torch.frexp() only supports floating-point dtypes")
    wide = x.astype(np.float32) if x.dtype.itemsize == 2 else x
    mantissa, exponent = np.frexp(wide)
    return mantissa.astype(x.dtype), exponent.astype(np.int32)


def frexp(input: Tensor, *, out: Any = None) -> Any:
    """Mantissas and exponents: ``input == mantissa * 2 ** exponent``."""
    found = taken_apart(input)
    if out is not None:
        found = tuple([write_out("frexp", place, each, (input,)) for place, each in zip(out, found, strict=True)])
    return FREXP(*found)


entry.publish("frexp", frexp)
