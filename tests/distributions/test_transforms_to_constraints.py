"""Transforms to constraints, and what is made of them, beside torch: numbers, texts and refusals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import minitorch_compat
import minitorch_compat.distributions

torch = pytest.importorskip("torch")


def same(call: Callable[[Any, Any], Any]) -> None:
    """Assert that a call shows the same on both: texts to the character, numbers to a few units in the last place."""
    seen = []
    for t in (torch, minitorch_compat):
        t.manual_seed(0)
        try:
            made = call(t, t.distributions)
        except Exception as error:
            made = f"{type(error).__name__}: {error}"
        parts = made if isinstance(made, list) else [made]
        seen.append([each.detach().numpy() if isinstance(each, t.Tensor) else str(each) for each in parts])
    expected, actual = seen
    assert len(actual) == len(expected)
    for one, other in zip(expected, actual, strict=True):
        if isinstance(one, str):
            assert str(other).replace("minitorch_compat", "torch") == one
        else:
            np.testing.assert_allclose(other, one, 1e-6, 1e-6)


CONSTRAINTS: dict[str, Callable[[Any], Any]] = {
    "real": lambda c: c.real, "positive": lambda c: c.positive, "above": lambda c: c.greater_than(2.0),
    "from": lambda c: c.greater_than_eq(1.0), "below": lambda c: c.less_than(3.0), "unit": lambda c: c.unit_interval,
    "interval": lambda c: c.interval(-1.0, 2.0), "half open": lambda c: c.half_open_interval(0.0, 1.0),
    "simplex": lambda c: c.simplex, "triangle": lambda c: c.lower_cholesky, "definite": lambda c: c.positive_definite,
    "vector": lambda c: c.real_vector, "independent": lambda c: c.independent(c.positive, 1),
    "boolean": lambda c: c.boolean, "dependent": lambda c: c.dependent, "square": lambda c: c.square, "3": lambda c: 3,
}  # fmt: skip


@pytest.mark.parametrize("name", CONSTRAINTS)
@pytest.mark.parametrize("registry", ["biject_to", "transform_to"])
def test_what_leads_to_a_constraint(registry: str, name: str) -> None:
    def call(t: Any, D: Any) -> Any:
        transform = getattr(D, registry)(CONSTRAINTS[name](D.constraints))
        x = t.randn(3, 3, dtype=t.float64)
        y = transform(x)
        return [transform, y, transform.inv(y), transform.bijective, transform.domain, transform.codomain]

    same(call)


def test_own_constraints() -> None:
    def call(t: Any, D: Any) -> Any:
        class Own(D.constraints.Constraint):  # type: ignore[name-defined, misc]
            """A constraint."""

        registry = type(D.biject_to)()

        @registry.register(Own)
        def factory(constraint: Any) -> Any:
            return D.ExpTransform()

        return [registry(Own()), type(D.transform_to).__name__]

    same(call)
    same(lambda t, D: D.biject_to.register(3, lambda constraint: constraint))


def test_reshaped_and_cumulative() -> None:
    def reshaped(t: Any, D: Any) -> Any:
        transform = D.ReshapeTransform((2, 3), (6,))
        x = t.randn(4, 2, 3)
        y = transform(x)
        return [transform, y, transform.inv(y), transform.log_abs_det_jacobian(x, y), transform.domain,
                transform.codomain, transform.forward_shape((5, 2, 3)), transform.inverse_shape((5, 6)),
                transform == D.ReshapeTransform((2, 3), (6,))]  # fmt: skip

    def cumulative(t: Any, D: Any) -> Any:
        transform = D.CumulativeDistributionTransform(D.Normal(0.5, 2.0))
        x = t.randn(4)
        y = transform(x)
        return [transform, y, transform.inv(y), transform.log_abs_det_jacobian(x, y), transform.sign, transform.domain]

    same(reshaped)
    same(cumulative)
    same(lambda t, D: D.ReshapeTransform((2, 3), (5,)))
    for shape in ((3,), (3, 3)):
        same(lambda t, D, s=shape: D.ReshapeTransform((2, 3), (6,)).forward_shape(t.Size(s)))
    same(lambda t, D: D.ReshapeTransform((2, 3), (6,)).inverse_shape(t.Size((3,))))
    same(lambda t, D: D.PositiveDefiniteTransform().log_abs_det_jacobian(t.eye(2), t.eye(2)))


def test_logistic_normal() -> None:
    def call(t: Any, D: Any) -> Any:
        made = D.LogisticNormal(t.zeros(2, 3), t.tensor([0.5, 1.0, 2.0]))
        drawn = made.sample((4,))
        return [made, drawn, made.log_prob(drawn), made.loc, made.scale, made.event_shape, made.batch_shape,
                made.expand((5, 2)).sample(), t.rand(1)]  # fmt: skip

    same(call)
    same(lambda t, D: [D.LogisticNormal(0.0, 1.0).batch_shape, D.LogisticNormal(0.0, 1.0).sample()])
    same(lambda t, D: D.LogisticNormal(t.zeros(3), -t.ones(3)))
