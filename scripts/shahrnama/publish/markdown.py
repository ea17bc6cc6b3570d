"""Small pieces of plain Markdown: nothing that only one site generator knows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any

from shahrnama.persian import Language, display_date, display_time

_SPECIAL = re.compile(r"([\\`*_{}\[\]|#])")
LONGEST_CELL = 90  # characters: a first look at a row, not its whole text


def plain(value: str) -> str:
    """Text that Markdown leaves alone: special characters escaped, no line breaks."""
    return _SPECIAL.sub(r"\\\1", escape(" ".join(value.split()), quote=False))


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table; cells are Markdown already."""
    lines = [f"| {' | '.join(header)} |", "|" + "---|" * len(header)]
    return ["", *lines, *(f"| {' | '.join(row)} |" for row in rows), ""]


def moment(value: str, language: Language) -> str:
    """A date or UTC time: Jalali (or Gregorian) to read, ISO for machines, the other calendar on hover."""
    show = display_time if "T" in value else display_date
    other: Language = "en" if language == "fa" else "fa"
    return f'<time datetime="{escape(value)}" title="{show(value, other)}">{show(value, language)}</time>'


def front_matter(**values: Any) -> list[str]:
    """YAML front matter; JSON is YAML, and quotes what needs it."""
    pairs = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in values.items() if value is not None]
    return ["---", *pairs, "---", ""]


def add_front_matter(path: Path, values: dict[str, Any]) -> None:
    """Put keys into a page's front matter, before those that it has; JSON is YAML."""
    markdown = path.read_text(encoding="utf-8")
    rest = markdown.removeprefix("---\n") if markdown.startswith("---\n") else f"---\n\n{markdown}"
    lines = "".join(f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in values.items())
    path.write_text(f"---\n{lines}{rest}", encoding="utf-8")
