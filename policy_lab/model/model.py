"""``Model``: everything in one ``models/<name>/`` folder. What runs do not need is read when somebody asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from policy_lab.model.case_results import read_results
from policy_lab.model.cases import Case, case_keys, read_cases
from policy_lab.model.checks import Check, read_checks
from policy_lab.model.expected import read_expected
from policy_lab.model.history import Series, has_history, read_history
from policy_lab.model.loops import Loop, read_loops
from policy_lab.model.parts import Core
from policy_lab.model.passages import Passages, read_passages
from policy_lab.model.readme import Readme, read_readme
from policy_lab.model.references import Reference, read_references
from policy_lab.model.texts import names_in, read_texts
from policy_lab.runs import Floats

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, repr=False)
class Model(Core):
    """A model with all that is known about it.

    The parts below are read on first use; each raises ModelError where its file cannot be used.
    """

    @property
    def text(self) -> str:
        """The model file as a person wrote it; a letter that is not UTF-8 does not keep anybody from the rest."""
        return self.path.read_text(encoding="utf-8", errors="replace")

    @cached_property
    def loops(self) -> tuple[Loop, ...]:
        """The feedback loops that the modeller names (``loops.csv``)."""
        return read_loops(self)

    @cached_property
    def passages(self) -> Passages:
        """Words of the essay behind variables and sectors (``passages.csv``)."""
        return read_passages(self)

    @cached_property
    def history(self) -> tuple[Series, ...]:
        """Figures of the past (``data/history.csv``); none where there is no such file."""
        return tuple(read_history(self)) if has_history(self) else ()

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        """What must be true of the model's behaviour (``checks.yaml``)."""
        return read_checks(self)

    @cached_property
    def references(self) -> Mapping[str, tuple[Reference, ...]]:
        """Known values that outcomes are compared with (``references.csv``), by outcome."""
        return read_references(self)

    @cached_property
    def readme(self) -> Readme:
        """The README beside the model."""
        return read_readme(self)

    @cached_property
    def cases(self) -> Mapping[str, Case]:
        """Historical cases by key (``cases/*.toml``), in order of their keys; none where there is no such folder."""
        return read_cases(self) if case_keys(self) else {}

    @cached_property
    def case_results(self) -> Mapping[str, Any] | None:
        """What the cases gave when they were examined last (``cases/results.json``), None where nothing is stored."""
        return read_results(self)

    @cached_property
    def expected(self) -> tuple[Floats, Mapping[str, Mapping[str, Floats]]]:
        """Stored runs: ``time[row]`` and ``values[scenario][variable][row]`` (``expected/``)."""
        return read_expected(self)

    def to_dataframe(self) -> pd.DataFrame:
        """A row a variable, by name: kind, unit, value (of a constant), range, group, documentation and line."""
        import pandas as pd

        program, rows = self.program, {}
        for name, e in program.equations.items():
            if not e.hidden:
                low, high = self.range_of(name)
                kind = "lever" if name in self.levers else "flow" if name in program.flows else e.kind
                rows[name] = (kind, e.unit, program.constants.get(name), low, high, e.group, e.documentation, e.line)
        columns = ("kind", "unit", "value", "low", "high", "group", "documentation", "line")
        return pd.DataFrame.from_dict(rows, orient="index", columns=list(columns)).rename_axis("name")

    def texts(self, language: str) -> Mapping[str, Any]:
        """The model's own words in a language (``text/<language>.toml``), nothing where it has no such file."""
        if language not in self._texts:
            self._texts[language] = read_texts(self, language)
        return self._texts[language]

    def names(self, language: str) -> Mapping[tuple[str, str], str]:
        """Kind and key of variables, scenarios, units, groups and loops to what they are called in a language."""
        if language not in self._names:
            self._names[language] = names_in(self, self.texts(language))
        return self._names[language]

    @cached_property
    def _names(self) -> dict[str, Mapping[tuple[str, str], str]]:
        return {}

    @cached_property
    def _texts(self) -> dict[str, Mapping[str, Any]]:
        return {}
