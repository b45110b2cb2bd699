"""Reading runs of payouts and their files."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal, cast
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from ledger.database import sum_of
from ledger.money import Money
from merchants.bank.queries import debits_booked_on
from merchants.payouts.errors import PayoutFileMissing, PayoutRunUnknown
from merchants.payouts.tables import Payout, PayoutDecision, PayoutRun
from merchants.shops.identity import masked_iban
from merchants.tables import Settlement, Shop

State = Literal["proposed", "approved", "withdrawn"]
What = Literal["left", "back", "refused", "again"]
"""What somebody said of a payout: a line is it leaving or coming back, the bank did not execute it, send it again."""

PayoutState = Literal["proposed", "approved", "withdrawn", "confirmed", "returned"]
"""That of the run, until the bank says that a payout left, or came back."""

_COPIED: Final = (
    "id", "number", "execution_day", "count", "proposed_by", "proposed_at", "approved_by", "approved_at",
    "withdrawn_by", "withdrawn_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RunView:
    """A run: what it comes to, on which day it is executed, and who decided what."""

    id: UUID
    number: str
    execution_day: date
    count: int
    total: Money
    state: State
    proposed_by: str
    proposed_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    withdrawn_by: str | None
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class PayoutView:
    """A transfer of a run: of its account only what makes it recognisable; ``creditor`` is the name as it is sent."""

    id: UUID
    settlement: UUID
    settlement_number: str
    shop: UUID
    sign: str
    creditor: str
    masked: str
    amount: Money
    end_to_end_id: str
    state: PayoutState


@dataclass(frozen=True, slots=True)
class DecisionView:
    """What somebody said of payouts, at once; ``entry`` is the line of the bank's statement that they are."""

    what: What
    reason: str
    entry: UUID | None
    decided_by: str
    decided_at: datetime
    payouts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """What of a run went to the bank and is on no statement yet."""

    run: UUID
    number: str
    execution_day: date
    count: int
    total: Money


@dataclass(frozen=True, slots=True)
class Proposed:
    """Settlements in runs that nobody approved yet; ``since`` is the first day on which one of them may be paid."""

    count: int
    total: Money
    since: date | None


@dataclass(frozen=True, slots=True)
class Latest:
    """What became last of a settlement: its run, of which ``number`` and ``execution_day`` are.

    ``left_on`` is the day on which the bank booked it, as far as a statement tells.
    """

    run: UUID
    number: str
    execution_day: date
    state: PayoutState
    left_on: date | None


@dataclass(frozen=True, slots=True)
class BankFile:
    """The file of a run, as it was made."""

    name: str
    content: bytes


async def run(session: AsyncSession, run_id: UUID) -> RunView:
    """One run.

    :raises PayoutRunUnknown:
    """
    row = (await session.execute(select(PayoutRun).where(PayoutRun.id == run_id))).scalar_one_or_none()
    if row is None:
        raise PayoutRunUnknown(run=run_id)
    return view_of(row)


async def runs_page(session: AsyncSession, *, after: UUID | None = None, limit: int) -> list[RunView]:
    """Runs, newest first."""
    statement = select(PayoutRun).order_by(PayoutRun.id.desc()).limit(limit)
    if after is not None:
        statement = statement.where(PayoutRun.id < after)
    return [view_of(row) for row in (await session.execute(statement)).scalars()]


async def count_proposed(session: AsyncSession) -> int:
    """How many runs wait for somebody to approve them."""
    statement = select(func.count()).select_from(PayoutRun).where(PayoutRun.state == "proposed")
    return (await session.execute(statement)).scalar_one()


async def unconfirmed(session: AsyncSession) -> list[Unconfirmed]:
    """Approved runs of which the bank has not told yet that all of them left, the first execution day first."""
    statement = (
        select(PayoutRun.id, PayoutRun.number, PayoutRun.execution_day, func.count(), sum_of(Payout.amount))
        .join(Payout, Payout.run_id == PayoutRun.id)
        .where(Payout.state == "approved")
        .group_by(PayoutRun.id)
        .order_by(PayoutRun.execution_day, PayoutRun.id)
    )
    return [
        Unconfirmed(run_id, number, day, count, Money(cents))
        for run_id, number, day, count, cents in await session.execute(statement)
    ]


async def payouts_of(session: AsyncSession, run_id: UUID) -> list[PayoutView]:
    """The transfers of a run, in the order of their references."""
    return await payouts_that(session, Payout.run_id == run_id, order=(Payout.id,))


async def payouts_that(
    session: AsyncSession,
    *which: ColumnElement[bool],
    order: Sequence[ColumnElement[Any] | InstrumentedAttribute[Any]],
    limit: int | None = None,
) -> list[PayoutView]:
    """The transfers of which this is so; of their settlement and shop something may be asked too."""
    statement = (
        select(Payout, Settlement.number, Shop.name)
        .join(Settlement, Settlement.id == Payout.settlement_id)
        .join(Shop, Shop.id == Payout.shop_id)
        .where(*which)
        .order_by(*order)
        .limit(limit)
    )
    return [
        PayoutView(
            row.id, row.settlement_id, number, row.shop_id, sign, row.creditor, masked_iban(row.iban),
            Money(row.amount), row.end_to_end_id, cast("PayoutState", row.state),
        )
        for row, number, sign in await session.execute(statement)
    ]  # fmt: skip


async def decisions_of(session: AsyncSession, run_id: UUID) -> list[DecisionView]:
    """What people said of the payouts of a run, in the order in which they did."""
    statement = (
        select(PayoutDecision, Payout.end_to_end_id)
        .join(Payout, Payout.id == PayoutDecision.payout_id)
        .where(Payout.run_id == run_id)
        .order_by(PayoutDecision.decided_at, Payout.id)
    )
    found: dict[tuple[object, ...], list[str]] = {}
    for row, reference in await session.execute(statement):
        said = (row.what, row.reason, row.entry_id, row.decided_by, row.decided_at)
        found.setdefault(said, []).append(reference)
    return [
        DecisionView(cast("What", what), reason, entry, by, at, tuple(payouts))
        for (what, reason, entry, by, at), payouts in cast("Any", found.items())
    ]


async def latest_of(session: AsyncSession, settlements: Collection[UUID]) -> dict[UUID, Latest]:
    """The newest payout of each settlement that is in a run, but for runs that were withdrawn."""
    statement = (
        select(
            Payout.settlement_id, Payout.run_id, PayoutRun.number, PayoutRun.execution_day, Payout.state,
            Payout.end_to_end_id,
        )
        .join(PayoutRun, PayoutRun.id == Payout.run_id)
        .where(Payout.settlement_id.in_(settlements), Payout.state != "withdrawn")
        .order_by(Payout.id)
    )  # fmt: skip
    rows = (await session.execute(statement)).all()
    left = await debits_booked_on(session, {name for row in rows for name in (row.end_to_end_id, row.number)})
    return {
        settlement: Latest(run_id, number, day, cast("PayoutState", state), left.get(name) or left.get(number))
        for settlement, run_id, number, day, state, name in rows
    }


async def proposed(session: AsyncSession) -> Proposed:
    """What runs come to that wait for somebody to approve them."""
    statement = (
        select(func.count(), sum_of(Payout.amount), func.min(Settlement.payable_on))
        .join(Settlement, Settlement.id == Payout.settlement_id)
        .where(Payout.state == "proposed")
    )
    count, cents, since = (await session.execute(statement)).one()
    return Proposed(count, Money(cents or 0), since)


async def file_of(session: AsyncSession, run_id: UUID) -> BankFile:
    """The file of a run: the same bytes each time.

    :raises PayoutRunUnknown:
    :raises PayoutFileMissing: as long as it is not approved
    """
    found = await run(session, run_id)
    content = (await session.execute(select(PayoutRun.file).where(PayoutRun.id == run_id))).scalar_one()
    if content is None:
        raise PayoutFileMissing(number=found.number)
    return BankFile(f"{found.number}.xml", content)


def view_of(row: PayoutRun) -> RunView:
    """A run as it is read."""
    return RunView(
        total=Money(row.total), state=cast("State", row.state), **{name: getattr(row, name) for name in _COPIED}
    )
