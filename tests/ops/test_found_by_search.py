"""What random programs have found to differ, held beside torch."""
from typing import Any

import pytest

import minitorch_compat as engine

torch = pytest.importorskip("torch")

FOUND = """
    torch.kron(x, torch.ones(3))
    x // 2
    2 // x
    torch.linalg.cross(m, m)
    torch.linalg.cross(m.double(), m.double().flip(0) * 1.1)
    torch.trapezoid(m, m + x[0])
    torch.cumulative_trapezoid(m, m + x[0])
    torch.unravel_index(torch.tensor(7, dtype=torch.int32), (3, 4))[0]
    torch.dstack(())
    torch.hstack(())
    torch.column_stack(())
    torch.row_stack(())
    torch.linalg.vecdot(m + 1j, m + x[0])
    torch.linalg.vander(torch.tensor(2.0), N=2)
    torch.zeros(2, dtype=torch.uint8).fill_(-0.25)
    torch.full((2,), -1.0, dtype=torch.uint8)
    torch.tensor([-1.5], dtype=torch.uint8)
    torch.ones(2, 3).cumsum(False)
    torch.ones(2, 3).amax(True)
    torch.nn.functional.multilabel_margin_loss(7, torch.tensor(0))
    torch.ones(2, 3, dtype=torch.uint8).mul(200).sum(0, dtype=torch.uint8)
    torch.ones(2, 3).prod(1, dtype=torch.int32)
    torch.tensordot(torch.zeros(1, 1, 1, dtype=torch.uint8), torch.ones(2, 1, 2, dtype=torch.uint8), ([0, 1], [2, 0]))
    torch.unravel_index(torch.tensor([[7, 2]]), (3, 4))[1]
    torch.cat([torch.ones(2, 3, 2, 2).contiguous(memory_format=torch.channels_last)] * 2, 1)
    torch.native_layer_norm(m.half(), (3,), None, None, 1e-5)[1]
    torch.native_group_norm(m.bfloat16(), m[0].new_ones(3), None, 2, 3, 1, 1, 1e-5)[2]
    torch.tensor([False, True]).scatter_reduce(0, torch.tensor([0]), torch.tensor([True]), "amax", include_self=False)
    torch.index_add(m, 1, torch.tensor([5]), m[:, :1], alpha=2)
    torch.trapezoid(m + x[0], dx=2)
    torch.trapz(m.bfloat16(), dx=3.0)
    torch.nanquantile(m, 2.0)
    without_grad(torch.squeeze_copy, x)
    torch.diagonal_copy(torch.ones(3, 3), offset=1)
    torch.cumulative_trapezoid(torch.tensor([[4, 5, 6]]))
    torch.tensor([[0.0, 1], [1, 1]]).nonzero(as_tuple=True)[1]
    torch.nn.functional.pixel_shuffle(torch.ones(1, 4, 2, 2), 1)
"""


def shown(side: Any, expression: str) -> Any:
    def without_grad(function: Any, *given: Any) -> Any:
        with side.no_grad():
            return function(*given)

    x = side.tensor([1.0, 2.0], requires_grad=True)
    m = side.tensor([[0.1, 0.2, 0.3], [0.7, 0.9, 0.1]])
    try:
        made = eval(expression, {"torch": side, "x": x, "m": m, "without_grad": without_grad})
    except Exception as error:
        return type(error).__qualname__, str(error)
    return made.tolist(), str(made.dtype), made.stride(), names(made.grad_fn)


def names(node: Any) -> Any:
    return node and (node.name(), [names(each) for each, _ in node.next_functions])


@pytest.mark.parametrize("expression", [each.strip() for each in FOUND.strip().splitlines()])
def test_as_torch(expression: str) -> None:
    assert shown(engine, expression) == shown(torch, expression)


def test_zeros_written_to_halves_are_passed_back() -> None:
    x = engine.ones(3, dtype=engine.bfloat16, requires_grad=True)
    y = (x * 1).zero_()
    y.backward(engine.ones_like(y))
    assert x.grad.tolist() == [0.0, 0.0, 0.0]


def test_a_copy_leaves_the_end_of_views_that_lead_nowhere_as_it_is() -> None:
    x = engine.ones(2, 1, requires_grad=True)
    with engine.no_grad():
        kind = type(x.expand(2, 2)._node)
        engine.expand_copy(x, (2, 2))
        assert type(x.expand(2, 2)._node) is kind


@pytest.mark.parametrize("upper", [False, True])
def test_the_complex_gradient_of_a_triangle_is_as_torch_leaves_it(upper: bool) -> None:
    found = []
    for side in (engine, torch):
        a = side.tensor([[4.0, 1 + 1j], [1 - 1j, 3.0]], dtype=side.complex128, requires_grad=True)
        factor = side.linalg.cholesky(a, upper=upper)
        weights = side.tensor([[1 + 2j, 0.5 - 1j], [0.25j, 2 - 0.5j]], dtype=side.complex128)
        found.append(side.autograd.grad(factor, a, weights)[0].numpy())
    assert abs(found[0] - found[1]).max() < 1e-14


@pytest.mark.parametrize(("name", "sizes"), [
    ("addr", ((3, 2), (3,), (2,))), ("addmm", ((3, 2), (3, 4), (4, 2))), ("addmv", ((3,), (3, 4), (4,))),
    ("baddbmm", ((2, 3, 2), (2, 3, 4), (2, 4, 2))), ("addbmm", ((3, 2), (2, 3, 4), (2, 4, 2))),
])
def test_complex_factors_are_conjugated_on_the_way_back(name: str, sizes: Any) -> None:
    found = []
    for side in (engine, torch):
        side.manual_seed(0)
        given = [side.randn(*size, dtype=side.complex128, requires_grad=True) for size in sizes]
        out = getattr(side, name)(*given, beta=0.3 + 0.4j, alpha=0.1 - 0.7j)
        found.append([each.numpy() for each in side.autograd.grad(out, given, side.ones_like(out) * (1 + 2j))])
    assert max(abs(one - other).max() for one, other in zip(*found, strict=True)) < 1e-13


def test_the_factor_of_an_added_part_is_left_as_it_is() -> None:
    """torch conjugates every other factor; `index_add` takes it as it is."""
    x = engine.ones(2, dtype=engine.complex64, requires_grad=True)
    out = engine.index_add(x.detach(), 0, engine.tensor([0, 1]), x, alpha=2 + 1j)
    assert engine.autograd.grad(out, x, engine.ones_like(out))[0].tolist() == [2 + 1j, 2 + 1j]


def test_squares_of_halves_go_back() -> None:
    x = engine.ones(3, dtype=engine.bfloat16, requires_grad=True)
    engine.nn.functional.mse_loss(x, engine.zeros(3, dtype=engine.bfloat16)).backward()
    assert x.grad.dtype is engine.bfloat16
    assert [round(each, 2) for each in x.grad.tolist()] == [0.67, 0.67, 0.67]
