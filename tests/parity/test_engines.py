"""A name becomes an engine, or a sentence that says why not."""
import sys
import types

import pytest

from minitorch_compat.parity import engines
from minitorch_compat.parity.engines import NoEngine, complete, described, load, prepare


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    package = tmp_path / "toy_package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "engine.py").write_text("__version__ = '3.1+cpu'\nclass inner:\n    deeper = 'found'\n")
    (package / "needs.py").write_text("import not_installed\n")
    (tmp_path / "file.py").write_text("def factory():\n    return 'made'\nvalue = 'a value'\n")
    (tmp_path / "broken.py").write_text("1 / 0\n")
    (tmp_path / "unwritten.py").write_text("def (\n")
    yield tmp_path
    for name in [each for each in sys.modules if each.startswith("toy_package")]:
        del sys.modules[name]


@pytest.mark.parametrize(("name", "found"), [
    ("toy_package.engine:inner.deeper", "found"), ("file.py:factory", "made"), ("file.py:value", "a value"),
])
def test_names_that_lead_somewhere(place, name, found):
    assert load(name) == found


def test_a_module_is_an_engine(place):
    engine = load("toy_package.engine")
    assert engine is sys.modules["toy_package.engine"]
    assert (described("toy", engine).name, described("toy", engine).version) == ("toy", "3.1")


@pytest.mark.parametrize(("name", "words"), [
    ("nothing", "there is no module nothing"), ("toy_package.gone", "there is no module toy_package.gone"),
    ("toy_package.engine:gone", "toy_package.engine has no gone"),
    ("toy_package.needs", "No module named 'not_installed'"),
    ("gone.py:factory", "there is no such file"), ("file.py:gone", "file.py has no gone"),
    ("broken.py:factory", "ZeroDivisionError"), ("unwritten.py:factory", "SyntaxError"), ("", "no engine ''"),
    ("..", "no engine '..'"), (":x", "no engine"),
])
def test_names_that_lead_nowhere(place, name, words):
    with pytest.raises(NoEngine) as told:
        load(name)
    assert words in str(told.value) and "\n" not in str(told.value)


def test_without_torch_the_line_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(NoEngine, match=r"torch is not installed; get it with: pip install -c constraints\.txt"):
        load("torch")


def test_a_case_finds_torch_as_it_is_at_first():
    torch = pytest.importorskip("torch")
    try:
        torch.set_default_dtype(torch.float64)
        torch.set_grad_enabled(False)
        torch.set_printoptions(precision=2)
        torch.rand(3)
        prepare(torch)
        assert torch.get_default_dtype() == torch.float32 and torch.is_grad_enabled()
        assert torch.initial_seed() == 0 and repr(torch.tensor(1 / 3)) == "tensor(0.3333)"
        assert torch.rand(1).item() == torch.rand(1, generator=torch.Generator().manual_seed(0)).item()
    finally:
        prepare(torch)


def test_a_name_can_be_registered(tmp_path, monkeypatch):
    (tmp_path / "their_engine.py").write_text("class Made:\n    __version__ = '3'\n\nmade = Made()\n")
    info = tmp_path / "theirs-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[minitorch_compat.engines]\ntheirs = their_engine:made\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert load("theirs").__version__ == "3"


def test_an_engine_that_refuses_to_be_prepared_is_left_to_its_cases():
    class Other:
        __version__ = "1"
        float32 = "float32"

        def __init__(self):
            self.asked = []

        def set_printoptions(self, precision=4):  # NumPy's, which has no profiles
            raise AssertionError("not reached")

        def set_default_dtype(self, dtype):
            self.asked.append(dtype)
            raise ValueError("another kind of dtype")

        def manual_seed(self, seed):
            self.asked.append(seed)
            raise RuntimeError("no seeds")

    engine = Other()
    prepare(engine)
    assert engine.asked == ["float32", 0]


def test_what_an_engine_imports_late_is_imported_early_and_only_its_own(place, monkeypatch):
    monkeypatch.setattr(engines, "LATE", {"toy_engine": ("toy_package.engine", "toy_package.not_there")})
    complete(types.ModuleType("another_engine"))
    assert "toy_package.engine" not in sys.modules
    complete(types.ModuleType("toy_engine"))
    assert "toy_package.engine" in sys.modules
    complete(object())
