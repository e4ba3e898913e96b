"""Two hundred steps towards functions: values of a game, schedules of rates, and a differential equation."""
import collections
import random

from minitorch_compat.parity import Bound, Scaled, chapter

case = chapter("training.functions")

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


def playing(torch, see, dtype):
    nn = torch.nn
    torch.manual_seed(11)
    random.seed(11)

    def network():
        return nn.Sequential(nn.Linear(2, 12), nn.ReLU(), nn.Linear(12, 3)).to(dtype)

    model, frozen = network(), network()
    frozen.load_state_dict(model.state_dict())
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005, fused=True)
    steps = torch.tensor([[-0.1, 0.05], [0, 0.05], [0.1, 0.05]], dtype=dtype)
    memory: collections.deque = collections.deque(maxlen=100)
    losses, moves, place = [], [], torch.zeros(2, dtype=dtype)
    for step in range(208):
        with torch.no_grad():
            move = random.randrange(3) if random.random() < 0.5 else model(place).argmax().item()
        moves.append(move)
        following = (place + steps[move]).clamp(-1, 1)
        across, along = following.tolist()
        memory.append((place, move, 1 - abs(across), following))
        place = torch.zeros(2, dtype=dtype) if along >= 1 else following
        if len(memory) <= 8:
            continue
        states, taken, rewards, then = zip(*random.sample(memory, 8), strict=True)
        values = model(torch.stack(states)).gather(1, torch.tensor(taken).unsqueeze(1)).squeeze(1)
        with torch.no_grad():
            then = torch.stack(then)
            wanted = torch.tensor(rewards, dtype=dtype) + 0.9 * frozen(then).amax(1) * (then[:, 1] < 1)
        loss = nn.functional.huber_loss(values, wanted)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_value_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
        if step % 20 == 0:
            frozen.load_state_dict(model.state_dict())
    print("moves", *(moves.count(each) for each in range(3)))
    told(see, model, losses)


@case(tolerance=WIDE)
def values_of_a_game_in_float64(torch, see):
    """A network learns values of moves from a memory of games and from a frozen twin, in float64."""
    playing(torch, see, torch.float64)


@case(tolerance=NARROW)
def values_of_a_game_in_float32(torch, see):
    """A network learns values of moves from a memory of games and from a frozen twin, in float32."""
    playing(torch, see, torch.float32)


def scheduled(torch, see, dtype):
    torch.manual_seed(12)
    x = torch.rand(64, 1, dtype=dtype) * 4 - 2
    y = torch.cos(2 * x) * x
    model = torch.nn.Sequential(torch.nn.Linear(1, 12), torch.nn.Softplus(), torch.nn.Linear(12, 1)).to(dtype)
    optimizer = torch.optim.NAdam([
        {"params": model[0].parameters(), "lr": 0.02}, {"params": model[2].parameters(), "weight_decay": 1e-4}
    ], lr=0.01)
    rates = torch.optim.lr_scheduler
    schedule = rates.SequentialLR(optimizer, [
        rates.LinearLR(optimizer, 0.1, total_iters=20), rates.StepLR(optimizer, 30, 0.7),
        rates.CosineAnnealingLR(optimizer, 60),
    ], milestones=[20, 140])
    chain = rates.ChainedScheduler([rates.ExponentialLR(optimizer, 0.999), rates.MultiStepLR(optimizer, [50], 0.9)])
    patient = rates.ReduceLROnPlateau(optimizer, patience=8, factor=0.8)
    average = torch.optim.swa_utils.AveragedModel(model)
    losses, used = [], []
    for step in range(200):
        loss = torch.nn.functional.mse_loss(model(x[step % 4 :: 4]), y[step % 4 :: 4])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        chain.step()
        if step % 20 == 19:
            patient.step(loss.item())
        if step >= 150:
            average.update_parameters(model)
        losses.append(loss.item())
        used.append([group["lr"] for group in optimizer.param_groups])
    see("rates", used)
    told(see, average, losses)


@case(tolerance=WIDE)
def mixed_schedules_in_float64(torch, see):
    """Schedules in a row, in a chain and by patience lead two groups of parameters, in float64."""
    scheduled(torch, see, torch.float64)


@case(tolerance=NARROW)
def mixed_schedules_in_float32(torch, see):
    """Schedules in a row, in a chain and by patience lead two groups of parameters, in float32."""
    scheduled(torch, see, torch.float32)


def equation(torch, see, dtype):
    torch.manual_seed(13)
    model = torch.nn.Sequential(torch.nn.Linear(1, 10), torch.nn.Tanh(), torch.nn.Linear(10, 1)).to(dtype)
    optimizer = torch.optim.RAdam(model.parameters(), lr=0.02)
    start = torch.zeros(1, 1, dtype=dtype, requires_grad=True)
    losses = []
    for _ in range(200):
        t = (torch.rand(8, 1, dtype=dtype) * 3).requires_grad_()
        u = model(t)
        (speed,) = torch.autograd.grad(u.sum(), t, create_graph=True)
        (change,) = torch.autograd.grad(speed.sum(), t, create_graph=True)
        begun = model(start)
        (pushed,) = torch.autograd.grad(begun.sum(), start, create_graph=True)
        loss = ((change + 0.2 * speed + u) ** 2).mean() + ((begun - 1) ** 2 + pushed ** 2).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    told(see, model, losses)


@case(tolerance=WIDE)
def a_differential_equation_in_float64(torch, see):
    """A network becomes a damped swing: its second derivative is in the loss, in float64."""
    equation(torch, see, torch.float64)


@case(tolerance=NARROW)
def a_differential_equation_in_float32(torch, see):
    """A network becomes a damped swing: its second derivative is in the loss, in float32."""
    equation(torch, see, torch.float32)
