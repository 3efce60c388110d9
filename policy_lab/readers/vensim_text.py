"""The text of a Vensim file, piece by piece: entries without their comments, macros and their outputs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from policy_lab.errors import ModelError
from policy_lab.readers.equation_syntax import without_comments
from policy_lab.readers.names import bare, fold

# A file may hold anything: no two parts of a pattern that can take the same letters stand beside each other, so that
# each takes time in proportion to the text; a part that ends in + or * and another + gives nothing back.
_MACRO = re.compile(r"\s*+:MACRO:(?P<name>[^(]+)\((?P<inputs>[^:)]*)(?::(?P<outputs>[^)]*))?\)", re.IGNORECASE)
_MACRO_END = re.compile(r"\s*+:END OF MACRO:", re.IGNORECASE)
_HEADING = re.compile(r"(?<!\*)\*{3,}+(?P<name>[^*]++)\*{3}")
_NAME = re.compile(r'\s*+(?P<name>"(?:\\"|[^"])*"|[^=\[(:<{~|]+)')
#: A data variable: a name, subscripts perhaps, and neither an equation nor a keyword.
_BARE_NAME = re.compile(r'\s*+(?:"(?:\\"|[^"])*"|[^\W\d][^=\[(:<~|"]*+)(?:\[[^\]]*\])?\s*')
#: A string variable (Reference Manual, "String Variables"): a text that other equations name.
STRING = re.compile(r"""\s*+(?P<name>"[^"]*"|[^=:"]+):IS:\s*+'(?P<text>[^']*)'\s*+""", re.IGNORECASE)
#: The keyword of data without an equation (Reference Manual, "Data Equations": the default is to interpolate).
DATA = ":INTERPOLATE:"


#: The equation of a variable that has none.
_UNWRITTEN = re.compile(r"=\s*A\s+FUNCTION\s+OF\s*\(", re.IGNORECASE)
#: Where a sketch or its settings begin, in any spelling; what follows is no equation.
_BEHIND = re.compile(r"(?<!\\)\\++---///|///---|:L<%")


@dataclass(frozen=True)
class Entry:
    """One piece of the text between two ``|``.

    Attributes:
        line: on which it begins.
        fields: equation, unit, documentation, and what else stands between ``~``; comments taken out of the first two.
        macro: folded name of the macro it belongs to.
        before: what begins or ends a macro in front of the equation.
    """

    line: int
    fields: tuple[str, ...]
    macro: str = ""
    before: str = ""

    @property
    def heading(self) -> str:
        """The group that it opens, "" where it is none."""
        for found in _HEADING.finditer(self.fields[0]):
            name = found["name"].strip().removeprefix(".").strip()
            if name and "\n" not in name:
                return name
        return ""

    @property
    def left(self) -> str:
        """The equation in one line, marked as data where it is a name alone."""
        text = one_line(self.fields[0])
        return f"{text} {DATA}" if _BARE_NAME.fullmatch(text) else text

    @property
    def name(self) -> str:
        """The variable or range that it defines, as spelled."""
        found = None if self.heading else _NAME.match(self.fields[0])
        return bare(found["name"]) if found else ""


def one_line(text: str) -> str:
    """A text without line breaks; a backslash at the end of a line continues it."""
    return " ".join(re.sub(r"\\\s*\n", " ", text).split())


def entries_of(text: str, file: str) -> list[Entry]:
    """All entries of a text without sketch.

    Raises:
        ModelError: the text ends in the middle of an entry.
    """
    found: list[Entry] = []
    macro = ""
    for line, fields, closed in _pieces(text):
        fields = (without_comments(fields[0]), *(without_comments(f) for f in fields[1:2]), *fields[2:])
        before = ""
        if ended := _MACRO_END.match(fields[0]):
            before, macro = ended[0], ""
            fields = (fields[0][ended.end() :], *fields[1:])
        if begun := _MACRO.match(fields[0]):
            before, macro = before + begun[0], fold(begun["name"])
            fields = (fields[0][begun.end() :], *fields[1:])
        if not closed and not _BEHIND.split("".join(fields))[0].strip():
            break
        lead = len(fields[0]) - len(fields[0].lstrip())
        line += (before + fields[0][:lead]).count("\n")
        entry = Entry(line, fields, macro, before)
        if not closed:
            shown = entry.name[:60] or fields[0].strip()[:20]
            raise ModelError("error.file.cut", file=file, line=line, name=shown)
        found.append(entry)
    return _written(found, file)


def _written(entries: Sequence[Entry], file: str) -> list[Entry]:
    """The entries that say something: Vensim writes ``A FUNCTION OF`` where a sketch draws what nobody wrote yet.

    Raises:
        ModelError: a variable has nothing but that.
    """
    there = {(e.macro, fold(e.name)) for e in entries if e.name and not _UNWRITTEN.search(e.fields[0])}
    kept = []
    for entry in entries:
        if not _UNWRITTEN.search(entry.fields[0]):
            kept.append(entry)
        elif (entry.macro, fold(entry.name)) not in there:
            raise ModelError("error.file.unwritten", file=file, name=entry.name, line=entry.line)
    return kept


#: What may hide a ``~`` or ``|`` in an equation or a unit; documentation hides nothing.
_MARKS = re.compile(r'"(?:\\"|[^"\n])*"|\{[^{}]*\}|[~|]')
_MARKS_IN_DOCUMENTATION = re.compile(r"[~|]")


def _pieces(text: str) -> Iterator[tuple[int, tuple[str, ...], bool]]:
    """Line, fields, and whether a ``|`` ends it."""
    fields: list[str] = []
    start = at = 0
    line = begun = 1
    while mark := (_MARKS if len(fields) < 2 else _MARKS_IN_DOCUMENTATION).search(text, at):
        at = mark.end()
        if mark[0] not in ("~", "|"):
            continue
        fields.append(text[start : mark.start()])
        line += text.count("\n", start, mark.start())
        start = at
        if mark[0] == "|":
            yield begun, tuple(fields), True
            fields, begun = [], line
    yield begun, (*fields, text[start:]), False


@dataclass(frozen=True)
class Part:
    """The model itself (``name`` is ""), or one macro: its entries."""

    name: str
    inputs: tuple[str, ...]
    entries: tuple[Entry, ...]


def parts_of(entries: Sequence[Entry]) -> list[Part]:
    """The model and its macros; each further output of a macro is a macro of its own, and so are calls for it."""
    begun = {e.macro: found for e in entries if e.macro and (found := _MACRO.search(e.before))}
    with_outputs = {name: found for name, found in begun.items() if found["outputs"]}
    parts = [Part("", (), tuple(_calls_apart((e for e in entries if not e.macro), with_outputs)))]
    for name, found in begun.items():
        own = tuple(_calls_apart((e for e in entries if e.macro == name), with_outputs))
        inputs = _listed(found["inputs"])
        parts.append(Part(bare(found["name"]), inputs, own))
        for output in _listed(found["outputs"]):
            title = output_name(found["name"], output)
            parts.append(Part(title, inputs, (*own, Entry(own[0].line, (f"{title} = {output}", "", ""), name))))
    return parts


def output_name(macro: str, output: str) -> str:
    """What the macro is called that gives a further output of another."""
    return f"{bare(macro)} output {output}"


def _listed(names: str | None) -> tuple[str, ...]:
    return tuple(bare(n) for n in (names or "").split(",") if n.strip())


def _calls_apart(entries: Iterable[Entry], macros: Mapping[str, re.Match[str]]) -> Iterator[Entry]:
    """``a = M(x : b)`` as ``a = M(x)`` and ``b = M output b(x)``."""
    for entry in entries:
        equation, others = entry.fields[0], []
        for macro in macros.values():
            call = _call_of(macro["name"])
            for found in call.finditer(equation):
                wanted = zip(_outside_brackets(found["outputs"]), _listed(macro["outputs"]), strict=False)
                others += [f"{left} = {output_name(macro['name'], o)}({found['inputs']})" for left, o in wanted]
            equation = call.sub(lambda found: f"{found['macro']}({found['inputs']})", equation)
        yield replace(entry, fields=(equation, *entry.fields[1:]))
        yield from (Entry(entry.line, (other, "", ""), entry.macro) for other in others)


def _outside_brackets(text: str) -> list[str]:
    """The parts between the commas that stand in no subscript."""
    at = [found.start() for found in re.finditer(r"\[[^\[\]]*+\]|,", text) if found[0] == ","]
    return [text[a + 1 : b] for a, b in zip([-1, *at], [*at, len(text)], strict=True)]


def _call_of(macro: str) -> re.Pattern[str]:
    """A call with outputs; brackets one deep inside the inputs."""
    spelled = r"[\s_]+".join(map(re.escape, re.split(r"[\s_]+", bare(macro))))
    inputs = r"(?P<inputs>[^:()]*(?:\([^()]*\)[^:()]*)*)"
    return re.compile(rf"(?<![\w$])(?P<macro>{spelled})\s*\({inputs}:(?P<outputs>[^()]*)\)", re.IGNORECASE)
