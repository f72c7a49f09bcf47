"""Publish from the workspace: profiles, what would be public and what is held back, releases, withholding and withdrawing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from django.db import transaction
from pydantic import ValidationError

from tawthiq.analyse.tables import record, within
from tawthiq.analyse.undocumented import Estimate, undocumented
from tawthiq.lexicon.compile import version as vocabulary_version
from tawthiq.linking import Progress
from tawthiq.publish.feeds import write_whole
from tawthiq.publish.outlines import Area, areas_svg
from tawthiq.publish.profile import Profile, read_profile
from tawthiq.publish.redact import RADIUS_KM, Held, PublicIncident, redact
from tawthiq.publish.releases import Release, publish, releases, withdraw
from tawthiq.publish.sentences import place_name, sentence
from tawthiq.publish.words import Words
from tawthiq.workspace import jobs, project
from tawthiq.workspace.deciding import Gone, incident_row
from tawthiq.workspace.models import IncidentRow, Job, Person, Withheld
from tawthiq.workspace.search import read_day
from tawthiq.workspace.store import DjangoStore

FOLDER, PROFILES = "publication", "profiles"
CAREFUL = "careful"
# So much of a release is listed before it is made.
_SHOWN, _HELD = 300, 500
_NAME = 40


class Ready(NamedTuple):
    """What would be public, what is held back, and all that a release is made with."""

    public: list[PublicIncident]
    held: list[Held]
    profile: Profile
    start: date | None
    end: date | None
    estimate: Estimate | None


def prepare(profile: Profile, first: date | None, last: date | None) -> Ready:
    """Return what may be public of a period today; what has no day is of the open period alone."""
    store = DjangoStore()
    incidents = [i for i in store.incidents() if within(i.start, i.end, first, last)]
    told = list(store.told())
    kept_out = {claim for claims in Withheld.objects.values_list("claims", flat=True) for claim in claims}
    withheld = {i.id for i in incidents if kept_out.intersection(i.claims)}
    public, held = redact(incidents, {t.key: t for t in told}, profile, datetime.now(UTC).date(), withheld)
    estimate = undocumented(record(told, incidents)) if profile.estimates else None
    return Ready(public, held, profile, first, last, estimate)


def write(ready: Ready, out: Path, key: str = "") -> Release:
    """Write the next release into a folder; `key` is of who asks for it, so that it is not made twice."""
    store = DjangoStore()
    return publish(
        ready.public,
        ready.held,
        out,
        ready.profile,
        {"vocabulary": vocabulary_version(), "linking": store.made_with("weights")},
        store.went,
        start=ready.start.isoformat() if ready.start else None,
        end=ready.end.isoformat() if ready.end else None,
        estimate=ready.estimate,
        key=key,
    )


# --- profiles ---------------------------------------------------------------------------------------------------------


def profiles() -> dict[str, Profile]:
    """Return the profiles of the project by name, the most careful one first; one that cannot be read is left out."""
    out = {CAREFUL: Profile()}
    for path in sorted((project() / PROFILES).glob("*.toml")):
        try:
            out[path.stem] = read_profile(path)
        except ValueError:
            continue
    return out


def profile_named(name: str) -> Profile:
    """Return a profile by its name; raises ValueError for one that is not there."""
    found = profiles().get(name)
    if found is None:
        raise ValueError(f"no profile {name!r}")
    return found


def save_profile(name: str, said: Mapping[str, Any]) -> Profile:
    """Keep a profile under a name of letters, digits and hyphens; what is not said stays as it was.

    Raises ValueError with one line for what cannot be one.
    """
    if not name or len(name) > _NAME or name == CAREFUL or not name.replace("-", "").isalnum():
        raise ValueError(f"name: letters, digits and hyphens, {_NAME} at most, not {CAREFUL!r}")
    if any(isinstance(v, str) and any(ord(c) < 32 or ord(c) == 127 for c in v) for v in said.values()):
        raise ValueError("a sign in it cannot be stored")
    kept = profiles().get(name, Profile()).model_dump()
    try:
        made = Profile.model_validate({**kept, **said})
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    if made.base_url and not made.base_url.startswith(("https://", "http://")):
        raise ValueError("base_url: an address that begins with https://")
    changed = {k: v for k, v in made.model_dump().items() if v != getattr(Profile(), k)}
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in changed.items() if not isinstance(value, dict)]
    for key, value in changed.items():
        if isinstance(value, dict):
            lines += [f"[{key}]", *(f"{json.dumps(k)} = {v}" for k, v in value.items())]
    folder = project() / PROFILES
    folder.mkdir(exist_ok=True)
    write_whole(folder / f"{name}.toml", "\n".join(lines) + "\n")
    return made


# --- jobs -------------------------------------------------------------------------------------------------------------


def ask(person: Person, profile: str, start: str, end: str) -> Job:
    """Ask for a preview of a release; raises ValueError for a profile or a day that is none."""
    chosen = profile_named(profile)
    first, last = (read_day(day, field) if day else None for day, field in ((start, "start"), (end, "end")))
    if first and last and last < first:
        raise ValueError("time: it ends before it begins")
    # As it is now: what was shown is what is published, whatever the profile becomes.
    return jobs.start("preview", person.login, profile=profile, values=chosen.model_dump(), start=start or None, end=end or None)


@transaction.atomic
def ask_release(person: Person, preview_: Job) -> Job:
    """Ask that what a preview showed be published, once; raises ValueError for one that was."""
    shown = Job.objects.select_for_update().get(pk=preview_.pk)
    if shown.result.get("release"):
        raise ValueError("this preview was published already")
    made = jobs.start("publish", person.login, **{k: shown.given[k] for k in ("profile", "values", "start", "end")})
    Job.objects.filter(pk=shown.pk).update(result={**shown.result, "release": made.pk})
    return made


def _ready(job: Job) -> Ready:
    profile = Profile.model_validate(job.given["values"])
    first, last = (date.fromisoformat(job.given[key]) if job.given.get(key) else None for key in ("start", "end"))
    return prepare(profile, first, last)


def preview(job: Job, progress: Progress) -> dict[str, Any]:
    """Return what would be public, in the sentences in which it would be told, and what is held back and why."""
    progress("preview", 0, None)
    ready = _ready(job)
    latest = sorted(ready.public, key=lambda i: (i.start or "", i.id), reverse=True)[:_SHOWN]
    words = {"ar": Words("ar"), "en": Words("en")}
    return {
        "public": len(ready.public),
        "held": len(ready.held),
        "reasons": sorted(Counter(h.reason for h in ready.held).items()),
        "shown": [
            {
                "id": i.id, "start": i.start, "corroboration": i.corroboration, "review": i.review,
                **{language: sentence(i, w) for language, w in words.items()},
                **{f"place_{language}": place_name(i, w) for language, w in words.items()},
                "level": i.place.level if i.place else None,
            }
            for i in latest
        ],
        "kept": [h._asdict() for h in ready.held[:_HELD]],
        "map": areas_svg(_areas(ready.public), words["ar"]("map")),
    }  # fmt: skip


def _areas(public: list[PublicIncident]) -> list[Area]:
    found = Counter((i.place.lat, i.place.lon, i.place.level) for i in public if i.place is not None)
    return [Area(lat, lon, RADIUS_KM[level], n, "") for (lat, lon, level), n in sorted(found.items())]


def release(job: Job, progress: Progress) -> dict[str, Any]:
    """Write the next release of the publication; a release that a killed worker had finished is not made twice."""
    progress("publish", 0, None)
    made = write(_ready(job), project() / FOLDER, f"job {job.pk}")
    return {
        "number": made.number, "incidents": made.incidents, "added": len(made.added), "changed": len(made.changed),
        "withdrawn": len(made.withdrawn),
    }  # fmt: skip


# --- taking back ------------------------------------------------------------------------------------------------------


def publication() -> list[Release]:
    """Return the releases of the project's publication, the newest first."""
    out = project() / FOLDER
    return releases(out)[::-1] if out.is_dir() else []


def withdraw_release(number: int, reason: str, profile: str = CAREFUL) -> Release:
    """Take a release away; raises ValueError without a reason, and for a release that is not there."""
    if not reason.strip():
        raise ValueError("say why")
    return withdraw(project() / FOLDER, number, reason.strip()[:500], profile_named(profile))


def withhold(person: Person, name: str, reason: str) -> None:
    """Keep an incident out of all further releases; raises ValueError without a reason, Gone for an incident that is not there."""
    if not reason.strip():
        raise ValueError("say why")
    row = incident_row(name)
    said = {"by": person.login, "reason": reason.strip()[:500], "claims": list(row.data["claims"])}
    Withheld.objects.update_or_create(incident=row.id, defaults=said)


def withheld_of(claims: Iterable[str]) -> Withheld | None:
    """Return why an incident with some claims is withheld, None where it is not."""
    wanted = set(claims)
    return next((row for row in Withheld.objects.order_by("at") if wanted.intersection(row.claims)), None)


def let_out(name: str) -> None:
    """Let an incident into releases again; raises Gone for one that is not withheld."""
    row = Withheld.objects.filter(incident=name).first()
    if row is None:
        found = IncidentRow.objects.filter(id=name).first()
        row = withheld_of(found.data["claims"]) if found is not None else None
    if row is None:
        raise Gone(name)
    row.delete()
