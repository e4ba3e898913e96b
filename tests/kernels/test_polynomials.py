"""Orthogonal polynomials are what their definitions say."""

from __future__ import annotations

import numpy as np
import pytest

from minitorch_compat._kernels import polynomials

ANGLES = np.linspace(0.1, 3.0, 7)
DEGREES = np.arange(12.0)[:, None]


@pytest.mark.parametrize(("kind", "definition"), [
    ("t", lambda n, a: np.cos(n * a)),
    ("u", lambda n, a: np.sin((n + 1) * a) / np.sin(a)),
    ("v", lambda n, a: np.cos((n + 0.5) * a) / np.cos(a / 2)),
    ("w", lambda n, a: np.sin((n + 0.5) * a) / np.sin(a / 2)),
])
def test_chebyshev_by_angles(kind, definition):
    x = np.cos(ANGLES)
    expected = definition(DEGREES, ANGLES)
    found = getattr(polynomials, f"chebyshev_polynomial_{kind}")(x, DEGREES)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)
    shifted = getattr(polynomials, f"shifted_chebyshev_polynomial_{kind}")((x + 1) / 2, DEGREES)
    np.testing.assert_allclose(shifted, expected, rtol=0, atol=1e-11)


@pytest.mark.parametrize(("name", "values"), [
    ("hermite_polynomial_h", [1, 1.0, -1, -5, 1]), ("hermite_polynomial_he", [1, 0.5, -0.75, -1.375, 1.5625]),
    ("laguerre_polynomial_l", [1, 0.5, 0.125, -0.14583333333333334, -0.33072916666666669]),
    ("legendre_polynomial_p", [1, 0.5, -0.125, -0.4375, -0.2890625]),
])
def test_values_at_one_half(name, values):
    found = getattr(polynomials, name)(np.array(0.5), np.arange(5.0))
    np.testing.assert_allclose(found, values, rtol=1e-14)


def test_below_zero_and_between_degrees():
    n = np.array([-1.0, 2.7, np.nan])
    np.testing.assert_array_equal(polynomials.chebyshev_polynomial_t(np.array(0.5), n), [0, -0.5, 0])
    assert np.isnan(polynomials.hermite_polynomial_h(np.array(0.5), np.array(513.0)))
