"""``TorchVersion``: text that is compared as a version."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

__all__ = ["TorchVersion"]

@cache
def _form() -> re.Pattern[str]:
    """The form of versions in PEP 440, compiled at the first comparison."""
    return re.compile(
        r"\s*v?(?:(?P<epoch>\d+)!)?(?P<release>\d+(?:\.\d+)*)"
        r"(?:[-_.]?(?P<pre>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?P<pre_n>\d*))?"
        r"(?:(?:-(?P<post_n1>\d+))|(?:[-_.]?(?P<post>post|rev|r)[-_.]?(?P<post_n2>\d*)))?"
        r"(?:[-_.]?(?P<dev>dev)[-_.]?(?P<dev_n>\d*))?(?:\+(?P<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?\s*",
        re.IGNORECASE,
    )

_LETTERS = {"alpha": "a", "beta": "b", "c": "rc", "pre": "rc", "preview": "rc"}


def _key(text: str) -> tuple[Any, ...] | None:
    """What a version is ordered by, as PEP 440 orders; None for text that is no version."""
    found = _form().fullmatch(text)
    if found is None:
        return None
    release = [int(each) for each in found["release"].split(".")]
    while release and release[-1] == 0:
        release.pop()
    is_post = found["post"] is not None or found["post_n1"] is not None
    letter = found["pre"] and _LETTERS.get(found["pre"].lower(), found["pre"].lower())
    early = -1 if letter is None and not is_post and found["dev"] is not None else 1
    pre = (0, letter, int(found["pre_n"] or 0)) if letter else (early, "", 0)
    post = int(found["post_n1"] or found["post_n2"] or 0) if is_post else -1
    dev = (0, int(found["dev_n"] or 0)) if found["dev"] is not None else (1, 0)
    local = re.split("[-_.]", found["local"].lower()) if found["local"] else []
    parts = tuple((1, int(each), "") if each.isdigit() else (0, 0, each) for each in local)
    return int(found["epoch"] or 0), tuple(release), pre, post, dev, bool(local), parts


class TorchVersion(str):
    """A version as text; compared with text, tuples and lists of numbers as versions, where both are some."""

    def _compare(self, other: Any, method: str) -> Any:
        if isinstance(other, str):
            text = str(other)
        elif isinstance(other, Iterable):
            text = ".".join(map(str, other))
        else:
            return getattr(super(), method)(other)
        mine, others = _key(self), _key(text)
        if others is None:
            return getattr(super(), method)(other if isinstance(other, str) else text)
        return getattr(mine, method)(others)

    def __lt__(self, other: Any) -> bool:
        return self._compare(other, "__lt__")

    def __le__(self, other: Any) -> bool:
        return self._compare(other, "__le__")

    def __gt__(self, other: Any) -> bool:
        return self._compare(other, "__gt__")

    def __ge__(self, other: Any) -> bool:
        return self._compare(other, "__ge__")

    def __eq__(self, other: object) -> bool:
        return self._compare(other, "__eq__")

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__
