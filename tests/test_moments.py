"""Moments by the model's own time: what the catalogue says of years, it says of weeks where a model counts weeks."""

from __future__ import annotations

import re

import pytest

from policy_lab.catalogue import in_language
from policy_lab.messages import Message
from policy_lab.moments import adapted

KEYS = {
    "explore.headlines": {"year": "24"},
    "chart.told": {"last": "3", "to_year": "24", "reference": "2", "change": "+1", "inputs": "so"},
    "in_short.nothing": {"year": "24", "scenario": "A"},
}
SAID = {
    ("en", "Week"): ["Outcomes in week 24 vs status quo", "3 in week 24, against 2", "By week 24, A changes"],
    ("de", "weeks"): ["Ergebnisse in Woche 24 gegenüber", "3 in Woche 24, im Status quo", "Bis Woche 24 ändert A"],
    ("en", "Day"): ["Outcomes on day 24", "3 on day 24", "By day 24"],
    ("de", "Day"): ["Ergebnisse an Tag 24", "3 an Tag 24", "Bis Tag 24"],
    ("en", ""): ["Outcomes at time 24", "3 at time 24", "By time 24"],
    ("de", "ticks"): ["Ergebnisse zum Zeitpunkt 24", "3 zum Zeitpunkt 24", "Bis Zeitpunkt 24"],
    ("en", "yr"): ["Outcomes in year 24", "3 in year 24", "By year 24"],
    ("de", "Year"): ["Ergebnisse im Jahr 24", "3 im Jahr 24", "Bis Jahr 24"],
}


@pytest.mark.parametrize(("language", "unit"), SAID)
def test_a_moment_has_the_models_own_unit(language: str, unit: str) -> None:
    words = adapted(in_language(language), 0, unit)
    for (key, values), beginning in zip(KEYS.items(), SAID[language, unit], strict=True):
        assert words.in_words(Message(key, values)).startswith(beginning)


@pytest.mark.parametrize("unit", ["Year", "years", ""])
def test_years_of_the_calendar_stay_as_they_are(unit: str) -> None:
    for language in ("en", "de"):
        assert adapted(in_language(language), 2025, unit).texts is in_language(language).texts


@pytest.mark.parametrize("unit", ["Week", "Month", "Day", "hour", "Quarter", ""])
@pytest.mark.parametrize(("language", "year"), [("en", r"\b[Yy]ears?\b"), ("de", r"\bJahr")])
def test_no_page_speaks_of_years_where_there_are_none(language: str, year: str, unit: str) -> None:
    apart = ("error.", "precedents.", "cases.", "test.", "refused.")
    place = r"\{\w+(?::\w+)?\}"
    before = in_language(language).texts
    for key, text in adapted(in_language(language), 0, unit).texts.items():
        assert sorted(re.findall(place, text)) == sorted(re.findall(place, before[key])), key
        if not key.startswith(apart):
            assert not re.search(year, re.sub(place, "", text)), (key, text)
