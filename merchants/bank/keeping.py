"""Keeping what a statement says: each statement once, each line once, whatever file brings it again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.ids import new_id, new_ids
from merchants.bank.errors import BankAccountNotOurs, BankStatementChanged
from merchants.bank.lines import Begun, Ended, Line
from merchants.bank.tables import BankEntry, BankStatement
from merchants.numbering import one_at_a_time
from merchants.programme import all_terms
from merchants.shops.identity import masked_iban

SERIES: Final = "bank statements"

SHORTEST: Final = 6
"""Characters of a bank's own reference that may be believed to name one movement alone."""


@dataclass(frozen=True, slots=True)
class KeptLine:
    """A line under the identifier by which it is kept."""

    id: UUID
    line: Line


@dataclass(slots=True)
class Keeping:
    """A statement that is being kept. ``known``: it was read before, and nothing of it is kept again."""

    id: UUID
    begun: Begun
    identity: bytes
    known: bytes | None
    content: Any = field(default_factory=hashlib.sha256)


async def one_file_at_a_time(session: AsyncSession) -> None:
    """Let only one transaction of this programme read statements: the second sees what the first brought."""
    await one_at_a_time(session, series=SERIES)


async def begin(session: AsyncSession, begun: Begun) -> Keeping:
    """Begin to keep a statement, or recognise it.

    :raises BankAccountNotOurs: if it is of an account that never was the programme's
    """
    if begun.account not in {terms.iban for _, terms in await all_terms(session)}:
        raise BankAccountNotOurs(masked=masked_iban(begun.account))
    identity = _digest(
        begun.account, begun.number, begun.sequence, begun.page, begun.first_day, begun.last_day, begun.closing_on
    )
    statement = select(BankStatement.id, BankStatement.content).where(BankStatement.identity == identity)
    known = (await session.execute(statement)).one_or_none()
    if known is None:
        return Keeping(new_id(), begun, identity, None)
    return Keeping(known.id, begun, identity, known.content)


async def keep(session: AsyncSession, keeping: Keeping, lines: Sequence[Line]) -> list[KeptLine]:
    """Keep lines of a statement; what another statement has brought is skipped, or doubted if it has no reference.

    :returns: them as they are kept; none if the statement was read before
    """
    marks = [_mark(keeping.begun.account, one) for one in lines]
    for line, mark in zip(lines, marks, strict=True):
        keeping.content.update(mark + _digest(line.entry, line.part, line.fate, line.written))
    if keeping.known is not None or not lines:
        return []
    elsewhere = await _elsewhere(session, keeping.id, marks)
    judged = [_again(one) if mark in elsewhere else one for one, mark in zip(lines, marks, strict=True)]
    kept = [KeptLine(id_, one) for id_, one in zip(new_ids(len(judged)), judged, strict=True)]
    await session.execute(
        insert(BankEntry), [_row(keeping.id, one, mark) for one, mark in zip(kept, marks, strict=True)]
    )
    return kept


async def end(session: AsyncSession, keeping: Keeping, ended: Ended, *, actor: str, at: datetime) -> None:
    """Keep the statement itself, once all its lines are.

    :raises BankStatementChanged: if it was read before with other lines or balances
    """
    keeping.content.update(_digest(ended.opening, ended.closing, ended.closing_on))
    content = keeping.content.digest()
    if keeping.known is not None:
        if keeping.known != content:
            raise BankStatementChanged(number=keeping.begun.number)
        return
    values = {name: value for name, value in asdict(keeping.begun).items() if name != "closing_on"}
    await session.execute(
        insert(BankStatement).values(
            id=keeping.id, identity=keeping.identity, content=content, **values,
            opening=None if ended.opening is None else ended.opening.cents,
            closing=None if ended.closing is None else ended.closing.cents,
            closing_on=ended.closing_on, moved=ended.moved.cents, read_by=actor, read_at=at,
        )
    )  # fmt: skip


async def _elsewhere(session: AsyncSession, statement: UUID, marks: Iterable[bytes]) -> set[bytes]:
    """Which of these lines another statement has brought."""
    found = await session.execute(
        select(BankEntry.mark).where(
            BankEntry.mark.in_(list(marks)), BankEntry.statement_id != statement, BankEntry.fate == "read"
        )
    )
    return set(found.scalars())


def _again(line: Line) -> Line:
    """A line that is alike one of another statement: the same movement if the bank's own reference says so."""
    if line.fate != "read":
        return line
    if len(line.servicer_ref) >= SHORTEST and any(one.isdecimal() for one in line.servicer_ref):
        return replace(line, fate="skipped", why="repeated")
    return replace(line, why="alike") if line.credit else line


def _row(statement: UUID, kept: KeptLine, mark: bytes) -> dict[str, Any]:
    line = kept.line
    values = {name: getattr(line, name) for name in Line.__dataclass_fields__}
    values["amount"] = None if line.amount is None else line.amount.cents
    return {"id": kept.id, "statement_id": statement, "mark": mark, **values}


def _mark(account: str, line: Line) -> bytes:
    """What a movement says of itself, in whatever statement it stands."""
    return _digest(
        account, line.booked_on, line.credit, line.written, line.servicer_ref, line.end_to_end, line.reference,
        line.remittance, line.counterparty_iban,
    )  # fmt: skip


def _digest(*facts: object) -> bytes:
    return hashlib.sha256("\x1f".join(str(one) for one in facts).encode()).digest()
