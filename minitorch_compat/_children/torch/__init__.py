"""`torch` in the processes that a program run on the engine starts: it gives way to the engine when it is imported."""
from minitorch_compat.stand_in import install

__import__("sys").modules.pop(__name__, None)
install()
import torch as torch  # noqa: E402 - the import system now finds the engine
