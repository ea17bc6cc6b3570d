"""A serving process of a test's own: started on a free port, watched through /proc, ended by its pid."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

ROOT = Path(__file__).parents[1]
TRIES = 150  # of 0.2 s: a slow machine starts Datasette in some seconds


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


@dataclass(frozen=True)
class Site:
    """A running server."""

    port: int
    pid: int

    def get(self, path: str, client: str = "127.0.0.1", method: str = "GET", **headers: str) -> Answer:
        """One request as it stands, without the courtesies of a client library, from a loopback address."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60, source_address=(client, 0))
        connection._validate_path = lambda _: None  # type: ignore[attr-defined]
        connection._encode_request = lambda request: request.encode("utf-8")  # type: ignore[attr-defined]
        started = time.monotonic()
        try:
            connection.request(method, path, headers={key.replace("_", "-"): value for key, value in headers.items()})
            answer = connection.getresponse()
            body = answer.read()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, told, body, time.monotonic() - started)
        finally:
            connection.close()

    def resident_mb(self) -> float:
        """Memory of the server and all of its processes, what they share counted for each."""
        return sum(_resident_kb(pid) for pid in _tree(self.pid)) / 1024


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def serving(build: Path, **environ: str) -> Iterator[Site]:
    """The server over a build, from its first answer on."""
    port = free_port()
    command = [sys.executable, "-m", "shahrnama.serve", "--build", str(build), "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, env={**os.environ, **environ})
    site = Site(port, process.pid)
    try:
        for _ in range(TRIES):
            if process.poll() is not None:
                raise AssertionError(process.communicate()[1].decode())
            with suppress(OSError):
                site.get("/db/")
                break
            time.sleep(0.2)
        yield site
    finally:
        process.terminate()
        process.wait(timeout=30)


@dataclass
class Bystander:
    """Another reader, who only opens a small page again and again."""

    longest: float = 0.0
    wrong: int = 0
    count: int = 0


@contextmanager
def bystander(site: Site, path: str, client: str = "127.0.0.2") -> Iterator[Bystander]:
    """Reads for as long as the context lasts."""
    seen, done = Bystander(), Event()

    def read() -> None:
        while not done.is_set():
            answer = site.get(path, client)
            seen.longest = max(seen.longest, answer.seconds)
            seen.wrong += answer.status != 200
            seen.count += 1
            done.wait(0.03)

    with _meanwhile(read, done):
        yield seen


@contextmanager
def peak_of(site: Site) -> Iterator[list[float]]:
    """One number: the most memory that the server held while the context lasted, in MB."""
    peak, done = [0.0], Event()

    def watch() -> None:
        while not done.wait(0.03):
            peak[0] = max(peak[0], site.resident_mb())

    with _meanwhile(watch, done):
        yield peak


@contextmanager
def _meanwhile(work: Callable[[], None], done: Event) -> Iterator[None]:
    """Does the work in a thread for as long as the context lasts; `done` tells it of the end."""
    thread = Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _tree(pid: int) -> Iterator[int]:
    """A process and all below it, but for one that is only being started and is still its parent's memory."""
    yield pid
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                if _command(int(child)) != _command(pid):
                    yield from _tree(int(child))


def _command(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def _resident_kb(pid: int) -> int:
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmRSS")).split()[1])
    return 0
