"""What an import brings along: the engine is NumPy and nothing else, and each floor imports only floors under it."""
import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import minitorch_compat

HEAVY = {
    "torch", "scipy", "ml_dtypes", "pytest", "_pytest", "xdist", "hypothesis", "jinja2", "rich", "tabulate", "selenium",
    "mypy", "sympy", "matplotlib",
}
"""What may be installed beside the engine and is never its business at import."""


def loaded_by(program: str) -> set[str]:
    """The top-level modules a fresh interpreter has after running `program`."""
    program += "\nimport json, sys\nprint(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


def test_the_check_would_see_what_it_looks_for() -> None:
    assert "jinja2" in loaded_by("import jinja2") & HEAVY


@pytest.mark.parametrize("module", ["minitorch_compat", "minitorch_compat.nn", "minitorch_compat.parity",
                                    "minitorch_compat.parity.cli", "minitorch_compat_pytest"])
def test_nothing_heavy_is_imported(module: str) -> None:
    assert not loaded_by(f"import {module}") & HEAVY


def test_the_engine_knows_nothing_of_the_harness() -> None:
    program = "import minitorch_compat, sys\nassert 'minitorch_compat.parity' not in sys.modules"
    assert "reference_cases" not in loaded_by(program)


def test_the_plugin_pytest_loads_brings_not_even_numpy() -> None:
    assert not loaded_by("import minitorch_compat_pytest") & {"numpy", "minitorch_compat"}


def test_ordinary_work_stays_light() -> None:
    program = """
import minitorch_compat as torch
x = torch.rand(2, 2, requires_grad=True)
y = (x * 2 + x @ x).sum()
y.backward()
repr(x.grad)
model = torch.nn.Linear(2, 2)
torch.optim.SGD(model.parameters(), lr=0.1).step()
"""
    assert not loaded_by(program) & HEAVY


def test_bfloat16_brings_its_type_when_asked() -> None:
    assert loaded_by("import minitorch_compat as t; t.zeros(1, dtype=t.bfloat16)") & HEAVY == {"ml_dtypes"}


def test_tables_that_only_errors_read_wait_for_one() -> None:
    program = """
import sys, minitorch_compat as torch
x = torch.ones(2, 2, requires_grad=True)
torch.nn.functional.linear(x, x).sum().backward()
assert "minitorch_compat._core.signature_table" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_torch_cannot_be_reached_by_accident() -> None:
    """The engine works where importing torch is an error, as on a machine without it."""
    program = """
import sys
sys.modules["torch"] = sys.modules["scipy"] = sys.modules["ml_dtypes"] = None
import minitorch_compat, minitorch_compat.parity, minitorch_compat.nn, minitorch_compat.optim
x = minitorch_compat.ones(3, requires_grad=True)
x.sum().backward()
assert x.grad.tolist() == [1.0, 1.0, 1.0]
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_all_names_are_there() -> None:
    names = minitorch_compat.__all__
    assert len(names) == len(set(names))
    assert [name for name in names if not hasattr(minitorch_compat, name)] == []
    assert {"Tensor", "tensor", "float32", "add", "no_grad", "manual_seed", "Size"} <= set(names)


def test_no_name_is_only_ours() -> None:
    """Whoever writes `import minitorch_compat as torch` finds no public name that torch does not have."""
    torch = pytest.importorskip("torch")
    assert [name for name in minitorch_compat.__all__ if not hasattr(torch, name)] == []


def test_the_namespace_shows_nothing_by_the_way() -> None:
    """A public name that is neither in `__all__` nor a room would be an accident of our imports."""
    rooms = {name for name, value in vars(minitorch_compat).items() if type(value) is type(sys)}
    public = {name for name in vars(minitorch_compat) if not name.startswith("_")}
    assert public - rooms - set(minitorch_compat.__all__) == set()


PACKAGE = Path(minitorch_compat.__file__).parent
FLOORS = ("_kernels", "_core", "_ops", "rooms")
"""From the ground up. The rooms are everything that a torch user knows by name; `parity` is a house of its own."""
PROGRAMS = {"script", "stand_in"}
"""What puts an engine in torch's place, and knows engines by name alone: the rooms and the harness may both use it."""
LOOKS_UP = {("_core/tensor.py", "rooms")}
"""`Tensor.backward` is `autograd.backward`, and imports it when it is called."""


def floor(parts: list[str]) -> str:
    if parts and parts[0].removesuffix(".py") in PROGRAMS:
        return "programs"
    return parts[0] if parts and parts[0] in (*FLOORS, "parity") else "rooms"


def imports() -> Iterator[tuple[str, str, str]]:
    """Every import of ours from ours: the file, its floor, and the floor it imports."""
    for path in sorted(PACKAGE.rglob("*.py")):
        place = list(path.relative_to(PACKAGE).parts)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.ImportFrom):
                continue
            named = [node.module.split(".")] if node.module else [[alias.name] for alias in node.names]
            if node.level:
                named = [place[: len(place) - node.level] + each for each in named]
            elif named[0][0] == PACKAGE.name:
                named = [named[0][1:]]
            else:
                continue
            for each in named:
                yield path.relative_to(PACKAGE).as_posix(), floor(place), floor(each)


def test_each_floor_imports_only_floors_under_it() -> None:
    found = list(imports())
    assert len(found) > 100
    wrong = {
        (name, to) for name, own, to in found
        if own != to and to != "programs"
        and ("parity" in (own, to) or (own != "programs" and FLOORS.index(to) > FLOORS.index(own)))
    }
    assert wrong == LOOKS_UP


def test_kernels_import_numpy_alone() -> None:
    allowed = {"numpy", PACKAGE.name, *sys.stdlib_module_names}  # of ours, what the floors allow
    for path in (PACKAGE / "_kernels").glob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [str(node.module)]
            assert {name.partition(".")[0] for name in names} <= allowed, path.name
