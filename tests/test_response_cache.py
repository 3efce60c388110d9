"""What is answered from memory: the same as the framework's own answer, in the right language, for everybody alike."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from dash import Dash
from flask.testing import FlaskClient

from policy_lab.app import create_app, several
from policy_lab.app.bundle import Bundle, without_comments
from policy_lab.app.index_page import ORDER, THREADS
from policy_lab.app.middleware import response_cache
from policy_lab.app.middleware.compression import packing
from policy_lab.jobs import Queue
from policy_lab.model import load_model

HERE = Path(__file__).parent
SMALL = HERE / "models" / "small_field"
ASSETS = HERE.parent / "assets"
PACKED = {"Accept-Encoding": "gzip"}
FILE = "/assets/engine.worker.bundle.js"
SAME = ("/", "/rank", "/_dash-layout", FILE, "/variables.json", "/sector/0.svg")


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    return create_app(load_model(SMALL), queue=Queue(tmp_path)).server.test_client(use_cookies=False)


def named(page: str) -> list[str]:
    """The files that the elements of a page name."""
    return re.findall(r"<(?:link|script)[^>]*?(?:src|href)=\"(/[^\"]+)\"", page)


def without_framework(client: FlaskClient) -> None:
    """From here on only what is remembered can be answered."""

    def gone(*_: object) -> list[bytes]:
        raise AssertionError("the framework was asked")

    assert isinstance(client.application.wsgi_app, response_cache.Front)
    client.application.wsgi_app._app = gone


@pytest.mark.parametrize("path", SAME)
@pytest.mark.parametrize("asked", [{}, PACKED])
def test_what_is_remembered_is_what_was_made(client: FlaskClient, path: str, asked: dict[str, str]) -> None:
    made = client.get(path, headers=asked)
    without_framework(client)
    again = client.get(path, headers=asked)
    assert (again.status_code, again.data) == (made.status_code, made.data)
    assert list(again.headers) == list(made.headers)
    assert "Content-Security-Policy" in again.headers
    assert int(again.headers["Content-Length"]) == len(again.data) > 0


@pytest.mark.parametrize("path", SAME)
def test_who_has_it_is_told_that_it_is_the_same(client: FlaskClient, path: str) -> None:
    tag = client.get(path, headers=PACKED).headers["ETag"]
    for known in (tag, f"W/{tag}", f'"another", {tag}'):
        again = client.get(path, headers={**PACKED, "If-None-Match": known})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == tag
        assert "Content-Length" not in again.headers
    assert client.get(path, headers={**PACKED, "If-None-Match": '"another"'}).status_code == 200


def test_a_first_visit_asks_for_a_dozen_files_and_the_next_for_none_of_them(client: FlaskClient) -> None:
    page = client.get("/").text
    files = named(page)
    assert len(files) == 5  # style sheets, two parts of the model, the page's scripts, Dash
    threads = re.findall(r"\"(?:worker|thread)\":\"([^\"]+)\"", page)
    assert len(threads) == len(THREADS)
    for address in (*files, *threads):
        assert client.get(address).headers["Cache-Control"] == "public, max-age=31536000, immutable", address


def test_every_script_and_style_sheet_of_ours_is_in_a_bundle(client: FlaskClient) -> None:
    page = client.get("/").text
    addresses = {*named(page), *re.findall(r"\"(?:worker|thread)\":\"([^\"]+)\"", page)}
    bundles = {a.rpartition("/")[2]: client.get(a).text for a in addresses if a.startswith("/scripts/")}
    sent = "".join(bundles.values()) + "".join(each.text for each in several.bundles().values())
    for file in (*ASSETS.glob("*.js"), *ASSETS.glob("*.css")):
        text = file.read_text(encoding="utf-8").strip()
        assert (without_comments(text) if file.suffix == ".css" else text)[:400] in sent, file.name
    assert bundles["page.js"] == (ASSETS / "page.bundle.js").read_text(encoding="utf-8")  # strict from its first word
    assert bundles["styles.css"].startswith(f"/* {ORDER} */\n")  # the order of the layers, before any of them
    assert 'url("data:image/svg+xml,' in bundles["styles.css"]  # a drawing stands where its name stood
    assert ".svg" not in bundles["styles.css"]


def test_the_type_is_asked_for_beside_the_style_sheet_and_kept(client: FlaskClient) -> None:
    sheet = next(a for a in named(client.get("/").text) if a.endswith("/styles.css"))
    [asked] = re.findall(r'url\("\.\./([0-9a-f]{16}/[\w-]+\.woff2)"\)', client.get(sheet).text)
    reply = client.get(f"/scripts/{asked}")
    assert reply.data == (ASSETS / asked.partition("/")[2]).read_bytes()
    assert len(reply.data) <= 60_000
    assert (reply.mimetype, reply.cache_control.immutable) == ("font/woff2", True)
    assert "Content-Encoding" not in reply.headers
    assert client.get(f"/scripts/{'0' * 16}/{asked.partition('/')[2]}").status_code == 404


def test_a_bundle_follows_its_files(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text('"use strict";\nlet a = 1', encoding="utf-8")
    (tmp_path / "b.js").write_text("const b = 08", encoding="utf-8")  # no strict script
    bundle = Bundle("both", [tmp_path / "a.js", tmp_path / "b.js"])
    before, text = bundle.name, bundle.text
    assert re.fullmatch(r"[0-9a-f]{16}/both\.js", before)
    assert text.startswith(";")
    (tmp_path / "b.js").write_text("const b = 9", encoding="utf-8")
    assert "const b = 9" in bundle.text
    assert bundle.name != before


def test_a_bundle_of_another_version_is_not_there(client: FlaskClient) -> None:
    assert client.get(f"/scripts/{'0' * 16}/page.js").status_code == 404
    assert client.get("/scripts/page.bundle.js").status_code == 404


def test_a_language_has_its_own_answer_and_a_named_one_its_cookie(client: FlaskClient) -> None:
    for _ in range(2):  # made, and remembered
        german = client.get("/", headers={"Accept-Language": "de"})
        assert '<html lang="de">' in german.text
        assert "Set-Cookie" not in german.headers
        named_one = client.get("/?lang=de")
        assert '<html lang="de">' in named_one.text
        assert "policy-lab-language=de" in named_one.headers["Set-Cookie"]
        assert '<html lang="en">' in client.get("/").text
        unknown = client.get("/?lang=xx")
        assert '<html lang="en">' in unknown.text
        assert "Set-Cookie" not in unknown.headers
        assert '<html lang="de">' in client.get("/", headers={"Cookie": "policy-lab-language=de"}).text
    frame = client.get("/_dash-layout", headers={"Referer": "http://localhost/?lang=de"})
    assert frame.data == client.get("/_dash-layout?lang=de").data != client.get("/_dash-layout").data


def test_an_address_that_no_page_has_shows_the_first_one_without_making_it_anew(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = client.get("/no/such/page", headers=PACKED)
    assert '<html lang="en">' in gzip.decompress(first.data).decode()
    monkeypatch.delattr(Dash, "index")
    for path in ("/", "/no/such/page", "/favicon.ico", "/admin.php?x=1"):
        answer = client.get(path, headers=PACKED)
        assert (answer.status_code, answer.data) == (200, first.data)


def test_what_belongs_to_one_person_is_never_remembered(client: FlaskClient) -> None:
    paths = ("/studies", "/studies/form", "/studies/levers/view", "/health")
    for path in paths:
        client.get(path)
    without_framework(client)
    for path in paths:
        with pytest.raises(AssertionError, match="the framework was asked"):
            client.get(path)


def test_many_questions_do_not_fill_the_memory(client: FlaskClient) -> None:
    front = client.application.wsgi_app
    client.get("/variables.json")
    [one] = front._asked.values()
    front._room_asked = 5 * (len(one.body) + 3000)
    remembered = front._asked
    for number in range(12):
        client.get(f"/variables.json?n={number}")
        client.get("/variables.json?again")  # which is asked for again and again
    assert 3 <= len(remembered) <= 6
    assert sum(len(kept.body) for kept in remembered.values()) <= 6 * (len(one.body) + 3000)
    without_framework(client)
    assert client.get("/variables.json?again").status_code == 200
    assert client.get("/variables.json?n=11").status_code == 200
    with pytest.raises(AssertionError, match="the framework was asked"):
        client.get("/variables.json?n=0")


def test_names_of_files_that_nobody_has_fill_no_memory(client: FlaskClient) -> None:
    client.get(f"{FILE}?m=1")
    files = client.application.wsgi_app._kept
    before = len(files)
    for number in range(20):
        client.get(f"{FILE}?m={number}")
        client.get(f"/assets/no-such-file-{number}.js")
        client.get(f"/nowhere-{number}")
    assert len(files) - before <= 1  # the page itself


@pytest.mark.parametrize(
    ("encodings", "packed"),
    [
        ("gzip", "gzip"),
        ("gzip, deflate, br", "br"),
        ("br", "br"),
        ("", ""),
        ("gzip;q=0", ""),
        ("gzip, br;q=0", "gzip"),
        ("*", "br"),
    ],
)
def test_only_who_can_unpack_gets_it_packed(encodings: str, packed: str) -> None:
    assert packing(encodings) == packed


def test_long_headers_fill_no_memory(client: FlaskClient) -> None:
    """What decides a language is remembered for short headers alone."""
    for number in range(50):
        client.get("/", headers={"Cookie": f"a{number}=" + "x" * 20_000, "Referer": "http://localhost/" + "y" * 20_000})
    before = response_cache._remembered.cache_info().currsize
    for number in range(50):
        client.get("/", headers={"Cookie": f"b{number}=" + "x" * 20_000})
    assert response_cache._remembered.cache_info().currsize == before
    for number in range(10):
        client.get("/", headers={"Cookie": f"c{number}=x"})
    assert response_cache._remembered.cache_info().currsize >= min(before + 10, 2048)
