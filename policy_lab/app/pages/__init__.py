"""Pages, one file each: ``layout`` is what it shows, ``has_content`` whether a model gives it anything to show."""

from __future__ import annotations

from types import ModuleType
from typing import Final

from policy_lab.app.pages import compare, explore, model, precedents, rank
from policy_lab.model import Model

#: Every page by its name, in the order of the header.
PAGES: Final[dict[str, ModuleType]] = {
    "explore": explore,
    "compare": compare,
    "rank": rank,
    "precedents": precedents,
    "model": model,
}


def pages_of(known: Model) -> dict[str, str]:
    """The pages that have something to show of a model, by name with their path below the app's; others are absent."""
    there = [name for name, page in PAGES.items() if page.has_content(known)]
    return {name: "" if name == "explore" else name for name in there}
