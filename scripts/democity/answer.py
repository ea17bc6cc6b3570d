"""Answers of the city hall, before they go on the wire."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC
from email.utils import format_datetime
from typing import Any

from democity.generator import CLOCK


@dataclass(frozen=True)
class Answer:
    """Status, media type and body; `page` of `pages` where it is one of several, for faults to strike."""

    status: int
    media_type: str
    body: bytes
    page: int = 0
    pages: int = 0

    @property
    def headers(self) -> dict[str, str]:
        """Validators of RFC 9110, 8.8: a strong ETag, and the moment at which the city stands still."""
        return {
            "Content-Type": f"{self.media_type}; charset=utf-8",
            "ETag": f'"{hashlib.sha256(self.body).hexdigest()[:32]}"',
            "Last-Modified": format_datetime(CLOCK.astimezone(UTC), usegmt=True),
        }


def as_json(content: Any, status: int = 200, page: int = 0, pages: int = 0) -> Answer:
    """An answer in JSON."""
    return Answer(status, "application/json", json.dumps(content, ensure_ascii=False).encode(), page, pages)
