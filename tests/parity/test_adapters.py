"""The adapters that are shipped, on the engines themselves: what these do comes out, and what they lack by its name."""
import importlib
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from minitorch_compat.parity import adapters, run
from minitorch_compat.parity.case import Case
from minitorch_compat.parity.cli import main
from minitorch_compat.parity.engines import NoEngine, load

NAMES = ("tinygrad", "mygrad", "autograd")


@pytest.fixture(params=NAMES)
def name(request):
    if find_spec(request.param) is None:
        pytest.skip(f"{request.param} is not installed (the extra `engines`)")
    return request.param


@pytest.fixture
def torch(name):
    return load(f"minitorch_compat.parity.adapters.{name}:torch")


@pytest.mark.parametrize("shipped", NAMES)
def test_each_is_a_page_long(shipped):
    assert len(Path(adapters.__path__[0], f"{shipped}.py").read_text().splitlines()) <= 80


def held_against_torch(engine, body):
    pytest.importorskip("torch", reason="the engines are held against torch")
    found, = run([Case(id="try/it", body=body, claim="It is tried.")], reference="torch", candidate=engine)
    return found


def test_numbers_go_in_and_come_out(torch):
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    assert isinstance(x, torch.Tensor) and x.dtype is torch.float32 and repr(x.dtype) == "torch.float32"
    assert x.shape == (2, 2) and repr(x.shape) == "torch.Size([2, 2])" and x.numel() == 4 and x.dim() == x.ndim == 2
    assert (x * 2 + 1).tolist() == [[3, 5], [7, 9]] and (1 - x).tolist() == [[0, -1], [-2, -3]]
    assert x.sum(dim=0).tolist() == torch.sum(x, dim=0).tolist() == [4, 6]
    assert x.sum(dim=1, keepdim=True).shape == (2, 1) and x.mean().item() == 2.5
    assert (x @ x).tolist() == [[7, 10], [15, 22]] and x[1, 0].item() == 3 and x.T.tolist() == [[1, 3], [2, 4]]
    assert np.array_equal(np.asarray(torch.exp(x * 0)), np.ones((2, 2), np.float32))
    assert torch.tensor([1, 2]).dtype is torch.int64 and torch.tensor([True]).dtype is torch.bool
    assert torch.ones(2, 3).shape == torch.ones((2, 3)).shape == torch.zeros(2, 3, dtype=torch.float64).shape == (2, 3)


def test_what_agrees_with_torch(torch):
    def body(torch, see):
        x = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
        y = (x * x + x).sum(1)
        see("x", x)
        see("y", y)
        see("shape", y.shape)
        see("number", y[0].item())
        with see.refusal("shapes that do not fit"):
            torch.ones(2, 3) @ torch.ones(2, 3)

    found = held_against_torch(torch, body)
    assert (found.outcome, found.differences) == ("agrees", ())
    assert found.dimensions["values"] == found.dimensions["dtype"] == found.dimensions["exceptions"] == "agrees"
    assert found.dimensions["graph"] == "not observed"


def test_what_the_engine_lacks_is_named(torch):
    for body, missing in (
        (lambda torch, see: see("x", torch.cdist(torch.ones(2, 2), torch.ones(2, 2))), "torch.cdist"),
        (lambda torch, see: see("x", torch.ones(2).logdet), "Tensor.logdet"),
        (lambda torch, see: see("x", torch.ones(2, names=("N",))), "the argument names of ones()"),
    ):
        def whole(torch, see, body=body, engine=torch):
            see("before", 1)
            if torch is engine:
                body(torch, see)

        found = held_against_torch(torch, whole)
        assert (found.outcome, found.message) == ("engine lacks it", missing)


@pytest.mark.parametrize("engine", ["tinygrad", "mygrad"])
def test_backward(engine):
    pytest.importorskip(engine, reason="the extra `engines`")

    def body(torch, see):
        x = torch.tensor([1.0, 2.0, 4.0], requires_grad=True)
        (x * x + 1 / x).sum().backward()
        see("x.grad", x.grad)

    found = held_against_torch(load(f"minitorch_compat.parity.adapters.{engine}:torch"), body)
    assert (found.outcome, found.dimensions["gradients"]) == ("agrees", "agrees")


def test_mygrad_begins_at_vectors_where_torch_refuses():
    pytest.importorskip("mygrad", reason="the extra `engines`")

    def body(torch, see):
        x = torch.tensor([1.0, 2.0], requires_grad=True)
        with see.refusal("y.backward()"):
            (x * 2).backward()

    found = held_against_torch(load("minitorch_compat.parity.adapters.mygrad:torch"), body)
    assert found.message == "exceptions: y.backward(): no error, where the reference gives RuntimeError"


def test_derivatives_of_functions():
    pytest.importorskip("autograd", reason="the extra `engines`")

    def body(torch, see):
        x, v = torch.tensor([1.0, 2.0]), torch.tensor([1.0, -1.0])

        def cubes(x):
            return (x * x * x).sum()

        see("x.grad", torch.func.grad(cubes)(x))
        see("hessian", torch.func.hessian(cubes)(x))
        see("jacobian", torch.func.jacrev(lambda x: x * x)(x))
        out, back = torch.func.vjp(lambda x: x * x, x)
        see("out", out)
        see("back", back(v))
        see("forward", torch.func.jvp(lambda x: x * x, (x,), (v,)))

    found = held_against_torch(load("minitorch_compat.parity.adapters.autograd:torch"), body)
    # torch's hessian lies across, and the first forward pass of a process makes torch warn of itself.
    assert {each.dimension for each in found.differences} <= {"shape and strides", "warnings"}
    assert found.dimensions["values"] == found.dimensions["gradients"] == "agrees"


def test_tinygrad_trains():
    pytest.importorskip("tinygrad", reason="the extra `engines`")
    torch = load("minitorch_compat.parity.adapters.tinygrad:torch")
    layer = torch.nn.Linear(1, 1)
    rule = torch.optim.SGD(layer.parameters(), lr=0.1)
    x = torch.tensor([[1.0], [2.0]])
    losses = []
    for _ in range(3):
        rule.zero_grad()
        loss = ((layer(x) - x * 2) ** 2).mean()
        loss.backward()
        rule.step()
        losses.append(loss.item())
    assert losses[2] < losses[0]
    with pytest.raises(NotImplementedError, match="groups of parameters"):
        torch.optim.SGD([{"params": list(layer.parameters())}], lr=0.1)


@pytest.mark.parametrize("absent", NAMES)
def test_without_the_package_one_line_says_how_to_get_it(absent, monkeypatch, capfd, tmp_path):
    adapter = f"minitorch_compat.parity.adapters.{absent}"
    monkeypatch.delitem(sys.modules, adapter, raising=False)
    monkeypatch.setitem(sys.modules, absent, None)
    with pytest.raises(NoEngine, match=rf'^{absent} is not installed; get it with: .*minitorch-compat\[engines\]'):
        load(f"{adapter}:torch")
    (tmp_path / f"{absent}.py").write_text(f"raise ModuleNotFoundError('No module', name={absent!r})\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    code = main(["run", "documents.sine", "--engine", f"{adapter}:torch", "--reference", "recorded:2.13", "--report",
                 str(tmp_path)])
    told = capfd.readouterr().err
    assert code == 2 and told.count("\n") == 1 and f"{absent} is not installed; get it with" in told


def test_every_shipped_name_is_registered():
    import tomllib

    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    points = project["entry-points"]["minitorch_compat.engines"]
    assert points == {name: f"minitorch_compat.parity.adapters.{name}:torch" for name in NAMES}
    for name, place in points.items():
        if find_spec(name) is not None:
            module, _, attribute = place.partition(":")
            assert getattr(importlib.import_module(module), attribute).__parity__.compare
