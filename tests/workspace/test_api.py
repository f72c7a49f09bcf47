"""The API: what its description promises, and everything that the pages do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from django.test import Client

    from tawthiq.workspace.models import Person

pytestmark = pytest.mark.usefixtures("opened")


class Caller:
    """A program with a token."""

    def __init__(self, client: Client, secret: str) -> None:
        self.client, self.headers = client, {"Authorization": f"Bearer {secret}"}

    def get(self, path: str, expect: int = 200, **query: Any) -> Any:
        answer = self.client.get(f"/api/v1{path}", query, headers=self.headers)
        assert answer.status_code == expect, answer.content[:500]
        return answer.json() if answer["Content-Type"].startswith("application/json") else answer

    def post(self, path: str, body: Any = None, expect: int = 200) -> Any:
        answer = self.client.post(f"/api/v1{path}", json.dumps(body), content_type="application/json", headers=self.headers)
        assert answer.status_code == expect, answer.content[:500]
        return answer.json() if answer.content else None


@pytest.fixture
def caller(client: Callable[..., Client], person: Callable[[str], Person]) -> Callable[[str], Caller]:
    from tawthiq.workspace.models import Token
    from tawthiq.workspace.people import make_token

    return lambda role: Caller(client(), make_token(person(role), "test", Token.SCOPES))


def test_the_description_is_open_and_names_every_operation(client: Callable[..., Client]) -> None:
    from tawthiq.workspace.access import ACCESS

    answer = client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    described = answer.json()
    operations = [o for path in described["paths"].values() for o in path.values()]
    assert all(o.get("summary") and o.get("description") for o in operations)
    assert len(operations) >= len([n for n in ACCESS if n.startswith("api:")]) - 2
    assert all("401" in o["responses"] and "429" in o["responses"] for o in operations)


def test_lists_come_in_pages(caller: Callable[[str], Caller]) -> None:
    me = caller("reader")
    everything = me.get("/incidents", size=200)
    seen: list[str] = []
    for page in range(1, 100):
        found = me.get("/incidents", size=7, page=page)
        seen += [i["id"] for i in found["items"]]
        if page >= found["pages"]:
            break
    assert seen == [i["id"] for i in everything["items"]]
    assert everything["count"] == len(seen)
    assert me.get("/incidents", page=9999)["items"] == []
    me.get("/incidents", size=201, expect=422)
    me.get("/incidents", type="war", expect=400)
    me.get("/claims", state="lost", expect=400)


def test_an_answer_that_did_not_change_is_not_sent_again(client: Callable[..., Client], caller: Callable[[str], Caller]) -> None:
    me = caller("reader")
    first = me.client.get("/api/v1/incidents", headers=me.headers)
    again = me.client.get("/api/v1/incidents", headers={**me.headers, "If-None-Match": first["ETag"]})
    assert again.status_code == 304
    assert not again.content


def test_who_asks_too_often_is_told_so(caller: Callable[[str], Caller], monkeypatch: pytest.MonkeyPatch) -> None:
    from tawthiq.workspace import api

    me, other = caller("reader"), caller("editor")
    throttle = api.base.api.throttle
    assert isinstance(throttle, list)
    monkeypatch.setattr(throttle[0], "num_requests", 3)
    for _ in range(3):
        me.get("/whoami")
    answer = me.client.get("/api/v1/whoami", headers=me.headers)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    other.get("/whoami")


def test_a_claim_is_checked_from_the_queue_to_the_incident(caller: Callable[[str], Caller]) -> None:
    me = caller("editor")
    taken = me.post("/queue/next")
    key = taken["claim"]["key"]
    assert taken["waiting"] > 1
    assert caller("reviewer").post("/queue/next")["claim"]["key"] != key
    found = me.get(f"/claims/{key}/suggestions", slot="type")
    assert found
    edited = me.post(f"/claims/{key}/decisions", {"kind": "edit", "slot": "type", "value": found[0]["value"]}, 201)
    assert edited["claim"]["type"] == found[0]["value"]
    me.post(f"/claims/{key}/decisions", {"kind": "edit", "slot": "type", "value": "war"}, 400)
    assert me.post(f"/claims/{key}/decisions", {"kind": "accept"}, 201)["state"] == "accepted"
    assert me.post("/undo", {})["kind"] == "accept"
    assert me.get(f"/claims/{key}")["state"] == ""
    me.post("/queue/skip", expect=204)
    ledger = me.get("/decisions")
    assert [d["kind"] for d in ledger["items"]] == ["undo", "accept", "edit"]


def test_incidents_are_judged_parted_and_joined(caller: Callable[[str], Caller]) -> None:
    me = caller("editor")
    found = max(me.get("/incidents", corroboration="contested")["items"], key=lambda i: len(i["claims"]))
    name = found["id"]
    assert me.post(f"/incidents/{name}/review", {"status": "needs-information"})["review"] == "needs-information"
    rest = me.post(f"/incidents/{name}/split", {"claims": found["claims"][-1:]})
    other = next(
        i["id"]
        for i in me.get("/incidents", size=200)["items"]
        if set(i["claims"]) & set(found["claims"]) and i["id"] != rest["id"]
    )
    assert me.post(f"/incidents/{rest['id']}/not-the-same", {"other": other})["id"]
    assert set(found["claims"]) <= set(me.post(f"/incidents/{rest['id']}/merge", {"other": other})["claims"])
    made = me.get("/explain", first=found["claims"][0], second=found["claims"][1])
    assert made["steps"]
    me.post("/settle", {"decision": "X0"}, 404)


def test_reports_claims_places_figures_and_files(caller: Callable[[str], Caller]) -> None:
    me = caller("reviewer")
    report = me.get("/reports/ex01")
    assert report["report"]["report"] == "ex01"
    assert len(report["acquisition"]["sha256"]) == 64
    assert me.get("/reports", q="الشدادي")["count"] >= 1
    text = report["report"]["text"]
    start = text.index("ولم تتبن")
    added = me.post("/additions/ex01", {"kind": "event", "type": "raid", "evidence": [[start, start + 8]]}, 201)
    assert added["claim"]["evidence"] == [[start, start + 8]]
    me.post("/additions/ex01", {"kind": "event", "type": "raid", "evidence": [[0, 99999]]}, 400)
    places = me.get("/places")
    assert sum(p["count"] for p in places["items"]) + places["unplaced"] == me.get("/facets")["count"]
    week = me.get("/overview", week="2023-06-02")
    assert week["start"] == "2023-05-29"
    assert week["incidents"] == me.get("/incidents", start=week["start"], end=week["end"])["count"]
    lines = b"".join(me.get("/export", format="jsonl", type="ied").streaming_content).splitlines()
    assert len(lines) == me.get("/incidents", type="ied")["count"]
    original = b"".join(me.get("/originals/ex01").streaming_content)
    import hashlib

    assert hashlib.sha256(original).hexdigest() == report["acquisition"]["sha256"]


def test_learning_and_people(caller: Callable[[str], Caller]) -> None:
    from tawthiq.workspace.coding import exercises
    from tests.workspace.test_coding import form

    admin, editor = caller("admin"), caller("editor")
    gold = exercises()[0]["gold"]
    assert all(caller("reader").post("/practice/1", form(gold))["right"].values())
    caller("reader").get("/practice/99", 404)
    made = editor.post("/coding-sets", {"name": "x", "size": 1, "coders": ["editor1", "reviewer1"]}, 201)
    for role in ("editor", "reviewer"):
        assert caller(role).get(f"/coding-sets/{made['id']}/unit")["unit"] == 0
        caller(role).post(f"/coding-sets/{made['id']}/unit", {**form(gold), "unit": 0}, 204)
        assert caller(role).get(f"/coding-sets/{made['id']}/unit") is None
    done = editor.get(f"/coding-sets/{made['id']}")
    assert done["finished"]
    assert set(done["alpha"]) >= {"type", "place"}
    assert admin.post("/people", {"role": "reader"}, 201)["path"].startswith("/invitation/")
    people = admin.get("/people")
    someone = next(p for p in people if p["login"] == "reader1")
    assert admin.post(f"/people/{someone['id']}", {"role": "reviewer"})["role"] == "reviewer"
    mine = next(p for p in people if p["login"] == "admin1")
    admin.post(f"/people/{mine['id']}", {"role": "reader"}, 400)
    assert admin.get("/audit")["items"][0]["action"] == "api:person"


@pytest.mark.slow
@pytest.mark.skipif(bool(os.environ.get("TAWTHIQ_TEST_ON_DATABASE")), reason="called on SQLite alone")
def test_the_api_keeps_what_its_description_promises(examples: Path, tmp_path: Path) -> None:
    """Run schemathesis over every operation, in a project and a process of its own."""
    pytest.importorskip("schemathesis")
    environment = {k: v for k, v in os.environ.items() if k not in ("TAWTHIQ_PROJECT", "DATABASE_URL")}
    done = subprocess.run(
        [sys.executable, "-m", "tests.workspace.fuzz_api", str(examples), str(tmp_path / "p")], cwd=Path(__file__).parents[2], env=environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-3000:]
