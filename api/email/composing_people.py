"""Letters that let people in: links to sign in, invitations, the way back to an order. Pure."""

from __future__ import annotations

from datetime import date

from api.email.composing import LONGEST_NAME, Look, hello, letter_of, sent_by
from api.email.composing_orders import OrderFacts
from api.email.content import Block, Body, Button, Text
from api.email.letters import Envelope, Letter, one_line
from api.email.people_words import PEOPLE
from ledger.formats import shown_day


def sign_in_letter(envelope: Envelope, look: Look, *, name: str, link: str, minutes: int) -> Letter:
    """The link that signs somebody in once, for some minutes."""
    say, language = PEOPLE.say, envelope.language
    programme = one_line(look.programme, LONGEST_NAME)
    return _letter(
        envelope, look,
        say(language, "sign in subject", programme=programme),
        say(language, "sign in title", programme=programme),
        Text(hello(name, language)),
        Text(say(language, "sign in")),
        Button(say(language, "sign in button"), link, say(language, "sign in hint", minutes=minutes)),
    )  # fmt: skip


def invitation_letter(
    envelope: Envelope, look: Look, *, name: str, link: str, invited_by: str, place: str, until: date
) -> Letter:
    """What opens a place (a company, a shop, the programme itself) to somebody; ``until`` is its last day."""
    say, language = PEOPLE.say, envelope.language
    facts = {
        "programme": one_line(look.programme, LONGEST_NAME),
        "by": one_line(invited_by, LONGEST_NAME),
        "place": one_line(place, LONGEST_NAME),
        "day": shown_day(until, language),
    }
    return _letter(
        envelope, look,
        say(language, "invitation subject", **facts),
        say(language, "invitation title", **facts),
        Text(hello(name, language)),
        Text(say(language, "invitation", **facts)),
        Button(say(language, "invitation button"), link, say(language, "invitation hint", **facts)),
    )  # fmt: skip


def guest_link_letter(envelope: Envelope, look: Look, *, link: str, order: OrderFacts | None, until: date) -> Letter:
    """The way back to the order of somebody who has no account; ``until`` is its last day."""
    say, language = PEOPLE.say, envelope.language
    programme, number = one_line(look.programme, LONGEST_NAME), order.number if order else ""
    return _letter(
        envelope, look,
        say(language, "guest order subject" if number else "guest subject", programme=programme, number=number),
        say(language, "guest title"),
        Text(hello(order.buyer if order else "", language)),
        Text(say(language, "guest")),
        Button(say(language, "guest button"), link, say(language, "guest hint", day=shown_day(until, language))),
    )  # fmt: skip


def trial_letter(envelope: Envelope, look: Look) -> Letter:
    """A letter that says that letters arrive."""
    say, language = PEOPLE.say, envelope.language
    programme = one_line(look.programme, LONGEST_NAME)
    return _letter(
        envelope, look,
        say(language, "test subject", programme=programme),
        say(language, "test title"),
        Text(say(language, "test", programme=programme)),
    )  # fmt: skip


def _letter(envelope: Envelope, look: Look, subject: str, title: str, *blocks: Block) -> Letter:
    text = next((one.text for one in reversed(blocks) if isinstance(one, Text)), title)
    body = Body(
        programme=one_line(look.programme, LONGEST_NAME),
        title=title,
        preview=text,
        blocks=blocks,
        foot=sent_by(look, envelope.language),
    )
    return letter_of(envelope, look, subject, body)
