"""The stored results of a model's historical cases: ``cases/results.json`` (``policy-lab precedents --fit``)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from policy_lab.errors import ModelError
from policy_lab.messages import Message
from policy_lab.model.cases import FOLDER
from policy_lab.model.parts import Core

RESULTS = f"{FOLDER}/results.json"


def read_results(model: Core) -> Mapping[str, Any] | None:
    """What the cases gave when they were examined last, None where nothing is stored.

    Raises:
        ModelError: the file cannot be read.
    """
    file = results_file(model)
    if file is None or not file.is_file():
        return None
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError):
        raise ModelError("error.case.results_read", file=RESULTS) from None
    if not isinstance(data, dict) or not isinstance(data.get("cases"), list):
        raise ModelError("error.case.results", file=RESULTS)
    return data


def results_file(model: Core) -> Path | None:
    """Where the results of the cases are stored; None for a model file without a folder."""
    return model.folder / RESULTS if model.folder else None


def grade_words(grade: Mapping[str, list[str]]) -> Message | str:
    """Grades of the figures that a case is compared with, as people say them: ``A/B (C recalled)``."""
    read, recalled = ("/".join(grade[part]) for part in ("read", "recalled"))
    if not recalled:
        return read
    key = "precedents.grades_recalled" if read else "precedents.grades_all_recalled"
    return Message(key, {"read": read, "recalled": recalled})
