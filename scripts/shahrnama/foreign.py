"""A descriptor from elsewhere, read as data only: nothing that it names is fetched, and no file outside is opened.

Frictionless follows what a descriptor says: it fetches schemas, dialects and profiles from any address, reads through
symbolic links, and runs patterns that never end. So no such file is given to it before `inspect` has taken it in.
Refused are references with a scheme, absolute ones, and those that leave the folder; files that are no plain files;
whatever asks for trust, unpacking, checks or steps; patterns that could hang; and sizes that no descriptor has. Links
that only readers follow (of licences, sources, contributors; homepage, image) may be web addresses.
"""

from __future__ import annotations

import math
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn

from shahrnama.errors import ParseError, ValidationError
from shahrnama.foreign_rules import LINK_KEYS, entry_fault, file_fault, link_fault, pattern_fault, short
from shahrnama.formats import strict_json, strict_yaml

MOST_BYTES = 2_000_000  # of all descriptor files together: those of 50 wide tables, in two languages
MOST_DEPTH = 50
MOST_FILES = 1_000
MOST_PATTERNS = 100  # different ones; each takes some milliseconds to prove harmless

_LINKS = {"licenses", "license", "licence", "sources", "contributors", "maintainers", "author", "homepage", "image"}
_DIALECTS = {"dialect", "control", "controls"}
WORDS = {"data", "labels", "labels_en"}  # below these stand people's keys, which no reader takes for rules


@dataclass(frozen=True)
class _Entry:
    """One entry of a map, its map, where it stands, and whether that is a link for readers or in a dialect."""

    place: str
    key: str
    value: Any
    owner: dict[str, Any]
    is_link: bool
    is_dialect: bool


@dataclass(frozen=True)
class _Reading:
    """The package's folder, and what was taken in so far."""

    folder: Path
    name: str
    taken: dict[str, Any] = field(default_factory=dict)
    sizes: list[int] = field(default_factory=list)
    patterns: set[str] = field(default_factory=set)
    paths: set[str] = field(default_factory=set)

    def refuse(self, place: str, what: str) -> NoReturn:
        """Raise the one-line error."""
        raise ValidationError(f"{self.name}: {f'{place} ' if place else ''}{' '.join(what.split())}")

    def judge(self, place: str, fault: str | None) -> None:
        """Raise the one-line error if there is a fault."""
        if fault:
            self.refuse(place, fault)


def inspect(path: Path) -> dict[str, Any]:
    """The descriptor at `path` (JSON or YAML) as data, its schema and dialect files put in their places.

    Every data file that it names is a plain file below its folder at the time of asking. ValidationError, in one line,
    names the entry that is refused. Nothing is fetched, and no data file is opened.
    """
    reading = _Reading(path.parent, path.name)
    descriptor = _document(reading, path.name, "")
    resources = descriptor.get("resources")
    if not isinstance(resources, list) or not all(isinstance(item, dict) for item in resources):
        reading.refuse("resources", "is no list of objects; describe each resource in this file")
    _check(reading, descriptor)
    return descriptor


def _document(reading: _Reading, name: str, place: str) -> dict[str, Any]:
    """The object in a descriptor's file below the folder."""
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in (".json", ".yaml", ".yml"):
        reading.refuse(place, f"is in {short(name)}; a descriptor's file ends in .json, .yaml or .yml")
    reading.judge(place, file_fault(reading.folder, name))
    body = _bytes(reading, name, place)
    try:
        found = strict_json.loads(body) if suffix == ".json" else strict_yaml.loads(body)
    except ParseError as error:
        reading.refuse(place, f"cannot be read: {error}")
    if not isinstance(found, dict):
        reading.refuse(place, f"is no object in {short(name)}")
    return found


def _bytes(reading: _Reading, name: str, place: str) -> bytes:
    """The bytes of a plain file, opened without following a link or waiting for a pipe."""
    try:
        handle = os.open(reading.folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        reading.refuse(place, f"cannot be opened: {error.strerror}")
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            reading.refuse(place, f"is no plain file: {short(name)}")
        body = file.read(MOST_BYTES + 1)
    reading.sizes.append(len(body))
    if sum(reading.sizes) > MOST_BYTES:
        reading.refuse(place, f"is larger than {MOST_BYTES:,} bytes with {short(name)}; is it data and no descriptor?")
    return body


def _check(reading: _Reading, document: dict[str, Any], *, is_inner: bool = False) -> None:
    """Judge every entry of a document, and take in the files of schemas and dialects."""
    for entry in _entries(reading, document):
        if entry.is_link and entry.key in LINK_KEYS:
            reading.judge(entry.place, link_fault(entry.value))
            continue
        reading.judge(entry.place, entry_fault(entry.key, entry.value, is_dialect=entry.is_dialect))
        if entry.key == "path":
            _check_paths(reading, entry)
        elif entry.key == "pattern" and isinstance(entry.value, str):
            _check_patterns(reading, entry, [entry.value])
        elif entry.key == "patternProperties" and isinstance(entry.value, dict):
            _check_patterns(reading, entry, list(entry.value))
        elif entry.key in ("schema", "dialect") and isinstance(entry.value, str):
            if is_inner:
                reading.refuse(entry.place, "refers on from a file that is referred to; put it into one file")
            entry.owner[entry.key] = _taken(reading, entry)


def _taken(reading: _Reading, entry: _Entry) -> dict[str, Any]:
    """The object in the file that an entry names, read and judged once."""
    name = str(entry.value)
    if name not in reading.taken:
        document = _document(reading, name, entry.place)
        # A schema's entries stand where the schema does, and a dialect's where the dialect does.
        _check(reading, {entry.key: document}, is_inner=True)
        reading.taken[name] = document
    found: dict[str, Any] = reading.taken[name]
    return found


def _entries(reading: _Reading, document: dict[str, Any]) -> Iterator[_Entry]:
    """Every entry of every map in a document, without recursion; of inline data and of the names of codes, none."""
    work: list[tuple[str, Any, int, frozenset[str]]] = [("", document, 0, frozenset())]
    while work:
        place, value, depth, above = work.pop()
        if depth > MOST_DEPTH:
            reading.refuse(place, f"is nested deeper than {MOST_DEPTH} levels")
        if isinstance(value, dict):
            for key, inner in value.items():
                at, keys = f"{place}.{key[:40]}".lstrip("."), above | {key}
                work.append((at[-200:], inner, depth + 1, keys))
                if not WORDS & above:
                    yield _Entry(ascii(at)[1:-1], key, inner, value, bool(keys & _LINKS), bool(keys & _DIALECTS))
        elif isinstance(value, list):
            work += [(f"{place}[{at}]", item, depth + 1, above) for at, item in enumerate(value)]
        elif isinstance(value, float) and not math.isfinite(value):
            reading.refuse(place, "is no finite number")


def _check_paths(reading: _Reading, entry: _Entry) -> None:
    """Judge the files of a resource: one, or the parts of one."""
    names = entry.value if isinstance(entry.value, list) else [entry.value]
    if not names or not all(isinstance(name, str) for name in names):
        reading.refuse(entry.place, "is neither the name of a file nor a list of such names")
    reading.paths.update(names)
    if len(reading.paths) > MOST_FILES:
        reading.refuse(entry.place, f"is where more than {MOST_FILES:,} files are named; split the package")
    for name in names:
        reading.judge(entry.place, file_fault(reading.folder, name))


def _check_patterns(reading: _Reading, entry: _Entry, patterns: list[str]) -> None:
    reading.patterns.update(patterns)
    if len(reading.patterns) > MOST_PATTERNS:
        reading.refuse(entry.place, f"follows {MOST_PATTERNS} other patterns; use enumerations, or fewer of them")
    for pattern in patterns:
        reading.judge(entry.place, pattern_fault(pattern))
