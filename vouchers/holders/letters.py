"""Letters to holders: a row first, at most once, and in each a link whose secret only the letter has.

The secret is made by the job that sends the letter, never before: it lies in no queue, and here is only its hash.
What is found half sent after a crash may have left or not: it is doubtful, and is not sent again by itself.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal, cast
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.formats import Language
from ledger.ids import new_id
from ledger.wishes import wish
from vouchers.holders.errors import HolderLinkSpent
from vouchers.holders.tables import HolderLetter

Kind = Literal["claim", "reminder", "lost", "contested", "remind"]
State = Literal["queued", "sending", "sent", "refused", "doubtful"]

LASTS: Final[dict[Kind, timedelta]] = {
    "claim": timedelta(days=7), "reminder": timedelta(days=7), "lost": timedelta(days=1),
    "contested": timedelta(days=14), "remind": timedelta(days=400),
}  # fmt: skip
"""How long the link in each opens something: that of a reminder, by which one withdraws it, as long as the year."""

PATIENCE: Final = timedelta(minutes=10)
"""After which a letter that is still being sent was lost with its worker."""

SECRET_BYTES: Final = 32
JOB: Final = "send_holder_letters"

_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class LetterView:
    """A letter to a holder. ``days`` are the distances asked for, or the one at which it reminds of ``last_day``."""

    id: UUID
    kind: Kind
    voucher: UUID | None
    email: str
    language: Language
    days: tuple[int, ...]
    last_day: date | None
    state: State
    detail: str | None
    asked_at: datetime
    ends_at: datetime


async def ask(
    session: AsyncSession, kind: Kind, *, email: str, language: Language, voucher: UUID | None = None,
    days: Sequence[int] = (), last_day: date | None = None, at: datetime,
) -> bool:  # fmt: skip
    """Let a letter go out once the transaction commits.

    :param email: canonical
    :returns: whether it does; not of a reminder that went at this distance before, nor of what was lost while one waits
    """
    made = (
        insert(HolderLetter)
        .values(
            id=new_id(), kind=kind, voucher_id=voucher, email=email, language=language, days=list(days),
            last_day=last_day, state="queued", asked_at=at, changed_at=at, ends_at=at + LASTS[kind],
        )
        .on_conflict_do_nothing()
        .returning(HolderLetter.id)
    )  # fmt: skip
    known = (await session.execute(made)).scalar_one_or_none()
    if known is not None:
        wish(session, JOB, letter=str(known))
    return known is not None


async def asked_since(
    session: AsyncSession, kind: Kind, *, email: str, voucher: UUID | None = None, since: datetime
) -> bool:
    """Whether such a letter was asked for since a moment; the address in whatever case."""
    statement = select(HolderLetter.id).where(
        HolderLetter.kind == kind, func.lower(HolderLetter.email) == email.lower(), HolderLetter.asked_at > since
    )
    if voucher is not None:
        statement = statement.where(HolderLetter.voucher_id == voucher)
    return (await session.execute(statement.limit(1))).first() is not None


async def opened(session: AsyncSession, secret: str, *, at: datetime) -> LetterView:
    """The letter whose link somebody opened. It stays as it is: programs that scan mail open every link there is.

    :raises HolderLinkSpent:
    """
    if _SECRET.fullmatch(secret) is None:
        raise HolderLinkSpent
    wanted = HolderLetter.hash == _hash(secret)
    row = (await session.execute(select(HolderLetter).where(wanted, HolderLetter.ends_at > at))).scalar_one_or_none()
    if row is None:
        raise HolderLinkSpent
    return _view(row)


async def queued(session: AsyncSession, *, limit: int) -> list[UUID]:
    """Letters that wait to be sent, oldest first."""
    statement = select(HolderLetter.id).where(HolderLetter.state == "queued").order_by(HolderLetter.id).limit(limit)
    return list((await session.execute(statement)).scalars())


async def letter(session: AsyncSession, letter_id: UUID) -> LetterView | None:
    """One letter; None if it was forgotten meanwhile."""
    row = (await session.execute(select(HolderLetter).where(HolderLetter.id == letter_id))).scalar_one_or_none()
    return _view(row) if row else None


async def to_compose(session: AsyncSession, letter_id: UUID) -> LetterView | None:
    """A letter that waits, locked; None if it was forgotten meanwhile, or is on its way."""
    waiting = select(HolderLetter).where(HolderLetter.id == letter_id, HolderLetter.state == "queued")
    row = (await session.execute(waiting.with_for_update())).scalar_one_or_none()
    return _view(row) if row else None


async def new_secret(session: AsyncSession, letter_id: UUID) -> str:
    """Make the secret of a letter that is being composed; the one before opens nothing any more."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    await _change(session, letter_id, hash=_hash(secret))
    return secret


async def hash_in(session: AsyncSession, letter_id: UUID) -> bytes | None:
    """By what the secret of a letter is known, as it was composed last."""
    return (await session.execute(select(HolderLetter.hash).where(HolderLetter.id == letter_id))).scalar_one()


async def claim(session: AsyncSession, letter_id: UUID, *, composed: bytes | None, at: datetime) -> bool:
    """Take a letter that is about to leave; to be committed before it does.

    :param composed: by what the secret in it is known; if another was made since, it would open nothing
    :returns: whether it was waiting, so composed; otherwise somebody else has it
    """
    as_composed = HolderLetter.hash.is_not_distinct_from(composed)
    return await _change(
        session, letter_id, HolderLetter.state == "queued", as_composed, state="sending", changed_at=at
    )


async def settle(
    session: AsyncSession, letter_id: UUID, state: Literal["queued", "sent", "refused", "doubtful"], *,
    detail: str | None, at: datetime,
) -> None:  # fmt: skip
    """Write down what became of a letter that was claimed; ``queued`` if it is to be tried again."""
    await _change(session, letter_id, HolderLetter.state == "sending", state=state, detail=detail, changed_at=at)


async def drop(session: AsyncSession, letter_id: UUID) -> None:
    """A letter that had nothing to say: nothing is kept of who asked for it."""
    await session.execute(
        delete(HolderLetter).where(HolderLetter.id == letter_id).execution_options(synchronize_session=False)
    )


async def doubt_stale(session: AsyncSession, *, at: datetime) -> int:
    """Mark as doubtful what a worker claimed and never settled.

    :returns: how many
    """
    statement = (
        update(HolderLetter)
        .where(HolderLetter.state == "sending", HolderLetter.changed_at < at - PATIENCE)
        .values(state="doubtful", changed_at=at)
        .returning(HolderLetter.id)
        .execution_options(synchronize_session=False)
    )
    return len((await session.execute(statement)).all())


async def _change(session: AsyncSession, letter_id: UUID, *being: ColumnElement[bool], **values: object) -> bool:
    statement = update(HolderLetter).where(HolderLetter.id == letter_id, *being)
    statement = statement.values(**values).returning(HolderLetter.id)
    changed = await session.execute(statement.execution_options(synchronize_session=False))
    return changed.scalar_one_or_none() is not None


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _view(row: HolderLetter) -> LetterView:
    return LetterView(
        row.id, cast("Kind", row.kind), row.voucher_id, row.email, cast("Language", row.language), tuple(row.days),
        row.last_day, cast("State", row.state), row.detail, row.asked_at, row.ends_at,
    )  # fmt: skip
