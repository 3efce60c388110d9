"""Looking into an XMILE tree, and what of Stella no engine here runs."""

from __future__ import annotations

from typing import Any

from policy_lab.errors import ModelError
from policy_lab.readers.names import bare

Node = Any  # lxml has no types

#: Kinds of stocks and flows whose values are not what their equations say (XMILE 1.0, section 4.2.1; isee's help).
_UNKNOWN = ("conveyor", "queue", "oven", "overflow", "leak", "delay_conveyor")


def of_kind(node: Node, kind: str) -> list[Node]:
    """The children of a kind, in any namespace."""
    return list(node.iterchildren("{*}" + kind, kind))


def text_of(node: Node, kind: str) -> str:
    """The text of the first child of a kind, in one line; "" where there is none."""
    for child in of_kind(node, kind):
        return " ".join("".join(child.itertext()).split())
    return ""


def only(root: Node, kind: str, file: str) -> Node:
    """The first child of a kind; raises ModelError where there is none."""
    found = of_kind(root, kind)
    if not found:
        raise ModelError("error.file.no_times" if kind == "sim_specs" else "error.file.no_part", file=file, part=kind)
    return found[0]


def name_of(node: Node) -> str:
    """A variable's name as people read it; a line break is a backslash and an n in the file."""
    return bare(str(node.get("name", "")).replace("\\n", " ").replace("\\r", " "))


def refuse_unknown(root: Node, file: str) -> None:
    """Raise ModelError where the file has something that would be run as what it is not."""
    for node in root.iter(*("{*}" + kind for kind in _UNKNOWN)):
        kind = node.tag.rpartition("}")[2]
        holder = node.getparent()
        if holder.get("name"):
            raise ModelError("error.file.construct", file=file, line=node.sourceline, name=name_of(holder), kind=kind)
