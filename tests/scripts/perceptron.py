"""An MLP with dropout on a spiral, from a shuffling DataLoader."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset, random_split


class Spiral(Dataset):
    def __init__(self, count):
        angle = torch.rand(count) * 3 * math.pi
        self.labels = torch.randint(0, 2, (count,))
        radius = angle / 9
        turn = angle + math.pi * self.labels
        self.points = torch.stack([radius * turn.cos(), radius * turn.sin()], dim=1) + 0.03 * torch.randn(count, 2)

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, place):
        return self.points[place], self.labels[place]


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second, self.drop = nn.Linear(2, 24), nn.Linear(24, 2), nn.Dropout(0.1)

    def forward(self, x):
        return self.second(self.drop(F.relu(self.first(x))))


torch.manual_seed(0)
train, test = random_split(Spiral(120), [100, 20])
model = Net()
print(model)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4)
for epoch in range(20):
    total = 0.0
    model.train()
    for x, y in DataLoader(train, batch_size=10, shuffle=True):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(x)
    model.eval()
    with torch.no_grad():
        right = sum((model(x).argmax(1) == y).sum().item() for x, y in DataLoader(test, batch_size=10))
    print(f"epoch {epoch + 1:2d}  loss {total / len(train):.4f}  right {right}/{len(test)}")
