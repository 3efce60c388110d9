"""The page on studies names every key, option and method there is, with its default, and its examples can be run."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from policy_lab.ensemble.factors import DISTRIBUTIONS
from policy_lab.ensemble.study_file import COMMON_KEYS, study_from
from policy_lab.studies import load_study, method, methods, plan_of

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "studies.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL)


def first_column(text: str) -> list[str]:
    return re.findall(r"^\| `([^`]+)` \|", text, flags=re.MULTILINE)


def section(heading: str) -> str:
    [found] = re.findall(rf"^#+ {heading}.*?(?=^#|\Z)", PAGE, flags=re.DOTALL | re.MULTILINE)
    return str(found)


def test_every_key_is_explained() -> None:
    assert set(first_column(section("Keys of every study"))) == set(COMMON_KEYS)
    assert first_column(section("Factors")) == list(DISTRIBUTIONS)


def test_every_method_is_explained() -> None:
    assert set(re.findall(r"^### `(\w+)`", PAGE, flags=re.MULTILINE)) == set(methods())


@pytest.mark.parametrize("name", methods())
def test_every_option_is_explained_with_its_default(name: str) -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \|", section(f"`{name}`"), flags=re.MULTILINE)
    said = {
        key: None if default == "none" else tomllib.loads(f"x = {default.strip('`')}")["x"] for key, default in rows
    }
    assert said == dict(method(name).OPTIONS)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.splitlines()[-1][:30])
def test_every_example_can_be_run(example: str) -> None:
    assert plan_of(study_from(tomllib.loads(example))).outcomes


@pytest.mark.parametrize("file", sorted((ROOT / "analysis").glob("*.toml")), ids=lambda path: path.stem)
def test_every_ready_study_can_be_run(file: Path) -> None:
    plan_of(load_study(file))
    assert f"`analysis/{file.name}`" in PAGE


def test_every_place_mentioned_exists() -> None:
    for place in re.findall(r"`(?:python )?((?:analysis|policy_lab|models)/[\w./]*)`", PAGE):
        assert (ROOT / place).exists(), place
