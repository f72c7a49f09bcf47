"""The application that a WSGI server runs: `tawthiq.workspace.server:application()`."""

from __future__ import annotations

import os
from typing import Any


def application() -> Any:
    """Return the WSGI application of the project in TAWTHIQ_PROJECT."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tawthiq.workspace.settings")
    from django.core.wsgi import get_wsgi_application

    return get_wsgi_application()
