"""The endpoint file of a shields.io badge: how many cases agree."""
import json

from ..result import Run
from .model import printable

COLOURS = ((1.0, "brightgreen"), (0.95, "green"), (0.8, "yellowgreen"), (0.5, "yellow"), (0.0, "red"))


def badge(run: Run) -> str:
    """The badge as JSON: the candidate's name, agreeing of selected cases, a colour by their share."""
    agreeing = run.outcomes()["agrees"]
    share = agreeing / run.selected if run.selected else 0.0
    colour = next(name for least, name in COLOURS if share >= least) if run.complete else "lightgrey"
    label = printable(f"{run.candidate.name} like {run.reference.name} {run.reference.version}")
    message = f"{agreeing} of {run.selected}" + ("" if run.complete else ", unfinished")
    return json.dumps({"schemaVersion": 1, "label": label, "message": message, "color": colour}, indent=1) + "\n"
