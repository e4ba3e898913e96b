"""How people write pages: each style turns facts into the text of a page, one block for each fact."""
import json
from collections.abc import Callable, Sequence

from .facts import FIRST, OTHERS, Fact

TRACE = "Traceback (most recent call last):\n  File \"<stdin>\", line 1, in <module>\n"
BEGIN = "import torch"

Shown = tuple[Fact, str, str]
"""A fact with the code and the output its page has."""


def indented(text: str, by: str = "    ") -> str:
    return "\n".join(by + line if line else line for line in text.split("\n"))


def output_of(fact: Fact, output: str) -> str:
    return TRACE + output if fact.raises and output else output


def prompted(code: str, more: str = "... ") -> str:
    """Code under prompts; lines that are indented go on with the one before."""
    lines, out = code.split("\n"), []
    for i, line in enumerate(lines):
        inside = line.startswith(" ")
        out.append((more if inside else ">>> ") + line)
        if inside and more == "... " and (i + 1 == len(lines) or not lines[i + 1].startswith(" ")):
            out.append("...")
    return "\n".join(out)


def fences(facts: Sequence[Shown]) -> str:
    parts = ["# A page", f"```python\n{BEGIN}\n```"]
    for fact, code, output in facts:
        parts.append(f"About {fact.name}:\n\n```python\n{code}\n```")
        if output:
            parts.append(f"```\n{output_of(fact, output)}\n```")
    return "\n\n".join(parts) + "\n"


def fences_named(facts: Sequence[Shown]) -> str:
    text = fences(facts).replace("```\n\n```\n", "```\n\nOutput:\n\n```text\n")
    return text.replace("```python", "~~~{.python}").replace("```", "~~~")


def sessions(facts: Sequence[Shown], more: str = "... ", language: str = "pycon") -> str:
    parts = [f"```{language}\n>>> {BEGIN}\n```"]
    for fact, code, output in facts:
        parts.append(f"```{language}\n{prompted(code, more)}\n{output_of(fact, output)}".rstrip() + "\n```")
    return "\n\n".join(parts) + "\n"


def sessions_repeated(facts: Sequence[Shown]) -> str:
    return sessions(facts, ">>> ", "")


def beside(facts: Sequence[Shown], lead: str = "# ", begin: str = "```python\n", end: str = "\n```") -> str:
    """Output in a comment behind the code, or below it where it has several lines."""
    parts = [f"{begin}{BEGIN}{end}"]
    for _, code, output in facts:
        text = code
        if "\n" in output or code.startswith("for"):
            text += "\n# Output:\n" + indented(output, "# ")
        elif output:
            text += f"  {lead}{output}"
        parts.append(begin + text + end)
    return "\n\n".join(parts) + "\n"


def arrows(facts: Sequence[Shown]) -> str:
    return beside(facts, "# => ")


def percent(facts: Sequence[Shown]) -> str:
    return beside(facts, "# prints ", "# %%\n", "\n")


def gallery(facts: Sequence[Shown]) -> str:
    rule = "#" * 70 + "\n# Words about it, with tensor(1) in them.\n\n"
    return '"""A page\n======\n"""\n' + beside(facts, "# Out: ", rule, "\n")


def restructured(facts: Sequence[Shown]) -> str:
    parts = ["A page\n======", f".. code-block:: python\n\n{indented(BEGIN)}"]
    for fact, code, output in facts:
        parts.append(f"About {fact.name}.\n\n.. code-block:: python\n    :linenos:\n\n{indented(code)}")
        if output:
            shown = indented(output_of(fact, output))
            parts.append(f".. rst-class:: sphx-glr-script-out\n\n.. code-block:: none\n\n{shown}")
    return "\n\n".join(parts) + "\n"


def literal(facts: Sequence[Shown]) -> str:
    parts = [f"We begin::\n\n{indented(prompted(BEGIN))}"]
    for fact, code, output in facts:
        body = f"{prompted(code)}\n{output_of(fact, output)}".rstrip()
        parts.append(f"About {fact.name}::\n\n{indented(body)}")
    return "\n\n".join(parts) + "\n"


def tested(facts: Sequence[Shown]) -> str:
    parts = [f".. testcode::\n\n{indented(BEGIN, '   ')}"]
    for fact, code, output in facts:
        parts.append(f".. testcode::\n\n{indented(code, '   ')}")
        if output:
            parts.append(f".. testoutput::\n    :options: +ELLIPSIS\n\n{indented(output_of(fact, output), '   ')}")
    return "\n\n".join(parts) + "\n"


def bare(facts: Sequence[Shown]) -> str:
    parts = [prompted(BEGIN)]
    for fact, code, output in facts:
        parts.append(f"Words about {fact.name}, no code.")
        parts.append(f"{prompted(code)}\n{output_of(fact, output)}".rstrip())
    return "\n\n".join(parts) + "\n"


def notebook(facts: Sequence[Shown]) -> str:
    cells = [{"cell_type": "markdown", "source": ["# A page"]},
             {"cell_type": "code", "source": ["%matplotlib inline\n", BEGIN], "outputs": []}]
    for fact, code, output in facts:
        outputs: list[dict[str, object]] = []
        if output and fact.raises:
            name, _, value = output.partition(": ")
            outputs = [{"output_type": "error", "ename": name, "evalue": value, "traceback": ["..."]}]
        elif output:
            outputs = [{"output_type": "stream", "name": "stdout", "text": [output + "\n"]}]
        cells.append({"cell_type": "code", "source": code.splitlines(keepends=True), "outputs": outputs})
    return json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}})


def set_in(facts: Sequence[Shown]) -> str:
    """Markdown of old, code by indentation alone."""
    parts = [indented(BEGIN)]
    for fact, code, output in facts:
        parts.append(f"About {fact.name}:\n\n{indented(code)}")
        if output:
            parts.append(f"This prints:\n\n{indented(output_of(fact, output))}")
    return "\n\n".join(parts) + "\n"


STYLES: dict[str, tuple[str, Callable[[Sequence[Shown]], str]]] = {
    "fences": (".md", fences), "named fences": (".md", fences_named), "sessions": (".md", sessions),
    "repeated prompts": (".md", sessions_repeated), "comments": (".md", beside), "arrows": (".md", arrows),
    "percent": (".py", percent), "gallery": (".py", gallery), "directives": (".rst", restructured),
    "literal blocks": (".rst", literal), "test code": (".rst", tested), "bare sessions": (".rst", bare),
    "notebook": (".ipynb", notebook), "set in": (".markdown", set_in),
}
PAGES = 42


def page(number: int) -> tuple[str, str, list[tuple[Fact, bool]]]:
    """The ending and the text of a page, and its facts in order, each with whether an error is planted in it."""
    ending, style = STYLES[list(STYLES)[number % len(STYLES)]]
    start = (number * 5) % len(OTHERS)
    chosen = [*FIRST, *(OTHERS[(start + i) % len(OTHERS)] for i in range(5))]
    planted = {(number * 3) % 8, (number * 3 + 4) % 8}
    shown = [(fact, fact.wrong_code or fact.code, fact.wrong) if i in planted else (fact, fact.code, fact.output)
             for i, fact in enumerate(chosen)]
    return ending, style(shown), [(fact, i in planted) for i, fact in enumerate(chosen)]
