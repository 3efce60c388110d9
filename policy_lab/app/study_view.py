"""The result of any study as the Rank page shows it: the answer, the report's own pictures, a table of its findings.

A study of Sobol' indices has a view of its own (``ranking_view.py``), of the same form. Where a study has figures for
several years, a view of one year says what the study would say had it ended then.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd

from policy_lab.app import study_title
from policy_lab.app.labels import count_of, figure_of, label_of
from policy_lab.app.ranking_view import outcome_label, source, world_told
from policy_lab.app.remembering import remembered
from policy_lab.app.report_figure import in_page
from policy_lab.catalogue import here, language, name_in_words, say
from policy_lab.ensemble.findings import DUMMY, WHOLE, Findings, Table
from policy_lab.ensemble.plan import Plan
from policy_lab.ensemble.questions import CONDITIONS
from policy_lab.ensemble.study_file import read_study
from policy_lab.report import plots
from policy_lab.studies import method, plan_of, questions

#: Bytes of views kept in memory; with its pictures, one is a hundred to five hundred kilobytes.
ROOM: Final = 4_000_000
#: Plans kept in memory; they share their models.
PLANS: Final = 60
#: Rows of a table of findings.
ROWS: Final = 60


def view(findings: Findings, asked: Mapping[str, str]) -> Mapping[str, Any]:
    """Everything the page draws of a study for the outcome and the year that were asked for.

    Args:
        findings: of the study, as they are stored.
        asked: ``outcome`` and ``time`` as the browser sent them; what does not exist is replaced.
    """
    outcomes, times = _outcomes(findings), _times(plan_in(findings), findings)
    outcome = asked.get("outcome", "")
    if outcome not in outcomes:
        outcome = next(iter(outcomes), "")
    time = next((t for t in times if f"{t:g}" == asked.get("time")), times[0] if times else math.nan)
    return _view(findings, language(), outcome, time)


@remembered(PLANS, lambda plan: 1)
def plan_in(findings: Findings) -> Plan:
    """The plan of a stored study; raises what ``plan_of`` raises where the study no longer fits its model."""
    assert findings.folder is not None
    return plan_of(read_study(findings.folder / "study.toml"))


@remembered(ROOM)
def _outcomes(findings: Findings) -> tuple[str, ...]:
    """Outcomes that the study says something about; if it speaks of none, those that it draws."""
    plan = plan_in(findings)
    known = method(plan.study.method)
    said = {one.about for one in known.statements(plan, findings)} - {""}
    pictures = known.draw(plan, findings, here()).values()
    about = said or {panel.about for picture in pictures for panel in picture.panels}
    return tuple(outcome for outcome in plan.outcomes if outcome in about)


def _times(plan: Plan, findings: Findings) -> tuple[float, ...]:
    """Years that can be looked at one by one, the last first; none where conditions name the year."""
    known = questions().get(study_title.key_of(plan))
    if known is None or CONDITIONS in known[1].boxes.values():
        return ()
    return findings.times[::-1]


@remembered(ROOM)
def _view(whole: Findings, told_in: str, outcome: str, time: float) -> Mapping[str, Any]:
    plan, findings = ended_at(plan_in(whole), whole, time)
    known, words = method(plan.study.method), here()
    said = known.statements(plan, findings)
    own = [note for note in findings.notes if note.key.startswith(f"study.{findings.method}.")]
    shown = [m for m in said if m.about in ("", outcome)]
    findings = replace(findings, statements=tuple(said))
    times = _times(plan_in(whole), whole)
    made = getattr(known, "tables", None)
    tables = made(plan, findings) if made else [_table(findings, outcome, time)]
    return {
        "question": study_title.key_of(plan),
        "outcomes": [{"value": name, "label": outcome_label(findings, name)} for name in _outcomes(whole)],
        "outcome": outcome,
        "times": [{"value": f"{t:g}", "label": f"{t:.0f}"} for t in times] or [{"value": "all", "label": ""}],
        "time": f"{time:g}" if times else "all",
        "told": [words.in_words(message) for message in (*(one.message for one in shown), *own)],
        "figures": _figures(plan, findings, outcome),
        "tables": [_drawn_table(table) for table in tables],
        "made": [made_with(findings), *(words.in_words(note) for note in findings.notes if note not in own)],
        "source": source(findings),
    }


def ended_at(plan: Plan, findings: Findings, time: float) -> tuple[Plan, Findings]:
    """A study as if it had looked at one year only; itself where the year is none.

    What it has for all years together becomes what it has for that year.
    """
    if math.isnan(time):
        return plan, findings
    table = findings.table
    year = table[table["time"] == time]
    both = set(_pairs(table[table["time"].isna()])) & set(_pairs(year))
    kept = [not (over_all and pair in both) for over_all, pair in zip(table["time"].isna(), _pairs(table), strict=True)]
    instead = year[[pair in both for pair in _pairs(year)]].assign(time=np.nan)
    table = pd.concat([table[kept], instead], ignore_index=True) if len(instead) else table
    return replace(plan, times=np.array([time])), replace(findings, table=table)


def _pairs(table: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(table["outcome"], table["index"], strict=True))


def _figures(plan: Plan, findings: Findings, outcome: str) -> list[dict[str, str]]:
    """The report's pictures of an outcome and of all of them, for the page."""
    found = []
    for picture in method(plan.study.method).draw(plan, findings, here()).values():
        panels = [panel for panel in picture.panels if panel.about in ("", outcome)]
        if panels:
            drawn = plots.draw(replace(picture, panels=panels), here())
            found += [{"title": one.title, "key": picture.key, "svg": in_page(one.svg)} for one in drawn.panels]
    return found


def _table(findings: Findings, outcome: str, time: float) -> dict[str, Any]:
    """What the study found about an outcome, or where it has nothing about it, as a whole.

    A row a factor and a column an index; of a single factor, a row an index.
    """
    rows = findings.table[findings.table["factor"] != DUMMY]
    rows = rows[rows["time"].isna() if math.isnan(time) else rows["time"] == time]
    about = outcome if outcome in set(rows["outcome"]) else next(iter(rows["outcome"]), "")
    rows = rows[rows["outcome"] == about]
    rows = rows[rows["factor"] != WHOLE] if rows["factor"].nunique() > 1 else rows
    factors, indices = (list(dict.fromkeys(map(str, rows[column]))) for column in ("factor", "index"))
    cells = {(str(f), str(i)): x for f, i, *x in rows[["factor", "index", "value", "low", "high"]].to_numpy().tolist()}
    if len(factors) == 1:
        head = [say("rank.column_measure"), say("rank.column_value")]
        body = [[index_label(index), _cell(cells[factors[0], index])] for index in indices]
    else:
        head = [say("rank.column_lever"), *map(index_label, indices)]
        body = [[_row_label(f), *(_cell(cells.get((f, i))) for i in indices)] for f in factors[:ROWS]]
    caption = outcome_label(findings, about) if about == outcome else say("rank.all_figures")
    return {"caption": caption, "head": head, "body": body}


def _row_label(factor: str) -> str:
    if factor == WHOLE:
        return say("rank.whole")
    return name_in_words(factor, "scenario") or label_of(factor)


def index_label(index: str) -> str:
    """What an index is called; itself where nobody gave it a name."""
    if box := re.fullmatch(r"box (\d+): (.+)", index):
        return say("index.box", box=box[1], what=index_label(box[2]))
    key = "index." + re.sub(r"[^a-z0-9]+", "_", index.casefold()).strip("_")
    return here().texts.get(key, index)


def _cell(found: Sequence[float] | None) -> str:
    value, low, high = found or (math.nan, math.nan, math.nan)
    said = figure_of(value)
    return f"{said} ({figure_of(low)} – {figure_of(high)})" if math.isfinite(low) and math.isfinite(high) else said


def _drawn_table(table: Table | dict[str, Any]) -> dict[str, Any]:
    if isinstance(table, dict):
        return table
    words = here()
    return {
        "caption": words.shown(table.title),
        "head": [words.shown(head) for head in table.heads],
        "body": [[words.shown(cell) for cell in row] for row in table.rows],
    }


def made_with(findings: Findings) -> str:
    """One sentence on what made the study."""
    known = findings.provenance
    return say(
        "rank.made_by",
        method=say(f"study.{findings.method}.title"),
        model=known.get("model", "?"),
        hash=str(known.get("model_hash", "?"))[:8],
        runs=count_of(int(known.get("runs", 0))),
        seed=known.get("seed", "?"),
        scenario=world_told(findings),
        made=str(known.get("started", "?"))[:10],
    )
