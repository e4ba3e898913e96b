"""Random tensors, fills, seeds and states, bit for bit."""

from __future__ import annotations

import pickle

import pytest

import minitorch_compat as torch

FILLS = (
    ("uniform_", (-1.5, 2.25)), ("normal_", (0.5, 2.0)), ("random_", ()), ("random_", (3, 100)), ("bernoulli_", (0.3,)),
    ("exponential_", (1.5,)), ("geometric_", (0.2,)), ("cauchy_", ()), ("log_normal_", ()),
)  # fmt: skip


@pytest.mark.parametrize("name", ["float32", "float64", "float16", "bfloat16"])
@pytest.mark.parametrize(("fill", "arguments"), FILLS)
@pytest.mark.filterwarnings("ignore:.*is out of bounds:UserWarning")
def test_fills_give_torchs_bits_and_leave_torchs_state(name: str, fill: str, arguments: tuple[float, ...]) -> None:
    real = pytest.importorskip("torch")
    streams = []
    for side in (real, torch):
        side.manual_seed(11)
        drawn = []
        for x in (side.empty(5), side.empty(40), side.empty(6, 7).t(), side.empty(6, 7)[:, ::2]):
            x = x.to(getattr(side, name))
            drawn.append(getattr(x, fill)(*arguments).double().tolist())
        streams.append((drawn, side.get_rng_state().tolist()))
    assert streams[1] == streams[0]


def draws(side: object) -> list[object]:
    """One draw of each kind, in a row from one seed."""
    t = side
    t.manual_seed(5)  # type: ignore[attr-defined]
    rates = t.tensor([0.5, 3.0, 20.0])  # type: ignore[attr-defined]
    made = [
        t.rand(3), t.randn(20), t.randint(7, (4,)), t.randperm(9), t.rand_like(rates), t.randn_like(rates),  # type: ignore[attr-defined]
        t.normal(rates, 0.5), t.normal(1.0, rates), t.normal(rates, rates), t.normal(1.0, 2.0, (3,)),  # type: ignore[attr-defined]
        t.bernoulli(rates / 20), t.poisson(rates), t.multinomial(rates, 2), t.multinomial(rates, 5, True),  # type: ignore[attr-defined]
        t.binomial(rates, rates / 20), t.randint_like(rates, 9), t.get_rng_state(),  # type: ignore[attr-defined]
    ]  # fmt: skip
    return [each.tolist() for each in made]


def test_a_row_of_draws_keeps_step_with_torch() -> None:
    real = pytest.importorskip("torch")
    assert draws(torch) == draws(real)


def test_states_travel_between_the_two() -> None:
    real = pytest.importorskip("torch")
    real.manual_seed(3)
    real.randn(5)
    torch.set_rng_state(torch.from_numpy(real.get_rng_state().numpy()))
    assert torch.randn(4).tolist() == real.randn(4).tolist()
    assert torch.initial_seed() == real.initial_seed() == 3


def test_a_state_brings_the_stream_back() -> None:
    generator = torch.Generator().manual_seed(4)
    torch.randn(3, generator=generator)
    state = generator.get_state()
    first = torch.randn(5, generator=generator).tolist()
    assert torch.randn(5, generator=generator.clone_state()).tolist() != first
    generator.set_state(state)
    again = pickle.loads(pickle.dumps(generator))
    assert torch.randn(5, generator=generator).tolist() == torch.randn(5, generator=again).tolist() == first


def test_forked_draws_leave_no_trace() -> None:
    torch.manual_seed(1)
    expected = torch.rand(2).tolist()
    torch.manual_seed(1)
    with torch.random.fork_rng():
        torch.rand(100)
        torch.manual_seed(9)
    assert torch.rand(2).tolist() == expected
    with torch.random.fork_rng(enabled=False):
        torch.manual_seed(9)
    assert torch.initial_seed() == 9


def test_seeds_from_the_operating_system_differ() -> None:
    assert torch.seed() != torch.seed()
    assert torch.initial_seed() == torch.default_generator.initial_seed()


def test_a_fill_is_a_write() -> None:
    x = torch.zeros(4)
    view = x[1:]
    view.uniform_()
    assert x._version == view._version == 1
    y = torch.ones(2, requires_grad=True) * 2
    kept = y * y
    y.normal_()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        kept.sum().backward()
