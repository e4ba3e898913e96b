"""Samples of torch's own database: written whole, told apart where they differ, and free of the harness."""
import subprocess
import sys
from types import SimpleNamespace

import pytest

torch = pytest.importorskip("torch")

from minitorch_compat.parity.opinfo import Drawn, Sample, layers, optimisers, support, unused, written  # noqa: E402
from minitorch_compat.parity.opinfo import drawn as everything  # noqa: E402
from minitorch_compat.parity.opinfo.literal import Writer  # noqa: E402
from minitorch_compat.parity.runner import run_case  # noqa: E402
from minitorch_compat.parity.standalone import script  # noqa: E402


def operators(*names):
    return [each for each in support.database().op_db if each.name in names]


def drawn(*names, dtype="float64"):
    made = Drawn((dtype,))
    for each in operators(*names):
        made.operator(each)
    return made


def sample(text):
    return Sample(id="opinfo.toy/float64-0", body=unused, claim="A sample.", text=text)


class Off:
    """torch, with some functions of its own."""

    def __init__(self, **own):
        self.__dict__.update(own)

    def __getattr__(self, name):
        return getattr(torch, name)


def test_every_sample_is_written_and_agrees_with_itself():
    made = drawn("sin", "linalg.svd", "sort", "as_strided", "empty", "to_sparse", "chalf")
    assert len(made.cases) > 30 and not made.unwritten
    assert {each.id: each.message for each in (run_case(case, torch, torch) for case in made.cases[::9])
            if each.outcome != "agrees"} == {}


def test_what_is_drawn_for_some_ids_is_what_is_drawn_of_them_among_all():
    wanted = ("opinfo.sin", "opinfo.optim.SGD/*", "opinfo.nn.Lin*")
    some = everything(("float64",), wanted)
    assert {"sin", "optim.SGD", "nn.Linear"} <= set(some.chapters) and "cos" not in some.chapters
    alone = drawn("sin")
    assert [case.text for case in some.chapters["sin"].cases] == [case.text for case in alone.cases]
    assert Drawn(("float64",), ("float64-0123",)).wants("cos")  # a name alone may be anywhere


def test_an_id_is_the_hash_of_the_text_and_does_not_depend_on_other_element_types():
    both = Drawn(("float32", "float64"))
    for each in operators("sin", "nn.functional.dropout"):
        both.operator(each)
    alone = drawn("sin", "nn.functional.dropout")
    assert {case.id: case.text for case in alone.cases}.items() <= {case.id: case.text for case in both.cases}.items()


def test_memory_that_nobody_has_set_gives_no_id_of_the_moment():
    names = "aminmax", "multinomial", "gather", "kthvalue"
    first = [case.id for case in drawn(*names).cases]
    kept = [torch.full((size,), 0.5, dtype=torch.float64) for size in (1, 2, 4, 6, 400) for _ in range(20)]
    del kept  # what is drawn next may lie where these were
    assert [case.id for case in drawn(*names).cases] == first
    assert not torch.are_deterministic_algorithms_enabled()


@pytest.mark.parametrize("made", [
    torch.arange(400, dtype=torch.float64).reshape(20, 20).t(), torch.full((300,), float("nan")),
    torch.arange(300).to(torch.bfloat16), torch.arange(300) % 2 == 0, torch.randn(200, dtype=torch.complex64),
    torch.tensor([-0.0] * 200), torch.ones(70_000, dtype=torch.int64),
])
def test_many_elements_come_back_to_the_last_bit(made):
    writer = Writer(torch)
    writer.prepare(made)
    name = writer.expression(made)
    scope = {"torch": torch, "unpacked": support.unpacked}
    exec("\n".join(writer.lines), scope)
    again = scope[name]
    assert (again.dtype, again.shape, again.stride()) == (made.dtype, made.shape, made.stride())
    one, other = (each.contiguous().view(torch.uint8) for each in (again, made))
    assert torch.equal(one, other)


def test_what_is_too_long_to_write_is_drawn_again():
    operator = operators("nn.functional.conv3d")[0]
    held = support.large("nn.functional.conv3d", "", "float64")
    writer = Writer(torch, f"{operator.name!r}, '', 'float64'")
    big = torch.randn(60_000, dtype=torch.float64)
    writer.prepare(big)
    writer.expression(big)
    assert "drawn(torch, 'nn.functional.conv3d', '', 'float64', (60000,), " in writer.lines[0]
    for each in held[:1]:
        import hashlib

        digest = hashlib.sha256(each.tobytes()).hexdigest()
        again = support.drawn(torch, "nn.functional.conv3d", "", "float64", each.shape, digest)
        assert (again.numpy() == each).all()
    with pytest.raises(LookupError):
        support.drawn(torch, "nn.functional.conv3d", "", "float64", (60_000,), "0" * 64)


def test_signs_of_singular_vectors_may_turn_and_a_singular_value_may_not():
    case = next(each for each in drawn("linalg.svd").cases if "full_matrices=True" not in each.text
                and run_case(each, torch, torch).reference.get("out[1]") is not None
                and run_case(each, torch, torch).reference.get("out[1]").values.size > 1)

    def turned(*given, **more):
        u, s, vh = torch.linalg.svd(*given, **more)
        return torch.return_types.linalg_svd((-u, s, -vh)) if u.numel() else torch.return_types.linalg_svd((u, s, vh))

    def perturbed(*given, **more):
        u, s, vh = torch.linalg.svd(*given, **more)
        factor = torch.ones_like(s)
        factor[..., 0] = 1 + 1e-6
        return torch.return_types.linalg_svd((u, s * factor, vh))

    def engine(function):
        return Off(linalg=SimpleNamespace(svd=function))

    def values(function):
        result = run_case(case, torch, engine(function))
        return {each.name for each in result.differences if each.dimension == "values"}

    assert values(turned) == set()
    assert "out[1]" in values(perturbed)


def test_layers_and_optimisers_are_samples_too(monkeypatch):
    made = Drawn(("float64",))
    names = ("nn.Linear", "nn.BatchNorm1d", "nn.LazyConv1d", "nn.TransformerEncoder", "Adam", "SparseAdam", "Muon")
    for room, database in ((support.modules(), "module_db"), (support.optimisers(), "optim_db")):
        some = [each for each in getattr(room, database)
                if (each.name if database == "module_db" else each.optim_cls.__name__) in names]
        monkeypatch.setattr(room, database, some)
    layers.draw(made)
    optimisers.draw(made)
    assert set(made.chapters) == {name if name.startswith("nn.") else f"optim.{name}" for name in names}
    assert not made.unwritten
    for chapter in made.chapters.values():
        for case in chapter.cases[:3]:
            result = run_case(case, torch, torch)
            assert result.outcome == "agrees", (case.id, result.message)


@pytest.mark.parametrize(("engine", "code"), [("torch", 0), ("off.py:engine", 1)])
def test_the_script_of_a_sample_stands_alone(tmp_path, engine, code):
    (tmp_path / "off.py").write_text(
        "import torch\n\nclass Off:\n    def __getattr__(self, name):\n        return getattr(torch, name)\n\n"
        "    def sin(self, x):\n        return torch.sin(x) * 1.000001\n\nengine = Off\n")
    case = next(each for each in drawn("sin").cases if "unpacked(" in each.text and "gradients(" in each.text)
    text = script(case, "torch", engine, [])
    assert "minitorch_compat" not in text
    (tmp_path / "alone.py").write_text(text)
    ran = subprocess.run([sys.executable, "alone.py"], capture_output=True, text=True, timeout=100, cwd=tmp_path)
    assert ran.returncode == code, ran.stdout + ran.stderr


def test_an_error_input_is_held_against_torch_to_the_word():
    operator = operators("cat")[0]
    errors = list(operator.error_inputs_func(operator, "cpu"))
    text = written(torch, operator, "cat", "error", errors[0].sample_input, False)
    assert run_case(sample(text), torch, torch).outcome == "agrees"
    assert run_case(sample(text), torch, Off(cat=lambda *given, **more: torch.ones(1))).outcome == "differs"
