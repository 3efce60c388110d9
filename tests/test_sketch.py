"""The diagrams in a model file: complete, true to the equations, readable by others, and safe to draw."""

from __future__ import annotations

import itertools
import math
import re
import warnings
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import simlin
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis import draw_sketch
from policy_lab.errors import ModelError
from policy_lab.evaluate import value_of
from policy_lab.model import Model, load_model
from policy_lab.program import names_in
from policy_lab.readers.sketch import (
    MARKER,
    Arrow,
    Box,
    View,
    arrow_path,
    read_sketch,
    to_svg,
    without_sketch,
    write_sketch,
)
from policy_lab.readers.sketch.geometry import inside

SMALL = Path(__file__).parent / "models" / "small_field"
PICTURES = Path(__file__).parents[1] / "docs" / "images" / "sectors"
SHOWN_APART = ("constant", "lookup", "control")


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model("big_science")


@pytest.fixture(scope="module")
def views(model: Model) -> tuple[View, ...]:
    return read_sketch(model.path.read_text(encoding="utf-8"))


def base(name: str) -> str:
    return name.partition("[")[0]


def read_by(model: Model, name: str) -> set[str]:
    """What the equations of a variable read, straight from the Program, helpers of delays looked through."""
    equations, found, seen = model.program.equations, set(), set()
    pending = [e for e in equations.values() if base(e.name) == name and not e.hidden]
    while pending:
        equation = pending.pop()
        seen.add(equation.name)
        for expression in (equation.expression, equation.initial):
            for read in names_in(expression) if expression is not None else ():
                helper = equations.get(read)
                if helper is not None and helper.hidden and helper.kind != "lookup":
                    pending += [helper] if helper.name not in seen else []
                else:
                    found.add(base(read))
    return found


def drawn_kinds(model: Model) -> dict[str, dict[str, str]]:
    """Group to the variables that its page has to show, with their kind in the Program."""
    groups: dict[str, dict[str, str]] = {}
    for e in model.program.equations.values():
        if not e.hidden and e.kind not in SHOWN_APART:
            groups.setdefault(e.group, {})[base(e.name)] = e.kind
    return groups


# --- the big model --------------------------------------------------------------------------------------------------


def test_every_sector_has_a_page_with_all_its_variables(model: Model, views: tuple[View, ...]) -> None:
    wanted = drawn_kinds(model)
    assert [v.name for v in views] == sorted(wanted)
    for view in views:
        defined = [b for b in view.boxes if b.kind in ("stock", "flow", "variable") and b.tone != "muted"]
        assert sorted(b.name for b in defined) == sorted(wanted[view.name]), view.name
        assert {b.name for b in defined if b.kind == "stock"} == {n for n, k in wanted[view.name].items()
                                                                  if k == "stock"}  # fmt: skip


def test_flows_of_the_sector_run_through_pipes(model: Model, views: tuple[View, ...]) -> None:
    for view in views:
        pipes = {(view.variable_of(a.start), view.variable_of(a.end)) for a in view.arrows if a.pipe}
        here = set(drawn_kinds(model)[view.name])
        valves = {view.variable_of(b.id) for b in view.boxes if b.kind == "valve"}
        assert valves == {b.name for b in view.boxes if b.kind == "flow"}
        for stock in (b.name for b in view.boxes if b.kind == "stock"):
            flows = {f for f in added_or_taken(model, stock) if f in here}
            assert flows == {flow for flow, end in pipes if end == stock}, stock


def added_or_taken(model: Model, stock: str) -> set[str]:
    """The variables that change a stock's rate one for one, found by moving each while all others stand still apart."""
    found = set()
    for e in model.program.equations.values():
        if base(e.name) == stock and e.kind == "stock" and not e.hidden:
            values = {name: 3 + math.sqrt(2 + place) for place, name in enumerate(sorted(names_in(e.expression)))}
            before = value_of(e.expression, values, {})
            moved = {n: value_of(e.expression, {**values, n: v + 1}, {}) - before for n, v in values.items()}
            found |= {base(n) for n, change in moved.items() if math.isclose(abs(change), 1, rel_tol=1e-9)}
    return found


def test_every_arrow_is_a_dependency_and_every_dependency_an_arrow(model: Model, views: tuple[View, ...]) -> None:
    equations = model.program.equations.values()
    apart = {base(e.name) for e in equations if e.kind in SHOWN_APART}
    for view in views:
        arrows: dict[str, set[str]] = {}
        for arrow in (a for a in view.arrows if not a.pipe):
            cause, effect = view.variable_of(arrow.start), view.variable_of(arrow.end)
            assert cause in read_by(model, effect), f"{view.name}: {cause} -> {effect} is not in the equations"
            arrows.setdefault(effect, set()).add(cause)
        for arrow in (a for a in view.arrows if a.pipe):
            arrows.setdefault(view.variable_of(arrow.end), set()).add(view.variable_of(arrow.start))
        for box in (b for b in view.boxes if b.kind in ("stock", "flow", "variable")):
            assert (box.tone == "muted") == (box.name in apart)
            if box.tone == "lever":
                assert read_by(model, box.name) & set(model.levers), box.name
                assert box.name not in arrows
            else:
                expected = read_by(model, box.name) - apart - {box.name}
                assert arrows.get(box.name, set()) - apart == expected, f"{view.name}: {box.name}"


def test_ghosts_stand_for_what_is_drawn_elsewhere(model: Model, views: tuple[View, ...]) -> None:
    everything = {n for group in drawn_kinds(model).values() for n in group} | {"Time"}
    for view in views:
        for ghost in (b for b in view.boxes if b.kind == "ghost"):
            assert ghost.name in everything
            assert any(a.start == ghost.id for a in view.arrows), f"{view.name}: <{ghost.name}> feeds nothing"
            assert all(a.end != ghost.id for a in view.arrows), f"{view.name}: something feeds <{ghost.name}>"


def test_the_pictures_beside_the_documents_are_those_of_the_sketch(views: tuple[View, ...]) -> None:
    files = {p.name: p.read_text(encoding="utf-8") for p in PICTURES.glob("*.svg")}
    drawn = {draw_sketch.file_name(v): to_svg(v, style=True) + "\n" for v in views}
    assert files == drawn, "python -m analysis.draw_sketch big_science --svg docs/images/sectors"


def overlapping(view: View) -> Iterator[tuple[str, str]]:
    for a, b in itertools.combinations(view.boxes, 2):
        wide, high = a.half_width + b.half_width, a.half_height + b.half_height
        if abs(a.x - b.x) < wide and abs(a.y - b.y) < high:
            yield a.name or a.kind, b.name or b.kind


def test_nothing_overlaps_and_no_arrow_runs_through_a_name(views: tuple[View, ...]) -> None:
    for view in views:
        assert not list(overlapping(view)), view.name
        through = []
        for arrow in view.arrows:
            path = arrow_path(arrow, view.by_id[arrow.start], view.by_id[arrow.end])
            through += [(view.variable_of(arrow.start), view.variable_of(arrow.end), b.name) for b in view.boxes
                        if b.id not in (arrow.start, arrow.end) and any(inside(p, b, -3) for p in path)]  # fmt: skip
        assert len(through) <= 0.01 * len(view.arrows), f"{view.name}: {through}"


def test_pages_are_of_a_size_that_can_be_read(views: tuple[View, ...]) -> None:
    for view in views:
        assert all(b.x - b.half_width >= 0 and b.y - b.half_height >= 0 for b in view.boxes)
        assert max(b.x + b.half_width for b in view.boxes) < 2700
        assert max(b.y + b.half_height for b in view.boxes) < 1900


def test_the_sketch_is_no_part_of_the_hash(model: Model, tmp_path: Path) -> None:
    bare = tmp_path / "bare.mdl"
    bare.write_bytes(without_sketch(model.path.read_bytes().decode()).encode())
    assert MARKER not in bare.read_text(encoding="utf-8")
    assert load_model(bare).hash == model.hash


def test_another_programs_grammar_reads_every_line(model: Model, views: tuple[View, ...]) -> None:
    """PySD has a grammar of its own for sketches; it has to find the same pages and the same variables."""
    from pysd.translators.vensim.vensim_file import VensimFile

    file = VensimFile(model.path)
    file.parse(parse_all=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        file.parse_sketch([])
    found = file.sections[0].views_dict
    assert len(found) == len(views)
    for view, names in zip(views, found.values(), strict=True):
        defined = {b.name for b in view.boxes if b.kind in ("stock", "flow", "variable")}
        assert {n.strip().replace("_", " ").casefold() for n in names} == {n.casefold() for n in defined}, view.name


def test_another_program_draws_the_same_pages(model: Model, views: tuple[View, ...]) -> None:
    """Simlin reads Vensim's sketches too: as many pages, stocks and ghosts (it has none of the clock) as we drew."""
    picture = ET.fromstring(simlin.load(str(model.path)).diagram().svg)
    found = Counter(e.get("class", "").split(" ")[0] for e in picture.iter())
    boxes = Counter("clock" if b.name == "Time" else b.kind for v in views for b in v.boxes)
    assert found["simlin-group"] == len(views)
    assert found["simlin-stock"] == boxes["stock"]
    assert found["simlin-alias"] == boxes["ghost"]
    assert found["simlin-flow"] + found["simlin-aux"] == boxes["flow"] + boxes["variable"]


# --- reading and writing --------------------------------------------------------------------------------------------

names = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"], include_characters=" "), min_size=1)
places = st.integers(-900, 9000)
boxes = st.builds(
    Box,
    id=st.just(0),
    kind=st.sampled_from(["stock", "flow", "variable", "ghost", "valve", "cloud", "comment"]),
    name=names.map(lambda n: " ".join(n.split())).filter(bool),
    x=places,
    y=places,
    half_width=st.integers(0, 300),
    half_height=st.integers(0, 300),
    tone=st.sampled_from(["plain", "muted", "lever"]),
)


@st.composite
def any_view(draw: st.DrawFn) -> View:
    found = []
    for number, box in enumerate(draw(st.lists(boxes, max_size=6)), start=1):
        bare = box.kind in ("valve", "cloud")
        tone = "plain" if bare or box.kind == "ghost" else box.tone
        found.append(
            Box(number, box.kind, "" if bare else box.name, box.x, box.y, box.half_width, box.half_height, tone)
        )
    arrows = []
    ends = st.integers(1, len(found)) if found else st.nothing()
    for number in range(len(found) + 1, len(found) + 1 + (draw(st.integers(0, 5)) if found else 0)):
        point = st.tuples(places, places).filter(any)
        points = tuple(draw(st.lists(point, max_size=3)))
        pipe = draw(st.booleans())
        arrows.append(Arrow(number, draw(ends), draw(ends), points, pipe, draw(st.booleans()) if pipe else True,
                            draw(st.sampled_from(["", "+", "-", "S"]))))  # fmt: skip
    return View("any", tuple(found), tuple(arrows))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)  # how fast a machine draws is not the question
@given(st.lists(any_view(), max_size=3))
def test_what_is_written_reads_back_the_same(views: list[View]) -> None:
    text = write_sketch(views)
    assert read_sketch(text) == tuple(views)
    assert read_sketch("x = 1 ~~|\n" + text.replace("\n", "\r\n")) == tuple(views)


#: A page as Vensim's manual prints it: a stock with births and deaths, a comment, a shadow and a slider we pass over.
MANUAL = rf"""{MARKER} Sketch information - do not modify anything except names
V300  Do not put anything below this section - it will be ignored
*Population
$192-192-192,0,Times New Roman|12||0-0-0|0-0-0|0-0-255|-1--1--1|-1--1--1|96,96,100,0
10,1,Population,275,69,40,20,3,3,0,0,0,0,0,0
12,2,48,91,71,8,8,0,3,0,0,-1,0,0,0
1,3,5,1,4,0,0,22,0,0,0,-1--1--1,,1|(204,71)|
1,4,5,2,100,0,0,22,0,0,0,-1--1--1,,1|(130,71)|
11,5,48,167,71,6,8,34,3,0,0,1,0,0,0
10,6,births,167,90,19,11,40,3,0,0,-1,0,0,0
10,12,"rate, of birth",99,118,29,11,8,3,0,0,0,0,0,0
10,13,Time,400,118,26,11,8,2,0,3,-1,0,0,0,128-128-128,0-0-0,|||128-128-128
1,14,12,6,0,0,43,0,0,64,0,-1--1--1,,1|(130,104)|
12,16,0,269,22,37,9,8,4,0,0,-1,0,0,0
10,99,a text that looks like a box
12,17,0,300,300,80,20,8,136,0,0,0,0,0,0
1,18,1,77,0,0,0,0,0,64,0,-1--1--1,,1|(0,0)|
///---\\\
:L
9:Current
"""


def test_a_page_as_the_manual_prints_it() -> None:
    (view,) = read_sketch(MANUAL)
    kinds = {b.id: b.kind for b in view.boxes}
    assert kinds == {1: "stock", 2: "cloud", 5: "valve", 6: "flow", 12: "variable", 13: "ghost", 16: "comment"}
    assert view.by_id[12].name == "rate, of birth"
    assert view.by_id[16].name == "10,99,a text that looks like a box"
    assert view.variable_of(5) == "births"
    assert [(a.start, a.end, a.pipe, a.head, a.polarity) for a in view.arrows] == [
        (5, 1, True, True, ""),
        (5, 2, True, False, ""),
        (12, 6, False, True, "+"),
    ]


def test_a_file_without_a_sketch_has_no_views() -> None:
    assert read_sketch("x = 1 ~~|\n") == ()
    assert write_sketch([]) == ""


@pytest.mark.parametrize(
    "line",
    [
        "10,1",
        "10,one,stock,1,2,3,4,3,3,0",
        "10,1,stock,1e400,2,3,4,3,3,0",
        "10,1,stock,99999999999999999999,2,3,4,3,3,0",
        "10,1,stock,1,2,-3,4,3,3,0",
        '10,1,"unclosed, stock,1,2,3,4,3,3,0',
        "10,1,a,1,2,3,4,3,3,0\n10,1,b,1,2,3,4,3,3,0",
        "1,2,3",
        "1,2,3,x,0,0,0,0,0,64,0,-1--1--1,,1|(1,2)|",
        "11,1,48,,,,,,,",
        "10," + "9" * 6000 + ",stock,1,2,3,4,3,3,0",
    ],
)
def test_damage_is_named_with_its_line(line: str) -> None:
    with pytest.raises(ModelError, match=r"sketch section is damaged in line \d+"):
        read_sketch(f"x = 1 ~~|\n{MARKER}\n*page\n{line}\n///---")


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    for hostile in (MARKER + text, f"{MARKER}\n*p\n10,{text}", f"{MARKER}\n*p\n1,{text}", f"{MARKER}\n12,{text}\n"):
        try:
            views = read_sketch(hostile)
        except ModelError:
            continue
        for view in views:
            ET.fromstring(to_svg(view))


# --- the picture ----------------------------------------------------------------------------------------------------


def test_names_are_text_and_never_markup() -> None:
    evil = '<script>alert(1)</script> & "]]>'
    view = View(evil, (Box(1, "variable", evil, 50, 50, 40, 10), Box(2, "ghost", evil, 50, 90, 40, 10)),
                (Arrow(3, 2, 1, polarity="<"),))  # fmt: skip
    svg = to_svg(view, style=True)
    root = ET.fromstring(svg)
    assert "<script" not in svg
    assert root.find("{*}title").text == evil
    assert {g.get("data-variable") for g in root.iter("{http://www.w3.org/2000/svg}g")} == {evil}


def test_a_picture_shows_every_box_and_arrow_inside_its_frame(views: tuple[View, ...]) -> None:
    for view in views:
        root = ET.fromstring(to_svg(view))
        groups = list(root.iter("{http://www.w3.org/2000/svg}g"))
        assert len(groups) == len(view.boxes)
        lines = [p.get("class") for p in root.iter("{http://www.w3.org/2000/svg}path")]
        assert lines.count("pipe") == sum(a.pipe for a in view.arrows)
        assert lines.count("arrow") == sum(not a.pipe for a in view.arrows)
        left, top, width, height = map(int, root.get("viewBox").split())
        for b in view.boxes:
            assert left < b.x - b.half_width and b.x + b.half_width < left + width
            assert top < b.y - b.half_height and b.y + b.half_height < top + height
        assert root.get("role") == "img" and "Stock and flow diagram" in root.find("{*}desc").text
        assert not re.search(r'style="|fill="|stroke="', to_svg(view))


def test_an_arc_passes_through_its_point_and_ends_at_the_boxes() -> None:
    one, other = Box(1, "variable", "a", 0, 0, 10, 10), Box(2, "variable", "b", 200, 0, 10, 10)
    path = arrow_path(Arrow(3, 1, 2, ((100, -60),)), one, other)
    assert min(abs(x - 100) + abs(y + 60) for x, y in path) < 1
    assert all(not inside(p, b, -1) for p in path for b in (one, other))
    # a circle through (0,0), (100,-60), (200,0) has its centre at (100, 53.33) and radius 113.33
    assert all(abs(((x - 100) ** 2 + (y - 160 / 3) ** 2) ** 0.5 - 340 / 3) < 0.6 for x, y in path)


def test_a_pipe_meets_a_tall_stock_at_the_height_of_its_valve() -> None:
    valve, stock = Box(1, "valve", "", 0, 40, 6, 8), Box(2, "stock", "S", 100, 0, 30, 60)
    path = arrow_path(Arrow(3, 1, 2, ((40, 40),), pipe=True), valve, stock)
    assert {y for _, y in path} == {40}
    assert path[-1][0] == pytest.approx(70, abs=0.1)


# --- the layout -----------------------------------------------------------------------------------------------------


def test_layout_touches_nothing_above_the_sketch_and_is_the_same_twice(tmp_path: Path) -> None:
    source = (SMALL / "small_field.mdl").read_bytes()
    copies = []
    for name in ("one", "two"):
        path = tmp_path / name / "small.mdl"
        path.parent.mkdir()
        path.write_bytes(source)
        assert draw_sketch.main([str(path), "--svg", str(path.parent)]) == 0
        copies.append(path)
    one, two = (p.read_bytes() for p in copies)
    assert one == two
    assert one.startswith(without_sketch(source.decode()).encode())
    assert load_model(copies[0]).hash == load_model(SMALL).hash
    assert draw_sketch.main([str(copies[0]), "--check"]) == 0
    copies[1].write_bytes(source)
    assert draw_sketch.main([str(copies[1]), "--check"]) == 1
    assert copies[1].read_bytes() == source
    for view in read_sketch(one.decode()):
        assert not list(overlapping(view))
    assert list(copies[0].parent.glob("*.svg"))


# --- a page laid out by hand ----------------------------------------------------------------------------------------


def test_a_page_laid_out_by_hand_stays_as_long_as_it_fits() -> None:
    core = load_model("core")
    drawn = read_sketch(core.text)
    assert draw_sketch.views(core) == list(drawn)
    assert len(drawn) == 1
    (view,) = drawn
    told = [b.name for b in view.boxes if b.kind == "comment"]
    for kind, name in (("B", "Dilution"), ("R", "Brain drain"), ("R", "Short timelines"), ("R", "Bilingual zones"),
                       ("R", "Rival suspicion")):  # fmt: skip
        assert any(kind in words and name in words for words in told), name


def test_a_page_laid_out_by_hand_that_no_longer_fits_is_refused(tmp_path: Path) -> None:
    text = load_model("core").text
    page = text.split(MARKER, 1)[1]
    assert "\n10,1,race," in page
    wrong = tmp_path / "wrong.mdl"
    wrong.write_text(text.replace("\n10,1,race,", "\n10,1,Bilinguals,"), encoding="utf-8")
    with pytest.raises(ModelError, match="does not read it"):
        draw_sketch.views(load_model(str(wrong)))
