"""The files a study ends in, and one self-contained page about it that a person would send on."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from policy_lab.ensemble import findings as tidy
from policy_lab.ensemble.findings import Findings
from policy_lab.ensemble.folder import FINISHED, write_text, writing
from policy_lab.ensemble.plan import Plan
from policy_lab.ensemble.study_file import write_toml
from policy_lab.messages import Message
from policy_lab.progress import MeterMaker, duration, silent
from policy_lab.report import html_page, plots, svg_panels
from policy_lab.wording import counted, exact


def write(
    plan: Plan,
    findings: Findings,
    figures: Mapping[str, Figure],
    title: str,
    question: str,
    progress: MeterMaker = silent,
) -> None:
    """Write findings, figures, study file, report and, last, the provenance: with it the study counts as finished."""
    assert findings.folder is not None
    folder = findings.folder
    with writing(folder / "findings.csv"):
        tidy.write_csv(findings.table, folder / "findings.csv")
    drawn = []
    with progress(Message("progress.drawing"), len(figures)) as meter:
        for name, figure in figures.items():
            drawn.append((figure, plots.save(figure, folder, name)))
            meter.advance(1)
    write_text(folder / "study.toml", write_toml(plan.study, _reference(plan, folder)))
    write_text(folder / "report.html", whole_page(plan, findings, drawn, title, question))
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


def whole_page(plan: Plan, findings: Findings, figures: Iterable[tuple[Figure, str]], title: str, question: str) -> str:
    """The report as one HTML page that needs nothing beside it.

    Args:
        plan: of the study.
        findings: of it.
        figures: each with its SVG.
        title: of the method.
        question: that the method answers.
    """
    shown = list(figures)
    panels = [panel for figure, svg in shown for panel in svg_panels.panels(figure, svg)]
    labels = [plan.label(o) for o in plan.outcomes]
    heading = plan.study.title or f"{title}: {plan.model.name}"
    general, spare, about = html_page.by_outcome(labels, findings.words, panels)
    parts = [
        f"<h1>{html_page.text(heading)}</h1>",
        f'<p class="question">{html_page.text(question)}</p>',
        f"<p>{html_page.text(_setting(plan, findings))}</p>",
        f"<p>{html_page.text(_held(plan))}</p>" if plan.study.settings else "",
        f"<h2>In short</h2>{html_page.bullets(general)}" if general else "",
        html_page.notes(findings.notes),
        html_page.key(p.key for p in spare),
        html_page.drawn(spare),
    ]
    if about:
        parts.append(f"<h2>Outcome by outcome</h2>{html_page.key(p.key for p in panels if p.title in about)}")
        parts += [html_page.article(label, *found) for label, found in about.items()]
    return html_page.document(heading, [*parts, _trace(findings), factor_table(findings), _made(findings)])


def _setting(plan: Plan, findings: Findings) -> str:
    world = plan.model.scenarios.get(plan.study.scenario or "")
    where = f"in the world “{world.title}”" if world else "as it stands"
    times = f"at {plan.times[0]:g}" if len(plan.times) == 1 else f"from {plan.times[0]:g} to {plan.times[-1]:g}"
    return (
        f"{counted(findings.provenance['runs'], 'run')} of the model {plan.model.name} {where}; "
        f"{counted(len(findings.provenance['factors']), 'factor')} varied, "
        f"{counted(len(plan.outcomes), 'outcome')} {times}. Everything here is conditional on the model and on those "
        "ranges. It is no forecast."
    )


def _held(plan: Plan) -> str:
    """What the study set beside its world and did not vary."""
    return f"Held, whatever the world says: {'; '.join(f'{k} = {exact(v)}' for k, v in plan.study.settings.items())}."


def _trace(findings: Findings) -> str:
    """How the size was found, where the study had a purpose to meet."""
    trace = findings.provenance.get("trace") or []
    if not trace:
        return ""
    rows = [(f"{t['size']:,}", f"{t['measure']:.3g}", "met" if t["met"] else "not yet") for t in trace]
    purpose = trace[-1]["purpose"]
    return (
        "<h2>How the size was found</h2>"
        f"<p>The size was doubled until the purpose “{html_page.text(purpose)}” was met, "
        f"or the budget spent.</p>{html_page.table(('Base points', 'Measure', 'Purpose'), rows)}"
    )


def factor_table(findings: Findings) -> str:
    """What was varied, over which range and by whose word, as HTML."""
    factors = findings.provenance["factors"]
    graded = any("grade" in f for f in factors)
    header = ["Factor", "Group", "Range", "Base", *(["Grade of source"] if graded else [])]
    rows = [
        [f["name"], f["group"], f["range"], _base(f), *([str(f.get("grade", ""))] if graded else [])] for f in factors
    ]
    return (
        "<details open><summary><h2>What was varied</h2></summary><p>Ranges decide ranks: compare them before you "
        f"compare factors.</p>{html_page.table(header, rows)}</details>"
    )


def _base(factor: Mapping[str, Any]) -> str:
    default = factor.get("default")
    return exact(default) if isinstance(default, int | float) and math.isfinite(default) else ""


def _made(findings: Findings) -> str:
    p = findings.provenance
    versions = ", ".join(f"{k} {v}" for k, v in p["versions"].items())
    return (
        f"<h2>How to make it again</h2><p>Method {html_page.text(p['method'])}, seed {p['seed']}, size {p['size']:,}, "
        f"{p['runs']:,} runs in "
        f"{duration(p['seconds'])} on the engine {html_page.text(', '.join(p['backend']))}; "
        f"Policy Lab {html_page.text(p['policy_lab'])}"
        f", {html_page.text(versions)}. Model hash <code>{html_page.text(p['model_hash'][:16])}</code>.</p>"
        "<p>Beside this page lie <code>findings.csv</code> (every number), <code>study.toml</code> and "
        "<code>provenance.json</code>; <code>policy-lab study --replay FOLDER</code> makes the same bits again or says "
        "what differs.</p>"
    )
