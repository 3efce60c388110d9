"""The reporting page: every link leads somewhere, every command exists, every row says whether it is met."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from policy_lab.cli import parser
from policy_lab.report.templating import slug

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "reporting.md"
TEXT = PAGE.read_text(encoding="utf-8")
STATUS = ("met", "partly", "not met", "not applicable")
LINKS = sorted({link for link in re.findall(r"\]\(([^)\s]+)\)", TEXT) if "://" not in link})
COMMANDS = sorted(set(re.findall(r"`(policy-lab [^`]+)`", TEXT)))


def rows() -> list[list[str]]:
    """Cells of the tables of requirements, their heads left out."""
    lines = [line.strip("|").split("|") for line in TEXT.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line] for line in lines if len(line) == 3]
    return [row for row in cells if row[0] != "requirement" and not set(row[0]) <= {"-"}]


def anchors(file: Path) -> set[str]:
    text = file.read_text(encoding="utf-8")
    headings = [re.sub(r"[`*]", "", h) for h in re.findall(r"^#{1,6} (.+)$", text, flags=re.MULTILINE)]
    return {slug(heading) for heading in headings} | set(re.findall(r'<a id="([^"]+)">', text))


@pytest.mark.parametrize("link", LINKS)
def test_a_link_leads_somewhere(link: str) -> None:
    place, _, anchor = link.partition("#")
    file = (PAGE.parent / place).resolve()
    assert file.is_file()
    assert not anchor or anchor in anchors(file)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_understood(command: str) -> None:
    words = shlex.split(command)[1:]
    told = parser().parse_args(words)
    named = [word for word in words if word.startswith("analysis/")]
    assert told.does
    assert all((ROOT / word).is_file() for word in named)


def test_every_requirement_says_whether_it_is_met_and_where() -> None:
    assert len(rows()) >= 30
    for requirement, status, where in rows():
        assert status in STATUS, requirement
        assert re.search(r"\]\(|`", where) or status == "not applicable", requirement
    counted = [status for _, status, _ in rows()]
    assert counted.count("partly") + counted.count("not met") >= 1, "a page on which all is well has not been looked at"


def test_each_part_has_minimum_and_preferred() -> None:
    parts = re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:4]
    assert [part.splitlines()[0] for part in parts] == ["The model", "Simulation experiments",
                                                        "Optimisation and calibration"]  # fmt: skip
    for part in parts:
        assert re.findall(r"^### (.+)$", part, flags=re.MULTILINE) == ["Minimum", "Preferred"]


def test_places_in_the_text_exist() -> None:
    for place in re.findall(r"`((?:analysis|policy_lab|models|docs)/[\w./]+|analysis|analysis/results)`", TEXT):
        assert (ROOT / place).exists(), place
