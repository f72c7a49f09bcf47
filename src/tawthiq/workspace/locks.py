"""Who waits for whom, in this process or another: a lock is a name of the project, on PostgreSQL a number of the database.

Whoever is killed lets go by itself.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from tawthiq.workspace import project

# Any numbers, the same for all who ask for a lock.
_NUMBERS = {"migrating": 7_316_548, "linking": 7_316_549, "worker": 7_316_550, "storing": 7_316_551}


def number(name: str) -> int:
    """Return by what number PostgreSQL knows a lock."""
    return _NUMBERS[name]


@contextmanager
def alone(name: str) -> Iterator[None]:
    """Wait until nobody else holds a lock, and hold it."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_lock(%s)", [number(name)])
            try:
                yield
            finally:
                cursor.execute("select pg_advisory_unlock(%s)", [number(name)])
        return
    with (project() / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def in_turn(name: str) -> None:
    """Wait for a lock and hold it to the end of the transaction: on SQLite its beginning has seen to that."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", [number(name)])
