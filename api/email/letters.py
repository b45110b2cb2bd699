"""A letter, and its form on the wire (RFC 5322, MIME). What a person typed is cleaned before it meets a header.

The standard library's own folding of display names loses spaces between encoded words and lets commas out of their
quotes, so headers that hold somebody's words are written here.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from email import policy as policies
from email.header import Header
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Final
from uuid import UUID

from email_validator import EmailNotValidError, validate_email

from ledger.formats import Language

LONGEST_SUBJECT: Final = 150
LONGEST_NAME: Final = 80

MAILING: Final = "X-Obole-Mailing"
"""Names the mailing in what a mail server sends back."""

_UNSEEN: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_JOINERS: Final = "\u200c\u200d"  # Persian and emoji need them; every other invisible character can mislead


class AddressImpossible(ValueError):
    """No letter can be addressed like this."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a letter needs besides its words. ``id`` is the mailing's, and makes the Message-ID."""

    id: UUID
    to: str
    sender: str
    at: datetime
    language: Language


@dataclass(frozen=True, slots=True)
class Image:
    """A PNG that stands inside the letter; its HTML names it ``cid:<cid>``."""

    cid: str
    png: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Paper:
    """A PDF that comes with a letter."""

    name: str
    pdf: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Address:
    """An address as mail servers take it: its domain in ASCII; ``utf8`` if what stands before @ is not ASCII."""

    spec: str
    utf8: bool

    @property
    def domain(self) -> str:
        """What stands after @."""
        return self.spec.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Written:
    """A letter as it goes over the wire, lines ended by CR LF."""

    sender: Address
    to: Address
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter to one person. Its words are kept out of logs: they hold codes and links that sign in.

    Most have no List-Unsubscribe: nobody subscribed, a letter follows from one order or one click, and a mail program
    that offered to unsubscribe would have people lose their vouchers. ``unsubscribe`` is the address that ends the
    reminders somebody asked for, by one click of the mail program (RFC 8058).
    """

    envelope: Envelope
    sender_name: str
    subject: str
    plain: str = field(repr=False)
    html: str = field(repr=False)
    reply_to: str | None = None
    images: tuple[Image, ...] = ()
    papers: tuple[Paper, ...] = ()
    unsubscribe: str | None = field(default=None, repr=False)

    @property
    def id(self) -> UUID:
        """The mailing's."""
        return self.envelope.id

    @property
    def to(self) -> str:
        """The address of the one person."""
        return self.envelope.to

    @property
    def message_id(self) -> str:
        """The same for every attempt to send this letter."""
        return f"<{self.id}@{address(self.envelope.sender).domain}>"

    def written(self) -> Written:
        """The letter as a message.

        :raises AddressImpossible: if it cannot be addressed
        """
        sender, to = address(self.envelope.sender), address(self.to)
        message = EmailMessage(policies.SMTPUTF8 if to.utf8 else policies.SMTP)
        _body(message, self)
        _head(message, self, sender, to)  # last: what is called Content- would be moved into a part
        return Written(sender, to, message.as_bytes())


def address(typed: str) -> Address:
    """An address in the form that mail servers take.

    :raises AddressImpossible: if it is none
    """
    try:
        found = validate_email(typed, check_deliverability=False, globally_deliverable=False)
    except (EmailNotValidError, UnicodeError) as error:
        raise AddressImpossible(one_line(str(error), LONGEST_SUBJECT)) from None
    spec = found.ascii_email or f"{found.local_part}@{found.ascii_domain}"
    return Address(spec, utf8=not spec.isascii())


def one_line(text: str, longest: int) -> str:
    """What somebody typed, as one line without anything unseen in it, cut to ``longest`` characters."""
    line = " ".join(seen(text).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def seen(text: str) -> str:
    """What somebody typed, without control characters, lone surrogates and marks that turn the reading direction.

    Ends of lines are kept, as LF.
    """
    ended = "\n".join(text.splitlines())
    return "".join(
        one if one == "\n" or one in _JOINERS or unicodedata.category(one) not in _UNSEEN else " " for one in ended
    )


def _head(message: EmailMessage, letter: Letter, sender: Address, to: Address) -> None:
    name = one_line(letter.sender_name, LONGEST_NAME)
    fields = {
        "From": f"{_phrase(name)}\r\n <{sender.spec}>" if name else sender.spec,
        "To": to.spec,
        "Subject": _words(one_line(letter.subject, LONGEST_SUBJECT)),
        "Date": format_datetime(letter.envelope.at),
        "Message-ID": letter.message_id,
        **({"Reply-To": address(letter.reply_to).spec} if letter.reply_to else {}),
        "Content-Language": letter.envelope.language,
        # No machine answers a machine (RFC 3834); Exchange has a header of its own for that.
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
        MAILING: str(letter.id),
    }
    if letter.unsubscribe:
        fields["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
        fields["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    for title, value in fields.items():
        message[title] = _Field(title, value)


def _body(message: EmailMessage, letter: Letter) -> None:
    message.set_content(letter.plain, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    *_, html = (part for part in message.iter_parts() if isinstance(part, EmailMessage))
    for image in letter.images:
        name = image.cid.partition(".")[0] + ".png"
        html.add_related(image.png, "image", "png", cid=f"<{image.cid}>", disposition="inline", filename=name)
    for paper in letter.papers:
        message.add_attachment(paper.pdf, "application", "pdf", filename=_file_name(paper.name))


class _Field(str):
    """A header's value that is written already; the standard library leaves alone what has a name and folds itself."""

    __slots__ = ("name",)
    name: str

    def __new__(cls, name: str, value: str) -> _Field:
        made = super().__new__(cls, value)
        made.name = name
        return made

    def fold(self, *, policy: EmailPolicy) -> str:
        """The header as it is sent."""
        return f"{self.name}: {self}{policy.linesep}"


def _words(line: str) -> str:
    """A line in a header: as it is if it is plain, else in encoded words (RFC 2047), none over 75 characters long."""
    if line.isascii() and "=?" not in line:
        return line
    return Header(line, "utf-8", maxlinelen=75, header_name="Subject").encode(linesep="\r\n")


def _phrase(name: str) -> str:
    """A display name."""
    words = _words(name)
    if words != name:
        return words
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _file_name(name: str) -> str:
    kept = "".join(one if one.isascii() and (one.isalnum() or one in "-_. ") else "-" for one in one_line(name, 80))
    return kept.strip(" .-") or "document.pdf"
