"""Where a receiver may be: at a public address, or in a network that the settings name.

Whoever enters an address here must not reach what only our own servers can (server-side request forgery): other
machines in our network, or the services by which clouds give out credentials. So a name is resolved before each call,
and the call goes to the very address that was looked at: a name that leads elsewhere a moment later changes nothing.
"""

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from webapp.config import Environment, settings

PORTS = {"https": 443, "http": 80}
LONGEST = 500

# Not public, although the registry that Python goes by calls some of them so: addresses that clouds answer at
# themselves, those that carry another address inside (RFC 4291, 3056, 4380, 6052, 8215), and what is out of use.
NEVER = [
    ip_network(network)
    for network in (
        *("168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24"),
        *("::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/23", "2002::/16", "fec0::/10"),
    )
]


class NotATarget(ValueError):
    """Not an address that may be called; the text says why, for whoever entered it."""


class UnknownHost(Exception):
    """The name leads nowhere."""


class InternalAddress(Exception):
    """The name leads into a network that may not be called; the text is the address."""


@dataclass(frozen=True)
class Target:
    secure: bool
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == PORTS["https" if self.secure else "http"] else f"{name}:{self.port}"


def parse(url: str) -> Target:
    """Raises NotATarget. Plain HTTP is for demos and tests."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except ValueError as error:  # also of a name that cannot be one
        raise NotATarget("no address") from error
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    if any(sign <= " " for sign in url) or not path.isascii() or len(url) > LONGEST or not host:
        raise NotATarget("no address")
    if parts.scheme not in PORTS or (parts.scheme == "http" and settings().environment is Environment.PRODUCTION):
        raise NotATarget("not https")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise NotATarget("more than an address")
    return Target(parts.scheme == "https", host, PORTS[parts.scheme] if port is None else port, path)


def resolve(target: Target) -> list[str]:
    """The addresses of its host, all of which may be called. Raises UnknownHost or InternalAddress."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UnknownHost(target.host) from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for address in addresses:
        if not may_be_called(address):
            raise InternalAddress(address)
    return addresses


def may_be_called(address: str) -> bool:
    number = ip_address(address)
    if any(number in network for network in settings().webhook_networks):
        return True
    return _is_public(number)


def _is_public(number: IPv4Address | IPv6Address) -> bool:
    return number.is_global and not number.is_multicast and not any(number in network for network in NEVER)
