"""MyGrad under torch's names: NumPy's functions on tensors that remember, and one backward from the end."""
from collections.abc import Callable
from typing import Any, ClassVar, Self

import mygrad as mg
import mygrad.nnet as nnet
import numpy as np

from ..adapter import Adapter, refusals_alone
from .foreign import Alias, Foreign, Room, array_of, dtype, sizes

KINDS = tuple(dtype(name, np.dtype(name)) for name in (
    "float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool",
))
SAME = """
    abs sin cos tan sinh cosh tanh arcsin arccos arctan arcsinh arccosh arctanh exp exp2 expm1 log log2 log10 log1p
    sqrt square reciprocal add subtract multiply divide true_divide negative matmul maximum minimum einsum
    sum mean prod var std max min amax amin argmax argmin cumsum cumprod squeeze moveaxis swapaxes roll stack sign
    floor ceil trunc fmod remainder isnan isinf isfinite isclose allclose any logaddexp logaddexp2 sinc
    broadcast_to ravel clip repeat
"""
OTHERS: dict[str, Any] = {
    "sub": mg.subtract, "mul": mg.multiply, "div": mg.divide, "neg": mg.negative, "pow": mg.power, "eq": mg.equal,
    "mm": mg.matmul, "cat": mg.concatenate, "unsqueeze": mg.expand_dims, "relu": nnet.relu, "sigmoid": nnet.sigmoid,
    "softmax": nnet.softmax, "log_softmax": nnet.logsoftmax, "clamp": mg.clip, "t": mg.transpose,
    "asin": mg.arcsin, "acos": mg.arccos, "atan": mg.arctan, "asinh": mg.arcsinh, "acosh": mg.arccosh,
    "atanh": mg.arctanh, "transpose": mg.swapaxes, "reshape": lambda x, *to: mg.reshape(x, sizes(to)),
    "view": lambda x, *to: mg.reshape(x, sizes(to)), "where": lambda which, x, y: mg.where(np.asarray(which), x, y),
}


class Tensor(Foreign):
    """A MyGrad tensor. It asks for a gradient where it is no constant."""

    __module__ = "torch"
    own = (mg.Tensor,)
    functions: ClassVar = {**{name: getattr(mg, name) for name in SAME.split()}, **OTHERS}
    arguments: ClassVar = {"dim": "axis", "keepdim": "keepdims", "min": "a_min", "max": "a_max"}
    dtypes = KINDS

    @classmethod
    def made(cls, array: np.ndarray, requires_grad: bool = False) -> Self:
        return cls.of(mg.tensor(cls.known(array), constant=not requires_grad, copy=False))

    @classmethod
    def wrapped(cls, value: Any) -> Any:
        return cls.made(value) if isinstance(value, np.ndarray) else super().wrapped(value)  # comparisons give arrays

    @property
    def requires_grad(self) -> bool:
        return not self.held.constant

    @property
    def is_leaf(self) -> bool:
        return self.held.creator is None

    @property
    def grad(self) -> "Tensor | None":
        return None if self.held.grad is None else Tensor.made(self.held.grad)

    @grad.setter
    def grad(self, value: "Tensor | None") -> None:
        if value is not None:
            raise NotImplementedError("a gradient that is assigned")
        self.held.null_grad()

    def backward(self, gradient: Any = None) -> None:
        self.held.backward(self.unwrapped(gradient))

    def detach(self) -> "Tensor":
        return Tensor.made(self.held.data)

    data = property(detach)

    def numpy(self) -> np.ndarray:
        return self.held.data


def creation(make: Callable[..., np.ndarray]) -> Callable[..., Tensor]:
    """A function that makes tensors, with torch's arguments."""

    def created(*given: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
        return Tensor.made(make(*given, dtype), requires_grad)

    return created


def filled(function: Callable[..., np.ndarray]) -> Callable[..., Tensor]:
    return creation(lambda *given: function(sizes(given[:-1]), "float32" if given[-1] is None else given[-1].own))


class Variable(metaclass=Alias):
    """A tensor, as it is called in old programs."""

    __module__ = "torch.autograd.variable"

    def __new__(cls, data: Any = (), requires_grad: bool = False) -> Any:
        return Tensor.made(array_of(data), requires_grad)


torch = Room(
    __name__="torch", __version__=mg.__version__, Tensor=Tensor,
    tensor=creation(array_of), as_tensor=creation(array_of), FloatTensor=Tensor,
    __parity__=Adapter(tensor=Tensor, to_numpy=Tensor.numpy, compare={
        "graph": "a tensor knows what made it, but by no name and no next_functions of torch's",
        "mutation and versions": "no version is counted", "random stream": "the generator is NumPy's",
        "exceptions": refusals_alone,
    }),
    autograd=Room(__name__="torch.autograd", Variable=Variable),
    nn=Room(__name__="torch.nn", functional=Room(__name__="torch.nn.functional", **{
        name: Tensor.lent(getattr(nnet, name)) for name in ("relu", "sigmoid", "softmax", "tanh", "selu", "glu")
    }, log_softmax=Tensor.lent(nnet.logsoftmax), softsign=Tensor.lent(nnet.soft_sign),
        cross_entropy=Tensor.lent(nnet.softmax_crossentropy))),
    ones=filled(np.ones), zeros=filled(np.zeros), empty=filled(np.empty), from_numpy=Tensor.made,
    arange=creation(lambda *given: array_of(np.arange(*given[:-1]).tolist(), given[-1])),
    full=creation(lambda shape, value, kind: np.full(shape, array_of(value, kind))),
    eye=creation(lambda *given: np.eye(*given[:-1]).astype("float32" if given[-1] is None else given[-1].own)),
    no_grad=lambda: mg.no_autodiff, manual_seed=mg.random.seed,
    rand=filled(lambda shape, kind: mg.random.rand(*shape).data.astype(kind)),
    randn=filled(lambda shape, kind: mg.random.randn(*shape).data.astype(kind)),
    float=KINDS[1], double=KINDS[2], int=KINDS[5], long=KINDS[6], **{kind.name: kind for kind in KINDS},
    **{name: Tensor.lent(function) for name, function in Tensor.functions.items()},
)
