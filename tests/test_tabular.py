"""Tables in every form that cities publish, and in every form that is no table."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
import tarfile
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shahrnama.errors import ParseError
from shahrnama.formats.tabular import Row, rows

RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "urn:oasis:names:tc:opendocument:xmlns"
TWO_ROWS: list[Row] = [{"id": "1", "نام": "پارک"}, {"id": "2", "نام": None}]


def read(body: bytes | str, sheet: str | None = None, header: int | None = None) -> list[Row]:
    return list(rows(body.encode() if isinstance(body, str) else body, sheet=sheet, header=header))


def zipped(parts: dict[str, str]) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return body.getvalue()


def xlsx(*sheets: str, strings: str = "") -> bytes:
    """A workbook of sheets S1, S2, … with these rows, and no more than a reader needs."""
    numbers = range(1, len(sheets) + 1)
    names = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="r{n}"/>' for n in numbers)
    links = "".join(
        f'<Relationship Id="r{n}" Type="{RELATED}/worksheet" Target="worksheets/{n}.xml"/>' for n in numbers
    )
    parts = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r" Type="{RELATED}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATED}"><sheets>{names}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">{links}</Relationships>',
        "xl/sharedStrings.xml": strings or "<sst/>",
    }
    for number, content in zip(numbers, sheets, strict=True):
        sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{content}</sheetData></worksheet>'
        parts[f"xl/worksheets/{number}.xml"] = sheet
    return zipped(parts)


def row(number: int, *cells: str) -> str:
    """A row of an XLSX sheet from column A on; a cell is a text, or XML if it starts with `<`."""
    return f'<row r="{number}">' + "".join(map(cell, "ABCDEF", [number] * len(cells), cells)) + "</row>"


def cell(column: str, number: int, content: str) -> str:
    if content.startswith("<"):
        return f'<c r="{column}{number}">{content}</c>'
    return f'<c r="{column}{number}" t="inlineStr"><is><t>{content}</t></is></c>' if content else ""


def ods(*table_rows: str, manifest: str = "") -> bytes:
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": f'<m:manifest xmlns:m="{OFFICE}:manifest:1.0">{manifest}</m:manifest>',
            "content.xml": f'<office:document-content xmlns:office="{OFFICE}:office:1.0" '
            f'xmlns:table="{OFFICE}:table:1.0" xmlns:text="{OFFICE}:text:1.0"><office:body><office:spreadsheet>'
            f'<table:table table:name="S1">{"".join(table_rows)}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        }
    )


def ods_row(*cells: str, times: int = 1, each: int = 1) -> str:
    found = "".join(
        f'<table:table-cell table:number-columns-repeated="{each}" office:value-type="string">'
        f"<text:p>{text}</text:p></table:table-cell>"
        if text
        else f'<table:table-cell table:number-columns-repeated="{each}"/>'
        for text in cells
    )
    return f'<table:table-row table:number-rows-repeated="{times}">{found}</table:table-row>'


HEADER = row(1, "id", "نام")
PADDING = '<c r="XFD2" s="1"/>'  # an empty cell with a style, as a coloured row leaves behind


@pytest.mark.parametrize(
    "body",
    [
        *(f"id{d}نام\n1{d}پارک\n2{d}\n".encode() for d in ",;\t|،؛"),
        "id,نام\r1,پارک\r2,\r".encode(),
        "\ufeff id , نام \r\n1,پارک\r\n\r\n2,\r\n,\r\n".encode(),
        "id,نام\n1,پارک\n2,\n".encode("utf-16"),
        "id,نام,,\n1,پارک,,\n2,,,\n".encode(),
        'id,نام\n"1","پارک"\n2,""'.encode(),
        '[{"id": 1, "نام": "پارک"}, {"id": 2, "نام": null}]'.encode(),
        '{"id": "1", "نام": "پارک"}\n{"id": "2"}\n'.encode(),
        xlsx(HEADER + row(2, "<v>1</v>", "پارک") + row(3, "<v>2</v>", "<f>B2</f>")),
        xlsx(HEADER + row(2, "1", "پارک").replace("</row>", PADDING + "</row>") + row(9, "2")),
        xlsx("<row>" + cell("B", 4, "id") + cell("C", 4, "نام") + "</row>" + row(5, "", "1", "پارک") + row(6, "", "2")),
        ods(ods_row("id", "نام"), ods_row("1", "پارک"), ods_row("2"), ods_row("", times=1_048_573, each=16_384)),
    ],
)
def test_every_form_gives_the_same_rows(body: bytes) -> None:
    assert read(body) == TWO_ROWS


def test_quotes_hold_delimiters_quotes_and_lines() -> None:
    body = 'id,note\n1,"a, ""b""\r\nand\n\nc"\n2,5" pipe\n'
    assert read(body) == [{"id": "1", "note": 'a, "b"\r\nand\n\nc'}, {"id": "2", "note": '5" pipe'}]


def test_cells_stay_as_they_are_and_text_stays_text() -> None:
    assert read("a,b,c\n 007 ,1403/01/31,۱٫۵\n") == [{"a": " 007 ", "b": "1403/01/31", "c": "۱٫۵"}]


def test_values_of_a_workbook_become_the_text_that_a_reader_sees() -> None:
    values = ["<v>1000001001101</v>", "<v>0.1</v>", "<v>1e300</v>", "<v>-2</v>", "<f>1/0</f>"]
    body = xlsx(row(1, "a", "b", "c", "d", "e") + row(2, *values))
    assert read(body) == [{"a": "1000001001101", "b": "0.1", "c": "1e+300", "d": "-2", "e": None}]
    typed = HEADER + '<row r="2"><c r="A2" t="b"><v>1</v></c><c r="B2" t="d"><v>2024-01-02T03:04:05</v></c></row>'
    assert read(xlsx(typed)) == [{"id": "true", "نام": "2024-01-02T03:04:05"}]


def test_values_of_json_are_compact_json() -> None:
    body = '[{"a": true, "b": 1.50, "c": {"x": [1, "گ"]}, "d": ""}, {"e": 9007199254740993}]'
    first: Row = {"a": "true", "b": "1.5", "c": '{"x":[1,"گ"]}', "d": None, "e": None}
    assert read(body) == [first, {**dict.fromkeys(first), "e": "9007199254740993"}]


def test_geojson_gives_properties_and_geometry() -> None:
    line = [[51.4, 35.7]] * 20_000  # longer than a field may be, as the border of a real district is
    features: list[dict[str, Any]] = [
        {
            "type": "Feature",
            "id": 7,
            "properties": {"name": "ونک"},
            "geometry": {"type": "LineString", "coordinates": line},
        },
        {"type": "Feature", "properties": {"name": "تجریش"}, "geometry": None},
    ]
    found = read(json.dumps({"type": "FeatureCollection", "features": features}))
    assert json.loads(found[0].pop("geometry") or "") == features[0]["geometry"]
    assert found == [{"id": "7", "name": "ونک"}, {"id": None, "name": "تجریش", "geometry": None}]


@pytest.mark.parametrize(
    ("body", "header"),
    [
        ("# clean this data!\nid,نام,x\n1,پارک,\n2,,\n", None),
        ("Report,,\n,,\nid,نام,x\n1,پارک,\n2,,\n", None),
        ("Report,2024,x\nid,نام,x\n1,پارک,\n2,,\n", 2),
        (xlsx(row(1, "Report") + row(3, "id", "نام", "x") + row(4, "1", "پارک") + row(5, "2")), None),
        (xlsx(row(1, "Report", "x") + row(3, "id", "نام", "x") + row(4, "1", "پارک") + row(5, "2")), 3),
    ],
    ids=["note", "padded title", "line given", "title of a sheet", "row given"],
)
def test_lines_above_the_header_are_left_out(body: bytes | str, header: int | None) -> None:
    assert read(body, header=header) == [{**found, "x": None} for found in TWO_ROWS]


def test_a_sheet_is_read_by_its_name() -> None:
    body = xlsx(HEADER + row(2, "1", "a"), HEADER + row(2, "2", "b"))
    assert read(body) == [{"id": "1", "نام": "a"}]
    assert read(body, sheet="S2") == [{"id": "2", "نام": "b"}]
    with pytest.raises(ParseError, match="has no sheet 'S3'; it has 'S1', 'S2'"):
        read(body, sheet="S3")


LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
NO_TABLES: dict[str, tuple[bytes | str, str]] = {
    "empty": (b"", "is empty"),
    "blank": (" \r\n", "is empty"),
    "commas": (",,\n,,\n", "is empty"),
    "page": ("\n<!DOCTYPE html><html>", "is a web page"),
    "XML": ('<?xml version="1.0"?><a/>', "is XML"),
    "LFS pointer": (LFS, "Git LFS pointer"),
    "gzip": (gzip.compress(b"a,b\n1,2\n"), "compressed with gzip"),
    "PDF": (b"%PDF-1.7\n", "is a PDF"),
    "NUL": ("a,b\n1,2\n3,\0\n", "line 3 holds a NUL"),
    "header only": ("a,b\n", "no rows under its header"),
    "sentence": ("service unavailable", "no rows under its header"),
    "doubled name": ("a,b, a\n1,2,3\n", "the column 'a' twice in line 1"),
    "blank name": ("a,,c\n1,2,3\n", "no name for column 2 in line 1"),
    "unnamed values": ("a,b,\n1,2,\n3,4,5\n", "a value in line 3, column 3, which has no name"),
    "numbers as header": ("1,2\n3,4\n", r"has data in line 1 \(1\)"),
    "short header": ("a,b\n1,2,3\n4,5,6\n", "2 cells in line 1, where the table has 3"),
    "long header": ("a,b,c,d\n1,2,3\n4,5,6\n", "4 cells in line 1, where the table has 3"),
    "short row": ("a,b,c\n1,2,3\n4,5\n6,7,8\n", "2 cells in line 3, where the header in line 1 has 3"),
    "long row after lines": ('a,b,c\n1,"x\ny",3\n4,5,6,7\n', "4 cells in line 4"),
    "open quote": (
        'a,b,c\n1,"2,3\n4,5,6\n7,8,9\n',
        "line 2: a quote is opened and never closed, and swallows lines 2 to 4",
    ),
    "quote meets quote": ('a,b,c\n1,"2,3\n4,"5",6\n', "line 2: text follows a closing quote on line 3"),
    "two stray quotes": ('a,b,c\n1,"2,3\n4,5",6\n7,8,9\n', "line 2: a quote swallows 1 lines"),
    "quote in another field": ('a,b,c\n1"x, y",3\n', "line 2 has a quote inside a field that closes in another"),
    "quote in another field, doubled too": (
        'a,b,c,d\n1,2"x, y""","z",3\n',
        "line 2 has a quote inside a field that closes in another",
    ),
    "header again": ("a,b\n1,2\na,b\n3,4\n", "its header again in line 3"),
    "two-line header": ("a,b\na,b\n1,2\n", "its header again in line 2"),
    "no header over dates": ("x|01.06.2015|y\nz|02.06.2015|y\n", "data in line 1 \\(01.06.2015\\)"),
    "no header over times": ("x,08:00\nz,09:30\n", "data in line 1 \\(08:00\\)"),
    "space before quote in a row": ('a,b\n1, "2"\n', "line 2 has a space between a delimiter and a quote"),
    "space before quote": ('a, "b"\n1, "2"\n', "a space between a delimiter and a quote"),
    "long field": (f"a,b\n1,{'x' * 131_073}\n", "more than 131,072 characters"),
    "wide": (",".join(f"c{n}" for n in range(2_001)) + "\n" + "1," * 2_000 + "1\n", "2,001 columns"),
    "no such line": ("a,b\n1,2\n", "nothing in line 9, where its header should be"),
    "bytes": (b"a,b\n1,\xe9\n", r"byte 6 \(0xE9\) on line 2 is not UTF-8"),
    "no records": ("[]", "no rows"),
    "error object": ('{"error": true, "message": "no"}', "is one JSON value"),
    "no objects": ("[1, 2]", "something else than an object as record 1"),
    "NaN": ('[{"a": NaN}]', "NaN"),
    "trailing text": ('[{"a": 1}] x', "broken JSON"),
    "unnamed field": ('[{" ": 1}]', "a field without a name"),
    "NUL in JSON": ('[{"a": "\\u0000"}]', "NUL character in a of record 1"),
    "long JSON": (json.dumps([{"a": "x" * 131_073}]), "more than 131,072 characters: a of record 1"),
    "no features": ('{"type": "FeatureCollection"}', "without a list of features"),
    "no feature": ('{"type": "FeatureCollection", "features": [1]}', "feature 1"),
    "geometry twice": (
        '{"type": "FeatureCollection", "features": [{"properties": {"geometry": 1}}]}',
        "named geometry",
    ),
}


@pytest.mark.parametrize("name", NO_TABLES)
def test_what_is_no_table_is_named(name: str) -> None:
    body, says = NO_TABLES[name]
    with pytest.raises(ParseError, match=says) as raised:
        read(body, header=9 if name == "no such line" else None)
    assert "\n" not in str(raised.value)


def encrypted_zip() -> bytes:
    """A ZIP whose parts carry the flag of encryption, in both of their headers."""
    body = bytearray(xlsx(HEADER))
    for mark, flag in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = body.find(mark)
        while at >= 0:
            body[at + flag] |= 1
            at = body.find(mark, at + 1)
    return bytes(body)


def oversized(letters: str, number: int) -> str:
    return row(1, "<v>1</v>") + f'<row r="{number}"><c r="{letters}{number}"><v>1</v></c></row>'


ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MANY = '<sst count="1" uniqueCount="4000000000"><si><t>x</t></si></sst>'
NO_WORKBOOKS: dict[str, tuple[Callable[[], bytes], str]] = {
    "ZIP": (lambda: zipped({"a.csv": "a,b\n1,2\n"}), "a ZIP and no workbook"),
    "empty ZIP": (lambda: zipped({}), "a ZIP and no workbook"),
    "broken ZIP": (lambda: xlsx(HEADER)[:400], "broken or encrypted workbook"),
    "XLSB": (lambda: zipped({"[Content_Types].xml": "", "xl/workbook.bin": "x"}), "XLSB"),
    "no parts": (lambda: zipped({"[Content_Types].xml": "<Types/>"}), "broken or encrypted workbook"),
    "encrypted parts": (encrypted_zip, "an encrypted workbook"),
    "encrypted XLSX": (lambda: OLD_OFFICE + bytes(504) + ENCRYPTED, "an encrypted workbook"),
    "encrypted ODS": (lambda: ods(ods_row("a"), manifest="<m:encryption-data/>"), "an encrypted workbook"),
    "old Office file": (lambda: OLD_OFFICE + bytes(4096), "another old Office file"),
    "cut XLS": (lambda: OLD_OFFICE, "another old Office file"),
    "nothing": (lambda: xlsx(""), "nothing in its sheet 'S1'"),
    "header only": (lambda: xlsx(HEADER), "no rows under its header"),
    "entities": (lambda: xlsx("<!DOCTYPE x><row/>"), "no plain XML"),
    "cut tag": (lambda: ods(ods_row("a"), manifest='<m:x a="'), "broken or encrypted workbook"),
    "far column": (lambda: xlsx(oversized("XFD", 1)), "a cell in column 16,384"),
    "far cell": (lambda: xlsx(oversized("AZ", 1_048_576)), "spans 1,048,576 x 52 cells"),
    "far cell without a reference": (
        lambda: xlsx(HEADER + '<row r="4294967290"><c><v>1</v></c></row>'),
        "spans 4,294,967,290 x 2 cells",
    ),
    "far cell behind a sign": (
        lambda: xlsx('<row r="1"><c s=">" r="XFD1" x="/>"><v>1</v></c></row>'),
        "a cell in column 16,384",
    ),
    "cells without end": (lambda: xlsx("<row>" + "<c><v>1</v></c>" * 2_001 + "</row>"), "a cell in column 2,001"),
    "declared strings": (lambda: xlsx(HEADER, strings=MANY), "too many strings"),
    "ZIP bomb": (lambda: xlsx(HEADER, strings="x" * 300_000_001), "more than 150,000,000 bytes"),
    "endless tag": (lambda: xlsx(HEADER, strings="<" + "x" * 3_000_000), "a tag of more than"),
    "repeated cell": (lambda: ods(ods_row("a", each=10**9)), "a cell in column 1,000,000,000"),
    "repeated row": (lambda: ods(ods_row("a"), ods_row("b", times=10**9)), "spans 1,000,000,001 x 1 cells"),
    "repeated gap": (lambda: ods(ods_row("", times=10**9), ods_row("b")), "spans 1,000,000,001 x 1 cells"),
}  # fmt: skip


@pytest.mark.parametrize("name", NO_WORKBOOKS)
def test_what_is_no_workbook_is_named(name: str) -> None:
    make, says = NO_WORKBOOKS[name]
    with pytest.raises(ParseError, match=says) as raised:
        read(make())
    assert "\n" not in str(raised.value)


def test_a_small_file_with_a_giant_sheet_costs_little() -> None:
    """Cells A1 and XFD1048576 in 4 KB: the reader alone would ask for 17 billion cells and abort the process."""
    body = xlsx(oversized("XFD", 1_048_576))
    assert len(body) < 4096
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (512 << 20, 512 << 20));"
        "from shahrnama.errors import ParseError; from shahrnama.formats.tabular import rows\n"
        "try: list(rows(sys.stdin.buffer.read()))\n"
        "except ParseError as error: print(error)"
    )
    scripts = Path(__file__).parents[1] / "scripts"
    found = subprocess.run(
        [sys.executable, "-c", code], input=body, capture_output=True, cwd=scripts, timeout=10, check=True
    )
    assert b"a cell in column 16,384" in found.stdout


def spectrum(shared: Path) -> Path:
    return shared / "tabular/csv-spectrum"


def test_csv_spectrum_is_read_as_its_json_says(shared: Path) -> None:
    """All eleven; only that an empty cell is None, and that the line ends of newlines_crlf were lost in the copy."""
    paths = sorted((spectrum(shared) / "csvs").glob("*.csv"))
    assert len(paths) == 11
    for path in paths:
        expected = json.loads((spectrum(shared) / "json" / f"{path.stem}.json").read_text().replace("\\r\\n", "\\n"))
        assert read(path.read_bytes()) == [{key: value or None for key, value in row.items()} for row in expected]


DIVISIONS = {
    "provinces": 31,
    "counties": 482,
    "districts": 1184,
    "cities": 1659,
    "cities-filtered": 1195,
    "rurals": 1524,
}


@pytest.mark.parametrize("name", DIVISIONS)
def test_the_divisions_of_iran_are_the_same_in_three_forms(shared: Path, name: str) -> None:
    found = [
        read((shared / f"persian/divisions/{form}/{name}.{form}").read_bytes()) for form in ("csv", "json", "xlsx")
    ]
    assert len(found[0]) == DIVISIONS[name]
    assert found[0] == found[1] == found[2]


def test_all_divisions_are_the_same_but_for_columns_that_the_csv_leaves_out(shared: Path) -> None:
    """The publisher's CSV takes its columns from the first record, a province, which has no parents."""
    found = [read((shared / f"persian/divisions/{form}/all.{form}").read_bytes()) for form in ("csv", "json", "xlsx")]
    assert found[1] == found[2]
    lost = {"province_id", "county_id"}
    assert found[0] == [{key: value for key, value in row.items() if key not in lost} for row in found[1]]
    assert len(found[0]) == 3890


def test_a_byte_order_mark_and_semicolons_change_nothing(shared: Path) -> None:
    marked = (shared / "persian/encoding/counties_utf8bom_semicolon.csv").read_bytes()
    assert read(marked) == read((shared / "persian/divisions/csv/counties.csv").read_bytes())


@pytest.mark.parametrize(
    ("name", "count", "columns"),
    [
        ("open311/nyc-csv/nyc311_2018_53col_155.csv", 155, 53),
        ("open311/nyc-csv/nyc311_2024_soda_flattened_1000.csv", 1000, 47),
        ("open311/nyc-csv/nyc311_2024_soda_1000.json", 1000, 47),
        ("persian/tehran/tehran_districts.geojson", 22, 9),
        ("persian/tehran/tehran_neighborhoods.geojson", 369, 8),
        ("tabular/frictionless-py/table-with-ints-floats-dates.xls", 3, 3),
        ("tabular/frictionless-py/table.xls", 2, 2),
        ("tabular/frictionless-py/table.ods", 2, 2),
        ("tabular/frictionless-py/table-with-ints-floats-dates.ods", 3, 4),
        ("tabular/frictionless-py/matrix-with-comment.csv", 4, 4),
    ],
)
def test_recorded_tables(shared: Path, name: str, count: int, columns: int) -> None:
    found = read((shared / name).read_bytes())
    assert (len(found), {len(row) for row in found}) == (count, {columns})


def test_recorded_timetable_without_a_name_for_its_first_column_is_refused(shared: Path) -> None:
    with pytest.raises(ParseError, match="no name for column 1 in row 5"):
        read((shared / "persian/metro/train_timetable_5.xls").read_bytes())


def test_recorded_page_named_csv_is_refused(shared: Path) -> None:
    with pytest.raises(ParseError, match="is a web page"):
        read((shared / "open311/nyc-csv/HTML_PAGE_named.csv").read_bytes())


def test_recorded_tables_of_a_portal(shared: Path) -> None:
    folder = shared / "ckan-socrata/ckan-responses"
    with pytest.raises(ParseError, match="5 cells in line 4, where the header in line 2 has 4"):
        read(next(folder.glob("023_*")).read_bytes())
    found = [read(next(folder.glob(f"{number}_*")).read_bytes()) for number in ("024", "025")]
    assert found[0] == found[1] == [{"id": "1", "name": "english"}, {"id": "2", "name": "中国人"}]


def test_an_xls_that_declares_a_giant_sheet_is_refused(shared: Path) -> None:
    body = bytearray((shared / "tabular/frictionless-py/table.xls").read_bytes())
    at = body.find(b"\x00\x02\x0e\x00") + 4  # the record Dimensions: first and last row, first and last column
    body[at : at + 12] = bytes.fromhex("00000000 00e1f505 0000 1400")
    with pytest.raises(ParseError, match="spans 100,000,000 x 20 cells"):
        read(bytes(body))


def test_recorded_pollution_gives_rows_or_one_line(shared: Path) -> None:
    """Every seventh of the 2,290 polluted files of Pollock: read whole with its nine columns, or refused."""
    outcomes, messages = Counter[str](), []
    with tarfile.open(shared / "tabular/pollock/polluted_files.tar.xz") as archive:
        members = [member for member in archive if member.isfile() and "/csv/" in member.name]
        assert len(members) == 2290
        for member in members[::7]:
            file = archive.extractfile(member)
            assert file is not None
            try:
                assert {len(row) for row in read(file.read())} == {9}
                outcomes["read"] += 1
            except ParseError as error:
                messages.append(str(error))
    assert not [message for message in messages if "\n" in message]
    assert (outcomes["read"], len(messages)) == (2, 326)
