"""Blocks in which operations choose their precision, and scales for losses."""
from minitorch_compat.parity import chapter

case = chapter("training.mixed_precision")


def drawn(torch):
    torch.manual_seed(0)
    return torch.randn(3, 4), torch.randn(4, 4)


@case()
def what_is_lowered(torch, see):
    """Inside autocast products are of bfloat16, or float16, losses of float32, and the rest is as its arguments are."""
    x, w = drawn(torch)
    for dtype in (torch.bfloat16, torch.float16):
        with torch.autocast("cpu", dtype=dtype):
            y = x @ w
            see(f"{dtype}: product", y)
            see(f"{dtype}: sum with float32", (x + y).dtype)
            see(f"{dtype}: relu", torch.relu(y).dtype)
            see(f"{dtype}: loss", torch.nn.functional.mse_loss(y, y).dtype)
            see(f"{dtype}: of doubles", (x.double() @ w.double()).dtype)
    see("outside", (x @ w).dtype)


@case()
def blocks_in_blocks(torch, see):
    """Blocks nest, can be off inside one that is on, and decorate functions."""
    x, w = drawn(torch)

    @torch.autocast("cpu")
    def product():
        return x @ w

    with torch.autocast("cpu"):
        with torch.autocast("cpu", enabled=False):
            see("off", (x @ w).dtype)
        with torch.autocast("cpu", dtype=torch.float16):
            see("another", (x @ w).dtype)
            see("its dtype", torch.get_autocast_dtype("cpu"))
        see("as before", (x @ w).dtype)
    see("decorated", product().dtype)
    print(torch.is_autocast_enabled("cpu"), torch.get_autocast_dtype("cpu"))


@case()
def weights_are_cast_once(torch, see):
    """In one block a weight is cast once, and what comes back from all its uses is added before it is cast back."""
    x, w = drawn(torch)
    w.requires_grad_()
    with torch.autocast("cpu"):
        loss = ((x @ w) @ w).sum()
    loss.backward()
    see("loss", loss)
    see("gradient", w.grad)


@case()
def steps_left_out(torch, see):
    """GradScaler leaves a step out where a gradient is not finite, and halves the scale."""
    w = drawn(torch)[1].requires_grad_()
    scaler, optimizer = torch.amp.GradScaler("cpu", init_scale=1024.0, growth_interval=2), torch.optim.SGD([w], 0.5)
    for step in range(4):
        optimizer.zero_grad()
        scaler.scale(w[0].sum()).backward()
        if step == 1:
            w.grad[0, 0] = float("inf")
        scaler.step(optimizer)
        scaler.update()
        see(f"scale after {step}", scaler.get_scale())
        see(f"weight after {step}", w[0])
    print(scaler.state_dict())
    with see.refusal("update without a step"):
        scaler.update()
