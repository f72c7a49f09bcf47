"""The one door to the network, against a server on the loopback: what it refuses, what it stops, and what it brings."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tawthiq.archive.fetch import Rules, addresses, fetch, is_public
from tawthiq.archive.limits import Refused


class Handler(BaseHTTPRequestHandler):
    """Answers by path."""

    def do_GET(self) -> None:
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path[4:])
            self.end_headers()
        elif self.path == "/around":
            self.send_response(302)
            self.send_header("Location", "/around")
            self.end_headers()
        elif self.path == "/bomb":
            self.answer(gzip.compress(b"\x00" * 30_000_000, 9), "gzip")
        elif self.path == "/large":
            self.answer(b"x" * 3_000_000)
        elif self.path == "/slow":
            self.send_response(200)
            self.end_headers()
            for _ in range(100):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.1)
        elif self.path == "/packed":
            self.answer(gzip.compress("قصف".encode()), "gzip")
        elif self.path == "/same":
            if self.headers.get("If-None-Match") == "one":
                self.send_response(304)
                self.end_headers()
            else:
                self.answer(b"new", etag="one")
        else:
            self.answer(f"{self.headers['Host']} {self.path}".encode())

    def answer(self, body: bytes, encoding: str | None = None, etag: str | None = None) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        if encoding:
            self.send_header("Content-Encoding", encoding)
        if etag:
            self.send_header("ETag", etag)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{made.server_port}"
    made.shutdown()


LOCAL = Rules(permit=lambda address: address == "127.0.0.1", proxy=None)


def test_what_it_brings(server: str) -> None:
    answer = fetch(f"{server}/a?b=c", rules=LOCAL)
    assert (answer.status, answer.body) == (200, f"{server[7:]} /a?b=c".encode())
    assert answer.headers["content-type"] == "text/plain"
    assert fetch(f"{server}/packed", rules=LOCAL).body.decode() == "قصف"
    redirected = fetch(f"{server}/to//b", rules=LOCAL)
    assert (redirected.url, redirected.hops) == (f"{server}/b", (f"{server}/to//b",))
    first = fetch(f"{server}/same", rules=LOCAL)
    assert fetch(f"{server}/same", {"If-None-Match": first.headers["etag"]}, LOCAL).status == 304


@pytest.mark.parametrize(
    "address",
    [
        "10.1.2.3", "127.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1", "255.255.255.255",
        "::1", "fe80::1", "fc00::1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "::127.0.0.1", "ff02::1",
    ],
)  # fmt: skip
def test_addresses_inside_are_refused(address: str) -> None:
    assert not is_public(address)
    literal = f"[{address}]" if ":" in address else address
    with pytest.raises(Refused, match="not a public address"):
        fetch(f"http://{literal}/", rules=Rules(proxy=None))


def test_public_addresses_are_not() -> None:
    assert is_public("9.9.9.9")
    assert is_public("2620:fe::fe")


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://example.org/x", "gopher://x", "javascript:1", "http://", "//x", "http://u:p@x/"]
)
def test_only_plain_addresses_of_the_web(url: str) -> None:
    with pytest.raises(Refused):
        fetch(url, rules=LOCAL)


def test_a_redirect_to_an_address_inside_is_refused(server: str) -> None:
    for target in ("http://10.0.0.1/", "http://[::1]/", "file:///etc/passwd"):
        with pytest.raises(Refused):
            fetch(f"{server}/to/{target}", rules=LOCAL)


def test_a_name_that_resolves_inside_or_changes_after_the_check(server: str) -> None:
    port = server.rsplit(":", 1)[1]
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    rules = Rules(permit=lambda a: a == "127.0.0.1", resolve=lambda host, port: next(answers), proxy=None)
    # The second answer of the name server is never asked for: the connection goes to the address that was checked.
    assert fetch(f"http://rebind.example:{port}/", rules=rules).body == f"rebind.example:{port} /".encode()
    with pytest.raises(Refused, match=r"10\.0\.0\.1"):
        fetch(f"http://rebind.example:{port}/", rules=rules)
    both = Rules(permit=is_public, resolve=lambda host, port: ["9.9.9.9", "10.0.0.1"], proxy=None)
    with pytest.raises(Refused, match=r"10\.0\.0\.1"):
        fetch("http://two.example/", rules=both)
    with pytest.raises(Refused, match="cannot be resolved"):
        addresses("no-such-name.invalid", 80)


@pytest.mark.parametrize(
    ("path", "rules", "said"),
    [
        ("/around", LOCAL, "redirects"),
        ("/bomb", LOCAL, "bomb"),
        ("/large", Rules(largest=1_000_000, permit=LOCAL.permit, proxy=None), "larger than"),
        ("/slow", Rules(seconds=0.6, permit=LOCAL.permit, proxy=None), "."),
    ],
)
def test_what_has_no_end_is_stopped(server: str, path: str, rules: Rules, said: str) -> None:
    began = time.monotonic()
    with pytest.raises(Refused, match=said):
        fetch(server + path, rules=rules)
    assert time.monotonic() - began < 8


def test_a_server_that_drips_its_head_is_stopped() -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        connection, _ = listener.accept()
        with connection:
            for sign in b"HTTP/1.1 200 OK\r\nX-Long: " + b"y" * 500:
                try:
                    connection.send(bytes([sign]))
                except OSError:
                    return
                time.sleep(0.05)

    threading.Thread(target=drip, daemon=True).start()
    began = time.monotonic()
    with pytest.raises(Refused):
        fetch(f"http://127.0.0.1:{listener.getsockname()[1]}/", rules=Rules(seconds=1.0, permit=LOCAL.permit, proxy=None))
    assert time.monotonic() - began < 8
    listener.close()


def test_a_server_that_is_not_there(server: str) -> None:
    with pytest.raises(Refused):
        fetch("http://127.0.0.1:1/", rules=LOCAL)


def socks_server(target: int) -> tuple[socket.socket, list[bytes]]:
    """A SOCKS5 proxy for one connection, to a port of the loopback."""
    listener = socket.create_server(("127.0.0.1", 0))
    asked: list[bytes] = []

    def serve() -> None:
        client, _ = listener.accept()
        with client, socket.create_connection(("127.0.0.1", target)) as far:
            client.recv(64)
            client.sendall(b"\x05\x00")
            asked.append(client.recv(300))
            client.sendall(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")
            far.sendall(client.recv(65536))
            while data := far.recv(65536):
                client.sendall(data)

    threading.Thread(target=serve, daemon=True).start()
    return listener, asked


def test_through_a_socks_proxy_the_name_is_resolved_there(server: str) -> None:
    listener, asked = socks_server(int(server.rsplit(":", 1)[1]))
    rules = Rules(proxy=f"socks5://127.0.0.1:{listener.getsockname()[1]}", seconds=10)
    answer = fetch("http://hidden.example/x", {"Connection": "close"}, rules)
    assert answer.body == b"hidden.example /x"
    assert b"hidden.example" in asked[0]
    with pytest.raises(Refused, match="not a public address"):
        fetch("http://10.0.0.1/", rules=rules)
    listener.close()
