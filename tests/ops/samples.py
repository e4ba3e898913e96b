"""One line of sample inputs for each declared operation: an expression of ``x``, ``y``, ``z``, and what they are.

The expressions are also the names of the tests. An input is written by its domain and shape: ``real`` has numbers of
both signs away from zero and from each other, ``positive`` numbers above zero, ``unit`` numbers inside (-1, 1),
``fraction`` inside (0, 1), ``over_one`` above one, ``number`` is ``real`` and is tried with complex numbers too.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Sample(NamedTuple):
    """Where an input lies, which shape it has, and whether complex numbers go there too."""

    shape: tuple[int, ...]
    low: float
    high: float
    both_signs: bool
    complex: bool


def real(*shape: int) -> Sample:
    return Sample(shape, 0.3, 2.0, True, False)


def number(*shape: int) -> Sample:
    return Sample(shape, 0.3, 2.0, True, True)


def positive(*shape: int) -> Sample:
    return Sample(shape, 0.3, 2.5, False, False)


def unit(*shape: int) -> Sample:
    return Sample(shape, 0.1, 0.9, True, False)


def fraction(*shape: int) -> Sample:
    return Sample(shape, 0.1, 0.9, False, False)


def over_one(*shape: int) -> Sample:
    return Sample(shape, 1.2, 3.0, False, False)


def draw(sample: Sample, place: int, complex: bool) -> np.ndarray:
    """Numbers for the input at ``place``: evenly spaced, no two of one size, in no particular order."""
    count = int(np.prod(sample.shape))
    generator = np.random.RandomState(7 * place + count)

    def part() -> np.ndarray:
        # The places are moved apart so that no two inputs have an element in common.
        steps = (np.arange(count) + (place + 1) / 5) / max(count, 1)
        numbers = generator.permutation(sample.low + (sample.high - sample.low) * steps)
        if sample.both_signs:
            numbers = numbers * np.where(generator.permutation(count) % 2, -1, 1)
        return numbers.reshape(sample.shape)

    return np.asarray(part() + 1j * part() if complex else part())


SAMPLES: dict[str, tuple[Sample, ...]] = {
    # arithmetic
    "x + y": (number(2, 3), number(3)),
    "x + 2": (number(2, 3),),
    "torch.add(x, y, alpha=3)": (number(2, 1), number(3)),
    "x - y": (number(2, 3), number(2, 1)),
    "torch.sub(x, y, alpha=0.5)": (number(2, 3), number(3)),
    "2 - x": (number(2, 3),),
    "torch.rsub(x, y)": (number(2, 3), number(3)),
    "x * y": (number(2, 3), number(3)),
    "(x * 1).eq_(y)": (real(2, 3), real(3)),
    "(x * 1).ne_(2)": (real(2, 3),),
    "(x * 1).lt_(y)": (real(2, 3), real(3)),
    "(x * 1).lt_(2)": (real(2, 3),),
    "(x * 1).le_(y)": (real(2, 3), real(3)),
    "(x * 1).le_(2)": (real(2, 3),),
    "(x * 1).gt_(y)": (real(2, 3), real(3)),
    "(x * 1).gt_(2)": (real(2, 3),),
    "(x * 1).ge_(y)": (real(2, 3), real(3)),
    "(x * 1).ge_(2)": (real(2, 3),),
    "(x * 1).eq_(2)": (real(2, 3),),
    "(x * 1).ne_(y)": (real(2, 3), real(3)),
    "x * 2.5": (number(2, 3),),
    "x / y": (number(2, 3), number(3)),
    "x / 2": (number(2, 3),),
    "2 / x": (number(2, 3),),
    "x.reciprocal()": (number(2, 3),),
    "torch.div(x, y, rounding_mode='floor')": (real(2, 3), real(3)),
    "torch.div(x, y, rounding_mode='trunc')": (real(2, 3), real(3)),
    "x % y": (real(2, 3), real(3)),
    "x % 0.7": (real(2, 3),),
    "torch.fmod(x, y)": (real(2, 3), real(3)),
    "torch.fmod(x, 0.7)": (real(2, 3),),
    "x ** 3": (number(2, 3),),
    "x ** 2.5": (positive(2, 3),),
    "x ** -1": (number(2, 3),),
    "x ** y": (positive(2, 3), number(3)),
    "2 ** x": (number(2, 3),),
    "x.square()": (number(2, 3),),
    "x.float_power(3)": (number(2, 3),),
    "-x": (number(2, 3),),
    "torch.addcmul(x, y, z, value=3)": (number(2, 3), number(2, 1), number(3)),
    "torch.addcdiv(x, y, z, value=3)": (number(2, 3), number(2, 1), number(3)),
    "torch.lerp(x, y, 0.3)": (number(2, 3), number(3)),
    "torch.lerp(x, y, z)": (number(2, 3), number(3), number(2, 1)),
    # conversion
    "x.to(torch.complex128)": (real(2, 3),),
    "x.clone()": (number(2, 3),),
    "x.clone().copy_(y)": (number(2, 3), number(3)),
    "x.clone().fill_(3)": (number(2, 3),),
    "x.clone().fill_(y)": (number(2, 3), number()),
    "torch.fill(x, 3)": (number(2, 3),),
    "torch.fill(x, y)": (number(2, 3), number()),
    "x.clone().zero_()": (number(2, 3),),
    "torch.conj(x)": (number(2, 3),),
    "torch.conj_physical(x)": (number(2, 3),),
    "torch.view_as_complex(x)": (real(3, 2),),
    "torch.view_as_real(torch.complex(x, y))": (real(2, 3), real(3)),
    "torch.polar(x, y)": (positive(2, 3), real(2, 3)),
    "(x * 1j).imag + (x * 1j).real": (number(2, 3),),
    # exponentials, logarithms and angles
    "x.exp()": (number(2, 3),),
    "x.exp2()": (number(2, 3),),
    "x.expm1()": (number(2, 3),),
    "x.log()": (positive(2, 3),),
    "(x + 3).log()": (number(2, 3),),
    "x.log2()": (positive(2, 3),),
    "x.log10()": (positive(2, 3),),
    "x.log1p()": (positive(2, 3),),
    "x.sqrt()": (positive(2, 3),),
    "(x + 3).sqrt()": (number(2, 3),),
    "x.rsqrt()": (positive(2, 3),),
    "x.sin()": (number(2, 3),),
    "x.cos()": (number(2, 3),),
    "(x / 2).tan()": (number(2, 3),),
    "x.asin()": (unit(2, 3),),
    "x.acos()": (unit(2, 3),),
    "x.atan()": (number(2, 3),),
    "x.sinh()": (number(2, 3),),
    "x.cosh()": (number(2, 3),),
    "x.tanh()": (number(2, 3),),
    "x.asinh()": (number(2, 3),),
    "x.acosh()": (over_one(2, 3),),
    "x.atanh()": (unit(2, 3),),
    "x.deg2rad()": (real(2, 3),),
    "x.rad2deg()": (real(2, 3),),
    "x.sinc()": (real(2, 3),),
    "torch.atan2(x, y)": (real(2, 3), real(3)),
    "torch.hypot(x, y)": (real(2, 3), real(3)),
    "torch.logaddexp(x, y)": (real(2, 3), real(3)),
    "torch.logaddexp2(x, y)": (real(2, 3), real(3)),
    "torch.xlogy(x, y)": (real(2, 3), positive(3)),
    "torch.ldexp(x, y)": (real(2, 3), real(3)),
    # special functions
    "x.erf()": (real(2, 3),),
    "x.erfc()": (real(2, 3),),
    "x.erfinv()": (unit(2, 3),),
    "x.lgamma()": (positive(2, 3),),
    "x.digamma()": (positive(2, 3),),
    "x.i0()": (real(2, 3),),
    "torch.polygamma(2, x)": (positive(2, 3),),
    "torch.mvlgamma(x, 2)": (over_one(2, 3),),
    "torch.logit(x)": (fraction(2, 3),),
    "torch.logit(x, 0.2)": (fraction(2, 3),),
    "torch.igamma(torch.tensor(1.5), x)": (positive(2, 3),),
    "torch.igammac(torch.tensor(1.5), x)": (positive(2, 3),),
    "torch.special.i1(x)": (real(2, 3),),
    "torch.special.i0e(x)": (real(2, 3),),
    "torch.special.i1e(x)": (real(2, 3),),
    "torch.special.erfcx(x)": (real(2, 3),),
    "torch.special.ndtr(x)": (real(2, 3),),
    "torch.special.ndtri(x)": (fraction(2, 3),),
    "torch.special.log_ndtr(x)": (real(2, 3),),
    "torch.special.entr(x)": (positive(2, 3),),
    "torch.special.xlog1py(x, y)": (real(2, 3), positive(3)),
    "torch.special.zeta(torch.tensor(2.5), x)": (positive(2, 3),),
    "torch.frexp(x).mantissa": (real(2, 3),),
    # signs, parts and choices
    "x.abs()": (number(2, 3),),
    "x.sign()": (real(2, 3),),
    "x.sgn()": (number(2, 3),),
    "x.floor()": (real(2, 3),),
    "x.ceil()": (real(2, 3),),
    "x.trunc()": (real(2, 3),),
    "x.frac()": (real(2, 3),),
    "x.round()": (real(2, 3),),
    "x.round(decimals=1)": (real(2, 3),),
    "torch.copysign(x, y)": (real(2, 3), real(3)),
    "torch.nextafter(x, y)": (real(2, 3), real(3)),
    "torch.copysign(x, -1)": (real(2, 3),),
    "x.angle()": (number(2, 3),),
    "torch.maximum(x, y)": (real(2, 3), real(3)),
    "torch.minimum(x, y)": (real(2, 3), real(3)),
    "torch.fmax(x, y)": (real(2, 3), real(3)),
    "torch.fmin(x, y)": (real(2, 3), real(3)),
    "torch.where(x.real > 0, x, y)": (number(2, 3), number(3)),
    "x.clamp(-1, 1.5)": (real(2, 3),),
    "x.clamp(max=1)": (real(2, 3),),
    "x.clamp_min(-1)": (real(2, 3),),
    "x.clamp_max(1)": (real(2, 3),),
    "torch.clamp_min(x, y)": (real(2, 3), unit(3)),
    "torch.clamp_max(x, y)": (real(2, 3), unit(3)),
    "torch.clamp(x, y, z)": (real(2, 3), unit(3), over_one(2, 1)),
    "torch.clamp(x, min=y)": (real(2, 3), unit(3)),
    "torch.nan_to_num(x)": (real(2, 3),),
    "x.sigmoid()": (number(2, 3),),
    "x.relu()": (real(2, 3),),
    "x.softmax(0)": (real(2, 3),),
    "x.log_softmax(1)": (real(2, 3),),
    # reductions and scans
    "x.sum()": (number(2, 3),),
    "x.sum(0)": (number(2, 3),),
    "x.sum((0, 2), keepdim=True)": (number(2, 3, 2),),
    "x.mean()": (number(2, 3),),
    "x.mean(1)": (number(2, 3),),
    "x.nansum(0)": (real(2, 3),),
    "x.nanmean()": (real(2, 3),),
    "x.prod()": (number(2, 3),),
    "x.prod(1)": (number(2, 3),),
    "(x * torch.tensor([1, 0, 1])).prod(1)": (number(2, 3),),
    "(x * torch.tensor([1, 0, 1, 1])).prod()": (number(4),),
    "x.cumsum(1)": (number(2, 3),),
    "x.cumprod(1)": (number(2, 3),),
    "(x * torch.tensor([1, 0, 1, 1])).cumprod(0)": (number(4),),
    "x.logcumsumexp(1)": (real(2, 3),),
    "x.amax(0)": (real(2, 3),),
    "x.amin()": (real(2, 3),),
    "x.amin(0)": (real(2, 3),),
    "x.max()": (real(2, 3),),
    "x.max(1).values": (real(2, 3),),
    "x.min()": (real(2, 3),),
    "x.min(1, keepdim=True).values": (real(2, 3),),
    "x.aminmax(dim=0).max": (real(2, 3),),
    "x.cummax(1).values": (real(2, 4),),
    "x.cummin(0).values": (real(4, 2),),
    "x.var()": (number(2, 3),),
    "x.var(1, correction=0)": (number(2, 3),),
    "torch.var_mean(x, 0)[0]": (number(3, 2),),
    "torch.std_mean(x)[1]": (number(3, 2),),
    "sum(torch.std_mean(x, 1))": (number(3, 2),),
    "sum(x.aminmax(dim=0))": (real(2, 3),),
    "x.std(0, keepdim=True)": (number(3, 2),),
    "x.norm()": (number(2, 3),),
    "x.norm(1)": (number(2, 3),),
    "x.norm(3, dim=1)": (number(2, 3),),
    "x.norm(1.5, dim=1)": (real(2, 3),),
    "x.norm(float('inf'), dim=1)": (real(2, 3),),
    "x.norm(0)": (real(2, 3),),
    "x.logsumexp(1)": (real(2, 3),),
    # order
    "x.sort().values": (real(2, 3),),
    "x.sort(0, True, stable=True).values": (real(3, 2),),
    "x.topk(2).values": (real(2, 3),),
    "x.kthvalue(2, 0).values": (real(3, 2),),
    "x.median()": (real(2, 3),),
    "x.median(1).values": (real(2, 3),),
    "x.nanmedian()": (real(2, 3),),
    "x.nanmedian(0, True).values": (real(3, 2),),
    "x.mode(0).values": (real(2, 3),),
    # statistics
    "torch.quantile(x, 0.3)": (real(2, 3),),
    "torch.quantile(x, torch.tensor([0.3, 0.6], dtype=torch.float64), 1)": (real(2, 3),),
    "torch.nanquantile(x, 0.4, 0, interpolation='midpoint')": (real(3, 2),),
    "torch.diff(x, 2)": (number(2, 4),),
    "torch.trapezoid(x, y)": (real(3), real(3)),
    "torch.cumulative_trapezoid(x, dx=2)": (real(2, 3),),
    "torch.gradient(x)[0]": (real(3, 2),),
    "torch.cov(x)": (real(2, 4),),
    "torch.corrcoef(x)": (real(2, 4),),
    "torch.cross(x, y)": (number(2, 3), number(2, 3)),
    "torch.dist(x, y)": (real(2, 3), real(3)),
    "torch.dist(x, y, 3)": (real(2, 3), real(3)),
    "torch.cdist(x, y)": (real(2, 3), real(4, 3)),
    "torch.cdist(x, y, 1)": (unit(2, 3), over_one(4, 3)),
    "torch.renorm(x, 2, 0, 1.5)": (real(2, 3),),
    "torch.vander(x, 3)": (real(3),),
    # shapes and views
    "x.view(3, 2)": (number(2, 3),),
    "x.t().reshape(-1)": (number(2, 3),),
    "x[:, ::2].reshape(2, 1, 2)": (number(2, 4),),
    "x.transpose(0, 1)": (number(2, 3),),
    "x.t()": (number(2, 3),),
    "x.permute(2, 0, 1)": (number(2, 3, 2),),
    "x.expand(2, 3, 2)": (number(3, 1),),
    "x.unsqueeze(1)": (number(2, 3),),
    "x.squeeze()": (number(2, 1, 3),),
    "x.squeeze(1)": (number(2, 1, 3),),
    "x.squeeze((0, 2))": (number(1, 3, 1),),
    "x.clone().squeeze_()": (number(2, 1, 3),),
    "x.clone().squeeze_(1)": (number(2, 1, 3),),
    "x.clone().squeeze_((0, 2))": (number(1, 3, 1),),
    "x.clone().unsqueeze_(0)": (number(2, 3),),
    "x.clone().transpose_(0, 1)": (number(2, 3),),
    "x.clone().t_()": (number(2, 3),),
    "torch.matmul(x, y)[:1]": (number(3), number(3, 2)),
    "x.select(1, 2)": (number(2, 3),),
    "x[:, 1:3]": (number(2, 4),),
    "x.diagonal(1)": (number(3, 3),),
    "x[...]": (number(2, 3),),
    "x.unfold(0, 3, 2)": (number(7),),
    "torch.as_strided(x * 1, (2, 2), (1, 2), 1)": (number(2, 3),),
    "x.unbind(1)[1]": (number(2, 3),),
    "x.split(2)[1]": (number(5),),
    "x.split([1, 3])[1]": (number(4),),
    "x.chunk(2, 1)[0]": (number(2, 4),),
    "x.movedim(0, 2).flatten(1)": (number(2, 3, 2),),
    # joining, repeating, moving
    "torch.cat([x, y], 1)": (number(2, 1), number(2, 2)),
    "torch.stack([x, y], 1)": (number(2, 3), number(2, 3)),
    "torch.combinations(x)": (number(3),),
    "torch.diagflat(x)": (number(2),),
    "torch.block_diag(x, y)": (number(2, 2), number(3)),
    "x.repeat(2, 1, 2)": (number(2, 3),),
    "x.repeat_interleave(2, 1)": (number(2, 3),),
    "x.flip(0, 1)": (number(2, 3),),
    "x.roll(1, 0)": (number(3, 2),),
    "x.rot90()": (number(2, 3),),
    "x.tril()": (number(3, 3),),
    "x.triu(1)": (number(3, 3),),
    "torch.diag_embed(x)": (number(2, 3),),
    "x.diag()": (number(3, 3),),
    "x.trace()": (number(3, 3),),
    # indexing
    "x[torch.tensor([2, 0, 2])]": (number(3, 2),),
    "x[:, torch.tensor([2, 0, 2])]": (number(2, 3),),
    "x[torch.tensor([True, False, True])]": (number(3, 2),),
    "torch.index_put(x, (torch.tensor([2, 0]),), y)": (number(3, 2), number(2)),
    "torch.index_put(x, (torch.tensor([2, 2]),), y, True)": (number(3, 2), number(2)),
    "set_part(x.clone(), slice(1), y)": (number(3, 2), number(2)),
    "set_part(x.clone(), (slice(None), 1), 3)": (number(3, 2),),
    # gathering
    "torch.gather(x, 1, torch.tensor([[0, 2, 0], [1, 1, 1]]))": (number(2, 3),),
    "torch.scatter(x, 1, torch.tensor([[0, 2], [1, 0]]), y)": (number(2, 3), number(2, 2)),
    "torch.scatter(x, 1, torch.tensor([[0, 2], [1, 0]]), 3)": (number(2, 3),),
    "torch.scatter_add(x, 1, torch.tensor([[0, 0], [1, 0]]), y)": (number(2, 3), number(2, 2)),
    "torch.take_along_dim(x, torch.tensor([[0], [2]]), 1)": (number(2, 3),),
    "torch.scatter_reduce(x, 0, torch.tensor([0, 0, 1]), y, 'sum', include_self=False)": (real(3), real(3)),
    "torch.scatter_reduce(x, 0, torch.tensor([0, 0, 1]), y, 'prod')": (real(3), real(3)),
    "torch.scatter_reduce(x, 0, torch.tensor([0, 0, 1]), y, 'prod', include_self=False)": (real(3), real(3)),
    "torch.scatter_reduce(x, 0, torch.tensor([0, 0, 1]), y * torch.tensor([1, 0, 1]), 'prod')": (real(3), real(3)),
    "torch.scatter_reduce(x, 0, torch.tensor([0, 0, 1]), y, 'mean')": (real(3), real(3)),
    "torch.scatter_reduce(x, 0, torch.tensor([0, 0, 1]), y, 'mean', include_self=False)": (real(3), real(3)),
    "torch.scatter_reduce(x, 0, torch.tensor([0, 0, 1]), y, 'amax')": (real(3), real(3)),
    "torch.scatter_reduce(x, 0, torch.tensor([0, 0, 1]), y, 'amin', include_self=False)": (real(3), real(3)),
    "torch.index_select(x, 0, torch.tensor([0, 2, 0]))": (number(3, 2),),
    "torch.index_add(x, 0, torch.tensor([0, 0]), y, alpha=2)": (number(3, 2), number(2, 2)),
    "torch.index_copy(x, 0, torch.tensor([0, 2]), y)": (number(3, 2), number(2, 2)),
    "torch.index_fill(x, 0, torch.tensor([0, 2]), 3)": (number(3, 2),),
    "torch.index_fill(x, 0, torch.tensor([0, 2]), y)": (number(3, 2), number()),
    "torch.index_reduce(x, 0, torch.tensor([0, 0]), y, 'prod')": (real(3, 2), real(2, 2)),
    "torch.masked_fill(x, torch.tensor([True, False, True]), 3)": (number(2, 3),),
    "torch.masked_fill(x, torch.tensor([True, False, True]), y)": (number(2, 3), number()),
    "torch.masked_select(x, torch.tensor([True, False, True]))": (number(2, 3),),
    "torch.masked_scatter(x, torch.tensor([True, False, True]), y)": (number(2, 3), number(6)),
    "torch.take(x, torch.tensor([0, 5, 0]))": (number(2, 3),),
    "x.put(torch.tensor([0, 5]), y)": (number(2, 3), number(2)),
    "x.put(torch.tensor([0, 0]), y, True)": (number(2, 3), number(2)),
    # products
    "x @ y": (number(2, 3), number(3, 2)),
    "torch.bmm(x, y)": (number(2, 2, 3), number(2, 3, 2)),
    "torch.mv(x, y)": (number(2, 3), number(3)),
    "torch.dot(x, y)": (number(3), number(3)),
    "torch.vdot(x, y)": (number(3), number(3)),
    "torch.outer(x, y)": (number(3), number(2)),
    "x.t() @ y.t()": (number(3, 2), number(2, 3)),
    "torch.matmul(x, y)": (number(2, 1, 2, 3), number(2, 3, 2)),
    "torch.addmm(x, y, z, beta=2, alpha=3)": (number(2), number(2, 3), number(3, 2)),
    "torch.baddbmm(x, y, z, beta=2, alpha=3)": (number(2, 1), number(2, 2, 3), number(2, 3, 2)),
    "torch.addmv(x, y, z, beta=2, alpha=3)": (number(2), number(2, 3), number(3)),
    "torch.addr(x, y, z, beta=2, alpha=3)": (number(2, 3), number(2), number(3)),
    "torch.addbmm(x, y, z, beta=2, alpha=3)": (number(2, 2), number(2, 2, 3), number(2, 3, 2)),
    "torch.einsum('bij,bjk->bik', x, y)": (number(2, 2, 3), number(2, 3, 2)),
    "torch.tensordot(x, y, 1)": (number(2, 3), number(3, 2)),
    "torch.kron(x, y)": (number(2, 2), number(1, 2)),
    "torch.nn.functional.linear(x, y, z)": (number(2, 3), number(2, 3), number(2)),
    "torch.nn.functional.mse_loss(x, y)": (real(2, 3), real(2, 3)),
    "torch.nn.functional.elu(x, 1.3)": (real(2, 3),),
    "torch.nn.functional.elu(x * 1, 1.3, inplace=True)": (real(2, 3),),
    "torch.nn.functional.celu(x, 1.5)": (real(2, 3),),
    "torch.celu_(x * 1, 1.5)": (real(2, 3),),
    "torch.selu(x)": (real(2, 3),),
    "torch.nn.functional.silu(x)": (number(2, 3),),
    "torch.nn.functional.mish(x)": (real(2, 3),),
    "torch.nn.functional.gelu(x)": (real(2, 3),),
    "torch.nn.functional.gelu(x, approximate='tanh')": (real(2, 3),),
    "torch.nn.functional.hardswish(x * 2)": (real(2, 3),),
    "torch.nn.functional.hardtanh(x, -1.1, 1.1)": (real(2, 3),),
    "torch.nn.functional.leaky_relu(x, 0.2)": (real(2, 3),),
    "torch.nn.functional.leaky_relu(x * 1, 0.2, inplace=True)": (real(2, 3),),
    "torch.nn.functional.prelu(x, y)": (real(2, 3), real(3)),
    "torch.rrelu(x)": (real(2, 3),),
    "torch.rrelu_(x * 1)": (real(2, 3),),
    "torch.nn.functional.softplus(x, 2, 3)": (real(2, 3),),
    "torch.nn.functional.softshrink(x, 0.6)": (real(2, 3),),
    "torch.hardshrink(x, 0.6)": (real(2, 3),),
    "torch.nn.functional.logsigmoid(x)": (real(2, 3),),
    "torch.threshold(x, 0.1, 2)": (real(2, 3),),
    "torch.threshold_(x * 1, 0.1, 2)": (real(2, 3),),
    "torch.nn.functional.glu(x, 1)": (real(2, 4),),
    "torch.relu(x)": (real(2, 3),),
    "torch.nn.functional.smooth_l1_loss(x, y, beta=0.7)": (real(2, 3), real(2, 3)),
    "torch.nn.functional.huber_loss(x, y, delta=0.7)": (real(2, 3), real(2, 3)),
    "torch.nn.functional.binary_cross_entropy(x, y, torch.tensor([2, 1, 0.5]).double())": (
        fraction(2, 3), fraction(2, 3),
    ),
    "torch.nn.functional.binary_cross_entropy_with_logits(x, y)": (real(2, 3), fraction(2, 3)),
    "torch.nn.functional.soft_margin_loss(x, torch.tensor([1, -1, 1]).double())": (real(2, 3),),
    "torch.nn.functional.poisson_nll_loss(x, y + 1.5, full=True)": (real(2, 3), positive(2, 3)),
    "torch.nn.functional.poisson_nll_loss(x, y, log_input=False)": (positive(2, 3), positive(2, 3)),
    "torch.nn.functional.cosine_embedding_loss(x, y, torch.tensor([1, -1]), 0.1)": (real(2, 3), real(2, 3)),
    "torch.nn.functional.cosine_similarity(x, y)": (real(2, 3), real(2, 3)),
    "torch.nn.functional.pairwise_distance(x, y, 3)": (real(2, 3), real(2, 3)),
    "torch.nn.functional.bilinear(x, y, z)": (real(2, 3), real(2, 2), real(2, 3, 2)),
    "torch.nn.functional.embedding(torch.tensor([1, 0, 1]), x)": (real(3, 2),),
    "torch.nn.functional.embedding(torch.tensor([1, 2, 1]), x, 0)": (real(3, 2),),
    "torch.autograd.grad(torch.embedding(w := torch.ones(3, 2).double().requires_grad_(), torch.tensor([1, 0])), w, x, "
    "create_graph=True)[0]": (real(2, 2),),
    "torch.autograd.grad(torch.embedding_bag(w := torch.ones(3, 2).double().requires_grad_(), torch.tensor([1, 0]), "
    "torch.tensor([0]))[0], w, x, create_graph=True)[0]": (real(1, 2),),
    "torch.nn.functional.embedding_bag(torch.tensor([[1, 0], [1, 2]]), x)": (real(3, 2),),
    "torch.nn.functional.embedding_bag(torch.tensor([[1, 0], [1, 2]]), x, mode='max')": (real(3, 2),),
    "torch.nn.functional.nll_loss(x, torch.tensor([1, 0]))": (real(2, 3),),
    "torch.nn.functional.nll_loss(x, torch.tensor([[1, 0]]), reduction='none')": (real(1, 3, 2),),
    "torch.nn.functional.cross_entropy(x, torch.tensor([1, 2]), torch.tensor([1, 2, 0.5]).double())": (real(2, 3),),
    "torch.nn.functional.cross_entropy(x, torch.tensor([1, 0]), ignore_index=0, label_smoothing=0.2)": (real(2, 3),),
    "torch.nn.functional.margin_ranking_loss(x, y, torch.tensor([1, -1]), 0.1)": (real(2), real(2)),
    "torch.nn.functional.multilabel_soft_margin_loss(x, y)": (real(2, 3), fraction(2, 3)),
    "torch.nn.functional.cross_entropy(x, y, label_smoothing=0.2)": (real(2, 3), positive(2, 3)),
    # random numbers put into a recorded tensor cut its history
    "x.clone().uniform_()": (real(2, 3),),
    "x.clone().normal_()": (real(2, 3),),
    "x.clone().exponential_()": (real(2, 3),),
    "x.clone().geometric_(0.5)": (real(2, 3),),
    "x.clone().cauchy_()": (real(2, 3),),
    "x.clone().log_normal_()": (real(2, 3),),
    "x.clone().random_()": (real(2, 3),),
    "x.clone().random_(5)": (real(2, 3),),
    "x.clone().random_(2, 5)": (real(2, 3),),
    "x.clone().bernoulli_(0.5)": (real(2, 3),),
    "x.clone().bernoulli_(torch.tensor(0.5))": (real(2, 3),),
    "torch.bernoulli(x)": (fraction(2, 3),),
    "torch.poisson(x)": (positive(2, 3),),
    "torch.normal(x, 1.0)": (real(2, 3),),
    "torch.normal(1.0, x)": (positive(2, 3),),
    "torch.normal(x, y)": (real(2, 3), positive(2, 3)),
}

REFUSED: dict[str, tuple[str, tuple[Sample, ...]]] = {
    "torch.unique(x)": ("the derivative for '_unique2' is not implemented.", (real(2, 3),)),
    "torch.unique(x, dim=0)": ("the derivative for 'unique_dim' is not implemented.", (real(2, 3),)),
    "torch.unique_consecutive(x)": ("the derivative for 'unique_consecutive' is not implemented.", (real(2, 3),)),
    "torch.autograd.grad((h := torch.nn.functional.hardsigmoid)(h(x)), x, x.detach(), create_graph=True)[0]": (
        "derivative for aten::hardsigmoid_backward is not implemented", (real(2, 3),),
    ),
    "torch.autograd.grad(out := torch.pdist(x), x, torch.ones(3).double(), create_graph=True)[0].sum() + out": (
        "the derivative for '_pdist_backward' is not implemented.", (real(3, 2),),
    ),
    "torch.autograd.grad(out := torch.nn.functional.multi_margin_loss(x, torch.tensor([1, 0])), x, "
    "create_graph=True)[0] + out": (
        "derivative for aten::multi_margin_loss_backward is not implemented", (real(2, 3),),
    ),
    "torch.autograd.grad(out := torch.nn.functional.multilabel_margin_loss(x, torch.tensor([[1, -1, 0]])), x, "
    "create_graph=True)[0] + out": (
        "derivative for aten::multilabel_margin_loss_backward is not implemented", (real(1, 3),),
    ),
    "torch.autograd.grad(out := torch.ctc_loss(x, torch.tensor([[1]]), [3], [1]), x, create_graph=True)[0] + out": (
        "derivative for aten::_ctc_loss_backward is not implemented", (real(3, 1, 2),),
    ),
    "torch.autograd.grad(out := torch.embedding_bag(x, torch.tensor([1, 0]), torch.tensor([0]), "
    "per_sample_weights=y)[0], (x, y), out.detach(), create_graph=True)[1].sum() + out": (
        "derivative for aten::_embedding_bag_per_sample_weights_backward is not implemented", (real(3, 2), real(2)),
    ),
    "x // y": ("derivative for aten::floor_divide is not implemented", (real(2, 3), real(3))),
    "torch.scatter(x, 1, torch.tensor([[0], [1]]), y, reduce='add')": (
        "derivative for aten::scatter is not implemented", (real(2, 3), real(2, 3)),
    ),
    "torch.remainder(2.5, x)": ("derivative for aten::remainder is not implemented", (real(2, 3),)),
    "torch.heaviside(x, y)": ("derivative for aten::heaviside is not implemented", (real(2, 3), real(3))),
}
"""Operations that are recorded and have no derivative: what their backward says."""
