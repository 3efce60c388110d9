"""Addresses of the Rank page; everything it draws comes from here, as data its script asks for.

``GET  …/studies``              what there is to look at: stored studies and one's own, and how these stand
``GET  …/studies/form``         what a study of one's own can be, and what a run costs here
``POST …/studies``              starts one (JSON, see ``study_form.py``); 202 and its state
``GET  …/studies/ID``           how it stands
``POST …/studies/ID/cancel``    ends it
``POST …/studies/ID/again``     puts one that failed into the line again
``GET  …/studies/ID/view``      what the page draws of a result, for ``outcome``, ``time`` and ``width``
``GET  …/studies/ID/bars.svg``, ``bars.csv``, ``lines.csv``, ``findings.csv``, ``folder.zip``: downloads

ID is ``levers`` or ``choice`` for the stored studies of the model, else the beginning of a study's hash. No request
ever runs a study: it writes into the table of jobs and reads from it.
"""

from __future__ import annotations

import hashlib
import ipaddress
import logging
import re
import secrets
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from flask import Flask, Response, jsonify, request

from policy_lab.app import ranking_view
from policy_lab.app import study_form as form
from policy_lab.app.labels import count_of
from policy_lab.app.stored_studies import CHOICE, LEVERS
from policy_lab.app.study_download import packed
from policy_lab.catalogue import here, part, say
from policy_lab.ensemble.findings import Findings
from policy_lab.ensemble.study_file import study_from
from policy_lab.errors import OutputError, PolicyLabError
from policy_lab.jobs import Job, Queue, Refused
from policy_lab.jobs.queue import id_of
from policy_lab.model import Model
from policy_lab.progress import SIMULATING
from policy_lab.studies import plan_of

log = logging.getLogger("policy_lab.studies")

COOKIE: Final = "policy-lab-studies"
#: A browser is known by its cookie for this long (s), so that its studies are found again.
REMEMBERED: Final = 90 * 24 * 3600
#: Seconds that all but the runs take before anybody has measured it.
USUAL_REST: Final = 10.0
#: Bytes read at once for a download.
BLOCK: Final = 1 << 18
#: What a study's folder holds besides its result.
NOT_RESULT: Final = ("lock", "work")


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
        """Put a study that failed into the line again, as it was asked for; None if there is no such one."""
        job = self.queue.job(name)
        if job is None:
            return None
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


def register(server: Flask, prefix: str, studies: Studies) -> None:
    """Adds the addresses to a server."""

    def tended() -> None:
        try:
            studies.queue.tend_now_and_then()
        except OutputError as error:
            log.error("%s", error)

    def listing() -> Response:
        tended()
        texts = {**part("rank.page"), "missing": say("rank.missing")}
        return jsonify({"studies": studies.listed(_client()), "texts": texts})

    def offer() -> Response:
        limits = studies.queue.limits
        return jsonify(
            {**form.form(studies.model), "cost": studies.cost(), "runs": limits.runs, "texts": part("study.form")}
        )

    def start() -> Response:
        if not request.is_json:
            return _plain(say("study.not_understood"), 415)
        client = _client() or secrets.token_urlsafe(18)
        job = studies.start(request.get_json(silent=True), client, _address(studies.queue.folder))
        reply = jsonify(studies.told(job))
        reply.status_code = 202
        _remember(reply, client, prefix)
        return reply

    def state(name: str) -> Response:
        tended()
        job = studies.queue.job(name)
        return jsonify(studies.told(job)) if job else _plain(say("study.gone"), 404)

    def cancel(name: str) -> Response:
        job = studies.queue.cancel(name, _client()) if request.is_json else None
        return jsonify(studies.told(job)) if job else _plain(say("study.gone"), 404)

    def again(name: str) -> Response:
        client = _client()
        job = studies.again(name, client, _address(studies.queue.folder)) if request.is_json and client else None
        return jsonify(studies.told(job)) if job else _plain(say("study.gone"), 404)

    def view(name: str) -> Response:
        findings = found(name)
        about = {"title": studies.title(name), "caution": ranking_view.version_notice(findings, studies.model)}
        return jsonify({**ranking_view.view(findings, request.args, beside(name, findings)), **about})

    def beside(name: str, findings: Findings) -> Findings | None:
        """The stored study that one's own is set against."""
        for folder in studies.stored.values() if name not in studies.stored else ():
            other = ranking_view.load_ranking(folder).findings
            if other is not None and ranking_view.comparable(findings, other):
                return other
        return None

    def found(name: str) -> Findings:
        folder = studies.folder(name)
        if folder is None:
            raise Missing(say("rank.missing" if name in (LEVERS, CHOICE) else "study.gone"))
        ranking = ranking_view.load_ranking(folder)
        if ranking.findings is None:
            if name in studies.stored:
                raise Missing(ranking.problem)
            log.error("study %s in %s: %s", name, folder, ranking.problem)
            raise Missing(say("study.damaged"))
        return ranking.findings

    def file(name: str, kind: str) -> Response:
        findings = found(name)
        outcome = request.args.get("outcome", "")
        outcome = outcome if outcome in findings.outcomes else findings.outcomes[0]
        time = ranking_view.time_of(request.args.get("time"), findings)
        link = f"{request.host_url.rstrip('/')}{prefix}rank#study={name}"
        makers: dict[str, Callable[[], Response]] = {
            "bars.svg": lambda: _file(
                ranking_view.bars_file(findings, outcome, time, link), "image/svg+xml", named("svg")
            ),
            "bars.csv": lambda: _file(
                ranking_view.bars_csv(findings, outcome, time, beside(name, findings)), "text/csv", named("csv")
            ),
            "lines.csv": lambda: _file(
                ranking_view.lines_csv(findings, outcome), "text/csv", named("csv", "over-time-")
            ),
            "findings.csv": lambda: _file(_text(findings, "findings.csv"), "text/csv", f"{name}-findings.csv"),
            "folder.zip": lambda: _zip(findings, f"policy-lab-study-{name}.zip"),
        }

        def named(ending: str, begin: str = "ranking-") -> str:
            return f"{begin}{slug(outcome)}.{ending}"

        return makers[kind]() if kind in makers else _plain(say("study.gone"), 404)

    def guarded(answer: Callable[..., Response]) -> Callable[..., Response]:
        def guard(**parts: str) -> Response:
            try:
                reply = answer(**parts)
            except Missing as error:
                return _plain(str(error), 404)
            except Refused as error:
                return _plain(here().in_words(error.message), 429)
            except OutputError as error:
                log.error("%s", error)
                return _plain(say("study.no_room"), 507)
            except PolicyLabError as error:
                return _plain(here().in_words(error.message), 422)
            reply.headers.setdefault("Cache-Control", "no-store")
            return reply

        return guard

    at = f"{prefix}studies"
    for path, name, answer, ways in (
        (at, "studies", listing, ["GET"]),
        (at, "studies-start", start, ["POST"]),
        (f"{at}/form", "studies-form", offer, ["GET"]),
        (f"{at}/<name>", "studies-state", state, ["GET"]),
        (f"{at}/<name>/cancel", "studies-cancel", cancel, ["POST"]),
        (f"{at}/<name>/again", "studies-again", again, ["POST"]),
        (f"{at}/<name>/view", "studies-view", view, ["GET"]),
        (f"{at}/<name>/<kind>", "studies-file", file, ["GET"]),
    ):
        server.add_url_rule(path, name, guarded(answer), methods=ways)


class Missing(Exception):
    """There is no such study, or it cannot be read; its text says which."""


def _client() -> str:
    """The token that this browser is known by, "" if it has none."""
    token = request.cookies.get(COOKIE, "")
    return token if 16 <= len(token) <= 64 and token.isascii() else ""


def _remember(reply: Response, client: str, prefix: str) -> None:
    reply.set_cookie(
        COOKIE, client, max_age=REMEMBERED, path=prefix, httponly=True, samesite="Lax", secure=request.is_secure
    )


def _address(folder: Path) -> str:
    """A token for where a request comes from, "" for this machine; the address itself is never kept."""
    remote = request.remote_addr or ""
    try:
        address = ipaddress.ip_address(remote)
    except ValueError:
        return ""
    if address.is_loopback:
        return ""
    if isinstance(address, ipaddress.IPv6Address):  # one household or office has a whole network of them
        remote = str(ipaddress.ip_network((remote, 64), strict=False))
    return hashlib.blake2b(remote.encode(), key=_secret(folder), digest_size=12).hexdigest()


def _secret(folder: Path) -> bytes:
    """Something that only this server knows; all its processes know the same."""
    path = folder / "secret"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            path.chmod(0o600)
            file.write(secrets.token_bytes(32))
    except FileExistsError:
        pass
    except OSError as error:
        raise OutputError("error.output.write", path=path, reason=error.strerror or error) from None
    return path.read_bytes()[:32]


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


def slug(name: str) -> str:
    """A variable's name as part of a file's: lower case, letters and digits, hyphens between."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:60] or "outcome"


def _plain(text: str, status: int) -> Response:
    return Response(f"{text}\n", status=status, mimetype="text/plain")


def _file(text: str, kind: str, name: str) -> Response:
    return Response(text, mimetype=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _text(findings: Findings, name: str) -> str:
    assert findings.folder is not None  # they were read from it
    return (findings.folder / name).read_text(encoding="utf-8")


def _zip(findings: Findings, name: str) -> Response:
    """The whole result folder, packed while it is sent: neither memory nor disk holds it."""
    reply = Response(packed(findings), mimetype="application/zip")
    reply.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    reply.headers["X-Accel-Buffering"] = "no"  # a proxy passes it on as it comes
    return reply
