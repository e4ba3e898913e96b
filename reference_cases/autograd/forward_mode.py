"""Dual tensors: a tangent that goes through what is computed, beside or without a graph."""
import warnings

from minitorch_compat.parity import chapter

case = chapter("autograd.forward_mode")


def forward_mode(torch):
    """The room; the first dual tensor of a process makes torch warn of its own use of something old."""
    forward_ad = torch.autograd.forward_ad
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with forward_ad.dual_level():
            forward_ad.make_dual(torch.ones(1), torch.ones(1))
    return forward_ad


def dual(torch, numbers=(1.0, 2.0), tangent=(1.0, 0.5)):
    """A dual tensor of the open level."""
    return torch.autograd.forward_ad.make_dual(torch.tensor(numbers), torch.tensor(tangent))


@case()
def a_tangent_goes_through(torch, see):
    """Inside a level a tensor with a tangent gives results with tangents, and they are printed."""
    forward_ad = forward_mode(torch)
    with forward_ad.dual_level():
        x = dual(torch)
        y = x * x * x
        see("text", repr(x))
        see("result", forward_ad.unpack_dual(y).tangent)
        see("sum", repr(y.sum()))


@case()
def there_must_be_a_level(torch, see):
    """Outside a level no dual tensor can be made, and no level can be left."""
    forward_ad = forward_mode(torch)
    with see.refusal("make"):
        forward_ad.make_dual(torch.ones(2), torch.ones(2))
    with see.refusal("exit"):
        forward_ad.exit_dual_level()
    see("unpacked", repr(forward_ad.unpack_dual(torch.ones(1))))


@case()
def levels_do_not_nest(torch, see):
    """A second level inside the first is refused."""
    forward_ad = forward_mode(torch)
    with forward_ad.dual_level(), see.refusal("second"):
        forward_ad.enter_dual_level()


@case()
def the_tangent_must_fit(torch, see):
    """A tangent has the size of its tensor, and both are of a floating dtype."""
    forward_ad = forward_mode(torch)
    with forward_ad.dual_level():
        with see.refusal("size"):
            forward_ad.make_dual(torch.ones(2), torch.ones(3))
        with see.refusal("integers"):
            forward_ad.make_dual(torch.ones(2, dtype=torch.int64), torch.ones(2))
        with see.refusal("integer tangent"):
            forward_ad.make_dual(torch.ones(2), torch.ones(2, dtype=torch.int64))
        with see.refusal("twice"):
            forward_ad.make_dual(dual(torch), torch.ones(2))


@case()
def unpacking(torch, see):
    """unpack_dual gives the tensor without its tangent, and the tangent itself."""
    forward_ad = forward_mode(torch)
    tangent = torch.tensor([1.0, 0.5])
    with forward_ad.dual_level():
        x = forward_ad.make_dual(torch.ones(2), tangent)
        parts = forward_ad.unpack_dual(x)
        see("primal", parts.primal)
        see("the same tangent", parts.tangent is tangent)
        see("text", repr(parts))


@case()
def tangents_end_with_their_level(torch, see):
    """When the level is left the tangents are gone, also from tensors that are still there."""
    forward_ad = forward_mode(torch)
    with forward_ad.dual_level():
        x = dual(torch)
        y = x * 3
    see("x", repr(x))
    see("y", repr(forward_ad.unpack_dual(y)))


@case()
def views_share_their_tangents(torch, see):
    """The tangent of a view is a view of the tangent: a write through one is seen through the other."""
    forward_ad = forward_mode(torch)
    with forward_ad.dual_level():
        x = dual(torch)
        x[:1].mul_(10)
        see("x", repr(x))


@case()
def a_write_hands_the_tangent_on(torch, see):
    """An ordinary tensor that a dual one is copied into becomes dual, with zeros where nothing was written."""
    forward_ad = forward_mode(torch)
    with forward_ad.dual_level():
        plain = torch.zeros(2, 2)
        row = plain[0]
        row.copy_(dual(torch))
        see("whole", repr(plain))
        see("row", repr(row))


@case()
def a_write_over_it_ends_the_tangent(torch, see):
    """Overwritten by a constant, a dual tensor keeps a tangent of zeros."""
    forward_ad = forward_mode(torch)
    with forward_ad.dual_level():
        x = dual(torch)
        x.copy_(torch.ones(2))
        see("x", repr(x))


@case()
def detached_without_tangent(torch, see):
    """detach takes the tangent away, clone keeps it."""
    forward_ad = forward_mode(torch)
    with forward_ad.dual_level():
        x = dual(torch)
        see("detached", repr(x.detach()))
        see("cloned", repr(x.clone()))


@case()
def modes(torch, see):
    """no_grad leaves tangents alone, inference mode stops them."""
    forward_ad = forward_mode(torch)
    with forward_ad.dual_level():
        x = dual(torch)
        with torch.no_grad():
            see("no_grad", repr(x * 2))
        with torch.inference_mode():
            see("inference", repr(x * 2))


@case()
def forward_over_reverse(torch, see):
    """Gradients of dual tensors have tangents: a Hessian times a vector in one pass back."""
    forward_ad = forward_mode(torch)
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    with forward_ad.dual_level():
        y = forward_ad.make_dual(x, torch.tensor([1.0, 0.0]))
        (gradient,) = torch.autograd.grad((y**3).sum(), x)
        see("gradient", repr(gradient))


@case()
def graph_and_tangent(torch, see):
    """A dual tensor that requires grad records both: the result and its tangent have histories."""
    forward_ad = forward_mode(torch)
    x = torch.tensor([0.5, 1.0], requires_grad=True)
    with forward_ad.dual_level():
        y = forward_ad.make_dual(x, torch.ones(2)) ** 3
        see("text", repr(y))
        see("of the tangent", torch.autograd.grad(forward_ad.unpack_dual(y).tangent.sum(), x))


@case()
def integers_have_no_tangent(torch, see):
    """What is not of a floating dtype has no tangent."""
    forward_ad = forward_mode(torch)
    with forward_ad.dual_level():
        x = dual(torch)
        see("compared", repr(x > 1))
        see("converted", repr(x.to(torch.int64)))
        see("position", repr(x.argmax()))


@case()
def a_function_with_jvp(torch, see):
    """A custom function carries tangents by its jvp, which gets zeros for inputs without one."""
    forward_ad = forward_mode(torch)

    class Scaled(torch.autograd.Function):  # type: ignore[name-defined]
        @staticmethod
        def forward(ctx, x, y):
            ctx.save_for_forward(x, y)
            return x * y

        @staticmethod
        def jvp(ctx, a, b):
            x, y = ctx.saved_tensors
            return a * y + b * x

    with forward_ad.dual_level():
        see("one dual", repr(Scaled.apply(dual(torch), torch.tensor([3.0, 4.0]))))


@case()
def a_function_without_jvp(torch, see):
    """Without jvp it is refused."""
    forward_ad = forward_mode(torch)

    class Plain(torch.autograd.Function):  # type: ignore[name-defined]
        @staticmethod
        def forward(ctx, x):
            return x * 2

    with forward_ad.dual_level(), see.refusal("apply"):
        Plain.apply(dual(torch))


@case()
def a_jacobian_forward(torch, see):
    """autograd.functional computes Jacobians and Hessians forward, all columns at once, and only so."""
    forward_mode(torch)
    functional = torch.autograd.functional
    x = torch.tensor([1.0, 2.0])
    see("jacobian", functional.jacobian(lambda t: t * t.sum(), x, strategy="forward-mode", vectorize=True))
    see(
        "hessian",
        functional.hessian(lambda t: (t**3).sum(), x, outer_jacobian_strategy="forward-mode", vectorize=True),
    )
    with see.refusal("not vectorized"):
        functional.jacobian(lambda t: t * 2, x, strategy="forward-mode")


@case()
def gradcheck_forward(torch, see):
    """gradcheck holds forward mode against differences, too."""
    forward_mode(torch)

    class Wrong(torch.autograd.Function):  # type: ignore[name-defined]
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g * 2

        @staticmethod
        def jvp(ctx, t):
            return t * 3

    x = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
    see("right", torch.autograd.gradcheck(torch.sin, (x,), check_forward_ad=True))
    with see.refusal("wrong"):
        torch.autograd.gradcheck(Wrong.apply, (x,), check_forward_ad=True)
