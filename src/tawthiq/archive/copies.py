"""Find near-copies of texts: MinHash over shingles of words, sorted into bands so that like texts meet.

Ten outlets that print one dispatch are one source. `bands` are what a store keeps and asks for; `alike` is the estimate of the
Jaccard likeness of two texts (Broder 1997; datasketch's hash functions).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from tawthiq.text.normalise import fold

_PERMUTATIONS = 64
_BANDS = 16
_SHINGLE = 4
# Shorter texts are alike by chance: two reports of one explosion share their few words.
SHORTEST = 25
THRESHOLD = 0.6
_WORD = re.compile(r"[^\W_]+")
_SEED = 7


@lru_cache(maxsize=1)
def _empty() -> Any:
    from datasketch import MinHash  # half a second to load, for what only a run needs

    return MinHash(num_perm=_PERMUTATIONS, seed=_SEED)


def signature(text: str) -> bytes | None:
    """Return the MinHash of a text, 4 bytes for each of 64 permutations; None for a text of fewer than 25 words."""
    words = _WORD.findall(fold(text))
    if len(words) < SHORTEST:
        return None
    made = _empty().copy()
    made.update_batch([" ".join(words[i : i + _SHINGLE]).encode() for i in range(len(words) - _SHINGLE + 1)])
    return bytes(made.hashvalues.astype("uint32").tobytes())


def bands(signed: bytes) -> list[int]:
    """Return a key for each band of a signature, as signed 64-bit integers; texts that share none are not compared.

    With 16 bands of 4, two texts that are 0.6 alike share one with a chance of 0.89, at 0.8 of 0.9998.
    """
    step = len(signed) // _BANDS
    keys = []
    for band in range(_BANDS):
        part = signed[band * step : (band + 1) * step]
        value = int.from_bytes(part[:8], "little") ^ int.from_bytes(part[8:], "little") ^ (band << 58)
        keys.append(value - (1 << 64) if value >= 1 << 63 else value)
    return keys


def alike(first: bytes, second: bytes) -> float:
    """Return how alike two texts are by their signatures, 0 to 1."""
    pairs = zip(memoryview(first).cast("I"), memoryview(second).cast("I"), strict=True)
    return sum(a == b for a, b in pairs) * 4 / len(first)
