"""No address that a shop gives leads us to a machine that is nobody's business, whatever it says and when."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from api.reaching import Reach, Resolve, is_public
from api.web_addresses import EndpointAddressRefused, ReturnAddressRefused, endpoint_address, return_address
from tests.sink import a_sink

CERTIFICATE: Final = Path(__file__).parents[1] / "loopback.pem"
PUBLIC: Final = ("93.184.215.14", "8.8.8.8", "2606:4700:4700::1111", "2a01:4f8::1", "1.1.1.1")
PRIVATE: Final = (
    "127.0.0.1", "127.8.8.8", "0.0.0.1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "100.127.255.255", "192.0.0.8", "198.18.0.1", "224.0.0.1", "239.255.255.250", "240.0.0.1",
    "255.255.255.255", "203.0.113.7",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::808:808",
    "64:ff9b:1::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "ff02::1", "2002:7f00:1::", "2001::1",
    "2001:db8::1", "3fff::1", "100::1", "fec0::1", "5f00::1",
    "", "shop.example", "127.1", "0x7f000001", "2130706433",
)  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_what_anybody_may_speak_to(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", PRIVATE)
def test_what_nobody_may_speak_to_through_us(address: str) -> None:
    """Private, shared, loopback, link-local, multicast, reserved; and IPv4 in all its disguises of IPv6."""
    assert not is_public(address)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://Boutique.Example.org", "https://boutique.example.org/"),
        (" https://boutique.example.org:443/obole?x=1 ", "https://boutique.example.org/obole?x=1"),
        ("https://boutique.example.org:8443/a/b%20c", "https://boutique.example.org:8443/a/b%20c"),
        ("https://épicerie.example.fr/obole", "https://xn--picerie-9xa.example.fr/obole"),
    ],
)
def test_an_address_is_kept_as_it_was_judged(typed: str, kept: str) -> None:
    assert endpoint_address(typed, loopback=False).whole == kept


@pytest.mark.parametrize(
    "typed",
    [
        "", "boutique.example.org", "http://boutique.example.org", "ftp://boutique.example.org", "https://",
        "https://localhost/", "https://127.0.0.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://0x7f.1/",
        "https://2130706433/", "https://127.0.0.1.", "https://boutique/", "https://boutique.example.org:22/",
        "https://boutique.example.org:0/", "https://boutique.example.org:70000/", "https://a@boutique.example.org/",
        "https://a:b@boutique.example.org/", "https://boutique.example.org/#x", "https://boutique.example.org\\@evil.example/",
        "https://boutique.example.org/a/../b", "https://boutique.example.org/%2e%2e/b", "https://boutique.example.org//b/c",
        "https://boutique.example.org/é", "https://boutique.example.org/a b", "https://" + "a" * 500 + ".example",
        "https://93.184.215.14/", "javascript:alert(1)", "https://boutique.example.org/a\r\nX: y",
    ],
)  # fmt: skip
def test_what_is_no_address_for_messages(typed: str) -> None:
    with pytest.raises(EndpointAddressRefused):
        endpoint_address(typed, loopback=False)


def test_return_addresses_take_any_port_but_neither_disguises_nor_queries_in_what_they_begin_with() -> None:
    where = return_address("https://boutique.example.org:9443/panier?a=1", loopback=False, whole=True)
    assert (where.origin, where.path, where.query) == ("https://boutique.example.org:9443", "/panier", "a=1")
    for typed in ("https://boutique.example.org/?a=1", "https://boutique.example.org/a/%2e%2e/", "http://127.0.0.1/"):
        with pytest.raises(ReturnAddressRefused):
            return_address(typed, loopback=False, whole=False)
    assert return_address("http://127.0.0.1:8080/a", loopback=True, whole=False).origin == "http://127.0.0.1:8080"
    with pytest.raises(ReturnAddressRefused):  # an origin of which no policy of a page can speak
        return_address("http://[::1]:8080/a", loopback=True, whole=False)


def leading_to(*turns: Sequence[str]) -> tuple[Resolve, list[str]]:
    """A resolver that leads elsewhere each time it is asked, and what it was asked."""
    asked: list[str] = []

    async def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return turns[min(len(asked), len(turns)) - 1]

    return resolve, asked


async def send(reach: Reach, url: str) -> tuple[int | None, str | None]:
    outcome = await reach.send(url, {"webhook-id": "msg_1"}, '{"type":"test"}')
    return outcome.status, outcome.why


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["93.184.215.14", "10.0.0.1"], ["::ffff:10.0.0.1"], ["fe80::1%1"]]
)
async def test_a_name_that_leads_to_a_private_machine_is_not_called(addresses: list[str]) -> None:
    """Not even if another of its addresses is public."""
    resolve, _ = leading_to(addresses)
    assert await send(Reach(resolve=resolve), "https://boutique.example.org/obole") == (None, "address")


async def test_a_name_that_is_not_known_or_leads_nowhere() -> None:
    async def unknown(host: str, port: int) -> Sequence[str]:
        raise OSError

    for resolve in (unknown, leading_to([])[0]):
        assert await send(Reach(resolve=resolve), "https://boutique.example.org/") == (None, "name")


async def test_a_name_that_changes_between_check_and_call_changes_nothing() -> None:
    """It is resolved once, and the connection is made to what was judged then."""
    async with a_sink() as judged, a_sink(host="127.0.0.2", port=judged.port) as rebound:
        resolve, asked = leading_to(["127.0.0.1"], ["127.0.0.2"])
        assert await send(Reach(loopback=True, resolve=resolve), judged.url(host="localhost")) == (204, None)
        assert (len(judged.heard), rebound.heard, asked) == (1, [], ["localhost"])
        (heard,) = judged.heard
        assert heard.line == "POST /obole HTTP/1.1"
        assert (heard.headers["host"], heard.headers["webhook-id"]) == (f"localhost:{judged.port}", "msg_1")
        assert (heard.headers["content-type"], heard.body) == ("application/json", '{"type":"test"}')


async def test_tls_speaks_of_the_name_and_not_of_the_address() -> None:
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serving.load_cert_chain(CERTIFICATE)
    named: list[str | None] = []
    serving.sni_callback = lambda _socket, name, _context: named.append(name)
    resolve, _ = leading_to(["127.0.0.1"])
    async with a_sink(tls=serving) as sink:
        trusting = Reach(loopback=True, resolve=resolve, trust=ssl.create_default_context(cafile=CERTIFICATE))
        assert await send(trusting, sink.url(host="localhost")) == (204, None)
        assert named == ["localhost"]
        assert await send(Reach(loopback=True, resolve=resolve), sink.url(host="localhost")) == (None, "tls")


async def test_a_redirection_is_an_answer_like_any_other_and_is_not_followed() -> None:
    async with a_sink() as elsewhere, a_sink() as sink:
        sink.answer, sink.more = 307, f"location: {elsewhere.url()}"
        assert await send(Reach(loopback=True), sink.url()) == (307, None)
        assert (len(sink.heard), elsewhere.heard) == (1, [])


async def endless(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 X\r\ncontent-type: text/plain\r\n\r\n")
    while True:
        writer.write(b"x" * 65_536)
        await writer.drain()


async def endless_head(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 X\r\n")
    while True:
        writer.write(b"x: " + b"y" * 8_000 + b"\r\n")
        await writer.drain()


async def nonsense(writer: asyncio.StreamWriter) -> None:
    writer.write(b"\x00\xff\x00 whatever\r\n\r\n")


async def silence(writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def drops(writer: asyncio.StreamWriter) -> None:
    """A byte now and then: no single wait is long."""
    for byte in b"HTTP/1.1 200 X\r\ncontent-length: 1000000\r\n\r\n" + b"x" * 1_000_000:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("answer", "told"), [(endless, (200, None)), (endless_head, (None, "answer")), (nonsense, (None, "answer"))]
)
async def test_whatever_is_answered_is_read_within_bounds(answer: object, told: tuple[int | None, str | None]) -> None:
    async with a_sink() as sink:
        sink.answer = answer  # type: ignore[assignment]
        assert await send(Reach(loopback=True), sink.url()) == told


@pytest.mark.parametrize("answer", [silence, drops])
async def test_whoever_does_not_answer_is_not_waited_for_for_long(answer: object) -> None:
    async with a_sink() as sink:
        sink.answer = answer  # type: ignore[assignment]
        outcome = await Reach(loopback=True, patience=0.3).send(sink.url(), {}, "{}")
        assert (outcome.status, outcome.why) == (None, "time")
        assert 250 <= outcome.took < 5_000


async def test_nobody_takes_the_call() -> None:
    async with a_sink() as sink:
        gone = sink.url()
    assert await send(Reach(loopback=True), gone) == (None, "connection")


@pytest.mark.parametrize(("asked", "understood"), [("120", 120), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("-1", None)])
async def test_how_long_the_other_side_asks_to_be_left_in_peace(asked: str, understood: int | None) -> None:
    async with a_sink() as sink:
        sink.answer, sink.more = 503, f"retry-after: {asked}"
        outcome = await Reach(loopback=True).send(sink.url(), {}, "{}")
    assert outcome.retry_after == (None if understood is None else timedelta(seconds=understood))


async def test_this_machine_is_reached_only_where_that_was_set() -> None:
    async with a_sink() as sink:
        assert await send(Reach(), sink.url()) == (None, "refused")
        resolve, _ = leading_to(["127.0.0.1"])
        assert await send(Reach(resolve=resolve), "https://boutique.example.org/") == (None, "address")
        assert sink.heard == []
