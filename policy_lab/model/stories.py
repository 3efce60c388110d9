"""Story files beside a model: ``stories/<name>.<language>.md``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from policy_lab.model.parts import Core

FOLDER: Final = "stories"


def story_files(model: Core, language: str | None = None) -> list[Path]:
    """The story files beside a model, in the order of their names; those of one language if it is given."""
    if model.folder is None:
        return []
    return sorted((model.folder / FOLDER).glob(f"*.{language or '*'}.md"))
