"""What a document states, held against both engines, and the author's verdict held against what came out."""
import math

import numpy as np
import pytest
from toy import Engine, Tensor

from minitorch_compat.parity import chapter, digits, matches, refusal, says, warns
from minitorch_compat.parity.runner import run_case


def voices(stated, act, name="x"):
    """What the voices on one stated outcome say, of two like engines."""

    def body(torch, see):
        """A claim."""
        act(see)

    result = run_case(chapter("toy", document="a.txt")(states={name: stated})(body), Engine(), Engine())
    assert result.outcome == "agrees", result.message
    voice, = result.verdict.voices
    assert voice.reference_agrees == voice.candidate_agrees
    assert result.verdict.sound == voice.reference_agrees
    return voice


def seen(value):
    return lambda see: see("x", value)


def t(values, dtype=np.float32):
    return Tensor(np.array(values, dtype))


@pytest.mark.parametrize(("stated", "value"), [
    ([0.2, 2], t([0.2, 2.0])), (0.2, t(0.2)), (0.1, 0.1), ([1, 2], [1, 2]), ((3, 1), [3, 1]), (None, None),
    (True, True), ([[0.5]], t([[0.5]])), ("text", "text"), ("at 0x12", "at 0xff"), (math.nan, t(math.nan)),
    ([True], t([True], bool)),
    (3, t(3, np.int64)), (3, t(3.0)), ({"a": 1}, {"a": 1}), ("torch.Size([2])", type("Size", (tuple,), {
        "__str__": lambda self: "torch.Size([2])"})((2,))), ((2,), type("Size", (tuple,), {})((2,))),
    (digits(4, [0.3333, 0.6667]), t([1 / 3, 2 / 3])), (digits(2, 3.14), 3.14159), (digits(1, [[0.1]]), [[0.06]]),
    (matches(r"tensor\(\d+\.\d{4}\)"), "tensor(12.3456)"), (matches("a.b"), "a\nb"),
    (says("all of it is one", lambda x: (x == 1).all()), t([1, 1])), (says("short", lambda x: len(x) < 3), "ab"),
    (1 + 1j, 1 + 1j), ([], t([])), ("<class 'int'>", int),
])
def test_what_is_so(stated, value):
    assert voices(stated, seen(value)).reference_agrees


@pytest.mark.parametrize(("stated", "value"), [
    ([0.2], t([0.3])), ([0.2], t([[0.2]])), (0.2, t([0.2])), (0.1, np.float64(np.float32(0.1))), (1, True), (True, 1),
    (None, 0), (0, None), ([1, 2], [1]), ("text", "texts"), ([1.0], t([True], bool)), ([True], t([1.0])),
    ({"a": 1}, {"b": 1}), (digits(4, 0.3333), 0.33), (digits(2, [3.14]), 3.14), (matches("a"), "ab"),
    (says("never", lambda x: False), 1), (None, t(0.0)), ("x", t(0.0)), (1.0, "1.0"), ("<class 'int'>", float),
])
def test_what_is_not_so(stated, value):
    assert not voices(stated, seen(value)).reference_agrees


def raising(error):
    def act(see):
        with see.refusal("x"):
            if error is not None:
                raise error
    return act


@pytest.mark.parametrize(("stated", "error", "so"), [
    (refusal(RuntimeError), RuntimeError("a"), True), (refusal(RuntimeError, "a"), RuntimeError("a"), True),
    (refusal(RuntimeError, "a"), RuntimeError("ab"), False), (refusal("RuntimeError"), RuntimeError("a"), True),
    (refusal(RuntimeError, matches="b$"), RuntimeError("ab"), True),
    (refusal(RuntimeError, matches="c"), RuntimeError("ab"), False), (refusal(RuntimeError), ValueError("a"), False),
    (refusal(RuntimeError), None, False), (refusal(None), None, True), (refusal(None), ValueError(), False),
])
def test_refusals(stated, error, so):
    assert voices(stated, raising(error)).reference_agrees is so


def test_a_bare_refusal_speaks_of_the_only_one():
    def body(torch, see):
        """A claim."""
        with see.refusal():
            raise ValueError

    result = run_case(chapter("toy")(states=refusal(ValueError))(body), Engine(), Engine())
    assert result.verdict.verdict == "holds" and result.verdict.sound


@pytest.mark.parametrize(("stated", "so"), [
    ([warns(UserWarning)], True), ([warns("UserWarning", "old")], True), (["old"], True), ([], False),
    ([warns(UserWarning, matches="ol")], True), ([warns(UserWarning, "new")], False), (warns(UserWarning), True),
    ([warns(FutureWarning)], False), ([warns(UserWarning)] * 2, False),
])
@pytest.mark.parametrize("name", ["x", "warnings"])
def test_warnings(stated, so, name):
    import warnings

    def act(see):
        see("y", 0)
        if name == "x":
            with see.warnings("x"):
                warnings.warn("old", UserWarning, stacklevel=1)
        else:
            warnings.warn("old", UserWarning, stacklevel=1)

    assert voices(stated, act, name).reference_agrees is so


@pytest.mark.parametrize(("stated", "so"), [
    ("1\n2", True), ("1\n2\n", True), ("1 2", False), (matches(r"\d\n\d"), True),
])
@pytest.mark.parametrize("name", ["x", "stdout"])
def test_printed_text_with_or_without_its_last_line_end(stated, so, name):
    def act(see):
        if name == "x":
            with see.printed("x"):
                print("1\n2")
        else:
            print("1\n2")

    assert voices(stated, act, name).reference_agrees is so


def test_the_candidate_has_a_voice_of_its_own():
    def body(torch, see):
        """A claim."""
        see("x", torch.flaw)

    result = run_case(chapter("toy")(states={"x": None})(body), Engine(), Engine("odd"))
    voice, = result.verdict.voices
    assert (voice.document, voice.reference_agrees, voice.candidate_agrees) == ("None", True, False)
    assert result.outcome == "differs" and result.verdict.sound


def judged(stated, verdict):
    def body(torch, see):
        """A claim."""
        see("x", 1)

    why = verdict and "because"
    case = chapter("toy", document="a.txt")(states=stated, verdict=verdict, why=why)(body)
    return run_case(case, Engine(), Engine())


SO, NOT_SO = {"x": 1}, {"x": 2}


@pytest.mark.parametrize(("stated", "verdict", "told", "sound"), [
    (SO, None, "holds", True), (NOT_SO, None, "holds", False),
    (SO, "wrong", "wrong", False), (NOT_SO, "wrong", "wrong", True),
    (SO, "outdated", "outdated", False), (NOT_SO, "outdated", "outdated", True),
    (SO, "incomplete", "incomplete", True), (NOT_SO, "incomplete", "incomplete", True),
    (SO, "ambiguous", "ambiguous", True), (NOT_SO, "ambiguous", "ambiguous", True),
    (None, None, "unstated", True), (None, "incomplete", "incomplete", True),
])
def test_the_verdict_agrees_with_what_was_computed_or_fails(stated, verdict, told, sound):
    result = judged(stated, verdict)
    assert (result.verdict.verdict, result.verdict.sound, result.good) == (told, sound, sound)
    assert bool(result.verdict.message) is not sound


@pytest.mark.parametrize(("more", "words"), [
    ({"verdict": "holds", "why": "because"}, "a verdict is one of"), ({"verdict": "wrong", "states": SO}, "its reason"),
    ({"verdict": "wrong", "why": "because"}, "so state the outcome"),
    ({"verdict": "outdated", "why": "because"}, "so state the outcome"),
])
def test_an_author_who_contradicts_himself_hears_of_it_at_once(more, words):
    def body(torch, see):
        """A claim."""

    with pytest.raises(ValueError, match=words):
        chapter("toy")(**more)(body)


def test_a_case_needs_a_claim_and_a_name_of_its_own():
    def body(torch, see):
        pass

    with pytest.raises(ValueError, match="states its claim"):
        chapter("toy")()(body)
    body.__doc__ = "A claim."
    case = chapter("toy")
    case()(body)
    with pytest.raises(ValueError, match="two cases of this name"):
        case()(body)
