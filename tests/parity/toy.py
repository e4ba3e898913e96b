"""Engines of a few lines that show all twelve dimensions, right or wrong in exactly one of them."""
import types
import warnings
from collections import OrderedDict

import numpy as np


class Node:
    def __init__(self, name, *inputs):
        self._name, self.next_functions = name, tuple((each, 0) for each in inputs)

    def name(self):
        return self._name


class Tensor:
    """An ndarray with what `see` asks of a tensor."""

    def __init__(self, data, grad_fn=None, requires_grad=False):
        self._data, self.grad_fn, self.grad, self._version = np.asarray(data), grad_fn, None, 0
        self.requires_grad = requires_grad or grad_fn is not None
        self.is_leaf = grad_fn is None

    dtype = property(lambda self: f"torch.{self._data.dtype}")
    shape = property(lambda self: self._data.shape)

    def is_conj(self):
        return False

    def detach(self):
        return Tensor(self._data)

    def clone(self):
        return Tensor(self._data.copy())

    def numpy(self):
        return self._data

    def tolist(self):
        return self._data.tolist()

    def element_size(self):
        return self._data.itemsize

    def stride(self):
        return tuple(step // self._data.itemsize for step in self._data.strides)

    def data_ptr(self):
        return self._data.__array_interface__["data"][0]


class Engine(types.SimpleNamespace):
    """A namespace of toy operations; `flaw` names the one dimension it is wrong in."""

    def __init__(self, flaw=None):
        super().__init__(flaw=flaw, Tensor=Tensor, __version__="1.0", state=np.zeros(5056, np.uint8))

    def manual_seed(self, seed):
        self.state = np.full(5056, seed, np.uint8)

    def get_rng_state(self):
        return Tensor(self.state)

    def rand(self):
        self.state = self.state + np.uint8(2 if self.flaw == "random stream" else 1)

    def leaf(self):
        return Tensor(np.array([[1.0, 2.0], [3.0, 4.0]], np.float32), requires_grad=True)

    def double(self, x):
        out = x._data * np.float32(2)
        if self.flaw == "values":
            out[1, 0] = np.nextafter(out[1, 0], np.float32(np.inf))
        if self.flaw == "dtype":
            out = out.astype(np.float64)
        if self.flaw == "shape and strides":
            out = np.asfortranarray(out)
        name = "AddBackward0" if self.flaw == "graph" else "MulBackward0"
        return Tensor(out, Node(name, Node("torch::autograd::AccumulateGrad")))

    def backward(self, x):
        x.grad = Tensor(np.full((2, 2), 2.5 if self.flaw == "gradients" else 2.0, np.float32))

    def view(self, x):
        return Tensor(x._data.copy() if self.flaw == "aliasing" else x._data)

    def write(self, x):
        x._version += 2 if self.flaw == "mutation and versions" else 1

    def refuse(self):
        raise RuntimeError("it is not to be done" if self.flaw == "exceptions" else "it cannot be done")

    def warn(self):
        warnings.warn("once" if self.flaw == "warnings" else "often", UserWarning, stacklevel=2)

    def text(self, x):
        return "tensor[1., 2.]" if self.flaw == "printed text" else "tensor([1., 2.])"

    def state_dict(self):
        held = OrderedDict(weight=Tensor(np.ones(2, np.float32)), bias=Tensor(np.zeros(1, np.float32)))
        if self.flaw == "state":
            held.move_to_end("weight")
        return held


def right():
    """A factory for `toy.py:right`."""
    return Engine()


def show_all(torch, see):
    """Everything that can be seen of an engine."""
    x = torch.leaf()
    y = torch.double(x)
    see("y", y)
    see("numbers", [1.0, 2, True, None])
    see.graph("graph", y)
    torch.backward(x)
    see("x.grad", x.grad)
    see.aliasing("x and its view", x, torch.view(x))
    torch.write(x)
    see.versions("x", x)
    with see.refusal():
        torch.refuse()
    torch.warn()
    torch.rand()
    print(torch.text(x))
    see.state("state", torch.state_dict())
