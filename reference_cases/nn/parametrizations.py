"""Weights that are computed from others: parametrizations, and norms of weights old and new."""
from minitorch_compat.parity import Scaled, chapter

case = chapter("nn.parametrizations")

SUMS = Scaled(2e-6, "torch adds float32 in the order of its machine code")


def doubled(torch):
    """A parametrization that knows its way back."""

    class Doubled(torch.nn.Module):  # type: ignore[name-defined]
        def forward(self, weight):
            return weight * 2

        def right_inverse(self, weight):
            return weight / 2

    return Doubled()


@case()
def a_property(torch, see):
    """A parametrized weight is computed when it is asked for; what it starts from has a new name."""
    torch.manual_seed(0)
    layer = torch.nn.Linear(2, 2)
    before = layer.weight.detach().clone()
    torch.nn.utils.parametrize.register_parametrization(layer, "weight", doubled(torch))
    print(layer)
    print(list(layer.state_dict()), layer.weight.grad_fn.name())
    see("the weight is as before", bool((layer.weight == before).all()))
    see("original", layer.parametrizations.weight.original)
    layer.weight = torch.ones(2, 2)
    see("assigned", layer.parametrizations.weight.original)


@case()
def removed(torch, see):
    """Removing leaves the parametrized value, or the original; then the class is as before."""
    parametrize = torch.nn.utils.parametrize
    for leave in (True, False):
        layer = torch.nn.Linear(1, 1, bias=False)
        layer.weight.data.fill_(3.0)
        parametrize.register_parametrization(layer, "weight", doubled(torch))
        parametrize.remove_parametrizations(layer, "weight", leave_parametrized=leave)
        print(layer, parametrize.is_parametrized(layer))
        see(f"leave_parametrized={leave}", layer.weight)


@case()
def cached(torch, see):
    """Inside cached() a weight is computed once."""
    parametrize = torch.nn.utils.parametrize
    layer = parametrize.register_parametrization(torch.nn.Linear(2, 2), "weight", doubled(torch))
    see("anew each time", layer.weight is layer.weight)
    with parametrize.cached():
        see("once", layer.weight is layer.weight)


@case()
def refusals(torch, see):
    """There must be such a tensor, and it keeps its shape."""
    parametrize = torch.nn.utils.parametrize
    with see.refusal("no such tensor"):
        parametrize.register_parametrization(torch.nn.Linear(2, 2), "nothing", doubled(torch))
    with see.refusal("shape"):
        parametrize.register_parametrization(torch.nn.Linear(2, 2), "weight", torch.nn.Flatten(0))
    with see.refusal("not parametrized"):
        parametrize.remove_parametrizations(torch.nn.Linear(2, 2), "weight")


@case(tolerance=SUMS)
def length_and_direction(torch, see):
    """weight_norm learns lengths apart from directions; along the first dimension it is one step."""
    torch.manual_seed(0)
    layer = torch.nn.utils.parametrizations.weight_norm(torch.nn.Linear(3, 2))
    print(layer, layer.weight.grad_fn.name())
    see.state("state", layer)
    layer(torch.ones(1, 3)).sum().backward()
    for name, each in layer.named_parameters():
        see(name, each.grad)


@case(tolerance=SUMS)
def the_old_norm(torch, see):
    """The norm of old works by a hook, warns, and can be removed once."""
    torch.manual_seed(0)
    layer = torch.nn.utils.weight_norm(torch.nn.Linear(3, 2))
    print(list(layer.state_dict()), layer)
    see("out", layer(torch.ones(1, 3)))
    torch.nn.utils.remove_weight_norm(layer)
    print(list(layer.state_dict()))
    with see.refusal("again"):
        torch.nn.utils.remove_weight_norm(layer)


@case(tolerance=SUMS)
def the_largest_singular_value(torch, see):
    """spectral_norm comes nearer to the singular value at each use in training, and stands still in evaluation."""
    torch.manual_seed(0)
    layer = torch.nn.utils.parametrizations.spectral_norm(torch.nn.Linear(3, 4))
    see.state("begun", layer)
    see("used", layer.weight)
    layer.eval()
    see("evaluated", layer.weight)
    see.state("afterwards", layer)
    see("drawn next", torch.rand(1))


@case(tolerance=SUMS)
def the_old_spectral_norm(torch, see):
    """The one of old begins with random vectors and takes its first step when the module is called."""
    torch.manual_seed(0)
    layer = torch.nn.utils.spectral_norm(torch.nn.Linear(3, 4))
    see("out", layer(torch.ones(1, 3)))
    see.state("state", layer)


@case(tolerance=SUMS)
def cut_back(torch, see):
    """clip_grad_norm_ scales all gradients together and returns the norm they had."""
    layer = torch.nn.Linear(2, 2)
    for each in layer.parameters():
        each.grad = torch.full_like(each, 3.0)
    see("norm", torch.nn.utils.clip_grad_norm_(layer.parameters(), 1.0))
    see("weight", layer.weight.grad)
    torch.nn.utils.clip_grad_value_(layer.parameters(), 0.25)
    see("cut", layer.bias.grad)
    layer.bias.grad[0] = float("nan")
    with see.refusal("nan"):
        torch.nn.utils.clip_grad_norm_(layer.parameters(), 1.0, error_if_nonfinite=True)


@case(tolerance=SUMS)
def folded_normalization(torch, see):
    """In evaluation a normalization of batches folds into the convolution before it."""
    torch.manual_seed(0)
    layer, norm = torch.nn.Conv2d(1, 2, 2).eval(), torch.nn.BatchNorm2d(2).eval()
    norm.running_mean.fill_(0.5)
    norm.running_var.fill_(4.0)
    made = torch.nn.utils.fuse_conv_bn_eval(layer, norm)
    see.state("fused", made)
    with see.refusal("training"):
        torch.nn.utils.fuse_conv_bn_eval(layer.train(), norm)


FACTORS = Scaled(2e-5, "products of reflectors, exponentials and solutions round as their library does")


@case(tolerance=FACTORS)
def orthogonal_weights(torch, see):
    """orthogonal starts from a matrix that spans what the weight's columns span, by each of its three maps."""
    for kind in (None, "matrix_exp", "cayley", "householder"):
        torch.manual_seed(0)
        layer = torch.nn.utils.parametrizations.orthogonal(torch.nn.Linear(3, 4), orthogonal_map=kind)
        print(layer, list(layer.state_dict()))
        see(f"{kind}", layer.weight)
        see(f"{kind}: original", layer.parametrizations.weight.original)
    see("drawn next", torch.rand(1))


@case(tolerance=FACTORS)
def orthogonal_without_a_base(torch, see):
    """Without a base only reflectors know their way back, and signs on the diagonal are kept."""
    orthogonal = torch.nn.utils.parametrizations.orthogonal
    for kind in ("matrix_exp", "householder"):
        torch.manual_seed(1)
        layer = orthogonal(torch.nn.Linear(2, 2), orthogonal_map=kind, use_trivialization=False)
        see(kind, layer.weight)
        if kind == "matrix_exp":
            with see.refusal("assigned to it"):
                layer.weight = torch.eye(2)
        else:
            layer.weight = -torch.eye(2)
            see("assigned", layer.weight)


@case(tolerance=FACTORS)
def orthogonal_while_trained(torch, see):
    """Steps change the original, and the weight stays orthogonal."""
    torch.manual_seed(2)
    layer = torch.nn.utils.parametrizations.orthogonal(torch.nn.Linear(3, 3)).double()
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
    for step in range(3):
        optimizer.zero_grad()
        loss = (layer(torch.ones(3, dtype=torch.float64)) - 1).pow(2).sum()
        loss.backward()
        optimizer.step()
        see(f"loss {step}", loss)
    see("weight", layer.weight)
    see("still orthogonal", bool(torch.allclose(layer.weight @ layer.weight.mT, torch.eye(3, dtype=torch.float64))))
    with see.refusal("no matrix"):
        torch.nn.utils.parametrizations.orthogonal(layer, "bias")
