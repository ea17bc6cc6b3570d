"""Bytes to text by evidence, never by a header's word: what `charset=` or a file's name says is wrong too often.

Order: byte order mark, strict UTF-8, UTF-16 by where its NUL bytes stand, Windows-1256 where the letters look Persian.
Everything else is refused, because a wrong guess would publish broken names in silence.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from shahrnama.errors import ParseError

MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
NUL_SHARE = 0.02  # of UTF-16 units: even prose without digits has a space or a line end in every fifty letters
NUL_ASYMMETRY = 20  # UTF-16 has NULs at one parity; U+0600, U+2000 and the like put a few at the other
LIKELY_SHARE = 0.9  # of letters that must be plausible: French, Greek or Cyrillic bytes stay below it
MIXED_SHARE = 0.1  # of Arabic letters that may touch a Latin one: Spanish or German accents all do

_LIKELY = re.compile(r"[\t\n\r -~\u00a0-\u024f\u0600-\u06ff\u2000-\u206f\ufb50-\ufeff]")
_ARABIC = re.compile(r"[\u060c\u061b\u061f\u0621-\u06ff\u200c-\u200f\u00ab\u00bb\u00a0]")  # with ، ؛ ؟, ZWNJ, « »
_MIXED = re.compile(r"[A-Za-z](?=[\u0621-\u06ff])|(?<=[\u0621-\u06ff])[A-Za-z]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_LINE_END = re.compile(rb"\r\n|\r|\n")


@dataclass(frozen=True)
class Decoded:
    """A text, and the encoding that its bytes showed (a name that `bytes.decode` knows)."""

    text: str
    encoding: str


def decode(body: bytes) -> Decoded:
    """The text of `body` without its byte order mark; ParseError names the first byte that no encoding explains.

    A lone NUL in UTF-8 text passes: it is a character there, and the format's parser refuses it.
    """
    for mark, encoding in MARKS.items():
        if body.startswith(mark):
            return Decoded(_strict(body[len(mark) :], encoding, len(mark)), encoding)
    for encoding in _utf16(body):
        text = body.decode(encoding, "replace")
        if len(_LIKELY.findall(text)) >= LIKELY_SHARE * len(text):
            return Decoded(_strict(body, encoding, 0), encoding)
    try:
        return Decoded(body.decode("utf-8"), "utf-8")
    except UnicodeDecodeError as error:
        if _looks_persian(body):
            return Decoded(body.decode("cp1256"), "windows-1256")
        raise ParseError(
            f"{_where(body, error.start)} is not UTF-8, and the letters are not Persian in Windows-1256 either; "
            "save the file as UTF-8"
        ) from error


def _strict(body: bytes, encoding: str, mark: int) -> str:
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        where = f"byte {error.start + mark}" if "16" in encoding else _where(body, error.start, mark)
        raise ParseError(
            f"{where} is not {encoding.upper()}, which the file says or shows itself to be; save the file as UTF-8"
        ) from error


def _where(body: bytes, at: int, mark: int = 0) -> str:
    line = len(_LINE_END.findall(body, 0, at)) + 1
    return f"byte {at + mark} (0x{body[at]:02X}) on line {line}"


def _utf16(body: bytes) -> list[str]:
    """The UTF-16 that the NULs speak for: Latin letters, digits and line ends have one at the same side of each."""
    high, low = body[1::2].count(0), body[::2].count(0)
    if len(body) % 2 or max(high, low) < max(1, NUL_SHARE * len(body) / 2):
        return []
    if high >= NUL_ASYMMETRY * low:
        return ["utf-16-le"]
    return ["utf-16-be"] if low >= NUL_ASYMMETRY * high else []


def _looks_persian(body: bytes) -> bool:
    text = body.decode("cp1256")
    if _CONTROL.search(text):
        return False
    high = sum(1 for letter in text if letter > "\x7f")
    arabic = len(_ARABIC.findall(text))
    return arabic >= LIKELY_SHARE * high and len(_MIXED.findall(text)) <= MIXED_SHARE * arabic
