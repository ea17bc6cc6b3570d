"""Served: the process of one release (`worker.py`) as its keeper (`serve.py`) sees it."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import quote

from shahrnama.errors import ServeError

CHECK_SECONDS = 60  # an answer of a fresh worker may take on a machine that is short of everything
END_SECONDS = 15  # longer than a worker drains
PAGES = ("/", "/files/SHA256SUMS", "/db/", "/db/.json")


@dataclass
class Worker:
    """A process that serves one release, on a port of its own until it is told to accept readers."""

    folder: Path
    process: subprocess.Popen[str]
    port: int
    started: float = field(default_factory=time.monotonic)

    @property
    def release(self) -> str:
        """The release that it serves."""
        return self.folder.name

    def tell(self, word: str) -> None:
        """Say a word and wait until it is done."""
        with suppress(BrokenPipeError):
            _pipe(self.process.stdin).write(word + "\n")
            _pipe(self.process.stdin).flush()
            _pipe(self.process.stdout).readline()

    def check(self) -> None:
        """Ask for a page of each kind and a row of each table; ServeError names the first that is wrong."""
        for path in PAGES:
            self._get(path)
        for database in json.loads(self._get("/db/.json")):
            tables = json.loads(self._get(f"/db/{database}.json"))["tables"]
            for table in tables:
                self._get(f"/db/{database}/{quote(table['name'])}.json?_size=1")
            self._get(f"/db/{database}.json?sql=select+1")

    def end(self) -> None:
        """Close its standard input, which ends it, and wait."""
        with suppress(BrokenPipeError):
            _pipe(self.process.stdin).close()
        try:
            self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _get(self, path: str) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=CHECK_SECONDS)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            body, release = answer.read(), answer.getheader("x-release")
        except OSError as error:
            raise ServeError(f"release {self.release}: {path} is not answered ({error})") from error
        finally:
            connection.close()
        if answer.status != 200 or release != self.release:
            raise ServeError(f"release {self.release}: {path} answers {answer.status} as {release}")
        return body


def started(folder: Path, readers: socket.socket) -> Worker:
    """A worker that is ready on a port of its own; ServeError where it did not come up."""
    handle = str(readers.fileno())
    command = [sys.executable, "-m", "shahrnama.worker", "--folder", str(folder), "--release", folder.name]
    process = subprocess.Popen(
        [*command, "--readers", handle],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        pass_fds=(readers.fileno(),),
        start_new_session=True,  # an interrupt from the keyboard is the keeper's alone
    )
    word, _, port = _pipe(process.stdout).readline().partition(" ")
    if word != "ready":
        process.wait()
        raise ServeError(f"release {folder.name} cannot be served (its process ended with {process.returncode})")
    return Worker(folder, process, int(port))


def _pipe(stream: IO[str] | None) -> IO[str]:
    if stream is None:
        raise ServeError("a worker was started without its streams")
    return stream
