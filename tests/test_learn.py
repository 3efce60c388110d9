"""Stories as the Learn page is given them, and who may put that page into a frame."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from policy_lab.app.app import create_app
from policy_lab.app.middleware.security_headers import whole_origin
from policy_lab.app.publish import publish
from policy_lab.catalogue import languages
from policy_lab.cli import main
from policy_lab.errors import BadValue
from policy_lab.jobs import Queue
from policy_lab.model import load_model
from policy_lab.model.stories import with_stories
from policy_lab.simulation import simulate
from policy_lab.stories import read_story, story_files

STORY = """+++
format = 1
title = "A story"
model = "../"
languages = ["{language}"]
minutes = 5
level = "all"
teaches = ["one", "two"]
+++

# Words

{words}
"""


@pytest.fixture
def adoption(tmp_path: Path) -> Path:
    """A copy of a small model, without its stories."""
    folder = tmp_path / "adoption"
    shutil.copytree(load_model("adoption").folder, folder)  # type: ignore[arg-type]
    shutil.rmtree(folder / "stories")
    return folder


@pytest.fixture
def ask(tmp_path: Path) -> Callable[..., FlaskClient]:
    def client(model: str | Path, *embed_from: str) -> FlaskClient:
        app = create_app(load_model(model), queue=Queue(tmp_path / "studies"), embed_from=embed_from)
        return app.server.test_client(use_cookies=False)

    return client


def write(folder: Path, name: str, words: str) -> None:
    (folder / "stories").mkdir(exist_ok=True)
    language = name.split(".")[1]
    (folder / "stories" / name).write_text(STORY.format(language=language, words=words), encoding="utf-8")


def test_every_story_is_listed_and_comes_whole_in_every_language(ask: Callable[..., FlaskClient]) -> None:
    client = ask("adoption")
    for code in languages():
        listed = client.get(f"/learn.json?lang={code}").json
        keys = [path.name.split(".")[0] for path in story_files(load_model("adoption"), code)]
        assert [one["key"] for one in listed["stories"]] == keys
        assert listed["words"]["learn.title"]
        for one in listed["stories"]:
            story = client.get(f"/learn/{one['key']}.json?lang={code}").json
            assert (story["language"], story["title"], one["language"]) == (code, one["title"], code)
            assert "faults" not in story and len(story["steps"]) >= 6
    assert client.get("/learn/nothing.json").status_code == 404
    assert 'data-page="learn"' in client.get("/").text


def test_a_model_without_stories_has_no_such_page(ask: Callable[..., FlaskClient], adoption: Path) -> None:
    client = ask(adoption)
    assert 'data-page="learn"' not in client.get("/").text
    assert client.get("/learn.json").json["stories"] == []


def test_a_story_in_one_language_is_given_to_readers_of_another(
    ask: Callable[..., FlaskClient], adoption: Path
) -> None:
    write(adoption, "only.de.md", "Worte.")
    client = ask(adoption)
    [listed] = client.get("/learn.json?lang=en").json["stories"]
    assert (listed["key"], listed["language"]) == ("only", "de")
    assert client.get("/learn/only.json?lang=en").json["language"] == "de"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("In the end it is {0.5 | Share of adopters | 2056}.", "0.5"),
        ("<script>alert(1)</script>", "<s"),
        ("[go](https://example.org)", "https://example.org"),
        ("[go](javascript:alert)", "javascript:"),
    ],
)
def test_a_story_that_does_not_fit_says_so_instead_of_being_shown(
    ask: Callable[..., FlaskClient], adoption: Path, words: str, said: str
) -> None:
    write(adoption, "bad.en.md", words)
    story = ask(adoption).get("/learn/bad.json?lang=en").json
    assert "steps" not in story
    assert any("line 13" in fault and said in fault for fault in story["faults"])


def test_a_story_of_another_model_is_not_shown(ask: Callable[..., FlaskClient], adoption: Path) -> None:
    write(adoption, "other.en.md", "Words.")
    file = adoption / "stories" / "other.en.md"
    file.write_text(file.read_text(encoding="utf-8").replace('"../"', '"arms_race"'), encoding="utf-8")
    [fault] = ask(adoption).get("/learn/other.json?lang=en").json["faults"]
    assert "arms_race" in fault


def test_a_file_that_is_no_story_is_listed_by_its_name(ask: Callable[..., FlaskClient], adoption: Path) -> None:
    (adoption / "stories").mkdir()
    (adoption / "stories" / "empty.en.md").write_text("nothing", encoding="utf-8")
    client = ask(adoption)
    [listed] = client.get("/learn.json?lang=en").json["stories"]
    assert (listed["title"], listed["minutes"]) == ("empty", None)
    assert client.get("/learn/empty.json?lang=en").json["faults"]


def test_the_answer_to_a_question_comes_with_its_curve(ask: Callable[..., FlaskClient]) -> None:
    story = ask("adoption").get("/learn/spreading.json?lang=en").json
    [step] = [one for one in story["steps"] if one["kind"] == "ask" and one["charts"]]
    [chart] = step["charts"]
    model = load_model("adoption")
    runs = simulate(model, step["run"]["values"], scenario="status_quo", outputs=[chart["name"]])
    assert chart["curves"][0]["values"] == pytest.approx(runs.values[0, :, 0].tolist(), rel=1e-5)
    assert [curve["label"] for curve in chart["curves"]] == ["no examples", "new ones"]


def test_a_question_may_name_its_charts_and_a_wrong_one_is_told() -> None:
    path = next(path for path in story_files(load_model("adoption"), "en"))
    text = path.read_text(encoding="utf-8")
    assert 'charts = ["Share of adopters"]' in text
    assert not read_story(path).faults.found


def test_a_published_copy_has_every_story(adoption: Path, tmp_path: Path) -> None:
    write(adoption, "only.de.md", "Worte.")
    publish(load_model(adoption), tmp_path / "site")
    for code in languages():
        [data] = (tmp_path / "site").glob(f"data/*/learn/only.{code}.json")
        assert json.loads(data.read_text(encoding="utf-8"))["language"] == "de"
        assert list((tmp_path / "site").glob(f"data/*/learn.{code}.json"))
    assert (tmp_path / "site" / "learn.html").is_file()


def test_stories_of_a_folder_of_ones_own_are_there_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    text = STORY.format(language="en", words="Words.").replace('"../"', '"adoption"')
    (mine / "own.en.md").write_text(text, encoding="utf-8")
    spreading = next(iter(story_files(load_model("adoption"), "en")))
    (mine / "spreading.en.md").write_text(text.replace("A story", "Mine instead"), encoding="utf-8")
    model = with_stories(load_model("adoption"), mine)
    client = create_app(model, queue=Queue(tmp_path / "studies")).server.test_client(use_cookies=False)
    listed = {one["key"]: one["title"] for one in client.get("/learn.json?lang=en").json["stories"]}
    assert listed == {"own": "A story", "spreading": "Mine instead"} and spreading.name == "spreading.en.md"
    assert "faults" not in client.get("/learn/own.json?lang=en").json
    assert main(["app", "--model", "adoption", "--stories", str(tmp_path / "none"), "--no-browser"]) != 0
    assert "NAME.LANGUAGE.md" in capsys.readouterr().err


def test_only_sites_that_were_named_may_frame_the_learn_page(ask: Callable[..., FlaskClient]) -> None:
    client = ask("adoption", "https://moodle.example.org/", "HTTP://[::1]:8080")
    for path in ("/learn", "/learn?lang=de", "/learn?t=spreading~2"):
        for answer in (client.get(path), client.get(path)):  # from memory as well
            policy = answer.headers["Content-Security-Policy"]
            assert policy.endswith("frame-ancestors 'self' https://moodle.example.org http://[::1]:8080"), policy
            assert "X-Frame-Options" not in answer.headers
    for path in ("/", "/compare", "/learn/", "/learn.json", "/learn/spreading.json", "/LEARN"):
        answer = client.get(path)
        assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
        assert "moodle" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_nobody_frames_it_unless_that_was_asked_for(ask: Callable[..., FlaskClient]) -> None:
    answer = ask("adoption").get("/learn")
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert answer.headers["Content-Security-Policy"].endswith("frame-ancestors 'self'")


@pytest.mark.parametrize(
    "text",
    ["*", "https://*", "https://*.example.org", "null", "example.org", "//example.org", "ftp://example.org", "",
     "https://example.org/course", "https://user@example.org", "https://example.org:99999", "https://a b",
     "https://example.org; script-src *", "https://example.org'", "https://", "javascript:alert(1)"],
)  # fmt: skip
def test_what_is_no_site_is_refused(text: str) -> None:
    with pytest.raises(BadValue, match="not a site"):
        whole_origin(text)


def test_the_app_does_not_start_with_what_is_no_site(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["app", "--model", "adoption", "--port", "0", "--no-browser", "--embed-from", "*"]) != 0
    said = capsys.readouterr()
    assert "Policy Lab:" not in said.out and said.err.count("\n") <= 2
