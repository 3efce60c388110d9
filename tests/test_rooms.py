"""Rooms: what a class leaves there, who is shown it, and that nothing of it or of them stays."""

from __future__ import annotations

import json
import logging
import re
import socket
import threading
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from benchmarks.attack import served
from benchmarks.rooms import lesson
from policy_lab.app import create_app, errands
from policy_lab.app.http_server import Server
from policy_lab.app.rooms import DAY, LEAST, LETTERS, MOST_CODES, NoRoom, Rooms
from policy_lab.jobs import Queue
from policy_lab.model import load_model
from tests.running_server import SMALL

CODES = [f"PL1{n:036X}" for n in range(400)]
HERE = {"REMOTE_ADDR": "203.0.113.77"}


class Clock:
    """Seconds since 1970 that a test sets."""

    def __init__(self) -> None:
        self.seconds = 1e9

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rooms(tmp_path: Path, clock: Clock) -> Rooms:
    return Rooms(tmp_path / "rooms.sqlite", clock)


@pytest.fixture
def client(rooms: Rooms, tmp_path: Path) -> FlaskClient:
    return create_app(load_model(SMALL), queue=Queue(tmp_path / "studies"), rooms=rooms).server.test_client()


def opened(client: FlaskClient) -> dict[str, Any]:
    reply = client.post("/rooms", json={"about": "critical_mass:4"}, environ_base=HERE)
    assert reply.status_code == 201
    return dict(reply.get_json())


def shown(client: FlaskClient, room: dict[str, Any], key: str | None = None) -> Any:
    return client.get(f"/rooms/{room['room']}/answers", headers={"Authorization": f"Bearer {key or room['key']}"})


def test_there_are_none_unless_asked_for(tmp_path: Path) -> None:
    client = create_app(load_model(SMALL), queue=Queue(tmp_path)).server.test_client()
    assert client.post("/rooms", json={"about": ""}).status_code in (404, 405)
    assert "rooms" not in json.loads(facts_of(client.get("/").text))["files"]


def test_the_page_is_told_where_they_are(client: FlaskClient) -> None:
    assert json.loads(facts_of(client.get("/").text))["files"]["rooms"] == "/rooms"


def facts_of(page: str) -> str:
    found = re.search(r'<script[^>]*id="facts-data"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert found
    return found[1]


def test_below_five_nothing_is_shown_and_from_five_on_all_of_it(client: FlaskClient) -> None:
    room = opened(client)
    assert re.fullmatch(rf"[{LETTERS}]{{6}}", room["room"])
    assert client.get(f"/rooms/{room['room'].lower()}").get_json()["about"] == "critical_mass:4"
    for n, code in enumerate(CODES[:LEAST], start=1):
        for _ in range(2):  # sent again, as a phone without a net does: it is one
            reply = client.post(f"/rooms/{room['room']}", data=f" {code.lower()}\n", environ_base=HERE)
            assert (reply.status_code, reply.get_json()["said"]) == (201, "Your guess is in the room.")
        told = shown(client, room).get_json()
        assert told["count"] == n
        assert told["codes"] == ([] if n < LEAST else sorted(CODES[:LEAST]))
        assert bool(told["said"]) == (n < LEAST)


def test_five_of_one_step_show_nothing_of_another(client: FlaskClient) -> None:
    """A room serves a lesson: the answers of each of its steps are counted for themselves."""
    room = opened(client)
    guesses = [f"PL1004{n:033X}" for n in range(LEAST)]
    choices = [f"PL1207{n:033X}" for n in range(LEAST)]
    for code in (*guesses, *choices[:-1]):
        client.post(f"/rooms/{room['room']}", data=code)
    told = shown(client, room).get_json()
    assert (told["count"], told["steps"]) == (2 * LEAST - 1, {"04": LEAST, "07": LEAST - 1})
    assert told["codes"] == guesses
    client.post(f"/rooms/{room['room']}", data=choices[-1])
    assert shown(client, room).get_json()["codes"] == guesses + choices


def test_only_who_opened_it_sees_and_ends_it(client: FlaskClient) -> None:
    room = opened(client)
    for code in CODES[:6]:
        client.post(f"/rooms/{room['room']}", data=code)
    for key in ("wrong", " ", "\u00e9", room["key"][:-1], opened(client)["key"]):
        refused = shown(client, room, key)
        assert refused.status_code == 403 and "opened this room" in refused.text and CODES[0] not in refused.text
        gone = client.delete(f"/rooms/{room['room']}", headers={"Authorization": f"Bearer {key}"})
        assert gone.status_code == 403
    assert client.get(f"/rooms/{room['room']}/answers").status_code == 403
    assert "key" not in client.get(f"/rooms/{room['room']}").get_json()
    end = client.delete(f"/rooms/{room['room']}", headers={"Authorization": f"Bearer {room['key']}"})
    assert end.status_code == 204
    assert shown(client, room).status_code == 404


@pytest.mark.parametrize(
    "sent", [b"", b"short", b"x" * 201, b"PL1 <script>", "PL1é".encode() * 9, b"\xff" * 40, b"\x00" * 40]
)
def test_what_is_no_code_is_refused_in_words(client: FlaskClient, sent: bytes) -> None:
    room = opened(client)
    reply = client.post(f"/rooms/{room['room']}", data=sent, headers={"Accept-Language": "de"})
    assert reply.status_code == 422 and "nicht der Code einer Schätzung" in reply.text
    assert shown(client, room).get_json()["count"] == 0


@pytest.mark.parametrize("name", ["BCDFGH", "AAAAAA", "x", "b" * 300, "%00", "' OR 1=1 --"])
def test_letters_of_no_room_are_refused_in_words(client: FlaskClient, name: str) -> None:
    for reply in (client.post(f"/rooms/{name}", data=CODES[0]), client.get(f"/rooms/{name}")):
        assert reply.status_code == 404 and "Check the six letters" in reply.text


def test_a_day_later_nothing_of_it_is_left_anywhere(client: FlaskClient, rooms: Rooms, clock: Clock) -> None:
    room = opened(client)
    for code in CODES[:10]:
        client.post(f"/rooms/{room['room']}", data=code)
    raw = b"".join(path.read_bytes() for path in rooms.path.parent.glob("rooms.sqlite*"))
    assert CODES[0].encode() in raw  # what is looked for is found while it is there
    clock.seconds += DAY - 1
    rooms.tend()
    assert shown(client, room).get_json()["count"] == 10
    clock.seconds += 2
    late = client.post(f"/rooms/{room['room']}", data=CODES[11])
    assert late.status_code == 404 and "closes after 24 hours" in late.text
    rooms.tend()
    left = b"".join(path.read_bytes() for path in rooms.path.parent.glob("rooms.sqlite*"))
    for trace in (room["room"].encode(), b"critical_mass", *(code.encode() for code in CODES[:10])):
        assert trace not in left
    with rooms.reading() as table:
        assert table.execute("SELECT (SELECT count(*) FROM room) + (SELECT count(*) FROM answer)").fetchone()[0] == 0


def test_a_server_that_nobody_asks_deletes_it_all_the_same(client: FlaskClient, rooms: Rooms, clock: Clock) -> None:
    opened(client)
    clock.seconds += DAY + 1
    due = errands.Errands(client.application)
    assert due.due(1000.0) and not due.due(1030.0) and due.due(1061.0)
    due.service()
    with rooms.reading() as table:
        assert table.execute("SELECT count(*) FROM room").fetchone()[0] == 0


def test_a_server_sees_to_its_errands_without_a_request(client: FlaskClient) -> None:
    done = threading.Event()
    errands.add(client.application, done.set)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        server = Server(client.application, listening)
        server.turn(0.01)
        assert done.wait(20.0)
        server.task_dispatcher.shutdown()
        server.trigger.close()


def test_no_cookie_is_set_and_no_address_kept(
    client: FlaskClient, rooms: Rooms, written: list[logging.LogRecord]
) -> None:
    room = opened(client)
    posted = client.post(f"/rooms/{room['room']}", data=CODES[0], environ_base=HERE)
    refused = client.post("/rooms/BCDFGH", data=CODES[1], environ_base=HERE)
    for reply in (posted, refused, client.get(f"/rooms/{room['room']}"), shown(client, room)):
        assert "Set-Cookie" not in reply.headers
        assert reply.headers["Cache-Control"] == "no-store"
        assert "Content-Security-Policy" in reply.headers
    lines = "\n".join(record.getMessage() for record in written)
    assert not re.search(r"203\.0|PL1|critical|" + re.escape(room["key"]), lines)
    raw = b"".join(path.read_bytes() for path in rooms.path.parent.rglob("rooms.sqlite*"))
    assert b"203.0" not in raw and room["key"].encode() not in raw
    assert rooms.path.stat().st_mode & 0o777 == 0o600
    with rooms.reading() as table:
        columns = [row["name"] for t in ("room", "answer") for row in table.execute(f"PRAGMA table_info({t})")]
    assert columns == ["name", "key", "about", "opened", "room", "code"]


def test_a_page_of_another_site_opens_no_room_and_leaves_no_code(client: FlaskClient) -> None:
    room, foreign = opened(client), {"Sec-Fetch-Site": "cross-site"}
    assert client.post("/rooms", json={"about": ""}, headers=foreign).status_code == 403
    assert client.post(f"/rooms/{room['room']}", data=CODES[0], headers=foreign).status_code == 403
    assert shown(client, room).get_json()["count"] == 0


def test_rooms_and_their_codes_are_bounded(rooms: Rooms, monkeypatch: pytest.MonkeyPatch, client: FlaskClient) -> None:
    monkeypatch.setattr("policy_lab.app.rooms.MOST_ROOMS", 3)
    monkeypatch.setattr("policy_lab.app.rooms.MOST_CODES", 2)
    assert MOST_CODES >= 300 * 10
    first, second, third = opened(client), opened(client), opened(client)
    for room in (second, third):
        rooms.answer(room["room"], CODES[0].encode())
    fourth = opened(client)  # instead of the oldest in which nobody has answered
    with pytest.raises(NoRoom):
        rooms.room(first["room"])
    rooms.answer(fourth["room"], CODES[0].encode())
    full = client.post("/rooms", json={"about": ""})
    assert full.status_code == 503 and "as many rooms as it takes" in full.text
    rooms.answer(second["room"], CODES[1].encode())
    assert client.post(f"/rooms/{second['room']}", data=CODES[2]).status_code == 422
    for about in ("<b>", "x" * 99, 7, None, ["a"]):
        assert client.post("/rooms", json={"about": about}).status_code == 422


# A hundred in five seconds, which is four times as dense as 300 in a minute.
@pytest.mark.parametrize(("pupils", "seconds"), [(100, 5.0), pytest.param(300, 60.0, marks=pytest.mark.deep)])
def test_a_class_at_once_on_two_workers_loses_nobody(tmp_path: Path, pupils: int, seconds: float) -> None:
    with served(tmp_path, str(SMALL), "--workers", "2", "--rooms") as target:
        told = lesson(target, pupils, seconds)
    assert (told.taken, told.kept) == (pupils, pupils)
    assert told.late < 1.0
    assert told.grown < 20.0
