"""Random links held against the model through what the page gives for them: cards, charts, tables, files, wedges.

No number is off, and what was changed beside levers is named wherever a number leaves, and only then. Ten links here;
two hundred on request (``pytest -m deep``).
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import BrowserContext, Page

from policy_lab.app import policy as pages
from policy_lab.app.ensemble_members import members_of
from policy_lab.app.loops import switched
from policy_lab.model import Model, load_model
from policy_lab.runs import Runs
from policy_lab.simulation import simulate
from tests.browser.conftest import SMALL
from tests.test_page_scripts import Settings, caller, constants_of, drawn_settings, pin_of, state_of

pytestmark = pytest.mark.browser
Floats = NDArray[np.float64]
#: What Compare calls the lines of Explore.
COMPARED_AS = {"s": "status-quo", "p": "policy", "0": "pinned-0"}
SEED = 19
EDGES = (0.05, 0.25, 0.5, 0.75, 0.95)
#: Of a variable's size: what single precision may be off by.
SINGLE = 1e-4
NUMBER = re.compile(r"[−+]?\d[\d,]*\.?\d*")
READY = """() => PolicyLab.explore.drawn && PolicyLab.bands.latest?.whole
    && PolicyLab.bands.latest.key === PolicyLab.explore.drawn.key"""
COMPARED = """() => PolicyLab.compare.shown?.answers?.every((answer) => answer.whole)
    && !document.querySelector('.compare--stale') && PolicyLab.compareWedges.found !== undefined"""


@dataclass(frozen=True)
class Linked:
    """A random link, and what it stands for: constants of the policy, of status quo and of what is pinned beside."""

    query: str
    settings: Settings
    charts: list[str]
    lines: dict[str, Mapping[str, float]]


def drawn(model: Model, count: int, folder: Path) -> list[Linked]:
    random = Random(SEED)
    charted = [n for n in model.program.visible if model.program.equations[n].kind in ("stock", "flow", "auxiliary")]
    found = []
    for n in range(count):
        settings, other = (drawn_settings(model, random) for _ in range(2))
        if n % 3 == 0:
            settings = replace(settings, assumptions={})
        other = replace(other, assumptions=settings.assumptions)
        state = state_of(model, settings)
        state["charts"] = [random.choice(list(model.outcomes)), random.choice(charted)]
        state["pins"] = [pin_of(model, other)]
        standing = pages.status_quo_world(model)
        status_quo = Settings(standing, pages.levers_of_world(model, standing), settings.assumptions)
        lines = {"policy": settings, "status-quo": status_quo, "pinned-0": other}
        found.append((state, settings, {key: constants_of(model, one) for key, one in lines.items()}))
    queries = caller(model, folder)([("write", state) for state, _, _ in found])
    return [Linked(q, s, state["charts"], lines) for q, (state, s, lines) in zip(queries, found, strict=True)]


# ---- what the model says


def one_run(model: Model, constants: Mapping[str, float], names: list[str]) -> Runs:
    return simulate(model, constants, outputs=names)


def there(model: Model, runs: Runs, name: str) -> Floats:
    """Values ``[run, time]``, NaN where an outcome does not exist."""
    values = runs.of(name).copy()
    where = model.outcomes[name].where if name in model.outcomes else None
    if where is not None:
        holds = {">=": np.greater_equal, ">": np.greater, "<=": np.less_equal, "<": np.less}[where.sign]
        values[~holds(runs.of(where.variable), where.number)] = np.nan
    return values


def with_conditions(model: Model, names: list[str]) -> list[str]:
    conditions = [model.outcomes[n].where for n in names if n in model.outcomes]
    return list(dict.fromkeys([*names, *(c.variable for c in conditions if c is not None)]))


def ensemble(model: Model, constants: Mapping[str, float], outcomes: list[str]) -> dict[str, Floats]:
    members = {n: v.astype(float) for n, v in members_of(model).items() if n not in constants}
    names = with_conditions(model, outcomes)
    runs = simulate(model, {**constants, **members}, outputs=names, times=[model.program.clock.final])
    whole = {n: there(model, runs, n)[:, 0] for n in outcomes}
    return {n: v if len(v) > 1 else np.repeat(v, 1024) for n, v in whole.items()}


# ---- what the page says


def number(text: str) -> tuple[float, float]:
    """The first number of a text, and half of its last place."""
    [first, *_] = NUMBER.findall(text)
    digits = first.replace(",", "").replace("−", "-").replace("+", "")
    return float(digits), 0.5000001 * 10.0 ** -len(digits.partition(".")[2])


def check_cards(page: Page, model: Model, link: Linked) -> None:
    cards = page.eval_on_selector_all(
        ".card[data-outcome]",
        "all => all.map(card => [card.dataset.outcome, card.querySelector('.card__value').textContent])",
    )
    outcomes = [name for name, _ in cards]
    ours, theirs = (ensemble(model, link.lines[key], outcomes) for key in ("policy", "status-quo"))
    effects = page.evaluate("() => PolicyLab.bands.latest.effects")
    for name, value in cards:
        spread = np.nanmax([*np.abs(ours[name]), *np.abs(theirs[name]), 1e-9])
        for key, values in (("level", ours[name]), ("change", ours[name] - theirs[name])):
            if np.isfinite(values).sum() < 2:
                continue
            wanted = np.nanquantile(values, EDGES)
            got = np.array([math.nan if v is None else v for v in effects[name][key]], dtype=float)
            np.testing.assert_allclose(
                got, wanted, atol=5e-3 * np.nanstd(values) + SINGLE * spread, err_msg=f"{name} {key}"
            )
        if np.isfinite(ours[name]).any() and "$" not in value and "by" not in value:
            said, half = number(value)
            assert abs(said - np.nanmedian(ours[name])) <= half + 2e-3 * spread, (name, value)


def check_charts(page: Page, model: Model, link: Linked) -> None:
    names = with_conditions(model, link.charts)
    runs = {key: one_run(model, constants, names) for key, constants in link.lines.items()}
    for side, name in enumerate(link.charts):
        picture = page.evaluate(
            "n => { const { time, lines } = PolicyLab.explore.charts[n].picture;"
            "return { time: [...time], lines: lines.map(({ key, values }) => ({ key, values: [...values] })) } }",
            side,
        )
        for line in picture["lines"]:
            if line["key"] not in runs:
                continue  # the policy with every loop on
            run = runs[line["key"]]
            count = len(run.time)
            got = np.array([math.nan if v is None else v for v in line["values"]], dtype=float)[:count]
            assert picture["time"][:count] == pytest.approx(run.time.tolist())
            wanted = there(model, run, name)[0]
            size = np.nanmax(np.abs(run.of(name))) or 1.0
            np.testing.assert_allclose(got, wanted, rtol=1e-9, atol=1e-9 * size, err_msg=f"{name} {line['key']}")


def saved(page: Page, script: str, folder: Path) -> str:
    with page.expect_download() as download:
        page.evaluate(script)
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path.read_text(encoding="utf-8")


def check_names_what_was_changed(page: Page, model: Model, link: Linked, texts: Mapping[str, str]) -> None:
    """Every text names what was set and what is off, and none says so where nothing is."""
    loops = {loop.switch for loop in switched(model)}
    inputs = [n for n in link.settings.assumptions if n not in loops]
    off = len(link.settings.assumptions) - len(inputs)
    labels = page.evaluate(
        "() => Object.fromEntries(Object.values(PolicyLab.facts.assumptions).map(a => [a.name, a.label]))"
    )
    plain = {
        what: " ".join(re.sub(r"<[^>]+>", " ", text).replace("&#38;", "&").split()) for what, text in texts.items()
    }
    for what, text in plain.items():
        assert ("set by hand" in text) == bool(inputs), (what, text[:400])
        assert bool(re.search(r"\d loops? off", text)) == bool(off), (what, text[:400])
        if inputs:
            assert re.search(rf"(?<!\d){len(inputs)} (uncertain )?inputs? set by hand", text), (what, text[:400])
            assert "every uncertain input" not in text, what
            if what != "cards":
                assert labels[inputs[0]] in text, (what, labels[inputs[0]])


def check_table(text: str, model: Model, link: Linked, name: str) -> None:
    """Every figure of a chart's file is the model's, and it says when each is."""
    rows = list(csv.reader(line for line in io.StringIO(text) if not line.startswith("#")))
    assert rows[0][0] == "Time"
    run = one_run(model, link.lines["policy"], with_conditions(model, [name]))
    [column] = [n for n, title in enumerate(rows[0]) if title.startswith("Current policy") and "all loops" not in title]
    wanted = there(model, run, name)[0]
    got = [float(row[column] or "nan") for row in rows[1 : len(run.time) + 1]]
    np.testing.assert_allclose(got, wanted, rtol=1e-8, atol=1e-9 * (np.nanmax(np.abs(run.of(name))) or 1.0))
    assert [float(row[0]) for row in rows[1 : len(run.time) + 1]] == pytest.approx(run.time.tolist())


def check_explore(page: Page, model: Model, link: Linked, folder: Path) -> None:
    page.wait_for_function(READY)
    check_cards(page, model, link)
    check_charts(page, model, link)
    save = "document.querySelector('[data-do=save][data-side=a][data-kind={}]').click()"
    numbers, drawing = (saved(page, save.format(kind), folder) for kind in ("csv", "svg"))
    check_table(numbers, model, link, link.charts[0])
    check_names_what_was_changed(page, model, link, {
        "notice": page.locator("#stage .loops-cut").evaluate("e => e.textContent"),
        "cards": page.locator(".strip__title").evaluate("e => e.textContent"),
        "csv": numbers, "svg": drawing, "brief": page.evaluate("() => PolicyLab.brief.page()"),
    })  # fmt: skip


def check_interval(name: str, values: Floats, told: list[str]) -> None:
    if np.isfinite(values).sum() < 2:
        return
    wanted = np.nanquantile(values, [0.5, 0.05, 0.95])
    off = 5e-3 * np.nanstd(values) + SINGLE * np.nanmax(np.abs(values))
    np.testing.assert_allclose([float(text) for text in told], wanted, atol=off, err_msg=name)


def check_compare(page: Page, model: Model, link: Linked, folder: Path) -> None:
    page.get_by_role("link", name="Compare", exact=True).click()
    page.wait_for_function(COMPARED)
    year = math.floor(model.program.clock.final)
    text = saved(page, "[...document.querySelectorAll('[data-compare=\"table csv\"]')].at(0).click()", folder)
    rows = list(csv.reader(line for line in io.StringIO(text) if not line.startswith("#")))
    labels = {outcome.label: name for name, outcome in model.outcomes.items()}
    assert {row[2] for row in rows[1:]} == {str(year)}
    entries = page.evaluate("() => PolicyLab.compare.shown.entries.map(({ key }) => key)")
    for place, key in enumerate(entries):  # of each the median and the ends of its interval
        values = ensemble(model, link.lines[COMPARED_AS[key]], [labels[row[0]] for row in rows[1:]])
        for row in rows[1:]:
            check_interval(row[0], values[labels[row[0]]], row[3 + 3 * place : 6 + 3 * place])
    wedges = page.evaluate("""() => { const f = PolicyLab.compareWedges.found;
        return f && [f.about.name, f.from.key, f.to.key, f.before, f.after, f.whole, f.rows.map(r => r.share)] }""")
    if wedges:
        name, start, end, before, after, whole, shares = wedges
        names = with_conditions(model, [name])
        at = {key: one_run(model, link.lines[COMPARED_AS[key]], names).at(name, year)[0] for key in (start, end)}
        size = max(map(abs, (*at.values(), 1e-9)))
        assert (before, after) == (pytest.approx(at[start], abs=1e-6 * size), pytest.approx(at[end], abs=1e-6 * size))
        assert (
            whole == pytest.approx(sum(shares), abs=1e-6 * size) == pytest.approx(at[end] - at[start], abs=1e-6 * size)
        )
    check_names_what_was_changed(page, model, link, {
        "table": text, "notice": page.locator(".page--compare .loops-cut").evaluate("e => e.textContent"),
    })  # fmt: skip


def hold(page: Page, model: Model, address: str, link: Linked, folder: Path) -> None:
    page.goto(address + "/" + link.query, wait_until="domcontentloaded")
    page.wait_for_selector("html[data-drawn]", state="attached")
    check_explore(page, model, link, folder)
    check_compare(page, model, link, folder)


@pytest.mark.parametrize("number", range(8))
def test_a_random_link_gives_the_models_numbers_everywhere(
    number: int, harbour_address: str, context: BrowserContext, tmp_path: Path
) -> None:
    model = load_model(SMALL.parent / "harbour")
    hold(context.new_page(), model, harbour_address, drawn(model, 8, tmp_path)[number], tmp_path)


@pytest.mark.parametrize("number", range(2))
def test_a_random_link_of_the_published_model_does(
    number: int, real_address: str, context: BrowserContext, tmp_path: Path
) -> None:
    model = load_model("big_science")
    hold(context.new_page(), model, real_address, drawn(model, 2, tmp_path)[number], tmp_path)


@pytest.mark.deep
@pytest.mark.parametrize("part", range(20))
def test_two_hundred_random_links(part: int, real_address: str, context: BrowserContext, tmp_path: Path) -> None:
    model = load_model("big_science")
    for link in drawn(model, 200, tmp_path)[part::20]:
        page = context.new_page()
        hold(page, model, real_address, link, tmp_path)
        page.close()
