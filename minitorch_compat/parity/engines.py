"""A name becomes a torch-like namespace. The only place where an engine is imported."""
import importlib
import importlib.util
import re
import sys
from contextlib import suppress
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

from .adapter import FROM_FILE, adapter_of
from .result import Engine


class NoEngine(Exception):
    """A name that leads to no engine; the text says why, in a sentence for the user."""


BUILD = re.compile(r"\+(cpu|cu\d+|rocm[\d.]*|xpu)$")

EXTRAS = {"torch": "parity", "tinygrad": "engines", "mygrad": "engines", "autograd": "engines"}
"""Packages and the optional extra of this one that brings each."""


def get(package: str) -> str:
    """What to tell where a package of an extra is not installed."""
    extra = EXTRAS[package]
    return (f"{package} is not installed; get it with: pip install -c constraints.txt \"minitorch-compat[{extra}]\" "
            f"(from a clone: -e \".[{extra}]\")")


GET_TORCH = get("torch")


def load(name: str) -> Any:
    """The engine of that name.

    `torch`, `minitorch_compat` or `package.module` is a module, `package.module:attribute` something in one,
    `file.py:factory` what a function in a file returns, and `recorded:2.13` answers from a recording. A name that an
    installed package registers under the group `minitorch_compat.engines` stands for what it is registered with. Raises
    NoEngine where that leads nowhere.
    """
    name = registered(name)
    if name.startswith("recorded:"):
        from .recorded import find

        return find(name)
    place, _, attribute = name.rpartition(":") if ":" in name else (name, "", "")
    module = from_file(place) if place.endswith(".py") else from_path(place)
    held: Any = module
    for part in attribute.split(".") if attribute else ():
        try:
            held = getattr(held, part)
        except AttributeError:
            raise NoEngine(f"no engine {name!r}: {place} has no {attribute}") from None
    try:
        made = held() if attribute and place.endswith(".py") and callable(held) else held
    except Exception as error:
        raise NoEngine(f"no engine {name!r}: making it fails: {type(error).__name__}: {error}") from error
    if (adapter := adapter_of(made)) is not None and (dimension := adapter.nameless):
        raise NoEngine(f"{name} compares {dimension} by a function without a name of its own")
    return made


GROUP = "minitorch_compat.engines"
"""Entry points under which packages make their engines known by a name."""


def registered(name: str) -> str:
    """What a name is registered with, as `module` or `module:attribute`; the name itself where it is in no register."""
    if not name.isidentifier():
        return name
    return next((point.value for point in entry_points(group=GROUP, name=name)), name)


def from_path(place: str) -> ModuleType:
    try:
        return importlib.import_module(place)
    except ModuleNotFoundError as error:
        if error.name in EXTRAS:
            raise NoEngine(get(error.name)) from None
        if error.name and place.startswith(error.name):
            raise NoEngine(f"no engine {place!r}: there is no module {error.name}") from None
        raise NoEngine(f"no engine {place!r}: importing it fails: {error}") from error
    except Exception as error:
        raise NoEngine(f"no engine {place!r}: importing it fails: {type(error).__name__}: {error}") from error


def from_file(place: str) -> ModuleType:
    path = Path(place).resolve()
    if not path.is_file():
        raise NoEngine(f"no engine {place!r}: there is no such file")
    name = f"{FROM_FILE}{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise NoEngine(f"no engine {place!r}: running it fails: {type(error).__name__}: {error}") from error
    return module


def described(name: str, engine: Any) -> Engine:
    """The engine's name and the version it gives, without the tail that says for which device it was built."""
    version = str(getattr(engine, "__version__", "") or "of no version")
    adapter = adapter_of(engine)
    return Engine(name, BUILD.sub("", version), {} if adapter is None else adapter.terms)


def prepare(engine: Any) -> None:
    """Bring an engine to the state every case begins in; what it lacks or refuses of it, its cases will tell."""
    settings: tuple[tuple[str, tuple[Any, ...], dict[str, Any]], ...] = (
        ("set_default_dtype", (getattr(engine, "float32", None),), {}),
        ("set_grad_enabled", (True,), {}),
        ("set_printoptions", (), {"profile": "default"}),
        ("set_warn_always", (True,), {}),
    )
    for name, arguments, keywords in settings:
        with suppress(Exception):
            getattr(engine, name)(*arguments, **keywords)
    # The generator itself where there is one: torch.manual_seed keeps a trace of the stack for other devices as well.
    seeded: Any
    for seeded in (getattr(engine, "default_generator", None), engine):
        with suppress(Exception):
            seeded.manual_seed(0)
            return


LATE = {
    "torch": ("torch._dynamo", "torch._decomp.decompositions_for_jvp"),
    "minitorch_compat": (
        "minitorch_compat.distributions", "minitorch_compat.nn.utils", "minitorch_compat.optim.lr_scheduler",
        "minitorch_compat.serialization", "minitorch_compat.utils.data", "scipy.linalg", "scipy.special",
    ),
}
"""What an engine imports only when it is used: torch so at its first optimiser and its first tangent, for a second."""


def complete(engine: Any) -> None:
    """Import what an engine would import late, so that no case pays for it."""
    for name in LATE.get(getattr(engine, "__name__", ""), ()):
        with suppress(ImportError):
            importlib.import_module(name)


def settle(engine: Any) -> None:
    """Once for each engine: one thread, so that sums are formed in one order."""
    with suppress(Exception):
        engine.set_num_threads(1)
