"""A model file read: its text, and PySD's abstract model of it. Nothing in the file can make code run.

The ending decides the format: ``.mdl`` is Vensim's (``vensim.py``), all others are XMILE (``xmile.py``).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from pysd.translators.structures.abstract_model import AbstractModel

from policy_lab.errors import ModelError
from policy_lab.readers import vensim, xmile
from policy_lab.readers.data_files import Given, from_environment
from policy_lab.readers.data_variables import Spans, with_data
from policy_lab.readers.names import ENDINGS
from policy_lab.readers.source_text import Source, text_of


@dataclass(frozen=True)
class Reading:
    """A model file read: PySD's abstract model, the text it came from, what PySD warned about, and its data's times."""

    abstract: AbstractModel
    source: Source
    notes: tuple[str, ...]
    spans: Spans = field(default_factory=dict)

    @property
    def method(self) -> Literal["euler", "rk4"]:
        """How the file asks to be integrated: the fourth-order Runge-Kutta methods by ``rk4``, all others by Euler."""
        return "rk4" if self.source.integration.casefold().startswith(("rk4", "runge-kutta 4")) else "euler"


def read(path: Path, given: Given | None = None) -> Reading:
    """Parse a Vensim or XMILE file, and fill in the numbers of its data variables.

    Args:
        path: of the file.
        given: files and series with data; those of ``POLICY_LAB_DATA`` if None.

    Raises:
        ModelError: not readable, not of a known kind, or not valid; names the file and, where known, the line.
    """
    if path.suffix.lower() not in ENDINGS:
        raise ModelError("error.file.no_model", file=path.name, endings=", ".join(ENDINGS))
    format_ = vensim if path.suffix.lower() == ".mdl" else xmile
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        source = format_.source_of(path, text_of(path))
        abstract = format_.parse(source)
        given = from_environment() if given is None else given
        source, missing, spans = with_data(abstract, source, given)
    notes = [" ".join(str(w.message).split()) for w in caught if issubclass(w.category, UserWarning)]
    reading = Reading(abstract, source, (), spans)
    if source.integration:
        run = "rk4, with the time step as it is" if reading.method == "rk4" else "Euler unless rk4 is asked for"
        notes.append(f"The file is set to integrate by {source.integration}; a run is by {run}.")
    return replace(reading, notes=tuple(dict.fromkeys([*notes, *missing])))
