"""The versioned weights of the linking model: how often each level of each comparison holds for one occurrence and for two.

A file of weights is never changed, only followed by a newer one: the same claims and the same version give the same incidents.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field

from tawthiq.model import Record


class Level(Record):
    """One level of a comparison: `m` is its share among pairs of one occurrence, `u` among pairs of two."""

    m: float = Field(gt=0, le=1)
    u: float = Field(gt=0, le=1)


class Weights(Record):
    """A version of the model. `prior` is the chance that two claims taken at random tell one occurrence.

    Pairs whose weight, log2 of the odds, reaches `threshold` are joined. `frequencies` holds for some columns the share of claims
    with each value, and `rare` the share of a value that is not listed. `derivation` tells where the figures are from.
    """

    version: str
    derivation: str
    prior: float = Field(gt=0, lt=1)
    threshold: float
    rare: float = Field(gt=0, le=1)
    comparisons: dict[str, dict[str, Level]]
    precision_km: dict[str, float]
    frequencies: dict[str, dict[str, float]] = Field(default_factory=dict)

    @property
    def mark(self) -> str:
        """The version with a hash of all figures: two files of one version that differ are not the same."""
        return f"{self.version} {hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:12]}"

    def frequency(self, column: str, value: str) -> float:
        """Return the share of claims that have a value."""
        return self.frequencies.get(column, {}).get(value, self.rare)

    def rarest(self, column: str, values: Sequence[str]) -> float | None:
        """Return the share of the rarest of several values, None for none."""
        return min((self.frequency(column, value) for value in values), default=None)


@cache
def weights() -> Weights:
    """Return the weights that come with the program."""
    return read_weights((files("tawthiq.link") / "weights.yaml").read_text(encoding="utf-8"))


def read_weights(text: str) -> Weights:
    """Read weights from YAML; raises ValueError for what is none."""
    try:
        loaded: Any = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(f"no YAML: {error}") from None
    if not isinstance(loaded, dict):
        raise ValueError("no weights: a mapping is expected")
    return Weights.model_validate(loaded)


def project_weights(folder: Path) -> Weights:
    """Return the latest weights trained for a project (`weights-N.yaml` in `folder`), else those of the program."""
    trained = sorted(folder.glob("weights-*.yaml"), key=lambda p: int(p.stem.split("-")[1]))
    return read_weights(trained[-1].read_text(encoding="utf-8")) if trained else weights()


def write_weights(made: Weights, folder: Path) -> Path:
    """Write weights beside the older ones of a project and return the file."""
    folder.mkdir(parents=True, exist_ok=True)
    number = max((int(p.stem.split("-")[1]) for p in folder.glob("weights-*.yaml")), default=0) + 1
    path = folder / f"weights-{number}.yaml"
    temporary = path.with_suffix(".part")
    temporary.write_text(yaml.safe_dump(made.model_dump(), allow_unicode=True, sort_keys=False), encoding="utf-8")
    temporary.replace(path)
    return path
