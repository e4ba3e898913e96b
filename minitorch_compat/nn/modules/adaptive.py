"""A softmax for many classes, of which few are frequent (Grave and others, 2017)."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Sequence
from typing import Any

from ..._core.forms import FUNCTIONS
from ..._core.tensor import Tensor
from .. import functional as F
from .container import ModuleList, Sequential
from .linear import Linear
from .module import Module

_ASMoutput = namedtuple("_ASMoutput", ["output", "loss"])


class AdaptiveLogSoftmaxWithLoss(Module):
    """Logarithms of class probabilities: frequent classes from a short list, others through clusters of their own.

    Input (N, in_features) or (in_features), target (N) or (); the result holds the logarithm of the probability of
    each target, and the mean of their negatives.
    """

    def __init__(
        self, in_features: int, n_classes: int, cutoffs: Sequence[int], div_value: float = 4.0, head_bias: bool = False,
        device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__()
        cutoffs = list(cutoffs)
        if len(cutoffs) == 0:
            raise ValueError("cutoffs should be a sequence of length larger than 0")
        if (
            cutoffs != sorted(cutoffs) or min(cutoffs) <= 0 or max(cutoffs) > n_classes - 1
            or len(set(cutoffs)) != len(cutoffs) or any(int(each) != each for each in cutoffs)
        ):
            raise ValueError(
                "cutoffs should be a sequence of unique, positive integers sorted in an increasing order, where each "
                "value is between 1 and n_classes-1"
            )
        self.in_features = in_features
        self.n_classes = n_classes
        self.cutoffs = [*cutoffs, n_classes]
        self.div_value = div_value
        self.head_bias = head_bias
        self.shortlist_size = self.cutoffs[0]
        self.n_clusters = len(self.cutoffs) - 1
        self.head_size = self.shortlist_size + self.n_clusters
        self.head = Linear(in_features, self.head_size, bias=head_bias, device=device, dtype=dtype)
        self.tail = ModuleList()
        for number in range(self.n_clusters):
            hidden = int(in_features // (div_value ** (number + 1)))
            classes = self.cutoffs[number + 1] - self.cutoffs[number]
            self.tail.append(
                Sequential(
                    Linear(in_features, hidden, bias=False, device=device, dtype=dtype),
                    Linear(hidden, classes, bias=False, device=device, dtype=dtype),
                )
            )

    def reset_parameters(self) -> None:
        """Draw all weights anew."""
        self.head.reset_parameters()
        for cluster in self.tail:
            for layer in cluster.children():
                layer.reset_parameters()  # type: ignore[attr-defined]

    def forward(self, input_: Any, target_: Any) -> Any:
        count = target_.dim()
        if count == 1:
            if input_.size(0) != target_.size(0):
                raise RuntimeError("Input and target should have the same size in the batch dimension.")
            if input_.dim() != 2:
                raise RuntimeError(
                    f"1D target tensor expects 2D input tensors, but found inputs with size {input_.size()}"
                )
        elif count == 0:
            if input_.dim() != 1:
                raise RuntimeError(
                    f"0D target tensor expects 1D input tensors, but found inputs with size {input_.size()}"
                )
        else:
            raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
        single = count == 0
        input: Any = input_.unsqueeze(0) if single else input_
        target: Any = target_.unsqueeze(0) if single else target_
        used_rows = 0
        batch = target.size(0)
        output = input.new_zeros(batch)
        places = target.new_empty(batch)
        bounds = [0, *self.cutoffs]
        for number in range(len(bounds) - 1):
            low, high = bounds[number], bounds[number + 1]
            rows = ((target >= low) & (target < high)).nonzero().squeeze()
            if rows.numel() == 0:
                continue
            if number == 0:
                places.index_copy_(0, rows, target[rows.reshape(-1)])
            else:
                relative = target[rows.reshape(-1)] - low
                logits = self.tail[number - 1](input.index_select(0, rows))
                places.index_fill_(0, rows, self.shortlist_size + number - 1)
                logarithms: Any = F.log_softmax(logits, dim=1)
                output.index_copy_(0, rows, logarithms.gather(1, relative.unsqueeze(1)).squeeze(1))
            used_rows += rows.numel()
        if used_rows != batch:
            raise RuntimeError(
                f"Target values should be in [0, {self.n_classes - 1}], but values in range "
                f"[{target.min().item()}, {target.max().item()}] were found. "
            )
        head: Any = F.log_softmax(self.head(input), dim=1)
        output = output + head.gather(1, places.unsqueeze(1)).squeeze()
        loss = (-output).mean()
        return _ASMoutput(output.squeeze(0) if single else output, loss)

    def _get_full_log_prob(self, input: Any, head_output: Any) -> Tensor:
        """Logarithms of the probabilities of all classes, (N, n_classes)."""
        result: Any = input.new_empty((head_output.size(0), self.n_classes))
        head: Any = F.log_softmax(head_output, dim=1)
        result[:, : self.shortlist_size] = head[:, : self.shortlist_size]
        for number, (start, stop) in enumerate(zip(self.cutoffs, self.cutoffs[1:], strict=False)):
            cluster: Any = F.log_softmax(self.tail[number](input), dim=1)
            result[:, start:stop] = cluster + head[:, self.shortlist_size + number].unsqueeze(1)
        return result

    def log_prob(self, input: Any) -> Tensor:
        """Logarithms of the probabilities of all classes, (N, n_classes), for input (N, in_features)."""
        return self._get_full_log_prob(input, self.head(input))

    def predict(self, input: Any) -> Tensor:
        """The most probable class of each row, (N)."""
        head_output = self.head(input)
        output: Any = FUNCTIONS["argmax"](head_output, dim=1)
        short = output < self.shortlist_size
        if short.all():
            return output
        if (~short).all():
            return FUNCTIONS["argmax"](self._get_full_log_prob(input, head_output), dim=1)
        rest = self._get_full_log_prob(input[~short], head_output[~short])
        output[~short] = FUNCTIONS["argmax"](rest, dim=1)
        return output


__all__ = ["AdaptiveLogSoftmaxWithLoss"]

AdaptiveLogSoftmaxWithLoss.__module__ = _ASMoutput.__module__ = "torch.nn.modules.adaptive"
