"""Losses: values, gradients, reductions, graphs and refusals."""
from functools import partial

from minitorch_compat.parity import Bound, chapter

case = chapter("nn.losses")

X, Y = [[0.5, -1.0, 2.0], [1.5, 0.25, -0.5]], [[1.0, 0.0, 0.5], [0.25, 0.75, 1.0]]


def near(*names):
    return {name: Bound("exponentials and logarithms of another library", 1e-14, 1e-13) for name in names}


def reduced(*losses):
    """The tolerance for each reduction of losses, and for its gradient."""
    return near(*[
        f"{loss}, {reduction}{of}"
        for loss in losses for reduction in ("none", "mean", "sum") for of in ("", ": x.grad")
    ])  # fmt: skip


def with_each_reduction(torch, see, name, loss, x=X, *others):
    """A loss and its gradient, for each way to reduce it."""
    for reduction in ("none", "mean", "sum"):
        leaf = torch.tensor(x, dtype=torch.float64, requires_grad=True)
        value = loss(leaf, *others, reduction=reduction)
        see(f"{name}, {reduction}", value)
        see.graph(f"{name}, {reduction}: graph", value)
        value.sum().backward()
        see(f"{name}, {reduction}: x.grad", leaf.grad.clone())


@case()
def absolute_and_huber(torch, see):
    """L1Loss, SmoothL1Loss and HuberLoss differ near zero."""
    y = torch.tensor(Y, dtype=torch.float64)
    F = torch.nn.functional
    with_each_reduction(torch, see, "L1", F.l1_loss, X, y)
    with_each_reduction(torch, see, "smooth L1", partial(F.smooth_l1_loss, beta=0.5), X, y)
    with_each_reduction(torch, see, "Huber", partial(F.huber_loss, delta=0.5), X, y)
    for words, attempt in (
        ("a negative beta", lambda: F.smooth_l1_loss(y, y, beta=-1.0)),
        ("no delta", lambda: F.huber_loss(y, y, delta=0.0)),
    ):
        with see.refusal(words):
            attempt()


@case(tolerance=reduced("classes"))
def the_cross_entropy_of_classes(torch, see):
    """cross_entropy is log_softmax and nll_loss, and says so in its graph."""
    with_each_reduction(torch, see, "classes", torch.nn.functional.cross_entropy, X, torch.tensor([2, 0]))


@case(tolerance=reduced("weighted"))
def weights_and_ignored_classes(torch, see):
    """Weights share out the mean by their sum, and an ignored class has none."""
    weight = torch.tensor([1.0, 2.0, 0.5], dtype=torch.float64)

    def loss(x, target, reduction):
        return torch.nn.functional.cross_entropy(x, target, weight, ignore_index=1, reduction=reduction)

    with_each_reduction(torch, see, "weighted", loss, [*X, [0.0, 1.0, 2.0]], torch.tensor([2, 0, 1]))
    see("all ignored", loss(torch.tensor(X, dtype=torch.float64), torch.tensor([1, 1]), "mean"))


@case(tolerance=reduced("smoothed"))
def smoothed_labels(torch, see):
    """label_smoothing shares a part of each target out over all classes."""

    def loss(x, target, reduction):
        return torch.nn.functional.cross_entropy(x, target, reduction=reduction, label_smoothing=0.25)

    with_each_reduction(torch, see, "smoothed", loss, X, torch.tensor([2, 0]))


@case(tolerance=reduced("probabilities"))
def probabilities_of_classes(torch, see):
    """A target of the input's shape gives each class its probability."""
    y = torch.tensor(Y, dtype=torch.float64)
    with_each_reduction(torch, see, "probabilities", torch.nn.functional.cross_entropy, X, y)


@case()
def the_likelihood_of_images(torch, see):
    """nll_loss takes classes along the second of any number of dimensions; 3-d inputs go through four."""
    for shape in ((3,), (2, 3), (2, 3, 2), (2, 3, 2, 2), (2, 3, 1, 2, 2)):
        count = 1
        for length in shape:
            count *= length
        x = (torch.arange(count, dtype=torch.float64).reshape(shape) * -0.125).requires_grad_()
        target = torch.zeros(shape[:1] + shape[2:] if len(shape) > 1 else (), dtype=torch.int64)
        for reduction in ("none", "mean"):
            loss = torch.nn.functional.nll_loss(x, target, reduction=reduction)
            see(f"{len(shape)} dimensions, {reduction}", loss)
            see.graph(f"{len(shape)} dimensions, {reduction}: graph", loss)
        (x_grad,) = torch.autograd.grad(loss, x)
        see.gradient(f"{len(shape)} dimensions: gradient", x_grad)


@case()
def targets_that_do_not_fit(torch, see):
    """cross_entropy refuses classes out of range, wrong numbers, shapes, dtypes, weights and reductions."""
    x, F = torch.zeros(3, 5), torch.nn.functional
    good = torch.tensor([1, 2, 0])
    for words, attempt in (
        ("a class too many", lambda: F.cross_entropy(x, torch.tensor([1, 2, 7]))),
        ("a negative class", lambda: F.cross_entropy(x, torch.tensor([1, -2, 0]))),
        ("two targets", lambda: F.cross_entropy(x, torch.tensor([1, 2]))),
        ("floats", lambda: F.cross_entropy(x, torch.tensor([1.0, 2.0, 0.0]))),
        ("int32", lambda: F.cross_entropy(x, good.int())),
        ("integers as probabilities", lambda: F.cross_entropy(x, torch.zeros(3, 5, dtype=torch.int64))),
        ("four weights", lambda: F.cross_entropy(x, good, torch.ones(4))),
        ("other weights", lambda: F.cross_entropy(x, good, torch.ones(5, dtype=torch.float64))),
        ("a reduction", lambda: F.cross_entropy(x, good, reduction="middle")),
        ("smoothing", lambda: F.cross_entropy(x, good, label_smoothing=2.0)),
        ("a vector of targets", lambda: F.nll_loss(x[0], good)),
        ("many targets", lambda: F.nll_loss(x, torch.zeros(3, 4, dtype=torch.int64))),
        ("no target", lambda: F.nll_loss(x, None)),
        ("a number", lambda: F.nll_loss(torch.tensor(1.0), torch.tensor(0))),
        ("integer scores", lambda: F.nll_loss(x.long(), good)),
    ):
        with see.refusal(words):
            attempt()


@case()
def arguments_of_old(torch, see):
    """size_average and reduce are translated, with a warning."""
    x, y = torch.ones(2), torch.zeros(2)
    for words, named in (("sum", {"size_average": False}), ("none", {"reduce": False}), ("mean", {"reduce": True})):
        with see.warnings(f"{words}: warnings"):
            see(words, torch.nn.functional.l1_loss(x, y, **named))
        with see.warnings(f"{words}: warnings of the module"):
            see(f"{words}: reduction", torch.nn.NLLLoss(**named).reduction)


@case(tolerance=reduced("probabilities", "logits", "weighted logits"))
def yes_or_no(torch, see):
    """Binary cross entropy takes probabilities; with logits it takes any numbers, and weighs the positive ones."""
    F, y = torch.nn.functional, torch.tensor(Y, dtype=torch.float64)
    p = [[0.5, 0.125, 0.75], [0.25, 0.875, 0.0]]
    with_each_reduction(torch, see, "probabilities", F.binary_cross_entropy, p, y)
    with_each_reduction(torch, see, "logits", F.binary_cross_entropy_with_logits, X, y)

    def weighed(x, y, reduction):
        positive = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64)
        return F.binary_cross_entropy_with_logits(x, y, pos_weight=positive, reduction=reduction)

    with_each_reduction(torch, see, "weighted logits", weighed, X, y)
    for words, attempt in (
        ("outside", lambda: F.binary_cross_entropy(y + 1, y)),
        ("shapes", lambda: F.binary_cross_entropy(y, y[0])),
        ("logit shapes", lambda: F.binary_cross_entropy_with_logits(y, y[0])),
        ("dtypes", lambda: F.binary_cross_entropy(y, y.float())),
        ("a trained weight", lambda: F.binary_cross_entropy(y, y, torch.ones(2, 3).double().requires_grad_())),
    ):
        with see.refusal(words):
            attempt()


@case(tolerance={**reduced("divergence"), **near("batchmean", "of logarithms")})
def divergence(torch, see):
    """kl_div takes logarithms of probabilities; its mean warns that it is not the mathematical one."""
    F, y = torch.nn.functional, torch.tensor(Y, dtype=torch.float64)
    with_each_reduction(torch, see, "divergence", F.kl_div, X, y)
    x = torch.tensor(X, dtype=torch.float64)
    see("batchmean", F.kl_div(x, y, reduction="batchmean"))
    see("of logarithms", F.kl_div(x, y, reduction="sum", log_target=True))
    with see.refusal("integers"):
        F.kl_div(x, y.long(), reduction="sum")


@case(tolerance=reduced("Poisson", "Gaussian"))
def counts_and_gaussians(torch, see):
    """PoissonNLLLoss may add Stirling's terms, GaussianNLLLoss the constant."""
    F, y = torch.nn.functional, torch.tensor(Y, dtype=torch.float64)
    with_each_reduction(torch, see, "Poisson", partial(F.poisson_nll_loss, full=True), X, y * 4)
    with_each_reduction(torch, see, "Gaussian", partial(F.gaussian_nll_loss, full=True), X, y, y + 0.5)
    for words, variance in (("negative", -y), ("of another size", y[0, :2]), ("a negative number", -1.0)):
        with see.refusal(f"a variance {words}"):
            F.gaussian_nll_loss(y, y, variance)


@case(tolerance=reduced("classes", "squares", "labels", "soft labels", "hinge", "soft", "ranking"))
def margins(torch, see):
    """Margins between classes, between pairs and between labels."""
    F = torch.nn.functional
    target = torch.tensor([2, 0])
    with_each_reduction(torch, see, "classes", F.multi_margin_loss, X, target)
    with_each_reduction(torch, see, "squares", partial(F.multi_margin_loss, p=2, margin=0.5), X, target)
    with_each_reduction(torch, see, "labels", F.multilabel_margin_loss, X, torch.tensor([[2, -1, 0], [1, 0, -1]]))
    y = torch.tensor(Y, dtype=torch.float64)
    with_each_reduction(torch, see, "soft labels", F.multilabel_soft_margin_loss, X, y)
    signs = torch.tensor([[1.0, -1.0, 1.0], [-1.0, 1.0, -1.0]], dtype=torch.float64)
    with_each_reduction(torch, see, "hinge", F.hinge_embedding_loss, X, signs)
    with_each_reduction(torch, see, "soft", F.soft_margin_loss, X, signs)
    with_each_reduction(torch, see, "ranking", F.margin_ranking_loss, X, torch.tensor(Y, dtype=torch.float64), signs)
    for words, attempt in (
        ("p", lambda: F.multi_margin_loss(torch.zeros(2, 3), target, p=3)),
        ("a class too many", lambda: F.multi_margin_loss(torch.zeros(2, 3), target + 1)),
        ("labels", lambda: F.multilabel_margin_loss(torch.zeros(2, 3), torch.full((2, 3), 5))),
        ("dimensions", lambda: F.margin_ranking_loss(torch.zeros(2, 3), torch.zeros(3), signs)),
    ):
        with see.refusal(words):
            attempt()


@case(tolerance=near("pairs", "pairs: x.grad", "triplets", "triplets: x.grad", "swapped"))
def vectors_apart(torch, see):
    """CosineEmbeddingLoss looks at angles, TripletMarginLoss at distances."""
    F, y = torch.nn.functional, torch.tensor(Y, dtype=torch.float64)
    x = torch.tensor(X, dtype=torch.float64, requires_grad=True)
    loss = F.cosine_embedding_loss(x, y, torch.tensor([1, -1]), 0.25)
    see("pairs", loss)
    see.graph("pairs: graph", loss)
    see.gradient("pairs: x.grad", torch.autograd.grad(loss, x)[0])
    loss = F.triplet_margin_loss(x, y, y.flip(0))
    see("triplets", loss)
    see.graph("triplets: graph", loss)
    see.gradient("triplets: x.grad", torch.autograd.grad(loss, x)[0])
    see("swapped", torch.nn.TripletMarginWithDistanceLoss(swap=True)(x, y, y.flip(0)))
    print(torch.nn.TripletMarginWithDistanceLoss())
    for words, attempt in (
        ("no margin", lambda: torch.nn.TripletMarginLoss(margin=0)),
        ("dimensions", lambda: F.triplet_margin_loss(x, y, y[0])),
        ("many targets", lambda: F.cosine_embedding_loss(x, y, y)),
    ):
        with see.refusal(words):
            attempt()


@case(tolerance=reduced("alignments"))
def alignments(torch, see):
    """CTCLoss adds up all alignments; an impossible one is infinite, or zero on demand."""
    F = torch.nn.functional
    scores = (torch.arange(24, dtype=torch.float64).reshape(4, 2, 3) * 0.625 % 2 - 1).tolist()
    targets = torch.tensor([[1, 2], [2, 2]])

    def loss(x, reduction):
        return F.ctc_loss(x.log_softmax(2), targets, [4, 3], [2, 1], reduction=reduction)

    with_each_reduction(torch, see, "alignments", loss, scores)
    x = torch.zeros(2, 1, 3, dtype=torch.float64).log_softmax(2)
    see("impossible", F.ctc_loss(x, torch.tensor([[1, 1]]), [2], [2]))
    see("zero", F.ctc_loss(x, torch.tensor([[1, 1]]), [2], [2], zero_infinity=True))
    for words, attempt in (
        ("a long input", lambda: F.ctc_loss(x, targets[:1], [3], [2])),
        ("a long target", lambda: F.ctc_loss(x, targets[:1], [2], [3])),
        ("a blank", lambda: F.ctc_loss(x, targets[:1], [2], [2], blank=3)),
        ("lengths", lambda: F.ctc_loss(x, targets[:1], [2, 2], [2])),
    ):
        with see.refusal(words):
            attempt()


@case()
def losses_as_modules(torch, see):
    """A loss prints its name alone, and has its weight in its state."""
    nn = torch.nn
    for layer in (
        nn.L1Loss(), nn.SmoothL1Loss(), nn.HuberLoss(), nn.BCELoss(torch.ones(2)),
        nn.BCEWithLogitsLoss(pos_weight=torch.ones(1)), nn.CrossEntropyLoss(torch.ones(3)), nn.NLLLoss(),
        nn.KLDivLoss(), nn.CTCLoss(), nn.MultiMarginLoss(), nn.PoissonNLLLoss(),
    ):
        print(layer)
        see(f"{layer}: state", list(layer.state_dict()))
    with see.warnings("NLLLoss2d"):
        nn.NLLLoss2d()
