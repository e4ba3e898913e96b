"""Programs of sparse tensors, one or more to a line, each run on both sides; the last expression is what is compared."""
# ruff: noqa: E501

NAMES = """
i = torch.tensor([[0, 1, 1, 0], [2, 0, 2, 2]])
v = torch.tensor([3.0, 4.0, 5.0, 1.0])
def S(): return torch.sparse_coo_tensor(i, v, (3, 3))
def C(): return S().coalesce()
def H(): return torch.sparse_coo_tensor([[0, 2, 0]], [[0.25, 0.5, 1.0], [-1.0, -1.5, 2.0], [3.0, 4.0, 5.0]], (3, 3), dtype=torch.float64)
def E(): return torch.sparse_coo_tensor(size=(3, 3))
def Z(): return torch.sparse_coo_tensor([[0, 1], [2, 0]], [1 + 2j, 3 - 1j], (3, 3))
def I(): return torch.sparse_coo_tensor([[0, 1, 1], [2, 0, 0]], [4, -7, 9], (3, 3))
def B(): return torch.sparse_coo_tensor([[0, 1, 1], [2, 0, 0]], [True, False, True], (3, 3))
def D(): return torch.arange(9.0).reshape(3, 3) - 2
def V(): return torch.tensor([1.0, -2.0, 0.5])
def O(): return torch.sparse_coo_tensor(torch.empty(0, 1, dtype=torch.long), torch.tensor([2.0]), ())
def R(): return S().requires_grad_()
def RC(): return C().requires_grad_()
def RD(): return D().requires_grad_()
"""
"""What programs begin with: tensors that are made anew each time."""

CONVERSIONS = r"""
S() | C() | H() | torch.sparse_coo_tensor(size=(2,3))
torch.sparse_coo_tensor(torch.zeros(1,0,dtype=torch.long),torch.zeros(0,2),(3,2))
torch.sparse_coo_tensor(torch.zeros(0,1,dtype=torch.long),torch.ones(1),())
torch.sparse_coo_tensor(torch.zeros(0,1,dtype=torch.long),torch.ones(1,2,3),(2,3))
torch.sparse_coo_tensor(torch.arange(2000)[None],torch.arange(2000.),(2000,)) | H()*2 | S().long()
S().to(torch.bool) | torch.nn.Parameter(C()) | S().stride() | S().storage_offset() | S().is_contiguous() | S().type()
S().nbytes | S().element_size() | S().itemsize | S().data_ptr() | S().storage() | S().numpy() | S().tolist()
S().item() | bool(S()) | len(S()) | list(S()) | S().layout | S().is_sparse | S().is_leaf | S().data
S().detach()._version | S()._is_view() | S()[0] | S()[0,2] | S()[0:1] | S()[:,2] | S()[...,0] | S()[None] | S()[S()]
H().indices() | H().coalesce().values() | S().values() | S().indices() | S().H | S().mT | S().T | S().real | S().imag
S().shape | S().size(0) | S().stride(0) | S().ndim | S().numel() | S().dim_order() | format(S(),'')
torch.is_tensor(S()) | torch.numel(S()) | S() == S() | S()+1 | 1+S() | S()-1 | 2*S() | S()*2 | 2/S() | S()/S()
S()/C().to_dense() | S()//2 | S()%2 | S()**2 | S()**0 | 2**S() | S()@S() | S()@C().to_dense() | C().to_dense()@S()
S()>0 | ~S() | S().new_tensor([1.]) | S().new_zeros(2,2) | S().new_empty(2,2) | S().new_full((2,),1.)
torch.zeros_like(S()) | torch.ones_like(S()) | torch.empty_like(S()) | torch.full_like(S(),2.) | torch.rand_like(S())
torch.zeros(2,3,layout=torch.sparse_coo) | torch.empty(2,3,layout=torch.sparse_coo)
torch.ones(2,3,layout=torch.sparse_coo) | S().is_pinned() | S().to_sparse() | S().to_dense().to_sparse(1)
torch.tensor([[0,1.],[2,0]]).to_sparse() | torch.tensor([[0,1.],[2,0]]).to_sparse(3) | torch.tensor(2.).to_sparse()
torch.tensor([[0,1.],[2,0]]).to_sparse(layout=torch.sparse_coo)
torch.tensor([[0,1.],[2,0]]).to_sparse(layout=torch.strided) | S().to_dense(dtype=torch.float64) | H().to_dense()
S().sparse_mask(C()) | S().to_dense().sparse_mask(C()) | S().to_dense().sparse_mask(S())
torch.ones(3,3).sparse_mask(torch.ones(3,3)) | torch.ones(2,3).sparse_mask(C())
S().sparse_dim(),S().dense_dim(),S()._nnz() | torch.ones(2)._nnz() | torch.ones(2)._indices()
torch.ones(2)._values() | torch.ones(2).sparse_resize_((2,),1,0) | S().clone().sparse_resize_((4,4),2,0)
S().clone().sparse_resize_((2,2),2,0) | S().clone().sparse_resize_and_clear_((4,4,2),2,1) | torch.ones(2).is_sparse
copy.deepcopy(S()) | copy.deepcopy(C()).is_coalesced() | copy.copy(S()) | pickle.loads(pickle.dumps(C()))
S().share_memory_() | S().is_shared() | torch.is_floating_point(S()) | S().is_nonzero() | S().char()
S().to('cpu') is S() | S().to(torch.float64) | S().double().dtype | S().type(torch.float64)
S().type_as(C().double()) | S().cpu() is S() | S().contiguous() | S().clone(memory_format=torch.contiguous_format)
S().view(9) | S().reshape(9) | S().flatten() | S().squeeze() | S().unsqueeze(0) | H().unsqueeze(2) | S().t()
S().transpose(0,1) | H().transpose(0,1) | H().t() | S().permute(1,0) | torch.permute(S(),(1,0)) | S().select(0,1)
S().select(1,2) | S().index_select(0,torch.tensor([1,0])) | S().index_select(1,torch.tensor([2])) | S().narrow(0,0,1)
S().narrow_copy(0,0,1) | torch.cat([S(),S()]) | torch.cat([S(),S()],1) | torch.cat([S(),S().to_dense()])
torch.cat([S().to_dense(),S()]) | torch.stack([S(),S()]) | torch.vstack([S(),S()]) | torch.hstack([S(),S()])
S().sum() | S().sum(0) | S().sum((0,1)) | S().sum(1,keepdim=True) | S().mean() | S().norm() | S().norm(1)
torch.linalg.norm(S()) | S().any() | S().all() | S().max() | S().unbind() | S().split(1) | S().copy_(C())
S().to_dense().copy_(S()) | S().clone().copy_(S().to_dense()) | S().to_dense().add_(S())
S().clone().add_(S().to_dense()) | S().clone().zero_() | S().clone().fill_(1) | S().to_dense()+S()
S()+S().to_dense() | S()+S() | S()-S() | S()-S().to_dense() | S().to_dense()-S() | S()*S() | S()*S().to_dense()
S().to_dense()*S() | S().to_dense().mul_(S()) | torch.add(S(),S(),alpha=2) | torch.add(S().to_dense(),S(),alpha=2)
torch.sub(S(),S(),alpha=2) | S().abs() | S().neg() | S().sqrt_() | C().clone().sqrt_()
"""

GRADIENTS = r"""
C().unsqueeze(0) | C().unsqueeze(1) | C().unsqueeze(2) | C().unsqueeze(-1) | C().unsqueeze(5) | H().unsqueeze(1)
C().sum(0) | C().sum(1) | C().sum(-1) | C().sum((0,1)) | C().sum([]) | C().sum(2) | C().sum((0,0)) | H().sum(0)
H().sum(1) | H().sum((0,1)) | H().sum() | I().sum() | I().sum(0) | B().sum() | B().sum(0)
C().sum(dtype=torch.float64) | C().sum(0,dtype=torch.float64) | C().sum(0,keepdim=True) | C().sum((0,1),keepdim=True)
H().sum(1,keepdim=True) | E().sum() | E().sum(0) | O().sum() | torch.sparse.sum(C()) | torch.sparse.sum(C(),0)
torch.sparse.sum(C(),(0,1)) | torch.sparse.sum(H(),1) | torch.sparse.sum(H(),0)
torch.sparse.sum(C(),dtype=torch.float64) | torch.sparse.sum(C(),0,dtype=torch.float64) | torch.sparse.sum(C(),())
torch.sparse.sum(D()) | torch.sparse.sum(D(),0) | torch.sparse.sum(C(),[0])
torch.sparse.sum(I(),0,dtype=torch.float32) | torch.sparse.softmax(C(),0) | torch.sparse.softmax(C(),1)
torch.sparse.softmax(S(),1) | torch.sparse.softmax(H(),0) | torch.sparse.softmax(H(),1) | torch.sparse.softmax(H(),-1)
torch.sparse.log_softmax(C(),1) | torch.sparse.log_softmax(H(),0) | torch.sparse.log_softmax(H(),1)
torch.sparse.softmax(C(),2) | torch.sparse.softmax(D(),1) | torch.sparse.softmax(I(),1)
torch.sparse.softmax(I(),1,dtype=torch.float32) | torch.sparse.softmax(E(),0) | C().softmax(0) | torch.softmax(C(),0)
F.softmax(C(),0) | F.log_softmax(C(),0) | torch.sparse.softmax(C(),0,torch.float64)
x=RC(); torch.sparse.softmax(x,1).to_dense().mul(D()).sum().backward(); x.grad
x=RC(); torch.sparse.log_softmax(x,1).to_dense().mul(D()).sum().backward(); x.grad
x=R(); torch.sparse.softmax(x,0).to_dense().mul(D()).sum().backward(); x.grad
x=H().requires_grad_(); torch.sparse.softmax(x,1).to_dense().mul(D()).sum().backward(); x.grad
x=R(); x.sum().backward(); x.grad | x=RC(); x.sum().backward(); x.grad
x=RC(); (x.sum(0).to_dense()*V()).sum().backward(); x.grad | x=R(); (x.sum(0).to_dense()*V()).sum().backward(); x.grad
x=R(); torch.sparse.sum(x).backward(); x.grad
x=R(); torch.sparse.sum(x,1).to_dense().mul(V()).sum().backward(); x.grad
x=H().requires_grad_(); torch.sparse.sum(x,0).mul(V()).sum().backward(); x.grad
x=H().requires_grad_(); torch.sparse.sum(x,1).to_dense().mul(V()).sum().backward(); x.grad
x=R(); y=x.sum(0); y.grad_fn.name() | x=R(); y=x.sum((0,1)); y.backward(); x.grad
x=RC(); x.to_dense().sum().backward(); x.grad | x=R(); x.to_dense().mul(D()).sum().backward(); x.grad
x=RC(); x.to_dense(masked_grad=False).sum().backward(); x.grad
x=R(); x.coalesce().values().mul(2).sum().backward(); x.grad
x=R(); x.coalesce().values().sum().backward(); x.grad.is_coalesced()
w=v.clone().requires_grad_(); torch.sparse_coo_tensor(i,w,(3,3)).to_dense().mul(D()).sum().backward(); w.grad
w=v.clone().requires_grad_(); torch.sparse_coo_tensor(i,w,(3,3)).coalesce().values().pow(2).sum().backward(); w.grad
w=v.clone().requires_grad_(); torch.sparse_coo_tensor(i,w,(3,3)).sum().backward(); w.grad
w=v.clone().requires_grad_(); torch.sparse_coo_tensor(i,w).to_dense().pow(2).sum().backward(); w.grad
w=v.clone().requires_grad_(); y=torch.sparse_coo_tensor(i,w,(3,3)); (y+y*2-y/4).to_dense().mul(D()).sum().backward(); w.grad
w=v.clone().requires_grad_(); y=torch.sparse_coo_tensor(i,w,(3,3)); (y*y).to_dense().sum().backward(); w.grad
w=v.clone().requires_grad_(); y=torch.sparse_coo_tensor(i,w,(3,3)); (y*D()).to_dense().sum().backward(); w.grad
w=v.clone().requires_grad_(); y=torch.sparse_coo_tensor(i,w,(3,3)); (y@D()).sum().backward(); w.grad
w=v.clone().requires_grad_(); y=torch.sparse_coo_tensor(i,w,(3,3)); torch.sparse.mm(y,D()).sum().backward(); w.grad
w=v.clone().requires_grad_(); y=torch.sparse_coo_tensor(i,w,(3,3)); torch.sparse.mm(y,y).to_dense().sum().backward(); w.grad
x=RC(); d=RD(); (x@d).mul(D()).sum().backward(); (x.grad, d.grad)
x=RC(); d=RD(); torch.sparse.mm(x,d).mul(D()).sum().backward(); (x.grad, d.grad)
x=R(); d=RD(); torch.sparse.mm(x,d).mul(D()).sum().backward(); (x.grad, d.grad)
x=RC(); d=RD(); torch.sparse.addmm(RD(),x,d,beta=2,alpha=.5).mul(D()).sum().backward(); (x.grad, d.grad)
x=RC(); d=RD(); (d@x).mul(D()).sum().backward(); (x.grad, d.grad)
x=RC(); y=RC(); torch.sparse.mm(x,y).to_dense().mul(D()).sum().backward(); (x.grad, y.grad)
x=RC(); y=RC(); (x@y).to_dense().mul(D()).sum().backward(); (x.grad, y.grad)
x=RC(); d=V().requires_grad_(); (x@d).mul(V()).sum().backward(); (x.grad,d.grad)
x=RC(); d=V().requires_grad_(); torch.mv(x,d).mul(V()).sum().backward(); (x.grad,d.grad)
x=RC(); d=RD(); torch.mm(x,d).grad_fn.name() | x=RC(); d=RD(); torch.addmm(d,x,d).sum().backward(); (x.grad,d.grad)
d=RD(); torch.mm(C(),d).mul(D()).sum().backward(); d.grad
d=RD(); torch.sparse.mm(C(),d).mul(D()).sum().backward(); d.grad
x=RC(); d=RD(); (x*d).to_dense().mul(D()).sum().backward(); (x.grad,d.grad)
x=RC(); d=RD(); (d*x).to_dense().mul(D()).sum().backward(); (x.grad,d.grad)
x=RC(); d=RD(); (d+x).mul(D()).sum().backward(); (x.grad,d.grad)
x=RC(); d=RD(); (d-x).mul(D()).sum().backward(); (x.grad,d.grad)
x=RC(); y=RC(); (x*y).to_dense().mul(D()).sum().backward(); (x.grad,y.grad)
x=RC(); y=RC(); (x+y).to_dense().mul(D()).sum().backward(); (x.grad,y.grad)
x=RC(); y=RC(); (x-y).to_dense().mul(D()).sum().backward(); (x.grad,y.grad)
x=RC(); (x*3).to_dense().mul(D()).sum().backward(); x.grad
x=RC(); (x/4).to_dense().mul(D()).sum().backward(); x.grad | x=RC(); (-x).to_dense().mul(D()).sum().backward(); x.grad
x=RC(); x.norm().backward(); x.grad | x=R(); x.norm().backward(); x.grad | x=RC(); x.norm(1).backward(); x.grad
x=RC(); x.norm(3).backward(); x.grad | C().norm(3) | C().norm(float('inf')) | C().norm(0) | C().norm(dim=0)
C().norm(dim=(0,1)) | C().norm('fro') | torch.norm(C()) | torch.norm(S()) | torch.norm(I()) | torch.norm(H(),2)
x=RC(); x.t().to_dense().mul(D()).sum().backward(); x.grad
x=RC(); x.transpose(0,1).to_dense().mul(D()).sum().backward(); x.grad
x=RC(); x.permute(1,0).to_dense().mul(D()).sum().backward(); x.grad
x=RC(); x.unsqueeze(0).to_dense().mul(D()).sum().backward(); x.grad
x=RC(); x.index_select(0,torch.tensor([1,0])).to_dense().sum().backward(); x.grad
x=RC(); x.narrow_copy(0,0,1).to_dense().sum().backward(); x.grad
x=RC(); x.select(0,1).to_dense().sum().backward(); x.grad
x=RC(); torch.cat([x,x]).to_dense().mul(torch.ones(6,3)).sum().backward(); x.grad
x=RC(); torch.stack([x,x]).to_dense().sum().backward(); x.grad | x=RC(); x[0].to_dense().sum().backward(); x.grad
x=RC(); x.clone().to_dense().sum().backward(); x.grad | x=RC(); x.double().to_dense().sum().backward(); x.grad
x=RC(); x.abs().to_dense().mul(D()).sum().backward(); x.grad
x=RC(); x.sqrt().to_dense().mul(D()).sum().backward(); x.grad | x=RC(); x.sin().to_dense().sum().backward(); x.grad
x=RC(); x.tanh().to_dense().sum().backward(); x.grad | x=RC(); x.relu().to_dense().sum().backward(); x.grad
x=RC(); x.pow(2).to_dense().sum().backward(); x.grad | x=RC(); x.square().to_dense().sum().backward(); x.grad
x=RC(); x.expm1().to_dense().sum().backward(); x.grad | x=RC(); x.floor().to_dense().sum().backward(); x.grad
x=RC(); x.log1p().to_dense().sum().backward(); x.grad | x=RC(); x.sinh().to_dense().sum().backward(); x.grad
x=RC(); x.neg().to_dense().sum().backward(); x.grad | x=RC(); x.deg2rad().to_dense().sum().backward(); x.grad
x=RC(); x.nan_to_num().to_dense().sum().backward(); x.grad | x=RC(); x.sgn().to_dense().sum().backward(); x.grad
x=RC(); x.erf().to_dense().sum().backward(); x.grad
d=RD(); d.to_sparse().coalesce().values().pow(2).sum().backward(); d.grad
d=RD(); d.to_sparse(1).to_dense().mul(D()).sum().backward(); d.grad
d=RD(); d.sparse_mask(C()).to_dense().mul(D()).sum().backward(); d.grad
x=RC(); x.sparse_mask(C()).to_dense().mul(D()).sum().backward(); x.grad
d=RD(); d.to_sparse().sum().backward(); d.grad
x=RC(); x.sparse_mask(S()).to_dense().mul(D()).sum().backward(); x.grad
x=RC(); y=x*2; y.retain_grad(); y.to_dense().sum().backward(); y.grad
x=RC(); x.to_dense().sum().backward(); x.to_dense().sum().backward(); x.grad
x=RC(); y=x.to_dense(); y.sum().backward(); y.sum().backward()
x=RC(); y=(x*x).to_dense().sum(); y.backward(); y.backward() | x=RC(); x.backward()
x=RC(); (x*2).backward(C()); x.grad | x=RC(); (x*2).backward(D()); x.grad
x=RC(); torch.autograd.grad((x*2).to_dense().sum(),x)[0]
x=RC(); torch.autograd.grad((x*x).to_dense().sum(),x,create_graph=True)[0]
x=RC(); g=torch.autograd.grad((x*x).to_dense().sum(),x,create_graph=True)[0]; g.to_dense().sum().backward(); x.grad
"""

OPERATIONS = r"""
C()%2 | C()%C() | C()==0 | C()!=C() | C()<2 | C()&1 | C()|1 | C()^1 | I()&1 | I()&I() | I()<<1 | C().fmod(2)
C().remainder(2) | C().copysign(1.) | C().clamp(0) | C().clamp(min=0.) | C().clamp_min(0) | C().clamp_(0)
C().lerp(C(),.5) | C().maximum(C()) | C().max() | C().max(0) | C().min() | C().argmax() | C().mean() | C().mean(0)
C().prod() | C().all() | C().std() | C().var(0) | C().log() | C().exp() | C().cos() | C().sigmoid()
torch.sigmoid(C()) | F.relu(C()) | F.gelu(C()) | torch.relu(C()) | C().relu_() | torch.where(C(),1,0) | C().fill_(2)
C().masked_fill(C(),1) | C().view(9) | C().squeeze(0) | C().expand(3,3,3) | C().repeat(2,2) | C().flip(0)
C().roll(1) | C().tril() | C().diag() | C().diagonal() | C().trace() | C().nonzero() | C().sort() | C().topk(1)
C().unique() | C().cumsum(0) | C().dot(C()) | C().inverse() | torch.linalg.inv(C()) | C().det()
torch.linalg.norm(C()) | C().allclose(C()) | C().equal(C()) | torch.equal(C(),C()) | torch.allclose(C(),C())
C().uniform_() | C().normal_() | C().bernoulli() | C().take(torch.tensor([0])) | C().gather(0,torch.tensor([[0]]))
C().chunk(2) | C().split(1) | C().reciprocal() | C().rsqrt() | 1/C() | 2//C() | C().atan2(C()) | C().hypot(C())
C().erfc() | C().lgamma() | C().count_nonzero() | C().median() | C().logsumexp(0) | C().bitwise_not()
C().logical_not() | C().new_ones(2) | torch.ones_like(C()) | C().float_power(2) | C().outer(C())
torch.einsum('ij,jk->ik',C(),D()) | torch.bmm(torch.stack([C(),C()]),torch.stack([D(),D()]))
torch.bmm(torch.stack([D(),D()]),torch.stack([C(),C()])) | torch.mm(C(),torch.ones(2,2)) | C()@torch.ones(2)
C()@torch.ones(3,2) | C().mv(V()) | V()@C() | C()@V() | C().mm(I()) | C().mm(D().double()) | C().double()@D()
torch.sparse.mm(C(),V()) | torch.sparse.mm(D(),D()) | torch.sparse.mm(D(),C()) | torch.sparse.mm(C(),C())
torch.sparse.mm(C(),D().long()) | torch.addmm(D(),C(),D()) | torch.addmm(D(),C(),D(),beta=.5,alpha=2)
torch.addmm(V(),C(),D()) | torch.addmm(C(),C(),D()) | torch.addmm(D(),D(),C()) | D().addmm(C(),D())
D().addmm_(C(),D()) | torch.smm(C(),D()) | torch.hspmm(C(),D()) | torch.sspaddmm(C(),C(),D()) | C().smm(D())
torch.sparse.addmm(D(),C(),D(),beta=0) | torch.sparse.addmm(D(),D(),D()) | torch.matmul(C(),torch.ones(2,3,3))
torch.mm(H(),D().double()) | torch.spmm(C(),D()) | torch.dsmm(C(),D()) | Z()@D().to(torch.complex64) | I()@D().long()
C().matrix_power(2) | F.linear(D(),C()) | F.linear(C(),D()) | torch.mm(S(),S()) | torch.mm(E(),D())
torch.mm(E(),E()) | torch.mm(C(),D(),out=torch.empty(3,3)) | torch.sparse.mm(C(),D(),'sum') | C()*torch.tensor(2.)
torch.tensor(2.)*C() | C()*True | I()*2.5 | I()*True | I()*I() | B()*B() | C()*I() | I()/2 | I()//2 | I()/2.
C()/torch.tensor(2) | C()/torch.tensor([2]) | C()//torch.tensor(2) | C().div(2,rounding_mode='floor')
S().div(2,rounding_mode='trunc') | S().div(2) | C().div_(2) | S().floor_divide_(2) | C().mul_(2) | I().mul_(2.5)
I().div_(2) | C()*V() | V()*C() | C()*torch.ones(3,1) | C()*torch.ones(2,3,3) | C()*torch.ones(2) | H()*V()
H()*torch.ones(3,1) | H()*D() | S()*D() | S()*C() | C()*S() | C()*H() | H()*H() | C()*E() | E()*C() | E()+C()
C()+E() | C()+H() | H()+H() | D()+H() | V()+C() | torch.ones(1,3,3)+C() | C()+I() | I()+I() | B()+B() | D()+I()
D().long()+C() | D().long().add_(C()) | C()+O() | O()+O() | torch.tensor(1.)+O() | C()-V() | C().sub_(C())
C().add_(S()) | C().add_(I()) | I().add_(C()) | C().add_(C(),alpha=2) | C().add(C(),alpha=2.5)
I().add(I(),alpha=2.5) | C().add(1) | C()+'a' | C()*'a' | C()*None | D().mul_(C()) | D().sub_(C())
D().add_(C(),alpha=3) | D().add(C()) | torch.add(C(),D()) | torch.mul(C(),2,out=C()) | torch.add(C(),C(),out=E())
torch.add(D(),C(),out=D()) | B()|B() | Z()*Z() | Z()+Z() | Z()*2j | C()*2j | Z().abs() | Z().conj() | Z().real
Z().imag | Z().angle() | Z().sgn() | C()**2 | C()**0.5 | C()**-1 | C()**C() | C().pow(torch.tensor(2.)) | I()**2
I()**-1 | S()**3 | C().pow_(2) | C().square_() | C().sin_() | S().sin_() | S().neg_() | S().abs_() | I().sin()
I().sin_() | I().sqrt() | I().abs() | I().sgn() | I().floor() | C().round(decimals=1) | H().sin() | C().isnan()
S().isinf() | C().signbit() | C().nan_to_num(1.) | C().relu() | I().relu() | C().asin() | C().arctan() | C().frac()
C().ceil() | C().trunc() | C().deg2rad() | I().deg2rad() | C().erfinv() | C().log1p() | C().expm1_()
C().positive() is not None | I().signbit() | I().isposinf() | B().abs() | B().neg() | I().neg() | torch.sin(C())
torch.sin(C(),out=C()) | torch.abs(S()) | torch.sin(I(),out=E()) | RC().sin_() | R().mul_(2) | R().zero_()
x=RC()*2; x.sin_().to_dense().sum().backward(); x.grad_fn.name()
x=RC(); y=x*2; y.mul_(3); y.to_dense().sum().backward(); x.grad
x=RC(); y=x*2; y.add_(x); y.to_dense().sum().backward(); x.grad | d=D(); d.add_(RC()); d.grad_fn.name()
d=D(); x=RC(); d.add_(x,alpha=2); d.mul(D()).sum().backward(); x.grad
d=D(); x=RC(); d.mul_(x); d.sum().backward(); x.grad | x=C(); x.requires_grad=True; x.requires_grad
I().requires_grad_() | x=I(); x.requires_grad=True | R().numpy() | R().detach() | R().data | (R()*2).detach_()
(R()*2).requires_grad_(False) | S().is_same_size(D()) | torch.is_same_size(S(),D()) | torch.get_device(S())
S().get_device() | S().is_cpu | S().device | S().is_sparse_csr | S().is_quantized | S().is_meta | S().names | S().name
S().is_leaf | S().output_nr | S()._version | x=S(); x.mul_(2); x._version | x=S(); x.detach().mul_(2); x._version
x=C(); x.values().mul_(2); x | x=S(); x._values().add_(1); x | x=S(); y=x.detach(); y.zero_(); x | C().indices()
C().values() | C().crow_indices() | S().to_sparse(1) | H().to_sparse(2) | H().to_sparse(1) | D().to_sparse(0)
D().to_sparse(-1) | D().to_sparse(layout=torch.sparse_coo,dense_dim=1) | D().bool().to_sparse()
torch.zeros(0,3).to_sparse() | torch.zeros(3,0).to_sparse() | torch.zeros(2,2).to_sparse()
torch.tensor([float('nan'),0.]).to_sparse() | D().to_sparse_coo() | C().to_sparse_coo()
D().double().to_sparse().dtype | torch.empty(2,3,0).to_sparse(2)
torch.save(C(),(b:=io.BytesIO())); b.seek(0); torch.load(b)
b=io.BytesIO(); torch.save({'a':C(),'b':R()},b); b.seek(0); list(torch.load(b).values())
b=io.BytesIO(); torch.save(H(),b); b.seek(0); torch.load(b,weights_only=False) | copy.deepcopy(R())
copy.deepcopy(C()).is_coalesced() | copy.deepcopy(R()*2)
m=torch.nn.Embedding(3,2,sparse=True); m(torch.tensor([1,1])).sum().backward(); copy.deepcopy(m.weight).grad
m=torch.nn.Embedding(3,2,sparse=True); m(torch.tensor([1,1])).sum().backward(); copy.copy(m.weight.grad)
pickle.loads(pickle.dumps(R())) | x=C(); y=copy.copy(x); y.mul_(0); x
"""

SHAPES = r"""
C().diff() | C().ldexp(D()) | C().type_as(I()) | C().index_select(-1,torch.tensor([0,0]))
C().index_select(0,torch.tensor([5])) | H().index_select(1,torch.tensor([2,0]))
C().index_select(0,torch.tensor([],dtype=torch.long)) | C().narrow_copy(1,1,2) | C().narrow_copy(1,1,3)
C().narrow_copy(0,-1,1) | H().narrow_copy(1,0,2) | C().select(0,3) | C().select(2,0) | H().select(1,0)
H().select(0,0) | C()[5] | C()[0,0,0] | C()[True] | C()[torch.tensor([0])] | H()[0] | H()[:,1] | H()[0,1] | C()[-1]
C()[None,0] | C()[...] | C()[:] | C()[()] | C().t_() | C().transpose_(0,1) | C().swapaxes(0,1) | C().movedim(0,1)
C().permute(0) | C().permute(0,0) | H().permute(1,0) | H().permute(0,1) | C().permute(0,1) | E().t() | C().adjoint()
Z().adjoint() | Z().H | Z().mH | C().mT | torch.transpose(C(),0,1) | torch.t(H()) | O().t() | C().unsqueeze_(0)
C().squeeze_() | C().T | torch.cat([C(),E()]) | torch.cat([C(),H().float()]) | torch.cat([H(),H()])
torch.cat([H(),H()],1) | torch.cat([C(),torch.sparse_coo_tensor(size=(2,3))])
torch.cat([C(),torch.sparse_coo_tensor(size=(3,2))]) | torch.cat([C(),I()]) | torch.cat([C(),C()],dim=2)
torch.cat((C(),)) | torch.cat([]) | torch.concat([C(),C()]) | torch.stack([C(),C()],1) | torch.stack([C(),C()],-1)
torch.stack([H(),H()],2) | torch.vstack([C()[0],C()[1]]) | torch.hstack([C()[0],C()[1]]) | torch.dstack([C(),C()])
torch.column_stack([C(),C()]) | torch.block_diag(C(),C()) | torch.atleast_2d(C()[0]) | torch.atleast_3d(C())
C().bool() | C().half() | C().half().coalesce() | S().half().coalesce() | S().bfloat16().coalesce()
S().bfloat16().to_dense() | S().half().to_dense() | C().int() | C().to(torch.int8) | C().to(dtype=torch.float64)
C().to(D().double()) | C().to('cpu',torch.float64) | C().to(torch.float32,copy=True) | x=C(); x.to(torch.float32) is x
x=C(); x.float() is x | C().cdouble() | B().coalesce() | I().coalesce() | Z().coalesce() | Z().to_dense()
B().to_dense() | I().to_dense()
torch.sparse_coo_tensor([[0,0]],torch.tensor([200,100],dtype=torch.uint8),(2,)).to_dense()
torch.sparse_coo_tensor([[0,0]],torch.tensor([200,100],dtype=torch.uint8),(2,)).coalesce() | S().to_dense().dtype
E().to_dense() | O().to_dense() | H().to_dense() | torch.zeros_like(H()) | torch.zeros_like(C(),dtype=torch.long)
torch.empty_like(H()).dense_dim() | torch.zeros_like(C(),layout=torch.strided)
torch.zeros_like(D(),layout=torch.sparse_coo) | C().new_zeros((2,)) | C().new_empty(1,2,dtype=torch.long)
C().new_tensor([[1]]) | H().new_zeros(2,2) | torch.zeros(2,layout=torch.sparse_coo,requires_grad=True)
torch.full((2,),1.,layout=torch.sparse_coo) | torch.tensor([1.],layout=torch.sparse_coo)
repr(torch.sparse_coo_tensor([[0,1]],[[1.5,2.25],[1e6,-3]],(2,2)))
repr(torch.sparse_coo_tensor(torch.arange(1200)[None],torch.arange(1200.)*1.5,(5000,)))
repr(torch.sparse_coo_tensor(torch.zeros(2,0,dtype=torch.long),torch.zeros(0,3,dtype=torch.float64),(2,2,3)))
repr(Z()) | repr(B()) | repr(I().int()) | str(C()) | '{}'.format(C()) | f'{C()}' | repr(RC()*2) | repr(RC().double())
repr([C()]) | torch.set_printoptions(precision=2); repr(C()/3)
repr(torch.nn.ParameterList([torch.nn.Parameter(C())]))
repr(torch.sparse_coo_tensor([[0]],[True],(3,),dtype=torch.bool))
repr(torch.sparse_coo_tensor(torch.arange(40)[None],torch.arange(40.)/7,(100,)))
m=torch.nn.Embedding(5,2,sparse=True); m | torch.nn.EmbeddingBag(5,2,sparse=True)
m=torch.nn.Embedding(5,2,sparse=True,max_norm=1.); m(torch.tensor([0,1])).sum().backward(); m.weight.grad
m=torch.nn.Embedding(5,2,sparse=True,padding_idx=0); m(torch.tensor([[0,1],[2,0]])).sum().backward(); m.weight.grad
m=torch.nn.Embedding(5,2,sparse=True); m(torch.tensor([0,1])).sum().backward(); m.zero_grad(); m.weight.grad
m=torch.nn.Embedding(5,2,sparse=True); m(torch.tensor([0,1])).sum().backward(); m.zero_grad(set_to_none=False); m.weight.grad
m=torch.nn.Embedding(5,2,sparse=True).double(); m(torch.tensor([1,1])).pow(2).sum().backward(); m.weight.grad.coalesce().dtype
m=torch.nn.EmbeddingBag(5,2,sparse=True,mode='sum'); m(torch.tensor([1,1,2]),torch.tensor([0,2]),per_sample_weights=torch.tensor([1.,2.,3.])).sum().backward(); m.weight.grad
m=torch.nn.EmbeddingBag(5,2,sparse=True,mode='max') ; m(torch.tensor([[1,1,2]]))
m=torch.nn.Embedding(5,2,sparse=True); o=m(torch.tensor([0,1])); o.retain_grad(); o.sum().backward(); o.grad
m=torch.nn.Embedding(5,2,sparse=True); h=[]; m.weight.register_hook(lambda g: h.append((g.is_sparse,g._nnz()))); m(torch.tensor([0,1,1])).sum().backward(); h
m=torch.nn.Embedding(5,2,sparse=True); m.weight.register_hook(lambda g: g*2); m(torch.tensor([0,1,1])).sum().backward(); m.weight.grad
m=torch.nn.Embedding(5,2,sparse=True); m.weight.register_hook(lambda g: g.to_dense()); m(torch.tensor([0,1,1])).sum().backward(); m.weight.grad
m=torch.nn.Embedding(5,2,sparse=True); h=[]; m.weight.register_post_accumulate_grad_hook(lambda p: h.append(p.grad._nnz())); m(torch.tensor([0,1,1])).sum().backward(); h
m=torch.nn.Embedding(3,2,sparse=True,scale_grad_by_freq=True); m(torch.tensor([0])).sum().backward()
m=torch.nn.Embedding(3,2,sparse=True); m(torch.tensor([5]))
w=torch.ones(3,2,requires_grad=True); w.grad=torch.sparse_coo_tensor([[0]],[[1.,2]],(3,2)); w.grad
w=torch.ones(3,2,requires_grad=True); w.grad=torch.sparse_coo_tensor([[0]],[[1.,2]],(4,2))
w=torch.ones(3,2,requires_grad=True); w.grad=C()
m=torch.nn.Embedding(3,2,sparse=True); torch.autograd.functional.jacobian(lambda w: F.embedding(torch.tensor([0]),w,sparse=True),m.weight)
w=RD(); F.embedding(torch.tensor([0,1]),w*w,sparse=True).sum().backward(); w.grad
w=RD(); F.embedding(torch.tensor([0,1]),w.t(),sparse=True).sum().backward(); w.grad
w=RD(); F.embedding(torch.tensor([0,1]),w+1,sparse=True).sum().backward(); w.grad
w=RD(); F.embedding(torch.tensor([0,1]),w.exp(),sparse=True).sum().backward(); w.grad
w=RD(); F.embedding(torch.tensor([0,1]),w.clone(),sparse=True).sum().backward(); w.grad
with_=torch.no_grad(); RC().mul(2).requires_grad | x=RC(); y=x.detach(); y.requires_grad | x=RC(); x.is_leaf
x=C(); x.requires_grad_(); (x*x).coalesce().values().sum().backward(); x.grad | x=RC(); x.coalesce() is x
x=RC(); x.values().sum().backward(); x.grad | x=R(); x.coalesce().indices().requires_grad
x=RC(); x.values().grad_fn.name() | x=RC(); x._values().requires_grad
x=RC(); x.to_dense().grad_fn.next_functions[0][0].name() | torch.equal(C().to_dense(),C().to_dense())
torch.testing.assert_close(C(),C()) | torch.testing.assert_close(C(),C()*2) | torch.is_nonzero(O()) | bool(O())
float(O()) | O().item() | int(I().sum()) | len(E()) | [each.shape for each in C()] | 1.0 in C()
torch.nn.utils.clip_grad_norm_([torch.nn.Parameter(torch.ones(2))],1.)
torch.nn.utils.parameters_to_vector([torch.nn.Parameter(C())])
m=torch.nn.Linear(3,3,bias=False); m.weight=torch.nn.Parameter(C()); m(D())
m=torch.nn.Module(); m.register_buffer('b',C()); m.state_dict()['b']
m=torch.nn.Module(); m.b=torch.nn.Parameter(C()); m.double().b.dtype
m=torch.nn.Module(); m.b=torch.nn.Parameter(C()); [n for n,_ in m.named_parameters()]
m=torch.nn.Module(); m.register_buffer('b',C()); m.load_state_dict({'b':C()*2}); m.b
torch.sparse.check_sparse_tensor_invariants.is_enabled()
torch.sparse.check_sparse_tensor_invariants.enable(); x=torch.sparse.check_sparse_tensor_invariants.is_enabled(); torch.sparse.check_sparse_tensor_invariants.disable(); x
c=torch.sparse.check_sparse_tensor_invariants(); c.__enter__(); r=torch.sparse.check_sparse_tensor_invariants.is_enabled(); c.__exit__(); (r,torch.sparse.check_sparse_tensor_invariants.is_enabled())
c=torch.sparse.check_sparse_tensor_invariants(); c.__enter__(); c.__enter__()
torch.sparse.check_sparse_tensor_invariants(True)(lambda: torch.sparse_coo_tensor([[5]],[1.],(2,)))()
torch.sparse.mm() | torch.sparse.mm(1) | torch.sparse.mm(C()) | torch.sparse.addmm(1,2,3) | torch.sparse.softmax(C())
torch.sparse.softmax(1,2) | torch.sparse.log_softmax(C(),'a') | torch.sparse_coo_tensor(1) | torch.sparse.nothing
S().sparse_mask(1) | S().coalesce(1) | S().to_dense('a') | S().add() | S().mul() | S().index_select(0) | S().sum('a')
S().transpose(0) | S().sparse_resize_((3,3)) | C()._coalesced_(False) | E()._nnz()
"""

COMPARISONS = r"""
torch.testing.assert_close(C(),C()) | torch.testing.assert_close(C(),C()*2) | torch.testing.assert_close(S(),C())
torch.testing.assert_close(S(),S()) | torch.testing.assert_close(C(),I()) | torch.testing.assert_close(C(),D())
torch.testing.assert_close(C(),C().double()) | torch.testing.assert_close(C(),E())
torch.testing.assert_close(C(),C().t().coalesce()) | torch.testing.assert_close([C()],[C()*1.5])
torch.testing.assert_close(C(),C().double(),check_dtype=False)
torch.testing.assert_close(C(),C().to_dense(),check_layout=False) | torch.testing.assert_close(E(),E())
"""

HOOKS = r"""
w=torch.ones(3,2,requires_grad=True); h=[]; w.register_hook(lambda g: h.append(told(g)) and None); F.embedding(torch.tensor([0,1,1]),w,sparse=True).sum().backward(); h
m=torch.nn.Embedding(3,2,sparse=True,_weight=torch.ones(3,2)); h=[]; m.register_full_backward_hook(lambda m,gi,go: h.append((gi,tuple(go[0].shape)))); m(torch.tensor([0,1])).sum().backward(); h
w=torch.ones(3,2,requires_grad=True); o=F.embedding(torch.tensor([0,1]),w,sparse=True); h=[]; o.grad_fn.register_hook(lambda gi,go: h.append([None if g is None else g.is_sparse for g in gi])); o.sum().backward(); h
w=torch.ones(3,2,requires_grad=True); o=F.embedding(torch.tensor([0,1]),w*1,sparse=True); h=[]; o.grad_fn.next_functions[0][0].register_prehook(lambda g: h.append(g[0].is_sparse)); o.sum().backward(); (h,w.grad)
w=torch.ones(3,2,requires_grad=True); c=w.clone(); c.retain_grad(); F.embedding(torch.tensor([0,1]),c,sparse=True).sum().backward(); [c.grad,w.grad]
w=torch.ones(3,2,requires_grad=True); c=w.clone(); c.register_hook(lambda g: g*5); F.embedding(torch.tensor([0,1]),c,sparse=True).sum().backward(); w.grad
torch.autograd.set_detect_anomaly(True); w=torch.ones(3,2,requires_grad=True); F.embedding(torch.tensor([0,1]),w,sparse=True).sum().backward(); torch.autograd.set_detect_anomaly(False); w.grad
w=torch.ones(3,2,requires_grad=True); torch.utils.checkpoint.checkpoint(lambda w: F.embedding(torch.tensor([0,1]),w,sparse=True).sum(),w,use_reentrant=False).backward(); w.grad
w=torch.ones(3,2,requires_grad=True); y=F.embedding(torch.tensor([0,1]),w,sparse=True); torch.autograd.grad(y.sum(),w,allow_unused=True)[0]
w=torch.ones(3,2,requires_grad=True); v2=torch.ones(2,requires_grad=True); y=F.embedding(torch.tensor([0,1]),w,sparse=True); torch.autograd.grad(y.sum(),[w,v2],allow_unused=True)
w=torch.ones(3,2,requires_grad=True); y=F.embedding(torch.tensor([0,1]),w,sparse=True); torch.autograd.backward([y.sum(),y.sum()],inputs=[w]); w.grad
x=RC(); y=x*2; y.backward(torch.ones(2)) | x=RC(); y=(x*2).to_dense(); y.backward(C())
x=RC(); y=(x*2).to_dense(); y.backward(C()); x.grad | x=RC(); torch.autograd.grad(x.to_dense().sum(),x,C())
x=RC(); x.to_dense().backward(torch.ones(3,3,dtype=torch.float64)); x.grad
x=RC(); y=x.to_dense(); x.detach().mul_(2); y.sum().backward(); x.grad
x=RC(); y=x*x; x.detach().mul_(2); y.to_dense().sum().backward(); x.grad
x=R(); (x*x).to_dense().sum().backward(); x.grad
x=RC(); y=x.clone(); y.zero_(); y.to_dense().sum().backward(); x.grad
w=torch.ones(3,2,requires_grad=True); opt=torch.optim.SGD([w],lr=.1,momentum=.5); F.embedding(torch.tensor([0,1]),w,sparse=True).sum().backward(); opt.step(); copy.deepcopy(opt.state_dict()['state'][0]['momentum_buffer'])
w=torch.ones(3,2,requires_grad=True); opt=torch.optim.SGD([w],lr=.1,momentum=.5); F.embedding(torch.tensor([0,1]),w,sparse=True).sum().backward(); opt.step(); o2=torch.optim.SGD([w],lr=.1,momentum=.5); o2.load_state_dict(opt.state_dict()); o2.step(); w.detach()
w=torch.nn.Parameter(torch.ones(3,2)); opt=torch.optim.SparseAdam([{'params':[w],'lr':.5}]); F.embedding(torch.tensor([0,1]),w,sparse=True).sum().backward(); opt.step(); s=opt.state_dict(); [s['param_groups'][0], list(s['state'][0]), s['state'][0]['step']]
w=torch.nn.Parameter(torch.ones(3,2)); opt=torch.optim.SparseAdam([w],lr=torch.tensor(.5)); F.embedding(torch.tensor([0,1]),w,sparse=True).sum().backward(); opt.step(); w.detach().round(decimals=4)
torch.optim.SparseAdam([torch.nn.Parameter(C())])
opt=torch.optim.SparseAdam([torch.nn.Parameter(torch.ones(2))]); repr(opt)
sch=torch.optim.lr_scheduler.StepLR(torch.optim.SparseAdam([torch.nn.Parameter(torch.ones(2))],lr=1.),1); sch.get_last_lr()
isinstance(C(),torch.Tensor) | isinstance(torch.nn.Parameter(C()),torch.nn.Parameter) | torch.typename(C())
C().type('torch.DoubleTensor') | isinstance(C(),torch.sparse.FloatTensor) | C().__class__.__name__
hasattr(C(),'crow_indices') | torch.promote_types(C().dtype,torch.float64) | torch.result_type(C(),1.5)
torch.can_cast(C().dtype,torch.int) | C().dtype.is_floating_point | S().new(2,2) | C().numel()
x=C(); x.foo=3; copy.copy(x).foo | x=C(); x.foo=3; copy.deepcopy(x).foo | torch.vmap(lambda x: x*2)(C())
torch.func.grad(lambda x: x.to_dense().sum())(C()) | torch.compile(lambda x: x*2)(C())
torch.inference_mode()(lambda: (C()*2).is_inference())() | torch.no_grad()(lambda: (RC()*2).requires_grad)()
C().is_inference() | torch.sparse.FloatTensor() | torch.sparse.DoubleTensor(2,3) | torch.sparse.FloatTensor(i,v)
torch.sparse.FloatTensor(i,v,torch.Size([3,4])) | torch.sparse.FloatTensor((2,2)) | isinstance(C(),torch.FloatTensor)
isinstance(C().double(),torch.sparse.DoubleTensor) | isinstance(C(),torch.sparse.DoubleTensor)
isinstance(D(),torch.sparse.FloatTensor) | repr(torch.sparse.LongTensor) | torch.sparse.HalfTensor.is_sparse
"""
