"""The Share menu: a view as a link, a QR code, a frame and files; by keyboard, by touch, and by a visitor with a task,
whose actions are counted."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.actions import Person
from tests.test_page_scripts import NODE

pytestmark = pytest.mark.browser
Visit = Callable[[str], Page]
READER = Path(__file__).parent.parent / "page" / "read-qr.mjs"
WIDTHS = (320, 390, 768, 820, 1024, 1366, 1440, 1920)
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 3}
STATE = "() => PolicyLab.state.now"
#: Actions on the phone: a tap on the link, or the camera held to the code.
OPENED = 1
VIEW = "?w=open_laboratory&l=shared-funding~60~2030&p=status_quo"


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(**PHONE)  # type: ignore[arg-type]
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


def share(page: Page) -> Locator:
    page.get_by_role("button", name="Share", exact=True).click()
    menu = page.get_by_role("dialog", name="Share this view")
    expect(menu).to_be_visible()
    return menu


def scanned(page: Page) -> str:
    """What a camera reads off the code on the screen."""
    drawn = page.locator(".share__qr")
    size = int((drawn.get_attribute("viewBox") or "").split()[2])
    code = {"size": size, "path": drawn.locator("path").last.get_attribute("d")}
    done = subprocess.run([NODE, str(READER)], input=json.dumps(code), capture_output=True, text=True, check=True)
    return done.stdout


def arrive(phone: Page, address: str) -> None:
    phone.goto(address)
    phone.wait_for_selector("html[data-drawn]", state="attached")


def same_view(phone: Page, state: dict[str, Any]) -> None:
    assert phone.evaluate(STATE) == state
    expect(phone.locator("#notice .notice__text")).to_be_hidden()
    expect(phone.locator(".legend")).to_contain_text("An open laboratory")
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


# ---- task 8: send a view to a colleague, and open it on a phone


def test_a_view_is_sent_as_a_link_and_opened_on_a_phone_in_three_actions(
    visit: Visit, address: str, context: BrowserContext, phone: Page
) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    sender = Person(visit(address + VIEW))
    sender.press(sender.page.get_by_role("button", name="Share", exact=True))
    sender.press(sender.page.get_by_role("button", name="Copy link"))
    expect(sender.page.locator("#share-done")).to_have_text("Link copied")
    arrive(phone, sender.page.evaluate("navigator.clipboard.readText()"))
    same_view(phone, sender.page.evaluate(STATE))
    assert sender.actions + OPENED <= 3


def test_a_view_is_scanned_off_the_screen_in_two_actions(visit: Visit, address: str, phone: Page) -> None:
    sender = Person(visit(address + VIEW))
    sender.press(sender.page.get_by_role("button", name="Share", exact=True))
    arrive(phone, scanned(sender.page))
    same_view(phone, sender.page.evaluate(STATE))
    assert sender.actions + OPENED <= 2


# ---- keyboard, touch, colours, widths


def test_the_menu_is_used_and_left_with_the_keyboard(visit: Visit, address: str, context: BrowserContext) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = visit(address + VIEW)
    button = page.get_by_role("button", name="Share", exact=True)
    button.focus()
    page.keyboard.press("Enter")
    copy = page.get_by_role("button", name="Copy link")
    expect(copy).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#share-done")).to_have_text("Link copied")
    assert page.evaluate("navigator.clipboard.readText()") == page.evaluate("PolicyLab.page.link()")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(button).to_be_focused()


def test_the_link_is_copied_where_a_page_has_no_clipboard(visit: Visit, address: str) -> None:
    """A server in a house, without HTTPS: browsers keep the clipboard from its pages."""
    page = visit(address + VIEW)
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    share(page)
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator("#share-done")).to_have_text(re.compile("Link copied|The text is selected"))
    picked = "(field) => field.value.slice(field.selectionStart, field.selectionEnd)"
    expect(page.locator("#share-long")).to_contain_text("this computer only")  # a colleague could not open it
    assert page.locator("#share-link").evaluate(picked) == page.evaluate("PolicyLab.page.link()")


def test_on_a_phone_every_target_is_large_enough_and_a_tap_beside_closes(phone: Page, address: str) -> None:
    phone.add_init_script("navigator.share = (what) => { window.sent = what; return Promise.resolve(); }")
    phone.goto(address + VIEW)
    phone.wait_for_selector("html[data-drawn]", state="attached")
    phone.get_by_role("button", name="Share", exact=True).tap()
    menu = phone.get_by_role("dialog", name="Share this view")
    for button in menu.get_by_role("button").all():
        box = button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44, button.inner_text()
    menu.get_by_role("button", name="Send …").tap()
    assert phone.evaluate("window.sent.url") == phone.evaluate("PolicyLab.page.link()")
    phone.touchscreen.tap(4, 4)
    expect(menu).to_be_hidden()


@pytest.mark.parametrize("where", ["", "compare", "rank", "precedents", "model"])
def test_no_menu_leaves_the_window(visit: Visit, real_address: str, where: str) -> None:
    ready = {"compare": "#compare-table tbody tr", "rank": "#rank-bars svg", "model": "#sketch svg"}
    page = visit(f"{real_address}/{where}?lang=de")
    page.wait_for_selector(ready.get(where, "#case .case-title" if where else "html[data-drawn]"), state="attached")
    page.locator("#share").click()
    menu = page.locator("#share-menu")
    beyond = """() => {
      const out = [];
      const told = (what) => {
        const { left, right } = what.getBoundingClientRect();
        if (left < 0 || right > innerWidth) out.push([what.className, left, right]);
      };
      for (const one of document.querySelectorAll('details:has(> .menu)')) {
        if (!one.offsetParent) continue;
        one.open = true;
        told(one.querySelector('.menu'));
        one.open = false;
      }
      document.querySelectorAll('#share-menu, #share-menu *').forEach(told);
      if (document.documentElement.scrollWidth > innerWidth) out.push(['page', document.documentElement.scrollWidth]);
      return out;
    }"""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        expect(menu).to_be_visible()
        assert page.evaluate(beyond) == [], width
        assert menu.evaluate("menu => menu.scrollWidth <= menu.clientWidth"), width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_menu_and_the_frame(visit: Visit, address: str, scheme: str) -> None:
    page = visit(address + VIEW)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    share(page)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.goto(f"{address}/embed{VIEW}")
    page.wait_for_selector("html[data-drawn]", state="attached")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


# ---- files


def test_files_of_what_is_on_show(visit: Visit, address: str, tmp_path: Path) -> None:
    page = visit(address + VIEW)
    menu = share(page)
    link = page.evaluate("PolicyLab.page.link()")
    kept = {}
    for row in menu.locator(".share__file").all():
        for button in row.get_by_role("button").all():
            with page.expect_download() as download:
                button.click()
            path = tmp_path / download.value.suggested_filename
            download.value.save_as(path)
            kept[path.name] = path.read_bytes()
    assert sorted(Path(name).suffix for name in kept) == [".csv", ".csv", ".html", ".png", ".png", ".svg", ".svg"]
    for name, data in kept.items():
        if name.endswith(".png"):
            assert data.startswith(b"\x89PNG")
        else:
            text = data.decode()
            assert any(form in text for form in (link, link.replace("&", "&amp;"), link.replace("&", "&#38;"))), name
    with page.expect_download() as download:
        menu.get_by_role("button", name="QR code: Drawing (SVG)").click()
    download.value.save_as(tmp_path / "code.svg")
    drawn = (tmp_path / "code.svg").read_text(encoding="utf-8")
    assert "w=open_laboratory" in drawn


def test_a_view_too_large_for_a_code_says_so(visit: Visit, real_address: str) -> None:
    page = visit(real_address)
    page.evaluate("""() => {
      const { facts, state } = PolicyLab;
      const between = ({ low, high }) => Number((low + 0.2468 * (high - low)).toPrecision(5));
      const pairs = (entries, made) => Object.entries(entries).map(([key, about]) => [key, made(about)]);
      const all = (entries, made) => Object.fromEntries(pairs(entries, made));
      state.change({
        assumptions: all(facts.assumptions, between),
        levers: all(facts.levers, (lever) => [between(lever), 2031.5, 3.5, lever.ranges[3][1]]),
      });
    }""")
    menu = share(page)
    expect(menu.locator("#share-qr")).to_contain_text("Send the link instead")
    expect(menu.locator("#share-link")).to_have_value(re.compile("a="))


# ---- a frame in another site's page


class Quiet(SimpleHTTPRequestHandler):
    """Files of a folder, without a word."""

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def framed(context: BrowserContext, tmp_path: Path) -> Iterator[Callable[[str], Page]]:
    """Another site (a port of its own is an origin of its own) whose page holds some HTML."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    Thread(target=server.serve_forever, daemon=True).start()

    def shown(code: str) -> Page:
        text = f"<!DOCTYPE html><html lang=en><title>Course</title><link rel=icon href=data:,>{code}</html>"
        (tmp_path / "course.html").write_text(text, encoding="utf-8")
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/course.html")
        return page

    yield shown
    server.shutdown()
    server.server_close()


def test_the_frame_shows_the_view_in_another_sites_page(
    visit: Visit, address: str, context: BrowserContext, framed: Callable[[str], Page]
) -> None:
    page = visit(address + VIEW)
    share(page)
    code = page.locator("#share-frame").input_value()
    other = framed(code)
    frame = other.frame_locator("iframe")
    expect(frame.locator(".chart--a path.line--policy")).to_have_attribute("d", re.compile("^M"))
    expect(frame.locator(".legend")).to_contain_text("An open laboratory")
    for gone in (".bar", ".levers", ".assumptions", ".world", ".chart__save"):
        expect(frame.locator(gone).first).to_be_hidden()
    way = frame.get_by_role("link", name="Open in Policy Lab")
    with context.expect_page() as whole:
        way.click()
    whole.value.wait_for_selector("html[data-drawn]", state="attached")
    assert whole.value.evaluate(STATE) == page.evaluate(STATE)
    assert [one.url for one in other.frames if "/embed?" in one.url] != []


def test_no_other_page_can_be_framed(address: str, framed: Callable[[str], Page]) -> None:
    places = ["", "compare", "rank", "embed/x", "embed%2F..", "studies"]
    other = framed("".join(f'<iframe src="{address}/{place}"></iframe>' for place in [*places, "embed"]))
    expect(other.frame_locator("iframe >> nth=-1").locator("html[data-drawn]")).to_be_attached()
    urls = [frame.url for frame in other.frames[1:]]
    assert [url.startswith("chrome-error:") for url in urls] == [True] * len(places) + [False]
