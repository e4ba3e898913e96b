"""``Tensor``: an ndarray with torch's metadata, history and Python protocols; operations are attached by ``_ops``."""

from __future__ import annotations

import warnings
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._kernels.layout import address, dim_of, storage_offset, strides
from .._kernels.scalar_types import NARROW
from . import dtypes, errors, graph, kinds, modes, views
from .graph import LEAF, NOWHERE, OWN, Node, RemovableHandle, add_hook, step_of
from .kinds import Size
from .modes import mode
from .quiet import quietly
from .views import Shared, Untracked, UntrackedData, find_views, make_view, outdate, shared_of
from .warn import warn_once

ndarray = np.ndarray
new = object.__new__


def _disabled_torch_function_impl(func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
    """The ``__torch_function__`` of classes that do not want to be asked, such as Parameter."""
    from ..overrides import not_asking

    with not_asking():
        return func(*args, **(kwargs or {}))


class TensorType(type):
    """Prints the class as torch does: ``<class 'torch.Tensor'>``."""

    def __repr__(cls) -> str:
        return f"<class '{'' if cls.__module__ == 'builtins' else cls.__module__ + '.'}{cls.__qualname__}'>"


class Tensor(metaclass=TensorType):
    """A multi-dimensional array of one dtype that can record how it was made.

    ``_data`` is always an ndarray, ``_node`` is None (no gradient wanted), LEAF, or the node that made the tensor; what
    most tensors never have is a class attribute here, so making one sets ``_data`` and nothing else.
    """

    _data: ndarray
    _node: Any = None
    _base: Any = None
    _shared: Any = None
    _created: str | None = None
    _grad: Any = None
    _accumulator: Any = None
    _backward_hooks: OrderedDict[int, Any] | None = None
    _post_accumulate_grad_hooks: OrderedDict[int, Any] | None = None
    _grad_dtype: Any = OWN
    order: None = None
    output_nr = 0
    _memory: Any = None
    """What lies beneath a view whose elements are turned: conjugated or negated."""
    _apart = False
    """Whether the memory is another than that of the tensors it was a view of, or the base of, when it was made."""
    _path: Any = None
    """The way from its base to a view that is more than a strided part of it."""
    _current: Any = None
    _outdated: Any = None
    """The classes of a view that knows its history, and of one that has to find it."""
    _retains = False
    """Whether a gradient is retained where it was asked for, which is no more where the tensor's history ends."""
    _detached: float | None = None
    """The place in the order of steps at which the tensor last forgot its history in place."""
    _transformed = False
    """Whether the tensor stands for others, and shows no ``_data``."""

    __array_priority__ = 1000

    if TYPE_CHECKING:
        # The operations, which ``_ops`` attaches; a real one would slow every attribute down.
        def __getattr__(self, name: str) -> Any: ...

        __add__: Any
        __radd__: Any
        __sub__: Any
        __rsub__: Any
        __mul__: Any
        __rmul__: Any
        __truediv__: Any
        __rtruediv__: Any
        __floordiv__: Any
        __mod__: Any
        __pow__: Any
        __rpow__: Any
        __matmul__: Any
        __neg__: Any
        __pos__: Any
        __abs__: Any
        __invert__: Any
        __and__: Any
        __or__: Any
        __xor__: Any
        __lt__: Any
        __le__: Any
        __gt__: Any
        __ge__: Any
        __getitem__: Any
        __setitem__: Any

    def __new__(cls, *arguments: Any, **keywords: Any) -> Tensor:
        from .legacy import construct

        return construct(cls, dtypes.get_default_dtype(), arguments, keywords)

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        if cls.__module__.partition(".")[0] != __name__.partition(".")[0] and not cls._transformed:
            from ..overrides import watch

            watch(cls)

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Compute ``func`` and give its tensors as instances of this class; NotImplemented beside a stranger."""
        from ..overrides import default

        return default(cls, func, types, args, kwargs)

    def __hash__(self) -> int:
        return id(self)

    # ---- shape and type

    @property
    def shape(self) -> Size:
        """The lengths of the dimensions."""
        return tuple.__new__(Size, self._data.shape)

    def size(self, dim: int | None = None) -> Any:
        """The shape, or the length of dimension ``dim``."""
        if dim is None:
            return tuple.__new__(Size, self._data.shape)
        shape = self._data.shape
        return shape[wrap_dim(dim, len(shape)) if shape else dim_of(dim, 0)]

    def stride(self, dim: int | None = None) -> Any:
        """How many elements apart neighbours are, along each dimension or along ``dim``."""
        steps = strides(self._data)
        return steps if dim is None else steps[wrap_dim(dim, len(steps)) if steps else dim_of(dim, 0)]

    def dim(self) -> int:
        """The number of dimensions."""
        return self._data.ndim

    ndimension = dim

    @property
    def ndim(self) -> int:
        return self._data.ndim

    def numel(self) -> int:
        """The number of elements."""
        return self._data.size

    nelement = numel

    def element_size(self) -> int:
        """The size of an element in bytes."""
        return self._data.itemsize

    @property
    def itemsize(self) -> int:
        return self._data.itemsize

    @property
    def nbytes(self) -> int:
        return self._data.nbytes

    @property
    def dtype(self) -> dtypes.dtype:
        """The type of the elements."""
        return dtypes.BY_NUMPY[self._data.dtype]

    device = property(lambda self: kinds.CPU)
    layout = property(lambda self: kinds.strided)
    is_cpu = property(lambda self: True)
    is_cuda = is_mps = is_xpu = is_meta = is_sparse = is_quantized = property(lambda self: False)
    is_nested = is_mkldnn = property(lambda self: False)

    def get_device(self) -> int:
        return -1

    def is_floating_point(self) -> bool:
        return self.dtype.is_floating_point

    def is_complex(self) -> bool:
        return self._data.dtype.kind == "c"

    def is_signed(self) -> bool:
        return self.dtype.is_signed

    def is_contiguous(self, memory_format: Any = kinds.contiguous_format) -> bool:
        """Whether the elements lie in memory in the order of their indices."""
        if memory_format is kinds.contiguous_format:
            return self._data.flags.c_contiguous
        order = (0, 2, 3, 1) if memory_format is kinds.channels_last else (0, 2, 3, 4, 1)
        return self._data.ndim == len(order) and self._data.transpose(order).flags.c_contiguous

    def storage_offset(self) -> int:
        """Where the first element lies in the storage, in elements."""
        return storage_offset(self._data)

    def data_ptr(self) -> int:
        """The address of the first element; 0 for a tensor without elements."""
        return address(self._data) if self._data.size else 0

    # ---- history

    @property
    def requires_grad(self) -> bool:
        """Whether operations on this tensor are recorded and a gradient reaches it."""
        return self._node is not None

    @requires_grad.setter
    def requires_grad(self, wanted: bool) -> None:
        if wanted is not True and wanted is not False:
            raise RuntimeError("requires_grad must be a bool")
        if views.known_step(self) is not None:
            raise RuntimeError(NO_LEAF + (DETACH_INSTEAD if not wanted else ""))
        if wanted and self._data.dtype.kind not in "fcV":
            raise RuntimeError("only Tensors of floating point and complex dtype can require gradients")
        if wanted and self.is_inference() and not mode.inference:
            raise RuntimeError("Setting requires_grad=True on inference tensor outside InferenceMode is not allowed.")
        self._set_flag(wanted)

    @requires_grad.deleter
    def requires_grad(self) -> None:
        raise RuntimeError("requires_grad must be a bool")

    def _set_flag(self, wanted: bool) -> None:
        """Make the tensor a leaf that requires grad, or does not; its views require grad with it."""
        before = None if self._base is not None else self._node
        if wanted:
            self._node = LEAF
        else:
            base = self._base
            self._node = None if base is None or base._node is None else NOWHERE
        self._tell_views(before is None)

    def _tell_views(self, changed: bool) -> None:
        """Let views without a history of their own require grad as this tensor, their base, does now."""
        if self._shared is None or self._base is not None:
            return
        wanted = self._node is not None
        if changed is not wanted:
            return
        find_views(self)
        for place, reference in enumerate(self._shared.views):
            view = reference()
            if view is None or view._base is not self or "_before" in view.__dict__:
                continue
            if wanted and place < self._shared.written:
                make_outdated(view)
            elif view._node is (None if wanted else NOWHERE):
                view._node = NOWHERE if wanted else None

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Set ``requires_grad`` and return the tensor."""
        if graph.Watched.transforms:
            raise errors.requires_grad_in_transform()
        if requires_grad and self._data.dtype.kind not in "fcV":
            raise RuntimeError("only Tensors of floating point dtype can require gradients")
        if views.known_step(self) is not None:
            if not requires_grad:
                raise RuntimeError(NO_LEAF + DETACH_INSTEAD)
            return self
        if requires_grad and self.is_inference() and not mode.inference:
            raise RuntimeError("Setting requires_grad=True on inference tensor outside InferenceMode is not allowed.")
        self._set_flag(bool(requires_grad))
        return self

    def _step(self) -> Node | None:
        """The node of the operation that made this tensor, found anew where a write has made it out of date."""
        return step_of(self)

    @property
    def is_leaf(self) -> bool:
        """Whether the tensor was not made by a recorded operation."""
        step = self._step()
        return step is None or step.enters

    @is_leaf.setter
    def is_leaf(self, value: Any) -> None:
        raise errors.not_writable("is_leaf")

    @property
    def grad_fn(self) -> Node | None:
        """The node of the operation that made this tensor, None for a leaf."""
        step = self._step()
        if step is None or step.enters:
            return None
        step.know(self)
        return step

    @grad_fn.setter
    def grad_fn(self, value: Any) -> None:
        raise errors.not_writable("grad_fn")

    @property
    def grad(self) -> Tensor | None:
        """The gradient added up so far; for a tensor that is no leaf None, with a warning unless it retains it."""
        if self._grad is None and not views.is_leaf(views.known_step(self)) and not self.retains_grad:
            warnings.warn(
                "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute "
                "won't be populated during autograd.backward(). If you indeed want the .grad field to be populated for "
                "a non-leaf Tensor, use .retain_grad() on the non-leaf Tensor. If you access the non-leaf Tensor by "
                "mistake, make sure you access the leaf Tensor instead. See github.com/pytorch/pytorch/pull/30531 for "
                "more information.",
                UserWarning,
                stacklevel=2,
            )
        return self._grad

    @grad.setter
    def grad(self, gradient: Tensor | None) -> None:
        if gradient is None:
            self._grad = None
            return
        if not isinstance(gradient, Tensor):
            raise TypeError(
                f"assigned grad expected to be a Tensor or None but got grad of type {type(gradient).__name__}"
            )
        if gradient is self:
            raise RuntimeError("can't assign Variable as its own grad")
        wanted = self.dtype if self._grad_dtype is OWN else self._grad_dtype
        if wanted is not None and gradient.dtype is not wanted:
            raise RuntimeError(
                f"attempting to assign a gradient with dtype '{gradient.dtype.c_name}' to a tensor with grad_dtype "
                f"'{wanted.scalar_type}'. The gradient must match the tensor's grad_dtype (defaults to the tensor's "
                "dtype). You can set the tensor's grad_dtype attribute with a specific dtype, or None to allow any "
                "dtype. Set grad_dtype with caution. Diverging the dtypes of a tensor and its gradient may break "
                "downstream systems that assume they match."
            )
        if gradient.shape != self.shape:
            raise RuntimeError(
                f"attempting to assign a gradient of size '{list(gradient.shape)}' to a tensor of size "
                f"'{list(self.shape)}'. Please ensure that the gradient and the tensor are the same size"
            )
        self._grad = gradient

    @grad.deleter
    def grad(self) -> None:
        self._grad = None

    @property
    def grad_dtype(self) -> dtypes.dtype | None:
        """The dtype that ``grad`` has: the tensor's own until another is set, None for any."""
        if not self.is_leaf:
            raise RuntimeError("grad_dtype can only be accessed on leaf tensors.")
        return self.dtype if self._grad_dtype is OWN else self._grad_dtype

    @grad_dtype.setter
    def grad_dtype(self, dtype: dtypes.dtype | None) -> None:
        if not self.is_leaf:
            _ = self.grad  # torch looks at it first, and warns
            raise RuntimeError("grad_dtype can only be set on leaf tensors.")
        self._grad_dtype = dtype

    @property
    def data(self) -> Tensor:
        """The same memory as a new tensor without history and with a version count of its own."""
        tensor = new(Tensor)
        tensor._data = self._data
        if self.is_inference():
            share_data(tensor)
        elif mode.inference:
            tensor._shared = None
        return tensor

    @data.setter
    def data(self, value: Tensor) -> None:
        if not isinstance(value, Tensor):
            raise TypeError(f"Variable data has to be a tensor, but got {type(value).__name__}")
        if self.requires_grad and value._data.dtype.kind not in "fcV":
            raise RuntimeError("data set to a tensor that requires gradients must be floating point or complex dtype")
        if self.requires_grad and (
            self._data.shape != value._data.shape or self._data.dtype != value._data.dtype
        ):
            views.keep_promise(self, value._data)
        self._apart = self._shared is not None
        if self._memory is None and value._memory is None:
            self._data = value._data
        elif value is not self:
            views.take_turned(self, value)

    @data.deleter
    def data(self) -> None:
        raise RuntimeError("Deleting tensor data is not allowed. Delete tensor instead!")

    @property
    def _version(self) -> int:
        shared = self._shared
        if shared.__class__ is Untracked:
            raise RuntimeError("Inference tensors do not track version counter.")
        return 0 if shared is None else shared.number

    @_version.setter
    def _version(self, value: Any) -> None:
        raise errors.not_writable("_version")

    def _bump(self, times: int = 1) -> None:
        """Count a write to this memory; views that it changes find their history anew."""
        shared = self._shared
        if shared is None:
            shared = self._shared = Shared()
        elif shared.__class__ is not Shared and (mode.inference or shared.__class__ is Untracked):
            if not mode.inference:
                # As in torch, after the values were written.
                raise errors.write_to_inference_tensor()
            if shared.__class__ is UntrackedData and shared.beside:
                shared.number, shared.beside = shared.number + times, False  # type: ignore[misc]
            return
        shared.number += times
        if shared.views or shared.unseen or shared.unseen_plain:
            del shared
            outdate(self)

    def is_inference(self) -> bool:
        """Whether the tensor was made in inference mode: it has neither versions nor history."""
        return isinstance(self._shared, Untracked)

    def _is_view(self) -> bool:
        return self._base is not None

    @property
    def retains_grad(self) -> bool:
        """Whether this non-leaf tensor keeps its gradient."""
        if self._retains:
            return True
        node = self._node
        if node is None or node is LEAF or not node.retained:
            return False
        return any(each() is self for each in node.retained.values())

    def retain_grad(self) -> None:
        """Keep the gradient of this non-leaf tensor in ``grad``."""
        if not self.requires_grad:
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
        if views.known_step(self) is None or self.retains_grad:
            return
        self._step()
        graph.Watched.watch(self)
        self._node.retained = {0: weakref.ref(self)}

    def register_hook(self, hook: Callable[[Tensor], Tensor | None]) -> RemovableHandle:
        """Call ``hook(grad)`` when this tensor's gradient is computed; what it returns replaces the gradient."""
        if not self.requires_grad:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        self._step()
        node = self._node
        if self._backward_hooks is None:
            self._backward_hooks = OrderedDict()
            if node is not LEAF and node is not NOWHERE:
                node.tensor_hooks = {0: self._backward_hooks}
                if type(node) is graph.Output:
                    node.queue()
        return add_hook(self._backward_hooks, hook)

    def register_post_accumulate_grad_hook(self, hook: Callable[[Tensor], None]) -> RemovableHandle:
        """Call ``hook(tensor)`` after a gradient was added to this leaf's ``grad``."""
        if self._node is None:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        if self._node is not LEAF:
            raise RuntimeError("post accumulate grad hooks cannot be registered on non-leaf tensors")
        if self._post_accumulate_grad_hooks is None:
            self._post_accumulate_grad_hooks = OrderedDict()
        return add_hook(self._post_accumulate_grad_hooks, hook)

    def backward(
        self, gradient: Any = None, retain_graph: bool | None = None, create_graph: bool = False, inputs: Any = None
    ) -> None:
        """Carry gradients from this tensor back to the leaves, adding to their ``grad``."""
        node = self._node
        if gradient is None and inputs is None and not create_graph and node is not None and not graph.Watched.order:
            data = self._data
            one = _ONE32 if data.dtype is _FLOAT32 else _ONE64 if data.dtype is _FLOAT64 else None
            plain = retain_graph is None or retain_graph.__class__ is bool
            if one is not None and node is not LEAF and not data.ndim and node is not NOWHERE and plain:
                # Nobody watches, and one number goes back from one number. The call holds it, as torch's does.
                quietly(graph.propagate, node, one.copy(), retain_graph)
                return
        from ..autograd import backward

        backward(self, gradient, retain_graph, create_graph, inputs=inputs)

    def detach(self) -> Tensor:
        """The same memory and version count as a new tensor without history."""
        tensor = new(Tensor)
        tensor._data = self._data
        if self.is_inference():
            share_data(tensor)
        else:
            tensor._shared = shared_of(self)
        return tensor

    def detach_(self) -> Tensor:
        """Forget the history of this tensor."""
        if mode.inference:
            return self
        if self._base is not None:
            raise RuntimeError(
                "Can't detach views in-place. Use detach() instead. If you are using DistributedDataParallel (DDP) for "
                "training, and gradient_as_bucket_view is set as True, gradients are views of DDP buckets, and hence "
                "detach_() cannot be called on these gradients. To fix this error, please refer to the "
                "Optimizer.zero_grad() function in torch/optim/optimizer.py as the solution."
            )
        before = self._node
        if before is not None and before is not LEAF:
            self._retains = self.retains_grad
            self._detached = graph.next_order()
            shared_of(self).detached = True
        self._node = None
        self.output_nr = 0
        self._tell_views(before is None)
        return self

    @property
    def volatile(self) -> bool:
        """Always False, with a warning: the flag of the Variable era was removed."""
        warnings.warn("volatile was removed (Variable.volatile is always False)", UserWarning, stacklevel=2)
        return False

    @volatile.setter
    def volatile(self, value: Any) -> None:
        warnings.warn(VOLATILE_REMOVED, UserWarning, stacklevel=2)

    # ---- Python numbers, lists and arrays

    def item(self) -> Any:
        """The one element as a Python number; RuntimeError for any other count of elements."""
        array = self._data
        if array.size != 1:
            raise RuntimeError(f"a Tensor with {array.size} elements cannot be converted to Scalar")
        if array.dtype.kind == "V":
            return float(array.reshape(()))
        return array.item()

    def tolist(self) -> Any:
        """The elements as nested lists of Python numbers, a 0-d tensor as its number."""
        array = self._data
        return (array.astype(np.float32) if array.dtype.kind == "V" else array).tolist()

    def numpy(self, *, force: bool = False) -> ndarray:
        """The same memory as an ndarray; RuntimeError, while recording, for one that requires grad unless ``force``."""
        if self._node is not None and not force and mode.enabled:
            raise errors.numpy_of_tracked()
        array = self._data
        if array.dtype.kind == "V" or array.dtype.char in NARROW:
            raise TypeError(f"Got unsupported ScalarType {self.dtype.scalar_type}")
        view = array.view()
        view.flags.writeable = array.flags.writeable
        return view

    def __array__(self, dtype: Any = None) -> ndarray:
        # As in torch there is no ``copy`` here; NumPy says what it thinks of that.
        array = self.numpy()
        return array if dtype is None else array.astype(dtype, copy=False)

    def __array_wrap__(self, array: ndarray) -> Tensor:
        """What NumPy's functions make of a tensor becomes a tensor again, truth values as uint8."""
        from .foreign import adopt

        return wrap(adopt(array.astype(np.uint8) if array.dtype.kind == "b" else array))

    def __bool__(self) -> bool:
        array = self._data
        if array.size == 1:
            return bool(array.item())
        if array.size == 0:
            raise RuntimeError("Boolean value of Tensor with no values is ambiguous")
        raise RuntimeError("Boolean value of Tensor with more than one value is ambiguous")

    def __float__(self) -> float:
        if self._node is not None and mode.enabled:
            warn_once(REQUIRES_GRAD_SCALAR, stacklevel=2)
        return float(_number(self, "double"))

    def __int__(self) -> int:
        return int(_number(self, "int64_t"))

    def __complex__(self) -> complex:
        if self._node is not None and mode.enabled:
            warn_once(REQUIRES_GRAD_SCALAR, stacklevel=2)
        return complex(_only_element(self))

    def __index__(self) -> int:
        array = self._data
        if array.size != 1 or array.dtype.kind not in "iub":
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return int(_number(self, "int64_t"))

    def __len__(self) -> int:
        if not self._data.ndim:
            raise TypeError("len() of a 0-d tensor")
        return self._data.shape[0]

    def __iter__(self) -> Iterator[Tensor]:
        if not self._data.ndim:
            raise TypeError("iteration over a 0-d tensor")
        return iter(self.unbind(0))  # type: ignore[attr-defined]

    def __contains__(self, element: Any) -> bool:
        if isinstance(element, (Tensor, int, float, complex)):
            return bool((self == element).any())  # type: ignore[attr-defined]
        raise RuntimeError(
            f"Tensor.__contains__ only supports Tensor or scalar, but you passed in a {type(element)}."
        )

    def __repr__(self, *, tensor_contents: str | None = None) -> str:
        from .printing import tensor_repr

        return tensor_repr(self, tensor_contents)

    def __format__(self, specification: str) -> str:
        if self._data.ndim == 0 and type(self) is Tensor:
            return self.item().__format__(specification)
        return object.__format__(self, specification)

    def __dir__(self) -> Sequence[str]:
        return sorted(name for name in {*dir(type(self)), *self.__dict__} if name not in _INTERNAL)

    def type(self, dtype: Any = None, non_blocking: bool = False) -> Any:
        """The legacy name of the tensor's type, or the tensor cast to ``dtype`` (a dtype, its legacy type or name)."""
        if dtype is None:
            return self.dtype.tensor_type
        from .legacy import dtype_named

        return self.to(dtype_named(dtype))  # type: ignore[attr-defined]

    def __reduce_ex__(self, protocol: Any) -> Any:
        from .copying import reduced

        return reduced(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        from .copying import deep_copied

        return deep_copied(self, memo)


Tensor.__module__ = "torch"


def lay_out(kind: type[Any]) -> None:
    """Make one tensor of a class with all that tensors usually have.

    CPython keeps attributes in the object itself as long as the first some thirty objects of its class had them; any
    other costs each object that has it a dictionary, and half the time of ``x[0]``.
    """
    first = new(kind)
    for name in ("_data", "_node", "_shared", "_base", "_created", "output_nr", "_grad", "_accumulator"):
        setattr(first, name, None)


lay_out(Tensor)

_FLOAT32, _FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)
_ONE32, _ONE64 = np.ones((), np.float32), np.ones((), np.float64)
VOLATILE_REMOVED = "volatile was removed and now has no effect. Use `with torch.no_grad():` instead."
REQUIRES_GRAD_SCALAR = (
    "Converting a tensor with requires_grad=True to a scalar may lead to unexpected behavior.\n"
    "Consider using tensor.detach() first."
)
NO_LEAF = "you can only change requires_grad flags of leaf variables."
DETACH_INSTEAD = (
    " If you want to use a computed variable in a subgraph that doesn't require differentiation use "
    "var_no_grad = var.detach()."
)
_INTERNAL = frozenset(("order",))


class OutdatedView(Tensor):
    """A view whose memory was written to since its history was found: it finds it anew when it is asked for.

    Then it is an ordinary tensor again. A view that cannot find it, since it was made while nothing was recorded or has
    siblings, keeps its values and refuses to be recorded.
    """

    _before: Any
    __torch_function__ = _disabled_torch_function_impl  # type: ignore[assignment]

    @property
    def _node(self) -> Any:  # type: ignore[override]
        before = self._before
        if self._base._node is None and (before is None or before is LEAF):
            return before
        if not mode.enabled:
            # Nobody will record it, and torch does not look for the history either.
            return LEAF if before is LEAF else NOWHERE
        return self._step()

    @_node.setter
    def _node(self, node: Any) -> None:
        if node is None or node is LEAF or node is NOWHERE:
            self._before = None if node is NOWHERE else node
        else:
            make_current(self, node)

    def _step(self) -> Node | None:
        before = self._before
        if self._base._node is None and (before is None or before is LEAF):
            return None
        node = views.derived(self)
        make_current(self, node)
        if node is None:
            raise RuntimeError(views.NOTHING_TO_HAND_TO)
        return node

    @property
    def requires_grad(self) -> bool:
        return self._before is not None or self._base._node is not None

    @requires_grad.setter
    def requires_grad(self, wanted: bool) -> None:
        Tensor.requires_grad.__set__(self, wanted)  # type: ignore[attr-defined]

    @property
    def retains_grad(self) -> bool:
        before = self._before
        held = (before.retained or {}) if isinstance(before, Node) else {}
        return self._retains or any(each() is self for each in held.values())

    def backward(self, *arguments: Any, **keywords: Any) -> None:
        # What is wrong with the arguments is said before the history is looked for.
        from ..autograd import backward

        backward(self, *arguments, **keywords)

    def numpy(self, *, force: bool = False) -> ndarray:
        if self.requires_grad and mode.enabled and not force:
            raise errors.numpy_of_tracked()
        return self.detach().numpy()


def make_current(view: Tensor, node: Any) -> None:
    """Make an outdated view an ordinary tensor with the history ``node``."""
    del view._before  # type: ignore[attr-defined]
    view.__class__ = view._current
    view._node = node


Tensor._current, Tensor._outdated = Tensor, OutdatedView
OutdatedView.__module__ = "torch"
OutdatedView.__name__ = OutdatedView.__qualname__ = "Tensor"


def make_outdated(view: Tensor) -> None:
    """Let ``view`` find its history when it is asked for."""
    if view.__class__ is view._current:
        node = view.__dict__.pop("_node", None)
        view._before = None if node is NOWHERE else node  # type: ignore[attr-defined]
        view.__class__ = view._outdated


class MarkingData:
    """Stands for the attribute ``_data`` while some thread is in inference mode: what gets it there first is marked."""

    def __get__(self, tensor: Any, owner: Any = None) -> Any:
        if tensor is None:
            return self
        try:
            return tensor.__dict__["_data"]
        except KeyError:
            raise AttributeError(f"'{type(tensor).__name__}' object has no attribute '_data'") from None

    def __set__(self, tensor: Any, array: ndarray) -> None:
        held = tensor.__dict__
        if mode.inference and "_data" not in held:
            held["_shared"] = UNTRACKED
        held["_data"] = array


def share_data(tensor: Tensor) -> None:
    """Let ``tensor`` be what ``.data`` or ``detach`` shows of an inference tensor; writes to it go no quick way."""
    if mode.inference:
        tensor._shared = UNTRACKED
    else:
        tensor._shared, tensor._created = UntrackedData(), "inference"


def mark_new_tensors(wanted: bool) -> None:
    """Let tensors made in inference mode be inference tensors from now on, or stop looking for them."""
    if wanted and "_data" not in Tensor.__dict__:
        Tensor._data = MarkingData()  # type: ignore[assignment]
    elif not wanted and "_data" in Tensor.__dict__:
        del Tensor._data


UNTRACKED = Untracked()
modes.mark_new_tensors = mark_new_tensors


def wrap(array: ndarray) -> Tensor:
    """A tensor over ``array``, without history."""
    tensor = new(Tensor)
    tensor._data = array
    # Said although it is the default: operations read it quicker from the tensor than from the class.
    tensor._node = None
    return tensor


def view_of(x: Tensor, array: ndarray) -> Tensor:
    """A view of ``x`` over ``array``, a part of its memory; its node is the caller's to set."""
    if x._memory is not None:
        turned: Tensor = x.over(x.beneath(array))
        make_view(x, turned)
        return turned
    tensor = new(Tensor)
    tensor._data = array
    make_view(x, tensor)
    return tensor


def stands_for_others(values: Any) -> bool:
    """Whether a tensor among arguments shows no memory of its own, and has rules in its place."""
    if isinstance(values, (tuple, list)):
        return any(stands_for_others(each) for each in values)
    if isinstance(values, dict):
        return any(stands_for_others(each) for each in values.values())
    if isinstance(values, slice):
        return stands_for_others((values.start, values.stop, values.step))
    return isinstance(values, Tensor) and values._transformed


def numbers_of(x: Any) -> ndarray:
    """The memory of a tensor, also of one that stands for others: for questions about all its elements."""
    while "_data" not in x.__dict__:
        if not x._transformed:
            # A view of conjugates makes its numbers when asked.
            return x._data
        x = x._value
    return x.__dict__["_data"]


def wrap_dim(dim: int, count: int) -> int:
    """A dimension counted from the front; IndexError outside the range (a 0-d tensor has one dimension here)."""
    room = count or 1
    if type(dim) is not int:
        dim = whole_number(dim)
    if not -room <= dim < room:
        raise IndexError(f"Dimension out of range (expected to be in range of [{-room}, {room - 1}], but got {dim})")
    return dim + room if dim < 0 else dim


def whole_number(value: Any) -> int:
    """An integer of NumPy's or a class of its own, or a 0-d tensor of integers; Misfit for all else, even a bool."""
    if isinstance(value, bool):
        raise errors.Misfit
    if isinstance(value, (np.integer, int)) or (isinstance(value, Tensor) and value._data.dtype.kind in "iu"):
        return int(value)
    raise errors.Misfit


def _only_element(tensor: Tensor) -> Any:
    """The one element as a Python number; ValueError for any other count of elements."""
    if tensor._data.size != 1:
        raise ValueError("only one element tensors can be converted to Python scalars")
    return tensor.item()


def _number(tensor: Tensor, kind: str) -> Any:
    """The one element as a real number, refusing an imaginary part and what no signed integer of 64 bits holds."""
    value = _only_element(tensor)
    if isinstance(value, complex):
        if value.imag:
            raise RuntimeError(f"value cannot be converted to type {kind} without overflow")
        return value.real
    if kind == "int64_t" and type(value) is int and value >= 2**63:
        raise RuntimeError(f"value cannot be converted to type {kind} without overflow")
    return value


graph.wrap = wrap
views.make_outdated = make_outdated
