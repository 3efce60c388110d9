"""The colours of every picture, in the page, in a report and on a slide.

The categorical colours are those of Okabe and Ito (2008), which stay apart for people who see red and green
alike; none carries meaning alone (a chart also labels, orders or hatches). A theme is a mapping of the same
keys, so that a figure is drawn once and dressed twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

BLUE: Final = "#0072B2"
ORANGE: Final = "#D55E00"
GREEN: Final = "#009E73"
PURPLE: Final = "#CC79A7"
SKY: Final = "#56B4E9"
AMBER: Final = "#E69F00"
GREY: Final = "#7A8594"

CATEGORIES: Final = (BLUE, ORANGE, GREEN, PURPLE, SKY, AMBER, GREY)

LIGHT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "paper": "#FFFFFF",
        "panel": "#F6F8FA",
        "ink": "#1B2430",
        "muted": "#5B6876",
        "grid": "#E3E8EE",
        "axis": "#9AA5B1",
        "floor": "#EDF0F3",
    }
)
DARK: Final[Mapping[str, str]] = MappingProxyType(
    {
        "paper": "#12171D",
        "panel": "#1A2129",
        "ink": "#E8EDF2",
        "muted": "#A3AFBC",
        "grid": "#2A333D",
        "axis": "#5D6975",
        "floor": "#222A33",
    }
)
FONT: Final = "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"
