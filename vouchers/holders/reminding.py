"""Reminders that a holder asked for: confirmed by a letter, each sent once, withdrawn by one click.

They belong to a voucher and not to its chain, as keeping it does: whoever had the code of a voucher that was replaced
is told nothing of the new one. They follow it only if it is kept with the same address.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, cast
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import balances
from ledger.days import PARIS, day_of
from ledger.formats import Language
from ledger.ids import new_id
from vouchers.facts import VoucherFacts, voucher, vouchers_by_id
from vouchers.holders import letters
from vouchers.holders.errors import TooLateToRemind
from vouchers.holders.letters import LetterView
from vouchers.holders.tables import Reminder
from vouchers.orders.handing_out import reminding as order_reminding
from vouchers.orders.handing_out.delivered import delivery_of

DAYS: Final = (60, 15, 3)
"""How many days before the last day a reminder may go."""

MORNING: Final = 8
EVENING: Final = 20
"""Between which hours, in Paris, reminders leave: nobody is woken by one."""

AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class ReminderView:
    """Who is reminded of which voucher, at which distances, and when next."""

    voucher: UUID
    email: str
    language: Language
    days: tuple[int, ...]
    next_on: date | None


def still_ahead(last_day: date, today: date) -> list[int]:
    """The distances that are not passed yet, the farthest first."""
    return [days for days in DAYS if last_day - timedelta(days) > today]


async def ask_reminder(
    session: AsyncSession, voucher_id: UUID, *, email: str, days: Iterable[int], language: Language, at: datetime
) -> None:
    """Ask to be reminded: a letter goes to the address, and nothing else does until its link is opened.

    :param email: canonical
    :raises VoucherUnknown, VoucherReplaced, VoucherBlocked, VoucherExpired:
    :raises TooLateToRemind: if every distance chosen is passed
    """
    found = await voucher(session, voucher_id)
    found.refuse_unless_usable(max(day_of(at), found.valid_from))
    ahead = [one for one in still_ahead(found.last_day, day_of(at)) if one in set(days)]
    if not ahead:
        raise TooLateToRemind(last_day=found.last_day)
    await letters.ask(session, "reminder", email=email, language=language, voucher=voucher_id, days=ahead, at=at)


async def confirm_reminder(session: AsyncSession, asked: LetterView, *, at: datetime) -> ReminderView:
    """Remind from now on. Asked by the same person again, the distances chosen last count.

    :raises VoucherReplaced, VoucherBlocked, VoucherExpired:
    """
    assert asked.voucher is not None  # noqa: S101 - a letter about a voucher
    found = await voucher(session, asked.voucher)
    found.refuse_unless_usable(max(day_of(at), found.valid_from))
    values = {
        "days": list(asked.days), "language": asked.language, "next_on": _next(found, asked.days, day_of(at)),
        "confirmed_at": at, "looked_at": at, "idle_since": None,
    }  # fmt: skip
    written = insert(Reminder).values(id=new_id(), voucher_id=asked.voucher, email=asked.email, **values)
    await session.execute(
        written.on_conflict_do_update(index_elements=[Reminder.voucher_id, func.lower(Reminder.email)], set_=values)
    )
    (view,) = [one for one in await reminders_of(session, asked.email) if one.voucher == asked.voucher]
    return view


async def withdraw(session: AsyncSession, voucher_id: UUID, *, email: str) -> None:
    """Remind this address of this voucher no more. A second time changes nothing."""
    await session.execute(
        delete(Reminder)
        .where(Reminder.voucher_id == voucher_id, _at(email))
        .execution_options(synchronize_session=False)
    )


async def reminders_of(session: AsyncSession, email: str) -> list[ReminderView]:
    """Of what an address is reminded."""
    rows = (await session.execute(select(Reminder).where(_at(email)).order_by(Reminder.id))).scalars()
    return [_view(row) for row in rows]


async def remind_due(session: AsyncSession, *, at: datetime) -> int:
    """Ask for the letters of today, some hundred in one go, by day. Whoever is late gets the nearest only.

    :returns: how many people were looked after; call again until it is none
    """
    if not MORNING <= at.astimezone(PARIS).hour < EVENING:
        return 0
    today = day_of(at)
    statement = (
        select(Reminder)
        .where(Reminder.next_on <= today)
        .order_by(Reminder.next_on)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    due = [_view(row) for row in (await session.execute(statement)).scalars()]
    facts = await vouchers_by_id(session, [one.voucher for one in due])
    held = await balances.balances_of(session, [one.voucher for one in due])
    for one in due:
        found = facts[one.voucher]
        if found.status == "active" and held[one.voucher].balance:
            await _remind(session, one, found, at)
        await _set(session, one, next_on=_next(found, one.days, today))
    return len(due)


async def follow(session: AsyncSession, old: UUID, heir: UUID, *, email: str) -> None:
    """A voucher was replaced for whoever keeps it: their reminders follow it, those of others end."""
    await session.execute(
        update(Reminder)
        .where(Reminder.voucher_id == old, _at(email))
        .values(voucher_id=heir)
        .execution_options(synchronize_session=False)
    )
    await session.execute(
        delete(Reminder).where(Reminder.voucher_id == old).execution_options(synchronize_session=False)
    )


async def look_again(session: AsyncSession, vouchers: Sequence[VoucherFacts], *, today: date) -> None:
    """Set the next day anew: a last day may have moved."""
    facts = {one.id: one for one in vouchers}
    rows = (await session.execute(select(Reminder).where(Reminder.voucher_id.in_(facts)))).scalars()
    for one in [_view(row) for row in rows]:
        # A letter that went today is not sent again: its row is there.
        await _set(session, one, next_on=_next(facts[one.voucher], one.days, today - timedelta(days=1)))


async def _remind(session: AsyncSession, one: ReminderView, found: VoucherFacts, at: datetime) -> None:
    passed = [days for days in one.days if found.last_day - timedelta(days) <= day_of(at)]
    if not passed or found.last_day < day_of(at):
        return
    nearest = min(passed)
    sent = await delivery_of(session, one.voucher)
    if nearest in order_reminding.DAYS and sent is not None and sent.address.lower() == one.email.lower():
        return  # the order reminds this very person on the same day
    await letters.ask(
        session, "remind", email=one.email, language=one.language, voucher=one.voucher, days=[nearest],
        last_day=found.last_day, at=at,
    )  # fmt: skip


async def _set(session: AsyncSession, one: ReminderView, **values: object) -> None:
    await session.execute(
        update(Reminder)
        .where(Reminder.voucher_id == one.voucher, _at(one.email))
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def _next(found: VoucherFacts, days: Iterable[int], after: date) -> date | None:
    return min((day for one in days if (day := found.last_day - timedelta(one)) > after), default=None)


def _at(email: str) -> ColumnElement[bool]:
    return func.lower(Reminder.email) == email.lower()


def _view(row: Reminder) -> ReminderView:
    return ReminderView(row.voucher_id, row.email, cast("Language", row.language), tuple(row.days), row.next_on)
