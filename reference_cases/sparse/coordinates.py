"""Coordinates and values: how sparse tensors are made, shown, taken apart, copied and written down."""
from minitorch_compat.parity import chapter

case = chapter("sparse.coordinates")

PLACES = [[0, 1, 1, 0], [2, 0, 2, 2]]
VALUES = [3.0, 4.0, 5.0, 1.0]


def made(torch, **options):
    return torch.sparse_coo_tensor(PLACES, VALUES, (2, 3), check_invariants=False, **options)


def parts(x):
    return [x._indices(), x._values(), list(x.shape), x.is_coalesced()]


@case()
def places_may_come_twice(torch, see):
    """What is stored twice counts twice; coalescing puts the places in order and adds up."""
    x = made(torch)
    see("stored", parts(x))
    see("coalesced", parts(x.coalesce()))
    see("dense", x.to_dense())
    see("text", repr(x))
    see("counts", [x._nnz(), x.coalesce()._nnz(), x.sparse_dim(), x.dense_dim(), x.numel()])
    see("kind", [str(x.layout), x.is_sparse, x.to_dense().is_sparse, x.type(), x.is_contiguous(), x.stride()])


@case()
def entries_may_be_rows(torch, see):
    """With values of more dimensions each entry is a row, a matrix and so on."""
    x = torch.sparse_coo_tensor([[2, 0]], [[1.0, 2.0], [3.0, 4.0]], (3, 2), check_invariants=False)
    see("parts", parts(x))
    see("text", repr(x.double()))
    see("dense", x.to_dense())
    see("back", parts(x.to_dense().to_sparse(1)))
    see("no entries", repr(torch.sparse_coo_tensor(size=(2, 3), check_invariants=False)))


@case()
def the_size_is_the_smallest_that_fits(torch, see):
    """Without a size the largest coordinates decide."""
    see("size", list(torch.sparse_coo_tensor(PLACES, VALUES, check_invariants=False).shape))
    see("of rows", list(torch.sparse_coo_tensor([[1, 4]], [[1.0], [2.0]], check_invariants=False).shape))


@case()
def what_is_refused(torch, see):
    """Parts that do not fit together; places outside only where invariants are checked."""
    for words, attempt in (
        ("too few values", lambda: torch.sparse_coo_tensor(PLACES, [1.0], (2, 3), check_invariants=False)),
        ("a size too short", lambda: torch.sparse_coo_tensor(PLACES, VALUES, (2,), check_invariants=False)),
        ("places in a row", lambda: torch.sparse_coo_tensor([0, 1], [1.0, 2.0], (2,), check_invariants=False)),
        ("outside", lambda: torch.sparse_coo_tensor(PLACES, VALUES, (2, 2), check_invariants=True)),
        ("below zero", lambda: torch.sparse_coo_tensor([[-1]], [1.0], (2,), check_invariants=True)),
        ("out of order", lambda: torch.sparse_coo_tensor(
            [[1, 0]], [1.0, 2.0], (2,), check_invariants=True, is_coalesced=True)),
        ("integers with gradients", lambda: torch.sparse_coo_tensor(
            [[0]], [1], requires_grad=True, check_invariants=False)),
        ("nothing", lambda: torch.sparse_coo_tensor()),
        ("indices, not coalesced", lambda: made(torch).indices()),
        ("values, not coalesced", lambda: made(torch).values()),
        ("an array", lambda: made(torch).numpy()), ("a list", lambda: made(torch).tolist()),
        ("a storage", lambda: made(torch).untyped_storage()), ("a write", lambda: made(torch).__setitem__(0, 1)),
    ):
        with see.refusal(words):
            attempt()


@case()
def invariants_are_checked_on_request(torch, see):
    """In a block, in a decorated function, from now on, and no more."""
    check = torch.sparse.check_sparse_tensor_invariants
    seen = [check.is_enabled()]
    with check():
        seen.append(check.is_enabled())
        with see.refusal("inside"):
            torch.sparse_coo_tensor([[5]], [1.0], (2,))
        with check(False):
            seen.append(check.is_enabled())
    seen.append(check(True)(check.is_enabled)())
    seen.append(check.is_enabled())
    see("enabled", seen)


@case()
def zeros_and_copies(torch, see):
    """Zeros have no entries; a detached tensor shares the values, a clone does not."""
    x = made(torch)
    see("zeros", parts(torch.zeros(2, 3, layout=torch.sparse_coo)))
    see("zeros like", parts(torch.zeros_like(x)))
    shared, copy = x.detach(), x.clone()
    x._values().mul_(10)
    see("shared", parts(shared))
    see("copy", parts(copy))
    see("emptied", parts(x.zero_()))
    see("resized", [list(copy.sparse_resize_((4, 5), 2, 0).shape), copy._nnz()])
    with see.refusal("shrunk"):
        copy.sparse_resize_((1, 1), 2, 0)


@case()
def parts_of_a_tensor(torch, see):
    """Selecting, narrowing, joining and turning work on coordinates; a slice is a view, and there are none."""
    x = made(torch)
    see("row", parts(x[0]))
    see("column", parts(x[:, 2]))
    see("element", x[0, 2])
    see("rows", parts(x.index_select(0, torch.tensor([1, 1, 0]))))
    see("narrow", parts(x.narrow_copy(1, 1, 2)))
    see("turned", parts(x.t()))
    see("joined", parts(torch.cat([x, x], 1)))
    see("stacked", parts(torch.stack([x, x])))
    see("a new dimension", parts(x.unsqueeze(1)))
    see("masked", parts(torch.arange(6.0).reshape(2, 3).sparse_mask(x.coalesce())))
    for words, attempt in (
        ("a reshape", lambda: x.reshape(6)), ("an expansion", lambda: x.expand(2, 2, 3)),
        ("contiguous", lambda: x.contiguous()), ("out of range", lambda: x[2]), ("too many", lambda: x[0, 0, 0]),
    ):
        with see.refusal(words):
            attempt()
