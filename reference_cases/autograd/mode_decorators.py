"""Grad modes as decorators, of functions, generators, coroutines and classes, and their rarer relatives."""
import asyncio
from typing import Any

from minitorch_compat.parity import chapter

case = chapter("autograd.mode_decorators")


@case()
def decorated_functions(torch, see):
    """A decorated function runs in its mode each time, keeps its name, and may call itself."""

    @torch.no_grad()
    def down(count, *, word="a"):
        """Counts down."""
        return (torch.is_grad_enabled(), word) if count == 0 else down(count - 1, word=word)

    see("result", down(3, word="b"))
    see("name and text", (down.__name__, down.__doc__))
    see("afterwards", torch.is_grad_enabled())
    see("without parentheses", torch.no_grad(lambda: torch.is_grad_enabled())())
    see("inference mode", torch.inference_mode(torch.is_inference_mode_enabled)())

    @torch.no_grad()
    def failing():
        raise ValueError("no")

    with see.refusal("an exception"):
        failing()
    see("after the exception", torch.is_grad_enabled())


@case()
def set_grad_enabled_as_decorator(torch, see):
    """It changes the mode when it is made, and gives it back when it is applied."""
    decorator = torch.set_grad_enabled(False)
    see("made", torch.is_grad_enabled())
    function = decorator(torch.is_grad_enabled)
    see("applied", torch.is_grad_enabled())
    see("called", function())
    see("text", repr(decorator))
    see("attributes", (decorator.mode, decorator.prev))


@case()
def what_set_grad_enabled_refuses(torch, see):
    """It takes a bool, nothing else."""
    for words, value in (("a number", 1), ("text", "a"), ("nothing", None), ("a tensor", torch.tensor(True))):
        with see.refusal(words):
            torch.set_grad_enabled(value)
    with see.refusal("no argument"):
        torch.set_grad_enabled()


@case()
def decorated_generators(torch, see):
    """A generator has the mode while its own code runs, for next, send, throw and close."""
    log: list[Any] = []

    @torch.no_grad()
    def generator():
        try:
            log.append(("received", (yield torch.is_grad_enabled()), torch.is_grad_enabled()))
            try:
                yield 2
            except ValueError as error:
                log.append(("caught", str(error), torch.is_grad_enabled()))
                yield 3
            return "end"
        finally:
            log.append(("finally", torch.is_grad_enabled()))

    running = generator()
    log.append((next(running), torch.is_grad_enabled()))
    log.append((running.send("hello"), torch.is_grad_enabled()))
    log.append((running.throw(ValueError("x")), torch.is_grad_enabled()))
    try:
        next(running)
    except StopIteration as stop:
        log.append(stop.value)
    running = generator()
    next(running)
    running.close()
    log.append(torch.is_grad_enabled())
    see("log", log)


@case()
def decorated_coroutines(torch, see):
    """A coroutine is only made within the mode; it runs without it."""

    @torch.no_grad()
    async def coroutine():
        before = torch.is_grad_enabled()
        await asyncio.sleep(0)
        return before, torch.is_grad_enabled()

    see("modes", asyncio.run(coroutine()))


@case()
def decorated_classes(torch, see):
    """A decorated class becomes a function that makes its objects within the mode, with a warning."""
    with see.warnings():

        @torch.no_grad()
        class Thing:
            def __init__(self, word):
                self.word, self.enabled = word, torch.is_grad_enabled()

            def now(self):
                return torch.is_grad_enabled()

    thing = Thing("a")
    see("made", (thing.word, thing.enabled, thing.now()))
    see("name", Thing.__name__)
    with see.refusal("as a class"):
        isinstance(thing, Thing)


@case()
def recording_inside_inference_mode(torch, see):
    """enable_grad inside inference mode says that it records, and does not."""
    with torch.inference_mode(), torch.enable_grad():
        x = torch.ones(2, requires_grad=True)
        see("says", torch.is_grad_enabled())
        see("product", x * 2)
    with torch.no_grad(), torch.inference_mode(False):
        see("leaving it", torch.is_grad_enabled())
    see("afterwards", torch.is_grad_enabled())


@case()
def numbers_after_inference_mode(torch, see):
    """A number that was multiplied with in inference mode can be used where gradients are recorded."""
    with torch.inference_mode():
        torch.ones(2) * 2.71875
    x = torch.ones(2, requires_grad=True)
    (x * 2.71875).sum().backward()
    see("x.grad", x.grad)


@case()
def texts_of_the_modes(torch, see):
    """The modes show the room that they are from."""
    for mode in (torch.no_grad, torch.enable_grad, torch.set_grad_enabled, torch.inference_mode):
        see(mode.__name__, mode.__module__)
    see("one and the same", torch.no_grad is torch.autograd.grad_mode.no_grad)
    switch = torch.no_grad()
    see("before", switch.prev)
    with switch:
        see("within", switch.prev)


@case()
def rarer_switches(torch, see):
    """Backward's threads and the replay of views are switches of the thread as well."""
    grad_mode = torch.autograd.grad_mode
    with torch.autograd.set_multithreading_enabled(False):
        see("one thread", torch.autograd.is_multithreading_enabled())
    see("again several", torch.autograd.is_multithreading_enabled())
    with grad_mode._force_original_view_tracking(True):
        see("replay", torch.autograd.is_view_replay_enabled())
    see("no replay", torch.autograd.is_view_replay_enabled())
    x = torch.zeros(2)
    with grad_mode._unsafe_preserve_version_counter(x):
        x.add_(1)
        see("inside", x._version)
    see("outside", x._version)
    with see.refusal("no bool"):
        torch.autograd.set_multithreading_enabled("a")


@case()
def names_of_the_rooms(torch, see):
    """What the rooms of autograd offer by name."""
    see("autograd", sorted(torch.autograd.__all__))
    see("graph", sorted(torch.autograd.graph.__all__))
    see("function", sorted(torch.autograd.function.__all__))
    see("grad_mode", sorted(torch.autograd.grad_mode.__all__))
