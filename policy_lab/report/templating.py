"""Templates of reports and documents: Jinja2, with one dataclass a template that names everything it may use.

A template is a file ``templates/NAME.html.j2`` or ``NAME.md.j2``; one that others include or import begins with ``_``.
Documents outside the package have templates in a folder of their own, which may import those of ``templates/``.
What it shows is the field of a dataclass derived from ``Context``, and ``render`` refuses a template whose names and
fields differ. Besides them a template has

- ``t(key, place=value)``: a text of the catalogue, put into words; ``language``: the code of its language; ``palette``:
  the colours;
- ``| words``: a ``Message``, a ``Name`` or a list of them in words; ``| number("percent")``: a number in a style of
  ``policy_lab.messages``;
- ``| code``: a text with what stands between backticks as ``<code>``;
- ``| cell``: a value as it can stand in a table in Markdown; ``| slug``: the anchor that a heading has there.

HTML is escaped; a text that is HTML already (a drawing) is a ``markupsafe.Markup``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from functools import cache, partial
from pathlib import Path
from typing import Any, ClassVar, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, meta, nodes, pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup, escape

from policy_lab import palette
from policy_lab.messages import Language, Message

TEMPLATES: Final = Path(__file__).parent / "templates"
#: A number and the percent sign after it belong on one line.
_PERCENT: Final = re.compile(r"(?<=\d) %")
_CODE: Final = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class Context:
    """What one template is given; a subclass has its fields, and names it: ``class Study(Context, template=...)``.

    Attributes:
        template: its file.
        folder: searched for it before ``TEMPLATES``, if any.
    """

    template: ClassVar[str]
    folder: ClassVar[Path | None]

    def __init_subclass__(cls, template: str, folder: Path | None = None, **named: Any) -> None:
        super().__init_subclass__(**named)
        cls.template, cls.folder = template, folder


def render(context: Context, language: Language) -> str:
    """The text of the context's template in a language.

    Raises:
        TypeError: the template uses a name that is no field of the context, or leaves a field unused.
        jinja2.TemplateError: there is no such template, or it cannot be filled.
    """
    if unmatched := differences(type(context)):
        raise TypeError(f"{context.template} and {type(context).__name__} differ in {', '.join(sorted(unmatched))}.")
    given = {each.name: getattr(context, each.name) for each in fields(context)}
    return environment(language, context.folder).get_template(context.template).render(given)


def environment(language: Language, folder: Path | None = None) -> Environment:
    """Jinja2 with the texts and the numbers of a language; a name that nobody gave is an error.

    Args:
        language: of the texts.
        folder: of templates, searched before ``TEMPLATES``.
    """
    known = Environment(
        loader=FileSystemLoader([*([folder] if folder else []), TEMPLATES]),
        undefined=StrictUndefined,
        autoescape=lambda name: not (name or "").endswith(".md.j2"),
        finalize=_finished,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    known.globals |= {"t": partial(_text, language), "language": language.code, "palette": palette}
    known.filters |= {"words": language.shown, "number": language.number, "code": _code, "cell": _cell, "slug": slug}
    return known


def differences(context: type[Context]) -> frozenset[str]:
    """Names that a template uses and its context lacks, or the other way round."""
    return used_by(context.template, context.folder) ^ {each.name for each in fields(context)}


@cache
def used_by(template: str, folder: Path | None = None) -> frozenset[str]:
    """Names that a template, and those it includes or extends, take from their context."""
    known = environment(Language("", {}), folder)
    assert known.loader is not None
    parsed = known.parse(known.loader.get_source(known, template)[0])
    others = (used_by(other, folder) for other in meta.find_referenced_templates(parsed) if other)
    own = {macro.name for macro in parsed.find_all(nodes.Macro)}
    for imported in parsed.find_all(nodes.FromImport):  # blocks of a template that extends another see them too
        own |= {name if isinstance(name, str) else name[1] for name in imported.names}
    return frozenset(meta.find_undeclared_variables(parsed) - set(known.globals) - own).union(*others)


def _text(language: Language, key: str, /, **values: object) -> str:
    return language.in_words(Message(key, values))


def _code(text: str) -> Markup:
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))


def _cell(value: object) -> str:
    """On one line, without signs that cannot be printed, and without the bar that would end the cell."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(value)).split()).replace("|", "\\|")


def slug(title: str) -> str:
    """The anchor that repository browsers give a heading."""
    return re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-")


@pass_eval_context
def _finished(where: EvalContext, value: object) -> object:
    """What stands in a place of a template; on a page, a number keeps its percent sign beside it."""
    if where.autoescape and isinstance(value, str) and not isinstance(value, Markup):
        return _PERCENT.sub("\N{NO-BREAK SPACE}%", value)
    return value
