"""What goes wrong while a file is parsed, with its place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from policy_lab.errors import ModelError
from policy_lab.messages import Message
from policy_lab.readers.equation_syntax import SyntaxFault
from policy_lab.readers.names import bare
from policy_lab.readers.source_text import Source


@contextmanager
def located(source: Source, name: str, line: int) -> Iterator[None]:
    """Turn whatever a parser raises into a ModelError of one line that says where and what."""
    try:
        yield
    except SyntaxFault as fault:
        raise ModelError("error.file.equation", where=_place(source, name, line), reason=fault.message) from None
    except ModelError:
        raise
    except RecursionError:
        raise ModelError("error.file.nested", where=_place(source, name, line)) from None
    except Exception:  # PySD's parser of left sides raises its own, parsimonious' and Python's, none documented
        reason = Message("error.syntax.left_side")
        raise ModelError("error.file.equation", where=_place(source, name, line), reason=reason) from None


def _place(source: Source, name: str, line: int) -> str | Message:
    shown = bare(name)[:80]
    if line:
        return Message("error.file.at_line", {"file": source.path.name, "line": line, "name": shown})
    return f"{source.path.name}: '{shown}'" if shown else source.path.name
