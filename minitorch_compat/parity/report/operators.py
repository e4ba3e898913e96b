"""A run of torch's database by operator: which of them agree in every sample, as Markdown."""
from collections import Counter, defaultdict

from ..causes import OPERATIONS
from ..result import OUTCOMES, Result, Run
from .model import printable, title


def operators(run: Run) -> str:
    """The page: how many operators have no difference, then a row for each operator, those that agree first."""
    found: dict[str, list[Result]] = defaultdict(list)
    for result in run.results:
        if result.chapter.startswith(OPERATIONS):
            found[result.chapter.removeprefix(OPERATIONS)].append(result)
    if not found:
        return f"# torch's database: {title(run)}\n\nNo case of this run is a sample of torch's database.\n"
    kinds = list(dict.fromkeys(kind_of(result) for results in found.values() for result in results))
    whole = {name: all(result.outcome == "agrees" for result in results) for name, results in found.items()}
    outcomes = Counter(result.outcome for results in found.values() for result in results)
    lines = [
        f"# torch's database: {title(run)}", "",
        f"{sum(whole.values())} of {len(found)} operators, modules and optimisers agree in every sample "
        f"({', '.join(kinds)}; forward, gradients and refusals).",
        f"Of {sum(map(len, found.values()))} samples "
        + ", ".join(f"{outcomes[name]} {name}" for name in OUTCOMES if outcomes[name]) + ".", "",
        f"| operator | {' | '.join(kinds)} | what else |", f"| --- |{' --- |' * len(kinds)} --- |",
    ]
    for name in sorted(found, key=lambda name: (not whole[name], name.lower())):
        counts = []
        for kind in kinds:
            own = [result for result in found[name] if kind_of(result) == kind]
            counts.append(f"{sum(result.outcome == 'agrees' for result in own)}/{len(own)}" if own else "–")
        rest = Counter(result.outcome for result in found[name] if result.outcome != "agrees")
        told = ", ".join(f"{count} {outcome}" for outcome, count in rest.most_common())
        lines.append(f"| {'**' if whole[name] else ''}`{printable(name)}`{'**' if whole[name] else ''} | "
                     f"{' | '.join(counts)} | {told} |")
    return "\n".join(lines) + "\n"


def kind_of(result: Result) -> str:
    """The element type a sample is of, or `error`, as its id has it."""
    return result.name.partition("-")[0]
