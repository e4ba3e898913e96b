"""What changed between two runs, over the cases both have."""
from collections.abc import Callable
from dataclasses import dataclass, field

from .result import Result, Run

KINDS = ("regressed", "fixed", "still differing", "worse", "new", "gone")
"""`worse` are those still differing whose numbers lie apart twice as far or more; they are counted there alone."""

TWICE = 2.0


@dataclass(frozen=True)
class Change:
    """One case in two runs."""

    id: str
    before: str
    after: str
    message: str = ""


@dataclass
class Changes:
    """Two runs side by side."""

    old: Run
    new: Run
    common: int = 0
    good_before: int = 0
    good_after: int = 0
    kinds: dict[str, list[Change]] = field(default_factory=lambda: {kind: [] for kind in KINDS})

    def failing(self, kinds: tuple[str, ...] | list[str]) -> list[str]:
        """Those of these kinds that have happened."""
        return [kind for kind in kinds if self.kinds[kind]]


def distance(result: Result, measure: Callable[[Result], list[float]]) -> float:
    return max(measure(result), default=0.0)


def ulps(result: Result) -> list[float]:
    return [float(each.numeric.max_ulp) for each in result.differences if each.numeric and each.numeric.max_ulp]


def absolute(result: Result) -> list[float]:
    return [each.numeric.max_abs for each in result.differences if each.numeric and each.numeric.max_abs]


def worse(before: Result, after: Result) -> str:
    """How much farther apart the numbers of a case lie now, where that is twice as far or more; else nothing."""
    for measure, unit in ((ulps, "ulp"), (absolute, "absolute")):
        was, now = distance(before, measure), distance(after, measure)
        if was and now:
            return f"{was:.6g} {unit} before, {now:.6g} now" if now >= TWICE * was else ""
    return ""


def changes(old: Run, new: Run) -> Changes:
    """Sort every case of either run into one of `KINDS`, or into none where it agrees in both."""
    found = Changes(old, new)
    before = {result.id: result for result in old.results}
    after = {result.id: result for result in new.results}
    for name, result in after.items():
        was = before.get(name)
        if was is None:
            found.kinds["new"].append(Change(name, "", result.outcome, result.message))
            continue
        found.common += 1
        found.good_before += was.good
        found.good_after += result.good
        if was.good and not result.good:
            kind, told = "regressed", result.message
        elif result.good and not was.good:
            kind, told = "fixed", was.message
        elif result.good:
            continue
        else:
            told = worse(was, result)
            kind, told = ("worse", told) if told else ("still differing", result.message)
        found.kinds[kind].append(Change(name, was.outcome, result.outcome, told))
    found.kinds["gone"] += [Change(name, was.outcome, "") for name, was in before.items() if name not in after]
    return found


def told(found: Changes, longest: int = 50) -> str:
    """The changes for a reader: both denominators, then each kind with its cases."""
    old, new = found.old, found.new
    lines = [
        f"{old.candidate.name} {old.candidate.version} then, {new.candidate.name} {new.candidate.version} now",
        f"then: {sum(each.good for each in old.results)} of {len(old.results)} good; "
        f"now: {sum(each.good for each in new.results)} of {len(new.results)}",
        f"over the {found.common} cases both have: {found.good_before} good then, {found.good_after} now",
    ]
    for kind, listed in found.kinds.items():
        lines.append(f"\n{kind}: {len(listed)}")
        for each in listed[:longest]:
            states = " -> ".join(filter(None, (each.before, each.after)))
            message = each.message.partition("\n")[0]
            lines.append(f"  {each.id} ({states})" + (f": {message}" if message else ""))
        if len(listed) > longest:
            lines.append(f"  … and {len(listed) - longest} more")
    return "\n".join(lines)
