"""Sparse tensors: few elements, each with its coordinates; everything else is zero and takes no memory.

``Sparse`` is a tensor that stands for others: the ordinary operations stumble over it and hand their call to the rules
of this package, which do it entry by entry. A gradient that is sparse travels as ``Few`` through a pass on arrays. The
package is imported when somebody makes the first sparse tensor; before that nobody pays for it.
"""

from __future__ import annotations

from .gradients import Few
from .tensor import Sparse, sparse_of

__all__ = ["Few", "Sparse", "sparse_of"]
