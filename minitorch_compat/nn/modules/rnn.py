"""Recurrent layers and cells."""

from __future__ import annotations

import math
import numbers
import sys
import warnings
from typing import Any

from ..._core.forms import FUNCTIONS
from ..._core.tensor import Tensor
from .. import init
from ..parameter import Parameter
from ..utils.rnn import PackedSequence
from .module import Module

GATES = {"LSTM": 4, "GRU": 3, "RNN_TANH": 1, "RNN_RELU": 1}


def _permuted(hx: Any, permutation: Any) -> Any:
    return hx if permutation is None else hx.index_select(1, permutation)


def _check_kind(name: str, value: Any, kind: type) -> None:
    if not isinstance(value, kind):
        raise TypeError(f"{name} should be of type {kind.__name__}, got: {type(value).__name__}")


def refuse_options(given: dict[str, Any]) -> None:
    """TypeError and ValueError for options of recurrent layers that are of no use, in torch's order."""
    dropout, layers = given["dropout"], given["num_layers"]
    if not isinstance(dropout, numbers.Number) or not 0 <= dropout <= 1 or isinstance(dropout, bool):  # type: ignore[operator]
        raise ValueError(
            "dropout should be a number in range [0, 1] representing the probability of an element being zeroed"
        )
    if dropout > 0 and layers == 1:  # type: ignore[operator]
        warnings.warn(
            "dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects "
            f"num_layers greater than 1, but got {dropout=} and num_layers={layers}",
            stacklevel=3,
        )
    for name in ("bias", "batch_first"):
        _check_kind(name, given[name], bool)
    for name in ("input_size", "hidden_size", "num_layers"):
        if name != "num_layers":
            _check_kind(name, given[name], int)
        if given[name] <= 0:
            raise ValueError(f"{name} must be greater than zero")
    if given["proj_size"] < 0:
        raise ValueError("proj_size should be a positive integer or zero to disable projections")
    if given["proj_size"] >= given["hidden_size"]:
        raise ValueError("proj_size has to be smaller than hidden_size")
    if given["mode"] not in GATES:
        raise ValueError(f"Unrecognized RNN mode: {given['mode']}")


def shapes_of_layer(rows: int, width: int, out: int, bias: bool) -> dict[str, tuple[int, ...]]:
    """The weights of one layer in one direction, for inputs of ``width`` and states of ``out``, in torch's order."""
    shapes: dict[str, tuple[int, ...]] = {"weight_ih": (rows, width), "weight_hh": (rows, out)}
    return {**shapes, "bias_ih": (rows,), "bias_hh": (rows,)} if bias else shapes


def draw_weights(layer: Any) -> None:
    """Draw all parameters anew from ±1/sqrt(hidden_size)."""
    bound = 1.0 / math.sqrt(layer.hidden_size) if layer.hidden_size > 0 else 0
    for weight in layer.parameters():
        init.uniform_(weight, -bound, bound)


def casts() -> bool:
    """Whether a block of ``torch.autocast`` chooses the precision."""
    autocasting = sys.modules.get(f"{__name__.partition('.')[0]}.autocasting")
    return autocasting is not None and bool(autocasting.state.active)


class RNNBase(Module):
    """What recurrent layers share: weights drawn from ±1/sqrt(hidden_size), checks, batches and packed sequences.

    Input is (T, N, input_size), (N, T, input_size) with ``batch_first``, (T, input_size) unbatched, or packed.
    """

    __constants__ = (
        "mode", "input_size", "hidden_size", "num_layers", "bias", "batch_first", "dropout", "bidirectional",
        "proj_size",
    )
    __jit_unused_properties__ = ("all_weights",)

    def __init__(
        self, mode: str, input_size: int, hidden_size: int, num_layers: int = 1, bias: bool = True,
        batch_first: bool = False, dropout: float = 0.0, bidirectional: bool = False, proj_size: int = 0,
        device: Any = None, dtype: Any = None,
    ) -> None:
        super().__init__()
        options = {
            "mode": mode, "input_size": input_size, "hidden_size": hidden_size, "num_layers": num_layers, "bias": bias,
            "batch_first": batch_first, "dropout": float(dropout), "bidirectional": bidirectional,
            "proj_size": proj_size,
        }
        self.__dict__.update(options)
        refuse_options({**options, "dropout": dropout})
        out = proj_size or hidden_size
        directions = ("", "_reverse") if bidirectional else ("",)
        widths = (input_size, *(out * len(directions),) * (num_layers - 1))
        self._all_weights: list[list[str]] = []
        for layer, width in enumerate(widths):
            shapes = shapes_of_layer(GATES[mode] * hidden_size, width, out, bias)
            if proj_size:
                shapes["weight_hr"] = (proj_size, hidden_size)
            for direction in directions:
                made = {f"{kind}_l{layer}{direction}": shape for kind, shape in shapes.items()}
                for name, shape in made.items():
                    setattr(self, name, Parameter(FUNCTIONS["empty"](shape, device=device, dtype=dtype)))
                self._all_weights.append(list(made))
        self.reset_parameters()

    @property
    def all_weights(self) -> list[list[Any]]:
        """The weights of each layer and direction."""
        return [[getattr(self, name) for name in names] for names in self._all_weights]

    @property
    def _flat_weights_names(self) -> list[str]:
        return [name for names in self._all_weights for name in names]

    @property
    def _flat_weights(self) -> list[Any]:
        return [getattr(self, name, None) for name in self._flat_weights_names]

    def flatten_parameters(self) -> None:
        """Does nothing: only other devices want weights in one piece of memory."""

    def reset_parameters(self) -> None:
        """Draw new weights."""
        draw_weights(self)

    def check_input(self, input: Any, batch_sizes: Any) -> None:
        """Refuse input of another dtype, number of dimensions or width."""
        dtype = self._flat_weights[0].dtype
        if input.dtype != dtype and not casts():
            raise ValueError(
                f"RNN input dtype ({input.dtype}) does not match weight dtype ({dtype}). Convert input: "
                f"input.to({dtype}), or convert model: model.to({input.dtype})"
            )
        count = 3 if batch_sizes is None else 2
        if input.dim() != count:
            raise RuntimeError(f"input must have {count} dimensions, got {input.dim()}")
        if input.size(-1) != self.input_size:
            raise RuntimeError(
                f"input.size(-1) must be equal to input_size. Expected {self.input_size}, got {input.size(-1)}"
            )

    def _states_shape(self, input: Any, batch_sizes: Any, width: int) -> tuple[int, int, int]:
        batch = int(batch_sizes[0]) if batch_sizes is not None else input.size(0 if self.batch_first else 1)
        return self.num_layers * (2 if self.bidirectional else 1), batch, width

    def get_expected_hidden_size(self, input: Any, batch_sizes: Any) -> tuple[int, int, int]:
        """The shape of the hidden states that go with an input."""
        return self._states_shape(input, batch_sizes, self.proj_size or self.hidden_size)

    def check_hidden_size(
        self, hx: Any, expected_hidden_size: tuple[int, int, int], msg: str = "Expected hidden size {}, got {}"
    ) -> None:
        """Refuse states of another shape."""
        if hx.size() != expected_hidden_size:
            raise RuntimeError(msg.format(expected_hidden_size, list(hx.size())))

    def check_forward_args(self, input: Any, hidden: Any, batch_sizes: Any) -> None:
        """Refuse input and states that do not fit."""
        self.check_input(input, batch_sizes)
        self.check_hidden_size(hidden, self.get_expected_hidden_size(input, batch_sizes))

    def permute_hidden(self, hx: Any, permutation: Any) -> Any:
        """States in another order of the batch."""
        return _permuted(hx, permutation)

    def extra_repr(self) -> str:
        text = f"{self.input_size}, {self.hidden_size}"
        for name, usual in (
            ("proj_size", 0), ("num_layers", 1), ("bias", True), ("batch_first", False), ("dropout", 0),
            ("bidirectional", False),
        ):
            value = getattr(self, name)
            if value != usual:
                text += f", {name}={value}"
        return text

    def __setstate__(self, d: dict[str, Any]) -> None:
        super().__setstate__(d)
        self.__dict__.setdefault("proj_size", 0)

    def _called(self, function: str, input: Any, batch_sizes: Any, hx: Any) -> tuple[Any, ...]:
        """What the operation of this layer gives for input and states that fit."""
        shared = (hx, self._flat_weights, self.bias, self.num_layers, self.dropout, self.training, self.bidirectional)
        if batch_sizes is None:
            return FUNCTIONS[function](input, *shared, self.batch_first)
        return FUNCTIONS[function](input, batch_sizes, *shared)

    def _unbatched_states(self, hx: Any, batched: bool) -> Any:
        """States of one sequence as those of a batch of one, or those of a batch as they are."""
        if hx is not None and hx.dim() != (3 if batched else 2):
            wanted = "batched 3-D" if batched else "unbatched 2-D"
            raise RuntimeError(
                f"For {wanted} input, hx should also be {wanted[-3:]} but got {hx.dim()}-D tensor"
            )
        return hx if hx is None or batched else hx.unsqueeze(1)

    def _zeros(self, shape: tuple[int, ...], input: Any) -> Any:
        return FUNCTIONS["zeros"](*shape, dtype=input.dtype, device=input.device)

    refusal_of_dimensions = "{}: Expected input to be 2D or 3D, got {}D instead"

    def _begin(self, input: Any) -> tuple[Any, Any, Any, Any, bool]:
        """Input as a batch, batch sizes, both orders of packed sequences, and whether there was a batch."""
        if isinstance(input, PackedSequence):
            return (*input, True)
        if input.dim() not in (2, 3):
            raise ValueError(self.refusal_of_dimensions.format(type(self).__name__, input.dim()))
        batched = input.dim() == 3
        if not batched:
            input = input.unsqueeze(0 if self.batch_first else 1)
        return input, None, None, None, batched

    def _end(self, original: Any, output: Any, batch_sizes: Any, order: Any, back: Any, batched: bool) -> Any:
        """The output in the form of the input."""
        if isinstance(original, PackedSequence):
            return PackedSequence(output, batch_sizes, order, back)
        return output if batched else output.squeeze(0 if self.batch_first else 1)

    def forward(self, input: Any, hx: Any = None) -> Any:
        """The outputs of the last layer, and the last states of all layers."""
        original = input
        input, batch_sizes, order, back, batched = self._begin(input)
        if batch_sizes is None:
            hx = self._unbatched_states(hx, batched)
        if hx is None:
            hx = self._zeros(self.get_expected_hidden_size(input, batch_sizes), input)
        else:
            hx = self.permute_hidden(hx, order)
        self.check_forward_args(input, hx, batch_sizes)
        output, hidden = self._called(self.mode.lower(), input, batch_sizes, hx)
        output = self._end(original, output, batch_sizes, order, back, batched)
        return output, self.permute_hidden(hidden, back) if batched else hidden.squeeze(1)


class RNN(RNNBase):
    """``h = tanh(x @ w_ih.T + b_ih + h @ w_hh.T + b_hh)`` (Elman, 1990), or relu of it."""

    refusal_of_dimensions = "{}: Expected input to be 2D or 3D, got {}D tensor instead"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if "proj_size" in kwargs:
            raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")
        if len(args) > 3:
            self.nonlinearity = args[3]
            args = args[:3] + args[4:]
        else:
            self.nonlinearity = kwargs.pop("nonlinearity", "tanh")
        if self.nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"Unknown nonlinearity '{self.nonlinearity}'. Select from 'tanh' or 'relu'.")
        super().__init__(f"RNN_{self.nonlinearity.upper()}", *args, **kwargs)


class GRU(RNNBase):
    """Gated recurrent units (Cho and others, 2014), with the reset gate after the product."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if "proj_size" in kwargs:
            raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")
        super().__init__("GRU", *args, **kwargs)


class LSTM(RNNBase):
    """Long short-term memory (Hochreiter and Schmidhuber, 1997), its outputs projected where ``proj_size`` says so."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__("LSTM", *args, **kwargs)

    def get_expected_cell_size(self, input: Any, batch_sizes: Any) -> tuple[int, int, int]:
        """The shape of the cell states that go with an input."""
        return self._states_shape(input, batch_sizes, self.hidden_size)

    def check_forward_args(self, input: Any, hidden: Any, batch_sizes: Any) -> None:
        """Refuse input and states that do not fit."""
        self.check_input(input, batch_sizes)
        self.check_hidden_size(
            hidden[0], self.get_expected_hidden_size(input, batch_sizes), "Expected hidden[0] size {}, got {}"
        )
        self.check_hidden_size(
            hidden[1], self.get_expected_cell_size(input, batch_sizes), "Expected hidden[1] size {}, got {}"
        )

    def permute_hidden(self, hx: Any, permutation: Any) -> Any:
        """States in another order of the batch."""
        return hx if permutation is None else (_permuted(hx[0], permutation), _permuted(hx[1], permutation))

    def _unbatched_states(self, hx: Any, batched: bool) -> Any:
        if hx is None:
            return None
        count = 3 if batched else 2
        if hx[0].dim() != count or hx[1].dim() != count:
            wanted = "batched 3-D" if batched else "unbatched 2-D"
            raise RuntimeError(
                f"For {wanted} input, hx and cx should also be {wanted[-3:]} but got ({hx[0].dim()}-D, "
                f"{hx[1].dim()}-D) tensors"
            )
        return hx if batched else (hx[0].unsqueeze(1), hx[1].unsqueeze(1))

    def forward(self, input: Any, hx: Any = None) -> Any:
        """The outputs of the last layer, and the last hidden and cell states of all layers."""
        original = input
        input, batch_sizes, order, back, batched = self._begin(input)
        if batch_sizes is None:
            hx = self._unbatched_states(hx, batched)
        if hx is None:
            hx = (
                self._zeros(self.get_expected_hidden_size(input, batch_sizes), input),
                self._zeros(self.get_expected_cell_size(input, batch_sizes), input),
            )
        else:
            hx = self.permute_hidden(hx, order)
        if batch_sizes is None:
            self.check_forward_args(input, hx, batch_sizes)
        output, *hidden = self._called("lstm", input, batch_sizes, hx)
        output = self._end(original, output, batch_sizes, order, back, batched)
        if batched:
            return output, self.permute_hidden(tuple(hidden), back)
        return output, (hidden[0].squeeze(1), hidden[1].squeeze(1))


# ---- cells


class RNNCellBase(Module):
    """What cells share: weights drawn from ±1/sqrt(hidden_size), and input (N, input_size) or (input_size)."""

    __constants__: tuple[str, ...] = ("input_size", "hidden_size", "bias")

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool, num_chunks: int, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.bias = bias
        rows = num_chunks * hidden_size
        self.weight_ih = Parameter(FUNCTIONS["empty"]((rows, input_size), device=device, dtype=dtype))
        self.weight_hh = Parameter(FUNCTIONS["empty"]((rows, hidden_size), device=device, dtype=dtype))
        for name in ("bias_ih", "bias_hh"):
            made = Parameter(FUNCTIONS["empty"](rows, device=device, dtype=dtype)) if bias else None
            self.register_parameter(name, made)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw new weights."""
        draw_weights(self)

    def extra_repr(self) -> str:
        text = f"{self.input_size}, {self.hidden_size}"
        if self.bias is not True:
            text += f", bias={self.bias}"
        if getattr(self, "nonlinearity", "tanh") != "tanh":
            text += f", nonlinearity={self.nonlinearity}"
        return text

    def _check_dimensions(self, value: Any, title: str) -> None:
        if value.dim() not in (1, 2):
            raise ValueError(
                f"{type(self).__name__}: Expected {title} to be 1D or 2D, got {value.dim()}D instead"
            )

    def _stepped(self, function: str, input: Any, hx: Any) -> Any:
        """What the operation of this cell gives."""
        return FUNCTIONS[function](input, hx, self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)

    def _function(self) -> str:
        raise NotImplementedError

    def forward(self, input: Tensor, hx: Any = None) -> Any:
        """The next state."""
        self._check_dimensions(input, "input")
        if hx is not None:
            self._check_dimensions(hx, "hidden")
        batched = input.dim() == 2  # type: ignore[attr-defined]
        one: Any = input if batched else input.unsqueeze(0)  # type: ignore[attr-defined]
        if hx is None:
            hx = FUNCTIONS["zeros"](one.size(0), self.hidden_size, dtype=one.dtype, device=one.device)
        elif not batched:
            hx = hx.unsqueeze(0)
        made = self._stepped(self._function(), one, hx)
        return made if batched else made.squeeze(0)


class RNNCell(RNNCellBase):
    """One step of ``RNN``."""

    __constants__ = ("input_size", "hidden_size", "bias", "nonlinearity")

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, nonlinearity: str = "tanh", device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 1, device, dtype)
        self.nonlinearity = nonlinearity

    def _function(self) -> str:
        if self.nonlinearity not in ("tanh", "relu"):
            raise RuntimeError(f"Unknown nonlinearity: {self.nonlinearity}")
        return f"rnn_{self.nonlinearity}_cell"


class GRUCell(RNNCellBase):
    """One step of ``GRU``."""

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 3, device, dtype)

    def _function(self) -> str:
        return "gru_cell"


class LSTMCell(RNNCellBase):
    """One step of ``LSTM``: hidden and cell states."""

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 4, device, dtype)

    def forward(self, input: Tensor, hx: Any = None) -> Any:
        """The next hidden and cell states."""
        self._check_dimensions(input, "input")
        if hx is not None:
            for place, each in enumerate(hx):
                self._check_dimensions(each, f"hx[{place}]")
        batched = input.dim() == 2  # type: ignore[attr-defined]
        one: Any = input if batched else input.unsqueeze(0)  # type: ignore[attr-defined]
        if hx is None:
            zeros = FUNCTIONS["zeros"](one.size(0), self.hidden_size, dtype=one.dtype, device=one.device)
            hx = (zeros, zeros)
        elif not batched:
            hx = (hx[0].unsqueeze(0), hx[1].unsqueeze(0))
        h, c = self._stepped("lstm_cell", one, hx)
        return (h, c) if batched else (h.squeeze(0), c.squeeze(0))


__all__ = ["GRU", "LSTM", "RNN", "GRUCell", "LSTMCell", "RNNBase", "RNNCell", "RNNCellBase"]

for _name in __all__:
    globals()[_name].__module__ = "torch.nn.modules.rnn"
