"""What a user's function may do with its context, and what it may return."""
from typing import Any

from minitorch_compat.parity import chapter

case = chapter("autograd.function_contexts")


def function(torch, forward, backward=lambda ctx, *gradients: gradients[0]):
    """A function of one argument with these two methods."""
    return type("F", (torch.autograd.Function,), {"forward": staticmethod(forward), "backward": staticmethod(backward)})


def tensor(torch):
    return torch.ones(2, requires_grad=True)


@case()
def names_of_the_context(torch, see):
    """What the context has by name, and what it is."""
    seen: dict[str, Any] = {}

    def forward(ctx, a):
        ctx.word = 1
        seen["names"] = [name for name in dir(ctx) if not name.startswith("__")]
        seen["class"] = type(ctx).__name__
        seen["is the step"] = ctx
        return a * 2

    made = function(torch, forward)
    y = made.apply(tensor(torch))
    see("names", seen["names"])
    see("class", (seen["class"], type(y.grad_fn).__module__))
    see("is the step", seen["is the step"] is y.grad_fn)
    see("its class of functions", y.grad_fn._forward_cls is made)
    see("needs", y.grad_fn.needs_input_grad)
    see("to save", y.grad_fn.to_save)
    with see.refusal("called"):
        y.grad_fn(torch.ones(2))
    with see.refusal("materialize_grads"):
        _ = y.grad_fn.materialize_grads
    with see.refusal("saved_tensors set"):
        y.grad_fn.saved_tensors = 3
    with see.warnings("saved_variables"):
        see("saved before", y.grad_fn.saved_variables)


@case()
def way_back_by_two_names(torch, see):
    """The way back is called backward or vjp, not both."""
    x = tensor(torch)

    class Named(torch.autograd.Function):  # type: ignore[name-defined]
        @staticmethod
        def forward(ctx, a):
            return a * 2

        @staticmethod
        def vjp(ctx, gradient):
            return gradient * 5

    Named.apply(x).sum().backward()
    see("x.grad", x.grad)
    Named.backward = staticmethod(lambda ctx, gradient: gradient)
    with see.refusal("both"):
        Named.apply(x).sum().backward()


@case()
def ways_that_are_missing(torch, see):
    """Each missing method says so when it is called."""

    class Empty(torch.autograd.Function):  # type: ignore[name-defined]
        pass

    for name in ("forward", "backward", "vjp", "jvp", "vmap", "setup_context"):
        with see.refusal(name):
            getattr(Empty, name)(1, 2, 3)
    see("a rule for vmap", Empty.generate_vmap_rule)
    with see.refusal("applied"):
        Empty.apply(tensor(torch))


@case()
def gradients_for_what_wants_none(torch, see):
    """Beyond the arguments None is ignored; a gradient for what is no tensor is refused, one for a plain tensor not."""
    x, plain = tensor(torch), torch.ones(2)
    for words, back in (
        ("one too few", lambda g: (g, None)), ("Nones too many", lambda g: (g, None, None, None, None)),
        ("a gradient too many", lambda g: (g, None, None, g)), ("for a plain tensor", lambda g: (g, g, None)),
        ("for a number", lambda g: (g, None, g)), ("a list", lambda g: [g, None, None]), ("all None", lambda g: None),
    ):
        made = function(torch, lambda ctx, a, b, n: a * b, lambda ctx, g, back=back: back(g))
        x.grad = None
        with see.refusal(words):
            made.apply(x, plain, 1).sum().backward()
        see(f"{words}: x.grad", x.grad)


@case()
def gradients_that_do_not_fit(torch, see):
    """A gradient is summed to the argument's size and cast to its dtype where that is possible."""
    import numpy as np

    x = tensor(torch)
    for words, back in (
        ("a number", lambda g: 3), ("an ndarray", lambda g: np.ones(2)), ("one element", lambda g: g[:1]),
        ("three", lambda g: torch.ones(3)), ("no dimension", lambda g: torch.ones(())),
        ("more dimensions", lambda g: torch.ones(3, 2)), ("float64", lambda g: g.double()),
        ("integers", lambda g: torch.ones(2, dtype=torch.int64)), ("complex", lambda g: g * (1 + 2j)),
    ):
        x.grad = None
        with see.refusal(words):
            function(torch, lambda ctx, a: a * 2, lambda ctx, g, back=back: back(g)).apply(x).sum().backward()
        see(f"{words}: x.grad", x.grad)


@case()
def results_of_every_kind(torch, see):
    """A result is a tensor, or a tuple in which tensors have a history; everything else comes through as it is."""
    x = tensor(torch)
    for words, forward in (
        ("None", lambda ctx, a: None), ("a number", lambda ctx, a: 3), ("nothing", lambda ctx, a: ()),
        ("a list", lambda ctx, a: [a * 2]), ("a tuple of one", lambda ctx, a: (a * 2,)),
        ("a mixture", lambda ctx, a: (a * 2, 3, None, [a * 3])), ("integers", lambda ctx, a: torch.ones(2).long()),
    ):
        see(words, function(torch, forward).apply(x))
    seen: list[Any] = []

    def backward(ctx, *gradients):
        seen.append(gradients)
        return gradients[0]

    function(torch, lambda ctx, a: (a * 2, 3, a * 4), backward).apply(x)[0].sum().backward()
    see("gradients of a mixture", seen)


@case()
def saving_what_is_no_tensor(torch, see):
    """Tensors and None are saved, other things kept as attributes; the last call counts."""
    for words, what in (("a number", (3,)), ("text beside a tensor", (torch.ones(1), "x")), ("a list", ([],))):
        with see.refusal(words):
            function(torch, lambda ctx, a, what=what: (ctx.save_for_backward(*what), a * 2)[1]).apply(tensor(torch))
    seen: list[Any] = []

    def forward(ctx, a):
        ctx.save_for_backward(a, None)
        ctx.save_for_backward(None, a * 2)
        return a * 2

    def backward(ctx, gradient):
        seen.append(ctx.saved_tensors)
        return gradient

    y = function(torch, forward, backward).apply(tensor(torch))
    y.sum().backward()
    see("saved", seen)
    with see.refusal("freed"):
        _ = y.grad_fn.saved_tensors
    with see.refusal("for forward mode"):
        y.grad_fn.save_for_forward(3)


@case()
def second_backward_of_a_function(torch, see):
    """A function that saves nothing and asks for nothing may be passed twice; one that asks is told it was freed."""
    x = tensor(torch)
    y = function(torch, lambda ctx, a: a * 2).apply(x)
    y.sum().backward()
    y.sum().backward()
    see("x.grad", x.grad)
    z = function(torch, lambda ctx, a: a * 2, lambda ctx, g: (ctx.saved_tensors, g)[1]).apply(x)
    z.sum().backward()
    with see.refusal():
        z.sum().backward()


@case()
def marking_dirty(torch, see):
    """What is marked dirty is a tensor, an input, and among the results."""
    a = tensor(torch)
    for words, marked, result in (
        ("a number", lambda x: 3, lambda x: x), ("not returned", lambda x: x, lambda x: x * 1),
        ("a leaf", lambda x: x, lambda x: x),
    ):
        with see.refusal(words):
            made = function(torch, lambda ctx, x, m=marked, r=result: (ctx.mark_dirty(m(x)), r(x))[1])
            see(f"{words}: result", made.apply(a))
    b = a * 1
    c = function(torch, lambda ctx, x: (x.mul_(2), ctx.mark_dirty(x), x)[2], lambda ctx, g: g * 2).apply(b)
    see("one tensor", c is b)
    see("written", b)
    see.versions("version", b)
    with see.warnings("not an input"):
        function(torch, lambda ctx, x: (t := x.clone(), ctx.mark_dirty(t))[0]).apply(a)


@case()
def marking_without_gradient(torch, see):
    """What is marked as without gradient requires none; the others do."""

    def forward(ctx, a):
        mask, other = a > 0, a * 3
        ctx.mark_non_differentiable(mask, other)
        return a * 2, mask, other

    results = function(torch, forward).apply(tensor(torch))
    see("results", results)
    results[0].sum().backward()
    with see.refusal("a number"):
        function(torch, lambda ctx, a: (ctx.mark_non_differentiable(3), a * 1)[1]).apply(tensor(torch))


@case()
def inputs_and_views_returned(torch, see):
    """An input returned as it is becomes a view; results that are views may not be written to."""
    a = tensor(torch)
    b = a * 1
    for words, x, forward in (
        ("a leaf", a, lambda ctx, x: x), ("a result", b, lambda ctx, x: x), ("a view", b, lambda ctx, x: x.view(2, 1)),
        ("several views", b, lambda ctx, x: (x[:1], x[1:])),
    ):
        y = function(torch, forward).apply(x)
        y = y[0] if isinstance(y, tuple) else y
        see(f"{words}: is a view", y._is_view())
        see(f"{words}: result", y)
        with see.refusal(words):
            y.mul_(2)
    plain = torch.ones(2)
    y = function(torch, lambda ctx, x: x).apply(plain)
    see("nothing to record", (y is plain, y._is_view(), y.requires_grad))


@case()
def arguments_by_name(torch, see):
    """Arguments may be named, with and without setup_context."""
    a = tensor(torch)
    made = function(torch, lambda ctx, a, b=2, *, c=3: a * b, lambda ctx, g: (g, None))
    with see.refusal("a name that there is not"):
        made.apply(a, d=1)
    with see.refusal("one that has no place"):
        made.apply(a, c=1)

    class Apart(torch.autograd.Function):  # type: ignore[name-defined]
        @staticmethod
        def forward(a, b=2):
            return a * b

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.save_for_backward(inputs[0])
            ctx.b = inputs[1]

        @staticmethod
        def backward(ctx, gradient):
            return gradient * ctx.b, None

    for words, given, named in (("by place", (a, 3), {}), ("left out", (a,), {}), ("by name", (a,), {"b": 4})):
        a.grad = None
        Apart.apply(*given, **named).sum().backward()
        see(f"{words}: a.grad", a.grad)


@case()
def recording_inside_forward(torch, see):
    """What forward records for itself stays inside."""

    def forward(ctx, a):
        with torch.enable_grad():
            inner = a.detach().requires_grad_()
            out = inner * inner
            (ctx.slope,) = torch.autograd.grad(out.sum(), inner)
        return out

    a = tensor(torch)
    y = function(torch, forward, lambda ctx, g: g * ctx.slope).apply(a)
    see("result", y)
    y.sum().backward()
    see("a.grad", a.grad)


@case()
def names_of_old(torch, see):
    """Instances, functions with self, and functions of nested arguments are kept by name."""
    with see.warnings("an instance"):
        old = function(torch, lambda ctx, a: a)()
    with see.refusal("called"):
        old(tensor(torch))
    with see.warnings("a flag"):
        see("inplace", torch.autograd.function.InplaceFunction(True).inplace)

    class Nested(torch.autograd.function.NestedIOFunction):  # type: ignore[name-defined]
        pass

    with see.refusal("nested"):
        Nested.apply((tensor(torch),))
    with see.refusal("extended"):
        Nested.backward_extended(3)
