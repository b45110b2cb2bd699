"""Handing letters to a mail server by SMTP (RFC 5321), so that each is taken at most once.

The caller is told just before the letter leaves, when the server has taken the recipient: it writes down that the
letter is on its way. From then on only an answer of the server says what became of it.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final

from aiosmtplib import (
    SMTP,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)
from aiosmtplib.response import SMTPResponse

from api.email.letters import AddressImpossible, Letter, Written, address
from api.email.outcomes import AboutTo, Doubtful, Line, Outcome, Postponed, Refused, Sent, cleaned
from api.settings import MailServer

GO_AHEAD: Final = 354
TOO_LARGE: Final = 552
"""After MAIL, the letter is too large; after RCPT, the box is full for now (RFC 5321, 4.5.3.1.10)."""

_TEMPORARY: Final = range(400, 500)
_TAKEN: Final = range(200, 300)
_ABOUT_US: Final = frozenset({421, 454, 503, 530, 534, 535, 538})
"""Codes that say something of us or of the server, not of the recipient: closing, TLS and authentication."""

_LINE_END: Final = re.compile(rb"\r\n|\r|\n")
_DOT: Final = re.compile(rb"^\.", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds to wait: for a connection, for the answer to a command, for the answer to a letter.

    The last is long, since who gives up early makes a letter doubtful that was taken (4.5.3.2.6), and shorter than
    `vouchers.orders.handing.PATIENCE`, after which a letter that is being sent counts as lost with its worker.
    """

    connecting: float = 20
    answering: float = 60
    taking: float = 480


class SmtpMailer:
    """Hands letters to one mail server.

    :param bounces: complaints go to ``name+<mailing>@domain`` of this address; None: to the sender
    :param trust: for a server whose certificate the machine does not know by itself
    """

    def __init__(
        self, server: MailServer, *, bounces: str | None = None, patience: Patience | None = None,
        trust: ssl.SSLContext | None = None,
    ) -> None:  # fmt: skip
        self._server, self._bounces, self._trust = server, bounces, trust
        self._patience = patience or Patience()

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Line]:
        """One connection for many letters; it is opened with the first, and again when it was lost."""
        line = _SmtpLine(self._server, self._bounces, self._patience, self._trust)
        try:
            yield line
        finally:
            await line.hang_up()

    async def send(self, letter: Letter, *, about_to: AboutTo) -> Outcome:
        """Hand over a single letter on a connection of its own."""
        async with self.session() as line:
            return await line.send(letter, about_to=about_to)


class _SmtpLine:
    def __init__(
        self, server: MailServer, bounces: str | None, patience: Patience, trust: ssl.SSLContext | None
    ) -> None:
        self._server, self._bounces, self._patience, self._trust = server, bounces, patience, trust
        self._smtp: SMTP | None = None

    async def send(self, letter: Letter, *, about_to: AboutTo) -> Outcome:
        try:
            written = letter.written()
        except AddressImpossible as impossible:
            return Refused(cleaned(impossible))
        announced = await self._announce(letter, written)
        if not isinstance(announced, SMTP):
            return announced
        try:
            await about_to()
        except Exception:
            await self._reset(announced)
            raise
        return await self._hand_over(announced, written.content)

    async def hang_up(self) -> None:
        """Say goodbye if the server still listens."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with suppress(SMTPException, OSError):
                await smtp.quit(timeout=1)
            smtp.close()

    async def _announce(self, letter: Letter, written: Written) -> SMTP | Outcome:
        """Name sender and recipient. A connection that was kept may be gone meanwhile: then once more on a new one.

        :returns: the connection if the server takes both
        """
        kept = self._smtp is not None
        try:
            return await self._envelope(await self._open(written), letter, written)
        except SMTPServerDisconnected as gone:
            self._drop()
            if not kept:
                return Postponed(_said(gone), everyone=True)
        except (SMTPException, OSError) as error:
            self._drop()
            return _unreachable(error)
        return await self._announce(letter, written)

    async def _open(self, written: Written) -> SMTP:
        if self._smtp is not None and self._smtp.is_connected:
            return self._smtp
        server = self._server
        smtp = SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            local_hostname=written.sender.domain,  # its own look-up can take seconds and helps nobody
            timeout=self._patience.answering,
            use_tls=server.tls == "always",
            start_tls=server.tls == "starttls",
            tls_context=self._trust,
        )
        await smtp.connect(timeout=self._patience.connecting)
        self._smtp = smtp
        if smtp.is_ehlo_or_helo_needed:
            await smtp.ehlo()
        return smtp

    async def _envelope(self, smtp: SMTP, letter: Letter, written: Written) -> SMTP | Outcome:
        if written.to.utf8 and not smtp.supports_extension("smtputf8"):
            return Refused("The mail server takes no address with accents before the @.")
        encoding = "utf-8" if written.to.utf8 else "ascii"
        try:
            await smtp.mail(self._return_path(letter, written), options=_mail_options(smtp, letter, written))
            options = ["NOTIFY=FAILURE"] if smtp.supports_extension("dsn") else []
            await smtp.rcpt(written.to.spec, options=options, encoding=encoding)
        except SMTPSenderRefused as refused:
            await self._reset(smtp)
            if refused.code == TOO_LARGE:
                return Refused(cleaned(refused.message), refused.code)
            return Postponed(cleaned(refused.message), refused.code, everyone=True)
        except SMTPRecipientRefused as refused:
            await self._reset(smtp)
            return _turned_down(refused.code, refused.message, before_data=True)
        except ValueError as impossible:  # aiosmtplib writes no such address
            await self._reset(smtp)
            return Refused(cleaned(impossible))
        return smtp

    def _return_path(self, letter: Letter, written: Written) -> str:
        if self._bounces is None:
            return written.sender.spec
        name, _, domain = address(self._bounces).spec.rpartition("@")
        return f"{name}+{letter.id.hex}@{domain}"

    async def _hand_over(self, smtp: SMTP, content: bytes) -> Outcome:
        try:
            ready = await smtp.execute_command(b"DATA")
            protocol = smtp.protocol
            if ready.code != GO_AHEAD or protocol is None:
                await self._reset(smtp)
                return _turned_down(ready.code, ready.message)
            protocol.write(_on_the_wire(content))
        except (SMTPException, OSError) as lost:  # not a byte of the letter has left
            self._drop()
            return Postponed(_said(lost), everyone=True)
        try:
            answer = await protocol.read_response(timeout=self._patience.taking)
        except (SMTPException, OSError) as lost:
            self._drop()
            return Doubtful(_said(lost))
        if answer.code in _TAKEN:
            return Sent(cleaned(answer.message))
        return _answered(answer)

    async def _reset(self, smtp: SMTP) -> None:
        """Ready for the next letter, whatever was begun."""
        try:
            await smtp.rset()
        except (SMTPException, OSError):
            self._drop()

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
        self._smtp = None


def _mail_options(smtp: SMTP, letter: Letter, written: Written) -> list[str]:
    options = []
    if smtp.supports_extension("size"):
        options.append(f"SIZE={len(written.content)}")
    if smtp.supports_extension("dsn"):
        options += ["RET=HDRS", f"ENVID={letter.id}"]  # a complaint must not carry the code about
    if written.to.utf8:
        options += ["SMTPUTF8", "BODY=8BITMIME"]
    return options


def _on_the_wire(content: bytes) -> bytes:
    ended = _LINE_END.sub(b"\r\n", content).removesuffix(b"\r\n") + b"\r\n"
    return _DOT.sub(b"..", ended) + b".\r\n"


def _turned_down(code: int, message: str, *, before_data: bool = False) -> Outcome:
    """What a refusal of the recipient or of the letter means."""
    said = cleaned(message)
    if code in _ABOUT_US:
        return Postponed(said, code, everyone=True)
    if code in _TEMPORARY or (before_data and code == TOO_LARGE):
        return Postponed(said, code)
    return Refused(said, code)


def _answered(answer: SMTPResponse) -> Outcome:
    """What the answer to a letter means that was not taken."""
    if answer.code >= _TEMPORARY.start:
        return _turned_down(answer.code, answer.message)
    return Doubtful(cleaned(f"{answer.code} {answer.message}"))


def _unreachable(error: Exception) -> Outcome:
    """No connection, no TLS, no login: nothing that is wrong with the letter."""
    code = error.code if isinstance(error, SMTPResponseException) else None
    return Postponed(_said(error), code, everyone=True)


def _said(error: Exception) -> str:
    return cleaned(error.message if isinstance(error, SMTPResponseException) else error)
