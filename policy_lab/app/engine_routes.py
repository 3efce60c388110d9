"""What the page needs to run the model by itself, and the server's own runs for browsers that cannot.

``GET  …/engine/<hash>/model.wasm``    the compiled model
``GET  …/engine/<hash>/fused.wasm``    the same for browsers that fuse multiply and add, as most do
``GET  …/engine/<hash>/layout.json``   what the loader has to know of it
``GET  …/engine/<hash>/single.wasm``, ``single-fused.wasm``, ``single.json``   both in single precision, and what
differs in its layout: for bands, asked for once the first picture stands; ``{missing}`` says why there is none
``GET  …/engine/<hash>/members.bin``   the ensemble's members, see ``ensemble_members.py``
``GET  …/engine/<hash>/names.json``    every variable: key, name, label, unit, group, lowest and highest value
``POST …/answer``                      ``{settings: [{constant: value}], outputs, until}`` -> ``{time, runs}``, or
                                       ``{failed}``; ``until``: the last moment, null for the model's own

The hash is that of what is served, so that a browser may keep it for ever: another model has another address.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping
from contextvars import copy_context
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from dash import Dash
from flask import Response, jsonify, request

from policy_lab import __version__
from policy_lab.app import ensemble_members
from policy_lab.app.addresses import NUMBER, Addresses
from policy_lab.app.labels import keys_of, label_of, unit_of, whole_label_of
from policy_lab.app.language import names_of
from policy_lab.app.middleware.security_headers import EMBED
from policy_lab.app.model_session import ModelSession
from policy_lab.app.page_data import headline_outcomes
from policy_lab.app.resolution import check_resolution
from policy_lab.browser_files import browser_module, single_module, written
from policy_lab.catalogue import here, languages, say, speak
from policy_lab.compiler.target import TooFine
from policy_lab.compiler.webassembly import Module
from policy_lab.errors import PolicyLabError, UnsupportedConstruct
from policy_lab.model import Model
from policy_lab.model.stories import story_files

#: Runs and variables that one request may ask for; the page's own are ten at most, and those of a diagram.
MOST_RUNS: Final = 16
MOST_OUTPUTS: Final = 256
#: What the loader reads of the tables of a layout; it knows parameters among the variables by itself.
LOADED: Final = {"parameters": ("name", "slot", "default"), "variables": ("name", "slot", "kind")}
FOR_EVER: Final = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class EngineFiles:
    """The compiled model and its companions, made once; ``module`` is None for a model that cannot be compiled."""

    bench: ModelSession

    @cached_property
    def module(self) -> Module | None:
        """Code and layout for the browser."""
        try:
            return browser_module(self.bench.source)
        except UnsupportedConstruct:
            return None

    @cached_property
    def single(self) -> Module | str:
        """The same in single precision, compiled when it is first asked for; or why there is none."""
        try:
            check_resolution(self.bench.source)
            return single_module(self.bench.source)
        except (UnsupportedConstruct, TooFine) as error:
            return str(error)

    @cached_property
    def layout(self) -> bytes:
        """What the loader needs of the layout, as JSON; what the page has elsewhere, or twice, is left out."""
        known = self.module.layout if self.module else {}
        kept = {k: v for k, v in known.items() if k not in {"levers", "outcomes", "scenarios"}}
        set_from_outside = {parameter["name"] for parameter in known.get("parameters", ())}
        for table, columns in LOADED.items():
            rows = [row for row in known.get(table, ()) if table == "parameters" or row["name"] not in set_from_outside]
            kept[table] = [{column: row[column] for column in columns} for row in rows]
        return written(kept).encode()

    @cached_property
    def single_layout(self) -> bytes:
        """What the layout says otherwise in single precision, as JSON."""
        told = self.single.layout if isinstance(self.single, Module) else {"missing": self.single}
        return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()

    @cached_property
    def members(self) -> bytes:
        """The members' values."""
        return ensemble_members.packed(self.bench.source)

    @cached_property
    def hash(self) -> str:
        """Of everything that the addresses below it serve, in every language: the same whoever asks first.

        What is in single precision follows from the rest, by this version.
        """
        digest = hashlib.sha256(self.module.code if self.module else b"")
        digest.update(__version__.encode())
        for part in (
            self.module.fused if self.module else b"",
            self.layout,
            self.members,
            *(copy_context().run(self._names_in, code) for code in languages()),
        ):
            digest.update(part)
        return digest.hexdigest()[:16]

    def _names_in(self, code: str) -> bytes:
        speak(code, names_of(self.bench.source, code))
        return listed(self.bench)

    def addresses(self, at: Addresses, threads: Mapping[str, str]) -> dict[str, str]:
        """Where the page finds what, for its facts; ``threads`` are the addresses of its workers' scripts."""
        below = f"engine/{self.hash}/"
        folder = at.prefix + below
        return {
            "code": folder + "model.wasm",
            "fused": folder + "fused.wasm",
            "layout": folder + "layout.json",
            "single": folder + "single.json",
            "singleCode": folder + "single.wasm",
            "singleFused": folder + "single-fused.wasm",
            "members": folder + "members.bin",
            "names": at.answer(below + "names.json"),
            **threads,
            "answer": at.prefix + "answer",
            "loops": at.answer("loops.json"),
            "told": at.answer("told.json"),
            "assumptions": at.answer("assumptions.json"),
            "why": at.answer(f"why/{NUMBER}.json"),
            "variables": at.answer("variables.json"),
            "entries": at.answer(f"entries/{NUMBER}.json"),
            "sectors": at.answer(f"sector/{NUMBER}.svg"),
            "precedents": at.answer("precedents.json"),
            **self._of_stories(at),
            "studies": at.prefix + "studies",
            "embed": at.page(EMBED),
        }

    def _of_stories(self, at: Addresses) -> dict[str, str]:
        if not story_files(self.bench.source):
            return {}
        return {"stories": at.answer("learn.json"), "story": at.answer(f"learn/{NUMBER}.json")}


def register(app: Dash, bench: ModelSession, files: EngineFiles) -> None:
    """Adds the addresses to the app's server, below its prefix."""
    prefix = app.config.routes_pathname_prefix

    def engine(version: str, name: str) -> tuple[Response, int] | Response:
        content: dict[str, Callable[[], tuple[bytes | None, str]]] = {
            "model.wasm": lambda: (files.module.code if files.module else None, "application/wasm"),
            "fused.wasm": lambda: (files.module.fused if files.module else None, "application/wasm"),
            "layout.json": lambda: (files.layout, "application/json"),
            "single.wasm": lambda: (getattr(files.single, "code", None), "application/wasm"),
            "single-fused.wasm": lambda: (getattr(files.single, "fused", None), "application/wasm"),
            "single.json": lambda: (files.single_layout, "application/json"),
            "members.bin": lambda: (files.members, "application/octet-stream"),
            "names.json": lambda: (listed(bench), "application/json"),
        }
        body, kind = content[name]() if name in content and version == files.hash else (None, "")
        if body is None:
            return Response(
                "This page is of another version of the model; load it again.\n", mimetype="text/plain"
            ), 404
        return Response(body, mimetype=kind, headers={"Cache-Control": FOR_EVER})

    def answer() -> Response:
        asked = request.get_json(silent=True)
        return jsonify(answered(bench, asked))

    app.server.add_url_rule(f"{prefix}engine/<version>/<name>", "engine", engine)
    app.server.add_url_rule(f"{prefix}answer", "answer", answer, methods=["POST"])


def answered(bench: ModelSession, asked: Any) -> dict[str, Any]:
    """The runs that a browser asks for: ``{"time": [...], "runs": [[values of each output]]}``.

    What cannot be run gives ``{"failed"}`` and a sentence; the page then keeps its last picture.
    """
    try:
        settings, outputs, until = _read(bench.source, asked)
        runs = [bench.run(constants, until) for constants in settings]
    except PolicyLabError as error:
        return {"failed": here().in_words(error.message)}
    return {
        "time": runs[0].time.tolist(),
        "runs": [[run.of(name)[0].tolist() for name in outputs] for run in runs],
    }


def listed(bench: ModelSession) -> bytes:
    """The columns of ``names``, one after the other, as JSON: a sixth smaller than rows, once packed."""
    columns = [list(column) for column in zip(*names(bench), strict=True)]
    return json.dumps({"columns": columns}, ensure_ascii=False, separators=(",", ":")).encode()


def names(bench: ModelSession) -> list[list[Any]]:
    """Every variable that a chart can show, in the language in use: headlines first, then outcomes; no two alike.

    A row is ``[key, name, label, unit, group, low, high]``; low and high are its range over all scenarios and years.
    """
    model = bench.model
    keys = keys_of(model.program.visible)
    shown = [n for n in model.program.visible if n in model.outcomes or model.program.equations[n].kind != "control"]
    headlines = [outcome.name for outcome in headline_outcomes(model)]
    ordered = sorted(shown, key=lambda name: (name not in model.outcomes, name not in headlines))
    rows = [_row(bench, model, keys, name) for name in ordered]
    called = Counter(row[2] for row in rows)
    twins = [row for row in rows if called[row[2]] > 1 and row[1] not in model.outcomes]
    for row in twins:
        row[2] = whole_label_of(row[1])
    return rows


def _row(bench: ModelSession, model: Model, keys: dict[str, str], name: str) -> list[Any]:
    equation, outcome = model.program.equations[name], model.outcomes.get(name)
    group = say("chart.outcomes") if outcome else label_of(equation.group or say("chart.other"))
    low, high = bench.ranges[name]
    label = outcome.label if outcome else label_of(name)
    return [keys[name], name, label, unit_of(equation.unit), group, _four(low), _four(high)]


def _four(value: float) -> float:
    return float(f"{value:.4g}")


def _read(model: Model, asked: Any) -> tuple[list[dict[str, float]], list[str], float | None]:
    settings = asked.get("settings") if isinstance(asked, dict) else None
    outputs = asked.get("outputs") if isinstance(asked, dict) else None
    if not (isinstance(settings, list) and 0 < len(settings) <= MOST_RUNS and all(map(_is_settings, settings))):
        raise PolicyLabError("error.app.no_settings")
    if not (
        isinstance(outputs, list) and 0 < len(outputs) <= MOST_OUTPUTS and all(isinstance(o, str) for o in outputs)
    ):
        raise PolicyLabError("error.app.no_outputs")
    found = [model.find(name) for name in outputs]
    return [model.constants_of(None, constants) for constants in settings], found, _until(model, asked.get("until"))


def _until(model: Model, asked: Any) -> float | None:
    """A last moment that runs of the model can have, None for its own."""
    clock = model.program.clock
    if asked is None or asked == clock.final:
        return None
    if isinstance(asked, bool) or not isinstance(asked, int | float):
        raise PolicyLabError("error.app.no_settings")
    model.check_until(float(asked))
    return float(asked)


def _is_settings(given: Any) -> bool:
    return isinstance(given, dict) and all(
        isinstance(v, int | float) and not isinstance(v, bool) for v in given.values()
    )
