"""vmap: a function of one example as a function of many."""
import warnings

from minitorch_compat.parity import chapter

case = chapter("func.vmap")


def forward_mode(torch):
    """Once through: the first dual tensor of a process makes torch warn of its own use of something old."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.func.jvp(lambda x: x, (torch.ones(1),), (torch.ones(1),))



def rows(torch):
    return torch.arange(6.0).reshape(2, 3)


@case()
def over_rows(torch, see):
    """The function sees one row; results are stacked."""
    see("sums", torch.vmap(lambda x: x.sum())(rows(torch)))
    see("products", torch.vmap(torch.dot)(rows(torch), torch.ones(2, 3)))
    see("the same", torch.vmap is torch.func.vmap)


@case()
def where_the_examples_lie(torch, see):
    """in_dims says along which dimension, None that all examples share it; out_dims where the results go."""
    x = rows(torch)
    see("columns", torch.vmap(lambda x: x.sum(), in_dims=1)(x))
    see("shared", torch.vmap(lambda x, y: x * y, in_dims=(0, None))(x, torch.tensor([1.0, 2.0, 3.0])))
    see("out", torch.vmap(lambda x: x * 2, out_dims=1)(x))


@case()
def in_containers(torch, see):
    """Arguments and results may be containers, and in_dims follows their structure."""
    x = rows(torch)
    see("result", torch.vmap(lambda d: {"a": d["x"].sum(), "b": (d["y"],)}, in_dims=({"x": 0, "y": None},))(
        {"x": x, "y": torch.ones(1)}
    ))


@case()
def what_the_function_sees(torch, see):
    """Inside, a tensor hides the dimension of the examples, and prints it."""
    found: dict = {}

    def looked_at(x):
        found["text"], found["shape"] = repr(x), tuple(x.shape)
        return x

    torch.vmap(looked_at)(rows(torch))
    see("text", found["text"])
    see("shape", found["shape"])
    torch.vmap(torch.vmap(looked_at))(rows(torch))
    see("nested", found["text"])


@case()
def misfits(torch, see):
    """Sizes that differ, dimensions that there are not, and arguments that are no tensors are refused."""
    x = rows(torch)
    with see.refusal("sizes"):
        torch.vmap(lambda x, y: x)(x, torch.ones(3))
    with see.refusal("dimension"):
        torch.vmap(lambda x: x, in_dims=2)(x)
    with see.refusal("a number"):
        torch.vmap(lambda x: x)(3)
    with see.refusal("nothing"):
        torch.vmap(lambda x: x)()
    with see.refusal("None"):
        torch.vmap(lambda x: x, in_dims=None)(x)


@case()
def results_must_be_tensors(torch, see):
    """A result that is no tensor is refused, and a batched one with out_dims None."""
    with see.refusal("a number"):
        torch.vmap(lambda x: 3)(torch.ones(2))
    with see.refusal("hidden"):
        torch.vmap(lambda x: x, out_dims=None)(torch.ones(2))


@case()
def no_decisions_on_numbers(torch, see):
    """What would need the number of one example is refused: item, if, nonzero, masks."""
    x = rows(torch)
    with see.refusal("item"):
        torch.vmap(lambda x: x.sum().item())(x)
    with see.refusal("if"):
        torch.vmap(lambda x: x if x.sum() > 3 else -x)(x)
    with see.refusal("nonzero"):
        torch.vmap(lambda x: x.nonzero())(x)
    with see.refusal("mask"):
        torch.vmap(lambda x: x[x > 1])(x)


@case()
def choosing_without_deciding(torch, see):
    """where chooses element by element for all examples."""
    see("chosen", torch.vmap(lambda x: torch.where(x > 1, x, 0.0))(rows(torch)))


@case()
def random_numbers(torch, see):
    """Random numbers are an error unless randomness says "same" for all or "different" for each."""
    x = torch.zeros(3)
    with see.refusal("error"):
        torch.vmap(lambda x: x + torch.rand(1))(x)
    torch.manual_seed(0)
    see("same", torch.vmap(lambda x: x + torch.rand(1), randomness="same")(x))
    torch.manual_seed(0)
    see("different", torch.vmap(lambda x: x + torch.rand(1), randomness="different")(x))
    with see.refusal("another word"):
        torch.vmap(lambda x: x, randomness="often")


@case()
def writing_in_place(torch, see):
    """Batched tensors can be written to; what all examples share cannot take what differs."""
    see("written", torch.vmap(lambda x: x.clone().mul_(2))(rows(torch)))
    with see.refusal("shared"):
        torch.vmap(lambda x: torch.zeros(3).add_(x))(rows(torch))


@case()
def in_chunks(torch, see):
    """chunk_size computes some examples at a time, with the same results."""
    see("result", torch.vmap(lambda x: x * 2, chunk_size=1)(rows(torch)))
    with see.refusal("none at a time"):
        torch.vmap(lambda x: x, chunk_size=0)


@case()
def gradients_of_each_example(torch, see):
    """vmap of grad gives one gradient for each example, by shared parameters, too."""
    x = rows(torch)
    see("by the example", torch.vmap(torch.func.grad(lambda x: (x**3).sum()))(x))
    weight = torch.tensor([1.0, 2.0, 3.0])
    loss = torch.func.grad(lambda w, x: (w * x).sum() ** 2)
    see("by the weight", torch.vmap(loss, in_dims=(None, 0))(weight, x))


@case()
def derivatives_through_it(torch, see):
    """grad and jacfwd go through vmap."""
    forward_mode(torch)
    x = rows(torch)
    see("grad", torch.func.grad(lambda x: torch.vmap(lambda y: (y * y).sum())(x).sum())(x))
    see("jacfwd", torch.func.jacfwd(torch.vmap(lambda y: y.sum() ** 2))(x))
    see("hessians", torch.vmap(torch.func.hessian(lambda y: (y**3).sum()))(x).tolist())


@case()
def gradients_in_batches(torch, see):
    """is_grads_batched takes many gradients at once; their first dimension counts them."""
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = x**2
    see("jacobian", torch.autograd.grad(y, x, torch.eye(3), is_grads_batched=True, retain_graph=True))
    with see.refusal("another size"):
        torch.autograd.grad(y, x, torch.ones(3, 2), is_grads_batched=True)


@case()
def several_models(torch, see):
    """stack_module_state stacks the parameters of models, to be run as one."""
    models = [torch.nn.Linear(2, 1) for _ in range(3)]
    with torch.no_grad():
        for place, model in enumerate(models):
            model.weight.fill_(place + 1.0)
            model.bias.fill_(0.5)
    parameters, buffers = torch.func.stack_module_state(models)
    see("shapes", {name: tuple(each.shape) for name, each in parameters.items()})
    x = torch.tensor([1.0, 2.0])
    see("results", torch.vmap(
        lambda p, b: torch.func.functional_call(models[0], (p, b), (x,))
    )(parameters, buffers))


@case()
def what_goes_from_example_to_example(torch, see):
    """Where there is no rule for all examples at once, a warning tells which operation is slow, each time."""
    with see.warnings("take"):
        see("taken", torch.vmap(lambda x: torch.take(x, torch.tensor([0, 2])))(rows(torch)))
    with see.warnings("again"):
        torch.vmap(lambda x: torch.take(x, torch.tensor([0])))(rows(torch))
    with see.warnings("comparison in place"):
        see("compared", torch.vmap(lambda x: x.clone().gt_(1))(rows(torch)).tolist())
    with see.warnings("quantile"):
        see("median", torch.vmap(lambda x: torch.quantile(x, 0.5))(rows(torch)))


@case()
def what_has_neither_rule_nor_loop(torch, see):
    """Recurrent layers, and noise that lies beside its result, are refused by name."""
    lstm = torch.nn.LSTM(3, 2)
    with see.refusal("lstm"):
        torch.vmap(lambda x: lstm(x)[0])(torch.ones(2, 4, 1, 3))
    with see.refusal("gru"):
        torch.vmap(lambda x: torch.nn.GRU(3, 2)(x)[0])(torch.ones(2, 4, 1, 3))
    with see.refusal("rrelu"):
        torch.vmap(torch.rrelu)(rows(torch))


@case()
def examples_written_to_one_tensor(torch, see):
    """What there is one of cannot hold a result for each example."""
    one = torch.zeros(3)
    with see.refusal("comparison"):
        torch.vmap(lambda x: one.clone().eq_(x))(rows(torch))
    with see.refusal("fill"):
        torch.vmap(lambda x: one.clone().fill_(x.sum()))(rows(torch))
    see("on the left", torch.vmap(lambda x: one.add(7) // (x + 1))(rows(torch)))
