"""Functions of one's own: what they save, return, mark and forget."""
from minitorch_compat.parity import chapter

case = chapter("autograd.functions")


def square(torch):
    """The square, with its input saved."""

    class Square(torch.autograd.Function):  # type: ignore[name-defined]
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx, gradient):
            (x,) = ctx.saved_tensors
            return 2 * x * gradient

    return Square


@case(fact="B-081")
def forward_and_backward(torch, see):
    """apply records a node named after the class, which carries the gradient back by the user's formula."""
    Square = square(torch)
    x = torch.tensor([3.0], requires_grad=True)
    y = Square.apply(x)
    see("y", y)
    print(y)
    see("type of the node", type(y.grad_fn).__name__)
    see.graph("graph", y)
    y.backward()
    see("x.grad", x.grad)
    see("is a Function", isinstance(y.grad_fn, torch.autograd.Function))
    see("is a BackwardCFunction", isinstance(y.grad_fn, torch.autograd.function.BackwardCFunction))


@case(fact="B-081")
def after_its_pass(torch, see):
    """What was saved is freed by the pass, for looking as for a second pass."""
    x = torch.tensor([3.0], requires_grad=True)
    y = square(torch).apply(x)
    see("saved", y.grad_fn.saved_tensors)
    y.backward()
    with see.refusal("saved tensors"):
        y.grad_fn.saved_tensors  # noqa: B018
    with see.refusal("a second pass"):
        y.backward()


@case(fact="B-081")
def twice_differentiated(torch, see):
    """The formula is itself differentiable, and without an input that requires grad nothing is recorded."""
    Square = square(torch)
    x = torch.tensor([3.0], requires_grad=True)
    see("no grad wanted", Square.apply(torch.ones(1)))
    (gradient,) = torch.autograd.grad(Square.apply(x), x, create_graph=True)
    see.gradient("first", gradient)
    see.gradient("second", torch.autograd.grad(gradient, x))


@case(fact="B-082")
def what_backward_may_return(torch, see):
    """One gradient for each input, that fits it or can be summed to it; more only if they are None."""

    def function(returned):
        class Mine(torch.autograd.Function):  # type: ignore[name-defined]
            @staticmethod
            def forward(ctx, x):
                return x * 2

            @staticmethod
            def backward(ctx, gradient):
                return returned(gradient)

        return Mine

    x = torch.ones(2, requires_grad=True)
    for words, returned in (
        ("two", lambda g: (g, g)), ("another size", lambda g: torch.ones(3)), ("a number", lambda g: 1.0),
        ("None", lambda g: None), ("None too many", lambda g: (g, None)), ("nothing", lambda g: ()),
        ("a larger shape", lambda g: torch.ones(2, 2)), ("another dtype", lambda g: g.double()),
        ("a list", lambda g: [g]),
    ):
        x.grad = None
        with see.refusal(words):
            function(returned).apply(x).sum().backward()
        see(f"{words}: x.grad", x.grad)


@case(fact="B-083")
def several_inputs(torch, see):
    """None goes to what is no tensor; needs_input_grad says who wants a gradient."""
    log = []

    class Product(torch.autograd.Function):  # type: ignore[name-defined]
        @staticmethod
        def forward(ctx, a, b, k):
            ctx.save_for_backward(a, b)
            ctx.k = k
            return a * b * k

        @staticmethod
        def backward(ctx, gradient):
            a, b = ctx.saved_tensors
            log.append(ctx.needs_input_grad)
            return gradient * b * ctx.k, gradient * a * ctx.k, None

    a = torch.tensor(2.0, requires_grad=True)
    b = torch.tensor(3.0)
    Product.apply(a, b, 4).backward()
    see("a.grad", a.grad)
    see("b.grad", b.grad)
    see("needs_input_grad", log)


@case(fact="B-084")
def missing_pieces(torch, see):
    """Without forward apply fails, without backward the pass; only tensors can be saved."""

    class NoBackward(torch.autograd.Function):  # type: ignore[name-defined]
        @staticmethod
        def forward(ctx, x):
            return x * 2

    class NoForward(torch.autograd.Function):  # type: ignore[name-defined]
        pass

    class SavesANumber(torch.autograd.Function):  # type: ignore[name-defined]
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(5)
            return x * 2

    x = torch.ones(1, requires_grad=True)
    y = NoBackward.apply(x)
    for words, attempt in (
        ("no backward", lambda: y.backward()), ("a number saved", lambda: SavesANumber.apply(x)),
        ("no forward", lambda: NoForward.apply(x)),
    ):
        try:
            attempt()
        except Exception as error:
            see(words, f"{type(error).__name__}: {error}")


@case(fact="B-084")
def instances_and_keywords(torch, see):
    """Making an instance warns; a keyword for a tensor is accepted and not tracked."""

    class Twice(torch.autograd.Function):  # type: ignore[name-defined]
        @staticmethod
        def forward(ctx, x):
            return x * 2

    with see.warnings("an instance: warnings"), see.refusal("an instance"):
        Twice()
    with see.refusal("a keyword"):
        see("result", Twice.apply(x=torch.ones(1, requires_grad=True)))


@case(fact="B-085")
def once_differentiable(torch, see):
    """A backward so marked gives constants; where the gradient given to it requires grad, a second pass raises."""

    class Once(torch.autograd.Function):  # type: ignore[name-defined]
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x**2

        @staticmethod
        @torch.autograd.function.once_differentiable
        def backward(ctx, gradient):
            (x,) = ctx.saved_tensors
            return 2 * x * gradient

    x = torch.tensor(3.0, requires_grad=True)
    (first,) = torch.autograd.grad(Once.apply(x), x, create_graph=True)
    see.gradient("first", first)
    with see.refusal("first differentiated"):
        first.backward()
    w = torch.tensor(3.0, requires_grad=True)
    (second,) = torch.autograd.grad(Once.apply(w) ** 2, w, create_graph=True)
    see.gradient("of its square", second)
    with see.refusal("of its square, differentiated"):
        second.backward()


@case(fact="B-086")
def several_results(torch, see):
    """A result marked non-differentiable requires no grad; a result not used gets zeros."""
    log = []

    class Three(torch.autograd.Function):  # type: ignore[name-defined]
        @staticmethod
        def forward(ctx, x):
            place = x.argmax()
            ctx.mark_non_differentiable(place)
            return x * 2, x * 3, place

        @staticmethod
        def backward(ctx, a, b, c):
            log.append((a, b, c))
            return a * 2 + b * 3

    x = torch.ones(2, requires_grad=True)
    results = Three.apply(x)
    see("results", results)
    see("numbers", [each.output_nr for each in results])
    results[0].sum().backward()
    see("x.grad", x.grad)
    see.gradient("given to backward", log[0])


@case(fact="B-086")
def gradients_not_materialised(torch, see):
    """set_materialize_grads(False) leaves None for a result not used."""
    log = []

    class Two(torch.autograd.Function):  # type: ignore[name-defined]
        @staticmethod
        def forward(ctx, x):
            ctx.set_materialize_grads(False)
            return x * 2, x * 3

        @staticmethod
        def backward(ctx, a, b):
            log.append((a, b))
            return a * 2

    x = torch.ones(2, requires_grad=True)
    Two.apply(x)[0].sum().backward()
    see.gradient("given to backward", log[0])
    see("x.grad", x.grad)


@case(fact="B-087")
def an_input_written_to(torch, see):
    """mark_dirty and returning the input records the write on the tensor itself; a leaf refuses it."""

    class Increment(torch.autograd.Function):  # type: ignore[name-defined]
        @staticmethod
        def forward(ctx, x):
            x.add_(1)
            ctx.mark_dirty(x)
            return x

        @staticmethod
        def backward(ctx, gradient):
            return gradient

    x = torch.ones(1, requires_grad=True)
    y = x * 2
    z = Increment.apply(y)
    see("z", z)
    see.aliasing("y and z", y, z)
    see.graph("graph", z)
    with see.refusal("a leaf"):
        Increment.apply(x)


@case(fact="B-087")
def an_input_returned_as_it_is(torch, see):
    """The input returned becomes another tensor over the same memory, with the function in between."""

    class Same(torch.autograd.Function):  # type: ignore[name-defined]
        @staticmethod
        def forward(ctx, x):
            return x

        @staticmethod
        def backward(ctx, gradient):
            return gradient * 7

    w = torch.ones(1, requires_grad=True)
    i = Same.apply(w)
    see("i", i)
    see.aliasing("w and i", w, i)
    i.backward()
    see("w.grad", w.grad)


@case(fact="B-087")
def a_context_set_up_apart(torch, see):
    """With setup_context, forward does not see the context."""

    class Scaled(torch.autograd.Function):  # type: ignore[name-defined]
        @staticmethod
        def forward(x, k):
            return x * k

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.k = inputs[1]

        @staticmethod
        def backward(ctx, gradient):
            return gradient * ctx.k, None

    q = torch.ones(1, requires_grad=True)
    y = Scaled.apply(q, 5)
    see("y", y)
    y.backward()
    see("q.grad", q.grad)


@case(fact="B-127")
def tensors_within_a_list(torch, see):
    """Tensors inside a list are not tracked, so nothing is recorded."""

    class Add(torch.autograd.Function):  # type: ignore[name-defined]
        @staticmethod
        def forward(ctx, both):
            return both[0] + both[1]

        @staticmethod
        def backward(ctx, gradient):
            return gradient

    a = torch.ones(1, requires_grad=True)
    see("result", Add.apply([a, a]))
