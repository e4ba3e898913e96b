"""Checkpoints: a part of the computation keeps its inputs alone, and is run again when backward comes to it.

The reentrant kind is a function whose backward runs backward itself; the other packs what its steps save into empty
holders, and the first of them that is unpacked in a pass fills all by running the part once more.
"""

from __future__ import annotations

import sys
import warnings
import weakref
from collections.abc import Callable, Generator, Iterable
from contextlib import AbstractContextManager, contextmanager, nullcontext
from itertools import count
from typing import Any

from .._core import errors
from .._core.absent import room as _room
from .._core.forms import FUNCTIONS
from .._core.graph import Pass
from .._core.modes import enable_grad, is_grad_enabled, no_grad
from .._core.tensor import Tensor
from ..autograd import backward
from ..autograd.function import Function
from ..autograd.graph import saved_tensors_hooks
from ..random import get_rng_state, set_rng_state

__all__ = [
    "CheckpointError", "CheckpointFunction", "DefaultDeviceType", "check_backward_validity", "checkpoint",
    "checkpoint_sequential", "detach_variable", "get_device_states", "noop_context_fn", "set_checkpoint_debug_enabled",
    "set_checkpoint_early_stop", "set_device_states",
]

Contexts = Callable[[], tuple[AbstractContextManager[Any], AbstractContextManager[Any]]]


class CheckpointError(RuntimeError):
    """The second run of a part did not do what the first did."""


class StopRecomputation(Exception):
    """All that was saved is there again."""


class DefaultDeviceType:
    """Which kind of device checkpoints care for beside the CPU."""

    _device = "cpu"

    @staticmethod
    def set_device_type(device: str = "cpu") -> None:
        DefaultDeviceType._device = device

    @staticmethod
    def get_device_type() -> str:
        return DefaultDeviceType._device


class _Settings:
    """What the ``set_checkpoint_…`` blocks set; None leaves it to the call."""

    early_stop = True
    debug: bool | None = None


@contextmanager
def set_checkpoint_early_stop(enable: bool) -> Generator[None, None, None]:
    """Whether the second run ends as soon as everything that was saved is there again."""
    before, _Settings.early_stop = _Settings.early_stop, enable
    try:
        yield
    finally:
        _Settings.early_stop = before


@contextmanager
def set_checkpoint_debug_enabled(enabled: bool | None) -> Generator[None, None, None]:
    """Whether checkpoints are debugged, whatever their calls say; None leaves it to them."""
    before, _Settings.debug = _Settings.debug, enabled
    try:
        yield
    finally:
        _Settings.debug = before


def noop_context_fn() -> tuple[AbstractContextManager[Any], AbstractContextManager[Any]]:
    """Contexts of the two runs that do nothing."""
    return nullcontext(), nullcontext()


def detach_variable(inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """The inputs, tensors among them as leaves that require grad as they did; RuntimeError for anything but a tuple."""
    if not isinstance(inputs, tuple):
        raise RuntimeError(
            f"Only tuple of tensors is supported. Got Unsupported input type: {type(inputs).__name__}"
        )
    made = []
    for each in inputs:
        if isinstance(each, Tensor):
            wanted = each.requires_grad
            each = each.detach()
            each.requires_grad = wanted
        made.append(each)
    return tuple(made)


def check_backward_validity(inputs: Iterable[Any]) -> None:
    """Warn where no tensor among the inputs requires grad."""
    if not any(each.requires_grad for each in inputs if isinstance(each, Tensor)):
        warnings.warn("None of the inputs have requires_grad=True. Gradients will be None", stacklevel=2)


def get_device_states(*arguments: Any) -> tuple[list[int], list[Any]]:
    """The random states of the accelerators that hold the arguments: there are none."""
    return [], []


def set_device_states(devices: Any, states: Any, *, device_type: str | None = None) -> None:
    """Set the random states of accelerators: there are none."""


def casting_as_now() -> Callable[[], AbstractContextManager[Any]]:
    """What makes a block in which operations are cast as they are now."""
    room = f"{__name__.partition('.')[0]}.autocasting"
    now = sys.modules.get(room)
    options = None if now is None else (
        now.get_autocast_dtype("cpu"), now.is_autocast_enabled("cpu"), now.is_autocast_cache_enabled()
    )

    def block() -> AbstractContextManager[Any]:
        if room not in sys.modules:
            return nullcontext()
        from ..amp import autocast

        return autocast("cpu", enabled=False) if options is None else autocast("cpu", *options)

    return block


@contextmanager
def random_state(state: Any) -> Generator[None, None, None]:
    """Within the block the random numbers go on from ``state``, afterwards from where they were; None: no change."""
    if state is None:
        yield
        return
    before = get_rng_state()
    set_rng_state(state)
    try:
        yield
    finally:
        set_rng_state(before)


class CheckpointFunction(Function):
    """The reentrant kind."""

    @staticmethod
    def forward(ctx: Any, run_function: Any, preserve_rng_state: bool, *args: Any) -> Any:
        check_backward_validity(args)
        ctx.run_function = run_function
        ctx.casting = casting_as_now()
        ctx.state = get_rng_state() if preserve_rng_state else None
        ctx.inputs = [None if isinstance(each, Tensor) else each for each in args]
        ctx.tensor_indices = [place for place, each in enumerate(args) if isinstance(each, Tensor)]
        ctx.save_for_backward(*[args[place] for place in ctx.tensor_indices])
        with no_grad():
            return run_function(*args)

    @staticmethod
    def backward(ctx: Any, *args: Any) -> Any:
        if Pass.running().inputs is not None:
            raise RuntimeError(
                "When use_reentrant=True, torch.utils.checkpoint is incompatible with .grad() or passing an `inputs` "
                "parameter to .backward(). To resolve this error, you can either set use_reentrant=False, or call "
                ".backward() without passing the `inputs` argument."
            )
        inputs = list(ctx.inputs)
        for place, tensor in zip(ctx.tensor_indices, ctx.saved_tensors, strict=True):
            inputs[place] = tensor
        with random_state(ctx.state):
            detached = detach_variable(tuple(inputs))
            with enable_grad(), ctx.casting():
                outputs = ctx.run_function(*detached)
        outputs = (outputs,) if isinstance(outputs, Tensor) else outputs
        wanted = [
            (output, gradient)
            for output, gradient in zip(outputs, args, strict=False)
            if isinstance(output, Tensor) and output.requires_grad
        ]
        if not wanted:
            raise RuntimeError("none of output has requires_grad=True, this checkpoint() is not necessary")
        backward([output for output, _ in wanted], [gradient for _, gradient in wanted])
        return (None, None, *[each.grad if isinstance(each, Tensor) else None for each in detached])


class SaveInputs(Function):
    """Keeps the inputs of a part as any step keeps what it needs, so that checkpoints may be inside checkpoints."""

    @staticmethod
    def forward(ctx: Any, dummy: Tensor, *args: Any) -> Tensor:
        ctx.places = [place for place, each in enumerate(args) if isinstance(each, Tensor)]
        ctx.others = [None if isinstance(each, Tensor) else each for each in args]
        ctx.save_for_backward(*[args[place] for place in ctx.places])
        return FUNCTIONS["empty"](0)

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        raise AssertionError("Did not expect to backward on this graph")


class Holder:
    """Stands for a tensor that was not kept; ``found`` is what the second run made of it, in which pass."""

    __slots__ = ("__weakref__", "found", "place")

    def __init__(self, place: int) -> None:
        self.place = place
        self.found: tuple[int, Tensor] | None = None


unique: Callable[[], int] = count(-2, -1).__next__

TIP = """

Tip: To see a more detailed error message, either pass `debug=True` to
`torch.utils.checkpoint.checkpoint(...)` or wrap the code block
with `with torch.utils.checkpoint.set_checkpoint_debug_enabled(True):` to
enable checkpoint\u2011debug mode globally.

If this error occurs under torch.compile with automatic_dynamic_shapes enabled,
it may be because the recomputation selected a different compiled graph than the
forward pass (e.g., a dynamic graph instead of the original static graph).
To fix this, either:
  - Use torch._dynamo.mark_dynamic() to explicitly mark varying dimensions as
    dynamic upfront, avoiding the static-to-dynamic transition.
  - Call torch._C._dynamo.eval_frame._set_lru_cache(False) to disable LRU cache
    reordering, which can change which graph is checked first between forward
    and recompute.
See https://github.com/pytorch/pytorch/issues/166926 for more details and
workaround examples.
"""


class Frame:
    """One checkpointed part: its holders, what they stood for, and how to run it again."""

    def __init__(self, again: Callable[..., None], early_stop: bool, check: bool, debug: bool) -> None:
        self.again = again
        self.early_stop = early_stop
        self.check = check
        self.debug = debug
        self.inputs: Any = None
        self.holders: list[weakref.ref[Holder]] = []
        self.metadata: list[dict[str, Any]] = []
        self.recomputed: dict[int, int] = {}
        self.complete = False

    def pack(self, tensor: Tensor) -> Holder:
        """Forget a tensor, but for what it looked like."""
        holder = Holder(len(self.holders))
        self.holders.append(weakref.ref(holder))
        self.metadata.append(looks(tensor))
        return holder

    def unpack(self, holder: Holder) -> Tensor:
        """What a holder stood for, from the second run, which happens once in each pass."""
        serial = Pass.serial() if Pass.inside() else unique()
        if serial not in self.recomputed:
            self.recompute(serial)
        if holder.found is None or holder.found[0] != serial:
            raise CheckpointError(
                "torch.utils.checkpoint: Unpack is being triggered for a tensor that was already unpacked once. If "
                "you are calling ctx.saved_tensors in backward, make sure to do so only once. Otherwise please open an "
                "issue with details on your use case."
            )
        return holder.found[1]

    def recompute(self, serial: int) -> None:
        """Run the part again and fill the living holders."""
        self.recomputed[serial] = 0
        node = self.inputs.grad_fn
        arguments = list(node.others)
        for place, tensor in zip(node.places, node.saved_tensors, strict=True):
            arguments[place] = tensor
        found: dict[int, Tensor] = {}

        def repack(tensor: Tensor) -> Tensor:
            place = self.recomputed[serial]
            self.recomputed[serial] = place + 1
            tensor = tensor.detach() if tensor.requires_grad else tensor
            if place >= len(self.holders):
                raise self.error(
                    "trying to save more tensors during recomputation than during the original forward pass."
                )
            holder = self.holders[place]()
            if holder is not None:
                holder.found = serial, tensor
                found[place] = tensor
            if self.early_stop and place + 1 == len(self.holders):
                raise StopRecomputation
            return tensor

        try:
            with saved_tensors_hooks(repack, lambda tensor: tensor), enable_grad():
                self.again(*arguments)
        except StopRecomputation:
            pass
        if self.check:
            self.compare(serial, found)

    def compare(self, serial: int, found: dict[int, Tensor]) -> None:
        """CheckpointError where the second run saved other tensors than the first."""
        again = self.recomputed[serial]
        if again != len(self.holders):
            raise self.error(
                "A different number of tensors was saved during the original forward and recomputation.\n"
                f"Number of tensors saved during forward: {len(self.holders)}\n"
                f"Number of tensors saved during recomputation: {again}."
            )
        differ = [(place, looks(each)) for place, each in found.items() if looks(each) != self.metadata[place]]
        if differ:
            lines = "".join(
                f"tensor at position {place}:\nsaved metadata: {self.metadata[place]}\nrecomputed metadata: {seen}\n"
                for place, seen in differ
            )
            raise self.error(
                "Recomputed values for the following tensors have different metadata than during the forward pass.\n"
                f"{lines}."
            )

    def error(self, text: str) -> Exception:
        if self.debug:
            return errors.lacks("the log that torch.utils.checkpoint writes with debug=True")
        return CheckpointError(f"torch.utils.checkpoint: {text}{TIP}")


def looks(tensor: Tensor) -> dict[str, Any]:
    """What must be the same in both runs."""
    return {"shape": tensor.shape, "dtype": tensor.dtype, "device": tensor.device}


def run_holding(
    function: Any, preserve_rng_state: bool, context_fn: Contexts, determinism_check: str, debug: bool,
    early_stop: bool, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """The kind that is not reentrant."""
    if determinism_check not in ("default", "none"):
        raise ValueError(f"determinism_check should be one of ['default', 'none'], but got {determinism_check}")
    forward_context, recompute_context = context_fn()
    state = get_rng_state() if preserve_rng_state else None
    casting = casting_as_now()

    def again(kwargs: dict[str, Any], *args: Any) -> None:
        with random_state(state), casting(), recompute_context:
            function(*args, **kwargs)

    debug = debug if _Settings.debug is None else _Settings.debug
    frame = Frame(again, early_stop and _Settings.early_stop, determinism_check == "default", debug)
    if not is_grad_enabled():
        with forward_context:
            return function(*args, **kwargs)
    dummy = FUNCTIONS["empty"](0, requires_grad=True)
    frame.inputs = SaveInputs.apply(dummy, kwargs, *args)
    with saved_tensors_hooks(frame.pack, frame.unpack), forward_context:
        made = function(*args, **kwargs)
    frame.complete = True
    return made


def checkpoint(
    function: Any,
    *args: Any,
    use_reentrant: bool | None = None,
    context_fn: Contexts = noop_context_fn,
    determinism_check: str = "default",
    debug: bool = False,
    early_stop: bool = True,
    **kwargs: Any,
) -> Any:
    """``function(*args, **kwargs)``, of which the graph keeps the inputs alone and runs it again in backward.

    ValueError for arguments that the reentrant kind does not take; CheckpointError in backward, where the second run
    saves other tensors than the first.
    """
    if use_reentrant is None:
        warnings.warn(
            "torch.utils.checkpoint: the use_reentrant parameter should be passed explicitly. Starting in PyTorch 2.9, "
            "calling checkpoint without use_reentrant will raise an exception. use_reentrant=False is recommended, but "
            "if you need to preserve the current default behavior, you can pass use_reentrant=True. Refer to docs for "
            "more details on the differences between the two variants.",
            stacklevel=2,
        )
        use_reentrant = True
    preserve = kwargs.pop("preserve_rng_state", True)
    if kwargs and use_reentrant:
        raise ValueError("Unexpected keyword arguments: " + ",".join(kwargs))
    if use_reentrant:
        if context_fn is not noop_context_fn or debug:
            raise ValueError("Passing `context_fn` or `debug` is only supported when use_reentrant=False.")
        return CheckpointFunction.apply(function, preserve, *args)
    return run_holding(function, preserve, context_fn, determinism_check, debug, early_stop, args, kwargs)


def checkpoint_sequential(
    functions: Any, segments: int, input: Any, use_reentrant: bool | None = None, **kwargs: Any
) -> Any:
    """The functions one after the other, all but the last of their ``segments`` as checkpoints."""
    if use_reentrant is None:
        warnings.warn(
            "torch.utils.checkpoint.checkpoint_sequential: the use_reentrant parameter should be passed explicitly. In "
            "version 2.9 we will raise an exception if use_reentrant is not passed. use_reentrant=False is "
            "recommended, but if you need to preserve the current default behavior, you can pass use_reentrant=True. "
            "Refer to docs for more details on the differences between the two variants.",
            stacklevel=2,
        )
        use_reentrant = True
    preserve = kwargs.pop("preserve_rng_state", True)
    if kwargs:
        raise ValueError("Unexpected keyword arguments: " + ",".join(kwargs))
    steps = list(functions.children()) if hasattr(functions, "children") else functions

    def part(start: int, stop: int) -> Callable[[Any], Any]:
        def run(value: Any) -> Any:
            for each in steps[start:stop]:
                value = each(value)
            return value

        return run

    size = len(steps) // segments
    stop = 0
    for start in range(0, size * (segments - 1), size):
        stop = start + size
        input = checkpoint(part(start, stop), input, use_reentrant=use_reentrant, preserve_rng_state=preserve)
    return part(stop, len(steps))(input)


for _each in (CheckpointError, CheckpointFunction, DefaultDeviceType):
    _each.__module__ = "torch.utils.checkpoint"

__getattr__ = _room("torch.utils.checkpoint", __name__)
