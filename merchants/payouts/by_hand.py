"""What a person says of payouts where the bank does not tell it whole: each once, with a row that says who.

All of it waits for whoever reads a statement, and looks again at the lines that wait: one may be sure now.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import posting
from ledger.chart import Kind, single
from ledger.ids import new_id
from ledger.money import ZERO, Money, total
from ledger.posting import NewTransfer
from merchants.bank import deciding, keeping
from merchants.payouts import confirming
from merchants.payouts.confirming import BACK, LEFT, OWED
from merchants.payouts.errors import (
    PayoutAmountDiffers,
    PayoutLineWrongWay,
    PayoutNotCameBack,
    PayoutRunUnknown,
    PayoutStandsOtherwise,
    PayoutUnknown,
)
from merchants.payouts.queries import What
from merchants.payouts.tables import Payout, PayoutDecision, PayoutRun
from merchants.payouts.waiting import came_back_from, waiting

FEE: Final = "payout_fee"
LONGEST_REASON: Final = 300


async def left(
    session: AsyncSession, entry_id: UUID, payout_id: UUID, *, fee: Money = ZERO, actor: str, at: datetime
) -> None:
    """A line that waits is this payout leaving (581 → 512); what it is more is the bank's fee (627 → 512).

    :raises BankEntryUnknown, BankEntryDecided, PayoutUnknown:
    :raises PayoutStandsOtherwise: if it left before, or the bank did not execute it
    :raises PayoutLineWrongWay, PayoutAmountDiffers:
    """
    amount = await _line(session, entry_id, credit=False)
    payout = await _one(session, payout_id, state="approved")
    _agrees(payout.end_to_end_id, Money(payout.amount) + fee, amount, fee)
    transit, bank, entry, document = single(Kind.TRANSIT), single(Kind.BANK), new_id(), payout.end_to_end_id
    transfers = [NewTransfer(LEFT, transit, bank, Money(payout.amount), entry=entry, document=document)]
    if fee:
        transfers.append(NewTransfer(FEE, single(Kind.BANK_FEES), bank, fee, entry=entry, document=document))
    await _book(session, entry_id, transfers, actor=actor, at=at)
    await _became(session, [payout], "confirmed", "left", entry_id=entry_id, actor=actor, at=at)
    await confirming.settle(session, actor=actor, at=at)


async def came_back(
    session: AsyncSession, entry_id: UUID, payout_id: UUID, *, fee: Money = ZERO, actor: str, at: datetime
) -> None:
    """A line that waits is this payout coming back (512 → 581), less a fee of the bank (627 → 581).

    The shop is owed all of it again (581 → 467).

    :raises BankEntryUnknown, BankEntryDecided, PayoutUnknown:
    :raises PayoutStandsOtherwise: if it did not leave, or came back before
    :raises PayoutLineWrongWay, PayoutAmountDiffers:
    """
    amount = await _line(session, entry_id, credit=True)
    payout = await _one(session, payout_id, state="confirmed")
    _agrees(payout.end_to_end_id, Money(payout.amount) - fee, amount, fee)
    transit, entry, document = single(Kind.TRANSIT), new_id(), payout.end_to_end_id
    transfers = [NewTransfer(BACK, single(Kind.BANK), transit, amount, entry=entry, document=document)]
    if fee:
        transfers.append(NewTransfer(FEE, single(Kind.BANK_FEES), transit, fee, entry=entry, document=document))
    owed = NewTransfer(OWED, transit, payout.shop_id, Money(payout.amount), entry=entry, document=document)
    await _book(session, entry_id, [*transfers, owed], actor=actor, at=at)
    await _became(session, [payout], "returned", "back", entry_id=entry_id, actor=actor, at=at)
    await confirming.settle(session, actor=actor, at=at)


async def run_left(
    session: AsyncSession,
    entry_id: UUID,
    run_id: UUID,
    *,
    without: Collection[UUID] = (),
    reason: str = "",
    actor: str,
    at: datetime,
) -> None:
    """A line that waits is what was not told yet of a run, leaving at once, ``without`` some that did not leave.

    :param reason: why those did not leave
    :raises BankEntryUnknown, BankEntryDecided, PayoutRunUnknown:
    :raises PayoutUnknown: if one of ``without`` is not in the run
    :raises PayoutStandsOtherwise: if one of ``without`` left, or nothing of the run is to leave
    :raises PayoutLineWrongWay, PayoutAmountDiffers:
    """
    amount = await _line(session, entry_id, credit=False)
    number, payouts = await _of_run(session, run_id)
    missing = _chosen(payouts, without)
    rest = [one for one in payouts if one.state == "approved" and one not in missing]
    if not rest:
        raise PayoutStandsOtherwise(number=number)
    _agrees(number, total([Money(one.amount) for one in rest]), amount)
    gone = NewTransfer(LEFT, single(Kind.TRANSIT), single(Kind.BANK), amount, document=number)
    await _book(session, entry_id, [gone], actor=actor, at=at)
    await _became(session, rest, "confirmed", "left", entry_id=entry_id, actor=actor, at=at)
    await _refuse(session, missing, reason, actor=actor, at=at)
    await confirming.settle(session, actor=actor, at=at)


async def not_executed(
    session: AsyncSession, run_id: UUID, payouts: Collection[UUID], *, reason: str, actor: str, at: datetime
) -> None:
    """The bank did not execute these of an approved run (pain.002, or its site): they are owed again (581 → 467).

    :raises PayoutRunUnknown:
    :raises PayoutUnknown: if one is not in the run
    :raises PayoutStandsOtherwise: if one left, or was refused before, or its run is not approved
    """
    await keeping.one_file_at_a_time(session)
    _, every = await _of_run(session, run_id)
    await _refuse(session, _chosen(every, payouts), reason, actor=actor, at=at)
    await confirming.settle(session, actor=actor, at=at)


async def send_again(session: AsyncSession, settlement_id: UUID, *, actor: str, at: datetime) -> None:
    """What came back is sent to the same account again, in the next run: the account was right.

    :raises PayoutNotCameBack: unless the settlement is held back because of that
    """
    back = {one.due.settlement: one for one in (await waiting(session)).held_back if one.why == "came-back"}
    if settlement_id not in back:
        raise PayoutNotCameBack(settlement=settlement_id)
    found = select(Payout).where(Payout.id.in_(await came_back_from(session, settlement_id))).order_by(Payout.id)
    payouts = (await session.execute(found.with_for_update())).scalars().all()
    await _say(session, payouts, "again", actor=actor, at=at)


async def _line(session: AsyncSession, entry_id: UUID, *, credit: bool) -> Money:
    """What a line that waits comes to, while no statement is read."""
    await keeping.one_file_at_a_time(session)
    found = (await deciding.queued(session, entry_id)).line
    if found.credit is not credit:
        raise PayoutLineWrongWay(entry=entry_id)
    return found.amount or ZERO  # a line that waits has one


async def _one(session: AsyncSession, payout_id: UUID, *, state: str) -> Payout:
    statement = select(Payout).where(Payout.id == payout_id).with_for_update()
    found = (await session.execute(statement)).scalar_one_or_none()
    if found is None:
        raise PayoutUnknown(payout=payout_id)
    if found.state != state:
        raise PayoutStandsOtherwise(number=found.end_to_end_id)
    return found


async def _of_run(session: AsyncSession, run_id: UUID) -> tuple[str, list[Payout]]:
    number = (await session.execute(select(PayoutRun.number).where(PayoutRun.id == run_id))).scalar_one_or_none()
    if number is None:
        raise PayoutRunUnknown(run=run_id)
    statement = select(Payout).where(Payout.run_id == run_id).order_by(Payout.id).with_for_update()
    return number, list((await session.execute(statement)).scalars())


def _chosen(payouts: Sequence[Payout], ids: Collection[UUID]) -> list[Payout]:
    """Those of a run that did not leave."""
    known = {one.id: one for one in payouts}
    for id_ in ids:
        if id_ not in known:
            raise PayoutUnknown(payout=id_)
        if known[id_].state != "approved":
            raise PayoutStandsOtherwise(number=known[id_].end_to_end_id)
    return [one for one in payouts if one.id in set(ids)]


def _agrees(number: str, expected: Money, told: Money, fee: Money = ZERO) -> None:
    if expected != told or fee < ZERO:
        raise PayoutAmountDiffers(number=number, expected=expected, told=told)


async def _book(
    session: AsyncSession, entry_id: UUID, transfers: Sequence[NewTransfer], *, actor: str, at: datetime
) -> None:
    await posting.post(session, transfers, at=at)
    await deciding.is_transfer(session, entry_id, transfers[0].id, actor=actor, at=at)


async def _refuse(session: AsyncSession, payouts: Sequence[Payout], reason: str, *, actor: str, at: datetime) -> None:
    """Owe payouts to their shops again that never left."""
    if not payouts:
        return
    transit = single(Kind.TRANSIT)
    owed = [NewTransfer(OWED, transit, one.shop_id, Money(one.amount), document=one.end_to_end_id) for one in payouts]
    await posting.post(session, owed, at=at)
    await _became(session, payouts, "returned", "refused", reason=reason, actor=actor, at=at)


async def _became(
    session: AsyncSession,
    payouts: Sequence[Payout],
    state: str,
    what: What,
    *,
    entry_id: UUID | None = None,
    reason: str = "",
    actor: str,
    at: datetime,
) -> None:
    changed = update(Payout).where(Payout.id.in_([one.id for one in payouts])).values(state=state)
    await session.execute(changed)
    await _say(session, payouts, what, entry_id=entry_id, reason=reason, actor=actor, at=at)


async def _say(
    session: AsyncSession,
    payouts: Sequence[Payout],
    what: What,
    *,
    entry_id: UUID | None = None,
    reason: str = "",
    actor: str,
    at: datetime,
) -> None:
    facts = {"what": what, "reason": reason, "entry_id": entry_id, "decided_by": actor, "decided_at": at}
    await session.execute(insert(PayoutDecision), [{"payout_id": one.id, **facts} for one in payouts])
