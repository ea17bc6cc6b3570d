"""The protocols of offices beside GeoReport: OCDS, event logs, CKAN, Socrata, XLSX, CSV, JSON lines.

Files are as offices really send them: a workbook with a title above its header and Jalali dates, a Windows-1256 CSV
with semicolons and Arabic letters. Event logs are written by `process_logs`.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from xml.sax.saxutils import escape

from persiantools.jdatetime import JalaliDate

from democity.answer import Answer, as_json
from democity.generator import CENTRES
from democity.offices import Offices, Record
from democity.process_logs import ProcessLogs

PAGE = 50
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
PROJECT_HEADERS = (
    "شناسه",
    "عنوان پروژه",
    "منطقه",
    "بودجه (ریال)",
    "تاریخ شروع",
    "تاریخ وعده‌داده‌شده",
    "تاریخ‌های بازنگری",
    "پیشرفت",
)
CATALOG = (("feedback", "بازخورد شهروندان"), ("projects", "شناسنامهٔ پروژه‌ها"), ("permits", "رویدادهای پروانه"))
KEYSET = re.compile(r"feedback_id > '(F[0-9]{6})'")


class Protocols:
    """Answers for paths and queries over the offices' records."""

    def __init__(self, offices: Offices, logs: ProcessLogs) -> None:
        self._offices = offices
        self._files: dict[str, tuple[str, Callable[[], bytes]]] = {
            **logs.files,
            "/files/projects.xlsx": ("application/octet-stream", lambda: workbook(_project_rows(offices))),
            "/files/budget.xlsx": ("application/octet-stream", lambda: workbook(offices.budget)),
            "/files/projects.csv": ("text/csv", lambda: _projects_csv(offices)),
            "/files/projects.geojson": ("application/geo+json", lambda: _geojson(offices)),
            "/files/feedback.jsonl": ("application/json", lambda: _lines(offices)),
        }

    def answer(self, path: str, query: Mapping[str, str]) -> Answer | None:
        """The answer, or None where nothing of ours is at `path`."""
        if path in self._files:
            media_type, body = self._files[path]
            return Answer(200, media_type, body(), 1, 1)
        if path == "/ocds/releases.json":
            return self._releases(query)
        if path.startswith("/ckan/api/3/action/"):
            return self._ckan(path.rpartition("/")[2], query)
        return self._soda(query) if path == "/resource/feedback.json" else None

    def _releases(self, query: Mapping[str, str]) -> Answer:
        """A release package (OCDS 1.1) with `links.next` and a cursor."""
        start = _number(query.get("cursor"), 0)
        releases, end = self._offices.releases, start + PAGE
        package = {
            "uri": f"https://city.example/ocds/releases.json?cursor={start}",
            "version": "1.1",
            "publishedDate": "2026-11-22T00:00:00+03:30",
            "publisher": {"name": "شهر نمونه؛ داده‌ها ساختگی است. A fictional city."},
            "releases": releases[start:end],
        }
        if end < len(releases):
            package["links"] = {"next": f"/ocds/releases.json?cursor={end}"}  # no port: the same bytes on every one
        return as_json(package, 200, start // PAGE + 1, -(-len(releases) // PAGE))

    def _ckan(self, action: str, query: Mapping[str, str]) -> Answer:
        """CKAN's action API v3: package_search, package_show, datastore_search (of feedback)."""
        packages = [{"id": name, "name": name, "title": title, "resources": []} for name, title in CATALOG]
        if action == "package_search":
            return as_json({"success": True, "result": {"count": len(packages), "results": packages}})
        if action == "package_show":
            found = next((item for item in packages if item["name"] == query.get("id")), None)
            return as_json({"success": True, "result": found}) if found else _missing("Not found")
        if action != "datastore_search" or query.get("resource_id") != "feedback":
            return _missing(f"No {action} of {query.get('resource_id')}")
        offset, limit = _number(query.get("offset"), 0), min(_number(query.get("limit"), 100), 500)
        rows = [{"_id": number, **row} for number, row in enumerate(self._offices.feedback, start=1)]
        fields = [{"id": name, "type": "text"} for name in rows[0]]
        result = {"fields": fields, "records": rows[offset : offset + limit], "total": len(rows)}
        return as_json({"success": True, "result": result}, 200, offset // limit + 1, -(-len(rows) // limit))

    def _soda(self, query: Mapping[str, str]) -> Answer:
        """Socrata's SODA 2: `$limit`, `$offset`, and `$where=feedback_id > '…'` for paging by key."""
        found = list(self._offices.feedback)
        if query.get("$where"):
            key = KEYSET.fullmatch(query["$where"])
            if not key:
                return as_json({"code": "query.compiler.malformed", "error": True, "message": "unreadable $where"}, 400)
            found = [row for row in found if row["feedback_id"] > key.group(1)]
        offset, limit = _number(query.get("$offset"), 0), min(_number(query.get("$limit"), 1000), 1000)
        pages = -(-len(self._offices.feedback) // limit)
        return as_json(
            found[offset : offset + limit], 200, pages + 1 - -(-len(found) // limit) + offset // limit, pages
        )


def _missing(message: str) -> Answer:
    return as_json({"success": False, "error": {"__type": "Not Found Error", "message": message}}, 404)


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else otherwise


def _geojson(offices: Offices) -> bytes:
    """Projects at the middle of their districts (RFC 7946)."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [*reversed(CENTRES[project["district"] - 1])]},
            "properties": {"id": project["id"], "title": project["title"], "district": project["district"]},
        }
        for project in offices.projects
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()


def _projects_csv(offices: Offices) -> bytes:
    """As an old system exports it: Windows-1256, Arabic ya and kaf, ASCII digits, semicolons."""
    text = _csv([PROJECT_HEADERS, *map(_project_cells, offices.projects)], ";")
    arabic = text.translate({ord("ی"): "ي", ord("ک"): "ك", 0x200C: "\u200c", ord("ۀ"): "ه", ord("ٔ"): None})
    return arabic.encode("cp1256", "replace")


def _csv(rows: list[object], delimiter: str) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)  # type: ignore[arg-type]
    return text.getvalue()


def _project_cells(project: Record) -> tuple[str, ...]:
    first, *later = (jalali(day) for day in project["promised"])
    return (project["id"], project["title"], str(project["district"]), f"{project['budget_irr']:.0f}",
            jalali(project["start"]), first, " ".join(later), str(project["progress"]))  # fmt: skip


def _project_rows(offices: Offices) -> list[Sequence[str]]:
    return [["شناسنامهٔ پروژه‌ها (شهر نمونه، ساختگی)"], [], PROJECT_HEADERS, *map(_project_cells, offices.projects)]


def workbook(rows: Iterable[Sequence[str]]) -> bytes:
    """A workbook of one right-to-left sheet (ECMA-376); every cell a text."""
    cells = "".join(
        f'<row r="{at}">' + "".join(
            f'<c r="{chr(65 + column)}{at}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'
            for column, text in enumerate(row)
        ) + "</row>"
        for at, row in enumerate(rows, start=1)
    )  # fmt: skip
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {**PARTS, "xl/worksheets/sheet1.xml": SHEET.format(cells)}.items():
            archive.writestr(zipfile.ZipInfo(name, ZIP_TIME), text)
    return body.getvalue()


def _lines(offices: Offices) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in offices.feedback).encode()


def jalali(day: date) -> str:
    """The Jalali day as offices write it, 1405/08/30."""
    return str(JalaliDate.to_jalali(day).strftime("%Y/%m/%d"))


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET = f'<worksheet xmlns="{MAIN}"><sheetViews><sheetView rightToLeft="1" workbookViewId="0"/></sheetViews>' \
        "<sheetData>{}</sheetData></worksheet>"  # fmt: skip
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType='
    '"application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName='
    '"/xl/worksheets/sheet1.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
    f'Type="{RELATION}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATION}"><sheets>'
    '<sheet name="برگهٔ ۱" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
    f'Type="{RELATION}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}
