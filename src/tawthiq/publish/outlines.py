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
_WIDTH = 720
_SCALE = _WIDTH / ((_EAST - _WEST) * math.cos(math.radians(35)))
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
def _governorate_paths() -> list[str]:
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
            points: list[tuple[float, float]] = []
            for index in ring:
                arc = arcs[index] if index >= 0 else arcs[~index][::-1]
                points += arc[1:] if points else arc
            steps = " ".join("{},{}".format(*project(lat, lon)) for lon, lat in points)
            parts.append(f"M{steps}Z")
    return "".join(parts)


def map_svg(dots: Sequence[Dot], title: str) -> str:
    """Return the map as an SVG element; dots outside its frame are left out, the largest are drawn first."""
    out = [
        f'<svg class="map" role="img" viewBox="0 0 {_WIDTH} {HEIGHT}" xmlns="http://www.w3.org/2000/svg"><title>{_escape(title)}</title>',
        *(f'<path class="land" d="{path}"/>' for path in _governorate_paths()),
    ]
    for dot in sorted(dots, key=lambda d: -d.count):
        x, y = project(dot.lat, dot.lon)
        if 0 <= x <= _WIDTH and 0 <= y <= HEIGHT:
            radius = round(4 + 3 * math.sqrt(dot.count), 1)
            out.append(f'<circle class="{dot.style}" cx="{x}" cy="{y}" r="{radius}"><title>{_escape(dot.label)}</title></circle>')
    out.append("</svg>")
    return "".join(out)


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
