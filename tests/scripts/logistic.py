"""Logistic regression by LBFGS with a line search, over two classes that overlap."""
import torch

torch.manual_seed(10)
x = torch.cat([torch.randn(40, 3) + 0.7, torch.randn(40, 3) - 0.7]).double()
y = torch.cat([torch.ones(40), torch.zeros(40)]).double()
w = torch.zeros(3, dtype=torch.float64, requires_grad=True)
b = torch.zeros((), dtype=torch.float64, requires_grad=True)
optimizer = torch.optim.LBFGS([w, b], lr=0.3, max_iter=2, history_size=4, line_search_fn="strong_wolfe")
calls = 0


def closure():
    global calls
    calls += 1
    optimizer.zero_grad()
    loss = torch.nn.functional.binary_cross_entropy_with_logits(x @ w + b, y) + 0.05 * w.dot(w)
    loss.backward()
    return loss


for epoch in range(5):
    print(epoch, f"{optimizer.step(closure).item():.10f}", calls)
print((((x @ w + b) > 0) == (y > 0)).sum().item(), "of", len(y))
