"""Files that people send: taken on the pages that bring files alone, from who may bring them, up to the size that is set.

They are written into the project's own folder, never into a public one, under names of their own; what they were called is only
told to the archive.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import HttpRequest

from tawthiq.archive.limits import shown
from tawthiq.workspace import project
from tawthiq.workspace.models import Person

_LONGEST, _DEEPEST = 200, 6
# Who may send files where.
PAGES = {"/import/": "editor", "/administration/restore/": "admin"}


def incoming(name: str = "") -> Path:
    """Return the folder for files that come in, or one below it; made when it is first asked for."""
    folder = project() / "incoming" / name
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


class GuardedUpload(TemporaryFileUploadHandler):
    """Writes a file into the project's folder, where the page and the person may."""

    def handle_raw_input(
        self,
        input_data: IO[bytes],
        META: dict[str, str],  # noqa: N803 - Django's name
        content_length: int | None,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        """Refuse before anything is read; raises SuspiciousOperation or RequestDataTooBig."""
        request = self.request
        assert isinstance(request, HttpRequest)
        role = PAGES.get(request.path)
        person = getattr(request, "user", None)
        self.may = role is not None and isinstance(person, Person) and person.may(role)
        if content_length and content_length > settings.UPLOAD_MOST:
            raise RequestDataTooBig("more than may come in at once")

    def new_file(self, *arguments: Any, **keywords: Any) -> None:
        """Begin a file; raises SuspiciousOperation where none is taken."""
        if not self.may:
            raise SuspiciousOperation("no file is taken here")
        settings.FILE_UPLOAD_TEMP_DIR = str(incoming())
        super().new_file(*arguments, **keywords)


def keep(file: TemporaryUploadedFile, folder: Path, said: str) -> Path:
    """Move a file that came in under a folder, where what it was called says, and return where it is."""
    target = folder / plain_name(said)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    number = 1
    while target.exists():
        number += 1
        target = target.with_name(f"{number}-{target.name}")
    shutil.move(file.temporary_file_path(), target)
    return target


def plain_name(said: str) -> str:
    """Return a relative path as a person may have it, without steps upward, drives or control signs; "file" where nothing is left.

    >>> plain_name("export\\\\photos/../../a.jpg"), plain_name("/")
    ('export/photos/a.jpg', 'file')
    """
    parts = [part for part in said.replace("\\", "/").split("/") if part.strip(". ") and not part.endswith(":")]
    return "/".join(_short(shown(part)) for part in parts[-_DEEPEST:]) or "file"


def _short(part: str) -> str:
    """Return the end of a name that a file system takes: it counts bytes."""
    while len(part.encode("utf-8", "replace")) > _LONGEST:
        part = part[1:]
    return part
