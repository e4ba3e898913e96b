"""Probability distributions: drawing, densities, entropies and divergences."""

# ruff: noqa: F401, F403
import re as _re
import sys as _sys

from .._core.absent import room as _room
from . import (
    constraint_registry,
    constraints,
    continuous,
    discrete,
    distribution,
    kl,
    multivariate,
    parameters,
    transformed,
    transforms,
)
from .constraint_registry import biject_to, transform_to
from .continuous import *
from .discrete import *
from .distribution import *
from .kl import *
from .multivariate import *
from .transformed import *
from .transforms import *

__all__ = [
    *distribution.__all__, *continuous.__all__, *discrete.__all__, *transformed.__all__, *transforms.__all__,
    *multivariate.__all__,
    *kl.__all__, "biject_to", "transform_to",
]

_FILES = {
    continuous: """beta cauchy chi2 continuous_bernoulli dirichlet exponential fishersnedecor gamma generalized_pareto
        laplace normal studentT uniform von_mises""",
    discrete: "bernoulli binomial categorical geometric multinomial negative_binomial one_hot_categorical poisson",
    distribution: "exp_family",
    multivariate: "lkj_cholesky lowrank_multivariate_normal multivariate_normal wishart",
    parameters: "utils",
    transformed: """gumbel half_cauchy half_normal independent inverse_gamma kumaraswamy log_normal logistic_normal
        mixture_same_family pareto relaxed_bernoulli relaxed_categorical transformed_distribution weibull""",
}
for _module, _names in _FILES.items():
    for _name in _names.split():
        # Torch has a file for each; whoever imports it finds the family it belongs to.
        globals()[_name] = _sys.modules[f"{__name__}.{_name}"] = _module
for _name in __all__:
    _file = _re.sub("(?<=[a-z])(?=[A-Z][a-z])", "_", _name).lower()
    _file = {"relaxed_one_hot_categorical": "relaxed_categorical", "student_t": "studentT", "studentt": "studentT",
             "fisher_snedecor": "fishersnedecor", "lkjcholesky": "lkj_cholesky",
             "low_rank_multivariate_normal": "lowrank_multivariate_normal",
             "one_hot_categorical_straight_through": "one_hot_categorical",
             "exponential_family": "exp_family"}.get(_file, _file)  # fmt: skip
    if f"{__name__}.{_file}" in _sys.modules:
        globals()[_name].__module__ = f"{__name__}.{_file}"

__getattr__ = _room("torch.distributions", __name__)
