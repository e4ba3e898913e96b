"""Which libraries compute, and their switches, which change nothing here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from ._core.absent import room as _room

__all__ = ["cpu", "cuda", "cudnn", "mkl", "mkldnn", "mps", "openmp"]


class Backend(ModuleType):
    """The room of one library: its answers, and switches that keep what is written, of the type they had."""

    def __init__(self, name: str, switches: dict[str, tuple[Any, str]], **answers: Any) -> None:
        super().__init__(f"torch.backends.{name}")
        self.__dict__["_switches"] = switches
        self.__dict__.update({switch: value for switch, (value, _) in switches.items()})
        for answer, value in answers.items():
            self.__dict__[answer] = value if callable(value) else self._answer(answer, value)

    @staticmethod
    def _answer(name: str, value: Any) -> Any:
        def function(*arguments: Any) -> Any:
            return value

        function.__name__ = function.__qualname__ = name
        return function

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self._switches:
            before, setter = self._switches[name]
            if setter and type(value) is not type(before):
                wanted = type(before).__name__
                raise RuntimeError(f"{setter} expects a {wanted}, but got {type(value).__name__}")
        self.__dict__[name] = value


cudnn = Backend(
    "cudnn",
    {
        "enabled": (True, "set_enabled_cudnn"),
        "benchmark": (False, "set_benchmark_cudnn"),
        "deterministic": (False, "set_deterministic_cudnn"),
        "allow_tf32": (True, "set_allow_tf32_cublas"),
        "benchmark_limit": (None, ""),
    },
    version=None, is_available=False, is_acceptable=False,
)  # fmt: skip


@contextmanager
def _flags(enabled: bool = False, benchmark: bool = False, benchmark_limit: int = 10, deterministic: bool = False,
           allow_tf32: bool = True, fp32_precision: str = "none") -> Iterator[None]:
    """A block in which cuDNN's switches stand otherwise."""
    switches = ("enabled", "benchmark", "deterministic", "allow_tf32")
    before = {name: getattr(cudnn, name) for name in switches}
    for name, value in zip(switches, (enabled, benchmark, deterministic, allow_tf32), strict=True):
        setattr(cudnn, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(cudnn, name, value)


cudnn.flags = _flags
mkl = Backend("mkl", {}, is_available=True)
mkldnn = Backend("mkldnn", {"enabled": (True, ""), "deterministic": (False, "")}, is_available=True)
openmp = Backend("openmp", {}, is_available=True)
mps = Backend("mps", {}, is_available=False, is_built=False)
cpu = Backend("cpu", {}, get_cpu_capability="AVX2")
cuda = Backend(
    "cuda", {}, is_built=False, flash_sdp_enabled=True, mem_efficient_sdp_enabled=True, math_sdp_enabled=True,
    cudnn_sdp_enabled=True,
)  # fmt: skip
cuda.matmul = Backend("cuda.matmul", {"allow_tf32": (False, ""), "allow_fp16_reduced_precision_reduction": (True, "")})

__getattr__ = _room("torch.backends", __name__)
