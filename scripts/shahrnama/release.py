"""Release: what readers are served at one moment, as a folder of its own; the newest few stay, to go back to.

`build/releases/<id>/` holds databases, metadata, pages and files as they stood when they were published, as links to
the same bytes: the stages never write into a file that stands. `build/releases/current` names the one that is wanted.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from shahrnama.atomic import fingerprint, read_json, sha256, swap_folder, write_json
from shahrnama.errors import ReleaseError

if TYPE_CHECKING:  # the keeper of the port does without what building needs
    from shahrnama.catalog import House

KEPT = 3
ID_LENGTH = 12  # hex digits: enough for ten thousand releases a day for a century
CURRENT, MANIFEST = "current", "release.json"
DATABASES = ("shahrnama.db", "registers/registers.db")
PARTS = (*DATABASES, "metadata.yml", "html", "files")
SOURCES = ("mkdocs.yml", "site")  # beside the data, what pages are made of
SOFTWARE = Path(__file__).parent


def release_id(house: House) -> str:
    """The name of what would be published now: the same for the same data, texts and software, at any time."""
    data = [house.database, house.registers, house.metadata, *house.packages.glob("*/datapackage.json")]
    authored = [path for name in SOURCES for path in (house.root / name, *(house.root / name).rglob("*"))]
    software = [path for path in SOFTWARE.rglob("*") if path.suffix in {".py", ".html", ".css", ".js", ".yaml"}]
    digests = [fingerprint(path for path in part if path.is_file()) for part in (data, authored, software)]
    return hashlib.sha256("".join(digests).encode()).hexdigest()[:ID_LENGTH]


def make_release(house: House) -> Path:
    """Put what stands published into a release, make it the current one, and drop the oldest; returns its folder."""
    release = release_id(house)
    place = house.releases / release
    told = {"release": release, "databases": {name: sha256(house.build / name) for name in _there(house.build)}}
    if read_json(place / MANIFEST) != told:
        fresh = house.releases / f"{release}.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        for part in PARTS:
            _link(house.build / part, fresh / part)
        write_json(fresh / MANIFEST, told)
        swap_folder(fresh, place)
    os.utime(place / MANIFEST)  # a release that is made again is the newest
    point(house.releases, release)
    _prune(house.releases)
    return place


def releases(folder: Path) -> list[str]:
    """Names of the releases that stand, the newest first."""
    found = sorted(folder.glob(f"*/{MANIFEST}"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    return [path.parent.name for path in found if not path.parent.is_symlink() and not path.parent.suffix]


def current(folder: Path) -> str | None:
    """The release that is wanted, or None where none was made yet."""
    place = folder / CURRENT
    return place.readlink().name if place.is_symlink() else None


def point(folder: Path, release: str) -> None:
    """Want another release; ReleaseError where it is not there. A server that runs takes it within a second."""
    if release not in releases(folder):
        raise ReleaseError(f"no release {release} in {folder}; there are: {', '.join(releases(folder)) or 'none'}")
    fresh = folder / f"{CURRENT}.{os.getpid()}"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(release)
    fresh.replace(folder / CURRENT)


def before(folder: Path) -> str:
    """The release before the current one; ReleaseError where there is none."""
    names = releases(folder)
    older = names[names.index(current(folder) or "") + 1 :] if current(folder) in names else names
    if not older:
        raise ReleaseError(f"{folder} has no release before {current(folder) or 'the first'}")
    return older[0]


def unsound(place: Path) -> str | None:
    """Why a release must not be served, in one line; None where its databases are those that were published."""
    told = read_json(place / MANIFEST)
    if not told:
        return f"{place} is no release; run `shahrnama publish`"
    for name, digest in told["databases"].items():
        if not (place / name).is_file() or sha256(place / name) != digest:
            return f"{place / name} is not what was published; go back with `shahrnama release back`"
    return None


def _there(folder: Path) -> list[str]:
    return [name for name in DATABASES if (folder / name).is_file()]


def _link(source: Path, place: Path) -> None:
    """The same files at another place: links where the disk can, copies where it cannot."""
    place.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, place, copy_function=_same)
    elif source.is_file():
        _same(str(source), str(place))


def _same(source: str, place: str) -> str:
    try:
        os.link(source, place)
    except OSError:
        shutil.copy2(source, place)
    return place


def _prune(folder: Path) -> None:
    for name in releases(folder)[KEPT:]:
        if name != current(folder):
            shutil.rmtree(folder / name)
