"""Clerks: the processes that readers' SQL runs in, lent to one request at a time."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from shahrnama.datasette_plugin.clerk import (
    LENGTH_BYTES,
    TOO_MUCH_MEMORY,
    TOO_SLOW,
    Answer,
    Question,
    packed,
    unpacked,
)

CLERK = "shahrnama.datasette_plugin.clerk"
GRACE_SECONDS = 0.3  # after its time a query is interrupted; a process that goes on for longer than this is ended
START_SECONDS = 10  # a fresh process may take to its first answer, on a machine that is short of everything


@dataclass
class Asking:
    """A request that brings a question of its own: what is left of its time, how wide its answer can be, its clerk."""

    clerks: Clerks
    milliseconds: float
    most_cells: int
    whole: bool  # whether an answer that is cut could not say so, as in CSV
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)  # one query of a request at a time


ASKING: ContextVar[Asking | None] = ContextVar("asking", default=None)


@dataclass
class Clerks:
    """The processes over some databases: as many as requests are let in at once."""

    files: dict[str, Path]
    idle: list[Process] = field(default_factory=list)
    starting: set[asyncio.Task[None]] = field(default_factory=set)
    ended: int = 0  # processes that were killed: their query could not be interrupted, or its reader had gone

    async def answer(self, asking: Asking, question: Question) -> Answer:
        """What a clerk says within the time that is left to the request."""
        async with asking.lock:
            name, sql, parameters, limit, most_rows, _ = question
            limit = min(limit, asking.milliseconds)
            if limit <= 0:
                return TOO_SLOW, "interrupted"
            process = await self._ready()
            started = monotonic()
            try:
                question = (name, sql, parameters, limit, most_rows, asking.most_cells)
                return await self._told(process, question, limit / 1000 + GRACE_SECONDS)
            finally:
                asking.milliseconds -= 1000 * (monotonic() - started)

    async def _told(self, process: Process, question: Question, seconds: float) -> Answer:
        try:
            retires, answer = await asyncio.wait_for(_exchange(process, question), seconds)
        except (ConnectionError, asyncio.IncompleteReadError):  # at the end of its address space
            self._replace(process)
            return TOO_MUCH_MEMORY, "ended"
        except TimeoutError:
            self._end(process)
            return TOO_SLOW, "ended"
        except asyncio.CancelledError:  # the reader has gone
            self._end(process)
            raise
        if retires:
            self._replace(process)
        else:
            self.idle.append(process)
        found: Answer = answer
        return found

    async def _ready(self) -> Process:
        while self.idle or self.starting:
            if not self.idle:
                await asyncio.wait(self.starting, return_when=asyncio.FIRST_COMPLETED)
            elif (process := self.idle.pop()).returncode is None:
                return process
        return await self._started()

    async def fill(self, count: int) -> None:
        """Have as many ready."""
        while len(self.idle) < count:
            await self._refill()

    def _replace(self, ending: Process) -> None:
        """Start a fresh process now, before the next question needs it, but not beside the memory of the other."""
        task = asyncio.ensure_future(self._refill(ending))
        self.starting.add(task)
        task.add_done_callback(self.starting.discard)

    async def _refill(self, ending: Process | None = None) -> None:
        if ending:
            await ending.wait()
        self.idle.append(await self._started())

    async def _started(self) -> Process:
        """A fresh process that has answered once: its start is not on any reader's time."""
        named = [text for name, path in self.files.items() for text in (name, str(path))]
        environ = {**os.environ, "MALLOC_ARENA_MAX": "1"}  # arenas are kept for ever
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", CLERK, *named, stdin=PIPE, stdout=PIPE, env=environ
        )
        question = (next(iter(self.files)), "select 1", (), 1000, 1, 1)
        await asyncio.wait_for(_exchange(process, question), START_SECONDS)
        return process

    def _end(self, process: Process) -> None:
        self.ended += 1
        with suppress(ProcessLookupError):
            process.kill()
        self._replace(process)


async def _exchange(process: Process, question: Question) -> Any:
    if process.stdin is None or process.stdout is None:
        raise ConnectionError("the process was started without its streams")
    process.stdin.write(packed(question))
    length = await process.stdout.readexactly(LENGTH_BYTES)
    return unpacked(await process.stdout.readexactly(int.from_bytes(length, "big")))
