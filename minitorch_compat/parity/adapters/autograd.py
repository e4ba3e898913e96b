"""HIPS autograd under torch's names: NumPy's arrays, and derivatives of functions. A tensor gathers no gradient."""
from collections.abc import Callable
from importlib.metadata import version
from typing import Any, ClassVar, Self

import autograd
import autograd.numpy as anp
import numpy as np
from autograd.numpy.numpy_boxes import ArrayBox

from ..adapter import Adapter, refusals_alone
from .foreign import Foreign, Room, array_of, dtype, sizes

KINDS = tuple(dtype(name, np.dtype(name)) for name in (
    "float16", "float32", "float64", "complex64", "complex128", "int8", "int16", "int32", "int64", "uint8", "bool",
))
SAME = """
    abs sin cos tan sinh cosh tanh arcsin arccos arctan arcsinh arccosh arctanh exp exp2 expm1 log log2 log10 log1p
    sqrt square reciprocal add subtract multiply divide true_divide negative matmul maximum minimum fmax fmin where
    einsum sum mean prod var std max min amax amin argmax argmin argsort sort cumsum reshape squeeze moveaxis
    swapaxes roll stack sign floor ceil trunc fmod remainder isnan isinf isfinite isclose allclose any all
    logaddexp logaddexp2 sinc broadcast_to ravel clip outer dot tensordot kron tril triu diag diagonal trace flip
    fliplr flipud rot90 tile real imag conj angle nan_to_num float_power hstack vstack dstack
"""
OTHERS = {
    "sub": anp.subtract, "mul": anp.multiply, "div": anp.divide, "neg": anp.negative, "pow": anp.power,
    "mm": anp.matmul, "cat": anp.concatenate, "unsqueeze": anp.expand_dims, "clamp": anp.clip, "t": anp.transpose,
    "asin": anp.arcsin, "acos": anp.arccos, "atan": anp.arctan, "asinh": anp.arcsinh, "acosh": anp.arccosh,
    "atanh": anp.arctanh, "transpose": anp.swapaxes, "reshape": lambda x, *to: anp.reshape(x, sizes(to)),
    "view": lambda x, *to: anp.reshape(x, sizes(to)), "clone": lambda x: anp.array(x),
}


class Tensor(Foreign):
    """An array, or what stands for one while a function is differentiated."""

    __module__ = "torch"
    own = (np.ndarray, np.generic, ArrayBox)
    functions: ClassVar = {**{name: getattr(anp, name) for name in SAME.split()}, **OTHERS}
    arguments: ClassVar = {"dim": "axis", "keepdim": "keepdims", "min": "a_min", "max": "a_max"}
    dtypes = KINDS

    @classmethod
    def made(cls, array: np.ndarray) -> Self:
        return cls.of(cls.known(array))

    def numpy(self) -> np.ndarray:
        held = self.held
        while isinstance(held, ArrayBox):
            held = held._value
        return np.asarray(held)


def creation(make: Callable[..., np.ndarray]) -> Callable[..., Tensor]:
    """A function that makes tensors, with torch's arguments; there is none that could ask for a gradient."""

    def created(*given: Any, dtype: Any = None) -> Tensor:
        return Tensor.made(make(*given, dtype))

    return created


def filled(function: Callable[..., np.ndarray]) -> Callable[..., Tensor]:
    return creation(lambda *given: function(sizes(given[:-1]), "float32" if given[-1] is None else given[-1].own))


def derivative(take: Callable[..., Any]) -> Callable[..., Any]:
    """A function that makes derivatives of functions, such as grad."""

    def taken(function: Callable[..., Any], argnums: Any = 0) -> Callable[..., Any]:
        return Tensor.lent(take(inside(function), argnums))

    return taken


def inside(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *given: Tensor.unwrapped(function(*map(Tensor.wrapped, given)))


def vjp(function: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[..., Any]]:
    back, out = autograd.make_vjp(inside(function))(*map(Tensor.unwrapped, primals))
    return Tensor.wrapped(out), lambda cotangent: (Tensor.wrapped(back(Tensor.unwrapped(cotangent))),)


def jvp(function: Callable[..., Any], primals: Any, tangents: Any) -> Any:
    return Tensor.wrapped(autograd.make_jvp(inside(function))(*Tensor.unwrapped(primals))(*Tensor.unwrapped(tangents)))


torch = Room(
    __name__="torch", __version__=version("autograd"),
    Tensor=Tensor, FloatTensor=Tensor, tensor=creation(array_of), as_tensor=creation(array_of),
    __parity__=Adapter(tensor=Tensor, to_numpy=Tensor.numpy, compare={
        "graph": "an array has no history", "mutation and versions": "no version is counted",
        "random stream": "the generator is NumPy's", "exceptions": refusals_alone,
    }),
    func=Room(
        __name__="torch.func", grad=derivative(autograd.grad), jacrev=derivative(autograd.jacobian),
        hessian=derivative(autograd.hessian), vjp=vjp, jvp=jvp,
    ),
    linalg=Room(__name__="torch.linalg", **{name: Tensor.lent(getattr(anp.linalg, name)) for name in (
        "inv", "det", "solve", "cholesky", "eigh", "svd", "norm", "slogdet", "pinv",
    )}),
    ones=filled(np.ones), zeros=filled(np.zeros), empty=filled(np.empty), from_numpy=Tensor.made,
    arange=creation(lambda *given: array_of(np.arange(*given[:-1]).tolist(), given[-1])),
    full=creation(lambda shape, value, kind: np.full(shape, array_of(value, kind))),
    eye=creation(lambda *given: np.eye(*given[:-1]).astype("float32" if given[-1] is None else given[-1].own)),
    manual_seed=anp.random.seed,
    rand=filled(lambda shape, kind: np.asarray(anp.random.rand(*shape), kind)),
    randn=filled(lambda shape, kind: np.asarray(anp.random.randn(*shape), kind)),
    float=KINDS[1], double=KINDS[2], int=KINDS[7], long=KINDS[8], **{kind.name: kind for kind in KINDS},
    **{name: Tensor.lent(function) for name, function in Tensor.functions.items()},
)
