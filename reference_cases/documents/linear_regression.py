"""A line through three points: data, model, loss and optimiser, as document 000 tells them."""
from typing import Any

from minitorch_compat.parity import chapter, refusal

case = chapter("documents.linear_regression", document="000_d699a83e2cdbec99.txt")

POINTS = [[1.0], [2.0], [3.0]]


def linear_model(torch: Any) -> Any:
    """The document's module of one layer."""

    class LinearModel(torch.nn.Module):
        def __init__(self):
            super(LinearModel, self).__init__()  # noqa: UP008
            self.linear = torch.nn.Linear(1, 1)

        def forward(self, x):
            return self.linear(x)

    return LinearModel()


@case(
    lines="41, 46, 54", fact="000-12", states={"the generator was used": True},
    verdict="wrong", why="They are constants on the line y = 2x; chance enters with the weights of the layer only.",
)
def the_data_are_random(torch, see):
    """The points of the regression are drawn at random."""
    before = torch.get_rng_state()
    x_data = torch.tensor(POINTS)
    y_data = torch.tensor([[2.0], [4.0], [6.0]])
    see("the generator was used", not torch.equal(before, torch.get_rng_state()))
    see("x_data", x_data)
    see("y_data", y_data)
    see("y is twice x", torch.equal(y_data, 2 * x_data))


@case(
    lines="58-69", fact="000-14",
    states={"derives from Module": True, "layers": {"linear": "Linear"}},
    note="Weight 0.5 and bias -0.25 are set by the case, so that the pass has an exact outcome.",
)
def a_module_holds_one_linear_layer(torch, see):
    """The model is a Module with one Linear(1, 1); its forward says how the output is computed."""
    model = linear_model(torch)
    see("derives from Module", isinstance(model, torch.nn.Module))
    see("layers", {name: type(layer).__name__ for name, layer in model.named_children()})
    see("features", [model.linear.in_features, model.linear.out_features, model.training])
    with torch.no_grad():
        model.linear.weight.fill_(0.5)
        model.linear.bias.fill_(-0.25)
    out = model(torch.tensor(POINTS))
    see("out", out)
    see.graph("behind out", out)
    print(model)


@case(lines="61", fact="000-14", states={"shapes": {"linear.weight": [1, 1], "linear.bias": [1]}})
def the_layer_has_weight_and_bias(torch, see):
    """A Linear(1, 1) brings one weight and one bias, both to be trained."""
    torch.manual_seed(0)
    model = linear_model(torch)
    see("shapes", {name: list(parameter.shape) for name, parameter in model.named_parameters()})
    for name, parameter in model.named_parameters():
        see(name, parameter)
        see(f"{name}.grad", parameter.grad)
        print(name, parameter)
    see.state("model", model)
    see.stream("after the layer was made")


@case(lines="67, 82", fact="000-14", states={"is tracked": True})
def the_first_prediction(torch, see):
    """Calling the model runs forward, from the weights the layer was born with."""
    torch.manual_seed(0)
    model = linear_model(torch)
    out = model(torch.tensor(POINTS))
    see("is tracked", out.requires_grad)
    see("out", out)
    see("as item", [model.linear.weight.item(), model.linear.bias.item()])


@case(lines="73-76", fact="000-15", states={"reduction": "mean"})
def mean_squared_error(torch, see):
    """MSELoss is the mean of the squared differences."""
    criterion = torch.nn.MSELoss()
    see("reduction", criterion.reduction)
    prediction = torch.tensor(POINTS, requires_grad=True)
    loss = criterion(prediction, torch.tensor([[2.0], [4.0], [6.0]]))
    see("loss", loss)
    see.graph("behind loss", loss)
    loss.backward()
    see("prediction.grad", prediction.grad)
    print(criterion, loss, prediction.grad)


@case(
    lines="73-76", fact="000-15", states={"lr": 0.01},
    note="It is stochastic in name only: each of the document's steps uses all the data there are.",
)
def gradient_descent_with_a_rate(torch, see):
    """SGD is made over the model's parameters, with a learning rate of 0.01."""
    model = linear_model(torch)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    see("lr", optimizer.param_groups[0]["lr"])
    see("defaults", dict(optimizer.defaults))
    group = optimizer.param_groups[0]
    see("group", {name: value for name, value in group.items() if name != "params"})
    see("parameters", [each is own for each, own in zip(group["params"], model.parameters(), strict=True)])
    see.state("optimizer", optimizer)
    print(optimizer)


@case(
    lines="87-88", fact="000-19", states={"w.grad": [0, 0]},
    verdict="outdated", why="By default the gradient is dropped and None again, not filled with zeros.",
)
def zero_grad_makes_zeros(torch, see):
    """The optimiser's zero_grad sets the gradients to zero."""
    w = torch.nn.Parameter(torch.ones(2))
    optimizer = torch.optim.SGD([w], lr=0.1)
    w.sum().backward()
    held = w.grad
    optimizer.zero_grad()
    see("w.grad", w.grad)
    see("the gradient let go", held)


@case(lines="87-88", fact="000-19", states={"w.grad": [0, 0]})
def zero_grad_can_make_zeros(torch, see):
    """Zeros are what zero_grad(set_to_none=False) leaves."""
    w = torch.nn.Parameter(torch.ones(2))
    optimizer = torch.optim.SGD([w], lr=0.1)
    w.sum().backward()
    gradient = w.grad
    optimizer.zero_grad(set_to_none=False)
    see("w.grad", w.grad)
    see("same object", w.grad is gradient)
    model = torch.nn.Linear(1, 1)
    model(torch.ones(1, 1)).sum().backward()
    model.zero_grad()
    see("after Module.zero_grad: model.weight.grad", model.weight.grad)
    model(torch.ones(1, 1)).sum().backward()
    model.zero_grad(set_to_none=False)
    see("kept by Module.zero_grad: model.weight.grad", model.weight.grad)


@case(
    lines="54, 91", fact="000-20",
    states={"x.grad": None, "y.grad": None, "the weight has a gradient": True, "the bias has a gradient": True},
)
def data_get_no_gradient(torch, see):
    """With requires_grad=False the points get no gradient; the parameters do."""
    x = torch.autograd.Variable(torch.tensor(POINTS), requires_grad=False)
    y = torch.autograd.Variable(torch.tensor([[2.0], [4.0], [6.0]]), requires_grad=False)
    torch.manual_seed(0)
    model = torch.nn.Linear(1, 1)
    loss = torch.nn.MSELoss()(model(x), y)
    loss.backward()
    see("x.grad", x.grad)
    see("y.grad", y.grad)
    see("the weight has a gradient", model.weight.grad is not None)
    see("the bias has a gradient", model.bias.grad is not None)
    see("loss", loss)
    see("weight.grad", model.weight.grad)
    see("bias.grad", model.bias.grad)
    see.graph("behind loss", loss)
    print(model.weight.grad, model.bias.grad)


@case(lines="93-94", fact="000-22", states={"w changed": True, "w is w - lr * w.grad": True})
def a_step_updates_the_weights(torch, see):
    """step moves each weight against its gradient, by the learning rate times it."""
    w = torch.nn.Parameter(torch.tensor([1.0, -2.0]))
    optimizer = torch.optim.SGD([w], lr=0.01)
    (w**2).sum().backward()
    before, gradient = w.detach().clone(), w.grad
    see.versions("before", w)
    see("step returns", optimizer.step())
    see("w changed", not torch.equal(w.detach(), before))
    see("w is w - lr * w.grad", torch.equal(w.detach(), before - 0.01 * w.grad))
    see("w", w)
    see("w.grad", w.grad)
    see("the gradient is left alone", w.grad is gradient)
    see.state("optimizer", optimizer)


@case(lines="58-60", fact="000-23", states=refusal(None))
def super_in_the_old_form(torch, see):
    """The constructor calls Module's through super with two arguments."""
    with see.refusal():
        model = linear_model(torch)
    see("names", [name for name, _ in model.named_modules()])


def forgetful(torch: Any, part: Any) -> Any:
    """A module with this part, whose constructor calls no other."""

    class Forgetful(torch.nn.Module):
        def __init__(self):
            self.part = part

    return Forgetful()


@case(lines="58-60", fact="000-23", note="The document makes the call; what it is good for shows when it is left out.")
def super_left_out(torch, see):
    """Without that call neither a layer nor a parameter can be assigned."""
    with see.refusal("a layer"):
        forgetful(torch, torch.nn.Linear(1, 1))
    with see.refusal("a parameter"):
        forgetful(torch, torch.nn.Parameter(torch.ones(1)))
    with see.refusal("a number"):
        see("number kept", forgetful(torch, 1.5).part)
