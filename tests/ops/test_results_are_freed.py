"""No declaration makes a cycle: its results, their steps and its inputs go with the last name for them."""
import gc
import weakref
from collections.abc import Iterator
from typing import Any

import pytest
from samples import SAMPLES, draw
from test_derivatives import function_of

import minitorch_compat as torch


@pytest.fixture(autouse=True)
def without_the_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def steps(result: Any) -> list[Any]:
    """All steps behind a result, but for the accumulators of leaves."""
    found: dict[int, Any] = {}
    stack = [result.grad_fn]
    while stack:
        node = stack.pop()
        if node is not None and id(node) not in found and not hasattr(node, "variable"):
            found[id(node)] = node
            stack.extend(following for following, _ in node.next_functions)
    return list(found.values())


@pytest.mark.filterwarnings("ignore:index_reduce")
@pytest.mark.filterwarnings("ignore:torch.(cholesky|triangular_solve) is deprecated")
@pytest.mark.parametrize("create_graph", [False, True])
def test_every_declaration_lets_go_of_its_results(create_graph: bool) -> None:
    kept = []
    for expression, samples in SAMPLES.items():
        inputs = [torch.tensor(draw(each, place, False)).requires_grad_() for place, each in enumerate(samples)]
        made = function_of(expression)(*inputs)
        results = [each for each in (made if isinstance(made, (tuple, list)) else (made,)) if each.requires_grad]
        references = [weakref.ref(each) for result in results for each in (result, *steps(result))]
        if create_graph:
            loss = sum((each.abs() ** 2).sum() for each in results)
            gradients = torch.autograd.grad(loss, inputs, create_graph=True, allow_unused=True)
            references += [weakref.ref(each) for each in gradients if each is not None]
            del loss, gradients
        references += [weakref.ref(each) for each in inputs]
        del made, results, inputs
        if any(each() is not None for each in references):
            kept.append(expression)
    assert not kept
