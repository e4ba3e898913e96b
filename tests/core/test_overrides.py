"""Subclasses of Tensor that programs define: kept by operations, and asked before them."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest.importorskip("torch")

PROGRAM = """
class Kept(torch.Tensor):
    pass

def named(value):
    return type(value).__name__

print(named(Kept([1.0, 2.0])), Kept([1.0, 2.0]), named(torch.max(Kept([[1.0, 2.0]]), 0)[0]))
x = Kept([1.0, 2.0]).requires_grad_()
y = x * 2
y.sum().backward()
print(y, y.grad_fn.name(), named(x.grad), x.grad)
print([named(each) for each in x.detach().split(1)], named(x.data), named(x.detach()), x.shape, named(x.shape))
print(named(x.detach().numpy()), x.tolist(), len(x), named(iter(x)), named(x[0]), named(x == x), named(x.double()))
functions = torch.nn.functional.relu, torch.nn.Linear(2, 1), torch.zeros_like, torch.exp, torch.clone
print([named(each(x)) for each in functions], named(torch.stack([x, x])), named(x.new_ones(2)))
print(named(1 - x), named(torch.ones(2) + x), named(x.detach().clone().add_(1)))
with torch.autograd.forward_ad.dual_level():
    dual = torch.autograd.forward_ad.make_dual(torch.ones(2), torch.ones(2))
    print(dual * 2, torch.autograd.forward_ad.unpack_dual(dual * 3).tangent)

class Asked(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        if func.__name__ not in ("__repr__", "__get__"):
            print(func.__name__, [each.__name__ for each in types], [type(each).__name__ for each in args])
        return super().__torch_function__(func, types, args, kwargs)

a = torch.ones(2).as_subclass(Asked)
for step in (
    lambda: a + 1, lambda: torch.add(a, 1), lambda: a.shape, lambda: torch.nn.functional.relu(a), lambda: a.add_(1),
    lambda: torch.cat([a, torch.ones(2)]), lambda: a.sum(dim=0), lambda: a.item(), lambda: a.mean(),
    lambda: torch.ones(2) @ a, lambda: 2 * a,
):
    try:
        result = step()
        print(type(result).__name__, result)
    except RuntimeError as error:
        print(error)

class Deaf(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        return NotImplemented

b = torch.ones(2).as_subclass(Deaf)
for step in (lambda: torch.add(b, 1), lambda: b.sum(), lambda: torch.cat([b])):
    try:
        step()
    except TypeError as error:
        print(error)

handled = {torch.mean: lambda x: "handled"}

class Handling(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        if func in handled:
            return handled[func](*args, **(kwargs or {}))
        return super().__torch_function__(func, types, args, kwargs)

c = torch.ones(2).as_subclass(Handling)
print(torch.mean(c), c.mean())
parameter = torch.nn.Parameter(torch.ones(1))
print([torch.overrides.has_torch_function((each,)) for each in (c, torch.ones(1), parameter)])
print(torch.overrides.is_tensor_like(c), torch.overrides.is_tensor_like(1))

class Weight(torch.nn.Parameter):
    pass

weight = Weight(torch.ones(2))
print(named(weight * 1), named(weight.data), isinstance(weight, torch.nn.Parameter))

class Further(Kept):
    def twice(self):
        return self * 2

d = torch.ones(1).as_subclass(Further)
print(named(d.twice()), named(d + x.detach()[:1]))
with torch._C.DisableTorchFunctionSubclass():
    print(named(d + 1))
"""


def printed(engine: str) -> list[str]:
    """What the program prints; in a process of its own, since such a class changes the functions of the namespace."""
    code = f"import warnings, {engine} as torch; warnings.simplefilter('ignore')\n{PROGRAM}"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert not ran.returncode, ran.stderr
    return ran.stdout.splitlines()


def test_subclasses_are_kept_and_asked_as_torch_asks_them() -> None:
    assert printed("minitorch_compat") == printed("torch")
