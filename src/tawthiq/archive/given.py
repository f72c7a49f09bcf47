"""What is given to be read: files, folders, addresses, lists of addresses, standard input."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tawthiq.archive.limits import Refused
from tawthiq.archive.reading import Source, find_files, is_url, listed_urls, suffix_for, suffix_of, why_not

_LISTABLE = 1_000_000


@dataclass(frozen=True, slots=True)
class Given:
    """What is to be read: a file, bytes, or an address that is fetched."""

    name: str
    path: Path | None = None
    data: bytes | None = None
    url: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    method: str = "file"

    def source(self) -> Source:
        """Return it as a reader takes it, without archiving."""
        if self.path is not None:
            return Source.of_file(self.path)
        return Source.of_bytes(self.name, self.data or b"", url=self.url, headers=self.headers)


Fetch = Callable[[str], Given]


def fetched(url: str) -> Given:
    """Fetch an address and return what came, named so that its reader is found; raises Refused with the reason."""
    from tawthiq.archive.fetch import fetch

    answer = fetch(url)
    if answer.status != 200:
        raise Refused(f"answered with {answer.status}")
    return named(answer.url, answer.headers, answer.body)


def named(url: str, headers: dict[str, str], body: bytes, method: str = "url") -> Given:
    """Return an answer under a name that has the ending of what it is."""
    name = urlsplit(url).path.rsplit("/", 1)[-1] or "page"
    ending = suffix_for(headers.get("content-type", ""))
    if ending == ".xml" or (ending in (None, ".html", ".txt") and body.lstrip()[:200].lower().find(b"<rss") >= 0):
        ending = ".xml"
    if ending and suffix_of(name) != ending and not (ending == ".xml" and suffix_of(name) in (".rss", ".atom")):
        name += ending
    return Given(name, data=body, url=url, headers=headers, method=method)


def given(paths: Iterable[str], problem: Callable[[str, str], None], fetch: Fetch = fetched) -> Iterator[Given]:
    """Yield what is to be read: files below the paths, addresses, and those that a text file lists; `problem` is told the rest."""
    for path in paths:
        if is_url(path):
            yield from _fetched(path, fetch, problem)
            continue
        files = find_files(Path(path))
        if not files:
            problem(path, "no file in this folder")
        for file in files:
            if reason := why_not(file.name):
                problem(str(file), reason)
                continue
            try:
                urls = listed_urls(file.name, file.read_bytes()) if file.stat().st_size <= _LISTABLE else []
            except OSError as error:
                problem(str(file), error.strerror or str(error))
                continue
            if not urls:
                yield Given(str(file), path=file)
            for url in urls:
                yield from _fetched(url, fetch, problem)


def _fetched(url: str, fetch: Fetch, problem: Callable[[str, str], None]) -> Iterator[Given]:
    try:
        got = fetch(url)
    except Refused as error:
        problem(url, str(error))
        return
    if reason := why_not(got.name):
        problem(url, reason)
        return
    yield got


def standard_input(data: bytes) -> Given:
    """Return standard input under a name: JSON or JSON Lines when it looks so, else one text."""
    head = data.lstrip()[:1]
    name = "stdin.jsonl" if head == b"{" and b"\n{" in data.strip() else "stdin.json" if head in (b"{", b"[") else "stdin.txt"
    return Given(name, data=data, method="stdin")
