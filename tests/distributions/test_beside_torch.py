"""Distributions beside torch: draws and states bit for bit, everything computed within a stated distance."""

from __future__ import annotations

import importlib
import itertools
import warnings
from typing import Any

import numpy as np
import pytest

import minitorch_compat

real = pytest.importorskip("torch")

PARAMETERS = {
    "few": [0.3, 1.7, 4.2], "ones": [0.2, 0.5, 0.9], "logits": [-1.5, 0.0, 2.5],
    "rows": [[0.2, 0.3, 0.5], [0.6, 0.3, 0.1]],
}  # fmt: skip
DISTRIBUTIONS = """
    Normal(f,f) Normal(0.,1.) Normal(l,2.) LogNormal(l,o) Laplace(l,f) Laplace(0.,1.) Cauchy(l,f) Uniform(l,f+3)
    Uniform(0.,1.) Exponential(f) Exponential(0.5) Gamma(f,o) Gamma(0.4,2.) Chi2(f) StudentT(f) StudentT(f,l,o)
    FisherSnedecor(f,f+3) Beta(f,o) Beta(0.5,0.5) Dirichlet(r) Dirichlet(f) VonMises(l,f) Bernoulli(o)
    Bernoulli(logits=l) Bernoulli(0.3) Geometric(o) Geometric(logits=l) Categorical(r) Categorical(f)
    Categorical(logits=r) OneHotCategorical(r) OneHotCategorical(logits=l) OneHotCategoricalStraightThrough(r)
    Poisson(f) Poisson(20.) Binomial(10,o) Binomial(10,logits=l) Binomial(40,o) Multinomial(7,r)
    Multinomial(7,logits=r) NegativeBinomial(f,o) NegativeBinomial(3,logits=l) HalfNormal(f) HalfCauchy(f)
    Gumbel(l,f) Gumbel(0.,1.) Pareto(f,o) Weibull(f,f) InverseGamma(f,o) Kumaraswamy(f,o) RelaxedBernoulli(o[0],o)
    RelaxedBernoulli(f[0],logits=l) RelaxedOneHotCategorical(o[0],r) Independent(D.Normal(r,r),1)
    Independent(D.Bernoulli(r),2) MixtureSameFamily(D.Categorical(o),D.Normal(l,f))
    MixtureSameFamily(D.Categorical(r),D.Independent(D.Normal(q,q),1))
    TransformedDistribution(D.Normal(l,f),[D.ExpTransform(),D.AffineTransform(1.,o)])
    TransformedDistribution(D.Normal(l,f),D.SigmoidTransform())
    TransformedDistribution(D.Normal(l,f),D.TanhTransform())
    TransformedDistribution(D.Gumbel(l,f),[D.SoftplusTransform(),D.PowerTransform(2.)])
    TransformedDistribution(D.Normal(r,r),D.StickBreakingTransform()) MultivariateNormal(l,torch.diag(f)+0.1)
    MultivariateNormal(r,scale_tril=torch.diag(f)) MultivariateNormal(r,precision_matrix=torch.diag(f)+0.1)
    ContinuousBernoulli(o) ContinuousBernoulli(logits=l) ContinuousBernoulli(0.3) ContinuousBernoulli(o,lims=(.1,.95))
    GeneralizedPareto(l,f,o/3) GeneralizedPareto(l,f,l) GeneralizedPareto(0.,2.,0.) GeneralizedPareto(l,f,f)
    LKJCholesky(3) LKJCholesky(3,f) LKJCholesky(2,0.5) LKJCholesky(5,f) LowRankMultivariateNormal(l,q[0],f)
    LowRankMultivariateNormal(r,q[0,:,:1],o) LowRankMultivariateNormal(l,q,f) Wishart(4.,torch.diag(f)+0.1)
    Wishart(f+2.5,torch.diag(f)+0.1) Wishart(f+4,scale_tril=torch.diag(f))
    Wishart(5.,precision_matrix=torch.diag(f)+0.1) Wishart(6,torch.diag(f)+0.1)
"""
WHAT = (
    "d", "d.mean", "d.mode", "d.variance", "d.stddev", "d.batch_shape", "d.event_shape", "d.support", "d.sample()",
    "d.sample((5,))", "d.sample((3,7))", "d.rsample()", "d.rsample((20,))", "d.has_rsample", "d.entropy()",
    "d.perplexity()", "d.log_prob(d.sample((4,)))", "d.cdf(d.sample((4,)))", "d.icdf(o)", "d.enumerate_support()",
    "d.enumerate_support(False)", "d.expand((2,2,3))", "d.expand((2,2,3)).sample()", "d.has_enumerate_support",
    "d.expand((4,2)).log_prob(d.expand((4,2)).sample())", "d.log_prob(torch.tensor(float('nan')))", "d.log_prob(1.)",
    "d.log_prob(torch.full((9,), -3.5))", "d.sample_n(2)", "d.param_shape", "d.probs", "d.logits",
    "type(d).arg_constraints",
)  # fmt: skip

SPECIAL = {
    "ContinuousBernoulli": ("d.cdf(o)", "d.cdf(1-o)", "d._natural_params[0]", "d._log_normalizer(l)"),
    "GeneralizedPareto": ("d.log_cdf(d.sample((4,)))", "d.log_survival_function(d.sample((4,)))", "d.support.check(o)"),
    "LKJCholesky": ("d.log_prob(torch.eye(3))", "d.log_prob(torch.eye(5).expand(3, 5, 5))"),
    "LowRankMultivariateNormal": ("d.scale_tril", "d.covariance_matrix", "d.precision_matrix", "d.log_prob(o)"),
    "Wishart": ("d.scale_tril", "d.covariance_matrix", "d.precision_matrix", "d.log_prob(torch.eye(3))",
                "d._natural_params[0]", "d._natural_params[1]", "d.rsample((2,),3)", "d.rsample(max_try_correction=1)"),
}  # fmt: skip
"""What is asked of these alone."""


def outcome(torch: Any, program: str, dtype: str) -> Any:
    """The value, or the error; warnings; and the generator's state."""
    torch.default_generator.manual_seed(9)  # torch.manual_seed writes down the stack for each device
    scope = {"torch": torch, "D": torch.distributions}
    f, o, m, r = (torch.tensor(each, dtype=getattr(torch, dtype)) for each in PARAMETERS.values())
    scope |= {"f": f, "o": o, "l": m, "r": r, "q": torch.stack([r, r + 1, r * 2], -1)}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            value = eval(program, scope)
        except Exception as error:
            value = type(error).__name__, clean(error)
    if isinstance(value, torch.Tensor):
        value = (str(value.dtype), tuple(value.shape), value.detach().numpy())
    elif not isinstance(value, tuple) or isinstance(value, torch.Size):
        value = clean(value)
    return value, [clean(each.message) for each in caught], torch.get_rng_state().numpy().tobytes()


def clean(value: object) -> str:
    return str(value).replace("minitorch_compat", "torch").partition(" at 0x")[0].partition(" (Triggered")[0]


def apart(first: Any, second: Any, bitwise: bool, distance: float) -> bool:
    if isinstance(first, tuple) and len(first) == 3 and isinstance(second, tuple) and len(second) == 3:
        if first[:2] != second[:2]:
            return True
        if bitwise:
            return first[2].tobytes() != second[2].tobytes()
        eps = np.finfo(first[2].dtype).eps if first[2].dtype.kind == "f" else 0
        return not np.allclose(first[2], second[2], rtol=distance * eps, atol=distance * eps, equal_nan=True)
    return bool(first != second)


def squared(value: Any) -> Any:
    """Numbers squared with their signs; anything else as it is."""
    if isinstance(value, tuple) and len(value) == 3 and isinstance(value[2], np.ndarray):
        return (*value[:2], value[2] * np.abs(value[2]))
    return value


FLOATING = {
    "LogNormal", "Gumbel", "Pareto", "Weibull", "InverseGamma", "Kumaraswamy", "VonMises", "TransformedDistribution",
    "RelaxedBernoulli", "RelaxedOneHotCategorical", "Laplace", "Geometric", "StudentT", "MultivariateNormal",
    "ContinuousBernoulli", "GeneralizedPareto", "LKJCholesky", "LowRankMultivariateNormal", "Wishart",
}  # fmt: skip
"""Whose draws pass through powers, logarithms, exponentials and products: near torch's, and not always the same."""


def differing(distributions: list[str], what: tuple[str, ...], dtype: str) -> list[str]:
    found = []
    for distribution, each in itertools.product(distributions, what):
        program = each.replace("d", f"D.{distribution}", 1) if each == "d" or each.startswith("d.") else each
        program = program.replace("type(d)", f"type(D.{distribution})").replace("(d.", f"(D.{distribution}.")
        first, second = (outcome(side, program, dtype) for side in (real, minitorch_compat))
        bitwise = "sample" in each and "prob" not in each and "cdf" not in each
        bitwise = bitwise and distribution.partition("(")[0] not in FLOATING
        if distribution.startswith("LKJ") and "sample" in each:
            # The diagonal is the root of what rounding leaves of one: its square is as exact as the other elements are.
            first, second = ((squared(side[0]), *side[1:]) for side in (first, second))
        if first[1:] != second[1:] or apart(first[0], second[0], bitwise, 40 if dtype == "float32" else 400):
            found.append(f"{program} ({dtype}): {second[:2]} where torch gives {first[:2]}")
    return found


@pytest.mark.parametrize("distribution", DISTRIBUTIONS.split())
def test_distribution(distribution: str) -> None:
    what = WHAT + SPECIAL.get(distribution.partition("(")[0], ())
    assert differing([distribution], what, "float32") == []
    assert differing([distribution], ("d.sample((3,7))", "d.log_prob(d.sample((4,)))", "d.entropy()"), "float64") == []


REFUSED = """
    Normal(l,-f) Normal(float('nan')*f,f) Normal('a',1.) Uniform(f,l) Bernoulli(f) Bernoulli() Bernoulli(o,o)
    Categorical(torch.tensor(.5)) Categorical(logits=torch.tensor(.5)) Categorical(-r) Dirichlet(torch.tensor(1.))
    Dirichlet(-r) Gamma(-1.,1.) Beta(o,-o) Exponential(-f) Poisson(-f) Binomial(-1,o) Geometric(0*o)
    Multinomial(o,r) Multinomial(3,-r) StudentT(-f) Independent(D.Normal(l,f),2)
    MixtureSameFamily(D.Normal(l,f),D.Normal(l,f)) MixtureSameFamily(D.Categorical(f),3)
    MixtureSameFamily(D.Categorical(r[:,:2]),D.Normal(l,f)) TransformedDistribution(D.Normal(l,f),3)
    TransformedDistribution(D.Normal(l,f),[3]) NegativeBinomial(f,o+1) Normal(l,f,validate_args=False).log_prob(1.)
    Normal(l,-f,validate_args=False) RelaxedBernoulli(f[0],f) Uniform(0.,1.).log_prob(torch.tensor([0.5,1.5]))
    Exponential(f).log_prob(-f) Bernoulli(o).log_prob(f) Categorical(r).log_prob(torch.tensor([5,1]))
    OneHotCategorical(r).log_prob(r) Dirichlet(r).log_prob(r*2)
    Distribution.set_default_validate_args(3) kl_divergence(D.Normal(l,f),D.Categorical(r)) kl_divergence(1,2)
    register_kl(int,D.Normal) constraints.dependent.check(l) constraints.real.check(l)
    AffineTransform(0.,1.,cache_size=2) MultivariateNormal(l) MultivariateNormal(torch.tensor(1.),r)
    MultivariateNormal(l,torch.diag(-f)) MultivariateNormal(l,f) MultivariateNormal(l,scale_tril=torch.diag(-f))
    ContinuousBernoulli() ContinuousBernoulli(o,l) ContinuousBernoulli(f,validate_args=True)
    ContinuousBernoulli(f,validate_args=False) ContinuousBernoulli(logits=l/0) ContinuousBernoulli('a')
    ContinuousBernoulli(o).log_prob(f) GeneralizedPareto(l,-f,f) GeneralizedPareto('a',1.,.1)
    GeneralizedPareto(f,f,l).log_prob(f*10) GeneralizedPareto(0.,1.,.1).icdf(.5) LKJCholesky(1) LKJCholesky(3.)
    LKJCholesky('a') LKJCholesky(3,-1.) LKJCholesky(3,l) LKJCholesky(3).log_prob(torch.eye(2))
    LKJCholesky(3,f).rsample()
    LKJCholesky(3).log_prob(2*torch.eye(3)) LowRankMultivariateNormal(f[0],q[0],f)
    LowRankMultivariateNormal(f,f,f) LowRankMultivariateNormal(f,q[0,:2],f) LowRankMultivariateNormal(f,q[0],f[:2])
    LowRankMultivariateNormal(f,q[0],-f) LowRankMultivariateNormal(r,torch.zeros(5,3,2),f)
    LowRankMultivariateNormal(.5,q[0],f) LowRankMultivariateNormal(l,q[0],f).log_prob(l/0) Wishart(5.) Wishart(5.,r,r)
    Wishart(5.,f) Wishart(2.,torch.diag(f)) Wishart(f,torch.diag(f)) Wishart(5.,-torch.diag(f)) Wishart('a',r)
    Wishart(5.,scale_tril=-torch.diag(f)) Wishart(5.,precision_matrix=r) Wishart(float('nan'),torch.diag(f))
    Wishart(5.,torch.diag(f)).log_prob(-torch.diag(f))
    Wishart(5.,torch.diag(f).requires_grad_()).rsample((6,)).sum().backward()
    ExponentialFamily().entropy() Distribution(validate_args=False).entropy()
    kl_divergence(D.LowRankMultivariateNormal(l,q[0],f),D.LowRankMultivariateNormal(l[:2],q[0,:2],f[:2]))
    kl_divergence(D.LowRankMultivariateNormal(l,q[0],f),D.MultivariateNormal(l[:2],torch.eye(2)))
    kl_divergence(D.MultivariateNormal(l[:2],torch.eye(2)),D.LowRankMultivariateNormal(l,q[0],f))
    kl_divergence(D.MultivariateNormal(l[:2],torch.eye(2)),D.MultivariateNormal(l,torch.eye(3)))
"""


@pytest.mark.parametrize("program", REFUSED.split())
def test_refusal(program: str) -> None:
    first, second = (outcome(side, f"D.{program}", "float32") for side in (real, minitorch_compat))
    assert str(second) == str(first)


PAIRS = """
    Normal(l,f)|Normal(o,o) Bernoulli(o)|Bernoulli(logits=l) Bernoulli(o)|Poisson(f) Beta(f,o)|Beta(o,f)
    Binomial(5,o)|Binomial(7,logits=l) Categorical(r)|Categorical(logits=r)
    OneHotCategorical(r)|OneHotCategorical(f) Cauchy(l,f)|Cauchy(o,o) Dirichlet(r)|Dirichlet(f)
    Exponential(f)|Exponential(o) Gamma(f,o)|Gamma(o,f) Gumbel(l,f)|Gumbel(o,o) Geometric(o)|Geometric(logits=l)
    HalfNormal(f)|HalfNormal(o) Laplace(l,f)|Laplace(o,o) Pareto(f,o)|Pareto(o,f) Poisson(f)|Poisson(o)
    Uniform(l,f+3)|Uniform(l-1,f+4) Uniform(l-1,f+4)|Uniform(l,f+3) Normal(l,f)|Gumbel(o,o) Normal(l,f)|Laplace(o,o)
    Laplace(l,f)|Normal(o,o) Exponential(f)|Normal(o,o) Exponential(f)|Gamma(o,f) Uniform(l,f+3)|Normal(o,o)
    Normal(l,f)|Uniform(l,f+3) Gamma(f,o)|Beta(f,o) LogNormal(l,f)|LogNormal(o,o) Poisson(f)|Binomial(5,o)
    Chi2(f)|Gamma(f,o) Exponential(f)|Uniform(l,f+3) Independent(D.Normal(l,f),1)|Independent(D.Normal(o,o),1)
    Independent(D.Normal(l,f),1)|Normal(l,f)
    MultivariateNormal(l,torch.diag(f)+0.1)|MultivariateNormal(f,scale_tril=torch.diag(f))
"""


@pytest.mark.parametrize("pair", PAIRS.split())
def test_divergence(pair: str) -> None:
    p, q = pair.split("|")
    program = f"D.kl_divergence(D.{p}, D.{q})"
    first, second = (outcome(side, program, "float64") for side in (real, minitorch_compat))
    assert not apart(first[0], second[0], False, 100), (first[0], second[0])


OF_EACH = """
    Bernoulli(o) Beta(f,o) Binomial(5,o) Categorical(r) Cauchy(l,f) Chi2(f) ContinuousBernoulli(o) Dirichlet(r)
    Exponential(f) FisherSnedecor(f,f+3) Gamma(f,o) GeneralizedPareto(l,f,o) Geometric(o) Gumbel(l,f) HalfCauchy(f)
    HalfNormal(f) Independent(D.Normal(r,r),1) InverseGamma(f,o) Kumaraswamy(f,o) LKJCholesky(3) Laplace(l,f)
    LogNormal(l,f) LogisticNormal(l,f) LowRankMultivariateNormal(l,q[0],f)
    MixtureSameFamily(D.Categorical(o),D.Normal(l,f)) Multinomial(7,r) MultivariateNormal(l,torch.diag(f)+0.1)
    NegativeBinomial(f,o) Normal(l,f) OneHotCategorical(r) OneHotCategoricalStraightThrough(r) Pareto(f,f) Poisson(f)
    RelaxedBernoulli(o[0],o) RelaxedOneHotCategorical(o[0],r) StudentT(f)
    TransformedDistribution(D.Normal(l,f),D.ExpTransform()) Uniform(l,f+3) VonMises(l,f) Weibull(f,f)
    Wishart(5.,torch.diag(f)+0.1)
""".split()  # noqa: SIM905
"""One of each, with parameters on both sides of where a divergence ends."""
OTHERS = {
    "Beta": "Beta(o,f)", "Gamma": "Gamma(o,f)", "Normal": "Normal(o,o)", "Uniform": "Uniform(l-1,f+4)",
    "Pareto": "Pareto(o,f)", "ContinuousBernoulli": "ContinuousBernoulli(logits=l)", "Wishart":
    "Wishart(f+4,scale_tril=torch.diag(f))", "LowRankMultivariateNormal": "LowRankMultivariateNormal(f,q[0,:,:1],o)",
    "MultivariateNormal": "MultivariateNormal(f,scale_tril=torch.diag(f))", "Exponential": "Exponential(o)",
    "Gumbel": "Gumbel(o,o)", "Laplace": "Laplace(o,o)", "Dirichlet": "Dirichlet(f)", "Poisson": "Poisson(o)",
    "Bernoulli": "Bernoulli(torch.tensor([0.,1.,0.5]).to(o))",
    "Categorical": "Categorical(torch.tensor([0.,1.,3.]).to(o))",
}  # fmt: skip
SMALL_UNIFORM = "Uniform(o/4,o/2)"  # inside of all supports


def test_every_distribution_of_torch_is_here() -> None:
    classes = {name for name in real.distributions.__all__
               if isinstance(getattr(real.distributions, name), type)
               and issubclass(getattr(real.distributions, name), real.distributions.Distribution)}  # fmt: skip
    assert classes - {each.partition("(")[0] for each in OF_EACH} == {"Distribution", "ExponentialFamily"}
    for room in ("", ".transforms", ".constraints", ".kl", ".utils", ".constraint_registry"):
        theirs = importlib.import_module(f"torch.distributions{room}")
        ours = importlib.import_module(f"minitorch_compat.distributions{room}")
        names = getattr(theirs, "__all__", ())
        assert [each for each in names if not hasattr(ours, each)] == []


def _divergences_apart(pairs: Any, distance: float) -> list[str]:
    found = []
    for p, q in pairs:
        program = f"D.kl_divergence(D.{p}, D.{q})"
        first, second = (outcome(side, program, "float64") for side in (real, minitorch_compat))
        if first[1:] != second[1:] or apart(first[0], second[0], False, distance):
            found.append(f"{p} {q}: {second[:2]} where torch gives {first[:2]}")
    return found


@pytest.mark.parametrize("p", OF_EACH)
def test_divergence_from_each_to_each(p: str) -> None:
    """Numbers, refusals and warnings: a registered pair, one that is inherited, an ambiguous one and none."""
    assert _divergences_apart(((p, q) for q in OF_EACH), 100) == []


def test_divergences_of_the_table_elsewhere() -> None:
    """Every pair of torch's table is in ours, and agrees for other parameters too."""
    tables = [{tuple(each.__name__ for each in pair) for pair in table} for table in (
        real.distributions.kl._KL_REGISTRY, minitorch_compat.distributions.kl._REGISTERED)]  # fmt: skip
    assert tables[0] == tables[1]
    given = {each.partition("(")[0]: each for each in OF_EACH}
    pairs = []
    for p, q in tables[0]:
        if "ExponentialFamily" in (p, q):
            continue
        others = (OTHERS.get(p, given[p]), OTHERS.get(q, given[q]))
        pairs += [others, (others[0], given[q]), (given[p], others[1])]
        pairs += [(SMALL_UNIFORM, each) for each in (given[q], others[1]) if p == "Uniform"]
        pairs += [(each, SMALL_UNIFORM) for each in (given[p], others[0]) if q == "Uniform"]
    pairs += [(OTHERS[each], given[each]) for each in ("Wishart", "Poisson", "ContinuousBernoulli")]
    assert _divergences_apart(pairs, 100) == []


@pytest.mark.parametrize("draw", [
    "Normal(f,o)", "Gamma(f,o)", "Beta(f,o)", "Dirichlet(r)", "StudentT(f,l,o)", "Gumbel(l,f)", "Weibull(f,o)",
    "LogNormal(l,o)", "Laplace(l,f)", "RelaxedBernoulli(o[0],o)", "ContinuousBernoulli(o)", "GeneralizedPareto(l,f,o)",
    "LowRankMultivariateNormal(l,r.T,f)",
    "Wishart(f+3,scale_tril=D.transform_to(D.constraints.lower_cholesky)(r.T@r)).rsample((6,),0)",
])  # fmt: skip
@pytest.mark.filterwarnings("ignore:Singular sample detected")
def test_gradients_of_draws(draw: str) -> None:
    found = []
    for torch in (real, minitorch_compat):
        side: Any = torch
        side.manual_seed(3)
        f, o, m, r = (side.tensor(each, dtype=side.float64, requires_grad=True) for each in PARAMETERS.values())
        program = draw if ".rsample" in draw else f"{draw}.rsample((6,))"
        drawn = eval(f"D.{program}", {"D": side.distributions, "f": f, "o": o, "l": m, "r": r})
        (drawn * drawn).sum().backward()
        found.append([None if each.grad is None else each.grad.numpy() for each in (f, o, m, r)])
    for expected, got in zip(*found, strict=True):
        assert (expected is None) == (got is None)
        if expected is not None:
            # torch's own approximation of how a gamma follows its shape is good to three digits.
            gamma = draw.startswith(("Gamma", "Beta", "Dirichlet", "StudentT", "Wishart"))
            np.testing.assert_allclose(got, expected, rtol=2e-3 if gamma else 1e-12)

