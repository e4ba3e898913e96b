"""Gradients that are sparse, and gradients of sparse tensors."""
from minitorch_compat.parity import chapter

case = chapter("sparse.gradients")


def parts(x):
    return [x._indices(), x._values(), list(x.shape), x.is_coalesced()]


@case()
def a_table_has_a_sparse_gradient(torch, see):
    """One entry for each row that was looked up, in their order; padding has none."""
    weight = torch.arange(8.0).reshape(4, 2).requires_grad_()
    lookup = torch.nn.functional.embedding
    lookup(torch.tensor([[1, 3], [1, 0]]), weight, padding_idx=3, sparse=True).pow(2).sum().backward()
    see("gradient", parts(weight.grad))
    see("text", repr(weight.grad))
    with see.refusal("by frequency"):
        lookup(torch.tensor([1]), weight, sparse=True, scale_grad_by_freq=True).sum().backward()


@case()
def bags_have_sparse_gradients(torch, see):
    """Each place has its share of the gradient of its bag."""
    weight = torch.ones(4, 2, requires_grad=True)
    bag = torch.nn.functional.embedding_bag
    for mode in ("sum", "mean"):
        weight.grad = None
        bag(torch.tensor([1, 2, 1, 3]), weight, torch.tensor([0, 2]), mode=mode, sparse=True).sum().backward()
        see(mode, parts(weight.grad))
    weight.grad = None
    bag(
        torch.tensor([[1, 2]]), weight, mode="sum", sparse=True, per_sample_weights=torch.tensor([[2.0, 3.0]])
    ).sum().backward()
    see("weights of places", parts(weight.grad))
    with see.refusal("max"):
        bag(torch.tensor([[1, 2]]), weight, mode="max", sparse=True)


@case()
def gradients_meet(torch, see):
    """Sparse and sparse stay sparse, dense and sparse become dense, whichever comes first."""
    lookup = torch.nn.functional.embedding
    weight = torch.ones(3, 2, requires_grad=True)
    lookup(torch.tensor([1, 0]), weight, sparse=True).sum().backward()
    lookup(torch.tensor([2]), weight, sparse=True).mul(torch.tensor([2.0, 3.0])).sum().backward()
    see("sparse twice", parts(weight.grad))
    (weight * weight).sum().backward()
    see("then dense", weight.grad)
    weight.grad = None
    (lookup(torch.tensor([1, 1]), weight, sparse=True).sum() + (weight * 3).sum()).backward()
    see("both at once", weight.grad)
    weight.grad = None
    seen = []
    weight.register_hook(lambda g: seen.append([g.is_sparse, g._nnz()]))
    lookup(torch.tensor([1, 1]), weight * 2, sparse=True).sum().backward()
    see("seen by a hook", seen)
    see("through a product", parts(weight.grad))


@case()
def values_have_gradients(torch, see):
    """The values that a sparse tensor was made of receive what arrives at their places."""
    values = torch.tensor([3.0, 4.0, 5.0], requires_grad=True)

    def made():
        return torch.sparse_coo_tensor([[0, 1, 0], [1, 0, 1]], values, (2, 2), check_invariants=False)

    x = made()
    see("steps", [x.grad_fn.name(), x.coalesce().values().grad_fn.name(), x.to_dense().grad_fn.name()])
    (x.to_dense() ** 2).sum().backward()
    see("dense", values.grad)
    values.grad = None
    made().coalesce().values().pow(2).sum().backward()
    see("coalesced", values.grad)


@case()
def matrices_have_gradients(torch, see):
    """torch.sparse.mm keeps the gradient of a sparse factor at its places, mm does not."""
    def leaf():
        x = torch.sparse_coo_tensor([[0, 1], [1, 0]], [2.0, 3.0], (2, 2), check_invariants=False).coalesce()
        return x.requires_grad_(), torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)

    x, y = leaf()
    out = torch.sparse.mm(x, y)
    see("step", out.grad_fn.name())
    out.pow(2).sum().backward()
    see("sparse", parts(x.grad))
    see("dense", y.grad)
    x, y = leaf()
    (x @ y).pow(2).sum().backward()
    see("of mm", x.grad)
    x, _ = leaf()
    torch.sparse.softmax(x, 1).to_dense().sum().backward()
    see("of softmax", parts(x.grad))
    x, _ = leaf()
    torch.sparse.sum(x, 0).to_dense().mul(torch.tensor([5.0, 7.0])).sum().backward()
    see("of a sum", parts(x.grad))


@case()
def steps_along_sparse_gradients(torch, see):
    """SGD, Adagrad and SparseAdam touch the rows that have a gradient; weight decay would touch all."""
    def trained(name, **options):
        weight = torch.linspace(-1, 1, 8, dtype=torch.float64).reshape(4, 2).requires_grad_()
        optimiser = getattr(torch.optim, name)([weight], lr=0.1, **options)
        for step in range(3):
            optimiser.zero_grad()
            rows = torch.tensor([step, 3, step])
            torch.nn.functional.embedding(rows, weight, sparse=True).pow(2).sum().backward()
            optimiser.step()
        return weight.detach(), optimiser

    for name, options in (
        ("SGD", {}), ("SGD", {"momentum": 0.9}), ("SGD", {"momentum": 0.9, "nesterov": True}), ("Adagrad", {}),
        ("SparseAdam", {}),
    ):
        see(" ".join([name, *options]), trained(name, **options)[0])
    see("kept", sorted(trained("SparseAdam")[1].state_dict()["state"][0]))
    for words, attempt in (
        ("Adam", lambda: trained("Adam")), ("RMSprop", lambda: trained("RMSprop")),
        ("decay", lambda: trained("SGD", weight_decay=0.1)), ("decay of Adagrad", lambda: trained(
            "Adagrad", weight_decay=0.1)),
        ("dense", lambda: dense_step(torch)),
    ):
        with see.refusal(words):
            attempt()


def dense_step(torch):
    weight = torch.ones(2, requires_grad=True)
    weight.sum().backward()
    torch.optim.SparseAdam([weight]).step()
