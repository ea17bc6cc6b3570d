"""Hostile files, made by one process and read by another (see test_hostile): what came of each, and how soon.

`hostile.py make FOLDER` writes them; `hostile.py read FOLDER` prints a JSON line for each: its name, seconds, what was
said, and the peak memory so far in MB.
"""

from __future__ import annotations

import gzip
import io
import json
import signal
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from shahrnama.errors import ShahrnamaError
from shahrnama.formats import ocds, ocel, open311, tabular, xes

LONGEST_SECONDS = 10
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LAUGHS = b'<!DOCTYPE l [<!ENTITY a "ha">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + at, b"&%c;" % (97 + at) * 10) for at in range(9)
) + b"]><log>&j;</log>"  # fmt: skip
XXE = b'<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]><log>&x;</log>'
PARAMETER = b'<!DOCTYPE l [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;]><log/>'
HEADER = b"id,name,note\n"

Read = Callable[[bytes], object]
Make = Callable[[], bytes]


def peak() -> float:
    """Peak memory of this process in MB. Not `ru_maxrss`, which begins with what the process that started it had."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def workbook(sheet: str | bytes, shared: bytes = b"", **more: bytes) -> bytes:
    """A workbook of one sheet; its parts are as given."""
    body = io.BytesIO()
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r" Target="xl/workbook.xml" '
        f'Type="{relation}/officeDocument"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{relation}"><sheets>'
        '<sheet name="s" sheetId="1" r:id="r"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r" '
        f'Target="worksheets/sheet1.xml" Type="{relation}/worksheet"/></Relationships>',
        "xl/worksheets/sheet1.xml": sheet,
        **({"xl/sharedStrings.xml": shared} if shared else {}),
        **more,
    }
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return body.getvalue()


def cells(*names: str) -> str:
    found = "".join(f'<row r="{n[3:] or 1}"><c r="{n}" t="inlineStr"><is><t>x</t></is></c></row>' for n in names)
    return f'<worksheet xmlns="{MAIN}"><sheetData>{found}</sheetData></worksheet>'


def many_cells() -> bytes:
    row = "".join(f'<c r="{chr(65 + at % 26)}1"><v>1</v></c>' for at in range(50))
    rows = f"<row>{row}</row>" * 100_000
    return workbook(f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>')


def archive(name: str, body: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr(name, body)
    return made.getvalue()


def table(body: bytes) -> object:
    return sum(1 for _ in tabular.rows(body))


def log(body: bytes) -> object:
    return sum(1 for _ in xes.events(body, largest=50 * 2**20))


def requests(body: bytes) -> object:
    return len(open311.records(body, "request"))


def releases(body: bytes) -> object:
    return sum(1 for _ in ocds.releases(body))


def objects(body: bytes) -> object:
    return sum(1 for _ in ocel.events(body))


FILES: dict[str, tuple[Read, Make]] = {
    "csv empty": (table, lambda: b""),
    "csv header alone": (table, lambda: HEADER),
    "csv unbalanced quote": (table, lambda: HEADER + b'1,"a,b\n' + b"2,c,d\n" * 50_000),
    "csv ragged": (table, lambda: HEADER + b"1,a,b\n" * 1000 + b"2,c\n"),
    "csv header twice": (table, lambda: b"id,name,name\n1,a,b\n"),
    "csv header blank": (table, lambda: b"id,,note\n1,a,b\n"),
    "csv NUL": (table, lambda: HEADER + b"1,a\0b,c\n"),
    "csv 200,000 columns": (table, lambda: b",".join(b"c%d" % at for at in range(200_000)) + b"\n1\n"),
    "csv a field of a megabyte": (table, lambda: HEADER + b"1," + b"x" * 2**20 + b",b\n"),
    "csv a byte that is no letter": (table, lambda: HEADER + "1,سلام,b\n".encode() * 30_000 + b"2,\xe9,b\n"),
    "csv that is a page": (table, lambda: b"<!DOCTYPE html><html><body>login</body></html>"),
    "csv that is a pointer": (table, lambda: b"version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 3\n"),
    "csv of one line of 60 MB": (table, lambda: b"a" * 60_000_000),
    "json NaN": (requests, lambda: b'[{"service_request_id": "1", "lat": NaN}]'),
    "json 1e400": (requests, lambda: b'[{"service_request_id": "1", "lat": 1e400}]'),
    "json a key twice": (requests, lambda: b'[{"service_request_id": "1", "service_request_id": "2"}]'),
    "json deep": (requests, lambda: b"[" * 100_000 + b"]" * 100_000),
    "json deep objects": (objects, lambda: b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    "json 5,000 digits": (requests, lambda: b'[{"service_request_id": ' + b"9" * 5000 + b"}]"),
    "json a million digits": (requests, lambda: b'[{"service_request_id": ' + b"9" * 1_000_000 + b"}]"),
    "json beyond 64 bits": (requests, lambda: b'[{"service_request_id": 9223372036854775808}]'),
    "json half a character": (requests, lambda: b'[{"service_request_id": "\\ud800"}]'),
    "json and more": (requests, lambda: b'[{"service_request_id": "1"}] <!-- 12 ms -->'),
    "json deep release": (releases, lambda: b'{"releases": ' + b"[" * 50_000 + b"]" * 50_000 + b"}"),
    "xml laughs": (log, lambda: LAUGHS),
    "xml outside entity": (log, lambda: XXE),
    "xml parameter entity": (log, lambda: PARAMETER),
    "xml laughs in requests": (requests, lambda: LAUGHS.replace(b"log>", b"service_requests>")),
    "xml deep": (log, lambda: b"<log>" + b"<trace>" * 200_000),
    "xml deep in requests": (requests, lambda: b"<service_requests>" + b"<request>" * 200_000),
    "xml an attribute of 50 MB": (log, lambda: b'<log a="' + b"x" * 50_000_000 + b'"/>'),
    "xml an attribute of 50 MB in requests": (requests, lambda: b'<service_requests a="' + b"x" * 50_000_000 + b'"/>'),
    "xml gzip bomb": (log, lambda: gzip.compress(b"<log>" + b" " * 300_000_000)),
    "xml gzip cut": (log, lambda: gzip.compress(b"<log/>" * 1000)[:-9]),
    "xlsx giant dimension": (table, lambda: workbook(cells("A1", "XFD1048576"))),
    "xlsx five million cells": (table, many_cells),
    "xlsx 310 MB of shared texts": (
        table,
        lambda: workbook(cells("A1"), shared=b'<sst xmlns="%s">' % MAIN.encode() + b"<si><t>x</t></si>" * 18_000_000),
    ),
    "xlsx entity": (table, lambda: workbook(XXE.replace(b"<log>&x;</log>", cells("A1").encode()))),
    "xlsx cut": (table, lambda: workbook(cells("A1"))[:200]),
    "xls that is a page": (table, lambda: b"<html><table><tr><td>1</td></tr></table></html>"),
    "xls encrypted": (table, lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4096),
    "zip slip": (table, lambda: archive("../../etc/cron.d/x", b"x")),
    "zip bomb": (table, lambda: archive("a.csv", b"0" * 300_000_000)),
    "zip in zip": (table, lambda: archive("a.zip", archive("b.zip", b"x"))),
    "zip long name": (table, lambda: archive("a" * 300, b"x")),
}  # fmt: skip


def make_all(folder: Path) -> None:
    """Write each file under its number."""
    for number, (_, make) in enumerate(FILES.values()):
        (folder / str(number)).write_bytes(make())


def read_all(folder: Path) -> None:
    """Read each file; `said` is None where it was read without complaint."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # a parser that hangs in C is ended too
    for number, (name, (read, _)) in enumerate(FILES.items()):
        body = (folder / str(number)).read_bytes()
        tell(begins=name)
        signal.alarm(LONGEST_SECONDS)
        started, said = time.monotonic(), None
        try:
            read(body)
        except ShahrnamaError as error:
            said = str(error)
        seconds = time.monotonic() - started
        signal.alarm(0)
        tell(name=name, seconds=seconds, said=said, peak=peak())


def tell(**facts: object) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    {"make": make_all, "read": read_all}[sys.argv[1]](Path(sys.argv[2]))
