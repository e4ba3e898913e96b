"""Two hundred steps of networks that read: recurrent ones, attention, and embeddings."""
from minitorch_compat.parity import Bound, Scaled, chapter

case = chapter("training.sequences")

WIDE: dict[str, Bound | Scaled] = {
    "losses": Bound("products of matrices are added in another order, step after step", relative=1e-12),
    "model": Scaled(1e-11, "the last bits of 200 updates"),
}
NARROW: dict[str, Bound | Scaled] = {
    "losses": Bound("float32 has seven digits, and each step begins where the last one ended", relative=1e-4),
    "model": Scaled(1e-4, "the last bits of 200 updates"),
}


def told(see, model, losses):
    """What is seen of every run: losses step by step, some of them as printed, and what was learned."""
    see("losses", losses)
    for step in range(19, len(losses), 20):
        print(f"step {step + 1:3d}: loss {losses[step]:.4f}")
    see.state("model", model)
    see.stream()


def recurrent(torch, see, dtype):
    torch.manual_seed(4)
    time = torch.arange(60, dtype=dtype)
    wave = torch.sin(time * 0.3) + 0.1 * torch.randn(60, dtype=dtype)
    x, y = wave.unfold(0, 4, 1)[:-1].unsqueeze(2), wave[4:].unsqueeze(1)
    reader, head = torch.nn.LSTM(1, 8, batch_first=True).to(dtype), torch.nn.Linear(8, 1).to(dtype)
    model = torch.nn.ModuleDict({"reader": reader, "head": head})
    optimizer = torch.optim.RMSprop(model.parameters(), lr=0.005)
    losses = []
    for _ in range(200):
        chosen = torch.randperm(len(x))[:8]
        states, _ = reader(x[chosen])
        loss = torch.nn.functional.mse_loss(head(states[:, -1]), y[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    told(see, model, losses)


@case(tolerance=WIDE)
def an_lstm_in_float64(torch, see):
    """An LSTM foretells a noisy wave, in float64."""
    recurrent(torch, see, torch.float64)


@case(tolerance=NARROW)
def an_lstm_in_float32(torch, see):
    """An LSTM foretells a noisy wave, in float32."""
    recurrent(torch, see, torch.float32)


def attention(torch, see, dtype):
    F = torch.nn.functional

    class Block(torch.nn.Module):  # type: ignore[name-defined]
        def __init__(self, width, heads):
            super().__init__()
            self.heads = heads
            self.before, self.between = torch.nn.LayerNorm(width), torch.nn.LayerNorm(width)
            self.asked = torch.nn.Linear(width, 3 * width, bias=False)
            self.joined = torch.nn.Linear(width, width)
            self.thought = torch.nn.Sequential(
                torch.nn.Linear(width, 2 * width), torch.nn.GELU(), torch.nn.Linear(2 * width, width)
            )
            self.register_buffer("hidden", torch.ones(4, 4).triu(1).bool())

        def forward(self, x):
            batch, length, width = x.shape
            parts = self.asked(self.before(x)).view(batch, length, self.heads, -1).transpose(1, 2)
            q, k, v = parts.chunk(3, dim=-1)
            weights = (q @ k.transpose(-2, -1)) / (width // self.heads) ** 0.5
            weights = F.softmax(weights.masked_fill(self.hidden, float("-inf")), dim=-1)
            x = x + self.joined((weights @ v).transpose(1, 2).reshape(batch, length, width))
            return x + self.thought(self.between(x))

    torch.manual_seed(5)
    model = torch.nn.Sequential(torch.nn.Embedding(6, 8), Block(8, 2), torch.nn.Linear(8, 6)).to(dtype)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01, weight_decay=0.05, fused=True)
    losses = []
    for _ in range(200):
        digits = torch.randint(0, 6, (8, 4))
        sums = digits.cumsum(1) % 6
        loss = F.cross_entropy(model(digits).flatten(0, 1), sums.flatten())
        optimizer.zero_grad(set_to_none=False)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    told(see, model, losses)


@case(tolerance=WIDE)
def a_transformer_block_in_float64(torch, see):
    """A transformer block that sees no future adds up digits, in float64."""
    attention(torch, see, torch.float64)


@case(tolerance=NARROW)
def a_transformer_block_in_float32(torch, see):
    """A transformer block that sees no future adds up digits, in float32."""
    attention(torch, see, torch.float32)


TEXT = "the cat sat on the mat and the dog sat on the log while the cat saw the dog and the dog saw the cat "


def language(torch, see, dtype):
    torch.manual_seed(6)
    letters = sorted(set(TEXT))
    places = torch.tensor([letters.index(each) for each in TEXT])
    contexts, following = places.unfold(0, 3, 1)[:-1], places[3:]
    model = torch.nn.Sequential(
        torch.nn.Embedding(len(letters), 5), torch.nn.Flatten(), torch.nn.Linear(15, 16), torch.nn.Tanh(),
        torch.nn.Linear(16, len(letters)), torch.nn.LogSoftmax(dim=1),
    ).to(dtype)
    optimizer = torch.optim.Adagrad(model.parameters(), lr=0.1)
    generator = torch.Generator().manual_seed(7)
    losses, lengths = [], []
    for _ in range(200):
        chosen = torch.randint(0, len(following), (16,), generator=generator)
        loss = torch.nn.functional.nll_loss(model(contexts[chosen]), following[chosen])
        optimizer.zero_grad()
        loss.backward()
        lengths.append(torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0).item())
        optimizer.step()
        losses.append(loss.item())
    see("lengths", lengths)
    text, context = "", contexts[:1]
    with torch.no_grad():
        for _ in range(30):
            letter = torch.multinomial(model(context).exp(), 1)
            text, context = text + letters[letter.item()], torch.cat([context[:, 1:], letter], dim=1)
    print(repr(text))
    told(see, model, losses)


@case(tolerance=WIDE | {"lengths": WIDE["losses"]})
def a_language_model_in_float64(torch, see):
    """Embeddings learn which letter follows three, under a bound on the gradient, and write, in float64."""
    language(torch, see, torch.float64)


@case(tolerance=NARROW | {"lengths": NARROW["losses"]})
def a_language_model_in_float32(torch, see):
    """Embeddings learn which letter follows three, under a bound on the gradient, and write, in float32."""
    language(torch, see, torch.float32)
