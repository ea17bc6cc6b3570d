"""The gate's registers as files: issues, corrections and quality as CSV, with a `datapackage.json` of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from shahrnama.atomic import sha256, write_json
from shahrnama.gate_register import gate_registers
from shahrnama.publish.texts import mark
from shahrnama.tables import cell_text, csv_writer

TEXTS = {
    "title": "دفترهای کیفیت داده",
    "title_en": "Registers of data quality",
    "description": "ایرادها، ردیف‌های کنارگذاشته، اصلاح‌ها، شمار داده‌های شخصی پوشانده‌شده و نمرهٔ کیفیت هر مجموعه‌داده.",
    "description_en": "Issues, rows set aside, corrections, counts of masked personal data, each dataset's quality.",
}
LICENCE = {"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}


def write_registers(folder: Path, rows: dict[str, list[dict[str, Any]]], *, is_demo: bool) -> None:
    """Write each register of the gate as a CSV into `folder`, with the descriptor of them all."""
    folder.mkdir(parents=True)
    resources = [_write(folder, register, rows[register["name"]], is_demo) for register in gate_registers()]
    package = {"name": "registers", **TEXTS, "licenses": [LICENCE], "is_demo": is_demo, "resources": resources}
    write_json(folder / f"datapackage{mark(is_demo)}.json", package)


def _write(folder: Path, register: dict[str, Any], rows: list[dict[str, Any]], is_demo: bool) -> dict[str, Any]:
    path = folder / f"{register['name']}{mark(is_demo)}.csv"
    names = [field["name"] for field in register["schema"]["fields"]]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv_writer(file)
        writer.writerow(names)
        writer.writerows([cell_text(row[name]) for name in names] for row in rows)
    facts = {"path": path.name, "format": "csv", "mediatype": "text/csv", "encoding": "utf-8"}
    dialect = {"csv": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True}}
    told = {key: value for key, value in register.items() if key != "table"}
    return {**told, **facts, "dialect": dialect, "hash": f"sha256:{sha256(path)}", "bytes": path.stat().st_size}
