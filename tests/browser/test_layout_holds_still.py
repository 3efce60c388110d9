"""Nothing jumps while a page comes: places are kept for what arrives late (cumulative layout shift, web.dev/cls)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

pytestmark = pytest.mark.browser
#: When a page has all it waits for.
READY = {
    "": "() => PolicyLab.dashIsHere && PolicyLab.bands.latest && PolicyLab.verdict?.turns",
    "compare": "() => PolicyLab.dashIsHere && document.querySelector('#compare-table tbody tr')",
    "why": "() => PolicyLab.dashIsHere && PolicyLab.why.futures && PolicyLab.whyLevers.dealt",
    "rank": "() => PolicyLab.dashIsHere && document.querySelector('#rank-table tbody tr')",
    "precedents": "() => PolicyLab.dashIsHere && document.querySelector('#case .case-told')",
    "learn": "() => PolicyLab.dashIsHere && document.querySelector('.story')",
    "model": """() => document.querySelector('#loops-drawing svg') && document.querySelector('#variables tbody tr')
        && document.querySelector('#sketch .value:not(:empty)')""",
}
#: The largest burst of shifts (at most 5 s long, gaps below 1 s), and what moved.
SHIFTS = """() => new Promise(done => new PerformanceObserver(list => {
  let [worst, sum, first, last, moved] = [0, 0, 0, 0, []];
  for (const entry of list.getEntries()) {
    if (entry.hadRecentInput) continue;
    if (entry.startTime - last > 1000 || entry.startTime - first > 5000) [sum, first] = [0, entry.startTime];
    [sum, last] = [sum + entry.value, entry.startTime];
    worst = Math.max(worst, sum);
    moved.push(...entry.sources.map(({ node, previousRect: a, currentRect: b }) =>
      `${entry.value.toFixed(3)} ${node?.nodeName} ${node?.id} ${node?.className} ${a.y} -> ${b.y}`));
  }
  done([worst, moved]);
}).observe({ type: 'layout-shift', buffered: true }) || setTimeout(() => done([0, []]), 1500))"""


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize(("width", "height"), [(390, 844), (1366, 768)])
@pytest.mark.parametrize("path", READY)
def test_nothing_jumps_while_a_page_comes(
    browser: Browser, real_address: str, path: str, width: int, height: int, language: str
) -> None:
    page = browser.new_page(viewport={"width": width, "height": height})
    page.set_default_timeout(60_000)
    page.goto(f"{real_address}/{path}?w=cern_for_ai&lang={language}", wait_until="domcontentloaded")
    expect(page.locator("html[data-drawn]")).to_be_attached(timeout=60_000)
    page.wait_for_function(READY[path])
    page.evaluate("() => new Promise(done => requestIdleCallback(done, { timeout: 3000 }))")
    worst, moved = page.evaluate(SHIFTS)
    page.close()
    assert worst < 0.1, moved
