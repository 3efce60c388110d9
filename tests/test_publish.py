"""``policy-lab publish``: the page as files; what they hold, and what the command says when it cannot write them."""

from __future__ import annotations

import html
import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from policy_lab import __version__
from policy_lab.app import create_app
from policy_lab.app import publish as publishing
from policy_lab.app.addresses import Addresses
from policy_lab.app.publish import publish
from policy_lab.app.published_studies import WIDTHS
from policy_lab.catalogue import catalogue, languages
from policy_lab.cli import main
from policy_lab.errors import BadValue, OutputError, UnknownName
from policy_lab.jobs import queue
from policy_lab.model import Model, load_model
from policy_lab.studies import Study, run_study

SMALL = Path(__file__).parent / "models" / "small_field"
PAGES = ("index", "compare", "rank", "model")  # it has no precedents
TIMES = (2030.0, 2050.0)
Files = dict[str, bytes]


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model(SMALL)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published") / "study"
    run_study(Study(model=str(SMALL), scenario="status_quo", size=32, factors="levers", times=TIMES), folder)
    return folder


@pytest.fixture(scope="module")
def site(model: Model, study: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("host") / "below" / "site"
    publish(model, folder, study=study)
    return folder


def files_of(folder: Path) -> Files:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def facts_of(page: Path) -> dict[str, object]:
    found = re.search(r'<script type="application/json" id="facts-data">(.*?)</script>', page.read_text("utf-8"))
    assert found
    return dict(json.loads(found[1]))


# ---- what is written


def test_every_page_is_there_in_every_language_and_says_of_what_it_is(site: Path, model: Model) -> None:
    names = {f"{page}{end}" for page in PAGES for end in (".html", ".de.html")}
    assert {path.name for path in site.glob("*.html")} == names | {"404.html", "embed.html", "embed.de.html"}
    for name in names:
        text = (site / name).read_text("utf-8")
        assert f'lang="{"de" if ".de." in name else "en"}">' in text
        assert f'content="Policy Lab {__version__}, small_field {model.hash[:8]}"' in text
    about = json.loads((site / "site.json").read_text("utf-8"))
    assert (about["model"], about["model_hash"]) == ("small_field", model.hash)


def test_nothing_on_a_page_begins_at_the_root_of_the_host(site: Path) -> None:
    for page in site.glob("*.html"):
        text = page.read_text("utf-8")
        named = re.findall(r'(?:href|src)="([^"]*)"', text)
        assert [one for one in named if not one.startswith(("./", "#", "data:", "index"))] == []
        assert re.findall(r'"/[a-z_][^" ]*"', text.split('id="facts-data"')[-1].split("</script>")[0]) == []


def test_every_address_of_a_page_is_a_file(site: Path) -> None:
    for page in site.glob("[!4]*.html"):
        text, facts = page.read_text("utf-8"), facts_of(page)
        named = {html.unescape(one) for one in re.findall(r'(?:href|src)="(\./[^"#]+)"', text)}
        told = {key: one.replace("*", "0") for key, one in facts["files"].items() if key not in ("answer", "studies")}  # type: ignore[attr-defined]
        assert "rooms" not in facts["files"]  # type: ignore[operator]
        published = facts["published"]
        assert isinstance(published, dict)
        pages = {address for of in published["pages"].values() for address in of.values()}
        every = named | set(told.values()) | pages | set(published["dash"].values()) | {published["studies"]}
        sectors = told["sectors"]
        scores = {one for one in told.values() if "/why/" in one}
        assert len(scores) == 1
        # The small model has no drawing, and no loop to cut.
        assert {one for one in every if not (site / one).is_file()} <= {sectors, *scores}
        code = str(facts["language"])
        assert all(f".{code}." in told[key] for key in ("names", "variables", "entries", "precedents"))


def test_what_is_written_is_what_the_app_answers(site: Path, model: Model) -> None:
    client, at = create_app(model).server.test_client(), Addresses("./", "en", f"data/{model.hash[:8]}/")
    for path in ("variables.json", "entries/0.json", "precedents.json"):
        for code in languages():
            assert (site / at.answer_file(path, code)).read_bytes() == client.get(f"/{path}?lang={code}").data
    for path in site.glob("engine/*/*"):
        assert path.read_bytes() == client.get(f"/{path.relative_to(site).as_posix()}").data


def test_rank_has_every_view_of_the_stored_study_at_every_width(site: Path, model: Model, study: Path) -> None:
    client = create_app(model, rank_folder=study).server.test_client()
    for code in languages():
        [listed] = json.loads((site / f"data/{model.hash[:8]}/studies.{code}.json").read_text("utf-8"))["studies"]
        shown = client.get(f"/studies/levers/view?lang={code}").json
        assert (listed["id"], list(listed["views"])) == ("levers", [one["value"] for one in shown["outcomes"]])
        for outcome, address in listed["views"].items():
            views = json.loads((site / address).read_text("utf-8"))
            assert views["widths"] == list(WIDTHS)
            assert len(views["each"]) == (1 + len(TIMES)) * len(WIDTHS)
            for at, rest in views["each"].items():
                time, width = at.split("~")
                asked = {"outcome": outcome, "time": time, "width": width, "lang": code}
                assert {**views["same"], **rest} == client.get("/studies/levers/view", query_string=asked).json
        assert (site / listed["files"]["findings.csv"]).read_bytes() == (study / "findings.csv").read_bytes()
        assert (site / listed["files"]["folder.zip"]).read_bytes().startswith(b"PK")


def test_a_page_forbids_what_the_server_forbids_as_far_as_a_page_can(site: Path, model: Model) -> None:
    policy = create_app(model).server.test_client().get("/").headers["Content-Security-Policy"]
    found = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)"', (site / "rank.html").read_text())
    assert found
    before = (site / "rank.html").read_text("utf-8")[: found.start()]
    assert not re.search(r"<(script|link|style)", before)  # it holds for what comes after it
    assert set(policy.split("; ")) - set(html.unescape(found[1]).split("; ")) == {"frame-ancestors 'self'"}
    served = create_app(model).server.test_client().get("/").text
    assert 'http-equiv="Content-Security-Policy' not in served


def test_a_site_opens_in_the_language_that_was_asked_for(model: Model, study: Path, tmp_path: Path) -> None:
    publish(model, tmp_path / "site", opens_in="de", study=study)
    assert 'lang="de">' in (tmp_path / "site" / "index.html").read_text("utf-8")
    assert 'lang="en">' in (tmp_path / "site" / "rank.en.html").read_text("utf-8")
    lost = (tmp_path / "site" / "404.html").read_text("utf-8")
    assert lost.index(catalogue("de")["published.not_found"]) < lost.index(catalogue("en")["published.not_found"])


def test_the_same_model_gives_the_same_files(
    site: Path, model: Model, study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "DOWNLOADS", 1)  # each of a site's downloads gives its place back
    publish(model, tmp_path / "again", study=study)
    one, other = ({k: v for k, v in files_of(f).items() if not k.endswith(".zip")} for f in (site, tmp_path / "again"))
    assert one == other


# ---- where it cannot be written


def kept(folder: Path, wanted: Callable[[], object], kind: type[Exception]) -> str:
    """What is said; whatever was in the folder, and beside it, is as before."""
    before = files_of(folder)
    with pytest.raises(kind) as refused:
        wanted()
    assert files_of(folder) == before
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]
    return str(refused.value)


def test_a_folder_with_something_else_in_it_is_left_alone(model: Model, tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.txt").write_text("mine")
    for replace in (False, True):
        said = kept(tmp_path, lambda r=replace: publish(model, tmp_path / "notes", replace=r), OutputError)  # type: ignore[misc]
        assert "is not empty" in said
    assert "is a file" in kept(tmp_path, lambda: publish(model, tmp_path / "notes" / "a.txt"), OutputError)


def test_a_site_is_replaced_whole_when_that_is_asked_for(site: Path, model: Model, study: Path, tmp_path: Path) -> None:
    old = tmp_path / "site"
    (old / "data").mkdir(parents=True)
    (old / "site.json").write_text("{}")
    (old / "data" / "left over").write_text("")
    assert "--replace" in kept(tmp_path, lambda: publish(model, old), OutputError)
    publish(model, old, study=study, replace=True)
    assert files_of(old).keys() == files_of(site).keys()
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
    assert old.stat().st_mode & 0o777 == 0o777 & ~_mask()


def _mask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_what_fails_in_the_middle_leaves_the_old_site(
    site: Path, model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "site"
    old.mkdir()
    (old / "site.json").write_text("{}")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(publishing, "_exchange", full)
    said = kept(tmp_path, lambda: publish(model, old, replace=True), OutputError)
    assert "No space left" in said

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(publishing, "_exchange", stopped)
    kept(tmp_path, lambda: publish(model, old, replace=True), KeyboardInterrupt)  # type: ignore[arg-type]


def test_a_folder_that_may_not_be_written_is_said_in_words(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(publishing.tempfile, "mkdtemp", refused)
    said = kept(tmp_path, lambda: publish(model, tmp_path / "site"), OutputError)
    assert "Permission denied" in said
    assert str(tmp_path) in said


def test_a_language_and_a_study_that_are_not_there_are_said(model: Model, tmp_path: Path) -> None:
    assert "'xx'" in kept(tmp_path, lambda: publish(model, tmp_path / "site", opens_in="xx"), UnknownName)
    (tmp_path / "no_study").mkdir()
    assert "no study" in kept(tmp_path, lambda: publish(model, tmp_path / "s", study=tmp_path / "no_study"), BadValue)


# ---- the command


def test_the_command_says_how_large_the_site_is(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, study: Path
) -> None:
    assert main(["publish", str(SMALL), "--out", str(tmp_path / "site"), "--study", str(study)]) == 0
    said = capsys.readouterr()
    files = files_of(tmp_path / "site")
    together = next(line.split() for line in said.out.splitlines() if line.startswith("together"))
    assert together[1:] == [str(len(files)), f"{sum(map(len, files.values())) / 1e6:.2f}"]
    assert f"python -m http.server --directory {tmp_path / 'site'}" in said.out
    assert "no stored study" not in said.err


def test_a_model_that_is_infinite_is_said_in_words(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "far.mdl"
    file.write_text("{UTF-8}\na = 1e308*10 ~~|\ns = INTEG(MIN(s, a), 1) ~~|\nINITIAL TIME = 0 ~~|\nFINAL TIME = 9 ~~|\n"
                    "TIME STEP = 1 ~~|\nSAVEPER = 1 ~~|\n", encoding="utf-8")  # fmt: skip
    assert main(["publish", str(file), "--out", str(tmp_path / "site")]) != 0
    assert "'a' is infinite at 0." in capsys.readouterr().err
    assert not (tmp_path / "site").exists()


def test_the_command_says_when_rank_has_nothing_to_show(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["publish", str(SMALL), "--out", str(tmp_path / "site")]) == 0
    assert "--study DIR" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["no_such_model", "--out", "{there}/site"], "no_such_model"),
        ([str(SMALL), "--out", "{there}/site", "--language", "tlh"], "tlh"),
        ([str(SMALL), "--out", "{there}"], "is not empty"),
        ([str(SMALL)], "--out"),
    ],
)
def test_the_command_complains_in_one_line(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "mine.txt").write_text("")
    assert main(["publish", *(word.format(there=tmp_path) for word in words)]) == 2
    complaint = capsys.readouterr().err
    assert said in complaint
    assert complaint.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
