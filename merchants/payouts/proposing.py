"""Proposing a run: everything that can be paid now, on a day; somebody else approves it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.days import day_of
from ledger.ids import new_id, new_ids
from merchants import programme
from merchants.numbering import Letters, one_at_a_time, take_numbers
from merchants.payouts.debtors import debtor_of
from merchants.payouts.errors import NothingToPay
from merchants.payouts.execution_days import check_execution_day
from merchants.payouts.queries import RunView, run
from merchants.payouts.tables import Payout, PayoutRun
from merchants.payouts.waiting import waiting

SERIES: Final = "payout run"
LETTERS: Final[Letters] = "V"
"""What follows the programme's prefix in a number: virement."""

DIGITS: Final = 4
"""Of a payout within its run, at least: ``TREIZV-2026-000001-0001``, 35 characters at most for 100,000 of them."""


async def propose(session: AsyncSession, *, execution_day: date, actor: str, at: datetime) -> RunView:
    """Put every settlement that can be paid into a new run. What is held back comes into a later one.

    Proposals wait for each other: the second finds nothing that the first took.

    :raises NothingToPay: if no settlement can be paid
    :raises ExecutionDayPast, ExecutionDayTooFar, ExecutionDayClosed, CutOffPassed:
    :raises TermsMissing, ProgrammeAccountMissing, NameNotSendable: unless the programme can pay
    """
    check_execution_day(execution_day, at=at)
    today = day_of(at)
    terms = await programme.terms_on(session, today)
    debtor_of(terms)
    await one_at_a_time(session, series=SERIES)
    found = await waiting(session)
    if not found.payable:
        raise NothingToPay(held_back=len(found.held_back))
    (number,) = await take_numbers(
        session, series=SERIES, prefix=terms.number_prefix, letters=LETTERS, year=today.year, count=1
    )
    run_id, ids = new_id(), new_ids(len(found.payable))
    await session.execute(
        insert(PayoutRun).values(
            id=run_id, number=number, execution_day=execution_day, count=len(found.payable), total=found.total.cents,
            proposed_by=actor, proposed_at=at,
        )
    )  # fmt: skip
    rows = [
        {
            "id": id_, "run_id": run_id, "settlement_id": one.due.settlement, "shop_id": one.due.shop,
            "creditor": one.to.name, "iban": one.to.iban, "bic": one.to.bic, "amount": one.due.amount.cents,
            "end_to_end_id": f"{number}-{place:0{DIGITS}d}",
        }
        for place, (id_, one) in enumerate(zip(ids, found.payable, strict=True), start=1)
    ]  # fmt: skip
    await session.execute(insert(Payout), rows)
    return await run(session, run_id)
