"""Parametrizations of weights: by direction and length, by the largest singular value, and orthogonal ones."""

from __future__ import annotations

from typing import Any

from ..._core.forms import FUNCTIONS
from ..._core.modes import no_grad
from ..._core.tensor import Tensor
from ..._ops.linear_algebra import LINEAR_ALGEBRA
from .. import functional as F
from ..modules.conv import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from ..modules.module import Module
from .parametrize import register_parametrization


class _WeightNorm(Module):
    """A weight as its lengths along one dimension and its directions (Salimans and Kingma, 2016)."""

    def __init__(self, dim: int | None = 0) -> None:
        super().__init__()
        self.dim = -1 if dim is None else dim

    def forward(self, weight_g: Any, weight_v: Any) -> Any:
        return FUNCTIONS["_weight_norm"](weight_v, weight_g, self.dim)

    def right_inverse(self, weight: Any) -> tuple[Any, Any]:
        """The lengths and the weight itself."""
        return FUNCTIONS["norm_except_dim"](weight, 2, self.dim), weight


def weight_norm(module: Module, name: str = "weight", dim: int | None = 0) -> Module:
    """Learn the lengths of a weight along ``dim``, or as a whole for None, apart from its directions."""
    register_parametrization(module, name, _WeightNorm(dim), unsafe=True)

    def renamed(state_dict: dict[str, Any], prefix: str, *rest: Any) -> None:
        """Take states in which lengths and directions have the names of old."""
        old = [f"{prefix}{name}_{letter}" for letter in "gv"]
        if all(each in state_dict for each in old):
            for place, each in enumerate(old):
                state_dict[f"{prefix}parametrizations.{name}.original{place}"] = state_dict.pop(each)

    module._register_load_state_dict_pre_hook(renamed)
    return module


class _SpectralNorm(Module):
    """A weight over its largest singular value, found by iterations (Miyato and others, 2018)."""

    _u: Any
    _v: Any

    def __init__(self, weight: Any, n_power_iterations: int = 1, dim: int = 0, eps: float = 1e-12) -> None:
        super().__init__()
        ndim = weight.ndim
        if dim >= ndim or dim < -ndim:
            raise IndexError(
                f"Dimension out of range (expected to be in range of [-{ndim}, {ndim - 1}] but got {dim})"
            )
        if n_power_iterations <= 0:
            raise ValueError(
                f"Expected n_power_iterations to be positive, but got n_power_iterations={n_power_iterations}"
            )
        self.dim = dim if dim >= 0 else dim + ndim
        self.eps = eps
        if ndim > 1:
            self.n_power_iterations = n_power_iterations
            matrix = self._reshape_weight_to_matrix(weight)
            rows, columns = matrix.size()
            u, v = matrix.new_empty(rows).normal_(0, 1), matrix.new_empty(columns).normal_(0, 1)
            self.register_buffer("_u", F.normalize(u, dim=0, eps=eps))
            self.register_buffer("_v", F.normalize(v, dim=0, eps=eps))
            self._power_method(matrix, 15)

    def _reshape_weight_to_matrix(self, weight: Any) -> Any:
        if self.dim != 0:
            weight = weight.permute(self.dim, *(each for each in range(weight.dim()) if each != self.dim))
        return weight.flatten(1)

    def _power_method(self, weight_mat: Any, n_power_iterations: int) -> None:
        with no_grad():
            for _ in range(n_power_iterations):
                self._u.copy_(F.normalize(FUNCTIONS["mv"](weight_mat, self._v), dim=0, eps=self.eps))
                self._v.copy_(F.normalize(FUNCTIONS["mv"](weight_mat.t(), self._u), dim=0, eps=self.eps))

    def forward(self, weight: Any) -> Any:
        if weight.ndim == 1:
            return F.normalize(weight, dim=0, eps=self.eps)
        matrix = self._reshape_weight_to_matrix(weight)
        if self.training:
            self._power_method(matrix, self.n_power_iterations)
        u, v = self._u.clone(), self._v.clone()
        return weight / FUNCTIONS["vdot"](u, FUNCTIONS["mv"](matrix, v))

    def right_inverse(self, value: Any) -> Any:
        """The value itself: it may or may not have been normalized."""
        return value


def _rows_of(module: Module, dim: int | None) -> int:
    """The dimension of a weight that becomes the rows of its matrix."""
    if dim is not None:
        return dim
    return 1 if isinstance(module, (ConvTranspose1d, ConvTranspose2d, ConvTranspose3d)) else 0


def spectral_norm(
    module: Module, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim: int | None = None
) -> Module:
    """Let a weight be divided by its largest singular value."""
    weight = getattr(module, name, None)
    if weight is None or not hasattr(weight, "ndim"):
        raise ValueError(f"Module '{module}' has no parameter or buffer with name '{name}'")
    register_parametrization(
        module, name, _SpectralNorm(weight, n_power_iterations, _rows_of(module, dim), eps)
    )
    return module


MAPS = ("matrix_exp", "cayley", "householder")


def _orthonormal(matrix: Any) -> Any:
    """Q of ``matrix = Q R`` with a positive diagonal of R, which makes it unique."""
    reflectors, tau = FUNCTIONS["geqrf"](matrix)
    signs = reflectors.diagonal(dim1=-2, dim2=-1).sgn()
    return FUNCTIONS["orgqr"](reflectors, tau) * signs.unsqueeze(-2)


class _Orthogonal(Module):
    """A matrix with orthonormal columns, or rows if it has fewer of them (Lezcano-Casado, "Trivializations", 2019).

    The lower triangle of a square matrix, less its adjoint, is what exponentials and Cayley's quotient make unitary;
    below the diagonal of any matrix stand the reflectors whose product is orthogonal. With a base, the map says how
    far the matrix is from it.
    """

    base: Any

    def __init__(self, weight: Any, map: str, use_trivialization: bool) -> None:
        super().__init__()
        if map == "householder" and weight.is_complex():
            raise ValueError("The householder parametrization does not support complex tensors.")
        self.shape = weight.shape
        self.map = map
        if use_trivialization:
            self.register_buffer("base", None)

    @property
    def _wide(self) -> bool:
        return self.shape[-2] < self.shape[-1]

    def forward(self, free: Any) -> Any:
        tall = free.mT if self._wide else free
        made = self._reflected(tall) if self.map == "householder" else self._turned(tall)
        if hasattr(self, "base"):
            made = self.base @ made
        return made.mT if self._wide else made

    def _reflected(self, free: Any) -> Any:
        vectors = free.tril(diagonal=-1)
        tau = 2.0 / (1.0 + (vectors * vectors).sum(dim=-2))
        made = FUNCTIONS["orgqr"](vectors, tau)
        return made * free.diagonal(dim1=-2, dim2=-1).int().unsqueeze(-2)

    def _turned(self, free: Any) -> Any:
        rows, columns = free.shape[-2:]
        half = free.tril()
        if rows != columns:
            more = half.new_zeros(*half.shape[:-2], rows, rows - columns)
            half = FUNCTIONS["cat"]([half, more], dim=-1)
        skew = half - half.mH
        if self.map == "matrix_exp":
            made = FUNCTIONS["matrix_exp"](skew)
        else:
            one = FUNCTIONS["eye"](rows, dtype=skew.dtype, device=skew.device)
            made = LINEAR_ALGEBRA["solve"](
                FUNCTIONS["add"](one, skew, alpha=-0.5), FUNCTIONS["add"](one, skew, alpha=0.5)
            )
        return made if rows == columns else made[..., :columns]

    @no_grad()
    def right_inverse(self, matrix: Any) -> Any:
        """What the map makes ``matrix`` of; with a base, ``matrix`` becomes the base and the map the identity."""
        if matrix.shape != self.shape:
            raise ValueError(
                f"Expected a matrix or batch of matrices of shape {self.shape}. "
                f"Got a tensor of shape {matrix.shape}."
            )
        tall = matrix.mT if self._wide else matrix
        if hasattr(self, "base"):
            rows, columns = tall.shape[-2:]
            if rows != columns:
                beside = tall.new_empty(*tall.shape[:-2], rows, rows - columns).normal_()
                tall = FUNCTIONS["cat"]([tall, beside], dim=-1)
            self.base = _orthonormal(tall)
            return -FUNCTIONS["eye"](*matrix.shape[-2:], dtype=matrix.dtype).expand_as(matrix).clone()
        if self.map != "householder":
            raise NotImplementedError(
                "It is not possible to assign to the matrix exponential or the Cayley parametrizations when "
                "use_trivialization=False."
            )
        reflectors, tau = FUNCTIONS["geqrf"](tall)
        diagonal = reflectors.diagonal(dim1=-2, dim2=-1)
        diagonal.sign_()
        diagonal[tau == 0.0] *= -1
        return reflectors.mT if self._wide else reflectors


def orthogonal(
    module: Module, name: str = "weight", orthogonal_map: str | None = None, *, use_trivialization: bool = True
) -> Module:
    """Keep a matrix, or a batch of them, orthogonal (unitary if complex) while it is learned.

    ``orthogonal_map`` is "matrix_exp", "cayley" or "householder"; None takes the first for square and complex
    matrices, else the last. Errors: ValueError for another name and for what is no matrix.
    """
    weight = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        raise ValueError(f"Module '{module}' has no parameter or buffer with name '{name}'")
    if weight.ndim < 2:
        raise ValueError(f"Expected a matrix or batch of matrices. Got a tensor of {weight.ndim} dimensions.")
    if orthogonal_map is None:
        square = weight.shape[-2] == weight.shape[-1]
        orthogonal_map = "matrix_exp" if square or weight.is_complex() else "householder"
    if orthogonal_map not in MAPS:
        names = ", ".join(f'"{each}"' for each in MAPS)
        raise ValueError(f"orthogonal_map has to be one of {names}. Got: {orthogonal_map}")
    register_parametrization(module, name, _Orthogonal(weight, orthogonal_map, use_trivialization), unsafe=True)
    return module


__all__ = ["orthogonal", "spectral_norm", "weight_norm"]

for _class in (_WeightNorm, _SpectralNorm, _Orthogonal):
    _class.__module__ = "torch.nn.utils.parametrizations"
