"""Whether an installation without extras is a working engine that needs NumPy alone. Runs in that environment."""
import importlib.util
import subprocess
import sys

for name in ("torch", "pytest", "jinja2", "rich", "tabulate"):
    assert importlib.util.find_spec(name) is None, f"{name} is installed, so this is no base installation"

import minitorch_compat as torch  # noqa: E402

loaded = {"scipy", "ml_dtypes", "torch"} & sys.modules.keys()
assert not loaded, f"importing the engine brought {', '.join(sorted(loaded))} along"

x = torch.ones(2, 2, requires_grad=True)
y = x + 2
out = (y * y * 3).mean()
out.backward()
assert x.grad.tolist() == [[4.5, 4.5], [4.5, 4.5]], x.grad
assert str(y.detach()) == "tensor([[3., 3.],\n        [3., 3.]])", y
assert torch.tensor([1.0, 2.0], dtype=torch.bfloat16).sum().item() == 3.0
assert torch.sin(torch.tensor([0.0])).item() == 0.0
torch.manual_seed(0)
assert [round(each, 4) for each in torch.rand(3).tolist()] == [0.4963, 0.7682, 0.0885]
model = torch.nn.Linear(1, 1)
torch.optim.SGD(model.parameters(), lr=0.01).step()

import minitorch_compat.parity  # noqa: E402, F401

ran = subprocess.run(["minitorch-compat", "run"], capture_output=True, text=True)
assert ran.returncode == 2, ran
assert not ran.stdout and ran.stderr.count("\n") == 1 and "pip install" in ran.stderr, ran
print("engine alone:", ran.stderr, end="")
