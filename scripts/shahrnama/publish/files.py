"""Files: what researchers download, with checksums. Built aside and swapped in; the same data gives the same bytes."""

from __future__ import annotations

import csv
import io
import shutil
import zipfile
from pathlib import Path
from typing import Any

from shahrnama.atomic import read_json, sha256, swap_folder, write_json, write_text
from shahrnama.catalog import House, catalog
from shahrnama.gate_register import gate_rows
from shahrnama.publish.check import Check, accept
from shahrnama.publish.register_files import TEXTS, write_registers
from shahrnama.publish.texts import citation, mark
from shahrnama.release import release_id

ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can name: no clock in what is published
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run (OWASP, CSV injection)


def write_files(house: House, check: Check = accept) -> Path:
    """Write `build/files`: CSV, CSV for Excel and a zip of each dataset, registers, database, checksums, an index.

    `check` is shown the folder before readers are, and raises where they must not see it: the former files then stay.
    """
    fresh = house.build / "files.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    packages = [(path.parent, read_json(path)) for path in sorted(house.packages.glob("*/datapackage.json"))]
    for folder, package in packages:
        _write_dataset(folder, package, fresh / package["name"])
    is_demo = any(package["is_demo"] for _, package in packages)
    write_registers(fresh / "registers", gate_rows(house, catalog(house.datasets)), is_demo=is_demo)
    if house.database.is_file():
        shutil.copyfile(house.database, fresh / f"shahrnama{mark(is_demo)}.db")
    write_json(fresh / "release.json", {"release": release_id(house)})
    paths = sorted(path for path in fresh.rglob("*") if path.is_file())
    sums = "".join(f"{sha256(path)}  {path.relative_to(fresh)}\n" for path in paths)
    write_text(fresh / "SHA256SUMS", sums)
    write_text(
        fresh / "index.html", _index(packages, [(path.relative_to(fresh), path.stat().st_size) for path in paths])
    )
    check(fresh)
    swap_folder(fresh, house.files)
    return house.files


def _write_dataset(folder: Path, package: dict[str, Any], place: Path) -> None:
    place.mkdir()
    demo = mark(package["is_demo"])
    for resource in package["resources"]:
        source = folder / resource["path"]
        shutil.copyfile(source, place / resource["path"])
        (place / f"{resource['name']}{demo}.excel.csv").write_bytes(excel_csv(source))
    shutil.copyfile(folder / "datapackage.json", place / f"datapackage{demo}.json")
    with zipfile.ZipFile(place / f"{package['name']}{demo}.zip", "w") as archive:
        for name in ["datapackage.json", *(resource["path"] for resource in package["resources"])]:
            _add(archive, name, (folder / name).read_bytes())
        _add(archive, "CITATION.txt", f"{citation(package, 'fa')}\n\n{citation(package, 'en')}\n".encode())


def _add(archive: zipfile.ZipFile, name: str, body: bytes) -> None:
    entry = zipfile.ZipInfo(name, ZIP_TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, body)


def excel_csv(path: Path) -> bytes:
    """The table as Excel opens it: UTF-8 with a byte order mark, CRLF, and no cell that a spreadsheet would run."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            writer.writerow([f"'{cell}" if cell.startswith(FORMULA) and not _is_number(cell) else cell for cell in row])
    return text.getvalue().encode("utf-8-sig")


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _index(packages: list[tuple[Path, dict[str, Any]]], files: list[tuple[Path, int]]) -> str:
    """One plain page in both languages; the portal has the friendlier ones."""
    titles = {package["name"]: package for _, package in packages} | {"registers": TEXTS}
    parts = [INDEX_HEAD]
    if any(package["is_demo"] for _, package in packages):
        parts.append(INDEX_DEMO)
    for name in ["", *titles]:
        package = titles.get(name, {"title": "همه با هم", "title_en": "All together"})
        parts.append(f"<h2>{package['title']} <small lang=en dir=ltr>{package['title_en']}</small></h2><ul dir=ltr>")
        here = [(path, size) for path, size in files if path.parent == Path(name)]
        parts += [f'<li><a href="{path}">{path.name}</a> <small>{size:,} B</small>' for path, size in here]
        parts.append("</ul>" if name else '<li><a href="SHA256SUMS">SHA256SUMS</a></ul>')
    return "\n".join([*parts, "</main></html>", ""])


INDEX_HEAD = """<!doctype html><html lang="fa" dir="rtl"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>پرونده‌ها · شهرنما · Files</title>
<style>@font-face{font-family:Vazirmatn;src:url(/assets/vazirmatn.woff2) format("woff2");font-weight:100 900}
body{font:1rem/1.8 Vazirmatn,Tahoma,sans-serif;max-width:50rem;margin:0 auto;padding:1rem;color:#17252a;background:#fff}
a{color:#0b5d6b}small{color:#4a5a60;font-weight:400}li{overflow-wrap:anywhere}
.demo{background:#fff3cd;border-inline-start:.4rem solid #b45309;padding:.6rem 1rem;border-radius:.3rem}</style></head>
<main><p><a href="/">شهرنما</a> · <a href="/en/" lang="en">Shahrnama</a> · <a href="/db/">Datasette</a></p>
<h1>پرونده‌ها <small lang="en" dir="ltr">Files</small></h1>"""
INDEX_DEMO = """<p class="demo">پرونده‌هایی که در نامشان demo هست ساختگی‌اند و دربارهٔ تهران واقعی چیزی نمی‌گویند.
<span lang="en" dir="ltr">Files with “demo” in their name are fictional.</span></p>"""


def downloads(house: House, package: dict[str, Any]) -> list[tuple[str, int, str]]:
    """Address below /files/, size in bytes and SHA-256 of each file of a dataset, tables first."""
    folder = house.files / package["name"]
    order = {".csv": 0, ".zip": 1, ".json": 2}
    paths = sorted(
        folder.iterdir(), key=lambda path: (order.get(path.suffix, 3), path.name.endswith(".excel.csv"), path.name)
    )
    return [(f"{package['name']}/{path.name}", path.stat().st_size, sha256(path)) for path in paths]
