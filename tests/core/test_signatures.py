"""The texts of refused arguments, first as seen in torch, then call by call against torch itself."""

import datetime
import fractions
import os
import random
import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest

from minitorch_compat._core import dtypes
from minitorch_compat._core.signatures import (
    NUMPY_WORDS,
    SIGNATURES,
    invalid_arguments,
    read_signature,
    refusal,
    signatures,
)
from minitorch_compat._core.signatures import Parameter as Declared

CALLS_PER_OPERATION = int(os.environ.get("MINITORCH_REFUSED_CALLS", "2"))
"""How many random calls of each operation are made beside torch; the environment variable asks for more."""


class Tensor:
    """What the parser knows a tensor by."""

    _node: object = None

    def __init__(self, values: Any, node: object = None) -> None:
        self._data = np.asarray(values)
        self._node = node


class Parameter(Tensor):
    """A tensor of another name."""


t = Tensor([1.0, 2.0])

Call = tuple[str, tuple[Any, ...], dict[str, Any], str]

ONE_SIGNATURE: list[Call] = [
    ("sin", ("a",), {}, "sin(): argument 'input' (position 1) must be Tensor, not str"),
    ("sin", (), {}, 'sin() missing 1 required positional arguments: "input"'),
    ("sin", (t, t), {}, "sin() takes 1 positional argument but 2 were given"),
    ("sin", (t,), {"foo": 1}, "sin() got an unexpected keyword argument 'foo'"),
    ("sin", (t,), {"input": t}, "sin() got multiple values for argument 'input'"),
    ("sin", (), {"x": "a"}, "sin(): argument 'input' must be Tensor, not str"),
    ("sin", (t,), {"out": 3}, "sin(): argument 'out' must be Tensor, not int"),
    ("cat", (t,), {}, "cat(): argument 'tensors' (position 1) must be tuple of Tensors, not Tensor"),
    ("cat", ([t, "a"],), {}, "expected Tensor as element 1 in argument 0, but got str"),
    ("cat", ([t],), {"axis": "a"}, "cat(): argument 'dim' must be int, not str"),
    ("stack", (t, 0, 1, 2), {}, "stack() takes from 1 to 2 positional arguments but 4 were given"),
    ("zeros", (1.5,), {}, "zeros(): argument 'size' (position 1) must be tuple of ints, not float"),
    ("zeros", (["a"],), {},
     "zeros(): argument 'size' (position 1) must be tuple of ints, but found element of type str at pos 0"),
    ("zeros", (1, "a"), {},
     'zeros(): argument \'size\' failed to unpack the object at pos 2 with error "type must be tuple of ints,'
     'but got str"'),
    ("zeros", ((2,), 3), {}, "zeros() takes 1 positional argument but 2 were given"),
    ("zeros", (2,), {"dtype": "float"}, "zeros(): argument 'dtype' must be torch.dtype, not str"),
    ("zeros", (2,), {"device": True}, "zeros(): argument 'device' must be torch.device, not bool"),
    ("full", ((2,), "a"), {}, "full(): argument 'fill_value' (position 2) must be Number, not str"),
    ("matmul", (t, 1), {}, "matmul(): argument 'other' (position 2) must be Tensor, not int"),
    ("ones", (2,), {"require_grad": True}, "ones() got an unexpected keyword argument 'require_grad'"),
    ("tensor", (), {}, 'tensor() missing 1 required positional arguments: "data"'),
    ("linear", ([1], t), {}, "linear(): argument 'input' (position 1) must be Tensor, not list"),
]  # fmt: skip

METHODS: list[Call] = [
    ("sin", (1,), {}, "TensorBase.sin() takes no arguments (1 given)"),
    ("sin", (1,), {"out": t}, "TensorBase.sin() takes no keyword arguments"),
    ("transpose", (), {}, 'transpose() missing 2 required positional argument: "dim0", "dim1"'),
    ("transpose", (0, 1.5), {}, "transpose(): argument 'dim1' (position 2) must be int, not float"),
    ("transpose", (True, 0), {}, "transpose(): argument 'dim0' (position 1) must be int, not bool"),
    ("size", (0, 1), {}, "size() takes from 0 to 1 positional arguments but 2 were given"),
    ("nonzero", (1,), {}, "nonzero() takes from 1 to 0 positional arguments but 1 were given"),
    ("round", (1,), {}, "round() takes from 1 to 0 positional arguments but 1 were given"),
    ("add", ("a",), {}, "add(): argument 'other' (position 1) must be Tensor, not str"),
    ("add", (), {}, "add() received an invalid combination of arguments - got (), but expected "
     "(Tensor other, *, Number alpha = 1)"),
    ("add", (t, t, t), {}, "add() received an invalid combination of arguments - got (Tensor, !Tensor!, !Tensor!), "
     "but expected (Tensor other, *, Number alpha = 1)"),
    ("uniform_", (), {"from": "a"}, "uniform_(): argument 'from' must be float, not str"),
    ("masked_fill", ((1,), "a"), {},
     "masked_fill() received an invalid combination of arguments - got (tuple, str), but expected one of:\n"
     " * (Tensor mask, Tensor value)\n"
     "      didn't match because some of the arguments have invalid types: (!tuple of (int,)!, !str!)\n"
     " * (Tensor mask, Number value)\n"
     "      didn't match because some of the arguments have invalid types: (!tuple of (int,)!, !str!)\n"),
    ("masked_fill", (), {"mask": [1], "value": "a"},
     "masked_fill() received an invalid combination of arguments - got (value=str, mask=list, ), but expected one of:\n"
     " * (Tensor mask, Tensor value)\n"
     "      didn't match because some of the arguments have invalid types: (!mask=list of [int]!, !value=str!, )\n"
     " * (Tensor mask, Number value)\n"
     "      didn't match because some of the arguments have invalid types: (!mask=list of [int]!, !value=str!, )\n"),
    ("sum", (0, 1, 2, 3), {},
     "sum() received an invalid combination of arguments - got (int, int, int, int), but expected one of:\n"
     " * (*, torch.dtype dtype = None)\n"
     " * (tuple of ints dim, bool keepdim = False, *, torch.dtype dtype = None)\n"
     "      didn't match because some of the arguments have invalid types: (!int!, !int!, !int!, !int!)\n"),
]  # fmt: skip

SEVERAL_SIGNATURES: list[Call] = [
    ("add", (t,), {}, "add() received an invalid combination of arguments - got (Tensor), but expected "
     "(Tensor input, Tensor other, *, Number alpha = 1, Tensor out = None)"),
    ("add", (t,), {"foo": 1}, 'add() missing 1 required positional arguments: "other"'),
    ("add", (t, t, t), {}, "add() takes 2 positional arguments but 3 were given"),
    ("sum", (t,), {"axis": 0, "keepdims": "x"}, "sum(): argument 'keepdim' must be bool, not str"),
    ("randint", (0, 10), {}, "randint(): argument 'size' (position 2) must be tuple of ints, not int"),
    ("sum", (t,), {"foo": 1, "bar": 2.0, "baz": "a", "qux": None, "dim": 3, "keepdim": 4, "dtype": 5},
     "sum() received an invalid combination of arguments - got (Tensor, dtype=int, keepdim=int, qux=NoneType, baz=str, "
     "dim=int, bar=float, foo=int), but expected one of:\n"
     " * (Tensor input, *, torch.dtype dtype = None)\n"
     " * (Tensor input, tuple of ints dim, bool keepdim = False, *, torch.dtype dtype = None, Tensor out = None)\n"),
    ("result_type", ("a", t), {},
     "result_type() received an invalid combination of arguments - got (str, Tensor), but expected one of:\n"
     " * (Tensor tensor, Tensor other)\n"
     "      didn't match because some of the arguments have invalid types: (!str!, Tensor)\n"
     " * (Number scalar, Tensor tensor)\n"
     "      didn't match because some of the arguments have invalid types: (!str!, Tensor)\n"
     " * (Tensor tensor, Number other)\n"
     "      didn't match because some of the arguments have invalid types: (!str!, !Tensor!)\n"
     " * (Number scalar1, Number scalar2)\n"
     "      didn't match because some of the arguments have invalid types: (!str!, !Tensor!)\n"),
    ("new", ([1],), {"requires_grad": True},
     "new() received an invalid combination of arguments - got (list, requires_grad=bool), but expected one of:\n"
     " * (*, torch.device device = None)\n"
     "      didn't match because some of the keywords were incorrect: requires_grad\n"
     " * (torch.Storage storage)\n"
     " * (Tensor other)\n"
     " * (tuple of ints size, *, torch.device device = None)\n"
     " * (object data, *, torch.device device = None)\n"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Marks are not colours, wherever the tests run."""
    monkeypatch.setattr(os, "isatty", lambda descriptor: False)


@pytest.mark.parametrize(("name", "args", "kwargs", "expected"), ONE_SIGNATURE + SEVERAL_SIGNATURES)
def test_texts_of_functions(name: str, args: tuple, kwargs: dict[str, Any], expected: str) -> None:
    error = refusal(name, args, kwargs)
    assert type(error) is TypeError
    assert str(error) == expected


@pytest.mark.parametrize(("name", "args", "kwargs", "expected"), METHODS)
def test_texts_of_methods(name: str, args: tuple, kwargs: dict[str, Any], expected: str) -> None:
    error = refusal(name, args, kwargs, method=True)
    assert type(error) is TypeError
    assert str(error) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "NoneType"),
        (np.float64(1), "numpy.float64"),
        (np.ones(2), "numpy.ndarray"),
        (np.bool_(True), "numpy.bool"),
        (OrderedDict(), "collections.OrderedDict"),
        (datetime.datetime(2020, 1, 1), "datetime.datetime"),
        (fractions.Fraction(1), "Fraction"),
        (dtypes.float32, "torch.dtype"),
        (..., "ellipsis"),
        (object, "type"),
        (len, "builtin_function_or_method"),
        (warnings, "module"),
        (iter([]), "list_iterator"),
    ],
)
def test_names_of_types(value: object, expected: str) -> None:
    assert str(refusal("sin", (value,), {})).endswith(f" must be Tensor, not {expected}")


def test_a_subclass_of_tensor_has_its_own_name() -> None:
    assert "got (Parameter, str)" in str(refusal("masked_fill", (Parameter([True]), "a"), {}, method=True))


def test_marks_are_colours_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "isatty", lambda descriptor: True)
    text = str(refusal("masked_fill", (t, "a"), {}, method=True))
    assert "invalid types: (\33[32;1mTensor\33[0m, \33[31;1mstr\33[0m)\n" in text


def test_numbers_stand_for_tensors_in_arithmetic_alone() -> None:
    assert isinstance(refusal("mul", (1, 2.5), {}), NotImplementedError)
    assert str(refusal("maximum", (t, 1), {})) == "maximum(): argument 'other' (position 2) must be Tensor, not int"


def test_a_single_number_in_a_tensor_stands_for_a_number() -> None:
    assert isinstance(refusal("transpose", (t, Tensor(1), 0), {}), NotImplementedError)
    refused = [Tensor(1.5), Tensor([1]), Tensor(1, node=object()), Tensor(True)]
    for value in refused:
        text = "transpose(): argument 'dim0' (position 2) must be int, not Tensor"
        assert str(refusal("transpose", (t, value, 0), {})) == text
    assert isinstance(refusal("allclose", (t, t, Tensor(1.5)), {}), NotImplementedError)
    assert isinstance(refusal("allclose", (t, t, Tensor(1.5, node=object())), {}), TypeError)


def test_what_torch_accepts_is_not_called_wrong() -> None:
    error = refusal("add", (t, t), {"alpha": 2})
    assert type(error) is NotImplementedError
    assert str(error) == "add() is not implemented for (Tensor, Tensor, alpha=int)"
    assert type(refusal("no such operation", (t,), {})) is NotImplementedError


def test_an_integer_beyond_64_bits() -> None:
    error = refusal("transpose", (t, 2**63, 0), {})
    assert type(error) is ValueError
    assert str(error) == "Overflow when unpacking long long"


def test_signatures_may_be_given() -> None:
    error = invalid_arguments("twice", ["twice(Tensor input, int? count)"], (t, "a"), {})
    assert str(error) == "twice(): argument 'count' (position 2) must be int, not str"


def test_methods_and_in_place_forms_follow_from_functions() -> None:
    assert signatures("mul", method=True) == ("mul(Tensor other)",)
    assert signatures("mul_", method=True) == ("mul_(Tensor other)",)
    assert signatures("mul_") == ("mul_(Tensor input, Tensor other)",)
    assert signatures("sin", method=True) == ("sin()",)
    assert signatures("view", method=True) == ("view(dtype dtype)", "view(ints size)")
    with pytest.raises(KeyError):
        signatures("no such operation")


def random_value(draw: random.Random, torch: Any) -> tuple[Any, Any]:
    """A value for torch and the same for the engine's parser."""
    if draw.random() < 0.3:
        make = draw.choice(
            [
                lambda: (torch.tensor([1.0, 2.0]), Tensor([1.0, 2.0])),
                lambda: (torch.tensor([True, False]), Tensor([True, False])),
                lambda: (torch.tensor(1), Tensor(1)),
                lambda: (torch.tensor(1.5), Tensor(1.5)),
                lambda: (torch.tensor(1.5, requires_grad=True), Tensor(1.5, node=object())),
                lambda: (torch.tensor(1j), Tensor(1j)),
                lambda: (torch.nn.Parameter(torch.ones(2)), Parameter([1.0, 1.0], node=object())),
                lambda: ([torch.ones(2)] * 2, [Tensor([1.0, 1.0])] * 2),
                lambda: ((torch.ones(2), 1), (Tensor([1.0, 1.0]), 1)),
                lambda: ((torch.tensor(1), 2), (Tensor(1), 2)),
                lambda: ((torch.tensor(1.5), 2), (Tensor(1.5), 2)),
                lambda: (torch.float32, dtypes.float32),
            ]
        )
        return make()
    value: Any = draw.choice(
        ["a", None, 1, 0, -1, 1.5, True, 1j, (1,), [1], (1, 2), [], (), ["a"], [1.5], [True], (1, True), {}, {1},
         object, int, np.float32(1), np.int64(1), np.bool_(True), np.ones(2), range(2), slice(1), ..., [[1]], (None, 1)]
    )  # fmt: skip
    return value, value


def fitting_value(draw: random.Random, torch: Any, parameter: Declared) -> tuple[Any, Any]:
    """A value the parameter takes."""
    if parameter.kind == "Tensor":
        shape = draw.choice([(2,), (2, 2)])
        return torch.ones(shape), Tensor(np.ones(shape))
    if parameter.kind == "Tensors":
        return [torch.ones(2)] * 2, [Tensor(np.ones(2))] * 2
    if parameter.kind == "dtype":
        return torch.float32, dtypes.float32
    plain = {"Number": 1, "int": 1, "float": 0.5, "complex": 1j, "bool": True, "str": "mean", "object": 1,
             "ints": (1,), "floats": (0.5,), "Numbers": (0.5,), "device": "cpu"}  # fmt: skip
    value = plain.get(parameter.kind)
    return value, value


def random_calls(
    draw: random.Random, torch: Any, overloads: Sequence[str], count: int
) -> Iterator[tuple[list[tuple[Any, Any]], dict[str, tuple[Any, Any]]]]:
    """Arguments near one of the overloads, most of them wrong somewhere."""
    for _ in range(count):
        args: list[tuple[Any, Any]] = []
        kwargs: dict[str, tuple[Any, Any]] = {}
        by_keyword = draw.random() < 0.2
        for parameter in read_signature(draw.choice(overloads)).parameters:
            if draw.random() < (0.07 if parameter.default is None else 0.6):
                by_keyword |= parameter.default is not None
                continue
            wrong = draw.random() < 0.25
            value = random_value(draw, torch) if wrong else fitting_value(draw, torch, parameter)
            if parameter.keyword_only or by_keyword:
                kwargs[draw.choice([parameter.name, *NUMPY_WORDS.get(parameter.name, ())])] = value
            else:
                args.append(value)
        if draw.random() < 0.1:
            args.append(random_value(draw, torch))
        if draw.random() < 0.15:
            kwargs[draw.choice(["foo", "dim", "input", "out", "dtype", "alpha"])] = random_value(draw, torch)
        if kwargs:
            kwargs = dict(draw.sample(list(kwargs.items()), len(kwargs)))
        yield args, kwargs


RISKY = {"ctc_loss", "resize_", "new", "rnn_tanh", "rnn_relu", "lstm", "gru", "embedding_renorm_", "embedding_bag"}
"""Operations that are not called with nonsense: their own checks, past the parser, do not cover all of it."""


def operations(torch: Any) -> Iterator[tuple[str, bool, Callable[..., Any]]]:
    """Every function and method the table speaks for: name, whether a method, and torch's."""
    rooms = [torch._C._VariableFunctions, torch._C._nn, torch._C._linalg, torch._C._special, torch._C._fft,
             torch._C._sparse]
    for entry in SIGNATURES:
        for name in (entry, f"{entry}_"):
            if name in RISKY or entry in RISKY:
                continue
            short = name.removeprefix("Tensor.")
            function = next((getattr(room, name) for room in rooms if hasattr(room, name)), getattr(torch, name, None))
            if not entry.startswith("Tensor.") and callable(function):
                yield name, False, function
            own = name if entry.startswith("Tensor.") else f"Tensor.{name}"
            derived = own not in SIGNATURES and any("Tensor input" in text for text in SIGNATURES[entry])
            method = getattr(torch._C.TensorBase, short, None)
            if callable(method) and (entry == own or derived):
                yield short, True, method


def test_random_calls_are_refused_as_in_torch() -> None:
    torch = pytest.importorskip("torch")
    draw = random.Random(7)
    differences = []
    calls = refused = 0
    for name, is_method, function in operations(torch):
        for args, kwargs in random_calls(draw, torch, signatures(name, method=is_method), CALLS_PER_OPERATION):
            there = [first for first, _ in args]
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    if is_method:
                        there.insert(0, torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
                    function(*there, **{keyword: first for keyword, (first, _) in kwargs.items()})
                expected: tuple[type, str] | None = None
            except Exception as error:
                expected = type(error), str(error)
            calls += 1
            by_parser = (f"{name}()", "TensorBase.", "expected Tensor as element", "Overflow when unpacking")
            if expected and not (expected[0] in (TypeError, ValueError) and expected[1].startswith(by_parser)):
                expected = None  # the arguments passed the parser, and the operation itself refused them
            found = refusal(
                name,
                tuple(second for _, second in args),
                {keyword: second for keyword, (_, second) in kwargs.items()},
                method=is_method,
            )
            actual = None if isinstance(found, NotImplementedError) else (type(found), str(found))
            refused += expected is not None
            if actual != expected:
                differences.append((name, args, kwargs, expected, actual))
    assert refused > calls / 4, "most calls were meant to be wrong"
    assert not differences, f"{len(differences)} of {calls} differ; the first: {differences[0]}"


def test_every_operation_of_the_table_is_torchs() -> None:
    torch = pytest.importorskip("torch")
    found = {name if not is_method else f"Tensor.{name}" for name, is_method, _ in operations(torch)}
    assert set(SIGNATURES) - found - RISKY - {f"Tensor.{name}" for name in RISKY} == set()
