"""The glossary: every term is met on the page, in every language, and means something in one or two sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from policy_lab import catalogue
from policy_lab.app import glossary, language
from policy_lab.model import Model, load_model

LANGUAGES = list(catalogue.languages())
MODELS = ("big_science", "core")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    yield
    catalogue.speak("en")


def terms(model: Model, code: str) -> dict[str, glossary.Term]:
    catalogue.speak(code, language.names_of(model, code))
    return {term["key"]: term for term in glossary.terms(model)}


def met(forms: list[str], text: str) -> bool:
    """As ``web/core/glossary.js`` looks for them."""
    return any(re.search(rf"(?<![\w-]){re.escape(form)}(?![\w-])", text, re.IGNORECASE) for form in forms)


def of_page(code: str) -> str:
    return "\n".join(text for key, text in catalogue.flat(catalogue.CATALOGUES / f"{code}.toml").items()
                     if not key.startswith("glossary."))  # fmt: skip


def of_model(model: Model, code: str) -> str:
    """What the page shows of a model in a language."""
    catalogue.speak(code, language.names_of(model, code))
    told = language.translated(model, code)
    parts = [text for one in (*told.outcomes.values(), *told.levers.values()) for text in (one.why, label(one))]
    parts += [text for one in told.scenarios.values() for text in (one.title, one.rationale)]
    parts += [language.documentation_of(model, name) for name in model.program.visible]
    return "\n".join(parts)


def label(one: object) -> str:
    return str(getattr(one, "label", getattr(one, "name", "")))


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("name", MODELS)
def test_each_term_is_met_where_it_belongs(name: str, code: str) -> None:
    model = load_model(name)
    own = set(model.texts("en").get("glossary", {}))
    found = terms(model, code)
    page, told = of_page(code), of_model(model, code)
    assert [key for key, term in found.items() if key not in own and not met(term["forms"], page)] == []
    assert [key for key in own if not met(found[key]["forms"], told)] == []


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("name", MODELS)
def test_a_model_says_its_terms_in_every_language(name: str, code: str) -> None:
    model = load_model(name)
    assert set(model.texts(code)["glossary"]) == set(model.texts("en")["glossary"])
    for fields in model.texts(code)["glossary"].values():
        assert set(fields) == {"term", "forms", "means"}


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("name", MODELS)
def test_an_entry_is_short_and_no_form_belongs_to_two(name: str, code: str) -> None:
    found = terms(load_model(name), code).values()
    forms = [form.casefold() for term in found for form in term["forms"]]
    assert len(forms) == len(set(forms))
    for term in found:
        assert term["means"].endswith((".", "”", "“", "”.", ")."))
        assert 30 < len(term["means"]) <= 230, term["key"]
        assert term["forms"] == sorted(term["forms"], key=len, reverse=True)
