"""tinygrad under torch's names. It runs in tinygrad's own interpreter, which every machine has, unless DEV says where.

Every float tensor gathers a gradient there, so that asking for one (`requires_grad=True`) asks for nothing new.
"""
import os
from collections.abc import Callable
from importlib.metadata import version
from typing import Any, ClassVar, Self

os.environ.setdefault("DEV", "PYTHON")

import numpy as np
from tinygrad import Device, dtypes, nn
from tinygrad import Tensor as Own
from tinygrad.helpers import TRAINING

from ..adapter import Adapter, refusals_alone, shapes_alone
from .foreign import Alias, Foreign, Room, array_of, dtype, sizes

TRAINING.value = 1  # a layer of torch's is training until it is told otherwise

KINDS = tuple(dtype(name, getattr(dtypes, name)) for name in (
    "float16", "float32", "float64", "bfloat16", "int8", "int16", "int32", "int64", "uint8", "bool",
))
SAME = """
    abs acos acosh add all allclose any argmax argmin argsort asin asinh atan atanh bitwise_and bitwise_not
    bitwise_or bitwise_xor ceil celu chunk clamp clip clone contiguous copysign cos cosh cummax cummin cumprod
    cumsum detach diag diagonal div dot einsum eq erf exp exp2 expand flatten flip floor fmod full_like gather
    is_floating_point isclose isfinite isinf isnan lerp log log10 log2 logaddexp logcumsumexp logical_not logsumexp
    masked_fill masked_select matmul max maximum mean meshgrid min minimum mul multinomial ne neg nonzero numel
    ones_like permute pow prod rand_like randn_like reciprocal relu repeat repeat_interleave reshape roll round
    rsqrt scatter scatter_reduce sigmoid sign sin sinh softmax log_softmax sort split sqrt square squeeze std
    std_mean sub sum tan tanh topk transpose tril triu trunc unflatten unfold unsqueeze var var_mean view where
    zeros_like float double half bfloat16 int long short bool element_size
"""
LAYERS = """
    BatchNorm2d Conv1d Conv2d ConvTranspose1d ConvTranspose2d Embedding GroupNorm LayerNorm Linear
"""
FUNCTIONAL = """
    avg_pool2d celu conv2d conv_transpose2d cross_entropy dropout elu gelu hardsigmoid hardswish hardtanh
    interpolate leaky_relu log_softmax logsigmoid max_pool2d max_unpool2d mish nll_loss normalize one_hot pad relu
    relu6 scaled_dot_product_attention selu sigmoid silu softmax softmin softplus softsign tanh
"""


class Tensor(Foreign):
    """A tinygrad tensor."""

    __module__ = "torch"
    own = (Own,)
    functions: ClassVar = {
        **{name: getattr(Own, name) for name in SAME.split()}, "mm": Own.matmul, "t": Own.transpose,
        "cat": lambda tensors, dim=0: Own.cat(*tensors, dim=dim),
        "stack": lambda tensors, dim=0: Own.stack(*tensors, dim=dim),
    }
    arguments: ClassVar = {"dim": "axis", "min": "min_", "max": "max_", "dims": "axis"}
    dtypes = KINDS

    @classmethod
    def made(cls, array: np.ndarray) -> Self:
        return cls.of(Own(cls.known(array)))

    @property
    def data(self) -> "Tensor":
        return self.of(self.held.detach())

    @property
    def grad(self) -> Any:
        return self.wrapped(self.held.grad)

    @grad.setter
    def grad(self, value: Any) -> None:
        self.held.grad = self.unwrapped(value)

    def backward(self, gradient: Any = None) -> None:
        self.held.backward(self.unwrapped(gradient))

    @property
    def readable(self) -> Own:
        return self.held.clone(device=Device.DEFAULT) if self.held.device is None else self.held  # a constant

    def numpy(self) -> np.ndarray:
        return self.readable.numpy()


class Layer:
    """A layer of tinygrad's; its parameters are the tensors it holds."""

    kind: ClassVar[Callable[..., Any]]

    def __init__(self, *given: Any, **named: Any):
        self.held = type(self).kind(*given, **named)

    def __call__(self, *given: Any) -> Any:
        return Tensor.lent(self.held)(*given)

    def __getattr__(self, name: str) -> Any:
        if name == "held" or not hasattr(self.held, name):
            raise AttributeError(f"tinygrad's layers have no {name}", name=name, obj=type(self))
        return Tensor.wrapped(getattr(self.held, name))

    def parameters(self) -> Any:
        return map(Tensor.of, nn.state.get_parameters(self.held))

    def state_dict(self) -> Any:
        return {name: Tensor.of(each) for name, each in nn.state.get_state_dict(self.held).items()}


def layer(name: str) -> type[Layer]:
    return type(name, (Layer,), {"kind": staticmethod(getattr(nn, name))})


def optimiser(kind: Callable[..., Any]) -> Callable[..., Any]:
    def made(params: Any, *given: Any, **named: Any) -> Any:
        listed = list(params)
        if not all(isinstance(each, Tensor) for each in listed):
            raise NotImplementedError("groups of parameters")
        return kind([each.held for each in listed], *given, **named)

    return made


def creation(make: Callable[..., Own]) -> Callable[..., Tensor]:
    """A function that makes tensors, with torch's arguments."""

    def created(*given: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
        return Tensor.of(make(*map(Tensor.unwrapped, given), dtype=None if dtype is None else dtype.own))

    return created


def tensor(data: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    return Tensor.made(array_of(data, dtype))


def gradients(outputs: Tensor, inputs: Any, grad_outputs: Any = None) -> tuple[Any, ...]:
    if not isinstance(outputs, Tensor):
        raise NotImplementedError("the gradient of several outputs")
    targets = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    return tuple(map(Tensor.of, outputs.held.gradient(
        *map(Tensor.unwrapped, targets), gradient=Tensor.unwrapped(grad_outputs))))


def randint(low: int, high: Any, size: Any = None) -> Tensor:
    low, high, size = (0, low, high) if size is None else (low, high, size)
    return Tensor.of(Own.randint(*size, low=low, high=high))


class Variable(metaclass=Alias):
    """A tensor, as it is called in old programs."""

    __module__ = "torch.autograd.variable"

    def __new__(cls, data: Any = (), requires_grad: bool = False) -> Any:
        return tensor(data)


torch = Room(
    __name__="torch", __version__=version("tinygrad"),
    Tensor=Tensor, FloatTensor=Tensor, tensor=tensor, as_tensor=tensor,
    __parity__=Adapter(tensor=Tensor, to_numpy=Tensor.numpy, compare={
        "graph": "its graph is of its own operations, without nodes of torch's", "exceptions": refusals_alone,
        "mutation and versions": "no version is counted", "random stream": "the generator is its own",
        "aliasing": "tensors are expressions until they are read", "shape and strides": shapes_alone,
    }),
    autograd=Room(__name__="torch.autograd", grad=gradients, Variable=Variable),
    nn=Room(__name__="torch.nn", **{name: layer(name) for name in LAYERS.split()}, functional=Room(
        __name__="torch.nn.functional", **{name: Tensor.lent(getattr(Own, name)) for name in FUNCTIONAL.split()},
        binary_cross_entropy=Tensor.lent(Own.binary_crossentropy),
        binary_cross_entropy_with_logits=Tensor.lent(Own.binary_crossentropy_logits),
    )),
    optim=Room(__name__="torch.optim", **{
        name: optimiser(getattr(nn.optim, name)) for name in ("SGD", "Adam", "AdamW", "Muon")
    }),
    ones=creation(lambda *given, dtype: Own.ones(*sizes(given), dtype=dtype).contiguous()),
    zeros=creation(lambda *given, dtype: Own.zeros(*sizes(given), dtype=dtype).contiguous()),
    empty=creation(lambda *given, dtype: Own.empty(*sizes(given), dtype=dtype)), from_numpy=Tensor.made,
    full=creation(Own.full), eye=creation(Own.eye), linspace=creation(Own.linspace), arange=creation(Own.arange),
    manual_seed=Own.manual_seed, rand=creation(Own.rand), randn=creation(Own.randn), randperm=creation(
        lambda n, dtype: Own.randperm(n, **({} if dtype is None else {"dtype": dtype}))),
    randint=randint,
    **{kind.name: kind for kind in KINDS}, float=KINDS[1], double=KINDS[2], int=KINDS[6], long=KINDS[7],
    **{name: Tensor.lent(function) for name, function in Tensor.functions.items() if name not in (
        "float", "double", "half", "bfloat16", "int", "long", "short", "bool")},
)
