"""What a story calls the things of a model: labels in its language, to names and keys.

Where the model has words in that language for something, only these are understood: a pupil never reads a key.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from policy_lab.catalogue import SOURCE
from policy_lab.errors import StoryError, UnknownName
from policy_lab.model import Model
from policy_lab.model.cases import Case


def folded(words: str) -> str:
    """Words without what does not count: case and spaces."""
    return " ".join(words.split()).casefold()


@dataclass(frozen=True)
class Vocabulary:
    """The words of a model in a language."""

    model: Model
    language: str

    @cached_property
    def _names(self) -> Mapping[tuple[str, str], str]:
        return self.model.names(self.language)

    def label(self, name: str) -> str:
        """What a variable is called."""
        outcome = self.model.outcomes.get(name)
        own = outcome.label if outcome else name
        return self._names.get(("variable", name)) or own

    def unit(self, name: str) -> str:
        """A variable's unit in words, "" for a pure number."""
        unit = self.model.program.equations[name].unit.strip()
        return "" if unit.casefold() in ("", "1", "dmnl", "dimensionless") else self._names.get(("unit", unit), unit)

    def title(self, key: str) -> str:
        """What a scenario is called."""
        return self._names.get(("scenario", key)) or self.model.scenarios[key].title

    def variable(self, words: str) -> str:
        """A variable by its label, or by its name where it has no label in this language.

        Raises:
            UnknownName: there is none.
            StoryError: the label is that of several variables, or the name has a label that is to be used instead.
        """
        return self._found(words, self._variables)

    def lever(self, words: str) -> str:
        """A lever; raises as ``variable`` does."""
        levers = {folded(self.label(name)): [name] for name in self.model.levers}
        if self.language == SOURCE:
            levers |= {folded(name): [name] for name in self.model.levers}
        name = levers.get(folded(words))
        if name is None:
            raise UnknownName("lever", words, [self.label(lever) for lever in self.model.levers])
        return name[0]

    def _found(self, words: str, labels: Mapping[str, list[str]]) -> str:
        found = labels.get(folded(words), [])
        if len(found) > 1:
            raise StoryError("error.story.ambiguous", name=words, possible=found)
        if found:
            return found[0]
        try:
            name = self.model.find(words)
        except UnknownName:
            raise UnknownName("variable", words, self._spoken) from None
        if self.language != SOURCE and self._names.get(("variable", name)):
            raise StoryError("error.story.own_name", name=words, label=self.label(name))
        return name

    @cached_property
    def _spoken(self) -> list[str]:
        return [self.label(name) for name in self.model.program.visible]

    @cached_property
    def _variables(self) -> Mapping[str, list[str]]:
        """Label to variables; one that is an outcome or a lever comes before others of the same label."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for name in self.model.program.visible:
            found[folded(self.label(name))].append(name)
        first = [*self.model.levers, *self.model.outcomes]
        for names in found.values():
            chosen = [name for name in names if name in self.model.outcomes] or [n for n in names if n in first]
            names[:] = chosen[:1] or names
        return found

    def scenario(self, words: str) -> str:
        """The key of a scenario by its title; raises UnknownName."""
        titles = {self.title(key): key for key in self.model.scenarios}
        return chosen("scenario", words, titles)

    def loop(self, words: str) -> str:
        """The switch of a named loop; raises UnknownName."""
        loops = {self._names.get(("loop", one.name)) or one.name: one.switch for one in self.model.loops if one.switch}
        by_words = {folded(label): switch for label, switch in loops.items()}
        if folded(words) not in by_words:
            raise UnknownName("loop", words, loops)
        return by_words[folded(words)]

    def case(self, words: str) -> Case:
        """A historical case by its title; raises UnknownName."""
        titles = {self._names.get(("case", key)) or one.title: key for key, one in self.model.cases.items()}
        return self.model.cases[chosen("case", words, titles)]

    def change(self, words: str) -> str:
        """The key of what can be taken away from a case; raises UnknownName."""
        changes = {folded(label): key for label, key in self.said_of_cases("changes").items()}
        if folded(words) not in changes:
            raise UnknownName("change", words, self.said_of_cases("changes"))
        return changes[folded(words)]

    def said_of_cases(self, table: str) -> Mapping[str, str]:
        """Words of the cases (facts, changes, curves) to keys; a curve by what stands before a semicolon."""
        told = {**self.model.texts(SOURCE).get("cases", {}).get(table, {})}
        told |= self.model.texts(self.language).get("cases", {}).get(table, {})
        return {words.partition(";")[0].strip(): key for key, words in told.items()}


def chosen(kind: str, words: str, possible: Mapping[str, str]) -> str:
    """The key of a thing by its words; raises UnknownName with the words that are possible."""
    by_words = {folded(label): key for label, key in possible.items()}
    if folded(words) not in by_words:
        raise UnknownName(kind, words, possible)
    return by_words[folded(words)]
