"""Who may open what: each role against each page, and the doors."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.workspace.conftest import PASSWORD, ROLES

if TYPE_CHECKING:
    from django.test import Client

    from tawthiq.workspace.models import Person

Browser = Callable[..., "Client"]


def names() -> Iterator[tuple[str, str]]:
    """Yield each page of the URL map as (name, address with its places filled)."""
    from django.urls import URLPattern, URLResolver, get_resolver

    def walk(patterns: Any, prefix: str, space: str) -> Iterator[tuple[str, str]]:
        for one in patterns:
            route = prefix + str(one.pattern)
            if isinstance(one, URLResolver):
                yield from walk(one.url_patterns, route, f"{one.namespace}:" if one.namespace else space)
            elif isinstance(one, URLPattern):
                filled = re.sub(
                    r"<(?:\w+:)?(\w+)>", lambda m: {"number": "1", "key": "1", "name": "x", "slot": "type"}.get(m[1], "x"), route
                )
                yield f"{space}{one.name}", f"/{filled}"

    yield from walk(get_resolver().url_patterns, "", "")


def test_the_table_and_the_map_name_the_same_pages(filled: Path) -> None:
    from tawthiq.workspace.access import ACCESS

    there = [name for name, _ in names()]
    assert set(there) == set(ACCESS)


def test_each_role_opens_what_the_table_says_and_nothing_else(client: Browser, person: Callable[[str], Person]) -> None:
    from tawthiq.workspace.access import ACCESS, OPEN

    for role in ROLES:
        me = person(role)
        for name, address in names():
            if name.startswith("api:"):
                continue
            rule = ACCESS[name]
            for method, needed in (("get", rule.read), ("post", rule.write)):
                browser = client(role)
                answer = getattr(browser, method)(address)
                if needed is None:
                    assert answer.status_code == 405, (role, method, address)
                elif needed == OPEN or me.may(needed):
                    shut = (403, 405) if name == "login" else (401, 403, 405)
                    assert answer.status_code not in shut, (role, method, address, answer.status_code)
                    assert answer.status_code < 500, (role, method, address)
                else:
                    assert answer.status_code == 403, (role, method, address, answer.status_code)


def test_nobody_who_is_not_known_opens_anything_but_the_doors(client: Browser) -> None:
    from tawthiq.workspace.access import ACCESS, OPEN

    for name, address in names():
        for method, needed in (("get", ACCESS[name].read), ("post", ACCESS[name].write)):
            answer = getattr(client(), method)(address)
            if needed == OPEN:
                assert answer.status_code in (200, 302, 400, 401, 404), (method, address, answer.status_code)
            elif name.startswith("api:"):
                assert answer.status_code == 401, (method, address, answer.status_code)
            else:
                assert answer.status_code == 302, (method, address, answer.status_code)
                assert answer["Location"].startswith("/login/"), address


def test_tokens_are_held_to_scope_and_role(client: Browser, person: Callable[[str], Person]) -> None:
    from tawthiq.workspace.access import ACCESS, OPEN
    from tawthiq.workspace.models import Token
    from tawthiq.workspace.people import make_token

    # Every scope for who may everything, and every role with all scopes.
    kinds = [("admin", [scope]) for scope in Token.SCOPES] + [(role, list(Token.SCOPES)) for role in ROLES]
    for role, scopes in kinds:
        secret = make_token(person(role), "test", scopes)
        for name, address in names():
            if not name.startswith("api:") or ACCESS[name].read == OPEN:
                continue
            rule = ACCESS[name]
            for method, needed in (("get", rule.read), ("post", rule.write)):
                answer = getattr(client(), method)(address, headers={"Authorization": f"Bearer {secret}"})
                wanted = "read" if method == "get" and rule.scope not in ("admin", "export") else rule.scope
                if needed is None:
                    assert answer.status_code == 405, (role, scopes, method, address)
                elif wanted in scopes and person(role).may(needed):
                    assert answer.status_code not in (401, 403, 405), (role, scopes, method, address)
                    assert answer.status_code < 500, (role, scopes, method, address)
                else:
                    assert answer.status_code == 403, (role, scopes, method, address, answer.status_code)


def test_a_form_from_elsewhere_is_refused(client: Browser) -> None:
    browser = client("admin", enforce_csrf_checks=True)
    assert browser.post("/people/", {"role": "admin"}).status_code == 403
    page = browser.get("/people/").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token is not None
    assert browser.post("/people/", {"role": "admin", "csrfmiddlewaretoken": token[1]}).status_code == 200


def test_the_api_takes_no_cookie(client: Browser) -> None:
    assert client("admin").get("/api/v1/whoami").status_code == 401


def test_login_and_its_throttle(client: Browser) -> None:
    browser = client()
    right = {"login": "reviewer1", "password": PASSWORD}
    assert browser.post("/login/", {**right, "next": "https://elsewhere.example/"})["Location"] == "/"
    other = client()
    for _ in range(4):
        assert other.post("/login/", {"login": "reviewer1", "password": "wrong"}).status_code == 401
    assert other.post("/login/", {"login": "reviewer1", "password": "wrong"}).status_code == 429
    # The right password does not open the door either, until it opens again.
    assert other.post("/login/", right).status_code == 429
    assert other.post("/login/", {"login": "editor1", "password": PASSWORD}).status_code == 302


def test_a_closed_account_comes_in_no_more(client: Browser, person: Callable[[str], Person]) -> None:
    browser = client("reviewer")
    assert browser.get("/queue/").status_code == 200
    assert client("admin").post(f"/people/{person('reviewer').pk}/", {"role": "reviewer"}).status_code == 302
    assert browser.get("/queue/").status_code == 302
    assert client().post("/login/", {"login": "reviewer1", "password": PASSWORD}).status_code == 401


def test_the_last_admin_stays(client: Browser, person: Callable[[str], Person]) -> None:
    browser = client("admin")
    assert browser.post(f"/people/{person('admin').pk}/", {"role": "reader", "active": "on"}).status_code == 400
    assert browser.post(f"/people/{person('admin').pk}/", {"role": "admin"}).status_code == 400
    assert person("admin").role == "admin"


def test_an_invitation_makes_one_account(client: Browser) -> None:
    from tawthiq.workspace.models import Invitation, Person

    page = client("admin").post("/people/", {"role": "editor"}).content.decode()
    path = re.search(r"/invitation/[\w-]+/", page)
    assert path is not None
    said = {"login": "هدى", "name": "", "password": PASSWORD, "again": PASSWORD}
    for wrong in ({"password": "short", "again": "short"}, {"again": "else"}, {"login": "reader1"}, {"login": "a b"}):
        assert client().post(path[0], {**said, **wrong}).status_code == 400
    assert client().post(path[0], said).status_code == 302
    assert Person.objects.get(login="هدى").role == "editor"
    assert client().post(path[0], {**said, "login": "other"}).status_code == 404
    old = client("admin").post("/people/", {"role": "reader"}).content.decode()
    path = re.search(r"/invitation/[\w-]+/", old)
    assert path is not None
    from django.utils import timezone

    Invitation.objects.filter(used=False).update(until=timezone.now() - timedelta(seconds=1))
    assert client().get(path[0]).status_code == 404


def test_a_password_link_ends_open_sessions_and_the_second_factor(client: Browser, person: Callable[[str], Person]) -> None:
    from tawthiq.workspace.models import Person as Table

    Table.objects.filter(login="reviewer1").update(totp="JBSWY3DPEHPK3PXP")
    open_ = client("reviewer")
    page = client("admin").post(f"/people/{person('reviewer').pk}/", {"reset": "1"}).content.decode()
    path = re.search(r"/invitation/[\w-]+/", page)
    assert path is not None
    fresh = "كلمات أخرى طويلة"
    assert client().post(path[0], {"password": fresh, "again": fresh}).status_code == 302
    assert open_.get("/").status_code == 302
    assert person("reviewer").totp == ""
    assert client().post("/login/", {"login": "reviewer1", "password": fresh}).status_code == 302


def test_a_second_factor_is_asked_for_and_its_code_serves_once(client: Browser, person: Callable[[str], Person]) -> None:
    import pyotp

    browser = client("reviewer")
    page = browser.get("/account/second-factor/").content.decode()
    secret = re.search(r"<code[^>]*>([A-Z2-7]{32})</code>", page)
    assert secret is not None
    factor = pyotp.TOTP(secret[1])
    assert browser.post("/account/second-factor/", {"password": PASSWORD, "code": "000000"}).status_code == 400
    assert browser.post("/account/second-factor/", {"password": "wrong", "code": factor.now()}).status_code == 400
    assert person("reviewer").totp == ""
    assert browser.post("/account/second-factor/", {"password": PASSWORD, "code": factor.now()}).status_code == 302
    said = {"login": "reviewer1", "password": PASSWORD}
    assert client().post("/login/", said).status_code == 401
    # The code that set it was used.
    assert client().post("/login/", {**said, "code": factor.now()}).status_code == 401
    import time

    following = factor.at(int(time.time()) + 30)
    assert client().post("/login/", {**said, "code": following}).status_code == 302
    assert browser.post("/account/second-factor/", {"password": PASSWORD, "code": "000000"}).status_code == 400
    assert person("reviewer").totp
    factor = pyotp.TOTP(person("reviewer").totp)
    type(person("reviewer")).objects.filter(login="reviewer1").update(step=0)
    assert browser.post("/account/second-factor/", {"password": PASSWORD, "code": factor.now()}).status_code == 302
    assert person("reviewer").totp == ""


def test_passwords_are_hashed_by_argon2_and_changed_with_the_old_one(client: Browser, person: Callable[[str], Person]) -> None:
    assert person("reader").password.startswith("argon2$argon2id$")
    browser = client("reader")
    fresh = "عبارة جديدة تماماً"
    assert browser.post("/account/", {"before": "wrong", "password": fresh, "again": fresh}).status_code == 400
    assert browser.post("/account/", {"before": PASSWORD, "password": fresh, "again": fresh}).status_code == 302
    assert person("reader").check_password(fresh)
    assert browser.get("/").status_code == 200


def test_headers_of_every_page(client: Browser) -> None:
    for address in ("/", "/login/", "/queue/", "/nowhere/"):
        answer = client("admin").get(address)
        policy = answer["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Referrer-Policy"] == "same-origin"
        page = answer.content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)", page)
        assert not re.search(r"\son\w+=|\sstyle=|<style|javascript:", page)


def test_what_is_changed_and_taken_out_is_in_the_audit_log(client: Browser) -> None:
    from tawthiq.workspace.models import AuditEntry

    AuditEntry.objects.all().delete()
    client("editor").get("/search/export/?type=ied")
    client("editor").post("/account/", {"digits": "arabic", "theme": "dark"})
    client("editor").get("/search/?type=ied")
    client("reviewer").get("/originals/ex01/")
    found = [(e.by, e.action) for e in AuditEntry.objects.order_by("id")]
    assert found == [("editor1", "search-export"), ("editor1", "account"), ("reviewer1", "original")]
    assert "type=ied" in AuditEntry.objects.order_by("id")[0].what
    assert "reviewer1" in client("admin").get("/audit/").content.decode()


def test_check_deploy_is_clean_in_the_server_profile(tmp_path: Path) -> None:

    (tmp_path / "p").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "tawthiq.cli", "manage", "--project", str(tmp_path / "p"), "check", "--deploy", "--fail-level", "INFO"],
        env={**os.environ, "TAWTHIQ_PROFILE": "server", "TAWTHIQ_HOSTS": "record.example"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout
    assert (tmp_path / "p" / "secret.key").stat().st_mode & 0o077 == 0


def link_of(page: str) -> str:
    """Return the address that a page shows once."""
    found = re.search(r"/invitation/[\w-]+/", page)
    assert found is not None
    return found[0]


def test_a_new_password_undoes_tokens_and_other_links(client: Browser, person: Callable[[str], Person]) -> None:
    from tawthiq.workspace import people

    people.make_token(person("reviewer"), "old", ["read"])
    address = f"/people/{person('reviewer').pk}/"
    first, second = (link_of(client("admin").post(address, {"reset": "1"}).content.decode()) for _ in range(2))
    assert client().get(first).status_code == 404
    fresh = "كلمات أخرى طويلة"
    assert client().post(second, {"password": fresh, "again": fresh}).status_code == 302
    assert not person("reviewer").tokens.exists()
    people.make_token(person("reader"), "old", ["read"])
    assert client("reader").post("/account/", {"before": PASSWORD, "password": fresh, "again": fresh}).status_code == 302
    assert not person("reader").tokens.exists()


def test_invitations_are_listed_revoked_and_undone_with_who_made_them(client: Browser, person: Callable[[str], Person]) -> None:
    from tawthiq.workspace import people

    mine = link_of(client("admin").post("/people/", {"role": "editor", "login": "هدى"}).content.decode())
    page = client("admin").get("/people/").content.decode()
    assert "هدى" in page
    key = people.open_invitations().get().pk
    assert client("editor").post(f"/invitations/{key}/revoke/").status_code == 403
    assert client("admin").post(f"/invitations/{key}/revoke/").status_code == 302
    assert client().get(mine).status_code == 404
    theirs = people.invite("admin", by="reviewer1")
    people.change_role(person("reviewer"), "reader", True)
    assert people.invitation_of(theirs) is None
    with pytest.raises(ValueError, match="login_form"):
        people.invite("reader", by="admin1", login="a b")


def test_the_link_to_the_first_account_ends_with_the_first_account() -> None:
    from tawthiq.workspace import people

    one, two = people.invite("admin"), people.invite("admin")
    assert people.invitation_of(one) is None
    third = people.invite("admin", by="admin1")
    people.accept(two, "سلمى", "", "عبارة طويلة جداً", "ar")
    assert people.invitation_of(two) is None
    assert people.invitation_of(third) is not None


def test_nobody_takes_a_name_that_decisions_are_signed_with(client: Browser) -> None:
    from tawthiq.workspace import people

    assert client("reviewer").post("/claims/ex01.1/decide/", {"kind": "accept"}).status_code in (200, 302)
    from tawthiq.workspace.models import DecisionRow, Person

    Person.objects.filter(login="reviewer1").update(login="renamed")
    assert DecisionRow.objects.filter(by="reviewer1").exists()
    for name in ("reviewer1", "REVIEWER1", "ｒｅｖｉｅｗｅｒ1", "RENAMED"):
        with pytest.raises(ValueError, match="login_taken"):
            people.accept(people.invite("reader", by="admin1"), name, "", "عبارة طويلة جداً", "ar")
    given = people.invite("reviewer", by="admin1", login="reviewer1")
    assert people.accept(given, "", "", "عبارة طويلة جداً", "ar").login == "reviewer1"


def test_guesses_inside_and_from_one_address_are_throttled(client: Browser) -> None:
    from django.conf import settings

    browser = client("editor")
    codes = [browser.post("/account/second-factor/", {"password": "x"}).status_code for _ in range(6)]
    assert codes[0] == 400
    assert codes[-1] == 429
    for n in range(settings.FAILURES_OF_AN_ADDRESS):
        client().post("/login/", {"login": f"nobody{n}", "password": "x"})
    assert client().post("/login/", {"login": "reader1", "password": PASSWORD}).status_code == 429


def test_who_left_is_in_the_audit_log_and_an_odd_sign_stops_no_entry(client: Browser) -> None:
    from tawthiq.workspace.models import AuditEntry

    client("reader").post("/logout/")
    client("editor").get("/search/export/?q=a%00b")
    found = AuditEntry.objects.filter(action="logout").get()
    assert found.by == "reader1"


def test_a_decision_stands_where_linking_fails(client: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    from tawthiq.workspace import linker
    from tawthiq.workspace.models import AuditEntry, DecisionRow, IncidentRow

    def fails() -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(linker, "link_now", fails)
    name = IncidentRow.objects.first().id  # type: ignore[union-attr]
    assert client("editor").post(f"/incidents/{name}/review/", {"status": "verified"}).status_code == 302
    assert DecisionRow.objects.filter(kind="review").exists()
    assert AuditEntry.objects.filter(action="review-incident").exists()


def test_a_new_project_is_for_its_owner_alone(tmp_path: Path, examples: Path) -> None:

    folder = tmp_path / "p"
    command = [sys.executable, "-m", "tawthiq.cli", "run", str(examples / "ex01.json"), "--project", str(folder), "--quiet"]
    environment = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "TAWTHIQ_PROJECT")}
    subprocess.run(command, check=True, env=environment, capture_output=True)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "tawthiq.sqlite3").stat().st_mode & 0o777 == 0o600


def test_a_proxy_is_believed_and_nobody_else(tmp_path: Path) -> None:

    environment = {**os.environ, "TAWTHIQ_PROFILE": "server", "TAWTHIQ_HOSTS": "record.example"}
    environment = {k: v for k, v in environment.items() if k not in ("DATABASE_URL", "TAWTHIQ_PROJECT")}

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *arguments: object) -> None:
            return None

    opener = urllib.request.build_opener(Stay)
    for extra, location in (([], "/login/?next=/"), (["--proxy", "127.0.0.9"], "https://record.example/")):
        command = [sys.executable, "-m", "tawthiq.cli", "serve", "--project", str(tmp_path / "p"), "--port", "0", *extra]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
            try:
                assert server.stdout is not None
                assert "/invitation/" in server.stdout.readline()
                address = server.stdout.readline().split()[0]
                asked = urllib.request.Request(address, headers={"Host": "record.example", "X-Forwarded-Proto": "https"})
                with pytest.raises(urllib.error.HTTPError) as answer:
                    opener.open(asked)
                assert answer.value.headers["Location"] == location
            finally:
                server.terminate()
