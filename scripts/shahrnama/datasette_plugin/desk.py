"""Desk: readers wait by turns, so that one who asks for much never makes another wait for long."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


class Busy(Exception):  # noqa: N818 it says what the desk is
    """No turn can be had; `own` where it is this client's own requests that fill the desk."""

    def __init__(self, *, own: bool) -> None:
        super().__init__("too many requests of one client" if own else "too many requests")
        self.own = own


@dataclass
class Desk:
    """Places that are given to clients by turns (round robin), each client's own requests in their order.

    Raises nothing on its own: `turn` raises Busy where too much waits already, or for too long.
    """

    places: int  # requests under way
    places_each: int  # of them, of one client
    waiting: int
    waiting_each: int
    patience_seconds: float
    _here: Counter[str] = field(default_factory=Counter)
    _queues: OrderedDict[str, deque[asyncio.Future[None]]] = field(default_factory=OrderedDict)

    @asynccontextmanager
    async def turn(self, client: str) -> AsyncIterator[None]:
        """Hold a place for as long as the context lasts."""
        if self._room(client) and client not in self._queues:
            self._here[client] += 1
        else:
            await self._wait(client)
        try:
            yield
        finally:
            self._leave(client)

    @property
    def load(self) -> tuple[int, int]:
        """How many are under way, and how many wait."""
        return self._here.total(), sum(len(queue) for queue in self._queues.values())

    def _room(self, client: str) -> bool:
        return self._here.total() < self.places and self._here[client] < self.places_each

    async def _wait(self, client: str) -> None:
        queue = self._queues.get(client, ())
        if len(queue) >= self.waiting_each or self.load[1] >= self.waiting:
            raise Busy(own=len(queue) >= self.waiting_each)
        called: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queues.setdefault(client, deque()).append(called)
        try:
            await asyncio.wait_for(asyncio.shield(called), self.patience_seconds)
        except (TimeoutError, asyncio.CancelledError) as error:
            if called.done():  # the place was given at the same moment
                self._leave(client)
            else:
                self._drop(client, called)
            if isinstance(error, TimeoutError):
                raise Busy(own=self._here[client] >= self.places_each) from error
            raise

    def _drop(self, client: str, called: asyncio.Future[None]) -> None:
        called.cancel()
        self._queues[client].remove(called)
        if not self._queues[client]:
            del self._queues[client]

    def _leave(self, client: str) -> None:
        self._here[client] -= 1
        self._here += Counter()  # drops clients with nothing under way
        for other in list(self._queues):
            if self._room(other):
                self._queues[other].popleft().set_result(None)
                self._here[other] += 1
                self._queues.move_to_end(other)
                if not self._queues[other]:
                    del self._queues[other]
