"""Hooks on the steps of the graph and on several tensors, and what the steps show of themselves."""
from typing import Any

from minitorch_compat.parity import chapter

case = chapter("autograd.node_hooks")


def pair(torch):
    return torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)


@case()
def what_a_hook_after_a_step_may_return(torch, see):
    """A tuple of as many gradients as the step has inputs, each as it was or None; anything else is refused."""
    x, w = pair(torch)
    for words, hook in (
        ("a tensor", lambda inputs, outputs: inputs[0]), ("one too few", lambda inputs, outputs: (inputs[0],)),
        ("a number", lambda inputs, outputs: (inputs[0], 3)),
        ("another size", lambda inputs, outputs: (inputs[0][:1], inputs[1])),
        ("a list", lambda inputs, outputs: [*inputs]), ("None for one", lambda inputs, outputs: (None, inputs[1])),
        ("threefold", lambda inputs, outputs: (inputs[0] * 3, inputs[1])),
    ):
        y = x * w
        y.grad_fn.register_hook(hook)
        with see.refusal(words):
            y.sum().backward()
        see(f"{words}: x.grad", x.grad)


@case()
def what_a_hook_before_a_step_may_return(torch, see):
    """A tuple of as many gradients as the step has results."""
    x, w = pair(torch)
    for words, hook in (
        ("a tensor", lambda outputs: outputs[0]), ("nothing in it", lambda outputs: ()),
        ("too many", lambda outputs: (outputs[0], outputs[0])), ("None", lambda outputs: (None,)),
        ("another dtype", lambda outputs: (outputs[0].double(),)), ("doubled", lambda outputs: (outputs[0] * 2,)),
    ):
        y = x * w
        y.grad_fn.register_prehook(hook)
        with see.refusal(words):
            y.sum().backward()
        see(f"{words}: x.grad", x.grad)


@case()
def around_an_accumulator(torch, see):
    """At a leaf come the tensor's hooks, the accumulator's first, the sum, the post-accumulate hooks, the last."""
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    accumulator = y.grad_fn.next_functions[0][0]
    log: list[Any] = []
    accumulator.register_hook(lambda inputs, outputs: log.append(("after", inputs, len(outputs), x.grad.tolist())))
    x.register_post_accumulate_grad_hook(lambda tensor: log.append(("accumulated", tensor.grad.tolist())))
    accumulator.register_prehook(lambda outputs: (outputs[0] * 4,))
    x.register_hook(lambda gradient: log.append(("tensor", gradient.tolist())))
    y.sum().backward()
    see("log", log)
    see("x.grad", x.grad)


@case()
def a_post_accumulate_hook_returns_nothing(torch, see):
    """What it returns is refused, after the gradient was added."""
    x = torch.ones(2, requires_grad=True)
    x.register_post_accumulate_grad_hook(lambda tensor: tensor.grad)
    with see.refusal():
        (x * 2).sum().backward()
    see("x.grad", x.grad)


@case()
def the_gradient_is_taken_in_a_hook(torch, see):
    """A post-accumulate hook may take the gradient away, so that none is kept."""
    x = torch.ones(2, requires_grad=True)

    def take(tensor):
        tensor.grad = None

    x.register_post_accumulate_grad_hook(take)
    (x * 2).sum().backward()
    see("x.grad", x.grad)


@case()
def hooks_taken_away_while_they_run(torch, see):
    """A pass that calls hooks calls those that there were when it began with them."""
    x = torch.ones(2, requires_grad=True)
    handles: list[Any] = []
    log: list[Any] = []

    def first(gradient):
        log.append("first")
        handles[1].remove()
        x.register_hook(lambda gradient: log.append("new"))

    handles.append(x.register_hook(first))
    handles.append(x.register_hook(lambda gradient: log.append("second")))
    (x * 2).sum().backward()
    log.append("again")
    handles[0].remove()
    (x * 2).sum().backward()
    see("log", log)


@case()
def handles_as_blocks(torch, see):
    """A handle ends its hook with a block, and may be removed twice."""
    x = torch.ones(2, requires_grad=True)
    with x.register_hook(lambda gradient: gradient * 100) as handle:
        (x * 2).sum().backward()
    see("x.grad", x.grad)
    handle.remove()
    (x * 2).sum().backward()
    see("afterwards: x.grad", x.grad)
    see("its class", type(handle).__module__)


@case()
def the_order_of_all_hooks(torch, see):
    """From the end to the leaf: a tensor's hooks, its step's first, and its step's last."""
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    z = y.exp()
    log: list[Any] = []
    for name, tensor in (("x", x), ("y", y), ("z", z)):
        tensor.register_hook(lambda gradient, name=name: log.append(f"tensor {name}"))
        if tensor.grad_fn is not None:
            tensor.grad_fn.register_prehook(lambda outputs, name=name: log.append(f"before {name}"))
            tensor.grad_fn.register_hook(lambda inputs, outputs, name=name: log.append(f"after {name}"))
    z.sum().backward()
    see("log", log)


@case()
def retaining_beside_hooks_of_the_step(torch, see):
    """What is retained has seen the tensor's hooks, not the step's."""
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    y.retain_grad()
    y.register_hook(lambda gradient: gradient * 10)
    y.grad_fn.register_prehook(lambda outputs: (outputs[0] * 7,))
    y.sum().backward()
    see("y.grad", y.grad)
    see("x.grad", x.grad)


@case()
def retaining_with_a_history(torch, see):
    """A retained gradient that is recorded is a clone."""
    x = torch.ones(2, requires_grad=True)
    y = x * x
    y.retain_grad()
    with see.warnings("the warning of backward"):
        (y * y).sum().backward(create_graph=True)
    see("y.grad", y.grad)


@case()
def several_results_and_their_hooks(torch, see):
    """A step with several results is called once, with None for those that no gradient reached."""
    x = torch.ones(2, 2, requires_grad=True)
    first, second = x.unbind(0)
    log: list[Any] = []
    first.grad_fn.register_prehook(lambda outputs: log.append([g if g is None else g.tolist() for g in outputs]))
    second.register_hook(lambda gradient: None if gradient is None else gradient * 5)
    second.retain_grad()
    (first * 2).sum().backward(retain_graph=True)
    (first + second * 3).sum().backward()
    see("log", log)
    see("second.grad", second.grad)
    see("x.grad", x.grad)


@case()
def hooks_of_several_results_in_turn(torch, see):
    """The hooks of a step's results run in the order in which they were registered."""
    x = torch.ones(3, 2, requires_grad=True)
    parts = x.unbind(0)
    log: list[Any] = []
    for number in (2, 0, 1):
        parts[number].register_hook(lambda gradient, number=number: log.append(number))
    (parts[1] * 2 + parts[0] * 3 + parts[2]).sum().backward()
    see("log", log)


@case()
def all_of_several_tensors(torch, see):
    """A multi-grad hook is called once a pass, when all gradients that come have come."""
    a, b, c, d = [torch.ones(2, requires_grad=True) for _ in range(4)]
    log: list[Any] = []

    def hook(gradients):
        log.append([None if each is None else each.tolist() for each in gradients])

    handle = torch.autograd.graph.register_multi_grad_hook((a, b, c, d), hook)
    (a * b + c).sum().backward()
    (a * b).sum().backward(inputs=[a])
    with see.refusal("with grad"):
        torch.autograd.grad((a + b * 2).sum(), [a, b])
    handle.remove()
    (a * b).sum().backward()
    see("log", log)
    see("its class", type(handle).__name__)


@case()
def any_of_several_tensors(torch, see):
    """In the mode "any" the first gradient of each pass is told."""
    a, b = pair(torch)
    log: list[Any] = []
    register = torch.autograd.graph.register_multi_grad_hook
    handle = register((a, b), lambda gradient: log.append(gradient.tolist()), mode="any")
    (a * b * 3).sum().backward()
    (b * 7).sum().backward()
    handle.remove()
    (a * 5).sum().backward()
    see("log", log)
    with see.refusal("another mode"):
        register((a,), log.append, mode="x")
    for mode in ("all", "any"):
        with see.refusal(f"a plain tensor, {mode}"):
            register((torch.ones(1),), log.append, mode=mode)


@case()
def what_a_step_shows(torch, see):
    """The names of a step's attributes, of an accumulator's and of a write's through a view."""
    x = torch.ones(2, requires_grad=True)
    node = (x * 2).grad_fn
    see("a product", [name for name in dir(node) if not name.startswith("__")])
    see("an accumulator", [name for name in dir(node.next_functions[0][0]) if not name.startswith("__")])
    y = x * 2
    y[:1].mul_(3)
    see("a write", [name for name in dir(y.grad_fn) if not name.startswith("__")])
    see("its node", isinstance(node, torch.autograd.graph.Node))
    see("requires grad", node.requires_grad)
    see("metadata", node.metadata)
    node.metadata["word"] = 1
    see("metadata set", node.metadata)


@case()
def sizes_a_step_expects(torch, see):
    """A step knows what the gradients of its results look like."""
    node = (torch.ones(2, 3, requires_grad=True) * 2).grad_fn
    (like,) = node._input_metadata
    see("shape", list(like.shape))
    see("dtype", str(like.dtype))
    see("device", str(like.device))


@case()
def calling_a_step(torch, see):
    """A step can be called with gradients, one for each of its results."""
    x = torch.ones(2, requires_grad=True)
    node = (x * 2).grad_fn
    see.gradient("called", node(torch.ones(2))[0])
    see("with None", node(None))
    for words, arguments in (("nothing", ()), ("too many", (torch.ones(2), torch.ones(2))), ("a number", (3,))):
        with see.refusal(words):
            node(*arguments)
    see("an accumulator", node.next_functions[0][0](torch.ones(2)))
    see("x.grad", x.grad)


@case()
def steps_cannot_be_made(torch, see):
    """Classes of steps make none, and a step is neither copied nor pickled."""
    import copy
    import pickle

    node = (torch.ones(2, requires_grad=True) * 2).grad_fn
    with see.refusal("the class of a step"):
        type(node)()
    with see.refusal("all steps"):
        torch.autograd.graph.Node()
    with see.refusal("copied"):
        copy.deepcopy(node)
    with see.refusal("pickled"):
        pickle.dumps(node)


@case()
def numbers_of_steps(torch, see):
    """Steps are numbered as they are recorded; an accumulator has the largest number."""
    x = torch.ones(2, requires_grad=True)
    first, second = (x * 2).grad_fn, (x * 3).grad_fn
    see("one after the other", second._sequence_nr() - first._sequence_nr())
    see("an accumulator", first.next_functions[0][0]._sequence_nr())
