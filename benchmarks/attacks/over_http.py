"""Attacks on a running server: its names, its origin, its memory, its queue of studies."""

from __future__ import annotations

import http.client
import json
import os
import re
import urllib.request
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.attacks.requests import Sent, hostile

#: Host names that are not this server's, as a rebound page would send them.
NAMES = (
    "evil.example",
    "evil.example:8050",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "[::1",
    "a b",
    "xn--x",
)
#: What a browser says of a page of another site.
FOREIGN: tuple[dict[str, str], ...] = (
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost:1"},
)
CHANGES = ("/studies", "/studies/estimate", "/studies/1f/cancel", "/studies/1f/again", "/answer")
ORDERS = len(FOREIGN) * len(CHANGES)
#: What honest people ask for.
ASKED = ("/health", "/studies", "/", "/variables.json")
#: Studies that one address may have unfinished, and how many are tried.
NEAR, TRIED = 8, 21


def environment(folder: Path) -> dict[str, str]:
    """Of a server with a folder of its own for studies."""
    return {**os.environ, "POLICY_LAB_STUDIES": str(folder)}


@dataclass(frozen=True)
class Target:
    """A server of ours."""

    port: int
    pid: int

    def send(self, sent: Sent) -> tuple[int, dict[str, str], str]:
        """Status, headers (in lower case) and text of the answer, on a connection of its own."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            line.putrequest(sent.method, sent.path, skip_host="Host" in sent.headers, skip_accept_encoding=True)
            for name, value in {**sent.headers, "Connection": "close"}.items():
                line.putheader(name, re.sub(r"[\r\n]", " ", value).encode("utf-8"))
            if sent.body is not None:
                line.putheader("Content-Length", str(len(sent.body)))
            line.endheaders(sent.body)
            reply = line.getresponse()
            text = reply.read().decode("utf-8", "replace")
            return reply.status, {k.casefold(): v for k, v in reply.getheaders()}, text
        finally:
            line.close()

    def memory(self) -> float:
        """MB of the server and its workers together; what they share counts once."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text(encoding="ascii").split()
        return sum(map(_own, [str(self.pid), *children]))


def _own(pid: str) -> float:
    try:
        if b"jobs.runner" in Path(f"/proc/{pid}/cmdline").read_bytes():
            return 0.0
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0.0
    return sum(int(n) for n in re.findall(r"^Pss:\s+(\d+)", text, re.MULTILINE)) / 1024


def other_names(target: Target) -> list[str]:
    """Faults found when other names lead to it."""
    found = []
    for name in NAMES:
        status, headers, text = target.send(Sent("POST", "/studies/estimate", {"Host": name}, b"{}"))
        if status not in (400, 421) or "content-security-policy" not in headers or "problem" in text:
            found.append(f"{name}: {status}")
    return found


def other_sites(target: Target) -> list[str]:
    """Faults found when pages of other sites give orders."""
    found = []
    for path in CHANGES:
        for foreign in FOREIGN:
            sent = Sent("POST", path, {**foreign, "Content-Type": "application/json"}, b"{}")
            if (status := target.send(sent)[0]) != 403:
                found.append(f"{path} from {foreign}: {status}")
    return found


def long_headers(target: Target, count: int, seed: int) -> list[str]:
    """So many requests, each with headers that decide an answer and that nobody has sent before."""
    found = []
    for n in range(count):
        odd = f"{seed}-{n}-" + "x" * 7000
        headers = {"Accept-Language": f"de-{odd}", "Cookie": f"a={odd}", "Referer": f"http://127.0.0.1/?lang={odd}"}
        status, _, _ = target.send(Sent("GET", f"/?x={seed}{n}" if n % 2 else "/variables.json", headers))
        if status != 200:
            found.append(str(status))
    return found


@cache
def _of_the_app() -> list[tuple[str, tuple[str, ...]]]:
    """Every rule of the app and its methods, from the app itself."""
    from policy_lab.app import create_app
    from policy_lab.app.rooms import Rooms
    from policy_lab.model import load_model

    rules: dict[str, set[str]] = {}
    for rule in create_app(load_model("core"), rooms=Rooms(Path("/"))).server.url_map.iter_rules():
        rules.setdefault(rule.rule, set()).update((rule.methods or set()) - {"OPTIONS", "HEAD"})
    return sorted((rule, tuple(sorted(methods))) for rule, methods in rules.items())


def _form(target: Target) -> dict[str, Any]:
    """A study as the page would ask for it."""
    with urllib.request.urlopen(f"http://127.0.0.1:{target.port}/studies/form", timeout=60) as reply:
        offered = json.loads(reply.read())
    varied = {f["name"]: [f["low"], f["high"]] for g in offered["groups"] if g["kind"] == "lever" for f in g["factors"]}
    outcome = offered["outcomes"][0]["name"]
    scenario = offered["worlds"][0]["value"]
    return {"question": "levers", "scenario": scenario, "size": "quick", "outcomes": [outcome], "factors": varied}


def hostile_requests(target: Target, count: int, seed: int) -> list[str]:
    """Faults of so many requests over every route; none of them starts a study."""
    form = _form(target)
    good: dict[str, list[Any]] = {
        "/rooms": [{"about": "a:1"}],
        "/studies/estimate": [form],
        "/answer": [{"settings": [{}], "outputs": form["outcomes"], "until": None}],
    }
    known = ("levers", "view", "status_quo", *form["outcomes"])
    found = []
    for sent in hostile(_of_the_app(), good, known, count, seed):
        status, headers, text = target.send(sent)
        own_words = headers.get("content-type", "").startswith("text/plain")
        if status >= 500 and not (status in (503, 507) and own_words and text.strip()):
            found.append(f"{status} {sent}")
        elif own_words and re.search(r"Traceback|File \"|\.py\b", text):
            found.append(f"trace {sent}")
        elif "content-security-policy" not in headers or headers.get("x-content-type-options") != "nosniff":
            found.append(f"bare {sent}")
    return found


def unfinished_studies(target: Target) -> tuple[list[str], str]:
    """Somebody without a cookie asks for study after study; then somebody else for one."""
    form, taken, refused = _form(target), 0, 0
    for seed in range(1, TRIED + 1):
        status = _asks(target, {**form, "size": "indices", "seed": seed}, "203.0.113.7")
        taken, refused = taken + (status == 202), refused + (status == 429)
    other = _asks(target, {**form, "seed": 99}, "198.51.100.9")
    what = f"{TRIED} from one address: {taken} taken, {refused} refused; another address then {other}"
    wrong = [] if taken <= NEAR and taken + refused == TRIED and other == 202 else [what]
    return wrong, what


def _asks(target: Target, form: dict[str, Any], address: str) -> int:
    headers = {"Content-Type": "application/json", "X-Forwarded-For": address}
    return target.send(Sent("POST", "/studies", headers, json.dumps(form).encode()))[0]
