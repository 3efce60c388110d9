"""The stored results of a model's historical cases: ``cases/results.json`` (``policy-lab precedents --fit``)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from policy_lab.errors import ModelError
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
        raise ModelError(f"{RESULTS} cannot be read: make it again with 'policy-lab precedents --fit'.") from None
    if not isinstance(data, dict) or not isinstance(data.get("cases"), list):
        raise ModelError(f"{RESULTS} is no result of precedents: make it again with 'policy-lab precedents --fit'.")
    return data


def results_file(model: Core) -> Path | None:
    """Where the results of the cases are stored; None for a model file without a folder."""
    return model.folder / RESULTS if model.folder else None
