"""Letters that bring a shop the papers of its settlements, for shops that want them by e-mail.

A letter is asked for in the transaction that makes the settlement, claimed just before it leaves, and settled after,
so that nobody is written to twice. What is found claimed after a crash may have left or not: it is doubtful, and never
sent again by itself (decision 27). The papers stay on the shop's pages whatever becomes of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, cast
from uuid import UUID

from sqlalchemy import Uuid, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.formats import Language
from ledger.ids import new_id
from ledger.parallel import any_of, given
from ledger.wishes import wish
from merchants.invoices.tables import PostedTo, SettlementLetter
from merchants.tables import Settlement

State = Literal["queued", "sending", "sent", "refused", "doubtful", "bounced"]

PATIENCE: Final = timedelta(minutes=10)
"""After which a letter that is still being sent was lost with its worker."""


@dataclass(frozen=True, slots=True)
class AddressView:
    """Where a shop has its papers sent, and in which language it reads letters."""

    email: str
    language: Language


@dataclass(frozen=True, slots=True)
class LetterView:
    """A letter with the papers of one settlement."""

    id: UUID
    settlement: UUID
    email: str
    language: Language
    state: State
    detail: str | None
    asked_at: datetime


async def send_to(
    session: AsyncSession, shop: UUID, email: str, *, language: Language, actor: str, at: datetime
) -> AddressView:
    """Have the papers of settlements to come sent to an address, instead of the one before.

    :param email: canonical
    """
    values = {"email": email, "language": language, "asked_by": actor, "asked_at": at}
    statement = insert(PostedTo).values(shop_id=shop, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=["shop_id"], set_=values))
    return AddressView(email, language)


async def stop_sending(session: AsyncSession, shop: UUID) -> None:
    """Have no papers sent any longer."""
    await session.execute(delete(PostedTo).where(PostedTo.shop_id == shop))


async def address_of(session: AsyncSession, shop: UUID) -> AddressView | None:
    """Where the papers of a shop are sent, if they are."""
    row = (await session.execute(select(PostedTo).where(PostedTo.shop_id == shop))).scalar_one_or_none()
    return AddressView(row.email, cast("Language", row.language)) if row else None


async def ask_letters(session: AsyncSession, settlements: Sequence[UUID], *, at: datetime) -> None:
    """Ask for the letters of settlements whose shops want them, once each. For ``issuing``."""
    rows = (await session.execute(_WANTED, given(settlement=settlements))).all()
    if not rows:
        return
    asked = [
        {"id": new_id(), "settlement_id": id_, "email": email, "language": language, "asked_at": at, "state_at": at}
        for id_, email, language in rows
    ]
    await session.execute(insert(SettlementLetter).on_conflict_do_nothing(), asked)
    wish(session, "send_settlement_letters")


async def letters_of(session: AsyncSession, settlements: Sequence[UUID]) -> dict[UUID, LetterView]:
    """The letters of these settlements; those that have none are absent."""
    rows = (await session.execute(_OF, given(settlement=settlements))).scalars()
    return {row.settlement_id: _view(row) for row in rows}


async def letter(session: AsyncSession, letter_id: UUID) -> LetterView:
    """One letter that was asked for."""
    return _view((await session.execute(select(SettlementLetter).where(SettlementLetter.id == letter_id))).scalar_one())


async def queued(session: AsyncSession, *, limit: int) -> list[UUID]:
    """Letters that wait to be sent, oldest first."""
    return list((await session.execute(_QUEUED, {"most": limit})).scalars())


async def claim(session: AsyncSession, letter_id: UUID, *, at: datetime) -> bool:
    """Take a letter that is about to leave; to be committed before it does.

    :returns: whether it was waiting; otherwise somebody else has it
    """
    return await _move(session, letter_id, before=("queued",), state="sending", state_at=at)


async def settle(session: AsyncSession, letter_id: UUID, *, outcome: State, detail: str | None, at: datetime) -> None:
    """Write down what became of a letter that was claimed; ``queued`` if it is to be tried again."""
    await _move(session, letter_id, before=("sending",), state=outcome, detail=detail, state_at=at)


async def bounced(session: AsyncSession, letter_id: UUID, *, detail: str, at: datetime) -> bool:
    """A letter that was sent came back.

    :returns: whether it is one of this programme's
    """
    return await _move(
        session, letter_id, before=("sending", "sent", "doubtful"), state="bounced", detail=detail, state_at=at
    )


async def doubt_stale(session: AsyncSession, *, at: datetime) -> None:
    """Mark as doubtful what a worker claimed and never settled."""
    lost = update(SettlementLetter).where(
        SettlementLetter.state == "sending", SettlementLetter.state_at < at - PATIENCE
    )
    await session.execute(lost.values(state="doubtful").execution_options(synchronize_session=False))


async def _move(session: AsyncSession, letter_id: UUID, *, before: Sequence[State], **values: object) -> bool:
    moved = update(SettlementLetter).where(SettlementLetter.id == letter_id, SettlementLetter.state.in_(before))
    done = await session.execute(
        moved.values(**values).returning(SettlementLetter.id).execution_options(synchronize_session=False)
    )
    return done.scalar_one_or_none() is not None


def _view(row: SettlementLetter) -> LetterView:
    return LetterView(
        row.id, row.settlement_id, row.email, cast("Language", row.language), cast("State", row.state), row.detail,
        row.asked_at,
    )  # fmt: skip


_WANTED: Final = (
    select(Settlement.id, PostedTo.email, PostedTo.language)
    .join(PostedTo, PostedTo.shop_id == Settlement.shop_id)
    .where(Settlement.id == any_of("settlement", Uuid()))
    .order_by(Settlement.id)
)
_OF: Final = select(SettlementLetter).where(SettlementLetter.settlement_id == any_of("settlement", Uuid()))
_QUEUED: Final = (
    select(SettlementLetter.id)
    .where(SettlementLetter.state == "queued")
    .order_by(SettlementLetter.id)
    .limit(bindparam("most"))
)
