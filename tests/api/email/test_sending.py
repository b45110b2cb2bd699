"""Letters to a real mail server that does what mail servers do, at each step of the way."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Final

import pytest
from PIL import Image

from api.email.outcomes import Doubtful, Outcome, Postponed, Refused, Sent
from api.email.smtp import Patience, SmtpMailer
from api.settings import MailServer as Server
from tests.api.email.given import CODE, GIFT, a_letter
from tests.mail_server import LOGIN, Fault, MailServer, mail_server, trusting
from tests.scanner import scan
from vouchers.codes import spell

QUICK: Final = Patience(connecting=5, answering=5, taking=0.5)
MARIE: Final = "marie@example.org"


@dataclass(slots=True)
class Claim:
    """Counts how often a letter was about to leave, and what had arrived by then."""

    server: MailServer
    before: list[int] = field(default_factory=list)

    async def __call__(self) -> None:
        self.before.append(len(self.server.received))


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def claim(server: MailServer) -> Claim:
    return Claim(server)


def mailer(server: MailServer, *, bounces: str | None = None) -> SmtpMailer:
    return SmtpMailer(Server("127.0.0.1", server.port, "never"), bounces=bounces, patience=QUICK)


async def test_a_letter_arrives_whole_and_its_code_can_be_read(server: MailServer, claim: Claim) -> None:
    letter = a_letter()
    outcome = await mailer(server, bounces="retours@treiz.example").send(letter, about_to=claim)
    assert outcome == Sent("2.0.0 Taken as 1")
    assert claim.before == [0]
    (came,) = server.received
    assert came.sender == f"retours+{letter.id.hex}@treiz.example"
    message = came.message
    assert message["To"] == MARIE
    assert message["Message-ID"] == letter.message_id
    pictures = [part.get_content() for part in message.walk() if part.get_content_type() == "image/png"]
    codes = [scan(Image.open(BytesIO(one))) for one in pictures]
    assert [one.text for found in codes for one in found] == [GIFT.link]
    for kind, wanted in (("plain", spell(CODE.typed)), ("html", GIFT.link)):
        body = message.get_body((kind,))
        assert body is not None
        assert wanted in body.get_content()


@pytest.mark.parametrize(
    ("fault", "outcome", "claimed", "arrived"),
    [
        ("refused", Refused("5.1.1 <b>No such person</b> here", 550), 0, 0),
        ("greylisted", Postponed("4.7.1 Greylisted, come back in five minutes", 451), 0, 0),
        ("closing", Postponed("4.3.2 Closing for the night", 421, everyone=True), 0, 0),
        ("lost at RCPT", Postponed("", None, everyone=True), 0, 0),
        ("no to DATA", Refused("5.3.4 Not today", 554), 1, 0),
        ("lost at DATA", Postponed("", None, everyone=True), 1, 0),
        ("not taken", Refused("5.7.1 Looks like spam", 554), 1, 0),
        ("not now", Postponed("4.3.1 Insufficient system storage", 452), 1, 0),
        ("taken, unsaid", Doubtful(""), 1, 1),
        ("dropped", Doubtful(""), 1, 0),
        ("nonsense", Doubtful(""), 1, 1),
        ("silent", Doubtful(""), 1, 1),
    ],
)
async def test_each_fault_has_its_outcome(
    server: MailServer, claim: Claim, fault: Fault, outcome: Outcome, claimed: int, arrived: int
) -> None:
    server.faults[MARIE] = [fault]
    found = await mailer(server).send(a_letter(), about_to=claim)
    assert type(found) is type(outcome)
    if outcome.detail:
        assert found == outcome
    else:
        assert found.detail
        assert getattr(found, "everyone", None) == getattr(outcome, "everyone", None)
    assert (len(claim.before), len(server.received)) == (claimed, arrived)


async def test_what_was_put_off_is_taken_the_next_time_and_once(server: MailServer, claim: Claim) -> None:
    server.faults[MARIE] = ["greylisted", "not now"]
    letter = a_letter()
    async with mailer(server).session() as line:
        outcomes = [await line.send(letter, about_to=claim) for _ in range(3)]
    assert [type(one) for one in outcomes] == [Postponed, Postponed, Sent]
    assert len(server.received) == 1
    assert claim.before == [0, 0]


async def test_many_letters_share_a_connection_whatever_becomes_of_each(server: MailServer, claim: Claim) -> None:
    people = [f"p{number}@example.org" for number in range(9)]
    server.faults["p2@example.org"] = ["refused"]
    server.faults["p4@example.org"] = ["not taken"]
    async with mailer(server).session() as line:
        outcomes = [await line.send(a_letter(one), about_to=claim) for one in [*people[:8], "no address"]]
    assert [type(one).__name__[0] for one in outcomes] == list("SSRSRSSSR")
    assert [one.to for one in server.received] == [people[one] for one in (0, 1, 3, 5, 6, 7)]
    assert server.connections == 1


async def test_a_connection_that_went_away_meanwhile_is_opened_anew(server: MailServer, claim: Claim) -> None:
    async with mailer(server).session() as line:
        for _ in range(3):
            assert isinstance(await line.send(a_letter(), about_to=claim), Sent)
            await asyncio.to_thread(server.hang_up)
    assert claim.before == [0, 1, 2]
    assert server.connections == 3


async def test_a_connection_that_breaks_before_the_letter_leaves_is_opened_anew_once(
    server: MailServer, claim: Claim
) -> None:
    async with mailer(server).session() as line:
        assert isinstance(await line.send(a_letter("paul@example.org"), about_to=claim), Sent)
        server.faults[MARIE] = ["lost at RCPT"]
        assert isinstance(await line.send(a_letter(), about_to=claim), Sent)
        server.faults[MARIE] = ["lost at RCPT", "lost at RCPT"]
        assert isinstance(await line.send(a_letter(), about_to=claim), Postponed)
    assert claim.before == [0, 1]
    assert len(server.to(MARIE)) == 1


async def test_lines_of_dots_neither_end_a_letter_nor_get_lost(server: MailServer, claim: Claim) -> None:
    letter = replace(a_letter(), plain=".\n..\n.hidden\n.\nRSET\nthe end\n")
    assert isinstance(await mailer(server).send(letter, about_to=claim), Sent)
    body = server.received[0].message.get_body(("plain",))
    assert body is not None
    assert body.get_content().splitlines() == letter.plain.splitlines()


async def test_a_doubtful_letter_does_not_keep_the_next_from_leaving(server: MailServer, claim: Claim) -> None:
    server.faults[MARIE] = ["taken, unsaid"]
    async with mailer(server).session() as line:
        first = await line.send(a_letter(), about_to=claim)
        second = await line.send(a_letter("paul@example.org"), about_to=claim)
    assert (type(first), type(second)) == (Doubtful, Sent)
    assert len(claim.before) == 2


class Taken(Exception):
    """Somebody else has this letter."""


async def test_a_letter_that_may_not_leave_after_all_stays_here(server: MailServer, claim: Claim) -> None:
    async def refuse() -> None:
        raise Taken

    async with mailer(server).session() as line:
        with pytest.raises(Taken):
            await line.send(a_letter(), about_to=refuse)
        assert isinstance(await line.send(a_letter("paul@example.org"), about_to=claim), Sent)
    assert [one.to for one in server.received] == ["paul@example.org"]
    assert server.connections == 1


async def test_no_server_no_letter(claim: Claim, server: MailServer) -> None:
    with mail_server() as gone:
        port = gone.port
    outcome = await SmtpMailer(Server("127.0.0.1", port, "never"), patience=QUICK).send(a_letter(), about_to=claim)
    assert isinstance(outcome, Postponed)
    assert outcome.everyone
    assert claim.before == []


async def test_a_letter_over_the_servers_limit_is_refused_before_it_leaves(claim: Claim) -> None:
    with mail_server(largest=2_000) as small:
        outcome = await mailer(small).send(a_letter(), about_to=claim)
    assert isinstance(outcome, Refused)
    assert claim.before == []


@pytest.mark.parametrize(("accents", "expected"), [(True, Sent), (False, Refused)])
async def test_accents_before_the_at_go_only_where_they_are_taken(
    claim: Claim, accents: bool, expected: type[Outcome]
) -> None:
    with mail_server(accents=accents) as server:
        outcome = await mailer(server).send(a_letter("andré@école.example"), about_to=claim)
    assert isinstance(outcome, expected)
    assert [one.to for one in server.received] == (["andré@xn--cole-9oa.example"] if accents else [])


async def test_a_password_goes_over_tls_and_nowhere_else(claim: Claim) -> None:
    with mail_server(starttls=True, login=True) as server:
        at = Server("127.0.0.1", server.port, "starttls", *LOGIN)
        known = await SmtpMailer(at, patience=QUICK, trust=trusting()).send(a_letter(), about_to=claim)
        assert isinstance(known, Sent)
        wrong = Server("127.0.0.1", server.port, "starttls", LOGIN[0], "wrong")
        refused = await SmtpMailer(wrong, patience=QUICK, trust=trusting()).send(a_letter(), about_to=claim)
        assert refused == Postponed("5.7.8 Authentication credentials invalid", 535, everyone=True)
        logins = server.logins
        unknown = await SmtpMailer(at, patience=QUICK).send(a_letter(), about_to=claim)
        assert isinstance(unknown, Postponed)
        assert "certificate" in unknown.detail.lower()
        assert server.logins == logins
    with mail_server(login=False) as plain:
        at = Server("127.0.0.1", plain.port, "starttls", *LOGIN)
        stripped = await SmtpMailer(at, patience=QUICK, trust=trusting()).send(a_letter(), about_to=claim)
        assert isinstance(stripped, Postponed)
        assert stripped.everyone
    assert len(claim.before) == 1


@asynccontextmanager
async def scripted(answers: Sequence[bytes]) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A server that answers line by line what it is told to, and what it heard."""
    heard = list[bytes]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            writer.write(answer)
            line = await reader.readline()
            heard.append(line)
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as listening:
        yield listening.sockets[0].getsockname()[1], heard


async def test_a_server_that_tells_of_failures_is_asked_not_to_return_the_letter(claim: Claim) -> None:
    letter = a_letter()
    answers = (
        b"220 here\r\n",
        b"250-here\r\n250-DSN\r\n250 SIZE 999999\r\n",
        b"250 ok\r\n",
        b"550 nobody\r\n",
        b"250 ok\r\n",
    )
    async with scripted(answers) as (port, heard):
        outcome = await SmtpMailer(Server("127.0.0.1", port, "never"), patience=QUICK).send(letter, about_to=claim)
    assert outcome == Refused("nobody", 550)
    mail, rcpt = heard[1:3]
    assert re.fullmatch(
        rb"MAIL FROM:<bons@treiz.example> SIZE=\d+ RET=HDRS ENVID=%s\r\n" % str(letter.id).encode(), mail
    )
    assert rcpt == b"RCPT TO:<marie@example.org> NOTIFY=FAILURE\r\n"


@pytest.mark.parametrize(
    "answers",
    [(), (b"",), (b"554 go away\r\n",), (b"\xff\xfe\x00\r\n",), (b"220 hello\r\n", b"a" * 40_000),
     (b"220 here\r\n", b"250 here\r\n", b"530 5.7.0 Authentication required\r\n")],
)  # fmt: skip
async def test_what_a_server_says_before_the_letter_never_loses_one(claim: Claim, answers: tuple[bytes, ...]) -> None:
    hasty = Patience(connecting=0.5, answering=5, taking=5)
    async with scripted(answers) as (port, _):
        outcome = await SmtpMailer(Server("127.0.0.1", port, "never"), patience=hasty).send(a_letter(), about_to=claim)
    assert isinstance(outcome, Postponed)
    assert outcome.everyone
    assert len(outcome.detail) <= 300
    assert claim.before == []
