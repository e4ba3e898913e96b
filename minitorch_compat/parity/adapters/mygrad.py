"""MyGrad under torch's names: NumPy's functions on tensors that remember, and one backward from the end."""
from typing import Any, ClassVar, Self

import mygrad as mg
import mygrad.nnet as nnet
import numpy as np

from ..adapter import refusals_alone
from .foreign import NUMPYS_ARGUMENTS, Gathering, Room, dtype, filled, functionals, lent_room, namespace, numpys


class Tensor(Gathering):
    """A MyGrad tensor. It asks for a gradient where it is no constant."""

    own = (mg.Tensor,)
    functions: ClassVar = numpys(mg) | {
        "relu": nnet.relu, "sigmoid": nnet.sigmoid, "softmax": nnet.softmax, "log_softmax": nnet.logsoftmax,
        "where": lambda which, x, y: mg.where(np.asarray(which), x, y),
    }
    arguments = NUMPYS_ARGUMENTS
    dtypes = tuple(dtype(name, np.dtype(name)) for name in (
        "float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool"))

    @classmethod
    def made(cls, array: np.ndarray, requires_grad: bool = False) -> Self:
        return cls.of(mg.tensor(cls.known(array), constant=not requires_grad, copy=False))

    @classmethod
    def wrapped(cls, value: Any) -> Any:
        return cls.made(value) if isinstance(value, np.ndarray) else super().wrapped(value)  # comparisons give arrays

    requires_grad = property(lambda self: not self.held.constant)
    is_leaf = property(lambda self: self.held.creator is None)

    def forget(self, value: None) -> None:
        if value is not None:
            raise NotImplementedError("a gradient that is assigned")
        self.held.null_grad()

    grad = property(lambda self: self.wrapped(self.held.grad), forget)

    def detach(self) -> "Tensor":
        return Tensor.made(self.held.data)

    data = property(detach)

    def numpy(self) -> np.ndarray:
        return self.held.data


torch = namespace(
    Tensor, mg.__version__, {
        "graph": "a tensor knows what made it, but by no name and no next_functions of torch's",
        "mutation and versions": "no version is counted", "random stream": "the generator is NumPy's",
        "exceptions": refusals_alone,
    },
    nn=Room("torch.nn", functional=lent_room("torch.nn.functional", Tensor, functionals(nnet) | {
        "log_softmax": nnet.logsoftmax, "softsign": nnet.soft_sign, "cross_entropy": nnet.softmax_crossentropy})),
    no_grad=lambda: mg.no_autodiff, manual_seed=mg.random.seed,
    rand=filled(Tensor, lambda shape: mg.random.rand(*shape).data),
    randn=filled(Tensor, lambda shape: mg.random.randn(*shape).data),
)
