"""One result for a reader who wants to know everything about it."""
import difflib

from .case import Case
from .display import indented, observation_text
from .result import Difference, Result


def explained(case: Case, result: Result, reference: str, candidate: str, script: str) -> str:
    """Claim, code, both sides in full, the differences, the document's voice, and the script."""
    parts = [
        f"{result.id}\n{result.claim}",
        f"CODE ({case.path.name}, line {case.line})\n{indented(result.source.rstrip())}",
        f"{reference.upper()} SHOWS\n{indented(observation_text(result.reference))}",
        f"{candidate.upper()} SHOWS\n{indented(observation_text(result.candidate))}",
        f"OUTCOME\n  {result.outcome}" + (f": {result.message}" if result.message else ""),
    ]
    if result.differences:
        parts.append("DIFFERENCES\n" + "\n".join(indented(difference_text(each)) for each in result.differences))
    if result.shrunk:
        parts.append(f"SHRUNK, IT ENDS THE SAME WAY\n{indented(result.shrunk.rstrip())}")
    parts.append("THE DOCUMENT\n" + indented(verdict_text(result, reference, candidate)))
    parts.append(f"SCRIPT\n{script}")
    return "\n\n".join(parts)


def difference_text(difference: Difference) -> str:
    """One difference: what is said of it, the numbers, and a comparison line by line where there are lines."""
    lines = [f"{difference.dimension} · {difference.name}: {difference.message}"]
    numeric = difference.numeric
    if numeric is not None:
        lines.append(
            f"  max abs {numeric.max_abs}, max rel {numeric.max_rel}, max ulp {numeric.max_ulp}, "
            f"worst at {list(numeric.index)}; rule: {numeric.rule}; "
            + (f"would pass at {numeric.passes_at}" if numeric.passes_at else "would pass at no tolerance")
        )
    before, after = difference.reference.splitlines(), difference.candidate.splitlines()
    lines += [f"  {line.rstrip()}" for line in difflib.ndiff(before, after)]
    return "\n".join(lines)


def verdict_text(result: Result, reference: str, candidate: str) -> str:
    """What the document states and whether either engine does that."""
    verdict = result.verdict
    lines = [f"{result.document or 'no document'}" + (f", lines {result.lines}" if result.lines else "")]
    for voice in verdict.voices:
        lines.append(f"{voice.name}")
        sides = (("document", voice.document, None), (reference, voice.reference, voice.reference_agrees),
                 (candidate, voice.candidate, voice.candidate_agrees))
        for who, text, agrees in sides:
            mark = "" if agrees is None else " (agrees)" if agrees else " (contradicts)"
            lines.append(f"  {who}{mark}: " + text.replace("\n", "\n    "))
    why = f": {verdict.why}" if verdict.why else ""
    lines.append(f"verdict: {verdict.verdict}{why}" + ("" if verdict.sound else f" — NOT SO: {verdict.message}"))
    return "\n".join(lines)
