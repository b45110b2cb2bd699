"""What becomes of a line that was read: decided once, ever."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from merchants.bank.errors import BankEntryDecided, BankTransferTaken
from merchants.bank.queries import EntryView, entry
from merchants.bank.tables import BankDecision

LONGEST_NOTE = 500


async def queued(session: AsyncSession, entry_id: UUID) -> EntryView:
    """A line that waits for a decision.

    :raises BankEntryUnknown, BankEntryDecided:
    """
    found = await entry(session, entry_id)
    if found.state != "queued":
        raise BankEntryDecided(entry=entry_id)
    return found


async def is_transfer(session: AsyncSession, entry_id: UUID, transfer: UUID, *, actor: str, at: datetime) -> None:
    """The line is this transfer in the books.

    :raises BankEntryDecided: if it was decided on before
    :raises BankTransferTaken: if the transfer is another line already
    """
    await _decide(session, entry_id, transfer, "", actor=actor, at=at)


async def explain(session: AsyncSession, entry_id: UUID, note: str, *, actor: str, at: datetime) -> None:
    """The line is nothing that has to be recorded, or was recorded in another way; ``note`` says which.

    :raises BankEntryUnknown, BankEntryDecided:
    """
    await queued(session, entry_id)
    await _decide(session, entry_id, None, note, actor=actor, at=at)


async def _decide(
    session: AsyncSession, entry_id: UUID, transfer: UUID | None, note: str, *, actor: str, at: datetime
) -> None:
    """Two that decide at once: the second waits for the first here, and is refused."""
    values = {"entry_id": entry_id, "transfer_id": transfer, "note": note, "decided_by": actor, "decided_at": at}
    written = insert(BankDecision).values(**values).on_conflict_do_nothing().returning(BankDecision.entry_id)
    if (await session.execute(written)).scalar_one_or_none() is not None:
        return
    known = select(BankDecision.entry_id).where(BankDecision.entry_id == entry_id)
    if transfer is None or (await session.execute(known)).scalar_one_or_none() is not None:
        raise BankEntryDecided(entry=entry_id)
    raise BankTransferTaken(transfer=transfer)
