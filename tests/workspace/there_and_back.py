"""Migrate a filled project down and up again: there_and_back.py EXAMPLES PROJECT ends with 0 when the record is what it was."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any


def record() -> list[Any]:
    """Return all that must outlive a migration down to what knew of it, and up again."""
    from tawthiq.workspace.models import Acquisition, ClaimRow, DecisionRow, IncidentRow, ReportRow

    return [
        list(Acquisition.objects.order_by("number").values_list("number", "sha256", "name")),
        list(ReportRow.objects.order_by("id").values_list("report", "version", "digest", "data")),
        list(ClaimRow.objects.order_by("id").values_list("key", "kind", "type", "incident", "data")),
        list(IncidentRow.objects.order_by("id").values_list("id", "data")),
        list(DecisionRow.objects.order_by("id").values_list("decision", "by", "kind", "data")),
    ]


def main(examples: Path, project: Path) -> int:
    """Return 1 and say what changed, 0 when nothing did."""
    from tawthiq.workspace import start

    start(project)
    from tests.workspace.conftest import fill

    fill(project, examples)
    from django.core.management import call_command

    from tawthiq.workspace import answers, deciding
    from tawthiq.workspace.derived import refresh_all
    from tawthiq.workspace.models import ClaimRow, Job, Person

    me = Person.objects.get(login="reviewer1")
    for row in list(ClaimRow.objects.filter(rank__isnull=False).order_by("id")[:6]):
        deciding.decide(me, row, "accept" if row.pk % 2 else "reject")
    answers.keep_fresh()
    before = record()
    shown = list(ClaimRow.objects.order_by("id").values_list("key", "state", "rank"))
    for target in ("0003", "0002"):
        call_command("migrate", "workspace", target, verbosity=0)
        call_command("migrate", verbosity=0)
        if record() != before:
            print(f"down to {target} and up again changed the record")
            return 1
    refresh_all()
    if list(ClaimRow.objects.order_by("id").values_list("key", "state", "rank")) != shown:
        print("what holds of claims is not what it was")
        return 1
    print(f"{len(before[2])} claims and {len(before[4])} decisions came back; {Job.objects.count()} jobs went")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
