"""Grad modes: no_grad, enable_grad, set_grad_enabled, inference_mode."""
import threading

from minitorch_compat.parity import chapter

case = chapter("autograd.modes")


@case(fact="B-055")
def no_grad(torch, see):
    """Under no_grad results do not require grad, but new leaves may, and the mode ends with the block."""
    x = torch.ones(2, requires_grad=True)
    with torch.no_grad():
        y = x * 2
        see("y", y)
        see("enabled inside", torch.is_grad_enabled())
        see("a leaf made inside", torch.ones(1, requires_grad=True))
        see("a parameter made inside", torch.nn.Parameter(torch.ones(1)))
    see("enabled afterwards", torch.is_grad_enabled())
    see("x", x)
    with see.refusal("backward"):
        y.sum().backward()
    y.requires_grad_()
    (y * 3).sum().backward()
    see("y.grad", y.grad)
    see("x.grad", x.grad)


@case(fact="B-056")
def nested_modes(torch, see):
    """enable_grad records again inside no_grad, and each block restores what it found, also after an exception."""
    x = torch.ones(1, requires_grad=True)
    with torch.no_grad():
        with torch.enable_grad():
            see("enabled within", x * 2)
        see("disabled again", x * 2)
    with torch.set_grad_enabled(False):
        see("set to False", x * 2)
    with see.refusal(), torch.no_grad():
        raise ValueError("inside")
    see("after an exception", torch.is_grad_enabled())


@case(fact="B-056")
def a_mode_set_by_a_call(torch, see):
    """Called as a function, set_grad_enabled holds until it is called again."""
    torch.set_grad_enabled(False)
    see("off", torch.is_grad_enabled())
    torch.set_grad_enabled(True)
    see("on", torch.is_grad_enabled())


@case(fact="B-056")
def modes_as_decorators(torch, see):
    """no_grad decorates functions, with parentheses or without, and keeps their names."""
    x = torch.ones(1, requires_grad=True)

    @torch.no_grad()
    def twice(t):
        """Doubles."""
        return t * 2

    @torch.no_grad
    def thrice(t):
        return t * 3

    @torch.set_grad_enabled(False)
    def four_times(t):
        return t * 4

    @torch.inference_mode()
    def five_times(t):
        return t * 5

    for function in (twice, thrice, four_times):
        see(function.__name__, function(x))
    see("inference", five_times(x).is_inference())
    see("docstring", twice.__doc__)
    see("enabled afterwards", torch.is_grad_enabled())


@case(fact="B-056")
def a_decorated_generator(torch, see):
    """The mode holds while a generator's own code runs, and not between its values."""

    @torch.no_grad()
    def two():
        yield torch.is_grad_enabled()
        yield torch.is_grad_enabled()

    values = two()
    see("first", next(values))
    see("between", torch.is_grad_enabled())
    see("second", next(values))


@case(fact="B-057")
def inference_tensors(torch, see):
    """Inside inference_mode tensors are made that know neither history nor versions; it turns grad mode off."""
    x = torch.ones(2, requires_grad=True)
    with torch.inference_mode():
        t = x * 2
        see("t inside", t)
        see("t.is_inference()", t.is_inference())
        see("modes", (torch.is_inference_mode_enabled(), torch.is_grad_enabled()))
        made = torch.ones(1)
        t.add_(1)
    see("t", t)
    see("made inside", made.is_inference())
    see("x", x.is_inference())
    see("clone", t.clone().is_inference())


@case(fact="B-057")
def inference_tensors_outside(torch, see):
    """Outside they can be neither written, nor saved for backward, nor flagged; a clone can."""
    x = torch.ones(2, requires_grad=True)
    w = torch.ones(2, requires_grad=True)
    with torch.inference_mode():
        t = x * 2
        made = torch.ones(1)
    for words, attempt in (
        ("_version", lambda: t._version), ("add_", lambda: t.add_(1)), ("saved by a product", lambda: t * w),
        ("not saved by a sum", lambda: t + w), ("requires_grad_", lambda: t.requires_grad_()),
        ("backward", lambda: t.sum().backward()), ("requires_grad", lambda: setattr(made, "requires_grad", True)),
        ("a view written", lambda: t.view(2).add_(1)),
    ):
        with see.refusal(words):
            attempt()
    see("t", t)
    see("with a clone", t.clone() * w)


@case(fact="B-058")
def each_thread_has_its_own_mode(torch, see):
    """A new thread records, whatever the mode of the one that starts it."""
    seen = []

    def work() -> None:
        seen.append((torch.is_grad_enabled(), torch.is_inference_mode_enabled()))

    for words, mode in (("no_grad", torch.no_grad()), ("inference_mode", torch.inference_mode())):
        with mode:
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
            see(f"{words}: here", (torch.is_grad_enabled(), torch.is_inference_mode_enabled()))
        see(f"{words}: in the thread", seen.pop())


@case(fact="B-059")
def the_mode_inside_backward(torch, see):
    """Forward of a function runs without recording; backward and hooks record only under create_graph."""
    seen = []

    class Twice(torch.autograd.Function):  # type: ignore[name-defined]
        @staticmethod
        def forward(ctx, x):
            seen.append(("forward", torch.is_grad_enabled()))
            return x * 2

        @staticmethod
        def backward(ctx, gradient):
            seen.append(("backward", torch.is_grad_enabled()))
            return gradient * 2

    x = torch.tensor(1.0, requires_grad=True)
    x.register_hook(lambda gradient: seen.append(("hook", torch.is_grad_enabled())))
    Twice.apply(x).backward()
    torch.autograd.grad(Twice.apply(x), x, create_graph=True)
    see("modes", seen)
