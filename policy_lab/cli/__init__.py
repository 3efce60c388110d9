"""The command line: ``policy-lab run | describe | levers | scenarios | check | loops | precedents | story | study
| new | compile | publish | app``.

One file a command, each with ``add(commands)``, which declares its words, and ``command(arguments)``, which does
the work and gives the exit status. What a command needs is imported when it runs, so that ``--help`` answers at once.

Exit status: 0 done; 1 a replayed study gave other numbers, or a checked model is not in order; 2 the person has
something to mend (one line on standard error says what); 130 stopped by Ctrl-C; 141 whoever read the output went away.
No traceback, unless ``POLICY_LAB_DEBUG=1`` asks for it.
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Sequence
from typing import NoReturn

from policy_lab import __version__, limits
from policy_lab.catalogue import english
from policy_lab.cli import app, check, compile_wasm, data, describe, loops, new, precedents, publish, run, story, study
from policy_lab.cli.output import complain, let_go_of_stdout, speak_any_alphabet
from policy_lab.errors import OutputError, PolicyLabError
from policy_lab.messages import Message

FAILED, STOPPED, READER_GONE = 2, 130, 141


class UsageError(PolicyLabError):
    """Words on the command line that make no command."""


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaint is one line."""

    def error(self, message: str) -> NoReturn:
        """Raise ``UsageError`` rather than print the usage and leave."""
        raise UsageError("error.usage", text=f"{message[:1].upper()}{message[1:]}", program=self.prog)


def parser() -> argparse.ArgumentParser:
    """The whole grammar of the command line."""
    top = Parser(
        prog="policy-lab",
        description="A system-dynamics policy simulator: levers, uncertainty and explanation on one checked model.",
        allow_abbrev=False,
    )
    top.add_argument("--version", action="version", version=f"policy-lab {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for module in (run, describe, check, loops, precedents, story, study, new, compile_wasm, publish, app):
        module.add(commands)
    for command in commands.choices.values():
        command.add_argument(
            "--limit",
            metavar="NAME=N",
            action="append",
            default=[],
            help=f"allow a larger model: {', '.join(f'{name}={usual}' for name, usual in limits.USUAL.items())}"
            " are the limits; may be repeated",
        )
    return top


def main(words: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status; ``words`` are those of the process by default."""
    debugging = bool(os.environ.get("POLICY_LAB_DEBUG"))
    if not debugging:
        # Libraries warn programmers; what a person must know is an error or a line of ours.
        warnings.simplefilter("ignore")
    speak_any_alphabet()
    try:
        arguments = parser().parse_args(words)
        limits.allow(arguments.limit)
        with data.given(getattr(arguments, "data", [])):
            status: int = arguments.does(arguments)
        if sys.stdout is not None:
            sys.stdout.flush()
    except KeyboardInterrupt as stop:
        # A study says what it keeps.
        complain(str(stop) or "Stopped.")
        return STOPPED
    except BrokenPipeError:
        let_go_of_stdout()
        return READER_GONE
    except Exception as error:
        if debugging:
            raise
        complain(_in_words(error))
        return FAILED
    return status


def _in_words(error: Exception) -> str:
    if isinstance(error, PolicyLabError):
        return str(error)
    if isinstance(error, OSError) and not error.filename:
        let_go_of_stdout()
        return str(OutputError("error.output.stream", reason=error.strerror or error))
    kind = type(error).__name__
    return english().in_words(Message("error.unforeseen", {"kind": kind, "text": str(error)}))
