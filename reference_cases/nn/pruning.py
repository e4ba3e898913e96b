"""Pruning: masks beside parameters, chosen at random or by size."""
import importlib

from minitorch_compat.parity import chapter

case = chapter("nn.pruning")


def room(torch):
    """The module, which ``import torch`` alone does not bring."""
    return importlib.import_module(f"{torch.__name__}.nn.utils.prune")


def layer(torch):
    torch.manual_seed(0)
    return torch.nn.Linear(4, 3)


@case()
def smallest_elements(torch, see):
    """The parameter moves to weight_orig, the mask is a buffer, and the weight is their product."""
    pruned = room(torch).l1_unstructured(layer(torch), "weight", amount=0.4)
    print(pruned, list(pruned.state_dict()), [name for name, _ in pruned.named_parameters()])
    see("mask", pruned.weight_mask)
    see("weight", pruned.weight)


@case()
def random_elements(torch, see):
    """A seed decides what is pruned at random; what is pruned already is not chosen again."""
    prune, pruned = room(torch), layer(torch)
    for amount in (3, 0.5):
        prune.random_unstructured(pruned, "weight", amount=amount)
        see(f"{amount}", pruned.weight_mask)
    see("stream", torch.rand(2))


@case()
def whole_channels(torch, see):
    """Structured pruning takes rows or columns, at random or by their norms."""
    prune = room(torch)
    see("rows at random", prune.random_structured(layer(torch), "weight", amount=1, dim=0).weight_mask)
    see("columns by norm", prune.ln_structured(layer(torch), "weight", amount=0.5, n=2, dim=1).weight_mask)
    with see.refusal("a vector has no channels"):
        prune.ln_structured(layer(torch), "bias", amount=1, n=2, dim=0)


@case()
def one_after_another(torch, see):
    """Methods add up in a container, which the module calls before each forward."""
    prune, pruned = room(torch), layer(torch)
    prune.ln_structured(pruned, "weight", amount=1, n=2, dim=0)
    prune.l1_unstructured(pruned, "weight", amount=2)
    print([type(hook).__name__ for hook in pruned._forward_pre_hooks.values()])
    print([type(method).__name__ for hook in pruned._forward_pre_hooks.values() for method in hook])
    see("mask", pruned.weight_mask)


@case()
def over_several_parameters(torch, see):
    """global_unstructured ranks the elements of several parameters together."""
    prune = room(torch)
    torch.manual_seed(1)
    net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Linear(4, 2))
    prune.global_unstructured([(net[0], "weight"), (net[1], "weight")], prune.L1Unstructured, amount=0.5)
    for place in (0, 1):
        see(f"mask of {place}", net[place].weight_mask)


@case()
def trained_and_removed(torch, see):
    """Training changes the original under the mask; remove makes the product the parameter."""
    prune = room(torch)
    pruned = prune.l1_unstructured(layer(torch), "weight", amount=6)
    optimizer = torch.optim.SGD(pruned.parameters(), lr=0.1)
    for _ in range(3):
        optimizer.zero_grad()
        pruned(torch.ones(2, 4)).pow(2).sum().backward()
        optimizer.step()
    see("gradient of what is pruned", pruned.weight_orig.grad[pruned.weight_mask == 0])
    print(prune.is_pruned(pruned), prune.is_pruned(prune.remove(pruned, "weight")), list(pruned.state_dict()))
    see("weight", pruned.weight)


@case()
def what_is_refused(torch, see):
    """An amount is a count or a share; nothing can be removed that was not pruned."""
    prune = room(torch)
    for amount in (1.5, -1, 13, "much"):
        with see.refusal(f"{amount}"):
            prune.l1_unstructured(layer(torch), "weight", amount=amount)
    with see.refusal("not pruned"):
        prune.remove(layer(torch), "weight")
    with see.refusal("a mask of another shape"):
        prune.custom_from_mask(layer(torch), "weight", torch.ones(4, 3))
