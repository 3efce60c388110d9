"""A model file through PySD's parsers, as PySD's abstract model. Nothing in the file can make code run."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from policy_lab.errors import ModelError
from policy_lab.readers.names import ENDINGS, bare
from policy_lab.readers.source_text import Source, read_source

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # PySD's own imports warn about numpy and pandas, not about a model
    from pysd.translators.structures.abstract_model import AbstractModel
    from pysd.translators.vensim import vensim_element, vensim_section, vensim_utils
    from pysd.translators.vensim.vensim_file import VensimFile
    from pysd.translators.xmile import xmile_element
    from pysd.translators.xmile.xmile_file import XmileFile


def _literal(text: str) -> Any:
    """What PySD hands to ``eval()``: numbers and their sums, pairs of numbers, quoted text. Nothing else."""
    return _literal_node(ast.parse(text.strip(), mode="eval").body)


def _literal_node(node: ast.AST) -> Any:
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float, str)):
        return node.value
    if isinstance(node, (ast.Tuple, ast.List)):
        return tuple(_literal_node(item) for item in node.elts)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.UAdd, ast.USub)):
        value = _literal_node(node.operand)
        return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
        left, right = _literal_node(node.left), _literal_node(node.right)
        return left + right if isinstance(node.op, ast.Add) else left - right
    raise ValueError("there is something else where a number should be")


# The limits of a lookup table may hold any text, and PySD hands them to Python's eval(), so that a model file could run
# code. Its parsers find ``_literal`` in place of the builtin.
vensim_element.eval = _literal
xmile_element.eval = _literal


def _take_words_whole() -> None:
    """Let PySD's grammars match names and texts in one piece instead of letter by letter: the same, four times as fast.

    A PEG repetition is greedy and never gives back, and so is one regular expression; only runs of letters that the
    grammars match one at a time are put together.
    """
    quicker = {
        "basic_id = id_start id_continue*": r"""basic_id = ~r"\w[\w0-9\'\$\s\_]*"IU""",
        r"""element = ( escape_group / ~r"[^~|]")*""": r"""element = ( escape_group / ~r"[^~|\"]+" / "\"" )*""",
        r"""doc = (~r"[^~|]")*""": r"""doc = ~r"[^~|]*" """,
    }
    read_grammar = vensim_utils.Grammar._read_grammar

    def read(grammar: str) -> str:
        text: str = read_grammar(grammar)
        for slow, quick in quicker.items():
            text = text.replace(slow, quick)
        return text

    vensim_utils.Grammar._read_grammar = read


_take_words_whole()

_XMILE_VARIABLE = re.compile(r"<(?:stock|flow|aux)\s+name=")
#: A negative number in brackets under a power: PySD drops the brackets, and -2 ^ 2 is -4 where (-2) ^ 2 is 4.
_NEGATIVE_BASE = re.compile(r"\(\s*-\s*(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*\)\s*\^")


@dataclass(frozen=True)
class Reading:
    """A model file read: PySD's abstract model, the text it came from, and what PySD warned about."""

    abstract: AbstractModel
    source: Source
    notes: tuple[str, ...]


def read(path: Path) -> Reading:
    """Parse a Vensim or XMILE file.

    Raises:
        ModelError: not readable, not of a known kind, or not valid; names the file and, where known, the line.
    """
    if path.suffix.lower() not in ENDINGS:
        raise ModelError("error.file.no_model", file=path.name, endings=", ".join(ENDINGS))
    source = read_source(path)
    _refuse_negative_base(source)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        abstract = _vensim(source) if path.suffix.lower() == ".mdl" else _xmile(source)
    notes = dict.fromkeys(" ".join(str(w.message).split()) for w in caught if issubclass(w.category, UserWarning))
    return Reading(abstract, source, (*notes, *_method(source)))


def _method(source: Source) -> Iterator[str]:
    if source.integration:
        yield f"The file is set to integrate by {source.integration}; a run is by Euler unless rk4 is asked for."


def _refuse_negative_base(source: Source) -> None:
    found = _NEGATIVE_BASE.search(source.text)
    if found:
        line = source.text.count("\n", 0, found.start()) + 1
        raise ModelError("error.file.power", file=source.path.name, line=line, found=found[0])


def _vensim(source: Source) -> AbstractModel:
    with _named(source, ""):
        file = VensimFile(source.path)
        file.parse(parse_all=False)
    for section in file.sections:
        _parse_section(section, source)
    with _named(source, ""):
        return file.get_abstract_model()


def _parse_section(section: vensim_section.Section, source: Source) -> None:
    """What PySD's Section.parse does, one entry at a time, so that an error can name its line."""
    with _named(source, section.content):
        section.parse(parse_all=False)
    parsed = []
    for entry in section.elements:
        with _named(source, entry.equation):
            parsed.append(entry.parse())
    kinds = (vensim_element.SubscriptRange, vensim_element.Component, vensim_element.Constraint,
             vensim_element.TestInput)  # fmt: skip
    groups = [[e for e in parsed if isinstance(e, kind)] for kind in kinds]
    section.subscripts, section.components, section.constraints, section.test_inputs = groups
    section.elements = [e for group in groups for e in group]
    for component in [c for group in groups[1:] for c in group]:
        with _named(source, component.name):
            component.parse()


def _xmile(source: Source) -> AbstractModel:
    with _named(source, ""):
        file = XmileFile(source.path)
        file.parse(parse_all=False)
        (section,) = file.sections
        section.parse(parse_all=False)
    _refuse_unread(source, section.components)
    for component in section.components:
        with _named(source, component.name):
            component.parse(section.behaviors)
    with _named(source, ""):
        return file.get_abstract_model()


def _refuse_unread(source: Source, components: Sequence[Any]) -> None:
    """PySD passes over variables that do not stand where the standard wants them: no model would be left."""
    own = [c for c in components if not isinstance(c, xmile_element.ControlElement)]
    if not own and _XMILE_VARIABLE.search(source.text):
        raise ModelError("error.file.xmile", file=source.path.name)  # fmt: skip


@contextmanager
def _named(source: Source, equation: str) -> Iterator[None]:
    """Turn whatever PySD's parser raises into one line that says where."""
    try:
        yield
    except ModelError:
        raise
    except RecursionError:
        raise ModelError("error.file.nested", where=_place(source, equation)) from None
    except Exception as error:  # the parser raises its own, parsimonious', lxml's and Python's, none documented
        raise ModelError("error.file.equation", where=_place(source, equation), reason=_reason(error)) from None


def _place(source: Source, equation: str) -> str:
    name = re.split(r"[=\[(:<~|]", equation, maxsplit=1)[0] if not equation.startswith('"') else equation
    line = source.line(name)
    shown = bare(name)[:80]
    if line:
        return f"{source.path.name}, line {line}: '{shown}'"
    return f"{source.path.name}: '{shown}'" if shown else source.path.name


def _reason(error: Exception) -> str:
    text = " ".join(str(error).split())
    stuck = re.search(r"didn't match at '(.*?)' \(line", text)
    if stuck:
        return f"stuck at '{stuck[1][:60]}'."
    return (text.split("Parse tree:")[0].strip()[:200] or type(error).__name__).rstrip(".") + "."
