"""What readers type into filters: days and months in either calendar, digits, names of codes and rows, columns."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import parse_qsl, urlencode

import pytest
from datasette.app import Datasette

from shahrnama.datasette_plugin.cells import Labels
from shahrnama.datasette_plugin.days import moments
from shahrnama.datasette_plugin.errors import UNREAD, Unread
from shahrnama.datasette_plugin.known import Known
from shahrnama.datasette_plugin.typed import Columns, tidied
from shahrnama.persian import jalali
from small_datasette import Ask, asking, small_datasette

REQUESTS = "/shahrnama/service_requests"
PLACE = ("city", "cards")
COLUMNS = Columns(
    Known(
        types={
            PLACE: {
                "opened_date": "TEXT",
                "changed_at": "TEXT",
                "jalali_month": "TEXT",
                "district_id": "INTEGER",
                "status_code": "TEXT",
                "is_late": "INTEGER",
                "cost_irr": "INTEGER",
                "name": "TEXT",
                "_odd": "TEXT",
            }
        },
        metadata={
            "city": {
                "tables": {
                    "cards": {
                        "column_values": {"status_code": {"stopped": "متوقف", "done": "پایان‌یافته", "shut": "بسته"}},
                        "column_values_en": {"status_code": {"stopped": "stopped", "done": "closed", "shut": "closed"}},
                    }
                }
            }
        },
        labels=Labels(
            names={("city", "districts"): {"12": ("منطقهٔ ۱۲", "District 12"), "1": ("منطقهٔ ۱", "District 1")}},
            references={(*PLACE, "district_id"): "districts"},
        ),
    ),
    *PLACE,
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Datasette:
    """One Datasette over a small city."""
    return small_datasette(tmp_path_factory.mktemp("city"), suggest_facets=False)


@pytest.fixture(scope="module")
def ask(served: Datasette) -> Ask:
    answers = asking(served)
    answers("/")  # Datasette starts with the first
    return answers


def read(typed: str) -> str:
    key, _, value = typed.partition("=")
    return "&".join(f"{key}={value}" for key, value in tidied(COLUMNS, [(key, value)]))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("opened_date__gt=۱ فروردین ۱۴۰۳", "opened_date__gt=2024-03-20"),
        ("opened_date__gt=۱۴۰۳ فروردین ۱", "opened_date__gt=2024-03-20"),
        ("opened_date__gte=1 Farvardin 1403", "opened_date__gte=2024-03-20"),
        ("opened_date=۱ فروردین‌ماه ۱۴۰۳", "opened_date=2024-03-20"),
        ("opened_date__lt=1403-01-01", "opened_date__lt=2024-03-20"),
        ("opened_date=20 March 2024", "opened_date=2024-03-20"),
        ("opened_date=۲۰۲۴/۳/۲۰", "opened_date=2024-03-20"),
        ("opened_date=2024-03-20", "opened_date=2024-03-20"),
        ("opened_date__gt=۱۴۰۳", "opened_date__gt=2025-03-20"),
        ("opened_date__gte=سال ۱۴۰۳", "opened_date__gte=2024-03-20"),
        ("opened_date__lt=۱۴۰۳", "opened_date__lt=2024-03-20"),
        ("opened_date__lte=۱۴۰۳", "opened_date__lte=2025-03-20"),
        ("opened_date=۱۴۰۳", "opened_date__gte=2024-03-20&opened_date__lte=2025-03-20"),
        ("opened_date__startswith=۱۴۰۳", "opened_date__gte=2024-03-20&opened_date__lte=2025-03-20"),
        ("opened_date__gt=Aban 1405", "opened_date__gt=2026-11-21"),
        ("opened_date__lt=اسفند ۱۴۰۴", "opened_date__lt=2026-02-20"),
        ("opened_date__in=1403/01/01، ۲ فروردین ۱۴۰۳", "opened_date__in=2024-03-20,2024-03-21"),
        ("opened_date__startswith=2024-0", "opened_date__startswith=2024-0"),
        ("opened_date__like=2024-%", "opened_date__like=2024-%"),
        ("opened_date__isnull=1", "opened_date__isnull=1"),
        ("opened_date=", "opened_date="),
    ],
)
def test_days_are_read_in_either_calendar(typed: str, meant: str) -> None:
    assert read(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("changed_at__gte=۱۴۰۵/۰۸/۰۱", "changed_at__gte=2026-10-22T20:30:00Z"),
        ("changed_at__gt=۱ آبان ۱۴۰۵", "changed_at__gte=2026-10-23T20:30:00Z"),
        ("changed_at__lt=۱ آبان ۱۴۰۵", "changed_at__lt=2026-10-22T20:30:00Z"),
        ("changed_at__lte=۱ آبان ۱۴۰۵", "changed_at__lt=2026-10-23T20:30:00Z"),
        ("changed_at=۱ آبان ۱۴۰۵", "changed_at__gte=2026-10-22T20:30:00Z&changed_at__lt=2026-10-23T20:30:00Z"),
        ("changed_at__date=1405-08-01", "changed_at__gte=2026-10-22T20:30:00Z&changed_at__lt=2026-10-23T20:30:00Z"),
        ("changed_at__gt=۱ آبان ۱۴۰۵، ۱۴:۰۵", "changed_at__gte=2026-10-23T10:36:00Z"),
        ("changed_at__gt=2026-10-22", "changed_at__gt=2026-10-22"),
        ("changed_at__date=2026-10-22", "changed_at__date=2026-10-22"),
        ("changed_at=2026-10-22T21:18:00Z", "changed_at=2026-10-22T21:18:00Z"),
        ("changed_at__startswith=2026-1", "changed_at__startswith=2026-1"),
        ("changed_at__lt=1400-06-30", "changed_at__lt=2021-09-20T19:30:00Z"),
        ("jalali_month=۱۴۰۵-۰۸", "jalali_month=1405-08"),
        ("jalali_month__gt=۱۴۰۵/۸", "jalali_month__gt=1405-08"),
        ("jalali_month=آبان ۱۴۰۵", "jalali_month=1405-08"),
        ("jalali_month=Aban 1405", "jalali_month=1405-08"),
        ("jalali_month__gt=۱۴۰۴", "jalali_month__gt=1404-12"),
        ("jalali_month=۱۴۰۴", "jalali_month__gte=1404-01&jalali_month__lte=1404-12"),
        ("jalali_month__startswith=1404", "jalali_month__startswith=1404"),
    ],
)
def test_times_and_months_are_those_of_tehran(typed: str, meant: str) -> None:
    assert read(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("district_id=منطقهٔ ۱۲", "district_id=12"),
        ("district_id__not=district 12", "district_id__not=12"),
        ("district_id__in=منطقه 12، ۱", "district_id__in=12,1"),
        ("DISTRICT_ID=۱۲", "district_id=12"),
        ("cost_irr__gt=۱٬۰۰۰٬۰۰۰", "cost_irr__gt=1000000"),
        ("cost_irr__gt=1,000.5", "cost_irr__gt=1000.5"),
        ("cost_irr__lt=-5", "cost_irr__lt=-5"),
        ("cost_irr__startswith=۱۲", "cost_irr__startswith=12"),
        ("status_code=متوقف", "status_code=stopped"),
        ("status_code=Stopped", "status_code=stopped"),
        ("status_code=پایان یافته", "status_code=done"),
        ("status_code=closed", "status_code=closed"),  # two have this name
        ("status_code__contains=متوقف", "status_code__contains=متوقف"),
        ("is_late=بله", "is_late=1"),
        ("name=كتاب", "name=كتاب"),
        ("_odd__exact=x", "_odd__exact=x"),
        ("rowid=۳", "rowid=3"),
        ("_sort=name", "_sort=name"),
        ("_nope=1", "_nope=1"),
        ("utm_source=telegram", ""),
        ("fbclid=x1", ""),
    ],
)
def test_digits_names_and_columns_are_read(typed: str, meant: str) -> None:
    assert read(typed) == meant


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("opened_date__gt=۱۴۰۴/۱۲/۳۰", "no_day"),
        ("opened_date=۳۱ مهر ۱۴۰۴", "no_day"),
        ("opened_date=2026-02-29", "no_day"),
        ("opened_date=۱۴۰۴/۱۳", "no_day"),
        ("opened_date__gt=دیروز", "not_a_day"),
        ("opened_date__gt=۱ آبان ۲۰۲۶", "not_a_day"),
        ("opened_date=آبان", "not_a_day"),
        ("opened_date=۱", "not_a_day"),
        ("opened_date=5/6/2024", "not_a_day"),
        ("opened_date__not=۱۴۰۳", "one_day"),
        ("opened_date__in=۱۴۰۳", "one_day"),
        ("opened_date__like=۱۴۰۳%", "one_day"),
        ("changed_at__not=۱ آبان ۱۴۰۵", "one_day"),
        ("changed_at__in=۱ آبان ۱۴۰۵", "one_day"),
        ("changed_at__gt=2026-13-01", "no_day"),
        ("changed_at__gt=۱ آبان ۱۴۰۵، ۲۵:۰۰", "no_day"),
        ("jalali_month=۱۴۰۵/۱۳", "no_month"),
        ("jalali_month=۱ آبان ۱۴۰۵", "no_month"),
        ("jalali_month__in=۱۴۰۵", "no_month"),
        ("district_id=منطقهٔ ۳۰", "no_number"),
        ("cost_irr__gt=زیاد", "no_number"),
        ("nope=1", "no_column"),
        ("nope__gt=1", "no_column"),
        ("name__after=1", "no_operator"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(typed: str, key: str) -> None:
    with pytest.raises(Unread) as refused:
        read(typed)
    assert refused.value.key == key
    for language in ("fa", "en"):
        assert refused.value.read in refused.value.words(language)[0]  # type: ignore[arg-type]


def test_every_refusal_is_told_in_both_languages() -> None:
    for (fa, en), advice in UNREAD.values():
        assert fa.count("{}") == en.count("{}") == 1
        assert all(advice)


@pytest.mark.parametrize("day", ["1400-01-02", "1400-06-31", "1403-12-30", "1405-08-01"])
def test_a_day_begins_and_ends_where_the_calendar_says(day: str) -> None:
    begins, after = (datetime.fromisoformat(text) for text in moments(day))
    second = timedelta(seconds=1)
    told = [jalali(f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}") for moment in (begins, after - second)]
    assert told == [day, day]
    assert jalali(f"{begins - second:%Y-%m-%dT%H:%M:%SZ}") != day
    assert jalali(f"{after:%Y-%m-%dT%H:%M:%SZ}") != day


@pytest.mark.parametrize("ending", ["", ".json", ".csv"])
def test_an_address_is_sent_on_to_what_it_means_in_every_format(ask: Ask, ending: str) -> None:
    answer = ask(f"{REQUESTS}{ending}", district_id="۵", _size="1", name="")
    assert answer.status_code == 400  # no column `name`
    answer = ask(f"{REQUESTS}{ending}", district_id="منطقهٔ ۵", _size="1", status_code="باز", description="")
    address, _, query = answer.headers["location"].partition("?")
    assert (answer.status_code, address) == (302, f"{REQUESTS}{ending}")
    assert parse_qsl(query, keep_blank_values=True) == [
        ("district_id", "5"), ("_size", "1"), ("status_code", "open"), ("description", "")
    ]  # fmt: skip
    assert ask(f"{REQUESTS}{ending}", **dict(parse_qsl(query, keep_blank_values=True))).status_code == 200


@pytest.mark.parametrize(
    ("query", "fa", "en"),
    [
        ({"nope": "1"}, "ستونی به نام «nope» ندارد", "no column “nope”"),
        ({"_form": "1", "_filter_column": "requested_at", "_filter_op": "gt", "_filter_value": "۱۴۰۴/۱۲/۳۰"},
         "چنین روزی نیست: ۱۴۰۴/۱۲/۳۰. تاریخ را مانند", "no such day: ۱۴۰۴/۱۲/۳۰. Write a date"),
        ({"district_id": "<b>"}, "این ستون عدد دارد", "holds numbers"),
    ],
)  # fmt: skip
def test_refusals_say_what_was_read_and_how_to_write_it(ask: Ask, query: dict[str, str], fa: str, en: str) -> None:
    for words, language in ((fa, {}), (en, {"_lang": "en"})):
        page = ask(REQUESTS, **query, **language)
        assert page.status_code == 400
        assert words in unescape(page.text)
        assert "<b>." not in page.text
        for ending in (".json", ".csv"):
            told = ask(f"{REQUESTS}{ending}", **query, **language)
            assert (told.status_code, told.json()["ok"]) == (400, False)
            assert words in f"{told.json()['error']} {told.json()['advice']}"


def test_what_is_filtered_is_told_as_the_cells_have_it(ask: Ask) -> None:
    query = {"requested_at__gte": "2026-10-22T20:30:00Z", "requested_at__lt": "2026-10-23"}
    page = ask(REQUESTS, **query).text
    chips = page[page.index('class="chips"') :]
    assert [said in chips for said in ("<b>۱ آبان ۱۴۰۵، ۰۰:۰۰</b>", "<b>۲۰۲۶-۱۰-۲۳</b>")] == [True, True]


def test_other_addresses_keep_their_parameters(served: Datasette) -> None:
    for path in ("/shahrnama", f"{REQUESTS}/a", "/-/search", "/shahrnama/what_changed"):
        answer = asyncio.run(served.client.get(f"{path}?{urlencode({'nope': '۱', 'district_id': '۱'})}"))
        assert answer.status_code in {200, 404}
