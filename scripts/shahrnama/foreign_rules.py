"""What an entry of a descriptor from elsewhere may not say: each rule gives the reason, or None. See `foreign`."""

from __future__ import annotations

import re
import stat
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any
from unicodedata import category

from shahrnama.patterns import is_linear

MOST_COLUMNS = 1_000
LONGEST_PATH = 1_000

FORBIDDEN = {
    "trusted": "asks to be trusted",
    "innerpath": "names a file inside an archive",
    "compression": "names a compressed file",
    "basepath": "moves the base of its paths",
    "extrapaths": "names further files beside its paths",
    "checklist": "brings its own checks",
    "checks": "brings its own checks",
    "pipeline": "brings its own steps",
    "steps": "brings its own steps",
    "transform": "brings its own steps",
}
PROFILES = {"data-package", "tabular-data-package", "fiscal-data-package", "data-resource", "tabular-data-resource"}
STANDARD = re.compile(
    r"https://datapackage\.org/profiles/[12]\.0/(datapackage|dataresource|tableschema|tabledialect)\.json"
)
LINK_KEYS = {"path", "url", "href", "homepage", "image"}

_SCHEME = re.compile(r"\s*[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_WEB = re.compile(r"(https?://|mailto:)[^\s\\]+", re.IGNORECASE)


def entry_fault(key: str, value: Any, *, is_dialect: bool) -> str | None:
    """Why an entry that a tool may act on is refused; `is_dialect` where it stands in a dialect or a control."""
    if key in FORBIDDEN:
        return f"{FORBIDDEN[key]}, which a descriptor from elsewhere may not"
    if key in _JUDGES:
        return _JUDGES[key](value)
    if is_dialect and isinstance(value, str) and _is_address(value):
        return f"holds the address {short(value)}; a dialect only says how a text is cut"
    return None


def link_fault(value: Any) -> str | None:
    """Why a link for readers is refused: it may be an address of the web, or a name like any other."""
    return None if not isinstance(value, str) or _WEB.fullmatch(value) else name_fault(value)


def name_fault(name: str) -> str | None:
    """Why a text is not plainly the name of a file below the folder."""
    parts = name.split("/")
    if any(category(letter) in ("Cc", "Cs") for letter in name):
        return f"holds a control character: {short(name)}"
    if len(name) > LONGEST_PATH:
        return f"is {len(name):,} characters long; a path has at most {LONGEST_PATH:,}"
    if _is_address(name):
        return f"is the address {short(name)}; put the file beside the descriptor"
    if "\\" in name:
        return f"holds a backslash: {short(name)}; folders are told apart by /"
    if not name.strip() or name.startswith("/"):
        return f"is empty or absolute: {short(name)}; name a file beside the descriptor"
    if ".." in parts or any(part.startswith("~") for part in parts):
        return f"leaves the package's folder: {short(name)}"
    return None


def file_fault(folder: Path, name: str) -> str | None:
    """Why a name is not that of a plain file below the folder, with no symbolic link on the way to it."""
    wrong = name_fault(name)
    if wrong:
        return wrong
    parts = PurePosixPath(name).parts
    at = folder
    for number, part in enumerate(parts, start=1):
        at = at / part
        try:
            mode = at.lstat().st_mode
        except OSError as error:
            return f"names {short(name)}, which cannot be had: {error.strerror}"
        if stat.S_ISLNK(mode):
            return f"leads through a symbolic link: {short(name)}; put the file itself there"
        if not (stat.S_ISREG(mode) if number == len(parts) else stat.S_ISDIR(mode)):
            return f"names {short(name)}, which is no plain file in plain folders"
    return None if parts else "names the package's folder, not a file in it"


def pattern_fault(pattern: str) -> str | None:
    """Why a pattern is refused."""
    if is_linear(pattern):
        return None
    return f"is {short(pattern)}, which is not provably quick to match; leave it one way to match a text"


def short(value: Any) -> str:
    """A value as one short piece of ASCII."""
    text = str(value)
    return ascii(text) if len(text) <= 80 else f"{text[:80]!a} and so on"


def _is_address(text: str) -> bool:
    return bool(_SCHEME.match(text)) or "://" in text


def _name(value: Any) -> str | None:
    return name_fault(value) if isinstance(value, str) else None


def _profile(value: Any) -> str | None:
    is_known = isinstance(value, str) and value in PROFILES
    return None if is_known else f"is {short(value)}; only the profiles of the standard are known here"


def _standard(value: Any) -> str | None:
    is_known = isinstance(value, str) and STANDARD.fullmatch(value)
    return None if is_known else f"is {short(value)}; only the schemas of the standard are known here"


def _reference(value: Any) -> str | None:
    is_inside = isinstance(value, str) and value.startswith("#")
    return None if is_inside else f"refers to {short(value)}; write the object out"


def _scheme(value: Any) -> str | None:
    return None if value in ("", "file") else f"is {short(value)}; only files beside the descriptor are read"


def _data(value: Any) -> str | None:
    return "is text; inline data is a list or an object" if isinstance(value, str) else None


def _fields(value: Any) -> str | None:
    if not isinstance(value, list | dict) or len(value) <= MOST_COLUMNS:
        return None
    return f"has {len(value):,} columns; a table has at most {MOST_COLUMNS:,}"


_JUDGES: dict[str, Callable[[Any], str | None]] = {
    **dict.fromkeys(("schema", "dialect", "package", "catalog", "inquiry", "extends", "jsonSchema"), _name),
    **dict.fromkeys(("$ref", "$dynamicRef", "$recursiveRef"), _reference),
    "profile": _profile,
    "$schema": _standard,
    "scheme": _scheme,
    "data": _data,
    "fields": _fields,
}
