"""A GAN on a ring of points."""
import math

import torch
from torch import nn

torch.manual_seed(4)
generator = nn.Sequential(nn.Linear(3, 12), nn.ReLU(), nn.Linear(12, 2))
discriminator = nn.Sequential(nn.Linear(2, 12), nn.LeakyReLU(0.2), nn.Dropout(0.1), nn.Linear(12, 1), nn.Sigmoid())


def weights(layer):
    if isinstance(layer, nn.Linear):
        nn.init.xavier_normal_(layer.weight)
        nn.init.zeros_(layer.bias)


generator.apply(weights)
discriminator.apply(weights)
criterion = nn.BCELoss()
options = {"lr": 2e-3, "betas": (0.5, 0.999)}
g, d = (torch.optim.Adam(each.parameters(), **options) for each in (generator, discriminator))
history = {"g": [], "d": []}
for step in range(200):
    angle = torch.rand(16) * 2 * math.pi
    real = torch.stack([angle.cos(), angle.sin()], 1)
    fake = generator(torch.randn(16, 3))
    d.zero_grad()
    d_loss = criterion(discriminator(real), torch.full((16, 1), 0.9)) \
        + criterion(discriminator(fake.detach()), torch.zeros(16, 1))
    d_loss.backward()
    d.step()
    g.zero_grad()
    g_loss = criterion(discriminator(fake), torch.ones(16, 1))
    g_loss.backward()
    g.step()
    history["g"].append(g_loss.item())
    history["d"].append(d_loss.item())
    if step % 25 == 0:
        print(f"[{step:3d}/200] D {d_loss.item():.4f} G {g_loss.item():.4f}")
