"""What happens next with an order, in one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from api.pages.catalogues import marked, sentences
from ledger.formats import Language, shown_day, shown_money
from ledger.money import ZERO
from vouchers.orders.queries import OrderView, Status


@dataclass(frozen=True, slots=True)
class Mail:
    """The messages that bring the vouchers of an order, by what became of the last one to each person.

    For those ``dropped`` there was nothing left to send.
    """

    sent: int = 0
    waiting: int = 0
    failed: int = 0
    doubtful: int = 0
    dropped: int = 0

    @property
    def of(self) -> int:
        """How many people were written to, or will be at once."""
        return self.sent + self.waiting + self.failed + self.doubtful + self.dropped

    @property
    def percent(self) -> int:
        """How much of it has an outcome."""
        return (self.of - self.waiting) * 100 // self.of if self.of else 0


_ALWAYS: Final[Mapping[Status, str]] = {
    "draft": marked("This order is still being written."),
    "paid": marked("Your payment has come. The vouchers are being made: this page goes on by itself."),
    "cancelled": marked("This order is cancelled: nothing is to be paid."),
    "refunded": marked("What was left on these vouchers was given back: nobody can spend them any more."),
    "disputed": marked("The payment is disputed at the bank. Until it has decided, nobody can spend these vouchers."),
}


def what_next(order: OrderView, mail: Mail, *, quantity: int, under_way: bool, today: date, language: Language) -> str:
    """What happens next, or what there is to do; ``quantity`` is how many vouchers the order asks for."""
    match order.status:
        case "awaiting_payment":
            return _awaiting(order, quantity, language, under_way=under_way)
        case "issued":
            return _issued(order, quantity, mail, today, language)
        case "delivered":
            return _delivered(order, quantity, mail, language)
        case other:
            return sentences(language).gettext(_ALWAYS[other])


def state_of(order: OrderView, mail: Mail | None = None, *, under_way: bool) -> str:
    """What the page says, in short: it is drawn anew when this changes."""
    money = f"{order.covered.cents}{' debit' if under_way else ''}"
    return f"{order.status} {money} {'mailing' if mail and mail.waiting else 'still'}"


def _awaiting(order: OrderView, quantity: int, language: Language, *, under_way: bool) -> str:
    ngettext = sentences(language).ngettext
    missing = shown_money(order.missing, language)
    if under_way:
        return ngettext(
            "Your direct debit is on its way. The voucher follows as soon as it has come, in a few days.",
            "Your direct debit is on its way. The vouchers follow as soon as it has come, in a few days.",
            quantity,
        )
    if order.covered > ZERO:
        came = shown_money(order.covered, language)
        return ngettext(
            "%(came)s have come, and %(missing)s are missing. The voucher follows as soon as they are there.",
            "%(came)s have come, and %(missing)s are missing. The vouchers follow as soon as they are there.",
            quantity,
        ) % {"came": came, "missing": missing}
    if order.lapses_on is None:
        return ngettext(
            "Pay %(missing)s: the voucher follows as soon as the money has come.",
            "Pay %(missing)s: the vouchers follow as soon as the money has come.",
            quantity,
        ) % {"missing": missing}
    return ngettext(
        "Pay %(missing)s by %(day)s: the voucher follows as soon as the money has come.",
        "Pay %(missing)s by %(day)s: the vouchers follow as soon as the money has come.",
        quantity,
    ) % {"missing": missing, "day": shown_day(order.lapses_on, language)}


def _issued(order: OrderView, quantity: int, mail: Mail, today: date, language: Language) -> str:
    _, ngettext = sentences(language).gettext, sentences(language).ngettext
    if order.handing == "sheets":
        return ngettext(
            "The voucher is ready: print it and hand it out.",
            "The vouchers are ready: print them and hand them out.",
            quantity,
        )
    if order.handing == "links":
        return ngettext(
            "The voucher is ready: download its link for your own mailing.",
            "The vouchers are ready: download their links for your own mailing.",
            quantity,
        )
    if order.deliver_on is not None and order.deliver_on > today:
        return ngettext(
            "The voucher is ready. It leaves by e-mail on %(day)s.",
            "The vouchers are ready. They leave by e-mail on %(day)s.",
            quantity,
        ) % {"day": shown_day(order.deliver_on, language)}
    if mail.of == 1:
        return _("The voucher is leaving by e-mail.")
    if mail.of:
        return _("The vouchers are leaving by e-mail: %(done)s of %(all)s.") % {
            "done": mail.of - mail.waiting, "all": mail.of,
        }  # fmt: skip
    return ngettext(
        "The voucher is ready, and leaves by e-mail in a moment.",
        "The vouchers are ready, and leave by e-mail in a moment.",
        quantity,
    )


def _delivered(order: OrderView, quantity: int, mail: Mail, language: Language) -> str:
    ngettext = sentences(language).ngettext
    if order.on_credit and order.missing > ZERO:
        return ngettext(
            "The voucher is handed out. %(missing)s remain to be paid.",
            "The vouchers are handed out. %(missing)s remain to be paid.",
            quantity,
        ) % {"missing": shown_money(order.missing, language)}
    if mail.failed or mail.doubtful:
        return ngettext(
            "The voucher is handed out, but its message did not arrive: see below.",
            "The vouchers are handed out, but some messages did not arrive: see below.",
            quantity,
        )
    return ngettext(
        "The voucher is handed out. There is nothing left to do.",
        "The vouchers are handed out. There is nothing left to do.",
        quantity,
    )
