"""Other people's sites in a real Chromium: another name for our address, and orders from a page that is not ours."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.conftest import chromium

pytestmark = pytest.mark.browser

FOREIGN = "rebinding.example"
#: Sends an order without leave to read the answer, as a page of another site can.
ORDER = """([address, body]) => fetch(address, {method: "POST", mode: "no-cors", body,
    headers: {"Content-Type": "text/plain"}}).then(reply => reply.type, failed => String(failed))"""
#: Sends it as our own page would, which a page under our name could.
OWN = """body => fetch("studies", {method: "POST", body, headers: {"Content-Type": "application/json"}})
    .then(reply => reply.status)"""


@pytest.fixture(scope="module")
def rebound(browser: Browser) -> Iterator[Page]:
    """A page of a browser for which a foreign name leads to this machine."""
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    flags.append(f"--host-resolver-rules=MAP {FOREIGN} 127.0.0.1")
    opened = browser.browser_type.launch(executable_path=chromium(), args=flags)
    yield opened.new_page()
    opened.close()


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Somebody else's server on this machine."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "index.html").write_text("<!doctype html><title>Elsewhere</title>", encoding="utf-8")

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Nothing is to be read in the log of the tests."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def studies(address: str) -> int:
    with urllib.request.urlopen(f"{address}/studies", timeout=60) as reply:
        return len(json.load(reply)["studies"])


def order() -> str:
    factors = {"shared funding": [0, 50], "openness requirement": [0, 1]}
    asked = {"question": "levers", "scenario": "status_quo", "size": "quick", "outcomes": ["knowledge"]}
    return json.dumps({**asked, "factors": factors})


def test_a_foreign_name_for_our_address_shows_no_page(rebound: Page, address: str) -> None:
    reply = rebound.goto(address.replace("127.0.0.1", FOREIGN) + "/")
    assert reply is not None and reply.status == 421
    assert "--name" in rebound.inner_text("body")


def test_an_order_from_another_site_is_not_carried_out(context: BrowserContext, address: str, elsewhere: str) -> None:
    page, before = context.new_page(), studies(address)
    page.goto(elsewhere)
    assert page.evaluate(ORDER, [f"{address}/studies", order()]) == "opaque"  # it was sent, and answered
    assert studies(address) == before
    page.goto(f"{address}/rank")
    assert page.evaluate(OWN, "{") in (400, 415, 422)  # our own page's is read
