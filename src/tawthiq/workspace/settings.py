"""Django's settings. The project's folder comes from TAWTHIQ_PROJECT; no secret is kept here."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from tawthiq.workspace import DATABASE_NAME

_PROJECT = Path(os.environ.get("TAWTHIQ_PROJECT", "."))

# Nothing is signed with it: the key only has to exist for the framework to start.
SECRET_KEY = os.environ.get("TAWTHIQ_SECRET_KEY", os.urandom(32).hex())
DEBUG = False
ALLOWED_HOSTS: list[str] = []
INSTALLED_APPS = ["tawthiq.workspace"]
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(_PROJECT / DATABASE_NAME),
        # A second process waits for its turn; a transaction takes the write lock at its start, so that it never fails half-way.
        "OPTIONS": {
            "timeout": 60,
            "transaction_mode": "IMMEDIATE",
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-64000; PRAGMA wal_autocheckpoint=8000;"
            ),
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "Asia/Damascus"
