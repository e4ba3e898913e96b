"""A CNN with batch norm tells horizontal from vertical bars."""
import torch
from torch import nn, optim

torch.manual_seed(1)
images = torch.randn(60, 1, 8, 8) * 0.5
labels = torch.arange(60).remainder(2)
for image, label in zip(images, labels, strict=False):
    place = torch.randint(1, 7, ()).item()
    if label:
        image[0, place, :] += 1
    else:
        image[0, :, place] += 1
model = nn.Sequential(
    nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(inplace=True), nn.MaxPool2d(2),
    nn.Conv2d(4, 6, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 2),
)
print(sum(p.numel() for p in model.parameters()), "parameters")
criterion = nn.CrossEntropyLoss(label_smoothing=0.05)
optimizer = optim.Adam(model.parameters(), lr=5e-3)
for step in range(200):
    chosen = torch.randperm(60)[:12]
    loss = criterion(model(images[chosen]), labels[chosen])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 20 == 19:
        model.eval()
        with torch.inference_mode():
            accuracy = (model(images).argmax(1) == labels).float().mean()
        model.train()
        print(f"{step + 1:3d} {loss.item():.4f} {accuracy:.3f}")
