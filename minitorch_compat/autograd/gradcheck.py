"""Checks of gradients against small finite differences, to first and to second order."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .._core import dtypes
from .._core.errors import lacks
from .._core.forms import FUNCTIONS
from .._core.tensor import Tensor, wrap

ndarray = np.ndarray
Function = Callable[..., Any]


class GradcheckError(RuntimeError):
    """Raised by ``gradcheck`` and ``gradgradcheck`` where a gradient is not what the differences say."""


GradcheckError.__module__ = "torch.autograd.gradcheck"

NOT_REENTRANT = """\
Backward is not reentrant, i.e., running backward with same input and grad_output multiple times gives different \
values, although analytical gradient matches numerical gradient.The tolerance for nondeterminism was {tolerance}.

NOTE: If your op relies on non-deterministic operations i.e., it is listed here:
https://pytorch.org/docs/stable/generated/torch.use_deterministic_algorithms.html
this failure might be expected.

If you are adding a new operator, please file an issue and then use one of the
workarounds. The workaround depends on how your test invokes gradcheck/gradgradcheck.
If the test
- manually invokes gradcheck/gradgradcheck, then call gradcheck/gradgradcheck
  with `nondet_tol=<tol>` as a keyword argument.
- is OpInfo-based (e.g., in test_ops_gradients.py), then modify the OpInfo for the test
  to have `gradcheck_nondet_tol=<tol>`.
- is a Module test (e.g., in common_nn.py), then modify the corresponding
  module_test entry to have `gradcheck_nondet_tol=<tol>`
"""
IN_FAST_MODE = """\

The above quantities relating the numerical and analytical jacobians are computed {}
in fast mode. See: https://github.com/pytorch/pytorch/issues/53876 for more background {}
about fast mode. Below, we recompute numerical and analytical jacobians in slow mode:

Numerical:
 {}
Analytical:
{}

The max per-element difference (slow mode) is: {}.
"""
SMALL_DIFFERENCES = """\
Fast gradcheck failed but element-wise differences are small. This means that the
test might've passed in slow_mode!

If you are adding a new operator, please file an issue and then use one of the
workarounds. The workaround depends on how your test invokes gradcheck/gradgradcheck:

If the test
- manually invokes gradcheck/gradgradcheck, then call gradcheck/gradgradcheck
  with `fast_mode=False` as a keyword argument.
- is OpInfo-based (e.g., in test_ops_gradients.py), then modify the OpInfo for the test
  to have `gradcheck_fast_mode=False`
- is a Module test (e.g., in common_nn.py), then modify the corresponding
  module_test entry to have `gradcheck_fast_mode=False`"""
UNDEFINED_GRADS = (
    'Please look at "Notes about undefined output gradients" in "tools/autograd/derivatives.yaml"'
)


def gradcheck(
    func: Function,
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_batched_forward_grad: bool = False,
    check_forward_ad: bool = False,
    check_backward_ad: bool = True,
    fast_mode: bool = False,
    masked: bool | None = None,
) -> bool:
    """Whether the gradients of ``func`` at ``inputs`` agree with central differences of width ``eps``.

    Every input that requires grad is varied element by element, complex ones in their two parts; they should be of
    double precision. In ``fast_mode`` all elements are varied at once, along one random direction, and one number is
    compared for each output and input. GradcheckError where they disagree, or False with ``raise_exception=False``.
    """
    if not (check_forward_ad or check_backward_ad):
        raise AssertionError("Expected at least one of check_forward_ad or check_backward_ad to be True")
    if check_batched_grad and not check_backward_ad:
        raise AssertionError("Setting check_batched_grad=True requires check_backward_ad to be True")
    if check_batched_forward_grad and not check_forward_ad:
        raise AssertionError("Setting check_batched_forward_grad=True requires check_forward_ad to be True")
    if any(isinstance(each, Tensor) and each.is_sparse for each in _as_tuple(inputs)):
        func, inputs = _of_entries(func, _as_tuple(inputs), masked)
    kind = FastCheck if fast_mode else Check
    check = kind(func, _as_tuple(inputs), eps, atol, rtol, nondet_tol, check_grad_dtypes)
    try:
        check.run(
            check_batched_grad, check_undefined_grad, check_forward_ad, check_backward_ad, check_batched_forward_grad
        )
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def _of_entries(func: Function, inputs: tuple[Any, ...], masked: bool | None) -> tuple[Function, tuple[Any, ...]]:
    """``func`` as one of the entries of sparse inputs, each place once: those are varied where ``masked`` says so.

    ValueError for a sparse output.
    """
    if not masked:
        raise lacks("gradcheck of sparse inputs without masked=True")
    inputs = tuple([each.coalesce() if isinstance(each, Tensor) and each.is_sparse else each for each in inputs])
    entries = tuple([
        each.detach().values().clone().requires_grad_(each.requires_grad)
        if isinstance(each, Tensor) and each.is_sparse else each
        for each in inputs
    ])  # fmt: skip

    def of_entries(*values: Any) -> Any:
        from .._core.sparse.rules import with_history

        given = [
            with_history(each._places, value, each._size, True)
            if isinstance(each, Tensor) and each.is_sparse else value
            for each, value in zip(inputs, values, strict=True)
        ]
        out = func(*given)
        if any(isinstance(each, Tensor) and each.is_sparse for each in _as_tuple(out)):
            raise ValueError(
                "Sparse output is not supported at gradcheck yet. Please call to_dense(masked_grad=...) on the output "
                "of fn for gradcheck."
            )
        return out

    return of_entries, entries


def gradgradcheck(
    func: Function,
    inputs: Any,
    grad_outputs: Any = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    gen_non_contig_grad_outputs: bool = False,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_fwd_over_rev: bool = False,
    check_rev_over_rev: bool = True,
    fast_mode: bool = False,
    masked: bool = False,
) -> bool:
    """Whether the gradients of the gradients of ``func`` agree with finite differences.

    The gradients are checked as a function of ``inputs`` and of ``grad_outputs``, which are drawn uniformly from
    [-1, 1) where none are given. GradcheckError where they disagree, or False with ``raise_exception=False``.
    """
    if not (check_fwd_over_rev or check_rev_over_rev):
        raise AssertionError("Expected at least one of check_fwd_over_rev or check_rev_over_rev to be True")
    if check_undefined_grad and not check_rev_over_rev:
        raise AssertionError("Setting check_undefined_grad=True requires check_rev_over_rev to be True")
    if check_batched_grad and not check_rev_over_rev:
        raise AssertionError("Setting check_batched_grad=True requires check_rev_over_rev to be True")
    inputs = _as_tuple(inputs)
    if grad_outputs is None:
        outputs = _differentiable(func(*inputs))
        weights = tuple([_drawn_like(each, gen_non_contig_grad_outputs) for each in outputs])
    else:
        weights = _as_tuple(grad_outputs)
    wanted = [place for place, each in enumerate(inputs) if _requires_grad(each)]

    def gradients(*values: Any) -> tuple[Any, ...]:
        from . import grad

        given, weights = values[: len(inputs)], values[len(inputs) :]
        outputs = _differentiable(func(*given))
        found = grad(outputs, [given[place] for place in wanted], weights, create_graph=True, allow_unused=True)
        return tuple([each for each in found if each is not None])

    return gradcheck(
        gradients,
        (*inputs, *weights),
        eps=eps,
        atol=atol,
        rtol=rtol,
        raise_exception=raise_exception,
        nondet_tol=nondet_tol,
        check_undefined_grad=check_undefined_grad,
        check_grad_dtypes=check_grad_dtypes,
        check_batched_grad=check_batched_grad,
        check_forward_ad=check_fwd_over_rev,
        check_backward_ad=check_rev_over_rev,
        fast_mode=fast_mode,
        masked=masked,
    )


def _as_tuple(values: Any) -> tuple[Any, ...]:
    return tuple(values) if isinstance(values, (tuple, list)) else (values,)


def _requires_grad(value: Any) -> bool:
    return isinstance(value, Tensor) and value.requires_grad


def _differentiable(outputs: Any) -> tuple[Tensor, ...]:
    return tuple([each for each in _as_tuple(outputs) if each.requires_grad])


def _drawn_like(x: Tensor, gaps: bool) -> Tensor:
    """A leaf of the shape of ``x`` with elements drawn from [-1, 1); ``gaps`` between them in memory if wanted."""
    dtype = x.dtype if x.is_floating_point() or x.is_complex() else dtypes.float64
    drawn = FUNCTIONS["empty"](x.shape, dtype=dtype)
    (FUNCTIONS["view_as_real"](drawn) if drawn.is_complex() else drawn).uniform_(-1, 1)
    if gaps and drawn.numel() > 1:
        drawn = wrap(np.repeat(drawn._data, 2, -1)[..., ::2])
    return drawn.requires_grad_()


def _part(func: Function, part: str) -> Function:
    """``func`` with its complex results replaced by their ``real`` or ``imag`` parts."""

    def wrapped(*inputs: Any) -> tuple[Any, ...]:
        return tuple([getattr(each, part) if each.is_complex() else each for each in _as_tuple(func(*inputs))])

    return wrapped


class Check:
    """One check of a function at a point: the point, how close is close enough, and the steps."""

    def __init__(
        self, func: Function, inputs: tuple[Any, ...], eps: float, atol: float, rtol: float, nondet_tol: float,
        check_dtypes: bool
    ) -> None:
        self.func = func
        self.inputs = inputs
        self.wanted = [each for each in inputs if _requires_grad(each)]
        self.eps, self.atol, self.rtol = eps, atol, rtol
        self.nondet_tol = nondet_tol
        self.check_dtypes = check_dtypes

    def run(self, batched: bool, undefined: bool, ahead: bool, back: bool, batched_ahead: bool) -> None:
        """All steps in torch's order; GradcheckError from the first that fails."""
        self.check_inputs()
        results = _as_tuple(self.func(*self.inputs))
        outputs = _differentiable(results)
        if back and any(each.is_complex() for each in results):
            complex_places = [place for place, each in enumerate(outputs) if each.is_complex()]
            for part, word in (("imag", "imaginary"), ("real", "real")):
                self.compare(_part(self.func, part), complex_places, word)
        elif back:
            self.compare(self.func, (), "")
        if ahead:
            if any(each.is_complex() for each in self.wanted):
                for word, step in (("imaginary", 1j), ("real", 1)):
                    self.compare_ahead(step, word)
            else:
                self.compare_ahead(1, "")
            if undefined:
                self.check_undefined_ahead()
        if batched_ahead:
            self.check_batched_ahead()
        if not back:
            return
        if batched:
            for output in outputs:
                self.check_batched(output)
        self.check_zero(outputs)
        if undefined:
            self.check_undefined()

    def check_inputs(self) -> None:
        for place, each in enumerate(self.inputs):
            if not _requires_grad(each):
                continue
            if each.dtype not in (dtypes.float64, dtypes.complex128):
                warnings.warn(
                    f"Input #{place} requires gradient and is not a double precision floating point or complex. This "
                    "check will likely fail if all the inputs are not of double precision floating point or complex. ",
                    UserWarning,
                    stacklevel=2,
                )
            if any(stride == 0 and length > 1 for stride, length in zip(each.stride(), each.shape, strict=True)):
                raise RuntimeError(
                    f"The {place}th input has a dimension with stride 0. gradcheck only supports inputs that are "
                    "non-overlapping to be able to compute the numerical gradients correctly. You should call "
                    ".contiguous on the input before passing it to gradcheck."
                )
        if not self.wanted:
            raise ValueError(
                "gradcheck expects at least one input tensor to require gradient, but none of them have "
                "requires_grad=True."
            )

    def compare(self, func: Function, complex_places: Sequence[int], part: str) -> None:
        """The Jacobian by differences beside the one by backward, for each pair of an output and an input."""
        results = _as_tuple(func(*self.inputs))
        numerical = [self.numerical(func, results, each) for each in self.wanted]
        outputs = [place for place, each in enumerate(results) if each.requires_grad]
        if not outputs:
            if any(jacobian is not None and jacobian.any() for column in numerical for jacobian in column):
                raise GradcheckError("Numerical gradient for function expected to be zero")
            return
        for number, place in enumerate(outputs):
            analytical = self.analytical(results[place])
            for asked, jacobian in enumerate(analytical):
                expected = numerical[asked][place]
                assert expected is not None
                if not np.allclose(jacobian, expected, self.rtol, self.atol):
                    prefix = f"While considering the {part} part of complex outputs only, "
                    raise GradcheckError(
                        f"{prefix if number in complex_places else ''}Jacobian mismatch for output {number} with "
                        f"respect to input {asked},\nnumerical:{wrap(expected)}\nanalytical:{wrap(jacobian)}\n"
                    )

    def numerical(self, func: Function, results: Sequence[Tensor], x: Tensor) -> list[ndarray | None]:
        """For each floating result the differences along each element of ``x``, one row to an element."""
        memory = x._data
        rows: list[list[ndarray | None]] = []
        for index in np.ndindex(memory.shape):
            row = self.difference(func, memory, index, self.eps)
            if memory.dtype.kind == "c":
                across = self.difference(func, memory, index, self.eps * 1j)
                row = [a if a is None or b is None else a + b * 1j for a, b in zip(row, across, strict=True)]
            rows.append(row)
        jacobians: list[ndarray | None] = []
        for place, result in enumerate(results):
            if not (result.is_floating_point() or result.is_complex()):
                jacobians.append(None)
                continue
            kind = memory.dtype if memory.dtype.kind == "c" else result._data.dtype
            jacobian = np.zeros((memory.size, result.numel()), kind)
            for number, row in enumerate(rows):
                jacobian[number] = row[place]
            jacobians.append(jacobian)
        return jacobians

    def difference(
        self, func: Function, memory: ndarray, index: Any, step: Any
    ) -> list[ndarray | None]:
        """How the results change, over the width, when an element, or all, are moved by ``step`` to both sides."""
        original = memory[index].copy()
        try:
            memory[index] = original - step
            below = [each._data.copy() for each in _as_tuple(func(*self.inputs))]
            memory[index] = original + step
            above = [each._data.copy() for each in _as_tuple(func(*self.inputs))]
        finally:
            memory[index] = original
        changes: list[ndarray | None] = []
        for low, high in zip(below, above, strict=False):
            if low.shape != high.shape or low.dtype != high.dtype:
                word, one, other = (
                    ("shape", wrap(low).shape, wrap(high).shape) if low.shape != high.shape
                    else ("dtype", wrap(low).dtype, wrap(high).dtype)
                )
                raise AssertionError(
                    f"Expected `func` to return outputs with the same {word} when inputs are perturbed "
                    f"{'' if index is ... else f'on index {index} '}by {self.eps}, but got: {word}s {one} and {other}."
                )
            changes.append(((high - low) / (2 * self.eps)).reshape(-1) if low.dtype.kind in "fcV" else None)
        return changes

    def analytical(self, output: Tensor) -> list[ndarray]:
        """For each input the gradients of the elements of ``output``, one column to an element."""
        first = self.backward_jacobians(output, complain=True)
        self.refuse_other(first, self.backward_jacobians(output))
        return first

    def refuse_other(self, first: Sequence[ndarray], second: Sequence[ndarray]) -> None:
        """GradcheckError where going back a second time gave something else."""
        for one, two in zip(first, second, strict=True):
            if one.size and abs(one - two).max() > self.nondet_tol:
                raise GradcheckError(NOT_REENTRANT.format(tolerance=self.nondet_tol))

    def backward_jacobians(self, output: Tensor, complain: bool = False) -> list[ndarray]:
        from . import grad

        columns = []
        for index in np.ndindex(output._data.shape):
            weight = np.zeros(output._data.shape, output._data.dtype)
            weight[index] = 1
            columns.append(grad(output, self.wanted, wrap(weight), retain_graph=True, allow_unused=True))
        jacobians = []
        problem = ""
        for place, x in enumerate(self.wanted):
            jacobian = np.zeros((x.numel(), output.numel()), x._data.dtype)
            for number, column in enumerate(columns):
                found = column[place]
                if found is None:
                    continue
                if found.shape != x.shape:
                    problem = "Analytical gradient has incorrect size"
                    if found.numel() != x.numel():
                        raise AssertionError(
                            f"Expected out_jacobian column to have {found.numel()} elements, but got {x.numel()}"
                        )
                elif found.dtype != x.dtype and self.check_dtypes:
                    problem = "Gradient has dtype mismatch"
                jacobian[:, number] = found.to_dense()._data.reshape(-1)  # type: ignore[attr-defined]
            jacobians.append(jacobian)
        if problem and complain:
            raise GradcheckError(problem)
        return jacobians

    # ---- forward mode

    def slopes(self, x: Tensor, tangent: Tensor) -> list[Any]:
        """The tangents of the results along one direction of one input; None where a result has none."""
        from .forward_ad import make_dual, unpack_dual

        given = [
            make_dual(each.detach().requires_grad_(), tangent if each is x else wrap(np.zeros_like(each._data)))
            if _requires_grad(each) else each
            for each in self.inputs
        ]
        return [unpack_dual(each).tangent for each in _as_tuple(self.func(*given))]

    def compare_ahead(self, step: Any, part: str) -> None:
        """The Jacobian by differences beside the one by forward mode; complex inputs in one of their parts."""
        for asked, x in enumerate(self.wanted):
            memory = x._data
            own = step if memory.dtype.kind == "c" else 1
            for number, result in enumerate(_as_tuple(self.func(*self.inputs))):
                if not (result.is_floating_point() or result.is_complex()):
                    continue
                numerical, analytical = self.jacobians_ahead(x, own, number, result)
                if not np.allclose(analytical, numerical, self.rtol, self.atol):
                    prefix = f"While considering the {part} part of complex inputs only, "
                    raise GradcheckError(
                        f"{prefix if x.is_complex() else ''}Jacobian computed with forward mode mismatch for output "
                        f"{number} with respect to input {asked},\nnumerical:{wrap(numerical)}\n"
                        f"analytical:{wrap(analytical)}\n"
                    )

    def jacobians_ahead(self, x: Tensor, own: complex, number: int, result: Tensor) -> tuple[ndarray, ndarray]:
        """One output's Jacobian by differences and by forward mode, one row to an element of an input."""
        from .forward_ad import dual_level

        memory = x._data
        analytical = np.zeros((memory.size, result.numel()), result._data.dtype)
        numerical = np.zeros_like(analytical)
        for row, index in enumerate(np.ndindex(memory.shape)):
            numerical[row] = self.difference(self.func, memory, index, self.eps * own)[number]
            unit = np.zeros(memory.shape, memory.dtype)
            unit[index] = own
            with dual_level():
                found = self.slopes(x, wrap(unit))[number]
                if found is not None:
                    analytical[row] = found.detach().resolve_conj()._data.reshape(-1)
        return numerical, analytical

    def check_undefined_ahead(self) -> None:
        """A tangent of zeros must do what no tangent does: tangents of zeros, or none."""
        from .forward_ad import dual_level

        for x in self.wanted:
            with dual_level():
                for slope in self.slopes(x, wrap(np.zeros_like(x._data))):
                    if slope is not None and slope._data.any():
                        raise GradcheckError(
                            "Expected forward gradients to be undefined or zero when all input tangents are undefined "
                            "or zero."
                        )

    def check_batched_ahead(self) -> None:
        """Many directions at once beside the same one after the other."""
        from ..func.examples import vmapped
        from .forward_ad import dual_level

        for place, x in enumerate(self.wanted):
            directions = [_drawn_like(x, False).detach() for _ in range(2)]

            def column(direction: Any, x: Tensor = x) -> Any:
                with dual_level():
                    return tuple([each for each in self.slopes(x, direction) if each is not None])

            together = vmapped(column, (FUNCTIONS["stack"](directions),), inner=True)
            single = [column(each) for each in directions]
            for number, found in enumerate(together):
                if not np.allclose(found._data, [each[number]._data for each in single]):
                    raise GradcheckError(
                        f"For output {number} and input {place}:\n\ngradcheck or gradgradcheck failed while testing "
                        "batched forward gradient computation."
                    )

    def check_batched(self, output: Tensor) -> None:
        """Many gradients at once beside the same one after the other."""
        from . import grad

        weights = [_drawn_like(output, False).detach() for _ in range(2)]
        batch = FUNCTIONS["stack"](weights)
        together = grad(output, self.wanted, batch, retain_graph=True, allow_unused=True, is_grads_batched=True)
        single = [grad(output, self.wanted, each, retain_graph=True, allow_unused=True) for each in weights]
        for place, found in enumerate(together):
            expected = [one._data for each in single if (one := each[place]) is not None]
            if found is not None and not np.allclose(found._data, expected):
                raise GradcheckError(f"Batched gradients disagree with single ones for input {place}")

    def check_zero(self, outputs: Sequence[Tensor]) -> None:
        """Gradients of zero must come back as zeros of the inputs' dtype and size."""
        from . import grad

        zeros = [wrap(np.zeros_like(each._data)) for each in outputs]
        for gradient, x in zip(grad(outputs, self.wanted, zeros, allow_unused=True), self.wanted, strict=True):
            if gradient is None:
                continue
            if gradient.to_dense()._data.any():
                raise GradcheckError("backward not multiplied by grad_output")
            if gradient.dtype != x.dtype:
                raise GradcheckError("grad is incorrect type")
            if gradient.shape != x.shape:
                raise GradcheckError("grad is incorrect size")

    def check_undefined(self) -> None:
        """Where the gradient of one output, or of all, is absent, the function must treat it as zeros."""
        from . import grad

        count = len(_differentiable(self.func(*self.inputs)))
        for absent in range(-1, count if count > 1 else 0):
            # With all absent the first step of the way back still runs, and sees zeros.
            outputs = _differentiable(self.func(*self.inputs))
            present = [each for place, each in enumerate(outputs) if place != absent]
            zeros = [wrap(np.zeros_like(each._data)) for each in present]
            try:
                gradients = grad(present, self.wanted, zeros, allow_unused=True)
            except RuntimeError as error:
                self.warn_of_undefined()
                raise GradcheckError(
                    f"Expected backward function to handle undefined output grads. {UNDEFINED_GRADS}"
                ) from error
            if any(each is not None and each._data.any() for each in gradients):
                self.warn_of_undefined()
                raise GradcheckError(
                    "Expected all input grads to be undefined or zero when all output grads are undefined or zero. "
                    f"{UNDEFINED_GRADS}"
                )

    @staticmethod
    def warn_of_undefined() -> None:
        warnings.warn(
            "Backwards compatibility: New undefined gradient support checking feature is enabled by default, but it "
            "may break existing callers of this function. If this is true for you, you can call this function with "
            '"check_undefined_grad=False" to disable the feature',
            UserWarning,
            stacklevel=3,
        )


class FastCheck(Check):
    """The same along one random direction of each input, and of each output: one number in place of a Jacobian.

    Each entry of a Jacobian may be off by ``atol``, so the number by that times all products of the two directions.
    """

    def compare(self, func: Function, complex_places: Sequence[int], part: str) -> None:
        from . import grad

        results = _as_tuple(func(*self.inputs))
        draw = Directions()
        along = [[draw.unit(x.numel()) for _ in range(1 + x.is_complex())] for x in self.wanted]
        moved = [self.moved(func, x, each) for x, each in zip(self.wanted, along, strict=True)]
        outputs = [place for place, each in enumerate(results) if each.requires_grad]
        if not outputs:
            if any(change is not None and change.any() for each in moved for change in each):
                raise GradcheckError("Numerical gradient for function expected to be zero")
            return
        weights = [draw.unit(results[place].numel()) for place in outputs]
        gradients = []
        for place, weight in zip(outputs, weights, strict=True):
            output = results[place]
            given = wrap(weight.reshape(output._data.shape).astype(output._data.dtype))
            first, second = [
                grad(output, self.wanted, given, retain_graph=True, allow_unused=True) for _ in range(2)
            ]
            flat = [[
                np.zeros(x.numel(), x._data.dtype) if each is None else each.to_dense()._data.reshape(-1)
                for each, x in zip(found, self.wanted, strict=True)
            ] for found in (first, second)]
            self.refuse_other(*flat)
            gradients.append(flat[0])
        for asked, (x, directions) in enumerate(zip(self.wanted, along, strict=True)):
            for number, place in enumerate(outputs):
                change, weight, gradient = moved[asked][place], weights[number], gradients[number][asked]
                assert change is not None
                numerical = (change @ weight).item()
                analytical = (gradient.real @ directions[0]).item()
                if x.is_complex():
                    analytical += (gradient.imag @ directions[1]).item() * 1j
                if self.near(analytical, numerical, directions, weight):
                    continue
                prefix = f"While considering the {part} part of complex outputs only, "
                slow = self.numerical(func, results, x)[place]
                assert slow is not None
                raise GradcheckError(
                    f"{prefix if number in complex_places else ''}Jacobian mismatch for output {number} with respect "
                    f"to input {asked},\nnumerical:{numerical}\nanalytical:{analytical}\n"
                    + self.in_slow_mode(slow, self.backward_jacobians(results[place])[asked])
                )

    def moved(self, func: Function, x: Tensor, directions: Sequence[ndarray]) -> list[ndarray | None]:
        """How each result changes along a direction of ``x``; of a complex one along both parts, as one number."""
        memory = x._data
        parts = [
            self.difference(func, memory, ..., self.eps * step * each.reshape(memory.shape))
            for each, step in zip(directions, (1, 1j), strict=False)
        ]
        if len(parts) == 1:
            return parts[0]
        return [None if a is None or b is None else a + b * 1j for a, b in zip(*parts, strict=True)]

    def near(self, analytical: Any, numerical: Any, directions: Sequence[ndarray], weight: ndarray | None) -> bool:
        scale = sum(each.sum() for each in directions) * (1 if weight is None else weight.sum())
        return bool(np.allclose(analytical, numerical, self.rtol, self.atol * scale))

    def in_slow_mode(self, numerical: ndarray, analytical: ndarray) -> str:
        """What the whole Jacobians say."""
        apart = abs(analytical - numerical).max()
        text = IN_FAST_MODE.format("", "", wrap(numerical), wrap(analytical), apart)
        small = np.allclose(analytical, numerical, self.rtol, self.atol)
        return text + SMALL_DIFFERENCES if small else text

    def compare_ahead(self, step: complex, part: str) -> None:
        from .forward_ad import dual_level

        draw = Directions()
        along = [draw.unit(x.numel()) for x in self.wanted]
        for asked, (x, direction) in enumerate(zip(self.wanted, along, strict=True)):
            own = step if x.is_complex() else 1
            shaped = (direction * own).reshape(x._data.shape).astype(x._data.dtype)
            changes = self.difference(self.func, x._data, ..., self.eps * shaped)
            for number, result in enumerate(_as_tuple(self.func(*self.inputs))):
                numerical = changes[number]
                if numerical is None:
                    continue
                with dual_level():
                    found = self.slopes(x, wrap(shaped))[number]
                    analytical = (
                        np.zeros_like(numerical) if found is None
                        else found.detach().resolve_conj()._data.reshape(-1)
                    )
                if self.near(analytical, numerical, [direction], None):
                    continue
                prefix = f"While considering the {part} part of complex inputs only, "
                raise GradcheckError(
                    f"{prefix if x.is_complex() else ''}Jacobian computed with forward mode mismatch for output "
                    f"{number} with respect to input {asked},\nnumerical:{wrap(numerical)}\n"
                    f"analytical:{wrap(analytical)}\n"
                    + self.in_slow_mode(*self.jacobians_ahead(x, own, number, result))
                )


class Directions:
    """Random directions, the same for each check."""

    def __init__(self) -> None:
        from .._core.generator import Generator

        self.generator = Generator()

    def unit(self, count: int) -> ndarray:
        """A vector of length one."""
        made: ndarray = FUNCTIONS["rand"](count, generator=self.generator)._data.astype(np.float64)
        return made / np.linalg.norm(made)
