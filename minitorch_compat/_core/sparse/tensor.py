"""``Sparse``: coordinates, values and a size, with what a tensor can be asked."""

from __future__ import annotations

import warnings
from collections import OrderedDict
from math import prod
from typing import Any, NoReturn

import numpy as np

from ..._kernels import coo
from .. import errors, kinds
from ..graph import LEAF
from ..kinds import Size
from ..modes import mode
from ..rebuilding import rebuild_from_type_v2
from ..storage import DEPRECATED
from ..tensor import UNTRACKED, OutdatedView, Tensor, wrap, wrap_dim
from ..transforms import Transformed, attached
from ..views import known_step, shared_of

ndarray = np.ndarray
new = object.__new__


class Sparse(Transformed):
    """A tensor of which only some elements are held: ``_held`` are their values, ``_places`` their coordinates.

    ``_places`` (int64) has a row for each sparse dimension and a column for each entry, ``_held`` the entries along its
    first dimension, then the dense dimensions. ``_whole`` says that the entries are in order, each place once.
    """

    _places: ndarray
    _held: Tensor
    _size: tuple[int, ...]
    _whole: bool

    # ---- questions

    @property
    def shape(self) -> Size:
        return tuple.__new__(Size, self._size)

    def size(self, dim: int | None = None) -> Any:
        return self.shape if dim is None else self._size[wrap_dim(dim, len(self._size))]

    def stride(self, dim: int | None = None) -> Any:
        return (0,) * len(self._size) if dim is None else 0 * wrap_dim(dim, len(self._size))

    def dim(self) -> int:
        return len(self._size)

    ndimension = dim
    ndim = property(dim)

    def numel(self) -> int:
        return prod(self._size)

    nelement = numel
    dtype = property(lambda self: self._held.dtype)  # type: ignore[assignment]
    layout = property(lambda self: kinds.sparse_coo)
    is_sparse = property(lambda self: True)
    itemsize = property(lambda self: self._held.itemsize)  # type: ignore[assignment]

    def element_size(self) -> int:
        return self._held.itemsize

    @property
    def nbytes(self) -> int:
        raise RuntimeError(
            "nbytes is not defined for sparse tensors.  If you want the size of the constituent tensors, add the "
            "nbytes of the indices and values.  If you want the size of the  equivalent dense tensor, multiply numel() "
            "by element_size()"
        )

    def is_floating_point(self) -> bool:
        return self._held.is_floating_point()

    def is_complex(self) -> bool:
        return self._held.is_complex()

    def is_signed(self) -> bool:
        return self._held.is_signed()

    def is_contiguous(self, memory_format: Any = None) -> bool:
        return False

    def storage_offset(self) -> int:
        return 0

    def data_ptr(self) -> int:
        raise RuntimeError("Cannot access data pointer of Tensor that doesn't have storage")

    const_data_ptr = data_ptr

    def untyped_storage(self) -> Any:
        raise NotImplementedError("Cannot access storage of SparseTensorImpl")

    _typed_storage = share_memory_ = is_shared = storage_type = untyped_storage

    def storage(self) -> Any:
        warnings.warn(DEPRECATED, UserWarning, stacklevel=2)
        return self.untyped_storage()

    def sparse_dim(self) -> int:
        """How many dimensions the coordinates are of."""
        return len(self._places)

    def dense_dim(self) -> int:
        """How many dimensions each entry has."""
        return len(self._size) - len(self._places)

    def _nnz(self) -> int:
        return self._places.shape[1]

    def is_coalesced(self) -> bool:
        """Whether each place is held once, in order."""
        return self._whole

    def _coalesced_(self, coalesced: bool) -> Sparse:
        self._whole = coalesced
        return self

    def _indices(self) -> Tensor:
        return self._part(wrap(self._places))

    def _values(self) -> Tensor:
        return self._part(self._held.detach())

    def _part(self, tensor: Tensor) -> Tensor:
        """What counts its writes together with this tensor."""
        if not self.is_inference():
            tensor._shared = shared_of(self)
        return tensor

    def indices(self) -> Tensor:
        """The coordinates, one column for each entry; RuntimeError unless coalesced."""
        self._expect_coalesced("indices")
        return self._indices()

    def _expect_coalesced(self, what: str) -> None:
        if not self._whole:
            raise RuntimeError(f"Cannot get {what} on an uncoalesced tensor, please call .coalesce() first")

    # ---- history

    @property
    def requires_grad(self) -> bool:
        return self._node is not None

    @requires_grad.setter
    def requires_grad(self, wanted: bool) -> None:
        if wanted is not True and wanted is not False:
            raise RuntimeError("requires_grad must be a bool")
        if known_step(self) is not None:
            from ..tensor import DETACH_INSTEAD, NO_LEAF

            raise RuntimeError(NO_LEAF + (DETACH_INSTEAD if not wanted else ""))
        if wanted and not (self.is_floating_point() or self.is_complex()):
            raise RuntimeError("only Tensors of floating point and complex dtype can require gradients")
        self._node = LEAF if wanted else None

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        if requires_grad and not (self.is_floating_point() or self.is_complex()):
            raise RuntimeError("only Tensors of floating point dtype can require gradients")
        if known_step(self) is None:
            self._node = LEAF if requires_grad else None
        elif not requires_grad:
            self.requires_grad = False
        return self

    @property
    def data(self) -> Tensor:
        return sparse_of(self._places, self._held, self._size, self._whole)

    @data.setter
    def data(self, value: Any) -> None:
        if not isinstance(value, Sparse):
            raise RuntimeError(
                "Attempted to call `variable.set_data(tensor)`, but `variable` and `tensor` have incompatible tensor "
                "type."
            )
        self._places, self._held, self._size, self._whole = value._places, value._held, value._size, value._whole

    def detach(self) -> Tensor:
        made = sparse_of(self._places, self._held, self._size, self._whole)
        made._shared = shared_of(self)
        return made

    def as_parameter(self, requires_grad: bool) -> Any:
        """A leaf over these parts that modules count among their parameters."""
        if requires_grad and not (self.is_floating_point() or self.is_complex()):
            raise errors.integers_cannot_require_grad()
        made = new(SparseParameter)
        made._places, made._held, made._size, made._whole = self._places, self._held, self._size, self._whole
        made._node = LEAF if requires_grad else None
        made._shared = shared_of(self)
        made._is_param = True
        return made

    def carried(self) -> Any:
        """This gradient as a pass on arrays carries it."""
        from .gradients import Few

        return Few(self)

    backward = OutdatedView.backward  # type: ignore[assignment]

    # ---- Python numbers, lists and arrays

    def item(self) -> Any:
        if prod(self._size) != 1:
            raise RuntimeError(f"a Tensor with {prod(self._size)} elements cannot be converted to Scalar")
        return wrap(coo.dense(self._places, self._held._data, self._size)).item()

    def tolist(self) -> Any:
        return self.data_ptr()

    def numpy(self, *, force: bool = False) -> Any:
        raise TypeError("can't convert Sparse layout tensor to numpy. Use Tensor.to_dense() first.")

    def __array__(self, dtype: Any = None) -> Any:
        return self.numpy()

    def __bool__(self) -> bool:
        count = prod(self._size)
        if count == 1:
            return bool(self.item())
        many = "more than one value" if count else "no values"
        raise RuntimeError(f"Boolean value of Tensor with {many} is ambiguous")

    def __float__(self) -> float:
        return float(self._number())

    def __int__(self) -> int:
        return int(self._number())

    def __complex__(self) -> complex:
        return complex(self._number())

    def __index__(self) -> int:
        if prod(self._size) != 1 or self.is_floating_point() or self.is_complex():
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return int(self.item())

    def _number(self) -> Any:
        if prod(self._size) != 1:
            raise ValueError("only one element tensors can be converted to Python scalars")
        return self.item()

    def __len__(self) -> int:
        if not self._size:
            raise TypeError("len() of a 0-d tensor")
        return self._size[0]

    def __iter__(self) -> Any:
        if not self._size:
            raise TypeError("iteration over a 0-d tensor")
        return iter(self.unbind(0))

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self, *, tensor_contents: str | None = None) -> str:  # type: ignore[override]
        from .printing import sparse_repr

        return sparse_repr(self)

    def __format__(self, specification: str) -> str:
        return object.__format__(self, specification)

    def type(self, dtype: Any = None, non_blocking: bool = False) -> Any:
        if dtype is None:
            return self.dtype.tensor_type.replace("torch.", "torch.sparse.", 1)
        from ..legacy import dtype_named

        return self.to(dtype_named(dtype))

    def dim_order(self, *, ambiguity_check: Any = False) -> NoReturn:
        raise AttributeError(
            f"Can't get dim order on sparse type: {self.type()} Use Tensor.to_dense() to convert to a dense tensor "
            "first."
        )

    def __setitem__(self, index: Any, value: Any) -> None:
        raise TypeError("Cannot assign to a sparse tensor")

    # ---- copies

    def __reduce_ex__(self, protocol: Any) -> Any:
        from ..copying import warn_of_hooks
        from ..naming import names_torch
        from .pickling import rebuild_sparse_tensor

        warn_of_hooks(self)
        size = self.shape if names_torch() else self._size
        parts = (wrap(self._places), self._held.detach(), size, self._whole)
        state = self._user_state()
        if state:
            return rebuild_from_type_v2, (rebuild_sparse_tensor, Tensor, (kinds.sparse_coo, parts), state)
        return rebuild_sparse_tensor, (kinds.sparse_coo, parts)

    def _user_state(self) -> dict[str, Any]:
        """The attributes that users gave to the tensor."""
        from ..copying import user_state

        return {name: value for name, value in user_state(self).items() if name not in OWN}

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        if known_step(self) is not None:
            raise RuntimeError(
                "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the "
                "moment.  If you were attempting to deepcopy a module, this may be because of a "
                "torch.nn.utils.weight_norm usage, see https://github.com/pytorch/pytorch/pull/103001"
            )
        if id(self) not in memo:
            import copy

            made = sparse_of(self._places.copy(), self._held.clone(), self._size, self._whole)
            made._node = self._node
            memo[id(self)] = made
            made.__dict__.update(copy.deepcopy(self._user_state(), memo))
            if self._grad is not None:
                made._grad = copy.deepcopy(self._grad, memo)
        return memo[id(self)]


class SparseParameter(Sparse):
    """A sparse tensor that modules count among their parameters."""

    _is_param: bool

    def __repr__(self, *, tensor_contents: str | None = None) -> str:  # type: ignore[override]
        return "Parameter containing:\n" + super().__repr__()

    def __reduce_ex__(self, protocol: Any) -> Any:
        from ..naming import function_here

        state = self._user_state()
        given: tuple[Any, ...] = self.data, self.requires_grad, OrderedDict()
        if state:
            return function_here("torch._utils", "_rebuild_parameter_with_state"), (*given, state)
        return function_here("torch._utils", "_rebuild_parameter"), given

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        if id(self) not in memo:
            memo[id(self)] = self.detach().clone().as_parameter(self.requires_grad)
        return memo[id(self)]


OWN = frozenset(("_places", "_held", "_size", "_whole", "_is_param"))
"""What a sparse tensor holds itself."""
SparseParameter.__module__ = "torch.nn.parameter"
SparseParameter.__name__ = SparseParameter.__qualname__ = "Parameter"
Sparse.__module__ = "torch"
Sparse.__name__ = Sparse.__qualname__ = "Tensor"


def sparse_of(places: ndarray, held: Tensor, size: Any, whole: bool | None = None) -> Sparse:
    """A sparse tensor of these parts, without history; of fewer than two entries it is known that they are in order."""
    made = new(Sparse)
    made._places, made._held, made._size = places, held.detach() if held._node is not None else held, tuple(size)
    made._whole = places.shape[1] < 2 if whole is None else whole
    made._node = None
    if mode.inference:
        made._shared = UNTRACKED
    return made


def method(name: str) -> Any:
    """A method of ``Tensor`` as sparse tensors have it: by its rule, or refused."""

    def call(*arguments: Any, **keywords: Any) -> Any:
        from .rules import called

        return called(name, arguments, keywords, method=True)

    call.__name__ = call.__qualname__ = name
    return call


def _prepare() -> None:
    """Give ``Sparse`` all operations among the methods and properties of ``Tensor``."""
    for name, value in attached():
        if name in Sparse.__dict__ or name == "__hash__":
            continue
        if isinstance(value, property):
            setattr(Sparse, name, property(method(name)))
        else:
            setattr(Sparse, name, method(name))


_prepare()
