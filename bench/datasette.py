"""Datasette's pages over a million requests, beside stock Datasette and the `sqlite3` shell on the same file.

    .venv/bin/python bench/datasette.py --rounds 9 100000 1000000

Ours: the worker of `shahrnama serve`, with its door, its clerks, its facets from counts. Stock: the same Datasette in
the same environment without our plugin, as it comes (it suggests facets), and with `suggest_facets` off. The shell: the
SQL of the page alone, no HTML and no JSON. All by turns, one request at a time; medians. "Three facets" is what they
add: the JSON page with them less the JSON page without, a millisecond where it is less.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf, isinf
from pathlib import Path
from statistics import median
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode
from urllib.request import urlopen

from load_data import write_package

ROOT = Path(__file__).parents[1]
FACETS = ["district", "status", "channel"]
QUERY = "select status, count(*) as n from requests where district = :district group by 1 order by 2"
TEXT = {"title": "پرسش", "title_en": "Question", "description": "شرح", "description_en": "What it is"}
PARAMETER = {**TEXT, "empty": "هیچ", "empty_en": "none"}
CANNED = {
    **TEXT,
    "group": "one",
    "tables": ["requests"],
    "parameters": {"district": PARAMETER},
    "sql": QUERY,
}
AUTHORED = {
    "title": "Bench",
    "databases": {"shahrnama": {"question_groups": [{"name": "one", **TEXT}], "queries": {"of_a_district": CANNED}}},
}
OURS = """
import sys
from pathlib import Path
from shahrnama.worker import Line, application
import uvicorn
uvicorn.run(application(Path(sys.argv[1]), "bench", Line()), host="127.0.0.1", port=int(sys.argv[2]), log_level="error")
"""
STOCK = """
import sys
sys.modules["rich"] = None  # beside it Datasette prints every error with all locals
from datasette.app import Datasette
from datasette.plugins import pm
for plugin in pm.get_plugins():
    if getattr(plugin, "__name__", "").startswith("shahrnama"):
        pm.unregister(plugin)
import uvicorn
settings = {"suggest_facets": sys.argv[3] == "True", "max_returned_rows": 1000, "facet_time_limit_ms": 2000}
queries = {"of_a_district": {"sql": sys.argv[4]}}
metadata = {"databases": {"shahrnama": {"queries": queries, "tables": {"requests": {"size": 50}}}}}
app = Datasette(immutables=[sys.argv[1]], settings=settings, metadata=metadata).app()
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="error")
"""
START_TRIES = 300  # of 0.2 s
Milliseconds = float


def build(folder: Path, rows: int) -> Path:
    """The package, loaded by our loader, with facets, search and indexes; returns the build folder."""
    from shahrnama.catalog import House
    from shahrnama.load import load
    from shahrnama.publish.metadata import write_metadata

    house = House.at(folder, build=folder / "build")
    descriptor = write_package(house.packages / "requests", rows)
    package = json.loads(descriptor.read_text(encoding="utf-8"))
    package["resources"][1]["table"]["facets"] = FACETS
    descriptor.write_text(json.dumps(package), encoding="utf-8")
    (folder / "metadata.yml").write_text(json.dumps(AUTHORED), encoding="utf-8")
    load(house)
    write_metadata(house)
    return house.build


@contextmanager
def serving(command: Callable[[int], list[str]], path: str) -> Iterator[str]:
    """A server on a free port of this machine, ended by its own id; yields its address once `path` answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(command(port), cwd=ROOT)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(START_TRIES):
            try:
                urlopen(address + path, timeout=60).close()
                break
            except (URLError, OSError):
                time.sleep(0.2)
        else:
            raise SystemExit(f"{address}{path} did not answer")
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


def timed(address: str) -> Milliseconds:
    """One request, to its last byte; infinite for one that took longer than is allowed there, which is one second."""
    started = time.perf_counter()
    try:
        with urlopen(address, timeout=120) as answer:
            answer.read()
    except HTTPError as error:
        if error.code != 400:
            raise SystemExit(f"{address} answered {error.code}: {error.read()[:300]!r}") from error
        return inf
    return 1000 * (time.perf_counter() - started)


def shell(database: Path, sql: str) -> Milliseconds:
    """Seconds that the shell says its statements took, the file opened before."""
    script = f".timer on\nselect 1;\n.output /dev/null\n{sql}\n"
    told = subprocess.run(
        ["sqlite3", "-readonly", str(database)], input=script, capture_output=True, text=True, check=True
    )
    times = [float(found) for found in re.findall(r"Run Time: real ([\d.]+)", told.stdout)]
    return 1000 * sum(times[1:])


def pages(word: str) -> dict[str, tuple[str, str]]:
    """Each page's address below the database, and the SQL that a shell would run for it."""
    first = "select * from requests order by request_id limit 51; select count(*) from requests;"
    found = f"""rowid in (select rowid from requests_fts where requests_fts match '"{word}"')"""
    searched = f"select * from requests where {found} order by request_id limit 51;"
    searched += f" select count(*) from requests where {found};"
    facets = " ".join(f"select {name}, count(*) from requests group by 1 order by 2 desc limit 31;" for name in FACETS)
    asked = "&".join(f"_facet={name}" for name in FACETS)
    values = {"district": "5"}
    canned = QUERY
    for name, value in values.items():
        canned = canned.replace(f":{name}", f"'{value}'")
    return {
        "first table page": ("/requests", first),
        "page with three facets": (f"/requests?{asked}", f"{first} {facets}"),
        "search": (f"/requests?_search={quote(word)}&_nofacet=1", searched),
        "canned query": (f"/of_a_district?{urlencode(values)}", f"{canned};"),
        "JSON page": ("/requests.json?_nofacet=1", first),
        "three facets": (f"/requests.json?{asked}", facets),
    }


def ours_of(path: str) -> str:
    """Our tables have the facets without being asked: what they are asked for is what readers ask."""
    return re.sub(r"\?_facet=.*", "", path)


def compare(build_folder: Path, rounds: int, word: str) -> None:
    """Run all by turns, and print medians and ratios."""
    database = build_folder / "shahrnama.db"

    def ours(port: int) -> list[str]:
        return [sys.executable, "-c", OURS, str(build_folder), str(port)]

    def stock(suggests: bool) -> Callable[[int], list[str]]:
        return lambda port: [sys.executable, "-c", STOCK, str(database), str(port), str(suggests), QUERY]

    with (
        serving(ours, "/db/shahrnama.json") as our_site,
        serving(stock(True), "/shahrnama.json") as default_site,
        serving(stock(False), "/shahrnama.json") as quiet_site,
    ):
        runs: dict[tuple[str, str], list[Milliseconds]] = {}
        for _ in range(rounds):
            for name, (path, sql) in pages(word).items():
                for site, address in {
                    "ours": f"{our_site}/db/shahrnama{ours_of(path)}",
                    "stock": f"{default_site}/shahrnama{path}",
                    "stock, no suggestions": f"{quiet_site}/shahrnama{path}",
                }.items():
                    runs.setdefault((name, site), []).append(timed(address))
                if shutil.which("sqlite3"):
                    runs.setdefault((name, "shell"), []).append(shell(database, sql))
    told = {key: median(found) for key, found in runs.items()}
    for site in {site for _, site in told} - {"shell"}:  # what the facets add
        told["three facets", site] = max(told["three facets", site] - told["JSON page", site], 1.0)
    report(told)


def report(told: dict[tuple[str, str], Milliseconds]) -> None:
    """A line for each page: our milliseconds, and how many times as long each of the others takes."""
    for name in dict.fromkeys(name for name, _ in told):
        mine = told[name, "ours"]
        others = {site: told[name, site] for found, site in told if found == name and site != "ours"}
        ratios = ", ".join(
            f"{site} not in a second" if isinf(spent) else f"{site} {spent / mine:.2f} times ({spent:.1f} ms)"
            for site, spent in others.items()
        )
        print(f"  {name:24} {mine:7.1f} ms; {ratios}")


def main() -> None:
    """A table for each number of rows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="*", type=int, default=[100_000])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--word", default="پلاک", help="a word of the descriptions; the default is in a tenth of them")
    asked = parser.parse_args()
    for rows in asked.rows:
        with tempfile.TemporaryDirectory() as folder:
            built = build(Path(folder), rows)
            print(f"{rows} rows, medians of {asked.rounds}", flush=True)
            compare(built, asked.rounds, asked.word)


if __name__ == "__main__":
    main()
