"""The printed text of tensors, first against texts seen in torch, then against torch itself."""

import math
import os
import random
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import minitorch_compat as engine
from minitorch_compat._core import printing
from minitorch_compat._core.printing import printoptions, tensor_text
from minitorch_compat._core.tensor import Tensor, wrap

RANDOM_TENSORS = int(os.environ.get("MINITORCH_PRINTED_TENSORS", "600"))
"""How many random tensors are printed beside torch; the environment variable asks for more."""

NAMES = "bool uint8 uint16 uint32 uint64 int8 int16 int32 int64 float16 bfloat16 float32 float64 complex64 complex128"


@pytest.fixture(autouse=True)
def default_options() -> Iterator[None]:
    """Every test starts and ends with the default options."""
    engine.set_printoptions(profile="default")
    yield
    engine.set_printoptions(profile="default")


def text(values: Any, dtype: str = "float32", **words: Any) -> str:
    return tensor_text(np.array(values, dtype), f"torch.{dtype}", **words)


@pytest.mark.parametrize(
    ("expected", "values", "dtype"),
    [
        ("tensor(3.)", 3, "float32"),
        ("tensor(2.5000)", 2.5, "float32"),
        ("tensor(True)", True, "bool"),
        ("tensor(-7)", -7, "int64"),
        ("tensor([])", [], "float32"),
        ("tensor([], dtype=torch.int64)", [], "int64"),
        ("tensor([], size=(0, 3))", np.zeros((0, 3)), "float32"),
        ("tensor([  1.5000, 200.0000])", [1.5, 200], "float32"),
        ("tensor([1.0000e-05, 1.0000e+00])", [1e-5, 1], "float32"),
        ("tensor([1000.,    1.])", [1000, 1], "float32"),
        ("tensor([1.0010e+03, 1.0000e+00])", [1001, 1], "float32"),
        ("tensor([1., inf, nan])", [1, math.inf, math.nan], "float32"),
        ("tensor([0., -0.])", [0.0, -0.0], "float32"),
        ("tensor([123456.7891])", [123456.789], "float32"),
        ("tensor([0.0001])", [1.2345e-4], "float32"),
        ("tensor([9.0000e-05])", [9e-5], "float32"),
        ("tensor([1.0000e-04])", [1e-4], "float32"),
        ("tensor([0.0001], dtype=torch.float64)", [1e-4], "float64"),
        ("tensor([ True, False])", [True, False], "bool"),
        ("tensor([  1, -20])", [1, -20], "int64"),
        ("tensor([1.], dtype=torch.float64)", [1], "float64"),
        ("tensor([1], dtype=torch.uint8)", [1], "uint8"),
        ("tensor([1.0000+2.j, 0.5000-1.j])", [1 + 2j, 0.5 - 1j], "complex64"),
        ("tensor([[0, 1],\n        [2, 3]])", [[0, 1], [2, 3]], "int64"),
        ("tensor([[[0, 1]],\n\n        [[2, 3]]])", [[[0, 1]], [[2, 3]]], "int64"),
        ("tensor([   0,    1,    2,  ...,  998,  999, 1000])", range(1001), "int64"),
    ],
)
def test_texts_seen_in_torch(expected: str, values: Any, dtype: str) -> None:
    assert text(values, dtype) == expected


def test_suffixes() -> None:
    assert text([1], requires_grad=True) == "tensor([1.], requires_grad=True)"
    assert text([2], grad_fn_name="MulBackward0", requires_grad=True) == "tensor([2.], grad_fn=<MulBackward0>)"
    assert text([1, 1], prefix="S(") == "S([1., 1.])"
    assert text([1, 1], contents="abc") == "tensor(abc)"
    assert text([1], default_dtype_name="torch.float64") == "tensor([1.], dtype=torch.float32)"


def test_a_suffix_that_does_not_fit_starts_a_line() -> None:
    row = ", ".join(["1."] * 14)
    assert text([1] * 14, grad_fn_name="MulBackward0") == f"tensor([{row}],\n       grad_fn=<MulBackward0>)"
    assert text([1] * 14, requires_grad=True).splitlines() == [f"tensor([{row}],", "       requires_grad=True)"]
    assert text([1] * 8, "float64", requires_grad=True) == (
        f"tensor([{', '.join(['1.'] * 8)}], dtype=torch.float64,\n       requires_grad=True)"
    )


def test_options_torch_does_not_check() -> None:
    values = np.arange(5) + 0.5
    with printoptions(edgeitems=-1, threshold=2):
        assert text(values) == "tensor([0.5000, 1.5000, 2.5000, 3.5000,  ..., 1.5000, 2.5000, 3.5000, 4.5000])"
        with pytest.raises(RuntimeError, match=r"^stack expects a non-empty TensorList$"):
            text([values, values])
    with printoptions(edgeitems=0, threshold=2):
        assert text(values) == "tensor([...], size=(5,))"
        assert text([values, values]) == "tensor([...], size=(2, 5))"
        assert text([1]) == "tensor([1.], size=(1,))"
    with printoptions(linewidth=0):
        assert text([1.5, 2]) == "tensor([1.5000,\n        2.0000])"
    with printoptions(linewidth=math.inf), pytest.raises(OverflowError, match="cannot convert float infinity"):
        text([1])
    with printoptions(precision=-1):
        assert text([1]) == "tensor([1.])"
        with pytest.raises(ValueError, match=r"^Format specifier missing precision$"):
            text(values)


def test_options_are_kept_as_torch_keeps_them() -> None:
    assert repr(printing.PRINT_OPTS) == (
        "__PrinterOptions(precision=4, threshold=1000, edgeitems=3, linewidth=80, sci_mode=None)"
    )
    engine.set_printoptions(sci_mode=True, precision=6)
    assert list(printing.get_printoptions().values()) == [6, 1000, 3, 80, True]
    engine.set_printoptions(edgeitems=2)
    assert printing.PRINT_OPTS.sci_mode is None, "every call sets it anew"
    engine.set_printoptions(profile="nobody knows it")
    assert printing.PRINT_OPTS.precision == 6
    engine.set_printoptions(profile="short", precision=3)
    assert list(printing.get_printoptions().values()) == [3, 1000, 2, 80, None]
    with pytest.raises(KeyError), printoptions(threshold=1):
        raise KeyError
    assert printing.PRINT_OPTS.threshold == 1000


def random_shape(draw: random.Random) -> tuple[int, ...]:
    if draw.random() < 0.15:
        return (draw.choice([999, 1000, 1001, 1500]),) if draw.random() < 0.5 else (draw.randint(5, 40), 40)
    longest = {0: 1, 1: 40, 2: 10, 3: 6, 4: 4, 5: 3}
    dimensions = draw.choice([0, 0, 1, 1, 1, 2, 2, 3, 4, 5])
    shortest = 0 if draw.random() < 0.2 else 1
    return tuple(draw.randint(shortest, longest[dimensions]) for _ in range(dimensions))


def random_reals(draw: random.Random, shape: tuple[int, ...]) -> np.ndarray:
    """Float64 values of very different kinds: whole, tiny, huge, of many magnitudes, zeros, infinities, NaN."""
    generator = np.random.default_rng(draw.getrandbits(32))
    normal = generator.standard_normal(shape)
    values = draw.choice(
        [
            lambda: normal,
            lambda: normal * 10.0 ** draw.randint(-9, 12),
            lambda: np.rint(normal * 10.0 ** draw.randint(0, 9)),
            lambda: normal * 10.0 ** generator.integers(-6, 7, shape),
            lambda: generator.integers(0, 2, shape).astype(float),
            lambda: normal * 5e-324 * 2.0 ** generator.integers(0, 1000, shape),
            lambda: generator.choice([1.0, 1000.0, 1001.0, 1e8, 1e-4, 9.9999e-5, 0.5, 2.0], shape),
        ]
    )()
    values = np.array(values)
    if draw.random() < 0.35:
        odd = generator.choice([math.inf, -math.inf, math.nan, 0.0, -0.0], shape)
        values = np.where(generator.random(shape) < draw.choice([0.1, 0.5, 1.0]), odd, values)
    return values


def random_options(draw: random.Random) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if draw.random() < 0.5:
        choices: dict[str, list[Any]] = {
            "precision": [0, 1, 2, 3, 6, 10],
            "threshold": [0, 1, 5, 20, 100, math.inf],
            "edgeitems": [0, 1, 2, 3, 5],
            "linewidth": [0, 1, 20, 40, 79, 81, 120, 200],
            "sci_mode": [True, False, None],
            "profile": ["default", "short", "full", None],
        }
        for name, values in choices.items():
            if draw.random() < 0.4:
                options[name] = draw.choice(values)
    return options


def test_random_tensors_print_as_in_torch() -> None:
    torch = pytest.importorskip("torch")
    draw = random.Random(20240)
    names = NAMES.split()
    differences = []
    try:
        for _ in range(RANDOM_TENSORS):
            name = draw.choice(names)
            dtype = getattr(torch, name)
            shape = random_shape(draw)
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                reals = random_reals(draw, shape)
                if dtype.is_complex:
                    there = torch.tensor(reals + 1j * random_reals(draw, shape)).to(dtype)
                elif dtype.is_floating_point:
                    there = torch.tensor(reals).to(dtype)
                else:
                    there = torch.tensor(np.nan_to_num(reals).clip(-1e18, 1e18).astype(np.int64)).to(dtype)
            if there.dim() > 1 and draw.random() < 0.3:
                there = there.transpose(0, -1)
            if there.dim() and draw.random() < 0.2:
                there = there[:: draw.choice([2, 3])]
            words: dict[str, Any] = {}
            if dtype.is_floating_point or dtype.is_complex:
                if draw.random() < 0.2:
                    words = {"requires_grad": True}
                    there = there.detach().requires_grad_()
                elif draw.random() < 0.3:
                    there = there.requires_grad_() * 1
                    words = {"grad_fn_name": type(there.grad_fn).__name__}
            here = there.detach()
            if name == "bfloat16":
                ml_dtypes = pytest.importorskip("ml_dtypes")
                array = here.view(torch.int16).numpy().view(ml_dtypes.bfloat16)
            else:
                array = here.numpy()
            default = draw.choice([torch.float32] * 3 + [torch.float64, torch.float16, torch.bfloat16])
            options = random_options(draw)
            torch.set_default_dtype(default)
            torch.set_printoptions(profile="default")
            torch.set_printoptions(**options)
            expected = repr(there)
            engine.set_printoptions(profile="default")
            engine.set_printoptions(**options)
            actual = tensor_text(array, str(dtype), default_dtype_name=str(default), **words)
            if actual != expected:
                differences.append((options, expected, actual))
    finally:
        torch.set_default_dtype(torch.float32)
        torch.set_printoptions(profile="default")
    assert not differences, f"{len(differences)} of {RANDOM_TENSORS} differ; the first: {differences[0]}"


def test_tensors_and_their_subclasses() -> None:
    from minitorch_compat.nn.parameter import Parameter

    class Mask(Tensor):
        pass

    class Weight(Parameter):
        pass

    def made(kind: type[Tensor]) -> Tensor:
        tensor = kind.__new__(kind) if not issubclass(kind, Parameter) else kind(wrap(np.ones(2, np.float32)))
        tensor._data = np.ones(2, np.float32)
        return tensor

    assert repr(made(Tensor)) == "tensor([1., 1.])"
    assert repr(made(Mask)) == "Mask([1., 1.])"
    marked: Any = made(Mask)
    marked._is_param = True
    assert repr(marked) == "Parameter(Mask([1., 1.]))"
    assert repr(made(Parameter)) == "Parameter containing:\ntensor([1., 1.], requires_grad=True)"
    assert repr(made(Weight)) == "Parameter containing:\nParameter(Weight([1., 1.], requires_grad=True))"
    assert printing.tensor_repr(made(Tensor), "abc") == "tensor(abc)"
