"""Reaching an address that a stranger gave, without being led to machines that are nobody's business (SSRF).

The name is resolved here, every address that it leads to is judged, and the connection is made to an address that
was judged: a name that leads elsewhere a moment later changes nothing. TLS and the request still speak of the name.
Redirections are not followed; what is answered is read within bounds of size and time.
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, Literal

import httpcore

from api.web_addresses import WebAddress, endpoint_address
from ledger.errors import Refusal
from vouchers.notices.delivering import Outcome

Why = Literal["name", "address", "connection", "tls", "time", "answer", "refused"]
"""Why nothing was answered: the name is not known; it leads to an address that is not public; nobody takes the call;
the certificate is not theirs; it took too long; what came is no answer; the address may not be used any more."""

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""From a name and a port to IP addresses.

:raises OSError: if the name is not known
"""

CONNECTING: Final = 5.0
ANSWERING: Final = 10.0
PATIENCE: Final = 15.0
"""Seconds: to connect, for each part of an answer, and in all."""

MOST_READ: Final = 65_536
"""Bytes of an answer that are read, so that the other side can finish; nothing of it is kept."""

ADDRESSES_TRIED: Final = 3

_NOT_PUBLIC: Final = tuple(
    ip_network(one)
    for one in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
"""Of IPv4 (IANA's registry of special purposes, RFC 6890): this host, private, shared (CGNAT), loopback, link-local,
documentation, benchmarks, multicast, reserved."""

_GLOBAL: Final = IPv6Network("2000::/3")
"""What IPv6 gives to the world. Outside of it lie loopback, v4-mapped, NAT64, unique local, link-local, multicast."""

_NOT_GLOBAL: Final = tuple(
    IPv6Network(one) for one in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "2620:4f:8000::/48")
)
"""Teredo, ORCHID and the like; documentation; 6to4, which hides an IPv4 address; AS112."""

_SECONDS: Final = re.compile(r"[0-9]{1,6}")


class NotReached(Exception):
    """Nothing was answered."""

    def __init__(self, why: Why) -> None:
        self.why = why
        super().__init__(why)


@dataclass(slots=True)
class Reach:
    """How this installation reaches what shops have on the web.

    :param loopback: whether shops may be on this very machine
    :param trust: which certificates are believed; those of the system if None
    """

    loopback: bool = False
    resolve: Resolve | None = None
    trust: ssl.SSLContext | None = None
    patience: float = PATIENCE

    async def send(self, url: str, headers: Mapping[str, str], body: str) -> Outcome:
        """Post a message. Never raises for what the other side does or does not do."""
        began = time.monotonic()
        status, why, retry_after = None, None, None
        try:
            async with asyncio.timeout(self.patience):
                status, retry_after = await self._post(endpoint_address(url, loopback=self.loopback), headers, body)
        except NotReached as error:
            why = error.why
        except TimeoutError:
            why = "time"
        except Refusal:
            why = "refused"
        return Outcome(status, why, int((time.monotonic() - began) * 1_000), retry_after)

    async def addresses_of(self, where: WebAddress) -> list[str]:
        """The IP addresses of a host, each of them fit to be spoken to.

        :raises NotReached: if there is none, or one that is not
        """
        try:
            found = list(dict.fromkeys(await (self.resolve or _by_system)(where.host, where.port)))
        except (OSError, UnicodeError):
            raise NotReached("name") from None
        if not found:
            raise NotReached("name")
        if not all(self._fit(one) for one in found):
            raise NotReached("address")
        return found[:ADDRESSES_TRIED]

    def _fit(self, address: str) -> bool:
        return is_public(address) or (self.loopback and _is_loopback(address))

    async def _post(self, where: WebAddress, headers: Mapping[str, str], body: str) -> tuple[int, timedelta | None]:
        pinned = _Pinned(await self.addresses_of(where))
        said = {"Host": where.origin.partition("//")[2], "Content-Type": "application/json", "Connection": "close"}
        limits = {"connect": CONNECTING, "read": ANSWERING, "write": ANSWERING, "pool": CONNECTING}
        if self.trust is None and where.origin.startswith("https:"):
            # Read once, and not while others wait: the certificates of the whole web weigh some.
            self.trust = await asyncio.to_thread(httpcore.default_ssl_context)
        try:
            async with (
                httpcore.AsyncConnectionPool(ssl_context=self.trust, network_backend=pinned) as pool,
                pool.stream(
                    "POST", where.whole, headers=list((said | dict(headers)).items()), content=body.encode(),
                    extensions={"timeout": limits},
                ) as answer,
            ):  # fmt: skip
                await _hear_out(answer)
                return answer.status, _retry_after(answer.headers)
        except httpcore.TimeoutException:
            raise NotReached("time") from None
        except httpcore.ConnectError as error:
            raise NotReached("tls" if _of_tls(error) else "connection") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol):
            raise NotReached("answer") from None


class _Pinned(httpcore.AsyncNetworkBackend):
    """Connects to addresses that were judged, whatever host is asked for."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._addresses, self._real = addresses, httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,  # noqa: ARG002 - the name was resolved and judged before
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's word
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        failed: Exception = NotReached("connection")
        for address in self._addresses:
            try:
                return await self._real.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed

    async def sleep(self, seconds: float) -> None:
        await self._real.sleep(seconds)


def is_public(address: str) -> bool:
    """Whether an IP address is one of the internet's, that anybody may speak to."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    match found:
        case IPv4Address():
            return not any(found in one for one in _NOT_PUBLIC)
        case IPv6Address():
            return found in _GLOBAL and not any(found in one for one in _NOT_GLOBAL)


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


async def _by_system(host: str, port: int) -> list[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


def _of_tls(error: BaseException | None) -> bool:
    """Whether a connection failed because of the certificate, or of how both sides speak TLS."""
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False


async def _hear_out(answer: httpcore.Response) -> None:
    read = 0
    async for part in answer.aiter_stream():
        read += len(part)
        if read > MOST_READ:
            return


def _retry_after(headers: Iterable[tuple[bytes, bytes]]) -> timedelta | None:
    """How long the other side asks to be left in peace, in seconds (RFC 9110, 10.2.3); a date is not waited for."""
    for name, value in headers:
        text = value.decode("ascii", "replace").strip()
        if name.lower() == b"retry-after" and _SECONDS.fullmatch(text):
            return timedelta(seconds=int(text))
    return None
