"""The catalogues of the page and of the model: complete, alike in every language, and chosen by the request."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from policy_lab.app import create_app, language, naming, words
from policy_lab.errors import ModelError
from policy_lab.model import Model, load_model

REPOSITORY = Path(__file__).parents[1]
SMALL = Path(__file__).parent / "models" / "small_field"
CATALOGUES = sorted((REPOSITORY / "policy_lab" / "app" / "text").glob("*.toml"))


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    yield
    words.speak("en")


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def sources() -> str:
    """All that can say something: the app's modules and the page's scripts."""
    files = [*(REPOSITORY / "policy_lab" / "app").rglob("*.py"), *(REPOSITORY / "assets").glob("*.js")]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def test_every_text_that_is_asked_for_exists() -> None:
    asked = set(re.findall(r"\bsay\(\s*\"([a-z_]+(?:\.[A-Za-z_0-9-]+)+)\"", sources()))
    assert len(asked) > 100
    assert asked - set(words.catalogue("en")) == set()


def test_no_text_is_left_over() -> None:
    """The last step of a key stands somewhere as a word, or is put together: ``say(f"rank.column_{column}")``."""
    text = sources()
    word = set(re.findall(r"[\w-]+", text))
    built = set(re.findall(r"[\w.]+[._](?=\{|\"|')", text))

    def used(key: str) -> bool:
        last = key.rpartition(".")[2]
        stems = {last[:n] for n, letter in enumerate(last, start=1) if letter == "_"}
        return (
            last in word
            or bool({key.removesuffix(last) + stem for stem in ["", *stems]} & built)
            or bool(stems & built)
        )

    assert [key for key in words.catalogue("en") if not used(key)] == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_a_translation_is_complete(path: Path) -> None:
    source, other = words.catalogue("en"), words.flat(path)
    assert sorted(other) == sorted(source)
    assert {key for key in source if places(source[key]) != places(other[key])} == set()
    assert [key for key, text in other.items() if not text.strip() and source[key].strip()] == []


def test_the_page_never_says_prediction() -> None:
    said = [(path.stem, key, text) for path in CATALOGUES for key, text in words.flat(path).items()]
    assert [one for one in said if re.search(r"predict|vorhersag|prognos|voraussag", one[2], re.IGNORECASE)] == []


# ---- the model's own labels


@pytest.fixture(scope="module")
def big() -> Model:
    return load_model("big_science")


@pytest.mark.parametrize("code", [code for code in words.languages() if code != "en"])
def test_the_labels_of_the_model_name_what_there_is_and_all_that_people_meet(big: Model, code: str) -> None:
    text = language.told(big, code)
    assert set(text["levers"]) == set(big.levers)
    assert set(text["outcomes"]) == set(big.outcomes)
    assert set(text["scenarios"]) == set(big.scenarios)
    fields = {"label", "low_words", "high_words", "decided_by", "cost", "why"}
    assert [name for name, given in text["levers"].items() if set(given) != fields] == []
    groups = {x.group for x in [*big.levers.values(), *big.outcomes.values(), *big.uncertainties.values()]}
    groups |= {big.program.equations[name].group for name in big.program.visible} - {"Control", ""}
    assert groups - set(text["groups"]) == set()
    assert set(text["variables"]) <= set(big.program.visible)


def test_a_translated_model_differs_in_texts_alone(big: Model) -> None:
    other = language.translated(big, "de")
    assert other.outcomes["mosaic"].label == "Mosaikkultur"
    assert (other.hash, other.program) == (big.hash, big.program)
    for key in big.scenarios:
        assert other.constants_of(key) == big.constants_of(key)
    for name, lever in big.levers.items():
        told = other.levers[name]
        assert (told.low, told.default, told.high, told.start) == (lever.low, lever.default, lever.high, lever.start)
    assert language.translated(big, "en") is big


def test_what_a_translation_lacks_stands_as_the_model_has_it(tmp_path: Path) -> None:
    small = load_model(SMALL)
    copy = Model(small.name, small.path, tmp_path, small.hash, small.program, small.levers, {}, small.outcomes)
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "de.toml").write_text('[outcomes.knowledge]\nlabel = "Wissen"\n', encoding="utf-8")
    told = language.translated(copy, "de")
    assert told.outcomes["knowledge"].label == "Wissen"
    assert told.outcomes["knowledge"].why == small.outcomes["knowledge"].why
    assert told.levers == small.levers
    (tmp_path / "text" / "fr.toml").write_text("not toml", encoding="utf-8")
    with pytest.raises(ModelError, match=r"text/fr\.toml cannot be read"):
        language.told(copy, "fr")


# ---- which language a request is answered in


@pytest.mark.parametrize(
    ("address", "headers", "expected"),
    [
        ("/", {}, "en"),
        ("/?lang=de", {}, "de"),
        ("/?lang=xx", {}, "en"),
        ("/?lang=../../etc", {"Accept-Language": "de-CH, de;q=0.9, en;q=0.5"}, "de"),
        ("/?lang=en", {"Accept-Language": "de"}, "en"),
        ("/", {"Accept-Language": "fr, en;q=0.3"}, "en"),
        ("/", {"Referer": "http://localhost/?w=cern_for_ai&lang=de"}, "de"),
        ("/", {"Cookie": "policy-lab-language=de"}, "de"),
        ("/?lang=en", {"Cookie": "policy-lab-language=de"}, "en"),
    ],
)
def test_the_request_says_its_language(address: str, headers: dict[str, str], expected: str) -> None:
    client = create_app(load_model(SMALL)).server.test_client(use_cookies=False)
    assert f'<html lang="{expected}"' in client.get(address, headers=headers).text


def test_a_language_in_the_address_is_remembered_and_another_visitor_is_not_answered_in_it() -> None:
    server = create_app(load_model(SMALL)).server
    german, english = server.test_client(), server.test_client()
    assert "policy-lab-language=de" in german.get("/?lang=de").headers["Set-Cookie"]
    assert '<html lang="de"' in german.get("/").text
    assert '<html lang="en"' in english.get("/").text
    assert "Set-Cookie" not in english.get("/").headers


def test_numbers_are_written_as_the_language_has_them() -> None:
    assert (naming.figure_of(12345.678, 1), naming.plain(0.25), naming.count_of(1258)) == ("12,345.7", "0.25", "1,258")
    words.speak("de")
    assert (naming.figure_of(12345.678, 1), naming.plain(0.25), naming.count_of(1258)) == ("12.345,7", "0,25", "1.258")
    assert naming.figure_of(-0.0001, 2) == "0,00"
