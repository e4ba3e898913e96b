"""Layers and losses given shapes and dtypes that do not fit."""
from minitorch_compat.parity import chapter

case = chapter("nn.mismatches")


@case(fact="B-096")
def a_linear_layer(torch, see):
    """A linear layer wants its number of features, its dtype, a tensor, and one dimension at least."""
    layer = torch.nn.Linear(1, 1)
    for words, value in (
        ("a hundred features", torch.ones(100)), ("two features", torch.ones(3, 2)),
        ("float64", torch.ones(3, 1, dtype=torch.float64)), ("int64", torch.ones(3, 1, dtype=torch.int64)),
        ("a list", [1.0]),
    ):
        with see.refusal(words):
            layer(value)
    with see.refusal("no dimension"):
        torch.nn.functional.linear(torch.tensor(1.0), layer.weight)
    see("one dimension", layer(torch.ones(1)))
    see("three dimensions", layer(torch.ones(2, 3, 1)))


@case(fact="B-096")
def a_squared_loss(torch, see):
    """MSELoss broadcasts with a warning, mixes float dtypes, and wants tensors of floats."""
    loss = torch.nn.MSELoss()
    x = torch.ones(2, requires_grad=True)
    for words, attempt in (
        ("another dtype", lambda: loss(x, torch.ones(2, dtype=torch.float64)).backward()),
        ("another length", lambda: loss(torch.ones(3), torch.ones(2))),
        ("broadcast", lambda: loss(torch.ones(2, 1), torch.ones(2))),
    ):
        with see.warnings(f"{words}: warnings"), see.refusal(words):
            attempt()
    for words, attempt in (
        ("a list", lambda: loss(torch.ones(2), [1.0, 1.0])),
        ("integers", lambda: loss(torch.ones(2, dtype=torch.int64), torch.ones(2, dtype=torch.int64))),
    ):
        try:
            attempt()
        except Exception as error:
            see(words, f"{type(error).__name__}: {error}")


@case(fact="B-096")
def the_target_has_a_gradient_too(torch, see):
    """A target that requires grad gets one."""
    target = torch.ones(2, requires_grad=True)
    torch.nn.MSELoss()(torch.zeros(2), target).backward()
    see("target.grad", target.grad)
