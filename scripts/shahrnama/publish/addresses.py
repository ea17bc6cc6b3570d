"""Addresses: keys of the data as parts of addresses of pages, pictures and feeds."""

from __future__ import annotations

import hashlib
import re

SAFE_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}")


def address_part(key: object) -> str:
    """A key as one part of an address: itself where it is plain, else a short digest, never a path of its own."""
    text = str(key)
    return text if SAFE_KEY.fullmatch(text) else hashlib.sha256(text.encode()).hexdigest()[:16]
