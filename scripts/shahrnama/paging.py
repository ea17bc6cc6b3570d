"""Paging: walks through a source that may change underneath, without losing or doubling a row.

By key (`followed`) where the source allows: each page asks for what comes after the last, so nothing shifts. By number
or offset where it does not: what is inserted or deleted meanwhile shifts rows between pages, unseen; so the pages are
walked again until two walks in a row are the same (unchanged pages cost a 304), and a total that the source tells must
be reached. By link where the source names its next page: never round in circles, never to another host.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta

from shahrnama.client import Source, source_path
from shahrnama.errors import ParseError
from shahrnama.net.faults import Fault

MOST_PAGES = 100_000  # a source that never ends would be asked for ever
MOST_WALKS = 4

Count = Callable[[bytes], int]
Following = Callable[[bytes], Mapping[str, str] | str | None]
Ask = Callable[[int], tuple[str, Mapping[str, str]]]
Ended = Callable[[list[int], bytes], bool]  # records of each page so far, the newest page


def numbered(source: Source, resource: str, path: str, params: Mapping[str, str], *, page_size: int, count: Count,
             names: tuple[str, str] = ("page", "page_size")) -> None:  # fmt: skip
    """Pages 1, 2, … until an empty one; `names` are the source's own for page and size.

    A page with fewer records than the one before is the last: many services hold pages smaller than was asked, so only
    what follows tells. Records after it are a fault: a page lost some of its own.
    """
    page, size = names

    def ask(number: int) -> tuple[str, Mapping[str, str]]:
        return path, {**params, page: str(number), size: str(page_size)}

    def ended(held: list[int], _: bytes) -> bool:
        if held[-1] and len(held) > 2 and held[-2] < held[-3]:
            raise ParseError(f"page {len(held) - 1} held {held[-2]} records after pages of {held[-3]}, yet more follow")
        return held[-1] == 0

    _settled(source, resource, ask, ended, count)


def offsets(source: Source, resource: str, path: str, params: Mapping[str, str], *, page_size: int, count: Count,
            total: Count | None = None, names: tuple[str, str] = ("offset", "limit")) -> None:  # fmt: skip
    """Pages from offset 0 on; until `total` of the newest page is reached, or until a short page where none is told."""
    offset, limit = names

    def ask(number: int) -> tuple[str, Mapping[str, str]]:
        return path, {**params, offset: str((number - 1) * page_size), limit: str(page_size)}

    def ended(held: list[int], body: bytes) -> bool:
        if total is None:
            return held[-1] < page_size
        if held[-1] == 0 and sum(held) < total(body):
            raise ParseError(f"it has {total(body)} records by its own word, and gave {sum(held)}")
        return sum(held) >= total(body)

    _settled(source, resource, ask, ended, count)


def followed(source: Source, resource: str, path: str, params: Mapping[str, str], following: Following) -> None:
    """Pages that lead to the next: `following(body)` gives its address, or the parameters to ask for next, or None.

    Both a cursor or link that the source names and a key after which it is asked (`id > last`) are walks of this kind.
    """
    seen: set[str] = set()
    here: tuple[str, Mapping[str, str]] = (path, params)
    read = _once(following)
    for number in range(MOST_PAGES):
        mark = source_path(*here)
        if mark in seen:
            raise source.fail(Fault("cycle", f"{mark[:60]} again after {number} pages"), path)
        seen.add(mark)
        found = read(source.get(resource, *here, check=read))
        if not found:
            return
        here = (found, {}) if isinstance(found, str) else (path, {**params, **found})
    raise source.fail(Fault("cycle", f"more than {MOST_PAGES} pages"), path)


def windows(since: str, today: str, days: int) -> Iterator[tuple[str, str]]:
    """ISO dates that begin and end each window of `days` from `since` through `today`, both belonging to it."""
    start, last = date.fromisoformat(since), date.fromisoformat(today)
    while start <= last:
        end = min(start + timedelta(days=days - 1), last)
        yield start.isoformat(), end.isoformat()
        start = end + timedelta(days=1)


def _settled(source: Source, resource: str, ask: Ask, ended: Ended, count: Count) -> None:
    """Walk until two walks in a row give the same; raises SourceError where the source never comes to rest."""
    former: dict[str, str] = {}
    seen: set[str] = set()
    fault = Fault("unstable", f"{MOST_WALKS} walks, none like the last")
    for _ in range(MOST_WALKS):
        walked: dict[str, str] = {}
        try:
            walked.update(_walk(source, resource, ask, ended, count))
        except ParseError as error:  # pages that do not fit together: the source may be changing
            fault, walked = Fault("broken", str(error)), {}
        if walked and walked == former:
            source.taking.drop(resource, seen - set(walked))
            return
        seen |= set(walked)
        former = walked
    raise source.fail(fault, ask(1)[0])


def _walk(source: Source, resource: str, ask: Ask, ended: Ended, count: Count) -> Iterator[tuple[str, str]]:
    """What was asked and the SHA-256 of what came, page by page."""
    held, seen = list[int](), set[str]()
    for number in range(1, MOST_PAGES + 1):
        path, params = ask(number)
        body = source.get(resource, path, params, check=lambda body: source.count(body, count))
        held.append(source.count(body, count))
        digest = hashlib.sha256(body).hexdigest()
        if held[-1] and digest in seen:
            raise source.fail(Fault("cycle", f"page {number} repeats an earlier one"), path)
        seen.add(digest)
        yield source_path(path, params), digest
        if ended(held, body):
            return
    raise source.fail(Fault("cycle", f"more than {MOST_PAGES} pages"), path)


def _once(read: Following) -> Following:
    """`read`, remembering its newest answer: an answer is checked and used, but read once."""
    newest: list[tuple[bytes, Mapping[str, str] | str | None]] = []

    def remembered(body: bytes) -> Mapping[str, str] | str | None:
        if not newest or newest[0][0] is not body:
            newest[:] = [(body, read(body))]
        return newest[0][1]

    return remembered
