"""Where a command's output goes: one line of complaint, standard output, or a file that is whole or absent."""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from policy_lab.cli.text_tables import paragraph
from policy_lab.errors import OutputError


def complain(message: str) -> None:
    """Say one line on standard error; line breaks and control characters in the message are made harmless.

    A terminal gets it wrapped between words; a file or a program one line.
    """
    line = " ".join("".join(c if c.isprintable() else " " for c in message).split())
    try:
        print(fitted(f"policy-lab: {line}", sys.stderr), file=sys.stderr, flush=True)
    except (OSError, ValueError):
        pass  # nobody listens on standard error either


def announce(notes: Iterable[str]) -> None:
    """Say, one line each, what a model has otherwise than Vensim runs it (``Program.notes``)."""
    for note in notes:
        complain(f"note: {note}")


def fitted(line: str, stream: TextIO) -> str:
    """A line for people, wrapped where it goes to a terminal; else as it is, for files and programs."""
    if not stream.isatty():
        return line
    indent = line[: len(line) - len(line.lstrip())]
    return paragraph(line, indent, hanging=indent + "  ")


def speak_any_alphabet() -> None:
    """Let a terminal that does not know a letter show its number, rather than fail on it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def let_go_of_stdout() -> None:
    """Send what is still buffered nowhere, so that Python does not complain about it on the way out."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        pass  # standard output is no file (a test's capture): nothing is left behind


def check_output(out: str) -> None:
    """Raise ``OutputError`` now, before any long work, if the file ``out`` (``-``: standard output) cannot be made."""
    path = Path(out)
    if out == "-" or _is_device(path):
        return
    if path.is_dir():
        raise OutputError("error.output.folder", out=out, example=path / "runs.csv")
    folder = path.parent
    if not folder.exists():
        raise OutputError("error.output.no_folder", out=out, folder=folder)
    if not folder.is_dir():
        raise OutputError("error.output.no_directory", out=out, folder=folder)
    if not os.access(folder, os.W_OK):
        raise OutputError("error.output.permission", out=out, folder=folder)


@contextmanager
def open_output(out: str) -> Iterator[TextIO]:
    """Open ``out`` for writing text.

    ``-`` is standard output. A file appears under its name only when all of it is written, so a failure leaves
    what stood there before. Raises ``OutputError`` when it cannot be written.
    """
    if out == "-":
        if sys.stdout is None:
            raise OutputError("error.output.closed")
        yield sys.stdout
        return
    check_output(out)
    # A link stays a link: what it points to is replaced.
    path = Path(out).resolve()
    try:
        with _on_device(path) if _is_device(path) else _whole_or_absent(path) as file:
            yield file
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError("error.output.write_quoted", path=out, reason=error.strerror or error) from error


def _is_device(path: Path) -> bool:
    return path.exists() and not path.is_file() and not path.is_dir()


@contextmanager
def _on_device(path: Path) -> Iterator[TextIO]:
    with path.open("w", encoding="utf-8", newline="") as file:
        yield file


@contextmanager
def _whole_or_absent(path: Path) -> Iterator[TextIO]:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:80]}.", suffix=".part")
    part = Path(name)
    try:
        with open(handle, "w", encoding="utf-8", newline="") as file:
            yield file
        part.chmod(_mode(path))
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _mode(path: Path) -> int:
    """The permissions that an ordinary write would have left (temporary files are private otherwise)."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
