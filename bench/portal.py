"""How long the portal takes for many pages, and what one weighs: generated from a table of N rows in both languages.

    .venv/bin/python bench/portal.py [rows]     # 1000 rows are 2000 pages; prints CPU seconds and bytes

Each page has the size of a district's card: facts, four tables, links, and a social card of its own. "First" draws all
the cards, "again" renders every page with the cards of before, "unchanged" finds that nothing is to be done. One run
with a hundredth of the rows tells what MkDocs costs before its first page, and that a page weighs the same among few as
among many.
"""

from __future__ import annotations

import gzip
import resource
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "tests")]

from shahrnama.catalog import House  # noqa: E402
from shahrnama.load import load  # noqa: E402
from shahrnama.publish.files import write_files  # noqa: E402
from shahrnama.publish.portal import RENDERED, write_portal  # noqa: E402
from small_city import field, lay_out, promote  # noqa: E402
from small_city import resource as table  # noqa: E402

TABLES = 4  # of each page, of eight rows
DECLARED = """
address: "places/{place_id}"
of: "places"
queries:
  facts: {table: "places", filter: ["place_id"], sql: "SELECT * FROM places WHERE place_id = :place_id"}
  near: {table: "places", sql: "SELECT * FROM places WHERE place_id >= :place_id ORDER BY place_id LIMIT 8"}
"""


def cpu() -> float:
    """CPU seconds of this process and of the renderer that it ran."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(item.ru_utime + item.ru_stime for item in used)


def house_of(folder: Path, rows: int) -> House:
    """The project's portal over a small city and a table of `rows` rows, each with a page."""
    house = lay_out(folder)
    fields = [field("place_id", "integer", required=True), field("name_fa", required=True), field("name_en")]
    fields += [field(f"part_{at}_count", "integer") for at in range(4)]
    cells = [
        (str(at), f"جای {at}", f"Place {at}", *(str(at * step % 97) for step in range(1, 5))) for at in range(rows)
    ]
    promote(house, "places", [table("places", "place_id", fields, cells, table={"label_column": "name_fa"})])
    pages = house.datasets / "places" / "pages"
    pages.mkdir(parents=True)
    (pages / "place.yaml").write_text(DECLARED, encoding="utf-8")
    tables = "\n\n".join(f'## {at}\n\n{{{{ table("near") }}}}' for at in range(TABLES))
    for language in ("fa", "en"):
        text = f'# {{{{ row.name_{language} }}}}\n\n{{{{ facts("facts") }}}}\n\n{tables}\n'
        (pages / f"place.{language}.md").write_text(text, encoding="utf-8")
    load(house)
    write_files(house)
    return house


def published(house: House) -> float:
    """CPU seconds of writing and rendering every page."""
    start = cpu()
    write_portal(house)
    return cpu() - start


def measured(rows: int) -> tuple[float, float, float, int, int]:
    """CPU seconds of the first time, with the cards of before, and unchanged; pages; packed bytes of one."""
    folder = Path(tempfile.mkdtemp())
    try:
        house = house_of(folder, rows)
        first = published(house)
        (house.build / RENDERED).unlink()
        again = published(house)
        unchanged = published(house)
        pages = sum(1 for _ in house.html.rglob("index.html"))
        page = (house.html / "places" / str(rows // 2) / "index.html").read_bytes()
        return first, again, unchanged, pages, len(gzip.compress(page))
    finally:
        shutil.rmtree(folder)


def main() -> None:
    """Print a line for few pages and one for many."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    for count in (max(rows // 100, 1), rows):
        first, again, unchanged, pages, weight = measured(count)
        each = f"first {first:.1f} CPU s ({1000 * first / pages:.1f} ms a page), again {again:.1f} s"
        print(f"{pages:5} pages: {each}, unchanged {unchanged:.1f} s; a page is {weight / 1000:.1f} kB packed")


if __name__ == "__main__":
    main()
