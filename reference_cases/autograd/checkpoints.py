"""Checkpoints: parts of the computation that are run again in backward instead of being kept."""
import contextlib
from typing import Any

from minitorch_compat.parity import chapter

case = chapter("autograd.checkpoints")


def numbers(torch):
    return torch.tensor([1.0, 2.0], requires_grad=True)


@case()
def both_kinds(torch, see):
    """Both kinds run the part twice, once in forward and once in backward, and give the same gradients."""
    for reentrant in (True, False):
        x = numbers(torch)
        log: list[Any] = []

        def part(a, log=log):
            log.append(torch.is_grad_enabled())
            return (a * 2).sin().exp()

        y = torch.utils.checkpoint.checkpoint(part, x, use_reentrant=reentrant)
        see(f"reentrant {reentrant}: result", y)
        y.sum().backward()
        see(f"reentrant {reentrant}: x.grad", x.grad)
        see(f"reentrant {reentrant}: recording", log)


@case()
def the_kind_left_open(torch, see):
    """Whoever does not say which kind is warned and gets the reentrant one."""
    x = numbers(torch)
    with see.warnings("checkpoint"):
        see("result", torch.utils.checkpoint.checkpoint(torch.sin, x))
    with see.warnings("checkpoint_sequential"):
        see("in sequence", torch.utils.checkpoint.checkpoint_sequential([torch.sin, torch.exp], 2, x))


@case()
def arguments_refused(torch, see):
    """Named arguments and contexts belong to the kind that is not reentrant."""
    checkpoint, x = torch.utils.checkpoint.checkpoint, numbers(torch)
    for words, named in (
        ("a name", {"b": 3}), ("debug", {"debug": True}), ("contexts", {"context_fn": lambda: (1, 2)}),
    ):
        with see.refusal(words):
            checkpoint(lambda a, b=2: a * b, x, use_reentrant=True, **named)
    see("a name, not reentrant", checkpoint(lambda a, b=2: a * b, x, use_reentrant=False, b=3))
    with see.refusal("another check"):
        checkpoint(torch.sin, x, use_reentrant=False, determinism_check="bad")
    with see.refusal("no part"):
        checkpoint()
    with see.refusal("no such segments"):
        torch.utils.checkpoint.checkpoint_sequential([torch.sin], 0, x, use_reentrant=False)


@case()
def no_input_that_requires_grad(torch, see):
    """The reentrant kind needs an input that requires grad, the other follows what the part uses."""
    w = numbers(torch)
    with see.warnings("reentrant: warned"):
        see("reentrant", torch.utils.checkpoint.checkpoint(lambda a: a * w, torch.ones(2), use_reentrant=True))
    torch.utils.checkpoint.checkpoint(lambda a: a * w, torch.ones(2), use_reentrant=False).sum().backward()
    see("w.grad", w.grad)


@case()
def grad_of_a_checkpoint(torch, see):
    """grad and inputs= work with the kind that is not reentrant alone; so do second derivatives."""
    x = numbers(torch)
    checkpoint = torch.utils.checkpoint.checkpoint
    with see.refusal("grad"):
        torch.autograd.grad(checkpoint(lambda a: a**3, x, use_reentrant=True).sum(), x)
    with see.refusal("inputs"):
        checkpoint(lambda a: a**3, x, use_reentrant=True).sum().backward(inputs=[x])
    y = checkpoint(lambda a: a * a * a, x, use_reentrant=False)
    (first,) = torch.autograd.grad(y.sum(), x, create_graph=True)
    see.gradient("first", first)
    see.gradient("second", torch.autograd.grad(first.sum(), x))


@case()
def backward_twice(torch, see):
    """With retain_graph a part is run once more for each pass; without it the second pass is refused."""
    for reentrant in (True, False):
        x = numbers(torch)
        count: list[Any] = []

        def part(a, count=count):
            count.append(1)
            return (a * a).exp()

        y = torch.utils.checkpoint.checkpoint(part, x, use_reentrant=reentrant)
        y.sum().backward(retain_graph=True)
        y.sum().backward()
        with see.refusal(f"reentrant {reentrant}"):
            y.sum().backward()
        see(f"reentrant {reentrant}: runs", len(count))
        see(f"reentrant {reentrant}: x.grad", x.grad.tolist())


@case()
def results_of_every_kind(torch, see):
    """Tensors in a tuple are followed; the reentrant kind follows none in a list."""
    for reentrant in (True, False):
        x = numbers(torch)
        made = torch.utils.checkpoint.checkpoint(
            lambda a: (a * 2, 3, None, a > 1, [a * 3]), x, use_reentrant=reentrant
        )
        see(f"reentrant {reentrant}: results", made)
        made[0].sum().backward()
        see(f"reentrant {reentrant}: x.grad", x.grad)
        y = torch.utils.checkpoint.checkpoint(lambda a: a.detach(), x, use_reentrant=reentrant)
        with see.refusal(f"reentrant {reentrant}: nothing requires grad"):
            y.sum().backward()


@case()
def the_random_stream(torch, see):
    """The second run draws what the first drew, unless it is told not to, and the stream goes on where it was."""
    for reentrant in (True, False):
        for preserve in (True, False):
            torch.manual_seed(0)
            x = torch.ones(4, requires_grad=True)
            y = torch.utils.checkpoint.checkpoint(
                lambda a: a * torch.rand(4), x, use_reentrant=reentrant, preserve_rng_state=preserve
            )
            y.sum().backward()
            see(f"{reentrant} {preserve}: the same", torch.equal(x.grad, y.detach()))
            see(f"{reentrant} {preserve}: afterwards", torch.rand(1))


@case()
def ended_early(torch, see):
    """The second run ends as soon as all is there that was saved, unless it is told to go on."""
    x = numbers(torch)
    log: list[Any] = []

    def part(a):
        b = a.sin()
        log.append(1)
        c = b.exp() * 2
        log.append(2)
        return c

    for words, block, early in (
        ("early", contextlib.nullcontext(), True), ("to the end", contextlib.nullcontext(), False),
        ("by the block", torch.utils.checkpoint.set_checkpoint_early_stop(False), True),
    ):
        with block:
            y = torch.utils.checkpoint.checkpoint(part, x, use_reentrant=False, early_stop=early)
        log.clear()
        y.sum().backward()
        see(words, list(log))


@case()
def a_part_that_is_not_the_same_again(torch, see):
    """A second run that saves less, more, or other tensors is told of, where it can be seen."""
    for words, first, second, named in (
        ("fewer", lambda a: a.sin() * a, lambda a: a.exp(), {}),
        ("other sizes", lambda a: (a * a).sin(), lambda a: (a[:1] * a[:1]).sin(), {}),
        ("other sizes, unchecked", lambda a: (a * a).sin(), lambda a: (a[:1] * a[:1]).sin(),
         {"determinism_check": "none"}),
        ("more, ended early", lambda a: a.sin(), lambda a: a.sin().sin().sin(), {}),
        ("more", lambda a: a.sin(), lambda a: a.sin().sin().sin(), {"early_stop": False}),
    ):
        x, parts = numbers(torch), [second, first]
        y = torch.utils.checkpoint.checkpoint(
            lambda a, parts=parts: parts.pop()(a), x, use_reentrant=False, **named
        )
        with see.refusal(words):
            y.sum().backward()


@case()
def contexts_of_the_two_runs(torch, see):
    """Each run has a context of its own; the second, ended early, does not leave its context in order."""
    log: list[Any] = []

    @contextlib.contextmanager
    def told(name):
        log.append(("in", name))
        yield
        log.append(("out", name))

    x = numbers(torch)
    y = torch.utils.checkpoint.checkpoint(
        lambda a: a.sin().sin(), x, use_reentrant=False, context_fn=lambda: (told("first"), told("second"))
    )
    y.sum().backward()
    see("log", log)


@case()
def checkpoints_inside_checkpoints(torch, see):
    """A part may have parts of both kinds."""
    for reentrant in (True, False):
        x = numbers(torch)
        log: list[Any] = []

        def inner(a, log=log):
            log.append("inner")
            return a.sin().exp()

        def outer(a, log=log, inner=inner, reentrant=reentrant):
            log.append("outer")
            return torch.utils.checkpoint.checkpoint(inner, a * 2, use_reentrant=reentrant).cos()

        with see.warnings(f"reentrant {reentrant}: warned"):
            y = torch.utils.checkpoint.checkpoint(outer, x, use_reentrant=reentrant)
        y.sum().backward()
        see(f"reentrant {reentrant}: log", log)
        see(f"reentrant {reentrant}: x.grad", x.grad)


@case()
def one_after_the_other(torch, see):
    """checkpoint_sequential runs all segments but the last as checkpoints."""
    for reentrant in (True, False):
        x = numbers(torch)
        log: list[Any] = []

        def named(name, log=log):
            def step(a):
                log.append(name)
                return (a * (name + 1)).sigmoid()

            return step

        y = torch.utils.checkpoint.checkpoint_sequential(
            [named(number) for number in range(5)], 2, x, use_reentrant=reentrant
        )
        y.sum().backward()
        see(f"reentrant {reentrant}: log", log)
        see(f"reentrant {reentrant}: x.grad", x.grad)


@case()
def an_error_in_the_second_run(torch, see):
    """What the second run raises ends backward, and the mode is what it was."""
    for reentrant in (True, False):
        x = numbers(torch)
        runs: list[Any] = []

        def part(a, runs=runs):
            runs.append(1)
            if len(runs) == 2:
                raise ValueError("again")
            return a.sin()

        y = torch.utils.checkpoint.checkpoint(part, x, use_reentrant=reentrant)
        with see.refusal(f"reentrant {reentrant}"):
            y.sum().backward()
        see(f"reentrant {reentrant}: recording", torch.is_grad_enabled())


@case()
def looking_at_what_a_checkpoint_saved(torch, see):
    """A saved tensor that is looked at is computed again."""
    y = torch.utils.checkpoint.checkpoint(lambda a: a.sin().exp(), numbers(torch), use_reentrant=False)
    see("saved", y.grad_fn._saved_result)
    see("once more", y.grad_fn._saved_result)
