"""The XMILE reader: ``.xmile``, ``.xml`` and ``.stmx`` files -> PySD's abstract model.

XMILE 1.0, OASIS standard, 2015: https://docs.oasis-open.org/xmile/xmile/v1.0/xmile-v1.0.html

What Stella has beyond stocks, flows, converters, graphical functions, arrays and modules is refused by name.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from policy_lab import limits
from policy_lab.errors import ModelError
from policy_lab.readers.names import bare, fold
from policy_lab.readers.parser_errors import located
from policy_lab.readers.source_text import Source, within
from policy_lab.readers.xmile_arrays import write_arrays
from policy_lab.readers.xmile_elements import Node, name_of, of_kind, only, refuse_unknown, text_of
from policy_lab.readers.xmile_modules import Module, modules_of
from policy_lab.readers.xmile_stocks import cut_outflows
from policy_lab.readers.xmile_variables import Variables, controls, dimensions

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # PySD's own imports warn about numpy and pandas, not about a model
    from pysd.translators.structures.abstract_model import (
        AbstractComponent,
        AbstractElement,
        AbstractModel,
        AbstractSection,
    )

#: The clock and the time settings under the names that XMILE gives them.
CLOCK = {"time": "Time", "dt": "TIME STEP", "starttime": "INITIAL TIME", "stoptime": "FINAL TIME"}

#: A variable without its end tag: those behind it stand inside it, and none is lost.
_NOT_CLOSED = re.compile(r"tag mismatch: (?:stock|flow|aux) line \d+ and (?:variables|stock|flow|aux)")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def source_of(path: Path, whole: str) -> Source:
    """The text with the place and the group of every variable, the integration method and the units' other names."""
    root = _root(path.name, whole)
    lines: dict[str, list[int]] = {}
    groups: dict[str, str] = {}
    for module in modules_of(root, path.name):
        for node in module.variables:
            lines.setdefault(fold(module.prefix + name_of(node)), []).append(node.sourceline)
    for macro in of_kind(root, "macro"):
        for node in (macro, *Module("", macro).variables):
            lines[within(fold(name_of(macro)), fold(name_of(node)))] = [node.sourceline]
    for group in root.iter("{*}group"):
        for member in of_kind(group, "var"):
            groups[fold(member.text or "")] = bare(group.get("name", ""))
    method = (only(root, "sim_specs", path.name).get("method") or "euler").strip()
    integration = "" if method.casefold() == "euler" else method[:20]
    return Source(path, whole, lines, groups, integration=integration, synonyms=tuple(_synonyms(root)))


def _synonyms(root: Node) -> Iterator[tuple[str, ...]]:
    for unit in root.iter("{*}unit"):
        if unit.get("name"):
            yield (unit.get("name", ""), *((a.text or "").strip() for a in of_kind(unit, "alias")))


def _root(file: str, whole: str) -> Node:
    """The file as a tree.

    Raises:
        ModelError: it is no XML, or ends before its time; names the line.
    """
    text = _DECLARATION.sub("", whole)  # the text is decoded already, whatever the declaration says
    skipped = whole.count("\n", 0, len(whole) - len(text))
    parser = etree.XMLParser(encoding="utf-8", recover=True, resolve_entities=False, no_network=True, huge_tree=True)
    root = etree.fromstring(("\n" * skipped + text).encode() or b" ", parser)
    # a prefix that is not declared, and "--" in a comment, do no harm; anything else may have lost an equation
    harmless = ("NS_ERR_UNDEFINED_NAMESPACE", "ERR_HYPHEN_IN_COMMENT")
    faults = [f for f in parser.error_log if f.domain_name != "NAMESPACE" and f.type_name not in harmless]
    if root is not None and faults and _NOT_CLOSED.search(faults[0].message) and whole.rstrip().endswith("</xmile>"):
        told = f"Line {faults[0].line}: a variable is not closed ({faults[0].message}); it is read as if it were."
        warnings.warn(told, stacklevel=2)
    elif root is None or faults:
        fault = faults[0] if faults else None
        reason = re.sub(r"\s+", " ", fault.message) if fault else ""
        raise ModelError("error.file.xml", file=file, line=fault.line if fault else 1, reason=reason)
    for model in of_kind(root, "model"):
        _gather(model)
    return root


def _gather(model: Node) -> None:
    """Put variables that stand in <model> itself, as drafts of XMILE and Stella 10 have them, into <variables>."""
    loose = [node for kind in ("stock", "flow", "aux", "module", "gf") for node in of_kind(model, kind)]
    if loose:
        there = of_kind(model, "variables") or [
            etree.SubElement(model, f"{{{etree.QName(model).namespace or ''}}}variables")
        ]
        there[0].extend(sorted(loose, key=lambda node: node.sourceline))


def parse(source: Source) -> AbstractModel:
    """The file as PySD's abstract model; raises ModelError."""
    file = source.path.name
    root = _root(file, source.text)
    refuse_unknown(root, file)
    modules = modules_of(root, file)
    limits.check("variables", sum(len(module.variables) for module in modules), file=file)
    ranges = dimensions(root, file)
    variables = Variables(source, {r.name: r.subscripts for r in ranges}, root)
    elements = [e for m in modules for e in variables.of(m)]
    write_arrays(variables)
    cut_outflows(variables)
    section = AbstractSection(
        "__main__", source.path.with_suffix(".py"), "main", [], [], ranges, [*elements, *controls(root, file)], [], [],
        False, None,
    )  # fmt: skip
    macros = (_macro(node, source, root) for node in of_kind(root, "macro"))
    return AbstractModel(original_path=source.path, sections=(section, *macros))


def _macro(node: Node, source: Source, root: Node) -> AbstractSection:
    """A <macro>: its <parm>s, its equation, and variables of its own if it has some (XMILE 1.0, section 3.6)."""
    name, file = name_of(node), source.path.name
    if of_kind(node, "sim_specs"):
        raise ModelError("error.file.construct", file=file, line=node.sourceline, name=name, kind="macro")
    variables = Variables(source, {r.name: r.subscripts for r in dimensions(root, file)}, root)
    own = [*variables.of(Module("", node))]
    write_arrays(variables)
    cut_outflows(variables)
    result = AbstractElement(name, [], "", (None, None), "")
    with located(source, name, node.sourceline):
        result.components.append(AbstractComponent(([], []), variables.expression(text_of(node, "eqn"), own)))
    inputs = [bare("".join(p.itertext())) for p in of_kind(node, "parm")]
    return AbstractSection(
        name, source.path.with_suffix(".py"), "macro", inputs, [], [], [*own, result], [], [], False, None
    )
