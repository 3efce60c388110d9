"""Addresses of the Rank page; everything it draws comes from here, as data its script asks for.

``GET  …/studies``              what there is to look at: stored studies and one's own, and how these stand
``GET  …/studies/form``         what a study of one's own can be
``POST …/studies/estimate``     how long one would take here, or what is wrong with it
``POST …/studies``              starts one (JSON, see ``study_form.py``); 202 and its state
``GET  …/studies/ID``           how it stands
``POST …/studies/ID/cancel``    ends it
``POST …/studies/ID/again``     puts one that failed into the line again
``GET  …/studies/ID/view``      what the page draws of a result, for ``outcome``, ``time`` and ``width``
``GET  …/studies/ID/findings.csv``, ``folder.zip``: downloads; 503 while too many of the latter are under way

ID is the question of a stored study (``levers``), or its name, else the beginning of a study's hash. No request
ever runs a study: it writes into the table of jobs and reads from it.
"""

from __future__ import annotations

import hashlib
import ipaddress
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flask import Flask, Response, jsonify, request

from policy_lab.app import study_form as form
from policy_lab.app.studies import Missing, Studies
from policy_lab.app.study_download import packed
from policy_lab.catalogue import here, part, say
from policy_lab.ensemble.findings import Findings
from policy_lab.errors import OutputError, PolicyLabError
from policy_lab.jobs import Refused
from policy_lab.jobs.queue import REMEMBERED

log = logging.getLogger("policy_lab.studies")

COOKIE: Final = "policy-lab-studies"
#: Seconds after which one may ask again.
LATER: Final = 30


@dataclass(frozen=True)
class Answers:
    """What each address answers."""

    studies: Studies
    prefix: str

    def _client(self, token: str) -> str:
        """What the table knows a browser by: nobody who reads it can pass for the browser; "" for none."""
        return _hidden(token, self.studies.queue.folder) if token else ""

    def _tended(self) -> None:
        try:
            self.studies.queue.tend_now_and_then()
        except OutputError as error:
            log.error("%s", error)

    def listing(self) -> Response:
        """What there is to look at, and how one's own stand."""
        self._tended()
        texts = {**part("rank.page"), "missing": say("rank.missing")}
        listed = self.studies.listed(self._client(_token()))
        questions = form.named_questions(self.studies.model, (study["question"] for study in listed))
        return jsonify({"studies": listed, "texts": texts, "questions": questions})

    def offer(self) -> Response:
        """What a study of one's own can be."""
        return jsonify({**form.form(self.studies.model), "texts": part("study.form")})

    def estimate(self) -> Response:
        """How long a study would take here, or why it cannot be run: the form asks whenever something is changed."""
        try:
            return jsonify({"said": self.studies.estimate(request.get_json(silent=True))})
        except PolicyLabError as error:
            return jsonify({"problem": here().in_words(error.message)})

    def start(self) -> Response:
        """Puts one into the line."""
        if not request.is_json:
            return _plain(say("study.not_understood"), 415)
        token = _token() or secrets.token_urlsafe(18)
        sent = request.get_json(silent=True)
        job = self.studies.start(sent, self._client(token), _address(self.studies.queue.folder))
        reply = jsonify(self.studies.told(job))
        reply.status_code = 202
        _remember(reply, token, self.prefix)
        return reply

    def state(self, name: str) -> Response:
        """How one stands."""
        self._tended()
        job = self.studies.job(name)
        return jsonify(self.studies.told(job)) if job else _plain(say("study.gone"), 404)

    def cancel(self, name: str) -> Response:
        """Ends one."""
        ours = request.is_json and self.studies.job(name)
        job = self.studies.queue.cancel(name, self._client(_token())) if ours else None
        return jsonify(self.studies.told(job)) if job else _plain(say("study.gone"), 404)

    def again(self, name: str) -> Response:
        """Puts one that failed into the line again."""
        client = self._client(_token())
        job = (
            self.studies.again(name, client, _address(self.studies.queue.folder))
            if request.is_json and client
            else None
        )
        return jsonify(self.studies.told(job)) if job else _plain(say("study.gone"), 404)

    def view(self, name: str) -> Response:
        """What the page draws of a result."""
        return jsonify(self.studies.view(name, request.args))

    def file(self, name: str, kind: str) -> Response:
        """A result to take away, as ``kind`` says."""
        findings = self.studies.findings(name)
        makers: dict[str, Callable[[], Response]] = {
            "findings.csv": lambda: _file(_text(findings, "findings.csv"), "text/csv", f"{name}-findings.csv"),
            "folder.zip": lambda: self._zip(findings, f"policy-lab-study-{name}.zip"),
        }
        return makers[kind]() if kind in makers else _plain(say("study.gone"), 404)

    def _zip(self, findings: Findings, name: str) -> Response:
        """The whole result folder, packed while it is sent: neither memory nor disk holds it."""
        if not self.studies.queue.downloads.acquire(blocking=False):
            reply = _plain(say("study.many_downloads"), 503)
            reply.headers["Retry-After"] = str(LATER)
            return reply
        try:
            reply = Response(packed(findings), mimetype="application/zip")
        except BaseException:
            self.studies.queue.downloads.release()
            raise
        reply.call_on_close(self.studies.queue.downloads.release)
        reply.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        reply.headers["X-Accel-Buffering"] = "no"  # a proxy passes it on as it comes
        return reply


def register(server: Flask, prefix: str, studies: Studies) -> None:
    """Adds the addresses to a server."""
    answers, at = Answers(studies, prefix), f"{prefix}studies"
    for path, name, answer, ways in (
        (at, "studies", answers.listing, ["GET"]),
        (at, "studies-start", answers.start, ["POST"]),
        (f"{at}/form", "studies-form", answers.offer, ["GET"]),
        (f"{at}/estimate", "studies-estimate", answers.estimate, ["POST"]),
        (f"{at}/<name>", "studies-state", answers.state, ["GET"]),
        (f"{at}/<name>/cancel", "studies-cancel", answers.cancel, ["POST"]),
        (f"{at}/<name>/again", "studies-again", answers.again, ["POST"]),
        (f"{at}/<name>/view", "studies-view", answers.view, ["GET"]),
        (f"{at}/<name>/<kind>", "studies-file", answers.file, ["GET"]),
    ):
        server.add_url_rule(path, name, _guarded(answer), methods=ways)


def _guarded(answer: Callable[..., Response]) -> Callable[..., Response]:
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


def _token() -> str:
    """The token that this browser is known by, "" if it has none."""
    token = request.cookies.get(COOKIE, "")
    return token if 16 <= len(token) <= 64 and token.isascii() else ""


def _remember(reply: Response, token: str, prefix: str) -> None:
    reply.set_cookie(
        COOKIE, token, max_age=int(REMEMBERED), path=prefix, httponly=True, samesite="Lax", secure=request.is_secure
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
    return _hidden(remote, folder)


def _hidden(text: str, folder: Path) -> str:
    """A token for a text that tells nothing of it."""
    return hashlib.blake2b(text.encode(), key=_secret(folder), digest_size=12).hexdigest()


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


def _plain(text: str, status: int) -> Response:
    return Response(f"{text}\n", status=status, mimetype="text/plain")


def _file(text: str, kind: str, name: str) -> Response:
    return Response(text, mimetype=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _text(findings: Findings, name: str) -> str:
    assert findings.folder is not None  # they were read from it
    return (findings.folder / name).read_text(encoding="utf-8")
