"""What a copy and a pickle take along of tensors, parameters, modules and handles."""
import copy
import pickle

from minitorch_compat.parity import chapter

case = chapter("autograd.pickles")


def again(thing, protocol=2):
    return pickle.loads(pickle.dumps(thing, protocol))


@case()
def tensors(torch, see):
    """Strides, offset, dtype and what users hung on it come along; the gradient stays."""
    for words, x in (
        ("transposed", torch.ones(3, 2).t()), ("a part", torch.arange(4)[1:]), ("float64", torch.tensor(2.5).double()),
        ("bfloat16", torch.ones(2, dtype=torch.bfloat16)), ("empty", torch.ones(0, 2)), ("bool", torch.tensor([True])),
        ("lazily conjugate", torch.tensor([1 + 2j]).conj()), ("a leaf", torch.ones(2, requires_grad=True)),
    ):
        y = again(x)
        see(words, y)
        see(f"{words}: offset", y.storage_offset())
        see(f"{words}: conjugate", y.is_conj())
    x = torch.ones(2, requires_grad=True)
    x.grad = torch.ones(2)
    x.word = [1]
    see("gradient", again(x).grad)
    see("attribute", again(x).word)
    with see.refusal("a result"):
        again(x * 2)


@case()
def parts_of_one_storage(torch, see):
    """Tensors that share memory share it again."""
    a = torch.arange(4.0)
    for words, copied in (("pickled", again), ("deep", copy.deepcopy)):
        p, q = copied((a, a[1:3]))
        p[1] = 9
        see(f"{words}: part", q)
        see(f"{words}: is a view", q._is_view())


@case()
def parameters_and_buffers(torch, see):
    """Their classes come along, and for a parameter's deep copy its gradient does not."""
    parameter = torch.nn.Parameter(torch.ones(2))
    parameter.grad = torch.ones(2)
    for words, copied in (("pickled", again), ("copied", copy.copy), ("deep", copy.deepcopy)):
        other = copied(parameter)
        see(f"{words}: parameter", other)
        see(f"{words}: gradient", other.grad)
        see(f"{words}: class", isinstance(other, torch.nn.Parameter))
        buffer = copied(torch.nn.Buffer(torch.ones(1), persistent=False))
        see(f"{words}: buffer", (isinstance(buffer, torch.nn.Buffer), buffer.persistent))
    see("one for two", len({id(each) for each in copy.deepcopy([parameter, parameter])}))


@case()
def modules_and_optimisers(torch, see):
    """Modules and optimisers survive, and still share their parameters."""
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    model(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    for words, copied in (("pickled", again), ("deep", copy.deepcopy)):
        other, its = copied((model, optimizer))
        see(f"{words}: text", repr(other))
        see.state(f"{words}: state", other)
        see(f"{words}: optimiser", type(its).__name__)
        see(f"{words}: shared", its.param_groups[0]["params"][0] is other[0].weight)
        its.step()
        see(f"{words}: after a step", other[0].weight)
        see(f"{words}: gradient", other[0].weight.grad)


@case()
def small_things(torch, see):
    """Dtypes, devices, layouts, shapes, modes and named results."""
    for words, thing in (
        ("dtype", torch.float32), ("device", torch.device("cpu")), ("layout", torch.strided),
        ("shape", torch.Size([1, 2])), ("result", torch.ones(2, 2).max(0)), ("function", torch.nn.functional.relu),
        ("tensor class", torch.Tensor), ("parameter class", torch.nn.Parameter), ("mode", torch.no_grad()),
    ):
        see(f"{words}: class", type(again(thing)) is type(thing))
        see(f"{words}: deep", type(copy.deepcopy(thing)) is type(thing))
        see(f"{words}: the same object", again(thing) is thing)


def known(gradient):
    """A hook that pickle can find."""


@case()
def hooks_stay_behind(torch, see):
    """A hook is left behind with a warning, unless it says that it will be."""
    x = torch.ones(1, requires_grad=True)

    torch.utils.hooks.unserializable_hook(known)
    x.register_hook(known)
    with see.warnings("marked"):
        see("pickled", again(x))
    see("deep copy", copy.deepcopy(x)._backward_hooks)
