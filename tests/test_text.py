"""Bytes to text: what the bytes show, whatever the header says."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from shahrnama.errors import ParseError
from shahrnama.formats.text import decode

PERSIAN = "شناسه,نام\r\n1,پارک ملت\r\n2,«گل‌ها» و کوچهٔ چمن؟\r\n"
ARABIC_LETTERS = PERSIAN.replace("ی", "ي").replace("ٔ", "")  # what Windows-1256 can hold


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (PERSIAN.encode(), "utf-8"),
        (codecs.BOM_UTF8 + PERSIAN.encode(), "utf-8"),
        (codecs.BOM_UTF16_LE + PERSIAN.encode("utf-16-le"), "utf-16-le"),
        (codecs.BOM_UTF16_BE + PERSIAN.encode("utf-16-be"), "utf-16-be"),
        (PERSIAN.encode("utf-16-le"), "utf-16-le"),
        (PERSIAN.encode("utf-16-be"), "utf-16-be"),
    ],
    ids=["UTF-8", "UTF-8 mark", "UTF-16 LE mark", "UTF-16 BE mark", "UTF-16 LE", "UTF-16 BE"],
)
def test_every_unicode_form_gives_the_same_text(body: bytes, encoding: str) -> None:
    decoded = decode(body)
    assert (decoded.text, decoded.encoding) == (PERSIAN, encoding)


def test_windows_1256_is_known_by_its_letters() -> None:
    decoded = decode(ARABIC_LETTERS.encode("cp1256"))
    assert (decoded.text, decoded.encoding) == (ARABIC_LETTERS, "windows-1256")


@pytest.mark.parametrize("text", ["a,b\r\n1,2\r\n", "", "é\n"], ids=["ASCII", "nothing", "one accent"])
def test_plain_text_is_utf_8(text: str) -> None:
    assert decode(text.encode()).encoding == "utf-8"


def test_ascii_in_utf_16_is_not_taken_for_utf_8_with_nuls() -> None:
    assert decode("a,b\n1,2\n".encode("utf-16-le")).text == "a,b\n1,2\n"


def test_a_lone_nul_stays_for_the_parser_to_refuse() -> None:
    assert decode(b"a,b\n1,\x00\n").text == "a,b\n1,\0\n"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("nom,ville\n1,Besançon\n2,Orléans\n".encode("latin-1"), r"byte 17 \(0xE7\) on line 2 is not UTF-8"),
        ("nombre\nAsunción\nMálaga\nJaén\n".encode("latin-1"), "on line 2 is not UTF-8"),
        ("Straße\nMünchen\nKöln, Bäder\n".encode("latin-1"), "on line 1"),
        ("имя\nМосква и область\n".encode("cp1251"), "on line 1"),
        ("όνομα\nΑθήνα και Πειραιάς\n".encode("iso8859-7"), "on line 1"),
        ("نام\nمدينة كبيرة وهي لي\n".replace("نام", "اسم").encode("iso8859-6"), "on line 1"),
        (codecs.BOM_UTF8 + b"a\r\nb\rc\n\xff", r"byte 10 \(0xFF\) on line 4 is not UTF-8, which the file says"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8a\x00", "byte 2 is not UTF-16-LE"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff", r"byte 0 \(0x89\) on line 1"),
        ((PERSIAN * 10_000).encode() + b"\xe9\n", "on line 30001 is not UTF-8"),
    ],
    ids=[
        "French",
        "Spanish",
        "German",
        "Russian",
        "Greek",
        "ISO 8859-6",
        "mark lies",
        "half a pair",
        "PNG",
        "late byte",
    ],
)
def test_what_no_encoding_explains_is_named_with_its_line(body: bytes, says: str) -> None:
    with pytest.raises(ParseError, match=says) as raised:
        decode(body)
    assert "\n" not in str(raised.value)


def test_recorded_twins_give_the_same_text(shared: Path) -> None:
    folder = shared / "persian/encoding"
    unicode, windows = (decode((folder / f"uchardet_ar_{name}.txt").read_bytes()) for name in ("utf-8", "windows-1256"))
    assert (unicode.encoding, windows.encoding) == ("utf-8", "windows-1256")
    assert unicode.text == windows.text


def test_recorded_mark_is_taken_off(shared: Path) -> None:
    decoded = decode((shared / "persian/encoding/counties_utf8bom_semicolon.csv").read_bytes())
    assert decoded.text.startswith("id;name")
    assert decoded.text.replace(";", ",") == decode((shared / "persian/divisions/csv/counties.csv").read_bytes()).text


def test_recorded_files_of_other_scripts_are_refused(shared: Path) -> None:
    for name in ("table-infer-iso-8859-7.csv", "latin1.csv", "table-with-accents.csv", "issue-811.csv"):
        with pytest.raises(ParseError, match="is not UTF-8"):
            decode((shared / "tabular/frictionless-py" / name).read_bytes())
