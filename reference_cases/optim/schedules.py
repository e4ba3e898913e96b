"""Rates that follow a plan, and averages along the way."""
from minitorch_compat.parity import chapter

case = chapter("optim.schedules")


def followed(torch, see, name, make, *, steps=12, metrics=None, **options):
    """The rates of two groups, step by step; then the state, and the groups."""
    groups = [{"params": [torch.zeros(1, requires_grad=True)], "lr": 0.1 * place} for place in (1, 2)]
    optimiser = torch.optim.SGD(groups, lr=0.1, momentum=0.9, **options)
    with see.warnings(f"{name}: warnings"):
        scheduler = make(torch.optim.lr_scheduler, optimiser)
        rates = [scheduler.get_last_lr()]
        for place in range(steps):
            optimiser.step()
            scheduler.step(*([] if metrics is None else [metrics[place]]))
            rates.append(scheduler.get_last_lr())
    see(f"{name}: rates", rates)
    see(f"{name}: state", repr(scheduler.state_dict()))
    see(f"{name}: momenta", [group["momentum"] for group in optimiser.param_groups])


@case()
def by_functions(torch, see):
    """LambdaLR multiplies the first rate, MultiplicativeLR the present one."""
    followed(torch, see, "one for all", lambda L, o: L.LambdaLR(o, lambda epoch: 0.5**epoch))
    followed(torch, see, "one each", lambda L, o: L.LambdaLR(o, [lambda e: 0.9**e, lambda e: 1 / (e + 1)]))
    followed(torch, see, "again and again", lambda L, o: L.MultiplicativeLR(o, lambda epoch: 0.95))


@case()
def in_steps(torch, see):
    """StepLR falls every few epochs, MultiStepLR at milestones, twice at one that is given twice."""
    followed(torch, see, "every three", lambda L, o: L.StepLR(o, 3, gamma=0.3))
    followed(torch, see, "milestones", lambda L, o: L.MultiStepLR(o, [2, 5, 5, 9], gamma=0.5))


@case()
def warming_up(torch, see):
    """ConstantLR and LinearLR begin with a part of the rate."""
    followed(torch, see, "constant", lambda L, o: L.ConstantLR(o, factor=0.25, total_iters=4))
    followed(torch, see, "linear", lambda L, o: L.LinearLR(o, 0.2, 0.9, 6))
    followed(torch, see, "linear by default", lambda L, o: L.LinearLR(o))


@case()
def falling(torch, see):
    """ExponentialLR falls for ever, PolynomialLR to zero."""
    followed(torch, see, "exponential", lambda L, o: L.ExponentialLR(o, 0.8))
    followed(torch, see, "polynomial", lambda L, o: L.PolynomialLR(o, total_iters=7, power=2.0))


@case()
def cosines(torch, see):
    """CosineAnnealingLR goes down and up again; with warm restarts each way down is longer."""
    followed(torch, see, "annealing", lambda L, o: L.CosineAnnealingLR(o, T_max=5, eta_min=0.01))
    followed(torch, see, "restarts", lambda L, o: L.CosineAnnealingWarmRestarts(o, 3, 2, 0.001))


@case()
def cycles(torch, see):
    """CyclicLR goes to and fro, OneCycleLR once; momentum goes the other way."""
    followed(torch, see, "cyclic", lambda L, o: L.CyclicLR(o, 0.01, 0.5, step_size_up=3, step_size_down=4))
    followed(torch, see, "halved", lambda L, o: L.CyclicLR(o, 0.01, 0.5, step_size_up=2, mode="triangular2"))
    followed(torch, see, "once", lambda L, o: L.OneCycleLR(o, 0.5, total_steps=13))
    followed(torch, see, "in three", lambda L, o: L.OneCycleLR(
        o, [0.5, 1.0], epochs=3, steps_per_epoch=5, anneal_strategy="linear", three_phase=True))
    with see.refusal("too far"):
        followed(torch, see, "too far", lambda L, o: L.OneCycleLR(o, 0.5, total_steps=5))


@case()
def one_after_the_other(torch, see):
    """SequentialLR takes turns at milestones, ChainedScheduler steps all at once."""
    followed(torch, see, "sequence", lambda L, o: L.SequentialLR(
        o, [L.ConstantLR(o, 0.1, 20), L.ExponentialLR(o, 0.9), L.StepLR(o, 2)], [3, 7]))
    followed(torch, see, "chain", lambda L, o: L.ChainedScheduler([L.ConstantLR(o, 0.1, 3), L.ExponentialLR(o, 0.9)]))


@case()
def on_a_plateau(torch, see):
    """ReduceLROnPlateau waits for a metric to become no better."""
    metrics = [5, 4, 3, 3, 3, 3, 3, 2.9999, 3, 3, 3, 3]
    followed(torch, see, "down", lambda L, o: L.ReduceLROnPlateau(o, patience=1), metrics=metrics)
    followed(torch, see, "up", lambda L, o: L.ReduceLROnPlateau(
        o, mode="max", patience=1, factor=0.5, cooldown=2, min_lr=0.02), metrics=metrics)
    followed(torch, see, "absolute", lambda L, o: L.ReduceLROnPlateau(
        o, patience=0, threshold=0.5, threshold_mode="abs"), metrics=metrics)


@case()
def steps_in_the_wrong_order(torch, see):
    """Stepping the scheduler first skips a rate, of which torch warns."""
    optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    scheduler = torch.optim.lr_scheduler.StepLR(optimiser, 2)
    with see.warnings("scheduler first"):
        scheduler.step()
    with see.warnings("and on"):
        optimiser.step()
        scheduler.step()
    with see.warnings("outside"):
        see("next", torch.optim.lr_scheduler.ExponentialLR(optimiser, 0.5).get_lr())


@case()
def jumps_to_an_epoch(torch, see):
    """An epoch can be given, with a warning, and the closed form is used."""
    optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimiser, 0.5)
    optimiser.step()
    with see.warnings("an epoch"):
        scheduler.step(3)
    see("rates", scheduler.get_last_lr())


@case()
def going_on(torch, see):
    """A scheduler goes on where another left off, by its state or by last_epoch."""
    L = torch.optim.lr_scheduler

    def optimiser():
        return torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)

    first = optimiser()
    scheduler = L.CosineAnnealingLR(first, 5)
    for _ in range(3):
        first.step()
        scheduler.step()
    second = optimiser()
    taken = L.CosineAnnealingLR(second, 9)
    taken.load_state_dict(scheduler.state_dict())
    second.load_state_dict(first.state_dict())
    second.step()
    taken.step()
    see("by its state", taken.get_last_lr())
    third = optimiser()
    third.load_state_dict(first.state_dict())
    see("by last_epoch", L.CosineAnnealingLR(third, 5, last_epoch=2).get_last_lr())
    with see.refusal("without initial rates"):
        L.StepLR(optimiser(), 3, last_epoch=4)


@case()
def what_schedulers_refuse(torch, see):
    """Arguments out of range, and optimisers that are none."""
    L = torch.optim.lr_scheduler
    o = torch.optim.SGD([{"params": [torch.zeros(1, requires_grad=True)]} for _ in range(2)], lr=0.1)
    for words, attempt in (
        ("no optimiser", lambda: L.StepLR(5, 1)), ("functions", lambda: L.LambdaLR(o, [lambda e: 1])),
        ("constant", lambda: L.ConstantLR(o, 2.0)), ("start", lambda: L.LinearLR(o, 0)),
        ("end", lambda: L.LinearLR(o, 0.5, 2.0)), ("T_0", lambda: L.CosineAnnealingWarmRestarts(o, 0)),
        ("chain", lambda: L.ChainedScheduler([])), ("turns", lambda: L.SequentialLR(o, [L.StepLR(o, 1)], [1])),
        ("cyclic", lambda: L.CyclicLR(o, 0.1, 0.2, mode="x")), ("once", lambda: L.OneCycleLR(o, 0.1)),
        ("strategy", lambda: L.OneCycleLR(o, 0.1, total_steps=5, anneal_strategy="x")),
        ("factor", lambda: L.ReduceLROnPlateau(o, factor=1.0)), ("mode", lambda: L.ReduceLROnPlateau(o, mode="x")),
        ("no metric", lambda: L.ReduceLROnPlateau(o).step()),
    ):
        with see.refusal(words):
            attempt()


@case()
def averaged_models(torch, see):
    """An averaged model takes the mean of the weights, or one that fades."""
    utils = torch.optim.swa_utils
    for words, options in (
        ("mean", {}), ("fading", {"multi_avg_fn": utils.get_ema_multi_avg_fn(0.9)}),
        ("one by one", {"avg_fn": utils.get_ema_avg_fn(0.5), "use_buffers": True}),
        ("own", {"avg_fn": lambda average, value, count: 0.25 * average + 0.75 * value}),
    ):
        model = torch.nn.Linear(2, 1)
        with torch.no_grad():
            for p in model.parameters():
                p.fill_(0.3)
        averaged = utils.AveragedModel(model, **options)
        for _ in range(4):
            with torch.no_grad():
                for p in model.parameters():
                    p.mul_(1.5)
            averaged.update_parameters(model)
        see(words, averaged.state_dict())
        see(f"{words}: output", averaged(torch.ones(1, 2)))
    with see.refusal("two functions"):
        utils.AveragedModel(model, avg_fn=utils.get_swa_avg_fn(), multi_avg_fn=utils.get_swa_multi_avg_fn())


@case()
def the_rate_of_averaging(torch, see):
    """SWALR goes over to a constant rate."""
    optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.3)
    scheduler = torch.optim.swa_utils.SWALR(optimiser, swa_lr=0.05, anneal_epochs=4)
    rates = []
    for _ in range(6):
        optimiser.step()
        scheduler.step()
        rates.append(scheduler.get_last_lr())
    see("rates", rates)
    see("state", repr(scheduler.state_dict()))
