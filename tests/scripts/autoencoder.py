"""An autoencoder with Adam and weight decay that is saved, loaded and trained on."""
import io

import torch
from torch import nn

torch.manual_seed(9)
basis = torch.randn(2, 9)
data = torch.tanh(torch.randn(64, 2) @ basis)


def build():
    encoder = nn.Sequential(nn.Linear(9, 6), nn.SELU(), nn.Linear(6, 2))
    decoder = nn.Sequential(nn.Linear(2, 6), nn.SELU(), nn.Linear(6, 9), nn.Tanh())
    model = nn.Sequential(encoder, decoder)
    return model, torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=1e-4)


def train(model, optimizer, steps):
    for step in range(steps):
        batch = data[torch.randint(64, (16,))]
        loss = nn.functional.mse_loss(model(batch), batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 20 == 19:
            print(f"{step + 1}: {loss.item():.4f}")


model, optimizer = build()
train(model, optimizer, 100)
checkpoint = io.BytesIO()
torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict()}, checkpoint)
checkpoint.seek(0)
restored = torch.load(checkpoint)
del checkpoint
model, optimizer = build()
print(model.load_state_dict(restored["model"]))
optimizer.load_state_dict(restored["optimizer"])
train(model, optimizer, 100)
