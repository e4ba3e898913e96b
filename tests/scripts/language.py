"""A letter model with embeddings, a GRU and a bound on the gradient, that writes at the end."""
import torch
from torch import nn

text = "she sells sea shells by the sea shore and the shells she sells are sea shells for sure " * 2
letters = sorted(set(text))
codes = torch.tensor([letters.index(c) for c in text])


class Model(nn.Module):
    def __init__(self, count, width):
        super().__init__()
        self.embedding = nn.Embedding(count, width)
        self.gru = nn.GRU(width, width, batch_first=True)
        self.decoder = nn.Linear(width, count)
        self.decoder.weight = self.embedding.weight

    def forward(self, x, hidden=None):
        out, hidden = self.gru(self.embedding(x), hidden)
        return self.decoder(out), hidden


torch.manual_seed(11)
model = Model(len(letters), 12)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for step in range(200):
    starts = torch.randint(0, len(codes) - 9, (8,))
    batch = torch.stack([codes[s:s + 9] for s in starts])
    logits, _ = model(batch[:, :-1])
    loss = nn.functional.cross_entropy(logits.transpose(1, 2), batch[:, 1:])
    optimizer.zero_grad()
    loss.backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), 0.5)
    optimizer.step()
    if step % 25 == 24:
        print(f"step {step + 1} loss {loss.item():.4f} norm {norm.item():.3f}")
letter, hidden, written = codes[:1].unsqueeze(0), None, ""
with torch.no_grad():
    for _ in range(40):
        logits, hidden = model(letter, hidden)
        letter = torch.multinomial((logits[:, -1] / 0.7).softmax(-1), 1)
        written += letters[letter.item()]
print(written)
