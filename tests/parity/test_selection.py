"""Which cases an id, a pattern or an expression means."""
import pytest

from minitorch_compat.parity import chapter
from minitorch_compat.parity.selection import BadExpression, NothingSelected, by_expression, by_ids


def cases():
    made = []
    for name, document in (("documents.vectors", "003_x.txt"), ("documents.scalars", "004_y.txt"), ("nn.linear", None)):
        case = chapter(name, document=document)
        for function in ("adds", "takes_weights"):
            def body(torch, see):
                """A claim."""
            body.__name__ = function
            made.append(case(fact="003-19" if function == "adds" else (), states={"x": 1} if document else None,
                             verdict="wrong" if document else None, why="because")(body))
    return made


def ids(selected):
    return [case.id for case in selected]


ALL = ids(cases())


@pytest.mark.parametrize(("wanted", "meant"), [
    (["documents.vectors/adds"], ALL[:1]), (["documents.vectors"], ALL[:2]), (["documents"], ALL[:4]),
    (["adds"], ALL[::2]), (["003-19"], ALL[::2]), (["*/takes*"], ALL[1::2]), (["documents.*"], ALL[:4]),
    (["nn.linear/", "documents.vectors/adds"], [ALL[0], *ALL[4:]]), (["nn.linear", "nn"], ALL[4:]),
])
def test_ids(wanted, meant):
    assert ids(by_ids(cases(), wanted)) == meant


@pytest.mark.parametrize(("wanted", "words"), [
    (["documents.vector"], "did you mean 'documents.vectors'"), (["adds", "zzz"], "no case is meant by 'zzz'"),
])
def test_an_id_that_means_nothing_is_named(wanted, words):
    with pytest.raises(NothingSelected, match=words):
        by_ids(cases(), wanted)


@pytest.mark.parametrize(("expression", "meant"), [
    ("vectors", ALL[:2]), ("VECTORS", ALL[:2]), ("not vectors", ALL[2:]), ("vectors and adds", ALL[:1]),
    ("vectors or linear", ALL[:2] + ALL[4:]), ("not (vectors or linear)", ALL[2:4]), ("not not nn", ALL[4:]),
    ("adds and not documents or takes and nn", ALL[4:]), ("003_x", ALL[:2]), ("003-19", ALL[::2]), ("wrong", ALL[:4]),
    ("documents.vectors/adds", ALL[:1]), ("(adds)", ALL[::2]),
])
def test_expressions(expression, meant):
    assert ids(by_expression(cases(), expression)) == meant


@pytest.mark.parametrize("expression", ["", "and", "a and", "(a", "a)", "a b", "not", "a or or b", "a & b", "()", "$x"])
def test_an_expression_that_cannot_be_read_is_refused(expression):
    with pytest.raises(BadExpression):
        by_expression(cases(), expression)


def test_an_expression_that_fits_nothing_is_named():
    with pytest.raises(NothingSelected, match="no case fits -k 'zork' \\(6 were asked\\)"):
        by_expression(cases(), "zork")
