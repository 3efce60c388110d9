"""A model's own words in a language: ``text/<language>.toml``, by the names and keys of the model.

Labels of levers, outcomes and scenarios, a name and the documentation of each variable (arrays once, with a word for
each of their elements), groups, units, reasons, notes on sources, loops, and the words of its historical cases.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any, Final

from policy_lab.errors import ModelError
from policy_lab.model.parts import Core
from policy_lab.model.readme import bare

FOLDER: Final = "text"


def read_texts(model: Core, language: str) -> Mapping[str, Any]:
    """The file of a language, nothing where there is none.

    Raises:
        ModelError: the file is no TOML.
    """
    file = model.folder / FOLDER / f"{language}.toml" if model.folder else None
    if file is None or not file.is_file():
        return {}
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ModelError("error.model.texts", folder=FOLDER, file=file.name, reason=str(error).rstrip(".")) from None


def names_in(model: Core, text: Mapping[str, Any]) -> Mapping[tuple[str, str], str]:
    """Kind and key of the things of a model to what a language's file calls them; titles of scenarios in any case."""
    visible = model.program.visible
    labels = {name: _label(text, name) for name in [*(name.partition("[")[0] for name in visible), *visible]}
    listed = {**text.get("outcomes", {}), **text.get("levers", {})}
    kinds: dict[str, Mapping[str, str]] = {
        "group": text.get("groups", {}),
        "unit": text.get("units", {}),
        "scenario": {key: known.title for key, known in model.scenarios.items()} | each(text, "scenarios", "title"),
        "loop": each(text, "loops", "name"),
        "choice": {key: one.label for key, one in model.choices.items()} | each(text, "choices", "label"),
        "level": _level_names(model, text),
        "variable": labels | {name: fields["label"] for name, fields in listed.items() if "label" in fields},
    }
    kinds |= _readme_names(text)
    return {(kind, key): words for kind, names in kinds.items() for key, words in names.items() if words}


def _level_names(model: Core, text: Mapping[str, Any]) -> dict[str, str]:
    """Levels by ``choice.level``."""
    own = {f"{key}.{level.key}": level.label for key, one in model.choices.items() for level in one.levels.values()}
    told = {
        f"{key}.{level}": fields["label"]
        for key, one in text.get("choices", {}).items()
        for level, fields in one.get("levels", {}).items()
    }
    return own | told


def _readme_names(text: Mapping[str, Any]) -> dict[str, Mapping[str, str]]:
    """What a translation says for the claims, figures and README of a model; see ``Item`` for how those are named."""
    lists = {"surprise": "surprises", "lesson": "lessons", "weakness": "weaknesses"}
    rows = text.get("boundary", {})
    return {
        "check": text.get("checks", {}),
        "claim": {**text.get("checks", {}), **text.get("claims", {})},
        "series": text.get("series", {}),
        "case": each(text, "case", "title"),
        "note": text.get("notes", {}),
        "document": text.get("documents", {}),
        "readme": text.get("readme", {}),
        "boundary": {f"{row}.{part}": words for row, parts in rows.items() for part, words in parts.items()},
        "weakness in full": text.get("weaknesses", {}),
        **{kind: {key: bare(words) for key, words in text.get(table, {}).items()} for kind, table in lists.items()},
    }


def each(text: Mapping[str, Any], table: str, field: str) -> dict[str, str]:
    """One field of every entry of a table that has it."""
    return {key: fields[field] for key, fields in text.get(table, {}).items() if field in fields}


def about_variable(text: Mapping[str, Any], name: str) -> Mapping[str, str]:
    """What the file says of a variable: ``label`` and ``about``."""
    found: Mapping[str, str] = text.get("variables", {}).get(name.partition("[")[0], {})
    return found


def _label(text: Mapping[str, Any], name: str) -> str:
    """A variable's name, that of an array with its elements in brackets; "" where the file has none."""
    label = about_variable(text, name).get("label", "")
    inside = name.partition("[")[2].rstrip("]")
    if not label or not inside:
        return str(label)
    elements = text.get("elements", {})
    said = [elements.get(part.strip(), part.strip()) for part in inside.split(",")]
    return f"{label} ({', '.join(said)})"
