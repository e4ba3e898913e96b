"""HIPS autograd under torch's names: NumPy's arrays, and derivatives of functions. A tensor gathers no gradient."""
from collections.abc import Callable
from importlib.metadata import version
from typing import Any, ClassVar, Self

import autograd
import autograd.numpy as anp
import numpy as np
from autograd.numpy.numpy_boxes import ArrayBox

from ..adapter import refusals_alone
from .foreign import NUMPYS_ARGUMENTS, Foreign, Room, dtype, filled, lent_room, named, namespace, numpys


class Tensor(Foreign):
    """An array, or what stands for one while a function is differentiated."""

    own = (np.ndarray, np.generic, ArrayBox)
    functions: ClassVar = numpys(anp) | {"clone": lambda x: anp.array(x)}
    arguments = NUMPYS_ARGUMENTS
    dtypes = tuple(dtype(name, np.dtype(name)) for name in (
        "float16", "float32", "float64", "complex64", "complex128", "int8", "int16", "int32", "int64", "uint8", "bool"))

    @classmethod
    def made(cls, array: np.ndarray, requires_grad: bool = False) -> Self:
        return cls.of(cls.known(array))

    def numpy(self) -> np.ndarray:
        held = self.held
        while isinstance(held, ArrayBox):
            held = held._value
        return np.asarray(held)


def inside(function: Callable[..., Any]) -> Callable[..., Any]:
    """A user's function as the engine is to call it."""
    return lambda *given: Tensor.unwrapped(function(*map(Tensor.wrapped, given)))


def derivative(take: Callable[..., Any]) -> Callable[..., Any]:
    """A function that makes derivatives of functions, such as grad."""

    def taken(function: Callable[..., Any], argnums: Any = 0) -> Callable[..., Any]:
        return Tensor.lent(take(inside(function), argnums))

    return taken


def vjp(function: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[..., Any]]:
    back, out = autograd.make_vjp(inside(function))(*map(Tensor.unwrapped, primals))
    return Tensor.wrapped(out), lambda cotangent: (Tensor.wrapped(back(Tensor.unwrapped(cotangent))),)


def jvp(function: Callable[..., Any], primals: Any, tangents: Any) -> Any:
    return Tensor.wrapped(autograd.make_jvp(inside(function))(*Tensor.unwrapped(primals))(*Tensor.unwrapped(tangents)))


torch = namespace(
    Tensor, version("autograd"), {
        "graph": "an array has no history", "mutation and versions": "no version is counted",
        "random stream": "the generator is NumPy's", "exceptions": refusals_alone,
    },
    func=Room("torch.func", grad=derivative(autograd.grad), jacrev=derivative(autograd.jacobian),
              hessian=derivative(autograd.hessian), vjp=vjp, jvp=jvp),
    linalg=lent_room("torch.linalg", Tensor, named(anp.linalg, "inv det solve cholesky eigh svd norm slogdet pinv")),
    manual_seed=anp.random.seed, rand=filled(Tensor, lambda shape: np.asarray(anp.random.rand(*shape))),
    randn=filled(Tensor, lambda shape: np.asarray(anp.random.randn(*shape))),
)
