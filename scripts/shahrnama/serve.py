"""Serve: the keeper of the port that readers know. Each release has a worker of its own; releases swap without a gap.

The keeper holds the listening socket and answers nobody. When another release is wanted it starts a worker beside the
old one, asks it for pages on a port of its own, tells the old one to drain and then the new one to accept: readers
who connect in between wait in the socket's queue for a moment. A release that is not sound is never shown.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from shahrnama.errors import ServeError
from shahrnama.release import current, releases, unsound
from shahrnama.served import Worker, started

LOOK_SECONDS = 0.5  # between looks at which release is wanted
STEADY_SECONDS = 5  # a worker that dies sooner than this after its start is not started again at once
QUEUE = 2_048  # connections that wait in the socket while releases swap


@dataclass
class Keeper:
    """The socket, the worker that answers it, and those that drain."""

    folder: Path  # of all releases
    readers: socket.socket
    worker: Worker | None = None
    draining: list[Worker] = field(default_factory=list)
    refused: str | None = None

    def look(self) -> None:
        """Serve what is wanted: swap to it, or start it again where its process has died."""
        self.draining = [old for old in self.draining if old.process.poll() is None]
        wanted = current(self.folder)
        if self.worker and self.worker.process.poll() is not None:
            _log(f"the process of release {self.worker.release} has ended ({self.worker.process.returncode})")
            time.sleep(max(0.0, self.worker.started + STEADY_SECONDS - time.monotonic()))
            self._take(self.worker.folder)
        elif wanted and wanted != self.refused and (not self.worker or wanted != self.worker.release):
            self._swap(wanted)

    def first(self) -> None:
        """Serve the wanted release, or the newest that is sound; ServeError where there is none."""
        wanted = current(self.folder)
        for release in dict.fromkeys([wanted, *releases(self.folder)]):
            if release and not self.worker:
                self._swap(release)
        if not self.worker:
            raise ServeError(f"{self.folder} has no release that can be served; run `shahrnama build` first")
        if self.worker.release != wanted:
            _log(f"release {self.worker.release} is served instead of {wanted}")

    def end(self) -> None:
        """End all processes."""
        for worker in [self.worker, *self.draining]:
            if worker:
                worker.end()

    def _swap(self, release: str) -> None:
        try:
            self._take(self.folder / release)
        except ServeError as error:
            self.refused = release
            _log(f"{error}; {self.worker.release if self.worker else 'nothing'} stays")

    def _take(self, folder: Path) -> None:
        """Start, check, drain the old, accept."""
        if reason := unsound(folder):
            raise ServeError(reason)
        fresh, old = started(folder, self.readers), self.worker
        try:
            fresh.check()
        except ServeError:
            fresh.end()
            raise
        if old and old.process.poll() is None:
            old.tell("drain")
            self.draining.append(old)
        fresh.tell("accept")
        self.worker, self.refused = fresh, None


def _log(words: str) -> None:
    sys.stderr.write(f"shahrnama serve: {words}\n")
    sys.stderr.flush()


def main(argv: list[str] | None = None) -> int:
    """Answer readers until interrupted, always with the release that is wanted."""
    parser = argparse.ArgumentParser(prog="python -m shahrnama.serve", description=__doc__)
    parser.add_argument("--build", type=Path, default=Path("build"))
    parser.add_argument("--host", default=os.environ.get("SHAHRNAMA_HOST", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=int(os.environ.get("SHAHRNAMA_PORT", "8001")))
    options = parser.parse_args(argv)
    stopped = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    try:
        readers = socket.create_server((options.host, options.port), family=family, backlog=QUEUE)
        keeper = Keeper(options.build.resolve() / "releases", readers)
        keeper.first()
    except (ServeError, OSError) as error:
        _log(str(error))
        return 1
    while not stopped.wait(LOOK_SECONDS):
        try:
            keeper.look()
        except ServeError as error:
            _log(str(error))
    keeper.end()
    return 0


if __name__ == "__main__":
    sys.exit(main())
