"""Handing vouchers out by e-mail: who is written to, what became of it, and never twice by accident.

A message is a row first: asked for, then claimed by one worker just before it leaves, then settled. What is found
claimed after a crash may have left or not: it is doubtful, shown as such, and never sent again by itself. What was
overtaken before it left is dropped: that is an outcome, and nobody has to do anything about it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, cast
from uuid import UUID

from sqlalchemy import Select, func, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from ledger.ids import new_ids
from ledger.wishes import wish
from vouchers.buyers import buyer
from vouchers.orders.errors import AddressesMissing, MailingUnknown, MessageOnItsWay, NothingIssued
from vouchers.orders.history import tell
from vouchers.orders.locking import change_row, locked
from vouchers.orders.queries import OrderView, beneficiaries_of, beneficiary, order
from vouchers.orders.tables import Beneficiary, Mailing

State = Literal["queued", "sending", "sent", "refused", "bounced", "doubtful", "dropped"]
Letter = Literal["placed", "short", "debit_failed", "paid", "issued", "lapsed", "cancelled", "refunded", "kept"]

VOUCHER: Final = "voucher"
"""The message that brings a voucher."""

PATIENCE: Final = timedelta(minutes=10)
"""After which a message that is still being sent was lost with its worker."""

SYSTEM: Final = "obole"


@dataclass(frozen=True, slots=True)
class MailingView:
    """A message and what became of it. ``beneficiary`` is None for one to the buyer."""

    id: UUID
    order: UUID
    beneficiary: UUID | None
    kind: str
    attempt: int
    address: str
    state: State
    detail: str | None
    asked_by: str
    asked_at: datetime
    changed_at: datetime


async def ask_vouchers(session: AsyncSession, order_id: UUID, *, actor: str, at: datetime) -> int:
    """Write to every beneficiary who was not written to yet.

    :returns: how many
    :raises OrderUnknown, NothingIssued:
    """
    found = await _issued(session, order_id)
    written = {one.beneficiary for one in await mailings_of(session, order_id, kind=VOUCHER)}
    waiting = [
        (one.id, one.email)
        for one in await beneficiaries_of(session, order_id)
        if one.email and one.voucher and one.id not in written
    ]
    await _ask(session, order_id, waiting, VOUCHER, attempt=1, actor=actor, at=at)
    if waiting:
        await tell(session, found.id, "mailed", actor=actor, at=at, quantity=len(waiting))
    return len(waiting)


async def ask_again(
    session: AsyncSession, order_id: UUID, beneficiary_id: UUID, *, address: str | None = None, actor: str, at: datetime
) -> MailingView:
    """Send somebody's voucher once more, to a new address or to the one that is known.

    :param address: canonical already; kept as the beneficiary's
    :raises OrderUnknown, NothingIssued, BeneficiaryUnknown:
    :raises AddressesMissing: if there is none
    :raises MessageOnItsWay: if the last one is neither sent nor refused yet
    """
    await _issued(session, order_id)
    who = await beneficiary(session, order_id, beneficiary_id)
    to = address or who.email
    if to is None:
        raise AddressesMissing(missing=1)
    before = await mailings_of(session, order_id, beneficiary_id=beneficiary_id, kind=VOUCHER)
    if any(one.state in {"queued", "sending"} for one in before):
        raise MessageOnItsWay
    attempt = 1 + max((one.attempt for one in before), default=0)
    await session.execute(
        update(Beneficiary)
        .where(Beneficiary.id == beneficiary_id)
        .values(email=to)
        .execution_options(synchronize_session=False)
    )
    await _ask(session, order_id, [(beneficiary_id, to)], VOUCHER, attempt=attempt, actor=actor, at=at)
    await tell(session, order_id, "mailed_again", actor=actor, at=at, beneficiary=who.name, address=to)
    return (await mailings_of(session, order_id, beneficiary_id=beneficiary_id, kind=VOUCHER))[-1]


async def ask_failed(session: AsyncSession, order_id: UUID, *, doubtful: bool, actor: str, at: datetime) -> int:
    """Send once more to everybody whose last message was refused or came back, to the address that is known now.

    :param doubtful: also to those whose last message may have arrived: they would then have it twice
    :returns: how many
    :raises OrderUnknown, NothingIssued:
    """
    await _issued(session, order_id)
    failed = {"refused", "bounced", "doubtful"} if doubtful else {"refused", "bounced"}
    known = {one.id: one.email for one in await beneficiaries_of(session, order_id)}
    waiting: dict[int, list[tuple[UUID | None, str]]] = {}
    for who, last in (await last_messages(session, order_id)).items():
        address = known.get(who)
        if last.state in failed and address:
            waiting.setdefault(last.attempt + 1, []).append((who, address))
    for attempt, people in waiting.items():
        await _ask(session, order_id, people, VOUCHER, attempt=attempt, actor=actor, at=at)
    asked = sum(map(len, waiting.values()))
    if asked:
        await tell(session, order_id, "mailed_again_to_all", actor=actor, at=at, quantity=asked)
    return asked


async def last_messages(
    session: AsyncSession,
    order_id: UUID,
    *,
    among: Collection[UUID] | None = None,
    states: Collection[State] | None = None,
) -> dict[UUID, MailingView]:
    """The last message that was to bring each beneficiary's voucher.

    :param among: of these beneficiaries only
    :param states: those that are in one of these states only
    """
    last = aliased(Mailing, _last(order_id).subquery())
    statement = select(last)
    if among is not None:
        statement = statement.where(last.beneficiary_id.in_(list(among)))
    if states is not None:
        statement = statement.where(last.state.in_(list(states)))
    found = [_view(row) for row in (await session.execute(statement)).scalars()]
    return {one.beneficiary: one for one in found if one.beneficiary is not None}


async def counted(session: AsyncSession, order_id: UUID) -> dict[State, int]:
    """How many people's last message is in each state."""
    last = _last(order_id).subquery()
    statement = select(last.c.state, func.count()).group_by(last.c.state)
    return {cast("State", state): count for state, count in await session.execute(statement)}


def _last(order_id: UUID) -> Select[Mailing]:
    return (
        select(Mailing)
        .where(Mailing.order_id == order_id, Mailing.kind == VOUCHER, Mailing.beneficiary_id.is_not(None))
        .order_by(Mailing.beneficiary_id, Mailing.attempt.desc())
        .ext(distinct_on(Mailing.beneficiary_id))
    )


async def ask_letter(session: AsyncSession, order_id: UUID, letter: Letter, *, at: datetime) -> int | None:
    """Write to the buyer what became of its order, if an address is known.

    :returns: which letter of its kind it is, from 1 on; none if there is no address
    """
    address = (await buyer(session, (await order(session, order_id)).buyer)).email
    if address is None:
        return None
    statement = (
        select(func.count())
        .select_from(Mailing)
        .where(Mailing.order_id == order_id, Mailing.kind == letter, Mailing.beneficiary_id.is_(None))
    )
    before = (await session.execute(statement)).scalar_one()
    await _ask(session, order_id, [(None, address)], letter, attempt=before + 1, actor=SYSTEM, at=at)
    return before + 1


async def ask_reminder(
    session: AsyncSession, order_id: UUID, people: Sequence[tuple[UUID | None, str]], kind: str, *, at: datetime
) -> None:
    """Remind beneficiaries of their vouchers; those who were reminded at this distance already are left out."""
    await _ask(session, order_id, people, kind, attempt=1, actor=SYSTEM, at=at)


async def queued(session: AsyncSession, order_id: UUID | None = None, *, limit: int) -> list[UUID]:
    """Messages that wait to be sent, oldest first."""
    statement = select(Mailing.id).where(Mailing.state == "queued").order_by(Mailing.id).limit(limit)
    if order_id is not None:
        statement = statement.where(Mailing.order_id == order_id)
    return list((await session.execute(statement)).scalars())


async def claim(session: AsyncSession, mailing_id: UUID, *, at: datetime) -> bool:
    """Take a message that is about to leave; to be committed before it does.

    :returns: whether it was waiting; otherwise somebody else has it
    """
    return await _move(session, mailing_id, "queued", to="sending", detail=None, at=at)


async def settle(
    session: AsyncSession, mailing_id: UUID, state: Literal["queued", "sent", "refused", "doubtful", "dropped"], *,
    detail: str | None, at: datetime,
) -> bool:  # fmt: skip
    """Write down what became of a message that was claimed; ``queued`` if it is to be tried again.

    One is ``dropped`` before it is claimed: what another worker is sending is left to it.
    """
    before: State = "queued" if state == "dropped" else "sending"
    return await _move(session, mailing_id, before, to=state, detail=detail, at=at)


async def bounced(session: AsyncSession, mailing_id: UUID, *, detail: str, at: datetime) -> bool:
    """A message that was sent came back.

    :returns: whether it is one of this programme's
    """
    found = (await session.execute(select(Mailing).where(Mailing.id == mailing_id))).scalar_one_or_none()
    if found is None:
        return False
    if await _move(session, mailing_id, None, to="bounced", detail=detail, at=at):
        await tell(session, found.order_id, "bounced", actor=SYSTEM, at=at, address=found.address, detail=detail)
    return True


async def doubt_stale(session: AsyncSession, *, at: datetime) -> int:
    """Mark as doubtful what a worker claimed and never settled.

    :returns: how many
    """
    statement = (
        update(Mailing)
        .where(Mailing.state == "sending", Mailing.changed_at < at - PATIENCE)
        .values(state="doubtful", changed_at=at)
        .returning(Mailing.id)
        .execution_options(synchronize_session=False)
    )
    return len((await session.execute(statement)).all())


async def mailing(session: AsyncSession, mailing_id: UUID) -> MailingView:
    """One message.

    :raises MailingUnknown:
    """
    row = (await session.execute(select(Mailing).where(Mailing.id == mailing_id))).scalar_one_or_none()
    if row is None:
        raise MailingUnknown(mailing=mailing_id)
    return _view(row)


async def mailings_of(
    session: AsyncSession, order_id: UUID, *, beneficiary_id: UUID | None = None, kind: str | None = None
) -> list[MailingView]:
    """The messages about an order, oldest first."""
    statement = select(Mailing).where(Mailing.order_id == order_id).order_by(Mailing.id)
    if beneficiary_id is not None:
        statement = statement.where(Mailing.beneficiary_id == beneficiary_id)
    if kind is not None:
        statement = statement.where(Mailing.kind == kind)
    return [_view(row) for row in (await session.execute(statement)).scalars()]


async def mark_delivered(session: AsyncSession, order_id: UUID, *, actor: str, how: str, at: datetime) -> None:
    """The vouchers have left: they were downloaded, or every message has an outcome. A second time changes nothing.

    :raises OrderUnknown:
    """
    found = await locked(session, order_id)
    if found.status == "issued":
        await change_row(session, order_id, status="delivered")
        await tell(session, order_id, "delivered", actor=actor, at=at, how=how)


async def _issued(session: AsyncSession, order_id: UUID) -> OrderView:
    found = await locked(session, order_id)
    if found.status not in {"issued", "delivered"}:
        raise NothingIssued(status=found.status)
    return found


async def _ask(
    session: AsyncSession, order_id: UUID, to: Sequence[tuple[UUID | None, str]], kind: str, *, attempt: int,
    actor: str, at: datetime,
) -> None:  # fmt: skip
    if not to:
        return
    rows = [
        {"id": id_, "order_id": order_id, "beneficiary_id": who, "kind": kind, "attempt": attempt, "address": address,
         "state": "queued", "asked_by": actor, "asked_at": at, "changed_at": at}
        for id_, (who, address) in zip(new_ids(len(to)), to, strict=True)
    ]  # fmt: skip
    await session.execute(insert(Mailing).on_conflict_do_nothing(), rows)
    wish(session, "send_mail", order=str(order_id))


async def _move(
    session: AsyncSession, mailing_id: UUID, before: State | None, *, to: State, detail: str | None, at: datetime
) -> bool:
    statement = update(Mailing).where(Mailing.id == mailing_id, Mailing.state != to)
    if before is not None:
        statement = statement.where(Mailing.state == before)
    statement = statement.values(state=to, detail=detail, changed_at=at).returning(Mailing.id)
    moved = await session.execute(statement.execution_options(synchronize_session=False))
    return moved.scalar_one_or_none() is not None


def _view(row: Mailing) -> MailingView:
    return MailingView(
        row.id, row.order_id, row.beneficiary_id, row.kind, row.attempt, row.address, cast("State", row.state),
        row.detail, row.asked_by, row.asked_at, row.changed_at,
    )  # fmt: skip
