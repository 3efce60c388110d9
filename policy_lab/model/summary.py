"""The small model that tells a larger one at a glance: ``summary = "core"`` in the larger one's ``model.toml``."""

from __future__ import annotations

import tomllib
from typing import Final

from policy_lab.errors import ModelError, UnknownName
from policy_lab.model.loading import load_model
from policy_lab.model.model import Model

FILE: Final = "model.toml"


def summary_of(model: Model) -> Model | None:
    """The model that the folder names, in the folder next to it; None where it names none.

    Raises:
        ModelError: the file is no TOML, or names a folder that is not there.
    """
    file = model.folder / FILE if model.folder else None
    if file is None or not file.is_file():
        return None
    try:
        named = tomllib.loads(file.read_text(encoding="utf-8-sig")).get("summary", "")
        return load_model(file.parent.parent / str(named)) if named else None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ModelError("error.model.summary", file=FILE, reason=str(error).rstrip(".")) from None
    except UnknownName as error:
        raise ModelError("error.model.summary", file=FILE, reason=str(error).rstrip(".")) from None
