"""Pages that folders declare: one a row, with names for keys; and that no cell of the data becomes markup on them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from shahrnama.atomic import read_json
from shahrnama.catalog import House, catalog
from shahrnama.errors import PublishError
from shahrnama.load import load
from shahrnama.publish.addresses import address_part
from shahrnama.publish.amounts import said_days, said_rials, said_share
from shahrnama.publish.cells import shown
from shahrnama.publish.files import write_files
from shahrnama.publish.generate import said_first
from shahrnama.publish.glossary import Glossary
from shahrnama.publish.portal import write_docs, write_portal
from shahrnama.publish.sheet import Cell, sheet
from shahrnama.publish.texts import LANGUAGES
from small_city import field, promote, published, resource
from test_portal import HOSTILE, dangers

ROOT = Path(__file__).parents[1]
TIMES = """
address: "districts/{district_id}"
of: "districts"
needs: ["response_times"]
label: "منطقه"
label_en: "District"
queries:
  times:
    table: "response_times"
    filter: ["district_id"]
    sql: "SELECT service_code, district_id, open_count FROM response_times WHERE district_id = :district_id"
  names: "SELECT name_fa, name_en FROM districts WHERE district_id = :district_id"
"""


@pytest.fixture
def house(tmp_path: Path) -> House:
    return published(tmp_path)


def declare(house: House, kind: str, declared: str, persian: str, english: str = "# Title\n") -> None:
    folder = house.datasets / "service_requests" / "pages"
    folder.mkdir(parents=True, exist_ok=True)
    for suffix, text in (("yaml", declared), ("fa.md", persian), ("en.md", english)):
        (folder / f"{kind}.{suffix}").write_text(text, encoding="utf-8")


def page(house: House, address: str, language: str = "fa") -> str:
    write_docs(house)
    return (house.docs / language / f"{address}.md").read_text(encoding="utf-8")


def test_a_description_ends_before_the_next_heading() -> None:
    assert said_first("# **Title**\n\nWhat it says.\n## Districts\n\nMore") == ("Title", "What it says.")
    assert said_first("# Title\n## At once\n\nWhat it says.") == ("Title", "What it says.")


def test_a_row_has_a_page_with_titles_and_names_in_both_languages(house: House) -> None:
    template = '# {{ name("districts", row.district_id) }}\n\n{{ table("times") }}\n\n{{ table("names") }}'
    declare(house, "district", TIMES, template, template)
    persian, english = page(house, "districts/5"), page(house, "districts/12", "en")
    assert '\ntitle: "منطقهٔ ۵"\n' in persian
    assert "<th scope=col>ستون open_count</th>" in persian
    assert "<bdi>چراغ خیابان</bdi>" in persian  # a foreign key by the name behind it
    assert '<a href="../../districts/5/"><bdi>منطقهٔ ۵</bdi></a>' in persian  # and as a link where it has a page
    assert "ستون name_en" not in persian  # of a pair in both languages, the reader's
    assert "District 12" in english
    assert "/db/shahrnama/response_times?district_id=5" in persian
    assert "/files/service_requests/response_times.demo.csv" in persian


def test_tables_of_one_page_are_told_apart_by_ear(house: House) -> None:
    declare(house, "district", TIMES, '# عنوان\n\n{{ table("times") }}\n\n{{ table("times") }}\n\n{{ table("names") }}')
    labels = re.findall(r'aria-label="(.*?)"', page(house, "districts/5"))
    assert labels[1] == f"{labels[0]} (۲)"
    assert len(set(labels)) == 3


CURVES = """
address: "curves"
queries:
  open:
    table: "districts"
    sql: >-
      SELECT district_id, json_object('1404-11', 2, '1404-12', district_id) AS months, 7 AS n FROM districts ORDER BY 1
    columns: {months: {title: "ماه به ماه", title_en: "Month by month", curve: "open_count"}, n: {title: "ن"}}
"""


def test_a_curve_in_a_table_has_its_words_and_its_numbers_below(house: House) -> None:
    declare(house, "curves", CURVES, '# عنوان\n\n{{ table("open") }}', '# Title\n\n{{ table("open") }}')
    persian, english = page(house, "curves"), page(house, "curves", "en")
    assert "<title>از ۲ در بهمن ۱۴۰۴ به ۱۲ در اسفند ۱۴۰۴، ۲ ماه</title>" in persian
    assert "<title>from 2 in Bahman 1404 to 12 in Esfand 1404, 2 months</title>" in english
    folded = english[english.index("<summary>Numbers of the curves: Month by month</summary>") :]
    assert re.findall(r"<th scope=col>([^<]+)<", folded) == ["district_id", "Bahman 1404", "Esfand 1404"]
    assert re.findall(r'<td class="n">([^<]+)<', folded) == ["2", "1", "2", "5", "2", "12"]


def test_a_cell_that_is_no_curve_names_its_page(house: House) -> None:
    declare(house, "curves", CURVES.replace("json_object('1404-11', 2, '1404-12', district_id)", "'x'"),
            '# عنوان\n\n{{ table("open") }}')  # fmt: skip
    with pytest.raises(PublishError, match=r"curves\.fa\.md of service_requests: 'x' is no curve"):
        write_docs(house)


def test_a_table_too_wide_for_a_phone_stays_a_table_and_names_each_cell() -> None:
    row = [Cell("<b>1</b>", True), *[Cell("x " * 20)] * 3]
    narrow, wide = sheet('"a" table', ["n", "b"], [row[:2]]), sheet("t", ["n", "<b>", "c", "d"], [row])
    assert "role=table" not in narrow
    assert 'aria-label="&quot;a&quot; table"' in narrow
    assert [wide.count(f"role={name}") for name in ("table", "rowgroup", "row", "columnheader", "cell")] == [
        1, 2, 4, 4, 4,
    ]  # fmt: skip
    assert '<td class="n" role=cell data-label="n"><b>1</b></td><td role=cell data-label="&lt;b&gt;">x x' in wide


NAMES = {
    "آسفالت": "asphalt",
    "نگهداری {}": "Care of {}",
    "{} در {}": "{} in {}",
    "منطقهٔ {}": "District {}",
    "معابر": "streets",
}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("آسفالت", "Asphalt"),
        ("نگهداری معابر در منطقهٔ 5", "Care of streets in District 5"),
        ("آسفالت، معابر", "Asphalt, streets"),
        ("معابر › آسفالت", "Streets › asphalt"),
        ("نگهداری بوستان", None),
        ("آسفالت، بوستان", None),
        ("نگهداری ", None),
        ("", None),
        ("asphalt", None),
        ("۵", None),
        ("معابر در " * 500, None),
    ],
)
def test_a_name_is_put_into_english_whole_or_not_at_all(name: str, said: str | None) -> None:
    assert Glossary(NAMES).english(name) == said


def test_english_pages_name_in_english_what_the_source_names_in_persian_alone(house: House) -> None:
    promote(house, "notes", [resource("notes", "note_id", [field("note_id", required=True), field("note")],
                                      [("1", "آسفالت"), ("2", "بوستان")], table={"label_column": "note"})],
            names_en=NAMES)  # fmt: skip
    load(house)
    write_files(house)
    template = '# {{ row.note }}\n\n{{ link("notes", row.note_id) }} {{ table("notes") }}'
    query = 'queries: {notes: "SELECT note FROM notes"}'
    declare(house, "note", f'address: "notes/{{note_id}}"\nof: "notes"\n{query}\n', template, template)
    english, persian = page(house, "notes/1", "en"), page(house, "notes/1")
    assert '\ntitle: "Asphalt"\n' in english
    assert '\n# <bdi title="آسفالت">Asphalt</bdi>\n' in english
    assert '<a href="../../notes/1/"><bdi>Asphalt</bdi></a>' in english
    assert '<td><bdi title="آسفالت">Asphalt</bdi></td>' in english
    assert '<td><bdi lang="fa">بوستان</bdi></td>' in english
    assert "Asphalt" not in persian


def test_the_descriptors_agree_on_the_english_of_a_name() -> None:
    said: dict[str, set[str]] = {}
    for dataset in catalog(ROOT / "datasets"):
        for name, english in (dataset.descriptor.get("names_en") or {}).items():
            said.setdefault(name, set()).add(english)
    assert {name: english for name, english in said.items() if len(english) > 1} == {}


@pytest.mark.parametrize(
    ("first", "is_labelled"), [("<b>District 5</b>", False), ("<time>۲۰ بهمن</time>", True), ("3", True)]
)
def test_a_card_is_headed_by_a_name_alone_and_by_a_date_or_number_with_its_column(
    first: str, is_labelled: bool
) -> None:
    row = [Cell(first), *[Cell("x " * 20)] * 4]
    assert ('data-label="a"' in sheet("t", list("abcde"), [row])) == is_labelled


@pytest.mark.parametrize(
    ("columns", "cell", "is_cards"),
    [
        (5, Cell("1,200", True), False),
        (7, Cell("1,200", True), True),
        (3, Cell("text of a row in several words"), False),
        (4, Cell("text of a row in several words"), True),
        (2, Cell("123,456,789,012,345,678,901", True), True),
        (2, Cell("<svg><title>a long description of what is drawn there</title></svg>12 → 13", True), False),
    ],
)
def test_only_what_a_phone_has_no_room_for_becomes_cards(columns: int, cell: Cell, is_cards: bool) -> None:
    assert ("data-label" in sheet("t", ["Short"] * columns, [[cell] * columns])) == is_cards


def test_a_page_says_that_its_data_is_fictional_where_it_is(house: House) -> None:
    for kind, needs, expected in (("a", "times", "true"), ("b", "names", "false"), ("c", "times names", '"some"')):
        shown = "".join(f'{{{{ table("{name}") }}}}' for name in needs.split())
        declare(house, kind, TIMES.replace("districts/{", f"{kind}/{{"), f"# عنوان\n\n{shown}")
        assert f"\ndemo: {expected}\n" in page(house, f"{kind}/5")


def test_parts_of_other_folders_join_a_page_in_their_order(house: House) -> None:
    declare(house, "district", TIMES, '# عنوان\n\n{{ parts() }}\n\n{{ parts("last") }}')
    for kind, more in (("z", "order: 1"), ("a", "order: 2"), ("m", 'slot: "last"'), ("gone", 'needs: ["nowhere"]')):
        declare(house, kind, f'part_of: "district"\n{more}\n', f"بخش {kind} {{{{ row.name_fa }}}}", "part")
    text = page(house, "districts/5")
    assert re.findall(r"بخش (\w+)", text.split("---")[2]) == ["z", "a", "m"]
    assert "بخش z منطقهٔ ۵" in text


def test_no_cell_becomes_markup_on_a_declared_page(house: House) -> None:
    fields = [field("note_id", required=True), field("note"), field("url")]
    hostile = [*HOSTILE, "x {: onmouseover=alert(1) }", "# x", "1. x", "<a href='javascript:alert(1)'>", "![x](y)"]
    rows = [(str(at), text, "javascript:alert(1)") for at, text in enumerate(hostile)]
    promote(house, "notes", [resource("notes", "note_id", fields, rows, table={"label_column": "note"})])
    load(house)
    write_files(house)
    uses = (
        "{{ row.note }}", "## {{ row.note }}", "- **{{ row.note }}**", '{{ link("notes", row.note_id) }}',
        "{{ url(row.url, row.note) }}", "{{ row.note | safe }}", "{{ row.note ~ to('', row.note) }}",
        "{% set kept %}{{ row.note }}{% endset %}{{ kept }}",
        '{{ table("notes") }}', '{{ facts("notes") }}', "> {{ row.note }} {{ row.note }}",
    )  # fmt: skip
    text = "# {{ row.note }}\n\n" + "\n\n".join(uses)
    query = 'queries: {notes: {sql: "SELECT note, url FROM notes", table: notes, filter: {note: "{note}"}}}'
    declare(house, "note", f'address: "notes/{{note_id}}"\nof: "notes"\n{query}\n', text, text)
    write_portal(house)
    for language in ("", "en/"):
        for at, cell in enumerate(hostile):
            body = (house.html / f"{language}notes/{at}/index.html").read_text(encoding="utf-8")
            assert dangers(body) == [], cell
            assert body.count("<h1") == 1, cell
            assert "<strong>bold" not in body


def test_an_address_is_never_a_path_of_the_data() -> None:
    assert address_part("SC-001") == "SC-001"
    for key in ("../../etc", "a/b", ".", "..", "", "منطقه", "a b", "a" * 99):
        assert re.fullmatch(r"[0-9a-f]{16}", address_part(key))


TABLE = '# x\n{{ table("times") }}'
BROKEN: dict[str, tuple[str, str, str]] = {
    "SQL that writes": (TIMES.replace("SELECT service_code", "DELETE FROM districts --"), TABLE, "not auth"),
    "SQL that cannot run": (TIMES.replace("open_count FROM", "lost FROM"), TABLE, "no such column: lost"),
    "a query that is not there": (TIMES, '# x\n{{ table("lost") }}', "no query 'lost'; there are times, names"),
    "a name that is not there": (TIMES, "# x\n\n{{ lost }}", "line 3: 'lost' is undefined"),
    "a template that cannot be read": (TIMES, "# x\n{% if %}", "line 2"),
    "no title": (TIMES, "words", "does not begin with"),
    "a key that is none": (f"{TIMES}\nlayout: x\n", "# x", "'layout' is no key of a page"),
    "neither address nor part": ("label: x\n", "# x", "neither address nor part_of"),
    "an address of no row": ('address: "x/{district_id}"\n', "# x", "needs `of` or `each`"),
    "an address of no column": ('address: "x/{lost}"\nof: "districts"\n', "# x", "takes one column of its rows"),
    "what the sandbox keeps out": (TIMES, "# x\n{{ row.__class__.__mro__ }}", "unsafe"),
}  # fmt: skip


@pytest.mark.parametrize(("declared", "persian", "says"), BROKEN.values(), ids=BROKEN)
def test_a_page_declared_wrongly_is_named(house: House, declared: str, persian: str, says: str) -> None:
    declare(house, "district", declared, persian)
    with pytest.raises(PublishError, match=re.escape(says)) as raised:
        write_docs(house)
    assert "district" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_table_that_is_not_published_leaves_its_section_empty(house: House) -> None:
    declared = 'address: "x"\nqueries: {gone: "SELECT a FROM nowhere"}\n'
    declare(house, "x", declared, '# x\n\n{{ one("gone").a }} {{ n(one("gone").a) }} {{ table("gone") or "هیچ" }}')
    assert "— — هیچ" in page(house, "x")


def test_what_did_not_change_is_not_rendered_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def change(act: Callable[[], object]) -> bool:
        before = (house.html / "index.html").stat().st_ino
        act()
        write_portal(house)
        return (house.html / "index.html").stat().st_ino != before

    write_portal(house)
    assert not change(lambda: None)
    assert change(lambda: (house.root / "site" / "assets" / "portal.css").write_text("p { color: red }"))
    assert change(lambda: declare(house, "new", 'address: "new"\n', "# تازه"))
    assert change(lambda: monkeypatch.setenv("SHAHRNAMA_URL", "https://city.example/"))
    assert change(lambda: shutil.rmtree(house.html) or house.html.mkdir() or (house.html / "index.html").touch())


def test_shares_days_and_rials_are_said_as_people_say_them() -> None:
    assert [said_share(share, "fa") for share in (0.1827, 0.004, 1)] == ["۱۸٪", "۰٫۴٪", "۱۰۰٪"]
    assert [said_days(days, "en") for days in (1, 3.24, 30.4)] == ["1 day", "3.2 days", "30 days"]
    assert said_rials(69_819_000_000, "fa") == "۷۰ میلیارد ریال"
    assert [shown("1405-08", "jalali_month", {}, language) for language in LANGUAGES] == ["آبان ۱۴۰۵", "Aban 1405"]
    assert shown(None, "x_share", {}, "fa") == "—"
    assert shown("true", "is_open", {"type": "boolean"}, "en") == "yes"
    assert shown("1403", "fiscal_year", {"type": "integer"}, "fa") == "۱۴۰۳"


def test_every_declared_page_is_made_of_the_demonstration_city(city: House) -> None:
    kinds = {path.stem for path in (*city.datasets.glob("*/pages/*.yaml"), *(ROOT / "site/pages").glob("*.yaml"))}
    assert len(kinds) > 40
    packages = [read_json(path) for path in city.packages.glob("*/datapackage.json")]
    rows = {item["name"]: item["row_count"] for package in packages for item in package["resources"]}
    for address, table in (("districts", "districts"), ("projects", "projects"), ("claims", "claims")):
        for language in ("fa", "en"):
            assert len(list((city.docs / language / address).glob("*.md"))) == rows[table]
