"""Which language a request is answered in, and what the model is called in it.

The address says it (``?lang=de``); else the page that asks; else what was chosen last (a cookie); else the browser's
own preference. The words of the page are in ``locale/de.toml``, those of a model in ``text/de.toml`` of its own folder,
by the names and keys of the model: labels of levers, outcomes and worlds, a name and the documentation of each variable
(arrays once, with a word for each of their elements), reasons, notes on sources, loops; checks, claims and items of the
README by the ids that those have there. What that file lacks is shown as the model has it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from flask import Flask, Request, Response, request

from policy_lab import catalogue
from policy_lab.model import Choice, Level, Lever, Model, Outcome, Scenario, Source, Uncertainty
from policy_lab.model.texts import about_variable
from policy_lab.moments import adapted

#: The part of an address that names the language, and the cookie that remembers it.
PART: Final = "lang"
COOKIE: Final = "policy-lab-language"
YEAR: Final = 365 * 24 * 3600  # seconds
#: The last words of a constant's documentation name its row in sources.csv: "Source: judgement."
SOURCE_KEY: Final = re.compile(r"\s*Source:\s*([\w-]+)\s*\.?\s*$")


@dataclass(frozen=True)
class Speech:
    """A model in every language it can be told in; None for a page that is about no model."""

    model: Model | None

    def begin(self, asked: Request) -> None:
        """Sets the language for what follows in this request."""
        self.speak(chosen_language(asked))

    def speak(self, language: str) -> None:
        """Sets the language for what follows."""
        if self.model is None:
            catalogue.speak(language)
            return
        clock = self.model.program.clock
        catalogue.speak(language, names_of(self.model, language), lambda w: adapted(w, clock.initial, clock.unit))

    def listen(self, server: Flask) -> None:
        """Every request of a server is answered in its language; one that an address names is remembered."""

        def begin() -> None:
            self.begin(request)

        def remember(reply: Response) -> Response:
            named = request.args.get(PART, "")
            if named in catalogue.languages() and reply.mimetype == "text/html":
                reply.set_cookie(COOKIE, named, max_age=YEAR, samesite="Lax", httponly=True)
            return reply

        server.before_request(begin)
        server.after_request(remember)


def once_a_language(make: Callable[[], Any]) -> Callable[[], Any]:
    """A function without arguments whose answer is kept for each language."""
    made: dict[str, Any] = {}

    def kept() -> Any:
        language = catalogue.language()
        if language not in made:
            made[language] = make()
        return made[language]

    return kept


def chosen_language(asked: Request) -> str:
    """The language a request wants, always one there is."""
    there = catalogue.languages()
    for code in (asked.args.get(PART, ""), _of_page(asked.referrer or ""), asked.cookies.get(COOKIE, "")):
        if code in there:
            return code
    return asked.accept_languages.best_match(list(there), default=catalogue.SOURCE) or catalogue.SOURCE


def _of_page(address: str) -> str:
    """The language that the address of a page names, "" for what is no address."""
    try:
        return parse_qs(urlsplit(address).query, max_num_fields=100).get(PART, [""])[0]
    except ValueError:
        return ""


def translated(model: Model, language: str) -> Model:
    """The model with the texts that people read in another language; names, numbers and equations stay."""
    return _translated(_Identity(model), language) if language != catalogue.SOURCE and model.texts(language) else model


def names_of(model: Model, language: str) -> Mapping[tuple[str, str], str]:
    """Kind and key of the things of a model to what they are called in a language, as far as its file says."""
    return model.names(language)


def documentation_of(model: Model, name: str, source: bool = True) -> str:
    """What a variable is, in the language in use; the key of a constant's source stands last, if it is wanted."""
    own = model.program.equations[name].documentation
    about = about_variable(model.texts(catalogue.language()), name).get("about", "") or SOURCE_KEY.sub("", own)
    key = SOURCE_KEY.search(own) if source else None
    return f"{about} {catalogue.say('model.source_key', key=key.group(1))}".strip() if key else about.strip()


class _Identity:
    """A Model as a key: two are the same when they are one object's, so that no table is ever hashed."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and other.model is self.model

    def __hash__(self) -> int:
        return id(self.model)


@lru_cache(maxsize=64)
def _translated(kept: _Identity, language: str) -> Model:
    model, text = kept.model, kept.model.texts(language)
    groups = text.get("groups", {})

    def lever(known: Lever) -> Lever:
        fields = {k: v for k, v in text.get("levers", {}).get(known.name, {}).items() if k != "label"}
        return replace(known, group=groups.get(known.group, known.group), **fields)

    def outcome(known: Outcome) -> Outcome:
        fields = text.get("outcomes", {}).get(known.name, {})
        return replace(known, group=groups.get(known.group, known.group), **fields)

    def scenario(known: Scenario) -> Scenario:
        return replace(known, **text.get("scenarios", {}).get(known.key, {}))

    def uncertainty(known: Uncertainty) -> Uncertainty:
        return replace(known, why=text.get("uncertainties", {}).get(known.name, known.why))

    def source(known: Source) -> Source:
        return replace(known, **text.get("sources", {}).get(known.key, {}))

    def choice(known: Choice) -> Choice:
        told = text.get("choices", {}).get(known.key, {})
        levels = {key: _level(level, told.get("levels", {}).get(key, {})) for key, level in known.levels.items()}
        return replace(known, **{k: v for k, v in told.items() if k != "levels"}, levels=levels)

    return replace(
        model,
        levers={name: lever(known) for name, known in model.levers.items()},
        outcomes={name: outcome(known) for name, known in model.outcomes.items()},
        scenarios={key: scenario(known) for key, known in model.scenarios.items()},
        uncertainties={name: uncertainty(known) for name, known in model.uncertainties.items()},
        sources={key: source(known) for key, known in model.sources.items()},
        choices={key: choice(known) for key, known in model.choices.items()},
    )


def _level(known: Level, told: Mapping[str, Any]) -> Level:
    return replace(known, **told)
