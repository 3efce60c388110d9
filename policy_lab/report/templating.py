"""Templates of reports and documents: Jinja2, with one dataclass a template that names everything it may use.

A template is a file ``templates/NAME.html.j2`` or ``NAME.md.j2``; one that others include or import begins with ``_``.
What it shows is the field of a dataclass derived from ``Context``, and ``render`` refuses a template whose names and
fields differ. Besides them a template has

- ``t(key, place=value)``: a text of the catalogue, put into words; ``language``: the code of its language;
- ``| words``: a ``Message``, a ``Name`` or a list of them in words; ``| number("percent")``: a number in a style of
  ``policy_lab.messages``;
- ``| code``: a text with what stands between backticks as ``<code>``.

HTML is escaped; a text that is HTML already (a drawing) is a ``markupsafe.Markup``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from functools import cache, partial
from pathlib import Path
from typing import Any, ClassVar, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, meta, pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup, escape

from policy_lab.messages import Language, Message

TEMPLATES: Final = Path(__file__).parent / "templates"
#: A number and the percent sign after it belong on one line.
_PERCENT: Final = re.compile(r"(?<=\d) %")
_CODE: Final = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class Context:
    """What one template is given; a subclass has its fields, and names it: ``class Study(Context, template=...)``."""

    template: ClassVar[str]

    def __init_subclass__(cls, template: str, **named: Any) -> None:
        super().__init_subclass__(**named)
        cls.template = template


def render(context: Context, language: Language) -> str:
    """The text of the context's template in a language.

    Raises:
        TypeError: the template uses a name that is no field of the context, or leaves a field unused.
        jinja2.TemplateError: there is no such template, or it cannot be filled.
    """
    if unmatched := differences(type(context)):
        raise TypeError(f"{context.template} and {type(context).__name__} differ in {', '.join(sorted(unmatched))}.")
    given = {each.name: getattr(context, each.name) for each in fields(context)}
    return environment(language).get_template(context.template).render(given)


def environment(language: Language) -> Environment:
    """Jinja2 with the texts and the numbers of a language; a name that nobody gave is an error."""
    known = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=lambda name: not (name or "").endswith(".md.j2"),
        finalize=_finished,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    known.globals |= {"t": partial(_text, language), "language": language.code}
    known.filters |= {"words": language.shown, "number": language.number, "code": _code}
    return known


def differences(context: type[Context]) -> frozenset[str]:
    """Names that a template uses and its context lacks, or the other way round."""
    return used_by(context.template) ^ {each.name for each in fields(context)}


@cache
def used_by(template: str) -> frozenset[str]:
    """Names that a template, and those it includes or extends, take from their context."""
    known = environment(Language("", {}))
    assert known.loader is not None
    parsed = known.parse(known.loader.get_source(known, template)[0])
    others = (used_by(other) for other in meta.find_referenced_templates(parsed) if other)
    return frozenset(meta.find_undeclared_variables(parsed) - set(known.globals)).union(*others)


def _text(language: Language, key: str, /, **values: object) -> str:
    return language.in_words(Message(key, values))


def _code(text: str) -> Markup:
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))


@pass_eval_context
def _finished(where: EvalContext, value: object) -> object:
    """What stands in a place of a template; on a page, a number keeps its percent sign beside it."""
    if where.autoescape and isinstance(value, str) and not isinstance(value, Markup):
        return _PERCENT.sub("\N{NO-BREAK SPACE}%", value)
    return value
