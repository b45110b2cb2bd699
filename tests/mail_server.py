"""A real mail server on the loopback, in a thread of its own, that misbehaves on demand.

Faults are told for an address and used up one after the other, so that a second attempt may go better.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default as modern
from pathlib import Path
from typing import Any, Final, Literal

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

Fault = Literal[
    "refused",  # 550 to RCPT
    "greylisted",  # 451 to RCPT
    "closing",  # 421 to RCPT
    "lost at RCPT",  # the connection drops before RCPT is answered
    "silent at RCPT",  # RCPT is never answered
    "no to DATA",  # 554 to DATA, before a byte of the letter
    "lost at DATA",  # the connection drops before DATA is answered
    "not taken",  # 554 to the letter
    "not now",  # 452 to the letter
    "taken, unsaid",  # the letter is taken, and the connection drops before the answer
    "dropped",  # the letter has come, is thrown away, and the connection drops before the answer
    "nonsense",  # the letter is taken, and what is answered is no answer
    "silent",  # the letter is taken, and nothing is ever answered
]

CERTIFICATE: Final = Path(__file__).with_name("loopback.pem")
LOGIN: Final = ("bons", "mot de passe/é")


@dataclass(frozen=True, slots=True)
class Received:
    """A letter that the server took."""

    sender: str
    to: str
    content: bytes = field(repr=False)

    @property
    def message(self) -> EmailMessage:
        """The letter, parsed."""
        return BytesParser(policy=modern).parsebytes(self.content)


@dataclass(slots=True)
class MailServer:
    """What came in, and what is to go wrong."""

    port: int = 0
    received: list[Received] = field(default_factory=list)
    connections: int = 0
    logins: int = 0
    faults: defaultdict[str, list[Fault]] = field(default_factory=lambda: defaultdict(list))
    open: list[asyncio.Transport] = field(default_factory=list)
    loop: asyncio.AbstractEventLoop | None = None

    @property
    def url(self) -> str:
        """As ``OBOLE_SMTP_URL`` names it."""
        return f"smtp://127.0.0.1:{self.port}"

    def hang_up(self) -> None:
        """Drop every connection, as a server does with those that have been idle for long."""
        assert self.loop is not None
        done = asyncio.run_coroutine_threadsafe(self._hang_up(), self.loop)
        done.result(timeout=5)

    async def _hang_up(self) -> None:
        for transport in self.open:
            transport.abort()
        self.open.clear()

    def to(self, address: str) -> list[Received]:
        """What came for an address."""
        return [one for one in self.received if one.to == address]


class _Handler:
    def __init__(self, server: MailServer) -> None:
        self._server = server

    async def handle_RCPT(self, smtp: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any) -> str:  # noqa: N802
        match self._next(address, "refused", "greylisted", "closing", "lost at RCPT", "silent at RCPT"):
            case "refused":
                return "550 5.1.1 <b>No such person</b>\u202e here"
            case "greylisted":
                return "451 4.7.1 Greylisted, come back in five minutes"
            case "closing":
                return "421 4.3.2 Closing for the night"
            case "lost at RCPT":
                _abort(smtp)
            case "silent at RCPT":
                await asyncio.sleep(30)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, smtp: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        (to,) = envelope.rcpt_tos
        assert isinstance(envelope.content, bytes)
        fault = self._next(to, "not taken", "not now", "taken, unsaid", "dropped", "nonsense", "silent")
        if fault not in {"not taken", "not now", "dropped"}:
            self._server.received.append(Received(envelope.mail_from or "", to, envelope.content))
        match fault:
            case "not taken":
                return "554 5.7.1 Looks like spam"
            case "not now":
                return "452 4.3.1 Insufficient system storage"
            case "taken, unsaid" | "dropped":
                _abort(smtp)
            case "nonsense":
                return "hello?"
            case "silent":
                await asyncio.sleep(30)
        return f"250 2.0.0 Taken as {len(self._server.received)}"

    def data_fault(self, to: str) -> Fault | None:
        return self._next(to, "no to DATA", "lost at DATA")

    def _next(self, address: str, *here: Fault) -> Fault | None:
        waiting = self._server.faults[address]
        return waiting.pop(0) if waiting and waiting[0] in here else None


class _Smtp(SMTP):
    event_handler: _Handler

    def __init__(self, server: MailServer, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._of = server

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._of.connections += 1
        self._of.open.append(transport)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        assert self.envelope is not None
        fault = self.event_handler.data_fault(self.envelope.rcpt_tos[0]) if self.envelope.rcpt_tos else None
        if fault == "no to DATA":
            await self.push("554 5.3.4 Not today")
        elif fault == "lost at DATA":
            _abort(self)
        else:
            await super().smtp_DATA(arg)


@contextmanager
def mail_server(
    *, starttls: bool = False, login: bool = False, accents: bool = True, largest: int | None = None
) -> Iterator[MailServer]:
    """A server that takes whatever comes, unless told otherwise.

    :param login: nobody who does not give ``LOGIN`` may send
    :param accents: whether it takes addresses outside ASCII
    :param largest: bytes of a letter
    """
    server = MailServer()

    def authenticate(_smtp: SMTP, _session: Session, _envelope: Envelope, _how: str, given: Any) -> AuthResult:
        server.logins += 1
        assert isinstance(given, LoginPassword)
        name, password = (part.decode() for part in (given.login, given.password))
        return AuthResult(success=(name, password) == LOGIN, handled=False)

    def smtp() -> SMTP:
        return _Smtp(
            server, _Handler(server), hostname="127.0.0.1", ident="mail of the tests", loop=server.loop,
            enable_SMTPUTF8=accents, data_size_limit=largest, require_starttls=starttls, auth_required=login,
            authenticator=authenticate if login else None, auth_require_tls=starttls,
            tls_context=tls_context() if starttls else None,
        )  # fmt: skip

    ready, leaving = threading.Event(), asyncio.Event()

    async def serve() -> None:
        server.loop = asyncio.get_running_loop()
        listening = await server.loop.create_server(smtp, "127.0.0.1", 0)
        server.port = listening.sockets[0].getsockname()[1]
        ready.set()
        await leaving.wait()
        listening.close()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    try:
        assert ready.wait(timeout=10)
        yield server
    finally:
        assert server.loop is not None
        server.loop.call_soon_threadsafe(leaving.set)
        thread.join(timeout=10)


def tls_context() -> ssl.SSLContext:
    """The server's side of TLS."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE)
    return context


def trusting() -> ssl.SSLContext:
    """The side of a client that knows the server's certificate."""
    return ssl.create_default_context(cafile=CERTIFICATE)


def _abort(smtp: SMTP) -> None:
    assert smtp.transport is not None
    smtp.transport.abort()
