"""Requests that no page sends: every route, with each part of it replaced by what a reader of it may not expect."""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

#: Python reads all of these from JSON; written as they stand, since no encoder writes them.
RAW = ("NaN", "-Infinity", "1" + "0" * 400, "1e999", "-0.0", '"\\ud800"', '"\\u0000"', "[" * 500 + "]" * 500)
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 2**63, 10**30, 1e308, -1e-320, "", " ", "x", "x" * 3000, "\u202e", "😀", [], [[]],
    [None], [1, 2, 3], ["a", []], {}, {"": {}}, {"a": [1]}, [{}], [[], {}],
)  # fmt: skip
TEXTS = (
    "", " ", ".", "..", "../../../../etc/passwd", "%00", "%ff%fe", "\x7f", "nan", "1e400", "-1", "9" * 400, "٣", "0x10",
    "'\"><script>alert(1)</script>", "{}", "[]", "\ufeff", "\ud7ff", "a" * 2000, "&&==", "__class__", "levers\r\nX: y",
)  # fmt: skip
HEADERS: Mapping[str, tuple[str, ...]] = {
    "Referer": ("http://[::", "http://[x]/?lang=de", "//", "\x7f", "http://a/?lang=%ff", "a" * 3000),
    "Cookie": ("policy-lab-language=xx", "policy-lab-studies=" + "y" * 4000, "=;=;", 'a="\\777"', "lang", "é=ü"),
    "Accept-Language": ("de;q=NaN", "de;q=1e999", ",,,;;;", "x" * 3000, "*;q=-1", "de-" * 500),
    "Accept-Encoding": ("gzip;q=x", "gzip;q=nan", "*" * 3000, "identity;q=0"),
    "If-None-Match": ('W/"', '"' * 3000, "*", ","),
    "If-Modified-Since": ("yesterday", "Mon, 99 Foo 99999 99:99:99 GMT"),
    "Range": ("bytes=0-0,1-1,2-2", "bytes=-99999999999999999999", "lines=a-b"),
    "Content-Type": ("application/json; charset=utf-7", "text/plain", "multipart/form-data", "application/json;;"),
    "Origin": ("null", "http://[::", "http://127.0.0.1"),
    "Sec-Fetch-Site": ("same-origin", "cross-site", ""),
    "X-Forwarded-For": ("x", "1.2.3.4, ::1", "a" * 3000),
    "X-Forwarded-Host": ("[", "a b", "evil.example"),
}
QUERIES = ("outcome", "time", "width", "lang", "w", "m", "embed", "s", "until")


@dataclass(frozen=True)
class Sent:
    """One request; the body is None or bytes."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.path[:80]} {dict(self.headers)} {(self.body or b'')[:200]!r}"


def paths_of(rule: str, known: tuple[str, ...], chance: random.Random) -> str:
    """A path that a rule of the app's map fits, its parts filled with what is there or with what is not."""

    def filled(part: re.Match[str]) -> str:
        if part[1] and chance.random() < 0.5:
            return str(chance.choice([0, 1, 99, 10**25]))
        return quote(chance.choice(known) if chance.random() < 0.4 else chance.choice(TEXTS), safe="%")

    return re.sub(r"<(?:(int|path|string)(?:\([^)]*\))?:)?[^>]*>", filled, rule)


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something stands in a value of JSON, itself included."""
    yield at
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in list(items)[:3]:
        yield from places(one, (*at, key))


def changed(good: Any, chance: random.Random) -> bytes:
    """A body with one place of it replaced, left out, or with something beside it."""
    body, mark = copy.deepcopy(good), "\u0001here\u0001"
    where = chance.choice(list(places(good)))
    put: Any = mark if chance.random() < 0.3 else chance.choice(VALUES)
    if not where:
        body = put
    else:
        inside = body
        for key in where[:-1]:
            inside = inside[key]
        how = chance.random()
        if how < 0.1:
            del inside[where[-1]]
        elif how < 0.2 and isinstance(inside, dict):
            inside[chance.choice(TEXTS)] = put
        else:
            inside[where[-1]] = put
    text = json.dumps(body, ensure_ascii=False).replace(json.dumps(mark), chance.choice(RAW))
    return text.encode("utf-8", "surrogatepass")


def hostile(
    rules: list[tuple[str, tuple[str, ...]]],
    good: Mapping[str, list[Any]],
    known: tuple[str, ...],
    count: int,
    seed: int,
) -> Iterator[Sent]:
    """So many requests, each rule and method in turn.

    Args:
        rules: of the app's map, with the methods of each.
        good: bodies that are answered, by the rule that takes them; each request changes one of them.
        known: names that stand in paths of the app.
        count: how many.
        seed: of what is chosen.
    """
    chance = random.Random(seed)
    wide = (*QUERIES, *TEXTS[:6])
    for n in range(count):
        rule, methods = rules[n % len(rules)]
        method = chance.choice(methods) if chance.random() < 0.9 else chance.choice(("PUT", "DELETE", "TRACE", "PATCH"))
        path = paths_of(rule, known, chance)
        if chance.random() < 0.6:
            asked = [(chance.choice(wide), chance.choice((*TEXTS, *known))) for _ in range(chance.randint(1, 4))]
            path += "?" + "&".join(f"{quote(k)}={quote(v, safe='%')}" for k, v in asked)
        headers = {k: chance.choice(HEADERS[k]) for k in chance.sample(sorted(HEADERS), chance.choice((0, 0, 1, 1, 3)))}
        body = None
        if method not in ("GET", "HEAD"):
            headers.setdefault("Content-Type", "application/json")
            odd = (b"", b"{", b"\xff\xfe", b"\x00" * 2000, b"{" * 100_000, b'"' * 5001)
            body = changed(chance.choice(good[rule]), chance) if rule in good and chance.random() < 0.9 else None
            body = chance.choice(odd) if body is None else body
        yield Sent(method, path, headers, body)
