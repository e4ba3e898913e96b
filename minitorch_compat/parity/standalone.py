"""A case as a script that shows its difference without the harness."""
import ast
import textwrap
from functools import lru_cache
from pathlib import Path

from .case import Case

SUPPORT = Path(__file__).parent / "opinfo" / "support.py"

SCRIPT = '''\
"""{claim}

Prints what {reference} and {candidate} show of it, and exits 1 while they differ.
"""
import contextlib
import hashlib
import importlib
import io
import json
import re
import subprocess
import sys
import warnings

{support}

{body}

NAMES = {names}  # what to compare; all of it where this is empty


def plain(value):
    """Everything that must agree, as text."""
    if hasattr(value, "requires_grad") and hasattr(value, "stride"):
        node = value.grad_fn
        data = value.detach()
        data = data.float() if "bfloat16" in str(value.dtype) else data
        return "; ".join(map(str, (
            type(value).__name__, data.tolist(), value.dtype, tuple(value.shape), value.stride(),
            f"requires_grad={{value.requires_grad}}", f"is_leaf={{value.is_leaf}}",
            f"grad_fn={{node and node.name()}}", f"version {{value._version}}",
        )))
    if isinstance(value, (list, tuple)):
        return type(value).__name__ + "[" + ", ".join(map(plain, value)) + "]"
    if isinstance(value, dict):
        return f"{{type(value).__name__}} of " + ", ".join(f"{{key}}: {{plain(each)}}" for key, each in value.items())
    kind = getattr(value, "dtype", "")
    return f"{{value!r}} ({{type(value).__name__}}{{f' of {{kind}}' if kind else ''}})"


class See:
    """Keeps what it is given, as text, by name."""

    def __init__(self, engine):
        self.engine, self.seen, self.warned = engine, {{}}, []

    def __call__(self, name, value):
        self.keep(name, plain(value))

    gradient = __call__

    def keep(self, name, text):
        text = re.sub(r"\\s*\\(Triggered internally at [^\\n]*\\)", "", text)
        self.seen[name] = re.sub(r"\\b0x[0-9a-fA-F]+", "0x…", text)

    @contextlib.contextmanager
    def refusal(self, name="refusal"):
        try:
            yield
        except Exception as error:
            self.keep(name, f"{{type(error).__name__}}: {{error}}")
        else:
            self.keep(name, "no error")

    @contextlib.contextmanager
    def warnings(self, name="warned"):
        before, self.warned = self.warned, []
        try:
            yield
        finally:
            self.keep(name, "\\n".join(self.warned) or "no warning")
            self.warned = before

    @contextlib.contextmanager
    def printed(self, name="printed"):
        with contextlib.redirect_stdout(io.StringIO()) as out:
            yield
        self.keep(name, out.getvalue())

    def graph(self, name, root):
        numbers, held = {{}}, []

        def walk(node, depth):
            if node is None:
                return "  " * depth + "None"
            if id(node) in numbers:
                return "  " * depth + f"#{{numbers[id(node)]}} again"
            numbers[id(node)] = len(numbers)
            held.append(node)
            line = "  " * depth + f"#{{numbers[id(node)]}} {{node.name()}}"
            return "\\n".join([line, *(walk(child, depth + 1) for child, _ in node.next_functions)])

        self.keep(name, walk(root.grad_fn if hasattr(root, "grad_fn") else root, 0))

    def aliasing(self, name, *things):
        places = [each.data_ptr() if hasattr(each, "data_ptr") else each.ctypes.data for each in things]
        pairs = [(i, j) for i in range(len(things)) for j in range(i + 1, len(things))]
        told = [f"{{i}} and {{j}}: same object {{things[i] is things[j]}}, same address {{places[i] == places[j]}}"
                for i, j in pairs]
        self.keep(name, "\\n".join(told))

    def versions(self, name, *tensors):
        self.keep(name, str([each._version for each in tensors]))

    def stream(self, name="stream", generator=None):
        state = self.engine.get_rng_state() if generator is None else generator.get_state()
        self.keep(name, "sha256 of its bytes " + hashlib.sha256(bytes(state.tolist())).hexdigest())

    def state(self, name, owner):
        held = owner if hasattr(owner, "keys") else owner.state_dict()
        self.keep(name, f"{{type(held).__name__}}{{list(held)}}")
        for key, value in held.items():
            self.keep(f"{{name}}[{{key!r}}]", plain(value))


def load(name):
    place, _, attribute = name.rpartition(":") if ":" in name else (name, "", "")
    if not place.endswith(".py"):
        engine = importlib.import_module(place)
        return getattr(engine, attribute) if attribute else engine
    scope = {{"__name__": "engine", "__file__": place}}
    exec(compile(open(place, encoding="utf-8").read(), place, "exec"), scope)
    return scope[attribute]()


{apart}def shown(engine_name):
    engine = load(engine_name)
    for setting, value in (("set_num_threads", 1), ("set_warn_always", True), ("manual_seed", 0)):
        with contextlib.suppress(AttributeError, NotImplementedError):
            getattr(engine, setting)(value)
    see = See(engine)
    out = io.StringIO()
    with warnings.catch_warnings(), contextlib.redirect_stdout(out):
        warnings.simplefilter("always")
        warnings.showwarning = lambda text, category, *_: see.warned.append(f"[{{category.__name__}}] {{text}}")
        try:
            {function}(engine, see)
        except Exception as error:
            see.keep("the case", f"{{type(error).__name__}}: {{error}}")
    see.keep("warnings", "\\n".join(see.warned))
    see.keep("stdout", out.getvalue())
    with contextlib.suppress(AttributeError, NotImplementedError):
        see.stream("at the end")
    return see.seen


{alone}sides = [{show}({reference!r}), {show}({candidate!r})]
differing = 0
for name in dict.fromkeys([*sides[0], *sides[1]]):
    first, second = (side.get(name, "(not seen)") for side in sides)
    if not NAMES or name in NAMES:
        differing += first != second
        print(f"{{name}}: {{'the same' if first == second else 'DIFFERS'}}")
        for engine_name, text in zip({engines!r}, (first, second)):
            print("   ", f"{{engine_name}}:", text.replace("\\n", "\\n        "))
sys.exit(1 if differing else 0)
'''


APART = '''def apart(engine_name):
    """What an engine shows in a process of its own, or how that ended."""
    ran = subprocess.run([sys.executable, __file__, engine_name], capture_output=True, text=True)
    if ran.returncode == 0:
        return json.loads(ran.stdout.splitlines()[-1])
    return {"the process": f"ended with {ran.returncode}"}


'''

ALONE = '''if len(sys.argv) > 1:
    print("\\n" + json.dumps(shown(sys.argv[1])))
    sys.exit()
'''


def script(
    case: Case, reference: str, candidate: str, names: list[str], less: str | None = None, crashes: bool = False
) -> str:
    """A script that runs one case on two engines, by their names, and compares what is seen under `names`.

    It compares to the last bit, whatever tolerance the case states; without names, it compares everything. `less` is
    shrunk code for the case's own. A sample of torch's database brings what its text speaks of with it. Where an engine
    `crashes`, each is asked in a process of its own.
    """
    sampled = case.portable
    around = SUPPORT if sampled else case.path
    return SCRIPT.format(
        claim=case.claim.replace("\\", "\\\\").replace('"""', "'''"), reference=reference, candidate=candidate,
        support=support(around.read_text(encoding="utf-8")) if sampled or less is None else "",
        body=less or (case.source if sampled else undecorated(case)), names=names,
        function="sample" if sampled else case.body.__name__, engines=(reference, candidate),
        apart=APART if crashes else "", alone=ALONE if crashes else "", show="apart" if crashes else "shown",
    )


@lru_cache
def support(text: str) -> str:
    """What a file has at its top level besides its cases and its talk with the harness."""
    kept = []
    ours: set[str] = set()
    for node in ast.parse(text).body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("minitorch_compat.parity"):
            ours.update(each.asname or each.name for each in node.names)
            continue
        assigned = isinstance(node, ast.Assign | ast.AnnAssign)
        if assigned and any(calls_of(each, name) for each in ast.walk(node) for name in ours):
            continue  # a chapter, a tolerance
        if isinstance(node, ast.FunctionDef) and any(
            isinstance(each, ast.Call) and not calls_of(each, "lru_cache") for each in node.decorator_list
        ):
            continue
        first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))])
        kept.append("\n".join(text.splitlines()[first - 1 : node.end_lineno]))
    return "\n".join(kept)


def calls_of(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", None)) == name


def undecorated(case: Case) -> str:
    """The case's function without its decorator."""
    tree = ast.parse(case.source).body[0]
    assert isinstance(tree, ast.FunctionDef)
    lines = case.source.splitlines()[tree.lineno - 1 : tree.end_lineno]
    return textwrap.dedent("\n".join(lines))
