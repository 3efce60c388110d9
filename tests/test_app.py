"""What the page shows, without a browser: settings, links, answers, ranking, catalogue, server."""

from __future__ import annotations

import json
import re
import socket
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from dash import dcc, html

from policy_lab.app import create_app, engine_routes, labels, markup
from policy_lab.app import policy as page
from policy_lab.app.app import default_run
from policy_lab.app.loops import loops_of
from policy_lab.app.model_session import Memory, ModelSession
from policy_lab.app.server import listen
from policy_lab.app.variable_detail import Entries
from policy_lab.errors import BadValue, SimulationError
from policy_lab.model import Model, load_model
from policy_lab.readers import fold
from policy_lab.simulation import simulate

REPOSITORY = Path(__file__).parent.parent
SMALL = Path(__file__).parent / "models" / "small_field"


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model(SMALL)


@pytest.fixture(scope="module")
def bench(model: Model) -> ModelSession:
    return ModelSession(model, Memory(default_run(model)))


@pytest.fixture(scope="module")
def big() -> Model:
    return load_model("big_science")


# ---- settings and constants


def test_a_moved_lever_runs_as_simulate_runs_it(model: Model, bench: ModelSession) -> None:
    here = bench.run(model.constants_of("status_quo", {"shared funding": 40.0}))
    there = simulate(model, {"shared funding": 40.0}, scenario="status_quo")
    assert np.array_equal(here.values, there.values)


def test_a_world_with_one_lever_moved_keeps_the_rest_of_the_world(model: Model, bench: ModelSession) -> None:
    world = page.levers_of_world(model, "open_laboratory")
    world["openness requirement"] = replace(world["openness requirement"], value=0.5)
    here = bench.run(model.constants_of("open_laboratory", {"openness requirement": world["openness requirement"]}))
    there = simulate(model, {"openness requirement": world["openness requirement"]}, scenario="open_laboratory")
    assert np.array_equal(here.values, there.values)


# ---- links


@pytest.mark.parametrize("name", ["big_science", "core"])
def test_variables_begin_with_the_headlines_and_no_two_are_called_alike(name: str) -> None:
    model = load_model(name)
    rows = engine_routes.names(ModelSession(model, Memory(default_run(model))))
    headlines = {outcome.name for outcome in model.outcomes.values() if outcome.headline}
    assert {row[1] for row in rows[: len(headlines)]} == headlines
    assert len({row[2] for row in rows}) == len(rows)


def test_the_page_opens_with_an_outcome_that_exists_in_every_future(big: Model) -> None:
    opening = page.first_charts(big)
    assert set(opening) == {name for name, outcome in list(big.outcomes.items())[:2] if outcome.headline}
    assert [name in big.conditions for name in opening] == [False, True]


def test_keys_do_not_depend_on_other_names() -> None:
    alone = labels.keys_of(["Public Science Budget of all"])
    assert labels.keys_of(["Another", "Public Science Budget of all"])["Public Science Budget of all"] in alone.values()
    assert all(re.fullmatch(r"[a-z0-9-]{1,16}", key) for key in labels.keys_of(["a[b,c]", "Ω", "x" * 80]).values())


def test_keys_of_the_real_model_are_unique(big: Model) -> None:
    keys = labels.keys_of(big.program.visible)
    assert len(set(keys.values())) == len(big.program.visible)


# ---- runs for a browser that has no engine of its own


def asked_of(bench: ModelSession, settings: object, outputs: object) -> dict[str, object]:
    return engine_routes.answered(bench, {"settings": settings, "outputs": outputs})


def test_the_server_runs_what_a_browser_cannot(model: Model, bench: ModelSession) -> None:
    told = asked_of(bench, [{}, {"shared funding": 40}], ["knowledge", "total researchers"])
    for settings, run in zip(({}, {"shared funding": 40.0}), told["runs"], strict=True):
        there = simulate(model, settings, outputs=["knowledge", "total researchers"])
        assert np.array_equal(run, there.values[0].T)
        assert told["time"] == there.time.tolist()
    assert json.loads(json.dumps(told)) == told


@pytest.mark.parametrize(
    ("settings", "outputs"),
    [
        (None, ["knowledge"]),
        ([], ["knowledge"]),
        ([{}] * 17, ["knowledge"]),
        ([{"shared funding": "40"}], ["knowledge"]),
        ([{"shared funding": True}], ["knowledge"]),
        ([{"shared funding": 1e9}], ["knowledge"]),
        ([{"knowledge": 1}], ["knowledge"]),
        ([{"no such constant": 1}], ["knowledge"]),
        ([["shared funding", 1]], ["knowledge"]),
        ([{}], []),
        ([{}], ["no such variable"]),
        ([{}], ["knowledge"] * 257),
        ([{}], [1]),
    ],
)
def test_what_the_browser_sends_is_never_trusted(bench: ModelSession, settings: object, outputs: object) -> None:
    told = asked_of(bench, settings, outputs)
    assert list(told) == ["failed"]
    assert "\n" not in str(told["failed"])


def test_a_policy_that_cannot_be_run_is_told_and_not_drawn(model: Model) -> None:
    def run(constants: object, until: object) -> object:
        raise SimulationError("'knowledge' is not a number in 2031.")

    told = asked_of(ModelSession(model, run), [{}], ["knowledge"])  # type: ignore[arg-type]
    assert told == {"failed": "'knowledge' is not a number in 2031."}


# ---- the page and its files


def test_the_page_finds_its_engine_and_may_keep_it_for_ever(model: Model) -> None:
    client = create_app(model).server.test_client()
    shown = client.get("/").text
    told = json.loads(re.search(r'id="facts-data">(.*?)</script>', shown, re.DOTALL).group(1))  # type: ignore[union-attr]
    for name, start in (
        ("code", b"\0asm"),
        ("fused", b"\0asm"),
        ("singleCode", b"\0asm"),
        ("singleFused", b"\0asm"),
        ("single", b'{"lanes":4,"real":4'),
        ("layout", b'{"format"'),
        ("members", b""),
        ("names", b'{"columns"'),
    ):
        reply = client.get(told["files"][name])
        assert reply.status_code == 200, name
        assert reply.data.startswith(start)
        assert "immutable" in reply.headers["Cache-Control"]
    assert client.get(told["files"]["worker"]).status_code == 200
    other = re.sub(r"engine/\w+/", "engine/0123456789abcdef/", told["files"]["code"])
    assert client.get(other).status_code == 404


def test_a_model_without_tables_has_a_page_too() -> None:
    bare = load_model(SMALL / "small_field.mdl")
    bare = replace(bare, folder=None, levers={}, outcomes={}, scenarios={}, uncertainties={})
    shown = create_app(bare).server.test_client().get("/")
    assert shown.status_code == 200
    told = json.loads(re.search(r'id="facts-data">(.*?)</script>', shown.text, re.DOTALL).group(1))  # type: ignore[union-attr]
    assert list(told["worlds"]) == [""]
    assert told["headlines"] == []
    assert len(told["start"]["charts"]) == 2


def test_no_script_stands_in_the_page_itself(model: Model) -> None:
    shown = create_app(model).server.test_client().get("/").text
    outside = re.sub(r"<template.*?</template>", "", shown, flags=re.DOTALL)
    for tag, text in re.findall(r"<script([^>]*)>(.*?)</script>", outside, re.DOTALL):
        assert 'type="application/json"' in tag or ("src=" in tag and not text.strip()), tag
    assert not re.search(r"<[a-z][^>]* (?:on\w+|style)=", outside)


def test_nothing_of_a_model_becomes_markup(model: Model) -> None:
    evil = "</script><img src=x onerror=alert(1)>"
    world = replace(model.scenarios["status_quo"], title=evil, rationale=evil)
    lever = replace(model.levers["shared funding"], low_words=evil, why=evil, group=evil)
    outcome = replace(model.outcomes["knowledge"], label=evil, why=evil)
    hostile = replace(
        model,
        scenarios={**model.scenarios, "status_quo": world},
        levers={**model.levers, "shared funding": lever},
        outcomes={**model.outcomes, "knowledge": outcome},
    )
    shown = create_app(hostile).server.test_client().get("/").text
    outside = re.sub(r'<script type="application/json"[^>]*>[^<]*</script>', "", shown)
    assert "<img" not in shown
    assert "&lt;/script&gt;&lt;img src=x" in outside


def test_markup_is_escaped_and_refuses_inline_code() -> None:
    node = html.P(
        ["a < b & c", markup.Tag("input", None, {"value": '"><b>', "disabled": True, "hidden": False}), None, 3]
    )
    assert markup.to_html(node) == '<p>a &lt; b &amp; c<input value="&quot;&gt;&lt;b&gt;" disabled>3</p>'
    assert "<" not in markup.script_data("x", {"a": "</script>"}).removeprefix("<script").partition(">")[2][:-9]
    for attributes in ({"style": "color:red"}, {"onclick": "x()"}):
        with pytest.raises(ValueError, match="inline code"):
            markup.to_html(markup.Tag("p", "", attributes))
    with pytest.raises(TypeError, match="Store"):
        markup.to_html(dcc.Store(id="x"))


# ---- runs


def test_runs_are_remembered_and_forgotten_in_turn(model: Model) -> None:
    asked = []
    run = default_run(model)
    room = 5 * run({}, None).values.nbytes // 2  # for two of them
    memory = Memory(lambda constants, until: asked.append((dict(constants), until)) or run(constants, until), room)  # type: ignore[func-returns-value]
    for value in (1.0, 2.0, 1.0, 3.0, 1.0, 2.0):
        memory({"shared funding": value})
    assert [constants["shared funding"] for constants, _ in asked] == [1, 2, 3, 2]
    assert memory({"shared funding": 2.0}, 2060.0).time[-1] == asked[-1][1] == 2060


# ---- catalogue of variables, words, server


def test_every_variable_has_a_row_and_its_group_the_entry(model: Model) -> None:
    client = create_app(model).server.test_client()
    rows = client.get("/variables.json").json
    assert {row[0] for row in rows} == set(model.program.visible)
    assert len(rows) == len(model.program.visible)
    assert {row[1] for row in rows if row[0] in model.levers} == {"lever"}
    entries: dict[str, dict[str, object]] = {}
    for number in {row[-2] for row in rows}:
        held = client.get(f"/entries/{number}.json").json
        assert set(held) == {row[0] for row in rows if row[-2] == number}
        entries |= held
    assert {name: entry["name"] for name, entry in entries.items()} == {row[0]: row[0] for row in rows}


def test_a_translated_row_has_what_a_search_in_the_files_own_language_looks_for(big: Model) -> None:
    rows = create_app(big).server.test_client().get("/variables.json?lang=de").json
    translated = [row for row in rows if row[5]]
    assert translated
    assert all(big.program.equations[row[0]].documentation in row[6] for row in translated)


def test_an_entry_holds_the_equation_as_the_file_has_it(big: Model) -> None:
    entries = Entries(big)
    text = re.sub(r"\s+", "", big.path.read_text(encoding="utf-8"))
    for name in big.program.visible:
        written = entries.equation(name)
        # The file's own words, and nothing of its next field.
        assert "~" not in written
        assert re.sub(r"\s+", "", written) in text, name
        assert fold(name.partition("[")[0]) in fold(written), name


def test_what_a_variable_uses_stands_in_its_equation(big: Model) -> None:
    entries = Entries(big)
    for name in big.program.visible:
        named = fold(re.sub(r"\s+", " ", entries.equation(name)))
        for used in entries.uses(name):
            assert fold(used.partition("[")[0]) in named, (name, used)
            assert name in entries.users[used]


def test_every_uncertain_constant_tells_its_source_and_grade(big: Model) -> None:
    entries = Entries(big)
    for name, unknown in big.uncertainties.items():
        source = big.sources[unknown.source]
        assert source.citation.rstrip(".") in entries.source(name)
        assert f"grade {source.grade}" in entries.source(name)
        texts = {row["label"]: row["text"] for row in entries.entry(name)["texts"]}
        assert unknown.why in texts["Range studied"]


def test_a_model_without_text_or_loops_has_entries_too(model: Model, tmp_path: Path) -> None:
    other = replace(model, path=model.path.with_suffix(".xmile"), folder=tmp_path)
    assert Entries(other).equation("knowledge").startswith("knowledge = ")
    assert loops_of(other) == ()
    (tmp_path / "loops.csv").write_text("name,kind,path\nOne,R,a > b > a\nBroken,Q,a\n", encoding="utf-8")
    assert [(x.name, x.kind, x.path) for x in loops_of(replace(other))] == [("One", "R", ("a", "b", "a"))]


def test_addresses_of_the_model_page(model: Model, big: Model) -> None:
    client = create_app(big).server.test_client()
    assert client.get("/sector/0.svg").text.startswith("<svg")
    assert client.get("/sector/99.svg").status_code == 404
    refused = client.get("/entries/99.json")
    assert (refused.status_code, refused.mimetype) == (404, "text/plain")


def test_nothing_but_our_own_address_is_named(model: Model) -> None:
    client = create_app(model).server.test_client()
    index = client.get("/").text
    assert re.findall(r"(?:src|href)=\"(?:https?:)?//", index) == []
    assets = [p.read_text(encoding="utf-8") for p in (REPOSITORY / "assets").glob("*.css")]
    assert [text for text in assets if re.search(r"@import|url\(\"?https?:", text)] == []
    assert client.get("/health").status_code == 200


def test_a_taken_port_is_said_in_one_sentence() -> None:
    with listen("127.0.0.1", 0) as taken:
        taken.listen()
        with pytest.raises(BadValue, match="is taken"):
            listen("127.0.0.1", taken.getsockname()[1])


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 70000), ("no.such.host.invalid", 0), ("192.0.2.1", 0)])
def test_an_address_that_cannot_be_had_is_said(host: str, port: int) -> None:
    with pytest.raises(BadValue):
        listen(host, port)


def test_port_0_takes_a_free_one() -> None:
    with listen("127.0.0.1", 0) as first, listen("127.0.0.1", 0) as second:
        assert first.getsockname()[1] != second.getsockname()[1]
        assert first.family == socket.AF_INET
