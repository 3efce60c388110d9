"""The language of a page that a command writes: ``--language de``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from policy_lab.messages import Language


def add_option(words: argparse.ArgumentParser) -> None:
    """Add ``--language`` to a command."""
    words.add_argument("--language", metavar="CODE", help="of the page: en (the default), de or another there is")


def language_of(code: str | None, model: str | Path) -> Language:
    """A language with what it calls the things of a model, as far as that can be read; English for None.

    Raises:
        UnknownName: there is no such language.
    """
    from policy_lab.catalogue import english, in_language, languages
    from policy_lab.errors import PolicyLabError, UnknownName
    from policy_lab.model import load_model

    if code is None:
        return english()
    if code not in languages():
        raise UnknownName("language", code, languages())
    try:
        names = load_model(model).names(code)
    except PolicyLabError:
        names = {}
    return in_language(code, names)
