"""E-mail addresses and car plates: what is known by signs and letters rather than by a checksum.

Iranian plates: two digits, a letter, three digits, and the two digits of the province behind «ایران»; people write the
parts in several orders. `و` between numbers is mostly "and", Latin letters are mostly measures: those need «ایران» or a
word such as پلاک. Every pattern is bounded, so that no text makes the search go back further than a few characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_SIGN = re.compile(r"[ \n]{0,2}(?:@|[\[({] ?at ?[\])}])[ \n]{0,2}", re.IGNORECASE)
_WORD_SIGN = re.compile(r" {1,2}at {1,2}", re.IGNORECASE)
_LOCAL = re.compile(r"[A-Za-z0-9._%+\-]{0,63}[A-Za-z0-9_%+\-]\Z")
_LABEL = r"[A-Za-z0-9\-]{1,63}"
_DOT_WORD = r" {0,2}[\[({] ?dot ?[\])}] {0,2}| {1,2}dot {1,2}"
_DOMAIN = re.compile(
    rf"{_LABEL}(?:(?: ?\.| \. |{_DOT_WORD}){_LABEL}){{0,7}}(?: ?\.| \. |{_DOT_WORD})[A-Za-z]{{2,24}}", re.I
)
_SPELT = re.compile(rf"{_LABEL}(?:(?:{_DOT_WORD}){_LABEL}){{0,7}}(?:{_DOT_WORD})[A-Za-z]{{2,24}}", re.IGNORECASE)
_LOCAL_LENGTH = 64  # characters, RFC 5321, 4.5.3.1.1

_GAP = r"[ \n\-/._()]{0,3}"
_PERSIAN = "(?:الف|[بپتثجچحخدذرزژسشصضطظعغفقکگلمنهی])"
_ANY = "(?:الف|[آ-یA-Za-z])"
_IRAN = "(?:ایران|IR)"  # may touch the number before, unlike digits
_D2, _D3 = "[0-9]{2}", "[0-9]{3}"
_SAID = re.compile("پلاک|خودرو|ماشین|اتومبیل|موتور|تاکسی|وانت|plate|car", re.IGNORECASE)
_SAID_BEFORE = 24  # characters
_PLATES = tuple(
    (re.compile(rf"(?:(?<![0-9])|(?={_IRAN})){pattern}(?![0-9])"), needs_word)
    for pattern, needs_word in (
        (rf"{_D2}{_GAP}{_ANY}{_GAP}{_D3}{_GAP}{_IRAN}{_GAP}{_D2}", False),
        (rf"{_IRAN}{_GAP}{_D2}{_GAP}{_D3}{_GAP}{_ANY}{_GAP}{_D2}", False),
        (rf"{_IRAN}{_GAP}{_D2}{_GAP}{_D2}{_GAP}{_ANY}{_GAP}{_D3}", False),
        (rf"{_D2}{_GAP}{_IRAN}{_GAP}{_D3}{_GAP}{_ANY}{_GAP}{_D2}", False),
        (rf"{_D3}{_GAP}{_ANY}{_GAP}{_D2}{_GAP}{_IRAN}{_GAP}{_D2}", False),
        (rf"{_D2}{_GAP}{_PERSIAN}{_GAP}{_D3}{_GAP}{_D2}", False),
        (rf"{_D2}{_GAP}{_ANY}{_GAP}{_D3}{_GAP}{_D2}", True),
    )
)
_LIKE_A_PLATE = re.compile(rf"[0-9]{{2}}{_GAP}{_ANY}{_GAP}[0-9]{{2}}")  # in each of them


def emails(text: str) -> Iterator[tuple[int, int]]:
    """Stretches of a view's text that are e-mail addresses, with `@`, `[at]`, `(at)`, or ` at ` and ` dot `."""
    for pattern, domains in ((_SIGN, _DOMAIN), (_WORD_SIGN, _SPELT)):
        at = 0
        for sign in pattern.finditer(text):
            domain = domains.match(text, sign.end())
            local = _LOCAL.search(text, max(at, sign.start() - _LOCAL_LENGTH), sign.start()) if domain else None
            if domain and local:
                at = domain.end()
                yield local.start(), at


def plates(text: str) -> Iterator[tuple[int, int]]:
    """Stretches of a view's text that are number plates of cars."""
    for pattern, needs_word in _PLATES if _LIKE_A_PLATE.search(text) else ():
        for found in pattern.finditer(text):
            before = text[max(0, found.start() - _SAID_BEFORE) : found.start()]
            if not needs_word or _SAID.search(before):
                yield found.span()
