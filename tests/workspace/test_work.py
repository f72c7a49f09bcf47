"""Bringing in and long work: dropped files, tables, progress, stopping, a killed worker; backups, sources, trials of words."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from django.test import Client

    from tawthiq.workspace.models import Job, Person

pytestmark = pytest.mark.usefixtures("opened")
Browser = Callable[..., "Client"]

# An invented channel: two posts of one, a photo beside the second.
EXPORT = {
    "name": "شبكة وادي الأرز (نص مُختلَق)",
    "type": "public_channel",
    "id": 700700,
    "messages": [
        {
            "id": 1, "type": "message", "date": "2023-05-16T10:00:00", "date_unixtime": "1684220400",
            "text": "انفجرت مساء أمس الإثنين عبوة ناسفة بسيارة عسكرية للفرقة الرابعة على طريق السخنة، ما أدى إلى مقتل عنصرين.",
        },
        {
            "id": 2, "type": "message", "date": "2023-05-17T10:00:00", "date_unixtime": "1684306800",
            "text": "قُتل اليوم ثلاثة عناصر من لواء القدس في هجوم شنّه تنظيم داعش على حاجز في بادية تدمر.", "photo": "photos/p.jpg",
        },
    ],
}  # fmt: skip


def upload(name: str, data: bytes | str) -> io.BytesIO:
    """Return bytes as a file that a browser sends."""
    file = io.BytesIO(data if isinstance(data, bytes) else data.encode())
    file.name = name
    return file


def do(client: Client, answer: Any) -> Job:
    """Do the job to whose page an answer leads, and return it."""
    from tawthiq.workspace import jobs
    from tawthiq.workspace.models import Job

    assert answer.status_code == 302, answer.content.decode()[:400]
    key = int(answer["Location"].strip("/").split("/")[1])
    jobs.run.func(key)
    return Job.objects.get(pk=key)


def test_a_dropped_export_is_archived_with_its_photo_and_read(client: Browser) -> None:
    from tawthiq.workspace.models import Acquisition, ReportRow
    from tawthiq.workspace.uploads import incoming

    browser = client("editor")
    files = [upload("result.json", json.dumps(EXPORT)), upload("p.jpg", b"\xff\xd8\xff a picture")]
    said = {"files": files, "path": ["export/result.json", "export/photos/p.jpg"]}
    made = do(browser, browser.post("/import/", said))
    assert made.state == "done", made.error
    assert (made.result["added"], made.troubles) == (2, 0)
    assert made.result["claims"] >= 2
    rows = ReportRow.objects.filter(platform="telegram", channel="700700")
    assert rows.count() == 2
    assert rows.get(message=2).data["media"][0]["sha256"]
    assert Acquisition.objects.filter(name="export/result.json").exists()
    assert not (incoming() / made.given["folder"]).exists()
    page = browser.get(f"/jobs/{made.pk}/").content.decode()
    assert "تقارير جديدة أو معدّلة" in page
    again = do(browser, browser.post("/import/", {"files": [upload("result.json", json.dumps(EXPORT))]}))
    assert (again.result["added"], again.result["already"]) == (0, 2)


def test_a_zip_is_unpacked_and_what_cannot_be_read_is_named(client: Browser) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as held:
        held.writestr("export/result.json", json.dumps(EXPORT))
        held.writestr("export/notes.xyz", "x")
    packed.name = "export.zip"
    packed.seek(0)
    evil = io.BytesIO()
    with zipfile.ZipFile(evil, "w") as held:
        held.writestr("../../out.txt", "x")
    evil.name = "evil.zip"
    evil.seek(0)
    browser = client("editor")
    made = do(browser, browser.post("/import/", {"files": [packed, evil, upload("empty.txt", b""), upload("a.bin", b"\0\1")]}))
    assert made.state == "done"
    assert made.result["reports"] == 2
    told = dict(made.problems)
    assert "leads out of its folder" in told["evil.zip"]
    assert any(where.endswith("a.bin") for where in told)
    page = browser.get(f"/jobs/{made.pk}/").content.decode()
    assert "evil.zip" in page


def test_a_table_waits_until_its_columns_are_said(client: Browser) -> None:
    from tawthiq.workspace.models import ReportRow

    table = (
        "المصدر,الخبر,اليوم\nشبكة مختلقة,اعتقلت قوات سوريا الديمقراطية ثلاثة شبان في الشحيل,03/04/2024\nشبكة مختلقة,,04/05/2024\n"
    )
    browser = client("editor")
    answer = browser.post("/import/", {"files": [upload("rows.csv", table)]})
    assert answer["Location"].endswith("/columns/")
    page = browser.get(answer["Location"]).content.decode()
    assert "اعتقلت قوات سوريا الديمقراطية" in page
    wrong = browser.post(answer["Location"], {"0-source": "المصدر"})
    assert wrong.status_code == 400
    assert "عيّن عمود النص" in wrong.content.decode()
    said = {"0-text": "الخبر", "0-source": "المصدر", "0-published": "اليوم", "order": "dmy"}
    made = do(browser, browser.post(answer["Location"], said))
    assert made.state == "done"
    row = ReportRow.objects.get(source="شبكة مختلقة")
    assert row.published == "2024-04-03"
    assert any("row 3" in where for where, _ in made.problems)
    assert browser.get(answer["Location"]).status_code == 302


def test_files_come_in_where_they_may_and_from_whom(client: Browser) -> None:
    from django.test import override_settings

    from tawthiq.workspace.models import Job

    for role, address in (("reviewer", "/import/"), ("editor", "/settle/"), ("editor", "/administration/restore/")):
        assert client(role).post(address, {"files": [upload("a.txt", "x")]}).status_code in (400, 403)
    assert client().post("/login/", {"files": [upload("a.txt", "x")]}).status_code == 400
    assert client("editor").post("/import/", {}).status_code == 400
    with override_settings(UPLOAD_MOST=1000):
        assert client("editor").post("/import/", {"files": [upload("a.txt", "x" * 2000)]}).status_code == 400
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("said", "name"),
    [("../../etc/passwd", "etc/passwd"), ("C:\\x\\a.txt", "x/a.txt"), ("/", "file"), ("a/./b/..", "a/b"), ("", "file")],
)
def test_names_of_files_lead_nowhere(said: str, name: str) -> None:
    from tawthiq.workspace.uploads import plain_name

    assert plain_name(said) == name


def test_a_job_can_be_stopped_and_done_again(client: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    from tawthiq.workspace import jobs
    from tawthiq.workspace.models import Job

    browser = client("editor")
    waiting = browser.post("/import/", {"files": [upload("a.txt", "قصفت قوات النظام بلدة العشارة.")]})
    key = int(waiting["Location"].strip("/").split("/")[1])
    browser.post(f"/jobs/{key}/stop/")
    jobs.run.func(key)
    assert Job.objects.get(pk=key).state == "stopped"
    browser.post(f"/jobs/{key}/again/")
    Job.objects.filter(pk=key).update(stopping=True)
    jobs.run.func(key)
    assert Job.objects.get(pk=key).state == "stopped"
    browser.post(f"/jobs/{key}/again/")
    jobs.run.func(key)
    assert Job.objects.get(pk=key).state == "done"
    assert browser.post(f"/jobs/{key}/again/").status_code == 404


def test_what_kills_its_worker_three_times_is_given_up(client: Browser) -> None:
    from tawthiq.workspace import jobs
    from tawthiq.workspace.models import Job

    made = jobs.start("import", "editor1")
    Job.objects.filter(pk=made.pk).update(tries=jobs.TRIES)
    jobs.run.func(made.pk)
    assert Job.objects.get(pk=made.pk).error == "gave_up"
    assert "ثلاث مرات" in client("editor").get(f"/jobs/{made.pk}/").content.decode()


def test_what_fails_says_why_and_the_log_knows_more(client: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    from tawthiq.workspace import bringing, jobs
    from tawthiq.workspace.models import Job

    def fails(*arguments: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(bringing, "bring", fails)
    made = jobs.start("import", "editor1", folder="x")
    jobs.run.func(made.pk)
    assert "no space left" in Job.objects.get(pk=made.pk).error
    page = client("editor").get(f"/jobs/{made.pk}/").content.decode()
    assert "no space left" in page
    assert "لم يضِع شيء" in page


def test_a_running_job_tells_how_far_it_is(client: Browser) -> None:
    from tawthiq.workspace.models import Job

    made = Job.objects.create(kind="import", by="editor1", state="running", stage="extract", done=250, total=1000)
    page = client("editor").get(f"/jobs/{made.pk}/").content.decode()
    assert 'value="25"' in page
    assert "تُستخرج الأقوال" in page
    part = client("editor").get(f"/jobs/{made.pk}/", HTTP_HX_REQUEST="true").content.decode()
    assert part.strip().startswith('<div id="state"')
    Job.objects.filter(pk=made.pk).update(state="done")
    assert client("editor").get(f"/jobs/{made.pk}/", HTTP_HX_REQUEST="true")["HX-Refresh"] == "true"
    hidden = Job.objects.create(kind="backup", by="admin1", state="running")
    assert client("editor").get(f"/jobs/{hidden.pk}/").status_code == 404


# --- a worker that is killed ------------------------------------------------------------------------------------------


def _tawthiq(*arguments: object, **more: Any) -> list[str]:
    return [sys.executable, "-m", "tawthiq.cli", *map(str, arguments)]


def _asked(project: Path, script: str) -> str:
    """Run lines in a process that has the project open, and return what they print."""
    head = f"from pathlib import Path\nfrom tawthiq.workspace import start\nstart(Path({str(project)!r}))\n"
    done = subprocess.run([sys.executable, "-"], input=head + script, check=False, capture_output=True, text=True, env=_bare())
    assert done.returncode == 0, done.stderr
    return done.stdout


def _bare() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "TAWTHIQ_PROJECT", "TAWTHIQ_ADDITIONS")}


@pytest.mark.slow
def test_a_killed_worker_loses_and_doubles_nothing(tmp_path: Path) -> None:
    project, many = tmp_path / "p", 400
    texts = [f"قُتل {n % 9 + 2} من عناصر قوات النظام في هجوم لتنظيم داعش قرب السخنة، نص مختلق رقم {n}." for n in range(many)]
    lines = "\n".join(
        json.dumps({"report": f"r{n}", "text": t, "published": "2024-05-01"}, ensure_ascii=False) for n, t in enumerate(texts)
    )
    _asked(project, "")
    key = _asked(
        project,
        "from tawthiq.workspace.models import Job\nfrom tawthiq.workspace import jobs\nfrom tawthiq.workspace.uploads import incoming\n"
        "job = Job.objects.create(kind='import', by='x', given={'folder': 'given'})\n"
        f"tree = incoming('given') / 'files'\ntree.mkdir()\n(tree / 'a.jsonl').write_text({lines!r}, encoding='utf-8')\n"
        "jobs.enqueue(job)\nprint(job.pk)",
    ).strip()
    killed = 0
    for wait in (1.5, 2.5):
        with subprocess.Popen(_tawthiq("work", "--project", project), env=_bare(), start_new_session=True) as worker:
            time.sleep(wait + 1.5)
            if worker.poll() is None:
                os.killpg(worker.pid, signal.SIGKILL)
                killed += 1
    assert killed
    done = subprocess.run(
        _tawthiq("work", "--project", project, "--once"), env=_bare(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    told = _asked(
        project,
        "from tawthiq.workspace.models import *\nimport json\n"
        f"job = Job.objects.get(pk={key})\n"
        "print(json.dumps([job.state, ReportRow.objects.count(), ReportRow.objects.values('report').distinct().count(),"
        " ClaimRow.objects.values('key').distinct().count() == ClaimRow.objects.count(), ReportRow.objects.filter(vocabulary='').count()]))",
    )
    assert json.loads(told) == ["done", many, many, True, 0]


@pytest.mark.slow
def test_one_worker_a_project_and_it_ends_with_its_server(tmp_path: Path) -> None:
    project = tmp_path / "p"
    _asked(project, "")
    with subprocess.Popen(_tawthiq("work", "--project", project, "--with-parent"), env=_bare(), stdin=subprocess.PIPE) as worker:
        time.sleep(4)
        assert worker.poll() is None
        second = subprocess.run(
            _tawthiq("work", "--project", project, "--once"), env=_bare(), capture_output=True, text=True, check=False
        )
        assert second.returncode == 1
        assert "another worker" in second.stderr
        assert worker.stdin is not None
        worker.stdin.close()
        assert worker.wait(timeout=10) == 0


@pytest.mark.slow
def test_pages_are_answered_while_the_worker_writes(tmp_path: Path, examples: Path) -> None:
    """SQLite has one writer: reviewers decide while an import writes, and nobody is told that the database is locked."""
    project = tmp_path / "p"
    done = subprocess.run(
        _tawthiq("run", examples, "--project", project, "--quiet"), env=_bare(), capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    lines = "\n".join(
        json.dumps(
            {"report": f"r{n}", "text": f"قصفت قوات النظام بلدة العشارة وقُتل {n % 7 + 1} مدنيين، نص مختلق {n}."}, ensure_ascii=False
        )
        for n in range(1500)
    )
    _asked(
        project,
        "from tawthiq.workspace.models import Job\nfrom tawthiq.workspace import jobs\nfrom tawthiq.workspace.uploads import incoming\n"
        "job = Job.objects.create(kind='import', by='x', given={'folder': 'given'})\n"
        f"tree = incoming('given') / 'files'\ntree.mkdir()\n(tree / 'a.jsonl').write_text({lines!r}, encoding='utf-8')\n"
        "jobs.enqueue(job)",
    )
    with subprocess.Popen(_tawthiq("work", "--project", project, "--once"), env=_bare()) as worker:
        told = _asked(
            project,
            "import time, json\nfrom tawthiq.workspace.models import *\nfrom tawthiq.workspace import deciding\n"
            "me = Person.objects.create(login='a', role='reviewer')\ndone, slowest = 0, 0.0\nuntil = time.monotonic() + 10\n"
            "while time.monotonic() < until and done < 40:\n"
            "    began = time.monotonic()\n    row = deciding.next_claim(me)\n    deciding.decide(me, row, 'accept')\n"
            "    slowest, done = max(slowest, time.monotonic() - began), done + 1\n    time.sleep(0.05)\n"
            "print(json.dumps([done, slowest, DecisionRow.objects.count()]))",
        )
        assert worker.wait(timeout=120) == 0
    done_, slowest, kept = json.loads(told)
    assert done_ == kept >= 20
    assert slowest < 10
    state = _asked(
        project,
        "from tawthiq.workspace.models import *\nprint([j.state for j in Job.objects.filter(kind='import')], ReportRow.objects.count() > 1500)",
    )
    assert state.strip() == "['done'] True"


# --- administration ---------------------------------------------------------------------------------------------------


def test_a_backup_is_sealed_handed_out_and_brought_back_beside(client: Browser, filled: Path) -> None:
    import shutil

    from tawthiq.workspace import keeping
    from tawthiq.workspace.models import Job

    if os.environ.get("DATABASE_URL"):
        pytest.skip("a backup from the pages is of SQLite")
    browser = client("admin")
    assert browser.post("/administration/backup/", {"passphrase": "short", "again": "short"}).status_code == 400
    words = "عبارة سر طويلة كافية"
    assert browser.post("/administration/backup/", {"passphrase": words, "again": "other"}).status_code == 400
    answer = browser.post("/administration/backup/", {"passphrase": words, "again": words})
    assert words not in str(list(Job.objects.values()))
    made = do(browser, answer)
    assert made.state == "done", made.error
    taken = browser.get(f"/administration/backups/{made.result['name']}")
    data = b"".join(taken.streaming_content)  # type: ignore[attr-defined]
    assert b"data.age" in data
    assert b"SQLite format" not in data
    assert browser.get("/administration/backups/..%2Fsecret.key").status_code == 404
    assert client("editor").get(f"/administration/backups/{made.result['name']}").status_code == 403
    bad = do(browser, browser.post("/administration/restore/", {"file": upload("b.age", data), "passphrase": "wrong wrong wrong"}))
    assert bad.state == "failed"
    back = do(browser, browser.post("/administration/restore/", {"file": upload("b.age", data), "passphrase": words}))
    assert back.state == "done", back.error
    assert back.result["sound"]
    folder = filled.with_name(back.result["folder"])
    assert (folder / "tawthiq.sqlite3").is_file()
    assert back.result["folder"] in browser.get(f"/jobs/{back.pk}/").content.decode()
    shutil.rmtree(folder)
    for path in keeping.backups():
        path.unlink()


def test_sources_are_listed_added_and_taken_out(client: Browser, filled: Path) -> None:
    from tawthiq.archive.collect import read_sources
    from tawthiq.workspace import jobs, worker
    from tawthiq.workspace.models import Job, Mark

    browser = client("admin")
    add = {"kind": "feed", "at": "https://example.org/feed.xml", "name": 'شبكة "مختلقة"', "follow": "on"}
    assert browser.post("/administration/sources/", add).status_code == 302
    assert browser.post("/administration/sources/", add).status_code == 400
    assert browser.post("/administration/sources/", {"kind": "telegram", "at": "https://t.me/invented_channel"}).status_code == 302
    for wrong in (
        {"kind": "feed", "at": "file:///etc/passwd"},
        {"kind": "x", "at": "https://a.org"},
        {"kind": "telegram", "at": "a b"},
    ):
        assert browser.post("/administration/sources/", wrong).status_code == 400
    listed = read_sources(filled / "sources.toml").listed
    assert [(one.kind, one.at, one.name, one.follow) for one in listed] == [
        ("feed", "https://example.org/feed.xml", 'شبكة "مختلقة"', True), ("telegram", "invented_channel", None, False),
    ]  # fmt: skip
    assert "invented_channel" in browser.get("/administration/").content.decode()
    assert worker.due() is None
    assert browser.post("/administration/collect/", {"hours": "6"}).status_code == 302
    assert browser.post("/administration/collect/", {"hours": "x"}).status_code == 400
    due = worker.due()
    assert due is not None
    assert due.kind == "collect"
    assert worker.due() is None
    for one in ("https://example.org/feed.xml", "invented_channel"):
        browser.post("/administration/sources/", {"remove": one})
    made = jobs.start("collect", "admin1")
    jobs.run.func(made.pk)
    assert "lists nothing" in Job.objects.get(pk=made.pk).error
    Mark.objects.filter(name=worker.EVERY).delete()
    (filled / "sources.toml").unlink()


# --- words that are tried ---------------------------------------------------------------------------------------------


def test_a_verb_is_tried_on_the_stored_reports_before_it_is_kept(client: Browser, filled: Path) -> None:
    import shutil

    from tawthiq.lexicon.additions import use_additions
    from tawthiq.workspace import NAMES_FOLDER
    from tawthiq.workspace.models import ClaimRow

    use_additions(filled / NAMES_FOLDER)
    browser = client("editor")
    note = "برطع عناصر تنظيم داعش حاجزاً لقوات النظام في بلدة الشحيل."
    do(browser, browser.post("/import/", {"files": [upload("note.txt", note)], "published": "2024-05-01"}))
    said = {"do": "verb", "root": "برطع", "form": "1", "sense": "event:attack", "frame": "act", "nouns": "برطعة"}
    try:
        made = do(browser, browser.post("/vocabulary/", said))
        assert made.state == "done", made.error
        assert (made.result["reports"], made.result["gained"], made.result["lost"]) == (1, 1, 0)
        assert made.result["shown"][0]["came"][0]["type"] == "attack"
        assert not (filled / NAMES_FOLDER / "verbs.tsv").exists()
        before = ClaimRow.objects.filter(report__report="note").count()
        page = browser.get(f"/jobs/{made.pk}/").content.decode()
        assert "برطع" in page
        # A name that is known already means something else with an addition, though it brings no new form.
        other = {"do": "place", "name": "الشحيل", "lat": "36.5", "lon": "41.2"}
        assert do(browser, browser.post("/vocabulary/", other)).result["reports"] >= 1
        again = do(browser, browser.post(f"/jobs/{made.pk}/keep/"))
        assert again.kind == "reread"
        assert again.state == "done", again.error
        assert ClaimRow.objects.filter(report__report="note").count() == before + 1
        assert browser.post(f"/jobs/{made.pk}/keep/").status_code == 404
        assert "برطع" in browser.get("/vocabulary/").content.decode()
    finally:
        shutil.rmtree(filled / NAMES_FOLDER, ignore_errors=True)
        use_additions(None)


@pytest.mark.parametrize(
    "said",
    [
        {"do": "verb", "root": "قص", "form": "1", "sense": "event:attack"},
        {"do": "verb", "root": "قصف", "form": "9", "sense": "event:attack"},
        {"do": "verb", "root": "قصف", "form": "1", "sense": "event:nothing"},
        {"do": "verb", "root": "قصف", "form": "1", "sense": "event:attack", "frame": "x"},
        {"do": "verb", "root": "قصف", "form": "1", "sense": "event:attack", "nouns": "x\ty"},
        {"do": "place", "name": "ضيعة", "lat": "0", "lon": "0"},
        {"do": "place", "name": "ضيعة", "lat": "nan", "lon": "36"},
        {"do": "place", "name": "village", "lat": "35", "lon": "40"},
        {"do": "place", "name": "ضيعة", "lat": "35", "lon": "40", "admin": "SY1"},
        {"do": "add", "id": "Bad Id", "ar": "جماعة", "kind": "militia"},
        {"do": "add", "id": "new-one", "ar": "داعش", "kind": "militia"},
        {"do": "alias", "id": "nobody", "name": "اسم"},
        {"do": "alias", "id": "isis", "name": ""},
        {"do": "merge", "id": "isis", "into": "sdf"},
        {"do": "drop"},
        {},
    ],
)
def test_what_is_no_addition_is_refused(client: Browser, said: dict[str, str]) -> None:
    assert client("editor").post("/vocabulary/", said).status_code == 400


def test_additions_of_every_kind_are_kept_and_used(tmp_path: Path) -> None:
    from tawthiq.extract.engine import extract_claims
    from tawthiq.lexicon.additions import additions, use_additions
    from tawthiq.model import Report
    from tawthiq.workspace import names

    before = additions()
    text = "هاجم لواء السنديان المختلق حاجزاً لقوات النظام في قرية أم الزيزفون."
    try:
        for row in (
            {"do": "add", "id": "sindyan", "ar": "لواء السنديان المختلق", "kind": "militia", "since": "2020"},
            {"do": "place", "name": "أم الزيزفون", "lat": "35.1", "lon": "40.2", "admin": "SY09"},
        ):
            names.write(names.check(row), tmp_path, "x")
            use_additions(tmp_path)
        claim = next(c for c in extract_claims(Report(report="r", text=text)) if c.type == "attack")
        assert claim.initiators == ("other",) or "sindyan" in str(claim.initiators)
        assert claim.place is not None
        assert claim.place.lat == pytest.approx(35.1)
        assert [row["do"] for row in names.kept(tmp_path)] == ["add", "place"]
        with pytest.raises(ValueError, match="is there already"):
            names.check({"do": "add", "id": "sindyan", "ar": "اسم آخر", "kind": "militia"})
    finally:
        use_additions(before)


def test_a_name_that_is_no_actor_is_not_asked_again(client: Browser, filled: Path, person: Callable[[str], Person]) -> None:
    import shutil

    from tawthiq.workspace import NAMES_FOLDER, answers
    from tawthiq.workspace.models import Answer

    answers.keep_fresh()
    Answer.objects.create(
        kind="candidate", key="x", number=0, data={"name": "كتيبة مختلقة", "count": 2, "where": [], "perhaps": []}
    )
    browser = client("editor")
    try:
        assert "كتيبة مختلقة" in browser.get("/vocabulary/").content.decode()
        assert browser.post("/vocabulary/leave/", {"name": "كتيبة مختلقة"}).status_code == 302
        page = browser.get("/vocabulary/").content.decode()
        assert page.count("كتيبة مختلقة") == 1  # in what the project said
    finally:
        shutil.rmtree(filled / NAMES_FOLDER, ignore_errors=True)


# --- what a second look found -----------------------------------------------------------------------------------------


def test_an_upload_that_fails_leaves_nothing_for_the_next(client: Browser, filled: Path) -> None:
    from tawthiq.workspace.models import Job
    from tawthiq.workspace.uploads import incoming

    browser = client("editor")
    files = [upload("a", "x"), upload("b.txt", "قصف")]
    assert browser.post("/import/", {"files": files, "path": ["a", "a/b.txt"]}).status_code == 400
    assert not Job.objects.exists()
    assert not [path for path in incoming().iterdir() if path.is_dir()]
    long = "🙂" * 120 + ".txt"
    made = do(browser, browser.post("/import/", {"files": [upload("c.txt", "قصفت قوات النظام بلدة العشارة.")], "path": [long]}))
    assert made.state == "done", made.error


def test_a_bad_zip_takes_nothing_else_with_it(client: Browser) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as held:
        held.writestr("a.txt", "قصف" * 4000)
    broken = bytearray(packed.getvalue())
    broken[60:90] = b"\x00" * 30
    files = [upload("q.zip", b"PK no zip"), upload("one.txt", "قصفت قوات النظام بلدة العشارة."), upload("w.zip", bytes(broken))]
    browser = client("editor")
    made = do(browser, browser.post("/import/", {"files": files, "path": ["q.zip", "q/one.txt", "d.zip/w.zip"]}))
    assert made.state == "done", made.error
    assert made.result["reports"] == 1
    assert {where for where, _ in made.problems} >= {"q.zip", "w.zip"}


def test_a_table_of_nothing_holds_nobody_up(tmp_path: Path) -> None:
    from tawthiq.archive.readers.base import Source
    from tawthiq.archive.readers.rows import preview

    path = tmp_path / "a.csv"
    path.write_bytes(b"text,day\n" + b",\n" * 2_000_000)
    began = time.monotonic()
    assert preview(Source.of_file(path)) == [["text", "day"]]
    assert time.monotonic() - began < 1


def test_a_passphrase_goes_when_its_work_is_stopped(client: Browser) -> None:
    from tawthiq.workspace.models import Job
    from tawthiq.workspace.uploads import incoming

    if os.environ.get("DATABASE_URL"):
        pytest.skip("a backup from the pages is of SQLite")
    words = "عبارة سر طويلة كافية"
    browser = client("admin")
    browser.post("/administration/backup/", {"passphrase": words, "again": words})
    job = Job.objects.get(kind="backup")
    assert (incoming() / job.given["folder"] / "passphrase").exists()
    browser.post(f"/jobs/{job.pk}/stop/")
    assert not (incoming() / job.given["folder"]).exists()


def test_only_who_may_start_a_kind_of_work_stops_it_and_does_it_again(client: Browser) -> None:
    from tawthiq.workspace.models import Job

    job = Job.objects.create(kind="collect", by="admin1", state="failed")
    assert client("editor").get(f"/jobs/{job.pk}/").status_code == 200
    for what in ("stop", "again"):
        assert client("editor").post(f"/jobs/{job.pk}/{what}/").status_code == 404
    assert client("admin").post(f"/jobs/{job.pk}/again/").status_code == 302


def test_an_actor_with_one_name_alone_is_shown(client: Browser, filled: Path) -> None:
    import shutil

    from tawthiq.lexicon.additions import use_additions
    from tawthiq.workspace import NAMES_FOLDER, names

    use_additions(filled / NAMES_FOLDER)
    try:
        names.write(
            names.check({"do": "add", "id": "zz", "kind": "militia", "ar": "كتيبة مختلقة تماماً"}), filled / NAMES_FOLDER, "x"
        )
        assert client("reviewer").get("/vocabulary/").status_code == 200
        assert client("reader").get("/actors/zz/").status_code == 200
    finally:
        shutil.rmtree(filled / NAMES_FOLDER, ignore_errors=True)
        use_additions(None)


@pytest.mark.slow
def test_the_children_of_a_killed_worker_end_with_it(tmp_path: Path) -> None:
    project = tmp_path / "p"
    lines = "\n".join(
        json.dumps({"report": f"r{n}", "text": f"قصفت قوات النظام بلدة العشارة وقُتل {n % 7 + 1} مدنيين. " * 30}, ensure_ascii=False)
        for n in range(3000)
    )
    _asked(
        project,
        "from tawthiq.workspace.models import Job\nfrom tawthiq.workspace import jobs\nfrom tawthiq.workspace.uploads import incoming\n"
        "job = Job.objects.create(kind='import', by='x', given={'folder': 'given'})\n"
        f"tree = incoming('given') / 'files'\ntree.mkdir()\n(tree / 'a.jsonl').write_text({lines!r}, encoding='utf-8')\n"
        "jobs.enqueue(job)",
    )
    script = "from tawthiq.workspace.models import Job\nprint(Job.objects.get().stage)"
    with subprocess.Popen(_tawthiq("work", "--project", project), env=_bare()) as worker:
        until = time.monotonic() + 60
        while _asked(project, script).strip() != "extract":
            assert time.monotonic() < until, "it never came to extracting"
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    time.sleep(0.5)
    import fcntl

    with (project / "worker.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
