"""What steps saved, under torch's names, and what they mind being written to, beside torch itself."""

from __future__ import annotations

import re
import warnings
from typing import Any

import pytest
import torch

import minitorch_compat as engine

EXPRESSIONS = """
    x.softmax(-1)
    x.log_softmax(-1)
    x.sum(-1)
    x.sum((-1,-2))
    x.mean(-1,True)
    x.prod(-1)
    x.amax(-1)
    x.amax((-1,0))
    x.amax()
    x.amax(-1,True)
    x.max(-1).values
    x.min(-1)[0]
    x.median(-1)[0]
    x.mode(-1)[0]
    x.kthvalue(1,-1)[0]
    x.logsumexp(-1)
    x.logsumexp((-1,-2),True)
    x.cumsum(-1)
    x.cumprod(-1)
    x.cummax(-1)[0]
    x.logcumsumexp(-1)
    x.var(-1)
    x.var()
    x.var((0,1))
    x.var(-1,False)
    x.var(-1,correction=2)
    x.std(-1)
    x.std()
    torch.var_mean(x,-1)[0]
    torch.std_mean(x,-1)[0]
    torch.var_mean(x)[0]
    x.norm(2,-1)
    x.norm(2.5,-1)
    x.norm()
    torch.linalg.vector_norm(x)
    torch.linalg.vector_norm(x,dim=-1)
    torch.linalg.vector_norm(x,3,dim=(-1,),keepdim=True)
    x.nansum(-1)
    x.triu(-1)
    x.tril(-1)
    x.transpose(-1,-2)
    x.permute(-1,0)
    x.unsqueeze(-1)
    x[None].squeeze(-3)
    x[None].squeeze()
    x[None].squeeze((0,-1))
    x.flip(-1)
    x.roll(1,-1)
    x.rot90()
    x.select(-1,-1)
    x[:,-1]
    x[-1]
    x[1:]
    x[:-1]
    x[::2]
    x.narrow(1,0,1)
    x.unfold(-1,2,1)
    x.diagonal()
    x.diagonal(0,-2,-1)
    torch.cat([x,x],-1)
    torch.stack([x,x],-1)
    x.split(1,-1)[0]
    x.chunk(2,-1)[0]
    x.unbind(-1)[0]
    x.gather(-1,torch.tensor([[0],[1]]))
    x.scatter(-1,torch.tensor([[0],[1]]),0.)
    x.scatter(-1,torch.tensor([[0],[1]]),x)
    x.scatter_add(-1,torch.tensor([[0],[1]]),x)
    x.index_select(-1,torch.tensor([0]))
    x.index_add(-1,torch.tensor([0]),x[:,:1])
    x.index_copy(-1,torch.tensor([0]),x[:,:1])
    x.index_fill(-1,torch.tensor([0]),1.)
    x.sort(-1)[0]
    x.sort(0,descending=True)[0]
    x.topk(1,-1)[0]
    x.topk(1)[0]
    x.renorm(2,-1,1.)
    x.repeat_interleave(2,-1)
    x.logsumexp(-1)
    torch.nn.functional.glu(x,-1)
    torch.nn.functional.normalize(x,dim=-1)
    torch.diff(x)
    torch.fft.fft(x)
    torch.fft.ifft(x*1j, norm='ortho')
    torch.fft.irfft(x*1j)
    torch.fft.fftn(x,dim=(-1,-2))
    torch.cross(torch.cat([x,x[:,:1]],1),torch.cat([x,x[:,:1]],1),dim=-1)
    torch.diag_embed(x,0,-2,-1)
    x.squeeze(-1)
    x.movedim(0,-1)
    x.unflatten(-1,(1,2))
    x.T
    x.mT
    x.expand(3,2,2)
    x.repeat(2,1)
    x.view(4)
    x.reshape(-1)
    x.flatten()
    x.to(torch.float32)
    x.clone()
    x.clamp(0,1)
    x.clamp(min=0)
    x.clamp(max=x)
    x.clamp(x,x)
    x.clip(min=x)
    x.pow(2)
    x.pow(2.5)
    x**x
    2**x
    x.pow(0)
    x.relu()
    torch.nn.functional.gelu(x)
    torch.nn.functional.gelu(x,approximate='tanh')
    torch.nn.functional.softplus(x)
    torch.nn.functional.hardtanh(x)
    torch.nn.functional.threshold(x,0.,1.)
    torch.nn.functional.softshrink(x)
    torch.nn.functional.hardshrink(x)
    torch.nn.functional.silu(x)
    torch.nn.functional.mish(x)
    torch.nn.functional.prelu(x,x[0,:1])
    torch.nn.functional.dropout(x,0.3)
    torch.dropout(x,0.3,True)
    x.masked_fill(x>0,1.)
    x.masked_fill(x>0,x.sum())
    x.masked_select(x>0)
    torch.where(x>0,x,0.)
    torch.addcmul(x,x,x,value=2)
    torch.addcdiv(x,x,x,value=2)
    torch.lerp(x,x*2,0.5)
    torch.lerp(x,x*2,x)
    x+2
    x+x
    torch.add(x,x,alpha=3)
    x-2
    2-x
    torch.sub(x,x,alpha=0.5)
    x*x
    x/x
    x/2.5
    x//x
    x%2
    x%x
    x.fmod(2)
    x.fmod(x)
    torch.remainder(x,x)
    x.atan2(x)
    torch.hypot(x,x)
    torch.maximum(x,x)
    torch.fmax(x,x)
    x.exp()
    x.log()
    x.sqrt()
    x.rsqrt()
    x.sigmoid()
    x.tanh()
    x.erf()
    x.erfinv()
    x.lgamma()
    x.digamma()
    x.abs()
    x.sgn()
    x.sign()
    x.round()
    x.round(decimals=1)
    x.frac()
    x.nan_to_num()
    x.logit()
    x.logit(1e-6)
    x.logdet()
    x.inverse()
    torch.linalg.inv(x)
    torch.linalg.cholesky(x@x.mT+3*torch.eye(2))
    torch.linalg.qr(x)[0]
    torch.linalg.svd(x)[1]
    torch.linalg.eigh(x+x.mT)[0]
    torch.linalg.eig(x)[0]
    torch.linalg.pinv(x)
    torch.linalg.matrix_exp(x)
    torch.trace(x)
    x.diag()
    torch.kron(x,x)
    torch.outer(x[0],x[0])
    torch.dot(x[0],x[1])
    torch.mv(x,x[0])
    x@x
    x@x[0]
    x[None]@x[None]
    torch.bmm(x[None],x[None])
    torch.addmm(x,x,x)
    torch.addmm(x,x,x,beta=2,alpha=.5)
    torch.addmv(x[0],x,x[0])
    torch.addr(x,x[0],x[0])
    torch.baddbmm(x[None],x[None],x[None])
    torch.nn.functional.linear(x,x,x[0])
    torch.nn.functional.linear(x,x)
    torch.nn.functional.linear(x[None],x,x[0])
    torch.cdist(x,x)
    torch.pdist(x)
    torch.nn.functional.mse_loss(x,x+1)
    torch.nn.functional.l1_loss(x,x+1)
    torch.nn.functional.l1_loss(x,x+1,reduction='sum')
    torch.nn.functional.smooth_l1_loss(x,x+1,reduction='none')
    torch.nn.functional.huber_loss(x,x+1)
    torch.nn.functional.kl_div(x,x)
    torch.nn.functional.cross_entropy(x,x.detach())
    torch.nn.functional.binary_cross_entropy(x.sigmoid(),x.detach().sigmoid())
    torch.nn.functional.binary_cross_entropy_with_logits(x,x.detach().sigmoid(),pos_weight=torch.tensor(2.))
    torch.nn.functional.hinge_embedding_loss(x,x.detach().sign())
    torch.nn.functional.multi_margin_loss(x,torch.tensor([0,1]))
    torch.nn.functional.soft_margin_loss(x,x.detach().sign())
    torch.nn.functional.instance_norm(x[None])
    torch.nn.functional.rms_norm(x,(2,))
    torch.nn.functional.local_response_norm(x[None],2)
    torch.nn.functional.embedding(torch.tensor([1,0]),x)
    torch.nn.functional.embedding(torch.tensor([1,0]),x,padding_idx=0)
    torch.conv1d(x[None],x[None])
    torch.nn.functional.conv2d(x[None,None],x[None,None],padding=1)
    torch.nn.functional.conv2d(x[None,None],x[None,None],padding='same')
    torch.nn.functional.conv_transpose2d(x[None,None],x[None,None],x[0,:1],output_padding=1,stride=2)
    torch.nn.functional.max_pool1d(x[None],2)
    torch.nn.functional.avg_pool1d(x[None],2)
    torch.nn.functional.avg_pool2d(x[None],2)
    torch.nn.functional.avg_pool2d(x[None],(2,1),stride=1)
    torch.nn.functional.adaptive_avg_pool1d(x[None],1)
    torch.nn.functional.adaptive_avg_pool2d(x[None],2)
    torch.nn.functional.adaptive_max_pool2d(x[None],1)
    torch.nn.functional.lp_pool2d(x[None],2,2)
    torch.nn.functional.unfold(x[None,None],1)
    torch.nn.functional.fold(x[None],(1,2),1)
    torch.nn.functional.pad(x,(1,1))
    torch.nn.functional.pad(x,(1,1),value=2)
    torch.nn.functional.pad(x,(1,1),mode='circular')
    torch.nn.functional.pad(x[None],(1,1),mode='reflect')
    torch.nn.functional.pad(x[None],(1,1),mode='replicate')
    torch.nn.functional.interpolate(x[None],4)
    torch.nn.functional.interpolate(x[None,None],scale_factor=2.)
    torch.nn.functional.interpolate(x[None,None],4,mode='bilinear')
    torch.nn.functional.interpolate(x[None,None],scale_factor=1.5,mode='bilinear',align_corners=True,recompute_scale_factor=True)
    torch.nn.functional.affine_grid(torch.cat([x,x[:,:1]],1)[None],(1,1,2,2))
    torch.nn.functional.pixel_shuffle(x.reshape(1,4,1,1),2)
    torch.nn.functional.pixel_unshuffle(x.reshape(1,1,2,2),2)
    torch.nn.functional.channel_shuffle(x.reshape(1,4,1,1),2)
    torch.nn.functional.scaled_dot_product_attention(x[None],x[None],x[None])
    torch.nn.functional.gumbel_softmax(x)
    torch.nn.functional.softmin(x,-1)
    torch.nn.functional.one_hot(torch.tensor([1])).double()+x
    torch.bernoulli(x.sigmoid())
    torch.poisson(x.exp())
    x.take(torch.tensor([0]))
    x.put(torch.tensor([0]),x[0,:1])
    x.masked_scatter(x>0,x)
    x.scatter_reduce(0,torch.tensor([[0,0]]),x,'amax')
    x.scatter_reduce(0,torch.tensor([[0,0]]),x,'prod')
    x.scatter_reduce(-1,torch.tensor([[0,0]]),x,'mean')
    torch.select_scatter(x,x[0],-1,0)
    torch.slice_scatter(x,x[:1],-2,0,1)
    torch.diagonal_scatter(x,x[0])
    torch.view_as_real(x*1j)
    torch.complex(x,x)
    torch.polar(x,x)
    (x*1j).conj()
    (x*1j).angle()
    (x*1j).abs()
    torch.stft(x[0].repeat(4),4,return_complex=True)
    torch.special.i0(x)
    torch.special.xlogy(x,x)
    torch.special.zeta(x.exp()+1,x.exp())
    torch.logaddexp(x,x)
    torch.cummin(x,0)[0]
    torch.quantile(x,0.5)
    torch.nanmedian(x)
    torch.median(x)
    x.max()
    x.min()
    x.aminmax().min
    x.copysign(1.)
    x.copysign(x)
    x.ldexp(x)
    x.sinc()
    x.i0()
    x.float_power(2)
    x.square()
    x.reciprocal()
    x.neg()
    x.view(2,2,1).squeeze(2)
    x.bfloat16()
    x.half()
    x.type(torch.float32)
    x.detach().requires_grad_()*x
    x.addmm(x,x)
    x.expand_as(x)
    x.view_as(x)
    torch.nn.functional.hardswish(x)
    torch.nn.functional.relu6(x)
    torch.nn.functional.celu(x)
    torch.nn.functional.tanhshrink(x)
    torch.nn.functional.softsign(x)
    torch.nn.functional.triplet_margin_loss(x,x,x)
    torch.nn.functional.margin_ranking_loss(x,x,x.detach().sign())
    torch.nn.functional.cosine_embedding_loss(x,x,torch.tensor([1.,-1.]))
    torch.nn.functional.poisson_nll_loss(x,x.detach())
    torch.nn.functional.gaussian_nll_loss(x,x.detach(),x.detach().exp())
    torch.nn.functional.pairwise_distance(x,x)
    torch.nn.functional.multilabel_soft_margin_loss(x,x.detach())
    torch.nn.functional.linear(x.detach(), x)
    torch.nn.functional.linear(x, x.detach(), x[0].detach())
    x.detach() @ x.t()
    x @ x.detach().t()
    torch.addmm(x.detach(), x, x.detach())
    torch.normal(x, 1.0)
    torch.normal(0.0, x)
    torch.conv_tbc(x[None], x[None], x[0], 1)
    torch.nn.functional.batch_norm(x, torch.zeros(2).double(), torch.ones(2).double(), x[0], x[0])
    torch.nn.functional.group_norm(x, 1)
""".strip().splitlines()


def shown(namespace: Any, value: Any) -> Any:
    if isinstance(value, namespace.Tensor):
        described = tuple(value.shape), str(value.dtype), value.requires_grad, value.grad_fn is None, value.stride()
        return ("tensor", *described)
    if isinstance(value, (tuple, list)) and any(isinstance(each, namespace.Tensor) for each in value):
        return [shown(namespace, each) for each in value]
    return repr(value)


def result(namespace: Any, expression: str, x: Any) -> Any:
    namespace.manual_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return eval(expression, {"torch": namespace, "x": x})


def source(namespace: Any) -> Any:
    return namespace.tensor([[0.5, 0.25], [0.125, 0.75]], dtype=namespace.float64, requires_grad=True)


@pytest.mark.parametrize("expression", [each.strip() for each in EXPRESSIONS])
def test_saved(expression: str) -> None:
    seen = []
    for namespace in (torch, engine):
        node = result(namespace, expression, source(namespace)).grad_fn
        saved = {name: shown(namespace, getattr(node, name)) for name in dir(node) if name.startswith("_saved_")}
        seen.append((node.name(), saved))
    assert seen[1] == seen[0]


GUARDED = """
    2 ** x
    torch.complex(x, x)
    x.erfinv()
    torch.special.log_ndtr(x)
    torch.var_mean(x, 0)[0]
    torch.std_mean(x, 0)[0]
    torch.gather(x, 1, torch.tensor([[0], [1]]))
    torch.index_add(x, 0, torch.tensor([0, 1]), x, alpha=2)
    torch.index_copy(x, 0, torch.tensor([0, 1]), x)
    x.take(torch.tensor([0]))
    x.put(torch.tensor([0, 1]), x[0])
    torch.fft.fft(x)
    torch.linalg.eigvals(x)
    torch.linalg.householder_product(x, x[0])
    torch.nn.functional.batch_norm(x, None, None, None, x[0], True)
    torch.nn.functional.layer_norm(x, (2,), None, x[0])
    torch.nn.functional.group_norm(x, 1, torch.ones(2, dtype=x.dtype), x[0])
    x.cummax(0)[0]
""".strip().splitlines()


@pytest.mark.parametrize("written", ["argument", "result"])
@pytest.mark.parametrize("expression", [each.strip() for each in GUARDED])
def test_guarded(expression: str, written: str) -> None:
    """A write to what a step saved is found by backward, and a write to anything else is not."""
    seen = []
    for namespace in (torch, engine):
        x = source(namespace) * 1
        made = result(namespace, expression, x)
        loss = (made.real if made.is_complex() else made).sum()
        target = x if written == "argument" else made
        with namespace.no_grad():
            target[...] = target.clone()
        try:
            loss.backward()
            seen.append("nothing")
        except RuntimeError as error:
            seen.append(re.sub(r"which is output 0 of \w+", "", str(error)))
    assert seen[1] == seen[0]


PACKED = """
    x / x
    x ** x
    torch.maximum(x, x)
    torch.atan2(x, x)
    x.cummax(0)[0]
    torch.nn.functional.mse_loss(x, x * 2)
    torch.nn.functional.cross_entropy(x, torch.tensor([0, 1]))
    torch.nn.functional.nll_loss(x, torch.tensor([0, 1]))
    torch.nn.functional.grid_sample(x[None, None], x[None, None], align_corners=False)
    torch.std_mean(x, 0)[0]
""".strip().splitlines()


@pytest.mark.parametrize("expression", [each.strip() for each in PACKED])
def test_hooks_see_each_saved_tensor_once(expression: str) -> None:
    seen = []
    for namespace in (torch, engine):
        log: list[Any] = []

        def pack(tensor: Any, log: list[Any] = log, namespace: Any = namespace) -> Any:
            log.append(shown(namespace, tensor))
            return tensor

        def unpack(tensor: Any, log: list[Any] = log) -> Any:
            log.append("unpacked")
            return tensor

        with namespace.autograd.graph.saved_tensors_hooks(pack, unpack):
            made = result(namespace, expression, source(namespace))
        made.sum().backward()
        seen.append(log)
    assert seen[1] == seen[0]
