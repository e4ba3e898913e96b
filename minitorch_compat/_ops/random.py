"""Drawing random tensors, and filling tensors with random numbers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any

import numpy as np

from .._core import dtypes
from .._core.forms import publish, refuse_overlap
from .._core.generator import Generator, default_generator
from .._core.modes import mode
from .._core.options import (
    Misfit,
    allocate,
    check_options,
    checked,
    dtype_of,
    formatted,
    into_out,
    leaf,
    length_of,
    out_of,
    size_of,
)
from .._core.recording import Recorder
from .._core.scalars import cast, is_number, number_of
from .._core.tensor import Tensor, wrap
from .._core.views import check_write, rebase
from .._kernels import layout as memory

ndarray = np.ndarray
Array = ndarray


def twister_of(generator: Any) -> Any:
    """The bit generator behind ``generator``, the default one for None."""
    if generator is None:
        return default_generator.twister
    if not isinstance(generator, Generator):
        raise Misfit
    return generator.twister


class Sampler:
    """A sampler by name, its module loaded at the first draw."""

    __slots__ = ("draw", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.draw: Callable[..., Any] | None = None

    def __call__(self, *arguments: Any) -> Any:
        if self.draw is None:
            from .._kernels import random, sampling

            self.draw = getattr(random if hasattr(random, self.name) else sampling, self.name)
        return self.draw(*arguments)


@cache
def kernel(name: str) -> Sampler:
    """The one sampler of this name."""
    return Sampler(name)


# ---- new tensors


def _drawn(name: str, fill: str) -> Any:
    """``rand`` or ``randn``: a size in any spelling, filled by a sampler."""
    draw = kernel(fill)

    def function(
        *sizes: Any, size: Any = None, generator: Any = None, out: Any = None, dtype: Any = None,
        layout: Any = None, device: Any = None, pin_memory: Any = False, requires_grad: Any = False
    ) -> Tensor:
        shape = size_of(sizes, size)
        if dtype is not None:
            dtype = dtype_of(dtype)
        if layout is not None or device is not None or pin_memory or requires_grad is not False:
            check_options(layout, device, pin_memory, requires_grad)
        wanted = dtype or (dtypes.get_default_dtype() if out_of(out) is None else out.dtype)
        array = draw(twister_of(generator), allocate(shape, wanted.numpy))
        return leaf(array, requires_grad) if out is None else into_out(name, out, array, dtype, requires_grad)

    return checked(name)(function)


def _drawn_like(name: str, fill: str) -> Any:
    """``rand_like`` or ``randn_like``."""

    def function(
        input: Tensor, *, generator: Any = None, dtype: Any = None, layout: Any = None, device: Any = None,
        pin_memory: Any = False, requires_grad: Any = False, memory_format: Any = None
    ) -> Tensor:
        if not isinstance(input, Tensor):
            raise Misfit
        check_options(layout, device, pin_memory, requires_grad)
        wanted = (dtype_of(dtype) or input.dtype).numpy
        array = formatted(input._data.shape, wanted, memory_format, input._data)
        return leaf(kernel(fill)(twister_of(generator), array), requires_grad)

    return checked(name)(function)


for _name, _fill in (("rand", "uniform_"), ("randn", "normal_")):
    publish(_name, _drawn(_name, _fill), method=False)
    publish(f"{_name}_like", _drawn_like(f"{_name}_like", _fill), method=False)


@checked("randint")
def randint(
    *bounds: Any, low: Any = None, high: Any = None, size: Any = None, generator: Any = None, out: Any = None,
    dtype: Any = None, layout: Any = None, device: Any = None, pin_memory: Any = False, requires_grad: Any = False
) -> Tensor:
    """Integers from ``low`` (0) up to, not including, ``high``; int64 unless a dtype is named."""
    numbers = list(bounds)
    if size is None and numbers:
        size = numbers.pop()
    if high is None and numbers:
        high = numbers.pop()
    if low is None and numbers:
        low = numbers.pop()
    if numbers or high is None or not isinstance(size, (tuple, list)):
        raise Misfit
    first, last = 0 if low is None else length_of(low, 0), length_of(high, 0)
    if last >= 1 << 63:
        raise ValueError("Overflow when unpacking long long")
    check_options(layout, device, pin_memory, requires_grad)
    dtype = dtype_of(dtype)
    wanted = dtype or (dtypes.int64 if out_of(out) is None else out.dtype)
    array = kernel("random_")(twister_of(generator), allocate(size_of((), size), wanted.numpy), first, last)
    return leaf(array, requires_grad) if out is None else into_out("randint", out, array, dtype, requires_grad)


@checked("randint_like")
def randint_like(
    input: Tensor, *bounds: Any, low: Any = None, high: Any = None, generator: Any = None, dtype: Any = None,
    layout: Any = None, device: Any = None, pin_memory: Any = False, requires_grad: Any = False,
    memory_format: Any = None
) -> Tensor:
    """``randint`` with the size, dtype and memory format of a tensor."""
    numbers = list(bounds)
    if high is None and numbers:
        high = numbers.pop()
    if low is None and numbers:
        low = numbers.pop()
    if numbers or high is None or not isinstance(input, Tensor):
        raise Misfit
    first, last = 0 if low is None else length_of(low, 0), length_of(high, 0)
    check_options(layout, device, pin_memory, requires_grad)
    wanted = (dtype_of(dtype) or input.dtype).numpy
    array = formatted(input._data.shape, wanted, memory_format, input._data)
    return leaf(kernel("random_")(twister_of(generator), array, first, last), requires_grad)


@checked("randperm")
def randperm(
    n: int, *, generator: Any = None, out: Any = None, dtype: Any = None, layout: Any = None,
    device: Any = None, pin_memory: Any = False, requires_grad: Any = False
) -> Tensor:
    """The integers below ``n`` in random order, int64 unless a dtype is named."""
    count = length_of(n, 0)
    check_options(layout, device, pin_memory, requires_grad)
    dtype = dtype_of(dtype)
    wanted = dtype or (dtypes.int64 if out_of(out) is None else out.dtype)
    if wanted.category == dtypes.INTEGER:
        cast(count, wanted)
    array = kernel("randperm")(twister_of(generator), allocate((count,), wanted.numpy))
    return leaf(array, requires_grad) if out is None else into_out("randperm", out, array, dtype, requires_grad)


for _function in (randint, randint_like, randperm):
    publish(_function.__name__, _function, method=False)


# ---- filling


def fill_in_place(x: Tensor, recorder: Recorder, twister: Any, write: Callable[[ndarray], Any]) -> Tensor:
    """Let ``write`` overwrite the memory of ``x``, count the write and record that no gradient passes it."""
    recording = mode.enabled and x._node is not None
    if recording:
        check_write(x)
    if 0 in x._data.strides and recorder not in _random_nodes:
        # Whatever else is wrong is told before this, and draws nothing.
        state = twister.get_state()
        with suppress(NotImplementedError):
            write(np.empty(x._data.shape, x._data.dtype))
        twister.set_state(state)
    refuse_overlap(x._data)
    write(x._data)
    x._bump()
    if recording:
        rebase(x, recorder.node((x,)))
    return x


def nothing_passes(name: str, node: str) -> Recorder:
    """How a fill is recorded: what was there before has no part in the result."""
    return Recorder(f"{name}_", ("x",), {"x": lambda xp, g: xp.zeros_like(g)}, node=node)


_random_nodes = [nothing_passes("random", f"RandomBackward{overload}") for overload in range(3)]


def _filling(name: str, node: str, *parameters: tuple[str, Any]) -> None:
    """Declare ``Tensor.<name>_`` with float parameters: the sampler of this name, and its place in the graph."""
    recorder = nothing_passes(name, node)
    names = [each for each, _ in parameters]
    draw = kernel(f"{name}_")

    def method(self: Tensor, *values: Any, generator: Any = None, **named: Any) -> Tensor:
        if len(values) > len(parameters):
            raise Misfit
        given = dict(zip(names, values, strict=False))
        if given.keys() & named.keys() or named.keys() - set(names):
            raise Misfit
        given |= named
        numbers = [given.get(each, default) for each, default in parameters]
        if not all(map(is_number, numbers)) or any(isinstance(each, complex) for each in numbers):
            raise Misfit
        twister = twister_of(generator)
        numbers = [float(number_of(each)) for each in numbers]
        return fill_in_place(self, recorder, twister, lambda array: draw(twister, array, *numbers))

    method.__name__ = f"{name}_"
    setattr(Tensor, f"{name}_", checked(f"{name}_", method=True)(method))


_filling("uniform", "UniformBackward0", ("from", 0.0), ("to", 1.0))
_filling("normal", "NormalBackward0", ("mean", 0.0), ("std", 1.0))
_filling("exponential", "ExponentialBackward0", ("lambd", 1.0))
_filling("geometric", "GeometricBackward0", ("p", None))
_filling("cauchy", "CauchyBackward0", ("median", 0.0), ("sigma", 1.0))
_filling("log_normal", "LogNormalBackward0", ("mean", 1.0), ("std", 2.0))

@checked("random_", method=True)
def random_(self: Tensor, *bounds: Any, generator: Any = None, **named: Any) -> Tensor:
    """Fill with integers from [from, to); without bounds, with what the dtype counts exactly."""
    given = dict(zip(("from", "to") if len(bounds) == 2 else ("to",), bounds, strict=False))
    if len(bounds) > 2 or named.keys() - {"from", "to"} or given.keys() & named.keys():
        raise Misfit
    given |= named
    first, last = given.get("from"), given.get("to")
    low: int | None
    high: int | None
    if "from" in given:
        recorder, low, high = _random_nodes[0], length_of(first, 0), None if last is None else length_of(last, 0)
    elif "to" in given:
        recorder, low, high = _random_nodes[1], 0, length_of(last, 0)
    else:
        recorder, low, high = _random_nodes[2], None, None
    twister = twister_of(generator)
    return fill_in_place(self, recorder, twister, lambda array: kernel("random_")(twister, array, low, high))


_bernoulli_by_tensor = nothing_passes("bernoulli", "BernoulliBackward1")
_bernoulli_by_number = nothing_passes("bernoulli", "BernoulliBackward2")


@checked("bernoulli_", method=True)
def bernoulli_(self: Tensor, p: Any = 0.5, *, generator: Any = None) -> Tensor:
    """Fill with ones of probability ``p``, a number or a tensor that broadcasts."""
    twister = twister_of(generator)
    if isinstance(p, Tensor):
        kernel("check_bernoulli_by_array")(self._data.dtype, self._data.size)
        odds = expanded(p._data, self._data.shape)
        return fill_in_place(
            self, _bernoulli_by_tensor, twister, lambda array: kernel("bernoulli_")(twister, array, odds)
        )
    if not is_number(p) or isinstance(p, complex):
        raise Misfit
    return fill_in_place(
        self, _bernoulli_by_number, twister, lambda array: kernel("bernoulli_")(twister, array, float(p))
    )


def expanded(array: ndarray, shape: tuple[int, ...]) -> ndarray:
    """``array`` broadcast to ``shape``; RuntimeError in the words of ``expand``."""
    new = len(shape) - array.ndim
    if new < 0:
        raise RuntimeError(
            f"expand({dtypes.of(array).tensor_type}{{{list(array.shape)}}}, size={list(shape)}): the number of sizes "
            f"provided ({len(shape)}) must be greater or equal to the number of dimensions in the tensor ({array.ndim})"
        )
    for dim in range(array.ndim - 1, -1, -1):
        if array.shape[dim] not in (1, shape[dim + new] if dim + new >= 0 else -1):
            raise RuntimeError(
                f"The expanded size of the tensor ({shape[dim + new]}) must match the existing size "
                f"({array.shape[dim]}) at non-singleton dimension {dim + new}.  Target sizes: {list(shape)}.  Tensor "
                f"sizes: {list(array.shape)}"
            )
    return np.broadcast_to(array, shape)


Tensor.random_ = random_  # type: ignore[attr-defined]
Tensor.bernoulli_ = bernoulli_  # type: ignore[attr-defined]


# ---- draws from tensors of parameters


def recorded(out: Tensor, recorder: Recorder, *inputs: Tensor | None) -> Tensor:
    """``out`` with its place in the graph, where recording is on and an input requires grad."""
    if mode.enabled and any(each is not None and each._node is not None for each in inputs):
        out._node = recorder.node(inputs)
    return out


def no_derivative(name: str) -> Any:
    """The formula of an operation without one: asking for its gradient is an error."""

    def formula(xp: Any, g: Any) -> Any:
        raise RuntimeError(f"derivative for aten::{name} is not implemented")

    return formula


_bernoulli = Recorder("bernoulli", ("x",), {"x": lambda xp, g: xp.zeros_like(g)})
_bernoulli_p = Recorder("bernoulli.p", ("x",), {"x": no_derivative("bernoulli")}, node="NotImplemented")


@checked("bernoulli")
def bernoulli(input: Tensor, p: Any = None, *, generator: Any = None, out: Any = None) -> Tensor:
    """Ones with the probabilities in ``input``, or everywhere with probability ``p``."""
    if not isinstance(input, Tensor):
        raise Misfit
    twister = twister_of(generator)
    if p is None:
        array = np.empty(input._data.shape, input._data.dtype)
        result = wrap(kernel("bernoulli_")(twister, array, input._data))
    elif is_number(p):
        array = np.empty(input._data.shape, input._data.dtype)
        result = wrap(kernel("bernoulli_")(twister, array, float(number_of(p))))
    else:
        raise Misfit
    if out is not None:
        return into_out("bernoulli", out, result._data, None, False)
    return recorded(result, _bernoulli if p is None else _bernoulli_p, input)


_poisson = Recorder("poisson", ("x",), {"x": lambda xp, g: xp.written(xp.zeros_like(g))})


@checked("poisson")
def poisson(input: Tensor, generator: Any = None) -> Tensor:
    """Poisson counts for each rate in ``input``."""
    if not isinstance(input, Tensor):
        raise Misfit
    return recorded(wrap(kernel("poisson")(twister_of(generator), input._data)), _poisson, input)


_binomial = Recorder(
    "binomial", ("count", "prob"), {"count": no_derivative("binomial"), "prob": no_derivative("binomial")},
    node="NotImplemented",
)  # fmt: skip


@checked("binomial")
def binomial(count: Tensor, prob: Tensor, generator: Any = None) -> Tensor:
    """Successes in ``count`` trials of probability ``prob``."""
    if not isinstance(count, Tensor) or not isinstance(prob, Tensor):
        raise Misfit
    memory.broadcast_shapes(count._data.shape, prob._data.shape)
    return recorded(wrap(kernel("binomial")(twister_of(generator), count._data, prob._data)), _binomial, count, prob)


@checked("multinomial")
def multinomial(
    input: Tensor, num_samples: int, replacement: bool = False, *, generator: Any = None, out: Any = None
) -> Tensor:
    """Indices drawn in proportion to the weights in ``input``, a vector or rows of a matrix."""
    if not isinstance(input, Tensor) or not isinstance(replacement, bool):
        raise Misfit
    if out is not None and out.dtype is not dtypes.int64:
        raise RuntimeError(f"multinomial expects Long tensor out, got: {out.dtype.scalar_type}")
    array = kernel("multinomial")(twister_of(generator), input._data, length_of(num_samples, 0), replacement)
    return wrap(array) if out is None else into_out("multinomial", out, array, None, False)


def written_zeros(xp: Any, g: Any) -> Any:
    return xp.written(xp.zeros_like(g))


_normal_mean = Recorder("normal.mean", ("x",), {"x": written_zeros}, node="NormalBackward1", shown=("x_shape",))
_normal_std = Recorder("normal.std", ("x",), {"x": written_zeros}, node="NormalBackward2", shown=("x_shape",))
_normal_both = Recorder(
    "normal.both", ("x", "y"),
    {
        "x": lambda xp, g, x_shape: xp.written(xp.zeros_like(xp.sum_to_size(g, x_shape))),
        "y": lambda xp, g, y_shape: xp.written(xp.zeros_like(xp.sum_to_size(g, y_shape))),
    },
    ("x_shape", "y_shape"), node="NormalBackward3",
)  # fmt: skip


@checked("normal")
def normal(
    mean: Any, std: Any = None, size: Any = None, *, generator: Any = None, out: Any = None,
    dtype: Any = None, layout: Any = None, device: Any = None, pin_memory: Any = False, requires_grad: Any = False
) -> Tensor:
    """Normal numbers, each of its own mean or standard deviation where one of them is a tensor."""
    twister = twister_of(generator)
    draw = kernel("normal_")
    if size is not None:
        if not isinstance(size, (tuple, list)) or not is_number(mean) or not is_number(std):
            raise Misfit
        check_options(layout, device, pin_memory, requires_grad)
        dtype = dtype_of(dtype)
        wanted = dtype or (dtypes.get_default_dtype() if out is None else out.dtype)
        array = draw(twister, allocate(size_of((), size), wanted.numpy), number_of(mean), number_of(std))
        return leaf(array, requires_grad) if out is None else into_out("normal", out, array, dtype, requires_grad)
    std = 1.0 if std is None else std
    values: tuple[Any, ...] = ()
    inputs: tuple[Tensor, ...]
    if isinstance(mean, Tensor) and isinstance(std, Tensor):
        _check_deviations(std)
        a, b = mean._data, std._data
        shape = memory.broadcast_shapes(a.shape, b.shape)
        array = draw(twister, np.empty(shape, a.dtype))
        values, recorder, inputs = (a.shape, b.shape), _normal_both, (mean, std)
        np.multiply(array, b, out=array, casting="unsafe")
        np.add(array, a, out=array, casting="unsafe")
    elif isinstance(mean, Tensor) and is_number(std):
        # This form alone fills the given output as it is, and broadcasts the mean.
        shape = mean._data.shape if out is None else out._data.shape
        memory.broadcast_shapes(mean._data.shape, shape)
        array = draw(twister, np.empty(shape, mean._data.dtype), 0.0, number_of(std))
        values, recorder, inputs = (mean._data.shape,), _normal_mean, (mean,)
        array += mean._data
    elif isinstance(std, Tensor) and is_number(mean):
        _check_deviations(std)
        array = draw(twister, np.empty(std._data.shape, std._data.dtype))
        values, recorder, inputs = (std._data.shape,), _normal_std, (std,)
        array *= std._data
        array += array.dtype.type(number_of(mean))
    else:
        raise Misfit
    if out is not None:
        return into_out("normal", out, array, None, False)
    drawn = wrap(array)
    if mode.enabled and any(each._node is not None for each in inputs):
        drawn._node = recorder.node(inputs, values)
    return drawn


def _check_deviations(std: Tensor) -> None:
    if std.is_complex():
        raise RuntimeError("normal expects standard deviation to be non-complex")
    if not (std._data >= 0).all():
        raise RuntimeError("normal expects all elements of std >= 0.0")


publish("bernoulli", bernoulli)
publish("multinomial", multinomial)
for _function in (poisson, binomial, normal):
    publish(_function.__name__, _function, method=False)
