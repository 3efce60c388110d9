"""Modules of an XMILE file: each is a model of its own, whose variables are called ``Module.variable``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from policy_lab.errors import ModelError
from policy_lab.readers.names import CONTROLS, bare, fold
from policy_lab.readers.xmile_elements import Node, name_of, of_kind

#: Modules inside each other, at most.
_DEEPEST = 20


@dataclass(frozen=True)
class Module:
    """One use of a <model>.

    Attributes:
        prefix: what stands before the names of its variables, "" for the main model, else ``Module.``.
        model: its <model>.
        inputs: folded name of an input to the full name of the variable outside that is connected to it.
    """

    prefix: str
    model: Node
    inputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def variables(self) -> list[Node]:
        """Stocks, flows, converters and tables; what is called like a time setting is left to <sim_specs>."""
        return [n for v in of_kind(self.model, "variables") for kind in ("aux", "flow", "gf", "stock")
                for n in v.iter("{*}" + kind, kind) if n.get("name") and fold(name_of(n)) not in CONTROLS]  # fmt: skip


def modules_of(root: Node, file: str) -> list[Module]:
    """The main model and every module in it.

    Raises:
        ModelError: a module has no model, or a model is in no module; two models have one name.
    """
    models = of_kind(root, "model")
    named: dict[str, Node] = {}
    for model in models[1:]:
        name = fold(model.get("name") or "")
        if name in named or not name:
            raise ModelError("error.file.model_twice", file=file, line=model.sourceline, name=model.get("name") or "")
        named[name] = model
    found = [*_used(Module("", models[0]), named, file, 0)] if models else []
    used = {id(m.model) for m in found}
    for model in models:
        if id(model) not in used:
            raise ModelError("error.file.model_unused", file=file, line=model.sourceline, name=model.get("name"))
    return found


def _used(module: Module, named: Mapping[str, Node], file: str, depth: int) -> Iterator[Module]:
    yield replace(module, inputs={**module.inputs, **dict(_outputs(module))})
    held = {name_of(node): node for v in of_kind(module.model, "variables") for node in of_kind(v, "module")}
    inputs = _inputs(held, module.prefix)
    for name, node in held.items():
        model = named.get(fold(node.get("model") or name))
        if model is None or depth > _DEEPEST or of_kind(model, "sim_specs"):
            raise ModelError("error.file.module", file=file, line=node.sourceline, name=name)
        yield from _used(Module(f"{module.prefix}{name}.", model, inputs[fold(name)]), named, file, depth + 1)


def _inputs(held: Mapping[str, Node], prefix: str) -> dict[str, dict[str, str]]:
    """For each module that a model holds, by folded name, its inputs and the full names of what feeds them.

    Stella lists a connection of two modules in both, so that what it leads to can be an input of the other one.
    """
    found: dict[str, dict[str, str]] = {fold(name): {} for name in held}
    for name, node in held.items():
        for connect in of_kind(node, "connect"):
            if _outwards(connect):
                continue
            inside, outside = _parts(connect.get("to", "")), connect.get("from", "").strip()
            above = fold(inside[-2]) if len(inside) > 1 else ""
            feeds = ".".join(_parts(outside))
            found[above if above in found else fold(name)][fold(inside[-1])] = (
                feeds if outside.startswith(".") else f"{prefix}{feeds}"
            )
    return found


def _parts(path: str) -> list[str]:
    """``Module."name/of it"`` as its names, without quotes; what belongs to the holder of all begins with a dot."""
    return [bare(part) for part in re.findall(r'"[^"]*"|[^."]+', path.strip())] or [""]


def _outwards(connect: Node) -> bool:
    """Whether a connection leads from a module to the model that holds it: to ``.name``, from ``Module.name``."""
    inside, outside = (connect.get(end, "").strip() for end in ("to", "from"))
    return inside.startswith(".") and not outside.startswith(".")


def _outputs(module: Module) -> Iterator[tuple[str, str]]:
    """The variables of a model that get the value of one inside a module."""
    for variables in of_kind(module.model, "variables"):
        for node in of_kind(variables, "module"):
            for connect in filter(_outwards, of_kind(node, "connect")):
                yield fold(_parts(connect.get("to"))[-1]), f"{module.prefix}{'.'.join(_parts(connect.get('from')))}"
