"""Messages as data: keys of the texts in ``policy_lab/locale/en.toml`` and ``de.toml``, and the values that fill them.

A layer states which sentence and with what values. The command line, the page and the reports turn a ``Message`` into
a text with ``in_words``; nothing below them writes a sentence, and nothing reads one back. A text has places,
``{count:count}``, and the style after the colon says how a value is written there; ``web/core/message.js`` does the
same, and both are held to ``tests/vectors/messages.json``.

=============  ===================================================================  ====================
style          a number as                                                          0.0425, 12345.678
=============  ===================================================================  ====================
``plain``      at most two decimals (where no style is given)                       0.04, 12,345.68
``count``      no decimals, thousands apart from 1,000 on                           0, 12,346
``figure``     three significant figures                                            0.0425, 12,346
``short``      the same without zeros at the end                                    0.0425, 12,346
``change``     a figure with its sign                                               +0.0425, +12,346
``exact``      six significant figures without zeros at the end, as one types it     0.0425, 12,345.7
``percent``    a share as percent: no decimals, one below 1%                       4%, 1,234,568%
``fine``       a share as percent with three significant figures                    4.25%, 1,234,568%
``year``       a moment: no thousands apart, at most two decimals                   0.04, 12345.68
=============  ===================================================================  ====================

Halves are rounded away from zero, by the number's shortest decimal form. From 1e15 on, and below a
millionth where it is to be exact, a number is written with a power of ten. A sequence is written as "a, b and c" after
at most five of its items; ``or`` writes "a, b or c", and ``commas`` separates up to twelve by commas.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, localcontext
from types import MappingProxyType
from typing import Any, Final

#: Places of a text: ``{name}`` or ``{name:style}``.
PLACE: Final = re.compile(r"\{(\w+)(?::(\w+))?\}")
#: Below this share (of 1) a percentage is said to be "under" it.
_LEAST_SHARE: Final = 0.001
#: From the first size on, and below the second where it is to be exact, a number is written with a power of ten.
_HUGE, _TINY = 1e15, 1e-6
#: Significant figures of the styles that count them.
_FIGURES: Final = {"figure": 3, "short": 3, "exact": 6}
#: Items of a sequence listed before "and … more", by style.
_MOST_LISTED: Final = {"commas": 12, "or": 12}
_MOST: Final = 5


@dataclass(frozen=True)
class Name:
    """The name of something a model has: a variable, scenario, unit, group, loop or source.

    Attributes:
        key: as the model's files have it.
        kind: ``variable``, ``scenario``, ``unit``, ``group``, ``loop``, ``source``, or a part of the model's text
            file: ``check``, ``weakness``, ``case``, ``series`` …
        text: what the model itself calls it, where that is not its key; shown where a language has no words for it.
    """

    key: str
    kind: str = "variable"
    text: str = ""


@dataclass(frozen=True)
class Message:
    """One sentence, or part of one, as data.

    Attributes:
        key: dotted key of the catalogue, such as ``check.runs_differ``.
        values: what fills the places of its text: numbers unformatted, names as ``Name``, other messages, or a sequence
            of these, which is written as a list ("a, b and c").
    """

    key: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash(self.key)


@dataclass(frozen=True)
class Language:
    """What turns messages into words: the texts of one language, and what it calls the things of a model.

    Attributes:
        code: such as ``en``.
        texts: dotted key to text; ``key.one`` and ``key.many`` where a text depends on ``{count}``.
        names: (kind, key) of a ``Name`` to its words; what is missing keeps the model's own.
    """

    code: str
    texts: Mapping[str, str]
    names: Mapping[tuple[str, str], str] = field(default_factory=lambda: MappingProxyType({}))

    def in_words(self, message: Message) -> str:
        """The message as text.

        Raises:
            KeyError: there is no such text, or a place of it has no value.
        """
        return PLACE.sub(lambda found: self.shown(message.values[found[1]], found[2] or "plain"), self._text(message))

    def shown(self, value: object, style: str = "plain") -> str:
        """One value as it appears in a text."""
        if isinstance(value, Message):
            return self.in_words(value)
        if isinstance(value, Name):
            return self.names.get((value.kind, value.key)) or value.text or value.key
        if isinstance(value, int | float):
            return self.number(value, style)
        if isinstance(value, Sequence) and not isinstance(value, str):
            return self.listed([self.shown(item, style) for item in value], _MOST_LISTED.get(style, _MOST), style)
        return str(value)

    def listed(self, items: Sequence[str], most: int = _MOST, style: str = "plain") -> str:
        """``a``, ``a and b``, ``a, b and c``, ``a, b and 4 more``; nothing is "none"."""
        if not items:
            return self.texts["list.none"]
        if len(items) > most:
            more = Message("list.more", {"first": ", ".join(items[:most]), "count": len(items) - most})
            return self.in_words(more)
        if len(items) == 1 or style == "commas":
            return ", ".join(items)
        both = "list.or" if style == "or" else "list.and"
        return self.in_words(Message(both, {"first": ", ".join(items[:-1]), "last": items[-1]}))

    def number(self, value: float, style: str = "plain") -> str:
        """A number in the signs of the language; what is no number is a dash."""
        if not math.isfinite(value):
            return "–"
        if style == "percent":
            return self._percent(value)
        if style == "change":
            return ("+" if value >= 0 else "") + self.number(value, "figure")
        size = abs(value)
        figures = _FIGURES.get(style)
        if size >= _HUGE or (style == "exact" and 0 < size < _TINY):
            text = self._power_of_ten(value, figures or 3)
            return text.replace("−", "-") if style == "exact" else text
        if style == "fine":
            text = self._signs(_rounded(value, _places(100 * value, 3, most=11), shift=2))
            return f"{self._without_zeros(text)}{self.texts['number.percent']}"
        places = (
            _places(value, figures, most=11 if style == "exact" else 6) if figures else 0 if style == "count" else 2
        )
        text = self._signs(_rounded(value, places), 0 if style == "year" else 4 if style == "count" else 5)
        if style == "exact":
            return self._without_zeros(text).replace("−", "-")
        return text if style in ("figure", "count") else self._without_zeros(text)

    def fixed(self, value: float, places: int, shift: int = 0) -> str:
        """A number with so many decimals, times ten to the ``shift``."""
        return self._signs(_rounded(value, places, shift)) if math.isfinite(value) else "–"

    def _percent(self, share: float) -> str:
        if 0 < abs(share) < _LEAST_SHARE:
            return self.in_words(Message("number.under", {"share": self._percent(_LEAST_SHARE)}))
        places = 1 if 0 < abs(share) < 0.01 else 0
        return f"{self.fixed(share, places, shift=2)}{self.texts['number.percent']}"

    def _power_of_ten(self, value: float, figures: int) -> str:
        exponent = Decimal(repr(float(value))).adjusted()
        digits = _rounded(value, figures - 1, -exponent)
        if abs(Decimal(digits)) >= 10:
            digits, exponent = _rounded(value, figures - 1, -exponent - 1), exponent + 1
        return f"{self._without_zeros(self._signs(digits))}e{'−' if exponent < 0 else ''}{abs(exponent)}"

    def _signs(self, text: str, apart_from: int = 5) -> str:
        """A number written by Python's rules, in the signs of the language; thousands apart from so many digits on."""
        whole, point, rest = text.lstrip("-").partition(".")
        if apart_from and len(whole) >= apart_from:
            whole = f"{int(whole):,}".replace(",", self.texts["number.thousands"])
        sign = "−" if text.startswith("-") and float(text) != 0 else ""
        return sign + whole + (self.texts["number.decimal"] if point else "") + rest

    def _without_zeros(self, text: str) -> str:
        sign = self.texts["number.decimal"]
        head, point, tail = text.rpartition(sign)
        return (head + point + tail.rstrip("0")).removesuffix(sign) if point and len(text) > len(sign) else text

    def _text(self, message: Message) -> str:
        if message.key in self.texts:
            return self.texts[message.key]
        one = message.values.get("count") == 1
        return self.texts[f"{message.key}.{'one' if one else 'many'}"]


def _places(value: float, figures: int, most: int) -> int:
    if value == 0 or not math.isfinite(value):
        return 0
    return min(most, max(0, figures - 1 - Decimal(repr(float(value))).adjusted()))


def _rounded(value: float, places: int, shift: int = 0) -> str:
    """A number times ten to the ``shift`` with so many decimals, halves away from zero, as browsers round."""
    with localcontext() as context:
        context.prec = 400
        return f"{Decimal(repr(float(value))).scaleb(shift).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):f}"


# ---- messages in files ---------------------------------------------------------------------------------------------


def as_data(value: object) -> Any:
    """A message, name or value as JSON keeps it; ``from_data`` reads it back."""
    if isinstance(value, Message):
        return {"key": value.key, "values": {name: as_data(one) for name, one in value.values.items()}}
    if isinstance(value, Name):
        return {"name": value.key, "kind": value.kind} | ({"text": value.text} if value.text else {})
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [as_data(one) for one in value]
    return value


def from_data(data: Any) -> Any:
    """What ``as_data`` wrote.

    Raises:
        KeyError: a table in it is neither a message nor a name.
    """
    if isinstance(data, Mapping):
        if "name" in data:
            return Name(str(data["name"]), str(data["kind"]), str(data.get("text", "")))
        return Message(str(data["key"]), {name: from_data(one) for name, one in data["values"].items()})
    return [from_data(one) for one in data] if isinstance(data, list) else data
