"""The Markdown report, as a Markdown reader shows it."""
import re
from dataclasses import replace

import pytest

from minitorch_compat.parity.report import render
from minitorch_compat.parity.report.markdown import anchor, code, fenced, plain, table


@pytest.fixture
def reader():
    """Turns Markdown into HTML the way repository hosts do, raw HTML included."""
    markdown = pytest.importorskip("markdown_it")
    return markdown.MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render


def text_of(html):
    from html import unescape

    return unescape(re.sub("<[^>]*>", "", html))


def test_the_summary_is_first_and_every_case_has_a_row(every_outcome, reader):
    text = render(every_outcome, "md")
    html = reader(text)
    assert "toy 0.1 agrees with torch 2.13.0 on <strong>3 of 9</strong> cases." in html
    assert "Facts of the documents without a difference: <strong>2 of 9</strong>." in html
    rows = re.findall(r"<tr>\s*<td><code>(\w+)</code></td>\s*<td>The claim.*?</tr>", html, re.DOTALL)
    assert rows == [each.name for each in every_outcome.results]
    order = ["# Parity report", "## By document", "## By dimension", "## Cases", "## Where the documents are not",
             "## Differences in full"]
    assert sorted(order, key=text.index) == order
    assert "| printed text | 0 | 1 | 8 |" in text


def test_what_is_not_in_order_links_to_itself_in_full(every_outcome, reader):
    html = reader(render(every_outcome, "md"))
    headings = {anchor(text_of(each)) for each in re.findall("<h3>(.*?)</h3>", html)}
    links = set(re.findall('href="#([^"]+)"', html))
    assert len(links) == 7
    assert links <= headings
    assert "contradicted" in html


def test_differences_stand_in_full(every_outcome):
    text = render(every_outcome, "md")
    assert "**values**, `y`: 2 of 4 elements differ" in text
    assert "| largest distance | `2 ulp` |" in text
    assert "```diff\n-tensor([1., 2.])\n-end\n-\n+tensor([1, 2])\n+end\n+\n```" in text
    assert "```python\n@case()\ndef digits_are_lost(torch, see):" in text
    assert "Since 0.4 a `Variable` is a tensor." in text


def test_a_run_in_order_has_no_differences_to_tell(every_outcome):
    run = replace(every_outcome, results=every_outcome.results[:2], selected=2)
    assert "Differences in full" not in render(run, "md")
    assert "Unfinished" not in render(run, "md")
    assert "**Unfinished**: 1 of 3 selected cases have no result. killed" in render(
        replace(run, selected=3, stopped="killed"), "md"
    )


def test_hostile_text_stays_text(hostile, reader):
    text = render(hostile, "md")
    html = reader(text)
    tags = set(re.findall(r"<(\w+)", html))
    assert tags <= {"h1", "h2", "h3", "p", "strong", "table", "thead", "tbody", "tr", "th", "td", "code", "pre", "a"}
    headings = re.findall("<h1>(.*?)</h1>", html)
    assert headings == ["Parity report"]
    assert "\x1b" not in text
    assert "\u202e" not in text


@pytest.mark.parametrize(
    "text", ["a|b", "`", "``a`", "*x* _y_ <b> [z](u) #1 ~~s~~ \\* &amp;", "a `code | x` b", "__init__"]
)
def test_a_cell_shows_the_text_as_it_is(text, reader):
    cells = re.findall("<td>(.*?)</td>", reader("\n".join(table(["a", "b"], [[plain(text), "end"]]))))
    assert len(cells) == 2
    backticks = text.count("`")
    expected = text.replace("`", "") if backticks and backticks % 2 == 0 else text
    assert text_of(cells[0]) == expected
    assert text_of(reader(code(text))).strip() == text


def test_a_fence_is_longer_than_any_inside(reader):
    block = "```python\nx\n```\n````\n"
    html = reader(fenced(block))
    assert html.count("<pre>") == 1
    assert text_of(html).rstrip() == block.rstrip()
