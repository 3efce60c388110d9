"""A real Chromium, and servers of the app that live as long as the tests do."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright

from policy_lab.studies import Study, run_study

HERE = Path(__file__).parent
SMALL = HERE.parent / "models" / "small_field"
PATIENCE = 60_000  # milliseconds; the machines of CI are slow and shared
SLOWER = float(os.environ.get("POLICY_LAB_SLOWER", "1"))  # a page's script runs so many times slower
expect.set_options(timeout=PATIENCE / 2)
SERVE = (
    "from policy_lab.app import serve; from policy_lab.model import load_model; from pathlib import Path; import sys; "
)
SERVE += "serve(load_model(sys.argv[1]), port=0, open_browser=False, rank_folder=next(map(Path, sys.argv[2:]), None))"


def chromium() -> str:
    """Path of the Chromium that ``make test`` found or installed."""
    spec = importlib.util.spec_from_file_location("ensure_browser", HERE / "ensure_browser.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return str(module.ensure_browser())


@pytest.fixture(scope="session")
def rank_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small study of the levers of the small model."""
    folder = tmp_path_factory.mktemp("rank") / "study"
    times = (2030.0, 2040.0, 2050.0)
    run_study(
        Study(model=str(SMALL), scenario="status_quo", method="sobol", size=32, seed=1, factors="levers", times=times),
        folder,
    )
    return folder


def started(model: str, *rank_folder: Path) -> Iterator[str]:
    """A server of its own process; ended by that process's id."""
    command = [sys.executable, "-c", SERVE, model, *map(str, rank_folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            line = server.stdout.readline()
            assert line.startswith("Policy Lab: http://127.0.0.1:"), line
            yield line.removeprefix("Policy Lab: ").strip().rstrip("/")
        finally:
            server.terminate()


@pytest.fixture(scope="session")
def address(rank_folder: Path) -> Iterator[str]:
    """The app with the small model."""
    yield from started(str(SMALL), rank_folder)


@pytest.fixture(scope="session")
def real_address() -> Iterator[str]:
    """The app with the real model, its many levers and long names."""
    yield from started("big_science")


@pytest.fixture(scope="session")
def bridge_address() -> Iterator[str]:
    """The app with another small model, which has historical cases."""
    yield from started(str(SMALL.parent / "bridge"))


@pytest.fixture(scope="session")
def harbour_address() -> Iterator[str]:
    """The app with the small model whose verdict is known."""
    yield from started(str(SMALL.parent / "harbour"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium()  # before there is a Playwright: finding a browser may take one of its own
    with sync_playwright() as playwright:
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        opened = playwright.chromium.launch(executable_path=path, args=flags)
        yield opened
        opened.close()


class Watch:
    """What a page must never do: complain in its console, fail a request, ask anybody but us."""

    def __init__(self) -> None:
        self.complaints: list[str] = []
        self.asked: list[str] = []

    def over(self, page: Page) -> None:
        page.on(
            "console", lambda said: self.complaints.append(said.text) if said.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))

    def foreign(self) -> list[str]:
        return [url for url in self.asked if not url.startswith(("http://127.0.0.1:", "data:", "blob:"))]


@pytest.fixture
def watch() -> Watch:
    return Watch()


def slowed(page: Page) -> None:
    """A page as on a slow machine: what a test reads before the page has taken it shows itself there at once."""
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})


def opened(browser: Browser) -> BrowserContext:
    made = browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    made.set_default_timeout(PATIENCE)
    if SLOWER > 1:
        made.on("page", slowed)
    return made


class Desk:
    """A context that tests share, so that what Chromium fetched and compiled for one of them it has for all: half of
    what opening a page costs. After each test it is as it was: no page, cookie or thing kept by a page is left.
    """

    def __init__(self, browser: Browser) -> None:
        self.context, self.origins = opened(browser), set[str]()
        self.blank = self.context.new_page()
        self.session = self.context.new_cdp_session(self.blank)
        self.context.on("request", self._seen)

    def _seen(self, request: Request) -> None:
        if request.is_navigation_request():
            self.origins.add("/".join(request.url.split("/")[:3]))

    def tidy(self) -> None:
        for page in self.context.pages:
            if page is not self.blank:
                page.close()
        self.context.clear_cookies()
        while self.origins:
            self.session.send("Storage.clearDataForOrigin", {"origin": self.origins.pop(), "storageTypes": "all"})


@pytest.fixture(scope="session")
def desk(browser: Browser) -> Desk:
    return Desk(browser)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A context of its own, which has seen nothing yet: for tests that change it, or of what a browser has at hand."""
    made = opened(browser)
    yield made
    made.close()


@pytest.fixture
def room(request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """Where pages are opened: in the context that the test asks for itself, otherwise in the shared one."""
    if "context" in request.fixturenames:
        yield request.getfixturevalue("context")
        return
    desk: Desk = request.getfixturevalue("desk")
    yield desk.context
    desk.tidy()


@pytest.fixture
def visit(room: BrowserContext, watch: Watch) -> Iterator[Callable[[str], Page]]:
    """Opens an address and waits for the first curve; complaints of the page fail the test at its end."""

    def open_page(address: str) -> Page:
        page = room.new_page()
        watch.over(page)
        page.goto(address, wait_until="domcontentloaded")
        page.wait_for_selector("html[data-page]", state="attached")
        page.wait_for_selector("html[data-drawn]", state="attached")
        return page

    yield open_page
    assert watch.complaints == []
    assert watch.foreign() == []
