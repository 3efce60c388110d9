"""What the page's scripts know of the loops that can be cut: each is an assumption of 1, acting, or 0, cut."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from policy_lab.app.labels import label_of
from policy_lab.app.language import documentation_of
from policy_lab.app.loops import SWITCH, gates, switched
from policy_lab.app.panels.variable_list import hay
from policy_lab.catalogue import say
from policy_lab.model import Model
from policy_lab.model.loops import Loop


def loop_facts(model: Model) -> dict[str, dict[str, Any]]:
    """Each switch with the fields of an assumption, and under ``loop`` what there is to tell of the loop."""
    loops = switched(model)
    hays = [hay(model, model.program.equations[name]) for name in model.program.visible] if loops else []
    return {loop.switch: _switch(model, loop, hays) for loop in loops}


def _switch(model: Model, loop: Loop, hays: list[str]) -> dict[str, Any]:
    texts = dict.fromkeys(("group", "unit", "distribution", "grade", "source", "why", "about"), "")
    return {
        **texts,
        "name": loop.switch,
        "label": say("loop.assumption", loop=loop.name),
        "low": SWITCH[0],
        "high": SWITCH[1],
        "default": model.program.constants[loop.switch],
        "loop": {
            "name": loop.name,
            "kind": loop.kind,
            "path": [{"step": step, "found": _found(step, hays)} for step in loop.path],
            "acts": _acts(model, loop.switch),
            "shown": asdict(loop.shown) if loop.shown else None,
        },
    }


def _found(step: str, hays: list[str]) -> bool:
    """Whether a search for the words of a step finds a variable."""
    words = step.casefold().split()
    return any(all(word in text for word in words) for text in hays)


def _acts(model: Model, switch: str) -> list[dict[str, Any]]:
    """What a switch acts on, arrays once: the variable, what it is, and what acts on it through the switch."""
    arrays: dict[str, dict[str, tuple[str, ...]]] = {}
    for name, behind in gates(model.program, switch).items():
        arrays.setdefault(_array(name), {})[name] = behind
    return [_act(model, array, elements) for array, elements in arrays.items()]


def _act(model: Model, array: str, elements: dict[str, tuple[str, ...]]) -> dict[str, Any]:
    first, single = next(iter(elements)), len(elements) == 1
    behind = dict.fromkeys(one if single else _array(one) for others in elements.values() for one in others)
    return {
        **_variable(first if single else array),
        "about": documentation_of(model, first),
        "behind": [_variable(one) for one in behind],
    }


def _variable(name: str) -> dict[str, str]:
    return {"name": name, "label": label_of(name)}


def _array(name: str) -> str:
    return name.partition("[")[0]
