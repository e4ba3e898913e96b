"""A transformer block, written by hand, turns digits around."""
import math

import torch
import torch.nn.functional as F
from torch import nn


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value = (nn.Linear(width, width, bias=False) for _ in range(3))
        self.out = nn.Linear(width, width)

    def forward(self, x):
        b, n, w = x.shape
        q, k, v = (f(x).view(b, n, self.heads, w // self.heads).transpose(1, 2)
                   for f in (self.query, self.key, self.value))
        weights = F.softmax(q @ k.transpose(-2, -1) / math.sqrt(w // self.heads), dim=-1)
        return self.out((weights @ v).transpose(1, 2).reshape(b, n, w))


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.attention = Attention(width, heads)
        self.norms = nn.ModuleList([nn.LayerNorm(width), nn.LayerNorm(width)])
        self.feed = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Dropout(0.05), nn.Linear(2 * width, width))

    def forward(self, x):
        x = x + self.attention(self.norms[0](x))
        return x + self.feed(self.norms[1](x))


class Turner(nn.Module):
    def __init__(self, words, length, width):
        super().__init__()
        self.words = nn.Embedding(words, width)
        self.places = nn.Parameter(torch.randn(length, width) * 0.1)
        self.block = Block(width, 2)
        self.head = nn.Linear(width, words)

    def forward(self, x):
        return self.head(self.block(self.words(x) + self.places))


torch.manual_seed(3)
model = Turner(7, 5, 12)
optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
for step in range(200):
    x = torch.randint(0, 7, (16, 5))
    logits = model(x)
    loss = F.cross_entropy(logits.reshape(-1, 7), x.flip(1).reshape(-1))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 20 == 0:
        right = (logits.argmax(-1) == x.flip(1)).float().mean().item()
        print(f"step {step:3d} | loss {loss.item():.4f} | right {right:.3f}")
