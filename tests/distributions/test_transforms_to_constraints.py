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
    "correlation": lambda c: c.corr_cholesky, "semidefinite": lambda c: c.positive_semidefinite,
    "one after another": lambda c: c.cat([c.positive, c.simplex, c.real], -2, [1, 1, 1]),
    "beside": lambda c: c.stack([c.unit_interval, c.less_than(1.0), c.real], 1),
    "beside one another last": lambda c: c.stack([c.unit_interval, c.positive, c.real], -1),
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


PARTS = {
    "exp": "D.ExpTransform()", "identity": "D.identity_transform", "abs": "D.AbsTransform()",
    "sigmoid": "D.SigmoidTransform()", "sticks": "D.StickBreakingTransform()", "softmax": "D.SoftmaxTransform()",
}  # fmt: skip
TOGETHER = """
    CatTransform([exp,identity],0,[1,3]) CatTransform([exp,identity],-2,[2,3]) CatTransform([exp],1,[5])
    CatTransform([exp,abs],0,[1,3]) CatTransform([exp,softmax],0,[1,3]) CatTransform([exp,identity],0,[1,2])
    CatTransform([exp,identity],7,[1,2]) CatTransform([exp,identity]) CatTransform([3]) CatTransform([])
    CatTransform([exp],0,[1,2]) CatTransform([exp,identity],-1,[1,2],1) CatTransform([sticks,sticks],0,[2,2])
    CatTransform([exp,sticks],0,[2,2]) StackTransform([exp]*4,0) StackTransform([exp,identity,sigmoid],-1)
    StackTransform([exp,abs],0) StackTransform([exp]*4,8) StackTransform([3]) StackTransform([])
    StackTransform([exp,sigmoid,identity],2,1) StackTransform([sticks]*4,0) StackTransform([exp,softmax,sigmoid],-1)
""".split()  # noqa: SIM905
ASKED = """
    m m(x) m.inv(x.abs()/9) m.inv(m(x)) m.log_abs_det_jacobian(x,m(x)) m.log_abs_det_jacobian(x[:3],x[:,:2])
    m.log_abs_det_jacobian(x,x[...,:2]) m.bijective m.domain m.codomain m.domain.event_dim m.codomain.is_discrete
    m.domain.check(x) m.codomain.check(m(x)) m.event_dim m.sign m.length m.lengths m.dim m._cache_size
    m.with_cache(1)._cache_size m.with_cache(1).transforms[0]._cache_size m.with_cache(0) m==m m.inv m.inv.inv
    m.forward_shape((2,3)) m.inverse_shape((2,3)) hash(m)
""".split()  # noqa: SIM905


@pytest.mark.parametrize("transform", TOGETHER)
def test_several_transforms_of_one_tensor(transform: str) -> None:
    for asked in ASKED:
        def call(t: Any, D: Any, asked: str = asked) -> Any:
            parts = {name: eval(text, {"D": D}) for name, text in PARTS.items()}
            scope = {"t": t, "D": D, "x": t.randn(4, 5, 3, dtype=t.float64), **parts}
            scope["m"] = eval("D." + transform, scope)
            return eval(asked, scope)

        same(call)


CORRELATIONS = """
    m m(x) m.inv(m(x)) m.log_abs_det_jacobian(x,m(x)) m(x[0,0,:1]) m(x[0,0,:2]) m(x[0,0,:0]) m(x[0,0,0]) m.sign
    m.inv(t.eye(3)) m.inv(t.eye(3)[:2]) m.forward_shape((2,)) m.forward_shape((2,3)) m.forward_shape(())
    m.inverse_shape((2,3)) m.inverse_shape((3,)) m.inverse_shape((7,3,3)) m.event_dim m.bijective m.domain m.codomain
    m.codomain.check(m(x)) m==D.CorrCholeskyTransform() m.with_cache() m(x.float()*50) m(t.full((6,),-9.))
    D.constraints.corr_cholesky.check(t.eye(3)*(1+2e-6)) D.constraints.corr_cholesky.check(t.eye(3)*(1+5e-6))
    D.constraints.corr_cholesky.check(t.eye(3)[:2]) D.constraints.corr_cholesky.check(t.eye(3)[0])
    D.constraints.positive_semidefinite.check(t.ones(2,2)) D.constraints.positive_semidefinite.check(-t.eye(2))
    D.constraints.positive_semidefinite.check(t.zeros(4,2,2)) D.constraints.positive_semidefinite.check(x)
    D.constraints.cat([3]) D.constraints.stack([3]) D.constraints.cat([D.constraints.real],0,[1,2])
    D.constraints.cat([]).event_dim D.constraints.cat([D.constraints.boolean,D.constraints.real]).is_discrete
    D.constraints.cat([D.constraints.real],5,[1]).check(x) D.constraints.stack([D.constraints.real],-4).check(x)
    D.constraints.stack([D.constraints.positive]*2,1).check(x) D.biject_to(D.constraints.positive_semidefinite)
""".split()  # noqa: SIM905


@pytest.mark.parametrize("asked", CORRELATIONS)
def test_correlations_and_their_constraints(asked: str) -> None:
    def call(t: Any, D: Any) -> Any:
        return eval(asked, {"t": t, "D": D, "m": D.CorrCholeskyTransform(), "x": t.randn(4, 5, 3, dtype=t.float64)})

    same(call)


@pytest.mark.parametrize("diag", range(-4, 4))
def test_triangles_as_vectors(diag: int) -> None:
    for length in range(13):
        same(lambda t, D, n=length: D.utils.vec_to_tril_matrix(t.arange(1.0, n + 1), diag))
        same(lambda t, D, n=length: D.utils.vec_to_tril_matrix(t.arange(1.0, 2 * n + 1).view(2, n), diag))
    same(lambda t, D: D.utils.tril_matrix_to_vec(t.arange(18.0).view(2, 3, 3), diag))
    same(lambda t, D: D.utils.vec_to_tril_matrix(t.arange(3), diag))
