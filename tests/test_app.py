"""What the page shows, without a browser: settings, links, answers, ranking, catalogue, server."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import socket
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policy_lab.app import answers, create_app, link, naming, ranks, words
from policy_lab.app import settings as page
from policy_lab.app.entries import Entries
from policy_lab.app.factory import default_run
from policy_lab.app.panels import catalogue, loops
from policy_lab.app.server import listen
from policy_lab.app.settings import Settings
from policy_lab.app.workbench import Memory, Workbench
from policy_lab.errors import BadValue, SimulationError
from policy_lab.model import Model, Scenario, Setting, load_model
from policy_lab.simulate import simulate
from policy_lab.studies import Study, run_study
from policy_lab.vensim import fold

REPOSITORY = Path(__file__).parent.parent
SMALL = Path(__file__).parent / "models" / "small_field"


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model(SMALL)


@pytest.fixture(scope="module")
def bench(model: Model) -> Workbench:
    return Workbench(model, Memory(default_run(model)))


@pytest.fixture(scope="module")
def big() -> Model:
    return load_model("big_science")


def moved(model: Model, **values: float) -> Settings:
    """The default settings with some levers moved; underscores in names are spaces."""
    base = page.default_settings(model)
    levers = dict(base.levers)
    for name, value in values.items():
        known = model.find(name.replace("_", " "))
        levers[known] = replace(levers[known], value=value)
    return replace(base, levers=levers)


# ---- settings and constants


def test_a_moved_lever_runs_as_simulate_runs_it(model: Model, bench: Workbench) -> None:
    here = bench.run_of(moved(model, shared_funding=40))
    there = simulate(model, {"shared funding": 40.0}, scenario="status_quo")
    assert np.array_equal(here.values, there.values)


def test_a_world_with_one_lever_moved_keeps_the_rest_of_the_world(model: Model, bench: Workbench) -> None:
    world = page.levers_of_world(model, "open_laboratory")
    world["openness requirement"] = replace(world["openness requirement"], value=0.5)
    here = bench.run_of(Settings("open_laboratory", world, bench.default.charts))
    there = simulate(model, {"openness requirement": world["openness requirement"]}, scenario="open_laboratory")
    assert np.array_equal(here.values, there.values)


def test_what_the_browser_sends_is_never_trusted(model: Model, bench: Workbench) -> None:
    keys = bench.lever_keys
    nonsense = {
        "world": "nowhere",
        "levers": {keys["shared funding"]: [1e9, "x", None], "unknown": [1, 2, 3], keys["openness requirement"]: "0.5"},
        "charts": ["no such variable", "knowledge"],
        "pins": [{}, "open_laboratory", "open_laboratory"],
    }
    read = page.from_data(nonsense, model, keys)
    assert read.world == "status_quo"
    assert read.levers["shared funding"].value == model.levers["shared funding"].high
    assert read.levers["openness requirement"] == bench.default.levers["openness requirement"]
    assert read.charts == bench.default.charts
    assert read.pins == ("open_laboratory",)


def test_a_model_without_tables_has_a_page_too(model: Model) -> None:
    bare = load_model(SMALL / "small_field.mdl")
    bare = replace(bare, folder=None, levers={}, outcomes={}, scenarios={}, uncertainties={})
    shown = Workbench(bare, Memory(default_run(bare)))
    answer = answers.answer(shown, {"number": 1})
    assert "failed" not in answer
    assert len(answer["figures"]) == 2
    assert answer["address"] == ""


# ---- links


def lever_values(model: Model) -> st.SearchStrategy[dict[str, tuple[float, float, float]]]:
    clock = model.program.clock
    one = st.tuples(st.floats(0, 1), st.integers(int(clock.initial), int(clock.final)), st.integers(0, 30))
    return st.dictionaries(st.sampled_from(sorted(model.levers)), one)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_link_leads_back_to_the_same_settings(big: Model, data: st.DataObject) -> None:
    world = data.draw(st.sampled_from(sorted(big.scenarios)))
    levers = page.levers_of_world(big, world)
    for name, (part, start, ramp) in data.draw(lever_values(big)).items():
        lever = big.levers[name]
        value = float(f"{lever.low + part * (lever.high - lever.low):.6g}")
        kept = levers[name]
        levers[name] = Setting(
            page.clamp(lever, value),
            float(start) if math.isfinite(kept.start) else kept.start,
            float(ramp) if math.isfinite(kept.ramp) else kept.ramp,
        )
    two = st.sampled_from(sorted(big.program.visible))
    pins = tuple(data.draw(st.lists(st.sampled_from(sorted(big.scenarios)), max_size=3, unique=True)))
    asked = Settings(world, levers, (data.draw(two), data.draw(two)), pins)
    address = link.address_of(big, asked)
    assert len(address) <= link.LONGEST
    opened = link.open_address(big, address)
    assert opened.notice == ""
    assert (opened.settings.world, opened.settings.charts, opened.settings.pins) == (world, asked.charts, pins)
    for name, setting in levers.items():
        assert page.same(opened.settings.levers[name], setting), name


def test_the_default_page_has_a_bare_address(model: Model) -> None:
    assert link.address_of(model, page.default_settings(model)) == ""


def test_the_longest_possible_link_fits(big: Model) -> None:
    levers = {
        name: Setting(lever.high - (lever.high - lever.low) * 0.123457, 2031.5, 12.5)
        for name, lever in big.levers.items()
    }
    longest = max(big.scenarios, key=len)
    asked = Settings(longest, levers, ("power concentration", "secrecy index"), tuple(list(big.scenarios)[:3]))
    assert len(link.address_of(big, asked)) <= link.LONGEST


@pytest.mark.parametrize(
    "query",
    [
        "?w=nowhere",
        "?utm_source=letter",
        "?m=zzzzzzzz",
        "?l=%3Cscript%3Ealert(1)%3C/script%3E~1",
        "?l=shared-funding~nan",
        "?l=shared-funding~1e999",
        "?l=shared-funding~1e99",
        "?l=shared-funding~101",
        "?l=shared-funding~5~1066",
        "?l=shared-funding~1~2~3~4",
        "?l=shared-funding",
        "?l=__~~",
        "?c=knowledge",
        "?c=knowledge~<b>",
        "?p=status_quo~status_quo",
        "?p=../../etc/passwd",
        "?w=open_laboratory&w=status_quo",
        "?&&&",
        "?%00",
        "?w",
    ],
)
def test_a_bad_link_gives_the_default_page_and_says_so(model: Model, query: str) -> None:
    opened = link.open_address(model, query)
    assert opened.settings == page.default_settings(model)
    assert opened.notice == words.say("link.bad")


def test_an_overlong_link_says_that_it_is_too_long(model: Model) -> None:
    opened = link.open_address(model, "?w=" + "a" * link.LONGEST)
    assert opened.settings == page.default_settings(model)
    assert "2000" in opened.notice


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=300))
def test_no_text_whatever_breaks_the_reader(model: Model, text: str) -> None:
    opened = link.open_address(model, "?" + text)
    assert set(opened.settings.levers) == set(model.levers)
    assert "<" not in opened.notice


def test_an_older_link_opens_and_says_what_changed(model: Model) -> None:
    opened = link.open_address(model, "?m=00000000&w=open_laboratory&l=gone-lever~3_shared-funding~900~2030")
    assert opened.settings.world == "open_laboratory"
    assert opened.settings.levers["shared funding"].value == model.levers["shared funding"].high
    assert opened.settings.levers["shared funding"].start == 2030
    for word in ("00000000", model.hash[:8], "gone-lever", "Shared funding"):
        assert word in opened.notice


def test_keys_do_not_depend_on_other_names() -> None:
    alone = naming.keys_of(["Public Science Budget of all"])
    assert naming.keys_of(["Another", "Public Science Budget of all"])["Public Science Budget of all"] in alone.values()
    assert all(re.fullmatch(r"[a-z0-9-]{1,16}", key) for key in naming.keys_of(["a[b,c]", "Ω", "x" * 80]).values())


def test_keys_of_the_real_model_are_unique(big: Model) -> None:
    keys = naming.keys_of(big.program.visible)
    assert len(set(keys.values())) == len(big.program.visible)


# ---- answers


def test_the_figure_draws_the_run(model: Model, bench: Workbench) -> None:
    asked = moved(model, shared_funding=40)
    drawn = answers.figure(answers.view(bench, asked), "knowledge")
    reference = simulate(model, scenario="status_quo", outputs=["knowledge"]).values[0, :, 0]
    policy = simulate(model, {"shared funding": 40.0}, scenario="status_quo", outputs=["knowledge"]).values[0, :, 0]
    assert [trace.name for trace in drawn.data] == ["Status quo", "Status quo, 1 lever moved"]
    assert np.array_equal(drawn.data[0].y, reference)
    assert np.array_equal(drawn.data[1].y, policy)


def test_axes_stay_put_from_world_to_world(bench: Workbench) -> None:
    ranges = set()
    for world in bench.model.scenarios:
        asked = Settings(world, page.levers_of_world(bench.model, world), bench.default.charts)
        ranges.add(tuple(answers.figure(answers.view(bench, asked), "knowledge").layout.yaxis.range))
    assert len(ranges) == 1


def test_headlines_say_direction_in_words(model: Model, bench: Workbench) -> None:
    knowledge = model.outcomes["knowledge"]
    up = answers.headline(answers.view(bench, moved(model, shared_funding=80)), knowledge)
    assert up["change"].startswith("▲")
    assert up["change"].endswith("better")
    same = answers.headline(answers.view(bench, bench.default), knowledge)
    assert same["change"] == "as status quo"
    value = simulate(model, scenario="status_quo", outputs=["knowledge"]).values[0, -1, 0]
    assert float(same["value"].replace(",", "")) == round(value, knowledge.decimals)


def test_an_event_of_a_world_is_marked_at_its_year(bench: Workbench) -> None:
    world = Settings("open_laboratory", page.levers_of_world(bench.model, "open_laboratory"), bench.default.charts)
    marks = answers.events(bench.model, world)
    assert [(mark.time, mark.label) for mark in marks] == [(2034, "Shock")]
    shapes = answers.figure(answers.view(bench, world), "knowledge").layout.shapes
    assert [shape.x0 for shape in shapes] == [2034]


def test_an_answer_carries_the_number_of_its_request(bench: Workbench) -> None:
    answer = answers.answer(bench, {"number": 17})
    assert answer["number"] == 17
    assert json.loads(json.dumps(answer)) == answer


def test_a_policy_that_cannot_be_run_is_told_and_not_drawn(model: Model) -> None:
    def run(constants: object) -> object:
        raise SimulationError("'knowledge' is not a number in 2031.")

    answer = answers.answer(Workbench(model, run), {"number": 3})  # type: ignore[arg-type]
    assert answer == {"number": 3, "failed": words.say("wait.failed", reason="'knowledge' is not a number in 2031.")}


def test_runs_are_remembered_and_forgotten_in_turn(model: Model) -> None:
    asked = []
    run = default_run(model)
    memory = Memory(lambda constants: asked.append(dict(constants)) or run(constants), most=2)  # type: ignore[func-returns-value]
    for value in (1.0, 2.0, 1.0, 3.0, 1.0, 2.0):
        memory({"shared funding": value})
    assert [constants["shared funding"] for constants in asked] == [1, 2, 3, 2]


def test_the_csv_of_a_chart_holds_the_runs_and_its_source(model: Model, bench: Workbench) -> None:
    app = create_app(model)
    asked = moved(model, shared_funding=40)
    reply = app.server.test_client().get("/numbers/a.csv" + link.address_of(model, asked))
    assert reply.status_code == 200
    assert "attachment" in reply.headers["Content-Disposition"]
    comments = [line for line in reply.text.splitlines() if line.startswith("#")]
    assert model.hash[:8] in comments[0]
    assert link.address_of(model, asked) in comments[1]
    rows = list(csv.reader(line for line in io.StringIO(reply.text) if not line.startswith("#")))
    policy = simulate(model, {"shared funding": 40.0}, scenario="status_quo", outputs=["knowledge"])
    np.testing.assert_allclose([float(row[2]) for row in rows[1:]], policy.values[0, :, 0], rtol=1e-9)
    np.testing.assert_allclose([float(row[0]) for row in rows[1:]], policy.time)
    assert app.server.test_client().get("/numbers/z.csv").status_code == 404


@pytest.mark.parametrize(
    ("low", "high"),
    [(0, 1), (0.2, 0.9), (-0.6, 0.7), (3, 3), (0, 0), (5e6, 9e6), (1e-9, 2e-9), (-5, -4.9), (990, 1010)],
)
def test_limits_hold_the_range_and_waste_little(low: float, high: float) -> None:
    from policy_lab.charts import nice_limits

    bottom, top = nice_limits(low, high)
    assert bottom <= low <= high <= top
    if high > low:
        assert top - bottom <= 2.5 * (high - low)


# ---- ranking


@pytest.fixture(scope="module")
def stored(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ranking") / "study"
    study = Study(
        model=str(SMALL),
        scenario="status_quo",
        method="sobol",
        size=16,
        seed=3,
        factors="levers",
        times=(2040.0, 2050.0),
    )
    run_study(study, folder)
    return folder


def test_the_ranking_page_tells_the_stored_study(model: Model, stored: Path) -> None:
    ranking = ranks.load_ranking(stored)
    assert ranking.findings is not None
    with (stored / "findings.csv").open(encoding="utf-8") as file:
        rows = [
            r
            for r in csv.DictReader(file)
            if r["index"] == "ST" and r["outcome"] == "knowledge" and r["time"] == "2050"
        ]
    expected = sorted((r for r in rows if not r["factor"].startswith("(")), key=lambda r: -float(r["value"]))
    table = ranks.table(ranking.findings, "knowledge", 2050.0)
    assert [row[1].casefold() for row in table["body"]] == [r["factor"].casefold() for r in expected]
    assert table["body"][0][2] == f"{100 * float(expected[0]['value']):.1f} %".replace("-", "−")
    assert ranks.version_notice(ranking.findings, model) == ""


def test_a_study_of_another_model_version_says_so(model: Model, stored: Path) -> None:
    findings = ranks.load_ranking(stored).findings
    assert findings is not None
    assert "ffffffff" in ranks.version_notice(findings, replace(model, hash="f" * 64))


def test_a_missing_ranking_says_how_to_make_one(model: Model, tmp_path: Path) -> None:
    assert "make study" in ranks.load_ranking(tmp_path / "nothing").problem
    app = create_app(model, rank_folder=tmp_path / "nothing")
    assert "make study" in app.server.test_client().get("/_dash-layout").text
    assert app.server.test_client().get("/ranking.csv").status_code == 404


def test_a_damaged_ranking_is_told_and_not_raised(stored: Path, tmp_path: Path) -> None:
    (tmp_path / "findings.csv").write_text("nonsense\n", encoding="utf-8")
    (tmp_path / "provenance.json").write_text("{", encoding="utf-8")
    assert ranks.load_ranking(tmp_path).problem.startswith("The stored ranking could not be read")


# ---- catalogue of variables, words, server


def test_every_variable_is_found_by_its_own_name(model: Model) -> None:
    for name in model.program.visible:
        assert name in [row[0] for row in catalogue.rows(model, name)]
    assert catalogue.rows(model, "zzz no such word") == []
    assert {row[1] for row in catalogue.rows(model, kind="lever")} == {"lever"}


def test_what_is_named_exactly_is_listed_first(big: Model) -> None:
    listed = catalogue.listed(big, "coherence", "")
    assert [row[0].partition("[")[0] for row in listed["rows"][:3]] == ["Coherence"] * 3
    assert listed["exact"]
    assert not catalogue.listed(big, "Time", "")["exact"]


def test_an_entry_holds_the_equation_as_the_file_has_it(big: Model) -> None:
    entries = Entries(big)
    text = big.path.read_text(encoding="utf-8")
    for name in big.program.visible:
        written = entries.equation(name)
        # The file's own words, and nothing of its next field.
        assert "~" not in written
        assert re.sub(r"\s+", "", written) in re.sub(r"\s+", "", text), name
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
    assert loops.loops_of(other) == []
    (tmp_path / "loops.csv").write_text("name,kind,path\nOne,R,a > b > a\nBroken,Q,a\n", encoding="utf-8")
    assert loops.loops_of(other) == [("One", "R", ["a", "b", "a"])]


def test_addresses_of_the_model_page(model: Model, big: Model) -> None:
    client = create_app(big).server.test_client()
    assert client.get("/sector/0.svg").text.startswith("<svg")
    assert client.get("/sector/99.svg").status_code == 404
    assert client.get("/variable?name=race%20INTENSITY").json["name"] == "Race Intensity"
    refused = client.get("/variable?name=%3Cimg%20src=x%3E")
    assert (refused.status_code, refused.mimetype) == (404, "text/plain")


def test_nothing_but_our_own_address_is_named(model: Model) -> None:
    client = create_app(model).server.test_client()
    index = client.get("/").text
    assert re.findall(r"(?:src|href)=\"(?:https?:)?//", index) == []
    assets = [p.read_text(encoding="utf-8") for p in (REPOSITORY / "assets").glob("*.css")]
    assert [text for text in assets if re.search(r"@import|url\(\"?https?:", text)] == []
    assert client.get("/health").status_code == 200


def test_only_dashs_own_script_stands_inline(model: Model) -> None:
    index = create_app(model).server.test_client().get("/").text
    inline = re.findall(r"<script(?![^>]*src=)(?![^>]*application/json)[^>]*>(.*?)</script>", index, re.DOTALL)
    assert [script.strip() for script in inline] == ["var renderer = new DashRenderer();"]


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


def test_a_scenario_title_stands_for_its_key(model: Model) -> None:
    titled = replace(model, scenarios={"x": Scenario("x", "A title", "Why")})
    assert page.scenario_title(titled, "x", "bare") == "A title"
    assert page.scenario_title(titled, "y", "bare") == "bare"
