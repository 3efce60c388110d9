"""Studies that the Rank page shows: those stored for the model in hand, never another's, and people's own."""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from policy_lab import paths
from policy_lab.app import ranking_view
from policy_lab.app import study_form as form
from policy_lab.app.labels import count_of
from policy_lab.app.ranking_view import KINDS, SOBOL
from policy_lab.catalogue import say
from policy_lab.ensemble.findings import Findings
from policy_lab.ensemble.staleness import is_stale, provenance_of
from policy_lab.ensemble.study_file import study_from
from policy_lab.jobs import Job, Queue
from policy_lab.jobs.queue import id_of
from policy_lab.model import Model
from policy_lab.progress import SIMULATING
from policy_lab.studies import plan_of

log = logging.getLogger("policy_lab.studies")

#: Ids of the two studies: all levers ranked, and levers as one group against uncertain parameters as another.
LEVERS: Final = "levers"
CHOICE: Final = "choice"
#: Seconds that all but the runs take before anybody has measured it.
USUAL_REST: Final = 10.0


class Missing(Exception):
    """There is no such study, or it cannot be read; its text says which."""


@dataclass(frozen=True)
class Studies:
    """The studies one server shows: those stored with it, and the queue of people's own.

    Attributes:
        stored: id to result folder.
    """

    model: Model
    stored: dict[str, Path]
    queue: Queue

    def folder(self, name: str) -> Path | None:
        """The result folder of a study, None while there is none."""
        return self.stored.get(name) or self.queue.result(name)

    def beside(self, name: str, findings: Findings) -> Findings | None:
        """The stored study that one's own is set against."""
        for folder in self.stored.values() if name not in self.stored else ():
            other = ranking_view.load_ranking(folder).findings
            if other is not None and ranking_view.comparable(findings, other):
                return other
        return None

    def findings(self, name: str) -> Findings:
        """The result of a study; raises ``Missing`` where there is none, or none that can be read."""
        folder = self.folder(name)
        if folder is None:
            raise Missing(say("rank.missing" if name in (LEVERS, CHOICE) else "study.gone"))
        ranking = ranking_view.load_ranking(folder)
        if ranking.findings is None:
            if name in self.stored:
                raise Missing(ranking.problem)
            log.error("study %s in %s: %s", name, folder, ranking.problem)
            raise Missing(say("study.damaged"))
        return ranking.findings

    def title(self, name: str) -> str:
        """What a study is called."""
        if name in self.stored:
            return say(f"rank.stored_{name}")
        job = self.queue.job(name)
        return job.title if job else say("rank.own", name=name[:6])

    def start(self, sent: Any, client: str, address: str) -> Job:
        """Put the study that a form describes into the line."""
        wanted = form.asked(self.model, sent if isinstance(sent, dict) else {})
        done = self.queue.result(id_of(wanted.plan))
        if done and ranking_view.load_ranking(done).findings is None:
            self.queue.drop_result(id_of(wanted.plan))  # damaged: it is made again
        return self.queue.start(wanted.plan, wanted.most, wanted.title, client, address)

    def again(self, name: str, client: str, address: str) -> Job | None:
        """Put a study that has ended into the line again, as it was asked for; None if there is no such one."""
        job = self.queue.job(name)
        if job is None or job.is_open:  # one under way stays its owner's
            return job
        plan = plan_of(study_from(tomllib.loads(job.study)))
        return self.queue.start(plan, job.runs, job.title, client, address)

    def listed(self, client: str) -> list[dict[str, Any]]:
        """Stored studies and one's own, as the chooser shows them."""
        stored = [{"id": name, "title": self.title(name), "state": "finished"} for name in self.stored]
        return [*stored, *(self.told(job) for job in (self.queue.jobs_of(client) if client else []))]

    def told(self, job: Job) -> dict[str, Any]:
        """How a study stands, in words."""
        return {
            "id": job.id,
            "title": job.title,
            "state": job.state,
            "open": job.is_open,
            "share": _share(job),
            "said": self._said(job),
        }

    def _said(self, job: Job) -> str:
        if job.state == "waiting":
            ahead = self.queue.ahead_of(job)
            return say("study.waiting", ahead=ahead) if ahead else say("study.next")
        if job.state == "running":
            return _progress(job)
        if job.state == "failed":
            return say(f"study.failed_{job.reason or 'unexpected'}", said=job.said or "")
        return say(f"study.{job.state}")

    def cost(self) -> dict[str, float]:
        """Seconds for a run of the model and for all the rest, as measured here."""
        table, model = self.queue.table, self.model.hash
        run = table.speed(model, "run")
        if run is None:
            run = form.seconds_per_run(self.model)
            table.learn(model, run=run, rest=USUAL_REST)
        return {"run": run, "rest": table.speed(model, "rest") or USUAL_REST}


def stored_studies(model: Model, levers: Path | None = None, results: Path | None = None) -> dict[str, Path]:
    """Result folders of a model's stored studies by id, ``LEVERS`` first; without an entry where there is none.

    Where several folders would do, one of the same version of the model is taken before one of an older version, then
    the one with more runs.

    Args:
        model: whose studies.
        levers: a result folder to take for ``LEVERS``; one of another model is left out.
        results: where all others are looked for; by default ``analysis/results``.
    """
    found: dict[str, tuple[tuple[bool, int], Path]] = {}
    for folder in sorted(_folders(results or paths.results_folder())):
        known = provenance_of(folder)
        kind = _kind(known)
        if known.get("model") != model.name or not kind:
            continue
        rank = (not is_stale(known, model), int(known.get("runs", 0)))
        if kind not in found or rank > found[kind][0]:
            found[kind] = rank, folder
    stored: dict[str, Path] = {kind: found[kind][1] for kind in (LEVERS, CHOICE) if kind in found}
    if levers is None:
        return stored
    stored.pop(LEVERS, None)
    named: dict[str, Path] = {LEVERS: levers} if provenance_of(levers).get("model", model.name) == model.name else {}
    return {**named, **stored}


def _folders(results: Path) -> Iterator[Path]:
    """Result folders, whether or not they stand in a folder of their model."""
    for pattern in ("*/provenance.json", "*/*/provenance.json"):
        yield from (file.parent for file in results.glob(pattern))


def _kind(known: Mapping[str, Any]) -> str:
    """The id that a result would have, "" for what the page does not show."""
    if known.get("method") != SOBOL:
        return ""
    if set(known.get("groups") or ()) == set(KINDS):
        return CHOICE
    return LEVERS if {factor.get("kind") for factor in known.get("factors", ())} == {"lever"} else ""


def _share(job: Job) -> float:
    """How much of the stage in hand is done, 0 to 1."""
    return min(1.0, job.done / job.total) if job.state == "running" and job.total else 0.0


def _progress(job: Job) -> str:
    if not job.total:
        return say("study.begins")
    stage = "simulating" if job.stage == SIMULATING else "resampling"
    said = say(f"study.stage_{stage}", done=count_of(round(job.done)), total=count_of(round(job.total)))
    return said if job.seconds_left is None else f"{said} {say('study.left', time=about(job.seconds_left))}"


def about(seconds: float) -> str:
    """A length of time, roughly: ``20 s``, ``3 min``."""
    if seconds < 90:
        step = 1 if seconds < 10 else 5
        return say("study.seconds", count=max(1, step * round(seconds / step)))
    return say("study.minutes", count=round(seconds / 60))
