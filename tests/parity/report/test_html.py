"""The HTML report as a file: what stands in it before any script runs."""
import base64
import gzip
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest

from minitorch_compat.parity.report import html as page
from minitorch_compat.parity.report import render


class Page(HTMLParser):
    """The elements of a page, the text of its scripts and styles, and the rest of its text."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.contents, self.text = [], [], ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag in ("script", "style"):
            self.contents.append((tag, dict(attributes), ""))

    def handle_data(self, data):
        if self.cdata_elem:
            tag, attributes, text = self.contents[-1]
            self.contents[-1] = tag, attributes, text + data
        else:
            self.text += data


def data_of(text):
    found = {}
    for tag, attributes, content in Page(text).contents:
        if tag == "script" and attributes.get("type") == "application/json":
            found[attributes["id"]] = json.loads(content)
        elif tag == "script" and attributes.get("type") == "application/gzip":
            found[attributes["id"]] = json.loads(gzip.decompress(base64.b64decode(content)))
    return found


def test_the_summary_needs_no_script(every_outcome):
    text = re.sub(r"\s+", " ", Page(render(every_outcome, "html")).text)
    for shown in (
        "toy 0.1 against torch 2.13.0", "3 of 9 cases agree", "2 of 6 claims hold",
        "1 verdict is contradicted by what was computed", "Python 3.11.7 · NumPy 2.4.6", "report.md has them",
    ):
        assert shown in text


@pytest.mark.parametrize("name", ["every_outcome", "hostile"])
def test_nothing_is_loaded_and_only_our_script_may_run(name, request):
    text = render(request.getfixturevalue(name), "html")
    found = Page(text)
    addresses = [value for _, each in found.elements for key, value in each.items() if key in ("src", "href")]
    assert all(address.startswith(("#", "data:")) for address in addresses)
    assert "url(" not in text.partition("<body>")[0]
    (policy,) = [each["content"] for _, each in found.elements if each.get("http-equiv") == "Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    (script,) = [content for tag, each, content in found.contents if tag == "script" and "type" not in each]
    (style,) = [content for tag, _, content in found.contents if tag == "style"]
    for kind, content in (("script", script), ("style", style)):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert not [each for _, each in found.elements if "style" in each or any(key.startswith("on") for key in each)]
    assert not {tag for tag, _ in found.elements} & {"img", "iframe", "object", "embed", "base"}


def test_hostile_text_arrives_as_it_was(hostile):
    text = render(hostile, "html")
    case, = data_of(text)["data"]["cases"]
    assert case["claim"] == hostile.results[0].claim
    assert "{{ 7*7 }}" in Page(text).text
    assert "49" not in Page(text).text
    text.encode("utf-8")


def test_data_and_details_match(every_outcome):
    data = data_of(render(every_outcome, "html"))
    cases, details = data["data"]["cases"], data["details-0"]
    assert [each["id"] for each in cases] == [each.id for each in every_outcome.results]
    assert len(details) == len(cases)
    differing = details[2]["differences"]
    assert differing[0]["pieces"] == [["both", "[1.0, 2.0"], ["candidate", "000002"], ["both", "]\n"]]
    assert ["largest distance", "2 ulp"] in differing[0]["figures"]
    assert differing[0]["ulps"] == [["0", 2], ["1", 1], ["2", 1]]
    assert cases[2]["dimensions"] == "d--------ad-"


def test_much_data_is_compressed_and_little_is_not(many, monkeypatch):
    run = many(250)
    plain = render(run, "html")
    assert 'type="application/gzip"' not in plain
    monkeypatch.setattr(page, "PLAIN", 1000)
    packed = render(run, "html")
    assert len(packed) < len(plain) / 2
    assert data_of(packed) == data_of(plain)
    assert list(data_of(plain)) == ["data", "details-0", "details-1", "details-2"]
