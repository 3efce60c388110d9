"""The files a study ends in, and one self-contained page about it that a person would send on.

What a study says is data (``Findings.statements``), so the page and the labels of its pictures can be made in any
language, when the study ends or later.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from policy_lab.catalogue import english
from policy_lab.ensemble import findings as tidy
from policy_lab.ensemble.findings import Findings, Table
from policy_lab.ensemble.folder import FILES, FINISHED, digest, sealed, write_text, writing
from policy_lab.ensemble.plan import DIMENSIONLESS, Plan
from policy_lab.ensemble.study_file import write_toml
from policy_lab.messages import Language, Message, Name
from policy_lab.progress import MeterMaker, silent
from policy_lab.report import plots
from policy_lab.report.plots import Drawing, Drawn, Picture
from policy_lab.report.templating import Context, render

PAGE: Final = "report.html"
#: Endings of what a study is read back from; pages and pictures may be written again in another language.
KEPT: Final = (".csv", ".toml", ".nc")


@dataclass(frozen=True)
class OutcomePart:
    """What is said and drawn about one outcome."""

    name: Name
    said: Sequence[Message]
    drawings: Sequence[Drawing]


@dataclass(frozen=True)
class FactorRow:
    """What was varied, over which range; ``base`` is its usual value, ``grade`` that of the source of its range."""

    name: Name
    group: Name
    range: Message | str
    base: float | None
    grade: str


@dataclass(frozen=True)
class StudyPage(Context, template="study.html.j2"):
    """The report.

    Attributes:
        heading: the study's title, or its method and model.
        question: that the method answers.
        setting: how many runs of what.
        held: what the study set beside its scenario and did not vary.
        general: what is said about all outcomes together.
        notes: what a reader must know before believing the rest.
        key: what the signs in ``drawings`` mean.
        drawings: panels about no single outcome.
        tables: of the method's own.
        key_of_outcomes: what the signs in the drawings of ``outcomes`` mean.
        outcomes: outcome by outcome.
        purpose: that the study doubled its size for, None if it had none.
        trace: ``size``, ``measure`` and ``met`` of each size.
        factors: what was varied.
        made: what is needed to make it again.
    """

    heading: str | Message
    question: Message
    setting: Message
    held: Sequence[Message]
    general: Sequence[Message]
    notes: Sequence[Message]
    key: str
    drawings: Sequence[Drawing]
    tables: Sequence[Table]
    key_of_outcomes: str
    outcomes: Sequence[OutcomePart]
    purpose: Message | None
    trace: Sequence[Mapping[str, Any]]
    factors: Sequence[FactorRow]
    made: Message


def write(
    plan: Plan, findings: Findings, pictures: Mapping[str, Picture], words: Language, progress: MeterMaker = silent
) -> None:
    """Write findings, pictures, study file, report and, last, the provenance: with it the study counts as finished."""
    assert findings.folder is not None
    folder = findings.folder
    with writing(folder / "findings.csv"):
        tidy.write_csv(findings.table, folder / "findings.csv")
    write_text(folder / "study.toml", write_toml(plan.study, _reference(plan, folder), *_tables(plan, folder)))
    write_report(plan, findings, pictures, words, progress)
    kept = sorted(p for p in folder.iterdir() if p.suffix in KEPT)
    with writing(folder):
        checked = {FILES: {path.name: digest(path) for path in kept}}
    known = sealed(_plain({**findings.provenance, **tidy.said_as_data(findings), **checked}))
    write_text(folder / FINISHED, json.dumps(known, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def write_report(
    plan: Plan, findings: Findings, pictures: Mapping[str, Picture], words: Language, progress: MeterMaker = silent
) -> None:
    """Write the page and its pictures, in place of those of another language if there are such."""
    assert findings.folder is not None
    for name, content in files(plan, findings, pictures, words, progress):
        if isinstance(content, str):
            write_text(findings.folder / name, content)
        else:
            with writing(findings.folder / name):
                (findings.folder / name).write_bytes(content)


def files(
    plan: Plan, findings: Findings, pictures: Mapping[str, Picture], words: Language, progress: MeterMaker = silent
) -> Iterator[tuple[str, str | bytes]]:
    """Name and content of the pictures and of the page, in a language."""
    drawn = []
    with progress(Message("progress.drawing"), len(pictures)) as meter:
        for name, picture in pictures.items():
            drawn.append(plots.draw(picture, words, pixels=True))
            yield f"{name}.svg", drawn[-1].svg()
            yield f"{name}.png", drawn[-1].png()
            meter.advance(1)
    yield PAGE, render(page_of(plan, findings, drawn), words)


def _reference(plan: Plan, folder: Path) -> str:
    """The model as the stored study file names it: a shipped model by its name, another by the way to it."""
    study = plan.study
    if study.place is None or not (study.place / study.model).exists():
        path = Path(study.model)
        if not path.exists() or path.name == study.model:
            return study.model
    target = plan.model.folder or plan.model.path
    return Path(os.path.relpath(target, folder.resolve())).as_posix()


def _tables(plan: Plan, folder: Path) -> tuple[tuple[str, ...], str]:
    """The data files and the samples as the stored study file names them: by the way to them."""
    samples = [str((plan.study.place or Path()) / plan.study.samples)] if plan.study.samples else []
    ways = [Path(os.path.relpath(file, folder.resolve())).as_posix()
            for file in (*(plan.study.data_files() or ()), *samples)]  # fmt: skip
    return tuple(ways[: len(ways) - len(samples)]), "".join(ways[len(ways) - len(samples) :])


def _plain(value: Any) -> Any:
    """Numbers that JSON has no word for become null."""
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def page_of(plan: Plan, findings: Findings, drawn: Sequence[Drawn]) -> StudyPage:
    """The report as data.

    Args:
        plan: of the study.
        findings: of it.
        drawn: its pictures.
    """
    known = findings.provenance
    about = {outcome: [s.message for s in findings.statements if s.about == outcome] for outcome in plan.outcomes}
    panels = [panel for picture in drawn for panel in picture.panels]
    parts = [
        OutcomePart(findings.outcome(o), said, [p for p in panels if p.about == o])
        for o, said in about.items()
        if said or any(p.about == o for p in panels)
    ]
    trace = known.get("trace") or []
    return StudyPage(
        heading=plan.study.title or _heading(plan),
        question=about_method(plan, "question"),
        setting=_setting(plan, findings),
        held=[Message("report.held_at", {"factor": Name(k), "value": v}) for k, v in plan.study.settings.items()],
        general=[s.message for s in findings.statements if not s.about],
        notes=findings.notes,
        key=_keys(picture for picture in drawn if any(not p.about for p in picture.panels)),
        drawings=[p for p in panels if not p.about],
        tables=findings.tables,
        key_of_outcomes=_keys(picture for picture in drawn if any(p.about for p in picture.panels)),
        outcomes=parts,
        purpose=Message(f"study.sobol.purpose_{trace[-1]['purpose']}") if trace else None,
        trace=trace,
        factors=factor_rows(findings),
        made=_made(findings),
    )


def _heading(plan: Plan) -> Message:
    return Message("report.heading", {"method": about_method(plan, "title"), "model": plan.model.name})


def about_method(plan: Plan, what: str) -> Message:
    """The ``title`` of the study's method or the ``question`` that it answers; of one without texts, its name."""
    key = f"study.{plan.study.method}.{what}"
    if key in english().texts:
        return Message(key)
    return Message("report.text", {"text": plan.study.method if what == "title" else ""})


def _keys(drawn: Iterator[Drawn]) -> str:
    return " ".join(dict.fromkeys(picture.picture.key for picture in drawn if picture.picture.key))


def _setting(plan: Plan, findings: Findings) -> Message:
    first, last = float(plan.times[0]), float(plan.times[-1])
    scenario = plan.model.scenarios.get(plan.study.scenario or "")
    named = {"scenario": Name(scenario.key, "scenario", scenario.title)} if scenario else {}
    return Message(
        "report.setting",
        {
            "runs": Message("report.runs", {"count": findings.provenance["runs"]}),
            "model": plan.model.name,
            "where": Message("report.in_scenario" if scenario else "report.as_it_stands", named),
            "factors": Message("report.factors", {"count": len(findings.provenance["factors"])}),
            "outcomes": Message("report.outcomes", {"count": len(plan.outcomes)}),
            "times": Message("report.at" if first == last else "report.from_to", {"first": first, "last": last}),
        },
    )


def factor_rows(findings: Findings) -> list[FactorRow]:
    """What was varied, over which range and on whose word."""
    return [
        FactorRow(
            Name(about["name"]),
            Name(about["group"], "group"),
            _range(about),
            default if isinstance(default := about.get("default"), int | float) and math.isfinite(default) else None,
            str(about.get("grade") or ""),
        )
        for about in findings.provenance["factors"]
    ]


def _range(about: Mapping[str, Any]) -> Message | str:
    """The range of a factor with its unit, and how it was varied within; of an older study, as it was stored."""
    if "range" in about:
        return str(about["range"])
    ends = {"low": about["low"], "high": about["high"], "values": about.get("values", ())}
    said = Message("report.values" if ends["values"] else "report.range", ends)
    if about["unit"].casefold() not in DIMENSIONLESS:
        said = Message("report.measured", {"value": said, "unit": Name(about["unit"], "unit")})
    if about["distribution"] in ("uniform", "discrete"):
        return said
    return Message("report.shaped", {"range": said, "shape": Message(f"report.{about['distribution']}")})


def _made(findings: Findings) -> Message:
    known = findings.provenance
    return Message(
        "report.made",
        {
            "method": known["method"],
            "seed": str(known["seed"]),
            "size": known["size"],
            "runs": known["runs"],
            "time": _duration(known["seconds"]),
            "engine": ", ".join(known["backend"]),
            "versions": ", ".join(
                f"{k} {v}" for k, v in {"Policy Lab": known["policy_lab"], **known["versions"]}.items()
            ),
            "hash": known["model_hash"][:16],
        },
    )


def _duration(seconds: float) -> Message:
    """``4.2 s``, ``2 min 5 s``, ``3 h 10 min``."""
    whole = round(seconds)
    if whole < 60:
        return Message("report.seconds", {"seconds": round(seconds, 1) if seconds < 10 else whole})
    if whole < 3600:
        return Message("report.minutes", {"minutes": whole // 60, "seconds": whole % 60})
    return Message("report.hours", {"hours": whole // 3600, "minutes": whole // 60 % 60})
