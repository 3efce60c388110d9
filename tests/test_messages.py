"""Messages become text in one way: the vectors that web/core/message.js is held to as well, and messages in files."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from policy_lab.messages import Language, Message, Name, as_data, from_data

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "vectors" / "messages.json").read_text(encoding="utf-8"))
LANGUAGES = {
    code: Language(code, given["texts"], {(kind, key): words for kind, key, words in given["names"]})
    for code, given in VECTORS["languages"].items()
}


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_message_reads_as_the_vectors_say(code: str) -> None:
    cases = [case for case in VECTORS["cases"] if case["language"] == code]
    assert len(cases) > 60
    said = [LANGUAGES[code].in_words(from_data(case["message"])) for case in cases]
    assert said == [case["text"] for case in cases]


def test_a_message_outlives_a_file() -> None:
    for case in VECTORS["cases"]:
        assert as_data(from_data(case["message"])) == case["message"]
    whole = Message("v.outer", {"check": Name("c1", "check", "Text"), "told": [Message("v.any", {"x": 1.5}), "text"]})
    assert from_data(json.loads(json.dumps(as_data(whole)))) == whole


def test_what_is_no_number_is_a_dash() -> None:
    """JSON has neither, so this is not among the vectors."""
    for style in ("plain", "count", "figure", "short", "exact", "percent", "fine", "year"):
        assert [LANGUAGES["en"].number(value, style) for value in (math.nan, math.inf)] == ["–", "–"]


def test_a_missing_text_and_a_missing_value_are_errors() -> None:
    with pytest.raises(KeyError):
        LANGUAGES["en"].in_words(Message("v.nothing"))
    with pytest.raises(KeyError):
        LANGUAGES["en"].in_words(Message("v.any", {"y": 1}))


def test_equal_messages_are_one_in_a_set() -> None:
    assert len({Message("v.any", {"x": 1}), Message("v.any", {"x": 1}), Message("v.any", {"x": 2})}) == 2
