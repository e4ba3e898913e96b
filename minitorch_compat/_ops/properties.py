"""What can be asked of tensors and dtypes as functions of the torch namespace."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .._core import dtypes, kinds
from .._core.conjugate import ConjugateView, NegativeView
from .._core.forms import FUNCTIONS, publish
from .._core.options import Misfit, checked
from .._core.recording import tensors
from .._core.scalars import is_number, number_of
from .._core.tensor import Tensor


def asked(name: str, question: Callable[[Tensor], Any], method: bool = False) -> None:
    """Publish a question about one tensor as a function, and as a method where ``Tensor`` has none yet."""

    def function(input: Tensor) -> Any:
        if not isinstance(input, Tensor):
            raise Misfit
        return question(input)

    publish(name, checked(name)(function), method=False)
    if method:
        setattr(Tensor, name, checked(name, method=True)(lambda self: question(self)))


asked("numel", Tensor.numel)
asked("is_floating_point", Tensor.is_floating_point)
asked("is_complex", Tensor.is_complex)
asked("is_signed", Tensor.is_signed)
asked("is_nonzero", bool, method=True)
asked("is_conj", lambda x: isinstance(x, ConjugateView), method=True)
asked("is_neg", lambda x: isinstance(x, NegativeView), method=True)
asked("is_inference", Tensor.is_inference, method=True)
asked("resolve_conj", lambda x: tensors.clone(x) if isinstance(x, ConjugateView) else x, method=True)
asked("resolve_neg", lambda x: tensors.clone(x) if isinstance(x, NegativeView) else x, method=True)
asked("is_distributed", lambda x: False, method=True)
asked("get_device", Tensor.get_device)


def answer(name: str, question: Callable[[Tensor], Any]) -> None:
    """Publish a question about one tensor as a method alone."""
    setattr(Tensor, name, checked(name, method=True)(lambda self: question(self)))


answer("is_shared", lambda x: False)
answer("sparse_dim", lambda x: 0)
answer("dense_dim", Tensor.dim)
answer("const_data_ptr", Tensor.data_ptr)
answer("dequantize", lambda x: tensors.to_dtype(x, dtypes.float32, True) if x.dtype is not dtypes.float32 else x)
for _name in ("is_xla", "is_vulkan", "is_maia", "is_mtia", "is_ipu", "is_sparse_csr"):
    setattr(Tensor, _name, property(lambda self: False))
Tensor.name = property(lambda self: None)  # type: ignore[attr-defined]


def only_sparse(name: str, layout: str) -> None:
    """A question to sparse tensors: RuntimeError for one that is not."""

    def refuse(self: Tensor) -> Any:
        raise RuntimeError(f"{name} expected sparse {layout}tensor layout but got Strided")

    answer(name, refuse)


for _name, _layout in {
    "coalesce": "coordinate ", "is_coalesced": "coordinate ", "indices": "coordinate ", "values": "",
    "crow_indices": "row compressed ", "col_indices": "row compressed ", "ccol_indices": "column compressed ",
    "row_indices": "column compressed ",
}.items():
    only_sparse(_name, _layout)


def dim_order(self: Tensor, *, ambiguity_check: Any = False) -> tuple[int, ...]:
    """The dimensions, outermost in memory first; RuntimeError for more than one such order where that is asked."""
    from .._kernels.layout import strides

    steps = strides(self._data)
    order = tuple(sorted(range(self.dim()), key=lambda dim: (-steps[dim], dim)))
    if ambiguity_check:
        formats = (
            [kinds.contiguous_format, kinds.channels_last, kinds.channels_last_3d]
            if ambiguity_check is True else ambiguity_check
        )
        fitting = [each for each in formats if self.is_contiguous(memory_format=each)]
        unique = len({(step, size) for step, size in zip(steps, self.shape, strict=True)}) == self.dim() and (
            1 not in self.shape
        )
        if len(fitting) > 1 if ambiguity_check is not True else not unique:
            raise RuntimeError(
                "The tensor does not have unique dim order, or cannot map to exact one of the given memory formats."
            )
    return order


def to_dense(self: Tensor, dtype: Any = None, *, masked_grad: bool | None = None) -> Tensor:
    """The tensor itself, since it is not sparse, or a cast of it."""
    return self if dtype is None else self.to(dtype)  # type: ignore[attr-defined]


def as_subclass(self: Tensor, cls: type) -> Tensor:
    """The same memory and history as an instance of a subclass; TypeError for a class that is none."""
    if not (isinstance(cls, type) and issubclass(cls, Tensor)):
        raise TypeError(
            "Creating a Tensor subclass from a class that does not inherit from Tensor is not possible. "
            "Make sure your class inherits from Tensor."
        )
    made = tensors.alias(self)
    made.__class__ = cls
    return made


def module_load(self: Tensor, other: Tensor, assign: bool = False) -> Tensor:
    """What a module keeps for this parameter when ``other`` is loaded: its memory, or these values."""
    if assign:
        return other.detach()
    return self.copy_(other).detach()  # type: ignore[attr-defined]


def sparsely(name: str) -> None:
    """Publish a method whose rule is brought in with sparse tensors."""

    def call(self: Tensor, *arguments: Any, **keywords: Any) -> Any:
        from .._core.sparse.rules import carry_out

        return carry_out(name, (self, *arguments), keywords)

    call.__name__ = call.__qualname__ = name
    setattr(Tensor, name, call)


def sparse_function(name: str) -> None:
    """Publish a function whose rule is brought in with sparse tensors."""

    def call(*arguments: Any, **keywords: Any) -> Any:
        from .._core.sparse.rules import carry_out

        return carry_out(name, arguments, keywords)

    call.__name__ = call.__qualname__ = name
    FUNCTIONS[name] = call


for _name in (
    "to_sparse", "to_sparse_coo", "to_sparse_csr", "to_sparse_csc", "to_sparse_bsr", "to_sparse_bsc", "sparse_mask",
    "sparse_resize_", "sparse_resize_and_clear_", "resize_as_sparse_",
    "smm", "sspaddmm", "_indices", "_values", "_nnz",
):
    sparsely(_name)
for _name in ("smm", "sspaddmm", "spmm", "dsmm", "hspmm", "resize_as_sparse_"):
    sparse_function(_name)

_methods: tuple[Callable[..., Any], ...] = (dim_order, to_dense, as_subclass, module_load)
for _method in _methods:
    setattr(Tensor, _method.__name__, _method)


def symbolic(name: str, compute: Callable[..., Any]) -> None:
    """Publish ``sym_…``, a function of Python numbers that a tracer would see."""

    def function(*arguments: Any) -> Any:
        return compute(*arguments)

    function.__name__ = function.__qualname__ = f"sym_{name}"
    FUNCTIONS[f"sym_{name}"] = function


symbolic("float", float)
symbolic("int", int)
symbolic("not", lambda a: not a)
symbolic("max", max)
symbolic("min", min)
symbolic("sum", sum)
symbolic("sqrt", lambda a: float(a) ** 0.5)
symbolic("ite", lambda b, t, f: t if b else f)
publish("is_vulkan_available", lambda: False, method=False)


@checked("result_type")
def result_type(tensor: Any = None, other: Any = None, **keywords: Any) -> dtypes.dtype:
    """The dtype of an arithmetic result of two tensors or numbers."""
    if keywords:
        tensor = keywords.pop("scalar", keywords.pop("scalar1", tensor))
        other = keywords.pop("scalar2", keywords.pop("tensor", other))
    operands = []
    for each in (tensor, other):
        if isinstance(each, Tensor):
            operands.append(each._data)
        elif is_number(each):
            operands.append(number_of(each))
        else:
            raise Misfit
    if keywords:
        raise Misfit
    return dtypes.result_type(*operands)


publish("result_type", result_type, method=False)


@checked("is_same_size")
def is_same_size(input: Tensor, other: Tensor) -> bool:
    """Whether two tensors have one shape."""
    if not isinstance(input, Tensor) or not isinstance(other, Tensor):
        raise Misfit
    return input._data.shape == other._data.shape


publish("is_same_size", is_same_size)


def broadcast_shapes(*shapes: Any) -> kinds.Size:
    """The shape to which tensors of these shapes, or lengths, broadcast."""
    result: list[int] = []
    given = [each for each in shapes if each is not None]
    for each in given:
        if not isinstance(each, (int, Sequence)):
            raise RuntimeError(f"Input shapes should be of type ints, a tuple of ints, or a list of ints, got {each}")
    for place, each in enumerate(given):
        shape = kinds.Size((each,) if isinstance(each, int) else each)
        result = [1] * (len(shape) - len(result)) + result
        for dim in range(-1, -len(shape) - 1, -1):
            if shape[dim] not in (1, result[dim]):
                if result[dim] != 1:
                    shown = each if isinstance(each, kinds.Size) else tuple(shape)
                    raise RuntimeError(
                        f"Attempting to broadcast a dimension of length {shape[dim]} at {dim}! Mismatching argument at "
                        f"index {place} had {shown}; but expected shape should be broadcastable to {result}"
                    )
                if shape[dim] < 0:
                    raise ValueError("Attempting to broadcast a dimension with negative length!")
                result[dim] = shape[dim]
    return kinds.Size(result)


publish("broadcast_shapes", broadcast_shapes, method=False)


def get_default_device() -> kinds.device:
    """The CPU."""
    return kinds.CPU


def set_default_device(device: Any) -> None:
    """Accept the CPU, or None for it; AssertionError for CUDA, NotImplementedError names any other device."""
    kinds.check_device(device)


for _function in (get_default_device, set_default_device):
    publish(_function.__name__, _function, method=False)
