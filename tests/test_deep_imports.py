"""The imports that programs written for torch begin with: from deep inside, and of names with an underscore."""

from __future__ import annotations

import inspect

import pytest

import minitorch_compat

IMPORTS = """
from torch.nn.modules.utils import _pair, _single, _triple, _ntuple
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.conv import _ConvNd
from torch.nn.modules.loss import _Loss, _WeightedLoss
from torch.nn.modules.module import Module, _addindent
from torch.nn.common_types import _size_2_t
from torch.nn.parameter import Parameter
from torch.nn.modules.pooling import _AvgPoolNd
from torch.nn.modules.container import Sequential
from torch.nn.modules.rnn import RNNBase
from torch.nn.modules.linear import NonDynamicallyQuantizableLinear
from torch.nn.modules.activation import MultiheadAttention
from torch.nn.modules.dropout import _DropoutNd
from torch.nn.modules.lazy import LazyModuleMixin
from torch.nn.modules.instancenorm import _InstanceNorm
from torch.nn.modules.upsampling import Upsample
from torch.nn.utils import clip_grad_norm_, parameters_to_vector, weight_norm, spectral_norm, remove_weight_norm
from torch.nn.utils.clip_grad import clip_grad_norm_
from torch.nn.utils.rnn import pack_sequence, PackedSequence
from torch.nn.utils.parametrizations import weight_norm
from torch.nn.utils.parametrize import register_parametrization
from torch.nn.utils.prune import l1_unstructured
from torch.nn.utils.convert_parameters import vector_to_parameters
from torch.nn.utils.stateless import functional_call
from torch.nn.utils.weight_norm import weight_norm
from torch.nn.utils.spectral_norm import spectral_norm
from torch.nn.utils.fusion import fuse_conv_bn_eval
from torch.optim.optimizer import Optimizer, required
from torch.optim.lr_scheduler import _LRScheduler, LambdaLR, LRScheduler
from torch.optim.adam import Adam
from torch.optim.sgd import SGD
from torch.optim import Optimizer
from torch.optim.swa_utils import AveragedModel
from torch.autograd import Variable, Function, grad
from torch.autograd.function import once_differentiable, InplaceFunction, FunctionCtx
from torch.autograd.functional import jacobian
from torch.autograd.gradcheck import gradcheck
from torch.autograd.graph import saved_tensors_hooks
from torch.autograd.variable import Variable
from torch.autograd.anomaly_mode import detect_anomaly
from torch.autograd.grad_mode import no_grad
from torch.autograd.forward_ad import dual_level
from torch.utils.data import Dataset, DataLoader, random_split, get_worker_info, default_collate
from torch.utils.data.dataset import Dataset, Subset
from torch.utils.data.dataloader import DataLoader, default_collate
from torch.utils.data.sampler import Sampler, RandomSampler
from torch.utils.data._utils.collate import default_collate
from torch.utils.data.distributed import DistributedSampler
from torch.utils.checkpoint import checkpoint, checkpoint_sequential
from torch.utils.hooks import RemovableHandle
from torch.utils import data
from torch.distributions import Normal, constraints
from torch.distributions.normal import Normal
from torch.distributions.kl import kl_divergence, register_kl
from torch.distributions.utils import broadcast_all, lazy_property, logits_to_probs
from torch.distributions.constraints import positive
from torch.distributions.transforms import AffineTransform
from torch.distributions.distribution import Distribution
from torch.cuda.amp import autocast, GradScaler
from torch.amp import autocast
from torch.func import vmap, grad
from torch.fft import fft
from torch.linalg import norm
from torch.special import erf
from torch.random import manual_seed
from torch.serialization import add_safe_globals
from torch._C import Generator
from torch._utils import _flatten_dense_tensors, _unflatten_dense_tensors
from torch.testing import assert_close
from torch.types import Number
from torch.backends import cudnn
from torch.return_types import max
from torch.storage import UntypedStorage
from torch import Tensor, nn, optim, device, dtype, Size, FloatTensor, LongTensor, Generator
"""


@pytest.mark.parametrize("line", IMPORTS.strip().split("\n"))
def test_programs_import_what_torch_has(line: str) -> None:
    names: dict[str, object] = {}
    with minitorch_compat.as_torch():
        exec(line, names)
    assert len(names) > 1


def test_a_module_that_shares_its_name_leaves_the_function_alone() -> None:
    code = """
import torch
from torch.autograd.gradcheck import GradcheckError
from torch.nn.utils.weight_norm import WeightNorm
found = torch.autograd.gradcheck, torch.nn.utils.weight_norm, torch.nn.utils.spectral_norm
"""
    names: dict[str, object] = {}
    with minitorch_compat.as_torch():
        exec(code, names)
    assert all(map(inspect.isfunction, names["found"]))  # type: ignore[arg-type]


def test_sizes_of_layers() -> None:
    torch = pytest.importorskip("torch")
    import torch.nn.modules.utils as theirs

    from minitorch_compat.nn.modules import utils as ours

    for name in ("_single", "_pair", "_triple", "_quadruple"):
        for given in (3, (1, 2), [4], "ab", None):
            assert getattr(ours, name)(given) == getattr(theirs, name)(given)
    assert ours._reverse_repeat_tuple((1, 2, 3), 2) == theirs._reverse_repeat_tuple((1, 2, 3), 2)
    for size, defaults in ((3, [1]), ([None, 2], [5, 6, 7]), ((None,), [4, 5])):
        assert ours._list_with_default(size, defaults) == theirs._list_with_default(size, defaults)
    with pytest.raises(ValueError, match="Input dimension should be at least 3"):
        ours._list_with_default((1, None), [1])
    states = []
    for side, parse in ((torch, theirs), (minitorch_compat, ours)):
        model = side.nn.ModuleDict({"module": side.nn.Sequential(side.nn.Linear(1, 1))})
        state = model.state_dict()
        parse.consume_prefix_in_state_dict_if_present(state, "module.")
        states.append((list(state), dict(state._metadata)))
    assert states[0] == states[1]
    vectors = []
    for side in (torch, minitorch_compat):
        parts = [side.ones(2, 2), side.zeros(3)]
        flat = side._utils._flatten_dense_tensors(parts)
        vectors.append((flat.tolist(), [each.tolist() for each in side._utils._unflatten_dense_tensors(flat, parts)]))
    assert vectors[0] == vectors[1]
