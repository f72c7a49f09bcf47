"""Releases: numbered, never changed, each with what was added, changed and withdrawn since the last one, and why.

A release is written beside its place and moved there whole; its files are read-only and named with their hashes. An incident that
is withdrawn keeps a notice under its id for good.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from tawthiq import __version__
from tawthiq.analyse.undocumented import Estimate
from tawthiq.model import Record
from tawthiq.publish.datasets import read_parquet, write_datasets
from tawthiq.publish.feeds import write_feeds, write_whole
from tawthiq.publish.package import write_package
from tawthiq.publish.pages import LANGUAGES, list_page, withdrawn_page, write_pages
from tawthiq.publish.profile import Profile
from tawthiq.publish.redact import Held, PublicIncident

Why = Literal["merged", "rejected", "not-told", "undated", "unreviewed", "delay", "withheld", "gone"]


class Withdrawn(Record):
    """An incident that an earlier release held and this one does not: why, and what took its place, if anything did."""

    incident: str
    reason: Why
    instead: str | None = None


class Changed(Record):
    """An incident that says something else than in the release before, by the names of what changed."""

    incident: str
    fields: tuple[str, ...]


class Release(Record):
    """A release: its number and instant, the versions it was made with, and what changed since the one before.

    One that was withdrawn (`withdrawn_at`, `why`) has no files any more: this record of it stays. `key` is of who asked for it, so
    that it is not made twice.
    """

    number: int
    made_at: str
    tawthiq: str
    vocabulary: str
    linking: str
    start: str | None
    end: str | None
    incidents: int
    added: tuple[str, ...]
    changed: tuple[Changed, ...]
    withdrawn: tuple[Withdrawn, ...]
    files: dict[str, str]
    withdrawn_at: str | None = None
    why: str = ""
    key: str = ""


def releases(out: Path) -> list[Release]:
    """Return the releases of a publication in order; raises ValueError for a folder that holds something else under that name."""
    found = []
    for path in sorted((out / "releases").glob("*/release.json"), key=lambda p: int(p.parent.name)):
        found.append(Release.model_validate_json(path.read_text(encoding="utf-8")))
    return found


def compare(
    before: Sequence[PublicIncident],
    now: Sequence[PublicIncident],
    held: Sequence[Held],
    went: Callable[[str], str | None],
) -> tuple[tuple[str, ...], tuple[Changed, ...], tuple[Withdrawn, ...]]:
    """Return what was added, changed and withdrawn from one release to the next; `went` tells what an old id became."""
    old, new = {i.id: i for i in before}, {i.id: i for i in now}
    reasons = {h.incident: h.reason for h in held}
    added = tuple(sorted(new.keys() - old.keys()))
    changed = []
    for name in sorted(new.keys() & old.keys()):
        one, other = old[name].model_dump(), new[name].model_dump()
        fields = tuple(field for field in one if one[field] != other[field])
        if fields:
            changed.append(Changed(incident=name, fields=fields))
    withdrawn = []
    for name in sorted(old.keys() - new.keys()):
        instead = went(name)
        if name in reasons:
            withdrawn.append(Withdrawn(incident=name, reason=reasons[name]))
        elif instead:
            withdrawn.append(Withdrawn(incident=name, reason="merged", instead=instead if instead in new else None))
        else:
            withdrawn.append(Withdrawn(incident=name, reason="gone"))
    return added, tuple(changed), tuple(withdrawn)


def publish(
    incidents: Sequence[PublicIncident],
    held: Sequence[Held],
    out: Path,
    profile: Profile,
    versions: Mapping[str, str],
    went: Callable[[str], str | None],
    *,
    start: str | None = None,
    end: str | None = None,
    now: datetime | None = None,
    estimate: Estimate | None = None,
    key: str = "",
) -> Release:
    """Write the next release into a folder and return it; nothing is left there when it fails.

    Where the newest release has the `key` that is given, it is that one: only what stands in front is brought up to it.
    """
    out.mkdir(parents=True, exist_ok=True)
    with alone(out):
        for path in out.glob(".release-*"):
            shutil.rmtree(path)  # what a killed process left
        earlier = releases(out)
        if key and earlier and earlier[-1].key == key:
            earlier, made = earlier[:-1], earlier[-1]
        else:
            made = _write(incidents, held, out, profile, versions, went, earlier, (start, end), now, estimate, key)
        _notices(out, earlier, made, profile)
        _front(out, profile)
        return made


def _write(
    incidents: Sequence[PublicIncident],
    held: Sequence[Held],
    out: Path,
    profile: Profile,
    versions: Mapping[str, str],
    went: Callable[[str], str | None],
    earlier: Sequence[Release],
    period: tuple[str | None, str | None],
    now: datetime | None,
    estimate: Estimate | None,
    key: str,
) -> Release:
    standing = [r for r in earlier if r.withdrawn_at is None]
    before = read_parquet(out / "releases" / str(standing[-1].number) / "data" / "incidents.parquet") if standing else []
    added, changed, withdrawn = compare(before, incidents, held, went)
    number = earlier[-1].number + 1 if earlier else 1
    made_at = (now or datetime.now(UTC)).isoformat(timespec="seconds")
    with tempfile.TemporaryDirectory(dir=out, prefix=".release-") as folder:
        work = Path(folder) / "release"
        columns = write_datasets(incidents, work / "data")
        made = Release(
            number=number,
            made_at=made_at,
            tawthiq=__version__,
            vocabulary=versions.get("vocabulary", ""),
            linking=versions.get("linking", ""),
            start=period[0],
            end=period[1],
            incidents=len(incidents),
            added=added,
            changed=changed,
            withdrawn=withdrawn,
            files={},
            key=key,
        )
        write_package(work / "data", columns, profile, number, made_at)
        write_pages(incidents, work, profile, made.model_dump(), estimate, standing[-1].number if standing else None)
        hashes = {
            str(p.relative_to(work)): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(work.rglob("*")) if p.is_file()
        }
        made = made.model_copy(update={"files": hashes})
        (work / "release.json").write_text(made.model_dump_json(indent=1) + "\n", encoding="utf-8")
        for path in work.rglob("*"):
            if path.is_file():
                path.chmod(0o444)
        (out / "releases").mkdir(exist_ok=True)
        work.replace(out / "releases" / str(number))
    return made


@contextmanager
def alone(out: Path) -> Iterator[None]:
    """Wait until nobody else publishes or withdraws in a folder."""
    with (out / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _left(folder: Path) -> list[Path]:
    """Return what of a withdrawn release is still there, its pages first."""
    found = [p for p in folder.iterdir() if p.name not in ("release.json", "index.html")]
    return sorted(found, key=lambda p: (p.is_dir(), p.name))


def withdraw(out: Path, number: int, reason: str, profile: Profile, now: datetime | None = None) -> Release:
    """Take the files of a release away, and leave the record that it was there, when it went and why.

    The newest release that stands is put in front again. One that was half taken away is taken away entirely. Raises ValueError for
    a release that is not there or was withdrawn.
    """
    if not (out / "releases").is_dir():
        raise ValueError(f"no release {number} to withdraw")
    with alone(out):
        made = {release.number: release for release in releases(out)}.get(number)
        folder = out / "releases" / str(number)
        if made is None or (made.withdrawn_at is not None and not _left(folder)):
            raise ValueError(f"no release {number} to withdraw")
        if made.withdrawn_at is None:
            at = (now or datetime.now(UTC)).isoformat(timespec="seconds")
            made = made.model_copy(update={"withdrawn_at": at, "why": reason, "files": {}})
            # The record first, then nothing in front leads there any more, then the files.
            write_whole(folder / "release.json", made.model_dump_json(indent=1) + "\n")
        _front(out, profile)
        for path in _left(folder):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
        notice = {
            "incident": f"{number}", "reason": "release", "instead": None, "release": number, "made_at": made.withdrawn_at,
            "publisher": profile.publisher, "why": made.why,
        }  # fmt: skip
        (folder / "index.html").write_text(withdrawn_page(notice), encoding="utf-8")
        return made


def _front(out: Path, profile: Profile) -> None:
    """Put the newest release that stands in front, with the list of all and the feeds."""
    found = releases(out)
    standing = [r for r in found if r.withdrawn_at is None]
    for name in ("index", *(f"{page}-{language}" for page in ("brief", "map", "parts", "timeline") for language in LANGUAGES)):
        (out / f"{name}.html").unlink(missing_ok=True)
    for language in LANGUAGES:
        write_whole(out / f"releases-{language}.html", list_page([r.model_dump() for r in reversed(found)], profile, language))
    if standing:
        number = standing[-1].number
        rows = read_parquet(out / "releases" / str(number) / "data" / "incidents.parquet")
        write_feeds(standing, rows, out, profile)
        _latest(out, number)
        return
    for name in ("feed.atom", "feed.json"):
        (out / name).unlink(missing_ok=True)
    write_whole(out / "index.html", (out / "releases-ar.html").read_text(encoding="utf-8"))


def _notices(out: Path, earlier: Sequence[Release], made: Release, profile: Profile) -> None:
    """Write a notice for each withdrawn incident; the id of one that is back has none."""
    folder = out / "withdrawn"
    for one in made.withdrawn:
        folder.mkdir(exist_ok=True)
        notice: dict[str, Any] = one.model_dump() | {
            "release": made.number,
            "made_at": made.made_at,
            "publisher": profile.publisher,
        }
        (folder / f"{one.incident}.json").write_text(json.dumps(notice, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        (folder / f"{one.incident}.html").write_text(withdrawn_page(notice), encoding="utf-8")
    gone = {w.incident for release in earlier for w in release.withdrawn}
    for name in sorted(gone & set(made.added)):
        for suffix in ("json", "html"):
            (folder / f"{name}.{suffix}").unlink(missing_ok=True)


def _latest(out: Path, number: int) -> None:
    """Put the pages of the newest release where a visitor looks first; they are copies, and only they ever change."""
    for path in sorted((out / "releases" / str(number)).glob("*.html")):
        target = out / ("index.html" if path.name == "brief-ar.html" else path.name)
        # Links of the copy lead into the release.
        base = f'<head>\n<base href="releases/{number}/{path.name}">'
        write_whole(target, path.read_text(encoding="utf-8").replace("<head>", base, 1))


def verify_releases(out: Path) -> list[str]:
    """Return what is wrong with the files of all releases: changed, missing or added since they were made."""
    wrong = []
    for release in releases(out):
        folder = out / "releases" / str(release.number)
        if release.withdrawn_at is not None:
            wrong += [f"release {release.number}: {path.name} is still there" for path in _left(folder)]
            continue
        there = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()} - {"release.json"}
        for name, digest in release.files.items():
            if name not in there:
                wrong.append(f"release {release.number}: {name} is missing")
            elif hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest:
                wrong.append(f"release {release.number}: {name} was changed")
        wrong += [f"release {release.number}: {name} was added" for name in sorted(there - release.files.keys())]
    return wrong
