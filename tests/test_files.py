"""Downloads: what Excel opens, what a spreadsheet must not run, what a researcher can check."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from pathlib import Path

import frictionless
import pytest

from lamps import gate, good, take, write
from shahrnama.catalog import House
from shahrnama.publish.files import downloads, excel_csv, write_files
from small_city import promote_city


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House.at(tmp_path)
    promote_city(house)
    return house


@pytest.mark.parametrize(
    ("cell", "opened"),
    [
        ("=1+1", "'=1+1"),
        ("+989120000000 تماس", "'+989120000000 تماس"),
        ("-cmd", "'-cmd"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("-12.5", "-12.5"),
        ("+7", "+7"),
        ("سلام، «دنیا»", "سلام، «دنیا»"),
        ('دو\nخط "و" ویرگول,', 'دو\nخط "و" ویرگول,'),
    ],
)
def test_excel_gets_what_it_can_open_and_nothing_that_it_would_run(tmp_path: Path, cell: str, opened: str) -> None:
    path = tmp_path / "table.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([["نام"], [cell]])
    made = excel_csv(path)
    assert made.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(made.decode("utf-8-sig"), newline=""))) == [["نام"], [opened]]
    assert made.endswith(b"\r\n")


def test_demonstration_files_say_so_in_their_names_and_real_ones_do_not(house: House) -> None:
    write_files(house)
    names = {path.name for path in (house.files / "service_requests").iterdir()}
    assert all(".demo." in name for name in names)
    assert {path.name for path in (house.files / "districts").iterdir() if "demo" in path.name} == set()


def test_a_zip_is_a_package_that_stock_tools_open(house: House, tmp_path: Path) -> None:
    write_files(house)
    with zipfile.ZipFile(house.files / "districts" / "districts.zip") as archive:
        assert archive.testzip() is None
        assert set(archive.namelist()) == {"datapackage.json", "districts.csv", "CITATION.txt"}
        archive.extractall(tmp_path / "opened")
    package = frictionless.Package(str(tmp_path / "opened" / "datapackage.json"))
    assert [len(resource.read_rows()) for resource in package.resources] == [3]


def test_checksums_are_those_of_the_files_and_of_all_of_them(house: House) -> None:
    write_files(house)
    lines = (house.files / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    told = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    found = {
        str(path.relative_to(house.files)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in house.files.rglob("*")
        if path.is_file() and path.name not in {"SHA256SUMS", "index.html"}
    }
    assert told == found
    listed = downloads(house, {"name": "districts"})
    assert listed[0][0] == "districts/districts.csv"
    assert all(told[name] == digest for name, _, digest in listed)


def test_the_same_packages_give_the_same_bytes_and_drop_what_is_gone(house: House) -> None:
    write_files(house)
    first = {path.name: path.read_bytes() for path in house.files.rglob("*") if path.is_file()}
    (house.files / "districts" / "leftover.csv").write_text("x")
    write_files(house)
    assert {path.name: path.read_bytes() for path in house.files.rglob("*") if path.is_file()} == first


def test_the_registers_of_the_gate_are_a_package_that_stock_tools_accept(tmp_path: Path) -> None:
    house = House.at(tmp_path)
    write(house, expect={"min_rows": 1, "quarantine_share": 0.5})
    take(house, [*good(3), {"lamp_id": "bad", "watt_count": 0}])
    gate(house)
    write_files(house)
    folder = house.files / "registers"
    assert frictionless.validate(str(folder / "datapackage.json")).valid
    with (folder / "issues.csv").open(encoding="utf-8", newline="") as file:
        issues = list(csv.DictReader(file))
    assert {(row["dataset"], row["row_key"], row["severity_code"]) for row in issues} >= {("lamps", "bad", "set_aside")}
    assert "registers/issues.csv" in (house.files / "SHA256SUMS").read_text()
