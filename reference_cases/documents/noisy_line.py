"""A line fitted to noisy points by SGD with momentum, as document 004 tells it."""
import warnings
from typing import Any

import numpy as np

from minitorch_compat.parity import chapter, digits, refusal

case = chapter("documents.noisy_line", document="004_1f92f23d1b2036bb.txt")


def points() -> tuple[np.ndarray, np.ndarray]:
    """The document's data: x from 0 to 10, and 2x + 3 with noise of scale 2, as columns of float64."""
    np.random.seed(0)
    x = np.linspace(0, 10, 100)
    y = 2 * x + 3 + np.random.randn(100) * 2
    return x.reshape(-1, 1), y.reshape(-1, 1)


def model_class(torch: Any) -> Any:
    """The document's model: one linear layer under the name model."""

    class LinearRegressionModel(torch.nn.Module):
        def __init__(self, in_dimn, out_dimn):
            super(LinearRegressionModel, self).__init__()  # noqa: UP008
            self.model = torch.nn.Linear(in_dimn, out_dimn)

        def forward(self, x):
            return self.model(x)

    return LinearRegressionModel


def trained(torch: Any, model: Any, inputs: Any, targets: Any) -> tuple[Any, Any]:
    """Train for 100 epochs as the document does, and give the loss at each tenth."""
    cost = torch.nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    losses = []
    for epoch in range(100):
        loss = cost(model(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if (epoch + 1) % 10 == 0:
            losses.append(loss.data)
    return torch.stack(losses), optimizer


@case(
    lines="38-49", fact="004-14",
    states={"the same when made again": True, "shape of x and y": [(100, 1), (100, 1)]},
)
def the_points_are_reproducible(torch, see):
    """A hundred points on a line of slope 2 and height 3, with noise of scale 2, are the same at each run."""
    x, y = points()
    again_x, again_y = points()
    see("the same when made again", bool((x == again_x).all() and (y == again_y).all()))
    see("shape of x and y", [x.shape, y.shape])
    see("first noisy values", y[:3, 0])
    shared = torch.from_numpy(y)
    see("as a tensor", shared[:3])
    see("mean", shared.mean())
    see.aliasing("array and tensor", y, shared)


@case(
    lines="51-63", fact="004-15",
    states={
        "printed": "LinearRegressionModel(\n  (model): Linear(in_features=1, out_features=1, bias=True)\n)",
        "names": "model.weight, model.bias", "shapes": [(1, 1), (1,)],
    },
)
def a_model_of_one_linear_layer(torch, see):
    """The model is a class with one linear layer from one number to one number."""
    torch.manual_seed(0)
    model = model_class(torch)(in_dimn=1, out_dimn=1)
    see("printed", str(model))
    see("names", ", ".join(name for name, _ in model.named_parameters()))
    see("shapes", [tuple(each.shape) for each in model.parameters()])
    for name, parameter in model.named_parameters():
        see(name, parameter)
    see.state("state", model)
    see("output", model(torch.tensor([[2.0]])))
    see.stream("after the layer was made")


@case(
    lines="66-87", fact="004-16", states={"forward": refusal(None)},
    verdict="wrong", why="A layer from one number to one needs columns; the reshaped arrays were meant and never used.",
)
def training_on_vectors(torch, see):
    """The model is trained on x and y as they are, vectors of 100 numbers."""
    x, _ = points()
    inputs = torch.autograd.Variable(torch.from_numpy(x[:, 0].astype("float32")))
    see("shape", inputs.shape)
    see("dtype", inputs.dtype)
    with see.refusal("forward"):
        model_class(torch)(1, 1)(inputs)


@case(
    lines="36-87", fact="004-17",
    states={"weight": digits(0, [[2.0]]), "bias": digits(0, [3.0])},
    verdict="incomplete", why="No output is shown, and it only runs with the columns xx and yy in place of x and y.",
)
def training_on_columns(torch, see):
    """Trained for 100 epochs with SGD, the model finds the line."""
    torch.manual_seed(0)
    x, y = points()
    model = model_class(torch)(1, 1)
    inputs = torch.autograd.Variable(torch.from_numpy(x.astype("float32")))
    targets = torch.autograd.Variable(torch.from_numpy(y.astype("float32")))
    losses, optimizer = trained(torch, model, inputs, targets)
    see("losses", losses)
    see("weight", model.model.weight)
    see("bias", model.model.bias)
    see("weight.grad", model.model.weight.grad)
    see("bias.grad", model.model.bias.grad)
    see.state("optimizer", optimizer)


@case(
    lines="36-87", fact="004-18",
    verdict="incomplete", why="The document starts from drawn parameters; these start from zero, without a generator.",
)
def training_from_zero(torch, see):
    """Training from a weight and a bias of 0 finds the line, in float32 and in float64."""
    x, y = points()
    for dtype in (torch.float32, torch.float64):
        model = torch.nn.Linear(1, 1, dtype=dtype)
        with torch.no_grad():
            model.weight.zero_()
            model.bias.zero_()
        inputs, targets = torch.from_numpy(x).to(dtype), torch.from_numpy(y).to(dtype)
        first = torch.nn.functional.mse_loss(model(inputs), targets)
        first.backward()
        see(f"{dtype}: first loss", first)
        see(f"{dtype}: first weight.grad", model.weight.grad)
        see(f"{dtype}: first bias.grad", model.bias.grad)
        losses, _ = trained(torch, model, inputs, targets)
        see(f"{dtype}: losses", losses)
        see(f"{dtype}: weight", model.weight)
        see(f"{dtype}: bias", model.bias)


@case(
    lines="71-72", fact="004-19",
    verdict="incomplete", why="Nothing is said of the half-repaired form, which runs, warns, and fits a flat line.",
)
def columns_against_a_vector(torch, see):
    """Inputs as a column and targets as a vector are what the model is trained on."""
    torch.manual_seed(0)
    x, y = points()
    model = torch.nn.Linear(1, 1)
    inputs, targets = torch.from_numpy(x.astype("float32")), torch.from_numpy(y[:, 0].astype("float32"))
    with see.warnings("of one loss"):
        loss = torch.nn.MSELoss()(model(inputs), targets)
    see("one loss", loss)
    see("each term", torch.nn.MSELoss(reduction="none")(model(inputs), targets).shape)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        losses, _ = trained(torch, model, inputs, targets)
    see("losses", losses)
    see("weight", model.weight)
    see("bias", model.bias)
