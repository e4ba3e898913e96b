"""What changed from one recorded torch to another, what the engine does otherwise, and when claims held."""
import html as escaping
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from .case import Case
from .compare import COMPARERS, compare
from .engines import load, settle
from .observation import Observation
from .recorded import Recorded
from .report.markdown import code, plain, table
from .runner import run_case
from .verdict import judged


@dataclass(frozen=True)
class Row:
    """One case through the versions: where torch changed, what the document's verdict was, where the engine differs."""

    id: str
    claim: str
    document: str | None
    changes: tuple[tuple[str, ...] | None, ...]
    """For each version but the first, the dimensions in which it differs from the one before; None for not recorded."""
    verdicts: tuple[str | None, ...]
    """For each version, whether the document's statements held there; None where nothing is stated or recorded."""
    engine: tuple[str, ...]
    """The dimensions in which the engine differs from the version it is like; an outcome where nothing was compared."""

    @property
    def changed(self) -> bool:
        return any(self.changes)


@dataclass(frozen=True)
class Drift:
    """All rows, under the versions and the engine they speak of."""

    versions: tuple[str, ...]
    engine: str
    like: str
    """The version that the engine is held against: the one it says it is, or the newest."""
    rows: tuple[Row, ...]


def drift(cases: Sequence[Case], recordings: Sequence[Recorded], engine: str) -> Drift:
    """Every case through the recordings, in the order given, and the engine beside the version it is like."""
    candidate = load(engine)
    settle(candidate)
    versions = tuple(str(each.data["version"]) for each in recordings)
    own = str(getattr(candidate, "__version__", "")).partition("+")[0]
    like = versions.index(own) if own in versions else len(versions) - 1
    return Drift(
        versions, engine, versions[like], tuple(row(case, recordings, candidate, like) for case in cases)
    )


def row(case: Case, recordings: Sequence[Recorded], candidate: object, like: int) -> Row:
    shown = [each.observation(case) for each in recordings]
    held_against = run_case(case, recordings[like], candidate)
    differing = tuple(name for name, found in held_against.dimensions.items() if found == "differs")
    if held_against.outcome not in ("agrees", "differs"):
        differing = (held_against.outcome,)
    return Row(
        case.id, case.claim.partition("\n\n")[0].replace("\n", " "), case.document,
        tuple(changed(case, one, other) for one, other in pairwise(shown)),
        tuple(held(case, each) for each in shown), differing,
    )


def missing(observation: Observation) -> bool:
    return observation.raised is not None and observation.raised.type == "NotRecorded"


def changed(case: Case, before: Observation, after: Observation) -> tuple[str, ...] | None:
    """The dimensions in which two versions differ; "there now" and "gone" where only one of them could do it at all."""
    if missing(before) or missing(after):
        return None
    if (before.raised is None) != (after.raised is None):
        return ("there now",) if before.raised is not None else ("gone",)
    if before.raised is not None:
        return ()
    dimensions, _ = compare(before, after, case.tolerance_for, COMPARERS)
    return tuple(name for name, found in dimensions.items() if found == "differs")


def held(case: Case, observation: Observation) -> str | None:
    """Whether what a document states is what a version showed."""
    if not case.states or missing(observation):
        return None
    voices = judged(case, observation, observation).voices
    return "holds" if voices and all(voice.reference_agrees for voice in voices) else "does not hold"


def told(found: Drift) -> str:
    """The drift for a terminal."""
    lines = [f"torch {', '.join(found.versions)}; {found.engine} beside {found.like}"]
    moved = [each for each in found.rows if each.changed]
    apart = [each for each in found.rows if each.engine]
    lines.append(f"torch changed in {len(moved)} of {len(found.rows)} cases:")
    for each in moved:
        steps = [f"{version}: {', '.join(step)}" for version, step in zip(found.versions[1:], each.changes, strict=True)
                 if step]
        lines.append(f"  {each.id}  {'; '.join(steps)}")
    lines.append(f"the engine differs from torch {found.like} in {len(apart)}:")
    lines += [f"  {each.id}  {', '.join(each.engine)}" for each in apart]
    return "\n".join(lines)


def timeline(each: Row) -> list[str]:
    """A cell for each version: the verdict there, and what changed on the way to it."""
    cells = []
    for place, verdict in enumerate(each.verdicts):
        step = each.changes[place - 1] if place else ()
        known = "not recorded" if step is None else ", ".join(step)
        cells.append("; ".join(filter(None, (verdict, known))) or "as before")
    return cells


def shown(found: Drift) -> list[Row]:
    """The rows worth a line: where something changed, a claim does not hold everywhere, or the engine differs."""
    return [each for each in found.rows if each.changed or each.engine or len(set(each.verdicts) - {None}) > 1]


def markdown(found: Drift) -> str:
    """The page: what changed, and a timeline of every case in which anything did."""
    rows = [
        [code(each.id), plain(each.document or ""), *map(plain, timeline(each)), plain(engine_cell(each))]
        for each in shown(found)
    ]
    head = ["case", "document", *(f"torch {version}" for version in found.versions), found.engine]
    return "\n".join([
        "# Drift", "", plain(f"{len(found.rows)} cases on torch {', '.join(found.versions)}."), "",
        f"torch changed in {sum(each.changed for each in found.rows)} of them; the engine differs from torch "
        f"{found.like} in {sum(bool(each.engine) for each in found.rows)}.", "", *table(head, rows), "",
    ])


STYLE = """
:root { color-scheme: light dark }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem }
table { border-collapse: collapse }
td, th { padding: .3rem .6rem; border-bottom: 1px solid #8884; text-align: left; vertical-align: top }
code { font-size: .85em }
.moved { font-weight: 600 }
"""


def engine_cell(each: Row) -> str:
    return ", ".join(each.engine) or "agrees"


def html(found: Drift) -> str:
    """The page as one HTML file."""
    say = escaping.escape
    head = "".join(f"<th scope=col>{say(name)}</th>" for name in
                   ("case", "document", *(f"torch {version}" for version in found.versions), found.engine))
    body = []
    for each in shown(found):
        cells = "".join(
            f"<td{'' if cell == 'as before' else ' class=moved'}>{say(cell)}</td>" for cell in timeline(each)
        )
        body.append(f"<tr><th scope=row title=\"{say(each.claim, quote=True)}\"><code>{say(each.id)}</code></th>"
                    f"<td>{say(each.document or '')}</td>{cells}<td>{say(engine_cell(each))}</td></tr>")
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>Drift of torch</title><style>{STYLE}</style><h1>Drift</h1>"
        f"<p>{len(found.rows)} cases on torch {say(', '.join(found.versions))}; torch changed in "
        f"{sum(each.changed for each in found.rows)}, and {say(found.engine)} differs from torch "
        f"{say(found.like)} in {sum(bool(each.engine) for each in found.rows)}.</p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></html>\n"
    )
