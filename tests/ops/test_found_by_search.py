"""What random programs have found to differ, held beside torch."""
import ast
import itertools
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

import minitorch_compat as engine

torch = pytest.importorskip("torch")

FOUND = """
    torch.fft.ifftshift(m, dim=())
    torch.linalg.matrix_power(torch.eye(2), float("nan"))
    torch.linalg.matrix_power(torch.eye(2), True)
    torch.linalg.matrix_power(torch.eye(2), torch.tensor(2))
    torch.addmm(m.int(), torch.ones(2, 2).int(), m.int(), alpha=float("nan"), beta=3)
    torch.addbmm(m.byte(), torch.ones(1, 2, 2).byte(), m[None].byte(), alpha=300)
    torch.addmv(x.int()[:2], m.int(), torch.ones(3).int(), beta=float("inf"))
    torch.special.shifted_chebyshev_polynomial_w(m * 10, torch.tensor([1e9, 7.0, 1e9])).nan_to_num(7)
    torch.fft.fftshift(torch.tensor(1.0))
    torch.nn.functional.interpolate(m[None], scale_factor=1.7, mode=[1, 2])
    torch.nn.functional.linear(m[None], m[None])
    torch.nn.functional.linear(m, x, torch.ones(2))
    torch.linalg.vector_norm(torch.ones(0), -1)
    torch.linalg.norm(torch.ones(2, 0), float("inf"), dim=1)
    torch.linalg.vector_norm(torch.ones(0, 3), -2.5, dim=(1, 0))
    torch.linalg.matrix_norm(torch.ones(0, 3, requires_grad=True), 2, keepdim=True)
    torch.linalg.matrix_norm(torch.ones(2, 0), 1)
    torch.linalg.svdvals(torch.stack((m, m / 0 * 0)))
    torch.linalg.matrix_norm(m / 0 * 0, -2)
    torch.linalg.eig(torch.ones(2, 2) / 0)
    torch.kron(x, torch.ones(3))
    x // 2
    2 // x
    torch.linalg.cross(m, m)
    torch.linalg.cross(m.double(), m.double().flip(0) * 1.1)
    torch.trapezoid(m, m + x[0])
    torch.cumulative_trapezoid(m, m + x[0])
    torch.unravel_index(torch.tensor(7, dtype=torch.int32), (3, 4))[0]
    torch.dstack(())
    torch.hstack(())
    torch.column_stack(())
    torch.row_stack(())
    torch.linalg.vecdot(m + 1j, m + x[0])
    torch.linalg.vander(torch.tensor(2.0), N=2)
    torch.zeros(2, dtype=torch.uint8).fill_(-0.25)
    torch.full((2,), -1.0, dtype=torch.uint8)
    torch.tensor([-1.5], dtype=torch.uint8)
    torch.ones(2, 3).cumsum(False)
    torch.ones(2, 3).amax(True)
    torch.nn.functional.multilabel_margin_loss(7, torch.tensor(0))
    torch.ones(2, 3, dtype=torch.uint8).mul(200).sum(0, dtype=torch.uint8)
    torch.ones(2, 3).prod(1, dtype=torch.int32)
    torch.tensordot(torch.zeros(1, 1, 1, dtype=torch.uint8), torch.ones(2, 1, 2, dtype=torch.uint8), ([0, 1], [2, 0]))
    torch.unravel_index(torch.tensor([[7, 2]]), (3, 4))[1]
    torch.cat([torch.ones(2, 3, 2, 2).contiguous(memory_format=torch.channels_last)] * 2, 1)
    torch.native_layer_norm(m.half(), (3,), None, None, 1e-5)[1]
    torch.native_group_norm(m.bfloat16(), m[0].new_ones(3), None, 2, 3, 1, 1, 1e-5)[2]
    torch.tensor([False, True]).scatter_reduce(0, torch.tensor([0]), torch.tensor([True]), "amax", include_self=False)
    torch.index_add(m, 1, torch.tensor([5]), m[:, :1], alpha=2)
    torch.trapezoid(m + x[0], dx=2)
    torch.trapz(m.bfloat16(), dx=3.0)
    torch.nanquantile(m, 2.0)
    without_grad(torch.squeeze_copy, x)
    torch.diagonal_copy(torch.ones(3, 3), offset=1)
    torch.cumulative_trapezoid(torch.tensor([[4, 5, 6]]))
    torch.tensor([[0.0, 1], [1, 1]]).nonzero(as_tuple=True)[1]
    torch.nn.functional.pixel_shuffle(torch.ones(1, 4, 2, 2), 1)
"""


def shown(side: Any, expression: str) -> Any:
    def without_grad(function: Any, *given: Any) -> Any:
        with side.no_grad():
            return function(*given)

    x = side.tensor([1.0, 2.0], requires_grad=True)
    m = side.tensor([[0.1, 0.2, 0.3], [0.7, 0.9, 0.1]])
    try:
        made = eval(expression, {"torch": side, "x": x, "m": m, "without_grad": without_grad})
    except Exception as error:
        return type(error).__qualname__, str(error)
    return made.tolist(), str(made.dtype), made.stride(), names(made.grad_fn)


def names(node: Any) -> Any:
    return node and (node.name(), [names(each) for each, _ in node.next_functions])


@pytest.mark.parametrize("expression", [each.strip() for each in FOUND.strip().splitlines()])
def test_as_torch(expression: str) -> None:
    assert shown(engine, expression) == shown(torch, expression)


PROGRAMS = """
    torch.gradient(torch.tensor([1.1,2.3,3.7,5.9,8.3]), spacing=[torch.tensor([0.1,0.7,1.9,2.3,4.1])], edge_order=2)
    torch.gradient(torch.tensor([1.1,2.3,3.7,5.9,8.3]), spacing=[torch.tensor([0.1,0.7,1.9,2.3,4.1])], edge_order=1)
    torch.gradient(torch.tensor([1.1,2.3,3.7,5.9,8.3]), spacing=[torch.tensor([1,2,4,5,9])], edge_order=2)
    torch.gradient(torch.tensor([1,2,3,5,8]), spacing=[torch.tensor([1,2,4,5,9])], edge_order=2)
    torch.gradient(torch.tensor([1,2,3,5,8]), spacing=[torch.tensor([1,2,4,5,9])], edge_order=1)
    torch.gradient(torch.tensor([1,2,3,5,8]), spacing=[torch.tensor([1.,2,4,5,9])], edge_order=1)
    torch.gradient(torch.tensor([1,2,3,5,8]), spacing=2)
    torch.gradient(torch.tensor([1,2,3,5,8+2j]), spacing=2+1j, edge_order=2)
    x=torch.tensor([2.]).requires_grad_(); x.clone().acosh_().sum().backward()
    x=torch.tensor([2.]).requires_grad_(); x.clone().arcsinh_()
    x=torch.tensor([.2,.3]).requires_grad_(); y=x*2; y[0].atanh_(); y[1].backward()
    torch.tensor([2]).acosh_()
    v=torch.tensor([2.,3]).requires_grad_()*1; v[0].xlogy_(2); v
    x=torch.tensor([0.,.5]).requires_grad_(); torch.xlogy(x, -.5).sum().backward(); x.grad
    x=torch.tensor([0.,.5]).requires_grad_(); torch.xlogy(True, x)
    x=torch.tensor([0.,.5]).half().requires_grad_(); torch.special.xlog1py(x, 2)
    x=torch.tensor([0.,.5]).requires_grad_(); torch.special.xlog1py(x, -1).sum().backward(); x.grad
    torch.special.xlog1py(torch.tensor([.4,.7]).half()*3, torch.tensor([.4,.7]).half()*5)
    torch.special.xlog1py(torch.ones(2), 1j)
    torch.special.zeta(torch.ones(2).requires_grad_()*3, 2).sum().backward()
    torch.special.zeta(torch.ones(2).requires_grad_()*3, torch.ones(2)).sum().backward()
    torch.special.zeta(2, torch.ones(2).requires_grad_()*3)
    torch.norm(3)
    torch.norm(torch.ones(2), torch.ones(2).requires_grad_())
    torch.norm(torch.ones(2), [1, 2], 0, True)
    torch.norm(torch.ones(2), 2, 0.5)
    torch.norm(torch.ones(1, 2, 3), 'fro', dim=(0, 1, 2))
    torch.norm(torch.ones(1, 2, 3), 'nuc')
    torch.norm(torch.ones(1, 2, 3), 'nope', dim=(0, 1))
    torch.norm(torch.ones(2, dtype=torch.int32), dtype=torch.float32)
    torch.ones(2).norm(1j)
    torch.linalg.matrix_norm(torch.ones(3).long(), 7, dim=(1,))
    torch.ones(2).norm(dim=1.5)
    torch.nn.functional.normalize(torch.ones(2), p=torch.ones(2))
    x=torch.tensor(.1).requires_grad_(); torch.nn.functional.soft_margin_loss(x, x)
    torch.nn.functional.multi_margin_loss(torch.ones(2), torch.tensor(1), weight=torch.ones(2).requires_grad_())
    torch.nn.functional.multilabel_margin_loss(torch.ones(2), torch.tensor([.5, 3]))
    o,m,_=torch.native_layer_norm(torch.ones(2,3).requires_grad_(),(3,),None,None,1.); m.add_(1); o.sum().backward()
    x=torch.ones(1,3).requires_grad_(); _,m,r=torch.native_group_norm(x,None,None,1,3,1,1,1.); r.mul_(2); m.backward()
    m=torch.native_group_norm(torch.ones(1,3).requires_grad_(),None,None,1,3,1,1,1.)[1]; m.backward(); m.backward()
    x=torch.ones(1).requires_grad_(); torch.tensordot(torch.ones(1), x, 0)
    x=torch.ones(2,3,1).requires_grad_(); torch.tensordot(torch.ones(2,3), x, 2)
    x=torch.ones(1,2).requires_grad_(); torch.inner(torch.ones(2), x)
    torch.tensordot(torch.ones(1,1), torch.ones(2,1), dims=None)
    torch.tensordot(torch.ones(1,1), torch.ones(2,1), dims=[1,2])
    torch.tensordot(torch.ones(1,1), torch.ones(1,2), dims=torch.tensor([1]))
    torch.tensordot(torch.ones(1,1), torch.ones(1,2), dims=torch.ones(2,2))
    torch.broadcast_shapes((5,2), None, (3,2), 1.5)
    torch.broadcast_shapes(float('nan'), ())
    torch.ones(5).broadcast_to(2, 5)
    torch.ones(5).broadcast_to(-1)
    torch.meshgrid(torch.ones(2), torch.ones(2), indexing=1.5)
    x=torch.tensor([[1.,2],[3,4]]).requires_grad_(); torch.cdist(x, x, 2.0, 'use_mm_for_euclid_dist')
    x=torch.tensor([[[1.,2],[3,4]]]).requires_grad_(); torch.cdist(x, x[0], 2.0, 'use_mm_for_euclid_dist')
    torch.tensor([.2,0.,1,2,-1]).logit(float('nan'))
    torch.tensor([.25,0.,1,2,-1]).logit(.75)
    x=torch.tensor([.25,0.,1,2,-1]).requires_grad_(); x.logit(float('nan')).sum().backward(); x.grad
    x=torch.tensor([.25,0.,1,2,-1]).requires_grad_(); x.logit(-1).sum().backward(); x.grad
    x=torch.tensor([float('nan'),1]).requires_grad_(); x.nansum().backward(torch.tensor(float('inf'))); x.grad
    x=torch.tensor([float('nan'),1]).requires_grad_(); torch.autograd.grad(x.nansum()**2, x, create_graph=True)[0]
    torch.signal.windows.kaiser(1, sym=torch.ones(3))
    torch.signal.windows.gaussian(0, sym=torch.ones(3))
    torch.nn.functional.softmin(True, 0)
    torch.nn.functional.softmax(torch.ones(2), 1.5)
    torch.log_softmax(torch.ones(2), 1.5)
    torch.nn.functional.binary_cross_entropy_with_logits(torch.ones(2), torch.ones(2), pos_weight=torch.float64)
    torch.ones(5).masked_scatter_(torch.ones(5,5)>0, torch.ones(5,5))
    torch.ones(5).masked_scatter_(torch.ones(3)>0, torch.ones(5))
    (torch.ones(1,1)>0).expand(1,2).relu_()
    v=torch.ones(()).requires_grad_(); r=v.scatter_reduce(0,torch.tensor(0),v,'amin'); v.data += 1; r.backward(); v.grad
    v=torch.ones(()).requires_grad_(); r=v.index_reduce(0,torch.tensor([0]),v,'amax'); v.data += 1; r.backward(); v.grad
    x=torch.tensor([2.,3]).requires_grad_(); y=x.norm(float('inf')); x.data.mul_(0); y.backward(); x.grad
    x=torch.tensor([2.,3]).requires_grad_(); y=x.aminmax()[1]; x.data.mul_(0); y.backward(); x.grad
    x=torch.tensor([2.,3]).requires_grad_(); y=torch.dist(x, -x, float('inf')); x.data.mul_(0); y.backward(); x.grad
    torch.special.erfcx(torch.ones(2).bfloat16())
    torch.special.ndtri(torch.ones(2).half())
    torch.special.log_ndtr(torch.ones(2).half())
    torch.special.bessel_y1(torch.ones(2).half())
    torch.special.entr(torch.ones(2).half())
    torch.special.round(torch.tensor([1, 2]))
    torch.special.round(torch.tensor([1.25]).requires_grad_())
    torch.special.round(torch.ones(2), decimals=1.5)
    torch.trace(torch.ones(2,3) > 0)
    torch.corrcoef(torch.ones(2,2) > 0)
    torch.histc(torch.linspace(-1, 1, 101).half(), 7, -.7, .9)
    torch.histc(torch.linspace(-1, 1, 101).bfloat16(), 7)
    torch.histc(torch.linspace(-1, 1, 101), 30, -.7, .9)
    torch.histc(torch.ones(300).bfloat16(), 3, 0, 2)
    x=torch.tensor([2.,3]).requires_grad_(); y=x.median(); x.data.mul_(0); y.backward(); x.grad
    x=torch.zeros(1,2).requires_grad_(); torch.cdist(x, torch.ones(1,2), float('inf')).backward(); x.grad
    torch.nn.functional.multilabel_margin_loss(torch.tensor(1.1), None)
    torch.nn.functional.multi_margin_loss(torch.tensor([1.1]), None)
    torch.logspace(0,-3,1,dtype=torch.complex64)
    torch.logspace(1,-3,1,dtype=torch.complex128)
    torch.linspace(1,-3,1,dtype=torch.complex128)
    torch.linspace(torch.tensor(0),torch.tensor(-3),1,dtype=torch.complex64)
    torch.logspace(0,-3+2j,5,dtype=torch.complex128)
    torch.narrow_copy(torch.ones(4),0,0,5)
    torch.narrow_copy(torch.ones(4),0,5,1)
    torch.narrow_copy(torch.ones(4),0,-5,1)
    torch.narrow_copy(torch.tensor(1.),0,0,-1)
    torch.narrow_copy(torch.ones(4,requires_grad=True),0,0,5)
    torch.ones(4).gather(0,torch.tensor([0]),out=torch.ones(1))
    torch.gather(torch.ones(4),0,torch.tensor([0]),out=torch.ones(1))
    torch.ones(4).gather(dim=0,index=torch.tensor([0]),sparse_grad=True,out=None)
    torch.ones(4).sin(out=torch.ones(4))
    torch.ones(4).sum(0,out=torch.ones(()))
    torch.ones(4).sort(0,out=1)
    torch.ones(4).add(1,out=torch.ones(4))
    torch.ones(4).cumsum(0,out=torch.ones(4))
    torch.ones(4).index_select(0,torch.tensor([0]),out=torch.ones(1))
    torch.ones(4).take(torch.tensor([0]),out=torch.ones(1))
    torch.tensor(6.1).addr_(torch.ones(5),torch.ones(10))
    torch.tensor(6.1).addr(torch.ones(5),torch.ones(10))
    torch.ones(10).addr_(torch.ones(5),torch.ones(10))
    torch.ones(1,1,1).addr_(torch.ones(5),torch.ones(10))
    torch.ones(5,1).addr_(torch.ones(5),torch.ones(10))
    torch.ones(5,10).addr_(torch.ones(5,1),torch.ones(10))
    torch.tensor(True).addr_(torch.ones(5)>0,torch.ones(10)>0)
    torch.tensor(6).addr_(torch.ones(5),torch.ones(10))
    torch.ones(3).addmm_(torch.ones(2,3),torch.ones(3,4))
    torch.ones(2,1).addmm_(torch.ones(2,3),torch.ones(3,4))
    torch.ones(1,2,4).addmm_(torch.ones(2,3),torch.ones(3,4))
    torch.ones(()).addmm_(torch.ones(2,3),torch.ones(3,4))
    torch.ones(2,4).addmm_(torch.ones(2,5),torch.ones(3,4))
    torch.ones(3).addmv_(torch.ones(2,3),torch.ones(3))
    torch.ones(1).addmv_(torch.ones(2,3),torch.ones(3))
    torch.ones(()).addmv_(torch.ones(2,3),torch.ones(3))
    torch.ones(2,1).addmv_(torch.ones(2,3),torch.ones(3))
    torch.ones(5,2,2).baddbmm_(torch.ones(5,2,3),torch.ones(5,3,4))
    torch.ones(1,2,4).baddbmm_(torch.ones(5,2,3),torch.ones(5,3,4))
    torch.ones(2,4).baddbmm_(torch.ones(5,2,3),torch.ones(5,3,4))
    torch.addmv_(torch.ones(1),torch.ones(2,3),torch.ones(3))
    x=torch.tensor([0.,.5],requires_grad=True); y=torch.xlogy(x,-0.5); y.sum().backward(); (y,x.grad)
    x=torch.tensor([0.,.5],requires_grad=True); y=torch.xlogy(0.5,x); y.sum().backward(); (y,x.grad)
    x=torch.tensor([0.,.5],requires_grad=True); y=torch.special.xlog1py(x,-1.5); y.sum().backward(); (y,x.grad)
    x=torch.ones(2,requires_grad=True); torch.autograd.grad(torch.special.xlog1py(3,x).sum(),x,create_graph=True)
    x=torch.ones(2,requires_grad=True); torch.autograd.grad(torch.special.xlog1py(x,3).sum(),x,create_graph=True)
    x=torch.tensor([2.,.5],requires_grad=True); y=torch.special.zeta(3.,x); y.sum().backward(); (y,x.grad)
    x=torch.tensor([0.,.5],requires_grad=True); torch.special.zeta(x,3.).sum().backward()
    x=torch.tensor([0.,.5],requires_grad=True); (x*1).xlogy_(3)
    torch.special.xlog1py(3.3,torch.linspace(0,9,50).half())
    torch.special.zeta(torch.tensor([1,2]).bfloat16(),3.3)
    torch.special.xlog1py(3.,torch.tensor([1,2.]).to(torch.float8_e5m2))
    torch.any(torch.tensor([[4.8,0]]).byte().t(),dim=[],keepdim=True)
    torch.all(torch.tensor([4.8,0]),())
    torch.any(torch.ones(2).half(),[],out=torch.ones(2))
    torch.all(torch.ones(2).byte(),0,out=torch.ones(())>0)
    torch.logsumexp(torch.ones(2,1),())
    torch.logsumexp(torch.ones(0,2),())
    torch.logsumexp(torch.ones(2,1),(),True)
    torch.linalg.norm(torch.ones(2,2),dim=())
    torch.linalg.norm(torch.ones(2,2,2).long(),dim=[0,1,2])
    x=torch.tensor([1.,2,4]).requires_grad_(); torch.var(x,()).backward(); x.grad
    x=torch.tensor([1.,2,4]).requires_grad_(); torch.std(x,(),correction=2).backward(); x.grad
    x=torch.tensor([1.,2,4]).requires_grad_(); torch.var_mean(x,())[1].backward(); x.grad
    x=torch.tensor([1.,2,4]).requires_grad_(); torch.autograd.grad(torch.var(x,0),x,create_graph=True)
    x=torch.tensor([1.,2,4]).requires_grad_(); torch.autograd.grad(torch.var(x),x,create_graph=True)
    x=torch.linspace(.1,7.7,21).half().requires_grad_(); torch.autograd.grad(torch.std(x),x)
    x=torch.linspace(.1,7.7,21).bfloat16().requires_grad_(); torch.autograd.grad(torch.var(x,0),x)
    torch.zeros(5).int().masked_scatter_(torch.ones(5,5)>0, torch.ones(5,5).int())
    torch.zeros(5,1).masked_scatter_(torch.ones(5,5)>0, torch.ones(5,5))
    torch.zeros(5).masked_scatter_(torch.ones(5,5)>0, torch.ones(5,5).double())
    torch.index_add(torch.tensor(4).byte(),0,torch.tensor([0]),torch.tensor(9).byte(),alpha=-1)
    torch.index_add(torch.tensor([4]).to(torch.int8),0,torch.tensor([0]),torch.tensor([9]).to(torch.int8),alpha=300)
    torch.index_add(torch.tensor([1.5]),0,torch.tensor([0]),torch.tensor([2.5]),alpha=1j)
    torch.index_reduce(torch.tensor([-8]),0,torch.tensor([-8]),torch.tensor([-8]),'amin',include_self=False)
    torch.index_reduce(torch.ones(3,3),1,torch.tensor([7]),torch.ones(3,1),'amax',include_self=False)
    torch.index_reduce(torch.ones(3,3),1,torch.tensor([-1]),torch.ones(3,1),'amax',include_self=False)
    torch.index_reduce(torch.ones(3)>0,0,torch.tensor([5]),torch.ones(1)>0,'amin',include_self=False)
    v=torch.ones(0,1,3).double(); v[::2]=torch.tensor(.5+2j)
    v=torch.ones(0,3).double(); v.fill_(torch.tensor(1j))
    torch.tensor([[False,True]]).__imod__(0)
    torch.tensor([[False,True]]).fmod_(torch.tensor(0))
    torch.tensor([[1,2]]).byte().remainder_(0)
    (torch.ones(2)*1j).abs_()
    (torch.ones(2)>1).expand(2,2).neg_()
    (torch.ones(1)*1j).expand(2).sign_()
    (torch.ones(1)*1j).expand(2).erf_()
    v0=torch.tensor(-.1).requires_grad_(); v0.mul_()
    v0=torch.ones(2,2).requires_grad_()[0]; v0.mul_([])
    v0=torch.tensor(-.1).requires_grad_(); v0.add_('a')
    v0=torch.tensor(-.1).requires_grad_(); v0.sub_()
    torch.nn.functional.silu((torch.ones(2)*1j).requires_grad_())
    torch.nn.functional.silu(torch.ones(2)*1j)
    torch.nn.functional.softmin(1.5,1)
    torch.nn.functional.log_softmax([1],1)
    torch.nn.functional.huber_loss(torch.ones(5),torch.ones(5),delta=torch.ones(3))
    torch.nn.functional.smooth_l1_loss(torch.ones(5),torch.ones(5),beta=torch.ones(1))
    torch.nn.functional.smooth_l1_loss(torch.ones(5),torch.ones(5),beta=torch.ones(3))
    torch.nn.functional.binary_cross_entropy_with_logits(torch.ones(1),torch.ones(1),2)
    torch.nn.functional.binary_cross_entropy_with_logits(torch.ones(1),torch.ones(1),pos_weight=[])
    torch.nn.functional.binary_cross_entropy(torch.ones(1),torch.ones(1),2)
    torch.nn.functional.instance_norm(torch.ones(1,2,3),-1)
    torch.nn.functional.instance_norm(torch.ones(1,2,1),torch.ones(2))
    torch.nn.functional.instance_norm(torch.ones(1,2,3),torch.ones(2),None,use_input_stats=False)
    torch.nn.functional.l1_loss(torch.ones(5,4),torch.ones(4),True)
    torch.nn.functional.mse_loss(torch.ones(5,4),torch.ones(4),True)
    torch.nn.functional.max_unpool3d(torch.ones(1,2,3,2,2),torch.zeros(1,2,3,2,2).long(),3,stride=torch.ones(1,2,3,2,2))
    torch.nn.functional.max_unpool3d(torch.ones(1,2,3,2,2),torch.zeros(1,2,3,2,2).long(),(3,2))
    torch.nn.functional.unfold(torch.ones(1,1,5,5),torch.ones(0,1,5,5))
    v0=torch.ones(2,2)*1j; v0.H.copy_(v0)
    v0=torch.ones(3)*1j; v0.conj()[1:].copy_(v0.conj()[:2])
    v0=torch.ones(3)*1j; v0.conj().copy_(v0); v0
    v0=torch.tensor([[1.,2j],[3,4]]); [(each.is_conj(), each) for each in v0.H.data]
    v0=torch.tensor([[1.,2j],[3,4]]); a,b=v0.H.detach().split(1); a.mul_(2); (a.is_conj(), v0)
    t=torch.ones(2).requires_grad_(); q=torch.orgqr(torch.ones(2,2)/4,t); q.data.mul_(2); q.sum().backward(); t.grad
    x=torch.tensor([.5,1,0]).requires_grad_(); torch.nn.functional.binary_cross_entropy(x.detach(),x).backward(); x.grad
    v1=torch.tensor(True); torch.stack([torch.tensor(8+3j)]*2,out=v1)
    v1=torch.tensor(1); torch.cat([torch.tensor([8.])]*2,out=v1)
    x=torch.ones(3,3)>0; y=x.chunk(3); y[0].copy_(torch.ones(1,3).requires_grad_()); x
    x=torch.ones(3,3)>0; y=x.chunk(3); y[0].copy_(torch.ones(1,2).requires_grad_())
    v=torch.tensor([1]*5); torch.stack([torch.ones(5)]*2,out=v)
    v=torch.tensor([1]*5); torch.stack([torch.ones(5)]*2,1,out=v)
    x=torch.tensor([1.,2.,3.]).requires_grad_(); torch.amax(x,0).backward(torch.tensor(float('nan'))); x.grad
    x=torch.tensor([[1.,2.],[3.,1]]).requires_grad_(); torch.amin(x,0).backward(torch.tensor([float('inf'),-1])); x.grad
    torch.qr(None)
    torch.native_batch_norm(torch.ones(3,2).double(),torch.ones(2),None,None,None,True,.1,1e-5)
    torch.nn.functional.cross_entropy(torch.ones(2,3), torch.tensor([0,1]), weight=torch.ones(3).requires_grad_())
    torch.nn.functional.cross_entropy(torch.ones(2,3), torch.ones(2,3), weight=torch.ones(3).requires_grad_())
    torch.nn.functional.nll_loss(torch.ones(2,3), torch.tensor([0,1]), weight=torch.ones(4).requires_grad_())
    torch.nn.functional.nll_loss(torch.ones(2,3), torch.tensor([0,5]), weight=torch.ones(3).requires_grad_())
    torch.histogram(torch.ones(3).requires_grad_(), torch.tensor([1.,2,3]))
    torch.histogram(torch.ones(3), torch.tensor([1.,2,3]).requires_grad_())
    torch.histogram(torch.ones(3), torch.tensor([1.,2,3]), weight=torch.ones(3).requires_grad_())
    torch.histogram(torch.ones(3).requires_grad_(), 3)
    torch.histogram(torch.ones(3), 3, weight=torch.ones(3).requires_grad_())
    torch.histogram(torch.ones(3).requires_grad_(), 3)[0].sum().backward()
    torch.histogramdd(torch.ones(3,2).requires_grad_(), [3,2])[0]
    torch.histogramdd(torch.ones(3,2).requires_grad_(), [3,2])[1]
    torch.histogramdd(torch.ones(3,2), [3,2], weight=torch.ones(3).requires_grad_())[0]
    torch.histogramdd(torch.ones(3,1).requires_grad_(), [torch.tensor([0.,2.])])[0]
    torch.histogramdd(torch.ones(3,1).requires_grad_(), [torch.tensor([0.,2.])])[1]
    torch.histogramdd(torch.ones(3,1), [torch.tensor([0.,2.]).requires_grad_()])[0]
    torch.histogramdd(torch.ones(3,1), [torch.tensor([0.,2.]).requires_grad_()])[1]
    torch.histc(torch.ones(3).requires_grad_(), 3)
    torch.bincount(torch.tensor([1,2]), torch.ones(2).requires_grad_())
    torch.native_batch_norm(torch.ones(2,2,dtype=torch.bfloat16), None, None, None,None, True, .1, 1e-5)[1]
    torch.native_batch_norm(torch.ones(2,2,dtype=torch.bfloat16), torch.ones(2), None, None,None, True, .1, 1e-5)[1]
    torch.ones(5).eq_(torch.tensor(1j))
    torch.ones(5).ne_(torch.tensor(1j))
    torch.ones(5).eq_(torch.ones(5)*1j)
    torch.ones(5).eq_(1j)
    torch.ones(5).logical_and_(torch.ones(5)*1j)
    torch.ones(5).logical_and_(torch.tensor(1j))
    torch.ones(5).logical_or_(torch.tensor(1j))
    torch.ones(5).logical_xor_(torch.tensor(1j))
    torch.ones(5,dtype=torch.int32).eq_(torch.tensor(1j))
    torch.ones(5,dtype=torch.complex64).eq_(torch.tensor(1.))
    torch.ones(5,dtype=torch.complex64).logical_not_()
    torch.eq(torch.ones(5),torch.tensor(1j))
    torch.ones(()).eq_(torch.tensor(1j))
    torch.ones((5)).double().eq_(torch.tensor(1j))
    torch.ones((5)).bool().eq_(torch.tensor(1j))
    torch.softmax(torch.ones(3)+1j,None,dtype=torch.float64)
    torch.ones(3)+1j; (torch.ones(3)+1j).softmax('a',dtype=torch.float64)
    torch.log_softmax(torch.ones(3)+1j,None,dtype=torch.float64)
    torch.softmax(torch.ones(3)+1j,5,dtype=torch.float64)
    torch.qr(torch.ones(3))
    torch.qr(torch.ones(3,3),7)
    torch.ones(3,3).qr(None)
    torch.lu(None)
    torch.lu(torch.ones(3))
    torch.cholesky(None)
    torch.triangular_solve(None,1)
    torch.triangular_solve(torch.ones(2,2),1)
    torch.nn.functional.softshrink(torch.ones(3), lambd=torch.ones(3).requires_grad_())
    torch.nn.functional.softshrink(torch.ones(3), torch.ones(3))
    torch.nn.functional.threshold(torch.ones(3), torch.ones(3).requires_grad_(),1)
    torch.nn.functional.leaky_relu(torch.ones(3), torch.ones(3).requires_grad_())
    torch.nn.functional.celu(torch.ones(3), torch.ones(3).requires_grad_())
    torch.nn.functional.hardshrink(torch.ones(3), torch.ones(3))
    torch.hardshrink(torch.ones(3), torch.ones(3))
    torch.masked_scatter(torch.ones(3), torch.ones(3,dtype=torch.uint8), torch.ones(3))
    torch.masked_scatter(torch.ones(3), torch.ones(3,dtype=torch.int32), torch.ones(3))
    torch.ones(3).masked_scatter_(torch.ones(3,dtype=torch.uint8), torch.ones(3))
    torch.ones(3).masked_scatter_(torch.ones(3,dtype=torch.uint8), torch.ones(3).double())
    torch.masked_fill(torch.ones(3), torch.ones(3,dtype=torch.uint8), 1)
    torch.masked_select(torch.ones(3), torch.ones(3,dtype=torch.uint8))
    torch.ones(3).masked_fill_(torch.ones(3,dtype=torch.uint8), 1)
    torch.argwhere(torch.tensor(3.)).untyped_storage().nbytes()
    torch.argwhere(torch.ones(0)).untyped_storage().nbytes()
    torch.argwhere(torch.zeros(3)).untyped_storage().nbytes()
    torch.nonzero(torch.tensor(3.)).untyped_storage().nbytes()
    torch.nonzero(torch.tensor(3.)).as_strided((2,),(1,))
    torch.argwhere(torch.tensor(0.))
    torch.empty(1,0).untyped_storage().nbytes()
    torch.ones(3)[torch.zeros(0).long()].untyped_storage().nbytes()
    torch.tensor(3,dtype=torch.uint8)[:]
    v=torch.tensor(3,dtype=torch.uint8); v[:]=-0.25
    v=torch.tensor(3,dtype=torch.uint8); v[:]=1
    v=torch.tensor(3,dtype=torch.uint8); v[0]=-1
    v=torch.tensor(3,dtype=torch.uint8); v[0]=300
    v=torch.tensor(3,dtype=torch.int32); v[0]=1j
    v=torch.tensor([3],dtype=torch.uint8); v[7]=-1
    v=torch.tensor([3],dtype=torch.uint8); v[7]=-0.5
    v=torch.tensor([3],dtype=torch.uint8); v[torch.tensor([7])]=-.5
    v=torch.tensor([3],dtype=torch.uint8); v[0,0]=-.5
    v=torch.tensor([3],dtype=torch.uint8); v[0,0]=-1
    v=torch.tensor([3],dtype=torch.uint8); v[...]=-1
    v=torch.tensor([3],dtype=torch.uint8); v[:,:]=-1
    v=torch.tensor([3],dtype=torch.uint8); v[True]=-1
    v=torch.tensor([3],dtype=torch.uint8); v[None,8]=-1
    v=torch.tensor([3],dtype=torch.uint8); v[None,8]='a'
    v=torch.tensor([3],dtype=torch.uint8); v[8]='a'
    v=torch.tensor([3],dtype=torch.uint8); v[8]=None
    torch.index_reduce(torch.ones(2,2),0,torch.tensor([0]),torch.ones(2,3),'amax')
    torch.index_add(torch.ones(2,2),0,torch.tensor([0]),torch.ones(2,3))
    torch.index_reduce(torch.ones(2,2),0,torch.tensor([0]),torch.ones(1,3),'amax')
    torch.index_add(torch.ones(2,2),0,torch.tensor([0]),torch.ones(1,3))
    torch.index_reduce(torch.ones(2,2),0,torch.tensor([[0]]),torch.ones(1,2),'amax')
    torch.index_add(torch.ones(2,2),0,torch.tensor([[0]]),torch.ones(1,2))
    torch.index_reduce(torch.ones(2,2),0,torch.tensor([0.]),torch.ones(1,2),'amax')
    torch.index_add(torch.ones(2,2),0,torch.tensor([0.]),torch.ones(1,2))
    torch.index_reduce(torch.ones(2,2),0,torch.tensor([0]),torch.ones(1,2).double(),'amax')
    torch.index_add(torch.ones(2,2),0,torch.tensor([0]),torch.ones(1,2).double())
    torch.index_reduce(torch.ones(2,2),5,torch.tensor([0]),torch.ones(1,2),'amax')
    torch.index_reduce(torch.ones(2,2),0,torch.tensor([9]),torch.ones(1,2),'amax')
    torch.index_reduce(torch.tensor(1.),0,torch.tensor(0),torch.tensor(2.),'amax')
    torch.index_reduce(torch.tensor(1.),0,torch.tensor([0]),torch.tensor(2.),'prod')
    torch.index_reduce(torch.tensor(1.),0,torch.tensor([0,0]),torch.tensor(2.),'prod')
    torch.index_reduce(torch.tensor(1.),0,torch.tensor([1]),torch.tensor(2.),'prod')
    torch.index_add(torch.tensor(1.),0,torch.tensor([1]),torch.tensor(2.))
    torch.index_reduce(torch.ones(2,dtype=torch.bool),0,torch.tensor([1]),torch.ones(1)>0,'prod')
    torch.index_reduce(torch.ones(2)*1j,0,torch.tensor([1]),torch.ones(1)*1j,'prod')
    torch.index_reduce(torch.ones(2),0,torch.tensor([1]),torch.ones(()),'prod')
    torch.index_reduce(torch.ones(3,2),0,torch.tensor([1]),torch.ones(2),'prod')
    torch.ones(3,2).index_reduce_(0,torch.tensor([1]),torch.ones(2),'prod')
    torch.index_reduce(torch.ones(2),0,torch.tensor([1,0]),torch.ones(1),'prod')
    torch.index_add(torch.ones(2),0,torch.tensor([1,0]),torch.ones(1))
    x=torch.ones(1).expand(3); x.scatter_reduce_(0,torch.tensor([5]),torch.tensor([1.]),'amax')
    x=torch.ones(1).expand(3); x.scatter_add_(0,torch.tensor([5]),torch.tensor([1.]))
    x=torch.ones(1).expand(3); x.scatter_(0,torch.tensor([5]),torch.tensor([1.]))
    x=torch.ones(1).expand(3); x.index_add_(0,torch.tensor([5]),torch.tensor([1.]))
    torch.ones(3).scatter(0,torch.tensor([0]),1.,reduce='add')
    torch.ones(3).scatter(0,torch.tensor([0]),torch.ones(1),reduce='multiply')
    torch.ones(3).scatter(0,torch.tensor([0]),torch.ones(1),reduce='nope')
    torch.ones(3).scatter(0,torch.tensor([0]),torch.ones(1).double(),reduce='add')
    torch.ones(3).scatter(0,torch.tensor([7]),torch.ones(1),reduce='add')
    torch.ones(3).scatter(0,torch.tensor([7]).float(),torch.ones(1),reduce='add')
    torch.ones(3).scatter(5,torch.tensor([0]),torch.ones(1),reduce='add')
    torch.ones(3).scatter(0,torch.tensor([0]),torch.ones(1),reduce=7)
    torch.ones(3).scatter_(0,torch.tensor([0]),torch.ones(1),reduce='add')
    torch.ones(3).scatter_(0,torch.tensor([0]),torch.ones(1))
    x=torch.ones(3).expand(2,3); x.index_reduce_(0,torch.tensor([0]),torch.ones(1,3),'amax')
    x=torch.ones(3).expand(2,3); x.index_reduce_(0,torch.tensor([8]),torch.ones(1,3),'amax')
    torch.ones(4).index_add_(0)
    torch.ones(4).scatter_add_(0,7)
    torch.istft(None,4)
    torch.stft(torch.ones(8),4)
    torch.stft(torch.ones(8),4,return_complex=True)[0]
    torch.stft(torch.ones(8),40,return_complex=True)
    torch.stft(torch.ones(8),4,pad_mode='nope',return_complex=True)
    torch.stft(torch.ones(()),4,return_complex=True)
    torch.stft(torch.ones(2,2,8),4,return_complex=True)
    torch.stft(torch.ones(2,2,8),4,center=False,return_complex=True)
    torch.istft(torch.ones(3,3)*1j,4,hop_length=True)
    torch.istft(torch.ones(3,3)*1j,4,onesided=7)
    torch.stft(torch.ones(8),4,-2,return_complex=True)
    torch.native_group_norm(torch.ones(2,4,3).requires_grad_(),None,None,2,4,3,2,1e-5)[1]
    torch.native_group_norm(torch.ones(2,4,3),torch.ones(4).requires_grad_(),None,2,4,3,2,1e-5)[2]
    x=torch.ones(2,4,3).requires_grad_(); o,m,r=torch.native_batch_norm(x,None,None,None,None,True,.1,1e-5); (m,r)
    torch.ones(4,dtype=torch.int32).mvlgamma_(2)
    torch.ones(4,dtype=torch.bool).mvlgamma_(1)
    torch.ones(4).mvlgamma_(1)
    torch.ones(4,dtype=torch.int32).ldexp_(torch.ones(4))
    torch.ones(4,dtype=torch.bool).ldexp_(torch.ones(3))
    torch.ones(4,dtype=torch.int32).ldexp_(torch.ones(4,dtype=torch.int32))
    torch.ones(4).ldexp_(torch.ones(4)*1j)
    torch.ones(4).ldexp_(torch.ones(3))
    torch.ones(4).half().ldexp_(torch.ones(4).double())
    a=torch.tensor([[.1,.7,.3],[.3,.9,1.7]]).bfloat16(); torch.linalg.cross(a,a.flip(0)*1.3)
    v1=torch.tensor([-0.8,.3,.2]).requires_grad_()*1; v3=v1.masked_select(v1>0); v1.mul_(2); v3.sum().backward()
    torch.special.chebyshev_polynomial_w(torch.tensor([2.4]),torch.tensor([3.6,5.4]))
    torch.special.chebyshev_polynomial_w(torch.tensor([.4]),torch.tensor([3.6,5.4]))
    torch.special.chebyshev_polynomial_w(torch.tensor([-.8]),torch.tensor([3.6,5.4]))
    torch.special.chebyshev_polynomial_v(torch.tensor([-.8]),torch.tensor([3.6,5.4]))
    torch.special.chebyshev_polynomial_u(torch.tensor([-.8]),torch.tensor([3.6,5.4]))
    torch.special.chebyshev_polynomial_w(torch.linspace(-1.3, 1.7, 31), 4)
    torch.special.hermite_polynomial_he(torch.linspace(-1.3, 1.7, 31), 4)
    torch.special.laguerre_polynomial_l(torch.linspace(-1.3, 1.7, 31), 4)
    torch.special.legendre_polynomial_p(torch.linspace(-1.3, 1.7, 31), 4)
    torch.special.shifted_chebyshev_polynomial_w(torch.linspace(-1.3, 1.7, 31), 4)
    v0 = torch.tensor(-7.1).requires_grad_(); v1 = torch.tensor(0); v0.scatter_(v1, 2.5)
    v0=torch.ones(3).requires_grad_()*1; v1=torch.div(v0,v0,rounding_mode='trunc'); v0.mul_(2); v1.sum().backward()
    torch.index_reduce(torch.tensor(1.), 0, torch.tensor([0]), torch.tensor(1.), 'mean', include_self=None)
    v0 = torch.tensor(-5); v1 = torch.tensor(0); v0.scatter_reduce_(0, v1, v0, None, include_self=False)
    v0 = torch.ones(5,1); v0.floor_divide_(torch.ones(5), None)
    v0 = torch.tensor([-4]); v0.index_fill_(0, v0, 6)
    v0 = torch.tensor([0]); v0.index_fill_(3, v0, torch.tensor(6))
    v0 = torch.tensor([9]); v0.index_add_(0, v0, torch.tensor([6]))
    torch.linalg.norm(torch.ones(5), 0, torch.tensor([-1.,-1]), keepdim=False)
    torch.nn.functional.cross_entropy(torch.ones(2,3), torch.tensor([0,1]), 1.5)
    torch.nn.functional.binary_cross_entropy_with_logits(torch.ones(2),torch.ones(2),reduction=[1,2])
    v0=torch.tensor([[-7.4], [-7.4]]).requires_grad_(); v1=v0.amin((0,-1)); v1.data.mul_(2); v1.backward(); v0.grad
    torch.unfold_copy(torch.tensor(-.1), 0, 1.5, 1)
    (torch.ones(2, 2, 4, dtype=torch.complex64) * 1j) * (torch.ones(4, dtype=torch.complex64) * 2)
    (torch.ones(2, 2, 4, dtype=torch.complex128) * 1j) * (torch.ones(2, 1, 4, dtype=torch.complex128) * 2j)
    torch.fft.ifft2(torch.ones(1,1), torch.tensor([-1.,-1,-1]))
    torch.fft.fftn(torch.ones(1,1), None, None, 7)
    v2 = torch.ones(2); torch.div(torch.tensor([], dtype=torch.float64), 0, out=v2)
    v2 = torch.ones(2); torch.sin(torch.ones(3,dtype=torch.float64), out=v2)
    torch.linalg.cross(torch.ones(1,3)*1j, torch.ones(5,3)*1j, dim=-1)
    torch.tensordot(torch.ones(3,5), torch.ones(3,5)>0, 0)
    torch.meshgrid(torch.ones(3), torch.ones(2,0), indexing='ij')
    v2=torch.tensor(0); torch.sum(torch.tensor([1.5,1.5]), 0, out=v2)
    v2=torch.tensor(0.,dtype=torch.float64); torch.sum(torch.tensor([.1,.1]), 0, dtype=torch.float32, out=v2)
    torch.sum(torch.tensor([.1j,.1]), 0, dtype=torch.float32)
    torch.nn.functional.pairwise_distance(torch.ones(2,3), torch.ones(2,3), torch.ones(3).requires_grad_())
    x=torch.ones(1,0,3); x.heaviside_(torch.ones(2,3)>0)
    torch.histogram(torch.tensor([-7.4,-7.4]), weight=None, density=False)
    torch.fft.fft(torch.zeros(0,1))
    torch.fft.rfft2(torch.zeros(0,3,4))
    torch.fft.irfft(torch.zeros(0,3,dtype=torch.complex64))
    torch.fft.fftn(torch.zeros(0,4)*1j, dim=())
    torch.tensor(1.).size(0)
    torch.tensor(1.).stride(-1)
    torch.nn.functional.batch_norm(torch.zeros(1), torch.zeros(1), torch.ones(1))
    torch.nn.functional.batch_norm(torch.zeros(3), None, None, training=True)
    torch.nn.functional.batch_norm(torch.zeros(3), None, None, None, torch.ones(3), training=True)
    torch.native_batch_norm(torch.zeros(3), None, None, torch.ones(3), None, True, .1, 1e-5)
    torch.native_batch_norm(torch.tensor(3.), None, None, None, None, True, .1, 1e-5)
    torch.batch_norm(torch.zeros(0), torch.zeros(0), None, None, None, False, .1, 1e-5, True)
    torch.instance_norm(torch.zeros(3), None, None, None, None, True, .1, 1e-5, True)
    torch.group_norm(torch.ones(2), 1)
    torch.group_norm(torch.tensor(2.), 1)
    torch.group_norm(torch.ones(2,3,4), 3, torch.ones(3), torch.ones(2))
    torch.group_norm(torch.ones(2,3,4), 3, None, torch.ones(2))
    torch.native_group_norm(torch.ones(2,3,4), None, None, 3, 3, 4, 3, 1e-5)
    torch.native_group_norm(torch.ones(2,3,4), None, None, 2, 3, 4, 0, 1e-5)
    torch.native_group_norm(torch.ones(2,3,4), None, None, 2, 4, 3, 3, 1e-5)
    torch.native_group_norm(torch.ones(24), torch.ones(6), torch.ones(6), 1, 6, 4, 3, 1e-5)
    torch.native_group_norm(torch.tensor(2.), None, None, 1, 1, 1, 1, 1e-5)
    torch.native_group_norm(torch.ones(24), None, None, -1, -6, 4, 3, 1e-5)
    torch.native_group_norm(torch.ones(2,3,4).permute(1,0,2), None, None, 3, 2, 4, 2, 1e-5)
    x=torch.ones(2,3,2,2).to(memory_format=torch.channels_last)[:,:2]; torch.native_group_norm(x,None,None,2,2,4,2,1.)
    torch.clamp_max(torch.tensor(8.5), 1j)
    torch.tensor(8.5).clamp_min_(1j)
    torch.ones(2).half().clamp_max(1+0j)
    torch.clamp(torch.ones(2), 1j, 2)
    torch.clamp(torch.ones(2), 1+0j)
    torch.ones(2).clamp_(max=1j)
    torch.ones(2, dtype=torch.int32).clamp(1+0j)
    torch.ones(2, dtype=torch.int32).clamp_(1j)
    torch.div(torch.tensor([684.,1e3,-7]).bfloat16(), torch.tensor([8.0625]).bfloat16(), rounding_mode="trunc")
    torch.div(torch.arange(1.,900,37).half(), torch.tensor(.3).half(), rounding_mode="floor")
    torch.div(torch.arange(1.,900,37).half(), torch.full((25,), .3).half(), rounding_mode="floor")
    torch.log1p(torch.tensor([complex(a,b) for a in (-4,-1,0.,1,1e20) for b in (0.,-0.)]))
    torch.log1p(torch.tensor([complex('inf+nanj'), complex('nan+infj')]))
    torch.logaddexp(torch.tensor(1+1j), torch.tensor(.5-2j))
    z=torch.full((2,2,2), complex('inf+1j')); [z.tril(-3).index_add(d, torch.tensor([0,1]), z) for d in range(3)]
    x=torch.tensor([.31,.5]).requires_grad_(); torch.atan2(x,torch.tensor([301.,1]).half()).sum().backward(); x.grad
    x=torch.tensor([.31,7]).requires_grad_(); torch.atan2(torch.tensor([3.,1.1]).bfloat16(),x).sum().backward(); x.grad
    x=torch.tensor([.31,7]).requires_grad_(); torch.pow(x,torch.tensor([.3,2.7]).half()).sum().backward(); x.grad
    y=torch.tensor([.3]).half().requires_grad_(); torch.special.xlog1py(torch.tensor([.31]),y).backward(); y.grad
    v0=torch.eye(2).requires_grad_(); v,i=torch.max(v0,0); i.data=torch.tensor([0,0]); v.sum().backward(); v0.grad
    v0=torch.ones(2,3).requires_grad_(); v,i=v0.sort(-1, descending=True); i.set_(i); v.sum().backward()
    v0=torch.tensor([[1.,2],[5,0]]).requires_grad_(); v,i=torch.linalg.lu_factor(v0); i.fill_(1); v.sum().backward()
    v0=torch.tensor([[1.,2],[5,0]]).requires_grad_(); v,i=v0.lu(); i.data.fill_(2); v.sum().backward(); v0.grad
    v0=torch.tensor([[1.,2],[5,0]]).requires_grad_(); v,i=torch.linalg.lu_factor(v0); i.data=i*0; v.sum().backward()
    v0=torch.eye(2).requires_grad_(); v,i=torch.linalg.lu_factor(v0); i.data=i.long(); v.sum().backward()
    torch.cdist(torch.ones(3,2), torch.ones(3,2), 0.0, None)
    torch.cdist(torch.ones(3,2), 7, 'a', [])
    torch.cdist()
    torch.cdist(torch.ones(3,2), torch.ones(3,2), compute_mode='use_mm_for_euclid_dist')
    torch.cdist(torch.ones(3,2), torch.ones(3,2), p=torch.tensor(2., requires_grad=True))
    x=torch.ones(1).requires_grad_(); torch.nn.functional.softplus(x, beta=x)
    x=torch.tensor(2.).requires_grad_(); torch.nn.functional.softplus(torch.ones(2), 1., x)
    torch.select(torch.ones(5), True, 2)
    torch.unbind(torch.ones(5), True)
    torch.softmax(torch.ones(5), True)
    torch.ones(5).unfold(True, 2, 1)
    torch.diagonal(torch.ones(5), 0, True, 5)
    torch.hash_tensor(torch.tensor(-.1)).min()
    v=torch.fft.ifft(torch.tensor([0])); v.data=v; v
    torch.nn.functional.max_unpool3d(torch.ones(1,1,1,1,2), torch.tensor([[[[[85,3]]]]]), 3)
    torch.nn.functional.max_unpool3d(torch.ones(1,1,1,1,2), torch.tensor([[[[[7,3]]]]]), 3, stride=2).sum()
    torch.take_along_dim(torch.arange(5), torch.tensor([6,-6,-1,11,4]), 0)
    torch.take_along_dim(torch.arange(3).reshape(3,1), torch.tensor([[6,-6,-1,11,4]]), 0)
    torch.take_along_dim(torch.zeros(0), torch.tensor([6]), 0)
    torch.take_along_dim(torch.zeros(0,0), torch.zeros(0,0).long(), 0)
    torch.take_along_dim(torch.tensor(3), torch.tensor(2), 0)
    torch.nn.functional.poisson_nll_loss(torch.ones(5), torch.ones(5), reduction=None)
    torch.nn.functional.poisson_nll_loss(torch.ones(5), torch.ones(5), reduction='x')
    torch.max(torch.ones(2), torch.tensor(0), True)
    torch.max(torch.ones(2), torch.tensor(0))
    torch.min(torch.tensor(1), torch.tensor(1), True)
    torch.min(torch.tensor(1), torch.tensor(1.), True)
    torch.max(torch.ones(2), torch.ones(2), keepdim=False)
    v=torch.hash_tensor(torch.tensor(-.1)); v-v
    torch.hash_tensor(torch.tensor(-.1)).bitwise_not_()
    a=torch.tensor([1+2j,3-1j]).requires_grad_(); torch.vdot(a, torch.tensor([2+2j,5-1j]).conj()).is_conj()
    a=torch.tensor([1+2j,3-1j]).requires_grad_(); torch.dot(a.conj(), torch.tensor([2+2j,5-1j]).conj()).resolve_conj()
    a=torch.tensor([1+2j,3-1j]).conj(); torch.dot(a, a).is_conj(), torch.vdot(a, a).is_conj(), (a @ a).is_conj()
    a=torch.tensor([1+2j,3-1j]).conj(); torch.dot(a, a, out=torch.zeros(()) * 1j).is_conj()
    a=torch.tensor([1+2j,3]).requires_grad_(); torch.vdot(a*1j, a.conj()).backward(torch.tensor(1j)); a.grad
    torch.full((4,5,3),8.8).transpose(0,2).mvlgamma(2)
    x=torch.full((5,4),8.8).T.requires_grad_(); torch.autograd.grad(x.mvlgamma(2).sum(), x)[0].stride()
"""


def told(side: Any, program: str) -> Any:
    """What the last expression of a program gives or raises, and what warns on the way."""
    *statements, last = ast.parse(program.strip()).body
    scope: dict[str, Any] = {"torch": side}
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            exec(compile(ast.Module(statements, []), "<program>", "exec"), scope)
            if isinstance(last, ast.Expr):
                seen = looked_at(side, eval(compile(ast.Expression(last.value), "<program>", "eval"), scope))
            else:
                exec(compile(ast.Module([last], []), "<program>", "exec"), scope)
                seen = None
        except Exception as error:
            seen = type(error).__qualname__, str(error).replace("minitorch_compat", "torch")
    return seen, [(each.category.__name__, str(each.message).partition(" (Triggered")[0]) for each in warned]


def looked_at(side: Any, made: Any) -> Any:
    if isinstance(made, side.Tensor):
        return str(made.detach()), str(made.dtype), made.stride(), made.requires_grad, names(made.grad_fn)
    return [looked_at(side, each) for each in made] if isinstance(made, (tuple, list)) else made


@pytest.fixture
def always() -> Iterator[None]:
    """Both warn each time, not once in a process."""
    for side in (torch, engine):
        side.set_warn_always(True)
    yield
    for side in (torch, engine):
        side.set_warn_always(False)


@pytest.mark.parametrize("program", [each.strip() for each in PROGRAMS.strip().splitlines()])
def test_program_as_torch(program: str, always: None) -> None:
    assert told(engine, program) == told(torch, program)


def test_zeros_written_to_halves_are_passed_back() -> None:
    x = engine.ones(3, dtype=engine.bfloat16, requires_grad=True)
    y = (x * 1).zero_()
    y.backward(engine.ones_like(y))
    assert x.grad.tolist() == [0.0, 0.0, 0.0]


def test_a_copy_leaves_the_end_of_views_that_lead_nowhere_as_it_is() -> None:
    x = engine.ones(2, 1, requires_grad=True)
    with engine.no_grad():
        kind = type(x.expand(2, 2)._node)
        engine.expand_copy(x, (2, 2))
        assert type(x.expand(2, 2)._node) is kind


@pytest.mark.parametrize("upper", [False, True])
def test_the_complex_gradient_of_a_triangle_is_as_torch_leaves_it(upper: bool) -> None:
    found = []
    for side in (engine, torch):
        a = side.tensor([[4.0, 1 + 1j], [1 - 1j, 3.0]], dtype=side.complex128, requires_grad=True)
        factor = side.linalg.cholesky(a, upper=upper)
        weights = side.tensor([[1 + 2j, 0.5 - 1j], [0.25j, 2 - 0.5j]], dtype=side.complex128)
        found.append(side.autograd.grad(factor, a, weights)[0].numpy())
    assert abs(found[0] - found[1]).max() < 1e-14


@pytest.mark.parametrize(("name", "sizes"), [
    ("addr", ((3, 2), (3,), (2,))), ("addmm", ((3, 2), (3, 4), (4, 2))), ("addmv", ((3,), (3, 4), (4,))),
    ("baddbmm", ((2, 3, 2), (2, 3, 4), (2, 4, 2))), ("addbmm", ((3, 2), (2, 3, 4), (2, 4, 2))),
])
def test_complex_factors_are_conjugated_on_the_way_back(name: str, sizes: Any) -> None:
    found = []
    for side in (engine, torch):
        side.default_generator.manual_seed(0)
        given = [side.randn(*size, dtype=side.complex128, requires_grad=True) for size in sizes]
        out = getattr(side, name)(*given, beta=0.3 + 0.4j, alpha=0.1 - 0.7j)
        found.append([each.numpy() for each in side.autograd.grad(out, given, side.ones_like(out) * (1 + 2j))])
    assert max(abs(one - other).max() for one, other in zip(*found, strict=True)) < 1e-13


def test_the_factor_of_an_added_part_is_left_as_it_is() -> None:
    """torch conjugates every other factor; `index_add` takes it as it is."""
    x = engine.ones(2, dtype=engine.complex64, requires_grad=True)
    out = engine.index_add(x.detach(), 0, engine.tensor([0, 1]), x, alpha=2 + 1j)
    assert engine.autograd.grad(out, x, engine.ones_like(out))[0].tolist() == [2 + 1j, 2 + 1j]


def test_squares_of_halves_go_back() -> None:
    x = engine.ones(3, dtype=engine.bfloat16, requires_grad=True)
    engine.nn.functional.mse_loss(x, engine.zeros(3, dtype=engine.bfloat16)).backward()
    assert x.grad.dtype is engine.bfloat16
    assert [round(each, 2) for each in x.grad.tolist()] == [0.67, 0.67, 0.67]


@pytest.mark.parametrize("parts", ["mean inverse", "mean inverse out", "mean out", "inverse", "out"])
def test_moments_of_groups_send_back_what_torch_sends(parts: str) -> None:
    """First and second derivatives through means and deviations: where both have one, else none."""
    found: list[list[Any]] = []
    for side in (torch, engine):
        x = side.tensor([[1.0, 2, 4, 7], [1, 0, 2, 3]], dtype=side.float64, requires_grad=True)
        out, mean, inverse = side.native_group_norm(x, None, None, 2, 4, 1, 2, 1e-5)
        of = {"mean": mean[0, 0] * 2, "inverse": inverse[1, 1] * 3, "out": (out * out[0, 1]).sum()}
        total = sum(of[each] for each in parts.split())
        first, = side.autograd.grad(total, x, create_graph=True, allow_unused=True)
        second = None if first is None else side.autograd.grad(first.sin().sum(), x, retain_graph=True)[0]
        total.backward()
        found.append([None if each is None else each.tolist() for each in (first, second, x.grad)])
    assert (found[0] == [None] * 3) is (parts == "inverse")
    for theirs, ours in zip(*found, strict=True):
        assert ours == (theirs if theirs is None else [pytest.approx(row, rel=1e-9, abs=1e-12) for row in theirs])


UNSIGNED = """
    abs add aminmax argmax argmin bitwise_and bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor
    ceil clamp count_nonzero cumsum diff div eq exp floor floor_divide fmax fmin fmod gcd ge gt heaviside lcm le
    logical_and logical_not logical_or logical_xor lt max maximum median min minimum mode mul ne neg nonzero pow prod
    relu remainder sgn sign sort sqrt square sub sum topk trace tril triu amax amin cummax cummin
"""


BESIDE_ANOTHER = """
    add bitwise_and bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor clamp div eq floor_divide fmax fmin
    fmod gcd ge gt heaviside lcm le logical_and logical_or logical_xor lt max maximum min minimum mul ne pow remainder
    sub
"""


@pytest.mark.parametrize("name", UNSIGNED.split())
@pytest.mark.parametrize("dtype", ["uint16", "uint32", "uint64"])
def test_what_torch_has_no_kernels_for_of_large_unsigned_integers_is_refused_by_name(name: str, dtype: str) -> None:
    asked: list[tuple[int, ...] | None] = [(), (0,), (2,)]
    asked += [(1, 3)] * (name == "clamp") + [None] * (name in BESIDE_ANOTHER.split())  # None: itself
    for rest in asked:
        found = []
        for side in (torch, engine):
            x = side.tensor([[1, 2], [3, 4]]).to(getattr(side, dtype))
            try:
                made = getattr(side, name)(x, *((x,) if rest is None else rest))
                found.append(str(made))
            except NotImplementedError as error:
                found.append(str(error))
            except Exception as error:
                found.append(type(error).__name__)
        assert found[1].replace("minitorch_compat", "torch") == found[0], rest


@pytest.mark.parametrize("name", [f"{kind}_pool{space}d" for kind in ("max", "avg") for space in (1, 2, 3)])
def test_windows_that_no_pool_takes_are_refused_in_the_words_of_torch(name: str) -> None:
    space = int(name[-2])
    mixed = [] if space == 1 else [(2, 0, 2)[:space], (2, 2, -1)[:space]]
    windows, strides, paddings = [0, -1, 2, *mixed], [None, 0, -1, 1, *mixed], [0, -1, 1, *mixed]
    for size, step, pad, gap in itertools.product(windows, strides, paddings, [1, 0, -1] if name[0] == "m" else [None]):
        found = []
        for side in (torch, engine):
            keywords = {} if gap is None else {"dilation": gap}
            try:
                made = getattr(side.nn.functional, name)(side.ones((0, 1) + (5,) * space), size, step, pad, **keywords)
                found.append(str(tuple(made.shape)))
            except Exception as error:
                found.append(f"{type(error).__name__}: {error}")
        assert found[1] == found[0], (size, step, pad, gap)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_running_statistics_of_halves_move_as_far_as_those_of_torch(dtype: str) -> None:
    for momentum in (-1.2, 0.1, 0.37):
        found = []
        for side in (torch, engine):
            x = side.arange(120.0).reshape(3, 8, 5).sin().mul(3).to(getattr(side, dtype))
            mean = side.arange(8.0).add(0.3).to(getattr(side, dtype))
            variance = mean.clone()
            side.batch_norm(x, None, None, mean, variance, True, momentum, 1e-5, True)
            found.append((mean.tolist(), variance.tolist()))
        assert found[1] == found[0]


@pytest.mark.parametrize("name", ["floor_divide", "remainder"])
def test_halves_beside_complex_numbers_are_refused_by_the_name_torch_has_for_them(name: str) -> None:
    text = f"\"{'div_floor' if name == 'floor_divide' else name}_cpu\" not implemented for 'ComplexHalf'"
    with pytest.raises(NotImplementedError) as refused:
        getattr(engine, name)(engine.ones(2, dtype=engine.float16), engine.tensor(1j))
    assert str(refused.value) == text


@pytest.mark.parametrize("name", ["native_layer_norm", "native_group_norm", "native_batch_norm"])
def test_dtypes_of_a_normalization_and_its_vectors_go_together_as_in_torch(name: str) -> None:
    kinds = [None, "float32", "float64", "float16", "int32"]
    rest = {
        "native_layer_norm": (1e-5,), "native_group_norm": (2, 3, 4, 3, 1e-5),
        "native_batch_norm": (None, None, True, 0.1, 1e-5),
    }[name]
    for own, weight, bias in itertools.product(kinds[1:], kinds, kinds):
        found = []
        for side in (torch, engine):
            x = side.arange(24.0).reshape(2, 3, 4).to(getattr(side, str(own)))
            shape: Any = ((4,),) if name == "native_layer_norm" else ()
            vectors = [
                each if each is None else side.ones(4 if shape else 3, dtype=getattr(side, each))
                for each in (weight, bias)
            ]
            try:
                found.append([str(each.dtype) for each in getattr(side, name)(x, *shape, *vectors, *rest)])
            except Exception as error:
                found.append([type(error).__name__, str(error)])
        assert [each.replace("minitorch_compat", "torch") for each in found[1]] == found[0], (own, weight, bias)


def test_groups_of_another_shape_than_the_input_go_back() -> None:
    """First and second derivatives where samples and channels are counted otherwise than they lie."""
    found: list[list[Any]] = []
    for side in (torch, engine):
        x = side.arange(24, dtype=side.float64).reshape(2, 3, 4).sin().requires_grad_()
        w, b = [side.arange(6, dtype=side.float64).add(start).requires_grad_() for start in (1, 3)]
        out = side.native_group_norm(x, w, b, 1, 6, 4, 3, 1e-5)
        first = side.autograd.grad(out[0].cos().sum() + (out[1] * out[2]).sum(), (x, w, b), create_graph=True)
        second = side.autograd.grad(sum(each.sin().sum() for each in first), (x, w, b))
        found.append([each.detach().numpy() for each in (*first, *second)])
    for theirs, ours in zip(*found, strict=True):
        assert abs(theirs - ours).max() < 1e-11


@pytest.mark.parametrize("how", ["", "hook", "create_graph", "inputs", "shared"])
def test_leaves_that_nothing_more_comes_to_have_their_gradients_when_a_step_fails(how: str) -> None:
    found = []
    for side in (torch, engine):
        x, y = side.ones(2, requires_grad=True), side.tensor([-0.5], requires_grad=True)
        if how == "hook":
            y.register_hook(lambda g: g * 2)
        z = side.exp(x * y if how == "shared" else x)
        z.mul_(y)
        more: dict[str, Any] = {"inputs": [x, y]} if how == "inputs" else {"create_graph": how == "create_graph"}
        with warnings.catch_warnings(), pytest.raises(RuntimeError, match="modified by an inplace operation"):
            warnings.simplefilter("ignore")
            z.sum().backward(**more)
        found.append([None if each.grad is None else each.grad.tolist() for each in (x, y)])
    assert found[1] == found[0]
    assert found[0][0] is None


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "bfloat16"])
@pytest.mark.parametrize("shape", [(), (0,), (9,), (33,), (5, 5), (40, 3), (1, 70), (70, 1), (2, 3, 40)])
def test_softshrink_keeps_the_sign_of_zero_where_torch_does(shape: tuple[int, ...], dtype: str) -> None:
    found = []
    for side in (engine, torch):
        x = side.full([2 * size for size in shape], -0.1, dtype=getattr(side, dtype))
        forms = [
            x, x.expand(2, *x.shape), x.permute([*range(x.ndim)][::-1]), x[tuple(slice(0, None, 2) for _ in shape)],
            x[tuple(slice(0, size) for size in shape)], side.full((), -0.1, dtype=getattr(side, dtype)).expand(70),
        ]
        found.append([side.nn.functional.softshrink(each).signbit().tolist() for each in forms])
    assert found[0] == found[1]


@pytest.mark.parametrize("case", [
    "x.masked_scatter_(m, x)", "x.masked_scatter_(m[0], x)", "x.masked_scatter_(m, x.view(-1))",
    "x.t().masked_scatter_(m, x)", "x.masked_scatter_(m, x.t())", "x[1:].masked_scatter_(m[0], x)",
    "x[0].masked_scatter_(m[0], x[1])", "m.masked_scatter_(m, m)", "x.masked_scatter_(m.t(), x)",
    "x.masked_scatter(m, x)", "x[0, 0].masked_scatter_(m[0, 0], x)", "x[:0].masked_scatter_(m[:0], x)",
    "x.requires_grad_().mul(1).masked_scatter_(m, x).sum()",
])
def test_a_source_in_the_memory_written_to_is_read_after_earlier_writes(case: str) -> None:
    found = []
    for side in (engine, torch):
        x = side.tensor([[1.0, 2, -7, -8], [2, 1, -1, 4], [-3, -2, 6, 5], [0, 7, 9, 3]])
        m = side.tensor([[True, False, True, True], [False, True, True, False]] * 2)
        out = eval(case, {"x": x, "m": m})
        if out.requires_grad:
            out.backward()
            found.append([out.tolist(), x.grad.tolist()])
        else:
            found.append([out.tolist(), x.tolist(), m.tolist(), x._version])
    assert found[0] == found[1]


ORDERS = """
    torch.cov(m, aweights=torch.tensor([1.0, float("nan"), 1.0]))
    torch.cov(m, aweights=torch.zeros(3))
    torch.cov(m, fweights=torch.tensor([0, 0, 0]))
    torch.cov(m[:, :0], aweights=torch.ones(0))
    i.put_(i, i, True)
    i.put_(i[:1], torch.tensor([9]))
    i.put_(torch.tensor([9]), i[:1])
    torch.put(i, torch.tensor([9]), i[:1])
    torch.batch_norm(x, None, None, x, x, False, 0.1, 0.1, False)
    torch.batch_norm(x, None, None, None, None, False, 0.1, 0.1, False)
    torch.batch_norm(x, x, None, None, None, True, 0.1, 0.1, False)
    torch.batch_norm(x, None, x, None, None, True, 0.1, 0.1, False)
    torch.batch_norm(x, None, None, x[:0], x[:0], False, 0.1, 0.1, False)
    torch.native_batch_norm(x, x, None, None, None, True, 0.1, 0.1)
    x.requires_grad_().neg().set_(x.detach()).sum().backward()
    group_norm_of_memory_that_was_set()
    torch.cdist(m.t(), m.t(), 0.5).stride()
    torch.cdist(torch.stack([m, m]).mT, m.t(), 2.0).stride()
    m.add(8).t().mvlgamma(2).stride()
    torch.special.multigammaln(m.add(8).t(), 3).stride()
    torch.tensor(5.0).mvlgamma(2).shape
    (c := (m[0] * 2j).conj(), setattr(c, "data", c), c.is_conj(), c._version, c.tolist())
    torch.take_along_dim(m, torch.tensor([[6, -7, 5], [2, -2, -1]]), 0)
    torch.take_along_dim(m, torch.tensor([[6, -7, 5], [3, -2, -1]]), 1)
    torch.take_along_dim(m, torch.tensor([[6]]))
    torch.nn.functional.poisson_nll_loss(x, x, reduction=None)
    torch.nn.functional.poisson_nll_loss(x, x, reduction=1)
    torch.nn.functional.poisson_nll_loss(x, x, reduction="middle")
    torch.nn.functional.poisson_nll_loss(x, x, reduction=x)
    torch.unflatten(m, 1, i[:2])
    torch.unflatten(x, 0, torch.tensor(3))
    torch.min(i, torch.tensor(0), True)
    torch.max(i, torch.tensor(0), keepdim=False)
    m.min(torch.tensor(1), False)
    torch.min(i, i, True)
    torch.min(i, torch.tensor(True), True)
    torch.min(i, torch.tensor(7), True)
    torch.min(i, i)
    torch.max(m, 1, True)
    torch.floor_divide(x.half(), torch.tensor(1j))
    torch.remainder(x.half(), torch.tensor(1j))
"""


@pytest.mark.parametrize("case", ORDERS.strip().splitlines())
def test_refusals_and_layouts_are_torchs(case: str) -> None:
    found: list[Any] = []
    for side in (engine, torch):

        def group_norm_of_memory_that_was_set(side: Any = side) -> None:
            x = side.ones(6).requires_grad_()
            weight = x.neg()
            weight.set_(x.detach())
            side.native_group_norm(side.ones(2, 6, 3), weight, None, 2, 6, 3, 2, 0.5)[1].sum().backward()

        names = {
            "torch": side, "x": side.arange(3.0), "m": side.arange(6.0).reshape(2, 3), "i": side.tensor([7, 8, 9]),
            "group_norm_of_memory_that_was_set": group_norm_of_memory_that_was_set,
        }
        try:
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", "ComplexHalf")
                found.append(repr(eval(case.strip(), names)))
        except Exception as error:
            found.append(f"{type(error).__name__}: {error}")
    assert found[0] == found[1]


@pytest.mark.parametrize("case", [
    "torch.where(m.real > 0, m, m, out=out)", "torch.add(m, m, out=out)", "torch.exp(m, out=out)",
    "torch.sum(m, 0, out=out)", "torch.cat([m], out=out)", "torch.mm(m, m, out=out)", "torch.matmul(m, m, out=out)",
    "torch.bmm(m[None], m[None], out=out)", "torch.index_select(m, 0, torch.tensor([0]), out=out)",
    "torch.linalg.inv(m, out=out)", "torch.linalg.matrix_power(m, 3, out=out)", "torch.dot(m[0], m[0], out=out)",
])
@pytest.mark.parametrize("conjugated", [False, True])
def test_a_conjugated_result_is_resized_as_often_as_torch_does(case: str, conjugated: bool) -> None:
    found = []
    for side in (engine, torch):
        out = side.ones(3, 2, dtype=side.complex64)
        names = {"torch": side, "m": side.eye(4) * 2j, "out": out.conj() if conjugated else out}
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            eval(case, names)
        said = [str(each.message).partition(" (Triggered")[0] for each in caught]
        found.append([each for each in said if "was resized" in each])
    assert found[0] == found[1]


@pytest.mark.parametrize("case", ["sort", "max", "kthvalue", "topk", "mode", "median", "cummax"])
def test_places_that_were_written_to_are_told_without_the_step_they_came_of(case: str) -> None:
    found = []
    for side in (engine, torch):
        x = side.tensor([[3.0, 1, 2], [4, 6, 5]], requires_grad=True)
        values, places = getattr(x * 1, case)(*([1] if case in ("kthvalue", "topk") else []), -1)
        places.zero_()
        with pytest.raises(RuntimeError) as caught:
            values.sum().backward()
        found.append(str(caught.value))
    assert found[0] == found[1]


@pytest.mark.parametrize("momentum", [0.1, 0.3, 0.7, -1.2])
def test_running_statistics_in_bfloat16_round_as_torchs_do(momentum: float) -> None:
    found = []
    numbers = torch.randn(20, 4, 2, 3, generator=torch.Generator().manual_seed(5)).mul(4).bfloat16().float().tolist()
    for side in (engine, torch):
        rows = []
        for each in numbers:
            mean, variance = side.tensor([3.5, -0.3], dtype=side.bfloat16), side.tensor([7.6, 1.1], dtype=side.bfloat16)
            x = side.tensor(each, dtype=side.bfloat16)
            side.nn.functional.batch_norm(x, mean, variance, training=True, momentum=momentum)
            rows.append([mean.tolist(), variance.tolist()])
        found.append(rows)
    assert found[0] == found[1]
