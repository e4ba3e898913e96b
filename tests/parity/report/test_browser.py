"""The HTML report in a browser: what a reader sees, clicks and types."""
import time
from itertools import count

import pytest

from minitorch_compat.parity.report import html as page
from minitorch_compat.parity.report import write_file

pytest.importorskip("selenium", reason="selenium is not installed")
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select

NUMBERS = count(1)


class Reader:
    """Somebody in front of the page."""

    def __init__(self, browser, path):
        self.browser, self.path = browser, path

    def opens(self, fragment=""):
        # A number that no address had before makes it a page of its own: the same one would only move to its fragment.
        self.browser.get(f"{self.path.as_uri()}?{next(NUMBERS)}{fragment}")
        self.waits(lambda: self.all("html[data-ready]"))
        return self

    def waits(self, until):
        end = time.monotonic() + 10
        while not (found := until()):
            assert time.monotonic() < end, "waited ten seconds in vain"
            time.sleep(0.01)
        return found

    def all(self, selector):
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        found, = self.all(selector)
        return found

    def rows(self):
        """The names of the cases on the page, all read at one moment."""
        return self.browser.execute_script(
            "return [...document.querySelectorAll('li.case .id')].map(each => each.textContent.split('/').at(-1))"
        )

    def clicks(self, element):
        # In the middle of the window nothing lies over it, neither the filters nor a scroll that is still going on.
        self.browser.execute_script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", element)
        element.click()

    def chooses(self, name, value):
        Select(self.one(f"#{name}")).select_by_value(value)

    def types(self, *keys):
        self.browser.switch_to.active_element.send_keys(*keys)

    def pastes(self, text):
        """The whole text into the search box at once, as choosing what it offers does too."""
        self.browser.execute_script(
            "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input', {bubbles: true}))",
            self.one("#q"), text)

    def opens_case(self, name):
        row = self.all("li.case")[self.rows().index(name)]
        self.clicks(row.find_element(By.TAG_NAME, "summary"))
        self.waits(lambda: row.find_elements(By.CSS_SELECTOR, ".foot"))
        return row

    def style(self, element, name):
        return element.value_of_css_property(name)

    def complaints(self):
        return [each["message"] for each in self.browser.get_log("browser") if each["level"] == "SEVERE"]


@pytest.fixture(scope="module")
def report(every_outcome, tmp_path_factory):
    return write_file(every_outcome, tmp_path_factory.mktemp("report") / "report.html", "html")


@pytest.fixture
def reader(browser, report):
    reader = Reader(browser, report)
    yield reader.opens()
    assert reader.complaints() == []


NAMES = [
    "weights_scale_gradients", "variables_are_tensors", "digits_are_lost", "fft_is_missing", "torch_lacks_this",
    "the_case_is_wrong", "memory_runs_out", "it_never_ends", "loss_falls",
]


def test_the_page_shows_the_summary_and_every_case(reader):
    assert reader.one("h1").text == "toy 0.1 against torch 2.13.0"
    assert [each.text for each in reader.all(".headline")] == ["3 of 9 cases agree", "2 of 6 claims hold"]
    assert reader.rows() == NAMES
    assert reader.one("#status").text == "9 cases"
    outcomes = [each.text.lstrip("✓≠○◇!×… ") for each in reader.all(".c-outcome")]
    assert outcomes[2:5] == ["differs", "engine lacks it", "reference lacks it"]
    assert [each.text for each in reader.all(".chapter")] == [
        "What the guide says about leaves.", "What the guide says about training.",
    ]


def test_typing_filters_at_once(reader):
    box = reader.one("#q")
    box.send_keys("digits")
    assert reader.rows() == ["digits_are_lost"]
    assert reader.one("#status").text == "1 of 9 cases"
    assert [each.text for each in reader.all("#list mark")] == ["digits", "digits"]
    box.clear()
    box.send_keys("LOST claim")
    assert reader.rows() == ["digits_are_lost"]
    box.clear()
    box.send_keys("signal 11")
    assert reader.rows() == ["memory_runs_out"]
    box.send_keys(" nowhere")
    assert reader.rows() == []
    assert reader.one("#empty").is_displayed()
    reader.clicks(reader.one("#clear"))
    assert reader.rows() == NAMES
    assert not reader.one("#empty").is_displayed()


FILTERS = [
    ("outcome", "differs", ["digits_are_lost"]),
    ("outcome", "timed out", ["it_never_ends"]),
    ("verdict", "outdated", ["variables_are_tensors"]),
    ("verdict", "contradicted", ["loss_falls"]),
    ("document", "other.txt", ["loss_falls"]),
    ("document", "no document", ["fft_is_missing", "torch_lacks_this"]),
    ("dimension", "printed text", ["digits_are_lost"]),
    ("dimension", "differs in values", ["digits_are_lost"]),
    ("dimension", "values", NAMES),
]


def test_each_filter_leaves_what_it_names(reader):
    for name, value, rows in FILTERS:
        reader.chooses(name, value)
        assert (name, value, reader.rows()) == (name, value, rows)
        assert f"{name}=" in reader.browser.current_url
        reader.chooses(name, "")
        assert reader.rows() == NAMES


QUERIES = [
    ("status:differs", ["digits_are_lost"]), ("dim:values ulp>1", ["digits_are_lost"]), ("ulp>2", []),
    ("ulp>=2 abs<1e-6", ["digits_are_lost"]),
    ("dim:print", ["digits_are_lost"]), ("sees:random verdict:holds", ["weights_scale_gradients", "loss_falls"]),
    ("dtype:float32", ["weights_scale_gradients", "digits_are_lost"]),
    ("dtype:float32 -status:agrees", ["digits_are_lost"]),
    ('status:"timed out"', ["it_never_ends"]), ("status:eng", ["fft_is_missing"]), ("doc:other", ["loss_falls"]),
    ("cause:crashed", ["memory_runs_out"]), ("chapter:training -memory -never -case_is status:a", ["loss_falls"]),
    ("fact:000-fft", ["fft_is_missing"]), ("id:guide.leaves/torch", ["torch_lacks_this"]),
    ('"signal 11"', ["memory_runs_out"]),
    ("known:yes", []), ("nokey:x", []),
]


def test_the_query_language(reader):
    """Each query, and then its address, in the page that the one before has left."""
    for query, rows in QUERIES:
        reader.pastes(query)
        assert (query, reader.rows()) == (query, rows)
        address = reader.browser.current_url
        reader.opens(address[address.index("#"):])
        assert (query, reader.rows()) == (query, rows)


def test_a_query_that_finds_nothing_names_what_it_does_not_know(reader):
    reader.pastes("stauts:differs ulp>many")
    assert reader.one("#empty").text == (
        "No case matches these filters. “stauts:” is searched for as text; what can be asked for is status, verdict, "
        "dim, dtype, op, cause, doc, chapter, fact, id, known, sees. “many” is not a number, so “ulp>many” is "
        "searched for as text."
    )


def test_a_query_is_completed(reader):
    def offers(told="value"):
        return reader.browser.execute_script(
            "return [...document.querySelectorAll('#offers option')].map(each => each[arguments[0]])", told)

    box = reader.one("#q")
    box.send_keys("lost d")
    assert offers() == ["lost dim:", "lost dtype:", "lost doc:"]
    assert offers("label") == ["dimension that differs", "element type", "document"]
    box.send_keys("type:")
    assert offers() == ["lost dtype:float32"]
    assert offers("label") == ["2 cases"]
    box.clear()
    box.send_keys("-status:ti")
    assert offers() == ['-status:"timed out"']
    assert offers("label") == ["1 case"]
    box.clear()
    box.send_keys('status:"')
    assert offers()[0] == "status:agrees" and offers("label")[0] == "3 cases" and len(offers()) == 7
    box.send_keys("engine la")
    assert offers() == ['status:"engine lacks it"']
    box.send_keys('cks it" dim:text')
    assert offers() == ['status:"engine lacks it" dim:"printed text"']
    box.clear()
    box.send_keys("ul")
    assert offers() == ["ulp>"]
    box.clear()
    box.send_keys("nokey:")
    assert offers() == []


FIRST = {"status": "agrees", "dim": "printed text", "dtype": "float32", "cause": "crashed", "verdict": "unstated"}


def test_every_offer_leads_to_as_many_cases_as_it_says(reader):
    for key, first in FIRST.items():
        reader.pastes(f"{key}:")
        offers = reader.browser.execute_script(
            "return [...document.querySelectorAll('#offers option')].map(each => [each.value, parseInt(each.label)])")
        assert any(value.replace('"', "").startswith(f"{key}:{first}") for value, _ in offers)
        for value, cases in offers:
            reader.pastes(value)
            assert len(reader.rows()) == cases, value


def test_causes_come_first_and_lead_to_their_cases(reader):
    panel = reader.one("section[aria-labelledby=by-cause]")
    assert len(panel.find_elements(By.CSS_SELECTOR, "tbody tr")) == 7
    row = next(each for each in panel.find_elements(By.CSS_SELECTOR, "tbody tr") if "crashed" in each.text)
    reader.clicks(row.find_element(By.CSS_SELECTOR, "a"))
    reader.waits(lambda: reader.rows() == ["memory_runs_out"])


def test_filters_add_up_and_the_address_remembers_them(reader):
    reader.chooses("document", "guide.txt")
    reader.chooses("outcome", "agrees")
    reader.one("#q").send_keys("tensors")
    assert reader.rows() == ["variables_are_tensors"]
    address = reader.browser.current_url
    reader.opens(address[address.index("#"):])
    assert reader.rows() == ["variables_are_tensors"]
    assert reader.one("#q").get_attribute("value") == "tensors"


def test_the_summary_leads_to_the_cases(reader):
    reader.clicks(reader.one(".legend a[href='#outcome=crashed']"))
    reader.waits(lambda: reader.rows() == ["memory_runs_out"])
    reader.clicks(reader.one("a[href='#document=guide.txt&verdict=outdated']"))
    reader.waits(lambda: reader.rows() == ["variables_are_tensors"])
    reader.clicks(reader.one("a[href='#dimension=differs%20in%20values']"))
    reader.waits(lambda: reader.rows() == ["digits_are_lost"])


def test_a_case_opens_into_three_voices(reader):
    row = reader.opens_case("weights_scale_gradients")
    heads = [each.text for each in row.find_elements(By.CSS_SELECTOR, "[role=columnheader]:not(.hidden)")]
    assert heads == ["The document", "torch 2.13.0", "toy 0.1"]
    cells = [each.text for each in row.find_elements(By.CSS_SELECTOR, ".voice")]
    assert cells[0] == "[2.0, 0.2, 0.02]"
    assert cells[1] == cells[2]
    assert cells[1].startswith("[2.")
    assert "torch.float32" in cells[1]
    assert cells[1].endswith("✓ as stated")
    source = row.find_element(By.CSS_SELECTOR, "pre.code")
    assert source.text.startswith("@case()\ndef weights_scale_gradients(torch, see):")
    words = {each.text: each.get_attribute("class") for each in source.find_elements(By.TAG_NAME, "span")}
    assert (words["def"], words["3"], words["# a comment"]) == ("py-keyword", "py-number", "py-comment")


def test_a_difference_shows_characters_numbers_and_ulps(reader):
    row = reader.opens_case("digits_are_lost")
    numbers, text = row.find_elements(By.CSS_SELECTOR, ".difference")
    figures = dict(zip(
        (each.text for each in numbers.find_elements(By.TAG_NAME, "dt")),
        (each.text for each in numbers.find_elements(By.TAG_NAME, "dd")), strict=True,
    ))
    assert figures["largest distance"] == "2 ulp"
    assert figures["elements that differ"] == "2 of 4"
    assert figures["worst place"] == "[0, 1]"
    assert figures["would agree at"] == "2 ulp"
    bars = [each.text for each in numbers.find_elements(By.CSS_SELECTOR, ".histogram .count")]
    assert bars == ["2", "1", "1"]
    assert [each.text for each in text.find_elements(By.TAG_NAME, "del")] == [".", "."]
    assert text.find_elements(By.TAG_NAME, "ins") == []
    assert [each.text for each in text.find_elements(By.TAG_NAME, "pre")] == [
        "tensor([1., 2.])\nend", "tensor([1, 2])\nend",
    ]
    assert row.find_element(By.CSS_SELECTOR, ".three.differs .name").text == "y"


def test_a_difference_has_the_command_that_writes_its_script(reader):
    assert reader.opens_case("digits_are_lost").find_element(By.CSS_SELECTOR, ".command").text == (
        "minitorch-compat explain guide.leaves/digits_are_lost --reference torch --engine toy --shrink "
        "--script case.py")
    assert reader.opens_case("weights_scale_gradients").find_elements(By.CSS_SELECTOR, ".command") == []


def test_a_loss_curve_is_drawn_for_both(reader):
    row = reader.opens_case("loss_falls")
    lines = row.find_elements(By.CSS_SELECTOR, ".curve path.line")
    assert len(lines) == 2
    assert len({each.get_attribute("d") for each in lines}) == 2
    assert "losses (logarithmic)" in row.find_element(By.TAG_NAME, "figcaption").text
    assert "Verdict contradicted. torch contradicts the document" in row.text


def test_what_is_lacking_or_broken_says_why(reader):
    assert "torch.fft.rfft" in reader.opens_case("fft_is_missing").text
    row = reader.opens_case("the_case_is_wrong")
    reader.clicks(row.find_element(By.CSS_SELECTOR, ".trace summary"))
    assert "NameError: y" in row.find_element(By.CSS_SELECTOR, ".trace pre").text


def test_everything_goes_without_a_mouse(reader):
    reader.types("/")
    assert reader.browser.switch_to.active_element.get_attribute("id") == "q"
    reader.types("lost", Keys.ARROW_DOWN)
    focused = reader.browser.switch_to.active_element
    assert focused.tag_name == "summary"
    assert "digits_are_lost" in focused.text
    assert reader.style(focused, "outline-style") == "solid"
    reader.types(Keys.ENTER)
    reader.waits(lambda: reader.all(".difference"))
    reader.types(Keys.ESCAPE)
    assert not reader.one(".body").is_displayed()
    reader.types(Keys.ARROW_UP)
    reader.types(Keys.ESCAPE)
    assert reader.rows() == NAMES
    reader.types(Keys.ARROW_DOWN, Keys.NULL)
    reader.types(Keys.ARROW_DOWN)
    assert "variables_are_tensors" in reader.browser.switch_to.active_element.text
    reader.types("/")
    reader.types(Keys.TAB)
    assert reader.browser.switch_to.active_element.get_attribute("id") == "outcome"


def test_every_control_has_a_name(reader):
    for control in reader.all("input, select, button"):
        if control.is_displayed():
            assert control.accessible_name, control.get_attribute("outerHTML")
    assert reader.one("form").aria_role == "search"
    assert reader.one("#status").aria_role == "status"
    bars = [each.accessible_name for each in reader.all(".overview .bar")]
    assert bars == ["Cases by outcome", "Claims by verdict on the document"]


def test_light_and_dark_follow_the_system_and_the_button(reader):
    def prefers(scheme):
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        reader.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def darkness():
        channels = reader.style(reader.one("body"), "background-color").strip("rgba()").split(",")[:3]
        return "dark" if sum(map(int, channels)) < 380 else "light"

    def becomes(scheme):
        reader.waits(lambda: darkness() == scheme)

    try:
        for scheme in ("light", "dark"):
            prefers(scheme)
            becomes(scheme)
        reader.clicks(reader.one("#theme"))
        assert reader.one("#theme").text == "Theme: light"
        becomes("light")
        reader.clicks(reader.one("#theme"))
        assert reader.one("#theme").text == "Theme: dark"
        prefers("light")
        becomes("dark")

        def kept():
            reader.browser.refresh()
            reader.waits(lambda: reader.all("html[data-ready]"))
            return darkness() == "dark"

        # What a page stores reaches the process that shows it next when the browser likes: a reload may come too early.
        reader.waits(kept)
        reader.clicks(reader.one("#theme"))
        becomes("light")
    finally:
        reader.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_a_phone_needs_no_sideways_scrolling(reader):
    screen = {"width": 375, "height": 700, "deviceScaleFactor": 2, "mobile": True}
    reader.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    try:
        reader.opens()
        reader.opens_case("digits_are_lost")
        width = reader.browser.execute_script("return document.documentElement.scrollWidth")
        assert width == 375
        first, second = reader.all(".difference")[0].find_elements(By.CSS_SELECTOR, ".sides > div")
        assert first.rect["y"] < second.rect["y"], "one side stands under the other"
        assert reader.one("#q").rect["width"] > 300
    finally:
        reader.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_a_link_opens_its_case(reader):
    reader.opens("#case=guide.training%2Floss_falls")
    assert reader.waits(lambda: reader.all(".curve"))
    assert "loss_falls" in reader.browser.switch_to.active_element.text


def test_hostile_text_is_read_and_never_run(browser, hostile, tmp_path):
    reader = Reader(browser, write_file(hostile, tmp_path / "hostile.html", "html")).opens()
    reader.clicks(reader.one("li.case summary"))
    reader.waits(lambda: reader.all(".foot"))
    assert browser.title.endswith(": parity report")
    assert reader.all("img, li.case script") == []
    shown = reader.all(".difference pre")[0]
    assert shown.text.startswith("</script><script>document.title='owned'</script><img src=x")
    controls = {each.text for each in shown.find_elements(By.CSS_SELECTOR, ".control")}
    assert controls == {r"\x00", r"\x1b", r"\u202e", r"\u202c", r"\ud800", r"\ufeff", r"\u200b"}
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 1200
    assert reader.complaints() == []


def test_many_cases_open_and_filter_quickly(browser, many, tmp_path, monkeypatch):
    monkeypatch.setattr(page, "PLAIN", 0)  # all data compressed, as they are in a report of this size with longer cases
    reader = Reader(browser, write_file(many(5000), tmp_path / "many.html", "html")).opens()
    assert reader.one("#status").text == "5000 cases"
    assert len(reader.all("li.case")) < 600
    spent = browser.execute_script("""
        const box = document.getElementById("q"), before = performance.now();
        box.value = "case_4999";
        box.dispatchEvent(new Event("input"));
        return performance.now() - before;
    """)
    assert reader.rows() == ["case_4999"]
    assert spent < 500
    assert "[4999., 5000., 5001.]" in reader.opens_case("case_4999").text
    reader.clicks(reader.one("#clear"))
    browser.execute_script("window.scrollTo(0, document.body.scrollHeight)")
    reader.waits(lambda: len(reader.all("li.case")) > 200)
