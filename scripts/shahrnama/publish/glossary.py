"""Glossary: the English of names that a source gives in Persian alone, as descriptors declare it (`names_en`).

A key may have slots, `"انبار داده‌های {}": "Data store of {}"`, each for another name of the glossary or a number; lists
of known names (« ، » or « › » between them) are known too. A name of which any part is not known stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from shahrnama.persian import ascii_digits, persian_digits

SLOT = "{}"
LISTS = (("، ", ", "), (" › ", " › "))  # how names are strung together in Persian, and in English
LONGEST = 300  # letters of a name: more is a text, and nobody's name


class Glossary:
    """English by Persian name."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = {persian_digits(name): said for name, said in names.items() if SLOT not in name}
        self._patterns = [(_pattern(name), said) for name, said in names.items() if SLOT in name]
        self._found: dict[str, str | None] = {}

    @classmethod
    def of(cls, packages: Iterable[Mapping[str, Any]]) -> Glossary:
        """What the descriptors of all packages declare."""
        return cls({name: said for package in packages for name, said in (package.get("names_en") or {}).items()})

    def english(self, name: str) -> str | None:
        """The name in English, beginning with a capital; None where it is not known."""
        said = self._said(persian_digits(name)) if len(name) <= LONGEST else None
        return said and said[:1].upper() + said[1:]

    def html(self, name: str) -> str | None:
        """The same as HTML that keeps the source's own name, for who hovers over it and for the search."""
        english = self.english(name)
        return english and f'<bdi title="{escape(name)}">{escape(english)}</bdi>'

    def _said(self, name: str) -> str | None:
        if name not in self._found:
            self._found[name] = self._names.get(name) or self._composed(name) or self._listed(name)
        return self._found[name]

    def _composed(self, name: str) -> str | None:
        for pattern, said in self._patterns:
            found = pattern.fullmatch(name)
            slots = found.groups() if found else ()
            parts = [ascii_digits(slot) if slot.isdigit() else self._said(slot) for slot in slots]
            if parts and None not in parts:
                return said.format(*parts)
        return None

    def _listed(self, name: str) -> str | None:
        for mark, english in LISTS:
            parts = [self._said(part) for part in name.split(mark)] if mark in name else []
            if parts and None not in parts:
                return english.join(part for part in parts if part)
        return None


def _pattern(name: str) -> re.Pattern[str]:
    return re.compile("(.+)".join(re.escape(persian_digits(part)) for part in name.split(SLOT)))
