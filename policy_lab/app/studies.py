"""Studies that the Rank page shows: those stored for the model in hand, never another's, and people's own."""

from __future__ import annotations

import logging
import time
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from policy_lab.app import ranking_view, study_view
from policy_lab.app import study_form as form
from policy_lab.app.labels import count_of
from policy_lab.app.ranking_view import SOBOL, Company
from policy_lab.app.stored_studies import CHOICE, LEVERS, question_answered, stored_title
from policy_lab.catalogue import say
from policy_lab.ensemble.findings import Findings
from policy_lab.ensemble.staleness import provenance_of, same_version
from policy_lab.ensemble.study_file import study_from
from policy_lab.jobs import Job, Queue
from policy_lab.jobs.queue import id_of
from policy_lab.model import Model
from policy_lab.progress import SEARCHING, SIMULATING
from policy_lab.studies import plan_of, question_of

log = logging.getLogger("policy_lab.studies")

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
        """The result folder of a study of this model, None while there is none."""
        if name in self.stored:
            return self.stored[name]
        own = self.queue.result(name)
        return own if own and provenance_of(own).get("model") in (None, self.model.name) else None

    def view(self, name: str, asked: Mapping[str, str]) -> Mapping[str, Any]:
        """What the page draws of a study; raises ``Missing``."""
        findings = self.findings(name)
        if findings.method == SOBOL:
            shown = ranking_view.view(findings, asked, self._beside(name, findings))
        else:
            shown = study_view.view(findings, asked)
        return {
            **shown,
            "title": self.title(name),
            "caution": ranking_view.version_notice(findings, self.model),
        }

    def _beside(self, name: str, findings: Findings) -> Company:
        """The stored studies that one is set against."""
        usual = choice = None
        for known, folder in self.stored.items():
            other = ranking_view.load_ranking(folder).findings
            if other is None or other.method != SOBOL:
                continue
            if name not in self.stored and usual is None and ranking_view.comparable(findings, other):
                usual = other
            if known == CHOICE and same_version(findings.provenance, other.provenance):
                choice = other
        return Company(usual, choice)

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
            return stored_title(self.stored[name])
        job = self.job(name)
        return job.title if job else say("rank.own", name=name[:6])

    def job(self, name: str) -> Job | None:
        """A study that was asked for of this model, by its id; of another model's the page knows nothing."""
        job = self.queue.job(name)
        return job if job and self._is_ours(job) else None

    def start(self, sent: Any, client: str, address: str) -> Job:
        """Put the study that a form describes into the line."""
        wanted = form.asked(self.model, sent if isinstance(sent, dict) else {})
        done = self.queue.result(id_of(wanted.plan))
        if done and ranking_view.load_ranking(done).findings is None:
            self.queue.drop_result(id_of(wanted.plan))  # damaged: it is made again
        return self.queue.start(wanted.plan, wanted.most, wanted.title, client, address)

    def again(self, name: str, client: str, address: str) -> Job | None:
        """Put a study that has ended into the line again, as it was asked for; None if there is no such one."""
        job = self.job(name)
        if job is None or job.is_open:  # one under way stays its owner's
            return job
        plan = plan_of(study_from(tomllib.loads(job.study)))
        return self.queue.start(plan, job.runs, job.title, client, address)

    def listed(self, client: str) -> list[dict[str, Any]]:
        """Stored studies and one's own, as the chooser shows them."""
        stored = [
            {"id": name, "question": question_answered(folder), "title": self.title(name), "state": "finished"}
            for name, folder in self.stored.items()
        ]
        own = self.queue.jobs_of(client) if client else []
        return [*stored, *(self.told(job) for job in own if self._is_ours(job))]

    def _is_ours(self, job: Job) -> bool:
        """Whether a job is about this model: servers of several models may share a queue."""
        return study_from(tomllib.loads(job.study)).model == form.reference(self.model)

    def told(self, job: Job) -> dict[str, Any]:
        """How a study stands, in words."""
        return {
            "id": job.id,
            "question": self._asked_by(job),
            "title": job.title,
            "state": job.state,
            "open": job.is_open,
            "share": _share(job),
            "said": self._said(job),
        }

    def _asked_by(self, job: Job) -> str:
        study = study_from(tomllib.loads(job.study))
        kinds = {"lever" if name in self.model.levers else "uncertainty" for name in study.factors}
        return question_of(study.method, kinds, study.groups is not None)

    def _said(self, job: Job) -> str:
        if job.state == "waiting":
            ahead = self.queue.ahead_of(job)
            return say("study.waiting", ahead=ahead) if ahead else say("study.next")
        if job.state == "running":
            return _progress(job)
        if job.state == "failed":
            return say(f"study.failed_{job.reason or 'unexpected'}", said=job.said or "")
        return say(f"study.{job.state}")

    def estimate(self, sent: Any) -> str:
        """What a study would cost here, in words; raises what ``form.asked`` raises."""
        wanted = form.asked(self.model, sent if isinstance(sent, dict) else {})
        if wanted.most > self.queue.limits.runs:
            return say("study.too_large", limit=count_of(self.queue.limits.runs))
        cost, ends = self.cost(), (wanted.least, wanted.most)
        least, longest = (about(runs * cost["run"] + cost["rest"]) for runs in ends)
        return say(
            "study.cost_up_to" if wanted.most > wanted.least else "study.cost",
            count=count_of(len(wanted.plan.factors)),
            runs=count_of(wanted.least),
            most=count_of(wanted.most),
            time=least,
            longest=longest,
        )

    def cost(self) -> dict[str, float]:
        """Seconds for a run of the model and for all the rest, as measured here."""
        table, model = self.queue.table, self.model.hash
        run = table.speed(model, "run")
        if run is None:
            run = form.seconds_per_run(self.model)
            table.learn(model, run=run, rest=USUAL_REST)
        return {"run": run, "rest": table.speed(model, "rest") or USUAL_REST}


def _share(job: Job) -> float:
    """How much of the stage in hand is done, 0 to 1."""
    return min(1.0, job.done / job.total) if job.state == "running" and job.total else 0.0


def _progress(job: Job) -> str:
    if not job.total:
        return say("study.begins")
    stage = {SIMULATING: "simulating", SEARCHING: "searching"}.get(job.stage, "resampling")
    said = [say(f"study.stage_{stage}", done=count_of(round(job.done)), total=count_of(round(job.total)))]
    if job.stage == SIMULATING and job.began and job.done:
        rate = job.done / max(1.0, time.time() - job.began)
        said.append(say("study.rate", rate=count_of(max(1, round(rate)))))
    if job.seconds_left is not None:
        said.append(say("study.left", time=about(job.seconds_left)))
    return " ".join(said)


def about(seconds: float) -> str:
    """A length of time, roughly: ``20 s``, ``3 min``."""
    if seconds < 90:
        step = 1 if seconds < 10 else 5
        return say("study.seconds", count=max(1, step * round(seconds / step)))
    return say("study.minutes", count=round(seconds / 60))
