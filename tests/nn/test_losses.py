"""Losses and tables beside torch: values, gradients to second order, graphs and refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from both import agree, drawn

REDUCTIONS = ("none", "mean", "sum")
P, Q = np.random.RandomState(2).uniform(0.05, 0.95, (2, 3, 4))
SIGNS = np.sign(drawn(3, 4, seed=9))
PAIRS: dict[str, Any] = {
    "l1_loss": (drawn(3, 4), drawn(3, 4, seed=1)), "mse_loss": (drawn(3, 4), drawn(3, 4, seed=1)),
    "smooth_l1_loss": (drawn(3, 4), drawn(3, 4, seed=1)), "huber_loss": (drawn(3, 4), drawn(3, 4, seed=1)),
    "binary_cross_entropy": (P, Q), "binary_cross_entropy_with_logits": (drawn(3, 4), Q), "kl_div": (drawn(3, 4), Q),
    "poisson_nll_loss": (P, Q * 4), "multilabel_soft_margin_loss": (drawn(3, 4), Q), "cross_entropy": (drawn(3, 4), Q),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:reduction")
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", [each for each in PAIRS if each != "l1_loss"])
def test_a_loss_of_pairs(name: str, dtype: Any) -> None:
    for reduction in REDUCTIONS:
        agree(
            lambda t, x, y, reduction=reduction: getattr(t.nn.functional, name)(x, y, reduction=reduction),
            *[each.astype(dtype) for each in PAIRS[name]],
        )  # fmt: skip


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("shape", [(5,), (3, 5, 4), (2, 5, 3, 2), (0, 5), (40, 5)])
def test_likelihoods_of_classes(shape: tuple[int, ...], reduction: str) -> None:
    target = np.asarray(np.random.RandomState(3).randint(0, 5, shape[:1] + shape[2:] if len(shape) > 1 else ()))
    weight = np.linspace(0.5, 2.0, 5)
    for weighted in (False, True):
        for ignore in (-100, 2):
            for smoothing in (None, 0.0, 0.25):

                def loss(t: Any, x: Any, weighted: bool = weighted, ignore: int = ignore, part: Any = smoothing) -> Any:
                    w = t.tensor(weight) if weighted else None
                    if part is None:
                        return t.nn.functional.nll_loss(x, t.tensor(target), w, None, ignore, None, reduction)
                    return t.nn.functional.cross_entropy(
                        x, t.tensor(target), w, None, ignore, None, reduction, label_smoothing=part
                    )

                agree(loss, drawn(*shape), exact=smoothing is None)


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_margins(reduction: str) -> None:
    labels = np.array([[0, 3, -1, 1], [2, -1, 0, 0], [-1, 0, 0, 0]])
    classes = np.array([2, 0, 3])
    x, y, z = drawn(3, 4), drawn(3, 4, seed=1), drawn(3, 4, seed=2)

    def both(call: Any, *arrays: Any, twice: bool = True) -> None:
        agree(call, *arrays, twice=twice)

    both(lambda t, x: t.nn.functional.multi_margin_loss(x, t.tensor(classes), reduction=reduction), x, twice=False)
    square = {"p": 2, "margin": 0.5, "reduction": reduction}
    both(lambda t, x: t.nn.functional.multi_margin_loss(x, t.tensor(classes), **square), x, twice=False)
    both(lambda t, x: t.nn.functional.multilabel_margin_loss(x, t.tensor(labels), reduction=reduction), x, twice=False)
    both(lambda t, x: t.nn.functional.hinge_embedding_loss(x, t.tensor(SIGNS), 0.5, reduction=reduction), x)
    both(lambda t, x: t.nn.functional.soft_margin_loss(x, t.tensor(SIGNS), reduction=reduction), x)
    both(lambda t, x, y: t.nn.functional.margin_ranking_loss(x, y, t.tensor(SIGNS), 0.5, reduction=reduction), x, y)
    both(lambda t, x, y, z: t.nn.functional.triplet_margin_loss(x, y, z, swap=True, reduction=reduction), x, y, z)
    signs = SIGNS[:, 0]
    both(lambda t, x, y: t.nn.functional.cosine_embedding_loss(x, y, t.tensor(signs), 0.1, reduction=reduction), x, y)


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_alignments(reduction: str) -> None:
    targets = np.array([[1, 2, 1], [3, 3, 0], [2, 0, 0]])

    def loss(t: Any, x: Any) -> Any:
        return t.nn.functional.ctc_loss(
            x.log_softmax(2), t.tensor(targets), [8, 7, 5], [3, 2, 0], reduction=reduction, zero_infinity=True
        )

    agree(loss, drawn(8, 3, 5), twice=False)


@pytest.mark.parametrize("keywords", [{}, {"padding_idx": 2}, {"padding_idx": -8}, {"scale_grad_by_freq": True},
                                      {"max_norm": 1.0}])
def test_embeddings(keywords: dict[str, Any]) -> None:
    for indices in (np.array([1, 2, 2, 9]), np.array([[1, 2], [2, 2]]), np.array(3), np.zeros(0, np.int64)):
        agree(lambda t, w, i=indices: t.nn.functional.embedding(t.tensor(i), w * 1, **keywords), drawn(10, 3))


@pytest.mark.parametrize("mode", ["sum", "mean", "max"])
def test_bags(mode: str) -> None:
    for keywords in ({}, {"padding_idx": 2}, {"max_norm": 1.0}):
        agree(
            lambda t, w, keywords=keywords: t.nn.functional.embedding_bag(
                t.tensor([1, 2, 2, 9, 4]), w * 1, t.tensor([0, 2, 2, 4]), mode=mode, **keywords
            ),
            drawn(10, 3),
        )


@pytest.mark.parametrize("attempt", [
    lambda t, x: t.nn.functional.cross_entropy(x, t.tensor([1, 7])),
    lambda t, x: t.nn.functional.cross_entropy(x, t.tensor([1])),
    lambda t, x: t.nn.functional.cross_entropy(x, t.tensor([1.0, 2.0])),
    lambda t, x: t.nn.functional.cross_entropy(x, x, ignore_index=2),
    lambda t, x: t.nn.functional.nll_loss(x, t.tensor([[1, 2]])),
    lambda t, x: t.nn.functional.huber_loss(x, x, delta=0.0),
    lambda t, x: t.nn.functional.binary_cross_entropy(x, x),
    lambda t, x: t.nn.functional.binary_cross_entropy_with_logits(x, x[0]),
    lambda t, x: t.nn.functional.kl_div(x, x.long(), reduction="sum"),
    lambda t, x: t.nn.functional.gaussian_nll_loss(x, x, -x * x),
    lambda t, x: t.nn.functional.triplet_margin_loss(x, x, x[0]),
    lambda t, x: t.nn.functional.ctc_loss(x, t.tensor([1]), [9], [1]),
    lambda t, x: t.nn.functional.embedding(t.tensor([9]), x),
    lambda t, x: t.nn.functional.embedding_bag(t.tensor([0]), x),
    lambda t, x: t.nn.functional.one_hot(t.tensor([3]), 2),
    lambda t, x: t.nn.functional.bilinear(x, x, x.reshape(1, 2, 3)),
    lambda t, x: t.nn.functional.pdist(x[0]),
    lambda t, x: t.nn.functional.mse_loss(x, x[0]),
    lambda t, x: t.nn.functional.l1_loss(x, x, size_average=False),
])  # fmt: skip
def test_what_is_refused_and_warned_of(attempt: Any) -> None:
    agree(attempt, drawn(2, 3))
