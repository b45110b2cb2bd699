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
from ledger.money import Money, total
from ledger.posting import NewTransfer
from merchants.bank import deciding, queries
from merchants.bank.queries import EntryView
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

    def book(self, line: EntryView, transfers: Sequence[NewTransfer], payouts: Collection[Payout], state: str) -> None:
        self.transfers += transfers
        self.lines.append((line.id, transfers[0].id))
        self.changed |= dict.fromkeys((one.id for one in payouts), state)
        self.states |= self.changed


async def settle(session: AsyncSession, *, actor: str, at: datetime) -> None:
    """Book the payouts that lines name which wait, whichever file brought them, and in whatever order.

    A line names a payout by its EndToEndId, or a whole run by the reference of its file. A payout leaves once, from
    581 to 512. What comes back goes the other way, and from 581 to the shop, which is owed it again: its settlement
    waits for another run. What came back before it left waits until the line is read that says that it left.

    Whoever asks lets no other transaction decide on lines meanwhile (``keeping.one_file_at_a_time``).
    """
    lines = await queries.queued_with_name(session)
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


async def _runs(session: AsyncSession, numbers: Collection[str]) -> dict[str, PayoutRun]:
    statement = select(PayoutRun).where(PayoutRun.number.in_(numbers), PayoutRun.state == "approved")
    return {one.number: one for one in (await session.execute(statement)).scalars()}


async def _payouts(session: AsyncSession, names: Collection[str], runs: Sequence[PayoutRun]) -> list[Payout]:
    """Those that are named, and those of runs that are, locked in the order of their ids."""
    named = Payout.end_to_end_id.in_(names) | Payout.run_id.in_([one.id for one in runs])
    statement = select(Payout).where(named).order_by(Payout.id).with_for_update()
    return list((await session.execute(statement)).scalars())


def _one(told: _Told, line: EntryView, payout: Payout) -> None:
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


def _whole(told: _Told, line: EntryView, run: PayoutRun, payouts: Sequence[Payout]) -> None:
    """A run that the bank booked as one debit: all of it left that is not told yet, or nothing is believed."""
    waits = [one for one in payouts if told.states[one.id] == "approved"]
    amount = total([Money(one.amount) for one in waits])
    if waits and line.line.amount == amount and not line.line.credit:
        left = NewTransfer(LEFT, single(Kind.TRANSIT), single(Kind.BANK), amount, document=run.number)
        told.book(line, [left], waits, "confirmed")


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
