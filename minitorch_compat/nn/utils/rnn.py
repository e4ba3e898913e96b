"""Sequences of several lengths: padded, packed, and back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from ..._core.forms import FUNCTIONS
from ..._core.tensor import Tensor


class PackedSequence_(NamedTuple):
    """The fields of a ``PackedSequence``."""

    data: Any
    batch_sizes: Any
    sorted_indices: Any
    unsorted_indices: Any


class PackedSequence(PackedSequence_):
    """Sequences step after step without padding: ``data`` (sum of lengths, ·), and how many there are at each step.

    ``sorted_indices`` are the places of the sequences before they were sorted by length, ``unsorted_indices`` the way
    back.
    """

    def __new__(
        cls, data: Any, batch_sizes: Any = None, sorted_indices: Any = None, unsorted_indices: Any = None
    ) -> PackedSequence:
        if batch_sizes is None:
            if not isinstance(data, (list, tuple)) or len(data) != 2:
                raise AssertionError("Expected data to be a list or tuple of length 2")
            data, batch_sizes = data
        elif batch_sizes.device.type != "cpu":
            raise ValueError(
                "batch_sizes should always be on CPU. Instances of PackedSequence should never be created manually. "
                "They should be instantiated by functions like pack_sequence and pack_padded_sequences in "
                "nn.utils.rnn. https://pytorch.org/docs/stable/nn.html#torch.nn.utils.rnn.pack_sequence"
            )
        if unsorted_indices is None:
            unsorted_indices = invert_permutation(sorted_indices)
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)

    def __reduce_ex__(self, protocol: Any) -> Any:
        from ..._core.copying import reduced_by_place

        return reduced_by_place(self, protocol)

    def to(self, *args: Any, **kwargs: Any) -> PackedSequence:
        """With the data in another dtype or on another device; itself where that is the same."""
        data = self.data.to(*args, **kwargs)
        return self if data is self.data else type(self)(data, *self[1:])

    def cpu(self, *args: Any, **kwargs: Any) -> PackedSequence:
        """On the CPU."""
        return self.to(*args, device="cpu", **kwargs)

    def cuda(self, *args: Any, **kwargs: Any) -> PackedSequence:
        """On a GPU, which there is not."""
        self.data.cuda(*args, **kwargs)
        raise AssertionError("a tensor on a device that there is not")

    def double(self) -> PackedSequence:
        """With float64 data."""
        return self.to(self.data.double().dtype)

    def float(self) -> PackedSequence:
        """With float32 data."""
        return self.to(self.data.float().dtype)

    def half(self) -> PackedSequence:
        """With float16 data."""
        return self.to(self.data.half().dtype)

    def long(self) -> PackedSequence:
        """With int64 data."""
        return self.to(self.data.long().dtype)

    def int(self) -> PackedSequence:
        """With int32 data."""
        return self.to(self.data.int().dtype)

    def short(self) -> PackedSequence:
        """With int16 data."""
        return self.to(self.data.short().dtype)

    def char(self) -> PackedSequence:
        """With int8 data."""
        return self.to(self.data.char().dtype)

    def byte(self) -> PackedSequence:
        """With uint8 data."""
        return self.to(self.data.byte().dtype)

    def pin_memory(self) -> PackedSequence:
        """In memory that a device reaches, where there is one."""
        self.data.pin_memory()
        raise AssertionError("pinned memory without a device")

    @property
    def is_cuda(self) -> bool:
        """Whether the data are on a GPU."""
        return self.data.is_cuda

    def is_pinned(self) -> bool:
        """Whether a device reaches the memory."""
        return self.data.is_pinned()


def invert_permutation(permutation: Any) -> Any:
    """The permutation that undoes another; None for None."""
    if permutation is None:
        return None
    inverse = FUNCTIONS["empty_like"](permutation)
    inverse.scatter_(0, permutation, FUNCTIONS["arange"](0, permutation.numel()))
    return inverse


def pack_padded_sequence(
    input: Any, lengths: Any, batch_first: bool = False, enforce_sorted: bool = True
) -> PackedSequence:
    """The sequences of a padded batch (T, N, ·), packed; unless ``enforce_sorted``, they are sorted by length first."""
    lengths = FUNCTIONS["as_tensor"](lengths, dtype=FUNCTIONS["arange"](0).dtype, device="cpu")
    order = None
    if not enforce_sorted:
        lengths, order = FUNCTIONS["sort"](lengths, descending=True)
        input = input.index_select(0 if batch_first else 1, order)
    data, batch_sizes = FUNCTIONS["_pack_padded_sequence"](input, lengths, batch_first)
    return PackedSequence(data, batch_sizes, order, None)


def pad_packed_sequence(
    sequence: Any, batch_first: bool = False, padding_value: float = 0.0, total_length: int | None = None
) -> tuple[Any, Any]:
    """The padded batch and the lengths of its sequences, in the order in which they were before."""
    longest = sequence.batch_sizes.size(0)
    if total_length is not None and total_length < longest:
        raise ValueError(
            "Expected total_length to be at least the length of the longest sequence in input, but got "
            f"total_length={total_length} and max sequence length being {longest}"
        )
    padded, lengths = FUNCTIONS["_pad_packed_sequence"](
        sequence.data, sequence.batch_sizes, batch_first, padding_value, total_length or -1
    )
    back = sequence.unsorted_indices
    if back is None:
        return padded, lengths
    return padded.index_select(0 if batch_first else 1, back), lengths[back]


def pad_sequence(
    sequences: Any, batch_first: bool = False, padding_value: float = 0.0, padding_side: str = "right"
) -> Any:
    """Sequences (L, ·) of several lengths as one tensor (T, N, ·), or (N, T, ·), padded on one side."""
    if isinstance(sequences, Tensor):
        sequences = sequences.unbind(0)  # type: ignore[attr-defined]
    if not isinstance(sequences, Iterable):
        raise RuntimeError(
            f"pad_sequence: Expected iterable for input sequences, but got arg of type: {type(sequences)}"
        )
    sequences = tuple(sequences)
    for place, each in enumerate(sequences):
        if not isinstance(each, Tensor):
            raise TypeError(f"expected Tensor as element {place} in argument 0, but got {type(each).__name__}")
    if not sequences:
        raise RuntimeError("received an empty list of sequences")
    if padding_side not in ("left", "right"):
        raise RuntimeError(f"Expected padding_side to be one of left or right, but got {padding_side}.")
    if not sequences[0].dim():
        raise RuntimeError("ArrayRef: invalid slice, N = 1; size = 0")
    rest = sequences[0].shape[1:]
    longest = max(each.size(0) for each in sequences)
    shape = (len(sequences), longest) if batch_first else (longest, len(sequences))
    first = sequences[0]
    out = FUNCTIONS["empty"]((*shape, *rest), dtype=first.dtype, device=first.device).fill_(padding_value)
    for place, each in enumerate(sequences):
        length = each.size(0)
        start = longest - length if padding_side == "left" else 0
        row = out.select(0 if batch_first else 1, place)
        row.narrow(0, start, length).copy_(each)
    return out


def unpad_sequence(padded_sequences: Any, lengths: Any, batch_first: bool = False) -> list[Any]:
    """The sequences of a padded batch, cut off at their lengths."""
    if not batch_first:
        padded_sequences.transpose_(0, 1)
    places = FUNCTIONS["arange"](padded_sequences.shape[1], device=lengths.device)
    return [
        each[places < length] for each, length in zip(padded_sequences, lengths, strict=True)
    ]


def pack_sequence(sequences: Any, enforce_sorted: bool = True) -> PackedSequence:
    """Sequences (L, ·) of several lengths, packed."""
    lengths = FUNCTIONS["as_tensor"]([each.size(0) for each in sequences])
    return pack_padded_sequence(pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences: PackedSequence) -> list[Any]:
    """The sequences that were packed."""
    padded, lengths = pad_packed_sequence(packed_sequences, batch_first=True)
    return unpad_sequence(padded, lengths, batch_first=True)


__all__ = [
    "PackedSequence", "invert_permutation", "pack_padded_sequence", "pack_sequence", "pad_packed_sequence",
    "pad_sequence", "unpack_sequence", "unpad_sequence",
]

for _class in (PackedSequence_, PackedSequence):
    _class.__module__ = "torch.nn.utils.rnn"
