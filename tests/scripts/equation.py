"""A network that solves u'' = -u, and a gradient penalty on the way: derivatives of derivatives."""
import math

import torch
from torch import nn

torch.manual_seed(12)
torch.set_default_dtype(torch.float64)
net = nn.Sequential(nn.Linear(1, 12), nn.Tanh(), nn.Linear(12, 12), nn.Tanh(), nn.Linear(12, 1))
optimizer = torch.optim.NAdam(net.parameters(), lr=5e-3)


def derivative(u, t):
    return torch.autograd.grad(u, t, torch.ones_like(u), create_graph=True)[0]


for step in range(200):
    t = torch.rand(10, 1).mul_(math.pi).requires_grad_()
    u = net(t)
    first = derivative(u, t)
    residual = derivative(first, t) + u
    edge = net(torch.tensor([[0.0], [math.pi / 2]])) - torch.tensor([[0.0], [1.0]])
    penalty = (first.norm() - math.sqrt(5)).relu() ** 2
    loss = residual.square().mean() + edge.square().sum() + 0.01 * penalty
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 20 == 19:
        print(step + 1, f"{loss.item():.8f}")
