"""Readers of model files: Vensim ``.mdl`` and XMILE -> ``Program`` or ``Document``, through PySD's syntax trees.

    equation_syntax.py        the right-hand side of an equation, in both formats
    vensim.py, vensim_text.py Vensim's files: entries, macros, what PySD reads of them
    xmile.py, xmile_*.py      XMILE's files: variables, modules, arrays, stocks that cannot be negative
    parser_errors.py          what goes wrong while a file is parsed, with its place
    source_text.py            a file's text with the line and group of every variable
    model_file.py             a file by its ending -> PySD's abstract model and the text
    translation.py            a file -> Program, to be run: flattened, ordered
    document.py               a file -> Document, to be read: its equations as they are written

    data_files.py             tables of numbers: CSV, text, Vensim's exports, workbooks
    data_cells.py             cells of spreadsheets that equations name
    data_variables.py         data variables with the numbers they are given

    names.py                  rules for comparing names
    subscript_ranges.py       subscript ranges and mappings
    scopes.py                 where the names of an expression are looked up
    functions.py              Vensim's functions written out in arithmetic
    expressions.py            one syntax tree -> one scalar expression
    delays_and_smooths.py     delays, smooths, trends -> stocks
    equation_store.py         equations, tables and the number of stages of each delay
    flatten.py                all equations, unrolled over their subscripts
    equation_order.py         the order in which equations run
    program_cache.py          Programs kept on disk: a file that was read before is not parsed again
    sketch/                   Vensim's diagrams: read, written, drawn

PySD's trees are only built here; nothing is executed. PySD takes most of a second to import, so nothing above
``translate`` imports it, and a Program from the cache needs none of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from policy_lab.program import Program
from policy_lab.readers import program_cache
from policy_lab.readers.data_files import Given, Series, from_environment
from policy_lab.readers.names import ENDINGS, bare, fold, with_elements
from policy_lab.statements import Document

__all__ = ["ENDINGS", "Given", "Series", "bare", "document_of", "fold", "program_of", "translate", "with_elements"]


def program_of(path: Path, given: Mapping[str, float] | None = None, data: Given | None = None) -> Program:
    """``translate``, or the same Program from the cache if this very file was translated before."""
    data = from_environment() if data is None else data
    key = program_cache.key_of(path, given or {}, data)
    program = program_cache.read(key, path)
    if program is None:
        program = translate(path, given, data)
        if program_cache.key_of(path, given or {}, data) == key:  # else the file was changed while it was read
            program_cache.write(key, program)
    return replace(program, data=data)


def translate(path: Path, given: Mapping[str, float] | None = None, data: Given | None = None) -> Program:
    """Read a model file as a Program.

    Args:
        path: a ``.mdl``, ``.xmile``, ``.xml`` or ``.stmx`` file.
        given: constants, and ``TIME STEP``, to lay the structure out for: delays become as many stocks as these
            values need. The Program's own defaults stay those of the file.
        data: files and series with the numbers of data variables; those of ``POLICY_LAB_DATA`` if None.

    What no backend but PySD can compute is listed in ``Program.refused``, by variable, construct and line.

    Raises:
        ModelError: the file cannot be read, a name is not defined, variables need each other at the same moment.
    """
    from policy_lab.readers.translation import translated

    return translated(path, given or {}, data)


def document_of(path: Path) -> Document:
    """Read a model file as a Document: every equation as the modeller wrote it.

    Raises:
        ModelError: the file cannot be read; names the file and, where known, the line.
    """
    from policy_lab.readers.document import document_of as read

    return read(path)
