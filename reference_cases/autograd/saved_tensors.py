"""What steps save: its names, its values, and hooks that pack it away and bring it back."""
from typing import Any

from minitorch_compat.parity import chapter

case = chapter("autograd.saved_tensors")


def numbers(torch):
    return torch.tensor([1.0, 2.0], requires_grad=True)


@case()
def names_of_what_is_saved(torch, see):
    """Each step shows what it saved under the name of the argument, or as its result."""
    x, w = numbers(torch), torch.tensor([3.0, 4.0], requires_grad=True)
    m, n = w.view(1, 2), x.view(2, 1)
    for words, y in (
        ("product", x * w), ("quotient", x / w), ("power", x**w), ("dot product", x @ w), ("exp", x.exp()),
        ("matrix and vector", (n @ m) @ x),
        ("where", torch.where(x > 1, x, w)), ("clamp_min", x.clamp_min(w)), ("masked_fill", x.masked_fill(x > 1, 0)),
        ("maximum", torch.maximum(x, w)), ("addcmul", torch.addcmul(x, w, w)), ("lerp", torch.lerp(x, w, x)),
    ):
        names = sorted(name for name in dir(y.grad_fn) if name.startswith("_saved"))
        see(f"{words}: names", names)
        for name in names:
            see(f"{words}: {name}", getattr(y.grad_fn, name))


@case()
def indices_that_are_saved(torch, see):
    """Saved indices are plain tensors."""
    x = torch.tensor([[3.0, 1.0], [2.0, 4.0]], requires_grad=True)
    for words, y in (("max", x.max(1)[0]), ("sort", x.sort(1)[0]), ("topk", x.topk(1)[0])):
        see(f"{words}: indices", y.grad_fn._saved_indices)
        see(f"{words}: sizes", y.grad_fn._saved_self_sym_sizes)


@case()
def what_the_first_hook_sees(torch, see):
    """The hook that packs is given the tensors themselves, results with their history, and is not recorded."""
    x = numbers(torch)
    seen: list[Any] = []

    def pack(tensor):
        seen.append((tensor, tensor.tolist(), tensor.requires_grad, tensor.is_leaf, torch.is_grad_enabled()))
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda packed: packed):
        y = x * x
        z = y.exp()
    see("what", [each[1:] for each in seen])
    see("themselves", [tensor is x for tensor, *_ in seen[:2]] + [seen[2][0] is z])
    see("saved", y.grad_fn._saved_self)
    z.sum().backward()
    see("x.grad", x.grad)


@case()
def in_which_order_they_are_packed(torch, see):
    """By the names of the arguments, the result last; numbers are not packed."""
    x, w = numbers(torch), torch.tensor([3.0, 4.0], requires_grad=True)
    for words, make in (
        ("product", lambda: x * w), ("power", lambda: x**w), ("dot product", lambda: x @ w),
        ("matrix product", lambda: x.view(2, 1) @ w.view(1, 2)), ("lerp", lambda: torch.lerp(x, w, x)),
        ("a number", lambda: x * 2), ("a tensor of one number", lambda: x * torch.tensor(2.0)),
        ("prod", lambda: x.prod()), ("norm", lambda: x.norm()),
    ):
        log: list[Any] = []

        def pack(tensor, log=log):
            log.append(tensor.tolist())

        with torch.autograd.graph.saved_tensors_hooks(pack, lambda packed: packed):
            make()
        see(words, log)


@case()
def what_the_second_hook_may_return(torch, see):
    """The hook that unpacks returns a tensor."""
    x = numbers(torch)
    with torch.autograd.graph.saved_tensors_hooks(lambda tensor: tensor, lambda packed: 3):
        y = x.exp()
    with see.refusal("in backward"):
        y.sum().backward()
    with see.refusal("looked at"):
        _ = y.grad_fn._saved_result
    hooks = torch.autograd.graph.saved_tensors_hooks
    with see.refusal("an exception of the first"), hooks(lambda tensor: 1 / 0, lambda packed: packed):
        x.exp()
    with see.refusal("one hook"):
        hooks(lambda tensor: tensor)
    with see.refusal("no hooks"):
        hooks(3, 4).__enter__()


@case()
def a_hook_that_writes(torch, see):
    """The hook that packs may not write to what it is given."""
    x = numbers(torch)
    with see.refusal(), torch.autograd.graph.saved_tensors_hooks(lambda tensor: tensor.mul_(2), lambda packed: packed):
        x.exp()


@case()
def hooks_around_writes(torch, see):
    """An operation that writes packs what it overwrites before it does."""
    x = numbers(torch)
    log: list[Any] = []

    def pack(tensor):
        log.append(tensor.tolist())
        return tensor.clone()

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda packed: packed):
        y = x * 1
        y.mul_(y)
        y.exp_()
        y.pow_(2)
        y.sigmoid_()
    y.sum().backward()
    see("log", log)
    see("x.grad", x.grad)


@case()
def hooks_inside_hooks(torch, see):
    """The innermost pair alone is called, and each tensor comes back through the pair that packed it."""
    x = numbers(torch)
    hooks = torch.autograd.graph.saved_tensors_hooks
    log: list[Any] = []

    def named(name):
        def unpack(packed):
            log.append((name, packed[0]))
            return packed[1]

        return hooks(lambda tensor: (name, tensor), unpack)

    with named("outer"):
        y = x.exp()
        with named("inner"):
            z = y.exp()
        z = z.exp()
    z.sum().backward()
    see("log", log)
    see("x.grad", x.grad)


@case()
def what_was_copied_may_change(torch, see):
    """A packed copy does not mind that the tensor is written to, a packed tensor itself does."""
    for words, pack in (("a copy", lambda tensor: tensor.clone()), ("itself", lambda tensor: tensor)):
        x = numbers(torch)
        with torch.autograd.graph.saved_tensors_hooks(pack, lambda packed: packed):
            h = x * 1
            y = h * h
        h.add_(1)
        with see.refusal(words):
            y.sum().backward()
        see(f"{words}: x.grad", x.grad)


@case()
def hooks_on_one_saved_tensor(torch, see):
    """A single saved tensor can be given hooks, once, until it is freed."""
    x = numbers(torch)
    y = x.exp()
    saved = y.grad_fn._raw_saved_result
    log: list[Any] = []

    def unpack(packed):
        log.append("unpacked")
        return packed

    saved.register_hooks(lambda tensor: tensor * 1, unpack)
    with see.refusal("twice"):
        saved.register_hooks(lambda tensor: tensor, lambda packed: packed)
    y.sum().backward()
    see("log", log)
    see("x.grad", x.grad)
    with see.refusal("freed"):
        saved.register_hooks(lambda tensor: tensor, lambda packed: packed)
    with see.refusal("its value"):
        _ = y.grad_fn._saved_result
    see("data of a living one", (x * x).grad_fn._raw_saved_self.data)


@case()
def hooks_disabled(torch, see):
    """Where hooks are disabled they are refused with the text that was given; what is in force cannot be disabled."""
    graph = torch.autograd.graph

    def enter():
        with graph.saved_tensors_hooks(lambda tensor: tensor, lambda packed: packed):
            pass

    with graph.disable_saved_tensors_hooks("outer"):
        with graph.disable_saved_tensors_hooks("inner"), see.refusal("inside"):
            enter()
        with see.refusal("outside"):
            enter()
    see("afterwards", enter())
    hooks = graph.saved_tensors_hooks(lambda tensor: tensor, lambda packed: packed)
    with see.refusal("while hooks are in force"), hooks, graph.disable_saved_tensors_hooks("too late"):
        pass
    with see.refusal("no text"), graph.disable_saved_tensors_hooks(3):
        pass


@case()
def mutation_allowed(torch, see):
    """Within allow_mutation_on_saved_tensors values may change after they were saved; afterwards not."""
    allow = torch.autograd.graph.allow_mutation_on_saved_tensors
    x = torch.ones(2, requires_grad=True)
    with allow():
        h = x * 2
        y = (h * h).sum()
        h.view(2).add_(1)
        y.backward()
        see("x.grad", x.grad)
        with see.refusal("inside each other"), allow():
            pass
        h = x * 2
        y = (h * h).sum()
    with see.refusal("afterwards"):
        y.backward()


@case()
def writes_counted_by_hand(torch, see):
    """increment_version counts a write, of one tensor or several; nothing else is taken."""
    increment = torch.autograd.graph.increment_version
    x = torch.ones(2)
    increment(x)
    increment([x, x])
    see.versions("version", x)
    with see.refusal("a number"):
        increment(3)
    with see.refusal("numbers"):
        increment([3])
    z = torch.ones(2, requires_grad=True).exp()
    increment(z)
    with see.refusal("a result that was saved"):
        z.sum().backward()
