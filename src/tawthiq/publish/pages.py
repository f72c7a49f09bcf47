"""The pages of a release: a brief in Arabic and English as HTML, Markdown, PDF and short text, and maps still and moving.

Each page holds all that it needs: fonts, pictures, scripts. Nothing is asked of any server when it is opened.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from tawthiq.analyse.counts import count_by, incidents_table
from tawthiq.analyse.undocumented import Estimate
from tawthiq.model import Incident
from tawthiq.publish.brief import environment, font
from tawthiq.publish.outlines import Area, areas_svg, governorates_geojson
from tawthiq.publish.pdf import set_card, set_pdf
from tawthiq.publish.profile import Profile
from tawthiq.publish.redact import RADIUS_KM, PublicIncident
from tawthiq.publish.sentences import losses, people, place_name, sentence, short_text, standing
from tawthiq.publish.words import Language, Words

TELEGRAM_LIMIT = 4096
WHATSAPP_LIMIT = 4000
# An actor of fewer incidents has no page of its own.
LEAST_OF_ACTOR = 3
# So many related briefs are named.
_RELATED = 6
_FONTS = ("noto-sans-arabic-400", "noto-sans-arabic-700", "amiri-arabic-400")
LANGUAGES: tuple[Language, ...] = ("ar", "en")


def write_pages(
    incidents: Sequence[PublicIncident],
    folder: Path,
    profile: Profile,
    release: Mapping[str, Any],
    estimate: Estimate | None = None,
    before: int | None = None,
) -> None:
    """Write every page of a release into a folder.

    `estimate` is told where the profile turns it on; `before` is the number of the release before, which its brief leads to.
    """
    parts = _shown_parts(incidents)
    for language in LANGUAGES:
        words = Words(language)
        title = profile.title(language)
        context = _context(incidents, words, title, profile, release)
        context["related"] = [
            *([(f"../{before}/brief-{language}.html", words("release_before", n=before))] if before is not None else []),
            *_most(parts, words),
        ]
        if profile.estimates and estimate is not None:
            context["method"] = [*context["method"], estimated(estimate, words)]
        (folder / f"brief-{language}.html").write_text(_html("public.html.j2", context), encoding="utf-8")
        (folder / f"brief-{language}.md").write_text(
            environment(html=False).get_template("public.md.j2").render(**context), encoding="utf-8"
        )
        (folder / f"brief-{language}.pdf").write_bytes(_pdf(context))
        (folder / f"map-{language}.html").write_text(
            _html("map.html.j2", context | _moving(incidents, words, profile.tiles)), encoding="utf-8"
        )
        (folder / f"timeline-{language}.html").write_text(
            _html("timeline.html.j2", context | {"days": _by_day(incidents, words)}), encoding="utf-8"
        )
        (folder / f"card-{language}.png").write_bytes(
            set_card({key: context[key] for key in ("language", "title", "publisher", "period", "basis", "map")})
        )
        link = context["link"]
        (folder / f"telegram-{language}.txt").write_text(
            short_text(incidents, words, title, TELEGRAM_LIMIT, link), encoding="utf-8"
        )
        (folder / f"whatsapp-{language}.txt").write_text(
            short_text(incidents, words, title, WHATSAPP_LIMIT, link), encoding="utf-8"
        )
    _parts(parts, folder, profile, release)
    words = Words("ar")
    svg = areas_svg(_areas(incidents, words), words("map"), standing_alone=True)
    (folder / "map.svg").write_text(svg, encoding="utf-8")
    (folder / "map.png").write_bytes(_png(svg))


def _shown_parts(incidents: Sequence[PublicIncident]) -> dict[tuple[str, str], list[PublicIncident]]:
    """Return the incidents of each governorate, each actor of `LEAST_OF_ACTOR` incidents, and each month."""
    parts: dict[tuple[str, str], list[PublicIncident]] = {}
    for incident in incidents:
        if incident.place is not None:
            parts.setdefault(("areas", incident.place.admin1), []).append(incident)
        if incident.start:
            parts.setdefault(("months", incident.start[:7]), []).append(incident)
        for actor in {*incident.initiators, *incident.targets, *incident.participants}:
            parts.setdefault(("actors", actor), []).append(incident)
    return {key: found for key, found in sorted(parts.items()) if key[0] != "actors" or len(found) >= LEAST_OF_ACTOR}


def _part_title(kind: str, name: str, words: Words) -> str:
    return {"areas": words.governorate, "actors": words.actor, "months": words.month}[kind](name)


def _most(parts: Mapping[tuple[str, str], Sequence[PublicIncident]], words: Words) -> list[tuple[str, str]]:
    """Return where the briefs of the parts with most incidents are, and what they are called."""
    return _named(sorted(parts, key=lambda key: (-len(parts[key]), key)), words)


def _related(
    key: tuple[str, str], parts: Mapping[tuple[str, str], Sequence[PublicIncident]], words: Words
) -> list[tuple[str, str]]:
    """Return the briefs that share most incidents with one of a part."""
    mine = {i.id for i in parts[key]}
    shared = {other: sum(i.id in mine for i in found) for other, found in parts.items() if other != key}
    ordered = sorted((other for other, n in shared.items() if n), key=lambda other: (-shared[other], other))
    return _named(ordered, words, "../")


def _named(ordered: Sequence[tuple[str, str]], words: Words, up: str = "") -> list[tuple[str, str]]:
    """Return the paths and the names of the briefs of the first few parts."""
    return [(f"{up}{kind}/{name}-{words.language}.html", _part_title(kind, name, words)) for kind, name in ordered[:_RELATED]]


def _by_day(incidents: Sequence[PublicIncident], words: Words) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Return the days with the (id, sentence, certainty) of their incidents, the latest first; what has no day comes last."""
    days: dict[str, list[tuple[str, str, str]]] = {}
    for incident in sorted(incidents, key=lambda i: (i.start or "", i.id), reverse=True):
        days.setdefault(words.day(incident.start), []).append((incident.id, sentence(incident, words), incident.corroboration))
    return list(days.items())


def list_page(found: Sequence[Mapping[str, Any]], profile: Profile, language: Language) -> str:
    """Return the list of all releases, the newest first; those that were withdrawn with the reason."""
    words = Words(language)
    rows = [
        {
            **release,
            "made": words.day(release["made_at"]),
            "gone": words.day(release["withdrawn_at"]) if release["withdrawn_at"] else "",
            "period": words.days(release["start"], release["end"]) if release["start"] or release["end"] else words("all_time"),
            "basis": words.plural("incidents", release["incidents"]),
        }
        for release in found
    ]
    return _html(
        "releases.html.j2",
        {"words": words, "language": language, "title": profile.title(language), "releases": rows, "publisher": profile.publisher},
    )


def _parts(
    shown: Mapping[tuple[str, str], Sequence[PublicIncident]], folder: Path, profile: Profile, release: Mapping[str, Any]
) -> None:
    """Write a page for each part, with fonts beside them."""
    if not shown:
        return
    (folder / "fonts").mkdir()
    for name in _FONTS:
        (folder / "fonts" / f"{name}.woff2").write_bytes((files("tawthiq.publish") / "assets" / f"{name}.woff2").read_bytes())
    beside = {name: f"../fonts/{name}.woff2" for name in _FONTS}
    for language in LANGUAGES:
        words = Words(language)
        index: dict[str, list[tuple[str, str, int]]] = {}
        for (kind, name), found in shown.items():
            title = _part_title(kind, name, words)
            index.setdefault(kind, []).append((f"{kind}/{name}-{language}.html", title, len(found)))
            (folder / kind).mkdir(exist_ok=True)
            context = _context(found, words, f"{profile.title(language)}: {title}", profile, {**release, "withdrawn": ()}) | {
                "up": "../",
                "related": _related((kind, name), shown, words),
            }
            page = environment(html=True).get_template("public.html.j2").render(fonts=beside, **context)
            (folder / kind / f"{name}-{language}.html").write_text(page, encoding="utf-8")
        listing = environment(html=True).get_template("parts.html.j2")
        text = listing.render(words=words, language=language, title=profile.title(language), index=index, fonts=_inside())
        (folder / f"parts-{language}.html").write_text(text, encoding="utf-8")


def estimated(made: Estimate, words: Words) -> str:
    """Return in words how many incidents there may have been in all, with what such a figure is worth."""
    if made.total is not None:
        return words(
            "estimate_total", n=made.incidents, total=round(made.total), low=round(made.low or 0), high=round(made.high or 0)
        )
    if made.at_least is not None:
        return words("estimate_bound", n=made.incidents, bound=round(made.at_least), low=round(made.at_least_low or 0))
    return words("estimate_refused", n=made.incidents)


def withdrawn_page(notice: Mapping[str, Any]) -> str:
    """Return the notice of a withdrawn incident, in both languages."""
    return environment(html=True).get_template("withdrawn.html.j2").render(notice=notice, both=[Words("ar"), Words("en")])


def _html(template: str, context: Mapping[str, Any]) -> str:
    return environment(html=True).get_template(template).render(fonts=_inside(), **context)


def _inside() -> dict[str, Markup]:
    """Return the fonts as they stand inside a page that has to be whole by itself."""
    return {name: font(f"{name}.woff2") for name in _FONTS}


def _context(
    incidents: Sequence[PublicIncident], words: Words, title: str, profile: Profile, release: Mapping[str, Any]
) -> dict[str, Any]:
    # Loaded when a page is made: who serves pages makes none.
    from tawthiq.publish.chart import days_chart

    counts = count_by(incidents_table([_bare(i) for i in incidents]), "day", "family")
    period = words("all_time")
    if release["start"] or release["end"]:
        period = words.days(release["start"], release["end"])
    link = f"{profile.base_url.rstrip('/')}/releases/{release['number']}/brief-{words.language}.html" if profile.base_url else ""
    return {
        "words": words,
        "language": words.language,
        "title": title,
        "publisher": profile.publisher,
        "licence": profile.licence,
        "period": period,
        "release": release,
        "made": words.day(release["made_at"]),
        "basis": words.plural("incidents", len(incidents)),
        "method": _method(profile, words),
        "sections": _sections(incidents, words),
        "map": Markup(areas_svg(_areas(incidents, words), words("map"))),  # noqa: S704 - made here, every text escaped
        "chart": Markup(days_chart(counts, words)),  # noqa: S704
        "share": _share(title, link) if link else {},
        "link": link,
        "card": f"{profile.base_url.rstrip('/')}/releases/{release['number']}/card-{words.language}.png" if link else "",
        "related": [],
        "up": "",
    }


def _bare(incident: PublicIncident) -> Incident:
    return Incident(id=incident.id, type=incident.type, claims=(), start=incident.start)


def _method(profile: Profile, words: Words) -> list[str]:
    """Return what a reader must know: how late, how exact, how sure, and what is left out."""
    return [
        words("public_limits"),
        words("public_delay", n=words.plural("days", profile.delay_days)),
        words("public_exactness"),
        words("public_left_out") if not (profile.quotes or profile.sources) else words("public_with_sources"),
    ]


def _sections(incidents: Sequence[PublicIncident], words: Words) -> list[dict[str, Any]]:
    groups: dict[str | None, list[PublicIncident]] = {}
    for incident in incidents:
        groups.setdefault(incident.place.admin1 if incident.place else None, []).append(incident)
    out = []
    for code, found in sorted(groups.items(), key=lambda g: (g[0] is None, -len(g[1]), g[0] or "")):
        rows = [
            {
                "id": i.id,
                "type": words.name("type", i.type),
                "place": place_name(i, words),
                "when": words.days(i.start, i.end) if i.start else words("no_day"),
                "people": people(i, words),
                "losses": losses(i, words),
                "standing": standing(i, words),
                "corroboration": i.corroboration,
                "certainty": words.name("corroboration", i.corroboration),
                "sources": list(i.sources),
                "quotes": list(i.quotes),
                "sentence": sentence(i, words),
            }
            for i in sorted(found, key=lambda i: (i.start or "9999", i.id))
        ]
        name = words.governorate(code) if code else words("no_place")
        out.append({"name": name, "count": words.plural("incidents", len(found)), "incidents": rows})
    return out


def _areas(incidents: Sequence[PublicIncident], words: Words) -> list[Area]:
    found: dict[tuple[float, float, str], list[PublicIncident]] = {}
    for incident in incidents:
        if incident.place is not None:
            found.setdefault((incident.place.lat, incident.place.lon, incident.place.level), []).append(incident)
    return [
        Area(lat, lon, RADIUS_KM[level], len(rows), f"{place_name(rows[0], words)}: {words.plural('incidents', len(rows))}")
        for (lat, lon, level), rows in sorted(found.items())
    ]


def _share(title: str, link: str) -> dict[str, str]:
    return {
        "Telegram": f"https://t.me/share/url?url={quote(link, safe='')}&text={quote(title)}",
        "WhatsApp": f"https://wa.me/?text={quote(f'{title} {link}')}",
        "Facebook": f"https://www.facebook.com/sharer/sharer.php?u={quote(link, safe='')}",
    }


def _moving(incidents: Sequence[PublicIncident], words: Words, tiles: str) -> dict[str, Any]:
    """Return what the interactive map carries: the library, outlines, and incidents with places."""
    rows = [
        {
            "id": i.id,
            "lat": i.place.lat,
            "lon": i.place.lon,
            "km": RADIUS_KM[i.place.level],
            "day": i.start,
            "family": i.family,
            "sure": i.corroboration,
            "text": sentence(i, words),
        }
        for i in incidents
        if i.place is not None
    ]
    days = sorted({row["day"] for row in rows if row["day"]})
    families = sorted({str(row["family"]) for row in rows})
    return {
        "script": Markup(_asset("leaflet.js") + "\n" + _asset("leaflet.markercluster.js")),  # noqa: S704 - the package's own files
        "style": Markup(_asset("leaflet.css") + _asset("MarkerCluster.css") + _asset("MarkerCluster.Default.css")),  # noqa: S704
        "data": _inline({"incidents": rows, "outlines": governorates_geojson(), "days": days, "tiles": tiles}),
        "families": [(name, words.name("family", name)) for name in families],
        "certainties": [(name, words.name("corroboration", name)) for name in ("single-source", "corroborated", "contested")],
        "days": days,
    }


def _inline(value: Any) -> Markup:
    """Return JSON that can stand inside a script element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704


@cache
def _asset(name: str) -> str:
    text = (files("tawthiq.publish") / "assets" / name).read_text(encoding="utf-8")
    if name.endswith(".css"):
        return re.sub(r"url\([^)]*\)", "none", text)  # pictures that a style sheet would fetch are not used here
    return "\n".join(line for line in text.splitlines() if not line.startswith("//# sourceMappingURL"))


def _pdf(context: Mapping[str, Any]) -> bytes:
    wanted = ("language", "title", "publisher", "licence", "period", "made", "basis", "method", "sections", "map")
    release = context["words"]("release_title", n=context["release"]["number"])
    return set_pdf({key: context[key] for key in wanted} | {"release": release, "notice": ""})


def _png(svg: str) -> bytes:
    import vl_convert

    vl_convert.register_font_directory(str(files("tawthiq.publish") / "assets"))
    made: bytes = vl_convert.svg_to_png(svg, scale=2)
    return made
