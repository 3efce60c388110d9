"""A model's own words in a language: ``text/<language>.toml``, by the names and keys of the model.

Labels of levers, outcomes and scenarios, a name and the documentation of each variable (arrays once, with a word for
each of their elements), groups, units, reasons, notes on sources, loops, and the words of its historical cases.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any, Final

from policy_lab.errors import ModelError
from policy_lab.model.parts import Core

FOLDER: Final = "text"


def read_texts(model: Core, language: str) -> Mapping[str, Any]:
    """The file of a language, nothing where there is none.

    Raises:
        ModelError: the file is no TOML.
    """
    file = model.folder / FOLDER / f"{language}.toml" if model.folder else None
    if file is None or not file.is_file():
        return {}
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ModelError("error.model.texts", folder=FOLDER, file=file.name, reason=str(error).rstrip(".")) from None
