"""What happens to an order by itself: issued once it is paid, handed out on its day, lapsed when nobody pays.

Every step looks at what there is and does what is left to do, in a transaction of its own: stopped between any two
of them, the next run goes on where it was.
"""

from __future__ import annotations

import logging
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.installation import Installation, Town, Work, in_transaction
from ledger.days import day_of
from ledger.formats import Language
from vouchers.orders import fulfilling, handing, placing, queries
from vouchers.orders.errors import WrongOrderStatus
from vouchers.orders.handing_out import reminding
from vouchers.rules.rule_errors import RuleOutsideValidity

SYSTEM: Final = "obole"
ROUNDS: Final = 1_000

TOO_LATE: Final[dict[Language, str]] = {
    "fr": "Payée après le dernier jour de sa règle d'usage",
    "en": "Paid after the last day of its rule of use",
}
"""Why an order is cancelled that was paid when its vouchers could be spent nowhere any more."""

_log = logging.getLogger(__name__)


async def advance_order(town: Town, order_id: UUID) -> None:
    """Do what is left to do for an order."""
    await issue_if_paid(town, order_id)
    await in_transaction(town.sessions, lambda session: _hand_out(session, order_id))


async def issue_if_paid(town: Town, order_id: UUID) -> None:
    """Issue an order that is paid; another worker may have done it."""

    async def issue(session: AsyncSession) -> None:
        if (await queries.order(session, order_id)).status != "paid":
            return
        at = await clock.now(session)
        await fulfilling.issue_order(session, order_id, keys=town.keys, actor=SYSTEM, at=at)

    try:
        await in_transaction(town.sessions, issue)
    except WrongOrderStatus:
        _log.info("order %s was issued or cancelled meanwhile", order_id)
    except RuleOutsideValidity:
        await in_transaction(town.sessions, lambda session: _cancel_too_late(session, order_id))


async def _cancel_too_late(session: AsyncSession, order_id: UUID) -> None:
    """Its vouchers could be spent nowhere any more: what was paid is the buyer's credit, and the buyer is told."""
    found = await queries.order(session, order_id)
    at = await clock.now(session)
    await placing.cancel(session, order_id, actor=SYSTEM, reason=TOO_LATE[found.language], at=at)


async def tend_orders(_installation: Installation, town: Town) -> None:
    """Every minute: what is overdue lapses, what moves is advanced, reminders and lost messages are looked after."""
    await _until_none(town, _lapse)
    # First, since an order is delivered once each of its messages has an outcome.
    await in_transaction(town.sessions, _doubt)
    async with town.sessions.begin() as session:
        moving = await queries.moving(session)
    for order_id in moving:
        await advance_order(town, order_id)
    await _until_none(town, _remind)


async def _hand_out(session: AsyncSession, order_id: UUID) -> None:
    """On its day, ask for the e-mails; when each has an outcome, the order is delivered."""
    found = await queries.order(session, order_id)
    at = await clock.now(session)
    if found.status != "issued" or found.handing != "email":
        return
    if found.deliver_on is not None and found.deliver_on > day_of(at):
        return
    if await handing.ask_vouchers(session, order_id, actor=SYSTEM, at=at):
        return
    sent = await handing.mailings_of(session, order_id, kind=handing.VOUCHER)
    if sent and not any(one.state in {"queued", "sending"} for one in sent):
        await handing.mark_delivered(session, order_id, actor=SYSTEM, how="email", at=at)


async def _lapse(session: AsyncSession) -> int:
    return await placing.lapse_due(session, at=await clock.now(session))


async def _remind(session: AsyncSession) -> int:
    return await reminding.remind_due(session, at=await clock.now(session))


async def _doubt(session: AsyncSession) -> int:
    return await handing.doubt_stale(session, at=await clock.now(session))


async def _until_none(town: Town, work: Work[int]) -> None:
    for _ in range(ROUNDS):
        if not await in_transaction(town.sessions, work):
            return
