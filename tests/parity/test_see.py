"""What `see` makes of what it is given: plain data that nothing later changes."""
import gc
import weakref

import numpy as np
import pytest
from toy import Engine, Tensor

from minitorch_compat.parity import chapter
from minitorch_compat.parity.observation import Named
from minitorch_compat.parity.see import normalised, observe


def observed(body, engine=None):
    body.__doc__ = "A claim."
    return observe(chapter("toy")()(body), engine or Engine())


def test_a_tensor_is_copied_with_all_its_facts():
    array = np.arange(6, dtype=np.float32).reshape(2, 3).T
    tensor = Tensor(array, requires_grad=True)

    def body(torch, see):
        see("x", tensor)
        array[0, 0] = 99
        tensor._version = 7

    x = observed(body)["x"]
    assert x.values.tolist() == [[0, 3], [1, 4], [2, 5]] and x.values.flags.c_contiguous
    assert (x.type, x.dtype, x.shape, x.strides) == ("Tensor", "torch.float32", (3, 2), (1, 3))
    assert (x.requires_grad, x.is_leaf, x.grad_fn, x.version) == (True, True, None, 0)


def test_nothing_of_the_engine_outlives_the_case():
    held = []

    def body(torch, see):
        tensor = torch.leaf()
        held.append(weakref.ref(tensor))
        see("x", tensor)
        see("several", [tensor, {"a": tensor}])
        see.aliasing("alias", tensor, tensor)
        see.state("state", {"x": tensor})
        with see.refusal():
            raise RuntimeError(tensor)

    kept = observed(body)
    gc.collect()
    assert held[0]() is None and len(kept.seen) == 9


def test_a_numpy_array_a_numpy_number_and_a_number_are_three_things():
    def body(torch, see):
        see("array", np.ones(1))
        see("numpy's", np.float64(1))
        see("python's", 1.0)

    seen = observed(body).seen
    assert [each.type for each in seen] == ["ndarray", "numpy.float64", "float"]
    assert seen[0].requires_grad is None and not seen[0].tensor


def test_classes_sizes_and_dtypes_are_known_by_their_text():
    class Meta(type):
        pass

    class Made(metaclass=Meta):
        pass

    def body(torch, see):
        see("class", Made)
        see("numpy's", np.dtype("int8"))

    first, second = observed(body).seen
    assert first.value == Named("type", str(Made)) and second.value.text == "int8"


@pytest.mark.parametrize("thing", [len, lambda: 0, "".join, pytest])
def test_what_cannot_be_plain_data_is_refused(thing):
    raised = observed(lambda torch, see: see("x", thing)).raised
    assert raised.type == "TypeError" and "cannot be seen" in raised.text


def test_a_node_is_for_graph():
    raised = observed(lambda torch, see: see("x", torch.double(torch.leaf()).grad_fn)).raised
    assert "use see.graph" in raised.text


def test_text_is_freed_of_addresses_and_source_positions_and_of_nothing_else():
    assert normalised("<A at 0x7F00ab> (Triggered internally at /x/y.cpp:5.)") == "<A at 0x…>"
    for text in ("0x", "10x5", "a (Triggered internally)", "tensor(0.5)", "  a\tb\n", "/home/me/file.py", "12.5 s"):
        assert normalised(text) == text


def test_all_warnings_are_recorded_in_order_although_they_repeat():
    import warnings

    def body(torch, see):
        for _ in range(2):
            warnings.warn("again", UserWarning, stacklevel=1)
        see("x", 1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.warn("unheard", UserWarning, stacklevel=1)
        warnings.warn("later", DeprecationWarning, stacklevel=1)

    assert [(each.category, each.text, each.after) for each in observed(body).warnings] == [
        ("UserWarning", "again", 0), ("UserWarning", "again", 0), ("DeprecationWarning", "later", 1)]


def test_blocks_nest():
    import warnings

    def body(torch, see):
        with see.printed("text"), see.warnings("warned"), see.refusal("refused"):
            print("a")
            warnings.warn("b", UserWarning, stacklevel=1)
            raise ValueError("c")

    seen = observed(body)
    assert [each.name for each in seen.seen] == ["refused", "warned", "text"]
    assert seen["text"].text == "a\n" and seen["refused"].text == "c" and str(seen["warned"].warnings[0]) == (
        "[UserWarning] b")
    assert seen.stdout == "" and seen.warnings == ()


def test_the_exception_that_leaves_a_case_is_told_from_the_case_on():
    def body(torch, see):
        raise KeyError("k")

    raised = observed(body).raised
    assert (raised.type, raised.text, raised.missing) == ("KeyError", "'k'", None)
    assert "observe" not in raised.traceback and "raise KeyError" in raised.traceback


def test_the_stream_is_read_from_its_bytes():
    torch = pytest.importorskip("torch")

    def body(engine, see):
        engine.manual_seed(7)
        engine.randn(3)
        see.stream()
        see.stream("own", engine.Generator().manual_seed(2**64 - 1))

    seen = observed(body, torch)
    first, own = seen.seen
    assert (first.seed, first.size, own.seed) == (7, 5056, 2**64 - 1) and first.normal is not None
    assert own.normal is None and seen.stream.digest == first.digest


def test_torch_is_seen_through_and_through():
    torch = pytest.importorskip("torch")

    def body(engine, see):
        x = engine.ones(2, requires_grad=True)
        see("bfloat16", engine.tensor([1.5, -2.0], dtype=engine.bfloat16))
        see("conjugate", engine.tensor([1 + 2j]).conj())
        see("parameter", engine.nn.Parameter(engine.ones(1)))
        see("size", x.shape)
        see("dtype", x.dtype)
        see("class", type(x))
        see.graph("shared", (y := x * 2) * y)
        see("empty", engine.empty(0, 3))
        with engine.inference_mode():
            see("inference", engine.ones(1))
        see.aliasing("memory", x, x.detach(), x.detach().numpy(), x[1:], engine.ones(2))

    seen = observed(body, torch)
    assert seen.raised is None
    assert seen["bfloat16"].values.tolist() == [1.5, -2.0] and seen["bfloat16"].dtype == "torch.bfloat16"
    assert seen["conjugate"].values.tolist() == [1 - 2j] and seen["conjugate"].conj
    assert seen["parameter"].type == "Parameter" and seen["inference"].version is None
    assert [str(seen[each].value) for each in ("size", "dtype", "class")] == [
        "torch.Size([2])", "torch.float32", "<class 'torch.Tensor'>"]
    graph = seen["shared"]
    assert [(node.name, node.inputs) for node in graph.nodes] == [
        ("MulBackward0", ((1, 0), (1, 0))), ("MulBackward0", ((2, 0), (None, 0))),
        ("torch::autograd::AccumulateGrad", ())]
    same, part, apart = (False, True, True), (False, False, True), (False, False, False)
    assert seen["memory"].pairs == (
        (0, 1, *same), (0, 2, *same), (0, 3, *part), (0, 4, *apart), (1, 2, *same), (1, 3, *part), (1, 4, *apart),
        (2, 3, *part), (2, 4, *apart), (3, 4, *apart))


def test_sparse_tensors_are_seen_by_their_pieces():
    torch = pytest.importorskip("torch")

    def body(torch, see):
        see("x", torch.eye(2).to_sparse())
        see("y", torch.eye(2).to_sparse_csr())

    seen = {each.name: each for each in observe(body, torch).seen}
    assert seen["x['indices']"].values.tolist() == [[0, 1], [0, 1]]
    assert seen["x['layout']"].value == "torch.sparse_coo"
    assert seen["x['coalesced']"].value is True
    assert seen["y['crow']"].values.tolist() == [0, 1, 2]
    assert seen["y['values']"].values.tolist() == [1, 1]
