"""Nothing from a link or a model file becomes markup, on any page; and axe finds nothing, in any colours and widths."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
SMALL = Path(__file__).parent.parent / "models" / "small_field"
HURT = "<img src=x onerror=window.hurt=1><script>window.hurt=1</script>\"'&"
SERVE = "import sys; from policy_lab.app import serve; from policy_lab.model import load_model; "
SERVE += "serve(load_model(sys.argv[1]), port=0, open_browser=False)"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A model whose every text is markup that would do harm."""
    folder = tmp_path_factory.mktemp("hostile") / "hostile"
    shutil.copytree(SMALL, folder)
    shutil.rmtree(folder / "expected")
    cell = '"' + HURT.replace('"', '""') + '"'
    for table, old in (
        ("outcomes.csv", "Public knowledge"), ("outcomes.csv", "What everybody can build on."),
        ("levers.csv", "a large laboratory"), ("levers.csv", "governments"), ("levers.csv", ",Money,"),
    ):  # fmt: skip
        path = folder / table
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, f",{cell}," if old.startswith(",") else cell), encoding="utf-8")
    world = folder / "scenarios" / "open_laboratory.toml"
    told = world.read_text(encoding="utf-8").splitlines()
    texts = {"title": HURT, "rationale": HURT}
    rest = [line for line in told if line.partition(" ")[0] not in texts]
    world.write_text("\n".join([*(f"{k} = '''{v}'''" for k, v in texts.items()), *rest]), encoding="utf-8")
    (folder / "README.md").write_text(f"# x\n\n## What is wrong with this model\n\n1. {HURT}\n", encoding="utf-8")
    (folder / "loops.csv").write_text(f"name,kind,path\n{cell},R,{cell}\n", encoding="utf-8")
    (folder / "passages.csv").write_text(f"group,variable,section,quote\n,knowledge,{cell},{cell}\n", encoding="utf-8")
    with subprocess.Popen([sys.executable, "-c", SERVE, str(folder)], stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield server.stdout.readline().removeprefix("Policy Lab: ").strip().rstrip("/")
        finally:
            server.terminate()


def arrive(browser: Browser, address: str, width: int = 1440, scheme: str = "light") -> Page:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page.set_default_timeout(60_000)
    page.goto(address)
    page.wait_for_selector("html[data-drawn]", state="attached")
    return page


def unharmed(page: Page) -> None:
    assert page.evaluate("window.hurt === undefined")
    assert page.locator("img[src=x]").count() == 0


def test_a_hostile_model_stays_text_on_every_page(browser: Browser, hostile: str) -> None:
    page = arrive(browser, f"{hostile}/?w=open_laboratory&p=status_quo")
    assert HURT in page.locator("#world").inner_text()
    page.get_by_role("button", name="Actions and outcomes").click()
    page.wait_for_selector("#actions-outcomes tbody tr")
    unharmed(page)
    page.goto(f"{hostile}/compare?w=open_laboratory&p=status_quo")
    page.wait_for_function("() => PolicyLab.compareWedges && PolicyLab.compareWedges.found")
    assert HURT in page.locator("#compare-table").inner_text()
    drawing = page.evaluate(
        "() => PolicyLab.chartExport.svg(PolicyLab.compare.shown.picture, PolicyLab.compare.about())"
    )
    assert "<img" not in drawing and "<script" not in drawing
    brief = page.evaluate("() => PolicyLab.brief.page()")
    assert "<img" not in brief and "<script" not in brief
    unharmed(page)
    page.goto(f"{hostile}/model")
    page.locator("#variables").get_by_role("button", name="knowledge", exact=True).click()
    page.wait_for_selector("#variables .entry")
    assert HURT in page.locator("#variables .entry").inner_text()
    page.wait_for_timeout(200)
    unharmed(page)
    page.close()


def test_a_hostile_link_stays_text_whatever_part_it_uses(browser: Browser, address: str) -> None:
    page = arrive(browser, address)
    for part in ("w", "l", "c", "p", "a", "v", "t", "lang", "m", "x"):
        page.goto(f"{address}/compare?{part}={quote(HURT)}")
        page.wait_for_function("() => window.PolicyLab && PolicyLab.compare && PolicyLab.compare.shown")
        unharmed(page)
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1440])
def test_axe_finds_nothing_on_compare_and_model(browser: Browser, real_address: str, width: int, scheme: str) -> None:
    page = arrive(browser, f"{real_address}/compare?w=cern_for_ai&p=manhattan_for_ai", width, scheme)
    page.wait_for_function("() => PolicyLab.compareWedges.found")
    check(page)
    page.goto(f"{real_address}/?w=cern_for_ai&lang=de")
    page.wait_for_selector("html[data-drawn]", state="attached")
    page.locator("[data-do=actions]").click()
    page.wait_for_selector("#actions-outcomes tbody tr")
    check(page)
    page.goto(f"{real_address}/model?w=cern_for_ai&lang=en")
    page.wait_for_selector("#sketch .value")
    page.locator(".evidence summary").first.click()
    check(page)
    page.close()


def check(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
