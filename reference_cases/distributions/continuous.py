"""Distributions of real numbers."""
from minitorch_compat.parity import Bound, chapter

case = chapter("distributions.continuous")

WHY = "logarithms and gamma functions of other libraries"
SINGLE = {name: Bound(WHY, 1e-6, 1e-6) for name in ("log_prob", "entropy", "mean", "variance", "drawn")}
DOUBLE = {name: Bound(WHY, 1e-13, 1e-13) for name in ("log_prob", "entropy", "mean", "variance")}


def tell(see, distribution):
    """Everything about a distribution that is defined for it."""
    see("shown", repr(distribution))
    see("shapes", [list(distribution.batch_shape), list(distribution.event_shape)])
    drawn = distribution.sample((3,))
    see("drawn", drawn)
    see.stream()
    see("log_prob", distribution.log_prob(drawn))
    see("entropy", distribution.entropy())
    see("mean", distribution.mean)
    see("variance", distribution.variance)


@case(tolerance=SINGLE)
def normal(torch, see):
    """Normal: what it is, draws, and how likely they are."""
    torch.manual_seed(1)
    d = torch.distributions
    p = torch.tensor([0.5, 1.0, 3.0])
    tell(see, d.Normal(p, 2 * p))


@case(tolerance=SINGLE)
def normal_of_numbers(torch, see):
    """Normal from numbers has no batch: what it is, draws, and how likely they are."""
    torch.manual_seed(1)
    d = torch.distributions
    tell(see, d.Normal(0.0, 1.0))


@case(tolerance=SINGLE)
def uniform(torch, see):
    """Uniform: what it is, draws, and how likely they are."""
    torch.manual_seed(1)
    d = torch.distributions
    p = torch.tensor([0.5, 1.0, 3.0])
    tell(see, d.Uniform(p, p + 2))


@case(tolerance=SINGLE)
def exponential(torch, see):
    """Exponential: what it is, draws, and how likely they are."""
    torch.manual_seed(1)
    d = torch.distributions
    p = torch.tensor([0.5, 1.0, 3.0])
    tell(see, d.Exponential(p))


@case(tolerance=DOUBLE)
def gamma(torch, see):
    """Gamma: what it is, draws, and how likely they are."""
    torch.manual_seed(1)
    d = torch.distributions
    p = torch.tensor([0.5, 1.0, 3.0], dtype=torch.float64)
    tell(see, d.Gamma(p, p))


@case(tolerance=DOUBLE)
def beta(torch, see):
    """Beta: what it is, draws, and how likely they are."""
    torch.manual_seed(1)
    d = torch.distributions
    p = torch.tensor([0.5, 1.0, 3.0], dtype=torch.float64)
    tell(see, d.Beta(p, 2 * p))


@case(tolerance=DOUBLE)
def dirichlet(torch, see):
    """Dirichlet: what it is, draws, and how likely they are."""
    torch.manual_seed(1)
    d = torch.distributions
    p = torch.tensor([[0.5, 1.0, 3.0], [1.0, 1.0, 1.0]], dtype=torch.float64)
    tell(see, d.Dirichlet(p))


@case(tolerance=SINGLE)
def laplace(torch, see):
    """Laplace: what it is, draws, and how likely they are."""
    torch.manual_seed(1)
    d = torch.distributions
    p = torch.tensor([0.5, 1.0, 3.0])
    tell(see, d.Laplace(p, p))


@case(tolerance=SINGLE)
def cauchy(torch, see):
    """Cauchy: what it is, draws, and how likely they are."""
    torch.manual_seed(1)
    d = torch.distributions
    p = torch.tensor([0.5, 1.0, 3.0])
    tell(see, d.Cauchy(p, p))


@case(tolerance=DOUBLE)
def student_t(torch, see):
    """StudentT: what it is, draws, and how likely they are."""
    torch.manual_seed(1)
    d = torch.distributions
    p = torch.tensor([0.5, 1.5, 3.0], dtype=torch.float64)
    tell(see, d.StudentT(p, p, p))
