"""Derivatives of single operations: names, shapes, kinks, and results that have none."""
import math

from minitorch_compat.parity import Ulps, chapter

case = chapter("tensor.derivatives")


@case(fact="B-099")
def results_without_a_gradient(torch, see):
    """Integers and truth values require no grad; steps like sign and floor do, with gradient zero."""
    for name in (
        "argmax", "argsort", "isnan", "int", "long", "bool", "sign", "round", "floor", "ceil", "trunc", "frac",
    ):
        x = torch.tensor([0.5, -1.5], requires_grad=True)
        y = getattr(x, name)()
        see(name, y)
        with see.refusal(f"backward of {name}"):
            y.sum().backward()
        see(f"{name}: x.grad", x.grad)


@case(fact="B-099")
def comparisons_and_remainders(torch, see):
    """Comparisons and zeros_like require no grad, a floored quotient does, a remainder passes the gradient."""
    x = torch.tensor([0.5, -1.5], requires_grad=True)
    see("x > 0", x > 0)
    see("zeros_like", torch.zeros_like(x))
    see("x // 1", x // 1)
    see("x % 1", x % 1)
    (x % 1).sum().backward()
    see("x.grad", x.grad)


@case(fact="B-100")
def at_kinks_and_poles(torch, see):
    """At a kink torch settles on one value, at a pole the gradient is infinite."""
    for words, function, at in (
        ("abs", torch.abs, 0.0), ("relu", torch.relu, 0.0), ("sqrt", torch.sqrt, 0.0), ("log", torch.log, 0.0),
        ("1 / x", lambda t: 1 / t, 0.0), ("x ** 0", lambda t: t**0, 0.0), ("x ** 0.5", lambda t: t**0.5, 0.0),
        ("x ** 2", lambda t: t**2, 0.0), ("sign", torch.sign, 0.0), ("tan", torch.tan, 0.5),
        ("leaky_relu", torch.nn.functional.leaky_relu, 0.0),
        ("atan2", lambda t: torch.atan2(t, torch.zeros(())), 0.0),
    ):
        x = torch.tensor(at, requires_grad=True)
        y = function(x)
        see(words, y)
        y.backward()
        see(f"{words}: x.grad", x.grad)


@case(fact="B-100")
def at_ties_and_zeros(torch, see):
    """Ties share the gradient or give it to the first; products with zeros and norms of nothing stay finite."""
    for words, function, at in (
        ("norm", lambda t: t.norm(), [0.0, 0.0]), ("clamp", lambda t: t.clamp(0, 1), [0.0, 1.0, 2.0]),
        ("maximum", lambda t: torch.maximum(t, torch.tensor(1.0)), 1.0), ("max", lambda t: t.max(), [1.0, 1.0, 0.0]),
        ("amax", lambda t: t.amax(), [1.0, 1.0, 0.0]), ("max of a dim", lambda t: t.max(0).values, [1.0, 1.0, 0.0]),
        ("median", lambda t: t.median(), [3.0, 1.0, 2.0, 2.0]), ("prod", lambda t: t.prod(), [0.0, 2.0, 3.0]),
        ("prod of two zeros", lambda t: t.prod(), [0.0, 0.0, 3.0]), ("std", lambda t: t.std(), [1.0, 1.0]),
    ):
        x = torch.tensor(at, requires_grad=True)
        y = function(x)
        see(words, y)
        y.sum().backward()
        see(f"{words}: x.grad", x.grad)


@case(fact="B-101")
def where_hides_a_nan_forwards_only(torch, see):
    """where chooses between results, but the gradient of the one not chosen is 0 times infinity."""
    x = torch.tensor([0.0, 4.0], requires_grad=True)
    y = torch.where(x > 0, x.sqrt(), torch.zeros(2))
    see("y", y)
    y.sum().backward()
    see("x.grad", x.grad)
    see("nan", math.isnan(x.grad[0].item()))


@case(fact="B-103")
def broadcast_gradients_are_summed(torch, see):
    """Each factor of a broadcast product gets a gradient of its own shape."""
    a = torch.ones(3, 1, requires_grad=True)
    b = torch.ones(4, requires_grad=True)
    c = torch.tensor(2.0, requires_grad=True)
    y = a * b * c
    see("y", y)
    y.sum().backward()
    see("a.grad", a.grad)
    see("b.grad", b.grad)
    see("c.grad", c.grad)


def looked_at(torch, see, operations):
    """See each operation's result, graph and gradient."""
    for words, operation in operations:
        x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
        y = operation(x)
        see(words, y)
        see.graph(f"{words}: graph", y)
        y.sum().backward()
        see(f"{words}: x.grad", x.grad)


@case(fact="B-104")
def names_and_gradients_of_shapes(torch, see):
    """Indexing, views and joining: the name of each node and the gradient it gives."""
    looked_at(torch, see, (
        ("x[1]", lambda x: x[1]), ("x[[0, 0, 2]]", lambda x: x[[0, 0, 2]]), ("x[x > 1]", lambda x: x[x > 1]),
        ("x[1:]", lambda x: x[1:]), ("view", lambda x: x.view(3, 1)), ("reshape", lambda x: x.reshape(3, 1)),
        ("t", lambda x: x.t()), ("expand", lambda x: x.expand(2, 3)), ("stack", lambda x: torch.stack([x, x])),
        ("cat", lambda x: torch.cat([x, x])), ("unsqueeze", lambda x: x.unsqueeze(0)), ("flip", lambda x: x.flip(0)),
        ("index_select", lambda x: x.index_select(0, torch.tensor([1, 1]))), ("repeat", lambda x: x.repeat(2)),
        ("squeeze", lambda x: x.squeeze()), ("clone", lambda x: x.clone()), ("to", lambda x: x.to(torch.float64)),
        ("T", lambda x: x.T),
    ))


@case(fact="B-104")
def names_and_gradients_of_arithmetic(torch, see):
    """Arithmetic with numbers and tensors: the name of each node and the gradient it gives."""
    looked_at(torch, see, (
        ("-x", lambda x: -x), ("1 - x", lambda x: 1 - x), ("x - 1", lambda x: x - 1), ("2 / x", lambda x: 2 / x),
        ("x / 2", lambda x: x / 2), ("x ** 2", lambda x: x**2), ("2 ** x", lambda x: 2**x), ("x @ x", lambda x: x @ x),
        ("dot", lambda x: x.dot(x)), ("pow", lambda x: torch.pow(x, x)), ("outer", lambda x: x.outer(x)),
        ("mm", lambda x: x.view(1, 3) @ x.view(3, 1)), ("clamp", lambda x: x.clamp(1.5, 2.5)),
        ("where", lambda x: torch.where(x > 1, x, 0)),
    ))


@case(
    fact="B-104",
    tolerance={
        name: Ulps(1, "torch's vectorised cosine is within a unit in the last place, and not always rounded")
        for name in ("cos", "sin: x.grad")
    },
)
def names_and_gradients_of_functions(torch, see):
    """Functions of each element: the name of each node and the gradient it gives."""
    looked_at(torch, see, tuple(
        (name, lambda x, name=name: getattr(x, name)())
        for name in ("exp", "log", "sin", "cos", "tanh", "sigmoid", "relu", "abs", "sqrt")
    ))


@case(
    fact="B-104",
    tolerance={"log_softmax: x.grad": Ulps(4, "one unit in a vectorised exponential, times three, taken from one")},
)
def names_and_gradients_of_reductions(torch, see):
    """Reductions and losses: the name of each node and the gradient it gives."""
    looked_at(torch, see, (
        ("sum", lambda x: x.sum(0)), ("mean", lambda x: x.mean(0)), ("max", lambda x: x.max()),
        ("norm", lambda x: x.norm()), ("var", lambda x: x.var()), ("prod", lambda x: x.prod()),
        ("cumsum", lambda x: x.cumsum(0)), ("softmax", lambda x: x.softmax(0)),
        ("log_softmax", lambda x: x.log_softmax(0)),
        ("mse_loss", lambda x: torch.nn.functional.mse_loss(x, torch.zeros(3))),
    ))
