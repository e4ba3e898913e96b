"""Averages of a model's weights along its training, and the rate that goes with them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any

from .._core import dtypes
from .._core.modes import no_grad
from .._ops.creation import tensor
from ..nn.modules.module import Module
from .lr_scheduler import LRScheduler, _per_group, _warn_outside
from .optimizer import Optimizer

__all__ = [  # noqa: RUF022 (torch's order)
    "AveragedModel",
    "update_bn",
    "SWALR",
    "get_ema_multi_avg_fn",
    "get_swa_multi_avg_fn",
    "get_ema_avg_fn",
    "get_swa_avg_fn",
]

Average = Callable[[Any, Any, Any], Any]
Averages = Callable[[Any, Any, Any], None]


def _check_decay(decay: float) -> None:
    if decay < 0.0 or decay > 1.0:
        raise ValueError(f"Invalid decay value {decay} provided. Please provide a value in [0,1] range.")


def _inexact(tensors: Any) -> bool:
    """Whether a list is of fractions; as in torch its first tensor tells."""
    return tensors[0].is_floating_point() or tensors[0].is_complex()


def get_ema_multi_avg_fn(decay: float = 0.999) -> Averages:
    """What moves lists of averages by ``1 - decay`` towards present values, in place."""
    _check_decay(decay)

    @no_grad()
    def ema_update(ema_param_list: Any, current_param_list: Any, _: Any) -> None:
        inexact = _inexact(ema_param_list)
        for average, current in zip(ema_param_list, current_param_list, strict=True):
            if inexact:
                average.lerp_(current, 1 - decay)
            else:
                average.copy_(average * decay + current * (1 - decay))

    return ema_update


def get_swa_multi_avg_fn() -> Averages:
    """What takes present values into lists of equally weighted means, in place."""

    @no_grad()
    def swa_update(averaged_param_list: Any, current_param_list: Any, num_averaged: Any) -> None:
        inexact = _inexact(averaged_param_list)
        for average, current in zip(averaged_param_list, current_param_list, strict=True):
            if inexact:
                average.lerp_(current, float(1 / (num_averaged + 1)))
            else:
                average.addcdiv_(current - average, num_averaged + 1)  # refuses integers, as torch does here

    return swa_update


def get_ema_avg_fn(decay: float = 0.999) -> Average:
    """The exponential average as a function of the average and the present value."""
    _check_decay(decay)

    @no_grad()
    def ema_update(ema_param: Any, current_param: Any, num_averaged: Any) -> Any:
        return decay * ema_param + (1 - decay) * current_param

    return ema_update


def get_swa_avg_fn() -> Average:
    """The equally weighted mean as a function of the mean so far, the present value and the count so far."""

    @no_grad()
    def swa_update(averaged_param: Any, current_param: Any, num_averaged: Any) -> Any:
        return averaged_param + (current_param - averaged_param) / (num_averaged + 1)

    return swa_update


class AveragedModel(Module):
    """A copy of ``model`` whose parameters are averages (Izmailov et al., 2018); buffers too with ``use_buffers``.

    AssertionError where both ``avg_fn`` (of tensors) and ``multi_avg_fn`` (of lists) are given.
    """

    n_averaged: Any

    def __init__(
        self, model: Module, device: Any = None, avg_fn: Average | None = None, multi_avg_fn: Averages | None = None,
        use_buffers: bool = False
    ) -> None:
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise AssertionError("Only one of avg_fn and multi_avg_fn should be provided")
        self.module = deepcopy(model)
        if device is not None:
            self.module = self.module.to(device)
        self.register_buffer("n_averaged", tensor(0, dtype=dtypes.int64, device=device))
        self.avg_fn, self.multi_avg_fn, self.use_buffers = avg_fn, multi_avg_fn, use_buffers

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What the averaged model makes of the arguments."""
        return self.module(*args, **kwargs)

    def update_parameters(self, model: Module) -> None:
        """Take the present values of ``model`` into the averages; the first time they are copied."""

        def of(each: Module) -> list[Any]:
            buffers = each.buffers() if self.use_buffers else ()
            return [x.detach() for x in (*each.parameters(), *buffers)]

        averages, current = of(self.module), of(model)
        if self.n_averaged == 0:
            for average, value in zip(averages, current, strict=True):
                average.copy_(value)
        elif self.multi_avg_fn is not None:
            by_dtype: dict[Any, tuple[list[Any], list[Any]]] = {}
            for average, value in zip(averages, current, strict=True):
                both = by_dtype.setdefault((average.dtype, value.dtype), ([], []))
                both[0].append(average)
                both[1].append(value)
            for group in by_dtype.values():
                self.multi_avg_fn(*group, self.n_averaged)
        else:
            mean = self.avg_fn or get_swa_avg_fn()
            for average, value in zip(averages, current, strict=True):
                average.copy_(mean(average, value, self.n_averaged))
        if not self.use_buffers:
            for average, value in zip(self.module.buffers(), model.buffers(), strict=True):
                average.detach().copy_(value.detach())
        self.n_averaged += 1


@no_grad()
def update_bn(loader: Iterable[Any], model: Module, device: Any = None) -> None:
    """Make the statistics of the model's batch normalisation anew from one pass over ``loader``."""
    momenta: dict[Any, Any] = {}
    for module in model.modules():
        if any(each.__name__ == "_BatchNorm" for each in type(module).__mro__):
            module.reset_running_stats()
            momenta[module] = module.momentum
    if not momenta:
        return
    was_training = model.training
    model.train()
    for module in momenta:
        module.momentum = None
    for batch in loader:
        batch = batch[0] if isinstance(batch, (list, tuple)) else batch
        model(batch if device is None else batch.to(device))
    for module, momentum in momenta.items():
        module.momentum = momentum
    model.train(was_training)


class SWALR(LRScheduler):
    """Goes from the present rate to a constant one in ``anneal_epochs``; ValueError for options out of range."""

    def __init__(
        self, optimizer: Optimizer, swa_lr: Any, anneal_epochs: int = 10, anneal_strategy: str = "cos",
        last_epoch: int = -1
    ) -> None:
        rates = _per_group("swa_lr", optimizer, swa_lr)
        for rate, group in zip(rates, optimizer.param_groups, strict=True):
            group["swa_lr"] = rate
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}")
        self._anneal_strategy = anneal_strategy
        if not isinstance(anneal_epochs, int) or anneal_epochs < 0:
            raise ValueError(f"anneal_epochs must be equal or greater than 0, got {anneal_epochs}")
        self.anneal_epochs = anneal_epochs
        super().__init__(optimizer, last_epoch)

    def _share(self, step: float) -> float:
        t = max(0, min(1, step / max(1, self.anneal_epochs)))
        return (1 - math.cos(math.pi * t)) / 2 if self._anneal_strategy == "cos" else t

    def get_lr(self) -> list[Any]:
        """The rates after another step: what they began with is told from the present ones."""
        _warn_outside(self, 3)
        step = self._step_count - 1
        if self.anneal_epochs == 0:
            step = max(1, step)
        before, share = self._share(step - 1), self._share(step)
        rates = []
        for group in self.optimizer.param_groups:
            goal, rate = group["swa_lr"], group["lr"]
            start = goal if before == 1 else (rate - before * goal) / (1 - before)
            rates.append(goal * share + start * (1 - share))
        return rates


for _each in __all__:
    globals()[_each].__module__ = "torch.optim.swa_utils"
