"""How names are compared and put together: Vensim's rules."""

from __future__ import annotations

import re
from collections.abc import Sequence

#: Endings of the files that can be read.
ENDINGS = (".mdl", ".xmile", ".xml", ".stmx")
#: Time settings by their folded names.
CONTROLS = {"initial time": "INITIAL TIME", "final time": "FINAL TIME", "time step": "TIME STEP", "saveper": "SAVEPER"}

#: Vensim's :NA:, an ordinary number that marks what is missing (Reference Manual, ":NA:").
NOT_AVAILABLE = -(2.0**109)


def fold(name: str) -> str:
    """The form in which spellings of one name are equal: case, spaces, underscores and outer quotes do not count."""
    return re.sub(r"[\s_\\]+", " ", bare(name)).strip().casefold()


def bare(name: str) -> str:
    """A name as people read it: without the quotes Vensim wants around unusual characters, spaces single.

    The mark of a range to be added up over stands behind the quotes: ``"20 to 39"!``.
    """
    name = name.strip()
    name, mark = (name[:-1].rstrip(), "!") if name.endswith("!") else (name, "")
    if len(name) > 1 and name.startswith('"') and name.endswith('"'):
        name = name[1:-1].replace('\\"', '"')
    return re.sub(r"\s+", " ", name).strip() + mark


def with_elements(name: str, elements: Sequence[str]) -> str:
    """``Name[el1,el2]``, or the bare name where there are no subscripts."""
    return f"{name}[{','.join(elements)}]" if elements else name
