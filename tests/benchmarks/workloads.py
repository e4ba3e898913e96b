"""What is measured. A workload is one small function of a torch namespace that prepares and returns what is timed.

It never asks which engine it has. What it returns when called is compared between the engines by
`test_workloads.py`, so that no time is won by computing something else.
"""
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Step = Callable[[], Any]


@dataclass(frozen=True)
class Workload:
    """A name, the largest ratio to torch's time that we accept, and the function of a torch namespace."""

    name: str
    goal: float
    prepare: Callable[[Any], Step]
    room: str
    """`single`, `small` or `large`: how much of it there is, and so how often it is worth repeating."""


WORKLOADS: list[Workload] = []


def workload(name: str, goal: float, room: str) -> Callable[[Callable[[Any], Step]], Callable[[Any], Step]]:
    """Enter a function into the list."""

    def enter(prepare: Callable[[Any], Step]) -> Callable[[Any], Step]:
        WORKLOADS.append(Workload(name, goal, prepare, room))
        return prepare

    return enter


def single(name: str, goal: float) -> Callable[[Callable[[Any, bool], Step]], None]:
    """Enter one operation twice: as it is, and with an input that requires grad."""

    def enter(prepare: Callable[[Any, bool], Step]) -> None:
        workload(name, goal, "single")(lambda torch: prepare(torch, False))
        workload(f"{name}, recording", goal, "single")(lambda torch: prepare(torch, True))

    return enter


# ---- single operations


@single("x * y, 4 elements", 0.75)
def product(torch: Any, recording: bool) -> Step:
    x, y = torch.ones(4, requires_grad=recording), torch.ones(4)
    return lambda: x * y


@single("x + 2", 0.5)
def plus_number(torch: Any, recording: bool) -> Step:
    x = torch.ones(4, requires_grad=recording)
    return lambda: x + 2


@single("x.sum()", 1.0)
def total(torch: Any, recording: bool) -> Step:
    x = torch.ones(4, requires_grad=recording)
    return lambda: x.sum()


@single("x @ w, 2×2", 0.9)
def small_product(torch: Any, recording: bool) -> Step:
    x, w = torch.ones(2, 2, requires_grad=recording), torch.ones(2, 2)
    return lambda: x @ w


@single("x[0]", 0.6)
def first_row(torch: Any, recording: bool) -> Step:
    x = torch.ones(4, requires_grad=recording)
    return lambda: x[0]


# ---- small programs


@workload("x+2, y·y·3, mean, backward", 0.3, "small")
def small_graph(torch: Any) -> Step:
    def step() -> Any:
        x = torch.ones(2, 2, requires_grad=True)
        y = x + 2
        (y * y * 3).mean().backward()
        return x.grad

    return step


@workload("linear regression, 3 samples, 100 epochs", 0.12, "small")
def linear_regression(torch: Any) -> Step:
    x, y = torch.tensor([[1.0], [2.0], [3.0]]), torch.tensor([[2.0], [4.0], [6.0]])

    def step() -> Any:
        torch.manual_seed(0)
        model = torch.nn.Linear(1, 1)
        criterion = torch.nn.MSELoss()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
        for _ in range(100):
            loss = criterion(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return model.weight

    return step


@workload("linear regression, 100 samples, momentum, 100 epochs", 0.12, "small")
def regression_with_momentum(torch: Any) -> Step:
    torch.manual_seed(0)
    x = (torch.arange(100) / 50 - 1).reshape(100, 1)
    y = 3 * x + 10 + torch.rand(100, 1)

    def step() -> Any:
        torch.manual_seed(0)
        model = torch.nn.Linear(1, 1)
        criterion = torch.nn.MSELoss()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
        for _ in range(100):
            loss = criterion(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return model.weight

    return step


def training(torch: Any, model: Any, optimizer: Any, criterion: Any, x: Any, y: Any) -> Step:
    """One step of training, again and again on the same batch."""

    def step() -> Any:
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    return step


def small_perceptron(torch: Any) -> Any:
    torch.manual_seed(0)
    nn = torch.nn
    return nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 1))


def small_batch(torch: Any) -> tuple[Any, Any]:
    return torch.randn(32, 2), torch.randn(32, 1)


def large_perceptron(torch: Any) -> Any:
    torch.manual_seed(0)
    nn = torch.nn
    return nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10))


def large_batch(torch: Any) -> tuple[Any, Any]:
    return torch.randn(64, 784), torch.randint(0, 10, (64,))


@workload("MLP 2-16-16-1, Adam, batch 32", 0.25, "small")
def small_mlp(torch: Any) -> Step:
    model = small_perceptron(torch)
    optimizer = torch.optim.Adam(model.parameters())
    return training(torch, model, optimizer, torch.nn.MSELoss(), *small_batch(torch))


@workload("MLP 784-256-10, Adam, batch 64", 1.0, "small")
def large_mlp(torch: Any) -> Step:
    model = large_perceptron(torch)
    optimizer = torch.optim.Adam(model.parameters())
    return training(torch, model, optimizer, torch.nn.CrossEntropyLoss(), *large_batch(torch))


@workload("100 LSTM-style steps, hidden 64", 0.9, "small")
def recurrence(torch: Any) -> Step:
    torch.manual_seed(0)
    x = torch.randn(100, 1, 64)
    inner, outer = (torch.randn(64, 256) / 8 for _ in range(2))
    inner.requires_grad_()
    outer.requires_grad_()

    def step() -> Any:
        inner.grad = outer.grad = None
        h = c = torch.zeros(1, 64)
        for each in x:
            i, f, g, o = (each @ inner + h @ outer).chunk(4, 1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
        h.sum().backward()
        return outer.grad

    return step


@workload("small CNN, batch 32, 28×28", 1.2, "small")
def convolution(torch: Any) -> Step:
    torch.manual_seed(0)
    nn = torch.nn
    model = nn.Sequential(
        nn.Conv2d(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 16, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(400, 10),
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    x, y = torch.randn(32, 1, 28, 28), torch.randint(0, 10, (32,))
    return training(torch, model, optimizer, nn.CrossEntropyLoss(), x, y)


# ---- large arrays


@workload("(x·y+z).tanh().sum(), 10⁷, with backward", 0.3, "large")
def wide(torch: Any) -> Step:
    torch.manual_seed(0)
    x, y, z = (torch.rand(10**7, requires_grad=True) for _ in range(3))

    def step() -> Any:
        x.grad = y.grad = z.grad = None
        (x * y + z).tanh().sum().backward()
        return x.grad

    return step


@workload("sum and mean of 10⁷", 1.3, "large")
def sum_and_mean(torch: Any) -> Step:
    torch.manual_seed(0)
    x = torch.rand(10**7)
    return lambda: (x.sum(), x.mean())


@workload("softmax 4096×1000, with backward", 1.2, "large")
def softmax(torch: Any) -> Step:
    torch.manual_seed(0)
    x, g = torch.randn(4096, 1000, requires_grad=True), torch.randn(4096, 1000)

    def step() -> Any:
        x.grad = None
        torch.softmax(x, 1).backward(g)
        return x.grad

    return step


@workload("matmul 1024², with backward", 1.0, "large")
def matmul(torch: Any) -> Step:
    torch.manual_seed(0)
    x, y, g = torch.randn(1024, 1024, requires_grad=True), torch.randn(1024, 1024, requires_grad=True), None
    g = torch.randn(1024, 1024)

    def step() -> Any:
        x.grad = y.grad = None
        (x @ y).backward(g)
        return x.grad

    return step


# ---- deep graphs


def chain(torch: Any, length: int) -> tuple[Any, Any]:
    """A leaf, and the sum that so many additions one after the other make of it."""
    x = torch.ones(1, requires_grad=True)
    y = x
    for _ in range(length):
        y = y + 1.0
    return x, y


def deep(torch: Any, length: int) -> Any:
    """Build such a chain, go back through it, and throw it away."""
    x, y = chain(torch, length)
    y.backward()
    del y
    return x.grad
