"""``policy-lab story``: a lesson from a text file: checked, as a worksheet, as notes, as data."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from policy_lab.cli.output import check_output, open_output
from policy_lab.cli.text_tables import HelpFormatter

if TYPE_CHECKING:
    from policy_lab.errors import StoryError
    from policy_lab.stories import Story

EXAMPLES = """\
examples:
  policy-lab story models/big_science/stories/critical_mass.en.md --check
  policy-lab story my_lesson.en.md --worksheet --out worksheet.html
  policy-lab story my_lesson.en.md --notes --out notes.html
"""
NOT_SOUND = 1


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    words = commands.add_parser(
        "story",
        help="check a story, and print its worksheet or notes",
        description="Check the story in FILE against its model: names, ranges, years, every number it quotes, and its "
        "translations; or write its worksheet, its notes for the teacher, or its data for a page. Worksheet and notes "
        "are pages to print; those of a role play are briefings with a scoring sheet. docs/teaching.md tells how to "
        "write one. Exit status of --check: 0 it fits, 1 something is to be mended.",
        epilog=EXAMPLES,
        formatter_class=HelpFormatter,
        allow_abbrev=False,
    )
    words.add_argument("file", metavar="FILE", help="a story, NAME.LANGUAGE.md")
    what = words.add_mutually_exclusive_group(required=True)
    what.add_argument("--check", action="store_true", help="say what does not fit, with its line")
    what.add_argument("--worksheet", action="store_true", help="write the page for pupils")
    what.add_argument("--notes", action="store_true", help="write the page for the teacher")
    what.add_argument("--json", action="store_true", help="write the story as data")
    words.add_argument("--out", metavar="FILE", default="-", help="where to write; - is standard output (default)")
    words.set_defaults(does=command)


def command(arguments: argparse.Namespace) -> int:
    """Check or write."""
    from policy_lab.stories import as_data, check_story, notes, worksheet

    check_output(arguments.out)
    reading = check_story(Path(arguments.file))
    if arguments.check:
        return _checked(arguments, reading.faults.errors(), reading.story)
    reading.sound()
    if arguments.json:
        text = json.dumps(as_data(reading), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    else:
        text = (worksheet if arguments.worksheet else notes)(reading)
    with open_output(arguments.out) as file:
        file.write(text)
    return 0


def _checked(arguments: argparse.Namespace, errors: Sequence[StoryError], story: Story) -> int:
    from policy_lab.catalogue import say

    told = {"file": Path(arguments.file).name, "model": story.model, "steps": len(story.steps)}
    fits = say("story.fits", **told, figures=story.figures, languages=story.languages)
    with open_output(arguments.out) as file:
        file.write("\n".join(map(str, errors)) + "\n" if errors else f"{fits}\n")
    return NOT_SOUND if errors else 0
