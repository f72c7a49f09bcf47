"""Write a brief: what happened in a period, by governorate and day, each line with its sources, certainty and exact words.

A brief is an internal document and says so; nothing stands in it that no claim says, and what is unknown is called unknown.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from tawthiq.analyse.counts import count_by, incidents_table
from tawthiq.link.told import Told
from tawthiq.model import Incident, Kind, Loss, LossRange, Modality, SourceType
from tawthiq.publish.answers import answers
from tawthiq.publish.outlines import Dot, map_svg
from tawthiq.publish.pdf import set_pdf
from tawthiq.publish.words import Language, Words

_CONTEXT = 90


@dataclass(frozen=True, slots=True)
class Brief:
    """What a brief tells, before it is put into a language."""

    start: date | None
    end: date | None
    incidents: list[Incident]
    told: dict[str, Told]
    others: list[Told] = field(default_factory=list)
    record: list[Incident] = field(default_factory=list)


def build_brief(told: Iterable[Told], incidents: Sequence[Incident], start: date | None = None, end: date | None = None) -> Brief:
    """Choose what belongs to a period, both days included.

    An incident belongs by its days; one without a date, and a total or an assessment without one, by the publication of its
    reports. With no period everything belongs.
    """
    by_key = {t.key: t for t in told}
    chosen = [i for i in incidents if _within(i.start, i.end, [by_key[c] for c in i.claims if c in by_key], start, end)]
    others = [
        t
        for t in by_key.values()
        if t.claim.kind is not Kind.EVENT
        and _within(t.claim.time.start if t.claim.time else None, t.claim.time.end if t.claim.time else None, [t], start, end)
    ]
    return Brief(start, end, chosen, by_key, others, list(incidents))


def _within(first: str | None, last: str | None, told: Sequence[Told], start: date | None, end: date | None) -> bool:
    if start is None and end is None:
        return True
    if first is None:
        days = [t.report.published[:10] for t in told if t.report.published]
        if not days:
            return False
        first, last = min(days), max(days)
    return (end is None or first <= end.isoformat()) and (start is None or (last or first) >= start.isoformat())


def losses_text(losses: Sequence[LossRange] | Sequence[Loss], words: Words) -> str:
    """Return losses in words, ranges as ranges: "killed: 7 to 11, best 11 (government forces)"."""
    parts = []
    for loss in losses:
        low, high = (loss.lowest, loss.highest) if isinstance(loss, LossRange) else (loss.min, loss.max)
        best = loss.best if isinstance(loss, LossRange) else None
        open_ended = high is None and low is not None
        if low is None and high is None:
            figure = words("unknown")
        elif low == high == 0:
            figure = words("none")
        elif open_ended:
            figure = words("at_least", n=low)
        elif low == high:
            figure = words("approx", n=low) if isinstance(loss, Loss) and loss.approx else str(low)
        elif best is not None and best not in (low, high):
            figure = words("range", low=low, high=high, best=best)
        else:
            figure = words("range_plain", low=low, high=high)
        who = words.actor(loss.who) if loss.who else words("of_whom_unsaid")
        parts.append(f"{words.name('outcome', loss.outcome)}: {figure} ({who})")
    return words.semicolon.join(parts)


def quote(told: Told) -> list[tuple[str, bool]]:
    """Return the words of a claim in their context, as (text, whether it is the evidence), cut at ellipses."""
    text, spans = told.report.text, sorted(told.claim.evidence)
    out: list[tuple[str, bool]] = []
    at = max(0, spans[0][0] - _CONTEXT) if spans else 0
    if at > 0:
        out.append(("… ", False))
    for start, end in spans:
        if start < at:
            start = min(at, end)
        if start - at > 2 * _CONTEXT:
            out += [(text[at : at + _CONTEXT], False), (" … ", False), (text[start - _CONTEXT : start], False)]
        else:
            out.append((text[at:start], False))
        out.append((text[start:end], True))
        at = end
    stop = min(len(text), at + _CONTEXT)
    out += [(text[at:stop], False), (" …" if stop < len(text) else "", False)]
    return [(" ".join(part.split("\n")), mark) for part, mark in out if part]


def _confirmed(incident: Incident, told: dict[str, Told]) -> bool:
    """Say whether an incident stands as told: people verified it, or someone asserts it, it is not contested and not rejected."""
    if incident.review in ("verified", "rejected"):
        return incident.review == "verified"
    claims = [told[c].claim for c in incident.claims if c in told]
    return incident.corroboration != "contested" and any(
        c.modality is Modality.ASSERTED and c.attribution.type is not SourceType.SOCIAL for c in claims
    )


class _Lines:
    """Puts incidents and claims into the lines of one language."""

    def __init__(self, brief: Brief, words: Words) -> None:
        self.brief = brief
        self.words = words

    def incident(self, incident: Incident) -> dict[str, Any]:
        words = self.words
        told = [self.brief.told[c] for c in incident.claims if c in self.brief.told]
        sources = Counter(self.source(t) for t in told)
        return {
            "id": incident.id,
            "type": words.name("type", incident.type),
            "place": self.place(incident.place),
            "when": words.days(incident.start, incident.end),
            "people": self.people(
                [s.value for s in incident.initiators],
                [s.value for s in incident.targets],
                [s.value for s in incident.participants],
            ),
            "losses": losses_text(incident.losses, words),
            "corroboration": incident.corroboration,
            "certainty": words.name("corroboration", incident.corroboration),
            "reason": words.name("reason", incident.reason),
            "origins": words.plural("origins", incident.origins),
            "review": words.name("review", incident.review) if incident.review != "unreviewed" else "",
            "open": words("open_conflict") if incident.conflicts else "",
            "grades": words.comma.join(s.value for s in incident.grades),
            "versions": self.versions(incident) if incident.corroboration == "contested" else [],
            "modalities": [words.name("modality", s.value) for s in incident.modalities if s.value != "asserted"],
            "sources": list(sources),
            "claims": [t.key for t in told],
        }

    def versions(self, incident: Incident) -> list[str]:
        """Return the tellings of a contested incident side by side: the stance, who is said to have done it, and who says so."""
        out = []
        for version in incident.versions:
            told = [self.brief.told[c] for c in version.claims if c in self.brief.told]
            who = f" ({self.words.actors(list(version.initiators))})" if version.initiators else ""
            sources = self.words.comma.join(dict.fromkeys(self.source(t) for t in told))
            out.append(f"{self.words.name('stance', version.stance)}{who}: {sources}")
        return out

    def place(self, place: Any) -> str:
        if place is None:
            return self.words("no_place")
        return f"{place.name} – {place.detail}" if place.detail else str(place.name)

    def people(self, initiators: Sequence[str], targets: Sequence[str], participants: Sequence[str]) -> str:
        words = self.words
        parts = [
            f"{words(label)}: {words.actors(list(names))}"
            for label, names in (("initiators", initiators), ("targets", targets), ("participants", participants))
            if names
        ]
        return words.semicolon.join(parts)

    def source(self, told: Told) -> str:
        """Return who says a claim: the source it names, within the outlet that carries it."""
        attribution = told.claim.attribution
        outlet = told.report.source or told.report.report
        if attribution.type is SourceType.OUTLET or not attribution.mention:
            return outlet
        return f"{attribution.mention} ({outlet})"

    def claim(self, told: Told) -> dict[str, Any]:
        words, claim = self.words, told.claim
        figures = []
        if claim.count is not None and (claim.count.min is not None or claim.count.max is not None):
            loss = Loss(outcome="killed", min=claim.count.min, max=claim.count.max, approx=claim.count.approx)
            figures.append(f"{words('counted')}: {_bare_figure(loss, words)}")
        if claim.losses:
            figures.append(losses_text(claim.losses, words))
        return {
            "key": told.key,
            "kind": words.name("kind", str(claim.kind)),
            "type": words.name("type", claim.type),
            "people": self.people(claim.initiators, claim.targets, claim.participants),
            "place": self.place(claim.place) if claim.place else "",
            "when": words.days(claim.time.start, claim.time.end) if claim.time and claim.time.start else "",
            "figures": words.semicolon.join(figures),
            "modality": words.name("modality", str(claim.modality)),
            "source": self.source(told),
            "attribution": words.name("attribution", str(claim.attribution.type)),
            "quote": quote(told),
            "published": words.day(told.report.published) if told.report.published else words("no_published"),
            "report": told.report.report,
            "language": "en" if told.report.language == "en" else "ar",
        }


def _bare_figure(loss: Loss, words: Words) -> str:
    if loss.max is None:
        return words("at_least", n=loss.min)
    if loss.min != loss.max:
        return words("range_plain", low=loss.min, high=loss.max)
    return words("approx", n=loss.min) if loss.approx else str(loss.min)


def _sections(incidents: Sequence[Incident], lines: _Lines) -> list[dict[str, Any]]:
    """Group incidents by governorate, most first, and by day within it."""
    groups: dict[str | None, list[Incident]] = {}
    for incident in incidents:
        place = incident.place
        key = place.admin1 if place and place.admin1 else ("" if place else None)
        groups.setdefault(key, []).append(incident)
    out = []
    for code, found in sorted(groups.items(), key=lambda g: (g[0] in (None, ""), -len(g[1]), g[0] or "")):
        days: dict[str | None, list[Incident]] = {}
        for incident in sorted(found, key=lambda i: (i.start or "9999", i.id)):
            days.setdefault(incident.start, []).append(incident)
        name = lines.words("no_place") if code is None else lines.words("several") if code == "" else lines.words.governorate(code)
        out.append(
            {
                "name": name,
                "count": lines.words.plural("incidents", len(found)),
                "days": [
                    {"day": lines.words.day(day), "incidents": [lines.incident(i) for i in rows]} for day, rows in days.items()
                ],
            }
        )
    return out


def _dots(incidents: Sequence[Incident], words: Words) -> list[Dot]:
    found: dict[tuple[float, float], list[Incident]] = {}
    for incident in incidents:
        if incident.place is not None and incident.place.lat is not None and incident.place.lon is not None:
            found.setdefault((incident.place.lat, incident.place.lon), []).append(incident)
    out = []
    for (lat, lon), rows in found.items():
        style = "contested" if all(i.corroboration == "contested" for i in rows) else "dot"
        place = rows[0].place
        assert place is not None
        out.append(Dot(lat, lon, len(rows), f"{place.name}: {words.plural('incidents', len(rows))}", style))
    return out


def _context(brief: Brief, language: Language) -> dict[str, Any]:
    from tawthiq.publish.chart import days_chart  # slow to load, and only a page needs it

    words = Words(language)
    lines = _Lines(brief, words)
    firm = [i for i in brief.incidents if _confirmed(i, brief.told)]
    weak = [i for i in brief.incidents if not _confirmed(i, brief.told)]
    shown = {c for i in brief.incidents for c in i.claims} | {t.key for t in brief.others}
    claims = [brief.told[key] for key in brief.told if key in shown]
    reports = {t.report.report for t in claims}
    counts = count_by(incidents_table(firm), "day", "family")
    period = words("all_time")
    if brief.start or brief.end:
        period = words.days(brief.start.isoformat() if brief.start else None, brief.end.isoformat() if brief.end else None)
    return {
        "words": words,
        "language": language,
        "period": period,
        "basis": [
            words.plural("reports", len(reports)),
            words.plural("claims", len(claims)),
            words.plural("incidents", len(brief.incidents)),
        ],
        "sections": _sections(firm, lines),
        "weak": _sections(weak, lines),
        "tallies": [lines.claim(t) for t in brief.others if t.claim.kind is Kind.TALLY],
        "views": [lines.claim(t) for t in brief.others if t.claim.kind in (Kind.ASSESSMENT, Kind.RELATION)],
        "answers": answers(
            brief.told.values(),
            brief.record,
            brief.incidents,
            (t.key for t in brief.others if t.claim.kind is Kind.TALLY),
            brief.start,
            brief.end,
            words,
        ),
        "shown": {t.key for t in claims},
        "claims": [lines.claim(t) for t in claims],
        "map": Markup(map_svg(_dots(firm, words), words("map"))),  # noqa: S704
        "chart": Markup(days_chart(counts, words)),  # noqa: S704
    }


def environment(*, html: bool) -> Environment:
    """Return the templates of this room; `html` escapes what is put into them."""
    loader = PackageLoader("tawthiq.publish", "templates")
    return Environment(
        loader=loader,
        autoescape=select_autoescape(default=html),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def font(name: str) -> Markup:
    """Return a font of the package as a data url."""
    data = (files("tawthiq.publish") / "assets" / name).read_bytes()
    return Markup("data:font/woff2;base64,") + Markup(base64.b64encode(data).decode())  # noqa: S704


def render_html(brief: Brief, language: Language) -> str:
    """Return the brief as one HTML file that needs nothing from outside: fonts, map and chart are in it."""
    fonts = {name: font(f"{name}.woff2") for name in ("noto-sans-arabic-400", "noto-sans-arabic-700", "amiri-arabic-400")}
    return environment(html=True).get_template("brief.html.j2").render(fonts=fonts, **_context(brief, language))


def render_pdf(brief: Brief, language: Language) -> bytes:
    """Return the brief as PDF: what happened and what is claimed, without the quotes."""
    context = _context(brief, language)
    words = context["words"]
    sections = [
        {"name": section["name"], "count": section["count"], "incidents": _flat(section)}
        for section in [*context["sections"], *({**s, "name": f"{words('not_confirmed')}: {s['name']}"} for s in context["weak"])]
    ]
    return set_pdf(
        {
            "language": language,
            "title": words("title"),
            "notice": words("internal"),
            "publisher": "",
            "licence": "",
            "period": context["period"],
            "made": "",
            "basis": " · ".join(context["basis"]),
            "release": "",
            "method": [words("limits")],
            "map": context["map"],
            "sections": sections,
        }
    )


def _flat(section: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the incidents of all days of a section, with their claims named."""
    return [
        {
            **{k: i[k] for k in ("id", "type", "place", "when", "people", "losses")},
            "standing": f"{i['certainty']} · {i['reason']} · {', '.join(i['claims'])}",
        }
        for day in section["days"]
        for i in day["incidents"]
    ]


def render_markdown(brief: Brief, language: Language) -> str:
    """Return the brief as Markdown, without map and chart."""
    return environment(html=False).get_template("brief.md.j2").render(**_context(brief, language))
