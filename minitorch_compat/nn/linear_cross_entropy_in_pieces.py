"""``linear_cross_entropy`` that goes through the batch in pieces, so that the logits of all of it never exist at once.

The losses of a piece and its part of every gradient are computed together: with the logits z, their largest m and
S = sum(exp(z - m)), a loss is log(S) - (z - m)[target], and its gradient exp(z - m) / S, less one at the target.
"""

from __future__ import annotations

import math
import sys
from contextlib import nullcontext
from typing import Any

from .._core.batching import Batched, carry_out
from .._core.duals import stripped
from .._core.transforms import stands_for_others

torch: Any = sys.modules[__package__.partition(".")[0]]


class Task:
    """One call: the tensors, which index is ignored, and how large the pieces are."""

    def __init__(
        self, input: Any, matrix: Any, target: Any, bias: Any, weight: Any, reduction: str, ignored: int, options: Any
    ) -> None:
        self.input, self.matrix, self.target, self.bias, self.weight = input, matrix, target, bias, weight
        self.reduction, self.ignored, self.options = reduction, ignored, options

    def targets(self) -> tuple[Any, Any]:
        """The targets, zero where they are ignored, and the weight of each loss."""
        kept = self.target != self.ignored
        target = torch.where(kept, self.target, 0)
        dtype = self.options.acc_dtype
        if self.weight is None:
            weights = torch.ones(target.shape, dtype=dtype)
        else:
            weights = self.weight.index_select(0, target).to(dtype)
        weights = torch.where(kept, weights, torch.zeros((), dtype=dtype))
        return target, weights / weights.sum() if self.reduction == "mean" else weights

    def losses_and_gradients(self, wanted: tuple[bool, bool, bool], scale: Any = None) -> tuple[Any, list[Any]]:
        """The loss, one or each, and the gradients that are wanted of input, matrix and bias; ``scale`` scales them."""
        x, matrix, bias, options = self.input, self.matrix, self.bias, self.options
        dtype, size = options.acc_dtype, options.batch_chunk_size
        wide = matrix if x.dtype == dtype else matrix.to(dtype)
        target, weights = self.targets()
        of_input = torch.empty_like(x, memory_format=torch.contiguous_format) if wanted[0] else None
        of_matrix = torch.zeros(matrix.shape, dtype=dtype) if wanted[1] else None
        of_bias = torch.zeros(matrix.shape[:1], dtype=dtype) if wanted[2] else None
        if self.reduction == "none":
            total = torch.empty(len(x), dtype=x.dtype)
        else:
            total = torch.zeros((), dtype=dtype if x.dtype == torch.float16 else x.dtype)
            if self.reduction == "mean" and not len(x):
                total.fill_(math.nan)
        for start in range(0, len(x), size):
            stop = min(start + size, len(x))
            rows, places = x.narrow(0, start, stop - start).to(dtype), target.narrow(0, start, stop - start)
            share = weights.narrow(0, start, stop - start)
            logits = torch.mm(rows, wide.t())
            if bias is not None:
                logits = logits + bias.to(dtype)
            logits = logits - logits.amax(1, keepdim=True)
            chosen = logits.gather(1, places.unsqueeze(1)).squeeze(1)
            powers = logits.exp()
            sums = powers.sum(1, keepdim=True)
            logarithms = sums.squeeze(1).log()
            if self.reduction == "none":
                total[start:stop] = (logarithms - chosen) * share
            else:
                total.sub_(torch.dot(share, chosen)).add_(torch.dot(share, logarithms))
            if not any(wanted):
                continue
            if scale is not None:
                share = share * scale.narrow(0, start, stop - start)
            column = share.unsqueeze(1)
            if torch.is_grad_enabled() and column.requires_grad:
                torch.div(column, sums, out=torch.empty_like(sums))  # refused in these words
            slopes = powers * (column / sums)
            if of_input is not None:
                of_input[start:stop] = torch.addmm(wide[places] * -column, slopes, wide)
            if of_matrix is not None:
                if options.acc_policy == "compact":
                    of_matrix.addmm_(slopes.t(), rows)
                    of_matrix.index_add_(0, places, rows * -column)
                else:
                    of_matrix += torch.mm(slopes.t(), rows).index_add_(0, places, rows * -column)
            if of_bias is not None:
                of_bias += slopes.sum(0)
                of_bias.index_add_(0, places, -share)
        gradients = [None if each is None else each.to(given.dtype)
                     for each, given in ((of_input, x), (of_matrix, matrix), (of_bias, bias))]
        return total if total.dtype == x.dtype else torch.empty((), dtype=x.dtype).copy_(total), gradients


class GeneratedBackwardFor_torch_nn__linear_cross_entropy_batch_chunked_default(torch.autograd.Function):
    """One loss, whose gradients are there before they are asked for."""

    @staticmethod
    def forward(ctx: Any, input: Any, matrix: Any, target: Any, bias: Any, weight: Any, rest: tuple[Any, ...]) -> Any:
        task = Task(input, matrix, target, bias, weight, *rest)
        wanted = tuple(map(wants, (input, matrix, bias)))
        loss, ctx.gradients = task.losses_and_gradients(wanted)  # type: ignore[arg-type]
        ctx.allow_retain_graph = task.options.allow_retain_graph
        return loss

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        if ctx.gradients is None:
            raise RuntimeError(
                "linear_cross_entropy chunked backward called twice; retain_graph=True / double backward are not "
                "supported."
            )
        if ctx.allow_retain_graph:
            of_input, of_matrix, of_bias = (None if each is None else each * grad for each in ctx.gradients)
        else:
            of_input, of_matrix, of_bias = (None if each is None else each.mul_(grad) for each in ctx.gradients)
            ctx.gradients = None
        return of_input, of_matrix, None, of_bias, None, None


class GeneratedBackwardFor_torch_nn__linear_cross_entropy_batch_chunked_no_reduction_default(torch.autograd.Function):
    """A loss for each input; its gradients are computed when the weight of each is known."""

    @staticmethod
    def forward(ctx: Any, input: Any, matrix: Any, target: Any, bias: Any, weight: Any, rest: tuple[Any, ...]) -> Any:
        ctx.rest = rest
        ctx.save_for_backward(input, matrix, target, bias, weight)
        return Task(input, matrix, target, bias, weight, *rest).losses_and_gradients((False, False, False))[0]

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        input, matrix, target, bias, weight = ctx.saved_tensors
        wanted = (ctx.needs_input_grad[0], ctx.needs_input_grad[1], ctx.needs_input_grad[3])
        plain: list[Any] = [None if each is None else each.detach() for each in (input, matrix, target, bias, weight)]
        task = Task(*plain, *ctx.rest)
        of_input, of_matrix, of_bias = task.losses_and_gradients(wanted, grad)[1]
        return of_input, of_matrix, None, of_bias, None, None


def wants(tensor: Any) -> bool:
    """Whether a gradient of a tensor may be asked for."""
    return tensor is not None and tensor.requires_grad


def without_derivatives(*arguments: Any) -> Any:
    """The loss inside transforms, to which it is a kernel: example after example, and without a tangent."""
    if any(isinstance(each, Batched) for each in arguments):
        return carry_out("linear_cross_entropy_batch_chunked", without_derivatives, arguments, {})
    *tensors, rest = arguments
    return stripped(lambda: Task(*tensors, *rest).losses_and_gradients((False, False, False))[0], tensors)


def in_pieces(
    input: Any, matrix: Any, target: Any, bias: Any, weight: Any, reduction: str, ignored: int, options: Any
) -> Any:
    """The loss of inputs (N, in_features) or (in_features) under a matrix (C, in_features), by adjusted options.

    RuntimeError where sums are asked for in a dtype in which they are not added.
    """
    if input.dtype != options.acc_dtype and (
        options.acc_dtype != torch.float32 or input.dtype not in (torch.float16, torch.bfloat16)
    ):
        raise RuntimeError(
            "linear_cross_entropy supports float32 acc_dtype with float16/bfloat16 inputs, but got "
            f"{options.acc_dtype} acc_dtype and {input.dtype} inputs."
        )
    step: Any = GeneratedBackwardFor_torch_nn__linear_cross_entropy_batch_chunked_default
    if reduction == "none":
        step = GeneratedBackwardFor_torch_nn__linear_cross_entropy_batch_chunked_no_reduction_default
    alone = input.dim() == 1
    if alone:
        input, target = input.unsqueeze(0), target.unsqueeze(0)
    with torch.autocast("cpu", enabled=False) if torch.is_autocast_enabled("cpu") else nullcontext():
        rest = (reduction, ignored, options)
        tensors = (input, matrix, target, bias, weight)
        if stands_for_others(tensors) and not any(map(wants, tensors)):
            loss = without_derivatives(*tensors, rest)
        else:
            loss = step.apply(*tensors, rest)
    return loss.squeeze(0) if alone else loss
