"""The matrix as a page, as Markdown and as JSON: every cell has its step in words, and leads to what lies behind it."""
import json
import re
from dataclasses import replace

import pytest
import test_json

from minitorch_compat.parity.matrix.model import STEPS, Share, cell, matrix
from minitorch_compat.parity.matrix.render import data, html, markdown, schema, template, text, write
from minitorch_compat.parity.result import OUTCOMES, Difference, Engine, Numeric


@pytest.fixture
def two(every_outcome):
    """The nine cases of every outcome on one engine, and all of them agreeing but the last, which is missing."""
    fine = dict.fromkeys(every_outcome.results[0].dimensions, "agrees")
    good = [replace(each, outcome="agrees", message="", differences=(), dimensions=fine)
            for each in every_outcome.results[:-1]]
    engine = Engine("other", "2", {"graph": "not compared: there is none"})
    other = replace(every_outcome, candidate=engine, results=good, stopped="killed before its end")
    return matrix([every_outcome, other])


def numeric(ulp):
    return Numeric(None, None, ulp, (), "1.0", "2.0", 1, 1, "equal bits", None)


@pytest.mark.parametrize(("differences", "step", "words"), [
    ([("values", "y", numeric(3))], 2, "3 ulp"),
    ([("values", "y", numeric(3)), ("gradients", "x.grad", numeric(64))], 2, "64 ulp"),
    ([("values", "y", numeric(65))], 3, "values"),
    ([("values", "y", numeric(None))], 3, "values"),
    ([("values", "y", numeric(3)), ("values", "z", numeric(None))], 3, "values"),
    ([("dtype", "y", None)], 3, "dtype"),
    ([("dtype", "y", None), ("values", "y", numeric(3))], 4, "2 dimensions"),
    ([("exceptions", "refusal", None)], 3, "exceptions"),
    ([("values", "y", None), ("exceptions", "the case", None)], 5, "ends early"),
])
def test_steps_of_what_differs(every_outcome, differences, step, words):
    found = tuple(Difference(dimension, name, "other", "a", "b", number) for dimension, name, number in differences)
    dimensions = {**every_outcome.results[0].dimensions, **{each.dimension: "differs" for each in found}}
    result = replace(every_outcome.results[2], outcome="differs", differences=found, dimensions=dimensions)
    assert (cell(result).step, cell(result).text) == (step, words)


def test_steps_of_the_other_outcomes(two):
    steps = {row.cells[0].outcome: (row.cells[0].step, row.cells[0].text) for row in two.rows}
    assert steps == {
        "agrees": (1, "agrees"), "differs": (4, "2 dimensions"), "engine lacks it": (6, "lacks torch.fft.rfft"),
        "reference lacks it": (0, "reference lacks it"), "case is broken": (0, "case is broken"),
        "crashed": (7, "crashed"), "timed out": (7, "timed out"),
    }


def test_a_lacking_argument_is_told_as_it_is_written(every_outcome):
    lacking = replace(every_outcome.results[3], message="the argument dim of sum()")
    assert cell(lacking).text == "lacks sum(dim=)"
    assert cell(replace(lacking, message="x" * 50)).text == "lacks " + "x" * 40 + "…"


@pytest.mark.parametrize(("agreeing", "of", "step"), [
    (0, 0, 0), (10, 10, 1), (9, 10, 2), (899, 1000, 3), (7, 10, 3), (5, 10, 4), (3, 10, 5), (1, 10, 6),
    (1, 11, 7), (0, 5, 7),
])
def test_steps_of_chapters(agreeing, of, step):
    assert Share(agreeing, of).step == step


def test_counts(two):
    assert [sum(column.outcomes.values()) for column in two.columns] == [9, 8]
    assert not two.complete and not two.good
    assert [two.share(two.rows, place) for place in (0, 1)] == [Share(3, 9), Share(8, 8)]
    assert two.rows[-1].cells[1] is None
    with pytest.raises(ValueError, match="no run"):
        matrix([])


def test_json_is_what_its_schema_says(two, monkeypatch):
    monkeypatch.setattr(test_json, "schema", schema)  # where the rules of its parts are looked up
    complaints = test_json.complaints
    found = json.loads(data(two))
    assert list(complaints(found, schema())) == []
    assert found["engines"][1]["terms"] == {"graph": "not compared: there is none"}
    assert found["cases"][-1]["cells"][1] is None
    assert set(found["engines"][0]["outcomes"]) == set(OUTCOMES)
    for spoil in (
        lambda found: found.update(matrix=2), lambda found: found["engines"][0].pop("terms"),
        lambda found: found["cases"][0]["cells"][0].update(step=8), lambda found: found["cases"][0].update(cells=[]),
        lambda found: found["engines"][1]["terms"].update(speed="slow"), lambda found: found.update(more=1),
    ):
        spoiled = json.loads(data(two))
        spoil(spoiled)
        assert list(complaints(spoiled, schema()))


def test_markdown_leads_from_each_cell_to_its_cause(two):
    page = markdown(two)
    anchors = re.findall(r'<a id="([\d-]+)"></a>', page)
    links = re.findall(r"\]\(#(\d+-\d+)\)", page)
    assert len(set(anchors)) == len(anchors) and links and set(links) <= set(anchors)
    assert "| `fft_is_missing` | [○ lacks torch.fft.rfft](#1-" in page and "| ✓ agrees |" in page
    assert "| other 2 | graph | not compared: there is none |" in page
    assert "| `loss_falls` | ✓ agrees | not run |" in page
    chapters = re.findall(r"\| \[(\S+)\]\(#(\S+)\) \|", page)
    assert ("guide.leaves", "guideleaves") in chapters and "### guide.leaves" in page


def test_the_terminal_shows_chapters_and_outcomes(two):
    shown = text(two)
    assert re.search(r"guide\.leaves +2 of 5 +5 of 5", shown) and re.search(r"engine lacks it +1 +0", shown)
    assert shown.endswith("other 2: killed before its end")


@pytest.mark.parametrize("format", [html, markdown, data])
def test_hostile_text_stays_text(hostile, format):
    page = format(matrix([hostile, hostile]))
    page.encode("utf-8")
    assert ("\x1b" not in page and "\u202e" not in page.replace("\\u202e", "")) or format is data
    if format is html:
        assert page.count("<script") == 2 and "<img" not in page


def luminance(colour):
    parts = [int(colour[place:place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_words_can_be_read_on_every_colour():
    """WCAG's 4.5 to 1 for each step, in every theme."""
    themes = [dict(re.findall(r"--(\w+): (#\w{6})", block))
              for block in re.findall(r"\{\s*color-scheme: \w+;(.*?)\}", template("matrix.css"), re.S)]
    assert len(themes) == 3 and themes[1] == themes[2]
    for theme in themes:
        for step in range(len(STEPS)):
            low, high = sorted((luminance(theme[f"c{step}"]), luminance(theme[f"i{step}"])))
            assert (high + 0.05) / (low + 0.05) >= 4.5, (step, theme[f"c{step}"])
        assert len({theme[f"c{step}"] for step in range(len(STEPS))}) == len(STEPS)


@pytest.fixture
def page(browser, two, tmp_path):
    path, = write(two, tmp_path, ["html"])
    browser.get("about:blank")
    browser.get(path.as_uri())
    yield browser
    assert [each["message"] for each in browser.get_log("browser") if each["level"] == "SEVERE"] == []


def every(page, selector):
    return page.find_elements("css selector", selector)


def focused(page):
    return page.switch_to.active_element


def test_the_keyboard_opens_chapters_and_cells(page):
    from selenium.webdriver.common.keys import Keys as keys

    assert every(page, "html[data-ready]") and not every(page, "tr.case")
    chapter = every(page, "tr.chapter button")[0]
    chapter.send_keys(keys.ENTER)
    assert [each.text for each in every(page, "tr.case th")] == [
        "weights_scale_gradients", "variables_are_tensors", "digits_are_lost", "fft_is_missing", "torch_lacks_this",
    ]
    assert focused(page).get_attribute("aria-expanded") == "true"
    every(page, "tr.case td button")[0].send_keys(keys.ARROW_DOWN)
    focused(page).send_keys(keys.ARROW_DOWN)
    assert focused(page).text == "◑ 2 dimensions"
    focused(page).send_keys(keys.ARROW_RIGHT)
    assert focused(page).text == "✓ agrees"
    focused(page).send_keys(keys.ARROW_LEFT)
    focused(page).send_keys(keys.ENTER)
    dialog = every(page, "dialog[open]")[0]
    assert "values, y: 2 of 4 elements differ" in dialog.text and "[1.0, 2.0000002]" in dialog.text
    assert page.current_url.endswith("#guide.leaves%2Fdigits_are_lost/toy")
    focused(page).send_keys(keys.ESCAPE)
    assert not every(page, "dialog[open]") and focused(page).text == "◑ 2 dimensions"


def test_finding_and_causes(page):
    box = every(page, "#find")[0]
    box.send_keys("rfft")
    assert [each.text for each in every(page, "tr.case th")] == ["fft_is_missing"]
    assert every(page, "#count")[0].text == "1 of 9 cases"
    box.clear()
    box.send_keys(" ")
    cause = next(each for each in every(page, "[data-cause]") if "printed text" in each.text)
    page.execute_script("arguments[0].click()", cause)
    assert [each.text for each in every(page, "tr.case th")] == ["digits_are_lost"]
    every(page, "#cause")[0].click()
    every(page, "#apart")[0].click()
    assert "weights_scale_gradients" not in [each.text for each in every(page, "tr.case th")]
    assert "digits_are_lost" in [each.text for each in every(page, "tr.case th")]


def test_an_address_opens_its_cell_in_either_theme(page):
    address = page.current_url
    page.get("about:blank")
    page.get(f"{address}#guide.leaves%2Ffft_is_missing/toy")
    assert "fft_is_missing on toy 0.1" in every(page, "dialog[open] h2")[0].text
    page.execute_script("document.querySelector('#cell').close()")
    colours = set()
    for _ in range(2):
        every(page, "#theme")[0].click()
        colours.add(every(page, "tr.chapter td")[0].value_of_css_property("background-color"))
    assert len(colours) == 2
