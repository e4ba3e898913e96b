"""What a comparer is, and the walk over two observations that asks each of them."""
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ..display import text_of
from ..observation import Observation, Printed, Seen, Warnings
from ..result import DIMENSIONS, Difference, Numeric
from ..tolerance import Tolerance


class Comparer:
    """One dimension. `looks_at` tells whether a pair shows anything of it, `differences` what differs there."""

    dimension: str

    def looks_at(self, expected: Seen, actual: Seen) -> bool:
        raise NotImplementedError

    def differences(self, expected: Seen, actual: Seen, rule: Tolerance) -> Iterator[Difference]:
        raise NotImplementedError

    def difference(
        self, expected: Seen, message: str, reference: object, candidate: object, numeric: Numeric | None = None
    ) -> Difference:
        return Difference(self.dimension, expected.name, message, str(reference), str(candidate), numeric)


class Overridden(Comparer):
    """A dimension that an engine's adapter compares its own way."""

    def __init__(self, base: Comparer, message: Callable[[Seen, Seen], str | None]):
        self.base, self.message, self.dimension = base, message, base.dimension

    def looks_at(self, expected: Seen, actual: Seen) -> bool:
        return self.base.looks_at(expected, actual)

    def differences(self, expected: Seen, actual: Seen, rule: Tolerance) -> Iterator[Difference]:
        message = self.message(expected, actual)
        if message is not None:
            yield self.difference(expected, message, text_of(expected), text_of(actual))


def adapted(comparers: Sequence[Comparer], rules: Mapping[str, Any]) -> Sequence[Comparer]:
    """The comparers as an adapter wants them: without the dimensions it leaves out, and its own where it has one."""
    if not rules:
        return comparers
    return tuple(
        each if (rule := rules.get(each.dimension)) is None else Overridden(each, rule)
        for each in comparers if not isinstance(rules.get(each.dimension), str)
    )


def whole(observation: Observation) -> list[Seen]:
    """All entries of an observation, with those nobody had to ask for at the end."""
    entries = list(observation.seen)
    entries.append(Warnings(name="warnings", warnings=observation.warnings))
    entries.append(Printed(name="stdout", text=observation.stdout))
    if observation.stream is not None:
        entries.append(observation.stream)
    return entries


def compare(
    expected: Observation, actual: Observation, rule_for: Callable[[str], Tolerance], comparers: Sequence[Comparer]
) -> tuple[dict[str, str], list[Difference]]:
    """All differences between two observations, and for each dimension whether it agrees, differs or was not observed.

    Things are paired by name. What only the reference shows differs in the dimension it would have been compared in
    first; where the candidate left the case early, only its exception is told.
    """
    for side in (expected, actual):
        comparers = adapted(comparers, side.rules)
    differences: list[Difference] = []
    observed: set[str] = set()
    theirs = {seen.name: seen for seen in whole(actual)}
    cut_short = actual.raised is not None
    for mine in whole(expected):
        other = theirs.pop(mine.name, None)
        concerned = [each for each in comparers if each.looks_at(mine, mine if other is None else other)]
        if other is None:
            if not cut_short and concerned:
                observed.add(concerned[0].dimension)
                differences.append(Difference(
                    concerned[0].dimension, mine.name, "not seen at all", text_of(mine), "(not seen)"
                ))
            continue
        if cut_short and mine.name in ("warnings", "stdout", "at the end"):
            continue
        for comparer in concerned:
            observed.add(comparer.dimension)
            differences.extend(comparer.differences(mine, other, rule_for(mine.name)))
    for other in theirs.values():
        concerned = [each for each in comparers if each.looks_at(other, other)]
        if concerned:
            observed.add(concerned[0].dimension)
            differences.append(Difference(
                concerned[0].dimension, other.name, "seen here alone", "(not seen)", text_of(other)
            ))
    if actual.raised is not None and expected.raised is None:
        observed.add("exceptions")
        raised = f"{actual.raised.type}: {actual.raised.text}"
        differences.append(Difference(
            "exceptions", "the case", f"ends early with {actual.raised.type}", "no error", raised
        ))
    differing = {difference.dimension for difference in differences}
    verdicts = {
        dimension: "differs" if dimension in differing else "agrees" if dimension in observed else "not observed"
        for dimension in DIMENSIONS
    }
    return verdicts, differences

