from __future__ import annotations

import re
from datetime import date
from html.parser import HTMLParser

import pytest

from tawthiq.extract.engine import extract_claims
from tawthiq.link.incidents import link_claims
from tawthiq.link.told import Told
from tawthiq.model import Loss, LossRange, Report
from tawthiq.publish.brief import Brief, build_brief, losses_text, quote, render_html, render_markdown
from tawthiq.publish.outlines import Dot, map_svg, project
from tawthiq.publish.words import Language, Words

TEXT = "قُتل ثلاثة عناصر من قسد وأصيب اثنان بجروح، أمس الإثنين، جراء انفجار عبوة ناسفة في بلدة مركدة.\n\nونفى مصدر في قسد انسحاب قواتها من مدينة الشدادي."


@pytest.fixture(scope="module")
def brief() -> Brief:
    report = Report(report="R1", source="شبكة <b>الأرز</b>", language="ar", published="2023-05-16", text=TEXT)
    told = [Told(report, claim) for claim in extract_claims(report)]
    assert told
    return build_brief(told, link_claims(told))


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.outside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            elif name == "href" and (value or "").startswith("#"):
                self.targets.append((value or "")[1:])
            elif name in ("href", "src") and not (value or "").startswith("data:"):
                self.outside.append(value or "")


@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("en", "ltr")])
def test_a_page_stands_alone_and_every_link_leads_to_words(brief: Brief, language: Language, direction: str) -> None:
    page = render_html(brief, language)
    links = Links()
    links.feed(page)
    assert links.outside == []
    assert set(links.targets) <= set(links.ids)
    assert len(links.ids) == len(set(links.ids))
    assert f'lang="{language}" dir="{direction}"' in page
    assert not re.search(r"https?://(?!www\.w3\.org)", page)
    assert "<b>الأرز</b>" not in page
    assert Words(language)("internal") in page


def test_the_quoted_words_are_in_the_report(brief: Brief) -> None:
    for told in brief.told.values():
        marked = [text for text, mark in quote(told) if mark]
        assert marked
        for words in marked:
            assert words in " ".join(told.report.text.split("\n"))


def test_what_is_denied_is_no_happening(brief: Brief) -> None:
    page = render_markdown(brief, "en")
    happened, claimed = page.split(Words("en")("not_confirmed"))[:2]
    assert "Deployment" not in happened
    assert "Deployment" in claimed
    assert "IED" in happened


def test_a_period_without_incidents_says_so(brief: Brief) -> None:
    told = list(brief.told.values())
    empty = build_brief(told, link_claims(told), date(2020, 1, 1), date(2020, 1, 31))
    assert empty.incidents == []
    assert Words("ar")("nothing") in render_html(empty, "ar")
    whole = build_brief(told, link_claims(told), date(2023, 5, 15), date(2023, 5, 16))
    assert len(whole.incidents) == len(brief.incidents)


@pytest.mark.parametrize(
    ("loss", "said"),
    [
        (LossRange(who="sdf", outcome="killed", lowest=3, best=4, highest=6, claims=()), "killed: 3 to 6, best 4"),
        (LossRange(who=None, outcome="killed", lowest=None, best=None, highest=None, claims=()), "killed: unknown (not specified)"),
        (LossRange(who="sdf", outcome="wounded", lowest=0, best=0, highest=0, claims=()), "wounded: none, according to the source"),
        (Loss(who="sdf", outcome="killed", min=3), "killed: at least 3"),
        (Loss(who="sdf", outcome="killed", min=10, max=10, approx=True), "killed: about 10"),
    ],
)
def test_losses_are_said_as_they_are_known(loss: Loss | LossRange, said: str) -> None:
    rows: list[Loss | LossRange] = [loss]
    assert said in losses_text(rows, Words("en"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("number", "said"), [(1, "حادثة واحدة"), (2, "حادثتان"), (7, "7 حوادث"), (11, "11 حادثة"), (103, "103 حوادث")]
)
def test_arabic_plurals(number: int, said: str) -> None:
    assert Words("ar").plural("incidents", number) == said


def test_the_map_draws_governorates_and_dots() -> None:
    svg = map_svg([Dot(36.5, 40.75, 4, "الحسكة <4>", "dot"), Dot(10.0, 10.0, 1, "far", "dot")], "map")
    assert svg.count('class="land"') == 15  # fourteen governorates, and the zone of separation on the Golan
    assert svg.count("<circle") == 1
    assert "&lt;4&gt;" in svg
    x, y = project(33.51, 36.29)
    assert 0 < x < 200
    assert y > 300
