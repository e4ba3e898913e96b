"""Activations: their values, gradients, graphs, in-place forms and refusals."""
from minitorch_compat.parity import Bound, chapter

case = chapter("nn.activations")

NUMBERS = [-2.0, -0.75, -0.25, 0.0, 0.5, 1.5, 3.0]


def near(*names):
    """A few units in the last place, where exponentials are computed by another library."""
    return {name: Bound("exponentials of another library", 1e-15, 1e-14) for name in names}


def each(*layers):
    """The same for values and gradients of layers."""
    return near(*[f"{layer}: {what}" for layer in layers for what in ("y", "x.grad")])


def passes(torch, see, layer):
    """Value, gradient and graph of an activation at a few numbers."""
    x = torch.tensor(NUMBERS, dtype=torch.float64, requires_grad=True)
    y = layer(x)
    see(f"{layer}: y", y)
    see.graph(f"{layer}: graph", y)
    y.sum().backward()
    see(f"{layer}: x.grad", x.grad)


@case()
def relu_and_its_bounds(torch, see):
    """ReLU passes nothing back at zero; ReLU6 and Hardtanh pass nothing back at their bounds."""
    passes(torch, see, torch.nn.ReLU())
    passes(torch, see, torch.nn.ReLU6())
    passes(torch, see, torch.nn.Hardtanh(-0.25, 1.5))


@case(tolerance=each("ELU(alpha=1.5)", "CELU(alpha=0.5)", "SELU()"))
def exponential_units(torch, see):
    """ELU, CELU and SELU are exponentials below zero, of three shapes."""
    for layer in (torch.nn.ELU(1.5), torch.nn.CELU(0.5), torch.nn.SELU()):
        passes(torch, see, layer)


@case(tolerance=each("SiLU()", "Mish()", "GELU(approximate='none')", "GELU(approximate='tanh')"))
def smooth_units(torch, see):
    """SiLU, Mish and both kinds of GELU are smooth."""
    for layer in (torch.nn.SiLU(), torch.nn.Mish(), torch.nn.GELU(), torch.nn.GELU("tanh")):
        passes(torch, see, layer)


@case()
def hard_units(torch, see):
    """Hardswish and Hardsigmoid are made of lines; the slope of the latter is a sixth in single precision."""
    for layer in (torch.nn.Hardswish(), torch.nn.Hardsigmoid()):
        passes(torch, see, layer)


@case(
    tolerance=each("Softplus(beta=2, threshold=2.5)", "LogSigmoid()", "Softsign()", "Tanhshrink()")
)
def soft_units(torch, see):
    """Softplus goes over into a line at its threshold; LogSigmoid and Softsign flatten out."""
    for layer in (torch.nn.Softplus(2, 2.5), torch.nn.LogSigmoid(), torch.nn.Softsign(), torch.nn.Tanhshrink()):
        passes(torch, see, layer)


@case()
def shrinking_units(torch, see):
    """Hardshrink keeps what is far from zero, Softshrink draws it nearer, Threshold replaces what is small."""
    for layer in (torch.nn.Hardshrink(0.5), torch.nn.Softshrink(0.5), torch.nn.Threshold(0.25, 7.0)):
        passes(torch, see, layer)
    with see.refusal("a negative lambda"):
        torch.nn.functional.softshrink(torch.ones(2), -1.0)


@case()
def leaky_units(torch, see):
    """LeakyReLU has a slope below zero, and cannot go back through a negative one in place."""
    passes(torch, see, torch.nn.LeakyReLU(0.25))
    x = torch.ones(2, requires_grad=True)
    y = torch.nn.functional.leaky_relu(x * -1, -0.5, inplace=True)
    with see.refusal("a negative slope in place"):
        y.sum().backward()


@case()
def a_trained_slope(torch, see):
    """PReLU trains its slope, one for all or one for each channel."""
    layer = torch.nn.PReLU(3)
    print(layer)
    x = torch.tensor([[-1.0, 2.0, -3.0], [4.0, -5.0, 6.0]], requires_grad=True)
    y = layer(x)
    see.graph("y", y)
    y.sum().backward()
    see("x.grad", x.grad)
    see("weight.grad", layer.weight.grad)
    with see.refusal("two slopes for three channels"):
        torch.nn.functional.prelu(x, torch.ones(2))
    with see.refusal("another dtype"):
        torch.nn.functional.prelu(x, torch.ones(3, dtype=torch.float64))


@case()
def random_slopes(torch, see):
    """RReLU draws a slope for each negative element in training, and takes their middle otherwise."""
    torch.manual_seed(3)
    layer = torch.nn.RReLU(0.1, 0.4)
    x = torch.tensor([[-1.0, 2.0, -3.0], [4.0, -5.0, -6.0]], requires_grad=True)
    y = layer(x)
    see("training", y)
    see.graph("graph", y)
    y.sum().backward()
    see("x.grad", x.grad)
    see.stream()
    see("evaluating", layer.eval()(x))
    see.stream("after evaluating")


@case(tolerance=near("y", "x.grad"))
def a_gate(torch, see):
    """GLU lets one half pass as the other half says, and refuses a dimension it cannot halve."""
    x = torch.tensor([[1.0, -2.0, 0.5, 3.0]], dtype=torch.float64, requires_grad=True)
    y = torch.nn.GLU()(x)
    see("y", y)
    y.sum().backward()
    see("x.grad", x.grad)
    for words, value in (("three columns", torch.ones(2, 3)), ("a number", torch.tensor(1.0))):
        with see.refusal(words):
            torch.nn.functional.glu(value)


@case()
def written_in_place(torch, see):
    """An activation in place overwrites its input, counts the write and takes its place in the graph."""
    for name in ("relu", "relu6", "elu", "celu", "selu", "silu", "mish", "hardswish", "hardsigmoid", "hardtanh",
                 "leaky_relu"):
        x = torch.ones(2, requires_grad=True)
        y = x * 1
        z = getattr(torch.nn.functional, name)(y, inplace=True)
        see(f"{name}: the same tensor", z is y)
        see.versions(f"{name}: versions", y)
        see.graph(f"{name}: graph", z)
    with see.refusal("a leaf"):
        torch.nn.functional.relu(torch.ones(2, requires_grad=True), inplace=True)


@case()
def what_activations_refuse(torch, see):
    """Activations of exponentials refuse integers by the name of their loop; relu takes them and refuses bools."""
    whole, yes = torch.ones(2, dtype=torch.int64), torch.ones(2, dtype=torch.bool)
    for name in ("elu", "selu", "celu", "gelu", "silu", "mish", "hardswish", "hardsigmoid", "softplus", "logsigmoid",
                 "hardshrink", "softshrink", "leaky_relu", "relu", "relu6", "softsign"):
        function = getattr(torch.nn.functional, name)
        with see.refusal(f"{name} of integers"):
            function(whole)
        with see.refusal(f"{name} of bools"):
            function(yes)
        with see.refusal(f"{name} of a number"):
            function(3.0)


@case(tolerance=near("softmax", "softmin", "log_softmax", "without a dim"))
def the_softmax_family(torch, see):
    """softmax, softmin and log_softmax go along one dimension; without one torch guesses and warns."""
    x = torch.tensor([[0.5, -1.0, 2.0], [3.0, 0.0, 1.0]], dtype=torch.float64)
    for name in ("softmax", "softmin", "log_softmax"):
        see(name, getattr(torch.nn.functional, name)(x, 1))
    with see.warnings("guessed"):
        see("without a dim", torch.nn.functional.softmax(x))
    print(torch.nn.Softmax(dim=1), torch.nn.Softmin(), torch.nn.LogSoftmax(0), torch.nn.Softmax2d())
    with see.refusal("Softmax2d of a matrix"):
        torch.nn.Softmax2d()(x)
    with see.refusal("of integers"):
        torch.nn.functional.softmax(torch.ones(2, dtype=torch.int64), 0)
    with see.refusal("a dimension too far"):
        torch.nn.functional.softmax(x, 2)


@case(tolerance={"soft": Bound("exponentials of another library", 1e-7, 1e-5)})
def a_draw_from_gumbel(torch, see):
    """gumbel_softmax draws one exponential for each logit; hard draws are one-hot and go back as soft ones do."""
    torch.manual_seed(11)
    logits = torch.tensor([[0.5, -1.0, 2.0]], requires_grad=True)
    see("soft", torch.nn.functional.gumbel_softmax(logits, 0.5))
    see.stream()
    hard = torch.nn.functional.gumbel_softmax(logits, 0.5, hard=True)
    see("where it is hard", hard.round())
    see.stream("after the hard draw")
