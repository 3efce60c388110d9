"""The files a study ends in, and one self-contained page about it that a person would send on."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any, Final

from matplotlib.figure import Figure

from policy_lab import palette
from policy_lab.ensemble import findings as tidy
from policy_lab.ensemble import picture
from policy_lab.ensemble.findings import Findings
from policy_lab.ensemble.folder import FINISHED, write_text, writing
from policy_lab.ensemble.plan import Plan
from policy_lab.ensemble.study_file import write_toml
from policy_lab.progress import duration

_STYLE: Final = f"""
:root {{ color-scheme: light; }}
body {{ font: 16px/1.55 {palette.FONT}; color: {palette.LIGHT["ink"]}; background: {palette.LIGHT["paper"]};
  max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }}
h1 {{ font-size: 1.6rem; margin-bottom: 0; }} h2 {{ font-size: 1.15rem; margin-top: 2.2rem; }}
.question {{ color: {palette.LIGHT["muted"]}; margin-top: .2rem; }}
figure {{ margin: 1rem 0; overflow-x: auto; }} svg {{ max-width: 100%; height: auto; }}
table {{ border-collapse: collapse; font-size: .88rem; }}
th, td {{ text-align: left; padding: .25rem .8rem .25rem 0; border-bottom: 1px solid {palette.LIGHT["grid"]}; }}
code {{ background: {palette.LIGHT["panel"]}; padding: .1rem .3rem; }}
.note {{ background: {palette.LIGHT["panel"]}; padding: .6rem 1rem; border-left: 4px solid {palette.AMBER}; }}
"""


def write(plan: Plan, findings: Findings, figures: Mapping[str, Figure], title: str, question: str) -> None:
    """Write findings, figures, study file, report and, last, the provenance: with it the study counts as finished."""
    assert findings.folder is not None
    folder = findings.folder
    with writing(folder / "findings.csv"):
        tidy.write_csv(findings.table, folder / "findings.csv")
    drawn = {name: picture.save(figure, folder, name) for name, figure in figures.items()}
    write_text(folder / "study.toml", write_toml(plan.study, _reference(plan, folder)))
    write_text(folder / "report.html", page(plan, findings, drawn, title, question))
    said = json.dumps(_plain(dict(findings.provenance)), indent=1, ensure_ascii=False, allow_nan=False)
    write_text(folder / FINISHED, said + "\n")


def _reference(plan: Plan, folder: Path) -> str:
    """The model as the stored study file names it: a shipped model by its name, another by the way to it."""
    study = plan.study
    if study.place is None or not (study.place / study.model).exists():
        path = Path(study.model)
        if not path.exists() or path.name == study.model:
            return study.model
    target = plan.model.folder or plan.model.path
    return Path(os.path.relpath(target, folder.resolve())).as_posix()


def _plain(value: Any) -> Any:
    """Numbers that JSON has no word for become null."""
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def page(plan: Plan, findings: Findings, figures: Mapping[str, str], title: str, question: str) -> str:
    """The report as one HTML page that needs nothing beside it; ``figures`` are SVG by name."""
    heading = plan.study.title or f"{title}: {plan.model.name}"
    parts = [
        "<!doctype html>",
        f'<html lang="en"><head><meta charset="utf-8"><title>{escape(heading)}</title>',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<style>{_STYLE}</style></head><body>",
        f"<h1>{escape(heading)}</h1>",
        f'<p class="question">{escape(question)}</p>',
        f"<p>{escape(_setting(plan, findings))}</p>",
        "<h2>What it says</h2>",
        "<ul>" + "".join(f"<li>{escape(w)}</li>" for w in findings.words) + "</ul>",
    ]
    if findings.notes:
        notes = "".join(f"<li>{escape(n)}</li>" for n in findings.notes)
        parts.append(f'<h2>Read this first</h2><div class="note"><ul>{notes}</ul></div>')
    for name, figure in figures.items():
        alt = f"{name.replace('_', ' ')}: {heading}"
        parts.append(f'<figure role="img" aria-label="{escape(alt)}">{figure}</figure>')
    parts += [_factor_table(findings), _made(findings), "</body></html>"]
    return "\n".join(parts) + "\n"


def _setting(plan: Plan, findings: Findings) -> str:
    world = plan.model.scenarios.get(plan.study.scenario or "")
    where = f"in the world “{world.title}”" if world else "in the model as it stands"
    unit = findings.provenance.get("time_unit") or ""
    return (
        f"Method: {plan.study.method}, {findings.provenance['runs']:,} runs of the model {plan.model.name} {where}; "
        f"{len(plan.factors)} factors, {len(plan.outcomes)} outcomes, {len(plan.times)} times "
        f"({plan.times[0]:g} to {plan.times[-1]:g}{', ' + unit if unit else ''}). "
        "Everything said here is conditional on the model and on the ranges below; it is no prediction."
    )


def _factor_table(findings: Findings) -> str:
    rows = "".join(
        f"<tr><td>{escape(f['name'])}</td><td>{escape(f['group'])}</td><td>{escape(f['range'])}</td>"
        f"<td>{escape(str(f.get('grade', '')))}</td></tr>"
        for f in findings.provenance["factors"]
    )
    return (
        "<h2>What was varied</h2><p>Ranges decide ranks: compare them before you compare factors.</p>"
        f"<table><tr><th>Factor</th><th>Group</th><th>Range</th><th>Grade of source</th></tr>{rows}</table>"
    )


def _made(findings: Findings) -> str:
    p = findings.provenance
    versions = ", ".join(f"{k} {v}" for k, v in p["versions"].items())
    return (
        f"<h2>How to make it again</h2><p>Seed {p['seed']}, size {p['size']:,}, {p['runs']:,} runs in "
        f"{duration(p['seconds'])} on the engine {escape(', '.join(p['backend']))}; "
        f"Policy Lab {escape(p['policy_lab'])}"
        f", {escape(versions)}. Model hash <code>{escape(p['model_hash'][:16])}</code>.</p>"
        "<p>Beside this page lie <code>findings.csv</code> (every number), <code>study.toml</code> and "
        "<code>provenance.json</code>; <code>policy-lab study --replay FOLDER</code> makes the same bits again or says "
        "what differs.</p>"
    )
