"""Anomaly detection: nan in backward is an error, and a failing step tells where it was recorded."""
from minitorch_compat.parity import chapter

case = chapter("autograd.anomalies")


@case()
def switching_it_on_and_off(torch, see):
    """A function, a block, a block with a warning, and whether nan is looked for."""
    see("at first", torch.is_anomaly_enabled())
    with torch.autograd.set_detect_anomaly(True, check_nan=False):
        see("within", (torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled()))
        with torch.autograd.set_detect_anomaly(False):
            see("inside it", torch.is_anomaly_enabled())
        see("again", torch.is_anomaly_enabled())
    see("afterwards", (torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled()))
    with see.warnings("the block"), torch.autograd.detect_anomaly():
        see("in the block", torch.is_anomaly_enabled())
    switch = torch.autograd.set_detect_anomaly(True)
    see("by the function", (torch.is_anomaly_enabled(), switch.prev, switch.prev_check_nan))
    torch.autograd.set_detect_anomaly(False)
    with see.refusal("a number"):
        torch.autograd.set_detect_anomaly(1)
    with see.refusal("nothing"):
        torch.autograd.set_detect_anomaly()


@case()
def nan_not_looked_for(torch, see):
    """With check_nan=False a nan passes."""
    x = torch.zeros(1, requires_grad=True)
    with torch.autograd.set_detect_anomaly(True, check_nan=False):
        ((x * 0).sqrt() * 0).sum().backward()
    see("x.grad", x.grad)


@case()
def recorded_before_it_was_switched_on(torch, see):
    """A step that was recorded outside has nothing to tell."""
    x = torch.zeros(1, requires_grad=True)
    y = (x * 0).sqrt() * 0
    with torch.autograd.set_detect_anomaly(True), see.warnings(), see.refusal("backward"):
        y.sum().backward()
    see("x.grad", x.grad)


@case()
def which_of_the_gradients_is_nan(torch, see):
    """The message counts the inputs of the step."""
    x = torch.zeros(2, requires_grad=True)
    y = x.detach() / x
    with torch.autograd.set_detect_anomaly(True), see.warnings("warned"), see.refusal("the second"):
        y.sum().backward()


@case()
def a_nan_made_by_a_hook(torch, see):
    """A nan that a hook makes is found at the next step."""
    x = torch.ones(1, requires_grad=True)
    y = x * 2
    y.register_hook(lambda gradient: gradient * float("nan"))
    with torch.autograd.set_detect_anomaly(True), see.warnings("warned"), see.refusal("backward"):
        y.sum().backward()


@case()
def what_steps_remember(torch, see):
    """Steps keep the traceback among their metadata while it is on."""
    x = torch.ones(1, requires_grad=True)
    with torch.autograd.set_detect_anomaly(True):
        inside = x * 2
    see("inside", sorted(inside.grad_fn.metadata))
    see("outside", (x * 2).grad_fn.metadata)


@case()
def changed_in_place_under_examination(torch, see):
    """The hint of the modified-in-place error points to the traceback above."""
    x = torch.ones(2, requires_grad=True)
    y = x.exp()
    y.add_(1)
    with torch.autograd.set_detect_anomaly(True), see.warnings("warned"), see.refusal("backward"):
        y.sum().backward()
