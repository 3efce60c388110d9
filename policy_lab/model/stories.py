"""Story files of a model: ``stories/<name>.<language>.md`` beside it, and those of a folder of one's own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final, TypeVar

from policy_lab.errors import BadValue
from policy_lab.model.parts import Core

FOLDER: Final = "stories"
M = TypeVar("M", bound=Core)


def story_files(model: Core, language: str | None = None) -> list[Path]:
    """The story files of a model, in the order of their names; those of one language if it is given.

    One in the folder of one's own takes the place of one beside the model that has the same name.
    """
    folders = [model.folder / FOLDER if model.folder else None, model.lessons]
    found = {path.name: path for folder in folders if folder for path in folder.glob(f"*.{language or '*'}.md")}
    return [found[name] for name in sorted(found)]


def with_stories(model: M, folder: Path | None) -> M:
    """The model with the stories of a folder; raises ``BadValue`` where there is none."""
    if folder is None:
        return model
    if not any(folder.glob("*.*.md")):
        raise BadValue("error.story.folder", folder=str(folder))
    return replace(model, lessons=folder)
