"""Two hundred steps of networks that tell classes apart: layers, images, and a plain logistic regression."""
from minitorch_compat.parity import Bound, Scaled, chapter

case = chapter("training.classifiers")

WIDE: dict[str, Bound | Scaled] = {
    "losses": Bound("products of matrices are added in another order, step after step", relative=1e-12),
    "model": Scaled(1e-11, "the last bits of 200 updates"),
}
NARROW: dict[str, Bound | Scaled] = {
    "losses": Bound("float32 has seven digits, and each step begins where the last one ended", relative=1e-4),
    "model": Scaled(1e-4, "the last bits of 200 updates"),
}


def told(see, model, losses):
    """What is seen of every run: losses step by step, some of them as printed, and what was learned."""
    see("losses", losses)
    for step in range(19, len(losses), 20):
        print(f"step {step + 1:3d}: loss {losses[step]:.4f}")
    see.state("model", model)
    see.stream()


def perceptron(torch, see, dtype):
    torch.manual_seed(1)
    x = torch.randn(80, 6, dtype=dtype)
    y = ((x[:, 0] * x[:, 1] > 0).long() + (x[:, 2] > 0.5).long())
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, y), batch_size=8, shuffle=True)
    model = torch.nn.Sequential(
        torch.nn.Linear(6, 16), torch.nn.ReLU(), torch.nn.Dropout(0.2), torch.nn.Linear(16, 3)
    ).to(dtype)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, nesterov=True)
    losses = []
    for epoch in range(20):
        model.train()
        for inputs, labels in loader:
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(model(inputs), labels)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        if epoch % 5 == 4:
            model.eval()
            with torch.no_grad():
                right = (model(x).argmax(1) == y).sum()
            print(f"epoch {epoch + 1}: {right} of {len(y)} right")
    told(see, model, losses)


@case(tolerance=WIDE)
def layers_with_dropout_in_float64(torch, see):
    """An MLP with dropout learns from a loader that shuffles, in float64."""
    perceptron(torch, see, torch.float64)


@case(tolerance=NARROW)
def layers_with_dropout_in_float32(torch, see):
    """An MLP with dropout learns from a loader that shuffles, in float32."""
    perceptron(torch, see, torch.float32)


def images(torch, see, dtype):
    torch.manual_seed(2)
    y = torch.arange(64) % 2
    x = torch.randn(64, 1, 6, 6, dtype=dtype)
    x[y == 1, :, 2:4, 1:5] += 0.8
    model = torch.nn.Sequential(
        torch.nn.Conv2d(1, 4, 3, padding=1, bias=False), torch.nn.BatchNorm2d(4), torch.nn.ReLU(),
        torch.nn.MaxPool2d(2), torch.nn.Flatten(), torch.nn.Linear(36, 2),
    ).to(dtype)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003, fused=True)
    losses = []
    for _ in range(200):
        chosen = torch.randint(0, 64, (8,))
        loss = torch.nn.functional.cross_entropy(model(x[chosen]), y[chosen], label_smoothing=0.1)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    model.eval()
    with torch.no_grad():
        print(f"{(model(x).argmax(1) == y).sum()} of {len(y)} right")
    told(see, model, losses)


@case(tolerance=WIDE)
def images_with_batch_norm_in_float64(torch, see):
    """A CNN with batch norm and pooling finds a bar in small images, in float64."""
    images(torch, see, torch.float64)


@case(tolerance=NARROW)
def images_with_batch_norm_in_float32(torch, see):
    """A CNN with batch norm and pooling finds a bar in small images, in float32."""
    images(torch, see, torch.float32)


def logistic(torch, see, dtype):
    torch.manual_seed(3)
    x = torch.randn(40, 4, dtype=dtype)
    y = (torch.rand(40, 1, dtype=dtype) < torch.sigmoid(x[:, :1] - x[:, 1:2])).to(dtype)
    model = torch.nn.Linear(4, 1).to(dtype)
    optimizer = torch.optim.LBFGS(model.parameters(), lr=0.05, max_iter=1, history_size=5)
    losses = []

    def closure():
        optimizer.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(model(x), y)
        loss = loss + 0.01 * sum((each ** 2).sum() for each in model.parameters())
        loss.backward()
        return loss

    for _ in range(200):
        losses.append(optimizer.step(closure).item())
    told(see, model, losses)


@case(tolerance=WIDE)
def logistic_regression_by_lbfgs_in_float64(torch, see):
    """Logistic regression with a penalty goes down by LBFGS, in float64."""
    logistic(torch, see, torch.float64)


@case(tolerance=NARROW)
def logistic_regression_by_lbfgs_in_float32(torch, see):
    """Logistic regression with a penalty goes down by LBFGS, in float32."""
    logistic(torch, see, torch.float32)
