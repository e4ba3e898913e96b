"""tinygrad under torch's names. It runs in tinygrad's own interpreter, which every machine has, unless DEV says where.

Every float tensor gathers a gradient there, so that asking for one (`requires_grad=True`) asks for nothing new.
"""
import os
from importlib.metadata import version
from typing import Any, ClassVar, Self

os.environ.setdefault("DEV", "PYTHON")

import numpy as np
from tinygrad import Device, dtypes, nn
from tinygrad import Tensor as Own
from tinygrad.helpers import TRAINING

from ..adapter import refusals_alone, shapes_alone
from . import foreign
from .foreign import Room, dtype

TRAINING.value = 1  # a layer of torch's is training until it is told otherwise


class Tensor(foreign.Gathering):
    """A tinygrad tensor."""

    own = (Own,)
    functions: ClassVar = foreign.torchs(Own) | {
        "mm": Own.matmul, "t": Own.transpose, "cat": lambda tensors, dim=0: Own.cat(*tensors, dim=dim),
        "stack": lambda tensors, dim=0: Own.stack(*tensors, dim=dim),
    }
    arguments: ClassVar = {"dim": "axis", "min": "min_", "max": "max_", "dims": "axis"}
    dtypes = tuple(dtype(name, getattr(dtypes, name)) for name in (
        "float16", "float32", "float64", "bfloat16", "int8", "int16", "int32", "int64", "uint8", "bool"))

    @classmethod
    def made(cls, array: np.ndarray, requires_grad: bool = False) -> Self:
        return cls.of(Own(cls.known(array)))

    data = property(lambda self: self.of(self.held.detach()))

    @property
    def readable(self) -> Own:
        return self.held.clone(device=Device.DEFAULT) if self.held.device is None else self.held  # a constant

    def numpy(self) -> np.ndarray:
        return self.readable.numpy()


def gradients(outputs: Tensor, inputs: Any, grad_outputs: Any = None) -> tuple[Any, ...]:
    if not isinstance(outputs, Tensor):
        raise NotImplementedError("the gradient of several outputs")
    targets = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    return tuple(map(Tensor.of, outputs.held.gradient(
        *Tensor.unwrapped(targets), gradient=Tensor.unwrapped(grad_outputs))))


def randint(low: int, high: Any, size: Any = None) -> Tensor:
    low, high, size = (0, low, high) if size is None else (low, high, size)
    return Tensor.of(Own.randint(*size, low=low, high=high))


torch = foreign.namespace(
    Tensor, version("tinygrad"), {
        "graph": "its graph is of its own operations, without nodes of torch's", "exceptions": refusals_alone,
        "mutation and versions": "no version is counted", "random stream": "the generator is its own",
        "aliasing": "tensors are expressions until they are read", "shape and strides": shapes_alone,
    },
    autograd=Room("torch.autograd", grad=gradients),
    nn=Room("torch.nn", **foreign.layers(Tensor, nn, nn.state.get_parameters, nn.state.get_state_dict),
            functional=foreign.lent_room("torch.nn.functional", Tensor, foreign.functionals(Own) | {
                "binary_cross_entropy": Own.binary_crossentropy,
                "binary_cross_entropy_with_logits": Own.binary_crossentropy_logits})),
    optim=Room("torch.optim", **foreign.optimisers(Tensor, nn.optim)),
    **{name: foreign.lent_creation(Tensor, getattr(Own, name)) for name in (
        "ones", "zeros", "empty", "full", "eye", "linspace", "arange", "rand", "randn", "randperm")},
    manual_seed=Own.manual_seed, randint=randint,
)
