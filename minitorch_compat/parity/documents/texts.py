"""What a page prints against what an engine prints: to the letter, to the digits shown, by form."""
from __future__ import annotations

import re
from typing import Literal

Likeness = Literal["same", "digits", "spaces", "numbers", "other"]

NUMBER = re.compile(
    r"(?<![\w.])[-+]?(?:\d+\.\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|\d+(?:[eE][-+]?\d+)?|nan\b|inf\b)j?"
)
ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{4,}|\b(?<=at )0x[0-9a-fA-F]+")
PLACE = re.compile(r"<(?:ipython-input-[^>]*|__main__)>|\s*\(Triggered internally at [^\n]*\)|\x1b\[[\d;]*m")
DIGITS = 4
"""Decimals torch prints, beyond which a page may know more than is printed."""


def cleaned(text: str) -> str:
    """Text without what no two runs share, and without blanks at the ends of lines."""
    text = ADDRESS.sub("0x…", PLACE.sub("", text)).replace("<BLANKLINE>", "").replace("\r\n", "\n").expandtabs(4)
    lines = [line.rstrip() for line in text.split("\n")]
    while lines and not lines[0]:
        lines.pop(0)
    while lines and not lines[-1]:
        lines.pop()
    return "\n".join(lines)


def closed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def fits(want: str, got: str) -> bool:
    """Whether `got` is `want`, in which `...` and `…` stand for anything."""
    if want == got:
        return True
    if "..." not in want and "…" not in want.replace("0x…", ""):
        return False
    pieces = re.split(r"\.{3,}|(?<!0x)…", want)
    return re.fullmatch(r"[\s\S]*?".join(map(re.escape, pieces)), got) is not None


def likeness(want: str, got: str, spaces: bool = True) -> Likeness:
    """How a page's text is like today's. Without `spaces`, white space counts for nothing, as in comments."""
    want, got = cleaned(want), cleaned(got)
    if fits(want, got):
        return "same"
    if fits(closed(want), closed(got)):
        return "spaces" if spaces else "same"
    mine, theirs = NUMBER.findall(want), NUMBER.findall(got)
    skeletons = [closed(NUMBER.sub("#", each)) for each in (want, got)]
    if not fits(*skeletons):
        return "other"
    if skeletons[0] != skeletons[1]:
        return "same" if elided(want, got) else "numbers"
    return "digits" if all(map(digits_agree, mine, theirs)) else "numbers"


def elided(want: str, got: str) -> bool:
    """Whether texts agree to the digits shown where the page leaves parts out by dots."""
    pattern = []
    for piece in re.split(r"(\.{3,}|(?<!0x)…|\s+)", want):
        if re.fullmatch(r"\.{3,}|…", piece):
            pattern.append(r"[\s\S]*?")
        elif not piece.strip():
            pattern.append(r"\s*")
        else:
            pattern.append("".join(f"({NUMBER.pattern})" if NUMBER.fullmatch(part) else re.escape(part)
                                   for part in re.split(f"({NUMBER.pattern})", piece) if part))
    wanted = NUMBER.findall(want)
    found = re.fullmatch("".join(pattern), got)
    return found is not None and len(found.groups()) == len(wanted) and all(
        map(digits_agree, wanted, found.groups()))


def decimals(number: str) -> int | None:
    """Digits behind the point; None where there is no point."""
    mantissa = re.split("[eE]", number)[0]
    return len(mantissa.partition(".")[2]) if "." in mantissa else None


def digits_agree(want: str, got: str) -> bool:
    """Whether numbers are equal in the digits that the shorter one shows; an integer is never a float."""
    if want == got or want.lstrip("+") == got:
        return True
    if want.endswith("j") != got.endswith("j") or "n" in want + got:
        return False
    a, b = float(want.rstrip("j")), float(got.rstrip("j"))
    mine, theirs = decimals(want), decimals(got)
    if mine is None or theirs is None:
        return a == b and mine == theirs
    if a == b:
        return True
    if mine == 0 or theirs == 0:
        return False
    exponent = 0
    if re.search("[eE]", want) or re.search("[eE]", got):
        if not (re.search("[eE]", want) and re.search("[eE]", got)):
            return abs(a - b) <= 0.5000001 * 10.0 ** -mine if not re.search("[eE]", want) else False
        exponent = int(re.split("[eE]", want)[1].rstrip("j"))
    if mine > theirs and theirs < DIGITS:
        return False  # today's text shows the number in full, and it is another
    return abs(a - b) <= 0.5000001 * 10.0 ** (exponent - min(mine, theirs))


def form(text: str) -> str:
    """Text with every number, sign and blank taken out: the shape and form of what is drawn by chance."""
    text = re.sub(r"\b(?:True|False)\b", "#", NUMBER.sub("#", cleaned(text)))
    return re.sub(r"(?:#e?)+", "#", closed(text))


def alike_in_form(want: str, got: str) -> bool:
    return fits(form(want), form(got))
