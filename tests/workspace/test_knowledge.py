"""Actors, places, sources, hypotheses, forecasts, tallies; saved searches and alerts; publishing from the pages."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.workspace.test_work import do

if TYPE_CHECKING:
    from django.test import Client

    from tawthiq.workspace.models import IncidentRow, Person

pytestmark = pytest.mark.usefixtures("opened")
Browser = Callable[..., "Client"]


def an_incident() -> IncidentRow:
    from tawthiq.workspace.models import IncidentRow

    row = IncidentRow.objects.exclude(start=None).exclude(admin1="").order_by("id").first()
    assert row is not None
    return row


# --- answers ----------------------------------------------------------------------------------------------------------


def test_actors_and_their_pages_say_what_the_record_says(client: Browser) -> None:
    from tawthiq.workspace.models import IncidentTag

    page = client("reader").get("/actors/").content.decode()
    count = IncidentTag.objects.filter(kind="actor", value="isis").count()
    assert re.search(rf'<a href="/actors/isis/">[^<]+</a></th><td><a href="/search/\?actor=isis">{count}</a>', page)
    one = client("reader").get("/actors/isis/").content.decode()
    for words in ("داعش", "أول ظهور", "الخسائر", "مع من وضد من", "تتبع", "أحدث الحوادث"):
        assert words in one, words
    assert client("reader").get("/actors/nobody-at-all/").status_code == 404
    assert "sdf" in client("reader").get("/actors/?q=قسد").content.decode()
    young = client("reader").get("/actors/asayish/")
    assert young.status_code in (200, 404)


def test_places_know_their_homonyms(client: Browser) -> None:
    page = client("reader").get("/places/").content.decode()
    key = an_incident().place
    assert f"/places/{key}/" in page
    one = client("reader").get(f"/places/{key}/")
    assert one.status_code == 200
    assert "أماكن أخرى بهذا الاسم" in one.content.decode()
    found = client("reader").get("/places/?q=البصيرة").content.decode()
    assert found.count("/places/C") >= 1
    assert client("reader").get("/places/nowhere/").status_code == 404


def test_a_source_is_graded_with_a_reason(client: Browser) -> None:
    from tawthiq.workspace.models import ReportRow

    name = ReportRow.objects.exclude(source="").first().source  # type: ignore[union-attr]
    assert name in client("reader").get("/sources/").content.decode()
    address = f"/sources/{name}/"
    assert client("reviewer").post(f"{address}grade/", {"grade": "B"}).status_code == 403
    assert client("editor").post(f"{address}grade/", {"grade": "Z"}).status_code == 400
    assert client("editor").post(f"{address}grade/", {"grade": "B", "reason": "تحقّقنا من ثلاثة تقارير"}).status_code == 302
    page = client("reader").get(address).content.decode()
    assert "تحقّقنا من ثلاثة تقارير" in page
    assert "B" in re.sub(r"<option.*?</option>", "", page)
    assert client("reader").get("/sources/nobody/").status_code == 404


def test_hypotheses_forecasts_and_tallies_show_the_words_and_the_record(client: Browser) -> None:
    from tawthiq.workspace.models import Answer

    page = client("reader").get("/hypotheses/").content.decode()
    assert page.count("<blockquote") >= 1
    assert "لا براهين" in page
    browser = client("reviewer")
    page = browser.get("/forecasts/").content.decode()
    claim = re.search(r'name="claim" value="([^"]+)"', page)
    assert claim is not None
    assert browser.post("/forecasts/settle/", {"claim": claim[1], "outcome": "perhaps"}).status_code == 400
    assert browser.post("/forecasts/settle/", {"claim": claim[1], "outcome": "false", "reason": "لم يحدث"}).status_code == 302
    page = browser.get("/forecasts/").content.decode()
    assert "لم يتحقق" in page
    assert Answer.objects.filter(kind="score", data__settled=1).exists()
    page = client("reader").get("/tallies/").content.decode()
    links = re.findall(r'href="/search/\?([^"]+)">ابحث عنه', page)
    assert links
    for link in links[:3]:
        assert client("reader").get(f"/search/?{link.replace('&amp;', '&')}").status_code == 200


def test_answers_are_made_anew_when_something_changed_and_only_then(client: Browser) -> None:
    from tawthiq.workspace import answers
    from tawthiq.workspace.models import Job

    client("reader").get("/actors/")
    made = Job.objects.filter(kind="answers").count()
    client("reader").get("/sources/")
    assert Job.objects.filter(kind="answers").count() == made
    client("reviewer").post("/claims/ex01.1/decide/", {"kind": "reject"})
    assert not answers.fresh()
    client("reader").get("/actors/")
    assert answers.fresh()
    assert Job.objects.filter(kind="answers").count() == made + 1


def test_a_large_record_is_answered_by_the_worker(client: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    from tawthiq.workspace import answers, jobs
    from tawthiq.workspace.models import Job

    monkeypatch.setattr(answers, "SMALL", 0)
    page = client("reader").get("/actors/").content.decode()
    assert "يُعاد الحساب الآن" in page
    client("reader").get("/places/")
    waiting = Job.objects.get(kind="answers", state="waiting")
    jobs.run.func(waiting.pk)
    assert "يُعاد الحساب الآن" not in client("reader").get("/actors/").content.decode()


def test_pages_of_knowledge_ask_the_database_as_often_whatever_its_size(client: Browser) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser = client("reader")
    browser.get("/actors/")
    for address, most in (("/actors/", 12), ("/actors/isis/", 20), ("/places/", 12), ("/sources/", 16), ("/tallies/", 16)):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert browser.get(address).status_code == 200
        assert len(asked) <= most, (address, len(asked))


# --- alerts -----------------------------------------------------------------------------------------------------------


def saved(client: Client, **said: Any) -> Any:
    return client.post("/searches/", {"name": "البادية", "query": "", "alert": ["contested"], "channel": "pages", **said})


def contest() -> str:
    """Make an incident of this week contested, and return its id."""
    from django.utils import timezone

    row = an_incident()
    row.corroboration, row.start, row.end = "contested", timezone.localdate(), timezone.localdate()
    row.save()
    return row.id


def test_a_contested_incident_is_told_once(client: Browser) -> None:
    from tawthiq.workspace import alerts
    from tawthiq.workspace.models import Job

    browser = client("reader")
    assert saved(browser).status_code == 302
    assert "لا تنبيهات" in browser.get("/searches/").content.decode()
    name = contest()
    job = Job.objects.create(kind="answers")
    assert alerts.look(job, lambda *a: None)["new"] == 1
    assert alerts.look(job, lambda *a: None)["new"] == 0
    assert f"/incidents/{name}/" in browser.get("/searches/").content.decode()
    assert f"/incidents/{name}/" not in client("reviewer").get("/searches/").content.decode()


def test_what_was_there_when_a_search_was_saved_is_not_told(client: Browser) -> None:
    from tawthiq.workspace import alerts
    from tawthiq.workspace.models import Job

    contest()
    saved(client("reader"))
    assert alerts.look(Job.objects.create(kind="answers"), lambda *a: None)["new"] == 0
    assert "لا تنبيهات" in client("reader").get("/searches/").content.decode()


def test_a_feed_is_read_by_who_knows_its_address(client: Browser) -> None:
    from tawthiq.workspace import alerts
    from tawthiq.workspace.models import Job, SavedSearch

    page = saved(client("reader"), channel="atom").content.decode()
    path = re.search(r"/alerts/[\w-]+\.atom", page)
    assert path is not None
    name = contest()
    alerts.look(Job.objects.create(kind="answers"), lambda *a: None)
    answer = client().get(path[0])
    assert answer.status_code == 200
    root = ElementTree.fromstring(answer.content)
    atom = "{http://www.w3.org/2005/Atom}"
    assert len(root.findall(f"{atom}entry")) == 1
    assert name in answer.content.decode()
    assert client().get("/alerts/wrong.atom").status_code == 404
    client("reader").post(f"/searches/{SavedSearch.objects.get().pk}/forget/")
    assert client().get(path[0]).status_code == 404


def test_mail_and_webhook_carry_no_word_of_a_report(client: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.core import mail
    from django.test import override_settings

    from tawthiq.archive.fetch import Answer
    from tawthiq.archive.limits import Refused
    from tawthiq.workspace import alerts
    from tawthiq.workspace.models import Alert, ClaimRow, Job

    saved(client("reader"), channel="email", address="x@example.org")
    saved(client("editor"), channel="webhook", address="https://hook.example.org/a")
    name = contest()
    sent: list[tuple[str, bytes, dict[str, str]]] = []

    def takes(url: str, data: bytes, headers: dict[str, str], rules: object) -> Answer:
        sent.append((url, data, headers))
        return Answer(204, url, {}, b"")

    monkeypatch.setattr(alerts, "post", takes)
    with override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend"):
        assert alerts.look(Job.objects.create(kind="answers"), lambda *a: None) == {"new": 2}
        assert not sent
        assert alerts.send() == 2
    told = mail.outbox[-1].body + sent[0][1].decode()
    assert name in told
    words = ClaimRow.objects.filter(incident=name).first()
    assert words is not None
    text = words.report.data["text"]
    assert not any(text[a:b] in told for a, b in words.data["evidence"])
    assert re.fullmatch(r"[0-9a-f]{64}", sent[0][2]["X-Tawthiq-Signature"])

    def refuses(*arguments: object) -> None:
        raise Refused("10.0.0.1 is not a public address")

    monkeypatch.setattr(alerts, "post", refuses)
    Alert.objects.update(sent=None)
    assert alerts.send() == 0
    assert Alert.objects.filter(tries=1).count() == 2
    assert "public address" in Alert.objects.filter(search__channel="webhook").get().error
    assert Alert.objects.filter(search__channel="email").get().error == "no mail server is set: TAWTHIQ_MAIL"


@pytest.mark.parametrize(
    "said",
    [
        {"name": ""}, {"channel": "pigeon"}, {"channel": "email", "address": "x"}, {"channel": "webhook", "address": "http://a.org"},
        {"alert": ["x"]}, {"query": "type=nothing"}, {"query": "start=x"},
    ],
)  # fmt: skip
def test_what_is_no_saved_search_is_refused(client: Browser, said: dict[str, Any]) -> None:
    assert saved(client("reader"), **said).status_code == 400


def test_a_week_is_unusual_against_its_own_base_rate() -> None:
    from tawthiq.workspace.alerts import unusual

    usual = [4, 5, 3, 6, 4, 5, 4, 3, 5, 4, 6, 5]
    assert unusual([*usual, 5]) is None
    high = unusual([*usual, 16])
    assert high is not None
    assert high[0] == 4.5
    assert unusual([*[n * 5 for n in usual], 3]) is not None
    # Weeks that swing are allowed to swing.
    assert unusual([0, 20, 1, 15, 0, 25, 2, 18, 0, 22, 1, 19, 30]) is None
    assert unusual([0] * 20 + [9]) is None
    assert unusual([0, 0, 1, 0, 1, 0, 0, 1, 0, 1, 2]) is None


def test_an_unusual_week_and_a_first_appearance_are_told(client: Browser) -> None:
    from django.utils import timezone

    from tawthiq.workspace import alerts
    from tawthiq.workspace.models import Alert, Answer, IncidentRow, Job

    client("reader").get("/actors/")
    assert saved(client("reader"), alert=["unusual-week", "first-appearance"]).status_code == 302
    today = timezone.localdate()
    monday = today - timedelta(days=today.weekday())
    for week in range(2, 14):
        day = monday - timedelta(weeks=week)
        IncidentRow.objects.bulk_create(IncidentRow(id=f"Iw{week}x{n}", type="ied", start=day, end=day, data={}) for n in range(4))
    last = monday - timedelta(weeks=1)
    IncidentRow.objects.bulk_create(IncidentRow(id=f"Ilast{n}", type="ied", start=last, end=last, data={}) for n in range(20))
    Answer.objects.create(
        kind="appearance", key="isis", number=0,
        data={"actor": "isis", "aspect": "area", "value": "SY13", "day": last.isoformat(), "incident": "Ilast1", "days_of_record": 400},
    )  # fmt: skip
    alerts.look(Job.objects.create(kind="answers"), lambda *a: None)
    assert set(Alert.objects.values_list("kind", flat=True)) == {"unusual-week", "first-appearance"}
    page = client("reader").get("/searches/").content.decode()
    assert "والمعتاد 4.0" in page
    assert "أول ذكر في" in page


# --- publishing -------------------------------------------------------------------------------------------------------


@pytest.fixture
def published(filled: Path) -> Any:
    import shutil

    yield filled / "publication"
    for name in ("publication", "profiles"):
        folder = filled / name
        for path in folder.rglob("*") if folder.is_dir() else ():
            path.chmod(0o755)
        shutil.rmtree(folder, ignore_errors=True)


def test_what_is_held_back_is_seen_before_it_is_published(
    client: Browser, published: Path, person: Callable[[str], Person]
) -> None:
    browser = client("editor")
    preview = do(browser, browser.post("/publish/", {"profile": "careful"}))
    assert preview.state == "done", preview.error
    assert preview.result["public"] > 10
    assert dict(preview.result["reasons"]).keys() <= {"delay", "undated", "unreviewed", "rejected", "not-told"}
    assert not published.exists()
    page = browser.get(f"/jobs/{preview.pk}/").content.decode()
    assert "انشر الآن" in page
    gone = preview.result["shown"][0]["id"]
    assert browser.post("/publish/withhold/", {"incident": gone, "reason": ""}).status_code == 400
    said = {"incident": gone, "reason": "شاهد في خطر", "next": f"/jobs/{preview.pk}/"}
    assert browser.post("/publish/withhold/", said)["Location"] == f"/jobs/{preview.pk}/"
    assert "شاهد في خطر" in browser.get(f"/incidents/{gone}/").content.decode()
    made = do(browser, browser.post("/publish/release/", {"preview": str(preview.pk)}))
    assert made.state == "done", made.error
    assert made.result["incidents"] == preview.result["public"] - 1
    brief = (published / "index.html").read_text("utf-8")
    assert gone not in brief
    data = b"".join(browser.get("/publish/site.zip").streaming_content)  # type: ignore[attr-defined]
    assert data.startswith(b"PK")
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        assert packed.testzip() is None
        assert {"index.html", "feed.atom", "releases/1/brief-ar.html"} <= set(packed.namelist())
    assert browser.post("/publish/withhold/", {"incident": gone, "out": "1"}).status_code == 302
    assert browser.post("/publish/withhold/", {"incident": gone, "out": "1"}).status_code == 404
    assert client("reviewer").get("/publish/").status_code == 403
    assert browser.post("/publish/withdraw/", {"number": "1", "reason": ""}).status_code == 400
    assert browser.post("/publish/withdraw/", {"number": "1", "reason": "خطأ في مكان"}).status_code == 302
    assert "خطأ في مكان" in (published / "index.html").read_text("utf-8")
    assert not (published / "releases" / "1" / "brief-ar.html").exists()
    assert browser.post("/publish/withdraw/", {"number": "1", "reason": "x"}).status_code == 400
    assert browser.post("/publish/release/", {"preview": "999"}).status_code == 404


def test_a_release_that_a_killed_worker_finished_is_not_made_twice(client: Browser, published: Path) -> None:
    from tawthiq.workspace import jobs
    from tawthiq.workspace.models import Job

    browser = client("editor")
    preview = do(browser, browser.post("/publish/", {"profile": "careful"}))
    made = do(browser, browser.post("/publish/release/", {"preview": str(preview.pk)}))
    # As if the worker had been killed before it could say that it was done.
    Job.objects.filter(pk=made.pk).update(state="waiting", result={})
    (published / "index.html").unlink()
    jobs.run.func(made.pk)
    assert (published / "index.html").exists()
    assert browser.post("/publish/release/", {"preview": str(preview.pk)}).status_code == 400
    assert Job.objects.get(pk=made.pk).result["number"] == 1
    assert len(list((published / "releases").iterdir())) == 1


def test_profiles_are_kept_and_checked(client: Browser, published: Path) -> None:
    from tawthiq.workspace import publishing

    browser = client("editor")
    said = {
        "name": "شريك-1", "title_ar": 'سجل "البادية"', "title_en": "Record", "publisher": "فريق مختلق", "licence": "CC-BY-4.0",
        "base_url": "https://example.org/record", "delay_days": "10", "exactness": "district", "sensitive_exactness": "governorate",
        "unreviewed": "leave-out", "sources": "on",
    }  # fmt: skip
    assert browser.post("/publish/profile/", said).status_code == 302
    kept = publishing.profiles()["شريك-1"]
    assert (kept.delay_days, kept.exactness, kept.sources, kept.quotes) == (10, "district", True, False)
    assert kept.title_ar == 'سجل "البادية"'
    assert "example.org/record" in browser.get("/publish/?profile=شريك-1").content.decode()
    for wrong in ({"name": "../x"}, {"name": "careful"}, {"delay_days": "-1"}, {"exactness": "street"}, {"base_url": "ftp://x"}):
        assert browser.post("/publish/profile/", {**said, **wrong}).status_code == 400
    assert browser.post("/publish/", {"profile": "nothing"}).status_code == 400
    assert browser.post("/publish/", {"profile": "careful", "start": "2024-02-01", "end": "2024-01-01"}).status_code == 400
    assert json.dumps(said)


def test_what_is_withheld_stays_so_whatever_incident_holds_it(client: Browser, published: Path) -> None:
    from tawthiq.workspace import publishing
    from tawthiq.workspace.models import IncidentRow

    browser = client("editor")
    public = [i.id for i in publishing.prepare(publishing.profile_named("careful"), None, None).public]
    whole = next(row for row in IncidentRow.objects.filter(id__in=public) if len(row.data["claims"]) > 1)
    claims = set(whole.data["claims"])
    assert browser.post("/publish/withhold/", {"incident": whole.id, "reason": "x"}).status_code == 302
    assert browser.post(f"/incidents/{whole.id}/split/", {"claim": [sorted(claims)[0]]}).status_code == 302
    parts = [row.id for row in IncidentRow.objects.all() if claims & set(row.data["claims"])]
    assert len(parts) == 2
    ready = publishing.prepare(publishing.profile_named("careful"), None, None)
    assert not set(parts) & {i.id for i in ready.public}
    assert "محجوبة" in browser.get(f"/incidents/{parts[1]}/").content.decode()
    other = next(name for name in public if name not in (whole.id, *parts))
    browser.post(f"/incidents/{other}/merge/", {"other": parts[0]})
    held = next(row for row in IncidentRow.objects.all() if set(row.data["claims"]) & claims and len(row.data["claims"]) > 0)
    ready = publishing.prepare(publishing.profile_named("careful"), None, None)
    assert held.id not in {i.id for i in ready.public}


def test_one_poisoned_search_ends_nobody_elses_alerts(client: Browser) -> None:
    from tawthiq.workspace import alerts
    from tawthiq.workspace.models import Job, SavedSearch

    long = "q=" + "x" * 1985 + "&start=2024-01-01"
    assert saved(client("reader"), query=long).status_code == 400
    assert not SavedSearch.objects.exists()
    saved(client("reader"))
    saved(client("reviewer"))
    SavedSearch.objects.filter(person__login="reader1").update(query="start=2024-0")
    contest()
    assert alerts.look(Job.objects.create(kind="answers"), lambda *a: None)["new"] == 1
    for _ in range(alerts.MOST_SEARCHES):
        answer = saved(client("editor"))
    assert saved(client("editor")).status_code == 400
    assert answer.status_code == 302


def test_a_link_in_an_alert_names_no_source(client: Browser) -> None:
    from tawthiq.workspace import alerts
    from tawthiq.workspace.models import Alert, AuditEntry, SavedSearch

    browser = client("reader")
    saved(browser, query="source=مصدر+سري&q=كلمات", channel="webhook", address="https://hook.example.org/SECRET")
    search = SavedSearch.objects.get()
    alert = Alert.objects.create(search=search, kind="unusual-week", about="x", data={"week": "2024-05-06", "count": 9, "mean": 2})
    link = alerts.link_of(alert)
    assert link == f"/searches/{search.pk}/?week=2024-05-06"
    answer = browser.get(link)
    assert answer.status_code == 302
    assert "start=2024-05-06&end=2024-05-12" in answer["Location"]
    assert client("editor").get(link).status_code == 404
    assert not AuditEntry.objects.filter(what__contains="SECRET").exists()


def test_a_profile_keeps_its_delays_and_a_release_is_what_was_shown(client: Browser, published: Path) -> None:
    from tawthiq.workspace import publishing

    browser = client("editor")
    (published.parent / "profiles").mkdir(exist_ok=True)
    (published.parent / "profiles" / "strict.toml").write_text("delay_days = 20\n[delays]\narrest = 90\n", encoding="utf-8")
    said = {"name": "strict", "publisher": "فريق", "delay_days": "20", "exactness": "district", "sensitive_exactness": "district",
            "unreviewed": "mark", "licence": "CC-BY-4.0"}  # fmt: skip
    assert browser.post("/publish/profile/", said).status_code == 302
    assert publishing.profiles()["strict"].delays == {"arrest": 90}
    assert browser.post("/publish/profile/", {**said, "publisher": "a\x7fb"}).status_code == 400
    preview = do(browser, browser.post("/publish/", {"profile": "strict"}))
    browser.post("/publish/profile/", {**said, "sources": "on", "quotes": "on"})
    made = do(browser, browser.post("/publish/release/", {"preview": str(preview.pk)}))
    assert made.state == "done", made.error
    assert "(نص مُختلَق)" not in (published / "index.html").read_text("utf-8")
