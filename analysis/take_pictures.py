"""Take the pictures of docs/images again: every page as people meet it, and what it shows when something is missing.

    python -m analysis.take_pictures [NAME …]

It serves the app to this machine, opens Chromium, and writes each picture with few colours, which keeps it small.
"""

from __future__ import annotations

import importlib.util
import io
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
#: Milliseconds until ranges are drawn and nothing moves any more.
REST = 3500
#: A verdict that is in sight has the inputs that turn it.
TURNED = "() => !document.querySelector('.in-short')?.checkVisibility() || PolicyLab.verdict?.turns !== null"


def _nothing(_: Page) -> None:
    """What is there is what is shown."""


@dataclass(frozen=True)
class Picture:
    """One picture.

    Attributes:
        name: of the file.
        path: what is opened, with its query.
        does: what a person does there before the picture is taken.
        offline: whether the server has gone by then.
        script: what the browser runs before the page.
        whole: the page to its end, or what the window shows.
    """

    name: str
    path: str
    width: int = 1440
    height: int = 900
    dark: bool = False
    does: Callable[[Page], None] = _nothing
    offline: bool = False
    script: str = ""
    whole: bool = False


def _open_loops(page: Page) -> None:
    page.locator(".loops__all > summary").click()
    page.locator(".loop-row svg").first.wait_for()
    page.get_by_role("switch").first.click()
    page.locator(".loops__all").evaluate("node => node.scrollIntoView({block: 'start'})")


def _go_to_the_case(page: Page) -> None:
    page.get_by_role("heading", name="Superconducting Super Collider").first.evaluate(
        "node => node.scrollIntoView({block: 'start'})"
    )


def _move_a_lever(page: Page) -> None:
    page.locator("input[type=range]").first.focus()
    for _ in range(4):
        page.keyboard.press("PageUp")


PICTURES = (
    Picture("explore", "?w=cern_for_ai&p=manhattan_for_ai"),
    Picture("explore-dark", "?w=cern_for_ai&p=manhattan_for_ai&lang=de", 1920, 1080, dark=True),
    Picture("explore-phone", "?w=cern_for_ai&lang=de", 390, 844, dark=True),
    Picture("loops", "?w=manhattan_for_ai&c=race-intensity~secrecy-index", does=_open_loops),
    Picture("compare", "compare?w=cern_for_ai&p=manhattan_for_ai&p=soft_nationalisation", whole=True),
    Picture("rank", "rank"),
    Picture("precedents", "precedents?h=ssc~final_cost_growth~1.2", does=_go_to_the_case),
    Picture("model", "model"),
    Picture("compare-alone", "compare", height=620),
    Picture("bad-link", "?w=nobody_knows&l=%3Cscript%3E~9~9", height=620),
    Picture("server-gone", "?w=cern_for_ai", height=620, does=_move_a_lever, offline=True),
    Picture("no-webassembly", "?w=cern_for_ai", height=620, script="delete window.WebAssembly;"),
)


def take(browser: Browser, address: str, picture: Picture) -> None:
    """Open, act, and write the file."""
    context = browser.new_context(
        viewport={"width": picture.width, "height": picture.height}, color_scheme="dark" if picture.dark else "light"
    )
    if picture.script:
        context.add_init_script(picture.script)
    page = _opened(context, address + picture.path)
    context.set_offline(picture.offline)
    picture.does(page)
    page.wait_for_timeout(REST)
    page.wait_for_function(TURNED, timeout=120_000)
    image = Image.open(io.BytesIO(page.screenshot(full_page=picture.whole))).convert("RGB")
    few = image.quantize(colors=128, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    few.save(IMAGES / f"{picture.name}.png", optimize=True)
    context.close()


def _opened(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("html[data-drawn]", state="attached", timeout=60_000)
    page.wait_for_timeout(REST)
    return page


@contextmanager
def served() -> Iterator[str]:
    """The app, with a folder of its own for studies; its address."""
    command = [sys.executable, "-m", "policy_lab", "app", "--port", "0", "--no-browser"]
    with tempfile.TemporaryDirectory() as studies:
        environment = {**os.environ, "POLICY_LAB_STUDIES": studies}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment) as server:
            assert server.stdout is not None
            try:
                yield server.stdout.readline().removeprefix("Policy Lab: ").strip()
            finally:
                server.terminate()


def chromium() -> str:
    """The browser that the tests use."""
    spec = importlib.util.spec_from_file_location("ensure_browser", ROOT / "tests" / "browser" / "ensure_browser.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return str(module.ensure_browser())


def main(names: list[str]) -> None:
    """Take all pictures, or those that are named."""
    wanted = [picture for picture in PICTURES if not names or picture.name in names]
    path = chromium()
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        for picture in wanted:
            take(browser, address, picture)
            print(f"{picture.name}: {(IMAGES / f'{picture.name}.png').stat().st_size / 1000:.0f} KB")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
