"""The workspace as people use it: chromium opens what `tawthiq serve` serves, in both languages, by mouse and by keyboard alone."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.workspace.conftest import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed: the pages are not opened in a browser"),
    pytest.mark.skipif(bool(os.environ.get("TAWTHIQ_TEST_ON_DATABASE")), reason="opened on SQLite alone"),
]
# Pictures for README and docs are renewed where this names a folder.
PICTURES = os.environ.get("TAWTHIQ_PICTURES")
IN_DOCS = ("workspace-overview-ar", "workspace-queue-ar", "workspace-incident-ar", "workspace-incident-en")
PAGES = {
    "overview": "/?week=2023-05-30",
    "queue": "/queue/",
    "search": "/search/",
    "map": "/search/?view=map",
    "timeline": "/search/?view=timeline",
    "report": "/reports/ex04/",
    "reports": "/reports/",
    "claims": "/claims/",
    "incident": "",
    "actors": "/actors/",
    "actor": "/actors/isis/",
    "places": "/places/",
    "place": "/places/C5110/",
    "sources": "/sources/",
    "hypotheses": "/hypotheses/",
    "forecasts": "/forecasts/",
    "tallies": "/tallies/",
    "vocabulary": "/vocabulary/?do=verb",
    "import": "/import/",
    "publish": "/publish/",
    "searches": "/searches/",
    "administration": "/administration/",
    "codebook": "/learn/",
    "practice": "/learn/practice/1/",
    "sets": "/learn/sets/",
    "people": "/people/",
    "audit": "/audit/",
    "account": "/account/",
    "second-factor": "/account/second-factor/",
}


class Site:
    """A served project with one account of each role, and the browser that opens it."""

    def __init__(self, address: str, browser: Browser, folder: Path) -> None:
        self.address, self.browser, self.folder = address, browser, folder

    def enter(self, login: str, language: str = "ar", **options: Any) -> Page:
        """Return a page in which somebody is logged in; what the console says against it fails the test at its end."""
        context = self.browser.new_context(**{"viewport": {"width": 1280, "height": 900}, "locale": "en-GB", **options})
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(f"{self.address}/login/")
        if page.locator("html").get_attribute("lang") != language:
            page.click("form[action='/language/'] button")
        page.fill("#login", login)
        page.fill("#password", PASSWORD)
        page.click("button.main")
        page.wait_for_url(f"{self.address}/")
        if page.locator("html").get_attribute("lang") != language:
            page.click("form[action='/language/'] button")
            page.wait_for_load_state()
        page.said = said  # type: ignore[attr-defined]
        return page


@pytest.fixture(scope="module")
def site(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    from playwright.sync_api import sync_playwright

    folder = tmp_path_factory.mktemp("served") / "p"
    environment = {k: v for k, v in os.environ.items() if k not in ("TAWTHIQ_PROJECT", "DATABASE_URL")}
    command = [sys.executable, "-m", "tawthiq.cli"]
    subprocess.run([*command, "run", str(examples), "--project", str(folder), "--quiet"], env=environment, check=True)
    server = subprocess.Popen(
        [*command, "serve", "--project", str(folder), "--port", "0"], env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        link = re.search(r"http://\S+/invitation/\S+/", server.stdout.readline())
        assert link is not None
        address = link[0].split("/invitation/")[0]
        with sync_playwright() as playwright:
            flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                     "--disable-component-update", "--disable-sync"]  # fmt: skip
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
            _first_account(browser, link[0])
            made = Site(address, browser, tmp_path_factory.mktemp("pictures"))
            admin = made.enter("admin1")
            for role in ("reader", "reviewer", "editor"):
                _invite(made, admin, role)
            yield made
            browser.close()
    finally:
        server.terminate()
        server.wait(20)


def _first_account(browser: Browser, link: str) -> None:
    """Make the first account by the link that the server printed, as its user does."""
    page = browser.new_page()
    page.goto(link)
    _fill_invitation(page, "admin1")
    page.close()


def _fill_invitation(page: Page, login: str) -> None:
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.fill("#again", PASSWORD)
    page.click("button.main")
    page.wait_for_selector("nav")


def _invite(site: Site, admin: Page, role: str) -> None:
    admin.goto(f"{site.address}/people/")
    admin.select_option("#role", role)
    admin.click("form[action='/people/'] button")
    link = admin.inner_text("code.secret")
    context = site.browser.new_context()
    page = context.new_page()
    page.goto(link)
    _fill_invitation(page, f"{role}1")
    context.close()


def contested(site: Site, page: Page) -> str:
    page.goto(f"{site.address}/search/?corroboration=contested&type=shelling")
    href = page.get_attribute(".incident-line a", "href")
    assert href
    return href


def until(said: Callable[[], Any], seconds: float = 15) -> None:
    """Wait until something holds; the pages' policy lets no test put script into them."""
    from playwright.sync_api import Error

    end = time.monotonic() + seconds
    while True:
        try:
            if said():
                return
        except Error:
            pass  # the page is just being left
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.03)


def photograph(page: Page, folder: Path, name: str) -> None:
    data = page.screenshot(path=folder / f"{name}.png", full_page=True)
    assert len(data) > 5000
    if PICTURES and name in IN_DOCS:
        page.screenshot(path=Path(PICTURES) / f"{name}.png")


@pytest.mark.parametrize("language", ["ar", "en"])
def test_each_page_in_each_language_is_legible_and_without_serious_findings(site: Site, language: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = site.enter("admin1", language)
    pages = {**PAGES, "incident": contested(site, page)}
    axe = Axe()
    found: list[str] = []
    # Both languages have the same colours: the dark ones are looked at once.
    for theme in ("light", "dark") if language == "ar" else ("light",):
        page.emulate_media(color_scheme=theme)
        for name, address in pages.items():
            page.goto(f"{site.address}{address}")
            if name == "map":
                page.wait_for_selector(".leaflet-here.alive path")
            if name == "queue":
                page.keyboard.press("5")
                page.wait_for_selector("[data-panel]")
            assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
            if theme == "light":
                photograph(page, site.folder, f"workspace-{name}-{language}")
            for violation in axe.run(page).response["violations"]:
                if violation["impact"] in ("serious", "critical"):
                    nodes = [n["html"][:160] for n in violation["nodes"][:3]]
                    found.append(f"{name} {language} {theme}: {violation['id']} {nodes}")
    assert not found, "\n".join(found)
    assert not page.said  # type: ignore[attr-defined]


def test_on_a_narrow_screen_nothing_is_cut_off(site: Site) -> None:
    for language in ("ar", "en"):
        page = site.enter("admin1", language, viewport={"width": 360, "height": 740})
        for name, address in {**PAGES, "incident": contested(site, page)}.items():
            page.goto(f"{site.address}{address}")
            if name == "queue":
                page.click("[data-slot='losses']")
                page.wait_for_selector("[data-panel]")
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= 360, (name, language, wide)
            photograph(page, site.folder, f"narrow-{name}-{language}")


def test_numbers_and_names_keep_their_direction_among_the_other_script(site: Site) -> None:
    page = site.enter("reader1")
    page.goto(f"{site.address}{contested(site, page)}")
    # A Latin name in an Arabic line stands isolated, so that what follows keeps its place.
    loose = page.evaluate(
        """() => [...document.querySelectorAll("main *")].filter((e) => [...e.childNodes].some(
        (n) => n.nodeType === 3 && /[A-Za-z]{4}/.test(n.data)) && !e.closest("bdi, [dir=ltr], [dir=auto], [lang=en], option, q")).map((e) => e.outerHTML.slice(0, 120))"""
    )
    assert loose == []
    # "1+" reads one and more, from left to right.
    shown = page.locator(".loss-value bdi").all_inner_texts()
    assert shown
    directions = page.locator(".loss-value bdi").evaluate_all("all => all.map((e) => getComputedStyle(e).direction)")
    assert set(directions) == {"ltr"}
    page.goto(f"{site.address}/reports/ex10/")
    text = page.locator("#text")
    assert text.evaluate("e => getComputedStyle(e).direction") in ("ltr", "rtl")


def queue_key(page: Page) -> str:
    action = page.get_attribute("#decide", "action")
    assert action
    return action.removeprefix("/claims/").removesuffix("/decide/")


def test_by_keyboard_alone_words_are_selected_a_slot_is_set_and_the_claim_is_accepted(site: Site) -> None:
    page = site.enter("reviewer1")
    page.goto(f"{site.address}/claims/ex01.2/")
    # To the text by Tab, from word to word by the arrows, on with Shift.
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "text":
            break
    else:
        pytest.fail("the text is not reached by Tab")
    page.keyboard.press("Home")
    first = page.evaluate("getSelection().toString()")
    page.keyboard.press("ArrowLeft")
    second = page.evaluate("getSelection().toString()")
    text = page.locator("#text").inner_text()
    assert text.split()[:2] == [first, second]
    page.keyboard.press("Shift+ArrowLeft")
    both = page.evaluate("getSelection().toString()")
    assert both.split()[0] == second
    assert len(both.split()) == 2
    # To a place that the gazetteer knows.
    for _ in range(200):
        page.keyboard.press("ArrowLeft")
        if page.evaluate("getSelection().toString()") == "الشدادي":
            break
    else:
        pytest.fail("the word is not reached by the arrows")
    page.keyboard.press("5")
    page.wait_for_selector("[data-panel]")
    assert "الشدادي" in page.inner_text("[data-panel] h3")
    page.keyboard.press("1")
    page.wait_for_load_state()
    page.wait_for_selector(".slot-link.s-place:has-text('الشدادي')")
    marked = page.locator("#text .s-place").all_inner_texts()
    assert marked == ["الشدادي"]
    page.keyboard.press("a")
    page.wait_for_selector(".tag.accepted")
    page.keyboard.press("u")
    page.wait_for_selector(".tag.accepted", state="detached")
    page.keyboard.press("u")
    until(lambda: page.locator("#text .s-place").all_inner_texts() != ["الشدادي"])


def test_the_layout_of_the_keyboard_does_not_matter(site: Site) -> None:
    page = site.enter("reviewer1")
    page.goto(f"{site.address}/queue/")
    # The key of "a" types another letter on an Arabic keyboard.
    before = queue_key(page)
    page.locator("body").dispatch_event("keydown", {"key": "س", "code": "KeyS", "bubbles": True})
    until(lambda: queue_key(page) != before)


def test_single_keys_can_be_turned_off(site: Site) -> None:
    page = site.enter("reviewer1")
    page.goto(f"{site.address}/account/")
    page.uncheck("[name=keys]")
    page.click("section:first-of-type button")
    page.goto(f"{site.address}/queue/")
    before = queue_key(page)
    page.keyboard.press("a")
    page.wait_for_timeout(300)
    assert queue_key(page) == before
    page.goto(f"{site.address}/account/")
    page.check("[name=keys]")
    page.click("section:first-of-type button")


def test_two_reviewers_at_once_never_have_the_same_claim(site: Site) -> None:
    one, other = site.enter("reviewer1"), site.enter("editor1", "en")
    mine: list[str] = []
    theirs: list[str] = []
    for _ in range(4):
        one.goto(f"{site.address}/queue/")
        other.goto(f"{site.address}/queue/")
        mine.append(queue_key(one))
        theirs.append(queue_key(other))
        assert mine[-1] != theirs[-1]
        one.keyboard.press("a")
        other.keyboard.press("r")
        until(lambda: not one.query_selector("#decide") or queue_key(one) != mine[-1])
        until(lambda: not other.query_selector("#decide") or queue_key(other) != theirs[-1])
    assert not set(mine) & set(theirs)
    for page, number in ((one, 4), (other, 4)):
        for _ in range(number):
            page.goto(f"{site.address}/queue/")
            page.keyboard.press("u")
            page.wait_for_url("**/claims/**")


def test_a_decision_takes_few_keys_and_little_time(site: Site) -> None:
    """A decision is one key, one with an edit from a suggestion three; the rest of 18 seconds is for reading (200 an hour)."""
    page = site.enter("reviewer1")
    page.goto(f"{site.address}/queue/")
    taken = []
    for number in range(6):
        before = queue_key(page)
        began = time.monotonic()
        if number % 2:
            page.keyboard.press("9")
            page.wait_for_selector("[data-panel]")
            with page.expect_navigation():
                page.keyboard.press("2")
            assert queue_key(page) == before
        page.keyboard.press("a")
        until(lambda: queue_key(page) != before)  # noqa: B023 - waited for at once
        taken.append(time.monotonic() - began)
    assert sorted(taken)[len(taken) // 2] < 3
    page.goto(f"{site.address}/queue/")
    for _ in range(9):
        with page.expect_navigation():
            page.keyboard.press("u")


def test_a_missed_claim_is_added_by_selecting_words(site: Site) -> None:
    page = site.enter("reviewer1")
    page.goto(f"{site.address}/reports/ex05/")
    page.keyboard.press("m")
    page.locator("#text").focus()
    page.keyboard.press("Home")
    for _ in range(3):
        page.keyboard.press("Shift+ArrowLeft")
    until(lambda: len(page.inner_text("[data-chosen]").split()) == 4)
    chosen = page.inner_text("[data-chosen]")
    page.select_option("#type", "event/raid")
    page.click("[data-add] button")
    page.wait_for_url("**/claims/**")
    assert page.locator("#text .evidence").inner_text() in chosen


def test_without_script_everything_can_still_be_decided(site: Site) -> None:
    context: BrowserContext = site.browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site.address}/login/?next=/claims/ex03.1/")
    page.fill("#login", "reviewer1")
    page.fill("#password", PASSWORD)
    page.click("button.main")
    page.click("[data-slot='modality']")
    page.click("button:has-text('مُرجَّح')")
    assert "مُرجَّح" in page.inner_text(".slot-link.s-modality")
    page.click("form:has(button[data-key='u']) button")
    assert "مُرجَّح" not in page.inner_text(".slot-link.s-modality")


def test_matches_of_an_incident_explain_themselves(site: Site, request: pytest.FixtureRequest) -> None:
    page = site.enter("editor1")
    for address in page_links(site, page):
        page.goto(f"{site.address}{address}")
        why = page.locator("#matches-title ~ ul details summary")
        if why.count():
            why.first.click()
            page.wait_for_selector(".waterfall-here svg.waterfall")
            assert page.locator(".waterfall-here svg.waterfall rect").count() >= 3
            return
    pytest.fail("no incident with a match among the examples")


def page_links(site: Site, page: Page) -> list[str]:
    page.goto(f"{site.address}/search/")
    return list(page.locator(".incident-line > a").evaluate_all("all => all.map((e) => e.getAttribute('href'))"))
