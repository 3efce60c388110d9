"""Templates of reports and documents: each has one dataclass, and the names of the two are the same."""

import importlib
import pkgutil
from dataclasses import dataclass, is_dataclass
from pathlib import Path

import jinja2
import pytest
from markupsafe import Markup

import policy_lab
from analysis import documents
from policy_lab import catalogue
from policy_lab.app import create_app
from policy_lab.messages import Message
from policy_lab.model import load_model
from policy_lab.report import templating
from policy_lab.report.templating import Context, differences, render

ROOT = Path(__file__).parent.parent


def contexts() -> list[type[Context]]:
    create_app(load_model(ROOT / "tests" / "models" / "small_field"))  # Dash has pages imported once there is an app
    for module in pkgutil.walk_packages(policy_lab.__path__, "policy_lab."):
        if module.name != "policy_lab.__main__" and "gunicorn" not in module.name:
            importlib.import_module(module.name)
    for file in (*ROOT.glob("analysis/*.py"), *ROOT.glob("tests/deep/*.py")):
        if "template=" in file.read_text(encoding="utf-8"):
            importlib.import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))
    places = ("policy_lab.", "analysis.", "tests.deep.")
    return [known for known in Context.__subclasses__() if known.__module__.startswith(places)]


@pytest.mark.parametrize("folder", [None, documents.TEMPLATES])
def test_every_template_has_one_context_with_the_names_that_it_uses(folder: Path | None) -> None:
    found = [known for known in contexts() if known.folder == folder]
    files = {path.name for path in (folder or templating.TEMPLATES).glob("*.j2") if not path.name.startswith("_")}
    assert sorted(known.template for known in found) == sorted(files)
    assert {known.__name__: differences(known) for known in found if differences(known)} == {}
    assert all(is_dataclass(known) for known in found)


@pytest.fixture
def own(tmp_path, monkeypatch):
    monkeypatch.setattr(templating, "TEMPLATES", tmp_path)

    def write(**files: str) -> None:
        for name, text in files.items():
            kind = ".md.j2" if name.startswith("md") else ".html.j2"
            (tmp_path / f"{name}{kind}").write_text(text, encoding="utf-8")

    return write


def test_a_name_that_either_side_lacks_is_refused(own) -> None:
    @dataclass(frozen=True)
    class Page(Context, template="page.html.j2"):
        title: str
        spare: int = 0

    own(page='{{ title }}{% include "_part.html.j2" %}', _part="{{ other }}")
    with pytest.raises(TypeError, match=r"page\.html\.j2 and Page differ in other, spare"):
        render(Page("a"), catalogue.english())


def test_texts_are_escaped_on_a_page_and_numbers_are_written_as_the_language_does(own) -> None:
    @dataclass(frozen=True)
    class Shown(Context, template="shown.html.j2"):
        said: Message
        drawing: Markup

    own(shown='{{ language }} {{ said | words }} {{ 0.31 | number("percent") }} {{ "`a<b` c" | code }} {{ drawing }}')
    german = catalogue.Language("de", catalogue.catalogue("de"))
    given = Shown(Message("list.and", {"first": "<a>", "last": 12345.5}), Markup("<svg/>"))
    assert render(given, german) == "de &lt;a&gt; und 12.345,5 31\N{NO-BREAK SPACE}% <code>a&lt;b</code> c <svg/>"
    assert "31%" in render(given, catalogue.english())


def test_a_document_in_markdown_is_not_escaped(own) -> None:
    @dataclass(frozen=True)
    class Document(Context, template="md.md.j2"):
        title: str

    own(md="# {{ title }}\n{{ 0.31 | number('percent') }}\n")
    assert render(Document("a < b"), catalogue.english()) == "# a < b\n31%\n"


def test_an_unknown_field_of_a_value_is_an_error_and_not_a_gap(own) -> None:
    @dataclass(frozen=True)
    class Strict(Context, template="strict.html.j2"):
        table: dict[str, str]

    own(strict="{{ table.missing }}")
    with pytest.raises(jinja2.UndefinedError):
        render(Strict({}), catalogue.english())


def test_what_is_made_goes_between_the_marks_of_a_page() -> None:
    assert documents.between("a\n<x>\nold\n<y>\nb\n", "<x>", "<y>", "new\n") == "a\n<x>\nnew\n<y>\nb\n"
    with pytest.raises(ValueError, match="not found"):
        documents.between("a\n<y>\n<x>\n", "<x>", "<y>", "new\n")
