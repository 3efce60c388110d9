"""Addresses of rooms; there are none unless the server was started with ``--rooms``.

``POST   …/rooms``              opens one: ``{"about": "STORY:STEP"}``; 201 and ``{room, about, until, key}``
``GET    …/rooms/ROOM``         ``{room, about, until}``, so that a page knows where pupils belong
``POST   …/rooms/ROOM``         leaves the code that is the body, 200 bytes at most; 201 and ``{said}``
``GET    …/rooms/ROOM/answers`` ``{count, steps, codes, said}`` for the key; ``steps`` has the count of each step by the
                                two digits that a code has for it, ``codes`` none of a step with fewer than five
``DELETE …/rooms/ROOM``         ends it for the key; 204

The key comes as ``Authorization: Bearer KEY``, never in an address, which a log or a screen might show. Refusals are a
sentence as plain text: 404 for letters of no room (wrong, or a day old), 403 for another's key, 422 for what is no
code, 503 when the server has as many rooms as it takes. No answer sets a cookie.

The page finds the address as ``files.rooms`` of its facts, where there are rooms; ``web/pages/learn-room.js`` calls
all of these. A room is opened on a step of a story and serves that whole story: ``about`` says where pupils who come by
``learn?room=LETTERS`` begin.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, jsonify, make_response, request

from policy_lab.app import errands
from policy_lab.app.rooms import LONGEST, NoRoom, NotAllowed, Room, Rooms
from policy_lab.catalogue import here, say
from policy_lab.errors import OutputError, PolicyLabError

log = logging.getLogger("policy_lab.access")


def register(server: Flask, prefix: str, rooms: Rooms | None) -> None:
    """Adds the addresses to a server, if there are rooms, and has it delete what has had its day."""
    if rooms is None:
        return

    def opened() -> tuple[Response, int]:
        sent = request.get_json(silent=True)
        about = sent.get("about", "") if isinstance(sent, dict) else ""
        room, key = rooms.open(about if isinstance(about, str) else "?")
        return jsonify({**_told(room), "key": key}), 201

    def room(name: str) -> Response:
        return jsonify(_told(rooms.room(name)))

    def answer(name: str) -> tuple[Response, int]:
        rooms.answer(name, request.stream.read(LONGEST + 1))
        return jsonify({"said": say("room.taken")}), 201

    def answers(name: str) -> Response:
        steps, codes = rooms.answers(name, _key())
        said = "" if codes else say("room.few")
        return jsonify({"count": sum(steps.values()), "steps": steps, "codes": codes, "said": said})

    def closed(name: str) -> Response:
        rooms.close(name, _key())
        return Response(status=204)

    at = f"{prefix}rooms"
    for path, name, does, way in (
        (at, "rooms-open", opened, "POST"),
        (f"{at}/<name>", "room", room, "GET"),
        (f"{at}/<name>", "room-answer", answer, "POST"),
        (f"{at}/<name>/answers", "room-answers", answers, "GET"),
        (f"{at}/<name>", "room-close", closed, "DELETE"),
    ):
        server.add_url_rule(path, name, _guarded(does), methods=[way])
    errands.add(server, rooms.tend)


def _told(room: Room) -> dict[str, Any]:
    return {"room": room.name, "about": room.about, "until": room.until}


def _key() -> str:
    return request.headers.get("Authorization", "").removeprefix("Bearer ").strip()


def _guarded(answer: Callable[..., Any]) -> Callable[..., Response]:
    def guard(**parts: str) -> Response:
        try:
            reply = make_response(answer(**parts))
        except PolicyLabError as error:
            reply = _refusal(error)
        reply.headers["Cache-Control"] = "no-store"
        return reply

    return guard


def _refusal(error: PolicyLabError) -> Response:
    if isinstance(error, OutputError):
        log.error("%s", error)
        return Response(f"{say('study.no_room')}\n", status=507, mimetype="text/plain")
    known = {NoRoom: 404, NotAllowed: 403}
    status = 503 if error.message.key == "error.room.full" else known.get(type(error), 422)
    return Response(f"{here().in_words(error.message)}\n", status=status, mimetype="text/plain")
