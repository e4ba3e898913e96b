"""Getting numbers back, by data, detach and numpy, as document 001 tells it."""
from typing import Any

import numpy as np

from minitorch_compat.parity import chapter, refusal

case = chapter("documents.taking_the_data_out", document="001_7e7ed833da88f6dd.txt")

NUMBERS = [[1, 2], [3, 4]]
PLAIN = "tensor([[1., 2.],\n        [3., 4.]])\n"
FLAGGED = "tensor([[1., 2.],\n        [3., 4.]], requires_grad=True)\n"
ARRAY = "[[1. 2.]\n [3. 4.]]\n"


def variable_after_backward(torch: Any) -> Any:
    """The document's Variable, once its gradient is there."""
    v = torch.autograd.Variable(torch.FloatTensor([[1, 2], [3, 4]]), requires_grad=True)
    torch.mean(v * v).backward()
    return v


def tensor_after_backward(torch: Any) -> Any:
    """The document's tensor, once its gradient is there."""
    t = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    torch.mean(t * t).backward()
    return t


@case(
    lines="70-72, 110-111, 171-172", fact="001-18", states={"v.data": NUMBERS, "stdout": f"Variable data: {PLAIN}"},
)
def data_is_the_tensor_inside(torch, see):
    """The attribute data gives the tensor within the Variable, without the flag."""
    v = variable_after_backward(torch)
    print("Variable data:", v.data)
    see("v.data", v.data)
    see("v.data.grad", v.data.grad)
    see("v", v)
    see.aliasing("v and v.data", v, v.data)


@case(lines="72", fact="001-18", note="The document only reads data; here it is written to.")
def writes_through_data_go_unseen(torch, see):
    """data shares the memory of the Variable, but counts versions of its own."""
    v = variable_after_backward(torch)
    d = v.data
    d.add_(1)
    see("v", v)
    see.versions("versions of v and d", v, d)
    see.versions("version of data asked for anew", v.data)
    see("v.grad", v.grad)


@case(lines="72", fact="001-18", note="What follows from the separate count: autograd cannot notice the write.")
def backward_after_a_write_through_data(torch, see):
    """A value changed through data between the passes spoils the gradient, in silence."""
    v = torch.autograd.Variable(torch.FloatTensor([[1, 2], [3, 4]]), requires_grad=True)
    output = torch.mean(v * v)
    v.data.add_(1)
    with see.refusal("backward"):
        output.backward()
    see("v.grad", v.grad)


@case(
    lines="73, 112, 173-174", fact="001-19", states={"array": NUMBERS, "stdout": f"Variable data as NumPy: {ARRAY}"},
)
def data_becomes_an_array(torch, see):
    """data.numpy() turns the Variable's numbers into a NumPy array."""
    v = variable_after_backward(torch)
    array = v.data.numpy()
    print("Variable data as NumPy:", array)
    see("array", array)
    see("type", type(array))
    see.aliasing("v and the array", v, array)
    array[0, 0] = 50
    see("v after a write to the array", v)
    see.versions("version of v", v)
    with see.refusal("v.numpy()"):
        v.numpy()


@case(lines="75-76, 132-133, 180-181", fact="001-20", states={"stdout": f"Tensor: {FLAGGED}"})
def a_tensor_printed_after_backward(torch, see):
    """Printing the tensor after backward shows numbers and flag, and nothing of the gradient."""
    t = tensor_after_backward(torch)
    print("Tensor:", t)
    see("t", t)
    see("t.grad", t.grad)


@case(
    lines="78-79, 135-136, 182-183", fact="001-21", states={"d": NUMBERS, "stdout": f"Tensor data (no grad): {PLAIN}"},
    verdict="incomplete", why="What comes is no separate data: memory and version counter remain those of the tensor.",
)
def detach_gives_the_pure_data(torch, see):
    """detach takes away what belongs to the gradient and leaves the data."""
    t = tensor_after_backward(torch)
    d = t.detach()
    print("Tensor data (no grad):", d)
    see("d", d)
    see("d.grad", d.grad)
    see("t.grad", t.grad)
    see("t", t)
    see.aliasing("t and d", t, d)


@case(
    lines="78-79", fact="001-21", states={"t after a write to d": NUMBERS},
    verdict="incomplete", why="It is not said that the data are shared, so that a write shows in both.",
)
def writes_to_what_was_detached(torch, see):
    """The detached data stand for themselves."""
    t = tensor_after_backward(torch)
    d = t.detach()
    d.add_(1)
    see("t after a write to d", t)
    see.versions("versions of t and d", t, d)
    see("t.grad", t.grad)
    u = torch.tensor([1.0, 2.0], requires_grad=True)
    output = (u * u).sum()
    u.detach().add_(1)
    with see.refusal("backward after a write to detached data"):
        output.backward()


@case(
    lines="81-82, 138-139, 184-185", fact="001-22",
    states={"array": NUMBERS, "stdout": f"Tensor as NumPy array: {ARRAY}"},
)
def detached_data_become_an_array(torch, see):
    """detach().numpy() turns a tensor's numbers into a NumPy array."""
    t = tensor_after_backward(torch)
    array = t.detach().numpy()
    print("Tensor as NumPy array:", array)
    see("array", array)
    see.aliasing("t and the array", t, array)
    see("the array owns its memory", array.flags.owndata)
    array *= 10
    see("t after a write to the array", t)
    see.versions("version of t", t)
    see("by force", t.numpy(force=True))


@case(
    lines="3, 70-82", fact="001-26", states={"two types": True},
    verdict="outdated", why="Both are Tensors, and either way works on either; only the counting of versions differs.",
)
def each_kind_has_its_own_way(torch, see):
    """A Variable gives its data by data, a Tensor by detach."""
    v, t = variable_after_backward(torch), tensor_after_backward(torch)
    see("two types", type(v) is not type(t))
    for name, each in (("v", v), ("t", t)):
        see(f"{name}.data", each.data)
        see(f"{name}.detach()", each.detach())
        see(f"{name} either way", torch.equal(each.data, each.detach()))
        each.data.mul_(2)
        see.versions(f"{name} after a write through data", each)
        each.detach().mul_(2)
        see.versions(f"{name} after a write through detach", each)


@case(lines="3", fact="001-29", states={"from v": NUMBERS, "from t": NUMBERS})
def both_forms_become_arrays(torch, see):
    """From Variable and Tensor alike, data can be taken out and turned into NumPy's form."""
    v, t = variable_after_backward(torch), tensor_after_backward(torch)
    see("from v", v.data.numpy())
    see("from t", t.detach().numpy())
    see("by asarray", np.asarray(t.detach()))
    see("by asarray in double", np.asarray(t.detach(), dtype=np.float64))


@case(lines="3", fact="001-29", note="The direct call, which the document never shows.")
def a_tracked_tensor_gives_no_array(torch, see):
    """Asked directly, a tensor that requires a gradient refuses to become an array."""
    t = tensor_after_backward(torch)
    with see.refusal("t.numpy()"):
        t.numpy()
    with see.refusal("np.asarray(t)"):
        np.asarray(t)
    with see.refusal("np.array(t)"):
        np.array(t)
    with see.refusal("(t * 2).numpy()"):
        (t * 2).numpy()
    with torch.no_grad(), see.refusal("under no_grad"):
        t.numpy()


@case(lines="3", fact="001-29", states=refusal(None))
def a_plain_tensor_gives_its_array(torch, see):
    """A tensor without the flag turns into an array directly."""
    t = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    with see.refusal():
        see("array", t.numpy())
