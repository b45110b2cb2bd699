"""Letters to those who buy vouchers, about their orders. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from api.email.composing import LONGEST_NAME, Look, hello, letter_of, sent_by
from api.email.content import Block, Body, Button, Facts, Heading, Text
from api.email.letters import Envelope, Letter, Paper, one_line
from api.email.order_words import ORDER
from ledger.formats import Language, shown_day, shown_money
from ledger.money import Money
from vouchers.orders.paying import Kept

Papers = tuple[Paper, ...]


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What letters say of an order. ``page`` is the address of its page."""

    number: str
    label: str
    buyer: str
    vouchers: int
    total: Money
    page: str


@dataclass(frozen=True, slots=True)
class Transfer:
    """The bank transfer that would pay, or pay the rest."""

    holder: str
    iban: str
    bic: str | None
    reference: str
    amount: Money
    before: date | None


def order_placed_letter(
    envelope: Envelope, look: Look, order: OrderFacts, *, transfer: Transfer | None, debit: bool = False,
    papers: Papers = (),
) -> Letter:  # fmt: skip
    """The order as it was placed, and how to pay it: by this transfer, or by card on its page.

    :param debit: a direct debit is on its way, and nothing is left to pay
    """
    language = envelope.language
    asked = None if debit else transfer
    name = "placed debit" if debit else "placed transfer" if transfer else "placed card"
    text = ORDER.say(language, name)
    return _letter(envelope, look, order, "placed", text, *_transfer(asked, language), papers=papers)


def order_paid_letter(
    envelope: Envelope, look: Look, order: OrderFacts, *, deliver_on: date | None, papers: Papers = ()
) -> Letter:
    """The money came; the vouchers follow, on a day or soon."""
    say, language = ORDER.say, envelope.language
    facts = _facts(order, language)
    text = say(language, "paid later", day=shown_day(deliver_on, language)) if deliver_on else say(language, "paid now")
    return _letter(envelope, look, order, "paid", say(language, "paid", **facts), Text(text), papers=papers)


def order_issued_letter(
    envelope: Envelope, look: Look, order: OrderFacts, *, handing: Literal["sheets", "email", "links"],
    deliver_on: date | None, papers: Papers = (),
) -> Letter:  # fmt: skip
    """The vouchers are there; how they reach people."""
    language = envelope.language
    later = " later" if handing == "email" and deliver_on else ""
    text = ORDER.say(language, handing + later, day=shown_day(deliver_on, language) if deliver_on else "")
    return _letter(envelope, look, order, "issued" if order.vouchers > 1 else "issued one", text, papers=papers)


def payment_short_letter(
    envelope: Envelope, look: Look, order: OrderFacts, *, received: Money, transfer: Transfer
) -> Letter:
    """Part of the money came; ``transfer`` is for the rest."""
    say, language = ORDER.say, envelope.language
    more = {"missing": shown_money(transfer.amount, language), "received": shown_money(received, language)}
    text = say(language, "short", **_facts(order, language), **more)
    return _letter(envelope, look, order, "short", text, *_transfer(transfer, language), more=more)


def debit_failed_letter(
    envelope: Envelope, look: Look, order: OrderFacts, *, missing: Money, before: date, transfer: Transfer | None,
    card: bool,
) -> Letter:  # fmt: skip
    """A direct debit failed; what is missing can be paid by this transfer, by ``card`` on the page, or by either."""
    say, language = ORDER.say, envelope.language
    more = {"missing": shown_money(missing, language), "day": shown_day(before, language)}
    otherwise = (Text(say(language, "by card too" if transfer else "by card")),) if card else ()
    text = say(language, "debit failed", **_facts(order, language), **more)
    transferred = _transfer(transfer, language)
    return _letter(envelope, look, order, "debit failed", text, *transferred, *otherwise, more=more)


def order_lapsed_letter(envelope: Envelope, look: Look, order: OrderFacts) -> Letter:
    """The order was not paid in time."""
    say, language = ORDER.say, envelope.language
    crossed = Text(say(language, "lapsed crossed", contact=one_line(look.contact, 200)))
    return _letter(envelope, look, order, "lapsed", say(language, "lapsed"), crossed)


def order_cancelled_letter(envelope: Envelope, look: Look, order: OrderFacts) -> Letter:
    """The order was cancelled before anything was issued."""
    text = ORDER.say(envelope.language, "cancelled", **_facts(order, envelope.language))
    return _letter(envelope, look, order, "cancelled", text)


def money_kept_letter(envelope: Envelope, look: Look, order: OrderFacts, kept: Kept) -> Letter:
    """Money came that the order did not need: what becomes of it, how to use it, how to have it back."""
    say, language = ORDER.say, envelope.language
    more = {
        name: shown_money(amount, language)
        for name, amount in (("came", kept.came), ("kept", kept.kept), ("debt", kept.debt), ("credit", kept.credit))
    }
    blocks: list[Block] = []
    if kept.debt:
        blocks.append(Text(say(language, "kept debt" if kept.credit else "kept for debt", **more)))
    if kept.credit:
        blocks.append(Text(say(language, "kept credit", **more)))
        blocks.append(Text(say(language, "kept use")))
        blocks.append(Text(say(language, "kept back", contact=one_line(look.contact, 200))))
    text = say(language, f"kept {kept.why}", **_facts(order, language), **more)
    return _letter(envelope, look, order, "kept", text, *blocks, more=more)


def refund_letter(
    envelope: Envelope, look: Look, order: OrderFacts, *, amount: Money, method: Literal["card", "transfer", "credit"],
    papers: Papers = (),
) -> Letter:  # fmt: skip
    """Money goes back to who paid; by ``credit`` it is theirs, and nothing is sent."""
    language = envelope.language
    more = {"amount": shown_money(amount, language)}
    text = ORDER.say(language, f"refund {method}", **_facts(order, language), **more)
    name = "refund" if method != "credit" else "given back"
    return _letter(envelope, look, order, name, text, papers=papers, more=more)


def _letter(
    envelope: Envelope, look: Look, order: OrderFacts, name: str, text: str, *blocks: Block, papers: Papers = (),
    more: dict[str, str] | None = None,
) -> Letter:  # fmt: skip
    say, language = ORDER.say, envelope.language
    facts = {**_facts(order, language), **(more or {})}
    attached = (Text(say(language, "attached")),) if papers else ()
    body = Body(
        programme=one_line(look.programme, LONGEST_NAME),
        title=say(language, f"{name} title", **facts),
        preview=text,
        blocks=(
            Text(hello(order.buyer, language)),
            Text(text),
            *blocks,
            _summary(order, language),
            *attached,
            Button(say(language, "page"), order.page),
        ),
        foot=sent_by(look, language),
    )
    return letter_of(envelope, look, say(language, f"{name} subject", **facts), body, papers=papers)


def _facts(order: OrderFacts, language: Language) -> dict[str, str]:
    return {
        "number": order.number,
        "total": shown_money(order.total, language),
        "vouchers": _count(order.vouchers, language),
    }


def _summary(order: OrderFacts, language: Language) -> Facts:
    say = ORDER.say
    label = one_line(order.label, LONGEST_NAME)
    rows = [
        (say(language, "order"), order.number),
        *([(say(language, "label"), label)] if label else []),
        (say(language, "vouchers"), f"{order.vouchers}"),
        (say(language, "total"), shown_money(order.total, language)),
    ]
    return Facts(tuple(rows))


def _transfer(transfer: Transfer | None, language: Language) -> tuple[Block, ...]:
    if transfer is None:
        return ()
    say = ORDER.say
    rows = [
        (say(language, "amount"), shown_money(transfer.amount, language)),
        (say(language, "holder"), one_line(transfer.holder, LONGEST_NAME)),
        (say(language, "iban"), _in_fours(transfer.iban)),
        *([(say(language, "bic"), transfer.bic)] if transfer.bic else []),
        (say(language, "reference"), _in_fours(transfer.reference)),
        *([(say(language, "before"), shown_day(transfer.before, language))] if transfer.before else []),
    ]
    return Heading(say(language, "transfer")), Facts(tuple(rows), strong=rows[0][0]), Text(say(language, "copy"))


def _in_fours(typed: str) -> str:
    plain = typed.replace(" ", "")
    return " ".join(plain[at : at + 4] for at in range(0, len(plain), 4))


def _count(count: int, language: Language) -> str:
    shown = f"{count:,}".replace(",", "\u202f" if language == "fr" else ",")
    return ORDER.say(language, "count one") if count == 1 else ORDER.say(language, "count", count=shown)
