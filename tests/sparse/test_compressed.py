"""Compressed layouts beside torch: what they print, hold and refuse, their conversions, products and gradients."""

from __future__ import annotations

import io
import pickle
import re
import warnings
from types import ModuleType
from typing import Any

import pytest

import minitorch_compat as engine

torch = pytest.importorskip("torch")

QUESTIONS = """
c | cc | br | bc | ci | b3 | hy | c.requires_grad_() | torch.zeros(2,3).to_sparse_csr() | d.double().to_sparse_csr()
d.bool().to_sparse_csc() | c.crow_indices() | c.col_indices() | c.values() | cc.ccol_indices() | cc.row_indices()
cc.crow_indices() | c.ccol_indices() | c.row_indices() | br.col_indices() | co.crow_indices() | d.crow_indices()
d.col_indices() | c.indices() | c._indices() | c._values() | c._nnz() | br._nnz() | b3._nnz() | c.layout
c.is_sparse | c.is_sparse_csr | cc.is_sparse_csr | br.is_sparse_csr | c.shape | c.stride() | c.dim() | c.numel()
c.dtype | c.device | c.is_coalesced() | c.coalesce() | c.sparse_dim() | c.dense_dim() | b3.sparse_dim()
b3.dense_dim() | hy.dense_dim() | c.is_contiguous() | c.size(0) | c.storage_offset() | c.data_ptr() | c.nbytes
c.element_size() | c.is_floating_point() | c.numpy() | c.tolist() | c.item() | len(c) | bool(c) | c.to_dense()
cc.to_dense() | br.to_dense() | bc.to_dense() | b3.to_dense() | hy.to_dense() | c.to_sparse() | cc.to_sparse()
c.to_sparse_coo() | br.to_sparse() | c.to_sparse_csr() is c | c.to_sparse_csc() | cc.to_sparse_csr()
co.to_sparse_csr() | co.to_sparse_csc() | c.to_sparse_bsr((2,2)) | co.to_sparse_bsr((2,2)) | br.to_sparse_csr()
bc.to_sparse_csc() | br.to_sparse_bsc((2,2)) | c.to_sparse(layout=torch.sparse_csc)
d.to_sparse(layout=torch.sparse_csr) | d.to_sparse(layout=torch.sparse_bsr,blocksize=(2,2))
d.to_sparse(layout=torch.sparse_bsr) | d.to_sparse_bsr(2) | d.to_sparse_bsr((3,3)) | d.to_sparse_bsr((0,2))
torch.ones(3).to_sparse_csr() | d.to_sparse(layout=torch.sparse_csr,blocksize=(2,2))
torch.tensor(1.).to_sparse_csr() | torch.sparse_csr_tensor([0,1,2],[0,1],[1.,2.])
torch.sparse_csr_tensor([0,1,2],[0,1],[1.,2.],(2,3))
torch.sparse_csr_tensor([0,1,2],[0,1],[1.,2.],(2,3),dtype=torch.float64)
torch.sparse_csr_tensor(torch.tensor([0,1,2],dtype=torch.int32),torch.tensor([0,1],dtype=torch.int32),torch.tensor([1,2]))
torch.sparse_csc_tensor([0,1,2],[0,1],[1.,2.],(2,2)) | torch.sparse_bsr_tensor([0,1],[0],[[[1.,2],[3,4]]],(2,2))
torch.sparse_bsc_tensor([0,1],[0],[[[1.,2],[3,4]]],(2,2))
torch.sparse_compressed_tensor([0,1,2],[0,1],[1.,2.],(2,2),layout=torch.sparse_csc)
torch.sparse_compressed_tensor([0,1,2],[0,1],[1.,2.])
torch.sparse_csr_tensor([0,1,2],[0,1],[1.,2.],requires_grad=True)
torch.sparse_csr_tensor([0,1,2],[0,5],[1.,2.],(2,3)) | torch.sparse_csr_tensor([0,1,3],[0,1],[1.,2.],(2,3))
torch.sparse_csr_tensor([1,1,2],[0,1],[1.,2.],(2,3)) | torch.sparse_csr_tensor([0,2,2],[1,0],[1.,2.],(2,3))
torch.sparse_csr_tensor([0,1,2],[0,1],[1.],(2,3)) | torch.sparse_csr_tensor([0,1,2],[0,1],[1.,2.],(3,3))
torch.sparse_csr_tensor([0.,1,2],[0,1],[1.,2.],(2,3))
torch.sparse_csr_tensor([0,1,2],torch.tensor([0,1],dtype=torch.int32),[1.,2.],(2,3))
torch.sparse_csr_tensor([0,2,1],[0,1],[1.,2.],(2,3)) | torch.sparse_csr_tensor([0,1,2],[0,1],[1.,2.],(2,))
torch.sparse_csr_tensor(torch.tensor([[0,1]]),[0],[1.],(1,1))
torch.sparse_csr_tensor([0,1,2],[0,-1],[1.,2.],(2,3)) | torch.sparse_csr_tensor([0,2,2],[1,1],[1.,2.],(2,3)) | c@d
c@d[:,0] | c@c | d@c | d@cc | cc@d | c.matmul(d) | torch.mm(c,d) | torch.mv(c,d[0]) | c.mv(d[0])
torch.sparse.mm(c,d) | torch.sparse.mm(c,c) | torch.addmm(d,c,d) | torch.sparse.addmm(d,c,d) | co@c | c@co | br@d
bc@d | torch.bmm(b3,torch.ones(2,4,2)) | c@torch.ones(3,2) | c@torch.ones(3) | ci@di | c@d.double() | c+c | c-c
c*c | c*2 | 2*c | c/2 | c+d | d+c | c*d | d*c | c+1 | -c | c.neg() | c.abs() | c.sin() | c.relu() | c.sqrt()
c.cos() | c.exp() | torch.sin(c) | c.add(c,alpha=2) | c*torch.tensor(2.) | c==c | c.pow(2) | c**2 | c.sign()
c.isnan() | c+ci | c.t() | c.T | c.transpose(0,1) | cc.t() | br.t() | c.mT | c.H | c.sum() | c.sum(0) | c.sum(1)
c.mean() | torch.sparse.sum(c) | c.norm() | c.max() | c.any() | c.all() | c.clone() | c.detach() | c.double()
c.to(torch.float64) | c.long() | c.to('cpu') is c | c.half() | c.float() is c | c.cpu() is c | c.zero_()
c.contiguous() | c.view(16) | c.reshape(16) | c[0] | c[0,1] | c[0,0] | c[1:] | c[:,0] | c.select(0,1)
c.select(1,1) | c[0].dtype | c.unsqueeze(0) | c.permute(1,0) | torch.cat([c,c]) | torch.stack([c,c])
torch.zeros_like(c) | torch.empty_like(c).shape | torch.ones_like(c) | torch.rand_like(c) | c.copy_(c*2) | c.add_(c)
c.mul_(2) | torch.linalg.solve(c,d[0]) | c.sparse_mask(c) | d.sparse_mask(c) | c.softmax(1)
torch.sparse.softmax(c,1) | c.argmax() | c.topk(1) | c.sort() | torch.equal(c,c) | torch.allclose(c,c)
c.is_same_size(c) | torch.where(c,c,c) | c.masked_select(c) | c.clamp(0) | c.dot(c)
torch.sparse.spdiags(torch.ones(2,3),torch.tensor([0,1]),(3,3),layout=torch.sparse_csr)
torch.sparse.check_sparse_tensor_invariants.is_enabled() | torch.einsum('ij,jk->ik',c,d)
torch.nn.functional.linear(d,c) | c.grad | c.is_leaf | c._version | hash(c)==id(c) | c.is_pinned() | c.type()
c.untyped_storage() | c.values().shape | c.flatten() | c.squeeze() | c.expand(4,4) | c.diagonal() | c.trace()
c.tril() | c.nonzero() | c.count_nonzero() | c.cumsum(0) | c.prod() | c.std() | c.flip(0)
c.index_select(0,torch.tensor([0])) | c.gather(0,torch.tensor([[0]])) | c.masked_fill(d>0,1) | c.bool() | c.round()
c.floor() | c.bitwise_not() | c.lt(1) | c.eq(0) | c.sub(1) | c.rsub(1) | c.div(c) | c.reciprocal() | c.rsqrt()
c.tanh() | c.sigmoid() | c.asin() | c.atan() | c.sinh() | c.tan() | c.expm1() | c.log1p() | c.trunc() | c.ceil()
c.erf() | c.erfinv() | c.rad2deg() | c.deg2rad() | c.sgn() | c.signbit() | c.isinf() | c.isposinf() | c.conj()
c.real | c.angle() | c.nan_to_num()
"""

OF_EACH = """
{x}.stride() | {x}.cos() | {x}+{x} | {x}*2 | {x}*{x} | {x}@{x} | {x}.t() | {x}.transpose(0,1) | {x}.transpose(-2,-1)
{x}.mT | {x}.sum() | {x}[0] | {x}.sin() | {x}.abs() | {x}.detach() | {x}.clone() | {x}.double() | {x}==0 | {x}/2
{x}-{x} | {x}.values() | {x}.to_dense() | {x}.to_sparse() | {x}.coalesce() | {x}.expand(4,4) | torch.zeros_like({x})
torch.ones_like({x}) | d@{x} | {x}@d | {x}@d[0] | -{x} | {x}.requires_grad | {x}.layout | {x}.t().to_dense()
{x}.to_sparse_csr() | {x}.to_sparse_csc() | {x}.to_sparse_bsr((2,2)) | {x}.to_sparse_bsc((1,2)) | {x}.select(0,0)
{x}.select(1,0) | {x}.sum(1,keepdim=True) | {x}.mean() | {x}+d | torch.addmm(d,{x},d) | torch.sparse.mm({x},d)
d.sparse_mask({x}) | {x}.is_contiguous() | {x}.nbytes | {x}.relu() | torch.sparse.sum({x}) | {x}.dense_dim()
{x}.sparse_dim() | torch.stack([{x},{x}]) | {x}*d | {x}.numpy() | {x}.type() | {x}.size() | {x}._nnz()
"""

OF_TWO = """
x1+x2 | x1*x2 | x1@x2 | x1.add(x2,alpha=3) | z | z.to_dense() | z@torch.ones(2,2,dtype=torch.complex64) | z.t()
z.abs() | torch.cat([x1,x2]) | x1.log1p()
torch.sparse.spdiags(torch.ones(2,3),torch.tensor([1,0]),(3,3),layout=torch.sparse_csr) | x1.mul_(2) | x1
x1.zero_() | torch.sparse_csr_tensor() | torch.sparse_csr_tensor(1,2,3,4,5)
torch.sparse_csr_tensor([0,1],[0],[1.],foo=1)
torch.sparse_csr_tensor([0,1],[0],[1.],(1,1),layout=torch.sparse_csc) | torch.sparse_coo | torch.sparse_bsr
torch.rand(2,2).to_sparse(layout=torch.sparse_csc,dense_dim=0).layout
torch.stack([torch.eye(2),torch.ones(2,2)]).to_sparse_csr()
"""

LACKED = """
b3.select(0,0) | b3.sum(1,keepdim=True) | b3@b3 | b3@d | b3[0] | bc+d | bc.select(1,0) | br+d | br.select(1,0)
c+co | c.fill_(1) | c.logical_not() | c.new_tensor([1]) | c.new_zeros(2) | c.resize_((5,5))
c.sum((0,),keepdim=True) | c.sum(1,keepdim=True) | d@b3 | d@hy | hy.select(0,0) | hy.select(1,0)
hy.sum(1,keepdim=True) | hy@d | hy@hy | hy[0] | iter(c) | torch.sparse.sampled_addmm(c,d,d)
torch.triangular_solve(d,c) | z.conj()
"""


def things(side: ModuleType) -> dict[str, Any]:
    t: Any = side
    d = t.tensor([[0, 1.0, 0, 2], [3, 0, 0, 0], [0, 0, 0, 0], [0, 4, 5, 0]])
    return {
        "torch": t, "d": d, "c": d.to_sparse_csr(), "cc": d.to_sparse_csc(), "br": d.to_sparse_bsr((2, 2)),
        "bc": d.to_sparse_bsc((2, 2)), "co": d.to_sparse(), "di": d.long(), "ci": d.long().to_sparse_csr(),
        "b3": t.stack([d, d * 2]).to_sparse_csr(),
        "hy": t.eye(3)[:, :, None].expand(3, 3, 2).contiguous().to_sparse_csr(dense_dim=1),
        "x1": t.tensor([[1.0, 0], [0, 2]]).to_sparse_csr(), "x2": t.tensor([[0, 3.0], [0, 4]]).to_sparse_csr(),
        "z": t.complex(t.eye(2), t.eye(2)).to_sparse_csr(),
    }  # fmt: skip


def told(value: Any) -> str:
    if hasattr(value, "grad_fn") and repr(value.layout) == "torch.strided":
        return repr((value, value.dtype, tuple(value.stride())))
    return repr(value)


def answer(names: dict[str, Any], expression: str) -> str:
    try:
        return told(eval(expression, dict(names)))
    except Exception as error:
        # torch goes on to list its backends, and the files of its build.
        return re.sub(r"(possible resolutions\.).*", r"\1", f"{type(error).__name__} {error}", flags=re.DOTALL)


def compare(expressions: list[str]) -> None:
    unchecked = (side.sparse.check_sparse_tensor_invariants(False) for side in (torch, engine))
    with warnings.catch_warnings(), next(unchecked), next(unchecked):
        warnings.simplefilter("ignore")
        one, other = things(torch), things(engine)
        for expression in expressions:
            assert answer(other, expression) == answer(one, expression), expression


def listed(text: str) -> list[str]:
    return [each.strip() for line in text.strip().split("\n") for each in line.split(" | ")]


@pytest.mark.parametrize("line", QUESTIONS.strip().split("\n"))
def test_rows_compressed(line: str) -> None:
    compare(listed(line))


@pytest.mark.parametrize("name", ["cc", "br", "bc", "hy", "b3"])
def test_other_layouts_batches_and_dense_dimensions(name: str) -> None:
    lacked = {*listed(LACKED), "hy.expand(4,4)", "b3.expand(4,4)"}
    compare([each for line in listed(OF_EACH) if (each := line.replace("{x}", name)) not in lacked])


def test_two_patterns() -> None:
    compare(listed(OF_TWO))


def test_what_is_lacking_says_so() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        names = things(engine)
        for expression in listed(LACKED):
            assert "does not have" in answer(names, expression), expression


def test_invariants_are_checked_where_that_is_asked() -> None:
    parts = (
        "[0, 1, 2], [0, 5], [1., 2.], (2, 3)", "[0, 1, 3], [0, 1], [1., 2.], (2, 3)",
        "[1, 1, 2], [0, 1], [1., 2.], (2, 3)", "[0, 2, 2], [1, 0], [1., 2.], (2, 3)", "[0, 1, 2], [0, 1], [1.], (2, 3)",
        "[0, 1, 2], [0, 1], [1., 2.], (3, 3)", "[0., 1, 2], [0, 1], [1., 2.], (2, 3)",
        "[0, 1, 2], torch.tensor([0, 1], dtype=torch.int32), [1., 2.], (2, 3)", "[0, 2, 1], [0, 1], [1., 2.], (2, 3)",
        "[0, 1, 2], [0, 1], [1., 2.], (2,)", "[[0, 1]], [0], [1.], (1, 1)", "[0, 1, 2], [0, -1], [1., 2.], (2, 3)",
        "[0, 2, 2], [1, 1], [1., 2.], (2, 3)", "[0, 1, 2], [0, 1], [1., 2.], (2, 3)",
    )
    compare([f"torch.sparse_{kind}_tensor({each}, check_invariants=True)" for kind in ("csr", "csc") for each in parts])


def gradients(side: ModuleType) -> list[str]:
    t: Any = side
    d = things(side)["d"]
    seen: list[Any] = []
    x = d.clone().requires_grad_()
    (x.to_sparse_csr() @ t.ones(4, 2)).sum().backward()
    v = t.tensor([1.0, 2.0], requires_grad=True)
    made = t.sparse_csr_tensor(t.tensor([0, 1, 2]), t.tensor([0, 1]), v, (2, 2))
    made.to_dense().sum().backward()
    seen += [x.grad, made, v.grad]
    for kind in ("csr", "csc"):
        p = getattr(d, f"to_sparse_{kind}")().requires_grad_()
        w = t.ones(4, 2, requires_grad=True)
        out = p @ w
        out.sum().backward()
        seen += [out, p.grad, w.grad]
        seen += [p.values(), p.t(), p.sum(), -p]
    q = d.to_sparse_csr().requires_grad_()
    q.values().sum().backward()
    seen += [q.grad]
    p = d.to_sparse_csr().requires_grad_()
    (p * 2).to_dense().sum().backward()
    seen += [p.grad]
    p.grad = None
    t.sparse.mm(p, t.ones(4, 2)).sum().backward()
    seen += [p.grad]
    with t.no_grad():
        p.mul_(3)
    seen += [p, p._version]
    return [told(each) for each in seen]


def test_gradients() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for one, other in zip(gradients(torch), gradients(engine), strict=True):
            assert other == one


@pytest.mark.parametrize("name", ["c", "cc", "br", "bc", "b3", "hy"])
def test_files_are_exchanged(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for writer, reader in ((torch, engine), (engine, torch), (engine, engine)):
            x, file = things(writer)[name], io.BytesIO()
            writer.save({"x": x}, file)
            file.seek(0)
            assert told(reader.load(file)["x"]) == told(things(reader)[name])
        assert told(pickle.loads(pickle.dumps(things(engine)[name]))) == told(things(engine)[name])


def test_the_first_one_warns() -> None:
    program = "torch.eye(2).to_sparse_csc()"
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        engine.set_warn_always(True)
        try:
            eval(program, {"torch": engine})
        finally:
            engine.set_warn_always(False)
    assert str(caught[0].message).startswith("Sparse CSC tensor support is in beta state. If you miss")
