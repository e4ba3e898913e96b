"""Recurrent layers and their cells.

Each step is composed of the operations of which torch composes it, so that graphs are the same. Of float32 and bfloat16
sequences a layer of long short-term memory is one node, as it is in torch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from .._core import dtypes, errors
from .._core.errors import Misfit
from .._core.forms import FUNCTIONS
from .._core.graph import LEAF, Node, Output, record
from .._core.modes import altered, enable_grad, mode
from .._core.operations import op
from .._core.quiet import quietly
from .._core.recording import DECLARED, arrays, check_versions, note, revived, tensors
from .._core.steps import gradients_of, leaf
from .._core.tensor import Tensor, stands_for_others, wrap
from .._core.views import edge_of
from .._core.warn import warn_once
from .._kernels import recurrent as kernels
from .._kernels.elementwise import widened
from . import entry
from .linear import linear

Array = np.ndarray
AT_ONCE = (dtypes.float32, dtypes.bfloat16)
Cell = Callable[..., Any]
"""From the input's share of the gates, the states before and a layer's weights to the states after."""


# ---- cells: (input's share, hidden state or states, (w_ih, w_hh, b_ih, b_hh, w_hr)) -> the next


def lstm_step(share: Any, states: tuple[Any, Any], layer: Sequence[Any]) -> tuple[Any, Any]:
    """The next hidden and cell states; a projection makes the hidden one narrower."""
    h, c = states
    i, f, a, o = FUNCTIONS["unsafe_chunk"](linear(h, layer[1], layer[3]) + share, 4, 1)
    i, f, a, o = i.sigmoid(), f.sigmoid(), a.tanh(), o.sigmoid()
    c = (f * c).add_(i * a)
    h = o * c.tanh()
    return (h if layer[4] is None else linear(h, layer[4])), c


def gru_step(share: Any, h: Any, layer: Sequence[Any]) -> Any:
    """The next state of a gated recurrent unit."""
    reset, update, new = FUNCTIONS["unsafe_chunk"](share, 3, 1)
    own_reset, own_update, own_new = FUNCTIONS["unsafe_chunk"](linear(h, layer[1], layer[3]), 3, 1)
    reset = (own_reset + reset).sigmoid()
    update = (own_update + update).sigmoid()
    new = (new + own_new * reset).tanh()
    return (h - new).mul_(update).add_(new)


def tanh_step(share: Any, h: Any, layer: Sequence[Any]) -> Any:
    """The next state of a simple network."""
    return (linear(h, layer[1], layer[3]) + share).tanh()


def relu_step(share: Any, h: Any, layer: Sequence[Any]) -> Any:
    """The same, cut off below zero."""
    return (linear(h, layer[1], layer[3]) + share).relu()


# ---- sequences


def through(cell: Cell, input: Any, states: Any, layer: Sequence[Any], reverse: bool) -> tuple[Any, Any]:
    """All steps of a sequence (T, N, ·) in one direction."""
    shares = linear(input, layer[0], layer[2]).unbind(0)  # type: ignore[attr-defined]
    outputs = []
    for share in reversed(shares) if reverse else shares:
        states = cell(share, states, layer)
        outputs.append(states[0] if type(states) is tuple else states)
    if not outputs:
        raise RuntimeError("Expected sequence length to be larger than 0 in RNN")
    return FUNCTIONS["stack"](outputs[::-1] if reverse else outputs, 0), states


def each(states: Any, change: Callable[[Any], Any]) -> Any:
    """A hidden state, or each of a pair of states, changed."""
    return tuple([change(one) for one in states]) if type(states) is tuple else change(states)


def slices(start: int, length: int) -> Callable[[Any], Any]:
    """Takes some sequences of a batch."""
    return lambda one: one.narrow(0, start, length)


def joined(states: Sequence[Any]) -> Any:
    """Hidden states one under another."""
    if type(states[0]) is tuple:
        return tuple([FUNCTIONS["cat"](list(parts), 0) for parts in zip(*states, strict=True)])
    return FUNCTIONS["cat"](list(states), 0)


def through_packed(
    cell: Cell, data: Any, states: Any, layer: Sequence[Any], reverse: bool, *, sizes: Sequence[int]
) -> tuple[Any, Any]:
    """All steps of packed sequences in one direction: the batch narrows, or widens, with the steps."""
    shares: Any = linear(data, layer[0], layer[2])
    if shares.dim() != 2:
        narrow, whole = [sizes[0], shares.shape[-1]], [sizes[0], *shares.shape[1:]]
        raise RuntimeError(f"output with shape {narrow} doesn't match the broadcast shape {whole}")
    outputs = []
    if reverse:
        start, end = states, shares.shape[0]
        states, last = each(start, slices(0, sizes[-1])), sizes[-1]
        for size in reversed(sizes):
            if size > last:
                more = each(start, slices(last, size - last))
                states, last = joined([states, more]), size
            end -= size
            states = cell(shares.narrow(0, end, size), states, layer)
            outputs.append(states[0] if type(states) is tuple else states)
        return FUNCTIONS["cat"](outputs[::-1], 0), states
    begin, last, ended = 0, sizes[0], []
    for size in sizes:
        share = shares.narrow(0, begin, size)
        begin += size
        if size < last:
            ended.append(each(states, slices(size, last - size)))
            states, last = each(states, slices(0, size)), size
        states = cell(share, states, layer)
        outputs.append(states[0] if type(states) is tuple else states)
    return FUNCTIONS["cat"](outputs, 0), joined([states, *reversed(ended)])


# ---- long short-term memory as one node


def lstm_composition(input: Any, *rest: Any, reverse: bool) -> tuple[Any, Any, Any]:
    """What the one node stands for."""
    *layer, h, c = rest
    out, (h, c) = through(lstm_step, input, (h, c), (*layer, None), reverse)
    return out, h, c


class MkldnnRnnLayerBackward0(Node):
    """Back through one direction of a layer of long short-term memory, with a kernel of its own.

    A recorded way back goes through the composition, which says its derivatives by itself.
    """

    __slots__ = ()
    __module__ = "builtins"
    operation = "mkldnn_rnn_layer"
    outputs = 3

    def sources(self) -> Sequence[Any]:
        if self.kept is None:
            raise errors.graph_freed()
        check_versions(self)
        return self.kept

    def gradients(self, g: Any) -> list[Any]:
        """What the kernel makes of the arrays in ``g``."""
        sources: list[Any] = [None if one is None else one._data for one in self.sources()]
        x, w_ih, w_hh, _, _, h, c = sources
        needed = [edge is not None for edge in self.edges]
        wide: Any = [widened(one) for one in (x, w_ih, w_hh, h, c)]
        grown = [None if one is None else widened(np.asarray(one)) for one in g]
        found = quietly(kernels.lstm_backward, grown, *wide, self.values[0], self.values[1], needed)
        return [
            one if one is None or source is None else one.astype(source.dtype, copy=False)
            for one, source in zip(found, sources, strict=True)
        ]

    def vjp(self, g: Any) -> Sequence[Any]:
        return self.gradients(g)

    def vjp_tensors(self, g: Any) -> Sequence[Any]:
        with enable_grad():
            entered = [
                None if one is None else leaf(one) if one._node is None else tensors.alias(one)
                for one in [None if one is None else revived(self, one) for one in self.sources()]
            ]
            outs = lstm_composition(*entered, reverse=self.values[1])
        pairs = [(out, one) for out, one in zip(outs, g, strict=True) if one is not None]
        places = [place for place, edge in enumerate(self.edges) if edge is not None]
        found = gradients_of(
            [out for out, _ in pairs], [entered[place] for place in places], [one for _, one in pairs], mode.enabled
        )
        if stands_for_others([g]):
            by_place = dict(zip(places, found, strict=True))
            return [by_place.get(place) for place in range(len(self.edges))]
        kept = self.gradients([None if one is None else one._data for one in g])
        results = [None if one is None else wrap(one) for one in kept]
        # The numbers are the kernel's, whether the way back is recorded or not; the history is the composition's.
        for place, one in zip(places, found, strict=True):
            made: Any = results[place]
            if isinstance(one, Tensor) and one._node is not LEAF:
                made._node, made.output_nr = one._node, one.output_nr
        return results


DECLARED["mkldnn_rnn_layer"] = MkldnnRnnLayerBackward0


def lstm_whole(input: Tensor, states: tuple[Any, Any], layer: Sequence[Any], reverse: bool) -> tuple[Any, Any]:
    """One direction of a layer as one node."""
    if stands_for_others([input, states, layer]):
        return through(lstm_step, input, states, (*layer[:4], None), reverse)
    inputs = (input, *layer[:4], *states)
    arrays = [None if one is None else widened(one._data) for one in inputs]
    out, h, c, saved = quietly(kernels.lstm_forward, *arrays, reverse)
    results = [wrap(one.astype(input._data.dtype, copy=False)) for one in (out, h, c)]
    if (not altered or mode.enabled) and any(one is not None and one._node is not None for one in inputs):
        node = record(
            MkldnnRnnLayerBackward0, tuple([None if one is None else edge_of(one) for one in inputs]), inputs,
            (saved, reverse),
        )
        note(node)
        for number, one in enumerate(results):
            one._node = Output(node, number)
            one.output_nr = number
    return results[0], (results[1], results[2])


def lstm_at_once(input: Any, states: Any, layers: Sequence[Sequence[Any]]) -> bool:
    """Whether torch has one node for each direction of these layers."""
    if not all(isinstance(one, Tensor) for one in (input, *states)) or stands_for_others([input, states, layers]):
        return False
    if input.dtype not in AT_ONCE or not input._data.size:
        return False
    if layers[0][4] is not None:
        warn_once(
            "LSTM with projections is not supported with oneDNN. Using default implementation. (Triggered internally "
            "at /__w/pytorch/pytorch/aten/src/ATen/native/RNN.cpp:1512.)",
            stacklevel=6,
        )
        return False
    if any(one is not None and one._data.dtype != input._data.dtype for one in states):
        raise RuntimeError("get_mkldnn_dtype: unsupported data type")
    return True


# ---- layers


def layers_of(params: Sequence[Any], biases: bool, projected: bool) -> list[tuple[Any, ...]]:
    """The weights of each layer and direction: w_ih, w_hh, b_ih, b_hh and w_hr, None where there is none."""
    count = 2 + 2 * biases + projected
    layers = []
    for start in range(0, len(params), count):
        w_ih, w_hh, *rest = params[start : start + count]
        b_ih, b_hh = rest[:2] if biases else (None, None)
        layers.append((w_ih, w_hh, b_ih, b_hh, rest[-1] if projected else None))
    return layers


def layered(
    cell: Cell, input: Any, starts: Sequence[Any], layers: Sequence[Any], count: int, dropout: float, train: bool,
    bidirectional: bool, run: Callable[..., tuple[Any, Any]],
) -> tuple[Any, list[Any]]:
    """Layers one above another, with dropout between them; the last states of each layer and direction."""
    directions = 2 if bidirectional else 1
    ends: list[Any] = []
    if len(layers) != count * directions or len(starts) != count * directions:
        raise RuntimeError("Expected more hidden states in stacked_rnn")
    for number in range(count):
        outputs = []
        for direction in range(directions):
            place = number * directions + direction
            out, end = run(cell, input, starts[place], layers[place], bool(direction))
            outputs.append(out)
            ends.append(end)
        input = FUNCTIONS["cat"](outputs, input.dim() - 1) if bidirectional else outputs[0]
        if dropout != 0 and train and number < count - 1:
            input = FUNCTIONS["dropout"](input, dropout, True)
    return input, ends


def directed(input: Any, sizes: Any, batch_first: bool) -> tuple[Any, Callable[..., tuple[Any, Any]]]:
    """The input, steps first, and what goes through it."""
    if sizes is not None:
        counts = sizes.tolist()
        return input, lambda *arguments: through_packed(*arguments, sizes=counts)
    return input.transpose(0, 1) if batch_first else input, through


def check_types(*values: Any) -> None:
    """Misfit unless tensors stand where torch wants them."""
    if not all(isinstance(one, Tensor) for one in values):
        raise Misfit


def lstm(data: Any, second: Any = None, third: Any = None, *rest: Any, **named: Any) -> tuple[Any, Any, Any]:
    """Outputs, last hidden and last cell states, of sequences padded or packed."""
    sizes = None
    if isinstance(second, Tensor):
        sizes, states, params, rest = second, third, rest[0], rest[1:]
    else:
        states, params = second, third
    biases, count, dropout, train, bidirectional, batch_first = options(rest, named, sizes is not None)
    check_types(data)
    if len(states) != 2:
        raise RuntimeError("lstm expects two hidden states")
    projected = states[0].size(2) != states[1].size(2)
    layers = layers_of(params, biases, projected)
    whole = sizes is None and lstm_at_once(data, states, layers)
    input, run = directed(data, sizes, batch_first)
    if whole:
        if not len(input):
            raise RuntimeError("Expected sequence length to be larger than 0 in RNN")
        input = input.contiguous()
        starts = [(states[0].select(0, place), states[1].select(0, place)) for place in range(states[0].size(0))]
        out, ends = layered(
            lstm_step, input, starts, layers, count, dropout, train, bidirectional,
            lambda _, *arguments: lstm_whole(*arguments),
        )
    else:
        starts = list(zip(states[0].unbind(0), states[1].unbind(0), strict=True))
        out, ends = layered(lstm_step, input, starts, layers, count, dropout, train, bidirectional, run)
    if batch_first and sizes is None:
        out = out.transpose(0, 1)
    h, c = (FUNCTIONS["stack"]([end[place] for end in ends], 0) for place in (0, 1))
    return out, h, c


def options(rest: Sequence[Any], named: dict[str, Any], packed: bool) -> tuple[Any, ...]:
    """What follows the weights; packed sequences say nothing of ``batch_first``."""
    words = ["has_biases", "num_layers", "dropout", "train", "bidirectional", *(() if packed else ("batch_first",))]
    given = {**dict(zip(words, rest, strict=False)), **named}
    if len(rest) > len(words) or set(given) != set(words):
        raise Misfit
    return (*(given[word] for word in words), *((False,) if packed else ()))


def of_one_example(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """``function``, which asks before whether ``vmap`` may be open around it: torch has no rule for it."""

    def call(*arguments: Any, **keywords: Any) -> Any:
        if stands_for_others([arguments, keywords]):
            from .._core import batch_rules

            batch_rules.ask(name, arguments, keywords)
        return function(*arguments, **keywords)

    return call


def declare(name: str, cell: Cell) -> None:
    """A layer whose cells have one state, and the cell alone."""

    def layer(data: Any, second: Any = None, third: Any = None, *rest: Any, **named: Any) -> tuple[Any, Any]:
        sizes = None
        if isinstance(third, Tensor):
            sizes, hidden, params, rest = second, third, rest[0], rest[1:]
        else:
            hidden, params = second, third
        biases, count, dropout, train, bidirectional, batch_first = options(rest, named, sizes is not None)
        check_types(data, hidden)
        input, run = directed(data, sizes, batch_first)
        out, ends = layered(
            cell, input, hidden.unbind(0), layers_of(params, biases, False), count, dropout, train, bidirectional, run
        )
        if batch_first and sizes is None:
            out = out.transpose_(0, 1)
        return out, FUNCTIONS["stack"](ends, 0)

    def alone(input: Any, hx: Any, w_ih: Any, w_hh: Any, b_ih: Any = None, b_hh: Any = None) -> Any:
        check_types(input, hx, w_ih, w_hh)
        check_input(input, w_ih.size(1))
        check_hidden(input, hx, w_hh.size(1), 0)
        return cell(linear(input, w_ih, b_ih), hx, (w_ih, w_hh, b_ih, b_hh, None))

    entry.publish(name, of_one_example(name, layer), method=False)
    entry.publish(name + "_cell", of_one_example(name + "_cell", alone), method=False)


def check_input(input: Any, width: int) -> None:
    """Refuse an input of another width."""
    if input.size(1) != width:
        raise RuntimeError(f"input has inconsistent input_size: got {input.size(1)} expected {width}")


def check_hidden(input: Any, h: Any, width: int, number: int) -> None:
    """Refuse states of another batch or width."""
    if input.size(0) != h.size(0):
        raise RuntimeError(f"Input batch size {input.size(0)} doesn't match hidden{number} batch size {h.size(0)}")
    if h.size(1) != width:
        raise RuntimeError(f"hidden{number} has inconsistent hidden_size: got {h.size(1)}, expected {width}")


def lstm_cell(input: Any, hx: Any, w_ih: Any, w_hh: Any, b_ih: Any = None, b_hh: Any = None) -> tuple[Any, Any]:
    """The hidden and cell states after one step."""
    check_types(input, w_ih, w_hh)
    if isinstance(hx, Tensor):
        raise Misfit
    if len(hx) != 2:
        raise RuntimeError("lstm_cell expects two hidden states")
    check_input(input, w_ih.size(1))
    for number, state in enumerate(hx):
        check_hidden(input, state, w_hh.size(1), number)
    return lstm_step(linear(input, w_ih, b_ih), tuple(hx), (w_ih, w_hh, b_ih, b_hh, None))


entry.publish("lstm", of_one_example("lstm", lstm), method=False)
entry.publish("lstm_cell", of_one_example("lstm_cell", lstm_cell), method=False)
for _name, _cell in (("gru", gru_step), ("rnn_tanh", tanh_step), ("rnn_relu", relu_step)):
    declare(_name, _cell)


# ---- packing


def unpacked(xp: Any, g: Any, input_shape: Any, rows: Array, batch_first: bool) -> Any:
    """Back from packed data: what was padding gets zeros."""
    steps, batch = input_shape[1::-1] if batch_first else input_shape[:2]
    shape = (steps * batch, *input_shape[2:])
    if xp is arrays:
        made = np.zeros(shape, g.dtype)
        made[rows] = g
    else:
        made = g.new_zeros(shape).index_copy(0, wrap(rows), g)
    writes = 1 + len(np.unique(rows // batch))
    made = xp.written_often(made.reshape((steps, batch, *input_shape[2:])), writes)
    return xp.transpose(made, 0, 1) if batch_first else made


@op("_pack_padded_rows", node="PackPaddedSequenceBackward0", method=False, module=False, input=unpacked)
def pack_rows(input: Array, rows, batch_first):
    """The rows that are no padding, step after step."""
    steps = input.swapaxes(0, 1) if batch_first else input
    return steps.reshape(-1, *input.shape[2:])[rows]


def pack_padded_sequence(input: Any, lengths: Any, batch_first: bool) -> tuple[Any, Any]:
    """The sequences of a padded batch, step after step, and how many there are at each step."""
    if not isinstance(input, Tensor):
        raise TypeError(
            f"_pack_padded_sequence(): argument 'input' (position 1) must be Tensor, not {type(input).__name__}"
        )
    if lengths.dim() != 1 or lengths.dtype != dtypes.int64:
        raise RuntimeError(
            f"'lengths' argument should be a 1D CPU int64 tensor, but got {lengths.dim()}D cpu "
            f"{lengths.dtype.scalar_type} tensor"
        )
    if not input.numel():
        raise RuntimeError("Cannot pack empty tensors.")
    counts = lengths.tolist()
    batch = input.size(0 if batch_first else 1)
    if len(counts) != batch:
        raise RuntimeError(f"Expected `len(lengths)` to be equal to batch_size, but got {len(counts)} "
                           f"(batch_size={batch})")
    if counts[-1] <= 0:
        raise RuntimeError(
            "Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0"
        )
    if any(one < other for one, other in pairwise(counts)):
        raise RuntimeError(
            "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can pass "
            "`enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to sidestep this requirement if you "
            "do not need ONNX exportability."
        )
    sizes = [sum(one > step for one in counts) for step in range(counts[0])]
    steps = input.size(1 if batch_first else 0)
    rows = np.concatenate([step * batch + np.arange(size) for step, size in enumerate(sizes[:steps])])
    return pack_rows(input, rows, batch_first), wrap(np.array(sizes))


def padded_rows(data: Any, sizes: Sequence[int], steps: int, padding_value: Any) -> Any:
    """The padded batch, steps first, row by row from the packed ones and a row of padding behind them."""
    places = np.full((steps, sizes[0]), sum(sizes))
    begin = 0
    for step, size in enumerate(sizes):
        places[step, :size] = np.arange(begin, begin + size)
        begin += size
    padding = FUNCTIONS["full_like"](data.narrow(0, 0, 1), padding_value)
    return FUNCTIONS["cat"]([data, padding]).index_select(0, wrap(places.reshape(-1))).unflatten(0, places.shape)


def pad_packed_sequence(
    data: Any, batch_sizes: Any, batch_first: bool, padding_value: Any, total_length: int
) -> tuple[Any, Any]:
    """The padded batch, written run by run of equally many sequences, and their lengths."""
    check_types(data, batch_sizes)
    sizes = batch_sizes.tolist()
    steps = longest = len(sizes)
    if total_length > 0:
        if total_length < longest:
            raise ValueError(
                "Expected total_length to be at least the length of the longest sequence in input, but got "
                f"total_length={total_length} and max sequence length being {longest}"
            )
        steps = total_length
    if stands_for_others([data]):
        out = padded_rows(data, sizes, steps, padding_value)
        counts = np.array([sum(size > place for size in sizes) for place in range(sizes[0])])
        return out.transpose(0, 1) if batch_first else out, wrap(counts)
    out = FUNCTIONS["empty"]((steps, sizes[0], *data.shape[1:]), dtype=data.dtype, device=data.device)
    out.fill_(padding_value)
    lengths = [0] * sizes[0]
    first = begin = 0
    for step in range(1, longest + 1):
        if step < longest and sizes[step] == sizes[first]:
            continue
        size = sizes[first]
        rows = data.narrow(0, begin, (step - first) * size).view(step - first, size, *data.shape[1:])
        out.narrow(0, first, step - first).narrow(1, 0, size).copy_(rows)
        begin += (step - first) * size
        for place in range(sizes[step] if step < longest else 0, size):
            lengths[place] = step
        first = step
    return out.transpose(0, 1) if batch_first else out, wrap(np.array(lengths))


entry.publish("_pack_padded_sequence", pack_padded_sequence, method=False)
entry.publish("_pad_packed_sequence", pad_packed_sequence, method=False)
