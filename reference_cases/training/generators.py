"""Two hundred steps of networks that make or rebuild data: adversaries, and encoders with decoders."""
from minitorch_compat.parity import Bound, Scaled, chapter

case = chapter("training.generators")

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


def adversaries(torch, see, dtype):
    torch.manual_seed(8)
    nn, loss_of = torch.nn, torch.nn.BCEWithLogitsLoss()
    maker = nn.Sequential(nn.Linear(2, 8), nn.LeakyReLU(0.2), nn.Linear(8, 2)).to(dtype)
    judge = nn.Sequential(nn.Linear(2, 8), nn.LeakyReLU(0.2), nn.Linear(8, 1)).to(dtype)
    making = torch.optim.Adam(maker.parameters(), lr=0.002, betas=(0.5, 0.999), fused=True)
    judging = torch.optim.Adam(judge.parameters(), lr=0.002, betas=(0.5, 0.999), fused=True)
    true, false = torch.ones(8, 1, dtype=dtype), torch.zeros(8, 1, dtype=dtype)
    losses, judged = [], []
    for _ in range(200):
        real = torch.randn(8, 2, dtype=dtype) * 0.3 + torch.tensor([1.0, -1.0], dtype=dtype)
        made = maker(torch.randn(8, 2, dtype=dtype))
        judging.zero_grad()
        loss = loss_of(judge(real), true) + loss_of(judge(made.detach()), false)
        loss.backward()
        judging.step()
        judged.append(loss.item())
        making.zero_grad()
        loss = loss_of(judge(made), true)
        loss.backward()
        making.step()
        losses.append(loss.item())
    see("losses of the judge", judged)
    told(see, torch.nn.ModuleList([maker, judge]), losses)


@case(tolerance=WIDE | {"losses of the judge": WIDE["losses"]})
def a_gan_in_float64(torch, see):
    """A maker and a judge learn against each other, in float64."""
    adversaries(torch, see, torch.float64)


@case(tolerance=NARROW | {"losses of the judge": NARROW["losses"]})
def a_gan_in_float32(torch, see):
    """A maker and a judge learn against each other, in float32."""
    adversaries(torch, see, torch.float32)


def variational(torch, see, dtype):
    class Variational(torch.nn.Module):  # type: ignore[name-defined]
        def __init__(self):
            super().__init__()
            self.encoder, self.decoder = torch.nn.Linear(6, 8), torch.nn.Linear(2, 6)
            self.mean, self.spread = torch.nn.Linear(8, 2), torch.nn.Linear(8, 2)

        def forward(self, x):
            seen = torch.tanh(self.encoder(x))
            mean, spread = self.mean(seen), self.spread(seen)
            return self.decoder(mean + torch.randn_like(mean) * torch.exp(0.5 * spread)), mean, spread

    torch.manual_seed(9)
    x = (torch.rand(48, 2, dtype=dtype) @ torch.rand(2, 6, dtype=dtype)).clamp(0, 1)
    model = Variational().to(dtype)
    optimizer = torch.optim.Adamax(model.parameters(), lr=0.01)
    losses = []
    for _ in range(200):
        batch = x[torch.randperm(48)[:12]]
        logits, mean, spread = model(batch)
        rebuilt = torch.nn.functional.binary_cross_entropy_with_logits(logits, batch, reduction="sum")
        divergence = -0.5 * torch.sum(1 + spread - mean.pow(2) - spread.exp())
        loss = (rebuilt + divergence) / len(batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    told(see, model, losses)


@case(tolerance=WIDE)
def a_vae_in_float64(torch, see):
    """A variational autoencoder draws its code at each step, in float64."""
    variational(torch, see, torch.float64)


@case(tolerance=NARROW)
def a_vae_in_float32(torch, see):
    """A variational autoencoder draws its code at each step, in float32."""
    variational(torch, see, torch.float32)


def rebuilding(torch, see, dtype):
    torch.manual_seed(10)
    x = torch.sin(torch.rand(50, 2, dtype=dtype) @ torch.randn(2, 8, dtype=dtype) * 3)
    nn = torch.nn
    model = nn.Sequential(nn.Linear(8, 6), nn.ELU(), nn.Linear(6, 2), nn.Linear(2, 6), nn.SiLU(), nn.Linear(6, 8))
    model = model.to(dtype)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005, weight_decay=1e-3, amsgrad=True)
    sampler = torch.utils.data.RandomSampler(range(50), replacement=True, num_samples=8)
    losses = []
    for _ in range(200):
        batch = x[list(sampler)]
        loss = torch.nn.functional.smooth_l1_loss(model(batch + 0.1 * torch.randn_like(batch)), batch, beta=0.5)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    told(see, model, losses)


@case(tolerance=WIDE)
def an_autoencoder_in_float64(torch, see):
    """An autoencoder takes noise away, by Adam with weight decay, in float64."""
    rebuilding(torch, see, torch.float64)


@case(tolerance=NARROW)
def an_autoencoder_in_float32(torch, see):
    """An autoencoder takes noise away, by Adam with weight decay, in float32."""
    rebuilding(torch, see, torch.float32)
