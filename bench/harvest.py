"""Harvest and parse service requests from democity, beside `curl` and `json.loads` of the same pages, in one run.

    .venv/bin/python bench/harvest.py 100000 1000000

Prints for each number of rows: seconds and peak memory of each, and the ratio. Each runs in a process of its own; the
city runs in another, and is warm (every page has been asked once) before anything is timed.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).parents[1]
PAGE_SIZE = 1000
CURL = """
import json, subprocess, sys
base, pages = sys.argv[1], int(sys.argv[2])
for page in range(1, pages + 1):
    address = f"{base}requests.json?page={page}&page_size=1000"
    body = subprocess.run(["curl", "-s", address], capture_output=True, check=True).stdout
    json.loads(body)
"""
OURS = """
import sys
from pathlib import Path
from shahrnama.catalog import House, read
from shahrnama.harvest import harvest
from shahrnama.package import package
base, build, root = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
house = House.at(root, build=build)
dataset = read(house.datasets / "service_requests")
environ = {"SHAHRNAMA_SERVICE_REQUESTS_URL": base, "SHAHRNAMA_PRIVATE_HOSTS": "127.0.0.1"}
harvest(house, dataset, environ, None)
package(house, dataset)
"""


def timed(code: str, *arguments: str) -> tuple[float, float]:
    """Seconds and peak MB of one process (its children's peak is not its own)."""
    code += "\nimport resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
    command = [sys.executable, "-c", code, *arguments]
    started = time.monotonic()
    done = subprocess.run(command, cwd=ROOT / "scripts", capture_output=True, text=True, check=True)
    return time.monotonic() - started, float(done.stdout.split()[-1])


def main() -> None:
    """One line for each number of rows."""
    for count in map(int, sys.argv[1:] or ["100000"]):
        command = [sys.executable, "-m", "democity", "--port", "0", "--scale", str(count / 12_000)]
        city = subprocess.Popen(command, cwd=ROOT / "scripts", stdout=subprocess.PIPE, text=True)
        try:
            assert city.stdout
            base = city.stdout.readline().split()[0]
            pages = 0
            while json.load(urlopen(f"{base}requests.json?page={pages + 1}&page_size={PAGE_SIZE}")):
                pages += 1
            curl = timed(CURL, base, str(pages))
            with tempfile.TemporaryDirectory() as build:
                ours = timed(OURS, base, build, str(ROOT))
        finally:
            city.terminate()
            city.wait(timeout=30)
        print(
            f"{count} rows, {pages} pages: curl + json.loads {curl[0]:.1f} s; harvest + parse {ours[0]:.1f} s, peak "
            f"{ours[1]:.0f} MB; ratio {ours[0] / curl[0]:.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
