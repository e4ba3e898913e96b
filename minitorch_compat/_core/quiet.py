"""Running NumPy kernels without its floating point warnings.

torch says nothing of an overflow or of a division by zero; NumPy warns unless its error state says otherwise. Entering
``np.errstate`` costs more than a small kernel, so one context holds the silent state and kernels run inside it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import Context, copy_context
from typing import Any

import numpy as np

_silent: Context = copy_context()
_silent.run(np.seterr, all="ignore")
run = _silent.run
"""``quietly`` without its safety net, for hot paths that bring their own."""


def quietly(kernel: Callable[..., Any], *arguments: Any) -> Any:
    """Call ``kernel(*arguments)`` with NumPy's floating point warnings off.

    A context can be entered once at a time: a second thread, or a kernel that comes back here, gets ``np.errstate``.
    """
    try:
        return run(kernel, *arguments)
    except RuntimeError as error:
        if not str(error).startswith("cannot enter context"):
            raise
        with np.errstate(all="ignore"):
            return kernel(*arguments)
