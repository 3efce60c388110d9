"""Messages as data: a layer states which sentence and with what values; words are made at the edge, in one place.

A ``Message`` is a key of the catalogue (``locale/en.toml``) and values. The command line, the page and the reports turn
it into a text with ``in_words``; nothing below them writes a sentence, and nothing reads one back. A text has places,
``{count:count}``, and the style after the colon says how a number is written there; ``web/core/message.js`` does the
same, and both are held to ``tests/vectors/messages.json``.

=============  =========================================================  =====================
style          a number as                                                0.0425, 12345.678
=============  =========================================================  =====================
``plain``      at most two decimals (where no style is given)             0.04, 12,345.68
``count``      no decimals                                                0, 12,346
``figure``     three significant figures                                  0.0425, 12,346
``percent``    a share as percent: no decimals, one below 1 %             4 %, 1,234,568 %
``year``       a moment: no thousands apart, at most two decimals         0.04, 12345.68
=============  =========================================================  =====================
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import Final

#: Places of a text: ``{name}`` or ``{name:style}``.
_PLACE: Final = re.compile(r"\{(\w+)(?::(\w+))?\}")
#: Below this share (of 1) a percentage is said to be "under" it.
_LEAST_SHARE: Final = 0.001
#: Names listed before "and … more".
_MOST_LISTED: Final = 5


@dataclass(frozen=True)
class Name:
    """The name of something a model has: a variable, scenario, unit, group, loop or source.

    Attributes:
        key: as the model's files have it; what is shown where no language has another word for it.
        kind: ``variable``, ``scenario``, ``unit``, ``group``, ``loop``, ``source`` or ``text`` (any text of the model).
    """

    key: str
    kind: str = "variable"


Value = "str | int | float | Message | Name | Sequence[Value]"


@dataclass(frozen=True)
class Message:
    """One sentence, or part of one, as data.

    Attributes:
        key: dotted key of the catalogue, such as ``check.runs_differ``.
        values: what fills the places of its text: numbers unformatted, names as ``Name``, other messages, or a sequence
            of these, which is written as a list ("a, b and c").
    """

    key: str
    values: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Language:
    """What turns messages into words: the texts of one language, and what it calls the things of a model.

    Attributes:
        code: such as ``en``.
        texts: dotted key to text; ``key.one`` and ``key.many`` where a text depends on ``{count}``.
        names: (kind, key) of a ``Name`` to its words; what is missing keeps its key.
    """

    code: str
    texts: Mapping[str, str]
    names: Mapping[tuple[str, str], str] = field(default_factory=lambda: MappingProxyType({}))

    def in_words(self, message: Message) -> str:
        """The message as text.

        Raises:
            KeyError: there is no such text, or a place of it has no value.
        """
        return _PLACE.sub(lambda found: self.shown(message.values[found[1]], found[2] or "plain"), self._text(message))

    def shown(self, value: object, style: str = "plain") -> str:
        """One value as it stands in a text."""
        if isinstance(value, Message):
            return self.in_words(value)
        if isinstance(value, Name):
            return self.names.get((value.kind, value.key), value.key)
        if isinstance(value, int | float):
            return self.number(value, style)
        if isinstance(value, Sequence) and not isinstance(value, str):
            return self.listed([self.shown(item, style) for item in value])
        return str(value)

    def listed(self, items: Sequence[str], most: int = _MOST_LISTED) -> str:
        """``a``, ``a and b``, ``a, b and c``, ``a, b and 4 more``; nothing is "none"."""
        if not items:
            return self.texts["list.none"]
        if len(items) > most:
            more = Message("list.more", {"first": ", ".join(items[:most]), "count": len(items) - most})
            return self.in_words(more)
        if len(items) == 1:
            return items[0]
        return self.in_words(Message("list.and", {"first": ", ".join(items[:-1]), "last": items[-1]}))

    def number(self, value: float, style: str = "plain") -> str:
        """A number in the signs of the language; what is no number is a dash."""
        if not math.isfinite(value):
            return "–"
        if style == "percent":
            return self._percent(value)
        places = {"plain": 2, "count": 0, "year": 2, "figure": significant_places(value)}[style]
        text = self._signs(_rounded(value, places), apart=style != "year")
        return text if style == "figure" or not places else self._without_zeros(text)

    def _percent(self, share: float) -> str:
        if 0 < abs(share) < _LEAST_SHARE:
            return self.in_words(Message("number.under", {"share": self._percent(_LEAST_SHARE)}))
        places = 1 if 0 < abs(share) < 0.01 else 0
        return f"{self._signs(_rounded(100 * share, places))}{self.texts['number.percent']}"

    def _signs(self, text: str, apart: bool = True) -> str:
        """A number written by Python's rules, in the signs of the language; thousands apart from 10,000 on."""
        digits = len(text.lstrip("-").partition(".")[0])
        whole, point, rest = text.lstrip("-").partition(".")
        if apart and digits > 4:
            whole = f"{int(whole):,}".replace(",", self.texts["number.thousands"])
        sign = "−" if text.startswith("-") and float(text) != 0 else ""
        return sign + whole + (self.texts["number.decimal"] if point else "") + rest

    def _without_zeros(self, text: str) -> str:
        sign = self.texts["number.decimal"]
        return text.rstrip("0").removesuffix(sign) if sign in text else text

    def _text(self, message: Message) -> str:
        if message.key in self.texts:
            return self.texts[message.key]
        one = message.values.get("count") == 1
        return self.texts[f"{message.key}.{'one' if one else 'many'}"]


def significant_places(value: float, figures: int = 3) -> int:
    """Decimal places that show ``figures`` significant figures, at least none and at most six."""
    if value == 0 or not math.isfinite(value):
        return 0
    return min(6, max(0, figures - 1 - math.floor(math.log10(abs(value)))))


def _rounded(value: float, places: int) -> str:
    """A number with so many decimals, halves away from zero, as browsers round."""
    return f"{Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):f}"
