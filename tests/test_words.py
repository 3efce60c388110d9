"""The catalogues of the page and of the model: complete, alike in every language, and chosen by the request."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from policy_lab.app import words

REPOSITORY = Path(__file__).parents[1]
SMALL = Path(__file__).parent / "models" / "small_field"
CATALOGUES = sorted((REPOSITORY / "policy_lab" / "app" / "text").glob("*.toml"))
#: Keys that the program puts together from parts, or that a script looks up.
BUILT = r"chart\.(summary|summary_same|more|less)|explore\.policy_moved\.(one|many)|wait\..*|language\.name"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    yield
    words.speak("en")


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_text_that_is_used_exists_and_none_is_left_over() -> None:
    sources = [p.read_text(encoding="utf-8") for p in (REPOSITORY / "policy_lab" / "app").rglob("*.py")]
    scripts = [p.read_text(encoding="utf-8") for p in (REPOSITORY / "assets").glob("*.js")]
    catalogued = words.catalogue("en")
    used = {key for text in sources for key in re.findall(r"\bsay\(\s*\"([a-z_]+\.[a-z_0-9.]+)\"", text)}
    used |= {f"app.{key}" for text in scripts for key in re.findall(r"facts\.words(?:\[\"|\.)([a-z_]+)\b(?!\.)", text)}
    assert {key for key in used if key not in catalogued and not key.endswith(".")} == set()
    patterns = [
        re.sub(r"\{[^}]*\}", "[a-z_0-9.]+", k) for t in sources for k in re.findall(r"\bsay\(\s*f\"([^\"]+)\"", t)
    ]
    parts = [re.escape(k) + r"\..*" for t in sources for k in re.findall(r"\bpart\(\"([a-z_.]+)\"\)", t)]
    built = "|".join([*patterns, *parts, BUILT])
    assert [key for key in catalogued if key not in used and not re.fullmatch(built, key)] == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_a_translation_is_complete(path: Path) -> None:
    source, other = words.catalogue("en"), words.flat(path)
    assert sorted(other) == sorted(source)
    assert {key for key in source if places(source[key]) != places(other[key])} == set()
    assert [key for key, text in other.items() if not text.strip() and source[key].strip()] == []


def test_the_page_never_says_prediction() -> None:
    said = [(path.stem, key, text) for path in CATALOGUES for key, text in words.flat(path).items()]
    assert [one for one in said if re.search(r"predict|vorhersag|prognos|voraussag", one[2], re.IGNORECASE)] == []
