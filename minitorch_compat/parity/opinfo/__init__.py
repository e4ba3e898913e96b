"""Cases drawn from the database that the installed torch tests itself with: operators, modules and optimisers.

`minitorch-compat run --suite opinfo` runs them. The package is a catalogue like `reference_cases` as well: importing
`drawn` makes its chapters, `opinfo.NAME` for each operator (`opinfo.nn.functional.linear`), `opinfo.nn.Linear` for each
module and `opinfo.optim.Adam` for each optimiser. Every case is a function written as text, which any engine can run;
its id holds a hash of that text, so that adding or moving samples changes no other id. `MINITORCH_OPINFO_DTYPES` says
for which element types the catalogue is drawn (float64 and float32 without it).
"""
from __future__ import annotations

import hashlib
import os
import re
import types
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

from ..case import Case, Chapter
from ..engines import GET_TORCH, NoEngine
from ..tolerance import Scaled, Tolerance
from . import support
from .literal import Unwritten, Writer

DTYPES = tuple(os.environ.get("MINITORCH_OPINFO_DTYPES", "float64,float32").split(","))

TOLERANCES: dict[str, Tolerance] = {
    name: Scaled(relative, "an operator is many roundings, in an order of the library's own")
    for name, relative in {
        "float64": 1e-11, "complex128": 1e-11, "float32": 1e-5, "complex64": 1e-5, "float16": 2e-3, "bfloat16": 1.6e-2,
    }.items()
}


@dataclass(frozen=True)
class Sample(Case):
    """One sample of the database; its body is compiled from its text when it runs, in whatever process that is."""

    text: str = ""
    portable: ClassVar[bool] = True

    def __call__(self, torch: Any, see: Any) -> None:
        scope = self.scope()
        exec(compile(self.text, "<sample>", "exec"), scope)
        scope["sample"](torch, see)

    def scope(self) -> dict[str, Any]:
        return {name: getattr(support, name) for name in support.SPOKEN}

    @property
    def source(self) -> str:  # type: ignore[override]
        return self.text

    @property
    def path(self) -> Path:
        return Path(__file__)

    @property
    def line(self) -> int:
        return 1


def unused(torch: Any, see: Any) -> None:
    """A sample's body is its text."""


class Drawn:
    """All chapters, and what could not be written, with the reason."""

    def __init__(self, dtypes: tuple[str, ...] = DTYPES, ids: tuple[str, ...] = ()) -> None:
        """With ids (or patterns), only chapters that have such cases. Raises NoEngine without torch."""
        if find_spec("torch") is None:
            raise NoEngine(GET_TORCH)
        import torch

        self.torch, self.dtypes = torch, dtypes
        self.heads = [re.split(r"[*?[]", each)[0] for each in ids]
        self.unwritten: Counter[str] = Counter()
        self.chapters: dict[str, Chapter] = {}
        self.ids: Counter[str] = Counter()

    def draw(self) -> None:
        """Every sample of every operator."""
        state, threads = self.torch.get_rng_state(), self.torch.get_num_threads()
        self.torch.set_num_threads(1)  # what is small is quicker so, and sums do not depend on the machine
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for operator in support.database().op_db:
                # What is named so is compiled for other devices only.
                if not operator.name.startswith("jiterator_") and self.wants(full_name(operator)):
                    self.operator(operator)
            from . import layers, optimisers

            layers.draw(self)
            optimisers.draw(self)
        self.torch.set_rng_state(state)
        self.torch.set_num_threads(threads)

    def wants(self, name: str) -> bool:
        """Whether a chapter may have cases that are asked for; its samples do not depend on the others'."""
        chapter = f"opinfo.{name}/"
        return not self.heads or any(
            not head.startswith("opinfo.") or chapter.startswith(head) or head.startswith(chapter)
            for head in self.heads
        )

    def operator(self, operator: Any) -> None:
        name = full_name(operator)
        for dtype in self.dtypes:
            kind = getattr(self.torch, dtype)
            if kind not in operator.supported_dtypes("cpu"):
                continue
            support.seed(self.torch)
            wants = operator.supports_autograd and kind in operator.supported_backward_dtypes("cpu")
            # The functions behind the database's methods: those look up the whole call stack for each sample.
            for sample in self.samples(operator.sample_inputs_func, name, operator, "cpu", kind, wants):
                self.add(name, dtype, operator, sample, wants)
        support.seed(self.torch)
        if operator.error_inputs_func is not None:
            with support.filled(self.torch):
                for error in self.samples(operator.error_inputs_func, name, operator, "cpu"):
                    self.add(name, "error", operator, error.sample_input, False)

    def samples(self, draw: Any, name: str, *given: Any) -> Iterator[Any]:
        try:
            yield from draw(*given)
        except Exception as error:
            self.unwritten[f"{name}: drawing fails: {type(error).__name__}"] += 1

    def add(self, name: str, dtype: str, operator: Any, sample: Any, wants: bool) -> None:
        try:
            text = written(self.torch, operator, name, dtype, sample, wants)
        except Unwritten as error:
            self.unwritten[f"{name}: {error}"] += 1
            return
        self.keep(name, dtype, text)

    def keep(self, name: str, dtype: str, text: str) -> None:
        """Make a case of a text."""
        chapter = self.chapters.get(name)
        if chapter is None:
            chapter = self.chapters[name] = Chapter(f"opinfo.{name}", None, f"Samples of `{name}`.")
        digest = hashlib.sha256(text.encode()).hexdigest()[:10]
        case_id = f"opinfo.{name}/{dtype}-{digest}"
        self.ids[case_id] += 1
        if self.ids[case_id] > 1:
            case_id += f"-{self.ids[case_id]}"  # the same sample again: the database has it twice
        chapter.cases.append(Sample(
            id=case_id, body=unused, claim=claim(name, dtype), text=text,
            tolerance={"": TOLERANCES.get(dtype, TOLERANCES["float64"])}, chapter_title=chapter.title,
        ))

    @property
    def cases(self) -> list[Case]:
        return [case for chapter in self.chapters.values() for case in chapter.cases]


def full_name(operator: Any) -> str:
    """The operator's name in the database, its variant's with it."""
    return operator.name + (f".{operator.variant_test_name}" if operator.variant_test_name else "")


def claim(name: str, dtype: str) -> str:
    return f"`{name}` refuses what it cannot take." if dtype == "error" else f"`{name}` of a {dtype} sample."


def written(torch: Any, operator: Any, name: str, dtype: str, sample: Any, wants: bool) -> str:
    """A sample as the text of a function of an engine and `see`. Raises Unwritten."""
    refused = dtype == "error"
    origin = "" if refused else f"{operator.name!r}, {operator.variant_test_name!r}, {dtype!r}"
    writer = Writer(torch, origin, whole=name.startswith("as_strided"))
    given = (sample.input, *sample.args)
    writer.prepare(given, sample.kwargs)
    arguments = [writer.expression(each) for each in given]
    keywords = [f"{key}={writer.expression(value)}" for key, value in sample.kwargs.items()]
    call = called(torch, operator, arguments, keywords)
    lines = [*writer.lines, "torch.manual_seed(0)"]
    if refused:
        lines += ["with see.refusal('call'):", f"    {call}"]
    else:
        lines += [f"out = {call}", f"look(torch, see, {operator.name!r}, out)"]
        if wants and writer.leaves:
            lines.append(f"gradients(torch, see, {operator.name!r}, out, [{', '.join(writer.leaves)}])")
    return function(lines)


def function(lines: Iterable[str]) -> str:
    """Lines as the function that a sample is."""
    return "def sample(torch, see):\n" + "\n".join(f"    {line}" for line in lines) + "\n"


def called(torch: Any, operator: Any, arguments: list[str], keywords: list[str]) -> str:
    """The call as a user would type it; a function of the database's own is fetched from there."""
    function = operator.op
    given = ", ".join([*arguments, *keywords])
    name = getattr(function, "__qualname__", "") or operator.name
    if isinstance(function, types.FunctionType) and function.__module__.startswith("torch.testing"):
        variant = operator.variant_test_name
        return f"from_database(torch, {operator.name!r}, {variant!r})({given})"
    if isinstance(function, types.MethodDescriptorType | types.WrapperDescriptorType) or name.startswith(("Tensor.",
                                                                                                   "TensorBase.")):
        return f"torch.Tensor.{name.rpartition('.')[2]}({given})"
    if str(function).startswith("aten."):
        return f"torch.ops.{function}({given})"
    for path in paths(function, operator.name):
        if resolve(torch, path) is function:
            return f"torch.{path}({given})"
    raise Unwritten(f"no public name leads to {name}")


def paths(function: Any, name: str) -> Iterator[str]:
    module = (getattr(function, "__module__", None) or "").removeprefix("torch").removeprefix(".")
    own = getattr(function, "__name__", name)
    yield name.removeprefix("torch.")  # what a user would type comes before where torch keeps it
    for place in (module, module.replace("_C._", ""), module.replace("_C._nn", "nn.functional"), "", "_C._nn"):
        yield f"{place}.{own}".lstrip(".")


def resolve(torch: Any, path: str) -> Any:
    found = torch
    for part in path.split("."):
        found = getattr(found, part, None)
        if found is None:
            return None
    return found


def drawn(dtypes: tuple[str, ...] = DTYPES, ids: tuple[str, ...] = ()) -> Drawn:
    """The database in these element types, of it what ids may mean. Raises NoEngine without torch."""
    made = Drawn(dtypes, ids)
    made.draw()
    return made
