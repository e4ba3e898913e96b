"""``x[0]`` of a leaf or of plain data enters its view nowhere; what becomes of it is torch's all the same."""

import gc
import threading
from collections.abc import Callable
from typing import Any

import pytest

import minitorch_compat
from minitorch_compat._core import views

torch = pytest.importorskip("torch")


def told(x: Any) -> Any:
    """What a view says of its history, or how it refuses to."""
    try:
        step = x.grad_fn
        after = [type(each).__name__ for each, _ in step.next_functions] if step is not None else []
        return x.requires_grad, x.is_leaf, type(step).__name__, after, x._version
    except RuntimeError as error:
        return str(error)


def gradients(result: Any, *leaves: Any) -> Any:
    try:
        result.backward()
    except RuntimeError as error:
        return str(error)
    return [None if each.grad is None else each.grad.tolist() for each in leaves]


def plain_then_written(torch: Any) -> Any:
    x, w = torch.arange(6.0).reshape(2, 3), torch.ones(3, requires_grad=True)
    row, cell, other = x[0], x[0][1], x[-1]
    x.mul_(w * 2)
    return told(row), told(cell), told(other), gradients((row * other).sum() + cell, w)


def many_alive(torch: Any) -> Any:
    x, w = torch.zeros(200), torch.ones((), requires_grad=True)
    cells = [x[place] for place in range(200)]
    x.add_(w)
    return [told(each) for each in cells], gradients(cells[0] + cells[-1], w)


def written_through_one(torch: Any) -> Any:
    x, w = torch.zeros(3), torch.ones((), requires_grad=True)
    first, second = x[0], x[1]
    first.add_(w)
    again = x[0]
    return told(first), told(second), told(again), told(x), gradients(first + again + x.sum(), w)


def written_by_index(torch: Any) -> Any:
    x, w = torch.zeros(3), torch.ones((), requires_grad=True)
    before = x[1]
    x[0] += w
    x[1] = w * 3
    return told(before), told(x), gradients(x.sum() + before, w)


def flag_set_and_taken(torch: Any) -> Any:
    x = torch.ones(3)
    view, inner = x[0], x[0].detach()
    x.requires_grad_()
    seen = [told(view), told(inner)]
    x.requires_grad_(False)
    return *seen, told(view), told(inner)


def made_without_recording(torch: Any) -> Any:
    x, w = torch.ones(3), torch.ones((), requires_grad=True)
    with torch.no_grad():
        view = x[0]
    before = told(view)
    x.mul_(w)
    return before, told(view), view.requires_grad, gradients(x.sum(), w)


def made_in_inference_mode(torch: Any) -> Any:
    x, w = torch.ones(3), torch.ones((), requires_grad=True)
    with torch.inference_mode():
        view = x[0]
        lone = torch.ones(2)[0]
    x.mul_(w)
    return told(view), lone.is_inference(), lone.requires_grad


def leaf_written_unrecorded(torch: Any) -> Any:
    x = torch.ones(2, 2, requires_grad=True)
    row, cell = x[0], x[1][0]
    with torch.no_grad():
        x.add_(1)
        x[0].zero_()
    return told(row), told(cell), gradients(row.sum() + cell, x)


def leaf_without_its_flag(torch: Any) -> Any:
    x, w = torch.ones(3, requires_grad=True), torch.ones(3, requires_grad=True)
    view = x[0]
    with torch.no_grad():
        hidden = x[1]
    x.requires_grad_(False)
    seen = told(view), told(hidden)
    x.mul_(w * 2)
    return *seen, told(view), told(hidden), gradients(view * 3, w)


def leaf_detached(torch: Any) -> Any:
    x, w = torch.ones(3, requires_grad=True), torch.ones((), requires_grad=True)
    view = x[0]
    x.detach_()
    seen = told(view)
    x.mul_(w)
    return seen, told(view), gradients(view * 2, w)


def views_of_an_alias(torch: Any) -> Any:
    x, w = torch.ones(3), torch.ones((), requires_grad=True)
    alias = x.detach()
    of_alias, of_x = alias[0], x[0]
    x.mul_(w)
    return told(of_alias), told(of_x), gradients(of_x + of_alias, w)


def leaf_view_of_plain_data(torch: Any) -> Any:
    x, w = torch.ones(2, 2), torch.ones((), requires_grad=True)
    row = x[0]
    row.requires_grad_()
    cell = row[1]
    x.add_(1)
    seen = told(row), told(cell)
    return *seen, gradients(cell * w, w, row)


def with_attributes_of_users(torch: Any) -> Any:
    x, w = torch.ones(3), torch.ones((), requires_grad=True)
    view = x[0]
    view.title = "first"
    vars(view)
    x.mul_(w)
    return told(view), view.title


def leaf_moved_by_optimizers(torch: Any) -> Any:
    seen = []
    for make in (torch.optim.SGD, lambda each, lr: torch.optim.SGD(each, lr, momentum=0.9), torch.optim.Adam):
        for shape in ((1,), (3, 2)):
            x = torch.ones(shape, requires_grad=True)
            view = x[0]
            optimizer = make([x], 0.5)
            for _ in range(2):
                x.grad = torch.ones(shape)
                optimizer.step()
            seen.append((told(view), x.detach().sum().item() < x.numel()))
    return seen


PROGRAMS = [
    plain_then_written, many_alive, written_through_one, written_by_index, flag_set_and_taken, made_without_recording,
    made_in_inference_mode, leaf_written_unrecorded, leaf_without_its_flag, leaf_detached, views_of_an_alias,
    leaf_view_of_plain_data, with_attributes_of_users, leaf_moved_by_optimizers,
]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda each: each.__name__)
@pytest.mark.parametrize("frozen", [False, True], ids=["", "frozen"])
def test_unseen_views_are_as_in_torch(program: Callable[[Any], Any], frozen: bool, monkeypatch: Any) -> None:
    if frozen:
        # As if all had been frozen just before they are looked for.
        monkeypatch.setattr(gc, "get_freeze_count", lambda look=gc.get_freeze_count: gc.freeze() or look())
    try:
        assert program(minitorch_compat) == program(torch)
    finally:
        gc.unfreeze()


def test_nobody_is_looked_for_where_none_can_be_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_for: list[Any] = []
    monkeypatch.setattr(views, "enter_unseen", lambda *arguments: looked_for.append(arguments))
    w = minitorch_compat.ones((), requires_grad=True)
    x = minitorch_compat.zeros(3)
    _ = float(x[0]) + float(x[1])
    x[0] += w
    x.mul_(w)
    with minitorch_compat.no_grad():
        y = minitorch_compat.ones(3, requires_grad=True)
        y[1].zero_()
        y.add_(1)
    assert not looked_for


def test_memory_is_searched_for_views_once() -> None:
    x, w = minitorch_compat.zeros(3), minitorch_compat.ones((), requires_grad=True)
    view = x[0]
    x.add_(w)
    assert x._shared.watched
    assert len(x._shared.views) == 1
    del view
    later = x[1]
    assert any(each() is later for each in x._shared.views)


def test_memory_is_not_searched_where_no_view_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "enter_unseen", lambda *_: pytest.fail("looks at every object there is"))
    p = minitorch_compat.nn.Parameter(minitorch_compat.ones(2))
    (p[0] * p[1]).backward()
    minitorch_compat.optim.Adam([p]).step()
    assert p._version == 1


def test_views_die_at_once() -> None:
    x = minitorch_compat.zeros(3)
    died: list[int] = []

    class Witness:
        def __del__(self) -> None:
            died.append(1)

    gc.disable()
    try:
        view = x[0]
        view.witness = Witness()
        del view
        assert died
    finally:
        gc.enable()


def test_views_of_threads_are_found() -> None:
    x, w = minitorch_compat.zeros(8, 2), minitorch_compat.ones((), requires_grad=True)
    found: list[Any] = [None] * 8

    def look(place: int) -> None:
        found[place] = x[place]

    threads = [threading.Thread(target=look, args=(place,)) for place in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    x.add_(w)
    assert [type(each.grad_fn).__name__ for each in found] == ["AsStridedBackward0"] * 8
