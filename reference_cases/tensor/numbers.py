"""Tensors as Python numbers, truth values, sequences, and members of collections."""
import math
import warnings

from minitorch_compat.parity import chapter

case = chapter("tensor.numbers")


@case(fact="B-050")
def a_tensor_of_a_tensor(torch, see):
    """torch.tensor of a tensor copies, forgets history and recommends clone; as_tensor returns the tensor itself."""
    x = torch.ones(2, requires_grad=True)
    with see.warnings("plain"):
        y = torch.tensor(x)
    see("y", y)
    with see.warnings("with requires_grad"):
        z = torch.tensor(x, requires_grad=True)
    see("z", z)
    see.aliasing("x, y, z, as_tensor", x, y, z, torch.as_tensor(x))


@case(fact="B-051")
def more_or_less_than_one_element(torch, see):
    """Only one element becomes a number or a truth value."""
    t = torch.tensor([1.0, 2.0])
    e = torch.tensor([])
    for words, attempt in (
        ("item", lambda: t.item()), ("float", lambda: float(t)), ("int", lambda: int(t)), ("bool", lambda: bool(t)),
        ("complex", lambda: complex(t)), ("if", lambda: 1 if t > 1 else 2), ("bool of none", lambda: bool(e)),
        ("item of none", lambda: e.item()), ("float of none", lambda: float(e)),
        ("index by a float", lambda: [1, 2][torch.tensor(1.0)]), ("list.index", lambda: t.tolist().index(t)),
    ):
        with see.refusal(words):
            attempt()
    see("index by an integer", [1, 2][torch.tensor(1)])


@case(fact=("B-052", "B-117"))
def numbers_of_a_tracked_tensor(torch, see):
    """float warns on a tensor that requires grad; item, int, bool, tolist and format do not."""
    x = torch.tensor(2.5, requires_grad=True)
    for words, convert in (
        ("item", lambda: x.item()), ("int", lambda: int(x)), ("bool", lambda: bool(x)), ("tolist", lambda: x.tolist()),
        ("format", lambda: f"{x}"), ("format with digits", lambda: f"{x:.1f}"), ("float", lambda: float(x)),
        ("complex", lambda: complex(x)),
    ):
        with see.warnings(f"{words}: warnings"):
            see(words, convert())


@case(fact="B-117")
def the_warning_comes_once(torch, see):
    """After float has warned, it is silent for the rest of the process."""
    x = torch.tensor(2.5, requires_grad=True)
    torch.set_warn_always(False)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            float(x)
        with see.warnings("afterwards"):
            see("again", float(x))
    finally:
        torch.set_warn_always(True)


@case(fact=("B-052", "B-118"))
def mathematics_of_python(torch, see):
    """A function of math takes the tensor as a number, by way of float and its warning."""
    with see.warnings("tracked: warnings"):
        see("tracked", math.sqrt(torch.tensor(4.0, requires_grad=True)))
    with see.warnings("plain: warnings"):
        see("plain", math.sqrt(torch.tensor(4.0)))


@case(fact=("B-052", "B-119"))
def a_list_of_tensors(torch, see):
    """torch.tensor takes tracked tensors in a list as numbers and warns; stack keeps their graph."""
    x = torch.tensor(4.0, requires_grad=True)
    with see.warnings("tensor: warnings"):
        see("tensor", torch.tensor([x, x]))
    with see.warnings("of one: warnings"):
        see("of one", torch.tensor([x]))
    with see.warnings("stack: warnings"):
        stacked = torch.stack([x, x])
    see("stack", stacked)
    print(stacked)


@case(fact="B-053")
def no_dimension(torch, see):
    """A tensor of no dimension has no length, cannot be iterated or indexed, but takes None and ()."""
    s = torch.tensor(1.0)
    for words, attempt in (("len", lambda: len(s)), ("list", lambda: list(s)), ("s[0]", lambda: s[0])):
        with see.refusal(words):
            attempt()
    see("s[None]", s[None])
    see("s[()]", s[()])
    see("tolist", s.tolist())


@case(fact="B-054")
def equality_is_by_element(torch, see):
    """== compares elements, or gives a plain bool against what is no tensor; a tensor's hash is its identity."""
    a = torch.tensor([1.0, 2.0])
    see("==", a == torch.tensor([1.0, 3.0]))
    see("== None", a == None)  # noqa: E711
    see("!= None", a != None)  # noqa: E711
    see("== text", a == "x")
    see("hash", hash(a) == id(a))
    see("a set", len({a, a.clone()}))
    see("1.0 in a", 1.0 in a)
    for words, attempt in (
        ("in a list", lambda: a in [torch.tensor([1.0, 2.0])]), ("list.index", lambda: [torch.zeros(2)].index(a)),
        ("another length", lambda: a == torch.ones(3)), ("text in a", lambda: "x" in a),
    ):
        with see.refusal(words):
            attempt()


@case(fact="B-112")
def dtypes_on_entry(torch, see):
    """The dtype follows from what is given: integers, floats, truth values, complex numbers, and the class called."""
    for words, tensor in (
        ("integers", torch.tensor([1, 2])), ("mixed", torch.tensor([1, 2.0])), ("Tensor", torch.Tensor([1, 2])),
        ("FloatTensor", torch.FloatTensor([1])), ("bool", torch.tensor(True)), ("complex", torch.tensor(1 + 1j)),
        ("quotient", torch.tensor([1, 2]) / 2), ("times a float", torch.tensor([1]) * 1.5),
        ("double", torch.tensor([1.0]).double()), ("Python's float", torch.tensor([1.0], dtype=float)),
        ("sum of bools", torch.sum(torch.tensor([True, True]))),
    ):
        see(words, tensor)


@case(fact="B-112")
def refusals_on_entry(torch, see):
    """Means of integers, ragged lists and texts are refused."""
    for words, attempt in (
        ("mean of integers", lambda: torch.mean(torch.tensor([1, 2]))), ("ragged", lambda: torch.tensor([1, [2]])),
        ("text", lambda: torch.tensor("a")), ("ragged rows", lambda: torch.tensor([[1, 2], [3]])),
        ("None", lambda: torch.tensor([None])),
    ):
        with see.refusal(words):
            attempt()
