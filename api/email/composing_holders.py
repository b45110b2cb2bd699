"""Letters to holders who asked for them: keeping a voucher, being reminded, finding it again. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from api.email.composing import LONGEST_NAME, Look, hello, letter_of, sent_by
from api.email.content import Block, Body, Button, Heading, Text
from api.email.keeping_words import KEEPING
from api.email.letters import Envelope, Letter, one_line
from ledger.formats import Language, shown_day, shown_money
from ledger.money import Money


@dataclass(frozen=True, slots=True)
class Found:
    """A voucher that is found again."""

    left: Money
    last_day: date
    link: str = field(repr=False)


def claim_letter(envelope: Envelope, look: Look, *, link: str, until: date) -> Letter:
    """What asks whether a voucher shall be kept with this address. It says nothing of the voucher: it may go astray."""
    language = envelope.language
    return _letter(
        envelope, look, "claim", Text(_say(look, language, "claim")), _button(look, language, "claim", link, until)
    )


def confirm_reminder_letter(
    envelope: Envelope, look: Look, *, days: Sequence[int], last_day: date, link: str, until: date
) -> Letter:
    """What asks whether reminders shall come to this address."""
    language = envelope.language
    text = _say(
        look, language, "reminder" if len(days) > 1 else "reminder one",
        days=_listed([str(one) for one in sorted(days, reverse=True)], language), last=shown_day(last_day, language),
    )  # fmt: skip
    return _letter(envelope, look, "reminder", Text(text), _button(look, language, "reminder", link, until))


def lost_letter(envelope: Envelope, look: Look, found: Sequence[Found], *, manage: str, until: date) -> Letter:
    """The way back to every voucher that is kept with this address, and to a new code for each."""
    language, many = envelope.language, " many" if len(found) > 1 else ""
    blocks: list[Block] = [Text(_say(look, language, f"lost{many}"))]
    for one in found:
        left = shown_money(one.left, language)
        until_when = _say(look, language, "voucher", left=left, last=shown_day(one.last_day, language))
        blocks.append(Button(_say(look, language, "open", left=left), one.link, until_when))
    blocks += [
        Heading(_say(look, language, "safe")),
        Text(_say(look, language, "safe text")),
        _button(look, language, "manage", manage, until),
    ]
    return _letter(envelope, look, "lost", *blocks, many=many, count=len(found))


def contested_letter(envelope: Envelope, look: Look, *, manage: str, until: date) -> Letter:
    """Somebody else wanted to keep a voucher that is kept with this address, and was refused."""
    language = envelope.language
    return _letter(
        envelope, look, "contested",
        Text(_say(look, language, "contested")),
        Heading(_say(look, language, "given")),
        Text(_say(look, language, "given text")),
        Heading(_say(look, language, "stolen")),
        Text(_say(look, language, "stolen text")),
        _button(look, language, "contested", manage, until),
    )  # fmt: skip


def _letter(envelope: Envelope, look: Look, kind: str, *blocks: Block, many: str = "", **facts: object) -> Letter:
    language = envelope.language
    title = _say(look, language, f"{kind} title{many}", **facts)
    body = Body(
        programme=one_line(look.programme, LONGEST_NAME),
        title=title,
        preview=next((one.text for one in blocks if isinstance(one, Text)), title),
        blocks=(Text(hello("", language)), *blocks),
        foot=(*sent_by(look, language), _say(look, language, "why")),
    )
    return letter_of(envelope, look, _say(look, language, f"{kind} subject{many}", **facts), body)


def _button(look: Look, language: Language, kind: str, link: str, until: date) -> Button:
    hint = _say(look, language, f"{kind} hint", day=shown_day(until, language))
    return Button(_say(look, language, f"{kind} button"), link, hint)


def _say(look: Look, language: Language, name: str, **facts: object) -> str:
    return KEEPING.say(language, name, programme=one_line(look.programme, LONGEST_NAME), **facts)


def _listed(words: Sequence[str], language: Language) -> str:
    """``60, 15 et 3`` or ``60, 15 and 3``."""
    *others, last = words
    return f"{', '.join(others)} {'et' if language == 'fr' else 'and'} {last}" if others else last
