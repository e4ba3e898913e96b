"""What one step of SGD does, and what a training loop prints and is fed, as document 004 tells it."""
import numpy as np

from minitorch_compat.parity import chapter, digits

case = chapter("documents.steps_and_messages", document="004_1f92f23d1b2036bb.txt")


@case(
    lines="19-20", fact="004-07", states={"a small step lowers the loss": True},
    note="A step that is too long raises it.",
)
def the_next_iteration_loses_less(torch, see):
    """Back propagation finds gradients of the loss, and a step along them makes the loss smaller."""
    lower = {}
    for rate in (0.01, 0.2):
        w = torch.tensor([1.0], requires_grad=True)
        before = ((w * 3 - 6) ** 2).sum()
        before.backward()
        with torch.no_grad():
            w -= rate * w.grad
        after = ((w * 3 - 6) ** 2).sum()
        see(f"{rate}: before", before)
        see(f"{rate}: after", after)
        see(f"{rate}: w", w)
        lower[rate] = bool(after < before)
    see("a small step lowers the loss", lower[0.01])
    see("a long step lowers the loss", lower[0.2])


@case(
    lines="67, 70", fact="004-20",
    states={"lr and momentum": [0.01, 0.9], "parameters": digits(6, [0.98, 0.942, 0.8878])},
)
def momentum_gathers_speed(torch, see):
    """SGD with rate 0.01 and momentum 0.9 moves by the gathered gradients, farther at each step."""
    w = torch.nn.Parameter(torch.tensor([1.0]))
    optimizer = torch.optim.SGD([w], lr=0.01, momentum=0.9)
    path = []
    for n in (1, 2, 3):
        optimizer.zero_grad()
        see(f"{n}: cleared w.grad", w.grad)
        (w * 2).sum().backward()
        optimizer.step()
        see(f"{n}: w", w)
        see(f"{n}: momentum", optimizer.state[w]["momentum_buffer"])
        path.append(w.item())
    see("parameters", path)
    see("lr and momentum", [optimizer.defaults["lr"], optimizer.defaults["momentum"]])
    see("printed", str(optimizer))
    see.state("optimizer", optimizer)


@case(
    lines="87", fact="004-21", states={"a line": "epoch10,losstensor(18.7500)"},
    verdict="ambiguous", why="One may expect the text that print gives; format takes the bare number of a scalar.",
)
def the_loss_in_a_message(torch, see):
    """Every tenth epoch a line tells its number and the loss, a tensor, by format."""
    loss = torch.tensor(18.75, requires_grad=True) * 1
    see("a line", f"epoch{10},loss{loss.data}")
    see("by the method", "loss{}".format(loss.data))  # noqa: UP032
    see("by percent", "loss%s" % loss.data)  # noqa: UP031
    see("by str", "loss" + str(loss.data))
    see("tracked", f"loss{loss}")
    see("of one element", f"{torch.tensor([4.5])}")
    see("with digits", f"{torch.tensor(4.123456789):.3f}")
    print(f"epoch{10},loss{torch.tensor(4.123456789)}")
    with see.refusal("one element with digits"):
        see("unreachable", f"{torch.tensor([4.5]):.3f}")


@case(lines="71-72", fact="004-22", states={"dtype": "torch.float32"})
def arrays_become_float32(torch, see):
    """The arrays are turned into float32 before tensors are made from them."""
    x = np.linspace(0, 10, 5)
    t = torch.from_numpy(x.astype("float32"))
    see("dtype", t.dtype)
    t[0] = 7
    see("t", t)
    see("x", x)
    see.aliasing("x and t", x, t)
    with see.refusal("float64 into a float32 layer"):
        torch.nn.Linear(1, 1)(torch.from_numpy(x.reshape(-1, 1)))
