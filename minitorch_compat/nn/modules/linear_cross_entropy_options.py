"""How ``linear_cross_entropy`` goes through a batch in pieces."""

from dataclasses import dataclass, replace
from typing import Any, Literal

from ..._core import dtypes

__all__ = ["LinearCrossEntropyOptions"]

POLICIES = ("accurate", "balanced", "compact", "auto")
PIECES_ON_CPU = {dtypes.bfloat16: ("accurate", "aspect_ratio"), dtypes.float16: ("accurate", "aspect_ratio")}
"""What torch chooses by itself on a CPU; elsewhere and otherwise the other."""
PIECES = ("compact", "aspect_ratio:2")
SUMS = (None, dtypes.float16, dtypes.bfloat16, dtypes.float32, dtypes.float64)


@dataclass(frozen=True, slots=True)
class LinearCrossEntropyOptions:
    """How ``linear_cross_entropy`` goes through a batch in pieces; ValueError for what no option can be."""

    allow_retain_graph: bool = False
    batch_chunk_size: int | None = None
    chunking_method: str | None = "auto"
    acc_policy: Literal["accurate", "balanced", "compact", "auto"] = "auto"
    acc_dtype: dtypes.dtype | None = None

    def __post_init__(self) -> None:
        size, method = self.batch_chunk_size, self.chunking_method
        if self.acc_policy not in POLICIES:
            raise ValueError(f"invalid acc_policy: {self.acc_policy!r}")
        if size is not None and (not isinstance(size, int) or size <= 0):
            raise ValueError(f"batch_chunk_size must be positive int or None, got {size}")
        if method not in (None, "auto"):
            name, colon, number = method.partition(":")
            if name != "aspect_ratio" or (colon and not (number.isdecimal() and int(number) > 0)):
                raise ValueError(f"invalid chunking_method: {method!r}")
        if self.acc_dtype not in SUMS:
            names = ", ".join(str(each) for each in SUMS)
            raise ValueError(
                f"acc_dtype must be one of {{{names}}}, got {self.acc_dtype!r}. "
                "Pass acc_dtype=None to let the op pick automatically."
            )

    @staticmethod
    def _ceil_div(a: int, b: int) -> int:
        return -(-a // b)

    @staticmethod
    def _resolve_auto_acc_dtype(dtype: Any, device: Any) -> Any:
        on_cpu = device is not None and device.type == "cpu"
        return dtypes.float32 if on_cpu and dtype in PIECES_ON_CPU else None

    def _compute_batch_chunk_size(
        self, num_batches: int, in_features: int, num_classes: int, method: str | None = None
    ) -> int:
        """The power of two of inputs whose logits have about as many elements as the whole input, over a number."""
        name, _, number = str(self.chunking_method if method is None else method).partition(":")
        if name != "aspect_ratio":
            raise AssertionError(f"unhandled chunking_method: {name!r}")
        count = self._ceil_div(num_batches, self._ceil_div(num_classes, in_features))
        return min((1 << max(count - 1, 0).bit_length()) // int(number or 1), num_batches)

    def _adjust(
        self, num_batches: int, in_features: int, num_classes: int, dtype: Any, device: Any = None
    ) -> "LinearCrossEntropyOptions":
        """These options with everything chosen that was left to the operation, for a batch of these sizes."""
        on_cpu = device is not None and device.type == "cpu"
        policy, pieces = PIECES_ON_CPU.get(dtype, PIECES) if on_cpu else PIECES
        method = pieces if self.chunking_method == "auto" else self.chunking_method
        size = self.batch_chunk_size
        if size is not None:
            method = None
        elif method is None:
            size = num_batches
        else:
            size = self._compute_batch_chunk_size(num_batches, in_features, num_classes, method)
        sums = self.acc_dtype
        if sums is None and self.acc_policy == "auto":
            sums = self._resolve_auto_acc_dtype(dtype, device)
        chosen: Any = policy if self.acc_policy == "auto" else self.acc_policy
        return replace(
            self, batch_chunk_size=max(min(size, num_batches), 1), chunking_method=method,
            acc_policy=chosen, acc_dtype=sums or dtype,
        )
