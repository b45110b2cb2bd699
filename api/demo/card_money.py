"""What came by card in the demonstration, and what Stripe's account says of it, so that account 517 agrees to the cent.

Stripe is not asked: these are lines such as it gives, with fees such as it takes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from api.demo.story import STRIPE, Act, Story
from ledger.money import ZERO, Money
from vouchers.orders import disputing, stripe_books
from vouchers.orders.cards.card_words import DisputeState, Movement

CONTESTED: Final = "pi_demo_contested"
BIRTHDAY: Final = "pi_demo_birthday"
DISPUTE: Final = "du_demo_contested"

ANSWERED_WITHIN: Final = timedelta(days=14)
"""As card networks have it: 7 to 21 days (https://docs.stripe.com/disputes/responding)."""

_PAID: Final = Money(30_720)
_BIRTHDAY_PAID: Final = Money(5_120)


class Days(Protocol):
    """Days before today."""

    def at(self, back: int, hour: int, minute: int) -> datetime:
        """A moment that many days ago."""


def acts(session: AsyncSession, days: Days) -> Iterator[tuple[datetime, Act]]:
    """The lines of Stripe's account, each in the evening after."""
    charge = _line("charge", _PAID, Money(486), CONTESTED, CONTESTED)
    yield days.at(32, 23, 0), _take(session, charge)
    disputed = _line("adjustment", -_PAID, Money(2_000), DISPUTE, CONTESTED, category="dispute")
    yield days.at(8, 23, 0), _take(session, disputed)
    birthday = _line("charge", _BIRTHDAY_PAID, Money(102), BIRTHDAY, BIRTHDAY)
    yield days.at(7, 23, 5), _take(session, birthday)
    left = _net(charge) + _net(disputed) + _net(birthday)
    yield days.at(6, 23, 10), _take(session, _line("payout", -left, ZERO, "po_demo", None))


def disputes(story: Story) -> Act:
    """The bank of who paid takes the money back until it has decided; nobody can spend these vouchers."""

    async def dispute(at: datetime) -> None:
        due_by = at.astimezone(UTC).replace(hour=23, minute=59, second=59, microsecond=0) + ANSWERED_WITHIN
        told = DisputeState(
            DISPUTE, CONTESTED, "ch_demo_contested", _PAID, "needs_response", "fraudulent", withdrawn=True,
            opened_at=at, due_by=due_by,
        )  # fmt: skip
        await disputing.note_dispute(story.desk.session, story.id, told, actor=STRIPE, at=at)
        story.leave_purses()

    return dispute


def _take(session: AsyncSession, line: dict[str, object]) -> Act:
    async def take(at: datetime) -> None:
        await stripe_books.take_movements(session, [Movement(**line, created=at)], at=at)  # type: ignore[arg-type]

    return take


def _net(line: dict[str, object]) -> Money:
    net = line["net"]
    assert isinstance(net, Money)  # noqa: S101 - made below
    return net


def _line(
    kind: str, amount: Money, fee: Money, source: str, payment: str | None, *, category: str = ""
) -> dict[str, object]:
    return {
        "id": f"txn_demo_{source}", "type": kind, "category": category or kind, "amount": amount, "fee": fee,
        "net": amount - fee, "source": source, "payment_intent": payment,
    }  # fmt: skip
