"""Nothing that a path, a query, a header or a body holds ends in anything but an answer in words."""

from __future__ import annotations

import gc
import json
import logging
import re
import time
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from benchmarks.attacks.malformed import MALFORMED, answer, fault
from benchmarks.attacks.requests import hostile
from policy_lab.app import create_app, study_form
from policy_lab.app.rooms import Rooms
from policy_lab.jobs import Limits, Queue
from policy_lab.model import Model, load_model
from policy_lab.studies import Study, run_study
from tests.running_server import SMALL, port_of, served

#: Statuses of a server that cannot do something now, and says so.
BUSY = (503, 507)


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model(SMALL)


@pytest.fixture(scope="module")
def server(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """With a stored study, and no room for others, so that nothing is computed."""
    folder = tmp_path_factory.mktemp("hostile")
    run_study(
        Study(model=str(SMALL), scenario="status_quo", size=16, factors="levers", times=(2050.0,)), folder / "study"
    )
    queue = Queue(folder / "studies", Limits(waiting=0))
    rooms = Rooms(folder / "rooms.sqlite")
    return create_app(model, rank_folder=folder / "study", queue=queue, rooms=rooms).server


def routes(server: Flask) -> list[tuple[str, tuple[str, ...]]]:
    """Every rule of the app and its methods, from the app itself."""
    found = {rule.rule: tuple(sorted((rule.methods or set()) - {"OPTIONS"})) for rule in server.url_map.iter_rules()}
    for rule in server.url_map.iter_rules():
        found[rule.rule] = tuple(sorted({*found[rule.rule], *((rule.methods or set()) - {"OPTIONS"})}))
    return sorted(found.items())


def bodies(model: Model) -> dict[str, list[Any]]:
    """What the page sends, by the rule that takes it."""
    offered = study_form.form(model)
    factors = {f["name"]: [f["low"], f["high"]] for group in offered["groups"] for f in group["factors"]}
    levers = {name: factors[name] for name in model.levers}
    outcomes = [o["name"] for o in offered["outcomes"]][:2]
    conditions = [{"outcome": outcomes[0], "side": "above", "limit": 1.0, "time": offered["times"][-1]}]
    forms = []
    for question in offered["questions"]:
        varied = {n: r for n, r in factors.items() if (n in levers) == (question["varies"] == ["lever"])}
        made = {"conditions": conditions, "share": 0.1, "outcome": outcomes[0], "scenario": "status_quo",
                "scenarios": list(model.scenarios)}  # fmt: skip
        options = {box["name"]: made.get(box["kind"], box["value"]) for box in question["boxes"]}
        forms.append(
            {"question": question["value"], "scenario": "status_quo", "size": question["size"], "outcomes": outcomes,
             "factors": varied, "options": options, "fixed": {}, "seed": 1}
        )  # fmt: skip
    answers = [{"settings": [dict.fromkeys(levers, 1.0), {}], "outputs": outcomes, "until": 2040.0}]
    return {"/studies": forms, "/studies/estimate": forms, "/answer": answers, "/rooms": [{"about": "a:1"}]}


def answered(server: Flask, model: Model, count: int, seed: int) -> tuple[int, list[str]]:
    """How many got an answer that is no refusal, and what was wrong."""
    known = ("levers", "findings.csv", "folder.zip", "view", "status_quo", "names.json", "0", *model.outcomes)
    client, fine, wrong = server.test_client(use_cookies=False), 0, []
    for sent in hostile(routes(server), bodies(model), known, count, seed):
        path, _, query = sent.path.partition("?")
        try:
            reply = client.open(
                path, method=sent.method, query_string=query, headers=dict(sent.headers), data=sent.body
            )
        except Exception as error:
            wrong.append(f"{type(error).__name__}: {error} {sent}")
            continue
        fine += reply.status_code == 200
        said = reply.text if reply.mimetype == "text/plain" else ""
        if reply.status_code >= 500 and not (reply.status_code in BUSY and said.strip()):
            wrong.append(f"{reply.status_code} {sent}")
        if re.search(r"Traceback|File \"|\.py\b|Error:", said):
            wrong.append(f"trace {sent}")
        if reply.headers.get("X-Content-Type-Options") != "nosniff" or "Content-Security-Policy" not in reply.headers:
            wrong.append(f"bare {sent}")
        reply.close()
    return fine, wrong


def test_every_route_answers_what_no_page_sends(server: Flask, model: Model, written: list[logging.LogRecord]) -> None:
    assert len(routes(server)) > 15
    fine, wrong = answered(server, model, 900, seed=1)
    assert wrong == []
    assert [line for line in written if line.levelno >= logging.ERROR] == []
    assert fine > 50  # it is not all refused at the door


@pytest.mark.parametrize(
    "body",
    [
        b'"' + b'\\"' * 450_000,
        b'["' + b'\\"' * 450_000,
        b"[" * 900_000,
        b"[]" * 400_000,
        b'{"a":' * 150_000,
        b'{"a":"' * 150_000,
        b"9" * 900_000,
        b"-0." + b"1" * 900_000,
        b'"' + b"\\ud800" * 140_000 + b'"',
        b'{"settings":[' + b",".join([b"{}"] * 300_000) + b"]}",
    ],
    ids=lambda body: body[:12],
)
def test_a_large_body_costs_no_time(server: Flask, body: bytes) -> None:
    client = server.test_client(use_cookies=False)
    for path in ("/answer", "/studies/estimate", "/rooms"):
        began = time.process_time()
        reply = client.post(path, data=body, content_type="application/json")
        assert reply.status_code < 500
        assert time.process_time() - began < 3.0


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ('{"a": [1, 2.5, -0.0, "\\u00e9\\ud83d\\ude00", true, null]}', {"a": [1, 2.5, -0.0, "é😀", True, None]}),
        ('"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["', "[" * 40),
        ("[" * 32 + "]" * 32, None),
    ],
)
def test_what_is_json_is_read(server: Flask, text: str, read: object) -> None:
    assert server.json.loads(text) == (read if read is not None else json.loads(text))


@pytest.mark.parametrize(
    "text", ["NaN", "-Infinity", "1e999", "1" * 301, '"\\ud800"', "[" * 33 + "]" * 33, "{", "'a'", ""]
)
def test_what_is_no_json_is_not(server: Flask, text: str) -> None:
    with pytest.raises(ValueError):
        server.json.loads(text)


@pytest.mark.deep
def test_ten_thousand_more_leave_memory_flat(server: Flask, model: Model) -> None:
    answered(server, model, 2000, seed=2)
    gc.collect()
    before = resident()
    fine, wrong = answered(server, model, 8000, seed=3)
    gc.collect()
    assert wrong == []
    assert fine > 500
    assert resident() - before < 20.0


def resident() -> float:
    """Memory of this process in MB."""
    return int(re.search(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text(encoding="ascii"))[1]) / 1024  # type: ignore[index]


@pytest.mark.parametrize("workers", ["0", "2"])
def test_what_is_no_request_is_refused_by_either_server(tmp_path: Path, workers: str) -> None:
    with served("--workers", workers, studies=tmp_path) as (address, server):
        port = port_of(address)
        faults = [found for sent in MALFORMED if (found := fault(sent, answer(port, sent)))]
        server.terminate()
        _, log = server.communicate(timeout=30)
    assert faults == []
    assert log == ""  # what strangers send leaves no line unless a log is asked for
