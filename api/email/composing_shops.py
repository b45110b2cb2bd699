"""Letters to shops: asked to join, on their way in, at home, and where they are paid. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from api.email.composing import LONGEST_NAME, Look, hello, letter_of, sent_by
from api.email.content import Block, Body, Button, Facts, Quote, Steps, Text
from api.email.letters import Envelope, Letter, Paper, one_line, seen
from api.email.shop_words import SHOPS
from ledger.formats import Language, shown_day, shown_money
from ledger.money import Money

BankStep = Literal["asked", "cancelled", "applied"]


@dataclass(frozen=True, slots=True)
class SettlementFacts:
    """A settlement as a letter tells it. ``invoiced``: an invoice of the commission comes with the statement."""

    shop: str
    number: str
    first_day: date
    last_day: date
    paid: Money
    payable_on: date
    invoiced: bool


@dataclass(frozen=True, slots=True)
class BankFacts:
    """A change of a bank account as a letter tells it: the account masked, ``holds_from`` as people read moments.

    ``first``: the shop had none before.
    """

    masked: str
    holds_from: str
    first: bool


def shop_invitation_letter(
    envelope: Envelope, look: Look, *, shop: str, message: str, link: str, until: date, again: bool
) -> Letter:
    """What asks a shop to join; ``message`` is whoever invites's own, ``again`` that it is not the first letter."""
    say, language = SHOPS.say, envelope.language
    facts = _facts(look, shop, until, language)
    blocks: list[Block] = [Text(hello("", language)), Text(say(language, "invitation", **facts))]
    if words := seen(message).strip():
        blocks.append(Quote(words, say(language, "invitation by", **facts)))
    blocks += [
        Text(say(language, "invitation free")),
        Button(say(language, "invitation button"), link, say(language, "invitation hint", **facts)),
    ]
    subject = say(language, "reminder subject" if again else "invitation subject", **facts)
    return _letter(envelope, look, subject, say(language, "invitation title", **facts), blocks)


def application_letter(envelope: Envelope, look: Look, *, name: str, shop: str, link: str, until: date) -> Letter:
    """What lets a shop prove that the address it gave is its own."""
    say, language = SHOPS.say, envelope.language
    facts = _facts(look, shop, until, language)
    blocks: list[Block] = [
        Text(hello(name, language)),
        Text(say(language, "application", **facts)),
        Button(say(language, "application button"), link, say(language, "application hint", **facts)),
    ]
    return _letter(
        envelope,
        look,
        say(language, "application subject", **facts),
        say(language, "application title", **facts),
        blocks,
    )


def welcome_letter(envelope: Envelope, look: Look, *, name: str, shop: str, link: str, until: date) -> Letter:
    """What tells a shop that it is in, and lets its owner sign in."""
    say, language = SHOPS.say, envelope.language
    facts = _facts(look, shop, until, language)
    blocks: list[Block] = [
        Text(hello(name, language)),
        Text(say(language, "welcome", **facts)),
        Steps(tuple(say(language, f"welcome {step}") for step in (1, 2, 3))),
        Button(say(language, "welcome button"), link, say(language, "welcome hint", **facts)),
    ]
    return _letter(
        envelope, look, say(language, "welcome subject", **facts), say(language, "welcome title", **facts), blocks
    )


def declined_letter(envelope: Envelope, look: Look, *, name: str, shop: str, reason: str) -> Letter:
    """What tells a shop that it is not let in, and why."""
    say, language = SHOPS.say, envelope.language
    facts = _facts(look, shop, None, language)
    blocks: list[Block] = [
        Text(hello(name, language)),
        Text(say(language, "declined", **facts)),
        Quote(seen(reason), facts["issuer"]),
        Text(say(language, "declined after")),
    ]
    return _letter(
        envelope, look, say(language, "declined subject", **facts), say(language, "declined title", **facts), blocks
    )


def bank_letter(envelope: Envelope, look: Look, step: BankStep, *, shop: str, link: str, bank: BankFacts) -> Letter:
    """What tells a shop of a change of its bank account: asked for, called off, or in force."""
    say, language = SHOPS.say, envelope.language
    facts = {**_facts(look, shop, None, language), "moment": bank.holds_from, "contact": look.contact}
    told = "bank asked first" if step == "asked" and bank.first else f"bank {step}"
    blocks: list[Block] = [Text(hello("", language)), Text(say(language, told, **facts))]
    if step != "cancelled":
        rows = [(say(language, "bank new"), bank.masked)]
        rows += [(say(language, "bank from"), bank.holds_from)] if step == "asked" else []
        blocks.append(Facts(tuple(rows)))
        blocks.append(Text(say(language, "bank not you" if step == "asked" else "bank applied not you", **facts)))
    blocks.append(Button(say(language, "bank asked button" if step == "asked" else "bank button"), link))
    subject, title = (say(language, f"bank {step} {part}", **facts) for part in ("subject", "title"))
    return _letter(envelope, look, subject, title, blocks)


def settlement_letter(
    envelope: Envelope, look: Look, told: SettlementFacts, *, link: str, papers: tuple[Paper, ...]
) -> Letter:
    """What brings a shop the papers of a settlement."""
    say, language = SHOPS.say, envelope.language
    facts = _facts(look, told.shop, told.payable_on, language) | {
        "number": told.number, "first": shown_day(told.first_day, language),
        "last": shown_day(told.last_day, language), "paid": shown_money(told.paid, language),
    }  # fmt: skip
    blocks: list[Block] = [
        Text(hello("", language)),
        Text(say(language, "settled" if told.paid else "settled nothing", **facts)),
        Text(say(language, "settled papers" if told.invoiced else "settled paper")),
        Button(say(language, "settled button"), link, say(language, "settled hint")),
    ]
    subject = say(language, "settled subject", **facts)
    return _letter(envelope, look, subject, say(language, "settled title", **facts), blocks, papers=papers)


def _facts(look: Look, shop: str, until: date | None, language: Language) -> dict[str, str]:
    return {
        "programme": one_line(look.programme, LONGEST_NAME),
        "issuer": one_line(look.legal_name, LONGEST_NAME),
        "shop": one_line(shop, LONGEST_NAME),
        "day": shown_day(until, language) if until else "",
    }


def _letter(
    envelope: Envelope, look: Look, subject: str, title: str, blocks: list[Block], *, papers: tuple[Paper, ...] = ()
) -> Letter:
    texts = [one.text for one in blocks if isinstance(one, Text)]
    body = Body(
        programme=one_line(look.programme, LONGEST_NAME),
        title=title,
        preview=texts[1],
        blocks=tuple(blocks),
        foot=sent_by(look, envelope.language),
    )
    return letter_of(envelope, look, subject, body, papers=papers)
