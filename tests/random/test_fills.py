"""Every fill, on every dtype and layout, beside torch: bits, errors and the generator's state afterwards.

By default a few thousand programs drawn from the grid; ``MINITORCH_RANDOM_PROGRAMS`` asks for more.
"""

from __future__ import annotations

import itertools
import os
import random
import warnings
from types import ModuleType
from typing import Any

import pytest

import minitorch_compat

real = pytest.importorskip("torch")

PROGRAMS = int(os.environ.get("MINITORCH_RANDOM_PROGRAMS", "700"))
FILLS = """
    uniform_() uniform_(-2,3.5) uniform_(0.1,0.1) uniform_(2,1) uniform_(0,float('inf')) uniform_(float('nan'),1)
    normal_() normal_(2,0.3) normal_(std=0) normal_(0,-1) normal_(float('nan'),1) random_() random_(10) random_(-5,7)
    random_(0,2**40) random_(-2**63,None) random_(3,None) random_(5,5) random_(300) random_(-1,5) bernoulli_()
    bernoulli_(0) bernoulli_(0.3) bernoulli_(1.0) bernoulli_(2) bernoulli_(torch.full((1,),0.3))
    bernoulli_(torch.full((1,),0.3,dtype=torch.float64)) exponential_() exponential_(2.5) exponential_(0)
    geometric_(0.3) geometric_(0.9) geometric_(0) geometric_(1) cauchy_() cauchy_(1,0.3) cauchy_(0,0) log_normal_()
    log_normal_(0,0.5) log_normal_(0,-1)
"""
DTYPES = """
    float32 float64 float16 bfloat16 int8 int16 int32 int64 uint8 bool complex64 complex128 uint16 uint32
    uint64
"""
SIZES = (0, 1, 2, 7, 15, 16, 17, 31, 32, 33, 48, 100, 257)
LAYOUTS = {
    "plain": "torch.zeros({n}, dtype={d})",
    "turned": "torch.zeros(3, {n}, dtype={d}).t()",
    "gaps": "torch.zeros({n}, 4, dtype={d})[:, ::2]",
    "permuted": "torch.zeros(2, {n}, 3, dtype={d}).permute(2, 0, 1)",
    "channels last": "torch.zeros(2, 3, {n}, 2, dtype={d}).contiguous(memory_format=torch.channels_last)",
    "from the second": "torch.zeros({n} + 1, dtype={d})[1:]",
    "some rows": "torch.zeros({n}, 6, dtype={d}).t()[1:3]",
    "no dimension": "torch.zeros((), dtype={d})",
}


def outcome(torch: ModuleType, program: str, seed: int) -> Any:
    """The bits that the program leaves, or its error, and the state of the generator."""
    side: Any = torch
    side.manual_seed(seed)
    if seed % 3 == 0:
        side.randn(1)  # leaves the second half of a pair
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            drawn = eval(program, {"torch": torch})
    except Exception as error:
        seen: Any = (type(error).__name__, str(error).partition(" (Triggered")[0])
    else:
        numbers = (drawn.float() if drawn.dtype is side.bfloat16 else drawn).contiguous().numpy().tobytes()
        strides = drawn.stride() if drawn.numel() else None
        seen = (str(drawn.dtype), tuple(drawn.shape), strides, drawn._version, numbers)
    return seen, side.get_rng_state().numpy().tobytes()


def compare(programs: list[str], dice: random.Random) -> list[str]:
    """The programs whose outcomes differ."""
    apart = []
    for program in programs:
        seed = dice.randrange(1 << 64) if dice.random() < 0.5 else dice.randrange(100)
        if outcome(real, program, seed) != outcome(minitorch_compat, program, seed):
            apart.append(f"{program} from seed {seed}")
    return apart


def test_fills() -> None:
    dice = random.Random(2)
    grid = list(itertools.product(FILLS.split(), DTYPES.split(), LAYOUTS.values(), SIZES))
    chosen = dice.sample(grid, min(PROGRAMS, len(grid)))
    programs = [f"{layout.format(n=n, d='torch.' + dtype)}.{fill}" for fill, dtype, layout, n in chosen]
    assert compare(programs, dice) == []


DRAWS = """
    torch.rand({n},dtype={d}) torch.randn(({n},3),dtype={d}) torch.rand_like(torch.zeros(3,{n},dtype={d}).t())
    torch.randn_like(torch.zeros(3,{n},dtype={d}).t()) torch.rand({n},out=torch.empty({n},dtype={d}))
    torch.randint(7,({n},),dtype={d}) torch.randint(-3,9,({n},),dtype={d}) torch.randint(2**20,({n},),dtype={d})
    torch.randint_like(torch.zeros(3,{n},dtype={d}).t(),5) torch.randperm({n},dtype={d})
    torch.zeros(3,{n},dtype={d}).t().bernoulli(0.3) torch.bernoulli(torch.full((3,{n}),0.4).to({d}).t())
    torch.poisson(torch.full((3,{n}),4.5).to({d}).t()) torch.poisson(torch.full(({n},),40.5).to({d}))
    torch.binomial(torch.full((3,{n}),14).to({d}).t(),torch.full((3,{n}),0.3).to({d}).t())
    torch.binomial(torch.full(({n},),100).to({d}),torch.full((1,),0.7).to({d}))
    torch.normal(torch.full((3,{n}),2).to({d}).t(),1.5) torch.normal(1.,2.,({n},),dtype={d})
    torch.multinomial((torch.arange({n})%5+1).to({d}),1) torch.multinomial((torch.arange({n})%5+1).to({d}),3)
    torch.multinomial((torch.arange({n})%5+1).to({d}),30,True)
    torch.multinomial((torch.arange(2*{n})%5+1).to({d}).reshape({n},2),4,True)
    torch.nn.functional.dropout(torch.ones(3,{n}).to({d}).t(),0.3)
    torch._standard_gamma(torch.full((3,{n}),0.4).to({d}).t()) torch._standard_gamma(torch.arange({n}).to({d}))
    torch._sample_dirichlet((torch.arange({n}*3)%4+.5).to({d}).reshape({n},3))
    torch._sample_dirichlet((torch.arange({n}*3)%4+1e-3).to({d}).reshape(3,{n}).t())
"""


def test_draws() -> None:
    dice = random.Random(3)
    grid = [
        draw.format(n=n, d="torch." + dtype)
        for draw, dtype, n in itertools.product(DRAWS.split(), DTYPES.split()[:12], (0, 1, 5, 15, 16, 17, 40, 100))
    ]
    assert compare(dice.sample(grid, min(PROGRAMS, len(grid))), dice) == []


@pytest.mark.parametrize("program", [
    "torch.rand(-1)", "torch.randint(5,5,(2,))", "torch.randint(2**63,(2,))", "torch.randperm(-1)",
    "torch.randperm(3000,dtype=torch.float16)", "torch.bernoulli(torch.tensor([2.]))", "torch.poisson(-torch.ones(1))",
    "torch.normal(torch.ones(2),torch.tensor([1.,-1]))", "torch.normal(torch.ones(2),1.,out=torch.empty(5))",
    "torch.multinomial(torch.ones(3),4)", "torch.multinomial(torch.zeros(3),1)", "torch.multinomial(torch.ones(3),0)",
    "torch.multinomial(torch.tensor([-1.,2]),2,True)", "torch.multinomial(torch.ones(3),2,out=torch.empty(0))",
    "torch.multinomial(torch.ones(0),2,True)", "torch.zeros(1).expand(5).normal_(0,-1)",
    "torch.zeros(1).expand(5).normal_()", "torch.zeros(1).expand(5).random_(5,5)", "torch.Generator().seed(3)",
    "torch.Generator().set_state()", "torch.Generator(1,2)", "torch.Generator().foo",
    "torch.Generator().graphsafe_set_state(3)", "torch.Generator().set_state(torch.zeros(3,dtype=torch.uint8))",
    "torch.random.fork_rng(devices=[0]).__enter__()", "torch.random.fork_rng(device_type='x').__enter__()",
])  # fmt: skip
def test_refusals(program: str) -> None:
    assert outcome(minitorch_compat, program, 1) == outcome(real, program, 1)
