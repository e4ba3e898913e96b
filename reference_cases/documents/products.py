"""A product of two Variables and what it remembers, as document 004 tells it."""
from typing import Any

from minitorch_compat.parity import chapter, refusal

case = chapter("documents.products", document="004_1f92f23d1b2036bb.txt")


def product(torch: Any) -> tuple[Any, ...]:
    """The document's v1 without the flag, v2 with it, and their product v3."""
    v1 = torch.autograd.Variable(torch.tensor([1.0, 2.0, 3.0]), requires_grad=False)
    v2 = torch.autograd.Variable(torch.tensor([4.0, 5.0, 6.0]), requires_grad=True)
    return v1, v2, v1 * v2


@case(
    lines="1, 8-14", fact="004-01", states={"v3.data.numpy()": [4, 10, 18]},
    verdict="incomplete", why="The picture with the result is missing.",
)
def the_product_as_an_array(torch, see):
    """The product of 1, 2, 3 and 4, 5, 6 is shown as a NumPy array."""
    _, _, v3 = product(torch)
    array = v3.data.numpy()
    see("v3.data.numpy()", array)
    see("repr", repr(array))
    see("str", str(array))
    see("v3", v3)
    see("v3 printed", str(v3))
    see.aliasing("v3 and the array", v3, array)
    with see.refusal("without .data"):
        v3.numpy()
    array[0] = 7
    see("v3 after writing to the array", v3)


@case(lines="1", fact="004-02", states={"requires_grad": False})
def the_flag_is_off_by_default(torch, see):
    """The parameter requires_grad is False unless it is given."""
    v = torch.autograd.Variable(torch.tensor([1.0, 2.0, 3.0]))
    see("requires_grad", v.requires_grad)
    see("v", v)


@case(
    lines="1", fact="004-03",
    states={"v3.requires_grad": True, "v3.sum() + 1 requires grad": True, "(v3 > 1) * 1.0 requires grad": True},
    verdict="incomplete", why="Grad mode, detach, and results that have no derivative break the rule.",
)
def the_flag_spreads(torch, see):
    """Once a node requires a gradient, so do all nodes that depend on it."""
    v1, _, v3 = product(torch)
    see("v1.requires_grad", v1.requires_grad)
    see("v3.requires_grad", v3.requires_grad)
    see("v3.sum() + 1 requires grad", (v3.sum() + 1).requires_grad)
    see("(v3 > 1) * 1.0 requires grad", ((v3 > 1) * 1.0).requires_grad)
    for name, dependent in (
        ("detach", v3.detach()), ("data", v3.data), ("argmax", v3.argmax()), ("greater", v3 > 1), ("int", v3.int()),
        ("sign", v3.sign()), ("round", v3.round()), ("zeros_like", torch.zeros_like(v3)), ("sum", v3.sum()),
    ):
        see(name, dependent)
    with torch.no_grad():
        see("times 2 under no_grad", v3 * 2)


@case(
    lines="2-4", fact="004-04", states={"class": "Variable", "v is a node": True},
    verdict="outdated", why="There is no wrapper any more: tensors go along the edges, and nodes are their grad_fn.",
)
def variables_are_nodes(torch, see):
    """Variables belong to autograd: thin wrappers of tensors, nodes of the graph that know what they depend on."""
    v = torch.autograd.Variable(torch.ones(1), requires_grad=True)
    see("class", type(v).__name__)
    see("v is a node", isinstance(v, torch.autograd.graph.Node))
    see("its grad_fn is a node", isinstance((v * 2).grad_fn, torch.autograd.graph.Node))
    see.graph("graph of v * 2", v * 2)


@case(
    lines="5", fact="004-05", states={"recorded": False, "v.volatile": True},
    verdict="outdated", why="The flag was removed and does nothing but warn; torch.no_grad() took its place.",
)
def volatile_is_for_inference(torch, see):
    """During inference Variables get the flag volatile."""
    with see.warnings("of the keyword"):
        v = torch.autograd.Variable(torch.ones(2), volatile=True)
    u = torch.ones(2, requires_grad=True)
    y = v * u
    see("recorded", y.requires_grad)
    see("y", y)
    with see.warnings("of the attribute"):
        see("v.volatile", v.volatile)
    with torch.no_grad():
        see("under no_grad", v * u)


@case(
    lines="5", fact="004-05", states={"set by hand": refusal(None), "v.volatile": True},
    verdict="outdated", why="The attribute can neither be set nor go together with the flag for gradients.",
)
def volatile_cannot_be_set(torch, see):
    """The flag volatile is there to be set on a Variable."""
    v = torch.autograd.Variable(torch.ones(2))
    with see.warnings("of setting"), see.refusal("set by hand"):
        v.volatile = True
    with see.warnings("of asking"):
        see("v.volatile", v.volatile)
    with see.warnings("of both flags"), see.refusal("both flags"):
        torch.autograd.Variable(torch.ones(2), requires_grad=True, volatile=True)


@case(
    lines="16-18", fact="004-06", states={"made by": "MulBackward0"},
    verdict="incomplete", why="The picture with the node is missing.",
)
def variables_remember_what_made_them(torch, see):
    """The product remembers in grad_fn that it came from a multiplication."""
    _, v2, v3 = product(torch)
    print(v3.grad_fn)
    see("made by", v3.grad_fn.name())
    see.graph("graph of v3", v3)
    inputs = v3.grad_fn.next_functions
    see("inputs", [[type(node).__name__, output] for node, output in inputs])
    end = inputs[1][0]
    print(end)
    see("end", [end.name(), end.variable is v2])
    v3.backward(torch.ones(3))
    see("v2.grad", v2.grad)
