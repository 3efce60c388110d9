"""The page's settings as a link: only what differs from the chosen world, in at most 2,000 characters.

``?m=1a2b3c4d&w=cern_for_ai&l=shared-facility~2.5~2028~5_diplomacy~0.4&c=access-gap~secrecy&p=status_quo``

``m`` is the beginning of the model's hash, ``w`` the world, ``l`` the levers that were moved (key, value, start year,
ramp; what is left out stands as in the world), ``c`` the variables in the two charts, ``p`` the pinned worlds.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, quote, urlencode

from policy_lab.app import settings as page
from policy_lab.app.naming import keys_of, label_of
from policy_lab.app.settings import Settings
from policy_lab.app.words import say
from policy_lab.model import Model, Setting

LONGEST = 2000
HASH_LENGTH = 8
_KNOWN = frozenset("mwlcp")
#: The part that names the page's language stands in every link that was made in it, and decides no setting.
_ASIDE = frozenset({"lang"})
_FIELD, _ITEM = "~", "_"


class LinkError(ValueError):
    """A link that this page cannot have made for any version of this model."""


@dataclass(frozen=True)
class Opened:
    """What a link leads to: the settings, and what to tell the person about it ("" when it opened as it was made)."""

    settings: Settings
    notice: str = ""


@dataclass
class _Reader:
    """Reads one link; collects what an older version of the model knew and this one does not."""

    model: Model
    older: bool
    changes: list[str] = field(default_factory=list)

    def missing(self, text: str) -> None:
        """Something this model does not have: news in an old link, an error in one of this version."""
        if not self.older:
            raise LinkError(text)
        self.changes.append(text)


def address_of(model: Model, settings: Settings) -> str:
    """The query string (with its ``?``) that leads back to these settings; "" for the default page."""
    base = page.default_settings(model)
    keys = keys_of(model.levers)
    parts: dict[str, str] = {}
    if settings.world != base.world:
        parts["w"] = settings.world
    moved = page.moved_levers(model, settings)
    if moved:
        world = page.levers_of_world(model, settings.world)
        parts["l"] = _ITEM.join(_item(keys[name], setting, world[name]) for name, setting in moved.items())
    if settings.charts != base.charts:
        variables = keys_of(model.program.visible)
        parts["c"] = _FIELD.join(variables[name] for name in settings.charts)
    if settings.pins:
        parts["p"] = _FIELD.join(quote(pin, safe="") for pin in settings.pins)
    return "?" + urlencode({"m": model.hash[:HASH_LENGTH], **parts}, safe="~%") if parts else ""


def open_address(model: Model, query: str) -> Opened:
    """The settings a query string asks for; a bad one gives the default page and a plain sentence, never an error."""
    default = page.default_settings(model)
    if not query.strip("?"):
        return Opened(default)
    if len(query) > LONGEST:
        return Opened(default, say("link.long", longest=LONGEST))
    try:
        parts = _parts(query)
        made_with = parts.get("m", model.hash[:HASH_LENGTH])
        reader = _Reader(model, older=made_with != model.hash[:HASH_LENGTH])
        settings = _settings(reader, parts, default)
    except LinkError:
        return Opened(default, say("link.bad"))
    return Opened(settings, _news(reader, made_with))


def _parts(query: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(query.removeprefix("?"), keep_blank_values=True, strict_parsing=True, max_num_fields=10)
    except ValueError as error:
        raise LinkError(str(error)) from error
    pairs = [(key, value) for key, value in pairs if key not in _ASIDE]
    parts = dict(pairs)
    if len(parts) != len(pairs) or not parts.keys() <= _KNOWN:
        raise LinkError("unknown or repeated part")
    if "m" in parts and not re.fullmatch(r"[0-9a-f]{8}", parts["m"]):
        raise LinkError("not a model version")
    return parts


def _settings(reader: _Reader, parts: Mapping[str, str], default: Settings) -> Settings:
    model = reader.model
    world = parts.get("w", default.world)
    if world and world not in model.scenarios:
        reader.missing(say("link.no_world", world=world[:60]))
        world = default.world
    return Settings(
        world,
        _levers(reader, parts.get("l", ""), page.levers_of_world(model, world)),
        _charts(reader, parts.get("c", ""), default.charts),
        _pins(reader, parts.get("p", "")),
    )


def _levers(reader: _Reader, text: str, standing: dict[str, Setting]) -> dict[str, Setting]:
    names = {key: name for name, key in keys_of(reader.model.levers).items()}
    for item in text.split(_ITEM) if text else []:
        key, *numbers = item.split(_FIELD)
        if not re.fullmatch(r"[a-z0-9-]{1,16}", key) or not 1 <= len(numbers) <= 3:
            raise LinkError("not a lever")
        values = [_number(n) for n in numbers] + [math.nan] * (3 - len(numbers))
        if key not in names:
            reader.missing(say("link.no_lever", lever=key))
            continue
        standing[names[key]] = _setting(reader, names[key], values, standing[names[key]])
    return standing


def _setting(reader: _Reader, name: str, values: list[float], standing: Setting) -> Setting:
    lever, clock = reader.model.levers[name], reader.model.program.clock
    value, start, ramp = values
    years = clock.final - clock.initial
    ranges = ((value, lever.low, lever.high), (start, clock.initial, clock.final), (ramp, 0.0, years))
    if any(math.isfinite(x) and not low - 1e-9 <= x <= high + 1e-9 for x, low, high in ranges):
        reader.missing(say("link.out_of_range", lever=label_of(name)))
        value, start, ramp = (min(max(x, low), high) for x, low, high in ranges)
    asked = {"value": value, "start": start, "ramp": ramp}
    has = {k: v for k, v in asked.items() if math.isfinite(v) and math.isfinite(getattr(standing, k))}
    return replace(standing, **has)


def _charts(reader: _Reader, text: str, default: tuple[str, str]) -> tuple[str, str]:
    if not text:
        return default
    names = {key: name for name, key in keys_of(reader.model.program.visible).items()}
    asked = text.split(_FIELD)
    if len(asked) != 2 or not all(re.fullmatch(r"[a-z0-9-]{1,16}", key) for key in asked):
        raise LinkError("not two charts")
    for key in asked:
        if key not in names:
            reader.missing(say("link.no_variable", variable=key))
    first, second = (names.get(key, fallback) for key, fallback in zip(asked, default, strict=True))
    return first, second


def _pins(reader: _Reader, text: str) -> tuple[str, ...]:
    asked = text.split(_FIELD) if text else []
    if len(asked) > page.MOST_PINS or len(set(asked)) != len(asked):
        raise LinkError("too many pinned worlds")
    for key in asked:
        if key not in reader.model.scenarios:
            reader.missing(say("link.no_world", world=key[:60]))
    return tuple(key for key in asked if key in reader.model.scenarios)


def _item(key: str, setting: Setting, world: Setting) -> str:
    fields = [_short(x) for x in page.to_list(setting)]
    standing = [_short(x) for x in page.to_list(world)]
    while len(fields) > 1 and fields[-1] == standing[-1]:
        fields.pop()
        standing.pop()
    return _FIELD.join([key, *fields])


def _short(value: float | None) -> str:
    if value is None:
        return ""
    return "0" if abs(value) < 1e-9 else f"{value:.6g}".replace("e+", "e")


def _number(text: str) -> float:
    if not text:
        return math.nan
    if not re.fullmatch(r"-?\d{1,9}(\.\d{1,9})?(e-?\d{1,2})?", text):
        raise LinkError("not a number")
    return float(text)


def _news(reader: _Reader, made_with: str) -> str:
    if not reader.older:
        return ""
    changes = " ".join(dict.fromkeys(reader.changes)) or say("link.same_names")
    return say("link.older", made_with=made_with, now=reader.model.hash[:HASH_LENGTH], changes=changes)
