"""The engine in torch's place, for a block and for a whole process."""
import subprocess
import sys

import pytest

import minitorch_compat
from minitorch_compat.stand_in import MissingModule, as_torch

HAS_TORCH = "import importlib.util; print(importlib.util.find_spec('torch') is not None)"


def inside(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_way_to_import_gives_the_engine() -> None:
    with as_torch() as engine:
        import torch
        import torch.autograd
        import torch.nn.functional as functional
        from torch import nn
        from torch.autograd import Variable
        from torch.optim import SGD

        assert torch is engine is minitorch_compat
        assert nn is minitorch_compat.nn and functional is minitorch_compat.nn.functional
        assert Variable is minitorch_compat.autograd.Variable and SGD is minitorch_compat.optim.SGD
        assert nn.__spec__.name == "minitorch_compat.nn"


def test_what_was_there_comes_back() -> None:
    program = """
import sys
sys.modules["torch"] = before = type(sys)("torch")
from minitorch_compat import as_torch
with as_torch():
    import torch.nn
    assert torch is not before
import torch
assert torch is before and "torch.nn" not in sys.modules
assert not any(type(each).__name__ == "StandIn" for each in sys.meta_path)
try:
    with as_torch():
        raise KeyError
except KeyError:
    import torch
    assert torch is before
"""
    inside(program)


def test_it_decorates() -> None:
    @as_torch()
    def total() -> float:
        import torch

        assert torch is minitorch_compat
        return torch.ones(3).sum().item()

    assert total() == total() == 3.0


def test_a_module_the_engine_lacks_is_named() -> None:
    words = r"^minitorch_compat does not have torch.no_such_room yet$"
    with as_torch(), pytest.raises(MissingModule, match=words) as told:
        import torch.no_such_room  # noqa: F401
    assert told.value.name == "torch.no_such_room" and isinstance(told.value, ImportError)


def test_any_namespace_can_stand_in() -> None:
    class Engine:
        __name__ = "toy"
        nn = type("nn", (), {"Linear": int})

        def ones(self, n: int) -> list[float]:
            return [1.0] * n

    with as_torch(Engine()):
        import torch
        from torch.nn import Linear

        assert torch.ones(2) == [1.0, 1.0] and Linear is int


def test_torch_itself_is_not_touched() -> None:
    assert inside("""
from minitorch_compat import as_torch
import sys
with as_torch():
    import torch, torch.nn.functional, torch.optim
assert not any(name.partition(".")[0] == "torch" for name in sys.modules)
assert not any("site-packages/torch/" in (getattr(each, "__file__", None) or "") for each in sys.modules.values())
print("clean")
""") == "clean\n"
