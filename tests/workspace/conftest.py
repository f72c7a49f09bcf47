"""A project filled with the invented examples, one person of each role, and browsers that are logged in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import emptied

if TYPE_CHECKING:
    from django.test import Client

    from tawthiq.workspace.models import Person

PASSWORD = "ثلاث كلمات متباعدة"
ROLES = ("reader", "reviewer", "editor", "admin")


def fill(folder: Path, examples: Path) -> None:
    """Run the main job over the examples in the open project, and make one person of each role."""
    from tawthiq.archive.given import Given
    from tawthiq.archive.originals import Originals
    from tawthiq.pipeline import Summary, archive, go_on
    from tawthiq.workspace.models import Person

    store = emptied()
    files = [Given(path.name, path=path) for path in sorted(examples.iterdir()) if path.is_file()]
    go_on(store, archive(files, store, Originals(folder / "archive"), Summary()), workers=1)
    for role in ROLES:
        person = Person(login=f"{role}1", role=role)
        person.set_password(PASSWORD)
        person.save()


@pytest.fixture(scope="module")
def _filled(opened: Path, examples: Path) -> Path:
    fill(opened, examples)
    return opened


@pytest.fixture
def filled(_filled: Path) -> Iterator[Path]:
    """The project's folder; what a test changes in the database is taken back."""
    from django.core.cache import cache
    from django.db import transaction

    cache.clear()
    with transaction.atomic():
        yield _filled
        transaction.set_rollback(True)


@pytest.fixture
def person(filled: Path) -> Callable[[str], Person]:
    """Return the person of a role."""
    from tawthiq.workspace.models import Person

    return lambda role: Person.objects.get(login=f"{role}1")


@pytest.fixture
def client(filled: Path) -> Callable[..., Client]:
    """Return a browser in which the person of a role is logged in, or nobody."""
    from django.test import Client

    from tawthiq.workspace.models import Person

    def made(role: str | None = None, **options: Any) -> Client:
        browser = Client(HTTP_HOST="localhost", **options)
        if role is not None:
            browser.force_login(Person.objects.get(login=f"{role}1"), backend="django.contrib.auth.backends.ModelBackend")
        return browser

    return made
