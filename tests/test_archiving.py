"""From files to a project: identity, versions, what was not seen, copies, media, and runs that are killed."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tawthiq.archive.originals import Originals
from tawthiq.archive.verify import verify
from tests.archive.readers.test_chats import CHANNEL, ENGLISH, export, message
from tests.test_cli import TAWTHIQ, call, rows

BLAST = "انفجرت عبوة ناسفة بسيارة عسكرية لقسد قرب بلدة الشحيل"


def write(path: Path, value: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path


def run(*arguments: str | Path) -> dict[str, Any]:
    done = call("run", *arguments, "--json", "--workers", "1")
    assert done.returncode == 0, done.stderr
    summary: dict[str, Any] = json.loads(done.stdout)
    return summary


EARLIER = export(message(1, BLAST), message(2, "قُتل مدني بلغم في السخنة"), message(3, "اعتقلت قسد شاباً في ذيبان"))
LATER = export(
    message(2, "قُتل مدنيان بلغم في السخنة", edited="2022-03-12T12:00:00", edited_unixtime="1647082800"),
    message(4, "قصفت مدفعية النظام قرية كفر نوران"),
    message(1, BLAST),
)


def current(project: Path) -> list[tuple[object, ...]]:
    return rows(project, "select report, version, current from workspace_reportrow order by report, version")


def test_two_overlapping_exports_of_one_channel(tmp_path: Path) -> None:
    """One post was edited, one is missing: the right posts, versions and "not seen", and nothing is deleted."""
    project = tmp_path / "p"
    first = run(write(tmp_path / "a" / "result.json", EARLIER), "--project", project)
    assert (first["reports"], first["added"], first["not_seen"]) == (3, 3, 0)
    second = run(write(tmp_path / "b" / "result.json", LATER), "--project", project)
    assert (second["reports"], second["added"], second["already"], second["not_seen"]) == (3, 2, 1, 1)
    name = f"tg-{CHANNEL}"
    assert current(project) == [
        (f"{name}-1", 1, 1),
        (f"{name}-2", 1, 0),
        (f"{name}-2", 2, 1),
        (f"{name}-3", 1, 1),
        (f"{name}-4", 1, 1),
    ]
    assert rows(project, "select kind, what from workspace_observation") == [("not-seen", f"{name}-3")]
    claims = "select count(*) from workspace_claimrow c join workspace_reportrow r on r.id = c.report_id where r.report = '{}' and current = {}"
    assert rows(project, claims.format(f"{name}-2", 0))[0][0] == 1
    assert rows(project, claims.format(f"{name}-2", 1))[0][0] == 1
    assert rows(project, claims.format(f"{name}-3", 1))[0][0] == 1
    exported = call("export", "claims", "--project", project).stdout
    assert [json.loads(line)["report"] for line in exported.splitlines()].count(f"{name}-2") == 1
    shown = call("show", f"{name}-3", "--project", project)
    assert "not-seen" in shown.stdout


def test_the_order_in_which_exports_come_does_not_matter_for_what_is_current(tmp_path: Path) -> None:
    project = tmp_path / "p"
    run(write(tmp_path / "b" / "result.json", LATER), "--project", project)
    run(write(tmp_path / "a" / "result.json", EARLIER), "--project", project)
    texts = rows(
        project, f"select json_extract(data, '$.text') from workspace_reportrow where report = 'tg-{CHANNEL}-2' and current = 1"
    )
    assert texts == [("قُتل مدنيان بلغم في السخنة",)]


def test_the_same_export_again_changes_nothing(tmp_path: Path) -> None:
    project, file = tmp_path / "p", write(tmp_path / "a" / "result.json", EARLIER)
    run(file, "--project", project)
    tables = ("acquisition", "reportrow", "claimrow", "incidentrow", "observation", "likeness")
    before = [rows(project, f"select count(*) from workspace_{t}") for t in tables]
    log = (project / "archive" / "log.jsonl").read_bytes()
    again = run(file, "--project", project)
    assert (again["added"], again["already"]) == (0, 3)
    assert [rows(project, f"select count(*) from workspace_{t}") for t in tables] == before
    assert (project / "archive" / "log.jsonl").read_bytes() == log


def test_media_are_kept_and_hashed_beside_their_posts(tmp_path: Path) -> None:
    folder, project = tmp_path / "export", tmp_path / "p"
    value = export(message(1, BLAST, photo="photos/a.jpg"), message(2, "خبر", photo="photos/missing.jpg"))
    write(folder / "result.json", value)
    (folder / "photos").mkdir()
    (folder / "photos" / "a.jpg").write_bytes(b"picture")
    assert run(folder, "--project", project)["files"] == 1
    data = json.loads(str(rows(project, "select data from workspace_reportrow order by message")[0][0]))
    kept = data["media"][0]
    assert (project / "archive" / "originals" / kept["sha256"][:2] / kept["sha256"]).read_bytes() == b"picture"
    manifest = [json.loads(line) for line in (project / "archive" / "manifest.jsonl").read_text(encoding="utf-8").splitlines()]
    assert manifest[1]["of"] == manifest[0]["original"]
    assert manifest[1]["method"] == "media"


WIRE = (
    "أفادت مصادر محلية بأن عبوة ناسفة انفجرت صباح اليوم بسيارة عسكرية تابعة لقوات سوريا الديمقراطية على الطريق الواصل بين بلدتي الشحيل "
    "وذيبان في ريف دير الزور الشرقي، ما أدى إلى مقتل عنصرين وإصابة ثالث بجروح، فيما فرضت القوات طوقاً أمنياً حول المكان"
)


def test_near_copies_are_no_sources_of_their_own(tmp_path: Path) -> None:
    for number, (source, text) in enumerate(
        [("وكالة أولى", WIRE + "."), ("موقع ثان", "عاجل: " + WIRE), ("موقع ثالث", WIRE + " بحسب المصدر.")], 1
    ):
        write(
            tmp_path / "in" / f"{number}.json",
            {"report": f"W{number}", "source": source, "published": f"2022-03-12T0{number}:00:00+03:00", "text": text},
        )
    write(
        tmp_path / "in" / "9.json",
        {"report": "W9", "source": "شاهد", "published": "2022-03-12", "text": BLAST + " وقُتل عنصران من قسد"},
    )
    project = tmp_path / "p"
    assert run(tmp_path / "in", "--project", project)["copies"] == 2
    copies = rows(
        project, "select a.report, b.report from workspace_reportrow a join workspace_reportrow b on a.copy_of_id = b.id order by 1"
    )
    assert copies == [("W2", "W1"), ("W3", "W1")]
    incidents = [json.loads(str(d)) for (d,) in rows(project, "select data from workspace_incidentrow")]
    wired = next(i for i in incidents if "W1.1" in i["claims"])
    assert {"W2.1", "W3.1"} <= set(wired["claims"])
    assert wired["origins"] <= 2


def test_a_chat_needs_its_date_order_once(tmp_path: Path) -> None:
    chat = tmp_path / "_chat.txt"
    chat.write_text("".join(f"0{n}/04/2022, 10:15 - x: {BLAST} {n}\n" for n in (5, 3, 6)), encoding="utf-8")
    done = call("run", chat, "--project", tmp_path / "p")
    assert done.returncode == 1
    assert "--date-order" in done.stderr
    assert run(chat, "--project", tmp_path / "p", "--date-order", "dmy")["reports"] == 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["--map", "x=y"], "--map takes"), (["--date-order", "ydm"], "--date-order is"), (["--zone", "Mars/Base"], "--zone takes")],
)
def test_wrong_options_of_reading(tmp_path: Path, arguments: list[str], said: str) -> None:
    (tmp_path / "a.txt").write_text("خبر")
    done = call("run", tmp_path / "a.txt", "--project", tmp_path / "p", *arguments)
    assert done.returncode == 2
    assert said in done.stderr


def test_archive_alone_keeps_and_run_goes_on(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "WhatsApp Chat with x.txt").write_text(ENGLISH, encoding="utf-8")
    (tmp_path / "in" / "t.csv").write_text(f"نص,تاريخ\n{BLAST},2022-03-12\n", encoding="utf-8")
    project = tmp_path / "p"
    done = call("archive", tmp_path / "in", "--project", project, "--map", "text=نص,date=تاريخ", "--json")
    assert done.returncode == 0, done.stderr
    assert (json.loads(done.stdout)["files"], json.loads(done.stdout)["reports"]) == (2, 4)
    assert rows(project, "select count(*) from workspace_claimrow") == [(0,)]
    assert run(tmp_path / "in", "--project", project, "--map", "text=نص,date=تاريخ")["claims"] >= 2


def test_an_address_that_leads_inside_is_refused_by_every_command(tmp_path: Path) -> None:
    (tmp_path / "urls.txt").write_text("http://127.0.0.1:9/a\nhttp://[::1]/b\n")
    done = call("run", tmp_path / "urls.txt", "http://10.0.0.1/", "--project", tmp_path / "p")
    assert done.returncode == 1
    assert done.stderr.count("not a public address") == 3


def killed(project: Path, file: Path, delays: list[float]) -> None:
    """Kill runs at the given moments; after each the archive must verify. Then a whole run must complete it."""
    for delay in delays:
        process = subprocess.Popen(
            [*TAWTHIQ, "run", str(file), "--project", str(project), "--quiet", "--workers", "1"], env=os.environ
        )
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        proof = verify(Originals(project / "archive"))
        assert proof.sound, proof.problems
    done = call("run", file, "--project", project, "--quiet", "--workers", "1")
    assert done.returncode == 0, done.stderr
    proof = verify(Originals(project / "archive"))
    assert proof.sound
    assert proof.unfinished == 0


def many(folder: Path, files: int = 40, posts: int = 60) -> Path:
    """A folder of reports, one of them an export with media."""
    for number in range(files):
        write(
            folder / f"r{number}.json",
            {"report": f"R{number}", "source": "S", "published": "2022-03-12", "text": f"{BLAST} رقم {number}"},
        )
    (folder / "export" / "photos").mkdir(parents=True)
    messages = []
    for number in range(1, posts + 1):
        (folder / "export" / "photos" / f"{number}.jpg").write_bytes(os.urandom(20_000))
        messages.append(message(number, f"{BLAST} رقم {number}", photo=f"photos/{number}.jpg"))
    write(folder / "export" / "result.json", export(*messages))
    return folder


def test_killed_twenty_times_the_archive_verifies_and_the_rerun_completes_it(tmp_path: Path) -> None:
    folder, project = many(tmp_path / "in"), tmp_path / "p"
    chance = random.Random(7)
    killed(project, folder, [0.35 + chance.random() * 1.4 for _ in range(20)])
    assert rows(project, "select count(*), count(distinct report) from workspace_reportrow") == [(100, 100)]
    assert rows(project, "select count(*) - count(distinct key) from workspace_claimrow") == [(0,)]
    assert len(list((project / "archive" / "originals").rglob("*.*"))) == 0
    assert sum(p.is_file() for p in (project / "archive" / "originals").rglob("*")) == 40 + 60 + 1
