"""Several people ask at once: race.py EXAMPLES PROJECT ends with 0 when nobody got what another had."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

PEOPLE = 4


def main(examples: Path, project: Path) -> int:
    """Return 1 and say who got the same, 0 when nobody did."""
    from tawthiq.workspace import start

    start(project)
    from tests.workspace.conftest import fill

    fill(project, examples)
    from django.db import connection

    from tawthiq.workspace import deciding
    from tawthiq.workspace.models import ClaimRow, Lease, Person

    people = [Person.objects.create(login=f"p{n}", role="reviewer") for n in range(PEOPLE)]
    together = Barrier(PEOPLE)

    def work(person: Person) -> list[int]:
        """Accept eight claims of the queue."""
        done = []
        for _ in range(8):
            together.wait()
            row = deciding.next_claim(person)
            assert row is not None
            done.append(row.pk)
            deciding.decide(person, row, "accept")
        connection.close()
        return done

    def same(person: Person) -> int:
        """Take one claim twenty times, all at once."""
        got = 0
        for row in ClaimRow.objects.filter(rank__isnull=False).order_by("id")[:8]:
            together.wait()
            got += deciding.take(person, row) is None
            together.wait()
            deciding.let_go(person)
            together.wait()
        connection.close()
        return got

    with ThreadPoolExecutor(PEOPLE) as pool:
        taken = [key for keys in pool.map(work, people) for key in keys]
        Lease.objects.all().delete()
        got = sum(pool.map(same, people))
    print(f"{len(taken)} taken, {len(set(taken))} of them different; {got} of 8 leases given")
    return 0 if len(taken) == len(set(taken)) == 8 * PEOPLE and got == 8 else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
