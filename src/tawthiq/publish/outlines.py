"""Draw a static map of Syria's governorates with the places of incidents, as SVG that needs nothing from outside.

Outlines come from the package's topology files; the projection is equirectangular at 35 degrees north, good to a few
kilometres at this scale.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

_WEST, _EAST, _SOUTH, _NORTH = 35.5, 42.5, 32.2, 37.4
WIDTH = 720
_KM_A_DEGREE = 111.2
_SCALE = WIDTH / ((_EAST - _WEST) * math.cos(math.radians(35)))
HEIGHT = round((_NORTH - _SOUTH) * _SCALE)


@dataclass(frozen=True, slots=True)
class Dot:
    """A place on the map: coordinates in degrees, how many incidents, what a pointer shows, and a class that colours it."""

    lat: float
    lon: float
    count: int
    label: str
    style: str


def project(lat: float, lon: float) -> tuple[float, float]:
    """Return the position on the map in pixels, from the upper left corner."""
    x = (lon - _WEST) * math.cos(math.radians(35)) * _SCALE
    return round(x, 1), round((_NORTH - lat) * _SCALE, 1)


@cache
def governorate_paths() -> list[str]:
    """Return an SVG path for each governorate."""
    path = files("tawthiq.publish") / "assets" / "syria-governorates.topo.json"
    if not path.is_file():
        raise RuntimeError("the outlines are missing: install the package (make install), which fetches them")
    topology = json.loads(path.read_text(encoding="utf-8"))
    arcs = [_arc(arc, topology.get("transform")) for arc in topology["arcs"]]
    shapes = next(iter(topology["objects"].values()))["geometries"]
    return [_shape(shape, arcs) for shape in shapes if shape.get("arcs")]


def _arc(arc: list[list[float]], transform: dict[str, Any] | None) -> list[tuple[float, float]]:
    """Return the points of a TopoJSON arc in degrees (longitude, latitude)."""
    if transform is None:
        return [(x, y) for x, y in arc]
    (kx, ky), (dx, dy) = transform["scale"], transform["translate"]
    x = y = 0.0
    out = []
    for step_x, step_y in arc:
        x, y = x + step_x, y + step_y
        out.append((x * kx + dx, y * ky + dy))
    return out


def _shape(shape: dict[str, Any], arcs: list[list[tuple[float, float]]]) -> str:
    polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
    parts = []
    for polygon in polygons:
        for ring in polygon:
            steps = " ".join("{},{}".format(*project(lat, lon)) for lon, lat in _ring(ring, arcs))
            parts.append(f"M{steps}Z")
    return "".join(parts)


def map_svg(dots: Sequence[Dot], title: str) -> str:
    """Return the map as an SVG element; dots outside its frame are left out, the largest are drawn first."""
    out = [
        f'<svg class="map" role="img" viewBox="0 0 {WIDTH} {HEIGHT}" xmlns="http://www.w3.org/2000/svg"><title>{_escape(title)}</title>',
        *(f'<path class="land" d="{path}"/>' for path in governorate_paths()),
    ]
    for dot in sorted(dots, key=lambda d: -d.count):
        x, y = project(dot.lat, dot.lon)
        if 0 <= x <= WIDTH and 0 <= y <= HEIGHT:
            radius = round(4 + 3 * math.sqrt(dot.count), 1)
            out.append(f'<circle class="{dot.style}" cx="{x}" cy="{y}" r="{radius}"><title>{_escape(dot.label)}</title></circle>')
    out.append("</svg>")
    return "".join(out)


@dataclass(frozen=True, slots=True)
class Area:
    """A place with its precision: coordinates in degrees, the radius in kilometres within which it lies, how many incidents."""

    lat: float
    lon: float
    radius_km: float
    count: int
    label: str


def areas_svg(areas: Sequence[Area], title: str, *, standing_alone: bool = False) -> str:
    """Return the map with precision drawn as areas: a disc covers where a place may lie, darker for more incidents.

    `standing_alone` carries its own colours, for a file that no page styles.
    """
    style = (
        "<style>.land{fill:#eef1f4;stroke:#9aa4ae;stroke-width:1}.area{fill:#0b5cad;stroke:#0b5cad;stroke-opacity:.5}</style>"
        if standing_alone
        else ""
    )
    size = f' width="{WIDTH}" height="{HEIGHT}"' if standing_alone else ""
    out = [
        f'<svg class="map" role="img"{size} viewBox="0 0 {WIDTH} {HEIGHT}" xmlns="http://www.w3.org/2000/svg">',
        f"<title>{_escape(title)}</title>{style}",
        *(f'<path class="land" fill="#eef1f4" stroke="#9aa4ae" d="{path}"/>' for path in governorate_paths()),
    ]
    for area in sorted(areas, key=lambda a: -a.radius_km):
        x, y = project(area.lat, area.lon)
        if 0 <= x <= WIDTH and 0 <= y <= HEIGHT:
            radius = round(max(3.0, area.radius_km / _KM_A_DEGREE * _SCALE), 1)
            # What is told by a wide area is an outline, so that what is told exactly can be seen in it.
            wide = area.radius_km / 12
            dark = round(min(0.75, 0.25 + 0.12 * math.log2(1 + area.count)) / max(1.0, wide**2), 2)
            dash = ' stroke-dasharray="4 3"' if wide > 1 else ""
            out.append(
                f'<circle class="area" fill="#0b5cad" fill-opacity="{dark}" stroke="#0b5cad"{dash} cx="{x}" cy="{y}" r="{radius}">'
                f"<title>{_escape(area.label)}</title></circle>"
            )
    out.append("</svg>")
    return "".join(out)


def governorates_geojson() -> dict[str, Any]:
    """Return the outlines of the governorates as GeoJSON, rounded to about a hundred metres."""
    path = files("tawthiq.publish") / "assets" / "syria-governorates.topo.json"
    topology = json.loads(path.read_text(encoding="utf-8"))
    arcs = [_arc(arc, topology.get("transform")) for arc in topology["arcs"]]
    features = []
    for shape in next(iter(topology["objects"].values()))["geometries"]:
        if not shape.get("arcs"):
            continue
        polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
        rings = [[[[round(x, 3), round(y, 3)] for x, y in _ring(ring, arcs)] for ring in polygon] for polygon in polygons]
        features.append({"type": "Feature", "properties": {}, "geometry": {"type": "MultiPolygon", "coordinates": rings}})
    return {"type": "FeatureCollection", "features": features}


def _ring(ring: Sequence[int], arcs: list[list[tuple[float, float]]]) -> list[tuple[float, float]]:
    points: list[tuple[float, float]] = []
    for index in ring:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        points += arc[1:] if points else arc
    return points


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
