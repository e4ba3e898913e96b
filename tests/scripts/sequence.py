"""An LSTM of two layers foretells the sum of two waves, by packed sequences of unlike lengths."""
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence


class Reader(nn.Module):
    def __init__(self, width=6):
        super().__init__()
        self.lstm = nn.LSTM(1, width, num_layers=2, batch_first=True)
        self.head = nn.Linear(width, 1)

    def forward(self, x, lengths):
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        _, (hidden, _) = self.lstm(packed)
        return self.head(hidden[-1])


torch.manual_seed(2)
torch.set_default_dtype(torch.float64)
time = torch.arange(200) * 0.2
wave = (time.sin() + (2.3 * time).cos()) / 2
model = Reader()
optimizer = torch.optim.RMSprop(model.parameters(), lr=3e-3, momentum=0.5)
for step in range(200):
    starts = torch.randint(0, 180, (8,)).tolist()
    lengths = torch.randint(3, 8, (8,))
    pieces = [wave[s:s + n, None] for s, n in zip(starts, lengths.tolist(), strict=False)]
    targets = torch.stack([wave[s + n] for s, n in zip(starts, lengths.tolist(), strict=False)])
    loss = nn.functional.mse_loss(model(pad_sequence(pieces, batch_first=True), lengths).squeeze(1), targets)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    if step % 25 == 0:
        print(step, round(loss.item(), 6))
print(loss)
