"""What made a study and is needed to make it again, and what a reader must know before believing any study."""

from __future__ import annotations

import platform
import sys
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from policy_lab import __version__
from policy_lab.ensemble.factors import Factor
from policy_lab.ensemble.plan import Plan
from policy_lab.ensemble.runner import Ensemble
from policy_lab.messages import Message, Name

#: The grade of a range that no source gives.
JUDGEMENT: Final = "J"

PROGRAM: Final = "policy-lab"


def general_notes(plan: Plan, ensemble: Ensemble, varied: Sequence[Factor]) -> list[Message]:
    """The model's own notes, how runs were made, failed runs, slow engines, arbitrary ranges, assumed independence."""
    notes = [Message("report.text", {"text": note}) for note in plan.model.program.notes]
    how, clock = plan.study, plan.model.program.clock
    if (how.integration, how.time_step) != (None, None):
        told = {"method": how.integration or clock.method, "step": how.time_step or clock.step}
        notes.append(Message("report.integrated", told))
    drawn = [r for r in plan.model.program.refused if str(r.construct).startswith("RANDOM")]
    if drawn:
        notes.append(Message("report.random", {"variable": Name(drawn[0].variable)}))
    failed = ensemble.failed()
    if failed:
        notes.append(Message("report.failed_runs", {"failed": failed, "runs": ensemble.runs()}))
    if ensemble.plan is plan and (partial := [o for o in plan.outcomes if o in plan.model.conditions]):
        notes.append(Message("report.raw_outcomes", {"outcomes": [plan.named(o) for o in partial]}))
    notes += [Message("report.slower", {"why": why}) for why in sorted(ensemble.fallbacks)]
    return notes + _notes_on_ranges(plan, [f for f in varied if f.distribution != "discrete"])


def _notes_on_ranges(plan: Plan, varied: Sequence[Factor]) -> list[Message]:
    """What decides ranks without being in the model."""
    notes = []
    kinds = {f.kind for f in varied}
    if "lever" in kinds:
        notes.append(Message("report.lever_ranges"))
    if "uncertainty" in kinds:
        known = [u for f in varied if (u := plan.model.uncertainties.get(f.name)) is not None]
        judged = {"judged": sum(u.grade == JUDGEMENT for u in known), "parameters": len(known), "grade": JUDGEMENT}
        notes.append(Message("report.judged_ranges", judged))
        if plan.turn is None:
            notes.append(Message("report.independent"))
    if plan.turn is not None:
        notes.append(Message("report.correlated", {"pairs": _pairs(plan)}))
    if "constant" in kinds:
        notes.append(Message("report.own_ranges"))
    return notes


def _pairs(plan: Plan) -> list[Message]:
    """The rank correlations that a study asks for."""
    return [
        Message("report.pair", {"a": Name(plan.model.constant(a)), "b": Name(plan.model.constant(b)), "rank": rank})
        for a, others in plan.study.correlations.items()
        for b, rank in others.items()
    ]


def of(plan: Plan, ensemble: Ensemble, varied: Sequence[Factor]) -> dict[str, Any]:
    """What made a study: method, model, hash, seed, sizes, versions, and what was varied and looked at."""
    study = plan.study
    return {
        "policy_lab": __version__,
        "fingerprint": ensemble.folder.fingerprint,
        "method": study.method,
        "model": plan.model.name,
        "model_hash": plan.model.hash,
        "scenario": study.scenario or "",
        "settings": dict(study.settings),
        "integration": study.integration or plan.model.program.clock.method,
        "time_step": study.time_step or plan.model.program.clock.step,
        "final_time": float(plan.model.until(study.scenario, study.final_time)),
        "backend": sorted(ensemble.backends),
        "seed": study.seed,
        "size": plan.size,
        "runs": ensemble.runs(),
        "failed_runs": ensemble.failed(),
        "time_unit": plan.model.program.clock.unit,
        "factors": [_about_factor(plan, f) for f in varied],
        "groups": {name: [plan.factors[i].name for i in where] for name, where in plan.groups.items()}
        if plan.grouped
        else {},
        "correlations": {a: dict(others) for a, others in study.correlations.items()},
        "outcomes": [{"name": o, "label": plan.label(o), "unit": plan.own_unit(o)} for o in plan.outcomes],
        "command": _command(),
        "versions": {"python": platform.python_version()}
        | {name: metadata.version(name) for name in ("numpy", "scipy", "SALib", "pandas", "pysd")},
    }


def _command() -> str:
    """What was typed; of a study that another program ran, what could be: that program's paths help nobody."""
    program = Path(sys.argv[0]).name
    return " ".join([program, *sys.argv[1:]]) if program == PROGRAM else f"{PROGRAM} study study.toml --out FOLDER"


def _about_factor(plan: Plan, factor: Factor) -> dict[str, Any]:
    about: dict[str, Any] = {
        "name": factor.name,
        "group": factor.group,
        "kind": factor.kind,
        "unit": factor.unit,
        "low": factor.low,
        "default": factor.default,
        "high": factor.high,
        "distribution": "samples" if plan.study.samples else factor.distribution,
        "values": [] if plan.study.samples else list(factor.values),
    }
    uncertainty = plan.model.uncertainties.get(factor.name)
    if uncertainty is not None:
        about |= {"source": uncertainty.source, "grade": uncertainty.grade}
    return about
