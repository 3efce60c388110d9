"""One variable's entry: its equation as the modeller wrote it, its source, what it uses and what uses it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from policy_lab.app.labels import label_of, plain, unit_of, with_unit
from policy_lab.app.language import SOURCE_KEY, documentation_of, translated
from policy_lab.app.panels.variable_list import kind_of
from policy_lab.catalogue import language, name_in_words, say
from policy_lab.model import Model
from policy_lab.notation import written
from policy_lab.program import Equation, Expression, names_in

#: A model file of this ending holds the equations as text, each ended by a line that begins with "~".
VENSIM = ".mdl"


@dataclass(frozen=True)
class Entries:
    """All entries of one model."""

    model: Model

    @cached_property
    def lines(self) -> list[str]:
        """Lines of a Vensim file; none of any other kind, whose equations no person wrote as text."""
        return self.model.text.split("\n") if self.model.path.suffix.lower() == VENSIM else []

    @cached_property
    def users(self) -> dict[str, list[str]]:
        """Variable to those that name it, each once, in the order of the model file."""
        found: dict[str, list[str]] = {}
        for name in self.model.program.visible:
            for used in self.uses(name):
                found.setdefault(used, []).append(name)
        return found

    def uses(self, name: str) -> list[str]:
        """What a variable's equation names, each once; helpers of the translation are looked through."""
        return list(dict.fromkeys(used for used in self._named(name, {name}) if used != name))

    def equation(self, name: str) -> str:
        """The equation as the model file has it, or as the translation reads it where there is no such text."""
        equation = self.model.program.equations[name]
        end = next((n for n in range(equation.line, len(self.lines)) if self.lines[n].lstrip().startswith("~")), None)
        if not equation.line or end is None:
            return _read(equation)
        return "\n".join(line.rstrip() for line in self.lines[equation.line - 1 : end]).strip().expandtabs(4)

    def source(self, name: str) -> str:
        """Where a constant's number comes from, with its grade; "" for what is worked out, or has no source."""
        known, equation = self.model.uncertainties.get(name), self.model.program.equations[name]
        named = SOURCE_KEY.search(equation.documentation)
        key = known.source if known else named.group(1) if named else ""
        row = translated(self.model, language()).sources.get(key)
        if row is None:
            return key
        return say("model.source_row", citation=row.citation.rstrip("."), note=row.note, key=key, grade=row.grade)

    def entry(self, name: str) -> dict[str, Any]:
        """The entry as labelled texts and lists of names, ready to be shown."""
        model, equation = translated(self.model, language()), self.model.program.equations[name]
        unknown, lever = model.uncertainties.get(name), model.levers.get(name)
        texts = [
            ("source", self.source(name)),
            ("studied", _studied(unknown.low, unknown.high, unknown.why) if unknown else ""),
            ("why", lever.why if lever else model.outcomes[name].why if name in model.outcomes else ""),
            ("sector", sector_name(equation.group)),
        ]
        essay = self.model.passages.behind(name)
        varies = equation.kind in ("stock", "auxiliary") and name not in model.program.once
        return {
            "name": name,
            "label": label_of(name),
            "kind": say(f"model.{kind_of(model, name)}"),
            "unit": unit_of(equation.unit),
            "about": documentation_of(model, name),
            "numbers": {"label": say("model.entry_numbers"), "rows": self._numbers(name)},
            "equation": {"label": say("model.equation"), "text": self.equation(name)},
            "course": {"label": say("model.course"), "explore": say("model.to_explore"), "varies": varies},
            "table": say("model.table"),
            "tables": [self._table(used) for used in self._tables(equation)],
            "texts": [{"label": say(f"model.entry_{key}"), "text": text} for key, text in texts if text],
            "essay": {
                "label": say("model.essay" if essay and essay[0].own else "model.essay_sector"),
                "quotes": [{"quote": one.quote, "section": self._section(one.section)} for one in essay],
            },
            "links": [
                {
                    "label": say(f"model.{key}"),
                    "names": [[name, name_in_words(name)] for name in names],
                    "none": say("model.nothing"),
                }
                for key, names in (("uses", self.uses(name)), ("used_by", self.users.get(name, [])))
            ],
        }

    def _numbers(self, name: str) -> list[dict[str, str]]:
        """The constants that a variable's equation uses, and for a stock those of its flows, with their sources."""
        equations = self.model.program.equations
        reads = self.uses(name)
        if equations[name].kind == "stock":
            reads += [used for flow in reads if equations[flow].kind == "auxiliary" for used in self.uses(flow)]
        named = dict.fromkeys(used for used in reads if used in self.model.program.constants and self.source(used))
        return [
            {
                "name": used,
                "label": label_of(used),
                "value": with_unit(plain(self.model.program.constants[used]), equations[used].unit),
                "source": self.source(used),
            }
            for used in named
        ]

    def _tables(self, equation: Equation) -> list[str]:
        """The tables that an equation reads."""
        return [name for name in dict.fromkeys(_names(equation)) if name in self.model.program.tables]

    def _table(self, name: str) -> dict[str, Any]:
        table = self.model.program.tables[name]
        return {"label": label_of(name), "x": list(table.x), "y": list(table.y)}

    def _section(self, heading: str) -> str:
        """Where in the essay words stand, with what its heading says in the language in use."""
        meaning = self.model.texts(language()).get("sections", {}).get(heading, "")
        section = say("model.section", heading=heading, meaning=meaning) if meaning else heading
        return say("model.passage", section=section)

    def _named(self, name: str, seen: set[str]) -> Iterator[str]:
        equations = self.model.program.equations
        for used in _names(equations[name]):
            if used in equations and equations[used].hidden and used not in seen:
                seen.add(used)
                yield from self._named(used, seen)
            elif used in equations and not equations[used].hidden and equations[used].kind != "lookup":
                yield used


def sector_name(group: str) -> str:
    """A sector as a heading, in the language in use: "04 Talent" is "Talent"."""
    return name_in_words(group, "group") or re.sub(r"^\d+\s+", "", group)


def _names(equation: Equation) -> Iterator[str]:
    for expression in (equation.expression, equation.initial):
        if expression is not None:
            yield from names_in(expression)


def _read(equation: Equation) -> str:
    right: Expression | None = equation.expression
    if right is None:
        return equation.name
    start = f"\n{say('model.initial')}: {written(equation.initial)}" if equation.initial is not None else ""
    return f"{equation.name} = {written(right)}{start}"


def _studied(low: float, high: float, why: str) -> str:
    return say("model.studied", low=plain(low), high=plain(high), why=why).strip()
