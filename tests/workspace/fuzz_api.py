"""Call every operation of the API with what its description allows and does not allow: fuzz_api.py EXAMPLES PROJECT [EXAMPLES_EACH]."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import Any

import hypothesis
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance


def main(examples: Path, project: Path, each: int) -> int:
    """Return how many operations broke a promise; each is named with what broke it."""
    os.environ["TAWTHIQ_API_RATE"] = "1000000/m"
    from tawthiq.workspace import start

    start(project)
    from tests.workspace.conftest import fill

    fill(project, examples)
    from tawthiq.workspace.models import IncidentRow, Person, Token
    from tawthiq.workspace.people import make_token
    from tawthiq.workspace.server import application

    logging.disable(logging.CRITICAL)
    secret = make_token(Person.objects.get(login="admin1"), "fuzz", Token.SCOPES)
    app = application()
    headers = {"Authorization": f"Bearer {secret}", "Host": "localhost"}
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app, headers={"Host": "localhost"})
    known: dict[str, list[Any]] = {
        "key": ["ex01.1", "ex04.1"], "name": ["ex01", IncidentRow.objects.order_by("id")[0].id], "slot": ["type", "place", "time", "losses"],
    }  # fmt: skip
    broken = 0
    for result in schema.get_all_operations():
        operation: Any = result.ok()  # type: ignore[union-attr]

        @hypothesis.settings(
            max_examples=each, deadline=None, database=None, derandomize=True,
            suppress_health_check=list(hypothesis.HealthCheck), phases=[hypothesis.Phase.generate],
        )  # fmt: skip
        @hypothesis.given(case=operation.as_strategy(), data=hypothesis.strategies.data())
        def call(case: Any, data: Any) -> None:
            # Often enough something that is there is asked for, so that more than "not here" is answered.
            for where in (case.path_parameters, case.query):
                for name in list(where or {}):
                    if name in known and data.draw(hypothesis.strategies.booleans()):
                        where[name] = data.draw(hypothesis.strategies.sampled_from(known[name]))
            case.call_and_validate(
                headers=headers,
                checks=[not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance],
            )

        try:
            call()
        except (Exception, BaseExceptionGroup) as error:
            broken += 1
            print(f"{operation.method.upper()} {operation.path}\n{error}\n", flush=True)
    return broken


if __name__ == "__main__":
    sys.exit(min(1, main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 15)))
