"""Tensors and NumPy arrays: who shares memory with whom, who refuses, and who wins an operator."""
import numpy as np

from minitorch_compat.parity import chapter

case = chapter("tensor.numpy")


@case(fact="B-046")
def a_tracked_tensor_refuses(torch, see):
    """A tensor that requires grad gives no array by any way but detach and force, as long as grad mode is on."""
    x = torch.ones(2, requires_grad=True)
    for words, attempt in (
        ("numpy", lambda: x.numpy()), ("np.array", lambda: np.array(x)), ("np.asarray", lambda: np.asarray(x)),
        ("np.sin", lambda: np.sin(x)), ("of a result", lambda: (x * 2).numpy()), ("__array__", lambda: x.__array__()),
    ):
        with see.refusal(words):
            attempt()
    see("by force", x.numpy(force=True))
    see("detached", x.detach().numpy())
    see("tolist", x.tolist())
    with torch.no_grad(), see.refusal("under no_grad"):
        x.numpy()


@case(fact="B-047")
def operators_with_arrays(torch, see):
    """With a tensor on the left an array is taken in, with an array on the left the operation fails."""
    t = torch.ones(2)
    x = torch.ones(2, requires_grad=True)
    a = np.ones(2, dtype=np.float32)
    for words, operation in (
        ("t + a", lambda: t + a), ("a + t", lambda: a + t), ("t * a", lambda: t * a), ("a * t", lambda: a * t),
        ("x + a", lambda: x + a), ("a + x", lambda: a + x),
    ):
        with see.warnings(f"{words}: warnings"), see.refusal(f"{words}: refusal"):
            see(words, operation())


@case(fact="B-047")
def operators_with_numpy_scalars(torch, see):
    """A NumPy scalar counts as a number on either side, and a NumPy function gives back a tensor."""
    t = torch.ones(2)
    x = torch.ones(2, requires_grad=True)
    for words, operation in (
        ("float32 * t", lambda: np.float32(2) * t), ("float32 * x", lambda: np.float32(2) * x),
        ("t * float32", lambda: t * np.float32(2)), ("x * float32", lambda: x * np.float32(2)),
        ("np.sin(t)", lambda: np.sin(t)), ("float64 * t", lambda: np.float64(2) * t),
    ):
        with see.warnings(f"{words}: warnings"), see.refusal(f"{words}: refusal"):
            see(words, operation())


@case(fact="B-048")
def who_shares_memory(torch, see):
    """from_numpy, as_tensor and asarray share an array's memory, tensor copies it."""
    a = np.zeros(2, dtype=np.float32)
    made = [torch.from_numpy(a), torch.as_tensor(a), torch.asarray(a), torch.tensor(a)]
    see.aliasing("array, from_numpy, as_tensor, asarray, tensor", a, *made)
    a[0] = 1
    for name, each in zip(("from_numpy", "as_tensor", "asarray", "tensor"), made, strict=True):
        see(name, each)
    t = torch.zeros(2)
    t.numpy()[0] = 5
    t.add_(1)
    see("written from both sides", t)
    see("its array", t.numpy())


@case(fact="B-048")
def dtypes_on_the_way_in(torch, see):
    """An array keeps its dtype, lists become float32, and FloatTensor converts."""
    see("from_numpy", torch.from_numpy(np.zeros(1)))
    see("tensor of an array", torch.tensor(np.zeros(1)))
    see("tensor of a list", torch.tensor([0.0]))
    see("FloatTensor of an array", torch.FloatTensor(np.zeros(1)))


@case(fact="B-049")
def from_numpy_is_particular(torch, see):
    """from_numpy takes arrays of numbers with strides that are not negative, and warns of one that is read-only."""
    locked = np.zeros(2)
    locked.flags.writeable = False
    for words, value in (
        ("a list", [1.0]), ("read-only", locked), ("texts", np.array(["a"])), ("reversed", np.zeros(3)[::-1]),
        ("no dimension", np.array(1.0)),
    ):
        with see.warnings(f"{words}: warnings"), see.refusal(f"{words}: refusal"):
            see(words, torch.from_numpy(value))


@case(fact="B-120")
def one_element_of_any_shape(torch, see):
    """item gives the one element of a tensor of any shape as the Python number it is."""
    for words, tensor in (
        ("int", torch.tensor([[5]])), ("float", torch.tensor([1.5])), ("bool", torch.tensor([True])),
        ("0.1 in float32", torch.tensor(0.1)), ("float64", torch.tensor(2.0, dtype=torch.float64)),
        ("complex", torch.tensor([1 + 2j])),
    ):
        see(words, tensor.item())
    see("array", torch.tensor(1.5).numpy())
    see("printed", repr(torch.tensor(1.5).numpy()))


@case(fact="B-124")
def an_array_outlives_its_tensor(torch, see):
    """The array keeps the memory; a write to a living tensor shows in its array."""
    t = torch.ones(3)
    a = t.numpy()
    del t
    see("a", a)
    t = torch.ones(2)
    n = t.numpy()
    t.add_(5)
    see("n", n)
    see("owns nothing", n.base is not None)
    see("writeable", n.flags.writeable)
