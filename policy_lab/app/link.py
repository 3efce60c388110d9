"""Reads the policy out of a page's link, for what the server still works out for a page: values in a diagram.

The page itself writes and reads links (``web/core/link.js``, which says at its head what they hold) and tells a person
what is wrong with one; here, whatever cannot be read stands as on the page that opens.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import parse_qsl

from policy_lab.app import policy as page
from policy_lab.app.labels import keys_of, short_keys
from policy_lab.app.loops import SWITCH, assumption_keys
from policy_lab.app.policy import Settings
from policy_lab.model import TIMING, Lever, Model, Setting

LONGEST: Final = 2000
_FIELD, _ITEM = "~", "_"
_NUMBER = re.compile(r"-?\d{1,9}(\.\d{1,9})?(e-?\d{1,2})?")


def settings_of(model: Model, query: str) -> Settings:
    """World, levers and changed assumptions that a query string asks for; never an error."""
    parts = dict(_parts(query))
    world = parts.get("w", "")
    world = world if world in model.scenarios else page.status_quo_world(model)
    return Settings(
        world,
        _levers(model, parts.get("l", ""), page.levers_of_world(model, world)),
        _assumptions(model, parts.get("a", "")),
    )


def _parts(query: str) -> Iterator[tuple[str, str]]:
    if len(query) > LONGEST:
        return
    try:
        yield from parse_qsl(query.removeprefix("?"), max_num_fields=12)
    except ValueError:
        return


def _levers(model: Model, text: str, standing: dict[str, Setting]) -> dict[str, Setting]:
    names = _names(keys_of(model.levers))
    for item in text.split(_ITEM):
        key, *numbers = item.split(_FIELD)
        if key in names and 1 <= len(numbers) <= 1 + len(TIMING):
            name = names[key]
            values = [_number(text) for text in numbers] + [math.nan] * (1 + len(TIMING) - len(numbers))
            standing[name] = _setting(model, model.levers[name], values, standing[name])
    return standing


def _setting(model: Model, lever: Lever, values: list[float], standing: Setting) -> Setting:
    asked = {
        part: min(max(value, low), high)
        for part, value, (low, high) in zip(("value", *TIMING), values, page.ranges_of(model, lever), strict=True)
        if math.isfinite(value) and math.isfinite(getattr(standing, part))
    }
    return replace(standing, **asked)


def _assumptions(model: Model, text: str) -> dict[str, float]:
    names = _names(assumption_keys(model))
    found = {}
    for item in text.split(_ITEM):
        key, _, number = item.partition(_FIELD)
        if key in names and math.isfinite(value := _number(number)):
            name = names[key]
            known = model.uncertainties.get(name)
            low, high = (known.low, known.high) if known else SWITCH
            found[name] = min(max(value, low), high)
    return found


def _names(keys: Mapping[str, str]) -> dict[str, str]:
    """Readable and short key to name."""
    short = short_keys(keys, keys.values())
    return {**{short[name]: name for name in keys}, **{key: name for name, key in keys.items()}}


def _number(text: str) -> float:
    return float(text) if _NUMBER.fullmatch(text) else math.nan
