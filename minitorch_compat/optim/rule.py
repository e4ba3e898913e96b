"""The step of optimisers that treat every element by one rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from .._core.modes import enable_grad
from .optimizer import Optimizer, _use_grad_for_differentiable
from .options import DEVICES, as_real
from .update import update


class RuleOptimizer(Optimizer):
    """An optimiser that says how its state begins, what it counts, and which rule updates the elements."""

    _named_in_errors: ClassVar[tuple[str, str]] = ("params and state_steps", "params and state_steps")
    _devices: ClassVar[tuple[list[str], list[str]]] = DEVICES, DEVICES[:-1]

    def _begin(self, state: dict[str, Any], p: Any, group: dict[str, Any]) -> None:
        """Fill the state of a parameter that is met for the first time."""
        raise NotImplementedError

    def _advance(self, state: dict[str, Any], group: dict[str, Any]) -> Any:
        """Count a step; parameters with an equal result (hashable) are updated by one rule."""
        raise NotImplementedError

    def _kept(self, group: dict[str, Any]) -> tuple[str, ...]:
        """Names of the state that the rule reads and writes, in its order."""
        raise NotImplementedError

    def _rule(self, group: dict[str, Any], shared: Any) -> tuple[Callable[..., Any], tuple[int, ...]]:
        """The rule with its numbers, and how often it writes to each tensor of a row."""
        raise NotImplementedError

    def _step_sparse(self, p: Any, g: Any, group: dict[str, Any]) -> None:
        """Update a parameter by a sparse gradient: RuntimeError, for most optimisers have no such rule."""
        raise RuntimeError(f"{type(self).__name__} does not support sparse gradients")

    @_use_grad_for_differentiable
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Update all parameters that have a gradient; ``closure`` evaluates the loss again, which is returned.

        AssertionError where a group asks for what torch does not do on the CPU.
        """
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        for group in self.param_groups:
            kept = self._kept(group)
            together: dict[Any, list[list[Any]]] = {}
            for p in group["params"]:
                g = p._grad
                if g is None:
                    continue
                if g._transformed and g.is_sparse:
                    self._step_sparse(p, g, group)
                    continue
                state = self.state[p]
                if not state:
                    self._begin(state, p, group)
                row = [p, g]
                for name in kept:
                    row.append(state[name])
                if p._data.dtype.kind == "c":
                    row = [as_real(each) for each in row]
                together.setdefault(self._advance(state, group), []).append(row)
            if together and (group.get("capturable") or group.get("foreach")):
                self._refuse(group)
            for shared, rows in together.items():
                rule, writes = self._rule(group, shared)
                if group.get("fused"):
                    writes = (0,) * len(writes)  # torch's fused kernels count no writes
                update(rule, rows, writes)
        return loss

    def _refuse(self, group: dict[str, Any]) -> None:
        foreach = group.get("foreach")
        if foreach and group["differentiable"]:
            raise AssertionError("_foreach ops don't support autograd")
        if group.get("capturable"):
            names, devices = self._named_in_errors[bool(foreach)], self._devices[bool(foreach)]
            raise AssertionError(f"If capturable=True, {names} must be on supported devices: {devices}.")
