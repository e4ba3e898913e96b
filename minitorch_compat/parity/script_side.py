"""One side of `compare`: runs a program on one engine, in this process, and writes down all it showed.

`python -m minitorch_compat.parity.script_side ENGINE OUTPUT PROGRAM [ARGUMENTS...]`
"""
import json
import random
import sys
import warnings
from contextlib import suppress
from typing import Any

import numpy as np

from ..script import NoProgram, Program, files_of, lacking, own_frames, reason
from ..stand_in import StandIn, install
from .engines import NoEngine, described, load, settle
from .observation import Observation, Raised, Refusal
from .plain import encode
from .see import See, name_of, normalised, stream_of

PLAIN = (bool, int, float, complex, str, type(None))
END = "the end of the program"


def main(arguments: list[str]) -> int:
    name, output, *command = arguments
    sys.path.insert(0, "")
    try:
        engine = load(name)
        program = Program(command)
    except (NoEngine, NoProgram) as error:
        print(error, file=sys.stderr)
        return 2
    finally:
        sys.path.pop(0)
    if name != "torch":
        install(engine)
    settle(engine)
    random.seed(0)  # a program that draws without a seed draws the same on both sides
    np.random.seed(0)
    with suppress(AttributeError, NotImplementedError):
        engine.manual_seed(0)
    observation = observed(program, engine)
    needs = list(lacking(files_of(program), StandIn(engine))) if observation.raised else []
    about = described(name, engine)
    with open(output, "w", encoding="utf-8") as file:
        json.dump({"engine": [about.name, about.version], "needs": needs, "observation": encode(observation)}, file)
    return 0


def observed(program: Program, engine: Any) -> Observation:
    """Run it to its end, whatever that is, and see its warnings, its global names and the random stream."""
    see = See(engine)
    raised = None
    warnings.showwarning = see._warn  # from now on: what the program prints to standard error is its own
    try:
        program.run()
    except BaseException as error:
        missing = reason(error) if isinstance(error, Exception) else None
        text = normalised(str(error))
        see._add(Refusal(name=END, type=name_of(type(error)), text=text))
        if missing:
            line = last_line(error)
            raised = Raised(name_of(type(error)), text, "", f"{line}{missing}")
    else:
        see._add(Refusal(name=END, type=None, text="no error"))
    sys.stdout.flush()
    see_names(see, vars(sys.modules["__main__"]), engine)
    state = getattr(engine, "get_rng_state", None)
    return Observation(
        seen=tuple(see._seen), warnings=tuple(see._warned), raised=raised,
        stream=None if state is None else stream_of("at the end", state()),
    )


def last_line(error: BaseException) -> str:
    """Where the program's own code stood: `file, line N: `."""
    trace, place = own_frames(error.__traceback__), ""
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if "minitorch_compat" not in file and not file.startswith("<frozen"):
            place = f"{file}, line {trace.tb_lineno}: "
        trace = trace.tb_next
    return place


def see_names(see: See, names: dict[str, Any], engine: Any) -> None:
    """Every global name that holds numbers: tensors and their gradients, plain values, states of modules."""
    tensor = getattr(engine, "Tensor", ())
    for name, value in list(names.items()):
        if name.startswith("_"):
            continue
        if isinstance(value, tensor):
            see(name, value)
            gradient(see, name, value)
        elif callable(getattr(value, "state_dict", None)) and not isinstance(value, type):
            see.state(name, value)
            for path, parameter in getattr(value, "named_parameters", list)():
                gradient(see, f"{name}.{path}", parameter)
        elif is_plain(value, tensor):
            see(name, value)


def gradient(see: See, name: str, tensor: Any) -> None:
    if tensor.is_leaf and tensor.grad is not None:
        see(f"{name}.grad", tensor.grad)


def is_plain(value: Any, tensor: Any, depth: int = 4) -> bool:
    if type(value) in (list, tuple):
        return depth > 0 and all(is_plain(each, tensor, depth - 1) for each in value)
    if type(value) is dict:
        return depth > 0 and all(is_plain(each, tensor, depth - 1) for each in value.values())
    return type(value) in PLAIN or isinstance(value, tensor) or (
        isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "biufc"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
