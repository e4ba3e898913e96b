"""A whole sequence through one layer of long short-term memory, forwards and back, in few calls for each step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

Array = np.ndarray


def halves(hidden: int, dtype: Any) -> tuple[Array, Array]:
    """What turns one tanh of all gates into logistic functions of three: s(z) = tanh(z / 2) / 2 + 1 / 2."""
    scale = np.full(4 * hidden, 0.5, dtype)
    scale[2 * hidden : 3 * hidden] = 1
    shift = np.full(4 * hidden, 0.5, dtype)
    shift[2 * hidden : 3 * hidden] = 0
    return scale, shift


def lstm_forward(
    x: Array, w_ih: Array, w_hh: Array, b_ih: Array | None, b_hh: Array | None, h: Array, c: Array, reverse: bool
) -> tuple[Array, Array, Array, tuple[Array, Array, Array, Array]]:
    """Outputs (T, N, H), last hidden and cell states, and what the way back needs; gates lie as input, forget, cell,
    output (Hochreiter and Schmidhuber, 1997, with the forget gates of Gers and others, 2000).
    """
    steps, batch, width = x.shape
    hidden = w_hh.shape[1]
    scale, shift = halves(hidden, x.dtype)
    gates = x.reshape(-1, width) @ (w_ih.T * scale)
    if b_ih is not None and b_hh is not None:
        gates += (b_ih + b_hh) * scale
    gates = gates.reshape(steps, batch, 4 * hidden)
    recurrent = np.ascontiguousarray(w_hh.T * scale)
    out = np.empty((steps, batch, hidden), x.dtype)
    cells = np.empty((steps, batch, hidden), x.dtype)
    bent = np.empty((steps, batch, hidden), x.dtype)
    product, added = np.empty((batch, 4 * hidden), x.dtype), np.empty((batch, hidden), x.dtype)
    parts = [gates[:, :, place * hidden : (place + 1) * hidden] for place in range(4)]
    before_h, before_c = np.ascontiguousarray(h), c
    order = range(steps - 1, -1, -1) if reverse else range(steps)
    add, multiply, tanh, dot = np.add, np.multiply, np.tanh, np.dot
    for step in order:
        now = gates[step]
        dot(before_h, recurrent, product)
        add(now, product, now)
        tanh(now, now)
        multiply(now, scale, now)
        add(now, shift, now)
        cell = cells[step]
        multiply(parts[1][step], before_c, cell)
        multiply(parts[0][step], parts[2][step], added)
        add(cell, added, cell)
        tanh(cell, bent[step])
        before_h, before_c = out[step], cell
        multiply(parts[3][step], bent[step], before_h)
    return out, before_h.copy(), before_c.copy(), (gates, cells, bent, out)


def lstm_backward(
    g: Sequence[Array | None], x: Array, w_ih: Array, w_hh: Array, h: Array, c: Array, saved: tuple[Array, ...],
    reverse: bool, needed: Sequence[bool],
) -> list[Array | None]:
    """Gradients of x, both weights, both biases and the first states, from those of ``lstm_forward``'s results."""
    gates, cells, bent, out = saved
    steps, batch, width = x.shape
    hidden = w_hh.shape[1]
    i, f, a, o = (gates[:, :, place * hidden : (place + 1) * hidden] for place in range(4))
    first = steps - 1 if reverse else 0

    def shifted(values: Array, start: Array) -> Array:
        """What each step found."""
        found = np.empty_like(values)
        found[first] = start
        if reverse:
            found[:-1] = values[1:]
        else:
            found[1:] = values[:-1]
        return found

    # Of each gate, the gradient of the cell (of the output, for the last) is multiplied by one known number.
    slopes = gates * (1 - gates)
    slopes[:, :, 2 * hidden : 3 * hidden] = 1 - a * a
    for place, beside in enumerate((a, shifted(cells, c), i, bent)):
        slopes[:, :, place * hidden : (place + 1) * hidden] *= beside
    to_cell = o * (1 - bent * bent)
    inner = slopes.reshape(steps, batch, 4, hidden)
    dh = np.zeros((batch, hidden), x.dtype) if g[1] is None else np.array(g[1], order="C")
    dc = np.zeros((batch, 1, hidden), x.dtype) if g[2] is None else np.array(g[2], order="C").reshape(batch, 1, hidden)
    flat_c = dc[:, 0]
    scratch = np.empty((batch, hidden), x.dtype)
    recurrent = np.ascontiguousarray(w_hh)
    add, multiply, dot = np.add, np.multiply, np.dot
    for step in range(steps) if reverse else range(steps - 1, -1, -1):
        if g[0] is not None:
            add(dh, g[0][step], dh)
        multiply(dh, to_cell[step], scratch)
        add(flat_c, scratch, flat_c)
        now = inner[step]
        multiply(now[:, :3], dc, now[:, :3])
        multiply(now[:, 3], dh, now[:, 3])
        multiply(flat_c, f[step], flat_c)
        dot(slopes[step], recurrent, dh)
    rows = slopes.reshape(-1, 4 * hidden)
    for_bias = rows.sum(0) if needed[3] or needed[4] else None
    return [
        (rows @ w_ih).reshape(x.shape) if needed[0] else None,
        rows.T @ x.reshape(-1, width) if needed[1] else None,
        rows.T @ shifted(out, h).reshape(-1, hidden) if needed[2] else None,
        for_bias if needed[3] else None,
        None if for_bias is None or not needed[4] else for_bias.copy(),
        dh if needed[5] else None,
        flat_c.copy() if needed[6] else None,
    ]
