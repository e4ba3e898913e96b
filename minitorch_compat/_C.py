"""What torch has from its compiled part and programs import from there."""

from __future__ import annotations

from ._core.dtypes import dtype as dtype
from ._core.generator import Generator as Generator
from ._core.generator import default_generator as default_generator
from ._core.kinds import Size as Size
from ._core.kinds import device as device
from ._core.kinds import layout as layout
from ._core.kinds import memory_format as memory_format
from ._core.tensor import Tensor as TensorBase
from ._core.tensor import _disabled_torch_function_impl as _disabled_torch_function_impl
from .overrides import not_asking

DisableTorchFunctionSubclass = not_asking
_TensorBase = TensorBase
