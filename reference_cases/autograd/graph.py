"""The graph seen from outside: nodes, edges, what they save, and who may pack it."""
from minitorch_compat.parity import chapter

case = chapter("autograd.graph")


@case(fact="B-108")
def what_a_node_tells(torch, see):
    """A node has a name, edges, metadata and what it saved, and stays the same object while held."""
    x = torch.ones(2, requires_grad=True)
    y = x * 3
    node = y.grad_fn
    see.graph("graph", y)
    see("name", node.name())
    see("next", repr(node.next_functions[0][0]))
    see("the number's edge", node.next_functions[1])
    see("metadata", node.metadata)
    see("same object", y.grad_fn is node)
    see("output_nr", y.output_nr)
    see("saved", sorted(each for each in dir(node) if each.startswith("_saved")))


@case(fact="B-108")
def what_an_accumulator_tells(torch, see):
    """A leaf's edge leads to the accumulator, which knows the leaf."""
    x = torch.ones(2, requires_grad=True)
    edge = torch.autograd.graph.get_gradient_edge(x)
    see("name", edge.node.name())
    see("type", type(edge).__name__)
    see("output_nr", edge.output_nr)
    see("variable", x.view_as(x).grad_fn.next_functions[0][0].variable is x)
    with see.refusal("of a plain tensor"):
        torch.autograd.graph.get_gradient_edge(torch.ones(1))


@case(fact="B-108")
def sequence_numbers_grow(torch, see):
    """Each node gets a larger sequence number than the one before."""
    x = torch.ones(2, requires_grad=True)
    first, second = x * 1, x * 1
    see("growing", first.grad_fn._sequence_nr() < second.grad_fn._sequence_nr())
    see("next but one", second.grad_fn._sequence_nr() - first.grad_fn._sequence_nr())


@case(fact="B-108")
def nodes_are_of_a_kind(torch, see):
    """Every node is an instance of graph.Node."""
    x = torch.ones(2, requires_grad=True)
    y = x * 3
    see("a step", isinstance(y.grad_fn, torch.autograd.graph.Node))
    see("an accumulator", isinstance(y.grad_fn.next_functions[0][0], torch.autograd.graph.Node))
    see("a tensor", isinstance(x, torch.autograd.graph.Node))


@case(fact="B-109")
def packing_what_is_saved(torch, see):
    """saved_tensors_hooks packs each tensor when it is saved and unpacks it when it is needed."""
    log = []

    def pack(tensor):
        log.append("pack")
        return tensor

    def unpack(tensor):
        log.append("unpack")
        return tensor

    x = torch.ones(2, requires_grad=True)
    with torch.autograd.graph.saved_tensors_hooks(pack, unpack):
        y = (x * x).sum()
    y.backward()
    see("log", log)
    see("x.grad", x.grad)


@case(fact="B-109")
def packing_as_something_else(torch, see):
    """What pack returns may be anything that unpack turns into a tensor again."""
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    with torch.autograd.graph.saved_tensors_hooks(lambda t: t.tolist(), lambda numbers: torch.tensor(numbers) * 10):
        y = x.exp() * x
    y.sum().backward()
    see("x.grad", x.grad)
