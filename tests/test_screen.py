"""The last look at what is about to be published: personal data is found wherever it hides, and nothing else is."""

from __future__ import annotations

import gzip
import io
import json
import re
import shutil
import sqlite3
import time
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest

from democity.generator import generate
from shahrnama.catalog import House
from shahrnama.identifiers import known, normal, places
from shahrnama.load import load
from shahrnama.privacy import findings, may_hold
from shahrnama.publish.files import write_files
from shahrnama.screen import Leak, declared, published, recognise, screen
from small_city import field as column
from small_city import promote, promote_city, resource
from test_privacy import FOUND

PHONE = "09120001234"
SPACED = "۰۹۱۲\u200c۰۰۰\u200c۱۲۳۴"
WANTED = known([PHONE])


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A small city's packages, files, database and two pages, without personal data."""
    house = House.at(tmp_path_factory.mktemp("screen"))
    promote_city(house)
    load(house)
    write_files(house)
    (house.html / "search").mkdir(parents=True)
    (house.html / "index.html").write_text(PAGE, encoding="utf-8")
    index = {"docs": [{"location": "", "title": "خانه", "text": "۲۲ منطقه"}]}
    (house.html / "search" / "search_index.json").write_text(json.dumps(index), encoding="utf-8")
    return house


@pytest.fixture
def house(clean: House, tmp_path: Path) -> House:
    """A copy that a test may spoil."""
    shutil.copytree(clean.build, tmp_path / "build")
    return House.at(tmp_path)


PAGE = """<!doctype html><html lang="fa"><head><title>شهر</title><meta name="description" content="دادهٔ باز">
<script type="application/ld+json">{"@type": "Dataset", "name": "شهر", "identifier": "10100171920"}</script>
<style>a{color:#912000}</style></head><body><p title="۱۴۰۵/۰۸/۳۰">۱۲٬۳۴۵٬۶۷۸٬۹۰۱ ریال، شناسهٔ ملی ۱۰۱۰۰۱۷۱۹۲۰</p>
<svg viewBox="0 0 0935 0005678"><path d="M 0935 000 5678 L 021 55001234"/><text x="1">35.701, 51.404</text></svg>
<code>3a09350005678bcd</code> <time datetime="2026-03-21T00:00:00Z">2026-03-21</time>
<a href="/db/requests?_next=1405-0001234">1</a> <a href="?p=2">2</a></body></html>"""


def test_a_clean_build_has_no_leak(clean: House) -> None:
    assert list(screen(clean)) == []
    assert list(recognise(clean, WANTED)) == []


def in_csv(house: House, text: str) -> None:
    path = house.packages / "service_requests" / "services.demo.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("نشت آب", f"نشت آب {text}"), encoding="utf-8")


def in_excel_csv(house: House, text: str) -> None:
    path = house.files / "districts" / "districts.excel.csv"
    path.write_bytes(path.read_bytes().replace("منطقهٔ ۵".encode(), f'"تلفن: {text}"'.encode()))


def in_descriptor(house: House, text: str) -> None:
    path = house.packages / "districts" / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    package["resources"][0]["schema"]["fields"][1]["description"] += f" {text}"
    path.write_text(json.dumps(package), encoding="utf-8")  # in \\u escapes, where the digits are Persian


def in_zip(house: House, text: str) -> None:
    with zipfile.ZipFile(house.files / "districts" / "districts.zip", "a") as archive:
        inner = io.BytesIO()
        with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as nested:
            nested.writestr("note.txt", f"بنویسید: {text}")
        archive.writestr("notes.zip", inner.getvalue(), zipfile.ZIP_DEFLATED)


def in_page(before: str, after: str) -> Callable[[House, str], None]:
    def plant(house: House, text: str) -> None:
        path = house.html / "index.html"
        path.write_text(path.read_text(encoding="utf-8").replace(before, after.format(text)), encoding="utf-8")

    return plant


def in_search_index(house: House, text: str) -> None:
    path = house.html / "search" / "search_index.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"title"', f'"note": "تماس {text}", "title"'), "utf-8")


def in_gzip(house: House, text: str) -> None:
    (house.html / "sitemap.xml.gz").write_bytes(gzip.compress(f"<urlset><loc>/{text}/</loc></urlset>".encode()))


def in_utf_16(house: House, text: str) -> None:
    (house.html / "old.txt").write_bytes(f"تلفن\n{text}\n".encode("utf-16"))


def in_utf_16_without_a_mark(house: House, text: str) -> None:
    (house.files / "old.bin").write_bytes(b"\xff\xfe\x81" + f"office {text} .".encode("utf-16-be"))


def in_report(house: House, text: str) -> None:
    house.reports.mkdir()
    (house.reports / "districts.json").write_text(json.dumps({"problems": [{"message": f"bad {text}"}]}))


def changed(house: House, *statements: str, vacuum: bool) -> None:
    with closing(sqlite3.connect(house.database, isolation_level=None)) as database:
        database.execute("PRAGMA secure_delete = OFF")
        for statement in statements:
            database.execute(statement)
        if vacuum:
            database.execute("VACUUM")


def in_cell(house: House, text: str) -> None:
    changed(house, f"UPDATE service_requests SET status_notes = 'زنگ بزنید {text}' WHERE rowid = 1", vacuum=True)


def in_full_text_index_only(house: House, text: str) -> None:
    """The row was indexed with the number and masked afterwards: VACUUM cleans the table, not its index."""
    digits = text.replace("\u200c", " ").translate({0x06F0 + value: str(value) for value in range(10)})
    add = f"INSERT INTO service_requests_fts (rowid, description) VALUES (99, 'not 0912000 but {digits} now')"
    changed(house, add, vacuum=True)
    assert digits.encode() not in house.database.read_bytes(), "terms that share a prefix are cut"


def in_freed_page(house: House, text: str) -> None:
    long = f"{text} " + "نامه " * 2000
    changed(house, "CREATE TABLE draft (note TEXT)", f"INSERT INTO draft VALUES ('{long}')", vacuum=False)
    changed(house, "DROP TABLE draft", vacuum=False)


def in_deleted_row(house: House, text: str) -> None:
    changed(
        house,
        "CREATE TABLE draft (note TEXT)",
        "INSERT INTO draft VALUES ('first')",
        f"INSERT INTO draft VALUES ('to be gone: {text} .')",
        "DELETE FROM draft WHERE rowid = 2",
        vacuum=False,
    )


LD = '"name": "شهر"'
PLANTS: dict[str, tuple[Callable[[House, str], None], str, str]] = {
    "CSV cell": (in_csv, "packages/service_requests/services.demo.csv", "row 3 column service_name"),
    "CSV for Excel": (in_excel_csv, "files/districts/districts.excel.csv", "row 3 column name_fa"),
    "descriptor": (in_descriptor, "packages/districts/datapackage.json", "$.resources[0].schema.fields[1].description"),
    "zip in a zip": (in_zip, "files/districts/districts.zip", "member notes.zip member note.txt line 1"),
    "text of a page": (in_page("دادهٔ", "{}"), "html/index.html", "line 1 <meta> attribute content"),
    "title attribute": (in_page('title="۱۴۰۵', 'title="{} ۱۴۰۵'), "html/index.html", "line 3 <p> attribute title"),
    "link": (in_page('<a href="/db', '<a href="tel:{}/db'), "html/index.html", "line 6 <a> attribute href"),
    "marked-up text": (in_page("ریال", "<b>تلفن</b> {}"), "html/index.html", "line 3 text"),
    "text in SVG": (in_page("35.701", "{} m"), "html/index.html", "line 4 text"),
    "comment": (in_page("</body>", "<!-- {} --></body>"), "html/index.html", "line 6 comment"),
    "JSON-LD": (in_page(LD, '"telephone": "{}"'), "html/index.html", "line 2 <script> $.telephone"),
    "search index": (in_search_index, "html/search/search_index.json", "$.docs[0].note"),
    "gzip": (in_gzip, "html/sitemap.xml.gz", "line 1 text"),
    "UTF-16": (in_utf_16, "html/old.txt", "line 2"),
    "UTF-16 without a mark": (in_utf_16_without_a_mark, "files/old.bin", "bytes"),
    "report": (in_report, "reports/districts.json", "$.problems[0].message"),
    "database cell": (in_cell, "shahrnama.db", "table service_requests row 1 column status_notes"),
    "full-text index only": (in_full_text_index_only, "shahrnama.db", "full-text index service_requests_fts row 99"),
    "freed page": (in_freed_page, "shahrnama.db", "(free)"),
    "deleted row": (in_deleted_row, "shahrnama.db", "page"),
}


@pytest.mark.parametrize("text", [PHONE, SPACED], ids=["digits", "Persian digits with half-spaces"])
@pytest.mark.parametrize("where", PLANTS)
def test_a_planted_number_is_found_and_located(house: House, where: str, text: str) -> None:
    plant, file, place = PLANTS[where]
    plant(house, text)
    leaks = list(screen(house))
    assert {(leak.file, leak.kind) for leak in leaks} == {(file, "mobile")}, leaks
    assert any(place in leak.place for leak in leaks), leaks
    for leak in [*leaks, *recognise(house, WANTED)]:
        assert not re.search(r"\d{7}", leak.line()), "the datum itself is told"


@pytest.mark.parametrize("text", [PHONE, SPACED, "+98 912 000 1234"], ids=["digits", "half-spaces", "+98"])
@pytest.mark.parametrize("where", PLANTS)
def test_a_number_that_was_masked_is_recognised(house: House, where: str, text: str) -> None:
    plant, file, _ = PLANTS[where]
    plant(house, text.replace("+", "") if where == "full-text index only" else text)
    assert {leak.file for leak in recognise(house, WANTED)} == {file}


@pytest.mark.parametrize(
    "escaped",
    [json.dumps(SPACED), "".join(f"&#{ord(char)};" for char in SPACED), "/?q=" + quote(SPACED)],
    ids=["JSON", "HTML", "address"],
)
def test_escapes_hide_nothing(house: House, escaped: str) -> None:
    (house.html / "page.html").write_text(f"<p title='{escaped}'></p>", encoding="ascii")
    assert [leak.file for leak in recognise(house, WANTED)] == ["html/page.html"]


@pytest.mark.parametrize(
    ("identifier", "spelled"),
    [
        ("shahrvand12@example.org", "به Shahrvand12@Example.org."),
        ("۱۲ ب ۳۴۵ ایران ۸۸", "ایران ۸۸ - ۳۴۵ ب ۱۲"),
        ("IR062960000000100324200001", "شبا ۰۶۲۹۶۰۰۰۰۰۰۰۱۰۰۳۲۴۲۰۰۰۰۱"),
        ("0084575948", "کد 008-457594-8 است"),
        ("۰۲۱-۵۵۰۰۱۲۳۴", "(98 21) 5500 12 34"),
        ("۰۹۱۲۰۰۰۱۲۳۴", "９１２ ０００ １２３４"),
        ("09120001234", "x00989120001234x"),
    ],
    ids=["e-mail", "plate", "IBAN", "national ID", "landline", "full-width digits", "inside"],
)
def test_every_spelling_of_an_identifier_is_recognised(identifier: str, spelled: str) -> None:
    assert list(places(f"پیش {spelled} پس", known([identifier])))
    assert repr(known([identifier])) == "Known(1 identifiers)"


@pytest.mark.parametrize(
    "text", ["2026-03-21 0912", "35.715298, 51.404343", "09120001235", "1405-0001234", "0912,0001234"]
)
def test_what_is_not_the_identifier_is_not_recognised(text: str) -> None:
    assert list(places(text, WANTED)) == []


@pytest.mark.parametrize("text", [text for text, kind in FOUND if kind])
def test_nothing_that_privacy_finds_is_passed_over_by_the_trigger(text: str) -> None:
    assert findings(text)
    assert may_hold(text)


def test_nothing_that_is_planted_in_the_city_is_passed_over() -> None:
    assert all(may_hold(found.text) for found in generate(scale=0.5).planted)


@pytest.mark.parametrize("unit", ["1", "1 ", "09", "@", "a@a", "a@a.", "12ب", "12ب34", "1\u200c", "2026-03-21 "])
def test_the_time_grows_with_the_text_and_not_with_its_square(unit: str) -> None:
    wanted = known([PHONE, "a@example.org", "۱۲ ب ۳۴۵ ایران ۸۸"])

    def seconds(length: int) -> float:
        text, best = unit * (length // len(unit)), float("inf")
        for _ in range(3):
            start = time.process_time()
            list(places(text, wanted))
            may_hold(text)
            best = min(best, time.process_time() - start)
        return best

    # Sixteen times the text: 16 where the work is linear, 256 where it is quadratic.
    assert seconds(160_000) < 64 * max(seconds(10_000), 0.0005)


def test_an_integer_and_an_email_in_an_index_are_recognised(house: House) -> None:
    changed(
        house,
        "CREATE TABLE numbers (phone INTEGER)",
        "INSERT INTO numbers VALUES (9120001234)",
        "INSERT INTO service_requests_fts (rowid, description) VALUES (98, 'mail shahrvand12@example.org')",
        vacuum=True,
    )
    wanted = known([PHONE, "shahrvand12@example.org"])
    assert [leak.place for leak in recognise(house, wanted)] == [
        "table numbers column phone", "full-text index service_requests_fts"
    ]  # fmt: skip


def test_what_is_declared_public_is_no_leak(house: House) -> None:
    office = resource("offices", "office_id", [column("office_id"), column("phone")], [("1", "021-55001234")])
    promote(house, "offices", [office], contributors=[{"title": "Open data", "email": "opendata@example.org"}])
    assert [(leak.place, leak.kind) for leak in screen(house)] == [("row 2 column phone", "landline")]
    assert declared(house) == {"opendata@example.org"}
    assert list(screen(house, allowed=["(021) 5500 1234"])) == []
    shown = json.dumps({"contact": "OpenData@example.org"})
    (house.html / "about.json").write_text(shown)
    assert list(screen(house, allowed=["02155001234"])) == []


def test_one_form_for_every_spelling() -> None:
    assert {normal(text) for text in ("09120001234", SPACED, "+98 (912) 000-1234", "00989120001234")} == {"9120001234"}


def test_the_whole_build_of_the_demonstration_city_has_no_leak(city: House) -> None:
    assert len(published(city)) > 50
    assert [leak.line() for leak in screen(city)] == []


def test_nothing_that_was_planted_in_the_demonstration_city_stands_in_any_published_byte(city: House) -> None:
    city_hall = generate()
    planted, set_aside = city_hall.planted, {found.service_request_id for found in city_hall.broken}
    wanted = known([found.text for found in planted])
    with closing(sqlite3.connect(city.database)) as database:
        (masked,) = database.execute("SELECT count(*) FROM service_requests WHERE description LIKE '%]%'").fetchone()
    assert masked == len({found.service_request_id for found in planted} - set_aside) > 200
    assert list(recognise(city, wanted)) == []


def test_the_captures_would_be_recognised(city: House, tmp_path: Path) -> None:
    """The same search over what the city sent, which is never published, finds it: the search itself works."""
    bodies = [path for path in city.captures.rglob("*") if path.is_file()]
    wanted = known([found.text for found in generate().planted])
    assert list(recognise(city, wanted, bodies))
    assert all(isinstance(leak, Leak) for leak in screen(city, paths=bodies[:1]))
