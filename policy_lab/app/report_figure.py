"""A report's picture for the page: in the page's own colours, and without inline styles, which its policy forbids."""

from __future__ import annotations

import re
from typing import Final

from policy_lab import palette

#: The colours of a report by what the page calls them, so that a picture follows light and dark.
_COLOURS: Final = {
    palette.LIGHT["ink"]: "var(--ink)",
    palette.LIGHT["muted"]: "var(--muted)",
    palette.LIGHT["axis"]: "var(--muted)",
    palette.LIGHT["floor"]: "var(--rule)",
    palette.LIGHT["paper"]: "none",
    palette.BLUE: "var(--rank-alone)",
    palette.SKY: "var(--rank-total)",
    "#000000": "var(--ink)",
}
_STYLE: Final = re.compile(r'\sstyle="([^"]*)"')
_SHEET: Final = re.compile(r"<style.*?</style>", re.DOTALL)
_META: Final = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
_NAMED: Final = re.compile(r'<g id="[^"]*"')
_SPACE: Final = re.compile(r"\s*\n\s*")
#: matplotlib's sheet, as attributes of the picture.
_JOINS: Final = 'stroke-linejoin="round" stroke-linecap="butt" class="report-figure__picture"'


def in_page(svg: str) -> str:
    """An SVG element for the page.

    Args:
        svg: as ``plots.draw`` makes a panel.
    """
    text = _SPACE.sub(" ", _NAMED.sub("<g", _META.sub("", _SHEET.sub("", svg))))
    text = _STYLE.sub(lambda found: _attributes(found[1]), text)
    for colour, name in _COLOURS.items():
        text = re.sub(rf'(fill|stroke)="{colour}"', rf'\1="{name}"', text, flags=re.IGNORECASE)
    return text.replace("<svg ", f"<svg {_JOINS} ", 1)


def _attributes(style: str) -> str:
    """``a: b; c: d`` as attributes; a font is its size alone, since the page has the face."""
    found = []
    for rule in style.split(";"):
        name, colon, value = (part.strip() for part in rule.partition(":"))
        if not colon:
            continue
        if name == "font":
            size = re.search(r"([\d.]+)px", value)
            found.append(f'font-size="{size[1] if size else 9}"')
            if "700" in value or "bold" in value:
                found.append('font-weight="700"')
        elif name != "font-family":
            found.append(f'{name}="{value}"')
    return " " + " ".join(found) if found else ""
