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


NOWHERE = Point(None, float("inf"), None, None)
"""Higher than any point but one that is not finite either."""


class Curvature:
    """What recent steps told of the curvature: pairs of a change of the gradient and the move that made it."""

    def __init__(self, state: dict[str, Any], size: int) -> None:
        self.state, self.size = state, size
        self.changes: list[Any] = state.get("old_dirs", [])
        self.moves: list[Any] = state.get("old_stps", [])
        self.weights: list[Any] = state.get("ro", [])
        self.scale: Any = state.get("H_diag", 1)

    def remember(self, change: Any, move: Any) -> None:
        """Take a pair in, and let the oldest go; unless the curvature along the move is not positive."""
        product = change.dot(move)
        if product > 1e-10:
            for pairs, new in ((self.changes, change), (self.moves, move), (self.weights, 1.0 / product)):
                if len(pairs) == self.size:
                    pairs.pop(0)
                pairs.append(new)
            self.scale = product / change.dot(change)

    def against(self, gradient: Any) -> Any:
        """The direction of Newton's method: minus the gradient times the inverse of what is remembered."""
        shares = self.state.setdefault("al", [None] * self.size)
        pairs = list(zip(self.changes, self.moves, self.weights, strict=True))
        direction = gradient.neg()
        for place in reversed(range(len(pairs))):
            change, move, weight = pairs[place]
            shares[place] = move.dot(direction) * weight
            direction.add_(change, alpha=-float(shares[place]))
        direction = direction.mul(self.scale)
        for share, (change, move, weight) in zip(shares, pairs, strict=False):
            direction.add_(move, alpha=float(share - change.dot(direction) * weight))
        return direction

    def kept(self) -> dict[str, Any]:
        """What goes into the state."""
        return {"old_dirs": self.changes, "old_stps": self.moves, "ro": self.weights, "H_diag": self.scale}


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


class LineSearch:
    """A step along one direction that fulfils the strong Wolfe conditions.

    It must make the loss small enough for its length (``c1``) and its slope flat enough (``c2``). Nocedal and Wright,
    "Numerical optimization" (2006), algorithms 3.5 and 3.6, with the safeguards of Schmidt's minFunc.
    """

    c1, c2, most = 1e-4, 0.9, 25

    def __init__(self, evaluate: Callable[[Any], tuple[Any, Any]], direction: Any, start: Point) -> None:
        self.evaluate, self.direction, self.start = evaluate, direction, start
        self.evaluations = 0

    def at(self, t: Any) -> Point:
        """What is found at a step of length ``t``."""
        self.evaluations += 1
        loss, gradient = self.evaluate(t)
        return Point(t, loss, gradient.clone(), gradient.dot(self.direction))

    def too_high(self, point: Point, than: Point) -> bool:
        """Whether the loss is more than the length of the step allows, or no less than at another point."""
        return bool(point.loss > self.start.loss + self.c1 * point.t * self.start.slope or point.loss >= than.loss)

    def flat(self, point: Point) -> bool:
        return bool(abs(point.slope) <= -self.c2 * self.start.slope)

    def found(self, t: Any, tolerance: float) -> Point:
        """The accepted point, or the lowest seen when evaluations or the bracket are used up."""
        one, *others = self.grown(self.at(t))
        return self.narrowed(one, others[0], tolerance) if others else one

    def grown(self, point: Point) -> tuple[Point, ...]:
        """An acceptable point found while the step grows, or two between which there is one."""
        before = self.start
        while self.evaluations <= self.most:
            # The first two points may lie higher than those before them, if only they are low enough.
            if self.too_high(point, before if self.evaluations > 2 else NOWHERE):
                return before, point
            if self.flat(point):
                return (point,)
            if point.slope >= 0:
                return before, point
            limits = point.t + 0.01 * (point.t - before.t), point.t * 10
            before, point = point, self.at(minimum_of_cubic(before, point, limits))
        return self.start, point

    def narrowed(self, one: Point, other: Point, tolerance: float) -> Point:
        """An acceptable point between two, or the lower end of what is left."""
        span = self.direction.abs().max()
        ends, near_an_end = [one, other], False
        low = 0 if one.loss <= other.loss else 1
        while self.evaluations <= self.most and abs(ends[1].t - ends[0].t) * span >= tolerance:
            least, largest = sorted((ends[0].t, ends[1].t))
            t = minimum_of_cubic(ends[0], ends[1])
            t, near_an_end = self.moved_inwards(t, least, largest, near_an_end)
            point = self.at(t)
            if self.too_high(point, ends[low]):
                ends[1 - low] = point
                low = 0 if ends[0].loss <= ends[1].loss else 1
                continue
            if self.flat(point):
                return point
            if point.slope * (ends[1 - low].t - ends[low].t) >= 0:
                ends[1 - low] = ends[low]
            ends[low] = point
        return ends[low]

    @staticmethod
    def moved_inwards(t: Any, least: Any, largest: Any, again: bool) -> tuple[Any, bool]:
        """A step that is not near an end of the bracket twice in a row, which is no progress; whether it is now."""
        margin = 0.1 * (largest - least)
        if not min(largest - t, t - least) < margin:
            return t, False
        if not again and least < t < largest:
            return t, True
        return (largest - margin if abs(t - largest) < abs(t - least) else least + margin), False


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
            if g.is_sparse:
                g = g.to_dense()
            parts.append((as_real(g) if g.is_complex() else g).reshape(-1))
        return FUNCTIONS["cat"](parts, 0)

    def _move(self, t: Any, direction: Any) -> None:
        start = 0
        for p in self._params:
            real = as_real(p) if p.is_complex() else p
            end = start + real.numel()
            real.add_(direction[start:end].view_as(real), alpha=float(t))
            start = end

    def _found(self, closure: Callable[[], Any]) -> tuple[Any, Any]:
        """The loss that ``closure`` finds, and all gradients as one vector."""
        with enable_grad():
            loss = closure()
        return loss, self._gradient()

    def _searched(self, closure: Callable[[], Any], t: Any, direction: Any, start: Point) -> tuple[Point, int]:
        """Where a line search arrives, and how often it evaluated; the parameters are moved there."""
        origin = [p.clone() for p in self._params]

        def evaluate(t: Any) -> tuple[Any, Any]:
            self._move(t, direction)
            loss, gradient = self._found(closure)
            for p, old in zip(self._params, origin, strict=True):
                p.copy_(old)
            return float(loss), gradient

        search = LineSearch(evaluate, direction, start)
        point = search.found(t, 1e-9)
        self._move(point.t, direction)
        return point, search.evaluations

    @no_grad()
    def step(self, closure: Callable[[], Any]) -> Any:  # type: ignore[override]
        """Up to ``max_iter`` iterations; ``closure`` clears the gradients, evaluates the loss and calls backward."""
        group = self.param_groups[0]
        lr, small, last, search = group["lr"], group["tolerance_change"], group["max_iter"], group["line_search_fn"]
        state = self.state[self._params[0]]
        for counter in ("func_evals", "n_iter"):
            state.setdefault(counter, 0)

        def arrived(gradient: Any) -> bool:
            return bool(gradient.abs().max() <= group["tolerance_grad"])

        first_loss, gradient = self._found(closure)
        loss, evaluations = float(first_loss), 1
        state["func_evals"] += 1
        if arrived(gradient):
            return first_loss
        curvature = Curvature(state, group["history_size"])
        direction, t, before, loss_before = (state.get(name) for name in ("d", "t", "prev_flat_grad", "prev_loss"))
        for iteration in range(1, last + 1):
            state["n_iter"] += 1
            if state["n_iter"] == 1:
                direction, t = gradient.neg(), min(1.0, 1.0 / gradient.abs().sum()) * lr
                before = gradient.clone()
            else:
                curvature.remember(gradient.sub(before), direction.mul(t))
                direction, t = curvature.against(gradient), lr
                before.copy_(gradient)
            loss_before = loss
            slope = gradient.dot(direction)
            if slope > -small:
                break
            made = 0
            if search == "strong_wolfe":
                point, made = self._searched(closure, t, direction, Point(0, loss, gradient.clone(), slope))
                t, loss, gradient = point.t, point.loss, point.gradient
            elif search is not None:
                raise RuntimeError("only 'strong_wolfe' is supported")
            else:
                self._move(t, direction)
                if iteration < last:
                    found, gradient = self._found(closure)
                    loss, made = float(found), 1
            evaluations += made
            state["func_evals"] += made
            if evaluations >= group["max_eval"] or (made and arrived(gradient)):
                break
            if direction.mul(t).abs().max() <= small or abs(loss - loss_before) < small:
                break
        state.update(d=direction, t=t, **curvature.kept(), prev_flat_grad=before, prev_loss=loss_before)
        return first_loss


LBFGS.__module__ = "torch.optim.lbfgs"
