"""Draws from gamma and Dirichlet distributions, and how they follow their parameters."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._core.modes import mode
from .._core.operations import op
from .._core.options import Misfit, checked
from .._core.recording import Recorder
from .._core.tensor import Tensor, wrap
from .._kernels import reparametrised
from . import entry
from .random import kernel, no_derivative, recorded, twister_of

Array = np.ndarray


@op("standard_gamma_slope", method=False, module=False, node="NotImplemented",
    x=no_derivative("_standard_gamma_grad"), draw=no_derivative("_standard_gamma_grad"))
def standard_gamma_slope(x: Array, draw: Array):
    """How a draw from the gamma distribution of shape ``x`` moves with it."""
    return reparametrised.gamma_slope(x, draw)


_gamma = Recorder(
    "_standard_gamma", ("x",), {"x": lambda xp, g, x, out: g * xp.standard_gamma_slope(x, out)},
    node="StandardGammaBackward0",
)  # fmt: skip


def _standard_gamma(input: Tensor, generator: Any = None) -> Tensor:
    """Gamma distributed numbers of shape ``input`` and scale 1."""
    if not isinstance(input, Tensor):
        raise Misfit
    out = wrap(kernel("standard_gamma")(twister_of(generator), input._data))
    if mode.enabled and input._node is not None:
        out._node = _gamma.node((input,))
        _gamma.keep_out(out._node, out)
    return out


_dirichlet = Recorder(
    "_sample_dirichlet", ("x",), {"x": no_derivative("_sample_dirichlet")}, node="NotImplemented",
)  # fmt: skip


def _sample_dirichlet(input: Tensor, generator: Any = None) -> Tensor:
    """Dirichlet distributed vectors along the last dimension."""
    if not isinstance(input, Tensor):
        raise Misfit
    return recorded(wrap(kernel("dirichlet")(twister_of(generator), input._data)), _dirichlet, input)


_dirichlet_slope = Recorder(
    "_dirichlet_grad", ("x", "alpha", "total"),
    dict.fromkeys(("x", "alpha", "total"), no_derivative("_dirichlet_grad")), node="NotImplemented",
)  # fmt: skip


def _dirichlet_grad(x: Tensor, alpha: Tensor, total: Tensor) -> Tensor:
    """How a component ``x`` of a Dirichlet draw moves with its ``alpha``, the sum of all being ``total``."""
    if not (isinstance(x, Tensor) and isinstance(alpha, Tensor) and isinstance(total, Tensor)):
        raise Misfit
    slope = reparametrised.dirichlet_slope(x._data, alpha._data, total._data)
    return recorded(wrap(slope), _dirichlet_slope, x, alpha, total)


for _function in (_standard_gamma, _sample_dirichlet, _dirichlet_grad):
    entry.publish(_function.__name__, checked(_function.__name__)(_function), method=False)
