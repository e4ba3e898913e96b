"""L-BFGS: Newton's method with a curvature remembered from recent steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from .._core.forms import FUNCTIONS
from .._core.modes import enable_grad, no_grad
from .optimizer import Optimizer
from .options import as_real, check_lr


class Point(NamedTuple):
    """What is known at a step of length ``t``: the loss, its gradient, and the slope along the direction."""

    t: Any
    loss: Any
    gradient: Any
    slope: Any


def minimum_of_cubic(a: Point, b: Point, bounds: tuple[Any, Any] | None = None) -> Any:
    """Where the cubic through two points with their slopes is least, within bounds; else the middle of these.

    Nocedal and Wright, "Numerical optimization" (2006), formula 3.59.
    """
    if bounds is None:
        bounds = (a.t, b.t) if a.t <= b.t else (b.t, a.t)
    least, most = bounds
    d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t)
    square = d1**2 - a.slope * b.slope
    if not square >= 0:
        return (least + most) / 2.0
    d2 = square.sqrt()
    if a.t <= b.t:
        place = b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
    else:
        place = a.t - (a.t - b.t) * ((a.slope + d2 - d1) / (a.slope - b.slope + 2 * d2))
    return min(max(place, least), most)


def strong_wolfe(
    evaluate: Callable[[Any], tuple[Any, Any]], t: Any, direction: Any, loss: Any, gradient: Any, slope: Any,
    tolerance: float, *, c1: float = 1e-4, c2: float = 0.9, most: int = 25
) -> tuple[Point, int]:
    """A step that fulfils the strong Wolfe conditions, and how often the loss was evaluated.

    First the step grows until an acceptable one is bracketed, then the bracket is narrowed. Nocedal and Wright,
    "Numerical optimization" (2006), algorithms 3.5 and 3.6, with the safeguards of Schmidt's minFunc.
    """
    span = direction.abs().max()
    start = Point(0, loss, gradient.clone(), slope)

    def at(t: Any) -> Point:
        loss, gradient = evaluate(t)
        return Point(t, loss, gradient.clone(), gradient.dot(direction))

    def too_high(point: Point) -> Any:
        return point.loss > loss + c1 * point.t * slope

    def flat(point: Point) -> Any:
        return abs(point.slope) <= -c2 * slope

    previous, point, evaluations, rounds = start, at(t), 1, 0
    while rounds < most:
        if too_high(point) or (rounds > 1 and point.loss >= previous.loss):
            bracket = [previous, point]
            break
        if flat(point):
            return point, evaluations
        if point.slope >= 0:
            bracket = [previous, point]
            break
        limits = point.t + 0.01 * (point.t - previous.t), point.t * 10
        t = minimum_of_cubic(previous, point, limits)
        previous, point = point, at(t)
        evaluations, rounds = evaluations + 1, rounds + 1
    else:
        bracket = [start, point]

    near_edge = False
    low, high = (0, 1) if bracket[0].loss <= bracket[1].loss else (1, 0)
    while rounds < most:
        least, largest = sorted((bracket[0].t, bracket[1].t))
        if abs(bracket[1].t - bracket[0].t) * span < tolerance:
            break
        t = minimum_of_cubic(bracket[0], bracket[1])
        margin = 0.1 * (largest - least)
        if min(largest - t, t - least) < margin:
            # Twice near an end of the bracket is no progress: the step is moved inwards.
            if near_edge or t >= largest or t <= least:
                t = largest - margin if abs(t - largest) < abs(t - least) else least + margin
                near_edge = False
            else:
                near_edge = True
        else:
            near_edge = False
        point = at(t)
        evaluations, rounds = evaluations + 1, rounds + 1
        if too_high(point) or point.loss >= bracket[low].loss:
            bracket[high] = point
            low, high = (0, 1) if bracket[0].loss <= bracket[1].loss else (1, 0)
            continue
        if flat(point):
            return point, evaluations
        if point.slope * (bracket[high].t - bracket[low].t) >= 0:
            bracket[high] = bracket[low]
        bracket[low] = point
    return bracket[low], evaluations


class LBFGS(Optimizer):
    """Minimises along directions of the two-loop recursion (Nocedal and Wright, algorithm 7.4); needs a closure.

    ``line_search_fn`` is None (steps of ``lr``) or "strong_wolfe". All parameters are one group; the state is kept
    with the first. Errors: ValueError for several groups, RuntimeError for another line search.
    """

    def __init__(
        self, params: Iterable[Any], lr: Any = 1, max_iter: int = 20, max_eval: int | None = None,
        tolerance_grad: float = 1e-7, tolerance_change: float = 1e-9, history_size: int = 100,
        line_search_fn: str | None = None
    ) -> None:
        check_lr(lr)
        if max_eval is None:
            max_eval = max_iter * 5 // 4
        super().__init__(
            params,
            {
                "lr": lr, "max_iter": max_iter, "max_eval": max_eval, "tolerance_grad": tolerance_grad,
                "tolerance_change": tolerance_change, "history_size": history_size, "line_search_fn": line_search_fn,
            },
        )
        if len(self.param_groups) != 1:
            raise ValueError("LBFGS doesn't support per-parameter options (parameter groups)")
        self._params = self.param_groups[0]["params"]

    def _gradient(self) -> Any:
        parts = []
        for p in self._params:
            g = FUNCTIONS["zeros_like"](p.detach()) if p.grad is None else p.grad
            parts.append((as_real(g) if g.is_complex() else g).reshape(-1))
        return FUNCTIONS["cat"](parts, 0)

    def _move(self, t: Any, direction: Any) -> None:
        start = 0
        for p in self._params:
            real = as_real(p) if p.is_complex() else p
            end = start + real.numel()
            real.add_(direction[start:end].view_as(real), alpha=float(t))
            start = end

    @no_grad()
    def step(self, closure: Callable[[], Any]) -> Any:  # type: ignore[override]
        """Up to ``max_iter`` iterations; ``closure`` clears the gradients, evaluates the loss and calls backward."""
        group = self.param_groups[0]
        lr, limit = group["lr"], group["tolerance_change"]
        search, size = group["line_search_fn"], group["history_size"]

        def evaluate() -> Any:
            with enable_grad():
                return closure()

        state = self.state[self._params[0]]
        state.setdefault("func_evals", 0)
        state.setdefault("n_iter", 0)
        first_loss = evaluate()
        loss = float(first_loss)
        evaluations = 1
        state["func_evals"] += 1
        gradient = self._gradient()
        arrived = gradient.abs().max() <= group["tolerance_grad"]
        if arrived:
            return first_loss
        direction, t = state.get("d"), state.get("t")
        changes, moves, weights = state.get("old_dirs"), state.get("old_stps"), state.get("ro")
        scale, before, loss_before = state.get("H_diag"), state.get("prev_flat_grad"), state.get("prev_loss")
        iteration = 0
        while iteration < group["max_iter"]:
            iteration += 1
            state["n_iter"] += 1
            if state["n_iter"] == 1:
                direction = gradient.neg()
                changes, moves, weights, scale = [], [], [], 1
            else:
                change, move = gradient.sub(before), direction.mul(t)
                product = change.dot(move)
                if product > 1e-10:
                    if len(changes) == size:
                        for each in (changes, moves, weights):
                            each.pop(0)
                    changes.append(change)
                    moves.append(move)
                    weights.append(1.0 / product)
                    scale = product / change.dot(change)
                count = len(changes)
                shares = state.setdefault("al", [None] * size)
                direction = gradient.neg()
                for i in range(count - 1, -1, -1):
                    shares[i] = moves[i].dot(direction) * weights[i]
                    direction.add_(changes[i], alpha=-float(shares[i]))
                direction = direction.mul(scale)
                for i in range(count):
                    back = changes[i].dot(direction) * weights[i]
                    direction.add_(moves[i], alpha=float(shares[i] - back))
            before = gradient.clone() if before is None else before.copy_(gradient)
            loss_before = loss
            t = min(1.0, 1.0 / gradient.abs().sum()) * lr if state["n_iter"] == 1 else lr
            slope = gradient.dot(direction)
            if slope > -limit:
                break
            made = 0
            if search is not None:
                if search != "strong_wolfe":
                    raise RuntimeError("only 'strong_wolfe' is supported")
                origin = [p.clone() for p in self._params]

                def evaluate_at(t: Any, direction: Any = direction, origin: Any = origin) -> tuple[Any, Any]:
                    self._move(t, direction)
                    found = float(evaluate()), self._gradient()
                    for p, old in zip(self._params, origin, strict=True):
                        p.copy_(old)
                    return found

                point, made = strong_wolfe(evaluate_at, t, direction, loss, gradient, slope, 1e-9)
                t, loss, gradient = point.t, point.loss, point.gradient
                self._move(t, direction)
                arrived = gradient.abs().max() <= group["tolerance_grad"]
            else:
                self._move(t, direction)
                if iteration != group["max_iter"]:
                    loss = float(evaluate())
                    gradient = self._gradient()
                    arrived = gradient.abs().max() <= group["tolerance_grad"]
                    made = 1
            evaluations += made
            state["func_evals"] += made
            if (
                iteration == group["max_iter"] or evaluations >= group["max_eval"] or arrived
                or direction.mul(t).abs().max() <= limit or abs(loss - loss_before) < limit
            ):
                break
        state["d"], state["t"] = direction, t
        state["old_dirs"], state["old_stps"], state["ro"] = changes, moves, weights
        state["H_diag"], state["prev_flat_grad"], state["prev_loss"] = scale, before, loss_before
        return first_loss


LBFGS.__module__ = "torch.optim.lbfgs"
