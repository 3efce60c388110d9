"""Stored studies of a published copy: the answers of ``rank_routes.py``, for every outcome, year and some widths.

``studies.LANG.json``            the list, each study with the addresses of its ``views`` by outcome and its ``files``
``studies/ID/view-N.LANG.json``  the views of an outcome: ``same``, what all of them share, and ``each``, the rest by
                                 year and width (``2040~620``)
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Any, Final
from urllib.parse import urlencode

from policy_lab.app.addresses import Addresses

#: Widths (px) that bars are drawn for: a phone's, half of a laptop's window, and a wide screen's; the page takes the
#: widest that fits.
WIDTHS: Final = (340, 600, 880)
#: What there is to take along of a study, and whether it is another file in each language.
FILES: Final = {"findings.csv": False, "folder.zip": True}

Ask = Callable[[str], bytes]


def studies_of(at: Addresses, ask: Ask, codes: Sequence[str]) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Name of each file and what makes it; the list even where there is no study.

    Args:
        at: names of files.
        ask: gives the app's answer at an address.
        codes: languages.
    """
    for code in codes:
        listed = json.loads(ask(f"studies?lang={code}"))
        for study in listed["studies"]:
            yield from _study(study, at, ask, code)
        yield at.answer_file("studies.json", code), lambda listed=listed: _packed(listed)  # type: ignore[misc]


def _study(study: dict[str, Any], at: Addresses, ask: Ask, code: str) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Its files; their addresses are put into its entry of the list."""
    below = f"studies/{study['id']}/"
    first = _view(ask, below, code, {})
    study["views"], study["files"] = {}, {}
    for number, outcome in enumerate(choice["value"] for choice in first["outcomes"]):
        name = at.answer_file(f"{below}view-{number}.json", code)
        study["views"][outcome] = at.prefix + name
        times = [choice["value"] for choice in first["times"]]
        yield name, lambda outcome=outcome, times=times: _views(ask, below, code, outcome, times)  # type: ignore[misc]
    for file, translated in FILES.items():
        name = at.answer_file(below + file, code) if translated else at.data + below + file
        study["files"][file] = at.prefix + name
        if translated or code == at.opens_in:
            yield name, lambda file=file: ask(f"{below}{file}?lang={code}")  # type: ignore[misc]


def _views(ask: Ask, below: str, code: str, outcome: str, times: Sequence[str]) -> bytes:
    """All views of an outcome; what they have in common once."""
    views = {
        f"{time}~{width}": _view(ask, below, code, {"outcome": outcome, "time": time, "width": str(width)})
        for time, width in product(times, WIDTHS)
    }
    one = next(iter(views.values()))
    same = {key: value for key, value in one.items() if all(view[key] == value for view in views.values())}
    each = {name: {k: v for k, v in view.items() if k not in same} for name, view in views.items()}
    return _packed({"widths": list(WIDTHS), "same": same, "each": each})


def _view(ask: Ask, below: str, code: str, wanted: dict[str, str]) -> dict[str, Any]:
    view: dict[str, Any] = json.loads(ask(f"{below}view?{urlencode({**wanted, 'lang': code})}"))
    return view


def _packed(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
