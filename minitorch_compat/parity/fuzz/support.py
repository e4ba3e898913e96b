"""What the text of a random program calls besides an engine: everything that can be asked of its tensors at the end."""

SPOKEN = ("everything",)
"""Names that the text of a program may use besides `torch` and `see`."""


def everything(torch, see, **tensors):
    """See each tensor, its gradient, its history and its place in memory; then go back from each, and see gradients."""
    names = list(tensors)
    for name, x in tensors.items():
        see(name, x)
        see(f"{name} lies", place(x, tensors))
        if x.requires_grad:
            see.graph(f"{name} comes of", x)
    if len(tensors) > 1:
        see.aliasing(", ".join(names), *tensors.values())
    look_at_gradients(see, tensors, "")
    for name, x in tensors.items():
        if x.requires_grad and not x.is_leaf:
            with see.refusal(f"backward from {name}"):
                x.backward(torch.ones_like(x), retain_graph=True)
    look_at_gradients(see, tensors, " after backward")


def place(x, tensors):
    """Where a tensor lies in its memory, and of whom it is a view."""
    base = x._base
    owner = "nothing" if base is None else "another"
    for name, each in tensors.items():
        if each is base:
            owner = name
            break
    told = {"offset": x.storage_offset(), "view of": owner, "output": x.output_nr, "inference": x.is_inference()}
    if x.requires_grad:
        told["retains grad"] = x.retains_grad
    return told


def look_at_gradients(see, tensors, when):
    for name, x in tensors.items():
        if x.requires_grad and (x.is_leaf or x.retains_grad):
            see(f"{name}{when}.grad", x.grad)
