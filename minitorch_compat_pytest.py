"""What pytest loads at its start for minitorch_compat: options, and the question whether a file holds cases.

It stands beside the package because importing anything inside would import the engine, and NumPy with it, in every run
of pytest on the machine. The plugin itself is `minitorch_compat.parity.pytest_plugin`, and comes when it is needed.
"""
from pathlib import Path
from typing import Any

NAME = "minitorch-compat-parity"


def pytest_addoption(parser: Any) -> None:
    group = parser.getgroup("parity", "cases run on torch and on an engine (minitorch_compat)")
    group.addoption("--parity-engine", metavar="M", default=None,
                    help="the engine: a module, module:attribute, or file.py:factory (default: minitorch_compat)")
    group.addoption("--parity-reference", metavar="M", default=None, help="what it is held against (default: torch)")
    group.addoption("--parity-report", metavar="FORMAT:PATH", action="append", default=[],
                    help="write a report, repeatable: html:PATH, md:PATH, json:PATH or junit:PATH")
    group.addoption("--parity-journal", metavar="PATH", default=None, help="write results as they come, as JSON lines")
    group.addoption("--parity-timeout", metavar="SECONDS", type=float, default=60.0, help="for one case (default: 60)")
    group.addoption("--parity-docs", metavar="GLOB", action="append", default=[],
                    help="check documents (Markdown, reStructuredText, Python, notebooks), repeatable: 'docs/**/*.md'")


def pytest_configure(config: Any) -> None:
    option = config.option
    if option.parity_report or option.parity_journal or option.parity_engine or option.parity_reference:
        plugin(config)
    if option.parity_docs:
        from minitorch_compat.parity.documents.by_pytest import Documents

        config.pluginmanager.register(Documents(config, option.parity_docs), f"{NAME}-documents")


def pytest_collect_file(file_path: Path, parent: Any) -> Any:
    if file_path.suffix != ".py" or "reference_cases" not in file_path.parts:
        return None
    return plugin(parent.config).collect(file_path, parent)


def plugin(config: Any) -> Any:
    """The plugin proper, registered once."""
    registered = config.pluginmanager.get_plugin(NAME)
    if registered is None:
        from minitorch_compat.parity.pytest_plugin import Parity

        registered = Parity(config)
        config.pluginmanager.register(registered, NAME)
    return registered
