"""Documents as pytest items: a file for each that `--parity-docs` names, an item for each block."""
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ..engines import NoEngine
from .checking import check_page
from .outside import Limits, Sessions
from .page import Block, NoPage, read
from .report import told
from .verdicts import FAILS, OUTDATED, Checked, CheckedPage


class NotToday(Exception):
    """Ends an item whose block is outdated or fails."""


class Documents:
    """Collects the documents, and keeps one process with torch for all of them."""

    def __init__(self, config: pytest.Config, globs: list[str]) -> None:
        option = config.option
        self.paths = {path.resolve() for glob in globs for path in found(config.rootpath, glob)}
        if not self.paths:
            raise pytest.UsageError(f"--parity-docs={' '.join(globs)}: no such document under {config.rootpath}")
        self.sessions = Sessions(option.parity_reference or "torch", Limits(seconds=option.parity_timeout))
        if config.args_source != config.ArgsSource.ARGS:
            config.args[:] = []  # nothing else was asked for
        config.args += [str(path) for path in sorted(self.paths) if str(path) not in config.args]

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> DocumentFile | None:
        if file_path.resolve() not in self.paths:
            return None
        return DocumentFile.from_parent(parent, path=file_path, documents=self)

    def pytest_unconfigure(self) -> None:
        self.sessions.close()


def found(root: Path, glob: str) -> list[Path]:
    """The files a pattern names, from the root of the tests or from anywhere."""
    path = Path(glob)
    if path.is_absolute():
        return [each for each in Path(path.anchor).glob(str(path.relative_to(path.anchor))) if each.is_file()]
    return [each for each in root.glob(glob) if each.is_file()]


class DocumentFile(pytest.File):
    """A document; it is run as a whole when its first block is asked for."""

    def __init__(self, *, documents: Documents, **more: Any) -> None:
        super().__init__(**more)
        self.documents = documents
        self._checked: CheckedPage | None = None

    def collect(self) -> Iterator[BlockItem]:
        try:
            self.page = read(self.path)
        except NoPage as error:
            raise self.CollectError(str(error)) from None
        for number, block in enumerate(self.page.blocks):
            name = f"cell {block.cell}" if block.cell else f"line {block.line}"
            yield BlockItem.from_parent(self, name=name, number=number, block=block)

    def checked(self) -> CheckedPage:
        if self._checked is None:
            try:
                self._checked = check_page(self.page, self.documents.sessions)
            except NoEngine as error:
                raise NotToday(str(error)) from None
        return self._checked


class BlockItem(pytest.Item):
    """One block; it fails where the page is outdated or fails, and is skipped where it cannot be checked."""

    def __init__(self, *, number: int, block: Block, **more: Any) -> None:
        super().__init__(**more)
        self.number, self.block = number, block

    def runtest(self) -> None:
        assert isinstance(self.parent, DocumentFile)
        page = self.parent.checked()
        checked: Checked = page.blocks[self.number]
        if checked.verdict in (OUTDATED, FAILS):
            one = CheckedPage(page.page, page.reference, page.candidate, [checked])
            raise NotToday("\n".join(told(one)))
        if checked.verdict not in ("matches", "matches to the digits shown"):
            pytest.skip(f"{checked.verdict}: {checked.why}")

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        return str(excinfo.value) if isinstance(excinfo.value, NotToday) else super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, max(0, self.block.line - 1), self.name
