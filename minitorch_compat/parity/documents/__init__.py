"""Documents held against torch and an engine: what a page prints, beside what its code prints today."""
from .checking import check_docstrings, check_file, check_page
from .page import Block, NoPage, Page, Step, Want, read
from .verdicts import VERDICTS, Checked, CheckedPage

__all__ = [
    "VERDICTS", "Block", "Checked", "CheckedPage", "NoPage", "Page", "Step", "Want", "check_docstrings", "check_file",
    "check_page", "read",
]
