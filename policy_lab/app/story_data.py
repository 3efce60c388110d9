"""Stories for the Learn page, each read and checked against the model when it is first asked for.

``GET  …/learn.json``      the list, in the language of the request, and the words that the page says
``GET  …/learn/KEY.json``  one story as ``policy_lab.stories.as_data`` has it; of one that does not fit, its ``faults``
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Any

from dash import Dash
from flask import Response, jsonify

from policy_lab.app.middleware.compression import same_for_all
from policy_lab.app.model_session import ModelSession
from policy_lab.catalogue import SOURCE, language, part
from policy_lab.errors import PolicyLabError, StoryError
from policy_lab.model import Model
from policy_lab.stories import as_data, read_story, story_files
from policy_lab.stories.document import read_document, read_file
from policy_lab.stories.faults import Faults
from policy_lab.stories.runs import Bench


def register(app: Dash, bench: ModelSession) -> None:
    """Adds the addresses to the app's server, below its prefix."""
    prefix = app.config.routes_pathname_prefix
    model = bench.source
    runs, one_at_a_time = Bench(model), Lock()

    def stories() -> Response:
        words = {f"learn.{key}": text for key, text in part("learn").items()}
        return same_for_all(jsonify({"stories": [listed(path) for path in chosen(model).values()], "words": words}))

    def story(key: str) -> tuple[Response, int] | Response:
        path = chosen(model).get(key)
        if path is None:
            return Response("There is no such story.\n", mimetype="text/plain"), 404
        with one_at_a_time:  # a class opens it all at once, and its runs take seconds
            return same_for_all(jsonify(told(path, model, runs)))

    app.server.add_url_rule(f"{prefix}learn.json", "stories", stories)
    app.server.add_url_rule(f"{prefix}learn/<key>.json", "story", story)


def chosen(model: Model) -> dict[str, Path]:
    """Key of each story to its file: in the language in use, else in the source language, else in any."""
    wanted = (language(), SOURCE)
    found: dict[str, list[Path]] = {}
    for path in story_files(model):
        found.setdefault(path.name.split(".")[0], []).append(path)
    best = {key: min(paths, key=lambda path: _place(_code(path), wanted)) for key, paths in found.items()}
    return dict(sorted(best.items()))


def _code(path: Path) -> str:
    return path.name.split(".")[1]


def _place(code: str, wanted: tuple[str, ...]) -> int:
    return wanted.index(code) if code in wanted else len(wanted)


def listed(path: Path) -> dict[str, Any]:
    """What the list says of a story; no more is read of it than its head."""
    try:
        head: Mapping[str, Any] = read_document(read_file(path), Faults(path.name)).head.data
    except PolicyLabError:
        head = {}  # opening it shows what does not fit
    key = path.name.split(".")[0]
    teaches = head.get("teaches", [])
    return {
        "key": key,
        "language": _code(path),
        "title": str(head.get("title", key)),
        "kind": str(head.get("kind", "lesson")),
        "minutes": head["minutes"] if isinstance(head.get("minutes"), int) else None,
        "level": str(head.get("level", "")),
        "teaches": [str(one) for one in teaches] if isinstance(teaches, list) else [],
    }


def told(path: Path, model: Model, runs: Bench) -> dict[str, Any]:
    """A story as data, or why it cannot be shown: a number that the model does not give is never shown in silence."""
    try:
        reading = read_story(path, runs)
        errors = reading.faults.errors()
        if reading.story.hash != model.hash:
            errors = [StoryError("error.story.other_model", file=path.name, model=reading.story.model)]
        if not errors:
            return as_data(reading)
    except PolicyLabError as error:
        return {**listed(path), "faults": [str(error)]}
    return {**listed(path), "faults": [str(error) for error in errors]}
