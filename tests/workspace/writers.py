"""Two runs and a reviewer write at once: writers.py EXAMPLES PROJECT ends with 0 when nothing is lost and nothing doubled."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path


def main(examples: Path, project: Path) -> int:
    """Return 1 and say what is wrong, 0 when all is as one run after another would have left it."""
    from tawthiq.workspace import start

    start(project)
    sets = []
    for number in range(2):
        folder = project.with_name(f"given-{number}")
        folder.mkdir()
        for path in examples.iterdir():
            (folder / path.name).write_bytes(path.read_bytes())
        lines = [
            json.dumps(
                {"report": f"w{number}-{n}", "text": f"قُتل {n % 5 + 2} من عناصر قوات النظام قرب السخنة، نص مختلق {number} {n}."}
            )
            for n in range(120)
        ]
        (folder / "more.jsonl").write_text("\n".join(lines), encoding="utf-8")
        sets.append(folder)
    command = [sys.executable, "-m", "tawthiq.cli", "run"]
    environment = {**os.environ, "TAWTHIQ_PROJECT": ""}
    runs = [
        subprocess.Popen([*command, str(folder), "--project", str(project), "--quiet", "--workers", "1"], env=environment)
        for folder in sets
    ]
    from tawthiq.workspace import deciding
    from tawthiq.workspace.models import ClaimRow, DecisionRow, Person, ReportRow

    me = Person.objects.create(login="a", role="reviewer")
    accepted: list[str] = []
    while any(run.poll() is None for run in runs):
        row = deciding.next_claim(me)
        if row is None or len(accepted) >= 40:
            time.sleep(0.2)
            continue
        deciding.decide(me, row, "accept")
        accepted.append(row.key)
    if [run.returncode for run in runs] != [0, 0]:
        print("a run failed", [run.returncode for run in runs])
        return 1
    done = subprocess.run([*command, str(sets[0]), "--project", str(project), "--quiet"], env=environment, check=False)
    reports = list(ReportRow.objects.filter(current=True).values_list("report", flat=True))
    keys = list(ClaimRow.objects.filter(report__current=True).values_list("key", flat=True))
    wrong = {
        "last run": done.returncode,
        "reports doubled": len(reports) - len(set(reports)),
        "claims doubled": len(keys) - len(set(keys)),
        "reports missing": 15 + 240 - len(reports),
        "decisions lost": len(accepted) - DecisionRow.objects.count(),
        "accepted and not shown so": len(
            set(accepted) - set(ClaimRow.objects.filter(state="accepted").values_list("key", flat=True))
        ),
        "claims of events in no incident": ClaimRow.objects.filter(kind="event", report__current=True, incident="").count(),
    }
    print(json.dumps(wrong), len(accepted))
    return int(any(wrong.values()) or not accepted)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
