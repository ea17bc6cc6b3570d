"""Bad input: whatever others broke on purpose is read as what it was meant to be, or refused in one line.

Pollock (Vitagliano et al., "Pollock: a data loading benchmark", PVLDB 16, 2023) breaks one table in 2,290 ways and says
for each what a loader should make of it. `make test` takes all breaks of the file as a whole, and a seeded sample of
those of one row; SHAHRNAMA_POLLUTED=all takes every file, on the road into the gate too (about two minutes).
"""

from __future__ import annotations

import csv
import io
import json
import os
import random
import re
import signal
import tarfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import pytest

from shahrnama.errors import DatasetError, ParseError, ShahrnamaError
from shahrnama.formats import tabular
from shahrnama.formats.text import decode
from shahrnama.gate.cells import judge
from shahrnama.issue import Problem
from shahrnama.tables import read_authored

EVERYTHING = os.environ.get("SHAHRNAMA_POLLUTED") == "all"
SAMPLE, GATED = 200, 20  # files of one broken row that are read, and that go through Frictionless
LONGEST_SECONDS = 10

# Rows where a missing comma tears a quote apart and the number of cells stays right: they were read wrongly once.
TORN = {
    f"row_less_sep_row{row}_col{column}.csv" for row, column in ((10, 5), (12, 6), (21, 5), (22, 5), (39, 5), (83, 5))
}

# What the whole corpus comes to; nothing is read differently from what Pollock says it is.
READ = {
    "file_double_trailing_newline.csv",
    "file_field_delimiter_0x3B.csv",
    "file_field_delimiter_0x9.csv",
    "file_no_trailing_newline.csv",
    "file_one_data_row.csv",
    "file_preamble.csv",
    "file_record_delimiter_0xA.csv",
    "file_record_delimiter_0xD.csv",
    "source.csv",
}
READ_AS_AUTHORED = {  # by a reader that takes commas and a header in the first line, and nothing else
    "file_header_only.csv",
    "file_no_header.csv",  # the first row stands for names, which are not the schema's: the gate's road refuses it
    "file_no_trailing_newline.csv",
    "file_one_data_row.csv",
    "file_record_delimiter_0xA.csv",
    "file_record_delimiter_0xD.csv",
    "source.csv",
}
# Lines above the header are notes by design (see `tabular`); nothing else may go missing.
NOTES = {"country-2.csv": "Author the scientist", "matrix-with-comment.csv": "comment"}
NAMES = ["DATE", "TIME", "Qty", "PRODUCTID", "Price", "ProductType", "ProductDescription", "URL", "Comments"]


@contextmanager
def in_time() -> Iterator[None]:
    """Fail what takes longer than a reader may."""

    def stop(*_: object) -> NoReturn:
        raise TimeoutError(f"took more than {LONGEST_SECONDS} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, LONGEST_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@cache
def pollock(shared: Path) -> dict[str, tuple[bytes, list[list[str]]]]:
    """Each polluted file, and the cells of its clean counterpart, header first."""
    found: dict[str, dict[str, bytes]] = {"csv": {}, "clean": {}}
    with tarfile.open(shared / "tabular" / "pollock" / "polluted_files.tar.xz") as archive:
        for member in archive:
            kind, name = member.name.split("/")[1:3] if member.name.count("/") == 2 else ("", "")
            file = archive.extractfile(member) if kind in found else None
            if file:
                found[kind][name] = file.read()
    assert set(found["csv"]) == set(found["clean"])
    assert len(found["csv"]) == 2_290
    clean = {name: list(csv.reader(io.StringIO(body.decode(), newline=""))) for name, body in found["clean"].items()}
    return {name: (body, clean[name]) for name, body in sorted(found["csv"].items())}


def chosen(files: dict[str, tuple[bytes, list[list[str]]]], count: int) -> list[str]:
    """All files that are broken as a whole, TORN, and a sample of the others with one broken row."""
    rows = [name for name in files if name.startswith("row_")]
    return sorted({*files} - {*rows} | TORN | {*(rows if EVERYTHING else random.Random(137).sample(rows, count))})


def told(read: Callable[[], list[Any]]) -> list[Any] | str:
    """What a reader gives in time, or the one line in which it refuses."""
    try:
        with in_time():
            return read()
    except ShahrnamaError as error:
        return str(error)


def cells(rows: list[dict[str, str | None]]) -> list[list[str]]:
    """Header and rows as Pollock writes them: an empty cell is an empty text."""
    return [list(rows[0]), *([cell or "" for cell in row.values()] for row in rows)] if rows else []


def test_a_polluted_download_is_read_as_it_was_meant_or_refused(shared: Path) -> None:
    files = pollock(shared)
    found = {name: told(lambda name=name: list(tabular.rows(files[name][0]))) for name in chosen(files, SAMPLE)}
    read = {name: cells(rows) for name, rows in found.items() if not isinstance(rows, str)}
    refused = {name: line for name, line in found.items() if isinstance(line, str)}
    assert set(read) == READ
    assert [name for name, rows in read.items() if rows != files[name][1]] == []
    assert [line for line in refused.values() if len(line.splitlines()) != 1] == []
    assert [(name, line) for name, line in refused.items() if not _names_its_line(name, line)] == []
    if EVERYTHING:
        assert len(refused) == 2_281


def _names_its_line(name: str, line: str) -> bool:
    """Whether the refusal names the line that was broken; a broken header shows in itself or in what is under it."""
    row = re.match(r"row_(?:extra_quote|(?:more|less)_sep_row|field_delimiter_)(\d+)_", name)
    broken = int(row[1]) + 1 if row else None
    return broken is None or bool(re.search(rf"\bline {broken}\b", line)) or (broken == 1 and "line" in line)


def test_a_polluted_authored_table_is_read_as_it_was_meant_or_refused(shared: Path, tmp_path: Path) -> None:
    files, path = pollock(shared), tmp_path / "roads.csv"
    read = set()
    for name in chosen(files, SAMPLE):
        path.write_bytes(files[name][0])
        found = told(lambda: [list(row.values()) for row in read_authored(path)])
        if isinstance(found, str):
            assert len(found.splitlines()) == 1
        else:
            assert found == files[name][1][1:], name
            read.add(name)
    assert read == READ_AS_AUTHORED


def package(folder: Path, body: bytes, names: list[str]) -> Path:
    """A package as the gate gets it, but for its table, which nobody wrote again."""
    (folder / "roads.csv").write_bytes(body)
    dialect = {"csv": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True}}
    schema = {"fields": [{"name": name, "type": "string"} for name in names]}
    entries = {"type": "table", "scheme": "file", "format": "csv", "encoding": "utf-8"}
    resource = {"name": "roads", "path": "roads.csv", **entries, "dialect": dialect, "schema": schema}
    path = folder / "datapackage.json"
    path.write_text(json.dumps({"name": "city", "resources": [resource]}))
    return path


def gated(path: Path) -> list[Problem]:
    found: list[Problem] = []
    judge(path, (), found.append)
    return found


def test_the_gate_judges_whatever_it_is_given(shared: Path, tmp_path: Path) -> None:
    """Stock Frictionless passes many a broken quote: what it passes, the reader before it must have refused."""
    files = pollock(shared)
    verdicts = Counter[str]()
    for name in chosen(files, GATED):
        body, clean = files[name]
        path = package(tmp_path, body, NAMES)
        with in_time():
            problems = gated(path)
        assert all(len(problem.line("city").splitlines()) == 1 for problem in problems), name
        verdicts["refused" if problems else "passed"] += 1
        found = told(lambda: [list(row.values()) for row in read_authored(tmp_path / "roads.csv")])
        assert problems or isinstance(found, str) or found == clean[1:], name
    assert min(verdicts["refused"], verdicts["passed"]) >= 5
    if EVERYTHING:
        assert dict(verdicts) == {"passed": 230, "refused": 2_060}


def recorded(shared: Path) -> list[Path]:
    """Every other file of the tabular collection: tables, and whatever lies beside them."""
    found = sorted(path for path in (shared / "tabular").rglob("*") if path.is_file() and "pollock" not in path.parts)
    assert len(found) > 400
    return found


def letters(text: str) -> Counter[str]:
    return Counter(letter for letter in text if letter.isalnum())


def test_recorded_files_are_read_whole_or_refused_in_one_line(shared: Path) -> None:
    outcomes = {path: told(lambda path=path: list(tabular.rows(path.read_bytes()))) for path in recorded(shared)}
    refused = [line for line in outcomes.values() if isinstance(line, str)]
    assert [line for line in refused if len(line.splitlines()) != 1] == []
    assert 100 < len(refused) < len(outcomes) - 100
    lost = {path.name: _lost(path, rows) for path, rows in outcomes.items() if not isinstance(rows, str)}
    assert {name: missing for name, missing in lost.items() if missing} == {
        name: letters(text) for name, text in NOTES.items()
    }


def _lost(path: Path, rows: list[dict[str, str | None]]) -> Counter[str]:
    """Letters and digits of a text that are in none of its rows."""
    is_text = path.suffix in (".csv", ".tsv", ".txt")
    return (
        letters(decode(path.read_bytes()).text) - letters("".join(map("".join, cells(rows)))) if is_text else Counter()
    )


def test_the_spectrum_of_csv_is_read_as_its_json(shared: Path) -> None:
    folder = shared / "tabular" / "csv-spectrum"
    for path in sorted((folder / "csvs").glob("*.csv")):
        text = (folder / "json" / f"{path.stem}.json").read_text(encoding="utf-8")
        expected = json.loads(text.replace("\\r\\n", "\\n"))  # the CSV files were recorded with plain line ends
        found = [{name: cell or "" for name, cell in row.items()} for row in tabular.rows(path.read_bytes())]
        assert found == expected, path.name


def test_recorded_tables_go_through_the_gate_in_time(shared: Path, tmp_path: Path) -> None:
    """One is too wide for Frictionless, which takes a minute for its 9,074 columns: the reader before refuses it."""
    paths = [path for path in recorded(shared) if path.suffix == ".csv"]
    for path in paths if EVERYTHING else paths[::6]:
        body = path.read_bytes()
        names = body.split(b"\n")[0].decode("utf-8", "replace").split(",")
        if len(names) > tabular.MOST_COLUMNS:
            assert path.name == "wide.csv"
            with pytest.raises(ParseError, match="at most 2,000"):
                list(tabular.rows(body))
            continue
        with in_time():
            problems = gated(package(tmp_path, body, [name.strip() or "x" for name in names]))
        assert all(len(problem.line("city").splitlines()) == 1 for problem in problems)


BROKEN: dict[str, Callable[[str], bytes]] = {
    "a byte that is not UTF-8": lambda text: text.encode().replace(b"2", b"\xff", 1),
    "an open quote": lambda text: text.replace("2", '"2', 1).encode(),
    "a quote that quotes nothing": lambda text: text.replace("2,", '2"x, y",', 1).encode(),
    "a column twice": lambda text: text.replace("name", "id", 1).encode(),
    "its header twice": lambda text: (text + text).encode(),
    "nothing": lambda _: b"",
    "a huge field": lambda text: text.replace("2", "2" * 200_000, 1).encode(),
    "a NUL": lambda text: text.replace("2", "\0", 1).encode(),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_authored_table_is_named_in_one_line(name: str, tmp_path: Path) -> None:
    path = tmp_path / "roads.csv"
    path.write_bytes(BROKEN[name]("id,name,length\n1,a,5\n2,b,6\n"))
    with pytest.raises(DatasetError, match=r"roads\.csv") as refused:
        list(read_authored(path))
    assert len(str(refused.value).splitlines()) == 1
    assert len(str(refused.value)) < 400
