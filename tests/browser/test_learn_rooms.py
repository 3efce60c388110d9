"""Rooms on Learn: a teacher's and several pupils' browsers, at a server that offers rooms and at one that does not."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from policy_lab.app.rooms import DAY
from tests.browser.test_learn import GUESS, step_of, story_of, stroke, tab_to, with_finger
from tests.running_server import served

pytestmark = pytest.mark.browser
Visit = Callable[[str], Page]
STORY = "spreading"
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESK: dict[str, Any] = {"viewport": {"width": 1366, "height": 768}}


@dataclass
class School:
    """A server with rooms, the file that they are in, and browsers that come to it."""

    address: str
    rooms: Path
    browser: Browser

    @contextmanager
    def somebody(self, where: str, **looks: Any) -> Iterator[Page]:
        """A page in a browser of their own, on a step or on the list."""
        context = self.browser.new_context(**(looks or DESK))
        context.set_default_timeout(60_000)
        page = context.new_page()
        page.goto(self.address + where, wait_until="domcontentloaded")
        page.wait_for_selector("#lesson-title:not(:empty), .room-join")
        yield page
        context.close()

    def at(self, kind: str) -> int:
        return step_of(story_of(self.address, STORY), kind)


@pytest.fixture(scope="module")
def school(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    studies = tmp_path_factory.mktemp("rooms")
    with served("--rooms", models=("adoption",), studies=studies) as (address, _):
        yield School(address.rstrip("/"), studies / "rooms.sqlite", browser)


def opened_room(page: Page) -> str:
    """A teacher opens a room, by keyboard alone, and shows it; gives the link."""
    tab_to(page, ".code--class summary")
    page.keyboard.press("Enter")
    tab_to(page, ".room .button")
    page.keyboard.press("Enter")
    letters = page.locator(".room__letters")
    expect(letters).to_have_text(re.compile("^[A-Z]{6}$"))
    expect(page.locator(".room .button--main")).to_be_focused()
    page.keyboard.press("Enter")
    card = page.locator(".room-card")
    expect(card.locator("svg[role=img]")).to_be_visible()
    expect(card.locator(".room-card__letters")).to_have_text(letters.inner_text())
    link = card.locator(".room-card__link").inner_text()
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    return link[link.index("/learn") :]


def sent(page: Page) -> str:
    """A pupil sends the answer; gives its code."""
    code = page.locator(".code__field").input_value()
    page.locator(".room .button--main").click()
    expect(page.locator(".room__said")).to_have_text(re.compile("as you sent it|so wie Sie sie gesendet haben"))
    expect(page.locator(".room .button--main")).to_be_hidden()
    return code


def arrived(page: Page, count: int) -> None:
    expect(page.locator(".room__count")).to_have_text(re.compile(rf"^{count} answers? to this step"))


def lines(page: Page) -> int:
    return (page.locator("#learn .thread").get_attribute("d") or "").count("M")


def by_link(school: School, link: str, level: float) -> str:
    with school.somebody(link) as pupil:
        stroke(pupil, [(0.05, level), (0.97, level)])
        return sent(pupil)


def by_letters(school: School, letters: str) -> str:
    """By keyboard alone, letters as a thumb writes them."""
    with school.somebody("/learn?lang=en") as pupil:
        tab_to(pupil, "#room-letters")
        pupil.keyboard.type(f"{letters[:3]} {letters[3:]}".lower())
        pupil.keyboard.press("Enter")
        expect(pupil.locator("#lesson-title")).not_to_be_empty()
        expect(pupil.locator(".room__said")).to_contain_text("Answer first")
        tab_to(pupil, ".guess__by summary")
        pupil.keyboard.press("Enter")
        tab_to(pupil, ".guess__slider")
        pupil.keyboard.press("PageUp")
        code = pupil.locator(".code__field").input_value()
        tab_to(pupil, ".room .button--main")
        pupil.keyboard.press("Enter")
        expect(pupil.locator(".room__said")).to_contain_text(f"in room {letters}")
        expect(pupil.locator(".room__said")).to_be_focused()
        return code


def by_finger(school: School, link: str) -> str:
    with school.somebody(link.replace("lang=en", "lang=de"), **PHONE) as pupil:
        assert pupil.evaluate("document.documentElement.scrollWidth") == 390
        with_finger(pupil.context, pupil)
        pupil.locator(".room .button--main").scroll_into_view_if_needed()
        return sent(pupil)


def test_a_class_sends_its_guesses_with_one_press(school: School) -> None:
    predict = school.at("predict")
    with school.somebody(f"/learn?t={STORY}~{predict}&lang=en") as teacher:
        link = opened_room(teacher)
        arrived(teacher, 0)
        codes = [by_link(school, link, 0.25), by_letters(school, link[12:18]), by_finger(school, link)]
        codes.append(by_link(school, link, 0.5))
        arrived(teacher, 4)
        expect(teacher.locator(".room__count")).to_contain_text("They are shown from 5 on")
        assert lines(teacher) == 0 and teacher.locator(".code__column").input_value() == ""
        with school.somebody(link) as pupil:
            stroke(pupil, [(0.05, 0.75), (0.97, 0.75)])
            codes.append(sent(pupil))
            arrived(teacher, 5)
            expect(teacher.locator(".code__told")).to_contain_text("5 answers read; 5 with a line.")
            assert sorted(teacher.locator(".code__column").input_value().split()) == sorted(codes)
            assert lines(teacher) == 5
            stroke(pupil, [(0.05, 0.2), (0.97, 0.2)])  # another guess: the room has the first
            expect(pupil.locator(".room .button--main")).to_be_hidden()
            pupil.reload()
            expect(pupil.locator(".room__said")).to_contain_text("as you sent it")
            choose_and_send(school, pupil)
        the_teacher_goes_on(school, teacher)
        the_room_is_closed(school, teacher, link, predict)


def choose_and_send(school: School, pupil: Page) -> None:
    """The same room serves the questions that follow."""
    for _ in range(school.at("ask") - school.at("predict")):
        pupil.locator("#lesson-next").click()
    pupil.locator(".choice input").first.check()
    sent(pupil)


def the_teacher_goes_on(school: School, teacher: Page) -> None:
    """The room and what came from it stay, on other steps and when the page is loaded again."""
    teacher.locator("#lesson-next").click()
    expect(teacher.locator(".code__told")).to_contain_text("5 answers read")
    assert lines(teacher) == 5
    for _ in range(school.at("ask") - school.at("reveal")):
        teacher.locator("#lesson-next").click()
    arrived(teacher, 1)
    expect(teacher.locator(".code__told")).to_be_empty()  # one of one would be known
    teacher.goto(f"{school.address}/learn?t={STORY}~{school.at('predict')}&lang=en")
    arrived(teacher, 5)
    assert lines(teacher) == 5


def the_room_is_closed(school: School, teacher: Page, link: str, predict: int) -> None:
    """Who is late gives the code, and it makes the same picture."""
    with school.somebody(link) as late:
        stroke(late, [(0.05, 0.4), (0.97, 0.4)])
        close = teacher.locator(".room .button").last
        close.click()
        close.blur()
        expect(close).to_have_text("Close the room")
        close.click()
        expect(close).to_have_text("Close it for everybody")
        close.click()
        expect(teacher.locator(".room__said")).to_contain_text("The room is closed")
        expect(teacher.get_by_role("button", name="Open a room")).to_be_focused()
        late.locator(".room .button--main").click()
        expect(late.locator(".room__said")).to_contain_text("is closed; your answer has not arrived")
        expect(late.locator(".code__field")).to_be_visible()
        column = teacher.locator(".code__column")
        column.fill(column.input_value() + "\n" + late.locator(".code__field").input_value())
        expect(teacher.locator(".code__told")).to_contain_text("6 answers read; 6 with a line.")
        assert lines(teacher) == 6
    with school.somebody(link) as nobody:
        expect(nobody.locator(".room-join .room__said")).to_contain_text("There is no such room")


def test_the_line_that_a_pupil_drew_is_the_line_that_the_teacher_sees(school: School) -> None:
    with school.somebody(f"/learn?t={STORY}~{school.at('predict')}&lang=en") as teacher:
        link = opened_room(teacher)
        guesses = []
        for level in (0.2, 0.3, 0.5, 0.6, 0.9):
            with school.somebody(link) as pupil:
                stroke(pupil, [(0.05, level), (0.97, level)])
                guesses.append(pupil.evaluate(GUESS))
                sent(pupil)
        expect(teacher.locator(".code__told")).to_contain_text("5 answers read")
        teacher.locator(".tale-chart .data summary").click()
        rows = [row.split("\t") for row in teacher.locator(".tale-chart tbody tr").all_inner_texts()]
        shown = {row[0]: float(row[1]) for row in rows}
        asked = story_of(school.address, STORY)["steps"][school.at("predict") - 1]["predict"]["knots"]
        for n, year in enumerate(asked):
            if str(int(year)) in shown:
                median = float(np.median([guess[n] for guess in guesses]))
                assert shown[str(int(year))] == pytest.approx(median, abs=0.006)


def test_wrong_letters_and_a_server_that_is_gone_are_told_in_words(school: School) -> None:
    with school.somebody(f"/learn?t={STORY}~{school.at('predict')}&lang=en") as teacher:
        link = opened_room(teacher)
        with school.somebody("/learn?lang=de", **PHONE) as pupil:
            for letters, said in (("", "sechs Buchstaben"), ("BCDFGH", "Diesen Raum gibt es nicht"), ("<b>", "nicht")):
                pupil.locator("#room-letters").fill(letters)
                pupil.locator(".room-join .button--main").tap()
                expect(pupil.locator(".room__said")).to_contain_text(said)
                expect(pupil.locator("#room-letters")).to_be_focused()
            pupil.locator("#room-letters").fill(link[12:18])
            pupil.locator(".room-join .button--main").tap()
            pupil.locator(".choice").first.tap()
            pupil.context.set_offline(True)
            pupil.locator(".room .button--main").tap()
            expect(pupil.locator(".room__said")).to_contain_text("Der Server antwortet nicht")
            expect(pupil.locator(".code__field")).to_be_visible()
            pupil.context.set_offline(False)
            pupil.locator(".room .button--main").tap()
            expect(pupil.locator(".room__said")).to_contain_text("so wie Sie sie gesendet haben")
            pupil.locator(".tale__leave").tap()
            pupil.locator(".room-join .button", has_text="verlassen").tap()
            expect(pupil.locator(".room-join .button")).to_have_count(1)
        arrived(teacher, 1)
        teacher.context.set_offline(True)
        expect(teacher.locator(".room__said")).to_contain_text("trying again")
        teacher.context.set_offline(False)
        expect(teacher.locator(".room__said")).to_be_empty()


def test_a_room_that_has_had_its_day_says_so(school: School) -> None:
    with school.somebody(f"/learn?t={STORY}~{school.at('predict')}&lang=en") as teacher:
        link = opened_room(teacher)
        with school.somebody(link) as pupil:
            pupil.locator(".choice").first.click()
            with closing(sqlite3.connect(school.rooms)) as table, table:
                table.execute("UPDATE room SET opened = opened - ? WHERE name = ?", (DAY, link[12:18]))
            expect(teacher.locator(".room__said")).to_contain_text(f"Room {link[12:18]} no longer exists")
            expect(teacher.get_by_role("button", name="Open a room")).to_be_visible()
            pupil.locator(".room .button--main").click()
            expect(pupil.locator(".room__said")).to_contain_text("is closed; your answer has not arrived")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_is_cut_off(school: School, scheme: str) -> None:
    for language, looks in (("en", DESK), ("de", PHONE), ("de", {"viewport": {"width": 1280, "height": 720}})):
        where = f"/learn?t={STORY}~{school.at('predict')}&lang={language}"
        with school.somebody(where, color_scheme=scheme, **looks) as teacher:
            teacher.locator(".code--class summary").click()
            clean(teacher)
            teacher.locator(".room .button").click()
            teacher.locator(".room .button--main").click()
            card = teacher.locator(".room-card")
            expect(card.locator("svg")).to_be_visible()
            assert card.evaluate("card => card.scrollWidth <= card.clientWidth")
            if looks is not PHONE:
                assert card.evaluate("card => card.scrollHeight <= card.clientHeight + 1")
            clean(teacher)
            link = card.locator(".room-card__link").inner_text()
        with school.somebody(link[link.index("/learn") :], color_scheme=scheme, **looks) as pupil:
            pupil.locator(".choice").first.click()
            clean(pupil)
            sent(pupil)
            clean(pupil)
            pupil.locator(".tale__leave").click()
            expect(pupil.locator(".room-join")).to_be_visible()
            clean(pupil)


def clean(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_rooms_there_is_no_word_of_them_and_a_link_to_one_is_told(visit: Visit, real_address: str) -> None:
    page = visit(f"{real_address}/learn?room=BCDFGH&lang=en")
    expect(page.locator(".notice__text")).to_contain_text("There are no rooms at this address")
    expect(page.locator(".room-join")).to_have_count(0)
    assert "null" not in page.locator("#learn").inner_text()
    assert "room=" not in page.url
    page.locator("[data-story=suspicion]").click()
    page.wait_for_selector("#lesson-title:not(:empty)")
    number = step_of(story_of(real_address, "suspicion"), "predict")
    for _ in range(number - 1):
        page.locator("#lesson-next").click()
    page.locator(".code--class summary").click()
    expect(page.locator(".code__column")).to_be_visible()
    expect(page.locator(".room")).to_have_count(0)
