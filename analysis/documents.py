"""Documents of this repository: what ``docs/`` has from results, written from the templates beside this file."""

from __future__ import annotations

from pathlib import Path

from policy_lab import catalogue
from policy_lab.report.templating import Context, render

TEMPLATES = Path(__file__).parent / "templates"
DOCS = Path(__file__).parent.parent / "docs"


def text(document: Context) -> str:
    """The document as it stands in its file."""
    return render(document, catalogue.english())


def between(page: str, begin: str, end: str, made: str) -> str:
    """A page with what is made put between two marks of it, in place of what stands there.

    Raises:
        ValueError: the page has not both marks, in this order.
    """
    start = page.index(begin) + len(begin)
    return f"{page[:start]}\n{made}{page[page.index(end, start) :]}"


def write(document: Context, name: str) -> Path:
    """Put a document in its place below ``docs/``; gives the file."""
    file = DOCS / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text(document), encoding="utf-8")
    return file
