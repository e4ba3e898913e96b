"""Operations beside torch: every dtype, layout and form of a call must come to the same in every respect looked at."""

from __future__ import annotations

from typing import Any

import pytest
from beside_torch import Input, differences

import minitorch_compat as engine

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.usefixtures("warnings_each_time")

REAL = ("bool", "uint8", "int32", "int64", "float16", "bfloat16", "float32", "float64")
EVERY = (*REAL, "complex64", "complex128")
Inputs = tuple[Input, ...]


def unary_inputs() -> list[Inputs]:
    """One tensor in every dtype, in every layout, without dimensions and without elements."""
    found = [(Input(dtype),) for dtype in EVERY]
    for dtype in ("int64", "float32", "float64"):
        grad = dtype != "int64"
        found += [(Input(dtype, (3, 2), layout="turned"),), (Input(dtype, layout="gaps", grad=grad),)]
        found += [(Input(dtype, (), grad=grad),), (Input(dtype, (0, 3)),), (Input(dtype, grad=grad),)]
    return [*found, (Input("float32", (8,), layout="special"),), (Input("float16", (8,), layout="special"),)]


def binary_inputs() -> list[Inputs]:
    """Two tensors of one dtype and of two, broadcast, with and without dimensions, recorded and not."""
    found = [(Input(dtype), Input(dtype, start=4)) for dtype in EVERY]
    for one in ("bool", "uint8", "int64", "float32", "float64", "complex64"):
        for other in ("int32", "float16", "bfloat16", "float64"):
            if one != other:
                found.append((Input(one), Input(other, (3,), start=3)))
                found.append((Input(one), Input(other, (), start=3)))
    for dtype in ("float32", "float64"):
        found += [
            (Input(dtype, grad=True), Input(dtype, (3,), start=4, grad=True)),
            (Input(dtype, (2, 1), grad=True), Input(dtype, (1, 3), start=4)),
            (Input(dtype, (3, 2), layout="turned"), Input(dtype, (3, 2), start=4, layout="turned")),
            (Input(dtype, layout="gaps"), Input(dtype, start=4)),
            (Input(dtype, layout="repeated"), Input(dtype, start=4)),
            (Input(dtype, (0, 3)), Input(dtype, (3,))),
            (Input(dtype, (2, 3)), Input(dtype, (2,))),
        ]
    return [*found, (Input("float32", grad=True), Input("float64", (3,), start=4, grad=True))]


def reduced_inputs() -> list[Inputs]:
    """Tensors to be reduced: two dimensions, layouts, one element, none."""
    found = [(Input(dtype),) for dtype in (*REAL, "complex64")]
    for dtype in ("int64", "float32", "float64"):
        grad = dtype != "int64"
        found += [(Input(dtype, grad=grad),), (Input(dtype, (7, 33), grad=grad),), (Input(dtype, layout="gaps"),)]
        found += [(Input(dtype, (1, 1)),), (Input(dtype, (3, 2), layout="turned", grad=grad),)]
    return found


def shaped_inputs() -> list[Inputs]:
    """Recorded tensors of all ranks and layouts, and one of integers."""
    shapes = ((2, 3), (2, 3, 4), (2, 1, 3), (6,), (), (0, 3))
    found = [(Input("float32", shape, grad=True),) for shape in shapes]
    found += [(Input("float32", (3, 2), layout="turned", grad=True),), (Input("float32", layout="gaps", grad=True),)]
    return [*found, (Input("int64"),), (Input("float32", layout="repeated"),)]


def ordered_inputs() -> list[Inputs]:
    """Tensors of few elements: with many torch's order of equal ones depends on the processor."""
    return [each for each in reduced_inputs() if each[0].shape != (7, 33)]


KNOWN = {
    "torch.isfinite(x)": "torch counts writes of its own making in the result of a complex tensor",
    "x.add(y, alpha=True)": "where the shapes are wrong too torch speaks of them first",
    "x * 1j": "there is no complex32",
    "torch.as_strided_scatter(x, torch.ones(2, 2), (2, 2), (1, 2))": "torch names a line of its own sources",
    "torch.kron(x, y, out=torch.empty(0))": "torch does not count this write",
}
"""What is known to differ, and why or where; a test fails when it no longer does."""

UNARY = {
    0: """neg ceil floor round frac sign square deg2rad rad2deg isnan isinf isfinite isreal signbit
        logical_not bitwise_not conj_physical positive nan_to_num relu""",
    4: """abs reciprocal exp exp2 expm1 log log2 log10 log1p sqrt rsqrt sin cos tan asin acos atan sinh cosh asinh
        atanh sigmoid sinc angle erf erfc sgn""",
    8: "tanh",
}
BINARY = {
    0: """torch.add(x, y)|x - y|torch.sub(x, y, alpha=2)|x == y|x != y|x < y|x >= y|torch.eq(x, y)|x & y|x | y|x ^ y
        torch.logical_and(x, y)|torch.logical_xor(x, y)|torch.fmod(x, y)|torch.remainder(x, y)|x // y
        torch.heaviside(x, y)|torch.nextafter(x, y)|torch.copysign(x, y)|torch.gcd(x, y)|torch.lcm(x, y)
        x.eq(other=y)|x.less_equal(other=y)|x.ne_(other=y)|x.bitwise_or(other=y)
        x.clone().add_(y)|x.clone().sub_(y)|torch.rsub(x, y)|torch.add(x, y, alpha=0.5)|x.add(y, alpha=True)""",
    4: """torch.mul(x, y)|x / y|x.clone().mul_(y)|x.clone().div_(y)|torch.atan2(x, y)|torch.hypot(x, y)
        torch.xlogy(x, y)|torch.div(x, y, rounding_mode='floor')|torch.lerp(x, y, 0.25)
        torch.div(x, y, rounding_mode='trunc')|torch.addcmul(x, y, y, value=2)|torch.where(x > y, x, y)""",
    8: "torch.logaddexp(x, y)",
}
NUMBERS = """x + 2|2 + x|x - 2.5|2.5 - x|x * True|x * 1j|x / 2|2 / x|x // 2|x % 3|x ** 2|x ** 0.5|2 ** x|x == 1|x < 1.5
    x & 1|x << 1|x + 'a'|x + None|x + [1, 2]|'a' + x|x @ 2|x + np.float32(2)|np.int64(2) * x|x - np.ones(3)|x.add(1, 2)
    torch.add(x)|torch.add(x, 'a')|torch.mul(x, None)|x.clone().add_(1)|x.clone().mul_(2.5)|x.clone().div_(2)
    x.clone().pow_(2)|torch.pow(2, x)|x.clamp(0, 1)|x.clamp(min=0)|x.clamp()|torch.clamp(x, max=1.5)"""
REDUCTIONS = {
    0: """x.sum()|x.sum(0)|x.sum(1, keepdim=True)|x.sum((0, 1))|x.sum(dim=-1)|torch.sum(x, axis=0)|x.mean()|x.mean(1)
        x.mean(dim=0, keepdim=True)|x.amax()|x.amin(0)|x.max()|x.max(1)|x.min(0, keepdim=True)|x.argmax()|x.argmin(1)
        x.all()|x.any(0)|x.count_nonzero()|x.cumsum(1)|x.cummax(0)|x.cummin(1)|x.sum(5)|x.sum((0, 0))|x.max(5)
        x.sum(dtype=torch.float64)|x.mean(dtype=torch.float64)|torch.max(x, dim=1)[1]|x.aminmax(dim=0)|x.median()
        x.kthvalue(1)|x.median(0)|x.nanmedian()|x.nansum(0)""",
    4: """x.prod(0)|x.cumprod(1)|x.var()|x.var(1, correction=0)|x.std(0)|x.norm()|x.norm(1)|x.norm(dim=1)|x.logsumexp(1)
        torch.var_mean(x, 0)""",
}
ORDERED = {
    0: """x.sort()|x.sort(0, True)|x.sort(stable=True)|x.argsort()|x.topk(1)|x.mode()|torch.unique(x)
        torch.unique(x, dim=0)""",
    8: "x.softmax(1)|x.log_softmax(0)|x.softmax(5)|torch.softmax(x, -1, dtype=torch.float64)",
}
SHAPES = """x.view(-1)|x.view(2, -1)|x.view(5)|x.view(size=(6,))|x.reshape(3, 2)|x.reshape(-1)|x.reshape(4)
    torch.reshape(x, (-1,))|torch.reshape(x, -1)
    x.transpose(0, 1)|x.transpose(0, 5)|x.t()|x.mT|x.permute(1, 0)|x.permute(0, 0)|x.expand(2, 2, 3)|x.expand(-1, -1)
    x.expand(3)|x.squeeze()|x.squeeze(1)|x.squeeze((0, 1))|x.unsqueeze(0)|x.unsqueeze(-1)|x.unsqueeze(5)|x.select(0, 1)
    x.select(0, 5)|x.narrow(0, 0, 1)|x.narrow(0, 5, 1)|x.unbind()|x.split(1)|x.split([1, 1])|x.split(0)|x.chunk(2)
    x.tensor_split(2)|x.flatten()|x.flatten(1)|x.flatten(5)|x.unflatten(1, (3, 1))|x.ravel()|x.movedim(0, 1)
    x.diagonal()|x.rot90()
    x.diagonal(1)|x.unfold(0, 2, 1)|x.as_strided((2, 2), (1, 1))|x.flip(0)|x.flip((0, 1))|x.roll(1)|x.roll(1, 0)
    x.repeat(2, 2)|x.repeat()|x.tile(2)|x.repeat(repeats=(2, 2))|torch.tile(x, dims=(2,))
    x.hsplit(sections=3)|x.hsplit(indices=[1])|x.hsplit(2, 1)|x.sum_to_size(size=(1, 3))
    x.repeat_interleave(2)|x.tril()|x.triu(1)|x.diag()|x.trace()|torch.diag_embed(x)
    torch.cat([x, x])|torch.cat((x, x), 1)|torch.cat([])|torch.cat(x)|torch.cat([x, torch.ones(2)])|torch.stack([x, x])
    torch.stack([x, x], -1)|torch.hstack([x, x])|torch.vstack([x, x])|torch.column_stack([x, x])|x.contiguous()|x.size()
    x.size(5)|x.stride()|x.numel()|x.storage_offset()|x.is_contiguous()|list(x)|len(x)|torch.broadcast_to(x, (2, 2, 3))
    x[0]|x[-1]|x[5]|x[1, 2]|x[:]|x[1:]|x[::2]|x[::-1]|x[...]|x[..., 0]|x[None]|x[:, None]|x[:, 1]
    x[torch.tensor([0, 1])]
    x[[0, 1]]|x[torch.tensor([5])]|x[x > 0]|x[torch.tensor(0)]|x[:, torch.tensor([0, 2])]|x['a']|x[1.5]|x[True]|x[[]]
    torch.index_select(x, 0, torch.tensor([0, 1]))|x.gather(0, torch.tensor([[0, 1]]))|x.take(torch.tensor([0, 1]))
    x.masked_select(x > 0)|x.masked_fill(x > 0, 1)|x.index_fill(0, torch.tensor([0]), 1)|torch.where(x > 0, x, 0.)
    x.index_add(0, torch.tensor([0, 0]), x[:2])|x.nonzero()|torch.argwhere(x)|torch.where(x > 0)|x.clone()
    torch.alias_copy(x)|torch.as_strided_copy(x, (2, 2), (1, 1))|torch.diagonal_copy(x)|torch.expand_copy(x, (2, 2, 3))
    x.narrow_copy(0, 0, 1)|torch.permute_copy(x, (1, 0))|torch.select_copy(x, 0, 1)|torch.slice_copy(x, 0, 0, 1)
    torch.split_copy(x, 1)|torch.split_with_sizes_copy(x, (1, 1))|torch.squeeze_copy(x)|torch.squeeze_copy(x, 0)
    torch.t_copy(x)|torch.transpose_copy(x, 0, 1)|torch.unbind_copy(x)|torch.unfold_copy(x, 0, 2, 1)|torch.view_copy(x)
    torch.unsqueeze_copy(x, 0)|torch.view_copy(x, (3, -1))|torch.view_copy(x, torch.int32)|torch.view_as_real_copy(x)
    torch.narrow_copy(x)|torch.select_copy(x, 'a')|torch.alias_copy(x, out=torch.empty(0))
    x.select_scatter(x[0] * 2, 0, 1)|torch.select_scatter(x, torch.ones(2), 0, 1)|torch.slice_scatter(x, x)
    x.slice_scatter(torch.ones(x[1:].shape), start=1)|torch.slice_scatter(x, x, 0, 0, 1)|torch.select_scatter(x, x)
    x.diagonal_scatter(torch.zeros(2))|torch.diagonal_scatter(x, x.diagonal(), 1)
    torch.as_strided_scatter(x, torch.ones(2, 2), (2, 2), (1, 2))
    torch.as_strided_scatter(x.contiguous(), torch.ones(2, 2), (2, 2), (1, 2))"""
GROUPED = """torch.histogramdd(x, [2, 2, 2])|torch.histogramdd(x, 3)
    torch.histogramdd(x, [2])|torch.histogramdd(x[0], [2])
    torch.histogramdd(x.repeat(3, 1), 2, density=True)|torch.histogramdd(x, 2, range=[0., 1., -1., 1., -3., 3.])
    torch.segment_reduce(x, 'sum')|torch.segment_reduce(x, 'mean', lengths=torch.tensor([2]))
    torch.segment_reduce(x, 'no', lengths=torch.tensor([2]))|torch.segment_reduce(x, 'sum', lengths=torch.tensor([3]))
    torch.segment_reduce(x, 'max', lengths=torch.tensor([1, 1]))
    torch.segment_reduce(x, 'amin', offsets=torch.arange(3))
    torch.segment_reduce(x, 'prod', lengths=torch.tensor([0, 2]), initial=2)
    torch.segment_reduce(x, 'sum', lengths=torch.tensor([[1, 2], [3, 0]]), axis=1)"""
LEFT_OUT = """torch.native_dropout(x, 0.5, False)|torch.native_dropout(x, 1.0, True)|torch.native_dropout(x, 2.0, True)
    torch.manual_seed(1) and torch.native_dropout(x, 0.5, True)|torch.native_dropout(x, 0.0, None)"""
PRODUCTS = """x @ y|torch.mm(x, y)|torch.matmul(x, y)|torch.addmm(y[0], x, y)|x.mm(y)|torch.mv(x, y[:, 0])|x @ y[:, 0]
    torch.dot(x[0], y[:, 0])|torch.outer(x[0], y[0])|torch.kron(x, y, out=torch.empty(0))
    torch.ger(x[0], y[0])|torch.ger(x[0], y[0], out=torch.empty(0))|torch.outer(x[0], vec2=y[0], out=torch.empty(0))
    torch.bmm(x[None], y[None])|torch.einsum('ij,jk->ik', x, y)
    torch.tensordot(x, y, 1)|torch.inner(x, x)|torch.kron(x, y)|torch.mm(x, x)
    torch.addmm(y[0], x, y, alpha=2, beta=3)"""


def each(table: str) -> list[str]:
    return [expression.strip() for line in table.splitlines() for expression in line.split("|")]


def cases() -> list[tuple[str, list[Inputs], int]]:
    """Every expression with its inputs and how many ulps its numbers may be apart."""
    found: list[tuple[str, list[Inputs], int]] = []
    for ulps, names in UNARY.items():
        for name in names.split():
            found += [(f"torch.{name}(x)", unary_inputs(), ulps)]
    operations = ((BINARY, binary_inputs()), (REDUCTIONS, reduced_inputs()), (ORDERED, ordered_inputs()))
    for tables, inputs in operations:
        for ulps, table in tables.items():
            found += [(expression, inputs, ulps) for expression in each(table)]
    numbers = [(Input(dtype),) for dtype in (*REAL, "complex64")] + [(Input("float32", grad=True),)]
    found += [(expression, numbers, 4) for expression in each(NUMBERS)]
    found += [(expression, shaped_inputs(), 0) for expression in each(SHAPES)]
    grouped = [(Input("float32"),), (Input("float64", start=3),)]
    found += [(expression, grouped, 2) for expression in each(GROUPED)]
    dropped = [(Input("float32", grad=True),), (Input("float64", (3, 2), layout="turned", grad=True),)]
    dropped.append((Input("int64"),))
    found += [(expression, dropped, 0) for expression in each(LEFT_OUT)]
    factors = [(Input(dtype, (2, 3)), Input(dtype, (3, 2), 5)) for dtype in ("int64", "float32", "float64")]
    for dtype in ("float32", "float64"):
        factors.append((Input(dtype, (2, 3), grad=True), Input(dtype, (3, 2), 5, grad=True)))
    factors += [(Input("float32", (2, 3), layout="turned"), Input("float32", (3, 2), 5, layout="turned", grad=True))]
    factors += [(Input("float32"), Input("float64", (3, 2))), (Input("float32"), Input("float32", (2, 3)))]
    found += [(expression, factors, 4) for expression in each(PRODUCTS)]
    return found


def marked(expression: str, inputs: list[Inputs], ulps: int) -> Any:
    """A case of pytest, expected to fail where a difference is known."""
    reason = KNOWN.get(expression)
    marks = [] if reason is None else [pytest.mark.xfail(strict=True, reason=reason)]
    if expression == "x.add(1, 2)":
        # Alone it agrees; in a whole run torch itself warns twice a call, after a test that is not found yet.
        marks = [pytest.mark.xfail(strict=False, reason="torch's own warnings depend on what ran before")]
    return pytest.param(expression, inputs, ulps, id=expression, marks=marks)


@pytest.mark.parametrize(("expression", "inputs", "ulps"), [marked(*each) for each in cases()])
def test_as_torch_does(expression: str, inputs: list[Inputs], ulps: int) -> None:
    found = []
    for given in inputs:
        for difference in differences(torch, engine, expression, given, ulps):
            found.append(f"{', '.join(map(str, given))}: {difference}")
    assert not found, "\n".join(found)
