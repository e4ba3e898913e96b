"""Views and writes beside torch: random programs, and the single rules they are made of."""

import os
import random
import warnings
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import torch
from hypothesis import strategies as st

import minitorch_compat as engine
from minitorch_compat.parity.fuzz import views as programs

PROGRAMS = int(os.environ.get("MINITORCH_VIEW_PROGRAMS", "100"))
"""How many random programs run beside torch; the environment variable asks for more.
"""
SEED = int(os.environ.get("MINITORCH_VIEW_SEED", "0"))
"""Which ones: another seed, other programs."""

NAMES = [name for name in programs.ACTIONS for _ in range(programs.WEIGHTS[name])]
NUMBERS = st.integers(0, programs.LIMIT - 1)
STEPS = st.tuples(st.sampled_from(NAMES), *[NUMBERS] * (programs.NUMBERS + 1))


@pytest.fixture(autouse=True)
def warn_always() -> Iterator[None]:
    """Warnings that come once in a process would come in one of the programs only."""
    before = torch.is_warn_always_enabled()
    for each in (torch, engine):
        each.set_warn_always(True)
    yield
    for each in (torch, engine):
        each.set_warn_always(before)


@hypothesis.seed(SEED)
@hypothesis.settings(
    max_examples=PROGRAMS, deadline=None, database=None, suppress_health_check=list(hypothesis.HealthCheck)
)
@hypothesis.given(st.lists(STEPS, min_size=1, max_size=20))
def test_a_program_does_what_torch_does(program: Any) -> None:
    assert programs.difference(program, torch, engine) is None


def test_programs_do_something() -> None:
    """Most steps succeed, and many tensors with a history are made: the generator does not test errors alone."""
    chosen = random.Random(1)
    done = made = 0
    for _ in range(50):
        machine = programs.Machine(torch)
        for _ in range(20):
            step = (chosen.choice(NAMES), *[chosen.randrange(programs.LIMIT) for _ in range(programs.NUMBERS + 1)])
            done += machine.step(step)[0] is None
        made += sum(each.requires_grad for each in machine.tensors)
    assert done > 600
    assert made > 50


# ---- the rules, one by one: each is what a program once found to differ


def run(rule: Any, torch: Any) -> list[Any]:
    """What a rule shows on one engine, with errors and warnings told as text."""
    shown: list[Any] = []

    def tell(what: Any) -> None:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            try:
                made = what()
            except Exception as error:
                made = f"{type(error).__name__}: {error}"
        shown.append([str(made), *[programs.without_place(str(each.message)) for each in warned]])

    rule(torch, tell)
    return shown


def a_view_finds_its_history_late(torch: Any, tell: Any) -> None:
    base = torch.zeros(3)
    old = base[0]
    base.mul_(2)
    new = base[1]
    base.requires_grad_()
    tell(lambda: (old.requires_grad, old.is_leaf, old.grad_fn.name(), old.grad_fn.next_functions[0][0].name()))
    tell(lambda: (new.requires_grad, new.is_leaf, new.grad_fn))


def a_view_that_was_not_asked_counts_as_a_leaf(torch: Any, tell: Any) -> None:
    base, other = torch.zeros(3), torch.ones(3, requires_grad=True)
    view = base[0]
    base.add_(other)
    tell(lambda: view.add_(1))
    tell(lambda: view.grad_fn.name())
    tell(lambda: view.add_(1).grad_fn.name())


def a_base_that_forgets_takes_its_views_along(torch: Any, tell: Any) -> None:
    base = torch.ones(3, requires_grad=True) * 1
    view, late = base[:2], None
    with torch.no_grad():
        late = base[1]
    base.detach_()
    for each in (view, late):
        tell(lambda each=each: (each.requires_grad, each.is_leaf))


def a_view_keeps_its_wish_for_a_gradient(torch: Any, tell: Any) -> None:
    base = torch.ones(3, requires_grad=True) * 1
    view = base[:2]
    view.retain_grad()
    base.mul_(2)
    (view * 3).sum().backward()
    tell(lambda: (view.retains_grad, view.grad.tolist()))


def a_tensor_times_itself_in_place(torch: Any, tell: Any) -> None:
    x = torch.ones(2, requires_grad=True) * 1
    x.mul_(x)
    tell(lambda: x.sum().backward())


def expanded_memory(torch: Any, tell: Any) -> None:
    for size, expanded in (((1,), (2,)), ((1, 0), (3, 0)), ((1, 3), (3, 3)), ((2, 0), (3, 2, 0))):
        def made(size: Any = size, expanded: Any = expanded) -> Any:
            return torch.ones(size).expand(expanded)

        tell(lambda: made().__setitem__(slice(None), 5))
        tell(lambda: made().__setitem__(None, 5))
        tell(lambda: made().__setitem__(True, 5))
        tell(lambda: made().__setitem__(torch.tensor([0]), 5))
        tell(lambda: made().__setitem__(torch.tensor([0]), torch.tensor(5)))
        tell(lambda: made().fill_(torch.tensor(5)))
        tell(lambda: made().fill_(5))
        tell(lambda: made().add_(1))
        tell(lambda: made().copy_(torch.tensor(1)))
        tell(lambda: made().index_fill_(0, torch.tensor([0]), 7))
        tell(lambda: (lambda x: x.masked_fill_(x > 0, 7))(made()))
        tell(lambda: (made().stride(), made().storage_offset()))


def going_back_through_a_write_to_expanded_memory(torch: Any, tell: Any) -> None:
    x = torch.ones(1, requires_grad=True) * 1
    x.expand(3).fill_(2)
    tell(lambda: x.sum().backward())


def memory_met_twice_is_refused_before_sizes(torch: Any, tell: Any) -> None:
    x = torch.arange(6.0)
    tell(lambda: x[:4].add_(x[1:4]))
    tell(lambda: x.view(2, 3).mul_(x.view(2, 3).t()))
    tell(lambda: x[:3].copy_(x[1:4]))
    tell(lambda: torch.add(x[:3], 1, out=x[1:4]))
    tell(lambda: x.index_copy_(0, torch.tensor([0]), x))
    tell(lambda: x.scatter_(0, torch.tensor([0]), x))


def views_of_several_and_unsafe_ones(torch: Any, tell: Any) -> None:
    x = torch.ones(4, requires_grad=True) * 1
    first, second = x.split(2)
    tell(lambda: first.add_(1))
    x.add_(1)
    tell(lambda: second.grad_fn)
    tell(lambda: second.is_leaf)
    apart = x.unsafe_chunk(2)[0]
    tell(lambda: (apart._is_view(), apart._version, apart.grad_fn.name()))
    tell(lambda: (apart.add_(1).grad_fn.name(), x._version))


def empty_parts_keep_their_place(torch: Any, tell: Any) -> None:
    x = torch.ones(4, 3)
    for part in (x[4:], x[2:2, 1:], x[:, 3:], x.narrow(1, 2, 0), x[1:].diagonal(5), x.as_strided((0,), (2,), 7)):
        tell(lambda part=part: (part.stride(), part.storage_offset()))


def changes_of_shape_in_place(torch: Any, tell: Any) -> None:
    x = torch.ones(2, 3, requires_grad=True) * 1
    view = x[0]
    view.unsqueeze_(0)
    tell(lambda: (view.grad_fn.name(), view.grad_fn.next_functions[0][0].name(), x._version))
    with torch.no_grad():
        x.t_()
    tell(lambda: (x.grad_fn.name(), x.shape))


def logic_in_place_leaves_history_alone(torch: Any, tell: Any) -> None:
    x = torch.ones(2, requires_grad=True)
    tell(lambda: x.logical_not_())
    y = x * 1
    tell(lambda: y.logical_and_(torch.ones(2)).grad_fn.name())


def the_seed_of_backward_is_nobodys_gradient(torch: Any, tell: Any) -> None:
    for _ in range(3):
        x = torch.ones(1, requires_grad=True)
        for _ in range(3):
            x.sum().backward()
        tell(lambda x=x: x.grad.tolist())


def what_was_saved_and_forgot_its_history(torch: Any, tell: Any) -> None:
    x = torch.ones(3, requires_grad=True)
    y = x * 1
    z, w = y * x, y + x
    y.retain_grad()
    y.detach_()
    tell(lambda: z.sum().backward())
    tell(lambda: w.sum().backward())
    tell(lambda: (y.retains_grad, y.requires_grad, y.grad.tolist(), x.grad.tolist()))


def a_view_that_leads_nowhere_is_not_used(torch: Any, tell: Any) -> None:
    base = torch.ones(3, requires_grad=True) * 1
    with torch.no_grad():
        view = base[:2]
    tell(lambda: torch.autograd.grad((view * 2).sum(), view))
    tell(lambda: torch.autograd.grad((view * 2).sum(), view, allow_unused=True))
    other = torch.ones(2)
    product = view * other
    other.zero_()
    tell(lambda: product.sum().backward())
    tell(lambda: product.sum().backward())


def triangles_where_they_are(torch: Any, tell: Any) -> None:
    for size, steps in (((3, 3), (0, 1)), ((2, 2), (1, 1)), ((2, 1, 3), (0, 3, 1)), ((2, 3, 2, 2), (12, 0, 2, 1))):
        tell(lambda size=size, steps=steps: torch.arange(60.0).as_strided(size, steps).tril_().tolist())
        tell(lambda size=size, steps=steps: torch.arange(60.0).as_strided(size, steps).triu_(1).tolist())


def a_write_through_a_view_is_passed_once(torch: Any, tell: Any) -> None:
    x = torch.ones(3)
    x[0] = torch.ones((), requires_grad=True)
    tell(lambda: x.sum().backward())
    tell(lambda: x.sum().backward())


def what_was_written_before_an_index_was_refused(torch: Any, tell: Any) -> None:
    x = torch.zeros(3, 2)
    tell(lambda: x.__setitem__((slice(None), torch.tensor([0, 2])), 5.0))
    tell(lambda: x.tolist())
    y = torch.zeros(3)
    tell(lambda: y.masked_scatter_(torch.tensor([True, True, False]), torch.ones(1)))
    tell(lambda: y.tolist())


def how_views_of_views_count_as_made(torch: Any, tell: Any) -> None:
    x = torch.ones(4)
    with torch.no_grad():
        view = x[:2]
    one, _ = view.split(1)
    with torch.inference_mode():
        other = x[2:]
    with torch.no_grad():
        again = other[:1]
    for each in (one, again):
        each.requires_grad_()
        tell(lambda each=each: each.mul_(2))


def names(node: Any) -> Any:
    return None if node is None else (node.name(), [names(each) for each, _ in node.next_functions])


def writes_through_conjugates_and_parts_arrive(torch: Any, tell: Any) -> None:
    views = {
        "conj": lambda x: x.conj(), "row": lambda x: x.conj()[0], "part": lambda x: x.conj()[0][1:],
        "real": lambda x: x.real[0], "imag": lambda x: x.imag, "pairs": lambda x: torch.view_as_real(x)[..., 1],
        "negative": lambda x: x.conj().imag[1], "again": lambda x: torch.view_as_complex(torch.view_as_real(x)[1]),
        "adjoint": lambda x: x.mH, "flat": lambda x: x.conj().view(-1), "split": lambda x: x.conj().unbind(0)[1],
    }
    for view in views.values():
        for write in (lambda v: v.mul_(2), lambda v: v.fill_(3), lambda v: v.__setitem__(0, 5)):
            def seen(view: Any = view, write: Any = write) -> Any:
                leaf = torch.tensor([[1 + 2j, 3 - 1j], [0.5j, 2 + 0j]], requires_grad=True)
                x = leaf * 1
                part, late = view(x), view(x)
                write(part)
                (x.abs() ** 2).sum().backward(retain_graph=True)
                told = [names(each.grad_fn) for each in (x, part, late)]
                told.append((leaf.grad + 0).tolist())
                return x.tolist(), late.tolist(), late.is_conj(), late.is_neg(), x._version, told

            tell(seen)


def a_path_that_leads_to_nothing_says_so_once(torch: Any, tell: Any) -> None:
    base = torch.ones(3, dtype=torch.complex64)
    view = base.view(3).requires_grad_()
    conjugate = view.conj()
    base.add_(1)
    tell(lambda: conjugate.is_leaf)
    tell(lambda: (conjugate.is_leaf, conjugate.requires_grad))


def what_is_retained_does_not_move_twice(torch: Any, tell: Any) -> None:
    x = torch.ones(3, requires_grad=True) * 1
    x.retain_grad()
    x.t_()
    tell(lambda: x.add_(1))
    tell(lambda: (x.tolist(), x._version, x.retains_grad, x.grad_fn.name()))
    y = torch.ones(3, requires_grad=True) * 1
    y.retain_grad()
    y.detach_()
    tell(lambda: y.add_(torch.ones(3, requires_grad=True)))


def hooks_see_a_gradient_that_goes_no_further(torch: Any, tell: Any) -> None:
    x, y = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
    z = x * 2
    seen: list[Any] = []
    for each in (x, z):
        each.register_hook(lambda g: seen.append(g.tolist()))
    z.retain_grad()
    tell(lambda: torch.autograd.grad(z, y, torch.ones(2)))
    tell(lambda: torch.autograd.grad(x, y, torch.ones(2), allow_unused=True))
    tell(lambda: (seen, z.grad))


def what_was_cast_is_saved_as_given(torch: Any, tell: Any) -> None:
    number = torch.tensor(2.0, dtype=torch.float64, requires_grad=True) * 1
    x = torch.ones(3, requires_grad=True)
    product = number * x
    number.data.fill_(5)
    tell(lambda: str(product.grad_fn._saved_self.dtype))
    tell(lambda: (product.sum().backward(), x.grad.tolist())[1])


def gradients_are_added_up_in_memory_of_their_own(torch: Any, tell: Any) -> None:
    steps = {
        "linear": lambda h, w: torch.nn.functional.linear(h, w), "add": lambda h, w: h + w, "mul": lambda h, w: h * w,
        "matmul": lambda h, w: h @ w, "exp": lambda h, w: h * w.exp(), "relu": lambda h, w: h * w.relu(),
        "transposed": lambda h, w: h + w.t(), "row": lambda h, w: h - w[:1], "rows": lambda h, w: h * w[[0, 2, 0]],
        "maximum": lambda h, w: torch.maximum(h, w), "sum": lambda h, w: h + w.sum(0, keepdim=True),
        "conv": lambda h, w: torch.nn.functional.conv1d(h[None], w[:, :, None])[0],
    }
    for step in steps.values():
        for times in (1, 2, 3):
            def chained(step: Any = step, times: int = times) -> Any:
                w = torch.arange(9.0).reshape(3, 3).requires_grad_()
                h = torch.ones(3, 3) * 2
                for _ in range(times):
                    h = step(h, w)
                h.sum().backward()
                first, w.grad = w.grad._version, None
                total = sum(step(torch.ones(3, 3), w) for _ in range(times))
                (total * total).sum().backward()
                return first, w.grad._version, w.grad.stride()

            tell(chained)


def targets_are_resized_in_their_own_memory(torch: Any, tell: Any) -> None:
    writes = {
        "mul": lambda v, b: torch.mul(torch.ones(3), 2, out=v),
        "sum": lambda v, b: torch.sum(torch.ones(2, 3), 0, out=v),
        "grown": lambda v, b: torch.mul(torch.ones(8), 2, out=v), "cat": lambda v, b: torch.cat([torch.ones(3)], out=v),
        "itself": lambda v, b: torch.mul(v, torch.ones(3, 1), out=v), "joined": lambda v, b: torch.cat([v, v], out=v),
        "cast": lambda v, b: torch.mul(torch.ones(3, dtype=torch.float64), 2, out=v),
        "laid out": lambda v, b: torch.mul(torch.ones(2, 3).t(), 2, out=b),
    }
    for write in writes.values():
        base = torch.arange(6.0)
        view, alias = base[2:4], base.detach()[1:]
        tell(lambda write=write, view=view, base=base: write(view, base).stride())
        tell(lambda view=view, base=base, alias=alias: [
            (each.shape, each.stride(), each.storage_offset(), each._version, each.untyped_storage().nbytes())
            for each in (view, base, alias)
        ])


def memory_that_is_replaced(torch: Any, tell: Any) -> None:
    for replace in (
        lambda x: x.set_(), lambda x: x.set_(torch.arange(2.0)),
        lambda x: x.set_(torch.ones(2, requires_grad=True) * 2),
    ):
        for part in (False, True):
            base = torch.ones(3, requires_grad=True) * 1
            view = base[1:]
            x = view if part else base
            tell(lambda replace=replace, x=x: replace(x).tolist())
            tell(lambda base=base, view=view: [(each._version, names(each.grad_fn)) for each in (base, view)])
            tell(lambda x=x: (x * 2).sum().backward())
    y = torch.ones(3, requires_grad=True) * 1
    y.data = torch.ones(2)
    tell(lambda: (y * 2).sum().backward())
    conjugate = torch.tensor([1j, 2]).conj()
    z = torch.ones(2, dtype=torch.complex64)
    z.data = conjugate
    tell(lambda: (z.is_conj(), z.tolist()))


def hooks_of_results_without_a_gradient(torch: Any, tell: Any) -> None:
    first, second = (torch.ones(2, requires_grad=True) * 1).split(1)
    seen: list[Any] = []
    second.register_hook(lambda g: seen.append(None if g is None else g.tolist()))
    first.sum().backward(retain_graph=True)
    second.sum().backward()
    tell(lambda: seen)


def a_wanted_result_is_reached_by_way_of_its_siblings(torch: Any, tell: Any) -> None:
    first, second = torch.ones(3, requires_grad=True).split([1, 2])
    product, other = second * second, first * 3
    second.register_hook(lambda g: g * 3)
    for output in (product.sum(), product.sum() + other.sum()):
        for wanted in ([first], [first, second]):
            found = torch.autograd.grad(output, wanted, retain_graph=True, allow_unused=True)
            tell(lambda found=found: [g is not None and (g.tolist(), g._version) for g in found])
    output = product.sum()
    output.backward(inputs=[first], retain_graph=True)
    tell(lambda: first.grad)
    tell(lambda: torch.autograd.grad(output, [first]))
    tell(lambda: output.backward())


def refusals_come_in_order(torch: Any, tell: Any) -> None:
    x, z, one = torch.ones(1, 1).expand(3, 1), torch.full((1,), 1j).expand(3), torch.tensor([0])
    tell(lambda: z.clamp_min_(0.5))
    tell(lambda: z.clamp_max_(max=0.5))
    tell(lambda: z.clamp_max_(torch.ones(3)))
    tell(lambda: x.index_add_(1, one, torch.ones(1)))
    tell(lambda: x.index_add_(2, one, torch.ones(1, 1)))
    tell(lambda: x.index_add_(0, one + 7, torch.ones(1, 1)))
    tell(lambda: (x > 0).cumprod_(3))
    tell(lambda: (x > 0).cumsum_(dim=-1))
    tell(lambda: x.lerp_(x, torch.ones(3, 1).half()))
    tell(lambda: torch.lerp(x, x, torch.ones(4, 1).half()))
    tell(lambda: torch.lerp(x, x, torch.tensor(1.0).half()).tolist())


def room_is_told_of_in_lazy_tensors_too(torch: Any, tell: Any) -> None:
    x = torch.ones(2, 2)
    for name, given in (("mul", (x, x)), ("sum", (x, 0)), ("stack", ([x, x],)), ("abs", (x,)), ("mm", (x, x))):
        for lazy in (torch.ones(3) + 0j).conj(), (torch.ones(3) + 0j).conj().imag:
            made = [each + 0j if lazy.is_complex() and each is x else each for each in given]
            tell(lambda name=name, made=made, lazy=lazy: getattr(torch, name)(*made, out=lazy).tolist())


def hooks_see_the_gradients_of_whole_sequences(torch: Any, tell: Any) -> None:
    x, y = torch.ones(2, requires_grad=True), torch.ones(2)
    for name in ("stack", "cat"):
        seen: list[Any] = []
        joined = getattr(torch, name)([y, x, x * 2])
        joined.grad_fn.register_hook(lambda given, _, seen=seen: seen.extend(each.tolist() for each in given))
        joined.sum().backward()
        tell(lambda seen=seen: seen)


def what_does_not_suit_is_seen_by_nobody(torch: Any, tell: Any) -> None:
    x = torch.ones(1, 3, requires_grad=True)
    y = x * 2
    y.retain_grad()
    with torch.no_grad():
        y.squeeze_()
    tell(lambda: y.sum().backward())
    tell(lambda: (y.grad, x.grad))


def zeros_keep_their_signs_in_strided_views(torch: Any, tell: Any) -> None:
    y = torch.ones(3, requires_grad=True) * 2
    for shape, steps, given in ((2,), (2,), [-0.0, 2.0]), ((2, 2), (1, 1), [[-0.0, 2.0], [1.0, -0.0]]):
        part = torch.as_strided(y, shape, steps, 0)
        tell(lambda part=part, given=given: torch.autograd.grad(part, y, torch.tensor(given))[0].tolist())


def products_with_inference_tensors_are_refused_first(torch: Any, tell: Any) -> None:
    with torch.inference_mode():
        x = torch.ones(2, 3)
    y = torch.ones(2, 3, requires_grad=True)
    for name in ("mm", "matmul"):
        tell(lambda name=name: getattr(torch, name)(x, y))
    tell(lambda: torch.bmm(x[None], y[None]))
    tell(lambda: torch.dot(x[0], y.view(-1)))
    tell(lambda: torch.mm(x, y.detach()))


def sums_over_kept_dimensions_have_memory_of_their_own(torch: Any, tell: Any) -> None:
    for through in (lambda x: x.clone() * torch.ones(2), lambda x: x.clone().expand(2), lambda x: (x + 0).expand(2)):
        leaf = torch.ones(1, requires_grad=True)
        made = leaf * 1 + through(leaf)
        made.backward(torch.ones(2))
        tell(lambda leaf=leaf: (leaf.grad.tolist(), leaf.grad._version))


def what_leads_nowhere_has_nothing_saved(torch: Any, tell: Any) -> None:
    leaf = torch.ones(3, requires_grad=True)
    with torch.no_grad():
        part = leaf.view(3)
    made = part + leaf * 1
    made.addcmul_(part, made, value=2)
    tell(lambda: made.backward(torch.ones(3)))
    tell(lambda: leaf.grad)


def a_view_without_history_that_was_a_leaf_is_given_its_gradient(torch: Any, tell: Any) -> None:
    base = torch.ones(3, requires_grad=True) * 1
    with torch.no_grad():
        part = base.transpose(0, 0)
    part.requires_grad_()
    made = part.clone()
    part.requires_grad_(False)
    for _ in range(2):
        tell(lambda: made.backward(torch.ones(3), retain_graph=True))
    tell(lambda: (part.requires_grad, part.grad.tolist(), part.grad._version))


def views_of_another_meaning_and_another_size(torch: Any, tell: Any) -> None:
    def replaced(y: Any) -> Any:
        return y.real.set_(torch.ones(4))

    def replaced_conjugate(y: Any) -> Any:
        return y.conj().set_(torch.ones(4) + 0j)

    def turned_base(y: Any) -> Any:
        z = y.conj()
        y.t_()
        return z

    def turned_parts(y: Any) -> Any:
        z = torch.view_as_real(y[0]).t_()
        y.detach().zero_()
        return z

    for changed in (replaced, replaced_conjugate, turned_base, turned_parts):
        y = (torch.ones(2, 3, requires_grad=True) + 0j) * 1
        z = changed(y)
        tell(lambda z=z: (names(z.grad_fn)[0], z.shape))
        tell(lambda z=z: z.backward(torch.ones_like(z), retain_graph=True))
        tell(lambda z=z: (z * 2).backward(torch.ones_like(z)))


def expanded_nothing_grows(torch: Any, tell: Any) -> None:
    x = torch.ones(3).expand(2, 3).expand(0, 2, 3).transpose_(0, 2)
    part = x[2, 1]
    tell(lambda: torch.mul(torch.ones(2, 3), 2, out=part))
    tell(lambda: (part.storage_offset(), part.stride(), x.stride(), x.untyped_storage().nbytes()))


def steps_that_nothing_passes(torch: Any, tell: Any) -> None:
    for write in (lambda x: x.floor_divide_(2), lambda x: x.heaviside_(torch.tensor(1.0)), lambda x: x.floor_divide(2)):
        x = torch.ones(2, requires_grad=True) * 1
        made = write(x)
        tell(lambda made=made: made.sum().backward())
        base = torch.ones(2, requires_grad=True) * 1
        write(base[:1])
        tell(lambda base=base: names(base.grad_fn))


def views_of_given_gradients_are_taken(torch: Any, tell: Any) -> None:
    leaf = torch.ones(3, requires_grad=True)
    given = torch.ones(3)
    leaf.view(3).backward(given)
    tell(lambda: (leaf.grad._version, leaf.grad.data_ptr() == given.data_ptr()))


RULES = [
    a_wanted_result_is_reached_by_way_of_its_siblings, refusals_come_in_order, room_is_told_of_in_lazy_tensors_too,
    hooks_see_the_gradients_of_whole_sequences, what_does_not_suit_is_seen_by_nobody,
    zeros_keep_their_signs_in_strided_views, sums_over_kept_dimensions_have_memory_of_their_own,
    what_leads_nowhere_has_nothing_saved, expanded_nothing_grows,
    a_view_without_history_that_was_a_leaf_is_given_its_gradient, views_of_another_meaning_and_another_size,
    products_with_inference_tensors_are_refused_first,
    targets_are_resized_in_their_own_memory, memory_that_is_replaced, hooks_of_results_without_a_gradient,
    steps_that_nothing_passes, views_of_given_gradients_are_taken,
    writes_through_conjugates_and_parts_arrive, a_path_that_leads_to_nothing_says_so_once,
    what_is_retained_does_not_move_twice, hooks_see_a_gradient_that_goes_no_further, what_was_cast_is_saved_as_given,
    gradients_are_added_up_in_memory_of_their_own,
    the_seed_of_backward_is_nobodys_gradient, what_was_saved_and_forgot_its_history,
    a_view_that_leads_nowhere_is_not_used, triangles_where_they_are, a_write_through_a_view_is_passed_once,
    what_was_written_before_an_index_was_refused, how_views_of_views_count_as_made,
    a_view_finds_its_history_late, a_view_that_was_not_asked_counts_as_a_leaf,
    a_base_that_forgets_takes_its_views_along, a_view_keeps_its_wish_for_a_gradient, a_tensor_times_itself_in_place,
    expanded_memory, going_back_through_a_write_to_expanded_memory, memory_met_twice_is_refused_before_sizes,
    views_of_several_and_unsafe_ones, empty_parts_keep_their_place, changes_of_shape_in_place,
    logic_in_place_leaves_history_alone,
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule(rule: Any) -> None:
    assert run(rule, engine) == run(rule, torch)
