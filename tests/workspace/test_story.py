"""The whole way as a person goes it, in both languages: a dropped export, claims checked, a brief published, a stranger reads it."""

from __future__ import annotations

import functools
import http.server
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.workspace.test_browser import CHROMIUM, PICTURES, Site, _first_account, until
from tests.workspace.test_work import EXPORT

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed: the story is not walked in a browser"),
    pytest.mark.skipif(bool(os.environ.get("TAWTHIQ_TEST_ON_DATABASE")), reason="walked on SQLite alone"),
]

IN_GUIDE = ("import", "imported", "queue", "actor", "alerts", "preview", "public")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    from playwright.sync_api import sync_playwright

    environment = {k: v for k, v in os.environ.items() if k not in ("TAWTHIQ_PROJECT", "DATABASE_URL", "TAWTHIQ_ADDITIONS")}
    command = [sys.executable, "-m", "tawthiq.cli", "serve", "--project", str(tmp_path / "p"), "--port", "0"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            link = re.search(r"http://\S+/invitation/\S+/", server.stdout.readline())
            assert link is not None
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
                _first_account(browser, link[0])
                yield Site(link[0].split("/invitation/")[0], browser, tmp_path)
                browser.close()
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(20)


def export(folder: Path) -> Path:
    """Write the folder of a Telegram export of an invented channel."""
    made = folder / "ChatExport"
    (made / "photos").mkdir(parents=True)
    (made / "result.json").write_text(json.dumps(EXPORT, ensure_ascii=False), encoding="utf-8")
    from PIL import Image

    Image.new("RGB", (40, 30), "navy").save(made / "photos" / "p.jpg")
    return made


def shot(page: Page, folder: Path, name: str) -> None:
    """Photograph a page; the guide's pictures are renewed where a folder is named for them."""
    assert len(page.screenshot(path=folder / f"{name}.png", full_page=True)) > 5000
    if PICTURES and name.rpartition("-")[0] in IN_GUIDE:
        page.screenshot(path=Path(PICTURES) / f"guide-{name}.png")


def finished(page: Page) -> None:
    """Wait until the job whose page is open has ended; the page renews itself."""
    until(lambda: page.locator("progress").count() == 0 and page.locator("main h1").count() == 1, 90)
    assert not page.locator("p.wrong").count(), page.inner_text("main")


@pytest.mark.parametrize("language", ["ar", "en"])
def test_from_a_dropped_export_to_a_brief_that_a_stranger_reads(site: Site, tmp_path: Path, language: str) -> None:
    page = site.enter("admin1", language)
    folder = export(tmp_path)
    # Bring in.
    page.goto(f"{site.address}/import/")
    page.set_input_files("#folder", str(folder))
    until(lambda: "photos/p.jpg" in page.inner_text("[data-dropped]"))
    shot(page, site.folder, f"import-{language}")
    page.click("button.main")
    page.wait_for_url("**/jobs/**")
    finished(page)
    assert page.locator(".figures strong").first.inner_text() == "2"
    shot(page, site.folder, f"imported-{language}")
    # Check.
    page.click("a.main[href='/queue/']")
    seen: set[str] = set()
    while (decide := page.query_selector("#decide")) is not None:
        action = decide.get_attribute("action") or ""
        assert action not in seen
        seen.add(action)
        if len(seen) == 1:
            shot(page, site.folder, f"queue-{language}")
        page.keyboard.press("a")
        until(lambda action=action: (e := page.query_selector("#decide")) is None or e.get_attribute("action") != action)  # type: ignore[misc]
    assert len(seen) >= 2
    # Know.
    page.goto(f"{site.address}/actors/")
    until(lambda: bool(page.goto(f"{site.address}/actors/")) and page.locator("tbody a[href='/actors/isis/']").count() == 1, 40)
    page.click("a[href='/actors/isis/']")
    shot(page, site.folder, f"actor-{language}")
    # A saved search.
    page.goto(f"{site.address}/search/?actor=isis")
    page.click("a[href^='/searches/?query']")
    page.fill("#name", "داعش")
    page.click("main form.stacked button.main")
    page.wait_for_selector("a[href^='/search/?actor=isis']")
    shot(page, site.folder, f"alerts-{language}")
    # Publish.
    page.goto(f"{site.address}/publish/")
    page.fill("#name", "public")
    page.fill("#f-title_ar", "سجل البادية (نص مُختلَق)")
    page.fill("#f-title_en", "Record of the desert (invented)")
    page.fill("#f-base_url", "https://record.example")
    page.click("form[action='/publish/profile/'] button")
    page.wait_for_url("**profile=public")
    page.select_option("#profile", "public")
    page.click("main form.stacked button.main")
    page.wait_for_url("**/jobs/**")
    finished(page)
    shot(page, site.folder, f"preview-{language}")
    told = page.locator("section li > a[href^='/incidents/']").all_inner_texts()
    assert told
    page.click("form[action='/publish/release/'] button")
    page.wait_for_url("**/jobs/**")
    finished(page)
    shot(page, site.folder, f"released-{language}")
    assert not page.said  # type: ignore[attr-defined]
    _a_stranger_reads(site, tmp_path / "p" / "publication", language, told[0])


def _a_stranger_reads(site: Site, publication: Path, language: str, told: str) -> None:
    """Serve the publication as any web server would, and read it without an account and without script."""
    from axe_playwright_python.sync_playwright import Axe

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(publication)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        plain = site.browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900}).new_page()
        plain.goto(f"{address}/")
        assert plain.locator("html").get_attribute("lang") == "ar"
        if language == "en":
            plain.click("nav a[href='brief-en.html']")
            assert plain.locator("html").get_attribute("lang") == "en"
        shot(plain, site.folder, f"public-{language}")
        text = plain.inner_text("main")
        assert "السخنة" in text or "Sukhna" in text or "Sokhneh" in text or "Homs" in text or "حمص" in text
        for name in ("Telegram", "WhatsApp", "Facebook"):
            assert plain.locator(f"nav a:has-text('{name}')").count() == 1
        # No word of a report, no name of a source.
        assert "وادي الأرز" not in plain.content()
        assert "عبوة ناسفة بسيارة عسكرية" not in plain.content()
        found: list[str] = []
        page = site.browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        for name in ("", f"releases-{language}.html", f"releases/1/timeline-{language}.html", f"releases/1/map-{language}.html",
                     f"releases/1/brief-{language}.html", f"releases/1/parts-{language}.html"):  # fmt: skip
            assert plain.goto(f"{address}/{name}").ok, name  # type: ignore[union-attr]
            assert len(plain.inner_text("body")) > 40
            page.goto(f"{address}/{name}")
            for link in page.eval_on_selector_all("a[href]", "all => all.map((a) => a.href)"):
                if link.startswith(address):
                    assert page.request.get(link).ok, (name, link)
            for violation in Axe().run(page).response["violations"]:
                if violation["impact"] in ("serious", "critical"):
                    found.append(f"{name}: {violation['id']} {[n['html'][:200] for n in violation['nodes'][:3]]}")
        assert not found, "\n".join(found)
        page.goto(f"{address}/releases/1/timeline-{language}.html")
        shot(page, site.folder, f"public-timeline-{language}")
        assert told.split()[0] in page.inner_text("main")
        page.set_viewport_size({"width": 360, "height": 740})
        for name in ("", f"releases-{language}.html", f"releases/1/timeline-{language}.html"):
            page.goto(f"{address}/{name}")
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, name
    finally:
        server.shutdown()
        server.server_close()
