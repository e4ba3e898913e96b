"""Messages that several operations share: each function returns the exception its name speaks of."""

from __future__ import annotations

from collections.abc import Sequence


class Misfit(TypeError):
    """Arguments that fit no signature of an operation; the outermost form of the call says it in torch's words."""

    # Where no outer form catches it, a user meets what torch raises.
    __module__, __qualname__ = "builtins", "TypeError"


class NoMemory(Misfit, AttributeError):
    """A tensor that stands for others (a dual one, a batched one) was asked for its memory, which it does not show.

    The operation that asked is then carried out by the tensor's own rules; whoever has ordinary tensors asks nothing.
    """


def real_only(name: str) -> RuntimeError:
    """For an operation that has no derivative by complex numbers."""
    return RuntimeError(f"{name} does not support automatic differentiation for outputs with complex dtype.")


def not_real() -> RuntimeError:
    """For a complex gradient of a real argument, where torch does not take the real part."""
    return unexpected("isFloatingType(grad.scalar_type()) || (input_is_complex == grad_is_complex)")


def unexpected(condition: str) -> RuntimeError:
    """For a condition that torch checks without words of its own."""
    return RuntimeError(
        f"Expected {condition} to be true, but got false.  (Could this error message be improved?  If so, please "
        "report an enhancement request to PyTorch.)"
    )


def subtracts_bools() -> RuntimeError:
    """For a difference with a bool tensor."""
    return RuntimeError(
        "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, "
        "use the `~` or `logical_not()` operator instead."
    )


def negates_bools() -> RuntimeError:
    """For minus a bool tensor."""
    return RuntimeError(
        "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use "
        "the `~` or `logical_not()` operator instead."
    )


def size_text(shape: Sequence[int]) -> str:
    """A shape as messages print it: ``[2, 3]``."""
    return "[" + ", ".join(map(str, shape)) + "]"


def graph_freed() -> RuntimeError:
    return RuntimeError(
        "Trying to backward through the graph a second time (or directly access saved tensors after they have already "
        "been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). "
        "Specify retain_graph=True if you need to backward through the graph a second time or if you need to access "
        "saved tensors after calling backward."
    )


def saved_and_detached() -> RuntimeError:
    return RuntimeError(
        "Trying to use a saved tensor that has been detached in-place, i.e. with .detach_().This is not supported, "
        "please use out-of-place `.detach()` instead"
    )


def modified_in_place(
    type_name: str, shape: Sequence[int], origin: str, version: int, expected: int, examined: bool
) -> RuntimeError:
    return RuntimeError(
        "one of the variables needed for gradient computation has been modified by an inplace operation: "
        f"[{type_name} {size_text(shape)}]{origin} is at version {version}; expected version {expected} instead. "
        + (
            "Hint: the backtrace further above shows the operation that failed to compute its gradient. The variable "
            "in question was changed in there or anywhere later. Good luck!"
            if examined
            else "Hint: enable anomaly detection to find the operation that failed to compute its gradient, with "
            "torch.autograd.set_detect_anomaly(True, check_nan=False)."
        )
    )


def not_writable(name: str) -> AttributeError:
    return AttributeError(f"attribute '{name}' of 'torch._C.TensorBase' objects is not writable")


def numpy_of_tracked() -> RuntimeError:
    return RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")


def does_not_require_grad(position: int) -> RuntimeError:
    return RuntimeError(f"element {position} of tensors does not require grad and does not have a grad_fn")


def not_scalar_output() -> RuntimeError:
    return RuntimeError("grad can be implicitly created only for scalar outputs")


def write_to_leaf() -> RuntimeError:
    return RuntimeError("a leaf Variable that requires grad is being used in an in-place operation.")


def write_to_view_of_leaf() -> RuntimeError:
    return RuntimeError("a view of a leaf Variable that requires grad is being used in an in-place operation.")


def write_result_shape(shape: Sequence[int], result: Sequence[int]) -> RuntimeError:
    return RuntimeError(
        f"output with shape {size_text(shape)} doesn't match the broadcast shape {size_text(result)}"
    )


def out_requires_grad(name: str) -> RuntimeError:
    return RuntimeError(
        f"{name}(): functions with out=... arguments don't support automatic differentiation, but one of the arguments "
        "requires grad."
    )


def write_to_inference_tensor() -> RuntimeError:
    return RuntimeError(
        "Inplace update to inference tensor outside InferenceMode is not allowed.You can make a clone to get a normal "
        "tensor before doing inplace update.See https://github.com/pytorch/rfcs/pull/17 for more details."
    )


def leaf_moved_inside() -> RuntimeError:
    return RuntimeError("leaf variable has been moved into the graph interior")


def integers_cannot_require_grad() -> RuntimeError:
    return RuntimeError("Only Tensors of floating point and complex dtype can require gradients")


def unused_input(position: int) -> RuntimeError:
    return RuntimeError(
        f"The differentiated Tensor at index {position} appears to not have been used in the graph. Set "
        "allow_unused=True if this is "
        "the desired behavior."
    )


def lacks(what: str) -> NotImplementedError:
    """What this engine does not have yet, by its torch name."""
    return NotImplementedError(f"minitorch_compat does not have {what} yet")


def backward_in_transform() -> RuntimeError:
    return RuntimeError(
        "backward() called inside a functorch transform. This is not supported, please use functorch.grad or "
        "functorch.vjp instead or call backward() outside of functorch transforms."
    )


def requires_grad_in_transform() -> RuntimeError:
    return RuntimeError(
        "You are attempting to call Tensor.requires_grad_() (or perhaps using torch.autograd.functional.* APIs) inside "
        "of a function being transformed by a functorch transform. This is unsupported, please attempt to use the "
        "functorch transforms (e.g. grad, vjp, jacrev, jacfwd, hessian) or call requires_grad_() outside of a function "
        "being transformed instead."
    )
