"""The page on quality: what the registers hold, in people's words, and links that lead to the rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lamps import gate, good, take, write
from shahrnama.catalog import House
from shahrnama.publish.files import write_files
from shahrnama.publish.pages import dataset_page
from shahrnama.publish.quality_page import quality_page
from shahrnama.publish.quality_words import QUALITY_WORDS
from shahrnama.publish.site import Site

CORRECTION: dict[str, Any] = {
    "key": {"lamp_id": "l000"},
    "field": "watt_count",
    "expect": 40,
    "value": 60,
    "reason": "دلیل <فارسی>",
    "reason_en": "an <English> reason",
    "upstream": "acknowledged",
}


@pytest.fixture
def house(tmp_path: Path) -> House:
    found = House.at(tmp_path)
    write(
        found, expect={"min_rows": 1, "quarantine_share": 0.5}, corrections=[CORRECTION], title="چراغ", title_en="Lamps"
    )
    take(found, [*good(3), {"lamp_id": "bad", "watt_count": 0}])
    gate(found)
    return found


EXPECTED = {
    "fa": [
        *("از ۱۰۰", "بیرون از قاعده", "ردیف کنار گذاشته شد", "نهاد صاحب داده", "نباید کمتر از ۱ باشد"),
        *("دلیل &lt;فارسی&gt;", "پذیرفتند"),
    ],
    "en": [
        *("of 100", "Breaks a rule", "row set aside", "the source's office", "must not be less than 1"),
        *("an &lt;English&gt; reason", "acknowledged"),
    ],
}


@pytest.mark.parametrize("language", ["fa", "en"])
def test_scores_issues_and_corrections_are_told(house: House, language: Any) -> None:
    text = quality_page(Site(house), language)
    assert [word for word in EXPECTED[language] if word not in text.replace("&#x27;", "'")] == []
    assert "<del>40</del> → <ins>60</ins>" in text
    assert "/db/registers/issues?dataset=lamps&amp;state_code=open&amp;kind=constraint_error" in text
    assert QUALITY_WORDS[language]["no_masked"] in text


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_datasets_own_page_links_to_its_score(house: House, language: Any) -> None:
    site = Site(house)
    write_files(house)
    text = dataset_page(site, site.packages[0], language)
    assert 'href="../../quality/#lamps"' in text
    assert QUALITY_WORDS[language]["set_aside"] in text


def test_every_word_is_there_in_both_languages() -> None:
    assert set(QUALITY_WORDS["fa"]) == set(QUALITY_WORDS["en"])
    assert all(QUALITY_WORDS[language][name] for language in QUALITY_WORDS for name in QUALITY_WORDS[language])
