"""Keep the bytes that were read, by their hash, in a folder where nothing is ever changed.

`Originals.put` is safe against being killed at any point: a file appears under its hash whole or not at all.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path


class Originals:
    """A folder of originals, each under the SHA-256 of its bytes, in folders by the first two digits."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, digest: str) -> Path:
        """Return where the bytes of a hash lie."""
        return self.folder / digest[:2] / digest

    def put(self, data: bytes) -> str:
        """Keep bytes and return their SHA-256 in hexadecimal; bytes that are there already are not written again."""
        digest = hashlib.sha256(data).hexdigest()
        path = self.path(digest)
        if path.exists():
            return digest
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".incoming-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(temporary, 0o444)
            os.replace(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return digest

    def get(self, digest: str) -> bytes:
        """Return the bytes of a hash; raises FileNotFoundError for one that is not kept."""
        return self.path(digest).read_bytes()
