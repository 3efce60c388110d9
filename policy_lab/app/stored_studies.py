"""Stored studies of a model, found by what their folders say made them, never another model's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from policy_lab import paths
from policy_lab.app import study_title, study_view
from policy_lab.app.ranking_view import load_ranking
from policy_lab.catalogue import say
from policy_lab.ensemble.staleness import is_stale, provenance_of
from policy_lab.errors import PolicyLabError
from policy_lab.model import Model
from policy_lab.studies import methods, question_of

#: Questions of the two studies that others stand beside: all levers ranked, and policy choices vs uncertainty.
LEVERS: Final = "levers"
CHOICE: Final = "choice"


def stored_studies(model: Model, levers: Path | None = None, results: Path | None = None) -> dict[str, Path]:
    """Result folders of a model's stored studies by id, ``LEVERS`` first.

    The best of those that answer a question has the question's key for its id: one of the same version of the model
    before one of an older version, then the one with more runs. Others of the same version that differ from it in more
    than their runs have their folder's name.

    Args:
        model: whose studies.
        levers: a result folder to take for ``LEVERS``; one of another model is left out.
        results: where all others are looked for; by default ``analysis/results``.
    """
    found: dict[str, list[tuple[bool, int, Path]]] = {}
    for folder in sorted(_folders(results or paths.results_folder())):
        known = provenance_of(folder)
        if known.get("model") == model.name and known.get("method") in methods():
            rank = (not is_stale(known, model), int(known.get("runs", 0)), folder)
            found.setdefault(question_answered(folder), []).append(rank)
    stored: dict[str, Path] = {}
    others: dict[str, Path] = {}
    for question, ranked in sorted(found.items(), key=lambda item: (item[0] != LEVERS, item[0] != CHOICE, item[0])):
        best, *rest = sorted(ranked, reverse=True)
        stored[question] = best[2]
        others |= _told_apart(best[2], [folder for fresh, _, folder in rest if fresh])
    if levers is not None:
        stored.pop(LEVERS, None)
        if provenance_of(levers).get("model", model.name) == model.name:
            stored = {LEVERS: levers, **stored}
    return {**stored, **{name: folder for name, folder in others.items() if name not in stored}}


def _folders(results: Path) -> Iterator[Path]:
    """Result folders, whether or not they lie in a folder of their model."""
    for pattern in ("*/provenance.json", "*/*/provenance.json"):
        yield from (file.parent for file in results.glob(pattern) if (file.parent / "study.toml").is_file())


def _slug(folder: Path) -> str:
    return re.sub(r"[^a-z0-9]+", "_", folder.name.casefold())[:40]


def _told_apart(best: Path, others: list[Path]) -> dict[str, Path]:
    """Those of the others whose titles differ from the best one's, and from each other's."""
    titles = {stored_title(best)}
    found = {}
    for folder in others:
        if (title := stored_title(folder)) not in titles:
            titles.add(title)
            found[_slug(folder)] = folder
    return found


def question_answered(folder: Path) -> str:
    """The question that a stored study answers."""
    known = provenance_of(folder)
    kinds = {str(factor.get("kind")) for factor in known.get("factors", ())}
    name = str(known.get("method"))
    return question_of(name, kinds, bool(known.get("groups"))) if name in methods() else LEVERS


def stored_title(folder: Path) -> str:
    """What a stored study is called: what it is about; its folder's name where it no longer fits its model."""
    findings = load_ranking(folder).findings
    try:
        if findings is not None:
            return say("rank.stored", title=study_title.details_of(study_view.plan_in(findings)))
    except PolicyLabError:
        pass
    return say("rank.stored", title=folder.name.replace("_", " "))
