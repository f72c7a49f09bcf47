"""Publishing: what may harm stays in, what gets out is whole, and what was released never changes."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
import zipfile
import zlib
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from tawthiq.analyse.undocumented import Estimate
from tawthiq.link.incidents import link_claims
from tawthiq.link.told import Told
from tawthiq.model import Attribution, Incident, Level, Media, Modality, Place, Post, Report, SourceType, Time
from tawthiq.publish.datasets import acled_rows, harmless, read_parquet, ucdp_rows
from tawthiq.publish.profile import Profile, read_profile
from tawthiq.publish.redact import Held, PublicIncident, redact, snap
from tawthiq.publish.releases import compare, publish, releases, verify_releases, withdraw
from tawthiq.publish.sentences import sentence, short_text
from tawthiq.publish.words import Words
from tests.link.test_incidents import told

TODAY = date(2024, 1, 1)
SHUHAYL = Place(
    name="الشحيل", level=Level.TOWN, admin1="SY09", admin2="SY0901", admin3="SY090102", code="C5119", lat=35.0921, lon=40.4543
)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


def some() -> list[Told]:
    return [
        told("a", place=SHUHAYL),
        told("b", place=SHUHAYL, killed=5),
        told("c", type_="arrest", place=SHUHAYL, killed=None, initiators=("sdf",), targets=("civilians",), day="2023-06-01"),
        told("d", place=None, day="2023-07-01", killed=None),
    ]


def public(rows: Sequence[Told], profile: Profile | None = None, today: date = TODAY) -> tuple[list[PublicIncident], list[Held]]:
    return redact(link_claims(rows), {t.key: t for t in rows}, profile or Profile(), today)


def release(
    rows: Sequence[Told], out: Path, profile: Profile | None = None, incidents: Sequence[Incident] | None = None, day: int = 1
) -> None:
    found = link_claims(rows) if incidents is None else incidents
    shown, held = redact(found, {t.key: t for t in rows}, profile or Profile(), TODAY)
    publish(shown, held, out, profile or Profile(), {}, lambda _: None, now=datetime(2024, 1, day, tzinfo=UTC))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("public")
    release(some(), out, Profile(publisher="فريق مختلق", base_url="https://example.org/record"))
    return out


def test_a_place_is_told_by_a_named_unit_and_never_moved() -> None:
    town, district, governorate = (snap(SHUHAYL, step) for step in ("town", "district", "governorate"))
    assert town is not None
    assert district is not None
    assert governorate is not None
    assert (town.code, town.level, town.lat) == ("C5119", "town", 35.0921)
    assert (district.code, district.level) == ("SY0901", "district")
    assert (governorate.code, governorate.admin2) == ("SY09", None)
    unknown = SHUHAYL.model_copy(update={"name": "قرية لا يعرفها أحد", "code": None, "level": None})
    held = snap(unknown, "town")
    assert held is not None
    assert (held.level, held.name_ar) == ("subdistrict", snap(SHUHAYL, "subdistrict").name_ar)  # type: ignore[union-attr]
    assert snap(None, "town") is None


def test_what_may_harm_is_told_by_the_district_and_later() -> None:
    profile = Profile()
    found, _ = public(some())
    by_type = {i.type: i for i in found if i.place is not None}
    assert by_type["ied"].place is not None
    assert by_type["ied"].place.level == "town"
    assert by_type["arrest"].place is not None
    assert by_type["arrest"].place.level == "district"
    assert profile.exactness_of("shelling", ("medical",)) == "district"
    assert profile.exactness_of("raid", ("civilians",)) == "district"
    assert profile.exactness_of("raid", ("isis",)) == "town"
    assert (profile.delay("ied"), profile.delay("arrest")) == (7, 14)


def test_what_is_held_back_has_its_reason() -> None:
    rows = [told("a"), told("x", day=None, published="2023-05-16", place=SHUHAYL, type_="shelling")]
    _, held = public(rows, today=date(2023, 5, 20))
    assert {(h.reason, h.until) for h in held} == {("delay", "2023-05-22"), ("delay", "2023-05-23")}
    denied = told("n", modality=Modality.DENIED)
    assert [h.reason for h in public([denied])[1]] == ["not-told"]
    undated = told("u", day=None)
    blank = Told(undated.report.model_copy(update={"published": None}), undated.claim)
    assert [h.reason for h in public([blank])[1]] == ["undated"]
    assert [h.reason for h in public([told("a")], Profile(unreviewed="leave-out"))[1]] == ["unreviewed"]
    (incident,) = link_claims([told("a")])
    rejected = incident.model_copy(update={"review": "rejected"})
    assert redact([rejected], {}, Profile(), TODAY)[1][0].reason == "rejected"


def test_nothing_that_a_report_wrote_gets_out(tmp_path: Path) -> None:
    canaries: list[str] = []

    def canary(where: str) -> str:
        canaries.append(f"canary{where}zq")
        return canaries[-1]

    report = Report(
        report=canary("report"), source=canary("source"), published="2023-05-16", title=canary("title"), text=canary("text") * 40,
        url=f"https://{canary('url')}.example/x", author=canary("author"),
        post=Post(platform="telegram", channel=canary("channel"), message="5", channel_name=canary("name"), forwarded_from=canary("forward")),
        media=(Media(name=canary("media")),),
    )  # fmt: skip
    place = SHUHAYL.model_copy(update={"name": canary("place"), "detail": canary("detail")})
    unknown = Place(name=canary("unknown"), detail=canary("spot"), admin1="SY09")
    claims = []
    spots: tuple[tuple[Place | None, str], ...] = ((place, "ied"), (unknown, "shelling"), (None, "arrest"))
    for number, (spot, type_) in enumerate(spots, 1):
        row = told(
            "a",
            number,
            type_=type_,
            place=spot,
            attribution=Attribution(type=SourceType.NAMED, mention=canary(f"mention{number}")),
        )
        time = Time(start=f"2023-05-{10 + number}", end=f"2023-05-{10 + number}", mention=canary(f"time{number}"))
        claims.append(Told(report, row.claim.model_copy(update={"time": time, "id": f"{report.report}.{number}"})))
    incidents = link_claims(claims)
    release(claims, tmp_path, incidents=incidents)
    release(claims, tmp_path, incidents=[incidents[0].model_copy(update={"review": "rejected"}), *incidents[1:]], day=2)
    assert len(releases(tmp_path)) == 2
    assert len(releases(tmp_path)[1].withdrawn) == 1
    for path in tmp_path.rglob("*"):
        if path.is_file():
            for content in contents(path):
                found = [c for c in canaries if c in content]
                assert not found, (path.name, found)
    # The same canaries are found where a profile lets them through: the search can fail.
    loud = tmp_path / "loud"
    release(claims, loud, Profile(quotes=True, sources=True, urls=True, details=True), incidents=incidents)
    text = "".join(c for path in loud.rglob("*") if path.is_file() for c in contents(path))
    for where in ("mention1", "detail", "url"):
        assert f"canary{where}zq" in text


def contents(path: Path) -> list[str]:
    """Return all that can be read out of a file: its bytes, what is packed in it, its text."""
    data = path.read_bytes()
    out = [data.decode("utf-8", "replace"), data.decode("utf-16-le", "replace")]
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as packed:
            out += [packed.read(name).decode("utf-8", "replace") for name in packed.namelist()]
    if path.suffix == ".parquet":
        out += [str(pq.read_table(path).to_pylist()), str(pq.read_metadata(path).metadata)]
    if path.suffix == ".pdf":
        reader = PdfReader(path)
        out += [page.extract_text() for page in reader.pages] + [str(reader.metadata)]
        for stream in re.findall(rb"stream\r?\n(.*?)endstream", data, re.DOTALL):
            try:
                out.append(zlib.decompress(stream).decode("utf-8", "replace"))
            except zlib.error:
                continue
    return out


def test_reading_a_package_back_gives_the_same_incidents(made: Path) -> None:
    shown, _ = public(some(), Profile(publisher="فريق مختلق"))
    assert read_parquet(made / "releases" / "1" / "data" / "incidents.parquet") == shown


def test_the_data_package_is_valid(made: Path) -> None:
    from frictionless import Package

    folder = made / "releases" / "1" / "data"
    found = Package(str(folder / "datapackage.json")).validate()
    assert found.valid, found.flatten(["title", "message"])
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert {r["path"] for r in package["resources"]} == {p.name for p in folder.iterdir()} - {"datapackage.json"}
    described = next(r for r in package["resources"] if r["path"] == "incidents.csv")["schema"]["fields"]
    assert all(field.get("description") for field in described)
    assert next(f for f in described if f["name"] == "type")["measured"]["recall"] > 0


def test_tables_hold_figures_and_never_zero_for_the_unknown(made: Path) -> None:
    folder = made / "releases" / "1" / "data"
    rows = list(csv.DictReader(io.StringIO((folder / "incidents.csv").read_text(encoding="utf-8"))))
    blast = next(r for r in rows if r["type"] == "ied" and r["latitude"])
    assert (blast["killed_lowest"], blast["killed_best"], blast["killed_highest"]) == ("3", "3", "5")
    assert next(r for r in rows if r["type"] == "arrest")["killed_best"] == ""
    shown, _ = public(some())
    acled = {r["event_id_cnty"]: r for r in acled_rows(shown)}
    arrest = next(i for i in shown if i.type == "arrest")
    assert (acled[arrest.id]["sub_event_type"], acled[arrest.id]["fatalities"]) == ("Arrests", None)
    assert all(r["best"] is not None for r in ucdp_rows(shown))
    assert len(ucdp_rows(shown)) == 1
    hxl = list(csv.reader(io.StringIO((folder / "incidents-hxl.csv").read_text(encoding="utf-8"))))
    assert all(tag.startswith("#") for tag in hxl[1])
    geo = json.loads((folder / "incidents.geojson").read_text(encoding="utf-8"))
    assert [f["geometry"] is None for f in geo["features"]].count(True) == 1
    book = load_workbook(folder / "incidents.xlsx", read_only=True)
    assert book.sheetnames == ["incidents", "acled", "ucdp-ged"]


def test_cells_that_would_run_are_harmless() -> None:
    for text in ("=HYPERLINK(1)", "+1", "-1", "@x", "\tx", "\rx"):
        assert harmless(text) == "'" + text
    assert (harmless(-5), harmless("قصف"), harmless(None)) == (-5, "قصف", None)


def test_a_release_never_changes_and_the_next_tells_what_did(tmp_path: Path) -> None:
    rows = some()
    incidents = link_claims(rows)
    release(rows, tmp_path, incidents=incidents)
    assert verify_releases(tmp_path) == []
    first = (tmp_path / "releases" / "1" / "data" / "incidents.csv").read_bytes()
    gone, changed = incidents[0], incidents[1]
    later = [gone.model_copy(update={"review": "rejected"}), changed.model_copy(update={"review": "verified"}), *incidents[2:]]
    release(rows, tmp_path, incidents=later, day=2)
    one, two = releases(tmp_path)
    assert (two.number, two.added) == (2, ())
    assert [(c.incident, c.fields) for c in two.changed] == [(changed.id, ("review",))]
    assert [(w.incident, w.reason) for w in two.withdrawn] == [(gone.id, "rejected")]
    assert len(one.added) == len(incidents)
    assert gone.id in (tmp_path / "withdrawn" / f"{gone.id}.html").read_text(encoding="utf-8")
    notice = json.loads((tmp_path / "withdrawn" / f"{gone.id}.json").read_text(encoding="utf-8"))
    assert notice["reason"] == "rejected"
    assert (tmp_path / "releases" / "1" / "data" / "incidents.csv").read_bytes() == first
    release(rows, tmp_path, incidents=incidents, day=3)
    assert not (tmp_path / "withdrawn" / f"{gone.id}.json").exists()
    path = tmp_path / "releases" / "1" / "map.svg"
    path.chmod(0o644)
    path.write_text("x")
    (tmp_path / "releases" / "2" / "more.txt").write_text("x")
    assert verify_releases(tmp_path) == ["release 1: map.svg was changed", "release 2: more.txt was added"]


def test_a_merged_incident_leads_on() -> None:
    shown, _ = public(some())
    old, new = shown[0], shown[1]
    added, changed, withdrawn = compare([old, new], [new], [], lambda name: new.id if name == old.id else None)
    assert (added, changed) == ((), ())
    assert [(w.reason, w.instead) for w in withdrawn] == [("merged", new.id)]


def test_a_release_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError("no room")

    monkeypatch.setattr("tawthiq.publish.releases.write_pages", broken)
    with pytest.raises(OSError, match="no room"):
        release(some(), tmp_path)
    assert releases(tmp_path) == []
    assert not [p for p in tmp_path.iterdir() if p.name not in ("releases", ".lock")]


def test_the_pdf_is_set_in_the_packages_fonts_and_reads(made: Path) -> None:
    reader = PdfReader(made / "releases" / "1" / "brief-ar.pdf")
    names = {str(font.get_object()["/BaseFont"]) for page in reader.pages for font in fonts_of(page)}
    assert names
    assert all("NotoSansArabic" in name or "Amiri" in name for name in names), names
    english = "".join(page.extract_text() for page in PdfReader(made / "releases" / "1" / "brief-en.pdf").pages)
    assert "Deir-ez-Zor" in english
    assert "15 May 2023" in english


def fonts_of(page: Any) -> Sequence[Any]:
    return list(page["/Resources"]["/Font"].values())


def test_every_number_of_a_public_brief_is_in_the_record(made: Path) -> None:
    shown, _ = public(some(), Profile(publisher="فريق مختلق"))
    allowed = {str(n) for n in range(1, 15)}  # delays, releases, counts of incidents
    for incident in shown:
        allowed |= set(re.findall(r"\d+", sentence(incident, Words("en")) + incident.id))
    text = (made / "releases" / "1" / "brief-en.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\d+", text)) <= allowed | {"2024"}
    assert {i.id for i in shown} == set(re.findall(r"I[0-9a-f]{10}", text))


def test_short_texts_keep_to_their_limits(made: Path) -> None:
    shown, _ = public(some())
    for limit in (4096, 600, 300):
        text = short_text(shown * 30, Words("ar"), "سجل", limit, "https://example.org/x")
        assert len(text) <= limit
        assert text.endswith("https://example.org/x")
    for name in ("telegram-ar.txt", "whatsapp-en.txt"):
        assert len((made / "releases" / "1" / name).read_text(encoding="utf-8")) <= 4096


def test_feeds_are_whole(made: Path) -> None:
    root = ElementTree.parse(made / "feed.atom").getroot()
    atom = "{http://www.w3.org/2005/Atom}"
    entries = root.findall(f"{atom}entry")
    assert len(entries) == 1 + len(public(some())[0])
    assert len({e.findtext(f"{atom}id") for e in entries}) == len(entries)
    assert all(e.findtext(f"{atom}updated") and e.findtext(f"{atom}title") for e in entries)
    feed = json.loads((made / "feed.json").read_text(encoding="utf-8"))
    assert feed["items"][0]["url"] == "https://example.org/record/releases/1/brief-ar.html"


def test_pages_ask_nothing_of_any_server(made: Path) -> None:
    for path in (made / "releases" / "1").glob("*.html"):
        # A feed is named for readers of feeds; no browser fetches it.
        text = re.sub(r"<script.*?</script>|<link rel=.alternate.[^>]*>", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        loaded = re.findall(r"""(?:src|srcset)=["']([^"']+)|<link[^>]+href=["']([^"']+)|url\(["']?([^"')]+)""", text)
        assert all(next(filter(None, found)).startswith("data:") for found in loaded), path.name


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed: pages are not opened in it")
@pytest.mark.parametrize("page", ["brief-ar.html", "brief-en.html", "map-ar.html", "map-en.html", "timeline-ar.html"])
def test_pages_open_without_an_error(made: Path, tmp_path: Path, page: str) -> None:
    assert CHROMIUM is not None
    picture = tmp_path / "p.png"
    done = subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--window-size=1000,1400",
         "--virtual-time-budget=3000", f"--user-data-dir={tmp_path / 'profile'}", f"--screenshot={picture}",
         (made / "releases" / "1" / page).as_uri()],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert "CONSOLE" not in done.stderr, done.stderr
    assert picture.stat().st_size > 20_000


def test_every_governorate_actor_and_month_has_its_page(tmp_path: Path) -> None:
    rows = [told(f"r{n}", place=SHUHAYL, day=f"2023-0{n}-10", initiators=("isis",)) for n in range(1, 5)]
    release(rows, tmp_path)
    folder = tmp_path / "releases" / "1"
    assert {p.name for p in (folder / "areas").iterdir()} == {"SY09-ar.html", "SY09-en.html"}
    assert {p.name for p in (folder / "actors").iterdir()} == {f"{a}-{x}.html" for a in ("isis", "sdf") for x in ("ar", "en")}
    assert len(list((folder / "months").iterdir())) == 8
    text = (folder / "months" / "2023-02-en.html").read_text(encoding="utf-8")
    assert "10 February 2023" in text
    assert "10 March 2023" not in text
    for path in folder.glob("*/*.html"):
        for href in re.findall(r'(?:href|url)[=(]"([^"#:]+)"', path.read_text(encoding="utf-8")):
            assert (path.parent / href).exists(), (path.name, href)
    listing = (folder / "parts-ar.html").read_text(encoding="utf-8")
    assert all((folder / href).exists() for href in re.findall(r'href="([^":]+html)"', listing))


def test_an_estimate_is_told_only_where_the_profile_says_so(tmp_path: Path) -> None:
    estimate = Estimate(incidents=40, lists=(), at_least=55.2, at_least_low=48.9)
    shown, held = public(some())
    for name, profile in (("quiet", Profile()), ("told", Profile(estimates=True))):
        publish(shown, held, tmp_path / name, profile, {}, lambda _: None, estimate=estimate)
    quiet, said = ((tmp_path / n / "releases" / "1" / "brief-en.md").read_text(encoding="utf-8") for n in ("quiet", "told"))
    assert "estimated" not in quiet
    assert "at least 55 in all are estimated" in said
    assert "lower 95 % limit 49" in said


def test_an_empty_publication_is_one_too(tmp_path: Path) -> None:
    release([], tmp_path)
    assert releases(tmp_path)[0].incidents == 0
    assert (tmp_path / "index.html").is_file()


def test_a_profile_is_read_and_a_wrong_one_named(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text('title_ar = "سجل"\ndelay_days = 30\nexactness = "district"\n', encoding="utf-8")
    assert read_profile(path).delay_days == 30
    for bad, why in (
        ("delay_days = -1", "delay_days"),
        ("colour = 1", "colour"),
        ("= x", "profile|Invalid|p.toml"),
        ('exactness = "street"', "exactness"),
    ):
        path.write_text(bad, encoding="utf-8")
        with pytest.raises(ValueError, match=why):
            read_profile(path)


def test_a_withdrawn_release_leaves_its_record_and_the_one_before_in_front(tmp_path: Path) -> None:
    out = tmp_path / "out"
    shown, held = public(some())
    profile = Profile(base_url="https://example.org/record", title_ar="سجل")
    for _ in range(2):
        publish(shown, held, out, profile, {}, lambda name: None)
    assert 'href="releases/2/' in (out / "index.html").read_text("utf-8")
    withdraw(out, 2, "تفصيل يعرّض شاهداً للخطر", profile)
    assert sorted(p.name for p in (out / "releases" / "2").iterdir()) == ["index.html", "release.json"]
    assert 'href="releases/1/' in (out / "index.html").read_text("utf-8")
    listed = (out / "releases-ar.html").read_text("utf-8")
    assert "تفصيل يعرّض شاهداً للخطر" in listed
    assert 'href="releases/2/brief-ar.html"' not in listed
    assert "releases/2/" not in (out / "feed.atom").read_text("utf-8")
    assert verify_releases(out) == []
    third = publish(shown, held, out, profile, {}, lambda name: None)
    assert (third.number, third.added) == (3, ())
    for number in (2, 9):
        with pytest.raises(ValueError, match="no release"):
            withdraw(out, number, "x", profile)
    withdraw(out, 3, "x", profile)
    withdraw(out, 1, "x", profile)
    assert "releases/1/brief" not in (out / "index.html").read_text("utf-8")
    assert not (out / "feed.atom").exists()


def test_what_people_withhold_is_in_no_release() -> None:
    rows = some()
    found = link_claims(rows)
    kept = found[0].id
    shown, held = redact(found, {t.key: t for t in rows}, Profile(), TODAY, {kept})
    assert kept not in {i.id for i in shown}
    assert [h.reason for h in held if h.incident == kept] == ["withheld"]


def test_a_brief_leads_to_related_ones_and_can_be_shared(made: Path) -> None:
    page = (made / "releases" / "1" / "brief-ar.html").read_text("utf-8")
    for name in ("t.me/share", "wa.me", "facebook.com/sharer", 'property="og:image"', "timeline-ar.html", "areas/"):
        assert name in page, name
    card = (made / "releases" / "1" / "card-ar.png").read_bytes()
    assert card[:4] == b"\x89PNG"
    assert (int.from_bytes(card[16:20], "big"), int.from_bytes(card[20:24], "big")) == (1200, 630)
    part = next((made / "releases" / "1" / "areas").glob("*-ar.html")).read_text("utf-8")
    links = re.findall(r'href="(\.\./(?:areas|actors|months)/[^"]+)"', part)
    assert links
    assert all((made / "releases" / "1" / "areas" / link).is_file() for link in links)


def test_a_withdrawal_that_was_broken_off_is_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    out = tmp_path / "out"
    shown, held = public(some())
    publish(shown, held, out, Profile(), {}, lambda name: None)
    publish(shown, held, out, Profile(), {}, lambda name: None)

    def fails(*arguments: object, **more: object) -> None:
        raise OSError("no")

    whole = shutil.rmtree
    monkeypatch.setattr(shutil, "rmtree", fails)
    with pytest.raises(OSError, match="no"):
        withdraw(out, 2, "x", Profile())
    monkeypatch.setattr(shutil, "rmtree", whole)
    assert 'href="releases/1/' in (out / "index.html").read_text("utf-8")
    assert any("still there" in line for line in verify_releases(out))
    withdraw(out, 2, "x", Profile())
    assert verify_releases(out) == []
    (out / ".release-left" / "release").mkdir(parents=True)
    again = publish(shown, held, out, Profile(), {}, lambda name: None, key="job 1")
    assert publish(shown, held, out, Profile(), {}, lambda name: None, key="job 1").number == again.number == 3
    assert not list(out.glob(".release-*"))
