"""Our Dash components and pages: two halves of each, files where Dash looks for them, pages with something to show."""

from __future__ import annotations

import inspect
import json
import re
from dataclasses import replace
from pathlib import Path

import dash
import pytest
from dash import html

import policy_lab
from policy_lab import components
from policy_lab.app import create_app
from policy_lab.app.markup import to_html
from policy_lab.app.page_list import pages_of, with_html
from policy_lab.errors import BadValue
from policy_lab.jobs import Queue
from policy_lab.model import Model, load_model

ROOT = Path(__file__).parent.parent
SMALL = Path(__file__).parent / "models" / "small_field"
OURS = [getattr(components, name) for name in components.__all__ if name != "Widget"]


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model(SMALL)


def test_every_component_has_a_half_in_python_and_one_in_the_browser() -> None:
    text = (ROOT / "web" / "dash" / "components.js").read_text(encoding="utf-8")
    named = re.search(r"export const components = \{ (.*?) \};", text)
    assert named is not None
    assert sorted(named[1].split(", ")) == sorted(component.__name__ for component in OURS)


@pytest.mark.parametrize("component", OURS)
def test_a_component_says_what_its_properties_are(component: type[components.Widget]) -> None:
    assert component._type == component.__name__
    given = set(inspect.signature(component.__init__).parameters) - {"self", "frame"}
    assert set(component._prop_names) == given | {"html"}
    told = inspect.getdoc(component) or ""
    assert all(f"    {name}: " in told for name in given)


def test_what_dash_is_to_load_is_in_the_package() -> None:
    for listed in (*policy_lab._js_dist, *policy_lab._css_dist):
        assert (ROOT / "policy_lab" / listed["relative_package_path"]).stat().st_size > 1000


def test_a_component_brings_its_elements_unless_the_first_page_has_them() -> None:
    part = components.Prerendered("part", html.P("a < b"))
    assert to_html(html.Div(part)) == '<div><div data-early="part" class="widget"><p>a &lt; b</p></div></div>'
    assert part.to_plotly_json()["props"] == {"id": "part"}
    with_html(html.Div([part]))
    assert part.to_plotly_json()["props"] == {"id": "part", "html": "<p>a &lt; b</p>"}


def test_pages_with_nothing_to_show_are_absent(model: Model, tmp_path: Path) -> None:
    def keys(of: Model) -> list[str]:
        create_app(of, queue=Queue(tmp_path))
        return [page.key for page in pages_of(of)]

    assert keys(model) == ["explore", "compare", "rank", "model"]
    bare = replace(model, levers={}, choices={}, scenarios={}, uncertainties={})
    assert keys(bare) == ["explore", "model"]
    client = create_app(bare, queue=Queue(tmp_path)).server.test_client()
    assert 'data-page="rank"' not in client.get("/rank").text
    assert client.get("/rank").data == client.get("/").data


def test_every_file_of_the_pages_is_a_page(model: Model, tmp_path: Path) -> None:
    create_app(model, queue=Queue(tmp_path))
    files = {file.stem for file in (ROOT / "policy_lab" / "app" / "pages").glob("[!_]*.py")}
    assert {module.rpartition(".")[2] for module in dash.page_registry} == files


def test_two_apps_of_one_process_have_pages_of_their_own(model: Model, tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "more.py").write_text(
        "import dash\nfrom dash import html\nfrom policy_lab.app import session\n"
        "dash.register_page(__name__, path='/more', name='More')\n"
        "def layout():\n    return html.P(session().model.name)\n"
    )
    first = create_app(model, queue=Queue(tmp_path), pages=folder, prefix="/lab/")
    second = create_app(load_model("big_science"), queue=Queue(tmp_path))
    mine, other = (json.dumps(app.server.test_client().get(at).json) for app, at in (
        (first, "/lab/_dash-layout"), (second, "/_dash-layout"),
    ))  # fmt: skip
    assert "small_field" in mine
    assert '"data-shown-at": "more"' in mine
    assert '"data-shown-at": "more"' not in other
    assert 'href="/lab/more"' in first.server.test_client().get("/lab/").text


@pytest.mark.parametrize("text", ["x = 1\n", "import dash\ndash.register_page(__name__, path='/none')\n"])
def test_a_file_that_is_no_page_is_told(model: Model, tmp_path: Path, text: str) -> None:
    (tmp_path / "odd.py").write_text(text)
    with pytest.raises(BadValue, match="is not a page"):
        create_app(model, queue=Queue(tmp_path / "studies"), pages=tmp_path)


def test_a_folder_that_is_none_is_told(model: Model, tmp_path: Path) -> None:
    with pytest.raises(BadValue, match="for pages"):
        create_app(model, queue=Queue(tmp_path / "studies"), pages=tmp_path / "gone")
