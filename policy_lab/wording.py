"""Numbers and lists as people say them in a report."""

from __future__ import annotations

from collections.abc import Sequence


def listed(
    names: Sequence[str], most: int = 5, both: str = "{first} and {last}", more: str = "{first} and {count} more"
) -> str:
    """``a``, ``a and b``, ``a, b and c``, ``a, b and 4 more``; ``both`` and ``more`` say it in another language."""
    if not names:
        return "none"
    shown = list(names[:most])
    if len(names) > most:
        return more.format(first=", ".join(shown), count=len(names) - most)
    return shown[0] if len(shown) == 1 else both.format(first=", ".join(shown[:-1]), last=shown[-1])


def percent(share: float) -> str:
    """``62 %``; small shares keep a digit, and what is not zero is never said to be."""
    points = 100 * share
    if points == 0:
        return "0 %"
    if 0 < abs(points) < 0.1:
        return "under 0.1 %"
    return f"{points:.1f} %" if abs(points) < 1 else f"{points:.0f} %"


def number(value: float) -> str:
    """Three significant digits, thousands parted, never in powers of ten below a million."""
    size = abs(value)
    if size >= 1e9 or 0 < size < 1e-3:
        return f"{value:.2e}"
    if size >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def exact(value: float) -> str:
    """A number as somebody wrote it: ``0.405``, ``20,000``, ``1,000,000``."""
    return f"{value:,.0f}" if 1e4 <= abs(value) < 1e12 and value == round(value) else f"{value:g}"


def counted(count: int, noun: str) -> str:
    """``1 outcome``, ``1,024 runs``."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def measured(value: float, unit: str) -> str:
    """A number with its unit, if it has one: ``31.1 incident``, ``0.62``."""
    return f"{number(value)} {unit}".rstrip()


def change(value: float) -> str:
    """A number with its sign, ``+4,190`` or ``-0.21``."""
    return ("+" if value >= 0 else "-") + number(abs(value))


def year(time: float) -> str:
    """``2035`` or ``2035.5``."""
    return f"{time:g}"
