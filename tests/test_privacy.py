"""Personal data in free text: what is found in every spelling, and what is left alone."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest

from democity.generator import generate
from shahrnama.privacy import PLACEHOLDERS, findings, is_national_id, mask

FOUND = [
    ("شماره من 09120001234 است", "mobile"),
    ("شماره من ۰۹۱۲۰۰۰۱۲۳۴ است", "mobile"),
    ("شماره من ٠٩١٢٠٠٠١٢٣٤ است", "mobile"),
    ("0912 000 1234", "mobile"),
    ("0912-000-12-34", "mobile"),
    ("0912\u200c000\u200c1234", "mobile"),
    ("\u202a+98 912 000 1234\u202c", "mobile"),
    ("00989120001234", "mobile"),
    ("9120001234", "mobile"),
    ("021-55001234", "landline"),
    ("(021) 5500 1234", "landline"),
    ("تلفن ۵۵۰۰۱۲۳۴", "landline"),
    ("کد ملی 0084575948", "national_id"),
    ("کد ملی ۰۰۸-۴۵۷۵۹۴-۸", "national_id"),
    ("IR062960000000100324200001", "iban"),
    ("IR06 2960 0000 0010 0324 2000 01", "iban"),
    ("شبا ۰۶۲۹۶۰۰۰۰۰۰۰۱۰۰۳۲۴۲۰۰۰۰۱", "iban"),
    ("6037 9910 0000 0003", None),
    ("4111 1111 1111 1111", "card"),
    ("۴۱۱۱۱۱۱۱۱۱۱۱۱۱۱۱", "card"),
    ("به shahrvand.1@example.org بنویسید", "email"),
    ("پلاک ۱۲ ب ۳۴۵ ایران ۸۸", "plate"),
    ("12ب345 88", "plate"),
    ("ایران ۸۸ - ۳۴۵ ب ۱۲", "plate"),
]


@pytest.mark.parametrize(("text", "kind"), FOUND, ids=[text for text, _ in FOUND])
def test_every_spelling_is_found(text: str, kind: str | None) -> None:
    assert [finding.kind for finding in findings(text)] == ([kind] if kind else [])


@pytest.mark.parametrize(
    "text",
    [
        "سامانهٔ 137 و 1888 و اورژانس 115",
        "در سال ۱۴۰۵/۰۸/۳۰ ساعت ۱۴:۰۵",
        "2026-03-21T00:00:00Z",
        "شمارهٔ درخواست 1405-0001234",
        "بودجه ۱۲٬۳۴۵٬۶۷۸٬۹۰۱ ریال",
        "مبلغ 12,500,000,000 ریال",
        "35.715298, 51.404343",
        "منطقهٔ ۱۲، کوچهٔ ۵، طبقهٔ ۳",
        "پروانهٔ ۱۲۳۴۵۶۷۸",
        "1234567890",
        "قیمت 4111111111111112",
        "نامه‌ای @ نوشتم",
        "۲۲ منطقه و ۳۷۴ محله",
        "",
    ],
)
def test_ordinary_numbers_are_left_alone(text: str) -> None:
    assert findings(text) == []
    assert mask(text) == text


def test_positions_are_those_of_the_text_as_given() -> None:
    text = "تماس: ۰۹۱۲۰۰۰۱۲۳۴ یا a@example.org."
    assert [text[found.start : found.end] for found in findings(text)] == ["۰۹۱۲۰۰۰۱۲۳۴", "a@example.org"]
    assert mask(text) == "تماس: [شماره همراه] یا [رایانامه]."


@pytest.mark.parametrize("text", [text for text, kind in FOUND if kind])
def test_masking_again_changes_nothing(text: str) -> None:
    once = mask(text)
    assert once != text
    assert mask(once) == once
    assert findings(once) == []


def test_several_in_one_text_do_not_hide_each_other() -> None:
    text = "09120001234 09350001234 کد ملی 0084575948 کارت 4111111111111111"
    assert [found.kind for found in findings(text)] == ["mobile", "mobile", "national_id", "card"]


def test_everything_planted_in_the_demonstration_city_is_found() -> None:
    city = generate(scale=1.0)
    texts = {record["service_request_id"]: record["description"] for record in city.requests}
    missed = [
        planted for planted in city.planted if PLACEHOLDERS[planted.kind] not in mask(texts[planted.service_request_id])
    ]
    assert len(city.planted) > 200
    assert missed == []


def test_the_demonstration_city_is_not_masked_where_nothing_was_planted() -> None:
    city = generate(scale=0.3)
    planted = {found.service_request_id for found in city.planted}
    clean = [record["description"] for record in city.requests if record["service_request_id"] not in planted]
    assert [text for text in clean if findings(text)] == []


ADVERSARIAL = {
    "digits": "1",
    "digits and spaces": "1 ",
    "mobile prefixes": "09",
    "at signs": "@",
    "almost addresses": "a@a",
    "dots": "a.",
    "plates": "12ب",
    "half-spaces": "1\u200c",
    "IR": "IR0",
}


@pytest.mark.parametrize("unit", ADVERSARIAL.values(), ids=ADVERSARIAL)
def test_the_time_grows_with_the_text_and_not_with_its_square(unit: str) -> None:
    def seconds(length: int) -> float:
        text = unit * (length // len(unit))
        best = float("inf")
        for _ in range(3):
            start = time.perf_counter()
            mask(text)
            best = min(best, time.perf_counter() - start)
        return best

    # Sixteen times the text: 16 where the work is linear, 256 where it is quadratic.
    assert seconds(160_000) < 64 * max(seconds(10_000), 0.0005)


def test_national_ids_are_told_as_others_tell_them(shared: Path) -> None:
    lines = json.loads((shared / "persian/national-id/py-persian-tools_asserts.json").read_text())
    asserted = [(re.match(r"national_id\.validate\('(.{10})'\)", line), line) for name in lines for line in lines[name]]
    told = {found.group(1): "is False" not in line for found, line in asserted if found}  # ten: shorter ones lost zeros
    assert len(told) > 10
    assert {digits: is_national_id(digits) for digits in told} == told
