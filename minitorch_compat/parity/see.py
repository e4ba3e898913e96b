"""`see`, the one word a case has beside torch's: what it is given becomes plain data at once."""
import contextlib
import hashlib
import io
import re
import struct
import traceback
import types
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from .adapter import Adapter, adapter_of
from .observation import (
    Aliasing,
    Array,
    Container,
    Graph,
    GraphNode,
    Named,
    Observation,
    Printed,
    Raised,
    Refusal,
    Seen,
    State,
    Stream,
    Value,
    Versions,
    Warned,
    Warnings,
)

ADDRESS = re.compile(r"\b0x[0-9a-fA-F]+")
TRIGGERED = re.compile(r"\s*\(Triggered internally at [^\n]*\)")


def normalised(text: str) -> str:
    """The text without what no two runs share: addresses, and the source position that ends torch's warnings."""
    return ADDRESS.sub("0x…", TRIGGERED.sub("", text))


def name_of(kind: type) -> str:
    """A class by its name, with the module where it is not a builtin."""
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


class See:
    """Records what one case shows on one engine."""

    def __init__(self, engine: Any):
        self._engine = engine
        self._adapter = adapter_of(engine)
        own = None if self._adapter is None else self._adapter.tensor
        self._tensor = getattr(engine, "Tensor", ()) if own is None else own
        self._seen: list[Seen] = []
        self._names: set[str] = set()
        self._warned: list[Warned] = []
        self._missing: list[tuple[str, str]] = []
        self._role: str | None = None

    def __call__(self, name: str, value: Any) -> None:
        """Record a tensor, an ndarray, a Python value, text, or a list, tuple or dict of these.

        A name that is `grad` or ends in `.grad` is compared as a gradient. Raises TypeError for what cannot be
        made plain data, such as a function or a node (use `see.graph`).
        """
        last = name.rpartition(".")[2].partition("[")[0]
        self._record(name, value, self._role or ("gradients" if last == "grad" else None))

    def gradient(self, name: str, value: Any) -> None:
        """Record a gradient under a name that does not say so, such as what `autograd.grad` returns."""
        self._record(name, value, "gradients")

    @contextlib.contextmanager
    def refusal(self, name: str = "refusal") -> Iterator[None]:
        """Record the exception that ends the block (type and full text), or that there was none; then go on."""
        try:
            yield
        except Exception as error:
            missing = self._what_is_missing(error)
            if missing:
                self._missing.append((name, missing))
            self._add(Refusal(name=name, type=name_of(type(error)), text=spoken(error)))
        else:
            self._add(Refusal(name=name, type=None, text="no error"))

    @contextlib.contextmanager
    def warnings(self, name: str = "warned") -> Iterator[None]:
        """Record the warnings of the block under a name. All others are recorded without asking."""
        before = self._warned
        self._warned = []
        try:
            yield
        finally:
            inside, self._warned = self._warned, before
            self._add(Warnings(name=name, warnings=tuple(inside)))

    @contextlib.contextmanager
    def printed(self, name: str = "printed") -> Iterator[None]:
        """Record what the block prints under a name. All other printing is recorded without asking."""
        with contextlib.redirect_stdout(io.StringIO()) as out:
            try:
                yield
            finally:
                self._add(Printed(name=name, text=normalised(out.getvalue())))

    def graph(self, name: str, root: Any) -> None:
        """Record the graph behind a tensor, or from a node on: names, next_functions, and which nodes are shared."""
        if self._leaves_out("graph"):
            return
        tensor = isinstance(root, self._tensor)
        node = root.grad_fn if tensor else root
        # Nodes are held while their identities are compared: torch makes the Python object anew after it was dropped.
        order: list[Any] = []
        found: dict[int, tuple[str, list[tuple[Any, int]]]] = {}
        pending = [node] if node is not None else []
        numbers: dict[int, int] = {}
        while pending:
            each = pending.pop()
            if id(each) in numbers:
                continue
            numbers[id(each)] = len(order)
            order.append(each)
            edges = list(each.next_functions)
            found[id(each)] = (each.name(), edges)
            pending.extend(child for child, _ in reversed(edges) if child is not None)
        nodes = tuple(
            GraphNode(
                numbers[id(each)], found[id(each)][0],
                tuple((None if child is None else numbers[id(child)], int(i)) for child, i in found[id(each)][1]),
            )
            for each in order
        )
        requires_grad, is_leaf = (root.requires_grad, root.is_leaf) if tensor else (None, None)
        self._add(Graph(name=name, requires_grad=requires_grad, is_leaf=is_leaf, nodes=nodes))

    def aliasing(self, name: str, *things: Any) -> None:
        """Record which of the tensors and ndarrays are one object, begin at one address, or overlap in memory."""
        if self._leaves_out("aliasing"):
            return
        adapter = self._adapter
        spans = [span(each if adapter is None or not isinstance(each, self._tensor) else adapter.to_numpy(each))
                 for each in things]
        pairs = []
        for i, a in enumerate(things):
            for j in range(i + 1, len(things)):
                (low, high), (other_low, other_high) = spans[i][1], spans[j][1]
                overlap = low < other_high and other_low < high
                pairs.append((i, j, a is things[j], spans[i][0] == spans[j][0], overlap))
        self._add(Aliasing(name=name, pairs=tuple(pairs)))

    def versions(self, name: str, *tensors: Any) -> None:
        """Record the version counters of tensors."""
        if self._leaves_out("mutation and versions"):
            return
        self._add(Versions(name=name, versions=tuple(int(each._version) for each in tensors)))

    def stream(self, name: str = "stream", generator: Any = None) -> None:
        """Record every byte of a generator's state, the default one's unless another is given."""
        if self._leaves_out("random stream"):
            return
        state = self._engine.get_rng_state() if generator is None else generator.get_state()
        self._add(stream_of(name, state))

    def state(self, name: str, owner: Any) -> None:
        """Record a state dict, or that of a module or an optimiser: keys in order, and each entry in full."""
        held = owner if isinstance(owner, Mapping) else owner.state_dict()
        self._add(State(name=name, role="state", type=type(held).__name__, keys=tuple(map(key_of, held))))
        for key, value in held.items():
            self._record(f"{name}[{key_of(key)!r}]", value, "state")

    def _leaves_out(self, dimension: str) -> bool:
        return self._adapter is not None and self._adapter.leaves_out(dimension)

    def _what_is_missing(self, error: BaseException) -> str | None:
        return what_is_missing(error, self._engine if self._adapter is not None else None, self._tensor)

    def _record(self, name: str, value: Any, role: str | None) -> None:
        if isinstance(value, self._tensor) and str(getattr(value, "layout", "")).startswith("torch.sparse"):
            self._record(name, pieces_of(value), role)
        elif isinstance(value, self._tensor):
            adapter = self._adapter
            self._add(tensor_seen(name, value, role) if adapter is None else foreign_seen(name, value, role, adapter))
        elif isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "biufcV" and value.dtype.names is None:
            self._add(ndarray_seen(name, value, role))
        elif self._holds_arrays(value):
            pairs = list(value.items()) if isinstance(value, Mapping) else list(enumerate(value))
            kind = type(value).__name__
            self._add(Container(name=name, role=role, type=kind, keys=tuple(key_of(key) for key, _ in pairs)))
            for key, part in pairs:
                self._record(f"{name}[{key_of(key)!r}]", part, role)
        else:
            self._add(Value(name=name, role=role, type=type(value).__name__, value=self._plain(value)))

    def _holds_arrays(self, value: Any) -> bool:
        if isinstance(value, Mapping):
            return any(self._holds_arrays(part) for part in value.values())
        if isinstance(value, list | tuple):
            return any(self._holds_arrays(part) for part in value)
        return isinstance(value, (np.ndarray, np.generic, self._tensor))

    def _plain(self, value: Any) -> Any:
        kind = type(value)
        if kind is str:
            return normalised(value)
        if value is None or kind in (bool, int, float, complex, bytes):
            return value
        if kind in (list, tuple):
            return kind(self._plain(part) for part in value)
        if kind is dict:
            return {key_of(key): self._plain(part) for key, part in value.items()}
        if isinstance(value, tuple | list):
            plain = tuple(self._plain(part) for part in value)
            return Named(kind.__name__, normalised(str(value)), plain)
        if isinstance(value, type):
            return Named("type", normalised(str(value)))  # whatever its metaclass is called
        if isinstance(value, types.FunctionType | types.BuiltinFunctionType | types.MethodType | types.ModuleType):
            raise TypeError(f"a {kind.__name__} cannot be seen; see what it returns, or its name")
        if hasattr(value, "next_functions"):
            raise TypeError(f"{kind.__name__} is a node of the graph; use see.graph")
        return Named(kind.__name__, normalised(str(value)))

    def _add(self, seen: Seen) -> None:
        if seen.name in self._names:
            raise ValueError(f"two things are seen under the name {seen.name!r}")
        self._names.add(seen.name)
        self._seen.append(seen)

    def _warn(self, message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:
        self._warned.append(Warned(name_of(category), normalised(str(message)), len(self._seen)))


PRINTED = 10_000_000
"""Characters one case may print."""


class Heard(io.StringIO):
    """Standard output while a case runs; raises OSError once more is printed than anyone would read."""

    def write(self, text: str, /) -> int:
        if self.tell() > PRINTED:
            raise OSError(f"more than {PRINTED} characters printed")
        return super().write(text)


def spoken(error: BaseException) -> str:
    """An exception's text, whatever its class makes of being asked for it."""
    try:
        return normalised(str(error))
    except Exception as other:
        return f"(asking for its text raises {type(other).__name__})"


def observe(case: Any, engine: Any) -> Observation:
    """Run a case's body on an engine and return all it showed; an exception becomes part of the observation."""
    see = See(engine)
    raised = None
    with warnings.catch_warnings(), contextlib.redirect_stdout(Heard()) as out:
        warnings.simplefilter("always")
        warnings.showwarning = see._warn
        try:
            case(engine, see)
        except Exception as error:
            raised = raised_as(error, see._what_is_missing)
        except (SystemExit, GeneratorExit) as error:
            raised = raised_as(error)
    stream = None
    if (state := getattr(engine, "get_rng_state", None)) is not None:
        try:
            stream = stream_of("at the end", state())
        except NotImplementedError:
            pass
        except Exception as error:
            raised = raised or raised_as(error)
    shown = Observation(
        seen=tuple(see._seen), warnings=tuple(see._warned), stdout=normalised(out.getvalue()), stream=stream,
        raised=raised, missing=tuple(see._missing),
    )
    return shown if see._adapter is None else shown.under(see._adapter.rules)


def raised_as(error: BaseException, ask: Callable[[BaseException], str | None] | None = None) -> Raised:
    """An exception as plain data, its traceback beginning in the case; `ask` tells what it says to be missing."""
    try:
        lines = traceback.format_exception(type(error), error, skip_own(error.__traceback__))
        missing = (ask or what_is_missing)(error)
    except Exception:
        lines, missing = [type(error).__name__], None
    return Raised(name_of(type(error)), spoken(error), normalised("".join(lines)), missing)


def skip_own(trace: types.TracebackType | None) -> types.TracebackType | None:
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    return trace


UNKNOWN_KEYWORD = re.compile(r"(?:.*\.)?([\w<>]+)\(\) got an unexpected keyword argument '(\w+)'")


def what_is_missing(
    error: BaseException, engine: Any = None, tensor: type | tuple[type, ...] = ()
) -> str | None:
    """What the engine does not have, where an exception tells just that; None where it tells of anything else.

    NotImplementedError does, and an AttributeError about a module, a class or a tensor. An AttributeError about
    anything else is a mistake somewhere, not a gap. An engine with an adapter is given: what it lacks then goes by
    torch's name, and a keyword argument that one of its functions does not know is lacking as well.
    """
    if isinstance(error, NotImplementedError):
        return normalised(str(error)) or "NotImplementedError"
    if isinstance(error, AttributeError) and error.name is not None:
        owner = error.obj
        if engine is not None and owner is engine:
            return f"torch.{error.name}"
        if isinstance(owner, tensor):
            return f"Tensor.{error.name}"
        if isinstance(owner, types.ModuleType | types.SimpleNamespace):
            return f"{getattr(owner, '__name__', type(owner).__name__)}.{error.name}"
        if isinstance(owner, type):
            return f"{owner.__name__}.{error.name}"
        if hasattr(owner, "requires_grad") or hasattr(owner, "next_functions"):
            return f"{type(owner).__name__}.{error.name}"
    if engine is not None and isinstance(error, TypeError) and (told := UNKNOWN_KEYWORD.fullmatch(str(error))):
        return f"the argument {told[2]} of {told[1]}()"
    return None


def key_of(key: Any) -> Any:
    return key if isinstance(key, str | int) and not isinstance(key, bool) else str(key)


def pieces_of(tensor: Any) -> dict[str, Any]:
    """A sparse tensor as the dense ones it is made of, with what they do not say."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plain, layout = tensor.detach(), str(tensor.layout)
        if layout == "torch.sparse_coo":
            pieces = {"indices": plain._indices(), "values": plain._values(), "coalesced": tensor.is_coalesced()}
        elif layout in ("torch.sparse_csr", "torch.sparse_bsr"):
            pieces = {"crow": plain.crow_indices(), "col": plain.col_indices(), "values": plain.values()}
        else:
            pieces = {"ccol": plain.ccol_indices(), "row": plain.row_indices(), "values": plain.values()}
        grad_fn = None if tensor.grad_fn is None else tensor.grad_fn.name()
    return {"layout": layout, "shape": tuple(tensor.shape), "grad": tensor.requires_grad, "step": grad_fn, **pieces}


def tensor_seen(name: str, tensor: Any, role: str | None) -> Array:
    """A tensor as plain data. Nothing it is asked leaves a trace on it, and no warning escapes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dtype = str(tensor.dtype)
        conj = bool(tensor.is_conj()) if dtype.startswith("torch.complex") else False
        plain = tensor.detach()
        if conj:
            plain = plain.resolve_conj()
        if dtype in ("torch.bfloat16",) or "float8" in dtype:
            plain = plain.float()
        if dtype == "torch.complex32":
            plain = plain.cfloat()
        # Of a copy where the engine makes any: torch never again resizes memory that an array has shared.
        values = getattr(plain, "clone", lambda: plain)().numpy()
        try:
            version = int(tensor._version)
        except RuntimeError:  # an inference tensor has none
            version = None
        return Array(
            name=name, role=role, type=type(tensor).__name__, dtype=dtype, shape=tuple(map(int, tensor.shape)),
            strides=tuple(map(int, tensor.stride())), values=np.array(values, order="C", copy=True),
            requires_grad=bool(tensor.requires_grad), is_leaf=bool(tensor.is_leaf),
            grad_fn=None if tensor.grad_fn is None else tensor.grad_fn.name(), version=version, conj=conj,
        )


def foreign_seen(name: str, tensor: Any, role: str | None, adapter: Adapter) -> Array | Value:
    """A tensor of an engine with an adapter; what it does not tell is None, and differs unless it is left out."""
    values = np.asarray(adapter.to_numpy(tensor))
    if values.dtype.kind not in "biufc":  # words, or Python's objects, which no tensor of torch's holds
        held = Named("Tensor", normalised(f"{values.dtype.name}: {values.tolist()!r}"))
        return Value(name=name, role=role, type="Tensor", value=held)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        told = {each: getattr(tensor, each, None) for each in ("requires_grad", "is_leaf", "grad_fn", "_version")}
    node = told["grad_fn"]
    return Array(
        name=name, role=role, type="Tensor", dtype=f"torch.{values.dtype}", shape=values.shape,
        strides=tuple(step // max(1, values.itemsize) for step in values.strides),
        values=np.array(values, order="C", copy=True), requires_grad=told["requires_grad"], is_leaf=told["is_leaf"],
        grad_fn=None if node is None else node.name(), version=told["_version"],
    )


def ndarray_seen(name: str, array: Any, role: str | None) -> Array:
    """An ndarray or a NumPy scalar as plain data."""
    dtype = str(array.dtype)
    values = np.array(array, order="C", copy=True)
    if values.dtype.kind == "V":
        values = values.astype(np.float32)
    kind = "ndarray" if isinstance(array, np.ndarray) else f"numpy.{type(array).__name__}"
    return Array(
        name=name, role=role, type=kind, dtype=dtype, shape=tuple(array.shape), strides=tuple(array.strides),
        values=values,
    )


def span(thing: Any) -> tuple[int, tuple[int, int]]:
    """Where a tensor or ndarray begins, and the lowest and one past the highest byte it can reach."""
    if isinstance(thing, np.ndarray):
        start, size = thing.__array_interface__["data"][0], thing.itemsize
        steps = list(zip(thing.shape, thing.strides, strict=True))
    else:
        start, size = thing.data_ptr(), thing.element_size()
        steps = [(n, s * size) for n, s in zip(thing.shape, thing.stride(), strict=True)]
    if any(n == 0 for n, _ in steps):
        return start, (start, start)
    low = start + sum(min(0, (n - 1) * s) for n, s in steps)
    high = start + sum(max(0, (n - 1) * s) for n, s in steps) + size
    return start, (low, high)


STATE_SIZE = 5056


def stream_of(name: str, state: Any) -> Stream:
    """A generator's state from its bytes; torch's layout of them is read where the size is torch's."""
    raw = np.array(state.numpy(), copy=True).tobytes()
    digest = hashlib.sha256(raw).hexdigest()
    if len(raw) != STATE_SIZE:
        return Stream(name=name, digest=digest, size=len(raw))
    seed, left = struct.unpack_from("<Qi", raw, 0)
    following = struct.unpack_from("<Q", raw, 16)[0]
    normal, cached = struct.unpack_from("<d", raw, 5024)[0], struct.unpack_from("<i", raw, 5040)[0]
    return Stream(
        name=name, digest=digest, size=len(raw), seed=seed, left=left, next=following,
        normal=normal if cached else None,
    )


