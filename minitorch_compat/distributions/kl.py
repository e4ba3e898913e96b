"""The Kullback-Leibler divergence, pair by pair of distributions."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

from .continuous import Beta, Cauchy, ContinuousBernoulli, Dirichlet, Exponential, Gamma, Laplace, Normal, Uniform
from .discrete import Bernoulli, Binomial, Categorical, Geometric, OneHotCategorical, Poisson
from .distribution import Distribution, ExponentialFamily
from .parameters import EULER, sum_rightmost, torch
from .transformed import Gumbel, HalfNormal, Independent, Pareto, TransformedDistribution

__all__ = ["kl_divergence", "register_kl"]

_REGISTERED: dict[tuple[type, type], Callable[..., Any]] = {}


def register_kl(type_p: type, type_q: type) -> Callable[[Any], Any]:
    """A decorator that registers the divergence of this pair of classes."""
    for each in (type_p, type_q):
        if not isinstance(each, type):
            raise TypeError("issubclass() arg 1 must be a class")

    def decorator(function: Any) -> Any:
        _REGISTERED[type_p, type_q] = function
        return function

    return decorator


def _nearest(type_p: type, type_q: type) -> Callable[..., Any] | None:
    matches = [pair for pair in _REGISTERED if issubclass(type_p, pair[0]) and issubclass(type_q, pair[1])]
    if not matches:
        return None
    left = min(matches, key=lambda pair: (type_p.__mro__.index(pair[0]), type_q.__mro__.index(pair[1])))
    right = min(matches, key=lambda pair: (type_q.__mro__.index(pair[1]), type_p.__mro__.index(pair[0])))
    if _REGISTERED[left] is not _REGISTERED[right]:
        warnings.warn(
            f"Ambiguous kl_divergence({type_p.__name__}, {type_q.__name__}). Please "
            f"register_kl({left[0].__name__}, {right[1].__name__})",
            RuntimeWarning,
            stacklevel=3,
        )
    return _REGISTERED[left]


def kl_divergence(p: Distribution, q: Distribution) -> Any:
    """How much ``q`` wastes on ``p``, in nats; NotImplementedError for pairs that nobody registered."""
    function = _nearest(type(p), type(q))
    if function is None:
        raise NotImplementedError(
            f"No KL(p || q) is implemented for p type {p.__class__.__name__} and q type {q.__class__.__name__}"
        )
    return function(p, q)


def _endless(tensor: Any) -> Any:
    return torch.full_like(tensor, math.inf)


def _x_log_x(x: Any) -> Any:
    return torch.special.xlogy(x, x)


@register_kl(Bernoulli, Bernoulli)
def _(p: Any, q: Any) -> Any:
    softplus = torch.nn.functional.softplus
    first = p.probs * (softplus(-q.logits) - softplus(-p.logits))
    first[q.probs == 0] = math.inf
    first[p.probs == 0] = 0
    second = (1 - p.probs) * (softplus(q.logits) - softplus(p.logits))
    second[q.probs == 1] = math.inf
    second[p.probs == 1] = 0
    return first + second


@register_kl(Bernoulli, Poisson)
def _(p: Any, q: Any) -> Any:
    return -p.entropy() - (p.probs * q.rate.log() - q.rate)


@register_kl(Beta, Beta)
def _(p: Any, q: Any) -> Any:
    p_total, q_total = p.concentration1 + p.concentration0, q.concentration1 + q.concentration0
    first = q.concentration1.lgamma() + q.concentration0.lgamma() + p_total.lgamma()
    second = p.concentration1.lgamma() + p.concentration0.lgamma() + q_total.lgamma()
    third = (p.concentration1 - q.concentration1) * torch.digamma(p.concentration1)
    fourth = (p.concentration0 - q.concentration0) * torch.digamma(p.concentration0)
    return first - second + third + fourth + (q_total - p_total) * torch.digamma(p_total)


@register_kl(Binomial, Binomial)
def _(p: Any, q: Any) -> Any:
    if (p.total_count < q.total_count).any():
        raise NotImplementedError("KL between Binomials where q.total_count > p.total_count is not implemented")
    kl = p.total_count * (p.probs * (p.logits - q.logits) + (-p.probs).log1p() - (-q.probs).log1p())
    kl[p.total_count > q.total_count] = math.inf
    return kl


@register_kl(Categorical, Categorical)
def _(p: Any, q: Any) -> Any:
    terms = p.probs * (p.logits - q.logits)
    terms[(q.probs == 0).expand_as(terms)] = math.inf
    terms[(p.probs == 0).expand_as(terms)] = 0
    return terms.sum(-1)


@register_kl(OneHotCategorical, OneHotCategorical)
def _(p: Any, q: Any) -> Any:
    return kl_divergence(p._categorical, q._categorical)


@register_kl(Cauchy, Cauchy)
def _(p: Any, q: Any) -> Any:
    above = ((p.scale + q.scale).pow(2) + (p.loc - q.loc).pow(2)).log()
    return above - (4 * p.scale * q.scale).log()


@register_kl(Dirichlet, Dirichlet)
def _(p: Any, q: Any) -> Any:
    total = p.concentration.sum(-1)
    first = total.lgamma() - q.concentration.sum(-1).lgamma()
    second = (p.concentration.lgamma() - q.concentration.lgamma()).sum(-1)
    slopes = p.concentration.digamma() - total.digamma().unsqueeze(-1)
    return first - second + ((p.concentration - q.concentration) * slopes).sum(-1)


@register_kl(Exponential, Exponential)
def _(p: Any, q: Any) -> Any:
    ratio = q.rate / p.rate
    return -ratio.log() + ratio - 1


@register_kl(Gamma, Gamma)
def _(p: Any, q: Any) -> Any:
    first = q.concentration * (p.rate / q.rate).log()
    second = torch.lgamma(q.concentration) - torch.lgamma(p.concentration)
    third = (p.concentration - q.concentration) * torch.digamma(p.concentration)
    return first + second + third + (q.rate - p.rate) * (p.concentration / p.rate)


@register_kl(Gumbel, Gumbel)
def _(p: Any, q: Any) -> Any:
    scales, q_loc, p_loc = p.scale / q.scale, q.loc / q.scale, p.loc / q.scale
    first = -scales.log() - q_loc + p_loc
    return first + scales * EULER + torch.exp(q_loc + (1 + scales).lgamma() - p_loc) - (1 + EULER)


@register_kl(Geometric, Geometric)
def _(p: Any, q: Any) -> Any:
    return -p.entropy() - torch.log1p(-q.probs) / p.probs - q.logits


@register_kl(HalfNormal, HalfNormal)
def _(p: Any, q: Any) -> Any:
    return kl_divergence(p.base_dist, q.base_dist)


@register_kl(Laplace, Laplace)
def _(p: Any, q: Any) -> Any:
    scales, apart = p.scale / q.scale, (p.loc - q.loc).abs()
    return -scales.log() + apart / q.scale + scales * torch.exp(-apart / p.scale) - 1


@register_kl(Normal, Normal)
def _(p: Any, q: Any) -> Any:
    ratio = (p.scale / q.scale).pow(2)
    return 0.5 * (ratio + ((p.loc - q.loc) / q.scale).pow(2) - 1 - ratio.log())


@register_kl(Pareto, Pareto)
def _(p: Any, q: Any) -> Any:
    scales, ratio = p.scale / q.scale, q.alpha / p.alpha
    kl = q.alpha * scales.log() + -ratio.log() + ratio - 1
    kl[p.support.lower_bound < q.support.lower_bound] = math.inf
    return kl


@register_kl(Poisson, Poisson)
def _(p: Any, q: Any) -> Any:
    return p.rate * (p.rate.log() - q.rate.log()) - (p.rate - q.rate)


@register_kl(Uniform, Uniform)
def _(p: Any, q: Any) -> Any:
    kl = ((q.high - q.low) / (p.high - p.low)).log()
    kl[(q.low > p.low) | (q.high < p.high)] = math.inf
    return kl


@register_kl(Normal, Gumbel)
def _(p: Any, q: Any) -> Any:
    mean_ratio, scales, loc = p.loc / q.scale, (p.scale / q.scale).pow(2), q.loc / q.scale
    first = -scales.log() * 0.5 + mean_ratio - loc
    second = torch.exp(-mean_ratio + 0.5 * scales + loc)
    return first + second - (0.5 * (1 + math.log(2 * math.pi)))


@register_kl(Normal, Laplace)
def _(p: Any, q: Any) -> Any:
    apart = p.loc - q.loc
    scales, standard = p.scale / q.scale, apart / p.scale
    first = torch.log(scales)
    second = math.sqrt(2 / math.pi) * p.scale * torch.exp(-0.5 * standard.pow(2))
    third = apart * torch.erf(math.sqrt(0.5) * standard)
    return -first + (second + third) / q.scale - (0.5 * (1 + math.log(0.5 * math.pi)))


@register_kl(Laplace, Normal)
def _(p: Any, q: Any) -> Any:
    variance = q.scale.pow(2)
    ratio = p.scale.pow(2) / variance
    terms = 0.5 * torch.log(2 * ratio / math.pi)
    return -terms + ratio + 0.5 * p.loc.pow(2) / variance - p.loc * q.loc / variance + 0.5 * q.loc.pow(2) / variance - 1


@register_kl(Exponential, Normal)
def _(p: Any, q: Any) -> Any:
    variance, inverse = q.scale.pow(2), p.rate.pow(2).reciprocal()
    first = 0.5 * torch.log(p.rate.pow(2) * variance * (2 * math.pi))
    return first - 1 + (inverse - q.loc / p.rate + q.loc.pow(2) * 0.5) / variance


@register_kl(Exponential, Gamma)
def _(p: Any, q: Any) -> Any:
    ratio = q.rate / p.rate
    first = -q.concentration * torch.log(ratio)
    return first + ratio + q.concentration.lgamma() + q.concentration * EULER - (1 + EULER)


@register_kl(Uniform, Normal)
def _(p: Any, q: Any) -> Any:
    width = p.high - p.low
    first = (math.sqrt(math.pi * 2) * q.scale / width).log()
    second = width.pow(2) / 12
    third = ((p.high + p.low - 2 * q.loc) / 2).pow(2)
    return first + 0.5 * (second + third) / q.scale.pow(2)


@register_kl(Beta, ContinuousBernoulli)
def _(p: Any, q: Any) -> Any:
    return -p.entropy() - p.mean * q.logits - torch.log1p(-q.probs) - q._cont_bern_log_norm()


@register_kl(Beta, Exponential)
def _(p: Any, q: Any) -> Any:
    return -p.entropy() - q.rate.log() + q.rate * (p.concentration1 / (p.concentration1 + p.concentration0))


@register_kl(Beta, Gamma)
def _(p: Any, q: Any) -> Any:
    total = p.concentration1 + p.concentration0
    volume = q.concentration.lgamma() - q.concentration * q.rate.log()
    slope = (q.concentration - 1) * (p.concentration1.digamma() - total.digamma())
    return -p.entropy() + volume - slope + q.rate * p.concentration1 / total


@register_kl(Beta, Normal)
def _(p: Any, q: Any) -> Any:
    total = p.concentration1 + p.concentration0
    mean, variance = p.concentration1 / total, q.scale.pow(2)
    volume = 0.5 * (variance * 2 * math.pi).log()
    square = (mean * (1 - mean) / (total + 1) + mean.pow(2)) * 0.5
    return -p.entropy() + volume + (square - q.loc * mean + q.loc.pow(2) * 0.5) / variance


@register_kl(Beta, Uniform)
def _(p: Any, q: Any) -> Any:
    kl = -p.entropy() + (q.high - q.low).log()
    kl[(q.low > p.support.lower_bound) | (q.high < p.support.upper_bound)] = math.inf
    return kl


@register_kl(ContinuousBernoulli, ContinuousBernoulli)
def _(p: Any, q: Any) -> Any:
    own = p._cont_bern_log_norm() + torch.log1p(-p.probs)
    return p.mean * (p.logits - q.logits) + own - q._cont_bern_log_norm() - torch.log1p(-q.probs)


@register_kl(ContinuousBernoulli, Exponential)
def _(p: Any, q: Any) -> Any:
    return -p.entropy() - torch.log(q.rate) + q.rate * p.mean


@register_kl(ContinuousBernoulli, Normal)
def _(p: Any, q: Any) -> Any:
    volume = 0.5 * (math.log(2.0 * math.pi) + torch.square(q.loc / q.scale)) + torch.log(q.scale)
    square = p.variance + torch.square(p.mean) - 2.0 * q.loc * p.mean
    return -p.entropy() + volume + square / (2.0 * torch.square(q.scale))


@register_kl(ContinuousBernoulli, Uniform)
def _(p: Any, q: Any) -> Any:
    kl = -p.entropy() + (q.high - q.low).log()
    outside = torch.max(torch.ge(q.low, p.support.lower_bound), torch.le(q.high, p.support.upper_bound))
    return torch.where(outside, torch.ones_like(kl) * math.inf, kl)


@register_kl(Uniform, ContinuousBernoulli)
def _(p: Any, q: Any) -> Any:
    kl = -p.entropy() - p.mean * q.logits - torch.log1p(-q.probs) - q._cont_bern_log_norm()
    outside = torch.max(torch.ge(p.high, q.support.upper_bound), torch.le(p.low, q.support.lower_bound))
    return torch.where(outside, torch.ones_like(kl) * math.inf, kl)


@register_kl(Exponential, Gumbel)
def _(p: Any, q: Any) -> Any:
    product, loc = p.rate * q.scale, q.loc / q.scale
    tail = torch.exp(loc) * product / (product + 1)
    return (product.log() - 1) - loc + tail + product.reciprocal()


@register_kl(Gamma, Exponential)
def _(p: Any, q: Any) -> Any:
    return -p.entropy() - q.rate.log() + q.rate * p.concentration / p.rate


@register_kl(Gamma, Gumbel)
def _(p: Any, q: Any) -> Any:
    product, loc = p.rate * q.scale, q.loc / q.scale
    first = (p.concentration - 1) * p.concentration.digamma() - p.concentration.lgamma() - p.concentration
    second = product.log() + p.concentration / product
    return first + second + (torch.exp(loc) * (1 + product.reciprocal()).pow(-p.concentration) - loc)


@register_kl(Gamma, Normal)
def _(p: Any, q: Any) -> Any:
    variance, square = q.scale.pow(2), p.rate.pow(2)
    volume = 0.5 * (square * variance * 2 * math.pi).log() - p.concentration - p.concentration.lgamma()
    apart = 0.5 * (p.concentration.pow(2) + p.concentration) / square
    apart = apart - q.loc * p.concentration / p.rate + 0.5 * q.loc.pow(2)
    return volume + (p.concentration - 1) * p.concentration.digamma() + apart / variance


@register_kl(Gumbel, Normal)
def _(p: Any, q: Any) -> Any:
    ratio = p.scale / q.scale
    spread = (math.pi * ratio * 0.5).pow(2) / 3
    apart = ((p.loc + p.scale * EULER - q.loc) / q.scale).pow(2) * 0.5
    return -(ratio / math.sqrt(2 * math.pi)).log() + spread + apart - (EULER + 1)


@register_kl(Pareto, Exponential)
def _(p: Any, q: Any) -> Any:
    product = p.scale * q.rate
    kl = (p.alpha / product).log() - p.alpha.reciprocal() + p.alpha * product / (p.alpha - 1) - 1
    kl[p.alpha <= 1] = math.inf
    return kl


@register_kl(Pareto, Gamma)
def _(p: Any, q: Any) -> Any:
    log_mean = p.scale.log() + p.alpha.reciprocal()
    volume = q.concentration.lgamma() - q.concentration * q.rate.log()
    mean = q.rate * p.alpha * p.scale / (p.alpha - 1)
    kl = (p.alpha.log() - log_mean) + volume + (1 - q.concentration) * log_mean + mean - 1
    kl[p.alpha <= 1] = math.inf
    return kl


@register_kl(Pareto, Normal)
def _(p: Any, q: Any) -> Any:
    variance, common = 2 * q.scale.pow(2), p.scale / (p.alpha - 1)
    volume = (math.sqrt(2 * math.pi) * q.scale * p.alpha / p.scale).log() - p.alpha.reciprocal()
    apart = p.alpha * common.pow(2) / (p.alpha - 2) + (p.alpha * common - q.loc).pow(2)
    kl = volume + apart / variance - 1
    kl[p.alpha <= 2] = math.inf
    return kl


def _mean_log(high: Any, low: Any, width: Any) -> Any:
    """The mean of the logarithm from ``low`` to ``high``."""
    return (_x_log_x(high) - _x_log_x(low) - width) / width


@register_kl(Uniform, Beta)
def _(p: Any, q: Any) -> Any:
    width = p.high - p.low
    total = q.concentration1 + q.concentration0
    ones = (q.concentration1 - 1) * (_x_log_x(p.high) - _x_log_x(p.low) - width) / width
    zeros = (q.concentration0 - 1) * (_x_log_x(1 - p.high) - _x_log_x(1 - p.low) + width) / width
    volume = q.concentration1.lgamma() + q.concentration0.lgamma() - total.lgamma()
    kl = zeros + volume - width.log() - ones
    kl[(p.high > q.support.upper_bound) | (p.low < q.support.lower_bound)] = math.inf
    return kl


@register_kl(Uniform, Exponential)
def _(p: Any, q: Any) -> Any:
    kl = q.rate * (p.high + p.low) / 2 - ((p.high - p.low) * q.rate).log()
    kl[p.low < q.support.lower_bound] = math.inf
    return kl


@register_kl(Uniform, Gamma)
def _(p: Any, q: Any) -> Any:
    width = p.high - p.low
    volume = q.concentration.lgamma() - q.concentration * q.rate.log()
    slope = (1 - q.concentration) * _mean_log(p.high, p.low, width)
    kl = -width.log() + volume + slope + q.rate * (p.high + p.low) / 2
    kl[p.low < q.support.lower_bound] = math.inf
    return kl


@register_kl(Uniform, Gumbel)
def _(p: Any, q: Any) -> Any:
    narrow = q.scale / (p.high - p.low)
    high, low = (p.high - q.loc) / q.scale, (p.low - q.loc) / q.scale
    return narrow.log() + 0.5 * (high + low) - narrow * (torch.exp(-high) - torch.exp(-low))


@register_kl(Uniform, Pareto)
def _(p: Any, q: Any) -> Any:
    width = p.high - p.low
    kl = _mean_log(p.high, p.low, width) * (q.alpha + 1) - (q.alpha * q.scale.pow(q.alpha) * width).log()
    kl[p.low < q.support.lower_bound] = math.inf
    return kl


@register_kl(ExponentialFamily, ExponentialFamily)
def _(p: Any, q: Any) -> Any:
    if type(p) is not type(q):
        raise NotImplementedError(
            "The cross KL-divergence between different exponential families cannot" + " " * 29
            + "be computed using Bregman divergences"
        )
    params, log_normalizer, means = p._normalizer_and_means()
    kl = q._log_normalizer(*q._natural_params) - log_normalizer
    for own, other, mean in zip(params, q._natural_params, means, strict=True):
        kl = kl - sum_rightmost((other - own) * mean, len(q.event_shape))
    return kl


def _outside(p: Any, q: Any) -> Any:
    names = ("rate", "loc", "concentration1", "low", "probs", "scale")
    return _endless(next(getattr(p, name) for name in names if hasattr(p, name)))


for _pair in (
    (Exponential, Beta), (Exponential, ContinuousBernoulli), (Exponential, Pareto), (Exponential, Uniform),
    (Gamma, Beta), (Gamma, ContinuousBernoulli), (Gamma, Pareto), (Gamma, Uniform), (Laplace, Beta),
    (Laplace, ContinuousBernoulli), (Laplace, Exponential), (Laplace, Gamma), (Laplace, Pareto), (Laplace, Uniform),
    (Normal, Beta), (Normal, ContinuousBernoulli), (Normal, Exponential), (Normal, Gamma), (Normal, Pareto),
    (Normal, Uniform), (Gumbel, Beta), (Gumbel, ContinuousBernoulli), (Gumbel, Exponential), (Gumbel, Gamma),
    (Gumbel, Pareto), (Gumbel, Uniform), (Pareto, Beta), (Pareto, ContinuousBernoulli), (Pareto, Uniform),
    (Poisson, Bernoulli), (Poisson, Binomial), (Beta, Pareto), (ContinuousBernoulli, Pareto),
):  # fmt: skip
    register_kl(*_pair)(_outside)


@register_kl(Independent, Independent)
def _(p: Any, q: Any) -> Any:
    if p.reinterpreted_batch_ndims != q.reinterpreted_batch_ndims:
        raise NotImplementedError
    return sum_rightmost(kl_divergence(p.base_dist, q.base_dist), p.reinterpreted_batch_ndims)


@register_kl(TransformedDistribution, TransformedDistribution)
def _(p: Any, q: Any) -> Any:
    if p.transforms != q.transforms or p.event_shape != q.event_shape:
        raise NotImplementedError
    return kl_divergence(p.base_dist, q.base_dist)
