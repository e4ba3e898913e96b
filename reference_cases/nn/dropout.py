"""Dropout: which elements go, and what it draws."""
from minitorch_compat.parity import chapter

case = chapter("nn.dropout")


@case()
def in_training(torch, see):
    """Dropout draws one number for each element, and scales what stays."""
    torch.manual_seed(5)
    x = torch.ones(4, 5, requires_grad=True)
    y = torch.nn.Dropout(0.3)(x)
    see("y", y)
    see.stream()
    y.sum().backward()
    see("x.grad", x.grad)
    see.graph("graph", y)


@case()
def out_of_training(torch, see):
    """Evaluating, or with probability 0, dropout returns the tensor itself and draws nothing; nor does 1 draw."""
    torch.manual_seed(5)
    x = torch.ones(3)
    see("evaluating", torch.nn.Dropout(0.3).eval()(x) is x)
    see("probability 0", torch.nn.functional.dropout(x, 0.0) is x)
    see("probability 1", torch.nn.functional.dropout(x, 1.0))
    see.stream()


@case()
def in_place(torch, see):
    """Dropout in place overwrites its input with the same numbers."""
    torch.manual_seed(5)
    y = torch.ones(3, 4)
    z = torch.nn.Dropout(0.5, inplace=True)(y)
    see("the same", z is y)
    see("y", y)
    see.versions("versions", y)


@case()
def whole_channels(torch, see):
    """Dropout1d, 2d and 3d leave out channels: one draw for each sample and channel."""
    for layer, shape in (
        (torch.nn.Dropout1d(0.4), (2, 3, 4)), (torch.nn.Dropout2d(0.4), (2, 3, 2, 2)),
        (torch.nn.Dropout3d(0.4), (2, 3, 2, 1, 2)), (torch.nn.Dropout1d(0.4), (3, 4)),
    ):
        torch.manual_seed(7)
        see(f"{layer} of {len(shape)} dimensions", layer(torch.ones(shape)))
        see.stream(f"{layer} of {len(shape)} dimensions: stream")


@case()
def dimensions_that_are_wrong(torch, see):
    """Dropout1d refuses other dimensions, Dropout2d and 3d warn."""
    torch.manual_seed(7)
    with see.refusal("one dimension"):
        torch.nn.functional.dropout1d(torch.ones(3))
    for name, shape in (("dropout2d", (2, 3, 4)), ("dropout2d", (2, 3)), ("dropout3d", (2, 3, 4))):
        with see.warnings(f"{name} of {len(shape)} dimensions: warnings"):
            see(f"{name} of {len(shape)} dimensions", getattr(torch.nn.functional, name)(torch.ones(shape)))


@case()
def for_selu(torch, see):
    """AlphaDropout and FeatureAlphaDropout put the lowest value of selu where they leave out."""
    for layer in (torch.nn.AlphaDropout(0.3), torch.nn.FeatureAlphaDropout(0.3)):
        torch.manual_seed(9)
        see(str(layer), layer(torch.ones(3, 4, 2, dtype=torch.float64)))
        see.stream(f"{layer}: stream")


@case()
def probabilities_that_are_none(torch, see):
    """A probability lies between 0 and 1; integers cannot be scaled."""
    for words, attempt in (
        ("a layer", lambda: torch.nn.Dropout(1.5)),
        ("a function", lambda: torch.nn.functional.dropout(torch.ones(2), -1)),
        ("torch.dropout", lambda: torch.dropout(torch.ones(2), 2.0, True)),
        ("integers", lambda: torch.nn.functional.dropout(torch.ones(2, dtype=torch.int64))),
        ("features of a vector", lambda: torch.feature_dropout(torch.ones(2), 0.5, True)),
    ):
        with see.refusal(words):
            attempt()
