"""Letters to those who spend vouchers, and what all letters share. Pure: facts in, letter out.

Drawing a letter takes the processor some 5 ms: call from a thread when there are many.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from api.email import content, drawing
from api.email.content import Block, Body, Heading, Link, Quote, Steps, Text, Voucher
from api.email.holder_words import HOLDER
from api.email.letters import AddressImpossible, Envelope, Image, Letter, Paper, address, one_line, seen
from api.email.wording import SHARED
from ledger.formats import Language, shown_day, shown_money
from ledger.money import Money
from merchants.programme import Terms
from vouchers import qr
from vouchers.codes import spell
from vouchers.rules import rule_words
from vouchers.rules.rule import Rule

LONGEST_NAME: Final = 80
LONGEST_MESSAGE: Final = 2_000

_SCALE: Final = 12
"""Pixels of a QR module, shown at half of that: sharp on dense screens, 246 CSS pixels for a link of 46 characters."""

_LOGO_WIDTH: Final = 220
_LOGO_HEIGHT: Final = 72
_FEW_DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class Look:
    """Whose letter it is. ``home`` is the address of the programme's pages; ``contact`` as in its rules."""

    programme: str
    legal_name: str
    contact: str
    home: str

    @property
    def reply_to(self) -> str | None:
        """Where answers go, if the contact is an e-mail address."""
        try:
            return address(self.contact.strip()).spec
        except AddressImpossible:
            return None


@dataclass(frozen=True, slots=True)
class Logo:
    """The giver's picture, drawn anew as PNG; sizes in pixels."""

    png: bytes = field(repr=False)
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Gift:
    """A voucher as it is handed to somebody. ``again``: it replaces one whose code is dead."""

    beneficiary: str
    giver: str | None
    message: str
    face_value: Money
    left: Money
    last_day: date
    link: str = field(repr=False)
    typed: str = field(repr=False)
    logo: Logo | None = None
    again: bool = False
    rule: Rule | None = None
    """What limits where and when it is taken."""


def look_of(terms: Terms, *, home: str) -> Look:
    """A programme's look by its rules."""
    return Look(terms.name, terms.legal_name, terms.contact, home)


def voucher_letter(envelope: Envelope, look: Look, gift: Gift) -> Letter:
    """What brings a voucher to its beneficiary: the code as a picture, as a link and in letters."""
    say, language = HOLDER.say, envelope.language
    facts = _facts(look, gift, language)
    one = "" if facts["giver"] else " nobody"
    blocks: list[Block] = [Text(hello(gift.beneficiary, language))]
    if gift.again:
        blocks.append(Text(say(language, "again")))
    if message := seen(gift.message)[:LONGEST_MESSAGE].strip():
        blocks.append(Quote(message, facts["giver"]))
    blocks += [_voucher(envelope, gift, facts), *_taken(gift, language)]
    blocks += _how_and_where(look, facts, language)
    body = Body(
        programme=facts["programme"],
        title=say(language, "title" + one, **facts),
        preview=say(language, "preview", **facts),
        blocks=tuple(blocks),
        foot=(*_foot(look, language), say(language, "address" + one, **facts)),
        logo=_logo(envelope, gift.logo, say(language, "logo" + one, **facts)),
    )
    return letter_of(envelope, look, say(language, "subject" + one, **facts), body)


def reminder_letter(envelope: Envelope, look: Look, gift: Gift, *, days: int, withdraw: str | None = None) -> Letter:
    """What tells a beneficiary that money is left and its last day is near; ``days`` from today to that day.

    :param withdraw: the link that ends the reminders, of who asked for them; who was given a voucher asked for none
    """
    say, language = HOLDER.say, envelope.language
    facts = _facts(look, gift, language)
    near = {0: " last", 1: " tomorrow"}.get(days, " soon" if days <= _FEW_DAYS else "")
    subject = say(language, f"remind{near} subject", days=days, **facts)
    text = say(language, "remind from" if facts["giver"] else "remind", **facts)
    body = Body(
        programme=facts["programme"],
        title=subject,
        preview=say(language, "remind preview", **facts),
        blocks=(
            Text(hello(gift.beneficiary, language)),
            Text(text),
            _voucher(envelope, gift, facts),
            *_taken(gift, language),
            *_how_and_where(look, facts, language),
            *([Link(say(language, "enough"), say(language, "withdraw"), withdraw)] if withdraw else []),
        ),
        foot=(*_foot(look, language), say(language, _why(facts, withdraw), **facts)),
        logo=_logo(envelope, gift.logo, say(language, "logo" if facts["giver"] else "logo nobody", **facts)),
    )
    return replace(letter_of(envelope, look, subject, body), unsubscribe=withdraw)


def hello(name: str, language: Language) -> str:
    """How a letter begins."""
    who = one_line(name, LONGEST_NAME)
    return SHARED.say(language, "hello", name=who) if who else SHARED.say(language, "hello nobody")


def sent_by(look: Look, language: Language) -> tuple[str, ...]:
    """How a letter that brings no voucher ends."""
    return (
        SHARED.say(language, "sent by", issuer=one_line(look.legal_name, 200)),
        SHARED.say(language, "help", contact=one_line(look.contact, 200)),
    )


def letter_of(envelope: Envelope, look: Look, subject: str, body: Body, *, papers: tuple[Paper, ...] = ()) -> Letter:
    """A body drawn both ways, with the pictures it names."""
    pictures = [block.qr for block in body.blocks if isinstance(block, Voucher)]
    if body.logo:
        pictures.append(body.logo.image)
    return Letter(
        envelope=envelope,
        sender_name=look.programme,
        subject=subject,
        plain=drawing.plain(body),
        html=drawing.html(body, envelope.language),
        reply_to=look.reply_to,
        images=tuple(pictures),
        papers=papers,
    )


def _facts(look: Look, gift: Gift, language: Language) -> dict[str, str]:
    return {
        "programme": one_line(look.programme, LONGEST_NAME),
        "contact": one_line(look.contact, 200),
        "giver": one_line(gift.giver or "", LONGEST_NAME),
        "left": shown_money(gift.left, language),
        "worth": shown_money(gift.face_value, language),
        "day": shown_day(gift.last_day, language),
    }


def _why(facts: dict[str, str], withdraw: str | None) -> str:
    """Which sentence says why one is written to."""
    if withdraw:
        return "asked"
    return "address" if facts["giver"] else "address nobody"


def _voucher(envelope: Envelope, gift: Gift, facts: dict[str, str]) -> Voucher:
    say, language = HOLDER.say, envelope.language
    picture = qr.png(gift.link, scale=_SCALE)
    return Voucher(
        title=say(language, "voucher", **facts),
        from_whom=say(language, "offered", **facts) if facts["giver"] else "",
        left=facts["left"],
        worth=say(language, "worth", **facts) if gift.left != gift.face_value else "",
        until=say(language, "until", **facts),
        qr=Image(_cid("qr", envelope), picture),
        side=_width(picture) // 2,
        alt=say(language, "alt"),
        code_label=say(language, "code"),
        code=spell(gift.typed),
        link=gift.link,
        link_label=say(language, "open"),
    )


def _taken(gift: Gift, language: Language) -> tuple[Block, ...]:
    return (Text(rule_words.line(gift.rule.asks, language)),) if gift.rule else ()


def _how_and_where(look: Look, facts: dict[str, str], language: Language) -> tuple[Block, ...]:
    say = HOLDER.say
    return (
        Heading(say(language, "how")),
        Steps(tuple(say(language, f"step {number}") for number in (1, 2, 3))),
        Link(say(language, "where"), look.home.removeprefix("https://").removeprefix("http://").rstrip("/"), look.home),
        Heading(say(language, "lost")),
        Text(say(language, "lost text" if facts["giver"] else "lost text nobody", **facts)),
    )


def _foot(look: Look, language: Language) -> tuple[str, ...]:
    return (
        SHARED.say(language, "issued by", issuer=one_line(look.legal_name, 200)),
        SHARED.say(language, "help", contact=one_line(look.contact, 200)),
    )


def _logo(envelope: Envelope, logo: Logo | None, alt: str) -> content.Logo | None:
    if logo is None or min(logo.width, logo.height) < 1:
        return None
    shrink = min(_LOGO_WIDTH / logo.width, _LOGO_HEIGHT / logo.height, 1.0)
    shown = (max(1, round(logo.width * shrink)), max(1, round(logo.height * shrink)))
    return content.Logo(Image(_cid("logo", envelope), logo.png), *shown, alt)


def _cid(name: str, envelope: Envelope) -> str:
    return f"{name}.{envelope.id.hex}@{address(envelope.sender).domain}"


def _width(png: bytes) -> int:
    """Of a PNG, in pixels: the first number of its header."""
    (width,) = struct.unpack_from(">I", png, 16)
    return int(width)
