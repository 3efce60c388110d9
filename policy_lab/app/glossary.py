"""Glossary of the page: the terms that not everybody knows, those of every model and those of the model in hand.

``web/widgets/glossary.js`` marks them where they are met, and lists them in the help.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from policy_lab.catalogue import SOURCE, language, part
from policy_lab.model import Model


class Term(TypedDict):
    """One entry: its name, the forms that texts have it in (the longer before the shorter), its meaning."""

    key: str
    term: str
    forms: list[str]
    means: str


def terms(model: Model) -> list[Term]:
    """Every term in the language in use, by name; the model's own are in ``[glossary]`` of its text files."""
    texts = part("glossary")
    general = {key: _fields(texts, key) for key in dict.fromkeys(name.partition(".")[0] for name in texts)}
    own = model.texts(SOURCE).get("glossary", {}) | model.texts(language()).get("glossary", {})
    return sorted(
        (_term(key, fields) for key, fields in {**general, **own}.items()), key=lambda one: one["term"].lower()
    )


def synonyms(model: Model) -> list[list[str]]:
    """Words of the model's texts that a reader may type for one another, ``[synonyms]`` of its text files."""
    told = [model.texts(code).get("synonyms", {}) for code in dict.fromkeys((SOURCE, language()))]
    return [words.casefold().split("|") for groups in told for words in groups.values()]


def _fields(texts: Mapping[str, str], key: str) -> dict[str, str]:
    return {field: texts[f"{key}.{field}"] for field in ("term", "forms", "means")}


def _term(key: str, fields: Mapping[str, Any]) -> Term:
    forms = sorted(fields["forms"].split("|"), key=len, reverse=True)
    return {"key": key, "term": fields["term"], "forms": forms, "means": fields["means"]}
