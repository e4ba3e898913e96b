"""Sums, products and functions of sparse tensors, and what of them would not stay sparse."""
from minitorch_compat.parity import chapter

case = chapter("sparse.arithmetic")


def pair(torch):
    x = torch.sparse_coo_tensor([[0, 1, 1], [2, 0, 2]], [4.0, -3.0, 5.0], (2, 3), check_invariants=False).coalesce()
    y = torch.sparse_coo_tensor([[1, 0], [2, 1]], [2.0, 7.0], (2, 3), check_invariants=False)
    return x, y


def parts(x):
    return [x._indices(), x._values(), list(x.shape), x.is_coalesced()]


@case()
def sums(torch, see):
    """Two sparse tensors give a sparse one, a dense and a sparse one a dense one, in this order alone."""
    x, y = pair(torch)
    dense = torch.ones(2, 3)
    see("sparse", parts(x + y.coalesce()))
    see("not in order", parts(y + x))
    see("difference", parts(x - y.coalesce()))
    see("scaled", parts(torch.add(x, y.coalesce(), alpha=0.5)))
    see("dense", dense + x)
    see("dense, scaled", torch.sub(dense, x, alpha=0.1))
    see("in place", dense.add_(y, alpha=3))
    for words, attempt in (
        ("sparse first", lambda: x + dense), ("a number", lambda: x + 1), ("other sizes", lambda: x + x.t()),
        ("in place of a sparse one", lambda: x.add_(dense)),
    ):
        with see.refusal(words):
            attempt()


@case()
def products(torch, see):
    """Products stay where both factors are; numbers keep the places."""
    x, y = pair(torch)
    dense = torch.arange(6.0).reshape(2, 3)
    see("by a number", parts(x * 2))
    see("by a sparse one", parts(x * y))
    see("by a dense one", parts(x * dense))
    see("dense first", parts(dense * x))
    see("by a row", parts(x * torch.tensor([1.0, 2.0, 3.0])))
    see("divided", parts(x / 4))
    see("floor", parts(x // 2))
    see("in place", parts(x.clone().mul_(3)))
    with see.refusal("divided by a tensor"):
        x / dense


@case()
def functions_of_zero(torch, see):
    """What leaves zero zero is done entry by entry; each place has its whole value first."""
    x = torch.sparse_coo_tensor([[1, 1, 0]], [1.0, 2.0, -0.5], (3,), check_invariants=False)
    for name in ("abs", "neg", "sign", "floor", "relu", "square", "isnan", "signbit", "trunc"):
        see(name, parts(getattr(x, name)()))
    see("power", parts(x**3))
    with see.refusal("in place"):
        x.abs_()
    with see.refusal("to the zeroth"):
        x**0
    see("others", sorted(
        name for name in ("exp", "cos", "sigmoid", "log", "reciprocal", "acos") if refused(getattr(x, name))
    ))


def refused(function):
    """Whether a function has no kernel for sparse tensors; the text goes on with torch's build, and is not compared."""
    try:
        function()
    except NotImplementedError as error:
        return str(error).startswith(f"Could not run 'aten::{function.__name__}' with arguments from the 'SparseCPU'")
    return False


@case()
def matrices(torch, see):
    """Sparse by dense is dense, sparse by sparse is sparse; zeros that cancel stay."""
    x = torch.sparse_coo_tensor([[0, 1, 1], [2, 0, 2]], [4.0, -3.0, 5.0], (3, 3), check_invariants=False)
    dense = torch.arange(9.0).reshape(3, 3)
    see("dense", x @ dense)
    see("dense first", dense @ x)
    see("vector", x @ torch.tensor([1.0, 2.0, 3.0]))
    see("sparse", parts(torch.sparse.mm(x, x.t())))
    see("addmm", torch.sparse.addmm(dense, x, dense, beta=0.5, alpha=2))
    see("as rows", parts(torch.hspmm(x, dense)))
    see("as entries", parts(torch.smm(x, dense)))
    for words, attempt in (
        ("sizes", lambda: x @ torch.ones(2, 2)), ("sparse sizes", lambda: torch.sparse.mm(x, x[:, 0].unsqueeze(0))),
        ("dtypes", lambda: x @ dense.double()), ("no tensor", lambda: torch.sparse.mm(x, 1)),
    ):
        with see.refusal(words):
            attempt()


@case()
def sums_along_dimensions(torch, see):
    """A sum is sparse as long as a sparse dimension is left."""
    x, _ = pair(torch)
    rows = torch.sparse_coo_tensor([[2, 0, 2]], [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], (3, 2), check_invariants=False)
    see("all", x.sum())
    see("columns", parts(x.sum(0)))
    see("rows kept", parts(torch.sparse.sum(x, 1)))
    see("entries added", torch.sparse.sum(rows, 0))
    see("entries reduced", parts(torch.sparse.sum(rows, 1)))
    see("integers", [torch.sparse.sum(x.long()), torch.sparse.sum(x, dtype=torch.float64)])
    see("norm", x.norm())
    see("any", x.any())


@case()
def softmax_of_what_is_stored(torch, see):
    """What is not stored counts as minus infinity."""
    x, _ = pair(torch)
    see("rows", parts(torch.sparse.softmax(x.double(), 1)))
    see("columns", parts(torch.sparse.softmax(x.double(), 0)))
    see("logarithm", parts(torch.sparse.log_softmax(x.double(), 1)))
