"""A finished study's files as somebody takes them away: in the language of the page, with a page on how to go on.

A study is written once, in English. What its report and its drawings say is found again, text by text, and said in
the language in use; tables of numbers and the study file stay as they are, so that everything can be made again.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from html import escape, unescape
from typing import Final

from policy_lab.app.labels import count_of, label_of, plain, unit_of
from policy_lab.app.language import known_texts
from policy_lab.app.ranking_view import KEPT, SameStudy, factor_label, outcome_label, teller, world_told
from policy_lab.catalogue import SOURCE, language, retold, say
from policy_lab.ensemble.findings import Findings
from policy_lab.estimators.ranking import Teller, sentence, summary
from policy_lab.model import Model
from policy_lab.wording import exact

REPORT: Final = "report.html"
#: Lines of text of one label in a drawing, and text and attributes between the tags of a page.
_LABEL: Final = re.compile(r"(?:<text\b[^>]*>[^<]*</text>\s*)+")
_LINE: Final = re.compile(r"(<text\b[^>]*>)([^<]*)(</text>\s*)")
_SIZE: Final = re.compile(r"font-size: ([\d.]+)px")
#: Room for the name of a factor in a drawing, on the left of a panel and in a key on its right (points); and a letter's
#: width on average, as a part of its size.
ROOM: Final = 142
KEY: Final = 112
LETTER: Final = 0.58
_PARTS: Final = re.compile(r"(<style\b.*?</style>|<svg\b.*?</svg>)", re.DOTALL)
_BETWEEN: Final = re.compile(r">([^<>]+)<")
_NAMED: Final = re.compile(r'aria-label="([^"]*)"')
_PERCENT: Final = re.compile(r"(?<=\d) %")
Tell = Callable[[str], str]


def taken_away(findings: Findings, model: Model, name: str) -> Iterator[tuple[str, str]]:
    """What a download holds besides, or instead of, the files of the result folder: file name and text.

    Args:
        findings: of a Sobol' study, with its folder.
        model: that the page shows.
        name: of the folder inside the download.
    """
    yield say("rank.readme_file"), _readme(findings, name)
    folder = findings.folder
    if language() == SOURCE or folder is None:
        return
    tell = teller_of(findings, model)
    for path in sorted(folder.glob("*.svg")):
        yield path.name, _drawing(path.read_text(encoding="utf-8"), tell)
    report = folder / REPORT
    if report.is_file():
        yield REPORT, page(report.read_text(encoding="utf-8"), tell)


def _readme(findings: Findings, name: str) -> str:
    known = findings.provenance
    factors = findings.provenance.get("factors", ())
    grouped = bool(known.get("groups"))
    return say(
        "rank.readme",
        name=name,
        model=known.get("model", "?"),
        hash=known.get("model_hash", "?"),
        world=world_told(findings),
        runs=count_of(int(known.get("runs", 0))),
        size=count_of(int(known.get("size", 0))),
        seed=known.get("seed", "?"),
        factors=count_of(len(factors)),
        policy_lab=known.get("policy_lab", "?"),
        versions=", ".join(f"{package} {version}" for package, version in known.get("versions", {}).items()),
        salib="" if grouped else say("rank.readme_salib", outcome=findings.outcomes[0], year=f"{findings.times[-1]:g}"),
    )


def teller_of(findings: Findings, model: Model) -> Tell:
    """What says a text of the study's report in the language in use; what nobody translated stays as it is."""
    known = {**known_texts(model), **_known(SameStudy(findings), language())}

    @cache
    def tell(text: str) -> str:
        return retold(text, known)

    return tell


@lru_cache(maxsize=KEPT)
def _known(kept: SameStudy, told_in: str) -> dict[str, str]:
    return dict(_texts(kept.known))


def _texts(findings: Findings) -> Iterator[tuple[str, str]]:
    """Whole texts with their translation: names, and what is said of each outcome and of all."""
    for factor in findings.provenance.get("factors", ()):
        yield str(factor["name"]), label_of(str(factor["name"]))
        yield str(factor["group"]), label_of(str(factor["group"]))
        yield str(factor["unit"]), unit_of(str(factor["unit"])) or str(factor["unit"])
    values = findings.provenance.get("settings") or {}
    held = [(f"{name} = {exact(value)}", f"{label_of(name)} = {plain(value)}") for name, value in values.items()]
    yield "; ".join(own for own, _ in held), "; ".join(said for _, said in held)
    for group in findings.provenance.get("groups") or ():
        yield str(group), factor_label(str(group))
    own = {about["name"]: str(about.get("label") or about["name"]) for about in findings.provenance.get("outcomes", ())}
    labels = {name: outcome_label(findings, name) for name in own}
    yield from ((own[name], labels[name]) for name in own)
    english, here = Teller(), teller()
    yield from zip(summary(findings, own, english), summary(findings, labels, here), strict=False)
    for name in own:
        said = (sentence(findings, name, own[name], english), sentence(findings, name, labels[name], here))
        yield _about(said[0], own[name]), _about(said[1], labels[name])


def _about(said: str, label: str) -> str:
    """A paragraph as it stands below the outcome that it is about."""
    rest = said.removeprefix(label).removeprefix(":").strip()
    return rest[:1].upper() + rest[1:]


def page(html: str, tell: Tell) -> str:
    """A report, its drawings among it, in other words; its form, its style and its code stay."""
    told = [_told_part(part, tell) for part in _PARTS.split(html)]
    named = _NAMED.sub(lambda m: f'aria-label="{escape(tell(unescape(m[1])))}"', "".join(told))
    return named.replace('<html lang="en">', f'<html lang="{language()}">', 1)


def _told_part(part: str, tell: Tell) -> str:
    if part.startswith("<svg"):
        return _drawing(part, tell)
    return part if part.startswith("<style") else _BETWEEN.sub(lambda m: f">{_told(m[1], tell)}<", part)


def _drawing(svg: str, tell: Tell) -> str:
    """A drawing with its labels in other words, over as many lines as they had at most."""
    return _LABEL.sub(lambda found: _label(found[0], tell), svg)


def _label(lines: str, tell: Tell) -> str:
    found = _LINE.findall(lines)
    own = " ".join(unescape(text).strip() for _, text, _ in found)
    said = tell(own)
    if said == own:
        return lines
    over = zip(found, _over(said, len(found)), strict=True)
    return "".join(f"{_fitted(opened, text)}{escape(text, quote=False)}{closed}" for (opened, _, closed), text in over)


def _fitted(opened: str, text: str) -> str:
    """The tag of a line of text, its letters narrowed where it has less room: beside a panel, and in its key."""
    size, room = _SIZE.search(opened), ROOM if "text-anchor: end" in opened else KEY
    if size is None or "middle" in opened or "font-weight" in opened or LETTER * float(size[1]) * len(text) <= room:
        return opened
    return f'{opened[:-1]} textLength="{room}" lengthAdjust="spacingAndGlyphs">'


def _over(text: str, lines: int) -> list[str]:
    """A text over so many lines, as even as its words allow; what is left over is empty."""
    width = max(1, len(text) // lines)
    broken = [text]
    while (
        lines > 1 and len(broken := textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)) > lines
    ):
        width += 1
    return [*broken, *[""] * (lines - len(broken))]


def _told(text: str, tell: Tell) -> str:
    own = unescape(text).replace("\N{NO-BREAK SPACE}%", " %")
    bare = own.strip()
    if not bare:
        return text
    said = _PERCENT.sub("\N{NO-BREAK SPACE}%", tell(bare))
    return escape(own.replace(bare, said, 1), quote=False)
