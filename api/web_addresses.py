"""Addresses on the web that a shop gives: where it is told, and where its customers return to.

Read here once, when they are given, and strictly: what is kept is what was judged. Whether a name leads to a machine
that anybody may speak to can change at any moment, and is asked each time (`api.reaching`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

from ledger.errors import Refusal

LONGEST: Final = 500
PORTS: Final = frozenset({443, 8443})
"""Where an endpoint may listen: not where mail servers, databases and the like do."""

_NAME: Final = re.compile(r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
"""A host name in full, whose last part is no number: so that no spelling of an IP address passes for one."""

_PLAIN: Final = re.compile(r"[\x21-\x7e]+")
_PATH: Final = re.compile(r"(?:/[A-Za-z0-9._~!$&'()*+,;=:@%-]*)+")
_HIDDEN: Final = re.compile(r"%(?:2e|2f|5c|00)", re.IGNORECASE)
"""Dots, slashes and the like in disguise, which servers read in different ways."""


class EndpointAddressRefused(Refusal):
    """Not an address to which messages can be sent."""

    def __init__(self, *, address: str) -> None:
        self.address = address
        super().__init__(f"{address!r} is no address to send messages to.")


class ReturnAddressRefused(Refusal):
    """Not an address to which somebody can be sent back."""

    def __init__(self, *, address: str) -> None:
        self.address = address
        super().__init__(f"{address!r} is no address to return to.")


@dataclass(frozen=True, slots=True)
class WebAddress:
    """An address in its parts: an origin as browsers write it, a path that begins with ``/``, a query or nothing."""

    origin: str
    host: str
    port: int
    path: str
    query: str

    @property
    def whole(self) -> str:
        """As it is written."""
        return f"{self.origin}{self.path}" + (f"?{self.query}" if self.query else "")


def endpoint_address(typed: str, *, loopback: bool) -> WebAddress:
    """An address to which messages can be sent: https, a name in full, port 443 or 8443.

    :param loopback: whether this very machine will do too, by http and on any port
    :raises EndpointAddressRefused:
    """
    found = _read(typed, loopback=loopback)
    if found is None or (found.port not in PORTS and not is_loopback(found.host)):
        raise EndpointAddressRefused(address=typed[:LONGEST])
    return found


def return_address(typed: str, *, loopback: bool, whole: bool) -> WebAddress:
    """An address to which a holder can be sent back, or how such addresses begin.

    :param loopback: whether this very machine will do too, by http
    :param whole: whether there may be a query; how addresses begin has none
    :raises ReturnAddressRefused:
    """
    found = _read(typed, loopback=loopback)
    if found is None or (found.query and not whole):
        raise ReturnAddressRefused(address=typed[:LONGEST])
    return found


def is_loopback(host: str) -> bool:
    """Whether a host is this very machine by what it is called."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _read(typed: str, *, loopback: bool) -> WebAddress | None:
    text = typed.strip()
    if len(text) > LONGEST or "\\" in text or "#" in text:
        return None
    try:
        parts = urlsplit(text)
        host, port = _host(parts.hostname or ""), parts.port
    except ValueError:
        return None
    here = loopback and is_loopback(host)
    if parts.scheme != "https" and not (parts.scheme == "http" and here):
        return None
    if "@" in parts.netloc or ":" in host or not (here or _NAME.fullmatch(host)) or port == 0:
        return None
    return _in_parts(parts, host, port)


def _in_parts(parts: SplitResult, host: str, port: int | None) -> WebAddress | None:
    path = parts.path or "/"
    if not _PATH.fullmatch(path) or _HIDDEN.search(path) or {".", "..", ""} & set(path.split("/")[1:-1]):
        return None
    if path.endswith(("/.", "/..")) or (parts.query and not _PLAIN.fullmatch(parts.query)):
        return None
    usual = {"https": 443, "http": 80}[parts.scheme]
    shown = "" if port in {None, usual} else f":{port}"
    return WebAddress(f"{parts.scheme}://{host}{shown}", host, port or usual, path, parts.query)


def _host(host: str) -> str:
    """As DNS knows it: lower case, accents in their ASCII form.

    :raises ValueError: also UnicodeError, if it has none
    """
    return host if host.isascii() else host.encode("idna").decode("ascii")
