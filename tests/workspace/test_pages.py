"""The pages: what they show, what they let a person do, and that they cost no more as the record grows."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tawthiq.model import Claim, Trace
from tawthiq.workspace.words import PageWords, texts

if TYPE_CHECKING:
    from django.test import Client

    from tawthiq.workspace.models import ClaimRow, Person

pytestmark = pytest.mark.usefixtures("opened")
Browser = Callable[..., "Client"]
ROOM = Path(__file__).resolve().parents[2] / "src" / "tawthiq" / "workspace"


def row_of(key: str) -> ClaimRow:
    from tawthiq.workspace.models import ClaimRow

    return ClaimRow.objects.select_related("report").get(key=key, report__current=True)


# --- words ------------------------------------------------------------------------------------------------------------


def test_every_word_is_there_in_both_languages() -> None:
    for group, words in texts().items():
        for key, both in words.items() if isinstance(words, dict) else enumerate(words):
            assert set(both) == {"ar", "en"}, (group, key)
            assert all(both.values()), (group, key)
    used: dict[str, set[str]] = {"words": set(), "groups": set()}
    for path in [*ROOM.rglob("*.html"), *ROOM.rglob("*.py")]:
        text = path.read_text(encoding="utf-8")
        used["words"] |= set(re.findall(r"""\{% w ["'](\w+)["']""", text)) | set(re.findall(r"""words\(["'](\w+)["']""", text))
        used["groups"] |= set(re.findall(r"""\{% name ["'](\w+)["']""", text))
    for language in ("ar", "en"):
        words = PageWords(language)
        for key in used["words"]:
            own = texts()["words"].get(key, {}).get(language, "{n} {start} {end} {threshold}")
            places = re.findall(r"\{(\w+)\}", own)
            assert words(key, **dict.fromkeys(places, 3)), key
    assert not used["groups"] - {"methods", "kind", "type", "stance", "review", "reason", "contradiction", "outcome", "family",
                                 "corroboration", "attribution", "modality", "tie"} - set(texts())  # fmt: skip


def test_no_word_of_the_pages_is_left_over() -> None:
    everything = "\n".join(p.read_text(encoding="utf-8") for p in [*ROOM.rglob("*.html"), *ROOM.rglob("*.py")])
    # Words that are asked for by a name put together elsewhere: errors, and the labels of slots.
    everything += "".join(f'"alert_{aspect}"' for aspect in texts()["aspect"])
    unused = [key for key in texts()["words"] if not re.search(rf"""["']{key}["']""", everything)]
    assert unused == []


def test_digits_are_those_that_a_person_chose(client: Browser, person: Callable[[str], Person]) -> None:
    browser = client("reader")
    assert re.search(r"<strong>\d+</strong>", browser.get("/").content.decode())
    browser.post("/account/", {"digits": "arabic", "theme": "system", "keys": "on"})
    page = browser.get("/").content.decode()
    assert re.search(r"<strong>[٠-٩]+</strong>", page)
    assert not re.search(r"<strong>[0-9]+</strong>", page)
    assert re.search(r"حزيران ٢٠٢٥", page)
    browser.post("/language/", {"language": "en"})
    assert re.search(r"<strong>[0-9]+</strong>", browser.get("/").content.decode())


@pytest.mark.parametrize("language", ["ar", "en"])
def test_every_page_is_shown_in_its_language(client: Browser, person: Callable[[str], Person], language: str) -> None:
    from tawthiq.workspace.models import CodingSet, IncidentRow, Person

    Person.objects.update(language=language)
    browser = client("admin")
    CodingSet.objects.create(name="x", by="admin1", units=[unit()], coders=["admin1", "editor1"])
    incident = IncidentRow.objects.filter(corroboration="contested").order_by("id")[0].id
    direction = "rtl" if language == "ar" else "ltr"
    key = CodingSet.objects.get().pk
    for address in (
        "/", "/queue/", "/search/", "/search/?view=map", "/search/?view=timeline", "/reports/", "/reports/ex04/", "/claims/",
        "/claims/ex01.1/", f"/incidents/{incident}/", "/learn/", "/learn/practice/1/", "/learn/sets/", f"/learn/sets/{key}/",
        f"/learn/sets/{key}/code/", "/people/", "/audit/", "/account/", "/account/second-factor/",
    ):  # fmt: skip
        answer = browser.get(address)
        assert answer.status_code == 200, address
        page = answer.content.decode()
        assert f'<html lang="{language}" dir="{direction}"' in page
        assert "{%" not in page
        assert "None" not in re.sub(r"<code.*?</code>|<pre.*?</pre>", "", page, flags=re.S), address
        # A word that is missing would be shown by its key.
        assert not re.search(r">\s*[a-z]+_[a-z_]+\s*<", page), address


def test_errors_are_told_in_one_line_and_change_nothing(client: Browser) -> None:
    for address in ("/search/?type=war", "/search/?start=yesterday", "/search/?view=globe", "/?week=soon", "/claims/?state=lost",
                    "/search/export/?format=exe", "/claims/?since=then"):  # fmt: skip
        answer = client("reviewer").get(address)
        assert answer.status_code == 400, address
        assert 'class="detail"' in answer.content.decode()
    for address in ("/reports/none/", "/claims/none.1/", "/incidents/I0/", "/nowhere/", "/learn/practice/99/"):
        assert client("reader").get(address).status_code == 404, address


@pytest.mark.parametrize("odd", ["\x00", "9" * 30, "🔴", "-1", "٣", "a" * 5000, "\u202e"])
def test_no_odd_value_makes_a_page_fail(client: Browser, odd: str) -> None:
    from django.db import transaction

    from tests.workspace.test_access import names

    asked = (
        "q source week type actor start page version login password kind slot value status other claim decision name size role "
        "first by second typed span_start span_end state since place scope action"
    )
    fields = dict.fromkeys(asked.split(), odd)
    browser = client("admin")
    for name, address in names():
        if name.startswith("api:") or name == "logout":
            continue
        for method in ("get", "post"):
            # What PostgreSQL refuses ends its transaction; each request has one of its own.
            with transaction.atomic():
                answer = getattr(browser, method)(address.replace("/1/", f"/{odd}/") if odd.isdecimal() else address, fields)
                assert answer.status_code < 500, (method, address, answer.status_code)
                transaction.set_rollback(True)


# --- the words of a report --------------------------------------------------------------------------------------------


def unit() -> dict[str, Any]:
    text = "نص مُختلَق: انفجرت عبوة"
    return {"claim": "x.1", "source": "س", "published": "2023-05-16", "text": text, "evidence": [[11, len(text)]]}


def test_a_text_in_pieces_is_the_text_and_each_piece_tells_its_slots() -> None:
    from tawthiq.workspace.reading import pieces

    text = "abcdefghij"
    claim = Claim.model_validate(
        {"id": "1", "kind": "event", "type": "ied", "evidence": [[2, 6]],
         "spans": [Trace(slot="place", span=(4, 8)).model_dump(), Trace(slot="type", span=(2, 5)).model_dump()]}
    )  # fmt: skip
    made = pieces(text, claim)
    assert "".join(p.text for p in made) == text
    assert [(p.text, p.evidence, p.slots) for p in made] == [
        ("ab", False, ()), ("cd", True, ("type",)), ("e", True, ("type", "place")), ("f", True, ("place",)),
        ("gh", False, ("place",)), ("ij", False, ()),
    ]  # fmt: skip


def test_a_report_is_never_trusted_as_html(client: Browser) -> None:
    from tawthiq.workspace.models import ClaimRow, IncidentRow, ReportRow

    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&\r\n"
    row = ReportRow.objects.get(report="ex01")
    data = row.data
    data["text"] = evil + data["text"]
    data["title"] = evil
    ReportRow.objects.filter(pk=row.pk).update(data=data, source=evil)
    ClaimRow.objects.filter(report=row).update(edited=None)
    key = ClaimRow.objects.filter(report=row).order_by("number")[0]
    IncidentRow.objects.filter(id=key.incident).update(
        data=IncidentRow.objects.get(id=key.incident).data | {"place": {"name": evil, "level": "town", "lat": 35.0, "lon": 40.0}}
    )
    browser = client("admin")
    for address in ("/reports/", "/reports/ex01/", f"/claims/{key.key}/", f"/incidents/{key.incident}/", "/claims/", "/search/",
                    "/search/?view=map"):  # fmt: skip
        page = browser.get(address).content.decode()
        assert "<script>alert" not in page, address
        assert "<img src=x" not in page, address
    # Every character is there, the carriage return too.
    assert "&#13;" in browser.get(f"/claims/{key.key}/").content.decode()


def test_an_original_is_handed_out_as_a_file_alone(client: Browser) -> None:
    answer = client("reviewer").get("/originals/ex14-page/")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert b"<html" in b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    page = client("reader").get("/reports/ex14-page/").content.decode()
    assert "&lt;html" in page
    assert client("reader").get("/originals/ex14-page/").status_code == 403
    assert client("reader").get("/previews/ex14-page/").status_code == 404


# --- deciding ---------------------------------------------------------------------------------------------------------


def test_the_queue_is_worked_off_doubtful_first(client: Browser) -> None:
    from tawthiq.workspace.models import ClaimRow, DecisionRow

    browser = client("reviewer")
    waiting = ClaimRow.objects.filter(rank__isnull=False).count()
    ranks = []
    for number in range(4):
        page = browser.get("/queue/").content.decode()
        key = re.search(r'action="/claims/([^"]+)/decide/"', page)
        assert key is not None
        ranks.append(row_of(key[1]).rank)
        kind = "accept" if number % 2 else "reject"
        answer = browser.post(f"/claims/{key[1]}/decide/", {"kind": kind, "in_queue": "1", "reason": "لا يقول ذلك"})
        assert answer["Location"] == "/queue/"
        assert row_of(key[1]).state == f"{kind}ed"
    assert ranks == sorted(ranks, key=lambda r: r if r is not None else 0)
    assert ClaimRow.objects.filter(rank__isnull=False).count() == waiting - 4
    assert [d.by for d in DecisionRow.objects.all()] == ["reviewer1"] * 4


def test_the_order_is_by_tenths_of_confidence_then_by_what_hangs_on_it() -> None:
    from tawthiq.workspace.derived import rank_of

    def claim(confidence: float | None, type_: str = "raid", killed: int | None = None) -> Claim:
        losses = [{"outcome": "killed", "min": killed, "max": killed}] if killed else []
        return Claim.model_validate(
            {"id": "1", "kind": "event", "type": type_, "evidence": [[0, 1]], "confidence": confidence, "losses": losses}
        )

    order = [claim(None), claim(0.15, "torture"), claim(0.18), claim(0.55, "shelling", 20), claim(0.51, "shelling"), claim(0.52)]
    assert sorted(order, key=rank_of) == order


def test_two_never_get_the_same_claim_and_a_lease_ends(client: Browser, person: Callable[[str], Person]) -> None:
    from datetime import timedelta

    from django.utils import timezone

    from tawthiq.workspace import deciding
    from tawthiq.workspace.models import Lease

    one, other = person("reviewer"), person("editor")
    first, second = deciding.next_claim(one), deciding.next_claim(other)
    assert first is not None
    assert second is not None
    assert first.pk != second.pk
    # Opened anew, it is still the same.
    again = deciding.next_claim(one)
    assert again is not None
    assert again.pk == first.pk
    with pytest.raises(ValueError, match="editor1"):
        deciding.decide(one, second, "accept")
    assert "editor1" in client("reviewer").get(f"/claims/{second.key}/").content.decode()
    Lease.objects.filter(person=one).update(until=timezone.now() - timedelta(seconds=1))
    deciding.let_go(other)
    third = deciding.next_claim(other)
    assert third is not None
    assert third.pk == first.pk


def test_what_is_skipped_comes_to_others_and_later_again(client: Browser) -> None:
    from tawthiq.workspace.models import ClaimRow

    ClaimRow.objects.exclude(key__in=["ex01.1", "ex01.2"]).update(rank=None)
    browser = client("reviewer")

    def shown(who: Client) -> str:
        found = re.search(r'action="/claims/([^"]+)/decide/"', who.get("/queue/").content.decode())
        return found[1] if found else ""

    first = shown(browser)
    browser.post("/queue/skip/")
    second = shown(browser)
    assert {first, second} == {"ex01.1", "ex01.2"}
    assert shown(client("editor")) == first
    client("editor").post("/queue/skip/")
    browser.post("/queue/skip/")
    assert shown(browser) == second or shown(browser) == first


def test_a_slot_is_edited_from_words_and_the_words_are_kept(client: Browser) -> None:
    browser = client("reviewer")
    text = row_of("ex01.2").report.data["text"]
    start = text.index("الشدادي – مركدة") if "الشدادي – مركدة" in text else text.index("الشدادي")
    end = start + len("الشدادي")
    panel = browser.get("/claims/ex01.2/slot/place/", {"span_start": start, "span_end": end}).content.decode()
    values = [
        json.loads(v.replace("&quot;", '"').replace("&#x27;", "'")) for v in re.findall(r'name="value" value="([^"]*)"', panel)
    ]
    assert any(v and v["name"] == "الشدادي" and v["lat"] for v in values)
    assert f'name="span_start" value="{start}"' in panel
    said = {"kind": "pick-place", "slot": "place", "value": json.dumps(values[0]), "span_start": start, "span_end": end}
    assert browser.post("/claims/ex01.2/decide/", said).status_code == 302
    row = row_of("ex01.2")
    assert row.edited is not None
    edited = Claim.model_validate(row.edited)
    assert edited.place is not None
    assert edited.place.name == "الشدادي"
    assert [(t.slot, t.span) for t in edited.spans or () if t.slot == "place"] == [("place", (start, end))]
    assert row.state == ""
    assert row.rank is not None
    # What was extracted stays as it was.
    assert row.data["place"]["name"] != "الشدادي"


@pytest.mark.parametrize(
    ("slot", "fields", "expected"),
    [
        ("type", {"value": '"shelling"'}, "shelling"),
        ("modality", {"value": '"denied"'}, "denied"),
        ("time", {"form": "time", "start": "2023-05-14", "end": "2023-05-15"}, ("2023-05-14", "2023-05-15")),
        ("losses", {"form": "losses", "outcome": ["killed", ""], "who": ["sdf", ""], "min": ["3", ""], "max": ["", ""],
                    "status": ["reported", "reported"]}, [("sdf", "killed", 3, None)]),
        ("attribution", {"value": '{"type": "party", "mention": "القوات"}'}, ("party", "القوات")),
        ("initiators", {"value": '["isis"]'}, ("isis",)),
    ],
)  # fmt: skip
def test_each_slot_can_be_set(client: Browser, slot: str, fields: dict[str, Any], expected: Any) -> None:
    answer = client("reviewer").post("/claims/ex01.1/decide/", {"kind": "edit", "slot": slot, **fields})
    assert answer.status_code == 302, answer.content.decode()
    claim = Claim.model_validate(row_of("ex01.1").edited)
    now: Any = getattr(claim, slot)
    if slot == "time":
        now = (now.start, now.end)
    if slot == "losses":
        now = [(loss.who, loss.outcome, loss.min, loss.max) for loss in now]
    if slot == "attribution":
        now = (now.type, now.mention)
    assert now == expected


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "edit", "slot": "type", "value": '"war"'},
        {"kind": "edit", "slot": "type", "value": "{"},
        {"kind": "edit", "slot": "colour", "value": "1"},
        {"kind": "edit", "slot": "initiators", "value": '["nobody-such"]'},
        {"kind": "edit", "slot": "time", "form": "time", "start": "2023-05-20", "end": "2023-05-01"},
        {"kind": "edit", "slot": "losses", "form": "losses", "outcome": "killed", "who": "", "min": "x", "max": "", "status": ""},
        {"kind": "edit", "slot": "losses", "form": "losses", "outcome": "killed", "who": "", "min": "5", "max": "2", "status": ""},
        {"kind": "edit", "slot": "type", "value": '"attack"', "span_start": "5", "span_end": "999999"},
        {"kind": "merge"},
        {"kind": ""},
    ],
)
def test_what_cannot_be_set_is_refused_and_leaves_no_decision(client: Browser, fields: dict[str, Any]) -> None:
    from tawthiq.workspace.models import DecisionRow

    assert client("reviewer").post("/claims/ex01.1/decide/", fields).status_code == 400
    assert not DecisionRow.objects.exists()
    assert row_of("ex01.1").edited is None


def test_undo_takes_back_ones_own_last_decision(client: Browser) -> None:
    browser, other = client("reviewer"), client("editor")
    browser.post("/claims/ex01.1/decide/", {"kind": "edit", "slot": "type", "value": '"shelling"'})
    browser.post("/claims/ex01.1/decide/", {"kind": "accept"})
    other.post("/claims/ex01.2/decide/", {"kind": "accept"})
    assert browser.post("/queue/undo/")["Location"] == "/claims/ex01.1/"
    assert row_of("ex01.1").state == ""
    assert (row_of("ex01.1").edited or {})["type"] == "shelling"
    browser.post("/queue/undo/")
    assert row_of("ex01.1").edited is None
    assert browser.post("/queue/undo/").status_code == 404
    assert row_of("ex01.2").state == "accepted"
    # Nothing that was decided is lost: what was undone is history.
    assert browser.get("/claims/ex01.1/").content.decode().count("reviewer1") >= 4


def test_who_differs_opens_the_claim_until_an_editor_settles_it(client: Browser) -> None:
    from tawthiq.workspace.models import DecisionRow

    client("reviewer").post("/claims/ex01.1/decide/", {"kind": "accept"})
    client("editor").post("/claims/ex01.1/decide/", {"kind": "reject"})
    assert row_of("ex01.1").state == "open"
    assert "ex01.1" in client("reader").get("/claims/?state=open").content.decode()
    page = client("editor").get("/claims/ex01.1/").content.decode()
    choices = re.findall(r'action="/settle/".*?name="decision" value="(\w+)"', page, re.S)
    assert set(choices) == set(DecisionRow.objects.values_list("decision", flat=True))
    rejected = DecisionRow.objects.get(kind="reject").decision
    assert client("editor").post("/settle/", {"decision": rejected, "next": "/claims/ex01.1/"}).status_code == 302
    assert row_of("ex01.1").state == "rejected"
    assert client("editor").post("/settle/", {"decision": "X0"}).status_code == 404


# --- a claim that the machine missed ----------------------------------------------------------------------------------


def test_a_missed_claim_is_added_and_outlives_reading_anew(client: Browser, filled: Path) -> None:
    from tawthiq.pipeline import Summary, go_on
    from tawthiq.workspace.models import ClaimRow, IncidentRow
    from tawthiq.workspace.store import DjangoStore

    browser = client("reviewer")
    text = row_of("ex01.1").report.data["text"]
    start = text.index("ولم تتبن أي جهة العملية")
    said = {"type": "event/raid", "modality": "hedged", "attribution": "unnamed", "span_start": start, "span_end": start + 20}
    answer = browser.post("/additions/ex01/", said)
    assert answer.status_code == 302, answer.content.decode()
    key = answer["Location"].removeprefix("/claims/").removesuffix("/")
    row = row_of(key)
    assert row.added
    assert row.state == "accepted"
    assert row.data["evidence"] == [[start, start + 20]]
    browser.post(f"/claims/{key}/decide/", {"kind": "edit", "slot": "time", "form": "time", "start": "2023-05-15", "end": ""})
    store = DjangoStore()
    go_on(store, Summary(), workers=1)
    incident = row_of(key).incident
    assert incident
    store.drop_derived()
    assert not ClaimRow.objects.exists()
    go_on(store, Summary(), workers=1)
    row = row_of(key)
    assert row.added
    assert row.incident == incident
    assert Claim.model_validate(row.edited).time.start == "2023-05-15"  # type: ignore[union-attr]
    assert IncidentRow.objects.filter(id=incident).exists()
    # Taken back, it is in no incident.
    browser.post("/queue/undo/")
    browser.post("/queue/undo/")
    go_on(store, Summary(), workers=1)
    assert row_of(key).state == "rejected"
    assert row_of(key).incident == ""


def test_a_missed_claim_follows_its_words_into_a_later_version() -> None:
    from tawthiq.link.decisions import make_decision
    from tawthiq.link.edits import added_claim
    from tawthiq.model import Anchor

    made = make_decision(
        at="2026-01-01T00:00:00+00:00", by="x", kind="add-claim",
        anchors=(Anchor(report="r", evidence=((0, 3),), kind="event", type="raid"),), value={"words": ["abc"], "modality": "hedged"},
    )  # fmt: skip
    here = added_claim(made, "abc def")
    assert here is not None
    assert (here.evidence, here.modality) == (((0, 3),), "hedged")
    moved = added_claim(made, "xx abc")
    assert moved is not None
    assert moved.evidence == ((3, 6),)
    assert added_claim(made, "abd") is None
    assert added_claim(made, "xabc abc") is None


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "event/raid"},
        {"type": "event/raid", "span_start": "5", "span_end": "5"},
        {"type": "event/raid", "span_start": "5", "span_end": "99999"},
        {"type": "event/casualties", "span_start": "5", "span_end": "9"},
        {"type": "raid", "span_start": "5", "span_end": "9"},
        {"type": "event/raid", "span_start": "5", "span_end": "9", "modality": "sure"},
    ],
)
def test_a_missed_claim_that_cannot_be_one_is_refused(client: Browser, fields: dict[str, str]) -> None:
    from tawthiq.workspace.models import DecisionRow

    assert client("reviewer").post("/additions/ex01/", fields).status_code == 400
    assert not DecisionRow.objects.exists()


# --- incidents --------------------------------------------------------------------------------------------------------


def contested() -> str:
    from tawthiq.workspace.models import IncidentRow

    rows = IncidentRow.objects.filter(corroboration="contested")
    return str(max(rows, key=lambda r: len(r.data["claims"])).id)


def test_an_incident_is_judged_split_and_merged(client: Browser) -> None:
    from tawthiq.workspace.models import IncidentRow

    name = contested()
    claims = IncidentRow.objects.get(id=name).data["claims"]
    assert client("reviewer").post(f"/incidents/{name}/review/", {"status": "verified", "reason": "صور"}).status_code == 302
    assert IncidentRow.objects.get(id=name).review == "verified"
    assert client("reviewer").post(f"/incidents/{name}/review/", {"status": "true"}).status_code == 400
    editor = client("editor")
    assert editor.post(f"/incidents/{name}/split/", {"claim": claims[-1:]}).status_code == 302
    parts = [row for row in IncidentRow.objects.all() if set(row.data["claims"]) & set(claims)]
    assert len(parts) > 1
    alone = next(row for row in parts if claims[-1] in row.data["claims"])
    assert claims[0] not in alone.data["claims"]
    assert editor.post(f"/incidents/{name}/split/", {"claim": []}).status_code == 400
    rest = next(row for row in parts if claims[0] in row.data["claims"])
    assert editor.post(f"/incidents/{rest.id}/merge/", {"other": rest.id}).status_code == 400
    assert editor.post(f"/incidents/{rest.id}/merge/", {"other": "I0"}).status_code == 404
    # The split stands until it is taken back: the same person's later word takes its place.
    answer = editor.post(f"/incidents/{rest.id}/merge/", {"other": alone.id})
    assert answer.status_code == 302
    whole = IncidentRow.objects.get(id=answer["Location"].split("/")[2])
    assert set(claims) <= set(whole.data["claims"])


def test_an_old_id_leads_to_the_incident_that_took_its_claims(client: Browser) -> None:
    from tawthiq.workspace.models import IncidentRow

    one, other = IncidentRow.objects.filter(type="ied").order_by("id")[:2]
    answer = client("editor").post(f"/incidents/{one.id}/merge/", {"other": other.id})
    kept = answer["Location"].split("/")[2]
    gone = next(name for name in (one.id, other.id) if name != kept)
    assert client("reader").get(f"/incidents/{gone}/")["Location"] == f"/incidents/{kept}/"


def test_not_the_same_holds_and_is_taken_back(client: Browser) -> None:
    from tawthiq.workspace.models import DecisionRow, IncidentRow

    one, other = IncidentRow.objects.filter(type="ied").order_by("id")[:2]
    client("reviewer").post(f"/incidents/{one.id}/not-the-same/", {"other": other.id})
    assert DecisionRow.objects.get().kind == "not-the-same"
    page = client("reviewer").get(f"/incidents/{one.id}/").content.decode()
    assert "ليسا حادثة واحدة" in page
    client("reviewer").post("/queue/undo/", {"next": f"/incidents/{one.id}/"})
    assert DecisionRow.objects.filter(kind="undo").exists()


def test_the_waterfall_ends_at_the_sum_of_its_steps(client: Browser) -> None:
    from tawthiq.workspace.models import IncidentRow
    from tawthiq.workspace.views.incidents import explained

    keys = IncidentRow.objects.get(id=contested()).data["claims"]
    made = explained(keys[0], keys[1])
    assert made.weight == pytest.approx(made.prior + sum(s.weight + s.rarity for s in made.steps), abs=0.1)
    page = client("reader").get("/waterfall/", {"first": keys[0], "second": keys[1]}).content.decode()
    assert f"{made.weight:+.1f}" in page
    assert client("reader").get("/waterfall/", {"first": keys[0], "second": "none"}).status_code == 404


def test_a_contested_incident_shows_its_versions_and_every_claim_behind_a_value(client: Browser) -> None:
    from tawthiq.workspace.models import IncidentRow

    name = contested()
    data = IncidentRow.objects.get(id=name).data
    page = client("reader").get(f"/incidents/{name}/").content.decode()
    assert page.count('class="version ') == len(data["versions"]) > 1
    for number in range(1, len(data["claims"]) + 1):
        assert f'id="c{number}"' in page
        assert f'href="#c{number}"' in page
    assert page.count("<mark>") >= len(data["claims"])


# --- cost -------------------------------------------------------------------------------------------------------------


def test_pages_ask_no_more_of_the_database_as_the_record_grows(client: Browser) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tawthiq.workspace.models import ClaimRow, IncidentRow, IncidentTag, ReportRow

    name = contested()
    addresses = ("/?week=2023-05-15", "/queue/", "/search/", "/search/?q=قسد&type=ied", "/search/?view=map", "/search/?view=timeline",
                 "/reports/", "/reports/?q=قسد", "/claims/", "/claims/?state=waiting", f"/incidents/{name}/", "/claims/ex01.1/",
                 "/reports/ex01/")  # fmt: skip
    browser = client("editor")

    def asked() -> dict[str, int]:
        out = {}
        for address in addresses:
            browser.get(address)
            with CaptureQueriesContext(
                connection,
            ) as found:
                assert browser.get(address).status_code == 200
            out[address] = len(found)
        return out

    before = asked()
    report = ReportRow.objects.get(report="ex01")
    claim = ClaimRow.objects.get(key="ex01.1", report=report)
    for number in range(60):
        copy = ReportRow.objects.get(pk=report.pk)
        copy.pk, copy.report, copy.given = None, f"more{number}", f"more{number}"
        copy.data = {**copy.data, "report": copy.report}
        copy.save()
        new = ClaimRow.objects.get(pk=claim.pk)
        new.pk, new.report, new.key, new.incident, new.name = None, copy, f"{copy.report}.1", f"I{number:010d}", f"{number:010d}"
        new.save()
        row = IncidentRow.objects.get(id=claim.incident)
        row.id, row.data = (
            f"I{number:010d}",
            {**row.data, "id": f"I{number:010d}", "claims": [new.key], "corroboration": "contested"},
        )
        row.corroboration = "contested"
        row.save(force_insert=True)
        IncidentTag.objects.create(incident=row, kind="actor", value="sdf")
    after = asked()
    assert after == before
    assert max(after.values()) <= 25
