"""Warm-up, cosine with restarts, one cycle and patience, over one small regression, with averaged weights."""
import torch
from torch import nn
from torch.optim.lr_scheduler import (
    CosineAnnealingWarmRestarts,
    LinearLR,
    MultiStepLR,
    OneCycleLR,
    ReduceLROnPlateau,
    SequentialLR,
)
from torch.optim.swa_utils import SWALR, AveragedModel

torch.manual_seed(7)
x = torch.linspace(-2, 2, 48, dtype=torch.float64).unsqueeze(1)
y = torch.tanh(3 * x) + 0.05 * torch.randn_like(x)


def run(name, make, steps=50):
    torch.manual_seed(8)
    model = nn.Sequential(nn.Linear(1, 10), nn.Tanh(), nn.Linear(10, 1)).double()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.8)
    scheduler = make(optimizer)
    for step in range(steps):
        loss = nn.functional.mse_loss(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step(loss.item()) if isinstance(scheduler, ReduceLROnPlateau) else scheduler.step()
        if step % 10 == 9:
            print(f"{name:10s} {step + 1:3d} lr {optimizer.param_groups[0]['lr']:.6f} loss {loss.item():.8f}")
    return model, optimizer


run("warm", lambda o: SequentialLR(o, [LinearLR(o, 0.1, total_iters=5), CosineAnnealingWarmRestarts(o, 10)], [5]))
run("cycle", lambda o: OneCycleLR(o, max_lr=0.3, total_steps=50))
run("patience", lambda o: ReduceLROnPlateau(o, patience=2, threshold=0.05, factor=0.5))
model, optimizer = run("steps", lambda o: MultiStepLR(o, [15, 30], gamma=0.3))
average, scheduler = AveragedModel(model), SWALR(optimizer, swa_lr=0.05, anneal_epochs=3)
for _step in range(10):
    loss = nn.functional.mse_loss(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    average.update_parameters(model)
    scheduler.step()
print("averaged", nn.functional.mse_loss(average(x), y).item().__format__(".8f"))
