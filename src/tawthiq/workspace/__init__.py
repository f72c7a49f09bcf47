"""The workspace: Django holds the project's database behind the pipeline's Store.

`start` must be called once, before anything of this room is imported that needs a database.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DATABASE_NAME = "tawthiq.sqlite3"
# Actors and places that the project adds to the vocabulary.
NAMES_FOLDER = "names"
# Weights that the project trained to link its claims with.
LINKING_FOLDER = "linking"
# Under which name the database notes with what its tables were made.
_TABLES = "tables"
_LOCK = 7_316_548  # any number, the same for all who change the tables


def start(project: Path) -> None:
    """Open a project: set Django up on its database and bring the database's tables up to date.

    Raises RuntimeError when another project was opened in this process.
    """
    folder = str(project.resolve())
    opened = os.environ.get("TAWTHIQ_PROJECT")
    import django
    from django.apps import apps

    if apps.ready and opened != folder:
        raise RuntimeError(f"the project {opened} is open in this process already")
    if not project.exists():
        project.mkdir(parents=True)
        project.chmod(0o700)  # what is in it is for its owner alone
    os.environ["TAWTHIQ_PROJECT"] = folder
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tawthiq.workspace.settings")
    if not apps.ready:
        django.setup()
    database = project / DATABASE_NAME
    new = not database.exists()
    _migrate(project)
    if new and database.exists():
        database.chmod(0o600)


def _migrate(project: Path) -> None:
    """Bring the database's tables up to date, unless they are those of this very version."""
    from importlib.metadata import version

    from django.core.management import call_command
    from django.db import DatabaseError

    from tawthiq.workspace.models import Mark

    last = max(path.stem for path in (Path(__file__).parent / "migrations").glob("0*.py"))
    tables = f"{last} django {version('django')} axes {version('django-axes')}"
    try:
        if Mark.objects.filter(name=_TABLES, value=tables).exists():
            return
    except DatabaseError:
        pass  # a database without tables
    with _migrating_alone(project):
        call_command("migrate", verbosity=0, interactive=False)
        Mark.objects.update_or_create(name=_TABLES, defaults={"value": tables})


@contextmanager
def _migrating_alone(project: Path) -> Iterator[None]:
    """Wait until nobody else changes the tables: of several processes that start at once one does."""
    import fcntl

    from django.db import connection

    with (project / "migrating.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if connection.vendor != "postgresql":
            yield
            return
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_lock(%s)", [_LOCK])
            try:
                yield
            finally:
                cursor.execute("select pg_advisory_unlock(%s)", [_LOCK])
