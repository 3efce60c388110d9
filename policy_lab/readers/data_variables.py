"""Data variables of a model given their numbers: PySD's tree with tables of Time in the place of what is outside it.

Numbers come from a table of the model's name beside it, from files or series that are given, or from the spreadsheet
that an equation names. Between two of its times a data variable is interpolated, keeps the last value, or takes the
next one, as its keyword says; before the first and after the last time it keeps the end's value (Vensim, Reference
Manual, "Data Equations"). ``:RAW:`` is :NA: wherever there is no number.
"""

from __future__ import annotations

import hashlib
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from pysd.translators.structures import abstract_expressions as tree
from pysd.translators.structures.abstract_model import (
    AbstractComponent,
    AbstractData,
    AbstractElement,
    AbstractLookup,
    AbstractModel,
)

from policy_lab.errors import ModelError, PolicyLabError
from policy_lab.messages import Message
from policy_lab.readers import data_cells
from policy_lab.readers.data_files import Given, Series, files_of, series_in
from policy_lab.readers.equation_syntax import lookup_of
from policy_lab.readers.names import NOT_AVAILABLE, fold, with_elements
from policy_lab.readers.source_text import Source
from policy_lab.readers.subscript_ranges import Ranges

#: First and last time of data variables, by name.
Spans = Mapping[str, tuple[float, float]]
#: How near to one of its times a data variable counts as being there, in distances between two.
_NEAR: Final = 1e-6
_TIME = tree.ReferenceStructure("time", None)


@dataclass
class _Filled:
    """The work on one model.

    Attributes:
        aliases: folded data variable to the one that it is said to equal.
        used: what has been put in, for the model's hash; ``notes`` on what is missing.
        spans: first and last time of each data variable that keeps its ends' values beyond them.
    """

    source: Source
    ranges: Ranges
    series: dict[str, Series]
    given: Given
    aliases: Mapping[str, str]
    used: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    spans: dict[str, tuple[float, float]] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)


def with_data(abstract: AbstractModel, source: Source, given: Given) -> tuple[Source, list[str], Spans]:
    """Put numbers into a model's data variables; gives its source with them in the hash, notes, and the data's spans.

    A data variable that nobody gives numbers for stays one; running it is refused.

    Raises:
        ModelError: a file cannot be read, or has no numbers for this model.
    """
    main = abstract.sections[0]
    for item in main.subscripts:
        if isinstance(item.subscripts, dict):
            with _of(source, item.name):
                item.subscripts = _listed(item.subscripts, source)
    aliases = _write_data_equations(main.elements, source)
    wanted = [e for e in main.elements if any(_outside(c) for c in e.components)]
    direct = {_key(g.name): g for g in given if isinstance(g, Series)}
    if not wanted and not given:
        return source, [], {}
    ranges = Ranges(main.subscripts, source)
    nodes = [c.ast for e in wanted for c in e.components]
    needed = any(isinstance(node, tree.DataStructure) for node in nodes)
    tables = [p for p in files_of(source.path, "", given) if needed and not any(_names(node, p) for node in nodes)]
    series = {_key(s.name): s for path in tables for s in series_in(path)}
    series |= {_key(s.name): s for s in direct.values()}
    work = _Filled(source, ranges, series, given, aliases)
    for element in main.elements:
        if element in wanted or any(_key(element.name) == n.partition("[")[0] for n in direct):
            _fill(element, work)
    _refuse_unused(work, wanted)
    if not work.used:
        return source, work.notes, {}
    digest = hashlib.sha256("\n".join(work.used).encode()).hexdigest()
    return replace(work.source, data=digest), work.notes, work.spans


def _write_data_equations(elements: Sequence[AbstractElement], source: Source) -> dict[str, str]:
    """Data equations (``:=``) over other data as ordinary equations; gives which ones only name another data variable.

    Raises:
        ModelError: one that does not interpolate has a whole expression.
    """
    by_name = {fold(e.name): e for e in elements}
    aliases: dict[str, str] = {}
    for element in elements:
        for position, component in enumerate(element.components):
            if not isinstance(component, AbstractData) or _outside(component):
                continue
            keyword = component.keyword or "interpolate"
            other = by_name.get(fold(component.ast.reference)) if isinstance(
                component.ast, tree.ReferenceStructure) else None  # fmt: skip
            if keyword == "interpolate":
                element.components[position] = AbstractComponent(component.subscripts, component.ast)
            elif other is not None and len(other.components) == 1 and _outside(other.components[0]):
                aliases[fold(element.name)] = aliases.get(fold(other.name), fold(other.name))
                element.components[position] = replace(component, ast=other.components[0].ast)
            else:
                with _of(source, element.name, position):
                    raise ModelError("error.data.keyword", keyword=f":{keyword.replace('_', ' ').upper()}:")
    return aliases


def _outside(component: AbstractComponent) -> bool:
    kinds = (tree.DataStructure, tree.GetDataStructure, tree.GetConstantsStructure, tree.GetLookupsStructure)
    return isinstance(component.ast, kinds)


def _key(name: str) -> str:
    """A name with its elements, by which series and variables are compared."""
    head, bracket, rest = name.partition("[")
    if not bracket:
        return fold(name)
    return with_elements(fold(head), [fold(e) for e in rest.rstrip("] ").split(",")])


@contextmanager
def _of(source: Source, name: str, position: int = 0) -> Iterator[None]:
    """Puts variable and line in front of what goes wrong with its data."""
    try:
        yield
    except PolicyLabError as error:
        told = {"name": name, "line": source.line(name, position)}
        raise ModelError("error.data.of", problem=error.message, **told) from None


def _fill(element: AbstractElement, work: _Filled) -> None:
    """Replace the components that are outside the model by what is known of them."""
    name, made, lines = fold(element.name), list[AbstractComponent](), list[int]()
    for position, component in enumerate(element.components):
        with _of(work.source, element.name, position):
            parts = [*_parts(element, component, work)]
        made += parts
        lines += [work.source.line(element.name, position)] * len(parts)
    element.components[:] = made
    work.source = replace(work.source, lines={**work.source.lines, name: lines})


def _parts(element: AbstractElement, component: AbstractComponent, work: _Filled) -> Iterator[AbstractComponent]:
    node, how = component.ast, getattr(component, "keyword", None) or "interpolate"
    if isinstance(node, tree.GetConstantsStructure):
        sizes = [len(e) for e in _dimensions(component, work)]
        value = data_cells.constants(_path(node.file, work), _text(node.tab, work), _text(node.cell, work), sizes)
        work.used.append(f"{element.name} {np.asarray(value).tolist()}")
        yield AbstractComponent(component.subscripts, value)
        return
    if isinstance(node, (tree.GetDataStructure, tree.GetLookupsStructure)):
        yield from _from_cells(element, component, how, work)
        return
    elements = [*_elements(component, work)]
    name = work.aliases.get(fold(element.name), fold(element.name))
    found = [work.series.get(with_elements(name, e)) or work.series.get(name) for e in elements]
    if not isinstance(node, tree.DataStructure):  # a constant changes over time only where a person says so
        found = [s if s in work.given else None for s in found]
        if any(found) and not isinstance(node, (int, float, np.ndarray)) and getattr(node, "argument", None) != _TIME:
            raise ModelError("error.data.computed")
    if not any(found):
        yield component
        return
    for elements_of, series in zip(elements, found, strict=True):
        if series is None:
            raise ModelError("error.data.element", element=", ".join(elements_of))
        work.taken.add(_key(series.name))
        yield _over_time(element, elements_of, [*zip(series.times, series.values, strict=True)], how, work)


def _from_cells(
    element: AbstractElement, component: AbstractComponent, how: str, work: _Filled
) -> Iterator[AbstractComponent]:
    """Data and lookups that an equation takes from a spreadsheet, one component an element."""
    node, elements = component.ast, [*_elements(component, work)]
    lookup = isinstance(node, tree.GetLookupsStructure)
    along = node.x_row_or_col if lookup else node.time_row_or_col
    path = _path(node.file, work)
    tab, along, cell = (_text(t, work) for t in (node.tab, along, node.cell))
    everything = [*itertools.product(*_dimensions(component, work))]
    for chosen, points in zip(everything, data_cells.columns_of(path, tab, along, cell, len(everything)), strict=True):
        if chosen in elements:
            yield _over_time(element, chosen, points, how, work, lookup)


def _over_time(
    element: AbstractElement, elements: tuple[str, ...], points: Sequence[tuple[float, float]], how: str,
    work: _Filled, lookup: bool = False,
) -> AbstractComponent:  # fmt: skip
    """One scalar as a table over Time, or, for a lookup, over its own argument."""
    there = [(x, y) for x, y in points if not math.isnan(y)]
    name = with_elements(element.name, elements)
    if not there:
        raise ModelError("error.data.no_values")
    if len(there) < len(points) and how != "raw":
        work.notes.append(f"'{name}': {len(points) - len(there)} of {len(points)} values are missing in its data; "
                          "they are taken from those before and after.")  # fmt: skip
    work.used.append(f"{name} {how} {there}")
    if not lookup and how != "raw":
        work.spans[name] = (there[0][0], there[-1][0])
    table = lookup_of(_points(there, how))
    subscripts: tuple[list[str], list[list[str]]] = ([*elements], [])
    if lookup:
        return AbstractLookup(subscripts, table)
    return AbstractComponent(subscripts, tree.InlineLookupsStructure(_TIME, table))


def _points(points: list[tuple[float, float]], how: str) -> list[tuple[float, float]]:
    """The points of a table that goes on as the keyword says.

    Where the value jumps the table is steep, and has jumped a little before the time, as a clock may be late by its
    last digits (after the time, where the next value is looked forward to).
    """
    gaps = [b[0] - a[0] for a, b in itertools.pairwise(points)] or [1.0]
    near = [_NEAR * min(pair) for pair in zip((gaps[0], *gaps), (*gaps, gaps[-1]), strict=True)]
    if how == "look_forward":
        jumps = [(a[0] + d, b[1]) for (a, b), d in zip(itertools.pairwise(points), near, strict=False)]
    elif how == "hold_backward":
        jumps = [(x - d, y) for (x, y), d in zip(points[1:], near[1:], strict=True)]
    elif how == "raw":
        on = [((x - d, y), (x + d, NOT_AVAILABLE)) for (x, y), d in zip(points, near, strict=True)]
        jumps = [jump for pair in on for jump in pair]
    else:
        return points
    first = points[0] if how != "raw" else (points[0][0] - gaps[0], NOT_AVAILABLE)
    before = [first[1], *(y for _, y in jumps)]
    steep = (((x - _NEAR * near[0], old), (x, y)) for (x, y), old in zip(jumps, before, strict=False))
    return [first, *(point for pair in steep for point in pair)]


def _dimensions(component: AbstractComponent, work: _Filled) -> list[tuple[str, ...]]:
    """The elements along each subscript of a component."""
    return [work.ranges.expand(fold(s)) or (fold(s),) for s in component.subscripts[0]]


def _elements(component: AbstractComponent, work: _Filled) -> Iterator[tuple[str, ...]]:
    left_out = [[work.ranges.expand(fold(s)) or () for s in group] for group in component.subscripts[1]]
    for elements in itertools.product(*_dimensions(component, work)):
        if not any(all(e in out for e, out in zip(elements, group, strict=True)) for group in left_out):
            yield elements


def _listed(cells: Mapping[str, str], source: Source) -> list[str]:
    """The elements of a range that stand in a spreadsheet."""
    path = source.path.parent / str(cells["file"]).replace("\\", "/")
    words = data_cells.texts(path, cells["tab"], cells["firstcell"], cells["lastcell"] or "")
    return [f"{cells['prefix'] or ''}{w}" for w in words]


def _text(argument: Any, work: _Filled) -> str:
    """An argument in quotes, or the text that a string variable (``:IS:``) stands for."""
    if isinstance(argument, tree.ReferenceStructure):
        return work.source.strings.get(fold(argument.reference), fold(argument.reference))
    return str(argument)


def _path(argument: Any, work: _Filled) -> Path:
    """The file that an equation names, from the model's folder on; ``?tag`` is a file of that name that is given."""
    name = _text(argument, work).replace("\\", "/")
    if not name.startswith("?"):
        return work.source.path.parent / name
    for one in work.given:
        if isinstance(one, str) and Path(one).stem.casefold() == name[1:].casefold():
            return Path(one)
    raise ModelError("error.data.tag", tag=name)


def _refuse_unused(work: _Filled, wanted: Sequence[AbstractElement]) -> None:
    """Raise where something was given that is of no use: most likely its name is misspelled."""
    for one in work.given:
        if isinstance(one, Series) and _key(one.name) not in work.taken:
            raise ModelError("error.data.unknown", name=one.name)
        if isinstance(one, Series) or any(_names(c.ast, Path(one)) for e in wanted for c in e.components):
            continue
        there = series_in(Path(one))
        if not any(_key(s.name) in work.taken for s in there):
            missing = ", ".join(e.name for e in wanted[:6]) or Message("error.data.none")
            raise ModelError("error.data.unused", file=Path(one).name, wanted=missing,
                             names=", ".join(s.name for s in there[:6]))  # fmt: skip


def _names(node: Any, path: Path) -> bool:
    return str(getattr(node, "file", "")).lstrip("?").casefold() in (path.name.casefold(), path.stem.casefold())
