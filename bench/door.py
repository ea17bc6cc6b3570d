"""The door under attack: hostile requests one by one, a crowd of slow ones behind nginx, and pages from its cache.

    .venv/bin/python bench/door.py [--build build] [--crowd 1000]

Needs nginx and wrk (`apt install nginx-light wrk`) for the crowd and the cache; both run on loopback ports, nginx with
deploy/nginx/shahrnama.conf but for its addresses, and end with the bench. A bystander is another reader, from another
address, who opens a table of 8 rows every 30 ms. Memory is that of the server and all its processes, what they share
counted for each. "Ratio" is the rate of a page from nginx's cache over that of the same bytes as a file, by turns: of a
file as nginx sends it, and of a file with the page's own headers, which are 700 bytes more to write.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))
from hostile_sql import REQUESTS  # noqa: E402 the same requests as the test
from serving import Site, bystander, free_port, peak_of, serving  # noqa: E402

SMALL = "/db/shahrnama/districts?_size=8"
SLOW = "with recursive c(x) as (select 1 union all select x + 1 from c) select count(*) from c where x > "
PAGES = ("/", "/db/", "/db/shahrnama", "/db/shahrnama/districts", "/db/shahrnama/service_requests.json")
ROUNDS = 7
SECONDS = 2  # of wrk, each
NGINX_S_OWN = {"date", "etag", "content-length", "content-type"}  # headers of a file without being told


def main() -> None:
    """Run all three and print a table of each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=ROOT / "build")
    parser.add_argument("--crowd", type=int, default=1_000)
    options = parser.parse_args()
    with serving(options.build) as site:
        hostile(site)
        if shutil.which("nginx") and shutil.which("wrk"):
            with tempfile.TemporaryDirectory() as folder, proxy(site, Path(folder)) as before:
                crowd(before, options.crowd)
                cached(before, Path(folder))
        else:
            print("crowd and cache left out: nginx or wrk is not installed")


def hostile(site: Site) -> None:
    """Each hostile request by itself."""
    times, waits, statuses = {}, {}, Counter[int]()
    with peak_of(site) as peak:
        for name, path in REQUESTS.items():
            with bystander(site, SMALL) as other:
                answer = site.get(path)
            times[name], waits[name] = answer.seconds, other.longest
            statuses[answer.status] += 1
    slowest, longest = max(times, key=times.__getitem__), max(waits, key=waits.__getitem__)
    print(f"hostile requests       {len(REQUESTS)} (by status: {dict(statuses)})")
    print(f"  slowest answer       {times[slowest]:.2f} s ({slowest})")
    print(f"  bystander's longest  {1000 * waits[longest]:.0f} ms ({longest})")
    print(f"  peak memory          {peak[0]:.0f} MB")


def crowd(site: Site, count: int) -> None:
    """Many slow questions at once, from one address, while another reader reads."""
    times: list[float] = []
    wrong = 0
    with ThreadPoolExecutor(count) as pool:
        asked = [pool.submit(_status, site, n) for n in range(count)]
        while not all(answer.done() for answer in asked) or len(times) < 100:
            answer = site.get(SMALL + f"&_lang={'en' if len(times) % 2 else 'fa'}", "127.0.0.2")
            times.append(answer.seconds)
            wrong += answer.status != 200
            time.sleep(0.03)
        statuses = Counter(answer.result() for answer in asked)
    print(f"slow questions at once {count} behind nginx (answers: {dict(statuses)})")
    print(f"  bystander            median {1000 * median(times):.0f} ms, longest {1000 * max(times):.0f} ms,", end=" ")
    print(f"{len(times)} pages, {wrong} errors")


def _status(site: Site, number: int) -> int | str:
    try:
        return site.get("/db/shahrnama.json?" + urlencode({"sql": f"{SLOW}{number}"}), "127.0.0.3").status
    except OSError as error:
        return type(error).__name__


def cached(site: Site, folder: Path) -> None:
    """Pages from the cache, the same bytes as files, and as files with the same headers, by turns."""
    told = (("from cache/s", 14), ("as a file/s", 13), ("ratio", 7), ("dressed file/s", 16), ("ratio", 7))
    print(f"{'cached pages':<42}{'bytes':>9}" + "".join(f"{heading:>{width}}" for heading, width in told))
    for number, page in enumerate(PAGES):
        (folder / "static" / str(number)).write_bytes(site.get(page).body)
        assert site.get(page).headers["x-cache"] in {"HIT", "REVALIDATED"}
        rounds = [_round(site, [page, f"/static/{number}", f"/dressed/{number}"], turn) for turn in range(ROUNDS)]
        cache, file, dressed = (median(column) for column in zip(*rounds, strict=True))
        size = (folder / "static" / str(number)).stat().st_size
        plain, same = (median(rates[0] / rates[other] for rates in rounds) for other in (1, 2))
        print(f"  {page:<40}{size:>9}{cache:>14.0f}{file:>13.0f}{plain:>7.2f}{dressed:>16.0f}{same:>7.2f}")


def _round(site: Site, paths: list[str], turn: int) -> list[float]:
    """The rate of each path, measured in another order at each turn."""
    first = turn % len(paths)
    rates = {path: _rate(site, path) for path in paths[first:] + paths[:first]}
    return [rates[path] for path in paths]


def _rate(site: Site, path: str) -> float:
    command = ["wrk", "-t1", "-c8", f"-d{SECONDS}", f"http://127.0.0.1:{site.port}{path}"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in told, told
    found = re.search(r"Requests/sec:\s+([\d.]+)", told)
    assert found, told
    return float(found.group(1))


@contextmanager
def proxy(site: Site, folder: Path) -> Iterator[Site]:
    """nginx with the configuration of production on a port of its own, and a folder of files beside it."""
    port = free_port()
    folder.chmod(0o755)
    (folder / "static").mkdir()
    text = (ROOT / "deploy" / "nginx" / "shahrnama.conf").read_text(encoding="utf-8")
    text = re.sub(r"server \{\n    listen 80;.*?\n\}\n", "", text, flags=re.DOTALL)
    text = re.sub(r"    ssl_.*\n", "", text).replace("listen 443 ssl http2", f"listen 127.0.0.1:{port}")
    text = text.replace("/var/cache/nginx/shahrnama", f"{folder}/cache").replace(
        "127.0.0.1:8001", f"127.0.0.1:{site.port}"
    )
    files = f"alias {folder}/static/; default_type text/html;"
    static = f"    location /static/ {{ {files} }}\n    location /dressed/ {{ {files} {_headers(site)} }}\n"
    text = text.replace("    location / {", static + "    location / {", 1)
    paths = "".join(
        f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log;\nworker_processes 1;\n"
        f"events {{ worker_connections 4096; }}\nhttp {{\naccess_log off;\n{paths}{text}\n}}\n"
    )
    process = subprocess.Popen(["nginx", "-c", str(folder / "nginx.conf")], stderr=subprocess.DEVNULL)
    before = Site(port, site.pid)
    try:
        for _ in range(50):
            with suppress(OSError):
                before.get("/db/")
                break
            time.sleep(0.1)
        yield before
    finally:
        process.terminate()
        process.wait()


def _headers(site: Site) -> str:
    """The headers of a page of the site's, as nginx is told to add them."""
    told = {name: value for name, value in site.get("/db/").headers.items() if name not in NGINX_S_OWN}
    return " ".join('add_header {} "{}";'.format(name, value.replace('"', '\\"')) for name, value in told.items())


if __name__ == "__main__":
    main()
