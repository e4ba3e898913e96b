"""Small rooms and rarely asked questions: each expression gives on both sides what torch gives."""

from __future__ import annotations

import warnings
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest

import minitorch_compat as engine

torch = pytest.importorskip("torch")
for _name in ("nn.attention", "signal", "utils._pytree", "utils.dlpack"):
    import_module(f"torch.{_name}")

QUESTIONS = """
x.dim_order() | c.dim_order() | x.t().dim_order() | c.dim_order(ambiguity_check=True) | x.is_shared() | x.sparse_dim()
x.dim_order(ambiguity_check=True) | torch.ones(1, 1).dim_order(ambiguity_check=True) | x.dense_dim() | x.name | x.names
x.dim_order(ambiguity_check=[torch.contiguous_format]) | x.to_dense() is x | x.to_dense(torch.float64) | x.is_xla
x.is_distributed() | torch.is_distributed(x) | torch.get_device(x) | type(x.as_subclass(torch.nn.Parameter)).__name__
x.as_subclass(int) | x.const_data_ptr() == x.data_ptr() | torch.nonzero_static(x, size=2) | x.coalesce() | x.values()
torch.nonzero_static(x, size=-1) | x.nonzero_static(size=7) | torch.nonzero_static(x) | x.indices() | x.is_coalesced()
torch.nonzero_static(torch.tensor(1.), size=2) | x.clone().map2_(x, x, lambda a, b, c: a + b * c) | x.is_sparse_csr
torch.from_dlpack(x, copy=True).data_ptr() == x.data_ptr() | torch.from_dlpack(x, device='cpu') | x.dequantize()
torch.from_dlpack(torch.utils.dlpack.to_dlpack(x)) | x.module_load(torch.ones(2, 3)) | torch.sym_max(1, 2.5)
torch.sym_int(-2.5) | torch.sym_not(0) | torch.sym_float(3) | torch.sym_ite(False, 1, 2) | torch.sym_sum([1, 2])
torch.sym_sqrt(9) | torch.ones(1, 2, 2, 2, 2).to(memory_format=torch.channels_last_3d).stride() | torch.sym_min(1, 2)
x.to(memory_format=torch.channels_last_3d) | torch.legacy_contiguous_format | torch.accelerator.is_available()
torch.accelerator.current_accelerator() | torch.accelerator.device_count() | torch.xpu.is_available()
torch.xpu.device_count() | torch.mtia.is_available() | torch.compiler.is_compiling() | torch.compiler.is_exporting()
torch.jit.is_scripting() | torch.jit.is_tracing() | torch.jit.annotate(int, 3) | torch.jit.Final | torch.jit.ignore(3)
vars(torch.jit.ignore(lambda: 1)) | vars(torch.jit.ignore()(lambda: 1)) | vars(torch.jit.ignore(True)(lambda: 1))
vars(torch.jit.unused(lambda: 1)) | vars(torch.jit.export(lambda: 1)) | torch.jit.script_if_tracing(lambda v: v + 1)(x)
vars(torch.jit.unused(property(lambda s: 1)).fget) | vars(torch.jit.ignore(drop_on_export=True)(lambda: 1))
M(2, 1) | [name for name, _ in M(2, 1).named_parameters()] | list(M(2, 1).state_dict()) | M(2, 1).out_features
type(M(2, 1)).__name__ | M(2, 1).eval().training | M(2, 1)._orig_mod.eval() | M(2, 1).nothing
M(2, 1)(torch.ones(3, 2)).shape
setattr(m := M(2, 1), 'extra', 4) or m._orig_mod.extra | M(2, 1).double()._orig_mod.weight.dtype | M(2, 1).zero_grad()
setattr(m := M(2, 1), 'more', torch.nn.ReLU()) or m | [type(each).__name__ for each in M(2, 1).modules()]
torch.compiler.is_dynamo_compiling() | torch.compiler.disable(abs)(-1) | torch.is_vulkan_available()
torch.nn.DataParallel(torch.nn.Linear(1, 1)) | list(torch.nn.DataParallel(torch.nn.Linear(1, 1)).state_dict())
torch.nn.DataParallel(torch.nn.ReLU())(x) | [(name, int(each)) for name, each in B.__members__.items()] | repr(B.MATH)
torch.utils._pytree.tree_map(lambda v: v * 2, {'a': [1, (2,)]}) | torch.utils._pytree.tree_leaves([1, {'b': 2, 'a': 3}])
torch.utils._pytree.tree_leaves({'b': (2, 3), 'a': None}) | torch.utils._pytree.tree_map_only(int, str, [1, 'a', 2.5])
W.exponential(5, tau=-1) | W.exponential(5, center=1, sym=True) | W.kaiser(5, beta=-1) | W.gaussian(5, std=0)
W.general_cosine(5, a=[]) | W.general_cosine(5, a=None) | W.hann(-1) | W.blackman(-1) | W.cosine(4, dtype=torch.int32)
W.hann(3, requires_grad=True)
"""


def outcome(torch: ModuleType, expression: str) -> Any:
    """What an expression gives, as text; a refusal with its words."""
    names = {
        "torch": torch,
        "M": lambda *sizes: torch.compile(torch.nn.Linear(*sizes), backend="eager"),
        "x": torch.arange(6.0).reshape(2, 3), "W": torch.signal.windows, "B":
        torch.nn.attention.SDPBackend, "c": torch.ones(1, 2, 2, 2).to(memory_format=torch.channels_last),
    }  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return repr(eval(expression, names))
        except Exception as error:
            return type(error).__name__, str(error)


@pytest.mark.parametrize("expression", [each.strip() for line in QUESTIONS.split("\n") if line for each in
                                        line.split(" | ")])  # fmt: skip
def test_as_torch_answers(expression: str) -> None:
    assert outcome(engine, expression) == outcome(torch, expression)


@pytest.mark.parametrize("name", torch.signal.windows.__all__)
def test_windows_of_signal(name: str) -> None:
    more = {"a": [0.46, 0.23, 0.31]} if name == "general_cosine" else {}
    for length in (0, 1, 2, 5, 8, 33):
        for sym in (True, False):
            for dtype, near in (("float64", 2e-15), ("float32", 1e-6)):
                one, other = (
                    getattr(side.signal.windows, name)(length, sym=sym, dtype=getattr(side, dtype), **more)
                    for side in (torch, engine)
                )
                assert one.tolist() == pytest.approx(other.tolist(), abs=near)


def test_the_ways_of_attention_are_kept() -> None:
    for side in (torch, engine):
        room = side.nn.attention
        with room.sdpa_kernel(room.SDPBackend.MATH):
            assert room._cur_sdpa_kernel_backends() == [room.SDPBackend.MATH]
        assert len(room._cur_sdpa_kernel_backends()) > 1
