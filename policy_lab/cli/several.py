"""Models that a command takes: names, files, folders of one model, and folders of several."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from policy_lab.catalogue import english
from policy_lab.cli.output import announce
from policy_lab.errors import BadValue, PolicyLabError
from policy_lab.messages import Message

if TYPE_CHECKING:
    from policy_lab.model import Model


def opened_models(names: Sequence[str], stories: str | None = None, data: Sequence[str] = ()) -> list[Model]:
    """The models named on a command line; notes about each are printed.

    A folder that contains models, without being one itself, stands for all of them. A model in it that cannot be read
    is skipped with a note that says why.

    Args:
        names: of models, their files or folders.
        stories: a folder of further stories, for a command that has one model.
        data: files given for data variables, which are those of one model too.

    Raises:
        BadValue: a folder holds no model that can be read, or stories or data are given for several models.
        PolicyLabError: a model that was named cannot be read.
    """
    from policy_lab.model.loading import models_in
    from policy_lab.model.stories import with_stories

    count = sum(len(models_in(name)) or 1 for name in names)
    if stories and count > 1:
        raise BadValue("error.cli.stories_of_several", count=count)
    if data and count > 1:
        raise BadValue("error.cli.data_of_several", count=count)
    models: list[Model] = []
    for name in names:
        models += _in_folder(name) or [_opened(name)]
    return [with_stories(model, Path(stories)) for model in models] if stories else models


def _opened(name: str | Path) -> Model:
    from policy_lab.inference import opened

    model, inferred = opened(name)
    announce([*model.program.notes, *([english().in_words(inferred)] if inferred else [])])
    return model


def _in_folder(name: str) -> list[Model]:
    """The models of a folder of models; none where the words name one model."""
    from policy_lab.model.loading import models_in

    found: list[Model] = []
    there = models_in(name)
    for path in there:
        try:
            found.append(_opened(path))
        except PolicyLabError as error:
            announce([english().in_words(Message("error.cli.left_out", {"path": path.name, "reason": str(error)}))])
    if there and not found:
        raise BadValue("error.cli.unreadable", folder=name, count=len(there))
    return found
