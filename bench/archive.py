"""Measure the archive: bytes a second beside sha256sum, cp and sync; items a second to commit; memory; runs that are killed.

    python bench/archive.py [--quick] [--kills 200]

Everything is written below a temporary folder (TMPDIR decides the disk) and made by the bench itself; it writes
bench/results-archive.json. `--quick` leaves the 2 GB input out.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).with_name("results-archive.json")
TAWTHIQ = [sys.executable, "-m", "tawthiq.cli"]
MEGABYTE = 1 << 20
WORDS = "انفجرت عبوة ناسفة بسيارة عسكرية قرب بلدة الشحيل وأدى الانفجار إلى مقتل عنصرين وفرضت القوات طوقاً حول المكان".split()  # noqa: SIM905


def text(chance: random.Random, words: int = 30) -> str:
    return " ".join(chance.choice(WORDS) for _ in range(words))


def telegram(path: Path, size: int, count: int | None = None) -> int:
    """Write an export of a channel of `size` bytes or `count` messages, and return how many messages it holds."""
    chance = random.Random(1)
    bodies = [text(chance) for _ in range(500)]
    number = 0
    with path.open("w", encoding="utf-8") as out:
        out.write('{\n "name": "قناة",\n "type": "public_channel",\n "id": 1550001234,\n "messages": [\n')
        while (number < count) if count is not None else (out.tell() < size):
            number += 1
            body = f"{bodies[number % 500]} {number}"
            message = {
                "id": number,
                "type": "message",
                "date": "2022-03-12T10:00:00",
                "date_unixtime": str(1647075600 + number * 7),
                "from": "قناة",
                "from_id": "channel1550001234",
                "text": body,
                "text_entities": [{"type": "plain", "text": body}],
            }
            out.write((",\n" if number > 1 else "") + json.dumps(message, ensure_ascii=False, indent=1))
        out.write("\n ]\n}")
    return number


def warc(path: Path, count: int) -> None:
    """Write a web archive of `count` pages."""
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    chance = random.Random(2)
    with path.open("wb") as out:
        writer = WARCWriter(out, gzip=True)
        for number in range(count):
            body = f"<html><head><title>خبر {number}</title></head><body><nav><a href='/'>الرئيسية</a></nav><article>"
            body += "".join(f"<p>{text(chance, 60)}.</p>" for _ in range(4)) + "</article></body></html>"
            head = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
            address = f"https://news.example/{number}"
            record = writer.create_warc_record(address, "response", payload=io.BytesIO(body.encode()), http_headers=head)
            writer.write_record(record)


def bytes_a_second(folder: Path, size: int = 512 * MEGABYTE) -> dict[str, float]:
    """Compare archiving one file with sha256sum, cp and sync of the same bytes; medians of three, MB a second."""
    from tawthiq.archive.originals import How, Originals

    ours, theirs = [], []
    for turn in range(3):
        source = folder / f"in-{turn}"
        with source.open("wb") as out:
            for _ in range(size // MEGABYTE):
                out.write(os.urandom(MEGABYTE))
        os.sync()
        began = time.perf_counter()
        target = folder / "copy"
        subprocess.run(["sha256sum", str(source)], check=True, capture_output=True)
        subprocess.run(["cp", str(source), str(target)], check=True)
        subprocess.run(["sync", str(target)], check=True)
        theirs.append(size / MEGABYTE / (time.perf_counter() - began))
        target.unlink()
        originals = Originals(folder / f"archive-{turn}")
        began = time.perf_counter()
        originals.commit([originals.acquire(source, How(source.name))])
        ours.append(size / MEGABYTE / (time.perf_counter() - began))
        source.unlink()
    ours_, theirs_ = statistics.median(ours), statistics.median(theirs)
    return {"archive_mb_s": round(ours_), "sha256sum_cp_sync_mb_s": round(theirs_), "ratio": round(ours_ / theirs_, 2)}


def command(project: Path, file: Path) -> tuple[float, int]:
    """Run `tawthiq archive` and return seconds and the peak memory of the process in MB."""
    began = time.perf_counter()
    done = subprocess.run(
        ["/usr/bin/env", "python3", "-c", _MEASURE, *TAWTHIQ, "archive", str(file), "--project", str(project), "--quiet"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(done.stderr)
    return time.perf_counter() - began, int(done.stdout.split()[-1]) // 1024


_MEASURE = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)
"""


def kills(folder: Path, count: int) -> dict[str, Any]:
    """Kill runs at random moments; after each the archive must verify, and a last run must complete it."""
    from tawthiq.archive.originals import Originals
    from tawthiq.archive.verify import verify

    chance = random.Random(3)
    source = folder / "kill"
    (source / "export").mkdir(parents=True)
    for number in range(60):
        (source / f"r{number}.txt").write_text(f"{text(chance)} {number}", encoding="utf-8")
    messages = telegram(source / "export" / "result.json", 0, 3000)
    sound = 0
    project = folder / "killed"
    for turn in range(count):
        if turn % 10 == 0:
            project = folder / f"killed-{turn}"
        process = subprocess.Popen([*TAWTHIQ, "archive", str(source), "--project", str(project), "--quiet"])
        time.sleep(0.3 + chance.random() * 1.5)
        process.send_signal(signal.SIGKILL)
        process.wait()
        sound += verify(Originals(project / "archive")).sound
    done = subprocess.run(
        [*TAWTHIQ, "archive", str(source), "--project", str(project), "--json"], capture_output=True, text=True, check=True
    )
    complete = json.loads(done.stdout)["reports"] == messages + 60 and verify(Originals(project / "archive")).sound
    return {"kills": count, "sound_after": sound, "rerun_complete": complete}


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--kills", type=int, default=200)
    arguments = parser.parse_args()
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="tawthiq-bench-") as name:
        folder = Path(name)
        found["bytes"] = bytes_a_second(folder)
        print(found["bytes"])
        export = folder / "posts" / "result.json"
        export.parent.mkdir()
        messages = telegram(export, 0, 100_000)
        empty = folder / "empty.txt"
        empty.write_text("خبر")
        start, _ = command(folder / "p0", empty)
        seconds, memory = command(folder / "p1", export)
        found["telegram"] = {
            "messages": messages,
            "items_s": round(messages / (seconds - start)),
            "target": 20_000,
            "peak_mb": memory,
            "start_s": round(start, 2),
        }
        print(found["telegram"])
        pages = folder / "pages.warc.gz"
        warc(pages, 2000)
        seconds, memory = command(folder / "p2", pages)
        found["warc"] = {"pages": 2000, "items_s": round(2000 / (seconds - start)), "peak_mb": memory}
        print(found["warc"])
        if not arguments.quick:
            large = folder / "large" / "result.json"
            large.parent.mkdir()
            messages = telegram(large, 2_000_000_000)
            seconds, memory = command(folder / "p3", large)
            found["two_gigabytes"] = {
                "messages": messages,
                "seconds": round(seconds),
                "items_s": round(messages / seconds),
                "peak_mb": memory,
                "target_mb": 300,
            }
            print(found["two_gigabytes"])
            large.unlink()
        found["killed"] = kills(folder, arguments.kills)
        print(found["killed"])
    before = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    RESULTS.write_text(json.dumps(before | found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
