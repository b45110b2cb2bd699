"""What all proofs came to each morning, kept once a day, and who is written to about it.

When something is broken, everybody who runs the programme has a letter that morning, and each morning after, until
nothing is; then one more that says so.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.days import PARIS, day_of
from ledger.ids import new_id
from ledger.money import Money
from vouchers.proving.everything import Line
from vouchers.proving.states import State, worst
from vouchers.proving.tables import ProofLetter, ProofMorning

FROM_HOUR: Final = 7
"""In Paris: before the shops open, and before whoever runs the programme sits down."""


@dataclass(frozen=True, slots=True)
class Morning:
    """What the proofs came to."""

    day: date
    reckoned_at: datetime
    lines: tuple[Line, ...]

    @property
    def state(self) -> State:
        """The worst of them."""
        return worst(one.state for one in self.lines)

    @property
    def broken(self) -> tuple[Line, ...]:
        """Those that do not hold."""
        return tuple(one for one in self.lines if one.state == "broken")


async def is_due(session: AsyncSession, *, at: datetime) -> bool:
    """Whether it is past seven in Paris and this day's proofs are not kept yet."""
    if at.astimezone(PARIS).hour < FROM_HOUR:
        return False
    known = await session.execute(select(ProofMorning.day).where(ProofMorning.day == day_of(at)))
    return known.scalar_one_or_none() is None


async def keep(session: AsyncSession, lines: Sequence[Line], *, recipients: Collection[UUID], at: datetime) -> bool:
    """Keep what the proofs came to, once a day, and have those written to who should know.

    :param recipients: who runs the programme
    :returns: whether nobody else has kept this day
    """
    before = await last(session)
    red = worst(one.state for one in lines) == "broken"
    row = {"day": day_of(at), "reckoned_at": at, "red": red, "lines": [_kept(one) for one in lines]}
    made = insert(ProofMorning).values(**row).on_conflict_do_nothing().returning(ProofMorning.day)
    if (await session.execute(made)).scalar_one_or_none() is None:
        return False
    if red or (before is not None and before.state == "broken"):
        letters = [
            {"id": new_id(), "day": row["day"], "recipient": one, "asked_at": at, "moved_at": at} for one in recipients
        ]
        if letters:
            await session.execute(insert(ProofLetter), letters)
    return True


async def last(session: AsyncSession) -> Morning | None:
    """The last morning that was kept."""
    statement = select(ProofMorning).order_by(ProofMorning.day.desc()).limit(1)
    row = (await session.execute(statement)).scalar_one_or_none()
    return None if row is None else _morning(row)


async def morning_of(session: AsyncSession, letter: UUID) -> Morning:
    """The morning that a letter is about."""
    statement = select(ProofMorning).join(ProofLetter, ProofLetter.day == ProofMorning.day)
    return _morning((await session.execute(statement.where(ProofLetter.id == letter))).scalar_one())


def _kept(line: Line) -> dict[str, Any]:
    cents = None if line.amount is None else line.amount.cents
    return {"proof": line.proof, "state": line.state, "amount": cents, "count": line.count}


def _morning(row: ProofMorning) -> Morning:
    lines = tuple(
        Line(one["proof"], one["state"], None if one["amount"] is None else Money(one["amount"]), one["count"])
        for one in row.lines
    )
    return Morning(row.day, row.reckoned_at, lines)
