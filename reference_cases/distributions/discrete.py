"""Distributions of outcomes and counts."""
from minitorch_compat.parity import chapter

case = chapter("distributions.discrete")


@case()
def bernoulli(torch, see):
    """A coin by its probability or its logit."""
    torch.manual_seed(1)
    coin = torch.distributions.Bernoulli(torch.tensor([0.1, 0.5, 0.9]))
    see("shown", repr(coin))
    see("drawn", coin.sample((4,)))
    see.stream()
    see("mode", coin.mode)
    see("support", coin.enumerate_support())
    see("by logits", torch.distributions.Bernoulli(logits=torch.tensor([-1.0, 2.0])).sample())


@case()
def categorical(torch, see):
    """Indices by weights, which are normalised."""
    torch.manual_seed(1)
    choice = torch.distributions.Categorical(torch.tensor([[1.0, 1.0, 2.0], [0.0, 1.0, 0.0]]))
    see("probs", choice.probs)
    see("drawn", choice.sample((5,)))
    see.stream()
    see("mode", choice.mode)
    see("support", repr(choice.support))
    see("enumerated", choice.enumerate_support(False))


@case()
def one_hot(torch, see):
    """Outcomes as vectors."""
    torch.manual_seed(1)
    choice = torch.distributions.OneHotCategorical(torch.tensor([0.25, 0.25, 0.5]))
    see("drawn", choice.sample((4,)))
    see.stream()
    see("mode", choice.mode)
    see("event", list(choice.event_shape))


@case()
def counts(torch, see):
    """Poisson, Binomial, Geometric and Multinomial draw counts."""
    d = torch.distributions
    p = torch.tensor([0.2, 0.5, 0.75])
    for name, made in (
        ("Poisson", d.Poisson(10 * p)), ("Binomial", d.Binomial(20, p)), ("Geometric", d.Geometric(p)),
        ("Multinomial", d.Multinomial(6, p)), ("NegativeBinomial", d.NegativeBinomial(3.0, p)),
    ):
        torch.manual_seed(1)
        see(name, made.sample((4,)))
        see.stream(f"{name} stream")
        see(f"{name} shown", repr(made))


@case()
def either_or(torch, see):
    """Exactly one of probs and logits is wanted."""
    with see.refusal("none"):
        torch.distributions.Bernoulli()
    with see.refusal("both"):
        torch.distributions.Categorical(torch.ones(2), torch.ones(2))
