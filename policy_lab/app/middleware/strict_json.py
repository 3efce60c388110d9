"""What is read as JSON: what the page can have sent, in numbers and text that every part of the app can hold.

Python's reader takes more than JSON: NaN and Infinity, whole numbers of any length (none of which is a float), half of
a surrogate pair (which no file and no answer can hold), and nesting until its own stack ends. Whatever reads a body
would have to think of each; here all of it is no JSON, RFC 8259 sections 6, 8.2 and 9.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final, NoReturn

from flask.json.provider import DefaultJSONProvider

#: Brackets within brackets; the page's own bodies have four.
DEEPEST: Final = 32
#: A surrogate that is written as an escape; whole pairs may be.
_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")
#: What decides how deep a text is: escapes, of which none ends a string, quotes and brackets.
_MARK: Final = re.compile(r'\\.|["\[\]{}]', re.DOTALL)


class StrictJson(DefaultJSONProvider):
    """Flask's own, but for what it reads."""

    def loads(self, s: str | bytes, **_: Any) -> Any:
        """The value of a text; raises ``ValueError`` for what is no JSON."""
        text = s.decode("utf-8") if isinstance(s, bytes) else s
        if _depth(text) > DEEPEST:
            raise ValueError("nested too deeply")
        read = json.loads(text, parse_constant=_no_number, parse_float=_finite, parse_int=_whole)
        if _SURROGATE.search(text):
            json.dumps(read, ensure_ascii=False).encode()  # a UnicodeEncodeError is a ValueError
        return read


def _depth(text: str) -> int:
    """How deep the brackets outside of strings are at most; closing ones that were never opened do not count."""
    depth = deepest = 0
    in_string = False
    for found in _MARK.finditer(text) if text.count("[") + text.count("{") > DEEPEST else ():
        if found[0] == '"':
            in_string = not in_string
        elif not in_string and found[0][0] != "\\":
            depth += 1 if found[0] in "[{" else -1
            deepest = max(deepest, depth)
    return deepest


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("too large")
    return number


def _whole(text: str) -> int:
    if len(text) > 300:  # below that every whole number is a finite float
        raise ValueError("too large")
    return int(text)
