"""Recurrent layers, their cells, and sequences of several lengths."""
from minitorch_compat.parity import Scaled, chapter

case = chapter("nn.recurrent")

SUMS = Scaled(1e-5, "torch multiplies and adds float32 in the order of its machine code, step after step")


def sequence(torch, *shape):
    count = 1
    for each in shape:
        count *= each
    return (torch.arange(float(count)) * 7 % 13 / 10 - 0.6).reshape(shape)


@case()
def initial_weights(torch, see):
    """The weights of all layers and directions are drawn from ±1/sqrt(hidden_size), in the order of the state."""
    torch.manual_seed(1)
    layer = torch.nn.GRU(3, 4, num_layers=2, bidirectional=True)
    see.state("state", layer)
    see("bounded", all(bool(each.abs().max() <= 0.5) for each in layer.parameters()))


@case()
def names_of_weights(torch, see):
    """Reversed directions have names of their own, and a projection one more weight."""
    layer = torch.nn.LSTM(2, 3, num_layers=2, bidirectional=True, proj_size=1)
    print({name: tuple(each.shape) for name, each in layer.named_parameters()})
    print(len(layer.all_weights), layer)


@case(tolerance=SUMS)
def long_short_term_memory(torch, see):
    """An LSTM gives all outputs, and the last hidden and cell states; of float32 its graph is one step."""
    torch.manual_seed(0)
    layer = torch.nn.LSTM(3, 4)
    x = sequence(torch, 5, 2, 3).requires_grad_()
    out, (h, c) = layer(x)
    see("out", out)
    see("h", h)
    see("c", c)
    see("the last output is h", bool((out[-1] == h[0]).all()))
    print(out.grad_fn.name(), h.grad_fn.name(), c.grad_fn.name())
    (out.sum() + c.sum()).backward()
    see("x.grad", x.grad)
    see("bias.grad", layer.bias_hh_l0.grad)


@case(tolerance=SUMS)
def gates_by_hand(torch, see):
    """The gates of an LSTM lie as input, forget, cell and output."""
    torch.manual_seed(0)
    cell = torch.nn.LSTMCell(2, 3)
    x, h, c = sequence(torch, 1, 2), sequence(torch, 1, 3), sequence(torch, 1, 3) + 0.2
    gates = x @ cell.weight_ih.t() + cell.bias_ih + h @ cell.weight_hh.t() + cell.bias_hh
    i, f, g, o = gates.chunk(4, 1)
    after = f.sigmoid() * c + i.sigmoid() * g.tanh()
    found = cell(x, (h, c))
    see("cell as by hand", bool(torch.allclose(found[1], after)))
    see("state as by hand", bool(torch.allclose(found[0], o.sigmoid() * after.tanh())))
    see("h", found[0])


@case(tolerance=SUMS)
def gated_units(torch, see):
    """A GRU's reset gate works after the product with the state before."""
    torch.manual_seed(0)
    layer = torch.nn.GRU(3, 4)
    out, h = layer(sequence(torch, 4, 2, 3))
    see("out", out)
    print(out.grad_fn.name(), out.grad_fn.next_functions[0][0].name(), h.shape)


@case(tolerance=SUMS)
def simple_networks(torch, see):
    """RNN takes tanh, or relu where it is told so; its representation does not say which."""
    for nonlinearity in ("tanh", "relu"):
        torch.manual_seed(0)
        layer = torch.nn.RNN(3, 4, nonlinearity=nonlinearity)
        see(nonlinearity, layer(sequence(torch, 4, 2, 3))[0])
        print(layer, layer.mode)


@case(tolerance=SUMS)
def both_directions(torch, see):
    """Outputs of both directions stand side by side; the last state of the reversed one belongs to the first step."""
    torch.manual_seed(0)
    layer = torch.nn.GRU(3, 2, bidirectional=True)
    out, h = layer(sequence(torch, 4, 1, 3))
    see("out", out)
    see("first of the reversed", bool((out[0, :, 2:] == h[1]).all()))


@case(tolerance=SUMS)
def batch_first(torch, see):
    """batch_first turns input and output, never the states; the output is a turned view."""
    torch.manual_seed(0)
    layer = torch.nn.GRU(3, 4, batch_first=True)
    out, h = layer(sequence(torch, 2, 5, 3))
    print(out.shape, out.stride(), h.shape, out.grad_fn.name())
    see("h", h)


@case(tolerance=SUMS)
def one_sequence_alone(torch, see):
    """Without a batch, input, states and output have one dimension less."""
    torch.manual_seed(0)
    out, (h, c) = torch.nn.LSTM(3, 4)(sequence(torch, 5, 3))
    see("out", out)
    print(h.shape, c.shape)


@case(tolerance=SUMS)
def dropout_between_layers(torch, see):
    """Dropout takes its mask once for all steps of a layer but the last, and only in training."""
    torch.manual_seed(0)
    layer = torch.nn.LSTM(3, 4, num_layers=2, dropout=0.5)
    x = sequence(torch, 5, 2, 3)
    torch.manual_seed(9)
    see("training", layer(x)[0])
    see("drawn next", torch.rand(1))
    layer.eval()
    see("evaluation", layer(x)[0])


@case()
def dropout_of_one_layer(torch, see):
    """With one layer there is nowhere for dropout to go, which warns."""
    torch.nn.GRU(3, 4, dropout=0.5)


@case()
def packed_sequences(torch, see):
    """Packed data are the steps one after another, each with the sequences that are so long."""
    rnn = torch.nn.utils.rnn
    padded = torch.arange(12.0).view(3, 4)
    packed = rnn.pack_padded_sequence(padded, [1, 3, 2, 2], enforce_sorted=False)
    print(packed)
    back, lengths = rnn.pad_packed_sequence(packed, padding_value=-1.0, total_length=4)
    see("padded", back)
    see("lengths", lengths)


@case(tolerance=SUMS)
def packed_through_a_layer(torch, see):
    """Each sequence of a packed batch has the states that it would have alone."""
    torch.manual_seed(0)
    layer = torch.nn.GRU(2, 3, bidirectional=True)
    sequences = [sequence(torch, length, 2) for length in (2, 4, 3)]
    packed = torch.nn.utils.rnn.pack_sequence(sequences, enforce_sorted=False)
    out, h = layer(packed)
    print(type(out), out.batch_sizes, out.sorted_indices, out.unsorted_indices)
    see("data", out.data)
    see("h", h)
    alone = torch.cat([layer(each)[1].unsqueeze(1) for each in sequences], 1)
    see("as alone", bool(torch.allclose(h, alone, atol=1e-6)))


@case()
def packing_wants_order(torch, see):
    """Lengths must fall unless enforce_sorted is False, and none may be zero."""
    rnn = torch.nn.utils.rnn
    with see.refusal("rising"):
        rnn.pack_padded_sequence(torch.ones(3, 2), [2, 3])
    with see.refusal("zero"):
        rnn.pack_padded_sequence(torch.ones(3, 2), [3, 0])
    with see.refusal("too few"):
        rnn.pack_padded_sequence(torch.ones(3, 2), [3])


@case()
def padded_on_either_side(torch, see):
    """pad_sequence fills behind, or before."""
    parts = [torch.ones(1), torch.ones(3) * 2]
    pad = torch.nn.utils.rnn.pad_sequence
    see("behind", pad(parts, batch_first=True, padding_value=9.0))
    see("before", pad(parts, padding_side="left"))


@case()
def states_that_do_not_fit(torch, see):
    """Input and states of other sizes are refused with both sizes."""
    layer = torch.nn.LSTM(3, 4)
    with see.refusal("width"):
        layer(torch.ones(5, 2, 2))
    with see.refusal("batch"):
        layer(torch.ones(5, 2, 3), (torch.ones(1, 3, 4), torch.ones(1, 3, 4)))
    with see.refusal("dtype"):
        layer(torch.ones(5, 2, 3, dtype=torch.float64))
    with see.refusal("dimensions"):
        layer(torch.ones(5))
    with see.refusal("cell"):
        torch.nn.GRUCell(3, 4)(torch.ones(2, 3), torch.ones(3, 4))
