"""Staleness: whether a stored study was made with the model in hand, told by the hash of the model file.

``provenance`` is what a result folder keeps about itself (``provenance.json``, written by ``provenance.py``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from policy_lab.model import Model


def is_stale(provenance: Mapping[str, Any], model: Model) -> bool:
    """Whether a study belongs to another version of the model, or does not say to which."""
    return model_hash_of(provenance) != model.hash


def same_version(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two studies were made with one version of a model."""
    return model_hash_of(one) == model_hash_of(other)


def model_hash_of(provenance: Mapping[str, Any]) -> str:
    """The hash of the model that a study was made with, "" where it does not say."""
    return str(provenance.get("model_hash", ""))


def provenance_of(folder: Path) -> Mapping[str, Any]:
    """What made a result folder, empty where that cannot be read."""
    try:
        known = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}
