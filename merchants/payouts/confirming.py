"""What the bank's statements say of payouts: that they left, and which of them came back.

Only what is told whole and to the cent is booked; every other line waits for a person, like any that is not sure.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import posting
from ledger.chart import Kind, single
from ledger.ids import new_id
from ledger.money import Money
from ledger.posting import NewTransfer
from merchants.bank import deciding
from merchants.bank.keeping import KeptLine
from merchants.bank.lines import Line
from merchants.payouts.tables import Payout, PayoutRun

LEFT: Final = "payout_left"
BACK: Final = "payout_back"
OWED: Final = "payout_owed"


@dataclass(slots=True)
class _Told:
    """What is to be booked: transfers, which line each is, and how payouts stand after it."""

    states: dict[UUID, str]
    transfers: list[NewTransfer] = field(default_factory=list)
    lines: list[tuple[UUID, UUID]] = field(default_factory=list)
    changed: dict[UUID, str] = field(default_factory=dict)

    def book(self, line: KeptLine, transfers: Sequence[NewTransfer], payouts: Collection[Payout], state: str) -> None:
        self.transfers += transfers
        self.lines.append((line.id, transfers[0].id))
        self.changed |= dict.fromkeys((one.id for one in payouts), state)
        self.states |= self.changed


async def settle(session: AsyncSession, kept: Sequence[KeptLine], *, actor: str, at: datetime) -> None:
    """Book the payouts that these lines name.

    A line names a payout by its EndToEndId, or a whole run by the reference of its file. A payout leaves once, from
    581 to 512. What comes back goes the other way, and from 581 to the shop, which is owed it again: its settlement
    waits for another run.
    """
    lines = [one for one in kept if _tells(one.line)]
    if not lines:
        return
    names = {one.line.end_to_end for one in lines}
    runs = await _runs(session, names)
    payouts = await _payouts(session, names, list(runs.values()))
    told = _Told({one.id: one.state for one in payouts})
    by_name = {one.end_to_end_id: one for one in payouts}
    for line in lines:
        if line.line.end_to_end in by_name:
            _one(told, line, by_name[line.line.end_to_end])
        elif line.line.end_to_end in runs:
            run = runs[line.line.end_to_end]
            _whole(told, line, run, [one for one in payouts if one.run_id == run.id])
    await _write(session, told, actor=actor, at=at)


def _tells(line: Line) -> bool:
    """Whether a line may be a payout that left, or one that came back."""
    return line.fate == "read" and bool(line.end_to_end) and line.why == ("returned" if line.credit else "debit")


async def _runs(session: AsyncSession, numbers: Collection[str]) -> dict[str, PayoutRun]:
    statement = select(PayoutRun).where(PayoutRun.number.in_(numbers), PayoutRun.state == "approved")
    return {one.number: one for one in (await session.execute(statement)).scalars()}


async def _payouts(session: AsyncSession, names: Collection[str], runs: Sequence[PayoutRun]) -> list[Payout]:
    """Those that are named, and those of runs that are, locked in the order of their ids."""
    named = Payout.end_to_end_id.in_(names) | Payout.run_id.in_([one.id for one in runs])
    statement = select(Payout).where(named).order_by(Payout.id).with_for_update()
    return list((await session.execute(statement)).scalars())


def _one(told: _Told, line: KeptLine, payout: Payout) -> None:
    amount, transit, bank = Money(payout.amount), single(Kind.TRANSIT), single(Kind.BANK)
    if line.line.amount != amount:
        return
    entry, document = new_id(), payout.end_to_end_id
    if not line.line.credit and told.states[payout.id] == "approved":
        left = NewTransfer(LEFT, transit, bank, amount, entry=entry, document=document)
        told.book(line, [left], [payout], "confirmed")
    elif line.line.credit and told.states[payout.id] == "confirmed":
        back = NewTransfer(BACK, bank, transit, amount, entry=entry, document=document)
        owed = NewTransfer(OWED, transit, payout.shop_id, amount, entry=entry, document=document)
        told.book(line, [back, owed], [payout], "returned")


def _whole(told: _Told, line: KeptLine, run: PayoutRun, payouts: Sequence[Payout]) -> None:
    """A run that the bank booked as one debit: all of it left, or nothing is believed."""
    whole = line.line.amount == Money(run.total) and not line.line.credit
    if whole and all(told.states[one.id] == "approved" for one in payouts):
        left = NewTransfer(LEFT, single(Kind.TRANSIT), single(Kind.BANK), Money(run.total), document=run.number)
        told.book(line, [left], payouts, "confirmed")


async def _write(session: AsyncSession, told: _Told, *, actor: str, at: datetime) -> None:
    if not told.transfers:
        return
    await posting.post(session, told.transfers, at=at)
    for line, transfer in told.lines:
        await deciding.is_transfer(session, line, transfer, actor=actor, at=at)
    for state in set(told.changed.values()):
        ids = [one for one, became in told.changed.items() if became == state]
        changed = update(Payout).where(Payout.id.in_(ids)).values(state=state)
        await session.execute(changed.execution_options(synchronize_session=False))
