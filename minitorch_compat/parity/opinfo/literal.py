"""Sample inputs as Python text that makes them again on any engine: values to the last bit, strides, shared memory."""
from __future__ import annotations

import base64
import dataclasses
import hashlib
import inspect
import math
import types
import zlib
from collections.abc import Iterator
from typing import Any

READABLE = 100
"""Elements of one tensor that are written as numbers; more are packed."""

LONGEST = 50_000
"""Elements of one tensor that stand in the text; a longer one is drawn from the database again."""


class Unwritten(Exception):
    """Something that no text makes again; the message says what."""


class Writer:
    """Writes values as expressions over the name `torch`; tensors become assignments first.

    `origin` tells where in the database the sample stands, as the first arguments of `support.drawn`; `whole` asks for
    all the memory tensors lie in, for operations that reach beyond their span.
    """

    def __init__(self, torch: Any, origin: str = "", whole: bool = False) -> None:
        self.torch, self.origin, self.whole = torch, origin, whole
        self.lines: list[str] = []
        self.leaves: list[str] = []
        self.tensors: dict[int, str] = {}
        self.memories: dict[int, tuple[str, int]] = {}
        self.shared: dict[int, list[Any]] = {}
        self.kept: list[Any] = []

    def prepare(self, *values: Any) -> None:
        """Look at all tensors of a call first: which of them share memory."""
        for tensor in self.tensors_in(values):
            group = self.shared.setdefault(tensor.untyped_storage().data_ptr() if tensor.numel() else id(tensor), [])
            if not any(tensor is each for each in group):
                group.append(tensor)

    def tensors_in(self, value: Any) -> Iterator[Any]:
        if isinstance(value, self.torch.Tensor):
            if value.layout is not self.torch.strided:
                return  # written from its parts
            if value.is_quantized:
                raise Unwritten(f"a {value.dtype} tensor")
            yield value
        elif isinstance(value, list | tuple):
            for each in value:
                yield from self.tensors_in(each)
        elif isinstance(value, dict):
            yield from self.tensors_in(list(value.values()))

    def expression(self, value: Any) -> str:
        """The text of a value. Raises Unwritten."""
        torch = self.torch
        if isinstance(value, torch.Tensor):
            return self.tensor(value)
        if isinstance(value, torch.Size):
            return f"torch.Size({list(value)})"
        if value is None or value is Ellipsis or type(value) in (bool, int, str, bytes):
            return "..." if value is Ellipsis else repr(value)
        if type(value) in (float, complex):
            return number(value)
        if isinstance(value, torch.dtype | torch.memory_format | torch.layout):
            return str(value)
        if isinstance(value, torch.device):
            return f"torch.device({str(value)!r})"
        if isinstance(value, slice):
            return f"slice({', '.join(map(self.expression, (value.start, value.stop, value.step)))})"
        if type(value) is list:
            return f"[{', '.join(map(self.expression, value))}]"
        if type(value) is tuple:
            return f"({', '.join(map(self.expression, value))}{',' * (len(value) == 1)})"
        if type(value) in (dict, types.MappingProxyType):
            return f"{{{', '.join(f'{self.expression(k)}: {self.expression(v)}' for k, v in value.items())}}}"
        if isinstance(value, type) and value in (bool, int, float, complex):
            return value.__name__
        if isinstance(value, torch.nn.TransformerEncoderLayer):
            return self.encoder_layer(value)
        if isinstance(value, torch.nn.Module) and not list(value.parameters()):
            return self.module(value)
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            fields = [f"{each.name}={self.expression(getattr(value, each.name))}" for each in dataclasses.fields(value)]
            return f"{type(value).__module__}.{type(value).__name__}({', '.join(fields)})"
        named = getattr(value, "__name__", "?")
        for room, path in ((torch, "torch"), (torch.nn.functional, "torch.nn.functional")):
            if callable(value) and getattr(room, named, None) is value:
                return f"{path}.{named}"
        raise Unwritten(f"a {type(value).__name__}")

    def tensor(self, tensor: Any) -> str:
        """The name of the variable that holds a tensor, which is written when it is first met."""
        if id(tensor) in self.tensors:
            return self.tensors[id(tensor)]
        self.kept.append(tensor)
        name = f"x{len(self.tensors)}"
        self.tensors[id(tensor)] = name
        text = self.made(tensor)
        if tensor.layout is self.torch.strided and tensor.is_conj():
            text += ".conj()"
        if tensor.layout is self.torch.strided and tensor.is_neg():
            text = f"torch._neg_view({text})"
        if tensor.requires_grad:
            text += ".requires_grad_()"
            self.leaves.append(name)
        self.lines.append(f"{name} = {text}")
        return name

    def module(self, module: Any) -> str:
        """A layer without parameters, by its class and what its constructor takes."""
        kind = type(module)
        if getattr(self.torch.nn, kind.__name__, None) is not kind:
            raise Unwritten(f"a {kind.__name__}")
        taken = [name for name in inspect.signature(kind).parameters if hasattr(module, name)]
        given = ", ".join(f"{name}={self.expression(getattr(module, name))}" for name in taken)
        return f"torch.nn.{kind.__name__}({given})"

    def encoder_layer(self, layer: Any) -> str:
        """The one layer with parameters that the database hands to another; they are drawn where it is made."""
        attention = layer.self_attn
        given = {
            "dim_feedforward": layer.linear1.out_features, "dropout": layer.dropout.p, "activation": layer.activation,
            "layer_norm_eps": layer.norm1.eps, "batch_first": attention.batch_first, "norm_first": layer.norm_first,
            "bias": layer.linear1.bias is not None,
        }
        told = ", ".join(f"{name}={self.expression(value)}" for name, value in given.items())
        return f"torch.nn.TransformerEncoderLayer({attention.embed_dim}, {attention.num_heads}, {told})"

    def made(self, tensor: Any) -> str:
        if tensor.layout is not self.torch.strided:
            return self.sparse(tensor)
        if tensor.device.type != "cpu":
            return f"torch.empty({tuple(tensor.shape)}, dtype={tensor.dtype}, device={tensor.device.type!r})"
        shape, strides = tuple(tensor.shape), tuple(tensor.stride())
        if not tensor.numel():
            made = f"torch.empty({shape}, dtype={tensor.dtype})"
            return made
        plain = self.physical(tensor)
        alone = len(self.shared[tensor.untyped_storage().data_ptr()]) == 1
        if alone and plain.is_contiguous() and tensor.storage_offset() == 0:
            return self.literal(plain)
        memory, first = self.memory(tensor)
        offset = tensor.storage_offset() - first
        return f"{memory}.as_strided({shape}, {strides}, {offset}).detach()"

    def sparse(self, tensor: Any) -> str:
        """A sparse tensor from its indices and values."""
        torch, shape = self.torch, tuple(tensor.shape)
        plain = tensor.detach()
        if tensor.layout is torch.sparse_coo:
            parts = [plain._indices(), plain._values()]
        elif tensor.layout is torch.sparse_csr:
            parts = [plain.crow_indices(), plain.col_indices(), plain.values()]
        else:
            raise Unwritten(f"a {tensor.layout} tensor")
        name = str(tensor.layout).removeprefix("torch.")
        return f"torch.{name}_tensor({', '.join(map(self.literal, parts))}, {shape})"

    def physical(self, tensor: Any) -> Any:
        """What stands in memory, without marks that say it is to be read otherwise."""
        plain = tensor.detach()
        if plain.is_conj():
            plain = plain.conj()
        return self.torch._neg_view(plain) if plain.is_neg() else plain

    def memory(self, tensor: Any) -> tuple[str, int]:
        """The variable of the memory a tensor lies in, and which element of it comes first."""
        key = tensor.untyped_storage().data_ptr()
        if key not in self.memories:
            spans = [span(each) for each in self.shared[key] if each.dtype == tensor.dtype]
            if len(spans) != len(self.shared[key]):
                raise Unwritten("memory shared by tensors of several dtypes")
            first, last = min(low for low, _ in spans), max(high for _, high in spans)
            name = f"memory{len(self.memories)}"
            if self.whole:
                first, last = 0, tensor.untyped_storage().nbytes() // tensor.element_size() - 1
            flat = self.physical(tensor).as_strided((last - first + 1,), (1,), first)
            self.lines.append(f"{name} = {self.literal(flat)}")
            self.memories[key] = name, first
        return self.memories[key]

    def literal(self, tensor: Any) -> str:
        """A contiguous tensor as an expression: numbers, one number for all, packed bytes, or its place of origin."""
        dtype, shape = tensor.dtype, tuple(tensor.shape)
        half = "float8" in str(dtype) or dtype in (self.torch.bfloat16, self.torch.complex32)
        wide = tensor.to(self.torch.complex64 if dtype is self.torch.complex32 else self.torch.float32) if half else (
            tensor)
        if tensor.numel() <= READABLE:
            return f"torch.tensor({nested(wide.tolist())}, dtype={dtype})"
        values = wide.contiguous().numpy()
        raw = values.tobytes()
        if raw == raw[: values.itemsize] * values.size:
            return f"torch.full({shape}, {number(values.flat[0].item())}, dtype={dtype})"
        if tensor.numel() > LONGEST:
            if not self.origin:
                raise Unwritten(f"a tensor of {tensor.numel()} elements")
            return f"drawn(torch, {self.origin}, {shape}, {hashlib.sha256(raw).hexdigest()!r})"
        packed = base64.b64encode(zlib.compress(raw, 6)).decode()
        made = f"unpacked(torch, {values.dtype.name!r}, {shape}, {packed!r})"
        return f"{made}.to({dtype})" if half else made


def span(tensor: Any) -> tuple[int, int]:
    """The first and the last element a tensor has in its memory."""
    offset = tensor.storage_offset()
    return offset, offset + sum((n - 1) * s for n, s in zip(tensor.shape, tensor.stride(), strict=True))


def nested(value: Any) -> str:
    return f"[{', '.join(map(nested, value))}]" if isinstance(value, list) else number(value)


def number(value: Any) -> str:
    if type(value) is complex:
        if all(map(math.isfinite, (value.real, value.imag))) and not (is_minus_zero(value.real) or
                                                                        is_minus_zero(value.imag)):
            return repr(value)
        return f"complex({number(value.real)}, {number(value.imag)})"
    if type(value) is float and not math.isfinite(value):
        return f"float({str(value)!r})"
    return repr(value)


def is_minus_zero(value: float) -> bool:
    return value == 0 and math.copysign(1, value) < 0
