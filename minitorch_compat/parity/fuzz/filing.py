"""Findings as cases: a chapter of the catalogue, written as a file of Python."""
from __future__ import annotations

import json
import keyword
import re
from collections.abc import Sequence
from pathlib import Path

from .findings import Finding
from .program import Program

HEAD = '''"""{title}"""
from minitorch_compat.parity import chapter

case = chapter("found.{name}")
'''

FOLDER = Path("reference_cases/found")
"""Where findings are filed."""


def filed(findings: Sequence[Finding], folder: Path, seed: int) -> Path:
    """Write findings as cases to a new file in a folder, which becomes a package; returns the file."""
    folder.mkdir(parents=True, exist_ok=True)
    package = folder / "__init__.py"
    if not package.exists():
        package.write_text('"""Programs that random search has found to differ once."""\n', encoding="utf-8")
    count, path = 1, folder / f"seed_{seed}.py"
    while path.exists():
        count += 1
        path = folder / f"seed_{seed}_{count}.py"
    parts = [HEAD.format(title=f"What random programs of seed {seed} have found.", name=path.stem)]
    names: set[str] = set()
    for each in findings:
        parts.append(case_of(each, names))
    path.write_text("\n\n".join(part.rstrip("\n") + "\n" for part in parts), encoding="utf-8")
    return path


def case_of(finding: Finding, names: set[str]) -> str:
    """One finding as a case: the program, then a look at what differs and at the variables there are."""
    stem = re.sub(r"\W+", "_", finding.operation).strip("_").lower() or "statement"
    stem = f"{stem}_" if keyword.iskeyword(stem) or stem[0].isdigit() else stem
    name, count = stem, 1
    while name in names or keyword.iskeyword(name):
        count += 1
        name = f"{stem}_{count}"
    names.add(name)
    told = finding.cause.replace("\\", "\\\\").replace('"""', "'''")
    lines = [f"@case(note={json.dumps('found by fuzz --seed ' + finding.seed)})", f"def {name}(torch, see):",
             f'    """`{finding.operation}` after what comes before it ({told[:70]})."""']
    lines += [f"    {line}" for line in finding.program.lines()]
    lines += [f"    {line}" for line in looks(finding.program)]
    return "\n".join(each if len(each) <= 118 else f"{each}  # noqa: E501" for each in lines)


def looks(program: Program) -> list[str]:
    """What a case sees at its end: every variable, and what comes back when one goes back from the last."""
    names = program.names
    seen = [f'see("{name}", {name})' for name in names]
    if names:
        seen += [f"if {names[-1]}.requires_grad and not {names[-1]}.is_leaf:", '    with see.refusal("backward"):',
                 f"        {names[-1]}.backward(torch.ones_like({names[-1]}))"]
        seen += [f'see("{name}.grad", {name}.grad if {name}.is_leaf else None)' for name in names[:-1]]
    return seen
