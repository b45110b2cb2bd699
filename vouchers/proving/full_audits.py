"""Audits of the whole books: they take long on big ones, so each is done once, by a job, and what it found is kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import balances
from ledger.audit import Audit, Finding
from ledger.ids import new_id
from ledger.wishes import wish
from vouchers.proving.states import State
from vouchers.proving.tables import FullAudit

JOB: Final = "full_audit"

NAMED: Final = 50
"""Findings that are kept by name; `obole audit` names all of them."""

FRESH: Final = timedelta(hours=36)
"""The job of each morning leaves none that is older."""

LOST: Final = timedelta(hours=1)
"""An audit that was asked for and is not done by then went away with its worker: another one may be asked for."""


@dataclass(frozen=True, slots=True)
class FullAuditView:
    """What an audit found. ``books`` is a digest of the state that it looked at (`state_of_books`)."""

    id: UUID
    asked_by: str
    done_at: datetime
    accounts: int
    transfers: int
    findings: int
    named: tuple[Finding, ...]
    books: bytes


@dataclass(frozen=True, slots=True)
class Seals:
    """The last full audit, and whether one is being done.

    :param unchanged: whether the books are still in the state that it looked at
    :param stale: whether it is older than the job of a morning would leave it
    """

    last: FullAuditView | None
    asked_at: datetime | None
    unchanged: bool
    stale: bool

    @property
    def state(self) -> State:
        """Broken if it found anything; to be watched if there is none, or an old one."""
        if self.last is not None and self.last.findings:
            return "broken"
        return "watch" if self.last is None or self.stale else "holds"


async def ask(session: AsyncSession, *, actor: str, at: datetime) -> UUID:
    """Have the whole books audited by a job; one that is asked for already is not asked for twice."""
    asked = await _asked(session, at)
    if asked is not None:
        return asked.id
    audit_id = new_id()
    await session.execute(insert(FullAudit).values(id=audit_id, asked_by=actor, asked_at=at))
    wish(session, JOB, audit=str(audit_id))
    return audit_id


async def keep(session: AsyncSession, audit_id: UUID, found: Audit, books: bytes, *, at: datetime) -> None:
    """Write down what an audit found; one that is written down already stays as it is."""
    named = [
        {"proof": one.proof, "subject": one.subject, "id": str(one.id) if one.id else None, "detail": one.detail}
        for one in found.findings[:NAMED]
    ]
    done = update(FullAudit).where(FullAudit.id == audit_id, FullAudit.done_at.is_(None))
    values = {
        "done_at": at, "accounts": found.accounts, "transfers": found.transfers, "findings": len(found.findings),
        "named": named, "books": books,
    }  # fmt: skip
    await session.execute(done.values(**values).execution_options(synchronize_session=False))


async def begin(session: AsyncSession, *, actor: str, at: datetime) -> UUID:
    """Write down that an audit begins here and now, without a job."""
    audit_id = new_id()
    await session.execute(insert(FullAudit).values(id=audit_id, asked_by=actor, asked_at=at))
    return audit_id


async def is_open(session: AsyncSession, audit_id: UUID) -> bool:
    """Whether an audit was asked for and is not done."""
    statement = select(FullAudit.id).where(FullAudit.id == audit_id, FullAudit.done_at.is_(None))
    return (await session.execute(statement)).scalar_one_or_none() is not None


async def seals(session: AsyncSession, *, at: datetime) -> Seals:
    """The last full audit, against the books as they are."""
    done = select(FullAudit).where(FullAudit.done_at.is_not(None))
    statement = done.order_by(FullAudit.done_at.desc(), FullAudit.id.desc()).limit(1)
    row = (await session.execute(statement)).scalar_one_or_none()
    last = None if row is None else _view(row)
    asked = await _asked(session, at)
    unchanged = last is not None and last.books == await state_of_books(session)
    stale = last is not None and last.done_at < at - FRESH
    return Seals(last, asked.asked_at if asked else None, unchanged, stale)


async def state_of_books(session: AsyncSession) -> bytes:
    """A digest of the trial balance: SHA-256 of a line for each kind of account, with its sums in cents."""
    lines = await balances.trial_balance(session)
    text = "\n".join(f"{one.kind} {one.accounts} {one.debits.cents} {one.credits.cents}" for one in lines)
    return hashlib.sha256(text.encode("ascii")).digest()


async def _asked(session: AsyncSession, at: datetime) -> FullAudit | None:
    statement = (
        select(FullAudit)
        .where(FullAudit.done_at.is_(None), FullAudit.asked_at > at - LOST)
        .order_by(FullAudit.asked_at.desc())
        .limit(1)
    )
    return (await session.execute(statement)).scalar_one_or_none()


def _view(row: FullAudit) -> FullAuditView:
    named = tuple(
        Finding(one["proof"], one["subject"], UUID(one["id"]) if one["id"] else None, one["detail"])
        for one in row.named or []
    )
    return FullAuditView(
        row.id, row.asked_by, row.done_at or row.asked_at, row.accounts or 0, row.transfers or 0, row.findings or 0,
        named, row.books or b"",
    )  # fmt: skip
