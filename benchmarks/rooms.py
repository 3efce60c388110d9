"""A room of the app: 300 pupils leave their guess within a minute on two workers.

    python benchmarks/rooms.py [--pupils N] [--seconds S]

Each posts once, on a connection of its own, at a moment drawn by chance; a tenth of them within the same second, as a
class does when the teacher says "now". A line of figures: how many were taken and are in the room, the median and the
95th percentile of the time that a pupil waits, and by how much the memory of the server grew.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.attack import served
from benchmarks.attacks.over_http import Target
from benchmarks.attacks.requests import Sent

DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True)
class Lesson:
    """What came of it.

    Attributes:
        taken: answers that were 201; ``kept`` codes that the room then had.
        waited: seconds of each pupil, the shortest first.
        grown: MB of the server and its workers.
    """

    taken: int
    kept: int
    waited: list[float]
    grown: float

    @property
    def late(self) -> float:
        """The 95th percentile of the seconds."""
        return self.waited[int(0.95 * len(self.waited))]


def opened(target: Target) -> dict[str, Any]:
    """A new room, with its key."""
    body = json.dumps({"about": "critical_mass:4"}).encode()
    status, _, text = target.send(Sent("POST", "/rooms", {"Content-Type": "application/json"}, body))
    assert status == 201, text
    return dict(json.loads(text))


def lesson(target: Target, pupils: int, seconds: float) -> Lesson:
    """A class of so many within so many seconds."""
    room, chance = opened(target), random.Random(1)
    codes = ["PL1004" + "".join(chance.choices(DIGITS, k=33)) for _ in range(pupils)]
    moments = sorted(seconds * (0.5 if n % 10 == 0 else chance.random()) for n in range(pupils))
    for code in codes[:20]:  # into a room of their own, so that all workers have begun
        target.send(Sent("POST", f"/rooms/{opened(target)['room']}", {}, code.encode()))
    before, began = target.memory(), time.monotonic()

    def pupil(moment: float, code: str) -> tuple[int, float]:
        time.sleep(max(0.0, began + moment - time.monotonic()))
        start = time.monotonic()
        try:
            return target.send(Sent("POST", f"/rooms/{room['room']}", {}, code.encode()))[0], time.monotonic() - start
        except (OSError, http.client.HTTPException):
            return 0, time.monotonic() - start

    with ThreadPoolExecutor(min(100, pupils)) as people:
        told = list(people.map(pupil, moments, codes))
    grown = target.memory() - before
    key = {"Authorization": f"Bearer {room['key']}"}
    kept = json.loads(target.send(Sent("GET", f"/rooms/{room['room']}/answers", key))[2])
    assert set(kept["codes"]) == set(codes)
    return Lesson(sum(status == 201 for status, _ in told), kept["count"], sorted(s for _, s in told), grown)


def main() -> int:
    words = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    words.add_argument("--pupils", type=int, default=300)
    words.add_argument("--seconds", type=float, default=60.0)
    asked = words.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder), "core", "--workers", "2", "--rooms") as target,
    ):
        told = lesson(target, asked.pupils, asked.seconds)
    print("| pupils | seconds | taken | in the room | median s | p95 s | longest s | MB |")
    print("|---" * 8 + "|")
    median, longest = told.waited[len(told.waited) // 2], told.waited[-1]
    print(
        f"| {asked.pupils} | {asked.seconds:g} | {told.taken} | {told.kept} | {median:.3f} | {told.late:.3f} "
        f"| {longest:.3f} | {told.grown:+.1f} |"
    )
    return 0 if told.taken == told.kept == asked.pupils and told.late < 1.0 and told.grown < 20.0 else 1


if __name__ == "__main__":
    sys.exit(main())
