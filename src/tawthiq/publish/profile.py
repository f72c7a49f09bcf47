"""What may be published, and how: the profile of a publication. Without a file, everything is as careful as it can be."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from tawthiq.model import FAMILY_OF, Record
from tawthiq.publish.words import Language, Words

Exactness = Literal["town", "subdistrict", "district", "governorate"]
# Types that tell of people held, fleeing or harmed: their places are told by the district, and later.
_HELD = frozenset(t for t, family in FAMILY_OF.items() if family in ("hold", "harm", "peace")) | {"displacement", "execution"}
_HOMES = frozenset({"raid", "looting-destruction", "confiscation"})
_WHO = frozenset({"detainees", "medical", "refugees", "journalists", "protesters"})


class Profile(Record):
    """How a publication is made. The defaults harm as little as a publication can.

    `delay_days` go by after an incident before it is published, `delays` by type instead. Coordinates are those of the named
    town, district or governorate (`exactness`), never moved by chance; `sensitive_exactness` holds for what tells of people held,
    displaced, medical or at home. Words of reports, mentions, place details, source names and addresses are left out unless
    allowed. `unreviewed` incidents are marked or left out. `estimates` publishes how many incidents nobody told, which is off.
    `tiles` is the address of a server of map tiles ({z}, {x}, {y}); without one a map asks nothing of anybody.
    """

    title_ar: str = ""
    title_en: str = ""
    publisher: str = ""
    base_url: str = ""
    tiles: str = ""
    licence: str = "CC-BY-4.0"
    delay_days: int = Field(default=7, ge=0)
    delays: dict[str, int] = Field(default_factory=lambda: {"arrest": 14, "abduction": 14, "displacement": 14, "deployment": 14})
    exactness: Exactness = "town"
    sensitive_exactness: Exactness = "district"
    unreviewed: Literal["mark", "leave-out"] = "mark"
    quotes: bool = False
    sources: bool = False
    urls: bool = False
    details: bool = False
    estimates: bool = False

    def title(self, language: Language) -> str:
        """Return the title of the publication, the vocabulary's where the profile gives none."""
        return (self.title_ar if language == "ar" else self.title_en) or Words(language)("public_title")

    def delay(self, type_: str) -> int:
        """Return how many days an incident of a type is held back."""
        return max(self.delay_days, self.delays.get(type_, 0)) if type_ in self.delays else self.delay_days

    def exactness_of(self, type_: str, targets: tuple[str, ...]) -> Exactness:
        """Return how exactly the place of an incident may be told."""
        sensitive = type_ in _HELD or bool(_WHO & set(targets)) or (type_ in _HOMES and "civilians" in targets)
        order: tuple[Exactness, ...] = ("town", "subdistrict", "district", "governorate")
        return max(self.exactness, self.sensitive_exactness, key=order.index) if sensitive else self.exactness


def read_profile(path: Path) -> Profile:
    """Read a profile from TOML; raises ValueError with one line for what is none."""
    try:
        return Profile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path}: {error}") from None
    except UnicodeDecodeError:
        raise ValueError(f"{path}: not UTF-8") from None
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
