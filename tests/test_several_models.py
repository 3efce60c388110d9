"""Several models at one address: the front page, each model below its own path, and nothing of one at another's."""

from __future__ import annotations

import html
import json
import re
import shutil
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from policy_lab.app import study_form as forms
from policy_lab.app.errands import Errands
from policy_lab.app.publish import publish
from policy_lab.app.rank_routes import COOKIE
from policy_lab.app.server import Serving, application
from policy_lab.app.several import path_of, placed
from policy_lab.catalogue import catalogue, languages
from policy_lab.cli import main
from policy_lab.errors import BadValue
from policy_lab.jobs import Queue
from policy_lab.jobs.queue import DOWNLOADS, id_of
from policy_lab.model import Model, load_model
from policy_lab.studies import run_study
from tests.running_server import served
from tests.test_serving import fetched

MODELS = Path(__file__).parent / "models"
NAMES = ("small_field", "harbour")
PREFIX = "/lab/"


@pytest.fixture(scope="module")
def models() -> list[Model]:
    return [load_model(MODELS / name) for name in NAMES]


@pytest.fixture(scope="module")
def studies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("several") / "studies"


@pytest.fixture(scope="module")
def server(models: list[Model], studies: Path) -> Flask:
    """Both, with rooms; studies wait for ever, as no process takes them."""
    queue = Queue(studies)
    queue._hire = lambda table: None  # type: ignore[method-assign]
    how = Serving(prefix=PREFIX, names=("lab.example",), studies=studies, rooms=True)
    served_here: Flask = application(models, how, queue)
    return served_here


@pytest.fixture
def client(server: Flask) -> FlaskClient:
    return server.test_client()


def asked(model: Model) -> dict[str, object]:
    """What the form of a study sends when nobody changes anything."""
    offered = forms.form(model)
    levers = [f for g in offered["groups"] if g["kind"] == "lever" for f in g["factors"]]
    return {
        "question": "levers",
        "scenario": "status_quo",
        "size": "quick",
        "outcomes": [o["name"] for o in offered["outcomes"] if o["chosen"]],
        "factors": {f["name"]: [f["low"], f["high"]] for f in levers},
        "times": [offered["times"][-1]],
    }


# ---- the front page


def test_it_lists_each_model_in_the_words_of_its_readme_and_leads_to_it(
    client: FlaskClient, models: list[Model]
) -> None:
    for code in languages():
        page = client.get(f"{PREFIX}?lang={code}").text
        assert f'<html lang="{code}">' in page
        cards = re.findall(r"<li .*?</li>", page, re.DOTALL)
        assert len(cards) == len(models)
        for card, model in zip(cards, models, strict=True):
            text = html.unescape(re.sub(r"<[^>]+>", " ", card))
            title, _ = model.readme.question
            assert f'href="{PREFIX}{model.name}/"' in card
            assert code != "en" or title in text
            for kind, count in (("levers", len(model.levers)), ("outcomes", len(model.outcomes))):
                form = "one" if count == 1 else "many"
                assert catalogue(code)[f"front.{kind}.{form}"].replace("{count}", str(count)) in text
            assert "historical" not in text  # neither has cases, and "0" is not said
            clock = model.program.clock
            assert f"{clock.initial:g}" in text and f"{clock.final:g}" in text


def test_what_a_readme_says_is_text_and_no_markup(tmp_path: Path) -> None:
    folder = tmp_path / "sly"
    shutil.copytree(MODELS / "harbour", folder)
    (folder / "harbour.mdl").rename(folder / "sly.mdl")
    (folder / "README.md").write_text("# <script>alert(1)</script>\n\n**Question.** Is <img src=x onerror=y> *it*?\n")
    server = application([load_model(folder), load_model(MODELS / "harbour")], Serving(), Queue(tmp_path / "q"))
    page = server.test_client().get("/").text
    assert "<script>alert" not in page and "<img" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize(
    "path", ["", "nothing", "small_fieldish/", "health", "scripts/none", "small_field", "small_field/x"]
)
def test_every_answer_carries_the_headers_that_guard_it(client: FlaskClient, path: str) -> None:
    headers = client.get(PREFIX + path).headers
    assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]
    assert "script-src 'self' 'wasm-unsafe-eval'" in headers["Content-Security-Policy"]
    assert (headers["X-Content-Type-Options"], headers["X-Frame-Options"]) == ("nosniff", "SAMEORIGIN")
    assert headers["Referrer-Policy"] == "same-origin"


def test_no_script_or_style_stands_in_it_and_what_it_names_is_there(client: FlaskClient) -> None:
    page = client.get(PREFIX).text
    assert re.findall(r"<script(?![^>]*src=)(?![^>]*application/json)[^>]*>", page) == []
    assert not re.search(r"<[a-z][^>]*\s(?:on[a-z]+|style)\s*=", page)
    named = re.findall(r'(?:href|src)="(/[^"]+)"', page)
    assert len(named) == 2 + len(NAMES)
    for address in named:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert "immutable" in answer.headers["Cache-Control"] or address.endswith("/")
    [styles] = [one for one in named if one.endswith(".css")]
    for letters in re.findall(r'url\("(\.\./[^"]+)"\)', client.get(styles).text):
        assert client.get(f"{PREFIX}scripts/{letters.removeprefix('../')}").mimetype == "font/woff2"


def test_it_is_kept_in_memory_and_known_again_by_its_tag(client: FlaskClient) -> None:
    first = client.get(PREFIX, headers={"Accept-Encoding": "gzip"})
    again = client.get(PREFIX, headers={"Accept-Encoding": "gzip", "If-None-Match": first.headers["ETag"]})
    assert first.headers["Content-Encoding"] == "gzip"
    assert (again.status_code, again.data) == (304, b"")


def test_a_chosen_language_holds_in_front_and_at_each_model(client: FlaskClient) -> None:
    client.get(f"{PREFIX}?lang=de")
    for path in ("", "small_field/", "harbour/"):
        assert '<html lang="de"' in client.get(PREFIX + path).text.replace("<html data-elsewhere", "<html")


def test_a_path_without_its_slash_leads_to_the_model_with_what_was_asked(client: FlaskClient) -> None:
    answer = client.get(f"{PREFIX}harbour?w=status_quo")
    assert (answer.status_code, answer.headers["Location"]) == (308, f"http://localhost{PREFIX}harbour/?w=status_quo")
    assert client.get(f"{PREFIX}harbour/../small_field/").status_code in (200, 404)


def test_a_link_leads_to_the_model_that_it_says_it_was_made_with(client: FlaskClient, models: list[Model]) -> None:
    query = f"m={models[0].hash[:8]}.w0k3xql.2c9aa&w=status_quo"
    for path in ("", "compare", "harbour/", "harbour/compare"):
        answer = client.get(f"{PREFIX}{path}?{query}")
        page = "compare" if path.endswith("compare") else ""
        assert (answer.status_code, answer.headers["Location"]) == (302, f"{PREFIX}small_field/{page}?{query}")
        assert answer.headers["Content-Security-Policy"] and answer.headers["X-Content-Type-Options"] == "nosniff"
    assert client.get(f"{PREFIX}small_field/compare?{query}").status_code == 200
    assert client.get(f"{PREFIX}harbour/?m=00000000.x&w=y").status_code == 200  # of no model here: told on the page
    sly = client.get(f"{PREFIX}%2F%2Fevil.example%0d%0aX: y?{query}")
    assert sly.headers["Location"].startswith(f"{PREFIX}small_field/") and "X" not in sly.headers


def test_what_no_model_has_leads_to_the_front(client: FlaskClient) -> None:
    front = client.get(PREFIX).data
    for path in ("gone/", "gone/compare", "HARBOUR/", "small_fieldish/"):
        assert client.get(PREFIX + path).data == front, path


# ---- each model


def test_each_model_answers_below_its_path_with_its_own_numbers(client: FlaskClient, models: list[Model]) -> None:
    for model in models:
        page = client.get(f"{PREFIX}{model.name}/").text
        facts = json.loads(re.search(r'id="facts-data">(.*?)</script>', page).group(1))  # type: ignore[union-attr]
        assert (facts["model"], facts["hash"]) == (model.name, model.hash)
        assert all(one.startswith(f"{PREFIX}{model.name}/") for one in facts["files"].values())
        assert client.get(facts["files"]["layout"]).status_code == 200
        lever = next(iter(model.levers))
        body = {"settings": [{lever: model.levers[lever].high}], "outputs": [next(iter(model.outcomes))], "until": None}
        assert "runs" in client.post(f"{PREFIX}{model.name}/answer", json=body).json
        others = {name for other in models if other is not model for name in other.levers} - set(model.levers)
        for name in others:
            refused = client.post(f"{PREFIX}{model.name}/answer", json={**body, "settings": [{name: 1.0}]}).json
            assert name in refused["failed"]


def test_the_way_back_is_there_only_beside_other_models(
    client: FlaskClient, models: list[Model], tmp_path: Path
) -> None:
    back = f'<a class="brand brand--back" href="{PREFIX}">'
    assert back in client.get(f"{PREFIX}harbour/").text
    alone = application(models[0], Serving(prefix=PREFIX), Queue(tmp_path))
    page = alone.test_client().get(PREFIX).text
    assert "brand--back" not in page and '<span class="brand">' in page


def test_engines_of_one_are_not_found_at_the_other(client: FlaskClient, models: list[Model]) -> None:
    page = client.get(f"{PREFIX}harbour/").text
    code = re.search(r'"code":"(/[^"]+)"', page)
    assert code
    assert client.get(code[1]).status_code == 200
    assert client.get(code[1].replace("harbour", "small_field")).status_code == 404


# ---- what one asked for is not the other's


def test_a_study_of_one_is_neither_listed_nor_told_nor_ended_at_the_other(
    client: FlaskClient, models: list[Model]
) -> None:
    started = client.post(f"{PREFIX}small_field/studies", json=asked(models[0]))
    assert started.status_code == 202, started.text
    name = started.json["id"]
    assert f"Path={PREFIX}small_field/" in started.headers["Set-Cookie"]
    cookie = client.get_cookie(COOKIE, path=f"{PREFIX}small_field/")
    assert cookie and client.get_cookie(COOKIE, path=f"{PREFIX}harbour/") is None
    client.set_cookie(COOKIE, cookie.value, path=f"{PREFIX}harbour/")  # a browser that tells it all the same
    there, here = f"{PREFIX}harbour/studies", f"{PREFIX}small_field/studies"
    assert name in [one["id"] for one in client.get(here).json["studies"]]
    assert name not in [one["id"] for one in client.get(there).json["studies"]]
    for ask in (
        client.get(f"{there}/{name}"),
        *(client.post(f"{there}/{name}/{do}", json={}) for do in ("cancel", "again")),
    ):
        assert ask.status_code == 404
    assert client.get(f"{here}/{name}").json["state"] == "waiting"
    assert client.post(f"{here}/{name}/cancel", json={}).json["state"] == "cancelled"


def test_a_room_of_one_is_none_at_the_other_and_each_has_its_day(
    client: FlaskClient, server: Flask, studies: Path
) -> None:
    room = client.post(f"{PREFIX}harbour/rooms", json={"about": "spreading:1"}).json["room"]
    assert client.get(f"{PREFIX}harbour/rooms/{room}").status_code == 200
    assert client.get(f"{PREFIX}small_field/rooms/{room}").status_code == 404
    assert {path.name for path in studies.glob("rooms-*.sqlite")} >= {"rooms-harbour.sqlite"}
    assert len(Errands(server)._each) == len(NAMES)


def test_other_sites_and_other_names_are_refused_everywhere(client: FlaskClient, models: list[Model]) -> None:
    for path in ("", "harbour/", "small_field/studies"):
        assert client.get(PREFIX + path, headers={"Host": "evil.example"}).status_code == 421
        assert client.get(PREFIX + path, headers={"Host": "lab.example"}).status_code == 200
    for path in ("", "harbour/answer", "small_field/studies"):
        told = client.post(PREFIX + path, json={}, headers={"Sec-Fetch-Site": "cross-site"})
        assert told.status_code == 403, path


def test_downloads_of_all_models_together_are_bounded(models: list[Model], tmp_path: Path) -> None:
    """Each holds a thread of the process, whatever model it is of."""
    queue = Queue(tmp_path / "studies")
    server = application(models, Serving(studies=queue.folder), queue)
    plan = forms.asked(models[1], asked(models[1])).plan
    run_study(plan.study, queue.place(id_of(plan)), pictures=False)
    for _ in range(DOWNLOADS):
        assert queue.downloads.acquire(blocking=False)
    assert server.test_client().get(f"/harbour/studies/{id_of(plan)}/folder.zip").status_code == 503


# ---- names


def test_names_in_addresses() -> None:
    assert [path_of(name) for name in ("core", "Räuber und Beute", "a/b", "..", "種", "x.v2")] == [
        "core",
        "Rauber-und-Beute",
        "a-b",
        "model",
        "model",
        "x.v2",
    ]


def test_two_at_one_address_and_one_twice_are_told_in_words(models: list[Model], tmp_path: Path) -> None:
    for name in ("Harbour", "health"):
        shutil.copytree(MODELS / "harbour", tmp_path / name)
    with pytest.raises(BadValue, match="given twice"):
        placed([models[1], models[1]])
    with pytest.raises(BadValue, match="same address /Harbour/"):
        placed([models[1], load_model(tmp_path / "Harbour")])
    with pytest.raises(BadValue, match="'health'"):
        placed([models[1], load_model(tmp_path / "health")])


# ---- the command line


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A folder of models: two that can be read, one that cannot, and what is none."""
    folder = tmp_path / "shelf"
    shutil.copytree(MODELS / "harbour", folder / "harbour")
    shutil.copy(MODELS / "small_field" / "small_field.mdl", folder / "field.mdl")
    (folder / "broken.mdl").write_text("{UTF-8}\nx = y + ~ ~ |\n", encoding="utf-8")
    (folder / "notes").mkdir()
    (folder / "notes" / "readme.txt").write_text("not a model")
    return folder


def test_a_folder_of_models_is_served_without_what_cannot_be_read(shelf: Path, tmp_path: Path) -> None:
    with served(studies=tmp_path / "studies", models=[shelf]) as (address, server):
        page = fetched(address)[1]
        assert re.findall(r'<h2[^>]*><a href="(/[^"]*)"', page) == ["/harbour/", "/field/"]
        assert fetched(address + "field/")[0] == 200
        assert fetched(address + "health") == (200, "OK")
        server.terminate()
        assert server.stderr is not None
        told = server.stderr.read()
    assert "broken.mdl was skipped" in told and "Traceback" not in told


def test_workers_serve_several(tmp_path: Path) -> None:
    both = [MODELS / name for name in NAMES]
    with served("--prefix", "/lab", "--workers", "2", studies=tmp_path, models=both) as (address, _):
        assert address.endswith("/lab/")
        for path in ("", "harbour/", "small_field/", "health", "harbour/health"):
            assert fetched(address + path)[0] == 200, path


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["app", "--model", "harbour", "--model", "nothing"], "There is no model 'nothing'"),
        (["app", "--model", "core", "--model", "core"], "'core' is given twice"),
        (["app", "--model", "SHELF/notes"], "contains no model file"),
        (["app", "--model", "core", "--model", "adoption", "--stories", "."], "--stories works with a single model"),
        (["publish", "core", "adoption", "--data", __file__, "--out", "OUT"], "--data works with a single model"),
        (["publish", "core", "adoption", "--study", "x", "--out", "OUT"], "--study works with a single model"),
        (["publish", "core", "core", "--out", "OUT"], "'core' is given twice"),
    ],
)
def test_what_cannot_be_is_told_in_one_sentence(
    words: list[str], said: str, shelf: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = {"harbour": str(shelf / "harbour"), "OUT": str(tmp_path / "out")}
    given = [names.get(word, word.replace("SHELF", str(shelf))) for word in words]
    assert main([*given, *(["--port", "0", "--no-browser"] if words[0] == "app" else [])]) == 2
    told = capsys.readouterr().err
    assert said in told and len([line for line in told.splitlines() if "note:" not in line]) == 1
    assert not (tmp_path / "out").exists()


def test_a_folder_in_which_nothing_can_be_read_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.mdl").write_text("{UTF-8}\nx = y + ~ ~ |\n", encoding="utf-8")
    assert main(["app", "--model", str(tmp_path), "--port", "0", "--no-browser"]) == 2
    assert "None of the 2 models" in capsys.readouterr().err


def test_the_environment_names_models(monkeypatch: pytest.MonkeyPatch) -> None:
    from policy_lab.cli import app

    monkeypatch.delenv("POLICY_LAB_MODELS", raising=False)
    assert app._usual_models() == [app.OUR_MODEL]
    monkeypatch.setenv("POLICY_LAB_MODELS", f"core{app.os.pathsep}adoption")
    assert app._usual_models() == ["core", "adoption"]


# ---- as files


def test_published_models_stand_below_one_page_and_every_address_is_a_file(models: list[Model], tmp_path: Path) -> None:
    site = publish(models, tmp_path / "site")
    assert not site.has_study
    about = json.loads((site.folder / "site.json").read_text("utf-8"))
    assert {path: of["model"] for path, of in about["models"].items()} == {name: name for name in NAMES}
    for code, name in (("en", "index.html"), ("de", "index.de.html")):
        page = (site.folder / name).read_text("utf-8")
        assert f'<html lang="{code}">' in page and "Content-Security-Policy" in page
        named = re.findall(r'(?:href|src)="(\./[^"]+)"', page)
        assert {f"./{model}/{name}" for model in NAMES} <= set(named)
        assert [one for one in named if not (site.folder / one).is_file()] == []
        for model in NAMES:
            below = (site.folder / model / name).read_text("utf-8")
            assert f'<a class="brand brand--back" href="../{name}">' in below
    with pytest.raises(Exception, match="--replace"):
        publish(models, tmp_path / "site")
