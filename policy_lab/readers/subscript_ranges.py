"""Subscript ranges: their elements, sub-ranges, mappings and numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from policy_lab import limits
from policy_lab.errors import ModelError
from policy_lab.readers.names import bare, fold
from policy_lab.readers.source_text import Source

#: The element of each left-hand range in one unrolled equation: folded range name to folded element.
Bound = Mapping[str, str]


class Ranges:
    """All subscript ranges of a model; every name in and out is folded, but for ``spelled``."""

    def __init__(self, abstract: Iterable[object], source: Source) -> None:
        self.file = source.path.name
        self.elements: dict[str, tuple[str, ...]] = {}
        self.maps: dict[str, list[str]] = {}
        self.spelled: dict[str, str] = {}
        copies: dict[str, str] = {}
        for item in abstract:
            name, definition = fold(item.name), item.subscripts  # type: ignore[attr-defined]
            self.spelled[name] = bare(item.name)  # type: ignore[attr-defined]
            self.maps[name] = [fold(m) for m in item.mapping]  # type: ignore[attr-defined]
            if isinstance(definition, dict):
                raise ModelError(
                    "error.range.file", file=source.path.name, name=self.spelled[name], other=definition.get("file")
                )
            if isinstance(definition, str):
                copies[name] = fold(definition)
            else:
                self.elements[name] = tuple(fold(e) for e in definition)
                self.spelled.update((fold(e), bare(e)) for e in definition if fold(e) not in self.spelled)
        self._follow(copies, source)
        self._expand(source)
        self._check_mappings(source)
        self.numbers = self._numbers(set(copies))
        self.known_elements = frozenset(e for es in self.elements.values() for e in es)

    def _follow(self, copies: dict[str, str], source: Source) -> None:
        """``A <-> B``: two names of one range, each usable for the other."""
        for name, original in copies.items():
            seen = {name}
            while original in copies and original not in seen:
                seen.add(original)
                original = copies[original]
            if original not in self.elements:
                raise ModelError("error.range.copy", file=source.path.name, name=self.spelled[name], original=original)
            self.elements[name] = self.elements[original]

    def _expand(self, source: Source) -> None:
        """Replace ranges named among a range's elements by their own elements."""
        for _ in range(len(self.elements) + 1):
            nested = [n for n, es in self.elements.items() if any(e in self.elements and e != n for e in es)]
            if not nested:
                return
            for name in nested:
                parts = [self.elements.get(e, (e,)) for e in self.elements[name]]
                count = sum(map(len, parts))
                limits.check("elements", count, file=self.file, name=self.spelled[name], line=source.line(name))
                self.elements[name] = tuple(e for part in parts for e in part)
        raise ModelError("error.range.itself", file=source.path.name, name=self.spelled[nested[0]])

    def _check_mappings(self, source: Source) -> None:
        """PySD maps by position and does not look at listed elements; refuse where that would be wrong."""
        for (name, target), listed in source.mappings.items():
            expected = self.elements.get(target, ())
            flat = [e for item in listed for e in self.elements.get(item, (item,))]
            if name in self.elements and tuple(flat) != expected:
                raise ModelError(
                    "error.range.order",
                    file=source.path.name,
                    line=source.line(name),
                    name=self.spelled[name],
                    target=target,
                )
        for name, targets in self.maps.items():
            for target in targets:
                if target in self.elements and len(self.elements[target]) != len(self.elements[name]):
                    raise ModelError(
                        "error.range.sizes",
                        file=source.path.name,
                        line=source.line(name),
                        name=self.spelled[name],
                        size=len(self.elements[name]),
                        target=self.spelled[target],
                        other_size=len(self.elements[target]),
                    )

    def _numbers(self, copies: set[str]) -> dict[str, int]:
        """The number of an element, where an equation uses it as one: its place in the largest range that has it."""
        sets = {n: set(es) for n, es in self.elements.items()}
        main = [n for n in sets if not any(self._covers(o, n, sets, copies) for o in sets if o != n)]
        return {e: i for n in main for i, e in enumerate(self.elements[n], start=1)}

    @staticmethod
    def _covers(other: str, name: str, sets: Mapping[str, set[str]], copies: set[str]) -> bool:
        if sets[other] == sets[name]:
            return name in copies or (other < name and other not in copies)
        return sets[other] > sets[name]

    def is_range(self, name: str) -> bool:
        """Whether a name is a range's."""
        return name in self.elements

    def is_element(self, name: str) -> bool:
        """Whether a name is an element's and no range's."""
        return name in self.known_elements and name not in self.elements

    def expand(self, name: str) -> tuple[str, ...] | None:
        """Elements of a range, an element as itself, None if it is neither."""
        if name in self.elements:
            return self.elements[name]
        return (name,) if name in self.known_elements else None

    def bind(self, name: str, bound: Bound, others: Sequence[str] = ()) -> str | None:
        """The element that a subscript on the right means, given the elements of the ranges on the left.

        ``others`` are the subscripts beside it: PySD does not map to a range that is written out beside it.
        """
        if name in bound:
            return bound[name]
        if name in self.known_elements and name not in self.elements:
            return name
        if name not in self.elements:
            return None
        for target in self.maps[name]:
            if target in bound and target not in others and bound[target] in self.elements.get(target, ()):
                return self.elements[name][self.elements[target].index(bound[target])]
        for target, element in bound.items():
            if self.elements.get(target) == self.elements[name] and target not in others:
                return element
        return None
