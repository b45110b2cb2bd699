"""Deciding on a run: a second person approves it, which makes the bank's file; or it is withdrawn."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from ledger import posting
from ledger.chart import Kind, single
from ledger.days import day_of
from ledger.money import Money
from ledger.posting import NewTransfer
from merchants import programme
from merchants.payouts.credit_transfers import Account, CreditTransfer, credit_transfers
from merchants.payouts.debtors import debtor_of
from merchants.payouts.errors import PayoutRunDecided, PayoutRunUnknown, PayoutsOutdated, SamePerson
from merchants.payouts.execution_days import check_execution_day
from merchants.payouts.queries import RunView, State, run, view_of
from merchants.payouts.sepa_text import LONGEST_REMITTANCE, sendable
from merchants.payouts.tables import Payout, PayoutRun
from merchants.payouts.waiting import Due, judged
from merchants.shops.queries import shops_by_id
from merchants.tables import Settlement

AGAIN: Final = "payout_again"


async def approve(session: AsyncSession, run_id: UUID, *, actor: str, at: datetime) -> RunView:
    """Approve a run: the file is made, once and for ever. Asked again by who approved it, nothing changes.

    The settlements put the money into transit, and the bank's statement says when it left; only what came back from
    an earlier run, and is owed to its shop since, is put into transit again.

    :raises PayoutRunUnknown:
    :raises PayoutRunDecided: if somebody else approved it, or it was withdrawn
    :raises SamePerson: if ``actor`` proposed it
    :raises PayoutsOutdated: if a shop could not be paid any more, or on another account
    :raises ExecutionDayPast, ExecutionDayTooFar, ExecutionDayClosed, CutOffPassed: propose it anew on another day
    :raises TermsMissing, ProgrammeAccountMissing, NameNotSendable: unless the programme can pay
    """
    found = await _locked(session, run_id)
    if found.state == "approved" and found.approved_by == actor:
        return found
    if found.state != "proposed":
        raise PayoutRunDecided(number=found.number)
    if found.proposed_by == actor:
        raise SamePerson(number=found.number)
    check_execution_day(found.execution_day, at=at)
    terms = await programme.terms_on(session, day_of(at))
    transfers = await _transfers(session, run_id, told=terms.name)
    make = partial(
        credit_transfers, transfers, message=found.number, debtor=debtor_of(terms), execution_day=found.execution_day,
        at=at,
    )  # fmt: skip
    await _pay_again(session, found, at=at)
    # In a thread: a thousand transfers take the processor a tenth of a second.
    await _decide(session, run_id, "approved", approved_by=actor, approved_at=at, file=await asyncio.to_thread(make))
    return await run(session, run_id)


async def withdraw(session: AsyncSession, run_id: UUID, *, actor: str, at: datetime) -> RunView:
    """Take a proposal back: its settlements wait again. A second time changes nothing.

    :raises PayoutRunUnknown:
    :raises PayoutRunDecided: if it is approved: its file may be at the bank
    """
    found = await _locked(session, run_id)
    if found.state == "withdrawn":
        return found
    if found.state == "approved":
        raise PayoutRunDecided(number=found.number)
    await _decide(session, run_id, "withdrawn", withdrawn_by=actor, withdrawn_at=at)
    return await run(session, run_id)


async def _locked(session: AsyncSession, run_id: UUID) -> RunView:
    row = (
        await session.execute(select(PayoutRun).where(PayoutRun.id == run_id).with_for_update())
    ).scalar_one_or_none()
    if row is None:
        raise PayoutRunUnknown(run=run_id)
    return view_of(row)


async def _transfers(session: AsyncSession, run_id: UUID, *, told: str) -> list[CreditTransfer]:
    """The transfers of a run, if every shop could still be paid, and on the same account.

    :param told: the programme's name, as the shop reads it on its bank statement
    """
    statement = (
        select(Payout, Settlement.number, Settlement.payable_on)
        .join(Settlement, Settlement.id == Payout.settlement_id)
        .where(Payout.run_id == run_id)
        .order_by(Payout.id)
    )
    rows = (await session.execute(statement)).all()
    due = [Due(row.settlement_id, number, row.shop_id, Money(row.amount), day) for row, number, day in rows]
    now = {one.due.settlement: one.to for one in (await judged(session, due)).payable}
    await _refuse_outdated(session, [row for row, _, _ in rows if now.get(row.settlement_id) != _account(row)])
    return [
        CreditTransfer(
            row.end_to_end_id, _account(row), Money(row.amount), sendable(f"{number} {told}", most=LONGEST_REMITTANCE)
        )
        for row, number, _ in rows
    ]


async def _pay_again(session: AsyncSession, found: RunView, *, at: datetime) -> None:
    """Put what came back from earlier runs into transit again."""
    before = aliased(Payout)
    came_back = exists().where(before.settlement_id == Payout.settlement_id, before.state == "returned")
    rows = await session.execute(select(Payout.shop_id, Payout.amount).where(Payout.run_id == found.id, came_back))
    transfers = [
        NewTransfer(AGAIN, shop, single(Kind.TRANSIT), Money(amount), document=found.number) for shop, amount in rows
    ]
    if transfers:
        await posting.post(session, transfers, at=at)


async def _refuse_outdated(session: AsyncSession, outdated: Sequence[Payout]) -> None:
    if outdated:
        shops = await shops_by_id(session, [one.shop_id for one in outdated])
        raise PayoutsOutdated(shops=tuple(sorted(one.name for one in shops.values())))


def _account(row: Payout) -> Account:
    return Account(row.creditor, row.iban, row.bic)


async def _decide(session: AsyncSession, run_id: UUID, state: State, **values: object) -> None:
    decided = update(PayoutRun).where(PayoutRun.id == run_id).values(state=state, **values)
    followed = update(Payout).where(Payout.run_id == run_id).values(state=state)
    for statement in (decided, followed):
        await session.execute(statement.execution_options(synchronize_session=False))
