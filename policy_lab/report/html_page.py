"""Reports as pages: one HTML file that needs nothing beside it, in the light, in the dark, on a phone and on paper."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Final

from policy_lab import palette
from policy_lab.report import svg_panels
from policy_lab.report.svg_panels import Panel

_STYLE: Final = f"""{svg_panels.colours()}
* {{ box-sizing: border-box; }}
body {{ font: 1rem/1.55 {palette.FONT}; color: var(--ink); background: var(--paper);
  max-width: 66rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }}
h1 {{ font-size: 1.75rem; line-height: 1.2; margin: 0; text-wrap: balance; }}
h2 {{ font-size: 1.2rem; margin: 2.6rem 0 .6rem; }}
h3 {{ font-size: 1rem; margin: 0; }}
p, ul {{ margin: .4rem 0; max-width: 46rem; }} ul {{ padding-left: 1.2rem; }} li {{ margin: .3rem 0; }}
.question {{ color: var(--muted); font-size: 1.1rem; }} .small {{ color: var(--muted); font-size: .88rem; }}
.note {{ max-width: 48rem; background: var(--panel); border-left: 4px solid {palette.AMBER}; padding: .5rem 1rem;
  margin: 1.2rem 0; }}
.note h2 {{ margin: 0; font-size: 1rem; }}
article {{ border-top: 1px solid var(--grid); padding: 1.1rem 0; break-inside: avoid; }}
.panels {{ display: flex; flex-wrap: wrap; align-items: flex-start; gap: .6rem 1rem; margin-top: .6rem; }}
.panels svg {{ flex: 0 1 calc(var(--width) * 1.16px); max-width: 100%; height: auto; min-width: min(100%, 20rem); }}
svg text {{ fill: var(--ink); }}
.beside {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 0 1.5rem; }}
.beside .panels {{ margin: 0; }}
.scroll {{ overflow-x: auto; }}
table {{ border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums; }}
th, td {{ text-align: left; vertical-align: top; padding: .28rem 1.2rem .28rem 0;
  border-bottom: 1px solid var(--grid); }}
th {{ color: var(--muted); font-weight: 600; }}
code {{ background: var(--panel); padding: .1rem .3rem; overflow-wrap: anywhere; }}
summary {{ cursor: pointer; }} summary h2 {{ display: inline-block; }}
@media (max-width: 40rem) {{ body {{ padding-top: 1.2rem; }} svg text {{ font-size: 10px !important; }} }}
@media print {{ body {{ max-width: none; padding: 0; font-size: 10pt; }} }}
"""
#: A number and the sign after it belong on one line.
_PERCENT: Final = re.compile(r"(?<=\d) %")


def document(title: str, parts: Iterable[str]) -> str:
    """A whole page; ``parts`` are HTML."""
    head = (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{text(title)}</title>\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<style>{_STYLE}</style></head><body>'
    )
    return "\n".join([head, *(p for p in parts if p), "</body></html>"]) + "\n"


def text(said: str) -> str:
    """Words as HTML."""
    return _PERCENT.sub("&nbsp;%", escape(said))


def bullets(said: Sequence[str]) -> str:
    """Sentences as a list; one alone as a paragraph."""
    if len(said) == 1:
        return f"<p>{text(said[0])}</p>"
    return "<ul>" + "".join(f"<li>{text(s)}</li>" for s in said) + "</ul>" if said else ""


def notes(said: Sequence[str]) -> str:
    """What a reader must know before believing the rest."""
    return f'<aside class="note"><h2>Before you rely on it</h2>{bullets(said)}</aside>' if said else ""


def key(said: Iterable[str]) -> str:
    """What the signs in pictures mean, each said once."""
    words = " ".join(dict.fromkeys(s for s in said if s))
    return f'<p class="small">{text(words)}</p>' if words else ""


def drawn(panels: Iterable[Panel]) -> str:
    """Panels beside each other, as many as fit."""
    inside = "\n".join(p.svg for p in panels)
    return f'<div class="panels">{inside}</div>' if inside else ""


def article(heading: str, said: Sequence[str], panels: Iterable[Panel]) -> str:
    """What is said and drawn about one thing."""
    shown = list(panels)
    words = f"<h3>{text(heading)}</h3>" + "".join(f"<p>{text(s)}</p>" for s in said)
    kind = ' class="beside"' if len(shown) == 1 else ""
    return f"<article{kind}><div>{words}</div>{drawn(shown)}</article>"


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table that scrolls by itself where it is too wide."""
    head = "".join(f"<th>{text(h)}</th>" for h in header)
    body = "".join("<tr>" + "".join(f"<td>{text(str(c))}</td>" for c in row) + "</tr>" for row in rows)
    return f'<div class="scroll" tabindex="0"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def by_outcome(
    labels: Sequence[str], said: Sequence[str], panels: Sequence[Panel]
) -> tuple[list[str], list[Panel], Mapping[str, tuple[list[str], list[Panel]]]]:
    """Sentences and panels sorted by the outcome they are about; first those that are about none or all of them.

    A sentence is about an outcome if it begins with its label and a colon, or with its label and a time; a panel if
    the label is its title.
    """
    about: dict[str, tuple[list[str], list[Panel]]] = {label: ([], []) for label in labels}
    general: list[str] = []
    for sentence in said:
        label = max((x for x in labels if _is_about(sentence, x)), key=len, default="")
        if label:
            rest = sentence[len(label) :].removeprefix(":").strip()
            about[label][0].append(rest[:1].upper() + rest[1:])
        else:
            general.append(sentence)
    spare = [p for p in panels if p.title not in about]
    for panel in panels:
        if panel.title in about:
            about[panel.title][1].append(panel.untitled())
    return general, spare, {label: found for label, found in about.items() if found[0] or found[1]}


def _is_about(sentence: str, label: str) -> bool:
    return sentence.startswith((f"{label}: ", f"{label} at ")) and ": " in sentence
