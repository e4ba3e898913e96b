"""Tensors and functions of another engine under torch's names: what goes in is unwrapped, what comes out wrapped.

An adapter tells in a subclass of `Foreign` what the engine's tensors are and which of its functions have which of
torch's names; `namespace` makes the engine of that.
"""
import importlib
import inspect
import operator
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from types import FunctionType, SimpleNamespace
from typing import Any, ClassVar, Self

import numpy as np

from ..adapter import Adapter

NUMPYS = """
    abs sin cos tan sinh cosh tanh arcsin arccos arctan arcsinh arccosh arctanh exp exp2 expm1 log log2 log10 log1p
    sqrt square reciprocal add subtract multiply divide true_divide negative matmul maximum minimum fmax fmin
    einsum sum mean prod var std max min amax amin argmax argmin argsort sort cumsum cumprod squeeze moveaxis
    swapaxes roll stack sign floor ceil trunc fmod remainder isnan isinf isfinite isclose allclose any all
    logaddexp logaddexp2 sinc broadcast_to ravel clip outer dot tensordot kron tril triu diag diagonal trace flip
    fliplr flipud rot90 tile real imag conj angle nan_to_num float_power hstack vstack dstack where repeat
    sub=subtract mul=multiply div=divide neg=negative pow=power mm=matmul cat=concatenate unsqueeze=expand_dims
    clamp=clip t=transpose transpose=swapaxes eq=equal asin=arcsin acos=arccos atan=arctan asinh=arcsinh
    acosh=arccosh atanh=arctanh
"""
"""Functions that NumPy has as well, `torch's name=NumPy's` where it calls them otherwise."""

TORCHS = """
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
"""Functions and methods that mean the same in an engine that calls them as torch does."""

FUNCTIONALS = """
    avg_pool2d celu conv2d conv_transpose2d cross_entropy dropout elu gelu glu hardsigmoid hardswish hardtanh
    interpolate leaky_relu log_softmax logsigmoid max_pool2d max_unpool2d mish nll_loss normalize one_hot pad relu
    relu6 scaled_dot_product_attention selu sigmoid silu softmax softmin softplus softsign tanh
"""
"""The same for torch.nn.functional."""

LAYERS = """
    BatchNorm2d Conv1d Conv2d ConvTranspose1d ConvTranspose2d Embedding GroupNorm LayerNorm Linear
"""
OPTIMISERS = "SGD Adam AdamW Muon"

NUMPYS_ARGUMENTS = {"dim": "axis", "keepdim": "keepdims", "min": "a_min", "max": "a_max"}


class Room(SimpleNamespace):
    """A namespace such as `torch` or `torch.nn`; what it lacks, or a function does not take, is told by name."""

    def __init__(self, __name__: str = "torch", **members: Any):
        super().__init__(__name__=__name__, **members)
        for name, member in members.items():
            if isinstance(member, FunctionType):
                member.__name__ = member.__qualname__ = name


class Size(tuple[int, ...]):
    """A shape, as torch prints it."""

    def __repr__(self) -> str:
        return f"torch.Size({list(self)})"


class dtype:
    """An element type: torch's name, and the engine's own."""

    def __init__(self, name: str, own: Any):
        self.name, self.own = name, own

    def __repr__(self) -> str:
        return f"torch.{self.name}"


class Foreign:
    """A tensor of another engine, `held`. Its methods are the functions whose first argument it is.

    A subclass says what the engine's own tensors are, which functions it has by torch's names, what torch's names for
    their arguments are there, which element types there are, and whether a tensor can be asked to gather a gradient.
    """

    gathers: ClassVar[bool] = False
    own: ClassVar[tuple[type, ...]] = ()
    functions: ClassVar[Mapping[str, Callable[..., Any]]] = {}
    arguments: ClassVar[Mapping[str, str]] = {}
    dtypes: ClassVar[tuple[dtype, ...]] = ()
    held: Any

    def __init_subclass__(cls) -> None:
        cls.__module__ = "torch"

    def __init__(self, *data: Any):
        sizes = bool(data) and all(isinstance(each, int) for each in data)
        array = np.empty(data, np.float32) if sizes else np.asarray(plain(*data), np.float32)
        self.held = type(self).made(array).held

    @classmethod
    def made(cls, array: np.ndarray, requires_grad: bool = False) -> Self:
        """A tensor of the numbers of an ndarray."""
        raise NotImplementedError

    @classmethod
    def known(cls, array: np.ndarray) -> np.ndarray:
        """The array. Raises NotImplementedError for numbers of a kind the engine does not have."""
        if array.dtype.kind in "biufc" and array.dtype.name not in {kind.name for kind in cls.dtypes}:
            raise NotImplementedError(f"tensors of {array.dtype}")
        return array

    @classmethod
    def of(cls, held: Any) -> Self:
        """A tensor that holds one of the engine's."""
        tensor = cls.__new__(cls)
        tensor.held = held
        return tensor

    @classmethod
    def wrapped(cls, value: Any) -> Any:
        """What the engine returns, for a user of torch."""
        if isinstance(value, cls.own):
            return cls.of(value)
        if isinstance(value, list | tuple):
            return type(value)(map(cls.wrapped, value))
        if isinstance(value, dict):
            return {key: cls.wrapped(each) for key, each in value.items()}
        return value

    @classmethod
    def unwrapped(cls, value: Any) -> Any:
        """What a user of torch gives, for the engine."""
        if isinstance(value, Foreign):
            return value.held
        if isinstance(value, dtype):
            return value.own
        if isinstance(value, list | tuple):
            return list(map(cls.unwrapped, value)) if type(value) is list else tuple(map(cls.unwrapped, value))
        if isinstance(value, dict):
            return {key: cls.unwrapped(each) for key, each in value.items()}
        if isinstance(value, slice):
            return slice(*(cls.unwrapped(each) for each in (value.start, value.stop, value.step)))
        return value

    @classmethod
    def lent(cls, function: Callable[..., Any]) -> Callable[..., Any]:
        """A function of the engine's, for a user of torch."""

        def called(*given: Any, **named: Any) -> Any:
            known = arguments_of(function)
            named = {name if name in known else cls.arguments.get(name, name): cls.unwrapped(value)
                     for name, value in named.items()}
            return cls.wrapped(function(*map(cls.unwrapped, given), **named))

        return called

    def __getattr__(self, name: str) -> Any:
        function = type(self).functions.get(name)
        if function is None or name == "held":
            raise AttributeError(f"the engine's tensors have no {name}", name=name, obj=self)
        lent = self.lent(function)
        return lambda *given, **named: lent(self, *given, **named)

    def __setattr__(self, name: str, value: Any) -> None:
        if name != "held" and getattr(getattr(type(self), name, None), "fset", None) is None:
            raise AttributeError(f"the engine's tensors take no {name}", name=f"{name} = …", obj=self)
        object.__setattr__(self, name, value)

    @property
    def shape(self) -> Size:
        return Size(map(int, self.held.shape))

    @property
    def dtype(self) -> Any:
        own = self.held.dtype
        return next((each for each in self.dtypes if each.own == own), own)

    ndim = property(lambda self: len(self.held.shape))
    T = property(lambda self: self.of(self.held.T))

    def size(self, dim: int | None = None) -> Any:
        return self.shape if dim is None else self.shape[dim]

    def dim(self) -> int:
        return len(self.held.shape)

    def numel(self) -> int:
        return int(np.prod(self.held.shape))

    @property
    def readable(self) -> Any:
        """What it holds, where its numbers can be read."""
        return self.held

    def numpy(self) -> np.ndarray:
        return np.asarray(self.readable)

    def item(self) -> Any:
        return self.readable.item()

    def tolist(self) -> Any:
        return self.numpy().tolist()

    def __reduce__(self) -> Any:
        return remade, (type(self).made.__func__.__module__, self.held)  # type: ignore[attr-defined]

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        return np.asarray(self.numpy(), dtype)

    def __repr__(self) -> str:
        return repr(self.held)

    def __format__(self, form: str) -> str:
        return format(self.held, form)

    def __len__(self) -> int:
        return len(self.held)

    def __getitem__(self, index: Any) -> Any:
        return self.wrapped(self.held[self.unwrapped(index)])

    def __setitem__(self, index: Any, value: Any) -> None:
        self.held[self.unwrapped(index)] = self.unwrapped(value)

    __hash__ = object.__hash__


def remade(adapter: str, held: Any) -> Any:
    """A tensor from its pickle."""
    return importlib.import_module(adapter).Tensor.of(held)


@cache
def arguments_of(function: Callable[..., Any]) -> frozenset[str]:
    """The names of a function's arguments, where it tells them."""
    try:
        return frozenset(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return frozenset()


def through(name: str) -> Callable[..., Any]:
    """An operator that is the engine's own."""

    def applied(self: Foreign, *others: Any) -> Any:
        have(self, name)
        return self.wrapped(getattr(operator, name)(self.held, *map(self.unwrapped, others)))

    def reflected(self: Foreign, other: Any) -> Any:
        return self.wrapped(getattr(operator, f"__{name[3:]}")(self.unwrapped(other), self.held))

    def in_place(self: Foreign, other: Any) -> Any:
        self.held = getattr(operator, name)(self.held, self.unwrapped(other))
        return self

    if name.startswith("__i") and name not in ("__invert__",):
        return in_place
    return reflected if name.startswith("__r") and name != "__rshift__" else applied


def converted(name: str, kind: Callable[[Any], Any]) -> Callable[[Foreign], Any]:
    """A conversion to a Python number that is the engine's own."""

    def number(self: Foreign) -> Any:
        have(self, name)
        return kind(self.readable)

    return number


def have(tensor: Foreign, name: str) -> None:
    """Raise AttributeError where the engine's tensors do not have a special method."""
    if not hasattr(type(tensor.held), name):
        raise AttributeError(f"the engine's tensors have no {name}", name=name, obj=tensor)


BINARY = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor")
for _name in (
    *(f"__{prefix}{each}__" for each in BINARY for prefix in ("", "r", "i")),
    *(f"__{each}__" for each in ("eq", "ne", "lt", "le", "gt", "ge", "neg", "pos", "abs", "invert")),
):
    setattr(Foreign, _name, through(_name))
for _name, _kind in (("__float__", float), ("__int__", int), ("__bool__", bool), ("__index__", operator.index)):
    setattr(Foreign, _name, converted(_name, _kind))


class Gathering(Foreign):
    """A tensor of an engine whose tensors gather gradients."""

    gathers = True

    @property
    def grad(self) -> Any:
        return self.wrapped(self.held.grad)

    @grad.setter
    def grad(self, value: Any) -> None:
        self.held.grad = self.unwrapped(value)

    def backward(self, gradient: Any = None) -> None:
        self.held.backward(self.unwrapped(gradient))


class Layer:
    """A layer of the engine's: what its methods take is unwrapped, what they give wrapped."""

    tensor: ClassVar[type[Foreign]]
    kind: ClassVar[Callable[..., Any]]
    listed: ClassVar[Callable[[Any], Any]]
    keyed: ClassVar[Callable[[Any], Any]]

    def __init__(self, *given: Any, **named: Any):
        self.held = type(self).kind(*self.tensor.unwrapped(given), **self.tensor.unwrapped(named))

    def __call__(self, *given: Any) -> Any:
        return self.tensor.lent(self.held)(*given)

    def __getattr__(self, name: str) -> Any:
        if name == "held" or not hasattr(self.held, name):
            raise AttributeError(f"the engine's layers have no {name}", name=name, obj=type(self))
        found = getattr(self.held, name)
        return self.tensor.lent(found) if inspect.ismethod(found) else self.tensor.wrapped(found)

    def parameters(self) -> Any:
        return iter(self.tensor.wrapped(type(self).listed(self.held)))

    def state_dict(self) -> Any:
        return self.tensor.wrapped(type(self).keyed(self.held))


def plain(data: Any = ()) -> Any:
    """Nested lists with tensors in them as nested lists of numbers."""
    if isinstance(data, Foreign):
        return data.numpy()
    return [plain(each) for each in data] if isinstance(data, list | tuple) else data


def array_of(data: Any, kind: dtype | None = None) -> np.ndarray:
    """Data as torch.tensor would read it: Python's floats are float32, an ndarray stays what it is."""
    array = np.array(plain(data))
    if kind is not None:
        return array.astype(kind.name)
    typed = isinstance(data, np.ndarray | np.generic | Foreign)
    return array.astype(np.float32) if array.dtype == np.float64 and not typed else array


def sizes(given: Iterable[Any]) -> tuple[int, ...]:
    """A shape from `2, 3` or from `(2, 3)`."""
    given = tuple(given)
    return tuple(given[0]) if len(given) == 1 and not isinstance(given[0], int) else given


def named(room: Any, names: str) -> dict[str, Callable[..., Any]]:
    """Those functions of a list that an engine has, by torch's names."""
    pairs = (each.partition("=") for each in names.split())
    return {name: getattr(room, own or name) for name, _, own in pairs if hasattr(room, own or name)}


def numpys(room: Any) -> dict[str, Callable[..., Any]]:
    """The functions of an engine that goes by NumPy's names."""
    return named(room, NUMPYS) | dict.fromkeys(("reshape", "view"), lambda x, *to: room.reshape(x, sizes(to)))


def torchs(room: Any) -> dict[str, Callable[..., Any]]:
    """The functions of an engine that goes by torch's names."""
    return named(room, TORCHS)


def functionals(room: Any) -> dict[str, Callable[..., Any]]:
    """The same in torch.nn.functional."""
    return named(room, FUNCTIONALS)


def lent_room(name: str, tensor: type[Foreign], functions: Mapping[str, Callable[..., Any]]) -> Room:
    """A namespace of functions of the engine's."""
    return Room(name, **{each: tensor.lent(function) for each, function in functions.items()})


def layers(
    tensor: type[Foreign], room: Any, listed: Callable[[Any], Any], keyed: Callable[[Any], Any]
) -> dict[str, type[Layer]]:
    """The layers of an engine, with what lists the tensors that one holds, and what gives them by their names."""
    about = {"tensor": tensor, "listed": staticmethod(listed), "keyed": staticmethod(keyed)}
    return {name: type(name, (Layer,), {**about, "kind": kind}) for name, kind in named(room, LAYERS).items()}


def optimisers(tensor: type[Foreign], room: Any) -> dict[str, Callable[..., Any]]:
    """The optimisers of an engine, each over a list of tensors."""
    return {name: optimiser(tensor, kind) for name, kind in named(room, OPTIMISERS).items()}


def optimiser(tensor: type[Foreign], kind: Callable[..., Any]) -> Callable[..., Any]:
    def made(params: Iterable[Any], *given: Any, **named: Any) -> Any:
        listed = list(params)
        if not all(isinstance(each, tensor) for each in listed):
            raise NotImplementedError("groups of parameters")
        return kind(tensor.unwrapped(listed), *given, **named)

    return made


def lent_creation(tensor: type[Foreign], make: Callable[..., Any]) -> Callable[..., Any]:
    """A function of the engine's that makes tensors, with torch's arguments."""

    def created(*given: Any, dtype: Any = None, requires_grad: bool = False) -> Any:
        return tensor.of(make(*tensor.unwrapped(given), **({} if dtype is None else {"dtype": dtype.own})))

    return created


def creation(tensor: type[Foreign], make: Callable[..., Any]) -> Callable[..., Any]:
    """A function that makes tensors with torch's arguments, of what `make` gives for an element type."""

    def gathering(*given: Any, dtype: Any = None, requires_grad: bool = False) -> Foreign:
        return tensor.made(make(*given, kind=dtype), requires_grad)

    def constant(*given: Any, dtype: Any = None) -> Foreign:
        return tensor.made(make(*given, kind=dtype))

    return gathering if tensor.gathers else constant


def filled(tensor: type[Foreign], function: Callable[..., np.ndarray]) -> Callable[..., Any]:
    """A function that makes tensors of a shape."""
    return creation(tensor, lambda *given, kind: function(sizes(given)).astype(kind.name if kind else np.float32))


def creations(tensor: type[Foreign]) -> dict[str, Callable[..., Any]]:
    """What makes tensors of NumPy's arrays."""
    return {
        "tensor": creation(tensor, array_of), "as_tensor": creation(tensor, array_of), "from_numpy": tensor.made,
        **{name: filled(tensor, getattr(np, name)) for name in ("ones", "zeros", "empty")},
        "arange": creation(tensor, lambda *given, kind: array_of(np.arange(*given).tolist(), kind)),
        "full": creation(tensor, lambda shape, value, kind: np.full(shape, array_of(value, kind))),
        "eye": creation(tensor, lambda *given, kind: np.eye(*given).astype(kind.name if kind else np.float32)),
    }


class Alias(type):
    """The class of an old name for tensors, such as Variable."""

    tensor: type[Foreign]

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, Foreign)

    def __call__(cls, data: Any = (), requires_grad: bool = False) -> Foreign:
        return cls.tensor.made(array_of(data), requires_grad)


SHORT = {"float": "float32", "double": "float64", "half": "float16", "int": "int32", "long": "int64", "short": "int16"}
"""Element types by their other names."""


def namespace(tensor: type[Foreign], version: str, compare: Mapping[str, Any], **members: Any) -> Room:
    """An engine under torch's names: its element types, what makes its tensors, its functions, and other members.

    `compare` says what is not compared as torch's is, as an `Adapter` does.
    """
    kinds = {kind.name: kind for kind in tensor.dtypes}
    kinds |= {name: kinds[own] for name, own in SHORT.items() if own in kinds}
    if tensor.gathers:
        autograd = members.setdefault("autograd", Room("torch.autograd"))
        autograd.Variable = Alias("Variable", (), {"__module__": "torch.autograd.variable", "tensor": tensor})
    return Room(**{
        "__version__": version, "__parity__": Adapter(tensor, tensor.numpy, compare), "Tensor": tensor,
        "FloatTensor": tensor, **{name: tensor.lent(function) for name, function in tensor.functions.items()},
        **creations(tensor), **kinds, **members,
    })
