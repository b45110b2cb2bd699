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
    """The messages that bring the vouchers of an order, by what became of the last one to each person."""

    sent: int = 0
    waiting: int = 0
    failed: int = 0
    doubtful: int = 0

    @property
    def of(self) -> int:
        """How many people were written to, or will be at once."""
        return self.sent + self.waiting + self.failed + self.doubtful

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


def what_next(order: OrderView, mail: Mail, *, under_way: bool, today: date, language: Language) -> str:
    """What happens next, or what there is to do."""
    match order.status:
        case "awaiting_payment":
            return _awaiting(order, language, under_way=under_way)
        case "issued":
            return _issued(order, mail, today, language)
        case "delivered":
            return _delivered(order, mail, language)
        case other:
            return sentences(language).gettext(_ALWAYS[other])


def state_of(order: OrderView, mail: Mail | None = None) -> str:
    """What the page says, in short: it is drawn anew when this changes."""
    return f"{order.status} {order.covered.cents} {'mailing' if mail and mail.waiting else 'still'}"


def _awaiting(order: OrderView, language: Language, *, under_way: bool) -> str:
    _ = sentences(language).gettext
    missing = shown_money(order.missing, language)
    if under_way:
        return _("Your direct debit is on its way. The vouchers follow as soon as it has come, in a few days.")
    if order.covered > ZERO:
        came = shown_money(order.covered, language)
        return _("%(came)s have come, and %(missing)s are missing. The vouchers follow as soon as they are there.") % {
            "came": came, "missing": missing,
        }  # fmt: skip
    if order.lapses_on is None:
        return _("Pay %(missing)s: the vouchers follow as soon as the money has come.") % {"missing": missing}
    return _("Pay %(missing)s by %(day)s: the vouchers follow as soon as the money has come.") % {
        "missing": missing, "day": shown_day(order.lapses_on, language),
    }  # fmt: skip


def _issued(order: OrderView, mail: Mail, today: date, language: Language) -> str:
    _ = sentences(language).gettext
    if order.handing == "sheets":
        return _("The vouchers are ready: print them and hand them out.")
    if order.handing == "links":
        return _("The vouchers are ready: download their links for your own mailing.")
    if order.deliver_on is not None and order.deliver_on > today:
        return _("The vouchers are ready. They leave by e-mail on %(day)s.") % {
            "day": shown_day(order.deliver_on, language)
        }
    if mail.of:
        return _("The vouchers are leaving by e-mail: %(done)s of %(all)s.") % {
            "done": mail.of - mail.waiting, "all": mail.of,
        }  # fmt: skip
    return _("The vouchers are ready, and leave by e-mail in a moment.")


def _delivered(order: OrderView, mail: Mail, language: Language) -> str:
    _ = sentences(language).gettext
    if order.on_credit and order.missing > ZERO:
        return _("The vouchers are handed out. %(missing)s remain to be paid.") % {
            "missing": shown_money(order.missing, language)
        }
    if mail.failed or mail.doubtful:
        return _("The vouchers are handed out, but some messages did not arrive: see below.")
    return _("The vouchers are handed out. There is nothing left to do.")
