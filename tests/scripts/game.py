"""Q-learning with replay on a small corridor."""
import random
from collections import deque, namedtuple

import torch
from torch import nn, optim

Transition = namedtuple("Transition", "state action reward following done")
random.seed(6)
torch.manual_seed(6)
LENGTH = 6


def step(position, action):
    position = max(0, min(LENGTH - 1, position + (1 if action else -1)))
    return position, float(position == LENGTH - 1), position == LENGTH - 1


def encode(position):
    return nn.functional.one_hot(torch.tensor(position), LENGTH).float()


policy = nn.Sequential(nn.Linear(LENGTH, 10), nn.Tanh(), nn.Linear(10, 2))
target = nn.Sequential(nn.Linear(LENGTH, 10), nn.Tanh(), nn.Linear(10, 2))
target.load_state_dict(policy.state_dict())
optimizer = optim.AdamW(policy.parameters(), lr=5e-3, amsgrad=True)
memory = deque(maxlen=200)
position, finished = 0, 0
for t in range(220):
    if random.random() < 0.4:
        action = random.randrange(2)
    else:
        with torch.no_grad():
            action = policy(encode(position)).max(0).indices.item()
    following, reward, done = step(position, action)
    memory.append(Transition(encode(position), action, reward, encode(following), done))
    position, finished = (0, finished + 1) if done else (following, finished)
    if len(memory) < 20:
        continue
    batch = Transition(*zip(*random.sample(memory, 16), strict=False))
    actions = torch.tensor(batch.action).unsqueeze(1)
    values = policy(torch.stack(batch.state)).gather(1, actions)
    with torch.no_grad():
        best = target(torch.stack(batch.following)).max(1).values * ~torch.tensor(batch.done)
    loss = nn.SmoothL1Loss()(values, (torch.tensor(batch.reward) + 0.95 * best).unsqueeze(1))
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_value_(policy.parameters(), 100)
    optimizer.step()
    for kept, new in zip(target.parameters(), policy.parameters(), strict=False):
        kept.data.mul_(0.95).add_(new.data, alpha=0.05)
    if t % 20 == 0:
        print(f"t={t} loss={loss.item():.4f} finished={finished}")
