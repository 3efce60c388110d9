"""One family: on every page the same heights, corners, letters, blue and ring of focus of controls, and one type."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.test_widths import PAGES, opened

pytestmark = pytest.mark.browser
#: Heights of a button in a line, of one among text, and of fields and what is beside them (assets/tokens.css).
HEIGHTS = {24, 28, 34}
LETTERS = {"12px", "14px", "16px"}
#: Buttons and fields that are on show, whatever is folded shown too; names in a text that are pressed are text.
LOOKS = """() => {
  for (const each of document.querySelectorAll("main details")) each.open = true;
  const all = document.querySelectorAll(".button, .select, .box, .combo__field, .segments");
  return [...all].filter((each) => each.checkVisibility() && !each.matches("textarea, .lever__i")).map((each) => {
    const { borderTopLeftRadius: left, borderTopRightRadius: right, fontSize, fontFamily } = getComputedStyle(each);
    const name = `${each.tagName} ${each.className} '${each.textContent.trim().slice(0, 20)}'`;
    const height = Math.round(each.getBoundingClientRect().height);
    return { name, corners: [left, right], fontSize, fontFamily, height };
  });
}"""
#: Typefaces of what is read, but for what is code; the slanted i of a button that tells more is a sign.
TYPE = """() => [...new Set([...document.querySelectorAll("body *")].filter((each) => {
  const own = [...each.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.data).join("");
  return own.trim() && own.trim() !== "i" && !each.closest("pre, code") && each.checkVisibility();
}).map((each) => getComputedStyle(each).fontFamily))]"""
#: The ring around each control that has the focus of the keyboard, and the accent of the page.
RINGS = """async () => {
  const said = new Set(), accent = getComputedStyle(document.body).getPropertyValue("--accent").trim();
  const probe = document.body.appendChild(Object.assign(document.createElement("i"), { style: `color: ${accent}` }));
  const blue = getComputedStyle(probe).color;
  probe.remove();
  for (const each of document.querySelectorAll("main :is(button, select, input[type=text], summary.button)")) {
    if (!each.checkVisibility() || each.disabled) continue;
    each.focus({ focusVisible: true, preventScroll: true });
    if (document.activeElement !== each) continue; // it is not there to be pressed
    const ringed = each.matches(".card__draw") ? getComputedStyle(each, "::after") : getComputedStyle(each);
    const { outlineStyle, outlineWidth, outlineColor } = ringed;
    said.add(`${outlineStyle} ${outlineWidth} ${outlineColor === blue ? "accent" : outlineColor}`);
  }
  return [...said];
}"""


@pytest.mark.parametrize("name", PAGES)
def test_controls_look_alike(browser: Browser, real_address: str, name: str) -> None:
    page = opened(browser, real_address, name, "en", 1366)
    page.wait_for_function(f"() => ({LOOKS})().length >= 10")
    looks = page.evaluate(LOOKS)
    family = page.evaluate("() => getComputedStyle(document.body).fontFamily")
    rounded = page.evaluate("() => getComputedStyle(document.body).getPropertyValue('--round-small').trim()")
    assert {look["name"] for look in looks if look["height"] not in HEIGHTS and "segments" not in look["name"]} == set()
    assert {look["name"] for look in looks if not set(look["corners"]) <= {rounded, "0px"}} == set()
    assert {look["name"] for look in looks if look["fontSize"] not in LETTERS or look["fontFamily"] != family} == set()
    assert page.evaluate(RINGS) == ["solid 2px accent"]
    if name == "model":
        page.locator("#sketch .stock text").first.wait_for()
    assert page.evaluate(TYPE) == [family]
    page.close()
