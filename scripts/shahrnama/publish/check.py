"""The last check before readers see files or pages: no personal data, in whatever form it came through."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from shahrnama.catalog import House
from shahrnama.errors import PublishError
from shahrnama.publish.speak_up import contact
from shahrnama.screen import screen

JUDGED = ".db"  # a database in a folder is a copy of one that was checked when it was built
Check = Callable[[Path], None]


def accept(_: Path) -> None:
    """Nothing is checked: for callers that publish to nobody."""


def no_personal_data(house: House) -> Check:
    """A check of a folder, or a file, that is about to be published; it raises PublishError with the first place."""

    def check(place: Path) -> None:
        public = [contact(house)] if contact(house) else []
        inside = sorted(path for path in place.rglob("*") if path.is_file() and path.suffix != JUDGED)
        paths = [place] if place.is_file() else inside
        found = list(screen(house, public, paths=paths))
        if found:
            more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
            raise PublishError(f"{found[0].line()}{more}; what was published before stays")

    return check
