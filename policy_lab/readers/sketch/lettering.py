"""Width and line breaks of names: one rule for the layout and the picture, so that text fits its box."""

from __future__ import annotations

from typing import Final

#: Letters of the sketch: 10 points at 96 pixels an inch, and the room one line takes.
LETTER: Final = 13.3
LINE: Final = 16

#: Height of the line for a value, below its name.
VALUE: Final = 15

#: Bold letters are wider by this factor.
BOLD: Final = 1.16

_NARROW = frozenset("iljtfrI.,:;'|!()[]<> -")
_WIDE = frozenset("mwMW@%")


def text_width(text: str, bold: bool = False) -> float:
    """Width of a text in pixels in a plain sans serif, to within a few per cent."""
    return (
        (BOLD if bold else 1)
        * LETTER
        * sum(0.34 if c in _NARROW else 0.86 if c in _WIDE else 0.67 if c.isupper() else 0.56 for c in text)
    )


def wrapped(text: str, width: float, bold: bool = False) -> list[str]:
    """The text in lines no wider than ``width`` pixels, broken between words; one word alone may be wider."""
    lines: list[str] = []
    for word in text.split():
        if lines and text_width(f"{lines[-1]} {word}", bold) <= width:
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines.append(word)
    return lines or [""]


def shown(kind: str, name: str) -> str:
    """A name as a box of that kind has it: one that is defined elsewhere is in angle brackets."""
    return f"<{name}>" if kind == "ghost" else name
