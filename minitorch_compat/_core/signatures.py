"""Why a call was refused, in the words of torch's argument parser.

Loaded only when a call has already failed: `invalid_arguments` reads an operation's signatures, finds what no overload
accepts, and gives back the exception torch raises for it. A signature is written

    add(Tensor input, Tensor other, *, Number alpha=1, Tensor out=None)

with `?` behind a type that also takes None, a number in brackets behind a list that one number may stand for
(`ints[2] stride=1`), and `~` before a form torch still takes but no longer mentions. The table is `SIGNATURES`.
"""

import os
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from minitorch_compat._core.signature_rooms import ROOMS
from minitorch_compat._core.signature_table import TABLE

PRINTED_TYPES = {
    "ints": "tuple of ints",
    "floats": "tuple of floats",
    "Numbers": "tuple of Scalars",
    "Tensors": "tuple of Tensors",
    "dtype": "torch.dtype",
    "layout": "torch.layout",
    "memory_format": "torch.memory_format",
    "device": "torch.device",
    "Generator": "torch.Generator",
    "Storage": "torch.Storage",
}
"""How torch prints a type where the table has a shorter word."""

TORCH_MODULES = {
    "dtype": "torch",
    "layout": "torch",
    "memory_format": "torch",
    "device": "torch",
    "Size": "torch",
    "finfo": "torch",
    "iinfo": "torch",
    "Generator": "torch._C",
    "TypedStorage": "torch.storage",
    "UntypedStorage": "torch.storage",
}
"""The module torch prints before the names of its own types; tensors, nodes and modules have none."""

NUMPY_WORDS = {"dim": ("axis",), "keepdim": ("keepdims",), "input": ("x", "a", "x1"), "other": ("x2",)}
"""Keywords of NumPy that torch takes for its own."""

TAKE_NUMBERS = frozenset(
    ("add", "sub", "subtract", "mul", "multiply", "div", "divide", "true_divide", "floor_divide", "copy", "to")
)
"""Operations, in place or not, that take a number wherever their signature says Tensor."""


class Parameter(NamedTuple):
    """One parameter of a signature; `length` is 0 unless one number may stand for a list of that length."""

    kind: str
    name: str
    length: int
    default: str | None
    takes_none: bool
    keyword_only: bool

    @property
    def printed_type(self) -> str:
        """The type in torch's words."""
        return PRINTED_TYPES.get(self.kind, self.kind)

    def __str__(self) -> str:
        return f"{self.printed_type} {self.name}" + ("" if self.default is None else f" = {self.default}")


class Signature(NamedTuple):
    """One overload, printed as torch prints it when it lists what it would have taken."""

    parameters: tuple[Parameter, ...]
    hidden: bool

    @property
    def positional(self) -> int:
        """How many parameters take a position."""
        return sum(not parameter.keyword_only for parameter in self.parameters)

    @property
    def required(self) -> int:
        """How many parameters have no default."""
        return sum(parameter.default is None for parameter in self.parameters)

    def __str__(self) -> str:
        words = [str(parameter) for parameter in self.parameters]
        if self.positional < len(words):
            words.insert(self.positional, "*")
        return f"({', '.join(words)})"


@cache
def read_signature(text: str) -> Signature:
    """Read `name(Type name, Type name=default, *, …)`, the name being optional."""
    keyword_only = False
    parameters = []
    inside = text[text.find("(") + 1 : text.rfind(")")] if "(" in text else text.removeprefix("~")
    for word in inside.split(", ") if inside else ():
        if word == "*":
            keyword_only = True
            continue
        declared, equals, default = word.partition("=")
        kind, name = declared.split()
        takes_none = kind.endswith("?") or default == "None"
        kind, _, length = kind.removesuffix("?").removesuffix("]").partition("[")
        parameters.append(
            Parameter(kind, name, int(length or 0), default if equals else None, takes_none, keyword_only)
        )
    return Signature(tuple(parameters), text.startswith("~"))


def read_table(table: str) -> dict[str, list[str]]:
    """The signatures by name, from lines of names, each followed by indented lines of parameters they share."""
    signatures: dict[str, list[str]] = {}
    names: list[str] = []
    for line in table.replace("\n" + " " * 8, " ").replace("$options", FACTORY_OPTIONS).splitlines():
        if line.startswith(" "):
            mark, parameters = ("~", line[5:]) if line[4] == "~" else ("", line[4:])
            for name in names:
                signatures[name].append(f"{mark}{name.rpartition('.')[2]}({parameters if parameters != '()' else ''})")
        else:
            names = line.split()
            signatures.update((name, []) for name in names)
    return signatures


FACTORY_OPTIONS = (
    "dtype dtype=None, layout layout=None, device device=None, bool? pin_memory=False, bool? requires_grad=False"
)

SIGNATURES = read_table(TABLE) | read_table(ROOMS)
"""Every operation's overloads in torch's order; `Tensor.name` for methods that are no function's other form."""


@cache
def signatures(name: str, *, method: bool = False) -> tuple[str, ...]:
    """The signatures of a function of the torch namespace, or of a method of Tensor.

    A method is its function without `input` and `out`; an in-place form (`add_`) is the method of its name without the
    underscore, and as a function takes `input` again. Raises KeyError for an operation that is not in the table.
    """
    if method and f"Tensor.{name}" in SIGNATURES:
        return tuple(SIGNATURES[f"Tensor.{name}"])
    in_place = name.endswith("_") and name not in SIGNATURES
    known = name.removesuffix("_") if in_place else name
    if method and f"Tensor.{known}" in SIGNATURES:
        return tuple(text.replace(f"{known}(", f"{name}(", 1) for text in SIGNATURES[f"Tensor.{known}"])
    found = []
    for text in SIGNATURES[known]:
        kept = text[text.find("(") + 1 : -1].split(", ")
        if method or in_place:
            kept = [word for word in kept if not word.endswith(" out=None")]
        if method:
            if "Tensor input" not in kept:
                continue
            kept.remove("Tensor input")
        if kept and kept[-1] == "*":
            kept.pop()
        found.append(f"{'~' if text.startswith('~') else ''}{name}({', '.join(kept)})")
    return tuple(found)


def refusal(name: str, args: tuple, kwargs: Mapping[str, Any], *, method: bool = False) -> Exception:
    """`invalid_arguments` with the signatures of the table; NotImplementedError for a name that is not in it."""
    try:
        return invalid_arguments(name, signatures(name, method=method), args, kwargs)
    except KeyError:
        return not_implemented(name, args, kwargs)


def invalid_arguments(name: str, texts: Sequence[str], args: tuple, kwargs: Mapping[str, Any]) -> Exception:
    """The exception torch raises for a call of `name` that none of the signatures in `texts` accepts.

    Almost always TypeError. A method's `args` come without the tensor it belongs to. If some signature does accept the
    arguments, the refusal was this engine's own, and a NotImplementedError says so.
    """
    overloads = [read_signature(text) for text in texts]
    if not overloads:
        return not_implemented(name, args, kwargs)
    try:
        if overloads == [Signature((), False)]:
            return refused_by_python(name, args, kwargs)
        problems = []
        for overload in overloads:
            found = problem(name, overload, args, kwargs)
            if found is None:
                check_elements(name, overload, args, kwargs)
                return not_implemented(name, args, kwargs)
            problems.append(found)
    except (TypeError, ValueError) as error:
        return error
    if len(overloads) == 1:
        return TypeError(problems[0])
    count = len(args) + len(kwargs)
    plausible = [
        found
        for overload, found in zip(overloads, problems, strict=True)
        if overload.required <= count <= len(overload.parameters) and not overload.hidden
    ]
    if len(plausible) == 1:
        return TypeError(plausible[0])
    return TypeError(invalid_combination(name, [str(each) for each in overloads if not each.hidden], args, kwargs))


def refused_by_python(name: str, args: tuple, kwargs: Mapping[str, Any]) -> Exception:
    """What Python itself says of a method that takes nothing at all."""
    if kwargs:
        return TypeError(f"TensorBase.{name}() takes no keyword arguments")
    if args:
        return TypeError(f"TensorBase.{name}() takes no arguments ({len(args)} given)")
    return not_implemented(name, args, kwargs)


def not_implemented(name: str, args: tuple, kwargs: Mapping[str, Any]) -> NotImplementedError:
    """For a call that torch accepts."""
    return NotImplementedError(f"{name}() is not implemented for {described(args, kwargs)}")


def problem(name: str, signature: Signature, args: tuple, kwargs: Mapping[str, Any]) -> str | None:
    """The first reason why one signature refuses the arguments, or None.

    Raises TypeError where torch does not even try the next overload: an element of a list of tensors is none.
    """
    parameters, positional = signature.parameters, signature.positional
    spread = positional == 1 and parameters[0].kind == "ints" and accepts(name, parameters[0], args, 0)[0]
    if len(args) > positional and not spread:
        return too_many(name, signature, len(args))
    position = 0
    used_keywords = 0
    for index, parameter in enumerate(parameters):
        by_position = position < len(args)
        if by_position and parameter.keyword_only:
            return too_many(name, signature, len(args))
        keyword = None if by_position else keyword_of(parameter, kwargs)
        if not by_position and keyword is None:
            if parameter.default is None:
                return missing(name, parameters[index:])
            continue
        value = args[position] if by_position else kwargs[str(keyword)]
        if not (value is None and parameter.takes_none):
            accepted, failed = accepts(name, parameter, value, index)
            if not accepted and by_position and spread and position == 0:
                position = len(args)
                continue
            if not accepted:
                place = f" (position {position + 1})" if by_position else ""
                said = f"{name}(): argument '{parameter.name}'{place} must be {parameter.printed_type}, "
                if by_position and failed is not None:
                    return f"{said}but found element of type {type_name(value[failed])} at pos {failed}"
                return f"{said}not {type_name(value)}"
        if by_position:
            position += 1
        else:
            used_keywords += 1
    if used_keywords < len(kwargs):
        return unknown_keyword(name, parameters, len(args), kwargs)
    return None


def keyword_of(parameter: Parameter, kwargs: Mapping[str, Any]) -> str | None:
    """The keyword that gives the parameter its value."""
    return next((word for word in (parameter.name, *NUMPY_WORDS.get(parameter.name, ())) if word in kwargs), None)


def too_many(name: str, signature: Signature, given: int) -> str:
    """More positions than the signature has; its oddities of number are torch's."""
    most, least = signature.positional, signature.required
    if least != most:
        return f"{name}() takes from {least} to {most} positional arguments but {given} were given"
    were = "was" if given == 1 else "were"
    return f"{name}() takes {most} positional argument{'s' * (most != 1)} but {given} {were} given"


def missing(name: str, rest: Sequence[Parameter]) -> str:
    """Parameters without a value; the plural stands where torch has it, with one."""
    names = [f'"{parameter.name}"' for parameter in rest if parameter.default is None]
    return f"{name}() missing {len(names)} required positional argument{'s' * (len(names) == 1)}: {', '.join(names)}"


def unknown_keyword(name: str, parameters: Sequence[Parameter], given: int, kwargs: Mapping[str, Any]) -> str:
    """The first keyword nothing asked for."""
    places = {parameter.name: index for index, parameter in enumerate(parameters)}
    for keyword in kwargs:
        if keyword not in places:
            return f"{name}() got an unexpected keyword argument '{keyword}'"
        if places[keyword] < given:
            return f"{name}() got multiple values for argument '{keyword}'"
    return "invalid keyword arguments"


def is_tensor(value: Any) -> bool:
    """Whether a value is a tensor of this engine, known by what it carries."""
    # An outdated view must not look for its history here.
    return hasattr(type(value), "_node") and (hasattr(value, "_data") or repr(value.layout) != "torch.strided")


def is_number_tensor(value: Any, kinds: str) -> bool:
    """Whether a value is a 0-d tensor outside any graph, of one of NumPy's `kinds`, that may stand for a number."""
    if not hasattr(value, "_data") or not is_tensor(value) or value._node is not None or value._data.ndim:
        return False
    return value._data.dtype.kind in kinds


def is_int(value: object) -> bool:
    """Whether a value is an integer for torch, which a bool is not."""
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def is_number(value: object) -> bool:
    """Whether a value is a number of Python or NumPy."""
    return isinstance(value, (bool, int, float, complex, np.number, np.bool_))


def is_real(value: object) -> bool:
    """Whether a value is a number without an imaginary part."""
    return is_number(value) and not isinstance(value, (complex, np.complexfloating))


def is_size(value: object) -> bool:
    """Whether a value may be an element of a list of integers."""
    return is_int(value) or is_number_tensor(value, "iu")


def accepts(name: str, parameter: Parameter, value: Any, index: int) -> tuple[bool, int | None]:
    """Whether a parameter takes a value, and which element of a list is the first it does not.

    Of a list of integers torch asks only the first element here, and the others when it unpacks the list. Raises
    TypeError for an element of a list of tensors that is none.
    """
    kind = parameter.kind
    if kind in ("ints", "floats", "Numbers", "Tensors"):
        if not isinstance(value, (tuple, list)):
            return kind == "ints" and parameter.length > 0 and is_size(value), None
        if kind == "Tensors":
            for place, element in enumerate(value):
                if not is_tensor(element):
                    raise TypeError(
                        f"expected Tensor as element {place} in argument {index}, but got {type_name(element)}"
                    )
            return True, None
        suits = {"ints": is_size, "floats": is_number, "Numbers": is_number}[kind]
        asked = value if kind == "Numbers" else value[:1]
        failed = next((place for place, element in enumerate(asked) if not suits(element)), None)
        return failed is None, failed
    if kind == "Tensor":
        return is_tensor(value) or (name.removesuffix("_") in TAKE_NUMBERS and is_number(value)), None
    if kind == "int":
        return is_size(value), None
    if kind == "float":
        return is_real(value) or is_number_tensor(value, "biufcV"), None
    if kind in ("Number", "complex"):
        return is_number(value) or is_number_tensor(value, "biufcV"), None
    if kind in ("bool", "str"):
        return isinstance(value, bool if kind == "bool" else str), None
    if kind == "object":
        return True, None
    if kind == "dtype" and any(value is python_type for python_type in (bool, int, float, complex)):
        return True, None
    if kind == "device" and (is_int(value) or isinstance(value, str)):
        return True, None
    return type_name(value).rpartition(".")[2].endswith(kind), None


def check_elements(name: str, signature: Signature, args: tuple, kwargs: Mapping[str, Any]) -> None:
    """Unpack the integers of an accepted call as torch does.

    Raises TypeError for an element that is no integer, ValueError for an integer beyond 64 bits.
    """
    for index, parameter in enumerate(signature.parameters):
        if index < len(args) and not parameter.keyword_only:
            spread = signature.positional == 1 and not isinstance(args[index], (tuple, list))
            value = args if spread and parameter.kind == "ints" and not parameter.length else args[index]
        else:
            value = kwargs.get(keyword_of(parameter, kwargs) or "")
        if parameter.kind in ("int", "ints", "device") and isinstance(value, int) and not -(2**63) <= value < 2**63:
            raise ValueError("Overflow when unpacking long long")
        # A sequence that a legacy constructor is given whole is data, though it was taken for a size.
        if not isinstance(value, (tuple, list)) or (name == "new" and value is not args):
            continue
        if parameter.kind == "floats":
            for place, element in enumerate(value):
                if not is_real(element):
                    raise TypeError(
                        f"{name}(): argument '{parameter.name}' must be tuple of floats, but found element of type "
                        f"{type_name(element)} at pos {place + 1}"
                    )
        if parameter.kind == "ints":
            for place, element in enumerate(value, 1):
                if not (is_size(element) or isinstance(element, bool)):
                    raise TypeError(
                        f"{name}(): argument '{parameter.name}' failed to unpack the object at pos {place} with error "
                        f'"type must be tuple of ints,but got {type_name(element)}"'
                    )


def type_name(value: object) -> str:
    """The name torch prints for a value's type: with its module if the type is built in C, bare otherwise."""
    kind = type(value)
    if kind.__module__.partition(".")[0] in ("torch", "minitorch_compat"):
        module = TORCH_MODULES.get(kind.__name__, "torch.return_types" if issubclass(kind, tuple) else "builtins")
    else:
        made_in_python = kind.__flags__ & (1 << 9)
        module = "builtins" if made_in_python else kind.__module__
    return kind.__name__ if module == "builtins" else f"{module}.{kind.__name__}"


def invalid_combination(name: str, options: list[str], args: tuple, kwargs: Mapping[str, Any]) -> str:
    """The long message: what was given, what would have been taken, and why each that came near was refused."""
    said = f"{name}() received an invalid combination of arguments - got "
    if len(options) == 1:
        words = option_words(options[0])
        wrong = wrong_keywords(words, kwargs)
        if wrong:
            return f"{said}unrecognized keyword arguments: {', '.join(wrong)}"
        fits = len(words) == len(args) + len(kwargs)
        return f"{said}{compared(words, args, kwargs) if fits else described(args, kwargs)}, but expected {options[0]}"
    said += f"{described(args, kwargs)}, but expected one of:\n"
    for option in options:
        said += f" * {option}\n"
        words = option_words(option)
        if len(words) == len(args) + len(kwargs):
            wrong = wrong_keywords(words, kwargs)
            if wrong:
                said += f"      didn't match because some of the keywords were incorrect: {', '.join(wrong)}\n"
            else:
                said += "      didn't match because some of the arguments have invalid types: "
                said += f"{compared(words, args, kwargs)}\n"
    return said


def option_words(option: str) -> list[tuple[str, str]]:
    """Type and name of each word of a printed signature.

    torch reads its own text back to compare it, takes the star for a parameter, and a default for the parameter's name.
    """
    words = option[1:-1].split(", ") if option != "()" else [""]
    return [(kind or name, name) for kind, _, name in (word.rpartition(" ") for word in words)]


def wrong_keywords(words: list[tuple[str, str]], kwargs: Mapping[str, Any]) -> list[str]:
    """The keywords given that are not among as many names at the end of the signature."""
    last = {name for _, name in words[max(0, len(words) - len(kwargs)) :]}
    return [keyword for keyword in in_hash_order(kwargs) if keyword not in last]


def described(args: tuple, kwargs: Mapping[str, Any]) -> str:
    """The types of the arguments, in brackets; torch leaves a comma behind keywords that stand alone."""
    words = [type_name(value) for value in args]
    words += [f"{keyword}={type_name(kwargs[keyword])}" for keyword in in_hash_order(kwargs)]
    return f"({', '.join(words)}{', ' if kwargs and not args else ''})"


def compared(words: list[tuple[str, str]], args: tuple, kwargs: Mapping[str, Any]) -> str:
    """The types of the arguments, those that differ from a signature's by name marked, in colour on a terminal."""
    coloured = os.isatty(1) and os.isatty(2)
    wrong, wrong_end = ("\33[31;1m", "\33[0m") if coloured else ("!", "!")
    right, right_end = ("\33[32;1m", "\33[0m") if coloured else ("", "")
    texts = []
    for index, (kind, name) in enumerate(words):
        value = args[index] if index < len(args) else kwargs[name]
        text = type_name(value)
        same = text in (("float", "int", "long") if kind == "float" else ("int", "long") if kind == "int" else (kind,))
        if isinstance(value, (tuple, list)):
            elements = ", ".join(map(type_name, value))
            if isinstance(value, tuple):
                text += f" of ({elements}{',' * (len(value) == 1)})"
            else:
                text += f" of [{elements}]"
        if index >= len(args):
            text = f"{name}={text}"
        texts.append(f"{right}{text}{right_end}" if same else f"{wrong}{text}{wrong_end}")
    return f"({', '.join(texts)}{', ' if kwargs and not args else ''})"


def in_hash_order(keywords: Mapping[str, Any]) -> list[str]:
    """The keywords as torch lists them: in the order of a C++ hash table of thirteen buckets.

    A new key goes before all others, or before the first of its bucket.
    """
    order: list[str] = []
    buckets: list[int] = []
    for keyword in keywords:
        bucket = murmur(keyword.encode()) % 13
        place = buckets.index(bucket) if bucket in buckets else 0
        order.insert(place, keyword)
        buckets.insert(place, bucket)
    return order


def murmur(data: bytes) -> int:
    """MurmurHash64A (Austin Appleby, public domain) with the seed of the GNU C++ library."""
    factor, mask = 0xC6A4A7935BD1E995, (1 << 64) - 1

    def mix(word: int) -> int:
        return word ^ (word >> 47)

    result = 0xC70F6907 ^ (len(data) * factor & mask)
    whole = len(data) // 8 * 8
    for start in range(0, whole, 8):
        word = int.from_bytes(data[start : start + 8], "little") * factor & mask
        result = (result ^ (mix(word) * factor & mask)) * factor & mask
    if data[whole:]:
        result = (result ^ int.from_bytes(data[whole:], "little")) * factor & mask
    return mix(mix(result) * factor & mask)
