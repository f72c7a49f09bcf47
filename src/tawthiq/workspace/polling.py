"""The sources that a project polls, as its sources.toml lists them, with what is known of each; they can be added and taken out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tawthiq.archive.collect import Listed, Sources, State, read_sources
from tawthiq.publish.feeds import write_whole
from tawthiq.workspace import project
from tawthiq.workspace.models import Observation, ReportRow

FILE, STATE = "sources.toml", "collected.json"
KINDS = ("feed", "page", "telegram")
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Polled:
    """A source, how it stands ("" where nothing is amiss), the last thing observed of it, and how many reports came of it."""

    listed: Listed
    state: str
    observed: str
    reports: int


def _read() -> Sources:
    return read_sources(project() / FILE) if (project() / FILE).is_file() else Sources(())


def listed() -> tuple[list[Polled], str]:
    """Return the sources that are polled, and what is wrong with the list, "" where nothing is."""
    try:
        sources = _read()
    except ValueError as error:
        return [], str(error)
    state = State(project() / STATE)
    out = []
    for one in sources.listed:
        what = f"telegram:{one.at}" if one.kind == "telegram" else one.at
        last = Observation.objects.filter(what=what).order_by("-id").first()
        told = f"{last.kind}: {last.note}" if last is not None else ""
        count = ReportRow.objects.filter(source=one.name, current=True).count() if one.name else 0
        out.append(Polled(one, str(state.known.get(what, {}).get("state", "")), told, count))
    return out, ""


def add(kind: str, at: str, name: str, follow: bool = False) -> None:
    """Add a source; raises ValueError with one line for what cannot be polled, and for one that is listed."""
    at, name = at.strip()[:_LONGEST], name.strip()[:_LONGEST]
    if kind not in KINDS:
        raise ValueError(f"kind: one of {', '.join(KINDS)}, not {kind!r}")
    if kind == "telegram":
        at = at.removeprefix("https://t.me/").removeprefix("@").strip("/")
        if not at.replace("_", "").isalnum():
            raise ValueError("address: the name of a public channel is expected")
    elif urlsplit(at).scheme not in ("http", "https") or not urlsplit(at).hostname:
        raise ValueError("address: an address that begins with https://")
    sources = _read()
    if any(one.at == at for one in sources.listed):
        raise ValueError(f"{at} is listed already")
    _write(Sources((*sources.listed, Listed(kind, at, name or None, follow)), sources.seconds_between, sources.messages))


def remove(at: str) -> None:
    """Take a source out of the list; what came of it stays. Raises ValueError for one that is not listed."""
    sources = _read()
    left = tuple(one for one in sources.listed if one.at != at)
    if len(left) == len(sources.listed):
        raise ValueError(f"{at} is not listed")
    _write(Sources(left, sources.seconds_between, sources.messages))


def _write(sources: Sources) -> None:
    """Write sources.toml whole; a JSON string is a string of TOML."""
    lines = []
    usual = Sources(())
    if (sources.seconds_between, sources.messages) != (usual.seconds_between, usual.messages):
        lines += ["[settings]", f"seconds_between = {sources.seconds_between}", f"messages = {sources.messages}", ""]
    for one in sources.listed:
        lines += [f"[[{one.kind}]]", f"{'channel' if one.kind == 'telegram' else 'url'} = {_quoted(one.at)}"]
        lines += [f"name = {_quoted(one.name)}"] if one.name else []
        lines += [f"{flag} = true" for flag in ("follow", "media") if getattr(one, flag)] + [""]
    write_whole(project() / FILE, "\n".join(lines))


def _quoted(text: Any) -> str:
    return json.dumps(str(text), ensure_ascii=False).replace("\x7f", "\\u007f")


def collected_every(said: Mapping[str, str]) -> int:
    """Return after how many hours sources are polled, 0 for never; raises ValueError for what is no such number."""
    hours = said.get("hours", "")
    if not hours.isdecimal() or int(hours) > 720:
        raise ValueError("hours: 0 to 720")
    return int(hours)
