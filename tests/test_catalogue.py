"""The catalogues of the page and of the model: complete, alike in every language, and chosen by the request."""

from __future__ import annotations

import ast
import pickle
import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from analysis import claims
from policy_lab import catalogue
from policy_lab.app import create_app, labels, language, precedent_data, ranking_view, validation_results
from policy_lab.app import sector_pictures as diagram
from policy_lab.app.app import default_run
from policy_lab.app.engine_routes import EngineFiles
from policy_lab.app.model_session import ModelSession
from policy_lab.checks.findings import SEVERITY
from policy_lab.checks.validation_tests import KEYS
from policy_lab.checks.verdicts import Verdict, scenario_words
from policy_lab.ensemble.findings import load_findings
from policy_lab.errors import BadValue, ModelError, PolicyLabError, UnknownName
from policy_lab.messages import PLACE, Message, Name
from policy_lab.model import Model, load_model
from policy_lab.model.readme import Item
from policy_lab.units.findings import KINDS

REPOSITORY = Path(__file__).parents[1]
PACKAGE = REPOSITORY / "policy_lab"
#: A key of the catalogue.
KEY = r"[a-z_]+(\.[A-Za-z_0-9-]+)+"
SMALL = Path(__file__).parent / "models" / "small_field"
CATALOGUES = sorted((REPOSITORY / "policy_lab" / "locale").glob("*.toml"))


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    yield
    catalogue.speak("en")


def places(text: str) -> set[str]:
    return {found[1] for found in PLACE.finditer(text)}


#: Sections of the catalogue that code names by whole keys alone.
WHOLE = ("error", "finding", "progress", "test", "verdict")


def keys_in_code() -> set[str]:
    """Every literal of the package and of ``analysis/`` that is a key of the catalogue's form."""
    return {
        node.value
        for path in [*PACKAGE.rglob("*.py"), *(REPOSITORY / "analysis").glob("*.py")]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(KEY, node.value)
    }


def test_every_message_has_a_text() -> None:
    known = catalogue.catalogue("en")
    asked = {key for key in keys_in_code() if key.partition(".")[0] in WHOLE}
    assert len(asked) > 200
    assert {key for key in asked if key not in known and f"{key}.one" not in known} == set()


#: Keys below these are put together from an identifier: a kind of finding, a test, a column, a cell, a fate.
BUILT = ("error.unknown.kind.", "finding.kind.", "finding.error", "finding.warning", "test.", "verdict.known_",
         "verdict.holds", "verdict.fails")  # fmt: skip


def test_every_text_of_a_message_is_said_somewhere() -> None:
    asked = keys_in_code()
    known = [key for key in catalogue.catalogue("en") if key.partition(".")[0] in WHOLE]
    there = {re.sub(r"\.(one|many)$", "", key) for key in known}
    kinds = {key for key in there if key.startswith("error.unknown.kind.")}
    assert {key for key in there - asked if not key.startswith(BUILT)} == set()
    text = " ".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    named = {found.replace(" ", "_") for found in re.findall(r"UnknownName\(\s*['\"]([^'\"]+)", text)}
    assert {key.rpartition(".")[2] for key in kinds} == named


def test_every_kind_of_finding_has_a_text() -> None:
    known = catalogue.part("finding.kind")
    assert set(known) == {kind.replace(" ", "_") for kind in (*SEVERITY, *KINDS)}


def test_every_word_of_the_twelve_tests_is_used_and_there() -> None:
    files = [PACKAGE / "checks" / name for name in ("twelve_tests.py", "family_members.py")]
    text = "".join(file.read_text(encoding="utf-8") for file in files)
    columns = {
        name for found in re.findall(r"column_names\(([^)]+)\)", text) for name in re.findall(r"\"(\w+)\"", found)
    }
    columns |= {"computed", "given", "left_out"}
    assert columns == set(catalogue.part("test.column"))
    assert {f"{key}.{part}" for key in KEYS for part in ("title", "question", "told")} <= set(catalogue.part("test"))


def errors() -> set[str]:
    """Names of every class of error that a person can meet."""
    found, fresh = {PolicyLabError.__name__}, [PolicyLabError]
    while fresh:
        fresh = [child for parent in fresh for child in parent.__subclasses__()]
        found |= {child.__name__ for child in fresh}
    return found - {"UnknownName", "UnsupportedConstruct", "Refused"}


def test_no_error_is_raised_with_a_text_of_its_own() -> None:
    """A raise site names a key of the catalogue, so that its sentence can be said in every language."""
    found = []
    for path, node in calls_of(errors() | {"wrong"}):
        first = node.args[-1] if called(node) == "wrong" else node.args[0]
        text = isinstance(first, ast.Constant) and not re.fullmatch(KEY, str(first.value))
        if text or isinstance(first, ast.JoinedStr | ast.BinOp):
            found.append(f"{path.name}:{node.lineno}")
    assert found == []


#: Two small words in a row: a sentence, or part of one.
ENGLISH = re.compile(r"[a-z]{2,}[,:]? [a-z]{2,}")


def test_no_error_is_given_words_in_english() -> None:
    """What fills the places of an error's text is data too: written there, followed through a name or a function."""
    found = []
    for path, node in calls_of(errors() | {"wrong", "UnsupportedConstruct"}):
        module = ast.parse(path.read_text(encoding="utf-8"))
        given = [*node.args, *(word.value for word in node.keywords)]
        found += [f"{path.name}:{node.lineno} {text}" for one in given for text in texts_in(one, module, node.lineno)]
    assert found == []


def called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def calls_of(names: set[str]) -> Iterator[tuple[Path, ast.Call]]:
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and called(node) in names:
                yield path, node


def texts_in(value: ast.AST, module: ast.Module, line: int) -> Iterator[str]:
    """English in an expression, in what the function around that line gave its names, and in what functions return."""
    around = [f for f in ast.walk(module) if isinstance(f, ast.FunctionDef) and f.lineno <= line <= (f.end_lineno or 0)]
    for node in ast.walk(value):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and ENGLISH.search(node.value):
            yield node.value
        if isinstance(node, ast.Name):
            assigned = [a for f in around for a in ast.walk(f) if isinstance(a, ast.Assign)]
            for one in assigned:
                if any(isinstance(t, ast.Name) and t.id == node.id for t in one.targets):
                    yield from (text for text in texts_in(one.value, ast.Module([], []), line))
        if isinstance(node, ast.Call):
            for function in (f for f in module.body if isinstance(f, ast.FunctionDef) and f.name == called(node)):
                for returned in (r for r in ast.walk(function) if isinstance(r, ast.Return) and r.value):
                    yield from texts_in(returned.value or returned, ast.Module([], []), line)


def sources() -> str:
    """All that can say something: the app's modules and the page's."""
    modules = [path for path in (REPOSITORY / "web").glob("*/*.js") if path.parent.name != "node_modules"]
    files = [*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.j2"), *modules]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def test_every_text_that_is_asked_for_exists() -> None:
    asked = set(re.findall(r"\bsay\(\s*\"([a-z_]+(?:\.[A-Za-z_0-9-]+)+)\"(?!\s*\+)", sources()))
    assert len(asked) > 100
    assert asked - set(catalogue.catalogue("en")) == set()


def test_no_text_is_left_over() -> None:
    """The last step of a key stands somewhere as a word, or is put together: ``say(f"rank.column_{column}")``."""
    text = sources()
    word = set(re.findall(r"[\w-]+", text))
    built = set(re.findall(r"[\w.]+[._](?=\{|\"|')", text))
    parts = tuple(f"{part}." for part in re.findall(r"\bpart\(\"([\w.]+)\"\)", text))

    def used(key: str) -> bool:
        last = key.rpartition(".")[2]
        stems = {last[:n] for n, letter in enumerate(last, start=1) if letter == "_"}
        return (
            last in word
            or key.startswith(parts)
            or bool({key.removesuffix(last) + stem for stem in ["", *stems]} & built)
            or bool(stems & built)
        )

    assert [key for key in catalogue.catalogue("en") if not used(key)] == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_a_translation_is_complete(path: Path) -> None:
    source, other = catalogue.catalogue("en"), catalogue.flat(path)
    assert sorted(other) == sorted(source)
    assert {key for key in source if places(source[key]) != places(other[key])} == set()
    assert [key for key, text in other.items() if not text.strip() and source[key].strip()] == []


def test_the_page_never_says_prediction() -> None:
    said = [(path.stem, key, text) for path in CATALOGUES for key, text in catalogue.flat(path).items()]
    assert [one for one in said if re.search(r"predict|vorhersag|prognos|voraussag", one[2], re.IGNORECASE)] == []


# ---- the model's own labels


@pytest.fixture(scope="module")
def big() -> Model:
    return load_model("big_science")


OTHERS = [code for code in catalogue.languages() if code != "en"]


def keys_of(table: dict[str, Any], start: str = "") -> set[str]:
    """The dotted keys of the texts in a table."""
    found = set()
    for key, value in table.items():
        found |= keys_of(value, f"{start}{key} . ") if isinstance(value, dict) else {f"{start}{key}"}
    return found


def listed(model: Model) -> dict[str, list[Item]]:
    """The lists of a README that the page shows, by their table in a text file."""
    return {
        "surprises": model.readme.bullets("Surprises"),
        "lessons": model.readme.bullets("What use has taught us"),
        "weaknesses": model.readme.weaknesses,
    }


def wanted(model: Model) -> set[str]:
    """Every text of a model that people meet: what a translation has to have, by the keys of its file."""
    visible = model.program.visible
    equations = model.program.equations
    fields = ("label", "low_words", "high_words", "decided_by", "cost", "why")
    keys = {f"levers . {name} . {field}" for name in model.levers for field in fields}
    keys |= {f"outcomes . {name} . {field}" for name in model.outcomes for field in ("label", "why")}
    ended = [name for name, outcome in model.outcomes.items() if outcome.low_words]
    keys |= {f"outcomes . {name} . {field}" for name in ended for field in ("low_words", "high_words")}
    keys |= {f"scenarios . {key} . {field}" for key in model.scenarios for field in ("title", "rationale")}
    for choice in model.choices.values():
        places = [choice.key, *(f"{choice.key} . levels . {level}" for level in choice.levels)]
        keys |= {f"choices . {place} . {field}" for place in places for field in ("label", "words")}
    keys |= {f"variables . {name.partition('[')[0]} . about" for name in visible}
    keys |= {f"variables . {name.partition('[')[0]} . label" for name in visible if name not in model.levers}
    keys |= {f"elements . {element.strip()}" for name in visible for element in name.partition("[")[2][:-1].split(",")}
    keys |= {f"uncertainties . {name}" for name in model.uncertainties}
    keys |= {f"sources . {key} . note" for key, source in model.sources.items() if source.note}
    groups = {x.group for x in [*model.levers.values(), *model.outcomes.values(), *model.uncertainties.values()]}
    keys |= {f"groups . {group}" for group in groups | {equations[name].group for name in visible}}
    keys |= {f"units . {equations[name].unit.strip()}" for name in visible if labels.unit_of(equations[name].unit)}
    keys |= {f"sections . {row['section']}" for row in model.passages.rows}
    keys |= {f"loops . {loop.name} . {field}" for loop in model.loops for field in ("name", "path")}
    keys |= {f"checks . {check.key}" for check in model.checks}
    keys |= {f"claims . {claim.key}" for claim in (*claims.SAID, *claims.of_choices(model))}
    keys |= {f"series . {series.name}" for series in model.history}
    keys |= {f"notes . {view.name}" for view in diagram.views_of(model)}
    keys |= {f"{table} . {item.key}" for table, items in listed(model).items() for item in items}
    cells = [cell for row in model.readme.table("Boundary", ("computed", "given", "left_out")) for cell in row]
    keys |= {f"boundary . {cell.key.replace('.', ' . ')}" for cell in cells if cell.text}
    keys |= {f"documents . {key}" for key in claims.DOCUMENTS}
    for case in (model.case_results or {"cases": []})["cases"]:
        stated = {case["currency"], *(one["unit"] for part in ("facts", "series") for one in case[part])}
        keys |= {f"units . {unit}" for unit in stated if labels.unit_of(unit)}
    keys |= {"readme . title", "readme . question"}
    keys |= {
        f"glossary . {key} . {part}" for key, term in model.texts(catalogue.SOURCE)["glossary"].items() for part in term
    }
    keys |= {f"synonyms . {key}" for key in model.texts(catalogue.SOURCE)["synonyms"]}
    known = [(outcome, one.label) for outcome, found in model.references.items() for one in found]
    keys |= {f"references . {outcome} . {label} . {part}" for outcome, label in known for part in ("label", "why")}
    keys |= {f"cases . {kind} . {key}" for kind, said in model.texts(catalogue.SOURCE)["cases"].items() for key in said}
    for key, case in model.cases.items():
        keys |= {f"case . {key} . summary", *(f"case . {key} . facts . {fact}" for fact in case.facts)}
        keys |= {f"case . {key} . series . {series}" for series in case.series}
        read = [case, *case.readings] if case.readings else []
        keys |= {f"case . {key} . readings . {each.reading} . title" for each in read}
        keys |= {f"case . {key} . readings . {each.reading} . {name}" for each in case.readings
                 for name, fact in each.facts.items() if fact != case.facts.get(name)}  # fmt: skip
    return {key for key in keys if not key.endswith(" . ")}


def test_whatever_a_case_shows_has_words(big: Model) -> None:
    roles, told = next(iter(big.cases.values())).roles, big.texts(catalogue.SOURCE)["cases"]
    shown = {*roles.choices, *roles.facts, *roles.fitted, *roles.controls}
    assert set(told["facts"]) == shown
    assert set(told["choices"]) == {word for words in roles.choices.values() for word in words}
    assert set(told["causes"]) == set(roles.terms)
    assert set(told["changes"]) == set(roles.without)
    assert set(told["units"]) == {curve.unit for curve in roles.curves.values()} - {""}
    assert set(told["curves"]) == set(roles.curves)


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_of_the_model_lacks_nothing_that_people_meet(big: Model, code: str) -> None:
    """A new variable fails here until ``models/big_science/text`` says its name and what it is in every language."""
    assert sorted(wanted(big) - keys_of(dict(big.texts(code)))) == []


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_of_the_model_holds_nothing_that_is_no_more(big: Model, code: str) -> None:
    text = dict(big.texts(code))
    optional = {f"sources . {key} . citation" for key in big.sources} | {f"case . {key} . title" for key in big.cases}
    assert sorted(keys_of(text) - wanted(big) - optional) == []


@pytest.mark.parametrize("code", OTHERS)
def test_a_variable_has_one_name_in_a_language(big: Model, code: str) -> None:
    """Two variables called alike could not be told apart in a chooser."""
    catalogue.speak(code, language.names_of(big, code))
    named: dict[str, list[str]] = {}
    for name in big.program.visible:
        named.setdefault(labels.label_of(name), []).append(name)
    assert {label: names for label, names in named.items() if len(names) > 1} == {}


def test_words_of_the_essay_stay_as_they_are(big: Model) -> None:
    """A quotation in the documentation is quoted in the translation, in English and complete."""
    catalogue.speak("de", language.names_of(big, "de"))
    for name in big.program.visible:
        own, other = big.program.equations[name].documentation, language.documentation_of(big, name)
        assert re.findall(r"\"(.+?)\"", own) == re.findall("„(.+?)“", other), name


def test_the_documentation_of_a_constant_names_its_source_in_every_language(big: Model) -> None:
    catalogue.speak("de", language.names_of(big, "de"))
    assert language.documentation_of(big, "memory time").endswith("verschwindet. Quelle: gallagher2014.")
    assert language.documentation_of(big, "memory time", source=False).endswith("verschwindet.")
    catalogue.speak("en")
    own = big.program.equations["memory time"].documentation
    assert language.documentation_of(big, "memory time") == own
    assert own.startswith(language.documentation_of(big, "memory time", source=False))


def test_an_element_of_an_array_is_named_behind_it(big: Model) -> None:
    catalogue.speak("de", language.names_of(big, "de"))
    assert labels.label_of("Juniors[labs]") == "Nachwuchs (Labore)"
    assert labels.label_of("Coherence[field]") == "Kohärenz des Feldes"
    assert labels.label_of("classification") == "Einstufung als geheim"


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
        copy.texts("fr")


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
    assert (labels.figure_of(12345.678, 1), labels.plain(0.25), labels.count_of(1258)) == ("12,345.7", "0.25", "1,258")
    catalogue.speak("de")
    assert (labels.figure_of(12345.678, 1), labels.plain(0.25), labels.count_of(1258)) == ("12.345,7", "0,25", "1.258")
    assert labels.figure_of(-0.0001, 2) == "0,00"


# ---- what lower layers write in English


def test_a_paragraph_on_an_outcome_is_german_on_a_german_page(big: Model) -> None:
    findings = load_findings(REPOSITORY / "analysis" / "results" / "lever_ranking")
    catalogue.speak("de", language.names_of(big, "de"))
    for outcome in findings.outcomes:
        told = ranking_view.view(findings, {"outcome": outcome})["told"]
        told = " ".join(told)
        assert told.startswith("Über alle Jahre ")
        assert f"„{big_label(big, outcome)}“" in told
        english = [a["name"] for a in findings.provenance["factors"] if re.search(rf"\b{a['name']}\b", told)]
        assert english == []
        assert not re.search(r"\b(of|the|and|from|with|more|comes)\b|\d\.\d", told), told


def big_label(model: Model, outcome: str) -> str:
    return language.translated(model, "de").outcomes[outcome].label


ENGLISH_WORDS = re.compile(r"\b(the|of|is|are|and|with|than|from|more|by|to|no|not)\b")


def test_the_tests_of_the_model_are_told_in_german(big: Model) -> None:
    """Words of the tests are in both catalogues below ``test``; predicates and the README, in the model's file."""
    catalogue.speak("de", language.names_of(big, "de"))
    told = validation_results.evidence_of(big)
    texts = [t for one in told.tests for t in (one.title, one.question, one.summary, *one.columns, *one.notes)]
    texts += [cell for one in told.tests[:-1] for row in one.rows for cell in row]
    assert [text for text in texts if ENGLISH_WORDS.search(text)] == []
    assert {one.language for one in told.tests} <= {"de", ""}


def test_every_claim_about_the_model_has_a_german_wording(big: Model) -> None:
    """Those that pass are not shown, and may fail tomorrow."""
    told = big.texts("de")["checks"]
    assert [check.key for check in big.checks if ENGLISH_WORDS.search(told[check.key])] == []


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_has_the_figures_of_what_it_translates(big: Model, code: str) -> None:
    """A README whose figures change after the model did makes its translation stale: this says which sentence."""
    text, signs = big.texts(code), catalogue.catalogue(code)
    pairs = [(item.text, text[table][item.key]) for table, items in listed(big).items() for item in items]
    pairs += [(check.says, text["checks"][check.key]) for check in big.checks]
    swap = str.maketrans({",": signs["number.thousands"], ".": signs["number.decimal"]})
    figure = re.compile(r"\d+(?:[.,]\d+)*")
    for own, other in pairs:
        mine, theirs = (Counter(figure.findall(re.sub(r"\]\([^)]+\)", "]", said))) for said in (own, other))
        assert Counter({one.translate(swap): n for one, n in mine.items()}) - theirs == Counter(), own


def test_verdicts_are_said_in_german(big: Model) -> None:
    catalogue.speak("de", language.names_of(big, "de"))
    check = next(one for one in big.checks if one.says == "Members join and leave")
    world = replace(check.worlds[0], key="status_quo", settings=(("diplomacy", 0.5),))
    what = Message("verdict.is", {"variable": Name("Pooling"), "value": 1.5})
    at = Message("verdict.at", {"what": what, "time": 2030.0, "scenario": scenario_words(world)})
    verdict = Verdict(replace(check, known="so"), False, at)
    said = Message("verdict.status", {"status": verdict.status_words, "claim": verdict.claim})
    assert catalogue.here().in_words(said) == (
        "gilt nicht, wie bekannt: Mitglieder treten bei und treten aus: Zusammenlegen ist 1,5 "
        "(im Jahr 2030, „Status quo, mit Diplomatie = 0,5“)"
    )
    assert catalogue.english().in_words(said) == (
        "fails as known: Members join and leave: Pooling is 1.5 at 2030 in status_quo with diplomacy = 0.5"
    )


def test_an_error_is_said_in_the_language_of_the_page(big: Model) -> None:
    catalogue.speak("de", language.names_of(big, "de"))
    with pytest.raises(PolicyLabError) as raised:
        big.check("diplomacy", 3)
    said = catalogue.here().in_words(raised.value.message)
    assert said == "„Diplomatie“ steht auf 3, außerhalb der Spanne 0 bis 1."
    assert str(raised.value) == "'diplomacy' is set to 3, outside its range 0 to 1."
    with pytest.raises(PolicyLabError) as raised:
        big.scenario("cern_for_a")
    said = catalogue.here().in_words(raised.value.message)
    assert (
        said
        == "Das Szenario „cern_for_a“ gibt es in big_science nicht. War „cern_for_ai“ oder „manhattan_for_ai“ gemeint?"
    )


def test_an_error_outlives_its_process() -> None:
    for error in (UnknownName("lever", "x", ["xy"], "small"), BadValue("error.value.finite", name="a", value="nan")):
        again = pickle.loads(pickle.dumps(error))
        assert (type(again), str(again), again.message) == (type(error), str(error), error.message)


def test_diagrams_name_variables_in_both_ways(big: Model) -> None:
    """Names stay those of the equations; what they are called stands behind them, for a pointer and a screen reader."""
    catalogue.speak("de", language.names_of(big, "de"))
    for view in diagram.views_of(big):
        root = ET.fromstring(diagram.picture(big, view))
        text = " ".join(root.itertext())
        boxes = [node for node in root.iter() if "data-variable" in node.attrib]
        told = {node.attrib["data-variable"]: node.attrib.get("data-label", "") for node in boxes}
        assert told
        called = {name: labels.label_of(name) for name in told} | {"Time": catalogue.say("model.time")}
        assert {name: label for name, label in told.items() if label != called[name]} == {}
        assert "Blau: ein Hebel, wie er wirkt." in text.replace("\n", " ")
        assert not re.search(r"\b(of influence|Stock and flow|Not drawn)\b", text)
    catalogue.speak("en")
    assert "data-label" not in diagram.picture(big, diagram.views_of(big)[0])


def test_addresses_of_files_are_the_same_whoever_asks_first() -> None:
    """Several processes serve one page: a hash that hung on their first visitor's language would differ among them."""
    small = load_model(SMALL)
    hashes = set()
    for code in catalogue.languages():
        catalogue.speak(code, language.names_of(small, code))
        hashes.add(EngineFiles(ModelSession(small, default_run(small))).hash)
    assert len(hashes) == 1


def test_historical_cases_are_told_in_german(big: Model) -> None:
    own = precedent_data.told(big)["cases"]
    catalogue.speak("de", language.names_of(big, "de"))
    other = precedent_data.told(language.translated(big, "de"))["cases"]
    assert len(own) == len(other) > 0
    proper = {"ALMA", "Apollo", "ITER", "LIGO", "Superconducting Super Collider"}
    pairs = [(one["title"], two["title"]) for one, two in zip(own, other, strict=True)]
    pairs += [(one["summary"], two["summary"]) for one, two in zip(own, other, strict=True)]
    for part, text in (("facts", "why"), ("series", "series")):
        for one, two in zip(own, other, strict=True):
            pairs += [(a[text], b[text]) for a, b in zip(one[part], two[part], strict=True)]
    readings = [(a, b) for one, two in zip(own, other, strict=True) for a, b in zip(one["readings"], two["readings"],
                                                                                   strict=True)]  # fmt: skip
    assert readings
    pairs += [(a["reading"], b["reading"]) for a, b in readings]
    pairs += [(a["facts"][0]["why"], b["facts"][0]["why"]) for a, b in readings]
    assert {english for english, german in pairs if english == german} <= proper
    assert all(case["translated"] for case in other)


def test_the_question_of_the_model_is_asked_in_german(big: Model) -> None:
    catalogue.speak("de", language.names_of(big, "de"))
    title, asked = big.readme.question
    assert asked.endswith("?")
    shown = catalogue.here().shown
    assert shown(Name("title", "readme", title)) == "Wege zu einer Großforschung für KI-Sicherheit"
    assert "*von oben*" in shown(Name("question", "readme", asked))
