"""A variational autoencoder whose divergence counts more and more."""
import torch
from torch import nn
from torch.nn import functional as F


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc21, self.fc22 = nn.Linear(10, 12), nn.Linear(12, 2), nn.Linear(12, 2)
        self.fc3, self.fc4 = nn.Linear(2, 12), nn.Linear(12, 10)

    def encode(self, x):
        h = F.relu(self.fc1(x))
        return self.fc21(h), self.fc22(h)

    def reparameterize(self, mu, logvar):
        std = torch.exp(0.5 * logvar)
        return mu + torch.randn_like(std) * std

    def forward(self, x):
        mu, logvar = self.encode(x)
        z = self.reparameterize(mu, logvar)
        return torch.sigmoid(self.fc4(F.relu(self.fc3(z)))), mu, logvar


torch.manual_seed(5)
data = torch.bernoulli(torch.rand(3, 10)).repeat(20, 1)
flips = torch.rand(60, 10) < 0.05
data = torch.where(flips, 1 - data, data)
model = VAE()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for epoch in range(20):
    total = 0
    for batch in data[torch.randperm(60)].split(6):
        optimizer.zero_grad()
        recon, mu, logvar = model(batch)
        loss = F.binary_cross_entropy(recon, batch, reduction="sum") \
            - 0.5 * min(1.0, epoch / 10) * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
        loss.backward()
        total += loss.item()
        optimizer.step()
    print(f"====> Epoch: {epoch} Average loss: {total / 60:.3f}")
