"""Swap: want another release, and see that the server took it, or want the former one again."""

from __future__ import annotations

import http.client
import time
from pathlib import Path
from urllib.parse import urlsplit

from shahrnama.errors import ReleaseError
from shahrnama.release import before, current, point

WAIT_SECONDS = 60  # a worker starts and is checked in a few
LOOK_SECONDS = 0.3


def swap(folder: Path, release: str | None, address: str, wait_seconds: float = WAIT_SECONDS) -> str:
    """Want `release` (the one before the current where it is None); returns what came of it, in one line.

    Raises ReleaseError where there is no such release, or where the server at `address` does not take it; then the
    former one is wanted again.
    """
    former, wanted = current(folder), release or before(folder)
    point(folder, wanted)
    if served(address) is None:
        return f"release {wanted} is current; no server answers at {address}, the next one that starts will serve it"
    end = time.monotonic() + wait_seconds
    while (found := served(address)) != wanted:
        if time.monotonic() > end:
            if former:
                point(folder, former)
            raise ReleaseError(f"the server at {address} stays with {found}; its log says why. {former} is current")
        time.sleep(LOOK_SECONDS)
    return f"release {wanted} is current and served at {address}"


def served(address: str) -> str | None:
    """The release that a server names, or None where none answers."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port, timeout=10)
    try:
        connection.request("HEAD", "/")
        return connection.getresponse().getheader("x-release")
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
