"""The feedback loops that a modeller names, in the language in use, and where they can be cut.

A loop may have a *switch*: a constant that is 1 while the loop acts and 0 when it is cut. To the page it is one more
assumption that a person can change, so it travels in links and files and can be undone. Where a loop acts is read off
the equations: the variables behind a switch are those that stop mattering when it is 0. ``loop_facts`` is what the
page's scripts know of it all; the panels are in ``panels/loops.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any, Final

from policy_lab.app.labels import keys_of, label_of
from policy_lab.app.language import documentation_of
from policy_lab.app.panels.variable_list import hay
from policy_lab.catalogue import language, say
from policy_lab.errors import PolicyLabError
from policy_lab.model import Model
from policy_lab.model.circuits import gates
from policy_lab.model.loops import Loop
from policy_lab.model.summary import summary_of

#: What a switch can be set to: cut, acting.
SWITCH: Final = (0.0, 1.0)
#: How many loops one picture can show together.
FEWEST_TOGETHER, MOST_TOGETHER = 2, 7


def loops_of(model: Model) -> tuple[Loop, ...]:
    """Every loop that the model's table describes, in the language in use."""
    texts = model.texts(language()).get("loops", {})
    return tuple(_in_words(loop, texts.get(loop.name, {})) for loop in model.loops)


def _in_words(loop: Loop, text: Mapping[str, str]) -> Loop:
    path = tuple(step.strip() for step in text["path"].split(">")) if "path" in text else loop.path
    if not path and loop.circuit is not None:  # without words of its own: the labels of its variables
        path = tuple(label_of(name) for name in loop.circuit.names)
    return replace(loop, name=text.get("name", loop.name), path=path)


def loops_together(model: Model) -> tuple[Loop, ...]:
    """The few loops that one picture shows together, those of the model's summary or its own; () where there is none.

    Their words are those of the model that they are of, in the language in use.
    """
    told = loops_told_by(model)
    loops = tuple(loop for loop in loops_of(told) if loop.circuit)
    return loops if FEWEST_TOGETHER <= len(loops) <= MOST_TOGETHER else ()


def loops_told_by(model: Model) -> Model:
    """The model whose loops show this one at a glance: its summary, else itself."""
    try:
        return summary_of(model) or model
    except PolicyLabError:  # the checks of the folder say so
        return model


def switched(model: Model) -> tuple[Loop, ...]:
    """The loops that can be cut."""
    return tuple(loop for loop in loops_of(model) if loop.switch)


def assumption_keys(model: Model) -> dict[str, str]:
    """Key in links of every constant that a person can change beside the levers: uncertain parameters, then switches.

    ``loop active[race secrecy loop]`` has that of "race secrecy".
    """
    said = {name: name for name in model.uncertainties}
    for loop in switched(model):
        words = loop.switch.partition("[")[2].rstrip("]").removesuffix(" loop") or loop.switch
        said[loop.switch] = loop.switch if words in said.values() else words
    keys = keys_of(said.values())
    return {name: keys[words] for name, words in said.items()}


def loop_facts(model: Model) -> dict[str, dict[str, Any]]:
    """Each switch with the fields of an assumption, and under ``loop`` what there is to tell of the loop."""
    loops = switched(model)
    hays = [hay(model, model.program.equations[name]) for name in model.program.visible] if loops else []
    return {loop.switch: _switch(model, loop, hays) for loop in loops}


def _switch(model: Model, loop: Loop, hays: list[str]) -> dict[str, Any]:
    texts = dict.fromkeys(("group", "unit", "distribution", "grade", "why", "about"), "")
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
