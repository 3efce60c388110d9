"""Stored studies that the Rank page shows: those of the model in hand, never another's."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from policy_lab import paths
from policy_lab.app.ranking_view import KINDS, SOBOL
from policy_lab.model import Model

#: Ids of the two studies: all levers ranked, and levers as one group against uncertain parameters as another.
LEVERS: Final = "levers"
CHOICE: Final = "choice"


def stored_studies(model: Model, levers: Path | None = None, results: Path | None = None) -> dict[str, Path]:
    """Result folders of a model's stored studies by id, ``LEVERS`` first; without an entry where there is none.

    Where several folders would do, one of the same version of the model is taken before one of an older version, then
    the one with more runs.

    Args:
        model: whose studies.
        levers: a result folder to take for ``LEVERS``; one of another model is left out.
        results: where all others are looked for; by default ``analysis/results``.
    """
    found: dict[str, tuple[tuple[bool, int], Path]] = {}
    for folder in sorted(_folders(results or paths.results_folder())):
        known = provenance_of(folder)
        kind = _kind(known)
        if known.get("model") != model.name or not kind:
            continue
        rank = (known.get("model_hash") == model.hash, int(known.get("runs", 0)))
        if kind not in found or rank > found[kind][0]:
            found[kind] = rank, folder
    stored: dict[str, Path] = {kind: found[kind][1] for kind in (LEVERS, CHOICE) if kind in found}
    if levers is None:
        return stored
    stored.pop(LEVERS, None)
    named: dict[str, Path] = {LEVERS: levers} if provenance_of(levers).get("model", model.name) == model.name else {}
    return {**named, **stored}


def provenance_of(folder: Path) -> Mapping[str, Any]:
    """What made a result folder, empty where that cannot be read."""
    try:
        known = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _folders(results: Path) -> Iterator[Path]:
    """Result folders, whether or not they stand in a folder of their model."""
    for pattern in ("*/provenance.json", "*/*/provenance.json"):
        yield from (file.parent for file in results.glob(pattern))


def _kind(known: Mapping[str, Any]) -> str:
    """The id that a result would have, "" for what the page does not show."""
    if known.get("method") != SOBOL:
        return ""
    if set(known.get("groups") or ()) == set(KINDS):
        return CHOICE
    return LEVERS if {factor.get("kind") for factor in known.get("factors", ())} == {"lever"} else ""
