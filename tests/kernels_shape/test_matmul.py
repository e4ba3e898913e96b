"""Products of vectors and matrices: values within rounding or exact, shapes, strides and refusals torch's."""
import numpy as np
import pytest
from arrays_and_tensors import of_array, of_tensor, outcome
from test_view_kernels import LAYOUTS, arrays, tensors

from minitorch_compat._kernels import matmul

TYPES = ["float32", "float64", "int64", "complex64", "bool", "float16"]


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch")


# The elements are small integers, so every order of addition gives the same sum.
SHAPES = {
    "number": (), "three": (3,), "two": (2,), "four": (4,), "none": (0,), "2x3": (2, 3), "3x2": (3, 2), "2x2": (2, 2),
    "3x4": (3, 4), "1x3": (1, 3), "3x1": (3, 1), "2x0": (2, 0), "0x3": (0, 3), "2x3x4": (2, 3, 4), "2x4x3": (2, 4, 3),
    "3x4x2": (3, 4, 2), "1x4x5": (1, 4, 5), "5x1x3x4": (5, 1, 3, 4), "2x4x6": (2, 4, 6), "2x1x3": (2, 1, 3),
    "2x3x1": (2, 3, 1),
}


def values(shape, dtype):
    ramp = np.arange(np.prod(shape, dtype=int)).reshape(shape) % 5 - 1
    return np.asarray(ramp > 0 if dtype == "bool" else ramp, dtype)


@pytest.mark.parametrize("name", ["mm", "bmm", "mv", "dot", "vdot", "outer", "inner", "matmul"])
def test_pairs_as_in_torch(torch, name):
    for a, b in ((a, b) for a in SHAPES for b in SHAPES):
        x, y = values(SHAPES[a], "float32"), values(SHAPES[b], "float32")
        expected = outcome(getattr(torch, name), of_tensor, torch.from_numpy(x), torch.from_numpy(y))
        assert outcome(getattr(matmul, name), of_array, x, y) == expected, (a, b)


@pytest.mark.parametrize("name", ["mm", "bmm", "mv", "dot", "vdot", "inner", "matmul"])
def test_types_as_in_torch(torch, name):
    shapes = {"mm": [("2x3", "3x2")], "bmm": [("2x3x4", "2x4x6")], "mv": [("2x3", "three")], "dot": [("two", "two")],
              "vdot": [("two", "two")], "inner": [("2x3", "2x3")],
              "matmul": [("2x3", "3x2"), ("2x3", "three"), ("two", "2x2"), ("2x3x4", "2x4x3"), ("three", "three")]}
    for shape_a, shape_b in shapes[name]:
        for a, b in ((a, b) for a in TYPES for b in TYPES):
            x, y = values(SHAPES[shape_a], a), values(SHAPES[shape_b], b)
            expected = outcome(getattr(torch, name), of_tensor, torch.from_numpy(x), torch.from_numpy(y))
            assert outcome(getattr(matmul, name), of_array, x, y) == expected, (a, b, shape_a)


@pytest.mark.parametrize("name", ["mm", "matmul", "bmm"])
def test_layouts_as_in_torch(torch, name):
    theirs, ours = tensors(torch), arrays()
    for a, b in ((a, b) for a in LAYOUTS for b in LAYOUTS):
        expected = outcome(getattr(torch, name), of_tensor, theirs[a], theirs[b])
        assert outcome(getattr(matmul, name), of_array, ours[a], ours[b]) == expected, (a, b)


ADDED = {
    "addmm": [("2x2", "2x3", "3x2"), ("two", "2x3", "3x2"), ("three", "2x3", "3x2"), ("number", "2x3", "3x2"),
              ("2x2", "2x3", "2x3"), ("2x2", "three", "2x3"), ("2x2", "2x3", "three"), ("2x3x4", "2x3", "3x2"),
              ("three", "2x0", "0x3"), ("2x3", "2x0", "0x3")],
    "addmv": [("two", "2x3", "three"), ("three", "2x3", "three"), ("number", "2x3", "three"), ("two", "2x3", "two"),
              ("two", "three", "three"), ("2x2", "2x3", "three"), ("two", "2x0", "none")],
    "addr": [("3x2", "three", "two"), ("number", "three", "two"), ("2x2", "three", "two"), ("two", "2x3", "two"),
             ("two", "three", "2x3")],
    "baddbmm": [("number", "2x3x4", "2x4x3"), ("three", "2x3x4", "2x4x3"), ("four", "2x3x4", "2x4x3"),
                ("three", "2x3x4", "2x3x4"), ("three", "2x3", "2x4x3"), ("three", "2x3x4", "2x3"),
                ("5x1x3x4", "2x3x4", "2x4x3")],
    "addbmm": [("number", "2x3x4", "2x4x3"), ("three", "2x3x4", "2x4x3"), ("four", "2x3x4", "2x4x3"),
               ("number", "2x3x4", "1x4x5"), ("number", "2x3x4", "2x3x4"), ("three", "2x3", "2x4x3")],
}


@pytest.mark.parametrize("name", ADDED)
def test_sums_as_in_torch(torch, name):
    for names in ADDED[name]:
        for keywords in ({}, {"beta": 0}, {"beta": 2, "alpha": 3}, {"alpha": -1}):
            for dtype in ("float32", "int64", "float16"):
                given = [values(SHAPES[each], dtype) for each in names]
                expected = outcome(getattr(torch, name), of_tensor, *map(torch.from_numpy, given), **keywords)
                got = outcome(getattr(matmul, name), of_array, *given, **keywords)
                assert got == expected, (names, dtype, keywords)
    for types in (("float64", "float32", "float32"), ("float32", "float64", "float32"),
                  ("float32", "float32", "float64"), ("float64", "int64", "int64"), ("bool", "bool", "bool")):
        if name != "addr":
            given = [values(SHAPES[each], dtype) for each, dtype in zip(ADDED[name][0], types, strict=True)]
            expected = outcome(getattr(torch, name), of_tensor, *map(torch.from_numpy, given))
            assert outcome(getattr(matmul, name), of_array, *given) == expected, types


def test_linear_as_in_torch(torch):
    for x in ("number", "three", "2x3", "2x3x4", "2x4x3", "0x3", "2x0"):
        for weight in ("number", "three", "2x3", "3x4", "1x3", "2x3x4", "0x3", "2x0"):
            for bias in (None, "two", "three", "number"):
                for dtype in ("float32", "int64"):
                    given = [values(SHAPES[each], dtype) for each in (x, weight, bias) if each is not None]
                    expected = outcome(torch.nn.functional.linear, of_tensor, *map(torch.from_numpy, given))
                    assert outcome(matmul.linear, of_array, *given) == expected, (x, weight, bias)
    for shapes in (((2, 4, 3), (5, 3), (4, 5)), ((2, 4, 3), (5, 3), (4, 1)), ((3,), (5, 3), (2, 5)),
                   ((1, 2, 4, 3), (5, 3), (5,)), ((1, 2, 4, 3), (5, 3), (4,))):
        for swap in (False, True):
            given = [values(each, "float32") for each in shapes]
            if swap and given[0].ndim > 1:
                given[0] = given[0].swapaxes(-1, -2).copy().swapaxes(-1, -2)
            expected = outcome(torch.nn.functional.linear, of_tensor, *map(torch.from_numpy, given))
            assert outcome(matmul.linear, of_array, *given) == expected, (shapes, swap)
    for types in (("float64", "float32", "float32"), ("float32", "float64", "float32"), ("int64", "float32"),
                  ("float32", "float32", "float64")):
        given = [values(each, dtype) for each, dtype in zip([(2, 3), (2, 3), (2,)], types, strict=False)]
        expected = outcome(torch.nn.functional.linear, of_tensor, *map(torch.from_numpy, given))
        assert outcome(matmul.linear, of_array, *given) == expected


def test_bilinear_as_in_torch(torch):
    for shapes in (((2, 3), (2, 4), (5, 3, 4)), ((2, 3), (2, 4), (5, 3, 4), (5,)), ((2, 3), (3, 4), (5, 3, 4)),
                   ((2, 3), (2, 4), (5, 2, 4)), ((2, 3), (2, 4), (5, 3, 3)), ((2, 3), (2, 4), (5, 3, 4), (4,)),
                   ((3,), (2, 4), (5, 3, 4)), ((3,), (4,), (5, 3, 4)), ((2, 6, 3), (2, 6, 4), (5, 3, 4), (5,))):
        given = [values(each, "float32") for each in shapes]
        expected = outcome(torch.nn.functional.bilinear, of_tensor, *map(torch.from_numpy, given))
        assert outcome(matmul.bilinear, of_array, *given) == expected, shapes


def test_tensordot_as_in_torch(torch):
    x, y = values((2, 3, 4), "float32"), values((4, 3, 5), "float32")
    one = values((1, 3), "float32")
    for a, b, dims in ((x, x, 3), (x, x, 1), (x, y, 1), (x, y, 0), (x, y, ([2, 1], [0, 1])), (x, y, ([-1], [0])),
                       (x, y, ([1, 0], [0])), (x, y, ([5], [0])), (x, y, -1), (x, y, 4), (x[0], one, 2),
                       (x, x, ([0, 2], [0, 2])), (x, x.astype(np.float64), 1)):
        expected = outcome(torch.tensordot, of_tensor, torch.from_numpy(a), torch.from_numpy(b), dims)
        assert outcome(matmul.tensordot, of_array, a, b, dims) == expected, dims


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rows_times_columns_are_exact(torch, dtype):
    """The sums of a regression with one feature, both ways, to the last bit."""
    draw = np.random.default_rng(5)
    for count in (1, 2, 3, 7, 8, 9, 16, 100, 1000):
        for _ in range(20):
            x, y = draw.standard_normal((count, 1)).astype(dtype), draw.standard_normal((count, 1)).astype(dtype)
            w, b = draw.standard_normal((1, 1)).astype(dtype), draw.standard_normal(1).astype(dtype)
            tx, ty = torch.from_numpy(x), torch.from_numpy(y)
            assert np.array_equal(matmul.mm(x.T, y), torch.mm(tx.t(), ty).numpy())
            assert np.array_equal(matmul.bmm(x.T[None], y[None]), torch.bmm(tx.t()[None], ty[None]).numpy())
            expected = torch.nn.functional.linear(tx, torch.from_numpy(w), torch.from_numpy(b)).numpy()
            assert np.array_equal(matmul.linear(x, w, b), expected)


def test_a_row_times_a_column_adds_in_order():
    big, small = np.float32(2**24), np.float32(1)
    row = np.array([[big, small, small, -big]], np.float32)
    assert matmul.mm(row, np.ones((4, 1), np.float32)).item() == 0
    row = np.array([[small, small, big, -big]], np.float32)
    assert matmul.mm(row, np.ones((4, 1), np.float32)).item() == 2


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_large_products_agree_to_rounding(torch, dtype):
    draw = np.random.default_rng(6)
    for m, k, n in ((2, 2, 2), (5, 7, 3), (64, 100, 10), (1, 300, 40)):
        a, b = draw.standard_normal((m, k)).astype(dtype), draw.standard_normal((k, n)).astype(dtype)
        expected = torch.mm(torch.from_numpy(a), torch.from_numpy(b)).numpy()
        bound = 3 * np.finfo(dtype).eps * (np.abs(a) @ np.abs(b))
        assert (np.abs(matmul.mm(a, b) - expected) <= bound).all()


def test_half_is_rounded_once():
    a, b = np.array([[1, 2.0**-11, 2.0**-11]], np.float16), np.ones((3, 1), np.float16)
    assert matmul.mm(a, b).item() == 1 + 2.0**-10
    assert matmul.addmm(np.array([2.0**-11], np.float16), a[:, :2], b[:2]).item() == 1 + 2.0**-10


def test_when_matmul_folds():
    """The step that shows in the graph: a folded product is one mm, another one a bmm."""
    cube, batch = np.ones((2, 3, 4), np.float32), np.ones((2, 3, 4), np.float32).transpose(0, 2, 1)
    matrix, vector = np.ones((4, 5), np.float32), np.ones(4, np.float32)
    assert matmul.folds(cube, matrix) and not matmul.folds(batch, np.ones((3, 5), np.float32))
    assert matmul.folds(batch, np.ones((3, 5), np.float32), requires_grad=True)
    assert not matmul.folds(np.ones((2, 3), np.float32), cube) and not matmul.folds(vector, cube)
    assert matmul.folds(vector, batch) and not matmul.folds(cube, batch)
