"""How Variable became Tensor, and what either way of writing makes, as document 001 tells it."""
from typing import Any

from minitorch_compat.parity import chapter, refusal

case = chapter("documents.variable_and_tensor", document="001_7e7ed833da88f6dd.txt")

PLAIN = "tensor([[1., 2.],\n        [3., 4.]])\n"
FLAGGED = "tensor([[1., 2.],\n        [3., 4.]], requires_grad=True)\n"


def wrapped(torch: Any) -> Any:
    """The document's Variable: two rows of two, made by the old constructor."""
    return torch.autograd.Variable(torch.FloatTensor([[1, 2], [3, 4]]), requires_grad=True)


@case(lines="8", fact="001-01", states={"warnings": [], "every tensor passes for one": True})
def variable_can_be_imported(torch, see):
    """torch.autograd offers Variable."""
    Variable = torch.autograd.Variable
    see("by position", Variable(torch.ones(1)))
    see("with the flag", Variable(torch.ones(1), requires_grad=True))
    see("every tensor passes for one", isinstance(torch.ones(1), Variable))


@case(
    lines="3, 12, 21", fact="001-02", states={"type": "<class 'torch.Tensor'>", "the same attributes": True},
    note="That it is deprecated stands in the manual alone: no warning comes, as the list of warnings shows.",
)
def variable_was_merged_into_tensor(torch, see):
    """Variable is deprecated since 0.4.0; whatever it could do, Tensor can."""
    v = torch.autograd.Variable(torch.ones(2), requires_grad=True)
    see("type", type(v))
    see("the same attributes", set(dir(v)) == set(dir(torch.ones(2))))
    see("docstring of Variable", torch.autograd.Variable.__doc__)
    see("v", v)


@case(lines="12", fact="001-03", states={"a tensor is inside": True})
def a_variable_once_held_a_tensor(torch, see):
    """In early versions a Variable was a structure around a tensor, adding differentiation to it."""
    v = torch.autograd.Variable(torch.ones(2), requires_grad=True)
    see("a tensor is inside", isinstance(v.data, torch.Tensor))
    see("v.data", v.data)
    see("v.data.data", v.data.data)
    see("one type", type(v) is type(v.data))
    see("one object each time", v.data is v.data)
    see.aliasing("v, v.data, v.data.data", v, v.data, v.data.data)


@case(lines="12", fact="001-04", states={"equal": [True] * 8})
def a_variable_has_the_operations_of_a_tensor(torch, see):
    """Whatever can be done with a tensor can be done with a Variable."""
    t, v = torch.FloatTensor([[1, 2], [3, 4]]), wrapped(torch)
    operations = {
        "transpose": lambda a: a.t(), "sum": lambda a: a.sum(), "exp": lambda a: a.exp(), "product": lambda a: a @ a,
        "argmax": lambda a: a.argmax(), "row": lambda a: a[1], "comparison": lambda a: a > 2, "negation": lambda a: -a,
    }
    equal = []
    for name, operation in operations.items():
        plain, tracked = operation(t), operation(v)
        see(f"{name} of a tensor", plain)
        see(f"{name} of a Variable", tracked)
        print(tracked)
        equal.append(torch.equal(plain, tracked.detach()))
    see("equal", equal)
    see("numel", [t.numel(), v.numel()])


@case(
    lines="12", fact="001-05", states={"recorded": True, "recorded under no_grad": True},
    verdict="incomplete", why="It depends on the grad mode too: nothing is recorded where that is off.",
)
def the_flag_turns_recording_on(torch, see):
    """Setting requires_grad=True makes the graph be recorded and gradients be found."""
    v = wrapped(torch)
    doubled = v * 2
    see("recorded", doubled.grad_fn is not None)
    see("doubled", doubled)
    with torch.no_grad():
        doubled = v * 2
    see("recorded under no_grad", doubled.grad_fn is not None)
    see("doubled under no_grad", doubled)
    see("v is as it was", v)


@case(
    lines="14-15, 95-96", fact="001-06",
    states={"t": [[1, 2], [3, 4]], "dtype": "torch.float32", "printed": f"Tensor: {PLAIN}"},
)
def the_old_constructor_makes_floats(torch, see):
    """FloatTensor of nested lists of integers is a tensor of floats."""
    t = torch.FloatTensor([[1, 2], [3, 4]])
    see("t", t)
    see("dtype", t.dtype)
    with see.printed():
        print("Tensor:", t)
    see("type method", t.type())
    see("type", type(t))
    constructors = ("FloatTensor", "DoubleTensor", "LongTensor", "Tensor")
    see("isinstance", {name: isinstance(t, getattr(torch, name)) for name in constructors})


@case(
    lines="17-19, 97-100, 162-165", fact="001-07",
    states={
        "tensor printed": f"Tensor: {PLAIN}",
        "variable printed": f"Variable: {FLAGGED}",
    },
)
def a_wrapped_tensor_shows_its_flag(torch, see):
    """Printed, the tensor is plain, and what was wrapped with requires_grad=True says so."""
    t = torch.FloatTensor([[1, 2], [3, 4]])
    v = torch.autograd.Variable(t, requires_grad=True)
    with see.printed("tensor printed"):
        print("Tensor:", t)
    with see.printed("variable printed"):
        print("Variable:", v)
    see("t", t)
    see("v", v)
    see.aliasing("t and v", t, v)


@case(lines="17", fact="001-07", note="The document does not look at what the two have in common.")
def a_write_to_one_is_seen_in_the_other(torch, see):
    """The wrapped tensor keeps its flag off, and shares its memory and its version."""
    t = torch.FloatTensor([[1, 2], [3, 4]])
    v = torch.autograd.Variable(t, requires_grad=True)
    with torch.no_grad():
        v[0, 0] = 7
    see("t", t)
    see("v", v)
    see.versions("versions of t and v", t, v)
    with see.refusal("a write outside no_grad"):
        v[0, 0] = 8


@case(
    lines="21", fact="001-08", states={"int64": refusal(None)},
    verdict="incomplete", why="Only numbers with a fraction, real or complex, can require a gradient.",
)
def every_tensor_can_be_differentiated(torch, see):
    """Since 0.4.0 every tensor supports automatic differentiation."""
    for name in (
        "float16", "bfloat16", "float32", "float64", "complex64", "complex128",
        "int8", "int16", "int32", "int64", "uint8", "bool",
    ):
        with see.refusal(name):
            t = torch.ones(1, dtype=getattr(torch, name), requires_grad=True)
            see(f"{name} tensor", t)


@case(
    lines="21", fact="001-08",
    states={"in tensor": refusal(None), "afterwards": refusal(None), "in Variable": refusal(None)},
    verdict="incomplete", why="Tensors of integers are left out, and refused wherever the flag can be set.",
)
def integers_cannot_be_differentiated(torch, see):
    """The flag can be set on any tensor, at its making or later."""
    with see.refusal("in tensor"):
        torch.tensor([1, 2], requires_grad=True)
    t = torch.tensor([1, 2])
    with see.refusal("afterwards"):
        t.requires_grad_()
    with see.refusal("as attribute"):
        t.requires_grad = True
    with see.refusal("in Variable"):
        torch.autograd.Variable(t, requires_grad=True)
    with see.refusal("switched off"):
        t.requires_grad_(False)
    see("t", t)


@case(
    lines="23-25, 175-176", fact="001-09",
    states={"stdout": f"Data: {FLAGGED}", "the same as by Variable": True},
    note="The comment promises the values; the printed text carries the flag as well.",
)
def a_tensor_needs_no_variable(torch, see):
    """torch.tensor takes the flag itself, and takes Variable's place."""
    t = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    print("Data:", t)
    see("t", t)
    v = wrapped(torch)
    see("the same as by Variable", torch.equal(t, v) and t.dtype == v.dtype and t.requires_grad == v.requires_grad)
