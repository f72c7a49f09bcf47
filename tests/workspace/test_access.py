"""Who may open what: each role against each page, and the doors."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    assert browser.post("/account/second-factor/", {"password": PASSWORD}).status_code == 302
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
    import os
    import subprocess
    import sys

    (tmp_path / "p").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "tawthiq.cli", "manage", "--project", str(tmp_path / "p"), "check", "--deploy", "--fail-level", "INFO"],
        env={**os.environ, "TAWTHIQ_PROFILE": "server", "TAWTHIQ_HOSTS": "record.example"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout
    assert (tmp_path / "p" / "secret.key").stat().st_mode & 0o077 == 0
