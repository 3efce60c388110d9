"""The server around the pages: headers, packed files, prefix, log, several workers, and what the command line says."""

from __future__ import annotations

import gzip
import json
import logging
import re
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import brotli
import pytest
from flask import request
from flask.testing import FlaskClient

from policy_lab.app import create_app
from policy_lab.app.bundle import without_comments
from policy_lab.app.middleware import LARGEST_REQUEST, compression
from policy_lab.app.server import Serving, application, keep_log, serve, whole_prefix
from policy_lab.cli import main
from policy_lab.errors import BadValue
from policy_lab.jobs import Queue
from policy_lab.jobs.processes import may_live
from policy_lab.model import Model, load_model
from tests.running_server import SMALL, served

PACKED = {"Accept-Encoding": "gzip"}


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model(SMALL)


@pytest.fixture
def client(model: Model, tmp_path: Path) -> FlaskClient:
    return create_app(model, queue=Queue(tmp_path)).server.test_client()


def fetched(address: str, body: object = None, patience: float = 30.0) -> tuple[int, str]:
    """Status and text of an answer, waiting for the server to listen."""
    data = None if body is None else json.dumps(body).encode()
    end = time.monotonic() + patience
    while True:
        try:
            asked = urllib.request.Request(address, data, {"Content-Type": "application/json"})
            with urllib.request.urlopen(asked, timeout=patience) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def said_to(address: str, sent: bytes) -> str:
    """What a server answers to bytes that may be no request."""
    host, _, port = address.removeprefix("http://").partition("/")[0].partition(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(sent)
        return b"".join(iter(lambda: connection.recv(65536), b"")).decode()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/rank", 200),
        ("GET", "/studies", 200),
        ("GET", "/assets/engine.worker.bundle.js", 200),
        ("GET", "/health", 200),
        ("GET", "/no/such.svg", 200),
        ("GET", "/entries/99.json", 404),
        ("GET", "/assets/no_such.js", 404),
        ("GET", "/engine/0/model.wasm", 404),
        ("GET", "/_dash-component-suites/os/path.py", 404),
        ("GET", "/_dash-component-suites/dash/../../x", 404),
        ("POST", "/_dash-update-component", 404),
        ("DELETE", "/studies", 405),
        ("POST", "/health", 405),
        ("POST", "/studies", 415),
        ("GET", "/broken", 500),
    ],
)
def test_every_answer_carries_the_headers_that_guard_it(
    client: FlaskClient, method: str, path: str, status: int
) -> None:
    client.application.add_url_rule("/broken", "broken", lambda: 1 / 0)
    answer = client.open(path, method=method)
    assert answer.status_code == status
    headers = answer.headers
    policy = dict(rule.split(" ", 1) for rule in headers["Content-Security-Policy"].split("; "))
    assert "'unsafe-inline'" not in policy["script-src"]
    assert "'unsafe-eval'" not in policy["script-src"]
    assert "'wasm-unsafe-eval'" in policy["script-src"]
    assert not re.search(r"https?:|\*", headers["Content-Security-Policy"])
    assert (policy["object-src"], policy["base-uri"], policy["frame-ancestors"]) == ("'none'", "'none'", "'self'")
    assert policy["style-src-attr"] == "'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


def test_other_sites_may_frame_the_page_that_is_made_for_it_and_no_other(client: FlaskClient) -> None:
    for path in ("/", "/compare", "/embed/", "/embed/x", "/EMBED", "/scripts/embed", "/nothing/embed"):
        for answer in (client.get(path), client.get(f"{path}?embed=1"), client.get(path)):  # from memory as well
            assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"], path
            assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
            assert "data-embed" not in answer.text[:200]
    for answer in (client.get("/embed"), client.get("/embed?w=x"), client.get("/embed?lang=de")):
        policy = answer.headers["Content-Security-Policy"]
        assert (
            policy.replace("frame-ancestors *", "frame-ancestors 'self'")
            == client.get("/").headers["Content-Security-Policy"]
        )
        assert "X-Frame-Options" not in answer.headers
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "<html data-embed " in answer.text[:200]
    assert 'lang="de"' in client.get("/embed?lang=de").text[:200]


def test_at_the_address_of_another_page_explore_is_not_seen_until_that_comes(client: FlaskClient) -> None:
    for path, elsewhere in {
        "/": False,
        "/?w=x": False,
        "/embed": False,
        "/compare": True,
        "/model?lang=de": True,
    }.items():
        for _ in range(2):  # from memory as well
            assert ("<html data-elsewhere " in client.get(path).text[:200]) is elsewhere, path


def test_no_script_stands_in_the_page(client: FlaskClient) -> None:
    page = client.get("/").text
    assert re.findall(r"<script(?![^>]*src=)(?![^>]*application/json)[^>]*>", page) == []
    assert not re.search(r"<[a-z][^>]*\son[a-z]+\s*=", page)
    assert not re.search(r"<[a-z][^>]*\sstyle\s*=", page)


@pytest.mark.parametrize(("how", "unpack"), [("gzip", gzip.decompress), ("br", brotli.decompress)])
def test_files_come_packed_and_are_the_same_when_unpacked(
    client: FlaskClient, how: str, unpack: Callable[[bytes], bytes]
) -> None:
    asked = {"Accept-Encoding": how}
    for path in ("/assets/page.bundle.js", "/_dash-layout", "/", "/studies/form"):
        plain, packed = client.get(path), client.get(path, headers=asked)
        assert packed.headers["Content-Encoding"] == how, path
        assert packed.headers.get("ETag", "").endswith(f'-{how}"') is (path != "/studies/form")
        assert "Accept-Encoding" in packed.headers["Vary"]
        if path != "/studies/form":  # which measures something
            assert unpack(packed.data) == plain.data
        assert len(packed.data) < 0.5 * len(plain.data)
        assert client.get(path, headers=asked).data[10:] == packed.data[10:]


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("a {\n  color: red; /* why */\n}\n\n/* more\n   lines */\nb {}", "a {\ncolor: red;\n}\nb {}"),
        ('q::after { content: "/* kept */"; }', 'q::after { content: "/* kept */"; }'),
        ("q::after { content: '/*'; } /* gone */", "q::after { content: '/*'; }"),
        ("/* a sheet's \"quote */\na {}", "a {}"),
    ],
)
def test_a_sheet_is_sent_without_what_only_we_read(written: str, sent: str) -> None:
    assert without_comments(written) == sent


def test_without_brotli_everything_comes_by_gzip(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compression, "PACKINGS", {"gzip": gzip.compress})
    compression._packing.cache_clear()
    packed = client.get("/assets/engine.worker.bundle.js?m=7", headers={"Accept-Encoding": "gzip, deflate, br"})
    compression._packing.cache_clear()
    assert packed.headers["Content-Encoding"] == "gzip"


def test_a_file_that_is_known_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get("/assets/page.bundle.js", headers=PACKED)
    again = client.get("/assets/page.bundle.js", headers={**PACKED, "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    for path in ("/assets/engine.worker.bundle.js", "/assets/page.bundle.js"):  # whichever is asked for first
        for address, told in ((path, "no-cache"), (f"{path}?m=1", "public, max-age=31536000, immutable")):
            assert client.get(address).headers["Cache-Control"] == told


def test_each_language_has_its_own_frame(client: FlaskClient) -> None:
    english, again = client.get("/_dash-layout?lang=en"), client.get("/_dash-layout?lang=en", headers=PACKED)
    other = client.get("/_dash-layout?lang=de")
    assert gzip.decompress(again.data) == english.data
    assert client.get("/_dash-layout?lang=en").data == english.data
    assert client.get("/_dash-layout?lang=de").data == other.data


def test_a_request_that_is_too_large_is_refused(client: FlaskClient) -> None:
    refused = client.post("/studies", data=b" " * (LARGEST_REQUEST + 1), content_type="application/json")
    assert refused.status_code == 413
    assert "Content-Security-Policy" in refused.headers


def test_what_nobody_foresaw_is_one_line_in_the_log_and_a_sentence_for_who_asked(
    client: FlaskClient, written: list[logging.LogRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails() -> None:
        raise RuntimeError("a\nforged line")

    monkeypatch.delenv("POLICY_LAB_DEBUG", raising=False)
    client.application.add_url_rule("/broken", "broken", fails)
    answer = client.get("/broken?w=secret_plan", headers={"Accept-Language": "de"})
    # Sent by another program: no page has such a callback, and Dash's own for pages is none of ours.
    pages = ".._pages_content.children..._pages_store.data.."
    for body in ({}, [], *({"output": output, "outputs": [], "inputs": []} for output in ("..a..", pages, 1))):
        assert client.post("/_dash-update-component", json=body).status_code == 404
    assert (answer.status_code, answer.mimetype) == (500, "text/plain")
    assert "Protokoll des Servers" in answer.text
    [record] = [line for line in written if line.levelno >= logging.ERROR]
    assert re.fullmatch(
        r"GET /broken failed: RuntimeError: a\\nforged line \(test_serving\.py, line \d+\)", record.getMessage()
    )
    assert record.exc_info is None
    monkeypatch.setenv("POLICY_LAB_DEBUG", "1")
    client.get("/broken")
    assert [line for line in written if line.levelno >= logging.ERROR][-1].exc_info is not None


def test_our_own_pages_have_no_callback_that_a_server_runs(client: FlaskClient) -> None:
    """But for Dash's own router, which needs elements that no page has, and which is refused."""
    told = client.get("/_dash-dependencies").get_json()
    [router] = [each for each in told if not each["clientside_function"]]
    assert {part["id"] for part in router["inputs"]} == {"_pages_location"}
    body = {"output": router["output"], "outputs": [], "inputs": []}
    assert client.post("/_dash-update-component", json=body).status_code == 404


def test_a_callback_of_ones_own_page_is_answered_and_leaves_no_line_in_the_log(
    tmp_path: Path, written: list[logging.LogRecord]
) -> None:
    (tmp_path / "own.py").write_text(
        "import dash\nfrom dash import Input, Output, callback, html\n"
        "dash.register_page(__name__, path='/own')\nlayout = html.P(id='said')\n"
        "@callback(Output('said', 'children'), Input('levers', 'outcomes'))\n"
        "def said(outcomes):\n    return f\"{outcomes['knowledge']:.0f}\"\n"
    )
    client = create_app(load_model(SMALL), queue=Queue(tmp_path / "studies"), pages=tmp_path).server.test_client()
    client.get("/_dash-dependencies")
    value = {"id": "levers", "property": "outcomes", "value": {"knowledge": 7746.2}}
    output = {"id": "said", "property": "children"}
    body = {"output": "said.children", "outputs": output, "inputs": [value], "changedPropIds": ["levers.outcomes"]}
    written.clear()
    answer = client.post("/_dash-update-component", json=body)
    assert answer.get_json()["response"] == {"said": {"children": "7746"}}
    assert written == []


def test_the_log_has_a_line_for_a_request_and_nothing_about_who_asked(
    client: FlaskClient, written: list[logging.LogRecord]
) -> None:
    client.get("/rank?w=secret_plan", headers={"User-Agent": "somebody"})
    client.get("/assets/engine.worker.bundle.js")
    client.get("/studies/levers%0aforged/view")
    lines = [record.getMessage() for record in written]
    assert lines[0].startswith("GET /rank 200 ")
    assert len(lines) == 2
    assert "\n" not in lines[1]
    assert not re.search(r"secret_plan|somebody|127\.0\.0\.1", " ".join(lines))


@pytest.mark.parametrize(("text", "prefix"), [(None, "/"), ("", "/"), ("/", "/"), ("lab", "/lab/"), ("/a/b/", "/a/b/")])
def test_a_prefix_has_a_slash_at_both_ends(text: str | None, prefix: str) -> None:
    assert whole_prefix(text) == prefix


@pytest.mark.parametrize("text", ["/a b", "/<x>", "/../x", "/a?b", "https://elsewhere/"])
def test_what_is_no_prefix_is_refused(text: str) -> None:
    with pytest.raises(BadValue, match="give a path such as"):
        whole_prefix(text)


def test_below_a_prefix_everything_stands_there(model: Model, tmp_path: Path) -> None:
    server = application(model, Serving(prefix="/lab/"), Queue(tmp_path))
    client = server.test_client()
    page = client.get("/lab/").text
    named = re.findall(r"(?:src|href)=\"(/[^\"#?]*)", page)
    assert named
    assert [address for address in named if not address.startswith("/lab/")] == []
    assert all(client.get(address).status_code == 200 for address in set(named))
    assert client.get("/lab/health").status_code == 200
    assert client.get("/").status_code == 404


def test_behind_a_proxy_links_carry_its_address(model: Model, tmp_path: Path) -> None:
    told = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "lab.example.org", "X-Forwarded-For": "203.0.113.9"}
    outside, own = "https://lab.example.org/ 203.0.113.9", "http://localhost/ {}"
    for place, (behind, proxies, near, seen) in enumerate(
        [
            (True, "", "127.0.0.1", outside),
            (True, "", "10.88.0.1", outside),
            (True, "", "::ffff:10.88.0.1", outside),
            (True, "", "198.51.100.7", own),  # who sends the headers without being the proxy is not believed
            (True, "198.51.100.0/24, 2001:db8::1", "198.51.100.7", outside),
            (True, "198.51.100.0/24, 2001:db8::1", "2001:db8::1", outside),
            (True, "198.51.100.7", "127.0.0.1", own),
            (False, "", "127.0.0.1", own),
        ]
    ):
        serving = Serving(behind_proxy=behind, proxies=proxies)
        server = application(model, serving, Queue(tmp_path / str(place)))
        server.add_url_rule("/seen", "seen", lambda: f"{request.host_url} {request.remote_addr}")
        answer = server.test_client().get("/seen", headers=told, environ_base={"REMOTE_ADDR": near})
        assert answer.text == seen.format(near), (proxies, near)


def test_what_is_no_address_of_a_proxy_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["app", "--model", str(SMALL), "--behind-proxy", "my-proxy"]) == 2
    assert "The proxy cannot be 'my-proxy'" in capsys.readouterr().err


def test_gunicorn_that_is_not_there_is_said(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gunicorn.app.base", None)
    with pytest.raises(BadValue, match=r"pip install 'policy-lab\[serve\]'"):
        serve(model, port=0, open_browser=False, workers=2)


@pytest.mark.parametrize("number", ["-1", "many", "1000"])
def test_a_number_of_workers_is_a_number(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["app", "--workers", number]) == 2
    assert "The number of workers cannot be" in capsys.readouterr().err


def test_quiet_unless_a_log_is_asked_for() -> None:
    keep_log(False)
    assert not logging.getLogger("policy_lab.access").isEnabledFor(logging.INFO)
    keep_log(True)
    assert logging.getLogger("policy_lab.studies").isEnabledFor(logging.INFO)


def own_study() -> dict[str, object]:
    return {
        "question": "levers",
        "scenario": "status_quo",
        "size": "quick",
        "outcomes": ["knowledge"],
        "factors": {"shared funding": [0, 50], "openness requirement": [0, 1]},
    }


def test_two_workers_share_one_table_of_studies(tmp_path: Path) -> None:
    with served("--workers", "2", "--prefix", "/lab", "--log", studies=tmp_path) as (address, server):
        assert address.endswith("/lab/")
        assert fetched(f"{address}health")[0] == 200
        status, text = fetched(f"{address}studies", own_study())
        assert status == 202, text
        name = json.loads(text)["id"]
        end = time.monotonic() + 90
        while (told := json.loads(fetched(f"{address}studies/{name}")[1]))["open"]:
            assert time.monotonic() < end
            time.sleep(0.2)
        assert told["state"] == "finished", told
        # More at once than one worker has threads, so that both answer some; each answers from the one table.
        with ThreadPoolExecutor(24) as people:
            asked = people.map(fetched, [f"{address}studies/{name}/view"] * 120)
            views = {status for status, _ in asked}
        assert views == {200}
        for sent, line in (
            (b"WHATEVER\r\n\r\n", "400 Bad Request"),
            (b"GET /lab/?w=" + b"secret_plan" * 900 + b" HTTP/1.1\r\nHost: x\r\n\r\n", "414 URI Too Long"),
            (b"GET /lab/ HTTP/1.1\r\n" + b"X: y\r\n" * 99 + b"\r\n", "431 Request Header Fields Too Large"),
        ):
            answer = said_to(address, sent)
            assert answer.startswith(f"HTTP/1.1 {line}\r\n"), answer
            assert "Content-Security-Policy: default-src 'none'" in answer
            assert "X-Content-Type-Options: nosniff" in answer
            assert "secret_plan" not in answer
            assert "Adresse" in answer or "Anfrage" in answer
        server.send_signal(signal.SIGTERM)
        out, log = server.communicate(timeout=30)
    assert server.returncode == 0
    assert "Policy Lab has stopped." in out
    workers = set(re.findall(rf"(\d+) GET /lab/studies/{name}/view 200", log))
    assert len(workers) == 2
    assert f"study {name} starts" in log
    assert f"study {name} is finished" in log
    assert "Traceback" not in log
    assert log.count(" a request that cannot be read ") == 3
    assert not re.search(r"secret_plan|WHATEVER|from ip", log)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 415),  # no browser: refused for what it holds, not for where it is from
        ({"Sec-Fetch-Site": "same-origin"}, 415),
        ({"Sec-Fetch-Site": "none"}, 415),
        ({"Origin": "http://localhost"}, 415),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"}, 403),
        ({"Sec-Fetch-Site": ""}, 403),
        ({"Origin": "http://localhost:8051"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({"Origin": "http://[::"}, 403),
    ],
)
@pytest.mark.parametrize("path", ["/studies", "/studies/1f/cancel", "/studies/1f/again", "/engine/0/answer"])
def test_a_page_of_another_site_changes_nothing(
    client: FlaskClient, path: str, headers: dict[str, str], status: int
) -> None:
    """Both before anything of the request is read."""
    reply = client.post(path, data="{", headers=headers)
    assert (reply.status_code == 403) == (status == 403), reply.text
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert client.get("/", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("127.0.0.1:8050", True),
        ("[::1]:8050", True),
        ("192.168.3.4", True),
        ("localhost:8050", True),
        ("LOCALHOST", True),
        ("lab.localhost", True),
        ("lab.example.org", True),
        ("lab.example.org.:80", True),
        (socket.gethostname(), True),
        ("evil.example", False),
        ("lab.example.org.evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("notlocalhost", False),
        ("[::1", False),
        ("a b", False),
    ],
)
def test_it_answers_to_its_own_names(model: Model, tmp_path: Path, host: str, ours: bool) -> None:
    server = application(model, Serving(names=("lab.example.org",), studies=tmp_path), Queue(tmp_path))
    reply = server.test_client().get("/health", headers={"Host": host})
    assert reply.status_code == (200 if ours else 421)
    assert (
        reply.headers["X-Content-Type-Options"] == "nosniff"
        and "default-src" in reply.headers["Content-Security-Policy"]
    )


def test_behind_a_proxy_the_proxy_decides_by_name_unless_names_are_given(model: Model, tmp_path: Path) -> None:
    for names, status in (((), 200), (("lab.example.org",), 421)):
        how = Serving(behind_proxy=True, names=names, studies=tmp_path)
        client = application(model, how, Queue(tmp_path)).test_client()
        assert client.get("/health", headers={"Host": "other.example"}).status_code == status
        told = {"Host": "127.0.0.1", "X-Forwarded-Host": "lab.example.org"}
        assert client.get("/health", headers=told).status_code == 200


def test_a_hangup_brings_new_workers_and_drops_nobody(tmp_path: Path) -> None:
    """A real signal to the real server, while people ask."""
    with served("--workers", "2", "--log", studies=tmp_path) as (address, server):
        assert fetched(f"{address}health")[0] == 200
        before = _children(server.pid)
        answers = []
        with ThreadPoolExecutor(4) as people:
            stop = time.monotonic() + 60
            for _ in range(2):
                server.send_signal(signal.SIGHUP)
                while before & _children(server.pid) or len(_children(server.pid)) < 2:
                    assert time.monotonic() < stop and server.poll() is None
                    answers += people.map(fetched, [f"{address}health"] * 8)
                before = _children(server.pid)
            answers += people.map(fetched, [f"{address}health"] * 8)
        assert {status for status, _ in answers} == {200}
        server.send_signal(signal.SIGTERM)
        _, log = server.communicate(timeout=30)
    assert server.returncode == 0 and "Traceback" not in log


def _children(parent: int) -> set[int]:
    """Processes that this one started, from the system's own list."""
    return {int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()}


def test_one_person_stops_it_and_nothing_is_left_behind(tmp_path: Path) -> None:
    with served(studies=tmp_path) as (address, server):
        status, text = fetched(f"{address}studies", {**own_study(), "size": "indices"})
        assert status == 202, text
        table = Queue(tmp_path).table
        with table.reading() as rows:
            runners = [row[0] for row in rows.execute("SELECT name FROM runner").fetchall()]
        assert len(runners) == 1
        server.send_signal(signal.SIGINT)
        out, _ = server.communicate(timeout=30)
    assert "Policy Lab has stopped." in out
    end = time.monotonic() + 20
    while may_live(runners[0]) and time.monotonic() < end:
        time.sleep(0.1)
    assert not may_live(runners[0])
