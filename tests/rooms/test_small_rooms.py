"""The small rooms that scripts ask, beside torch: answers, refusals and warnings."""

from __future__ import annotations

import warnings
from typing import Any

import pytest

import minitorch_compat

real = pytest.importorskip("torch")

PROGRAMS = [
    *(f"torch.cuda.{name}()" for name in (
        "is_available", "device_count", "is_initialized", "current_device", "init", "get_device_name",
        "get_device_capability", "get_device_properties", "synchronize", "empty_cache", "memory_allocated",
        "max_memory_allocated", "memory_reserved", "max_memory_reserved", "memory_stats", "mem_get_info", "ipc_collect",
        "current_stream", "default_stream", "seed", "seed_all", "initial_seed", "get_rng_state", "get_rng_state_all",
        "is_bf16_supported", "is_tf32_supported", "get_arch_list", "get_gencode_flags", "reset_peak_memory_stats",
    )),
    "torch.cuda.manual_seed(1)", "torch.cuda.manual_seed_all(1)", "torch.cuda.set_device(0)",
    "torch.cuda.set_device('cpu')", "torch.cuda.set_device(-1)", "torch.cuda.device(0).__enter__()",
    "torch.cuda.device(-1).__enter__()", "torch.cuda.set_rng_state(torch.get_rng_state())",
    "torch.cuda.default_generators", "torch.cuda.get_device_name(0)", "torch.OutOfMemoryError.__mro__",
    "type(torch.cuda.amp.autocast()).__name__", "type(torch.cuda.amp.GradScaler()).__name__",
    "torch.ones(1).cuda()", "torch.cuda.nothing",
    "torch.backends.cudnn.enabled", "torch.backends.cudnn.benchmark", "torch.backends.cudnn.version()",
    "torch.backends.cudnn.is_available()", "torch.backends.cudnn.nothing",
    "setattr(torch.backends.cudnn, 'benchmark', 'a')", "setattr(torch.backends.cudnn, 'deterministic', 1)",
    "torch.backends.cudnn.flags(enabled=False).__enter__()", "torch.backends.mkl.is_available()",
    "torch.backends.mps.is_available()", "torch.backends.mps.is_built()", "torch.backends.openmp.is_available()",
    "torch.backends.cuda.is_built()", "torch.backends.cuda.matmul.allow_tf32", "torch.backends.mkldnn.is_available()",
    "torch.backends.cuda.flash_sdp_enabled()",
    *(f"torch.__version__ {test}" for test in (
        ">= '2.0'", ">= (2, 0)", "> [2, 13]", "== '2.13.0'", "< '2.13.1'", "< '2.14.0.dev1'", ">= 'a'", "> 3", "== 3",
        "== 'parrot'", "> '1.13.1+cu117'", "> (2,)", "== None", ">= '2.13.0rc1'", "> (2, 'a')", "!= '2.13'",
    )),
    "torch.__version__.split('+')[0]", "isinstance(torch.__version__, str)", "type(torch.__version__)",
    "torch.version.cuda", "torch.version.hip", "torch.version.debug",
    *(f"torch.set_num_threads({value})" for value in ("0", "-1", "'a'", "1.0", "True", "")),
    "[torch.set_num_threads(1), torch.get_num_threads()]", "torch.set_num_interop_threads(0)",
    "torch.set_num_interop_threads('a')",
    "torch.use_deterministic_algorithms('x')", "torch.use_deterministic_algorithms(1)",
    "[torch.use_deterministic_algorithms(True, warn_only=True), torch.get_deterministic_debug_mode(), "
    "torch.is_deterministic_algorithms_warn_only_enabled()]",
    "[torch.set_deterministic_debug_mode('error'), torch.are_deterministic_algorithms_enabled()]",
    "torch.set_deterministic_debug_mode(3)", "torch.set_deterministic_debug_mode('x')",
    "torch.set_deterministic_debug_mode(1.0)",
    "[torch.use_deterministic_algorithms(False), torch.get_deterministic_debug_mode()]",
    "[torch.set_float32_matmul_precision('high'), torch.get_float32_matmul_precision()]",
    "torch.set_float32_matmul_precision('x')", "torch.set_float32_matmul_precision(1)",
    "torch.set_float32_matmul_precision('highest')", "torch.set_flush_denormal(False)",
    "torch.set_flush_denormal('a')", "torch.has_mkl", "torch.compiled_with_cxx11_abi()",
    "torch.compile(lambda x: x + 1, mode='x')", "torch.compile(3)", "torch.compile(lambda x: x, dynamic='a')",
    "torch.compile(lambda x: x, mode='default', options={'a': 1})",
    "torch.compile(lambda x: x + 1, backend='eager')(torch.ones(2))", "torch.compile(lambda x: x, None)",
    "torch.compile(lambda x: x, foo=1)", "torch.compile(backend='eager')(lambda x: x * 2)(torch.ones(2))",
    "torch.autocast()", "torch.autocast('x')", "torch.autocast(1)", "type(torch.autocast('cuda')).__name__",
    "type(torch.autocast('cpu', dtype=torch.float32)).__name__",
    "torch.autocast('cpu', enabled=False)(lambda x: x + 1)(torch.ones(2))",
    "torch.amp.GradScaler().scale(torch.ones(1))", "torch.amp.GradScaler(enabled=False).get_scale()",
    "torch.GradScaler(enabled=False).state_dict()", "torch.amp.is_autocast_available('cpu')",
    "torch.cpu.is_available()", "torch.cpu.device_count()", "torch.cpu.current_device()", "torch.cpu.synchronize()",
    "torch.mps.is_available()", "torch.mps.device_count()", "torch.mps.manual_seed(1)", "torch.mps.empty_cache()",
]  # fmt: skip


def outcome(torch: Any, program: str) -> tuple[str, list[str]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            seen = repr(eval(program, {"torch": torch}))
        except Exception as error:
            seen = f"{type(error).__name__}: {error}"
    told = [f"{each.category.__name__}: {each.message}".partition(" (Triggered")[0] for each in caught
            if "torch.jit" not in str(each.message)]
    return seen.replace("minitorch_compat", "torch").partition(" at 0x")[0], told


@pytest.mark.parametrize("program", PROGRAMS)
def test_program(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # torch's own test support, which other tests import, forbids setting these flags for the rest of the process.
    monkeypatch.setitem(real.backends.flags_frozen.__globals__, "__allow_nonbracketed_mutation_flag", True)
    assert outcome(minitorch_compat, program) == outcome(real, program)


def test_versions_are_ordered_as_pip_does() -> None:
    version = pytest.importorskip("torch.torch_version").TorchVersion
    texts = ["1.0", "1.0.dev1", "1.0a1", "1.0a1.dev2", "1.0rc1", "1.0.post1", "1.0+cpu", "1.0+2", "1.0.1", "1!0.5", "x"]
    from minitorch_compat.torch_version import TorchVersion

    for first in texts:
        for second in texts:
            if "x" not in (first,):
                for test in ("__lt__", "__eq__", "__ge__"):
                    expected = getattr(version(first), test)(second)
                    assert getattr(TorchVersion(first), test)(second) == expected, (first, test, second)
