"""Saved searches, and what people want to hear of them: first appearances, contested incidents, weeks unlike those before.

An alert is told once. It names what it is about by ids and words of the vocabulary, never by a word of a report; e-mail and
webhooks carry no more than that and a link.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db import DatabaseError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from tawthiq.analyse.appearances import SETTLED_DAYS
from tawthiq.archive.fetch import Rules, post
from tawthiq.archive.limits import Refused
from tawthiq.linking import Progress, ignore
from tawthiq.workspace import jobs
from tawthiq.workspace.access import digest
from tawthiq.workspace.models import Alert, Answer, IncidentRow, Job, Person, SavedSearch
from tawthiq.workspace.search import incidents, read_day, read_query
from tawthiq.workspace.words import PageWords

KINDS = ("first-appearance", "contested", "unusual-week")
CHANNELS = ("pages", "email", "atom", "webhook")
# A search that is kept tells of what lies no further back.
_RECENT = timedelta(days=60)
# A week is compared with so many before it, at this chance, and has so many incidents at least.
_WEEKS, _CHANCE, _LEAST = 26, 0.01, 3
_MOST = 200
_TRIES = 5
# Seconds that one message may take, and all of a run.
_SECONDS, _BUDGET = 10.0, 120.0
MOST_SEARCHES, _QUERY = 30, 2000
_log = logging.getLogger("tawthiq")
_NAME, _ADDRESS = 120, 300


def save(person: Person, name: str, query: str, kinds: Sequence[str], channel: str, address: str) -> tuple[SavedSearch, str]:
    """Keep a search; returns it and the secret of its feed or webhook, "" where there is none.

    Raises ValueError with one line for what cannot be one.
    """
    if not name.strip():
        raise ValueError("name: say what the search is called")
    if len(query) > _QUERY:
        raise ValueError(f"a field has {_QUERY} signs at most")
    read_query({k: v for k, v in parse_qs(query).items() if k != "view"})
    if person.searches.count() >= MOST_SEARCHES:
        raise ValueError(f"a person keeps {MOST_SEARCHES} searches at most")
    if wrong := set(kinds) - set(KINDS):
        raise ValueError(f"alerts: {sorted(wrong)[0]!r} is none of {', '.join(KINDS)}")
    if channel not in CHANNELS:
        raise ValueError(f"channel: one of {', '.join(CHANNELS)}, not {channel!r}")
    address = address.strip()[:_ADDRESS]
    if channel == "email":
        try:
            validate_email(address)
        except Exception:  # noqa: BLE001 - whatever is wrong with it
            raise ValueError("address: an e-mail address is expected") from None
    if channel == "webhook" and (urlsplit(address).scheme != "https" or not urlsplit(address).hostname):
        raise ValueError("address: an address that begins with https://")
    secret = secrets.token_urlsafe(24) if channel in ("atom", "webhook") else ""
    with transaction.atomic():
        made = _made(person, name, query, kinds, channel, address, secret)
    return made, secret


def _made(person: Person, name: str, query: str, kinds: Sequence[str], channel: str, address: str, secret: str) -> SavedSearch:
    made = SavedSearch.objects.create(
        person=person, name=name.strip()[:_NAME], query=query, alerts=sorted(set(kinds)), channel=channel,
        address=address if channel in ("email", "webhook") else "", digest=digest(secret) if secret else "",
    )  # fmt: skip
    _note(made)
    SavedSearch.objects.filter(pk=made.pk).update(looked=True)
    return made


def found_by(search: SavedSearch) -> QuerySet[IncidentRow]:
    """Return the incidents that a saved search finds now."""
    return incidents(read_query({k: v for k, v in parse_qs(search.query).items() if k != "view"}))


def look(job: Job, progress: Progress) -> dict[str, Any]:
    """Look what is new for every saved search; what is to be sent is work of its own, so that nobody waits for it."""
    new = 0
    for search in SavedSearch.objects.exclude(alerts=[]).filter(person__is_active=True).select_related("person"):
        try:
            new += _note(search)
        except (ValueError, DatabaseError):
            _log.exception("the saved search %s could not be looked for", search.pk)
        progress("alerts", new, None)
    if _to_send().exists():
        jobs.start_once("alerts", "")
    return {"new": new}


def _note(search: SavedSearch) -> int:
    """Enter what a search has to tell and did not tell yet.

    What was there when it was saved is entered as told, so that nobody hears of what they saw.
    """
    found = dict(found_by(search).filter(start__gte=timezone.localdate() - _RECENT).values_list("id", "corroboration"))
    every: list[tuple[str, str, dict[str, Any]]] = []
    if "contested" in search.alerts:
        every += [("contested", name, {"incident": name}) for name, state in found.items() if state == "contested"]
    if "first-appearance" in search.alerts:
        every += list(_appearances(set(found)))
    if "unusual-week" in search.alerts:
        every += list(_unusual(search))
    there = set(Alert.objects.filter(search=search).values_list("kind", "about"))
    fresh = [one for one in every if one[:2] not in there][:_MOST]
    with transaction.atomic():
        Alert.objects.bulk_create(
            (Alert(search=search, kind=kind, about=about, data=data, before=not search.looked) for kind, about, data in fresh),
            ignore_conflicts=True,
        )
    return len(fresh) if search.looked else 0


def _appearances(found: set[str]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield first appearances in incidents of the search; in a record that has only begun everything appears for the first time."""
    rows = Answer.objects.filter(kind="appearance", data__incident__in=sorted(found)).values_list("data", flat=True)
    for data in rows:
        if data["days_of_record"] >= SETTLED_DAYS:
            about = f"{data['actor']} {data['aspect']} {data['value']}"
            yield "first-appearance", about, {k: data[k] for k in ("actor", "aspect", "value", "day", "incident")}


def _unusual(search: SavedSearch) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the last whole week where its count is unlike the weeks before it."""
    today = timezone.localdate()
    monday = today - timedelta(days=today.weekday())
    begin = monday - timedelta(weeks=_WEEKS + 1)
    days = found_by(search).filter(start__gte=begin, start__lt=monday).values_list("start", flat=True)
    counts = [0] * (_WEEKS + 1)
    for day in filter(None, days):
        counts[(day - begin).days // 7] += 1
    made = unusual(counts)
    if made is not None:
        week = (monday - timedelta(weeks=1)).isoformat()
        yield "unusual-week", week, {"week": week, "count": counts[-1], "mean": made[0], "chance": made[1]}


def unusual(counts: Sequence[int]) -> tuple[float, float] | None:
    """Return (mean of the weeks before, chance) where the last count is unlike those before it, None where it is not.

    The chance is that of a count so high or so low under a Poisson law of their mean, or a negative binomial one where the weeks
    vary more than that law has it; fewer than eight weeks with incidents before say nothing.
    """
    *before, last = counts
    start = next((n for n, count in enumerate(before) if count), len(before))
    before = before[start:]
    if len(before) < 8:
        return None
    mean = sum(before) / len(before)
    variance = sum((n - mean) ** 2 for n in before) / (len(before) - 1)
    if max(last, mean) < _LEAST:
        return None
    # Loaded where it is needed: it takes longer than a page.
    from scipy import stats

    law: Any
    if variance > mean:
        size = mean * mean / (variance - mean)
        law = stats.nbinom(size, mean / variance)
    else:
        law = stats.poisson(mean)
    high, low = float(law.sf(last - 1)), float(law.cdf(last))
    chance = min(high, low)
    return (round(mean, 1), round(chance, 5)) if chance < _CHANCE / 2 else None


def text_of(alert: Alert, words: PageWords) -> str:
    """Return an alert in words."""
    data: Mapping[str, Any] = alert.data
    if alert.kind == "first-appearance":
        value = str(data["value"])
        area, beside = data["aspect"] == "area", data["aspect"] == "beside"
        named = words.governorate(value) if area else words.actor(value) if beside else words.name("type", value)
        return words(f"alert_{data['aspect']}", who=words.actor(data["actor"]), what=named, day=words.day(data["day"]))
    if alert.kind == "contested":
        return words("alert_contested", name=data["incident"])
    key = "alert_more" if data["count"] > data["mean"] else "alert_fewer"
    return words(key, day=words.day(data["week"]), n=words.plural("incidents", data["count"]), mean=data["mean"])


def link_of(alert: Alert) -> str:
    """Return the path of the page that an alert is about."""
    if name := alert.data.get("incident"):
        return f"/incidents/{name}/"
    return f"/searches/{alert.search_id}/?week={alert.data['week']}"


def address_of(search: SavedSearch, week: str) -> str:
    """Return the page of what a saved search finds, of all days or of the week that begins with a day; raises ValueError."""
    if not week:
        return f"/search/?{search.query}"
    first = read_day(week, "week")
    query = replace(read_query(parse_qs(search.query)), start=first.isoformat(), end=(first + timedelta(days=6)).isoformat())
    return f"/search/?{query.link()}"


def _to_send() -> QuerySet[Alert]:
    return Alert.objects.filter(sent=None, before=False, tries__lt=_TRIES, search__channel__in=("email", "webhook"))


def run_sending(job: Job, progress: Progress) -> dict[str, Any]:
    """Send what waits to be sent, so long as there is time; an address that does not answer is left until the next time."""
    return {"sent": send(progress)}


def send(progress: Progress = ignore) -> int:
    """Send what waits to be sent by e-mail or webhook, those that failed least first; returns how many were."""
    sent = 0
    until = time.monotonic() + _BUDGET
    silent: set[str] = set()
    for number, alert in enumerate(_to_send().select_related("search__person").order_by("tries", "id")[:_MOST]):
        progress("alerts", number, None)
        if time.monotonic() > until:
            break
        if alert.search.address in silent:
            continue
        try:
            words = PageWords("en" if alert.search.person.language == "en" else "ar")
            body = {"kind": alert.kind, "text": text_of(alert, words), "link": f"{settings.ADDRESS}{link_of(alert)}"}
            if alert.search.channel == "email":
                _mail(alert, body, words)
            else:
                _call(alert, body)
        except (OSError, Refused, ValueError, KeyError) as error:
            silent.add(alert.search.address)
            Alert.objects.filter(pk=alert.pk).update(tries=alert.tries + 1, error=" ".join(str(error).split())[:200])
            continue
        Alert.objects.filter(pk=alert.pk).update(sent=timezone.now(), error="")
        sent += 1
    return sent


def _mail(alert: Alert, body: Mapping[str, str], words: PageWords) -> None:
    if settings.EMAIL_BACKEND.endswith("dummy.EmailBackend"):
        raise ValueError("no mail server is set: TAWTHIQ_MAIL")
    subject = f"{words('brand')}: {words.name('alert', alert.kind)}"
    EmailMessage(subject, f"{body['text']}\n\n{body['link']}\n", to=[alert.search.address]).send()


def _call(alert: Alert, body: Mapping[str, str]) -> None:
    """Send an alert to a webhook, signed: X-Tawthiq-Signature is the HMAC-SHA256 of the body under the hash of the secret."""
    data = json.dumps({**body, "id": alert.pk, "at": alert.at.isoformat()}, ensure_ascii=False).encode()
    signature = hmac.new(alert.search.digest.encode(), data, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-Tawthiq-Signature": signature}
    answer = post(alert.search.address, data, headers, Rules(seconds=_SECONDS))
    if not 200 <= answer.status < 300:
        raise ValueError(f"answered with {answer.status}")


def feed_of(secret: str) -> SavedSearch | None:
    """Return the saved search whose feed a secret opens."""
    found = SavedSearch.objects.select_related("person").filter(channel="atom", digest=digest(secret), person__is_active=True)
    return found.first()


def latest(person: Person) -> QuerySet[Alert]:
    """Return what a person's searches told, the latest first, without what was there when they were saved."""
    return Alert.objects.filter(search__person=person, before=False).select_related("search").order_by("-id")
