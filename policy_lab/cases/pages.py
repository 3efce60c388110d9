"""The cases as one HTML page without scripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policy_lab.cases import overview
from policy_lab.messages import Language, Message
from policy_lab.report.templating import Context, render


@dataclass(frozen=True)
class Why:
    """Causes of a case's opposition in the decisive year, and its fate when one thing is taken away."""

    title: str
    year: float
    causes: Sequence[Message]
    what_ifs: Sequence[Message]


@dataclass(frozen=True)
class CasesPage(Context, template="cases.html.j2"):
    """The table of cases, what it amounts to, and the causes."""

    model: str
    summary: Sequence[Message]
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    why: Sequence[Why]


def html(data: Mapping[str, Any], language: Language) -> str:
    """The table and the causes as one page, from what ``examine`` gives."""
    cells = [overview.shown(language, row) for row in overview.rows(data)]
    why = [Why(c["title"], c["why"]["year"], overview.causes(c), overview.what_ifs(c)) for c in data["cases"]]
    page = CasesPage(data["model"], overview.summary(data), overview.shown(language, overview.HEADER), cells, why)
    return render(page, language)
