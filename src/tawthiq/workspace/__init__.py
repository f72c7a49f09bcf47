"""The workspace: Django holds the project's database behind the pipeline's Store.

`start` must be called once, before anything of this room is imported that needs a database.
"""

from __future__ import annotations

import os
from pathlib import Path

DATABASE_NAME = "tawthiq.sqlite3"
# Actors and places that the project adds to the vocabulary.
NAMES_FOLDER = "names"
# Weights that the project trained to link its claims with.
LINKING_FOLDER = "linking"
# Under which name the database notes with what its tables were made.
_TABLES = "tables"


def project() -> Path:
    """Return the folder of the open project."""
    return Path(os.environ["TAWTHIQ_PROJECT"])


def start(folder: Path) -> None:
    """Open a project: set Django up on its database and bring the database's tables up to date.

    Raises RuntimeError when another project was opened in this process.
    """
    opening = str(folder.resolve())
    opened = os.environ.get("TAWTHIQ_PROJECT")
    import django
    from django.apps import apps

    if apps.ready and opened != opening:
        raise RuntimeError(f"the project {opened} is open in this process already")
    if not folder.exists():
        folder.mkdir(parents=True)
        folder.chmod(0o700)  # what is in it is for its owner alone
    os.environ["TAWTHIQ_PROJECT"] = opening
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tawthiq.workspace.settings")
    if not apps.ready:
        django.setup()
    database = folder / DATABASE_NAME
    new = not database.exists()
    _migrate()
    if new and database.exists():
        database.chmod(0o600)


def _migrate() -> None:
    """Bring the database's tables up to date, unless they are those of this very version."""
    from importlib.metadata import version

    from django.core.management import call_command
    from django.db import DatabaseError

    from tawthiq.workspace.locks import alone
    from tawthiq.workspace.models import Mark

    last = max(path.stem for path in (Path(__file__).parent / "migrations").glob("0*.py"))
    tables = f"{last} django {version('django')} axes {version('django-axes')}"
    try:
        if Mark.objects.filter(name=_TABLES, value=tables).exists():
            return
    except DatabaseError:
        pass  # a database without tables
    with alone("migrating"):
        call_command("migrate", verbosity=0, interactive=False)
        Mark.objects.update_or_create(name=_TABLES, defaults={"value": tables})
