"""The one door to the network: fetch an address over http or https, guarded against addresses inside and answers without end.

Names are resolved here, every address they resolve to must be public, and the connection goes to the address that was checked, so
that a name that changes between check and use leads nowhere; each redirect is checked again. Through a proxy (also SOCKS) names are
resolved there: then only addresses written as numbers can be checked. Parsers get bytes only.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit, urlunsplit

import httpx

from tawthiq.archive.limits import Refused, check_growth, shown

LARGEST = 50_000_000
SECONDS = 60.0
REDIRECTS = 5
_STEP_SECONDS = 20.0
_REDIRECTS = (301, 302, 303, 307, 308)
AGENT = "Tawthiq (archiving of public reports; +https://pypi.org/project/tawthiq/)"
PROXY_VARIABLE = "TAWTHIQ_PROXY"
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, the last address, headers (names in small letters), the body unpacked, and the redirects."""

    status: int
    url: str
    headers: dict[str, str]
    body: bytes
    hops: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """What a fetch may do. `permit` says whether an address may be connected to; `proxy` is an http or socks5 url."""

    largest: int = LARGEST
    seconds: float = SECONDS
    redirects: int = REDIRECTS
    proxy: str | None = field(default_factory=lambda: os.environ.get(PROXY_VARIABLE) or None)
    permit: Callable[[str], bool] = lambda address: is_public(address)
    resolve: Callable[[str, int], list[str]] = lambda host, port: addresses(host, port)


def is_public(address: str) -> bool:
    """Say whether an IP address is one of the public internet, also where one of another kind is written inside it.

    >>> is_public("10.0.0.1"), is_public("::ffff:127.0.0.1"), is_public("64:ff9b::7f00:1"), is_public("9.9.9.9")
    (False, False, False, True)
    """
    found = ipaddress.ip_address(address.split("%", 1)[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is None and (found in _NAT64 or int(found) >> 32 == 0):
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return found.is_global and not found.is_multicast and not found.is_reserved


def addresses(host: str, port: int) -> list[str]:
    """Return the addresses that a name resolves to."""
    try:
        return list(dict.fromkeys(str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
    except (OSError, UnicodeError) as error:
        raise Refused(f"the name {shown(host)} cannot be resolved: {error}") from None


def fetch(url: str, headers: dict[str, str] | None = None, rules: Rules | None = None) -> Answer:
    """Fetch an address, following redirects; raises Refused with the reason for what may not be done and for what fails."""
    rules = rules or Rules()
    until = time.monotonic() + rules.seconds
    hops: list[str] = []
    while True:
        answer = _once(url, headers or {}, rules, until)
        if answer.status not in _REDIRECTS or not answer.headers.get("location"):
            return Answer(answer.status, url, answer.headers, answer.body, tuple(hops))
        hops.append(url)
        if len(hops) > rules.redirects:
            raise Refused(f"more than {rules.redirects} redirects")
        url = urljoin(url, answer.headers["location"])


def post(url: str, data: bytes, headers: dict[str, str], rules: Rules | None = None) -> Answer:
    """Send data to an address; a redirect is not followed. Raises Refused as `fetch` does."""
    rules = rules or Rules()
    return _once(url, headers, rules, time.monotonic() + rules.seconds, data)


def _once(url: str, headers: dict[str, str], rules: Rules, until: float, data: bytes | None = None) -> Answer:
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise Refused(f"no address: {error}") from None
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https"):
        raise Refused(f"only http and https are fetched, not {shown(parts.scheme) or 'nothing'!r}")
    if not host or parts.username or parts.password:
        raise Refused("an address has a host and no password")
    target = _connect_to(host, port, rules)
    literal = f"[{target}]" if ":" in target else target
    bare = urlunsplit((parts.scheme, f"{literal}:{port}", parts.path or "/", parts.query, ""))
    default = port == (443 if parts.scheme == "https" else 80)
    named = f"[{host}]" if ":" in host else host
    sent = {
        "User-Agent": AGENT,
        "Accept-Encoding": "gzip",
        **headers,
        "Host": named if default else f"{named}:{port}",
    }
    limits = httpx.Timeout(min(_STEP_SECONDS, max(0.1, until - time.monotonic())))
    try:
        with httpx.Client(proxy=rules.proxy, trust_env=False, timeout=limits, follow_redirects=False) as client:
            # An answer that drips its head, a sign at a time, keeps every single step within its time: the whole has one too.
            watch = threading.Timer(max(0.1, until - time.monotonic()), client.close)
            watch.daemon = True
            watch.start()
            try:
                method = "GET" if data is None else "POST"
                with client.stream(method, bare, headers=sent, content=data, extensions={"sni_hostname": host}) as response:
                    told = {k.lower(): v for k, v in response.headers.items()}
                    body = b"" if response.status_code in _REDIRECTS else _body(response, told, rules, until)
                    return Answer(response.status_code, url, told, body)
            finally:
                watch.cancel()
    except httpx.HTTPError as error:
        raise Refused(f"{type(error).__name__}: {' '.join(str(error).split())[:160] or 'no answer'}") from None
    except (httpx.InvalidURL, ValueError, OSError) as error:
        if isinstance(error, Refused):
            raise
        raise Refused(f"{type(error).__name__}: {' '.join(str(error).split())[:160]}") from None


def _connect_to(host: str, port: int, rules: Rules) -> str:
    """Return what to connect to: the checked address, or through a proxy the name itself."""
    try:
        found = [str(ipaddress.ip_address(host))]
    except ValueError:
        if rules.proxy:
            return host
        found = rules.resolve(host, port)
    if not found:
        raise Refused(f"the name {shown(host)} resolves to nothing")
    for address in found:
        if not rules.permit(address):
            raise Refused(f"{shown(host)} leads to {address}, which is not a public address")
    return found[0]


def _body(response: httpx.Response, headers: dict[str, str], rules: Rules, until: float) -> bytes:
    """Return the body, unpacked bit by bit; raises Refused beyond the limits of size and time."""
    packed = headers.get("content-encoding", "").lower() in ("gzip", "x-gzip")
    inflater = zlib.decompressobj(31)
    out = bytearray()
    taken = 0
    for chunk in response.iter_raw(65536):
        taken += len(chunk)
        if time.monotonic() > until:
            raise Refused(f"took longer than {rules.seconds:.0f} seconds")
        for piece in _unpacked(inflater, chunk) if packed else (chunk,):
            out += piece
            if len(out) > rules.largest:
                raise Refused(f"larger than {rules.largest:,} bytes")
            check_growth(taken, len(out), rules.largest)
    return bytes(out)


def _unpacked(inflater: object, chunk: bytes) -> Iterator[bytes]:
    while chunk:
        try:
            piece = inflater.decompress(chunk, 1 << 20)  # type: ignore[attr-defined]
        except zlib.error as error:
            raise Refused(f"damaged gzip data: {error}") from None
        if piece:
            yield piece
        chunk = inflater.unconsumed_tail  # type: ignore[attr-defined]
        if not piece and not chunk:
            return
