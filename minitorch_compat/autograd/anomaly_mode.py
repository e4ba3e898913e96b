"""Anomaly detection: nodes remember where they were recorded, and backward looks for nan."""

from __future__ import annotations

import traceback
import warnings
from collections.abc import Sequence
from os.path import abspath, dirname, join
from typing import Any

import numpy as np

from .._core.graph import Node, Output, Watched
from .._core.modes import _check_switch
from .._core.quiet import quietly

__all__ = ["detect_anomaly", "set_detect_anomaly"]

_plain_slot: Any = Node.__dict__["order"]
OWN_FILES = dirname(dirname(abspath(__file__)))
HARNESS = join(OWN_FILES, "parity")
GENERATED = (" on arrays>", " on tensors>")
"""How the titles of the ways back end that were written out as source."""


NO_INFORMATION = (
    "No forward pass information available. Enable detect anomaly during forward pass for more information."
)


class _Examination:
    """Whether backward is examined, whether for nan, and which step it is at."""

    enabled = False
    check_nan = True
    current: Any = None


def own(frame: traceback.FrameSummary) -> bool:
    """Whether a frame is the engine's, which users did not write."""
    name = frame.filename
    return (name.startswith(OWN_FILES) and not name.startswith(HARNESS)) or name.endswith(GENERATED)


class RememberingSlot:
    """Stands for the slot that every new node fills, to note where that happens."""

    def __get__(self, node: Any, owner: Any = None) -> Any:
        return self if node is None else _plain_slot.__get__(node, owner)

    def __set__(self, node: Any, order: float) -> None:
        _plain_slot.__set__(node, order)
        stack = traceback.extract_stack()
        while stack and own(stack[-1]):
            stack.pop()
        node.metadata["traceback_"] = traceback.format_list(stack)
        if _Examination.current is not None:
            node.metadata["parent_"] = _Examination.current


_remembering_slot = RememberingSlot()


def _set(enabled: bool, check_nan: bool) -> None:
    _Examination.enabled, _Examination.check_nan = enabled, check_nan
    Node.order = _remembering_slot if enabled else _plain_slot  # type: ignore[assignment]
    Watched.examine = examined if enabled else None
    Watched.look_again()


def examined(node: Node, g: Any, create: bool) -> Sequence[Any]:
    """Run one step of backward; where it fails or makes a nan, tell where it was recorded."""
    before, _Examination.current = _Examination.current, node
    try:
        results = node.vjp_tensors(g) if create else quietly(node.vjp, g)
    except Exception:
        tell(node)
        raise
    finally:
        _Examination.current = before
    if _Examination.check_nan:
        for place, result in enumerate(results):
            array = getattr(result, "_data", result)
            if array is not None and np.asarray(array).dtype.kind in "fc" and np.isnan(array).any():
                tell(node)
                raise RuntimeError(f"Function '{node.name()}' returned nan values in its {place}th output.")
    return results


def tell(node: Any) -> None:
    """Warn of the step that failed, with the traceback of the call that recorded it."""
    node = node.parent if isinstance(node, Output) else node
    where = node.metadata.get("traceback_")
    if where is None:
        text = f"Error detected in {node.name()}. {NO_INFORMATION}"
    else:
        text = f"Error detected in {node.name()}. Traceback of forward call that caused the error:\n{''.join(where)}"
    warnings.warn(text.rstrip("\n"), UserWarning, stacklevel=2)
    parent = node.metadata.get("parent_")
    while parent is not None:
        where = parent.metadata.get("traceback_")
        text = f"\n\nPrevious calculation was induced by {parent.name()}. "
        if where is None:
            text += NO_INFORMATION
        else:
            text += f"Traceback of forward call that induced the previous calculation:\n{''.join(where)}"
        warnings.warn(text.rstrip("\n"), UserWarning, stacklevel=2)
        parent = parent.metadata.get("parent_")


class set_detect_anomaly:
    """Turn anomaly detection on or off: at once when called, until the end of the block when used with ``with``."""

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        self.prev, self.prev_check_nan = _Examination.enabled, _Examination.check_nan
        set_anomaly_enabled(mode, check_nan)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exception: object) -> None:
        _set(self.prev, self.prev_check_nan)


class detect_anomaly:
    """Within the block, nodes remember where they were recorded, and a nan made in backward is an error."""

    def __init__(self, check_nan: bool = True) -> None:
        self.prev, self.prev_check_nan = _Examination.enabled, _Examination.check_nan
        self.check_nan = check_nan
        warnings.warn(
            "Anomaly Detection has been enabled. This mode will increase the runtime and should only be enabled for "
            "debugging.",
            UserWarning,
            stacklevel=2,
        )

    def __enter__(self) -> None:
        self.prev, self.prev_check_nan = _Examination.enabled, _Examination.check_nan
        set_anomaly_enabled(True, self.check_nan)

    def __exit__(self, *exception: object) -> None:
        _set(self.prev, self.prev_check_nan)


for _class in (set_detect_anomaly, detect_anomaly):
    _class.__module__ = "torch.autograd.anomaly_mode"


def set_anomaly_enabled(enabled: bool, check_nan: bool = True) -> None:
    """Turn anomaly detection on or off; TypeError for what is no bool."""
    _check_switch("set_anomaly_enabled", enabled)
    _set(enabled, check_nan)


def is_anomaly_enabled() -> bool:
    """Whether anomaly detection is on."""
    return _Examination.enabled


def is_anomaly_check_nan_enabled() -> bool:
    """Whether it looks for nan."""
    return _Examination.check_nan
