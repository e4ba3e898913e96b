"""Normal vectors with covariances, and random matrices: covariances and correlations."""

from __future__ import annotations

import math
import warnings
from numbers import Number
from typing import Any, ClassVar

from . import constraints
from .continuous import Beta, Chi2
from .distribution import Distribution, ExponentialFamily
from .kl import register_kl
from .parameters import broadcast_all, lazy_property, standard_normal, torch

__all__ = ["LKJCholesky", "LowRankMultivariateNormal", "MultivariateNormal", "Wishart"]


def _times(matrix: Any, vector: Any) -> Any:
    return torch.matmul(matrix, vector.unsqueeze(-1)).squeeze(-1)


def _length(scale_tril: Any, vector: Any) -> Any:
    """The squared length of vectors, measured by their standard deviations."""
    return torch.linalg.solve_triangular(scale_tril, vector.unsqueeze(-1), upper=False).squeeze(-1).pow(2).sum(-1)


def _half_log_det(scale_tril: Any) -> Any:
    return scale_tril.diagonal(dim1=-2, dim2=-1).log().sum(-1)


def _tril_of_precision(precision: Any) -> Any:
    """The Cholesky factor of the inverse, from that of the matrix turned around."""
    turned = torch.linalg.cholesky(torch.flip(precision, (-2, -1)))
    inverse = torch.transpose(torch.flip(turned, (-2, -1)), -2, -1)
    return torch.linalg.solve_triangular(inverse, torch.eye(precision.shape[-1], dtype=precision.dtype), upper=False)


def _only_one(error: type[Exception], covariance: Any, precision: Any, scale: Any) -> tuple[str, Any]:
    """Which of three matrices is given, by its name; ``error`` unless it is one alone."""
    given = {"covariance_matrix": covariance, "precision_matrix": precision, "scale_tril": scale}
    given = {name: matrix for name, matrix in given.items() if matrix is not None}
    if len(given) != 1:
        raise error("Exactly one of covariance_matrix or precision_matrix or scale_tril may be specified.")
    ((name, matrix),) = given.items()
    return name, matrix


class MultivariateNormal(Distribution):
    """Normal vectors of mean ``loc``, by a covariance, its inverse or its Cholesky factor."""

    arg_constraints: ClassVar[dict[str, Any]] = {
        "loc": constraints.real_vector,
        "covariance_matrix": constraints.positive_definite,
        "precision_matrix": constraints.positive_definite,
        "scale_tril": constraints.lower_cholesky,
    }
    support = constraints.real_vector
    has_rsample = True

    def __init__(
        self, loc: Any, covariance_matrix: Any = None, precision_matrix: Any = None, scale_tril: Any = None,
        validate_args: bool | None = None
    ) -> None:
        if loc.dim() < 1:
            raise ValueError("loc must be at least one-dimensional.")
        name, matrix = _only_one(ValueError, covariance_matrix, precision_matrix, scale_tril)
        if matrix.dim() < 2:
            title = "scale_tril matrix" if name == "scale_tril" else name
            raise ValueError(f"{title} must be at least two-dimensional, with optional leading batch dimensions")
        batch_shape = torch.broadcast_shapes(matrix.shape[:-2], loc.shape[:-1])
        setattr(self, name, matrix.expand((*batch_shape, -1, -1)))
        self.loc = loc.expand((*batch_shape, -1))
        super().__init__(batch_shape, self.loc.shape[-1:], validate_args=validate_args)
        if scale_tril is not None:
            self._unbroadcasted_scale_tril = scale_tril
        elif covariance_matrix is not None:
            self._unbroadcasted_scale_tril = torch.linalg.cholesky(covariance_matrix)
        else:
            self._unbroadcasted_scale_tril = _tril_of_precision(precision_matrix)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        new = self._expanded(MultivariateNormal, batch_shape, _instance, "loc", self.event_shape)
        shape = torch.Size(batch_shape) + self.event_shape + self.event_shape
        for name in ("covariance_matrix", "scale_tril", "precision_matrix"):
            if name in self.__dict__:
                setattr(new, name, self.__dict__[name].expand(shape))
        new._unbroadcasted_scale_tril = self._unbroadcasted_scale_tril
        return new

    def _whole(self, matrix: Any) -> Any:
        return matrix.expand(self._batch_shape + self._event_shape + self._event_shape)

    @lazy_property
    def scale_tril(self) -> Any:
        """The Cholesky factor of the covariance."""
        return self._whole(self._unbroadcasted_scale_tril)

    @lazy_property
    def covariance_matrix(self) -> Any:
        """The covariance."""
        return self._whole(torch.matmul(self._unbroadcasted_scale_tril, self._unbroadcasted_scale_tril.mT))

    @lazy_property
    def precision_matrix(self) -> Any:
        """The inverse of the covariance."""
        return self._whole(torch.linalg.inv(self.covariance_matrix))

    mean = property(lambda self: self.loc)
    mode = property(lambda self: self.loc)

    @property
    def variance(self) -> Any:
        return self._unbroadcasted_scale_tril.pow(2).sum(-1).expand(self._batch_shape + self._event_shape)

    def rsample(self, sample_shape: Any = ()) -> Any:
        normal = standard_normal(self._extended_shape(sample_shape), self.loc.dtype)
        return self.loc + _times(self._unbroadcasted_scale_tril, normal)

    def log_prob(self, value: Any) -> Any:
        self._checked(value)
        length = _length(self._unbroadcasted_scale_tril, value - self.loc)
        constant = self._event_shape[0] * math.log(2 * math.pi)
        return -0.5 * (constant + length) - _half_log_det(self._unbroadcasted_scale_tril)

    def entropy(self) -> Any:
        half = _half_log_det(self._unbroadcasted_scale_tril)
        entropy = 0.5 * self._event_shape[0] * (1.0 + math.log(2 * math.pi)) + half
        return entropy if len(self._batch_shape) == 0 else entropy.expand(self._batch_shape)


def _with_ones(matrix: Any) -> Any:
    """A matrix with one added to its diagonal."""
    matrix = matrix.contiguous()
    size = matrix.size(-1)
    matrix.view(-1, size * size)[:, :: size + 1] += 1
    return matrix


class LowRankMultivariateNormal(Distribution):
    """Normal vectors of covariance ``cov_factor @ cov_factor.T + diag(cov_diag)``.

    Inverse and determinant come from those of a small matrix, the capacitance (Woodbury's identity).
    """

    arg_constraints: ClassVar[dict[str, Any]] = {
        "loc": constraints.real_vector,
        "cov_factor": constraints.independent(constraints.real, 2),
        "cov_diag": constraints.independent(constraints.positive, 1),
    }
    support = constraints.real_vector
    has_rsample = True

    def __init__(self, loc: Any, cov_factor: Any, cov_diag: Any, validate_args: bool | None = None) -> None:
        if loc.dim() < 1:
            raise ValueError("loc must be at least one-dimensional.")
        event_shape = loc.shape[-1:]
        if cov_factor.dim() < 2:
            raise ValueError("cov_factor must be at least two-dimensional, with optional leading batch dimensions")
        if cov_factor.shape[-2:-1] != event_shape:
            raise ValueError(f"cov_factor must be a batch of matrices with shape {event_shape[0]} x m")
        if cov_diag.shape[-1:] != event_shape:
            raise ValueError(f"cov_diag must be a batch of vectors with shape {event_shape}")
        try:
            loc_column, self.cov_factor, diag_column = torch.broadcast_tensors(
                loc.unsqueeze(-1), cov_factor, cov_diag.unsqueeze(-1)
            )
        except RuntimeError as error:
            raise ValueError(
                f"Incompatible batch shapes: loc {loc.shape}, cov_factor {cov_factor.shape}, cov_diag {cov_diag.shape}"
            ) from error
        self.loc, self.cov_diag = loc_column[..., 0], diag_column[..., 0]
        self._unbroadcasted_cov_factor, self._unbroadcasted_cov_diag = cov_factor, cov_diag
        inner = torch.matmul(self._factor_over_diag(), cov_factor)
        self._capacitance_tril = torch.linalg.cholesky(_with_ones(inner))
        super().__init__(self.loc.shape[:-1], event_shape, validate_args=validate_args)

    def _factor_over_diag(self) -> Any:
        return self._unbroadcasted_cov_factor.mT / self._unbroadcasted_cov_diag.unsqueeze(-2)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        new = self._expanded(LowRankMultivariateNormal, batch_shape, _instance, "loc cov_diag", self.event_shape)
        new.cov_factor = self.cov_factor.expand(torch.Size(batch_shape) + self.cov_factor.shape[-2:])
        for name in ("_unbroadcasted_cov_factor", "_unbroadcasted_cov_diag", "_capacitance_tril"):
            setattr(new, name, getattr(self, name))
        return new

    mean = property(lambda self: self.loc)
    mode = property(lambda self: self.loc)

    def _whole(self, matrix: Any) -> Any:
        return matrix.expand(self._batch_shape + self._event_shape + self._event_shape)

    @lazy_property
    def variance(self) -> Any:  # type: ignore[override]
        """The variance of each element."""
        variance = self._unbroadcasted_cov_factor.pow(2).sum(-1) + self._unbroadcasted_cov_diag
        return variance.expand(self._batch_shape + self._event_shape)

    @lazy_property
    def scale_tril(self) -> Any:
        """The Cholesky factor of the covariance."""
        # Of D + W W' = sqrt(D) (1 + V V') sqrt(D), where V is W over sqrt(D), the middle is the one easily factored.
        root = self._unbroadcasted_cov_diag.sqrt().unsqueeze(-1)
        scaled = self._unbroadcasted_cov_factor / root
        return self._whole(root * torch.linalg.cholesky(_with_ones(torch.matmul(scaled, scaled.mT))))

    @lazy_property
    def covariance_matrix(self) -> Any:
        """The covariance."""
        product = torch.matmul(self._unbroadcasted_cov_factor, self._unbroadcasted_cov_factor.mT)
        return self._whole(product + torch.diag_embed(self._unbroadcasted_cov_diag))

    @lazy_property
    def precision_matrix(self) -> Any:
        """The inverse of the covariance."""
        part = torch.linalg.solve_triangular(self._capacitance_tril, self._factor_over_diag(), upper=False)
        return self._whole(torch.diag_embed(self._unbroadcasted_cov_diag.reciprocal()) - part.mT @ part)

    def rsample(self, sample_shape: Any = ()) -> Any:
        shape = self._extended_shape(sample_shape)
        common = standard_normal(shape[:-1] + self.cov_factor.shape[-1:], self.loc.dtype)
        own = standard_normal(shape, self.loc.dtype)
        return self.loc + _times(self._unbroadcasted_cov_factor, common) + self._unbroadcasted_cov_diag.sqrt() * own

    def _squared_length(self, vector: Any) -> Any:
        """The squared length of vectors, measured by the covariance."""
        along = _length(self._capacitance_tril, _times(self._factor_over_diag(), vector))
        return (vector.pow(2) / self._unbroadcasted_cov_diag).sum(-1) - along

    def _log_det(self) -> Any:
        return 2 * _half_log_det(self._capacitance_tril) + self._unbroadcasted_cov_diag.log().sum(-1)

    def log_prob(self, value: Any) -> Any:
        self._checked(value)
        length = self._squared_length(value - self.loc)
        return -0.5 * (self._event_shape[0] * math.log(2 * math.pi) + self._log_det() + length)

    def entropy(self) -> Any:
        entropy = 0.5 * (self._event_shape[0] * (1.0 + math.log(2 * math.pi)) + self._log_det())
        return entropy if len(self._batch_shape) == 0 else entropy.expand(self._batch_shape)


class LKJCholesky(Distribution):
    """Cholesky factors of correlation matrices whose determinants have the power ``concentration - 1`` as density.

    Drawn by the onion method (Lewandowski, Kurowicka and Joe, 2009).
    """

    arg_constraints: ClassVar[dict[str, Any]] = {"concentration": constraints.positive}
    support = constraints.corr_cholesky

    def __init__(self, dim: int, concentration: Any = 1.0, validate_args: bool | None = None) -> None:
        if dim < 2:
            raise ValueError(f"Expected dim to be an integer greater than or equal to 2. Found dim={dim}.")
        self.dim = dim
        (self.concentration,) = broadcast_all(concentration)
        batch_shape, event_shape = self.concentration.size(), torch.Size((dim, dim))
        # How much of a row's unit length lies before the diagonal; of the first row, nothing is used.
        before = torch.arange(dim - 1, dtype=self.concentration.dtype)
        before = torch.cat([before.new_zeros((1,)), before])
        after = (self.concentration + 0.5 * (dim - 2)).unsqueeze(-1) - 0.5 * before
        self._beta = Beta(before + 0.5, after)
        super().__init__(batch_shape, event_shape, validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        new = self._get_checked_instance(LKJCholesky, _instance)
        batch_shape = torch.Size(batch_shape)
        new.dim = self.dim
        new.concentration = self.concentration.expand(batch_shape)
        new._beta = self._beta.expand((*batch_shape, self.dim))
        Distribution.__init__(new, batch_shape, self.event_shape, validate_args=False)
        new._validate_args = self._validate_args
        return new

    def sample(self, sample_shape: Any = ()) -> Any:
        lengths = self._beta.sample(sample_shape).unsqueeze(-1)
        normal = torch.randn(self._extended_shape(sample_shape), dtype=lengths.dtype).tril(-1)
        directions = normal / normal.norm(dim=-1, keepdim=True)
        directions[..., 0, :].fill_(0.0)
        rows = torch.sqrt(lengths) * directions
        left = torch.clamp(1 - torch.sum(rows**2, dim=-1), min=torch.finfo(rows.dtype).tiny)
        rows += torch.diag_embed(left.sqrt())
        return rows

    def log_prob(self, value: Any) -> Any:
        self._checked(value)
        diagonal = value.diagonal(dim1=-1, dim2=-2)[..., 1:]
        # From the triangle's elements to those of the correlation, each diagonal element counts once for each column
        # left of the last (Stan reference manual, Cholesky LKJ correlation distribution).
        rows = torch.arange(2, self.dim + 1)
        powers = 2 * (self.concentration - 1).unsqueeze(-1) + self.dim - rows
        density = torch.sum(powers * diagonal.log(), dim=-1)
        less = self.dim - 1
        alpha = self.concentration + 0.5 * less
        volume = torch.mvlgamma(alpha - 0.5, less) - torch.lgamma(alpha) * less
        return density - (0.5 * less * math.log(math.pi) + volume)


def _multidigamma(x: Any, p: int) -> Any:
    """The slope of the logarithm of the multivariate gamma function."""
    return torch.digamma(x.unsqueeze(-1) - torch.arange(p, dtype=x.dtype).div(2)).sum(-1)


class Wishart(ExponentialFamily):
    """Sums of ``df`` outer products of normal vectors, by their covariance, its inverse or its Cholesky factor."""

    support = constraints.positive_definite
    has_rsample = True
    _mean_carrier_measure = 0  # type: ignore[assignment]

    @property
    def arg_constraints(self) -> dict[str, Any]:
        return {
            "covariance_matrix": constraints.positive_definite,
            "precision_matrix": constraints.positive_definite,
            "scale_tril": constraints.lower_cholesky,
            "df": constraints.greater_than(self.event_shape[-1] - 1),
        }

    def __init__(
        self, df: Any, covariance_matrix: Any = None, precision_matrix: Any = None, scale_tril: Any = None,
        validate_args: bool | None = None
    ) -> None:
        name, matrix = _only_one(AssertionError, covariance_matrix, precision_matrix, scale_tril)
        if matrix.dim() < 2:
            raise ValueError("scale_tril must be at least two-dimensional, with optional leading batch dimensions")
        if isinstance(df, Number):
            batch_shape = torch.Size(matrix.shape[:-2])
            self.df = torch.tensor(df, dtype=matrix.dtype)
        else:
            batch_shape = torch.broadcast_shapes(matrix.shape[:-2], df.shape)
            self.df = df.expand(batch_shape)
        event_shape = matrix.shape[-2:]
        size = event_shape[-1]
        if self.df.le(size - 1).any():
            raise ValueError(f"Value of df={df} expected to be greater than ndim - 1 = {size - 1}.")
        setattr(self, name, matrix.expand((*batch_shape, -1, -1)))
        if self.df.lt(size).any():
            warnings.warn(
                "Low df values detected. Singular samples are highly likely to occur for ndim - 1 < df < ndim.",
                stacklevel=2,
            )
        super().__init__(batch_shape, event_shape, validate_args=validate_args)
        self._batch_dims = [-each - 1 for each in range(len(self._batch_shape))]
        if scale_tril is not None:
            self._unbroadcasted_scale_tril = scale_tril
        elif covariance_matrix is not None:
            self._unbroadcasted_scale_tril = torch.linalg.cholesky(covariance_matrix)
        else:
            self._unbroadcasted_scale_tril = _tril_of_precision(precision_matrix)
        self._dist_chi2 = Chi2(self.df.unsqueeze(-1) - torch.arange(size, dtype=self._unbroadcasted_scale_tril.dtype))

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        new = self._get_checked_instance(Wishart, _instance)
        batch_shape = torch.Size(batch_shape)
        shape = batch_shape + self.event_shape
        new._unbroadcasted_scale_tril = self._unbroadcasted_scale_tril.expand(shape)
        new.df = self.df.expand(batch_shape)
        new._batch_dims = [-each - 1 for each in range(len(batch_shape))]
        for name in ("covariance_matrix", "scale_tril", "precision_matrix"):
            if name in self.__dict__:
                setattr(new, name, self.__dict__[name].expand(shape))
        new._dist_chi2 = self._dist_chi2.expand(batch_shape + self.event_shape[-1:])
        Distribution.__init__(new, batch_shape, self.event_shape, validate_args=False)
        new._validate_args = self._validate_args
        return new

    def _whole(self, matrix: Any) -> Any:
        return matrix.expand(self._batch_shape + self._event_shape)

    @lazy_property
    def scale_tril(self) -> Any:
        """The Cholesky factor of the covariance."""
        return self._whole(self._unbroadcasted_scale_tril)

    @lazy_property
    def covariance_matrix(self) -> Any:
        """The covariance of the vectors."""
        return self._whole(self._unbroadcasted_scale_tril @ self._unbroadcasted_scale_tril.mT)

    @lazy_property
    def precision_matrix(self) -> Any:
        """The inverse of the covariance."""
        identity = torch.eye(self._event_shape[-1], dtype=self._unbroadcasted_scale_tril.dtype)
        return self._whole(torch.cholesky_solve(identity, self._unbroadcasted_scale_tril))

    def _per_matrix(self, number: Any) -> Any:
        return number.view((*self._batch_shape, 1, 1))

    @property
    def mean(self) -> Any:
        return self._per_matrix(self.df) * self.covariance_matrix

    @property
    def mode(self) -> Any:
        factor = self.df - self.covariance_matrix.shape[-1] - 1
        factor[factor <= 0] = float("nan")
        return self._per_matrix(factor) * self.covariance_matrix

    @property
    def variance(self) -> Any:
        covariance = self.covariance_matrix
        diagonal = covariance.diagonal(dim1=-2, dim2=-1)
        products = torch.einsum("...i,...j->...ij", diagonal, diagonal)
        return self._per_matrix(self.df) * (covariance.pow(2) + products)

    def _bartlett_sampling(self, sample_shape: Any = ()) -> Any:
        """Draws by Bartlett's decomposition: a triangle of normals, roots of chi-squares on its diagonal."""
        size = self._event_shape[-1]
        noise = self._dist_chi2.rsample(sample_shape).sqrt().diag_embed(dim1=-2, dim2=-1)
        i, j = torch.tril_indices(size, size, offset=-1)
        below = torch.Size(sample_shape) + self._batch_shape + (size * (size - 1) // 2,)
        noise[..., i, j] = torch.randn(below, dtype=noise.dtype)
        triangle = self._unbroadcasted_scale_tril @ noise
        return triangle @ triangle.mT

    def rsample(self, sample_shape: Any = (), max_try_correction: Any = None) -> Any:
        """Draws through which gradients reach the parameters; where torch thinks one singular it draws again."""
        sample = self._bartlett_sampling(torch.Size(sample_shape))
        # As torch has it, the first draws are drawn again where they are sound.
        again = self.support.check(sample)
        if self._batch_dims:
            again = again.amax(self._batch_dims)
        if again.any():
            warnings.warn("Singular sample detected.", stacklevel=2)
            for _ in range(10 if max_try_correction is None else max_try_correction):
                drawn = self._bartlett_sampling(again[again].shape)
                sample[again] = drawn
                singular = ~self.support.check(drawn)
                if self._batch_dims:
                    singular = singular.amax(self._batch_dims)
                again[again.clone()] = singular
                if not again.any():
                    break
        return sample

    def log_prob(self, value: Any) -> Any:
        self._checked(value)
        nu, p = self.df, self._event_shape[-1]
        root = self._unbroadcasted_scale_tril
        volume = -nu * (p * math.log(2) / 2 + _half_log_det(root)) - torch.mvlgamma(nu / 2, p=p)
        spread = torch.cholesky_solve(value, root).diagonal(dim1=-2, dim2=-1).sum(dim=-1) / 2
        return volume + (nu - p - 1) / 2 * torch.linalg.slogdet(value).logabsdet - spread

    def entropy(self) -> Any:
        nu, p = self.df, self._event_shape[-1]
        volume = (p + 1) * (p * math.log(2) / 2 + _half_log_det(self._unbroadcasted_scale_tril))
        shape = torch.mvlgamma(nu / 2, p=p) - (nu - p - 1) / 2 * _multidigamma(nu / 2, p=p)
        return volume + shape + nu * p / 2

    @property
    def _natural_params(self) -> tuple[Any, ...]:
        return -self.precision_matrix / 2, (self.df - self._event_shape[-1] - 1) / 2

    def _log_normalizer(self, x: Any, y: Any) -> Any:
        p = self._event_shape[-1]
        half = y + (p + 1) / 2
        return half * (-torch.linalg.slogdet(-2 * x).logabsdet + math.log(2) * p) + torch.mvlgamma(half, p=p)


def _squared(matrix: Any) -> Any:
    """The sum of the squares of matrices."""
    return matrix.pow(2).sum((-2, -1))


def _apart_in_low_rank(p: Any, q: LowRankMultivariateNormal) -> tuple[Any, Any]:
    """What turns a factor of ``p`` into the part that ``q``'s factor covers, and the length between the means."""
    covering = torch.linalg.solve_triangular(q._capacitance_tril, q._factor_over_diag(), upper=False)
    return covering, q._squared_length(q.loc - p.loc)


def _of_one_event(p: Any, q: Any, name: str) -> None:
    if p.event_shape != q.event_shape:
        told = f"KL-divergence between two {name} with"
        raise ValueError(told + " " * 26 + "different event shapes cannot be computed")


@register_kl(LowRankMultivariateNormal, LowRankMultivariateNormal)
def _(p: Any, q: Any) -> Any:
    _of_one_event(p, q, "Low Rank Multivariate Normals")
    covering, length = _apart_in_low_rank(p, q)
    volumes = q._log_det() - p._log_det()
    p_factor, p_diag = p._unbroadcasted_cov_factor, p._unbroadcasted_cov_diag
    q_diag = q._unbroadcasted_cov_diag
    spread = (p_diag / q_diag).sum(-1) + _squared(p_factor * q_diag.rsqrt().unsqueeze(-1))
    spread = spread - _squared(covering * p_diag.sqrt().unsqueeze(-2)) - _squared(covering.matmul(p_factor))
    return 0.5 * (volumes + spread + length - p.event_shape[0])


@register_kl(MultivariateNormal, LowRankMultivariateNormal)
def _(p: Any, q: Any) -> Any:
    _of_one_event(p, q, "(Low Rank) Multivariate Normals")
    covering, length = _apart_in_low_rank(p, q)
    root = p._unbroadcasted_scale_tril
    volumes = q._log_det() - 2 * _half_log_det(root)
    spread = _squared(root * q._unbroadcasted_cov_diag.rsqrt().unsqueeze(-1)) - _squared(covering.matmul(root))
    return 0.5 * (volumes + spread + length - p.event_shape[0])


@register_kl(LowRankMultivariateNormal, MultivariateNormal)
def _(p: Any, q: Any) -> Any:
    _of_one_event(p, q, "(Low Rank) Multivariate Normals")
    root = q._unbroadcasted_scale_tril
    volumes = 2 * _half_log_det(root) - p._log_det()
    factors = (p._unbroadcasted_cov_factor, torch.diag_embed(p._unbroadcasted_cov_diag.sqrt()))
    common, own = (_squared(torch.linalg.solve_triangular(root, each, upper=False)) for each in factors)
    return 0.5 * (volumes + (common + own) + _length(root, q.loc - p.loc) - p.event_shape[0])


@register_kl(MultivariateNormal, MultivariateNormal)
def _(p: Any, q: Any) -> Any:
    _of_one_event(p, q, "Multivariate Normals")
    p_tril, q_tril = p._unbroadcasted_scale_tril, q._unbroadcasted_scale_tril
    volumes = _half_log_det(q_tril) - _half_log_det(p_tril)
    spread = torch.linalg.solve_triangular(q_tril, p_tril, upper=False).pow(2).sum((-2, -1))
    return volumes + 0.5 * (spread + _length(q_tril, q.loc - p.loc) - p.event_shape[0])
