"""The guard: which addresses the harvester may connect to. Checked on every hop, at the very address that is used.

Only public addresses, by IANA's special-purpose registries (`ipaddress.is_global`), whatever the spelling of a host:
names are resolved first, and the socket is opened to the address that was checked (no second look-up for a hostile name
server to answer otherwise). What is inside the municipality's own network is allowed by name, as `host` or `host:port`.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from shahrnama.net.faults import Failed, Fault

PORTS = {"http": 80, "https": 443}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True)
class Guard:
    """`allowed` names hosts (`10.1.2.3`, `files.local`, `127.0.0.1:8138`) that need not be public."""

    allowed: frozenset[str] = frozenset()

    @classmethod
    def of(cls, *hosts: Iterable[str]) -> Guard:
        """A guard that allows all the hosts named, in any letters."""
        return cls(frozenset(host.strip().lower() for some in hosts for host in some if host.strip()))

    def check(self, url: str) -> SplitResult:
        """The parts of an address that may be asked; Failed for other schemes, user names, backslashes, no host."""
        if any(character in url for character in "\\\t\r\n ") or not url.isascii():
            raise Failed(Fault("malformed", f"{url[:80]!a}"))
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise Failed(Fault("malformed", str(error))) from error
        if parts.scheme not in PORTS or not parts.hostname or parts.username is not None or port == 0:
            raise Failed(Fault("malformed", f"{url[:80]!a} is no http address of a host"))
        return parts

    def connect(self, host: str, port: int, seconds: float) -> socket.socket:
        """A socket to the first address of `host` that answers; every address must be allowed."""
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        private = not self._is_named(host, port)
        addresses = [str(item[4][0]) for item in found]
        if private and (refused := [address for address in addresses if not is_public(address)]):
            raise Failed(Fault("address", f"{host} is {refused[0]}"))
        last: OSError | None = None
        for address in addresses:
            try:
                return socket.create_connection((address, port), seconds)
            except OSError as error:
                last = error
        raise last or OSError(f"{host} has no address")

    def _is_named(self, host: str, port: int) -> bool:
        name = host.strip("[]").lower()
        return name in self.allowed or f"{name}:{port}" in self.allowed


def is_public(address: str) -> bool:
    """Whether an address is anyone's on the internet; an IPv4 address inside an IPv6 one counts as itself."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)))
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo or (None, None))[1]
        if inner:
            return is_public(str(inner))
    return found.is_global and not found.is_multicast
