"""Normalization of batches as layers, and what it shares with that of instances."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..._core import dtypes
from ..._core.forms import FUNCTIONS
from ..._core.tensor import Tensor
from .. import functional as F
from .. import init
from ..parameter import Parameter, UninitializedBuffer, UninitializedParameter
from .lazy import LazyModuleMixin
from .module import Module

__all__ = [
    "BatchNorm1d", "BatchNorm2d", "BatchNorm3d", "LazyBatchNorm1d", "LazyBatchNorm2d", "LazyBatchNorm3d",
    "SyncBatchNorm",
]


class _NormBase(Module):
    """A weight and a bias for each channel, and the moments of what has passed."""

    _version = 2
    __constants__ = ("track_running_stats", "momentum", "eps", "num_features", "affine")
    running_mean: Any
    running_var: Any
    num_batches_tracked: Any
    weight: Any
    bias: Any

    def __init__(
        self, num_features: int, eps: float = 1e-5, momentum: float | None = 0.1, affine: bool = True,
        track_running_stats: bool = True, device: Any = None, dtype: Any = None, *, bias: bool = True,
    ) -> None:
        super().__init__()
        options = {"device": device, "dtype": dtype}
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        if affine:
            self.weight = Parameter(FUNCTIONS["empty"](num_features, **options))
            if bias:
                self.bias = Parameter(FUNCTIONS["empty"](num_features, **options))
            else:
                self.register_parameter("bias", None)
        else:
            self.register_parameter("weight", None)
            self.register_parameter("bias", None)
        if track_running_stats:
            self.register_buffer("running_mean", FUNCTIONS["zeros"](num_features, **options))
            self.register_buffer("running_var", FUNCTIONS["ones"](num_features, **options))
            self.register_buffer("num_batches_tracked", FUNCTIONS["tensor"](0, dtype=dtypes.int64))
        else:
            self.register_buffer("running_mean", None)
            self.register_buffer("running_var", None)
            self.register_buffer("num_batches_tracked", None)
        self.reset_parameters()

    def reset_running_stats(self) -> None:
        """Forget what has passed."""
        if self.track_running_stats:
            self.running_mean.zero_()
            self.running_var.fill_(1)
            self.num_batches_tracked.zero_()

    def reset_parameters(self) -> None:
        """Ones for weights, zeros for biases, and nothing has passed."""
        self.reset_running_stats()
        if self.affine:
            init.ones_(self.weight)
            if self.bias is not None:
                init.zeros_(self.bias)

    def _check_input_dim(self, input: Tensor) -> None:
        raise NotImplementedError

    def extra_repr(self) -> str:
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )

    def _upgraded(self, state_dict: Mapping[str, Any], prefix: str, metadata: Mapping[str, Any]) -> Mapping[str, Any]:
        """The count of batches came with version 2."""
        key = prefix + "num_batches_tracked"
        version = metadata.get("version", None)
        if (version is None or version < 2) and self.track_running_stats and key not in state_dict:
            count = self.num_batches_tracked
            return {**state_dict, key: FUNCTIONS["tensor"](0, dtype=dtypes.int64) if count is None else count}
        return state_dict


class _BatchNorm(_NormBase):
    """Each channel normalized by the moments of the batch, or by the running ones."""

    def forward(self, input: Tensor) -> Tensor:
        self._check_input_dim(input)
        factor = 0.0 if self.momentum is None else self.momentum
        if self.training and self.track_running_stats and self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:
                factor = 1.0 / float(self.num_batches_tracked)
        training = self.training or (self.running_mean is None and self.running_var is None)
        running = not self.training or self.track_running_stats
        return F.batch_norm(
            input, self.running_mean if running else None, self.running_var if running else None, self.weight,
            self.bias, training, factor, self.eps,
        )


def expect(input: Tensor, *dimensions: int) -> None:
    """ValueError for an input of another number of dimensions."""
    if input.dim() not in dimensions:
        either = " or ".join(f"{each}D" for each in dimensions)
        raise ValueError(f"expected {either} input (got {input.dim()}D input)")


class BatchNorm1d(_BatchNorm):
    """Over (N, C) or (N, C, length)."""

    def _check_input_dim(self, input: Tensor) -> None:
        expect(input, 2, 3)


class BatchNorm2d(_BatchNorm):
    """Over (N, C, height, width)."""

    def _check_input_dim(self, input: Tensor) -> None:
        expect(input, 4)


class BatchNorm3d(_BatchNorm):
    """Over (N, C, depth, height, width)."""

    def _check_input_dim(self, input: Tensor) -> None:
        expect(input, 5)


class SyncBatchNorm(_BatchNorm):
    """What ``_BatchNorm`` is in a single process; (N, C, *space)."""

    def __init__(
        self, num_features: int, eps: float = 1e-5, momentum: float | None = 0.1, affine: bool = True,
        track_running_stats: bool = True, process_group: Any = None, device: Any = None, dtype: Any = None, *,
        bias: bool = True,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)
        self.process_group = process_group

    def _check_input_dim(self, input: Tensor) -> None:
        if input.dim() < 2:
            raise ValueError(f"expected at least 2D input (got {input.dim()}D input)")

    def _check_non_zero_input_channels(self, input: Tensor) -> None:
        if input.size(1) == 0:
            raise ValueError("SyncBatchNorm number of input channels should be non-zero")

    def forward(self, input: Tensor) -> Tensor:
        self._check_input_dim(input)
        self._check_non_zero_input_channels(input)
        return super().forward(input)

    @classmethod
    def convert_sync_batchnorm(cls, module: Any, process_group: Any = None) -> Any:
        """Every normalization of batches in a tree as one of this class."""
        made = module
        if isinstance(module, _BatchNorm):
            made = SyncBatchNorm(
                module.num_features, module.eps, module.momentum, module.affine, module.track_running_stats,
                process_group,
            )
            if module.affine:
                made.weight, made.bias = module.weight, module.bias
            made.running_mean, made.running_var = module.running_mean, module.running_var
            made.num_batches_tracked = module.num_batches_tracked
            made.training = module.training
        for name, child in module.named_children():
            made.add_module(name, cls.convert_sync_batchnorm(child, process_group))
        return made


class _LazyNormBase(LazyModuleMixin):
    """Learns the number of channels from its first input."""

    weight: Any

    def __init__(
        self, eps: float = 1e-5, momentum: float | None = 0.1, affine: bool = True, track_running_stats: bool = True,
        device: Any = None, dtype: Any = None, *, bias: bool = True,
    ) -> None:
        super().__init__(0, eps, momentum, False, False, device, dtype, bias=bias)
        own: Any = self
        own.affine = affine
        own.track_running_stats = track_running_stats
        if affine:
            own.weight = UninitializedParameter(device=device, dtype=dtype)
            if bias:
                own.bias = UninitializedParameter(device=device, dtype=dtype)
        if track_running_stats:
            own.running_mean = UninitializedBuffer(device=device, dtype=dtype)
            own.running_var = UninitializedBuffer(device=device, dtype=dtype)
            own.num_batches_tracked = FUNCTIONS["tensor"](0, dtype=dtypes.int64)

    def reset_parameters(self) -> None:
        own: Any = self
        if not self.has_uninitialized_params() and own.num_features != 0:
            super().reset_parameters()  # type: ignore[misc]

    def initialize_parameters(self, input: Tensor) -> None:
        """Make the parameters and the moments for the channels of ``input``."""
        own: Any = self
        if not self.has_uninitialized_params():
            return
        own.num_features = input.shape[1]
        if own.affine:
            own.weight.materialize((own.num_features,))
            if own.bias is not None:
                own.bias.materialize((own.num_features,))
        if own.track_running_stats:
            own.running_mean.materialize((own.num_features,))
            own.running_var.materialize((own.num_features,))
        self.reset_parameters()


class LazyBatchNorm1d(_LazyNormBase, BatchNorm1d):
    """``BatchNorm1d`` that learns ``num_features`` from its first input."""

    cls_to_become = BatchNorm1d


class LazyBatchNorm2d(_LazyNormBase, BatchNorm2d):
    """``BatchNorm2d`` that learns ``num_features`` from its first input."""

    cls_to_become = BatchNorm2d


class LazyBatchNorm3d(_LazyNormBase, BatchNorm3d):
    """``BatchNorm3d`` that learns ``num_features`` from its first input."""

    cls_to_become = BatchNorm3d


for _class in (
    _NormBase, _BatchNorm, BatchNorm1d, BatchNorm2d, BatchNorm3d, SyncBatchNorm, _LazyNormBase, LazyBatchNorm1d,
    LazyBatchNorm2d, LazyBatchNorm3d,
):
    _class.__module__ = "torch.nn.modules.batchnorm"
