"""Recurrent layers, attention and parametrizations beside torch: weights, numbers, derivatives, steps and refusals."""

from __future__ import annotations

import importlib
import warnings
from typing import Any

import numpy as np
import pytest
import torch as reference

import minitorch_compat as engine

ROOMS = {"engine": engine, "reference": reference}
importlib.import_module("torch.nn.utils.parametrizations")  # which torch imports only when asked

PACKED = "nn.utils.rnn.pack_padded_sequence({}, [2, 5, 3, 3], enforce_sorted=False)"
PADDING = "torch.tensor([[False, False, True], [False, True, True]])"
CAUSAL = "nn.Transformer.generate_square_subsequent_mask({}, dtype=dtype)"

RECURRENT = [
    ("nn.{kind}(3, 4, dtype=dtype)", "x", ((5, 2, 3),)),
    ("nn.{kind}(3, 4, dtype=dtype)", "x", ((5, 3),)),
    ("nn.{kind}(3, 4, 2, bias=False, dropout=0.5, dtype=dtype)", "x", ((5, 2, 3),)),
    ("nn.{kind}(3, 4, 2, bidirectional=True, dropout=0.3, dtype=dtype)", "x, {states}", ((5, 2, 3), (4, 2, 4))),
    ("nn.{kind}(3, 4, batch_first=True, bidirectional=True, dtype=dtype)", "x", ((2, 5, 3),)),
    ("nn.{kind}(3, 4, 2, bidirectional=True, dtype=dtype)", PACKED.format("x") + ", {states}", ((5, 4, 3), (4, 4, 4))),
]
SEQUENCES = [
    (make.format(kind=kind), call.format(states="(y, y)" if kind == "LSTM" else "y"), shapes)
    for kind in ("RNN", "LSTM", "GRU") for make, call, shapes in RECURRENT
] + [
    ("nn.RNN(3, 4, 2, 'relu', dtype=dtype)", "x", ((5, 2, 3),)),
    ("nn.LSTM(3, 4, 2, proj_size=2, bidirectional=True, dtype=dtype)", PACKED.format("x"), ((5, 4, 3),)),
    ("nn.LSTMCell(3, 4, dtype=dtype)", "x, (y, y)", ((2, 3), (2, 4))),
    ("nn.GRUCell(3, 4, bias=False, dtype=dtype)", "x", ((3,),)),
    ("nn.RNNCell(3, 4, nonlinearity='relu', dtype=dtype)", "x, y", ((2, 3), (2, 4))),
    ("nn.MultiheadAttention(4, 2, dtype=dtype)", "x, x, x", ((3, 2, 4),)),
    ("nn.MultiheadAttention(4, 2, dropout=0.4, batch_first=True, dtype=dtype)", "x, y, y", ((2, 3, 4), (2, 5, 4))),
    ("nn.MultiheadAttention(4, 2, kdim=3, vdim=5, dtype=dtype)", "x, y, z", ((3, 2, 4), (6, 2, 3), (6, 2, 5))),
    (
        "nn.MultiheadAttention(4, 2, add_bias_kv=True, add_zero_attn=True, dtype=dtype)",
        f"x, x, x, key_padding_mask={PADDING}, need_weights=False", ((3, 2, 4),),
    ),
    (
        "nn.TransformerEncoderLayer(4, 2, 8, norm_first=True, activation='gelu', dtype=dtype)",
        f"x, {CAUSAL.format(3)}, is_causal=True", ((3, 2, 4),),
    ),
    (
        "nn.TransformerDecoderLayer(4, 2, 8, batch_first=True, bias=False, dtype=dtype)",
        f"x, y, {CAUSAL.format(3)}", ((2, 3, 4), (2, 5, 4)),
    ),
    ("nn.Transformer(4, 2, 2, 2, 8, dtype=dtype)", f"x, y, tgt_mask={CAUSAL.format(5)}", ((3, 2, 4), (5, 2, 4))),
    ("nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8, batch_first=True, dtype=dtype).eval(), 2).eval()",
     f"x.detach(), src_key_padding_mask={PADDING}", ((2, 3, 4),)),
    ("nn.utils.parametrizations.weight_norm(nn.Linear(3, 4, dtype=dtype))", "x", ((2, 3),)),
    ("nn.utils.parametrizations.weight_norm(nn.Conv1d(3, 4, 2, dtype=dtype), dim=1)", "x", ((2, 3, 5),)),
    ("nn.utils.parametrizations.spectral_norm(nn.Linear(3, 4, dtype=dtype))", "x", ((2, 3),)),
    ("nn.utils.spectral_norm(nn.ConvTranspose1d(3, 4, 2, dtype=dtype))", "x", ((2, 3, 5),)),
    ("nn.utils.weight_norm(nn.Linear(3, 4, dtype=dtype), dim=None)", "x", ((2, 3),)),
]


def tensors_in(value: Any) -> list[Any]:
    """The tensors in a result, in order."""
    if isinstance(value, (tuple, list)):
        return [each for part in value for each in tensors_in(part)]
    return [] if value is None else [value]


def steps(node: Any, depth: int) -> list[Any]:
    """Names and places of the steps before a result."""
    if node is None or not depth:
        return [None]
    return [node.name(), *[(place, steps(each, depth - 1)) for each, place in node.next_functions if each is not None]]


def observed(torch: Any, make: str, call: str, shapes: Any, dtype: str, twice: bool) -> dict[str, Any]:
    """What a module is, what it gives, and the gradients of all that it depends on."""
    torch.manual_seed(3)
    space: dict[str, Any] = {"torch": torch, "nn": torch.nn, "dtype": getattr(torch, dtype)}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        module = eval(make, space)
        found: dict[str, Any] = {"repr": repr(module), "names": list(module.state_dict())}
        state = [each.numpy().copy() for each in module.state_dict().values()]
        if "spectral" not in make:  # whose vectors were found by iteration
            found["state"] = [each.tobytes() for each in state]
        inputs = [torch.randn(*shape, dtype=space["dtype"]).requires_grad_() for shape in shapes]
        space.update(zip("xyz", inputs, strict=False), module=module)
        results = tensors_in(eval(f"module({call})", space))
    found["random"] = torch.get_rng_state().numpy().tobytes()
    found["warnings"] = [(each.category.__name__, str(each.message)) for each in caught]
    found["places"] = [(tuple(each.shape), each.stride(), str(each.dtype)) for each in results]
    found["steps"] = [steps(each.grad_fn, 6) for each in results]
    numbers = state + [each.detach().numpy() for each in results]
    floating = [each for each in results if each.requires_grad]
    if floating:
        loss = sum(
            (each * each * torch.linspace(0.1, 1.3, each.numel(), dtype=each.dtype).reshape(each.shape)).sum()
            for each in floating
        )
        sources = [each for each in (*module.parameters(), *inputs) if each.requires_grad]
        gradients = torch.autograd.grad(loss, sources, create_graph=twice, allow_unused=True)
        numbers += [None if each is None else each.detach().numpy() for each in gradients]
        if twice:
            loss = sum((each * each).sum() for each in gradients if each is not None)
            numbers += [
                None if each is None else each.numpy() for each in torch.autograd.grad(loss, sources, allow_unused=True)
            ]
    found["numbers"] = numbers
    return found


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("make", "call", "shapes"), SEQUENCES)
def test_a_module_is_torchs(make: str, call: str, shapes: Any, dtype: str) -> None:
    # torch's second derivative of a weight norm, where that is one step, takes the norms for constants.
    twice = dtype == "float64" and any(each in make for each in ("LSTM", "RNN", "GRU", "_norm(", "dim=1")) and (
        "parametrizations.weight_norm(nn.Linear" not in make
    )
    mine, theirs = (observed(torch, make, call, shapes, dtype, twice) for torch in (engine, reference))
    ours, numbers = mine.pop("numbers"), theirs.pop("numbers")
    # torch warns of some things once in a process, and other tests may have been before.
    for each in (mine, theirs):
        each["warnings"] = [text for text in each["warnings"] if "Triggered internally" not in text[1]]
    assert mine == theirs
    tolerance = 1e-10 if dtype == "float64" else 1e-4
    for one, other in zip(ours, numbers, strict=True):
        assert (one is None) == (other is None)
        if one is not None:
            np.testing.assert_allclose(one, other, tolerance, tolerance * np.abs(other).max(initial=1e-3))


REFUSALS = [
    "nn.LSTM(3, 4, dropout=2)", "nn.LSTM(3, 0)", "nn.GRU(3, 4, proj_size=2)", "nn.RNN(3, 4, nonlinearity='x')",
    "nn.LSTM(3, 4)(torch.ones(5, 2, 2))", "nn.LSTM(3, 4)(torch.ones(5))", "nn.GRU(3, 4)(torch.ones(0, 2, 3))",
    "nn.GRU(3, 4)(torch.ones(5, 2, 3), torch.ones(1, 3, 4))", "nn.RNN(3, 4)(torch.ones(5, 2, 3).double())",
    "nn.LSTM(3, 4)(torch.ones(5, 3), (torch.ones(1, 4), torch.ones(1, 1, 4)))",
    "nn.LSTMCell(3, 4)(torch.ones(2, 3), (torch.ones(2, 4), torch.ones(3, 4)))",
    "nn.RNNCell(3, 4)(torch.ones(2, 2, 3))", "torch.lstm_cell(torch.ones(2, 3), 1)",
    "nn.utils.rnn.pack_padded_sequence(torch.ones(3, 2), [2, 3])",
    "nn.utils.rnn.pack_padded_sequence(torch.ones(3, 2), [3, 0])", "nn.utils.rnn.pad_sequence([])",
    "nn.utils.rnn.pad_sequence([torch.ones(2)], padding_side='x')", "nn.utils.rnn.PackedSequence(torch.ones(3))",
    "nn.MultiheadAttention(4, 3)", "nn.MultiheadAttention(4, 2)(*[torch.ones(3, 2, 5)] * 3)",
    "nn.MultiheadAttention(4, 2)(*[torch.ones(3, 2, 4)] * 3, is_causal=True)",
    "nn.MultiheadAttention(4, 2)(*[torch.ones(3, 2, 4)] * 3, attn_mask=torch.ones(2, 3))",
    "nn.functional.scaled_dot_product_attention(*[torch.ones(2, 3)] * 3, torch.ones(3, 3).int())",
    "nn.functional.scaled_dot_product_attention(*[torch.ones(2, 2, 3)] * 3, torch.ones(2, 2), 0.0, True)",
    "nn.Transformer(4, 2, 1, 1, 8, batch_first=True)(torch.ones(3, 2, 4), torch.ones(4, 2, 4))",
    "nn.TransformerEncoderLayer(4, 2, activation='x')",
    "nn.utils.parametrizations.spectral_norm(nn.Linear(3, 4), 'x')", "nn.utils.remove_weight_norm(nn.Linear(3, 4))",
    "nn.utils.parametrize.register_parametrization(nn.Linear(3, 3), 'x', nn.Identity())",
    "nn.utils.parametrize.register_parametrization(nn.Linear(3, 3), 'weight', nn.Flatten(0))",
]


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("expression", REFUSALS)
def test_refusals_are_torchs(expression: str) -> None:
    told = []
    for torch in (engine, reference):
        with pytest.raises(Exception) as caught:
            eval(expression, {"torch": torch, "nn": torch.nn})
        told.append((caught.type.__name__, str(caught.value)))
    assert told[0] == told[1]


@pytest.mark.parametrize("layout", ["plain", "turned", "shared"])
@pytest.mark.parametrize("masked", ["None", "torch.eye(5).bool()", "torch.eye(5)[None, None] * 3", "'causal'"])
def test_attention_in_one_step(layout: str, masked: str) -> None:
    found = []
    for torch in (engine, reference):
        torch.manual_seed(5)
        q = torch.randn(2, 4, 5, 3, requires_grad=True)
        k = torch.randn(2, 2 if layout == "shared" else 4, 5, 3, requires_grad=True)
        parts = [q, k, k]
        if layout == "turned":
            parts = [each.reshape(2, 5, -1, 3).transpose(1, 2) for each in parts]
        mask = eval(masked, {"torch": torch})
        causal = isinstance(mask, str)
        out = torch.nn.functional.scaled_dot_product_attention(
            *parts, None if causal else mask, is_causal=causal, enable_gqa=layout == "shared"
        )
        gradients = torch.autograd.grad((out * out).sum(), [q, k])
        found.append((out.grad_fn.name(), out.stride(), [each.detach().numpy() for each in (out, *gradients)]))
    assert found[0][:2] == found[1][:2]
    for one, other in zip(found[0][2], found[1][2], strict=True):
        np.testing.assert_allclose(one, other, 1e-4, 1e-5)


@pytest.mark.parametrize("room", ROOMS)
def test_packing_is_undone(room: str) -> None:
    rnn = importlib.import_module(f"{ROOMS[room].__name__}.nn.utils.rnn")
    torch = ROOMS[room]
    sequences = [torch.arange(float(length)) for length in (2, 4, 1, 3)]
    packed = rnn.pack_sequence(sequences, enforce_sorted=False)
    assert packed.batch_sizes.tolist() == [4, 3, 2, 1]
    assert packed.data.tolist() == [0, 0, 0, 0, 1, 1, 1, 2, 2, 3]
    assert [each.tolist() for each in rnn.unpack_sequence(packed)] == [each.tolist() for each in sequences]
