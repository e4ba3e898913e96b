"""How gradients lie in memory, and what it takes to add to them."""
from minitorch_compat.parity import chapter

case = chapter("autograd.gradient_layout")


def seen_strides(see, words, x):
    see(f"{words}: strides", x.grad.stride())
    see(f"{words}: version", x.grad._version)


@case()
def gradients_lie_like_their_leaves(torch, see):
    """A dense leaf's gradient has its strides, any other's lies in a row."""
    for words, data in (
        ("transposed", torch.ones(3, 2).t()), ("permuted", torch.ones(2, 3, 4).permute(2, 0, 1)),
        ("expanded", torch.ones(1, 3).expand(2, 3)), ("with gaps", torch.ones(4, 6)[::2, ::2]),
        ("channels last", torch.ones(2, 3, 4, 5).to(memory_format=torch.channels_last)),
    ):
        for how, loss in (("sum", lambda x: x.sum()), ("product", lambda x: (x * x * x).mean())):
            x = data.detach().requires_grad_()
            loss(x).backward()
            seen_strides(see, f"{words}, {how}", x)


@case()
def strides_of_single_elements_do_not_count(torch, see):
    """Where a dimension has one element, its stride may differ."""
    x = torch.ones(2, 1, 3).transpose(0, 1).requires_grad_()
    (x * 2).sum().backward()
    seen_strides(see, "taken over", x)
    x.grad = None
    x.sum().backward()
    seen_strides(see, "copied", x)


@case()
def a_gradient_that_lies_otherwise(torch, see):
    """Adding to an assigned gradient with other strides works, with a warning."""
    x = torch.ones(3, 2).t().requires_grad_()
    x.grad = torch.zeros(2, 3)
    with see.warnings():
        (x * 2).sum().backward()
    see("x.grad", x.grad)
    seen_strides(see, "afterwards", x)


@case()
def a_gradient_over_shared_elements(torch, see):
    """An expanded gradient cannot be added to."""
    x = torch.ones(2, 3, requires_grad=True)
    x.grad = torch.zeros(1, 3).expand(2, 3)
    with see.refusal():
        (x * 2).sum().backward()


@case()
def the_policy_switched_off(torch, see):
    """Without the layout policy, gradients are taken over as they come, and nothing warns."""
    x = torch.ones(3, 2).t().requires_grad_()
    other = torch.ones(2, 3)
    (x * other).sum().backward()
    seen_strides(see, "enforced", x)
    x.grad = None
    with torch.autograd.enforce_grad_layout_policy(False):
        (x * other).sum().backward()
        seen_strides(see, "not enforced", x)
        x.grad = None
        x.contiguous().sum().backward()
        seen_strides(see, "expanded", x)
        with see.refusal("adding to that"):
            x.sum().backward()
    with see.refusal("no bool"):
        torch.autograd.enforce_grad_layout_policy("warn")


@case()
def one_gradient_shared_by_two_leaves(torch, see):
    """Two leaves with one gradient both add to it."""
    shared = torch.zeros(2)
    a, b = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
    a.grad = b.grad = shared
    (a * 2 + b * 3).sum().backward()
    see("shared", shared)
    see("version", shared._version)


@case()
def a_gradient_that_requires_grad(torch, see):
    """A gradient that is a leaf itself is added to in place."""
    x = torch.ones(2, requires_grad=True)
    x.grad = torch.ones(2, requires_grad=True)
    before = x.grad
    (x * 2).sum().backward()
    see("x.grad", x.grad)
    see("the same", x.grad is before)
    (x * 2).sum().backward(create_graph=True)
    see("recorded: x.grad", x.grad)
