"""The choices of a model (``choices.toml``) for the page's scripts: what each level sets, by the keys of the levers."""

from __future__ import annotations

from typing import Any

from policy_lab.app import policy as page
from policy_lab.app.model_session import ModelSession
from policy_lab.model import Choice, Level


def choices(bench: ModelSession) -> list[dict[str, Any]]:
    """Every choice and its levels, in their order; settings are ``[value, start, ramp, end]``, None where open."""
    return [_choice(bench, choice) for choice in bench.model.choices.values()]


def _choice(bench: ModelSession, choice: Choice) -> dict[str, Any]:
    levels = [_level(bench, level) for level in choice.levels.values()]
    return {"key": choice.key, "label": choice.label, "words": choice.words, "levels": levels}


def _level(bench: ModelSession, level: Level) -> dict[str, Any]:
    keys = bench.lever_keys
    return {
        "key": level.key,
        "label": level.label,
        "words": level.words,
        "levers": {keys[name]: page.to_list(setting) for name, setting in level.levers.items()},
        "amount": page.to_list(level.amount) if level.amount else None,
        "carries": {
            paid: {keys[lever]: share for lever, share in shares.items()} for paid, shares in level.carries.items()
        },
    }
