"""The history of an order in sentences: who did what, and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.auth import people
from api.pages.catalogues import marked, sentences
from ledger.formats import Language, shown_money
from ledger.money import Money
from vouchers.buyers import BuyerView
from vouchers.orders.history import OrderEventView

AMOUNTS: Final = frozenset({"amount", "total", "missing", "fee"})
"""Facts that are cents."""

BY_ITSELF: Final = marked("automatically")
BY_KEY: Final = marked("by another software")

SENTENCES: Final[Mapping[str, str]] = {
    "started": marked("Order started."),
    "changed": marked("Order changed."),
    "placed": marked("Order placed for %(total)s, under number %(number)s."),
    "method_chosen:card": marked("Payment by card chosen."),
    "method_chosen:transfer": marked("Payment by transfer chosen."),
    "reopened": marked("Order taken back to be changed."),
    "cancelled": marked("Order cancelled."),
    "lapsed": marked("Order cancelled, since it was not paid in time."),
    "payment": marked("%(amount)s received."),
    "payment:card": marked("%(amount)s received by card."),
    "payment:transfer": marked("%(amount)s received by transfer."),
    "short": marked("%(amount)s still missing."),
    "over": marked("%(amount)s more than asked: kept as credit."),
    "paid_in_excess": marked("%(amount)s received for an order that needed nothing: kept as credit."),
    "credit_used": marked("%(amount)s of credit used."),
    "paid": marked("Order paid: %(total)s."),
    "top_up_kept": marked("%(amount)s of public money kept for this order."),
    "topped_up": marked("%(amount)s of public money added to the vouchers."),
    "credit_given": marked("Vouchers handed over before payment; %(missing)s to be paid. Reason: %(reason)s"),
    "issued": marked("Vouchers made: %(quantity)s."),
    "mailed": marked("E-mails with vouchers asked for: %(quantity)s."),
    "mailed_again": marked("Voucher of %(beneficiary)s sent again to %(address)s."),
    "mailed_again_to_all": marked("Messages that had failed, sent again: %(quantity)s."),
    "bounced": marked("The message to %(address)s came back."),
    "delivered": marked("Order handed over."),
    "delivered:sheets": marked("Vouchers downloaded to be printed."),
    "delivered:links": marked("List of links downloaded."),
    "delivered:email": marked("All e-mails have left."),
    "replaced": marked("Voucher of %(beneficiary)s replaced."),
    "replaced:place": marked("Voucher no. %(place)s replaced."),
    "card_begun": marked("Card payment of %(amount)s begun."),
    "card_refused": marked("The payment page could not be opened."),
    "card_processing": marked("Direct debit of %(amount)s on its way."),
    "card_failed": marked("Direct debit of %(amount)s failed."),
    "refund_asked": marked("%(amount)s to be given back."),
    "refund_asked:card": marked("%(amount)s to be given back to the card."),
    "refund_asked:transfer": marked("%(amount)s to be given back by transfer."),
    "refund_asked:credit": marked("%(amount)s given back as credit."),
    "refund_sent": marked("%(amount)s given back."),
    "refund_failed": marked("Giving back %(amount)s failed: kept as credit."),
    "refunded_by_hand": marked("%(amount)s given back to the card."),
    "refunded": marked("Everything unspent was given back."),
    "inquiry": marked("The bank asks about the card payment of %(amount)s."),
    "dispute_opened": marked("The card payment of %(amount)s is disputed at the bank."),
    "disputed": marked("The vouchers are frozen until the bank has decided."),
    "dispute_withdrawn": marked("The bank took %(amount)s back until it has decided."),
    "dispute_reinstated": marked("The bank returned %(amount)s."),
    "dispute_closed": marked("The bank has decided."),
    "dispute_closed:won": marked("The bank has decided: the payment stands."),
    "dispute_closed:lost": marked("The bank has decided: the payment is taken back."),
    "charged_back": marked("%(amount)s taken off unspent vouchers, since their payment was taken back."),
}
"""By what was done, and where it says more, by how. A fact named ``place`` tells vouchers without names."""

OTHERWISE: Final = marked("Noted: %(what)s.")


@dataclass(frozen=True, slots=True)
class Told:
    """One line of a history."""

    at: datetime
    sentence: str
    who: str


async def told(
    session: AsyncSession, history: Sequence[OrderEventView], giver: BuyerView, language: Language
) -> list[Told]:
    """A history as people read it, newest first."""
    ids = {found for one in history if (found := _person(one.actor)) is not None}
    known = await people.people_by_id(session, ids)
    names = {f"person:{id_}": person.name for id_, person in known.items()}
    names |= {f"guest:{giver.id}": giver.name, "stripe": "Stripe"}
    return [
        Told(one.at, sentence(one, language), _who(one.actor, names, language)) for one in reversed(folded(history))
    ]


def folded(history: Sequence[OrderEventView]) -> list[OrderEventView]:
    """A history, oldest first, where one who changes an order several times running is told of once, the last time."""
    kept: list[OrderEventView] = []
    for one in history:
        if kept and one.what == kept[-1].what == "changed" and one.actor == kept[-1].actor:
            kept.pop()
        kept.append(one)
    return kept


def sentence(event: OrderEventView, language: Language) -> str:
    """What was done, in one sentence."""
    translated = sentences(language).gettext
    how = event.facts.get("method") or event.facts.get("how") or event.facts.get("outcome")
    how = "place" if event.what == "replaced" and "place" in event.facts else how
    pattern = SENTENCES.get(f"{event.what}:{how}") or SENTENCES.get(event.what)
    facts = {name: _shown(name, value, language) for name, value in event.facts.items()}
    if pattern is None:
        return translated(OTHERWISE) % {"what": event.what}
    try:
        return translated(pattern) % facts
    except KeyError:  # written by an earlier version that knew less
        return translated(OTHERWISE) % {"what": event.what}


def _shown(name: str, value: Any, language: Language) -> str:
    if name in AMOUNTS and isinstance(value, int):
        return shown_money(Money(value), language)
    return str(value)


def _who(actor: str, names: Mapping[str, str], language: Language) -> str:
    if actor in names:
        return names[actor]
    kind, _, subject = actor.partition(":")
    if not subject:
        return sentences(language).gettext(BY_ITSELF)
    return "–" if kind in {"person", "guest"} else sentences(language).gettext(BY_KEY)


def _person(actor: str) -> UUID | None:
    kind, _, subject = actor.partition(":")
    try:
        return UUID(subject) if kind == "person" else None
    except ValueError:
        return None
