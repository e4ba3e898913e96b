"""Forward mode: tensors that carry tangents, and how operations carry them on.

A dual tensor is the tensor itself with its tangents, by level, in ``_tangents``; its class alone tells it from others
and hides its memory, so that an operation comes here. Here it runs on the tensor without its tangent and is recorded
for a moment; what was recorded gives the tangent of the result:

- a view: the operation itself on the tangents, so that the tangent of a view is a view of the tangent;
- a linear operation: likewise, a bilinear one once for each argument;
- an elementwise one: its formula, conjugated both before and after, since it is diagonal;
- any other: the way back is linear in its gradient ``v``; the way back of that, at the tangent, is the way forward.

Levels: 0 is that of ``autograd.forward_ad``, those of ``torch.func.jvp`` are counted from 1, and inner ones are higher.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from . import graph
from .graph import LEAF, Node, Output, Pass, next_order
from .modes import exchange, mode
from .recording import Kept, original, parameters, revived, tensors
from .tensor import Tensor, TensorType, wrap
from .transforms import Transformed, attached, border, interpret, replaced, tensors_in, writes
from .views import edge_of, find_views

LINEAR = frozenset(
    """
    sum mean neg negative clone contiguous reshape flatten unflatten cumsum flip fliplr flipud roll rot90 tril
    triu to double float half bfloat16 cfloat cdouble type conj conj_physical resolve_conj resolve_neg positive
    repeat tile repeat_interleave diag diagflat diag_embed trace cat concat concatenate stack hstack vstack
    dstack column_stack row_stack block_diag index_select take gather take_along_dim __getitem__ broadcast_to
    sum_to_size real imag view_as_real view_as_complex real_part to_dtype clone_contiguous select_backward
    slice_backward diagonal_backward unfold_backward index_put_into gather_backward take_backward masked_select
    masked_select_backward index_select_backward deg2rad rad2deg complex diff __pos__ __neg__ index_of flip_of
    repeat_of roll_of rot90_of block_diag_of diagonal_copy_of scatter_strided_of gather_strided scale
    """.split()  # noqa: SIM905
)
"""Operations that are linear in all their tensors together: the tangent goes through the operation itself."""

BILINEAR = frozenset(
    """
    mul multiply __mul__ __rmul__ matmul __matmul__ __rmatmul__ mm bmm mv dot vdot outer ger inner kron
    tensordot cross
    """.split()  # noqa: SIM905
)
"""Operations linear in each of two tensors: the tangent of each goes through beside the other."""

NOT_HOLOMORPHIC = frozenset(("SgnBackward0",))
"""Elementwise steps from complex numbers to complex numbers without a complex derivative."""

UNTOUCHED = frozenset(
    """
    uniform_ normal_ exponential_ geometric_ cauchy_ log_normal_ random_ bernoulli_ zero_
    """.split()  # noqa: SIM905
)
"""Writes whose result does not depend on what was there: the tangent becomes zero."""

RESHAPING = frozenset(
    """
    squeeze_ unsqueeze_ transpose_ t_ swapaxes_ swapdims_ as_strided_ resize_ resize_as_ set_
    """.split()  # noqa: SIM905
)
"""In-place operations that change the geometry, and with it that of the tangent."""


class _Forward(threading.local):
    """Whether this thread carries tangents on, and the levels it has open."""

    enabled = True

    def __init__(self) -> None:
        self.members: dict[int, list[weakref.ref[Any]]] = {}


forward = _Forward()


class Dual(Transformed):
    """A tensor with tangents; ``_tangents`` has one for each level."""

    _tangents: dict[int, Tensor]
    _plain: type[Tensor]

    def __repr__(self, *, tensor_contents: str | None = None) -> str:  # type: ignore[override]
        from .transform_printing import transformed_text

        return transformed_text(self, tensor_contents)

    def __iter__(self) -> Any:
        if not self.dim():
            raise TypeError("iteration over a 0-d tensor")
        return iter(self.unbind(0))

    def detach(self) -> Tensor:
        """The same memory without history and without tangents."""
        return stripped(lambda: Tensor.detach(self), [self])


_classes: dict[type[Tensor], type[Dual]] = {}


def dual_class(plain: type[Tensor]) -> type[Dual]:
    """The class of the dual tensors of a class."""
    if plain not in _classes:
        body = {"__module__": plain.__module__, "_plain": plain, "__qualname__": plain.__qualname__}
        _classes[plain] = TensorType(plain.__name__, (Dual, plain), body)  # type: ignore[assignment]
    return _classes[plain]


def give(x: Tensor, level: int, tangent: Tensor) -> Tensor:
    """Let ``x`` carry ``tangent`` at a level."""
    if not isinstance(x, Dual):
        held = x.__dict__
        x.__class__ = dual_class(x.__class__)
        held["_tangents"] = {}
    x._tangents[level] = tangent  # type: ignore[attr-defined]
    members = forward.members.get(level)
    if members is not None:
        if len(members) > 256 and not len(members) & 255:
            members[:] = [each for each in members if each() is not None]
        members.append(weakref.ref(x))
    return x


def take(x: Tensor, level: int) -> Tensor | None:
    """Take the tangent of a level away from ``x`` and return it."""
    if not isinstance(x, Dual):
        return None
    found = x._tangents.pop(level, None)
    if not x._tangents:
        del x.__dict__["_tangents"]
        x.__class__ = x._plain  # type: ignore[assignment]
    return found


def tangent_of(x: Any, level: int) -> Tensor | None:
    """The tangent of ``x`` at a level, if it has one."""
    return x._tangents.get(level) if isinstance(x, Dual) else None


def stripped(function: Callable[[], Any], duals: Sequence[Any]) -> Any:
    """Call ``function`` while some tensors show no tangent at any level."""
    held = [(each, each._tangents) for each in duals if isinstance(each, Dual)]
    for each, _ in held:
        each.__class__ = each._plain  # type: ignore[assignment]
        del each.__dict__["_tangents"]
    try:
        return function()
    finally:
        for each, tangents in held:
            each.__class__ = dual_class(each.__class__)
            each.__dict__["_tangents"] = tangents


def close(level: int) -> None:
    """Forget all tangents of a level."""
    for reference in forward.members.pop(level, ()):
        each = reference()
        if each is not None:
            take(each, level)


# ---- one operation


class Marker(Node):
    """Stands between a dual argument and what is recorded of one operation, so that its tangent can enter there."""

    __slots__ = ("arrived",)
    enters = True

    def __init__(self, source: Any) -> None:
        self.order = next_order()
        self.edges = (source,)
        self.kept = self.values = ()
        self.noted = self.fit = None

    def vjp(self, g: Any) -> Sequence[Any]:
        return (g,)

    vjp_tensors = vjp


def carry_out(name: str, function: Callable[..., Any], arguments: Any, keywords: Any) -> Any:
    """An operation on arguments of which some are dual: its result, with tangents at the highest of their levels."""
    duals = list({id(each): each for each in tensors_in((arguments, keywords)) if isinstance(each, Dual)}.values())
    if not forward.enabled or mode.inference:
        return stripped(lambda: function(*arguments, **keywords), duals)
    level = max(max(each._tangents) for each in duals)
    if writes(name) and isinstance(arguments[0], Tensor):
        return write(name, function, arguments, keywords, level)
    mine = [each for each in duals if level in each._tangents]
    return Step(name, function, arguments, keywords, level, mine).run()


class Step:
    """One operation on dual arguments at one level."""

    def __init__(
        self, name: str, function: Callable[..., Any], arguments: Any, keywords: Any, level: int, duals: list[Any]
    ) -> None:
        self.name, self.function, self.arguments, self.keywords = name, function, arguments, keywords
        self.level, self.duals = level, duals

    def run(self) -> Any:
        duals, level = self.duals, self.level
        given = [each._tangents[level] for each in duals]
        self.tangents = {id(each): tangent for each, tangent in zip(duals, given, strict=True)}
        sources = []
        for each in duals:
            take(each, level)
        recording = mode.enabled
        markers = []
        try:
            for each in duals:
                sources.append(each._node)
                marker = Marker(each if sources[-1] is LEAF else sources[-1])
                each._node = marker
                markers.append(marker)
            exchange(True)
            try:
                out = self.function(*self.arguments, **self.keywords)
            finally:
                exchange(recording)
                for each, marker, source in zip(duals, markers, sources, strict=True):
                    if each._node is marker:
                        each._node = source
            results = [
                each for each in tensors_in(out)
                if id(each) not in self.tangents and each.is_floating_point() | each.is_complex()
            ]
            self.entries = markers
            self.markers = dict(zip(map(id, markers), duals, strict=True))
            made = self.carry(out, results)
            inner = self.tangents_inside(results, made) if recording and self.is_tracked(sources) else []
            leaves = {id(each) for each in leaves_in((self.arguments, self.keywords, given))}
            for each in (*results, *made, *[tangent for *_, tangent in inner]):
                settle_all(each, markers[0].order, recording, leaves)
        finally:
            for each, tangent in zip(duals, given, strict=True):
                give(each, level, tangent)
        for each, tangent in zip(results, made, strict=True):
            if tangent is not None:
                give(each, level, tangent)
                keep_tangents(each)
        for node, place, tangent in inner:
            each = node.kept[place]
            if isinstance(each, Tensor):
                if tangent_of(each, level) is None:
                    give(each, level, tangent)
            elif type(each) is DualKept:
                each.add(level, tangent)
            else:
                node.kept = (*node.kept[:place], DualKept(each, {level: tangent}), *node.kept[place + 1 :])
        return out

    def is_tracked(self, sources: list[Any]) -> bool:
        """Whether what is recorded here stays in the graph."""
        others = [each for each in tensors_in((self.arguments, self.keywords)) if id(each) not in self.tangents]
        return any(each is not None for each in (*sources, *[each._node for each in others]))

    def tangents_inside(self, results: list[Tensor], made: list[Tensor | None]) -> list[tuple[Any, int, Tensor]]:
        """The tangents of what the steps of this operation keep of each other: backward will be carried forward, too.

        A result that its own step keeps has its tangent already.
        """
        known = {
            id(each.__dict__["_data"]): tangent
            for each, tangent in zip(results, made, strict=True) if "_data" in each.__dict__ and tangent is not None
        }
        found: list[tuple[Any, int, Tensor]] = []
        start = self.entries[0].order
        stack, visited = [graph.step_of(each) for each in results], set()
        while stack:
            node: Any = stack.pop()
            if not isinstance(node, Node) or node.order >= start or id(node) in visited or id(node) in self.markers:
                continue
            visited.add(id(node))
            stack.extend(node.edges)
            for place, each in enumerate(node.kept or ()):
                if each is None or id(original(each)) in self.tangents or isinstance(each, Dual):
                    continue
                x = revived(node, each)
                if not isinstance(x, Tensor) or x._node is None or x._node is LEAF:
                    continue
                if x._node.order >= start or not reaches(x._node, self.markers):
                    continue
                tangent = known.get(id(each.__dict__.get("_data"))) if isinstance(each, Tensor) else known.get(
                    id(each._data)
                )
                if tangent is None:
                    tangent = self.transposed(x)
                if tangent is not None:
                    found.append((node, place, tangent))
        return found

    # ---- the tangents of the results

    def carry(self, out: Any, results: list[Tensor]) -> list[Tensor | None]:
        """A tangent, or None, for each result."""
        if not results:
            return []
        views = [each for each in results if each._base is not None and self.sees(each)]
        if views and len(views) == len(results):
            return list(tensors_in(self.again(self.tangents)))
        reached = [each._node is not None and reaches(each._node, self.markers) for each in results]
        if not any(reached):
            return [None] * len(results)
        refuse([each._node for each in results], self.markers)
        if self.name in LINEAR and "out" not in self.keywords:
            return [
                each if hit else None
                for each, hit in zip(tensors_in(self.again(self.tangents)), reached, strict=True)
            ]
        if self.name in BILINEAR and len(results) == 1 and self.bilinear():
            parts = [self.again({key: tangent}, others=True) for key, tangent in self.parts()]
            return [parts[0] if len(parts) == 1 else parts[0] + parts[1]]
        return [
            self.quick(each) if hit else None for each, hit in zip(results, reached, strict=True)
        ]

    def sees(self, view: Tensor) -> bool:
        """Whether a view looks at the memory of a dual argument."""
        return any(each is view._base or each._base is view._base for each in self.duals)

    def again(self, tangents: dict[int, Tensor], others: bool = False) -> Any:
        """The operation on the tangents; other tensors stay, or count as zeros beside them."""

        def change(x: Tensor) -> Tensor:
            found = tangents.get(id(x))
            if found is not None:
                return found if found.dtype is x.dtype else found.to(x.dtype)
            if others or not (x.is_floating_point() or x.is_complex()):
                return x
            return tensors.zeros_like(x)

        return self.function(*replaced(tuple(self.arguments), change), **replaced(self.keywords, change))

    def bilinear(self) -> bool:
        """Whether there are just the two tensors, or one and a number."""
        return len([each for each in self.arguments if isinstance(each, Tensor)]) == len(
            list(tensors_in((self.arguments, self.keywords)))
        ) <= 2 and not self.keywords

    def parts(self) -> list[tuple[int, Tensor]]:
        """The tangents that go through one after the other; an argument given twice has two places."""
        places = [each for each in self.arguments if isinstance(each, Tensor)]
        if len(places) == 2 and places[0] is places[1]:
            twin = places[0].detach()
            twin._node = places[0]._node
            self.arguments = tuple(twin if place else each for place, each in enumerate(self.arguments))
            self.tangents[id(twin)] = self.tangents[id(places[0])]
        return [(key, tangent) for key, tangent in self.tangents.items()]

    def quick(self, out: Tensor) -> Tensor | None:
        """The tangent of one result: by its formula where the step is elementwise, otherwise by transposing."""
        node: Any = out._node
        if node.elementwise:
            made = self.elementwise(out, node)
            if made is not None:
                return made
        return self.transposed(out)

    def elementwise(self, out: Tensor, node: Any) -> Tensor | None:
        """The formulas on the tangents; None where numbers are complex in part, or an edge leads elsewhere."""
        complex_out = out.is_complex()
        values = None
        total: Tensor | None = None
        for place, edge in enumerate(node.edges):
            x = self.markers.get(id(edge))
            if x is None:
                if edge is not None and isinstance(edge, Node) and reaches(edge, self.markers):
                    return None
                continue
            if x.is_complex() != complex_out or (complex_out and node.operation in NOT_HOLOMORPHIC):
                return None
            formula = node.formulas[node.arguments[place]]
            if values is None:
                values = dict(zip(node.names, self.values_of(node), strict=True))
            tangent = self.tangents[id(x)]
            if tangent.dtype is not out.dtype:
                tangent = tangent.to(out.dtype)
            named = [values[each] for each in formula_names(formula)]
            if complex_out:
                part = formula(tensors, tangent.conj(), *named).conj()
            else:
                part = formula(tensors, tangent, *named)
            total = part if total is None else total + part
        if total is None:
            return None
        if total.dtype is not out.dtype:
            total = total.to(out.dtype)
        if total.shape != out.shape:
            total = total.expand(out.shape)
        return total

    def values_of(self, node: Any) -> list[Any]:
        """What the step kept, with histories, and its plain values."""
        return [None if each is None else revived(node, each) for each in node.kept] + list(node.values)

    def transposed(self, out: Tensor) -> Tensor | None:
        """The way back of the way back: linear in its weight, at the tangents."""
        weight = tensors.zeros_like(out)
        weight._node = LEAF
        back = gradients(out, self.entries, weight)
        pairs = []
        for marker, each in zip(self.entries, back, strict=True):
            if each is not None and each._node is not None:
                tangent = self.tangents[id(self.markers[id(marker)])]
                pairs.append((each, tangent if tangent.dtype is each.dtype else tangent.to(each.dtype)))
        if not pairs:
            return tensors.zeros_like(out)
        carried = Pass(True, True, (weight,))
        carried.run([edge_of(each) for each, _ in pairs], [tangent for _, tangent in pairs])
        made = carried.captured[weight]
        return tensors.zeros_like(out) if made is None else made


def formula_names(formula: Any) -> tuple[str, ...]:
    """What a formula names beside the vocabulary and the gradient."""
    return parameters(formula)[2:]


def gradients(out: Tensor, nodes: Sequence[Any], weight: Tensor) -> list[Any]:
    """The gradients of ``out``, weighted, at some nodes, recorded."""
    back = Pass(True, True, nodes)
    back.run([out._node], [weight])
    return [back.captured[each] for each in nodes]


def reaches(node: Any, markers: dict[int, Any]) -> bool:
    """Whether some marker feeds a step."""
    stack, visited = [node], set()
    while stack:
        each = stack.pop()
        if id(each) in markers:
            return True
        if id(each) in visited or not isinstance(each, Node):
            continue
        visited.add(id(each))
        stack.extend(edge for edge in each.edges if edge is not None)
    return False


def leaves_in(values: Any) -> Iterator[Tensor]:
    """The tensors among arguments, what they stand for, and their tangents."""
    for each in tensors_in(values):
        yield each
        held = each.__dict__
        yield from leaves_in((held.get("_value"), held.get("_tangents")))


BACKWARD_ONLY = {
    "AcoshBackward1": "acosh_", "AsinhBackward1": "asinh_", "AtanhBackward1": "atanh_",
    "CdistBackward0": "_cdist_forward", "CholeskyBackward0": "cholesky", "ConvTbcBackward0": "conv_tbc",
    "CtcLossBackward0": "_ctc_loss", "EmbeddingBagBackward0": "_embedding_bag", "GeqrfBackward0": "geqrf",
    "EuclideanDistBackward0": "_euclidean_dist",
    "GridSampler2DBackward0": "grid_sampler_2d", "GridSampler3DBackward0": "grid_sampler_3d",
    "IgammaBackward0": "igamma", "IgammacBackward0": "igammac", "IndexReduceBackward0": "index_reduce",
    "MkldnnRnnLayerBackward0": "mkldnn_rnn_layer", "MultiMarginLossBackward0": "multi_margin_loss",
    "MultilabelMarginLossBackward0": "multilabel_margin_loss_forward", "OrmqrBackward0": "ormqr",
    "PackPaddedSequenceBackward0": "_pack_padded_sequence", "PdistBackward0": "_pdist_forward",
    "RreluWithNoiseBackward1": "rrelu_with_noise_",
    "ScaledDotProductFlashAttentionForCpuBackward0": "_scaled_dot_product_flash_attention_for_cpu",
    "SegmentReduceBackward0": "segment_reduce",
    **dict.fromkeys(("SpecialZetaBackward0", "SpecialZetaBackward1", "SpecialZetaBackward2"), "special_zeta"),
    "Unique2Backward0": "_unique2",
    "UniqueConsecutiveBackward0": "unique_consecutive", "UniqueDimBackward0": "unique_dim",
    "WeightNormInterfaceBackward0": "_weight_norm_interface",
}
"""The steps that torch does not carry forward, and what it calls their operations then."""


def refuse(roots: Sequence[Any], markers: dict[int, Any]) -> None:
    """NotImplementedError where torch has no way forward through a step that was recorded since the markers."""
    stack, visited = list(roots), set()
    while stack:
        node = stack.pop()
        if id(node) in markers or id(node) in visited or not isinstance(node, Node):
            continue
        visited.add(id(node))
        name = type(node).__name__
        if name in BACKWARD_ONLY and reaches(node, markers):
            raise NotImplementedError(
                f"Trying to use forward AD with {BACKWARD_ONLY[name]} that does not support it because it has not been "
                "implemented yet.\nPlease file an issue to PyTorch at https://github.com/pytorch/pytorch/issues/new?"
                "template=feature-request.yml so that we can prioritize its implementation or submit a PR adding the "
                "implementation to derivatives.yaml"
            )
        if name == "NotImplemented" and reaches(node, markers):
            raise NotImplementedError(f"Trying to use forward AD with {refused_name(node)} that does not support it.")
        stack.extend(edge for edge in node.edges if edge is not None)


def refused_name(node: Any) -> str:
    """What torch calls an operation without a derivative: the formulas of its step do nothing but say it."""
    formulas = node.formulas if hasattr(node, "formulas") else node.recorder.formulas
    try:
        next(each for each in formulas.values() if each is not None)(tensors, None)
    except RuntimeError as error:
        return str(error).removeprefix("derivative for ").removesuffix(" is not implemented")
    raise AssertionError("a step without a derivative that does not say so")


def settle_all(x: Any, start: float, recording: bool, leaves: set[int] | None = None) -> None:
    """Settle a tensor and the tangents it has."""
    if x is not None:
        settle(x, start, recording, leaves)
        for each in x.__dict__.get("_tangents", {}).values():
            settle_all(each, start, recording, leaves)


def settle(x: Tensor, start: float, recording: bool, leaves: set[int] | None = None) -> None:
    """Take the markers out of the history of ``x``, and the history where it leads nowhere.

    ``leaves`` are those that count, where not all do: a formula may make some for itself.
    """
    root = x._node
    if root is None or root is LEAF or not isinstance(root, Node):
        return
    if not recording:
        x._node = None
        return
    alive: dict[int, bool] = {}
    stack = [(root, False)]
    while stack:
        node, done = stack.pop()
        if not isinstance(node, Node) or node.order > start or node is graph.NOWHERE:
            continue
        if not done:
            if id(node) not in alive:
                alive[id(node)] = True
                stack.append((node, True))
                stack.extend((edge, False) for edge in node.edges if edge is not None)
            continue
        edges = []
        for edge in node.edges:
            while isinstance(edge, Marker) and edge.order <= start:
                edge = edge.edges[0]
            lives = alive.get(id(edge), True) if isinstance(edge, Node) else leaves is None or id(edge) in leaves
            edges.append(edge if edge is not None and lives else None)
        if node.__class__ is not Output or edges[0] is not None:
            node.edges = tuple(edges)
        alive[id(node)] = any(edge is not None for edge in edges)
    if isinstance(root, Marker) and root.order <= start:
        while isinstance(root, Marker) and root.order <= start:
            root = root.edges[0]
        x._node = LEAF if isinstance(root, Tensor) else root
    elif not alive.get(id(root), True):
        x._node = None


class DualKept:
    """A dual result that its own node keeps: with its tangents, so that backward is carried forward, too."""

    __slots__ = ("_data", "_shared", "levels", "output_nr", "tangents")

    def __init__(self, kept: Kept, tangents: dict[int, Tensor]) -> None:
        self._data, self._shared, self.output_nr = kept._data, kept._shared, kept.output_nr
        self.tangents = tangents
        # Levels are numbered anew; that it is still the same one is told by its list of members.
        self.levels = {level: forward.members.get(level) for level in tangents}

    def add(self, level: int, tangent: Tensor) -> None:
        """One tangent more."""
        self.tangents[level] = tangent
        self.levels[level] = forward.members.get(level)

    def revived(self, node: Any) -> Tensor:
        """The result with its history and its tangents."""
        tensor = wrap(self._data)
        tensor._node = node if node.outputs == 1 else Output(node, self.output_nr)
        for level, tangent in self.tangents.items():
            if self.levels[level] is not None and forward.members.get(level) is self.levels[level]:
                give(tensor, level, tangent)
        return tensor


def keep_tangents(x: Any) -> None:
    """Let the node of ``x`` keep the tangents of what it keeps of the result."""
    node = graph.step_of(x)
    if node is None or not node.kept:
        return
    array = x.__dict__.get("_data")
    changed = [
        DualKept(each, dict(x._tangents)) if type(each) is Kept and each._data is array else each for each in node.kept
    ]
    node.kept = tuple(changed)


# ---- writes


def write(name: str, function: Callable[..., Any], arguments: Any, keywords: Any, level: int) -> Any:
    """An in-place operation that a tangent takes part in: the tangent of what is written is written, too."""
    x = arguments[0]
    made: Tensor | None = None
    floating = x.is_floating_point() or x.is_complex()
    if floating and name not in UNTOUCHED:

        def afresh(*given: Any, **named: Any) -> Tensor:
            copy = given[0].clone()
            function(copy, *given[1:], **named)
            return copy

        duals = [each for each in tensors_in((arguments, keywords)) if tangent_of(each, level) is not None]
        duals = list({id(each): each for each in duals}.values())
        result = Step("", afresh, arguments, keywords, level, duals).run()
        made = tangent_of(result, level)
    own = tangent_of(x, level)
    before = None if own is None or name in RESHAPING else own.clone()
    held = [
        (each, take(each, level)) for each in tensors_in((arguments, keywords)) if tangent_of(each, level) is not None
    ]
    try:
        out = function(*arguments, **keywords)
    finally:
        for each, tangent in held:
            assert tangent is not None
            give(each, level, tangent)
    if not floating:
        return out
    own = tangent_of(x, level)
    if own is None:
        if made is not None:
            adopt(x, made, level)
    elif name in RESHAPING:
        give(x, level, tensors.zeros_like(x) if made is None else made)
    elif made is None:
        own.zero_()
    else:
        own.copy_(made)
    keep_tangents(x)
    if before is not None:
        keep_former_tangent(x, before, level)
    return out


def keep_former_tangent(x: Tensor, before: Tensor, level: int) -> None:
    """Give the copy that a step has kept of ``x``, as it was before it was written to, the tangent of that time."""
    node: Any = graph.step_of(x)
    node = getattr(node, "fn", node)
    if node is not None and node.keeps_first and node.kept:
        old = original(node.kept[0])
        if isinstance(old, Tensor) and old is not x and tangent_of(old, level) is None:
            give(old, level, before)


def adopt(x: Tensor, tangent: Tensor, level: int) -> None:
    """Let an ordinary tensor that was written to carry a tangent; its base and all living views carry it, too."""
    base = x if x._base is None else x._base
    if base is x and (x._shared is None or not views_of(x, x)):
        give(x, level, tangent)
        return
    if tangent_of(base, level) is None:
        array = base.__dict__.get("_data")
        whole = wrap(np.zeros_like(array, subok=False)) if array is not None else tensors.zeros_like(base)
        give(base, level, whole)
    else:
        whole = tangent_of(base, level)  # type: ignore[assignment]
    for view in views_of(base, x):
        if tangent_of(view, level) is None:
            size, stride, offset = stripped(lambda view=view: (  # type: ignore[misc]
                view.size(), view.stride(), view.storage_offset()), [view])
            start = stripped(base.storage_offset, [base])
            give(view, level, whole.as_strided(size, stride, offset - start))
    own = tangent_of(x, level)
    assert own is not None
    own.copy_(tangent)


def views_of(base: Tensor, x: Tensor) -> list[Tensor]:
    """The living views of a tensor, ``x`` among them."""
    find_views(base, None if x is base else x)
    found = {id(x): x} if x is not base else {}
    found.update({id(view): view for view in [each() for each in base._shared.views] if view is not None})
    return list(found.values())


# ---- the methods of dual tensors


def method(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """A method of ``Tensor`` as dual tensors have it."""

    guarded = border(name, function)

    def call(*arguments: Any, **keywords: Any) -> Any:
        return interpret(name, guarded, arguments, keywords)

    call.__name__ = call.__qualname__ = name
    return call


def whole(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """A method that asks about the tensor itself: it does not see the tangents."""

    def call(self: Any, *arguments: Any, **keywords: Any) -> Any:
        return stripped(lambda: function(self, *arguments, **keywords), [self])

    call.__name__ = call.__qualname__ = name
    return call


def _prepare() -> None:
    """Give ``Dual`` all methods and properties of ``Tensor``: operations by their rules, questions without tangents."""
    operations = dict(attached())
    for name, value in list(Tensor.__dict__.items()):
        if name in Dual.__dict__ or name in ("__new__", "__dict__", "__weakref__", "__hash__", "__reduce__"):
            continue
        if isinstance(value, property):
            if name in operations:
                make = method
            else:
                make = whole
            getter = make(name, value.fget)  # type: ignore[arg-type]
            setter = value.fset and make(name, value.fset)
            setattr(Dual, name, property(getter, setter, value.fdel and whole(name, value.fdel)))
        elif callable(value) and hasattr(value, "__code__"):
            setattr(Dual, name, method(name, value) if name in operations else whole(name, value))


_prepare()
