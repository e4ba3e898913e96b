"""Attention, and the layers of encoders and decoders."""

from minitorch_compat.parity import Scaled, chapter

case = chapter("nn.attention")

SUMS = Scaled(2e-5, "torch multiplies and adds float32 in the order of its machine code, and takes softmax in blocks")


def tokens(torch, *shape):
    count = 1
    for each in shape:
        count *= each
    return (torch.arange(float(count)) * 7 % 13 / 6 - 1).reshape(shape)


@case(tolerance=SUMS)
def one_step(torch, see):
    """Of four dimensions scaled_dot_product_attention is one step of the graph; of three it is composed."""
    attend = torch.nn.functional.scaled_dot_product_attention
    q = tokens(torch, 1, 2, 3, 4).requires_grad_()
    other = q.detach().flip(3)
    out = attend(q, other, other)
    see("out", out)
    print(out.grad_fn.name(), attend(q[0], q[0], q[0]).grad_fn.name())
    (out * out).sum().backward()
    see("q.grad", q.grad.clone())


@case(tolerance=SUMS)
def masks(torch, see):
    """A bool mask says where to look, a float mask is added, and is_causal looks at no later place."""
    attend = torch.nn.functional.scaled_dot_product_attention
    q = tokens(torch, 1, 1, 3, 2)
    below = torch.ones(3, 3).tril().bool()
    see("bool", attend(q, q, q, below))
    see("float", attend(q, q, q, torch.zeros(3, 3).masked_fill(~below, float("-inf"))))
    see("causal", attend(q, q, q, is_causal=True))
    see("scaled", attend(q, q, q, scale=2.0))


@case(tolerance=SUMS)
def nothing_to_look_at(torch, see):
    """A query that may look at nothing gets zeros here, and nan from MultiheadAttention when weights are needed."""
    q = tokens(torch, 1, 1, 2, 2)
    mask = torch.tensor([[False, False], [True, True]])
    see("zeros", torch.nn.functional.scaled_dot_product_attention(q, q, q, mask))
    torch.manual_seed(0)
    layer = torch.nn.MultiheadAttention(2, 1)
    x = tokens(torch, 2, 1, 2)
    see("nan", layer(x, x, x, attn_mask=~mask)[1])


@case()
def a_mask_and_causal(torch, see):
    """The composed form refuses a mask beside is_causal."""
    q = torch.ones(2, 2, 3)
    with see.refusal("both"):
        torch.nn.functional.scaled_dot_product_attention(q, q, q, torch.ones(2, 2), is_causal=True)


@case(tolerance=SUMS)
def several_heads(torch, see):
    """Weights are averaged over the heads unless one asks for each."""
    torch.manual_seed(0)
    layer = torch.nn.MultiheadAttention(4, 2)
    x = tokens(torch, 3, 2, 4)
    out, weights = layer(x, x, x)
    see("out", out)
    see("weights", weights)
    print(layer(x, x, x, average_attn_weights=False)[1].shape, layer(x, x, x, need_weights=False)[1])
    print(out.grad_fn.name(), weights.grad_fn.name())


@case()
def weights_of_attention(torch, see):
    """Queries, keys and values share one weight unless their widths differ; it is drawn by Xavier's rule."""
    torch.manual_seed(2)
    see.state("one", torch.nn.MultiheadAttention(4, 2))
    print(list(torch.nn.MultiheadAttention(4, 2, kdim=3, vdim=2, add_bias_kv=True).state_dict()))


@case(tolerance=SUMS)
def padding(torch, see):
    """Padded keys have the weight zero."""
    torch.manual_seed(0)
    layer = torch.nn.MultiheadAttention(4, 2, batch_first=True)
    x = tokens(torch, 2, 3, 4)
    out, weights = layer(x, x, x, key_padding_mask=torch.tensor([[False, False, True], [False, True, True]]))
    see("out", out)
    see("weights", weights)


@case()
def refusals(torch, see):
    """Heads must divide the width, a causal hint needs its mask, and masks have their shapes."""
    with see.refusal("heads"):
        torch.nn.MultiheadAttention(4, 3)
    layer = torch.nn.MultiheadAttention(4, 2)
    x = torch.ones(3, 2, 4)
    with see.refusal("hint"):
        layer(x, x, x, is_causal=True)
    with see.refusal("mask"):
        layer(x, x, x, attn_mask=torch.ones(2, 3))
    with see.refusal("width"):
        layer(torch.ones(3, 2, 5), x, x)


@case(tolerance=SUMS)
def an_encoder_layer(torch, see):
    """Norms come after what they normalize, or before it."""
    for first in (False, True):
        torch.manual_seed(0)
        layer = torch.nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0, norm_first=first, activation="gelu")
        out = layer(tokens(torch, 3, 2, 4))
        see(f"norm_first={first}", out)
        print(out.grad_fn.name())


@case(tolerance=SUMS)
def dropout_in_a_layer(torch, see):
    """Four masks are drawn in training, of attention first."""
    torch.manual_seed(0)
    layer = torch.nn.TransformerEncoderLayer(4, 2, 8, dropout=0.5)
    see("out", layer(tokens(torch, 3, 2, 4)))
    see("drawn next", torch.rand(1))


@case()
def why_not_nested(torch, see):
    """An encoder says at once why it will not drop padding."""
    print(torch.nn.TransformerEncoder(torch.nn.TransformerEncoderLayer(4, 2, 8), 2))


@case(tolerance=SUMS)
def a_transformer(torch, see):
    """An encoder and a decoder, all matrices drawn anew by Xavier's rule."""
    torch.manual_seed(0)
    model = torch.nn.Transformer(4, 2, 1, 1, 8, dropout=0.0, batch_first=True)
    mask = torch.nn.Transformer.generate_square_subsequent_mask(2)
    out = model(tokens(torch, 1, 3, 4), tokens(torch, 1, 2, 4), tgt_mask=mask)
    see("out", out)
    see("mask", mask)
    out[0, 0, 0].backward()
    see("gradient", model.encoder.layers[0].linear1.bias.grad)
    with see.refusal("batch"):
        model(torch.ones(1, 3, 4), torch.ones(2, 3, 4))
