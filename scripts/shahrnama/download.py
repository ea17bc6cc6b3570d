"""Plain downloads: a table that a source offers as one file, read by the descriptor alone, without any code.

`harvest: {protocol: download, files: {permits: "permits.xlsx"}}` names the files; a field's `source_name` is its header
in the file, where that differs from its own name. Columns that are not published are ignored by name
(`harvest.ignore`); any other column is an error that names it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

from shahrnama.errors import ParseError
from shahrnama.formats.strict import exhaust, to_utc
from shahrnama.formats.tabular import rows
from shahrnama.persian import ascii_digits, gregorian, normalise

Row = dict[str, Any]
Read = Callable[[str], Any]

BOOLEANS = {"true": True, "1": True, "بله": True, "false": False, "0": False, "خیر": False}
CAPTURE_ID = "capture_id"


def downloaded(resource: Any, ignore: Collection[str]) -> Callable[[bytes], Iterator[Row]]:
    """A parser for a resource (`catalog.Resource`): bytes of its file in, rows typed by its schema out.

    Numbers may have Persian digits and separators, dates may be Jalali where the field says `calendar: jalali`, times
    without an offset are Tehran's. Raises ParseError naming row and column.
    """
    fields = [field.descriptor for field in resource.fields if field.name != CAPTURE_ID]

    def parser(body: bytes) -> Iterator[Row]:
        for number, record in enumerate(rows(body), start=2):
            row = {}
            for field in fields:
                header = field.get("source_name", field["name"])
                if header not in record:
                    raise ParseError(f"the file has no column {header!r}; name the right one in `source_name`")
                row[field["name"]] = _cell(field, record.pop(header), number)
            exhaust(record, ignore=ignore)
            yield row

    return parser


def _cell(field: dict[str, Any], text: str | None, number: int) -> Any:
    if text is None or not text.strip():
        return None
    try:
        return _readers(field)[field.get("type", "string")](text.strip())
    except (ValueError, KeyError) as error:
        kind = field.get("type", "string")
        raise ParseError(
            f"row {number} column {field['name']}: {text[:40]!r} is no {kind}; mend it or its type"
        ) from error


def _readers(field: dict[str, Any]) -> dict[str, Read]:
    is_jalali = field.get("calendar") == "jalali"
    return {
        "string": _code if field["name"].endswith(("_id", "_code")) else normalise,
        "integer": lambda text: int(_plain(text)),
        "number": lambda text: float(_plain(text)),
        "boolean": lambda text: BOOLEANS[text.lower()],
        "date": gregorian if is_jalali else _date,
        "datetime": lambda text: to_utc(text, naive_zone="Asia/Tehran"),
    }


def _plain(text: str) -> str:
    """A number without separators of thousands, in ASCII digits."""
    return ascii_digits(text).replace("٬", "").replace("،", "").replace(",", "").replace("٫", ".")


def _code(text: str) -> str:
    return ascii_digits(normalise(text))


def _date(text: str) -> str:
    found = ascii_digits(text).replace("/", "-")
    year, month, day = (int(part) for part in found[:10].split("-"))
    if year < 1600:  # a Jalali year, which a Gregorian calendar would take for the Middle Ages
        raise ValueError(text)
    return f"{year:04}-{month:02}-{day:02}"
