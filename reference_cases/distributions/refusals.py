"""What distributions refuse, and how."""
from minitorch_compat.parity import chapter

case = chapter("distributions.refusals")


@case()
def parameters_outside(torch, see):
    """A parameter outside of its constraint is shown whole."""
    for name, arguments in (
        ("Normal", (torch.zeros(2), torch.tensor([1.0, -1.0]))), ("Exponential", (torch.tensor(-1.0),)),
        ("Bernoulli", (torch.tensor([0.5, 1.5]),)), ("Uniform", (torch.ones(2), torch.zeros(2))),
        ("Categorical", (torch.tensor([-1.0, 2.0]),)), ("Gamma", (-1.0, 1.0)),
    ):
        with see.refusal(name):
            getattr(torch.distributions, name)(*arguments)


@case()
def values_outside(torch, see):
    """A value outside of the support is refused."""
    d = torch.distributions
    for name, made, value in (
        ("Uniform", d.Uniform(0.0, 1.0), torch.tensor([0.5, 1.5])), ("Bernoulli", d.Bernoulli(0.5), torch.tensor(2.0)),
        ("Exponential", d.Exponential(1.0), torch.tensor(-1.0)), ("a number", d.Normal(0.0, 1.0), 1.0),
        ("shape", d.Normal(torch.zeros(3), 1.0), torch.zeros(2)),
        ("event", d.Dirichlet(torch.ones(3)), torch.full((2,), 0.5)),
    ):
        with see.refusal(name):
            made.log_prob(value)


@case()
def unchecked(torch, see):
    """Without validation nothing is refused."""
    d = torch.distributions.Uniform(0.0, 1.0, validate_args=False)
    see("log_prob", d.log_prob(torch.tensor([0.5, 1.5])))
    see("scale", torch.distributions.Normal(0.0, -1.0, validate_args=False).scale)


@case()
def pairs_without_divergence(torch, see):
    """A divergence that nobody registered is refused by name."""
    d = torch.distributions
    with see.refusal("kl"):
        d.kl_divergence(d.Normal(0.0, 1.0), d.Categorical(torch.ones(2)))
