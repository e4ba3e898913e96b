"""Distributions made of others, transforms and divergences."""
from minitorch_compat.parity import Bound, chapter

case = chapter("distributions.made_of_others")


@case()
def independent(torch, see):
    """Independent counts batch dimensions as part of the event."""
    torch.manual_seed(1)
    d = torch.distributions
    made = d.Independent(d.Normal(torch.zeros(2, 3), torch.ones(2, 3)), 1)
    see("shown", repr(made))
    see("shapes", [list(made.batch_shape), list(made.event_shape)])
    drawn = made.sample()
    see("drawn", drawn)
    see("shape of log_prob", list(made.log_prob(drawn).shape))


@case()
def mixture(torch, see):
    """A mixture draws a component for each sample."""
    torch.manual_seed(1)
    d = torch.distributions
    made = d.MixtureSameFamily(d.Categorical(torch.ones(3)), d.Normal(torch.tensor([-9.0, 0.0, 9.0]), torch.ones(3)))
    see("shown", repr(made))
    see("drawn", made.sample((5,)))
    see.stream()
    see("mean", made.mean)


@case()
def transforms(torch, see):
    """Transforms know their inverse, and show themselves."""
    t = torch.distributions.transforms
    affine = t.AffineTransform(1.0, 2.0)
    x = torch.tensor([0.5, -1.0])
    see("affine", affine(x))
    see("back", affine.inv(affine(x)))
    see("stretched", affine.log_abs_det_jacobian(x, affine(x)))
    see("composed", repr(t.ComposeTransform([affine, t.ExpTransform()])))
    see("inverse", repr(t.ExpTransform().inv))
    see("sign", t.AffineTransform(0.0, -1.0).sign)


@case()
def gradients_reach_parameters(torch, see):
    """rsample lets gradients pass, sample does not."""
    torch.manual_seed(1)
    loc = torch.tensor([1.0, 2.0], requires_grad=True)
    scale = torch.tensor([1.0, 3.0], requires_grad=True)
    normal = torch.distributions.Normal(loc, scale)
    see("sample", normal.sample().requires_grad)
    drawn = normal.rsample()
    see.graph("graph", drawn)
    drawn.sum().backward()
    see("loc.grad", loc.grad)
    see("scale.grad", scale.grad)


@case()
def expanded(torch, see):
    """expand broadcasts the batch."""
    torch.manual_seed(1)
    made = torch.distributions.Normal(torch.zeros(3), 1.0).expand((2, 3))
    see("shown", repr(made))
    see("drawn", made.sample())
    see.stream()


@case(tolerance={"outside": Bound("a logarithm", 1e-6, 1e-6)})
def divergences(torch, see):
    """kl_divergence takes registered pairs, and infinity where q gives nothing."""
    d = torch.distributions
    see("outside", d.kl_divergence(d.Uniform(torch.zeros(1), torch.full((1,), 3.0)), d.Uniform(torch.ones(1), 2.0)))
    see("same", d.kl_divergence(d.Normal(torch.zeros(2), 1.0), d.Normal(torch.zeros(2), 1.0)))
